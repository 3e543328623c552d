/* SPDX-License-Identifier: Apache-2.0
 *
 * Round by round, one call in one language after the other, each for about the same time. What
 * counts is the processor time of the program that calls: its collector's, too, but not what else
 * runs on the machine. */
#include "bindings.h"

#include <stdio.h>
#include <string.h>

const struct bindings_call bindings_calls[] = {
    {BINDINGS_EMPTY, false, false},
    {"available by key", false, false},
    {"available by handle", false, false},
    {"available, a batch", false, false},
    {"reserve", true, false},
    {"reserve, a batch", true, false},
    {"on_hand.adjust", false, true},
    {"on_hand.adjust, a batch", false, true},
    {"a table and a lock", false, false},
    {"ctypes: an empty function", false, false},
    {"ctypes: available by handle", false, false},
};
const size_t bindings_call_count = sizeof bindings_calls / sizeof *bindings_calls;

static const struct bindings_side *const sides[LANGUAGES] = {&bindings_in_c, &bindings_in_python,
                                                             &bindings_in_go};

/* Few items, so that what is seen is the call and not the memory. */
enum { ITEMS_MOST = 10000, ELEMENTS_MOST = 1 << 23 };

struct contest {
    struct bindings *bindings;
    size_t orders_most;       /* that one call may open */
    double row_ns;            /* that a row of one round takes, about */
    void *side[LANGUAGES];    /* NULL: not there */
    int64_t added[LANGUAGES]; /* to on_hand */
};

const char *bindings_language(enum language language)
{
    return sides[language]->name;
}

/* ---- one row --------------------------------------------------------------------------------- */

/* It does not answer any more: none of its rows counts. */
static void give_up(struct contest *contest, enum language language)
{
    struct bindings *bindings = contest->bindings;
    sides[language]->close(contest->side[language]);
    contest->side[language] = NULL;
    bindings->good = false;
    snprintf(bindings->why[language], WHY_SIZE, "it ended amid a call");
    for (size_t call = 0; call < bindings_call_count; call++)
        bindings->rows[language][call].elements = 0;
}

/* ns of all elements; < 0: the language has no such call, or is gone. */
static double measure(struct contest *contest, enum language language, size_t call, size_t count)
{
    struct bindings_answer answer = {.ns = -1};
    const struct bindings_side *side = sides[language];
    if (!contest->side[language])
        return -1;
    if (!side->run(contest->side[language], bindings_calls[call].name, count, &answer)) {
        fprintf(stderr, "bench: %s, %s: no answer\n", side->name, bindings_calls[call].name);
        give_up(contest, language);
        return -1;
    }
    if (answer.wrong > 0) {
        fprintf(stderr, "bench: %s, %s: %llu answers were wrong\n", side->name,
                bindings_calls[call].name, (unsigned long long)answer.wrong);
        contest->bindings->good = false;
    }
    if (answer.ns >= 0 && bindings_calls[call].adjusts)
        contest->added[language] += (int64_t)count;
    return answer.ns;
}

/* Find out how many elements take about as long as a row should. */
static void fit(struct contest *contest, enum language language, size_t call)
{
    size_t most = bindings_calls[call].takes_orders ? contest->orders_most : ELEMENTS_MOST;
    size_t count = BINDINGS_BATCH;
    double ns;
    while ((ns = measure(contest, language, call, count)) >= 0) {
        contest->bindings->rows[language][call].elements = count;
        if (ns >= contest->row_ns / 2 || count >= most)
            return;
        double times = contest->row_ns / (ns + 1);
        count *= times < 16 ? (size_t)times + 1 : 16;
        count = count < most ? count : most;
    }
    contest->bindings->rows[language][call].elements = 0;
}

static void run_round(struct contest *contest, size_t round)
{
    for (enum language language = IN_C; language < LANGUAGES; language++)
        for (size_t call = 0; call < bindings_call_count; call++) {
            struct bindings_row *row = &contest->bindings->rows[language][call];
            if (row->elements == 0)
                continue;
            double elements = (double)row->elements;
            row->ns[round] = measure(contest, language, call, row->elements) / elements;
        }
}

/* ---- all ------------------------------------------------------------------------------------- */

static void open_side(struct contest *contest, enum language language)
{
    struct bindings *bindings = contest->bindings;
    contest->side[language] = sides[language]->open(bindings->items, bindings->why[language]);
    if (!contest->side[language]) {
        bindings->missing = true;
        return;
    }
    for (size_t call = 0; call < bindings_call_count; call++)
        fit(contest, language, call);
}

/* What came in is there, and nothing else. */
static bool adds_up(const struct contest *contest, enum language language)
{
    struct bindings_sums sums = {0};
    int64_t on_hand = (int64_t)contest->bindings->items * LOCATIONS * BINDINGS_STOCK +
                      contest->added[language];
    if (sides[language]->sums(contest->side[language], &sums) && sums.on_hand == on_hand &&
        sums.reserved == 0 && sums.consistent == 1)
        return true;
    fprintf(stderr, "bench: %s: on_hand adds up to %lld and not to %lld, or %lld are reserved\n",
            sides[language]->name, (long long)sums.on_hand, (long long)on_hand,
            (long long)sums.reserved);
    return false;
}

void bindings_run(struct bindings *bindings, const struct options *options)
{
    struct contest contest = {.bindings = bindings};
    *bindings = (struct bindings){.good = true};
    if (options->everything && !options->section)
        return;
    *bindings = (struct bindings){
        .items = options->judged_items < ITEMS_MOST ? options->judged_items : ITEMS_MOST,
        .rounds = options->rounds,
        .asked = true,
        .good = true,
    };
    contest.row_ns = options->everything ? 1e6 : options->quick ? 2e7 : 5e7;
    contest.orders_most = options->everything ? BINDINGS_BATCH : 1 << 16;
    for (enum language language = IN_C; language < LANGUAGES; language++)
        open_side(&contest, language);
    for (size_t round = 0; round < bindings->rounds; round++)
        run_round(&contest, round);
    for (enum language language = IN_C; language < LANGUAGES; language++)
        if (contest.side[language]) {
            bindings->good = adds_up(&contest, language) && bindings->good;
            sides[language]->close(contest.side[language]);
        }
}
