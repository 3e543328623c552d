/* SPDX-License-Identifier: Apache-2.0
 *
 * A crowd of threads: see crowd.h. A thread's row goes in rounds of four changes: a receipt under
 * an id, an order of two items, what becomes of that order, and a batch of three orders of one
 * item. */
#include "crowd.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

enum {
    ROUND = 4,
    RECEIVED = 4,    /* of an item, by each receipt */
    OF_FIRST = 1,    /* by an order of two items */
    OF_SECOND = 2,
    OF_EACH = 1,     /* by an order of a batch */
    KEY_ROOM = 32,
    LINES = 8
};

enum part { RECEIPT, RESERVE, OUTCOME, BATCH };

static const char *const item_keys[CROWD_ITEMS] = {"bolt", "nut", "washer"};
static const char *const location_keys[CROWD_LOCATIONS] = {"east", "west"};

struct key_room {
    char bytes[KEY_ROOM];
    struct sellable_key key;
};

static struct sellable_key words(const char *text) {
    return (struct sellable_key){text, strlen(text)};
}

static struct sellable_key key_of(struct key_room *room, const char *what, uint32_t thread,
                                  uint32_t round, uint32_t part) {
    int size = snprintf(room->bytes, KEY_ROOM, "%s-%u-%u-%u", what, thread, round, part);
    return (struct sellable_key){room->bytes, (uint64_t)size};
}

struct crowd *crowd_make(void) {
    void *shared = mmap(NULL, sizeof(struct crowd), PROT_READ | PROT_WRITE,
                        MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (shared == MAP_FAILED) {
        abort();
    }
    return shared;
}

void crowd_free(struct crowd *crowd) {
    munmap(crowd, sizeof *crowd);
}

static void is_wrong(struct crowd *crowd, const char *what, uint32_t thread, uint32_t round,
                     int64_t got, int64_t wanted) {
    if (crowd->wrong[0] == 0) {
        snprintf(crowd->wrong, sizeof crowd->wrong,
                 "%s (thread %u, round %u): %" PRId64 ", not %" PRId64, what, thread, round, got,
                 wanted);
    }
}

bool crowd_masters(struct sellable *engine) {
    struct sellable_item item;
    struct sellable_location location;
    struct sellable_channel channel;
    struct sellable_source source;
    bool well = true;
    for (uint32_t i = 0; i < CROWD_ITEMS; i++) {
        well = well && sellable_item_put(engine, NULL, words(item_keys[i]), NULL, &item, NULL) ==
                           SELLABLE_OK;
    }
    for (uint32_t i = 0; i < CROWD_LOCATIONS; i++) {
        well = well && sellable_location_put(engine, NULL, words(location_keys[i]), NULL,
                                             &location, NULL) == SELLABLE_OK;
    }
    return well &&
           sellable_channel_put(engine, NULL, words("web"), NULL, &channel, NULL) == SELLABLE_OK &&
           sellable_source_put(engine, NULL, words("dock"), NULL, &source, NULL) == SELLABLE_OK;
}

/* ---- the row --------------------------------------------------------------------------------- */

/* What is to become of a round's order. */
static enum sellable_order_state outcome_of(uint32_t round) {
    static const enum sellable_order_state outcomes[] = {SELLABLE_SHIPPED, SELLABLE_RELEASED,
                                                         SELLABLE_RESERVED, SELLABLE_ALLOCATED};
    return outcomes[round % (sizeof outcomes / sizeof outcomes[0])];
}

static uint32_t first_item(uint32_t thread, uint32_t round) {
    return (thread + round) % CROWD_ITEMS;
}

static uint32_t second_item(uint32_t thread, uint32_t round) {
    return (first_item(thread, round) + 1) % CROWD_ITEMS;
}

/* The position to wait for, where nothing was waited for yet. */
static bool is_durable(struct sellable *engine, const struct sellable_answer *answer, bool waits) {
    return !waits || sellable_durable_wait(engine, answer->position) == SELLABLE_OK;
}

static enum sellable_status receive(struct sellable *engine, struct sellable_worker *worker,
                                    uint32_t thread, uint32_t round, bool waits) {
    struct key_room id;
    struct sellable_answer answer = {.plan = NULL};
    const struct sellable_event event = {
        .type = SELLABLE_ON_HAND_ADJUST,
        .item_key = words(item_keys[first_item(thread, round)]),
        .location_key = words(location_keys[thread % CROWD_LOCATIONS]),
        .quantity = RECEIVED,
        .source_key = words("dock"),
        .id = key_of(&id, "receipt", thread, round, 0),
    };
    enum sellable_status status = sellable_apply(engine, worker, &event, &answer);
    return is_durable(engine, &answer, waits) ? status : SELLABLE_NOT_DURABLE;
}

static enum sellable_status reserve(struct sellable *engine, struct sellable_worker *worker,
                                    uint32_t thread, uint32_t round, bool waits) {
    struct key_room key;
    struct sellable_answer answer = {.plan = NULL};
    const struct sellable_line lines[] = {
        {.item_key = words(item_keys[first_item(thread, round)]), .quantity = OF_FIRST},
        {.item_key = words(item_keys[second_item(thread, round)]), .quantity = OF_SECOND},
    };
    const struct sellable_order order = {
        .key = key_of(&key, "order", thread, round, 0),
        .channel_key = words("web"),
        .lines = lines,
        .line_count = sizeof lines / sizeof lines[0],
    };
    enum sellable_status status = sellable_reserve(engine, worker, &order, &answer);
    return is_durable(engine, &answer, waits) ? status : SELLABLE_NOT_DURABLE;
}

/* Once more it is refused, if the order is closed already: then what it did is seen by its
 * state. */
static enum sellable_status end_order(struct sellable *engine, struct sellable_worker *worker,
                                      uint32_t thread, uint32_t round, bool waits) {
    struct key_room room;
    struct sellable_answer answer = {.plan = NULL};
    struct sellable_key key = key_of(&room, "order", thread, round, 0);
    enum sellable_status status;
    switch (outcome_of(round)) {
    case SELLABLE_SHIPPED: status = sellable_ship(engine, worker, key, NULL, 0, &answer); break;
    case SELLABLE_RELEASED:
        status = sellable_release(engine, worker, key, NULL, 0, &answer);
        break;
    case SELLABLE_ALLOCATED:
        status = sellable_allocate(engine, worker, key, NULL, 0, &answer);
        break;
    default: status = sellable_confirm(engine, worker, key, &answer);
    }
    return is_durable(engine, &answer, waits) ? status : SELLABLE_NOT_DURABLE;
}

static bool reserve_batch(struct sellable *engine, struct sellable_worker *worker, uint32_t thread,
                          uint32_t round, bool waits, enum sellable_status *statuses) {
    struct key_room keys[CROWD_BATCH];
    struct sellable_line lines[CROWD_BATCH];
    struct sellable_order orders[CROWD_BATCH];
    struct sellable_answer answers[CROWD_BATCH];
    bool durable = true;
    for (uint32_t i = 0; i < CROWD_BATCH; i++) {
        lines[i] = (struct sellable_line){
            .item_key = words(item_keys[(first_item(thread, round) + i) % CROWD_ITEMS]),
            .quantity = OF_EACH};
        orders[i] = (struct sellable_order){.key = key_of(&keys[i], "batch", thread, round, i),
                                            .channel_key = words("web"),
                                            .lines = &lines[i],
                                            .line_count = 1};
        answers[i] = (struct sellable_answer){.plan = NULL};
    }
    if (sellable_reserve_batch(engine, worker, orders, CROWD_BATCH, statuses, answers) !=
        SELLABLE_OK) {
        return false;
    }
    for (uint32_t i = 0; i < CROWD_BATCH; i++) {
        durable = durable && statuses[i] != SELLABLE_NOT_DURABLE &&
                  is_durable(engine, &answers[i], waits);
    }
    return durable;
}

static bool was_reserved(const struct crowd_answer *answer, uint32_t part) {
    unsigned status = answer->status[part];
    return status == SELLABLE_OK + 1 || status == SELLABLE_DUPLICATE + 1;
}

bool crowd_change(struct crowd *crowd, struct sellable *engine, struct sellable_worker *worker,
                  uint32_t thread, bool waits) {
    struct crowd_diary *diary = &crowd->diaries[thread];
    uint32_t at = atomic_load(&diary->answered), round = at / ROUND;
    enum sellable_status statuses[CROWD_BATCH] = {SELLABLE_OK, SELLABLE_OK, SELLABLE_OK};
    atomic_store(&diary->begun, at + 1);
    switch (at % ROUND) {
    case RECEIPT: statuses[0] = receive(engine, worker, thread, round, waits); break;
    case RESERVE: statuses[0] = reserve(engine, worker, thread, round, waits); break;
    case OUTCOME:
        if (was_reserved(&diary->answers[at - 1], 0)) {
            statuses[0] = end_order(engine, worker, thread, round, waits);
        }
        break;
    default:
        if (!reserve_batch(engine, worker, thread, round, waits, statuses)) {
            return false;
        }
    }
    if (statuses[0] == SELLABLE_NOT_DURABLE) {
        return false;
    }
    for (uint32_t i = 0; i < CROWD_BATCH; i++) {
        diary->answers[at].status[i] = (unsigned char)(statuses[i] + 1);
    }
    atomic_store(&diary->answered, at + 1);
    return true;
}

/* ---- what must be there ---------------------------------------------------------------------- */

struct stock {
    int64_t on_hand, reserved, allocated;
};

/* The state that an order is to be in; 0: it is not there. */
static void order_is(struct crowd *crowd, struct sellable *engine, struct sellable_key key,
                     uint32_t wanted, uint32_t thread, uint32_t round) {
    struct sellable_order_line lines[LINES];
    struct sellable_order_view view = {.lines = lines, .line_capacity = LINES};
    enum sellable_status status = sellable_order(engine, key, &view);
    uint32_t got = status == SELLABLE_OK ? view.state : 0;
    if (got != wanted) {
        is_wrong(crowd, "the state of an order", thread, round, got, wanted);
    }
}

static void rounds_orders_are(struct crowd *crowd, struct sellable *engine, uint32_t thread,
                              uint32_t round) {
    const struct crowd_diary *diary = &crowd->diaries[thread];
    const struct crowd_answer *answers = &diary->answers[round * ROUND];
    uint32_t done = atomic_load(&diary->answered) - round * ROUND;
    struct key_room room;
    if (done > RESERVE) {
        bool is = was_reserved(&answers[RESERVE], 0);
        uint32_t wanted = done > OUTCOME ? outcome_of(round) : SELLABLE_RESERVED;
        order_is(crowd, engine, key_of(&room, "order", thread, round, 0), is ? wanted : 0, thread,
                 round);
    }
    for (uint32_t i = 0; i < CROWD_BATCH && done > BATCH; i++) {
        order_is(crowd, engine, key_of(&room, "batch", thread, round, i),
                 was_reserved(&answers[BATCH], i) ? SELLABLE_RESERVED : 0, thread, round);
    }
}

static void add_order(struct stock *stock, int64_t quantity, enum sellable_order_state state) {
    stock->on_hand -= state == SELLABLE_SHIPPED ? quantity : 0;
    stock->reserved += state == SELLABLE_RESERVED ? quantity : 0;
    stock->allocated += state == SELLABLE_ALLOCATED ? quantity : 0;
}

/* What one answered change of a row adds to the stock of the items. */
static void add_change(const struct crowd_diary *diary, uint32_t thread, uint32_t at,
                       struct stock stock[CROWD_ITEMS]) {
    const struct crowd_answer *answer = &diary->answers[at];
    uint32_t round = at / ROUND, first = first_item(thread, round);
    bool ended = atomic_load(&diary->answered) > round * ROUND + OUTCOME;
    enum sellable_order_state state = ended ? outcome_of(round) : SELLABLE_RESERVED;
    switch (at % ROUND) {
    case RECEIPT: stock[first].on_hand += RECEIVED; break;
    case RESERVE:
        if (was_reserved(answer, 0)) {
            add_order(&stock[first], OF_FIRST, state);
            add_order(&stock[second_item(thread, round)], OF_SECOND, state);
        }
        break;
    case OUTCOME: break;
    default:
        for (uint32_t i = 0; i < CROWD_BATCH; i++) {
            add_order(&stock[(first + i) % CROWD_ITEMS], was_reserved(answer, i) ? OF_EACH : 0,
                      SELLABLE_RESERVED);
        }
    }
}

static struct stock stock_of(struct sellable *engine, uint32_t item) {
    struct stock stock = {0, 0, 0};
    for (uint32_t i = 0; i < CROWD_LOCATIONS; i++) {
        const struct sellable_place place = {.item_key = words(item_keys[item]),
                                             .location_key = words(location_keys[i])};
        struct sellable_cell cell = {.fences = NULL};
        if (sellable_cell(engine, &place, &cell) == SELLABLE_OK) {
            stock.on_hand += cell.on_hand;
            stock.reserved += cell.reserved;
            stock.allocated += cell.allocated;
        }
    }
    return stock;
}

static void stock_is(struct crowd *crowd, struct sellable *engine) {
    struct stock wanted[CROWD_ITEMS] = {{0, 0, 0}};
    for (uint32_t thread = 0; thread < CROWD_THREADS; thread++) {
        const struct crowd_diary *diary = &crowd->diaries[thread];
        for (uint32_t at = 0; at < atomic_load(&diary->answered); at++) {
            add_change(diary, thread, at, wanted);
        }
    }
    for (uint32_t item = 0; item < CROWD_ITEMS; item++) {
        struct stock got = stock_of(engine, item);
        if (got.on_hand != wanted[item].on_hand) {
            is_wrong(crowd, "on hand", 0, item, got.on_hand, wanted[item].on_hand);
        } else if (got.reserved != wanted[item].reserved) {
            is_wrong(crowd, "reserved", 0, item, got.reserved, wanted[item].reserved);
        } else if (got.allocated != wanted[item].allocated) {
            is_wrong(crowd, "allocated", 0, item, got.allocated, wanted[item].allocated);
        } else if (got.reserved + got.allocated > got.on_hand) {
            is_wrong(crowd, "oversold", 0, item, got.reserved + got.allocated, got.on_hand);
        }
    }
}

static void is_consistent(struct crowd *crowd, struct sellable *engine) {
    struct sellable_audit audit;
    if (sellable_audit(engine, NULL, &audit) != SELLABLE_OK || audit.consistent != 1) {
        is_wrong(crowd, "consistent", 0, 0, 0, 1);
    }
}

bool crowd_settle(struct crowd *crowd, struct sellable *engine,
                  const uint32_t from[CROWD_THREADS]) {
    is_consistent(crowd, engine);
    for (uint32_t thread = 0; thread < CROWD_THREADS; thread++) {
        const struct crowd_diary *diary = &crowd->diaries[thread];
        uint32_t answered = atomic_load(&diary->answered);
        if (atomic_load(&diary->begun) > answered &&
            !crowd_change(crowd, engine, NULL, thread, false)) {
            is_wrong(crowd, "a change is not durable", thread, answered / ROUND, 0, 1);
        }
        for (uint32_t round = from[thread] / ROUND; round * ROUND < atomic_load(&diary->answered);
             round++) {
            rounds_orders_are(crowd, engine, thread, round);
        }
    }
    stock_is(crowd, engine);
    is_consistent(crowd, engine);
    return crowd->wrong[0] == 0;
}
