/* SPDX-License-Identifier: Apache-2.0
 *
 * Could the store be opened, and what would it be? Its files are read as they are, an engine is
 * made of them as the library makes it, and the state that comes out is looked at. Nothing in the
 * directory changes.
 *
 * Of the library: sellable_recover, sellable_audit, sellable_now, sellable_event_name,
 * sellable_close; and from its inside, what a record says (lib/log_record.h). */
#include "log_record.h"
#include "logs.h"
#include "opening.h"
#include "store.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Is it the store that is at fault, not the disk, the memory or another process? */
static bool is_damaged(enum sellable_status status, const struct sellable_recovery *recovery)
{
    const char *field = recovery->field != NULL ? recovery->field : "";
    return status == SELLABLE_INVALID &&
           (strcmp(field, "journal") == 0 || strcmp(field, "checkpoint") == 0);
}

int tell_why_not(const char *directory, enum sellable_status status,
                 const struct sellable_recovery *recovery)
{
    fprintf(stderr, "%s: %s\n", program_name, WHY_NOT_OPEN(directory, status, recovery));
    return is_damaged(status, recovery) ? EXIT_DAMAGED : EXIT_UNREADABLE;
}

/* ---- what the journal holds ------------------------------------------------------------------ */

/* Changes by what they are: an event, or enum sellable_did. */
static const struct did {
    uint32_t number;
    const char *name;
} did[] = {{SELLABLE_DID_ADVANCE, "advance"},
           {SELLABLE_DID_DUE, "due"},
           {SELLABLE_DID_TELL, "told"},
           {SELLABLE_DID_REFUSE, "refused"},
           {SELLABLE_DID_GROW, "other"}};
enum { DID_TYPES = sizeof did / sizeof did[0] };

struct counted {
    uint64_t events[SELLABLE_EVENT_TYPES_END], did[DID_TYPES];
    uint64_t from, to; /* positions; 0: it has no change */
};

static void count_record(struct counted *counted, const uint64_t *record)
{
    uint32_t type = sbl_high(record[SBL_LOG_SAID]);
    counted->to = record[SBL_LOG_POSITION];
    counted->from = counted->from == 0 ? counted->to : counted->from;
    if (type < SELLABLE_EVENT_TYPES_END)
        counted->events[type]++;
    for (size_t i = 0; i < DID_TYPES; i++)
        counted->did[i] += did[i].number == type;
}

/* Of a journal that was read before: so it can be. */
static void count_changes(struct counted *counted, struct file *journal)
{
    memset(counted, 0, sizeof *counted);
    for (size_t i = 0; i < journal->count; i++) {
        const struct batch *batch = &journal->batches[i];
        const uint64_t *frame = read_bytes_of(journal, batch);
        if (frame == NULL)
            fail("%s: it cannot be read", journal->path);
        uint64_t left = bytes_of(journal, batch) / sizeof *frame - SBL_FRAME_HEAD - SBL_FRAME_END;
        const uint64_t *record = frame + SBL_FRAME_HEAD;
        uint32_t words;
        if (sbl_high(frame[SBL_FRAME_FORM]) != SBL_FRAME_RECORDS)
            continue;
        for (; (words = sbl_log_record_check(record, left)) != 0; record += words, left -= words)
            count_record(counted, record);
    }
}

/* ---- figures --------------------------------------------------------------------------------- */

static void put_size(struct text *out, const struct file *file)
{
    uint64_t bytes = 0;
    for (size_t i = 0; i < file->count; i++)
        bytes += bytes_of(file, &file->batches[i]);
    put_number(out, "batches", (int64_t)file->count);
    put_number(out, "bytes", (int64_t)bytes);
}

static void put_journal(struct text *out, struct file *journal)
{
    struct counted counted;
    count_changes(&counted, journal);
    put_open(out, "journal", '{');
    put_size(out, journal);
    put_number(out, "from", (int64_t)counted.from);
    put_number(out, "to", (int64_t)counted.to);
    put_open(out, "changes", '{');
    for (int type = 1; type < SELLABLE_EVENT_TYPES_END; type++)
        if (counted.events[type] > 0)
            put_number(out, sellable_event_name(type), (int64_t)counted.events[type]);
    for (size_t i = 0; i < DID_TYPES; i++)
        if (counted.did[i] > 0)
            put_number(out, did[i].name, (int64_t)counted.did[i]);
    put_close(out, '}');
    put_close(out, '}');
}

static void put_figures(struct text *out, const struct sellable *engine,
                        const struct sellable_recovery *recovery,
                        const struct sellable_audit *audit, struct logs *logs)
{
    put_open(out, NULL, '{');
    put_number(out, "position", (int64_t)recovery->position);
    put_number(out, "checkpoint", (int64_t)recovery->checkpoint);
    put_number(out, "replayed", (int64_t)recovery->replayed);
    put_number(out, "now", sellable_now(engine));
    put_flag(out, "consistent", audit->consistent != 0);
    put_hash(out, "hash", audit->hash);
    put_hash(out, "full", audit->full);
    put_number(out, "items", (int64_t)audit->items);
    put_number(out, "orders", (int64_t)audit->orders);
    put_journal(out, &logs->journal);
    put_open(out, "checkpoints", '{');
    put_size(out, &logs->checkpoints);
    put_close(out, '}');
    put_close(out, '}');
    put_bytes(out, "\n", 1);
}

/* As the library opens them. In new logs it would write: of them an engine is without a log. */
static enum sellable_status make_engine(struct logs *logs, struct sellable **engine,
                                        struct sellable_recovery *recovery)
{
    const struct sellable_durability durability = {.journal = journal_of(logs),
                                                   .checkpoints = checkpoints_of(logs),
                                                   .answering = SELLABLE_ANSWER_DECIDED};
    if (!are_new(logs))
        return sellable_recover(NULL, &durability, engine, recovery);
    *recovery = (struct sellable_recovery){.field = ""};
    return sellable_open(NULL, engine);
}

int check_store(const char *directory)
{
    struct sellable_recovery recovery;
    struct sellable *engine = NULL;
    struct sellable_audit audit = {0};
    struct text out = {NULL, 0, 0};
    struct logs logs;
    enum sellable_status status = open_logs(&logs, directory, &recovery);
    if (status == SELLABLE_OK)
        status = make_engine(&logs, &engine, &recovery);
    if (status != SELLABLE_OK) {
        close_logs(&logs);
        return tell_why_not(directory, status, &recovery);
    }
    if (sellable_audit(engine, NULL, &audit) != SELLABLE_OK)
        fail("out of memory");
    put_figures(&out, engine, &recovery, &audit, &logs);
    write_out(&out);
    free(out.bytes);
    sellable_close(engine);
    close_logs(&logs);
    return audit.consistent ? EXIT_WHOLE : EXIT_DAMAGED;
}
