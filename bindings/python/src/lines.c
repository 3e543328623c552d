/* SPDX-License-Identifier: Apache-2.0
 *
 * The arrays that a draft leads to: lines and parts of orders, units and components of items, the
 * locations of a policy, the owners of a quantity. Read into the scratch, whose references keep the
 * bytes of their keys. */
#include "draft.h"

/* ---- sequences ------------------------------------------------------------------------------- */

/* The first `most` of what an iterator gives, and one more, if there is one. */
static PyObject *drawn(PyObject *iterator, Py_ssize_t most)
{
    PyObject *list = PyList_New(0), *entry;
    while (list != NULL && PyList_GET_SIZE(list) <= most &&
           (entry = PyIter_Next(iterator)) != NULL) {
        if (PyList_Append(list, entry) < 0)
            Py_CLEAR(list);
        Py_DECREF(entry);
    }
    PyObject *tuple = list == NULL || PyErr_Occurred() ? NULL : PyList_AsTuple(list);
    Py_XDECREF(list);
    return tuple;
}

/* A tuple of what an iterable gives, kept by the scratch: nobody else changes it. The library takes
 * `most`: one too many is enough for it to say so. */
static PyObject *listed(const struct sbl_reading *reading, PyObject *value, const char *field,
                        const char *wanted, Py_ssize_t most)
{
    bool text = PyUnicode_Check(value) || PyBytes_Check(value);
    PyObject *iterator = text ? NULL : PyObject_GetIter(value);
    if (iterator == NULL) {
        if (!text && !PyErr_ExceptionMatches(PyExc_TypeError))
            return NULL;
        PyErr_Clear();
        (void)sbl_refuse_type(field, wanted, value);
        return NULL;
    }
    PyObject *tuple = drawn(iterator, most);
    Py_DECREF(iterator);
    return sbl_scratch_keep(reading->scratch, tuple);
}

/* The (key, value) pairs of a mapping, the same way. */
static PyObject *pairs_of(const struct sbl_reading *reading, PyObject *value, const char *field,
                          const char *wanted)
{
    if (!PyMapping_Check(value) || !PyObject_HasAttrString(value, "items")) {
        (void)sbl_refuse_type(field, wanted, value);
        return NULL;
    }
    PyObject *items = sbl_scratch_keep(reading->scratch, PyMapping_Items(value));
    for (Py_ssize_t i = 0; items != NULL && i < PyList_GET_SIZE(items); i++) {
        PyObject *pair = PyList_GET_ITEM(items, i);
        if (!PyTuple_Check(pair) || PyTuple_GET_SIZE(pair) != 2) {
            PyErr_Format(PyExc_TypeError, "%s: its items are no pairs", field);
            return NULL;
        }
    }
    return items;
}

static bool is_mapping(PyObject *value)
{
    if (PyDict_Check(value))
        return true;
    return !PyTuple_Check(value) && !PyList_Check(value) && PyMapping_Check(value) &&
           PyObject_HasAttrString(value, "items");
}

/* The same of a mapping's entries. */
static Py_ssize_t at_most(Py_ssize_t count, Py_ssize_t most)
{
    return count > most ? most + 1 : count;
}

/* ---- lines of orders ------------------------------------------------------------------------- */

enum { LINE_ITEM, LINE_QUANTITY, LINE_UNIT, LINE_LOCATION, LINE_SUBSTITUTES, LINE_AT_LEAST,
       LINE_FIELDS };

static const char *const line_fields[LINE_FIELDS] = {"item",     "quantity",    "unit",
                                                     "location", "substitutes", "at_least"};

/* "lines[3].item": made where it is wanted only. */
struct place {
    Py_ssize_t line;
    char path[64];
};

static const char *path_of(struct place *place, int field)
{
    PyOS_snprintf(place->path, sizeof place->path, "lines[%zd].%s", place->line,
                  line_fields[field]);
    return place->path;
}

/* The values of a line's fields, borrowed from what the scratch keeps; NULL: not given. */
static int split_mapping(const struct sbl_reading *reading, PyObject *entry, struct place *place,
                         PyObject *values[LINE_FIELDS])
{
    PyObject *items = sbl_scratch_keep(reading->scratch, PyMapping_Items(entry));
    if (items == NULL)
        return -1;
    for (Py_ssize_t i = 0; i < PyList_GET_SIZE(items); i++) {
        PyObject *pair = PyList_GET_ITEM(items, i);
        int field = 0;
        if (!PyTuple_Check(pair) || PyTuple_GET_SIZE(pair) != 2 ||
            !PyUnicode_Check(PyTuple_GET_ITEM(pair, 0))) {
            PyErr_Format(PyExc_TypeError, "lines[%zd]: names of fields are str", place->line);
            return -1;
        }
        while (field < LINE_FIELDS && PyUnicode_CompareWithASCIIString(PyTuple_GET_ITEM(pair, 0),
                                                                       line_fields[field]) != 0)
            field++;
        if (field == LINE_FIELDS) {
            PyErr_Format(PyExc_TypeError, "lines[%zd] has no field '%U'", place->line,
                         PyTuple_GET_ITEM(pair, 0));
            return -1;
        }
        values[field] = PyTuple_GET_ITEM(pair, 1);
    }
    return 0;
}

/* A Line, a tuple of its first fields, or a mapping. */
static int split_line(const struct sbl_reading *reading, PyObject *entry, struct place *place,
                      PyObject *values[LINE_FIELDS])
{
    memset(values, 0, LINE_FIELDS * sizeof *values);
    if (PyTuple_Check(entry) && PyTuple_GET_SIZE(entry) >= 2 &&
        PyTuple_GET_SIZE(entry) <= LINE_FIELDS) {
        for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(entry); i++)
            values[i] = PyTuple_GET_ITEM(entry, i);
    } else if (!is_mapping(entry)) {
        char path[32];
        PyOS_snprintf(path, sizeof path, "lines[%zd]", place->line);
        return sbl_refuse_type(path, "a Line, a mapping or a tuple (item, quantity)", entry);
    } else if (split_mapping(reading, entry, place, values) < 0) {
        return -1;
    }
    for (int i = 0; i < LINE_FIELDS; i++)
        if (values[i] == Py_None)
            values[i] = NULL;
    for (int i = 0; i <= LINE_QUANTITY; i++)
        if (values[i] == NULL) {
            PyErr_Format(PyExc_TypeError, "lines[%zd]: the field '%s' is missing", place->line,
                         line_fields[i]);
            return -1;
        }
    return 0;
}

/* The common cases without a path to be made: a key, a handle; a number that is whole. */
static int line_thing(const struct sbl_reading *reading, PyObject *value, struct place *place,
                      int field, enum sbl_thing kind, struct sellable_key *key, uint32_t *id)
{
    if (value == NULL)
        return 0;
    if (PyUnicode_CheckExact(value) && PyUnicode_IS_COMPACT_ASCII(value))
        return sbl_to_key(reading->state, value, line_fields[field], key);
    if (Py_TYPE(value) == reading->state->handles[kind])
        return sbl_to_thing(reading->state, value, line_fields[field], kind, key, id);
    return sbl_to_thing(reading->state, value, path_of(place, field), kind, key, id);
}

static int line_number(const struct sbl_reading *reading, PyObject *value, struct place *place,
                       int field, struct sbl_fraction *number)
{
    int overflow = 0;
    number->denominator = 1;
    if (PyLong_CheckExact(value)) {
        number->numerator = PyLong_AsLongLongAndOverflow(value, &overflow);
        if (overflow == 0)
            return 0;
    }
    return sbl_to_ratio(reading->state, value, path_of(place, field), &number->numerator,
                        &number->denominator);
}

/* A quantity and, where there is one, the least of it: both in `unit`; if one is a fraction, both
 * in the smallest. */
static int line_quantities(const struct sbl_reading *reading, struct sbl_draft *draft,
                           PyObject *const *values, struct place *place,
                           struct sellable_key item_key, struct sellable_item item,
                           struct sellable_key *unit, int64_t *quantity, int64_t *at_least)
{
    struct sbl_fraction numbers[2] = {{0, 1}, {0, 1}};
    struct sellable_key units[2] = {*unit, *unit};
    const int fields[2] = {LINE_QUANTITY, LINE_AT_LEAST};
    int64_t *const into[2] = {quantity, at_least};
    for (int i = 0; i < 2; i++)
        if (into[i] != NULL && values[fields[i]] != NULL &&
            line_number(reading, values[fields[i]], place, fields[i], &numbers[i]) < 0)
            return -1;
    bool broken = numbers[0].denominator != 1 || numbers[1].denominator != 1;
    draft->looked = draft->looked || broken;
    for (int i = 0; i < 2; i++) {
        if (into[i] == NULL)
            continue;
        *into[i] = numbers[i].numerator;
        if (broken && values[fields[i]] != NULL &&
            sbl_settle(reading, &numbers[i], item_key, item, path_of(place, fields[i]), &units[i],
                       into[i]) < 0)
            return -1;
    }
    *unit = units[0];
    return 0;
}

static int line_substitutes(const struct sbl_reading *reading, PyObject *value,
                            struct place *place, struct sellable_line *line)
{
    if (value == NULL)
        return 0;
    PyObject *given = listed(reading, value, path_of(place, LINE_SUBSTITUTES), "a list of items",
                             SELLABLE_SUBSTITUTES_MAX);
    if (given == NULL)
        return -1;
    Py_ssize_t count = PyTuple_GET_SIZE(given);
    struct sellable_substitute *substitutes =
        sbl_scratch_take(reading->scratch, (size_t)count, sizeof *substitutes);
    if (substitutes == NULL)
        return -1;
    for (Py_ssize_t i = 0; i < count; i++) {
        char path[80];
        PyOS_snprintf(path, sizeof path, "lines[%zd].substitutes[%zd]", place->line, i);
        if (sbl_to_thing(reading->state, PyTuple_GET_ITEM(given, i), path, SBL_ITEM,
                         &substitutes[i].item_key, &substitutes[i].item.id) < 0)
            return -1;
    }
    line->substitutes = substitutes;
    line->substitute_count = (uint32_t)count;
    return 0;
}

static int read_line(const struct sbl_reading *reading, struct sbl_draft *draft, PyObject *entry,
                     Py_ssize_t index, struct sellable_line *line)
{
    PyObject *values[LINE_FIELDS];
    struct place place = {.line = index};
    if (split_line(reading, entry, &place, values) < 0 ||
        line_thing(reading, values[LINE_ITEM], &place, LINE_ITEM, SBL_ITEM, &line->item_key,
                   &line->item.id) < 0 ||
        line_thing(reading, values[LINE_LOCATION], &place, LINE_LOCATION, SBL_LOCATION,
                   &line->location_key, &line->location.id) < 0 ||
        (values[LINE_UNIT] != NULL && sbl_to_key(reading->state, values[LINE_UNIT],
                                                 path_of(&place, LINE_UNIT), &line->unit) < 0) ||
        line_substitutes(reading, values[LINE_SUBSTITUTES], &place, line) < 0)
        return -1;
    return line_quantities(reading, draft, values, &place, line->item_key, line->item, &line->unit,
                           &line->quantity, &line->at_least);
}

static int read_part(const struct sbl_reading *reading, struct sbl_draft *draft, PyObject *entry,
                     Py_ssize_t index, struct sellable_part *part)
{
    PyObject *values[LINE_FIELDS];
    struct place place = {.line = index};
    if (split_line(reading, entry, &place, values) < 0)
        return -1;
    for (int field = LINE_SUBSTITUTES; field <= LINE_AT_LEAST; field++)
        if (values[field] != NULL && !(PyTuple_Check(values[field]) &&
                                       PyTuple_GET_SIZE(values[field]) == 0)) {
            PyErr_Format(PyExc_TypeError, "%s: only where something is promised",
                         path_of(&place, field));
            return -1;
        }
    if (line_thing(reading, values[LINE_ITEM], &place, LINE_ITEM, SBL_ITEM, &part->item_key,
                   &part->item.id) < 0 ||
        line_thing(reading, values[LINE_LOCATION], &place, LINE_LOCATION, SBL_LOCATION,
                   &part->location_key, &part->location.id) < 0 ||
        (values[LINE_UNIT] != NULL && sbl_to_key(reading->state, values[LINE_UNIT],
                                                 path_of(&place, LINE_UNIT), &part->unit) < 0))
        return -1;
    return line_quantities(reading, draft, values, &place, part->item_key, part->item, &part->unit,
                           &part->quantity, NULL);
}

/* {item: quantity} is a list of pairs, too. */
static PyObject *entries_of(const struct sbl_reading *reading, PyObject *value)
{
    static const char wanted[] = "a list of lines, or a mapping of items to quantities";
    if (!is_mapping(value))
        return listed(reading, value, "lines", wanted, SELLABLE_LINES_MAX);
    PyObject *pairs = pairs_of(reading, value, "lines", wanted);
    return pairs == NULL ? NULL : sbl_scratch_keep(reading->scratch, PyList_AsTuple(pairs));
}

int sbl_read_lines(const struct sbl_reading *reading, struct sbl_draft *draft, PyObject *value)
{
    PyObject *entries = entries_of(reading, value);
    if (entries == NULL)
        return -1;
    Py_ssize_t count = at_most(PyTuple_GET_SIZE(entries), SELLABLE_LINES_MAX);
    struct sellable_line *lines = sbl_scratch_take(reading->scratch, (size_t)count, sizeof *lines);
    if (lines == NULL)
        return -1;
    for (Py_ssize_t i = 0; i < count; i++)
        if (read_line(reading, draft, PyTuple_GET_ITEM(entries, i), i, &lines[i]) < 0)
            return -1;
    draft->order.lines = lines;
    draft->order.line_count = (uint32_t)count;
    return 0;
}

/* None at all, of those that are named, is nothing: the library would take it for all. */
int sbl_read_parts(const struct sbl_reading *reading, struct sbl_draft *draft, PyObject *value)
{
    PyObject *entries = entries_of(reading, value);
    if (entries == NULL)
        return -1;
    Py_ssize_t count = at_most(PyTuple_GET_SIZE(entries), SELLABLE_LINES_MAX);
    if (count == 0)
        return sbl_refuse_value(reading->state, "lines", "it names no line");
    struct sellable_part *parts = sbl_scratch_take(reading->scratch, (size_t)count, sizeof *parts);
    if (parts == NULL)
        return -1;
    for (Py_ssize_t i = 0; i < count; i++)
        if (read_part(reading, draft, PyTuple_GET_ITEM(entries, i), i, &parts[i]) < 0)
            return -1;
    draft->event.parts = parts;
    draft->event.part_count = (uint32_t)count;
    return 0;
}

/* ---- fractions ------------------------------------------------------------------------------- */

static bool is_same(struct sellable_key a, struct sellable_key b)
{
    return a.bytes != NULL && b.bytes != NULL && a.size == b.size &&
           memcmp(a.bytes, b.bytes, a.size) == 0;
}

/* What stands beside a field: "lines[2].unit" by "lines[2].quantity". */
static const char *beside(const char *field, const char *name, char path[80])
{
    const char *dot = strrchr(field, '.');
    PyOS_snprintf(path, 80, "%.*s%s", dot == NULL ? 0 : (int)(dot + 1 - field), field, name);
    return path;
}

int sbl_settle(const struct sbl_reading *reading, const struct sbl_fraction *fraction,
               struct sellable_key item_key, struct sellable_item item, const char *field,
               struct sellable_key *unit, int64_t *quantity)
{
    struct sellable_unit units[SELLABLE_UNITS_MAX], factor = {{NULL, 0}, 1, 1};
    struct sellable_item_view view = {.units = units, .unit_capacity = SELLABLE_UNITS_MAX};
    char path[80];
    if (item.id == 0 && item_key.bytes == NULL)
        return sbl_refuse_value(reading->state, field, "a fraction, of no item that is named");
    if ((item.id == 0 && sellable_item_find(reading->engine, item_key, &item) != SELLABLE_OK) ||
        sellable_item_look(reading->engine, item, &view) != SELLABLE_OK) {
        (void)sbl_refuse(reading->state, NULL, SELLABLE_UNKNOWN_ITEM, beside(field, "item", path),
                         sellable_status_text(SELLABLE_UNKNOWN_ITEM), NULL);
        return -1;
    }
    bool known = unit->bytes == NULL || is_same(*unit, view.unit);
    for (uint32_t i = 0; i < view.unit_count && !known; i++)
        if (is_same(*unit, units[i].key)) {
            factor = units[i];
            known = true;
        }
    __extension__ typedef __int128 wide;
    wide whole = (wide)fraction->numerator * factor.numerator;
    wide parts = (wide)fraction->denominator * factor.denominator;
    if (!known)
        return sbl_refuse_value(reading->state, beside(field, "unit", path),
                                "the item has no such unit");
    if (whole % parts != 0)
        return sbl_refuse_value(reading->state, field, "it is not whole in the smallest unit");
    if (whole / parts > INT64_MAX || whole / parts < -INT64_MAX)
        return sbl_refuse_value(reading->state, field, "beyond +-10^15");
    *quantity = (int64_t)(whole / parts);
    *unit = (struct sellable_key){NULL, 0};
    return 0;
}

/* ---- units and components of items ----------------------------------------------------------- */

static int unit_factor(const struct sbl_reading *reading, PyObject *value, PyObject *name,
                       struct sellable_unit *unit)
{
    char path[SELLABLE_KEY_MAX + 16];
    PyOS_snprintf(path, sizeof path, "units.%.*s", SELLABLE_KEY_MAX, PyUnicode_AsUTF8(name));
    if (!PyTuple_Check(value) && !PyList_Check(value))
        return sbl_to_ratio(reading->state, value, path, &unit->numerator, &unit->denominator);
    PyObject *pair = sbl_scratch_keep(reading->scratch, PySequence_Tuple(value));
    if (pair == NULL)
        return -1;
    if (PyTuple_GET_SIZE(pair) != 2)
        return sbl_refuse_value(reading->state, path, "a factor has two parts");
    return sbl_to_integer(reading->state, PyTuple_GET_ITEM(pair, 0), path, INT64_MIN, INT64_MAX,
                          &unit->numerator) < 0
               ? -1
               : sbl_to_integer(reading->state, PyTuple_GET_ITEM(pair, 1), path, INT64_MIN,
                                INT64_MAX, &unit->denominator);
}

int sbl_read_units(const struct sbl_reading *reading, struct sbl_draft *draft, PyObject *value)
{
    PyObject *pairs = pairs_of(reading, value, "units", "a mapping of names to factors");
    if (pairs == NULL)
        return -1;
    Py_ssize_t count = at_most(PyList_GET_SIZE(pairs), SELLABLE_UNITS_MAX);
    struct sellable_unit *units = sbl_scratch_take(reading->scratch, (size_t)count, sizeof *units);
    if (units == NULL)
        return -1;
    for (Py_ssize_t i = 0; i < count; i++) {
        PyObject *pair = PyList_GET_ITEM(pairs, i), *name = PyTuple_GET_ITEM(pair, 0);
        if (sbl_to_key(reading->state, name, "units", &units[i].key) < 0 ||
            unit_factor(reading, PyTuple_GET_ITEM(pair, 1), name, &units[i]) < 0)
            return -1;
    }
    draft->item.units = units;
    draft->item.unit_count = (uint32_t)count;
    return 0;
}

static int read_component(const struct sbl_reading *reading, PyObject *pair,
                          struct sellable_component *component)
{
    PyObject *name = PyTuple_GET_ITEM(pair, 0), *number = PyTuple_GET_ITEM(pair, 1);
    char path[SELLABLE_KEY_MAX + 16] = "components";
    if (sbl_to_thing(reading->state, name, path, SBL_ITEM, &component->item_key,
                     &component->item.id) < 0)
        return -1;
    if (!PyLong_CheckExact(number) && component->item_key.bytes != NULL)
        PyOS_snprintf(path, sizeof path, "components.%.*s", SELLABLE_KEY_MAX,
                      component->item_key.bytes);
    return sbl_to_integer(reading->state, number, path, INT64_MIN, INT64_MAX, &component->number);
}

int sbl_read_components(const struct sbl_reading *reading, struct sbl_draft *draft,
                        PyObject *value)
{
    PyObject *pairs = pairs_of(reading, value, "components", "a mapping of items to numbers");
    if (pairs == NULL)
        return -1;
    Py_ssize_t count = at_most(PyList_GET_SIZE(pairs), SELLABLE_COMPONENTS_MAX);
    struct sellable_component *components =
        sbl_scratch_take(reading->scratch, (size_t)count, sizeof *components);
    if (components == NULL)
        return -1;
    for (Py_ssize_t i = 0; i < count; i++) {
        if (read_component(reading, PyList_GET_ITEM(pairs, i), &components[i]) < 0)
            return -1;
    }
    draft->item.components = components;
    draft->item.component_count = (uint32_t)count;
    return 0;
}

/* ---- locations of a policy, owners ----------------------------------------------------------- */

/* A location's key, else a region's. For one that is neither stands a handle that the library never
 * gave: so the library says whether it is the first fault. */
static int read_place(const struct sbl_reading *reading, PyObject *value, uint32_t index,
                      struct sellable_location *location)
{
    struct sellable_key key = {NULL, 0};
    char path[32];
    PyOS_snprintf(path, sizeof path, "locations[%u]", index);
    if (sbl_to_thing(reading->state, value, path, SBL_LOCATION, &key, &location->id) < 0)
        return -1;
    if (key.bytes != NULL &&
        sellable_location_find(reading->engine, key, location) != SELLABLE_OK &&
        sellable_region_find(reading->engine, key, location) != SELLABLE_OK)
        location->id = (uint32_t)INT32_MAX - index;
    return 0;
}

int sbl_read_places(const struct sbl_reading *reading, struct sbl_draft *draft, PyObject *value)
{
    PyObject *given = listed(reading, value, "locations", "a list of locations",
                             SELLABLE_LOCATIONS_MAX);
    if (given == NULL)
        return -1;
    Py_ssize_t count = PyTuple_GET_SIZE(given);
    struct sellable_location *locations =
        sbl_scratch_take(reading->scratch, (size_t)count, sizeof *locations);
    if (locations == NULL)
        return -1;
    for (Py_ssize_t i = 0; i < count; i++)
        if (read_place(reading, PyTuple_GET_ITEM(given, i), (uint32_t)i, &locations[i]) < 0)
            return -1;
    draft->looked = true;
    draft->policy.locations = locations;
    draft->policy.location_count = (uint32_t)count;
    return 0;
}

enum { OWNERS_MAX = 65535 };

int sbl_read_owners(const struct sbl_reading *reading, struct sbl_draft *draft, PyObject *value)
{
    draft->listed = !PyUnicode_Check(value) && !PyIndex_Check(value);
    PyObject *given = draft->listed
                          ? listed(reading, value, "source", "a source, or a list of sources",
                                   OWNERS_MAX)
                          : sbl_scratch_keep(reading->scratch, PyTuple_Pack(1, value));
    if (given == NULL)
        return -1;
    Py_ssize_t count = PyTuple_GET_SIZE(given);
    struct sellable_owner *owners =
        sbl_scratch_take(reading->scratch, (size_t)count, sizeof *owners);
    if (owners == NULL)
        return -1;
    for (Py_ssize_t i = 0; i < count; i++) {
        char path[32] = "source";
        if (draft->listed)
            PyOS_snprintf(path, sizeof path, "source[%zd]", i);
        if (sbl_to_thing(reading->state, PyTuple_GET_ITEM(given, i), path, SBL_SOURCE,
                         &owners[i].source_key, &owners[i].source.id) < 0)
            return -1;
    }
    draft->ownership.owners = owners;
    draft->ownership.owner_count = (uint32_t)count;
    return 0;
}
