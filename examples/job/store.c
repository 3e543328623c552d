/* SPDX-License-Identifier: Apache-2.0
 *
 * On a store the same job may run again, also after a run that did not come to its end: masters and
 * balances are set to what they are, and an order that was promised is known by its key, and gets
 * the same plan again.
 *
 * Of the library: sellable_open, sellable_store_open, sellable_durable_wait, sellable_position,
 * sellable_durable, sellable_orders, sellable_reserve. */
#include "store.h"

#include "dates.h"
#include "opening.h"
#include "support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int count_order(void *context, const struct sellable_order_view *order)
{
    (void)order;
    ++*(uint64_t *)context;
    return 0;
}

static void look_into(struct sellable *engine, const struct options *options, struct store *store)
{
    const struct sellable_selection all = {0};
    struct sellable_memory memory;
    sellable_memory(engine, &memory);
    store->items = memory.items;
    must(sellable_orders(engine, NULL, &all, count_order, &store->orders), "sellable_orders");
    int64_t now = sellable_now(engine);
    if (store->found.position > 0 && now != options->now) {
        sellable_close(engine);
        fail("%s: the store is of %s, not of %s; give that day with --now", options->store,
             DATE(now), DATE(options->now));
    }
}

struct sellable *open_engine(const struct options *options, struct store *store)
{
    struct sellable *engine;
    *store = (struct store){.directory = options->store};
    if (options->store == NULL) {
        must(sellable_open(NULL, &engine), "sellable_open");
        return engine;
    }
    /* A call answers once it is decided: who needs to know that it is durable waits, and so do
     * others meanwhile: one sync is for all of them. */
    const struct sellable_durability durability = {.answering = SELLABLE_ANSWER_DECIDED};
    enum sellable_status status =
        sellable_store_open(options->store, NULL, &durability, &engine, &store->found);
    if (status != SELLABLE_OK)
        fail("%s", WHY_NOT_OPEN(options->store, status, &store->found));
    look_into(engine, options, store);
    return engine;
}

void wait_for_all(struct sellable *engine)
{
    must(sellable_durable_wait(engine, 0), "sellable_durable_wait");
}

void keep_up(struct sellable *engine)
{
    enum { BEHIND = 10000 }; /* changes of a few hundred bytes */
    if (sellable_position(engine) - sellable_durable(engine) > BEHIND)
        wait_for_all(engine);
}

/* ---- of which job is it? --------------------------------------------------------------------- */

struct known {
    struct sellable *engine;
    const struct sellable_order **requests; /* by key */
    size_t count;
    const char *differs; /* in what, if the store is of another job: in the order of this key */
    char key[SELLABLE_KEY_MAX + 1];
};

static int by_key(const void *left, const void *right)
{
    const struct sellable_key *a = &(*(const struct sellable_order *const *)left)->key;
    const struct sellable_key *b = &(*(const struct sellable_order *const *)right)->key;
    size_t common = a->size < b->size ? a->size : b->size;
    int order = memcmp(a->bytes, b->bytes, common);
    return order != 0 ? order : (a->size > b->size) - (a->size < b->size);
}

/* The store is of another job: that ends the visit. */
static int differ(struct known *known, struct sellable_key key, const char *how)
{
    snprintf(known->key, sizeof known->key, "%.*s", (int)key.size, key.bytes);
    known->differs = how;
    return 1;
}

/* An order that is there already is answered out of what is there: nothing changes. */
static int check_order(void *context, const struct sellable_order_view *order)
{
    struct known *known = context;
    const struct sellable_order wanted = {.key = order->key}, *key = &wanted;
    const struct sellable_order **found =
        bsearch(&key, known->requests, known->count, sizeof *found, by_key);
    if (found == NULL)
        return differ(known, order->key,
                      ", which this job has not: it is the store of another folder or month, or of "
                      "another --per");
    enum sellable_status status = sellable_reserve(known->engine, NULL, *found, NULL);
    if (status == SELLABLE_CONFLICT)
        return differ(known, order->key,
                      " with other content: it is the store of another folder, or of a run with or "
                      "without --partial");
    if (status != SELLABLE_DUPLICATE)
        must(status, "sellable_reserve");
    return 0;
}

void check_orders(struct sellable *engine, const struct folder *folder, const struct store *store)
{
    if (store->orders == 0)
        return;
    const struct sellable_selection all = {0};
    struct known known = {.engine = engine, .count = folder->promise_count};
    known.requests = allocate(known.count, sizeof *known.requests);
    for (size_t i = 0; i < known.count; i++)
        known.requests[i] = &folder->promises[i].request;
    qsort(known.requests, known.count, sizeof *known.requests, by_key);
    must(sellable_orders(engine, NULL, &all, check_order, &known), "sellable_orders");
    free(known.requests);
    if (known.differs != NULL) {
        sellable_close(engine);
        fail("%s: the store has an order \"%s\"%s", store->directory, known.key, known.differs);
    }
}
