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
static const char *const reference_keys[] = {"PO-1", "PO-2", "SO-1", "T", "",
                                             "",     "",     "",     "",  "\xff"};

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
    return key_of(reference_keys[reference]);
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

static void print_settings(const struct call *call) {
    if (!call->has_settings) {
        return;
    }
    if (call->kind == CALL_LOCATION_PUT) {
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

static void print_event(const struct call *call) {
    static const char *const names[] = {"no type",
#define EVENT_NAME(NAME, NUMBER, JSON, TEXT) JSON,
                                        SELLABLE_EVENTS(EVENT_NAME)
#undef EVENT_NAME
                                            "no type"};
    fprintf(stderr, " %s %lld", names[call->event_type], (long long)call->quantity);
    print_unit(call->unit);
    if (call->reason != REASONS) {
        print_name("reason", stream_reason_key(call->reason));
    }
    if (call->event_type == SELLABLE_RING_FENCE_SET) {
        print_number("until", call->time);
    }
    if (call->event_type == SELLABLE_SCHEDULE_SET) {
        print_name("reference", stream_reference_key(call->reference));
        print_number("due", call->date);
    }
    if (call->has_expected) {
        fprintf(stderr, " expected[%u] %lld", call->has_expected, (long long)call->expected);
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

static void print_order(const struct call *call) {
    print_lines(call);
    if (call->has_date) {
        fprintf(stderr, " date[%u] %lld", call->has_date, (long long)call->date);
    }
    if (call->kind == CALL_RESERVE) {
        print_number("expires_at", call->time);
        print_number("mode", call->mode);
        if (call->has_precedence) {
            fprintf(stderr, " precedence[%u] %d", call->has_precedence, call->precedence);
        }
    }
}

/* Which kinds of calls name what. */
#define IS(KIND) (UINT32_C(1) << CALL_##KIND)
static const uint32_t by_item = IS(ITEM_PUT) | IS(POLICY_PUT) | IS(APPLY) | IS(RESOURCE) |
                                IS(AVAILABLE) | IS(EXPLAIN) | IS(CELL) | IS(ORDERS) |
                                IS(WAITING) | IS(POLICY_FIND) | IS(ITEM_LOOK) | IS(ITEM_FIND);
static const uint32_t by_location = IS(LOCATION_PUT) | IS(APPLY) | IS(RESOURCE) | IS(CELL) |
                                    IS(ORDERS) | IS(WAITING) | IS(LOCATION_LOOK) |
                                    IS(LOCATION_FIND);
static const uint32_t by_channel = IS(CHANNEL_PUT) | IS(POLICY_PUT) | IS(RESERVE) | IS(AVAILABLE) |
                                   IS(EXPLAIN) | IS(POLICY_FIND) | IS(CHANNEL_FIND);
static const uint32_t by_order = IS(RESERVE) | IS(CONFIRM) | IS(EXTEND) | IS(RELEASE) |
                                 IS(ALLOCATE) | IS(DEALLOCATE) | IS(SHIP) | IS(AMEND) |
                                 IS(RESOURCE) | IS(AVAILABLE) | IS(EXPLAIN) | IS(ORDER);
static const uint32_t by_parts = IS(RELEASE) | IS(ALLOCATE) | IS(DEALLOCATE) | IS(SHIP);
#undef IS

void stream_print(const struct call *call) {
    enum call_kind kind = call->kind;
    uint32_t bit = UINT32_C(1) << kind;
    fprintf(stderr, "%s", call_kind_name(kind));
    if (kind == CALL_APPLY) {
        print_event(call);
    }
    if ((by_order & bit) && call->order != NO_ORDER) {
        print_name("order", stream_order_key(call->order));
    }
    if (by_item & bit) {
        print_item("item", call->item);
    }
    if (by_location & bit) {
        print_location(kind == CALL_RESOURCE ? "from" : "location", call->location);
    }
    if (kind == CALL_RESOURCE) {
        print_location("to", call->to);
        print_number("quantity", call->quantity);
    }
    bool fence = kind == CALL_APPLY && call->event_type == SELLABLE_RING_FENCE_SET;
    if ((by_channel & bit) || fence) {
        print_channel(call->channel);
    }
    if (kind == CALL_RESERVE || kind == CALL_AMEND) {
        print_order(call);
    } else if (by_parts & bit) {
        print_lines(call);
    } else if (kind == CALL_ITEM_PUT || kind == CALL_LOCATION_PUT) {
        print_settings(call);
    } else if (kind == CALL_CHANNEL_PUT || kind == CALL_POLICY_PUT) {
        print_policy(call);
    } else if (kind == CALL_ADVANCE || kind == CALL_EXTEND) {
        print_number("to", call->time);
    } else if (kind == CALL_HOLD_PUT) {
        print_name("reason", stream_reason_key(call->reason));
    } else if (kind == CALL_REGION_FIND) {
        print_name("region", stream_region_key(call->region));
    } else if (call->has_date) {
        fprintf(stderr, " date[%u] %lld", call->has_date, (long long)call->date);
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
