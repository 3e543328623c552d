/* SPDX-License-Identifier: Apache-2.0
 *
 * Orders of the reference model: found, counted, given back. */
#ifndef SELLABLE_TESTS_MODEL_ORDERS_H
#define SELLABLE_TESTS_MODEL_ORDERS_H

#include "model_basket.h"

struct order *order_find(const struct model *model, struct sellable_key key);
/* Takes it out of the model, and out of memory. */
void order_forget(struct model *model, struct order *order);

enum sellable_order_state order_state(const struct order *order);
/* Something of it is reserved or allocated. */
bool order_is_open(const struct order *order);

struct promises promises_copy(const struct promises *promises);

/* What is drawn for a promise at its cell, and what goes back there: to the channel's fence, if one
 * is in force, else to everybody. */
void fence_draw(struct model *model, const struct order *order, const struct promise *promise);
void fence_give_back(struct model *model, const struct order *order,
                     const struct promise *promise, int64_t quantity);

/* A sum kept in one of the cells that it touches goes beyond the limit. */
bool order_overflows(const struct model *model, const struct order *order);

#endif
