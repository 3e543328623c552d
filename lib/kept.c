/* SPDX-License-Identifier: Apache-2.0
 *
 * What lines keep for snapshots (commit.h): a chain of blobs, the newest first, each with an older
 * value of the line.
 *
 *   words 0-6   the value; its word SBL_STAMP is the value's own stamp (high half) and the next in
 *               the chain (low half)
 *   word 7      how many blobs only it leads to, and those
 *
 * A value with stamp v, followed by one with stamp n, is what a snapshot S sees if v < S <= n. A
 * blob with stamp b that was replaced at n is seen if b < S <= n. So one value is kept for each
 * snapshot that is open, and no more: whenever one more is put away, those that no open snapshot
 * sees are left out of the chain. What such a value shared with older ones goes along with the next
 * of those; between the two there is no open snapshot, nor will there be one, for stamps rise.
 *
 * Which snapshots are open stands in the world. If that changes meanwhile, the attempt is sent
 * back, and nothing of this counts; what is read of a line that has changed may be any words, and
 * is bounded by its blob. */
#include "worker.h"

enum { KEPT_COUNT = SBL_WORDS, KEPT_BLOBS };

/* Has the line changed since? Then the attempt is lost, and blobs may be any words. */
static bool is_past(const struct sbl_worker *worker, const struct sbl_line *line,
                    const struct sbl_seen *seen) {
    return !sbl_line_still(worker->commit, line, seen);
}

/* Of the blobs that the line leads to no more, those that an open snapshot can see: they come first
 * after `replaced_before`, the others after them. Returns how many. */
static uint32_t seen_by_snapshots(struct sbl_worker *worker) {
    uint64_t *replaced = worker->replaced.bytes;
    uint32_t seen = worker->replaced_before;
    for (uint32_t i = seen; i < worker->replaced_count; i++) {
        const sbl_word *block = sbl_block_given(worker->commit->memory, sbl_low(replaced[i]));
        if (sbl_head_stamp(sbl_load(block)) >= worker->snapshot)
            continue;
        uint64_t swapped = replaced[seen];
        replaced[seen++] = replaced[i];
        replaced[i] = swapped;
    }
    return seen - worker->replaced_before;
}

/* ---- which snapshots are open ---- */

/* The stamps of the open snapshots, ascending, and the chain of a line, in the worker's buffer. */
struct chain {
    struct sbl_worker *worker;
    uint32_t opened;
    uint32_t depth;
};

static uint64_t *words_of(const struct chain *chain) { return chain->worker->chain.bytes; }

/* An entry of the chain: its blob, and the stamp of the value that follows it (high half). */
static uint64_t *entry_of(const struct chain *chain, uint32_t i) {
    return words_of(chain) + chain->opened + i;
}

static bool chain_room(struct chain *chain, uint32_t entries) {
    size_t words = (size_t)chain->opened + entries;
    return sbl_buffer_reserve(chain->worker->commit->memory, &chain->worker->chain,
                              (words + 1) * sizeof(uint64_t));
}

/* false: no memory. */
static bool read_open(struct chain *chain) {
    struct sbl_worker *worker = chain->worker;
    const struct sbl_commit *commit = worker->commit;
    struct sbl_seen world;
    chain->opened = 2;
    if (!chain_room(chain, 0))
        return false;
    words_of(chain)[0] = worker->oldest;
    words_of(chain)[1] = worker->snapshot;
    sbl_line_read(commit, &commit->world, &world);
    uint32_t blob = sbl_low(world.image.word[SBL_WORLD_OPEN]);
    uint32_t count = sbl_high(world.image.word[SBL_WORLD_OPEN]);
    if (count <= 2 || count > sbl_blob_words(commit->memory, blob))
        return true;
    chain->opened = count;
    if (!chain_room(chain, 0))
        return false;
    chain->opened = sbl_blob_copy(commit->memory, blob, 0, words_of(chain), count);
    return true;
}

/* Is there an open snapshot that sees what had this stamp, and was followed by that? */
static bool is_seen(const struct chain *chain, uint32_t stamp, uint32_t next) {
    const uint64_t *open = words_of(chain);
    uint32_t low = 0, high = chain->opened; /* the first that is above the stamp */
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (open[middle] <= stamp)
            low = middle + 1;
        else
            high = middle;
    }
    return low < chain->opened && open[low] <= next;
}

/* ---- the chain, made anew ---- */

/* What of a value's blobs is seen is added to those in worker->kept; the rest goes. `words`: of
 * that; false: no memory. */
static bool take_blobs(const struct chain *chain, uint32_t kept, uint32_t next, size_t *words) {
    struct sbl_worker *worker = chain->worker;
    struct sbl_memory *memory = worker->commit->memory;
    uint64_t count = 0, blob = 0;
    sbl_blob_copy(memory, kept, KEPT_COUNT, &count, 1);
    if (count > sbl_blob_words(memory, kept)) /* torn */
        count = 0;
    if (!sbl_buffer_reserve(memory, &worker->kept, (*words + count) * sizeof(uint64_t)))
        return false;
    for (uint32_t i = 0; i < count; i++) {
        if (sbl_blob_copy(memory, kept, KEPT_BLOBS + i, &blob, 1) != 1)
            return true;
        uint32_t limit;
        const sbl_word *block = sbl_block(memory, sbl_low(blob), &limit);
        if (block != NULL && is_seen(chain, sbl_head_stamp(sbl_load(block)), next))
            ((uint64_t *)worker->kept.bytes)[(*words)++] = blob;
        else if (!sbl_worker_note(worker, &worker->replaced, &worker->replaced_count, blob))
            return false;
    }
    return true;
}

/* One value that is seen, with what the newer ones left to it (in worker->kept, `words` with its
 * own place before them), over *below. false: no memory. */
static bool put_anew(const struct chain *chain, uint32_t kept, size_t words, uint32_t *below) {
    struct sbl_worker *worker = chain->worker;
    uint64_t *word = worker->kept.bytes;
    sbl_blob_copy(worker->commit->memory, kept, 0, word, SBL_WORDS);
    word[SBL_STAMP] = sbl_pair(sbl_high(word[SBL_STAMP]), *below);
    word[KEPT_COUNT] = words - KEPT_BLOBS;
    *below = sbl_transaction_blob(worker, word, (uint32_t)words);
    return *below != 0;
}

static uint32_t stamp_of(const struct sbl_worker *worker, uint32_t kept) {
    uint64_t word = 0;
    sbl_blob_copy(worker->commit->memory, kept, SBL_STAMP, &word, 1);
    return sbl_high(word);
}

/* Read the chain; *all: each of its values is seen. false: no memory. */
static bool read_chain(struct chain *chain, const struct sbl_line *line,
                       const struct sbl_seen *seen, uint32_t first, bool *all) {
    const struct sbl_memory *memory = chain->worker->commit->memory;
    uint32_t next = sbl_high(seen->image.word[SBL_STAMP]);
    *all = true;
    for (uint32_t kept = first; kept != 0;) {
        uint64_t word = 0;
        sbl_blob_copy(memory, kept, SBL_STAMP, &word, 1);
        if (is_past(chain->worker, line, seen))
            return *all = true;
        if (!chain_room(chain, chain->depth + 1))
            return false;
        *entry_of(chain, chain->depth++) = sbl_pair(next, kept);
        *all = *all && is_seen(chain, sbl_high(word), next);
        next = sbl_high(word);
        kept = sbl_low(word);
    }
    return true;
}

/* The chain with no more than what is seen; *first becomes that. false: no memory. */
static bool trim(struct sbl_worker *worker, const struct sbl_line *line,
                 const struct sbl_seen *seen, uint32_t *first) {
    struct chain chain = {worker, 0, 0};
    uint32_t below = 0;
    bool all;
    if (!read_open(&chain) || !read_chain(&chain, line, seen, *first, &all))
        return false;
    if (all)
        return true;
    for (uint32_t i = chain.depth; i-- > 0;) { /* from the oldest */
        uint64_t entry = *entry_of(&chain, i);
        uint32_t kept = sbl_low(entry), newer = i;
        size_t words = KEPT_BLOBS;
        if (!sbl_worker_note(worker, &worker->replaced, &worker->replaced_count, kept))
            return false;
        if (!is_seen(&chain, stamp_of(worker, kept), sbl_high(entry))) {
            if (below == 0 && !take_blobs(&chain, kept, 0, &words))
                return false; /* nothing older is left that could lead to its blobs */
            continue;
        }
        if (!take_blobs(&chain, kept, sbl_high(entry), &words))
            return false;
        while (newer > 0) { /* and of those that are left out, up to the next that is seen */
            entry = *entry_of(&chain, newer - 1);
            if (is_seen(&chain, stamp_of(worker, sbl_low(entry)), sbl_high(entry)))
                break;
            if (!take_blobs(&chain, sbl_low(entry), sbl_high(entry), &words))
                return false;
            newer--;
        }
        if (is_past(worker, line, seen))
            return true;
        if (!put_anew(&chain, kept, words, &below))
            return false;
    }
    *first = below;
    return true;
}

/* Put the old value away, on top of `below`, with the blobs that snapshots can see. 0: no
 * memory. */
static uint32_t put_away(struct sbl_worker *worker, const struct sbl_image *before, uint32_t below,
                         uint32_t blobs) {
    size_t words = KEPT_BLOBS + (size_t)blobs;
    if (!sbl_buffer_reserve(worker->commit->memory, &worker->kept, words * sizeof(uint64_t)))
        return 0;
    uint64_t *word = worker->kept.bytes, *replaced = worker->replaced.bytes;
    uint32_t first = worker->replaced_before, rest = worker->replaced_count - first - blobs;
    memcpy(word, before->word, sizeof before->word);
    word[SBL_STAMP] = sbl_pair(sbl_high(before->word[SBL_STAMP]), below);
    word[KEPT_COUNT] = blobs;
    if (blobs != 0) {
        memcpy(word + KEPT_BLOBS, replaced + first, blobs * sizeof *word);
        memmove(replaced + first, replaced + first + blobs, rest * sizeof *word);
        worker->replaced_count -= blobs;
    }
    return sbl_transaction_blob(worker, word, (uint32_t)words);
}

bool sbl_keep(struct sbl_worker *worker, const struct sbl_line *line, const struct sbl_seen *seen,
              uint64_t *stamp) {
    const struct sbl_image *before = &seen->image;
    uint32_t kept = sbl_low(before->word[SBL_STAMP]), changed = sbl_high(before->word[SBL_STAMP]);
    *stamp = 0;
    if (is_past(worker, line, seen))
        return true; /* what was planned may be torn, and will not be accepted */
    if (worker->snapshot != 0) {
        uint32_t blobs = seen_by_snapshots(worker);
        if (changed < worker->snapshot || blobs != 0) {
            if (!trim(worker, line, seen, &kept))
                return false;
            kept = put_away(worker, before, kept, blobs);
            if (kept == 0)
                return false;
        }
    } else if (kept != 0) {
        if (!sbl_worker_note(worker, &worker->replaced, &worker->replaced_count,
                             sbl_pair(SBL_KEPT, kept)))
            return false;
        kept = 0;
    }
    *stamp = sbl_pair(worker->stamp, kept);
    return true;
}

void sbl_kept_give(struct sbl_worker *worker, uint32_t kept) {
    struct sbl_memory *memory = worker->commit->memory;
    while (kept != 0) {
        uint64_t word[KEPT_BLOBS] = {0}, blob;
        sbl_blob_copy(memory, kept, 0, word, KEPT_BLOBS);
        for (uint32_t i = 0; i < word[KEPT_COUNT]; i++)
            if (sbl_blob_copy(memory, kept, KEPT_BLOBS + i, &blob, 1) == 1)
                sbl_blob_give(memory, &worker->cache, sbl_low(blob));
        sbl_blob_give(memory, &worker->cache, kept);
        kept = sbl_low(word[SBL_STAMP]);
    }
}
