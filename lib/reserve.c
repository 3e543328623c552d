/* SPDX-License-Identifier: Apache-2.0
 *
 * Promising an order: every line fits at one instant, or nothing happens.
 *
 * An attempt reads the world, the key's bucket, the channel and the rows; plans; and carries the
 * plan out as one transaction over the bucket and the rows. A refusal changes nothing: it is the
 * answer if all that was read is still so when the last of it has been read, for then there is an
 * instant at which all of it was so together.
 *
 * Cache lines of a one-line order by handle: the world's, the channel's, the key's bucket, the
 * row's first; the order's record (2, new); the worker's own. Bucket and row are fetched on entry,
 * at once. */
#include "plain.h"

/* An item of the order: all its lines added up. */
struct wanted {
    uint32_t item;
    uint32_t line; /* the first with it */
    int64_t asked;
    int64_t promisable;
    struct sbl_line *row;
    uint32_t placed, placements; /* among those in the worker's scratch */
    struct sbl_seen seen;
};

/* An order made ready: its parts are looked up, nothing of it depends on an instant. */
struct request {
    const struct sellable_order *order;
    const struct sbl_key *key;
    uint32_t channel; /* 0: there is none */
    uint32_t count;   /* items */
    uint32_t absent;  /* keys of items and of the channel that nothing has */
    bool overflow;
    struct wanted *wanted; /* in the order of their first lines */
    uint16_t by_item[SELLABLE_LINES_MAX]; /* the same, in the order of item numbers */
    uint64_t asked[2];
};

/* ---- making ready ---- */

/* What can be wrong without looking at anything. */
static enum sellable_status order_fault(const struct sellable_order *order,
                                        struct sellable_answer *answer) {
    if (order->line_count == 0 || order->line_count > SELLABLE_LINES_MAX)
        return sbl_fault(answer, SELLABLE_INVALID, "line_count", "1 to 256", 0);
    if (order->lines == NULL)
        return sbl_fault(answer, SELLABLE_INVALID, "lines", "there are none", 0);
    for (uint32_t i = 0; i < order->line_count; i++)
        if (order->lines[i].quantity <= 0 || order->lines[i].quantity > SELLABLE_QUANTITY_MAX)
            return sbl_fault(answer, SELLABLE_INVALID, "lines.quantity", "1 to 10^15", i);
    if (!sbl_is_time(order->expires_at))
        return sbl_fault(answer, SELLABLE_INVALID, "expires_at", "within +-2^53", 0);
    return SELLABLE_OK;
}

/* Add a line to the items wanted; equal items are added up. */
static void want(struct request *request, uint32_t item, uint32_t line, int64_t quantity) {
    uint32_t place = request->count;
    struct wanted *wanted = request->wanted;
    while (place > 0 && wanted[request->by_item[place - 1]].item > item)
        place--;
    if (place > 0 && wanted[request->by_item[place - 1]].item == item) {
        struct wanted *same = &wanted[request->by_item[place - 1]];
        same->asked += quantity; /* at most 256 * 10^15 */
        request->overflow |= same->asked > SELLABLE_QUANTITY_MAX;
        return;
    }
    memmove(request->by_item + place + 1, request->by_item + place,
            (request->count - place) * sizeof *request->by_item);
    request->by_item[place] = (uint16_t)request->count;
    struct wanted *one = &wanted[request->count++];
    one->item = item;
    one->line = line;
    one->asked = quantity;
}

/* What was asked for, as it was written, its items and channel by number. */
static void asked_for(const struct sellable *engine, const struct sellable_order *order,
                      uint32_t channel, const uint32_t *items, uint64_t asked[2]) {
    uint64_t content[3 + 2 * SELLABLE_LINES_MAX];
    if (order->line_count == 1 && order->expires_at == 0 && channel <= SELLABLE_CHANNELS_MAX) {
        sbl_order_plain(channel, items[0], order->lines[0].quantity, asked);
        return;
    }
    content[0] = channel;
    content[1] = (uint64_t)order->expires_at;
    content[2] = order->line_count;
    for (uint32_t i = 0; i < order->line_count; i++) {
        content[3 + 2 * i] = items[i];
        content[4 + 2 * i] = (uint64_t)order->lines[i].quantity;
    }
    sbl_fingerprint(content, 3 + 2 * order->line_count, engine->seed, asked);
    asked[0] &= ~SBL_ORDER_PLAIN;
}

/* false: no memory. */
static bool make_ready(struct sellable *engine, struct sbl_worker *worker,
                       const struct sellable_order *order, const struct sbl_key *key,
                       struct request *request) {
    uint32_t items[SELLABLE_LINES_MAX];
    struct sbl_buffer *scratch = &worker->scratch[SBL_SCRATCH_ITEMS];
    if (!sbl_buffer_reserve(&engine->memory, scratch, order->line_count * sizeof(struct wanted)))
        return false;
    request->order = order;
    request->key = key;
    request->wanted = scratch->bytes;
    request->count = 0;
    request->overflow = false;
    request->channel = order->channel.id != 0
                           ? order->channel.id
                           : sbl_number_of(engine, &engine->channels, order->channel_key);
    request->absent = request->channel == 0;
    for (uint32_t i = 0; i < order->line_count; i++) {
        const struct sellable_line *line = &order->lines[i];
        uint32_t item = line->item.id != 0
                            ? line->item.id
                            : sbl_number_of(engine, &engine->items, line->item_key);
        struct sbl_line *row = sbl_row_line(engine, item);
        if (row != NULL)
            sbl_prefetch(row);
        request->absent += item == 0;
        items[i] = item;
        want(request, item, i, line->quantity);
    }
    asked_for(engine, order, request->channel, items, request->asked);
    for (uint32_t i = 0; i < request->count; i++)
        request->wanted[i].row = sbl_row_line(engine, request->wanted[i].item);
    return true;
}

/* ---- the key is known ---- */

/* Read the plan of a placement's five words into the answer. */
static void tell_placement(struct sellable_answer *answer, const uint64_t *word) {
    struct sbl_placement placement = sbl_placement_of(word);
    if (answer->plan_count < answer->plan_capacity && answer->plan != NULL)
        answer->plan[answer->plan_count] = (struct sellable_placement){
            {placement.item}, {placement.location}, placement.quantity, 0};
    answer->plan_count++;
}

/* The first answer again, or a conflict; false: the order has changed while it was read. */
static bool answer_again(const struct sellable *engine, const struct request *request,
                         const struct sbl_found *found, struct sellable_answer *answer,
                         enum sellable_status *status) {
    const struct sbl_memory *memory = &engine->memory;
    uint64_t fixed[SBL_ORDER_PLACEMENTS] = {0}, meta = 0, word[SBL_PLACEMENT_WORDS];
    uint32_t from = SBL_ENTRY_KEY + request->key->words;
    sbl_blob_copy(memory, found->reference, SBL_ENTRY_SIZE, &meta, 1);
    sbl_blob_copy(memory, found->reference, from, fixed, SBL_ORDER_PLACEMENTS);
    *status = fixed[0] == request->asked[0] && fixed[1] == request->asked[1]
                  ? SELLABLE_DUPLICATE
                  : SELLABLE_CONFLICT;
    sbl_answer_clear(answer);
    if (*status == SELLABLE_DUPLICATE && answer != NULL) {
        answer->date = (int64_t)fixed[SBL_ORDER_DATE];
        for (uint32_t i = 0; i < sbl_order_count(meta); i++) {
            if (sbl_blob_copy(memory, found->reference,
                              from + SBL_ORDER_PLACEMENTS + i * SBL_PLACEMENT_WORDS, word,
                              SBL_PLACEMENT_WORDS) != SBL_PLACEMENT_WORDS)
                break;
            tell_placement(answer, word);
        }
    }
    return sbl_line_still(&engine->commit, found->line, &found->seen);
}

/* ---- planning ---- */

/* The cells of a row that the channel ships from, and what it sees there. NULL: no memory. */
static struct sbl_source *sources_of(struct sellable *engine, struct sbl_worker *worker,
                                     const struct sbl_image *row, uint32_t route, int64_t share,
                                     struct sbl_source *few, uint32_t *count, int64_t *pool) {
    struct sbl_source *source = few;
    struct sbl_walk walk;
    uint32_t location, room = SBL_ROW_CELLS;
    int64_t net;
    *count = 0;
    *pool = 0;
    const struct sbl_ranks ranks = sbl_ranks_of(&engine->memory, route);
    sbl_walk_begin(&walk, &engine->memory, row);
    while (sbl_walk_next(&walk, &location, &net)) {
        int64_t seen = sbl_seen_of(net, share);
        if (seen == 0)
            continue;
        uint32_t rank = location == 0 ? 0 : sbl_rank_in(&ranks, location);
        if (rank == 0)
            continue;
        if (*count == room) {
            struct sbl_buffer *scratch = &worker->scratch[SBL_SCRATCH_SOURCES];
            room *= 4;
            if (!sbl_buffer_reserve(&engine->memory, scratch, room * sizeof *source))
                return NULL;
            if (source == few)
                memcpy(scratch->bytes, few, *count * sizeof *source);
            source = scratch->bytes;
        }
        source[(*count)++] = (struct sbl_source){location, rank, net, seen, 0};
        *pool = sbl_add(*pool, seen);
    }
    return source;
}

/* Where an item of the order comes from, if it fits. false: no memory. */
static bool plan_item(struct sellable *engine, struct sbl_worker *worker, struct wanted *wanted,
                      uint32_t route, const struct sbl_terms *terms, uint32_t *placed) {
    struct sbl_buffer *scratch = &worker->scratch[SBL_SCRATCH_PLACED];
    struct sbl_source few[SBL_ROW_CELLS], *source;
    uint32_t count;
    int64_t pool;
    source = sources_of(engine, worker, &wanted->seen.image, route, terms->share, few, &count,
                        &pool);
    if (source == NULL ||
        !sbl_buffer_reserve(&engine->memory, scratch,
                            ((size_t)*placed + count) * SBL_PLACEMENT_WORDS * sizeof(uint64_t)))
        return false;
    wanted->promisable = sbl_promisable(pool, terms);
    wanted->placed = *placed;
    wanted->placements = 0;
    if (wanted->asked > wanted->promisable)
        return true;
    sbl_order_sources(source, count);
    sbl_place(source, count, wanted->asked);
    uint64_t *word = (uint64_t *)scratch->bytes + (size_t)*placed * SBL_PLACEMENT_WORDS;
    for (uint32_t i = 0; i < count && source[i].taken != 0; i++) {
        struct sbl_placement placement = {.item = wanted->item,
                                          .location = source[i].location,
                                          .quantity = source[i].taken};
        sbl_placement_put(word, &placement);
        word += SBL_PLACEMENT_WORDS;
        wanted->placements++;
    }
    *placed += wanted->placements;
    return true;
}

/* The order's record, and its entry in the bucket. false: no memory. */
static bool put_order(struct sellable *engine, struct sbl_worker *worker,
                      const struct request *request, struct sbl_found *found, int64_t now,
                      uint32_t placed) {
    const struct sbl_key *key = request->key;
    size_t words = SBL_ENTRY_KEY + key->words + SBL_ORDER_PLACEMENTS +
                   (size_t)placed * SBL_PLACEMENT_WORDS;
    struct sbl_buffer *scratch = &worker->scratch[SBL_SCRATCH_ORDER];
    if (!sbl_buffer_reserve(&engine->memory, scratch, words * sizeof(uint64_t)))
        return false;
    uint64_t *word = scratch->bytes, *fixed = word + sbl_entry_begin(word, key);
    word[SBL_ENTRY_SIZE] = sbl_order_meta(key->size, SELLABLE_RESERVED, request->channel, placed);
    fixed[SBL_ORDER_ASKED] = request->asked[0];
    fixed[SBL_ORDER_ASKED + 1] = request->asked[1];
    fixed[SBL_ORDER_DATE] = (uint64_t)now;
    fixed[SBL_ORDER_TIME] = (uint64_t)request->order->expires_at;
    uint64_t *placement = fixed + SBL_ORDER_PLACEMENTS;
    for (uint32_t i = 0; i < request->count; i++) {
        const struct wanted *wanted = &request->wanted[i];
        size_t size = (size_t)wanted->placements * SBL_PLACEMENT_WORDS;
        memcpy(placement,
               (const uint64_t *)worker->scratch[SBL_SCRATCH_PLACED].bytes +
                   (size_t)wanted->placed * SBL_PLACEMENT_WORDS,
               size * sizeof *placement);
        placement += size;
    }
    uint32_t blob = sbl_transaction_blob(worker, word, (uint32_t)words);
    return blob != 0 && sbl_index_put(&engine->orders, worker, found, key->hash, blob);
}

/* The new value of an item's row. false: no memory. */
static bool put_row(struct sbl_worker *worker, const struct wanted *wanted) {
    struct sbl_edit edit;
    const uint64_t *word = (const uint64_t *)worker->scratch[SBL_SCRATCH_PLACED].bytes +
                           (size_t)wanted->placed * SBL_PLACEMENT_WORDS;
    sbl_edit_begin(&edit, worker, &wanted->seen.image);
    for (uint32_t i = 0; i < wanted->placements; i++, word += SBL_PLACEMENT_WORDS) {
        struct sbl_placement placement = sbl_placement_of(word);
        if (!sbl_edit_net(&edit, placement.location, -placement.quantity))
            return false;
    }
    return sbl_edit_end(&edit, wanted->row, wanted->item, &wanted->seen);
}

/* ---- one attempt ---- */

/* A refusal holds if all that it rests on is still so. */
static bool all_still(const struct sellable *engine, const struct request *request,
                      const struct sbl_seen *world, const struct sbl_found *found, uint32_t rows) {
    for (uint32_t i = 0; i < rows; i++) {
        const struct wanted *wanted = &request->wanted[request->by_item[i]];
        if (!sbl_line_still(&engine->commit, wanted->row, &wanted->seen))
            return false;
    }
    return sbl_line_still(&engine->commit, &engine->commit.world, world) &&
           sbl_line_still(&engine->commit, found->line, &found->seen);
}

static void tell_misfits(struct sellable_answer *answer, const struct request *request) {
    if (answer == NULL)
        return;
    for (uint32_t i = 0; i < request->count; i++) {
        const struct wanted *wanted = &request->wanted[i];
        if (wanted->asked <= wanted->promisable)
            continue;
        if (answer->misfit_count < answer->misfit_capacity && answer->misfits != NULL)
            answer->misfits[answer->misfit_count] = (struct sellable_misfit){
                {wanted->item}, {0}, wanted->asked, wanted->promisable};
        answer->misfit_count++;
    }
}

/* What stands against the order before any figure is looked at. */
static enum sellable_status unknowns(const struct request *request, int64_t now,
                                     const struct sbl_image *channel,
                                     struct sellable_answer *answer) {
    const struct sellable_order *order = request->order;
    if (order->expires_at != 0 && order->expires_at <= now)
        return sbl_fault(answer, SELLABLE_INVALID, "expires_at", "not later than now", 0);
    if (!sbl_channel_exists(channel))
        return sbl_fault(answer, SELLABLE_UNKNOWN_CHANNEL, "channel", "no such channel", 0);
    for (uint32_t i = 0; i < request->count; i++) {
        const struct wanted *wanted = &request->wanted[i];
        if (wanted->row == NULL || !sbl_row_exists(&wanted->seen.image))
            return sbl_fault(answer, SELLABLE_UNKNOWN_ITEM, "lines.item", "no such item",
                             wanted->line);
    }
    return request->overflow ? SELLABLE_OVERFLOW : SELLABLE_OK;
}

/* *status is set if the outcome is ACCEPTED. `hinted`: see sbl_hint. */
static enum sbl_outcome attempt_order(struct sellable *engine, struct sbl_worker *worker,
                                      struct request *request, struct sellable_answer *answer,
                                      int64_t *hinted, enum sellable_status *status) {
    struct sbl_seen world, channel = {0};
    struct sbl_found found;
    uint32_t placed = 0;
    bool fits = true, known = true;
    if (!sbl_transaction_begin(worker, &world))
        return SBL_NO_MEMORY;
    sbl_index_settle(&engine->orders, worker, request->key, &found);
    if (found.reference != 0) {
        bool same = answer_again(engine, request, &found, answer, status);
        sbl_transaction_drop(worker);
        return same ? SBL_ACCEPTED : SBL_ABORTED;
    }
    const struct sbl_line *line = sbl_channel_line(engine, request->channel);
    if (line != NULL)
        sbl_line_read(&engine->commit, line, &channel);
    for (uint32_t i = 0; i < request->count; i++) {
        struct wanted *wanted = &request->wanted[request->by_item[i]];
        if (wanted->row != NULL)
            sbl_line_settle(worker, wanted->row, &wanted->seen);
        known &= wanted->row != NULL;
    }
    *status = unknowns(request, sbl_now_of(&world.image), &channel.image, answer);
    if (*status != SELLABLE_OK) {
        bool still = all_still(engine, request, &world, &found, known ? request->count : 0);
        sbl_transaction_drop(worker);
        return still ? SBL_ACCEPTED : SBL_ABORTED;
    }
    struct sbl_terms terms = sbl_terms_of(&channel.image);
    uint32_t route = sbl_route_of(&world.image, &channel.image);
    for (uint32_t i = 0; i < request->count; i++) {
        struct wanted *wanted = &request->wanted[request->by_item[i]];
        if (!plan_item(engine, worker, wanted, route, &terms, &placed))
            return SBL_NO_MEMORY;
        fits &= wanted->asked <= wanted->promisable;
    }
    if (!fits) {
        bool still = all_still(engine, request, &world, &found, request->count);
        sbl_transaction_drop(worker);
        tell_misfits(answer, request);
        *status = SELLABLE_INSUFFICIENT;
        return still ? SBL_ACCEPTED : SBL_ABORTED;
    }
    if (!put_order(engine, worker, request, &found, sbl_now_of(&world.image), placed))
        return SBL_NO_MEMORY;
    for (uint32_t i = 0; i < request->count; i++)
        if (!put_row(worker, &request->wanted[request->by_item[i]]))
            return SBL_NO_MEMORY;
    if (request->order->expires_at != 0 &&
        !sbl_hint(engine, worker, &world.image, request->order->expires_at, request->key->hash,
                  hinted))
        return SBL_NO_MEMORY;
    enum sbl_outcome outcome = sbl_transaction_commit(worker, false);
    if (outcome != SBL_ACCEPTED)
        return outcome;
    if (answer != NULL) {
        const uint64_t *placements = (const uint64_t *)worker->scratch[SBL_SCRATCH_ORDER].bytes +
                                     SBL_ENTRY_KEY + request->key->words + SBL_ORDER_PLACEMENTS;
        answer->date = sbl_now_of(&world.image);
        for (uint32_t i = 0; i < placed; i++)
            tell_placement(answer, placements + (size_t)i * SBL_PLACEMENT_WORDS);
    }
    sbl_orders_count(engine, worker, 1);
    return SBL_ACCEPTED;
}

/* ---- the calls ---- */

/* An order of one line, with its keys looked up; what nothing has stays a key, for its turn. */
static const struct sellable_order *by_handle(const struct sellable *engine,
                                              const struct sellable_order *order,
                                              struct sellable_order *named,
                                              struct sellable_line *line) {
    *named = *order;
    *line = order->lines[0];
    named->lines = line;
    if (line->item.id == 0)
        line->item.id = sbl_number_of(engine, &engine->items, line->item_key);
    if (named->channel.id == 0)
        named->channel.id = sbl_number_of(engine, &engine->channels, named->channel_key);
    return named;
}

static enum sellable_status reserve(struct sellable *engine, struct sbl_worker *worker,
                                    const struct sellable_order *order, const struct sbl_key *key,
                                    struct sellable_answer *answer) {
    struct request request;
    int64_t hinted = -1;
    sbl_answer_clear(answer);
    if (key == NULL)
        return sbl_fault(answer, SELLABLE_INVALID, "key", "1 to 128 bytes of valid UTF-8", 0);
    enum sellable_status status = order_fault(order, answer);
    if (status != SELLABLE_OK)
        return status;
    struct sellable_order named;
    struct sellable_line line;
    if (order->line_count == 1 && (order->lines[0].item.id == 0 || order->channel.id == 0))
        order = by_handle(engine, order, &named, &line);
    if (SBL_LIKELY(sbl_is_plain(order)) &&
        SBL_LIKELY(sbl_plain_order(engine, worker, order, key, answer)))
        return SELLABLE_OK;
    if (!make_ready(engine, worker, order, key, &request))
        return SELLABLE_NO_MEMORY;
    for (uint32_t attempt = 0;; attempt++) {
        if (SBL_UNLIKELY(attempt != 0)) {
            sbl_back_off(attempt);
            sbl_answer_clear(answer);
        }
        enum sbl_outcome outcome =
            attempt_order(engine, worker, &request, answer, &hinted, &status);
        if (SBL_UNLIKELY(outcome == SBL_ACCEPTED && request.absent != 0)) {
            /* Nothing that was made ever goes: what is absent now was absent at the instant of the
             * answer. What is there by now may have been there: look again. */
            uint32_t absent = request.absent;
            if (!make_ready(engine, worker, order, key, &request))
                outcome = SBL_NO_MEMORY;
            else if (request.absent != absent)
                continue;
        }
        if (SBL_LIKELY(outcome == SBL_ACCEPTED))
            return status;
        if (outcome == SBL_NO_MEMORY) {
            sbl_transaction_drop(worker);
            sbl_answer_clear(answer);
            return SELLABLE_NO_MEMORY;
        }
    }
}

enum sellable_status sellable_reserve(struct sellable *engine, struct sellable_worker *held,
                                      const struct sellable_order *order,
                                      struct sellable_answer *answer) {
    struct sbl_call call;
    struct sbl_key key;
    if (!sbl_call_begin(engine, held, &call)) {
        sbl_answer_clear(answer);
        return SELLABLE_NO_MEMORY;
    }
    const struct sbl_line *row =
        order->line_count == 1 && order->lines != NULL
            ? sbl_row_line(engine, order->lines[0].item.id)
            : NULL;
    if (row != NULL)
        sbl_prefetch(row); /* on its way while the key is made ready */
    bool is_key = sbl_key_make(&key, order->key, engine->seed);
    if (is_key)
        sbl_index_prefetch(&engine->orders, key.hash);
    enum sellable_status status =
        reserve(engine, call.worker, order, is_key ? &key : NULL, answer);
    sbl_call_end(&call);
    return status;
}

/* A batch looks ahead, in steps of some orders each: the order's key is made ready, its bucket is
 * fetched, and the rows of its lines, or the buckets of their keys; then the blobs that those lead
 * to; then the items are known, and their rows are fetched; then it is the order's turn. */
enum { STEP = 6, RING = 3 * STEP + 6, LINES = 4 };

struct ahead {
    struct sellable_order order; /* as it was given, with what is known of it by handle */
    struct sellable_line line[LINES];
    struct sbl_key item_key[LINES];
    uint32_t by_key; /* bit i: line i names its item by key */
    bool is_key;
    struct sbl_key key;
};

static void look_first(const struct sellable *engine, const struct sellable_order *order,
                       struct ahead *ahead) {
    ahead->order = *order;
    ahead->by_key = 0;
    ahead->is_key = sbl_key_make(&ahead->key, order->key, engine->seed);
    if (ahead->is_key)
        sbl_index_prefetch(&engine->orders, ahead->key.hash);
    if (order->lines == NULL || order->line_count > LINES)
        return;
    ahead->order.lines = ahead->line;
    for (uint32_t i = 0; i < order->line_count; i++) {
        ahead->line[i] = order->lines[i];
        const struct sbl_line *row = sbl_row_line(engine, order->lines[i].item.id);
        if (row != NULL) {
            sbl_prefetch(row);
        } else if (order->lines[i].item.id == 0 &&
                   sbl_key_make(&ahead->item_key[i], order->lines[i].item_key, engine->seed)) {
            ahead->by_key |= 1u << i;
            sbl_index_prefetch_to_read(&engine->items, ahead->item_key[i].hash);
        }
    }
}

static void look_second(const struct sellable *engine, const struct ahead *ahead) {
    for (uint32_t left = ahead->by_key; left != 0; left &= left - 1)
        sbl_index_prefetch_entry(&engine->items, ahead->item_key[__builtin_ctz(left)].hash);
}

/* A key that nothing has yet stays a key: it is looked up in the order's turn. */
static void look_third(const struct sellable *engine, struct ahead *ahead) {
    for (uint32_t left = ahead->by_key; left != 0; left &= left - 1) {
        int i = __builtin_ctz(left);
        ahead->line[i].item.id = sbl_number_for(engine, &engine->items, &ahead->item_key[i]);
        const struct sbl_line *row = sbl_row_line(engine, ahead->line[i].item.id);
        if (row != NULL)
            sbl_prefetch(row);
    }
    if (ahead->order.channel.id == 0)
        ahead->order.channel.id =
            sbl_number_of(engine, &engine->channels, ahead->order.channel_key);
}

static void reserve_all(struct sellable *engine, struct sbl_worker *worker,
                        const struct sellable_order *orders, size_t count,
                        enum sellable_status *statuses, struct sellable_answer *answers) {
    struct ahead ahead[RING];
    for (size_t i = 0; i < count + 3 * STEP; i++) {
        if (i < count)
            look_first(engine, &orders[i], &ahead[i % RING]);
        if (i >= STEP && i - STEP < count)
            look_second(engine, &ahead[(i - STEP) % RING]);
        if (i >= 2 * STEP && i - 2 * STEP < count)
            look_third(engine, &ahead[(i - 2 * STEP) % RING]);
        if (i >= 3 * STEP) {
            size_t turn = i - 3 * STEP;
            const struct ahead *now = &ahead[turn % RING];
            statuses[turn] = reserve(engine, worker, &now->order, now->is_key ? &now->key : NULL,
                                     answers == NULL ? NULL : &answers[turn]);
        }
    }
}

enum sellable_status sellable_reserve_batch(struct sellable *engine, struct sellable_worker *held,
                                            const struct sellable_order *orders, size_t count,
                                            enum sellable_status *statuses,
                                            struct sellable_answer *answers) {
    struct sbl_call call;
    if (sbl_call_begin(engine, held, &call)) {
        reserve_all(engine, call.worker, orders, count, statuses, answers);
        sbl_call_end(&call);
        return SELLABLE_OK;
    }
    for (size_t i = 0; i < count; i++) {
        sbl_answer_clear(answers == NULL ? NULL : &answers[i]);
        statuses[i] = SELLABLE_NO_MEMORY;
    }
    return SELLABLE_NO_MEMORY;
}
