/* SPDX-License-Identifier: Apache-2.0
 *
 * What is printed: tables for a reader, or one JSON document with the raw figures. */
#ifndef BENCH_REPORT_H
#define BENCH_REPORT_H

#include "due.h"
#include "events.h"
#include "promises.h"
#include "section.h"

void report_begin(const struct options *options);
void report_section(const struct options *options, const struct section *section);
void report_setup(const struct options *options, const struct bench *bench);

void report_promises(const struct options *options, const struct promises *promises);
void report_events(const struct options *options, const struct events *events);
void report_due(const struct options *options, const struct due *due);

/* The targets, by the section they are to be judged on; `section` is NULL if there is none. */
void report_targets(const struct options *options, const struct section *section);
void report_end(const struct options *options, bool good);

#endif
