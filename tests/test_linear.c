/* SPDX-License-Identifier: Apache-2.0
 *
 * Linearizable, refusals included: small random programs run on small engines, by fibers in turns
 * and by threads at once, and each history of answers has to have an order of instants that
 * explains it.
 *
 *    test_linear [long] [histories N] [seed N]
 *
 * `histories`: so many of each kind, from the seed on, which is 1. What fails is printed, with its
 * seed; a history of fibers is the same whenever it is run, threads may need several trials. The
 * library has to be built with SBL_STEPS. */
#include "linear_histories.h"

/* ---- the checker itself ---------------------------------------------------------------------- */

/* A history made by hand: one item, one of it in one location, one channel, then these calls. */
static struct linear_history by_hand(const struct linear_call *calls, uint32_t count) {
    struct linear_history history = {.retention = SELLABLE_RETENTION_DEFAULT, .count = 4};
    history.call[0] = (struct linear_call){.kind = LINEAR_ITEM_PUT, .answer = {0, 1, {0}}};
    history.call[1] = (struct linear_call){.kind = LINEAR_LOCATION_PUT, .answer = {0, 1, {0}}};
    history.call[2] = (struct linear_call){.kind = LINEAR_CHANNEL_PUT, .answer = {0, 1, {0}}};
    history.call[3] = (struct linear_call){.kind = LINEAR_APPLY,
                                           .event = {.type = SELLABLE_ON_HAND_SET, .quantity = 1},
                                           .answer = {0, 1, {1}}};
    for (uint32_t i = 0; i < 4; i++) {
        history.call[i].thread = LINEAR_NOBODY;
        history.call[i].began = 2 * (int64_t)i - 100;
        history.call[i].ended = 2 * (int64_t)i - 99;
    }
    for (uint32_t i = 0; i < count; i++) {
        history.call[history.count] = calls[i];
        history.call[history.count++].thread = i;
    }
    return history;
}

static void verdict_is(const struct linear_call *calls, uint32_t count,
                       enum linear_verdict verdict) {
    struct linear_history history = by_hand(calls, count);
    enum linear_verdict got = linear_check(&history, &search);
    if (got != verdict) {
        linear_print(stderr, &history, &search);
    }
    assert_int_equal(got, verdict);
}

#define ONE_OF_IT .line_count = 1, .line = {{0, 1, 0}}
#define TAKEN {SELLABLE_OK, 5, {0, 0, 0, 1, 0}} /* now: item 0, location 0, 1; none waits */
#define ONE_LEFT {SELLABLE_OK, 3, {1, 1, SELLABLE_LEVEL_OK}}
#define NONE_LEFT {SELLABLE_OK, 3, {0, 0, SELLABLE_LEVEL_NONE}}
#define REFUSED {SELLABLE_INSUFFICIENT, 3, {0, 1, 0}}

static void the_last_piece_goes_to_one_of_two(void **state) {
    (void)state;
    struct linear_call calls[] = {
        {.kind = LINEAR_RESERVE, .key = 0, .began = 1, .ended = 4, ONE_OF_IT, .answer = TAKEN},
        {.kind = LINEAR_RESERVE, .key = 1, .began = 2, .ended = 3, ONE_OF_IT, .answer = REFUSED}};
    verdict_is(calls, 2, LINEAR_EXPLAINED);
    calls[1].answer = calls[0].answer; /* oversold */
    verdict_is(calls, 2, LINEAR_UNEXPLAINED);
    calls[0].answer = calls[1].answer = (struct linear_answer)REFUSED; /* refused, and it fits */
    verdict_is(calls, 2, LINEAR_UNEXPLAINED);
}

static void an_answer_is_of_an_instant_between_start_and_return(void **state) {
    (void)state;
    struct linear_call calls[] = {
        {.kind = LINEAR_RESERVE, .key = 0, .began = 1, .ended = 4, ONE_OF_IT, .answer = TAKEN},
        {.kind = LINEAR_AVAILABLE, .began = 2, .ended = 3, .answer = ONE_LEFT},
        {.kind = LINEAR_AVAILABLE, .began = 5, .ended = 6, .answer = NONE_LEFT}};
    verdict_is(calls, 3, LINEAR_EXPLAINED);
    calls[1].answer = (struct linear_answer)NONE_LEFT;
    verdict_is(calls, 3, LINEAR_EXPLAINED);
    calls[2].answer = (struct linear_answer)ONE_LEFT; /* as it was before */
    verdict_is(calls, 3, LINEAR_UNEXPLAINED);
}

static void what_is_due_is_done_when_advance_returns(void **state) {
    (void)state;
    struct linear_call calls[] = {
        {.kind = LINEAR_RESERVE, .at = 5, .began = 1, .ended = 2, ONE_OF_IT, .answer = TAKEN},
        {.kind = LINEAR_ADVANCE, .at = 6, .began = 3, .ended = 8},
        {.kind = LINEAR_NOW, .began = 4, .ended = 5, .answer = {0, 1, {6}}},
        {.kind = LINEAR_AVAILABLE, .began = 6, .ended = 7, .answer = NONE_LEFT}};
    verdict_is(calls, 4, LINEAR_EXPLAINED); /* now has moved, the order is not expired yet */
    calls[3].began = 9;
    calls[3].ended = 10;
    verdict_is(calls, 4, LINEAR_UNEXPLAINED);
    calls[3].answer = (struct linear_answer)ONE_LEFT;
    verdict_is(calls, 4, LINEAR_EXPLAINED);
}

/* Item 2 is made of one of each other; there is one of item 1, too. */
static void an_order_of_a_kit_takes_of_both_at_one_instant(void **state) {
    (void)state;
    struct linear_call calls[] = {
        {.kind = LINEAR_ITEM_PUT, .item = 1, .began = -50, .ended = -49, .answer = {0, 1, {1}}},
        {.kind = LINEAR_ITEM_PUT, .item = 2, .component = {1, 1}, .began = -48, .ended = -47,
         .answer = {0, 1, {2}}},
        {.kind = LINEAR_APPLY, .item = 1, .began = -46, .ended = -45,
         .event = {.type = SELLABLE_ON_HAND_SET, .quantity = 1}, .answer = {0, 1, {1}}},
        {.kind = LINEAR_RESERVE, .began = 1, .ended = 8, .line_count = 1, .line = {{2, 1, 0}},
         .answer = {SELLABLE_OK, 9, {0, 0, 0, 1, 0, 1, 0, 1, 0}}},
        {.kind = LINEAR_AVAILABLE, .item = 0, .began = 2, .ended = 3, .answer = NONE_LEFT},
        {.kind = LINEAR_AVAILABLE, .item = 1, .began = 4, .ended = 5, .answer = NONE_LEFT}};
    verdict_is(calls, 6, LINEAR_EXPLAINED);
    calls[5].answer = (struct linear_answer)ONE_LEFT; /* of one it was taken, of the other not */
    verdict_is(calls, 6, LINEAR_UNEXPLAINED);
    calls[4].answer = (struct linear_answer)ONE_LEFT;
    verdict_is(calls, 6, LINEAR_EXPLAINED);
}

/* Of item 0 two are on hand at the end, of item 1, too: a view shows both counts or neither, or the
 * first alone. */
#define CELL_OF(ITEM, ON_HAND) ITEM, 0, ON_HAND, 0, 0, 0, 0, 0, 0, 0, ON_HAND, ON_HAND, ON_HAND, 0

static void a_view_is_of_one_instant_between_its_start_and_its_return(void **state) {
    (void)state;
    const struct linear_answer none = {SELLABLE_OK, 24, {0, 1, 0, 1, 1, SELLABLE_LEVEL_OK, 1, 0, 0,
                                                         SELLABLE_LEVEL_NONE, CELL_OF(0, 1)}};
    const struct linear_answer both = {
        SELLABLE_OK, 38, {0, 1, 0, 2, 2, SELLABLE_LEVEL_OK, 1, 2, 2, SELLABLE_LEVEL_OK,
                          CELL_OF(0, 2), CELL_OF(1, 2)}};
    const struct linear_answer second = {
        SELLABLE_OK, 38, {0, 1, 0, 1, 1, SELLABLE_LEVEL_OK, 1, 2, 2, SELLABLE_LEVEL_OK,
                          CELL_OF(0, 1), CELL_OF(1, 2)}};
    struct linear_call calls[] = {
        {.kind = LINEAR_ITEM_PUT, .item = 1, .began = -50, .ended = -49, .answer = {0, 1, {1}}},
        {.kind = LINEAR_APPLY, .began = 1, .ended = 2,
         .event = {.type = SELLABLE_ON_HAND_SET, .quantity = 2}, .answer = {0, 1, {1}}},
        {.kind = LINEAR_APPLY, .item = 1, .began = 3, .ended = 4,
         .event = {.type = SELLABLE_ON_HAND_SET, .quantity = 2}, .answer = {0, 1, {2}}},
        {.kind = LINEAR_VIEW, .began = 0, .ended = 5, .answer = none}};
    verdict_is(calls, 4, LINEAR_EXPLAINED);
    calls[3].answer = both;
    verdict_is(calls, 4, LINEAR_EXPLAINED);
    calls[3].answer = second; /* there was no such instant */
    verdict_is(calls, 4, LINEAR_UNEXPLAINED);
    calls[3].answer = none;
    calls[3].began = 3; /* it is over */
    verdict_is(calls, 4, LINEAR_UNEXPLAINED);
}

/* One of item 0 is taken; the channel was told that there is one, or nothing yet. */
static void what_is_told_is_so_at_an_instant_of_the_question(void **state) {
    (void)state;
    struct linear_call calls[] = {
        {.kind = LINEAR_RESERVE, .key = 0, .began = 1, .ended = 4, ONE_OF_IT, .answer = TAKEN},
        {.kind = LINEAR_CHANGES, .began = 2, .ended = 3, .told = {1, SELLABLE_LEVEL_OK},
         .answer = {SELLABLE_OK, 1, {0}}},
        {.kind = LINEAR_CHANGES, .began = 5, .ended = 6, .told = {1, SELLABLE_LEVEL_OK},
         .answer = {SELLABLE_OK, 4, {1, 0, 0, SELLABLE_LEVEL_NONE}}}};
    verdict_is(calls, 3, LINEAR_EXPLAINED);
    calls[2].answer = calls[1].answer; /* missed */
    verdict_is(calls, 3, LINEAR_UNEXPLAINED);
    calls[1].answer = (struct linear_answer){SELLABLE_OK, 4, {1, 0, 0, SELLABLE_LEVEL_NONE}};
    calls[2].told.published = calls[2].told.level = 0;
    verdict_is(calls, 3, LINEAR_EXPLAINED);
    calls[2].answer = calls[1].answer; /* told twice */
    verdict_is(calls, 3, LINEAR_UNEXPLAINED);
}

/* ---- random histories ------------------------------------------------------------------------ */

static void histories_in_turns_have_an_order_of_instants(void **state) {
    (void)state;
#ifdef INTERLEAVE_FIBERS
    run_histories(INTERLEAVE_IN_TURNS, "in turns",
                  test.histories ? test.histories : (test.is_long ? 400000 : 16000));
#else
    skip();
#endif
}

static void histories_at_once_have_an_order_of_instants(void **state) {
    (void)state;
    if (test.has_failed) {
        skip();
    }
    threads_open();
    run_histories(INTERLEAVE_AT_ONCE, "at once",
                  test.histories ? test.histories : (test.is_long ? 200000 : 4000));
    threads_close();
}

/* Each status that a call can have here, so that a table with a hole is a failure. */
static const uint32_t possible[LINEAR_KIND_COUNT] = {
#define CAN(NAME) | 1u << SELLABLE_##NAME
#define AS_EVENT CAN(DUPLICATE) CAN(CONFLICT) CAN(STALE)
    [LINEAR_ITEM_PUT] = 0 CAN(OK) CAN(WRONG_STATE),
    [LINEAR_LOCATION_PUT] = 0 CAN(OK),
    [LINEAR_CHANNEL_PUT] = 0 CAN(OK) CAN(INVALID) CAN(UNKNOWN_LOCATION),
    [LINEAR_POLICY_PUT] = 0 CAN(OK) CAN(INVALID) CAN(UNKNOWN_LOCATION) CAN(UNKNOWN_ITEM)
        CAN(UNKNOWN_CHANNEL),
    [LINEAR_SOURCE_PUT] = 0 CAN(OK),
    [LINEAR_OWNER_PUT] = 0 CAN(OK),
    [LINEAR_APPLY] = 0 CAN(OK) CAN(DUPLICATE) CAN(INVALID) CAN(UNKNOWN_ITEM) CAN(UNKNOWN_LOCATION)
        CAN(UNKNOWN_CHANNEL) CAN(CONFLICT) CAN(WRONG_STATE) CAN(OVERFLOW) CAN(STALE)
            CAN(NOT_OWNER),
    [LINEAR_REPLAY] = 0 CAN(OK) CAN(DUPLICATE) CAN(INVALID) CAN(CONFLICT) CAN(WRONG_STATE)
        CAN(STALE) CAN(NOT_OWNER) CAN(UNKNOWN_ITEM) CAN(UNKNOWN_LOCATION) CAN(UNKNOWN_CHANNEL)
            CAN(OVERFLOW),
    [LINEAR_DISCARD] = 0 CAN(OK) CAN(INVALID),
    [LINEAR_RESERVE] = 0 CAN(OK) CAN(STALE) CAN(NOT_OWNER) CAN(DUPLICATE) CAN(CONFLICT)
        CAN(INSUFFICIENT) CAN(INVALID) CAN(PAUSED) CAN(UNKNOWN_CHANNEL) CAN(UNKNOWN_ITEM)
            CAN(OVERFLOW),
    [LINEAR_AMEND] = 0 CAN(OK) AS_EVENT CAN(INSUFFICIENT) CAN(INVALID) CAN(UNKNOWN_ORDER)
        CAN(WRONG_STATE),
    [LINEAR_CONFIRM] = 0 CAN(OK) AS_EVENT CAN(UNKNOWN_ORDER) CAN(WRONG_STATE),
    [LINEAR_EXTEND] = 0 CAN(OK) AS_EVENT CAN(INVALID) CAN(UNKNOWN_ORDER) CAN(WRONG_STATE),
    [LINEAR_RELEASE] = 0 CAN(OK) AS_EVENT CAN(UNKNOWN_ORDER) CAN(WRONG_STATE),
    [LINEAR_ALLOCATE] = 0 CAN(OK) AS_EVENT CAN(UNKNOWN_ORDER) CAN(WRONG_STATE),
    [LINEAR_DEALLOCATE] = 0 CAN(OK) AS_EVENT CAN(UNKNOWN_ORDER) CAN(WRONG_STATE),
    [LINEAR_SHIP] = 0 CAN(OK) AS_EVENT CAN(UNKNOWN_ORDER) CAN(WRONG_STATE),
    [LINEAR_ADVANCE] = 0 CAN(OK),
    [LINEAR_NOW] = 0 CAN(OK),
    [LINEAR_AVAILABLE] = 0 CAN(OK) CAN(UNKNOWN_ITEM) CAN(UNKNOWN_CHANNEL) CAN(UNKNOWN_ORDER)
        CAN(INVALID),
    [LINEAR_EXPLAIN] = 0 CAN(OK) CAN(UNKNOWN_ITEM) CAN(UNKNOWN_CHANNEL) CAN(INVALID),
    [LINEAR_CELL] = 0 CAN(OK) CAN(UNKNOWN_ITEM) CAN(UNKNOWN_LOCATION),
    [LINEAR_ORDER] = 0 CAN(OK) CAN(UNKNOWN_ORDER),
    [LINEAR_SOURCE] = 0 CAN(OK) CAN(UNKNOWN_SOURCE),
    [LINEAR_COUNTS] = 0 CAN(OK),
    [LINEAR_EXCEPTIONS_ASKED] = 0 CAN(OK),
    [LINEAR_VIEW] = 0 CAN(OK),
    [LINEAR_CHANGES] = 0 CAN(OK) CAN(UNKNOWN_CHANNEL),
#undef AS_EVENT
#undef CAN
};

/* Those that a call can have, too, but that a run need not meet. */
static bool is_rare(uint32_t kind, int status) {
    bool of_orders = kind > LINEAR_RESERVE && kind <= LINEAR_SHIP;
    bool of_origin = status == SELLABLE_DUPLICATE || status == SELLABLE_CONFLICT ||
                     status == SELLABLE_STALE;
    if (kind == LINEAR_REPLAY) {
        return status != SELLABLE_OK && status != SELLABLE_INVALID;
    }
    return (kind == LINEAR_RESERVE &&
            (status == SELLABLE_STALE || status == SELLABLE_NOT_OWNER)) ||
           (of_orders && of_origin) ||
           (status == SELLABLE_OVERFLOW && (kind == LINEAR_AMEND || kind == LINEAR_ALLOCATE ||
                                            kind == LINEAR_DEALLOCATE || kind == LINEAR_SHIP));
}

static void every_answer_was_met(void **state) {
    (void)state;
    uint32_t holes = 0;
    if (test.has_failed) {
        skip();
    }
    for (uint32_t kind = 0; kind < LINEAR_KIND_COUNT; kind++) {
        printf("%-13s", linear_kind_name((enum linear_kind)kind));
        for (int status = 0; status < SELLABLE_STATUS_COUNT; status++) {
            bool can = (possible[kind] >> status & 1) != 0;
            if (can || test.counts[kind][status] != 0) {
                printf(" %s %llu", sellable_status_name(status),
                       (unsigned long long)test.counts[kind][status]);
                holes += can != (test.counts[kind][status] != 0) &&
                         !is_rare(kind, status);
            }
        }
        printf("\n");
    }
    if (test.histories == 0 || test.histories >= 5000) { /* a few need not meet everything */
        equal(holes, 0);
    }
}

int main(int count, char **arguments) {
    if (!read_arguments(count, arguments)) {
        return 2;
    }
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_last_piece_goes_to_one_of_two),
        cmocka_unit_test(an_answer_is_of_an_instant_between_start_and_return),
        cmocka_unit_test(what_is_due_is_done_when_advance_returns),
        cmocka_unit_test(an_order_of_a_kit_takes_of_both_at_one_instant),
        cmocka_unit_test(a_view_is_of_one_instant_between_its_start_and_its_return),
        cmocka_unit_test(what_is_told_is_so_at_an_instant_of_the_question),
        cmocka_unit_test(histories_in_turns_have_an_order_of_instants),
        cmocka_unit_test(histories_at_once_have_an_order_of_instants),
        cmocka_unit_test(every_answer_was_met),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
