/* SPDX-License-Identifier: Apache-2.0
 *
 * What was asked for on the command line. */
#ifndef BENCH_OPTIONS_H
#define BENCH_OPTIONS_H

#include "figures.h"
#include "section.h"

/* Ends the program with 2 and a message if they make no sense. */
void options_read(struct options *options, int count, char **arguments);

/* Is a section of the report to be measured? */
bool options_want(const struct options *options, const char *name);

/* The figures of the run that is compared with. */
extern struct figures options_stored;

/* What figures depend on, for a run file. */
void options_json(const struct options *options);

#endif
