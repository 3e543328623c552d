/* SPDX-License-Identifier: Apache-2.0
 *
 * A frame: what the screen is to show, as a grid of characters. Whatever is put into it is cut off
 * at its place's width and at the frame's edges, so that a frame is never larger than its size. */
#ifndef TOP_FRAME_H
#define TOP_FRAME_H

#include <sellable.h>
#include <stdbool.h>
#include <stdio.h>

/* How a character looks where there are colours. */
enum style { STYLE_PLAIN, STYLE_STRONG, STYLE_QUIET, STYLE_GOOD, STYLE_WARNING, STYLE_BAD };

enum { CHARACTER_SIZE = 4 };

struct character {
    char bytes[CHARACTER_SIZE];
    unsigned char size; /* of bytes; 0: a space */
    unsigned char style;
};

struct frame {
    size_t rows, columns;
    struct character *characters;
    size_t capacity;
};

/* Zero-initialise it; then make it empty, of this size. */
void frame_clear(struct frame *frame, size_t rows, size_t columns);
void frame_free(struct frame *frame);

/* Where something stands: `width` columns of a row, from `column` on. */
struct place {
    size_t row, column, width;
};

/* Put a text there, from the left or from the right end. */
void frame_put(struct frame *frame, struct place place, enum style style, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
void frame_put_right(struct frame *frame, struct place place, enum style style,
                     const char *format, ...) __attribute__((format(printf, 4, 5)));

/* A key or a name; what would not take exactly one column is shown as a question mark. */
void frame_put_key(struct frame *frame, struct place place, enum style style,
                   struct sellable_key key);

/* Draw it over what is on the terminal, or print it line by line without the empty ones at the
 * end. */
void frame_draw(const struct frame *frame, bool colours, FILE *out);
void frame_print(const struct frame *frame, bool colours, FILE *out);

#endif
