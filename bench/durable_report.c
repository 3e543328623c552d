/* SPDX-License-Identifier: Apache-2.0
 *
 * The table, the JSON and the figures of what is durable. */
#include "durable.h"

#include <stdio.h>
#include <string.h>

#include "figures.h"
#include "print.h"

enum { CALLERS_WIDTH = 9, RATE_WIDTH = 12, LATENCY_WIDTH = 11, RATIO_WIDTH = 9, BYTES_WIDTH = 9,
       COMMIT_WIDTH = 10, RULE_WIDTH = 158 };

static double ratio_of(const struct durable *durable, const struct durable_row *row)
{
    const struct durable_row *floor = durable_row(durable, DURABLE_FLOOR, 1, 1);
    double ratios[ROUNDS_MAX];
    if (!floor || !row->measured)
        return 0;
    for (size_t i = 0; i < durable->rounds; i++)
        ratios[i] = row->ns[i] / floor->ns[i];
    return measure_median(ratios, durable->rounds);
}

static double bytes_of(const struct durable_row *row)
{
    return row->commit.reservations > 0 ? row->commit.bytes / row->commit.reservations : 0;
}

/* ---- table ----------------------------------------------------------------------------------- */

static void add_number(struct text_line *line, const char *format, double number, int width)
{
    char digits[24], text[48];
    snprintf(digits, sizeof digits, format, number);
    snprintf(text, sizeof text, "%*s", width, number > 0 ? digits : "");
    add_text(line, text, (size_t)width);
}

static void print_row(const struct durable *durable, const struct durable_row *row)
{
    struct text_line line = {.size = 0};
    char name[NAME_WIDTH + 1];
    snprintf(name, sizeof name, "%s", row->form->name);
    add_text(&line, name, NAME_WIDTH);
    add_number(&line, "%.0f", (double)row->form->callers, CALLERS_WIDTH);
    if (!row->measured) {
        add_text(&line, "  not measured: ", 0);
        add_text(&line, row->why, 0);
        print_line(&line);
        return;
    }
    double ratio = ratio_of(durable, row);
    add_number(&line, "%.0f", 1e9 / measure_median(row->ns, durable->rounds), RATE_WIDTH);
    add_number(&line, ratio < 0.1 ? "%.4f" : ratio < 100 ? "%.2f" : "%.0f", ratio, RATIO_WIDTH);
    add_number(&line, "%.1f", measure_median(row->half, durable->rounds) / 1e3, LATENCY_WIDTH);
    add_number(&line, "%.1f", measure_median(row->hundredth, durable->rounds) / 1e3,
               LATENCY_WIDTH);
    add_number(&line, "%.1f", row->commit.reservations, COMMIT_WIDTH);
    add_number(&line, "%.1f", bytes_of(row), BYTES_WIDTH);
    add_text(&line, "  ", 0);
    add_text(&line, row->form->carries, 0);
    print_line(&line);
}

static void print_heading(const struct durable *durable)
{
    printf("\n\n== durable: on the disk before the answer, in one folder (%s on %s): ",
           durable->place.system, durable->place.device);
    print_number(durable->items);
    printf(" items, uniform; medians of %zu rounds by the wall clock ==\n", durable->rounds);
    if (durable->place.memory && durable->row_count > 0)
        printf("THAT IS MEMORY: nothing of this outlives the machine, and no figure means "
               "anything.\n");
}

static void print_rows(const struct durable *durable)
{
    printf("\n%-*s%*s%*s%*s%*s%*s%*s%*s  %s\n", NAME_WIDTH, "a reservation of one unit",
           CALLERS_WIDTH, "callers", RATE_WIDTH, "a second", RATIO_WIDTH, "x write",
           LATENCY_WIDTH, "p50 us", LATENCY_WIDTH, "p99 us", COMMIT_WIDTH, "a commit", BYTES_WIDTH,
           "bytes", "what it carries");
    print_rule(RULE_WIDTH);
    for (size_t i = 0; i < durable->row_count; i++)
        print_row(durable, &durable->rows[i]);
    printf("\nx write: the median over the rounds of ns for a reservation / ns of " DURABLE_FLOOR
           ";\nbelow 1, commits are shared. p50 and p99 are of a call, which may be a batch. A "
           "commit: reservations that shared one;\nbytes: what is journalled for each of them.\n");
}

static void print_seconds(const char *what, const struct durable_recovery *recovery,
                          const double *ns, const double *read, double divisor, const char *each)
{
    double ratios[ROUNDS_MAX];
    for (size_t i = 0; i < recovery->rounds; i++)
        ratios[i] = ns[i] / read[i];
    double median = measure_median(ns, recovery->rounds);
    printf("  %-34s%10.3f s%10.1f ns %s, %.1f x to read as many bytes\n", what, median / 1e9,
           median / divisor, each, measure_median(ratios, recovery->rounds));
}

static void print_recovery(const struct durable_recovery *recovery)
{
    double journal[ROUNDS_MAX];
    printf("\nComing back, files not in the cache: ");
    print_number(recovery->items);
    printf(" items, ");
    if (!recovery->measured) {
        printf("not measured: %s\n", recovery->why);
        return;
    }
    print_number(recovery->changes);
    printf(" journalled changes (reserve, release, forget)\n");
    print_seconds("from the checkpoint alone", recovery, recovery->checkpoint,
                  recovery->checkpoint_read, (double)recovery->items, "an item");
    print_seconds("from checkpoint and journal", recovery, recovery->whole, recovery->whole_read,
                  (double)recovery->changes, "a change");
    double alone = measure_median(recovery->checkpoint, recovery->rounds);
    for (size_t i = 0; i < recovery->rounds; i++)
        journal[i] = recovery->whole[i] - alone;
    double rest = measure_median(journal, recovery->rounds);
    printf("  %-34s%10.3f s%10.1f ns a change\n", "so the journal's part is", rest / 1e9,
           rest / (double)recovery->changes);
    printf("  the checkpoint has %.1f bytes an item, and took %.3f s to write; the journal %.1f "
           "bytes a change,\n  %.1f a reservation (of one unit, in batches of 128)\n",
           (double)recovery->checkpoint_bytes / (double)recovery->items, recovery->write / 1e9,
           (double)recovery->journal_bytes / (double)recovery->changes,
           recovery->reservation_bytes);
}

static void print_durable(const struct durable *durable)
{
    print_heading(durable);
    if (durable->row_count == 0) {
        printf("\nNot measured: %s is memory (%s).\n", durable->place.folder,
               durable->place.system);
        return;
    }
    print_rows(durable);
    print_recovery(&durable->recovery);
}

/* ---- JSON ------------------------------------------------------------------------------------ */

static void json_row(const struct durable *durable, const struct durable_row *row)
{
    printf("{\"operation\":\"%s\",\"carries\":\"%s\",\"callers\":%u,\"batch\":%u,",
           row->form->name, row->form->carries, row->form->callers, row->form->batch);
    if (!row->measured) {
        printf("\"not_measured\":");
        json_quoted(row->why);
    } else {
        printf("\"write_ratio\":%.6f,\"commit\":%.3f,\"bytes\":%.3f,", ratio_of(durable, row),
               row->commit.reservations, bytes_of(row));
        json_figures("wall", row->ns, durable->rounds);
        printf(",");
        json_figures("p50", row->half, durable->rounds);
        printf(",");
        json_figures("p99", row->hundredth, durable->rounds);
    }
    printf("}");
}

static void json_recovery(const struct durable_recovery *recovery)
{
    printf("\"recovery\":{\"items\":%zu,", recovery->items);
    if (!recovery->measured) {
        printf("\"not_measured\":");
        json_quoted(recovery->why);
    } else {
        printf("\"changes\":%llu,\"checkpoint_bytes\":%llu,\"journal_bytes\":%llu,"
               "\"checkpoint_write\":%.0f,\"reservation_bytes\":%.3f,",
               (unsigned long long)recovery->changes,
               (unsigned long long)recovery->checkpoint_bytes,
               (unsigned long long)recovery->journal_bytes, recovery->write,
               recovery->reservation_bytes);
        json_figures("checkpoint", recovery->checkpoint, recovery->rounds);
        printf(",");
        json_figures("checkpoint_read", recovery->checkpoint_read, recovery->rounds);
        printf(",");
        json_figures("both", recovery->whole, recovery->rounds);
        printf(",");
        json_figures("both_read", recovery->whole_read, recovery->rounds);
    }
    printf("}");
}

static void json_durable(const struct durable *durable)
{
    json_separate();
    printf("{\"durable\":{\"items\":%zu,\"good\":%s,\"file_system\":", durable->items,
           durable->good ? "true" : "false");
    json_quoted(durable->place.system);
    printf(",\"device\":");
    json_quoted(durable->place.device);
    printf(",\"memory\":%s,\"rows\":[", durable->place.memory ? "true" : "false");
    for (size_t i = 0; i < durable->row_count; i++) {
        printf("%s", i ? ",\n" : "");
        json_row(durable, &durable->rows[i]);
    }
    printf("],\n");
    json_recovery(&durable->recovery);
    printf("}}");
}

/* ---- figures --------------------------------------------------------------------------------- */

/* "durable, 100000 items: sellable, 16 callers"; callers of another row's name are part of it. */
static void name_row(const struct durable *durable, const struct durable_form *form,
                     char name[FIGURE_NAME])
{
    snprintf(name, FIGURE_NAME, "durable, %zu items: %s, %u caller%s", durable->items, form->name,
             form->callers, form->callers > 1 ? "s" : "");
}

static void keep_row(const struct durable *durable, const struct durable_row *row,
                     const char *reference)
{
    char name[FIGURE_NAME], tail[FIGURE_NAME + 8];
    name_row(durable, row->form, name);
    figures_put(name, strcmp(name, reference) == 0 ? NULL : reference, row->ns, durable->rounds);
    /* Of the others they are kept, but nobody's change made them better or worse. */
    const bool own = row->kind == &durable_own;
    snprintf(tail, sizeof tail, "%s, p50", name);
    figures_put(tail, own ? reference : NULL, row->half, durable->rounds);
    snprintf(tail, sizeof tail, "%s, p99", name);
    figures_put(tail, own ? reference : NULL, row->hundredth, durable->rounds);
}

/* A time beside that of reading as many bytes. */
static void keep_recovery(const struct durable_recovery *recovery, const char *what,
                          const double *ns, const double *read)
{
    char name[FIGURE_NAME], reference[FIGURE_NAME];
    snprintf(name, sizeof name, "durable, %zu items and %llu changes: %s", recovery->items,
             (unsigned long long)recovery->asked, what);
    snprintf(reference, sizeof reference, "%.80s, read", name);
    figures_put(name, reference, ns, recovery->rounds);
    figures_put(reference, NULL, read, recovery->rounds);
}

static void keep(const struct durable *durable)
{
    const struct durable_row *floor = durable_row(durable, DURABLE_FLOOR, 1, 1);
    const struct durable_recovery *recovery = &durable->recovery;
    char reference[FIGURE_NAME];
    for (size_t i = 0; floor && i < durable->row_count; i++) {
        name_row(durable, floor->form, reference);
        if (durable->rows[i].measured)
            keep_row(durable, &durable->rows[i], reference);
    }
    if (!recovery->measured)
        return;
    keep_recovery(recovery, "back from the checkpoint", recovery->checkpoint,
                  recovery->checkpoint_read);
    keep_recovery(recovery, "back from both", recovery->whole, recovery->whole_read);
    figures_put_bytes("durable: bytes of a journalled reservation", recovery->reservation_bytes);
    figures_put_bytes("durable: bytes of a journalled change",
                      (double)recovery->journal_bytes / (double)recovery->changes);
    figures_put_bytes("durable: bytes of an item in a checkpoint",
                      (double)recovery->checkpoint_bytes / (double)recovery->items);
}

void durable_report(const struct options *options, const struct durable *durable)
{
    keep(durable);
    if (options->json)
        json_durable(durable);
    else
        print_durable(durable);
    fflush(stdout);
}
