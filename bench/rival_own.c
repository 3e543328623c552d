/* SPDX-License-Identifier: Apache-2.0
 *
 * The library itself among the others: the same loops as in its own rows, by the same clock as
 * theirs. Its orders are released and forgotten between the rounds, as in its own rows, so that it
 * does not take memory which was never touched before. */
#include "rival.h"

#include "operations.h"

#define NOTHING "one process: no network, no durability"

static void *open_own(size_t items, char *why)
{
    (void)why;
    struct store *store = workload_memory(sizeof *store);
    store_open(store, STORE_SETTLED, items, 1);
    return store;
}

static void close_own(void *own)
{
    store_close(own);
    workload_memory_release(own, sizeof(struct store));
}

void rival_own_draw(void *own, struct workload *workload)
{
    struct store *store = own;
    workload_draw(workload, UNIFORM, store->items, store->channels);
}

static int count_order(void *context, const struct sellable_order_view *order)
{
    (void)order;
    ++*(int64_t *)context;
    return 0;
}

static bool sums_of_own(void *own, struct rival_sums *sums)
{
    struct store *store = own;
    const struct sellable_selection every = {0};
    struct totals totals = store_totals(store);
    *sums = (struct rival_sums){.reserved = totals.reserved};
    expect_ok(sellable_orders(store->engine, NULL, &every, count_order, &sums->orders),
              "sellable_orders");
    return totals.broken == 0;
}

static void settle(void *own, const struct text *keys, size_t count)
{
    uint64_t wrong = store_release(own, keys, count);
    expect_ok(wrong > 0 ? SELLABLE_UNKNOWN_ORDER : SELLABLE_OK, "sellable_release");
    store_forget(own, count);
}

static void reserve(void *own, struct share *share)
{
    section_kind(ENGINE, ROW_RESERVE, share->mode)->body(own, share);
}

/* Each is a duplicate, and has the first answer. */
static void reserve_again(void *own, struct share *share)
{
    struct store *store = own;
    for (size_t i = 0; i < share->count; i++) {
        struct sellable_placement plan[LOCATIONS];
        struct sellable_answer answer = {.plan = plan, .plan_capacity = LOCATIONS};
        struct sellable_line line = {.item = share->requests[i].item, .quantity = 1};
        struct sellable_order order = {.key = text_key(&share->order_keys[i]),
                                       .channel = share->requests[i].channel,
                                       .lines = &line,
                                       .line_count = 1};
        enum sellable_status status =
            sellable_reserve(store->engine, store->workers[0], &order, &answer);
        share->wrong += status != SELLABLE_DUPLICATE || answer.plan_count != 1;
        share->units += answer.plan_count == 1 ? plan[0].quantity : 0;
    }
}

const struct rival_kind rival_own = {
    .open = open_own,
    .close = close_own,
    .sums = sums_of_own,
    .settle = settle,
    .again = reserve_again,
    .form_count = 4,
    .forms = {
        {"sellable: by handle, single calls", NOTHING, reserve, INDEPENDENT,
         .by_key = false},
        {"sellable: by handle, batches of 128", NOTHING, reserve, BATCH,
         .by_key = false},
        {RIVAL_SINGLE, NOTHING, reserve, INDEPENDENT, .by_key = true},
        {RIVAL_BATCH, NOTHING, reserve, BATCH, .by_key = true},
    },
};
