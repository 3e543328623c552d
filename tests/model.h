/* SPDX-License-Identifier: Apache-2.0
 *
 * The reference model: the calls of sellable.h, answered slowly and obviously, for one thread.
 *
 * Kept is what was said and what was promised, nothing that follows from it: what a cell has
 * reserved is added up over the orders each time it is asked for. The functions have the names, the
 * records and the statuses of sellable.h, without workers. Memory that cannot be had ends the test,
 * so no_memory is never answered. Its handles are its own: 1, 2, 3, .. as things are made. It is
 * made for few things (model_kept.h), so the limits of masters are not in it. */
#ifndef SELLABLE_TESTS_MODEL_H
#define SELLABLE_TESTS_MODEL_H

#include "sellable.h"

struct model;

/* What makes a figure or an answer other than it would be without: counted, so that a test can show
 * that its calls come by each. */
#define MODEL_RULES(X)                                                                             \
    X(SHARE, "share: a channel sees a part of what is shared")                                     \
    X(BUFFER, "buffer: some of the pool is kept back")                                             \
    X(LOOK_AHEAD, "look-ahead: a later commitment needs what is there before")                     \
    X(OVERDUE_SUPPLY, "overdue supply does not count")                                             \
    X(OVERDUE_DEMAND, "overdue demand counts")                                                     \
    X(FENCE, "fence: a promise draws on its own")                                                  \
    X(FENCED, "fence: no other channel sees it")                                                   \
    X(FENCE_PRECEDENCE, "fence: those served before leave less of it")                             \
    X(FENCE_GIVEN_BACK, "fence given back")                                                        \
    X(FENCE_GONE, "fence gone: what was drawn goes back to everybody")                             \
    X(FENCE_FULL, "fence full: what returns stops at 10^15")                                       \
    X(FENCE_ENDED, "fence ended")                                                                  \
    X(BACKORDER, "backorder: promised beyond stock")                                               \
    X(ROOM, "room: what waits uses it up")                                                         \
    X(CLAIM, "backorder: what waits has a claim on shared stock")                                  \
    X(BACKORDER_WAIT, "backorder wait: stock covers what waits")                                   \
    X(WAIT_RELEASED, "backorder: what waits is released first")                                    \
    X(HORIZON, "horizon: the date lies beyond it")                                                 \
    X(DATE, "date: asked for, later than now")                                                     \
    X(EARLIEST, "date: the earliest is later than now")                                            \
    X(EARLIER, "date: an earlier one than the latest will do")                                     \
    X(DATED_ARRIVAL, "dated arrival: promised becomes reserved")                                   \
    X(UNIT, "unit: promisable is rounded down")                                                    \
    X(LINE_UNIT, "unit: a line is counted in another")                                             \
    X(NOT_WHOLE, "unit: a quantity does not come out whole")                                       \
    X(KIT, "kit: taken apart")                                                                     \
    X(KIT_CLOSED, "kit: closed though its components are not")                                     \
    X(KIT_PART, "kit: a part of an order, as accepted")                                            \
    X(UNTRACKED, "untracked: promised in no cell")                                                 \
    X(SUBSTITUTE, "substitute: it takes a line")                                                   \
    X(SUBSTITUTE_PAUSED, "substitute: a paused one is passed over")                                \
    X(LOCATED, "located line: filled there")                                                       \
    X(LOCATED_MISFIT, "located line: the item fits, but not there")                                \
    X(PARTIAL, "partial: a line takes less")                                                       \
    X(AT_LEAST, "partial: below at_least is nothing")                                              \
    X(MOST, "most: another order of locations")                                                    \
    X(SINGLE, "single: all of it from one location that is not the first")                         \
    X(REGION, "region: stands for its locations")                                                  \
    X(INACTIVE, "inactive: gives nothing")                                                         \
    X(NOWHERE, "nowhere: no active location")                                                      \
    X(OVERRIDE_ITEM, "override: of an item in all channels")                                       \
    X(OVERRIDE_BOTH, "override: of an item in a channel")                                          \
    X(CLOSED, "closed: nothing may be promised")                                                   \
    X(PAUSED, "paused: no new order")                                                              \
    X(CAP, "cap: shows less")                                                                      \
    X(MINIMUM, "minimum: shows 0")                                                                 \
    X(LOW, "low: the level")                                                                       \
    X(STOPS, "a sum over cells stops at 10^15")                                                    \
    X(SHORT, "short: a cell is")                                                                   \
    X(CELL_OVERFLOW, "overflow: of a sum in a cell, by an order")                                  \
    X(ALLOCATED_STOPS, "allocated stops at 0 when an order takes off more")                        \
    X(PARTS, "parts: an order by line and quantity")                                               \
    X(PARTS_SPREAD, "parts: over several locations")                                               \
    X(FOR_ORDER, "a question for an order: its own promise is free")                               \
    X(AMENDED, "amend: holds only with the old promise given back")                                \
    X(RESOURCED, "resource: a promise moves")                                                      \
    X(EXPIRED, "expired")                                                                          \
    X(FORGOTTEN, "forgotten after its retention")

enum model_rule {
#define MODEL_RULE_ENUM(NAME, TEXT) MODEL_RULE_##NAME,
    MODEL_RULES(MODEL_RULE_ENUM)
#undef MODEL_RULE_ENUM
        MODEL_RULE_COUNT
};

/* retention: as in sellable_options; 0 is the default. rules: MODEL_RULE_COUNT counters of the
 * caller's, or NULL. */
struct model *model_open(int64_t retention, uint64_t *rules);
void model_close(struct model *model);

enum sellable_status model_item_put(struct model *model, struct sellable_key key,
                                    const struct sellable_item_settings *settings,
                                    struct sellable_item *item, struct sellable_answer *answer);
enum sellable_status model_location_put(struct model *model, struct sellable_key key,
                                        const struct sellable_location_settings *settings,
                                        struct sellable_location *location,
                                        struct sellable_answer *answer);
enum sellable_status model_channel_put(struct model *model, struct sellable_key key,
                                       const struct sellable_policy *policy,
                                       struct sellable_channel *channel,
                                       struct sellable_answer *answer);
enum sellable_status model_policy_put(struct model *model, const struct sellable_scope *scope,
                                      const struct sellable_policy *policy,
                                      struct sellable_answer *answer);
enum sellable_status model_hold_put(struct model *model, struct sellable_key key, uint32_t *reason,
                                    struct sellable_answer *answer);

enum sellable_status model_item_find(const struct model *model, struct sellable_key key,
                                     struct sellable_item *item);
enum sellable_status model_location_find(const struct model *model, struct sellable_key key,
                                         struct sellable_location *location);
enum sellable_status model_channel_find(const struct model *model, struct sellable_key key,
                                        struct sellable_channel *channel);
enum sellable_status model_region_find(const struct model *model, struct sellable_key key,
                                       struct sellable_location *region);
struct sellable_key model_item_key(const struct model *model, struct sellable_item item);
struct sellable_key model_location_key(const struct model *model,
                                       struct sellable_location location);
struct sellable_key model_channel_key(const struct model *model, struct sellable_channel channel);
struct sellable_key model_hold_key(const struct model *model, uint32_t reason);
struct sellable_item model_item_next(const struct model *model, struct sellable_item after);
struct sellable_location model_location_next(const struct model *model,
                                             struct sellable_location after);
struct sellable_channel model_channel_next(const struct model *model,
                                           struct sellable_channel after);
enum sellable_status model_policy_find(const struct model *model,
                                       const struct sellable_scope *scope,
                                       struct sellable_policy *policy,
                                       struct sellable_location *locations, uint32_t capacity);
enum sellable_status model_item_look(const struct model *model, struct sellable_item item,
                                     struct sellable_item_view *view);
enum sellable_status model_location_look(const struct model *model,
                                         struct sellable_location location,
                                         struct sellable_location_view *view);

enum sellable_status model_apply(struct model *model, const struct sellable_event *event,
                                 struct sellable_answer *answer);

enum sellable_status model_reserve(struct model *model, const struct sellable_order *order,
                                   struct sellable_answer *answer);
enum sellable_status model_amend(struct model *model, const struct sellable_order *order,
                                 struct sellable_answer *answer);
enum sellable_status model_confirm(struct model *model, struct sellable_key order,
                                   struct sellable_answer *answer);
enum sellable_status model_extend(struct model *model, struct sellable_key order,
                                  int64_t expires_at, struct sellable_answer *answer);
enum sellable_status model_release(struct model *model, struct sellable_key order,
                                   const struct sellable_part *parts, uint32_t part_count,
                                   struct sellable_answer *answer);
enum sellable_status model_allocate(struct model *model, struct sellable_key order,
                                    const struct sellable_part *parts, uint32_t part_count,
                                    struct sellable_answer *answer);
enum sellable_status model_deallocate(struct model *model, struct sellable_key order,
                                      const struct sellable_part *parts, uint32_t part_count,
                                      struct sellable_answer *answer);
enum sellable_status model_ship(struct model *model, struct sellable_key order,
                                const struct sellable_part *parts, uint32_t part_count,
                                struct sellable_answer *answer);
enum sellable_status model_resource(struct model *model, const struct sellable_move *move,
                                    struct sellable_answer *answer);

enum sellable_status model_advance(struct model *model, int64_t now,
                                   struct sellable_answer *answer);
int64_t model_now(const struct model *model);

enum sellable_status model_available(const struct model *model,
                                     const struct sellable_question *question,
                                     struct sellable_availability *availability);
/* because, binds, component, location and missing are left alone: they are said in words by the
 * engine, and tested by moving the term. */
enum sellable_status model_explain(const struct model *model,
                                   const struct sellable_question *question,
                                   struct sellable_explanation *explanation);
/* What would be published if one term of an explanation were moved so far towards more, of stock and
 * fences at a location. The model is left as it was. */
struct model_nudge {
    enum sellable_binding binding;
    struct sellable_location location;
    int64_t by;
};
int64_t model_would_publish(struct model *model, const struct sellable_question *question,
                            const struct model_nudge *nudge);
enum sellable_status model_cell(const struct model *model, const struct sellable_place *place,
                                struct sellable_cell *cell);
enum sellable_status model_order(const struct model *model, struct sellable_key key,
                                 struct sellable_order_view *view);
enum sellable_status model_orders(struct model *model, const struct sellable_selection *selection,
                                  int (*visit)(void *context,
                                               const struct sellable_order_view *order),
                                  void *context);
enum sellable_status model_waiting(struct model *model, const struct sellable_selection *selection,
                                   int (*visit)(void *context,
                                                const struct sellable_waiting *waiting),
                                   void *context);

/* items and orders only: how it keeps them is no matter. */
void model_memory(const struct model *model, struct sellable_memory *memory);

#endif
