/* SPDX-License-Identifier: Apache-2.0
 *
 * The reference model: figures for operations. See model.h. */
#include "model_orders.h"

/* ---- counting -------------------------------------------------------------------------------- */

enum sellable_status model_counted(struct model *model, uint32_t type,
                                   enum sellable_status status) {
    model->changes += status == SELLABLE_OK;
    if (!model->event) {
        model->counts.calls[type][status]++;
    }
    return status;
}

static void count_source(struct model *model, const struct sellable_event *event,
                         enum sellable_status status) {
    uint32_t source = model_resolve(&model->source_names, event->source.id, event->source_key);
    struct source_counts *counts = &model->counts.sources[source];
    int64_t at = event->has_at ? event->at : model->now;
    if (source == 0 || model_comes_from_nobody(event->type)) {
        return;
    }
    switch (status) {
    case SELLABLE_OK:
        counts->newest_at = counts->has_newest ? model_most(counts->newest_at, at) : at;
        counts->has_newest = true;
        counts->applied++;
        break;
    case SELLABLE_DUPLICATE:
        counts->duplicates++;
        break;
    case SELLABLE_STALE:
        counts->stale++;
        break;
    default:
        counts->refused++;
    }
}

void model_count_event(struct model *model, const struct sellable_event *event, bool replays,
                       enum sellable_status status, int64_t variance) {
    struct counts *counts = &model->counts;
    bool ok = status == SELLABLE_OK;
    counts->events++;
    if (!event || event->type == 0 || event->type >= SELLABLE_EVENT_TYPES_END) {
        return; /* it is no event */
    }
    counts->calls[event->type][status]++;
    counts->events_applied += ok;
    counts->events_duplicate += status == SELLABLE_DUPLICATE;
    counts->replays_applied += ok && replays;
    count_source(model, event, status);
    if (ok && event->type == SELLABLE_ON_HAND_SET) {
        counts->balances++;
        counts->variances += variance != 0;
        counts->variance_sum += variance;
        counts->variance_absolute += variance < 0 ? -variance : variance;
    }
}

void model_count_order(struct model *model, uint32_t channel, enum sellable_status status,
                       int64_t units) {
    struct channel_counts *counts = &model->counts.channels[channel];
    counts->accepted += status == SELLABLE_OK;
    counts->refused += status == SELLABLE_INSUFFICIENT || status == SELLABLE_PAUSED;
    counts->units = model_least(counts->units + units, SELLABLE_QUANTITY_MAX);
}

/* ---- telling --------------------------------------------------------------------------------- */

static void tell_channels(const struct model *model, struct sellable_stats *stats) {
    stats->channel_count = model->channel_names.count;
    for (uint32_t i = 0; i < stats->channel_count && i < stats->channel_capacity; i++) {
        const struct channel_counts *counts = &model->counts.channels[i + 1];
        const struct listener *listener = &model->listeners[i + 1];
        stats->channels[i] = (struct sellable_channel_stats){.channel = {i + 1},
                                                             .listens = listener->listens,
                                                             .accepted = counts->accepted,
                                                             .refused = counts->refused,
                                                             .units = counts->units,
                                                             .told = listener->position};
    }
}

static void tell_sources(const struct model *model, struct sellable_stats *stats) {
    stats->source_count = model->source_names.count;
    for (uint32_t i = 0; i < stats->source_count && i < stats->source_capacity; i++) {
        const struct source_counts *counts = &model->counts.sources[i + 1];
        const struct source *source = &model->sources[i + 1];
        int64_t lag = counts->has_newest ? model_most(0, model->now - counts->newest_at) : 0;
        bool late = counts->has_newest ? lag > source->max_lag : model->now != 0;
        stats->sources[i] =
            (struct sellable_source_stats){.source = {i + 1},
                                           .silent = source->max_lag >= 0 && late,
                                           .applied = counts->applied,
                                           .duplicates = counts->duplicates,
                                           .stale = counts->stale,
                                           .refused = counts->refused,
                                           .gaps = source->gaps,
                                           .newest_at = counts->newest_at,
                                           .lag = lag,
                                           .has_newest = counts->has_newest};
    }
}

static int64_t up_to_the_limit(int64_t sum) {
    return model_most(-SELLABLE_QUANTITY_MAX, model_least(sum, SELLABLE_QUANTITY_MAX));
}

static void tell_stock(const struct model *model, struct sellable_stats *stats) {
    struct ledger ledger;
    for (uint32_t item = 1; item <= model->item_names.count; item++) {
        for (uint32_t location = 1; location <= model->location_names.count; location++) {
            ledger_read(&ledger, model, item, location, NULL);
            int64_t missing = model->items[item].tracked ? ledger_short(&ledger) : 0;
            int64_t promised = ledger.reserved + ledger.backordered + ledger.allocated +
                               ledger_due(&ledger, ENTRY_PROMISED, INT64_MAX);
            stats->cells_short += missing > 0;
            stats->units_short = up_to_the_limit(stats->units_short + missing);
            stats->units_promised = up_to_the_limit(stats->units_promised + promised);
        }
    }
}

enum sellable_status model_stats(const struct model *model, struct sellable_stats *stats) {
    const struct counts *counts = &model->counts;
    *stats = (struct sellable_stats){.channels = stats->channels,
                                     .sources = stats->sources,
                                     .channel_capacity = stats->channel_capacity,
                                     .source_capacity = stats->source_capacity,
                                     .now = model->now,
                                     .events = counts->events,
                                     .events_applied = counts->events_applied,
                                     .events_duplicate = counts->events_duplicate,
                                     .replays_applied = counts->replays_applied,
                                     .balances = counts->balances,
                                     .variances = counts->variances,
                                     .variance_sum = up_to_the_limit(counts->variance_sum),
                                     .variance_absolute =
                                         up_to_the_limit(counts->variance_absolute),
                                     .orders_expired = counts->expired};
    for (int status = 0; status < SELLABLE_STATUS_COUNT; status++) {
        for (int type = 0; type < SELLABLE_EVENT_TYPES_END; type++) {
            stats->calls[type][status] = counts->calls[type][status];
        }
        stats->exceptions[status] = counts->exceptions[status];
    }
    for (uint32_t i = 0; i < model->order_count; i++) {
        stats->orders_open += order_is_open(model->orders[i]);
    }
    model_exception_counts(model, &stats->exception_counts);
    model_memory(model, &stats->memory);
    tell_channels(model, stats);
    tell_sources(model, stats);
    tell_stock(model, stats);
    return SELLABLE_OK;
}
