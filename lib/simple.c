/* SPDX-License-Identifier: Apache-2.0
 *
 * The simple order: bare lines, perhaps a timeout, of items with nothing but cells, in a channel
 * that fills by split. What is seen is then net alone, no date can matter, and nothing is decided
 * but whether every sum fits. It is decided as plan.c does it; where anything general turns up, or
 * the order does not fit, false is the answer, nothing was done, and plan.c takes over. */
#include "simple.h"

#include "hand.h"
#include "origin.h"
#include "tally.h"

/* An item of the order: all its lines added up. */
struct wanted {
    uint32_t item;
    uint32_t line; /* the first with it */
    int64_t asked;
    struct sbl_line *row;
    uint32_t placed, placements; /* among those in the worker's scratch */
    struct sbl_seen seen;
};

struct simple {
    struct sellable *engine;
    struct sbl_worker *worker;
    const struct sbl_request *request;
    struct sbl_seen world, channel;
    struct sbl_found found;
    struct wanted *wanted; /* in the order of their first lines */
    uint32_t count;
    uint32_t placed;
    uint16_t by_item[SELLABLE_LINES_MAX]; /* the same, in the order of item numbers */
};

static bool is_simple(const struct sbl_request *request) {
    const struct sellable_order *order = request->order;
    if (order->mode != SELLABLE_ALL || (order->has_date | order->has_precedence) != 0 ||
        request->absent != 0)
        return false;
    for (uint32_t i = 0; i < order->line_count; i++)
        if ((request->wish[i].location | request->wish[i].unit) != 0 ||
            request->wish[i].items != 1)
            return false;
    return true;
}

/* Add a line to the items wanted; equal items are added up. false: beyond 10^15. */
static bool want(struct simple *simple, uint32_t line) {
    uint32_t place = simple->count, item = simple->request->item[line];
    int64_t quantity = simple->request->order->lines[line].quantity;
    struct wanted *wanted = simple->wanted;
    while (place > 0 && wanted[simple->by_item[place - 1]].item > item)
        place--;
    if (place > 0 && wanted[simple->by_item[place - 1]].item == item) {
        struct wanted *same = &wanted[simple->by_item[place - 1]];
        same->asked += quantity; /* at most 256 * 10^15 */
        return same->asked <= SELLABLE_QUANTITY_MAX;
    }
    memmove(simple->by_item + place + 1, simple->by_item + place,
            (simple->count - place) * sizeof *simple->by_item);
    simple->by_item[place] = (uint16_t)simple->count;
    struct wanted *one = &wanted[simple->count++];
    *one = (struct wanted){.item = item,
                           .line = line,
                           .asked = quantity,
                           .row = sbl_row_line(simple->engine, item)};
    return one->row != NULL;
}

static bool want_all(struct simple *simple) {
    uint32_t lines = simple->request->order->line_count;
    struct sbl_buffer *scratch = &simple->worker->scratch[SBL_SCRATCH_NEEDS];
    if (!sbl_buffer_reserve(&simple->engine->memory, scratch, lines * sizeof(struct wanted)))
        return false;
    simple->wanted = scratch->bytes;
    simple->count = simple->placed = 0;
    for (uint32_t i = 0; i < lines; i++)
        if (!want(simple, i))
            return false;
    return true;
}

/* ---- planning ---- */

/* A cell that the channel ships from, and what it sees there. */
struct near {
    uint32_t location;
    uint32_t rank;
    int64_t seen;
};
enum { NEAR = 16 }; /* more of them is no simple order */

/* Those of a row with anything to see, in the channel's order. NEAR + 1: there are more. */
static uint32_t near_cells(struct simple *simple, const struct sbl_image *row,
                           const struct sbl_ranks *ranks, int64_t share, struct near near[NEAR],
                           int64_t *pool) {
    struct sbl_walk walk;
    uint32_t location, count = 0;
    int64_t net;
    *pool = 0;
    sbl_walk_begin(&walk, &simple->engine->memory, row);
    while (sbl_walk_next(&walk, &location, &net)) {
        int64_t seen = sbl_part(sbl_free(net), share);
        uint32_t rank = seen == 0 || location == 0 ? 0 : sbl_rank_in(ranks, location);
        uint32_t place = count;
        if (rank == 0)
            continue;
        if (count == NEAR)
            return NEAR + 1;
        for (; place > 0 && near[place - 1].rank > rank; place--)
            near[place] = near[place - 1];
        near[place] = (struct near){location, rank, seen};
        *pool = sbl_add(*pool, seen);
        count++;
    }
    return count;
}

/* Where an item of the order comes from. false: it does not fit, or there is no memory. */
static bool place(struct simple *simple, struct wanted *wanted, const struct sbl_ranks *ranks,
                  const struct sbl_terms *terms) {
    struct sbl_buffer *scratch = &simple->worker->scratch[SBL_SCRATCH_PLACED];
    struct near near[NEAR];
    int64_t pool, left = wanted->asked;
    uint32_t count =
        near_cells(simple, &wanted->seen.image, ranks, terms->share, near, &pool);
    if (count > NEAR ||
        left > sbl_subtract(sbl_min(pool, SELLABLE_QUANTITY_MAX), terms->buffer) ||
        !sbl_buffer_reserve(&simple->engine->memory, scratch,
                            ((size_t)simple->placed + count) * sizeof(struct sbl_placement)))
        return false;
    struct sbl_placement *placement = (struct sbl_placement *)scratch->bytes + simple->placed;
    wanted->placed = simple->placed;
    for (uint32_t i = 0; i < count && left > 0; i++, simple->placed++) {
        int64_t taken = sbl_min(left, near[i].seen);
        *placement++ = (struct sbl_placement){.item = wanted->item,
                                              .location = near[i].location,
                                              .quantity = taken,
                                              .since = sbl_header_tag(wanted->seen.header)};
        left -= taken;
    }
    wanted->placements = simple->placed - wanted->placed;
    return true;
}

/* Settle what matters. false: something general is there. */
static bool read_all(struct simple *simple) {
    struct sellable *engine = simple->engine;
    const struct sbl_line *line = sbl_channel_line(engine, simple->request->channel);
    uint64_t general = SBL_CHANNEL_CLOSED | SBL_CHANNEL_TAKES;
    sbl_index_settle(&engine->orders, simple->worker, simple->request->key, &simple->found);
    if (simple->found.reference != 0 || line == NULL)
        return false;
    sbl_line_read(&engine->commit, line, &simple->channel);
    uint64_t form = simple->channel.image.word[SBL_CHANNEL_FORM];
    if (!sbl_channel_exists(&simple->channel.image) || (form & general) != 0 ||
        (form >> 8 & 0xff) != SELLABLE_SPLIT)
        return false;
    for (uint32_t i = 0; i < simple->count; i++) {
        struct wanted *wanted = &simple->wanted[simple->by_item[i]];
        sbl_line_settle(simple->worker, wanted->row, &wanted->seen);
        if (!sbl_row_exists(&wanted->seen.image) ||
            sbl_row_has(&wanted->seen.image, SBL_ROW_GENERAL & ~SBL_ROW_GROUPS))
            return false;
    }
    return true;
}

/* ---- carrying out ---- */

static bool put_row(struct sbl_worker *worker, const struct wanted *wanted,
                    const struct sbl_placement *placement) {
    struct sbl_edit edit;
    sbl_edit_begin(&edit, worker, &wanted->seen.image);
    for (uint32_t i = 0; i < wanted->placements; i++)
        if (!sbl_edit_add(&edit, placement[wanted->placed + i].location, SBL_NET, 0,
                          -placement[wanted->placed + i].quantity))
            return false;
    return sbl_edit_end(&edit, wanted->row, wanted->item, &wanted->seen);
}

/* What is to be counted of an order that was accepted. */
static void note(const struct simple *simple) {
    struct sbl_noted *noted = &simple->worker->noted;
    noted->channel = simple->request->channel;
    noted->units = 0;
    for (uint32_t i = 0; i < simple->count; i++)
        noted->units += simple->wanted[i].asked; /* at most 256 * 10^15 */
}

static void tell(const struct simple *simple, struct sellable_answer *answer) {
    const struct sbl_placement *placement =
        simple->worker->scratch[SBL_SCRATCH_PLACED].bytes;
    if (answer == NULL)
        return;
    answer->date = sbl_now_of(&simple->world.image);
    for (uint32_t i = 0; i < simple->placed; i++, answer->plan_count++)
        if (answer->plan != NULL && answer->plan_count < answer->plan_capacity)
            answer->plan[answer->plan_count] =
                (struct sellable_placement){{placement[i].item},
                                            {placement[i].location},
                                            placement[i].quantity,
                                            0};
}

/* An attempt has begun. false: to be dropped. */
static bool plan(struct simple *simple, struct sbl_hinted *hinted) {
    const struct sellable_order *order = simple->request->order;
    const struct sbl_key *key = simple->request->key;
    const struct sbl_image *world = &simple->world.image;
    int64_t now = sbl_now_of(world);
    if (!want_all(simple) || !read_all(simple) ||
        (order->expires_at != 0 && order->expires_at <= now))
        return false;
    uint64_t form = simple->channel.image.word[SBL_CHANNEL_FORM];
    const struct sbl_terms terms = {
        .share = (int64_t)(form >> 16 & 0xffff),
        .buffer = (int64_t)simple->channel.image.word[SBL_CHANNEL_BUFFER],
        .unit = 1};
    const struct sbl_ranks ranks =
        sbl_ranks_of(&simple->engine->memory, sbl_route_of(world, &simple->channel.image));
    for (uint32_t i = 0; i < simple->count; i++)
        if (!place(simple, &simple->wanted[i], &ranks, &terms))
            return false;
    struct sbl_placement *placement = simple->worker->scratch[SBL_SCRATCH_PLACED].bytes;
    const struct sbl_order record = {
        .hash = key->hash,
        .key_size = key->size,
        .key_words = key->words,
        .key = key->word,
        .state = SELLABLE_RESERVED,
        .channel = simple->request->channel,
        .asked = {simple->request->asked[0], simple->request->asked[1]},
        .date = now,
        .time = order->expires_at,
        .placement_count = simple->placed,
        .placement = placement};
    if (!sbl_record_put(simple->engine, simple->worker, &record, &simple->found))
        return false;
    for (uint32_t i = 0; i < simple->count; i++)
        if (!put_row(simple->worker, &simple->wanted[simple->by_item[i]], placement))
            return false;
    return order->expires_at == 0 ||
           sbl_hint(simple->engine, simple->worker, world, order->expires_at, SBL_DUE_ORDER,
                    key->hash, hinted);
}

bool sbl_simple_order(struct sellable *engine, struct sbl_worker *worker,
                      const struct sbl_request *request, struct sellable_answer *answer,
                      struct sbl_hinted *hinted) {
    struct simple simple;
    if (!is_simple(request))
        return false;
    simple.engine = engine;
    simple.worker = worker;
    simple.request = request;
    if (!sbl_transaction_begin(worker, &simple.world) || !plan(&simple, hinted)) {
        sbl_transaction_drop(worker);
        return false;
    }
    if (sbl_origin_commit(engine, worker, false) != SBL_ACCEPTED) {
        sbl_transaction_drop(worker);
        return false;
    }
    tell(&simple, answer);
    note(&simple);
    sbl_orders_count(engine, worker, 1);
    sbl_tally_open(worker, 1);
    return true;
}
