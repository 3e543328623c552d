/* SPDX-License-Identifier: Apache-2.0
 *
 * What feed and top have in common on their command lines: the folder, and how a feed is put out of
 * order. */
#ifndef FEED_DISORDER_OPTIONS_H
#define FEED_DISORDER_OPTIONS_H

#include "disorder.h"

#define DISORDER_USAGE                                                                             \
    "  --duplicates PERCENT  of all messages are sent twice, at once or up to three days later\n"  \
    "                        (default: 2)\n"                                                       \
    "  --late PERCENT        of shipments and receipts are told late (default: 2)\n"               \
    "  --late-days N         by 1 to N days, 1 to 30 (default: 3)\n"                               \
    "  --outages PERCENT     of days, the order system is heard only after the warehouse\n"        \
    "                        (default: 2)\n"                                                       \
    "  --swapped PERCENT     of what WMS and ERP send is overtaken by the next message of that\n"  \
    "                        source (default: 2)\n"                                                \
    "  --lost PERCENT        of what channels are told does not reach them: they ask again\n"      \
    "                        (default: 2)\n"

enum {
    OPTION_SHUFFLE = 1000,
    OPTION_DUPLICATES,
    OPTION_LATE,
    OPTION_LATE_DAYS,
    OPTION_OUTAGES,
    OPTION_SWAPPED,
    OPTION_LOST
};

/* For getopt_long. */
#define DISORDER_OPTIONS                                                                           \
    {"shuffle", required_argument, NULL, OPTION_SHUFFLE},                                          \
    {"duplicates", required_argument, NULL, OPTION_DUPLICATES},                                    \
    {"late", required_argument, NULL, OPTION_LATE},                                                \
    {"late-days", required_argument, NULL, OPTION_LATE_DAYS},                                      \
    {"outages", required_argument, NULL, OPTION_OUTAGES},                                          \
    {"swapped", required_argument, NULL, OPTION_SWAPPED},                                          \
    {"lost", required_argument, NULL, OPTION_LOST}

extern const struct disorder usual_disorder;

/* Whether this letter of getopt_long is one of these options; then its value is read. */
bool read_disorder(struct disorder *disorder, int letter, const char *value);

/* The folder of the command line, whose options are read; without one the usual one. */
const char *read_folder(int count, char **arguments);

#endif
