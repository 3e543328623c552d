/* SPDX-License-Identifier: Apache-2.0
 *
 * Who is inside an engine, and when it is closed (core.h).
 *
 * One word, the gate, holds twice the number of calls inside, and 1 more once the engine is to be
 * closed. Who finds it then without calls - the last to leave, or who closes - closes the engine;
 * of several such, one. */
#include "core.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <time.h>

#define CLOSING UINT64_C(1)
#define INSIDE UINT64_C(2)

struct sbl_core {
    struct sellable *engine;
    bool durable;
    unsigned generation; /* of the process that opened it */
    _Atomic uint64_t references;
    _Atomic uint64_t gate;
    _Atomic bool disposing;
    pthread_mutex_t lock; /* of what follows */
    pthread_cond_t done;
    bool disposed;
    struct sbl_view *views;
};

/* How often this process was forked off: a fact about the process, the only thing kept for all
 * interpreters in it. */
static _Atomic unsigned generation;
static pthread_once_t watching = PTHREAD_ONCE_INIT;

/* The innermost call of this thread. */
static _Thread_local struct sbl_call *innermost;

static void forked(void)
{
    atomic_fetch_add_explicit(&generation, 1, memory_order_relaxed);
    innermost = NULL;
}

static void watch(void)
{
    (void)pthread_atfork(NULL, NULL, forked);
}

static bool is_foreign(const struct sbl_core *core)
{
    return core->generation != atomic_load_explicit(&generation, memory_order_relaxed);
}

struct sbl_core *sbl_core_create(struct sellable *engine, bool durable)
{
    struct sbl_core *core = calloc(1, sizeof *core);
    if (core == NULL)
        return NULL;
    pthread_once(&watching, watch);
    pthread_condattr_t clock;
    pthread_condattr_init(&clock);
    pthread_condattr_setclock(&clock, CLOCK_MONOTONIC);
    pthread_mutex_init(&core->lock, NULL);
    pthread_cond_init(&core->done, &clock);
    pthread_condattr_destroy(&clock);
    core->engine = engine;
    core->durable = durable;
    core->generation = atomic_load_explicit(&generation, memory_order_relaxed);
    atomic_init(&core->references, 1);
    return core;
}

struct sbl_core *sbl_core_hold(struct sbl_core *core)
{
    atomic_fetch_add_explicit(&core->references, 1, memory_order_relaxed);
    return core;
}

/* ---- closing --------------------------------------------------------------------------------- */

/* Those that are still open; who holds one finds out when he enters. */
static void close_views(struct sbl_core *core)
{
    struct sbl_view *next;
    for (struct sbl_view *view = core->views; view != NULL; view = next) {
        next = view->next;
        (void)!sellable_view_close(NULL, &view->view);
        view->linked = false;
        if (view->forgotten)
            free(view);
    }
    core->views = NULL;
}

/* Nobody is inside who got the engine, and nobody will be. */
static void dispose(struct sbl_core *core)
{
    if (atomic_exchange_explicit(&core->disposing, true, memory_order_acq_rel))
        return; /* one that came too late has left again */
    pthread_mutex_lock(&core->lock);
    close_views(core);
    pthread_mutex_unlock(&core->lock);
    sellable_close(core->engine);
    pthread_mutex_lock(&core->lock);
    core->disposed = true;
    pthread_cond_broadcast(&core->done);
    pthread_mutex_unlock(&core->lock);
}

static bool is_inside(const struct sbl_core *core)
{
    for (const struct sbl_call *call = innermost; call != NULL; call = call->outer)
        if (call->core == core)
            return true;
    return false;
}

bool sbl_core_close(struct sbl_core *core, unsigned milliseconds)
{
    uint64_t before = atomic_fetch_or_explicit(&core->gate, CLOSING, memory_order_acq_rel);
    if (is_foreign(core))
        return true;
    if (before == 0)
        dispose(core);
    if (is_inside(core))
        return true;
    struct timespec until;
    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_nsec += (long)milliseconds * 1000000;
    until.tv_sec += until.tv_nsec / 1000000000;
    until.tv_nsec %= 1000000000;
    pthread_mutex_lock(&core->lock);
    while (!core->disposed)
        if (pthread_cond_timedwait(&core->done, &core->lock, &until) == ETIMEDOUT)
            break;
    bool disposed = core->disposed;
    pthread_mutex_unlock(&core->lock);
    return disposed;
}

void sbl_core_drop(struct sbl_core *core)
{
    if (core == NULL ||
        atomic_fetch_sub_explicit(&core->references, 1, memory_order_acq_rel) != 1)
        return;
    (void)sbl_core_close(core, 0);
    if (is_foreign(core))
        return;
    pthread_cond_destroy(&core->done);
    pthread_mutex_destroy(&core->lock);
    free(core);
}

bool sbl_core_closed(const struct sbl_core *core)
{
    return (atomic_load_explicit(&core->gate, memory_order_relaxed) & CLOSING) != 0 ||
           is_foreign(core);
}

bool sbl_core_durable(const struct sbl_core *core)
{
    return core->durable;
}

/* ---- being inside ---------------------------------------------------------------------------- */

struct sellable *sbl_core_enter(struct sbl_core *core, struct sbl_call *call)
{
    *call = (struct sbl_call){core, innermost};
    uint64_t before = atomic_fetch_add_explicit(&core->gate, INSIDE, memory_order_acquire);
    innermost = call;
    if ((before & CLOSING) == 0 && !is_foreign(core))
        return core->engine;
    sbl_core_leave(call);
    return NULL;
}

void sbl_core_leave(struct sbl_call *call)
{
    struct sbl_core *core = call->core;
    innermost = call->outer;
    uint64_t before = atomic_fetch_sub_explicit(&core->gate, INSIDE, memory_order_acq_rel);
    if (before == (INSIDE | CLOSING) && !is_foreign(core))
        dispose(core);
}

/* ---- views ----------------------------------------------------------------------------------- */

/* A view that is linked is open, and so is then its engine. */
static void link_view(struct sbl_core *core, struct sbl_view *view)
{
    view->next = core->views;
    if (view->next != NULL)
        view->next->previous = view;
    core->views = view;
    view->linked = true;
}

static void unlink_view(struct sbl_core *core, struct sbl_view *view)
{
    if (view->previous != NULL)
        view->previous->next = view->next;
    else
        core->views = view->next;
    if (view->next != NULL)
        view->next->previous = view->previous;
    view->linked = false;
}

struct sbl_view *sbl_view_open(struct sbl_call *call, enum sellable_status *status)
{
    struct sbl_core *core = call->core;
    struct sbl_view *view = calloc(1, sizeof *view);
    *status = SELLABLE_NO_MEMORY;
    if (view != NULL)
        *status = sellable_view_open(core->engine, NULL, &view->view);
    if (*status != SELLABLE_OK) {
        free(view);
        return NULL;
    }
    pthread_mutex_lock(&core->lock);
    link_view(core, view);
    pthread_mutex_unlock(&core->lock);
    return view;
}

void sbl_view_close(struct sbl_core *core, struct sbl_view *view)
{
    if (view == NULL || is_foreign(core))
        return;
    pthread_mutex_lock(&core->lock);
    if (view->linked && sellable_view_close(NULL, &view->view) == SELLABLE_OK)
        unlink_view(core, view);
    view->forgotten = view->linked;
    bool keep = view->linked;
    pthread_mutex_unlock(&core->lock);
    if (!keep)
        free(view);
}
