/* SPDX-License-Identifier: Apache-2.0
 *
 * Views and memory: one that is held costs what the state of its instant took, and no more, however
 * much is changed and however many others come and go; what it held back is used again. And what
 * happens when there is none. */
#include "motley.h"

#include "lender.h"

enum { RETENTION = 1000 };

static uint64_t blocks_of(const struct sellable *engine) {
    struct sellable_memory memory;
    sellable_memory(engine, &memory);
    return memory.block_bytes;
}

/* Everything is changed, and an order comes and is forgotten; nothing new stays. */
static void churn(struct sellable *engine, int64_t round) {
    enum { DIFFERENT = 4 };
    change_all(engine, round % DIFFERENT);
    with(engine, "vip", NULL, .unset = SET(PAUSED));
    stock(engine, "churned", "far", 5);
    expect(reserve(engine, "churned", "vip", "churned", 3), OK);
    expect(release(engine, "churned"), OK);
    now_is(engine, sellable_now(engine) + 2 * RETENTION);
    assert_int_not_equal(
        sellable_order(engine, key_of("churned"),
                       &(struct sellable_order_view){.line_capacity = 0}),
        SELLABLE_OK);
}

static struct sellable *churned(void) {
    struct sellable_options options = {.retention = RETENTION};
    struct sellable *engine = motley_with(&options);
    for (int64_t round = 0; round < 8; round++) {
        churn(engine, round);
    }
    return engine;
}

/* ---- bounds ---------------------------------------------------------------------------------- */

static void a_view_that_is_held_costs_no_more_for_more_changes(void **state) {
    (void)state;
    struct sellable *engine = churned();
    struct picture picture = picture_of(engine);
    struct sellable_view view = view_of(engine);
    for (int64_t round = 0; round < 50; round++) {
        churn(engine, round);
    }
    uint64_t held = blocks_of(engine);
    for (int64_t round = 0; round < 500; round++) {
        churn(engine, round);
    }
    equal(blocks_of(engine), held);
    is_pictured(&view, &picture);
    expect(sellable_view_close(NULL, &view), OK);
    picture_free(&picture);
    sellable_close(engine);
}

static int pass_shortage(void *context, const struct sellable_shortage *shortage) {
    (void)context;
    (void)shortage;
    return 0;
}

/* Nothing is kept for what no view sees, between the instants of those that are open. */
static void nor_for_others_that_come_and_go(void **state) {
    (void)state;
    struct sellable *engine = churned();
    struct picture picture = picture_of(engine);
    struct sellable_view view = view_of(engine);
    uint64_t held = 0;
    for (int64_t round = 0; round < 550; round++) {
        struct sellable_audit audit;
        struct sellable_view other = view_of(engine);
        churn(engine, round);
        expect(sellable_shortages(engine, NULL, pass_shortage, NULL), OK);
        struct sellable_view third = view_of(engine);
        churn(engine, round + 1);
        expect(sellable_view_close(NULL, round % 2 ? &other : &third), OK);
        churn(engine, round + 2);
        expect(sellable_view_close(NULL, round % 2 ? &third : &other), OK);
        expect(sellable_audit(engine, NULL, &audit), OK);
        if (round == 50) {
            held = blocks_of(engine);
        }
    }
    equal(blocks_of(engine), held);
    is_pictured(&view, &picture);
    expect(sellable_view_close(NULL, &view), OK);
    picture_free(&picture);
    sellable_close(engine);
}

static void what_a_view_held_back_is_used_again_once_it_is_closed(void **state) {
    (void)state;
    struct sellable *engine = churned();
    uint64_t most = 0;
    for (int cycle = 0; cycle < 40; cycle++) {
        struct sellable_view view = view_of(engine);
        for (int64_t round = 0; round < 4; round++) {
            churn(engine, round);
        }
        expect(sellable_view_close(NULL, &view), OK);
        for (int64_t round = 0; round < 4; round++) {
            churn(engine, round);
        }
        if (cycle == 5) {
            most = blocks_of(engine);
        }
    }
    equal(blocks_of(engine), most);
    sellable_close(engine);
}

/* ---- many, in any order ---------------------------------------------------------------------- */

enum { OPEN = 6, STEPS = 150, CYCLES = 12 };

struct held {
    struct sellable_view view[OPEN];
    struct picture picture[OPEN];
    uint32_t count;
};

static void let_go(struct held *held, uint32_t i) {
    is_pictured(&held->view[i], &held->picture[i]);
    expect(sellable_view_close(NULL, &held->view[i]), OK);
    picture_free(&held->picture[i]);
    held->view[i] = held->view[--held->count];
    held->picture[i] = held->picture[held->count];
}

/* The same steps in each cycle: so no cycle after the first few may need more. */
static void views_opened_and_closed_in_any_order_leave_nothing(
    void **state) {
    (void)state;
    struct sellable *engine = churned();
    uint64_t most = 0;
    for (int cycle = 0; cycle < CYCLES; cycle++) {
        struct random random = {7};
        struct held held = {.count = 0};
        for (int step = 0; step < STEPS; step++) {
            uint32_t drawn = random_below(&random, 6);
            if (drawn == 0 && held.count < OPEN) {
                held.picture[held.count] = picture_of(engine);
                held.view[held.count++] = view_of(engine);
            } else if (drawn == 1 && held.count > 0) {
                let_go(&held, random_below(&random, held.count));
            } else {
                churn(engine, (int64_t)random_below(&random, 100));
            }
        }
        while (held.count > 0) {
            let_go(&held, random_below(&random, held.count));
        }
        churn(engine, 0);
        churn(engine, 1);
        if (cycle == CYCLES / 2) {
            most = blocks_of(engine);
        }
    }
    equal(blocks_of(engine), most);
    sellable_close(engine);
}

/* ---- no memory ------------------------------------------------------------------------------- */

/* What the test does in between is refused nothing, and not counted. */
static struct {
    uint64_t refuse_at, requests;
} spared;

static void spare(void) {
    spared.refuse_at = lender.refuse_at;
    spared.requests = lender.requests;
    lender.refuse_at = 0;
}

static void go_on(void) {
    lender.refuse_at = spared.refuse_at;
    lender.requests = spared.requests;
}

/* A call with a worker that has nothing yet, again and again until it finds memory. */
enum act { OPEN_VIEW, LIST_ORDERS, VISIT_SHORTAGES, VISIT_ORDERS, CLOSE_VIEW, ACTS };

static int pass_order(void *context, const struct sellable_order_view *order) {
    (void)context;
    (void)order;
    return 0;
}

static enum sellable_status make(struct sellable *engine, struct sellable_worker *worker,
                                 enum act act, struct sellable_view *view) {
    struct sellable_order_columns columns = {.capacity = 4, .line_capacity = 5, .closed = 1};
    struct sellable_selection all = {.closed = 0};
    struct sellable_cursor cursor = {0, 0};
    enum sellable_status status = SELLABLE_OK;
    switch (act) {
    case OPEN_VIEW:
        status = sellable_view_open(engine, worker, view);
        equal(view->snapshot != 0, status == SELLABLE_OK);
        break;
    case LIST_ORDERS:
        status = sellable_view_orders(view, &cursor, &columns);
        equal(columns.count, status == SELLABLE_OK ? 4 : 0);
        equal(cursor.next, columns.count);
        break;
    case VISIT_SHORTAGES:
        return sellable_shortages(engine, worker, pass_shortage, NULL);
    case VISIT_ORDERS:
        return sellable_orders(engine, worker, &all, pass_order, NULL);
    case CLOSE_VIEW:
        status = sellable_view_close(worker, view);
        equal(view->snapshot != 0, status != SELLABLE_OK);
        break;
    case ACTS:
        break;
    }
    return status;
}

static void insist(struct sellable *engine, enum act act, struct sellable_view *view,
                   uint32_t found_none[ACTS]) {
    struct sellable_worker *worker = NULL, *used = NULL;
    spare();
    expect(sellable_worker_acquire(engine, &used), OK); /* and kept from now on */
    go_on();
    while (sellable_worker_acquire(engine, &worker) != SELLABLE_OK) {
    }
    for (;;) {
        enum sellable_status status = make(engine, worker, act, view);
        if (status == SELLABLE_OK) {
            return; /* the worker stays taken, so that the next one is new */
        }
        expect(status, NO_MEMORY);
        found_none[act]++;
        struct sellable_audit audit;
        spare();
        expect(sellable_audit(engine, NULL, &audit), OK);
        equal(audit.consistent, 1);
        go_on();
    }
}

static void without_memory_nothing_is_lost_and_made_again_it_works(void **state) {
    (void)state;
    const struct sellable_options options = {.allocator = {&lender, lend, take_back}};
    uint32_t found_none[ACTS] = {0};
    bool refused = true;
    for (uint64_t request = 1; refused; request++) {
        struct sellable_view view;
        lender_begin(0, 0);
        struct sellable *engine = motley_with(&options);
        stock(engine, "bare", "east", 1); /* short */
        struct picture picture = picture_of(engine);
        lender.refuse_at = lender.requests + request;
        lender.refuse_for = 1 + request % 3;
        insist(engine, OPEN_VIEW, &view, found_none);
        spare();
        change_all(engine, 1);
        go_on();
        insist(engine, LIST_ORDERS, &view, found_none);
        insist(engine, VISIT_SHORTAGES, &view, found_none);
        insist(engine, VISIT_ORDERS, &view, found_none);
        spare();
        is_pictured(&view, &picture);
        go_on();
        insist(engine, CLOSE_VIEW, &view, found_none);
        refused = lender.refused != 0;
        picture_free(&picture);
        sellable_close(engine);
        all_is_back();
    }
    for (int act = OPEN_VIEW; act < ACTS; act++) {
        if (found_none[act] == 0) {
            fail_msg("act %d found memory every time", act);
        }
    }
}

static void availability_and_cells_ask_for_no_memory_and_the_list_of_orders_goes_back(
    void **state) {
    (void)state;
    const struct sellable_options options = {.allocator = {&lender, lend, take_back}};
    lender_begin(0, 0);
    struct sellable *engine = motley_with(&options);
    struct picture picture = picture_of(engine);
    struct sellable_view view = view_of(engine);
    change_all(engine, 1);
    uint64_t requests = lender.requests, out = lender.given - lender.back;
    for (uint32_t capacity = 1; capacity < 70; capacity += 20) {
        same_availability_at(&view, &picture, capacity, __FILE__, __LINE__);
        same_cells_at(&view, &picture, capacity, __FILE__, __LINE__);
    }
    equal(lender.requests, requests);
    for (int i = 0; i < 3; i++) { /* sorted once */
        same_orders_at(&view, &picture, 5, 1, __FILE__, __LINE__);
    }
    equal(lender.requests, requests + 1);
    equal(lender.given - lender.back, out + 1);
    expect(sellable_view_close(NULL, &view), OK);
    equal(lender.given - lender.back, out);
    picture_free(&picture);
    sellable_close(engine);
    all_is_back();
}

static void a_number_that_no_item_got_is_not_the_highest(void **state) {
    (void)state;
    const struct sellable_options options = {.allocator = {&lender, lend, take_back}};
    uint32_t refused = 0;
    for (uint64_t request = 1; request <= 12; request++) {
        struct sellable_worker *used, *worker;
        lender_begin(0, 0);
        struct sellable *engine = motley_with(&options);
        struct picture picture = picture_of(engine);
        expect(sellable_worker_acquire(engine, &used), OK);
        expect(sellable_worker_acquire(engine, &worker), OK);
        lender.refuse_at = lender.requests + request;
        lender.refuse_for = 1;
        enum sellable_status status =
            sellable_item_put(engine, worker, key_of("another"), NULL, NULL, NULL);
        lender.refuse_at = 0;
        struct sellable_view view = view_of(engine);
        refused += status == SELLABLE_NO_MEMORY;
        equal(view.items, picture.items + (status == SELLABLE_OK ? 1 : 0));
        expect(sellable_view_close(NULL, &view), OK);
        picture_free(&picture);
        sellable_close(engine);
        all_is_back();
    }
    assert_in_range(refused, 1, 11);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_view_that_is_held_costs_no_more_for_more_changes),
        cmocka_unit_test(nor_for_others_that_come_and_go),
        cmocka_unit_test(what_a_view_held_back_is_used_again_once_it_is_closed),
        cmocka_unit_test(views_opened_and_closed_in_any_order_leave_nothing),
        cmocka_unit_test(without_memory_nothing_is_lost_and_made_again_it_works),
        cmocka_unit_test(a_number_that_no_item_got_is_not_the_highest),
        cmocka_unit_test(availability_and_cells_ask_for_no_memory_and_the_list_of_orders_goes_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
