/* SPDX-License-Identifier: Apache-2.0
 *
 * The options of the command line. */
#include "options.h"

#include "arguments.h"
#include "dates.h"
#include "support.h"

#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char usage[] =
    "run [FOLDER] [OPTIONS]\n"
    "\n"
    "Reads items, locations, on-hand balances, orders and purchase orders (items.csv,\n"
    "locations.csv, on_hand.csv, orders.csv and, if it is there, inbound.csv; each may be packed\n"
    "as .csv.gz) from FOLDER, shows what each channel may promise today and in the next two\n"
    "weeks, takes the orders of a month, and reports what came of it. Without FOLDER:\n"
    "../shared/data/adventureworks if it is there, else examples/sample.\n"
    "\n"
    "  --plain             no safety stock, no purchase orders, no settings: one pool over all\n"
    "                      locations; other options are added to that\n"
    "  --threads N         take the orders from N threads, 1 to 1024 (default: one for each\n"
    "                      core); 1 takes them in the order of the file\n"
    "  --per order         an order is accepted with all of its lines, or refused (default)\n"
    "  --per line          each line is accepted or refused by itself, under the key ORDER/LINE;\n"
    "                      an order counts as accepted if all of its lines were\n"
    "  --partial           each line takes what it can; refused is what gets nothing at all\n"
    "  --month YYYY-MM     the period (default: that of --now, else 2014-05; all if orders have\n"
    "                      no order_date)\n"
    "  --now YYYY-MM-DD    the day on which all this is (default: the first of the month)\n"
    "  --ahead N           the tables show today, N/2 days ahead, and N days (default: 14)\n"
    "  --top N             show N items (default: 10)\n"
    "  --json              print one JSON object instead of tables\n"
    "  --store DIRECTORY   keep it all there, made if it is not there: an order counts as taken\n"
    "                      once it would survive a crash of the machine. Run again, the same job\n"
    "                      finds there what it has promised, and promises it again as it was\n"
    "  --help              print this\n"
    "\n"
    "  --safety buffer     safety stock is kept back from each channel, over all its locations\n"
    "                      (default)\n"
    "  --safety cell       it is kept back where most of the item is\n"
    "  --safety none       it is not kept back\n"
    "  --no-purchase-orders\n"
    "                      what is on order does not count\n"
    "\n"
    "Settings, of both channels, or with online= or reseller= before the value of that one; each\n"
    "may be given several times:\n"
    "\n"
    "  --share N           part of the stock that it sees, in 1/10,000 (default: reseller=6000)\n"
    "  --horizon DAYS      how far ahead it may promise what is to come (default: reseller=14)\n"
    "  --precedence N      who is served first, higher first (default: online=10)\n"
    "  --sourcing HOW      split, most, or single (default: split)\n"
    "  --locations ID,...  where it ships from, in order (default: everywhere)\n"
    "\n"
    "A broken row is shown on stderr, counted, and left out; with --per order so is its order.\n"
    "Exit code: 0 done; 1 the audit failed; 2 options, files or memory.\n";

const char *const channel_names[CHANNEL_COUNT] = {"online", "reseller"};
const char *const sourcing_names[] = {"split", "most", "single"};
const char *const safety_names[] = {"buffer", "cell", "none"};

/* Settings, as getopt answers them, and beside them the bits of the library. */
enum { SHARE = 256, HORIZON, PRECEDENCE, SOURCING, LOCATIONS };

/* ---- settings of channels -------------------------------------------------------------------- */

static void set(struct options *options, size_t channel, int setting, const char *value)
{
    struct sellable_policy *policy = &options->policies[channel];
    switch (setting) {
    case SHARE:
        policy->set |= SELLABLE_SETTING_SHARE;
        policy->share = (int32_t)read_number("share", value, 0, SELLABLE_SHARE_ALL);
        break;
    case HORIZON:
        policy->set |= SELLABLE_SETTING_HORIZON;
        policy->horizon = read_number("horizon", value, 0, SELLABLE_HORIZON_MAX);
        break;
    case PRECEDENCE:
        policy->set |= SELLABLE_SETTING_PRECEDENCE;
        policy->precedence = (int32_t)read_number("precedence", value, -SELLABLE_PRECEDENCE_MAX,
                                                  SELLABLE_PRECEDENCE_MAX);
        break;
    case SOURCING:
        policy->set |= SELLABLE_SETTING_SOURCING;
        policy->sourcing = read_word("sourcing", value, sourcing_names, 3);
        break;
    default: options->locations[channel] = value;
    }
}

/* "CHANNEL=VALUE", or "VALUE" for each channel. */
static void set_channels(struct options *options, int setting, const char *text)
{
    for (size_t only = 0; only < CHANNEL_COUNT; only++) {
        size_t size = strlen(channel_names[only]);
        if (strncmp(text, channel_names[only], size) == 0 && text[size] == '=') {
            set(options, only, setting, text + size + 1);
            return;
        }
    }
    for (size_t channel = 0; channel < CHANNEL_COUNT; channel++)
        set(options, channel, setting, text);
}

/* Resellers see 60 % of each cell, so that something is left for the web store, whose orders go
 * first where stock falls short; but they can wait two weeks for what is to come. */
static void set_main_job(struct options *options)
{
    options->safety = SAFETY_BUFFER;
    options->purchase_orders = true;
    set_channels(options, PRECEDENCE, "online=10");
    set_channels(options, SHARE, "reseller=6000");
    set_channels(options, HORIZON, "reseller=14");
}

/* ---- all of them ----------------------------------------------------------------------------- */

static const struct option known[] = {
    {"plain", no_argument, NULL, 'p'},
    {"threads", required_argument, NULL, 't'},
    {"per", required_argument, NULL, 'l'},
    {"partial", no_argument, NULL, 'a'},
    {"month", required_argument, NULL, 'm'},
    {"now", required_argument, NULL, 'w'},
    {"ahead", required_argument, NULL, 'd'},
    {"top", required_argument, NULL, 'n'},
    {"json", no_argument, NULL, 'j'},
    {"store", required_argument, NULL, 'e'},
    {"safety", required_argument, NULL, 's'},
    {"no-purchase-orders", no_argument, NULL, 'o'},
    {"share", required_argument, NULL, SHARE},
    {"horizon", required_argument, NULL, HORIZON},
    {"precedence", required_argument, NULL, PRECEDENCE},
    {"sourcing", required_argument, NULL, SOURCING},
    {"locations", required_argument, NULL, LOCATIONS},
    {"help", no_argument, NULL, 'h'},
    {NULL, 0, NULL, 0},
};

/* The month and the day: each follows from the other, unless both are given. */
static void settle_time(struct options *options, const char *now)
{
    static char month[] = "2014-05";
    if (now != NULL)
        options->now = read_day("now", now);
    if (options->month != NULL && month_of_month(key_of(options->month)) == MONTH_UNKNOWN)
        fail("--month: \"%s\" is not YYYY-MM", options->month);
    options->month_given = options->month != NULL;
    if (options->month == NULL)
        options->month = now != NULL ? memcpy(month, now, sizeof month - 1) : month;
    if (now == NULL)
        options->now = month_begins(month_of_month(key_of(options->month)));
}

static void read_option(struct options *options, const char **now, int letter)
{
    static const char *const pers[] = {"line", "order"};
    switch (letter) {
    case 't': options->threads = (size_t)read_number("threads", optarg, 1, 1024); break;
    case 'l': options->per_line = read_word("per", optarg, pers, 2) == 0; break;
    case 'a': options->partial = true; break;
    case 'm': options->month = optarg; break;
    case 'w': *now = optarg; break;
    case 'd': options->ahead = read_number("ahead", optarg, 2, SELLABLE_HORIZON_MAX); break;
    case 'n': options->top = (size_t)read_number("top", optarg, 0, 1000000); break;
    case 'j': options->json = true; break;
    case 'e': options->store = optarg; break;
    case 's': options->safety = (enum safety)read_word("safety", optarg, safety_names, 3); break;
    case 'o': options->purchase_orders = false; break;
    case 'h': fputs(usage, stdout); exit(EXIT_ALL_WELL);
    case 'p': break;
    case '?': fail("see --help");
    default: set_channels(options, letter, optarg);
    }
}

struct options read_options(int count, char **arguments)
{
    long cores = sysconf(_SC_NPROCESSORS_ONLN);
    struct options options = {.threads = cores < 1 ? 1 : cores > 1024 ? 1024 : (size_t)cores,
                              .top = 10,
                              .ahead = 14,
                              .safety = SAFETY_NONE};
    const char *now = NULL;
    /* --plain comes first, wherever it stands: the others are added to it. */
    opterr = 0;
    for (int letter; (letter = getopt_long(count, arguments, "", known, NULL)) != -1;)
        options.plain = options.plain || letter == 'p';
    if (!options.plain)
        set_main_job(&options);
    opterr = 1;
    optind = 0;
    for (int letter; (letter = getopt_long(count, arguments, "", known, NULL)) != -1;)
        read_option(&options, &now, letter);
    settle_time(&options, now);

    if (count - optind > 1)
        fail("one folder only, not also \"%s\"; see --help", arguments[optind + 1]);
    static const char usual[] = "../shared/data/adventureworks";
    options.folder = optind < count           ? arguments[optind]
                     : access(usual, F_OK) == 0 ? usual
                                                : "examples/sample";
    return options;
}
