/* SPDX-License-Identifier: Apache-2.0
 *
 * Forks: another engine that is what this one is at one instant.
 *
 * THE INSTANT is that of a snapshot of the original, open while the fork is made. All that is kept
 * then, lines and blocks (capture.h), is put to the same names and places of the fork, and what is
 * not in lines is made anew (builder.h). Nothing of a line's past goes along, and no snapshot is
 * open in the fork. Its world goes on with the stamp of the snapshot: all that was copied was
 * changed before that, as if the fork had just opened and closed that snapshot itself.
 *
 * What is known by then is not looked for: how many there are of what, where the key of an item is,
 * which blocks there are, when settings changed that concern all rows. If that was since the
 * snapshot, they are marked as if it had been just before.
 *
 * OTHERS go on meanwhile: nothing of the original is written but by opening and closing the
 * snapshot. A thread that is stopped here leaves a snapshot open. Nobody knows the fork before it
 * is whole; without memory it is closed like any engine.
 *
 * Callers guarantee: the worker is theirs. This file guarantees: the fork is whole, or there is
 * none. Cost: what lines lead to is read and written once, every line is read once; of memory the
 * fork's own, and meanwhile two bits for each 32 bytes of the original's blocks. */
#include "builder.h"
#include "capture.h"

struct fork {
    const struct sellable *from;
    struct sbl_builder builder;
    struct sbl_known known;
};

/* What follows from a line. Where the key of an item is does not change from when it has one. */
static bool know(struct fork *fork, struct sbl_name name, const struct sbl_image *image) {
    uint32_t entries;
    if (name.kind == SBL_ROW && sbl_row_exists(image)) {
        const sbl_word *entry = sbl_array_at(&fork->from->item_entry, name.number - 1);
        fork->known.items = name.number;
        return sbl_builder_item(&fork->builder, name.number, sbl_high(image->word[SBL_STAMP]),
                                (uint32_t)sbl_load_acquire(BLOCK, entry));
    }
    if (sbl_is_bucket(name) && sbl_bucket_count(image, &entries)) {
        fork->known.buckets[name.kind] = name.number + UINT64_C(1);
        fork->known.entries[name.kind] += entries;
    }
    return true;
}

static bool copy_line(void *context, struct sbl_name name, uint64_t header,
                      const struct sbl_image *image) {
    struct fork *fork = context;
    return sbl_builder_line(&fork->builder, name, header, image) && know(fork, name, image);
}

static bool copy_block(void *context, uint32_t reference, uint64_t head, const sbl_word *words,
                       uint32_t count) {
    struct fork *fork = context;
    sbl_word *to = sbl_builder_place(&fork->builder, reference, head, count);
    for (uint32_t i = 0; to != NULL && i < count; i++)
        sbl_store(&to[i], sbl_load(&words[i]));
    return to != NULL;
}

/* All of the snapshot into an engine that was just opened. false: no memory. */
static bool copy_all(struct sellable *from, struct sellable *to, uint32_t snapshot) {
    struct fork fork = {.from = from};
    struct sbl_capture capture = {.engine = from,
                                  .snapshot = snapshot,
                                  .sink = {&fork, copy_line, copy_block, NULL}};
    uint64_t all = sbl_load(&from->commit.recent.all);
    fork.known.reach = &capture.reach;
    fork.known.settings = all < snapshot ? (uint32_t)all : snapshot - 1;
    bool copied = sbl_builder_begin(&fork.builder, to) &&
                  sbl_capture_all(&capture, &to->memory) &&
                  sbl_builder_end(&fork.builder, &fork.known);
    sbl_capture_end(&capture);
    sbl_builder_fini(&fork.builder);
    return copied;
}

static enum sellable_status make(struct sellable *from, struct sellable *to,
                                 struct sbl_worker *worker) {
    uint32_t snapshot;
    if (sbl_snapshot_open(worker, &snapshot) != SBL_ACCEPTED)
        return SELLABLE_NO_MEMORY;
    bool copied = copy_all(from, to, snapshot);
    /* As in the audit: what it may leave is a snapshot too many, which costs, and is right. */
    enum sbl_outcome outcome = sbl_snapshot_close(worker, snapshot);
    (void)outcome;
    return copied ? SELLABLE_OK : SELLABLE_NO_MEMORY;
}

enum sellable_status sellable_fork(struct sellable *engine, struct sellable_worker *held,
                                   const struct sellable_allocator *allocator,
                                   struct sellable **forked) {
    static const struct sellable_allocator by_default;
    struct sellable_options options = engine->options;
    struct sellable *fork;
    struct sbl_call call;
    options.allocator = allocator == NULL ? by_default : *allocator;
    *forked = NULL;
    enum sellable_status status = sellable_open(&options, &fork);
    if (status != SELLABLE_OK)
        return status;
    status = SELLABLE_NO_MEMORY;
    if (sbl_call_begin(engine, held, &call)) {
        status = make(engine, fork, call.worker);
        sbl_call_end(&call);
    }
    if (status == SELLABLE_OK)
        *forked = fork;
    else
        sellable_close(fork);
    return status;
}
