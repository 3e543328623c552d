/* SPDX-License-Identifier: Apache-2.0
 *
 * The origin of an event: what is kept of who said it, so that it is applied once, and in its
 * turn.
 *
 *   ids       an index (index.h), whose keys are the source's number and the id; behind the key: a
 *             fingerprint of what the event said, and the engine's time when it was applied
 *   seq       in the source's line (source.h)
 *   replays   an event that was kept among the exceptions takes its exception away
 *
 * HOW MANY. Where options.event_ids bounds the ids, each takes a place before its commit, and gives
 * it back if that was not accepted: so there are never more.
 *
 * ONE INSTANT. These are lines as any others. The event's own transaction changes them together
 * with its rows: sbl_origin_commit adds them, last in the global order of lines, and commits. So an
 * id is known exactly from the instant on at which its event took effect, and of two that bring the
 * same at the same instant one is accepted, the other finds it.
 *
 * TWO THREADS. A looks at the lines of its event's origin (sbl_origin_look): not applied yet. Then
 * it plans and commits. Had B applied the same id meanwhile, the bucket's header has changed:
 *   - A gets as far as its commit: the origin is *spoiled*, nothing is done, A looks again, and
 *     finds a duplicate;
 *   - A is refused for another reason (of a transfer, B has received the rest): that counts only if
 *     the lines of the origin are still what A saw (sbl_origin_still). Since it looked at them
 *     before, and looks again after, there is an instant at which its refusal and the origin hold
 *     together; otherwise A looks again.
 *   - A replays an exception, and finds a duplicate: the exception leaves in a transaction that has
 *     the bucket, too, unchanged. Had B, who moves the time on, made the engine forget the id in
 *     between, A looks again, and applies its event.
 * The lines were settled before the attempt began; that is as good as after, since their headers
 * have to be the same at its commit, and the world's too.
 * Somebody else's event in the same bucket, or of the same source, costs a look more, no more than
 * that: it took effect.
 *
 * Where an event may not be at all, for its owner or its time, or for want of a place for its id,
 * the call is made all the same, *in vain*: without its commit, and without anything that stays
 * (hints, names). What it says of things that are not known goes before (model.md, which fault is
 * named first). */
#ifndef SBL_ORIGIN_H
#define SBL_ORIGIN_H

#include "engine.h"

enum { SBL_ID_CONTENT = 0, SBL_ID_AT = 1, SBL_ID_WORDS = 2 }; /* behind the key */

struct sbl_origin {
    struct sellable *engine;
    const struct sellable_event *event;
    uint32_t source;          /* 0: none */
    bool numbered;            /* it has a seq that counts */
    bool identified;          /* it has an id: */
    struct sbl_key id;
    uint64_t content;         /* what it says */
    uint64_t exception;       /* the number of the exception that it replays; 0: none */
    enum sellable_status refuses; /* ok, or what the event is unless its call says otherwise; */
    const char *field, *reason;   /* and why */

    /* As it was looked at. */
    struct sbl_seen world, sender;
    struct sbl_found found;
    struct sbl_hinted hinted; /* begins as {-1, 0, 0} */

    bool full; /* there are as many ids as there may be */

    /* What became of the commit. */
    bool done;    /* it took effect, with all of this */
    bool left;    /* it was applied before, and the exception that it replays has left */
    bool spoiled; /* something of this has changed: look again */
    bool reached; /* it came as far as its commit, in vain */
};

/* Is the event at hand one that will not be committed? Then nothing is made for it. */
static inline bool sbl_is_in_vain(const struct sbl_worker *worker) {
    const struct sbl_origin *origin = worker->origin;
    return SBL_UNLIKELY(origin != NULL) && (origin->refuses != SELLABLE_OK || origin->full);
}

/* Look at the origin: ok, and it can be applied; or unknown_source, duplicate, conflict,
 * stale. An answer holds if sbl_origin_still. */
enum sellable_status sbl_origin_look(struct sbl_origin *origin, struct sbl_worker *worker,
                                     struct sellable_answer *answer);

/* Is all that was looked at still so? */
bool sbl_origin_still(const struct sbl_origin *origin);

/* Commit the transaction that was planned, and what goes along with it, if the worker has an
 * origin at hand. NO_MEMORY is also the outcome if that is spoiled, or refuses. */
enum sbl_outcome sbl_origin_commit(struct sellable *engine, struct sbl_worker *worker,
                                   bool exclusive);

/* The origin alone, of an event that was in order and changed nothing. */
enum sbl_outcome sbl_origin_alone(struct sbl_origin *origin, struct sbl_worker *worker);

/* An attempt of an event that replays an exception has found that it was applied before: by its id,
 * or by an order's entry, as it was found. The exception alone leaves, at an instant at which that
 * is so: the buckets go along as they are. NO_MEMORY as above. */
enum sbl_outcome sbl_origin_known(struct sbl_worker *worker, const struct sbl_found *order);

/* Forget the ids with this hash that are past their retention by `by` (due.c). */
enum sellable_status sbl_ids_forget(struct sellable *engine, struct sbl_worker *worker,
                                    uint64_t hash, int64_t by);

/* ---- time ---- */

/* May an event claim this time? Up to `ahead` later than now, once a time was given. Pure. */
static inline bool sbl_is_in_time(const struct sellable *engine, const struct sbl_image *world,
                                  int64_t at) {
    int64_t now = sbl_now_of(world);
    return now == 0 || at <= sbl_add(now, engine->ahead);
}
#define SBL_FROM_THE_FUTURE "too far later than now"
#define SBL_OF_ANOTHER "another may send this, or nobody"

/* Plan that an exception leaves (exception.c). *there: there is one of that number. false: no
 * memory. */
bool sbl_exception_take_out(struct sellable *engine, struct sbl_worker *worker, uint64_t number,
                            bool *there);

#endif
