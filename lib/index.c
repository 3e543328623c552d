/* SPDX-License-Identifier: Apache-2.0
 *
 * See index.h. */
#include "index.h"

enum {
    SBL_IN_LINE = SBL_WORDS - SBL_BUCKET_FIRST,
    SBL_SPLITS = 32 /* at most, in one call: more than entries are counted at once */
};

static uint32_t depth_of(uint64_t form) { return (uint32_t)(form & 0xff) - 1; }
static uint32_t beyond_of(uint64_t form) { return sbl_low(form) >> 8; }
static uint64_t form_of(uint32_t depth, uint32_t beyond, uint32_t blob) {
    return sbl_pair(blob, beyond << 8 | (depth + 1));
}

bool sbl_index_init(struct sbl_index *index, struct sbl_commit *commit, uint32_t number,
                    uint32_t load, uint64_t expected) {
    uint32_t depth = 0;
    while ((UINT64_C(1) << depth) * load < expected)
        depth++;
    index->commit = commit;
    index->number = number;
    index->load = load;
    sbl_array_init(&index->bucket, commit->memory, SBL_LINE_BITS, depth > 10 ? depth : 10);
    if (!sbl_array_grow(&index->bucket, 0))
        return false;
    for (uint64_t i = 0; i < UINT64_C(1) << depth; i++) {
        struct sbl_line *line = sbl_array_at_bits(&index->bucket, i, SBL_LINE_BITS);
        sbl_store(&line->word[SBL_BUCKET_FORM], form_of(depth, 0, 0));
    }
    sbl_store(&index->buckets, UINT64_C(1) << depth);
    return true;
}

void sbl_index_fini(struct sbl_index *index) { sbl_array_fini(&index->bucket); }

void sbl_index_prefetch(const struct sbl_index *index, uint64_t hash) {
    sbl_prefetch(sbl_index_spot(index, hash).line);
}

void sbl_index_prefetch_to_read(const struct sbl_index *index, uint64_t hash) {
    sbl_prefetch_to_read(sbl_index_spot(index, hash).line);
}

/* The entry of a short key has two granules; those that begin at an odd one are in two lines. */
void sbl_index_prefetch_entry(const struct sbl_index *index, uint64_t hash) {
    const struct sbl_line *line = sbl_index_spot(index, hash).line;
    SBL_UNROLL
    for (int i = SBL_BUCKET_FIRST; i < SBL_WORDS; i++) {
        uint64_t entry = sbl_load_acquire(WORD, &line->word[i]);
        uint32_t limit;
        if (sbl_high(entry) != (uint32_t)hash || sbl_low(entry) == 0)
            continue;
        const sbl_word *block = sbl_block(index->commit->memory, sbl_low(entry), &limit);
        sbl_prefetch_to_read(block);
        if (sbl_low(entry) % 2 != 0)
            sbl_prefetch_to_read((const void *)((uintptr_t)block + SBL_GRANULE));
    }
}

/* The bucket of a hash, read (worker NULL) or settled. */
static inline void locate(const struct sbl_index *index, struct sbl_worker *worker, uint64_t hash,
                          struct sbl_found *found) {
    uint32_t guess = sbl_index_spot(index, hash).bucket;
    for (;;) {
        found->bucket = guess;
        found->line = sbl_array_at_bits(&index->bucket, guess, SBL_LINE_BITS);
        if (SBL_UNLIKELY(found->line == NULL)) { /* nor is there memory for it yet: not born */
            guess &= (UINT32_C(1) << (31 - __builtin_clz(guess))) - 1;
            continue;
        }
        if (worker != NULL)
            sbl_line_settle(worker, found->line, &found->seen);
        else
            sbl_line_read(index->commit, found->line, &found->seen);
        uint64_t form = found->seen.image.word[SBL_BUCKET_FORM];
        if (SBL_UNLIKELY((form & 0xff) == 0)) { /* not born: its keys are with its parent */
            guess &= (UINT32_C(1) << (31 - __builtin_clz(guess))) - 1;
            continue;
        }
        uint32_t mask = (uint32_t)((UINT64_C(1) << depth_of(form)) - 1);
        if (SBL_LIKELY(((uint32_t)hash & mask) == guess))
            return;
        guess = (uint32_t)hash & mask;
    }
}

/* One entry of a bucket; 0 beyond the last. */
static uint64_t entry_at(const struct sbl_index *index, const struct sbl_image *image,
                         uint32_t place) {
    if (place < SBL_IN_LINE)
        return image->word[SBL_BUCKET_FIRST + place];
    uint64_t form = image->word[SBL_BUCKET_FORM], entry = 0;
    if (place - SBL_IN_LINE < beyond_of(form))
        sbl_blob_copy(index->commit->memory, sbl_high(form), place - SBL_IN_LINE, &entry, 1);
    return entry;
}

static bool has_key(const struct sbl_memory *memory, uint32_t reference,
                    const struct sbl_key *key) {
    uint32_t limit;
    const sbl_word *block = sbl_block(memory, reference, &limit);
    if (block == NULL || limit < 1 + SBL_ENTRY_KEY + key->words ||
        sbl_load_acquire(BLOCK, &block[1 + SBL_ENTRY_HASH]) != key->hash ||
        (sbl_load_acquire(BLOCK, &block[1 + SBL_ENTRY_SIZE]) & 0xff) != key->size)
        return false;
    for (uint32_t i = 0; i < key->words; i++)
        if (sbl_load_acquire(BLOCK, &block[1 + SBL_ENTRY_KEY + i]) != key->word[i])
            return false;
    return true;
}

static inline void search(const struct sbl_index *index, const struct sbl_key *key,
                          struct sbl_found *found) {
    const struct sbl_image *image = &found->seen.image;
    uint32_t most = SBL_IN_LINE + beyond_of(image->word[SBL_BUCKET_FORM]);
    found->reference = 0;
    for (uint32_t place = 0; place < most; place++) {
        uint64_t entry = entry_at(index, image, place);
        if (sbl_high(entry) == (uint32_t)key->hash && sbl_low(entry) != 0 &&
            has_key(index->commit->memory, sbl_low(entry), key)) {
            found->reference = sbl_low(entry);
            found->place = place;
            return;
        }
    }
}

void sbl_index_find(const struct sbl_index *index, const struct sbl_key *key,
                    struct sbl_found *found) {
    do { /* what is in the blobs is as it was read only if the bucket still leads there */
        locate(index, NULL, key->hash, found);
        search(index, key, found);
    } while (SBL_UNLIKELY(!sbl_line_still(index->commit, found->line, &found->seen)));
}

void sbl_index_settle(struct sbl_index *index, struct sbl_worker *worker, const struct sbl_key *key,
                      struct sbl_found *found) {
    do {
        locate(index, worker, key->hash, found);
        search(index, key, found);
    } while (SBL_UNLIKELY(!sbl_line_still(index->commit, found->line, &found->seen)));
}

bool sbl_index_with_hash(struct sbl_index *index, struct sbl_worker *worker, uint64_t hash,
                         struct sbl_progress *progress, struct sbl_found *found) {
    locate(index, worker, hash, found);
    if (found->line != progress->line || found->seen.header != progress->header)
        *progress = (struct sbl_progress){found->line, found->seen.header, 0};
    uint32_t most = SBL_IN_LINE + beyond_of(found->seen.image.word[SBL_BUCKET_FORM]);
    for (uint32_t place = progress->from; place < most; place++) {
        uint64_t entry = entry_at(index, &found->seen.image, place);
        if (sbl_low(entry) == 0 || sbl_high(entry) != (uint32_t)hash)
            continue;
        found->reference = sbl_low(entry);
        found->place = place;
        progress->from = place + 1;
        return true;
    }
    return false;
}

bool sbl_bucket_count(const struct sbl_image *image, uint32_t *entries) {
    uint64_t form = image->word[SBL_BUCKET_FORM];
    *entries = beyond_of(form);
    for (int i = SBL_BUCKET_FIRST; i < SBL_WORDS; i++)
        *entries += image->word[i] != 0;
    return (form & 0xff) != 0;
}

void sbl_index_walk_again(struct sbl_index_walk *walk) {
    walk->read = false;
    walk->place = 0;
}

bool sbl_index_walk(const struct sbl_index *index, uint32_t snapshot, struct sbl_index_walk *walk,
                    struct sbl_found *found) {
    for (;;) {
        struct sbl_line *line = sbl_array_at_bits(&index->bucket, walk->bucket, SBL_LINE_BITS);
        bool counted = walk->bucket < sbl_load_acquire(COUNT, &index->buckets);
        if (line != NULL && !walk->read && snapshot != 0)
            sbl_snapshot_read(index->commit, snapshot, line, &walk->seen.image);
        else if (line != NULL && !walk->read)
            sbl_line_read(index->commit, line, &walk->seen);
        walk->read = true;
        uint64_t form = walk->seen.image.word[SBL_BUCKET_FORM];
        bool born = line != NULL && (form & 0xff) != 0;
        uint32_t most = born ? SBL_IN_LINE + beyond_of(form) : 0;
        while (walk->place < most) {
            uint64_t entry = entry_at(index, &walk->seen.image, walk->place++);
            if (sbl_low(entry) == 0)
                continue;
            *found = (struct sbl_found){line, (uint32_t)walk->bucket, sbl_low(entry),
                                        walk->place - 1, walk->seen};
            return true;
        }
        if (snapshot == 0 && born && beyond_of(form) != 0 &&
            !sbl_line_still(index->commit, line, &walk->seen)) {
            sbl_index_walk_again(walk); /* what was read beyond the line may be anything */
            continue;
        }
        if (!born && !counted) /* one that is born is counted soon, and has entries already */
            return false;
        walk->bucket++;
        walk->place = 0;
        walk->read = false;
    }
}

/* An image of depth `depth` with these entries. false: no memory. */
static bool fill(struct sbl_worker *worker, struct sbl_image *image, uint32_t depth,
                 const uint64_t *entries, uint32_t count) {
    uint32_t beyond = count > SBL_IN_LINE ? count - SBL_IN_LINE : 0, blob = 0;
    if (beyond != 0) {
        blob = sbl_transaction_blob(worker, entries + SBL_IN_LINE, beyond);
        if (blob == 0)
            return false;
    }
    for (uint32_t i = 0; i < SBL_IN_LINE; i++)
        image->word[SBL_BUCKET_FIRST + i] = i < count ? entries[i] : 0;
    image->word[SBL_BUCKET_FORM] = form_of(depth, beyond, blob);
    return true;
}

/* All entries of a bucket, into the worker's scratch, with room for one more; NULL: no memory. */
static uint64_t *gather(const struct sbl_index *index, struct sbl_worker *worker,
                        const struct sbl_image *image, uint32_t *count) {
    uint64_t form = image->word[SBL_BUCKET_FORM];
    uint32_t most = SBL_IN_LINE + beyond_of(form);
    if (!sbl_buffer_reserve(index->commit->memory, &worker->scratch[SBL_SCRATCH_ENTRIES],
                            2 * (most + 1) * sizeof(uint64_t)))
        return NULL;
    uint64_t *entries = worker->scratch[SBL_SCRATCH_ENTRIES].bytes;
    *count = 0;
    for (uint32_t i = 0; i < SBL_IN_LINE; i++)
        if (image->word[SBL_BUCKET_FIRST + i] != 0)
            entries[(*count)++] = image->word[SBL_BUCKET_FIRST + i];
    *count += sbl_blob_copy(index->commit->memory, sbl_high(form), 0, entries + *count,
                            beyond_of(form));
    return entries;
}

bool sbl_index_put(struct sbl_index *index, struct sbl_worker *worker, struct sbl_found *found,
                   uint64_t hash, uint32_t reference) {
    struct sbl_image image = found->seen.image;
    uint64_t form = image.word[SBL_BUCKET_FORM];
    uint64_t entry = reference == 0 ? 0 : sbl_pair((uint32_t)hash, reference);
    if (!sbl_transaction_replaces(worker, found->reference))
        return false;
    uint32_t place = found->reference != 0 ? found->place : 0;
    if (found->reference == 0)
        while (place < SBL_IN_LINE && image.word[SBL_BUCKET_FIRST + place] != 0)
            place++;
    if (SBL_LIKELY(place < SBL_IN_LINE)) {
        image.word[SBL_BUCKET_FIRST + place] = entry;
    } else { /* the blob of the bucket is made anew */
        uint32_t count;
        uint64_t *entries = gather(index, worker, &image, &count);
        if (entries == NULL || !sbl_transaction_replaces(worker, sbl_high(form)))
            return false;
        if (found->reference != 0) {
            uint64_t old = sbl_pair((uint32_t)hash, found->reference);
            uint32_t i = 0;
            while (i < count && entries[i] != old)
                i++;
            if (i < count && entry != 0)
                entries[i] = entry;
            else if (i < count)
                entries[i] = entries[--count];
        } else {
            entries[count++] = entry;
        }
        if (!fill(worker, &image, depth_of(form), entries, count))
            return false;
    }
    return sbl_transaction_add(worker, found->line, sbl_index_name(index, found->bucket), &found->seen,
                               &image);
}

/* Split the bucket from which number `child` is born. false: no memory. */
static bool split(struct sbl_index *index, struct sbl_worker *worker, uint32_t child) {
    uint32_t depth = 31 - (uint32_t)__builtin_clz(child);
    uint32_t parent = child - (UINT32_C(1) << depth);
    struct sbl_line *line[2];
    for (uint32_t attempt = 0;; attempt++) {
        struct sbl_seen world, seen[2];
        struct sbl_image image[2];
        sbl_back_off(attempt);
        if (!sbl_array_grow(&index->bucket, child) || !sbl_transaction_begin(worker, &world))
            return false;
        line[0] = sbl_array_at_bits(&index->bucket, parent, SBL_LINE_BITS);
        line[1] = sbl_array_at_bits(&index->bucket, child, SBL_LINE_BITS);
        sbl_line_settle(worker, line[0], &seen[0]);
        sbl_line_settle(worker, line[1], &seen[1]);
        uint64_t form = seen[0].image.word[SBL_BUCKET_FORM];
        if ((seen[1].image.word[SBL_BUCKET_FORM] & 0xff) != 0 || depth_of(form) != depth)
            return true; /* somebody was faster */
        uint32_t count, stay = 0, go = 0;
        uint64_t *entries = gather(index, worker, &seen[0].image, &count);
        if (entries == NULL)
            return false;
        uint64_t *going = entries + count + 1;
        for (uint32_t i = 0; i < count; i++)
            if ((sbl_high(entries[i]) >> depth & 1) != 0)
                going[go++] = entries[i];
            else
                entries[stay++] = entries[i];
        if (!sbl_transaction_replaces(worker, sbl_high(form)) ||
            !fill(worker, &image[0], depth + 1, entries, stay) ||
            !sbl_transaction_add(worker, line[0], sbl_index_name(index, parent), &seen[0], &image[0]) ||
            !fill(worker, &image[1], depth + 1, going, go) ||
            !sbl_transaction_add(worker, line[1], sbl_index_name(index, child), &seen[1], &image[1])) {
            sbl_transaction_drop(worker);
            return false;
        }
        struct sbl_said said = sbl_say_nothing(worker, SELLABLE_DID_GROW);
        enum sbl_outcome outcome = sbl_transaction_commit(worker, false);
        sbl_say_on(worker, said);
        if (outcome != SBL_ABORTED)
            return outcome == SBL_ACCEPTED;
    }
}

void sbl_index_grow(struct sbl_index *index, struct sbl_worker *worker) {
    for (int i = 0; i < SBL_SPLITS; i++) {
        uint64_t buckets = sbl_load_acquire(COUNT, &index->buckets);
        uint64_t entries = sbl_load(&index->entries);
        if ((int64_t)entries <= (int64_t)(buckets * index->load) || buckets >= UINT32_MAX / 2 ||
            !split(index, worker, (uint32_t)buckets))
            return; /* without memory it gets slower, and stays right */
        sbl_cas(COUNT, &index->buckets, &buckets, buckets + 1);
    }
}

struct sellable_key sbl_entry_key(const struct sbl_memory *memory, uint32_t reference) {
    const sbl_word *block = sbl_block_given(memory, reference);
    return (struct sellable_key){(const char *)&block[1 + SBL_ENTRY_KEY],
                                 sbl_load(&block[1 + SBL_ENTRY_SIZE]) & 0xff};
}
