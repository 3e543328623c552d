/* SPDX-License-Identifier: Apache-2.0
 *
 * See recover.h. */
#include "recover.h"

#include <sys/random.h>

#include "checkpoint.h"
#include "log_record.h"

/* ---- reading a journal ---- */

static enum sellable_status refuse(struct sbl_reading *reading, const char *reason) {
    reading->reason = reason;
    return SELLABLE_INVALID;
}

/* The batch that stands at `from`, or next to it. */
static enum sellable_status read_batch(struct sbl_reading *reading, uint64_t from,
                                       uint64_t *position, const uint64_t **frame,
                                       uint64_t *bytes) {
    const struct sellable_log *log = reading->log;
    const void *found = NULL;
    *bytes = 0;
    enum sellable_status status = log->read(log->context, from, position, &found, bytes);
    *frame = found;
    if (status == SELLABLE_INVALID)
        reading->reason = "the log says that it is damaged";
    return status;
}

enum sellable_status sbl_read_first(struct sbl_reading *reading, bool *is_empty) {
    const uint64_t *frame;
    uint64_t position, bytes;
    enum sellable_status status = read_batch(reading, 0, &position, &frame, &bytes);
    *is_empty = status == SELLABLE_OK && bytes == 0;
    if (status != SELLABLE_OK || *is_empty)
        return status;
    if (position != 0)
        return refuse(reading, "it does not begin at its beginning, and there is no checkpoint");
    const char *fault = sbl_frame_fault(frame, bytes, SBL_FRAME_FIRST, 0);
    if (fault != NULL)
        return refuse(reading, fault);
    if (bytes != (SBL_FRAME_HEAD + SBL_LOG_FIRST_WORDS + SBL_FRAME_END) * sizeof *frame)
        return refuse(reading, "its first batch is not as long as it should be");
    memcpy(&reading->end.first, frame + SBL_FRAME_HEAD, sizeof reading->end.first);
    reading->end.chain = sbl_frame_chain(frame);
    reading->end.position = reading->end.newest = 0;
    return SELLABLE_OK;
}

/* The records of a batch, one after another. */
static enum sellable_status read_records(struct sbl_reading *reading, const uint64_t *frame,
                                         uint64_t bytes, void *context,
                                         bool (*each)(void *context, const uint64_t *record)) {
    uint64_t left = bytes / sizeof *frame - SBL_FRAME_HEAD - SBL_FRAME_END;
    const uint64_t *record = frame + SBL_FRAME_HEAD;
    while (left != 0) {
        uint32_t words = sbl_log_record_check(record, left);
        if (words == 0)
            return refuse(reading, "a record is damaged, or of another format");
        if (record[SBL_LOG_POSITION] != reading->end.position + 1)
            return refuse(reading, "a record does not follow the one before it");
        reading->end.position++;
        if (reading->end.position > reading->from) {
            reading->records++;
            if (!each(context, record))
                return SELLABLE_INVALID;
        }
        record += words;
        left -= words;
    }
    return reading->end.position == frame[SBL_FRAME_TO]
               ? SELLABLE_OK
               : refuse(reading, "a batch has not all of its records");
}

/* Nothing stands behind what was read; so nothing is missing in between. */
static enum sellable_status is_last(struct sbl_reading *reading) {
    const uint64_t *frame;
    uint64_t position, bytes;
    enum sellable_status status = read_batch(reading, UINT64_MAX, &position, &frame, &bytes);
    if (status != SELLABLE_OK || position == reading->end.newest)
        return status;
    return refuse(reading, "a batch is missing");
}

enum sellable_status sbl_read_journal(struct sbl_reading *reading, void *context,
                                      bool (*each)(void *context, const uint64_t *record)) {
    for (;;) {
        const uint64_t *frame;
        uint64_t position, bytes, next = reading->end.position + 1;
        enum sellable_status status = read_batch(reading, next, &position, &frame, &bytes);
        if (status != SELLABLE_OK)
            return status;
        if (bytes == 0)
            return refuse(reading, "it is empty");
        if (position < next)
            return is_last(reading);
        const char *fault = sbl_frame_fault(frame, bytes, SBL_FRAME_RECORDS, position);
        if (fault != NULL)
            return refuse(reading, fault);
        const struct sbl_chain before = {{frame[SBL_FRAME_CHAIN], frame[SBL_FRAME_CHAIN + 1]}};
        if (position != next || !sbl_chain_equal(&before, &reading->end.chain))
            return refuse(reading, "a batch does not follow the one before it");
        reading->batches++;
        status = read_records(reading, frame, bytes, context, each);
        if (status != SELLABLE_OK)
            return status;
        reading->end.chain = sbl_frame_chain(frame);
        reading->end.newest = position;
    }
}

/* ---- applying records ---- */

struct applying {
    struct sbl_builder *builder;
    uint32_t stamp;
};

/* The world's own stamp is in no record: it is at least that of all that was made in it. A block
 * that is newer than the world would be taken for none, and its place be given to others. */
static void note_stamp(struct applying *applying, uint32_t stamp) {
    if (stamp > applying->stamp)
        applying->stamp = stamp;
}

static bool apply_line(void *context, const struct sbl_log_line *line) {
    struct applying *applying = context;
    if ((line->changed & 1u << SBL_STAMP) != 0)
        note_stamp(applying, sbl_high(line->word[0]));
    return sbl_builder_words(applying->builder, line->name, line->header, line->changed,
                             line->word);
}

static bool apply_block(void *context, const struct sbl_log_block *block) {
    struct applying *applying = context;
    note_stamp(applying, sbl_head_stamp(block->head));
    return sbl_builder_block(applying->builder, block->reference, block->head, block->word,
                             block->words);
}

bool sbl_apply_record(const uint64_t *record, struct sbl_builder *builder, uint32_t *stamp) {
    struct applying applying = {builder, *stamp};
    bool applied = sbl_log_record_parts(record, &applying, apply_line, apply_block);
    *stamp = applying.stamp;
    return applied;
}

static bool apply(void *context, const uint64_t *record) {
    struct applying *applying = context;
    return sbl_apply_record(record, applying->builder, &applying->stamp);
}

bool sbl_put_stamp(struct sbl_builder *builder, uint32_t stamp) {
    const struct sbl_name world = {SBL_WORLD, 0};
    const struct sbl_line *line = sbl_line_of(builder, world);
    uint64_t word = sbl_load(&line->word[SBL_WORLD_STAMP]);
    if (sbl_low(word) >= stamp)
        return true;
    word = sbl_pair(sbl_high(word), stamp);
    return sbl_builder_words(builder, world, sbl_load(&line->header), 1u << SBL_WORLD_STAMP,
                             &word);
}

/* ---- the whole ---- */

static_assert(sizeof(struct sbl_log_end) <=
                  sizeof(((struct sbl_checkpoint_head *)0)->journal),
              "a checkpoint says where the journal goes on");

struct recovering {
    const struct sellable_options *options;
    const struct sellable_durability *durability;
    struct sellable_recovery *recovery;
    struct sellable *engine;
    struct sbl_builder builder;
    struct sbl_reading journal;
    struct sbl_checkpoint_found checkpoint; /* last 0: there is none */
    bool is_new;
};

static enum sellable_status fail(struct recovering *recovering, enum sellable_status status,
                                 const char *field, const char *reason) {
    recovering->recovery->field = field;
    recovering->recovery->reason = reason == NULL ? sellable_status_text((int)status) : reason;
    return status;
}

static bool is_whole(const struct sellable_log *log) {
    return log->append != NULL && log->sync != NULL && log->read != NULL && log->drop != NULL &&
           log->room != NULL && log->close != NULL;
}
static bool is_none(const struct sellable_log *log) {
    return log->append == NULL && log->sync == NULL && log->read == NULL && log->drop == NULL &&
           log->room == NULL && log->close == NULL;
}

/* The field that is wrong, and why; NULL: none is. */
static const char *durability_fault(const struct sellable_durability *durability,
                                    const char **reason) {
    const int64_t second = 1000000;
    const uint64_t most = UINT64_C(1) << 30;
    const struct {
        const char *field, *reason;
        bool is_wrong;
    } rules[] = {
        {"journal", "a log has all of its functions", !is_whole(&durability->journal)},
        {"checkpoints", "a log has all of its functions, or none",
         !is_whole(&durability->checkpoints) && !is_none(&durability->checkpoints)},
        {"answering", "it is 0 or 1", durability->answering > SELLABLE_ANSWER_DECIDED},
        {"reserved", "it is 0", durability->reserved != 0},
        {"linger", "it is 0 to 1,000,000 microseconds",
         durability->linger < 0 || durability->linger > second},
        {"batch", "it is at most 1 GiB", durability->batch > most},
    };
    for (size_t i = 0; i < sizeof rules / sizeof *rules; i++) {
        *reason = rules[i].reason;
        if (rules[i].is_wrong)
            return rules[i].field;
    }
    return NULL;
}

/* What the logs begin with: of a checkpoint, or the journal's first batch; or drawn now. */
static enum sellable_status find_first(struct recovering *recovering) {
    struct sbl_reading *journal = &recovering->journal;
    struct sbl_log_first *first = &journal->end.first;
    struct sbl_checkpoint_found *checkpoint = &recovering->checkpoint;
    const char *reason = NULL;
    bool is_empty = false;
    enum sellable_status status = SELLABLE_OK;
    if (is_whole(&recovering->durability->checkpoints))
        status =
            sbl_checkpoint_find(&recovering->durability->checkpoints, checkpoint, &reason);
    if (status != SELLABLE_OK)
        return fail(recovering, status, "checkpoint", reason);
    if (checkpoint->last != 0) {
        memcpy(&journal->end, checkpoint->head.journal, sizeof journal->end);
        return SELLABLE_OK;
    }
    status = sbl_read_first(journal, &is_empty);
    if (status != SELLABLE_OK)
        return fail(recovering, status, "journal", journal->reason);
    recovering->is_new = is_empty;
    if (is_empty) {
        if (getrandom(first->mark, sizeof first->mark, 0) != (ssize_t)sizeof first->mark)
            return fail(recovering, SELLABLE_NOT_DURABLE, "journal",
                        "the system gave no random number");
        first->seed = recovering->options->seed;
    }
    return SELLABLE_OK;
}

static enum sellable_status open_engine(struct recovering *recovering) {
    struct sellable_options options = *recovering->options;
    options.seed = recovering->journal.end.first.seed;
    enum sellable_status status = sellable_open(&options, &recovering->engine);
    if (status != SELLABLE_OK)
        return fail(recovering, status, "options", NULL);
    if (!sbl_builder_begin(&recovering->builder, recovering->engine))
        return fail(recovering, SELLABLE_NO_MEMORY, "", NULL);
    sbl_builder_anew(&recovering->builder); /* no record says how large it began */
    return SELLABLE_OK;
}

/* The checkpoint, and where the journal goes on behind it. */
static enum sellable_status read_checkpoint(struct recovering *recovering) {
    struct sbl_reading *journal = &recovering->journal;
    uint64_t position, bytes;
    const uint64_t *frame;
    const char *reason = NULL;
    enum sellable_status status =
        sbl_checkpoint_read(&recovering->durability->checkpoints, &recovering->checkpoint,
                            &recovering->builder, &reason);
    if (status != SELLABLE_OK)
        return fail(recovering, status, "checkpoint", reason);
    recovering->recovery->checkpoint = journal->end.position;
    uint64_t newest = journal->end.newest;
    status = read_batch(journal, newest, &position, &frame, &bytes);
    if (status != SELLABLE_OK)
        return fail(recovering, status, "journal", journal->reason);
    const char *fault =
        bytes == 0 || position != newest
            ? "it has not the batch that the checkpoint stands behind"
            : sbl_frame_fault(frame, bytes, newest == 0 ? SBL_FRAME_FIRST : SBL_FRAME_RECORDS,
                              newest);
    if (fault == NULL) {
        const struct sbl_chain chain = sbl_frame_chain(frame);
        if (!sbl_chain_equal(&chain, &journal->end.chain))
            fault = "it is not the journal that the checkpoint was made with";
    }
    return fault == NULL ? SELLABLE_OK : fail(recovering, SELLABLE_INVALID, "journal", fault);
}

static enum sellable_status read_all(struct recovering *recovering) {
    struct sbl_reading *journal = &recovering->journal;
    struct applying applying = {&recovering->builder, 0};
    enum sellable_status status =
        recovering->checkpoint.last != 0 ? read_checkpoint(recovering) : SELLABLE_OK;
    if (status != SELLABLE_OK || recovering->is_new)
        return status;
    status = sbl_read_journal(journal, &applying, apply);
    if (status == SELLABLE_INVALID && journal->reason == NULL) {
        journal->reason = recovering->builder.reason;
        status = journal->reason == NULL ? SELLABLE_NO_MEMORY : SELLABLE_INVALID;
    }
    if (status == SELLABLE_OK && journal->end.position < recovering->checkpoint.until) {
        journal->reason = "it ends before the last change that the checkpoint has";
        status = SELLABLE_INVALID;
    }
    if (status != SELLABLE_OK)
        return fail(recovering, status, "journal", journal->reason);
    if (sbl_put_stamp(&recovering->builder, applying.stamp) &&
        sbl_builder_end(&recovering->builder, NULL))
        return SELLABLE_OK;
    return recovering->builder.reason == NULL
               ? fail(recovering, SELLABLE_NO_MEMORY, "", NULL)
               : fail(recovering, SELLABLE_INVALID, "journal", recovering->builder.reason);
}

static enum sellable_status recover(struct recovering *recovering) {
    enum sellable_status status = find_first(recovering);
    if (status == SELLABLE_OK)
        status = open_engine(recovering);
    if (status == SELLABLE_OK)
        status = read_all(recovering);
    if (recovering->engine != NULL)
        sbl_builder_fini(&recovering->builder);
    if (status != SELLABLE_OK)
        return status;
    status = sbl_journal_begin(recovering->engine, recovering->durability,
                               &recovering->journal.end, recovering->is_new);
    if (status != SELLABLE_OK)
        return fail(recovering, status, "journal", NULL);
    recovering->recovery->position = recovering->journal.end.position;
    recovering->recovery->replayed = recovering->journal.records;
    return SELLABLE_OK;
}

static void close_log(const struct sellable_log *log) {
    if (log->close != NULL)
        log->close(log->context);
}

enum sellable_status sellable_recover(const struct sellable_options *options,
                                      const struct sellable_durability *durability,
                                      struct sellable **engine,
                                      struct sellable_recovery *recovery) {
    static const struct sellable_options defaults;
    struct sellable_recovery own;
    struct recovering recovering = {.options = options == NULL ? &defaults : options,
                                    .durability = durability,
                                    .recovery = recovery == NULL ? &own : recovery,
                                    .journal.log = &durability->journal};
    *engine = NULL;
    *recovering.recovery = (struct sellable_recovery){.field = "", .reason = ""};
    const char *reason, *fault = durability_fault(durability, &reason);
    enum sellable_status status =
        fault != NULL ? fail(&recovering, SELLABLE_INVALID, fault, reason)
                      : recover(&recovering);
    if (status == SELLABLE_OK) {
        *engine = recovering.engine;
        return SELLABLE_OK;
    }
    sellable_close(recovering.engine);
    close_log(&durability->checkpoints);
    close_log(&durability->journal);
    return status;
}
