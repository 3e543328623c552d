/* SPDX-License-Identifier: Apache-2.0
 *
 * Where the parts of a frame stand, by its size. */
#ifndef TOP_LAYOUT_H
#define TOP_LAYOUT_H

#include "blocks.h"

void layout(struct frame *frame, const struct view *view, size_t rows, size_t columns);

#endif
