/* SPDX-License-Identifier: Apache-2.0
 *
 * An LMDB environment as a log.
 *
 * What is in it: a record for each batch, by its position (lmdb_check.h has the form), and one, the
 * stamp, with the number of the transaction. A batch that is larger than limits.part is in several
 * records of one transaction: so LMDB never has to write 2 GiB at once, which the system does not
 * do, and never has so many pages to write that it spills some of them early.
 *
 * DURABLE. append() and drop() work in a write transaction that stays open until sync() commits it,
 * or until it is large. A commit of LMDB writes all changed pages to places that neither the last
 * state nor the one before it uses, syncs them, and then writes and syncs the one of the two meta
 * pages that is two transactions old: 136 bytes in one sector. Whatever is lost, torn or reordered
 * of it in a crash, the other meta page still leads to the last state, and LMDB takes the new one
 * only if its number is there. The number reaches the disk after all that it leads to, because of
 * the sync in between. So when sync() has answered ok, that state is what is found; else that one
 * or the last. No flag that weakens this is used (MDB_NOSYNC, MDB_NOMETASYNC, MDB_WRITEMAP,
 * MDB_MAPASYNC). A new file is made under another name, synced, renamed, and its directory synced.
 *
 * FAILED. The first commit, or anything in a write transaction, that fails is the last that is
 * tried: what comes after it answers not_durable. The read transaction of the last good commit
 * stays open, so that what was committed can be read even where LMDB begins no new transaction;
 * nothing is written any more that could touch its pages.
 *
 * SPACE. The file has the size of the map, and its disk space is taken. The *tail* is what lies
 * behind the last page that was ever used. room() counts the tail only: there everything finds its
 * place, side by side. LMDB puts things into pages that were given up first, where they fit, so the
 * tail lasts longer than is said. Of the tail some is kept back: for the pages on the way to the
 * first and last leaf, which each transaction writes anew, and for lists of free pages. The rest
 * counts with 15/32 of its bytes: a batch that is just too large for its half of a leaf takes a
 * page of its own. Once more space cannot be had, room() falls to 0, and nothing else happens.
 *
 * ONE PROCESS. The file is locked (directory.h), so LMDB's own lock file is not needed
 * (MDB_NOLOCK), and nothing of a transaction belongs to a thread. A forked child answers
 * not_durable to all, and may close: that gives back what is its own, and touches neither the file
 * nor the lock.
 *
 * TAKEN AWAY. LMDB reads through a map: where a file was made shorter, that is a signal to the
 * process (SIGBUS); where it was deleted, or another put in its place, nobody notices. So before
 * LMDB does anything it is looked whether the file is still as long as the map, and has a name;
 * else the log has failed. What remains: a file that is made shorter while LMDB is at work, and a
 * disk that cannot give back a page that is mapped (trees were read once when the file was opened,
 * values were not). Interrupted writes LMDB makes again, as long as signals come; an interrupted
 * sync is a failed one. */
#include "log_lmdb.h"

#include "lmdb_file.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/mman.h>

#define BYTES_BY_DEFAULT (UINT64_C(64) << 20)
#define BYTES_MIN (UINT64_C(1) << 20)
#define BATCH_MAX (UINT64_C(1) << 31)

enum {
    FREE_PAGES = 0, /* LMDB's own tree */

    /* Pages of the tail that are kept back: for what a transaction writes anew, a list of 40,000
     * pages given up in it, and a new level of a tree; and thrice what a list of all free pages
     * takes. */
    KEPT_BACK = 96,
    KEPT_BACK_FOR_FREE = 3,

    LEAVES_OF_A_BRANCH = 64, /* at least */
    DROP_FEW = 256, /* pages to give up at once where space is short: their list fits a page */
    SMALLEST_STEP = 16, /* by so much of it the file grows at least */
    COUNTED = 15,   /* of COUNTED_OF parts of a page, room() counts so many */
    COUNTED_OF = 32
};

/* 64 MiB: some 16,000 pages, an eighth of what LMDB holds before it spills. */
const struct sbl_lmdb_limits sbl_lmdb_limits = {
    .part = (UINT64_C(64) << 20) - 4096, .transaction = UINT64_C(64) << 20, .drop = 8192};

struct lmdb {
    struct sbl_lmdb_limits limits;
    struct sbl_birthmark mark;
    struct sbl_lmdb_file file;
    MDB_dbi batches;
    MDB_txn *writer; /* NULL: nothing is to be written */
    MDB_txn *reader; /* the last good commit */
    uint64_t page_size;
    uint64_t step;      /* bytes to take at once */
    uint64_t mapped;    /* bytes, at the last commit */
    uint64_t tail;      /* pages, at the last commit */
    uint64_t kept_back; /* of these */
    uint64_t ask_below; /* if the tail is that short, the disk is asked for more */
    uint64_t spent;     /* by the writer, at most */
    uint64_t leaf;      /* bytes that are left in its last leaf, at least */
    uint64_t leaves;    /* that it has made */
    uint64_t written;   /* bytes of batches in it */
    bool failed;
    void *buffer; /* a batch that is not to be had in one piece, aligned */
};

/* ---- failing --------------------------------------------------------------------------------- */

static enum sellable_status failing(struct lmdb *lmdb, int error) {
    lmdb->failed = true;
    if (lmdb->writer != NULL)
        mdb_txn_abort(lmdb->writer);
    lmdb->writer = NULL;
    return error == ENOMEM ? SELLABLE_NO_MEMORY : SELLABLE_NOT_DURABLE;
}

static bool may_write(struct lmdb *lmdb) {
    if (lmdb->failed || !sbl_birthmark_is_here(&lmdb->mark))
        return false;
    if (!sbl_lmdb_file_is_there(&lmdb->file, lmdb->mapped))
        (void)failing(lmdb, EIO);
    return !lmdb->failed;
}

/* ---- space ----------------------------------------------------------------------------------- */

/* What the last commit left. */
static int look_at_space(struct lmdb *lmdb) {
    MDB_envinfo info;
    MDB_stat batches, list;
    int error = mdb_env_info(lmdb->file.env, &info);
    if (error == 0)
        error = mdb_stat(lmdb->reader, lmdb->batches, &batches);
    if (error == 0)
        error = mdb_stat(lmdb->reader, FREE_PAGES, &list);
    if (error != 0)
        return error;
    lmdb->mapped = info.me_mapsize;
    uint64_t used = info.me_last_pgno + 1, pages = info.me_mapsize / lmdb->page_size;
    uint64_t in_trees = batches.ms_branch_pages + batches.ms_leaf_pages +
                        batches.ms_overflow_pages + list.ms_branch_pages + list.ms_leaf_pages +
                        list.ms_overflow_pages;
    uint64_t listed = (used - SBL_LMDB_METAS - in_trees) * sizeof(uint64_t) / lmdb->page_size + 1;
    /* LMDB does not use the map's last page. */
    lmdb->tail = pages > used + 1 ? pages - used - 1 : 0;
    lmdb->kept_back = KEPT_BACK + KEPT_BACK_FOR_FREE * listed;
    return 0;
}

/* A larger map can be had: then LMDB, which gives up the one that it has first, can have it, too.
 * */
static bool can_map(int descriptor, uint64_t size) {
    void *map = mmap(NULL, size, PROT_READ, MAP_SHARED, descriptor, 0);
    return map != MAP_FAILED && munmap(map, size) == 0;
}

/* A larger size of the file, whose space is taken: by as much again as at first, or, where the disk
 * has not so much, by half of that, and so on; but not by less than is `least`. 0: none. */
static uint64_t take_more(const struct lmdb *lmdb, int descriptor, uint64_t least) {
    uint64_t smallest = lmdb->step / SMALLEST_STEP;
    for (uint64_t more = lmdb->step; more >= smallest; more /= 2) {
        uint64_t bytes = (more > least ? more : least) / lmdb->page_size * lmdb->page_size;
        uint64_t size = lmdb->mapped + bytes;
        int error = sbl_take_space(descriptor, size);
        if (error == 0)
            return can_map(descriptor, size) ? size : 0;
        if (more <= least || (error != ENOSPC && error != EDQUOT && error != EFBIG))
            break;
    }
    return 0;
}

/* Between transactions: take more space, and at least for `pages`. false: it is not to be had, and
 * all is as it was. */
static bool grow(struct lmdb *lmdb, uint64_t pages) {
    int descriptor;
    uint64_t size = mdb_env_get_fd(lmdb->file.env, &descriptor) == 0
                        ? take_more(lmdb, descriptor, pages * lmdb->page_size)
                        : 0;
    if (size == 0)
        return false;
    mdb_txn_reset(lmdb->reader);
    int error = mdb_env_set_mapsize(lmdb->file.env, size);
    if (error == 0)
        error = mdb_txn_renew(lmdb->reader);
    if (error == 0)
        error = look_at_space(lmdb);
    if (error != 0)
        (void)failing(lmdb, error);
    return error == 0;
}

/* There is more than half of what was taken, or more is taken; without it room() falls, and that is
 * all. A full disk takes long to say so: it is asked again when an eighth of the rest is gone. */
static void keep_half(struct lmdb *lmdb) {
    uint64_t half = lmdb->step / 2 / lmdb->page_size;
    if (lmdb->tail >= half + lmdb->kept_back || lmdb->tail > lmdb->ask_below)
        return;
    lmdb->ask_below = grow(lmdb, 0) ? UINT64_MAX : lmdb->tail - lmdb->tail / 8;
}

/* The pages that a value in a new last record takes: its own, and now and then a leaf, and then now
 * and then a branch. */
static uint64_t pages_for(struct lmdb *lmdb, uint64_t size) {
    uint64_t pages = 0, node = SBL_LMDB_NODE_HEAD + SBL_LMDB_KEY + size;
    if (node > sbl_lmdb_node_max(lmdb->page_size)) {
        pages = sbl_lmdb_own_pages(size, lmdb->page_size);
        node = SBL_LMDB_NODE_HEAD + SBL_LMDB_KEY + sizeof(uint64_t);
    }
    node += SBL_LMDB_SLOT;
    if (node > lmdb->leaf) {
        lmdb->leaf = lmdb->page_size - SBL_LMDB_PAGE_HEAD;
        pages += lmdb->leaves++ % LEAVES_OF_A_BRANCH == 0 ? 2 : 1;
    }
    lmdb->leaf -= node;
    return pages;
}

/* The same, at most, for a batch that is not begun. */
static uint64_t pages_at_most(const struct lmdb *lmdb, uint64_t size) {
    uint64_t parts = size / lmdb->limits.part + 1;
    return size / lmdb->page_size + parts * 4;
}

/* ---- transactions ---------------------------------------------------------------------------- */

static int begin(struct lmdb *lmdb) {
    lmdb->spent = lmdb->leaf = lmdb->leaves = lmdb->written = 0;
    return mdb_txn_begin(lmdb->file.env, NULL, 0, &lmdb->writer);
}

static enum sellable_status commit(struct lmdb *lmdb) {
    MDB_txn *writer = lmdb->writer;
    if (writer == NULL)
        return SELLABLE_OK;
    int error = sbl_lmdb_put_stamp(writer, lmdb->batches);
    if (error != 0)
        return failing(lmdb, error);
    lmdb->writer = NULL; /* it is gone, whatever comes of it */
    lmdb->spent = 0;
    error = mdb_txn_commit(writer);
    if (error != 0)
        return failing(lmdb, error);
    mdb_txn_reset(lmdb->reader);
    error = mdb_txn_renew(lmdb->reader);
    if (error == 0)
        error = look_at_space(lmdb);
    return error == 0 ? SELLABLE_OK : failing(lmdb, error);
}

/* ---- the functions of the log ---------------------------------------------------------------- */

/* A write transaction is open, which has room for so many bytes more, if any has. */
static enum sellable_status have_writer(struct lmdb *lmdb, uint64_t size) {
    uint64_t pages = pages_at_most(lmdb, size);
    if (lmdb->writer != NULL && (lmdb->written + size > lmdb->limits.transaction ||
                                 lmdb->spent + pages + lmdb->kept_back > lmdb->tail)) {
        enum sellable_status status = commit(lmdb);
        if (status != SELLABLE_OK)
            return status;
    }
    if (lmdb->writer != NULL)
        return SELLABLE_OK;
    /* If there is no more space, pages that were given up may still do. */
    if (pages + lmdb->kept_back > lmdb->tail && !grow(lmdb, pages + lmdb->kept_back) &&
        lmdb->failed)
        return SELLABLE_NOT_DURABLE;
    int error = begin(lmdb);
    return error == 0 ? SELLABLE_OK : failing(lmdb, error);
}

static enum sellable_status lmdb_append(void *context, uint64_t position, const void *bytes,
                                        uint64_t size) {
    struct lmdb *lmdb = context;
    if (!may_write(lmdb))
        return SELLABLE_NOT_DURABLE;
    if (size == 0 || size % 8 != 0 || size > BATCH_MAX || position > SBL_LMDB_POSITION_MAX ||
        size > lmdb->limits.part * SBL_LMDB_PARTS)
        return failing(lmdb, EINVAL);
    enum sellable_status status = have_writer(lmdb, size);
    if (status != SELLABLE_OK)
        return status;
    for (uint64_t done = 0, part = 0; done < size; part++) {
        uint64_t left = size - done, now = left < lmdb->limits.part ? left : lmdb->limits.part;
        uint64_t key = sbl_lmdb_key(position, part), whole = SBL_LMDB_HEAD + now;
        const uint64_t head[SBL_LMDB_HEAD_WORDS] = {size, sbl_lmdb_seal(key, size, whole)};
        lmdb->spent += pages_for(lmdb, whole);
        int error = sbl_lmdb_put(lmdb->writer, lmdb->batches, key, head,
                                 (const char *)bytes + done, now, MDB_APPEND);
        if (error != 0)
            return failing(lmdb, error);
        done += now;
    }
    lmdb->written += size;
    return SELLABLE_OK;
}

static enum sellable_status lmdb_sync(void *context) {
    struct lmdb *lmdb = context;
    if (!may_write(lmdb))
        return SELLABLE_NOT_DURABLE;
    if (lmdb->writer == NULL) /* there may be space by now */
        lmdb->ask_below = UINT64_MAX;
    enum sellable_status status = commit(lmdb);
    if (status != SELLABLE_OK)
        return status;
    keep_half(lmdb);
    return SELLABLE_OK; /* even if the larger map failed: what was committed is */
}

static uint64_t key_of(const MDB_val *key) {
    uint64_t word;
    memcpy(&word, key->mv_data, sizeof word);
    return word;
}

/* Give up records below `end`, some pages of them. *more: there are others. */
static int drop_some(struct lmdb *lmdb, uint64_t end, bool *more) {
    uint64_t pages = 0;
    uint64_t most = lmdb->tail < lmdb->kept_back + lmdb->spent ? DROP_FEW : lmdb->limits.drop;
    MDB_cursor *cursor;
    int error = mdb_cursor_open(lmdb->writer, lmdb->batches, &cursor);
    if (error != 0)
        return error;
    for (;;) { /* each time from the root: leaves come together meanwhile */
        uint64_t first = SBL_LMDB_PARTS;
        MDB_val key = {sizeof first, &first}, value;
        error = mdb_cursor_get(cursor, &key, &value, MDB_SET_RANGE);
        *more = error == 0 && key_of(&key) < end;
        if (!*more || pages >= most)
            break;
        pages += sbl_lmdb_own_pages(value.mv_size, lmdb->page_size);
        error = mdb_cursor_del(cursor, 0);
        if (error != 0)
            break;
    }
    mdb_cursor_close(cursor);
    return error == MDB_NOTFOUND ? 0 : error;
}

static enum sellable_status lmdb_drop(void *context, uint64_t position) {
    struct lmdb *lmdb = context;
    bool more = true;
    if (!may_write(lmdb))
        return SELLABLE_NOT_DURABLE;
    lmdb->ask_below = UINT64_MAX; /* who makes room here may have made some elsewhere */
    if (position > SBL_LMDB_POSITION_MAX)
        position = SBL_LMDB_POSITION_MAX + 1;
    while (more) {
        int error = lmdb->writer == NULL ? begin(lmdb) : 0;
        if (error == 0)
            error = drop_some(lmdb, sbl_lmdb_key(position, 0), &more);
        if (error != 0)
            return failing(lmdb, error);
        enum sellable_status status = more ? commit(lmdb) : SELLABLE_OK;
        if (status != SELLABLE_OK)
            return status;
    }
    return SELLABLE_OK;
}

static uint64_t lmdb_room(void *context) {
    struct lmdb *lmdb = context;
    uint64_t gone = lmdb->kept_back + lmdb->spent;
    if (!may_write(lmdb) || lmdb->tail <= gone)
        return 0;
    return (lmdb->tail - gone) * lmdb->page_size / COUNTED_OF * COUNTED;
}

/* ---- reading --------------------------------------------------------------------------------- */

/* The record that a search from `position` on finds: of the batch there, or else before, or else
 * after. MDB_NOTFOUND: there is none. */
static int find(MDB_cursor *cursor, uint64_t position, MDB_val *key, MDB_val *value) {
    uint64_t wanted = sbl_lmdb_key(position, 0), word = wanted;
    *key = (MDB_val){sizeof word, &word};
    int error = mdb_cursor_get(cursor, key, value, MDB_SET_RANGE);
    if (error == 0 && key_of(key) == wanted)
        return 0;
    if (error == 0 || error == MDB_NOTFOUND) {
        error = mdb_cursor_get(cursor, key, value, error == 0 ? MDB_PREV : MDB_LAST);
        if (error == 0 && key_of(key) < SBL_LMDB_PARTS) /* the stamp: what is behind it */
            error = mdb_cursor_get(cursor, key, value, MDB_NEXT);
    }
    if (error != 0 || sbl_lmdb_part(key_of(key)) == 0)
        return error;
    word = key_of(key) - sbl_lmdb_part(key_of(key)); /* the last part: the first one of these */
    *key = (MDB_val){sizeof word, &word};
    return mdb_cursor_get(cursor, key, value, MDB_SET_KEY);
}

/* Is this the record's head? *whole: the bytes of its batch. */
static bool head_is_right(uint64_t key, const MDB_val *value, uint64_t *whole) {
    uint64_t head[SBL_LMDB_HEAD_WORDS];
    if (value->mv_size <= SBL_LMDB_HEAD)
        return false;
    memcpy(head, value->mv_data, sizeof head);
    *whole = head[0];
    return head[1] == sbl_lmdb_seal(key, head[0], value->mv_size) && head[0] <= BATCH_MAX;
}

/* A batch in several parts, or where it is not aligned: put together in the buffer. */
static int copy_parts(struct lmdb *lmdb, MDB_cursor *cursor, MDB_val key, MDB_val value,
                      uint64_t whole) {
    uint64_t first = key_of(&key), done = 0, same;
    void *buffer = realloc(lmdb->buffer, whole);
    if (buffer == NULL)
        return ENOMEM;
    lmdb->buffer = buffer;
    for (uint64_t part = 0;; part++) {
        uint64_t size = value.mv_size - SBL_LMDB_HEAD;
        if (key_of(&key) != first + part || !head_is_right(first + part, &value, &same) ||
            same != whole || size > whole - done)
            return MDB_CORRUPTED;
        memcpy((char *)buffer + done, (const char *)value.mv_data + SBL_LMDB_HEAD, size);
        done += size;
        if (done == whole)
            return 0;
        int error = mdb_cursor_get(cursor, &key, &value, MDB_NEXT);
        if (error != 0)
            return error == MDB_NOTFOUND ? MDB_CORRUPTED : error;
    }
}

static int read_batch(struct lmdb *lmdb, uint64_t from, uint64_t *position, const void **bytes,
                      uint64_t *size) {
    MDB_val key, value;
    MDB_cursor *cursor;
    MDB_txn *txn = lmdb->writer != NULL ? lmdb->writer : lmdb->reader;
    int error = mdb_cursor_open(txn, lmdb->batches, &cursor);
    if (error != 0)
        return error;
    error = find(cursor, from, &key, &value);
    if (error == 0 && !head_is_right(key_of(&key), &value, size))
        error = MDB_CORRUPTED;
    if (error == 0) {
        *position = sbl_lmdb_position(key_of(&key));
        *bytes = (const char *)value.mv_data + SBL_LMDB_HEAD;
        if (value.mv_size - SBL_LMDB_HEAD != *size || (uintptr_t)*bytes % 8 != 0) {
            error = copy_parts(lmdb, cursor, key, value, *size);
            *bytes = lmdb->buffer;
        }
    }
    mdb_cursor_close(cursor);
    return error;
}

static enum sellable_status lmdb_read(void *context, uint64_t from, uint64_t *position,
                                      const void **bytes, uint64_t *size) {
    struct lmdb *lmdb = context;
    if (!sbl_birthmark_is_here(&lmdb->mark) ||
        !sbl_lmdb_file_is_there(&lmdb->file, lmdb->mapped))
        return SELLABLE_NOT_DURABLE;
    if (from > SBL_LMDB_POSITION_MAX)
        from = SBL_LMDB_POSITION_MAX;
    int error = read_batch(lmdb, from, position, bytes, size);
    if (error == 0)
        return SELLABLE_OK;
    *size = 0;
    if (error == MDB_NOTFOUND)
        return SELLABLE_OK;
    return error == ENOMEM ? SELLABLE_NO_MEMORY : SELLABLE_NOT_DURABLE;
}

/* ---- opening and closing --------------------------------------------------------------------- */

static void lmdb_close(void *context) {
    struct lmdb *lmdb = context;
    bool here = sbl_birthmark_is_here(&lmdb->mark);
    if (lmdb->writer != NULL)
        mdb_txn_abort(lmdb->writer);
    if (lmdb->reader != NULL)
        mdb_txn_abort(lmdb->reader);
    sbl_lmdb_file_close(&lmdb->file, here);
    sbl_birthmark_end(&lmdb->mark);
    free(lmdb->buffer);
    free(lmdb);
}

static enum sellable_status refuse(const char **reason, enum sellable_status status,
                                   const char *why) {
    *reason = why;
    return status;
}

static enum sellable_status begin_all(struct lmdb *lmdb, const char *path, const char **reason) {
    if (!sbl_birthmark_begin(&lmdb->mark))
        return refuse(reason, SELLABLE_NO_MEMORY, "no memory");
    enum sellable_status status = sbl_lmdb_file_open(&lmdb->file, path, lmdb->step, reason);
    if (status != SELLABLE_OK)
        return status;
    int error = mdb_txn_begin(lmdb->file.env, NULL, MDB_RDONLY, &lmdb->reader);
    if (error == 0)
        error = mdb_dbi_open(lmdb->reader, NULL, MDB_INTEGERKEY, &lmdb->batches);
    if (error == 0)
        error = look_at_space(lmdb);
    if (error != 0)
        return refuse(reason, error == ENOMEM ? SELLABLE_NO_MEMORY : SELLABLE_NOT_DURABLE,
                      sbl_lmdb_reason(error));
    lmdb->ask_below = UINT64_MAX;
    keep_half(lmdb);
    lmdb->ask_below = UINT64_MAX; /* the first sync asks again */
    return lmdb->failed ? refuse(reason, SELLABLE_NOT_DURABLE, "the file could not be mapped")
                        : SELLABLE_OK;
}

enum sellable_status sbl_log_lmdb_open(const char *path, uint64_t bytes,
                                       const struct sbl_lmdb_limits *limits,
                                       struct sellable_log *log, const char **reason) {
    struct lmdb *lmdb = calloc(1, sizeof *lmdb);
    if (lmdb == NULL)
        return refuse(reason, SELLABLE_NO_MEMORY, "no memory");
    lmdb->limits = *limits;
    lmdb->file.lock.descriptor = -1;
    lmdb->page_size = sbl_lmdb_page_size();
    lmdb->step = bytes == 0 ? BYTES_BY_DEFAULT : bytes < BYTES_MIN ? BYTES_MIN : bytes;
    lmdb->step = (lmdb->step + lmdb->page_size - 1) / lmdb->page_size * lmdb->page_size;
    *reason = "";
    enum sellable_status status = begin_all(lmdb, path, reason);
    if (status != SELLABLE_OK) {
        lmdb_close(lmdb);
        return status;
    }
    *log = (struct sellable_log){.context = lmdb,
                                 .append = lmdb_append,
                                 .sync = lmdb_sync,
                                 .read = lmdb_read,
                                 .drop = lmdb_drop,
                                 .room = lmdb_room,
                                 .close = lmdb_close};
    return SELLABLE_OK;
}

enum sellable_status sellable_lmdb_open(const char *path, uint64_t bytes, struct sellable_log *log,
                                        const char **reason) {
    return sbl_log_lmdb_open(path, bytes, &sbl_lmdb_limits, log, reason);
}
