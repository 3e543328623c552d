/* SPDX-License-Identifier: Apache-2.0
 *
 * The reference model: the calls of sellable.h, answered slowly and obviously, for one thread.
 *
 * Every figure is computed from the quantities that were said, by the formulas of the header, each
 * time anew: arrays, loops over everything, nothing derived is kept. The functions have the names,
 * the records and the statuses of sellable.h, without workers. Memory that cannot be had ends the
 * test, so no_memory is never answered. Its handles are its own: 1, 2, 3, .. as things are made. */
#ifndef SELLABLE_TESTS_MODEL_H
#define SELLABLE_TESTS_MODEL_H

#include "sellable.h"

struct model;

/* retention: as in sellable_options; 0 is the default. */
struct model *model_open(int64_t retention);
void model_close(struct model *model);

enum sellable_status model_item_put(struct model *model, struct sellable_key key,
                                    struct sellable_item *item, struct sellable_answer *answer);
enum sellable_status model_location_put(struct model *model, struct sellable_key key,
                                        struct sellable_location *location,
                                        struct sellable_answer *answer);
enum sellable_status model_channel_put(struct model *model, struct sellable_key key,
                                       const struct sellable_policy *policy,
                                       struct sellable_channel *channel,
                                       struct sellable_answer *answer);

enum sellable_status model_item_find(const struct model *model, struct sellable_key key,
                                     struct sellable_item *item);
enum sellable_status model_location_find(const struct model *model, struct sellable_key key,
                                         struct sellable_location *location);
enum sellable_status model_channel_find(const struct model *model, struct sellable_key key,
                                        struct sellable_channel *channel);
struct sellable_key model_item_key(const struct model *model, struct sellable_item item);
struct sellable_key model_location_key(const struct model *model,
                                       struct sellable_location location);
struct sellable_key model_channel_key(const struct model *model, struct sellable_channel channel);

enum sellable_status model_apply(struct model *model, const struct sellable_event *event,
                                 struct sellable_answer *answer);

enum sellable_status model_reserve(struct model *model, const struct sellable_order *order,
                                   struct sellable_answer *answer);
enum sellable_status model_confirm(struct model *model, struct sellable_key order,
                                   struct sellable_answer *answer);
enum sellable_status model_release(struct model *model, struct sellable_key order,
                                   struct sellable_answer *answer);
enum sellable_status model_ship(struct model *model, struct sellable_key order,
                                struct sellable_answer *answer);

enum sellable_status model_advance(struct model *model, int64_t now,
                                   struct sellable_answer *answer);
int64_t model_now(const struct model *model);

enum sellable_status model_available(const struct model *model,
                                     const struct sellable_question *question,
                                     struct sellable_availability *availability);
/* because is left alone: words are the engine's own. */
enum sellable_status model_explain(const struct model *model,
                                   const struct sellable_question *question,
                                   struct sellable_explanation *explanation);
enum sellable_status model_cell(const struct model *model, const struct sellable_place *place,
                                struct sellable_cell *cell);
enum sellable_status model_order(const struct model *model, struct sellable_key key,
                                 struct sellable_order_view *view);

/* items and orders only: how it keeps them is no matter. */
void model_memory(const struct model *model, struct sellable_memory *memory);

#endif
