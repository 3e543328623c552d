/* SPDX-License-Identifier: Apache-2.0
 *
 * The audit's second hash, `full`: what is remembered beside masters, cells and orders. Each trace
 * of an event counts in it, and in it alone, until it is past its retention; and so do exceptions,
 * with all that their records say. */
#include "audited.h"

#include "rich_event.h"

/* ---- the traces of an event ------------------------------------------------------------------ */

/* One event each, which makes A in east one more; they differ in nothing but what is remembered. */
static void each_trace_of_an_event_counts_in_full_alone(void **state) {
    (void)state;
    const struct sellable_event events[] = {
        EVENT(ON_HAND_ADJUST, OF("A", "east"), .quantity = 1),
        EVENT(ON_HAND_ADJUST, OF("A", "east"), .quantity = 1, ID("e1")),
        EVENT(ON_HAND_ADJUST, OF("A", "east"), .quantity = 1, ID("e2")),
        EVENT(ON_HAND_ADJUST, OF("A", "east"), .quantity = 1, ID("e1"), FROM("erp")),
        EVENT(ON_HAND_ADJUST, OF("A", "east"), .quantity = 1, ID("e1"), FROM("wms")),
        EVENT(ON_HAND_ADJUST, OF("A", "east"), .quantity = 1, SEQ(1), FROM("erp")),
        EVENT(ON_HAND_ADJUST, OF("A", "east"), .quantity = 1, SEQ(2), FROM("erp")),
        EVENT(ON_HAND_ADJUST, OF("A", "east"), .quantity = 1, SEQ(0), FROM("erp")),
        EVENT(ON_HAND_ADJUST, OF("A", "east"), .quantity = 1, SEQ(1), FROM("wms")),
        EVENT(ON_HAND_ADJUST, OF("A", "east"), .quantity = 1, SEQ(1), FROM("erp"), ID("e1")),
        EVENT(ON_HAND_ADJUST, OF("A", "east"), .quantity = 1, AT(STAGE_NOW - 1)),
        EVENT(ON_HAND_ADJUST, OF("A", "east"), .quantity = 1, AT(STAGE_NOW + 1)),
        EVENT(ON_HAND_SET, OF("A", "east"), .quantity = 21),
        EVENT(ON_HAND_SET, OF("A", "east"), .quantity = 21, AS_OF(STAGE_NOW + 1)),
        EVENT(ON_HAND_SET, OF("A", "east"), .quantity = 24, AT(STAGE_NOW - 1)), /* less 3 */
    };
    static struct distinct seen;
    struct sellable_audit first = {.consistent = 0};
    seen.count = 0;
    for (uint32_t i = 0; i < COUNT_OF(events); i++) {
        struct sellable *engine = set_stage();
        applies_event(engine, events[i]);
        const struct sellable_audit audit = audited(engine);
        if (i == 0)
            first = audit;
        is_distinct(&seen, audit.full, "event", i);
        is_back(engine, first.hash, "whatever is remembered");
        sellable_close(engine);
    }
}

static void the_gaps_of_a_source_count(void **state) {
    (void)state;
    static const int64_t numbers[][2] = {{1, 3}, {2, 3}, {1, 2}};
    static struct distinct seen;
    seen.count = 0;
    for (uint32_t i = 0; i < COUNT_OF(numbers); i++) {
        struct sellable *engine = set_stage();
        for (int k = 0; k < 2; k++)
            applies(engine, ON_HAND_ADJUST, OF("A", "east"), .quantity = 1, FROM("erp"),
                    SEQ(numbers[i][k]));
        is_distinct(&seen, audited(engine).full, "numbers", i);
        sellable_close(engine);
    }
}

/* At two cells and three times, so many that they are kept in several places. */
static void movements_count_as_what_they_come_to(void **state) {
    (void)state;
    enum { MANY = 60 };
    static struct distinct seen;
    struct sellable *engines[3];
    for (int e = 0; e < 3; e++) {
        engines[e] = set_stage();
        for (uint32_t i = 0; i < MANY; i++) {
            uint32_t which = e == 0 ? i : MANY - 1 - i; /* in two orders */
            applies(engines[e], ON_HAND_ADJUST, OF("A", which % 2 == 0 ? "east" : "west"),
                    .quantity = e == 2 ? 2 : 1, AT(STAGE_NOW - which % 3));
            if (e == 2) /* the same by another way */
                applies(engines[e], ON_HAND_ADJUST, OF("A", which % 2 == 0 ? "east" : "west"),
                        .quantity = -1, AT(STAGE_NOW - which % 3));
        }
        assert_true(equal_hash(audited(engines[0]).full, audited(engines[e]).full));
    }
    seen.count = 0;
    is_distinct(&seen, audited(engines[0]).full, "as they were", 0);
    applies(engines[0], ON_HAND_ADJUST, OF("A", "east"), .quantity = 1, AT(STAGE_NOW));
    is_distinct(&seen, audited(engines[0]).full, "one more", 0);
    applies(engines[0], ON_HAND_ADJUST, OF("A", "east"), .quantity = -1, AT(STAGE_NOW - 1));
    is_back(engines[0], audited(engines[1]).hash, "at two times");
    is_distinct(&seen, audited(engines[0]).full, "at two times", 0);
    applies(engines[0], ON_HAND_ADJUST, OF("A", "east"), .quantity = 1, AT(STAGE_NOW - 1));
    applies(engines[0], ON_HAND_ADJUST, OF("A", "east"), .quantity = -1, AT(STAGE_NOW));
    assert_true(equal_hash(audited(engines[0]).full, seen.hash[0]));
    applies(engines[0], ON_HAND_ADJUST, OF("B", "west"), .quantity = 1, AT(STAGE_NOW - 9));
    applies(engines[0], ON_HAND_ADJUST, OF("B", "west"), .quantity = -1, AT(STAGE_NOW - 9));
    assert_true(equal_hash(audited(engines[0]).full, seen.hash[0])); /* they come to nothing */
    for (int e = 0; e < 3; e++)
        sellable_close(engines[e]);
}

/* A balance of before the transfer T-0, which has taken 3 of A from east since: nothing changes. */
static void count_again(struct sellable *engine, const char *item, const char *place,
                        int64_t as_of) {
    int64_t there = cell_of(engine, item, place).on_hand;
    int64_t left = strcmp(item, "A") == 0 && strcmp(place, "east") == 0 ? 3 : 0;
    applies(engine, ON_HAND_SET, OF(item, place), .quantity = there + left, AS_OF(as_of));
    equal(cell_of(engine, item, place).on_hand, there);
}

/* One and the same of another item, or at another place. */
static void balances_and_movements_count_where_they_are(void **state) {
    (void)state;
    enum { CELLS = 3 };
    static const char *const items[CELLS] = {"A", "A", "B"};
    static const char *const places[CELLS] = {"east", "west", "east"};
    static struct distinct seen;
    seen.count = 0;
    for (uint32_t i = 0; i < 2 * CELLS; i++) {
        struct sellable *engine = set_stage();
        const char *item = items[i % CELLS], *place = places[i % CELLS];
        for (int k = 0; k < CELLS; k++)
            count_again(engine, items[k], places[k], STAGE_NOW - 2);
        if (i < CELLS) {
            applies(engine, ON_HAND_ADJUST, OF(item, place), .quantity = 1, AT(STAGE_NOW + 1));
            applies(engine, ON_HAND_ADJUST, OF(item, place), .quantity = -1, AT(STAGE_NOW + 2));
        } else {
            count_again(engine, item, place, STAGE_NOW - 1);
        }
        is_distinct(&seen, audited(engine).full, "place", i);
        sellable_close(engine);
    }
}

/* The same at another now: what is remembered is remembered longer. */
static void it_counts_when_it_was_applied(void **state) {
    (void)state;
    for (int trace = 0; trace < 3; trace++) {
        struct sellable *engines[] = {set_stage(), set_stage()};
        for (int i = 0; i < 2; i++) {
            struct sellable *engine = engines[i];
            now_is(engine, STAGE_NOW + (i == 0 ? 5 : 6));
            if (trace == 0)
                applies(engine, ON_HAND_ADJUST, OF("A", "east"), .quantity = 1, ID("e1"),
                        AT(STAGE_NOW));
            else if (trace == 1)
                applies(engine, TRANSFER_SHIP, OF("A", "east"), .to_key = key_of("west"),
                        .quantity = 1, .reference = key_of("T-1"), .due = STAGE_NOW,
                        AT(STAGE_NOW));
            else
                refuses(engine, UNKNOWN_ITEM, "item", ON_HAND_SET, OF("Z", "east"));
            now_is(engine, STAGE_NOW + 6);
        }
        are_alike(engines[0], engines[1], "what is there");
        assert_false(equal_hash(audited(engines[0]).full, audited(engines[1]).full));
        sellable_close(engines[0]);
        sellable_close(engines[1]);
    }
}

/* Of one key, and with nothing left but that it is known. */
static void a_transfer_counts_with_its_item_and_its_ends(void **state) {
    (void)state;
    static const char *const items[] = {"A", "B"};
    static const char *const places[] = {"east", "west", "north", "south"};
    static struct distinct seen;
    struct sellable *first = NULL;
    seen.count = 0;
    for (uint32_t i = 0; i < 8; i++) {
        struct sellable *engine = set_stage();
        const char *item = items[i % 2], *from = places[i / 2 % 2], *to = places[2 + i / 4];
        for (uint32_t k = 0; k < 4; k++)
            location_of(engine, places[k]);
        applies(engine, TRANSFER_SHIP, OF(item, from), .to_key = key_of(to), .quantity = 2,
                .reference = key_of("T-1"), .due = STAGE_NOW);
        applies(engine, TRANSFER_RECEIVE, .reference = key_of("T-1"), .quantity = 2);
        applies(engine, ON_HAND_ADJUST, OF(item, from), .quantity = 2);
        applies(engine, ON_HAND_ADJUST, OF(item, to), .quantity = -2);
        is_distinct(&seen, audited(engine).full, "transfer", i);
        if (first == NULL) {
            first = engine;
            continue;
        }
        are_alike(first, engine, "all is back");
        sellable_close(engine);
    }
    sellable_close(first);
}

/* All of it has come; and then it is forgotten. */
static void a_transfer_counts_until_it_is_forgotten(void **state) {
    (void)state;
    static struct distinct seen;
    struct sellable *engines[4];
    seen.count = 0;
    for (uint32_t i = 0; i < COUNT_OF(engines); i++) {
        struct sellable *engine = engines[i] = set_stage();
        location_of(engine, "north");
        if (i < 3) {
            applies(engine, TRANSFER_SHIP, OF("A", i < 2 ? "east" : "west"), .quantity = 2,
                    .to_key = key_of("north"), .due = STAGE_NOW,
                    .reference = key_of(i == 1 ? "T-2" : "T-1"));
            applies(engine, TRANSFER_RECEIVE, .reference = key_of(i == 1 ? "T-2" : "T-1"),
                    .quantity = 2);
        } else {
            applies(engine, ON_HAND_ADJUST, OF("A", "east"), .quantity = -2);
            applies(engine, ON_HAND_ADJUST, OF("A", "north"), .quantity = 2);
        }
        is_distinct(&seen, audited(engine).full, "transfer", i);
        if (i != 2)
            are_alike(engine, engines[0], "it has come");
    }
    for (uint32_t i = 0; i < COUNT_OF(engines); i++)
        now_is(engines[i], STAGE_NOW + SELLABLE_RETENTION_DEFAULT);
    assert_true(equal_hash(audited(engines[0]).full, audited(engines[1]).full));
    assert_true(equal_hash(audited(engines[0]).full, audited(engines[3]).full));
    for (uint32_t i = 0; i < COUNT_OF(engines); i++)
        sellable_close(engines[i]);
}

static void what_is_past_its_retention_is_not_there_any_more(void **state) {
    (void)state;
    struct sellable *plain = set_stage(), *traced = set_stage();
    applies(plain, ON_HAND_ADJUST, OF("A", "east"), .quantity = 3);
    applies(traced, ON_HAND_ADJUST, OF("A", "east"), .quantity = 1, ID("e1"), FROM("erp"));
    applies(traced, ON_HAND_ADJUST, OF("A", "east"), .quantity = 2, ID("e2"),
            AT(STAGE_NOW - SELLABLE_DAY));
    for (int64_t now = STAGE_NOW + SELLABLE_RETENTION_DEFAULT - 1;; now++) {
        now_is(plain, now);
        now_is(traced, now);
        are_alike(plain, traced, "what is there");
        bool same = equal_hash(audited(plain).full, audited(traced).full);
        equal(same, now == STAGE_NOW + SELLABLE_RETENTION_DEFAULT);
        if (same)
            break;
    }
    sellable_close(plain);
    sellable_close(traced);
}

/* ---- exceptions ------------------------------------------------------------------------------ */

static void rule_for(struct sellable *engine, uint32_t type) {
    const struct sellable_ownership rule = {.type = type};
    expect(sellable_owner_put(engine, NULL, &rule, NULL), OK);
}

static struct sellable *rich_stage(uint32_t type) {
    struct sellable *engine = set_stage();
    counted_in(engine, "A", "each", 1, 1);
    counted_in(engine, "B", "each", 1, 1);
    item_of(engine, "SET");
    item_of(engine, "SE");
    channel_of(engine, "shop");
    located_in(engine, "north", "north");
    channel_with(engine, "web",
                 (struct sellable_policy){.set = SELLABLE_SETTING_HORIZON, .horizon = 9});
    rule_for(engine, type);
    return engine;
}

/* It is refused because nobody may send it, or for another reason. */
static void refuse(struct sellable *engine, const struct rich *rich) {
    struct sellable_answer answer = {.exception = 0};
    assert_true(sellable_apply(engine, NULL, &rich->event, &answer) != SELLABLE_OK);
    equal(answer.exception, counts_of(engine).last);
}

static struct sellable_location region_of(struct sellable *engine, const char *key) {
    struct sellable_location region = {0};
    expect(sellable_region_find(engine, key_of(key), &region), OK);
    return region;
}

/* Of a record of a type: one number more, one key shorter, or one field another. */
#define NUMBERS(X)                                                                                 \
    X(ON_HAND_SET, event.quantity)                                                                 \
    X(ON_HAND_SET, event.expected)                                                                 \
    X(ON_HAND_SET, event.as_of)                                                                    \
    X(ON_HAND_SET, event.at)                                                                       \
    X(ON_HAND_SET, event.has_seq)                                                                  \
    X(RING_FENCE_SET, event.until)                                                                 \
    X(SCHEDULE_SET, event.due)                                                                     \
    X(RETURN_DISPOSITION, event.outcome)                                                           \
    X(EXTEND, event.expires_at)                                                                    \
    X(RESERVE, order.expires_at)                                                                   \
    X(RESERVE, order.date)                                                                         \
    X(RESERVE, order.precedence)                                                                   \
    X(RESERVE, lines[0].quantity)                                                                  \
    X(RESERVE, lines[2].quantity)                                                                  \
    X(RESERVE, lines[2].at_least)                                                                  \
    X(RESERVE, lines[1].item.id)                                                                   \
    X(RESERVE, lines[1].location.id)                                                               \
    X(RESERVE, substitutes[1].item.id)                                                             \
    X(AMEND, lines[1].quantity)                                                                    \
    X(SHIP, parts[0].quantity)                                                                     \
    X(SHIP, parts[1].quantity)                                                                     \
    X(RESOURCE, event.quantity)                                                                    \
    X(ITEM, units[0].numerator)                                                                    \
    X(ITEM, units[1].denominator)                                                                  \
    X(ITEM, components[0].number)                                                                  \
    X(CHANNEL, policy.sourcing)                                                                    \
    X(CHANNEL, policy.buffer)                                                                      \
    X(CHANNEL, policy.share)                                                                       \
    X(CHANNEL, policy.precedence)                                                                  \
    X(CHANNEL, policy.backorder)                                                                   \
    X(CHANNEL, policy.horizon)                                                                     \
    X(CHANNEL, policy.minimum)                                                                     \
    X(CHANNEL, policy.low)                                                                         \
    X(CHANNEL, policy.interval)                                                                    \
    X(CHANNEL, policy.step)                                                                        \
    X(OWNER, ownership.type)                                                                       \
    X(SOURCE, event.max_lag)
#define KEYS(X)                                                                                    \
    X(ON_HAND_SET, event.id)                                                                       \
    X(ON_HAND_SET, event.correlation)                                                              \
    X(ON_HAND_ADJUST, event.reason)                                                                \
    X(SCHEDULE_SET, event.reference)                                                               \
    X(RECEIPT, event.reference)                                                                    \
    X(RETURN_RECEIVE, event.order_key)                                                             \
    X(RESERVE, order.key)                                                                          \
    X(RELEASE, event.reason)                                                                       \
    X(ITEM, event.item_key)                                                                        \
    X(ITEM, item.unit)                                                                             \
    X(ITEM, units[0].key)                                                                          \
    X(LOCATION, event.location_key)                                                                \
    X(LOCATION, location.region)                                                                   \
    X(CHANNEL, event.channel_key)                                                                  \
    X(CHANNEL, policy.unit)                                                                        \
    X(HOLD, event.reason)                                                                          \
    X(SOURCE, event.declares)
#define NOTHING ((struct sellable_key){NULL, 0})
#define OTHERS(X)                                                                                  \
    X(ON_HAND_SET, event.item_key, key_of("B"))                                                    \
    X(ON_HAND_SET, event.location_key, key_of("west"))                                             \
    X(ON_HAND_SET, event.unit, NOTHING)                                                            \
    X(TRANSFER_SHIP, event.location_key, key_of("north"))                                          \
    X(TRANSFER_SHIP, event.to_key, key_of("north"))                                                \
    X(RECEIPT, event.held, key_of("quality"))                                                      \
    X(RECEIPT, event.held, NOTHING)                                                                \
    X(RESERVE, order.channel_key, key_of("shop"))                                                  \
    X(RESERVE, order.mode, SELLABLE_ALL)                                                           \
    X(RESERVE, order.line_count, 2)                                                                \
    X(RESERVE, lines[0].unit, NOTHING)                                                             \
    X(RESERVE, lines[0].location_key, key_of("north"))                                             \
    X(RESERVE, lines[1].item.id, 4711)                                                             \
    X(RESERVE, lines[1].item.id, 4712)                                                             \
    X(RESERVE, lines[2].substitute_count, 1)                                                       \
    X(SHIP, event.order_key, key_of("O-1"))                                                        \
    X(SHIP, event.part_count, 1)                                                                   \
    X(SHIP, parts[0].item_key, key_of("B"))                                                        \
    X(SHIP, parts[0].location_key, key_of("west"))                                                 \
    X(SHIP, parts[0].unit, NOTHING)                                                                \
    X(ITEM, components[0].item_key, key_of("SE"))                                                  \
    X(ITEM, item.unit_count, 2)                                                                    \
    X(ITEM, item.component_count, 1)                                                               \
    X(ITEM, item.unset, 0)                                                                         \
    X(ITEM, item.unset, (rich.item.set |= SELLABLE_ITEM_TRACKED, 0))                               \
    X(ITEM, item.unset, (rich.item.set |= SELLABLE_ITEM_TRACKED, rich.item.tracked = 1, 0))        \
    X(LOCATION, location.set, SELLABLE_LOCATION_REGION)                                            \
    X(LOCATION, location.set, (rich.location.unset = SELLABLE_LOCATION_ACTIVE, 1))                 \
    X(LOCATION, location.active, 0)                                                                \
    X(CHANNEL, policy.closed, 0)                                                                   \
    X(CHANNEL, policy.paused, 0)                                                                   \
    X(CHANNEL, policy.cap, 5)                                                                      \
    X(CHANNEL, policy.location_count, 1)                                                           \
    X(CHANNEL, locations[0], location_of(engine, "north"))                                         \
    X(CHANNEL, locations[0], region_of(engine, "north"))                                           \
    X(POLICY, policy.unset, SELLABLE_SETTING_UNIT)                                                 \
    X(OWNER, ownership.location_key, key_of("west"))                                               \
    X(OWNER, ownership.owner_count, 1)                                                             \
    X(OWNER, ownership.unset, 1)                                                                   \
    X(OWNER, owners[1].source, source_of(engine, "erp"))

static void each_field_of_a_record_that_is_kept_counts(void **state) {
    (void)state;
    static const struct {
        uint32_t type;
        const char *field;
    } changes[] = {
#define CHANGE_OF(TYPE, field) {SELLABLE_##TYPE, #field},
#define CHANGE_TO(TYPE, field, value) {SELLABLE_##TYPE, #field " = " #value},
        NUMBERS(CHANGE_OF) KEYS(CHANGE_OF) OTHERS(CHANGE_TO)};
    static struct distinct seen;
    static struct rich rich;
    seen.count = 0;
    for (EACH_TYPE(type)) {
        struct sellable *engine = rich_stage(type);
        rich_make(&rich, engine, type);
        refuse(engine, &rich);
        is_distinct(&seen, audited(engine).full, "as it is", type);
        sellable_close(engine);
    }
    for (uint32_t i = 0; i < COUNT_OF(changes); i++) {
        struct sellable *engine = rich_stage(changes[i].type);
        uint32_t at = 0;
        rich_make(&rich, engine, changes[i].type);
#define ADD_TO_NUMBER(TYPE, field)                                                                 \
    if (at++ == i)                                                                                 \
        rich.field++;
#define CUT_KEY(TYPE, field)                                                                       \
    if (at++ == i)                                                                                 \
        rich.field.size--;
#define SET_TO(TYPE, field, value)                                                                 \
    if (at++ == i)                                                                                 \
        rich.field = value;
        NUMBERS(ADD_TO_NUMBER)
        KEYS(CUT_KEY)
        OTHERS(SET_TO)
        refuse(engine, &rich);
        is_distinct(&seen, audited(engine).full, changes[i].field, changes[i].type);
        sellable_close(engine);
    }
}

static void a_record_by_handles_is_one_by_keys(void **state) {
    (void)state;
    static struct rich rich;
    struct sellable *engines[2];
    for (int i = 0; i < 2; i++) {
        engines[i] = rich_stage(SELLABLE_RESERVE);
        rule_for(engines[i], SELLABLE_TRANSFER_SHIP);
        rich_make(&rich, engines[i], SELLABLE_TRANSFER_SHIP);
        if (i == 1) {
            rich.event.item = rich.a;
            rich.event.location = rich.east;
            rich.event.to = rich.west;
        }
        refuse(engines[i], &rich);
        rich_make(&rich, engines[i], SELLABLE_RESERVE);
        if (i == 1) {
            rich.lines[0].item = rich.a;
            rich.lines[0].location = rich.east;
            rich.order.channel = channel_of(engines[i], "web");
        }
        refuse(engines[i], &rich);
    }
    assert_true(equal_hash(audited(engines[0]).full, audited(engines[1]).full));
    sellable_close(engines[0]);
    sellable_close(engines[1]);
}

/* The same events, refused in another order, in an engine whose handles are others. */
static void exceptions_count_in_whatever_order_they_were_kept(void **state) {
    (void)state;
    static struct rich rich;
    struct sellable *engines[2];
    for (uint32_t i = 0; i < 2; i++) {
        struct sellable *engine = engines[i] =
            open_with((struct sellable_options){.seed = i, .exceptions = i == 0 ? 0 : 99});
        static const char *const names[] = {"A", "B", "SET", "SE"};
        for (uint32_t k = 0; k < 4; k++)
            item_of(engine, names[i == 0 ? k : 3 - k]);
        location_of(engine, i == 0 ? "east" : "west");
        location_of(engine, i == 0 ? "west" : "east");
        source_of(engine, i == 0 ? "erp" : "wms");
        source_of(engine, i == 0 ? "wms" : "erp");
        channel_of(engine, "web");
        now_is(engine, STAGE_NOW);
        for (EACH_TYPE(type))
            rule_for(engine, type);
        for (uint32_t k = 1; k < SELLABLE_EVENT_TYPES_END; k++) {
            uint32_t type = i == 0 ? k : SELLABLE_EVENT_TYPES_END - k;
            rich_make(&rich, engine, type);
            enum sellable_status status = sellable_apply(engine, NULL, &rich.event, NULL);
            assert_true(kept_for(status));
        }
    }
    equal(counts_of(engines[1]).kept, SELLABLE_EVENT_TYPES_END - 1);
    assert_true(equal_hash(audited(engines[0]).full, audited(engines[1]).full));
    sellable_close(engines[0]);
    sellable_close(engines[1]);
}

static void what_is_kept_of_an_exception_beside_its_record_counts(void **state) {
    (void)state;
    const struct {
        enum sellable_status status;
        const char *field, *reason;
        struct sellable_event event;
    } kept[] = {
#define PUT(STATUS, field, reason, ...) {SELLABLE_##STATUS, field, reason, {__VA_ARGS__}}
        PUT(INVALID, "type", "none", .content = "abcdefgh", .content_size = 7),
        PUT(STALE, "type", "none", .content = "abcdefgh", .content_size = 7),
        PUT(INVALID, "seq", "none", .content = "abcdefgh", .content_size = 7),
        PUT(INVALID, "type", "no", .content = "abcdefgh", .content_size = 7),
        PUT(INVALID, "type", "none", .content = "abcdefgh", .content_size = 8),
        PUT(INVALID, "type", "none", .content = "abcdefgi", .content_size = 8),
        PUT(INVALID, "type", "none", .content = "", .content_size = 0),
        PUT(INVALID, "type", "none", .content = "abcdefgh", .content_size = 7, FROM("erp")),
        PUT(INVALID, "type", "none", .content = "abcdefgh", .content_size = 7, ID("erp")),
        PUT(INVALID, "type", "none", .content = "abcdefgh", .content_size = 7,
            .correlation = key_of("erp")),
        PUT(INVALID, "type", "none", .content = "abcdefgh", .content_size = 7,
            .type = SELLABLE_HOLD),
    };
    static struct distinct seen;
    struct sellable_audit before = {.consistent = 0};
    seen.count = 0;
    for (uint32_t i = 0; i < COUNT_OF(kept); i++) {
        struct sellable *engine = set_stage();
        if (i == 0)
            before = audited(engine);
        expect(sellable_exception_put(engine, NULL, &kept[i].event, kept[i].status, kept[i].field,
                                      kept[i].reason, NULL),
               OK);
        is_distinct(&seen, audited(engine).full, "exception", i);
        is_back(engine, before.hash, "an exception is kept");
        if (i == 0) {
            expect(sellable_exception_put(engine, NULL, &kept[i].event, kept[i].status,
                                          kept[i].field, kept[i].reason, NULL),
                   OK);
            is_distinct(&seen, audited(engine).full, "twice the same", i);
            expect(sellable_exception_discard(engine, NULL, 1, NULL), OK);
            is_distinct(&seen, audited(engine).full, "once, and one that has left", i);
        }
        sellable_close(engine);
    }
}

static void exceptions_that_were_lost_count(void **state) {
    (void)state;
    struct sellable *engines[2];
    for (uint32_t i = 0; i < 2; i++) {
        engines[i] = stage_with((struct sellable_options){.exceptions = 1 + i});
        for (int k = 0; k < 2; k++)
            refuses(engines[i], UNKNOWN_ITEM, "item", ON_HAND_SET, OF("Z", "east"),
                    .quantity = k);
        if (i == 1) /* the same one is left */
            expect(sellable_exception_discard(engines[i], NULL, 1, NULL), OK);
        equal(counts_of(engines[i]).kept, 1);
    }
    assert_false(equal_hash(audited(engines[0]).full, audited(engines[1]).full));
    are_alike(engines[0], engines[1], "what is there");
    sellable_close(engines[0]);
    sellable_close(engines[1]);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_trace_of_an_event_counts_in_full_alone),
        cmocka_unit_test(the_gaps_of_a_source_count),
        cmocka_unit_test(movements_count_as_what_they_come_to),
        cmocka_unit_test(balances_and_movements_count_where_they_are),
        cmocka_unit_test(it_counts_when_it_was_applied),
        cmocka_unit_test(a_transfer_counts_with_its_item_and_its_ends),
        cmocka_unit_test(a_transfer_counts_until_it_is_forgotten),
        cmocka_unit_test(what_is_past_its_retention_is_not_there_any_more),
        cmocka_unit_test(each_field_of_a_record_that_is_kept_counts),
        cmocka_unit_test(a_record_by_handles_is_one_by_keys),
        cmocka_unit_test(exceptions_count_in_whatever_order_they_were_kept),
        cmocka_unit_test(what_is_kept_of_an_exception_beside_its_record_counts),
        cmocka_unit_test(exceptions_that_were_lost_count),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
