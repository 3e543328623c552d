/* SPDX-License-Identifier: Apache-2.0
 *
 * The fields of events and the types that have them, as tables: what reads drafts, writes them, and
 * fills them from columns goes by these. Names and meanings are the model's. */
#ifndef SELLABLE_PYTHON_FORM_H
#define SELLABLE_PYTHON_FORM_H

#include "draft.h"

enum kind {
    KEY,      /* at: a key */
    THING,    /* at: a key, other: a handle */
    QUANTITY, /* at: in a unit; perhaps a fraction */
    INTEGER,  /* at: int64_t; other: has_... */
    SHORT,    /* at: int32_t; other: has_... */
    FLAG,     /* at: 0 or 1 */
    TIME,     /* at: ms; other: has_...; without that 0 is "not given", and refused */
    DURATION, /* at: ms */
    CHOICE,   /* at: uint32_t, one of `names` */
    CONTENT,  /* bytes */
    SILENCE,  /* max_lag */
    OWNING,   /* what is owned: a quantity or a type */
    ARRAY     /* read and written by functions */
};

enum settings { NOT_A_SETTING, OF_ITEM, OF_LOCATION, OF_POLICY };

struct sbl_field {
    const char *name;
    enum kind kind;
    uint16_t at, other;
    enum sbl_thing thing;
    enum settings settings;
    uint32_t bit;
    const char *const *names; /* CHOICE: count of them, from `first` on */
    int count;
    uint32_t first;
    int (*read)(const struct sbl_reading *reading, struct sbl_draft *draft, PyObject *value);
};

enum {
    NO_FIELD, ITEM, LOCATION, FROM, TO, CHANNEL, QUANTITY_, UNIT, EXPECTED, AS_OF, REASON, UNTIL,
    REFERENCE, TRANSFER, DUE, HELD, OUTCOME, ORDER, ORDER_CHANNEL, LINES, PARTS, MODE, EXPIRES_AT,
    DATE, PRECEDENCE, NEW_EXPIRES_AT, MOVED, ITEM_KEY, ITEM_UNIT, UNITS, TRACKED, COMPONENTS,
    LOCATION_KEY, REGION, ACTIVE, CHANNEL_KEY, LOCATIONS, SOURCING, SHARE, BUFFER, RANK, CLOSED,
    BACKORDER, HORIZON, SALES_UNIT, CAP, MINIMUM, LOW, PAUSED, INTERVAL, STEP, DECLARES, MAX_LAG,
    OWNED, OWNERS, OWNED_AT, SOURCE, SEQ, ID, AT_TIME, CORRELATION, CONTENT_, SBL_FIELD_COUNT
};

extern const struct sbl_field sbl_fields[SBL_FIELD_COUNT];

enum { SBL_PLACES_MAX = 24 };

/* The fields of a type: the required ones first; the first `positional` may go without a name. */
struct sbl_form {
    const char *key; /* what the library calls "key" */
    uint8_t required, positional;
    uint8_t fields[SBL_PLACES_MAX]; /* until NO_FIELD */
};

extern const struct sbl_form sbl_forms[SELLABLE_EVENT_TYPES_END];

/* The place of a field in the form of a type; -1: it has none of that name. */
int sbl_place_of(const struct sbl_state *state, uint32_t type, PyObject *name);

/* A member of what `draft` points at. */
#define SBL_MEMBER(type, offset) (*(type *)((char *)draft + (offset)))

/* The settings that a draft sets, or sets back. */
uint32_t *sbl_set_of(struct sbl_draft *draft, enum settings settings, bool unset);

#endif
