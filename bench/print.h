/* SPDX-License-Identifier: Apache-2.0
 *
 * What tables and JSON are put together from: lines of cells, numbers, figures by round. */
#ifndef BENCH_PRINT_H
#define BENCH_PRINT_H

#include "section.h"

enum { NAME_WIDTH = 38, CELL_WIDTH = 16 };

/* A line that is put together from its cells, without blanks at its end. */
struct text_line {
    char text[160];
    size_t size;
};

void add_text(struct text_line *line, const char *text, size_t width);
void print_line(struct text_line *line);

/* The figure, its point in line with those above it, and the ratio where there is one. */
void add_cell(struct text_line *line, double figure, double ratio, const char *format);

/* A line under a heading; at most as long as the longest table is wide. */
void print_rule(size_t width);

/* A number with commas. */
void print_number(size_t number);

/* ns of calls: the most usual, and the longest; with the heading. */
void print_latency_table(const struct latency *latencies, size_t count);

/* Between the elements of the list of sections. */
void json_separate(void);
void json_quoted(const char *text); /* with its quotes */
void json_figures(const char *name, const double *figures, size_t count);
void json_latencies(const struct latency *latencies, size_t count);

#endif
