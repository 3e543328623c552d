/* SPDX-License-Identifier: Apache-2.0
 *
 * See checkpoint.h. */
#include "checkpoint.h"

#define SBL_PIECE_BLOCK (UINT64_C(1) << 63)
#define SBL_PIECE_GAP (UINT64_C(1) << 62)

enum {
    FRAME_WORDS = 1 << 17,                     /* of a batch, at most: 1 MiB */
    ROOM = FRAME_WORDS - SBL_FRAME_HEAD - SBL_FRAME_END,
    PIECE_HEAD = 2,                            /* words of a line or a block before its own */
    HEAD_WORDS = sizeof(struct sbl_checkpoint_head) / sizeof(uint64_t),
    KIND_AT = 32,                              /* bits of a line's first word: its kind, */
    MASK_AT = 40                               /* and which words are there */
};

/* The words of an end. */
enum { END_UNTIL, END_LINES, END_BLOCKS, END_GAPS, END_WORDS };

static_assert(PIECE_HEAD + SBL_BLOCK_WORDS_MAX + 1 <= ROOM, "every block fits into a batch");

/* ---- writing ---- */

static void begin_frame(struct sbl_checkpoint *checkpoint) { checkpoint->words = SBL_FRAME_HEAD; }

/* Is there room in the log for so much? What was synced may have made some. */
static enum sellable_status make_room(const struct sellable_log *log, uint64_t bytes) {
    if (log->room(log->context) >= bytes)
        return SELLABLE_OK;
    enum sellable_status status = log->sync(log->context);
    if (status == SELLABLE_OK && log->room(log->context) < bytes)
        status = SELLABLE_NOT_DURABLE;
    return status;
}

/* The batch is complete: into the log with it. */
static bool append(struct sbl_checkpoint *checkpoint, uint32_t kind) {
    const struct sellable_log *log = checkpoint->log;
    uint64_t *frame = checkpoint->frame;
    sbl_frame_begin(frame, kind, &checkpoint->chain);
    uint64_t bytes =
        sbl_frame_end(frame, checkpoint->words, checkpoint->position, checkpoint->first);
    checkpoint->status = make_room(log, bytes);
    if (checkpoint->status == SELLABLE_OK)
        checkpoint->status = log->append(log->context, checkpoint->position, frame, bytes);
    checkpoint->chain = sbl_frame_chain(frame);
    checkpoint->position++;
    begin_frame(checkpoint);
    return checkpoint->status == SELLABLE_OK;
}

/* Room for so many words in one batch; NULL: the log failed. */
static uint64_t *room_for(struct sbl_checkpoint *checkpoint, uint64_t words) {
    if (checkpoint->words - SBL_FRAME_HEAD + words > ROOM &&
        !append(checkpoint, SBL_FRAME_PIECES))
        return NULL;
    uint64_t *at = checkpoint->frame + checkpoint->words;
    checkpoint->words += words;
    return at;
}

static bool write_line(void *context, struct sbl_name name, uint64_t header,
                       const struct sbl_image *image) {
    struct sbl_checkpoint *checkpoint = context;
    uint64_t word[SBL_WORDS], mask = 0;
    uint32_t words = 0;
    for (int i = 0; i < SBL_WORDS; i++) {
        word[words] = i == SBL_STAMP ? sbl_pair(sbl_high(image->word[i]), 0) : image->word[i];
        if (word[words] == 0)
            continue;
        mask |= UINT64_C(1) << i;
        words++;
    }
    uint64_t *at = room_for(checkpoint, PIECE_HEAD + words);
    if (at == NULL)
        return false;
    at[0] = mask << MASK_AT | (uint64_t)name.kind << KIND_AT | name.number;
    at[1] = sbl_header_clean(header);
    memcpy(at + PIECE_HEAD, word, words * sizeof *word);
    checkpoint->lines++;
    return true;
}

static bool write_block(void *context, uint32_t reference, uint64_t head, const sbl_word *words,
                        uint32_t count) {
    struct sbl_checkpoint *checkpoint = context;
    uint64_t *at = room_for(checkpoint, PIECE_HEAD + count);
    if (at == NULL)
        return false;
    at[0] = SBL_PIECE_BLOCK | reference;
    at[1] = head;
    for (uint32_t i = 0; i < count; i++)
        at[PIECE_HEAD + i] = sbl_load(&words[i]);
    checkpoint->blocks++;
    return true;
}

static bool flush_gaps(struct sbl_checkpoint *checkpoint) {
    if (checkpoint->places == 0)
        return true;
    uint64_t *at = room_for(checkpoint, PIECE_HEAD);
    if (at == NULL)
        return false;
    at[0] = SBL_PIECE_GAP | checkpoint->gap;
    at[1] = sbl_pair(checkpoint->places, checkpoint->granules);
    checkpoint->places = 0;
    checkpoint->gaps++;
    return true;
}

static bool write_gap(void *context, uint32_t reference, uint32_t granules) {
    struct sbl_checkpoint *checkpoint = context;
    uint64_t next = checkpoint->gap + (uint64_t)checkpoint->places * checkpoint->granules;
    bool follows = checkpoint->places != 0 && granules == checkpoint->granules &&
                   reference == next && reference % SBL_SLAB_GRANULES != 0;
    if (!follows) {
        if (!flush_gaps(checkpoint))
            return false;
        checkpoint->gap = reference;
        checkpoint->granules = granules;
    }
    checkpoint->places++;
    return true;
}

enum sellable_status sbl_checkpoint_begin(struct sbl_checkpoint *checkpoint,
                                          struct sellable *engine, const struct sellable_log *log,
                                          const struct sbl_checkpoint_head *head) {
    const void *bytes;
    uint64_t last = 0, size = 0;
    *checkpoint = (struct sbl_checkpoint){.engine = engine, .log = log};
    checkpoint->frame = sbl_slab_take(&engine->memory, FRAME_WORDS * sizeof(uint64_t));
    if (checkpoint->frame == NULL)
        return SELLABLE_NO_MEMORY;
    enum sellable_status status = log->read(log->context, UINT64_MAX, &last, &bytes, &size);
    if (status != SELLABLE_OK)
        return status;
    checkpoint->first = checkpoint->position = size == 0 ? 1 : last + 1;
    begin_frame(checkpoint);
    struct sbl_checkpoint_head whole = *head;
    whole.seed = engine->seed;
    whole.now = (uint64_t)sellable_now(engine);
    memcpy(room_for(checkpoint, HEAD_WORDS), &whole, sizeof whole);
    append(checkpoint, SBL_FRAME_CHECKPOINT);
    return checkpoint->status;
}

enum sellable_status sbl_checkpoint_write(struct sbl_checkpoint *checkpoint, uint32_t snapshot,
                                          struct sbl_worker *worker,
                                          void (*settle)(struct sbl_worker *worker,
                                                         struct sbl_line *line)) {
    struct sbl_capture capture = {.engine = checkpoint->engine,
                                  .snapshot = snapshot,
                                  .sink = {checkpoint, write_line, write_block, write_gap},
                                  .settle = settle,
                                  .worker = worker};
    bool whole = sbl_capture_all(&capture, &checkpoint->engine->memory) && flush_gaps(checkpoint);
    sbl_capture_end(&capture);
    if (!whole && checkpoint->status == SELLABLE_OK)
        return SELLABLE_NO_MEMORY;
    if (whole && checkpoint->words > SBL_FRAME_HEAD)
        append(checkpoint, SBL_FRAME_PIECES);
    return checkpoint->status;
}

enum sellable_status sbl_checkpoint_end(struct sbl_checkpoint *checkpoint, uint64_t until) {
    const struct sellable_log *log = checkpoint->log;
    uint64_t *at = room_for(checkpoint, END_WORDS);
    at[END_UNTIL] = until;
    at[END_LINES] = checkpoint->lines;
    at[END_BLOCKS] = checkpoint->blocks;
    at[END_GAPS] = checkpoint->gaps;
    if (!append(checkpoint, SBL_FRAME_CHECKPOINT_END))
        return checkpoint->status;
    enum sellable_status status = log->sync(log->context);
    return status == SELLABLE_OK ? log->drop(log->context, checkpoint->first) : status;
}

void sbl_checkpoint_fini(struct sbl_checkpoint *checkpoint) {
    sbl_slab_give(&checkpoint->engine->memory, checkpoint->frame, FRAME_WORDS * sizeof(uint64_t));
    checkpoint->frame = NULL;
}

/* ---- reading ---- */

static enum sellable_status is_wrong(const char **reason, const char *why) {
    *reason = why;
    return SELLABLE_INVALID;
}

/* A batch as it was read; its own words without head and checksum. */
struct batch {
    const uint64_t *frame, *word;
    uint64_t words, position;
    uint32_t kind;
};

/* The batch at a position, or the last before it, whole; frame NULL: there is none. */
static enum sellable_status read_batch(const struct sellable_log *log, uint64_t at,
                                       struct batch *batch, const char **reason) {
    const void *bytes = NULL;
    uint64_t size = 0;
    *batch = (struct batch){NULL, NULL, 0, 0, 0};
    enum sellable_status status =
        log->read(log->context, at, &batch->position, &bytes, &size);
    if (status != SELLABLE_OK || size == 0 || batch->position > at)
        return status;
    const uint64_t *frame = bytes;
    uint32_t kind = size < SBL_FRAME_HEAD * sizeof *frame ? 0 : sbl_high(frame[SBL_FRAME_FORM]);
    const char *fault = sbl_frame_fault(frame, size, kind, batch->position);
    if (fault != NULL)
        return is_wrong(reason, fault);
    if (kind < SBL_FRAME_CHECKPOINT || kind > SBL_FRAME_CHECKPOINT_END ||
        frame[SBL_FRAME_TO] == 0 || frame[SBL_FRAME_TO] > batch->position)
        return is_wrong(reason, "a batch is none of a checkpoint");
    batch->frame = frame;
    batch->word = frame + SBL_FRAME_HEAD;
    batch->words = size / sizeof *frame - SBL_FRAME_HEAD - SBL_FRAME_END;
    batch->kind = kind;
    return SELLABLE_OK;
}

/* The batch at exactly that position, of that kind, of the checkpoint that begins at `first`. */
static enum sellable_status read_exactly(const struct sellable_log *log, uint64_t position,
                                         uint64_t first, uint32_t kind, struct batch *batch,
                                         const char **reason) {
    enum sellable_status status = read_batch(log, position, batch, reason);
    if (status != SELLABLE_OK)
        return status;
    if (batch->frame == NULL || batch->position != position || batch->kind != kind ||
        batch->frame[SBL_FRAME_TO] != first)
        return is_wrong(reason, "a part of the checkpoint is not there");
    return SELLABLE_OK;
}

static enum sellable_status read_ends(const struct sellable_log *log, const struct batch *end,
                                      struct sbl_checkpoint_found *found, const char **reason) {
    struct batch head;
    if (end->words != END_WORDS)
        return is_wrong(reason, "the end of the checkpoint is not as it should be");
    found->first = end->frame[SBL_FRAME_TO];
    found->last = end->position;
    found->until = end->word[END_UNTIL];
    found->lines = end->word[END_LINES];
    found->blocks = end->word[END_BLOCKS];
    found->gaps = end->word[END_GAPS];
    enum sellable_status status =
        read_exactly(log, found->first, found->first, SBL_FRAME_CHECKPOINT, &head, reason);
    if (status != SELLABLE_OK)
        return status;
    if (head.words != HEAD_WORDS)
        return is_wrong(reason, "the head of the checkpoint is not as it should be");
    memcpy(&found->head, head.word, sizeof found->head);
    return SELLABLE_OK;
}

enum sellable_status sbl_checkpoint_find(const struct sellable_log *log,
                                         struct sbl_checkpoint_found *found, const char **reason) {
    struct batch batch;
    *found = (struct sbl_checkpoint_found){.first = 0};
    *reason = NULL;
    for (uint64_t at = UINT64_MAX; at != 0; at = batch.frame[SBL_FRAME_TO] - 1) {
        enum sellable_status status = read_batch(log, at, &batch, reason);
        if (status != SELLABLE_OK || batch.frame == NULL)
            return status;
        if (batch.kind == SBL_FRAME_CHECKPOINT_END)
            return read_ends(log, &batch, found, reason);
    } /* one that was not finished; the one before it */
    return SELLABLE_OK;
}

/* Pieces on their way into the builder. */
struct reading {
    struct sbl_builder *builder;
    uint64_t lines, blocks, gaps;
};

static uint32_t mask_of(const uint64_t *piece) { return piece[0] >> MASK_AT & 0x7f; }

/* The words of the piece that begins there, its first two being there. */
static uint64_t extent_of(const uint64_t *piece) {
    if ((piece[0] & SBL_PIECE_BLOCK) != 0)
        return PIECE_HEAD + sbl_head_extent(piece[1]);
    if ((piece[0] & SBL_PIECE_GAP) != 0)
        return PIECE_HEAD;
    return PIECE_HEAD + (uint64_t)__builtin_popcount(mask_of(piece));
}

static bool read_line(struct reading *reading, const uint64_t *piece) {
    const struct sbl_name name = {piece[0] >> KIND_AT & 0xff, sbl_low(piece[0])};
    const uint64_t *word = piece + PIECE_HEAD;
    struct sbl_image image = {{0}};
    for (uint32_t left = mask_of(piece); left != 0; left &= left - 1)
        image.word[__builtin_ctz(left)] = *word++;
    reading->lines++;
    return sbl_builder_line(reading->builder, name, piece[1], &image);
}

static bool read_block(struct reading *reading, const uint64_t *piece) {
    reading->blocks++;
    return sbl_builder_block(reading->builder, sbl_low(piece[0]), piece[1], piece + PIECE_HEAD,
                             sbl_head_extent(piece[1]));
}

static bool read_gap(struct reading *reading, const uint64_t *piece) {
    reading->gaps++;
    return sbl_builder_gaps(reading->builder, sbl_low(piece[0]), sbl_low(piece[1]),
                            sbl_high(piece[1]));
}

static enum sellable_status read_pieces(struct reading *reading, const struct batch *batch,
                                        const char **reason) {
    const uint64_t *piece = batch->word;
    for (uint64_t left = batch->words, words; left != 0; left -= words, piece += words) {
        words = left < PIECE_HEAD ? UINT64_MAX : extent_of(piece);
        if (words > left)
            return is_wrong(reason, "a piece of the checkpoint is cut off");
        bool fits = (piece[0] & SBL_PIECE_BLOCK) != 0 ? read_block(reading, piece)
                    : (piece[0] & SBL_PIECE_GAP) != 0 ? read_gap(reading, piece)
                                                      : read_line(reading, piece);
        if (fits)
            continue;
        *reason = reading->builder->reason;
        return *reason == NULL ? SELLABLE_NO_MEMORY : SELLABLE_INVALID;
    }
    return SELLABLE_OK;
}

enum sellable_status sbl_checkpoint_read(const struct sellable_log *log,
                                         const struct sbl_checkpoint_found *found,
                                         struct sbl_builder *builder, const char **reason) {
    struct reading reading = {.builder = builder};
    struct sbl_chain chain = {{0, 0}};
    *reason = NULL;
    sbl_builder_clear(builder);
    for (uint64_t at = found->first; at <= found->last; at++) {
        struct batch batch;
        uint32_t kind = at == found->first  ? SBL_FRAME_CHECKPOINT
                        : at == found->last ? SBL_FRAME_CHECKPOINT_END
                                            : SBL_FRAME_PIECES;
        enum sellable_status status =
            read_exactly(log, at, found->first, kind, &batch, reason);
        if (status != SELLABLE_OK)
            return status;
        if (memcmp(&batch.frame[SBL_FRAME_CHAIN], &chain, sizeof chain) != 0)
            return is_wrong(reason, "a part of the checkpoint is of another one");
        chain = sbl_frame_chain(batch.frame);
        status = kind == SBL_FRAME_PIECES ? read_pieces(&reading, &batch, reason) : SELLABLE_OK;
        if (status != SELLABLE_OK)
            return status;
    }
    return reading.lines == found->lines && reading.blocks == found->blocks &&
                   reading.gaps == found->gaps
               ? SELLABLE_OK
               : is_wrong(reason, "the checkpoint does not have as much as it says");
}
