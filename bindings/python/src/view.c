/* SPDX-License-Identifier: Apache-2.0
 *
 * A view that is shared (view.h). Who reads it is inside its engine, so that this stays open, and
 * holds the view's lock, so that this does: in that order. */
#include "view.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

struct view {
    atomic_size_t references;
    struct sbl_core *core; /* a reference */
    int64_t now;
    pthread_rwlock_t lock;   /* of what follows */
    struct sbl_view *shared; /* NULL: somebody has closed it */
};

struct view *view_open(struct sbl_call *call)
{
    enum sellable_status status;
    struct view *view = malloc(sizeof *view);
    if (view == NULL)
        return NULL;
    if (pthread_rwlock_init(&view->lock, NULL) != 0) {
        free(view);
        return NULL;
    }
    view->shared = sbl_view_open(call, &status);
    if (view->shared == NULL) {
        pthread_rwlock_destroy(&view->lock);
        free(view);
        return NULL;
    }
    view->now = view->shared->view.now;
    view->core = sbl_core_hold(call->core);
    atomic_init(&view->references, 1);
    return view;
}

struct view *view_ref(struct view *view)
{
    atomic_fetch_add_explicit(&view->references, 1, memory_order_relaxed);
    return view;
}

void view_unref(struct view *view)
{
    if (view == NULL ||
        atomic_fetch_sub_explicit(&view->references, 1, memory_order_acq_rel) != 1)
        return;
    sbl_view_close(view->core, view->shared);
    sbl_core_drop(view->core);
    pthread_rwlock_destroy(&view->lock);
    free(view);
}

void view_close(struct view *view)
{
    pthread_rwlock_wrlock(&view->lock);
    sbl_view_close(view->core, view->shared);
    view->shared = NULL;
    pthread_rwlock_unlock(&view->lock);
}

int64_t view_now(const struct view *view)
{
    return view->now;
}

bool view_is_closed(struct view *view)
{
    struct view_reader reader;
    const char *why;
    if (view_enter(view, false, &reader, &why) == NULL)
        return true;
    view_leave(&reader);
    return false;
}

struct sellable_view *view_enter(struct view *view, bool alone, struct view_reader *reader,
                                 const char **why)
{
    reader->view = view;
    *why = "the engine is closed";
    if (sbl_core_enter(view->core, &reader->call) == NULL)
        return NULL;
    if (alone)
        pthread_rwlock_wrlock(&view->lock);
    else
        pthread_rwlock_rdlock(&view->lock);
    if (view->shared != NULL)
        return &view->shared->view;
    *why = "the view is closed";
    view_leave(reader);
    return NULL;
}

void view_leave(struct view_reader *reader)
{
    pthread_rwlock_unlock(&reader->view->lock);
    sbl_core_leave(&reader->call);
}
