/* SPDX-License-Identifier: Apache-2.0
 *
 * For test_stop*.c: every call of the library, as one thread makes it in the scene; what orders and
 * events are answered goes into its history, all else is looked at at once. */
#ifndef SELLABLE_TESTS_STOP_CALLS_H
#define SELLABLE_TESTS_STOP_CALLS_H

#include "stop_tell_calls.h"

/* ---- the calls ------------------------------------------------------------------------------- */

static void make_order(struct part *part, uint32_t key) {
    uint32_t entry = begin_entry(part, RESERVE, key);
    struct sellable_placement plan[16];
    struct sellable_answer answer = {.plan = plan, .plan_capacity = 16};
    end_entry(part, entry, order_key(part->scene, worker_of(part), key, &answer));
}

static void make_change(struct part *part, enum act act, uint32_t key) {
    uint32_t entry = begin_entry(part, act, key);
    struct sellable *engine = part->scene->engine;
    struct sellable_worker *worker = worker_of(part);
    end_entry(part, entry,
              act == CONFIRM   ? sellable_confirm(engine, worker, key_text(key), NULL)
              : act == RELEASE ? sellable_release(engine, worker, key_text(key), NULL, 0, NULL)
                               : sellable_ship(engine, worker, key_text(key), NULL, 0, NULL));
}

static struct sellable_event event_of(uint32_t happening) {
    const struct happening *one = &happenings[happening];
    struct sellable_event event = {.type = one->type,
                                   .item = {one->item},
                                   .location = {one->location},
                                   .quantity = one->quantity};
    if (one->reason != NULL)
        event.reason = key_of(one->reason);
    return event;
}

static void make_event(struct part *part, uint32_t happening) {
    struct sellable_event event = event_of(happening);
    uint32_t entry = begin_entry(part, EVENT, happening);
    end_entry(part, entry, sellable_apply(part->scene->engine, worker_of(part), &event, NULL));
}

static void call_order(struct part *part) { make_order(part, part->call->which); }
static void call_confirm(struct part *part) { make_change(part, CONFIRM, part->call->which); }
static void call_release(struct part *part) { make_change(part, RELEASE, part->call->which); }
static void call_ship(struct part *part) { make_change(part, SHIP, part->call->which); }
static void call_event(struct part *part) { make_event(part, part->call->which); }

/* Of the same key something else is asked for: always a conflict. */
static void call_conflict(struct part *part) {
    const struct sellable_line line = {.item = {Q}, .quantity = 1};
    struct sellable_order order = {
        .key = key_text(OPEN), .channel = {1}, .lines = &line, .line_count = 1};
    enum sellable_status status =
        sellable_reserve(part->scene->engine, worker_of(part), &order, NULL);
    if (status != SELLABLE_CONFLICT)
        must(status == SELLABLE_OK ? SELLABLE_CONFLICT : status, "an order with other content");
}

static void call_item(struct part *part) {
    static const char *const keys[] = {"P", "item-1", "item-2", "item-3"};
    for (uint32_t i = 0; i <= part->call->which; i++) {
        struct sellable_item item = {0}, found = {0};
        must(sellable_item_put(part->scene->engine, worker_of(part), key_of(keys[i]), NULL, &item,
                               NULL),
             "item_put");
        must(sellable_item_find(part->scene->engine, key_of(keys[i]), &found), "item_find");
        if (item.id == 0 || item.id != found.id)
            must(SELLABLE_UNKNOWN_ITEM, "the same item");
    }
}

static void call_location(struct part *part) {
    struct sellable_location location = {0}, found = {0};
    must(sellable_location_put(part->scene->engine, worker_of(part), key_of("location"), NULL,
                               &location, NULL),
         "location_put");
    must(sellable_location_find(part->scene->engine, key_of("location"), &found), "location_find");
    if (location.id != LOCATIONS + 1 || location.id != found.id)
        must(SELLABLE_UNKNOWN_LOCATION, "the same location");
}

static void call_channel(struct part *part) {
    struct sellable_channel channel = {0}, found = {0};
    must(sellable_channel_put(part->scene->engine, worker_of(part), key_of("fresh"), NULL, &channel,
                              NULL),
         "channel_put");
    must(sellable_channel_find(part->scene->engine, key_of("fresh"), &found), "channel_find");
    if (channel.id == 0 || channel.id != found.id)
        must(SELLABLE_UNKNOWN_CHANNEL, "the same channel");
}

static void call_policy(struct part *part) {
    const struct sellable_location places[] = {{6}, {5}, {1}};
    const struct sellable_policy policy = {
        .set = SELLABLE_SETTING_SHARE | SELLABLE_SETTING_BUFFER | SELLABLE_SETTING_LOCATIONS |
               SELLABLE_SETTING_CLOSED,
        .share = 5000,
        .buffer = 7,
        .closed = 1,
        .locations = places,
        .location_count = 3};
    must(sellable_channel_put(part->scene->engine, worker_of(part), key_of("shop"), &policy, NULL,
                              NULL),
         "channel_put");
}

static void call_advance(struct part *part) {
    must(sellable_advance(part->scene->engine, worker_of(part), LATER, NULL), "advance");
    part->scene->advanced = LATER;
}

/* Every other one names its item by key. */
static void call_orders(struct part *part) {
    struct sellable_order orders[20] = {{.line_count = 0}};
    const struct sellable_line lines[] = {{.item = {Q}, .quantity = 1},
                                          {.item_key = key_of("Q"), .quantity = 1}};
    enum sellable_status statuses[20];
    uint32_t first = part->scene->history[part->number].count, count = part->call->which;
    for (uint32_t i = 0; i < count; i++) {
        (void)begin_entry(part, RESERVE, OF_BATCH + i);
        orders[i] = (struct sellable_order){
            .key = key_text(OF_BATCH + i), .channel = {1}, .lines = &lines[i % 2], .line_count = 1};
    }
    must(sellable_reserve_batch(part->scene->engine, worker_of(part), orders, count, statuses,
                                NULL),
         "reserve_batch");
    for (uint32_t i = 0; i < count; i++)
        end_entry(part, first + i, statuses[i]);
}

static void call_events(struct part *part) {
    enum { COUNT = 2 * HAPPENINGS };
    struct sellable_event events[COUNT];
    enum sellable_status statuses[COUNT];
    uint32_t first = part->scene->history[part->number].count;
    for (uint32_t i = 0; i < COUNT; i++) {
        (void)begin_entry(part, EVENT, i % HAPPENINGS);
        events[i] = event_of(i % HAPPENINGS);
    }
    must(sellable_apply_batch(part->scene->engine, worker_of(part), events, COUNT, statuses,
                              NULL),
         "apply_batch");
    for (uint32_t i = 0; i < COUNT; i++)
        end_entry(part, first + i, statuses[i]);
}

enum { MANY_WORKERS = 33 }; /* the array of workers grows */

static void call_worker(struct part *part) {
    struct sellable_worker *worker[MANY_WORKERS];
    for (uint32_t i = 0; i < part->call->which; i++)
        must(sellable_worker_acquire(part->scene->engine, &worker[i]), "worker_acquire");
    must(sellable_item_put(part->scene->engine, worker[0], key_of("P"), NULL, NULL, NULL),
         "item_put");
    for (uint32_t i = 0; i < part->call->which; i++)
        sellable_worker_release(worker[i]);
}

static void call_snapshot(struct part *part) {
    struct sbl_commit *commit = &part->scene->engine->commit;
    struct sbl_worker *worker = sbl_worker_take(commit);
    uint32_t snapshot;
    if (worker == NULL || sbl_snapshot_open(worker, &snapshot) != SBL_ACCEPTED)
        must(SELLABLE_NO_MEMORY, "a snapshot");
    for (uint32_t item = P; item <= W; item++) {
        struct sbl_image image;
        sbl_snapshot_read(commit, snapshot, sbl_row_line(part->scene->engine, item), &image);
        if (!sbl_row_exists(&image))
            must(SELLABLE_UNKNOWN_ITEM, "a row of a snapshot");
    }
    if (sbl_snapshot_close(worker, snapshot) != SBL_ACCEPTED)
        must(SELLABLE_NO_MEMORY, "closing a snapshot");
    sbl_worker_give(worker);
}

/* Own orders come and go, so often that blocks pass from worker to worker. */
static void call_passing(struct part *part) {
    struct scene *scene = part->scene;
    for (uint32_t i = 0; i < part->call->which; i++) {
        const struct sellable_line lines[] = {{.item = {W}, .quantity = 2},
                                              {.item = {Q}, .quantity = 1}};
        struct passing_key key;
        struct sellable_order order = {.key = passing_text(&key, part->number,
                                                           ++scene->passing[part->number]),
                                       .channel = {1},
                                       .lines = lines,
                                       .line_count = 2,
                                       .expires_at = i % 2 == 0 ? LATER + 1000 * (i + 1) : 0};
        must(sellable_reserve(scene->engine, worker_of(part), &order, NULL), "to come");
        must(sellable_release(scene->engine, worker_of(part), order.key, NULL, 0, NULL), "to go");
    }
}

/* So does one whose end comes as events in a batch. */
static void call_passing_in_batch(struct part *part) {
    struct scene *scene = part->scene;
    const struct sellable_line line = {.item = {W}, .quantity = 2};
    struct passing_key key;
    struct sellable_order order = {.key = passing_text(&key, part->number,
                                                       ++scene->passing[part->number]),
                                   .channel = {1},
                                   .lines = &line,
                                   .line_count = 1,
                                   .expires_at = LATER + 1000};
    const struct sellable_event events[] = {
        {.type = SELLABLE_CONFIRM, .order_key = order.key},
        {.type = SELLABLE_RELEASE, .order_key = order.key}};
    enum sellable_status statuses[COUNT_OF(events)];
    must(sellable_reserve(scene->engine, worker_of(part), &order, NULL), "to come");
    must(sellable_apply_batch(scene->engine, worker_of(part), events, COUNT_OF(events), statuses,
                              NULL),
         "apply_batch");
    for (uint32_t i = 0; i < COUNT_OF(events); i++)
        must(statuses[i], "to go as events");
}

/* A blob of more than one block: no call has one in so small a scene. */
static void call_blob(struct part *part) {
    enum { WORDS = SBL_BLOCK_WORDS_MAX + 5000 };
    struct sbl_commit *commit = &part->scene->engine->commit;
    struct sbl_worker *worker = sbl_worker_take(commit);
    struct sbl_seen world;
    uint64_t *words = calloc(WORDS, sizeof *words), *copy = calloc(WORDS, sizeof *copy);
    for (uint32_t i = 0; i < WORDS; i++)
        words[i] = i;
    if (worker == NULL || !sbl_transaction_begin(worker, &world))
        must(SELLABLE_NO_MEMORY, "to begin");
    uint32_t blob = sbl_transaction_blob(worker, words, WORDS);
    if (sbl_blob_copy(commit->memory, blob, 0, copy, WORDS) != WORDS ||
        memcmp(words, copy, WORDS * sizeof *words) != 0)
        must(SELLABLE_INVALID, "a long blob");
    sbl_transaction_drop(worker);
    sbl_worker_give(worker);
    free(words);
    free(copy);
}

/* So many blocks that come and go that they pass from worker to worker. */
static void call_blobs(struct part *part) {
    enum { COUNT = 300 };
    struct sbl_commit *commit = &part->scene->engine->commit;
    for (uint32_t i = 0; i < 2; i++) {
        struct sbl_worker *worker = sbl_worker_take(commit);
        struct sbl_seen world;
        const uint64_t word = i;
        if (worker == NULL || !sbl_transaction_begin(worker, &world))
            must(SELLABLE_NO_MEMORY, "to begin");
        for (uint32_t blob = 0; blob < COUNT; blob++)
            if (sbl_transaction_blob(worker, &word, 1) == 0)
                must(SELLABLE_NO_MEMORY, "a blob");
        sbl_transaction_drop(worker);
        sbl_worker_give(worker);
    }
}

/* What is published follows from what may be promised, by the channel's limits. */
static void must_be_published(const struct sellable_question *question,
                              const struct sellable_availability *availability) {
    int64_t promisable = availability->promisable, published = promisable;
    enum sellable_level level = published != 0 ? SELLABLE_LEVEL_OK : SELLABLE_LEVEL_NONE;
    if (strcmp(question->channel_key.bytes, "outlet") == 0) {
        published = promisable < OUTLET_MINIMUM ? 0
                    : promisable > OUTLET_CAP   ? OUTLET_CAP
                                                : promisable;
        level = published == 0            ? SELLABLE_LEVEL_NONE
                : published <= OUTLET_LOW ? SELLABLE_LEVEL_LOW
                                          : SELLABLE_LEVEL_OK;
    }
    if (availability->published != published || availability->level != level)
        must(SELLABLE_INVALID, "what is published");
}

/* Each item for each of some channels. */
static void ask_for_now(const struct sellable *engine) {
    static const char *const items[] = {"P", "Q", "W"};
    static const char *const channels[] = {"web", "shop", "few", "outlet"};
    enum { CHANNELS = COUNT_OF(channels), QUESTIONS = ITEMS * CHANNELS };
    struct sellable_question questions[QUESTIONS];
    struct sellable_availability availability, availabilities[QUESTIONS];
    enum sellable_status statuses[QUESTIONS];
    struct sellable_term terms[8];
    for (uint32_t i = 0; i < QUESTIONS; i++) {
        questions[i] = (struct sellable_question){.item_key = key_of(items[i / CHANNELS]),
                                                  .channel_key = key_of(channels[i % CHANNELS])};
        must(sellable_available(engine, &questions[i], &availability), "available");
        must_be_published(&questions[i], &availability);
        struct sellable_explanation why = {.terms = terms, .term_capacity = 8};
        must(sellable_explain(engine, &questions[i], &why), "explain");
    }
    sellable_available_batch(engine, questions, QUESTIONS, statuses, availabilities);
    for (uint32_t i = 0; i < QUESTIONS; i++) {
        must(statuses[i], "available_batch");
        must_be_published(&questions[i], &availabilities[i]);
    }
}

static void call_questions(struct part *part) {
    const struct sellable *engine = part->scene->engine;
    struct sellable_memory memory;
    ask_for_now(engine);
    for (uint32_t i = 0; i < 6; i++) {
        struct sellable_place place = {.item = {1 + i / 2}, .location = {1 + i}};
        struct sellable_cell cell;
        must(sellable_cell(engine, &place, &cell), "cell");
        if (sellable_item_key(engine, (struct sellable_item){1 + i / 2}).size != 1 ||
            sellable_location_key(engine, (struct sellable_location){1 + i}).size != 3 ||
            sellable_channel_key(engine, (struct sellable_channel){1 + i % 2}).size !=
                3 + i % 2)
            must(SELLABLE_UNKNOWN_ITEM, "a key");
    }
    for (uint32_t key = OPEN; key < OF_BATCH; key++) {
        struct sellable_order_line lines[8];
        struct sellable_order_view view = {.lines = lines, .line_capacity = 8};
        enum sellable_status status = sellable_order(engine, key_text(key), &view);
        if (key <= LATE)
            must(status, "order");
    }
    sellable_memory(engine, &memory);
    if (sellable_now(engine) < NOW || memory.items > FEED_LAST + 5)
        must(SELLABLE_INVALID, "now and memory");
}

static const struct call calls[] = {
    {"reserve one line", call_order, NEW},
    {"reserve three lines", call_order, WIDE},
    {"reserve with a timeout", call_order, NEW_TIMED},
    {"reserve again", call_order, OPEN},
    {"reserve in conflict", call_conflict, 0},
    {"reserve too much", call_order, HUGE},
    {"reserve for a channel that comes meanwhile", call_order, FRESH},
    {"confirm", call_confirm, TIMED},
    {"confirm twice", call_confirm, OPEN},
    {"confirm what comes meanwhile", call_confirm, NEW_TIMED},
    {"release", call_release, OPEN},
    {"release what comes meanwhile", call_release, WIDE},
    {"ship", call_ship, OPEN},
    {"ship with a timeout", call_ship, LATE},
    {"on_hand.set", call_event, 0},
    {"on_hand.adjust", call_event, 1},
    {"hold.place", call_event, 2},
    {"hold.release", call_event, 3},
    {"hold.scrap", call_event, 4},
    {"allocation.set", call_event, 5},
    {"allocation.adjust", call_event, 6},
    {"safety_stock.set", call_event, 7},
    {"find an item", call_item, 0},
    {"make items", call_item, 3},
    {"make a location", call_location, 0},
    {"make a channel", call_channel, 0},
    {"change settings", call_policy, 0},
    {"advance", call_advance, 0},
    {"reserve in a batch of 3", call_orders, 3},
    {"reserve in a batch of 20", call_orders, 20},
    {"apply in a batch", call_events, 0},
    {"take a worker", call_worker, 1},
    {"take workers until there are more", call_worker, MANY_WORKERS},
    {"take a snapshot", call_snapshot, 0},
    {"come and go", call_passing, 3},
    {"ask", call_questions, 0},
    {"come, and go in a batch", call_passing_in_batch, 0},
    PROMISE_CALLS,
    FEED_CALLS,
    TELL_CALLS,
    /* Too long to be among everything: */
    {"come and go often", call_passing, 150},
    {"make a long blob", call_blob, 0},
    {"make many blobs", call_blobs, 0},
    {"a fork", call_fork, 0},
    {"count for many", call_many, 0},
};
enum { CALLS = COUNT_OF(calls), SHORT_CALLS = CALLS - 5 };

/* ---- everything ------------------------------------------------------------------------------ */

/* Whoever needs an item first: what is undecided there is carried to its end, and the marks that
 * takes on lines further up are put and taken off here. */
static void come_upon(struct sellable *engine, uint32_t item) {
    struct sbl_worker *worker = sbl_worker_take(&engine->commit);
    struct sbl_seen seen;
    assert_non_null(worker);
    if (sbl_transaction_begin(worker, &seen))
        sbl_line_settle(worker, sbl_row_line(engine, item), &seen);
    sbl_transaction_drop(worker);
    sbl_worker_give(worker);
}

/* Every call once, by one thread: its own orders, and by the variant the others', too. */
static void make_everything(struct part *part) {
    struct part one = *part;
    uint32_t variant = part->scene->variant;
    if (variant % 2 == 0)
        come_upon(part->scene->engine, P);
    for (uint32_t i = 0; i < SHORT_CALLS; i++) {
        one.call = &calls[variant % 5 == 4 ? SHORT_CALLS - 1 - i : i];
        bool advances = one.call->make == call_advance;
        bool ends = one.call->make == call_confirm || one.call->make == call_release ||
                    one.call->make == call_ship || advances;
        if ((ends && variant % 3 == 0) || (advances && variant % 3 == 2))
            continue;
        one.call->make(&one);
    }
    uint32_t own = part->own;
    make_order(part, own);
    make_change(part, CONFIRM, own);
    make_change(part, RELEASE, own);
    make_order(part, own + 1);
    make_change(part, SHIP, own + 1);
    make_order(part, own + 2);
    part->own += 3;
}

#endif
