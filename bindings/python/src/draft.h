/* SPDX-License-Identifier: Apache-2.0
 *
 * A draft is one event with all that it leads to, read out of keywords or a mapping: a field after
 * the other, by one table of fields and one of the types that have them. The direct calls (reserve,
 * item ...) are made of drafts, too. And the way back: an event as a dict. */
#ifndef SELLABLE_PYTHON_DRAFT_H
#define SELLABLE_PYTHON_DRAFT_H

#include "native.h"

/* A quantity that is no whole number, until the item's units are looked at. */
struct sbl_fraction {
    int64_t numerator;
    int64_t denominator; /* 0: it is whole */
};

struct sbl_draft {
    struct sellable_event event;
    struct sellable_order order;
    struct sellable_item_settings item;
    struct sellable_location_settings location;
    struct sellable_policy policy;
    struct sellable_ownership ownership;
    struct sbl_fraction fraction; /* of event.quantity */
    uint64_t given;               /* by place in the form of its type */
    bool direct;                  /* no event, but the call itself: it has no origin */
    bool listed;                  /* owners were given as a list */
    bool looked;                  /* it rests on what the engine knew when it was read */
};

/* What a draft is read with. */
struct sbl_reading {
    struct sbl_state *state;
    const struct sellable *engine;
    struct sbl_scratch *scratch;
};

/* The names of fields, interned; by the module. */
int sbl_drafts_load(struct sbl_state *state);
/* {type: (field, ...)}: all, or those that must be given. */
PyObject *sbl_event_fields(bool required);

/* The number of an event type by its name; 0 with an exception set. */
uint32_t sbl_to_type(struct sbl_state *state, PyObject *name);

void sbl_draft_open(struct sbl_draft *draft, uint32_t type);
/* By name; 0, or -1. What the value leads to is kept by the scratch, not the value itself. */
int sbl_draft_set(const struct sbl_reading *reading, struct sbl_draft *draft, PyObject *name,
                  PyObject *value);
/* By place in the form of its type. */
int sbl_draft_put(const struct sbl_reading *reading, struct sbl_draft *draft, Py_ssize_t place,
                  PyObject *value);
/* All that must be there is; fractions are settled. Nothing is pointed at before that. */
int sbl_draft_finish(const struct sbl_reading *reading, struct sbl_draft *draft);

/* The same in one go. Of a vectorcall, whose positional arguments are the form's first fields;
 * `limit`: at most so many, and -1: all that are required. `skip`: keywords to be left out at their
 * front. And of a mapping, perhaps with a "type". */
int sbl_draft_of_arguments(const struct sbl_reading *reading, struct sbl_draft *draft,
                           PyObject *const *arguments, Py_ssize_t count, PyObject *names);
int sbl_draft_of_mapping(const struct sbl_reading *reading, struct sbl_draft *draft,
                         PyObject *mapping);

/* Where the plain values of a field lie, for who writes them row by row (columns). */
enum sbl_slot_kind { SBL_SLOT_NONE, SBL_SLOT_KEY, SBL_SLOT_THING, SBL_SLOT_NUMBER, SBL_SLOT_TIME };
struct sbl_slot {
    const char *name;
    enum sbl_slot_kind kind; /* NONE: its values lead to more than one place */
    enum sbl_thing thing;    /* of THING */
    bool required;
    bool never_zero;         /* 0 is to be written as -1 */
    uint16_t at;             /* the key or the number, within struct sbl_draft */
    uint16_t other;          /* of THING the handle; else has_..., to be 1; 0: there is none */
    uint16_t set;            /* the word of a setting, to get `bit`; 0: it is none */
    uint32_t bit;
};
/* By name; the field counts as given from then on. 0, or -1. */
int sbl_draft_slot(const struct sbl_state *state, struct sbl_draft *draft, PyObject *name,
                   struct sbl_slot *slot);

/* What JSON calls a field that the library names in an answer; into `path`. */
#define SBL_PATH_MAX 192
const char *sbl_draft_path(const struct sbl_draft *draft, const struct sellable_answer *answer,
                           char path[SBL_PATH_MAX]);
/* The exception for it. */
PyObject *sbl_draft_refusal(struct sbl_state *state, const struct sellable *engine,
                            const struct sbl_draft *draft, enum sellable_status status,
                            const struct sellable_answer *answer);

/* An event as a dict that sbl_draft_of_mapping takes. */
PyObject *sbl_event_dict(struct sbl_state *state, const struct sellable *engine,
                         const struct sellable_event *event);

/* ---- arrays (lines.c): what a draft leads to ------------------------------------------------- */

int sbl_read_lines(const struct sbl_reading *reading, struct sbl_draft *draft, PyObject *value);
int sbl_read_parts(const struct sbl_reading *reading, struct sbl_draft *draft, PyObject *value);
int sbl_read_units(const struct sbl_reading *reading, struct sbl_draft *draft, PyObject *value);
int sbl_read_components(const struct sbl_reading *reading, struct sbl_draft *draft,
                        PyObject *value);
int sbl_read_places(const struct sbl_reading *reading, struct sbl_draft *draft, PyObject *value);
int sbl_read_owners(const struct sbl_reading *reading, struct sbl_draft *draft, PyObject *value);

/* A fraction of a unit of an item in the smallest unit; 0, or -1. */
int sbl_settle(const struct sbl_reading *reading, const struct sbl_fraction *fraction,
               struct sellable_key item_key, struct sellable_item item, const char *field,
               struct sellable_key *unit, int64_t *quantity);

/* An entry of a dict, which takes `value` over. None is left out. */
int sbl_put(PyObject *dict, const char *name, PyObject *value);

#endif
