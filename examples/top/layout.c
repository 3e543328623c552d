/* SPDX-License-Identifier: Apache-2.0
 *
 * On a wide screen what is short stands at the right of the rest; on others below it, beside the
 * exceptions. On a high one the parts have empty rows between them. */
#include "layout.h"

enum { WIDE = 150, HIGH = 30, GUTTER = 3, EXCEPTIONS_WIDTH = 28 };

/* Rows that what follows the channels, however many those are, has to get. */
enum { ROWS_FOR_OTHERS = 8, ROWS_FOR_EXCEPTIONS = 3 };

/* The area below so many rows more. */
static struct area below(struct area area, size_t rows, size_t gap)
{
    rows += gap;
    rows = rows < area.rows ? rows : area.rows;
    area.row += rows;
    area.rows -= rows;
    return area;
}

static struct area without(struct area area, size_t rows)
{
    area.rows -= rows < area.rows ? rows : area.rows;
    return area;
}

static void draw_wide(struct frame *frame, const struct view *view, struct area area, size_t gap)
{
    struct area left = area, right = area;
    left.columns = (area.columns - GUTTER) / 2;
    right.column += left.columns + GUTTER;
    right.columns -= left.columns + GUTTER;
    left = below(left, draw_channels(frame, view, without(left, ROWS_FOR_OTHERS)), gap);
    left = below(left, draw_sources(frame, view, left), gap);
    left.columns = EXCEPTIONS_WIDTH;
    draw_exceptions(frame, view, left);
    draw_shortages(frame, view, right);
}

static void draw_narrow(struct frame *frame, const struct view *view, struct area area, size_t gap)
{
    area = below(area, draw_channels(frame, view, without(area, ROWS_FOR_OTHERS)), gap);
    area = below(area, draw_sources(frame, view, without(area, ROWS_FOR_EXCEPTIONS)), gap);
    struct area left = area, right = area;
    if (area.columns > 2 * EXCEPTIONS_WIDTH + GUTTER) {
        left.columns = EXCEPTIONS_WIDTH;
        right.column += EXCEPTIONS_WIDTH + GUTTER;
        right.columns -= EXCEPTIONS_WIDTH + GUTTER;
        draw_exceptions(frame, view, left);
    }
    draw_shortages(frame, view, right);
}

void layout(struct frame *frame, const struct view *view, size_t rows, size_t columns)
{
    size_t gap = rows >= HIGH;
    struct area area = {.rows = rows, .columns = columns};
    frame_clear(frame, rows, columns);
    area = below(area, draw_head(frame, view, area), gap);
    area = below(area, draw_totals(frame, view, area), gap);
    (columns >= WIDE ? draw_wide : draw_narrow)(frame, view, area, gap);
}
