/* SPDX-License-Identifier: Apache-2.0
 *
 * What is printed: tables for a reader, or one JSON document with the raw figures. */
#ifndef BENCH_REPORT_H
#define BENCH_REPORT_H

#include "due.h"
#include "events.h"
#include "promises.h"
#include "rival.h"
#include "section.h"

void report_begin(const struct options *options);
void report_section(const struct options *options, const struct section *section);
void report_setup(const struct options *options, const struct bench *bench);

void report_promises(const struct options *options, const struct promises *promises);
void report_events(const struct options *options, const struct events *events);
/* They print themselves; their figures are kept here. */
void report_rivals(const struct rivals *rivals);
void report_due(const struct options *options, const struct due *due);


/* With the verdict on this run beside a stored one, where there is one; false: an answer was wrong,
 * or a row is worse. */
bool report_end(const struct options *options, bool good);

#endif
