/* SPDX-License-Identifier: Apache-2.0
 *
 * What top is to do, by the options of the command line. */
#ifndef TOP_OPTIONS_H
#define TOP_OPTIONS_H

#include "disorder.h"

struct options {
    const char *folder;
    struct disorder disorder;
    bool in_order;
    int64_t until;           /* the last day; NEVER: all there are */
    bool speed_given;
    double speed;            /* days a second; 0: as fast as it goes */
    double every;            /* seconds between printed frames */
    bool once;               /* the last frame only */
    const char *openmetrics; /* the file; NULL: none */
};

/* Read the command line. What is wrong with it ends the program with a message. */
struct options read_options(int count, char **arguments);

#endif
