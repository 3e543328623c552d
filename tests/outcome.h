/* SPDX-License-Identifier: Apache-2.0
 *
 * From a call of a stream to the records it is made with, and from an answer to an outcome.
 *
 * Engine and reference model give handles of their own. Both are called with the same records but
 * for these, and an answer is brought into a list of named figures, with numbers of the stream
 * instead of handles, to be compared. */
#ifndef SELLABLE_TESTS_OUTCOME_H
#define SELLABLE_TESTS_OUTCOME_H

#include "stream.h"

enum {
    PLACES = ITEMS * LOCATIONS,
    MISFITS = 2 * PLACES,
    FIGURES = 6000,
    BOGUS_HANDLE = 1000000000,
    NO_HANDLE = -2,    /* 0 */
    OTHER_HANDLE = -1, /* of nothing that the stream made */
    RUBBISH = 0xa5
};

struct figure {
    const char *what;
    int64_t value;
};

/* All that was answered, where the header says something. */
struct outcome {
    int status;
    const char *field;
    uint32_t count; /* beyond FIGURES they are mixed into the last */
    struct figure figures[FIGURES];
};

/* The handles of one side, by number. */
struct handles {
    uint32_t items[THINGS];
    uint32_t locations[THINGS];
    uint32_t channels[THINGS];
    uint32_t regions[REGIONS];
    uint32_t sources[THINGS];
};

/* The records that a call is made with. */
struct input {
    struct sellable_event event;
    struct sellable_order order;
    struct sellable_line lines[SELLABLE_LINES_MAX + 1];
    struct sellable_substitute substitutes[CALL_LINES][SELLABLE_SUBSTITUTES_MAX + 1];
    struct sellable_part parts[SELLABLE_LINES_MAX + 1];
    struct sellable_move move;
    struct sellable_question question;
    struct sellable_place place;
    struct sellable_scope scope;
    struct sellable_selection selection;
    struct sellable_policy policy;
    struct sellable_location locations[CALL_LOCATIONS];
    struct sellable_item_settings item_settings;
    struct sellable_unit units[SELLABLE_UNITS_MAX + 1];
    struct sellable_component components[SELLABLE_COMPONENTS_MAX + 1];
    struct sellable_location_settings location_settings;
    struct sellable_ownership ownership;
    struct sellable_owner owners[CALL_OWNERS];
    struct sellable_answer answer;
    struct sellable_placement plan[PLACES];
    struct sellable_misfit misfits[MISFITS];
};

uint32_t outcome_at_most(uint32_t count, uint32_t limit);

void outcome_add(struct outcome *outcome, const char *what, int64_t value);
/* The bytes of a key or of words, as one figure. */
void outcome_add_text(struct outcome *outcome, const char *what, struct sellable_key key);
/* All of so many bytes are rubbish still. */
void outcome_add_untouched(struct outcome *outcome, const void *bytes, size_t size);

/* Numbers instead of handles. */
int64_t outcome_item(const struct handles *handles, struct sellable_item item);
int64_t outcome_location(const struct handles *handles, struct sellable_location location);
int64_t outcome_channel(const struct handles *handles, struct sellable_channel channel);
int64_t outcome_source(const struct handles *handles, struct sellable_source source);

/* A handle by a number, also of what was never made. */
struct sellable_item outcome_item_handle(const struct handles *handles, uint32_t item);
struct sellable_location outcome_location_handle(const struct handles *handles, uint32_t location);
struct sellable_source outcome_source_handle(const struct handles *handles, uint32_t source);

/* The records of a call; what is to be set by it is filled with rubbish. */
void outcome_fill(const struct call *call, const struct handles *handles, struct input *input);

/* With this status the header promises a field and a reason. */
bool outcome_names_field(int status);

/* What was answered to a change, outcome->status being known already. */
void outcome_read(const struct call *call, const struct handles *handles, const struct input *input,
                  struct outcome *outcome);

#endif
