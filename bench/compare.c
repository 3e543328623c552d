/* SPDX-License-Identifier: Apache-2.0
 *
 * A row's figure is the median over the rounds of row / reference. How far these lie apart (from
 * the first quartile to the third, so that single rounds that were disturbed do not count) says
 * what the noise was. Then
 *
 *    same     the two medians differ by at most TOLERANCE
 *    noisy    they differ by more, but by no more than both runs' rounds lie apart, together
 *    better   } they differ by more than that
 *    worse    }
 *
 * Bytes have no reference and no noise. */
#include "compare.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "print.h"

/* Where pages and tables happen to lie differs between two runs, not between rounds of one. */
#define TOLERANCE 0.05

/* ---- a stored run ---------------------------------------------------------------------------- */

static void broken(const char *path, const char *why)
{
    fprintf(stderr, "bench: --compare: %s: %s\n", path, why);
    exit(2);
}

/* A list of numbers that are no less than 0. */
static size_t read_numbers(const json_t *list, double *values, size_t most)
{
    size_t count = json_array_size(list);
    if (count == 0 || count > most)
        return 0;
    for (size_t i = 0; i < count; i++) {
        const json_t *number = json_array_get(list, i);
        values[i] = json_number_value(number);
        if (!json_is_number(number) || !(values[i] >= 0))
            return 0;
    }
    return count;
}

static bool read_text(const json_t *object, const char *name, char text[FIGURE_NAME])
{
    const char *value = json_string_value(json_object_get(object, name));
    if (!value || strlen(value) >= FIGURE_NAME)
        return false;
    snprintf(text, FIGURE_NAME, "%s", value);
    return true;
}

static void read_figures(const char *path, const json_t *list, struct figures *stored)
{
    size_t count = json_array_size(list);
    if (!json_is_array(list))
        broken(path, "it is no run of this bench: it has no list \"figures\"");
    if (count > FIGURES_MAX)
        broken(path, "too many figures");
    stored->count = count;
    for (size_t i = 0; i < count; i++) {
        const json_t *from = json_array_get(list, i);
        struct figure *figure = &stored->figure[i];
        const json_t *bytes = json_object_get(from, "bytes");
        *figure = (struct figure){.bytes = bytes != NULL};
        figure->rounds = read_numbers(bytes ? bytes : json_object_get(from, "ns"), figure->values,
                                      ROUNDS_MAX);
        if (!read_text(from, "name", figure->name))
            broken(path, "a figure has no name");
        if (figure->rounds == 0) {
            char why[FIGURE_NAME + 64];
            snprintf(why, sizeof why, "\"%s\" has no numbers by round", figure->name);
            broken(path, why);
        }
        if (json_object_get(from, "reference") &&
            !read_text(from, "reference", figure->reference))
            broken(path, "a reference is no name");
    }
}

static size_t read_count(const json_t *object, const char *name, size_t missing)
{
    const json_t *number = json_object_get(object, name);
    return json_is_integer(number) && json_integer_value(number) >= 0
               ? (size_t)json_integer_value(number)
               : missing;
}

static bool make_sense(const struct options *options)
{
    bool sense = options->rounds >= 1 && options->rounds <= ROUNDS_MAX && options->calls >= 1 &&
                 options->slots >= 1 && (options->slots & (options->slots - 1)) == 0;
    for (size_t i = 0; i < options->item_counts; i++)
        sense = sense && options->items[i] >= 1;
    for (size_t i = 0; i < options->thread_counts; i++)
        sense = sense && options->threads[i] >= 1 && options->threads[i] <= THREADS_MAX;
    return sense;
}

/* What it was asked for; what it does not say stays. */
static void read_options(const char *path, const json_t *from, struct options *options)
{
    static char section[64];
    double numbers[COUNTS_MAX];
    size_t count = read_numbers(json_object_get(from, "items"), numbers, COUNTS_MAX);
    if (count == 0)
        broken(path, "it does not say what it was measured with (\"options\")");
    options->item_counts = count;
    for (size_t i = 0; i < count; i++)
        options->items[i] = (size_t)numbers[i];
    count = read_numbers(json_object_get(from, "threads"), numbers, COUNTS_MAX);
    if (count > 0)
        options->thread_counts = count;
    for (size_t i = 0; i < count; i++)
        options->threads[i] = (uint32_t)numbers[i];
    options->rounds = read_count(from, "rounds", options->rounds);
    options->calls = read_count(from, "requests", options->calls);
    options->slots = read_count(from, "open_orders", options->slots);
    options->large_items = read_count(from, "large_items", options->large_items);
    options->everything = json_is_true(json_object_get(from, "everything"));
    options->quick = json_is_true(json_object_get(from, "quick"));
    const char *name = json_string_value(json_object_get(from, "section"));
    if (name) {
        snprintf(section, sizeof section, "%s", name);
        options->section = section;
    }
    if (!make_sense(options))
        broken(path, "its options make no sense");
}

void compare_read(const char *path, struct figures *stored, struct options *options)
{
    json_error_t error;
    json_t *run = json_load_file(path, 0, &error);
    if (!run) {
        char why[JSON_ERROR_TEXT_LENGTH + 64];
        if (error.line > 0)
            snprintf(why, sizeof why, "line %d: %s", error.line, error.text);
        else
            snprintf(why, sizeof why, "%s", error.text);
        broken(path, why);
    }
    read_figures(path, json_object_get(run, "figures"), stored);
    if (options)
        read_options(path, json_object_get(run, "options"), options);
    json_decref(run);
}

/* ---- verdicts -------------------------------------------------------------------------------- */

/* What a run says of a row. */
struct seen {
    double middle; /* median of the ratios, or bytes; 0: it says nothing */
    double spread; /* from the first quartile to the third */
};

static struct seen see(const struct figures *figures, const struct figure *figure)
{
    double ratios[ROUNDS_MAX];
    const struct figure *reference = figures_find(figures, figure->reference);
    if (figure->bytes)
        return (struct seen){figure->values[0], 0};
    if (!reference || reference->rounds != figure->rounds)
        return (struct seen){0, 0};
    for (size_t i = 0; i < figure->rounds; i++) {
        if (!(reference->values[i] > 0))
            return (struct seen){0, 0};
        ratios[i] = figure->values[i] / reference->values[i];
    }
    return (struct seen){measure_median(ratios, figure->rounds),
                         measure_quantile(ratios, figure->rounds, 0.75) -
                             measure_quantile(ratios, figure->rounds, 0.25)};
}

enum verdict { SAME, NOISY, BETTER, WORSE, VERDICTS };
static const char *const verdicts[VERDICTS] = {"same", "noisy", "better", "worse"};

static enum verdict judge(struct seen before, struct seen now)
{
    double change = now.middle - before.middle;
    double size = change < 0 ? -change : change;
    if (size <= TOLERANCE * before.middle)
        return SAME;
    if (size <= before.spread + now.spread)
        return NOISY;
    return change < 0 ? BETTER : WORSE;
}

static void print_heading(void)
{
    printf("\n\n== beside the stored run: ratios to the same run's reference rows, and how far "
           "apart half of the rounds lie ==\n\n%-86s%18s%18s%9s\n",
           "", "stored", "now", "change");
    print_rule(140);
}

static void print_row(const char *name, struct seen before, struct seen now, enum verdict verdict)
{
    char left[24], right[24];
    snprintf(left, sizeof left, "%.3f +-%.3f", before.middle, before.spread / 2);
    snprintf(right, sizeof right, "%.3f +-%.3f", now.middle, now.spread / 2);
    printf("%-86s %17s %17s %+7.1f%%  %s\n", name, left, right,
           (now.middle / before.middle - 1) * 100, verdicts[verdict]);
}

static void json_row(const char *name, struct seen before, struct seen now, enum verdict verdict,
                     bool first)
{
    printf("%s{\"name\":", first ? "" : ",\n");
    json_quoted(name);
    printf(",\"stored\":%.4f,\"stored_spread\":%.4f,\"now\":%.4f,\"now_spread\":%.4f,"
           "\"verdict\":\"%s\"}",
           before.middle, before.spread, now.middle, now.spread, verdicts[verdict]);
}

static void print_end(const size_t counts[VERDICTS], size_t alone)
{
    printf("\n%zu rows: %zu same, %zu better, %zu worse, %zu too noisy to say; %zu rows of this "
           "run are not in the stored one\n",
           counts[SAME] + counts[BETTER] + counts[WORSE] + counts[NOISY], counts[SAME],
           counts[BETTER], counts[WORSE], counts[NOISY], alone);
}

bool compare_report(const struct options *options, const struct figures *stored,
                    const struct figures *now)
{
    size_t counts[VERDICTS] = {0}, alone = 0, rows = 0;
    if (options->json)
        printf("\"compared\":[");
    else
        print_heading();
    for (size_t i = 0; i < now->count; i++) {
        const struct figure *figure = &now->figure[i];
        const struct figure *before = figures_find(stored, figure->name);
        struct seen seen = see(now, figure);
        struct seen seen_before = before ? see(stored, before) : (struct seen){0, 0};
        if (!(seen.middle > 0))
            continue;
        if (!(seen_before.middle > 0)) {
            alone++;
            continue;
        }
        enum verdict verdict = judge(seen_before, seen);
        if (options->json)
            json_row(figure->name, seen_before, seen, verdict, rows == 0);
        else
            print_row(figure->name, seen_before, seen, verdict);
        counts[verdict]++;
        rows++;
    }
    if (options->json)
        printf("],\n");
    else
        print_end(counts, alone);
    if (rows == 0) {
        fprintf(stderr, "bench: --compare: the two runs have no row together\n");
        exit(2);
    }
    return counts[WORSE] == 0;
}
