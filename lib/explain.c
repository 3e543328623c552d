/* SPDX-License-Identifier: Apache-2.0
 *
 * Why a figure is what it is: every term, and the one that binds. */
#include "ask.h"

/* ---- terms ---- */

/* What is added up in words. */
static void add_term(struct sellable_term *sum, const struct sellable_term *term) {
    sum->on_hand = sbl_add(sum->on_hand, term->on_hand);
    sum->held = sbl_add(sum->held, term->held);
    sum->allocated = sbl_add(sum->allocated, term->allocated);
    sum->reserved = sbl_add(sum->reserved, term->reserved);
    sum->safety_stock = sbl_add(sum->safety_stock, term->safety_stock);
    sum->supply = sbl_add(sum->supply, term->supply);
    sum->demand = sbl_add(sum->demand, term->demand);
    sum->promised = sbl_add(sum->promised, term->promised);
    sum->projected = sbl_add(sum->projected, term->projected);
    sum->low = sbl_add(sum->low, term->low);
    sum->free = sbl_add(sum->free, term->free);
    sum->fenced = sbl_add(sum->fenced, term->fenced);
    sum->backordered = sbl_add(sum->backordered, term->backordered);
    sum->own = sbl_add(sum->own, term->own);
}

/* Keep the terms that come first in the channel's order, in that order. */
static void keep_term(struct sellable_explanation *explanation, const struct sbl_sight *sight,
                      const struct sellable_term *term, uint64_t rank) {
    uint32_t kept = explanation->term_count < explanation->term_capacity
                        ? explanation->term_count
                        : explanation->term_capacity;
    uint32_t place = kept;
    explanation->term_count++;
    if (explanation->terms == NULL || explanation->term_capacity == 0)
        return;
    for (; place > 0 &&
           sbl_sight_rank(sight, explanation->terms[place - 1].location.id) > rank;
         place--)
        if (place < explanation->term_capacity)
            explanation->terms[place] = explanation->terms[place - 1];
    if (place < explanation->term_capacity)
        explanation->terms[place] = *term;
}

/* ---- what binds ---- */

/* What a cell adds to pool and to what waits, if its low, its fences or the share were others. */
struct cell_of {
    int64_t low, now_low; /* on the date, and now */
    int64_t fenced, fence, before, backordered, share;
};
static int64_t seen_of(const struct cell_of *cell) {
    int64_t free = sbl_free(cell->low);
    return sbl_add(
        sbl_part(sbl_shared(free, cell->fenced, cell->backordered), cell->share),
        sbl_own(cell->fence, free, cell->before));
}
static int64_t uncovered_of(const struct cell_of *cell) {
    return sbl_uncovered(cell->backordered, sbl_free(cell->now_low), cell->fenced);
}

/* All of it: what would be published if the sums were others. Pure. */
struct sums {
    int64_t pool;      /* not ended at 10^15 */
    int64_t uncovered;
};
static int64_t published_of(const struct sbl_terms *terms, struct sums sums, int64_t buffer) {
    struct sbl_terms other = *terms;
    other.buffer = buffer;
    return sbl_published(terms,
                         sbl_promisable(&other, true, sbl_min(sums.pool, SELLABLE_QUANTITY_MAX),
                                        sbl_room(terms, sums.uncovered)));
}

static struct sums with(const struct sbl_terms *terms, struct sums sums, const struct cell_of *old,
                        const struct cell_of *new) {
    int64_t seen = seen_of(new);
    sums.uncovered =
        sbl_add(sbl_subtract(sums.uncovered, uncovered_of(old)), uncovered_of(new));
    if (terms->sourcing == SELLABLE_SINGLE)
        sums.pool = sbl_max(sums.pool, seen);
    else
        sums.pool = sbl_add(sbl_subtract(sums.pool, seen_of(old)), seen);
    return sums;
}

/* What is looked for, and the best of what could be moved. */
struct search {
    const struct sbl_ask *ask;
    struct sbl_sight *sight;
    const struct sbl_terms *terms;
    struct sums sums;
    int64_t published;
    int64_t stock, buffer, share; /* the least that is missing; INT64_MAX: it does not help */
    uint32_t stock_at, fences_at; /* fences: one less of others' helps; 0: nowhere */
};

static struct cell_of cell_at(const struct search *search, uint32_t location) {
    struct sbl_facts facts;
    sbl_ask_facts(search->ask, search->sight, location, &facts);
    return (struct cell_of){facts.term.low,    facts.now_low, facts.term.fenced,
                            facts.term.fence,  facts.before,  facts.term.backordered,
                            search->terms->share};
}

static struct sums sums_with_share(const struct search *search, int64_t share) {
    struct sums sums = {0, 0};
    const struct cell_of nothing = {0};
    for (uint32_t location = 1; location <= search->sight->ranks.highest; location++) {
        if (sbl_sight_rank(search->sight, location) == 0)
            continue;
        struct cell_of cell = cell_at(search, location);
        cell.share = share;
        sums = with(search->terms, sums, &nothing, &cell);
    }
    return sums;
}

/* Does it help to move a term by so much? */
enum term { STOCK, BUFFER, SHARE };
static bool helps(const struct search *search, enum term term, const struct cell_of *cell,
                  int64_t by) {
    struct sums sums = search->sums;
    int64_t buffer = search->terms->buffer;
    if (term == STOCK) {
        struct cell_of more = *cell;
        more.low = sbl_add(cell->low, by);
        more.now_low = sbl_add(cell->now_low, by);
        sums = with(search->terms, sums, cell, &more);
    } else if (term == BUFFER) {
        buffer -= by;
    } else {
        sums = sums_with_share(search, search->terms->share + by);
    }
    return published_of(search->terms, sums, buffer) > search->published;
}

/* The least that helps, up to `most`; INT64_MAX: nothing does. More never helps less. */
static int64_t least_that_helps(const struct search *search, enum term term,
                                const struct cell_of *cell, int64_t most) {
    int64_t low = 0, high = most;
    if (most <= 0 || !helps(search, term, cell, most))
        return INT64_MAX;
    while (low + 1 < high) {
        int64_t middle = low + (high - low) / 2;
        if (helps(search, term, cell, middle))
            high = middle;
        else
            low = middle;
    }
    return high;
}

static void look_at(struct search *search, uint32_t location) {
    const struct cell_of cell = cell_at(search, location);
    int64_t stock =
        least_that_helps(search, STOCK, &cell, sbl_subtract(4 * SELLABLE_QUANTITY_MAX,
                                                            sbl_min(0, cell.low)));
    if (stock < search->stock) {
        search->stock = stock;
        search->stock_at = location;
    }
    struct cell_of other = cell;
    other.fenced--;
    other.before = sbl_max(0, other.before - 1);
    if (cell.fenced > cell.fence && search->fences_at == 0 &&
        published_of(search->terms, with(search->terms, search->sums, &cell, &other),
                     search->terms->buffer) > search->published)
        search->fences_at = location;
}

static void search_for(struct search *search) {
    search->stock = search->share = INT64_MAX;
    search->sums = sums_with_share(search, search->terms->share);
    search->published =
        published_of(search->terms, search->sums, search->terms->buffer);
    for (uint32_t location = 1; location <= search->sight->ranks.highest; location++)
        if (sbl_sight_rank(search->sight, location) != 0)
            look_at(search, location);
    search->buffer = least_that_helps(search, BUFFER, NULL, search->terms->buffer);
    if (search->stock > 1 && search->buffer > 1)
        search->share = least_that_helps(search, SHARE, NULL,
                                         SELLABLE_SHARE_ALL - search->terms->share);
}

static void binds(struct sellable_explanation *explanation, enum sellable_binding binding,
                  int64_t missing, uint32_t location) {
    explanation->binds = binding;
    explanation->missing = missing;
    explanation->location.id = location;
}

/* What keeps promisable from being more: first whatever a move by one helps, then what it takes. */
static void bind_promisable(struct sellable_explanation *explanation,
                            const struct search *search) {
    if (search->buffer == 1)
        binds(explanation, SELLABLE_BINDS_BUFFER, 1, 0);
    else if (search->fences_at != 0 && (search->stock > 1 || explanation->pool == 0))
        binds(explanation, SELLABLE_BINDS_FENCES, 1, search->fences_at);
    else if (search->stock == 1)
        binds(explanation, SELLABLE_BINDS_STOCK, 1, search->stock_at);
    else if (search->share == 1)
        binds(explanation, SELLABLE_BINDS_SHARE, 1, 0);
    else if (search->buffer != INT64_MAX && search->terms->unit == 1)
        binds(explanation, SELLABLE_BINDS_BUFFER, search->buffer, 0);
    else if (search->stock != INT64_MAX)
        binds(explanation,
              search->terms->unit == 1 ? SELLABLE_BINDS_STOCK : SELLABLE_BINDS_UNIT,
              search->stock, search->stock_at);
    else if (search->share != INT64_MAX)
        binds(explanation, SELLABLE_BINDS_SHARE, search->share, 0);
    else if (explanation->published < SELLABLE_QUANTITY_MAX &&
             explanation->published == search->terms->cap)
        binds(explanation, SELLABLE_BINDS_CAP, 0, 0); /* and there is not more */
    else if (search->terms->share == 0)
        binds(explanation, SELLABLE_BINDS_SHARE, 0, 0); /* and there is nothing to see */
    else
        binds(explanation, SELLABLE_BINDS_NOTHING, 0, 0);
}

static void bind(struct sellable_explanation *explanation, const struct sbl_sight *sight,
                 const struct search *search) {
    const struct sbl_terms *terms = &sight->terms;
    bool kit = sight->own.components != 0;
    if (terms->closed)
        binds(explanation, SELLABLE_BINDS_CLOSED, 0, 0);
    else if (!kit && sight->first == 0)
        binds(explanation, SELLABLE_BINDS_LOCATIONS, 0, 0);
    else if (explanation->promisable > 0 && explanation->promisable < terms->minimum)
        binds(explanation, SELLABLE_BINDS_MINIMUM,
              terms->cap == 0 ? 0 : terms->minimum - explanation->promisable, 0);
    else if (explanation->promisable > terms->cap)
        binds(explanation, SELLABLE_BINDS_CAP, 1, 0);
    else if (kit)
        binds(explanation, SELLABLE_BINDS_COMPONENT, 0, 0);
    else if (sight->own.untracked)
        binds(explanation, SELLABLE_BINDS_NOTHING, 0, 0);
    else
        bind_promisable(explanation, search);
}

/* ---- the call ---- */

/* The terms of all of the channel's locations. */
static void explain_cells(struct sbl_ask *ask, struct sellable_explanation *explanation,
                          struct sellable_term *sum) {
    struct sbl_total total;
    struct sbl_facts facts;
    struct sbl_cell cell;
    sbl_ask_total(ask, &ask->sight, &total);
    explanation->pool = total.pool;
    explanation->room = total.room;
    explanation->promisable = total.promisable;
    if (ask->sight.own.untracked)
        return;
    for (uint32_t location = 1; location <= ask->sight.ranks.highest; location++) {
        uint64_t rank = sbl_sight_rank(&ask->sight, location);
        if (rank == 0)
            continue;
        sbl_ask_facts(ask, &ask->sight, location, &facts);
        sbl_row_cell(&ask->engine->memory, &ask->row.image, location, &cell);
        struct sellable_term *term = &facts.term;
        term->on_hand = cell.on_hand;
        term->held = sbl_held(&cell);
        term->allocated = cell.allocated;
        term->safety_stock = cell.safety_stock;
        /* What the order has reserved counts as free: reserved is what is left of it. */
        term->reserved = sbl_subtract(sbl_net_unreserved(&cell), term->net);
        add_term(sum, term);
        keep_term(explanation, &ask->sight, term, rank);
    }
}

static void name(const struct sellable *engine, const struct sellable_explanation *explanation,
                 const char *names[2], uint64_t sizes[2]) {
    const struct sellable_key location = sellable_location_key(engine, explanation->location);
    const struct sellable_key component = sellable_item_key(engine, explanation->component);
    names[0] = location.bytes;
    sizes[0] = location.size;
    names[1] = component.bytes;
    sizes[1] = component.size;
}

static enum sellable_status explain(struct sbl_ask *ask, const struct sellable *engine,
                                    uint32_t item, uint32_t channel,
                                    const struct sellable_question *question,
                                    struct sellable_explanation *explanation) {
    struct sellable_term sum = {0};
    struct search search = {0};
    const char *names[2];
    uint64_t sizes[2];
    enum sellable_status status = sbl_ask_begin(ask, engine, item, channel, question);
    if (status != SELLABLE_OK)
        return status;
    const struct sbl_terms *terms = &ask->sight.terms;
    explanation->item.id = item;
    explanation->channel.id = channel;
    explanation->now = ask->sight.now;
    explanation->date = ask->date;
    explanation->share = terms->share;
    explanation->closed = terms->closed;
    explanation->paused = terms->paused;
    explanation->sourcing = terms->sourcing;
    explanation->buffer = terms->buffer;
    explanation->backorder = terms->backorder;
    explanation->unit = terms->unit;
    explanation->minimum = terms->minimum;
    explanation->cap = terms->cap;
    bool kit = ask->sight.own.components != 0;
    if (kit)
        explanation->promisable = sbl_ask_promisable(ask, &explanation->component.id);
    else
        explain_cells(ask, explanation, &sum);
    explanation->published = sbl_published(terms, explanation->promisable);
    explanation->level = sbl_level(terms, explanation->published);
    if (!kit && !ask->sight.own.untracked) {
        search = (struct search){.ask = ask, .sight = &ask->sight, .terms = terms};
        search_for(&search);
    }
    bind(explanation, &ask->sight, &search);
    name(engine, explanation, names, sizes);
    explanation->because_size =
        sbl_because(explanation, kit || ask->sight.own.untracked ? NULL : &sum, names, sizes,
                    explanation->because, explanation->because_capacity);
    return SELLABLE_OK;
}

enum sellable_status sellable_explain(const struct sellable *engine,
                                      const struct sellable_question *question,
                                      struct sellable_explanation *explanation) {
    uint32_t item = sbl_item_number(engine, question->item, question->item_key);
    uint32_t channel = sbl_channel_number(engine, question->channel, question->channel_key);
    struct sbl_ask ask;
    enum sellable_status status;
    if (sbl_is_away(engine))
        return SELLABLE_NOT_DURABLE;
    do {
        *explanation =
            (struct sellable_explanation){.terms = explanation->terms,
                                          .because = explanation->because,
                                          .term_capacity = explanation->term_capacity,
                                          .because_capacity = explanation->because_capacity};
        if (explanation->because == NULL)
            explanation->because_capacity = 0;
        else if (explanation->because_capacity != 0)
            explanation->because[0] = 0;
        status = explain(&ask, engine, item, channel, question, explanation);
    } while (!sbl_ask_still(&ask));
    return status;
}
