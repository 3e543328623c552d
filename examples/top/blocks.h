/* SPDX-License-Identifier: Apache-2.0
 *
 * The parts of a frame. Each is drawn into an area, of which it takes as many rows as it has
 * something to show, and answers how many those were. */
#ifndef TOP_BLOCKS_H
#define TOP_BLOCKS_H

#include "feeder.h"
#include "frame.h"
#include "gather.h"
#include "rate.h"

/* What a frame is made of. */
struct view {
    const struct stream *stream;
    const struct figures *figures;
    struct position position;
    double events_a_second, days_a_second;
    bool hears_keys;
};

struct area {
    size_t row, column, rows, columns;
};

size_t draw_head(struct frame *frame, const struct view *view, struct area area);
size_t draw_totals(struct frame *frame, const struct view *view, struct area area);
size_t draw_channels(struct frame *frame, const struct view *view, struct area area);
size_t draw_sources(struct frame *frame, const struct view *view, struct area area);
size_t draw_exceptions(struct frame *frame, const struct view *view, struct area area);
size_t draw_shortages(struct frame *frame, const struct view *view, struct area area);

#endif
