/* SPDX-License-Identifier: Apache-2.0
 *
 * An engine, shared by the objects of Python that stand for parts of it: the Engine, its views, the
 * streams of Arrow. Nothing here needs Python, nor the interpreter's lock.
 *
 * A core lives as long as somebody holds a reference. Its engine lives until it is closed: from
 * then on nobody enters any more, and when the last of those inside has left, what views are open
 * are closed, and then the engine. Who closes waits for that, unless the thread is itself inside a
 * call (a finaliser that runs amid it): then the outer call closes as it leaves.
 *
 * In a process that was forked off nobody enters, and nothing is given back. */
#ifndef SELLABLE_PYTHON_CORE_H
#define SELLABLE_PYTHON_CORE_H

#include <sellable.h>
#include <stdbool.h>

struct sbl_core;

/* A view that closes with its engine, if not before. */
struct sbl_view {
    struct sellable_view view; /* to be read from within a call */
    struct sbl_view *next, *previous;
    bool linked;    /* it is open */
    bool forgotten; /* its owner is gone; it could not be closed yet */
};

/* One thread inside an engine; on its stack. */
struct sbl_call {
    struct sbl_core *core;
    struct sbl_call *outer; /* the call that this one is amid, on the same thread */
};


/* NULL: no memory. The core takes the engine over; on failure it is the caller's still. `durable`:
 * what changes it may wait for a disk. */
struct sbl_core *sbl_core_create(struct sellable *engine, bool durable);
struct sbl_core *sbl_core_hold(struct sbl_core *core);
void sbl_core_drop(struct sbl_core *core); /* the last one closes */

/* The engine, until sbl_core_leave; NULL: it is closed, or another process's. */
struct sellable *sbl_core_enter(struct sbl_core *core, struct sbl_call *call);
void sbl_core_leave(struct sbl_call *call);

bool sbl_core_closed(const struct sbl_core *core);
bool sbl_core_durable(const struct sbl_core *core);

/* Nobody enters from now on. Waits at most `milliseconds` until the last one has left and all is
 * given back; false: that is still to come. Repeated calls are harmless. */
bool sbl_core_close(struct sbl_core *core, unsigned milliseconds);

/* Within a call: open a view; NULL: *status says why. And close it, from anywhere and at any time,
 * also when its engine is closed: the record is gone then. */
struct sbl_view *sbl_view_open(struct sbl_call *call, enum sellable_status *status);
void sbl_view_close(struct sbl_core *core, struct sbl_view *view);

#endif
