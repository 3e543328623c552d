/* SPDX-License-Identifier: Apache-2.0
 *
 * The options of the disorder, and the folder. */
#include "disorder_options.h"

#include "arguments.h"
#include "stream.h"
#include "support.h"

#include <getopt.h>
#include <unistd.h>

const struct disorder usual_disorder = {.seed = 1,
                                        .duplicates = 2,
                                        .late = 2,
                                        .late_days = 3,
                                        .outages = 2,
                                        .swapped = 2,
                                        .lost = 2};

bool read_disorder(struct disorder *disorder, int letter, const char *value)
{
    switch (letter) {
    case OPTION_SHUFFLE:
        disorder->seed = (uint64_t)read_number("shuffle", value, 0, SELLABLE_QUANTITY_MAX);
        return true;
    case OPTION_DUPLICATES:
        disorder->duplicates = read_number("duplicates", value, 0, 100);
        return true;
    case OPTION_LATE: disorder->late = read_number("late", value, 0, 100); return true;
    case OPTION_LATE_DAYS:
        disorder->late_days = read_number("late-days", value, 1, LATE_DAYS_MAX);
        return true;
    case OPTION_OUTAGES: disorder->outages = read_number("outages", value, 0, 100); return true;
    case OPTION_SWAPPED: disorder->swapped = read_number("swapped", value, 0, 100); return true;
    case OPTION_LOST: disorder->lost = read_number("lost", value, 0, 100); return true;
    default: return false;
    }
}

const char *read_folder(int count, char **arguments)
{
    static const char usual[] = "../shared/data/wideworldimporters";
    if (count - optind > 1)
        fail("one folder only, not also \"%s\"; see --help", arguments[optind + 1]);
    return optind < count             ? arguments[optind]
           : access(usual, F_OK) == 0 ? usual
                                      : "examples/sample_feed";
}
