/* SPDX-License-Identifier: Apache-2.0
 *
 * What a call needs is drawn before a clock runs: which items, in the proportions of their law. The
 * rest of a call is what its caller would write: a record on the stack, and one call.
 *
 * Time. The engine's time follows the clock's; the first thread tells it, as an ERP would. Closed
 * orders are remembered for MEMORY of it only, so that a run of minutes at many times the business's
 * own rate does not fill the machine; that they are forgotten is measured with the rest, and what a
 * longer retention takes is worked out from the bytes of one. */
#include "business.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "measure.h"
#include "workload.h"

#define MEMORY INT64_C(1000)                   /* ms */
#define START INT64_C(1767225600000)           /* the engine's time at first */
#define ON_HAND INT64_C(1000000000)            /* in each cell: nothing sells out */
enum { BATCH_SIZE = 512, NUMBER_BITS = 36, CHANGE_UNITS = 8, TRIES = 100 };

const char *const business_call_names[BUSINESS_CALLS] = {"question", "reservation", "change",
                                                         "ending"};

/* Order number n of a thread; no two have the same key. */
static struct sellable_key order_key(struct text *text, uint32_t thread, uint64_t number)
{
    workload_text(text, "order", (uint64_t)thread << NUMBER_BITS | number);
    return text_key(text);
}

static struct sellable_key item_key(const struct business *business, uint64_t item)
{
    return (struct sellable_key){business->item_keys + item * KEY_SIZE, KEY_SIZE};
}

/* Where in 32 bits a share of 1 ends. */
static uint32_t bound(double share)
{
    double scaled = share * 0x1p32;
    return scaled >= 0x1p32 ? UINT32_MAX : (uint32_t)scaled;
}

static uint32_t draw_bits(struct business_thread *thread)
{
    return (uint32_t)(workload_random(&thread->random) >> 32);
}

/* ---- filling --------------------------------------------------------------------------------- */

/* Events on their way into the engine, a batch at a time. */
struct filling {
    struct business *business;
    uint32_t count;
    uint32_t lines_used;
    struct sellable_event events[BATCH_SIZE];
    struct sellable_order orders[BATCH_SIZE];
    struct sellable_line lines[BATCH_SIZE * BUSINESS_LINES];
    struct text keys[BATCH_SIZE];
    enum sellable_status statuses[BATCH_SIZE];
    const char *reason;
};

static void send(struct filling *filling)
{
    enum sellable_status status =
        sellable_apply_batch(filling->business->engine, filling->business->workers[0],
                             filling->events, filling->count, filling->statuses, NULL);
    for (uint32_t i = 0; i < filling->count && status == SELLABLE_OK; i++)
        status = filling->statuses[i];
    if (status != SELLABLE_OK && !filling->reason)
        filling->reason = sellable_status_text((int)status);
    filling->count = filling->lines_used = 0;
}

/* Room for the next event; NULL: something failed, and nothing more is to be sent. */
static struct sellable_event *next(struct filling *filling, uint32_t type)
{
    if (filling->count == BATCH_SIZE)
        send(filling);
    if (filling->reason)
        return NULL;
    struct sellable_event *event = &filling->events[filling->count++];
    *event = (struct sellable_event){.type = type};
    return event;
}

static void put_places(struct business *business, const char **reason)
{
    struct text text;
    for (uint32_t i = 0; i < business->terms.locations && !*reason; i++) {
        workload_text(&text, "place-", i);
        enum sellable_status status = sellable_location_put(
            business->engine, NULL, text_key(&text), NULL, &business->locations[i], NULL);
        if (status != SELLABLE_OK)
            *reason = sellable_status_text((int)status);
    }
    for (uint32_t i = 0; i < business->terms.channels && !*reason; i++) {
        workload_text(&text, "channel-", i);
        enum sellable_status status = sellable_channel_put(
            business->engine, NULL, text_key(&text), NULL, &business->channels[i], NULL);
        if (status != SELLABLE_OK)
            *reason = sellable_status_text((int)status);
        business->channel_keys[i] = sellable_channel_key(business->engine, business->channels[i]);
    }
}

static void put_items(struct filling *filling)
{
    struct business *business = filling->business;
    for (uint64_t i = 0; i < business->terms.items; i++) {
        struct text text;
        workload_item_key(&text, i);
        memcpy(business->item_keys + i * KEY_SIZE, text.bytes, KEY_SIZE);
        struct sellable_event *event = next(filling, SELLABLE_ITEM);
        if (!event)
            return;
        event->item_key = item_key(business, i);
    }
    send(filling);
    for (uint64_t i = 0; i < business->terms.items && !filling->reason; i++)
        if (sellable_item_find(business->engine, item_key(business, i), &business->items[i]) !=
            SELLABLE_OK)
            filling->reason = "an item that was made is not there";
}

static void put_stock(struct filling *filling)
{
    struct business *business = filling->business;
    for (uint64_t i = 0; i < business->terms.items; i++)
        for (uint32_t j = 0; j < business->terms.locations; j++) {
            struct sellable_event *event = next(filling, SELLABLE_ON_HAND_SET);
            if (!event)
                return;
            event->item = business->items[i];
            event->location = business->locations[j];
            event->quantity = ON_HAND;
        }
    send(filling);
}

/* The lines of an order that is drawn; a wanted item may be in several. */
static uint32_t draw_lines(const struct business *business, struct business_thread *thread,
                           struct sellable_line *lines)
{
    uint32_t bits = draw_bits(thread), wanted = 1, count = 0;
    while (wanted < BUSINESS_LINES && bits >= business->line_bounds[wanted - 1])
        wanted++;
    for (uint32_t i = 0; i < wanted; i++) {
        uint32_t item = business->drawn[thread->drawn++ % BUSINESS_DRAWN];
        lines[count] = (struct sellable_line){.quantity = 1};
        if (business->terms.by_key)
            lines[count].item_key = item_key(business, item);
        else
            lines[count].item = business->items[item];
        count++;
    }
    return count;
}

static void name_channel(const struct business *business, struct business_thread *thread,
                         struct sellable_key *key, struct sellable_channel *channel)
{
    uint32_t number = (uint32_t)((uint64_t)draw_bits(thread) * business->terms.channels >> 32);
    if (business->terms.by_key)
        *key = business->channel_keys[number];
    else
        *channel = business->channels[number];
}

static uint64_t open_of(const struct business_terms *terms, uint32_t thread)
{
    return terms->open_orders / terms->threads + (thread < terms->open_orders % terms->threads);
}

static void put_orders(struct filling *filling)
{
    struct business *business = filling->business;
    for (uint32_t t = 0; t < business->terms.threads; t++) {
        struct business_thread thread;
        business_thread_begin(business, &thread, t);
        uint64_t open = open_of(&business->terms, t);
        for (uint64_t i = 0; i < open; i++) {
            struct sellable_event *event = next(filling, SELLABLE_RESERVE);
            if (!event)
                return;
            uint32_t place = filling->count - 1;
            struct sellable_order *order = &filling->orders[place];
            struct sellable_line *lines = &filling->lines[filling->lines_used];
            *order = (struct sellable_order){.key = order_key(&filling->keys[place], t, i),
                                             .lines = lines};
            order->line_count = draw_lines(business, &thread, lines);
            filling->lines_used += order->line_count;
            name_channel(business, &thread, &order->channel_key, &order->channel);
            event->order = order;
        }
    }
    send(filling);
}

/* ---- what is drawn --------------------------------------------------------------------------- */

/* Items by inversion, as many of each as its weight asks for. Wanted items do not lie side by
 * side: a prime larger than any count spreads the ranks. */
static bool draw_items(struct business *business)
{
    const uint64_t items = business->terms.items;
    double *sums = malloc(items * sizeof *sums), sum = 0;
    uint64_t state = 1;
    if (!sums)
        return false;
    for (uint64_t i = 0; i < items; i++)
        sums[i] = sum += pow((double)(i + 1), -business->terms.skew);
    for (uint32_t i = 0; i < BUSINESS_DRAWN; i++) {
        double wanted = (double)(workload_random(&state) >> 11) * 0x1p-53 * sum;
        uint64_t low = 0, high = items - 1;
        while (low < high) {
            uint64_t middle = low + (high - low) / 2;
            if (sums[middle] > wanted)
                high = middle;
            else
                low = middle + 1;
        }
        business->drawn[i] = (uint32_t)(low * UINT64_C(4294967291) % items);
    }
    free(sums);
    return true;
}

static void set_bounds(struct business *business)
{
    const struct business_terms *terms = &business->terms;
    double sum = 0;
    for (uint32_t i = 0; i < BUSINESS_LINES; i++)
        business->line_bounds[i] = bound(sum += terms->lines[i]);
    business->question_bound = bound(terms->questions);
    business->reservation_bound = bound(terms->questions + terms->reservations);
    business->cancelled_bound = bound(terms->cancelled);
}

static bool make_room(struct business *business)
{
    const struct business_terms *terms = &business->terms;
    business->items = calloc(terms->items, sizeof *business->items);
    business->locations = calloc(terms->locations, sizeof *business->locations);
    business->channels = calloc(terms->channels, sizeof *business->channels);
    business->channel_keys = calloc(terms->channels, sizeof *business->channel_keys);
    business->item_keys = malloc(terms->items * KEY_SIZE);
    business->drawn = calloc(BUSINESS_DRAWN, sizeof *business->drawn);
    return business->items && business->locations && business->channels &&
           business->channel_keys && business->item_keys && business->drawn;
}

static void fill(struct business *business, const char **reason)
{
    struct filling *filling = malloc(sizeof *filling);
    if (!filling) {
        *reason = "no memory";
        return;
    }
    *filling = (struct filling){.business = business};
    put_items(filling);
    put_stock(filling);
    put_orders(filling);
    *reason = filling->reason;
    free(filling);
}

/* ---- opening --------------------------------------------------------------------------------- */

static bool open_engine(struct business *business, const char **reason)
{
    const struct business_terms *terms = &business->terms;
    struct sellable_options options = {
        .items = terms->items, .orders = terms->open_orders, .retention = MEMORY};
    struct sellable_durability durability = {.answering = terms->answering,
                                             .linger = terms->linger};
    enum sellable_status status =
        terms->store ? sellable_store_open(terms->store, &options, &durability, &business->engine,
                                           &business->recovery)
                     : sellable_open(&options, &business->engine);
    if (status != SELLABLE_OK) {
        *reason = terms->store ? business->recovery.reason : sellable_status_text((int)status);
        return false;
    }
    for (uint32_t i = 0; i < terms->threads; i++)
        if (sellable_worker_acquire(business->engine, &business->workers[i]) != SELLABLE_OK) {
            *reason = "no worker could be had";
            return false;
        }
    if (terms->store && terms->answering == SELLABLE_ANSWER_DECIDED &&
        sellable_committer_start(business->engine) != SELLABLE_OK) {
        *reason = "the committer could not be started";
        return false;
    }
    return true;
}

bool business_open(struct business *business, const struct business_terms *terms,
                   const char **reason)
{
    double started = measure_wall();
    *reason = NULL;
    *business = (struct business){.terms = *terms};
    set_bounds(business);
    if (!make_room(business) || !draw_items(business))
        *reason = "no memory";
    if (!*reason && open_engine(business, reason)) {
        put_places(business, reason);
        if (!*reason && sellable_advance(business->engine, NULL, START, NULL) != SELLABLE_OK)
            *reason = "the engine could not be told the time";
        if (!*reason)
            fill(business, reason);
    }
    business->filled = (measure_wall() - started) / 1e9;
    if (*reason)
        business_close(business);
    return !*reason;
}

static void close_engine(struct business *business)
{
    if (business->engine)
        for (uint32_t i = 0; i < business->terms.threads; i++)
            sellable_worker_release(business->workers[i]);
    memset(business->workers, 0, sizeof business->workers);
    sellable_close(business->engine);
    business->engine = NULL;
}

void business_close(struct business *business)
{
    close_engine(business);
    free(business->items);
    free(business->locations);
    free(business->channels);
    free(business->channel_keys);
    free(business->item_keys);
    free(business->drawn);
    *business = (struct business){.engine = NULL};
}

double business_recover(struct business *business, const char **reason)
{
    close_engine(business);
    double started = measure_wall();
    if (!open_engine(business, reason))
        return -1;
    double seconds = (measure_wall() - started) / 1e9;
    for (uint32_t i = 0; i < business->terms.channels; i++) /* keys belong to their engine */
        business->channel_keys[i] = sellable_channel_key(business->engine, business->channels[i]);
    return seconds;
}

/* ---- calling --------------------------------------------------------------------------------- */

void business_thread_begin(const struct business *business, struct business_thread *thread,
                           uint32_t number)
{
    *thread = (struct business_thread){
        .number = number,
        .random = number + 1,
        .drawn = (uint64_t)number * (BUSINESS_DRAWN / business->terms.threads),
        .ordered = open_of(&business->terms, number),
    };
    workload_random(&thread->random);
}

enum business_call business_draw(const struct business *business, struct business_thread *thread)
{
    uint32_t bits = draw_bits(thread);
    if (bits < business->question_bound)
        return QUESTION;
    return bits < business->reservation_bound ? RESERVATION : CHANGE;
}

static void note(struct business_thread *thread, enum sellable_status status, bool good)
{
    if (good)
        return;
    thread->faults++;
    thread->fault = status;
}

/* A store that answers before it writes takes no more than its queue holds. Who is refused waits
 * until that is written, as a caller would, and asks again: the time is the call's. */
static bool again(const struct business *business, enum sellable_status status, uint32_t *tries)
{
    return status == SELLABLE_NOT_DURABLE && ++*tries < TRIES &&
           sellable_durable_wait(business->engine, 0) == SELLABLE_OK;
}

static void ask(const struct business *business, struct business_thread *thread)
{
    struct sellable_question question = {.has_date = 0};
    struct sellable_availability availability;
    uint32_t item = business->drawn[thread->drawn++ % BUSINESS_DRAWN];
    if (business->terms.by_key)
        question.item_key = item_key(business, item);
    else
        question.item = business->items[item];
    name_channel(business, thread, &question.channel_key, &question.channel);
    enum sellable_status status = sellable_available(business->engine, &question, &availability);
    note(thread, status, status == SELLABLE_OK);
}

static void reserve(const struct business *business, struct business_thread *thread)
{
    struct sellable_line lines[BUSINESS_LINES];
    struct text text;
    struct sellable_order order = {.key = order_key(&text, thread->number, thread->ordered++),
                                   .lines = lines};
    order.line_count = draw_lines(business, thread, lines);
    name_channel(business, thread, &order.channel_key, &order.channel);
    enum sellable_status status;
    uint32_t tries = 0;
    do
        status = sellable_reserve(business->engine, business->workers[thread->number], &order,
                                  NULL);
    while (again(business, status, &tries));
    thread->refused += status == SELLABLE_INSUFFICIENT;
    note(thread, status, status == SELLABLE_OK || status == SELLABLE_INSUFFICIENT);
}

/* What a count or a delivery changes, up or down. */
static void change(const struct business *business, struct business_thread *thread)
{
    uint32_t item = business->drawn[thread->drawn++ % BUSINESS_DRAWN], bits = draw_bits(thread);
    struct sellable_event event = {
        .type = SELLABLE_ON_HAND_ADJUST,
        .location = business->locations[bits % business->terms.locations],
        .quantity = (int64_t)(bits >> 29) - CHANGE_UNITS / 2,
    };
    if (business->terms.by_key)
        event.item_key = item_key(business, item);
    else
        event.item = business->items[item];
    enum sellable_status status;
    uint32_t tries = 0;
    do
        status = sellable_apply(business->engine, business->workers[thread->number], &event, NULL);
    while (again(business, status, &tries));
    note(thread, status, status == SELLABLE_OK);
}

static void end(const struct business *business, struct business_thread *thread)
{
    struct text text;
    struct sellable_key key = order_key(&text, thread->number, thread->ended++);
    struct sellable_worker *worker = business->workers[thread->number];
    bool cancelled = draw_bits(thread) < business->cancelled_bound;
    enum sellable_status status;
    uint32_t tries = 0;
    do
        status = cancelled ? sellable_release(business->engine, worker, key, NULL, 0, NULL)
                           : sellable_ship(business->engine, worker, key, NULL, 0, NULL);
    while (again(business, status, &tries));
    note(thread, status, status == SELLABLE_OK || status == SELLABLE_UNKNOWN_ORDER);
}

void business_do(const struct business *business, struct business_thread *thread,
                 enum business_call call)
{
    switch (call) {
    case QUESTION:
        ask(business, thread);
        break;
    case RESERVATION:
        reserve(business, thread);
        break;
    case CHANGE:
        change(business, thread);
        break;
    default:
        end(business, thread);
    }
}
