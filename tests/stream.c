/* SPDX-License-Identifier: Apache-2.0
 *
 * Random calls: see stream.h. Most are sensible and some are not; a few hundred of them reach every
 * status of every call. */
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

/* A key, as long as one may be and one byte longer. */
#define TEN "0123456789"
#define TOO_LONG TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN "012345678"

/* Byte-wise, capitals stand before small letters, and what is not ASCII behind both. */
static const char *const item_keys[THINGS] = {"A", "B",       "a", "\xc3\xa4", "",
                                              "",  "nothing", "",  "a\xff",    TOO_LONG};
static const char *const location_keys[THINGS] = {
    "west", "w", "East", "\xc3\xa9st", "east", "", "nowhere", "", "\xed\xa0\x80", TOO_LONG};
static const char *const channel_keys[THINGS] = {"web", "shop",   "edi", "",         "",
                                                 "",    "nobody", "",    "\xc0\x80", TOO_LONG};
#define ORDER_KEYS(TENS)                                                                           \
    "O-" TENS "0", "O-" TENS "1", "O-" TENS "2", "O-" TENS "3", "O-" TENS "4", "O-" TENS "5",      \
        "O-" TENS "6", "O-" TENS "7", "O-" TENS "8", "O-" TENS "9"
static const char *const order_keys[ORDERS + 1] = {ORDER_KEYS(""), ORDER_KEYS("1"), ORDER_KEYS("2"),
                                                   ORDER_KEYS("3"), "O-\xe2\x82"};
static const char *const reason_keys[] = {"quality", "damage", "inspection",
                                          "blocked", "",       "customs"};

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

struct sellable_key stream_order_key(uint32_t order) {
    return key_of(order_keys[order]);
}

struct sellable_key stream_reason_key(uint32_t reason) {
    return key_of(reason_keys[reason]);
}

/* ---- making ---------------------------------------------------------------------------------- */

enum { LATEST = 12 };

struct maker {
    struct random random;
    int64_t clock; /* the engine's now, if no call was dropped */
    int64_t retention;
    bool large;                   /* quantities at the limits are common */
    struct call reserves[LATEST]; /* the latest, to be made again */
    uint32_t reserve_count;
};

static bool percent(struct maker *maker, uint32_t chance) {
    return random_percent(&maker->random, chance);
}

static uint32_t below(struct maker *maker, uint32_t count) {
    return random_below(&maker->random, count);
}

static uint32_t at_most(uint32_t count, uint32_t limit) {
    return count < limit ? count : limit;
}

/* A quantity >= 0. */
static int64_t some_quantity(struct maker *maker, uint32_t limit) {
    static const int64_t limits[] = {SELLABLE_QUANTITY_MAX,     SELLABLE_QUANTITY_MAX - 1,
                                     SELLABLE_QUANTITY_MAX / 2, SELLABLE_QUANTITY_MAX / 2 + 1,
                                     SELLABLE_QUANTITY_MAX / 3, SELLABLE_QUANTITY_MAX - 5};
    if (percent(maker, maker->large ? 35 : 1)) {
        return limits[below(maker, sizeof limits / sizeof limits[0])];
    }
    return below(maker, limit);
}

/* What is beyond the limits of a quantity. */
static int64_t out_of_range(struct maker *maker) {
    static const int64_t values[] = {SELLABLE_QUANTITY_MAX + 1, -SELLABLE_QUANTITY_MAX - 1,
                                     INT64_MAX, INT64_MIN};
    return values[below(maker, 4)];
}

/* A thing to be named: mostly one of `count`. */
static uint32_t some_thing(struct maker *maker, uint32_t count, uint32_t unknown_percent) {
    if (percent(maker, unknown_percent)) {
        return UNMADE + below(maker, THINGS - UNMADE);
    }
    return below(maker, count);
}

static void make_event(struct maker *maker, struct call *call) {
    static const uint32_t types[] = {
        SELLABLE_ON_HAND_SET,    SELLABLE_ON_HAND_SET,       SELLABLE_ON_HAND_SET,
        SELLABLE_ON_HAND_ADJUST, SELLABLE_ON_HAND_ADJUST,    SELLABLE_ON_HAND_ADJUST,
        SELLABLE_HOLD_PLACE,     SELLABLE_HOLD_RELEASE,      SELLABLE_HOLD_SCRAP,
        SELLABLE_ALLOCATION_SET, SELLABLE_ALLOCATION_ADJUST, SELLABLE_SAFETY_STOCK_SET};
    call->event_type = types[below(maker, sizeof types / sizeof types[0])];
    bool hold = call->event_type >= SELLABLE_HOLD_PLACE && call->event_type <= SELLABLE_HOLD_SCRAP;
    bool on_hand = call->event_type <= SELLABLE_ON_HAND_ADJUST;
    call->quantity = some_quantity(maker, on_hand ? 40 : 4);
    call->reason = hold ? below(maker, 4) : 4;
    if (hold && call->quantity == 0) {
        call->quantity = 1;
    }
    if ((call->event_type == SELLABLE_ON_HAND_SET && percent(maker, 10)) ||
        (call->event_type == SELLABLE_ON_HAND_ADJUST && percent(maker, 40)) ||
        (call->event_type == SELLABLE_ALLOCATION_ADJUST && percent(maker, 50))) {
        call->quantity = -call->quantity;
    }
    if (!hold && percent(maker, 12)) {
        call->has_expected = 1;
        call->expected = below(maker, 8);
    }
    if (percent(maker, 6)) {
        switch (below(maker, 5)) {
        case 0:
            call->event_type = percent(maker, 50) ? 0 : SELLABLE_EVENT_TYPES_END;
            break;
        case 1:
            call->quantity = out_of_range(maker);
            break;
        case 2:
            call->quantity = hold ? 0 : on_hand ? call->quantity : -1;
            break;
        case 3:
            call->has_expected = hold ? 1 : 2;
            break;
        default:
            call->reason = hold ? 4 + below(maker, 2) : call->reason;
        }
    }
}

static void make_policy(struct maker *maker, struct call *call) {
    struct sellable_policy *policy = &call->policy;
    call->has_policy = percent(maker, 90);
    for (uint32_t bit = 0; bit < 6; bit++) {
        bool closed = (1u << bit) == SELLABLE_CLOSED;
        if (percent(maker, closed ? 8 : 20)) {
            policy->set |= 1u << bit;
        } else if (percent(maker, closed ? 40 : 20)) {
            policy->unset |= 1u << bit;
        }
    }
    for (uint32_t i = 0; i < LOCATIONS; i++) { /* some of them, shuffled */
        uint32_t place = below(maker, i + 1);
        call->locations[i] = call->locations[place];
        call->locations[place] = i;
    }
    static const int32_t shares[] = {10000, 5000, 3333, 9999, 7500, 0, 1};
    policy->location_count = percent(maker, 8) ? 0 : 1 + below(maker, LOCATIONS);
    policy->share = shares[below(maker, percent(maker, 85) ? 5 : 7)];
    policy->buffer = some_quantity(maker, 5);
    policy->precedence = (int32_t)below(maker, 5) - 2;
    policy->closed = percent(maker, 50);
    if (!percent(maker, 15)) {
        return;
    }
    switch (below(maker, 9)) {
    case 0:
        policy->set |= 1u << 6;
        break;
    case 1:
        policy->unset |= policy->set | SELLABLE_SHARE;
        policy->set |= SELLABLE_SHARE;
        break;
    case 2:
        policy->set |= SELLABLE_LOCATIONS;
        policy->location_count = 1 + policy->location_count % (CALL_LOCATIONS - 1);
        call->locations[policy->location_count] = call->locations[0];
        policy->location_count++;
        break;
    case 3:
        policy->set |= SELLABLE_LOCATIONS;
        policy->location_count = 1 + policy->location_count % (CALL_LOCATIONS - 1);
        call->locations[below(maker, policy->location_count)] = UNMADE;
        break;
    case 4:
        policy->sourcing = 1;
        break;
    case 5:
        policy->buffer = percent(maker, 50) ? -1 : SELLABLE_QUANTITY_MAX + 1;
        break;
    case 6:
        policy->share = percent(maker, 50) ? -1 : 10001;
        break;
    case 7:
        policy->precedence = percent(maker, 50) ? 1000001 : -1000001;
        break;
    default:
        policy->closed = 2;
    }
}

/* An earlier order once more, as it was written or nearly so. */
static void repeat_order(struct maker *maker, struct call *call) {
    *call = maker->reserves[below(maker, at_most(maker->reserve_count, LATEST))];
    call->by_handle = percent(maker, 50);
    for (uint32_t i = 0; i < CALL_LINES; i++) {
        call->lines[i].by_handle = percent(maker, 50);
    }
    if (!percent(maker, 35)) {
        return;
    }
    struct call_line first = call->lines[0];
    switch (below(maker, 5)) {
    case 0:
        call->lines[0].quantity = first.quantity == 1 ? 2 : 1;
        break;
    case 1:
        call->channel = (call->channel + 1) % CHANNELS;
        break;
    case 2:
        call->time = call->time ? 0 : maker->clock + 5;
        break;
    case 3:
        call->line_count = call->line_count == 1 ? 2 : 1;
        break;
    default:
        call->lines[0] = call->lines[1];
        call->lines[1] = first;
    }
}

static void make_order(struct maker *maker, struct call *call) {
    if (maker->reserve_count > 0 && percent(maker, 20)) {
        repeat_order(maker, call);
        return;
    }
    call->line_count = percent(maker, 50) ? 1 : 1 + below(maker, CALL_LINES);
    for (uint32_t i = 0; i < CALL_LINES; i++) {
        call->lines[i].item = some_thing(maker, ITEMS, 1);
        call->lines[i].by_handle = percent(maker, 50);
        call->lines[i].quantity = 1 + some_quantity(maker, call->line_count < 3 ? 12 : 4);
        if (call->lines[i].quantity > SELLABLE_QUANTITY_MAX) {
            call->lines[i].quantity = SELLABLE_QUANTITY_MAX;
        }
    }
    if (percent(maker, 45)) {
        call->time = maker->clock + random_between(&maker->random, 1, 60);
    } else if (percent(maker, 6)) {
        static const int64_t times[] = {
            SELLABLE_TIME_MAX, SELLABLE_TIME_MAX + 1, -1, -SELLABLE_TIME_MAX - 1, INT64_MAX,
            INT64_MIN};
        call->time = percent(maker, 40) ? maker->clock : times[below(maker, 6)];
    }
    if (percent(maker, 3)) {
        static const uint32_t counts[] = {0, SELLABLE_LINES_MAX + 1, UINT32_MAX,
                                          SELLABLE_LINES_MAX};
        call->line_count = counts[below(maker, 4)];
    } else if (percent(maker, 2)) {
        static const int64_t quantities[] = {0, -1, SELLABLE_QUANTITY_MAX + 1, INT64_MIN};
        call->lines[below(maker, CALL_LINES)].quantity = quantities[below(maker, 4)];
    }
    maker->reserves[maker->reserve_count++ % LATEST] = *call;
}

static void make_advance(struct maker *maker, struct call *call) {
    call->time = maker->clock + below(maker, 25);
    if (percent(maker, 12)) {
        call->time = maker->clock + maker->retention - below(maker, 3);
    } else if (percent(maker, 10)) {
        static const int64_t times[] = {SELLABLE_TIME_MAX + 1,
                                        -SELLABLE_TIME_MAX - 1,
                                        INT64_MAX,
                                        INT64_MIN,
                                        -SELLABLE_TIME_MAX,
                                        0};
        call->time = times[below(maker, 6)];
    } else if (percent(maker, 10)) {
        call->time = maker->clock - below(maker, 25);
    } else if (percent(maker, 1) && percent(maker, 20)) {
        call->time = SELLABLE_TIME_MAX;
    }
    if (call->time > maker->clock && call->time <= SELLABLE_TIME_MAX) {
        maker->clock = call->time;
    }
}

static enum call_kind some_kind(struct maker *maker) {
    static const uint8_t weights[CALL_KIND_COUNT] = {2, 2, 5, 28, 32, 5, 8, 7,
                                                     6, 8, 4, 4,  5,  1, 1, 1};
    uint32_t sum = 0;
    for (int i = 0; i < CALL_KIND_COUNT; i++) {
        sum += weights[i];
    }
    uint32_t point = below(maker, sum);
    int kind = 0;
    while (point >= weights[kind]) {
        point -= weights[kind++];
    }
    return (enum call_kind)kind;
}

static struct call make_call(struct maker *maker, enum call_kind kind) {
    struct call call = {.kind = kind};
    call.by_handle = percent(maker, 50);
    call.unanswered = percent(maker, 5);
    call.capacity = percent(maker, 8) ? below(maker, 3) : UINT32_MAX;
    bool put = kind == CALL_ITEM_PUT || kind == CALL_LOCATION_PUT || kind == CALL_CHANNEL_PUT;
    uint32_t odd = put ? 0 : 2;
    call.item = some_thing(maker, ITEMS, odd);
    call.location = some_thing(maker, LOCATIONS, odd);
    call.channel = some_thing(maker, CHANNELS, odd);
    call.order = percent(maker, 2) ? BAD_ORDER_KEY : below(maker, ORDERS);
    if (kind != CALL_RESERVE && maker->reserve_count > 0 && percent(maker, 60)) {
        call.order = maker->reserves[below(maker, at_most(maker->reserve_count, LATEST))].order;
    }
    if (put && percent(maker, 4)) {
        call.item = call.location = call.channel = EMPTY_KEY + below(maker, THINGS - EMPTY_KEY);
    }
    switch (kind) {
    case CALL_CHANNEL_PUT:
        make_policy(maker, &call);
        break;
    case CALL_APPLY:
        make_event(maker, &call);
        break;
    case CALL_RESERVE:
        make_order(maker, &call);
        break;
    case CALL_ADVANCE:
        make_advance(maker, &call);
        break;
    default:
        break;
    }
    call.kind = kind;
    return call;
}

/* One of all the things there are, without a fault. */
static struct call make_thing(struct maker *maker, uint32_t thing) {
    bool item = thing < ITEMS, location = !item && thing < ITEMS + LOCATIONS;
    struct call call = {.kind = item       ? CALL_ITEM_PUT
                                : location ? CALL_LOCATION_PUT
                                           : CALL_CHANNEL_PUT};
    call.capacity = below(maker, 3);
    call.item = item ? thing : 0;
    call.location = location ? thing - ITEMS : 0;
    call.channel = item || location ? 0 : thing - ITEMS - LOCATIONS;
    return call;
}

void stream_make(struct call *calls, uint32_t count, uint64_t seed, int64_t retention) {
    enum { MADE = ITEMS + LOCATIONS + CHANNELS, FILLED = MADE + 16 };
    struct maker maker = {.random = {seed}, .retention = retention};
    maker.large = percent(&maker, 15);
    uint32_t order[MADE];
    for (uint32_t i = 0; i < MADE; i++) {
        uint32_t place = below(&maker, i + 1);
        order[i] = order[place];
        order[place] = i;
    }
    enum call_kind kind = CALL_APPLY;
    for (uint32_t i = 0; i < count; i++) {
        if (i < MADE && percent(&maker, 97)) { /* first of all there must be something */
            calls[i] = make_thing(&maker, order[i]);
            continue;
        }
        if (i >= FILLED && !percent(&maker, 40)) { /* runs of a kind, so that there are batches */
            kind = some_kind(&maker);
        }
        calls[i] = make_call(&maker, kind);
    }
}

/* ---- printing -------------------------------------------------------------------------------- */

static void print_name(const char *what, struct sellable_key key) {
    fprintf(stderr, " %s \"", what);
    for (uint64_t i = 0; i < key.size && i < 12; i++) {
        unsigned char byte = (unsigned char)key.bytes[i];
        fprintf(stderr, byte >= 0x20 && byte < 0x7f ? "%c" : "\\x%02x", byte);
    }
    fprintf(stderr, key.size > 12 ? "..\"" : "\"");
}

static void print_policy(const struct call *call) {
    const struct sellable_policy *policy = &call->policy;
    if (!call->has_policy) {
        return;
    }
#define PRINT_UNSET(NAME, NUMBER, JSON, TEXT)                                                      \
    if (policy->unset & (1u << NUMBER)) {                                                          \
        fprintf(stderr, " unset " JSON);                                                           \
    }
    SELLABLE_SETTINGS(PRINT_UNSET)
#undef PRINT_UNSET
    if (policy->set & SELLABLE_LOCATIONS) {
        fprintf(stderr, " locations [");
        for (uint32_t i = 0; i < policy->location_count; i++) {
            fprintf(stderr, " %s", location_keys[call->locations[i]]);
        }
        fprintf(stderr, " ]");
    }
    if (policy->set & SELLABLE_SOURCING) {
        fprintf(stderr, " sourcing %u", policy->sourcing);
    }
    if (policy->set & SELLABLE_SHARE) {
        fprintf(stderr, " share %d", policy->share);
    }
    if (policy->set & SELLABLE_BUFFER) {
        fprintf(stderr, " buffer %lld", (long long)policy->buffer);
    }
    if (policy->set & SELLABLE_PRECEDENCE) {
        fprintf(stderr, " precedence %d", policy->precedence);
    }
    if (policy->set & SELLABLE_CLOSED) {
        fprintf(stderr, " closed %u", policy->closed);
    }
    fprintf(stderr, " (set %#x, unset %#x)", policy->set, policy->unset);
}

static void print_event(const struct call *call) {
    static const char *const names[] = {"no type",
#define EVENT_NAME(NAME, NUMBER, JSON, TEXT) JSON,
                                        SELLABLE_EVENTS(EVENT_NAME)
#undef EVENT_NAME
                                            "no type"};
    fprintf(stderr, " %s %lld", names[call->event_type], (long long)call->quantity);
    if (call->reason != 4) {
        print_name("reason", stream_reason_key(call->reason));
    }
    if (call->has_expected) {
        fprintf(stderr, " expected[%u] %lld", call->has_expected, (long long)call->expected);
    }
}

void stream_print(const struct call *call) {
    enum call_kind kind = call->kind;
    fprintf(stderr, "%s", call_kind_name(kind));
    if (kind == CALL_APPLY) {
        print_event(call);
    }
    if ((kind >= CALL_RESERVE && kind <= CALL_SHIP) || kind == CALL_ORDER) {
        print_name("order", stream_order_key(call->order));
    }
    if (kind == CALL_RESERVE) {
        for (uint32_t i = 0; i < call->line_count && i < CALL_LINES; i++) {
            fprintf(stderr, " %lld x", (long long)call->lines[i].quantity);
            print_name(call->lines[i].by_handle ? "handle" : "key",
                       stream_item_key(call->lines[i].item));
        }
        fprintf(stderr, " (%u lines) expires_at %lld", call->line_count, (long long)call->time);
    }
    if (kind == CALL_ADVANCE) {
        fprintf(stderr, " to %lld", (long long)call->time);
    }
    bool question = kind == CALL_AVAILABLE || kind == CALL_EXPLAIN;
    bool place = kind == CALL_APPLY || kind == CALL_CELL;
    if (question || place || kind == CALL_ITEM_PUT || kind == CALL_ITEM_FIND) {
        print_name("item", stream_item_key(call->item));
    }
    if (place || kind == CALL_LOCATION_PUT || kind == CALL_LOCATION_FIND) {
        print_name("location", stream_location_key(call->location));
    }
    if (question || kind == CALL_RESERVE || kind == CALL_CHANNEL_PUT || kind == CALL_CHANNEL_FIND) {
        print_name("channel", stream_channel_key(call->channel));
    }
    if (kind == CALL_CHANNEL_PUT) {
        print_policy(call);
    }
    fprintf(stderr, "%s%s", call->by_handle ? ", by handle" : "",
            call->unanswered ? ", no answer wanted" : "");
    if (call->capacity != UINT32_MAX) {
        fprintf(stderr, ", room for %u", call->capacity);
    }
    fprintf(stderr, "\n");
}
