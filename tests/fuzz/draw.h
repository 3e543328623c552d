/* SPDX-License-Identifier: Apache-2.0
 *
 * The records that calls take, out of bytes: any type, and in each field something usual or
 * something wrong. A count never promises more than an array has, unless there is no array. */
#ifndef SELLABLE_TESTS_FUZZ_DRAW_H
#define SELLABLE_TESTS_FUZZ_DRAW_H

#include "bytes.h"

/* The keys that are usual; each list ends with NULL. */
extern const char *const usual_items[];
extern const char *const usual_locations[];
extern const char *const usual_regions[];
extern const char *const usual_channels[];
extern const char *const usual_sources[];
extern const char *const usual_orders[];
extern const char *const usual_references[];
extern const char *const usual_reasons[];
extern const char *const usual_units[];

/* An event of any type. In one of several, the fields that do not belong to the type are no
 * zeros: nobody may look at them. */
struct sellable_event draw_event(struct bytes *bytes);

/* The same without that, and with all that says what it is about: for sellable_exception_put. */
struct sellable_event draw_remnant(struct bytes *bytes);

/* What masters take; draw_masters.c. Nothing may be NULL. */
const struct sellable_item_settings *draw_item_settings(struct bytes *bytes);
const struct sellable_location_settings *draw_location_settings(struct bytes *bytes);
const struct sellable_policy *draw_policy(struct bytes *bytes);
const struct sellable_ownership *draw_ownership(struct bytes *bytes);

struct sellable_scope draw_scope(struct bytes *bytes);
struct sellable_question draw_question(struct bytes *bytes);
struct sellable_place draw_place(struct bytes *bytes);
struct sellable_selection draw_selection(struct bytes *bytes);

/* Fill in what an order has, but for its key. */
const struct sellable_order *draw_order(struct bytes *bytes);

#endif
