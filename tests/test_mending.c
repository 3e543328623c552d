/* SPDX-License-Identifier: Apache-2.0
 *
 * Many threads keep refused events, replay and discard them: numbers without a hole, none lost that
 * there is room for, and of several that mend the same one exactly one does.
 *
 *    test_mending [long]      long: each race is run for half a minute */
#include "feeds.h"

enum { SENT_EACH = 400, KEPT_MOST = 64 };

/* ---- what is there --------------------------------------------------------------------------- */

enum { NUMBERS = THREADS * SENT_EACH };

/* By number: who sent what was kept under it, and what became of it. */
struct exceptions {
    atomic_uint sender[NUMBERS + 1]; /* member and count of its event, from 1 */
    atomic_uchar ok[NUMBERS + 1], discarded[NUMBERS + 1];
    bool there[NUMBERS + 1];
    uint64_t most, last_visited, visited; /* most: that are kept */
};

static struct sellable *open_exceptions(uint64_t most) {
    const struct sellable_options options = {.exceptions = most};
    struct sellable *engine = NULL;
    struct crew_key key;
    expect(sellable_open(&options, &engine), OK);
    for (uint32_t l = 0; l < PLACES; l++)
        expect(sellable_location_put(engine, NULL, numbered(&key, "L", l), NULL, NULL, NULL), OK);
    for (uint32_t i = 0; i <= NUMBERS / BITS; i++)
        expect(sellable_item_put(engine, NULL, numbered(&key, "I", i), NULL, NULL, NULL), OK);
    declare_sources(engine);
    return engine;
}

/* The event of a sender; refused, since its item is not known. */
static struct sellable_event refused_event(uint32_t sender, struct crew_key *id) {
    return (struct sellable_event){.type = SELLABLE_ON_HAND_ADJUST,
                                   .item_key = key_of("nowhere"),
                                   .location = {EAST},
                                   .quantity = sender,
                                   .source = {ERP},
                                   .id = numbered(id, "x", sender),
                                   .correlation = numbered(id, "x", sender)};
}

static uint64_t send_refused(struct member *member, uint32_t sender) {
    struct crew_key id;
    const struct sellable_event event = refused_event(sender, &id);
    struct sellable_answer answer = {.exception = 0};
    require_status(member, send_event(member, &event, &answer), UNKNOWN_ITEM);
    require_that(member, answer.exception, >, 0);
    require_that(member, answer.exception, <=, NUMBERS);
    return answer.exception;
}

/* By number, each with its own event. */
static int look_at_exception(void *context, const struct sellable_exception *exception) {
    struct exceptions *exceptions = context;
    struct crew_key id;
    assert_in_range(exception->number, exceptions->last_visited + 1, NUMBERS);
    uint32_t sender = exceptions->sender[exception->number];
    const struct sellable_event wanted = refused_event(sender, &id);
    equal(exception->status, SELLABLE_UNKNOWN_ITEM);
    equal(exception->type, SELLABLE_ON_HAND_ADJUST);
    assert_string_equal(exception->field, "item");
    assert_int_not_equal(exception->reason[0], 0);
    equal(exception->id.size, wanted.id.size);
    assert_memory_equal(exception->id.bytes, wanted.id.bytes, wanted.id.size);
    equal(exception->correlation.size, wanted.id.size);
    assert_non_null(exception->event);
    equal(exception->event->quantity, sender);
    equal(exception->event->item_key.size, strlen("nowhere"));
    assert_memory_equal(exception->event->item_key.bytes, "nowhere", strlen("nowhere"));
    exceptions->last_visited = exception->number;
    exceptions->there[exception->number] = true;
    exceptions->visited++;
    return 0;
}

static void visit_all(struct sellable *engine, struct exceptions *exceptions) {
    struct sellable_exception_counts counts;
    exceptions->last_visited = exceptions->visited = 0;
    memset(exceptions->there, 0, sizeof exceptions->there);
    expect(sellable_exceptions(engine, NULL, NULL, look_at_exception, exceptions), OK);
    sellable_exception_counts(engine, &counts);
    equal(counts.kept, exceptions->visited);
    assert_in_range(counts.kept, 0, exceptions->most);
}

/* ---- numbers --------------------------------------------------------------------------------- */

static void send_many_refused(struct member *member) {
    struct exceptions *exceptions = member->shared;
    for (uint32_t i = 0; i < SENT_EACH && !atomic_load(&member->crew->over); i++) {
        uint32_t sender = member->number * SENT_EACH + i + 1;
        uint64_t number = send_refused(member, sender);
        struct sellable_exception_counts counts;
        require_that(member, atomic_exchange(&exceptions->sender[number], sender), ==, 0);
        sellable_exception_counts(member->engine, &counts);
        require_that(member, counts.last, >=, number);
        require_that(member, counts.kept, <=, exceptions->most);
        require_that(member, counts.kept + counts.lost, ==, counts.last);
    }
}

static void race_to_be_kept(uint64_t most) {
    struct exceptions *exceptions = calloc(1, sizeof *exceptions);
    struct sellable *engine = open_exceptions(most);
    struct sellable_exception_counts counts;
    exceptions->most = most;
    crew_run(engine, THREADS, 0, send_many_refused, exceptions);
    uint64_t left = most < NUMBERS ? most : NUMBERS;
    sellable_exception_counts(engine, &counts);
    equal(counts.last, NUMBERS);
    equal(counts.kept, left);
    equal(counts.lost, NUMBERS - left);
    for (uint32_t n = 1; n <= NUMBERS; n++)
        assert_int_not_equal(exceptions->sender[n], 0);
    visit_all(engine, exceptions);
    for (uint32_t n = 1; n <= NUMBERS; n++)
        equal(exceptions->there[n], n > NUMBERS - left);
    sellable_close(engine);
    free(exceptions);
}

static void all_are_kept(uint32_t round) {
    (void)round;
    race_to_be_kept(SELLABLE_EXCEPTIONS_DEFAULT);
}
static void the_oldest_leave(uint32_t round) { race_to_be_kept(1 + round % KEPT_MOST); }

static void exceptions_of_all_threads_are_numbered_without_a_hole_and_none_is_lost(void **state) {
    (void)state;
    again_and_again(all_are_kept);
}

static void of_more_exceptions_than_are_kept_the_oldest_leave(void **state) {
    (void)state;
    again_and_again(the_oldest_leave);
}

/* ---- kept, discarded, looked at -------------------------------------------------------------- */

static int count_exception(void *context, const struct sellable_exception *exception) {
    uint64_t *seen = context; /* how many, and the last number */
    seen[0]++;
    seen[2] |= exception->number <= seen[1]; /* not by number */
    seen[1] = exception->number;
    return 0;
}

/* Half of what is sent is discarded by whoever comes upon it. */
static void send_and_discard(struct member *member) {
    struct exceptions *exceptions = member->shared;
    for (uint32_t i = 0; i < SENT_EACH && !atomic_load(&member->crew->over); i++) {
        uint32_t sender = member->number * SENT_EACH + i + 1;
        uint64_t number = send_refused(member, sender), seen[3] = {0};
        struct sellable_answer answer = {.field = NULL};
        require_that(member, atomic_exchange(&exceptions->sender[number], sender), ==, 0);
        uint64_t other = 1 + random_next(&member->random) % number;
        enum sellable_status status =
            sellable_exception_discard(member->engine, member->worker, other, &answer);
        if (status == SELLABLE_OK)
            require_that(member, atomic_fetch_add(&exceptions->discarded[other], 1), ==, 0);
        else
            require_status(member, status, INVALID);
        require(member, status == SELLABLE_OK || strcmp(answer.field, "exception") == 0);
        if (i % 16 != 0)
            continue;
        require_status(member,
                       sellable_exceptions(member->engine, member->worker, NULL, count_exception,
                                           seen),
                       OK);
        require_that(member, seen[0], <=, exceptions->most);
        require_that(member, seen[2], ==, 0);
    }
}

/* What is not there any more was discarded, or was older than all that are there. */
static void kept_and_discarded(uint32_t round) {
    struct exceptions *exceptions = calloc(1, sizeof *exceptions);
    struct sellable_exception_counts counts;
    exceptions->most = round % 2 == 0 ? KEPT_MOST : SELLABLE_EXCEPTIONS_DEFAULT;
    struct sellable *engine = open_exceptions(exceptions->most);
    crew_run(engine, THREADS, 0, send_and_discard, exceptions);
    visit_all(engine, exceptions);
    sellable_exception_counts(engine, &counts);
    uint64_t discarded = 0, lost = 0, last_lost = 0, first_there = NUMBERS;
    for (uint32_t n = 1; n <= NUMBERS; n++) {
        bool there = exceptions->there[n];
        assert_int_not_equal(exceptions->sender[n], 0);
        assert_false(there && exceptions->discarded[n]);
        discarded += exceptions->discarded[n];
        if (there && n < first_there)
            first_there = n;
        if (there || exceptions->discarded[n])
            continue;
        lost++;
        last_lost = n;
    }
    assert_true(last_lost < first_there);
    assert_true(discarded > 0);
    equal(counts.last, NUMBERS);
    equal(counts.lost, lost);
    equal(counts.kept, NUMBERS - lost - discarded);
    sellable_close(engine);
    free(exceptions);
}

static void what_is_discarded_leaves_once_and_what_is_lost_is_the_oldest(void **state) {
    (void)state;
    again_and_again(kept_and_discarded);
}

/* ---- replayed -------------------------------------------------------------------------------- */

/* Kept from the start: SENT_EACH events; the n-th, mended, adds its bit. All members mend all, in
 * one order, with what the round says besides. */
struct mending {
    atomic_uint passed;
    atomic_uchar replayed[SENT_EACH + 1], known[SENT_EACH + 1], sent[SENT_EACH + 1],
        discarded[SENT_EACH + 1];
    bool with_id, some_send, some_discard;
};

static struct sellable_event mended_event(uint32_t number, bool with_id, struct crew_key *id) {
    struct sellable_event event = refused_event(number, id);
    event.item = (struct sellable_item){1 + number / BITS};
    event.quantity = INT64_C(1) << number % BITS;
    if (!with_id)
        event.id = (struct sellable_key){NULL, 0};
    return event;
}

static void mend(struct member *member, struct mending *mending, uint32_t number) {
    struct crew_key id;
    struct sellable_answer answer = {.field = NULL};
    const struct sellable_event event = mended_event(number, mending->with_id, &id);
    enum sellable_status status =
        sellable_exception_replay(member->engine, member->worker, number, &event, &answer);
    require_that(member, answer.exception, ==, 0);
    if (status == SELLABLE_OK)
        atomic_fetch_add(&mending->replayed[number], 1);
    else if (status == SELLABLE_DUPLICATE && mending->with_id)
        atomic_fetch_add(&mending->known[number], 1);
    else
        require_status(member, status, INVALID);
    require(member, status != SELLABLE_INVALID ||
                        (answer.field != NULL && strcmp(answer.field, "exception") == 0));
    require_status(member, /* it has left, whoever did it */
                   sellable_exception_discard(member->engine, member->worker, number, NULL),
                   INVALID);
}

/* As it was, it is refused again, and stays. */
static void mend_badly(struct member *member, const struct mending *mending, uint32_t number) {
    struct sellable_answer answer = {.field = NULL};
    enum sellable_status status =
        sellable_exception_replay(member->engine, member->worker, number, NULL, &answer);
    require_that(member, answer.exception, ==, 0);
    bool has_left = status == SELLABLE_INVALID && answer.field != NULL &&
                    strcmp(answer.field, "exception") == 0;
    bool is_other = status == SELLABLE_CONFLICT && mending->some_send; /* has the id */
    if (!has_left && !is_other)
        require_status(member, status, UNKNOWN_ITEM);
}

static void mend_all(struct member *member) {
    struct mending *mending = member->shared;
    for (uint32_t n = 1; n <= SENT_EACH && !atomic_load(&member->crew->over); n++) {
        struct crew_key id;
        const struct sellable_event event = mended_event(n, true, &id);
        uint32_t way = random_below(&member->random, 4);
        if (way == 0)
            mend_badly(member, mending, n);
        if (way == 1 && mending->some_send) {
            enum sellable_status status = send_event(member, &event, NULL);
            require(member, status == SELLABLE_OK || status == SELLABLE_DUPLICATE);
            atomic_fetch_add(&mending->sent[n], status == SELLABLE_OK);
        }
        if (way == 2 && mending->some_discard) {
            enum sellable_status status =
                sellable_exception_discard(member->engine, member->worker, n, NULL);
            require(member, status == SELLABLE_OK || status == SELLABLE_INVALID);
            atomic_fetch_add(&mending->discarded[n], status == SELLABLE_OK);
        }
        mend(member, mending, n);
        stay_together(member, &mending->passed, THREADS, n);
    }
}

static void keep_some(struct sellable *engine) {
    for (uint32_t n = 1; n <= SENT_EACH; n++) {
        struct crew_key id;
        const struct sellable_event event = refused_event(n, &id);
        struct sellable_answer answer = {.exception = 0};
        expect(sellable_apply(engine, NULL, &event, &answer), UNKNOWN_ITEM);
        equal(answer.exception, n);
    }
}

/* Of each exception, once: replayed, turned out to be known, or discarded. */
static void mended_by_all(uint32_t round) {
    struct mending *mending = calloc(1, sizeof *mending);
    struct sellable *engine = open_exceptions(SELLABLE_EXCEPTIONS_DEFAULT);
    struct sellable_exception_counts counts;
    mending->some_send = round % 4 == 1;
    mending->with_id = mending->some_send || round % 4 == 3;
    mending->some_discard = round % 4 >= 2;
    keep_some(engine);
    crew_run(engine, THREADS, 0, mend_all, mending);
    for (uint32_t n = 1; n <= SENT_EACH; n++) {
        const struct sellable_place place = {.item = {1 + n / BITS}, .location = {EAST}};
        struct sellable_cell cell = {.fence_capacity = 0};
        expect(sellable_cell(engine, &place, &cell), OK);
        equal(mending->replayed[n] + mending->known[n] + mending->discarded[n], 1);
        assert_true(mending->known[n] <= mending->sent[n]);
        assert_in_range(mending->replayed[n] + mending->sent[n], 0, 1);
        equal(cell.on_hand >> n % BITS & 1, mending->replayed[n] + mending->sent[n]);
        assert_int_equal(cell.on_hand >> BITS, 0);
    }
    sellable_exception_counts(engine, &counts);
    equal(counts.kept, 0);
    equal(counts.last, SENT_EACH);
    equal(counts.lost, 0);
    sellable_close(engine);
    free(mending);
}

static void of_all_who_replay_discard_or_send_the_same_one_does(void **state) {
    (void)state;
    again_and_again(mended_by_all);
}

/* ---- kept while others are replayed ---------------------------------------------------------- */

/* Each keeps its own, looks at it, and mends it, while the oldest leave: what is too late to be
 * mended was lost, and had no effect. */
static void keep_and_mend(struct member *member) {
    struct exceptions *exceptions = member->shared;
    for (uint32_t i = 0; i < SENT_EACH && !atomic_load(&member->crew->over); i++) {
        uint32_t sender = member->number * SENT_EACH + i + 1;
        uint64_t number = send_refused(member, sender);
        struct crew_key id;
        const struct sellable_event event = mended_event(sender, true, &id);
        struct sellable_answer answer = {.field = NULL};
        require_that(member, atomic_exchange(&exceptions->sender[number], sender), ==, 0);
        if (random_percent(&member->random, 30))
            continue;
        enum sellable_status status =
            sellable_exception_replay(member->engine, member->worker, number, &event, &answer);
        require(member, status == SELLABLE_OK || status == SELLABLE_INVALID);
        require(member, status == SELLABLE_OK || strcmp(answer.field, "exception") == 0);
        atomic_store(&exceptions->ok[number], status == SELLABLE_OK);
    }
}

static void kept_and_mended(uint32_t round) {
    struct exceptions *exceptions = calloc(1, sizeof *exceptions);
    struct sellable_exception_counts counts;
    exceptions->most = 1 + round % 8;
    struct sellable *engine = open_exceptions(exceptions->most);
    uint64_t mended = 0;
    crew_run(engine, THREADS, 0, keep_and_mend, exceptions);
    visit_all(engine, exceptions);
    for (uint32_t n = 1; n <= NUMBERS; n++) {
        uint32_t sender = exceptions->sender[n];
        assert_in_range(sender, 1, NUMBERS);
        const struct sellable_place place = {.item = {1 + sender / BITS}, .location = {EAST}};
        struct sellable_cell cell = {.fence_capacity = 0};
        expect(sellable_cell(engine, &place, &cell), OK);
        equal(cell.on_hand >> sender % BITS & 1, exceptions->ok[n]);
        assert_false(exceptions->there[n] && exceptions->ok[n]);
        mended += exceptions->ok[n];
    }
    sellable_exception_counts(engine, &counts);
    equal(counts.last, NUMBERS);
    equal(counts.kept, exceptions->visited);
    equal(counts.lost, NUMBERS - mended - counts.kept);
    assert_true(mended > 0);
    sellable_close(engine);
    free(exceptions);
}

static void what_is_mended_while_the_oldest_leave_is_applied_or_was_lost(void **state) {
    (void)state;
    again_and_again(kept_and_mended);
}

int main(int count, char **arguments) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(exceptions_of_all_threads_are_numbered_without_a_hole_and_none_is_lost),
        cmocka_unit_test(of_more_exceptions_than_are_kept_the_oldest_leave),
        cmocka_unit_test(what_is_discarded_leaves_once_and_what_is_lost_is_the_oldest),
        cmocka_unit_test(of_all_who_replay_discard_or_send_the_same_one_does),
        cmocka_unit_test(what_is_mended_while_the_oldest_leave_is_applied_or_was_lost),
    };
    if (count > 1 && strcmp(arguments[1], "long") == 0)
        duration = 30000;
    return cmocka_run_group_tests_name("mending", tests, NULL, NULL);
}
