/* SPDX-License-Identifier: Apache-2.0
 *
 * The tables and the JSON of what goes out. */
#include "told.h"

#include <stdio.h>

#include "figures.h"
#include "print.h"

static double ratio_of(const double *ns, const double *reference, size_t rounds)
{
    double ratios[ROUNDS_MAX];
    for (size_t i = 0; i < rounds; i++)
        if (reference[i] > 0)
            ratios[i] = ns[i] / reference[i];
        else
            return 0;
    return measure_median(ratios, rounds);
}

/* ---- tables ---------------------------------------------------------------------------------- */

static void print_heading_of_writes(const struct told *told, bool aside)
{
    struct text_line line = {.size = 0};
    printf("\n");
    add_text(&line, aside ? "asked on another thread: ns (x a CAS)" : "asked between: ns (x a CAS)",
             NAME_WIDTH);
    for (size_t i = 0; i < LISTENING_COUNTS; i++) {
        char text[CELL_WIDTH + 1];
        snprintf(text, sizeof text, "%7u listen", told->listening[i]);
        add_text(&line, text, CELL_WIDTH);
    }
    add_text(&line, "64 / 0", 0);
    print_line(&line);
    print_rule(NAME_WIDTH + LISTENING_COUNTS * CELL_WIDTH + 8);
}

static void print_writes(const struct told *told, bool aside)
{
    print_heading_of_writes(told, aside);
    for (size_t i = 0; i < told->write_count; i++) {
        const struct told_write *write = &told->writes[i];
        struct text_line line = {.size = 0};
        char name[NAME_WIDTH + 1], more[16];
        if (write->aside != aside)
            continue;
        snprintf(name, sizeof name, "%s, %s", write->name, workload_mode_names[write->mode]);
        add_text(&line, name, NAME_WIDTH);
        for (size_t j = 0; j < LISTENING_COUNTS; j++)
            add_cell(&line, measure_median(write->ns[j], told->rounds),
                     ratio_of(write->ns[j], told->swap, told->rounds), " (%.2f)");
        snprintf(more, sizeof more, "%6.2f",
                 ratio_of(write->ns[LISTENING_COUNTS - 1], write->ns[0], told->rounds));
        add_text(&line, more, 0);
        print_line(&line);
    }
}

/* All of it in microseconds, and of one thing in ns. */
static void print_rows(const struct told *told)
{
    printf("\n%-*s%14s%12s%10s  %s\n", NAME_WIDTH, "1 thread", "us in all", "ns each", "ratio",
           "against");
    print_rule(NAME_WIDTH + 62);
    for (size_t i = 0; i < told->row_count; i++) {
        const struct told_row *row = &told->rows[i];
        double ns = measure_median(row->ns, told->rounds);
        struct text_line line = {.size = 0};
        char text[48];
        add_text(&line, row->name, NAME_WIDTH);
        snprintf(text, sizeof text, "%14.1f", ns / 1e3);
        add_text(&line, text, 0);
        text[0] = '\0';
        if (row->count > 0)
            snprintf(text, sizeof text, "%12.1f", ns / row->count);
        add_text(&line, text, 12);
        if (row->against) {
            snprintf(text, sizeof text, "%10.2f  ",
                     ratio_of(row->ns, row->reference, told->rounds));
            add_text(&line, text, 0);
            add_text(&line, row->against, 0);
        }
        print_line(&line);
    }
    printf("\nbytes kept of one item and channel told: %.1f (of slabs %.1f); rows and blocks of a "
           "fork: %.0f MB\n",
           told->told_bytes, told->told_slab_bytes, told->fork_bytes / 1e6);
}

static void print_told(const struct told *told)
{
    printf("\n\n== what goes out: ");
    print_number(told->items);
    printf(" items, uniform, ");
    print_number(told->orders);
    printf(" orders open; each listening channel asks every ");
    print_number(RHYTHM);
    printf(" writes ==\n\n%-*s%7.1f ns\n", NAME_WIDTH, "a CAS on a random line",
           measure_median(told->swap, told->rounds));
    print_writes(told, false);
    print_writes(told, true);
    print_rows(told);
    printf("\nns of a call on one thread, and what another one does meanwhile\n");
    print_latency_table(told->latencies, told->latency_count);
}

/* ---- JSON ------------------------------------------------------------------------------------ */

static void json_write(const struct told *told, const struct told_write *write)
{
    printf("{\"operation\":\"%s\",\"mode\":\"%s\",\"asked\":\"%s\",\"figures\":[", write->name,
           workload_mode_names[write->mode], write->aside ? "on another thread" : "between");
    for (size_t i = 0; i < LISTENING_COUNTS; i++) {
        printf("%s{\"listening\":%u,\"ratio\":%.4f,", i ? "," : "", told->listening[i],
               ratio_of(write->ns[i], told->swap, told->rounds));
        json_figures("processor", write->ns[i], told->rounds);
        printf("}");
    }
    printf("]}");
}

static void json_row(const struct told *told, const struct told_row *row)
{
    printf("{\"operation\":\"%s\",\"count\":%.0f,", row->name, row->count);
    if (row->against) {
        printf("\"against\":\"%s\",\"ratio\":%.4f,", row->against,
               ratio_of(row->ns, row->reference, told->rounds));
        json_figures("reference", row->reference, told->rounds);
        printf(",");
    }
    json_figures("processor", row->ns, told->rounds);
    printf("}");
}

static void json_told(const struct told *told)
{
    json_separate();
    printf("{\"told\":{\"items\":%zu,\"orders\":%zu,\"requests\":%zu,\"rhythm\":%d,\"wrong\":%llu,"
           "\"told_bytes\":%.2f,\"told_slab_bytes\":%.2f,\"fork_bytes\":%.0f,",
           told->items, told->orders, told->calls, RHYTHM, (unsigned long long)told->wrong,
           told->told_bytes, told->told_slab_bytes, told->fork_bytes);
    json_figures("cas", told->swap, told->rounds);
    printf(",\n\"writes\":[");
    for (size_t i = 0; i < told->write_count; i++) {
        printf("%s", i ? ",\n" : "");
        json_write(told, &told->writes[i]);
    }
    printf("],\n\"rows\":[");
    for (size_t i = 0; i < told->row_count; i++) {
        printf("%s", i ? ",\n" : "");
        json_row(told, &told->rows[i]);
    }
    printf("],\n");
    json_latencies(told->latencies, told->latency_count);
    printf("}}");
}

/* ---- figures by name ------------------------------------------------------------------------- */

static void keep_write(const struct told *told, const struct told_write *write, const char *swap)
{
    char name[FIGURE_NAME];
    for (size_t i = 0; i < LISTENING_COUNTS; i++) {
        snprintf(name, sizeof name, "told, %zu items: %s, %s, %u channels listen, asked %s",
                 told->items, write->name, workload_mode_names[write->mode], told->listening[i],
                 write->aside ? "aside" : "between");
        figures_put(name, swap, write->ns[i], told->rounds);
    }
}

static void keep_figures(const struct told *told)
{
    char name[FIGURE_NAME], reference[FIGURE_NAME];
    snprintf(reference, sizeof reference, "told, %zu items: a CAS", told->items);
    figures_put(reference, NULL, told->swap, told->rounds);
    for (size_t i = 0; i < told->write_count; i++)
        keep_write(told, &told->writes[i], reference);
    for (size_t i = 0; i < told->row_count; i++) {
        const struct told_row *row = &told->rows[i];
        snprintf(name, sizeof name, "told, %zu items: %s", told->items, row->name);
        snprintf(reference, sizeof reference, "told, %zu items: beside %s", told->items,
                 row->name);
        if (row->against)
            figures_put(reference, NULL, row->reference, told->rounds);
        figures_put(name, row->against ? reference : NULL, row->ns, told->rounds);
    }
}

void told_report(const struct options *options, const struct told *told)
{
    if (told->row_count == 0)
        return;
    keep_figures(told);
    if (options->json)
        json_told(told);
    else
        print_told(told);
    fflush(stdout);
}
