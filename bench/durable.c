/* SPDX-License-Identifier: Apache-2.0
 *
 * Round by round, one form of one of them after the other, each for the same time; the wall clock
 * counts. At the end each is asked what it has promised, before and after some keys were given once
 * more, and the library once more after it was closed and opened from its disk. */
#include "durable.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct durable_kind *const kinds[] = {&durable_own,    &durable_disk,
                                                   &durable_lmdb,   &durable_sqlite,
                                                   &durable_postgres, &durable_redis};
enum { OWN, KINDS = sizeof kinds / sizeof *kinds };

/* The sizes of a run. Servers that are loaded with more items take minutes. */
enum { ITEMS_MOST = 100000, ROUNDS_LEAST = 3 };
static const double window_smoke = 1e7, window_quick = 2e8, window_full = 5e8; /* ns of a row */

struct contest {
    struct durable *durable;
    struct workload workload;
    double window;
    void *rival[KINDS];     /* NULL: not started */
    int64_t units[KINDS];   /* promised, and not settled */
    uint64_t wrong[KINDS];
    size_t first_row[KINDS];
    struct durable_written written[DURABLE_ROWS_MAX]; /* by row */
    int64_t taken[DURABLE_ROWS_MAX];
};

const struct durable_row *durable_row(const struct durable *durable, const char *name,
                                      uint32_t callers, uint32_t batch)
{
    for (size_t i = 0; i < durable->row_count; i++) {
        const struct durable_row *row = &durable->rows[i];
        if (row->measured && strcmp(row->form->name, name) == 0 &&
            row->form->callers == callers && row->form->batch == batch)
            return row;
    }
    return NULL;
}

/* ---- one row --------------------------------------------------------------------------------- */

static struct durable_row *row_of(struct contest *contest, size_t kind, size_t form)
{
    return &contest->durable->rows[contest->first_row[kind] + form];
}

static struct durable_written written_of(struct contest *contest, size_t kind)
{
    struct durable_written written = {0, 0};
    if (kinds[kind]->written)
        kinds[kind]->written(contest->rival[kind], &written);
    return written;
}

/* False, with the reason in the row, if not all callers can have a line. */
static bool find_lines(struct contest *contest, size_t kind, struct durable_row *row,
                       void *lines[CREW_MAX])
{
    for (uint32_t i = 0; i < row->form->callers; i++) {
        lines[i] = kinds[kind]->line(contest->rival[kind], i, row->why);
        if (!lines[i])
            return false;
    }
    return true;
}

/* What a commit of a row was on average. */
static void average(struct contest *contest, struct durable_row *row)
{
    size_t number = (size_t)(row - contest->durable->rows);
    const struct durable_written *written = &contest->written[number];
    if (written->commits > 0)
        row->commit = (struct durable_commit){
            .bytes = (double)written->bytes / (double)written->commits,
            .reservations = (double)contest->taken[number] / (double)written->commits};
}

/* All callers of a form, once. */
static void run_form(struct contest *contest, size_t kind, size_t form, struct crew *crew,
                     struct crew_job *job)
{
    struct durable_row *row = row_of(contest, kind, form);
    size_t number = (size_t)(row - contest->durable->rows);
    const struct durable_row *own = row_of(contest, OWN, form);
    if (kinds[kind]->prepare)
        kinds[kind]->prepare(contest->rival[kind], form, &own->commit);
    struct durable_written before = written_of(contest, kind);
    crew_run(crew, job);
    struct durable_written after = written_of(contest, kind);
    contest->written[number].commits += after.commits - before.commits;
    contest->written[number].bytes += after.bytes - before.bytes;
    contest->taken[number] += crew->units;
    contest->wrong[kind] += crew->wrong;
    contest->units[kind] += crew->units;
    average(contest, row);
}

static struct crew_job make_job(const struct contest *contest, const struct durable_form *form,
                                void **lines, double window)
{
    return (struct crew_job){.body = form->body,
                             .lines = lines,
                             .callers = form->callers,
                             .batch = form->batch,
                             .window = window,
                             .workload = &contest->workload};
}

static void settle(struct contest *contest, size_t kind, const struct crew *crew)
{
    if (kinds[kind]->settle) {
        kinds[kind]->settle(contest->rival[kind], crew);
        contest->units[kind] -= crew->units;
    }
}

/* False if it cannot be run. */
static bool measure(struct contest *contest, size_t kind, size_t form, struct crew *crew)
{
    void *lines[CREW_MAX];
    struct durable_row *row = row_of(contest, kind, form);
    if (kinds[kind]->prepare && row_of(contest, OWN, form)->commit.bytes <= 0) {
        snprintf(row->why, sizeof row->why, "the library was not measured");
        return false;
    }
    if (!find_lines(contest, kind, row, lines))
        return false;
    struct crew_job job = make_job(contest, row->form, lines, contest->window);
    run_form(contest, kind, form, crew, &job);
    settle(contest, kind, crew);
    return true;
}

/* ---- what they hold -------------------------------------------------------------------------- */

static bool sums_are(struct contest *contest, size_t kind, const char *when)
{
    struct rival_sums sums;
    const char *name = kinds[kind]->name;
    if (!kinds[kind]->sums(contest->rival[kind], &sums)) {
        fprintf(stderr, "bench: durable: %s: cannot be asked what it promised\n", name);
        return false;
    }
    if (sums.reserved == contest->units[kind] && sums.orders == contest->units[kind])
        return true;
    fprintf(stderr,
            "bench: durable: %s: %s, %lld are reserved, %lld orders kept; promised were %lld\n",
            name, when, (long long)sums.reserved, (long long)sums.orders,
            (long long)contest->units[kind]);
    return false;
}

/* Some orders more, and keys of them once more: the answers are as before, and so are the sums. */
static bool repeat(struct contest *contest, size_t kind, size_t form)
{
    void *lines[CREW_MAX];
    struct crew crew;
    struct share share;
    struct durable_row *row = row_of(contest, kind, form);
    if (!find_lines(contest, kind, row, lines))
        return false;
    struct crew_job job = make_job(contest, row->form, lines, 0);
    run_form(contest, kind, form, &crew, &job);
    crew_again(&crew, &job, kinds[kind]->again ? kinds[kind]->again : row->form->body, &share);
    contest->wrong[kind] += share.wrong + (share.units != (int64_t)job.batch);
    return sums_are(contest, kind, "with keys repeated");
}

static bool verify(struct contest *contest, size_t kind)
{
    char why[WHY_SIZE] = "";
    bool good = kinds[kind]->floor || sums_are(contest, kind, "at the end");
    for (size_t i = 0; !kinds[kind]->floor && i < kinds[kind]->form_count; i++)
        if (row_of(contest, kind, i)->measured)
            good = repeat(contest, kind, i) && good;
    if (contest->wrong[kind] > 0)
        fprintf(stderr, "bench: durable: %s: %llu answers were wrong\n", kinds[kind]->name,
                (unsigned long long)contest->wrong[kind]);
    good = good && contest->wrong[kind] == 0;
    if (!kinds[kind]->reopen)
        return good;
    if (kinds[kind]->reopen(contest->rival[kind], why))
        return sums_are(contest, kind, "opened again") && good;
    fprintf(stderr, "bench: durable: %s: cannot be opened again: %s\n", kinds[kind]->name, why);
    return false;
}

/* ---- all ------------------------------------------------------------------------------------- */

static void open_kind(struct contest *contest, size_t kind, bool left_out)
{
    struct durable *durable = contest->durable;
    char why[WHY_SIZE] = "";
    contest->first_row[kind] = durable->row_count;
    if (left_out)
        return;
    contest->rival[kind] = kinds[kind]->open(&durable->place, durable->items, why);
    if (kind == OWN && contest->rival[kind])
        durable_own_draw(contest->rival[kind], &contest->workload);
    for (size_t form = 0; form < kinds[kind]->form_count; form++) {
        struct durable_row *row = &durable->rows[durable->row_count++];
        *row = (struct durable_row){.kind = kinds[kind], .form = &kinds[kind]->forms[form]};
        memcpy(row->why, why, sizeof why);
    }
}

/* Each once, so that the first round is not the first. */
static void warm_up(struct contest *contest, size_t kind)
{
    struct crew crew;
    for (size_t form = 0; contest->rival[kind] && form < kinds[kind]->form_count; form++) {
        struct durable_row *row = row_of(contest, kind, form);
        row->measured = measure(contest, kind, form, &crew);
    }
}

static void run_round(struct contest *contest, size_t round)
{
    struct crew crew;
    for (size_t kind = 0; kind < KINDS; kind++)
        for (size_t form = 0; contest->rival[kind] && form < kinds[kind]->form_count; form++) {
            struct durable_row *row = row_of(contest, kind, form);
            if (!row->measured || !measure(contest, kind, form, &crew))
                continue;
            row->ns[round] = crew.wall / (double)(crew.units > 0 ? crew.units : 1);
            row->half[round] = crew.half;
            row->hundredth[round] = crew.hundredth;
        }
}

/* Requests name items and channels by key, too: those of a fresh engine, if there is no other. */
static void draw_without(struct workload *workload)
{
    static struct store store;
    store_open(&store, STORE_BARE, workload->items, 1);
    workload_draw(workload, UNIFORM, store.items, store.channels);
    store_close(&store);
}

static void run_contest(struct contest *contest, bool without_others)
{
    struct durable *durable = contest->durable;
    workload_init(&contest->workload);
    for (size_t kind = 0; kind < KINDS; kind++) {
        open_kind(contest, kind, without_others && kinds[kind]->other);
        if (kind == OWN && !contest->rival[kind])
            draw_without(&contest->workload);
        warm_up(contest, kind);
    }
    for (size_t round = 0; round < durable->rounds; round++)
        run_round(contest, round);
    for (size_t kind = 0; kind < KINDS; kind++)
        if (contest->rival[kind]) {
            durable->good = verify(contest, kind) && durable->good;
            kinds[kind]->close(contest->rival[kind]);
        }
    for (size_t i = 0; i < durable->row_count; i++)
        durable->missing = durable->missing || !durable->rows[i].measured;
    workload_fini(&contest->workload);
}

void durable_run(struct durable *durable, const struct options *options)
{
    static struct contest contest;
    *durable = (struct durable){
        .items = options->judged_items < ITEMS_MOST ? options->judged_items : ITEMS_MOST,
        .rounds = options->everything || options->rounds > ROUNDS_LEAST ? options->rounds
                                                                        : ROUNDS_LEAST,
        .good = true,
    };
    durable_place_look(&durable->place);
    /* Figures of a disk that is none would be a lie; those of a test mean nothing anyway. */
    if (durable->place.memory && !options->everything) {
        durable->missing = true;
        fprintf(stderr, "bench: durable: not measured: %s is memory (%s)\n",
                durable->place.folder, durable->place.system);
        return;
    }
    contest = (struct contest){.durable = durable};
    contest.window = options->everything ? window_smoke
                     : options->quick    ? window_quick
                                         : window_full;
    contest.workload = (struct workload){
        .items = durable->items, .slots = options->slots, .calls = options->calls, .threads = 1};
    run_contest(&contest, options->everything && !options->section);
    bool came_back = durable_recovery_run(&durable->recovery, &durable->place, options);
    durable->good = durable->good && came_back;
    durable->missing = durable->missing || !durable->recovery.measured;
}
