/* SPDX-License-Identifier: Apache-2.0
 *
 * Where the library is built without LMDB: what the header says of it then. */
#include "base.h"

enum sellable_status sellable_lmdb_open(const char *path, uint64_t bytes, struct sellable_log *log,
                                        const char **reason) {
    (void)path, (void)bytes, (void)log;
    *reason = "this library was built without LMDB";
    return SELLABLE_INVALID;
}
