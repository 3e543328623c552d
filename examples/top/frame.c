/* SPDX-License-Identifier: Apache-2.0
 *
 * The grid, and the few control sequences (ECMA-48) that it takes to show it. */
#include "frame.h"

#include "support.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#define CONTROL "\033["

/* A text that is put at once. */
enum { TEXT_MAX = 512 };

static const char *const looks[] = {
    [STYLE_PLAIN] = CONTROL "0m",  [STYLE_STRONG] = CONTROL "0;1m",
    [STYLE_QUIET] = CONTROL "0;2m", [STYLE_GOOD] = CONTROL "0;32m",
    [STYLE_WARNING] = CONTROL "0;33m", [STYLE_BAD] = CONTROL "0;1;31m",
};

void frame_clear(struct frame *frame, size_t rows, size_t columns)
{
    if (rows * columns > frame->capacity) {
        free(frame->characters);
        frame->capacity = rows * columns;
        frame->characters = allocate(frame->capacity, sizeof *frame->characters);
    }
    frame->rows = rows;
    frame->columns = columns;
    if (rows * columns > 0)
        memset(frame->characters, 0, rows * columns * sizeof *frame->characters);
}

void frame_free(struct frame *frame)
{
    free(frame->characters);
    *frame = (struct frame){0};
}

/* ---- putting --------------------------------------------------------------------------------- */

/* Characters of two columns, of none, and those that move the cursor would break the grid: kept are
 * the scripts that are sure to have one column each, from Latin to Cyrillic, without accents that
 * combine. */
static bool takes_one_column(const char *bytes, size_t size)
{
    const unsigned char *b = (const unsigned char *)bytes;
    if (size == 1)
        return b[0] >= 0x20 && b[0] != 0x7f;
    unsigned point = size == 2 ? (b[0] & 0x1fu) << 6 | (b[1] & 0x3fu) : 0;
    return (point >= 0xa0 && point < 0x300 && point != 0xad) || (point >= 0x370 && point < 0x483);
}

static void put_bytes(struct frame *frame, struct place place, enum style style, const char *bytes,
                      size_t size)
{
    for (size_t at = 0, column = place.column;
         at < size && column < place.column + place.width && column < frame->columns &&
         place.row < frame->rows;
         column++) {
        size_t length = utf8_character(bytes + at, size - at);
        struct character *character = &frame->characters[place.row * frame->columns + column];
        bool shown = length > 0 && takes_one_column(bytes + at, length);
        *character = (struct character){.size = shown ? (unsigned char)length : 1,
                                        .style = (unsigned char)style};
        memcpy(character->bytes, shown ? bytes + at : "?", character->size);
        at += length > 0 ? length : 1;
    }
}

void frame_put(struct frame *frame, struct place place, enum style style, const char *format, ...)
{
    char text[TEXT_MAX];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    put_bytes(frame, place, style, text, strlen(text));
}

/* Only texts of ASCII are put so: figures, and words of the program. */
void frame_put_right(struct frame *frame, struct place place, enum style style,
                     const char *format, ...)
{
    char text[TEXT_MAX];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    size_t size = strlen(text), left = size < place.width ? place.width - size : 0;
    put_bytes(frame, (struct place){place.row, place.column + left, place.width - left}, style,
              text, size);
}

void frame_put_key(struct frame *frame, struct place place, enum style style,
                   struct sellable_key key)
{
    put_bytes(frame, place, style, key.bytes, key.size);
}

/* ---- showing --------------------------------------------------------------------------------- */

/* Columns of a row up to the last that is not empty. */
static size_t used_columns(const struct frame *frame, size_t row)
{
    size_t used = frame->columns;
    while (used > 0 && frame->characters[row * frame->columns + used - 1].size == 0)
        used--;
    return used;
}

static void write_row(const struct frame *frame, size_t row, bool colours, FILE *out)
{
    unsigned char style = STYLE_PLAIN;
    for (size_t column = 0, end = used_columns(frame, row); column < end; column++) {
        const struct character *character = &frame->characters[row * frame->columns + column];
        if (colours && character->style != style)
            fputs(looks[style = character->style], out);
        if (character->size == 0)
            fputc(' ', out);
        else
            fwrite(character->bytes, 1, character->size, out);
    }
    if (style != STYLE_PLAIN)
        fputs(looks[STYLE_PLAIN], out);
}

/* A row that is full must not be cleared to its end: on some terminals the cursor is still on its
 * last character then. */
void frame_draw(const struct frame *frame, bool colours, FILE *out)
{
    fputs(CONTROL "H", out);
    for (size_t row = 0; row < frame->rows; row++) {
        write_row(frame, row, colours, out);
        if (used_columns(frame, row) < frame->columns)
            fputs(CONTROL "K", out);
        if (row + 1 < frame->rows)
            fputs("\r\n", out);
    }
    fflush(out);
}

void frame_print(const struct frame *frame, bool colours, FILE *out)
{
    size_t rows = frame->rows;
    while (rows > 0 && used_columns(frame, rows - 1) == 0)
        rows--;
    for (size_t row = 0; row < rows; row++) {
        write_row(frame, row, colours, out);
        fputc('\n', out);
    }
    fflush(out);
}
