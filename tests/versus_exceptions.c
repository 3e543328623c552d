/* SPDX-License-Identifier: Apache-2.0
 *
 * Exceptions of one side, with the events that were kept: see versus_side.h. */
#include "versus_side.h"

#include <string.h>

/* ---- names ----------------------------------------------------------------------------------- */

/* What was named by handle is told by its key; a handle of nothing by a sign of its own. */
static void add_name(struct outcome *outcome, const char *what, uint32_t handle, int64_t number,
                     struct sellable_key (*key_of)(uint32_t), struct sellable_key key) {
    if (handle == 0) {
        outcome_add_text(outcome, what, key);
    } else if (number < 0) {
        outcome_add(outcome, what, number);
    } else {
        outcome_add_text(outcome, what, key_of((uint32_t)number));
    }
}

static void add_item(struct side *side, struct outcome *outcome, struct sellable_item item,
                     struct sellable_key key) {
    add_name(outcome, "record: item", item.id, outcome_item(&side->handles, item),
             stream_item_key, key);
}

static void add_location(struct side *side, struct outcome *outcome,
                         struct sellable_location location, struct sellable_key key) {
    add_name(outcome, "record: location", location.id,
             outcome_location(&side->handles, location), stream_location_key, key);
}

static void add_channel(struct side *side, struct outcome *outcome,
                        struct sellable_channel channel, struct sellable_key key) {
    add_name(outcome, "record: channel", channel.id, outcome_channel(&side->handles, channel),
             stream_channel_key, key);
}

static void add_source(struct side *side, struct outcome *outcome, struct sellable_source source,
                       struct sellable_key key) {
    add_name(outcome, "record: source", source.id, outcome_source(&side->handles, source),
             stream_source_key, key);
}

/* One that is beyond its limit may be told as the first that is. */
static void add_count(struct outcome *outcome, const char *what, uint32_t count, uint32_t most) {
    outcome_add(outcome, what, outcome_at_most(count, most + 1));
}

/* ---- orders ---------------------------------------------------------------------------------- */

static void add_lines(struct side *side, const struct sellable_order *order,
                      struct outcome *outcome) {
    add_count(outcome, "record: line_count", order->line_count, SELLABLE_LINES_MAX);
    for (uint32_t i = 0; order->line_count <= SELLABLE_LINES_MAX && i < order->line_count; i++) {
        const struct sellable_line *line = &order->lines[i];
        bool all = line->substitute_count <= SELLABLE_SUBSTITUTES_MAX;
        add_item(side, outcome, line->item, line->item_key);
        add_location(side, outcome, line->location, line->location_key);
        outcome_add_text(outcome, "record: line's unit", line->unit);
        outcome_add(outcome, "record: line's quantity", line->quantity);
        outcome_add(outcome, "record: at_least", line->at_least);
        add_count(outcome, "record: substitute_count", line->substitute_count,
                  SELLABLE_SUBSTITUTES_MAX);
        for (uint32_t k = 0; all && k < line->substitute_count; k++) {
            add_item(side, outcome, line->substitutes[k].item, line->substitutes[k].item_key);
        }
    }
}

static void add_order(struct side *side, const struct sellable_order *order, bool amends,
                      struct outcome *outcome) {
    outcome_add_text(outcome, "record: order", order->key);
    outcome_add(outcome, "record: has_date", order->has_date);
    outcome_add(outcome, "record: date", order->has_date ? order->date : 0);
    add_lines(side, order, outcome);
    if (!amends) {
        add_channel(side, outcome, order->channel, order->channel_key);
        outcome_add(outcome, "record: mode", order->mode);
        outcome_add(outcome, "record: expires_at", order->expires_at);
        outcome_add(outcome, "record: has_precedence", order->has_precedence);
    }
}

static void add_parts(struct side *side, const struct sellable_event *event,
                      struct outcome *outcome) {
    add_count(outcome, "record: part_count", event->part_count, SELLABLE_LINES_MAX);
    for (uint32_t i = 0; event->part_count <= SELLABLE_LINES_MAX && i < event->part_count; i++) {
        const struct sellable_part *part = &event->parts[i];
        add_item(side, outcome, part->item, part->item_key);
        add_location(side, outcome, part->location, part->location_key);
        outcome_add_text(outcome, "record: part's unit", part->unit);
        outcome_add(outcome, "record: part's quantity", part->quantity);
    }
}

static void add_life(struct side *side, const struct sellable_event *event,
                     struct outcome *outcome) {
    outcome_add_text(outcome, "record: order_key", event->order_key);
    switch (event->type) {
    case SELLABLE_CONFIRM:
        break;
    case SELLABLE_EXTEND:
        outcome_add(outcome, "record: expires_at", event->expires_at);
        break;
    case SELLABLE_RESOURCE:
        add_item(side, outcome, event->item, event->item_key);
        add_location(side, outcome, event->location, event->location_key);
        add_location(side, outcome, event->to, event->to_key);
        outcome_add(outcome, "record: quantity", event->quantity);
        break;
    default:
        add_parts(side, event, outcome);
    }
}

/* ---- supply ---------------------------------------------------------------------------------- */

static void add_details(struct side *side, const struct sellable_event *event,
                        struct outcome *outcome) {
    switch (event->type) {
    case SELLABLE_ON_HAND_SET:
        outcome_add(outcome, "record: has_as_of", event->has_as_of);
        outcome_add(outcome, "record: as_of", event->has_as_of ? event->as_of : 0);
        break;
    case SELLABLE_ON_HAND_ADJUST:
    case SELLABLE_HOLD_PLACE:
    case SELLABLE_HOLD_RELEASE:
    case SELLABLE_HOLD_SCRAP:
        outcome_add_text(outcome, "record: reason", event->reason);
        break;
    case SELLABLE_RING_FENCE_SET:
        add_channel(side, outcome, event->channel, event->channel_key);
        outcome_add(outcome, "record: until", event->until);
        break;
    case SELLABLE_TRANSFER_SHIP:
        add_location(side, outcome, event->to, event->to_key);
        outcome_add(outcome, "record: due", event->due);
        break;
    case SELLABLE_SCHEDULE_SET:
        outcome_add(outcome, "record: due", event->due);
        break;
    case SELLABLE_RECEIPT:
        outcome_add_text(outcome, "record: held", event->held);
        break;
    case SELLABLE_RETURN_RECEIVE:
        outcome_add_text(outcome, "record: order_key", event->order_key);
        break;
    case SELLABLE_RETURN_DISPOSITION:
        outcome_add(outcome, "record: outcome", event->outcome);
        break;
    default:
        break;
    }
}

static void add_supply(struct side *side, const struct sellable_event *event,
                       struct outcome *outcome) {
    uint32_t type = event->type;
    if (type != SELLABLE_TRANSFER_RECEIVE) {
        add_item(side, outcome, event->item, event->item_key);
        add_location(side, outcome, event->location, event->location_key);
    }
    if (type >= SELLABLE_SCHEDULE_SET && type <= SELLABLE_TRANSFER_RECEIVE) {
        outcome_add_text(outcome, "record: reference", event->reference);
    }
    outcome_add(outcome, "record: quantity", event->quantity);
    outcome_add_text(outcome, "record: unit", event->unit);
    outcome_add(outcome, "record: has_expected", event->has_expected);
    outcome_add(outcome, "record: expected", event->has_expected ? event->expected : 0);
    add_details(side, event, outcome);
}

/* ---- masters --------------------------------------------------------------------------------- */

static void add_ownership(struct side *side, const struct sellable_ownership *ownership,
                          struct outcome *outcome) {
    outcome_add(outcome, "record: owned", ownership->owned);
    outcome_add(outcome, "record: owned type", ownership->type);
    outcome_add(outcome, "record: unset", ownership->unset);
    add_count(outcome, "record: owner_count", ownership->owner_count, SELLABLE_LOCATIONS_MAX);
    add_location(side, outcome, ownership->location, ownership->location_key);
    bool counted = ownership->unset == 0 && ownership->owner_count <= CALL_OWNERS;
    for (uint32_t i = 0; counted && i < ownership->owner_count; i++) {
        add_source(side, outcome, ownership->owners[i].source, ownership->owners[i].source_key);
    }
}

static void add_item_settings(struct side *side, const struct sellable_item_settings *settings,
                              struct outcome *outcome) {
    outcome_add(outcome, "record: set", settings->set);
    outcome_add(outcome, "record: unset", settings->unset);
    bool units = settings->set & SELLABLE_ITEM_UNITS;
    bool components = settings->set & SELLABLE_ITEM_COMPONENTS;
    add_count(outcome, "record: unit_count", units ? settings->unit_count : 0,
              SELLABLE_UNITS_MAX);
    add_count(outcome, "record: component_count", components ? settings->component_count : 0,
              SELLABLE_COMPONENTS_MAX);
    units = units && settings->unit_count <= SELLABLE_UNITS_MAX;
    components = components && settings->component_count <= SELLABLE_COMPONENTS_MAX;
    for (uint32_t i = 0; units && i < settings->unit_count; i++) {
        outcome_add_text(outcome, "record: unit's key", settings->units[i].key);
        outcome_add(outcome, "record: numerator", settings->units[i].numerator);
        outcome_add(outcome, "record: denominator", settings->units[i].denominator);
    }
    for (uint32_t i = 0; components && i < settings->component_count; i++) {
        add_item(side, outcome, settings->components[i].item, settings->components[i].item_key);
        outcome_add(outcome, "record: number", settings->components[i].number);
    }
}

static void add_policy(struct side *side, const struct sellable_policy *policy,
                       struct outcome *outcome) {
    const uint32_t set = policy->set;
    bool places = set & SELLABLE_SETTING_LOCATIONS;
    outcome_add(outcome, "record: set", set);
    outcome_add(outcome, "record: unset", policy->unset);
    outcome_add(outcome, "record: share", set & SELLABLE_SETTING_SHARE ? policy->share : 0);
    outcome_add(outcome, "record: buffer", set & SELLABLE_SETTING_BUFFER ? policy->buffer : 0);
    outcome_add(outcome, "record: step", set & SELLABLE_SETTING_STEP ? policy->step : 0);
    for (uint32_t i = 0; places && i < policy->location_count; i++) {
        outcome_add(outcome, "record: place",
                    outcome_location(&side->handles, policy->locations[i]));
    }
}

static void add_master(struct side *side, const struct sellable_event *event,
                       struct outcome *outcome) {
    bool policy = event->type == SELLABLE_CHANNEL || event->type == SELLABLE_POLICY;
    if (event->type == SELLABLE_ITEM || event->type == SELLABLE_POLICY) {
        add_item(side, outcome, event->item, event->item_key);
    }
    if (policy) {
        add_channel(side, outcome, event->channel, event->channel_key);
    }
    if (policy && event->policy) {
        add_policy(side, event->policy, outcome);
    }
    if (event->type == SELLABLE_ITEM && event->item_settings) {
        add_item_settings(side, event->item_settings, outcome);
    }
    if (event->type == SELLABLE_LOCATION) {
        add_location(side, outcome, event->location, event->location_key);
    }
    if (event->type == SELLABLE_LOCATION && event->location_settings) {
        outcome_add(outcome, "record: set", event->location_settings->set);
    }
    if (event->type == SELLABLE_LOCATION && event->location_settings &&
        (event->location_settings->set & SELLABLE_LOCATION_REGION)) {
        outcome_add_text(outcome, "record: region", event->location_settings->region);
    }
    if (event->type == SELLABLE_HOLD) {
        outcome_add_text(outcome, "record: reason", event->reason);
    }
    if (event->type == SELLABLE_OWNER) {
        add_ownership(side, event->ownership, outcome);
    }
    if (event->type == SELLABLE_SOURCE) {
        outcome_add_text(outcome, "record: declares", event->declares);
        outcome_add(outcome, "record: max_lag", event->max_lag_given ? event->max_lag : 0);
    }
}

/* ---- exceptions ------------------------------------------------------------------------------ */

static void add_record(struct side *side, const struct sellable_event *event,
                       struct outcome *outcome) {
    outcome_add(outcome, "record: type", event->type);
    add_source(side, outcome, event->source, event->source_key);
    outcome_add(outcome, "record: has_seq", event->has_seq);
    outcome_add(outcome, "record: seq", event->has_seq ? event->seq : 0);
    outcome_add(outcome, "record: has_at", event->has_at);
    outcome_add(outcome, "record: at", event->has_at ? event->at : 0);
    outcome_add_text(outcome, "record: id", event->id);
    outcome_add_text(outcome, "record: correlation", event->correlation);
    if (event->type <= SELLABLE_RETURN_DISPOSITION) {
        add_supply(side, event, outcome);
    } else if (event->type <= SELLABLE_AMEND) {
        add_order(side, event->order, event->type == SELLABLE_AMEND, outcome);
    } else if (event->type <= SELLABLE_RESOURCE) {
        add_life(side, event, outcome);
    } else {
        add_master(side, event, outcome);
    }
}

/* A key that is none is kept up to the size of one. */
static void add_words(struct outcome *outcome, const char *what, struct sellable_key key) {
    key.size = key.size < SELLABLE_KEY_MAX ? key.size : SELLABLE_KEY_MAX;
    outcome_add_text(outcome, what, key);
}

struct visitor {
    struct side *side;
    struct outcome *outcome;
    uint32_t left;
};

static int visit(void *context, const struct sellable_exception *exception) {
    struct visitor *visitor = context;
    struct outcome *outcome = visitor->outcome;
    const struct sellable_event *event = exception->event;
    struct sellable_key content = {exception->content, exception->content_size};
    bool nobody = event && event->source.id != 0 &&
                  outcome_source(&visitor->side->handles, event->source) < 0;
    outcome_add(outcome, "exception: number", (int64_t)exception->number);
    outcome_add(outcome, "exception: status", exception->status);
    outcome_add(outcome, "exception: type", exception->type);
    outcome_add(outcome, "exception: orders", (int64_t)exception->orders);
    outcome_add(outcome, "exception: kept_at", exception->kept_at);
    if (outcome_names_field((int)exception->status)) {
        outcome_add_text(outcome, "exception: field",
                         (struct sellable_key){exception->field, strlen(exception->field)});
    }
    outcome_add(outcome, "exception: a reason is given", exception->reason[0] != 0);
    if (!nobody) { /* the header does not say how a handle of nothing is told */
        add_words(outcome, "exception: source", exception->source);
    }
    add_words(outcome, "exception: id", exception->id);
    add_words(outcome, "exception: correlation", exception->correlation);
    outcome_add(outcome, "exception: content is there", exception->content != NULL);
    outcome_add_text(outcome, "exception: content", content);
    outcome_add(outcome, "exception: record is there", event != NULL);
    if (event) {
        add_record(visitor->side, event, outcome);
    }
    return visitor->left-- == 0;
}

void side_ask_exceptions(struct side *side, const struct call *call, struct outcome *outcome) {
    struct visitor visitor = {side, outcome, call->capacity};
    struct sellable_exception_selection selection = {
        .number = call->kind == CALL_EXCEPTIONS ? side_exception_number(side, call) : 0,
        .by_impact = call->by_impact};
    bool all = selection.number == 0 && selection.by_impact == 0 && call->by_handle;
    outcome->status =
        (int)CALL_SIDE(side, exceptions, all ? NULL : &selection, visit, &visitor);
}
