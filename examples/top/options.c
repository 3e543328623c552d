/* SPDX-License-Identifier: Apache-2.0
 *
 * The options of the command line. */
#include "options.h"

#include "arguments.h"
#include "disorder_options.h"
#include "support.h"

#include <getopt.h>
#include <stdlib.h>
#include <string.h>

static const char usage[] =
    "top [FOLDER] [OPTIONS]\n"
    "\n"
    "Plays a firm's years into an engine, as feed does, and shows meanwhile on the terminal how\n"
    "its operation goes: what channels were promised and told, how far the sources lag behind,\n"
    "what was refused and why, what is short and how many orders that puts at risk. FOLDER is as\n"
    "for feed; without it: ../shared/data/wideworldimporters if it is there, else\n"
    "examples/sample_feed.\n"
    "\n"
    "  --speed DAYS          so many days of the firm a second; 0: as fast as it goes (default:\n"
    "                        all of it in about a minute)\n"
    "  --every SECONDS       where standard output is no terminal: a frame as plain text every so\n"
    "                        many seconds, 0.05 to 86400 (default: 5). LINES and COLUMNS in the\n"
    "                        environment are its size (default: 40 and 100)\n"
    "  --once                the last frame only, as plain text, and as fast as it goes\n"
    "  --openmetrics FILE    write the engine's figures into FILE at the end, as OpenMetrics\n"
    "  --until YYYY-MM-DD    end with this day\n"
    "  --clean               nothing comes twice, late or out of order\n"
    "  --shuffle SEED        else what does is drawn by this (default: 1)\n"
    DISORDER_USAGE
    "  --help                print this\n"
    "\n"
    "Keys: q ends, p pauses and goes on, + doubles the speed, - halves it; + beyond 4,096 days a\n"
    "second is as fast as it goes. Without colours: NO_COLOR=1.\n"
    "\n"
    "What the frame says\n"
    "  came, applied,        events that came, those an operator sent again included; of these\n"
    "  known already,        applied, known already since they came before, and refused\n"
    "  refused\n"
    "  applied by hand       when an operator sent them again\n"
    "  without a hand        the part of all that came that was applied, or known, without that\n"
    "  exceptions open       refused events that wait for the operator, who looks at the end of\n"
    "                        each shift\n"
    "  orders open, expired  not yet shipped, released or given up; given up since nobody\n"
    "                        confirmed them in time\n"
    "  units promised        and not yet shipped\n"
    "  units short           of these: not there, since a count or a delay took them away; in so\n"
    "                        many cells (an item at a location)\n"
    "  units covered         reservation accuracy: the part of the promised units that is there\n"
    "  memory                that the engine took from the system (MiB: 1,048,576 bytes)\n"
    "  audit                 every second: whether what each cell says is promised is what the\n"
    "                        orders say\n"
    "  TOLD, UNTOLD SINCE    changes that the channel was told; nothing older than this may be\n"
    "                        untold\n"
    "  STALE, GAPS           events that came behind a later one of their source; how often a\n"
    "                        number was left out\n"
    "  LAG                   the firm's time less that of the source's newest event; SILENT:\n"
    "                        longer than 4 days. At the end time moves on until all is done: then\n"
    "                        all are\n"
    "  ORDERS AT RISK        as many as cover what is short, those that are served last\n"
    "\n"
    "Rates are of the real clock, with all that the program does: at a chosen speed they say how\n"
    "fast the feed is played, not how fast the engine is. For that see feed.\n"
    "\n"
    "Exit code: 0 done, or ended by q; 1 the audit found a fault, or a channel was told something\n"
    "else than there is; 2 options, files or memory.\n";

enum { SPEED = 1, EVERY, ONCE, OPENMETRICS, UNTIL, CLEAN, HELP };

static const struct option known[] = {
    DISORDER_OPTIONS,
    {"speed", required_argument, NULL, SPEED},
    {"every", required_argument, NULL, EVERY},
    {"once", no_argument, NULL, ONCE},
    {"openmetrics", required_argument, NULL, OPENMETRICS},
    {"until", required_argument, NULL, UNTIL},
    {"clean", no_argument, NULL, CLEAN},
    {"help", no_argument, NULL, HELP},
    {NULL, 0, NULL, 0},
};

static double read_decimal(const char *name, const char *text, double least, double most)
{
    char *end = NULL;
    double number = strtod(text, &end);
    bool good = *text != '\0' && *end == '\0' && text[strspn(text, "0123456789.")] == '\0';
    if (!good || number < least || number > most)
        fail("--%s: \"%s\" is not from %g to %.0f", name, text, least, most);
    return number;
}

static void read_option(struct options *options, int letter)
{
    if (read_disorder(&options->disorder, letter, optarg))
        return;
    switch (letter) {
    case SPEED:
        options->speed = read_decimal("speed", optarg, 0, 1000000);
        options->speed_given = true;
        break;
    case EVERY: options->every = read_decimal("every", optarg, 0.05, 86400); break;
    case ONCE: options->once = true; break;
    case OPENMETRICS: options->openmetrics = optarg; break;
    case UNTIL: options->until = read_day("until", optarg); break;
    case CLEAN: options->in_order = true; break;
    case HELP: fputs(usage, stdout); exit(EXIT_ALL_WELL);
    default: fail("see --help");
    }
}

struct options read_options(int count, char **arguments)
{
    struct options options = {.disorder = usual_disorder, .until = NEVER, .every = 5};
    for (int letter; (letter = getopt_long(count, arguments, "", known, NULL)) != -1;)
        read_option(&options, letter);
    options.folder = read_folder(count, arguments);
    return options;
}
