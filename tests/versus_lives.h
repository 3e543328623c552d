/* SPDX-License-Identifier: Apache-2.0
 *
 * For versus.c: an engine on a log, which lives several times. Now and then it is closed, or
 * crashes, and what the log holds is opened again. A crash takes all that was decided since
 * somebody last waited for the log: the model goes back there, too, and the calls since are made
 * again. */
#ifndef SELLABLE_TESTS_VERSUS_LIVES_H
#define SELLABLE_TESTS_VERSUS_LIVES_H

#include "versus.h"
#include "versus_side.h"

#include "random.h"

struct disk;

struct lives {
    struct disk *disk;
    struct sellable_options options;
    uint32_t answering;
    bool worker;
    struct random random;
    uint32_t next; /* the call before which something happens */
    struct {
        bool is_known;
        struct side engine, model; /* the model's own, of then */
        uint64_t position;
        uint64_t full[2];
        uint32_t call; /* the next */
    } durable; /* when somebody last waited for the log */
    struct tally_of_lives tally;
};

/* Open the engine of a side. NULL: it is open; else why not, as below. */
const char *lives_begin(struct lives *lives, const struct variant *variant,
                        const struct sellable_options *options, struct side *engine);

/* Before the call *call nobody is at anything: what happens then, if anything does; *call: the call
 * to go on with. NULL: all is as it should be; else what is not, in words. */
const char *lives_go_on(struct lives *lives, struct side *engine, struct side *model,
                        uint32_t *call);

/* Who is kept beside is about to be another, and does not go back: no call from before is made
 * again. */
void lives_keep_what_was(struct lives *lives);

/* After the engine is closed; tally may be NULL. */
void lives_end(struct lives *lives, struct tally *tally);

#endif
