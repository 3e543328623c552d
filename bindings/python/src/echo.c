/* SPDX-License-Identifier: Apache-2.0
 *
 * An event as a dict, written by the tables of form.h: what was refused, what a journal says. */
#include "form.h"

int sbl_put(PyObject *dict, const char *name, PyObject *value)
{
    int result = value == NULL ? -1 : 0;
    if (result == 0 && value != Py_None)
        result = PyDict_SetItemString(dict, name, value);
    Py_XDECREF(value);
    return result;
}

/* ---- arrays ---------------------------------------------------------------------------------- */

/* A list of what `make` makes of `count` entries. */
static PyObject *written(const void *entries, size_t count, size_t size, sbl_make *make,
                         const struct sellable *engine)
{
    PyObject *tuple = entries == NULL ? PyTuple_New(0)
                                      : sbl_tuple(entries, count, size, make, (void *)engine);
    PyObject *list = tuple == NULL ? NULL : PySequence_List(tuple);
    Py_XDECREF(tuple);
    return list;
}

static PyObject *item_of(const struct sellable *engine, struct sellable_item item,
                         struct sellable_key key)
{
    return item.id != 0 ? sbl_from_item(engine, item) : sbl_from_key(key);
}

static PyObject *location_of(const struct sellable *engine, struct sellable_location location,
                             struct sellable_key key)
{
    return location.id != 0 ? sbl_from_location(engine, location) : sbl_from_key(key);
}

static PyObject *make_substitute(const void *entry, void *engine)
{
    const struct sellable_substitute *substitute = entry;
    return item_of(engine, substitute->item, substitute->item_key);
}

static PyObject *make_line(const void *entry, void *engine)
{
    const struct sellable_line *line = entry;
    PyObject *dict = PyDict_New();
    if (dict == NULL)
        return NULL;
    if (sbl_put(dict, "item", item_of(engine, line->item, line->item_key)) < 0 ||
        sbl_put(dict, "quantity", PyLong_FromLongLong(line->quantity)) < 0 ||
        sbl_put(dict, "unit", sbl_from_key(line->unit)) < 0 ||
        sbl_put(dict, "location", location_of(engine, line->location, line->location_key)) < 0 ||
        sbl_put(dict, "substitutes",
                line->substitute_count == 0
                    ? Py_NewRef(Py_None)
                    : written(line->substitutes, line->substitute_count,
                              sizeof *line->substitutes, make_substitute, engine)) < 0 ||
        sbl_put(dict, "at_least", sbl_from_integer_or(line->at_least, line->at_least != 0)) < 0)
        Py_CLEAR(dict);
    return dict;
}

static PyObject *write_lines(const struct sellable *engine, const struct sellable_order *order)
{
    return written(order->lines, order->line_count, sizeof *order->lines, make_line, engine);
}

static PyObject *make_part(const void *entry, void *engine)
{
    const struct sellable_part *part = entry;
    const struct sellable_line line = {.item_key = part->item_key,
                                       .item = part->item,
                                       .location = part->location,
                                       .quantity = part->quantity,
                                       .location_key = part->location_key,
                                       .unit = part->unit};
    return make_line(&line, engine);
}

static PyObject *write_parts(const struct sellable *engine, const struct sellable_event *event)
{
    if (event->part_count == 0)
        Py_RETURN_NONE;
    return written(event->parts, event->part_count, sizeof *event->parts, make_part, engine);
}

static PyObject *write_units(const struct sellable_item_settings *settings)
{
    PyObject *dict = PyDict_New();
    for (uint32_t i = 0; dict != NULL && settings->units != NULL && i < settings->unit_count; i++) {
        const struct sellable_unit *unit = &settings->units[i];
        PyObject *name = sbl_from_key(unit->key);
        PyObject *factor = Py_BuildValue("(LL)", (long long)unit->numerator,
                                         (long long)unit->denominator);
        if (name == NULL || factor == NULL || PyDict_SetItem(dict, name, factor) < 0)
            Py_CLEAR(dict);
        Py_XDECREF(name);
        Py_XDECREF(factor);
    }
    return dict;
}

static PyObject *write_components(const struct sellable *engine,
                                  const struct sellable_item_settings *settings)
{
    PyObject *dict = PyDict_New();
    for (uint32_t i = 0;
         dict != NULL && settings->components != NULL && i < settings->component_count; i++) {
        const struct sellable_component *component = &settings->components[i];
        PyObject *item = item_of(engine, component->item, component->item_key);
        PyObject *number = PyLong_FromLongLong(component->number);
        if (item == NULL || number == NULL || PyDict_SetItem(dict, item, number) < 0)
            Py_CLEAR(dict);
        Py_XDECREF(item);
        Py_XDECREF(number);
    }
    return dict;
}

static PyObject *make_place(const void *entry, void *engine)
{
    return sbl_from_location(engine, *(const struct sellable_location *)entry);
}

static PyObject *write_places(const struct sellable *engine, const struct sellable_policy *policy)
{
    return written(policy->locations, policy->location_count, sizeof *policy->locations,
                   make_place, engine);
}

static PyObject *make_owner(const void *entry, void *engine)
{
    const struct sellable_owner *owner = entry;
    return owner->source.id != 0 ? sbl_from_source(engine, owner->source)
                                 : sbl_from_key(owner->source_key);
}

static PyObject *write_owners(const struct sellable *engine,
                              const struct sellable_ownership *ownership)
{
    return written(ownership->owners, ownership->owner_count, sizeof *ownership->owners,
                   make_owner, engine);
}

/* ---- fields ---------------------------------------------------------------------------------- */

static PyObject *thing_of(const struct sellable *engine, const struct sbl_draft *draft,
                          const struct sbl_field *field)
{
    struct sellable_key key = SBL_MEMBER(const struct sellable_key, field->at);
    uint32_t id = SBL_MEMBER(const uint32_t, field->other);
    if (id == 0)
        return sbl_from_key(key);
    switch (field->thing) {
    case SBL_ITEM:
        return sbl_from_item(engine, (struct sellable_item){id});
    case SBL_LOCATION:
        return sbl_from_location(engine, (struct sellable_location){id});
    case SBL_CHANNEL:
        return sbl_from_channel(engine, (struct sellable_channel){id});
    default:
        return sbl_from_source(engine, (struct sellable_source){id});
    }
}

static PyObject *array_of(const struct sellable *engine, const struct sbl_draft *draft,
                          const struct sbl_field *field)
{
    switch (field - sbl_fields) {
    case LINES:
        return write_lines(engine, &draft->order);
    case PARTS:
        return write_parts(engine, &draft->event);
    case UNITS:
        return write_units(&draft->item);
    case COMPONENTS:
        return write_components(engine, &draft->item);
    case LOCATIONS:
        return write_places(engine, &draft->policy);
    default:
        return write_owners(engine, &draft->ownership);
    }
}

static PyObject *owned_of(const struct sellable_ownership *ownership)
{
    static const char *const owned[SELLABLE_OWNED_END] = {
#define OWNED_NAME(NAME, NUMBER, JSON, TEXT) [NUMBER] = JSON,
        SELLABLE_OWNED(OWNED_NAME)
#undef OWNED_NAME
    };
    if (ownership->owned > 0 && ownership->owned < SELLABLE_OWNED_END)
        return PyUnicode_FromString(owned[ownership->owned]);
    return PyUnicode_FromString(sellable_event_name((int)ownership->type));
}

/* The value of a field that is there; None: it was not given. */
static PyObject *value_of(const struct sellable *engine, const struct sbl_draft *draft,
                          const struct sbl_field *field, bool required)
{
    bool optional = field->settings == NOT_A_SETTING && !required && field != &sbl_fields[DUE];
    switch (field->kind) {
    case KEY:
        return sbl_from_key(SBL_MEMBER(const struct sellable_key, field->at));
    case THING:
        return thing_of(engine, draft, field);
    case SHORT:
        return sbl_from_integer_or(SBL_MEMBER(const int32_t, field->at),
                                   field->other == 0 || SBL_MEMBER(const uint32_t, field->other));
    case FLAG:
        return PyBool_FromLong((long)SBL_MEMBER(const uint32_t, field->at));
    case CHOICE: {
        uint32_t place = SBL_MEMBER(const uint32_t, field->at) - field->first;
        return place < (uint32_t)field->count ? PyUnicode_FromString(field->names[place])
                                              : Py_NewRef(Py_None);
    }
    case CONTENT:
        return Py_NewRef(Py_None);
    case OWNING:
        return owned_of(&draft->ownership);
    case ARRAY:
        return array_of(engine, draft, field);
    default: {
        int64_t number = SBL_MEMBER(const int64_t, field->at);
        bool given = field->other != 0 ? SBL_MEMBER(const uint32_t, field->other) != 0
                                       : !optional || number != 0;
        return sbl_from_integer_or(number, given);
    }
    }
}

static int write_field(PyObject *dict, const struct sellable *engine, struct sbl_draft *draft,
                       const struct sbl_field *field, bool required)
{
    bool setting = field->settings != NOT_A_SETTING;
    bool none = (setting && (*sbl_set_of(draft, field->settings, true) & field->bit)) ||
                (field == &sbl_fields[OWNERS] && draft->ownership.unset) ||
                (field == &sbl_fields[MAX_LAG] && draft->event.max_lag_given &&
                 draft->event.max_lag == -1);
    if (none)
        return PyDict_SetItemString(dict, field->name, Py_None);
    if (setting && !(*sbl_set_of(draft, field->settings, false) & field->bit))
        return 0;
    return sbl_put(dict, field->name, value_of(engine, draft, field, required));
}

PyObject *sbl_event_dict(struct sbl_state *state, const struct sellable *engine,
                         const struct sellable_event *event)
{
    const struct sbl_form *form = &sbl_forms[event->type];
    struct sbl_draft draft;
    sbl_draft_open(&draft, event->type);
    draft.event = *event;
    if (event->order != NULL) {
        draft.order = *event->order;
        draft.event.order_key = event->order->key;
    }
    if (event->item_settings != NULL)
        draft.item = *event->item_settings;
    if (event->location_settings != NULL)
        draft.location = *event->location_settings;
    if (event->policy != NULL)
        draft.policy = *event->policy;
    if (event->ownership != NULL)
        draft.ownership = *event->ownership;
    PyObject *dict = PyDict_New();
    if (dict != NULL && PyDict_SetItemString(dict, "type", state->types[event->type]) < 0)
        Py_CLEAR(dict);
    for (int i = 0; dict != NULL && i < SBL_PLACES_MAX && form->fields[i] != NO_FIELD; i++)
        if (write_field(dict, engine, &draft, &sbl_fields[form->fields[i]], i < form->required) < 0)
            Py_CLEAR(dict);
    return dict;
}
