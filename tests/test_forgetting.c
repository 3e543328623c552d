/* SPDX-License-Identifier: Apache-2.0
 *
 * What is remembered of events, and when it is forgotten: ids, movements, transfers, each to the
 * millisecond; and that a feed which never ends takes no more memory than one retention of it. */
#include "every_event.h"

enum { RETENTION = 1000 };
#define DUE (STAGE_NOW + 50 * SELLABLE_DAY)

static struct sellable *short_stage(void) {
    return stage_with((struct sellable_options){.retention = RETENTION});
}

static const struct sellable_event one_more = {.type = SELLABLE_ON_HAND_ADJUST,
                                               .item_key = {"A", 1},
                                               .location_key = {"east", 4},
                                               .quantity = 1};

static struct sellable_event with_id(struct sellable_event event, const char *id) {
    event.id = key_of(id);
    return event;
}

/* ---- ids ------------------------------------------------------------------------------------- */

static void an_id_is_forgotten_when_the_retention_is_over_and_not_a_millisecond_before(
    void **state) {
    (void)state;
    struct sellable *engine = short_stage();
    const char *const ids[] = {"e0", "e1", "e2"};
    for (int i = 0; i < 3; i++) {
        now_is(engine, STAGE_NOW + i);
        applies_event(engine, with_id(one_more, ids[i]));
    }
    for (int i = 0; i < 3; i++) {
        now_is(engine, STAGE_NOW + i + RETENTION - 1);
        refuses_event(engine, DUPLICATE, NULL, with_id(one_more, ids[i]));
        equal(memory_of(engine).event_ids, 3);
        now_is(engine, STAGE_NOW + i + RETENTION);
        equal(memory_of(engine).event_ids, 2);
        applies_event(engine, with_id(one_more, ids[i])); /* and is remembered anew */
        refuses_event(engine, DUPLICATE, NULL, with_id(one_more, ids[i]));
    }
    now_is(engine, STAGE_NOW + 2 * RETENTION - 1 + 3);
    equal(memory_of(engine).event_ids, 0);
    sellable_close(engine);
}

static void one_advance_forgets_all_ids_that_are_due_and_no_other(void **state) {
    (void)state;
    enum { MANY = 3000 };
    struct sellable *engine = short_stage();
    char text[16];
    for (int i = 0; i < MANY; i++) {
        (void)snprintf(text, sizeof text, "e%d", i);
        now_is(engine, STAGE_NOW + i / 10);
        applies_event(engine, with_id(one_more, text));
    }
    equal(memory_of(engine).event_ids, MANY);
    now_is(engine, STAGE_NOW + RETENTION + 99); /* those of the first 100 ms */
    equal(memory_of(engine).event_ids, MANY - 1000);
    refuses_event(engine, DUPLICATE, NULL, with_id(one_more, "e1000"));
    applies_event(engine, with_id(one_more, "e999"));
    now_is(engine, STAGE_NOW + 100 * RETENTION);
    equal(memory_of(engine).event_ids, 0);
    sellable_close(engine);
}

static void before_a_time_is_given_ids_are_of_time_0(void **state) {
    (void)state;
    struct sellable *engine = open_with((struct sellable_options){.retention = RETENTION});
    item_of(engine, "A");
    location_of(engine, "east");
    applies_event(engine, with_id(one_more, "e1"));
    now_is(engine, RETENTION - 1);
    refuses_event(engine, DUPLICATE, NULL, with_id(one_more, "e1"));
    now_is(engine, RETENTION);
    applies_event(engine, with_id(one_more, "e1"));
    sellable_close(engine);
    engine = open_engine(); /* 7 days, if nothing is said */
    item_of(engine, "A");
    location_of(engine, "east");
    applies_event(engine, with_id(one_more, "e1"));
    now_is(engine, SELLABLE_RETENTION_DEFAULT - 1);
    refuses_event(engine, DUPLICATE, NULL, with_id(one_more, "e1"));
    now_is(engine, SELLABLE_RETENTION_DEFAULT);
    applies_event(engine, with_id(one_more, "e1"));
    sellable_close(engine);
}

static void neither_the_last_seq_nor_the_last_balance_is_forgotten(void **state) {
    (void)state;
    struct sellable *engine = short_stage();
    applies(engine, ON_HAND_SET, OF("A", "east"), .quantity = 50, FROM("erp"), SEQ(7));
    now_is(engine, STAGE_NOW + 10 * RETENTION);
    refuses(engine, STALE, "seq", ON_HAND_ADJUST, OF("A", "east"), .quantity = 1, FROM("erp"),
            SEQ(7));
    equal(applies(engine, ON_HAND_ADJUST, OF("A", "east"), .quantity = 1, AT(STAGE_NOW)), 0);
    equal(applies(engine, ON_HAND_ADJUST, OF("A", "east"), .quantity = 1, AT(STAGE_NOW + 1)), 1);
    sellable_close(engine);
}

static void an_exception_is_kept_however_long_it_takes(void **state) {
    (void)state;
    struct sellable *engine = short_stage();
    struct sellable_event event = every_event(SELLABLE_HOLD_SCRAP);
    event.quantity = 4;
    refuses_event(engine, WRONG_STATE, NULL, event);
    now_is(engine, STAGE_NOW + 1000 * RETENTION);
    equal(counts_of(engine).kept, 1);
    hold(engine, "A", "east", "quality", 1);
    expect(sellable_exception_replay(engine, NULL, 1, NULL, NULL), OK);
    sellable_close(engine);
}

static void an_exception_whose_id_finds_no_place_stays_until_there_is_one(void **state) {
    (void)state;
    struct sellable *engine =
        stage_with((struct sellable_options){.retention = RETENTION, .event_ids = 1});
    struct sellable_event event = with_id(every_event(SELLABLE_HOLD_SCRAP), "e1");
    event.quantity = 4;
    refuses_event(engine, WRONG_STATE, NULL, event);
    applies_event(engine, with_id(one_more, "e2"));
    hold(engine, "A", "east", "quality", 1);
    struct whole *before = whole_of(engine);
    expect(sellable_exception_replay(engine, NULL, 1, NULL, NULL), NO_MEMORY);
    same_whole(whole_of(engine), before);
    equal(counts_of(engine).kept, 1);
    now_is(engine, STAGE_NOW + RETENTION);
    expect(sellable_exception_replay(engine, NULL, 1, NULL, NULL), OK);
    equal(memory_of(engine).event_ids, 1);
    equal(counts_of(engine).kept, 0);
    refuses_event(engine, DUPLICATE, NULL, event);
    sellable_close(engine);
}

/* ---- movements ------------------------------------------------------------------------------- */

/* There and back again: nothing is left but what is remembered of it. */
static void what_is_past_its_retention_is_as_if_it_had_never_been(void **state) {
    (void)state;
    struct sellable *engine = short_stage(), *other = short_stage();
    struct sellable *const both[] = {engine, other};
    now_is(engine, STAGE_NOW + 5 * RETENTION); /* the stage's own are over */
    now_is(other, STAGE_NOW + 5 * RETENTION);
    same_full(engine, other);
    applies_event(engine, one_more);
    applies(engine, ON_HAND_ADJUST, OF("A", "east"), .quantity = -1);
    applies_event(engine, with_id(every_event(SELLABLE_CONFIRM), "e1"));
    applies_event(other, every_event(SELLABLE_CONFIRM));
    same_hash(engine, other);
    for (int before = 1; before >= 0; before--) {
        for (int i = 0; i < 2; i++) {
            now_is(both[i], STAGE_NOW + 6 * RETENTION - before);
        }
        struct sums one = sums_of(engine), two = sums_of(other);
        equal(memcmp(one.full, two.full, sizeof one.full) == 0, before == 0);
        same_hash(engine, other);
    }
    sellable_close(engine);
    sellable_close(other);
}

static void a_movement_is_forgotten_when_a_balance_covers_it(void **state) {
    (void)state;
    struct sellable *engine = set_stage(), *other = set_stage();
    applies(engine, ON_HAND_ADJUST, OF("A", "east"), .quantity = 5, AT(STAGE_NOW + 3));
    applies(engine, ON_HAND_SET, OF("A", "east"), .quantity = 50, AS_OF(STAGE_NOW + 3));
    applies(other, ON_HAND_SET, OF("A", "east"), .quantity = 50, AS_OF(STAGE_NOW + 3));
    same_full(engine, other);
    applies(engine, ON_HAND_ADJUST, OF("A", "east"), .quantity = 5, AT(STAGE_NOW + 3));
    same_full(engine, other); /* in the balance: it is not even remembered */
    sellable_close(engine);
    sellable_close(other);
}

/* ---- transfers ------------------------------------------------------------------------------- */

/* T-1, 2 of A from east to west. */
static enum sellable_status send_again(struct sellable *engine) {
    const struct sellable_event event =
        EVENT(TRANSFER_SHIP, OF("A", "east"), .to_key = key_of("west"), .quantity = 2,
              .reference = key_of("T-1"), .due = DUE);
    return sellable_apply(engine, NULL, &event, NULL);
}

static void entry_is(struct sellable *engine, int64_t quantity) {
    schedule(engine, "A", "west", "T-1", DUE, quantity);
}

static void receive(struct sellable *engine, int64_t quantity) {
    applies(engine, TRANSFER_RECEIVE, .reference = key_of("T-1"), .quantity = quantity);
}

/* Its key is free at that time, and was not a millisecond before. */
static void free_at_ms(struct sellable *engine, int64_t after, const char *file, int line) {
    now_is(engine, STAGE_NOW + after - 1);
    expect_at((int)send_again(engine), SELLABLE_CONFLICT, "a ms before", file, line);
    uint64_t before = memory_of(engine).transfers;
    now_is(engine, STAGE_NOW + after);
    equal_at((int64_t)memory_of(engine).transfers, (int64_t)before - 1, "transfers", file, line);
    expect_at((int)send_again(engine), SELLABLE_OK, "then", file, line);
    expect_at((int)send_again(engine), SELLABLE_CONFLICT, "and again", file, line);
    sellable_close(engine);
}
#define free_at(engine, after) free_at_ms(engine, after, __FILE__, __LINE__)

static struct sellable *sent(void) {
    struct sellable *engine = short_stage();
    expect(send_again(engine), OK);
    return engine;
}

static void a_transfer_that_has_come_is_forgotten_a_retention_after_it_came(void **state) {
    (void)state;
    struct sellable *engine = sent();
    now_is(engine, STAGE_NOW + 500);
    receive(engine, 2);
    free_at(engine, 500 + RETENTION);
    engine = sent();
    receive(engine, 2);
    free_at(engine, RETENTION);
    engine = sent();
    now_is(engine, STAGE_NOW + 300); /* in parts */
    receive(engine, 1);
    now_is(engine, STAGE_NOW + 1400);
    receive(engine, 1);
    free_at(engine, 1400 + RETENTION);
}

static void a_transfer_whose_entry_went_is_forgotten_at_the_next_multiple(void **state) {
    (void)state;
    struct sellable *engine = sent();
    entry_is(engine, 0);
    free_at(engine, RETENTION);
    engine = sent();
    now_is(engine, STAGE_NOW + RETENTION - 1);
    entry_is(engine, -1); /* demand is not on its way */
    free_at(engine, RETENTION);
    engine = sent();
    now_is(engine, STAGE_NOW + RETENTION); /* a check at which it is still there */
    entry_is(engine, 0);
    free_at(engine, 2 * RETENTION);
    engine = sent();
    now_is(engine, STAGE_NOW + 300);
    receive(engine, 1);
    now_is(engine, STAGE_NOW + 300 + 3 * RETENTION + 1); /* past three checks at once */
    entry_is(engine, 0);
    free_at(engine, 300 + 4 * RETENTION);
}

static void a_transfer_on_its_way_is_never_forgotten(void **state) {
    (void)state;
    struct sellable *engine = sent();
    for (int i = 1; i < 50; i++) {
        now_is(engine, STAGE_NOW + i * RETENTION);
        expect(send_again(engine), CONFLICT);
    }
    receive(engine, 1);
    now_is(engine, STAGE_NOW + 100 * RETENTION);
    receive(engine, 1);
    cell_is(engine, "A", "west", "on_hand 17, T-0 3 on day 11");
    sellable_close(engine);
}

/* ---- a feed without end ---------------------------------------------------------------------- */

static void feed_one(struct sellable *engine, uint32_t n) {
    static const char *const items[] = {"A", "B"};
    static const char *const places[] = {"east", "west"};
    char id[16], order[16], transfer[16];
    const char *item = items[n % 2], *place = places[n / 2 % 2];
    (void)snprintf(id, sizeof id, "e%u", (unsigned)n);
    (void)snprintf(order, sizeof order, "P-%u", (unsigned)n);
    (void)snprintf(transfer, sizeof transfer, "S-%u", (unsigned)n);
    int64_t now = sellable_now(engine);
    struct sellable_line line = line_of(item, 1);
    const struct sellable_order asked = {
        .key = key_of(order), .channel_key = key_of("web"), .lines = &line, .line_count = 1};
    applies(engine, ON_HAND_ADJUST, OF(item, place), .quantity = 2, AT(now - n % 7), ID(id),
            FROM("wms"), SEQ(n));
    applies(engine, TRANSFER_SHIP, OF(item, "east"), .to_key = key_of("west"), .quantity = 1,
            .reference = key_of(transfer), .due = now + 5, ID(id));
    applies(engine, TRANSFER_RECEIVE, .reference = key_of(transfer), .quantity = 1);
    applies(engine, RECEIPT, OF(item, place), .quantity = 3, .reference = key_of(transfer));
    applies(engine, RESERVE, .order = &asked, ID(order));
    applies(engine, SHIP, .order_key = key_of(order));
    applies(engine, RETURN_RECEIVE, OF(item, place), .quantity = 1, .order_key = key_of(order));
    applies(engine, RETURN_DISPOSITION, OF(item, place), .quantity = 1,
            .outcome = SELLABLE_SCRAP);
    const struct sellable_event unknown = EVENT(ON_HAND_SET, OF(id, place), FROM("wms")),
                                stale = EVENT(ON_HAND_SET, OF(item, place), .content = id,
                                              .content_size = 16, AS_OF(0));
    expect(sellable_apply(engine, NULL, &unknown, NULL), UNKNOWN_ITEM);
    expect(sellable_apply(engine, NULL, &stale, NULL), STALE);
    if (n % 10 == 0) { /* of half of the cells nothing is ever counted */
        applies(engine, ON_HAND_SET, OF(item, place), .quantity = 100, AS_OF(now - 3));
    }
}

static void a_feed_of_a_hundred_retentions_takes_no_more_memory_than_one_of_twenty(void **state) {
    (void)state;
    enum { PERIODS = 100, EARLY = 20, EVENTS = 100 };
    struct sellable *engine =
        stage_with((struct sellable_options){.retention = RETENTION, .exceptions = 20});
    struct sellable_memory early = {.block_bytes = 0}, late;
    for (uint32_t period = 0; period < PERIODS; period++) {
        for (uint32_t i = 0; i < EVENTS; i++) {
            now_is(engine, STAGE_NOW + period * RETENTION + i * (RETENTION / EVENTS));
            feed_one(engine, period * EVENTS + i);
        }
        if (period == EARLY) {
            early = memory_of(engine);
        }
    }
    late = memory_of(engine);
    print_message("           %llu bytes of blocks after %d retentions, %llu after %d\n",
                  (unsigned long long)early.block_bytes, EARLY,
                  (unsigned long long)late.block_bytes, PERIODS);
    equal(late.event_ids, early.event_ids);
    equal(late.transfers, early.transfers);
    equal(late.orders, early.orders);
    equal(late.slab_bytes, early.slab_bytes);
    assert_true(late.block_bytes <= early.block_bytes + early.block_bytes / 50);
    equal(counts_of(engine).kept, 20);
    sellable_close(engine);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(
            an_id_is_forgotten_when_the_retention_is_over_and_not_a_millisecond_before),
        cmocka_unit_test(one_advance_forgets_all_ids_that_are_due_and_no_other),
        cmocka_unit_test(before_a_time_is_given_ids_are_of_time_0),
        cmocka_unit_test(neither_the_last_seq_nor_the_last_balance_is_forgotten),
        cmocka_unit_test(an_exception_is_kept_however_long_it_takes),
        cmocka_unit_test(an_exception_whose_id_finds_no_place_stays_until_there_is_one),
        cmocka_unit_test(what_is_past_its_retention_is_as_if_it_had_never_been),
        cmocka_unit_test(a_movement_is_forgotten_when_a_balance_covers_it),
        cmocka_unit_test(a_transfer_that_has_come_is_forgotten_a_retention_after_it_came),
        cmocka_unit_test(a_transfer_whose_entry_went_is_forgotten_at_the_next_multiple),
        cmocka_unit_test(a_transfer_on_its_way_is_never_forgotten),
        cmocka_unit_test(
            a_feed_of_a_hundred_retentions_takes_no_more_memory_than_one_of_twenty),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
