/* SPDX-License-Identifier: Apache-2.0
 *
 * Drafts put into effect: as events, as the direct calls that they stand for, or in place of a
 * refused one; and what is answered. */
#ifndef SELLABLE_PYTHON_CHANGE_H
#define SELLABLE_PYTHON_CHANGE_H

#include "draft.h"

enum sbl_how { SBL_EVENT, SBL_DIRECT, SBL_REPLAY };

/* One change of an engine that somebody is inside of. */
struct sbl_change {
    sbl_engine *self;
    struct sbl_state *state;
    struct sellable *engine;
    struct sbl_scratch *scratch;
    const struct sbl_draft *draft;
    enum sbl_how how;
    uint64_t exception; /* REPLAY: in place of which */
    uint32_t handle;    /* of the master that was made, if it is DIRECT */
};

/* Room for all of a plan, and for what does not fit. 0, or -1. */
int sbl_answer_room(const struct sbl_change *change, struct sellable_answer *answer);

/* Decided: the status, or -1 with an exception set. */
int sbl_change_make(struct sbl_change *change, struct sellable_answer *answer);

/* Makes a plan whole that is larger than it could be when room was made. The status, or -1. */
int sbl_change_complete(struct sbl_change *change, int status, struct sellable_answer *answer);

/* An Answer, a handle, or an exception that is not raised; *refused says which. */
PyObject *sbl_change_result(const struct sbl_change *change, enum sellable_status status,
                            const struct sellable_answer *answer, bool *refused);

/* All of it, for one draft: an Answer or a handle, or NULL. */
PyObject *sbl_change(struct sbl_change *change);

/* An Answer that says no more than where it stands in the log. */
PyObject *sbl_plain_answer(struct sbl_state *state, const struct sellable_answer *answer);


#endif
