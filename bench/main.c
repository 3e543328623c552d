/* SPDX-License-Identifier: Apache-2.0
 *
 * bench: the library beside the bare memory it stands on, and beside what one would write without
 * it. Nothing is asserted of times; wrong answers or sums end with 1. See README.md here. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "due.h"
#include "events.h"
#include "promises.h"
#include "report.h"
#include "section.h"
#include "told.h"

static const char usage[] =
    "usage: bench [--items LIST] [--threads LIST] [--rounds N] [--seconds S | --quick | --smoke]\n"
    "             [--only TEXT] [--section NAME] [--json]\n"
    "  --items LIST    numbers of items (10000,1000000,10000000)\n"
    "  --threads LIST  numbers of threads (1,2,8); more than there are processors: latencies only\n"
    "  --rounds N      rounds of each section, 1 to 64 (7)\n"
    "  --seconds S     go on with the rounds of each section for so long at least\n"
    "  --quick         3 rounds, fewer requests, 1000000 items\n"
    "  --smoke         everything at tiny size: a test, its figures mean nothing\n"
    "  --only TEXT     only rows whose name holds the text, and the bare memory\n"
    "  --section NAME  one part only: rows, promises, events, advance or told\n"
    "  --json          the raw figures\n";

static void fail(const char *what, const char *text)
{
    fprintf(stderr, "bench: %s: %s\n%s", what, text, usage);
    exit(2);
}

/* A number from `least` to `most`, at the start of `text`; the rest of it is returned. */
static const char *read_number(const char *option, const char *text, unsigned long long least,
                               unsigned long long most, unsigned long long *number)
{
    char *end;
    errno = 0;
    *number = strtoull(text, &end, 10);
    if (end == text || *text == '-' || errno != 0 || *number < least || *number > most)
        fail(option, text);
    return end;
}

static void read_items(struct options *options, const char *text)
{
    unsigned long long number;
    options->item_counts = 0;
    do {
        if (options->item_counts == COUNTS_MAX)
            fail("--items", "too many");
        text = read_number("--items", text, 1, 100000000, &number);
        options->items[options->item_counts++] = number;
    } while (*text++ == ',');
    if (text[-1] != '\0')
        fail("--items", text - 1);
}

/* Rising, and none twice: so that 1 is the first if it is there. */
static void add_threads(struct options *options, uint32_t threads)
{
    size_t at = options->thread_counts;
    while (at > 0 && options->threads[at - 1] > threads)
        at--;
    if (at > 0 && options->threads[at - 1] == threads)
        return;
    for (size_t i = options->thread_counts++; i > at; i--)
        options->threads[i] = options->threads[i - 1];
    options->threads[at] = threads;
}

static void read_threads(struct options *options, const char *text)
{
    unsigned long long number;
    options->thread_counts = 0;
    do {
        if (options->thread_counts == COUNTS_MAX)
            fail("--threads", "too many");
        text = read_number("--threads", text, 1, THREADS_MAX, &number);
        add_threads(options, (uint32_t)number);
    } while (*text++ == ',');
    if (text[-1] != '\0')
        fail("--threads", text - 1);
}

static void be_quick(struct options *options)
{
    options->quick = true;
    options->rounds = 3;
    options->calls = (size_t)1 << 15;
    read_items(options, "1000000");
}

/* Sizes that leave a chunk half full. */
static void be_tiny(struct options *options)
{
    options->everything = true;
    options->rounds = 2;
    options->calls = 1300;
    options->slots = 4096;
    read_items(options, "1000,5000");
}

static const char *value_of(int count, char **arguments, int *at)
{
    if (*at + 1 >= count)
        fail(arguments[*at], "a value is missing");
    return arguments[++*at];
}

/* The parts of the report; all of them, if none is named. */
static bool is_section(const char *name)
{
    static const char *const names[] = {"rows", "promises", "events", "advance", "told"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strcmp(names[i], name) == 0)
            return true;
    return false;
}

static bool section_wanted(const struct options *options, const char *name)
{
    return !options->section || strcmp(options->section, name) == 0;
}

static void read_options(struct options *options, int count, char **arguments)
{
    unsigned long long number;
    *options = (struct options){
        .rounds = 7, .calls = (size_t)1 << 17, .slots = (size_t)1 << 20};
    read_items(options, "10000,1000000,10000000");
    read_threads(options, "1,2,8");
    /* These set what the others may then change. */
    for (int i = 1; i < count; i++) {
        if (strcmp(arguments[i], "--quick") == 0)
            be_quick(options);
        if (strcmp(arguments[i], "--smoke") == 0)
            be_tiny(options);
    }
    for (int i = 1; i < count; i++) {
        const char *option = arguments[i];
        if (strcmp(option, "--items") == 0) {
            read_items(options, value_of(count, arguments, &i));
        } else if (strcmp(option, "--threads") == 0) {
            read_threads(options, value_of(count, arguments, &i));
        } else if (strcmp(option, "--rounds") == 0) {
            const char *text = value_of(count, arguments, &i);
            if (*read_number(option, text, 1, ROUNDS_MAX, &number) != '\0')
                fail(option, text);
            options->rounds = number;
        } else if (strcmp(option, "--seconds") == 0) {
            const char *text = value_of(count, arguments, &i);
            char *end;
            options->seconds = strtod(text, &end);
            if (end == text || *end != '\0' || !(options->seconds >= 0))
                fail(option, text);
        } else if (strcmp(option, "--only") == 0) {
            options->only = value_of(count, arguments, &i);
        } else if (strcmp(option, "--section") == 0) {
            options->section = value_of(count, arguments, &i);
            if (!is_section(options->section))
                fail(option, options->section);
        } else if (strcmp(option, "--json") == 0) {
            options->json = true;
        } else if (strcmp(option, "--help") == 0) {
            fputs(usage, stdout);
            exit(0);
        } else if (strcmp(option, "--quick") != 0 && strcmp(option, "--smoke") != 0) {
            fail("no such option", option);
        }
    }
}

/* With very many items the uniform distribution only. */
static bool wanted(const struct options *options, size_t items, enum distribution distribution)
{
    if (distribution == UNIFORM || options->everything)
        return true;
    if (options->quick)
        return distribution == HOT;
    return items <= 1000000;
}

/* The targets are for a million items; if that is not measured, for the last number that is. */
static void choose_judged(struct options *options)
{
    options->judged_items = options->items[options->item_counts - 1];
    for (size_t i = 0; i < options->item_counts; i++)
        if (options->items[i] == 1000000)
            options->judged_items = 1000000;
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

static bool run_others(const struct options *options)
{
    static const struct {
        const char *name;
        bool (*run)(const struct options *options);
    } others[] = {{"promises", run_promises},
                  {"events", run_events},
                  {"advance", run_advance},
                  {"told", run_told}};
    bool good = true;
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        if (section_wanted(options, others[i].name))
            good = others[i].run(options) && good;
    return good;
}

/* As many orders stand open at least as one row may close. */
static void choose_slots(struct options *options)
{
    for (size_t i = 0; i < options->thread_counts; i++)
        while (options->threads[i] <= measure_processors() &&
               options->slots < options->threads[i] * options->calls)
            options->slots *= 2;
}

/* All rows by the number of items; the section that is judged. */
static bool run_rows(const struct options *options, struct section *judged)
{
    static struct section section;
    static struct bench bench;
    bool good = true;
    for (size_t i = 0; i < options->item_counts; i++) {
        bench_open(&bench, options, options->items[i]);
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
            if (d == UNIFORM && section.items == options->judged_items)
                *judged = section;
        }
        report_setup(options, &bench);
        good = bench_audit(&bench) && good;
        bench_close(&bench);
    }
    return good;
}

int main(int count, char **arguments)
{
    static struct options options;
    static struct section judged_section;
    bool good = true;
    measure_processors();
    read_options(&options, count, arguments);
    choose_judged(&options);
    choose_slots(&options);
    report_begin(&options);
    if (section_wanted(&options, "rows"))
        good = run_rows(&options, &judged_section);
    good = run_others(&options) && good;
    report_targets(&options, judged_section.items ? &judged_section : NULL);
    report_end(&options, good);
    return good ? 0 : 1;
}
