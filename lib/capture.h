/* SPDX-License-Identifier: Apache-2.0
 *
 * All that is kept at the instant of a snapshot, piece by piece: every line, with its value in the
 * snapshot, every block that these lead to, and what is free between (reach.h). Whoever takes the
 * pieces can make an engine of them that is what this one was (builder.h); they know nothing of
 * what they say.
 *
 * NAMES. A line has the name that transactions give it (commit.h): its kind, and its number; one
 * name for each line. What was never changed is all 0, and is left out.
 *
 * OTHERS GO ON meanwhile; nothing of the engine is written, but what `settle` does. A line's tag is
 * that of now, which may be above that of the instant: it tells which of two promises is the
 * earlier (order.h, since), and is as good. Buckets are born one after another: at the instant
 * there were at most as many as are counted now, and one more that was born and is not counted yet.
 *
 * Callers guarantee: the snapshot is open from before the beginning until after the end; the worker
 * is theirs. Cost: every line is read once, and every block. Memory: two bits for each 32 bytes of
 * blocks. */
#ifndef SBL_CAPTURE_H
#define SBL_CAPTURE_H

#include "engine.h"
#include "reach.h"

/* What is done with the pieces. false: it ends here. */
struct sbl_sink {
    void *context;
    bool (*line)(void *context, struct sbl_name name, uint64_t header,
                 const struct sbl_image *image);
    bool (*block)(void *context, uint32_t reference, uint64_t head, const sbl_word *words,
                  uint32_t count);
    /* A place between them that is free; NULL: that does not matter. */
    bool (*gap)(void *context, uint32_t reference, uint32_t granules);
};

struct sbl_capture {
    struct sellable *engine;
    uint32_t snapshot;
    struct sbl_sink sink;
    /* What is done with each line before it is read; NULL: nothing. */
    void (*settle)(struct sbl_worker *worker, struct sbl_line *line);
    struct sbl_worker *worker; /* for that */
    struct sbl_reach reach;    /* once it is over: which blocks there were */
};

/* Give everything to the sink; the fields above `reach` are filled in. `lender`: where memory comes
 * from meanwhile. false: there is none, or the sink said so. Whatever comes of it,
 * sbl_capture_end. */
bool sbl_capture_all(struct sbl_capture *capture, struct sbl_memory *lender);
void sbl_capture_end(struct sbl_capture *capture);

#endif
