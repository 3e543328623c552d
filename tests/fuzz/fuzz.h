/* SPDX-License-Identifier: Apache-2.0
 *
 * Hostile input. A harness is a program that takes one input of any bytes after another; whatever
 * they are, nothing may crash, leak, or be half applied. With clang's libFuzzer the inputs are
 * searched for; without it main.c brings them: files, and bytes drawn by chance.
 *
 *    fuzz_records   bytes are decoded into calls of the public API (draw.h)
 *    fuzz_lines     bytes are lines for the functions behind examples/replay
 *
 * This header: how a harness says that something is wrong, and the guard over the engine that it
 * works on. */
#ifndef SELLABLE_TESTS_FUZZ_H
#define SELLABLE_TESTS_FUZZ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sellable.h"

/* What libFuzzer (or main.c) calls for each input; 0. */
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

/* Say what is wrong, and end the program so that the input is kept. */
_Noreturn void fuzz_fail(const char *file, int line, const char *what, int64_t got);
#define must(condition)                                                                            \
    do {                                                                                           \
        if (!(condition))                                                                          \
            fuzz_fail(__FILE__, __LINE__, #condition, 0);                                          \
    } while (0)
/* got relation wanted; what was got is told. */
#define must_be(got, relation, wanted)                                                             \
    do {                                                                                           \
        int64_t got_ = (int64_t)(got);                                                             \
        if (!(got_ relation (int64_t)(wanted)))                                                    \
            fuzz_fail(__FILE__, __LINE__, #got " " #relation " " #wanted, got_);                   \
    } while (0)

/* ---- the guard ------------------------------------------------------------------------------- */

/* What a call may have left other than it was. */
enum change {
    NOTHING,   /* a question, or a refusal of which nothing is kept */
    EXCEPTIONS, /* a refusal that is kept, or one that was discarded; or something was told: the
                   state is as it was */
    ANYTHING
};

/* The engine, and its state as the last call left it. */
struct guard {
    struct sellable *engine;
    struct sellable_audit audit;
};

/* Open an engine whose slabs are counted; options->allocator is not looked at. */
void guard_open(struct guard *guard, const struct sellable_options *options);

/* After each call: the state is consistent, and has changed no more than that. Slabs are refused no
 * more (slabs.h). */
void guard_judge(struct guard *guard, enum change allowed);

/* Every cell is what the equations of the model and the open orders make of it. */
void guard_count(struct guard *guard);

/* Close the engine: all slabs come back. */
void guard_close(struct guard *guard);

#endif
