/* SPDX-License-Identifier: Apache-2.0
 *
 * A view of an engine that tables and their streams share: counted, and closed with the last of
 * them, or when somebody says so, or with its engine; whichever comes first. Needs neither Python
 * nor its lock. */
#ifndef SELLABLE_PYTHON_VIEW_H
#define SELLABLE_PYTHON_VIEW_H

#include <sellable.h>
#include <stdbool.h>

#include "core.h"

struct view;

/* Within a call on its engine. One reference is the caller's; NULL: no memory. */
struct view *view_open(struct sbl_call *call);
struct view *view_ref(struct view *view);
void view_unref(struct view *view); /* NULL is accepted */

/* Close it for everybody; who is reading is waited for. Closing it again is ok. */
void view_close(struct view *view);
bool view_is_closed(struct view *view);
int64_t view_now(const struct view *view); /* the engine's time, then; also of a closed one */

/* Someone reading a view; on his stack. */
struct view_reader {
    struct view *view;
    struct sbl_call call;
};

/* The library's view, until view_leave; `alone`: nobody else reads meanwhile. NULL: it is closed,
 * or its engine is, and *why says so. */
struct sellable_view *view_enter(struct view *view, bool alone, struct view_reader *reader,
                                 const char **why);
void view_leave(struct view_reader *reader);

#endif
