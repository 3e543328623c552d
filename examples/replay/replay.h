/* SPDX-License-Identifier: Apache-2.0
 *
 * What the answers to all types of lines share: the engine, the output, room for what calls take
 * and give, and the forms that stand in several answers. */
#ifndef REPLAY_REPLAY_H
#define REPLAY_REPLAY_H

#include "fields.h"
#include "lines.h"
#include "text.h"

/* Of what has a limit, one more is handed on: then the library refuses it, in its own words. */
enum {
    SOURCES_MAX = 65535, /* the header has no name for it */
    LOCATIONS_ROOM = SELLABLE_LOCATIONS_MAX + 1,
    OWNERS_ROOM = SOURCES_MAX + 1,
    LINES_ROOM = SELLABLE_LINES_MAX + 1,
    SUBSTITUTES_ROOM = SELLABLE_SUBSTITUTES_MAX + 1,
    COMPONENTS_ROOM = SELLABLE_COMPONENTS_MAX + 1,
    UNITS_ROOM = SELLABLE_UNITS_MAX + 1
};

/* For so many placements there is room from the start: a longer plan is asked for once more. */
enum { PLAN_ROOM = 16384 };

/* An entry of a cell's dated promises, with its order; the key's bytes are here. */
struct dated {
    int64_t due;
    int64_t quantity;
    uint64_t order_size;
    char order[SELLABLE_KEY_MAX];
};

/* One of a list that is to be told by key: its place in the list as it came. */
struct named {
    struct sellable_key key;
    uint32_t place;
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
    struct sellable_change *changes;
    struct sellable_channel_stats *channels;
    struct sellable_source_stats *sources;
    struct named *named;
    char *because;
    char *metrics;
    size_t plan_capacity, misfit_capacity, order_line_capacity, fence_capacity, schedule_capacity,
        term_capacity, dated_capacity, change_capacity, channel_capacity, source_capacity,
        named_capacity, because_capacity, metrics_capacity;
};

/* What the records of a line lead to, while it is answered. */
struct arrays {
    struct sellable_location locations[LOCATIONS_ROOM];
    struct sellable_owner owners[OWNERS_ROOM];
    struct sellable_unit units[UNITS_ROOM];
    struct sellable_component components[COMPONENTS_ROOM];
    struct sellable_line lines[LINES_ROOM];
    struct sellable_substitute substitutes[LINES_ROOM][SUBSTITUTES_ROOM];
    struct sellable_part parts[LINES_ROOM];
    struct sellable_order order;
    struct sellable_item_settings item_settings;
    struct sellable_location_settings location_settings;
    struct sellable_policy policy;
    struct sellable_ownership ownership;
};

/* An answer that is written, and not given out yet. */
struct answered {
    int64_t line;
    size_t end;        /* of it in the output */
    uint64_t position; /* its effect, and what that rests on; 0: it has none */
};

struct replay {
    struct sellable *engine;
    struct sellable_worker *worker;
    bool has_store;
    bool log_failed;
    int64_t line;      /* from 1 */
    struct line input; /* the line itself */
    struct text out;
    enum sellable_status status;   /* of the answer that was begun last */
    uint64_t position;             /* that the library named for it; 0: none */
    struct answered *answered;     /* of a store: since answers were given out last */
    size_t answered_count, answered_capacity;
    size_t answered_bytes;         /* of the lines that they answer */
    struct text scratch; /* for parsing */
    struct text content; /* the text of an event */
    struct fault fault;
    struct room room;
    struct arrays arrays;
};

/* Answer a line of one type. */
typedef void answer_function(struct replay *replay, const struct fields *in);

answer_function answer_advance, answer_available, answer_explain, answer_cell, answer_order,
    answer_orders, answer_waiting, answer_exceptions, answer_replay, answer_discard, answer_changes,
    answer_shortages, answer_audit, answer_stats, answer_checkpoint;

/* What available and explain ask: item, channel, and perhaps a date and an order. */
struct sellable_question read_question(const struct fields *in);

/* ---- the store ------------------------------------------------------------------------------- */

/* Open the engine: of a directory, or (NULL) in memory alone. */
void open_engine(struct replay *replay, const char *directory);

/* The position of the last change. An answer that begins there is noted at its end. */
uint64_t begin_effect(struct replay *replay);
void note_effect(struct replay *replay, uint64_t begin);

/* There was no space for a change; now there is more. False: nothing is left to wait for. */
bool wait_for_space(struct replay *replay);

/* Give out all answers, once all of their effects are durable. */
void give_out(struct replay *replay);

/* Are there so many answers that they should be given out? */
bool is_time_to_give_out(const struct replay *replay);

/* Write a checkpoint, or end the program. */
void write_checkpoint(struct replay *replay);

/* ---- events ---------------------------------------------------------------------------------- */

/* Read the fields of an event; its faults are noted in `in`. */
void read_event(struct replay *replay, const struct fields *in, uint32_t type,
                struct sellable_event *event);

/* Apply the event that the line is, and answer. */
void answer_event(struct replay *replay, const struct fields *in, uint32_t type);

/* The same of an event that is not the line itself but takes the place of an exception. */
void answer_mended_event(struct replay *replay, const struct fields *in, uint64_t exception);

/* Read the fields of one type into an event. */
typedef void read_function(struct replay *replay, const struct fields *in,
                           struct sellable_event *event);

read_function read_balance, read_on_hand_set, read_on_hand_adjust, read_held, read_ring_fence,
    read_schedule, read_receipt, read_transfer_ship, read_transfer_receive, read_return_receive,
    read_return_disposition;
read_function read_reserve, read_amend, read_confirm, read_extend, read_release,
    read_parts_of_order, read_resource;
read_function read_item, read_location, read_channel, read_policy, read_hold, read_owner,
    read_source;

/* Answer with the plan of an order, or with what did not fit. */
void answer_plan(struct replay *replay, enum sellable_status status,
                 const struct sellable_answer *answer);
void answer_misfits(struct replay *replay, const struct sellable_answer *answer);

/* An answer with room for at least so many. */
struct sellable_answer new_answer(struct replay *replay, uint32_t placements, uint32_t misfits);

/* The library counts the units and components of an item, in JSON they have names. */
void answer_item_refusal(struct replay *replay, enum sellable_status status,
                         const struct sellable_answer *answer);

/* ---- answers --------------------------------------------------------------------------------- */

/* What every answer begins with; put_close(&replay->out, '}') ends it. */
void begin_answer(struct replay *replay, enum sellable_status status);

/* If a field was found wrong, that is the answer, and the line is done. */
bool refused(struct replay *replay);

/* The path of the field that was found wrong, terminated. */
const char *fault_field(struct fault *fault);

/* A status, with a field's path and a reason, where there are; NULL: none. */
void answer_field(struct replay *replay, enum sellable_status status, const char *field,
                  const char *reason);

/* A status with the field that the library names, as it is named in JSON. `key` is the name that
 * the call's own key has there. */
void answer_refusal(struct replay *replay, enum sellable_status status,
                    const struct sellable_answer *answer, const char *key);

/* The same of a question, which has but one field that each status can mean. */
void answer_question_refusal(struct replay *replay, enum sellable_status status);

/* < 0, 0 or > 0: by their bytes. */
int compare_keys(struct sellable_key a, struct sellable_key b);

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
