/* SPDX-License-Identifier: Apache-2.0
 *
 * Sources: the systems that send events. A source's line:
 *
 *   word 1   the blob with its key (low half); bit 32: it has sent a number
 *   word 2   the last number that was applied
 *   word 3   gaps: how often one was applied that was more than one above the last
 *   word 4   max_lag + 1; 0: none */
#ifndef SBL_SOURCE_H
#define SBL_SOURCE_H

#include "engine.h"

enum {
    SBL_SOURCE_ENTRY = 1,
    SBL_SOURCE_SEQ = 2,
    SBL_SOURCE_GAPS = 3,
    SBL_SOURCE_LAG = 4,
    SBL_SOURCES_MAX = 65535
};
#define SBL_SOURCE_NUMBERED (UINT64_C(1) << 32)

static inline struct sbl_line *sbl_source_line(const struct sellable *engine, uint32_t source) {
    return source == 0 || source > SBL_SOURCES_MAX ? NULL
                                                   : sbl_array_at(&engine->source, source - 1);
}
static inline uint32_t sbl_source_number(const struct sellable *engine,
                                         struct sellable_source source, struct sellable_key key) {
    return source.id != 0 ? source.id : sbl_number_of(engine, &engine->sources, key);
}

#endif
