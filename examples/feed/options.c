/* SPDX-License-Identifier: Apache-2.0
 *
 * The options of the command line. */
#include "options.h"

#include "arguments.h"
#include "stream.h"
#include "support.h"

#include <getopt.h>
#include <stdlib.h>
#include <unistd.h>

static const char usage[] =
    "feed [FOLDER] [OPTIONS]\n"
    "\n"
    "Reads items, customers, orders, purchase orders, stock movements and a final count\n"
    "(items.csv, customers.csv, orders.csv, inbound.csv, transactions.csv, on_hand.csv; each\n"
    "may be packed as .csv.gz) from FOLDER, turns them into one stream of events of an order\n"
    "system, a WMS and an ERP, and plays it into an engine day by day. Then once more as real\n"
    "feeds are: with messages that come twice, late or out of order. Both must end in the same\n"
    "state. Without FOLDER: ../shared/data/wideworldimporters if it is there, else\n"
    "examples/sample_feed.\n"
    "\n"
    "  --shuffle SEED        of the second run (default: 1)\n"
    "  --duplicates PERCENT  of all messages are sent twice, at once or up to three days later\n"
    "                        (default: 2)\n"
    "  --late PERCENT        of shipments and receipts are told late (default: 2)\n"
    "  --late-days N         by 1 to N days, 1 to 30 (default: 3)\n"
    "  --outages PERCENT     of days, the order system is heard only after the warehouse\n"
    "                        (default: 2)\n"
    "  --swapped PERCENT     of what WMS and ERP send is overtaken by the next message of that\n"
    "                        source (default: 2)\n"
    "  --clean               the clean run only\n"
    "  --threads N           the sources send from N threads at once, 1 to 3 (default: 1)\n"
    "  --until YYYY-MM-DD    end with this day\n"
    "  --by day|week         a row for each day (default) or week, the last 30 of them\n"
    "  --all                 all rows\n"
    "  --json FILE           write everything into FILE, too\n"
    "  --help                print this\n"
    "\n"
    "Why both runs end alike. The order system asks and waits for the answer, so its own\n"
    "messages keep their order. An order is promised for a day beyond every purchase order\n"
    "under way: what has come and what is to come count alike then, so that neither acceptance\n"
    "nor what waits for stock depends on when a receipt or a shipment is told. Only those are\n"
    "late; what was not expected (stocktakes, receipts beyond a purchase order or after its due\n"
    "day) and new purchase orders are told in the afternoon of their day, after its orders.\n"
    "Channels may promise beyond stock, as the firm did. A refused event is kept as an\n"
    "exception; an operator replays it at the end of its shift (07:00 to 14:00, to midnight, to\n"
    "07:00), and discards what is refused again: an allocation that comes after its shipment,\n"
    "say. At the end time moves on until what is closed is forgotten: the shuffled run closed\n"
    "some orders later.\n"
    "\n"
    "A broken row is shown on stderr, counted, and left out.\n"
    "Exit code: 0 done; 1 the runs end in different states; 2 options, files or memory.\n";

enum { DUPLICATES = 256, LATE, LATE_DAYS, OUTAGES, SWAPPED };

static const struct option known[] = {
    {"shuffle", required_argument, NULL, 's'},
    {"duplicates", required_argument, NULL, DUPLICATES},
    {"late", required_argument, NULL, LATE},
    {"late-days", required_argument, NULL, LATE_DAYS},
    {"outages", required_argument, NULL, OUTAGES},
    {"swapped", required_argument, NULL, SWAPPED},
    {"clean", no_argument, NULL, 'c'},
    {"threads", required_argument, NULL, 't'},
    {"until", required_argument, NULL, 'u'},
    {"by", required_argument, NULL, 'b'},
    {"all", no_argument, NULL, 'a'},
    {"json", required_argument, NULL, 'j'},
    {"help", no_argument, NULL, 'h'},
    {NULL, 0, NULL, 0},
};

static void read_option(struct options *options, int letter)
{
    static const char *const bys[] = {"day", "week"};
    struct disorder *disorder = &options->disorder;
    switch (letter) {
    case 's':
        disorder->seed = (uint64_t)read_number("shuffle", optarg, 0, SELLABLE_QUANTITY_MAX);
        break;
    case DUPLICATES: disorder->duplicates = read_number("duplicates", optarg, 0, 100); break;
    case LATE: disorder->late = read_number("late", optarg, 0, 100); break;
    case LATE_DAYS:
        disorder->late_days = read_number("late-days", optarg, 1, LATE_DAYS_MAX);
        break;
    case OUTAGES: disorder->outages = read_number("outages", optarg, 0, 100); break;
    case SWAPPED: disorder->swapped = read_number("swapped", optarg, 0, 100); break;
    case 'c': options->clean_only = true; break;
    case 't': options->threads = (size_t)read_number("threads", optarg, 1, SOURCE_COUNT); break;
    case 'u': options->until = read_day("until", optarg); break;
    case 'b': options->row_days = read_word("by", optarg, bys, 2) == 0 ? 1 : 7; break;
    case 'a': options->all = true; break;
    case 'j': options->json = optarg; break;
    case 'h': fputs(usage, stdout); exit(EXIT_ALL_WELL);
    default: fail("see --help");
    }
}

struct options read_options(int count, char **arguments)
{
    struct options options = {
        .disorder = {.seed = 1, .duplicates = 2, .late = 2, .late_days = 3, .outages = 2,
                     .swapped = 2},
        .threads = 1,
        .until = -1,
        .row_days = 1,
    };
    for (int letter; (letter = getopt_long(count, arguments, "", known, NULL)) != -1;)
        read_option(&options, letter);
    if (count - optind > 1)
        fail("one folder only, not also \"%s\"; see --help", arguments[optind + 1]);
    static const char usual[] = "../shared/data/wideworldimporters";
    options.folder = optind < count             ? arguments[optind]
                     : access(usual, F_OK) == 0 ? usual
                                                : "examples/sample_feed";
    return options;
}
