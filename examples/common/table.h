/* SPDX-License-Identifier: Apache-2.0
 *
 * A CSV file, plain or gzip, read row by row.
 *
 * What makes the file useless (missing, cut off, no such column) ends the program with a message;
 * a row that is broken is counted, its fault kept for the report, and left out. A fault always
 * names file, line and column. After a row that cannot be read at all, such as one with a quote
 * that is never closed, reading goes on in the very next line. */
#ifndef COMMON_TABLE_H
#define COMMON_TABLE_H

#include "progress.h"

#include <csv.h>
#include <sellable.h>
#include <stdbool.h>
#include <stddef.h>

enum { FAULTS_SHOWN = 5, FAULT_COLUMN_SIZE = 64, FAULT_REASON_SIZE = 200 };

/* Why a row is left out. */
struct fault {
    size_t line;
    char column[FAULT_COLUMN_SIZE];
    char reason[FAULT_REASON_SIZE];
};

/* What is told about a file after it was read. */
struct file {
    char *path;
    size_t rows;   /* read, the broken ones among them */
    size_t broken; /* left out */
    struct fault faults[FAULTS_SHOWN]; /* the first of them */
};

enum table_row { TABLE_ROW, TABLE_BROKEN, TABLE_END };

struct table {
    struct file *file;
    size_t line;           /* where the row begins that was read last; the first line is 1 */
    struct sellable_key *columns;
    size_t column_count;
    char *text;            /* the whole file, unpacked, ending with a line feed */
    size_t size, at;
    size_t line_at;        /* the number of the line that begins at `at` */
    struct csv_parser parser;
    char *values;          /* the row's fields, one after the other */
    size_t values_size, values_capacity;
    size_t *ends;          /* ends[i]: where field i ends in values */
    size_t field_count, ends_capacity;
    bool row_done;
    struct progress progress;
};

/* Open FOLDER/NAME.csv or, if there is none, FOLDER/NAME.csv.gz, and read its header. Without
 * either, table_open ends the program, and table_open_if_any answers false. */
void table_open(struct table *table, struct file *file, const char *folder, const char *name);
bool table_open_if_any(struct table *table, struct file *file, const char *folder,
                       const char *name);

/* Show the first faults on stderr, and free everything but `file`. */
void table_close(struct table *table);

/* The number of the column with this name, wherever it stands; table_column ends the program if
 * there is none, table_column_if_any then answers TABLE_NO_COLUMN. */
#define TABLE_NO_COLUMN SIZE_MAX
size_t table_column(const struct table *table, const char *name);
size_t table_column_if_any(const struct table *table, const char *name);

/* Go on to the next row. A broken row is counted already; what of its fields could be read can be
 * asked for. */
enum table_row table_next(struct table *table);

/* A field of the row, valid until the next row; {NULL, 0} if the row has none there. */
struct sellable_key table_text(const struct table *table, size_t column);

/* A field that must be a whole number from `least` to `most`; else the row is broken: false. */
bool table_number(struct table *table, size_t column, int64_t least, int64_t most,
                  int64_t *number);

/* The row is broken: note where and why. Always false. */
bool table_broken(struct table *table, size_t column, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

#endif
