/* SPDX-License-Identifier: Apache-2.0
 *
 * run: real orders against real stock. Begin to read here, at main() below: the job in eight steps.
 *
 *    main.c         the options, and the order of things
 *    load_stock.c   masters and balances into the engine
 *    load_orders.c  orders in the form in which the engine takes them
 *    ask.c          what may be sold, and why
 *    take.c         promise the orders, from several threads
 *    audit.c        were all promises kept count of, cell by cell?
 *    report_*.c     tables and JSON;  table.c  CSV files;  json.c, support.c  small helpers */
#include "report.h"
#include "support.h"

#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char usage[] =
    "run [FOLDER] [--plain] [--threads N] [--per line|order] [--month YYYY-MM] [--json] [--top N]\n"
    "\n"
    "Reads items, locations, on-hand balances and orders (items.csv, locations.csv, on_hand.csv,\n"
    "orders.csv; each may be packed as .csv.gz) from FOLDER, takes the orders of a month, and\n"
    "reports what came of it. Without FOLDER: ../shared/data/adventureworks if it is there, else\n"
    "examples/sample.\n"
    "\n"
    "  --plain            no safety stock, no settings: one pool over all locations\n"
    "  --threads N        take the orders from N threads, 1 to 1024 (default: one for each core);\n"
    "                     1 takes them in the order of the file\n"
    "  --per order        an order is accepted with all of its lines, or refused (default)\n"
    "  --per line         each line is accepted or refused by itself, under the key ORDER/LINE;\n"
    "                     an order counts as accepted if all of its lines were\n"
    "  --month YYYY-MM    the period (default: 2014-05, or all if orders have no order_date)\n"
    "  --top N            show the N most wanted items (default: 10)\n"
    "  --json             print one JSON object instead of tables\n"
    "  --help             print this\n"
    "\n"
    "A broken row is shown on stderr, counted, and left out; with --per order so is its order.\n"
    "Exit code: 0 done; 1 the audit failed; 2 options, files or memory.\n";

struct options {
    const char *folder;
    const char *month; /* NULL: not given */
    size_t threads, top;
    bool plain, per_line, json;
};

/* ---- options --------------------------------------------------------------------------------- */

static size_t read_count(const char *name, const char *text, size_t least, size_t most)
{
    size_t number = 0;
    for (const char *c = text; *c != '\0' && number <= most; c++)
        number = *c >= '0' && *c <= '9' ? 10 * number + (size_t)(*c - '0') : SIZE_MAX;
    if (*text == '\0' || number < least || number > most)
        fail("--%s: \"%s\" is not from %zu to %zu", name, text, least, most);
    return number;
}

static struct options read_options(int count, char **arguments)
{
    static const struct option known[] = {
        {"plain", no_argument, NULL, 'p'},       {"threads", required_argument, NULL, 't'},
        {"per", required_argument, NULL, 'l'},   {"month", required_argument, NULL, 'm'},
        {"json", no_argument, NULL, 'j'},        {"top", required_argument, NULL, 'n'},
        {"help", no_argument, NULL, 'h'},        {NULL, 0, NULL, 0},
    };
    long cores = sysconf(_SC_NPROCESSORS_ONLN);
    struct options options = {.threads = cores < 1 ? 1 : cores > 1024 ? 1024 : (size_t)cores,
                              .top = 10};
    for (int letter; (letter = getopt_long(count, arguments, "", known, NULL)) != -1;) {
        switch (letter) {
        case 'p': options.plain = true; break;
        case 't': options.threads = read_count("threads", optarg, 1, 1024); break;
        case 'm': options.month = optarg; break;
        case 'j': options.json = true; break;
        case 'n': options.top = read_count("top", optarg, 0, 1000000); break;
        case 'l':
            options.per_line = strcmp(optarg, "line") == 0;
            if (!options.per_line && strcmp(optarg, "order") != 0)
                fail("--per: \"%s\" is neither line nor order", optarg);
            break;
        case 'h': fputs(usage, stdout); exit(EXIT_ALL_WELL);
        default: fail("see --help");
        }
    }
    if (options.month != NULL &&
        month_of_month((struct sellable_key){options.month, strlen(options.month)}) ==
            MONTH_UNKNOWN)
        fail("--month: \"%s\" is not YYYY-MM", options.month);
    if (count - optind > 1)
        fail("one folder only, not also \"%s\"; see --help", arguments[optind + 1]);
    static const char usual[] = "../shared/data/adventureworks";
    options.folder = optind < count           ? arguments[optind]
                     : access(usual, F_OK) == 0 ? usual
                                                : "examples/sample";
    return options;
}

/* ---- steps that take a few lines ------------------------------------------------------------- */

/* Two channels draw on the same stock. Unless all is plain, resellers see 60 % of each cell, so
 * that something is left for the web store, whose orders go first where stock falls short. */
static void put_channels(struct sellable *engine, struct folder *folder, bool plain)
{
    const struct sellable_policy online = {.set = SELLABLE_PRECEDENCE, .precedence = 10};
    const struct sellable_policy reseller = {.set = SELLABLE_SHARE, .share = 6000};
    must(sellable_channel_put(engine, NULL, (struct sellable_key){"online", 6},
                              plain ? NULL : &online, &folder->channels[0], NULL),
         "sellable_channel_put");
    must(sellable_channel_put(engine, NULL, (struct sellable_key){"reseller", 8},
                              plain ? NULL : &reseller, &folder->channels[1], NULL),
         "sellable_channel_put");
}

/* The period; NULL: all. */
static const char *choose_period(const struct options *options, struct folder *folder)
{
    const char *orders = folder->files[FILE_ORDERS].path;
    if (!folder->has_dates && options->month != NULL)
        fail("%s:1: column order_date: not in the header, so --month cannot be used", orders);
    const char *period = options->month != NULL ? options->month : "2014-05";
    int month = folder->has_dates ? month_of_month((struct sellable_key){period, 7})
                                  : MONTH_UNKNOWN;
    choose_promises(folder, month, options->per_line);
    if (folder->promise_count == 0 && folder->has_dates)
        fail("%s: no order in %s; choose another month with --month", orders, period);
    if (folder->promise_count == 0)
        fail("%s: no order", orders);
    return folder->has_dates ? period : NULL;
}

int main(int count, char **arguments)
{
    const struct options options = read_options(count, arguments);
    struct folder folder = {.path = options.folder};

    /* 1. An engine: everything there is, in one object. NULL: all options at their defaults. */
    struct sellable *engine;
    must(sellable_open(NULL, &engine), "sellable_open");

    /* 2. Who sells, and by which settings. */
    put_channels(engine, &folder, options.plain);

    /* 3. What there is to sell; and what is to be sold. */
    load_stock(engine, &folder, options.plain);
    load_orders(engine, &folder);
    const char *period = choose_period(&options, &folder);

    /* 4. The engine reads no clock: it is told the time. */
    if (period != NULL)
        must(sellable_advance(engine, NULL,
                              month_begins(month_of_month((struct sellable_key){period, 7})),
                              NULL),
             "sellable_advance");

    /* 5. Questions: they change nothing, and never wait. */
    struct report report = {.engine = engine,
                            .folder = &folder,
                            .period = period,
                            .plain = options.plain,
                            .per_line = options.per_line};
    struct explained explained;
    struct wanted *wanted = ask_wanted(engine, &folder, options.top, &report.wanted_count);
    ask_why(engine, &folder, wanted, report.wanted_count, &explained);
    report.wanted = wanted;
    report.explained = &explained;

    /* 6. Orders, from many threads at once. */
    struct taken taken;
    sellable_memory(engine, &report.before);
    take_orders(engine, &folder, options.threads, &taken);
    sellable_memory(engine, &report.after);
    report.taken = &taken;

    /* 7. Does it all add up? */
    for (size_t channel = 0; channel <= CHANNEL_COUNT; channel++)
        tally_orders(&folder, &taken, channel, &report.tallies[channel]);
    audit_promises(engine, &folder, &taken, &report.audit);
    if (options.json)
        report_json(&report);
    else
        report_print(&report);
    if (fflush(stdout) != 0 || ferror(stdout))
        fail("the report cannot be written");

    /* 8. Keys that the engine gave are gone with it, and so is all of its memory. */
    sellable_close(engine);
    taken_free(&taken);
    free(wanted);
    free(explained.explanation.terms);
    folder_free(&folder);
    return report.audit.passed ? EXIT_ALL_WELL : EXIT_AUDIT_FAILED;
}
