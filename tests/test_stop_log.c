/* SPDX-License-Identifier: Apache-2.0
 *
 * A thread is stopped for ever at an atomic step, on an engine with a log that answers early:
 * everybody else finishes every call, and who waits for the log gets all that they decided made
 * durable. The log has the changes of each line in their order. What it holds, opened again,
 * follows from the answers as the engine itself does: of the stopped call it has each change whole,
 * or not at all. And who is stopped as the committer keeps those up who wait for the log, and
 * nobody else.
 *
 *    test_stop_log [long]  long: every step of every call but a few long ones, in eight scenes; else
 *                          some of each call, and of each place where changes go into the log */
#include "stop_play.h"

#include "log_order.h"
#include "memory_disk.h"

#include <time.h>

#include "journal.h"

/* ---- an engine with a log, and what the log holds -------------------------------------------- */

/* The scene's: one is played at a time. */
static struct disk *disk;
static struct log_order order;
static struct sellable_options opened_with;
static uint64_t recoveries, compared;

static struct sellable_durability answering_early(struct disk *logs) {
    struct sellable_durability durability = on(logs);
    durability.answering = SELLABLE_ANSWER_DECIDED;
    return durability;
}

static void close_disk(void) {
    if (disk != NULL)
        disk_free(disk);
    disk = NULL;
}

static enum sellable_status open_on_disk(const struct sellable_options *options,
                                         struct sellable **engine) {
    close_disk(); /* of the scene before */
    disk = disk_new();
    memset(&order, 0, sizeof order);
    opened_with = *options;
    const struct sellable_durability durability = answering_early(disk);
    return sellable_recover(options, &durability, engine, NULL);
}

/* A crash now would leave that. */
static const char *recover(struct disk *left, struct sellable **engine) {
    const struct sellable_durability durability = answering_early(left);
    struct sellable_recovery recovery;
    recoveries++;
    setting_up = true;
    enum sellable_status status =
        sellable_recover(&opened_with, &durability, engine, &recovery);
    setting_up = false;
    if (status != SELLABLE_OK)
        return recovery.reason;
    return recovery.position == sellable_durable(*engine) ? NULL : "it is not where it was left";
}

static void end(struct sellable *engine, struct disk *left) {
    setting_up = true;
    sellable_close(engine);
    setting_up = false;
    disk_free(left);
}

/* Whoever is stopped is not the committer. */
static bool may_wait(const struct scene *scene) {
    struct sbl_journal *journal = scene->engine->journal;
    if (journal->running)
        return true;
    if (pthread_mutex_trylock(&journal->mutex) != 0)
        return false;
    bool committing = journal->committing;
    pthread_mutex_unlock(&journal->mutex);
    return !committing;
}

/* All that was answered is durable, and allows the state that a crash leaves. */
static const char *left_fault(const struct scene *scene) {
    struct scene there = *scene;
    there.engine = NULL;
    uint64_t position = sellable_position(scene->engine);
    if (sellable_durable_wait(scene->engine, position) != SELLABLE_OK)
        return "nobody can wait for the log";
    if (sellable_durable(scene->engine) < position)
        return "who has waited finds the log behind";
    struct disk *left = disk_after_crash(disk);
    const char *fault = log_order_fault(&order, &left->journal);
    if (fault == NULL)
        fault = recover(left, &there.engine);
    if (fault == NULL)
        fault = state_fault(&there);
    if (fault == NULL)
        fault = audit_fault(&there);
    end(there.engine, left);
    return fault;
}

static bool equal_audits(const struct sellable_audit *one, const struct sellable_audit *other) {
    return memcmp(one->hash, other->hash, sizeof one->hash) == 0 &&
           memcmp(one->full, other->full, sizeof one->full) == 0;
}

/* Nobody changes anything meanwhile: what is decided is what the log holds. */
static const char *difference(const struct scene *scene) {
    struct sellable_audit audit, there;
    struct sellable *engine = NULL;
    if (sellable_audit(scene->engine, NULL, &audit) != SELLABLE_OK ||
        sellable_durable_wait(scene->engine, 0) != SELLABLE_OK)
        return "no audit, or nobody can wait for the log";
    struct disk *left = disk_after_crash(disk);
    const char *fault = log_order_fault(&order, &left->journal);
    if (fault == NULL)
        fault = recover(left, &engine);
    if (fault == NULL && (sellable_audit(engine, NULL, &there) != SELLABLE_OK ||
                          !equal_audits(&audit, &there)))
        fault = "the log holds another state than the engine";
    compared++;
    end(engine, left);
    return fault;
}

/* Who looks at everything opens a snapshot, which sends back whoever has not decided yet, and puts
 * into the queue whatever is decided: so in most scenes nobody does until the end. */
static const char *log_fault(const struct scene *scene) {
    const char *fault = may_wait(scene) ? left_fault(scene) : NULL;
    if (fault != NULL || scene->variant % 3 != 1)
        return fault;
    fault = state_fault(scene);
    return fault == NULL && may_wait(scene) ? difference(scene) : fault;
}

/* ---- a stopped thread ------------------------------------------------------------------------ */

/* A place at which a change is carried out, or goes into the log. */
static bool is_near_the_log(const struct site *site) {
    return carries_out(site) || is_of_the_log(base_name(site->file));
}

static void stop_at(const struct call *call, uint64_t step, uint32_t variant) {
    struct play one = {.call = {call}, .before = {step}, .variant = variant};
    play(&one);
}

/* As it was traced last. */
static uint64_t steps_of[CALLS];

static void a_thread_stopped_in_any_call_keeps_nobody_from_deciding_and_committing(void **state) {
    (void)state;
    enum { FEW = 2, MOST = 400 };
    struct site **trace = calloc(TRACE, sizeof *trace);
    for (uint32_t c = 0; c < CALLS; c++) {
        uint64_t steps = steps_of[c] = trace_of(&calls[c], trace), chosen = 0;
        uint64_t every = (steps + MOST - 1) / MOST;
        for (uint64_t step = 0; step < steps; step++) {
            bool near = is_near_the_log(trace[step]);
            if (is_long ? !near && step % every != 0 && trace[step]->stops != 0
                        : trace[step]->stops >= (near ? FEW : 1))
                continue;
            if (is_long && c < SHORT_CALLS && !is_chosen(trace, steps, step, every))
                continue;
            /* The trace is that of variant 0: there the step is for sure at this place. */
            uint32_t only = trace[step]->stops == 0 ? 0 : (uint32_t)(chosen + c);
            for (uint32_t variant = 0; variant < (is_long ? 8u : 1u); variant++)
                stop_at(&calls[c], step + 1, is_long ? variant : only);
            chosen++;
        }
    }
    free(trace);
    print_message("    %llu rounds\n", (unsigned long long)rounds);
}

static void threads_stopped_together_keep_nobody_from_deciding_and_committing(void **state) {
    (void)state;
    struct site **trace[2] = {calloc(TRACE, sizeof **trace), calloc(TRACE, sizeof **trace)};
    struct random random = {2025};
    uint64_t most = is_long ? 20000 : 100;
    for (rounds = 0; rounds < most;) {
        uint32_t one = random_below(&random, SHORT_CALLS);
        uint32_t two = random_below(&random, SHORT_CALLS);
        stop_one_after_another(
            &random, (struct play){.call = {&calls[one], &calls[two]},
                                   .before = {1 + random_next(&random) % steps_of[one]},
                                   .variant = random_below(&random, 240),
                                   .trace = {trace[0], trace[1]}});
    }
    free(trace[0]);
    free(trace[1]);
    print_message("    %llu rounds\n", (unsigned long long)rounds);
}

/* ---- a stopped committer --------------------------------------------------------------------- */

static void call_wait(struct part *part) {
    struct sellable *engine = part->scene->engine;
    uint64_t position = sellable_position(engine);
    must(sellable_durable_wait(engine, 0), "to wait for the log");
    if (sellable_durable(engine) < position)
        must(SELLABLE_NOT_DURABLE, "what somebody has waited for");
}

static void call_checkpoint(struct part *part) {
    must(sellable_checkpoint(part->scene->engine, worker_of(part), part->call->which),
         "a checkpoint");
}

/* Somebody starts the library's own thread, makes changes, and stops it. */
static void call_committer(struct part *part) {
    struct sellable *engine = part->scene->engine;
    enum sellable_status status = sellable_committer_start(engine);
    if (status != SELLABLE_OK && status != SELLABLE_WRONG_STATE)
        must(status, "to start a committer");
    call_passing(part);
    status = sellable_committer_stop(engine);
    if (status != SELLABLE_OK && status != SELLABLE_WRONG_STATE)
        must(status, "to stop a committer");
}

static const struct call waiting_calls[] = {
    {"wait for the log", call_wait, 0},
    {"write a checkpoint", call_checkpoint, 0},
    {"write a checkpoint, and keep the journal", call_checkpoint, 1},
    {"start a committer", call_committer, 3},
};

static void a_thread_stopped_as_the_committer_keeps_nobody_from_deciding(void **state) {
    (void)state;
    struct site **trace = calloc(TRACE, sizeof *trace);
    rounds = 0;
    for (uint32_t c = 0; c < COUNT_OF(waiting_calls); c++) {
        uint64_t steps = trace_of(&waiting_calls[c], trace), most = is_long ? 1200 : 12;
        uint64_t every = (steps + most - 1) / most;
        for (uint64_t step = 0; step < steps; step++) {
            bool near = is_of_the_log(base_name(trace[step]->file));
            if (near ? is_chosen(trace, steps, step, every) : step % every == 0)
                stop_at(&waiting_calls[c], step + 1, is_long ? (uint32_t)step % 8 : 0);
        }
    }
    free(trace);
    print_message("    %llu rounds\n", (unsigned long long)rounds);
}

/* ---- all at once ----------------------------------------------------------------------------- */

/* Somebody waits for the log over and over. */
static struct {
    pthread_t thread;
    struct sellable *engine;
    atomic_bool ends;
} waiter;

static void *wait_often(void *context) {
    (void)context;
    while (!atomic_load(&waiter.ends)) {
        if (sellable_durable_wait(waiter.engine, 0) != SELLABLE_OK)
            return &waiter;
        sched_yield();
    }
    return NULL;
}

static enum sellable_status open_with_a_waiter(const struct sellable_options *options,
                                               struct sellable **engine) {
    enum sellable_status status = open_on_disk(options, engine);
    waiter.engine = *engine;
    atomic_store(&waiter.ends, false);
    assert_int_equal(pthread_create(&waiter.thread, NULL, wait_often, NULL), 0);
    return status;
}

/* It ends where all are at rest for the first time. */
static const char *difference_without_the_waiter(const struct scene *scene) {
    void *failed = NULL;
    if (!atomic_exchange(&waiter.ends, true))
        pthread_join(waiter.thread, &failed);
    return failed != NULL ? "nobody can wait for the log" : difference(scene);
}

static void everything_at_once_while_somebody_commits(void **state) {
    (void)state;
    struct timespec begun, now;
    clock_gettime(CLOCK_MONOTONIC, &begun);
    open_scene_engine = open_with_a_waiter;
    also_fault_at_rest = difference_without_the_waiter;
    rounds = 0;
    do {
        play_all_at_once((uint32_t)rounds);
        rounds++;
        clock_gettime(CLOCK_MONOTONIC, &now);
    } while (now.tv_sec - begun.tv_sec < (is_long ? 60 : 2));
    open_scene_engine = open_on_disk;
    also_fault_at_rest = difference;
    print_message("    %llu rounds\n", (unsigned long long)rounds);
}

/* ---- every step ------------------------------------------------------------------------------ */

static void every_step_on_the_way_into_the_log_was_reached(void **state) {
    (void)state;
    enum { NO_ROOM = 7, BY_CHANCE = 5 }; /* for want of space, or when a log fails; where calls meet */
    struct steps_total total = report_steps(sources(), is_of_the_log);
    close_disk();
    print_message("    %u steps in the sources, %u not reached; at %u nobody was stopped, and at %u "
                  "where calls meet; %llu recoveries, %llu times the same state\n",
                  total.steps, total.not_reached, total.not_stopped, total.met_by_chance,
                  (unsigned long long)recoveries, (unsigned long long)compared);
    assert_true(total.steps > 40);
    assert_true(total.not_reached <= NO_ROOM + BY_CHANCE);
    /* Who is stopped at what is met seldom is a matter of chance: the long run meets all. */
    assert_true(total.not_stopped <= (is_long ? 0 : 2));
}

int main(int count, char **arguments) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(
            a_thread_stopped_in_any_call_keeps_nobody_from_deciding_and_committing),
        cmocka_unit_test(threads_stopped_together_keep_nobody_from_deciding_and_committing),
        cmocka_unit_test(a_thread_stopped_as_the_committer_keeps_nobody_from_deciding),
        cmocka_unit_test(everything_at_once_while_somebody_commits),
        cmocka_unit_test(every_step_on_the_way_into_the_log_was_reached),
    };
    pthread_t guard;
    is_long = count > 1 && strcmp(arguments[1], "long") == 0;
    open_scene_engine = open_on_disk;
    fault_meanwhile = log_fault;
    also_fault_at_rest = difference;
    for (uint32_t key = 0; key < KEYS; key++)
        (void)key_text(key);
    if (pthread_create(&guard, NULL, watchdog, NULL) != 0)
        return 1;
    return cmocka_run_group_tests_name("stop with a log", tests, NULL, NULL);
}
