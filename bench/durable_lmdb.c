/* SPDX-License-Identifier: Apache-2.0
 *
 * Plain LMDB: one value in a transaction of its own, as large as the library's commits were in the
 * form of the same number, synced as LMDB does by default. A row counts as many reservations for a
 * commit as stood in one there. So the two differ by what the library does beside its commits, and
 * by what it makes LMDB do. The latest values are kept, each new one takes the place of the oldest:
 * the file was written before, and does not grow. */
#include "durable.h"

#include <stdio.h>
#include <stdlib.h>

#define CARRIES "no reservation: the library's bytes"

#ifdef HAVE_LMDB

#include <lmdb.h>

/* Values that are kept, and how large the file may become. */
enum { LATEST = 1024 };
#define MAP_SIZE ((size_t)8 << 30)

struct lmdb {
    struct keeper keeper;
    MDB_env *environment;
    MDB_dbi table;
    size_t position; /* of the next value */
    size_t filled;   /* LATEST values of so many bytes have been there */
    size_t size;     /* of a value, in this row */
    int64_t units;   /* reservations that it stands for */
    void *value;
};

static void close_lmdb(void *subject)
{
    struct lmdb *lmdb = subject;
    if (lmdb->environment)
        mdb_env_close(lmdb->environment);
    keeper_close(&lmdb->keeper);
    free(lmdb->value);
    free(lmdb);
}

/* 0, or what LMDB says. */
static int open_table(struct lmdb *lmdb)
{
    char path[sizeof lmdb->keeper.folder + 8];
    MDB_txn *change = NULL;
    snprintf(path, sizeof path, "%s/plain", lmdb->keeper.folder);
    int status = mdb_env_create(&lmdb->environment);
    status = status ? status : mdb_env_set_mapsize(lmdb->environment, MAP_SIZE);
    status = status ? status : mdb_env_open(lmdb->environment, path, MDB_NOSUBDIR, 0600);
    status = status ? status : mdb_txn_begin(lmdb->environment, NULL, 0, &change);
    status = status ? status : mdb_dbi_open(change, NULL, MDB_INTEGERKEY, &lmdb->table);
    return status ? status : mdb_txn_commit(change);
}

static void *open_lmdb(const struct durable_place *place, size_t items, char *why)
{
    struct lmdb *lmdb = calloc(1, sizeof *lmdb);
    (void)items;
    if (keeper_open(&lmdb->keeper, place->folder, false, why)) {
        int status = open_table(lmdb);
        if (status == 0)
            return lmdb;
        snprintf(why, WHY_SIZE, "%.150s", mdb_strerror(status));
    }
    close_lmdb(lmdb);
    return NULL;
}

static void *line_of_lmdb(void *subject, uint32_t caller, char *why)
{
    (void)caller;
    (void)why;
    return subject;
}

/* The next value in, the oldest out. */
static bool commit_one(struct lmdb *lmdb)
{
    MDB_txn *change = NULL;
    size_t position = lmdb->position, oldest = position - LATEST;
    MDB_val key = {sizeof position, &position}, last = {sizeof oldest, &oldest};
    MDB_val value = {lmdb->size, lmdb->value};
    if (mdb_txn_begin(lmdb->environment, NULL, 0, &change) != 0)
        return false;
    int status = mdb_put(change, lmdb->table, &key, &value, MDB_APPEND);
    if (status == 0 && position >= LATEST)
        status = mdb_del(change, lmdb->table, &last, NULL);
    if (status != 0) {
        mdb_txn_abort(change);
        return false;
    }
    lmdb->position++;
    return mdb_txn_commit(change) == 0;
}

/* If values of this size were never there, write as many as are kept, without waiting. */
static void prepare_lmdb(void *subject, size_t form, const struct durable_commit *own)
{
    struct lmdb *lmdb = subject;
    bool good = true;
    (void)form;
    lmdb->size = (size_t)own->bytes > 0 ? (size_t)own->bytes : 1;
    lmdb->units = own->reservations > 1 ? (int64_t)(own->reservations + 0.5) : 1;
    if (lmdb->size <= lmdb->filled)
        return;
    lmdb->filled = lmdb->size;
    free(lmdb->value);
    lmdb->value = calloc(1, lmdb->filled);
    mdb_env_set_flags(lmdb->environment, MDB_NOSYNC, 1);
    for (size_t i = 0; i < LATEST; i++)
        good = commit_one(lmdb) && good;
    mdb_env_set_flags(lmdb->environment, MDB_NOSYNC, 0);
    expect_ok(good && mdb_env_sync(lmdb->environment, 1) == 0 ? SELLABLE_OK : SELLABLE_NOT_DURABLE,
              "LMDB");
}

static void commit_value(void *subject, struct share *share)
{
    struct lmdb *lmdb = subject;
    share->wrong += !commit_one(lmdb);
    share->units += lmdb->units;
}

#else

static void *open_lmdb(const struct durable_place *place, size_t items, char *why)
{
    (void)place;
    (void)items;
    snprintf(why, WHY_SIZE, "the bench was built without liblmdb-dev");
    return NULL;
}
#define close_lmdb NULL
#define line_of_lmdb NULL
#define prepare_lmdb NULL
#define commit_value NULL

#endif

/* Number by number the forms of the library. */
const struct durable_kind durable_lmdb = {
    .name = "LMDB",
    .floor = true,
    .open = open_lmdb,
    .close = close_lmdb,
    .line = line_of_lmdb,
    .prepare = prepare_lmdb,
    .form_count = 6,
    .forms = {{"plain LMDB: a commit as of 1 caller", CARRIES, commit_value, 1, 1},
              {"plain LMDB: as of 16 callers", CARRIES, commit_value, 1, 1},
              {"plain LMDB: as of 64 callers", CARRIES, commit_value, 1, 1},
              {"plain LMDB: as of 256 callers", CARRIES, commit_value, 1, 1},
              {"plain LMDB: as of a batch of 128", CARRIES, commit_value, 1, 1},
              {"plain LMDB: as of 16 such batches", CARRIES, commit_value, 1, 1}},
};
