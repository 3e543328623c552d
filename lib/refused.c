/* SPDX-License-Identifier: Apache-2.0
 *
 * Visiting exceptions, as they are at one instant: of a snapshot that is open meanwhile. See
 * exception.h. */
#include "content.h"
#include "exception.h"
#include "sort.h"

struct listed {
    uint64_t number;
    uint64_t orders;
    uint64_t counted; /* the last order that was counted for it */
    uint32_t blob;
};

/* What an exception is about: a cell (item << 32 | location), or an order (its hash). */
struct about {
    uint64_t what;
    size_t listed; /* which exception */
};
struct abouts {
    struct sbl_buffer buffer;
    size_t count;
};

struct list {
    struct sellable *engine;
    struct sbl_call call;
    uint32_t snapshot;
    size_t count;
    struct sbl_buffer listed, kept;  /* what there is; the one that is looked at */
    struct abouts cells, orders;     /* by impact */
};

/* ---- what there is ---- */

static struct sbl_image slot_at(const struct list *list, uint32_t slot) {
    struct sbl_image image = {{0}};
    const struct sbl_line *line = sbl_array_at(&list->engine->exception, slot);
    if (line != NULL)
        sbl_snapshot_read(&list->engine->commit, list->snapshot, line, &image);
    return image;
}

/* From the oldest on, which is by number. false: no memory. */
static bool collect(struct list *list, uint64_t number) {
    const struct sbl_image head = slot_at(list, 0);
    uint32_t slot = sbl_low(head.word[SBL_EXCEPTION_ENDS]);
    while (slot != 0) {
        const struct sbl_image image = slot_at(list, slot);
        slot = sbl_high(image.word[SBL_EXCEPTION_BESIDE]);
        if (number != 0 && image.word[SBL_EXCEPTION_NUMBER] != number)
            continue;
        if (!sbl_buffer_reserve(&list->engine->memory, &list->listed,
                                (list->count + 1) * sizeof(struct listed)))
            return false;
        ((struct listed *)list->listed.bytes)[list->count++] =
            (struct listed){image.word[SBL_EXCEPTION_NUMBER], 0, 0,
                            sbl_low(image.word[SBL_EXCEPTION_BLOB])};
    }
    return true;
}

/* What the snapshot leads to stays, and so do its words. */
static bool read_kept(struct list *list, uint32_t blob, const struct sbl_kept **kept,
                      char *part[SBL_KEPT_PARTS]) {
    return sbl_kept_read(list->engine, &list->kept, blob,
                         sbl_blob_words(&list->engine->memory, blob), kept, part);
}

/* ---- by impact ---- */

static bool about_before(const void *context, const void *a, const void *b) {
    (void)context;
    return ((const struct about *)a)->what < ((const struct about *)b)->what;
}

static bool add_about(struct list *list, struct abouts *abouts, uint64_t what, size_t listed) {
    if (!sbl_buffer_reserve(&list->engine->memory, &abouts->buffer,
                            (abouts->count + 1) * sizeof(struct about)))
        return false;
    ((struct about *)abouts->buffer.bytes)[abouts->count++] = (struct about){what, listed};
    return true;
}

/* A thing that it is about, if it is there (by now): its number, or 0. */
static uint32_t number_of(const struct list *list, const struct sbl_index *index,
                          const struct sbl_kept *kept, char *const part[SBL_KEPT_PARTS],
                          enum sbl_kept_part which) {
    const struct sellable_key key = {part[which], kept->size[which]};
    return sbl_number_of(list->engine, index, key);
}

/* What all exceptions are about. false: no memory. */
static bool collect_abouts(struct list *list) {
    struct sellable *engine = list->engine;
    const struct listed *listed = list->listed.bytes;
    for (size_t i = 0; i < list->count; i++) {
        const struct sbl_kept *kept;
        char *part[SBL_KEPT_PARTS];
        struct sbl_key key;
        if (!read_kept(list, listed[i].blob, &kept, part))
            return false;
        const struct sellable_key order = {part[SBL_KEPT_ORDER], kept->size[SBL_KEPT_ORDER]};
        const struct sbl_index *places = &engine->locations;
        uint32_t item = number_of(list, &engine->items, kept, part, SBL_KEPT_ITEM);
        const uint32_t locations[] = {
            number_of(list, places, kept, part, SBL_KEPT_LOCATION),
            number_of(list, places, kept, part, SBL_KEPT_TO)};
        for (int k = 0; k < 2; k++)
            if (item != 0 && locations[k] != 0 &&
                !add_about(list, &list->cells, sbl_pair(item, locations[k]), i))
                return false;
        if (sbl_key_make(&key, order, engine->seed) &&
            !add_about(list, &list->orders, key.hash, i))
            return false;
    }
    sbl_sort(list->cells.buffer.bytes, sizeof(struct about), list->cells.count, about_before, NULL);
    sbl_sort(list->orders.buffer.bytes, sizeof(struct about), list->orders.count, about_before,
             NULL);
    return true;
}

/* An order counts once for each exception that is about this. */
static void count_for(struct list *list, const struct abouts *abouts, uint64_t what,
                      uint64_t order) {
    const struct about *about = abouts->buffer.bytes;
    struct listed *listed = list->listed.bytes;
    size_t low = 0, high = abouts->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (about[middle].what < what)
            low = middle + 1;
        else
            high = middle;
    }
    for (; low < abouts->count && about[low].what == what; low++) {
        struct listed *one = &listed[about[low].listed];
        one->orders += one->counted != order;
        one->counted = order;
    }
}

/* One pass over the open orders. */
static void count_orders(struct list *list) {
    struct sellable *engine = list->engine;
    struct sbl_index_walk walk = {0};
    struct sbl_found found;
    uint64_t order = 0;
    while (sbl_index_walk(&engine->orders, list->snapshot, &walk, &found)) {
        uint64_t word[2] = {0}; /* hash and meta */
        struct sbl_placement placement;
        sbl_blob_copy(&engine->memory, found.reference, 0, word, 2);
        if (!sbl_order_is_open(word[SBL_ENTRY_SIZE]))
            continue;
        order++;
        uint32_t from = SBL_ENTRY_KEY + sbl_order_key_words(word[SBL_ENTRY_SIZE]) +
                        SBL_ORDER_PLACEMENTS;
        count_for(list, &list->orders, word[SBL_ENTRY_HASH], order);
        for (uint32_t i = 0; i < sbl_order_count(word[SBL_ENTRY_SIZE]); i++)
            if (sbl_placement_at(&engine->memory, found.reference, from,
                                 sbl_order_flags(word[SBL_ENTRY_SIZE]), i, &placement) &&
                (sbl_placement_reserved(&placement) != 0 || placement.allocated != 0))
                count_for(list, &list->cells, sbl_pair(placement.item, placement.location),
                          order);
    }
}

static bool more_orders(const void *context, const void *a, const void *b) {
    const struct listed *first = a, *second = b;
    (void)context;
    return first->orders != second->orders ? first->orders > second->orders
                                           : first->number < second->number;
}

/* ---- telling ---- */

static struct sellable_key key_of(char *const part[SBL_KEPT_PARTS], const struct sbl_kept *kept,
                                  enum sbl_kept_part which) {
    return kept->size[which] == 0 ? (struct sellable_key){NULL, 0}
                                  : (struct sellable_key){part[which], kept->size[which]};
}

static struct sellable_exception view_of(const struct listed *listed, const struct sbl_kept *kept,
                                         char *const part[SBL_KEPT_PARTS]) {
    struct sellable_exception view = {
        .number = listed->number,
        .status = kept->status,
        .type = sbl_is_event(kept->type) ? kept->type : 0,
        .field = part[SBL_KEPT_FIELD],
        .reason = part[SBL_KEPT_REASON],
        .source = key_of(part, kept, SBL_KEPT_SOURCE),
        .id = key_of(part, kept, SBL_KEPT_ID),
        .correlation = key_of(part, kept, SBL_KEPT_CORRELATION),
        .kept_at = kept->kept_at,
        .orders = listed->orders};
    if (kept->is_record != 0) {
        view.event = sbl_unpack(part[SBL_KEPT_CONTENT]);
    } else if (kept->size[SBL_KEPT_CONTENT] != 0) {
        view.content = part[SBL_KEPT_CONTENT];
        view.content_size = kept->size[SBL_KEPT_CONTENT];
    }
    return view;
}

static bool tell(struct list *list,
                 int (*visit)(void *context, const struct sellable_exception *exception),
                 void *context) {
    const struct listed *listed = list->listed.bytes;
    for (size_t i = 0; i < list->count; i++) {
        const struct sbl_kept *kept;
        char *part[SBL_KEPT_PARTS];
        if (!read_kept(list, listed[i].blob, &kept, part))
            return false;
        const struct sellable_exception view = view_of(&listed[i], kept, part);
        if (visit(context, &view) != 0)
            break;
    }
    return true;
}

static enum sellable_status list_all(struct list *list,
                                     const struct sellable_exception_selection *selection,
                                     int (*visit)(void *context,
                                                  const struct sellable_exception *exception),
                                     void *context) {
    if (!collect(list, selection->number))
        return SELLABLE_NO_MEMORY;
    if (selection->number != 0 && list->count == 0)
        return SELLABLE_INVALID;
    if (selection->by_impact != 0) {
        if (!collect_abouts(list))
            return SELLABLE_NO_MEMORY;
        count_orders(list);
        sbl_sort(list->listed.bytes, sizeof(struct listed), list->count, more_orders, NULL);
    }
    return tell(list, visit, context) ? SELLABLE_OK : SELLABLE_NO_MEMORY;
}

enum sellable_status sellable_exceptions(
    struct sellable *engine, struct sellable_worker *worker,
    const struct sellable_exception_selection *selection,
    int (*visit)(void *context, const struct sellable_exception *exception), void *context) {
    static const struct sellable_exception_selection all;
    struct list list = {.engine = engine};
    enum sbl_outcome outcome;
    if (selection == NULL)
        selection = &all;
    if (selection->by_impact > 1)
        return SELLABLE_INVALID;
    if (!sbl_call_begin(engine, worker, &list.call))
        return SELLABLE_NO_MEMORY;
    enum sellable_status status = SELLABLE_NO_MEMORY;
    if (sbl_snapshot_open(list.call.worker, &list.snapshot) == SBL_ACCEPTED) {
        status = list_all(&list, selection, visit, context);
        outcome = sbl_snapshot_close(list.call.worker, list.snapshot);
        (void)outcome; /* without memory a snapshot too many is left: it costs, and is right */
    }
    sbl_call_end(&list.call);
    sbl_buffer_fini(&engine->memory, &list.listed);
    sbl_buffer_fini(&engine->memory, &list.kept);
    sbl_buffer_fini(&engine->memory, &list.cells.buffer);
    sbl_buffer_fini(&engine->memory, &list.orders.buffer);
    return status;
}

void sellable_exception_counts(const struct sellable *engine,
                               struct sellable_exception_counts *counts) {
    struct sbl_seen head;
    sbl_line_read(&engine->commit, sbl_array_at(&engine->exception, 0), &head);
    counts->kept = sbl_low(head.image.word[SBL_EXCEPTION_COUNT]);
    counts->last = head.image.word[SBL_EXCEPTION_LAST];
    counts->lost = head.image.word[SBL_EXCEPTION_LOST];
}
