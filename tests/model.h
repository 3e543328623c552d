/* SPDX-License-Identifier: Apache-2.0
 *
 * The reference model: the calls of sellable.h, answered slowly and obviously, for one thread.
 *
 * Kept is what was said, what was promised and what was told, nothing that follows from it: what a
 * cell has reserved is added up over the orders each time it is asked for; what a channel is to be
 * told is worked out for every item each time it asks; a view is a copy of all. The functions have
 * the names, the records and the statuses of sellable.h, without workers. Memory that cannot be had
 * ends the test, so no_memory is never answered. Its handles are its own: 1, 2, 3, .. as things are
 * made. It is made for few things (model_kept.h), so the limits of masters are not in it. */
#ifndef SELLABLE_TESTS_MODEL_H
#define SELLABLE_TESTS_MODEL_H

#include "sellable.h"

#include <stdbool.h>

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
    X(FORGOTTEN, "forgotten after its retention")                                                  \
    X(ID_DUPLICATE, "id: applied before")                                                          \
    X(ID_CONFLICT, "id: applied before, with other content")                                       \
    X(ID_ANOTHER_SOURCE, "id: applied before, from another source")                                \
    X(ID_FORGOTTEN, "id: forgotten after its retention")                                           \
    X(IDS_FULL, "id: as many as can be are remembered")                                            \
    X(SEQ_STALE, "seq: at or below the last")                                                      \
    X(SEQ_GAP, "seq: a gap is counted")                                                            \
    X(SEQ_NO_SOURCE, "seq: without a source it is not looked at")                                  \
    X(OWNER_TYPE_THERE, "owner: of the event type at the location")                                \
    X(OWNER_TYPE, "owner: of the event type everywhere")                                           \
    X(OWNER_QUANTITY_THERE, "owner: of the quantity at the location")                              \
    X(OWNER_QUANTITY, "owner: of the quantity everywhere")                                         \
    X(OWNER_GOES_BEFORE, "owner: a rule that goes before another decides otherwise")               \
    X(OWNER_NOBODY, "owner: nobody may")                                                           \
    X(OWNER_NO_SOURCE, "owner: no source is none")                                                 \
    X(OWNER_UNSET, "owner: a rule is taken back")                                                  \
    X(EXPECTED, "expected: it is another quantity")                                                \
    X(EXPECTED_MET, "expected: it is that quantity")                                               \
    X(MOVEMENT_IN_BALANCE, "movement in the balance already")                                      \
    X(SHIP_IN_BALANCE, "movement in the balance already: of an order")                             \
    X(SHIP_IN_SOME, "movement in the balance already: of an order, at some of its cells")          \
    X(MOVEMENT_ON_TOP, "late movement stays on top")                                               \
    X(MOVEMENT_COVERED, "movement covered by a balance")                                           \
    X(MOVEMENT_AT_AS_OF, "movement at the very instant of a balance")                              \
    X(MOVEMENT_SENT_LATE, "movement with an `at` before now, not in any balance")                  \
    X(BALANCE_BY_AT, "balance of the instant `at`")                                                \
    X(BALANCE_OF_NOW, "balance of now")                                                            \
    X(AS_OF_STALE, "as_of older than the cell's last")                                             \
    X(AS_OF_EQUAL, "as_of that of the cell's last")                                                \
    X(AS_OF_OLD, "as_of older than the retention")                                                 \
    X(AS_OF_AHEAD, "as_of too far ahead")                                                          \
    X(AT_AHEAD, "at too far ahead")                                                                \
    X(NO_TIME_YET, "nothing is too far ahead before a time is given")                              \
    X(ENTRY_LOWERED, "entry lowered")                                                              \
    X(ENTRY_TO_NOTHING, "entry lowered to nothing")                                                \
    X(ENTRY_BEYOND, "entry lowered to nothing, and more came")                                     \
    X(ENTRY_DEMAND, "entry that is demand stays")                                                  \
    X(ENTRY_NONE, "receipt of what was not scheduled")                                             \
    X(RECEIPT_HELD, "receipt into a hold")                                                         \
    X(TRANSFER_KNOWN, "transfer: its key is known")                                                \
    X(TRANSFER_REPLACES, "transfer: replaces an entry of its key")                                 \
    X(TRANSFER_PART, "transfer: received in parts")                                                \
    X(TRANSFER_BEYOND, "transfer: more comes than was sent")                                       \
    X(TRANSFER_DONE, "transfer: all has come")                                                     \
    X(TRANSFER_UNKNOWN, "transfer: nothing of that key was sent")                                  \
    X(TRANSFER_CHECKED, "transfer: still on its way when it might be forgotten")                   \
    X(TRANSFER_FORGOTTEN, "transfer: forgotten")                                                   \
    X(RETURN_MORE, "return: more is taken out of inspection than there is")                        \
    X(EXCEPTION_LOST, "exception: the oldest leaves")                                              \
    X(EXCEPTION_CONTENT, "exception: kept as the sender's bytes")                                  \
    X(EXCEPTION_PUT, "exception: of what is no record")                                            \
    X(REPLAY_APPLIED, "exception: replayed as it was")                                             \
    X(REPLAY_MENDED, "exception: mended and replayed")                                             \
    X(REPLAY_OLD_SEQ, "exception: replayed though its seq is stale")                               \
    X(REPLAY_DUPLICATE, "exception: replayed, and a duplicate")                                    \
    X(REPLAY_REFUSED, "exception: replayed, and refused again")                                    \
    X(REPLAY_NO_RECORD, "exception: cannot be replayed as it was")                                 \
    X(EXCEPTION_DISCARDED, "exception: discarded")                                                 \
    X(EXCEPTION_IMPACT, "exception: goes before older ones by its impact")                         \
    X(TOLD_FIRST, "told: for the first time")                                                      \
    X(TOLD_AGAIN, "told: another figure than before")                                              \
    X(TOLD_BY_TIME, "told: since time went on, and for nothing else")                              \
    X(TOLD_TO_0, "told: 0 at once, whatever interval and step say")                                \
    X(TOLD_FROM_0, "told: from 0 it needs no step")                                                \
    X(TOLD_LEVEL, "told: another level needs no step")                                             \
    X(TOLD_INTERVAL, "told: not before the interval is over")                                      \
    X(TOLD_STEP, "told: not for less than a step")                                                 \
    X(TOLD_AT_LAST, "told: what interval or step held back before")                                \
    X(TOLD_CAME_BACK, "told: nothing of what is again as it was told")                             \
    X(TOLD_PAUSED, "told: nothing while paused")                                                   \
    X(TOLD_CLOSED, "told: 0 of what is closed")                                                    \
    X(TOLD_KIT, "told: of a kit")                                                                  \
    X(TOLD_UNTRACKED, "told: of an item that is not tracked")                                      \
    X(TOLD_MORE, "told: there is no room for all")                                                 \
    X(OWED, "owed: what was told after a position")                                                \
    X(OWED_NOTHING, "owed: nothing by a position that is not an earlier one")                      \
    X(OWED_UNCHANGED, "owed: told again though it is the same")                                    \
    X(OWED_HELD_BACK, "owed: told again though interval or step would hold it back")               \
    X(OWED_PAUSED, "owed: not told while paused")                                                  \
    X(OWED_LEFT, "owed: told by a later question")                                                 \
    X(OWED_BEFORE, "owed: goes before others with a smaller key")                                  \
    X(SHORTAGE_SOME, "shortage: not all orders of the cell are at risk")                           \
    X(SHORTAGE_NOBODY, "shortage: no order is at risk")                                            \
    X(SHORTAGE_RANK, "shortage: a lower precedence goes before a later order")                     \
    X(SHORTAGE_INACTIVE, "shortage: at a location that is not active")

enum model_rule {
#define MODEL_RULE_ENUM(NAME, TEXT) MODEL_RULE_##NAME,
    MODEL_RULES(MODEL_RULE_ENUM)
#undef MODEL_RULE_ENUM
        MODEL_RULE_COUNT
};

/* Read of options: retention, ahead, event_ids, exceptions. rules: MODEL_RULE_COUNT counters of the
 * caller's, or NULL. */
struct model *model_open(const struct sellable_options *options, uint64_t *rules);
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
enum sellable_status model_source_put(struct model *model, struct sellable_key key,
                                      const int64_t *max_lag, struct sellable_source *source,
                                      struct sellable_answer *answer);
enum sellable_status model_owner_put(struct model *model,
                                     const struct sellable_ownership *ownership,
                                     struct sellable_answer *answer);

enum sellable_status model_item_find(const struct model *model, struct sellable_key key,
                                     struct sellable_item *item);
enum sellable_status model_location_find(const struct model *model, struct sellable_key key,
                                         struct sellable_location *location);
enum sellable_status model_channel_find(const struct model *model, struct sellable_key key,
                                        struct sellable_channel *channel);
enum sellable_status model_source_find(const struct model *model, struct sellable_key key,
                                       struct sellable_source *source);
enum sellable_status model_region_find(const struct model *model, struct sellable_key key,
                                       struct sellable_location *region);
struct sellable_key model_item_key(const struct model *model, struct sellable_item item);
struct sellable_key model_location_key(const struct model *model,
                                       struct sellable_location location);
struct sellable_key model_channel_key(const struct model *model, struct sellable_channel channel);
struct sellable_key model_source_key(const struct model *model, struct sellable_source source);
struct sellable_key model_hold_key(const struct model *model, uint32_t reason);
struct sellable_item model_item_next(const struct model *model, struct sellable_item after);
struct sellable_location model_location_next(const struct model *model,
                                             struct sellable_location after);
struct sellable_channel model_channel_next(const struct model *model,
                                           struct sellable_channel after);
struct sellable_source model_source_next(const struct model *model, struct sellable_source after);
enum sellable_status model_policy_find(const struct model *model,
                                       const struct sellable_scope *scope,
                                       struct sellable_policy *policy,
                                       struct sellable_location *locations, uint32_t capacity);
enum sellable_status model_item_look(const struct model *model, struct sellable_item item,
                                     struct sellable_item_view *view);
enum sellable_status model_location_look(const struct model *model,
                                         struct sellable_location location,
                                         struct sellable_location_view *view);
enum sellable_status model_source_look(const struct model *model, struct sellable_source source,
                                       struct sellable_source_view *view);

enum sellable_status model_apply(struct model *model, const struct sellable_event *event,
                                 struct sellable_answer *answer);
enum sellable_status
    model_exceptions(struct model *model, const struct sellable_exception_selection *selection,
                     int (*visit)(void *context, const struct sellable_exception *exception),
                     void *context);
enum sellable_status model_exception_put(struct model *model, const struct sellable_event *event,
                                         enum sellable_status status, const char *field,
                                         const char *reason, struct sellable_answer *answer);
enum sellable_status model_exception_replay(struct model *model, uint64_t number,
                                            const struct sellable_event *event,
                                            struct sellable_answer *answer);
enum sellable_status model_exception_discard(struct model *model, uint64_t number,
                                             struct sellable_answer *answer);
void model_exception_counts(const struct model *model, struct sellable_exception_counts *counts);

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
/* What would be published if one term of an explanation were moved so far towards more, of stock
 * and fences at a location. The model is left as it was. */
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

enum sellable_status model_shortages(struct model *model,
                                     int (*visit)(void *context,
                                                  const struct sellable_shortage *shortage),
                                     void *context);

enum sellable_status model_changes(struct model *model, struct sellable_changes *changes);
/* All that `full` covers of what was told, as one number. */
uint64_t model_told_sum(const struct model *model);

/* Another model of this instant; its figures for operations begin anew. Rules are counted
 * together. */
struct model *model_fork(const struct model *model);

/* A view is a model of its instant, that nobody changes; the caller closes it as a model. NULL is
 * one that is closed. */
enum sellable_status model_view_availability(struct model *view,
                                             const struct sellable_channel *channels,
                                             uint32_t channel_count,
                                             struct sellable_cursor *cursor,
                                             struct sellable_availability_columns *columns);
enum sellable_status model_view_cells(struct model *view, struct sellable_cursor *cursor,
                                      struct sellable_cell_columns *columns);
enum sellable_status model_view_orders(struct model *view, struct sellable_cursor *cursor,
                                       struct sellable_order_columns *columns);

/* All figures for operations, but for has_untold and untold_since. */
enum sellable_status model_stats(const struct model *model, struct sellable_stats *stats);
/* Something would be told to the channel, if it asked now; since when at the latest, of what an
 * earlier call of this function found. */
bool model_has_untold(struct model *model, struct sellable_channel channel, int64_t *since);

/* What there is of each kind: how it is kept is no matter. */
void model_memory(const struct model *model, struct sellable_memory *memory);

#endif
