/* SPDX-License-Identifier: Apache-2.0
 *
 * A thread is stopped for ever at an atomic step of a call, and everybody else finishes every call:
 * on the same items, with the same keys. Then it is let go, and its answer agrees with what is
 * there.
 *
 *    test_stop [long]      long: every step of every call but a few long ones, in eight scenes; else
 *                          each place of the sources at which a call takes a step, and some more */
#include "stop_calls.h"

#include <time.h>

static bool is_long;

/* ---- what threads do ------------------------------------------------------------------------- */

static void act_call(void *context) {
    struct part *part = context;
    part->call->make(part);
}

/* And its worker goes on. */
static void act_call_and_more(void *context) {
    struct part *part = context;
    part->call->make(part);
    for (int i = 0; i < 2; i++) {
        make_order(part, part->own);
        make_change(part, RELEASE, part->own++);
    }
}

static void open_all(struct scene *scene, uint32_t variant) {
    open_scene(scene, variant);
    open_promises(scene);
    open_feeds(scene);
}

/* If not, tell of the round, and end. */
static void must_hold(const struct scene *scene, const char *fault, const char *when,
                      const struct actor *first, const struct actor *second) {
    if (fault == NULL)
        return;
    const struct actor *actors[] = {first, second};
    print_error("variant %u, %s: %s\n", scene->variant, when, fault);
    for (int i = 0; i < 2; i++) {
        struct site *at = actors[i] == NULL ? NULL : actors[i]->at;
        if (at != NULL)
            print_error("  %s: stopped before step %llu; at %s:%d\n", actors[i]->name,
                        (unsigned long long)actors[i]->stop_before, base_name(at->file), at->line);
    }
    fflush(NULL);
    _Exit(EXIT_FAILURE); /* threads are stopped: nothing can be tidied up */
}

static const char *fault_meanwhile(const struct scene *scene) {
    const char *fault = ledger_fault_meanwhile(scene);
    if (fault == NULL)
        fault = promises_fault(scene);
    return fault != NULL ? fault : feeds_fault(scene);
}

/* All have come to their end: the state follows from the answers, and what is due gets done. */
static void settle_all(struct scene *scene, struct part *rest, const struct actor *first,
                       const struct actor *second) {
    must_hold(scene, ledger_fault(scene, (const uint32_t[3]){0}), "at the end", first, second);
    must_hold(scene, promises_fault(scene), "at the end", first, second);
    must_hold(scene, feeds_fault(scene), "at the end", first, second);
    must_hold(scene, audit_fault(scene), "at the end", first, second);
    must_hold(scene, answer_fault(scene), "at the end", first, second);
    must_hold(scene, listener_fault(scene->engine), "at the end", first, second);
    for (uint32_t i = 0; i < 3; i++) { /* with the workers of all */
        struct part part = {.scene = scene, .number = i, .own = rest->own + 3 * i};
        struct sellable_worker *worker = scene->worker[i];
        make_order(&part, part.own);
        make_change(&part, SHIP, part.own);
        expect(sellable_item_put(scene->engine, worker, key_of("P"), NULL, NULL, NULL), OK);
    }
    now_is(scene->engine, LATER);
    scene->advanced = LATER;
    must_hold(scene, ledger_fault(scene, (const uint32_t[3]){0}), "after the end", first, second);
    must_hold(scene, promises_fault(scene), "after the end", first, second);
    must_hold(scene, feeds_fault(scene), "after the end", first, second);
    must_hold(scene, listener_fault(scene->engine), "after the end", first, second);
    what_was_told_is_right(scene);
    forget_what_was_told(scene);
    if (scene->snapshot != 0) {
        struct sbl_worker *worker = sbl_worker_take(&scene->engine->commit);
        assert_int_equal(sbl_snapshot_close(worker, scene->snapshot), SBL_ACCEPTED);
        sbl_worker_give(worker);
    }
}

/* ---- threads are stopped --------------------------------------------------------------------- */

/* One thread is stopped in a call, and perhaps another in one; each perhaps a second time. Steps
 * from 1; 0: it is not stopped. */
struct play {
    const struct call *call[2]; /* the second may be NULL */
    uint64_t before[2], again[2];
    uint32_t variant;
    struct site **trace[2]; /* if given: the places of their steps */
    uint64_t steps[2];
};

static uint64_t rounds;

static void play(struct play *play) {
    struct scene scene;
    struct actor actor[2] = {{.trace = play->trace[0]}, {.trace = play->trace[1]}};
    uint32_t count = play->call[1] == NULL ? 1 : 2;
    open_all(&scene, play->variant);
    struct part part[] = {{&scene, 0, OF_FIRST, play->call[0]},
                          {&scene, 1, OF_SECOND, play->call[1]},
                          {&scene, 2, OF_THIRD, NULL}};
    const struct actor *one = &actor[0], *two = count == 2 ? &actor[1] : NULL;
    watched_what = play->call[0]->name;
    for (uint32_t i = 0; i < count; i++) {
        actor_begin(&actor[i], play->call[i]->name, (int)i, play->before[i],
                    count == 2 ? act_call_and_more : act_call, &part[i]);
        actor_await(&actor[i]);
        must_hold(&scene, fault_meanwhile(&scene), "as it stopped", one, two);
    }
    make_everything(&part[2]);
    must_hold(&scene, fault_meanwhile(&scene), "while it is stopped", one, two);
    for (uint32_t i = 0; i < count; i++) {
        uint32_t turn = count == 2 && play->variant % 2 == 0 ? 1 - i : i;
        if (play->again[turn] != 0) {
            actor_go_on(&actor[turn], play->again[turn]);
            must_hold(&scene, fault_meanwhile(&scene), "as it stopped again", one, two);
            make_everything(&part[2]);
        }
        actor_end(&actor[turn]);
        must_hold(&scene, fault_meanwhile(&scene), "as it has ended", one, two);
    }
    settle_all(&scene, part, one, two);
    close_scene(&scene);
    for (uint32_t i = 0; i < count; i++)
        play->steps[i] = actor[i].steps < TRACE ? actor[i].steps : TRACE;
    rounds++;
    atomic_fetch_add(&finished, 1);
}

/* As it was traced last. */
static uint64_t steps_of[SHORT_CALLS];

/* A call that nobody stops: its steps. */
static uint64_t trace_of(uint32_t call, struct site **trace) {
    struct play one = {.call = {&calls[call]}, .variant = 7, .trace = {trace}};
    alone = true;
    do /* the last is the plain scene */
        play(&one);
    while (one.variant-- != 0);
    alone = false;
    if (call < SHORT_CALLS)
        steps_of[call] = one.steps[0];
    return one.steps[0];
}

/* Of a trace those steps that are the first or the last at their place, if it is not one where many
 * were stopped (in a short run), and every n-th. */
static bool is_chosen(struct site *const *trace, uint64_t steps, uint64_t step, uint64_t every) {
    enum { REACH = 3000, MANY = 6 };
    bool before = false, after = false;
    if (!is_long && trace[step]->stops >= MANY)
        return step % every == 0;
    for (uint64_t i = step; i-- > 0 && !before && step - i < REACH;)
        before = trace[i] == trace[step];
    for (uint64_t i = step + 1; i < steps && !after && i - step < REACH; i++)
        after = trace[i] == trace[step];
    return step % every == 0 || !before || !after;
}

static void a_thread_stopped_in_any_call_keeps_nobody_up(void **state) {
    (void)state;
    struct site **trace = calloc(TRACE, sizeof *trace);
    for (uint32_t c = 0; c < CALLS; c++) {
        uint64_t steps = trace_of(c, trace), chosen = 0;
        uint64_t most = !is_long ? 16 : c >= SHORT_CALLS ? 400 : 1200;
        uint64_t every = (steps + most - 1) / most;
        for (uint64_t step = 0; step < steps; step++) {
            if (c >= SHORT_CALLS ? step % every != 0 && trace[step]->stops != 0
                                 : !is_chosen(trace, steps, step, every))
                continue;
            /* The trace is that of variant 0: there the step is for sure at this place. */
            uint32_t only = trace[step]->stops == 0 ? 0 : (uint32_t)(chosen + c);
            for (uint32_t variant = 0; variant < (is_long ? 8u : 1u); variant++) {
                struct play one = {.call = {&calls[c]},
                                   .before = {step + 1},
                                   .variant = is_long ? variant : only};
                play(&one);
            }
            chosen++;
        }
        print_message("    %-44s %6llu steps, stopped at %llu\n", calls[c].name,
                      (unsigned long long)steps, (unsigned long long)chosen);
    }
    free(trace);
    print_message("    %llu rounds\n", (unsigned long long)rounds);
}

/* A step from `first` on at whose place few were stopped yet, or any; 0: there is none. */
static uint64_t rare_step(struct random *random, struct site *const *trace, uint64_t first,
                          uint64_t steps) {
    uint64_t best = 0, least = 4;
    for (uint64_t step = first; step < steps; step++) {
        if (trace[step]->stops < least) {
            least = trace[step]->stops;
            best = step + 1;
        }
    }
    return best != 0 || first >= steps ? best : first + 1 + random_next(random) % (steps - first);
}

/* One is stopped; another comes upon it; it is stopped, too; the one goes on, and is stopped again;
 * so is the other. What each comes to depends on where the others are. */
static void stop_one_after_another(struct random *random, struct play play_now) {
    play(&play_now);
    for (uint32_t depth = 0; depth < 3; depth++) {
        struct site **const *trace = play_now.trace;
        const uint64_t *steps = play_now.steps;
        if (play_now.before[1] == 0)
            play_now.before[1] = rare_step(random, trace[1], 0, steps[1]);
        else if (play_now.again[0] == 0 && (depth == 1) == (play_now.variant % 2 == 1))
            play_now.again[0] = rare_step(random, trace[0], play_now.before[0], steps[0]);
        else
            play_now.again[1] = rare_step(random, trace[1], play_now.before[1], steps[1]);
        play(&play_now);
    }
}

static uint32_t call_named(const char *name) {
    uint32_t call = 0;
    while (call < CALLS && strcmp(calls[call].name, name) != 0)
        call++;
    assert_in_range(call, 0, CALLS - 1);
    return call;
}

/* By number in the list of calls: reserve three lines, release, ship with a timeout, apply an
 * event, change settings, advance. */
static const uint32_t meeting[] = {1, 10, 13, 15, 26, 27};

/* A place at which a plan is carried out. */
static bool carries_out(const struct site *site) {
    const char *name = base_name(site->file);
    return strcmp(name, "commit.c") == 0 || strcmp(name, "carry.h") == 0;
}

/* Where a call of these carries its plan out: the places at which it is once for each line or
 * less. */
static void stop_where_calls_meet(struct random *random, struct site **const *trace) {
    enum { LINES = 8 };
    uint64_t chosen[256];
    for (uint32_t i = 0; i < COUNT_OF(meeting); i++) {
        uint64_t steps = trace_of(meeting[i], trace[0]);
        uint32_t count = 0;
        for (uint64_t step = 0; step < steps && count < COUNT_OF(chosen); step++) {
            uint32_t times = 0;
            for (uint64_t other = 0; other < steps; other++)
                times += trace[0][other] == trace[0][step];
            if (times <= LINES && carries_out(trace[0][step]))
                chosen[count++] = step + 1;
        }
        for (uint32_t c = 0; c < count; c++) {
            uint32_t most = is_long ? 4 * COUNT_OF(meeting) : COUNT_OF(meeting);
            for (uint32_t m = is_long ? 0 : c % 4; m < most; m += is_long ? 1 : 4)
                stop_one_after_another(
                    random,
                    (struct play){.call = {&calls[meeting[i]],
                                           &calls[meeting[m % COUNT_OF(meeting)]]},
                                  .before = {chosen[c]},
                                  .variant = m + c + c / 4,
                                  .trace = {trace[0], trace[1]}});
        }
    }
}

static void threads_stopped_twice_or_together_keep_nobody_up(void **state) {
    (void)state;
    struct site **trace[2] = {calloc(TRACE, sizeof **trace), calloc(TRACE, sizeof **trace)};
    struct random random = {2024};
    uint64_t more = is_long ? 60000 : 300;
    rounds = 0;
    stop_where_calls_meet(&random, trace);
    more += rounds;
    while (rounds < more || (places_left() != 0 && rounds < 2 * more + 4000)) {
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
    print_message("    %llu rounds; places where nobody was stopped yet: %u\n",
                  (unsigned long long)rounds, places_left());
}

/* ---- all at once ----------------------------------------------------------------------------- */

static void act_everything(void *context) { make_everything(context); }

/* Nobody is stopped, and everybody hesitates: what is reached under contention only. */
static void everything_at_once(void **state) {
    (void)state;
    struct timespec begun, now;
    clock_gettime(CLOCK_MONOTONIC, &begun);
    rounds = 0;
    do {
        struct scene scene;
        open_all(&scene, (uint32_t)rounds);
        struct part part[3];
        struct actor actor[3];
        watched_what = "everything at once";
        for (uint32_t i = 0; i < 3; i++) {
            part[i] = (struct part){.scene = &scene, .number = i, .own = OF_FIRST + OWN * i};
            actor[i] = (struct actor){.hesitates = (uint32_t)(1 + rounds % 7 * 40),
                                      .random = {rounds * 3 + i}};
            actor_begin(&actor[i], "all", (int)i, 0, act_everything, &part[i]);
        }
        for (uint32_t i = 0; i < 3; i++)
            actor_await(&actor[i]);
        for (uint32_t i = 0; i < 3; i++)
            actor_end(&actor[i]);
        settle_all(&scene, &part[0], &actor[0], &actor[1]);
        close_scene(&scene);
        rounds++;
        clock_gettime(CLOCK_MONOTONIC, &now);
    } while (now.tv_sec - begun.tv_sec < (is_long ? 60 : 2));
    print_message("    %llu rounds\n", (unsigned long long)rounds);
}

/* ---- memory ---------------------------------------------------------------------------------- */

enum { CHANGES = 1000000 };

static uint64_t slab_bytes(const struct sellable *engine) {
    struct sellable_memory memory;
    sellable_memory(engine, &memory);
    return memory.slab_bytes;
}

/* An event with an id, a transfer and a refused event. */
static void send_some(struct scene *scene, const char *key) {
    struct sellable_event event = {.type = SELLABLE_TRANSFER_SHIP,
                                   .item = {P},
                                   .location = {1},
                                   .to = {2},
                                   .quantity = 1,
                                   .due = LATER,
                                   .reference = key_of(key),
                                   .source = {ERP},
                                   .id = key_of(key)};
    expect(sellable_apply(scene->engine, NULL, &event, NULL), OK);
    event.type = SELLABLE_TRANSFER_RECEIVE;
    event.id = (struct sellable_key){NULL, 0};
    expect(sellable_apply(scene->engine, NULL, &event, NULL), OK);
    expect(sellable_apply(scene->engine, NULL, &event, NULL), WRONG_STATE);
}

/* Orders come, expire and are forgotten, on the items that the stopped thread has in its hands; so
 * do events. */
static void change_often(struct scene *scene, uint64_t first, uint64_t end, int64_t *now) {
    for (uint64_t i = first; i < end; i += 2) {
        const struct sellable_line lines[] = {
            {.item = {W}, .quantity = 3},
            {.item = {P}, .quantity = 1},
            {.item = {Q}, .quantity = 1}};
        char text[24];
        (void)snprintf(text, sizeof text, "m-%llu", (unsigned long long)(i % 8000));
        struct sellable_order order = {.key = key_of(text),
                                       .channel = {1},
                                       .lines = lines,
                                       .line_count = 1 + (uint32_t)(i / 2 % 3),
                                       .expires_at = *now + 1 + (int64_t)(i % 100)};
        expect(sellable_reserve(scene->engine, NULL, &order, NULL), OK);
        if (i % 4 == 0)
            expect(sellable_release(scene->engine, NULL, order.key, NULL, 0, NULL), OK);
        else
            expect(sellable_confirm(scene->engine, NULL, order.key, NULL), OK);
        if (i % 4 != 0)
            expect(sellable_release(scene->engine, NULL, order.key, NULL, 0, NULL), OK);
        if (i % 8 == 0)
            send_some(scene, text);
        if (i % 1000 == 998) {
            *now += RETENTION / 4;
            expect(sellable_advance(scene->engine, NULL, *now, NULL), OK);
            atomic_fetch_add(&finished, 1);
        }
    }
}

static void a_stopped_thread_holds_back_little_memory(void **state) {
    (void)state;
    const uint32_t stopped_in[] = {1, 11, 27, 26, 1, call_named("transfer.ship"),
                                   call_named("ask for changes"), call_named("a view")};
    for (uint32_t i = 0; i < COUNT_OF(stopped_in); i++) {
        const struct call *call = &calls[stopped_in[i]];
        struct scene scene;
        struct site **trace = calloc(TRACE, sizeof *trace);
        uint64_t steps, before, after, most, stop_before;
        steps = trace_of(stopped_in[i], trace);
        /* As it has put its first mark; last, with the verdict still to come. */
        for (stop_before = steps * 2 / 3; stop_before > 1; stop_before--)
            if (carries_out(trace[stop_before - 1]))
                break;
        free(trace);
        open_all(&scene, i == 4 ? 2 : 0);
        struct part part = {.scene = &scene, .number = 0, .own = OF_FIRST, .call = call};
        struct actor actor = {0};
        int64_t now = LATER;
        now_is(scene.engine, now);
        watched_what = call->name;
        actor_begin(&actor, call->name, 0, stop_before, act_call, &part);
        actor_await(&actor);
        uint64_t changes = i == 0 || is_long ? CHANGES : CHANGES / 10;
        change_often(&scene, 0, CHANGES / 20, &now);
        before = slab_bytes(scene.engine);
        change_often(&scene, CHANGES / 20, CHANGES / 20 + changes, &now);
        after = slab_bytes(scene.engine);
        most = before + ((uint64_t)4 << 20);
        print_message("    %-30s %llu KiB, after %llu more changes %llu KiB\n", call->name,
                      (unsigned long long)before >> 10, (unsigned long long)changes,
                      (unsigned long long)after >> 10);
        assert_true(after <= most);
        actor_end(&actor);
        close_scene(&scene);
    }
}

/* ---- every step ------------------------------------------------------------------------------ */

/* The folder of the sources, from where this file was when it was compiled. */
static const char *sources(void) {
#ifdef SELLABLE_SOURCES
    return SELLABLE_SOURCES;
#else
    static char folder[1024];
    const char *end = strrchr(__FILE__, '/');
    (void)snprintf(folder, sizeof folder, "%.*s/../lib", end == NULL ? 1 : (int)(end - __FILE__),
                   end == NULL ? "." : __FILE__);
    return folder;
#endif
}

static void every_step_of_the_sources_was_reached(void **state) {
    (void)state;
    struct steps_total total = report_steps(sources());
    print_message("    %u steps in the sources, %u not reached; at %u nobody was stopped\n",
                  total.steps, total.not_reached, total.not_stopped);
    assert_true(total.steps > 100);
    /* One needs a helper who is stopped while the owner goes on: a matter of chance, too. */
    assert_true(total.not_reached <= (is_long ? 0 : 1));
    equal(total.not_stopped, 0);
    /* Who is stopped where two calls meet is a matter of chance: the long run meets all of them. */
    assert_true(total.met_by_chance <= (is_long ? 0 : 4));
}

int main(int count, char **arguments) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_thread_stopped_in_any_call_keeps_nobody_up),
        cmocka_unit_test(threads_stopped_twice_or_together_keep_nobody_up),
        cmocka_unit_test(everything_at_once),
        cmocka_unit_test(a_stopped_thread_holds_back_little_memory),
        cmocka_unit_test(every_step_of_the_sources_was_reached),
    };
    pthread_t guard;
    is_long = count > 1 && strcmp(arguments[1], "long") == 0;
    for (uint32_t key = 0; key < KEYS; key++)
        (void)key_text(key);
    if (pthread_create(&guard, NULL, watchdog, NULL) != 0)
        return 1;
    return cmocka_run_group_tests_name("stop", tests, NULL, NULL);
}
