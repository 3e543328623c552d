/* SPDX-License-Identifier: Apache-2.0
 *
 * The audit's hash of cells and orders; see audit.h. */
#include "audit.h"

/* ---- cells ---- */

/* Figures of a cell, by number, which is part of the hash. Beside those that a row keeps under the
 * same names: reserved. `net` follows from the others. */
enum figure {
    ON_HAND = 1,
    ALLOCATED = 2,
    SAFETY_STOCK = 3,
    HELD = 4,
    BACKORDERED = 5,
    FENCE = 6,
    UNTIL = 7, /* while the fence is in force, if only with 0 */
    RESERVED = 8
};

/* The thing goes on with one figure, and is added; one of 0 is none. */
static void add_figure(struct sbl_audit *audit, struct sbl_thing *cell, enum figure number,
                       struct sellable_key detail, int64_t value) {
    uint32_t whose = cell->words;
    if (value == 0)
        return;
    sbl_thing_number(cell, number);
    sbl_thing_key(cell, detail);
    sbl_thing_number(cell, (uint64_t)value);
    sbl_digest_add(&audit->state, cell);
    cell->words = whose;
}

static void add_cell(struct sbl_audit *audit, struct sbl_thing *cell, const struct sbl_image *row,
                     uint32_t location) {
    const struct sellable *engine = audit->engine;
    static const struct sellable_key none;
    struct sbl_cell kept;
    struct sbl_figures figures;
    struct sbl_figure figure;
    sbl_row_cell(&engine->memory, row, location, &kept);
    add_figure(audit, cell, ON_HAND, none, kept.on_hand);
    add_figure(audit, cell, ALLOCATED, none, kept.allocated);
    add_figure(audit, cell, SAFETY_STOCK, none, kept.safety_stock);
    add_figure(audit, cell, BACKORDERED, none, kept.backordered);
    add_figure(audit, cell, RESERVED, none, sbl_reserved(&kept));
    for (uint32_t reason = 0; reason < SELLABLE_HOLD_REASONS_MAX; reason++)
        if (kept.held[reason] != 0)
            add_figure(audit, cell, HELD, sellable_hold_key(engine, reason), kept.held[reason]);
    if (!sbl_row_has(row, SBL_ROW_CLAIMS))
        return;
    sbl_figures_begin(&figures, &engine->memory, row, location);
    while (sbl_figures_next(&figures, &figure))
        if (figure.kind == SBL_FENCE || figure.kind == SBL_UNTIL)
            add_figure(audit, cell, figure.kind == SBL_FENCE ? FENCE : UNTIL,
                       sbl_audit_channel_key(audit, figure.detail), figure.value);
}

/* What is dated, of all the row's locations. */
static void add_dates(struct sbl_audit *audit, struct sbl_thing *thing, uint32_t item_words,
                      const struct sbl_image *row) {
    const struct sbl_memory *memory = &audit->engine->memory;
    const struct sbl_tail tail = sbl_row_tail(memory, row);
    struct sbl_dated dated;
    uint32_t word = 1;
    for (uint32_t i = 0; sbl_dated_at(memory, tail.dates, i, &dated); i++) {
        bool promised = dated.kind == SBL_PROMISED;
        sbl_thing_again(thing, promised ? SBL_THING_PROMISED : SBL_THING_SCHEDULED, item_words);
        sbl_thing_key(thing, sbl_audit_location_key(audit, dated.location));
        sbl_thing_number(thing, (uint64_t)dated.due);
        sbl_thing_number(thing, (uint64_t)dated.quantity);
        if (!promised) {
            uint64_t key[SBL_KEY_WORDS];
            uint32_t size = sbl_reference_at(memory, tail.references, &word, key);
            sbl_thing_key(thing, (struct sellable_key){(const char *)key, size});
        }
        sbl_digest_add(&audit->state, thing);
    }
}

void sbl_audit_cells(struct sbl_audit *audit, uint32_t item, const struct sbl_image *row) {
    struct sbl_thing thing;
    struct sbl_walk walk;
    uint32_t location;
    int64_t net;
    sbl_thing_begin(&thing, SBL_THING_FIGURE);
    sbl_thing_key(&thing, sbl_audit_item_key(audit, item));
    uint32_t item_words = thing.words;
    sbl_walk_begin(&walk, &audit->engine->memory, row);
    while (sbl_walk_next(&walk, &location, &net)) {
        sbl_thing_again(&thing, SBL_THING_FIGURE, item_words);
        sbl_thing_key(&thing, sbl_audit_location_key(audit, location));
        add_cell(audit, &thing, row, location);
    }
    add_dates(audit, &thing, item_words, row);
}

/* ---- orders ---- */

static void add_placements(struct sbl_audit *audit, struct sbl_thing *thing,
                           const struct sbl_order *order) {
    uint32_t whose = thing->words;
    for (uint32_t i = 0; i < order->placement_count; i++) {
        const struct sbl_placement *placement = &order->placement[i];
        const int64_t counts[] = {i,
                                  placement->quantity,
                                  placement->allocated,
                                  placement->shipped,
                                  placement->released,
                                  placement->fenced,
                                  placement->beyond};
        sbl_thing_again(thing, SBL_THING_PLACEMENT, whose);
        sbl_thing_key(thing, sbl_audit_item_key(audit, placement->item));
        sbl_thing_key(thing, sbl_audit_location_key(audit, placement->location));
        for (size_t k = 0; k < sizeof counts / sizeof *counts; k++)
            sbl_thing_number(thing, (uint64_t)counts[k]);
        sbl_digest_add(&audit->state, thing);
    }
    thing->words = whose;
}

static void add_kits(struct sbl_audit *audit, struct sbl_thing *thing,
                     const struct sbl_order *order) {
    if (order->kit_words == 0)
        return;
    const uint64_t *at = order->kits, *end = at + order->kit_words;
    uint32_t whose = thing->words;
    for (uint64_t kit = 0; at < end; kit++) {
        uint64_t head = *at++;
        for (uint32_t i = 0; i < sbl_low(head); i++, at += SBL_COMPONENT_WORDS) {
            sbl_thing_again(thing, SBL_THING_KIT, whose);
            sbl_thing_number(thing, kit);
            sbl_thing_key(thing, sbl_audit_item_key(audit, sbl_high(head)));
            sbl_thing_number(thing, i);
            sbl_thing_key(thing, sbl_audit_item_key(audit, (uint32_t)at[0]));
            sbl_thing_number(thing, at[1]);
            sbl_digest_add(&audit->state, thing);
        }
    }
    thing->words = whose;
}

/* Is the first answer, which is kept, what would be answered without it? */
static bool is_as_first(const struct sbl_order *order) {
    const uint64_t *at = order->first;
    if (order->first_words != 1 + SBL_FIRST_WORDS * order->placement_count ||
        (int64_t)*at++ != order->date)
        return false;
    for (uint32_t i = 0; i < order->placement_count; i++, at += SBL_FIRST_WORDS) {
        const struct sbl_placement *placement = &order->placement[i];
        if (at[0] != sbl_pair(placement->item, placement->location) ||
            (int64_t)at[1] != placement->quantity || (int64_t)at[2] != placement->beyond)
            return false;
    }
    return true;
}

static void add_first(struct sbl_audit *audit, struct sbl_thing *thing,
                      const struct sbl_order *order) {
    uint32_t whose = thing->words;
    if (order->first_words == 0 || is_as_first(order))
        return;
    sbl_thing_again(thing, SBL_THING_FIRST, whose);
    sbl_thing_number(thing, order->first[0]);
    sbl_digest_add(&audit->state, thing);
    for (uint32_t i = 1; i + SBL_FIRST_WORDS <= order->first_words; i += SBL_FIRST_WORDS) {
        const uint64_t *at = order->first + i;
        sbl_thing_again(thing, SBL_THING_FIRST, whose);
        sbl_thing_number(thing, i);
        sbl_thing_key(thing, sbl_audit_item_key(audit, sbl_high(at[0])));
        sbl_thing_key(thing, sbl_audit_location_key(audit, sbl_low(at[0])));
        sbl_thing_number(thing, at[1]);
        sbl_thing_number(thing, at[2]);
        sbl_digest_add(&audit->state, thing);
    }
    thing->words = whose;
}

void sbl_audit_order(struct sbl_audit *audit, const struct sbl_order *order) {
    const struct sellable_key key = {(const char *)order->key, order->key_size};
    bool precedence = (order->flags & SBL_ORDER_PRECEDENCE) != 0;
    struct sbl_thing thing;
    sbl_thing_begin(&thing, SBL_THING_ORDER);
    sbl_thing_key(&thing, key);
    uint32_t whose = thing.words;
    sbl_thing_key(&thing, sbl_audit_channel_key(audit, order->channel));
    sbl_thing_number(&thing, order->state);
    sbl_thing_number(&thing, (order->flags & SBL_ORDER_DATED) != 0);
    sbl_thing_number(&thing, (uint64_t)order->date);
    sbl_thing_number(&thing, (uint64_t)order->time);
    sbl_thing_number(&thing, precedence);
    sbl_thing_number(&thing, precedence ? (uint64_t)order->precedence : 0);
    sbl_thing_number(&thing, order->placement_count);
    sbl_digest_add(&audit->state, &thing);
    thing.words = whose;
    add_placements(audit, &thing, order);
    add_kits(audit, &thing, order);
    add_first(audit, &thing, order);
}
