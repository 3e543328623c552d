/* SPDX-License-Identifier: Apache-2.0
 *
 * What is told of an order. */
#ifndef SBL_LOOK_H
#define SBL_LOOK_H

#include "engine.h"

/* All but the key, from a record that stays, or is looked at again. */
void sbl_view_order(const struct sellable *engine, uint32_t reference,
                    struct sellable_order_view *view);

#endif
