/* SPDX-License-Identifier: Apache-2.0
 *
 * For test_stop*.c: one play after another. A scene is set; one thread is stopped in a call, and
 * perhaps another; somebody else makes every call; they go on, and come to their end. Whenever all
 * stand still, the state has to follow from what was answered. */
#ifndef SELLABLE_TESTS_STOP_PLAY_H
#define SELLABLE_TESTS_STOP_PLAY_H

#include "stop_calls.h"

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

/* One of the states that the answers, and calls under way, allow. */
static const char *state_fault(const struct scene *scene) {
    const char *fault = ledger_fault_meanwhile(scene);
    if (fault == NULL)
        fault = promises_fault(scene);
    return fault != NULL ? fault : feeds_fault(scene);
}

/* What must hold whenever all stand still, and what else once no call is under way. NULL: it does. */
static const char *(*fault_meanwhile)(const struct scene *scene) = state_fault;
static const char *(*also_fault_at_rest)(const struct scene *scene);

static const char *fault_at_rest(const struct scene *scene) {
    const char *fault = ledger_fault(scene, (const uint32_t[3]){0});
    if (fault == NULL)
        fault = promises_fault(scene);
    if (fault == NULL)
        fault = feeds_fault(scene);
    if (fault == NULL)
        fault = listener_fault(scene->engine);
    return fault == NULL && also_fault_at_rest != NULL ? also_fault_at_rest(scene) : fault;
}

/* All have come to their end: the state follows from the answers, and what is due gets done. */
static void settle_all(struct scene *scene, struct part *rest, const struct actor *first,
                       const struct actor *second) {
    must_hold(scene, fault_at_rest(scene), "at the end", first, second);
    must_hold(scene, audit_fault(scene), "at the end", first, second);
    must_hold(scene, answer_fault(scene), "at the end", first, second);
    for (uint32_t i = 0; i < 3; i++) { /* with the workers of all */
        struct part part = {.scene = scene, .number = i, .own = rest->own + 3 * i};
        struct sellable_worker *worker = scene->worker[i];
        make_order(&part, part.own);
        make_change(&part, SHIP, part.own);
        expect(sellable_item_put(scene->engine, worker, key_of("P"), NULL, NULL, NULL), OK);
    }
    now_is(scene->engine, LATER);
    scene->advanced = LATER;
    must_hold(scene, fault_at_rest(scene), "after the end", first, second);
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

/* A call that nobody stops: its steps. */
static uint64_t trace_of(const struct call *call, struct site **trace) {
    struct play one = {.call = {call}, .variant = 7, .trace = {trace}};
    alone = true;
    do /* the last is the plain scene */
        play(&one);
    while (one.variant-- != 0);
    alone = false;
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

/* A place at which a plan is carried out. */
static bool carries_out(const struct site *site) {
    const char *name = base_name(site->file);
    return strcmp(name, "commit.c") == 0 || strcmp(name, "carry.h") == 0;
}

/* ---- all at once ----------------------------------------------------------------------------- */

static void act_everything(void *context) { make_everything(context); }

/* Three threads make every call, and hesitate. */
static void play_all_at_once(uint32_t variant) {
    struct scene scene;
    struct part part[3];
    struct actor actor[3];
    open_all(&scene, variant);
    watched_what = "everything at once";
    for (uint32_t i = 0; i < 3; i++) {
        part[i] = (struct part){.scene = &scene, .number = i, .own = OF_FIRST + OWN * i};
        actor[i] = (struct actor){.hesitates = 1 + variant % 7 * 40, .random = {variant * 3 + i}};
        actor_begin(&actor[i], "all", (int)i, 0, act_everything, &part[i]);
    }
    for (uint32_t i = 0; i < 3; i++)
        actor_await(&actor[i]);
    for (uint32_t i = 0; i < 3; i++)
        actor_end(&actor[i]);
    settle_all(&scene, &part[0], &actor[0], &actor[1]);
    close_scene(&scene);
}

/* ---- the sources ----------------------------------------------------------------------------- */

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

#endif
