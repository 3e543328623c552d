/* SPDX-License-Identifier: Apache-2.0
 *
 * What the job is to do: the main job, changed by the options of the command line. */
#ifndef JOB_OPTIONS_H
#define JOB_OPTIONS_H

#include <sellable.h>
#include <stdbool.h>
#include <stddef.h>

enum { CHANNEL_COUNT = 2 };
extern const char *const channel_names[CHANNEL_COUNT];
extern const char *const sourcing_names[]; /* by enum sellable_sourcing */

/* How an item's safety stock is kept back: from each channel over all locations, in the cell with
 * most of it, or not at all. */
enum safety { SAFETY_BUFFER, SAFETY_CELL, SAFETY_NONE };
extern const char *const safety_names[]; /* by enum safety */

struct options {
    const char *folder;
    const char *store;    /* a directory; NULL: in memory alone */
    const char *month;    /* "YYYY-MM" */
    bool month_given;
    int64_t now;
    size_t threads, top;
    int64_t ahead;        /* days from now to the last date that the tables show */
    enum safety safety;
    bool plain, per_line, partial, purchase_orders, json;
    struct sellable_policy policies[CHANNEL_COUNT]; /* but for their locations: */
    const char *locations[CHANNEL_COUNT];           /* "KEY,KEY"; NULL: everywhere */
};

/* Read the command line. What is wrong with it ends the program with a message. */
struct options read_options(int count, char **arguments);

#endif
