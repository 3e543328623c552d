/* SPDX-License-Identifier: Apache-2.0
 *
 * What the feed is to do, by the options of the command line. */
#ifndef FEED_OPTIONS_H
#define FEED_OPTIONS_H

#include "disorder.h"

struct options {
    const char *folder;
    struct disorder disorder;
    bool clean_only;
    size_t threads;   /* 1 to the number of sources */
    int64_t until;    /* the last day; -1: all there are */
    size_t row_days;  /* 1: a row for each day; 7: for each week */
    bool all;         /* show every row */
    const char *json; /* the file; NULL: none */
};

/* Read the command line. What is wrong with it ends the program with a message. */
struct options read_options(int count, char **arguments);

#endif
