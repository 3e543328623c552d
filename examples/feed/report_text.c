/* SPDX-License-Identifier: Apache-2.0
 *
 * The report as tables on stdout, none wider than 100 columns. */
#include "report.h"

#include "dates.h"
#include "operations.h"
#include "rules.h"
#include "support.h"

#include <inttypes.h>

/* ---- what there is --------------------------------------------------------------------------- */

static void print_heading(const struct report *report)
{
    const struct history *history = report->history;
    const struct stream *stream = report->stream;
    int64_t opening = 0, unexplained = 0;
    for (const struct item *item = history->items; item != NULL; item = item->hh.next) {
        opening = sum(opening, item->opening);
        unexplained += item->unexplained;
    }
    printf("sellable %s\n\n", sellable_version());
    fputs("folder      ", stdout);
    print_text(stdout, key_of(history->folder), 0);
    printf("\nhistory     %s to %s\n", DATE(stream->opens), DATE(stream->closes));
    printf("            %s items, %s channels, %s orders, %s lines of purchase orders,\n",
           GROUPED(HASH_COUNT(history->items)), GROUPED(history->channel_count),
           GROUPED(HASH_COUNT(history->orders)), GROUPED(HASH_COUNT(history->purchases)));
    printf("            %s receipts and stocktakes\n", GROUPED(history->movement_count));
    printf("opening     %s units: what the count at the close and the transactions leave\n",
           GROUPED(opening));
    if (unexplained > 0)
        printf("            but for %s whose transactions bring far more than was counted: these\n"
               "            opened with the least that was certainly there\n",
               GROUPED(unexplained));
    printf("promises    for %s days ahead, beyond all purchase orders under way\n",
           GROUPED(history->lead_days + 1));
    size_t broken = 0;
    for (size_t i = 0; i < FILE_COUNT; i++)
        broken += history->files[i].broken;
    if (broken > 0)
        printf("left out    %s broken rows\n", GROUPED(broken));
}

static const char *name_of(const struct result *result)
{
    return result->in_order ? "in order" : "shuffled";
}

/* ---- row by row ------------------------------------------------------------------------------ */

enum { CHANNELS_SHOWN = 5, UNITS_WIDTH = 12, EMPTY_WIDTH = 5 };

static size_t first_row(const struct report *report, const struct result *result)
{
    return report->options->all || result->row_count <= ROWS_SHOWN
               ? 0
               : result->row_count - ROWS_SHOWN;
}

static void print_could_sell(const struct report *report, const struct result *result)
{
    const struct history *history = report->history;
    size_t channels =
        history->channel_count < CHANNELS_SHOWN ? history->channel_count : CHANNELS_SHOWN;
    printf("\nWhat each channel could sell at the end of the %s (%s): units in stock and under "
           "way over\nall items, and of how many items none\n\n",
           report->options->row_days == 1 ? "day" : "week", name_of(result));
    printf("%-10s", "");
    for (size_t c = 0; c < channels; c++) {
        fputs("   ", stdout);
        print_text(stdout, history->channels[c].key, UNITS_WIDTH + EMPTY_WIDTH - 3);
    }
    printf("\n%-10s", report->options->row_days == 1 ? "day" : "week from");
    for (size_t c = 0; c < channels; c++)
        printf("%*s%*s", UNITS_WIDTH, "units", EMPTY_WIDTH, "none");
    putchar('\n');
    for (size_t i = first_row(report, result); i < result->row_count; i++) {
        const struct row *row = &result->rows[i];
        printf("%s", DATE(row->first));
        for (size_t c = 0; c < channels; c++)
            printf("%*s%*s", UNITS_WIDTH, GROUPED(row->figures[c].units), EMPTY_WIDTH,
                   GROUPED(row->figures[c].empty));
        putchar('\n');
    }
    if (channels < history->channel_count)
        printf("\nand %zu more channels: see --json\n", history->channel_count - channels);
}

static void print_came_in(const struct report *report, const struct result *result)
{
    printf("\nWhat came in (%s)\n\n%-10s%46s%22s%22s\n", name_of(result), "", "events",
           "exceptions", "of these");
    printf("%-10s%12s%12s%11s%11s%11s%11s%11s%11s\n",
           report->options->row_days == 1 ? "day" : "week from", "applied", "duplicates",
           "refused", "", "replayed", "discarded", "orders", "lines sent");
    for (size_t i = first_row(report, result); i < result->row_count; i++) {
        const struct row *row = &result->rows[i];
        printf("%s%12s%12s%11s%11s%11s%11s%11s%11s\n", DATE(row->first), GROUPED(row->applied),
               GROUPED(row->duplicates), GROUPED(row->refused), "", GROUPED(row->replayed),
               GROUPED(row->discarded), GROUPED(row->orders), GROUPED(row->lines));
    }
}

/* ---- the runs as a whole --------------------------------------------------------------------- */

enum { LABEL_WIDTH = 38, RUN_WIDTH = 14 };

static void print_label(const char *label)
{
    printf("%-*s", LABEL_WIDTH, label);
}

/* One line with a figure of each run. */
static void print_figures(const struct report *report, const char *label,
                          int64_t (*figure)(const struct result *))
{
    print_label(label);
    for (size_t i = 0; i < report->run_count; i++)
        printf("%*s", RUN_WIDTH, GROUPED(figure(&report->results[i])));
    putchar('\n');
}

static int64_t messages_of(const struct result *result)
{
    return result->messages;
}
static int64_t replayed_of(const struct result *result)
{
    return (int64_t)result->stats.replays_applied;
}
static int64_t gaps_of(const struct result *result)
{
    int64_t gaps = 0;
    for (size_t i = 0; i < SOURCE_COUNT; i++)
        gaps += (int64_t)result->sources[i].gaps;
    return gaps;
}
static int64_t explained_of(const struct result *result)
{
    return result->explained.cells;
}
static int64_t differing_of(const struct result *result)
{
    return result->explained.differing;
}
static int64_t variance_of(const struct result *result)
{
    return result->explained.sum;
}
static int64_t largest_of(const struct result *result)
{
    return result->explained.largest;
}
static int64_t unexplained_of(const struct result *result)
{
    return result->unexplained.cells;
}
static int64_t fault_of(const struct result *result)
{
    return result->unexplained.sum;
}
static int64_t worst_fault_of(const struct result *result)
{
    return result->unexplained.largest;
}

static void print_titles(const struct report *report, const char *title)
{
    printf("\n%-*s", LABEL_WIDTH, title);
    for (size_t i = 0; i < report->run_count; i++)
        printf("%*s", RUN_WIDTH, name_of(&report->results[i]));
    putchar('\n');
}

static void print_shares(const struct report *report, const char *label,
                         int64_t (*share)(const struct sellable_stats *))
{
    print_label(label);
    for (size_t i = 0; i < report->run_count; i++)
        printf("%*s", RUN_WIDTH, PERCENT(share(&report->results[i].stats)));
    putchar('\n');
}

static void print_runs(const struct report *report)
{
    print_titles(report, "Events");
    print_figures(report, "sent", messages_of);
    print_figures(report, "applied", result_applied);
    print_figures(report, "duplicates", result_duplicates);
    print_figures(report, "refused", result_refused);
    print_figures(report, "  of these replayed by hand", replayed_of);
    print_shares(report, "of all that was tried: without a hand", share_without_a_hand);
    print_figures(report, "gaps in a source's numbers", gaps_of);
    char label[LABEL_WIDTH + 1];
    size_t threads = report->options->threads;
    snprintf(label, sizeof label, "a second, from %zu thread%s", threads,
             threads == 1 ? "" : "s");
    print_figures(report, label, report_rate);
    puts("  (within the calls that apply them; no reading, making of records, asking)");
}

static void print_variance(const struct report *report)
{
    if (report->stream->counted_at == NEVER) {
        puts("\nNo final count: it is of a later day.");
        return;
    }
    print_titles(report, "Variance of the final count");
    print_figures(report, "cells that were counted", explained_of);
    print_figures(report, "  that differ", differing_of);
    print_figures(report, "  sum", variance_of);
    print_figures(report, "  largest", largest_of);
    if (unexplained_of(report->results) == 0)
        return;
    print_figures(report, "cells whose transactions are at fault", unexplained_of);
    print_figures(report, "  sum", fault_of);
    print_figures(report, "  largest", worst_fault_of);
}

/* ---- exceptions ------------------------------------------------------------------------------ */

static void print_reasons(const struct result *result)
{
    const struct worked_off *worked_off = &result->worked_off;
    printf("\nExceptions by reason (%s)%s\n", name_of(result),
           worked_off->reason_count == 0 ? ": none" : "");
    if (worked_off->reason_count == 0)
        return;
    printf("\n%-16s%-16s%10s%10s%14s%11s   %s\n", "status", "event", "kept", "replayed",
           "known by then", "discarded", "since");
    for (size_t i = 0; i < worked_off->reason_count; i++) {
        const struct reason *reason = &worked_off->reasons[i];
        printf("%-16s%-16s%10s%10s%14s%11s   %s\n", sellable_status_name((int)reason->status),
               sellable_event_name((int)reason->type), GROUPED(reason->kept),
               GROUPED(reason->replayed), GROUPED(reason->known), GROUPED(reason->discarded),
               reason->discarded > 0 ? sellable_status_name((int)reason->last) : "");
    }
    if (result->stats.exception_counts.lost > 0)
        printf("and %s that there was no room for\n",
               GROUPED(result->stats.exception_counts.lost));
}

/* ---- channels, shortages --------------------------------------------------------------------- */

static void print_channels(const struct report *report, const struct result *result)
{
    const struct history *history = report->history;
    printf("\nOrders (%s)\n\n%-24s%12s%14s%16s%16s\n", name_of(result), "channel", "accepted",
           "units", "lines shipped", "units shipped");
    for (size_t c = 0; c < history->channel_count; c++) {
        const struct sellable_channel_stats *stats = &result->channels[c];
        const struct shipped *shipped = &result->shipped[c];
        print_text(stdout, history->channels[c].key, 24);
        printf("%12s%14s%16s%16s\n", GROUPED(stats->accepted), GROUPED(stats->units),
               GROUPED(shipped->lines), GROUPED(shipped->units));
    }
}

static void print_shortage(const struct result *result, const struct shortage *shortage)
{
    const struct ending *ending = &result->endings[shortage->item->number];
    print_text(stdout, shortage->item->key, 7);
    putchar(' ');
    print_text(stdout, shortage->item->name, 33);
    printf(" %9s%10s%9s%10s%10s%10s\n", GROUPED(ending->on_hand),
           GROUPED(ending->reserved + ending->promised + ending->allocated + ending->backordered),
           GROUPED(ending->backordered), GROUPED(shortage->short_), GROUPED(ending->coming),
           GROUPED(shortage->order_count));
}

static void print_shortages(const struct report *report, const struct result *result)
{
    size_t cells = result->shortage_count;
    printf("\nShort on %s (%s): cells %s, units %s\n", DATE(report->stream->ends),
           name_of(result), GROUPED(cells), GROUPED(result->stats.units_short));
    if (cells == 0)
        return;
    printf("\n%-8s%-33s%10s%10s%9s%10s%10s%10s\n", "item", "name", "on hand", "owed", "waiting",
           "short", "to come", "at risk*");
    for (size_t i = 0; i < cells && i < SHORTAGES_SHOWN; i++)
        print_shortage(result, &result->shortages[i]);
    if (cells > SHORTAGES_SHOWN)
        printf("and %s more\n", GROUPED(cells - SHORTAGES_SHOWN));
    puts("\n* orders: as many as cover what is short, those that are served last");
}

/* ---- what channels were told ----------------------------------------------------------------- */

enum { CHANNEL_WIDTH = 18 };

static void print_listener(const struct report *report, const struct result *result, size_t c)
{
    const struct listener *listener = &result->listeners.listeners[c];
    print_text(stdout, report->history->channels[c].key, CHANNEL_WIDTH);
    printf("%7s%6s%10s%10s%10s%12s%9s%9s%8s\n", GROUPED(listener->asked),
           GROUPED(listener->lost), GROUPED(result->channels[c].told), GROUPED(listener->heard),
           GROUPED(listener->distinct), GROUPED(listener->coalesced),
           GROUPED(listener->levels[SELLABLE_LEVEL_OK]),
           GROUPED(listener->levels[SELLABLE_LEVEL_LOW]),
           GROUPED(listener->levels[SELLABLE_LEVEL_NONE]));
}

static void print_told(const struct report *report, const struct result *result)
{
    const struct listeners *listeners = &result->listeners;
    int64_t asked = 0, told = 0, wrong = 0;
    printf("\nWhat each channel was told (%s), asking at the end of every day\n\n",
           name_of(result));
    printf("%*s%13s%30s%12s%26s\n", CHANNEL_WIDTH, "", "questions", "items in the answers",
           "changes", "items by their last level");
    printf("%-*s%7s%6s%10s%10s%10s%12s%9s%9s%8s\n", CHANNEL_WIDTH, "channel", "asked", "lost",
           "told", "heard", "different", "coalesced", "ok", "low", "none");
    for (size_t c = 0; c < listeners->count; c++) {
        print_listener(report, result, c);
        asked += listeners->listeners[c].asked;
        told += (int64_t)result->channels[c].told;
        wrong += listeners->listeners[c].wrong;
    }
    printf("\n%s questions took %s us, %s ns for each item told.\n", GROUPED(asked),
           GROUPED(listeners->nanoseconds / 1000),
           GROUPED(told > 0 ? listeners->nanoseconds / told : 0));
    if (wrong == 0) {
        puts("What each was told last of each item is what it would see now.");
        return;
    }
    printf("%s figures that were told last are NOT what the channel would see now:\n",
           GROUPED(wrong));
    for (size_t c = 0; c < listeners->count; c++)
        if (listeners->listeners[c].wrong > 0) {
            print_text(stdout, report->history->channels[c].key, CHANNEL_WIDTH);
            printf("%s, the first of item ", GROUPED(listeners->listeners[c].wrong));
            print_text(stdout, listeners->listeners[c].wrong_at->key, 0);
            putchar('\n');
        }
}

static void print_tellings(const struct report *report, const struct result *result)
{
    printf("\nWhat each heard last (%s), less the %s units that each may promise beyond\n"
           "stock; of what is low there are only those\n\n%-*s%-12s%-7s%-36s%14s   %s\n",
           name_of(result), GROUPED(beyond_stock), CHANNEL_WIDTH, "channel", "on", "item", "name",
           "units", "level");
    for (size_t c = 0; c < result->listeners.count; c++) {
        const struct listener *listener = &result->listeners.listeners[c];
        int64_t shown = listener->heard < TELLINGS_KEPT ? listener->heard : TELLINGS_KEPT;
        for (int64_t n = listener->heard - shown; n < listener->heard; n++) {
            const struct telling *telling = &listener->last[n % TELLINGS_KEPT];
            print_text(stdout, report->history->channels[c].key, CHANNEL_WIDTH);
            printf("%s  ", DATE(telling->at));
            print_text(stdout, telling->item->key, 6);
            putchar(' ');
            print_text(stdout, telling->item->name, 35);
            printf(" %14s   %s\n", GROUPED(telling->published - beyond_stock),
                   sellable_level_name((int)telling->level));
        }
    }
}

/* ---- what the engine counts ------------------------------------------------------------------ */

static int64_t open_of(const struct result *result)
{
    return (int64_t)result->stats.orders_open;
}
static int64_t expired_of(const struct result *result)
{
    return (int64_t)result->stats.orders_expired;
}
static int64_t promised_of(const struct result *result)
{
    return result->stats.units_promised;
}
static int64_t short_of(const struct result *result)
{
    return result->stats.units_short;
}
static int64_t memory_of(const struct result *result)
{
    return (int64_t)(result->stats.memory.slab_bytes / 1024);
}

static void print_operations(const struct report *report)
{
    print_titles(report, "Operations at the end");
    print_figures(report, "orders open", open_of);
    print_figures(report, "orders expired", expired_of);
    print_figures(report, "units promised", promised_of);
    print_figures(report, "units short", short_of);
    print_shares(report, "reservation accuracy", reservation_accuracy);
    print_figures(report, "memory, KiB", memory_of);
}

/* ---- the end --------------------------------------------------------------------------------- */

static void print_hashes(const struct report *report)
{
    printf("\nState on %s\n\n", DATE(report->stream->ends));
    for (size_t i = 0; i < report->run_count; i++) {
        const struct result *result = &report->results[i];
        printf("%-10s  %s  %s, %s orders open\n", name_of(result), HASH(result->audit.hash),
               result->audit.consistent ? "consistent" : "NOT CONSISTENT",
               GROUPED(result->audit.orders));
    }
    if (report->run_count > 1)
        puts(report_same(report) ? "\nBoth runs ended in the same state."
                                   : "\nThe runs ended in DIFFERENT states.");
}

void report_print(const struct report *report)
{
    const struct result *last = &report->results[report->run_count - 1];
    print_heading(report);
    print_could_sell(report, last);
    print_came_in(report, last);
    print_channels(report, last);
    for (size_t i = 0; i < report->run_count; i++)
        print_told(report, &report->results[i]);
    print_tellings(report, last);
    print_runs(report);
    for (size_t i = 0; i < report->run_count; i++)
        print_reasons(&report->results[i]);
    print_variance(report);
    print_shortages(report, last);
    print_operations(report);
    print_hashes(report);
}
