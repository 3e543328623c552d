/* SPDX-License-Identifier: Apache-2.0
 *
 * An LMDB environment as a log: see sellable.h, DURABILITY, and the head of log_lmdb.c. */
#ifndef SBL_LOG_LMDB_H
#define SBL_LOG_LMDB_H

#include "base.h"

/* Where large things are cut; tests cut them smaller. */
struct sbl_lmdb_limits {
    uint64_t part;        /* bytes of a batch in one record: a batch is at most 64 of these */
    uint64_t transaction; /* bytes of batches in one transaction */
    uint64_t drop;        /* pages given up in one transaction */
};

extern const struct sbl_lmdb_limits sbl_lmdb_limits;

/* sellable_lmdb_open, with limits. */
enum sellable_status sbl_log_lmdb_open(const char *path, uint64_t bytes,
                                       const struct sbl_lmdb_limits *limits,
                                       struct sellable_log *log, const char **reason);

#endif
