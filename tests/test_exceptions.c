/* SPDX-License-Identifier: Apache-2.0
 *
 * Exceptions: which refused events are kept, with what, how many, how they are listed; that they
 * are replayed, or discarded. (Each kind of record, field by field: test_kept.c.) */
#include "every_event.h"

/* ---- words ----------------------------------------------------------------------------------- */

static int list_one(void *context, const struct sellable_exception *exception) {
    struct told *told = context;
    tell(told, "%s%llu %s", told->size ? ", " : "", (unsigned long long)exception->number,
         sellable_status_name((int)exception->status));
    if (exception->orders) {
        tell(told, " (%llu)", (unsigned long long)exception->orders);
    }
    return 0;
}

/* "1 stale, 4 not_owner (2)": each with the orders that it may touch */
static void listed_at(struct sellable *engine, struct sellable_exception_selection selection,
                      const char *wanted, const char *file, int line) {
    struct told told = {.size = 0};
    expect_at((int)sellable_exceptions(engine, NULL, &selection, list_one, &told), SELLABLE_OK,
              "sellable_exceptions", file, line);
    same_text_at(told.text, wanted, file, line);
}
#define listed(engine, wanted)                                                                     \
    listed_at(engine, (struct sellable_exception_selection){0}, wanted, __FILE__, __LINE__)
#define listed_by_impact(engine, wanted)                                                           \
    listed_at(engine, (struct sellable_exception_selection){.by_impact = 1}, wanted, __FILE__,     \
              __LINE__)

static int describe_one(void *context, const struct sellable_exception *exception) {
    struct told *told = context;
    tell(told, "%llu %s %s field '%s' at %lld", (unsigned long long)exception->number,
         sellable_status_name((int)exception->status),
         sellable_event_name((int)exception->type), exception->field,
         (long long)(exception->kept_at - STAGE_NOW));
    assert_true(exception->reason != NULL && exception->reason[0]);
    const struct sellable_key keys[] = {exception->source, exception->id, exception->correlation};
    const char *const names[] = {" source ", " id ", " correlation "};
    for (size_t i = 0; i < COUNT_OF(keys); i++) {
        if (keys[i].size) {
            tell(told, "%s", names[i]);
            tell_key(told, keys[i]);
        }
    }
    if (exception->content != NULL) {
        tell(told, " content %.*s", (int)exception->content_size,
             (const char *)exception->content);
        assert_null(exception->event);
    } else if (exception->event != NULL) {
        equal(exception->event->type, exception->type);
        equal(exception->content_size, 0);
        tell(told, " record");
    }
    return 0;
}

static void described_at(struct sellable *engine, uint64_t number, const char *wanted,
                         const char *file, int line) {
    struct told told = {.size = 0};
    const struct sellable_exception_selection one = {.number = number};
    expect_at((int)sellable_exceptions(engine, NULL, &one, describe_one, &told), SELLABLE_OK,
              "sellable_exceptions", file, line);
    same_text_at(told.text, wanted, file, line);
}
#define described(engine, number, wanted) described_at(engine, number, wanted, __FILE__, __LINE__)

static void counts_are_at(struct sellable *engine, uint64_t kept, uint64_t last, uint64_t lost,
                          const char *file, int line) {
    struct sellable_exception_counts counts = counts_of(engine);
    equal_at((int64_t)counts.kept, (int64_t)kept, "kept", file, line);
    equal_at((int64_t)counts.last, (int64_t)last, "last", file, line);
    equal_at((int64_t)counts.lost, (int64_t)lost, "lost", file, line);
}
#define counts_are(engine, kept, last, lost)                                                       \
    counts_are_at(engine, kept, last, lost, __FILE__, __LINE__)

/* So many cannot be released: it is kept. */
static uint64_t keep_one(struct sellable *engine, const char *location, int64_t quantity) {
    return refuses(engine, WRONG_STATE, NULL, HOLD_RELEASE, OF("A", location),
                   .reason = key_of("damage"), .quantity = quantity)
        .exception;
}

static enum sellable_status replay(struct sellable *engine, uint64_t number,
                                   const struct sellable_event *event) {
    return sellable_exception_replay(engine, NULL, number, event, NULL);
}

/* It is refused, the exception stays as it is, and nothing changes at all. */
static void stays_at(struct sellable *engine, uint64_t number, const struct sellable_event *event,
                     enum sellable_status status, const char *file, int line) {
    struct whole *before = whole_of(engine);
    struct sums sums = sums_of(engine), after;
    struct sellable_exception_counts counts = counts_of(engine);
    expect_at((int)replay(engine, number, event), (int)status, "sellable_exception_replay", file,
              line);
    same_whole_at(whole_of(engine), before, "after a replay", file, line);
    counts_are_at(engine, counts.kept, counts.last, counts.lost, file, line);
    after = sums_of(engine);
    equal_at(memcmp(&after, &sums, sizeof sums), 0, "the sums differ", file, line);
}
#define stays(engine, number, event, STATUS)                                                       \
    stays_at(engine, number, event, SELLABLE_##STATUS, __FILE__, __LINE__)

/* ---- what is kept ---------------------------------------------------------------------------- */

static void a_refused_event_is_kept_with_all_that_says_where_it_came_from(void **state) {
    (void)state;
    struct sellable *engine = set_stage();
    refuses(engine, WRONG_STATE, NULL, HOLD_RELEASE, OF("A", "east"), .reason = key_of("damage"),
            .quantity = 1, FROM("erp"), ID("e1"), .correlation = key_of("c1"));
    now_is(engine, STAGE_NOW + 7);
    refuses(engine, UNKNOWN_SOURCE, "source", HOLD_RELEASE, OF("A", "east"), FROM("3pl"),
            .reason = key_of("quality"), .quantity = 1, ID("e2"), .correlation = key_of("c2"));
    refuses(engine, INVALID, "quantity", HOLD_RELEASE, OF("A", "east"),
            .source = source_of(engine, "wms"), .reason = key_of("quality"));
    refuses(engine, CONFLICT, "expected", ON_HAND_SET, OF("A", "east"), EXPECTED(1),
            .content = "{!}", .content_size = 3);
    described(engine, 1,
              "1 wrong_state hold.release field '' at 0 source erp id e1 correlation c1 record");
    described(engine, 2,
              "2 unknown_source hold.release field 'source' at 7 source 3pl id e2 correlation c2 "
              "record");
    described(engine, 3, "3 invalid hold.release field 'quantity' at 7 source wms record");
    described(engine, 4, "4 conflict on_hand.set field 'expected' at 7 content {!}");
    counts_are(engine, 4, 4, 0);
    sellable_close(engine);
}

static void for_every_status_that_is_kept_there_is_a_reason(void **state) {
    (void)state;
    struct sellable *engine = set_stage();
    const struct sellable_ownership nobody = {.owned = SELLABLE_OWNED_ALLOCATED};
    expect(sellable_owner_put(engine, NULL, &nobody, NULL), OK);
    refuses(engine, CONFLICT, "expected", ON_HAND_SET, OF("A", "east"), EXPECTED(1));
    refuses(engine, UNKNOWN_ITEM, "item", ON_HAND_SET, OF("C", "east"));
    refuses(engine, UNKNOWN_LOCATION, "location", ON_HAND_SET, OF("A", "north"));
    refuses(engine, UNKNOWN_CHANNEL, "channel", RING_FENCE_SET, OF("A", "east"),
            .channel_key = key_of("shop"));
    refuses(engine, UNKNOWN_SOURCE, "source", ON_HAND_SET, OF("A", "east"), FROM("3pl"));
    refuses(engine, UNKNOWN_ORDER, "key", CONFIRM, .order_key = key_of("O-77"));
    refuses(engine, NOT_OWNER, NULL, ALLOCATION_SET, OF("A", "east"));
    refuses(engine, STALE, "as_of", ON_HAND_SET, OF("A", "east"), AS_OF(-1));
    refuses(engine, INVALID, "as_of", ON_HAND_SET, OF("A", "east"),
            AS_OF(STAGE_NOW + 2 * SELLABLE_DAY));
    refuses(engine, WRONG_STATE, NULL, DEALLOCATE, .order_key = key_of("O-1"));
    refuses(engine, OVERFLOW, NULL, ON_HAND_ADJUST, OF("A", "east"), .quantity = LARGEST);
    listed(engine, "1 conflict, 2 unknown_item, 3 unknown_location, 4 unknown_channel, "
                   "5 unknown_source, 6 unknown_order, 7 not_owner, 8 stale, 9 invalid, "
                   "10 wrong_state, 11 overflow");
    for (uint64_t i = 1; i <= counts_of(engine).last; i++) {
        const struct sellable_exception_selection one = {.number = i};
        struct told told = {.size = 0};
        expect(sellable_exceptions(engine, NULL, &one, describe_one, &told), OK);
    }
    sellable_close(engine);
}

static void a_duplicate_or_what_does_not_fit_or_is_paused_or_no_event_is_not_kept(void **state) {
    (void)state;
    struct sellable *engine = set_stage();
    const struct sellable_line much = line_of("A", 1000), one = line_of("A", 1);
    struct sellable_order order = {
        .key = key_of("O-9"), .channel_key = key_of("web"), .lines = &much, .line_count = 1};
    refuses(engine, INSUFFICIENT, NULL, RESERVE, .order = &order);
    policy_for(engine, "web", NULL,
               (struct sellable_policy){.set = SELLABLE_SETTING_PAUSED, .paused = 1});
    order.lines = &one;
    refuses(engine, PAUSED, "lines.item", RESERVE, .order = &order);
    applies(engine, ON_HAND_ADJUST, OF("A", "east"), .quantity = 1, ID("e1"));
    refuses(engine, DUPLICATE, NULL, ON_HAND_ADJUST, OF("A", "east"), .quantity = 1, ID("e1"));
    const uint32_t none[] = {0, SELLABLE_EVENT_TYPES_END, UINT32_MAX};
    for (size_t i = 0; i < COUNT_OF(none); i++) {
        const struct sellable_event event = {.type = none[i], OF("A", "east")};
        refuses_event(engine, INVALID, "type", event);
    }
    counts_are(engine, 0, 0, 0);
    listed(engine, "");
    sellable_close(engine);
}

static void the_calls_and_the_questions_keep_nothing(void **state) {
    (void)state;
    struct sellable *engine = set_stage();
    struct sellable_question question = {.item_key = key_of("C"), .channel_key = key_of("web")};
    struct sellable_availability availability;
    struct sellable_answer answer = {.exception = 77};
    expect(sellable_confirm(engine, NULL, key_of("O-77"), &answer), UNKNOWN_ORDER);
    equal(answer.exception, 0);
    expect(sellable_deallocate(engine, NULL, key_of("O-1"), NULL, 0, NULL), WRONG_STATE);
    expect(sellable_item_put(engine, NULL, key_of(""), NULL, NULL, NULL), INVALID);
    expect(sellable_available(engine, &question, &availability), UNKNOWN_ITEM);
    counts_are(engine, 0, 0, 0);
    sellable_close(engine);
}

static void a_refused_event_leaves_nothing_behind_but_its_exception(void **state) {
    (void)state;
    struct sellable *other = set_stage();
    refuses(other, UNKNOWN_LOCATION, "location", ON_HAND_SET, OF("A", "north"));
    expect(sellable_exception_discard(other, NULL, 1, NULL), OK);
    const struct sellable_event refused[] = {
        EVENT(ON_HAND_SET, OF("A", "east"), .quantity = LARGEST, AS_OF(STAGE_NOW - 1),
              EXPECTED(1), ID("e1"), FROM("erp"), SEQ(1)),
        EVENT(ON_HAND_ADJUST, OF("A", "east"), .quantity = LARGEST, ID("e1"), FROM("erp"), SEQ(1)),
        EVENT(HOLD_SCRAP, OF("A", "east"), .reason = key_of("quality"), .quantity = 4, ID("e1")),
        EVENT(TRANSFER_SHIP, OF("A", "east"), .to_key = key_of("west"), .quantity = LARGEST,
              .reference = key_of("T-1"), FROM("erp"), SEQ(1)),
        EVENT(TRANSFER_RECEIVE, .reference = key_of("T-9"), .quantity = 1, ID("e1")),
        EVENT(RETURN_DISPOSITION, OF("A", "east"), .outcome = SELLABLE_SCRAP, .quantity = 5),
        EVENT(SHIP, .order_key = key_of("O-77"), FROM("wms"), SEQ(1), ID("e1")),
    };
    for (size_t i = 0; i < COUNT_OF(refused); i++) {
        struct sellable *engine = set_stage();
        expect_at(sellable_apply(engine, NULL, &refused[i], NULL) != SELLABLE_OK, 1, "refused",
                  __FILE__, __LINE__);
        expect(sellable_exception_discard(engine, NULL, 1, NULL), OK);
        same_full(engine, other);
        sellable_close(engine);
    }
    sellable_close(other);
}

/* ---- how many, and in what order ------------------------------------------------------------- */

static void of_more_than_the_option_says_the_oldest_leaves_and_is_counted(void **state) {
    (void)state;
    struct sellable *engine = stage_with((struct sellable_options){.exceptions = 3});
    for (int i = 1; i <= 3; i++) {
        equal(keep_one(engine, "east", i), i);
    }
    counts_are(engine, 3, 3, 0);
    equal(keep_one(engine, "east", 4), 4);
    equal(keep_one(engine, "east", 5), 5);
    counts_are(engine, 3, 5, 2);
    listed(engine, "3 wrong_state, 4 wrong_state, 5 wrong_state");
    expect(sellable_exception_discard(engine, NULL, 4, NULL), OK);
    counts_are(engine, 2, 5, 2);
    equal(keep_one(engine, "east", 6), 6); /* there is room */
    counts_are(engine, 3, 6, 2);
    equal(keep_one(engine, "east", 7), 7);
    counts_are(engine, 3, 7, 3);
    listed(engine, "5 wrong_state, 6 wrong_state, 7 wrong_state");
    expect(replay(engine, 3, NULL), INVALID); /* it has left */
    sellable_close(engine);
    engine = stage_with((struct sellable_options){.exceptions = 1});
    keep_one(engine, "east", 1);
    keep_one(engine, "east", 2);
    listed(engine, "2 wrong_state");
    counts_are(engine, 1, 2, 1);
    sellable_close(engine);
}

static void without_the_option_4096_are_kept_and_no_more(void **state) {
    (void)state;
    struct sellable *engine = set_stage();
    const struct sellable_event event = EVENT(HOLD_RELEASE, OF("A", "east"), .quantity = 1,
                                              .reason = key_of("damage"));
    for (int i = 0; i < SELLABLE_EXCEPTIONS_DEFAULT; i++) {
        expect(sellable_apply(engine, NULL, &event, NULL), WRONG_STATE);
    }
    counts_are(engine, SELLABLE_EXCEPTIONS_DEFAULT, SELLABLE_EXCEPTIONS_DEFAULT, 0);
    described(engine, 1, "1 wrong_state hold.release field '' at 0 record");
    expect(sellable_apply(engine, NULL, &event, NULL), WRONG_STATE);
    counts_are(engine, SELLABLE_EXCEPTIONS_DEFAULT, SELLABLE_EXCEPTIONS_DEFAULT + 1, 1);
    expect(replay(engine, 1, NULL), INVALID);
    described(engine, 2, "2 wrong_state hold.release field '' at 0 record");
    sellable_close(engine);
}

static void listed_by_impact_those_with_more_open_orders_come_first(void **state) {
    (void)state;
    struct sellable *engine = set_stage(); /* O-1 and O-2 at A in east */
    const struct sellable_line lines[] = {line_at("A", 1, "west"), line_at("A", 1, "east")};
    stock(engine, "B", "west", 5);
    keep_one(engine, "west", 1);
    keep_one(engine, "east", 1);
    refuses(engine, WRONG_STATE, NULL, HOLD_RELEASE, OF("B", "west"), .quantity = 1,
            .reason = key_of("damage"));
    refuses(engine, WRONG_STATE, NULL, DEALLOCATE, .order_key = key_of("O-1"));
    refuses(engine, CONFLICT, "transfer", TRANSFER_SHIP, OF("A", "west"), .to_key = key_of("east"),
            .reference = key_of("T-0"), .quantity = 1);
    refuses(engine, UNKNOWN_ITEM, "item", ON_HAND_SET, OF("C", "east"));
    listed(engine, "1 wrong_state, 2 wrong_state, 3 wrong_state, 4 wrong_state, 5 conflict, "
                   "6 unknown_item");
    listed_by_impact(engine, "2 wrong_state (2), 5 conflict (2), 4 wrong_state (1), "
                             "1 wrong_state, 3 wrong_state, 6 unknown_item");
    accepted(engine, &ORDER("O-3", "web", lines), "1 A west, 1 A east");
    listed_by_impact(engine, "2 wrong_state (3), 5 conflict (3), 1 wrong_state (1), "
                             "4 wrong_state (1), 3 wrong_state, 6 unknown_item");
    expect(release(engine, "O-3"), OK);
    expect(ship(engine, "O-1"), OK); /* closed orders do not count */
    listed_by_impact(engine, "2 wrong_state (1), 5 conflict (1), 1 wrong_state, 3 wrong_state, "
                             "4 wrong_state, 6 unknown_item");
    stock(engine, "C", "east", 5); /* it is about C, now that there is one */
    takes(engine, "O-4", "web", "C", 1, "1 C east");
    listed_at(engine, (struct sellable_exception_selection){.number = 6, .by_impact = 1},
              "6 unknown_item (1)", __FILE__, __LINE__);
    sellable_close(engine);
}

static int stop_at_two(void *context, const struct sellable_exception *exception) {
    uint64_t *visited = context;
    *visited += 1;
    return exception->number == 2;
}

static int change_meanwhile(void *context, const struct sellable_exception *exception) {
    struct sellable *engine = context;
    expect(sellable_exception_discard(engine, NULL, exception->number, NULL), OK);
    keep_one(engine, "west", 9);
    equal(exception->event->quantity, exception->number);
    return 0;
}

static void a_visit_is_of_one_instant_ends_when_asked_and_may_change_what_is_kept(void **state) {
    (void)state;
    struct sellable *engine = set_stage();
    uint64_t visited = 0;
    for (int i = 1; i <= 3; i++) {
        keep_one(engine, "east", i);
    }
    expect(sellable_exceptions(engine, NULL, NULL, stop_at_two, &visited), OK);
    equal(visited, 2);
    expect(sellable_exceptions(engine, NULL, NULL, change_meanwhile, engine), OK);
    listed(engine, "4 wrong_state, 5 wrong_state, 6 wrong_state");
    struct sellable_exception_selection wrong = {.number = 3}; /* has left */
    expect(sellable_exceptions(engine, NULL, &wrong, stop_at_two, &visited), INVALID);
    wrong.number = 7; /* never was */
    expect(sellable_exceptions(engine, NULL, &wrong, stop_at_two, &visited), INVALID);
    wrong = (struct sellable_exception_selection){.by_impact = 2};
    expect(sellable_exceptions(engine, NULL, &wrong, stop_at_two, &visited), INVALID);
    equal(visited, 2);
    sellable_close(engine);
}

/* ---- replayed, discarded --------------------------------------------------------------------- */

static void what_is_replayed_and_applied_leaves_and_its_number_is_not_used_again(void **state) {
    (void)state;
    struct sellable *engine = set_stage();
    equal(keep_one(engine, "east", 2), 1);
    stays(engine, 1, NULL, WRONG_STATE);
    hold(engine, "A", "east", "damage", 2);
    struct reply reply;
    expect(sellable_exception_replay(engine, NULL, 1, NULL, empty(&reply)), OK);
    names(&reply.answer, NULL, 0);
    equal(cell_of(engine, "A", "east").held[SELLABLE_DAMAGE], 0);
    counts_are(engine, 0, 1, 0);
    listed(engine, "");
    expect(sellable_exception_replay(engine, NULL, 1, NULL, empty(&reply)), INVALID);
    names(&reply.answer, "exception", 0);
    equal(keep_one(engine, "east", 1), 2);
    sellable_close(engine);
}

static void an_exception_is_mended_by_the_whole_event_that_is_given(void **state) {
    (void)state;
    struct sellable *engine = set_stage();
    refuses(engine, UNKNOWN_ITEM, "item", ON_HAND_ADJUST, OF("C", "east"), .quantity = 5,
            ID("e1"), AT(STAGE_NOW));
    const struct sellable_event worse = EVENT(ON_HAND_ADJUST, OF("C", "west"), .quantity = 5);
    const struct sellable_event mended = EVENT(ON_HAND_ADJUST, OF("A", "west"), .quantity = 7);
    stays(engine, 1, &worse, UNKNOWN_ITEM);
    struct reply reply;
    expect(sellable_exception_replay(engine, NULL, 1, &mended, empty(&reply)), OK);
    equal(reply.answer.variance, 7);
    equal(cell_of(engine, "A", "west").on_hand, 22);
    equal(memory_of(engine).event_ids, 0); /* it had no id: not merged with the old one */
    counts_are(engine, 0, 1, 0);
    sellable_close(engine);
}

static void refused_again_an_exception_stays_as_it_was_whatever_the_status(void **state) {
    (void)state;
    struct sellable *engine = set_stage();
    const struct sellable_line much = line_of("A", 1000), one = line_of("A", 1);
    struct sellable_order order = {
        .key = key_of("O-9"), .channel_key = key_of("web"), .lines = &much, .line_count = 1};
    const struct sellable_event reserve_much = EVENT(RESERVE, .order = &order);
    const struct sellable_event other_kind = {.type = 77};
    keep_one(engine, "east", 2);
    stays(engine, 1, &reserve_much, INSUFFICIENT);
    policy_for(engine, "web", NULL,
               (struct sellable_policy){.set = SELLABLE_SETTING_PAUSED, .paused = 1});
    order.lines = &one;
    stays(engine, 1, &reserve_much, PAUSED);
    stays(engine, 1, &other_kind, INVALID);
    const struct sellable_event conflict =
        EVENT(ON_HAND_SET, OF("A", "east"), .quantity = 1, EXPECTED(1));
    struct reply reply;
    stays(engine, 1, &conflict, CONFLICT);
    expect(sellable_exception_replay(engine, NULL, 1, &conflict, empty(&reply)), CONFLICT);
    equal(reply.answer.actual, 20);
    described(engine, 1, "1 wrong_state hold.release field '' at 0 record");
    sellable_close(engine);
}

static void a_duplicate_leaves_and_changes_nothing(void **state) {
    (void)state;
    struct sellable *engine = set_stage();
    applies(engine, ON_HAND_ADJUST, OF("A", "east"), .quantity = 5, ID("e1"), FROM("erp"));
    refuses(engine, CONFLICT, "id", ON_HAND_ADJUST, OF("A", "east"), .quantity = 6, ID("e1"),
            FROM("erp"));
    stays(engine, 1, NULL, CONFLICT);
    const struct sellable_event mended =
        EVENT(ON_HAND_ADJUST, OF("A", "east"), .quantity = 5, ID("e1"), FROM("erp"));
    struct whole *before = whole_of(engine);
    expect(replay(engine, 1, &mended), DUPLICATE);
    same_whole(whole_of(engine), before);
    counts_are(engine, 0, 1, 0);
    keep_one(engine, "east", 1);
    const struct sellable_event known = every_event(SELLABLE_RESERVE);
    applies_event(engine, known);
    expect(replay(engine, 2, &known), DUPLICATE); /* by the order's key, too */
    counts_are(engine, 0, 2, 0);
    sellable_close(engine);
}

static void the_seq_of_what_is_replayed_is_not_looked_at_nor_moved_but_its_id_counts(
    void **state) {
    (void)state;
    struct sellable *engine = set_stage();
    refuses(engine, WRONG_STATE, NULL, HOLD_RELEASE, OF("A", "east"), .reason = key_of("damage"),
            .quantity = 1, FROM("erp"), SEQ(5), ID("e5"));
    applies(engine, HOLD_PLACE, OF("A", "east"), .reason = key_of("damage"), .quantity = 2,
            FROM("erp"), SEQ(6), ID("e6"));
    expect(replay(engine, 1, NULL), OK);
    equal(source_seen(engine, "erp").seq, 6);
    equal(source_seen(engine, "erp").gaps, 0);
    refuses(engine, DUPLICATE, NULL, HOLD_RELEASE, OF("A", "east"), .reason = key_of("damage"),
            .quantity = 1, FROM("erp"), SEQ(5), ID("e5"));
    keep_one(engine, "east", 5);
    const struct sellable_event later = EVENT(ON_HAND_ADJUST, OF("A", "east"), .quantity = 1,
                                              FROM("erp"), SEQ(50));
    expect(replay(engine, 2, &later), OK);
    equal(source_seen(engine, "erp").seq, 6);
    applies(engine, ON_HAND_ADJUST, OF("A", "east"), .quantity = 1, FROM("erp"), SEQ(7));
    equal(source_seen(engine, "erp").gaps, 0);
    sellable_close(engine);
}

static void what_kept_only_its_content_is_replayed_only_as_a_given_event(void **state) {
    (void)state;
    struct sellable *engine = set_stage();
    struct sellable_event event = every_event(SELLABLE_HOLD_RELEASE);
    event.quantity = 4;
    event.content = "{}";
    event.content_size = 2;
    refuses_event(engine, WRONG_STATE, NULL, event);
    struct reply reply;
    expect(sellable_exception_replay(engine, NULL, 1, NULL, empty(&reply)), INVALID);
    names(&reply.answer, "event", 0);
    counts_are(engine, 1, 1, 0);
    event.quantity = 3;
    expect(replay(engine, 1, &event), OK);
    counts_are(engine, 0, 1, 0);
    sellable_close(engine);
}

static void what_is_discarded_is_gone_and_what_is_not_there_is_invalid(void **state) {
    (void)state;
    struct sellable *engine = set_stage();
    struct reply reply;
    keep_one(engine, "east", 1);
    keep_one(engine, "east", 2);
    expect(sellable_exception_discard(engine, NULL, 1, empty(&reply)), OK);
    names(&reply.answer, NULL, 0);
    const uint64_t none[] = {0, 1, 3, UINT64_MAX};
    const struct sellable_event event = every_event(SELLABLE_ON_HAND_SET);
    for (size_t i = 0; i < COUNT_OF(none); i++) {
        expect(sellable_exception_discard(engine, NULL, none[i], empty(&reply)), INVALID);
        names(&reply.answer, "exception", 0);
        expect(sellable_exception_replay(engine, NULL, none[i], &event, empty(&reply)), INVALID);
        names(&reply.answer, "exception", 0);
    }
    listed(engine, "2 wrong_state");
    counts_are(engine, 1, 2, 0);
    equal(cell_of(engine, "A", "east").on_hand, 20);
    sellable_close(engine);
}

/* ---- what could not even be made a record ---------------------------------------------------- */

static void what_was_no_record_is_kept_with_what_it_says_and_can_be_replayed(void **state) {
    (void)state;
    struct sellable *engine = set_stage();
    const struct sellable_event broken = {.type = SELLABLE_ON_HAND_SET,
                                          .item_key = key_of("A"),
                                          .location_key = key_of("east"),
                                          FROM("3pl"),
                                          ID("e1"),
                                          .correlation = key_of("c1"),
                                          .content = "{\"quantity\":\"ten\"}",
                                          .content_size = 18};
    struct reply reply;
    expect(sellable_exception_put(engine, NULL, &broken, SELLABLE_INVALID, "quantity",
                                  "no whole number", empty(&reply)),
           OK);
    equal(reply.answer.exception, 1);
    described(engine, 1,
              "1 invalid on_hand.set field 'quantity' at 0 source 3pl id e1 correlation c1 content "
              "{\"quantity\":\"ten\"}");
    const struct sellable_event nothing = {.type = 0, .order_key = key_of("O-2")};
    expect(sellable_exception_put(engine, NULL, &nothing, SELLABLE_STALE, NULL, NULL,
                                  empty(&reply)),
           OK);
    equal(reply.answer.exception, 2);
    listed_by_impact(engine, "1 invalid (2), 2 stale (1)");
    expect(sellable_exception_replay(engine, NULL, 1, NULL, empty(&reply)), INVALID);
    names(&reply.answer, "event", 0);
    const struct sellable_event mended = every_event(SELLABLE_ON_HAND_SET);
    expect(replay(engine, 1, &mended), OK);
    equal(cell_of(engine, "A", "east").on_hand, 30);
    counts_are(engine, 1, 2, 0);
    sellable_close(engine);
}

static void only_what_a_refusal_can_be_is_put_among_the_exceptions(void **state) {
    (void)state;
    struct sellable *engine = set_stage();
    const struct sellable_event event = {.type = SELLABLE_ON_HAND_SET};
    uint64_t kept = 0;
    for (int status = 0; status < SELLABLE_STATUS_COUNT; status++) {
        struct reply reply;
        enum sellable_status got = sellable_exception_put(
            engine, NULL, &event, (enum sellable_status)status, "f", "r", empty(&reply));
        bool keeps = kept_for((enum sellable_status)status);
        kept += keeps;
        expect_at((int)got, keeps ? SELLABLE_OK : SELLABLE_INVALID, sellable_status_name(status),
                  __FILE__, __LINE__);
        names(&reply.answer, keeps ? NULL : "status", 0);
        equal(reply.answer.exception, keeps ? kept : 0);
    }
    const int strange[] = {-1, SELLABLE_STATUS_COUNT, INT32_MAX};
    for (size_t i = 0; i < COUNT_OF(strange); i++) {
        expect(sellable_exception_put(engine, NULL, &event, (enum sellable_status)strange[i], "f",
                                      "r", NULL),
               INVALID);
    }
    counts_are(engine, kept, kept, 0);
    sellable_close(engine);
}

static void in_a_batch_each_refused_event_has_its_own_number(void **state) {
    (void)state;
    struct sellable *engine = set_stage();
    const struct sellable_event good = EVENT(ON_HAND_ADJUST, OF("A", "east"), .quantity = 1);
    const struct sellable_event bad = EVENT(ON_HAND_ADJUST, OF("C", "east"), .quantity = 1);
    const struct sellable_event events[] = {good, bad, good, bad, {.type = 0}, good};
    enum sellable_status statuses[COUNT_OF(events)];
    struct sellable_answer answers[COUNT_OF(events)];
    memset(answers, 0, sizeof answers);
    expect(sellable_apply_batch(engine, NULL, events, COUNT_OF(events), statuses, answers), OK);
    const uint64_t numbers[] = {0, 1, 0, 2, 0, 0};
    for (size_t i = 0; i < COUNT_OF(events); i++) {
        equal(answers[i].exception, numbers[i]);
    }
    listed(engine, "1 unknown_item, 2 unknown_item");
    equal(cell_of(engine, "A", "east").on_hand, 23);
    sellable_close(engine);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_refused_event_is_kept_with_all_that_says_where_it_came_from),
        cmocka_unit_test(for_every_status_that_is_kept_there_is_a_reason),
        cmocka_unit_test(a_duplicate_or_what_does_not_fit_or_is_paused_or_no_event_is_not_kept),
        cmocka_unit_test(the_calls_and_the_questions_keep_nothing),
        cmocka_unit_test(a_refused_event_leaves_nothing_behind_but_its_exception),
        cmocka_unit_test(of_more_than_the_option_says_the_oldest_leaves_and_is_counted),
        cmocka_unit_test(without_the_option_4096_are_kept_and_no_more),
        cmocka_unit_test(listed_by_impact_those_with_more_open_orders_come_first),
        cmocka_unit_test(a_visit_is_of_one_instant_ends_when_asked_and_may_change_what_is_kept),
        cmocka_unit_test(what_is_replayed_and_applied_leaves_and_its_number_is_not_used_again),
        cmocka_unit_test(an_exception_is_mended_by_the_whole_event_that_is_given),
        cmocka_unit_test(refused_again_an_exception_stays_as_it_was_whatever_the_status),
        cmocka_unit_test(a_duplicate_leaves_and_changes_nothing),
        cmocka_unit_test(
            the_seq_of_what_is_replayed_is_not_looked_at_nor_moved_but_its_id_counts),
        cmocka_unit_test(what_kept_only_its_content_is_replayed_only_as_a_given_event),
        cmocka_unit_test(what_is_discarded_is_gone_and_what_is_not_there_is_invalid),
        cmocka_unit_test(what_was_no_record_is_kept_with_what_it_says_and_can_be_replayed),
        cmocka_unit_test(only_what_a_refusal_can_be_is_put_among_the_exceptions),
        cmocka_unit_test(in_a_batch_each_refused_event_has_its_own_number),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
