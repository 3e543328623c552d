/* SPDX-License-Identifier: Apache-2.0
 *
 * Made by bindings/tables.py from include/sellable.h; not to be edited.
 *
 * Names that the header's own lists do not have: of its plain enums (C name without
 * prefix, number, name in JSON), and of the exceptions that stand for statuses. */
#ifndef SELLABLE_PYTHON_TABLES_H
#define SELLABLE_PYTHON_TABLES_H

#define STATUS_ERRORS(X)                                                                           \
    X(CONFLICT, 2, "ConflictError",                                                                \
      "the same key with other content, or another value than expected")                           \
    X(INSUFFICIENT, 3, "InsufficientError", "does not fit into what may be promised now")          \
    X(PAUSED, 4, "PausedError", "the channel takes no new order with the item")                    \
    X(UNKNOWN_ITEM, 5, "UnknownItemError", "no item has this key or handle")                       \
    X(UNKNOWN_LOCATION, 6, "UnknownLocationError", "no location has this key or handle")           \
    X(UNKNOWN_CHANNEL, 7, "UnknownChannelError", "no channel has this key or handle")              \
    X(UNKNOWN_SOURCE, 8, "UnknownSourceError", "no source has this key or handle")                 \
    X(UNKNOWN_ORDER, 9, "UnknownOrderError", "no order has this key")                              \
    X(NOT_OWNER, 10, "NotOwnerError", "the source may not write this quantity")                    \
    X(STALE, 11, "StaleError", "older than what is known already")                                 \
    X(INVALID, 12, "InvalidError", "a field is out of its range; the answer names it")             \
    X(WRONG_STATE, 13, "WrongStateError", "what is asked for is not possible in this state")       \
    X(OVERFLOW, 14, "QuantityOverflowError", "a quantity or sum would go beyond 10^15")            \
    X(NO_MEMORY, 15, "NoMemoryError", "the allocator gave no slab; nothing has changed")           \
    X(NOT_DURABLE, 16, "NotDurableError", "the log cannot take the change; nothing has changed")

#define ENUM_ITEM_SETTING(X)                                                                       \
    X(UNIT, 1, "unit")                                                                             \
    X(UNITS, 2, "units")                                                                           \
    X(TRACKED, 4, "tracked")                                                                       \
    X(COMPONENTS, 8, "components")

#define ENUM_LOCATION_SETTING(X)                                                                   \
    X(REGION, 1, "region")                                                                         \
    X(ACTIVE, 2, "active")

#define ENUM_HOLD(X)                                                                               \
    X(QUALITY, 0, "quality")                                                                       \
    X(DAMAGE, 1, "damage")                                                                         \
    X(INSPECTION, 2, "inspection")                                                                 \
    X(BLOCKED, 3, "blocked")

#define ENUM_SOURCING(X)                                                                           \
    X(SPLIT, 0, "split")                                                                           \
    X(MOST, 1, "most")                                                                             \
    X(SINGLE, 2, "single")

#define ENUM_MODE(X)                                                                               \
    X(ALL, 0, "all")                                                                               \
    X(PARTIAL, 1, "partial")

#define ENUM_OUTCOME(X)                                                                            \
    X(RESTOCK, 1, "restock")                                                                       \
    X(SCRAP, 2, "scrap")                                                                           \
    X(TO_DAMAGE, 3, "damage")

#define ENUM_LEVEL(X)                                                                              \
    X(NONE, 0, "none")                                                                             \
    X(LOW, 1, "low")                                                                               \
    X(OK, 2, "ok")

#define ENUM_ORDER_STATE(X)                                                                        \
    X(RESERVED, 1, "reserved")                                                                     \
    X(ALLOCATED, 2, "allocated")                                                                   \
    X(SHIPPED, 3, "shipped")                                                                       \
    X(EXPIRED, 4, "expired")                                                                       \
    X(RELEASED, 5, "released")

#define ENUM_BINDING(X)                                                                            \
    X(NOTHING, 0, "nothing")                                                                       \
    X(CLOSED, 1, "closed")                                                                         \
    X(LOCATIONS, 2, "locations")                                                                   \
    X(CAP, 3, "cap")                                                                               \
    X(MINIMUM, 4, "minimum")                                                                       \
    X(BUFFER, 5, "buffer")                                                                         \
    X(STOCK, 6, "stock")                                                                           \
    X(FENCES, 7, "fences")                                                                         \
    X(SHARE, 8, "share")                                                                           \
    X(UNIT, 9, "unit")                                                                             \
    X(COMPONENT, 10, "component")

#define ENUM_ANSWERING(X)                                                                          \
    X(DURABLE, 0, "durable")                                                                       \
    X(DECIDED, 1, "decided")

#define ENUM_DID(X)                                                                                \
    X(ADVANCE, 4096, "advance")                                                                    \
    X(DUE, 4097, "due")                                                                            \
    X(TELL, 4098, "tell")                                                                          \
    X(REFUSE, 4099, "refuse")                                                                      \
    X(GROW, 4100, "grow")                                                                          \
    X(LOST, 4101, "lost")

#endif
