/* SPDX-License-Identifier: Apache-2.0
 *
 * Events, exceptions and the audit without memory: an allocator gives nothing at its n-th request,
 * for every n. The call answers no_memory and has changed nothing, and does the same as ever when
 * it is made again; in the end every slab has come back. (All other calls: test_allocation.c.)
 *
 *    test_unlent [long]      long: every request, else one of seven */
#include "rich_event.h"

#include "lender.h"

enum { RETENTION = 1000, FIRST_KEPT = 1, ONE_OF = 7 };

static bool is_long;
static uint32_t compared; /* how often a state was looked at after no_memory */

static const int64_t LATER = STAGE_NOW + 3 * RETENTION;

/* ---- a script -------------------------------------------------------------------------------- */

struct play {
    struct sellable *engine;
    struct sellable_worker *worker;
    struct sellable_worker *workers[4096];
    uint32_t worker_count;
};

enum act {
    FRESH, /* a worker that has nothing yet */
    SEND,
    SEND_UNKNOWN,
    PUT,
    VISIT,
    BY_IMPACT,
    AUDIT,
    REPLAY,
    DISCARD,
    ADVANCE,
    ACTS
};

struct step {
    enum act act;
    uint32_t number; /* the type of an event; the number of an exception */
};

enum { STEPS = 1000 };
static struct step script[STEPS];
static uint32_t steps;

static void add(enum act act, uint32_t number) {
    assert_true(steps + 1 < STEPS);
    script[steps++] = (struct step){FRESH, 0};
    script[steps++] = (struct step){act, number};
}

static void write_script(void) {
    steps = 0;
    for (EACH_TYPE(type)) {
        add(SEND, type);
    }
    for (EACH_TYPE(type)) {
        add(SEND_UNKNOWN, type);
    }
    add(PUT, SELLABLE_RESERVE);
    add(VISIT, 0);
    add(BY_IMPACT, 0);
    add(AUDIT, 0);
    for (uint32_t i = FIRST_KEPT; i < SELLABLE_EVENT_TYPES_END; i++) {
        add(i % 3 == 0 ? DISCARD : REPLAY, i);
    }
    add(ADVANCE, 0);
    add(AUDIT, 0);
}

static int visit_any(void *context, const struct sellable_exception *exception) {
    uint64_t *sum = context;
    *sum += exception->number + exception->orders;
    return 0;
}

static enum sellable_status fresh(struct play *play) {
    enum sellable_status status = sellable_worker_acquire(play->engine, &play->worker);
    if (status == SELLABLE_OK) {
        play->workers[play->worker_count++] = play->worker;
    }
    return status;
}

/* What could not be kept has found no memory. */
static enum sellable_status kept(enum sellable_status status,
                                 const struct sellable_answer *answer) {
    return kept_for(status) && answer->exception == 0 ? SELLABLE_NO_MEMORY : status;
}

static enum sellable_status send_one(struct play *play, uint32_t type, bool unknown) {
    static struct rich rich;
    char id[16];
    struct sellable_answer answer = {.exception = 0};
    (void)snprintf(id, sizeof id, "id-%u", (unsigned)type);
    rich_make(&rich, play->engine, type);
    rich.event.id = word(&rich, id);
    rich.event.source_key = key_of(unknown ? "somebody" : "wms");
    rich.event.has_seq = 1;
    rich.event.seq = type;
    enum sellable_status status =
        sellable_apply(play->engine, play->worker, &rich.event, &answer);
    return kept(status, &answer);
}

static enum sellable_status put_one(struct play *play) {
    const struct sellable_event event = {.type = SELLABLE_RESERVE,
                                         .order_key = key_of("O-1"),
                                         .content = "{\"type\":",
                                         .content_size = 8};
    return sellable_exception_put(play->engine, play->worker, &event, SELLABLE_INVALID, "lines",
                                  "missing", NULL);
}

static enum sellable_status replay_one(struct play *play, uint32_t number) {
    static struct rich rich;
    char id[16];
    (void)snprintf(id, sizeof id, "id2-%u", (unsigned)number);
    rich_make(&rich, play->engine, SELLABLE_HOLD_PLACE);
    rich.event.id = word(&rich, id);
    return sellable_exception_replay(play->engine, play->worker, number, &rich.event, NULL);
}

static enum sellable_status make(struct play *play, struct step step) {
    const struct sellable_exception_selection impact = {.by_impact = 1};
    struct sellable_audit audit;
    uint64_t sum = 0;
    switch (step.act) {
    case FRESH: return fresh(play);
    case SEND: return send_one(play, step.number, false);
    case SEND_UNKNOWN: return send_one(play, step.number, true);
    case PUT: return put_one(play);
    case VISIT: return sellable_exceptions(play->engine, play->worker, NULL, visit_any, &sum);
    case BY_IMPACT:
        return sellable_exceptions(play->engine, play->worker, &impact, visit_any, &sum);
    case AUDIT: return sellable_audit(play->engine, play->worker, &audit);
    case REPLAY: return replay_one(play, step.number);
    case DISCARD:
        return sellable_exception_discard(play->engine, play->worker, step.number, NULL);
    case ADVANCE: return sellable_advance(play->engine, play->worker, LATER, NULL);
    case ACTS: break;
    }
    return SELLABLE_INVALID;
}

/* ---- playing it ------------------------------------------------------------------------------ */

static struct sellable *open_lent(void) {
    struct sellable *engine = stage_with((struct sellable_options){
        .allocator = {&lender, lend, take_back}, .retention = RETENTION});
    counted_in(engine, "A", "each", 1, 1);
    return engine;
}

static void end(struct play *play) {
    for (uint32_t i = 0; i < play->worker_count; i++) {
        sellable_worker_release(play->workers[i]);
    }
    sellable_close(play->engine);
    all_is_back();
}

/* The state, and what there is of exceptions. */
static struct whole *all_of(struct sellable *engine) {
    struct sellable_exception_counts counts = counts_of(engine);
    struct whole *whole = whole_of(engine);
    whole_add(whole, "\nexceptions %llu %llu %llu", (unsigned long long)counts.kept,
              (unsigned long long)counts.last, (unsigned long long)counts.lost);
    return whole;
}

/* Statuses and requests of a run without a refusal. */
static uint8_t statuses[STEPS];
static uint64_t requests[STEPS + 1];

static struct whole *play_once(void) {
    struct play play = {.worker_count = 0};
    lender_begin(0, 0);
    play.engine = open_lent();
    for (uint32_t i = 0; i < steps; i++) {
        requests[i] = lender.requests;
        statuses[i] = (uint8_t)make(&play, script[i]);
        assert_true(statuses[i] != SELLABLE_NO_MEMORY);
    }
    requests[steps] = lender.requests;
    struct whole *whole = all_of(play.engine);
    end(&play);
    return whole;
}

/* The step that finds no memory, again and again until it does. */
static uint32_t insist(struct play *play, uint32_t i) {
    uint64_t refuse_at = lender.refuse_at, refuse_for = lender.refuse_for;
    bool touched = requests[i + 1] >= refuse_at && lender.refused == 0;
    struct whole *before = NULL;
    uint32_t found_none = 0;
    if (touched && script[i].act != ADVANCE) {
        lender.refuse_at = 0; /* not of what is looked at here */
        uint64_t had = lender.requests;
        before = all_of(play->engine);
        lender.requests = had;
        lender.refuse_at = refuse_at;
    }
    enum sellable_status status = make(play, script[i]);
    while (status == SELLABLE_NO_MEMORY) {
        found_none++;
        assert_true(found_none <= refuse_for);
        if (before != NULL) {
            lender.refuse_at = 0;
            uint64_t had = lender.requests;
            same_whole(all_of(play->engine), before);
            before = NULL;
            compared++;
            lender.requests = had;
            lender.refuse_at = refuse_at;
        }
        status = make(play, script[i]);
    }
    free(before);
    if (status != statuses[i]) {
        print_error("step %u, act %d %u, request %llu refused\n", (unsigned)i, (int)script[i].act,
                    (unsigned)script[i].number, (unsigned long long)refuse_at);
        equal(status, statuses[i]);
    }
    return found_none;
}

static void no_event_without_memory_changes_anything_and_made_again_it_does_as_ever(void **state) {
    (void)state;
    uint32_t found_none[ACTS] = {0};
    write_script();
    struct whole *wanted = play_once();
    uint64_t first = requests[0] + 1, last = requests[steps];
    for (uint64_t request = first; request <= last; request += is_long ? 1 : ONE_OF) {
        struct play play = {.worker_count = 0};
        lender_begin(request, 1 + request % 3);
        play.engine = open_lent();
        for (uint32_t i = 0; i < steps; i++) {
            found_none[script[i].act] += insist(&play, i);
        }
        lender.refuse_at = 0;
        struct whole *got = all_of(play.engine), *copy = malloc(sizeof *copy);
        assert_non_null(copy);
        memcpy(copy, wanted, sizeof *copy);
        same_whole(got, copy);
        end(&play);
    }
    print_message("           %u calls, %llu requests, %u times compared; no_memory:",
                  (unsigned)steps, (unsigned long long)last, (unsigned)compared);
    for (int act = 0; act < ACTS; act++) {
        print_message(" %u", (unsigned)found_none[act]);
    }
    print_message("\n");
    for (int act = SEND; act <= ADVANCE; act++) { /* a worker has always been there */
        if (found_none[act] == 0) {
            fail_msg("act %d found memory every time", act);
        }
    }
    free(wanted);
}

int main(int count, char **arguments) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_event_without_memory_changes_anything_and_made_again_it_does_as_ever),
    };
    is_long = count > 1 && strcmp(arguments[1], "long") == 0;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
