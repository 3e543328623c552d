/* SPDX-License-Identifier: Apache-2.0
 *
 * The table, the JSON and the figures of the calls from other languages. */
#include "bindings.h"

#include <stdio.h>
#include <string.h>

#include "figures.h"
#include "print.h"

/* The median over the rounds of row / reference; 0 if one of them was not measured. */
static double ratio_of(const struct bindings *bindings, const struct bindings_row *row,
                       const struct bindings_row *reference)
{
    double ratios[ROUNDS_MAX];
    if (row->elements == 0 || reference->elements == 0 || row == reference)
        return 0;
    for (size_t i = 0; i < bindings->rounds; i++)
        ratios[i] = row->ns[i] / reference->ns[i];
    return measure_median(ratios, bindings->rounds);
}

/* ---- table ----------------------------------------------------------------------------------- */

static void print_bindings(const struct bindings *bindings)
{
    printf("\n\n== calls from other languages: ");
    print_number(bindings->items);
    printf(" items, one thread; ns of a call, or of an element of a batch of ");
    print_number(BINDINGS_BATCH);
    printf("; medians of %zu rounds ==\n\n", bindings->rounds);
    struct text_line line = {.size = 0};
    add_text(&line, "", NAME_WIDTH);
    for (enum language language = IN_C; language < LANGUAGES; language++) {
        char heading[CELL_WIDTH];
        snprintf(heading, sizeof heading, "%*s", CELL_WIDTH - 9, bindings_language(language));
        add_text(&line, heading, CELL_WIDTH);
    }
    print_line(&line);
    print_rule(NAME_WIDTH + LANGUAGES * CELL_WIDTH);
    for (size_t call = 0; call < bindings_call_count; call++) {
        line.size = 0;
        add_text(&line, bindings_calls[call].name, NAME_WIDTH);
        for (enum language language = IN_C; language < LANGUAGES; language++) {
            const struct bindings_row *row = &bindings->rows[language][call];
            if (row->elements > 0)
                add_cell(&line, measure_median(row->ns, bindings->rounds),
                         ratio_of(bindings, row, &bindings->rows[IN_C][call]), " (x%.1f)");
            else
                add_text(&line, "", CELL_WIDTH);
        }
        print_line(&line);
    }
    printf("\nIn brackets: x the same call from C, in the same round. Processor time, of the "
           "collector, too.\n");
    for (enum language language = IN_C; language < LANGUAGES; language++)
        if (bindings->why[language][0])
            printf("%s: not measured: %s.\n", bindings_language(language),
                   bindings->why[language]);
}

/* ---- JSON ------------------------------------------------------------------------------------ */

static void json_language(const struct bindings *bindings, enum language language)
{
    bool first = true;
    printf("{\"language\":\"%s\",", bindings_language(language));
    if (bindings->why[language][0]) {
        printf("\"not_measured\":");
        json_quoted(bindings->why[language]);
        printf(",");
    }
    printf("\"calls\":[");
    for (size_t call = 0; call < bindings_call_count; call++) {
        const struct bindings_row *row = &bindings->rows[language][call];
        if (row->elements == 0)
            continue;
        printf("%s{\"call\":\"%s\",\"elements\":%zu}", first ? "" : ",",
               bindings_calls[call].name, row->elements);
        first = false;
    }
    printf("]}");
}

static void json_bindings(const struct bindings *bindings)
{
    json_separate();
    printf("{\"bindings\":{\"items\":%zu,\"batch\":%d,\"good\":%s,\"languages\":[",
           bindings->items, BINDINGS_BATCH, bindings->good ? "true" : "false");
    for (enum language language = IN_C; language < LANGUAGES; language++) {
        printf("%s", language ? ",\n" : "");
        json_language(bindings, language);
    }
    printf("]}}");
}

/* ---- figures --------------------------------------------------------------------------------- */

static void name_row(const struct bindings *bindings, enum language language, size_t call,
                     char name[FIGURE_NAME])
{
    snprintf(name, FIGURE_NAME, "bindings, %zu items: %s, %s", bindings->items,
             bindings_language(language), bindings_calls[call].name);
}

/* Beside the same call from C; what C has not, and its own, beside the language's empty
 * function. */
static void keep(const struct bindings *bindings)
{
    char name[FIGURE_NAME], reference[FIGURE_NAME];
    for (enum language language = IN_C; language < LANGUAGES; language++)
        for (size_t call = 0; call < bindings_call_count; call++) {
            const struct bindings_row *row = &bindings->rows[language][call];
            bool in_c = language != IN_C && bindings->rows[IN_C][call].elements > 0;
            bool empty = strcmp(bindings_calls[call].name, BINDINGS_EMPTY) == 0;
            if (row->elements == 0)
                continue;
            name_row(bindings, language, call, name);
            name_row(bindings, in_c ? IN_C : language, in_c ? call : 0, reference);
            figures_put(name, empty && !in_c ? NULL : reference, row->ns, bindings->rounds);
        }
}

void bindings_report(const struct options *options, const struct bindings *bindings)
{
    if (!bindings->asked)
        return;
    keep(bindings);
    if (options->json)
        json_bindings(bindings);
    else
        print_bindings(bindings);
    fflush(stdout);
}
