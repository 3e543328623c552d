/* SPDX-License-Identifier: Apache-2.0
 *
 * Drafts (draft.h), read by the tables of form.h; and what their fields are called when the library
 * refuses them. */
#include "form.h"

/* ---- reading --------------------------------------------------------------------------------- */

void sbl_draft_open(struct sbl_draft *draft, uint32_t type)
{
    memset(draft, 0, sizeof *draft);
    draft->event.type = type;
}

/* None: a setting goes back to its default, a rule is taken back; else it is as if left out. */
static void take_back(struct sbl_draft *draft, const struct sbl_field *field)
{
    if (field->settings != NOT_A_SETTING)
        *sbl_set_of(draft, field->settings, true) |= field->bit;
    if (field->kind == SILENCE) {
        draft->event.max_lag = -1;
        draft->event.max_lag_given = 1;
    }
    if (field->read == sbl_read_owners)
        draft->ownership.unset = 1;
}

static int read_quantity(const struct sbl_reading *reading, struct sbl_draft *draft,
                         PyObject *value)
{
    int64_t denominator;
    if (sbl_to_ratio(reading->state, value, "quantity", &draft->event.quantity, &denominator) < 0)
        return -1;
    draft->fraction = (struct sbl_fraction){draft->event.quantity,
                                            denominator > 1 ? denominator : 0};
    return 0;
}

static int read_content(const struct sbl_reading *reading, struct sbl_draft *draft,
                        PyObject *value)
{
    struct sellable_key text = {NULL, 0};
    if (PyBytes_Check(value)) {
        text = (struct sellable_key){PyBytes_AS_STRING(value), (uint64_t)PyBytes_GET_SIZE(value)};
    } else if (!PyUnicode_Check(value)) {
        return sbl_refuse_type("content", "bytes or a str", value);
    } else if (sbl_to_key(reading->state, value, "content", &text) < 0) {
        return -1;
    }
    draft->event.content = text.bytes;
    draft->event.content_size = text.size;
    return 0;
}

static int read_owned(const struct sbl_reading *reading, struct sbl_draft *draft, PyObject *value)
{
    struct sellable_key name;
    if (sbl_to_key(reading->state, value, "quantity", &name) < 0)
        return -1;
#define OWNED_NAME(NAME, NUMBER, JSON, TEXT)                                                       \
    if (name.size == sizeof JSON - 1 && memcmp(name.bytes, JSON, name.size) == 0)                  \
        draft->ownership.owned = NUMBER;
    SELLABLE_OWNED(OWNED_NAME)
#undef OWNED_NAME
    if (draft->ownership.owned == 0)
        draft->ownership.type = sellable_event_of(name);
    if (draft->ownership.owned == 0 && draft->ownership.type == 0)
        return sbl_refuse_value(reading->state, "quantity",
                                "it is neither a quantity nor a type of events");
    return 0;
}

/* What is 0 where the library takes that for "not given" is as wrong as -1. */
static void never_zero(int64_t *number)
{
    if (*number == 0)
        *number = -1;
}

static int read_number(const struct sbl_reading *reading, struct sbl_draft *draft,
                       const struct sbl_field *field, PyObject *value)
{
    int64_t *number = &SBL_MEMBER(int64_t, field->at);
    struct sbl_state *state = reading->state;
    int result = field->kind == TIME || field == &sbl_fields[DUE]
                     ? sbl_to_time(state, value, field->name, number)
                 : field->kind == DURATION || field->kind == SILENCE
                     ? sbl_to_duration(state, value, field->name, number)
                     : sbl_to_integer(state, value, field->name, INT64_MIN, INT64_MAX, number);
    if (result < 0)
        return -1;
    if (field->other != 0)
        SBL_MEMBER(uint32_t, field->other) = 1;
    if (field->kind == SILENCE && *number < 0)
        *number = INT64_MIN; /* -1 would be "none" */
    if ((field->kind == TIME && field->other == 0) || field == &sbl_fields[MOVED])
        never_zero(number);
    return 0;
}

/* What does not fit in 32 bits is out of any range there is. */
static int read_short(const struct sbl_reading *reading, struct sbl_draft *draft,
                      const struct sbl_field *field, PyObject *value)
{
    int64_t number;
    if (sbl_to_integer(reading->state, value, field->name, INT64_MIN, INT64_MAX, &number) < 0)
        return -1;
    SBL_MEMBER(int32_t, field->at) = number > INT32_MAX   ? INT32_MAX
                                 : number < INT32_MIN ? INT32_MIN
                                                      : (int32_t)number;
    if (field->other != 0)
        SBL_MEMBER(uint32_t, field->other) = 1;
    return 0;
}

static int read_value(const struct sbl_reading *reading, struct sbl_draft *draft,
                      const struct sbl_field *field, PyObject *value)
{
    struct sbl_state *state = reading->state;
    switch (field->kind) {
    case KEY:
        return sbl_to_key(state, value, field->name, &SBL_MEMBER(struct sellable_key, field->at));
    case THING:
        return sbl_to_thing(state, value, field->name, field->thing,
                            &SBL_MEMBER(struct sellable_key, field->at),
                            &SBL_MEMBER(uint32_t, field->other));
    case QUANTITY:
        return read_quantity(reading, draft, value);
    case INTEGER:
    case TIME:
    case DURATION:
    case SILENCE:
        return read_number(reading, draft, field, value);
    case SHORT:
        return read_short(reading, draft, field, value);
    case FLAG:
        return sbl_to_flag(state, value, field->name, &SBL_MEMBER(uint32_t, field->at));
    case CHOICE:
        if (sbl_to_choice(state, value, field->name, field->names, field->count,
                          &SBL_MEMBER(uint32_t, field->at)) < 0)
            return -1;
        SBL_MEMBER(uint32_t, field->at) += field->first;
        return 0;
    case CONTENT:
        return read_content(reading, draft, value);
    case OWNING:
        return read_owned(reading, draft, value);
    default:
        assert(field->kind == ARRAY);
        return field->read(reading, draft, value);
    }
}

int sbl_draft_put(const struct sbl_reading *reading, struct sbl_draft *draft, Py_ssize_t place,
                  PyObject *value)
{
    const struct sbl_field *field = &sbl_fields[sbl_forms[draft->event.type].fields[place]];
    if (value == Py_None) {
        take_back(draft, field);
        if (field->read == sbl_read_owners)
            draft->given |= UINT64_C(1) << place;
        return 0;
    }
    if (field->settings != NOT_A_SETTING)
        *sbl_set_of(draft, field->settings, false) |= field->bit;
    draft->given |= UINT64_C(1) << place;
    return read_value(reading, draft, field, value);
}

/* What only an event has: who says so, and why. */
static bool is_of_events(uint32_t type, int field)
{
    return field >= SOURCE || (type == SELLABLE_RELEASE && field == REASON);
}

/* The place of a field that is not given yet; -1 with an exception set. */
static int free_place(const struct sbl_state *state, const struct sbl_draft *draft, PyObject *name)
{
    const char *type = sellable_event_name((int)draft->event.type);
    if (!PyUnicode_Check(name)) {
        PyErr_Format(PyExc_TypeError, "%s: names of fields are str, not %.100s", type,
                     Py_TYPE(name)->tp_name);
        return -1;
    }
    int place = sbl_place_of(state, draft->event.type, name);
    if (place < 0)
        PyErr_Format(PyExc_TypeError, "%s has no field '%U'", type, name);
    else if (draft->given >> place & 1)
        PyErr_Format(PyExc_TypeError, "%s: '%U' is given twice", type, name);
    else if (draft->direct &&
             is_of_events(draft->event.type, sbl_forms[draft->event.type].fields[place]))
        PyErr_Format(PyExc_TypeError, "%s: '%U' goes with an event: apply(\"%s\", ...)", type, name,
                     type);
    else
        return place;
    return -1;
}

int sbl_draft_set(const struct sbl_reading *reading, struct sbl_draft *draft, PyObject *name,
                  PyObject *value)
{
    int place = free_place(reading->state, draft, name);
    return place < 0 ? -1 : sbl_draft_put(reading, draft, place, value);
}

int sbl_draft_slot(const struct sbl_state *state, struct sbl_draft *draft, PyObject *name,
                   struct sbl_slot *slot)
{
    static const enum sbl_slot_kind kinds[ARRAY + 1] = {[KEY] = SBL_SLOT_KEY,
                                                        [THING] = SBL_SLOT_THING,
                                                        [QUANTITY] = SBL_SLOT_NUMBER,
                                                        [INTEGER] = SBL_SLOT_NUMBER,
                                                        [TIME] = SBL_SLOT_TIME};
    int place = free_place(state, draft, name);
    if (place < 0)
        return -1;
    const struct sbl_form *form = &sbl_forms[draft->event.type];
    const struct sbl_field *field = &sbl_fields[form->fields[place]];
    *slot = (struct sbl_slot){.name = field->name,
                              .kind = field == &sbl_fields[DUE] ? SBL_SLOT_TIME
                                                                : kinds[field->kind],
                              .thing = field->thing,
                              .required = place < form->required,
                              .never_zero = (field->kind == TIME && field->other == 0) ||
                                            field == &sbl_fields[MOVED],
                              .at = field->at,
                              .other = field->other,
                              .bit = field->bit};
    if (field->settings != NOT_A_SETTING)
        slot->set = (uint16_t)((char *)sbl_set_of(draft, field->settings, false) - (char *)draft);
    draft->given |= UINT64_C(1) << place;
    return 0;
}

/* ---- whole drafts ---------------------------------------------------------------------------- */

static bool is_given(const struct sbl_draft *draft, int field)
{
    const uint8_t *has = sbl_forms[draft->event.type].fields;
    for (int i = 0; i < SBL_PLACES_MAX && has[i] != NO_FIELD; i++)
        if (has[i] == field)
            return draft->given >> i & 1;
    return false;
}

static int miss(const struct sbl_draft *draft, const char *field)
{
    PyErr_Format(PyExc_TypeError, "%s: the field '%s' is missing",
                 sellable_event_name((int)draft->event.type), field);
    return -1;
}

static int check_required(const struct sbl_draft *draft)
{
    const struct sbl_form *form = &sbl_forms[draft->event.type];
    for (int i = 0; i < form->required; i++)
        if (!(draft->given >> i & 1))
            return miss(draft, sbl_fields[form->fields[i]].name);
    /* An entry that is taken away is due no more. */
    if (draft->event.type == SELLABLE_SCHEDULE_SET && draft->event.quantity != 0 &&
        !is_given(draft, DUE))
        return miss(draft, "due");
    return 0;
}

int sbl_draft_finish(const struct sbl_reading *reading, struct sbl_draft *draft)
{
    struct sellable_event *event = &draft->event;
    if (check_required(draft) < 0)
        return -1;
    if (draft->fraction.denominator != 0) {
        draft->looked = true;
        if (sbl_settle(reading, &draft->fraction, event->item_key, event->item, "quantity",
                       &event->unit, &event->quantity) < 0)
            return -1;
    }
    draft->order.key = event->order_key;
    switch (event->type) {
    case SELLABLE_RESERVE:
    case SELLABLE_AMEND:
        event->order = &draft->order;
        break;
    case SELLABLE_ITEM:
        event->item_settings = &draft->item;
        break;
    case SELLABLE_LOCATION:
        event->location_settings = &draft->location;
        break;
    case SELLABLE_CHANNEL:
    case SELLABLE_POLICY:
        event->policy = &draft->policy;
        break;
    case SELLABLE_OWNER:
        event->ownership = &draft->ownership;
        break;
    default:
        break;
    }
    return 0;
}

int sbl_draft_of_arguments(const struct sbl_reading *reading, struct sbl_draft *draft,
                           PyObject *const *arguments, Py_ssize_t count, PyObject *names)
{
    const struct sbl_form *form = &sbl_forms[draft->event.type];
    Py_ssize_t named = names == NULL ? 0 : PyTuple_GET_SIZE(names);
    if (count > form->positional) {
        PyErr_Format(PyExc_TypeError, "%s: at most %d fields go without a name, not %zd",
                     sellable_event_name((int)draft->event.type), (int)form->positional, count);
        return -1;
    }
    for (Py_ssize_t i = 0; i < count; i++)
        if (sbl_draft_put(reading, draft, i, arguments[i]) < 0)
            return -1;
    for (Py_ssize_t i = 0; i < named; i++)
        if (sbl_draft_set(reading, draft, PyTuple_GET_ITEM(names, i), arguments[count + i]) < 0)
            return -1;
    return sbl_draft_finish(reading, draft);
}

int sbl_draft_of_mapping(const struct sbl_reading *reading, struct sbl_draft *draft,
                         PyObject *mapping)
{
    PyObject *items = sbl_scratch_keep(reading->scratch, PyMapping_Items(mapping));
    if (items == NULL)
        return -1;
    for (Py_ssize_t i = 0; i < PyList_GET_SIZE(items); i++) {
        PyObject *pair = PyList_GET_ITEM(items, i);
        if (!PyTuple_Check(pair) || PyTuple_GET_SIZE(pair) != 2) {
            PyErr_SetString(PyExc_TypeError, "a mapping's items are pairs");
            return -1;
        }
        PyObject *name = PyTuple_GET_ITEM(pair, 0);
        if (PyUnicode_Check(name) && PyUnicode_CompareWithASCIIString(name, "type") == 0)
            continue;
        if (sbl_draft_set(reading, draft, name, PyTuple_GET_ITEM(pair, 1)) < 0)
            return -1;
    }
    return sbl_draft_finish(reading, draft);
}

/* ---- refusals -------------------------------------------------------------------------------- */

/* Fields of the record that JSON calls otherwise. */
static const struct {
    uint32_t type;
    const char *field, *name;
} renamed[] = {
    {SELLABLE_TRANSFER_SHIP, "reference", "transfer"},
    {SELLABLE_TRANSFER_SHIP, "location", "from"},
    {SELLABLE_TRANSFER_RECEIVE, "reference", "transfer"},
    {SELLABLE_RESOURCE, "location", "from"},
    {SELLABLE_OWNER, "owned", "quantity"},
    {SELLABLE_OWNER, "type", "quantity"},
    {SELLABLE_SOURCE, "declares", "source"},
};

/* "units.case[0]", "components.A": by the names that were given. */
static bool name_entry(const struct sbl_draft *draft, const char *field, uint32_t line,
                       char path[SBL_PATH_MAX])
{
    struct sellable_key name = {NULL, 0};
    const char *within = "";
    if (draft->event.type == SELLABLE_ITEM && strncmp(field, "units.", 6) == 0 &&
        line < draft->item.unit_count)
        name = draft->item.units[line].key;
    if (draft->event.type == SELLABLE_ITEM && strncmp(field, "components.", 11) == 0 &&
        line < draft->item.component_count)
        name = draft->item.components[line].item_key;
    if (name.size == 0 || name.size > SELLABLE_KEY_MAX)
        return false;
    if (strcmp(field, "units.numerator") == 0)
        within = "[0]";
    if (strcmp(field, "units.denominator") == 0)
        within = "[1]";
    snprintf(path, SBL_PATH_MAX, "%.*s.%.*s%s", (int)(strchr(field, '.') - field), field,
             (int)name.size, name.bytes, within);
    return true;
}

const char *sbl_draft_path(const struct sbl_draft *draft, const struct sellable_answer *answer,
                           char path[SBL_PATH_MAX])
{
    const char *field = answer->field;
    unsigned line = answer->line;
    if (field == NULL)
        return NULL;
    for (size_t i = 0; i < sizeof renamed / sizeof *renamed; i++)
        if (renamed[i].type == draft->event.type && strcmp(renamed[i].field, field) == 0)
            return renamed[i].name;
    if (name_entry(draft, field, line, path))
        return path;
    if (strcmp(field, "key") == 0)
        return sbl_forms[draft->event.type].key;
    if (strcmp(field, "exception") == 0)
        return "number";
    if (strcmp(field, "line_count") == 0 || strcmp(field, "part_count") == 0 ||
        strcmp(field, "parts") == 0)
        return "lines";
    if (strncmp(field, "lines.", 6) == 0 || strncmp(field, "parts.", 6) == 0)
        snprintf(path, SBL_PATH_MAX, "lines[%u]%s", line, strchr(field, '.'));
    else if (strcmp(field, "locations") == 0)
        snprintf(path, SBL_PATH_MAX, "locations[%u]", line);
    else if (strcmp(field, "owners") == 0 && draft->listed)
        snprintf(path, SBL_PATH_MAX, "source[%u]", line);
    else
        return strcmp(field, "owners") == 0 ? "source" : field;
    return path;
}

PyObject *sbl_draft_refusal(struct sbl_state *state, const struct sellable *engine,
                            const struct sbl_draft *draft, enum sellable_status status,
                            const struct sellable_answer *answer)
{
    char path[SBL_PATH_MAX];
    return sbl_refusal(state, engine, status, sbl_draft_path(draft, answer, path), answer->reason,
                       answer);
}
