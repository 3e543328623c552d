/* SPDX-License-Identifier: Apache-2.0
 *
 * From a call of a stream to the records it is made with, and from an answer to an outcome.
 *
 * Engine and reference model give handles of their own. Both are called with the same records but
 * for these, and an answer is brought into a form without them (an outcome) to be compared. */
#ifndef SELLABLE_TESTS_OUTCOME_H
#define SELLABLE_TESTS_OUTCOME_H

#include "stream.h"

enum { PLACES = ITEMS * LOCATIONS, BOGUS_HANDLE = 1000000000 };

/* An answer with numbers of the stream instead of handles; all 0 where the header says nothing. */
struct outcome {
    int status;
    uint32_t line;
    const char *field;
    bool has_reason;
    uint32_t plan_count;
    uint32_t misfit_count;
    int64_t handle; /* of a put or find: the number of what it stands for */
    int64_t date;
    int64_t variance;
    int64_t actual;
    union {
        struct {
            struct sellable_placement plan[PLACES];
            struct sellable_misfit misfits[ITEMS];
        } answer;
        struct sellable_availability availability;
        struct sellable_cell cell;
        struct {
            struct sellable_order_view head;
            struct sellable_order_line lines[PLACES];
        } order;
        struct {
            struct sellable_explanation head;
            struct sellable_term terms[LOCATIONS];
        } explanation;
    } of;
};

/* The handles of one side, by number. */
struct handles {
    uint32_t items[THINGS];
    uint32_t locations[THINGS];
    uint32_t channels[THINGS];
};

/* The records that a call is made with. */
struct input {
    struct sellable_event event;
    struct sellable_order order;
    struct sellable_line lines[SELLABLE_LINES_MAX + 1];
    struct sellable_question question;
    struct sellable_place place;
    struct sellable_policy policy;
    struct sellable_location locations[CALL_LOCATIONS];
    struct sellable_answer answer;
    struct sellable_placement plan[PLACES];
    struct sellable_misfit misfits[ITEMS];
};

uint32_t outcome_at_most(uint32_t count, uint32_t limit);

/* The number of the thing that a handle stands for; -1: of none. */
int64_t outcome_number_of(const uint32_t *handles, uint32_t handle);

/* The records of a call; what is to be set by it is filled with rubbish. */
void outcome_fill(const struct call *call, const struct handles *handles, struct input *input);

/* What was answered, outcome->status being known already. */
void outcome_read(const struct call *call, const struct handles *handles, const struct input *input,
                  struct outcome *outcome);

/* Numbers instead of the handles of a plan's entry or the like. */
void outcome_place(const struct handles *handles, struct sellable_item *item,
                   struct sellable_location *location);

/* What a put or find gave, as a number; a handle that was given is remembered. */
int64_t outcome_learn(uint32_t *handles, bool put, uint32_t thing, int status, uint32_t handle);

#endif
