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

/* What is seen of a cell if its low, its fences and the share were others. Pure. */
struct seen_of {
    int64_t low, fenced, fence, before, backordered, share;
};
static int64_t seen_if(const struct seen_of *of) {
    int64_t free = sbl_free(of->low);
    return sbl_add(sbl_part(sbl_shared(free, of->fenced, of->backordered), of->share),
                   sbl_own(of->fence, free, of->before));
}

/* The least that stock at a cell has to grow for `wanted` to be seen; INT64_MAX: it never is. */
static int64_t stock_missing(const struct seen_of *of, int64_t wanted) {
    int64_t low = 0, high = 2 * SELLABLE_QUANTITY_MAX;
    struct seen_of more = *of;
    high = sbl_subtract(high, sbl_min(0, of->low));
    more.low = sbl_add(of->low, high);
    if (seen_if(&more) < wanted)
        return INT64_MAX;
    while (low + 1 < high) {
        int64_t middle = low + (high - low) / 2;
        more.low = sbl_add(of->low, middle);
        if (seen_if(&more) >= wanted)
            high = middle;
        else
            low = middle;
    }
    return high;
}

/* The best of what could be moved, so far. */
struct binding {
    int64_t missing;     /* of pool, for one more unit */
    uint32_t stock_at, fences_at;
    int64_t stock;       /* the least that is missing of stock for that */
    bool fences;         /* one less set aside for others helps */
    int64_t pool_shared; /* with one more share */
};

static void look_at(struct binding *binding, const struct sbl_sight *sight,
                    const struct sbl_facts *facts, int64_t pool) {
    const struct sellable_term *term = &facts->term;
    bool single = sight->terms.sourcing == SELLABLE_SINGLE;
    const struct seen_of now = {term->low,     term->fenced,      term->fence,
                                facts->before, term->backordered, sight->terms.share};
    int64_t wanted = sbl_add(single ? pool : term->seen, binding->missing);
    int64_t missing = stock_missing(&now, wanted);
    if (missing < binding->stock) {
        binding->stock = missing;
        binding->stock_at = term->location.id;
    }
    struct seen_of other = now;
    other.fenced--;
    if (term->fenced > term->fence && !binding->fences && seen_if(&other) >= wanted) {
        binding->fences = true;
        binding->fences_at = term->location.id;
    }
    other = now;
    other.share = sbl_min(SELLABLE_SHARE_ALL, now.share + 1);
    binding->pool_shared = sbl_pool_with(&sight->terms, binding->pool_shared, seen_if(&other));
}

/* The term that keeps promisable from being more, if that is what counts. */
static void bind_promisable(struct sellable_explanation *explanation,
                            const struct sbl_terms *terms, const struct binding *binding) {
    int64_t missing = binding->missing;
    explanation->missing = missing;
    if (explanation->promisable >= SELLABLE_QUANTITY_MAX) {
        explanation->binds = SELLABLE_BINDS_NOTHING;
        explanation->missing = 0;
    } else if (missing <= terms->buffer && (missing == 1 || terms->unit == 1)) {
        explanation->binds = SELLABLE_BINDS_BUFFER;
    } else if (terms->unit > 1 && missing > 1 && binding->stock != INT64_MAX) {
        explanation->binds = SELLABLE_BINDS_UNIT;
        explanation->location.id = binding->stock_at;
        explanation->missing = binding->stock;
    } else if (binding->fences && (binding->stock > 1 || explanation->pool == 0)) {
        explanation->binds = SELLABLE_BINDS_FENCES;
        explanation->location.id = binding->fences_at;
    } else if (binding->stock > 1 && binding->pool_shared > explanation->pool) {
        explanation->binds = SELLABLE_BINDS_SHARE;
        explanation->missing = 1;
    } else if (binding->stock != INT64_MAX) {
        explanation->binds = SELLABLE_BINDS_STOCK;
        explanation->location.id = binding->stock_at;
        explanation->missing = binding->stock;
    } else {
        explanation->binds = SELLABLE_BINDS_SHARE;
        explanation->missing = SELLABLE_SHARE_ALL - terms->share;
    }
}

static void bind(struct sellable_explanation *explanation, const struct sbl_sight *sight,
                 const struct binding *binding) {
    const struct sbl_terms *terms = &sight->terms;
    bool kit = sight->own.components != 0;
    if (terms->closed) {
        explanation->binds = SELLABLE_BINDS_CLOSED;
    } else if (!kit && sight->first == 0) {
        explanation->binds = SELLABLE_BINDS_LOCATIONS;
    } else if (explanation->promisable > 0 && explanation->promisable < terms->minimum) {
        explanation->binds = SELLABLE_BINDS_MINIMUM;
        explanation->missing = terms->minimum - explanation->promisable;
    } else if (explanation->promisable > terms->cap) {
        explanation->binds = SELLABLE_BINDS_CAP;
        explanation->missing = 1;
    } else if (kit) {
        explanation->binds = SELLABLE_BINDS_COMPONENT;
    } else if (sight->own.untracked) {
        explanation->binds = SELLABLE_BINDS_NOTHING;
    } else {
        bind_promisable(explanation, terms, binding);
    }
}

/* ---- the call ---- */

/* The terms of all of the channel's locations, and what binds. */
static void explain_cells(struct sbl_ask *ask, struct sellable_explanation *explanation,
                          struct sellable_term *sum, struct binding *binding) {
    struct sbl_total total;
    struct sbl_facts facts;
    struct sbl_cell cell;
    sbl_ask_total(ask, &ask->sight, &total);
    explanation->pool = total.pool;
    explanation->room = total.room;
    explanation->promisable = total.promisable;
    const struct sbl_terms *terms = &ask->sight.terms;
    int64_t reach = sbl_add(sbl_subtract(total.pool, terms->buffer), total.room);
    binding->missing = terms->unit - (reach < 0 ? reach : reach % terms->unit);
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
        look_at(binding, &ask->sight, &facts, total.pool);
    }
    /* Nothing is there yet: stock at the first location would be seen. */
    if (ask->sight.first != 0 && ask->sight.terms.share != 0 && binding->stock == INT64_MAX) {
        binding->stock =
            1 + (sbl_multiply(binding->missing, SELLABLE_SHARE_ALL) - 1) / terms->share;
        binding->stock_at = ask->sight.first;
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
    struct binding binding = {.stock = INT64_MAX};
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
        explain_cells(ask, explanation, &sum, &binding);
    explanation->published = sbl_published(terms, explanation->promisable);
    explanation->level = sbl_level(terms, explanation->published);
    bind(explanation, &ask->sight, &binding);
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
