/* SPDX-License-Identifier: Apache-2.0
 *
 * Reservations that are on the disk before they are answered: the library on a log of its own,
 * beside what the disk takes for one write, plain LMDB, SQLite, PostgreSQL and Redis, all of them
 * in one folder of one disk, with the same items and the same requests. So many callers at a time
 * ask, and wait for the answer; or one asks for many reservations at once. And what it takes to
 * come back after a crash. */
#ifndef BENCH_DURABLE_H
#define BENCH_DURABLE_H

#include "durable_crew.h"
#include "rival.h"

enum { DURABLE_ROWS_MAX = 48, DURABLE_FORMS_MAX = 8, DURABLE_WORDS = 64, DURABLE_PATH = 128 };

/* ---- where ----------------------------------------------------------------------------------- */

/* The folder that all of them work in, and what it lies on. */
struct durable_place {
    const char *folder;
    char system[DURABLE_WORDS]; /* its file system: "ext4" */
    char device[DURABLE_WORDS]; /* what that is on, as the system calls it */
    bool memory; /* nothing there outlives the machine: no figure would mean what it says */
};

void durable_place_look(struct durable_place *place);

/* ---- one of them ----------------------------------------------------------------------------- */

/* How it reserves: a row. */
struct durable_form {
    const char *name;
    const char *carries;
    measure_body *body; /* gets the caller's line, and a share of `batch` reservations */
    uint32_t callers;
    uint32_t batch;
};

/* What a commit was made of, on average. */
struct durable_commit {
    double bytes;
    double reservations;
};

/* What has been committed since the start. */
struct durable_written {
    uint64_t commits, bytes;
};

struct durable_kind {
    const char *name;
    bool other; /* a test of tiny size starts none unless the section is asked for */
    bool floor;  /* it keeps no orders, and has no keys to know again */
    /* Start it, and load the items; NULL if that fails, with the reason in `why`. */
    void *(*open)(const struct durable_place *place, size_t items, char *why);
    void (*close)(void *rival);
    /* What one caller's body is given: a connection. NULL, with the reason, if there is none. */
    void *(*line)(void *rival, uint32_t caller, char *why);
    /* False if it could not be asked. NULL of a floor. */
    bool (*sums)(void *rival, struct rival_sums *sums);
    /* Before a row, not timed: `own` is what the library's commits are in the form of that number.
     * May be NULL. */
    void (*prepare)(void *rival, size_t form, const struct durable_commit *own);
    /* After a row, not timed: its orders are done with. May be NULL. */
    void (*settle)(void *rival, const struct crew *crew);
    void (*written)(void *rival, struct durable_written *written); /* NULL: not known */
    /* At the end: close and open again, from what is on the disk. May be NULL. */
    bool (*reopen)(void *rival, char *why);
    measure_body *again; /* for keys that were given before; NULL: as the first time */
    size_t form_count;
    struct durable_form forms[DURABLE_FORMS_MAX];
};

extern const struct durable_kind durable_disk, durable_own, durable_lmdb, durable_sqlite,
    durable_postgres, durable_redis;

/* The row that all others are seen beside. */
#define DURABLE_FLOOR "a write of 4,096 bytes, and fdatasync"

/* The callers of a form, and the reservations of a call. */
enum { FEW = 16, SOME = 64, MANY_CALLERS = CREW_MAX };

/* Draw the requests, of the library's own handles. */
void durable_own_draw(void *own, struct workload *workload);

/* ---- all of them ----------------------------------------------------------------------------- */

struct durable_row {
    const struct durable_kind *kind;
    const struct durable_form *form;
    bool measured;
    double ns[ROUNDS_MAX];        /* one reservation, by the wall clock */
    double half[ROUNDS_MAX];      /* ns that a call took: p50, */
    double hundredth[ROUNDS_MAX]; /* p99 */
    struct durable_commit commit; /* bytes 0: not known */
    char why[WHY_SIZE];           /* if it could not be measured: why */
};

/* Coming back: an engine of so many items, from its checkpoint alone; and from that and the journal
 * of so many changes. The files are not in the system's cache. */
struct durable_recovery {
    bool measured;
    char why[WHY_SIZE];
    size_t items;
    uint64_t asked; /* changes, at least */
    uint64_t changes;
    size_t rounds;
    double checkpoint[ROUNDS_MAX];      /* ns from the checkpoint alone */
    double checkpoint_read[ROUNDS_MAX]; /* to read as many bytes of its file, and no more */
    double whole[ROUNDS_MAX];           /* from both */
    double whole_read[ROUNDS_MAX];
    uint64_t checkpoint_bytes;
    uint64_t journal_bytes;
    double reservation_bytes;           /* in the journal, of one in a batch of 128 */
    double write;                       /* ns that the checkpoint took to be written */
};

struct durable {
    struct durable_place place;
    size_t items;
    size_t rounds;
    size_t row_count;
    struct durable_row rows[DURABLE_ROWS_MAX];
    struct durable_recovery recovery;
    bool good;    /* no answer was wrong, and each holds what it promised */
    bool missing; /* one of them could not be measured */
};

void durable_run(struct durable *durable, const struct options *options);
void durable_report(const struct options *options, const struct durable *durable);

/* The part of it that is about coming back. False if what came back was not what was there. */
bool durable_recovery_run(struct durable_recovery *recovery, const struct durable_place *place,
                          const struct options *options);

/* The row of a name and as many callers and reservations a call, or NULL if it was not measured. */
const struct durable_row *durable_row(const struct durable *durable, const char *name,
                                      uint32_t callers, uint32_t batch);

#endif
