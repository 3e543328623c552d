/* SPDX-License-Identifier: Apache-2.0
 *
 * See instant.h. */
#include "instant.h"

#include "look.h"
#include "sort.h"

uint32_t sbl_items_at(const struct sbl_instant *at) {
    struct sbl_image image = {{0}};
    uint64_t last = sbl_load_acquire(COUNT, &at->engine->item_numbers);
    for (; last > 0; last--) { /* those that were made since, or never */
        image = sbl_image_at(at, sbl_row_line(at->engine, (uint32_t)last));
        if (sbl_row_exists(&image))
            break;
    }
    return (uint32_t)last;
}

/* ---- a snapshot that is open during one call ---- */

enum sellable_status sbl_visit_begin(struct sbl_visit *visit, struct sellable *engine,
                                     struct sellable_worker *worker) {
    visit->at.engine = engine;
    if (!sbl_call_begin(engine, worker, &visit->call))
        return SELLABLE_NO_MEMORY;
    if (sbl_snapshot_open(visit->call.worker, &visit->at.snapshot) == SBL_ACCEPTED)
        return SELLABLE_OK;
    sbl_call_end(&visit->call);
    return SELLABLE_NO_MEMORY;
}

void sbl_visit_end(struct sbl_visit *visit) {
    /* What a failure leaves is a snapshot too many: the next change of a line keeps its old value
     * once more. */
    enum sbl_outcome outcome = sbl_snapshot_close(visit->call.worker, visit->at.snapshot);
    (void)outcome;
    sbl_call_end(&visit->call);
}

/* ---- orders ---- */

bool sbl_placement_next(const struct sbl_instant *at, uint32_t reference, uint64_t meta,
                        uint32_t *next, struct sbl_placement *placement) {
    uint32_t from = SBL_ENTRY_KEY + sbl_order_key_words(meta) + SBL_ORDER_PLACEMENTS;
    return *next < sbl_order_count(meta) &&
           sbl_placement_at(&at->engine->memory, reference, from, sbl_order_flags(meta),
                            (*next)++, placement);
}

int32_t sbl_precedence_at(const struct sbl_instant *at, const struct sbl_image *row,
                          uint32_t reference, uint64_t meta) {
    const struct sellable *engine = at->engine;
    struct sellable_order_view view = {0};
    struct sbl_layer layer;
    sbl_view_order(engine, reference, &view);
    if (view.has_precedence != 0)
        return view.precedence;
    uint32_t channel = sbl_order_channel(meta);
    const struct sbl_image image = sbl_image_at(at, sbl_channel_line(engine, channel));
    sbl_layers(engine, sbl_row_tail(&engine->memory, row).policies, channel, &image, &layer);
    return sbl_terms_of(&layer).precedence;
}

/* ---- sorting by key ---- */

/* A key is compared 8 bytes at a time, as numbers that stand in the list: so a key is read once for
 * each 8 bytes that it has in common with others, and not at each comparison. Behind the last of
 * them its size decides: a key may end with bytes of 0. */
enum { PART_BYTES = 8, PARTS = SELLABLE_KEY_MAX / PART_BYTES };

static uint64_t part_of(struct sellable_key key, uint32_t part) {
    uint64_t number = 0;
    if (part == PARTS)
        return key.size;
    for (uint64_t i = part * (uint64_t)PART_BYTES; i < (part + UINT64_C(1)) * PART_BYTES; i++)
        number = number << 8 | (i < key.size ? (unsigned char)key.bytes[i] : 0);
    return number;
}

static bool part_before(const void *context, const void *a, const void *b) {
    (void)context;
    return ((const struct sbl_listed *)a)->part < ((const struct sbl_listed *)b)->part;
}

/* Keys that are alike up to a part: by that, and those that are alike there by the next. As deep as
 * a key has parts. */
static void sort_from(const struct sbl_memory *memory, struct sbl_listed *list, size_t count,
                      uint32_t part) {
    size_t end;
    for (size_t i = 0; i < count; i++)
        list[i].part = part_of(sbl_entry_key(memory, list[i].reference), part);
    sbl_sort(list, sizeof *list, count, part_before, NULL);
    for (size_t from = 0; from < count && part < PARTS; from = end) {
        uint64_t alike = list[from].part;
        for (end = from + 1; end < count && list[end].part == alike; end++)
            ;
        if (end - from > 1)
            sort_from(memory, list + from, end - from, part + 1);
    }
}

void sbl_listed_sort(const struct sbl_instant *at, struct sbl_listed *list, size_t count) {
    sort_from(&at->engine->memory, list, count, 0);
}

bool sbl_listed_add(const struct sbl_instant *at, struct sbl_buffer *list, size_t *count,
                    uint32_t reference) {
    bool closed = !sbl_order_is_open(sbl_order_meta_at(at, reference));
    if (!sbl_buffer_reserve(&at->engine->memory, list, (*count + 1) * sizeof(struct sbl_listed)))
        return false;
    ((struct sbl_listed *)list->bytes)[(*count)++] =
        (struct sbl_listed){0, reference, closed ? 1 : 0};
    return true;
}
