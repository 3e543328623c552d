/* SPDX-License-Identifier: Apache-2.0
 *
 * Small random programs for test_linear (linear_program.h): how one call is drawn, by the theme of
 * its program. */
#ifndef SELLABLE_TESTS_LINEAR_DRAW_H
#define SELLABLE_TESTS_LINEAR_DRAW_H

#include "linear.h"

#include "random.h"

#include <string.h>

enum { PROGRAM_CALLS_MOST = 12, PROGRAM_THREADS_MOST = 4 };

/* What a program is about. */
enum theme {
    EVERYTHING,
    ONE_ITEM, /* in two places */
    SETTINGS,
    TIME,
    SEVERAL_LINES,
    SAME_KEYS,
    EDGES,  /* of figures */
    GROWTH, /* things come into being */
    FENCES,
    DATES, /* schedules, horizons, promises for later */
    KITS,  /* the last item is made of the others */
    MENDING, /* orders are amended, and take what they can */
    PARTS, /* of orders are allocated, shipped, released */
    FEEDS, /* events with an origin, and exceptions */
    STOCK_MOVES, /* balances among movements, transfers */
    THEMES
};

struct program {
    struct linear_history history; /* set-up first, then the threads' calls, then the end */
    uint64_t seed;
    uint64_t orders; /* of struct sellable_options: whether orders share one bucket or not */
    uint32_t set_up, threads, end; /* where the threads' calls and those of the end begin */
    uint32_t items, locations, channels, keys; /* that are there from the start, or used */
    uint32_t set_up_keys;
    enum theme theme;
    uint32_t looks_percent;      /* so many of its calls are views, */
    uint32_t asks_percent, asks; /* or questions for changes; how many there are of these yet */
    struct linear_call usual[LINEAR_KEYS]; /* what is mostly asked for under a key; */
    struct linear_call usual_event[1 + LINEAR_SOURCES][LINEAR_IDS]; /* and sent with an id */
    struct random random;
};

/* Items that have stock of their own. */
static inline uint32_t plain_items(const struct program *program) {
    return program->theme == KITS ? LINEAR_COMPONENTS : program->items;
}

static inline struct linear_call *program_add(struct program *program, uint32_t thread,
                                              enum linear_kind kind) {
    struct linear_call *call = &program->history.call[program->history.count++];
    *call = (struct linear_call){.kind = kind, .thread = thread};
    return call;
}

/* ---- one call -------------------------------------------------------------------------------- */

/* Things beyond those that are there from the start: a few, by key, which may come into being. */
static inline int64_t draw_number(struct program *program, uint32_t there, uint32_t most) {
    uint32_t chance = program->theme == GROWTH ? 40 : 3;
    uint32_t all = there < most && random_percent(&program->random, chance) ? there + 1 : there;
    return random_below(&program->random, all);
}

static inline int64_t draw_setting(struct random *random, uint32_t setting) {
    static const int64_t shares[] = {SELLABLE_SHARE_ALL, 5000, 3333, 0};
    switch (1u << setting) {
    case SELLABLE_SETTING_SHARE:
        return shares[random_below(random, 4)];
    case SELLABLE_SETTING_BUFFER:
    case SELLABLE_SETTING_BACKORDER:
    case SELLABLE_SETTING_LOW:
        return random_between(random, 0, 4);
    case SELLABLE_SETTING_PRECEDENCE:
        return random_between(random, -1, 1);
    case SELLABLE_SETTING_CAP:
        return random_between(random, 1, 6);
    case SELLABLE_SETTING_MINIMUM:
        return random_between(random, 0, 3);
    default: /* closed, paused, horizon */
        return random_below(random, 2);
    }
}

static inline void draw_policy(struct program *program, struct linear_call *call) {
    struct random *random = &program->random;
    static const uint32_t often = SELLABLE_SETTING_LOCATIONS | SELLABLE_SETTING_SHARE |
                                  SELLABLE_SETTING_BUFFER | SELLABLE_SETTING_CLOSED;
    static const uint32_t never = SELLABLE_SETTING_SOURCING | SELLABLE_SETTING_UNIT |
                                  SELLABLE_SETTING_INTERVAL | SELLABLE_SETTING_STEP;
    for (uint32_t i = 0; i < LINEAR_SETTINGS; i++) {
        uint32_t bit = 1u << i;
        if ((bit & never) != 0 || (bit == SELLABLE_SETTING_CLOSED && program->theme == KITS) ||
            !random_percent(random, (bit & often) != 0 ? 30 : 12)) {
            continue; /* a closed kit would be told beside its components */
        }
        if (random_percent(random, 75)) {
            call->policy.set |= bit;
            call->policy.value[i] = i == 0 ? 0 : draw_setting(random, i);
        } else {
            call->unset |= bit;
        }
    }
    if ((call->policy.set & SELLABLE_SETTING_LOCATIONS) != 0) {
        call->policy.location_count = random_below(random, LINEAR_LOCATIONS + 1);
        for (int64_t i = 0; i < call->policy.location_count; i++) {
            bool there = random_percent(random, 90);
            uint32_t location = random_below(random, program->locations);
            call->policy.location[i] = there ? location : LINEAR_LOCATIONS;
        }
    }
}

/* So that what the theme is about matters: some more than the settings of any theme. */
static inline void add_setting(struct program *program, struct linear_call *call,
                               uint32_t setting, int64_t value) {
    if (random_percent(&program->random, 75)) {
        call->policy.set |= 1u << setting;
        call->unset &= ~(int64_t)(1u << setting);
        call->policy.value[setting] = value;
    }
}

static inline void draw_fence(struct program *program, struct linear_call *call) {
    call->event.type = SELLABLE_RING_FENCE_SET;
    call->channel = draw_number(program, program->channels, LINEAR_CHANNELS);
    call->event.quantity = random_between(&program->random, 0, 4);
    call->at = random_percent(&program->random, 40) ? random_between(&program->random, 1, 9) : 0;
}

static inline void draw_entry(struct program *program, struct linear_call *call) {
    call->event.type = SELLABLE_SCHEDULE_SET;
    call->event.reference = random_below(&program->random, LINEAR_REFERENCES);
    call->event.quantity = random_between(&program->random, -2, 5);
    call->at = random_between(&program->random, 1, 9);
}

/* A receipt, a transfer, a return. */
static inline void draw_move(struct program *program, struct linear_call *call) {
    struct random *random = &program->random;
    uint32_t type = call->event.type;
    bool receipt = type == SELLABLE_RECEIPT;
    call->event.reference = random_below(random, LINEAR_REFERENCES + (receipt ? 1 : 0));
    call->event.quantity = random_between(random, 1, 3);
    if (type == SELLABLE_TRANSFER_SHIP) {
        call->event.to = call->location == 0 ? 1 : 0;
        call->at = random_between(random, 1, 9);
    } else if (type == SELLABLE_RETURN_DISPOSITION) {
        call->event.outcome = random_between(random, SELLABLE_RESTOCK, SELLABLE_TO_DAMAGE);
    } else if (receipt && random_percent(random, 30)) {
        call->event.held = 1 + random_below(random, LINEAR_HOLDS);
    }
}

/* When it happened, and of a balance, which instant it is of. */
static inline void draw_moment(struct program *program, struct linear_call *call) {
    struct random *random = &program->random;
    uint32_t percent = program->theme == STOCK_MOVES ? 50 : program->theme == FEEDS ? 25 : 0;
    if (random_percent(random, percent)) {
        call->event.has_at = true;
        call->event.at = random_between(random, 0, 12);
    }
    if (call->event.type == SELLABLE_ON_HAND_SET && random_percent(random, percent)) {
        call->event.has_as_of = true;
        call->event.as_of = random_between(random, 0, 12);
    }
}

static inline void draw_event(struct program *program, struct linear_call *call) {
    struct random *random = &program->random;
    uint32_t type = 1 + random_below(random, SELLABLE_RETURN_DISPOSITION);
    uint32_t usual = program->theme == FENCES  ? SELLABLE_RING_FENCE_SET
                     : program->theme == DATES ? SELLABLE_SCHEDULE_SET
                     : program->theme == KITS  ? SELLABLE_ON_HAND_SET
                     : program->theme == STOCK_MOVES
                         ? SELLABLE_TRANSFER_SHIP + random_below(random, 2)
                                               : SELLABLE_ON_HAND_ADJUST;
    type = random_percent(random, 40) ? usual : type;
    bool hold = type >= SELLABLE_HOLD_PLACE && type <= SELLABLE_HOLD_SCRAP;
    bool signed_ = type == SELLABLE_ON_HAND_ADJUST || type == SELLABLE_ALLOCATION_ADJUST ||
                   type == SELLABLE_SCHEDULE_SET;
    call->event.type = type;
    call->event.reason = hold ? random_below(random, LINEAR_HOLDS) : 0;
    call->event.quantity = signed_ ? random_between(random, -4, 4) : random_between(random, 0, 6);
    if (type == SELLABLE_ON_HAND_SET && program->theme == KITS) { /* all of it comes or goes */
        call->event.quantity = random_percent(random, 50) ? 0 : 6;
    }
    if (type == SELLABLE_RING_FENCE_SET) {
        draw_fence(program, call);
    } else if (type == SELLABLE_SCHEDULE_SET) {
        draw_entry(program, call);
    } else if (type > SELLABLE_SCHEDULE_SET) {
        draw_move(program, call);
    }
    draw_moment(program, call);
    if (!hold && type <= SELLABLE_SCHEDULE_SET && random_percent(random, 25)) {
        call->event.has_expected = true;
        call->event.expected = random_between(random, 0, 5);
    }
    if (program->theme == EDGES && random_percent(random, 50)) {
        call->event.quantity = signed_ && random_percent(random, 50) ? -SELLABLE_QUANTITY_MAX
                                                                     : SELLABLE_QUANTITY_MAX;
    }
}

/* How many of a hundred orders take what they can. */
static inline uint32_t partial_percent(enum theme theme) {
    switch (theme) {
    case MENDING:
    case KITS:
    case FENCES:
    case DATES:
        return 25;
    case EVERYTHING:
    case SEVERAL_LINES:
        return 10;
    default:
        return 0;
    }
}

static inline void draw_lines(struct program *program, struct linear_call *call) {
    struct random *random = &program->random;
    uint32_t chance = program->theme == SEVERAL_LINES ? 90 : 40;
    call->line_count = random_percent(random, chance) ? random_between(random, 2, LINEAR_LINES) : 1;
    for (int64_t i = 0; i < call->line_count; i++) {
        call->line[i].item = random_below(random, program->items);
        call->line[i].quantity = random_between(random, 1, 3) - random_percent(random, 1);
        if (program->theme == KITS && random_percent(random, 40)) {
            call->line[i].item = LINEAR_COMPONENTS;
        }
        if (program->theme == EDGES && random_percent(random, 20)) {
            call->line[i].quantity = SELLABLE_QUANTITY_MAX / 5 * 3;
        }
        if (call->mode == SELLABLE_PARTIAL) {
            call->line[i].quantity += random_between(random, 1, 3);
            call->line[i].at_least = random_percent(random, 40)
                                         ? random_between(random, 1, call->line[i].quantity)
                                         : 1;
        }
    }
}

static inline void draw_date(struct program *program, struct linear_call *call,
                             uint32_t percent) {
    if (program->theme == DATES || program->theme == EVERYTHING) {
        call->has_date = random_percent(&program->random, percent);
        call->date = call->has_date ? random_between(&program->random, 0, 10) : 0;
    }
}

static inline void draw_order(struct program *program, struct linear_call *call) {
    struct random *random = &program->random;
    call->channel = draw_number(program, program->channels, LINEAR_CHANNELS);
    if (program->theme == ONE_ITEM || program->theme == SAME_KEYS) {
        call->line_count = 1;
        call->line[0].quantity = random_between(random, 1, program->theme == ONE_ITEM ? 6 : 2);
        return;
    }
    if (random_percent(random, partial_percent(program->theme))) {
        call->mode = SELLABLE_PARTIAL;
    }
    draw_lines(program, call);
    draw_date(program, call, 30);
    bool expires = random_percent(random, program->theme == TIME ? 80 : 25);
    call->at = expires ? random_between(random, 1, 8) : 0;
}

static inline bool is_there(const struct program *program, const struct linear_call *call) {
    bool there = call->item < program->items && call->location < program->locations &&
                 call->channel < program->channels;
    for (int64_t i = 0; i < call->line_count; i++) {
        there &= call->line[i].item < program->items;
    }
    return there;
}

static inline void draw_reserve(struct program *program, struct linear_call *call) {
    struct random *random = &program->random;
    const struct linear_call *usual = &program->usual[call->key];
    call->channel = usual->channel;
    call->line_count = usual->line_count;
    call->at = usual->at;
    call->mode = usual->mode;
    call->has_date = usual->has_date;
    call->date = usual->date;
    memcpy(call->line, usual->line, sizeof call->line);
    if (random_percent(random, 12)) {
        memset(call->line, 0, sizeof call->line);
        call->mode = call->has_date = call->date = 0;
        draw_order(program, call);
    } else if (random_percent(random, 8)) {
        call->line[0].quantity++;
    }
    if (program->theme == GROWTH && random_percent(random, 40)) {
        call->line[0].item = draw_number(program, program->items, LINEAR_ITEMS);
    }
}

/* Of plain items: what a kit's order has are parts of these, too. */
static inline void draw_parts(struct program *program, struct linear_call *call) {
    struct random *random = &program->random;
    if (!random_percent(random, program->theme == PARTS || program->theme == FENCES ? 65 : 15)) {
        return;
    }
    call->part_count = random_between(random, 1, LINEAR_PARTS);
    for (int64_t i = 0; i < call->part_count; i++) {
        bool located = random_percent(random, 40);
        uint32_t location = random_below(random, program->locations);
        call->part[i] =
            (struct linear_part){.item = random_below(random, plain_items(program)),
                                 .location = located ? location : LINEAR_LOCATIONS,
                                 .quantity = random_between(random, 1, 2)};
    }
}

/* Of an order by its key; of those that are there from the start one of each. */
static inline void draw_follow(struct program *program, uint32_t thread,
                               struct linear_call *call) {
    call->key = random_below(&program->random, program->keys);
    if (thread == LINEAR_NOBODY) {
        call->key = program->set_up_keys++;
    }
    switch (call->kind) {
    case LINEAR_RESERVE:
        draw_reserve(program, call);
        break;
    case LINEAR_AMEND:
        draw_lines(program, call);
        draw_date(program, call, 30);
        break;
    case LINEAR_EXTEND:
        call->at = random_between(&program->random, 1, 12);
        break;
    case LINEAR_CONFIRM:
    case LINEAR_ORDER:
        break;
    default:
        draw_parts(program, call);
        break;
    }
}

/* The last item is made of others than before, or has stock of its own. */
static inline void draw_kit(struct program *program, struct linear_call *call) {
    call->item = LINEAR_COMPONENTS;
    call->is_plain = random_percent(&program->random, 35);
    for (uint32_t i = 0; i < LINEAR_COMPONENTS && !call->is_plain; i++) {
        call->component[i] = random_between(&program->random, 1, 2);
    }
}

static inline bool may_be_event(enum linear_kind kind) {
    return kind == LINEAR_RESERVE || kind == LINEAR_AMEND || kind == LINEAR_CONFIRM ||
           kind == LINEAR_EXTEND || kind == LINEAR_RELEASE || kind == LINEAR_ALLOCATE ||
           kind == LINEAR_DEALLOCATE || kind == LINEAR_SHIP;
}

/* With an id mostly what is usual for it is sent, whatever was drawn. */
static inline void draw_usual(struct program *program, struct linear_call *call,
                              struct linear_call *usual) {
    struct random *random = &program->random;
    uint32_t thread = call->thread;
    if (call->kind == LINEAR_REPLAY) {
        if (usual->kind == LINEAR_APPLY && usual->event.type != 0 && random_percent(random, 70)) {
            call->item = usual->item;
            call->location = usual->location;
            call->channel = usual->channel;
            call->at = usual->at;
            call->event = usual->event;
        }
        return;
    }
    if (usual->event.type == 0 && usual->as_event == 0) {
        *usual = *call;
        usual->as_event = may_be_event(call->kind);
    }
    *call = *usual;
    call->thread = thread;
    call->goes_on = false;
    if (call->kind == LINEAR_APPLY && random_percent(random, 10)) {
        call->event.quantity++;
    }
}

/* Who sends it, if it is an event. */
static inline void draw_origin(struct program *program, struct linear_call *call) {
    struct random *random = &program->random;
    bool feeds = program->theme == FEEDS;
    int64_t source = 0, id = 0;
    if ((call->kind != LINEAR_APPLY && call->kind != LINEAR_REPLAY &&
         !may_be_event(call->kind)) ||
        !random_percent(random, feeds ? 85 : program->theme == EVERYTHING ? 15 : 0)) {
        return;
    }
    if (feeds && random_percent(random, 75)) { /* mostly the one that numbers its events */
        source = random_percent(random, 70) ? LINEAR_SOURCES
                                            : 1 + random_below(random, LINEAR_SOURCES);
    }
    if (random_percent(random, 75)) {
        id = random_percent(random, 75) ? 1 : 1 + random_below(random, LINEAR_IDS);
        draw_usual(program, call, &program->usual_event[source][id - 1]);
    }
    call->as_event = may_be_event(call->kind);
    for (int64_t i = 0; i < call->line_count && call->as_event; i++) { /* which is refused first */
        call->line[i].quantity += call->line[i].quantity == 0;
    }
    call->event.source = source;
    call->event.id = id;
    call->event.has_seq = source == LINEAR_SOURCES && random_percent(random, 60);
    call->event.seq = call->event.has_seq ? random_between(random, 1, 5) : 0;
}

/* A question for changes is as many calls as there may be items. */
static inline void draw_changes(struct program *program, uint32_t thread, uint32_t channel,
                                uint32_t items) {
    bool by_key = channel >= program->channels || random_percent(&program->random, 20);
    for (uint32_t item = 0; item < items; item++) {
        struct linear_call *call = program_add(program, thread, LINEAR_CHANGES);
        call->item = item;
        call->channel = channel;
        call->by_key = by_key;
        call->goes_on = item + 1 < items;
    }
}

static inline void draw_call(struct program *program, uint32_t thread, enum linear_kind kind) {
    struct random *random = &program->random;
    struct linear_call *call = program_add(program, thread, kind);
    switch (kind) {
    case LINEAR_ITEM_PUT:
        call->item = random_below(random, LINEAR_ITEMS);
        if (program->theme == KITS) {
            draw_kit(program, call);
        }
        break;
    case LINEAR_LOCATION_PUT:
        call->location = random_below(random, LINEAR_LOCATIONS);
        break;
    case LINEAR_CHANNEL_PUT:
        call->channel = draw_number(program, program->channels, LINEAR_CHANNELS);
        draw_policy(program, call);
        break;
    case LINEAR_POLICY_PUT:
        call->of_item = random_percent(random, 75);
        call->of_channel = !call->of_item || random_percent(random, 60);
        call->item = call->of_item ? draw_number(program, program->items, LINEAR_ITEMS) : 0;
        call->channel =
            call->of_channel ? draw_number(program, program->channels, LINEAR_CHANNELS) : 0;
        draw_policy(program, call);
        break;
    case LINEAR_ADVANCE:
        call->at = random_between(random, 1, 10);
        break;
    case LINEAR_VIEW:
        call->channel = draw_number(program, program->channels, LINEAR_CHANNELS);
        break;
    case LINEAR_NOW:
    case LINEAR_CHANGES: /* draw_changes */
    case LINEAR_KIND_COUNT:
        break;
    case LINEAR_AVAILABLE:
    case LINEAR_EXPLAIN:
        call->item = draw_number(program, program->items, LINEAR_ITEMS);
        if (program->theme == KITS) { /* why a kit is as it is is not in the specification */
            bool kit = kind == LINEAR_AVAILABLE && random_percent(random, 60);
            call->item = kit ? LINEAR_COMPONENTS : random_below(random, LINEAR_COMPONENTS);
        }
        call->channel = draw_number(program, program->channels, LINEAR_CHANNELS);
        draw_date(program, call, 35);
        if (kind == LINEAR_AVAILABLE && random_percent(random, 15)) {
            call->for_order = 1;
            call->key = random_below(random, program->keys);
        }
        break;
    case LINEAR_SOURCE_PUT:
    case LINEAR_SOURCE:
        call->event.source = 1 + random_below(random, LINEAR_SOURCES);
        break;
    case LINEAR_OWNER_PUT:
        call->rule.owned = random_below(random, SELLABLE_OWNED_HELD + 1);
        call->rule.owners = random_below(random, 1 << LINEAR_SOURCES) << 1;
        call->rule.unset = random_percent(random, 40);
        break;
    case LINEAR_DISCARD:
        call->exception = random_between(random, 1, 4);
        break;
    case LINEAR_COUNTS:
    case LINEAR_EXCEPTIONS_ASKED:
        break;
    case LINEAR_REPLAY:
        call->exception = random_between(random, 1, 4);
        call->item = draw_number(program, plain_items(program), LINEAR_ITEMS);
        call->location = draw_number(program, program->locations, LINEAR_LOCATIONS);
        draw_event(program, call);
        break;
    case LINEAR_APPLY:
        call->item = draw_number(program, plain_items(program), LINEAR_ITEMS);
        if (program->theme == KITS && random_percent(random, 15)) {
            call->item = LINEAR_COMPONENTS; /* which may be none just now */
        }
        call->location = draw_number(program, program->locations, LINEAR_LOCATIONS);
        draw_event(program, call);
        break;
    case LINEAR_CELL:
        call->item = draw_number(program, program->items, LINEAR_ITEMS);
        call->location = draw_number(program, program->locations, LINEAR_LOCATIONS);
        break;
    case LINEAR_RESERVE:
    case LINEAR_AMEND:
    case LINEAR_CONFIRM:
    case LINEAR_EXTEND:
    case LINEAR_RELEASE:
    case LINEAR_ALLOCATE:
    case LINEAR_DEALLOCATE:
    case LINEAR_SHIP:
    case LINEAR_ORDER:
        draw_follow(program, thread, call);
        break;
    }
    draw_origin(program, call);
    call->by_key = random_percent(random, 40) || !is_there(program, call);
}

#endif
