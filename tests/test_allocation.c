/* SPDX-License-Identifier: Apache-2.0
 *
 * An allocator that gives nothing at its n-th request, for every n: the call answers no_memory and
 * has changed nothing, and does the same as ever when it is made again. In the end every slab has
 * come back exactly once.
 *
 *    test_allocation [long]      long: the longest script, too, at every request */
#include "crew.h"

#include "lender.h"

static bool is_long;

static enum sellable_status open_lent(struct sellable **engine, uint64_t expected) {
    const struct sellable_options options = {.allocator = {&lender, lend, take_back},
                                             .items = expected,
                                             .orders = expected,
                                             .retention = 1000};
    return sellable_open(&options, engine);
}

/* ---- a script -------------------------------------------------------------------------------- */

/* What the calls of a script act on. */
struct stage {
    struct sellable *engine;
    struct sellable_worker *worker; /* of the calls; NULL: none is given */
    struct sellable_worker *workers[300];
    uint32_t worker_count;
    uint32_t orders; /* keys asked for so far */
    uint32_t items, locations, channels; /* that there may be by now */
};

enum act {
    ITEM, LOCATION, CHANNEL, POLICY, EVENT, ORDER, WIDE_ORDER, TIMED_ORDER, CONFIRM, RELEASE, SHIP,
    ADVANCE, ORDERS, EVENTS, WORKER, USE, FRESH, ACTS
};

struct step {
    enum act act;
    uint32_t number; /* of the item, order, .. */
};

struct script {
    struct step *step;
    uint32_t count, capacity;
};

static void add(struct script *script, enum act act, uint32_t number) {
    if (script->count == script->capacity) {
        script->capacity = script->capacity == 0 ? 1024 : 2 * script->capacity;
        script->step = realloc(script->step, script->capacity * sizeof *script->step);
        assert_non_null(script->step);
    }
    script->step[script->count++] = (struct step){act, number};
}

enum { MANY = 24 /* in a batch */, CELLS = 9 /* of an item */ };

static enum sellable_status make_order(struct stage *stage, uint32_t number, uint32_t count,
                                       int64_t expires_at) {
    struct sellable_line lines[SELLABLE_LINES_MAX];
    struct crew_key key;
    struct sellable_order order = {.key = numbered(&key, "O", number),
                                   .channel_key = {"C-0", 3},
                                   .lines = lines,
                                   .line_count = count,
                                   .expires_at = expires_at};
    for (uint32_t i = 0; i < count; i++)
        lines[i] = (struct sellable_line){.item = {1 + (number + i) % stage->items}, .quantity = 1};
    return sellable_reserve(stage->engine, stage->worker, &order, NULL);
}

/* In a batch each has a status of its own: those that found no memory are asked for again. */
static enum sellable_status make_orders(struct stage *stage, uint32_t number) {
    struct sellable_order orders[MANY];
    struct sellable_line line[MANY];
    struct crew_key key[MANY];
    enum sellable_status statuses[MANY];
    for (uint32_t i = 0; i < MANY; i++) {
        line[i] = (struct sellable_line){.item = {1 + (number + i) % stage->items}, .quantity = 1};
        orders[i] = (struct sellable_order){.key = numbered(&key[i], "O", number + i),
                                            .channel = {1},
                                            .lines = &line[i],
                                            .line_count = 1};
    }
    enum sellable_status status =
        sellable_reserve_batch(stage->engine, stage->worker, orders, MANY, statuses, NULL);
    for (uint32_t i = 0; i < MANY; i++) {
        if (status == SELLABLE_NO_MEMORY)
            equal(statuses[i], SELLABLE_NO_MEMORY);
        else if (statuses[i] == SELLABLE_NO_MEMORY)
            statuses[i] = sellable_reserve(stage->engine, stage->worker, &orders[i], NULL);
        if (status != SELLABLE_NO_MEMORY)
            equal(statuses[i], SELLABLE_OK);
    }
    return status;
}

static enum sellable_status make_events(struct stage *stage, uint32_t number) {
    struct sellable_event events[MANY];
    enum sellable_status statuses[MANY];
    for (uint32_t i = 0; i < MANY; i++)
        events[i] = (struct sellable_event){.type = SELLABLE_ON_HAND_ADJUST,
                                            .item = {1 + (number + i) % stage->items},
                                            .location = {1 + i % 7},
                                            .quantity = 2};
    enum sellable_status status =
        sellable_apply_batch(stage->engine, stage->worker, events, MANY, statuses, NULL);
    for (uint32_t i = 0; i < MANY && status != SELLABLE_NO_MEMORY; i++) {
        if (statuses[i] == SELLABLE_NO_MEMORY)
            statuses[i] = sellable_apply(stage->engine, stage->worker, &events[i], NULL);
        equal(statuses[i], SELLABLE_OK);
    }
    return status;
}

static enum sellable_status make_event(struct stage *stage, uint32_t number) {
    static const struct sellable_key reasons[] = {{"quality", 7}, {"blocked", 7}};
    uint32_t cell = number / stage->items;
    struct sellable_event event = {.type = SELLABLE_ON_HAND_SET + cell / CELLS % 3,
                                   .item = {1 + number % stage->items},
                                   .location = {1 + cell % CELLS},
                                   .quantity = 1000 + number % 7};
    if (event.type == SELLABLE_HOLD_PLACE) {
        event.reason = reasons[number % 2];
        event.quantity = 1;
    }
    return sellable_apply(stage->engine, stage->worker, &event, NULL);
}

static enum sellable_status make_policy(struct stage *stage, uint32_t number) {
    struct sellable_location places[SELLABLE_CHANNELS_MAX];
    struct crew_key key;
    uint32_t count = number % 2 == 0 ? stage->locations : 3;
    for (uint32_t i = 0; i < count; i++)
        places[i] = (struct sellable_location){count - i};
    const struct sellable_policy policy = {.set = SELLABLE_LOCATIONS | SELLABLE_SHARE,
                                           .locations = places,
                                           .location_count = count,
                                           .share = (int32_t)(5000 + number)};
    return sellable_channel_put(stage->engine, stage->worker, numbered(&key, "C", 1), &policy,
                                NULL, NULL);
}

static enum sellable_status make(struct stage *stage, const struct step *step) {
    struct sellable *engine = stage->engine;
    struct crew_key text;
    struct sellable_key order = numbered(&text, "O", step->number);
    enum sellable_status status;
    switch (step->act) {
    case ITEM:
        status = sellable_item_put(engine, stage->worker, numbered(&text, "I", step->number), NULL,
                                   NULL);
        stage->items += status == SELLABLE_OK;
        return status;
    case LOCATION:
        status = sellable_location_put(engine, stage->worker, numbered(&text, "L", step->number),
                                       NULL, NULL);
        stage->locations += status == SELLABLE_OK;
        return status;
    case CHANNEL:
        status = sellable_channel_put(engine, stage->worker, numbered(&text, "C", step->number),
                                      NULL, NULL, NULL);
        stage->channels += status == SELLABLE_OK;
        return status;
    case POLICY:
        return make_policy(stage, step->number);
    case EVENT:
        return make_event(stage, step->number);
    case ORDER:
        return make_order(stage, step->number, 1 + step->number % 3, 0);
    case WIDE_ORDER:
        return make_order(stage, step->number, SELLABLE_LINES_MAX, 0);
    case TIMED_ORDER:
        return make_order(stage, step->number, 2, 5000 + step->number % 100);
    case CONFIRM:
        return sellable_confirm(engine, stage->worker, order, NULL);
    case RELEASE:
        return sellable_release(engine, stage->worker, order, NULL);
    case SHIP:
        return sellable_ship(engine, stage->worker, order, NULL);
    case ADVANCE:
        return sellable_advance(engine, stage->worker, step->number, NULL);
    case ORDERS:
        return make_orders(stage, step->number);
    case EVENTS:
        return make_events(stage, step->number);
    case WORKER:
        status = sellable_worker_acquire(engine, &stage->workers[stage->worker_count]);
        equal(status == SELLABLE_OK, stage->workers[stage->worker_count] != NULL);
        stage->worker_count += status == SELLABLE_OK;
        return status;
    case USE: {
        struct sellable_event event = {.type = SELLABLE_ON_HAND_ADJUST,
                                       .item = {1},
                                       .location = {1},
                                       .quantity = 1};
        return sellable_apply(engine, stage->workers[step->number], &event, NULL);
    }
    case FRESH: /* the next calls have all to take anew */
        status = sellable_worker_acquire(engine, &stage->worker);
        if (status == SELLABLE_OK)
            stage->workers[stage->worker_count++] = stage->worker;
        return status;
    case ACTS:
        break;
    }
    return SELLABLE_INVALID;
}

/* ---- all public figures ---------------------------------------------------------------------- */

static void mix(uint64_t *digest, uint64_t value) {
    *digest = (*digest ^ value) * UINT64_C(0x9e3779b97f4a7c15);
    *digest ^= *digest >> 29;
}

static void mix_cell(uint64_t *digest, const struct stage *stage, uint32_t item,
                     uint32_t location) {
    struct sellable_place place = {.item = {item}, .location = {location}};
    struct sellable_cell cell;
    mix(digest, sellable_cell(stage->engine, &place, &cell));
    const int64_t figures[] = {cell.on_hand, cell.allocated, cell.reserved, cell.safety_stock,
                               cell.net,     cell.free,      cell.shared,   cell.short_};
    for (size_t i = 0; i < COUNT_OF(figures); i++)
        mix(digest, (uint64_t)figures[i]);
    for (size_t i = 0; i < SELLABLE_HOLD_REASONS_MAX; i++)
        mix(digest, (uint64_t)cell.held[i]);
}

static uint64_t figures(const struct stage *stage, bool all) {
    const struct sellable *engine = stage->engine;
    struct sellable_memory memory;
    struct crew_key key;
    uint64_t digest = 1;
    uint32_t every = all || stage->items <= 300 ? 1 : 97;
    sellable_memory(engine, &memory);
    mix(&digest, (uint64_t)sellable_now(engine));
    mix(&digest, memory.items);
    mix(&digest, memory.orders);
    for (uint32_t i = 1; i <= stage->items + 1; i += i + 20 < stage->items ? every : 1) {
        struct sellable_item item;
        mix(&digest, sellable_item_find(engine, numbered(&key, "I", i - 1), &item));
        mix(&digest, item.id);
        mix(&digest, sellable_item_key(engine, (struct sellable_item){i}).size);
        for (uint32_t location = 1; location <= 10; location++)
            mix_cell(&digest, stage, i, location);
        for (uint32_t channel = 1; channel <= 3; channel++) {
            struct sellable_question question = {.item = {i}, .channel = {channel}};
            struct sellable_availability availability;
            mix(&digest, sellable_available(engine, &question, &availability));
            mix(&digest, (uint64_t)availability.promisable);
        }
    }
    for (uint32_t i = 0; i <= stage->locations; i++) {
        struct sellable_location location;
        mix(&digest, sellable_location_find(engine, numbered(&key, "L", i), &location));
        mix(&digest, location.id);
        mix(&digest, sellable_location_key(engine, (struct sellable_location){i + 1}).size);
    }
    for (uint32_t i = 0; i <= stage->channels; i++) {
        struct sellable_channel channel;
        mix(&digest, sellable_channel_find(engine, numbered(&key, "C", i), &channel));
        mix(&digest, channel.id);
        mix(&digest, sellable_channel_key(engine, (struct sellable_channel){i + 1}).size);
    }
    for (uint32_t i = 0; i <= stage->orders; i += i + 20 < stage->orders ? every : 1) {
        struct sellable_order_line lines[8];
        struct sellable_order_view view = {.lines = lines, .line_capacity = 8};
        mix(&digest, sellable_order(engine, numbered(&key, "O", i), &view));
        mix(&digest, view.state);
        mix(&digest, (uint64_t)view.expires_at);
        mix(&digest, view.line_count);
        for (uint32_t l = 0; l < view.line_count && l < 8; l++) {
            mix(&digest, lines[l].item.id * 100 + lines[l].location.id);
            mix(&digest, (uint64_t)(lines[l].reserved * 7 + lines[l].shipped * 5 +
                                    lines[l].released * 3));
        }
    }
    return digest;
}

/* ---- playing it ------------------------------------------------------------------------------ */

/* What a run without a refusal was like. */
struct run {
    uint8_t *status;      /* of each step */
    uint64_t *requests;   /* made before each step, and at its end */
    uint64_t digest;
};

/* Of which orders the figures tell: all that were asked for, and are. */
static void note_orders(struct stage *stage, const struct step *step) {
    bool names = step->act >= ORDER && step->act <= ORDERS && step->act != ADVANCE;
    if (names && step->number + MANY > stage->orders)
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
    equal(lender.refused, refuse_for);
    equal(figures(&stage, true), run->digest);
    give_workers_back(&stage);
    sellable_close(stage.engine);
    all_is_back();
}

/* Each request from `first` on, every n-th of them. */
static void play_all(const struct script *script, uint64_t first, uint64_t every) {
    static const char *const names[] = {"item",    "location", "channel", "policy",
                                        "event",   "order",    "wide",    "timed",
                                        "confirm", "release",  "ship",    "advance",
                                        "orders",  "events",   "worker",  "use",
                                        "fresh"};
    struct run run;
    uint32_t no_memory[ACTS] = {0};
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
    play_all(&script, 0, 1);
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
    play_all(&script, 0, 1);
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
    play_all(&script, 0, 1);
}

/* ---- many threads ---------------------------------------------------------------------------- */

static void grow_by_chance(struct member *member) {
    atomic_ullong *refused = member->shared;
    struct crew_key key;
    for (uint32_t i = 0; i < 4000 && crew_goes_on(member); i++) {
        struct sellable_item item;
        enum sellable_status status = sellable_item_put(member->engine, member->worker,
                                                        numbered(&key, "G", i), &item, NULL);
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
        cmocka_unit_test(growth_without_memory_changes_nothing),
        cmocka_unit_test(workers_without_memory_change_nothing),
        cmocka_unit_test(threads_that_grow_by_chance_give_every_slab_back_once),
    };
    is_long = count > 1 && strcmp(arguments[1], "long") == 0;
    return cmocka_run_group_tests_name("allocation", tests, NULL, NULL);
}
