/* SPDX-License-Identifier: Apache-2.0
 *
 * The tables of form.h. */
#include "form.h"

#include <stddef.h>

#include "tables.h"

/* ---- fields ---------------------------------------------------------------------------------- */

#define NAME_OF(NAME, NUMBER, JSON) JSON,
static const char *const modes[] = {ENUM_MODE(NAME_OF)};
static const char *const outcomes[] = {ENUM_OUTCOME(NAME_OF)};
static const char *const sourcings[] = {ENUM_SOURCING(NAME_OF)};
#undef NAME_OF

#define AT(member) .at = offsetof(struct sbl_draft, member)
#define OTHER(member) .other = offsetof(struct sbl_draft, member)
#define EVENT(member) AT(event.member)
#define CHOICE_OF(array, from) .names = array, .count = sizeof array / sizeof *array, .first = from
#define SETTING(NAME, KIND, json, member)                                                          \
    [NAME] = {json, KIND, AT(policy.member), .settings = OF_POLICY, .bit = SELLABLE_SETTING_##NAME}

const struct sbl_field sbl_fields[SBL_FIELD_COUNT] = {
    [ITEM] = {"item", THING, EVENT(item_key), OTHER(event.item), SBL_ITEM},
    [LOCATION] = {"location", THING, EVENT(location_key), OTHER(event.location), SBL_LOCATION},
    [FROM] = {"from", THING, EVENT(location_key), OTHER(event.location), SBL_LOCATION},
    [TO] = {"to", THING, EVENT(to_key), OTHER(event.to), SBL_LOCATION},
    [CHANNEL] = {"channel", THING, EVENT(channel_key), OTHER(event.channel), SBL_CHANNEL},
    [QUANTITY_] = {"quantity", QUANTITY, EVENT(quantity)},
    [UNIT] = {"unit", KEY, EVENT(unit)},
    [EXPECTED] = {"expected", INTEGER, EVENT(expected), OTHER(event.has_expected)},
    [AS_OF] = {"as_of", TIME, EVENT(as_of), OTHER(event.has_as_of)},
    [REASON] = {"reason", KEY, EVENT(reason)},
    [UNTIL] = {"until", TIME, EVENT(until)},
    [REFERENCE] = {"reference", KEY, EVENT(reference)},
    [TRANSFER] = {"transfer", KEY, EVENT(reference)},
    [DUE] = {"due", INTEGER, EVENT(due)},
    [HELD] = {"held", KEY, EVENT(held)},
    [OUTCOME] = {"outcome", CHOICE, EVENT(outcome), CHOICE_OF(outcomes, SELLABLE_RESTOCK)},

    [ORDER] = {"order", KEY, EVENT(order_key)},
    [ORDER_CHANNEL] = {"channel", THING, AT(order.channel_key), OTHER(order.channel), SBL_CHANNEL},
    [LINES] = {"lines", ARRAY, .read = sbl_read_lines},
    [PARTS] = {"lines", ARRAY, .read = sbl_read_parts},
    [MODE] = {"mode", CHOICE, AT(order.mode), CHOICE_OF(modes, 0)},
    [EXPIRES_AT] = {"expires_at", TIME, AT(order.expires_at)},
    [DATE] = {"date", TIME, AT(order.date), OTHER(order.has_date)},
    [PRECEDENCE] = {"precedence", SHORT, AT(order.precedence), OTHER(order.has_precedence)},
    [NEW_EXPIRES_AT] = {"expires_at", TIME, EVENT(expires_at)},
    [MOVED] = {"quantity", INTEGER, EVENT(quantity)},

    [ITEM_KEY] = {"item", KEY, EVENT(item_key)},
    [ITEM_UNIT] = {"unit", KEY, AT(item.unit), .settings = OF_ITEM, .bit = SELLABLE_ITEM_UNIT},
    [UNITS] = {"units", ARRAY, .settings = OF_ITEM, .bit = SELLABLE_ITEM_UNITS,
               .read = sbl_read_units},
    [TRACKED] = {"tracked", FLAG, AT(item.tracked), .settings = OF_ITEM,
                 .bit = SELLABLE_ITEM_TRACKED},
    [COMPONENTS] = {"components", ARRAY, .settings = OF_ITEM, .bit = SELLABLE_ITEM_COMPONENTS,
                    .read = sbl_read_components},
    [LOCATION_KEY] = {"location", KEY, EVENT(location_key)},
    [REGION] = {"region", KEY, AT(location.region), .settings = OF_LOCATION,
                .bit = SELLABLE_LOCATION_REGION},
    [ACTIVE] = {"active", FLAG, AT(location.active), .settings = OF_LOCATION,
                .bit = SELLABLE_LOCATION_ACTIVE},
    [CHANNEL_KEY] = {"channel", KEY, EVENT(channel_key)},
    [LOCATIONS] = {"locations", ARRAY, .settings = OF_POLICY, .bit = SELLABLE_SETTING_LOCATIONS,
                   .read = sbl_read_places},
    [SOURCING] = {"sourcing", CHOICE, AT(policy.sourcing), .settings = OF_POLICY,
                  .bit = SELLABLE_SETTING_SOURCING, CHOICE_OF(sourcings, 0)},
    SETTING(SHARE, SHORT, "share", share),
    SETTING(BUFFER, INTEGER, "buffer", buffer),
    [RANK] = {"precedence", SHORT, AT(policy.precedence), .settings = OF_POLICY,
              .bit = SELLABLE_SETTING_PRECEDENCE},
    SETTING(CLOSED, FLAG, "closed", closed),
    SETTING(BACKORDER, INTEGER, "backorder", backorder),
    SETTING(HORIZON, INTEGER, "horizon", horizon),
    [SALES_UNIT] = {"unit", KEY, AT(policy.unit), .settings = OF_POLICY,
                    .bit = SELLABLE_SETTING_UNIT},
    SETTING(CAP, INTEGER, "cap", cap),
    SETTING(MINIMUM, INTEGER, "minimum", minimum),
    SETTING(LOW, INTEGER, "low", low),
    SETTING(PAUSED, FLAG, "paused", paused),
    SETTING(INTERVAL, DURATION, "interval", interval),
    SETTING(STEP, INTEGER, "step", step),
    [DECLARES] = {"source", KEY, EVENT(declares)},
    [MAX_LAG] = {"max_lag", SILENCE, EVENT(max_lag), OTHER(event.max_lag_given)},
    [OWNED] = {"quantity", OWNING, AT(ownership.owned), OTHER(ownership.type)},
    [OWNERS] = {"source", ARRAY, .read = sbl_read_owners},
    [OWNED_AT] = {"location", THING, AT(ownership.location_key), OTHER(ownership.location),
                  SBL_LOCATION},

    [SOURCE] = {"source", THING, EVENT(source_key), OTHER(event.source), SBL_SOURCE},
    [SEQ] = {"seq", INTEGER, EVENT(seq), OTHER(event.has_seq)},
    [ID] = {"id", KEY, EVENT(id)},
    [AT_TIME] = {"at", TIME, EVENT(at), OTHER(event.has_at)},
    [CORRELATION] = {"correlation", KEY, EVENT(correlation)},
    [CONTENT_] = {"content", CONTENT},
};

/* ---- types ----------------------------------------------------------------------------------- */

#define ORIGIN SOURCE, SEQ, ID, AT_TIME, CORRELATION, CONTENT_
#define NO_SOURCE ID, AT_TIME, CORRELATION, CONTENT_
#define SUPPLY UNIT, EXPECTED, ORIGIN
#define POLICY_FIELDS                                                                              \
    LOCATIONS, SOURCING, SHARE, BUFFER, RANK, CLOSED, BACKORDER, HORIZON, SALES_UNIT, CAP,         \
        MINIMUM, LOW, PAUSED, INTERVAL, STEP, ORIGIN

const struct sbl_form sbl_forms[SELLABLE_EVENT_TYPES_END] = {
    /* What can be said of that which is no event (exception_put). */
    [0] = {"item", 0, 0, {ITEM, LOCATION, FROM, TO, ORDER, SOURCE, ID, CORRELATION, CONTENT_}},
    [SELLABLE_ON_HAND_SET] = {"item", 3, 3, {ITEM, LOCATION, QUANTITY_, AS_OF, SUPPLY}},
    [SELLABLE_ON_HAND_ADJUST] = {"item", 3, 3, {ITEM, LOCATION, QUANTITY_, REASON, SUPPLY}},
    [SELLABLE_HOLD_PLACE] = {"item", 4, 4, {ITEM, LOCATION, REASON, QUANTITY_, UNIT, ORIGIN}},
    [SELLABLE_HOLD_RELEASE] = {"item", 4, 4, {ITEM, LOCATION, REASON, QUANTITY_, UNIT, ORIGIN}},
    [SELLABLE_HOLD_SCRAP] = {"item", 4, 4, {ITEM, LOCATION, REASON, QUANTITY_, UNIT, ORIGIN}},
    [SELLABLE_ALLOCATION_SET] = {"item", 3, 3, {ITEM, LOCATION, QUANTITY_, SUPPLY}},
    [SELLABLE_ALLOCATION_ADJUST] = {"item", 3, 3, {ITEM, LOCATION, QUANTITY_, SUPPLY}},
    [SELLABLE_SAFETY_STOCK_SET] = {"item", 3, 3, {ITEM, LOCATION, QUANTITY_, SUPPLY}},
    [SELLABLE_RING_FENCE_SET] = {"item", 4, 4,
                                 {ITEM, LOCATION, CHANNEL, QUANTITY_, UNTIL, SUPPLY}},
    [SELLABLE_SCHEDULE_SET] = {"item", 4, 5,
                               {ITEM, LOCATION, REFERENCE, QUANTITY_, DUE, SUPPLY}},
    [SELLABLE_RECEIPT] = {"item", 3, 3, {ITEM, LOCATION, QUANTITY_, REFERENCE, HELD, UNIT, ORIGIN}},
    [SELLABLE_TRANSFER_SHIP] = {"transfer", 6, 6,
                                {TRANSFER, ITEM, FROM, TO, QUANTITY_, DUE, UNIT, ORIGIN}},
    [SELLABLE_TRANSFER_RECEIVE] = {"transfer", 2, 2, {TRANSFER, QUANTITY_, UNIT, ORIGIN}},
    [SELLABLE_RETURN_RECEIVE] = {"item", 3, 3, {ITEM, LOCATION, QUANTITY_, ORDER, UNIT, ORIGIN}},
    [SELLABLE_RETURN_DISPOSITION] = {"item", 4, 4,
                                     {ITEM, LOCATION, QUANTITY_, OUTCOME, UNIT, ORIGIN}},
    [SELLABLE_RESERVE] = {"order", 3, 3,
                          {ORDER, ORDER_CHANNEL, LINES, MODE, EXPIRES_AT, DATE, PRECEDENCE,
                           ORIGIN}},
    [SELLABLE_AMEND] = {"order", 2, 2, {ORDER, LINES, DATE, ORIGIN}},
    [SELLABLE_CONFIRM] = {"order", 1, 1, {ORDER, ORIGIN}},
    [SELLABLE_EXTEND] = {"order", 2, 2, {ORDER, NEW_EXPIRES_AT, ORIGIN}},
    [SELLABLE_RELEASE] = {"order", 1, 2, {ORDER, PARTS, REASON, ORIGIN}},
    [SELLABLE_ALLOCATE] = {"order", 1, 2, {ORDER, PARTS, ORIGIN}},
    [SELLABLE_DEALLOCATE] = {"order", 1, 2, {ORDER, PARTS, ORIGIN}},
    [SELLABLE_SHIP] = {"order", 1, 2, {ORDER, PARTS, ORIGIN}},
    [SELLABLE_RESOURCE] = {"order", 4, 4, {ORDER, ITEM, FROM, TO, MOVED, ORIGIN}},
    [SELLABLE_ITEM] = {"item", 1, 1, {ITEM_KEY, ITEM_UNIT, UNITS, TRACKED, COMPONENTS, ORIGIN}},
    [SELLABLE_LOCATION] = {"location", 1, 1, {LOCATION_KEY, REGION, ACTIVE, ORIGIN}},
    [SELLABLE_CHANNEL] = {"channel", 1, 1, {CHANNEL_KEY, POLICY_FIELDS}},
    [SELLABLE_POLICY] = {"item", 0, 2, {ITEM, CHANNEL, POLICY_FIELDS}},
    [SELLABLE_HOLD] = {"reason", 1, 1, {REASON, ORIGIN}},
    [SELLABLE_OWNER] = {"quantity", 2, 2, {OWNED, OWNERS, OWNED_AT, NO_SOURCE}},
    [SELLABLE_SOURCE] = {"source", 1, 1, {DECLARES, MAX_LAG, NO_SOURCE}},
};

/* ---- names ----------------------------------------------------------------------------------- */

int sbl_drafts_load(struct sbl_state *state)
{
    static_assert(SBL_FIELD_COUNT <= SBL_FIELDS_MAX, "the module's state has room for the names");
    for (int field = 1; field < SBL_FIELD_COUNT; field++) {
        state->fields[field] = PyUnicode_InternFromString(sbl_fields[field].name);
        if (state->fields[field] == NULL)
            return -1;
    }
    return 0;
}

static PyObject *names_of(const struct sbl_form *form, bool required)
{
    Py_ssize_t count = 0;
    while (form->fields[count] != NO_FIELD && (!required || count < form->required))
        count++;
    PyObject *names = PyTuple_New(count);
    for (Py_ssize_t i = 0; names != NULL && i < count; i++) {
        PyObject *name = PyUnicode_InternFromString(sbl_fields[form->fields[i]].name);
        if (name == NULL)
            Py_CLEAR(names);
        else
            PyTuple_SET_ITEM(names, i, name);
    }
    return names;
}

PyObject *sbl_event_fields(bool required)
{
    PyObject *dict = PyDict_New();
    for (int type = 1; dict != NULL && type < SELLABLE_EVENT_TYPES_END; type++)
        if (sbl_put(dict, sellable_event_name(type), names_of(&sbl_forms[type], required)) < 0)
            Py_CLEAR(dict);
    return dict;
}

uint32_t sbl_to_type(struct sbl_state *state, PyObject *name)
{
    struct sellable_key key;
    for (uint32_t type = 1; type < SELLABLE_EVENT_TYPES_END; type++)
        if (state->types[type] == name)
            return type;
    if (sbl_to_key(state, name, "type", &key) < 0)
        return 0;
    uint32_t type = sellable_event_of(key);
    if (type == 0)
        sbl_refuse_value(state, "type", "there is no such type of events");
    return type;
}

int sbl_place_of(const struct sbl_state *state, uint32_t type, PyObject *name)
{
    const uint8_t *has = sbl_forms[type].fields;
    for (int i = 0; i < SBL_PLACES_MAX && has[i] != NO_FIELD; i++)
        if (state->fields[has[i]] == name)
            return i;
    for (int i = 0; i < SBL_PLACES_MAX && has[i] != NO_FIELD; i++)
        if (PyUnicode_Compare(state->fields[has[i]], name) == 0 ||
            (has[i] == FROM && PyUnicode_CompareWithASCIIString(name, "from_") == 0))
            return i;
    return -1;
}

/* ---- settings -------------------------------------------------------------------------------- */

uint32_t *sbl_set_of(struct sbl_draft *draft, enum settings settings, bool unset)
{
    switch (settings) {
    case OF_ITEM:
        return unset ? &draft->item.unset : &draft->item.set;
    case OF_LOCATION:
        return unset ? &draft->location.unset : &draft->location.set;
    default:
        assert(settings == OF_POLICY);
        return unset ? &draft->policy.unset : &draft->policy.set;
    }
}
