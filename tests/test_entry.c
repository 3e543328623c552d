/* SPDX-License-Identifier: Apache-2.0
 *
 * The queue of log entries (lib/entry.h): alone; and with others at every step of a call, who do
 * all that can be done in between, after which the call goes on or never does. */
#include "scene.h"

#include "random.h"

#include "entry.h"

#include <stdlib.h>

enum {
    BEFORE = 1000,     /* the position before the first */
    OWNERS = 4,
    ROUNDS_MOST = 1 << 20,
    STEPS_MOST = 1000000 /* more than all calls of a scene take that end */
};

/* What became of one transaction. */
struct one {
    uint32_t owner, number;
    bool accepted;
    uint32_t times_read;
    uint64_t position;     /* as read */
    uint64_t answered;     /* to its owner; 0: nothing yet */
    uint64_t began, ended; /* the first put of it; 0: none */
};

/* Slabs that are out, and whether there are any more. */
static struct {
    int64_t out;
    bool refuses;
} lender;

static void *lend(void *context, size_t bytes) {
    (void)context;
    if (lender.refuses)
        return NULL;
    lender.out++;
    return calloc(1, bytes);
}

static void take_back(void *context, void *slab, size_t bytes) {
    (void)context;
    (void)bytes;
    lender.out--;
    free(slab);
}

static struct sbl_memory memory;
static struct sbl_queue queue;
static struct sbl_entry_owner owners[OWNERS];
static struct one *ones;
static uint32_t ones_count;
static uint64_t stamps, read_to;
static long steps; /* of the scene, or of the call that others meet */

static uint64_t transaction_of(uint32_t index) {
    return (uint64_t)(ones[index].owner + 1) << 48 | (index + 1);
}

static void begin_at(uint64_t last) {
    memset(&queue, 0, sizeof queue);
    memset(owners, 0, sizeof owners);
    assert_true(sbl_queue_init(&queue, &memory, last));
    ones_count = 0;
    steps = 0;
    stamps = 0;
    read_to = last;
}

/* A new transaction of an owner, with an entry that says which it is. */
static struct one *take(uint32_t owner) {
    uint32_t index = ones_count++;
    struct one *one = &ones[index];
    *one = (struct one){.owner = owner};
    one->number = sbl_queue_take(&queue, &owners[owner], transaction_of(index));
    assert_int_not_equal(one->number, 0);
    struct sbl_entry *entry = sbl_queue_entry(&queue, one->number);
    for (uint32_t word = 0; word < SBL_QUEUE_PAYLOAD; word++)
        sbl_store(&entry->payload[word], (uint64_t)index << word);
    return one;
}

static void put(struct one *one, bool own) {
    uint64_t transaction = transaction_of((uint32_t)(one - ones));
    if (one->began == 0)
        one->began = ++stamps;
    uint64_t position =
        own ? sbl_queue_put_own(&queue, &owners[one->owner], one->number, transaction)
            : sbl_queue_put(&queue, one->number, transaction);
    if (one->ended == 0)
        one->ended = ++stamps;
    if (own)
        one->answered = position;
    assert_true(position >= one->position);
}

static struct one *put_new(uint32_t owner) {
    struct one *one = take(owner);
    one->accepted = true;
    put(one, true);
    return one;
}

static void drop(struct one *one) {
    sbl_queue_drop(&queue, &owners[one->owner], one->number);
}

/* Read the next; false: there is none. */
static bool read_next(void) {
    const struct sbl_entry *entry = sbl_queue_next(&queue);
    if (entry == NULL)
        return false;
    uint64_t index = sbl_load(&entry->payload[0]);
    assert_true(index < ones_count);
    for (uint32_t word = 1; word < SBL_QUEUE_PAYLOAD; word++)
        assert_int_equal(sbl_load(&entry->payload[word]), index << word);
    assert_true(ones[index].accepted);
    assert_int_equal(++ones[index].times_read, 1);
    ones[index].position = sbl_queue_read(&queue);
    assert_int_equal(ones[index].position, ++read_to);
    return true;
}

static void read_all(void) {
    while (read_next())
        ;
    sbl_queue_let_go(&queue);
}

/* Whose put has returned is read, and not behind what is said to be the last. */
static void read_what_was_put(void) {
    uint64_t last = sbl_queue_last(&queue);
    read_all();
    for (uint32_t i = 0; i < ones_count; i++)
        assert_true(ones[i].ended == 0 || (ones[i].times_read == 1 && ones[i].position <= last));
}

/* All that some put returned for is read, once, in the order of time. */
static void finish(void) {
    uint64_t begun = read_to;
    read_all();
    assert_true(read_to >= begun);
    assert_int_equal(sbl_queue_last(&queue), read_to);
    for (uint32_t i = 0; i < ones_count; i++) {
        const struct one *one = &ones[i];
        assert_true(one->times_read == 1 || one->ended == 0);
        assert_true(one->answered == 0 || one->answered == one->position);
        for (uint32_t other = 0; one->ended != 0 && other < ones_count; other++)
            if (ones[other].began > one->ended && ones[other].times_read != 0)
                assert_true(one->position < ones[other].position);
    }
    sbl_queue_fini(&queue);
}

/* ---- alone ----------------------------------------------------------------------------------- */

static void positions_rise_by_one_and_are_read_in_this_order(void **state) {
    (void)state;
    begin_at(BEFORE);
    assert_int_equal(sbl_queue_last(&queue), BEFORE);
    assert_int_equal(sbl_queue_read(&queue), BEFORE);
    assert_null(sbl_queue_next(&queue));
    for (uint32_t i = 0; i < 2000; i++)
        assert_int_equal(put_new(i % OWNERS)->answered, BEFORE + 1 + i);
    assert_int_equal(sbl_queue_last(&queue), BEFORE + 2000);
    assert_int_equal(sbl_queue_read(&queue), BEFORE);
    finish();
}

static void what_is_put_again_stands_there_once(void **state) {
    (void)state;
    begin_at(BEFORE);
    for (uint32_t i = 0; i < 100; i++) {
        struct one *one = take(0);
        one->accepted = true;
        put(one, false);
        put(one, true);
        put(one, false);
        assert_int_equal(one->answered, BEFORE + 1 + i);
    }
    finish();
}

static void what_is_dropped_is_not_read(void **state) {
    (void)state;
    begin_at(BEFORE);
    struct one *first = take(0), *second = take(0);
    drop(first);
    drop(second);
    struct one *third = take(0), *fourth = take(0);
    assert_int_equal(third->number, second->number);
    assert_int_equal(fourth->number, first->number);
    drop(third);
    fourth->accepted = true;
    put(fourth, true);
    assert_int_equal(fourth->answered, BEFORE + 1);
    finish();
}

static void an_entry_is_used_again_once_it_is_let_go_and_another_read(void **state) {
    (void)state;
    begin_at(BEFORE);
    struct one *first = put_new(0), *second = put_new(0);
    assert_true(read_next());
    assert_true(put_new(0)->number > second->number);
    sbl_queue_let_go(&queue);
    assert_true(put_new(0)->number > second->number); /* its link is still needed */
    assert_true(read_next());
    assert_true(put_new(0)->number > second->number); /* nobody said that it is let go */
    sbl_queue_let_go(&queue);
    assert_int_equal(put_new(0)->number, first->number);
    assert_true(put_new(0)->number > second->number);
    finish();
}

static void as_many_entries_are_used_as_are_on_their_way(void **state) {
    (void)state;
    begin_at(BEFORE);
    for (uint32_t round = 0; round < 1000; round++) {
        for (uint32_t i = 0; i < 3; i++)
            assert_true(put_new(round % 2)->number <= 8);
        read_all();
    }
    finish();
}

static void positions_go_on_where_a_tail_has_no_room_for_them(void **state) {
    (void)state;
    const uint64_t tails = UINT64_C(1) << (64 - SBL_QUEUE_NUMBER_BITS);
    for (uint64_t last = tails - 3; last < (UINT64_C(1) << 62); last = last * 2 + 3) {
        begin_at(last);
        for (uint32_t i = 0; i < 10; i++) {
            assert_int_equal(put_new(i % 2)->answered, last + i + 1);
            assert_int_equal(sbl_queue_last(&queue), last + i + 1);
            if (i % 3 == 2)
                read_all();
        }
        finish();
    }
}

static void a_put_that_comes_too_late_changes_nothing(void **state) {
    (void)state;
    begin_at(BEFORE);
    struct one *late = put_new(0);
    put_new(1);
    read_all();
    struct one *next = take(0);
    assert_int_equal(next->number, late->number);
    assert_true(sbl_queue_put(&queue, late->number, transaction_of(0)) >= late->answered);
    assert_int_equal(sbl_queue_last(&queue), BEFORE + 2);
    next->accepted = true;
    put(next, true);
    assert_true(sbl_queue_put(&queue, late->number, transaction_of(0)) >= late->answered);
    assert_int_equal(sbl_queue_last(&queue), BEFORE + 3);
    finish();
}

static void without_memory_or_a_number_there_is_no_entry(void **state) {
    (void)state;
    begin_at(BEFORE);
    lender.refuses = true;
    uint32_t taken = 0, number;
    while ((number = sbl_queue_take(&queue, &owners[0], ++taken)) != 0)
        assert_int_equal(number, taken);
    assert_int_equal(sbl_queue_last(&queue), BEFORE);
    assert_null(sbl_queue_next(&queue));
    struct sbl_queue other = {0};
    assert_false(sbl_queue_init(&other, &memory, BEFORE));
    sbl_queue_fini(&other);
    lender.refuses = false;
    assert_int_equal(sbl_queue_take(&queue, &owners[0], taken), taken);
    sbl_store(&queue.entries, SBL_QUEUE_ENTRIES_MAX);
    assert_int_equal(sbl_queue_take(&queue, &owners[1], 1), 0);
    sbl_queue_drop(&queue, &owners[0], 1);
    assert_int_equal(sbl_queue_take(&queue, &owners[0], 1), 1);
    finish();
}

/* ---- others at every step -------------------------------------------------------------------- */

/* The call at whose steps others come; owner 0's transaction `subject` is accepted before it. */
enum call { PUT_ONE_S_OWN, HELP, READ, LAST, CALLS };

/* What others do, letter by letter; 't' and 'v' take first, and the next time put that. */
static const char letters[] = "hrtvq";
enum { LETTERS = sizeof letters - 1, SCRIPT_MOST = 6 };
static uint32_t script_most = SCRIPT_MOST - 1; /* of those that are gone through one by one */

static struct {
    enum call call;
    struct one *subject;
    struct one *held[2]; /* of owners 0 and 1 */
    bool others;         /* are at it */
    bool stops;          /* for ever, once others have come */
    long step[2];        /* steps at which others come, from 1 */
    char script[2][SCRIPT_MOST + 1];
    jmp_buf stopped;
} between;

/* A half of a transaction of owner 0 or 1. */
static void half(uint32_t owner) {
    struct one **held = &between.held[owner];
    if (*held == NULL) {
        *held = take(owner);
        return;
    }
    (*held)->accepted = true;
    put(*held, true);
    *held = NULL;
}

static void do_script(const char *script) {
    for (; *script != 0; script++) {
        if (*script == 'h')
            put(between.subject, false);
        else if (*script == 'q')
            put_new(2);
        else if (*script == 't')
            half(1);
        else if (*script == 'r' && between.call != READ)
            read_what_was_put();
        else if (*script == 'v' && between.call == HELP && between.subject->answered == 0)
            put(between.subject, true);
        else if (*script == 'v' && between.call != PUT_ONE_S_OWN)
            half(0);
    }
}

void sbl_step(const char *file, int line);
void sbl_step(const char *file, int line) {
    (void)file;
    (void)line;
    steps++;
    if (steps > STEPS_MOST)
        fail_msg("a call does not end");
    if (between.others)
        return;
    for (int i = 0; i < 2; i++)
        if (steps == between.step[i]) {
            between.others = true;
            long reached = steps;
            do_script(between.script[i]);
            steps = reached;
            between.others = false;
            if (between.stops && (i == 1 || between.step[1] <= between.step[0]))
                longjmp(between.stopped, 1);
        }
}

static void make_call(void) {
    if (setjmp(between.stopped) != 0) {
        between.others = true;
        return;
    }
    between.others = false;
    steps = 0;
    if (between.call == PUT_ONE_S_OWN)
        put(between.subject, true);
    else if (between.call == HELP)
        put(between.subject, false);
    else if (between.call == READ)
        read_all();
    else
        assert_true(sbl_queue_last(&queue) >= BEFORE + 2);
    between.others = true;
}

/* One scene: two entries of owner 1 are there, one of them read; the call; and all that is left.
 * false: it has fewer steps. */
static bool run_scene(enum call call) {
    between.call = call;
    between.others = true;
    memset(between.held, 0, sizeof between.held);
    begin_at(BEFORE);
    put_new(1);
    put_new(1);
    assert_true(read_next());
    sbl_queue_let_go(&queue);
    between.subject = take(0);
    between.subject->accepted = true;
    make_call();
    long reached = steps;
    steps = 0;
    for (uint32_t owner = 0; owner < 2; owner++)
        if (between.held[owner] != NULL)
            half(owner);
    put_new(3);
    finish();
    return reached >= between.step[0];
}

static void say_scene(void) {
    static const char *const names[] = {"put_own", "put", "next", "last"};
    print_message("%s: '%s' at step %ld, '%s' at step %ld%s\n", names[between.call],
                  between.script[0], between.step[0], between.script[1], between.step[1],
                  between.stops ? ", then it stops" : "");
}

/* Scripts are counted: number `number` of those of this length. */
static void write_script(char *script, uint32_t length, uint32_t number) {
    for (uint32_t i = 0; i < length; i++, number /= LETTERS)
        script[i] = letters[number % LETTERS];
    script[length] = 0;
}

static int say_if_it_failed(void **state) {
    (void)state;
    if (between.step[0] != 0) /* the test did not come to its end */
        say_scene();
    memset(&between, 0, sizeof between);
    between.others = true;
    return 0;
}

static void others_come_once(bool stops) {
    uint32_t scenes = 0;
    between.stops = stops;
    for (uint32_t length = 0, count = 1; length <= script_most - stops; length++, count *= LETTERS)
        for (uint32_t number = 0; number < count; number++)
            for (enum call call = 0; call < CALLS; call++) {
                if (stops && call == READ)
                    continue; /* then nobody reads any more */
                write_script(between.script[0], length, number);
                for (between.step[0] = 1; run_scene(call); between.step[0]++)
                    scenes++;
            }
    print_message("    %u scenes\n", scenes);
    memset(between.step, 0, sizeof between.step);
}

static void others_come_at_any_step_of_a_call(void **state) {
    (void)state;
    others_come_once(false);
}

static void a_call_stops_for_ever_at_any_step(void **state) {
    (void)state;
    others_come_once(true);
}

static void others_come_at_any_two_steps_of_a_call(void **state) {
    (void)state;
    struct random random = {7};
    for (uint32_t scenes = 0; scenes < 200000; scenes++) {
        for (int i = 0; i < 2; i++) {
            uint32_t length = 1 + random_below(&random, SCRIPT_MOST);
            write_script(between.script[i], length, random_below(&random, UINT32_MAX));
            between.step[i] = 1 + random_below(&random, 18);
        }
        between.stops = random_percent(&random, 10);
        run_scene(between.stops ? HELP : (enum call)random_below(&random, CALLS));
    }
    memset(between.step, 0, sizeof between.step);
}

int main(int count, char **arguments) {
    const struct sellable_allocator lends = {NULL, lend, take_back};
    if (count > 1 && strcmp(arguments[1], "long") == 0)
        script_most = SCRIPT_MOST;
    ones = calloc(ROUNDS_MOST, sizeof *ones);
    between.others = true;
    if (ones == NULL || !sbl_memory_init(&memory, &lends))
        return 1;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(positions_rise_by_one_and_are_read_in_this_order),
        cmocka_unit_test(what_is_put_again_stands_there_once),
        cmocka_unit_test(what_is_dropped_is_not_read),
        cmocka_unit_test(an_entry_is_used_again_once_it_is_let_go_and_another_read),
        cmocka_unit_test(as_many_entries_are_used_as_are_on_their_way),
        cmocka_unit_test(positions_go_on_where_a_tail_has_no_room_for_them),
        cmocka_unit_test(a_put_that_comes_too_late_changes_nothing),
        cmocka_unit_test(without_memory_or_a_number_there_is_no_entry),
        cmocka_unit_test_teardown(others_come_at_any_step_of_a_call, say_if_it_failed),
        cmocka_unit_test_teardown(a_call_stops_for_ever_at_any_step, say_if_it_failed),
        cmocka_unit_test_teardown(others_come_at_any_two_steps_of_a_call, say_if_it_failed),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    sbl_memory_fini(&memory);
    free(ones);
    return failed + (lender.out != 0);
}
