/* SPDX-License-Identifier: Apache-2.0
 *
 * The report as tables on stdout, and the figures that both reports compute. */
#include "report.h"

#include "support.h"

#include <inttypes.h>

/* ---- figures --------------------------------------------------------------------------------- */

int64_t report_rate(const struct report *report, const struct tally *tally)
{
    int64_t nanoseconds = report->taken->nanoseconds;
    return nanoseconds > 0 ? (int64_t)((double)tally->calls * 1e9 / (double)nanoseconds) : 0;
}

int64_t report_bytes_per_item(const struct report *report)
{
    const struct sellable_memory *memory = &report->before;
    uint64_t bytes = memory->row_bytes + memory->block_bytes;
    return memory->items > 0 ? (int64_t)(bytes / memory->items) : 0;
}

int64_t report_bytes_per_order(const struct report *report)
{
    uint64_t bytes = report->after.block_bytes - report->before.block_bytes;
    return report->after.orders > 0 ? (int64_t)(bytes / report->after.orders) : 0;
}

/* ---- what may be sold, and why --------------------------------------------------------------- */

static void print_heading(const struct report *report)
{
    const struct folder *folder = report->folder;
    printf("sellable %s\n\n", sellable_version());
    fputs("folder    ", stdout);
    print_text(stdout, (struct sellable_key){folder->path, strlen(folder->path)}, 0);
    printf("\nstock     %s items, %s locations, %s cells\n", GROUPED(folder->item_count),
           GROUPED(folder->location_count), GROUPED(HASH_COUNT(folder->cells)));
    printf("period    %s\n", report->period != NULL ? report->period : "all");
    puts(report->plain ? "settings  none: one pool over all locations, no safety stock"
                       : "settings  safety stock where most of an item is; online: precedence 10; "
                         "reseller: share 60 %");
    size_t broken = 0;
    for (size_t i = 0; i < FILE_COUNT; i++)
        broken += folder->files[i].broken;
    if (broken > 0)
        printf("left out  %s broken rows, and %s orders whose rows they are\n", GROUPED(broken),
               GROUPED(folder->orders_left_out));
}

static void print_wanted(const struct report *report)
{
    if (report->wanted_count == 0)
        return;
    printf("\nWhat each channel may sell now of the %zu most wanted items\n\n",
           report->wanted_count);
    printf("%-16s %-32s %10s", "item", "name", "ordered");
    for (size_t c = 0; c < CHANNEL_COUNT; c++) {
        struct sellable_key key =
            sellable_channel_key(report->engine, report->folder->channels[c]);
        printf(" %10.*s", (int)key.size, key.bytes);
    }
    putchar('\n');
    for (size_t i = 0; i < report->wanted_count; i++) {
        const struct wanted *wanted = &report->wanted[i];
        print_text(stdout, sellable_item_key(report->engine, wanted->item->handle), 16);
        putchar(' ');
        print_text(stdout, wanted->item->name, 32);
        printf(" %10s", GROUPED(wanted->item->wanted));
        for (size_t c = 0; c < CHANNEL_COUNT; c++)
            printf(" %10s", GROUPED(wanted->availability[c].published));
        putchar('\n');
    }
}

static void print_term(const struct report *report, const struct sellable_term *term)
{
    const struct location *location = &report->folder->locations[term->location.id];
    print_text(stdout, sellable_location_key(report->engine, term->location), 8);
    putchar(' ');
    print_text(stdout, location->name, 24);
    const int64_t figures[] = {term->on_hand,      term->held, term->allocated, term->reserved,
                               term->safety_stock, term->net,  term->free,      term->seen};
    for (size_t i = 0; i < sizeof figures / sizeof *figures; i++)
        printf(" %9s", GROUPED(figures[i]));
    putchar('\n');
}

static void print_explained(const struct report *report)
{
    const struct sellable_explanation *why = &report->explained->explanation;
    if (why->item.id == 0)
        return;
    fputs("\nWhy may ", stdout);
    print_text(stdout, sellable_channel_key(report->engine, why->channel), 0);
    printf(" sell %s of ", GROUPED(why->promisable));
    print_text(stdout, sellable_item_key(report->engine, why->item), 0);
    fputs("?\n\n", stdout);
    printf("%-33s %9s %9s %9s %9s %9s %9s %9s %9s\n", "location", "on hand", "held", "allocated",
           "reserved", "safety", "net", "free", "seen");
    for (size_t i = 0; i < why->term_count && i < why->term_capacity; i++)
        print_term(report, &why->terms[i]);
    printf("\n%s seen in all, less a buffer of %s: %s\n", GROUPED(why->pool),
           GROUPED(why->buffer), GROUPED(why->promisable));
    fputs("because: ", stdout);
    print_text(stdout, (struct sellable_key){report->explained->because,
                                             strlen(report->explained->because)}, 0);
    putchar('\n');
}

/* ---- what came of the orders ----------------------------------------------------------------- */

static void print_tally(const struct report *report, struct sellable_key name,
                        const struct tally *tally)
{
    print_text(stdout, name, 10);
    const int64_t figures[] = {tally->orders_accepted, tally->orders_refused,
                               tally->lines_accepted,  tally->lines_refused,
                               tally->units_promised,  report_rate(report, tally)};
    for (size_t i = 0; i < sizeof figures / sizeof *figures; i++)
        printf(" %10s", GROUPED(figures[i]));
    const int64_t latencies[] = {tally->p50, tally->p99, tally->p999};
    for (size_t i = 0; i < sizeof latencies / sizeof *latencies; i++)
        printf(" %8.2f", (double)latencies[i] / 1000);
    putchar('\n');
}

static void print_tallies(const struct report *report)
{
    const struct taken *taken = report->taken;
    size_t least = SIZE_MAX, most = 0;
    for (size_t t = 0; t < taken->threads; t++) {
        least = taken->plans[t].calls < least ? taken->plans[t].calls : least;
        most = taken->plans[t].calls > most ? taken->plans[t].calls : most;
    }
    printf("\nThe orders, %s, by %zu thread%s, in %.2f ms",
           report->per_line ? "line by line" : "each as a whole", taken->threads,
           taken->threads == 1 ? "" : "s", (double)taken->nanoseconds / 1e6);
    if (taken->threads > 1)
        printf(" (%s to %s calls by each)", GROUPED(least), GROUPED(most));
    fputs("\n\n", stdout);
    printf("%-10s %21s %21s %10s %10s %26s\n", "", "orders", "lines", "units", report->per_line
           ? "lines" : "orders", "latency, microseconds");
    printf("%-10s %10s %10s %10s %10s %10s %10s %8s %8s %8s\n", "channel", "accepted", "refused",
           "accepted", "refused", "promised", "a second", "p50", "p99", "p99.9");
    for (size_t c = 0; c < CHANNEL_COUNT; c++)
        print_tally(report, sellable_channel_key(report->engine, report->folder->channels[c]),
                    &report->tallies[c]);
    print_tally(report, (struct sellable_key){"all", 3}, &report->tallies[CHANNEL_COUNT]);
    if (report->per_line)
        puts("\nAn order is accepted here if all of its lines are.");
}

static void print_memory(const struct report *report)
{
    const struct sellable_memory *memory = &report->after;
    printf("\nMemory: %s KiB taken; %s bytes an item, %s an order (%s items, %s orders)\n",
           GROUPED(memory->slab_bytes / 1024), GROUPED(report_bytes_per_item(report)),
           GROUPED(report_bytes_per_order(report)), GROUPED(memory->items),
           GROUPED(memory->orders));
}

static void print_audit(const struct audit *audit)
{
    printf("\nAudit %s, %s cells:\n", audit->passed ? "passed" : "FAILED", GROUPED(audit->cells));
    printf("  %10s units on the lines of accepted orders\n", GROUPED(audit->ordered));
    printf("  %10s units in the plans they were promised by\n", GROUPED(audit->planned));
    printf("  %10s units reserved\n", GROUPED(audit->reserved));
    printf("  %10s cells where the plans and what is reserved differ\n",
           GROUPED(audit->differing));
    printf("  %10s cells oversold\n", GROUPED(audit->oversold));
}

void report_print(const struct report *report)
{
    print_heading(report);
    print_wanted(report);
    print_explained(report);
    print_tallies(report);
    print_memory(report);
    print_audit(&report->audit);
}
