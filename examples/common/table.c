/* SPDX-License-Identifier: Apache-2.0
 *
 * CSV files row by row: zlib unpacks them, libcsv takes the rows apart, and this file keeps count
 * of lines, columns and faults. */
#include "table.h"

#include "support.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

/* A row that goes on for longer has lost a quote. */
enum { ROW_MAX = 1 << 20 };

/* ---- what is told about a file, on stderr ---------------------------------------------------- */

static void show_result(const struct file *file)
{
    progress_clear();
    fprintf(stderr, "%s: %s rows", file->path, GROUPED(file->rows));
    if (file->broken > 0)
        fprintf(stderr, ", %s broken and left out:", GROUPED(file->broken));
    fputc('\n', stderr);
    for (size_t i = 0; i < file->broken && i < FAULTS_SHOWN; i++) {
        const struct fault *fault = &file->faults[i];
        fprintf(stderr, "  %s:%zu: column ", file->path, fault->line);
        print_text(stderr, (struct sellable_key){fault->column, strlen(fault->column)}, 0);
        fputs(": ", stderr);
        print_text(stderr, (struct sellable_key){fault->reason, strlen(fault->reason)}, 0);
        fputc('\n', stderr);
    }
    if (file->broken > FAULTS_SHOWN)
        fprintf(stderr, "  and %s more\n", GROUPED(file->broken - FAULTS_SHOWN));
}

/* ---- the file as a whole --------------------------------------------------------------------- */

/* NULL: there is neither. */
static gzFile open_plain_or_packed(struct file *file, const char *folder, const char *name)
{
    size_t size = strlen(folder) + strlen(name) + sizeof "/.csv.gz";
    file->path = allocate(size, 1);
    snprintf(file->path, size, "%s/%s.csv", folder, name);
    gzFile packed = gzopen(file->path, "rb");
    if (packed == NULL && errno == ENOENT) {
        snprintf(file->path, size, "%s/%s.csv.gz", folder, name);
        packed = gzopen(file->path, "rb");
        if (packed == NULL && errno == ENOENT) {
            free(file->path);
            file->path = NULL;
            return NULL;
        }
    }
    if (packed == NULL)
        fail("%s: %s", file->path, strerror(errno));
    return packed;
}

_Noreturn static void fail_unreadable(const struct table *table, const char *reason)
{
    size_t line = 1;
    for (size_t i = 0; i < table->size; i++)
        line += table->text[i] == '\n';
    fail("%s:%zu: cannot be read beyond this line: %s", table->file->path, line, reason);
}

static void read_whole(struct table *table, gzFile packed)
{
    enum { PIECE = 1 << 18 };
    size_t capacity = 0;
    for (;;) {
        while (capacity < table->size + PIECE + 1)
            table->text = grow(table->text, capacity, &capacity, 1);
        int got = gzread(packed, table->text + table->size, PIECE);
        if (got < 0) {
            int code;
            const char *reason = gzerror(packed, &code);
            fail_unreadable(table, code == Z_ERRNO ? strerror(errno) : reason);
        }
        if (got == 0)
            break;
        table->size += (size_t)got;
    }
    if (gzclose_r(packed) != Z_OK)
        fail_unreadable(table, "it ends in the middle of its packed data");
    if (table->size > 0 && table->text[table->size - 1] != '\n')
        table->text[table->size++] = '\n';
}

/* ---- one row --------------------------------------------------------------------------------- */

static void on_field(void *bytes, size_t size, void *context)
{
    struct table *table = context;
    while (table->values_capacity <= table->values_size + size)
        table->values =
            grow(table->values, table->values_capacity, &table->values_capacity, 1);
    if (size > 0)
        memcpy(table->values + table->values_size, bytes, size);
    table->values_size += size;
    table->ends =
        grow(table->ends, table->field_count, &table->ends_capacity, sizeof *table->ends);
    table->ends[table->field_count++] = table->values_size;
}

static void on_row(int terminator, void *context)
{
    (void)terminator;
    ((struct table *)context)->row_done = true;
}

/* A carriage return counts as a space around a field: so lines may end with CR LF, and only the
 * line feed ends a row. */
static int is_space(unsigned char c)
{
    return c == ' ' || c == '\t' || c == '\r';
}

static int is_line_end(unsigned char c)
{
    return c == '\n';
}

static size_t line_end(const struct table *table, size_t at)
{
    const char *end = memchr(table->text + at, '\n', table->size - at);
    return (size_t)(end - table->text) + 1;
}

static bool is_blank(const struct table *table, size_t at, size_t end)
{
    while (at < end && (is_space((unsigned char)table->text[at]) || table->text[at] == '\n'))
        at++;
    return at == end;
}

/* Take the row apart that begins at `at`, over as many lines as its quotes ask for. The answer is
 * where it ends, or 0: a quote is wrong, in the column after those that were read. */
static size_t parse_row(struct table *table)
{
    size_t end = table->at;
    table->values_size = table->field_count = 0;
    table->row_done = false;
    while (!table->row_done && end < table->size && end - table->at < ROW_MAX) {
        size_t next = line_end(table, end);
        if (csv_parse(&table->parser, table->text + end, next - end, on_field, on_row, table) !=
            next - end) {
            if (csv_error(&table->parser) != CSV_EPARSE)
                fail("%s:%zu: %s", table->file->path, table->line,
                     csv_strerror(csv_error(&table->parser)));
            break;
        }
        end = next;
    }
    csv_fini(&table->parser, NULL, NULL, NULL);
    return table->row_done ? end : 0;
}

static bool is_utf8(struct sellable_key text)
{
    for (size_t at = 0, length; at < text.size; at += length)
        if ((length = utf8_character(text.bytes + at, text.size - at)) == 0)
            return false;
    return true;
}

static bool check_row(struct table *table, size_t end)
{
    if (end == 0)
        return table_broken(table, table->field_count,
                            "a quote is not closed, or stands within a field");
    if (table->field_count < table->column_count)
        return table_broken(table, table->field_count, "missing: the row has %zu of %zu fields",
                            table->field_count, table->column_count);
    if (table->field_count > table->column_count)
        return table_broken(table, table->column_count, "one too many: the row has %zu fields, "
                            "the header %zu", table->field_count, table->column_count);
    for (size_t i = 0; i < table->field_count; i++)
        if (!is_utf8(table_text(table, i)))
            return table_broken(table, i, "not UTF-8");
    return true;
}

enum table_row table_next(struct table *table)
{
    progress_show(&table->progress, table->file->path, table->at, table->size);
    while (table->at < table->size && is_blank(table, table->at, line_end(table, table->at))) {
        table->at = line_end(table, table->at);
        table->line_at++;
    }
    if (table->at == table->size)
        return TABLE_END;
    table->line = table->line_at;
    table->file->rows++;
    size_t end = parse_row(table);
    bool good = check_row(table, end);
    /* Do not let a wrong quote swallow the good rows after it. */
    if (!good)
        end = line_end(table, table->at);
    for (; table->at < end; table->at++)
        table->line_at += table->text[table->at] == '\n';
    return good ? TABLE_ROW : TABLE_BROKEN;
}

/* ---- opening and closing --------------------------------------------------------------------- */

static void read_header(struct table *table)
{
    while (table->at < table->size && is_blank(table, table->at, line_end(table, table->at))) {
        table->at = line_end(table, table->at);
        table->line_at++;
    }
    const char *path = table->file->path;
    if (table->at == table->size)
        fail("%s:1: the file is empty: no header", path);
    table->line = table->line_at;
    size_t end = parse_row(table);
    if (end == 0)
        fail("%s:%zu: column %zu: a quote is not closed, or stands within a field", path,
             table->line, table->field_count + 1);
    table->columns = allocate(table->field_count, sizeof *table->columns);
    for (size_t i = 0; i < table->field_count; i++) {
        struct sellable_key name = table_text(table, i);
        for (size_t k = 0; k < i; k++)
            if (name.size == table->columns[k].size &&
                memcmp(name.bytes, table->columns[k].bytes, name.size) == 0)
                fail("%s:%zu: column %zu: %.*s stands in the header twice", path, table->line,
                     i + 1, (int)name.size, name.bytes);
        table->columns[i] = copy_text(name);
    }
    table->column_count = table->field_count;
    for (; table->at < end; table->at++)
        table->line_at += table->text[table->at] == '\n';
}

bool table_open_if_any(struct table *table, struct file *file, const char *folder,
                       const char *name)
{
    *table = (struct table){.file = file, .line_at = 1};
    *file = (struct file){0};
    gzFile packed = open_plain_or_packed(file, folder, name);
    if (packed == NULL)
        return false;
    read_whole(table, packed);
    if (csv_init(&table->parser, CSV_STRICT) != 0)
        fail("libcsv cannot be used");
    csv_set_space_func(&table->parser, is_space);
    csv_set_term_func(&table->parser, is_line_end);
    if (table->size >= 3 && memcmp(table->text, "\xef\xbb\xbf", 3) == 0)
        table->at = 3; /* a byte order mark, as some exports have it */
    read_header(table);
    return true;
}

void table_open(struct table *table, struct file *file, const char *folder, const char *name)
{
    if (!table_open_if_any(table, file, folder, name))
        fail("%s/%s.csv: no such file, nor %s.csv.gz", folder, name, name);
}

void table_close(struct table *table)
{
    show_result(table->file);
    csv_free(&table->parser);
    for (size_t i = 0; i < table->column_count; i++)
        free((char *)table->columns[i].bytes);
    free(table->columns);
    free(table->text);
    free(table->values);
    free(table->ends);
}

/* ---- columns and fields ---------------------------------------------------------------------- */

size_t table_column_if_any(const struct table *table, const char *name)
{
    for (size_t i = 0; i < table->column_count; i++)
        if (table->columns[i].size == strlen(name) &&
            memcmp(table->columns[i].bytes, name, strlen(name)) == 0)
            return i;
    return TABLE_NO_COLUMN;
}

size_t table_column(const struct table *table, const char *name)
{
    size_t column = table_column_if_any(table, name);
    if (column == TABLE_NO_COLUMN)
        fail("%s:%zu: column %s: not in the header", table->file->path, table->line, name);
    return column;
}

struct sellable_key table_text(const struct table *table, size_t column)
{
    if (column >= table->field_count)
        return (struct sellable_key){NULL, 0};
    size_t begin = column > 0 ? table->ends[column - 1] : 0;
    return (struct sellable_key){table->values + begin, table->ends[column] - begin};
}

bool table_number(struct table *table, size_t column, int64_t least, int64_t most,
                  int64_t *number)
{
    struct sellable_key text = table_text(table, column);
    size_t at = text.size > 0 && text.bytes[0] == '-';
    int64_t value = 0;
    bool good = at < text.size, fits = true;
    for (size_t i = at; good && i < text.size; i++) {
        good = text.bytes[i] >= '0' && text.bytes[i] <= '9';
        fits = fits && !__builtin_mul_overflow(value, 10, &value) &&
               !__builtin_sub_overflow(value, text.bytes[i] - '0', &value);
    }
    if (!good)
        return table_broken(table, column, "\"%.*s\" is not a whole number",
                            text.size > 40 ? 40 : (int)text.size, text.bytes);
    /* Digits were taken off, since there is one more number below 0 than above. */
    if (fits && at == 0)
        fits = !__builtin_sub_overflow(0, value, &value);
    if (!fits || value < least || value > most)
        return table_broken(table, column, "%.*s is not from %s to %s",
                            text.size > 40 ? 40 : (int)text.size, text.bytes, GROUPED(least),
                            GROUPED(most));
    *number = value;
    return true;
}

/* ---- faults ---------------------------------------------------------------------------------- */

bool table_broken(struct table *table, size_t column, const char *format, ...)
{
    struct file *file = table->file;
    if (file->broken++ >= FAULTS_SHOWN)
        return false;
    struct fault *fault = &file->faults[file->broken - 1];
    fault->line = table->line;
    if (column < table->column_count)
        snprintf(fault->column, sizeof fault->column, "%.*s", (int)table->columns[column].size,
                 table->columns[column].bytes);
    else
        snprintf(fault->column, sizeof fault->column, "%zu", column + 1);
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(fault->reason, sizeof fault->reason, format, arguments);
    va_end(arguments);
    return false;
}
