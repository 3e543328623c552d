/* SPDX-License-Identifier: Apache-2.0
 *
 * The simple order: bare lines, perhaps a timeout, of items that are no kits, where all fits into
 * what is seen just now, and nothing of it is from a fence of the channel. It is decided as plan.c
 * does it; where anything general turns up, or the order does not fit, false is the answer, nothing
 * was done, and plan.c takes over.
 *
 * Why no other date matters: low never falls with time, so what fits now without room for a
 * backorder fits at the latest date without it, too; then now is the earliest date that needs no
 * more. And where no location has an own fence, one pass over the locations is both passes.
 *
 * Of a row with nothing but cells, in a channel with nothing but the settings in its line, what is
 * seen is net alone; of any other it is worked out as for a question (sight.h). */
#include "simple.h"

#include "form.h"
#include "glance.h"
#include "hand.h"
#include "origin.h"
#include "plain.h"
#include "sight.h"
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

/* The cells of a row that the channel ships from with anything to see, in the order in which they
 * are filled; and what may be promised of them now. */
enum { NEAR = 16 }; /* more of them is no simple order */
struct near {
    uint32_t count;
    int64_t promisable;
    struct {
        uint32_t location;
        uint64_t rank;
        int64_t seen;
    } cell[NEAR];
};

/* One more; those with the most seen come first if that is asked for. false: there are too many. */
static bool add_near(struct near *near, uint32_t location, uint64_t rank, int64_t seen,
                     bool most) {
    uint32_t place = near->count;
    if (seen == 0 || rank == 0)
        return true;
    if (place == NEAR)
        return false;
    for (; place > 0; place--) {
        int64_t before = near->cell[place - 1].seen;
        if (most && before != seen ? before > seen : near->cell[place - 1].rank < rank)
            break;
        near->cell[place] = near->cell[place - 1];
    }
    near->cell[place].location = location;
    near->cell[place].rank = rank;
    near->cell[place].seen = seen;
    near->count++;
    return true;
}

/* A cell of a row with nothing but cells. */
static inline bool add_plain(struct near *near, const struct sbl_terms *terms,
                             const struct sbl_ranks *ranks, uint32_t location, int64_t net,
                             int64_t *pool) {
    int64_t seen = sbl_part(sbl_free(net), terms->share);
    uint32_t rank = seen == 0 || location == 0 ? 0 : sbl_rank_in(ranks, location);
    *pool = rank == 0 ? *pool : sbl_pool_with(terms, *pool, seen);
    return add_near(near, location, rank, seen, false);
}

static bool find_near_plainly(struct simple *simple, const struct sbl_image *row,
                              const struct sbl_ranks *ranks, struct near *near) {
    uint64_t form = simple->channel.image.word[SBL_CHANNEL_FORM];
    const struct sbl_terms terms = {
        .share = (int64_t)(form >> 16 & 0xffff),
        .buffer = (int64_t)simple->channel.image.word[SBL_CHANNEL_BUFFER],
        .unit = 1};
    struct sbl_walk walk;
    uint32_t location;
    int64_t net, pool = 0;
    for (int i = 0; i < SBL_ROW_CELLS; i++)
        if (!add_plain(near, &terms, ranks, sbl_row_location(row, i), sbl_row_net(row, i), &pool))
            return false;
    if (sbl_row_has(row, SBL_ROW_GROUPS)) {
        near->count = 0;
        pool = 0;
        sbl_walk_begin(&walk, &simple->engine->memory, row);
        while (sbl_walk_next(&walk, &location, &net))
            if (!add_plain(near, &terms, ranks, location, net, &pool))
                return false;
    }
    near->promisable = sbl_promisable(&terms, true, pool, 0);
    return true;
}

/* single: the first that has all of it. false: none has. */
static bool find_single(struct near *near, int64_t asked) {
    for (uint32_t i = 0; i < near->count; i++)
        if (near->cell[i].seen >= asked) {
            near->cell[0] = near->cell[i];
            near->count = 1;
            return true;
        }
    return false;
}

/* Of any other, at a glance. false: not to be had in that way, or only by drawing on a fence. */
static bool glance_near(struct simple *simple, const struct wanted *wanted,
                        const struct sbl_ranks *ranks, struct near *near) {
    const struct sbl_image *row = &wanted->seen.image;
    struct sbl_glance glance = {.engine = simple->engine,
                                .world = &simple->world.image,
                                .channel_image = &simple->channel.image,
                                .row = row,
                                .channel = simple->request->channel,
                                .has_date = true,
                                .date = sbl_now_of(&simple->world.image)};
    if (!sbl_glance(&glance) || glance.fenced || glance.terms.paused)
        return false;
    for (int i = 0; i < SBL_ROW_CELLS; i++)
        add_near(near, sbl_row_location(row, i),
                 glance.seen[i] == 0 ? 0 : sbl_rank_in(ranks, sbl_row_location(row, i)),
                 glance.seen[i], glance.terms.sourcing == SELLABLE_MOST);
    near->promisable = sbl_promisable(&glance.terms, true, glance.pool, 0);
    return glance.terms.sourcing != SELLABLE_SINGLE || find_single(near, wanted->asked);
}

/* In a sight; false, too: there is more to decide than whether it fits. */
static bool find_near(struct simple *simple, const struct wanted *wanted, struct near *near) {
    const struct sbl_image *row = &wanted->seen.image;
    struct sbl_sight sight;
    struct sbl_walk walk;
    struct sbl_facts facts;
    uint32_t location;
    uint64_t rank;
    int64_t pool = 0;
    near->count = 0;
    sbl_sight_begin(&sight, simple->engine, &simple->world.image, simple->request->channel,
                    &simple->channel.image, wanted->item, row);
    if (sight.own.untracked || sight.own.components != 0 || sight.terms.paused)
        return false;
    sbl_walk_begin(&walk, &simple->engine->memory, row);
    while (sbl_sight_next(&sight, &walk, &location, &rank)) {
        sbl_sight_facts(&sight, location, sight.now, &facts);
        if (facts.term.own != 0 ||
            !add_near(near, location, rank, facts.term.seen,
                      sight.terms.sourcing == SELLABLE_MOST))
            return false;
        pool = sbl_pool_with(&sight.terms, pool, facts.term.seen);
    }
    near->promisable = sbl_promisable(&sight.terms, sight.first != 0, pool, 0);
    return sight.terms.sourcing != SELLABLE_SINGLE || find_single(near, wanted->asked);
}

/* Where an item of the order comes from. false: it does not fit, or there is no memory. */
static bool place(struct simple *simple, struct wanted *wanted, const struct sbl_ranks *ranks) {
    struct sbl_buffer *scratch = &simple->worker->scratch[SBL_SCRATCH_PLACED];
    const struct sbl_image *row = &wanted->seen.image;
    struct near near;
    int64_t left = wanted->asked;
    uint64_t form = simple->channel.image.word[SBL_CHANNEL_FORM];
    bool plain = (form & SBL_CHANNEL_TAKES) == 0 && (form >> 8 & 0xff) == SELLABLE_SPLIT &&
                 sbl_form_is_bare(row->word[SBL_ROW_FORM], simple->request->channel,
                                  sbl_form_clock(sbl_now_of(&simple->world.image)));
    near.count = 0;
    if (!(plain ? find_near_plainly(simple, row, ranks, &near)
                : glance_near(simple, wanted, ranks, &near) || find_near(simple, wanted, &near)) ||
        left > near.promisable ||
        !sbl_buffer_reserve(&simple->engine->memory, scratch,
                            ((size_t)simple->placed + near.count) *
                                sizeof(struct sbl_placement)))
        return false;
    struct sbl_placement *placement = (struct sbl_placement *)scratch->bytes + simple->placed;
    wanted->placed = simple->placed;
    for (uint32_t i = 0; i < near.count && left > 0; i++, simple->placed++) {
        int64_t taken = sbl_min(left, near.cell[i].seen);
        *placement++ = (struct sbl_placement){.item = wanted->item,
                                              .location = near.cell[i].location,
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
    sbl_index_settle(&engine->orders, simple->worker, simple->request->key, &simple->found);
    if (simple->found.reference != 0 || line == NULL)
        return false;
    sbl_line_read(&engine->commit, line, &simple->channel);
    if (!sbl_channel_exists(&simple->channel.image) ||
        (simple->channel.image.word[SBL_CHANNEL_FORM] & SBL_CHANNEL_CLOSED) != 0)
        return false;
    for (uint32_t i = 0; i < simple->count; i++) {
        struct wanted *wanted = &simple->wanted[simple->by_item[i]];
        sbl_line_settle(simple->worker, wanted->row, &wanted->seen);
        if (!sbl_row_exists(&wanted->seen.image))
            return false;
    }
    return true;
}

/* ---- carrying out ---- */

/* What a row gives is taken from net alone: of cells in its line, in place. false: no memory. */
static bool put_row(struct sbl_worker *worker, const struct wanted *wanted,
                    const struct sbl_placement *placement) {
    struct sbl_edit edit;
    struct sbl_image image = wanted->seen.image;
    bool in_line = true;
    for (uint32_t i = 0; i < wanted->placements && in_line; i++) {
        uint32_t cell = sbl_row_cell_at(&image, placement[wanted->placed + i].location);
        in_line = cell != SBL_ROW_CELLS;
        if (in_line)
            image.word[SBL_ROW_NET + cell] -= (uint64_t)placement[wanted->placed + i].quantity;
    }
    if (SBL_LIKELY(in_line))
        return sbl_transaction_add(worker, wanted->row, (struct sbl_name){SBL_ROW, wanted->item},
                                   &wanted->seen, &image);
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
    const struct sbl_ranks ranks =
        sbl_ranks_of(&simple->engine->memory, sbl_route_of(world, &simple->channel.image));
    for (uint32_t i = 0; i < simple->count; i++)
        if (!place(simple, &simple->wanted[i], &ranks))
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
