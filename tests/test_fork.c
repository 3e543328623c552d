/* SPDX-License-Identifier: Apache-2.0
 *
 * Forks: the fork is what the original is at that instant; the same calls have the same answers in
 * both from then on, and all that falls due does so in both alike; and neither sees the other
 * (twin_courses.h). It lives on memory of its own.
 *
 *    test_fork [long | STREAMS [SEED]] */
#include "twin_courses.h"

/* ---- memory ---------------------------------------------------------------------------------- */

static struct lender second = {.lock = PTHREAD_MUTEX_INITIALIZER};
static const struct sellable_allocator of_second = {&second, lend, take_back};

static void second_is_back(void) {
    equal(second.back, second.given);
    equal(second.wrong, 0);
    second.given = second.back = second.requests = second.refused = second.refuse_at = 0;
}

static void half_an_allocator_is_invalid(void **state) {
    (void)state;
    struct sellable *engine = short_stage(), *fork = engine;
    const struct sellable_allocator halves[] = {{NULL, lend, NULL}, {NULL, NULL, take_back}};
    for (int i = 0; i < 2; i++) {
        fork = engine;
        expect(sellable_fork(engine, NULL, &halves[i], &fork), INVALID);
        assert_null(fork);
    }
    const struct sellable_allocator none = {NULL, NULL, NULL};
    expect(sellable_fork(engine, NULL, &none, &fork), OK);
    sellable_close(fork);
    equal(snapshots_of(engine), 0);
    sellable_close(engine);
}

static void the_fork_lives_on_its_own_slabs(void **state) {
    (void)state;
    lender_begin(0, 0);
    struct sellable *engine = stage_with((struct sellable_options){
        .allocator = {&lender, lend, take_back}, .retention = RETENTION});
    counted_in(engine, "A", "each", 1, 1);
    struct pair pair = {engine, NULL};
    expect(sellable_fork(engine, NULL, &of_second, &pair.fork), OK);
    uint64_t requests = lender.requests;
    bustle(pair.fork);
    equal(lender.requests, requests);
    assert_true(second.given > second.back);
    sellable_close(engine);
    all_is_back();
    bustle(pair.fork);
    equal(lender.requests, requests);
    struct sellable *fork = fork_of(pair.fork);
    sellable_close(pair.fork);
    second_is_back();
    bustle(fork);
    sellable_close(fork);
}

/* The n-th request of one of the two is refused, for every n, until there are no more. */
static void without_memory_there_is_no_fork_and_nothing_is_left(void **state) {
    (void)state;
    struct lender *const lenders[] = {&lender, &second};
    for (int which = 0; which < 2; which++) {
        uint64_t refused = 0;
        for (uint64_t n = 1;; n++) {
            lender_begin(0, 0);
            struct sellable *engine = stage_with((struct sellable_options){
                .allocator = {&lender, lend, take_back}, .retention = RETENTION});
            struct sellable *fork = engine;
            struct sellable_worker *fresh;
            expect(sellable_worker_acquire(engine, &fresh), OK);
            const struct sellable_audit before = full_of(engine);
            lenders[which]->refuse_at = lenders[which]->requests + n;
            lenders[which]->refuse_for = 1;
            enum sellable_status status = sellable_fork(engine, fresh, &of_second, &fork);
            bool no_more = lenders[which]->requests < lenders[which]->refuse_at;
            lenders[which]->refuse_at = 0;
            if (status == SELLABLE_NO_MEMORY) {
                assert_null(fork);
                equal(second.back, second.given);
                full_is(engine, &before, "the original, for want of memory");
                expect(sellable_fork(engine, fresh, &of_second, &fork), OK);
                refused++;
            }
            equal(snapshots_of(engine), 0);
            are_twins(engine, fork, "after a refusal");
            sellable_close(fork);
            second_is_back();
            sellable_worker_release(fresh);
            sellable_close(engine);
            all_is_back();
            if (no_more) {
                expect((int)status, OK);
                break;
            }
        }
        assert_true(refused > 1);
    }
}

int main(int argc, char **argv) {
    const struct CMUnitTest tests[] = {
        TWIN_COURSES,
        cmocka_unit_test(half_an_allocator_is_invalid),
        cmocka_unit_test(the_fork_lives_on_its_own_slabs),
        cmocka_unit_test(without_memory_there_is_no_fork_and_nothing_is_left),
    };
    twin_courses_are(argc, argv);
    return twin_courses_end(cmocka_run_group_tests(tests, NULL, NULL));
}
