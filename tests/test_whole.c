/* SPDX-License-Identifier: Apache-2.0
 *
 * An order as a whole, of one line in one place: what may become of it in one call, which most
 * orders are carried out by, and any other call between any two steps of that.
 *
 *    test_whole [long]       long: at all steps of every pair, not at some */
#include "between_calls.h"

static bool is_long;

/* ---- what becomes of it ---------------------------------------------------------------------- */

enum whole { OPEN_WHOLE, TIMED_WHOLE };
static const char *const keys[] = {"whole", "whole and timed"};

static void confirm_it(struct sellable *engine, uint32_t which, struct text *said) {
    tell_status(said, sellable_confirm(engine, NULL, key_of(keys[which]), NULL));
}
static void extend_it(struct sellable *engine, uint32_t which, struct text *said) {
    tell_status(said, sellable_extend(engine, NULL, key_of(keys[which]), DUE, NULL));
}
static void release_it(struct sellable *engine, uint32_t which, struct text *said) {
    tell_status(said, sellable_release(engine, NULL, key_of(keys[which]), NULL, 0, NULL));
}
static void ship_it(struct sellable *engine, uint32_t which, struct text *said) {
    tell_status(said, sellable_ship(engine, NULL, key_of(keys[which]), NULL, 0, NULL));
}
static void release_one(struct sellable *engine, uint32_t which, struct text *said) {
    const struct sellable_part part = {.quantity = 1, .item_key = KEY("B")};
    tell_status(said, sellable_release(engine, NULL, key_of(keys[which]), &part, 1, NULL));
}
static void allocate_it(struct sellable *engine, uint32_t which, struct text *said) {
    tell_status(said, sellable_allocate(engine, NULL, key_of(keys[which]), NULL, 0, NULL));
}

/* It goes, time passes until it is forgotten, and another comes with its key. */
static void replace_it(struct sellable *engine, uint32_t which, struct text *said) {
    release_it(engine, which, said);
    tell_status(said, sellable_advance(engine, NULL, DUE + SELLABLE_RETENTION_DEFAULT, NULL));
    tell_status(said, reserve(engine, keys[which], "web", "A", 1));
}

/* Its time is up, last of all that are due, and the next record comes to where its own was. */
static void outlive_it(struct sellable *engine, uint32_t which, struct text *said) {
    (void)which;
    tell_status(said, sellable_advance(engine, NULL, TIMEOUT + 1, NULL));
    for (char key[] = "other and timed"; key[0] < 'o' + 3; key[0]++)
        tell_status(said, reserve(engine, key, "web", "A", 1));
}

/* What is there is another number. */
static void count_it(struct sellable *engine, uint32_t which, struct text *said) {
    const struct sellable_event event = {.type = SELLABLE_ON_HAND_SET,
                                         .item_key = KEY("B"),
                                         .location = {EAST},
                                         .quantity = 12};
    (void)which;
    tell_status(said, sellable_apply(engine, NULL, &event, NULL));
}

static const struct listed whole[] = {
    {"confirm", confirm_it, OPEN_WHOLE, false},
    {"confirm with a timeout", confirm_it, TIMED_WHOLE, false},
    {"extend", extend_it, TIMED_WHOLE, false},
    {"release", release_it, OPEN_WHOLE, false},
    {"release with a timeout", release_it, TIMED_WHOLE, false},
    {"ship", ship_it, OPEN_WHOLE, false},
    {"ship with a timeout", ship_it, TIMED_WHOLE, false},
};
static const struct listed meanwhile[] = {
    {"release one", release_one, OPEN_WHOLE, false},
    {"release one with a timeout", release_one, TIMED_WHOLE, false},
    {"allocate", allocate_it, OPEN_WHOLE, false},
    {"allocate with a timeout", allocate_it, TIMED_WHOLE, false},
    {"count", count_it, 0, false},
};

static const struct listed after[] = {
    {"replace", replace_it, OPEN_WHOLE, false},
    {"outlive", outlive_it, 0, false},
};

/* ---- pairs ----------------------------------------------------------------------------------- */

/* Whoever makes a call within another has a worker that has been used before, too. */
static void two_have_worked(struct sellable *engine) {
    struct sellable_worker *workers[2];
    for (int i = 0; i < 2; i++)
        expect(sellable_worker_acquire(engine, &workers[i]), OK);
    for (int i = 0; i < 2; i++) {
        const struct sellable_event event = {.type = SELLABLE_ON_HAND_ADJUST,
                                             .item_key = KEY("B"),
                                             .location = {EAST},
                                             .quantity = 1};
        expect(sellable_apply(engine, workers[i], &event, NULL), OK);
    }
    for (int i = 0; i < 2; i++)
        sellable_worker_release(workers[i]);
}

static struct sellable *open_whole(void) {
    struct sellable *engine = open_scene();
    two_have_worked(engine);
    expect(reserve(engine, keys[OPEN_WHOLE], "web", "B", 3), OK);
    expect(reserve_until(engine, keys[TIMED_WHOLE], "web", "B", 2, TIMEOUT, NULL), OK);
    return engine;
}

/* Each of the one list, with each of the other within it, at about so many steps. */
static void every_pair(const struct listed *list, size_t count, const struct listed *others,
                       size_t other_count, int64_t most) {
    struct sellable *engine = open_whole();
    struct random random = {1};
    uint64_t runs = 0;
    uint32_t faulty = 0;
    for (size_t a = 0; a < count; a++) {
        for (size_t b = 0; b < other_count; b++) {
            char name[80];
            if (others[b].asks)
                continue;
            (void)snprintf(name, sizeof name, "%s, and %s", list[a].name, others[b].name);
            const struct pair pair = {.name = name,
                                      .engine = engine,
                                      .call = list[a].make,
                                      .other = others[b].make,
                                      .call_which = list[a].which,
                                      .other_which = others[b].which,
                                      .audited = true,
                                      .parts = list[a].make == call_advance};
            faulty += between(&pair, is_long ? INT64_MAX : most, &random, &runs) != 0;
        }
    }
    print_message("%" PRIu64 " times one within the other\n", runs);
    assert_int_equal(faulty, 0);
    assert_true(runs >= count * 3);
    sellable_close(engine);
}

static void two_changes_of_a_whole_order_meet_at_any_step(void **state) {
    (void)state;
    every_pair(whole, COUNT_OF(whole), whole, COUNT_OF(whole), 40);
}

static void what_changes_an_order_as_a_whole_meets_what_else_changes_it(void **state) {
    (void)state;
    every_pair(whole, COUNT_OF(whole), meanwhile, COUNT_OF(meanwhile), 40);
}

/* Its record is given back, and is another's. */
static void what_was_read_of_an_order_counts_while_its_record_is_the_same(void **state) {
    (void)state;
    every_pair(whole, COUNT_OF(whole), after, COUNT_OF(after), INT64_MAX);
}

/* Once it was seen that its time is up, its timeout cannot be ended. The first call after time has
 * passed is made the general way, so that is another. */
static void look_and_confirm(struct sellable *engine, uint32_t which, struct text *said) {
    bool is_up = sellable_now(engine) > TIMEOUT;
    expect(sellable_confirm(engine, NULL, key_of(keys[OPEN_WHOLE]), NULL), OK);
    enum sellable_status status = sellable_confirm(engine, NULL, key_of(keys[which]), NULL);
    text_add(said, "%s", is_up && status == SELLABLE_OK ? "too late" : "fine");
}
static void call_time(struct sellable *engine, uint32_t which, struct text *said) {
    (void)which;
    tell_status(said, sellable_advance(engine, NULL, TIMEOUT + 1, NULL));
}

static void once_its_time_is_up_an_order_is_not_confirmed(void **state) {
    (void)state;
    struct sellable *engine = open_whole();
    between_all(&(struct pair){.name = "advance, and confirm",
                               .engine = engine,
                               .call = call_time,
                               .other = look_and_confirm,
                               .other_which = TIMED_WHOLE,
                               .audited = true,
                               .parts = true});
}

static void any_call_may_take_place_within_a_change_of_a_whole_order(void **state) {
    (void)state;
    every_pair(whole, COUNT_OF(whole), listed, COUNT_OF(listed), 6);
}

static void a_change_of_a_whole_order_may_take_place_within_any_call(void **state) {
    (void)state;
    every_pair(listed, COUNT_OF(listed), whole, COUNT_OF(whole), 3);
}

int main(int argc, char **argv) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(two_changes_of_a_whole_order_meet_at_any_step),
        cmocka_unit_test(what_changes_an_order_as_a_whole_meets_what_else_changes_it),
        cmocka_unit_test(what_was_read_of_an_order_counts_while_its_record_is_the_same),
        cmocka_unit_test(once_its_time_is_up_an_order_is_not_confirmed),
        cmocka_unit_test(any_call_may_take_place_within_a_change_of_a_whole_order),
        cmocka_unit_test(a_change_of_a_whole_order_may_take_place_within_any_call),
    };
    is_long = argc > 1 && strcmp(argv[1], "long") == 0;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
