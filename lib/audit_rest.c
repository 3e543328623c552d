/* SPDX-License-Identifier: Apache-2.0
 *
 * The audit's hash of what is remembered beside masters, cells and orders: the time, ids,
 * sequences, balances, movements, transfers, exceptions, what was told. See audit.h. What is past
 * its retention does not count, whether it is forgotten yet or not. */
#include "audit.h"
#include "content.h"
#include "exception.h"
#include "feed.h"
#include "movement.h"
#include "origin.h"
#include "sort.h"
#include "source.h"
#include "transfer.h"

static void add_now(struct sbl_audit *audit) {
    struct sbl_thing thing;
    sbl_thing_begin(&thing, SBL_THING_NOW);
    sbl_thing_number(&thing, (uint64_t)sbl_now_of(&audit->world));
    sbl_digest_add(&audit->rest, &thing);
}

/* Is what happened then past its retention? */
static bool is_past(const struct sbl_audit *audit, int64_t at) {
    return at <= sbl_subtract(sbl_now_of(&audit->world), audit->engine->retention);
}

/* ---- of an item's cells ---- */

static void add_balances(struct sbl_audit *audit, struct sbl_thing *thing,
                         const struct sbl_image *row) {
    struct sbl_walk walk;
    struct sbl_figures figures;
    struct sbl_figure figure;
    uint32_t location, whose = thing->words;
    int64_t net;
    sbl_walk_begin(&walk, &audit->engine->memory, row);
    while (sbl_walk_next(&walk, &location, &net)) {
        sbl_figures_begin(&figures, &audit->engine->memory, row, location);
        while (sbl_figures_next(&figures, &figure)) {
            if (figure.kind != SBL_AS_OF)
                continue;
            sbl_thing_again(thing, SBL_THING_AS_OF, whose);
            sbl_thing_key(thing, sbl_audit_location_key(audit, location));
            sbl_thing_number(thing, (uint64_t)sbl_as_of_of(figure.value));
            sbl_digest_add(&audit->rest, thing);
        }
    }
    thing->words = whose;
}

static bool is_before(const void *context, const void *a, const void *b) {
    const struct sbl_movement *first = a, *second = b;
    (void)context;
    return first->location != second->location ? first->location < second->location
                                               : first->at < second->at;
}

/* A row's movements, into the worker's scratch. false: no memory. */
static bool collect(const struct sbl_audit *audit, uint32_t blob, size_t *count) {
    struct sbl_buffer *scratch = &audit->worker->scratch[SBL_SCRATCH_MOVED];
    struct sbl_moved moved;
    struct sbl_movement movement;
    *count = 0;
    sbl_moved_begin(&moved, &audit->engine->memory, blob);
    while (sbl_moved_next(&moved, &movement)) {
        if (is_past(audit, movement.at))
            continue;
        if (!sbl_buffer_reserve(&audit->engine->memory, scratch,
                                (*count + 1) * sizeof(struct sbl_movement)))
            return false;
        ((struct sbl_movement *)scratch->bytes)[(*count)++] = movement;
    }
    return true;
}

/* Movements of one cell and time are one, which may be kept as several. false: no memory. */
static bool add_movements(struct sbl_audit *audit, struct sbl_thing *thing, uint32_t blob) {
    uint32_t whose = thing->words;
    size_t count;
    if (!collect(audit, blob, &count))
        return false;
    const struct sbl_movement *movement = audit->worker->scratch[SBL_SCRATCH_MOVED].bytes;
    sbl_sort(audit->worker->scratch[SBL_SCRATCH_MOVED].bytes, sizeof *movement, count, is_before,
             NULL);
    for (size_t i = 0; i < count;) {
        const struct sbl_movement *first = &movement[i];
        int64_t sum = 0;
        for (; i < count && !is_before(NULL, first, &movement[i]); i++)
            sum = sbl_add(sum, movement[i].amount);
        if (sum == 0)
            continue;
        sbl_thing_again(thing, SBL_THING_MOVED, whose);
        sbl_thing_key(thing, sbl_audit_location_key(audit, first->location));
        sbl_thing_number(thing, (uint64_t)first->at);
        sbl_thing_number(thing, (uint64_t)sum);
        sbl_digest_add(&audit->rest, thing);
    }
    thing->words = whose;
    return true;
}

bool sbl_audit_remembered(struct sbl_audit *audit, uint32_t item, const struct sbl_image *row) {
    struct sbl_thing thing;
    sbl_thing_begin(&thing, SBL_THING_AS_OF);
    sbl_thing_key(&thing, sbl_audit_item_key(audit, item));
    add_balances(audit, &thing, row);
    return add_movements(audit, &thing, sbl_row_tail(&audit->engine->memory, row).moved);
}

/* ---- of events ---- */

/* Of the keys of this index the first word is the number of the source (origin.h). */
static void add_ids(struct sbl_audit *audit) {
    const struct sbl_memory *memory = &audit->engine->memory;
    struct sbl_index_walk walk = {0};
    struct sbl_found found;
    while (sbl_index_walk(&audit->engine->ids, audit->snapshot, &walk, &found)) {
        struct sellable_key key = sbl_entry_key(memory, found.reference);
        uint64_t source = 0, kept[SBL_ID_WORDS] = {0};
        uint32_t words = ((uint32_t)key.size + 7) / 8;
        struct sbl_thing thing;
        sbl_blob_copy(memory, found.reference, SBL_ENTRY_KEY, &source, 1);
        sbl_blob_copy(memory, found.reference, SBL_ENTRY_KEY + words, kept, SBL_ID_WORDS);
        if (is_past(audit, (int64_t)kept[SBL_ID_AT]))
            continue;
        key.bytes += sizeof source;
        key.size -= sizeof source;
        sbl_thing_begin(&thing, SBL_THING_ID);
        sbl_thing_key(&thing, sbl_audit_source_key(audit, (uint32_t)source));
        sbl_thing_key(&thing, key);
        sbl_thing_number(&thing, kept[SBL_ID_AT]);
        sbl_digest_add(&audit->rest, &thing);
    }
}

static void add_sequences(struct sbl_audit *audit) {
    for (uint32_t i = 1; i <= sbl_source_count(&audit->world); i++) {
        struct sbl_image image = sbl_audit_image(audit, sbl_source_line(audit->engine, i));
        struct sbl_thing thing;
        if ((image.word[SBL_SOURCE_ENTRY] & SBL_SOURCE_NUMBERED) == 0)
            continue;
        sbl_thing_begin(&thing, SBL_THING_SEQUENCE);
        sbl_thing_key(&thing, sbl_audit_source_key(audit, i));
        sbl_thing_number(&thing, image.word[SBL_SOURCE_SEQ]);
        sbl_thing_number(&thing, image.word[SBL_SOURCE_GAPS]);
        sbl_digest_add(&audit->rest, &thing);
    }
}

static void add_transfers(struct sbl_audit *audit) {
    struct sbl_index_walk walk = {0};
    struct sbl_found found;
    while (sbl_index_walk(&audit->engine->transfers, audit->snapshot, &walk, &found)) {
        struct sellable_key name = sbl_entry_key(&audit->engine->memory, found.reference);
        const struct sbl_key key = {.words = ((uint32_t)name.size + 7) / 8};
        struct sbl_transfer transfer = sbl_transfer_read(audit->engine, &key, found.reference);
        struct sbl_thing thing;
        sbl_thing_begin(&thing, SBL_THING_TRANSFER);
        sbl_thing_key(&thing, name);
        sbl_thing_key(&thing, sbl_audit_item_key(audit, transfer.item));
        sbl_thing_fold(&thing);
        sbl_thing_key(&thing, sbl_audit_location_key(audit, transfer.from));
        sbl_thing_key(&thing, sbl_audit_location_key(audit, transfer.to));
        sbl_thing_number(&thing, (uint64_t)transfer.check);
        sbl_digest_add(&audit->rest, &thing);
    }
}

/* ---- exceptions ---- */

/* All but its number, which tells only what came before it. */
static void add_exception(struct sbl_audit *audit, const struct sbl_kept *kept,
                          char *const part[SBL_KEPT_PARTS]) {
    struct sbl_thing thing;
    sbl_thing_begin(&thing, SBL_THING_EXCEPTION);
    sbl_thing_number(&thing, (uint64_t)kept->kept_at);
    sbl_thing_number(&thing, kept->status);
    sbl_thing_number(&thing, kept->type);
    sbl_thing_number(&thing, kept->is_record);
    for (int i = 0; i < SBL_KEPT_CONTENT; i++) {
        sbl_thing_key(&thing, (struct sellable_key){part[i], kept->size[i]});
        sbl_thing_fold(&thing);
    }
    if (kept->is_record != 0)
        sbl_audit_record(audit, &thing, sbl_unpack(part[SBL_KEPT_CONTENT]));
    else
        sbl_thing_bytes(&thing, part[SBL_KEPT_CONTENT], kept->size[SBL_KEPT_CONTENT]);
    sbl_digest_add(&audit->rest, &thing);
}

/* From the oldest on. false: no memory. */
static bool add_exceptions(struct sbl_audit *audit) {
    struct sellable *engine = audit->engine;
    const struct sbl_image head = sbl_audit_image(audit, sbl_array_at(&engine->exception, 0));
    struct sbl_thing thing;
    uint32_t slot = sbl_low(head.word[SBL_EXCEPTION_ENDS]);
    while (slot != 0) {
        const struct sbl_image image =
            sbl_audit_image(audit, sbl_array_at(&engine->exception, slot));
        uint32_t blob = sbl_low(image.word[SBL_EXCEPTION_BLOB]);
        const struct sbl_kept *kept;
        char *part[SBL_KEPT_PARTS];
        if (!sbl_kept_read(engine, &audit->worker->scratch[SBL_SCRATCH_KEPT], blob,
                           sbl_blob_words(&engine->memory, blob), &kept, part))
            return false;
        add_exception(audit, kept, part);
        slot = sbl_high(image.word[SBL_EXCEPTION_BESIDE]);
    }
    sbl_thing_begin(&thing, SBL_THING_EXCEPTIONS);
    sbl_thing_number(&thing, head.word[SBL_EXCEPTION_LAST]);
    sbl_thing_number(&thing, head.word[SBL_EXCEPTION_LOST]);
    sbl_digest_add(&audit->rest, &thing);
    return true;
}

/* ---- what channels were told ---- */

/* What was told; when and as which, and whether it is to be told again. */
static void add_told(struct sbl_audit *audit, struct sbl_thing *thing,
                     const struct sbl_image *feed) {
    struct sbl_told_walk walk;
    struct sbl_told told;
    uint32_t item, whose = thing->words;
    sbl_told_walk_begin(&walk, &audit->engine->memory, sbl_feed_tree(feed), 0, INT64_MIN, 0);
    while (sbl_told_walk_next(&walk, &item, &told)) {
        sbl_thing_again(thing, SBL_THING_TOLD, whose);
        sbl_thing_key(thing, sbl_audit_item_key(audit, item));
        sbl_thing_number(thing, (uint64_t)told.published);
        sbl_thing_number(thing, told.level);
        sbl_thing_number(thing, (uint64_t)told.at);
        sbl_thing_number(thing, told.number);
        sbl_thing_number(thing, (told.flags & SBL_TOLD_OWED) != 0);
        sbl_digest_add(&audit->rest, thing);
    }
    thing->words = whose;
}

static void add_feeds(struct sbl_audit *audit) {
    struct sbl_thing thing;
    uint32_t channels = sbl_channel_count(&audit->world);
    for (uint32_t channel = 1; channel <= channels; channel++) {
        const struct sbl_image feed =
            sbl_audit_image(audit, sbl_feed_line(audit->engine, channel));
        if (feed.word[SBL_FEED_POSITION] == 0)
            continue;
        sbl_thing_begin(&thing, SBL_THING_FEED);
        sbl_thing_key(&thing, sbl_audit_channel_key(audit, channel));
        add_told(audit, &thing, &feed);
        sbl_thing_again(&thing, SBL_THING_FEED, thing.words);
        sbl_thing_number(&thing, feed.word[SBL_FEED_POSITION]);
        sbl_digest_add(&audit->rest, &thing);
    }
}

bool sbl_audit_rest(struct sbl_audit *audit) {
    add_now(audit);
    add_ids(audit);
    add_sequences(audit);
    add_transfers(audit);
    add_feeds(audit);
    return add_exceptions(audit);
}
