/* SPDX-License-Identifier: Apache-2.0
 *
 * The stated mix; see stated.h. */
#include "stated.h"

/* Settings of every kind; the eighth channel keeps to its own. */
static const struct sellable_policy policies[CHANNELS] = {
    {.set = SELLABLE_SETTING_HORIZON, .horizon = 30},
    {.set = SELLABLE_SETTING_CAP | SELLABLE_SETTING_LOW, .cap = 500, .low = 20},
    {.set = SELLABLE_SETTING_BACKORDER, .backorder = 100},
    {.set = SELLABLE_SETTING_SOURCING, .sourcing = SELLABLE_SINGLE},
    {.set = SELLABLE_SETTING_MINIMUM, .minimum = 5},
    {.set = SELLABLE_SETTING_HORIZON | SELLABLE_SETTING_SOURCING,
     .horizon = 3,
     .sourcing = SELLABLE_MOST},
    {.set = SELLABLE_SETTING_BUFFER | SELLABLE_SETTING_STEP, .buffer = 7, .step = 10},
    {.set = 0},
};

static void apply(struct store *store, const struct sellable_event *event)
{
    expect_ok(sellable_apply(store->engine, store->workers[0], event, NULL), "sellable_apply");
}

static void put_schedule(struct store *store, struct sellable_item item)
{
    enum { ENTRIES = 4 };
    static const char references[ENTRIES][4] = {"PO1", "SO2", "PO3", "PO4"};
    static const int64_t days[ENTRIES] = {1, 2, 5, 9}, quantities[ENTRIES] = {50, -20, 30, 10};
    for (uint32_t i = 0; i < ENTRIES; i++)
        apply(store, &(struct sellable_event){.type = SELLABLE_SCHEDULE_SET,
                                              .item = item,
                                              .location = store->locations[0],
                                              .reference = {references[i], 3},
                                              .due = sellable_now(store->engine) +
                                                     days[i] * SELLABLE_DAY,
                                              .quantity = quantities[i]});
}

static void put_fences(struct store *store, struct sellable_item item)
{
    for (uint32_t i = 0; i < 2; i++)
        apply(store, &(struct sellable_event){.type = SELLABLE_RING_FENCE_SET,
                                              .item = item,
                                              .location = store->locations[i],
                                              .channel = store->channels[i],
                                              .quantity = 1000});
}

static void put_override(struct store *store, struct sellable_item item, uint32_t channel)
{
    const struct sellable_policy policy = {
        .set = SELLABLE_SETTING_CAP | SELLABLE_SETTING_BUFFER, .cap = 50, .buffer = 3};
    const struct sellable_scope scope = {.item = item, .channel = store->channels[channel]};
    expect_ok(sellable_policy_put(store->engine, store->workers[0], &scope, &policy, NULL),
              "sellable_policy_put");
}

/* Of twenty items two are scheduled, one is fenced, one has settings of its own. */
enum { OF = 20, SCHEDULED = 2, FENCED_ITEM = 2, WITH_SETTINGS = 3 };

bool stated_plain(size_t row)
{
    return row % OF > WITH_SETTINGS;
}

void stated_mix(struct store *store)
{
    for (uint32_t i = 0; i < CHANNELS; i++)
        expect_ok(sellable_channel_put(store->engine, store->workers[0],
                                       workload_channels[i].key, &policies[i], NULL, NULL),
                  "sellable_channel_put");
    for (size_t i = 0; i < store->item_count; i++) {
        struct sellable_item item = store->items[i];
        if (i % OF < SCHEDULED)
            put_schedule(store, item);
        if (i % OF == FENCED_ITEM)
            put_fences(store, item);
        if (i % OF == WITH_SETTINGS)
            put_override(store, item, (uint32_t)(i / OF % CHANNELS));
    }
}
