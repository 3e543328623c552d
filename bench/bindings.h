/* SPDX-License-Identifier: Apache-2.0
 *
 * What a call costs from another language, in one run: the same calls of the library from C, Python
 * and Go, each in a program of its own with an engine of its own, on the same items; beside an
 * empty C function that is called the same way, and beside what one has without the library: a
 * table and a lock, and from Python ctypes. */
#ifndef BENCH_BINDINGS_H
#define BENCH_BINDINGS_H

#include "rival_keeper.h"
#include "section.h"

enum language { IN_C, IN_PYTHON, IN_GO, LANGUAGES };
enum { BINDINGS_CALLS_MAX = 16, BINDINGS_BATCH = 1024 };

/* What is called, by the name that the programs in bindings/ know it by. */
struct bindings_call {
    const char *name;
    bool takes_orders; /* each element opens one; they are closed before the next call */
    bool adjusts;      /* each adds one to on_hand */
};
extern const struct bindings_call bindings_calls[];
extern const size_t bindings_call_count;
#define BINDINGS_EMPTY "an empty function"

/* What a program says of the elements that it was asked for. */
struct bindings_answer {
    double ns; /* processor time of its process, for all of them; < 0: it has no such call */
    uint64_t wrong;
};

/* What its cells and orders add up to. */
struct bindings_sums {
    int64_t on_hand, reserved;
    int64_t consistent; /* 1: sellable_audit says so */
};

/* One of the languages. */
struct bindings_side {
    const char *name;
    /* Start it with so many items, each with `BINDINGS_STOCK` at each of four locations; NULL if
     * that fails, with the reason in `why`. */
    void *(*open)(size_t items, char *why);
    void (*close)(void *side);
    /* Make the call until there were `count` elements (a multiple of BINDINGS_BATCH). False if
     * there was no answer. */
    bool (*run)(void *side, const char *call, size_t count, struct bindings_answer *answer);
    bool (*sums)(void *side, struct bindings_sums *sums);
};
#define BINDINGS_STOCK INT64_C(1000000000)
extern const struct bindings_side bindings_in_c, bindings_in_python, bindings_in_go;

struct bindings_row {
    size_t elements; /* in one round; 0: not measured */
    double ns[ROUNDS_MAX]; /* one element */
};

struct bindings {
    size_t items;
    size_t rounds;
    struct bindings_row rows[LANGUAGES][BINDINGS_CALLS_MAX];
    char why[LANGUAGES][WHY_SIZE]; /* "", or why a language is not there */
    bool asked;   /* false: a test of tiny size, which starts nothing unless the section is named */
    bool good;    /* no answer was wrong, and all cells add up */
    bool missing; /* a language is not there */
};

void bindings_run(struct bindings *bindings, const struct options *options);
void bindings_report(const struct options *options, const struct bindings *bindings);

const char *bindings_language(enum language language);

#endif
