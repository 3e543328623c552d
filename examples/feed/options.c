/* SPDX-License-Identifier: Apache-2.0
 *
 * The options of the command line. */
#include "options.h"

#include "arguments.h"
#include "disorder_options.h"
#include "stream.h"
#include "support.h"

#include <getopt.h>
#include <stdlib.h>

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
    DISORDER_USAGE
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
    "At the end of each day each channel asks what has changed for it. Some hear of an item only\n"
    "every few days, and some answers are lost. In the end what each was told last of each item\n"
    "has to be what the engine answers when it is asked of that item.\n"
    "\n"
    "Events \"a second\" are what the sources sent, over the time within the calls that apply\n"
    "it, and of handing over between threads: not of reading files, making records, the\n"
    "operator's work, or asking. The time of the channels' questions is shown apart.\n"
    "\n"
    "A broken row is shown on stderr, counted, and left out.\n"
    "Exit code: 0 done; 1 the runs end in different states, or a channel was told something else\n"
    "than there is; 2 options, files or memory.\n";

static const struct option known[] = {
    DISORDER_OPTIONS,
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
    if (read_disorder(&options->disorder, letter, optarg))
        return;
    switch (letter) {
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
        .disorder = usual_disorder,
        .threads = 1,
        .until = -1,
        .row_days = 1,
    };
    for (int letter; (letter = getopt_long(count, arguments, "", known, NULL)) != -1;)
        read_option(&options, letter);
    options.folder = read_folder(count, arguments);
    return options;
}
