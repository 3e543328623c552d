/* SPDX-License-Identifier: Apache-2.0
 *
 * Tables have a line for each operation and a column for each mode: ns for each request and, in
 * brackets, how many times its reference row's. JSON has what was measured, round by round. */
#include "report.h"

#include "compare.h"
#include "figures.h"
#include "machine.h"
#include "options.h"
#include "print.h"

#include <stdio.h>
#include <string.h>

/* ---- tables ---------------------------------------------------------------------------------- */

static void print_heading(const char *title)
{
    struct text_line line = {.size = 0};
    add_text(&line, title, NAME_WIDTH);
    for (enum mode mode = INDEPENDENT; mode < MODES; mode++) {
        char text[CELL_WIDTH];
        snprintf(text, sizeof text, "%*s", CELL_WIDTH - 4, workload_mode_names[mode]);
        add_text(&line, text, CELL_WIDTH);
    }
    printf("\n");
    print_line(&line);
    print_rule(NAME_WIDTH + MODES * CELL_WIDTH);
}

/* Is this the first row of its name? */
static bool names_first(const struct section *section, size_t at)
{
    for (size_t i = 0; i < at; i++)
        if (strcmp(section->rows[i].kind->name, section->rows[at].kind->name) == 0)
            return false;
    return true;
}

static void print_table(const struct section *section, size_t threads)
{
    bool one = section->threads[threads] == 1;
    for (size_t i = 0; i < section->row_count; i++) {
        if (!names_first(section, i))
            continue;
        const char *name = section->rows[i].kind->name;
        struct text_line line = {.size = 0};
        add_text(&line, name, NAME_WIDTH);
        for (enum mode mode = INDEPENDENT; mode < MODES; mode++) {
            const struct row *row = section_row(section, name, mode);
            if (!row) {
                add_text(&line, "", CELL_WIDTH);
                continue;
            }
            const struct row *against =
                section_row(section, row->kind->against, row->kind->against_mode);
            add_cell(&line, section_figure(section, row, threads),
                     one ? section_ratio(section, row, against)
                         : section_gain(section, row, threads),
                     one ? " (%.2f)" : " x%.2f");
        }
        print_line(&line);
    }
}

/* How far the rounds lie apart, and how much of the wall clock the threads did not get. */
static void print_noise(const struct section *section)
{
    double spreads[ROWS_MAX], wall = 0, processor = 0, worst = 0;
    const char *worst_name = "";
    for (size_t i = 0; i < section->row_count; i++) {
        const double *figures = section->rows[i].processor[0];
        double spread = (measure_most(figures, section->rounds) -
                         measure_least(figures, section->rounds)) /
                        measure_median(figures, section->rounds) / 2;
        spreads[i] = spread;
        if (spread > worst) {
            worst = spread;
            worst_name = section->rows[i].kind->name;
        }
        for (size_t j = 0; j < section->rounds; j++) {
            processor += figures[j];
            wall += section->rows[i].wall[0][j];
        }
    }
    size_t sorted = section->row_count < ROUNDS_MAX ? section->row_count : ROUNDS_MAX;
    printf("\nnoise: over the rounds, half of the rows lie within +-%.0f %%, all within +-%.0f %% "
           "(%s);\n       the processor was somebody else's for %.1f %% of the time\n",
           measure_median(spreads, sorted) * 100, worst * 100, worst_name,
           (1 - processor / wall) * 100);
}

static void print_latencies(const struct section *section)
{
    printf("\n%u threads on two processors, one hot item: ns of a call\n",
           section->latency_threads);
    print_latency_table(section->latencies, section->latency_count);
}

static void print_section(const struct section *section)
{
    printf("\n\n== ");
    print_number(section->items);
    printf(" items, %s ==\n", workload_distribution_names[section->distribution]);
    for (size_t i = 0; i < section->thread_counts; i++) {
        char title[48];
        if (section->threads[i] == 1)
            snprintf(title, sizeof title, "1 thread: ns (x reference)");
        else
            snprintf(title, sizeof title, "%u threads: ns of all, x 1 thread",
                     section->threads[i]);
        print_heading(title);
        print_table(section, i);
    }
    if (section->latency_threads)
        print_latencies(section);
    if (section->threads[0] == 1)
        print_noise(section);
}

/* ---- JSON ------------------------------------------------------------------------------------ */

static void json_row(const struct section *section, const struct row *row)
{
    const struct row_kind *kind = row->kind;
    const struct row *against = section_row(section, kind->against, kind->against_mode);
    printf("{\"operation\":\"%s\",\"mode\":\"%s\"", kind->name, workload_mode_names[kind->mode]);
    if (against)
        printf(",\"against\":\"%s\",\"against_mode\":\"%s\",\"ratio\":%.4f", kind->against,
               workload_mode_names[kind->against_mode], section_ratio(section, row, against));
    printf(",\"figures\":[");
    for (size_t i = 0; i < section->thread_counts; i++) {
        printf("%s{\"threads\":%u,\"ns\":%.3f,\"gain\":%.4f,", i ? "," : "", section->threads[i],
               section_figure(section, row, i), section_gain(section, row, i));
        json_figures("processor", row->processor[i], section->rounds);
        printf(",");
        json_figures("wall", row->wall[i], section->rounds);
        printf("}");
    }
    printf("]}");
}

static void json_section(const struct section *section)
{
    json_separate();
    printf("{\"items\":%zu,\"distribution\":\"%s\",\"rounds\":%zu,\"wrong\":%llu,\"rows\":[\n",
           section->items, workload_distribution_names[section->distribution], section->rounds,
           (unsigned long long)section->wrong);
    for (size_t i = 0; i < section->row_count; i++) {
        printf("%s", i ? ",\n" : "");
        json_row(section, &section->rows[i]);
    }
    printf("],\n\"latency_threads\":%u,", section->latency_threads);
    json_latencies(section->latencies, section->latency_count);
    printf("}");
}

/* ---- what goes beyond plain stock ------------------------------------------------------------ */

static void print_promises(const struct promises *promises)
{
    printf("\n\n== fences, dates, kits: ");
    print_number(promises->items);
    printf(" items of each kind, 1 thread: ns of a call (x reference) ==\n");
    for (size_t i = 0; i < promises->row_count; i++) {
        const struct promise_row *row = &promises->rows[i];
        struct text_line line = {.size = 0};
        add_text(&line, row->name, NAME_WIDTH);
        for (size_t mode = INDEPENDENT; mode < PROMISE_MODES; mode++)
            add_cell(&line, promises_figure(promises, row, (enum mode)mode),
                     promises_ratio(promises, row, (enum mode)mode), " (%.2f)");
        add_text(&line, row->against ? row->against : "", 0);
        print_line(&line);
    }
}

static void json_promises(const struct promises *promises)
{
    json_separate();
    printf("{\"promises\":{\"items\":%zu,\"requests\":%zu,\"wrong\":%llu,\"rows\":[\n",
           promises->items, promises->calls, (unsigned long long)promises->wrong);
    for (size_t i = 0; i < promises->row_count; i++)
        for (size_t mode = INDEPENDENT; mode < PROMISE_MODES; mode++) {
            const struct promise_row *row = &promises->rows[i];
            printf("%s{\"operation\":\"%s\",\"mode\":\"%s\",", i + mode ? ",\n" : "",
                   row->name, workload_mode_names[mode]);
            if (row->against)
                printf("\"against\":\"%s\",\"ratio\":%.4f,", row->against,
                       promises_ratio(promises, row, (enum mode)mode));
            printf("\"ns\":%.3f,", promises_figure(promises, row, (enum mode)mode));
            json_figures("processor", row->ns[mode], promises->rounds);
            printf("}");
        }
    printf("]}}");
}

/* By what is open; the ratio is against ten releases by hand with the same orders open. */
static void print_due(const struct due *due)
{
    struct text_line heading = {.size = 0};
    printf("\n\n== advance, by the number of open orders with a timeout: ns of a call ==\n");
    add_text(&heading, "open orders", NAME_WIDTH);
    add_text(&heading, " nothing due", CELL_WIDTH);
    add_text(&heading, "     ten due", CELL_WIDTH);
    add_text(&heading, "ten releases instead", CELL_WIDTH);
    print_line(&heading);
    for (size_t i = 0; i < DUE_SIZES; i++) {
        const struct due_row *row = &due->rows[i];
        double ratios[ROUNDS_MAX];
        char open[24];
        struct text_line line = {.size = 0};
        for (size_t round = 0; round < due->rounds; round++)
            ratios[round] = row->ten[round] / row->release[round];
        snprintf(open, sizeof open, "%zu", row->open);
        add_text(&line, open, NAME_WIDTH);
        add_cell(&line, measure_median(row->nothing, due->rounds), 0, "");
        add_cell(&line, measure_median(row->ten, due->rounds),
                 measure_median(ratios, due->rounds), " (%.2f)");
        add_cell(&line, measure_median(row->release, due->rounds), 0, "");
        print_line(&line);
    }
}

static void json_due(const struct due *due)
{
    json_separate();
    printf("{\"advance\":[");
    for (size_t i = 0; i < DUE_SIZES; i++) {
        const struct due_row *row = &due->rows[i];
        printf("%s{\"open_orders\":%zu,", i ? ",\n" : "", row->open);
        json_figures("nothing_due", row->nothing, due->rounds);
        printf(",");
        json_figures("ten_due", row->ten, due->rounds);
        printf(",");
        json_figures("ten_releases", row->release, due->rounds);
        printf("}");
    }
    printf("]}");
}

/* ---- events ---------------------------------------------------------------------------------- */

static void print_event_rows(const struct events *events, size_t threads)
{
    bool one = events->threads[threads] == 1;
    for (size_t i = 0; i < events->row_count; i++) {
        const struct event_row *row = &events->rows[i];
        struct text_line line = {.size = 0};
        add_text(&line, row->name, NAME_WIDTH);
        for (enum mode mode = INDEPENDENT; mode < MODES; mode++)
            add_cell(&line, events_figure(events, row, mode, threads),
                     one ? events_ratio(events, row, mode)
                         : events_gain(events, row, mode, threads),
                     one ? " (%.2f)" : " x%.2f");
        print_line(&line);
    }
}

/* A cell's figures by what is remembered there. */
static void print_moved(const struct events *events)
{
    printf("\nmovements remembered at one cell%*s%16s%28s\n", NAME_WIDTH - 32, "", "another, ns",
           "on_hand.set before all, ns");
    for (size_t i = 0; i < MOVED_SIZES; i++)
        printf("%*zu%*s%16.0f%28.0f\n", NAME_WIDTH - 6, events->moved[i].movements, 6, "",
               measure_median(events->moved[i].adjust, events->rounds),
               measure_median(events->moved[i].set, events->rounds));
}

static void print_events(const struct events *events)
{
    const struct event_row *mixed = &events->rows[events->row_count - 1];
    printf("\n\n== events: ");
    print_number(events->items);
    printf(" items, uniform, ");
    print_number(events->remembered);
    printf(" ids remembered throughout ==\n");
    for (size_t t = 0; t < events->thread_counts; t++) {
        char title[48];
        snprintf(title, sizeof title,
                 events->threads[t] == 1 ? "%u thread: ns (x the floor's row)"
                                         : "%u threads: ns of all, x 1 thread",
                 events->threads[t]);
        print_heading(title);
        print_event_rows(events, t);
    }
    printf("\n%s:", mixed->name);
    for (size_t t = 0; t < events->thread_counts; t++)
        printf("%s %u thread%s %.2f million a second, in batches %.2f", t ? ";" : "",
               events->threads[t], events->threads[t] == 1 ? "" : "s",
               1e3 / events_figure(events, mixed, INDEPENDENT, t),
               1e3 / events_figure(events, mixed, BATCH, t));
    printf("\nbytes of an id %.0f (of slabs, with the index, %.0f), of a movement %.0f (%.0f); to "
           "forget an id,\nand the orders and movements of its time, takes %.0f ns\n",
           events->id_bytes, events->id_slab_bytes, events->movement_bytes,
           events->movement_slab_bytes, events->forget_ns);
    print_moved(events);
}

static void json_event_row(const struct events *events, const struct event_row *row,
                           enum mode mode)
{
    printf("{\"operation\":\"%s\",\"mode\":\"%s\",", row->name, workload_mode_names[mode]);
    if (row->against)
        printf("\"against\":\"%s\",\"ratio\":%.4f,", row->against,
               events_ratio(events, row, mode));
    printf("\"figures\":[");
    for (size_t t = 0; t < events->thread_counts; t++) {
        printf("%s{\"threads\":%u,\"ns\":%.3f,\"gain\":%.4f,", t ? "," : "",
               events->threads[t], events_figure(events, row, mode, t),
               events_gain(events, row, mode, t));
        json_figures("processor", row->ns[mode][t], events->rounds);
        printf("}");
    }
    printf("]}");
}

static void json_events(const struct events *events)
{
    json_separate();
    printf("{\"events\":{\"items\":%zu,\"requests\":%zu,\"ids_remembered\":%zu,\"wrong\":%llu,"
           "\"id_bytes\":%.1f,\"id_slab_bytes\":%.1f,\"movement_bytes\":%.1f,"
           "\"movement_slab_bytes\":%.1f,\"forget_ns\":%.3f,\"rows\":[\n",
           events->items, events->calls, events->remembered, (unsigned long long)events->wrong,
           events->id_bytes, events->id_slab_bytes, events->movement_bytes,
           events->movement_slab_bytes, events->forget_ns);
    for (size_t i = 0; i < events->row_count; i++)
        for (enum mode mode = INDEPENDENT; mode < MODES; mode++) {
            printf("%s", i + mode ? ",\n" : "");
            json_event_row(events, &events->rows[i], mode);
        }
    printf("],\n\"moved\":[");
    for (size_t i = 0; i < MOVED_SIZES; i++) {
        printf("%s{\"movements\":%zu,", i ? "," : "", events->moved[i].movements);
        json_figures("adjust", events->moved[i].adjust, events->rounds);
        printf(",");
        json_figures("set", events->moved[i].set, events->rounds);
        printf("}");
    }
    printf("]}}");
}

/* ---- figures by name ------------------------------------------------------------------------- */

/* A row with one thread stands beside its reference, with more beside itself with one. */
static void name_row(char name[FIGURE_NAME], const struct section *section,
                     const struct row *row, uint32_t threads)
{
    snprintf(name, FIGURE_NAME, "rows, %zu items, %s: %s, %s, %u thread%s", section->items,
             workload_distribution_names[section->distribution], row->kind->name,
             workload_mode_names[row->kind->mode], threads, threads == 1 ? "" : "s");
}

static void keep_section(const struct section *section)
{
    char name[FIGURE_NAME], reference[FIGURE_NAME];
    for (size_t i = 0; i < section->row_count; i++)
        for (size_t t = 0; t < section->thread_counts; t++) {
            const struct row *row = &section->rows[i], *beside = row;
            if (section->threads[t] == 1)
                beside = section_row(section, row->kind->against, row->kind->against_mode);
            name_row(name, section, row, section->threads[t]);
            if (beside)
                name_row(reference, section, beside, 1);
            figures_put(name, beside && section->threads[0] == 1 ? reference : NULL,
                        section_figures(section, row, t), section->rounds);
        }
}

static void keep_promises(const struct promises *promises)
{
    char name[FIGURE_NAME], reference[FIGURE_NAME];
    for (size_t i = 0; i < promises->row_count; i++)
        for (size_t mode = INDEPENDENT; mode < PROMISE_MODES; mode++) {
            const struct promise_row *row = &promises->rows[i];
            snprintf(name, sizeof name, "promises, %zu items: %s, %s", promises->items, row->name,
                     workload_mode_names[mode]);
            if (row->against)
                snprintf(reference, sizeof reference, "promises, %zu items: %s, %s",
                         promises->items, row->against, workload_mode_names[mode]);
            figures_put(name, row->against ? reference : NULL, row->ns[mode], promises->rounds);
        }
}

static void name_event(char name[FIGURE_NAME], const struct events *events, const char *row,
                       enum mode mode, uint32_t threads)
{
    snprintf(name, FIGURE_NAME, "events, %zu items: %s, %s, %u thread%s", events->items, row,
             workload_mode_names[mode], threads, threads == 1 ? "" : "s");
}

static void keep_events(const struct events *events)
{
    char name[FIGURE_NAME], reference[FIGURE_NAME];
    for (size_t i = 0; i < events->row_count; i++)
        for (enum mode mode = INDEPENDENT; mode < MODES; mode++)
            for (size_t t = 0; t < events->thread_counts; t++) {
                const struct event_row *row = &events->rows[i];
                const char *beside = events->threads[t] == 1 ? row->against : row->name;
                name_event(name, events, row->name, mode, events->threads[t]);
                if (beside)
                    name_event(reference, events, beside, mode, 1);
                figures_put(name, beside && events->threads[0] == 1 ? reference : NULL,
                            row->ns[mode][t], events->rounds);
            }
}

/* Beside the library's own, call by call. */
void report_rivals(const struct rivals *rivals)
{
    char name[FIGURE_NAME], reference[FIGURE_NAME];
    snprintf(reference, sizeof reference, "others, %zu items: %s", rivals->items, RIVAL_SINGLE);
    for (size_t i = 0; i < rivals->row_count; i++) {
        const struct rival_row *row = &rivals->rows[i];
        if (row->calls == 0)
            continue;
        snprintf(name, sizeof name, "others, %zu items: %s", rivals->items, row->form->name);
        figures_put(name, strcmp(row->form->name, RIVAL_SINGLE) == 0 ? NULL : reference, row->ns,
                    rivals->rounds);
    }
}

/* ---- what main.c calls ----------------------------------------------------------------------- */

void report_begin(const struct options *options)
{
    if (options->json) {
        printf("{\"sellable\":\"%s\",", sellable_version());
        machine_json();
        printf(",\n");
        options_json(options);
        printf(",\n\"sections\":[\n");
        return;
    }
    printf("sellable %s: %u processors, medians of %zu rounds or more of ", sellable_version(),
           measure_processors(), options->rounds);
    print_number(options->calls);
    printf(" requests a row and thread,\n4 locations, 8 channels, ");
    print_number(options->slots);
    printf(" orders open throughout\n");
    machine_print();
}

void report_section(const struct options *options, const struct section *section)
{
    keep_section(section);
    if (options->json)
        json_section(section);
    else
        print_section(section);
    fflush(stdout);
}

void report_setup(const struct options *options, const struct bench *bench)
{
    const struct store *store = &bench->store;
    double items = (double)bench->items, orders = (double)options->slots;
    double forget = store->forgotten > 0 ? store->forget_ns / store->forgotten : 0;
    double row_bytes = (double)bench->before.row_bytes / items;
    double block_bytes = (double)bench->before.block_bytes / items;
    double order_bytes = (double)(bench->after.block_bytes - bench->before.block_bytes) / orders;
    double slab_bytes = (double)bench->after.slab_bytes;
    if (options->json) {
        json_separate();
        printf("{\"items\":%zu,\"setup\":{\"event_ns\":%.3f,\"fresh_reserve_ns\":%.3f,"
               "\"fresh_reserve_one_mutex_ns\":%.3f,\"forget_ns\":%.3f,\"item_row_bytes\":%.1f,"
               "\"item_block_bytes\":%.1f,\"order_bytes\":%.1f,\"slab_bytes\":%.0f}}",
               bench->items, store->event_ns, bench->fresh_ns[ENGINE],
               bench->fresh_ns[ONE_MUTEX], forget, row_bytes, block_bytes, order_bytes, slab_bytes);
        return;
    }
    printf("\nwith ");
    print_number(bench->items);
    printf(" items: an event of the set-up, in batches, %.0f ns; a reservation by handle into "
           "memory never\ntouched before (1 thread, independent, once) %.0f ns",
           store->event_ns, bench->fresh_ns[ENGINE]);
    if (bench->peers[ONE_MUTEX])
        printf(", of one mutex %.0f ns", bench->fresh_ns[ONE_MUTEX]);
    printf("; a closed order is forgotten in %.0f ns;\n%.0f + %.0f bytes an item (first lines + "
           "blocks, key included), %.0f an open one-line order, slabs of %.0f MB\n",
           forget, row_bytes, block_bytes, order_bytes, slab_bytes / 1e6);
}

void report_promises(const struct options *options, const struct promises *promises)
{
    if (promises->row_count == 0)
        return;
    keep_promises(promises);
    if (options->json)
        json_promises(promises);
    else
        print_promises(promises);
    fflush(stdout);
}

void report_events(const struct options *options, const struct events *events)
{
    if (events->row_count == 0 || events->thread_counts == 0)
        return;
    keep_events(events);
    if (options->json)
        json_events(events);
    else
        print_events(events);
    fflush(stdout);
}

void report_due(const struct options *options, const struct due *due)
{
    if (options->json)
        json_due(due);
    else
        print_due(due);
    fflush(stdout);
}

bool report_end(const struct options *options, bool good)
{
    bool worse = false;
    if (options->json) {
        printf("],\n");
        figures_json(&figures_measured);
        printf(",\n");
    }
    if (options->compare)
        worse = !compare_report(options, &options_stored, &figures_measured);
    if (options->json)
        printf("\"correct\":%s}\n", good ? "true" : "false");
    else
        printf("\nEvery answer, and the sums of all cells at the end: %s\n",
               good ? "as they had to be" : "WRONG");
    return good && !worse;
}
