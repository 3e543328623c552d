/* SPDX-License-Identifier: Apache-2.0
 *
 * What there is: handles and keys of things, and what is known of them. */
#include "manual.h"
#include "native.h"

/* ---- handles and keys ------------------------------------------------------------------------ */

static const enum sellable_status unknown[SBL_THINGS] = {
    SELLABLE_UNKNOWN_ITEM, SELLABLE_UNKNOWN_LOCATION, SELLABLE_UNKNOWN_CHANNEL,
    SELLABLE_UNKNOWN_SOURCE};

static enum sellable_status find(const struct sellable *engine, enum sbl_thing kind,
                                 struct sellable_key key, uint32_t *id)
{
    struct sellable_item item;
    struct sellable_location location;
    struct sellable_channel channel;
    struct sellable_source source;
    enum sellable_status status;
    switch (kind) {
    case SBL_ITEM:
        status = sellable_item_find(engine, key, &item);
        *id = item.id;
        return status;
    case SBL_LOCATION:
        status = sellable_location_find(engine, key, &location);
        *id = location.id;
        return status;
    case SBL_CHANNEL:
        status = sellable_channel_find(engine, key, &channel);
        *id = channel.id;
        return status;
    default:
        status = sellable_source_find(engine, key, &source);
        *id = source.id;
        return status;
    }
}

static struct sellable_key key_of(const struct sellable *engine, enum sbl_thing kind, uint32_t id)
{
    switch (kind) {
    case SBL_ITEM:
        return sellable_item_key(engine, (struct sellable_item){id});
    case SBL_LOCATION:
        return sellable_location_key(engine, (struct sellable_location){id});
    case SBL_CHANNEL:
        return sellable_channel_key(engine, (struct sellable_channel){id});
    default:
        return sellable_source_key(engine, (struct sellable_source){id});
    }
}

static uint32_t next(const struct sellable *engine, enum sbl_thing kind, uint32_t after)
{
    switch (kind) {
    case SBL_ITEM:
        return sellable_item_next(engine, (struct sellable_item){after}).id;
    case SBL_LOCATION:
        return sellable_location_next(engine, (struct sellable_location){after}).id;
    case SBL_CHANNEL:
        return sellable_channel_next(engine, (struct sellable_channel){after}).id;
    default:
        return sellable_source_next(engine, (struct sellable_source){after}).id;
    }
}

static PyObject *find_thing(PyObject *object, PyObject *value, enum sbl_thing kind)
{
    sbl_engine *self = (sbl_engine *)object;
    struct sbl_call call;
    struct sellable_key key;
    uint32_t id;
    if (sbl_to_key(self->state, value, "key", &key) < 0)
        return NULL;
    struct sellable *engine = sbl_enter(self, &call);
    if (engine == NULL)
        return NULL;
    enum sellable_status status = find(engine, kind, key, &id);
    sbl_leave(&call);
    return status == SELLABLE_OK ? sbl_from_handle(self->state, kind, id)
                                 : sbl_refuse_question(self->state, status);
}

static PyObject *find_item(PyObject *self, PyObject *key)
{
    return find_thing(self, key, SBL_ITEM);
}

static PyObject *find_location(PyObject *self, PyObject *key)
{
    return find_thing(self, key, SBL_LOCATION);
}

static PyObject *find_channel(PyObject *self, PyObject *key)
{
    return find_thing(self, key, SBL_CHANNEL);
}

static PyObject *find_source(PyObject *self, PyObject *key)
{
    return find_thing(self, key, SBL_SOURCE);
}

static PyObject *find_region(PyObject *object, PyObject *value)
{
    sbl_engine *self = (sbl_engine *)object;
    struct sbl_call call;
    struct sellable_key key;
    struct sellable_location region;
    if (sbl_to_key(self->state, value, "key", &key) < 0)
        return NULL;
    struct sellable *engine = sbl_enter(self, &call);
    if (engine == NULL)
        return NULL;
    enum sellable_status status = sellable_region_find(engine, key, &region);
    sbl_leave(&call);
    return status == SELLABLE_OK ? sbl_from_handle(self->state, SBL_LOCATION, region.id)
                                 : sbl_refuse_question(self->state, status);
}

static PyObject *key(PyObject *object, PyObject *handle)
{
    sbl_engine *self = (sbl_engine *)object;
    struct sbl_call call;
    struct sellable_key key = {NULL, 0};
    uint32_t id = 0;
    int kind = 0;
    while (kind < SBL_THINGS && !PyObject_TypeCheck(handle, self->state->handles[kind]))
        kind++;
    if (kind == SBL_THINGS) {
        (void)sbl_refuse_type("handle", "an Item, Location, Channel or Source", handle);
        return NULL;
    }
    if (sbl_to_thing(self->state, handle, "handle", (enum sbl_thing)kind, &key, &id) < 0)
        return NULL;
    struct sellable *engine = sbl_enter(self, &call);
    if (engine == NULL)
        return NULL;
    key = key_of(engine, (enum sbl_thing)kind, id);
    PyObject *result = key.bytes != NULL ? sbl_from_key(key)
                                         : sbl_refuse_question(self->state, unknown[kind]);
    sbl_leave(&call);
    return result;
}

static PyObject *pair_of(struct sbl_state *state, const struct sellable *engine,
                         enum sbl_thing kind, uint32_t id)
{
    PyObject *key = sbl_from_key(key_of(engine, kind, id));
    PyObject *handle = sbl_from_handle(state, kind, id);
    PyObject *pair = key == NULL || handle == NULL ? NULL : PyTuple_Pack(2, key, handle);
    Py_XDECREF(key);
    Py_XDECREF(handle);
    return pair;
}

static int append(PyObject *list, PyObject *entry)
{
    int result = entry == NULL ? -1 : PyList_Append(list, entry);
    Py_XDECREF(entry);
    return result;
}

static PyObject *things(PyObject *object, enum sbl_thing kind)
{
    sbl_engine *self = (sbl_engine *)object;
    struct sbl_call call;
    struct sellable *engine = sbl_enter(self, &call);
    if (engine == NULL)
        return NULL;
    PyObject *list = PyList_New(0);
    for (uint32_t id = next(engine, kind, 0); list != NULL && id != 0; id = next(engine, kind, id))
        if (append(list, pair_of(self->state, engine, kind, id)) < 0)
            Py_CLEAR(list);
    sbl_leave(&call);
    return list;
}

static PyObject *items(PyObject *self, PyObject *unused)
{
    (void)unused;
    return things(self, SBL_ITEM);
}

static PyObject *locations(PyObject *self, PyObject *unused)
{
    (void)unused;
    return things(self, SBL_LOCATION);
}

static PyObject *channels(PyObject *self, PyObject *unused)
{
    (void)unused;
    return things(self, SBL_CHANNEL);
}

static PyObject *sources(PyObject *self, PyObject *unused)
{
    (void)unused;
    return things(self, SBL_SOURCE);
}

static PyObject *holds(PyObject *object, PyObject *unused)
{
    struct sbl_call call;
    (void)unused;
    struct sellable *engine = sbl_enter((sbl_engine *)object, &call);
    if (engine == NULL)
        return NULL;
    PyObject *list = PyList_New(0);
    for (uint32_t i = 0; list != NULL && i < SELLABLE_HOLD_REASONS_MAX; i++) {
        struct sellable_key reason = sellable_hold_key(engine, i);
        if (reason.bytes != NULL && append(list, sbl_from_key(reason)) < 0)
            Py_CLEAR(list);
    }
    sbl_leave(&call);
    return list;
}

/* ---- what is known --------------------------------------------------------------------------- */

/* A handle, found if a key was given: the status. */
static enum sellable_status settle(const struct sellable *engine, enum sbl_thing kind,
                                   struct sellable_key key, uint32_t *id)
{
    return *id != 0 ? SELLABLE_OK : find(engine, kind, key, id);
}

typedef PyObject *look_function(struct sbl_state *state, const struct sellable *engine,
                                uint32_t id);

static PyObject *look(PyObject *object, PyObject *value, enum sbl_thing kind, const char *field,
                      look_function *make)
{
    sbl_engine *self = (sbl_engine *)object;
    struct sbl_call call;
    struct sellable_key key = {NULL, 0};
    uint32_t id = 0;
    if (sbl_to_thing(self->state, value, field, kind, &key, &id) < 0)
        return NULL;
    struct sellable *engine = sbl_enter(self, &call);
    if (engine == NULL)
        return NULL;
    enum sellable_status status = settle(engine, kind, key, &id);
    PyObject *result = status == SELLABLE_OK ? make(self->state, engine, id)
                                             : sbl_refuse_question(self->state, status);
    sbl_leave(&call);
    return result;
}

static PyObject *units_of(struct sbl_state *state, const struct sellable_unit *units,
                          uint32_t count)
{
    PyObject *dict = PyDict_New();
    for (uint32_t i = 0; dict != NULL && i < count; i++) {
        PyObject *name = sbl_from_key(units[i].key);
        PyObject *factor = PyObject_CallFunction(state->fraction, "LL",
                                                 (long long)units[i].numerator,
                                                 (long long)units[i].denominator);
        if (name == NULL || factor == NULL || PyDict_SetItem(dict, name, factor) < 0)
            Py_CLEAR(dict);
        Py_XDECREF(name);
        Py_XDECREF(factor);
    }
    return dict;
}

static PyObject *components_of(const struct sellable_component *components, uint32_t count)
{
    PyObject *dict = PyDict_New();
    for (uint32_t i = 0; dict != NULL && i < count; i++) {
        PyObject *item = sbl_from_key(components[i].item_key);
        PyObject *number = PyLong_FromLongLong(components[i].number);
        if (item == NULL || number == NULL || PyDict_SetItem(dict, item, number) < 0)
            Py_CLEAR(dict);
        Py_XDECREF(item);
        Py_XDECREF(number);
    }
    return dict;
}

static PyObject *item_view(struct sbl_state *state, const struct sellable *engine, uint32_t id)
{
    struct sellable_unit units[SELLABLE_UNITS_MAX];
    struct sellable_component components[SELLABLE_COMPONENTS_MAX];
    struct sellable_item_view view = {.units = units,
                                      .components = components,
                                      .unit_capacity = SELLABLE_UNITS_MAX,
                                      .component_capacity = SELLABLE_COMPONENTS_MAX};
    enum sellable_status status = sellable_item_look(engine, (struct sellable_item){id}, &view);
    if (status != SELLABLE_OK)
        return sbl_refuse_question(state, status);
    return sbl_record(state, SBL_ItemView, "OkObO",
                      sbl_from_item(engine, (struct sellable_item){id}), view.unit,
                      units_of(state, units, view.unit_count), (int)view.tracked,
                      components_of(components, view.component_count));
}

static PyObject *location_view(struct sbl_state *state, const struct sellable *engine, uint32_t id)
{
    struct sellable_location_view view;
    enum sellable_status status =
        sellable_location_look(engine, (struct sellable_location){id}, &view);
    if (status != SELLABLE_OK)
        return sbl_refuse_question(state, status);
    return sbl_record(state, SBL_LocationView, "Okb",
                      sbl_from_location(engine, (struct sellable_location){id}), view.region,
                      (int)view.active);
}

static PyObject *source_view(struct sbl_state *state, const struct sellable *engine, uint32_t id)
{
    struct sellable_source_view view;
    enum sellable_status status = sellable_source_look(engine, (struct sellable_source){id}, &view);
    if (status != SELLABLE_OK)
        return sbl_refuse_question(state, status);
    return sbl_record(state, SBL_SourceView, "OOOu",
                      sbl_from_source(engine, (struct sellable_source){id}),
                      sbl_from_integer_or(view.max_lag, view.max_lag >= 0),
                      sbl_from_integer_or(view.seq, view.has_seq), view.gaps);
}

static PyObject *look_item(PyObject *self, PyObject *item)
{
    return look(self, item, SBL_ITEM, "item", item_view);
}

static PyObject *look_location(PyObject *self, PyObject *location)
{
    return look(self, location, SBL_LOCATION, "location", location_view);
}

static PyObject *look_source(PyObject *self, PyObject *source)
{
    return look(self, source, SBL_SOURCE, "source", source_view);
}

/* ---- policies -------------------------------------------------------------------------------- */

static PyObject *set_names(uint32_t set)
{
    static const char *const names[] = {
#define SETTING_NAME(NAME, NUMBER, JSON, TEXT) [NUMBER] = JSON,
        SELLABLE_SETTINGS(SETTING_NAME)
#undef SETTING_NAME
    };
    PyObject *list = PyList_New(0), *result = NULL;
    for (uint32_t i = 0; list != NULL && i < sizeof names / sizeof *names; i++)
        if ((set >> i & 1) && append(list, PyUnicode_FromString(names[i])) < 0)
            Py_CLEAR(list);
    if (list != NULL)
        result = PyFrozenSet_New(list);
    Py_XDECREF(list);
    return result;
}

static PyObject *make_location(const void *entry, void *engine)
{
    return sbl_from_location(engine, *(const struct sellable_location *)entry);
}

static PyObject *policy_of(struct sbl_state *state, const struct sellable *engine,
                           const struct sellable_policy *policy,
                           const struct sellable_location *locations)
{
    static const char *const sourcings[] = {"split", "most", "single"};
    return sbl_record(state, SBL_Policy, "OsiiibiikOiibiiO",
                      sbl_tuple(locations, policy->location_count, sizeof *locations,
                                make_location, (void *)engine),
                      sourcings[policy->sourcing], (int64_t)policy->share, policy->buffer,
                      (int64_t)policy->precedence, (int)policy->closed, policy->backorder,
                      policy->horizon, policy->unit,
                      sbl_from_integer_or(policy->cap,
                                          (policy->set & SELLABLE_SETTING_CAP) != 0),
                      policy->minimum, policy->low, (int)policy->paused, policy->interval,
                      policy->step, set_names(policy->set));
}

/* As often as it takes until there is room for all locations that are named. */
static PyObject *policy_at(struct sbl_state *state, const struct sellable *engine,
                           const struct sellable_scope *scope)
{
    struct sellable_policy policy = {0};
    struct sellable_location *locations = NULL;
    uint32_t room = 0;
    PyObject *result = NULL;
    for (;;) {
        enum sellable_status status = sellable_policy_find(engine, scope, &policy, locations, room);
        if (status != SELLABLE_OK) {
            sbl_refuse_question(state, status);
            break;
        }
        if (policy.location_count <= room) {
            result = policy_of(state, engine, &policy, locations);
            break;
        }
        room = policy.location_count;
        PyMem_Free(locations);
        locations = PyMem_Calloc(room, sizeof *locations);
        if (locations == NULL) {
            PyErr_NoMemory();
            break;
        }
    }
    PyMem_Free(locations);
    return result;
}

static PyObject *look_policy(PyObject *object, PyObject *const *arguments, Py_ssize_t count,
                             PyObject *keywords)
{
    static const struct sbl_signature signature = {"look_policy", 2, 0, {"item", "channel"}};
    sbl_engine *self = (sbl_engine *)object;
    struct sellable_scope scope = {0};
    struct sbl_call call;
    PyObject *values[2];
    if (sbl_arguments(&signature, arguments, count, keywords, values) < 0 ||
        sbl_to_optional(self->state, values[0], "item", SBL_ITEM, &scope.item_key,
                        &scope.item.id) < 0 ||
        sbl_to_optional(self->state, values[1], "channel", SBL_CHANNEL, &scope.channel_key,
                        &scope.channel.id) < 0)
        return NULL;
    struct sellable *engine = sbl_enter(self, &call);
    if (engine == NULL)
        return NULL;
    PyObject *result = policy_at(self->state, engine, &scope);
    sbl_leave(&call);
    return result;
}

PyMethodDef sbl_master_methods[] = {
    {"find_item", find_item, METH_O, MANUAL_find_item},
    {"find_location", find_location, METH_O, MANUAL_find_location},
    {"find_region", find_region, METH_O, MANUAL_find_region},
    {"find_channel", find_channel, METH_O, MANUAL_find_channel},
    {"find_source", find_source, METH_O, MANUAL_find_source},
    {"key", key, METH_O, MANUAL_key},
    {"items", items, METH_NOARGS, MANUAL_items},
    {"locations", locations, METH_NOARGS, MANUAL_locations},
    {"channels", channels, METH_NOARGS, MANUAL_channels},
    {"sources", sources, METH_NOARGS, MANUAL_sources},
    {"holds", holds, METH_NOARGS, MANUAL_holds},
    {"look_item", look_item, METH_O, MANUAL_look_item},
    {"look_location", look_location, METH_O, MANUAL_look_location},
    {"look_source", look_source, METH_O, MANUAL_look_source},
    {"look_policy", SBL_FAST(look_policy), MANUAL_look_policy},
    {NULL, NULL, 0, NULL},
};
