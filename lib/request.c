/* SPDX-License-Identifier: Apache-2.0
 *
 * Making a request ready: names are looked up, and what was asked becomes a fingerprint; plan.h. */
#include "names.h"
#include "plan.h"

/* A line without anything but an item and a quantity. */
static bool is_bare(const struct sellable_line *line, const struct sbl_wish *wish) {
    return wish->location == 0 && wish->as_asked == 0 && wish->items == 1 && line->at_least <= 1;
}

/* What was asked for, as it was written, with its names by number. false: no memory. */
static bool ask(const struct sellable *engine, struct sbl_worker *worker,
                struct sbl_request *request) {
    const struct sellable_order *order = request->order;
    struct sbl_buffer *scratch = &worker->scratch[SBL_SCRATCH_ORDER];
    if (order->line_count == 1 && order->expires_at == 0 && order->mode == SELLABLE_ALL &&
        order->has_date == 0 && order->has_precedence == 0 &&
        is_bare(&order->lines[0], &request->wish[0]) &&
        request->channel <= SELLABLE_CHANNELS_MAX) {
        sbl_order_plain(request->channel, request->item[0], order->lines[0].quantity,
                        request->asked);
        return true;
    }
    size_t words = 5;
    for (uint32_t i = 0; i < order->line_count; i++)
        words += 3 + request->wish[i].items + 1;
    if (!sbl_buffer_reserve(worker->commit->memory, scratch, words * sizeof(uint64_t)))
        return false;
    uint64_t *word = scratch->bytes;
    uint32_t at = 0;
    word[at++] = sbl_pair(order->line_count, request->channel);
    word[at++] = (uint64_t)order->expires_at;
    word[at++] = sbl_pair(order->has_precedence << 1 | order->has_date, order->mode);
    word[at++] = order->has_date != 0 ? (uint64_t)order->date : 0;
    word[at++] = order->has_precedence != 0 ? (uint64_t)order->precedence : 0;
    for (uint32_t i = 0; i < order->line_count; i++) {
        const struct sbl_wish *wish = &request->wish[i];
        bool bare = is_bare(&order->lines[i], wish);
        word[at++] = sbl_pair(bare ? 0 : wish->items, request->item[wish->item]);
        word[at++] = (uint64_t)order->lines[i].quantity;
        if (bare)
            continue;
        word[at++] = (uint64_t)sbl_max(1, order->lines[i].at_least);
        word[at++] = sbl_pair(wish->location, wish->as_asked);
        for (uint32_t k = 1; k < wish->items; k++)
            word[at++] = request->item[wish->item + k];
    }
    sbl_fingerprint(word, at, engine->seed, request->asked);
    request->asked[0] &= ~SBL_ORDER_PLAIN;
    return true;
}

/* Is that the name of the item's smallest unit? */
static bool is_smallest(const struct sellable *engine, uint32_t item, uint32_t name) {
    const struct sbl_line *row = sbl_row_line(engine, item);
    struct sbl_seen seen;
    struct sbl_own own;
    if (row == NULL)
        return false;
    do {
        sbl_line_read(&engine->commit, row, &seen);
        own = sbl_own_of(&engine->memory, sbl_row_tail(&engine->memory, &seen.image).own);
    } while (!sbl_line_still(&engine->commit, row, &seen));
    return name == own.unit;
}

static void look_up_line(const struct sellable *engine, const struct sellable_line *line,
                         struct sbl_request *request, struct sbl_wish *wish, uint32_t *item) {
    item[0] = sbl_item_number(engine, line->item, line->item_key);
    for (uint32_t k = 0; k < line->substitute_count; k++)
        item[1 + k] = sbl_item_number(engine, line->substitutes[k].item,
                                      line->substitutes[k].item_key);
    for (uint32_t k = 0; k < wish->items; k++) {
        const struct sbl_line *row = sbl_row_line(engine, item[k]);
        request->absent += item[k] == 0;
        if (row != NULL)
            sbl_prefetch(row);
    }
    wish->location = wish->unit = wish->as_asked = 0;
    if (line->location.id != 0 || sbl_is_given(line->location_key)) {
        wish->location = sbl_location_number(engine, line->location, line->location_key);
        if (wish->location == 0)
            wish->location = SBL_ABSENT;
    }
    if (sbl_is_given(line->unit)) {
        wish->unit = sbl_name_find(engine, line->unit);
        if (wish->unit == 0)
            wish->unit = SBL_ABSENT;
        wish->as_asked = is_smallest(engine, item[0], wish->unit) ? 0 : wish->unit;
    }
    request->absent += wish->location == SBL_ABSENT ? 1 : 0;
    request->absent += wish->unit == SBL_ABSENT ? 1 : 0;
}

bool sbl_request_make(struct sellable *engine, struct sbl_worker *worker,
                      const struct sellable_order *order, const struct sbl_key *key,
                      uint32_t channel, struct sbl_request *request) {
    struct sbl_buffer *scratch = &worker->scratch[SBL_SCRATCH_ITEMS];
    size_t items = 0;
    for (uint32_t i = 0; i < order->line_count; i++)
        items += 1 + order->lines[i].substitute_count;
    if (!sbl_buffer_reserve(&engine->memory, scratch,
                            order->line_count * sizeof(struct sbl_wish) +
                                items * sizeof(uint32_t)))
        return false;
    struct sbl_wish *wish = scratch->bytes;
    uint32_t *item = (uint32_t *)(wish + order->line_count), next = 0;
    *request = (struct sbl_request){
        .order = order, .key = key, .channel = channel, .wish = wish, .item = item};
    request->absent = channel == 0;
    for (uint32_t i = 0; i < order->line_count; i++) {
        wish[i].item = next;
        wish[i].items = 1 + order->lines[i].substitute_count;
        next += wish[i].items;
        look_up_line(engine, &order->lines[i], request, &wish[i], item + wish[i].item);
    }
    return ask(engine, worker, request);
}

enum sellable_status sbl_request_fault(const struct sellable_order *order,
                                       struct sellable_answer *answer) {
    const char *field = NULL, *reason = "1 to 10^15";
    if (order->line_count == 0 || order->line_count > SELLABLE_LINES_MAX)
        return sbl_fault(answer, SELLABLE_INVALID, "line_count", "1 to 256", 0);
    if (order->lines == NULL)
        return sbl_fault(answer, SELLABLE_INVALID, "lines", "there are none", 0);
    for (uint32_t i = 0; i < order->line_count && field == NULL; i++) {
        const struct sellable_line *line = &order->lines[i];
        if (line->quantity <= 0 || line->quantity > SELLABLE_QUANTITY_MAX) {
            field = "lines.quantity";
        } else if (line->substitute_count > SELLABLE_SUBSTITUTES_MAX ||
                   (line->substitute_count != 0 && line->substitutes == NULL)) {
            field = "lines.substitutes";
            reason = "at most 16, and where they are";
        } else if (line->at_least < 0 || line->at_least > SELLABLE_QUANTITY_MAX) {
            field = "lines.at_least";
        }
        if (field != NULL)
            return sbl_fault(answer, SELLABLE_INVALID, field, reason, i);
    }
    if (order->has_date > 1 || (order->has_date != 0 && !sbl_is_time(order->date))) {
        field = order->has_date > 1 ? "has_date" : "date";
        reason = order->has_date > 1 ? "0 or 1" : "within +-2^53";
    }
    return field == NULL ? SELLABLE_OK : sbl_fault(answer, SELLABLE_INVALID, field, reason, 0);
}
