/* SPDX-License-Identifier: Apache-2.0
 *
 * How to open: the options that Engine(...) and open(...) have in common. */
#ifndef SELLABLE_PYTHON_OPEN_H
#define SELLABLE_PYTHON_OPEN_H

#include "native.h"

enum { SBL_OPTIONS = 7 };
#define SBL_OPTION_NAMES "items", "orders", "seed", "retention", "event_ids", "exceptions", "ahead"
#define SBL_OPTION_SIGNATURE                                                                       \
    "items=0, orders=0, seed=None, retention=None, event_ids=0, exceptions=0, ahead=None"

/* The values in the order of their names; NULL: not given. 0, or -1. */
int sbl_to_options(struct sbl_state *state, PyObject *const *values,
                   struct sellable_options *options);

#define MANUAL_OPTIONS                                                                             \
    "items, orders  make room for so many at once, at most 2^31 (no limit, no need)\n"             \
    "seed           of the hash tables, 64 bits; None: drawn at random, so that "                  \
    "strangers cannot\n"                                                                           \
    "               choose keys that collide. It shows in no answer\n"                             \
    "retention      how long closed orders, the ids of events, movements and transfers are\n"      \
    "               remembered (timedelta, or ms); None: 7 days\n"                                 \
    "event_ids      the most that are remembered at a time; 0: memory\n"                           \
    "exceptions     the most refused events that are kept; 0: 4,096\n"                             \
    "ahead          how far an event may claim to come from the future (timedelta, or ms);\n"      \
    "               None: a day\n"

#define MANUAL_Engine                                                                              \
    "Engine(*, " SBL_OPTION_SIGNATURE ")\n--\n\n"                                                  \
    "An engine in memory; sellable.open has one that is durable.\n\n" MANUAL_OPTIONS               \
    "\nKeeps, for each item at each location, what is physically there, held, allocated "          \
    "and kept\n"                                                                                   \
    "back, and what has been promised; answers how much a channel may still promise, "             \
    "and takes a\n"                                                                                \
    "promise exactly when all of its lines fit. Nothing is ever oversold, and nothing "            \
    "that fits is\n"                                                                               \
    "refused. A context manager: `with Engine() as engine: ...` closes it.\n\n"                    \
    "Threads: every method may be called from any thread at any time, close() too. Each "          \
    "call takes\n"                                                                                 \
    "effect, or looks at everything, at one instant. Raises InvalidError (field), NoMemoryError."

#endif
