/* SPDX-License-Identifier: Apache-2.0
 *
 * See rehint.h. What there has to be a hint of, and for when (expiry.h says what a hint is; beside
 * each, who puts it while the engine runs):
 *
 *   an open order   its timeout, if one is running (reserve, extend, amend); its date, while it is
 *                   promised for that (the same)
 *   a closed order  a retention after it was closed (difference.c)
 *   a fence         its end, if it has one (supply.c)
 *   an event's id   a retention after it was applied (origin.c)
 *   a transfer      when it is to be looked at (supply.c, transfer.c)
 *   movements       the time that their chain carries (supply.c, difference.c, due.c); a hint for
 *                   another time would find nothing to do
 *
 * Hints for what is past (a timeout that was moved, a fence that was set anew) have no effect, and
 * are not made. */
#include "rehint.h"

#include "movement.h"
#include "origin.h"
#include "transfer.h"

struct rehint {
    struct sellable *engine;
    struct sbl_worker *worker;
    int64_t now, earliest; /* of what is past */
    uint32_t past;         /* hints of it, in the worker's scratch */
};

/* Times that a slot can be for: the wheel's levels have so many bits. */
enum { TIME_BITS = 6 * SBL_WHEEL_LEVELS };

/* What is past waits until the earliest of it is known. false: no memory. */
static bool put(struct rehint *rehint, int64_t at, enum sbl_due_kind kind, uint64_t hash) {
    struct sbl_buffer *past = &rehint->worker->scratch[SBL_SCRATCH_DUE];
    at = sbl_min(sbl_max(at, 1), (INT64_C(1) << TIME_BITS) - 1);
    if (at > rehint->now)
        return sbl_wheel_put(&rehint->engine->wheel, rehint->worker, rehint->now, at, kind, hash);
    if (!sbl_buffer_reserve(&rehint->engine->memory, past,
                            ((size_t)rehint->past + 1) * sizeof(struct sbl_due)))
        return false;
    ((struct sbl_due *)past->bytes)[rehint->past++] =
        (struct sbl_due){.at = at, .hash = hash, .kind = kind};
    rehint->earliest = sbl_min(rehint->earliest, at);
    return true;
}

static bool put_past(struct rehint *rehint) {
    const struct sbl_due *due = rehint->worker->scratch[SBL_SCRATCH_DUE].bytes;
    int64_t base = rehint->past == 0 ? rehint->now : rehint->earliest - 1;
    sbl_wheel_begin(&rehint->engine->wheel, base);
    for (uint32_t i = 0; i < rehint->past; i++)
        if (!sbl_wheel_put(&rehint->engine->wheel, rehint->worker, base, due[i].at, due[i].kind,
                           due[i].hash))
            return false;
    return true;
}

/* Words of a blob, from the one behind its key on; returns its hash. */
static uint64_t behind_key(const struct rehint *rehint, uint32_t reference, uint64_t *meta,
                           uint64_t *word, uint32_t words) {
    const struct sbl_memory *memory = &rehint->engine->memory;
    uint64_t head[SBL_ENTRY_KEY] = {0};
    sbl_blob_copy(memory, reference, 0, head, SBL_ENTRY_KEY);
    *meta = head[SBL_ENTRY_SIZE];
    sbl_blob_copy(memory, reference, SBL_ENTRY_KEY + sbl_order_key_words(*meta), word, words);
    return head[SBL_ENTRY_HASH];
}

static bool put_order(struct rehint *rehint, uint32_t reference) {
    uint64_t word[SBL_ORDER_PLACEMENTS] = {0}, meta;
    uint64_t hash = behind_key(rehint, reference, &meta, word, SBL_ORDER_PLACEMENTS);
    int64_t time = (int64_t)word[SBL_ORDER_TIME];
    if (!sbl_order_is_open(meta))
        return put(rehint, sbl_add(time, rehint->engine->retention), SBL_DUE_ORDER, hash);
    rehint->engine->orders_open++;
    return (time == 0 || put(rehint, time, SBL_DUE_ORDER, hash)) &&
           ((sbl_order_flags(meta) & SBL_ORDER_DATED) == 0 ||
            put(rehint, (int64_t)word[SBL_ORDER_DATE], SBL_DUE_ORDER, hash));
}

static bool put_id(struct rehint *rehint, uint32_t reference) {
    uint64_t word[SBL_ID_WORDS] = {0}, meta;
    uint64_t hash = behind_key(rehint, reference, &meta, word, SBL_ID_WORDS);
    return put(rehint, sbl_add((int64_t)word[SBL_ID_AT], rehint->engine->retention), SBL_DUE_ID,
               hash);
}

static bool put_transfer(struct rehint *rehint, uint32_t reference) {
    uint64_t none = 0, meta;
    uint64_t hash = behind_key(rehint, reference, &meta, &none, 0);
    const struct sbl_key key = {.words = ((uint32_t)(meta & 0xff) + 7) / 8};
    int64_t check = sbl_transfer_read(rehint->engine, &key, reference).check;
    return put(rehint, check, SBL_DUE_TRANSFER, hash);
}

static bool put_each(struct rehint *rehint, const struct sbl_index *index,
                     bool (*put_one)(struct rehint *, uint32_t reference)) {
    struct sbl_index_walk walk = {0};
    struct sbl_found found;
    while (sbl_index_walk(index, 0, &walk, &found))
        if (!put_one(rehint, found.reference))
            return false;
    return true;
}

static bool put_fences(struct rehint *rehint, uint32_t item, const struct sbl_image *row) {
    const struct sbl_memory *memory = &rehint->engine->memory;
    struct sbl_walk walk;
    struct sbl_figures figures;
    struct sbl_figure figure;
    uint32_t location;
    int64_t net;
    sbl_walk_begin(&walk, memory, row);
    while (sbl_walk_next(&walk, &location, &net)) {
        sbl_figures_begin(&figures, memory, row, location);
        while (sbl_figures_next(&figures, &figure))
            if (figure.kind == SBL_UNTIL && sbl_until_of(figure.value) != 0 &&
                !put(rehint, figure.value, SBL_DUE_FENCES, item))
                return false;
    }
    return true;
}

static bool put_row(struct rehint *rehint, uint32_t item) {
    const struct sellable *engine = rehint->engine;
    struct sbl_seen seen;
    sbl_line_read(&engine->commit, sbl_row_line(engine, item), &seen);
    uint32_t moved = sbl_row_tail(&engine->memory, &seen.image).moved;
    int64_t check = moved == 0 ? 0 : sbl_moved_check(&engine->memory, moved);
    return (!sbl_row_has(&seen.image, SBL_ROW_CLAIMS) ||
            put_fences(rehint, item, &seen.image)) &&
           (check == 0 || put(rehint, check, SBL_DUE_MOVED, item));
}

bool sbl_rehint(struct sellable *engine, struct sbl_worker *worker) {
    struct rehint rehint = {engine, worker, sellable_now(engine), INT64_MAX, 0};
    uint64_t items = sbl_load_acquire(COUNT, &engine->item_numbers);
    engine->orders_open = 0;
    for (uint64_t item = 1; item <= items; item++)
        if (sbl_row_line(engine, (uint32_t)item) != NULL &&
            !put_row(&rehint, (uint32_t)item))
            return false;
    return put_each(&rehint, &engine->orders, put_order) &&
           put_each(&rehint, &engine->ids, put_id) &&
           put_each(&rehint, &engine->transfers, put_transfer) && put_past(&rehint);
}
