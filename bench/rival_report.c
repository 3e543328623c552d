/* SPDX-License-Identifier: Apache-2.0
 *
 * The table and the JSON of the others. What is quoted was published by others, on their machines:
 * it stands below the table, and has no ratio. */
#include "rival.h"

#include <stdio.h>

#include "print.h"

enum { FIGURE_WIDTH = 14, RATIO_WIDTH = 11, CARRIES_WIDTH = 56 };

/* What somebody else has published of a system that is not started here. */
static const struct quote {
    const char *system, *figure, *source;
} quotes[] = {
    {"TigerBeetle, 2020 alpha (AlphaBeetle)", "800,000 transfers a second",
     "docs/about/README.md, History, of tigerbeetle/tigerbeetle at 680b587"},
    {"TigerBeetle, 2020 prototype in Node", "200,000 two-phase transfers a second, on a laptop",
     "the same; a two-phase transfer, pending and posted, is nearest to a reservation"},
};
enum { QUOTES = sizeof quotes / sizeof *quotes };

static double figure_of(const struct rivals *rivals, const struct rival_row *row)
{
    return measure_median(row->ns, rivals->rounds);
}

/* The median of row / reference, round by round; 0 if one of them was not measured. */
static double ratio_of(const struct rivals *rivals, const struct rival_row *row, const char *name)
{
    const struct rival_row *reference = rivals_row(rivals, name);
    double ratios[ROUNDS_MAX];
    if (!reference || row->calls == 0)
        return 0;
    for (size_t i = 0; i < rivals->rounds; i++)
        ratios[i] = row->ns[i] / reference->ns[i];
    return measure_median(ratios, rivals->rounds);
}

/* How far the rounds lie apart: (most - least) / median. */
static double spread_of(const struct rivals *rivals, const struct rival_row *row)
{
    return (measure_most(row->ns, rivals->rounds) - measure_least(row->ns, rivals->rounds)) /
           figure_of(rivals, row);
}

/* ---- table ----------------------------------------------------------------------------------- */

static void add_right(struct text_line *line, const char *format, double figure, int width)
{
    char number[24], text[48];
    snprintf(number, sizeof number, format, figure);
    snprintf(text, sizeof text, "%*s", width, number);
    add_text(line, text, (size_t)width);
}

static void print_row(const struct rivals *rivals, const struct rival_row *row)
{
    struct text_line line = {.size = 0};
    char name[NAME_WIDTH + 1];
    snprintf(name, sizeof name, "%s", row->form->name);
    add_text(&line, name, NAME_WIDTH);
    if (row->calls == 0) {
        add_text(&line, "  not measured: ", 0);
        add_text(&line, row->why, 0);
        print_line(&line);
        return;
    }
    double ns = figure_of(rivals, row), single = ratio_of(rivals, row, RIVAL_SINGLE),
           batch = ratio_of(rivals, row, RIVAL_BATCH);
    add_right(&line, ns < 1000 ? "%.1f" : "%.0f", ns, FIGURE_WIDTH);
    add_right(&line, "%.0f", 1e9 / ns, FIGURE_WIDTH);
    add_right(&line, single < 100 ? "%.2f" : "%.0f", single, RATIO_WIDTH);
    add_right(&line, batch < 100 ? "%.2f" : "%.0f", batch, RATIO_WIDTH);
    add_text(&line, "  ", 0);
    add_text(&line, row->form->carries, 0);
    print_line(&line);
}

static void print_rivals(const struct rivals *rivals)
{
    double worst = 0;
    printf("\n\n== the others, in the same run: ");
    print_number(rivals->items);
    printf(" items, uniform, one client; medians of %zu rounds by the wall clock ==\n\n",
           rivals->rounds);
    printf("%-*s%*s%*s%*s%*s  %s\n", NAME_WIDTH, "a reservation of one unit", FIGURE_WIDTH, "ns",
           FIGURE_WIDTH, "a second", RATIO_WIDTH, "x single", RATIO_WIDTH, "x batch",
           "what it carries");
    print_rule(NAME_WIDTH + 2 * FIGURE_WIDTH + 2 * RATIO_WIDTH + CARRIES_WIDTH);
    for (size_t i = 0; i < rivals->row_count; i++) {
        const struct rival_row *row = &rivals->rows[i];
        print_row(rivals, row);
        if (row->calls > 0 && spread_of(rivals, row) > worst)
            worst = spread_of(rivals, row);
    }
    printf("\nx single, x batch: the median over the rounds of row / " RIVAL_SINGLE
           ", / " RIVAL_BATCH ".\nRounds of a row lie apart by at most %.0f %%; of the time of "
           "the library's rows their thread was running %.0f %%.\n",
           worst * 100, rivals->running * 100);
    for (size_t i = 0; i < rivals->row_count; i++)
        if (rivals->rows[i].calls > 0 && rivals->rows[i].items < rivals->items) {
            printf("%s: ", rivals->rows[i].form->name);
            print_number(rivals->rows[i].items);
            printf(" items only.\n");
        }
    printf("\nQuoted as published, not measured here, on other machines:\n");
    for (size_t i = 0; i < QUOTES; i++)
        printf("%-*s  %s\n%*s  (%s)\n", NAME_WIDTH, quotes[i].system, quotes[i].figure, NAME_WIDTH,
               "", quotes[i].source);
}

/* ---- JSON ------------------------------------------------------------------------------------ */

/* Reasons come from outside: what would end the string is left out. */
static void json_text(const char *text)
{
    putchar('"');
    for (; *text; text++)
        if ((unsigned char)*text >= ' ' && *text != '"' && *text != '\\')
            putchar(*text);
    putchar('"');
}

static void json_row(const struct rivals *rivals, const struct rival_row *row)
{
    printf("{\"operation\":\"%s\",\"carries\":\"%s\",\"items\":%zu,", row->form->name,
           row->form->carries, row->items);
    if (row->calls == 0) {
        printf("\"not_measured\":");
        json_text(row->why);
    } else {
        printf("\"calls\":%zu,\"single_ratio\":%.4f,\"batch_ratio\":%.4f,", row->calls,
               ratio_of(rivals, row, RIVAL_SINGLE), ratio_of(rivals, row, RIVAL_BATCH));
        json_figures("wall", row->ns, rivals->rounds);
    }
    printf("}");
}

static void json_rivals(const struct rivals *rivals)
{
    json_separate();
    printf("{\"others\":{\"items\":%zu,\"good\":%s,\"running\":%.3f,\"rows\":[", rivals->items,
           rivals->good ? "true" : "false", rivals->running);
    for (size_t i = 0; i < rivals->row_count; i++) {
        printf("%s", i ? ",\n" : "");
        json_row(rivals, &rivals->rows[i]);
    }
    printf("],\n\"quoted\":[");
    for (size_t i = 0; i < QUOTES; i++)
        printf("%s{\"system\":\"%s\",\"figure\":\"%s\",\"source\":\"%s\"}", i ? ",\n" : "",
               quotes[i].system, quotes[i].figure, quotes[i].source);
    printf("]}}");
}

void rivals_report(const struct options *options, const struct rivals *rivals)
{
    if (rivals->row_count == 0)
        return;
    if (options->json)
        json_rivals(rivals);
    else
        print_rivals(rivals);
    fflush(stdout);
}
