/* SPDX-License-Identifier: Apache-2.0
 *
 * What was asked for on the command line. */
#include "options.h"

#include "compare.h"
#include "print.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Not said yet. */
#define TEN_TIMES SIZE_MAX

struct figures options_stored;

static const char usage[] =
    "usage: bench [--items LIST] [--threads LIST] [--rounds N] [--seconds S | --quick | --smoke]\n"
    "             [--only TEXT] [--section LIST] [--large N] [--json]\n"
    "             [--compare FILE [--run FILE]]\n"
    "  --items LIST    numbers of items (10000,1000000,10000000)\n"
    "  --threads LIST  numbers of threads (1,2,8); more than there are processors: latencies only\n"
    "  --rounds N      rounds of each section, 1 to 64 (7)\n"
    "  --seconds S     go on with the rounds of each section for so long at least\n"
    "  --quick         3 rounds, fewer requests, 1000000 items\n"
    "  --smoke         everything at tiny size: a test, its figures mean nothing\n"
    "  --only TEXT     only rows whose name holds the text, and the bare memory\n"
    "  --section LIST  some parts only, of: rows, promises, events, advance, told, others,\n"
    "                  durable, bindings, gates\n"
    "  --large N       items of the gates' larger engine (10 times as many; 0: leave it out)\n"
    "  --json          the raw figures\n"
    "  --compare FILE  beside a run that --json wrote: each row same, better, worse or too noisy;\n"
    "                  1 if any is worse. Without other options, measured as that run was\n"
    "  --run FILE      compare this run with the other, and measure nothing\n";

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
    options->large_items = 0;
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
static const char *const sections[] = {"rows",   "promises", "events",   "advance", "told",
                                       "others", "durable",  "bindings", "gates"};

/* Is the name one of a list with commas between? */
static bool listed(const char *list, const char *name)
{
    size_t size = strlen(name);
    for (; *list; list += strcspn(list, ","), list += *list == ',')
        if (strcspn(list, ",") == size && strncmp(list, name, size) == 0)
            return true;
    return false;
}

/* As many of the sections as there are words in the list. */
static bool are_sections(const char *list)
{
    size_t words = 1, known = 0;
    for (const char *at = list; *at; at++)
        words += *at == ',';
    for (size_t i = 0; i < sizeof sections / sizeof *sections; i++)
        known += listed(list, sections[i]);
    return known == words;
}

bool options_want(const struct options *options, const char *name)
{
    return !options->section || listed(options->section, name);
}

static size_t read_count(const char *option, const char *text, unsigned long long least,
                         unsigned long long most)
{
    unsigned long long number;
    if (*read_number(option, text, least, most, &number) != '\0')
        fail(option, text);
    return number;
}

static double read_seconds(const char *text)
{
    char *end;
    double seconds = strtod(text, &end);
    if (end == text || *end != '\0' || !(seconds >= 0))
        fail("--seconds", text);
    return seconds;
}

/* An option with a value; false: it is none. */
static bool read_valued(struct options *options, const char *option, const char *value)
{
    if (strcmp(option, "--items") == 0) {
        read_items(options, value);
    } else if (strcmp(option, "--threads") == 0) {
        read_threads(options, value);
    } else if (strcmp(option, "--rounds") == 0) {
        options->rounds = read_count(option, value, 1, ROUNDS_MAX);
    } else if (strcmp(option, "--seconds") == 0) {
        options->seconds = read_seconds(value);
    } else if (strcmp(option, "--only") == 0) {
        options->only = value;
    } else if (strcmp(option, "--section") == 0) {
        options->section = value;
        if (!are_sections(value))
            fail(option, value);
    } else if (strcmp(option, "--large") == 0) {
        options->large_items = read_count(option, value, 0, 100000000);
    } else if (strcmp(option, "--run") == 0) {
        options->run = value;
    } else {
        return strcmp(option, "--compare") == 0;
    }
    return true;
}

/* These set what the others may then change. */
static void read_sizes(struct options *options, int count, char **arguments)
{
    *options = (struct options){.rounds = 7,
                                .calls = (size_t)1 << 17,
                                .slots = (size_t)1 << 20,
                                .large_items = TEN_TIMES};
    read_items(options, "10000,1000000,10000000");
    read_threads(options, "1,2,8");
    for (int i = 1; i < count; i++) {
        if (strcmp(arguments[i], "--quick") == 0)
            be_quick(options);
        if (strcmp(arguments[i], "--smoke") == 0)
            be_tiny(options);
        if (strcmp(arguments[i], "--compare") == 0)
            options->compare = value_of(count, arguments, &i);
    }
    if (options->compare)
        compare_read(options->compare, &options_stored, options);
}

static void read_options(struct options *options, int count, char **arguments)
{
    read_sizes(options, count, arguments);
    for (int i = 1; i < count; i++) {
        const char *option = arguments[i];
        if (strcmp(option, "--json") == 0) {
            options->json = true;
        } else if (strcmp(option, "--help") == 0) {
            fputs(usage, stdout);
            exit(0);
        } else if (strcmp(option, "--quick") == 0 || strcmp(option, "--smoke") == 0) {
            if (options->compare)
                fail(option, "the stored run says how large");
        } else if (i + 1 == count || !read_valued(options, option, arguments[i + 1])) {
            fail(i + 1 == count ? "no such option, or a value is missing" : "no such option",
                 option);
        } else {
            i++;
        }
    }
    if (options->run && !options->compare)
        fail("--run", "there is no --compare");
}

/* The gates are for a million items; if that is not measured, for the last number that is. */
static void choose_judged(struct options *options)
{
    options->judged_items = options->items[options->item_counts - 1];
    for (size_t i = 0; i < options->item_counts; i++)
        if (options->items[i] == 1000000)
            options->judged_items = 1000000;
    if (options->large_items == TEN_TIMES)
        options->large_items = 10 * options->judged_items;
}

/* As many orders stand open at least as one row may close. */
static void choose_slots(struct options *options)
{
    for (size_t i = 0; i < options->thread_counts; i++)
        while (options->threads[i] <= measure_processors() &&
               options->slots < options->threads[i] * options->calls)
            options->slots *= 2;
}

void options_read(struct options *options, int count, char **arguments)
{
    measure_processors(); /* before any thread is bound */
    read_options(options, count, arguments);
    choose_judged(options);
    choose_slots(options);
}

static void json_counts(const char *name, const size_t *counts, size_t count)
{
    printf("\"%s\":[", name);
    for (size_t i = 0; i < count; i++)
        printf("%s%zu", i ? "," : "", counts[i]);
    printf("],");
}

void options_json(const struct options *options)
{
    size_t threads[COUNTS_MAX];
    for (size_t i = 0; i < options->thread_counts; i++)
        threads[i] = options->threads[i];
    printf("\"options\":{");
    json_counts("items", options->items, options->item_counts);
    json_counts("threads", threads, options->thread_counts);
    if (options->section) {
        printf("\"section\":");
        json_quoted(options->section);
        printf(",");
    }
    printf("\"large_items\":%zu,\"rounds\":%zu,\"requests\":%zu,\"open_orders\":%zu,"
           "\"quick\":%s,\"everything\":%s}",
           options->large_items, options->rounds, options->calls, options->slots,
           options->quick ? "true" : "false", options->everything ? "true" : "false");
}
