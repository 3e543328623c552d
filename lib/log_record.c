/* SPDX-License-Identifier: Apache-2.0
 *
 * See log_record.h. */
#include "log_record.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "worker.h"

enum { GROUP = 64 /* words that one word says of which are there */ };

/* ---- making ---- */

/* Words written one after another into the worker's scratch. */
struct pen {
    struct sbl_memory *memory;
    struct sbl_buffer *scratch;
    uint32_t words;
    bool room;
};

static void write_word(struct pen *pen, uint64_t word) {
    pen->room = pen->room && sbl_buffer_reserve(pen->memory, pen->scratch,
                                                (pen->words + (size_t)1) * sizeof word);
    if (SBL_LIKELY(pen->room))
        ((uint64_t *)pen->scratch->bytes)[pen->words++] = word;
}

static uint64_t *word_at(const struct pen *pen, uint32_t at) {
    return (uint64_t *)pen->scratch->bytes + at;
}

static uint32_t write_lines(struct pen *pen, const struct sbl_worker *worker) {
    const struct sbl_planned *planned = worker->planned.bytes;
    uint32_t lines = 0;
    for (uint32_t i = 0; i < worker->planned_count; i++) {
        uint64_t name = sbl_load(&worker->targets[i].name);
        uint32_t changed = planned[i].changed;
        if (changed == 0)
            continue;
        lines++;
        write_word(pen, sbl_pair(sbl_high(name) | changed << 8, sbl_low(name)));
        write_word(pen, sbl_clean_after(planned[i].marked));
        for (uint32_t left = changed; left != 0; left &= left - 1) {
            int w = __builtin_ctz(left);
            uint64_t word = sbl_load(&planned[i].record->after[w]);
            write_word(pen, w == SBL_STAMP ? sbl_pair(sbl_high(word), 0) : word);
        }
    }
    return lines;
}

/* Is this what a line keeps for snapshots? No log has to know of that. */
static bool is_kept(const struct sbl_worker *worker, uint32_t reference) {
    const struct sbl_planned *planned = worker->planned.bytes;
    for (uint32_t i = 0; i < worker->planned_count; i++)
        if (sbl_low(sbl_load(&planned[i].record->after[SBL_STAMP])) == reference)
            return true;
    return false;
}

/* A blob, block by block; returns how many. */
static uint32_t write_blob(struct pen *pen, uint32_t reference) {
    uint32_t blocks = 0;
    while (reference != 0 && pen->room) {
        const sbl_word *block = sbl_block_given(pen->memory, reference);
        uint64_t head = sbl_load(block);
        uint32_t words = sbl_head_words(head), linked = words == SBL_BLOCK_WORDS_MAX;
        write_word(pen, sbl_pair(words + linked, reference));
        write_word(pen, head);
        for (uint32_t i = 1; i <= words + linked; i++)
            write_word(pen, sbl_load(&block[i]));
        reference = linked ? sbl_low(sbl_load(&block[words + 1])) : 0;
        blocks++;
    }
    return blocks;
}

static uint32_t write_blocks(struct pen *pen, const struct sbl_worker *worker) {
    const uint64_t *fresh = worker->fresh.bytes;
    const uint32_t *made = worker->scratch[SBL_SCRATCH_MADE].bytes;
    uint32_t blocks = 0;
    for (uint32_t i = 0; i < worker->fresh_count; i++)
        if (sbl_high(fresh[i]) != SBL_KEPT &&
            (worker->snapshot == 0 || !is_kept(worker, sbl_low(fresh[i]))))
            blocks += write_blob(pen, sbl_low(fresh[i]));
    for (uint32_t i = 0; i < worker->made_count; i++)
        blocks += write_blob(pen, made[i]);
    return blocks;
}

/* Words of which most are 0. */
static void write_sparse(struct pen *pen, const uint64_t *word, size_t words) {
    for (size_t at = 0; at < words; at += GROUP) {
        uint32_t which = pen->words;
        uint64_t there = 0;
        write_word(pen, 0);
        for (size_t i = at; i < at + GROUP && i < words; i++) {
            if (word[i] == 0)
                continue;
            there |= UINT64_C(1) << (i - at);
            write_word(pen, word[i]);
        }
        if (pen->room)
            *word_at(pen, which) = there;
    }
}

/* What was said; returns its words before they are made sparse. */
static uint32_t write_said(struct pen *pen, struct sbl_worker *worker) {
    struct sbl_buffer *scratch = &worker->scratch[SBL_SCRATCH_SAID];
    size_t bytes;
    if (worker->said == NULL)
        return 0;
    pen->room = pen->room && sbl_pack(pen->memory, scratch, 0, worker->said, &bytes);
    if (!pen->room)
        return 0;
    write_sparse(pen, scratch->bytes, bytes / sizeof(uint64_t));
    return (uint32_t)(bytes / sizeof(uint64_t));
}

uint32_t sbl_log_record_make(struct sbl_worker *worker, int64_t now) {
    struct pen pen = {.memory = worker->commit->memory,
                      .scratch = &worker->scratch[SBL_SCRATCH_LOG],
                      .room = true};
    for (int i = 0; i < SBL_LOG_HEAD; i++)
        write_word(&pen, 0);
    uint32_t lines = write_lines(&pen, worker);
    uint32_t blocks = write_blocks(&pen, worker);
    uint32_t said = write_said(&pen, worker);
    write_word(&pen, 0);
    if (!pen.room)
        return 0;
    uint64_t *head = word_at(&pen, 0);
    head[SBL_LOG_SIZE] = sbl_pair(SBL_LOG_VERSION, pen.words);
    head[SBL_LOG_PARTS] = sbl_pair(blocks, lines);
    assert(worker->did != 0 || worker->said != NULL); /* each change says what it is */
    head[SBL_LOG_SAID] = sbl_pair(worker->did != 0 ? worker->did : worker->said->type, said);
    head[SBL_LOG_NOW] = (uint64_t)now;
    return pen.words;
}

static uint64_t checksum_of(const uint64_t *record, uint32_t words) {
    return XXH3_64bits(record, (words - 1) * sizeof *record);
}

void sbl_log_record_seal(uint64_t *record, uint64_t position) {
    uint32_t words = sbl_low(record[SBL_LOG_SIZE]);
    record[SBL_LOG_POSITION] = position;
    record[words - 1] = checksum_of(record, words);
}

/* ---- reading ---- */

uint32_t sbl_log_record_check(const uint64_t *record, uint64_t words) {
    if (words < SBL_LOG_LEAST)
        return 0;
    uint32_t size = sbl_low(record[SBL_LOG_SIZE]);
    return sbl_high(record[SBL_LOG_SIZE]) == SBL_LOG_VERSION && size >= SBL_LOG_LEAST &&
                   size <= words && record[size - 1] == checksum_of(record, size)
               ? size
               : 0;
}

/* A place in a record, of `left` words until its checksum. */
struct place {
    const uint64_t *word;
    uint64_t left;
};

/* So many words from there on; NULL: there are not. */
static const uint64_t *take(struct place *place, uint64_t words) {
    const uint64_t *word = place->word;
    if (words > place->left)
        return NULL;
    place->word += words;
    place->left -= words;
    return word;
}

static struct place body_of(const uint64_t *record) {
    return (struct place){record + SBL_LOG_HEAD,
                          sbl_low(record[SBL_LOG_SIZE]) - UINT64_C(1) - SBL_LOG_HEAD};
}

static bool next_line(struct place *place, struct sbl_log_line *line) {
    const uint64_t *head = take(place, 2);
    if (head == NULL)
        return false;
    line->name = (struct sbl_name){sbl_high(head[0]) & 0xff, sbl_low(head[0])};
    line->changed = sbl_high(head[0]) >> 8 & 0xff;
    line->header = head[1];
    line->word = take(place, (uint64_t)__builtin_popcount(line->changed));
    return line->word != NULL && (line->changed >> SBL_WORDS) == 0;
}

static bool next_block(struct place *place, struct sbl_log_block *block) {
    const uint64_t *head = take(place, 2);
    if (head == NULL)
        return false;
    block->reference = sbl_low(head[0]);
    block->words = sbl_high(head[0]);
    block->head = head[1];
    block->word = take(place, block->words);
    return block->word != NULL;
}

/* Through the parts, and past them. */
static bool pass_parts(const uint64_t *record, struct place *place, void *context,
                       bool (*each_line)(void *context, const struct sbl_log_line *line),
                       bool (*each_block)(void *context, const struct sbl_log_block *block)) {
    struct sbl_log_line line;
    struct sbl_log_block block;
    *place = body_of(record);
    for (uint32_t i = 0; i < sbl_low(record[SBL_LOG_PARTS]); i++)
        if (!next_line(place, &line) || (each_line != NULL && !each_line(context, &line)))
            return false;
    for (uint32_t i = 0; i < sbl_high(record[SBL_LOG_PARTS]); i++)
        if (!next_block(place, &block) || (each_block != NULL && !each_block(context, &block)))
            return false;
    return true;
}

bool sbl_log_record_parts(const uint64_t *record, void *context,
                          bool (*line)(void *context, const struct sbl_log_line *line),
                          bool (*block)(void *context, const struct sbl_log_block *block)) {
    struct place place;
    return pass_parts(record, &place, context, line, block);
}

const struct sellable_event *sbl_log_record_said(const uint64_t *record, struct sbl_memory *memory,
                                                 struct sbl_buffer *buffer) {
    uint32_t words = sbl_low(record[SBL_LOG_SAID]);
    struct place place;
    const uint64_t *word;
    if (words < sizeof(struct sellable_event) / sizeof *word ||
        !pass_parts(record, &place, NULL, NULL, NULL) ||
        !sbl_buffer_reserve(memory, buffer, words * sizeof *word))
        return NULL;
    uint64_t *piece = buffer->bytes;
    for (uint32_t at = 0; at < words; at += GROUP) {
        const uint64_t *there = take(&place, 1);
        if (there == NULL)
            return NULL;
        for (uint32_t i = at; i < at + GROUP && i < words; i++) {
            word = (*there >> (i - at) & 1) != 0 ? take(&place, 1) : NULL;
            piece[i] = word == NULL ? 0 : *word;
        }
    }
    return sbl_unpack(piece);
}
