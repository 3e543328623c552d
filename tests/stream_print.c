/* SPDX-License-Identifier: Apache-2.0
 *
 * Names of the things in streams, and calls in words: see stream.h. */
#include "stream.h"

#include <stdio.h>
#include <string.h>

/* ---- names ----------------------------------------------------------------------------------- */

const char *call_kind_name(enum call_kind kind) {
    static const char *const names[] = {
#define CALL_KIND_NAME(NAME, TEXT) TEXT,
        CALL_KINDS(CALL_KIND_NAME)
#undef CALL_KIND_NAME
    };
    return names[kind];
}

const char *stream_kind_name(enum stream_kind kind) {
    static const char *const names[] = {
#define STREAM_KIND_NAME(NAME, TEXT) TEXT,
        STREAM_KINDS(STREAM_KIND_NAME)
#undef STREAM_KIND_NAME
    };
    return names[kind];
}

/* A key, as long as one may be and one byte longer. */
#define TEN "0123456789"
#define TOO_LONG TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN "012345678"

/* Byte-wise, capitals stand before small letters, and what is not ASCII behind both. */
static const char *const item_keys[THINGS] = {"A", "B",       "a", "\xc3\xa4", "SET",   "kit", "",
                                              "",  "nothing", "",  "a\xff",    TOO_LONG};
static const char *const location_keys[THINGS] = {
    "west", "w", "East", "\xc3\xa9st", "east", "", "", "", "nowhere", "", "\xed\xa0\x80", TOO_LONG};
static const char *const channel_keys[THINGS] = {"web", "shop", "edi",    "", "",         "",
                                                 "",    "",     "nobody", "", "\xc0\x80", TOO_LONG};
static const char *const region_keys[] = {"us", "east", "\xff", ""};
#define ORDER_KEYS(TENS)                                                                           \
    "O-" TENS "0", "O-" TENS "1", "O-" TENS "2", "O-" TENS "3", "O-" TENS "4", "O-" TENS "5",      \
        "O-" TENS "6", "O-" TENS "7", "O-" TENS "8", "O-" TENS "9"
static const char *const order_keys[ORDERS + 1] = {ORDER_KEYS(""), ORDER_KEYS("1"), ORDER_KEYS("2"),
                                                   ORDER_KEYS("3"), "O-\xe2\x82"};
static const char *const reason_keys[] = {"quality", "damage", "inspection", "blocked",
                                          "customs", "recall", "",           "",
                                          "unheard", "\xff"};
static const char *const unit_keys[] = {"", "each", "case", "box",  "pallet",
                                        "", "",     "",     "ounce", "\xff"};
static const char *const reference_keys[] = {"PO-1", "PO-2", "SO-1", "T-1",     "T-2",
                                             "T-3",  "T-4",  "T-5",  "unheard", "\xff"};
static const char *const source_keys[THINGS] = {"wms", "erp", "3pl",      "oms", "",     "",
                                                "",    "",    "stranger", "",    "\xff", TOO_LONG};
static const char *const correlation_keys[] = {"", "c-1", "c-2", "c-\xc3\xa4", "\xff"};
static const char *const contents[] = {"", "{\"type\":\"receipt\"}", "not even JSON \xff", "x"};
#define ID_KEYS(TENS)                                                                              \
    "e-" TENS "0", "e-" TENS "1", "e-" TENS "2", "e-" TENS "3", "e-" TENS "4", "e-" TENS "5",      \
        "e-" TENS "6", "e-" TENS "7", "e-" TENS "8", "e-" TENS "9"
static const char *const id_keys[NO_ID] = {ID_KEYS(""),  ID_KEYS("1"), ID_KEYS("2"), ID_KEYS("3"),
                                           ID_KEYS("4"), ID_KEYS("5"), "e\xfe",      TOO_LONG};

static struct sellable_key key_of(const char *text) {
    return (struct sellable_key){text, strlen(text)};
}

struct sellable_key stream_item_key(uint32_t item) {
    return key_of(item_keys[item]);
}

struct sellable_key stream_location_key(uint32_t location) {
    return key_of(location_keys[location]);
}

struct sellable_key stream_channel_key(uint32_t channel) {
    return key_of(channel_keys[channel]);
}

struct sellable_key stream_region_key(uint32_t region) {
    return key_of(region_keys[region]);
}

struct sellable_key stream_order_key(uint32_t order) {
    return key_of(order_keys[order]);
}

struct sellable_key stream_reason_key(uint32_t reason) {
    return key_of(reason_keys[reason]);
}

struct sellable_key stream_unit_key(uint32_t unit) {
    return unit == 0 ? (struct sellable_key){NULL, 0} : key_of(unit_keys[unit]);
}

struct sellable_key stream_reference_key(uint32_t reference) {
    return reference == NOT_GIVEN ? (struct sellable_key){NULL, 0}
                                  : key_of(reference_keys[reference]);
}

struct sellable_key stream_source_key(uint32_t source) {
    return key_of(source_keys[source]);
}

struct sellable_key stream_id_key(uint32_t id) {
    return id == NO_ID ? (struct sellable_key){NULL, 0} : key_of(id_keys[id]);
}

struct sellable_key stream_correlation_key(uint32_t correlation) {
    return correlation == 0 ? (struct sellable_key){NULL, 0}
                            : key_of(correlation_keys[correlation]);
}

struct sellable_key stream_content(uint32_t content) {
    static const char too_long[SELLABLE_CONTENT_MAX + 1];
    if (content == LONG_CONTENT) {
        return (struct sellable_key){too_long, sizeof too_long};
    }
    return content == 0 ? (struct sellable_key){NULL, 0} : key_of(contents[content]);
}

/* ---- what a call is -------------------------------------------------------------------------- */

enum call_kind call_meaning(const struct call *call) {
    static const enum call_kind orders_and_masters[] = {
        CALL_RESERVE,    CALL_AMEND,   CALL_CONFIRM,      CALL_EXTEND,
        CALL_RELEASE,    CALL_ALLOCATE, CALL_DEALLOCATE,  CALL_SHIP,
        CALL_RESOURCE,   CALL_ITEM_PUT, CALL_LOCATION_PUT, CALL_CHANNEL_PUT,
        CALL_POLICY_PUT, CALL_HOLD_PUT, CALL_OWNER_PUT,   CALL_SOURCE_PUT};
    bool event = call->kind == CALL_APPLY || (call->kind == CALL_REPLAY && call->mended);
    uint32_t type = call->event_type;
    if (event && type >= SELLABLE_RESERVE && type < SELLABLE_EVENT_TYPES_END) {
        return orders_and_masters[type - SELLABLE_RESERVE];
    }
    return event ? CALL_APPLY : call->kind;
}

/* ---- in words -------------------------------------------------------------------------------- */

static void print_name(const char *what, struct sellable_key key) {
    fprintf(stderr, " %s \"", what);
    for (uint64_t i = 0; i < key.size && i < 12; i++) {
        unsigned char byte = (unsigned char)key.bytes[i];
        fprintf(stderr, byte >= 0x20 && byte < 0x7f ? "%c" : "\\x%02x", byte);
    }
    fprintf(stderr, key.size > 12 ? "..\"" : "\"");
}

static void print_number(const char *what, int64_t value) {
    fprintf(stderr, " %s %lld", what, (long long)value);
}

static void print_item(const char *what, uint32_t item) {
    if (item != NOT_GIVEN) {
        print_name(what, stream_item_key(item));
    }
}

static void print_location(const char *what, uint32_t location) {
    if (location >= REGION) {
        print_name("region", stream_region_key(location - REGION));
    } else if (location != NOT_GIVEN) {
        print_name(what, stream_location_key(location));
    }
}

static void print_channel(uint32_t channel) {
    if (channel != NOT_GIVEN) {
        print_name("channel", stream_channel_key(channel));
    }
}

static void print_unit(uint32_t unit) {
    if (unit != 0) {
        print_name("unit", stream_unit_key(unit));
    }
}

static void print_policy(const struct call *call) {
    const struct sellable_policy *policy = &call->policy;
    const struct {
        uint32_t setting;
        const char *name;
        int64_t value;
    } values[] = {
        {SELLABLE_SETTING_SOURCING, "sourcing", policy->sourcing},
        {SELLABLE_SETTING_SHARE, "share", policy->share},
        {SELLABLE_SETTING_BUFFER, "buffer", policy->buffer},
        {SELLABLE_SETTING_PRECEDENCE, "precedence", policy->precedence},
        {SELLABLE_SETTING_CLOSED, "closed", policy->closed},
        {SELLABLE_SETTING_BACKORDER, "backorder", policy->backorder},
        {SELLABLE_SETTING_HORIZON, "horizon", policy->horizon},
        {SELLABLE_SETTING_CAP, "cap", policy->cap},
        {SELLABLE_SETTING_MINIMUM, "minimum", policy->minimum},
        {SELLABLE_SETTING_LOW, "low", policy->low},
        {SELLABLE_SETTING_PAUSED, "paused", policy->paused},
        {SELLABLE_SETTING_INTERVAL, "interval", policy->interval},
        {SELLABLE_SETTING_STEP, "step", policy->step},
    };
    if (!call->has_policy) {
        return;
    }
    for (size_t i = 0; i < sizeof values / sizeof values[0]; i++) {
        if (policy->set & values[i].setting) {
            print_number(values[i].name, values[i].value);
        }
    }
    if (policy->set & SELLABLE_SETTING_UNIT) {
        print_unit(call->unit);
    }
    if (policy->set & SELLABLE_SETTING_LOCATIONS) {
        fprintf(stderr, " locations [");
        for (uint32_t i = 0; i < policy->location_count; i++) {
            print_location("", call->locations[i]);
        }
        fprintf(stderr, " ]");
    }
#define PRINT_UNSET(NAME, NUMBER, JSON, TEXT)                                                      \
    if (policy->unset & (1u << NUMBER)) {                                                          \
        fprintf(stderr, " unset " JSON);                                                           \
    }
    SELLABLE_SETTINGS(PRINT_UNSET)
#undef PRINT_UNSET
    fprintf(stderr, " (set %#x, unset %#x)", policy->set, policy->unset);
}

static void print_settings(const struct call *call, enum call_kind meaning) {
    if (!call->has_settings) {
        return;
    }
    if (meaning == CALL_LOCATION_PUT) {
        if (call->set & SELLABLE_LOCATION_REGION) {
            print_name("region", stream_region_key(call->region));
        }
        if (call->set & SELLABLE_LOCATION_ACTIVE) {
            print_number("active", call->active);
        }
    } else {
        if (call->set & SELLABLE_ITEM_UNIT) {
            print_name("smallest", stream_unit_key(call->unit));
        }
        for (uint32_t i = 0; (call->set & SELLABLE_ITEM_UNITS) && i < call->unit_count; i++) {
            print_unit(call->units[i].name);
            fprintf(stderr, " = %lld/%lld", (long long)call->units[i].numerator,
                    (long long)call->units[i].denominator);
        }
        if (call->set & SELLABLE_ITEM_TRACKED) {
            print_number("tracked", call->tracked);
        }
        for (uint32_t i = 0;
             (call->set & SELLABLE_ITEM_COMPONENTS) && i < call->component_count; i++) {
            print_number("of", call->components[i].number);
            print_item("x", call->components[i].item);
        }
    }
    fprintf(stderr, " (set %#x, unset %#x)", call->set, call->unset);
}

static void print_words(const char *what, struct sellable_key key) {
    if (key.bytes) {
        print_name(what, key);
    }
}

/* The fields of supply. */
static void print_supply(const struct call *call) {
    uint32_t type = call->event_type;
    print_number("quantity", call->quantity);
    print_unit(call->unit);
    if (call->reason != REASONS) {
        print_name("reason", stream_reason_key(call->reason));
    }
    if (type == SELLABLE_RING_FENCE_SET) {
        print_number("until", call->time);
        print_channel(call->channel);
    }
    if (type >= SELLABLE_SCHEDULE_SET && type <= SELLABLE_TRANSFER_RECEIVE) {
        print_words("reference", stream_reference_key(call->reference));
    }
    if (type == SELLABLE_SCHEDULE_SET || type == SELLABLE_TRANSFER_SHIP) {
        print_number("due", call->date);
    }
    if (type == SELLABLE_TRANSFER_SHIP) {
        print_location("to", call->to);
    }
    if (call->held != REASONS) {
        print_name("held", stream_reason_key(call->held));
    }
    if (type == SELLABLE_RETURN_DISPOSITION) {
        print_number("outcome", call->outcome);
    }
    if (type == SELLABLE_RETURN_RECEIVE && call->order != NO_ORDER) {
        print_name("order", stream_order_key(call->order));
    }
    if (call->has_expected) {
        fprintf(stderr, " expected[%u] %lld", call->has_expected, (long long)call->expected);
    }
    if (call->has_as_of) {
        fprintf(stderr, " as_of[%u] %lld", call->has_as_of, (long long)call->as_of);
    }
}

static void print_origin(const struct call *call) {
    if (call->source != NOT_GIVEN) {
        print_name(call->source_by_handle ? "from handle" : "from",
                   stream_source_key(call->source));
    }
    print_words("id", stream_id_key(call->id));
    if (call->has_seq) {
        fprintf(stderr, " seq[%u] %lld", call->has_seq, (long long)call->seq);
    }
    if (call->has_at) {
        fprintf(stderr, " at[%u] %lld", call->has_at, (long long)call->at);
    }
    print_words("correlation", stream_correlation_key(call->correlation));
    print_words("content", stream_content(call->content));
}

static void print_ownership(const struct call *call) {
    print_number("owned", call->owned);
    fprintf(stderr, " type %s", sellable_event_name((int)call->owned_type));
    for (uint32_t i = 0; i < call->owner_count && i < CALL_OWNERS; i++) {
        print_name("by", stream_source_key(call->owners[i]));
    }
    fprintf(stderr, " (%u owners, unset %u)", call->owner_count, call->unset_rule);
}

static void print_source(const struct call *call) {
    print_name("source", stream_source_key(call->declares));
    if (call->has_max_lag) {
        print_number("max_lag", call->max_lag);
    }
}

static void print_exception(const struct call *call) {
    if (call->kind == CALL_EXCEPTION_PUT) {
        fprintf(stderr, " %s", sellable_status_name((int)call->status));
        return;
    }
    print_number(call->newest ? "newest" : "number", (int64_t)call->number);
    if (call->kind == CALL_EXCEPTIONS && call->by_impact) {
        print_number("by_impact", call->by_impact);
    }
}

static void print_lines(const struct call *call) {
    for (uint32_t i = 0; i < call->line_count && i < CALL_LINES; i++) {
        const struct call_line *line = &call->lines[i];
        fprintf(stderr, " [%lld", (long long)line->quantity);
        print_unit(line->unit);
        print_item(line->by_handle ? "handle" : "key", line->item);
        print_location("at", line->location);
        for (uint32_t k = 0; k < line->substitute_count && k < CALL_SUBSTITUTES; k++) {
            print_item("or", line->substitutes[k]);
        }
        if (line->at_least != 0) {
            print_number("at_least", line->at_least);
        }
        fprintf(stderr, "]");
    }
    fprintf(stderr, " (%u lines)", call->line_count);
}

static void print_order(const struct call *call, enum call_kind meaning) {
    print_lines(call);
    if (call->has_date) {
        fprintf(stderr, " date[%u] %lld", call->has_date, (long long)call->date);
    }
    if (meaning == CALL_RESERVE) {
        print_number("expires_at", call->time);
        print_number("mode", call->mode);
        if (call->has_precedence) {
            fprintf(stderr, " precedence[%u] %d", call->has_precedence, call->precedence);
        }
    }
}

/* Which kinds of calls name what. */
#define IS(KIND) (UINT64_C(1) << CALL_##KIND)
static const uint64_t by_item = IS(ITEM_PUT) | IS(POLICY_PUT) | IS(APPLY) | IS(RESOURCE) |
                                IS(AVAILABLE) | IS(EXPLAIN) | IS(CELL) | IS(ORDERS) |
                                IS(WAITING) | IS(POLICY_FIND) | IS(ITEM_LOOK) | IS(ITEM_FIND) |
                                IS(EXCEPTION_PUT);
static const uint64_t by_location = IS(LOCATION_PUT) | IS(APPLY) | IS(RESOURCE) | IS(CELL) |
                                    IS(ORDERS) | IS(WAITING) | IS(LOCATION_LOOK) |
                                    IS(LOCATION_FIND) | IS(OWNER_PUT) | IS(EXCEPTION_PUT);
static const uint64_t by_channel = IS(CHANNEL_PUT) | IS(POLICY_PUT) | IS(RESERVE) | IS(AVAILABLE) |
                                   IS(EXPLAIN) | IS(POLICY_FIND) | IS(CHANNEL_FIND) |
                                   IS(CHANGES);
static const uint64_t by_order = IS(RESERVE) | IS(CONFIRM) | IS(EXTEND) | IS(RELEASE) |
                                 IS(ALLOCATE) | IS(DEALLOCATE) | IS(SHIP) | IS(AMEND) |
                                 IS(RESOURCE) | IS(AVAILABLE) | IS(EXPLAIN) | IS(ORDER) |
                                 IS(EXCEPTION_PUT);
static const uint64_t by_parts = IS(RELEASE) | IS(ALLOCATE) | IS(DEALLOCATE) | IS(SHIP);
static const uint64_t by_exception = IS(EXCEPTION_PUT) | IS(REPLAY) | IS(DISCARD) | IS(EXCEPTIONS);
#undef IS

static void print_changes(const struct call *call) {
    if (call->has_after) {
        fprintf(stderr, " after[%u] %s%llu", call->has_after, call->newest ? "the last less " : "",
                (unsigned long long)call->number);
    }
    fprintf(stderr, call->bare ? " without an array" : "");
}

static void print_view(const struct call *call) {
    print_number("number", call->view);
    if (call->kind == CALL_VIEW_AVAILABILITY) {
        print_number("from", (int64_t)call->number);
        for (uint32_t i = 0; i < call->channel_count; i++) {
            print_channel(call->channels[i]);
        }
    }
    if (call->left_out) {
        fprintf(stderr, " without %#x", call->left_out);
    }
}

static void print_fork(const struct call *call) {
    static const char *const uses[] = {"is closed", "is kept", "goes on, the original is kept",
                                       "goes on, the original is closed"};
    fprintf(stderr, " %s, allocator %d", uses[call->use], (int)call->allocator);
}

/* What it says beside the things that it names. */
static void print_body(const struct call *call, enum call_kind meaning) {
    switch (meaning) {
    case CALL_APPLY:
        print_supply(call);
        break;
    case CALL_RESERVE:
    case CALL_AMEND:
        print_order(call, meaning);
        break;
    case CALL_ITEM_PUT:
    case CALL_LOCATION_PUT:
        print_settings(call, meaning);
        break;
    case CALL_CHANNEL_PUT:
    case CALL_POLICY_PUT:
        print_policy(call);
        break;
    case CALL_ADVANCE:
    case CALL_EXTEND:
        print_number("to", call->time);
        break;
    case CALL_HOLD_PUT:
        print_name("reason", stream_reason_key(call->reason));
        break;
    case CALL_REGION_FIND:
        print_name("region", stream_region_key(call->region));
        break;
    case CALL_OWNER_PUT:
        print_ownership(call);
        break;
    case CALL_SOURCE_PUT:
    case CALL_SOURCE_FIND:
    case CALL_SOURCE_LOOK:
        print_source(call);
        break;
    case CALL_CHANGES:
        print_changes(call);
        break;
    case CALL_VIEW_OPEN:
    case CALL_VIEW_CLOSE:
    case CALL_VIEW_AVAILABILITY:
    case CALL_VIEW_CELLS:
    case CALL_VIEW_ORDERS:
        print_view(call);
        break;
    case CALL_FORK:
        print_fork(call);
        break;
    default:
        if (call->has_date) {
            fprintf(stderr, " date[%u] %lld", call->has_date, (long long)call->date);
        }
    }
}

static void print_things(const struct call *call, enum call_kind meaning) {
    uint64_t bit = UINT64_C(1) << meaning;
    bool moves = meaning == CALL_RESOURCE;
    if ((by_order & bit) && call->order != NO_ORDER) {
        print_name("order", stream_order_key(call->order));
    }
    if (by_item & bit) {
        print_item("item", call->item);
    }
    if (by_location & bit) {
        print_location(moves ? "from" : "location", call->location);
    }
    if (moves || meaning == CALL_EXCEPTION_PUT) {
        print_location("to", call->to);
    }
    if (moves) {
        print_number("quantity", call->quantity);
    }
    if (by_channel & bit) {
        print_channel(call->channel);
    }
}

void stream_print(const struct call *call) {
    enum call_kind kind = call->kind, meaning = call_meaning(call);
    bool event = kind == CALL_APPLY || kind == CALL_EXCEPTION_PUT || call->mended;
    fprintf(stderr, "%s", call_kind_name(kind));
    if (by_exception & (UINT64_C(1) << kind)) {
        print_exception(call);
    }
    if (event) {
        fprintf(stderr, " %s", sellable_event_name((int)call->event_type));
    }
    print_things(call, meaning);
    print_body(call, meaning);
    if (by_parts & (UINT64_C(1) << meaning)) {
        print_lines(call);
    }
    if (event) {
        print_origin(call);
    }
    if (call->closed) {
        print_number("closed", call->closed);
    }
    fprintf(stderr, "%s%s", call->by_handle ? ", by handle" : "",
            call->unanswered ? ", no answer wanted" : "");
    if (call->capacity != UINT32_MAX) {
        fprintf(stderr, ", room for %u", call->capacity);
    }
    fprintf(stderr, "\n");
}
