/* SPDX-License-Identifier: Apache-2.0
 *
 * bench: the library beside the bare memory it stands on, and beside what one would write without
 * it. Nothing is asserted of times; wrong answers or sums end with 1. See README.md here. */
#include <stdio.h>
#include <string.h>

#include "bindings.h"
#include "compare.h"
#include "due.h"
#include "durable.h"
#include "events.h"
#include "gates.h"
#include "options.h"
#include "promises.h"
#include "report.h"
#include "rival.h"
#include "section.h"
#include "told.h"

/* With very many items the uniform distribution only. */
static bool wanted(const struct options *options, size_t items, enum distribution distribution)
{
    if (distribution == UNIFORM || options->everything)
        return true;
    if (options->quick)
        return distribution == HOT;
    return items <= 1000000;
}

/* What goes beyond plain stock, on engines of its own. */
static bool run_promises(const struct options *options)
{
    static struct promises promises;
    size_t calls = options->calls / 4 > 1000 ? options->calls / 4 : 1000;
    promises_run(&promises, options->judged_items / 8 + 1, calls, options->rounds, options->only);
    report_promises(options, &promises);
    return promises.good;
}

static bool run_events(const struct options *options)
{
    static struct events events;
    events_run(&events, options);
    report_events(options, &events);
    return events.good;
}

static bool run_advance(const struct options *options)
{
    static const size_t open[DUE_SIZES] = {1000, 100000, 1000000};
    static const size_t few[DUE_SIZES] = {500, 1000, 2000};
    static struct due due;
    if (options->only && !strstr("advance", options->only))
        return true;
    due_run(&due, options->everything ? few : open, options->rounds);
    report_due(options, &due);
    return due.good;
}

static bool run_told(const struct options *options)
{
    static struct told told;
    if (options->only && !strstr("told", options->only))
        return true;
    told_run(&told, options);
    told_report(options, &told);
    return told.good;
}

/* What people run today. One that cannot be started is a failure only if nothing else was asked
 * for. */
static bool run_rivals(const struct options *options)
{
    static struct rivals rivals;
    if (options->only && !strstr("others", options->only))
        return true;
    rivals_run(&rivals, options);
    rivals_report(options, &rivals);
    report_rivals(&rivals);
    return rivals.good &&
           !(rivals.missing && options->section && strcmp(options->section, "others") == 0);
}

/* What is on the disk before it is answered; one that is not measured is a failure as above. */
static bool run_durable(const struct options *options)
{
    static struct durable durable;
    if (options->only && !strstr("durable", options->only))
        return true;
    durable_run(&durable, options);
    durable_report(options, &durable);
    return durable.good &&
           !(durable.missing && options->section && strcmp(options->section, "durable") == 0);
}

/* Calls from other languages; one that is not there is a failure as above. */
static bool run_bindings(const struct options *options)
{
    static struct bindings bindings;
    if (options->only && !strstr("bindings", options->only))
        return true;
    bindings_run(&bindings, options);
    bindings_report(options, &bindings);
    return bindings.good &&
           !(bindings.missing && options->section && strcmp(options->section, "bindings") == 0);
}

static bool run_gates(const struct options *options)
{
    static struct gates gates;
    if (options->only)
        return true;
    gates_run(&gates, options);
    gates_report(options, &gates);
    return gates.good;
}

static bool run_others(const struct options *options)
{
    static const struct {
        const char *name;
        bool (*run)(const struct options *options);
    } others[] = {{"promises", run_promises},
                  {"events", run_events},
                  {"advance", run_advance},
                  {"told", run_told},
                  {"others", run_rivals},
                  {"durable", run_durable},
                  {"bindings", run_bindings},
                  {"gates", run_gates}};
    bool good = true;
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        if (options_want(options, others[i].name))
            good = others[i].run(options) && good;
    return good;
}

/* All rows by the number of items. */
static bool run_rows(const struct options *options)
{
    static struct section section;
    static struct bench bench;
    bool good = true;
    for (size_t i = 0; i < options->item_counts; i++) {
        bench_open(&bench, options, STORE_SETTLED, options->items[i], bench_peers(options));
        for (enum distribution d = UNIFORM; d < DISTRIBUTIONS; d++) {
            if (!wanted(options, options->items[i], d))
                continue;
            section_run(&bench, d, &section);
            report_section(options, &section);
            if (section.wrong > 0) {
                fprintf(stderr, "bench: %llu answers were wrong\n",
                        (unsigned long long)section.wrong);
                good = false;
            }
        }
        report_setup(options, &bench);
        good = bench_audit(&bench) && good;
        bench_close(&bench);
    }
    return good;
}

/* Two stored runs: nothing is measured. */
static int compare_files(const struct options *options)
{
    static struct figures run;
    compare_read(options->run, &run, NULL);
    if (options->json)
        printf("{");
    bool good = compare_report(options, &options_stored, &run);
    if (options->json)
        printf("\"correct\":true}\n");
    return good ? 0 : 1;
}

int main(int count, char **arguments)
{
    static struct options options;
    bool good = true;
    options_read(&options, count, arguments);
    if (options.run)
        return compare_files(&options);
    report_begin(&options);
    if (options_want(&options, "rows"))
        good = run_rows(&options);
    good = run_others(&options) && good;
    return report_end(&options, good) ? 0 : 1;
}
