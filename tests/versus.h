/* SPDX-License-Identifier: Apache-2.0
 *
 * Engine versus reference model: a stream of calls is made against both, and every answer, and now
 * and then everything that can be asked, is compared. */
#ifndef SELLABLE_TESTS_VERSUS_H
#define SELLABLE_TESTS_VERSUS_H

#include "model.h"
#include "stream.h"

/* How the engine is opened and called; its answers must not depend on it. */
struct variant {
    const char *name;
    bool batches;       /* runs of apply, reserve, available as batches */
    bool worker;        /* one worker is held, else none is passed */
    bool own_allocator; /* slabs from the test, counted */
    uint64_t items;     /* room made at once */
    uint64_t orders;
    uint64_t seed;
    bool durable;    /* it has a log, is closed and crashes now and then, and opened again: */
    uint32_t answering; /* enum sellable_answering */
    uint64_t lives;     /* a seed: when */
    uint32_t others; /* items that are there first, closed everywhere, so that the numbers and the
                        places of the rest are other ones */
};

/* How often an engine on a log was opened again once it was closed, or after a crash, and how many
 * calls were made again then. */
struct tally_of_lives {
    uint64_t closed, crashed, again;
};

/* How often each call, and each type of event, was answered with each status, and each rule of the
 * model came up. */
struct tally {
    uint64_t counts[CALL_KIND_COUNT][SELLABLE_STATUS_COUNT];
    uint64_t events[SELLABLE_EVENT_TYPES_END][SELLABLE_STATUS_COUNT];
    uint64_t rules[MODEL_RULE_COUNT];
    struct tally_of_lives lives;
};

/* Make the calls against a new engine and a new model; true if they agree on everything. What they
 * disagree on is told on stderr if `loud`. Read of options: retention, ahead, event_ids,
 * exceptions. tally may be NULL; so may audit, the engine's after the last call. */
bool versus(const struct call *calls, uint32_t count, const struct variant *variant,
            const struct sellable_options *options, bool loud, struct tally *tally,
            struct sellable_audit *audit);

#endif
