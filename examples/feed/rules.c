/* SPDX-License-Identifier: Apache-2.0
 *
 * Owners and policies. */
#include "rules.h"

#include <string.h>

const char warehouse[] = "warehouse";

/* The ERP keeps masters, purchase orders and counts; the warehouse says what moves; the order
 * system promises. An on_hand.set goes by the rule of its type, all else that moves on_hand by that
 * of the quantity. */
const struct rule rules[] = {
    {.owned = SELLABLE_OWNED_ON_HAND, .source = SOURCE_WMS},
    {.owned = SELLABLE_OWNED_HELD, .source = SOURCE_WMS},
    {.owned = SELLABLE_OWNED_ALLOCATED, .source = SOURCE_WMS},
    {.owned = SELLABLE_OWNED_SAFETY_STOCK, .source = SOURCE_ERP},
    {.owned = SELLABLE_OWNED_SCHEDULE, .source = SOURCE_ERP},
    {.type = SELLABLE_ON_HAND_SET, .source = SOURCE_ERP},
    {.type = SELLABLE_RESERVE, .source = SOURCE_OMS},
    {.type = SELLABLE_CONFIRM, .source = SOURCE_OMS},
    {.type = SELLABLE_ALLOCATE, .source = SOURCE_WMS},
    {.type = SELLABLE_SHIP, .source = SOURCE_WMS},
    {.type = SELLABLE_ITEM, .source = SOURCE_ERP},
    {.type = SELLABLE_LOCATION, .source = SOURCE_ERP},
    {.type = SELLABLE_CHANNEL, .source = SOURCE_ERP},
    {.type = SELLABLE_POLICY, .source = SOURCE_ERP},
};
const size_t rule_count = sizeof rules / sizeof *rules;

/* Who is served first, which part of the stock each sees, and how many days after it was told of an
 * item it wants to hear of it again; a channel that is not named here sees all of the stock, comes
 * last, and hears of every change. */
static const struct {
    const char *channel;
    int32_t share, precedence;
    int64_t interval_days;
} manners[] = {
    {"Corporate", SELLABLE_SHARE_ALL, 30, 0},
    {"Supermarket", SELLABLE_SHARE_ALL, 20, 0},
    {"Computer Store", 9000, 10, 0},
    {"Gift Store", 8000, 10, 2},
    {"Novelty Shop", 9000, 0, 7},
};

/* The firm took every order and shipped it when it could: so far beyond stock that it never is what
 * refuses one. Then no order is accepted or refused by what else was told before it. */
const int64_t beyond_stock = INT64_C(1000000000);

struct sellable_policy channel_policy(struct sellable_key channel, const struct history *history)
{
    struct sellable_policy policy = {
        .set = SELLABLE_SETTING_SHARE | SELLABLE_SETTING_PRECEDENCE | SELLABLE_SETTING_BACKORDER |
               SELLABLE_SETTING_HORIZON | SELLABLE_SETTING_LOW | SELLABLE_SETTING_INTERVAL,
        .share = SELLABLE_SHARE_ALL,
        .backorder = beyond_stock,
        .horizon = history->lead_days + 1,
        .low = beyond_stock, /* so the level says whether there is stock for it */
    };
    for (size_t i = 0; i < sizeof manners / sizeof *manners; i++)
        if (strlen(manners[i].channel) == channel.size &&
            memcmp(manners[i].channel, channel.bytes, channel.size) == 0) {
            policy.share = manners[i].share;
            policy.precedence = manners[i].precedence;
            policy.interval = manners[i].interval_days * SELLABLE_DAY;
        }
    return policy;
}

struct sellable_policy item_policy(const struct item *item)
{
    return (struct sellable_policy){.set = SELLABLE_SETTING_BUFFER, .buffer = item->reorder_level};
}

/* Beyond every purchase order that is under way by then: those made on earlier days are due at most
 * lead_days after the day before.
 *
 * So what is shared of an item for that date is max(0, X), where X is what is on hand, plus all
 * that is scheduled, less all that is ordered and not shipped: P leaves out what waits for stock,
 * and `shared` takes it off. An expected receipt moves units from the schedule to on hand, an
 * allocation moves them within what is ordered, a shipment takes as many from both: X stays as it
 * is, whenever they are told. What changes X (orders, new purchase orders, stocktakes, other
 * receipts) is told in the same order in each run. Hence each order is accepted alike, waits for
 * as much, and has the same date. */
int64_t promise_date(const struct history *history, int64_t day)
{
    return day + (history->lead_days + 1) * SELLABLE_DAY;
}
