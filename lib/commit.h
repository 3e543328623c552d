/* SPDX-License-Identifier: Apache-2.0
 *
 * The commit: a change of any number of lines at one instant, or not at all.
 *
 * WORDS. A *line* is 64 bytes: a header and seven words. What is kept - the row of an item, a
 * channel, a bucket of the order table, the world - is a line, with blobs that its words refer to.
 * An *image* is seven words. The *value* of a line is an image; the word SBL_STAMP of it belongs to
 * this file. A *transaction* changes the values of its lines. It has a *verdict*: undecided,
 * accepted or aborted. A *record* gives two images, and names a transaction or none. A header holds
 * a tag that rises with every change of the header, and may hold a *mark*: the number of a record.
 *
 * INVARIANT. The value of a line is
 *     its seven words                       if its header has no mark
 *     the record's new image                if the mark's record names no transaction, or one that
 *                                           is accepted
 *     the record's old image                if it names one that is undecided or aborted
 * and words are stored in place by one thread at a time: by the one whose swap put a mark where
 * none was (the *owner of the line*), until its swap takes the mark off.
 *
 * THIN RECORDS. A mark that is put where none was finds the old image in place, so its record holds
 * the words that change, and which these are; a mark that is laid over another holds both images
 * in full. Under a thin mark the owner stores those words and no others, and only once the
 * transaction is accepted. So the words that do not change can be read in place at any time; and
 * those that do, as they were, while the status, read again after them, is still undecided (whoever
 * reads a word stored in place sees the verdict before it: WORD, STATUS), or is aborted.
 *
 * THE INSTANT. A transaction puts marks on its lines in one global order, each by a swap from the
 * header that its plan was made on. When all are there, one swap of its status word decides:
 * accepted. Since the values of all its lines depend on that one word, they change together. If a
 * swap of a mark fails, the plan is out of date: the status is swapped to aborted, and the caller
 * plans again.
 *
 * TWO THREADS. A marks lines 1 and 2, B wants 2 and 3.
 *   - B finds A's mark on 2, undecided: B puts A's remaining marks (HEADER), decides A (STATUS),
 *     and plans on the outcome. It never waits for A.
 *   - B finds A's mark, decided: B lays its own mark over it, its record holding the outcome.
 *   - A returns to a line whose header is no longer its mark: the outcome is kept there already. If
 *     A owns the line it stores in place whatever the value is now, and takes off the mark that is
 *     there.
 *   - A stops for ever while it owns a line: the line keeps a mark, every later change lays a new
 *     record over it; nobody touches its words in place; it costs its readers one more line.
 * A header never returns to an earlier value (the tag), so a swap that comes late fails. A helper
 * that comes late could still put a mark of an aborted transaction: that changes no value, and its
 * owner does not use the descriptor and records again while a worker says (HELPING) that it helps.
 *
 * WHY IT IS LOCK-FREE. An abort is caused by a changed header. Follow the lines upward in their
 * order: whoever changed it was decided (somebody progressed), or was itself aborted by a line
 * further up; the one that reaches highest finds no one above, and is accepted.
 *
 * SETTINGS. An exclusive transaction marks the *world* first; then, before it decides, it swaps a
 * bit into the status of every other descriptor: what runs there, or comes next, is *sent back*.
 * Nobody accepts a transaction with that bit; its owner clears it when it begins again, and reads
 * its status before it reads the world. So an attempt read the swap, and then the new world; or its
 * status has changed since it began, and it is aborted. Between the swaps and the instant of the
 * change nothing is accepted that was planned on the old world: an attempt that begins then finds
 * the world marked, and helps the change to its end first.
 *
 * SNAPSHOTS. Word SBL_STAMP of a value is the stamp of the world at the last change (high half) and
 * a blob of older values (low half). Opening a snapshot raises the world's stamp by an exclusive
 * transaction; so every change carries the stamp of its instant, whoever carries it out. The first
 * change of a line after that puts the old value into a blob of its own; and a blob that is
 * replaced is put there, too, if its stamp says that an open snapshot can see it. What no open
 * snapshot can see any more is dropped from there by the next change of the line. Who only wants to
 * know what has changed since it last looked raises the stamp, too, and keeps nothing: recent.h.
 *
 * MEMORY ORDER. See the edges in atomic.h. Reading a line: header (acquire), words (acquire),
 * header again. A word stored in place, or a block used again, is stored after the header had
 * changed, and with release: whoever reads it, reads a changed header after.
 *
 * Callers guarantee: a worker is used by one call at a time; lines are added in the global order,
 * each once; images were planned on what sbl_line_settle gave after sbl_transaction_begin (or
 * before, if the world is still the same: origin.h). This file guarantees: all or nothing at one
 * instant; the memory of a failed attempt is given back. Limits: 8,191 lines a transaction, 4,096
 * workers, 65,536 descriptors, 4 million records, 2^41 changes of one line while one thread sleeps
 * between two steps. */
#ifndef SBL_COMMIT_H
#define SBL_COMMIT_H

#include "entry.h"
#include "memory.h"
#include "recent.h"

enum {
    SBL_WORDS = 7,
    SBL_STAMP = 0, /* the word of an image that this file keeps */
    SBL_WORKERS_MAX = 4096,
    SBL_DESCRIPTORS_MAX = 65536,
    SBL_RECORDS_MAX = 1 << 22,
    SBL_TARGETS_MAX = SBL_BLOCK_WORDS_MAX / 4 /* lines of one transaction: 8,191 */
};

#define SBL_MARK UINT64_C(1) /* in a header */

struct sbl_line {
    sbl_word header;
    sbl_word word[SBL_WORDS];
} SBL_ALIGNED(64);

enum { SBL_LINE_BITS = 6, SBL_RECORD_BITS = 7 }; /* of their bytes, as elements of arrays */

struct sbl_image {
    uint64_t word[SBL_WORDS];
};

/* How often a line has changed: rises with every change of it. */
static inline uint64_t sbl_header_tag(uint64_t header) { return header >> 23; }
/* The header without a mark, of a copy of the line that goes on counting. */
static inline uint64_t sbl_header_clean(uint64_t header) { return header >> 23 << 23; }

/* A line as it was at one instant. */
struct sbl_seen {
    uint64_t header;
    uint64_t undecided; /* the transaction whose old image this is; 0: none */
    struct sbl_image image;
};

/* Which line it is, for the log and for the global order: kinds in this order, then numbers. */
enum sbl_kind {
    SBL_WORLD = 0,
    SBL_LOCATION = 1,
    SBL_CHANNEL = 2,
    SBL_BUCKET = 3, /* and up to 9: one kind for each index; */
    SBL_NAME = 10,
    SBL_CATALOG = 11,
    SBL_ROW = 12,
    SBL_SOURCE = 13,
    SBL_EVENT = 14, /* but that of the ids of events comes here */
    SBL_EXCEPTION = 15,
    SBL_TOLD = 16 /* what a channel was told */
};

struct sbl_name {
    uint32_t kind;
    uint32_t number;
};

/* What a hook is told, and by whom: an *entry* is what the hook keeps of one transaction.
 *   prepare    the owner, before it puts its marks: the number of the entry; 0: there is no room,
 *              then nothing happens, and the outcome is NO_MEMORY
 *   committed  of each accepted transaction, at least once before the first of its marks is gone or
 *              laid over; by others perhaps at the same time, or again, or late; by the owner in
 *              any case (`own`). So what builds on it is committed after it. It must not wait
 *   dropped    the owner, of one that was aborted
 * A transaction of a worker that is `unheard` has no entry. */
struct sbl_worker;
struct sbl_hook {
    void *context;
    uint32_t (*prepare)(void *context, struct sbl_worker *worker);
    void (*committed)(void *context, struct sbl_worker *worker, uint32_t entry,
                      uint64_t transaction, bool own);
    void (*dropped)(void *context, struct sbl_worker *worker, uint32_t entry);
};

struct sbl_commit {
    struct sbl_memory *memory;
    struct sbl_hook hook;           /* set before the first transaction; prepare NULL: none */
    struct sbl_array record;
    struct sbl_array descriptor;
    struct sbl_array worker;
    struct sbl_recent recent;       /* which rows have changed lately */
    sbl_word records SBL_ALIGNED(64);
    sbl_word descriptors;
    sbl_word workers;
    struct sbl_line world SBL_ALIGNED(64);
};

/* The world's words. Stamps begin with 1; a snapshot S sees every change whose stamp is below S. */
enum {
    SBL_WORLD_NOW = 1,
    SBL_WORLD_STAMP = 2,    /* what every change carries now */
    SBL_WORLD_SNAPSHOT = 3, /* the newest that is open (high half), the oldest; 0: none is */
    SBL_WORLD_ROUTE = 4,    /* policy.h: all locations in key order; high half: how many */
    SBL_WORLD_CHANNELS = 5, /* how many; 16 bits above: sources; high half: owner.h */
    SBL_WORLD_OPEN = 6      /* snapshot.c: all that are open */
};

/* ---- what threads share of a transaction; only commit.c and worker.c look inside ---- */

struct sbl_record {
    sbl_word transaction; /* descriptor << 48 | sequence number; 0: none, the new image counts */
    sbl_word form;        /* 0, or SBL_THIN and the words that change */
    sbl_word after[SBL_WORDS];
    sbl_word before[SBL_WORDS];
} SBL_ALIGNED(64);

struct sbl_target {
    sbl_word line;
    sbl_word expected; /* header */
    sbl_word marked;   /* header */
    sbl_word name;
};

/* A descriptor carries one transaction after another. Its status says what became of the last that
 * is decided: sequence number << 16 | helped << 2 | verdict. The next one is undecided. */
struct sbl_descriptor {
    sbl_word status;
    sbl_word count;   /* targets; SBL_EXCLUSIVE; high half: the hook's entry, 0: none */
    sbl_word targets; /* address */
    sbl_word capacity;
    struct sbl_target few[3];
} SBL_ALIGNED(64);

#define SBL_THIN (UINT64_C(1) << SBL_WORDS) /* below it: bit i, word i is in `after` */

static_assert(sizeof(struct sbl_line) == 64 && sizeof(struct sbl_record) == 128 &&
                  sizeof(struct sbl_descriptor) == 128,
              "elements of arrays have powers of two");

/* A worker's scratch: who uses which, so that no two uses meet. */
enum sbl_scratch {
    SBL_SCRATCH_ENTRIES, /* index.c: the entries of a bucket */
    SBL_SCRATCH_ROOT,    /* row.c */
    SBL_SCRATCH_GROUP,
    SBL_SCRATCH_UPPER,
    SBL_SCRATCH_ORDER,   /* the words of an order */
    SBL_SCRATCH_ITEMS,   /* the items of an order, as they were asked for; */
    SBL_SCRATCH_NUMBERS, /* all that matter to it, */
    SBL_SCRATCH_NEEDS,   /* and their rows */
    SBL_SCRATCH_SOURCES, /* the cells that a line can be filled from */
    SBL_SCRATCH_PLACED,  /* the placements of an order in the making */
    SBL_SCRATCH_DUE,     /* what falls due */
    SBL_SCRATCH_DATES,   /* row.c: dated stock in the making, */
    SBL_SCRATCH_REFERENCES, /* and what its entries are called */
    SBL_SCRATCH_HAND,    /* the placements of an order at hand, */
    SBL_SCRATCH_BEFORE,  /* as it was, */
    SBL_SCRATCH_FIRST,   /* in its first answer; */
    SBL_SCRATCH_RECORD,  /* what it becomes */
    SBL_SCRATCH_LOCATED, /* what lines ask of a location */
    SBL_SCRATCH_KITS,    /* the kits of an order */
    SBL_SCRATCH_TIMES,   /* the dates that an order may be promised for */
    SBL_SCRATCH_SETTINGS, /* master.c */
    SBL_SCRATCH_VISIT,   /* visit.c */
    SBL_SCRATCH_OWNERS,  /* owner.c */
    SBL_SCRATCH_CONTENT, /* content.c: what an event says, */
    SBL_SCRATCH_KEPT,    /* and what is kept of it; exception.c */
    SBL_SCRATCH_MOVED,   /* movement.c */
    SBL_SCRATCH_LOOKED,  /* feed.c: the items that a question for changes looks at, */
    SBL_SCRATCH_TELLINGS, /* what it tells, */
    SBL_SCRATCH_TOLD,    /* and what is kept of them; told.c: */
    SBL_SCRATCH_MADE,    /* blobs made for that, */
    SBL_SCRATCH_LEFT,    /* and those that they replace */
    SBL_SCRATCH_LOG,     /* log_record.c: a record in the making, */
    SBL_SCRATCH_SAID,    /* and what was said */
    SBL_SCRATCH_CALL,    /* journal.c: that, of a call that is no event; */
    SBL_SCRATCHES
};

/* One line of the attempt, as its worker knows it. */
struct sbl_planned {
    struct sbl_line *line;
    struct sbl_record *record;
    uint64_t expected;
    uint64_t marked;
    uint32_t changed; /* bit i: word i differs */
    bool owner;       /* this worker's swap put a mark where none was */
};

/* What a call has found out of what is counted at its end. */
struct sbl_noted {
    uint32_t channel; /* of an order that was accepted or refused, */
    uint32_t source;  /* of an event; 0: none */
    int64_t units;    /* and what it was promised */
    int64_t at;       /* when the event happened */
};

struct sbl_worker {
    sbl_word state;   /* 0 unborn, 1 free, 2 taken */
    sbl_word helping; /* the transaction that this worker helps with; 0: none */
    struct sbl_commit *commit SBL_ALIGNED(64);
    struct sbl_descriptor *descriptor;
    struct sbl_target *targets; /* the descriptor's, and how many it holds */
    uint32_t target_capacity;
    uint32_t spare_id;
    struct sbl_descriptor *spare; /* in case that a helper keeps the other */
    uint64_t transaction;      /* of the attempt */
    uint64_t status;           /* of the descriptor when the attempt began */
    uint32_t descriptor_id;
    uint32_t stamp;            /* of the world that the attempt is planned on */
    uint32_t snapshot;         /* the newest that is open in that world; 0: none */
    uint32_t oldest;           /* and the oldest */
    uint32_t planned_count;    /* lines of the attempt */
    uint32_t fresh_count;      /* blobs made for it */
    uint32_t replaced_count;   /* blobs that go if it is accepted */
    uint32_t replaced_before;  /* those of them of lines already added */
    uint32_t record_count;     /* records of this worker, of which: */
    uint32_t free_count;       /* free records */
    uint32_t pending_count;    /* plain records that a header may still name */
    uint32_t owed_count;       /* marks that this worker put for others, and has to take off */
    uint32_t set_aside_count;  /* transactions whose helper may still look at them */
    struct sbl_buffer planned, fresh, replaced, free, pending, owed, set_aside, kept,
        chain;
    struct sbl_cache cache;
    struct sbl_buffer scratch[SBL_SCRATCHES]; /* for the layers above, and so the rest */
    sbl_word entries;             /* orders put in less taken out, not yet in the table's count */
    sbl_word ids;                 /* the same, of events' ids */
    struct sbl_origin *origin;    /* origin.h: what goes along with the event at hand, or NULL */
    uint32_t spare_item;          /* a number that no item got; 0: none */
    bool unheard;                 /* the hook does not hear of what follows */
    bool refused;                 /* the hook had no room; */
    bool wrote;                   /* it heard of something, in this call */
    uint32_t made_count;          /* blobs in SBL_SCRATCH_MADE that go along with the attempt */
    uint32_t calls;               /* journal.c: within each other; */
    struct sbl_entry_owner entries_own; /* its entries; */
    uint64_t position;            /* the newest that this call has met; 0: none; */
    uint64_t most;                /* the same, of the calls of a batch */
    const struct sellable_event *said; /* for the hook: what the call was told, or NULL: then */
    uint32_t did;                 /* what it does, if that is no event (log_record.h) */
    sbl_word open;                /* tally.h: orders that came in less those that closed; */
    struct sbl_counters *tally;   /* its counters, NULL: none yet; */
    struct sbl_noted noted;       /* and what is to be counted at the end of the call */
};

/* For the hook: what follows is said by nobody, though it is part of a call; `did`: what it does.
 * Ends with sbl_say_on. */
struct sbl_said {
    const struct sellable_event *event;
    uint32_t did;
};
static inline struct sbl_said sbl_say_nothing(struct sbl_worker *worker, uint32_t did) {
    struct sbl_said said = {worker->said, worker->did};
    worker->said = NULL;
    worker->did = did;
    return said;
}
static inline void sbl_say_on(struct sbl_worker *worker, struct sbl_said said) {
    worker->said = said.event;
    worker->did = said.did;
}

/* ---- life ---- */

bool sbl_commit_init(struct sbl_commit *commit, struct sbl_memory *memory);
void sbl_commit_fini(struct sbl_commit *commit);

/* A worker that nobody uses, now the caller's; NULL if there is no memory for one more. */
struct sbl_worker *sbl_worker_take(struct sbl_commit *commit);
void sbl_worker_give(struct sbl_worker *worker);

/* ---- reading ---- */

/* Read a line that has no mark; false if it has one, or changed meanwhile. */
static inline bool sbl_line_clean(const struct sbl_line *line, struct sbl_seen *seen) {
    seen->header = sbl_load_acquire(HEADER, &line->header);
    seen->undecided = 0;
    SBL_UNROLL
    for (int i = 0; i < SBL_WORDS; i++)
        seen->image.word[i] = sbl_load_acquire(WORD, &line->word[i]);
    return (seen->header & SBL_MARK) == 0 && sbl_load(&line->header) == seen->header;
}

void sbl_line_read_marked(const struct sbl_commit *commit, const struct sbl_line *line,
                          struct sbl_seen *seen);

/* The value of a line at one instant; of an undecided transaction the old one. Never writes. */
static inline void sbl_line_read(const struct sbl_commit *commit, const struct sbl_line *line,
                                 struct sbl_seen *seen) {
    if (SBL_UNLIKELY(!sbl_line_clean(line, seen)))
        sbl_line_read_marked(commit, line, seen);
}

bool sbl_line_still_undecided(const struct sbl_commit *commit, const struct sbl_seen *seen);

/* Is that still its value? Then it was all the time since. */
static inline bool sbl_line_still(const struct sbl_commit *commit, const struct sbl_line *line,
                                  const struct sbl_seen *seen) {
    return SBL_LIKELY(sbl_load(&line->header) == seen->header) &&
           (SBL_LIKELY(seen->undecided == 0) || sbl_line_still_undecided(commit, seen));
}

/* ---- changing ---- */

/* Begin an attempt, and read the world for it. false: no memory. */
bool sbl_transaction_begin(struct sbl_worker *worker, struct sbl_seen *world);

/* The same in two steps, for who reads the world itself: the status first; SBL_NO_STATUS: begin in
 * the other way. Then the attempt starts on the world that was read after it. */
#define SBL_NO_STATUS UINT64_MAX
enum { SBL_SENT_BACK = 8 }; /* in a descriptor's status: commit.c */
static inline uint64_t sbl_transaction_status(const struct sbl_worker *worker) {
    if (SBL_UNLIKELY(worker->spare == NULL))
        return SBL_NO_STATUS;
    uint64_t status = sbl_load_acquire(STATUS, &worker->descriptor->status);
    return SBL_LIKELY((status & SBL_SENT_BACK) == 0) ? status : SBL_NO_STATUS;
}
void sbl_transaction_start(struct sbl_worker *worker, uint64_t status, uint32_t stamp,
                           uint64_t snapshots);

/* The value of a line with nothing undecided about it: helps what is in the way. */
void sbl_line_settle_marked(struct sbl_worker *worker, struct sbl_line *line,
                            struct sbl_seen *seen);
static inline void sbl_line_settle(struct sbl_worker *worker, struct sbl_line *line,
                                   struct sbl_seen *seen) {
    if (SBL_UNLIKELY(!sbl_line_clean(line, seen)))
        sbl_line_settle_marked(worker, line, seen);
}

/* Plan that a line changes from what was seen to `image` (whose SBL_STAMP is not looked at).
 * false: no memory; the attempt is to be dropped. */
bool sbl_transaction_add(struct sbl_worker *worker, struct sbl_line *line, struct sbl_name name,
                         const struct sbl_seen *seen, const struct sbl_image *image);

/* A blob for this attempt: goes back if it is not accepted. 0: no memory. */
uint32_t sbl_transaction_blob(struct sbl_worker *worker, const uint64_t *words, uint32_t count);
bool sbl_transaction_fresh(struct sbl_worker *worker, uint32_t reference);
/* A blob that the line to be added next leads to, and leads to no more once this is accepted.
 * false: no memory. */
bool sbl_transaction_replaces(struct sbl_worker *worker, uint32_t reference);

/* Carry it out. ACCEPTED: done. ABORTED: something it was planned on has changed, nothing was done:
 * begin again. NO_MEMORY: nothing was done. `exclusive`: the world is its first line. */
enum sbl_outcome { SBL_ACCEPTED, SBL_ABORTED, SBL_NO_MEMORY };
enum sbl_outcome sbl_transaction_commit(struct sbl_worker *worker, bool exclusive);

/* One line, or two in the global order, that change by one word or two each, with no snapshot open,
 * no blobs of the attempt, and nothing kept of either line: see carry.h. */
struct sbl_single {
    struct sbl_line *line;
    struct sbl_name name;
    const struct sbl_seen *seen;
    int word[2]; /* which; the same twice: it alone */
    uint64_t value[2];
};

/* Give up the attempt before its commit. */
void sbl_transaction_drop(struct sbl_worker *worker);

/* Before attempt `attempt` (from 0) of the same call: a bounded pause that grows. */
void sbl_back_off(uint32_t attempt);

/* ---- snapshots ---- */

/* Open: *snapshot sees everything up to this instant and nothing after. Close it when done. */
enum sbl_outcome sbl_snapshot_open(struct sbl_worker *worker, uint32_t *snapshot);
enum sbl_outcome sbl_snapshot_close(struct sbl_worker *worker, uint32_t snapshot);

/* The value of a line as the snapshot sees it. Blobs that it leads to stay until the snapshot
 * closes. */
void sbl_snapshot_read(const struct sbl_commit *commit, uint32_t snapshot,
                       const struct sbl_line *line, struct sbl_image *image);

/* Raise the world's stamp, and open nothing. Beyond the last stamp there is, nothing happens. */
enum sbl_outcome sbl_stamp_raise(struct sbl_worker *worker);

#endif
