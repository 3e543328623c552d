/* SPDX-License-Identifier: Apache-2.0
 *
 * What the answers to all types of lines share: the engine, the output, room for what calls take
 * and give, and the forms that stand in several answers. */
#ifndef REPLAY_REPLAY_H
#define REPLAY_REPLAY_H

#include "fields.h"
#include "text.h"

/* Of what has a limit, one more is handed on: then the library refuses it, in its own words. */
enum {
    LOCATIONS_ROOM = SELLABLE_LOCATIONS_MAX + 1,
    LINES_ROOM = SELLABLE_LINES_MAX + 1,
    SUBSTITUTES_ROOM = SELLABLE_SUBSTITUTES_MAX + 1,
    COMPONENTS_ROOM = SELLABLE_COMPONENTS_MAX + 1,
    UNITS_ROOM = SELLABLE_UNITS_MAX + 1
};

/* An entry of a cell's dated promises, with its order; the key's bytes are here. */
struct dated {
    int64_t due;
    int64_t quantity;
    uint64_t order_size;
    char order[SELLABLE_KEY_MAX];
};

/* Arrays that grow with what was asked for most. */
struct room {
    struct sellable_placement *plan;
    struct sellable_misfit *misfits;
    struct sellable_order_line *order_lines;
    struct sellable_fence *fences;
    struct sellable_scheduled *schedule;
    struct sellable_term *terms;
    struct dated *dated;
    char *because;
    size_t plan_capacity, misfit_capacity, order_line_capacity, fence_capacity, schedule_capacity,
        term_capacity, dated_capacity, because_capacity;
};

struct replay {
    struct sellable *engine;
    struct sellable_worker *worker;
    int64_t line; /* from 1 */
    struct text out;
    struct fault fault;
    struct room room;
    struct sellable_location locations[LOCATIONS_ROOM];
    struct sellable_unit units[UNITS_ROOM];
    struct sellable_component components[COMPONENTS_ROOM];
    struct sellable_line lines[LINES_ROOM];
    struct sellable_substitute substitutes[LINES_ROOM][SUBSTITUTES_ROOM];
    struct sellable_part parts[LINES_ROOM];
};

/* Answer a line of one type. `number` tells types apart that share a function. */
typedef void answer_function(struct replay *replay, const struct fields *in, int number);

answer_function answer_item, answer_location, answer_channel, answer_policy, answer_hold;
answer_function answer_event;
answer_function answer_reserve, answer_amend, answer_resource, answer_extend, answer_confirm,
    answer_parts;
answer_function answer_advance, answer_available, answer_cell, answer_order, answer_orders,
    answer_waiting;
answer_function answer_explain;

/* What available and explain ask: item, channel, and perhaps a date and an order. */
struct sellable_question read_question(const struct fields *in);

/* The calls that act on parts of an order. */
enum { ALLOCATE, DEALLOCATE, SHIP, RELEASE };

/* ---- answers --------------------------------------------------------------------------------- */

/* What every answer begins with; put_close(&replay->out, '}') ends it. */
void begin_answer(struct replay *replay, enum sellable_status status);

/* If a field was found wrong, that is the answer, and the line is done. */
bool refused(struct replay *replay);

/* A status, with a field's path and a reason, where there are; NULL: none. */
void answer_field(struct replay *replay, enum sellable_status status, const char *field,
                  const char *reason);

/* A status with the field that the library names, as it is named in JSON. `key` is the name that
 * the call's own key has there. */
void answer_refusal(struct replay *replay, enum sellable_status status,
                    const struct sellable_answer *answer, const char *key);

/* The same of a question, which has but one field that each status can mean. */
void answer_question_refusal(struct replay *replay, enum sellable_status status);

/* ---- what stands in several answers ---------------------------------------------------------- */

/* Everything of a cell; its arrays are in the room until the next call. */
enum sellable_status look_at_cell(struct replay *replay, struct sellable_place *place,
                                  struct sellable_cell *cell);
void put_held(struct replay *replay, const struct sellable_cell *cell);
void put_schedule(struct replay *replay, const struct sellable_cell *cell);

/* The fences, of which that of `channel` (if it is given) has `quantity` left. */
void put_fences(struct replay *replay, const struct sellable_cell *cell,
                struct sellable_channel channel, int64_t quantity);

/* The dated promises, but for those of the order `except`. */
void put_promised(struct replay *replay, struct sellable_place place,
                  const struct sellable_cell *cell, struct sellable_key except);

#endif
