/* SPDX-License-Identifier: Apache-2.0
 *
 * Events, orders, and what questions take. */
#include "draw.h"

#include <string.h>

const char *const usual_items[] = {"A", "B", "C", "SET", "SERVICE", "D", NULL};
const char *const usual_locations[] = {"east", "west", "north", NULL};
const char *const usual_regions[] = {"us", "eu", NULL};
const char *const usual_channels[] = {"web", "edi", "shop", NULL};
const char *const usual_sources[] = {"erp", "wms", NULL};
const char *const usual_orders[] = {"O-1", "O-2", "O-3", "O-4", "O-5", "O-6", "O-7", "O-8", NULL};
const char *const usual_references[] = {"T-1", "T-2", "PO-1", "PO-2", NULL};
const char *const usual_reasons[] = {"quality", "damage", "inspection", "blocked", "customs", NULL};
const char *const usual_units[] = {"case", "half", "each", NULL};
static const char *const usual_ids[] = {"e1", "e2", "e3", "e4", "e5", "e6", "e7", "e8", NULL};
static const char *const usual_words[] = {"count", "credit", NULL};

/* Something is left out in most cases. */
static struct sellable_key seldom(struct bytes *bytes, uint32_t cases, const char *const *usual) {
    return bytes_chance(bytes, cases) ? bytes_key(bytes, usual) : (struct sellable_key){NULL, 0};
}

/* ---- orders ---------------------------------------------------------------------------------- */

static void draw_substitutes(struct bytes *bytes, struct sellable_line *line) {
    line->substitute_count = bytes_count(bytes, SELLABLE_SUBSTITUTES_MAX);
    if (bytes_chance(bytes, 16))
        return; /* a count without an array */
    struct sellable_substitute *substitutes =
        bytes_memory(line->substitute_count * sizeof *substitutes);
    for (uint32_t i = 0; i < line->substitute_count; i++) {
        substitutes[i].item_key = bytes_key(bytes, usual_items);
        substitutes[i].item.id = bytes_handle(bytes);
    }
    line->substitutes = substitutes;
}

static struct sellable_line draw_line(struct bytes *bytes) {
    struct sellable_line line = {.quantity = bytes_quantity(bytes)};
    line.item_key = bytes_key(bytes, usual_items);
    uint8_t more = bytes_one(bytes);
    if (more & 1)
        line.item.id = bytes_handle(bytes);
    if ((more & 6) == 6)
        line.location_key = bytes_key(bytes, usual_locations);
    if ((more & 24) == 24)
        line.location.id = bytes_handle(bytes);
    if ((more & 96) == 96)
        line.unit = bytes_key(bytes, usual_units);
    if ((more & 160) == 160)
        draw_substitutes(bytes, &line);
    if ((more & 192) == 192)
        line.at_least = bytes_quantity(bytes);
    return line;
}

const struct sellable_order *draw_order(struct bytes *bytes) {
    struct sellable_order *order = bytes_memory(sizeof *order);
    uint8_t more = bytes_one(bytes);
    order->key = bytes_key(bytes, usual_orders);
    order->channel_key = bytes_key(bytes, usual_channels);
    order->line_count = bytes_count(bytes, SELLABLE_LINES_MAX);
    if (more & 1)
        order->channel.id = bytes_handle(bytes);
    if (more & 2)
        order->expires_at = bytes_time(bytes);
    if (more & 4)
        order->mode = bytes_choice(bytes, SELLABLE_ALL, SELLABLE_PARTIAL + 1);
    if (more & 8) {
        order->has_date = bytes_flag(bytes);
        order->date = bytes_time(bytes);
    }
    if (more & 16) {
        order->has_precedence = bytes_flag(bytes);
        order->precedence = (int32_t)bytes_number(bytes);
    }
    if ((more & 224) == 224)
        return order; /* a count without an array */
    struct sellable_line *lines = bytes_memory(order->line_count * sizeof *lines);
    for (uint32_t i = 0; i < order->line_count; i++)
        lines[i] = draw_line(bytes);
    order->lines = lines;
    return order;
}

static void draw_parts(struct bytes *bytes, struct sellable_event *event) {
    event->parts = NULL;
    event->part_count = bytes_chance(bytes, 128) ? bytes_count(bytes, SELLABLE_LINES_MAX) : 0;
    if (event->part_count == 0 || bytes_chance(bytes, 8))
        return;
    struct sellable_part *parts = bytes_memory(event->part_count * sizeof *parts);
    for (uint32_t i = 0; i < event->part_count; i++) {
        parts[i].item_key = bytes_key(bytes, usual_items);
        parts[i].quantity = bytes_quantity(bytes);
        parts[i].item.id = bytes_chance(bytes, 32) ? bytes_handle(bytes) : 0;
        parts[i].location.id = bytes_chance(bytes, 32) ? bytes_handle(bytes) : 0;
        parts[i].location_key = seldom(bytes, 64, usual_locations);
        parts[i].unit = seldom(bytes, 32, usual_units);
    }
    event->parts = parts;
}

/* ---- events ---------------------------------------------------------------------------------- */

static void draw_origin(struct bytes *bytes, struct sellable_event *event) {
    uint8_t more = bytes_one(bytes);
    event->reserved = more == 255 ? UINT32_MAX : 0;
    event->source_key = more & 1 ? bytes_key(bytes, usual_sources) : (struct sellable_key){NULL, 0};
    event->source.id = (more & 129) == 129 ? bytes_handle(bytes) : 0;
    event->has_seq = (more & 2) ? bytes_flag(bytes) : 0;
    event->seq = event->has_seq ? bytes_quantity(bytes) : 0;
    event->has_at = (more & 4) ? bytes_flag(bytes) : 0;
    event->at = event->has_at ? bytes_time(bytes) : 0;
    event->id = (more & 8) ? bytes_key(bytes, usual_ids) : (struct sellable_key){NULL, 0};
    event->correlation = seldom(bytes, 16, usual_words);
    event->content = NULL;
    event->content_size = 0;
    if ((more & 48) == 48) {
        event->content_size = more & 64 ? SELLABLE_CONTENT_MAX + 1 : bytes_one(bytes);
        event->content = bytes_memory(event->content_size);
    }
}

static void draw_cell(struct bytes *bytes, struct sellable_event *event) {
    uint8_t more = bytes_one(bytes);
    event->item_key = bytes_key(bytes, usual_items);
    event->location_key = bytes_key(bytes, usual_locations);
    event->item.id = more >= 224 ? bytes_handle(bytes) : 0;
    event->location.id = more % 32 == 31 ? bytes_handle(bytes) : 0;
    event->quantity = bytes_quantity(bytes);
    event->unit = seldom(bytes, 24, usual_units);
    event->has_expected = more % 8 == 7 ? bytes_flag(bytes) : 0;
    event->expected = event->has_expected ? bytes_quantity(bytes) : 0;
}

static void draw_target(struct bytes *bytes, struct sellable_event *event) {
    event->to_key = bytes_key(bytes, usual_locations);
    event->to.id = bytes_chance(bytes, 16) ? bytes_handle(bytes) : 0;
}

static void draw_supply(struct bytes *bytes, struct sellable_event *event) {
    draw_cell(bytes, event);
    switch (event->type) {
    case SELLABLE_ON_HAND_SET:
        event->has_as_of = bytes_chance(bytes, 96) ? bytes_flag(bytes) : 0;
        event->as_of = event->has_as_of ? bytes_time(bytes) : 0;
        break;
    case SELLABLE_ON_HAND_ADJUST:
        event->reason = seldom(bytes, 32, usual_words);
        break;
    case SELLABLE_HOLD_PLACE:
    case SELLABLE_HOLD_RELEASE:
    case SELLABLE_HOLD_SCRAP:
        event->reason = bytes_key(bytes, usual_reasons);
        break;
    case SELLABLE_RING_FENCE_SET:
        event->channel_key = bytes_key(bytes, usual_channels);
        event->channel.id = bytes_chance(bytes, 16) ? bytes_handle(bytes) : 0;
        event->until = bytes_chance(bytes, 96) ? bytes_time(bytes) : 0;
        break;
    case SELLABLE_TRANSFER_SHIP:
        draw_target(bytes, event); /* fallthrough */
    case SELLABLE_SCHEDULE_SET:
        event->due = bytes_time(bytes); /* fallthrough */
    case SELLABLE_TRANSFER_RECEIVE:
        event->reference = bytes_key(bytes, usual_references);
        break;
    case SELLABLE_RECEIPT:
        event->reference = seldom(bytes, 128, usual_references);
        event->held = seldom(bytes, 64, usual_reasons);
        break;
    case SELLABLE_RETURN_RECEIVE:
        event->order_key = seldom(bytes, 64, usual_orders);
        break;
    case SELLABLE_RETURN_DISPOSITION:
        event->outcome = bytes_choice(bytes, SELLABLE_RESTOCK, SELLABLE_TO_DAMAGE + 1);
        break;
    default:
        break;
    }
}

static void draw_order_event(struct bytes *bytes, struct sellable_event *event) {
    switch (event->type) {
    case SELLABLE_RESERVE:
    case SELLABLE_AMEND:
        event->order = bytes_chance(bytes, 2) ? NULL : draw_order(bytes);
        return;
    case SELLABLE_EXTEND:
        event->expires_at = bytes_time(bytes);
        break;
    case SELLABLE_RESOURCE:
        draw_cell(bytes, event);
        draw_target(bytes, event);
        break;
    case SELLABLE_CONFIRM:
        break;
    default:
        draw_parts(bytes, event);
        event->reason = seldom(bytes, 16, usual_words);
        break;
    }
    event->order_key = bytes_key(bytes, usual_orders);
}

static void draw_master_event(struct bytes *bytes, struct sellable_event *event) {
    bool none = bytes_chance(bytes, 16);
    struct sellable_scope scope;
    switch (event->type) {
    case SELLABLE_ITEM:
        event->item_key = bytes_key(bytes, usual_items);
        event->item.id = 0;
        event->item_settings = none ? NULL : draw_item_settings(bytes);
        break;
    case SELLABLE_LOCATION:
        event->location_key = bytes_key(bytes, usual_locations);
        event->location.id = 0;
        event->location_settings = none ? NULL : draw_location_settings(bytes);
        break;
    case SELLABLE_CHANNEL:
    case SELLABLE_POLICY:
        scope = draw_scope(bytes);
        event->item_key = scope.item_key;
        event->item = scope.item;
        event->channel_key = scope.channel_key;
        event->channel = scope.channel;
        event->policy = none ? NULL : draw_policy(bytes);
        break;
    case SELLABLE_HOLD:
        event->reason = bytes_key(bytes, usual_reasons);
        break;
    case SELLABLE_OWNER:
        event->ownership = none ? NULL : draw_ownership(bytes);
        break;
    default:
        event->declares = bytes_key(bytes, usual_sources);
        event->max_lag_given = bytes_flag(bytes);
        event->max_lag = bytes_chance(bytes, 64) ? -1 : bytes_number(bytes);
        break;
    }
}

/* Supply is what most events are; what is no type comes seldom. */
static uint32_t draw_type(struct bytes *bytes) {
    uint8_t kind = bytes_one(bytes);
    if (kind < 128)
        return SELLABLE_ON_HAND_SET + kind % 15;
    if (kind < 208)
        return SELLABLE_RESERVE + kind % 9;
    if (kind < 253)
        return SELLABLE_ITEM + kind % 7;
    return kind < 255 ? kind % 4 * SELLABLE_EVENT_TYPES_END : (uint32_t)bytes_raw(bytes, 4);
}

struct sellable_event draw_event(struct bytes *bytes) {
    enum { POISON = 0xa5 };
    struct sellable_event event;
    uint32_t type = draw_type(bytes);
    memset(&event, bytes_chance(bytes, 64) ? POISON : 0, sizeof event);
    event.type = type;
    draw_origin(bytes, &event);
    if (type >= SELLABLE_ON_HAND_SET && type <= SELLABLE_RETURN_DISPOSITION)
        draw_supply(bytes, &event);
    else if (type >= SELLABLE_RESERVE && type <= SELLABLE_RESOURCE)
        draw_order_event(bytes, &event);
    else if (type >= SELLABLE_ITEM && type <= SELLABLE_SOURCE)
        draw_master_event(bytes, &event);
    return event;
}

struct sellable_event draw_remnant(struct bytes *bytes) {
    struct sellable_event event = {.type = draw_type(bytes)};
    draw_origin(bytes, &event);
    draw_cell(bytes, &event);
    draw_target(bytes, &event);
    event.order_key = bytes_key(bytes, usual_orders);
    return event;
}

/* ---- questions ------------------------------------------------------------------------------- */

struct sellable_scope draw_scope(struct bytes *bytes) {
    struct sellable_scope scope = {.item_key = bytes_key(bytes, usual_items)};
    uint8_t more = bytes_one(bytes);
    if (more % 4 == 3)
        scope.item_key = (struct sellable_key){NULL, 0};
    scope.channel_key = bytes_key(bytes, usual_channels);
    scope.item.id = more >= 240 ? bytes_handle(bytes) : 0;
    scope.channel.id = more % 16 == 14 ? bytes_handle(bytes) : 0;
    return scope;
}

struct sellable_question draw_question(struct bytes *bytes) {
    struct sellable_scope scope = draw_scope(bytes);
    struct sellable_question question = {.item_key = scope.item_key,
                                         .channel_key = scope.channel_key,
                                         .item = scope.item,
                                         .channel = scope.channel};
    question.order = seldom(bytes, 96, usual_orders);
    question.has_date = bytes_chance(bytes, 128) ? bytes_flag(bytes) : 0;
    question.date = question.has_date ? bytes_time(bytes) : 0;
    return question;
}

struct sellable_place draw_place(struct bytes *bytes) {
    struct sellable_place place = {.item_key = bytes_key(bytes, usual_items),
                                   .location_key = bytes_key(bytes, usual_locations)};
    place.item.id = bytes_chance(bytes, 32) ? bytes_handle(bytes) : 0;
    place.location.id = bytes_chance(bytes, 32) ? bytes_handle(bytes) : 0;
    return place;
}

struct sellable_selection draw_selection(struct bytes *bytes) {
    struct sellable_selection selection = {.item_key = seldom(bytes, 160, usual_items),
                                           .location_key = seldom(bytes, 96, usual_locations)};
    selection.item.id = bytes_chance(bytes, 16) ? bytes_handle(bytes) : 0;
    selection.location.id = bytes_chance(bytes, 16) ? bytes_handle(bytes) : 0;
    selection.closed = bytes_flag(bytes);
    return selection;
}
