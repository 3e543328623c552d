/* SPDX-License-Identifier: Apache-2.0
 *
 * Small random programs for test_linear: from one seed the calls that set the scene, those of two
 * to four threads at the same time, and those that look at everything at the end. Stock is short,
 * keys are few, and each program has a theme, so that most calls meet. */
#ifndef SELLABLE_TESTS_LINEAR_PROGRAM_H
#define SELLABLE_TESTS_LINEAR_PROGRAM_H

#include "linear_draw.h"

/* How often each kind of call is drawn. */
static const uint8_t theme_weight[THEMES][LINEAR_KIND_COUNT] = {
    /* item location channel policy, source owner, apply replay discard, reserve amend confirm
       extend, release allocate deallocate ship, advance, now available explain cell order, source
       counts exceptions */
    [EVERYTHING] = {1, 1, 2, 2, 0, 0, 4, 1, 0, 8, 2, 2, 1, 3, 2, 1, 2, 2, 1, 2, 2, 2, 3, 0, 0, 1},
    [ONE_ITEM] = {0, 0, 0, 0, 0, 0, 1, 0, 0, 6, 0, 0, 0, 4, 0, 0, 1, 0, 0, 6, 1, 1, 1, 0, 0, 0},
    [SETTINGS] = {0, 0, 3, 3, 0, 0, 1, 0, 0, 6, 0, 0, 0, 1, 0, 0, 0, 1, 0, 3, 2, 0, 0, 0, 0, 0},
    [TIME] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 6, 0, 3, 2, 1, 0, 0, 1, 5, 1, 1, 0, 2, 3, 0, 0, 0},
    [SEVERAL_LINES] = {0, 0, 0, 0, 0, 0, 2, 0, 0, 8, 0, 0, 0,
                       2, 0, 0, 1, 0, 0, 0, 2, 2, 1, 0, 0, 0},
    [SAME_KEYS] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 8, 0, 1, 0, 4, 0, 0, 1, 1, 0, 0, 0, 1, 2, 0, 0, 0},
    [EDGES] = {0, 0, 0, 0, 0, 0, 8, 0, 0, 4, 0, 0, 0, 1, 1, 1, 3, 0, 0, 1, 1, 2, 0, 0, 0, 0},
    [GROWTH] = {5, 3, 5, 2, 0, 0, 3, 0, 0, 7, 0, 0, 0, 1, 0, 0, 0, 0, 0, 3, 2, 2, 1, 0, 0, 0},
    [FENCES] = {0, 0, 0, 1, 0, 0, 3, 0, 0, 8, 1, 0, 0, 4, 1, 0, 1, 2, 0, 3, 1, 3, 1, 0, 0, 0},
    [DATES] = {0, 0, 0, 1, 0, 0, 4, 0, 0, 8, 1, 0, 0, 2, 1, 1, 1, 4, 0, 3, 1, 3, 2, 0, 0, 0},
    [KITS] = {3, 0, 0, 0, 0, 0, 5, 0, 0, 7, 1, 0, 0, 4, 1, 0, 1, 0, 0, 8, 1, 2, 1, 0, 0, 0},
    [MENDING] = {0, 0, 0, 0, 0, 0, 1, 0, 0, 4, 6, 0, 0, 3, 0, 0, 0, 0, 0, 2, 0, 2, 3, 0, 0, 0},
    [PARTS] = {0, 0, 0, 0, 0, 0, 1, 0, 0, 4, 0, 1, 1, 4, 4, 2, 4, 1, 0, 1, 0, 3, 3, 0, 0, 0},
    [FEEDS] = {0, 0, 0, 0, 1, 2, 12, 3, 2, 2, 0, 2, 0, 2, 0, 0, 2, 3, 0, 0, 0, 3, 1, 2, 2, 2},
    [STOCK_MOVES] = {0, 0, 0, 0, 0, 0, 14, 0, 0, 2, 0, 0, 0, 1, 0, 0, 2, 3, 0, 1, 0, 4, 0, 0, 0, 1},
};

/* ---- a program ------------------------------------------------------------------------------- */

static inline void draw_channels(struct program *program) {
    enum { BACKORDER = 6, HORIZON = 7 };
    for (uint32_t i = 0; i < program->channels; i++) {
        struct linear_call *call = program_add(program, LINEAR_NOBODY, LINEAR_CHANNEL_PUT);
        call->channel = i;
        if (random_percent(&program->random, program->theme == SETTINGS ? 50 : 15)) {
            draw_policy(program, call);
        }
        if (program->theme == DATES) {
            add_setting(program, call, HORIZON, 1);
        }
        if (program->theme == DATES || program->theme == PARTS) {
            add_setting(program, call, BACKORDER, random_between(&program->random, 0, 4));
        }
    }
}

/* What is at each cell at the start. */
static inline void draw_stock(struct program *program) {
    struct random *random = &program->random;
    int64_t least = random_percent(random, 60) ? 4 : 0, most = 2 * least + 4;
    if (program->theme == ONE_ITEM) { /* so that most orders take from both places */
        least = 2;
        most = 3;
    }
    for (uint32_t i = 0; i < plain_items(program) * program->locations; i++) {
        struct linear_call *call = program_add(program, LINEAR_NOBODY, LINEAR_APPLY);
        call->item = i / program->locations;
        call->location = i % program->locations;
        call->event.type = SELLABLE_ON_HAND_SET;
        call->event.quantity = random_between(random, least, most);
        if (program->theme == EDGES && random_percent(random, 25)) {
            call->event.quantity = SELLABLE_QUANTITY_MAX;
        }
        if ((program->theme == FENCES || program->theme == DATES) && random_percent(random, 70)) {
            struct linear_call *more = program_add(program, LINEAR_NOBODY, LINEAR_APPLY);
            more->item = call->item;
            more->location = call->location;
            if (program->theme == FENCES) {
                draw_fence(program, more);
            } else {
                draw_entry(program, more);
            }
            more->by_key = !is_there(program, more);
        }
    }
}

static inline void draw_scene(struct program *program) {
    for (uint32_t i = 0; i < program->items; i++) {
        struct linear_call *call = program_add(program, LINEAR_NOBODY, LINEAR_ITEM_PUT);
        call->item = i;
        if (i >= plain_items(program)) {
            call->component[0] = random_between(&program->random, 1, 2);
            call->component[1] = 1;
        }
    }
    for (uint32_t i = 0; i < program->locations; i++) { /* in another order than that of keys */
        program_add(program, LINEAR_NOBODY, LINEAR_LOCATION_PUT)->location =
            program->locations - 1 - i;
    }
    for (int64_t i = 1; i <= LINEAR_SOURCES && program->theme == FEEDS; i++) {
        program_add(program, LINEAR_NOBODY, LINEAR_SOURCE_PUT)->event.source = i;
    }
    draw_channels(program);
    draw_stock(program);
    for (uint32_t i = 0; i < 2 && program->theme == FEEDS; i++) { /* of an item that never is */
        struct linear_call *call = program_add(program, LINEAR_NOBODY, LINEAR_APPLY);
        call->item = LINEAR_ITEMS - 1;
        call->event.type = SELLABLE_ON_HAND_ADJUST;
        call->event.quantity = 1;
        call->by_key = true;
    }
    for (uint32_t i = 0; i < program->keys; i++) {
        bool touched = program->theme == SAME_KEYS || program->theme == PARTS ||
                       program->theme == MENDING;
        if (random_percent(&program->random, touched ? 75 : 40)) {
            draw_call(program, LINEAR_NOBODY, LINEAR_RESERVE);
        }
    }
}

static inline bool is_question(uint32_t kind) {
    return kind >= LINEAR_NOW && kind <= LINEAR_EXCEPTIONS_ASKED;
}

/* Things may come into being: then all that there can be are looked at. */
static inline bool program_grows(const struct program *program) {
    return theme_weight[program->theme][LINEAR_ITEM_PUT] != 0;
}

static inline uint32_t items_asked(const struct program *program) {
    return program_grows(program) ? LINEAR_ITEMS : program->items;
}

/* A kind of call by the theme's weights; of a thread that only asks, a question. */
static inline enum linear_kind draw_kind(struct program *program, bool asks) {
    uint32_t weight[LINEAR_KIND_COUNT], sum = 0, kind = 0;
    for (uint32_t i = 0; i < LINEAR_KIND_COUNT; i++) {
        weight[i] = asks ? is_question(i) : theme_weight[program->theme][i];
        sum += weight[i];
    }
    for (uint32_t left = random_below(&program->random, sum); left >= weight[kind]; kind++) {
        left -= weight[kind];
    }
    return (enum linear_kind)kind;
}

static inline bool is_batched(enum linear_kind kind) {
    return kind == LINEAR_RESERVE || kind == LINEAR_APPLY || kind == LINEAR_AVAILABLE;
}

/* Of the two components one or the other is there, or neither: who asks for the kit and does not
 * look at both at one instant sees both. */
static inline void draw_turns(struct program *program, uint32_t thread, uint32_t count) {
    static const struct {
        int64_t item, quantity;
    } turns[] = {{0, 0}, {1, 6}, {1, 0}, {0, 6}};
    for (uint32_t i = 0; i < count; i++) {
        struct linear_call *call = program_add(program, thread, LINEAR_APPLY);
        call->event.type = SELLABLE_ON_HAND_SET;
        call->item = turns[i % 4].item;
        call->event.quantity = turns[i % 4].quantity;
    }
}

/* In some programs one of the calls looks at everything, or tells a channel what has changed: the
 * thread of its number asks for it, and a program has room for few. */
static inline bool draw_look(struct program *program, uint32_t thread) {
    enum { ASKS_MOST = 3 };
    if (random_percent(&program->random, program->looks_percent)) {
        draw_call(program, thread, LINEAR_VIEW);
        return true;
    }
    if (thread >= LINEAR_CHANNELS || program->asks == ASKS_MOST ||
        !random_percent(&program->random, program->asks_percent)) {
        return false;
    }
    program->asks++;
    draw_changes(program, thread, thread, items_asked(program));
    return true;
}

static inline void draw_thread(struct program *program, uint32_t thread, uint32_t count) {
    if (program->theme == KITS && thread == 0 && random_percent(&program->random, 40)) {
        draw_turns(program, thread, count);
        return;
    }
    bool asks = thread != 0 && random_percent(&program->random, 25);
    enum linear_kind kind = draw_kind(program, asks);
    for (uint32_t i = 0; i < count; i++) {
        bool goes_on_before = program->history.call[program->history.count - 1].goes_on;
        if (!goes_on_before && draw_look(program, thread)) {
            continue;
        }
        draw_call(program, thread, kind);
        struct linear_call *call = &program->history.call[program->history.count - 1];
        bool goes_on = i + 1 < count && is_batched(kind) && random_percent(&program->random, 15);
        if (i != 0) { /* an event may have become of another kind */
            call[-1].goes_on &= call[-1].kind == call->kind && !call[-1].as_event &&
                                !call->as_event;
        }
        call->goes_on = goes_on;
        kind = goes_on ? kind : draw_kind(program, asks);
    }
}

/* At the end everything is looked at. */
static inline void add_end(struct program *program) {
    bool grows = program_grows(program);
    uint32_t items = items_asked(program);
    uint32_t locations = grows ? LINEAR_LOCATIONS : program->locations;
    uint32_t channels = grows ? LINEAR_CHANNELS : program->channels;
    for (uint32_t i = 0; i < items * (locations + channels); i++) {
        bool cell = i < items * locations;
        struct linear_call *call =
            program_add(program, LINEAR_NOBODY, cell ? LINEAR_CELL : LINEAR_AVAILABLE);
        call->item = i % items;
        call->location = cell ? i / items : 0;
        call->channel = cell ? 0 : i / items - locations;
        call->by_key = true;
    }
    for (uint32_t i = 0; i < channels && program->asks_percent != 0; i++) {
        draw_changes(program, LINEAR_NOBODY, i, items);
    }
    for (uint32_t i = 0; i < program->keys; i++) {
        program_add(program, LINEAR_NOBODY, LINEAR_ORDER)->key = i;
    }
    program_add(program, LINEAR_NOBODY, LINEAR_NOW);
    program_add(program, LINEAR_NOBODY, LINEAR_COUNTS);
    program_add(program, LINEAR_NOBODY, LINEAR_EXCEPTIONS_ASKED);
    for (int64_t i = 1; i <= LINEAR_SOURCES && program->theme == FEEDS; i++) {
        program_add(program, LINEAR_NOBODY, LINEAR_SOURCE)->event.source = i;
    }
}

static inline void program_draw(struct program *program, uint64_t seed) {
    static const enum theme drawn[] = {EVERYTHING, ONE_ITEM,      ONE_ITEM, SETTINGS, SEVERAL_LINES,
                                       SAME_KEYS,  SEVERAL_LINES, TIME,     EDGES,    GROWTH,
                                       FENCES,     FENCES,        DATES,    DATES,    KITS,
                                       KITS,       MENDING,       MENDING,  PARTS,    PARTS,
                                       FEEDS,      FEEDS,         FEEDS,    FEEDS,    STOCK_MOVES,
                                       STOCK_MOVES, STOCK_MOVES};
    memset(program, 0, sizeof *program);
    program->seed = seed;
    program->random.state = seed;
    struct random *random = &program->random;
    program->theme = drawn[random_below(random, sizeof drawn / sizeof *drawn)];
    program->items = program->theme == SEVERAL_LINES ? 2 : 1 + random_below(random, 2);
    program->locations = 1 + random_below(random, 2);
    if (program->theme == ONE_ITEM) {
        program->items = 1;
        program->locations = 2;
    }
    if (program->theme == KITS) {
        program->items = LINEAR_ITEMS;
    }
    if (program->theme == STOCK_MOVES) {
        program->locations = 2;
    }
    static const int64_t exceptions[] = {0, 0, 1, 2, 3};
    program->history.exceptions = exceptions[random_below(random, 5)];
    program->channels = program->theme == GROWTH ? 1 : 1 + random_below(random, LINEAR_CHANNELS);
    if (program->theme == FENCES) {
        program->channels = LINEAR_CHANNELS;
    }
    program->keys = 1 + random_below(random, program->theme == SAME_KEYS ? 3 : LINEAR_KEYS);
    program->orders = random_percent(random, 50) ? 64 : 0;
    program->history.retention =
        random_percent(random, 60) ? random_between(random, 1, 4) : SELLABLE_RETENTION_DEFAULT;
    for (uint32_t i = 0; i < program->keys; i++) {
        draw_order(program, &program->usual[i]);
    }
    program->looks_percent = random_percent(random, 20) ? 25 : 0;
    program->asks_percent = random_percent(random, 30) ? 40 : 0;
    draw_scene(program);
    if (program->asks_percent != 0 && random_percent(random, 80)) {
        draw_changes(program, LINEAR_NOBODY, 0, items_asked(program));
    }
    program->set_up = program->history.count;
    uint32_t percent = random_below(random, 100);
    uint32_t threads = percent < 50 ? 2 : (percent < 80 ? 3 : PROGRAM_THREADS_MOST);
    uint32_t calls = 6 + random_below(random, PROGRAM_CALLS_MOST - 5);
    program->threads = threads;
    for (uint32_t i = 0; i < threads; i++) {
        draw_thread(program, i, calls / threads + (i < calls % threads));
    }
    program->end = program->history.count;
    add_end(program);
}

#endif
