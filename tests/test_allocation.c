/* SPDX-License-Identifier: Apache-2.0
 *
 * An allocator that gives nothing at its n-th request, for every n: the call answers no_memory and
 * has changed nothing, and does the same as ever when it is made again. In the end every slab has
 * come back exactly once.
 *
 *    test_allocation [long]      long: the longest script, too, at every request */
#include "allocation_stage.h"

static bool is_long;

/* ---- playing it ------------------------------------------------------------------------------ */

/* What a run without a refusal was like. */
struct run {
    uint8_t *status;      /* of each step */
    uint64_t *requests;   /* made before each step, and at its end */
    uint64_t digest;
};

/* Of which orders the figures tell: all that were asked for, and are. */
static void note_orders(struct stage *stage, const struct step *step) {
    if (step->act >= ORDER && step->number + MANY > stage->orders)
        stage->orders = step->number + MANY;
}

static void give_workers_back(struct stage *stage) {
    for (uint32_t i = 0; i < stage->worker_count; i++)
        sellable_worker_release(stage->workers[i]);
}

static void play_once(const struct script *script, struct run *run) {
    struct stage stage = {0};
    run->status = calloc(script->count, 1);
    run->requests = calloc(script->count + 1, sizeof *run->requests);
    lender_begin(0, 0);
    expect(open_lent(&stage.engine, 0), OK);
    for (uint32_t i = 0; i < script->count; i++) {
        run->requests[i] = lender.requests;
        note_orders(&stage, &script->step[i]);
        run->status[i] = (uint8_t)make(&stage, &script->step[i]);
        if (run->status[i] != SELLABLE_OK)
            fail_msg("step %u, act %d %u is answered %s", i, (int)script->step[i].act,
                     script->step[i].number, sellable_status_name(run->status[i]));
    }
    run->requests[script->count] = lender.requests;
    run->digest = figures(&stage, true);
    give_workers_back(&stage);
    sellable_close(stage.engine);
    all_is_back();
}

/* The same with request number `refuse_at` refused, and those after it: `refuse_for` in all. */
static void play_refused(const struct script *script, const struct run *run, uint64_t refuse_at,
                         uint64_t refuse_for, uint32_t *no_memory) {
    struct stage stage = {0};
    lender_begin(refuse_at, refuse_for);
    expect(open_lent(&stage.engine, 0), OK);
    for (uint32_t i = 0; i < script->count; i++) {
        const struct step *step = &script->step[i];
        bool touched = lender.refused == 0 && run->requests[i + 1] >= refuse_at;
        note_orders(&stage, step);
        uint64_t before = touched ? figures(&stage, false) : 0;
        enum sellable_status status = make(&stage, step);
        for (uint64_t again = 0; status == SELLABLE_NO_MEMORY; again++) {
            assert_true(again <= refuse_for);
            assert_true(lender.refused != 0);
            no_memory[step->act]++;
            /* advance has moved now, and done a part of what is due. */
            if (touched && step->act != ADVANCE)
                equal(figures(&stage, false), before);
            status = make(&stage, step);
        }
        if (status != run->status[i])
            print_error("step %u, act %d, request %llu refused\n", i, (int)step->act,
                        (unsigned long long)refuse_at);
        equal(status, run->status[i]);
    }
    assert_in_range(lender.refused, 1, refuse_for); /* made again, a call may need less */
    equal(figures(&stage, true), run->digest);
    give_workers_back(&stage);
    sellable_close(stage.engine);
    all_is_back();
}

/* Each request from `first` on, every n-th of them. */
static void play_all(const struct script *script, uint64_t first, uint64_t every,
                     uint32_t *no_memory) {
    static const char *const names[] = {
#define NAME_OF_ACT(ACT, NAME) NAME,
        EVERY_ACT(NAME_OF_ACT)
#undef NAME_OF_ACT
    };
    struct run run;
    play_once(script, &run);
    uint64_t from = run.requests[0] + 1, end = run.requests[script->count];
    from = from > first ? from : first;
    for (uint64_t request = from; request <= end; request += every) {
        uint64_t refuse_for = 1 + request % 3;
        play_refused(script, &run, request, refuse_for > end - request + 1 ? 1 : refuse_for,
                     no_memory);
    }
    print_message("           %u calls, %llu requests; no_memory:", script->count,
                  (unsigned long long)end);
    for (int act = 0; act < ACTS; act++)
        if (no_memory[act] != 0)
            print_message(" %s %u", names[act], no_memory[act]);
    print_message("\n");
    free(run.status);
    free(run.requests);
    free(script->step);
}

/* ---- the scripts ----------------------------------------------------------------------------- */

static void opening_leaves_nothing_behind(void **state) {
    (void)state;
    static const uint64_t expected[] = {0, 100000};
    for (size_t i = 0; i < COUNT_OF(expected); i++) {
        struct sellable *engine = NULL;
        lender_begin(0, 0);
        expect(open_lent(&engine, expected[i]), OK);
        uint64_t requests = lender.requests;
        sellable_close(engine);
        all_is_back();
        for (uint64_t n = 1; n <= requests; n++) {
            lender_begin(n, 1);
            engine = (struct sellable *)&lender;
            expect(open_lent(&engine, expected[i]), NO_MEMORY);
            assert_null(engine);
            all_is_back();
        }
    }
}

/* Every call, each a few times, and first by a worker that has nothing yet. */
static void every_call_without_memory_changes_nothing(void **state) {
    (void)state;
    enum { ITEMS = 300 };
    struct script script = {0};
    add(&script, CHANNEL, 0);
    add(&script, FRESH, 0);
    add(&script, CHANNEL, 1);
    for (uint32_t i = 0; i < CELLS; i++) {
        if (i % 4 == 0)
            add(&script, FRESH, 0);
        add(&script, LOCATION, i);
    }
    add(&script, FRESH, 0);
    for (uint32_t i = 0; i < ITEMS; i++)
        add(&script, ITEM, i);
    for (uint32_t i = 0; i < ITEMS * CELLS * 3; i++) {
        if (i % 1500 == 0)
            add(&script, FRESH, 0);
        add(&script, EVENT, i);
    }
    for (uint32_t i = 0; i < CELLS; i++) {
        if (i % 3 == 0)
            add(&script, FRESH, 0);
        add(&script, EVENTS, MANY * i);
    }
    add(&script, FRESH, 0);
    add(&script, POLICY, 0);
    add(&script, ADVANCE, 1000);
    for (uint32_t i = 0; i < 200; i++) {
        if (i % 67 == 0)
            add(&script, FRESH, 0);
        add(&script, i % 2 == 0 ? ORDER : TIMED_ORDER, i);
    }
    add(&script, FRESH, 0);
    add(&script, ORDERS, 200);
    for (uint32_t i = 1; i < 60; i += 2) {
        if (i < 8)
            add(&script, FRESH, 0);
        add(&script, i < 5 ? CONFIRM : i % 3 == 0 ? RELEASE : SHIP, i);
    }
    for (uint32_t i = 0; i < 4; i++) {
        add(&script, FRESH, 0);
        add(&script, i % 2 == 0 ? SHIP : RELEASE, i);
    }
    add(&script, POLICY, 1);
    add(&script, FRESH, 0);
    add(&script, ADVANCE, 3000);
    add(&script, FRESH, 0);
    add(&script, ADVANCE, 5050);
    add(&script, FRESH, 0);
    add(&script, WIDE_ORDER, 300);
    add(&script, FRESH, 0);
    add(&script, SHIP, 300);
    add(&script, WIDE_ORDER, 301);
    add(&script, FRESH, 0);
    add(&script, RELEASE, 301);
    add(&script, FRESH, 0);
    add(&script, ADVANCE, 90000);
    uint32_t no_memory[ACTS] = {0};
    play_all(&script, 0, 1, no_memory);
}

/* Fences, dates, kits, parts of orders: each kind of call finds no memory at least once, in the
 * hands of a worker that has nothing yet. */
static void every_call_of_promises_without_memory_changes_nothing(void **state) {
    (void)state;
    enum { ITEMS = 40 };
    uint32_t each = is_long ? 9 : 3;
    static const struct {
        enum act act;
        uint32_t first;
    } calls[] = {{FENCE, 0},          {ENTRY, 0},         {ENTRY, ITEMS},     {ITEM_POLICY, 0},
                 {UNITS, 0},          {REGION, 0},        {REASON, 0},        {FENCED, 0},
                 {DATED, ITEMS},      {KIT_ORDER, 2 * ITEMS}, {PARTIAL, 3 * ITEMS},
                 {BEYOND, 4 * ITEMS}, {VISIT, 0},         {AMEND, 0},         {RESOURCE, 0},
                 {RESOURCE, ITEMS},   {EXTEND, ITEMS},    {ALLOCATE, 0},      {ALLOCATE, ITEMS},
                 {DEALLOCATE, 0},     {ALLOCATE, 0},      {SHIP_PART, 0},     {RELEASE_PART, 0},
                 {RELEASE_PART, ITEMS}, {RELEASE, 2 * ITEMS}, {SHIP, 3 * ITEMS},
                 {RELEASE, 4 * ITEMS}};
    struct script script = {0};
    add(&script, CHANNEL, 0);
    add(&script, CHANNEL, 1);
    for (uint32_t i = 0; i < 3; i++)
        add(&script, LOCATION, i);
    for (uint32_t i = 0; i < ITEMS; i++)
        add(&script, ITEM, i);
    for (uint32_t i = 0; i < 3 * ITEMS; i++) /* of the last there is nothing */
        if (i % ITEMS != ITEMS - 1)
            add(&script, EVENT, i);
    add(&script, POLICY, 0);
    for (uint32_t i = 0; i < each; i++) {
        add(&script, FRESH, 0);
        add(&script, KIT, i);
    }
    for (uint32_t c = 0; c < COUNT_OF(calls); c++) {
        for (uint32_t i = 0; i < each; i++) {
            add(&script, FRESH, 0);
            add(&script, calls[c].act, calls[c].first + i);
        }
    }
    for (uint32_t at = 1; at <= 5; at++) {
        add(&script, FRESH, 0);
        add(&script, ADVANCE, at * DATE_OF_ALL);
    }
    uint32_t no_memory[ACTS] = {0};
    play_all(&script, 0, is_long ? 1 : 7, no_memory);
    for (uint32_t c = 0; c < COUNT_OF(calls); c++)
        if (no_memory[calls[c].act] == 0)
            fail_msg("call %u, act %d, found memory every time", c, (int)calls[c].act);
    assert_true(no_memory[KIT] > 0 && no_memory[ADVANCE] > 0);
}

/* The same of origins, transfers and exceptions. */
static void every_call_of_feeds_without_memory_changes_nothing(void **state) {
    (void)state;
    enum { ITEMS = 12 };
    uint32_t each = is_long ? 6 : 2;
    const struct {
        enum act act;
        uint32_t first;
    } calls[] = {{SOURCE, 0},   {OWNER, 0},    {IDENTIFIED, 1}, {BALANCE, 1},
                 {RECEIPT, 1},  {TRANSFER, 1}, {RECEIVED, 1},   {REFUSED, 0},
                 {PUT, 0},      {EXCEPTIONS, 0}, {AUDIT, 0},    {REPLAY, 1},
                 {DISCARD, 1 + each}};
    struct script script = {0};
    add(&script, CHANNEL, 0);
    for (uint32_t i = 0; i < 3; i++)
        add(&script, LOCATION, i);
    for (uint32_t i = 0; i < ITEMS; i++)
        add(&script, ITEM, i);
    for (uint32_t i = 0; i < 3 * ITEMS; i++)
        add(&script, EVENT, i);
    for (uint32_t c = 0; c < COUNT_OF(calls); c++) {
        for (uint32_t i = 0; i < each; i++) {
            add(&script, FRESH, 0);
            add(&script, calls[c].act, calls[c].first + i);
        }
    }
    for (uint32_t at = 1; at <= 3; at++) { /* ids, movements and transfers are forgotten */
        add(&script, FRESH, 0);
        add(&script, ADVANCE, at * 1000);
    }
    uint32_t no_memory[ACTS] = {0};
    play_all(&script, 0, is_long ? 1 : 3, no_memory);
    for (uint32_t c = 0; c < COUNT_OF(calls); c++)
        if (no_memory[calls[c].act] == 0)
            fail_msg("call %u, act %d, found memory every time", c, (int)calls[c].act);
    assert_true(no_memory[ADVANCE] > 0);
}

/* Each table beyond its first segment. */
static void growth_without_memory_changes_nothing(void **state) {
    (void)state;
    struct script script = {0};
    uint32_t items = 9000, settings = 1030, orders = is_long ? 60000 : 6000;
    add(&script, CHANNEL, 0);
    for (uint32_t i = 0; i < settings; i++)
        add(&script, LOCATION, i);
    for (uint32_t i = 1; i < settings; i++)
        add(&script, CHANNEL, i);
    for (uint32_t i = 0; i < items; i++)
        add(&script, ITEM, i);
    for (uint32_t i = 0; i < (is_long ? 4 : 1) * items; i += MANY)
        add(&script, EVENTS, i);
    add(&script, POLICY, 0);
    for (uint32_t i = 0; i < orders; i += MANY)
        add(&script, ORDERS, i);
    add(&script, ADVANCE, 10);
    for (uint32_t i = 0; i < orders; i += 4)
        add(&script, RELEASE, i);
    add(&script, ADVANCE, 2000);
    uint32_t no_memory[ACTS] = {0};
    play_all(&script, 0, 1, no_memory);
}

/* More workers than the first segment holds, each of which does something. */
static void workers_without_memory_change_nothing(void **state) {
    (void)state;
    struct script script = {0};
    uint32_t workers = is_long ? 290 : 36;
    add(&script, CHANNEL, 0);
    add(&script, LOCATION, 0);
    add(&script, ITEM, 0);
    for (uint32_t i = 0; i < workers; i++)
        add(&script, WORKER, i);
    for (uint32_t i = 0; i < workers; i++)
        add(&script, USE, i);
    uint32_t no_memory[ACTS] = {0};
    play_all(&script, 0, 1, no_memory);
}

/* ---- many threads ---------------------------------------------------------------------------- */

static void grow_by_chance(struct member *member) {
    atomic_ullong *refused = member->shared;
    struct crew_key key;
    for (uint32_t i = 0; i < 4000 && crew_goes_on(member); i++) {
        struct sellable_item item;
        enum sellable_status status = sellable_item_put(member->engine, member->worker,
                                                        numbered(&key, "G", i), NULL, &item, NULL);
        require(member, status == SELLABLE_OK || status == SELLABLE_NO_MEMORY);
        require(member, (item.id != 0) == (status == SELLABLE_OK));
        atomic_fetch_add(refused, status == SELLABLE_NO_MEMORY);
        if (status != SELLABLE_OK)
            continue;
        const struct sellable_line line = {.item = item, .quantity = 1};
        struct sellable_event event = {.type = SELLABLE_ON_HAND_ADJUST,
                                       .item = item,
                                       .location = {1},
                                       .quantity = 1};
        status = sellable_apply(member->engine, member->worker, &event, NULL);
        require(member, status == SELLABLE_OK || status == SELLABLE_NO_MEMORY);
        atomic_fetch_add(refused, status == SELLABLE_NO_MEMORY);
        status = reserve_lines(member, numbered(&key, "O", member->number * 10000 + i), &line, 1, 0,
                               NULL);
        require(member, status == SELLABLE_OK || status == SELLABLE_NO_MEMORY ||
                            status == SELLABLE_INSUFFICIENT);
        atomic_fetch_add(refused, status == SELLABLE_NO_MEMORY);
    }
}

/* Two threads may bring the same slab; one goes back at once. */
static void threads_that_grow_by_chance_give_every_slab_back_once(void **state) {
    (void)state;
    atomic_ullong refused = 0;
    for (uint32_t round = 0; round < (is_long ? 200u : 12u); round++) {
        struct sellable *engine;
        struct crew_key key;
        lender_begin(0, 0);
        expect(open_lent(&engine, 0), OK);
        channel_of(engine, "web");
        location_of(engine, "L-0");
        lender.random.state = round;
        lender.one_in = round % 4 == 0 ? 0 : 2 + round % 4;
        crew_run(engine, 4, 10000, grow_by_chance, &refused);
        lender.one_in = 0;
        struct sellable_memory memory;
        sellable_memory(engine, &memory);
        struct audit audit = audit_begin((uint32_t)memory.items + 100, 1);
        for (uint32_t i = 0; i < 40000; i++)
            (void)audit_order(&audit, engine, numbered(&key, "O", i));
        audit_end(&audit, engine, -1, NULL);
        uint64_t bytes = 0;
        for (uint64_t i = 0; i < lender.given; i++)
            bytes += lender.out[i].slab != NULL ? lender.out[i].size : 0;
        equal(memory.slab_bytes, bytes);
        sellable_close(engine);
        all_is_back();
    }
    assert_true(refused > 0);
}

int main(int count, char **arguments) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(opening_leaves_nothing_behind),
        cmocka_unit_test(every_call_without_memory_changes_nothing),
        cmocka_unit_test(every_call_of_promises_without_memory_changes_nothing),
        cmocka_unit_test(every_call_of_feeds_without_memory_changes_nothing),
        cmocka_unit_test(growth_without_memory_changes_nothing),
        cmocka_unit_test(workers_without_memory_change_nothing),
        cmocka_unit_test(threads_that_grow_by_chance_give_every_slab_back_once),
    };
    is_long = count > 1 && strcmp(arguments[1], "long") == 0;
    return cmocka_run_group_tests_name("allocation", tests, NULL, NULL);
}
