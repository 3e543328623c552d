/* SPDX-License-Identifier: Apache-2.0
 *
 * This run beside a stored one, row by row: each run's rows are seen as ratios to the reference
 * rows of the same round of the same run, so a slower machine changes nothing by itself. */
#ifndef BENCH_COMPARE_H
#define BENCH_COMPARE_H

#include "figures.h"
#include "section.h"

/* Read the figures of a stored run, and where `options` is not NULL set in it what that run was
 * asked for. Ends the program with 2 and a message if the file is none of a run. */
void compare_read(const char *path, struct figures *stored, struct options *options);

/* Print a verdict for each row that both have; false: some are worse. Ends the program with 2 if
 * they have none together. */
bool compare_report(const struct options *options, const struct figures *stored,
                    const struct figures *now);

#endif
