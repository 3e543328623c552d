/* SPDX-License-Identifier: Apache-2.0
 *
 * A file of LMDB's: made, locked, looked through, opened; and what is put into it.
 *
 * A new file is made under another name (path.new), and gets its own when it is whole and durable:
 * so a file of that name is never half made. It begins with two transactions, so that both meta
 * pages lead to a stamp (lmdb_check.h). */
#ifndef SBL_LMDB_FILE_H
#define SBL_LMDB_FILE_H

#include "directory.h"
#include "lmdb_check.h"

#include <lmdb.h>

struct sbl_lmdb_file {
    struct sbl_lock lock;
    MDB_env *env;
    struct sbl_lmdb_state state; /* as it was found */
    bool had_name;               /* then */
};

/* Lock the file, made with `size` bytes if it is not there, and let LMDB have it if it is sound.
 * All its disk space is taken. If it is not ok, *reason says why (as sellable_lmdb_open), and
 * nothing is left open. */
enum sellable_status sbl_lmdb_file_open(struct sbl_lmdb_file *file, const char *path, uint64_t size,
                                        const char **reason);

/* Is it still what LMDB has mapped: so many bytes at least, and neither deleted nor replaced? */
bool sbl_lmdb_file_is_there(const struct sbl_lmdb_file *file, uint64_t bytes);

/* No transaction is open. In a forked child (`here` is false) it gives back what is the child's:
 * what LMDB has are a map that can only be read, memory, and descriptors. */
void sbl_lmdb_file_close(struct sbl_lmdb_file *file, bool here);

/* Put a record: its head, and then the bytes. 0, or an error of LMDB's. */
int sbl_lmdb_put(MDB_txn *txn, MDB_dbi batches, uint64_t key, const uint64_t *head,
                 const void *bytes, uint64_t size, unsigned flags);

/* Put the transaction's stamp: the last thing before it is committed. */
int sbl_lmdb_put_stamp(MDB_txn *txn, MDB_dbi batches);

/* What an error means that LMDB gives, in words for a reason. */
const char *sbl_lmdb_reason(int error);

#endif
