/* SPDX-License-Identifier: Apache-2.0
 *
 * What the reference model keeps: things (items, locations, channels) are numbered 1, 2, 3, .. as
 * they are made; a cell stands in items[item].cells[location]; an order keeps what was written and
 * what was planned. For model.c and model_orders.c only. */
#ifndef SELLABLE_TESTS_MODEL_KEPT_H
#define SELLABLE_TESTS_MODEL_KEPT_H

#include "model.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <uthash.h>

/* ---- what is kept ---------------------------------------------------------------------------- */

struct name {
    char bytes[SELLABLE_KEY_MAX];
    uint32_t size;
    uint32_t id;
    UT_hash_handle hh;
};

struct names {
    struct name *by_key;
    struct name **by_id; /* [0] is unused */
    uint32_t count;
};

struct cell {
    bool exists; /* something was said of it, or promised from it */
    int64_t on_hand;
    int64_t held[SELLABLE_HOLD_REASONS_MAX];
    int64_t allocated;
    int64_t reserved;
    int64_t safety_stock;
};

struct item {
    struct cell *cells; /* by location id */
    uint32_t cell_count;
};

struct channel {
    bool all_locations;
    uint32_t *locations;
    uint32_t location_count;
    int64_t share;
    int64_t buffer;
    int64_t precedence;
    bool closed;
};

struct written {
    uint32_t item;
    int64_t quantity;
};

struct promise {
    uint32_t item;
    uint32_t location;
    int64_t quantity;
};

struct order {
    char key[SELLABLE_KEY_MAX];
    uint32_t channel;
    struct written *lines; /* as they were written */
    uint32_t line_count;
    int64_t expires_at;
    int64_t date;
    struct promise *plan;
    uint32_t plan_count;
    uint32_t state;
    int64_t timeout; /* the running one; 0: none */
    int64_t closed_at;
    UT_hash_handle hh;
};

struct model {
    struct names item_names;
    struct names location_names;
    struct names channel_names;
    struct item *items;
    struct channel *channels;
    struct order *orders;
    int64_t now;
    int64_t retention;
};

/* Room for so many, with what was there before; there is always some. */
void *model_room(void *old, size_t count, size_t size);

bool model_is_key(struct sellable_key key);
/* The id of a handle, or if none is given of a key; 0: there is no such thing. */
uint32_t model_resolve(const struct names *names, uint32_t id, struct sellable_key key);

/* Everything but what the caller sets. answer may be NULL, here and below. */
void model_clear_answer(struct sellable_answer *answer);
enum sellable_status model_fault(struct sellable_answer *answer, enum sellable_status status,
                                 const char *field, uint32_t line);
/* Takes an order out of the model, and out of memory. */
void model_forget_order(struct model *model, struct order *order);

#endif
