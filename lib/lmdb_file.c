/* SPDX-License-Identifier: Apache-2.0 */
#include "lmdb_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    ANY_FILE = 0666,
    LMDB_MAJOR = 0, /* the versions whose files are as lmdb_check.h has it */
    LMDB_MINOR = 9
};

const char *sbl_lmdb_reason(int error) {
    switch (error) {
    case MDB_MAP_FULL:
        return "the space in the file is used up";
    case MDB_INVALID:
    case MDB_CORRUPTED:
    case MDB_PAGE_NOTFOUND:
    case MDB_VERSION_MISMATCH:
        return "LMDB finds the file damaged";
    default:
        return error > 0 ? sbl_disk_reason(error) : "LMDB failed";
    }
}

/* ---- records --------------------------------------------------------------------------------- */

int sbl_lmdb_put(MDB_txn *txn, MDB_dbi batches, uint64_t key, const uint64_t *head,
                 const void *bytes, uint64_t size, unsigned flags) {
    MDB_val name = {sizeof key, &key}, value = {SBL_LMDB_HEAD + size, NULL};
    int error = mdb_put(txn, batches, &name, &value, flags | MDB_RESERVE);
    if (error != 0)
        return error;
    memcpy(value.mv_data, head, SBL_LMDB_HEAD);
    if (size > 0)
        memcpy((char *)value.mv_data + SBL_LMDB_HEAD, bytes, size);
    return 0;
}

int sbl_lmdb_put_stamp(MDB_txn *txn, MDB_dbi batches) {
    uint64_t number = mdb_txn_id(txn);
    const uint64_t stamp[SBL_LMDB_STAMP_WORDS] = {
        number, sbl_lmdb_seal(SBL_LMDB_STAMP_KEY, number, SBL_LMDB_STAMP)};
    static_assert((int)SBL_LMDB_STAMP == (int)SBL_LMDB_HEAD, "a stamp is a head without a batch");
    return sbl_lmdb_put(txn, batches, SBL_LMDB_STAMP_KEY, stamp, NULL, 0, 0);
}

/* ---- a new file ------------------------------------------------------------------------------ */

/* An environment on the file, with a map of `size` bytes. *env is for the caller to close. */
static int open_environment(const char *path, uint64_t size, MDB_env **env) {
    int descriptor, error = mdb_env_create(env);
    if (error != 0) {
        *env = NULL;
        return error;
    }
    error = mdb_env_set_mapsize(*env, size);
    if (error == 0)
        error = mdb_env_open(*env, path, MDB_NOSUBDIR | MDB_NOLOCK | MDB_NOTLS, ANY_FILE);
    if (error == 0)
        error = mdb_env_get_fd(*env, &descriptor);
    if (error == 0 && fcntl(descriptor, F_SETFD, FD_CLOEXEC) != 0)
        error = errno;
    return error;
}

/* One of the two transactions that a file begins with: then both meta pages lead to a stamp. */
static int first_transaction(MDB_env *env) {
    MDB_txn *txn;
    MDB_dbi batches;
    int error = mdb_txn_begin(env, NULL, 0, &txn);
    if (error != 0)
        return error;
    error = mdb_dbi_open(txn, NULL, MDB_INTEGERKEY, &batches);
    if (error == 0)
        error = sbl_lmdb_put_stamp(txn, batches);
    if (error == 0)
        return mdb_txn_commit(txn);
    mdb_txn_abort(txn);
    return error;
}

/* Fill the empty file at `path`, and make it durable. */
static int fill(const char *path, int descriptor, uint64_t size) {
    MDB_env *env;
    int error = open_environment(path, size, &env);
    for (int i = 0; error == 0 && i < SBL_LMDB_METAS; i++)
        error = first_transaction(env);
    if (env != NULL)
        mdb_env_close(env);
    return error == 0 ? sbl_take_space(descriptor, size) : error;
}

/* The file that is open is the one with this name. */
static bool has_name(int descriptor, const char *path) {
    struct stat opened, named;
    return fstat(descriptor, &opened) == 0 && stat(path, &named) == 0 &&
           opened.st_dev == named.st_dev && opened.st_ino == named.st_ino;
}

/* Make the file under another name, and give it its own. Who makes it has locked the file that has
 * the other name; who finds, once it has that lock, that the file has lost that name, or that there
 * is one of the right name by now, was too late, and lets it be: 0 in both cases. */
static int make_under(const char *path, const char *early, uint64_t size) {
    struct sbl_lock lock;
    int descriptor = open(early, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, ANY_FILE);
    int second = descriptor < 0 ? -1 : open(early, O_RDWR | O_CLOEXEC | O_NOFOLLOW);
    int error = descriptor < 0 || second < 0 ? errno : 0;
    if (error != 0) {
        if (descriptor >= 0)
            (void)close(descriptor);
        return error;
    }
    enum sbl_locked locked = sbl_lock_take(&lock, descriptor);
    if (locked == SBL_LOCK_TAKEN && has_name(second, early) && access(path, F_OK) != 0) {
        error = ftruncate(second, 0) == 0 ? fill(early, second, size) : errno;
        if (error == 0 && rename(early, path) != 0)
            error = errno;
        if (error == 0)
            error = sbl_sync_parent(path);
        else
            (void)unlink(early);
    }
    if (locked == SBL_LOCK_TAKEN)
        sbl_lock_release(&lock, true);
    (void)close(second);
    return error;
}

static int make(const char *path, uint64_t size) {
    static const char ending[] = ".new";
    size_t length = strlen(path);
    char *early = malloc(length + sizeof ending);
    if (early == NULL)
        return ENOMEM;
    memcpy(early, path, length + 1);
    memcpy(early + length, ending, sizeof ending);
    int error = make_under(path, early, size);
    free(early);
    return error;
}

/* ---- opening --------------------------------------------------------------------------------- */

static enum sellable_status refuse(const char **reason, enum sellable_status status,
                                   const char *why) {
    *reason = why;
    return status;
}

static enum sellable_status refuse_error(const char **reason, int error) {
    return refuse(reason, error == ENOMEM ? SELLABLE_NO_MEMORY : SELLABLE_NOT_DURABLE,
                  sbl_lmdb_reason(error));
}

/* The file, locked: made if it is not there. */
static enum sellable_status lock_file(struct sbl_lock *lock, const char *path, uint64_t size,
                                      const char **reason) {
    int descriptor = open(path, O_RDWR | O_CLOEXEC);
    if (descriptor < 0 && errno == ENOENT) {
        int error = make(path, size);
        if (error != 0)
            return refuse_error(reason, error);
        descriptor = open(path, O_RDWR | O_CLOEXEC);
    }
    if (descriptor < 0)
        return errno == EISDIR ? refuse(reason, SELLABLE_INVALID, "it is no file")
                               : refuse_error(reason, errno);
    switch (sbl_lock_take(lock, descriptor)) {
    case SBL_LOCK_TAKEN:
        return SELLABLE_OK;
    case SBL_LOCK_BUSY:
        return refuse(reason, SELLABLE_INVALID, "in use by another process, or opened twice");
    default:
        return refuse(reason, SELLABLE_NOT_DURABLE, "the file system has no locks");
    }
}

/* May LMDB have it? *size: the file's, in whole pages, and all of it taken. */
static enum sellable_status look_through(const char *path, struct sbl_lmdb_state *state,
                                         uint64_t *size, const char **reason) {
    struct stat file;
    int descriptor = open(path, O_RDWR | O_CLOEXEC);
    if (descriptor < 0)
        return refuse_error(reason, errno);
    enum sellable_status status = sbl_lmdb_check(descriptor, state, reason);
    if (status == SELLABLE_OK) {
        int error = fstat(descriptor, &file) == 0 ? 0 : errno;
        *size = (uint64_t)file.st_size / sbl_lmdb_page_size() * sbl_lmdb_page_size();
        /* What is missing at the end is had by growing; what is missing within must be had. */
        if (error == 0)
            error = sbl_take_space(descriptor, *size);
        if (error != 0)
            status = refuse_error(reason, error);
    }
    (void)close(descriptor);
    return status;
}

/* What the file is now, whatever its name leads to. */
static bool look_at_file(const struct sbl_lmdb_file *file, struct stat *now) {
    int descriptor;
    return mdb_env_get_fd(file->env, &descriptor) == 0 && fstat(descriptor, now) == 0;
}

bool sbl_lmdb_file_is_there(const struct sbl_lmdb_file *file, uint64_t bytes) {
    struct stat now;
    return look_at_file(file, &now) && (now.st_nlink > 0 || !file->had_name) &&
           (uint64_t)now.st_size >= bytes;
}

/* Does LMDB find what was found before? */
static enum sellable_status let_lmdb_have_it(struct sbl_lmdb_file *file, const char *path,
                                             uint64_t size, const char **reason) {
    MDB_envinfo info;
    struct stat now;
    int error = open_environment(path, size, &file->env);
    if (error == 0)
        error = mdb_env_info(file->env, &info);
    if (error == 0 && !look_at_file(file, &now))
        error = errno;
    if (error != 0)
        return refuse_error(reason, error);
    file->had_name = now.st_nlink > 0;
    if (info.me_last_txnid != file->state.transaction || info.me_last_pgno + 1 != file->state.pages)
        return refuse(reason, SELLABLE_INVALID, "LMDB finds another state than was found before");
    return SELLABLE_OK;
}

enum sellable_status sbl_lmdb_file_open(struct sbl_lmdb_file *file, const char *path, uint64_t size,
                                        const char **reason) {
    int major, minor;
    *file = (struct sbl_lmdb_file){.lock.descriptor = -1};
    (void)mdb_version(&major, &minor, NULL);
    if (major != LMDB_MAJOR || minor != LMDB_MINOR)
        return refuse(reason, SELLABLE_INVALID, "this version of LMDB has files of another format");
    enum sellable_status status = lock_file(&file->lock, path, size, reason);
    if (status == SELLABLE_OK)
        status = look_through(path, &file->state, &size, reason);
    if (status == SELLABLE_OK)
        status = let_lmdb_have_it(file, path, size, reason);
    if (status != SELLABLE_OK)
        sbl_lmdb_file_close(file, true);
    return status;
}

void sbl_lmdb_file_close(struct sbl_lmdb_file *file, bool here) {
    if (file->env != NULL)
        mdb_env_close(file->env);
    sbl_lock_release(&file->lock, here);
    *file = (struct sbl_lmdb_file){.lock.descriptor = -1};
}
