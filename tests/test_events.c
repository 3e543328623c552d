/* SPDX-License-Identifier: Apache-2.0
 *
 * Events of every type: their names, that each does what the call of its type does, which of its
 * fields are looked at and how each is refused, alone and in a batch. (What supply does to a cell:
 * test_supply.c, test_receipts.c; the origin: test_origin.c.) */
#include "rich_event.h"

/* ---- names ----------------------------------------------------------------------------------- */

static void names_and_numbers_are_those_of_the_header(void **state) {
    (void)state;
    uint32_t count = 0;
#define CHECK_EVENT(NAME, NUMBER, JSON, TEXT)                                                      \
    equal(SELLABLE_##NAME, NUMBER);                                                                \
    assert_string_equal(sellable_event_name(NUMBER), JSON);                                        \
    equal(sellable_event_of(key_of(JSON)), NUMBER);                                                \
    count++;
    SELLABLE_EVENTS(CHECK_EVENT)
    equal(count + 1, SELLABLE_EVENT_TYPES_END);
    const int none[] = {-1, 0, SELLABLE_EVENT_TYPES_END, INT32_MAX, INT32_MIN};
    for (size_t i = 0; i < COUNT_OF(none); i++) {
        assert_string_equal(sellable_event_name(none[i]), "unknown");
    }
    const char *const strangers[] = {"unknown", "on_hand", "on_hand.set ", "On_hand.set",
                                     "reserv",  "advance", "type",         ""};
    for (size_t i = 0; i < COUNT_OF(strangers); i++) {
        equal(sellable_event_of(key_of(strangers[i])), 0);
    }
    for (size_t i = 0; i < COUNT_OF(no_keys); i++) {
        equal(sellable_event_of(no_keys[i]), 0);
    }
    equal(sellable_event_of((struct sellable_key){"ship\0", 5}), 0);
#define CHECK_OWNED(NAME, NUMBER, JSON, TEXT) equal(SELLABLE_OWNED_##NAME, NUMBER);
    SELLABLE_OWNED(CHECK_OWNED)
}

/* ---- the calls ------------------------------------------------------------------------------- */

static enum sellable_status call_order(struct sellable *engine, const struct sellable_event *event,
                                       struct sellable_answer *answer) {
    const struct sellable_move move = {.order = event->order_key,
                                       .item_key = event->item_key,
                                       .from_key = event->location_key,
                                       .to_key = event->to_key,
                                       .item = event->item,
                                       .from = event->location,
                                       .to = event->to,
                                       .quantity = event->quantity};
    switch (event->type) {
    case SELLABLE_RESERVE: return sellable_reserve(engine, NULL, event->order, answer);
    case SELLABLE_AMEND: return sellable_amend(engine, NULL, event->order, answer);
    case SELLABLE_CONFIRM: return sellable_confirm(engine, NULL, event->order_key, answer);
    case SELLABLE_EXTEND:
        return sellable_extend(engine, NULL, event->order_key, event->expires_at, answer);
    case SELLABLE_RELEASE:
        return sellable_release(engine, NULL, event->order_key, event->parts, event->part_count,
                                answer);
    case SELLABLE_ALLOCATE:
        return sellable_allocate(engine, NULL, event->order_key, event->parts, event->part_count,
                                 answer);
    case SELLABLE_DEALLOCATE:
        return sellable_deallocate(engine, NULL, event->order_key, event->parts,
                                   event->part_count, answer);
    case SELLABLE_SHIP:
        return sellable_ship(engine, NULL, event->order_key, event->parts, event->part_count,
                             answer);
    default: return sellable_resource(engine, NULL, &move, answer);
    }
}

static enum sellable_status call_master(struct sellable *engine,
                                        const struct sellable_event *event,
                                        struct sellable_answer *answer) {
    const struct sellable_scope scope = {.item_key = event->item_key,
                                         .channel_key = event->channel_key,
                                         .item = event->item,
                                         .channel = event->channel};
    switch (event->type) {
    case SELLABLE_ITEM:
        return sellable_item_put(engine, NULL, event->item_key, event->item_settings, NULL,
                                 answer);
    case SELLABLE_LOCATION:
        return sellable_location_put(engine, NULL, event->location_key, event->location_settings,
                                     NULL, answer);
    case SELLABLE_CHANNEL:
        return sellable_channel_put(engine, NULL, event->channel_key, event->policy, NULL,
                                    answer);
    case SELLABLE_POLICY:
        return sellable_policy_put(engine, NULL, &scope, event->policy, answer);
    case SELLABLE_HOLD: return sellable_hold_put(engine, NULL, event->reason, NULL, answer);
    case SELLABLE_OWNER: return sellable_owner_put(engine, NULL, event->ownership, answer);
    default:
        return sellable_source_put(engine, NULL, event->declares,
                                   event->max_lag_given ? &event->max_lag : NULL, NULL, answer);
    }
}

/* The same change without an origin. */
static enum sellable_status call(struct sellable *engine, const struct sellable_event *event,
                                 struct sellable_answer *answer) {
    return event->type <= SELLABLE_RESOURCE ? call_order(engine, event, answer)
                                            : call_master(engine, event, answer);
}

static void the_events_of_orders_and_masters_do_what_the_calls_do(void **state) {
    (void)state;
    static struct rich rich;
    for (uint32_t type = SELLABLE_RESERVE; type < SELLABLE_EVENT_TYPES_END; type++) {
        for (int is_rich = 0; is_rich < 2; is_rich++) {
            struct sellable *engine = set_stage(), *other = set_stage();
            struct reply sent, called;
            struct sellable_event event = every_event(type);
            counted_in(engine, "A", "each", 1, 1);
            counted_in(other, "A", "each", 1, 1);
            if (is_rich) {
                rich_make(&rich, engine, type);
                event = rich.event;
                event.id = NO_KEY;
                event.has_at = 0;
            }
            expect_at((int)sellable_apply(engine, NULL, &event, empty(&sent)), SELLABLE_OK,
                      sellable_event_name((int)type), __FILE__, __LINE__);
            expect_at((int)call(other, &event, empty(&called)), SELLABLE_OK,
                      sellable_event_name((int)type), __FILE__, __LINE__);
            same_full(engine, other);
            equal(sent.answer.plan_count, called.answer.plan_count);
            equal(sent.answer.date, called.answer.date);
            assert_memory_equal(sent.plan, called.plan, sizeof sent.plan);
            sellable_close(engine);
            sellable_close(other);
        }
    }
}

static void a_refused_event_of_an_order_or_a_master_says_what_the_call_says(void **state) {
    (void)state;
    const struct sellable_line much = line_of("A", 1000), unknown = line_of("C", 1);
    const struct sellable_order orders[] = {
        {.key = key_of("O-9"), .channel_key = key_of("web"), .lines = &much, .line_count = 1},
        {.key = key_of("O-9"), .channel_key = key_of("web"), .lines = &unknown, .line_count = 1},
        {.key = key_of("O-1"), .channel_key = key_of("web"), .lines = &much, .line_count = 1},
        {.key = key_of("O-2"), .lines = &much, .line_count = 1}};
    const struct sellable_part part = part_of("A", 3), stranger = part_of("C", 1);
    const struct sellable_component itself = {.item_key = key_of("A"), .number = 1};
    const struct sellable_item_settings kit = {
        .set = SELLABLE_ITEM_COMPONENTS, .components = &itself, .component_count = 1},
        twice = {.set = 1, .unset = 1};
    const struct sellable_location_settings region = {.set = SELLABLE_LOCATION_REGION};
    const struct sellable_policy share = {.set = SELLABLE_SETTING_SHARE, .share = 10001};
    const struct sellable_event events[] = {
        EVENT(RESERVE, .order = &orders[0]),
        EVENT(RESERVE, .order = &orders[1]),
        EVENT(RESERVE, .order = &orders[2]),
        EVENT(AMEND, .order = &orders[1]),
        EVENT(AMEND, .order = &orders[2]),
        EVENT(AMEND, .order = &orders[3]),
        EVENT(CONFIRM, .order_key = key_of("O-77")),
        EVENT(CONFIRM, .order_key = key_of("")),
        EVENT(EXTEND, .order_key = key_of("O-1"), .expires_at = 5),
        EVENT(EXTEND, .order_key = key_of("O-2"), .expires_at = STAGE_NOW + 5),
        EVENT(RELEASE, .order_key = key_of("O-2")),
        EVENT(RELEASE, .order_key = key_of("O-1"), .parts = &part, .part_count = 1),
        EVENT(ALLOCATE, .order_key = key_of("O-1"), .parts = &stranger, .part_count = 1),
        EVENT(DEALLOCATE, .order_key = key_of("O-1")),
        EVENT(SHIP, .order_key = key_of("O-77")),
        EVENT(RESOURCE, OF("A", "east"), .to_key = key_of("east"), .order_key = key_of("O-1")),
        EVENT(RESOURCE, OF("A", "west"), .to_key = key_of("east"), .order_key = key_of("O-1")),
        EVENT(RESOURCE, OF("C", "west"), .to_key = key_of("east"), .order_key = key_of("O-1")),
        EVENT(RESOURCE, OF("A", "west"), .to_key = key_of("east"), .order_key = key_of("O-77")),
        EVENT(ITEM, .item_key = key_of("A"), .item_settings = &kit),
        EVENT(ITEM, .item_key = key_of("B"), .item_settings = &twice),
        EVENT(ITEM, .item_key = key_of("")),
        EVENT(LOCATION, .location_key = key_of("east"), .location_settings = &region),
        EVENT(LOCATION, .location_key = key_of("\xff")),
        EVENT(CHANNEL, .channel_key = key_of("web"), .policy = &share),
        EVENT(CHANNEL, .policy = NULL),
        EVENT(POLICY, .policy = &share),
        EVENT(POLICY, .item_key = key_of("C"), .policy = &share),
        EVENT(POLICY, .channel_key = key_of("shop"), .policy = &share),
        EVENT(HOLD, .reason = key_of("")),
        EVENT(SOURCE, .declares = key_of("")),
        EVENT(SOURCE, .declares = key_of("3pl"), .max_lag_given = 1, .max_lag = -2),
    };
    for (size_t i = 0; i < COUNT_OF(events); i++) {
        struct sellable *engine = set_stage();
        struct reply called;
        enum sellable_status status = call(engine, &events[i], empty(&called));
        char text[80];
        (void)snprintf(text, sizeof text, "event %u, %s, as a call", (unsigned)i,
                       sellable_event_name((int)events[i].type));
        assert_true(status != SELLABLE_OK);
        struct sellable_answer sent =
            refuses_at(engine, status, called.answer.field, events[i], text, (int)i);
        equal(sent.line, called.answer.line);
        equal(sent.misfit_count, called.answer.misfit_count);
        sellable_close(engine);
    }
}

static void an_order_that_is_sent_again_under_its_own_key_gets_its_first_plan_again(void **state) {
    (void)state;
    struct sellable *engine = set_stage();
    struct sellable_event event = every_event(SELLABLE_RESERVE);
    struct reply first, again;
    event.source_key = key_of("erp");
    event.id = key_of("e1");
    expect(sellable_apply(engine, NULL, &event, empty(&first)), OK);
    plan_is_at(engine, &first, "1 A east", __FILE__, __LINE__);
    expect(release(engine, "O-9"), OK);
    event.id = key_of("e2"); /* whatever became of it since */
    expect(sellable_apply(engine, NULL, &event, empty(&again)), DUPLICATE);
    plan_is_at(engine, &again, "1 A east", __FILE__, __LINE__);
    equal(again.answer.date, first.answer.date);
    equal(counts_of(engine).last, 0);
    refuses(engine, STALE, "as_of", ON_HAND_SET, OF("A", "east"), AS_OF(-1));
    event.id = key_of("e3"); /* so, too, where it mends what was refused */
    expect(sellable_exception_replay(engine, NULL, 1, &event, empty(&again)), DUPLICATE);
    plan_is_at(engine, &again, "1 A east", __FILE__, __LINE__);
    equal(again.answer.date, first.answer.date);
    equal(counts_of(engine).kept, 0);
    sellable_close(engine);
}

static void masters_without_settings_only_make_what_they_name(void **state) {
    (void)state;
    struct sellable *engine = set_stage();
    applies(engine, ITEM, .item_key = key_of("C"));
    applies(engine, LOCATION, .location_key = key_of("north"));
    applies(engine, CHANNEL, .channel_key = key_of("shop"));
    applies(engine, HOLD, .reason = key_of("customs"));
    applies(engine, SOURCE, .declares = key_of("3pl"), .max_lag = 77); /* not given */
    equal(source_seen(engine, "3pl").max_lag, -1);
    applies(engine, SOURCE, .declares = key_of("3pl"), .max_lag = 77, .max_lag_given = 1);
    equal(source_seen(engine, "3pl").max_lag, 77);
    applies(engine, HOLD_PLACE, OF("C", "north"), .reason = key_of("customs"), .quantity = 1);
    cell_is(engine, "C", "north", "held 1");
    equal(promisable(engine, "shop", "A"), 24);
    sellable_close(engine);
}

/* ---- fields ---------------------------------------------------------------------------------- */

static bool expects(uint32_t type) {
    switch (type) {
    case SELLABLE_ON_HAND_SET:
    case SELLABLE_ON_HAND_ADJUST:
    case SELLABLE_ALLOCATION_SET:
    case SELLABLE_ALLOCATION_ADJUST:
    case SELLABLE_SAFETY_STOCK_SET:
    case SELLABLE_RING_FENCE_SET:
    case SELLABLE_SCHEDULE_SET: return true;
    default: return false;
    }
}

/* The least quantity that the type takes. */
static int64_t least_of(uint32_t type) {
    switch (type) {
    case SELLABLE_ON_HAND_SET:
    case SELLABLE_ON_HAND_ADJUST:
    case SELLABLE_ALLOCATION_ADJUST:
    case SELLABLE_SCHEDULE_SET: return -LARGEST;
    case SELLABLE_ALLOCATION_SET:
    case SELLABLE_SAFETY_STOCK_SET:
    case SELLABLE_RING_FENCE_SET: return 0;
    default: return 1;
    }
}

static void a_quantity_is_in_the_range_of_its_type(void **state) {
    (void)state;
    struct sellable *engine = set_stage();
    for (uint32_t type = SELLABLE_ON_HAND_SET; type <= SELLABLE_RETURN_DISPOSITION; type++) {
        const int64_t wrong[] = {least_of(type) - 1, LARGEST + 1, INT64_MIN, INT64_MAX};
        const int64_t right[] = {least_of(type), LARGEST};
        struct sellable_event event = every_event(type);
        for (size_t i = 0; i < COUNT_OF(wrong); i++) {
            event.quantity = wrong[i];
            refuses_event(engine, INVALID, "quantity", event);
        }
        event.source_key = key_of("3pl");
        for (size_t i = 0; i < COUNT_OF(right); i++) { /* then it is the source that is wrong */
            event.quantity = right[i];
            refuses_event(engine, UNKNOWN_SOURCE, "source", event);
        }
    }
    sellable_close(engine);
}

static void only_sets_and_adjustments_expect_something(void **state) {
    (void)state;
    struct sellable *engine = set_stage();
    for (uint32_t type = SELLABLE_ON_HAND_SET; type <= SELLABLE_RETURN_DISPOSITION; type++) {
        struct sellable_event event = every_event(type);
        event.has_expected = 1;
        event.expected = 77;
        if (expects(type)) {
            struct sellable_answer answer = refuses_event(engine, CONFLICT, "expected", event);
            event.expected = answer.actual;
            applies_event(engine, event);
        } else {
            refuses_event(engine, INVALID, "has_expected", event);
        }
    }
    sellable_close(engine);
}

static void the_unit_of_a_quantity_is_one_of_the_item_and_comes_out_whole(void **state) {
    (void)state;
    for (uint32_t type = SELLABLE_ON_HAND_SET; type <= SELLABLE_RETURN_DISPOSITION; type++) {
        struct sellable *engine = set_stage(), *other = set_stage();
        const struct sellable_unit units[] = {{key_of("third"), 1, 3}, {key_of("big"), LARGEST, 1}};
        const struct sellable_item_settings settings = {
            .set = SELLABLE_ITEM_UNITS, .units = units, .unit_count = 2};
        struct sellable *const both[] = {engine, other};
        for (int i = 0; i < 2; i++) {
            expect(sellable_item_put(both[i], NULL, key_of("A"), &settings, NULL, NULL), OK);
        }
        struct sellable_event event = every_event(type);
        event.quantity = 3;
        event.unit = key_of("third");
        applies_event(engine, event);
        event.unit = NO_KEY;
        event.quantity = 1;
        applies_event(other, event);
        same_full(engine, other);
        event.unit = key_of("third");
        refuses_event(engine, INVALID, "quantity", event);
        event.unit = key_of("big");
        event.quantity = 2;
        struct sellable_answer answer;
        expect(sellable_apply(engine, NULL, &event, &answer), INVALID);
        names(&answer, "quantity", 0);
        event.unit = key_of("case");
        refuses_event(engine, INVALID, "unit", event);
        sellable_close(engine);
        sellable_close(other);
    }
}

/* Everything that belongs to other types is nonsense. */
static struct sellable_event with_nonsense(struct sellable_event event) {
    static const struct sellable_key nonsense = {"\xff", 1};
    uint32_t type = event.type;
    bool supply = type <= SELLABLE_RETURN_DISPOSITION;
    struct sellable_key *const keys[] = {
        &event.item_key,  &event.location_key, &event.reason,    &event.unit,     &event.held,
        &event.reference, &event.channel_key,  &event.order_key, &event.declares, &event.to_key};
    int64_t *const figures[] = {&event.quantity, &event.until,   &event.due,
                                &event.as_of,    &event.max_lag, &event.expires_at};
    for (size_t i = 0; i < COUNT_OF(keys); i++) {
        bool of_type = keys[i] == &event.unit ? supply
                       : keys[i] == &event.order_key ? type == SELLABLE_RETURN_RECEIVE
                       : keys[i] == &event.held      ? type == SELLABLE_RECEIPT
                       : keys[i] == &event.reference ? type == SELLABLE_RECEIPT
                                                     : false;
        if (keys[i]->size == 0 && !of_type &&
            !(type == SELLABLE_POLICY || type == SELLABLE_RESOURCE)) {
            *keys[i] = nonsense;
        }
    }
    for (size_t i = 0; i < COUNT_OF(figures); i++) {
        bool of_type = (figures[i] == &event.until && type == SELLABLE_RING_FENCE_SET) ||
                       (figures[i] == &event.quantity && supply) || *figures[i] != 0;
        if (!of_type) {
            *figures[i] = INT64_MIN;
        }
    }
    if (type != SELLABLE_RETURN_DISPOSITION) {
        event.outcome = 77;
    }
    if (type < SELLABLE_RELEASE || type > SELLABLE_SHIP) {
        event.part_count = 77;
    }
    return event;
}

static void fields_of_other_types_are_not_looked_at(void **state) {
    (void)state;
    for (EACH_TYPE(type)) {
        struct sellable *engine = set_stage(), *other = set_stage();
        struct sellable_event event = every_event(type);
        if (type == SELLABLE_RESOURCE || type == SELLABLE_RECEIPT) {
            event.quantity = 2;
        }
        applies_event(other, event);
        applies_event(engine, with_nonsense(event));
        same_full(engine, other);
        sellable_close(engine);
        sellable_close(other);
    }
}

/* Of that many bytes, each a key of its own: the first is its letter. */
static struct sellable_key long_key(char letter, uint64_t size) {
    static char text[8][SELLABLE_KEY_MAX + 1];
    static uint32_t next;
    char *bytes = text[next++ % 8];
    memset(bytes, 'k', sizeof text[0]);
    bytes[0] = letter;
    return (struct sellable_key){bytes, size};
}

static void keys_of_128_bytes_are_taken_everywhere_and_of_129_nowhere(void **state) {
    (void)state;
    struct sellable *engine = set_stage();
    const uint64_t most = SELLABLE_KEY_MAX;
    struct sellable_event event = EVENT(TRANSFER_SHIP, OF("A", "east"), .to_key = key_of("west"),
                                        .quantity = 1, .due = STAGE_NOW + 5);
    for (uint64_t size = most + 1; size >= most; size--) {
        enum sellable_status status = size > most ? SELLABLE_INVALID : SELLABLE_OK;
        const struct sellable_event events[] = {
            EVENT(ITEM, .item_key = long_key('i', size)),
            EVENT(LOCATION, .location_key = long_key('l', size)),
            EVENT(CHANNEL, .channel_key = long_key('c', size)),
            EVENT(HOLD, .reason = long_key('h', size)),
            EVENT(SOURCE, .declares = long_key('s', size)),
            EVENT(SCHEDULE_SET, OF("A", "east"), .quantity = 1, .reference = long_key('r', size)),
            EVENT(RECEIPT, OF("A", "east"), .quantity = 1, .reference = long_key('r', size)),
            EVENT(RETURN_RECEIVE, OF("A", "east"), .quantity = 1,
                  .order_key = long_key('o', size))};
        for (size_t i = 0; i < COUNT_OF(events); i++) {
            expect_at((int)sellable_apply(engine, NULL, &events[i], NULL), (int)status,
                      sellable_event_name((int)events[i].type), __FILE__, __LINE__);
        }
        event.reference = long_key('t', size);
        expect_at((int)sellable_apply(engine, NULL, &event, NULL), (int)status, "transfer.ship",
                  __FILE__, __LINE__);
    }
    struct sellable_source source;
    expect(sellable_source_find(engine, long_key('s', most), &source), OK);
    applies(engine, TRANSFER_RECEIVE, .reference = long_key('t', most), .quantity = 1,
            .source_key = long_key('s', most), .id = long_key('e', most));
    refuses(engine, UNKNOWN_SOURCE, "source", CONFIRM, .order_key = key_of("O-1"),
            .source_key = long_key('s', most + 1));
    applies(engine, RING_FENCE_SET, .item_key = long_key('i', most), .quantity = 1,
            .location_key = long_key('l', most), .channel_key = long_key('c', most));
    sellable_close(engine);
}

/* ---- batches --------------------------------------------------------------------------------- */

static void a_batch_of_every_type_is_the_same_as_one_after_another(void **state) {
    (void)state;
    struct sellable *engine = set_stage(), *other = set_stage();
    struct sellable_event events[SELLABLE_EVENT_TYPES_END + 3];
    enum sellable_status statuses[COUNT_OF(events)], single;
    struct sellable_answer answers[COUNT_OF(events)], answer;
    size_t count = 0;
    for (EACH_TYPE(type)) {
        events[count] = every_event(type);
        events[count].id = key_of(sellable_event_name((int)type));
        count++;
    }
    events[count++] = events[3];                              /* a duplicate */
    events[count++] = (struct sellable_event){.type = 0};     /* none */
    events[count] = every_event(SELLABLE_HOLD_SCRAP);         /* too much */
    events[count++].quantity = 1000;
    memset(answers, 0, sizeof answers);
    expect(sellable_apply_batch(engine, NULL, events, count, statuses, answers), OK);
    for (size_t i = 0; i < count; i++) {
        memset(&answer, 0, sizeof answer);
        single = sellable_apply(other, NULL, &events[i], &answer);
        expect_at((int)statuses[i], (int)single, "of a batch", __FILE__, __LINE__);
        equal(answers[i].variance, answer.variance);
        equal(answers[i].exception, answer.exception);
    }
    same_full(engine, other);
    expect(statuses[count - 3], DUPLICATE);
    expect(statuses[count - 2], INVALID);
    expect(statuses[count - 1], WRONG_STATE);
    expect(sellable_apply_batch(engine, NULL, NULL, 0, NULL, NULL), OK);
    expect(sellable_apply_batch(engine, NULL, events, count, statuses, NULL), OK);
    for (size_t i = 0; i + 3 < count; i++) {
        expect_at((int)statuses[i], statuses[i] == SELLABLE_WRONG_STATE ? SELLABLE_WRONG_STATE
                                                                         : SELLABLE_DUPLICATE,
                  "once more", __FILE__, __LINE__);
    }
    sellable_close(engine);
    sellable_close(other);
}

/* ---- what an item is ------------------------------------------------------------------------- */

static void an_item_becomes_a_kit_though_a_balance_of_it_is_remembered(void **state) {
    (void)state;
    struct sellable *engine = set_stage();
    const struct sellable_component part = {.item_key = key_of("A"), .number = 2};
    const struct sellable_item_settings kit = {
        .set = SELLABLE_ITEM_COMPONENTS, .components = &part, .component_count = 1},
        plain = {.unset = SELLABLE_ITEM_COMPONENTS};
    const struct sellable_event becomes =
        EVENT(ITEM, .item_key = key_of("B"), .item_settings = &kit);
    applies(engine, ON_HAND_ADJUST, OF("B", "east"), .quantity = 1);
    refuses_event(engine, WRONG_STATE, NULL, becomes);
    applies(engine, ON_HAND_ADJUST, OF("B", "east"), .quantity = -1); /* movements, but no stock */
    applies(engine, ON_HAND_SET, OF("B", "west"), .quantity = 0);
    applies(engine, TRANSFER_SHIP, OF("B", "east"), .to_key = key_of("west"), .quantity = 1,
            .reference = key_of("T-1"), .due = STAGE_NOW + 5);
    refuses_event(engine, WRONG_STATE, NULL, becomes);
    applies(engine, TRANSFER_RECEIVE, .reference = key_of("T-1"), .quantity = 1);
    refuses_event(engine, WRONG_STATE, NULL, becomes);
    applies(engine, ON_HAND_ADJUST, OF("B", "east"), .quantity = 1);
    applies(engine, ON_HAND_ADJUST, OF("B", "west"), .quantity = -1);
    applies_event(engine, becomes);
    equal(promisable(engine, "web", "B"), 12);
    refuses(engine, INVALID, "item", ON_HAND_ADJUST, OF("B", "east"), .quantity = 1);
    applies(engine, ITEM, .item_key = key_of("B"), .item_settings = &plain);
    applies(engine, ON_HAND_ADJUST, OF("B", "east"), .quantity = 1);
    sellable_close(engine);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_and_numbers_are_those_of_the_header),
        cmocka_unit_test(the_events_of_orders_and_masters_do_what_the_calls_do),
        cmocka_unit_test(a_refused_event_of_an_order_or_a_master_says_what_the_call_says),
        cmocka_unit_test(an_order_that_is_sent_again_under_its_own_key_gets_its_first_plan_again),
        cmocka_unit_test(masters_without_settings_only_make_what_they_name),
        cmocka_unit_test(a_quantity_is_in_the_range_of_its_type),
        cmocka_unit_test(only_sets_and_adjustments_expect_something),
        cmocka_unit_test(the_unit_of_a_quantity_is_one_of_the_item_and_comes_out_whole),
        cmocka_unit_test(fields_of_other_types_are_not_looked_at),
        cmocka_unit_test(keys_of_128_bytes_are_taken_everywhere_and_of_129_nowhere),
        cmocka_unit_test(a_batch_of_every_type_is_the_same_as_one_after_another),
        cmocka_unit_test(an_item_becomes_a_kit_though_a_balance_of_it_is_remembered),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
