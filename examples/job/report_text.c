/* SPDX-License-Identifier: Apache-2.0
 *
 * The report as tables on stdout, none wider than 100 columns. */
#include "report.h"

#include "dates.h"
#include "support.h"

#include <inttypes.h>

enum { WIDTH = 100 };

/* Words in lines of no more than WIDTH characters; those after the first begin further in. */
static void print_words(const char *words, int indent)
{
    for (int at = 0; *words != '\0';) {
        size_t size = strcspn(words, " ");
        if (at > indent && at + 1 + (int)size > WIDTH) {
            printf("\n%*s", indent, "");
            at = indent;
        } else if (at > 0) {
            putchar(' ');
            at++;
        }
        print_text(stdout, (struct sellable_key){words, size}, 0);
        at += (int)size;
        words += size + strspn(words + size, " ");
    }
    putchar('\n');
}

/* ---- what there is --------------------------------------------------------------------------- */

static void print_settings(const struct report *report, size_t channel)
{
    struct sellable_policy policy;
    struct sellable_location *locations =
        allocate(report->folder->location_count, sizeof *locations);
    report_policy(report, channel, &policy, locations);
    printf("  %-9s ships from ", channel_names[channel]);
    if ((policy.set & SELLABLE_SETTING_LOCATIONS) == 0)
        fputs("everywhere", stdout);
    else if (policy.location_count == 0)
        fputs("nowhere", stdout);
    for (uint32_t i = 0; i < policy.location_count; i++) {
        fputs(i > 0 ? "," : "", stdout);
        print_text(stdout, sellable_location_key(report->engine, locations[i]), 0);
    }
    if ((policy.set & SELLABLE_SETTING_PRECEDENCE) != 0)
        printf("; precedence %" PRId32, policy.precedence);
    if ((policy.set & SELLABLE_SETTING_SHARE) != 0)
        printf("; sees %g %% of the stock", policy.share / 100.0);
    if ((policy.set & SELLABLE_SETTING_HORIZON) != 0)
        printf("; looks %" PRId64 " days ahead", policy.horizon);
    if ((policy.set & SELLABLE_SETTING_SOURCING) != 0)
        printf("; sourcing %s", sourcing_names[policy.sourcing]);
    putchar('\n');
    free(locations);
}

/* What the store had before. */
static void print_store(const struct store *store)
{
    if (store->directory == NULL)
        return;
    fputs("\nstore       ", stdout);
    print_text(stdout, key_of(store->directory), 0);
    if (store->found.position == 0) {
        fputs(", new", stdout);
        return;
    }
    printf("\n            found: %s changes (%s of a checkpoint, %s from the journal)",
           GROUPED(store->found.position), GROUPED(store->found.checkpoint),
           GROUPED(store->found.replayed));
    printf("\n                   %s items, %s open orders", GROUPED(store->items),
           GROUPED(store->orders));
}

static void print_heading(const struct report *report)
{
    static const char *const safety[] = {
        "kept back from each channel over all locations (buffer)",
        "kept back where most of an item is",
        "none",
    };
    const struct folder *folder = report->folder;
    const struct file *on_hand = &folder->files[FILE_ON_HAND];
    printf("sellable %s\n\n", sellable_version());
    fputs("folder      ", stdout);
    print_text(stdout, key_of(folder->path), 0);
    print_store(report->store);
    printf("\nstock       %s items, %s locations, %s cells\n", GROUPED(folder->item_count),
           GROUPED(folder->location_count), GROUPED(on_hand->rows - on_hand->broken));
    printf("today       %s\n", DATE(sellable_now(report->engine)));
    if (folder->files[FILE_INBOUND].path != NULL)
        printf("to come     %s units on %s purchase order lines, ordered before today, due later\n",
               GROUPED(report_inbound_units(report)), GROUPED(folder->supply_count));
    printf("orders      %s%s\n", report->period != NULL ? "of " : "all",
           report->period != NULL ? report->period : "");
    printf("safety      %s\n", safety[report->options->safety]);
    puts("channels");
    for (size_t c = 0; c < CHANNEL_COUNT; c++)
        print_settings(report, c);
    size_t broken = 0;
    for (size_t i = 0; i < FILE_COUNT; i++)
        broken += folder->files[i].broken;
    if (broken > 0)
        printf("left out    %s broken rows, and %s orders whose rows they are\n", GROUPED(broken),
               GROUPED(folder->orders_left_out));
}

/* ---- what may be promised -------------------------------------------------------------------- */

/* "today", "+7 d". */
static void print_days(const struct report *report, size_t date, int width)
{
    char text[32];
    snprintf(text, sizeof text, "+%" PRId64 " d", report->forecast->days[date]);
    printf("%*s", width, date == 0 ? "today" : text);
}

static void print_figure(int64_t figure, bool beyond, int width)
{
    printf("%*s", width, beyond ? "-" : GROUPED(figure));
}

static void print_totals(const struct report *report)
{
    const struct forecast *forecast = report->forecast;
    puts("\nWhat each channel may promise, over all items");
    printf("\n%-10s", "");
    for (size_t d = 0; d < DATE_COUNT; d++) {
        printf("%20s", DATE(forecast->dates[d]));
        print_days(report, d, 8);
    }
    printf("\n%-10s", "channel");
    for (size_t d = 0; d < DATE_COUNT; d++)
        printf("%12s%16s", "items", "units");
    putchar('\n');
    for (size_t c = 0; c < CHANNEL_COUNT; c++) {
        const struct total *total = &forecast->totals[c];
        printf("%-10s", channel_names[c]);
        for (size_t d = 0; d < DATE_COUNT; d++) {
            print_figure(total->items[d], total->beyond[d], 12);
            print_figure(total->units[d], total->beyond[d], 16);
        }
        putchar('\n');
    }
    for (size_t c = 0; c < CHANNEL_COUNT; c++)
        if (forecast->totals[c].beyond[DATE_COUNT - 1]) {
            puts("\n-: further ahead than the channel may promise");
            break;
        }
}

static void print_item(const struct promisable *promisable)
{
    print_text(stdout, promisable->key, 15);
    putchar(' ');
    print_text(stdout, promisable->item->name, 16);
    printf(" %8s %8s", GROUPED(promisable->item->wanted), GROUPED(promisable->coming));
    for (size_t c = 0; c < CHANNEL_COUNT; c++)
        for (size_t d = 0; d < DATE_COUNT; d++)
            print_figure(promisable->channels[c].at[d].promisable,
                         promisable->channels[c].beyond[d], d == 0 ? 9 : 8);
    putchar('\n');
}

static void print_items(const struct report *report, enum listed listed)
{
    const struct forecast *forecast = report->forecast;
    size_t shown = 0, at = report_next(report, listed, 0);
    if (at == forecast->count || report->options->top == 0)
        return;
    puts(listed == LISTED_WANTED
             ? "\nWhat each channel may promise of the most wanted items"
             : "\nThe same of the most wanted items of which purchase orders bring more");
    printf("\n%-50s", "");
    for (size_t c = 0; c < CHANNEL_COUNT; c++)
        printf(" %*s", 8 * DATE_COUNT, channel_names[c]);
    printf("\n%-15s %-16s %8s %8s", "item", "name", "ordered", "to come");
    for (size_t c = 0; c < CHANNEL_COUNT; c++)
        for (size_t d = 0; d < DATE_COUNT; d++)
            print_days(report, d, d == 0 ? 9 : 8);
    putchar('\n');
    for (; at < forecast->count && shown < report->options->top; shown++) {
        print_item(&forecast->items[at]);
        at = report_next(report, listed, at + 1);
    }
}

/* ---- why ------------------------------------------------------------------------------------- */

/* A column of terms. What never was anything but 0 is shown only if it always is. */
struct term_column {
    const char *name;
    size_t offset;
    bool always;
};
static const struct term_column term_columns[] = {
    {"on hand", offsetof(struct sellable_term, on_hand), true},
    {"held", offsetof(struct sellable_term, held), false},
    {"allocated", offsetof(struct sellable_term, allocated), false},
    {"reserved", offsetof(struct sellable_term, reserved), false},
    {"safety", offsetof(struct sellable_term, safety_stock), false},
    {"net", offsetof(struct sellable_term, net), true},
    {"supply", offsetof(struct sellable_term, supply), false},
    {"promised", offsetof(struct sellable_term, promised), false},
    {"low", offsetof(struct sellable_term, low), true},
    {"free", offsetof(struct sellable_term, free), true},
    {"seen", offsetof(struct sellable_term, seen), true},
};
enum { TERM_COLUMNS = sizeof term_columns / sizeof *term_columns };

static int64_t term_of(const struct sellable_term *term, size_t column)
{
    int64_t figure;
    memcpy(&figure, (const char *)term + term_columns[column].offset, sizeof figure);
    return figure;
}

/* A location that has nothing of the item, and expects nothing. */
static bool is_empty(const struct sellable_term *term)
{
    for (size_t k = 0; k < TERM_COLUMNS; k++)
        if (term_of(term, k) != 0)
            return false;
    return true;
}

static void print_terms(const struct report *report, const struct sellable_explanation *why)
{
    size_t count = why->term_count < why->term_capacity ? why->term_count : why->term_capacity;
    bool shown[TERM_COLUMNS];
    printf("%-27s", "location");
    for (size_t k = 0; k < TERM_COLUMNS; k++) {
        shown[k] = term_columns[k].always;
        for (size_t i = 0; i < count; i++)
            shown[k] = shown[k] || term_of(&why->terms[i], k) != 0;
        if (shown[k])
            printf(" %9s", term_columns[k].name);
    }
    putchar('\n');
    size_t empty = 0;
    for (size_t i = 0; i < count; i++) {
        struct sellable_location location = why->terms[i].location;
        if (is_empty(&why->terms[i])) {
            empty++;
            continue;
        }
        print_text(stdout, sellable_location_key(report->engine, location), 8);
        putchar(' ');
        print_text(stdout, report->folder->locations[location.id].name, 18);
        for (size_t k = 0; k < TERM_COLUMNS; k++)
            if (shown[k])
                printf(" %9s", GROUPED(term_of(&why->terms[i], k)));
        putchar('\n');
    }
    if (empty != 0)
        printf("and %zu location%s with none of it\n", empty, empty == 1 ? "" : "s");
}

static void print_explained(const struct report *report)
{
    const struct sellable_explanation *why = &report->explained->explanation;
    if (why->item.id == 0 || report->options->top == 0)
        return;
    fputs("\nWhy may ", stdout);
    print_text(stdout, sellable_channel_key(report->engine, why->channel), 0);
    printf(" promise %s of ", GROUPED(why->promisable));
    print_text(stdout, sellable_item_key(report->engine, why->item), 0);
    printf(" by %s?\n\n", DATE(why->date));
    print_terms(report, why);
    printf("\n%s seen %s, less a buffer of %s: %s\n", GROUPED(why->pool),
           why->sourcing == SELLABLE_SINGLE ? "where most is" : "in all", GROUPED(why->buffer),
           GROUPED(why->promisable));
    char words[sizeof report->explained->because + sizeof "because: "];
    snprintf(words, sizeof words, "because: %s", report->explained->because);
    print_words(words, 9);
}

/* ---- what came of the orders ----------------------------------------------------------------- */

static void print_counts(const struct report *report, const char *name, const struct tally *tally)
{
    printf("%-10s", name);
    const struct parts *parts[] = {&tally->orders, &tally->lines};
    for (size_t i = 0; i < 2; i++) {
        printf(" %10s", GROUPED(parts[i]->full));
        if (report->options->partial)
            printf(" %10s", GROUPED(parts[i]->part));
        printf(" %10s", GROUPED(parts[i]->refused));
    }
    printf(" %10s %10s\n", GROUPED(tally->units_promised), GROUPED(tally->units_later));
}

static void print_speed(const struct report *report, const char *name, const struct tally *tally)
{
    printf("%-10s %10s %10s", name, GROUPED(tally->calls), GROUPED(report_rate(report, tally)));
    const int64_t latencies[] = {tally->p50, tally->p99, tally->p999};
    for (size_t i = 0; i < sizeof latencies / sizeof *latencies; i++)
        printf(" %10.2f", (double)latencies[i] / 1000);
    putchar('\n');
}

/* One row for each channel, and one for all. */
static void print_channels(const struct report *report,
                           void (*print)(const struct report *, const char *,
                                         const struct tally *))
{
    for (size_t c = 0; c < CHANNEL_COUNT; c++)
        print(report, channel_names[c], &report->tallies[c]);
    print(report, "all", &report->tallies[CHANNEL_COUNT]);
}

static void print_tallies(const struct report *report)
{
    const struct options *options = report->options;
    printf("\nThe orders, %s%s\n\n", options->per_line ? "line by line" : "each as a whole",
           options->partial ? ", each line as far as it goes" : "");
    int wide = options->partial ? 32 : 21;
    printf("%-10s %*s %*s %21s\n%-10s", "", wide, "orders", wide, "lines", "units", "channel");
    for (size_t i = 0; i < 2; i++)
        printf(" %10s%s %10s", options->partial ? "in full" : "accepted",
               options->partial ? "    in part" : "", "refused");
    printf(" %10s %10s\n", "promised", "for later");
    print_channels(report, print_counts);
    if (options->per_line)
        puts("\nAn order is accepted here if all of its lines are.");
    if (report->tallies[CHANNEL_COUNT].calls_known > 0)
        printf("\n%s of them were in the store already, and got the same answer again.\n",
               GROUPED(report->tallies[CHANNEL_COUNT].calls_known));
    if (report->tallies[CHANNEL_COUNT].calls_later > 0)
        puts("\nFor later: promised for the day by which enough will have come.");
}

static void print_speeds(const struct report *report)
{
    const struct taken *taken = report->taken;
    size_t least = SIZE_MAX, most = 0;
    for (size_t t = 0; t < taken->threads; t++) {
        least = taken->plans[t].calls < least ? taken->plans[t].calls : least;
        most = taken->plans[t].calls > most ? taken->plans[t].calls : most;
    }
    printf("\nBy %zu thread%s, in %.2f ms", taken->threads, taken->threads == 1 ? "" : "s",
           (double)taken->nanoseconds / 1e6);
    if (taken->threads > 1)
        printf(" (%s to %s calls by each)", GROUPED(least), GROUPED(most));
    printf("\n\n%-10s %10s %10s %32s\n", "", "", report->options->per_line ? "lines" : "orders",
           "latency, microseconds");
    printf("%-10s %10s %10s %10s %10s %10s\n", "channel", "calls", "a second", "p50", "p99",
           "p99.9");
    print_channels(report, print_speed);
}

static void print_memory(const struct report *report)
{
    const struct sellable_memory *memory = &report->after;
    printf("\nMemory: %s KiB taken; %s bytes an item, %s an order (%s items, %s orders)\n",
           GROUPED(memory->slab_bytes / 1024), GROUPED(report_bytes_per_item(report)),
           GROUPED(report_bytes_per_order(report)), GROUPED(memory->items),
           GROUPED(memory->orders));
}

static void print_audit(const struct report *report)
{
    const struct audit *audit = &report->audit;
    printf("\nAudit %s, %s cells:\n", audit->passed ? "passed" : "FAILED", GROUPED(audit->cells));
    printf("  %10s units on the lines of accepted orders\n", GROUPED(audit->ordered));
    printf("  %10s units in the plans they were promised by\n", GROUPED(audit->planned));
    printf("  %10s units reserved, or promised for later (%s)\n", GROUPED(audit->kept),
           GROUPED(audit->dated));
    printf("  %10s cells where the plans and what is kept differ\n", GROUPED(audit->differing));
    printf("  %10s cells oversold on any day\n", GROUPED(audit->oversold));
    if (report->options->safety == SAFETY_BUFFER)
        printf("  %10s items with less than their safety stock left\n", GROUPED(audit->unsafe));
}

void report_print(const struct report *report)
{
    print_heading(report);
    print_totals(report);
    print_items(report, LISTED_WANTED);
    print_items(report, LISTED_CHANGED);
    print_explained(report);
    print_tallies(report);
    print_speeds(report);
    print_memory(report);
    print_audit(report);
}
