/* SPDX-License-Identifier: Apache-2.0
 *
 * What one side tells of changes, shortages, and for operations: see versus_side.h. */
#include "versus_side.h"

#include <string.h>

/* ---- changes --------------------------------------------------------------------------------- */

static uint64_t after_of(const struct side *side, const struct call *call) {
    uint64_t position = call->channel < THINGS ? side->positions[call->channel] : 0;
    return !call->newest             ? call->number
           : position > call->number ? position - call->number
                                     : 0;
}

/* What is hashed of the engine; and what the model has told, beside a hash that nothing changes. */
struct hashed {
    uint64_t hash;
    uint64_t full;
};

static struct hashed hash_side(struct side *side) {
    struct sellable_audit audit = {.consistent = 0};
    if (!side->engine) {
        return (struct hashed){0, model_told_sum(side->model)};
    }
    return sellable_audit(side->engine, side->worker, &audit) == SELLABLE_OK
               ? (struct hashed){audit.hash[0], audit.full[0]}
               : (struct hashed){0, 0};
}

static void ask_changes(struct side *side, const struct call *call, struct outcome *outcome) {
    static struct input input;
    struct sellable_change told[ITEMS + 1];
    struct sellable_changes changes;
    outcome_fill(call, &side->handles, &input);
    memset(told, RUBBISH, sizeof told);
    memset(&changes, RUBBISH, sizeof changes);
    changes.channel_key = input.question.channel_key;
    changes.channel = input.question.channel;
    changes.has_after = call->has_after;
    changes.after = after_of(side, call);
    changes.changes = call->bare ? NULL : told;
    changes.capacity = outcome_at_most(call->capacity, ITEMS + 1);
    bool hashes = call->by_handle && call->number % 4 == 0; /* now and then */
    struct hashed before = hashes ? hash_side(side) : (struct hashed){0, 0};
    outcome->status = (int)CALL_SIDE(side, changes, &changes);
    struct hashed after = hashes ? hash_side(side) : before;
    outcome_add(outcome, "changes: another hash", after.hash != before.hash);
    outcome_add(outcome, "changes: another full hash", after.full != before.full);
    if (outcome->status == SELLABLE_INVALID) {
        outcome_add_untouched(outcome, told, sizeof told);
        return;
    }
    uint32_t count = outcome_at_most((uint32_t)changes.count, ITEMS + 1);
    outcome_add(outcome, "changes: count", (int64_t)changes.count);
    outcome_add(outcome, "changes: position", (int64_t)changes.position);
    outcome_add(outcome, "changes: more", changes.more);
    for (uint32_t i = 0; i < count && !call->bare; i++) {
        outcome_add(outcome, "change: item", outcome_item(&side->handles, told[i].item));
        outcome_add(outcome, "change: published", told[i].published);
        outcome_add(outcome, "change: promisable", told[i].promisable);
        outcome_add(outcome, "change: level", told[i].level);
    }
    outcome_add_untouched(outcome, told + count, (ITEMS + 1 - count) * sizeof *told);
    if (outcome->status == SELLABLE_OK) {
        side->positions[call->channel] = changes.position;
    }
}

/* ---- shortages ------------------------------------------------------------------------------- */

struct visitor {
    struct side *side;
    struct outcome *outcome;
    uint32_t left;
};

static int visit(void *context, const struct sellable_shortage *shortage) {
    struct visitor *visitor = context;
    struct outcome *outcome = visitor->outcome;
    struct handles *handles = &visitor->side->handles;
    outcome_add(outcome, "shortage: item", outcome_item(handles, shortage->item));
    outcome_add(outcome, "shortage: location", outcome_location(handles, shortage->location));
    outcome_add(outcome, "shortage: short", shortage->short_);
    outcome_add(outcome, "shortage: orders", (int64_t)shortage->order_count);
    for (uint64_t i = 0; i < shortage->order_count; i++) {
        outcome_add_text(outcome, "at risk: order", shortage->orders[i].order);
        outcome_add(outcome, "at risk: quantity", shortage->orders[i].quantity);
    }
    return visitor->left-- == 0;
}

/* ---- figures for operations ------------------------------------------------------------------ */

static void add_channels(struct side *side, const struct sellable_stats *stats,
                         struct outcome *outcome) {
    for (uint32_t i = 0; i < outcome_at_most(stats->channel_count, stats->channel_capacity); i++) {
        const struct sellable_channel_stats *channel = &stats->channels[i];
        outcome_add(outcome, "stats: channel", outcome_channel(&side->handles, channel->channel));
        outcome_add(outcome, "channel: listens", channel->listens);
        outcome_add(outcome, "channel: accepted", (int64_t)channel->accepted);
        outcome_add(outcome, "channel: refused", (int64_t)channel->refused);
        outcome_add(outcome, "channel: units", channel->units);
        outcome_add(outcome, "channel: told", (int64_t)channel->told);
    }
}

static void add_sources(struct side *side, const struct sellable_stats *stats,
                        struct outcome *outcome) {
    for (uint32_t i = 0; i < outcome_at_most(stats->source_count, stats->source_capacity); i++) {
        const struct sellable_source_stats *source = &stats->sources[i];
        outcome_add(outcome, "stats: source", outcome_source(&side->handles, source->source));
        outcome_add(outcome, "source: silent", source->silent);
        outcome_add(outcome, "source: applied", (int64_t)source->applied);
        outcome_add(outcome, "source: duplicates", (int64_t)source->duplicates);
        outcome_add(outcome, "source: stale", (int64_t)source->stale);
        outcome_add(outcome, "source: refused", (int64_t)source->refused);
        outcome_add(outcome, "source: gaps", (int64_t)source->gaps);
        outcome_add(outcome, "source: has_newest", source->has_newest);
        outcome_add(outcome, "source: newest_at", source->has_newest ? source->newest_at : 0);
        outcome_add(outcome, "source: lag", source->has_newest ? source->lag : 0);
    }
}

/* The answers to each type of change, and what was kept, by status. */
static void add_calls(const struct sellable_stats *stats, struct outcome *outcome) {
    for (int type = SELLABLE_ON_HAND_SET; type < SELLABLE_EVENT_TYPES_END; type++) {
        for (int status = 0; status < SELLABLE_STATUS_COUNT; status++) {
            if (stats->calls[type][status] > 0) {
                outcome_add(outcome, sellable_event_name(type), status);
                outcome_add(outcome, "times", (int64_t)stats->calls[type][status]);
            }
        }
    }
    for (int status = 0; status < SELLABLE_STATUS_COUNT; status++) {
        outcome_add(outcome, "stats: exceptions", (int64_t)stats->exceptions[status]);
    }
}

static void ask_stats(struct side *side, const struct call *call, struct outcome *outcome) {
    static struct sellable_stats stats;
    struct sellable_channel_stats channels[CHANNELS + 1];
    struct sellable_source_stats sources[SOURCES + 1];
    memset(channels, RUBBISH, sizeof channels);
    memset(sources, RUBBISH, sizeof sources);
    memset(&stats, RUBBISH, sizeof stats);
    stats.channels = channels;
    stats.sources = sources;
    stats.channel_capacity = outcome_at_most(call->capacity, CHANNELS + 1);
    stats.source_capacity = outcome_at_most(call->capacity, SOURCES + 1);
    outcome->status = (int)ASK_SIDE(side, stats, &stats);
    stats.memory.items -= side->others;
    stats.calls[SELLABLE_ITEM][SELLABLE_OK] -= side->counted;
    stats.calls[SELLABLE_POLICY][SELLABLE_OK] -= side->counted;
#define ADD_FIGURE(NAME) outcome_add(outcome, "stats: " #NAME, (int64_t)stats.NAME);
#define FIGURES_OF_STATS(X)                                                                        \
    X(channel_count) X(source_count) X(now) X(events) X(events_applied) X(events_duplicate)        \
    X(replays_applied) X(exception_counts.kept) X(exception_counts.last) X(exception_counts.lost)  \
    X(balances) X(variances) X(variance_sum) X(variance_absolute) X(orders_open)                   \
    X(orders_expired) X(cells_short) X(units_short) X(units_promised) X(memory.items)              \
    X(memory.orders) X(memory.event_ids) X(memory.transfers)
    FIGURES_OF_STATS(ADD_FIGURE)
#undef ADD_FIGURE
    add_channels(side, &stats, outcome);
    add_sources(side, &stats, outcome);
    add_calls(&stats, outcome);
    uint32_t told = outcome_at_most(stats.channel_count, stats.channel_capacity);
    outcome_add_untouched(outcome, channels + told, (CHANNELS + 1 - told) * sizeof *channels);
    told = outcome_at_most(stats.source_count, stats.source_capacity);
    outcome_add_untouched(outcome, sources + told, (SOURCES + 1 - told) * sizeof *sources);
}

static int count_order(void *context, const struct sellable_order_view *order) {
    (void)order;
    ++*(uint64_t *)context;
    return 0;
}

static void ask_audit(struct side *side, struct outcome *outcome) {
    struct sellable_audit audit = {.consistent = 1};
    struct sellable_selection open = {.closed = 0};
    struct sellable_memory memory;
    if (side->engine) {
        outcome->status = (int)sellable_audit(side->engine, side->worker, &audit);
    } else {
        model_memory(side->model, &memory);
        audit.items = memory.items;
        outcome->status = (int)model_orders(side->model, &open, count_order, &audit.orders);
    }
    outcome_add(outcome, "audit: consistent", audit.consistent);
    outcome_add(outcome, "audit: items", (int64_t)audit.items - side->others);
    outcome_add(outcome, "audit: orders", (int64_t)audit.orders);
}

/* ---- all of them ----------------------------------------------------------------------------- */

bool side_tell(struct side *side, const struct call *call, struct outcome *outcome) {
    struct visitor visitor = {side, outcome, call->capacity};
    switch (call->kind) {
    case CALL_CHANGES:
        ask_changes(side, call, outcome);
        return true;
    case CALL_SHORTAGES:
        outcome->status = (int)CALL_SIDE(side, shortages, visit, &visitor);
        return true;
    case CALL_STATS:
        ask_stats(side, call, outcome);
        return true;
    case CALL_AUDIT:
        ask_audit(side, outcome);
        return true;
    default:
        return false;
    }
}
