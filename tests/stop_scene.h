/* SPDX-License-Identifier: Apache-2.0
 *
 * For test_stop*.c: a small scene in which every call has something to change, the calls themselves,
 * and the ledger: from what was answered follows what must be there. A call under way may have
 * taken effect or not; nothing else may be. */
#ifndef SELLABLE_TESTS_STOP_SCENE_H
#define SELLABLE_TESTS_STOP_SCENE_H

#include "engine.h"
#include "heard.h"
#include "steps.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>

/* ---- who, what, when ------------------------------------------------------------------------- */

enum { P = 1, Q = 2, W = 3, ITEMS = 3, LOCATIONS = 6, HELD_REASONS = 2 };
enum { FEW_EXCEPTIONS = 6, MANY_IDS = 100000 };
enum { RETENTION = 100000, ANCIENT = 1000, OLD = 201000, NOW = 260000, TIMED_END = 270000,
       NEW_END = 272000, LATER = 301500, LATE_END = 350000 };

/* Orders. OPEN, TIMED, LATE are there from the start; CLOSED is, too, and is forgotten at 301,000.
 * */
enum { OWN = 24 }; /* of each thread */
enum key {
    OPEN, TIMED, LATE, NEW, WIDE, NEW_TIMED, HUGE, FRESH, CLOSED,
    OF_BATCH, OF_FIRST = OF_BATCH + 20, OF_SECOND = OF_FIRST + OWN, OF_THIRD = OF_SECOND + OWN,
    KEYS = OF_THIRD + OWN
};

static struct sellable_key key_text(uint32_t key) {
    static char texts[KEYS][8];
    if (texts[key][0] == 0) /* main does so for all before there are threads */
        (void)snprintf(texts[key], sizeof texts[key], "O-%u", key);
    return (struct sellable_key){texts[key], strlen(texts[key])};
}

static const struct {
    uint32_t channel; /* 1 web; 0: "fresh", which somebody makes meanwhile */
    int64_t expires_at;
    uint32_t count;
    struct {
        uint32_t item;
        int64_t quantity;
    } line[3];
} contents[] = {
    [OPEN] = {1, 0, 2, {{P, 2}, {W, 450}}},
    [TIMED] = {1, TIMED_END, 1, {{Q, 3}}},
    [LATE] = {1, LATE_END, 2, {{Q, 1}, {W, 1}}},
    [NEW] = {1, 0, 1, {{P, 5}}},
    [WIDE] = {1, 0, 3, {{W, 60}, {P, 10}, {Q, 120}}},
    [NEW_TIMED] = {1, NEW_END, 1, {{P, 1}}},
    [HUGE] = {1, 0, 2, {{P, 100000}, {Q, 1}}},
    [FRESH] = {0, 0, 1, {{P, 1}}},
    [CLOSED] = {1, 0, 1, {{P, 1}}},
    [OF_BATCH] = {1, 0, 1, {{Q, 1}}}, /* and those behind it */
    [OF_FIRST] = {1, 0, 3, {{P, 1}, {Q, 1}, {W, 1}}},
};

/* What happens to cells; a quantity that is set is so from 0. */
static const struct happening {
    uint32_t type, item, location;
    const char *reason;
    int64_t quantity;
    int64_t on_hand, allocated, safety_stock, held[HELD_REASONS]; /* what changes */
    bool once;
} happenings[] = {
    {SELLABLE_ON_HAND_SET, Q, 6, NULL, 7, .on_hand = 7, .once = true},
    {SELLABLE_ON_HAND_ADJUST, P, 1, NULL, 3, .on_hand = 3},
    {SELLABLE_HOLD_PLACE, P, 1, "quality", 3, .held = {3, 0}},
    {SELLABLE_HOLD_RELEASE, W, 6, "quality", 1, .held = {-1, 0}},
    {SELLABLE_HOLD_SCRAP, P, 1, "damage", 2, .on_hand = -2, .held = {0, -2}},
    {SELLABLE_ALLOCATION_SET, P, 2, NULL, 4, .allocated = 4, .once = true},
    {SELLABLE_ALLOCATION_ADJUST, W, 5, NULL, 2, .allocated = 2},
    {SELLABLE_SAFETY_STOCK_SET, W, 6, NULL, 5, .safety_stock = 5, .once = true},
};
enum { HAPPENINGS = COUNT_OF(happenings) };

/* At the start an item is at its first so many locations. */
static uint32_t places_of(uint32_t item) { return item == W ? LOCATIONS : 2; }

/* ---- what was answered ----------------------------------------------------------------------- */

enum act { RESERVE, CONFIRM, RELEASE, SHIP, EVENT, FEED };
enum { PENDING = -1 };

struct history {
    struct {
        enum act act;
        uint32_t which; /* key, happening, or what of stop_feeds.h was sent */
        int status;
    } entry[512];
    uint32_t count;
};

struct scene {
    struct sellable *engine;
    atomic_llong advanced; /* the latest time to which a call of advance has returned */
    uint32_t variant;
    uint32_t snapshot;     /* 0: none is open */
    uint64_t exceptions;   /* the most that are kept */
    struct history history[3]; /* of each thread */
    struct sellable_worker *worker[3];
    struct heard heard[2][3]; /* of the first two channels, by each thread */
    uint32_t passing[3]; /* the number of the order that comes and goes just now */
    int64_t base[ITEMS][LOCATIONS]; /* on_hand, once CLOSED had left */
};

struct passing_key {
    char bytes[24];
};
static struct sellable_key passing_text(struct passing_key *key, uint32_t thread,
                                        uint32_t number) {
    int size = snprintf(key->bytes, sizeof key->bytes, "passing-%u-%u", thread, number);
    return (struct sellable_key){key->bytes, (uint64_t)size};
}

/* One thread's part in it. */
struct part {
    struct scene *scene;
    uint32_t number;
    uint32_t own; /* its first own key */
    const struct call *call;
};

static uint32_t begin_entry(struct part *part, enum act act, uint32_t which) {
    struct history *history = &part->scene->history[part->number];
    assert(history->count < COUNT_OF(history->entry));
    history->entry[history->count].act = act;
    history->entry[history->count].which = which;
    history->entry[history->count].status = PENDING;
    return history->count++;
}
static void end_entry(struct part *part, uint32_t entry, enum sellable_status status) {
    part->scene->history[part->number].entry[entry].status = (int)status;
}

/* ---- the ledger ------------------------------------------------------------------------------ */

/* Add what an order says of its cells; false if there is none. */
static bool add_order(const struct sellable *engine, struct sellable_key key,
                      struct sellable_order_view *view, int64_t (*reserved)[LOCATIONS],
                      int64_t (*shipped)[LOCATIONS]) {
    struct sellable_order_line lines[16];
    *view = (struct sellable_order_view){.lines = lines, .line_capacity = 16};
    if (sellable_order(engine, key, view) != SELLABLE_OK)
        return false;
    for (uint32_t i = 0; i < view->line_count; i++) {
        reserved[lines[i].item.id - 1][lines[i].location.id - 1] += lines[i].reserved;
        shipped[lines[i].item.id - 1][lines[i].location.id - 1] += lines[i].shipped;
    }
    return true;
}

/* The state must follow from all that was answered ok, and what is pending: of events in each
 * history the first `taken[h]`; of an order's changes whichever its state speaks of, if no answer
 * does. Returns what does not follow, or NULL. */
static const char *ledger_fault(const struct scene *scene, const uint32_t *taken) {
    static char fault[240];
    uint32_t ok[KEYS][4] = {{0}}, pending[KEYS][4] = {{0}}, happened[HAPPENINGS] = {0};
    int64_t reserved[ITEMS][LOCATIONS] = {{0}}, shipped[ITEMS][LOCATIONS] = {{0}};
    const struct sellable *engine = scene->engine;
#define FAULT(...) return snprintf(fault, sizeof fault, __VA_ARGS__), fault
    for (uint32_t h = 0; h < 3; h++) {
        uint32_t left = taken[h];
        for (uint32_t i = 0; i < scene->history[h].count; i++) {
            int status = scene->history[h].entry[i].status;
            uint32_t which = scene->history[h].entry[i].which;
            enum act act = scene->history[h].entry[i].act;
            if (act == FEED)
                continue;
            if (act == EVENT && status == PENDING && left != 0) {
                left--;
                status = SELLABLE_OK;
            }
            if (act == EVENT)
                happened[which] += status == SELLABLE_OK;
            else
                (status == PENDING ? pending : ok)[which][act] +=
                    status == PENDING || status == SELLABLE_OK;
        }
    }
    for (uint32_t key = 0; key < KEYS; key++) {
        struct sellable_order_view view;
        uint32_t accepted = ok[key][RESERVE] + (key <= LATE);
        bool gone = ok[key][SHIP] + ok[key][RELEASE] != 0;
        if (key == CLOSED) { /* what it shipped had left before */
            view = (struct sellable_order_view){0};
            if (sellable_order(engine, key_text(key), &view) == SELLABLE_OK &&
                scene->advanced >= OLD + RETENTION)
                FAULT("a closed order is there after its retention");
            continue;
        }
        bool there = add_order(engine, key_text(key), &view, reserved, shipped);
        if (there && accepted == 0 && pending[key][RESERVE] != 0)
            accepted = 1;
        if (there && !gone && pending[key][SHIP] != 0 && view.state == SELLABLE_SHIPPED)
            ok[key][SHIP] = 1;
        if (there && !gone && pending[key][RELEASE] != 0 && view.state == SELLABLE_RELEASED)
            ok[key][RELEASE] = 1;
        if (there && pending[key][CONFIRM] != 0 && view.state == SELLABLE_RESERVED &&
            view.expires_at == 0)
            ok[key][CONFIRM] = 1;
        if (accepted > 1 || there != (accepted == 1))
            FAULT("order %u is%s there, accepted %u times", key, there ? "" : " not", accepted);
        if (!there)
            continue;
        uint32_t wanted = ok[key][SHIP] != 0 ? SELLABLE_SHIPPED : SELLABLE_RELEASED;
        bool confirmed = ok[key][CONFIRM] != 0;
        int64_t expires_at = key < OF_BATCH ? contents[key].expires_at : 0;
        if (ok[key][SHIP] + ok[key][RELEASE] > 1)
            FAULT("order %u ended twice", key);
        if (ok[key][SHIP] + ok[key][RELEASE] == 1 ? view.state != wanted
            : view.state == SELLABLE_EXPIRED
                ? expires_at == 0 || confirmed || expires_at > sellable_now(engine)
                : view.state != SELLABLE_RESERVED)
            FAULT("order %u is %s", key, sellable_order_state_name((int)view.state));
        if (view.state == SELLABLE_RESERVED &&
            (confirmed ? view.expires_at != 0
                       : view.expires_at != expires_at ||
                             (expires_at != 0 && expires_at <= scene->advanced)))
            FAULT("order %u is open until %lld", key, (long long)view.expires_at);
    }
    for (uint32_t thread = 0; thread < 3; thread++) {
        struct sellable_order_view view;
        struct passing_key key;
        (void)add_order(engine, passing_text(&key, thread, scene->passing[thread]), &view, reserved,
                        shipped);
    }
    for (uint32_t item = 1; item <= ITEMS; item++) {
        int64_t promisable = 0;
        for (uint32_t location = 1; location <= LOCATIONS; location++) {
            struct sellable_place place = {.item = {item}, .location = {location}};
            struct sellable_cell cell, wanted = {0};
            wanted.on_hand = scene->base[item - 1][location - 1] - shipped[item - 1][location - 1];
            wanted.held[0] = wanted.held[1] = location <= places_of(item) ? 50 : 0;
            for (uint32_t h = 0; h < HAPPENINGS; h++) {
                if (happenings[h].item != item || happenings[h].location != location)
                    continue;
                int64_t times = happenings[h].once && happened[h] > 1 ? 1 : happened[h];
                wanted.on_hand += times * happenings[h].on_hand;
                wanted.allocated += times * happenings[h].allocated;
                wanted.safety_stock += times * happenings[h].safety_stock;
                for (int r = 0; r < HELD_REASONS; r++)
                    wanted.held[r] += times * happenings[h].held[r];
            }
            if (sellable_cell(engine, &place, &cell) != SELLABLE_OK)
                FAULT("no cell of %u at %u", item, location);
            if (cell.on_hand != wanted.on_hand || cell.allocated != wanted.allocated ||
                cell.safety_stock != wanted.safety_stock || cell.held[0] != wanted.held[0] ||
                cell.held[1] != wanted.held[1])
                FAULT("item %u at %u has %lld on hand, %lld allocated, %lld safety stock, %lld and "
                      "%lld held; wanted %lld, %lld, %lld, %lld, %lld",
                      item, location, (long long)cell.on_hand, (long long)cell.allocated,
                      (long long)cell.safety_stock, (long long)cell.held[0],
                      (long long)cell.held[1], (long long)wanted.on_hand,
                      (long long)wanted.allocated, (long long)wanted.safety_stock,
                      (long long)wanted.held[0], (long long)wanted.held[1]);
            if (cell.reserved != reserved[item - 1][location - 1])
                FAULT("of item %u at %u %lld are reserved, by orders %lld", item, location,
                      (long long)cell.reserved, (long long)reserved[item - 1][location - 1]);
            promisable += cell.net > 0 ? cell.net : 0;
        }
        struct sellable_question question = {.item = {item}, .channel = {1}};
        struct sellable_availability availability;
        if (sellable_available(engine, &question, &availability) != SELLABLE_OK ||
            availability.promisable != promisable)
            FAULT("of item %u %lld are promisable, not %lld", item,
                  (long long)availability.promisable, (long long)promisable);
    }
#undef FAULT
    return NULL;
}

static uint32_t pending_in(const struct history *history) {
    uint32_t pending = 0;
    for (uint32_t i = 0; i < history->count; i++)
        pending += history->entry[i].act == EVENT && history->entry[i].status == PENDING;
    return pending;
}

/* With calls under way: one of the states that they allow is there. */
static const char *ledger_fault_meanwhile(const struct scene *scene) {
    const char *fault = NULL;
    uint32_t first = pending_in(&scene->history[0]), second = pending_in(&scene->history[1]);
    for (uint32_t a = 0; a <= first; a++)
        for (uint32_t b = 0; b <= second; b++)
            if ((fault = ledger_fault(scene, (const uint32_t[3]){a, b, 0})) == NULL)
                return NULL;
    return fault;
}

/* All is done: every answer agrees with the state. */
static const char *answer_fault(const struct scene *scene) {
    static char fault[120];
    for (uint32_t h = 0; h < 3; h++) {
        for (uint32_t i = 0; i < scene->history[h].count; i++) {
            int status = scene->history[h].entry[i].status;
            uint32_t which = scene->history[h].entry[i].which;
            struct sellable_order_view view = {0};
            bool right = status == SELLABLE_OK, there = false;
            if (scene->history[h].entry[i].act < EVENT)
                there = sellable_order(scene->engine, key_text(which), &view) == SELLABLE_OK;
            switch (scene->history[h].entry[i].act) {
            case RESERVE:
                right |= status == SELLABLE_DUPLICATE && there;
                right |= status == SELLABLE_INSUFFICIENT && which == HUGE;
                right |= status == SELLABLE_INVALID && which == NEW_TIMED &&
                         sellable_now(scene->engine) >= NEW_END;
                right |= status == SELLABLE_UNKNOWN_CHANNEL && which == FRESH;
                break;
            case CONFIRM:
            case RELEASE:
            case SHIP:
                right |= status == SELLABLE_WRONG_STATE && there && view.state != SELLABLE_RESERVED;
                right |= status == SELLABLE_UNKNOWN_ORDER && which > LATE;
                break;
            case EVENT:
                break;
            case FEED: /* looked at as it was answered */
                right = true;
                break;
            }
            if (!right)
                return snprintf(fault, sizeof fault, "thread %u: act %d on %u was answered %s", h,
                                (int)scene->history[h].entry[i].act, which,
                                sellable_status_name(status)),
                       fault;
        }
    }
    return NULL;
}

/* ---- the listener ---------------------------------------------------------------------------- */

/* The hook: an entry has the lines of its transaction, as they will be. Told for the first time,
 * each comes after what was told of its line last; and in the end, the last is what the line is. */
enum { HEARD = 1 << 14, LINES_HEARD = 8, LINES_TOLD = 1 << 10 };

struct heard_line {
    struct sbl_name name;
    uint64_t header; /* as it is when the mark is put */
    uint32_t changed;
    struct sbl_image after;
};

static struct {
    pthread_mutex_t lock;
    uint32_t round; /* what was told in others is void */
    uint32_t heard; /* entries, of this round */
    const char *fault;
    struct {
        uint64_t transaction;
        uint32_t count;
        bool told;
        struct heard_line line[LINES_HEARD];
    } entry[HEARD];
    struct {
        uint32_t round;
        struct sbl_name name;
        uint64_t header;
        struct sbl_image image;
    } line[LINES_TOLD];
} listener = {.lock = PTHREAD_MUTEX_INITIALIZER};

/* The place of a line in what was told; new, if nothing was told of it. */
static uint32_t place_told(struct sbl_name name, bool *is_new) {
    uint32_t place = name.kind * 64 + name.number;
    for (;; place++) {
        uint32_t i = place % LINES_TOLD;
        *is_new = listener.line[i].round != listener.round;
        if (*is_new) {
            listener.line[i].round = listener.round;
            listener.line[i].name = name;
            listener.line[i].header = 0;
            return i;
        }
        if (listener.line[i].name.kind == name.kind && listener.line[i].name.number == name.number)
            return i;
    }
}

static uint32_t hear_of(void *context, struct sbl_worker *worker) {
    const struct sbl_planned *planned = worker->planned.bytes;
    (void)context;
    pthread_mutex_lock(&listener.lock);
    uint32_t entry = ++listener.heard; /* 0 is none */
    assert_true(entry < HEARD);
    listener.entry[entry].transaction = worker->transaction;
    listener.entry[entry].count = 0;
    listener.entry[entry].told = false;
    for (uint32_t i = 0; i < worker->planned_count && i < LINES_HEARD; i++) {
        struct heard_line *line = &listener.entry[entry].line[listener.entry[entry].count++];
        uint64_t name = worker->targets[i].name.value; /* no step: nobody stops with the lock */
        line->name = (struct sbl_name){(uint32_t)(name >> 32), (uint32_t)name};
        line->header = planned[i].marked;
        line->changed = planned[i].changed;
        for (int w = 0; w < SBL_WORDS; w++)
            line->after.word[w] = planned[i].record->after[w].value;
    }
    pthread_mutex_unlock(&listener.lock);
    return entry;
}

static void hear_again(const struct heard_line *line) {
    bool is_new;
    uint32_t place = place_told(line->name, &is_new);
    if (line->header <= listener.line[place].header)
        listener.fault = "a change was told after one that built on it";
    listener.line[place].header = line->header;
    for (int w = 0; w < SBL_WORDS; w++)
        if ((line->changed >> w & 1) != 0)
            listener.line[place].image.word[w] = line->after.word[w];
}

static void listen(void *context, struct sbl_worker *worker, uint32_t entry, uint64_t transaction,
                   bool own) {
    (void)context;
    (void)worker;
    (void)own;
    pthread_mutex_lock(&listener.lock);
    if (listener.entry[entry].transaction == transaction && !listener.entry[entry].told) {
        listener.entry[entry].told = true;
        for (uint32_t i = 0; i < listener.entry[entry].count; i++)
            hear_again(&listener.entry[entry].line[i]);
    }
    pthread_mutex_unlock(&listener.lock);
}

static void forget_entry(void *context, struct sbl_worker *worker, uint32_t entry) {
    (void)context;
    (void)worker;
    if (listener.entry[entry].told)
        listener.fault = "a change was told that was aborted";
}

static void listen_to(struct sellable *engine) {
    struct sbl_seen seen;
    bool is_new;
    listener.round++;
    listener.heard = 0;
    listener.fault = NULL;
    for (uint32_t item = 1; item <= ITEMS; item++) {
        sbl_line_read(&engine->commit, sbl_row_line(engine, item), &seen);
        listener.line[place_told((struct sbl_name){SBL_ROW, item}, &is_new)].image = seen.image;
    }
    engine->commit.hook = (struct sbl_hook){NULL, hear_of, listen, forget_entry};
}

static const char *listener_fault(const struct sellable *engine) {
    struct sbl_seen seen;
    bool is_new;
    if (engine->commit.hook.prepare != hear_of)
        return NULL;
    for (uint32_t item = 1; item <= ITEMS; item++) {
        sbl_line_read(&engine->commit, sbl_row_line(engine, item), &seen);
        const struct sbl_image *last =
            &listener.line[place_told((struct sbl_name){SBL_ROW, item}, &is_new)].image;
        if (memcmp(last, &seen.image, sizeof *last) != 0)
            return "a change of a row was not told";
    }
    return listener.fault;
}

/* ---- setting the scene ----------------------------------------------------------------------- */

static void *lend(void *context, size_t size) {
    (void)context;
    void *slab = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return slab == MAP_FAILED ? NULL : slab;
}
static void take_back(void *context, void *slab, size_t size) {
    (void)context;
    munmap(slab, size);
}

static enum sellable_status order_key(struct scene *scene, struct sellable_worker *worker,
                                      uint32_t key, struct sellable_answer *answer) {
    struct sellable_line lines[3];
    uint32_t content = key < OF_BATCH ? key : (key < OF_FIRST ? OF_BATCH : OF_FIRST);
    struct sellable_order order = {.key = key_text(key),
                                   .channel = {contents[content].channel},
                                   .channel_key = key_of("fresh"),
                                   .lines = lines,
                                   .line_count = contents[content].count,
                                   .expires_at = contents[content].expires_at};
    for (uint32_t i = 0; i < order.line_count; i++)
        lines[i] = (struct sellable_line){.item = {contents[content].line[i].item},
                                          .quantity = contents[content].line[i].quantity};
    return sellable_reserve(scene->engine, worker, &order, answer);
}

/* Many orders that came and went. */
static void crowd(struct scene *scene, uint32_t number) {
    for (uint32_t i = 0; i < 150; i++) {
        struct passing_key key;
        const struct sellable_line line = {.item = {P}, .quantity = 1};
        struct sellable_order order = {.key = passing_text(&key, number, i),
                                       .channel = {1},
                                       .lines = &line,
                                       .line_count = 1};
        expect(sellable_reserve(scene->engine, NULL, &order, NULL), OK);
        expect(sellable_release(scene->engine, NULL, order.key, NULL, 0, NULL), OK);
    }
}

/* When it is OLD: an id and a transfer that are forgotten when it is LATER. */
static void open_old_feed(struct sellable *engine) {
    struct sellable_event event = {.type = SELLABLE_TRANSFER_SHIP,
                                   .item = {W},
                                   .location = {5},
                                   .to = {6},
                                   .quantity = 1,
                                   .due = OLD + 5,
                                   .reference = key_of("T-old"),
                                   .id = key_of("old")};
    expect(sellable_apply(engine, NULL, &event, NULL), OK);
    event.type = SELLABLE_TRANSFER_RECEIVE;
    event.id = key_of("old part");
    expect(sellable_apply(engine, NULL, &event, NULL), OK);
}

/* An attempt that comes to nothing. */
static void warm_up(struct sbl_worker *worker) {
    struct sbl_seen world;
    assert_true(sbl_transaction_begin(worker, &world));
    sbl_transaction_drop(worker);
}

/* How its engine is opened. */
static enum sellable_status (*open_scene_engine)(const struct sellable_options *options,
                                                 struct sellable **engine) = sellable_open;

/* W is at six locations, P and Q at two: 200 at each, 50 of them held for either of two reasons,
 * and 1,000 more of P at the first, of Q at the second, of W at the last. */
static void open_scene(struct scene *scene, uint32_t variant) {
    memset(scene, 0, sizeof *scene);
    scene->variant = variant;
    scene->exceptions = variant % 2 == 0 ? FEW_EXCEPTIONS : SELLABLE_EXCEPTIONS_DEFAULT;
    const struct sellable_options options = {.allocator = {NULL, lend, take_back},
                                             .retention = RETENTION,
                                             .event_ids = variant % 2 == 0 ? MANY_IDS : 0,
                                             .exceptions = scene->exceptions};
    setting_up = true;
    expect(open_scene_engine(&options, &scene->engine), OK);
    setting_up = false;
    struct sellable *engine = scene->engine;
    char name[] = "L-1";
    for (char number = '1'; number <= '6'; number++) {
        name[2] = number;
        location_of(engine, name);
    }
    channel_of(engine, "web");
    static const struct sellable_location places[] = {{2}, {1}};
    channel_with(engine, "shop",
                 (struct sellable_policy){
                     .set = SELLABLE_SETTING_LOCATIONS, .locations = places, .location_count = 2});
    for (uint32_t item = 1; item <= ITEMS; item++) {
        static const char *const names[] = {"P", "Q", "W"};
        equal(item_of(engine, names[item - 1]).id, item);
        for (uint32_t location = 1; location <= places_of(item); location++) {
            name[2] = (char)('0' + location);
            bool most = location == (item == W ? LOCATIONS : item);
            stock(engine, names[item - 1], name, most ? 1200 : 200);
            hold(engine, names[item - 1], name, "quality", 50);
            hold(engine, names[item - 1], name, "damage", 50);
        }
    }
    if (variant % 8 == 3) { /* blocks that were given back, and more that will be */
        now_is(engine, ANCIENT);
        crowd(scene, 7);
        now_is(engine, OLD);
        crowd(scene, 8);
    }
    now_is(engine, OLD);
    open_old_feed(engine);
    expect(order_key(scene, NULL, CLOSED, NULL), OK);
    expect(sellable_ship(engine, NULL, key_text(CLOSED), NULL, 0, NULL), OK);
    now_is(engine, NOW);
    scene->advanced = NOW;
    for (uint32_t key = OPEN; key <= LATE; key++)
        expect(order_key(scene, NULL, key, NULL), OK);
    for (uint32_t item = 1; item <= ITEMS; item++)
        for (uint32_t location = 1; location <= LOCATIONS; location++) {
            struct sellable_place place = {.item = {item}, .location = {location}};
            struct sellable_cell cell;
            expect(sellable_cell(engine, &place, &cell), OK);
            scene->base[item - 1][location - 1] = cell.on_hand;
        }
    for (uint32_t i = 0; i < 3; i++) /* some with a worker, some without */
        if ((variant + i) % 2 == 0)
            expect(sellable_worker_acquire(engine, &scene->worker[i]), OK);
    if (variant == 0) /* what is traced: a worker that has records, so that a plain path can be */
        warm_up((struct sbl_worker *)scene->worker[0]);
    if (variant % 4 == 1 && engine->commit.hook.prepare == NULL) /* somebody listens */
        listen_to(engine);
    if (variant % 4 >= 2) { /* a snapshot is open, or was */
        struct sbl_worker *worker = sbl_worker_take(&engine->commit);
        assert_non_null(worker);
        assert_int_equal(sbl_snapshot_open(worker, &scene->snapshot), SBL_ACCEPTED);
        if (variant % 4 == 3) {
            assert_int_equal(sbl_snapshot_close(worker, scene->snapshot), SBL_ACCEPTED);
            scene->snapshot = 0;
        }
        sbl_worker_give(worker);
    }
}

static void close_scene(struct scene *scene) {
    for (uint32_t i = 0; i < 3; i++)
        sellable_worker_release(scene->worker[i]);
    setting_up = true;
    sellable_close(scene->engine);
    setting_up = false;
}

#endif
