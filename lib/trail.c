/* SPDX-License-Identifier: Apache-2.0
 *
 * The audit trail: a journal read back, change by change.
 *
 * The journal is read twice. The first time it makes an engine of all that there is, for the keys
 * of things. The second time, record by record, a second one goes along whose rows show what each
 * change did: their figures before it and after. That one is only lines and blocks, and is asked
 * nothing but the figures of a row. */
#include <stdlib.h>

#include "cell_now.h"
#include "checkpoint.h"
#include "log_record.h"
#include "recover.h"

struct sellable_trail {
    struct sellable_log journal, checkpoints;
    bool salvage, damaged;
    struct sellable *engine;      /* of all; NULL: it could not be made */
    struct sellable *going;       /* that goes along */
    struct sbl_builder builder;   /* of that */
    struct sbl_reading reading;   /* the second time */
    struct sbl_buffer frame;      /* the batch at hand, and where its next record is */
    uint64_t at, end;             /* in words */
    struct sbl_buffer said, cells;
    uint64_t cell_count;
    uint32_t stamp;
};

/* ---- figures of a row ---- */

static struct sellable_trail_figures figures_of(const struct sbl_memory *memory,
                                                const struct sbl_image *row, int64_t now,
                                                uint32_t location) {
    const struct sbl_tail tail = sbl_row_tail(memory, row);
    struct sbl_cell_now cell;
    sbl_cell_now(memory, row, &tail, location, now, &cell);
    return (struct sellable_trail_figures){.on_hand = cell.cell.on_hand,
                                           .held = sbl_held(&cell.cell),
                                           .allocated = cell.cell.allocated,
                                           .reserved = cell.reserved,
                                           .backordered = cell.cell.backordered,
                                           .safety_stock = cell.cell.safety_stock,
                                           .promised = cell.promised,
                                           .net = cell.cell.net};
}

/* Room for one more, at this place. NULL: no memory. */
static struct sellable_trail_cell *make_place(struct sellable_trail *trail, uint64_t place) {
    struct sellable_trail_cell *cell;
    if (!sbl_buffer_reserve(&trail->going->memory, &trail->cells,
                            (trail->cell_count + 1) * sizeof *cell))
        return NULL;
    cell = trail->cells.bytes;
    memmove(cell + place + 1, cell + place, (trail->cell_count++ - place) * sizeof *cell);
    return &cell[place];
}

/* Cells of the row, behind those of it that are listed already: by item number, then in the row's
 * order. false: no memory. */
static bool list_cells(struct sellable_trail *trail, uint32_t item, const struct sbl_image *row) {
    const struct sbl_memory *memory = &trail->going->memory;
    struct sellable_trail_cell *cell = trail->cells.bytes;
    uint64_t end = trail->cell_count;
    struct sbl_walk walk;
    uint32_t location;
    int64_t net;
    while (end > 0 && cell[end - 1].item.id > item)
        end--;
    sbl_walk_begin(&walk, memory, row);
    while (sbl_walk_next(&walk, &location, &net)) {
        bool listed = false;
        cell = trail->cells.bytes;
        for (uint64_t i = end; i > 0 && cell[i - 1].item.id == item; i--)
            listed = listed || cell[i - 1].location.id == location;
        if (listed)
            continue;
        cell = make_place(trail, end++);
        if (cell == NULL)
            return false;
        *cell = (struct sellable_trail_cell){.item = {item}, .location = {location}};
    }
    return true;
}

static void row_now(const struct sellable_trail *trail, uint32_t item, struct sbl_image *row) {
    const struct sbl_line *line = sbl_row_line(trail->going, item);
    struct sbl_seen seen = {0};
    if (line != NULL)
        sbl_line_read(&trail->going->commit, line, &seen);
    *row = seen.image;
}

/* What the cells of a row are now, before the change or after it. */
struct looking {
    struct sellable_trail *trail;
    int64_t now;
    bool after, room;
};

static bool look_at_row(void *context, const struct sbl_log_line *line) {
    struct looking *looking = context;
    struct sellable_trail *trail = looking->trail;
    struct sbl_image row;
    if (line->name.kind != SBL_ROW)
        return true;
    row_now(trail, line->name.number, &row);
    looking->room = list_cells(trail, line->name.number, &row);
    struct sellable_trail_cell *cell = trail->cells.bytes;
    for (uint64_t i = 0; looking->room && i < trail->cell_count; i++)
        if (cell[i].item.id == line->name.number)
            *(looking->after ? &cell[i].after : &cell[i].before) = figures_of(
                &trail->going->memory, &row, looking->now, cell[i].location.id);
    return looking->room;
}

/* Those that are as they were are left out. */
static void keep_changed(struct sellable_trail *trail) {
    struct sellable_trail_cell *cell = trail->cells.bytes;
    uint64_t kept = 0;
    for (uint64_t i = 0; i < trail->cell_count; i++)
        if (memcmp(&cell[i].before, &cell[i].after, sizeof cell[i].before) != 0)
            cell[kept++] = cell[i];
    trail->cell_count = kept;
}

/* ---- one change ---- */

static bool note_now(void *context, const struct sbl_log_line *line) {
    uint32_t bit = 1u << SBL_WORLD_NOW;
    if (line->name.kind == SBL_WORLD && (line->changed & bit) != 0)
        ((struct sellable_trail_entry *)context)->now =
            (int64_t)line->word[__builtin_popcount(line->changed & (bit - 1))];
    return true;
}

static bool note_channel(void *context, const struct sbl_log_line *line) {
    if (line->name.kind == SBL_TOLD)
        ((struct sellable_trail_entry *)context)->channel.id = line->name.number;
    return true;
}

static void say(struct sellable_trail *trail, const uint64_t *record,
                struct sellable_trail_entry *entry) {
    uint32_t type = sbl_high(record[SBL_LOG_SAID]);
    const struct sellable_event *said =
        sbl_log_record_said(record, &trail->going->memory, &trail->said);
    entry->position = record[SBL_LOG_POSITION];
    entry->now = (int64_t)record[SBL_LOG_NOW];
    if (sbl_is_event(type)) {
        entry->event = said;
        return;
    }
    entry->did = type;
    if (said != NULL)
        entry->order = said->order_key;
    if (type == SELLABLE_DID_ADVANCE)
        sbl_log_record_parts(record, entry, note_now, NULL);
    if (type == SELLABLE_DID_TELL)
        sbl_log_record_parts(record, entry, note_channel, NULL);
}

/* The engine that goes along does what the record says. */
static enum sellable_status go_along(struct sellable_trail *trail, const uint64_t *record,
                                     struct sellable_trail_entry *entry) {
    struct looking looking = {trail, entry->now, false, true};
    trail->cell_count = 0;
    if (trail->damaged)
        return SELLABLE_OK;
    bool did = sbl_log_record_parts(record, &looking, look_at_row, NULL) &&
               sbl_apply_record(record, &trail->builder, &trail->stamp);
    looking.after = true;
    did = did && sbl_log_record_parts(record, &looking, look_at_row, NULL);
    if (!looking.room || (!did && trail->builder.reason == NULL))
        return SELLABLE_NO_MEMORY;
    trail->damaged = trail->damaged || !did;
    keep_changed(trail);
    entry->cells = trail->cells.bytes;
    entry->cell_count = trail->cell_count;
    return SELLABLE_OK;
}

/* ---- reading on ---- */

/* What is there is not what should be. */
static void lose(struct sellable_trail *trail, struct sellable_trail_entry *entry,
                 const char *reason, uint64_t until) {
    trail->damaged = true;
    entry->did = SELLABLE_DID_LOST;
    entry->position = trail->reading.end.position + 1;
    entry->lost = until;
    entry->reason = reason;
    if (until != 0)
        trail->reading.end.position = until;
}

/* Where the first batch behind a position begins: the log knows, by halving. *after 0: there is
 * none. */
static enum sellable_status find_after(const struct sellable_trail *trail, uint64_t position,
                                       uint64_t *after) {
    const struct sellable_log *log = &trail->journal;
    uint64_t low = position, high, found, bytes = 0;
    const void *frame;
    *after = 0;
    enum sellable_status status = log->read(log->context, UINT64_MAX, &high, &frame, &bytes);
    if (status != SELLABLE_OK || bytes == 0 || high <= position)
        return status;
    while (low + 1 < high) {
        uint64_t middle = low + (high - low) / 2;
        status = log->read(log->context, middle, &found, &frame, &bytes);
        if (status != SELLABLE_OK)
            return status;
        if (found <= position)
            low = middle;
        else
            high = found;
        if (found > middle)
            break; /* nothing stands before it */
    }
    *after = high;
    return SELLABLE_OK;
}

/* The next batch, copied: what the log lends is good until its next call. *more false: there is
 * none. One that is missing, or is no batch, is lost, up to where the next one is. */
static enum sellable_status next_batch(struct sellable_trail *trail,
                                       struct sellable_trail_entry *entry, bool *more) {
    struct sbl_reading *reading = &trail->reading;
    uint64_t position, bytes = 0, after, next = reading->end.position + 1;
    const void *found = NULL;
    enum sellable_status status =
        trail->journal.read(trail->journal.context, next, &position, &found, &bytes);
    *more = false;
    if (status != SELLABLE_OK || bytes == 0)
        return status;
    const char *fault = "batches are missing";
    if (position == next)
        fault = sbl_frame_fault(found, bytes, SBL_FRAME_RECORDS, position);
    if (fault != NULL) {
        status = find_after(trail, position == next ? next : reading->end.position, &after);
        if (status != SELLABLE_OK || (after == 0 && position < next))
            return status;
        lose(trail, entry, fault, after == 0 ? 0 : after - 1);
        reading->end.position = after == 0 ? UINT64_MAX / 2 : after - 1;
        return SELLABLE_OK;
    }
    if (!sbl_buffer_reserve(&trail->going->memory, &trail->frame, bytes))
        return SELLABLE_NO_MEMORY;
    memcpy(trail->frame.bytes, found, bytes);
    trail->at = SBL_FRAME_HEAD;
    trail->end = bytes / sizeof(uint64_t) - SBL_FRAME_END;
    *more = true;
    return SELLABLE_OK;
}

enum sellable_status sellable_trail_next(struct sellable_trail *trail,
                                         struct sellable_trail_entry *entry) {
    *entry = (struct sellable_trail_entry){0};
    for (;;) {
        if (trail->at == trail->end) {
            bool more;
            enum sellable_status status = next_batch(trail, entry, &more);
            if (status != SELLABLE_OK || !more)
                return status;
        }
        const uint64_t *record = (const uint64_t *)trail->frame.bytes + trail->at;
        uint32_t words = sbl_log_record_check(record, trail->end - trail->at);
        if (words == 0) {
            lose(trail, entry, "a record is damaged, or of another format",
                 ((const uint64_t *)trail->frame.bytes)[SBL_FRAME_TO]);
            trail->at = trail->end;
            return SELLABLE_OK;
        }
        trail->at += words;
        trail->reading.end.position = record[SBL_LOG_POSITION];
        say(trail, record, entry);
        return go_along(trail, record, entry);
    }
}

/* ---- life ---- */

/* An engine of the checkpoint, if it is needed, in the making; and where the journal goes on. */
static enum sellable_status begin(struct sellable_trail *trail, struct sellable **engine,
                                  struct sbl_builder *builder, struct sbl_reading *reading,
                                  struct sellable_recovery *recovery) {
    struct sbl_checkpoint_found found = {0};
    struct sellable_options options = {0};
    bool is_empty;
    *reading = (struct sbl_reading){.log = &trail->journal};
    recovery->field = "journal";
    enum sellable_status status = sbl_read_first(reading, &is_empty);
    bool has_first = status == SELLABLE_OK;
    recovery->reason = reading->reason;
    if (status == SELLABLE_INVALID && trail->checkpoints.read != NULL) {
        recovery->field = "checkpoint";
        status = sbl_checkpoint_find(&trail->checkpoints, &found, &recovery->reason);
        if (status == SELLABLE_OK && found.last == 0)
            status = SELLABLE_INVALID;
        if (status == SELLABLE_OK)
            memcpy(&reading->end, found.head.journal, sizeof reading->end);
    }
    if (status == SELLABLE_INVALID && trail->salvage) {
        trail->damaged = true;
        status = SELLABLE_OK;
    }
    if (status != SELLABLE_OK)
        return status;
    options.seed = reading->end.first.seed;
    status = sellable_open(&options, engine);
    if (status == SELLABLE_OK && !sbl_builder_begin(builder, *engine))
        status = SELLABLE_NO_MEMORY;
    if (status == SELLABLE_OK)
        sbl_builder_anew(builder);
    if (status == SELLABLE_OK && !has_first && !trail->damaged)
        status = sbl_checkpoint_read(&trail->checkpoints, &found, builder, &recovery->reason);
    recovery->checkpoint = found.last != 0 ? reading->end.position : 0;
    return status;
}

struct applying {
    struct sbl_builder *builder;
    uint32_t stamp;
};

static bool apply(void *context, const uint64_t *record) {
    struct applying *applying = context;
    return sbl_apply_record(record, applying->builder, &applying->stamp);
}

/* The engine of all. Where it cannot be made there is none, if what can be read is to be read. */
static enum sellable_status make_engine(struct sellable_trail *trail,
                                        struct sellable_recovery *recovery) {
    struct sbl_builder builder = {0};
    struct sbl_reading reading;
    enum sellable_status status =
        begin(trail, &trail->engine, &builder, &reading, recovery);
    struct applying applying = {&builder, 0};
    if (status == SELLABLE_OK && !trail->damaged) {
        recovery->field = "journal";
        status = sbl_read_journal(&reading, &applying, apply);
        recovery->reason = reading.reason != NULL ? reading.reason : builder.reason;
    }
    if (status == SELLABLE_INVALID && recovery->reason == NULL)
        status = SELLABLE_NO_MEMORY;
    bool readable = status == SELLABLE_INVALID && trail->salvage; /* as far as it goes */
    if ((status == SELLABLE_OK || readable) &&
        (!sbl_put_stamp(&builder, applying.stamp) || !sbl_builder_end(&builder, NULL)))
        status = builder.reason == NULL ? SELLABLE_NO_MEMORY : SELLABLE_INVALID;
    else if (readable)
        status = SELLABLE_OK;
    if (trail->engine != NULL)
        sbl_builder_fini(&builder);
    recovery->position = reading.end.position;
    recovery->replayed = reading.records;
    if (status == SELLABLE_OK)
        return SELLABLE_OK;
    sellable_close(trail->engine);
    trail->engine = NULL;
    return status == SELLABLE_INVALID && trail->salvage ? SELLABLE_OK : status;
}

enum sellable_status sellable_trail_open(const struct sellable_log *journal,
                                         const struct sellable_log *checkpoints, uint32_t salvage,
                                         struct sellable_trail **opened,
                                         struct sellable_recovery *recovery) {
    struct sellable_recovery own;
    struct sellable_trail *trail = salvage > 1 ? NULL : calloc(1, sizeof *trail);
    recovery = recovery == NULL ? &own : recovery;
    *opened = NULL;
    *recovery = (struct sellable_recovery){.field = "salvage", .reason = "0 or 1"};
    if (trail == NULL)
        return salvage > 1 ? SELLABLE_INVALID : SELLABLE_NO_MEMORY;
    trail->journal = *journal;
    if (checkpoints != NULL)
        trail->checkpoints = *checkpoints;
    trail->salvage = salvage != 0;
    *recovery = (struct sellable_recovery){.field = "", .reason = NULL};
    enum sellable_status status = make_engine(trail, recovery);
    if (status == SELLABLE_OK)
        status = begin(trail, &trail->going, &trail->builder, &trail->reading, recovery);
    if (recovery->reason == NULL)
        recovery->reason = status == SELLABLE_OK ? "" : sellable_status_text((int)status);
    if (status == SELLABLE_OK)
        *opened = trail;
    else
        sellable_trail_close(trail);
    return status;
}

void sellable_trail_close(struct sellable_trail *trail) {
    if (trail == NULL)
        return;
    if (trail->going != NULL) {
        struct sbl_memory *memory = &trail->going->memory;
        sbl_buffer_fini(memory, &trail->frame);
        sbl_buffer_fini(memory, &trail->said);
        sbl_buffer_fini(memory, &trail->cells);
        sbl_builder_fini(&trail->builder);
    }
    sellable_close(trail->going);
    sellable_close(trail->engine);
    free(trail);
}

const struct sellable *sellable_trail_engine(const struct sellable_trail *trail) {
    return trail->engine;
}
