/* SPDX-License-Identifier: Apache-2.0
 *
 * See journal.h. */
#include "journal.h"

#include <errno.h>
#include <signal.h>
#include <time.h>

#include "log_record.h"

enum {
    BATCH_DEFAULT = 1 << 20,
    QUEUE_DEFAULT = 64 << 20,
    FRAME_BYTES = (SBL_FRAME_HEAD + SBL_FRAME_END) * sizeof(uint64_t),
    PATIENCE = 1000000,   /* nanoseconds for which the thread looks away if nobody waits */
    SLICES = 8            /* of the time that a commit waits for more */
};

static bool has_failed(const struct sbl_journal *journal) {
    return sbl_load_acquire(LOG, &journal->failed) != 0;
}

/* ---- the hook: entries ---- */

/* What an entry costs of the space there is: its words, and a frame, if it comes to stand alone. */
static uint64_t cost_of(uint32_t words) { return words * sizeof(uint64_t) + FRAME_BYTES; }

/* Take space for so many bytes. false: there is none. */
static bool take_space(struct sbl_journal *journal, uint64_t bytes) {
    uint64_t waiting = sbl_count(&journal->waiting, bytes) + bytes;
    if (SBL_LIKELY(waiting <= journal->options.queue &&
                   waiting <= sbl_load_acquire(LOG, &journal->room)))
        return true;
    sbl_count(&journal->waiting, -bytes);
    return false;
}

/* What stands in an entry. */
enum { BLOB, WORDS };

static uint32_t blob_of(const struct sbl_entry *entry) {
    return (uint32_t)sbl_load(&entry->payload[BLOB]);
}
static uint32_t words_of(const struct sbl_entry *entry) {
    return (uint32_t)sbl_load(&entry->payload[WORDS]);
}

/* The words of a record become an entry. 0: no memory. */
static uint32_t make_entry(struct sbl_journal *journal, struct sbl_worker *worker,
                           uint32_t words) {
    struct sbl_memory *memory = worker->commit->memory;
    uint32_t blob = sbl_blob_take(memory, &worker->cache, 0,
                                  worker->scratch[SBL_SCRATCH_LOG].bytes, words);
    uint32_t number =
        blob == 0 ? 0
                  : sbl_queue_take(&journal->queue, &worker->entries_own, worker->transaction);
    if (number == 0) {
        sbl_blob_give(memory, &worker->cache, blob);
        return 0;
    }
    struct sbl_entry *entry = sbl_queue_entry(&journal->queue, number);
    sbl_blob_give(memory, &worker->cache, blob_of(entry)); /* of its last use */
    sbl_store(&entry->payload[BLOB], blob);
    sbl_store(&entry->payload[WORDS], words);
    return number;
}

static uint32_t prepare(void *context, struct sbl_worker *worker) {
    struct sbl_journal *journal = context;
    const struct sbl_commit *commit = worker->commit;
    struct sbl_seen world;
    if (SBL_UNLIKELY(has_failed(journal) || !sbl_birthmark_is_here(&journal->birthmark)))
        return 0;
    sbl_line_read(commit, &commit->world, &world);
    uint32_t words = sbl_log_record_make(worker, sbl_now_of(&world.image));
    if (words == 0 || !take_space(journal, cost_of(words)))
        return 0;
    uint32_t number = make_entry(journal, worker, words);
    if (number == 0)
        sbl_count(&journal->waiting, -cost_of(words));
    return number;
}

static void committed(void *context, struct sbl_worker *worker, uint32_t entry,
                      uint64_t transaction, bool own) {
    struct sbl_queue *queue = &((struct sbl_journal *)context)->queue;
    uint64_t position = own ? sbl_queue_put_own(queue, &worker->entries_own, entry, transaction)
                            : sbl_queue_put(queue, entry, transaction);
    if (position > worker->position)
        worker->position = position;
}

static void dropped(void *context, struct sbl_worker *worker, uint32_t entry) {
    struct sbl_journal *journal = context;
    uint32_t words = words_of(sbl_queue_entry(&journal->queue, entry));
    sbl_queue_drop(&journal->queue, &worker->entries_own, entry);
    sbl_count(&journal->waiting, -cost_of(words));
}

/* ---- committing ---- */

/* Into the batch, behind `words`: an entry's record, with its position. false: no memory. */
static bool write_record(struct sbl_journal *journal, const struct sbl_entry *entry,
                         uint64_t position, uint64_t words) {
    struct sbl_memory *memory = &journal->engine->memory;
    uint32_t size = words_of(entry);
    if (!sbl_buffer_reserve(memory, &journal->batch,
                            (words + size + SBL_FRAME_END) * sizeof(uint64_t)))
        return false;
    uint64_t *record = (uint64_t *)journal->batch.bytes + words;
    sbl_blob_copy(memory, blob_of(entry), 0, record, size);
    sbl_log_record_seal(record, position);
    return true;
}

/* What is in the queue becomes a batch, up to the bytes of one; *to: its last position; *bytes: of
 * it all, 0: nothing was there; *freed: the space that its entries took. false: no memory. */
static bool make_batch(struct sbl_journal *journal, uint64_t *from, uint64_t *to, uint64_t *bytes,
                       uint64_t *freed) {
    uint64_t words = SBL_FRAME_HEAD;
    const struct sbl_entry *entry;
    *bytes = *freed = 0;
    while (words * sizeof(uint64_t) < journal->options.batch &&
           (entry = sbl_queue_next(&journal->queue)) != NULL) {
        *to = sbl_queue_read(&journal->queue);
        *from = *freed == 0 ? *to : *from;
        if (!write_record(journal, entry, *to, words))
            return false;
        words += words_of(entry);
        *freed += cost_of(words_of(entry));
    }
    sbl_queue_let_go(&journal->queue);
    if (*freed == 0)
        return true;
    sbl_frame_begin(journal->batch.bytes, SBL_FRAME_RECORDS, &journal->chain);
    *bytes = sbl_frame_end(journal->batch.bytes, words, *from, *to);
    return true;
}

static enum sellable_status write_batch(struct sbl_journal *journal, uint64_t from,
                                        uint64_t bytes) {
    const struct sellable_log *log = &journal->log;
    enum sellable_status status =
        log->append(log->context, from, journal->batch.bytes, bytes);
    if (status == SELLABLE_OK)
        status = log->sync(log->context);
    return status;
}

/* One commit, by the one who is the committer. */
static void commit_batch(struct sbl_journal *journal) {
    uint64_t from = 0, to = 0, bytes, freed;
    if (!make_batch(journal, &from, &to, &bytes, &freed) ||
        (bytes != 0 && write_batch(journal, from, bytes) != SELLABLE_OK)) {
        sbl_store_release(LOG, &journal->failed, 1);
        return;
    }
    if (bytes == 0)
        return;
    journal->chain = sbl_frame_chain(journal->batch.bytes);
    journal->newest = from;
    sbl_store_release(LOG, &journal->room, journal->log.room(journal->log.context));
    sbl_count(&journal->waiting, -freed);
    sbl_store_release(LOG, &journal->durable, to);
}

/* ---- waiting ---- */

static bool is_durable(const struct sbl_journal *journal, uint64_t position) {
    return sbl_load_acquire(LOG, &journal->durable) >= position;
}

static struct timespec later(int64_t nanoseconds) {
    const int64_t second = 1000000000;
    struct timespec at;
    clock_gettime(CLOCK_MONOTONIC, &at);
    int64_t sum = at.tv_nsec + nanoseconds;
    at.tv_sec += sum / second;
    at.tv_nsec = sum % second;
    return at;
}

/* Give others the time to share this commit. */
static void linger(const struct sbl_journal *journal) {
    int64_t slice = journal->options.linger * 1000 / SLICES;
    for (int i = 0; i < SLICES && slice > 0; i++) {
        if (sbl_load(&journal->waiting) >= journal->options.batch)
            return;
        const struct timespec at = later(slice);
        while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &at, NULL) == EINTR)
            ;
    }
}

/* With the mutex, and nobody committing: commit. */
static void commit_once(struct sbl_journal *journal) {
    journal->committing = true;
    pthread_mutex_unlock(&journal->mutex);
    linger(journal);
    commit_batch(journal);
    pthread_mutex_lock(&journal->mutex);
    journal->committing = false;
    pthread_cond_broadcast(&journal->news);
}

static enum sellable_status wait_for(struct sbl_journal *journal, uint64_t position) {
    enum sellable_status status = SELLABLE_OK;
    if (!sbl_birthmark_is_here(&journal->birthmark))
        return SELLABLE_NOT_DURABLE;
    if (is_durable(journal, position))
        return SELLABLE_OK;
    pthread_mutex_lock(&journal->mutex);
    while (!is_durable(journal, position) && status == SELLABLE_OK) {
        if (has_failed(journal)) {
            status = SELLABLE_NOT_DURABLE;
        } else if (journal->committing || journal->running) {
            pthread_cond_signal(&journal->work);
            pthread_cond_wait(&journal->news, &journal->mutex);
        } else {
            commit_once(journal);
        }
    }
    pthread_mutex_unlock(&journal->mutex);
    return status;
}

/* ---- calls ---- */

bool sbl_call_opened(struct sellable *engine, struct sbl_worker *worker) {
    if (worker->calls++ != 0)
        return true;
    worker->position = 0;
    worker->refused = worker->wrote = false;
    worker->most = 0;
    worker->said = NULL;
    worker->did = 0;
    return sbl_birthmark_is_here(&engine->journal->birthmark);
}

void sbl_call_left(const struct sbl_call *call) { call->worker->calls--; }

bool sbl_call_is_away(const struct sellable *engine) {
    return !sbl_birthmark_is_here(&engine->journal->birthmark);
}

enum sellable_status sbl_call_refused(const struct sellable *engine) {
    return sbl_is_away(engine) ? SELLABLE_NOT_DURABLE : SELLABLE_NO_MEMORY;
}

struct sellable_event *sbl_say_it(struct sbl_worker *worker, uint32_t type) {
    struct sbl_buffer *scratch = &worker->scratch[SBL_SCRATCH_CALL];
    if (worker->said != NULL ||
        !sbl_buffer_reserve(worker->commit->memory, scratch, sizeof(struct sellable_event)))
        return NULL;
    struct sellable_event *event = scratch->bytes;
    *event = (struct sellable_event){.type = type};
    worker->said = event;
    return event;
}

/* The position that an answer rests on; 0: on none. A change of its own stands behind all that it
 * rests on. What was found done, or is done when others have done their part, may stand anywhere
 * before the end. */
static uint64_t rests_on(struct sbl_journal *journal, const struct sbl_worker *worker,
                         enum sellable_status status) {
    bool own = worker->wrote && status != SELLABLE_DUPLICATE &&
               worker->did != SELLABLE_DID_DUE;
    if (own)
        return worker->position;
    return status == SELLABLE_OK || status == SELLABLE_DUPLICATE
               ? sbl_queue_last(&journal->queue)
               : 0;
}

static enum sellable_status status_of(const struct sbl_worker *worker,
                                      enum sellable_status status) {
    return worker->refused && (status == SELLABLE_NO_MEMORY || !worker->wrote)
               ? SELLABLE_NOT_DURABLE
               : status;
}

enum sellable_status sbl_call_closed(struct sellable *engine, const struct sbl_call *call,
                                     enum sellable_status status,
                                     struct sellable_answer *answer) {
    struct sbl_journal *journal = engine->journal;
    struct sbl_worker *worker = call->worker;
    status = status_of(worker, status);
    uint64_t position = rests_on(journal, worker, status);
    bool waits = worker->calls == 1 && position != 0 &&
                 journal->options.answering == SELLABLE_ANSWER_DURABLE;
    sbl_call_end(call);
    if (answer != NULL)
        answer->position = position;
    return waits && wait_for(journal, position) != SELLABLE_OK ? SELLABLE_NOT_DURABLE : status;
}

void sbl_call_relieve(struct sellable *engine) {
    struct sbl_journal *journal = engine->journal;
    uint64_t waiting = sbl_load(&journal->waiting);
    if (journal->options.answering == SELLABLE_ANSWER_DURABLE &&
        (waiting > journal->options.queue / 2 || waiting > sbl_load(&journal->room) / 2)) {
        enum sellable_status status = wait_for(journal, sbl_queue_last(&journal->queue));
        (void)status; /* the end of the call finds out */
    }
}

void sbl_call_each(struct sellable *engine, struct sbl_worker *worker,
                   enum sellable_status *status, struct sellable_answer *answer) {
    *status = status_of(worker, *status);
    uint64_t position = rests_on(engine->journal, worker, *status);
    if (answer != NULL)
        answer->position = position;
    worker->most = worker->most > position ? worker->most : position;
    worker->refused = worker->wrote = false;
    worker->said = NULL;
    worker->position = 0;
    sbl_call_relieve(engine);
}

enum sellable_status sbl_call_all_closed(struct sellable *engine, const struct sbl_call *call,
                                         enum sellable_status *statuses, size_t count) {
    struct sbl_worker *worker = call->worker;
    worker->wrote = worker->most != 0;
    worker->position = worker->most;
    worker->most = 0;
    enum sellable_status status = sbl_call_closed(engine, call, SELLABLE_OK, NULL);
    for (size_t i = 0; i < count && status != SELLABLE_OK; i++)
        if (statuses[i] == SELLABLE_OK || statuses[i] == SELLABLE_DUPLICATE)
            statuses[i] = status;
    return status;
}

/* ---- the public side ---- */

uint64_t sellable_position(const struct sellable *engine) {
    return engine->journal == NULL ? 0 : sbl_queue_last(&engine->journal->queue);
}

uint64_t sellable_durable(const struct sellable *engine) {
    return engine->journal == NULL ? 0 : sbl_load_acquire(LOG, &engine->journal->durable);
}

enum sellable_status sellable_durable_wait(struct sellable *engine, uint64_t position) {
    if (engine->journal == NULL)
        return SELLABLE_OK;
    uint64_t last = sbl_queue_last(&engine->journal->queue);
    return wait_for(engine->journal, position == 0 || position > last ? last : position);
}

/* ---- the library's own thread ---- */

static void *run(void *context) {
    struct sbl_journal *journal = context;
    int64_t patience = sbl_max(journal->options.linger * 1000, PATIENCE);
    pthread_mutex_lock(&journal->mutex);
    while (!journal->stopping) {
        if (!journal->committing && !has_failed(journal) &&
            sbl_queue_last(&journal->queue) > sbl_load(&journal->durable)) {
            commit_once(journal);
            continue;
        }
        const struct timespec at = later(patience); /* who waits says so; others do not */
        pthread_cond_timedwait(&journal->work, &journal->mutex, &at);
    }
    pthread_mutex_unlock(&journal->mutex);
    return NULL;
}

/* With all signals blocked: they are the host's. */
static bool start_thread(struct sbl_journal *journal) {
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    bool started = pthread_create(&journal->thread, NULL, run, journal) == 0;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return started;
}

enum sellable_status sellable_committer_start(struct sellable *engine) {
    struct sbl_journal *journal = engine->journal;
    enum sellable_status status = SELLABLE_WRONG_STATE;
    if (journal == NULL)
        return SELLABLE_INVALID;
    if (!sbl_birthmark_is_here(&journal->birthmark))
        return SELLABLE_NOT_DURABLE;
    pthread_mutex_lock(&journal->mutex);
    if (!journal->running && !journal->stopping) {
        journal->running = start_thread(journal);
        status = journal->running ? SELLABLE_OK : SELLABLE_NO_MEMORY;
    }
    pthread_mutex_unlock(&journal->mutex);
    return status;
}

enum sellable_status sellable_committer_stop(struct sellable *engine) {
    struct sbl_journal *journal = engine->journal;
    if (journal == NULL)
        return SELLABLE_INVALID;
    if (!sbl_birthmark_is_here(&journal->birthmark))
        return SELLABLE_NOT_DURABLE;
    pthread_mutex_lock(&journal->mutex);
    bool runs = journal->running && !journal->stopping;
    journal->stopping = journal->stopping || runs;
    pthread_cond_signal(&journal->work);
    pthread_mutex_unlock(&journal->mutex);
    if (!runs)
        return SELLABLE_WRONG_STATE;
    pthread_join(journal->thread, NULL);
    pthread_mutex_lock(&journal->mutex);
    journal->running = journal->stopping = false;
    pthread_cond_broadcast(&journal->news); /* who waits commits again */
    pthread_mutex_unlock(&journal->mutex);
    return SELLABLE_OK;
}

/* ---- life ---- */

static bool locks_begin(struct sbl_journal *journal) {
    pthread_condattr_t monotonic;
    if (pthread_mutex_init(&journal->mutex, NULL) != 0)
        return false;
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    bool news = pthread_cond_init(&journal->news, NULL) == 0;
    bool work = pthread_cond_init(&journal->work, &monotonic) == 0;
    pthread_condattr_destroy(&monotonic);
    if (news && work)
        return true;
    if (news)
        pthread_cond_destroy(&journal->news);
    if (work)
        pthread_cond_destroy(&journal->work);
    pthread_mutex_destroy(&journal->mutex);
    return false;
}

static void locks_end(struct sbl_journal *journal) {
    pthread_cond_destroy(&journal->work);
    pthread_cond_destroy(&journal->news);
    pthread_mutex_destroy(&journal->mutex);
}

/* The first batch of a new log. */
static enum sellable_status write_first(struct sbl_journal *journal) {
    const struct sellable_log *log = &journal->log;
    static const struct sbl_chain nothing;
    uint64_t words = SBL_FRAME_HEAD;
    if (!sbl_buffer_reserve(&journal->engine->memory, &journal->batch, journal->options.batch))
        return SELLABLE_NO_MEMORY;
    uint64_t *frame = journal->batch.bytes;
    memcpy(frame + words, &journal->first, sizeof journal->first);
    words += SBL_LOG_FIRST_WORDS;
    sbl_frame_begin(frame, SBL_FRAME_FIRST, &nothing);
    uint64_t bytes = sbl_frame_end(frame, words, 0, 0);
    journal->chain = sbl_frame_chain(frame);
    enum sellable_status status = log->append(log->context, 0, frame, bytes);
    return status == SELLABLE_OK ? log->sync(log->context) : status;
}

enum sellable_status sbl_journal_begin(struct sellable *engine,
                                       const struct sellable_durability *options,
                                       const struct sbl_log_end *end, bool is_new) {
    struct sbl_journal *journal = sbl_slab_take(&engine->memory, sizeof *journal);
    if (journal == NULL)
        return SELLABLE_NO_MEMORY;
    journal->engine = engine;
    journal->log = options->journal;
    journal->checkpoints = options->checkpoints;
    journal->options = *options;
    journal->options.batch = options->batch == 0 ? BATCH_DEFAULT : options->batch;
    journal->options.queue = options->queue == 0 ? QUEUE_DEFAULT : options->queue;
    journal->first = end->first;
    journal->chain = end->chain;
    journal->newest = end->newest;
    sbl_store(&journal->durable, end->position);
    bool marked = sbl_birthmark_begin(&journal->birthmark);
    bool locked = marked && locks_begin(journal);
    bool queued = locked && sbl_queue_init(&journal->queue, &engine->memory, end->position);
    enum sellable_status status = queued ? SELLABLE_OK : SELLABLE_NO_MEMORY;
    if (queued && is_new)
        status = write_first(journal);
    if (status == SELLABLE_OK) {
        sbl_store(&journal->room, journal->log.room(journal->log.context));
        engine->journal = journal;
        engine->commit.hook = (struct sbl_hook){journal, prepare, committed, dropped};
        return SELLABLE_OK;
    }
    if (queued)
        sbl_queue_fini(&journal->queue);
    if (locked)
        locks_end(journal);
    if (marked)
        sbl_birthmark_end(&journal->birthmark);
    sbl_buffer_fini(&engine->memory, &journal->batch);
    sbl_slab_give(&engine->memory, journal, sizeof *journal);
    return status;
}

static void close_log(const struct sellable_log *log) {
    if (log->close != NULL)
        log->close(log->context);
}

/* All that is decided goes into the log. */
static void commit_the_rest(struct sellable *engine) {
    enum sellable_status stopped = sellable_committer_stop(engine);
    enum sellable_status settled = sellable_durable_wait(engine, 0);
    (void)stopped;
    (void)settled; /* nobody is left to be told */
}

void sbl_journal_end(struct sellable *engine) {
    struct sbl_journal *journal = engine->journal;
    if (journal == NULL)
        return;
    if (sbl_birthmark_is_here(&journal->birthmark)) {
        commit_the_rest(engine);
        close_log(&journal->checkpoints);
        close_log(&journal->log);
    } /* else they are another process's, which has them open */
    engine->journal = NULL;
    locks_end(journal);
    sbl_birthmark_end(&journal->birthmark);
    sbl_queue_fini(&journal->queue);
    sbl_buffer_fini(&engine->memory, &journal->batch);
    sbl_slab_give(&engine->memory, journal, sizeof *journal);
}

enum sellable_status sbl_journal_settle(struct sbl_journal *journal, struct sbl_log_end *end) {
    enum sellable_status status = wait_for(journal, sbl_queue_last(&journal->queue));
    pthread_mutex_lock(&journal->mutex);
    while (journal->committing)
        pthread_cond_wait(&journal->news, &journal->mutex);
    *end = (struct sbl_log_end){.first = journal->first,
                                .chain = journal->chain,
                                .position = sbl_load(&journal->durable),
                                .newest = journal->newest};
    pthread_mutex_unlock(&journal->mutex);
    return status;
}

bool sbl_journal_checkpoint(struct sbl_journal *journal, bool begins) {
    pthread_mutex_lock(&journal->mutex);
    bool is_free = !begins || !journal->checkpointing;
    if (is_free)
        journal->checkpointing = begins;
    pthread_mutex_unlock(&journal->mutex);
    return is_free;
}

enum sellable_status sbl_journal_forget(struct sbl_journal *journal, uint64_t position) {
    const struct sellable_log *log = &journal->log;
    enum sellable_status status = SELLABLE_NOT_DURABLE;
    pthread_mutex_lock(&journal->mutex);
    while (journal->committing)
        pthread_cond_wait(&journal->news, &journal->mutex);
    if (!has_failed(journal)) {
        status = log->drop(log->context, position);
        if (status == SELLABLE_OK)
            status = log->sync(log->context);
        if (status == SELLABLE_OK)
            sbl_store_release(LOG, &journal->room, log->room(log->context));
        else
            sbl_store_release(LOG, &journal->failed, 1);
    }
    pthread_mutex_unlock(&journal->mutex);
    return status;
}
