/* SPDX-License-Identifier: Apache-2.0
 *
 * The gates themselves: what of what is measured has to be how small, or how large; and the table
 * of them, met or not. */
#include "gates.h"

#include <stdio.h>
#include <string.h>

#include "figures.h"
#include "print.h"

static const char *const bed_names[BEDS] = {"mix", "defaults", "large"};

/* What a row's figures are called in a run file, and in the table of larger engines. */
static const char *const row_names[GATE_ROWS] = {
    [GATE_READ_CHAINED] = "a line read, chained",
    [GATE_ASK_CHAINED] = "available by handle, chained",
    [GATE_READ] = "a line read, independent",
    [GATE_ASK] = "available by handle, independent",
    [GATE_ASK_BATCH] = "available by handle, batch",
    [GATE_ASK_KEY_BATCH] = "available by key, batch",
    [GATE_PAIR_CHAINED] = "two CASes, chained",
    [GATE_RESERVE_CHAINED] = "reserve by handle, chained",
    [GATE_PAIR] = "two CASes, independent",
    [GATE_RESERVE] = "reserve by handle, independent",
    [GATE_RELEASE] = "release, independent",
    [GATE_RESERVE_BATCH] = "reserve by handle, batch",
    [GATE_RELEASE_BATCH] = "release, batch",
    [GATE_RESERVE_KEY_BATCH] = "reserve by key, batch",
    [GATE_ORDER_BATCH] = "a line of four, batch",
    [GATE_RESERVE_TWO] = "reserve by handle, two threads",
    [GATE_TIMEOUT] = "reserve with a timeout, independent",
    [GATE_CONFIRM] = "confirm, independent",
    [GATE_SHIP] = "ship, independent",
    [GATE_TIMEOUT_BATCH] = "reserve with a timeout, batch",
    [GATE_CONFIRM_BATCH] = "confirm, batch",
    [GATE_SHIP_BATCH] = "ship, batch",
    [GATE_ADJUST] = "on_hand.adjust, independent",
    [GATE_ADJUST_BATCH] = "on_hand.adjust, batch",
    [GATE_EXPORT] = "8 published figures exported",
    [GATE_EXPORT_REFERENCE] = "rows read, as much written",
    [GATE_HOT] = "one hot item, two threads",
    [GATE_HOT_SPIN] = "one hot item, two threads, spin-lock in the row",
    [GATE_TAIL] = "one hot item, eight threads, p99.9",
    [GATE_TAIL_MUTEXES] = "one hot item, eight threads, p99.9, 1,024 mutexes",
};

/* A row against its reference; at most the bound, or, of throughput, at least. */
static const struct gate {
    const char *what;
    const char *against;
    enum gate_row row;
    enum gate_row reference;
    double bound;
    bool throughput; /* reference / row */
} gates_of[] = {
    {"reserve by handle, chained", "two CASes, chained", GATE_RESERVE_CHAINED, GATE_PAIR_CHAINED,
     1.25, false},
    {"reserve by handle, independent", "two CASes, independent", GATE_RESERVE, GATE_PAIR, 4, false},
    {"reserve by handle, batch", "two CASes, independent", GATE_RESERVE_BATCH, GATE_PAIR, 1,
     false},
    {"reserve by handle, batch", "single calls, independent", GATE_RESERVE_BATCH, GATE_RESERVE,
     0.25, false},
    {"available by handle, chained", "a line read, chained", GATE_ASK_CHAINED, GATE_READ_CHAINED,
     1.1, false},
    {"available by handle, independent", "a line read, independent", GATE_ASK, GATE_READ, 3.5,
     false},
    {"available by handle, batch", "a line read, independent", GATE_ASK_BATCH, GATE_READ, 1.5,
     false},
    {"available by key, batch", "by handle, batch", GATE_ASK_KEY_BATCH, GATE_ASK_BATCH, 2.5, false},
    {"reserve by key, batch", "by handle, batch", GATE_RESERVE_KEY_BATCH, GATE_RESERVE_BATCH, 2.5,
     false},
    {"a line of a four-line order, batch", "a one-line order, batch", GATE_ORDER_BATCH,
     GATE_RESERVE_BATCH, 2, false},
    {"two threads, uniform", "one thread (throughput)", GATE_RESERVE_TWO, GATE_RESERVE, 1.8, true},
    {"one hot item, two threads", "spin-lock in the row", GATE_HOT, GATE_HOT_SPIN, 1, false},
    {"one hot item, 8 threads on 2 cores, p99.9", "1,024 mutexes", GATE_TAIL, GATE_TAIL_MUTEXES, 1,
     false},
    {"release, independent", "reserve, independent", GATE_RELEASE, GATE_RESERVE, 1, false},
    {"confirm, independent", "reserve, independent", GATE_CONFIRM, GATE_RESERVE, 1, false},
    {"ship, independent", "reserve, independent", GATE_SHIP, GATE_RESERVE, 1, false},
    {"on_hand.adjust, independent", "reserve, independent", GATE_ADJUST, GATE_RESERVE, 1, false},
    {"release, batch", "reserve, batch", GATE_RELEASE_BATCH, GATE_RESERVE_BATCH, 1, false},
    {"confirm, batch", "reserve, batch", GATE_CONFIRM_BATCH, GATE_RESERVE_BATCH, 1, false},
    {"ship, batch", "reserve, batch", GATE_SHIP_BATCH, GATE_RESERVE_BATCH, 1, false},
    {"on_hand.adjust, batch", "reserve, batch", GATE_ADJUST_BATCH, GATE_RESERVE_BATCH, 1, false},
    {"8 published figures of all, each item", "rows read, output written", GATE_EXPORT,
     GATE_EXPORT_REFERENCE, 4, false},
};
enum { GATES = sizeof gates_of / sizeof *gates_of };

static const struct bytes_gate {
    const char *what;
    const char *counted;
    enum gate_bytes bytes;
    double bound;
} bytes_gates[] = {
    {"an item, 4 locations: first line", "row_bytes", GATE_FIRST_LINE, 64},
    {"an item in all, less its key", "row_bytes, block_bytes", GATE_ITEM, 320},
    {"an item and its index, less its key", "slabs of both, blocks", GATE_ITEM_INDEX, 320},
    {"told, of an item and channel", "block_bytes", GATE_TOLD, 16},
    {"an open one-line order, less its key", "block_bytes", GATE_ORDER, 192},
    {"an open order and its index, less its key", "slab_bytes", GATE_ORDER_INDEX, 192},
};
enum { BYTES_GATES = sizeof bytes_gates / sizeof *bytes_gates };

/* Any time, with many more items. */
#define LARGE_BOUND 1.6

/* ---- values ---------------------------------------------------------------------------------- */

/* A row's figures by round. Peers stand beside the mix alone, and serve the others, too. */
static const double *figures_of(const struct gates *gates, enum bed bed, enum gate_row row)
{
    const double *own = gates->beds[bed].ns[row];
    return own[0] > 0 ? own : gates->beds[BED_MIX].ns[row];
}

static double median_ratio(const double *row, const double *reference, size_t rounds)
{
    double ratios[ROUNDS_MAX];
    for (size_t i = 0; i < rounds; i++) {
        if (!(row[i] > 0 && reference[i] > 0))
            return 0;
        ratios[i] = row[i] / reference[i];
    }
    return measure_median(ratios, rounds);
}

/* 0: something of it was not measured. */
static double gate_value(const struct gates *gates, enum bed bed, const struct gate *gate)
{
    const double *row = gates->beds[bed].ns[gate->row];
    const double *reference = figures_of(gates, bed, gate->reference);
    return gate->throughput ? median_ratio(reference, row, gates->rounds)
                            : median_ratio(row, reference, gates->rounds);
}

static const char *verdict(double value, double bound, bool at_least)
{
    if (!(value > 0))
        return "not measured";
    return (at_least ? value >= bound : value <= bound) ? "met" : "not met";
}

static double median_ns(const struct gates *gates, enum bed bed, enum gate_row row)
{
    return measure_median(figures_of(gates, bed, row), gates->rounds);
}

/* ---- the table ------------------------------------------------------------------------------- */

enum { WHAT_WIDTH = 43, AGAINST_WIDTH = 27, BOUND_WIDTH = 9, NS_WIDTH = 22, VERDICT_WIDTH = 9 };

/* ns of the row and of its reference, the ratio of the two, met or not. */
static void add_measured(struct text_line *line, const char *ns, double value, const char *is)
{
    char text[64];
    snprintf(text, sizeof text, value < 1000 ? "%13s %7.2f " : "%13s %7.0f ", ns, value);
    add_text(line, text, NS_WIDTH);
    add_text(line, is, VERDICT_WIDTH);
}

static void write_ns(char text[48], double row, double reference)
{
    char left[16], right[16];
    snprintf(left, sizeof left, row < 100 ? "%.1f" : "%.0f", row);
    snprintf(right, sizeof right, reference < 100 ? "%.1f" : "%.0f", reference);
    snprintf(text, 48, "%s/%s", left, right);
}

static void print_gate(const struct gates *gates, const struct gate *gate)
{
    struct text_line line = {.size = 0};
    char text[48];
    add_text(&line, gate->what, WHAT_WIDTH);
    add_text(&line, gate->against, AGAINST_WIDTH);
    snprintf(text, sizeof text, "%s %.4g", gate->throughput ? ">=" : "<=", gate->bound);
    add_text(&line, text, BOUND_WIDTH);
    for (enum bed bed = BED_MIX; bed <= BED_DEFAULTS; bed++) {
        double value = gate_value(gates, bed, gate);
        write_ns(text, median_ns(gates, bed, gate->row), median_ns(gates, bed, gate->reference));
        add_measured(&line, text, value, verdict(value, gate->bound, gate->throughput));
    }
    print_line(&line);
}

static void print_bytes(const struct gates *gates, const struct bytes_gate *gate)
{
    struct text_line line = {.size = 0};
    char text[24];
    add_text(&line, gate->what, WHAT_WIDTH);
    add_text(&line, gate->counted, AGAINST_WIDTH);
    snprintf(text, sizeof text, "<= %.4g", gate->bound);
    add_text(&line, text, BOUND_WIDTH);
    for (enum bed bed = BED_MIX; bed <= BED_DEFAULTS; bed++) {
        double bytes = gates->beds[bed].bytes[gate->bytes];
        add_measured(&line, "bytes", bytes, verdict(bytes, gate->bound, false));
    }
    print_line(&line);
}

static bool is_own(enum gate_row row)
{
    return gates_subject(row) == ENGINE;
}

static double large_value(const struct gates *gates, enum gate_row row)
{
    return median_ratio(gates->beds[BED_LARGE].ns[row], gates->beds[BED_MIX].ns[row],
                        gates->rounds);
}

static void print_large(const struct gates *gates)
{
    if (gates->beds[BED_LARGE].items == 0) {
        printf("\nWith ten times as many items: left out\n");
        return;
    }
    printf("\nThe stated mix, with ");
    print_number(gates->beds[BED_LARGE].items);
    printf(" items against ");
    print_number(gates->beds[BED_MIX].items);
    printf(": ns of each, and the ratio (<= %.1f)\n", LARGE_BOUND);
    print_rule(WHAT_WIDTH + NS_WIDTH + VERDICT_WIDTH);
    for (enum gate_row row = 0; row < GATE_ROWS; row++) {
        struct text_line line = {.size = 0};
        char text[48];
        double value = large_value(gates, row);
        add_text(&line, row_names[row], WHAT_WIDTH);
        write_ns(text, median_ns(gates, BED_LARGE, row), median_ns(gates, BED_MIX, row));
        if (!(value > 0))
            continue;
        add_measured(&line, text, value,
                     is_own(row) ? verdict(value, LARGE_BOUND, false) : "(memory)");
        print_line(&line);
    }
}

static void count_met(const struct gates *gates, enum bed bed, size_t *met, size_t *all)
{
    for (size_t i = 0; i < GATES; i++) {
        double value = gate_value(gates, bed, &gates_of[i]);
        *met += strcmp(verdict(value, gates_of[i].bound, gates_of[i].throughput), "met") == 0;
    }
    for (size_t i = 0; i < BYTES_GATES; i++)
        *met += gates->beds[bed].bytes[bytes_gates[i].bytes] <= bytes_gates[i].bound;
    *all += GATES + BYTES_GATES;
}

static void print_met(const struct gates *gates)
{
    static const char *const names[] = {"the stated mix", "nothing but defaults"};
    printf("\nmet:");
    for (enum bed bed = BED_MIX; bed <= BED_DEFAULTS; bed++) {
        size_t met = 0, all = 0;
        count_met(gates, bed, &met, &all);
        printf("%s %zu of %zu with %s", bed ? ";" : "", met, all, names[bed]);
    }
    if (gates->beds[BED_LARGE].items) {
        size_t met = 0, all = 0;
        for (enum gate_row row = 0; row < GATE_ROWS; row++) {
            double value = large_value(gates, row);
            if (!is_own(row) || !(value > 0))
                continue;
            all++;
            met += value <= LARGE_BOUND;
        }
        printf("; %zu of %zu with more items", met, all);
    }
    printf("\n");
}

static void print_gates(const struct gates *gates)
{
    struct text_line line = {.size = 0};
    printf("\n\n== the gates: ");
    print_number(gates->beds[BED_MIX].items);
    printf(" items, 4 locations, 8 channels, ");
    print_number(gates->slots);
    printf(" orders open, medians of %zu rounds of ", gates->rounds);
    print_number(gates->calls);
    printf(" ==\n\n");
    add_text(&line, "", WHAT_WIDTH + AGAINST_WIDTH + BOUND_WIDTH);
    add_text(&line, "       the stated mix", NS_WIDTH + VERDICT_WIDTH);
    add_text(&line, " nothing but defaults", 0);
    print_line(&line);
    line.size = 0;
    add_text(&line, "what", WHAT_WIDTH);
    add_text(&line, "against", AGAINST_WIDTH);
    add_text(&line, "bound", BOUND_WIDTH);
    for (int i = 0; i < 2; i++)
        add_text(&line, "   ns of each   ratio", NS_WIDTH + VERDICT_WIDTH);
    print_line(&line);
    print_rule(WHAT_WIDTH + AGAINST_WIDTH + BOUND_WIDTH + 2 * (NS_WIDTH + VERDICT_WIDTH));
    for (size_t i = 0; i < GATES; i++)
        print_gate(gates, &gates_of[i]);
    for (size_t i = 0; i < BYTES_GATES; i++)
        print_bytes(gates, &bytes_gates[i]);
    print_large(gates);
    print_met(gates);
}

/* ---- JSON ------------------------------------------------------------------------------------ */

static void json_gate(const struct gates *gates, const struct gate *gate)
{
    printf("{\"gate\":\"%s\",\"against\":\"%s\",\"%s\":%.4g", gate->what, gate->against,
           gate->throughput ? "at_least" : "at_most", gate->bound);
    for (enum bed bed = BED_MIX; bed <= BED_DEFAULTS; bed++) {
        double value = gate_value(gates, bed, gate);
        printf(",\n \"%s\":{\"ns\":%.2f,\"reference_ns\":%.2f,\"measured\":%.4f,"
               "\"verdict\":\"%s\"}",
               bed_names[bed], median_ns(gates, bed, gate->row),
               median_ns(gates, bed, gate->reference), value,
               verdict(value, gate->bound, gate->throughput));
    }
    printf("}");
}

static void json_bytes(const struct gates *gates, const struct bytes_gate *gate)
{
    printf(",\n{\"gate\":\"%s\",\"counted\":\"%s\",\"at_most\":%.4g", gate->what, gate->counted,
           gate->bound);
    for (enum bed bed = BED_MIX; bed <= BED_DEFAULTS; bed++) {
        double bytes = gates->beds[bed].bytes[gate->bytes];
        printf(",\"%s\":{\"bytes\":%.2f,\"verdict\":\"%s\"}", bed_names[bed], bytes,
               verdict(bytes, gate->bound, false));
    }
    printf("}");
}

static void json_large(const struct gates *gates)
{
    for (enum gate_row row = 0; row < GATE_ROWS; row++) {
        double value = large_value(gates, row);
        if (value > 0 && is_own(row))
            printf(",\n{\"gate\":\"%s\",\"against\":\"fewer items\",\"at_most\":%.4g,\"large\":{"
                   "\"ns\":%.2f,\"reference_ns\":%.2f,\"measured\":%.4f,\"verdict\":\"%s\"}}",
                   row_names[row], LARGE_BOUND, median_ns(gates, BED_LARGE, row),
                   median_ns(gates, BED_MIX, row), value, verdict(value, LARGE_BOUND, false));
    }
}

static void json_gates(const struct gates *gates)
{
    json_separate();
    printf("{\"gates\":{\"items\":%zu,\"larger_items\":%zu,\"rounds\":%zu,\"wrong\":%llu,"
           "\"table\":[\n",
           gates->beds[BED_MIX].items, gates->beds[BED_LARGE].items, gates->rounds,
           (unsigned long long)gates->wrong);
    for (size_t i = 0; i < GATES; i++) {
        printf("%s", i ? ",\n" : "");
        json_gate(gates, &gates_of[i]);
    }
    for (size_t i = 0; i < BYTES_GATES; i++)
        json_bytes(gates, &bytes_gates[i]);
    json_large(gates);
    printf("]}}");
}

/* ---- figures by name ------------------------------------------------------------------------- */

static void name_of(char name[FIGURE_NAME], const struct gates *gates, enum bed bed,
                    enum gate_row row)
{
    snprintf(name, FIGURE_NAME, "gates, %zu items, %s: %s", gates->beds[bed].items,
             bed_names[bed], row_names[row]);
}

/* The reference of a row: that of the first gate that it is in; itself if there is none. */
static enum gate_row reference_of(enum gate_row row)
{
    for (size_t i = 0; i < GATES; i++)
        if (gates_of[i].row == row)
            return gates_of[i].reference;
    if (row == GATE_TIMEOUT)
        return GATE_RESERVE;
    return row == GATE_TIMEOUT_BATCH ? GATE_RESERVE_BATCH : row;
}

static void keep_row(const struct gates *gates, enum bed bed, enum gate_row row)
{
    char name[FIGURE_NAME], reference[FIGURE_NAME];
    enum gate_row beside = reference_of(row);
    if (!(gates->beds[bed].ns[row][0] > 0))
        return;
    name_of(name, gates, bed, row);
    name_of(reference, gates, gates->beds[bed].ns[beside][0] > 0 ? bed : BED_MIX, beside);
    figures_put(name, beside == row ? NULL : reference, gates->beds[bed].ns[row], gates->rounds);
}

static void keep_figures(const struct gates *gates)
{
    for (enum bed bed = 0; bed < BEDS; bed++) {
        if (gates->beds[bed].items == 0)
            continue;
        for (enum gate_row row = 0; row < GATE_ROWS; row++)
            keep_row(gates, bed, row);
        for (size_t i = 0; i < BYTES_GATES; i++) {
            char name[FIGURE_NAME];
            double bytes = gates->beds[bed].bytes[bytes_gates[i].bytes];
            snprintf(name, sizeof name, "gates, %zu items, %s: %s", gates->beds[bed].items,
                     bed_names[bed], bytes_gates[i].what);
            if (bytes > 0)
                figures_put_bytes(name, bytes);
        }
    }
}

void gates_report(const struct options *options, const struct gates *gates)
{
    keep_figures(gates);
    if (options->json)
        json_gates(gates);
    else
        print_gates(gates);
    fflush(stdout);
}
