/* SPDX-License-Identifier: Apache-2.0
 *
 * See builder.h. */
#include "builder.h"

#include "exception.h"
#include "names.h"
#include "rehint.h"
#include "source.h"

/* Numbers are given one after another, and what has one is put in about that order: by a worker
 * each, at most, a number is left out or comes later. */
enum { FAR = 16 * SBL_WORKERS_MAX, BUCKETS_MOST = 0x7fffffff };

static bool refuse(struct sbl_builder *builder, const char *reason) {
    builder->reason = reason;
    return false;
}

/* ---- life ---- */

static struct sbl_index *index_of(struct sellable *engine, uint32_t kind) {
    switch (kind - SBL_BUCKET) {
    case 0: return &engine->items;
    case 1: return &engine->locations;
    case 2: return &engine->channels;
    case 3: return &engine->orders;
    case 4: return &engine->names;
    case 5: return &engine->sources;
    case 6: return &engine->transfers;
    case SBL_EVENT - SBL_BUCKET: return &engine->ids;
    default: return NULL;
    }
}

static struct sbl_lines lines_of(struct sellable *engine, uint32_t kind) {
    struct sbl_index *index = index_of(engine, kind);
    assert(index == NULL || index->number == kind - SBL_BUCKET);
    if (index != NULL)
        return (struct sbl_lines){&index->bucket, 0, BUCKETS_MOST, sbl_load(&index->buckets)};
    switch (kind) {
    case SBL_LOCATION:
        return (struct sbl_lines){&engine->location, 1, SELLABLE_LOCATIONS_MAX, 0};
    case SBL_CHANNEL:
        return (struct sbl_lines){&engine->channel, 1, SELLABLE_CHANNELS_MAX, 0};
    case SBL_NAME:
        return (struct sbl_lines){&engine->name, 1, UINT32_MAX, 0};
    case SBL_ROW:
        return (struct sbl_lines){&engine->row, 1, UINT32_MAX / 2, 0};
    case SBL_SOURCE:
        return (struct sbl_lines){&engine->source, 1, SBL_SOURCES_MAX, 0};
    case SBL_EXCEPTION:
        return (struct sbl_lines){&engine->exception, 0, UINT32_MAX, 0};
    case SBL_TOLD:
        return (struct sbl_lines){&engine->feed, 1, SELLABLE_CHANNELS_MAX, 0};
    default:
        return (struct sbl_lines){NULL, 0, 0, 0};
    }
}

bool sbl_builder_begin(struct sbl_builder *builder, struct sellable *engine) {
    *builder = (struct sbl_builder){.engine = engine, .end = sbl_load(&engine->memory.cursor)};
    for (uint32_t kind = 0; kind < SBL_KINDS; kind++)
        builder->lines[kind] = lines_of(engine, kind);
    builder->worker = sbl_worker_take(&engine->commit);
    return builder->worker != NULL;
}

void sbl_builder_fini(struct sbl_builder *builder) {
    if (builder->worker != NULL)
        sbl_worker_give(builder->worker);
    builder->worker = NULL;
}

void sbl_builder_clear(struct sbl_builder *builder) {
    for (uint32_t kind = 0; kind < SBL_KINDS; kind++) {
        const struct sbl_index *index = index_of(builder->engine, kind);
        for (uint64_t i = 0; index != NULL && i < builder->lines[kind].count; i++)
            sbl_store(&((struct sbl_line *)sbl_array_at(&index->bucket, i))->word[SBL_BUCKET_FORM],
                      0);
        builder->lines[kind].count = 0;
    }
}

void sbl_builder_anew(struct sbl_builder *builder) {
    sbl_builder_clear(builder);
    for (uint32_t kind = 0; kind < SBL_KINDS; kind++) {
        struct sbl_index *index = index_of(builder->engine, kind);
        if (index == NULL)
            continue;
        struct sbl_line *first = sbl_array_at(&index->bucket, 0);
        sbl_store(&first->word[SBL_BUCKET_FORM], 1); /* of depth 0 */
        sbl_store(&index->buckets, 1);
        builder->lines[kind].count = 1;
    }
}

/* ---- lines ---- */

static struct sbl_line *no_line(struct sbl_builder *builder) {
    refuse(builder, "there cannot be such a line");
    return NULL;
}

struct sbl_line *sbl_line_of(struct sbl_builder *builder, struct sbl_name name) {
    struct sbl_lines *lines = &builder->lines[name.kind < SBL_KINDS ? name.kind : 0];
    uint64_t at = (uint64_t)name.number - lines->first; /* far above, if it is below */
    if (SBL_UNLIKELY(lines->array == NULL)) {
        if (name.number != 0 || (name.kind != SBL_WORLD && name.kind != SBL_CATALOG))
            return no_line(builder);
        return name.kind == SBL_WORLD ? &builder->engine->commit.world : &builder->engine->catalog;
    }
    if (SBL_UNLIKELY(at >= lines->count)) {
        if (at >= lines->most || at > lines->count + FAR)
            return no_line(builder);
        if (!sbl_array_grow(lines->array, at))
            return NULL;
        lines->count = at + 1;
    }
    struct sbl_line *line = sbl_array_at_bits(lines->array, at, SBL_LINE_BITS);
    if (SBL_LIKELY(line != NULL))
        return line; /* else one of a number below was left out */
    return sbl_array_grow(lines->array, at) ? sbl_array_at_bits(lines->array, at, SBL_LINE_BITS)
                                            : NULL;
}

/* None is open in what is built. */
static void close_snapshots(struct sbl_line *world) {
    sbl_store(&world->word[SBL_WORLD_SNAPSHOT], 0);
    sbl_store(&world->word[SBL_WORLD_OPEN], 0);
}

/* A tag tells which of two promises is the earlier (order.h, since): it never falls. */
static void raise_header(struct sbl_line *line, uint64_t header) {
    if (sbl_header_clean(header) > sbl_load(&line->header))
        sbl_store(&line->header, sbl_header_clean(header));
}

bool sbl_builder_words(struct sbl_builder *builder, struct sbl_name name, uint64_t header,
                       uint32_t changed, const uint64_t *word) {
    struct sbl_line *line = sbl_line_of(builder, name);
    if (line == NULL)
        return false;
    raise_header(line, header);
    for (int i = 0; i < SBL_WORDS; i++)
        if ((changed >> i & 1) != 0)
            sbl_store(&line->word[i], *word++);
    sbl_store(&line->word[SBL_STAMP], sbl_pair(sbl_high(sbl_load(&line->word[SBL_STAMP])), 0));
    if (name.kind == SBL_WORLD)
        close_snapshots(line);
    return true;
}

bool sbl_builder_line(struct sbl_builder *builder, struct sbl_name name, uint64_t header,
                      const struct sbl_image *image) {
    struct sbl_line *line = sbl_line_of(builder, name);
    if (line == NULL)
        return false;
    sbl_store(&line->header, sbl_header_clean(header));
    sbl_store(&line->word[SBL_STAMP], sbl_pair(sbl_high(image->word[SBL_STAMP]), 0));
    SBL_UNROLL
    for (int i = SBL_STAMP + 1; i < SBL_WORDS; i++)
        sbl_store(&line->word[i], image->word[i]);
    if (name.kind == SBL_WORLD)
        close_snapshots(line);
    return true;
}

/* ---- blocks ---- */

sbl_word *sbl_builder_place(struct sbl_builder *builder, uint32_t reference, uint64_t head,
                            uint32_t words) {
    struct sbl_memory *memory = &builder->engine->memory;
    uint32_t granules = sbl_reach_fits(reference, head);
    if (granules == 0 || words != sbl_head_extent(head)) {
        refuse(builder, "there cannot be such a block");
        return NULL;
    }
    if (!sbl_block_make(memory, reference))
        return NULL;
    sbl_word *block = sbl_block_given(memory, reference);
    sbl_store(block, head);
    if (reference + (uint64_t)granules > builder->end)
        builder->end = reference + (uint64_t)granules;
    return block + 1;
}

bool sbl_builder_block(struct sbl_builder *builder, uint32_t reference, uint64_t head,
                       const uint64_t *word, uint32_t words) {
    sbl_word *to = sbl_builder_place(builder, reference, head, words);
    for (uint32_t i = 0; to != NULL && i < words; i++)
        sbl_store(&to[i], word[i]);
    return to != NULL;
}

/* The head of a free block of so many granules: no world made it. 0: there is no such size. */
static uint64_t free_head(uint32_t granules) {
    uint32_t words = granules * SBL_GRANULE_WORDS - 1;
    if (granules == 0 || granules > SBL_SLAB_GRANULES)
        return 0;
    words = words < SBL_BLOCK_WORDS_MAX ? words : SBL_BLOCK_WORDS_MAX;
    for (uint32_t class = 0; class < SBL_CLASSES; class++)
        if (sbl_head_granules(words << 8 | class) == granules)
            return words << 8 | class;
    return 0;
}

/* What has no memory yet needs none. */
bool sbl_builder_gaps(struct sbl_builder *builder, uint32_t reference, uint32_t granules,
                      uint32_t count) {
    struct sbl_memory *memory = &builder->engine->memory;
    uint64_t end = reference % SBL_SLAB_GRANULES + (uint64_t)granules * count;
    uint64_t head = free_head(granules);
    uint32_t limit;
    if (head == 0 || end > SBL_SLAB_GRANULES)
        return refuse(builder, "there cannot be such a gap");
    for (uint32_t i = 0; i < count; i++) {
        sbl_word *block = sbl_block(memory, reference, &limit);
        if (block != NULL)
            sbl_store(block, head);
        reference += granules;
    }
    return true;
}

/* ---- what is not in lines ---- */

/* A line that was put, as it is now. */
static inline void read_line(const struct sbl_line *line, struct sbl_image *image) {
    SBL_UNROLL
    for (int i = 0; i < SBL_WORDS; i++)
        image->word[i] = sbl_load(&line->word[i]);
}

/* How deep bucket n is, of so many: they split one after another (index.h). */
static uint32_t depth_of(uint64_t bucket, uint64_t buckets) {
    uint32_t level = 63 - (uint32_t)__builtin_clzll(buckets);
    uint64_t half = UINT64_C(1) << level;
    return bucket >= half || bucket < buckets - half ? level + 1 : level;
}

/* A bucket that can be walked. */
static bool check_bucket(struct sbl_builder *builder, const struct sbl_image *image,
                         uint64_t bucket, uint64_t buckets) {
    uint64_t form = image->word[SBL_BUCKET_FORM];
    uint32_t beyond = sbl_low(form) >> 8;
    if ((form & 0xff) != depth_of(bucket, buckets) + 1 ||
        (beyond != 0 && sbl_blob_words(&builder->engine->memory, sbl_high(form)) < beyond))
        return refuse(builder, "an index is damaged");
    return true;
}

/* As many buckets are born as were put: the last of them was. */
static bool count_index(struct sbl_builder *builder, uint32_t kind) {
    struct sbl_index *index = index_of(builder->engine, kind);
    uint64_t buckets = builder->lines[kind].count, all = 0;
    struct sbl_image image;
    uint32_t entries;
    if (index == NULL)
        return true;
    if (buckets == 0)
        return refuse(builder, "an index is not there");
    for (uint64_t i = 0; i < buckets; i++) {
        const struct sbl_line *line = sbl_array_at_bits(&index->bucket, i, SBL_LINE_BITS);
        if (line == NULL)
            return refuse(builder, "a part of an index is not there");
        read_line(line, &image);
        if (!check_bucket(builder, &image, i, buckets))
            return false;
        sbl_bucket_count(&image, &entries);
        all += entries;
    }
    sbl_store(&index->buckets, buckets);
    sbl_store(&index->entries, all);
    return true;
}

static bool count_indexes(struct sbl_builder *builder) {
    for (uint32_t kind = 0; kind < SBL_KINDS; kind++)
        if (!count_index(builder, kind))
            return false;
    return true;
}

bool sbl_builder_item(struct sbl_builder *builder, uint32_t item, uint32_t stamp,
                      uint32_t reference) {
    struct sellable *engine = builder->engine;
    if (!sbl_recent_grow(&engine->commit.recent, item) ||
        !sbl_array_grow(&engine->item_entry, item - 1))
        return false;
    sbl_store((sbl_word *)sbl_array_at(&engine->item_entry, item - 1), reference);
    sbl_recent_mark(&engine->commit.recent, item, stamp);
    return true;
}

static bool count_items(struct sbl_builder *builder) {
    struct sellable *engine = builder->engine;
    uint64_t last = 0;
    struct sbl_image row;
    for (uint64_t item = 1; item <= builder->lines[SBL_ROW].count; item++) {
        const struct sbl_line *line = sbl_row_line(engine, (uint32_t)item);
        if (line == NULL)
            continue; /* nor was there room for those around it */
        read_line(line, &row);
        if (!sbl_row_exists(&row))
            continue;
        if (!sbl_builder_item(builder, (uint32_t)item, sbl_high(row.word[SBL_STAMP]), 0))
            return false;
        last = item;
    }
    sbl_store(&engine->item_numbers, last);
    return true;
}

/* Numbers that no item has have room, as if they had been given. */
static bool make_room(struct sbl_builder *builder) {
    struct sellable *engine = builder->engine;
    uint64_t last = sbl_load(&engine->item_numbers);
    for (uint64_t item = 1; item <= last; item += UINT64_C(1) << SBL_RECENT_ROW_BITS)
        if (!sbl_array_grow(&engine->row, item - 1) ||
            !sbl_array_grow(&engine->item_entry, item - 1) ||
            !sbl_recent_grow(&engine->commit.recent, (uint32_t)item))
            return false;
    return true;
}

/* Where the key of an item is; its blob is one block that has the key and its number. */
static bool note_entry(struct sbl_builder *builder, uint32_t reference) {
    struct sellable *engine = builder->engine;
    uint64_t word[SBL_ENTRY_KEY + SBL_KEY_WORDS + 1] = {0};
    uint32_t words = sbl_blob_copy(&engine->memory, reference, 0, word, SBL_ENTRY_KEY);
    uint32_t size = word[SBL_ENTRY_SIZE] & 0xff, key = (size + 7) / 8;
    uint64_t number = 0;
    words += sbl_blob_copy(&engine->memory, reference, SBL_ENTRY_KEY + key, &number, 1);
    bool whole = words == SBL_ENTRY_KEY + 1 && size != 0 && size <= SELLABLE_KEY_MAX;
    if (!whole || number == 0 || number > sbl_load(&engine->item_numbers) ||
        !sbl_item_exists(engine, (uint32_t)number))
        return refuse(builder, "an item's key is damaged");
    sbl_store((sbl_word *)sbl_array_at(&engine->item_entry, number - 1), reference);
    return true;
}

static bool note_entries(struct sbl_builder *builder) {
    struct sellable *engine = builder->engine;
    struct sbl_index_walk walk = {0};
    struct sbl_found found;
    uint64_t items = sbl_load(&engine->item_numbers);
    while (sbl_index_walk(&engine->items, 0, &walk, &found))
        if (!note_entry(builder, found.reference))
            return false;
    for (uint64_t item = 1; item <= items; item++)
        if (sbl_item_exists(engine, (uint32_t)item) &&
            sbl_load((sbl_word *)sbl_array_at(&engine->item_entry, item - 1)) == 0)
            return refuse(builder, "an item has no key");
    return true;
}

/* The latest stamp of some lines. */
static uint32_t latest(const struct sbl_builder *builder, uint32_t kind) {
    const struct sbl_lines *lines = &builder->lines[kind];
    uint32_t stamp = 0;
    for (uint64_t i = 0; i < lines->count; i++) {
        const struct sbl_line *line = sbl_array_at(lines->array, i);
        uint32_t one = line == NULL ? 0 : sbl_high(sbl_load(&line->word[SBL_STAMP]));
        stamp = one > stamp ? one : stamp;
    }
    return stamp;
}

static void mark_settings(struct sbl_builder *builder) {
    struct sbl_recent *recent = &builder->engine->commit.recent;
    sbl_recent_mark_all(recent, latest(builder, SBL_LOCATION));
    sbl_recent_mark_all(recent, latest(builder, SBL_CHANNEL));
}

/* Is there as much as the world, the catalog and the exceptions' head say? */
static bool check_counts(struct sbl_builder *builder) {
    struct sellable *engine = builder->engine;
    struct sbl_image world, catalog, head = {0};
    const struct sbl_line *first = sbl_array_at(&engine->exception, 0);
    read_line(&engine->commit.world, &world);
    read_line(&engine->catalog, &catalog);
    if (first != NULL)
        read_line(first, &head);
    uint64_t slots = sbl_high(head.word[SBL_EXCEPTION_COUNT]);
    if (sbl_location_count(&world) > builder->lines[SBL_LOCATION].count ||
        sbl_channel_count(&world) > builder->lines[SBL_CHANNEL].count ||
        sbl_source_count(&world) > builder->lines[SBL_SOURCE].count ||
        catalog.word[SBL_CATALOG_NAMES] > builder->lines[SBL_NAME].count ||
        (slots != 0 && slots >= builder->lines[SBL_EXCEPTION].count))
        return refuse(builder, "something that is counted is not there");
    if (sbl_now_of(&world) < 0 || sbl_now_of(&world) > SELLABLE_TIME_MAX ||
        sbl_low(world.word[SBL_WORLD_STAMP]) == 0)
        return refuse(builder, "its time cannot be");
    return true;
}

/* ---- what is free ---- */

static bool reach_line(struct sbl_reach *reach, const struct sbl_line *line) {
    for (int i = SBL_STAMP + 1; i < SBL_WORDS; i++)
        if (!sbl_reach_word(reach, sbl_load(&line->word[i])))
            return false;
    return true;
}

static bool reach_all(struct sbl_builder *builder, struct sbl_reach *reach) {
    struct sellable *engine = builder->engine;
    if (!reach_line(reach, &engine->commit.world) || !reach_line(reach, &engine->catalog))
        return false;
    for (uint32_t kind = 0; kind < SBL_KINDS; kind++) {
        const struct sbl_lines *lines = &builder->lines[kind];
        for (uint64_t i = 0; i < lines->count; i++) {
            const struct sbl_line *line = sbl_array_at(lines->array, i);
            if (line != NULL && !reach_line(reach, line))
                return false;
        }
    }
    return true;
}

/* Stamps of what is put are those of the world, or older. */
static bool find_free(struct sbl_builder *builder) {
    struct sbl_memory *memory = &builder->engine->memory;
    const struct sbl_line *world = &builder->engine->commit.world;
    uint32_t stamp = sbl_low(sbl_load(&world->word[SBL_WORLD_STAMP]));
    struct sbl_reach reach = {.memory = memory,
                              .lender = memory,
                              .below = stamp + UINT64_C(1),
                              .end = builder->end};
    bool room = sbl_reach_begin(&reach) && reach_all(builder, &reach);
    if (room)
        sbl_reach_free(&reach, memory, &builder->worker->cache);
    sbl_reach_end(&reach);
    return room;
}

/* What is not known is looked for. */
static bool find_out(struct sbl_builder *builder) {
    mark_settings(builder);
    return count_indexes(builder) && count_items(builder) && note_entries(builder) &&
           find_free(builder);
}

static void take_known(struct sbl_builder *builder, const struct sbl_known *known) {
    struct sellable *engine = builder->engine;
    for (uint32_t kind = 0; kind < SBL_KINDS; kind++) {
        struct sbl_index *index = index_of(engine, kind);
        if (index == NULL)
            continue;
        sbl_store(&index->buckets, known->buckets[kind]);
        sbl_store(&index->entries, known->entries[kind]);
    }
    sbl_store(&engine->item_numbers, known->items);
    sbl_recent_mark_all(&engine->commit.recent, known->settings);
    sbl_reach_free(known->reach, &engine->memory, &builder->worker->cache);
}

bool sbl_builder_end(struct sbl_builder *builder, const struct sbl_known *known) {
    struct sellable *engine = builder->engine;
    if (!check_counts(builder))
        return false;
    if (known != NULL)
        take_known(builder, known);
    else if (!find_out(builder))
        return false;
    if (engine->ids_most != 0)
        sbl_store(&engine->ids_taken, sbl_load(&engine->ids.entries));
    return make_room(builder) && sbl_rehint(engine, builder->worker);
}
