/* SPDX-License-Identifier: Apache-2.0
 *
 * See frame.h. */
#include "frame.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

void sbl_frame_begin(uint64_t *frame, uint32_t kind, const struct sbl_chain *before) {
    frame[0] = SBL_FRAME_MAGIC;
    frame[SBL_FRAME_FORM] = sbl_pair(kind, SBL_FRAME_VERSION);
    frame[SBL_FRAME_CHAIN] = before->word[0];
    frame[SBL_FRAME_CHAIN + 1] = before->word[1];
}

static struct sbl_chain checksum_of(const uint64_t *frame, uint64_t words) {
    XXH128_hash_t hash = XXH3_128bits(frame, words * sizeof *frame);
    return (struct sbl_chain){{hash.low64, hash.high64}};
}

uint64_t sbl_frame_end(uint64_t *frame, uint64_t words, uint64_t from, uint64_t to) {
    frame[SBL_FRAME_BYTES] = (words + SBL_FRAME_END) * sizeof *frame;
    frame[SBL_FRAME_FROM] = from;
    frame[SBL_FRAME_TO] = to;
    struct sbl_chain chain = checksum_of(frame, words);
    frame[words] = chain.word[0];
    frame[words + 1] = chain.word[1];
    return frame[SBL_FRAME_BYTES];
}

struct sbl_chain sbl_frame_chain(const uint64_t *frame) {
    const uint64_t *end = frame + frame[SBL_FRAME_BYTES] / sizeof *frame - SBL_FRAME_END;
    return (struct sbl_chain){{end[0], end[1]}};
}

bool sbl_chain_equal(const struct sbl_chain *a, const struct sbl_chain *b) {
    return a->word[0] == b->word[0] && a->word[1] == b->word[1];
}

const char *sbl_frame_fault(const uint64_t *frame, uint64_t bytes, uint32_t kind,
                            uint64_t position) {
    if (bytes < (SBL_FRAME_HEAD + SBL_FRAME_END) * sizeof *frame || bytes % sizeof *frame != 0)
        return "a batch is cut off";
    if (frame[0] != SBL_FRAME_MAGIC)
        return "a batch does not begin as one";
    if (sbl_low(frame[SBL_FRAME_FORM]) > SBL_FRAME_VERSION)
        return "a batch is of a newer format than this library knows";
    if (frame[SBL_FRAME_BYTES] != bytes)
        return "a batch is not as long as it says";
    struct sbl_chain chain = checksum_of(frame, bytes / sizeof *frame - SBL_FRAME_END);
    struct sbl_chain said = sbl_frame_chain(frame);
    if (!sbl_chain_equal(&chain, &said))
        return "a batch is damaged: its checksum is another";
    if (sbl_low(frame[SBL_FRAME_FORM]) != SBL_FRAME_VERSION)
        return "a batch is of a format that this library does not know";
    if (sbl_high(frame[SBL_FRAME_FORM]) != kind)
        return "a batch is of another kind than it should be";
    return frame[SBL_FRAME_FROM] == position ? NULL
                                             : "a batch stands at another position than its own";
}
