/* SPDX-License-Identifier: Apache-2.0
 *
 * Round by round, one form of one rival after the other, each for about the same time and with
 * orders of its own. The wall clock counts: a server works on another processor. At the end each is
 * asked what it has promised, before and after some keys are given once more. */
#include "rival.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct rival_kind *const kinds[] = {
    &rival_own,         &rival_redis,    &rival_redis_durable, &rival_sqlite_memory,
    &rival_sqlite_disk, &rival_postgres, &rival_oscar,         &rival_disk};
enum { OWN, KINDS = sizeof kinds / sizeof *kinds };

/* The sizes of a run. Servers that are loaded with more take minutes. */
enum { ITEMS_MOST = 100000, ROUNDS_LEAST = 3, FIRST_CALLS = 16, AGAIN = 64, TIMES_MOST = 16 };

struct contest {
    struct rivals *rivals;
    struct workload workload;
    double row_ns;        /* that a row of one round takes, about */
    void *rival[KINDS];   /* NULL: not started */
    int64_t units[KINDS]; /* promised */
    int64_t kept[KINDS];  /* of them, those with an order */
    uint64_t wrong[KINDS];
    size_t items[KINDS];
    size_t first_row[KINDS];
    double own_wall, own_processor; /* ns of the library's own rows */
    size_t slices; /* of requests, taken so far */
    size_t first;  /* request of the last row */
};

int rival_choose(const struct rival_cell *cells, const struct channel_settings *settings)
{
    int64_t pool = 0;
    int first = -1;
    for (uint32_t i = 0; i < settings->location_count; i++) {
        const struct rival_cell *cell = &cells[settings->locations[i]];
        int64_t net = cell->on_hand - cell->held - cell->allocated - cell->reserved -
                      cell->safety_stock;
        int64_t seen = net > 0 ? net * settings->share / SELLABLE_SHARE_ALL : 0;
        pool += seen;
        if (seen > 0 && first < 0)
            first = (int)settings->locations[i];
    }
    return pool > settings->buffer ? first : -1;
}

char *rival_text(const char *name)
{
    char path[1024];
    snprintf(path, sizeof path, "%s/%s", RIVALS_FOLDER, name);
    FILE *file = fopen(path, "rb");
    if (!file)
        return NULL;
    size_t size = 0, room = 1 << 16;
    char *text = malloc(room);
    if (text)
        size = fread(text, 1, room - 1, file);
    fclose(file);
    if (text)
        text[size] = '\0';
    return text;
}

const struct rival_row *rivals_row(const struct rivals *rivals, const char *name)
{
    for (size_t i = 0; i < rivals->row_count; i++)
        if (strcmp(rivals->rows[i].form->name, name) == 0 && rivals->rows[i].calls > 0)
            return &rivals->rows[i];
    return NULL;
}

/* ---- one row --------------------------------------------------------------------------------- */

static struct share make_share(const struct contest *contest, const struct rival_form *form,
                               size_t count)
{
    const struct workload *workload = &contest->workload;
    return (struct share){
        .mode = form->mode,
        .by_key = form->by_key,
        .count = count,
        .requests = workload->requests + contest->first,
        .item_keys = workload->item_keys + contest->first,
        .order_keys = workload->order_keys,
    };
}

/* Reserve under fresh keys: ns of one reservation. */
static double measure(struct contest *contest, size_t kind, size_t form_index, size_t count)
{
    const struct rival_form *form = &kinds[kind]->forms[form_index];
    struct workload *workload = &contest->workload;
    contest->first = contest->slices++ % (workload->request_count / workload->calls) *
                     workload->calls;
    workload_fresh_keys(workload, 1, count);
    struct share share = make_share(contest, form, count);
    struct measure_times times = measure_threads(form->body, contest->rival[kind], &share, 1);
    contest->own_wall += kind == OWN ? times.wall : 0;
    contest->own_processor += kind == OWN ? times.processor : 0;
    contest->wrong[kind] += share.wrong;
    contest->units[kind] += share.units;
    contest->kept[kind] += form->keyless ? 0 : share.units;
    return times.wall / (double)count;
}

static void settle(struct contest *contest, size_t kind, size_t count)
{
    if (kinds[kind]->settle) {
        kinds[kind]->settle(contest->rival[kind], contest->workload.order_keys, count);
        contest->units[kind] -= (int64_t)count;
        contest->kept[kind] -= (int64_t)count;
    }
}

/* Find out how many calls take about as long as a row should, or how many times as many as there
 * are keys for. They are made once, so that the first round is not the first. */
static void fit(struct contest *contest, size_t kind, size_t form, struct rival_row *row)
{
    size_t most = contest->workload.calls, fitting = FIRST_CALLS < most ? FIRST_CALLS : most;
    double ns = 0;
    while (row->calls < fitting) {
        row->calls = fitting;
        ns = measure(contest, kind, form, fitting);
        settle(contest, kind, fitting);
        double wanted = contest->row_ns / ns;
        /* The first ones are slow, and say little. */
        if (wanted > 2.0 * (double)row->calls)
            fitting = wanted < 16.0 * (double)row->calls ? (size_t)wanted : 16 * row->calls;
        fitting = fitting < most ? fitting : most;
    }
    double times = contest->row_ns / ns / (double)row->calls;
    row->times = !kinds[kind]->settle || times < 1 ? 1 : times > TIMES_MOST ? TIMES_MOST
                                                                            : (size_t)times;
}

/* ---- what is in the databases ---------------------------------------------------------------- */

static bool sums_are(struct contest *contest, size_t kind, const char *when)
{
    struct rival_sums sums;
    const char *name = kinds[kind]->forms[0].name;
    if (!kinds[kind]->sums(contest->rival[kind], &sums)) {
        fprintf(stderr, "bench: %s: cannot be asked what it promised\n", name);
        return false;
    }
    if (sums.reserved == contest->units[kind] && sums.orders == contest->kept[kind])
        return true;
    fprintf(stderr,
            "bench: %s: %s, %lld are reserved, %lld orders kept; promised were %lld and %lld\n",
            name, when, (long long)sums.reserved, (long long)sums.orders,
            (long long)contest->units[kind], (long long)contest->kept[kind]);
    return false;
}

/* Some orders more, and their keys once more: the answers are as before, and so are the sums. */
static bool verify(struct contest *contest, size_t kind)
{
    bool good = sums_are(contest, kind, "at the end");
    size_t count = AGAIN < contest->workload.calls ? AGAIN : contest->workload.calls;
    for (size_t i = 0; i < kinds[kind]->form_count; i++) {
        const struct rival_form *form = &kinds[kind]->forms[i];
        if (form->keyless || form->floor)
            continue;
        measure(contest, kind, i, count);
        struct share again = make_share(contest, form, count);
        (kinds[kind]->again ? kinds[kind]->again : form->body)(contest->rival[kind], &again);
        contest->wrong[kind] += again.wrong + (again.units != (int64_t)count);
        good = sums_are(contest, kind, "with keys repeated") && good;
    }
    if (contest->wrong[kind] == 0)
        return good;
    fprintf(stderr, "bench: %s: %llu answers were wrong\n", kinds[kind]->forms[0].name,
            (unsigned long long)contest->wrong[kind]);
    return false;
}

/* ---- all ------------------------------------------------------------------------------------- */

static void open_all(struct contest *contest)
{
    struct rivals *rivals = contest->rivals;
    for (size_t kind = 0; kind < KINDS; kind++) {
        char why[WHY_SIZE] = "";
        size_t most = kinds[kind]->items_most;
        contest->items[kind] = most && most < rivals->items ? most : rivals->items;
        contest->rival[kind] = kinds[kind]->open(contest->items[kind], why);
        if (kind == OWN)
            rival_own_draw(contest->rival[kind], &contest->workload);
        contest->first_row[kind] = rivals->row_count;
        rivals->missing = rivals->missing || !contest->rival[kind];
        for (size_t form = 0; form < kinds[kind]->form_count; form++) {
            struct rival_row *row = &rivals->rows[rivals->row_count++];
            *row = (struct rival_row){.form = &kinds[kind]->forms[form],
                                      .items = contest->items[kind]};
            memcpy(row->why, why, sizeof why);
            if (contest->rival[kind])
                fit(contest, kind, form, row);
        }
    }
}

static void run_round(struct contest *contest, size_t round)
{
    for (size_t kind = 0; kind < KINDS; kind++)
        for (size_t form = 0; contest->rival[kind] && form < kinds[kind]->form_count; form++) {
            struct rival_row *row = &contest->rivals->rows[contest->first_row[kind] + form];
            double ns = 0;
            for (size_t i = 0; i < row->times; i++) {
                ns += measure(contest, kind, form, row->calls);
                settle(contest, kind, row->calls);
            }
            row->ns[round] = ns / (double)row->times;
        }
}

void rivals_run(struct rivals *rivals, const struct options *options)
{
    struct contest contest = {.rivals = rivals};
    *rivals = (struct rivals){.good = true};
    if (options->everything && !options->section)
        return;
    *rivals = (struct rivals){
        .items = options->judged_items < ITEMS_MOST ? options->judged_items : ITEMS_MOST,
        .rounds = options->rounds > ROUNDS_LEAST ? options->rounds : ROUNDS_LEAST,
        .good = true,
    };
    contest.row_ns = options->everything ? 1e7 : options->quick ? 1e8 : 3e8;
    contest.workload = (struct workload){
        .items = rivals->items, .slots = options->slots, .calls = options->calls, .threads = 1};
    workload_init(&contest.workload);
    open_all(&contest);
    for (size_t round = 0; round < rivals->rounds; round++)
        run_round(&contest, round);
    rivals->running = contest.own_processor / contest.own_wall;
    for (size_t kind = 0; kind < KINDS; kind++)
        if (contest.rival[kind]) {
            rivals->good = verify(&contest, kind) && rivals->good;
            kinds[kind]->close(contest.rival[kind]);
        }
    workload_fini(&contest.workload);
}
