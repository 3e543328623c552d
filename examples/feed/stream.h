/* SPDX-License-Identifier: Apache-2.0
 *
 * The history as one stream of messages, in the order in which they are delivered.
 *
 * A day has three shifts: the night (from 00:00: exports), the morning (from 07:00: receipts,
 * orders, picking, shipments) and the afternoon (from 14:00: stocktakes, purchase orders). What is
 * put out of order stays in its kind of shift; what is late comes some days later. So within a
 * shift the sources need not wait for each other: what they say there commutes, as --help argues.
 *
 * Three sources: an order system (oms), a warehouse management system (wms), an ERP. */
#ifndef FEED_STREAM_H
#define FEED_STREAM_H

#include "history.h"

enum source { SOURCE_OMS, SOURCE_WMS, SOURCE_ERP, SOURCE_COUNT, SOURCE_NONE = SOURCE_COUNT };
extern const char *const source_names[SOURCE_COUNT];

/* What a message is, one list: name, event type, source, and whether the next message of its source
 * may overtake it. */
#define MESSAGES(X)                                                                                \
    X(DECLARE, SOURCE, NONE, false)                                                                \
    X(RULE, OWNER, NONE, false)                                                                    \
    X(PLACE, LOCATION, ERP, false)                                                                 \
    X(PRODUCT, ITEM, ERP, false)                                                                   \
    X(SELLER, CHANNEL, ERP, false)                                                                 \
    X(SETTING, POLICY, ERP, false)                                                                 \
    X(OPENING, ON_HAND_SET, ERP, false)                                                            \
    X(PURCHASE, SCHEDULE_SET, ERP, true)                                                           \
    X(ORDER, RESERVE, OMS, false)                                                                  \
    X(CONFIRMATION, CONFIRM, OMS, false)                                                           \
    X(PICK, ALLOCATE, WMS, true)                                                                   \
    X(SHIPMENT, SHIP, WMS, true)                                                                   \
    X(ARRIVAL, RECEIPT, WMS, true)                                                                 \
    X(STOCKTAKE, ON_HAND_ADJUST, WMS, true)                                                        \
    X(COUNT, ON_HAND_SET, ERP, false)

enum message_kind {
#define MESSAGE_ENUM(NAME, TYPE, SOURCE_NAME, OVERTAKEN) MESSAGE_##NAME,
    MESSAGES(MESSAGE_ENUM)
#undef MESSAGE_ENUM
        MESSAGE_KINDS
};
struct message_form {
    enum sellable_event_type type;
    enum source source;
    bool overtaken;
};
extern const struct message_form message_forms[MESSAGE_KINDS];

struct message {
    const void *subject; /* what it is about, by its kind: see record.c */
    int64_t at;          /* when it happened */
    int64_t sent;        /* when it comes */
    int64_t seq;         /* within its source, in the order of sending */
    uint32_t number;     /* of the message; a copy has that of the first */
    enum message_kind kind;
    bool is_copy;
};

struct stream {
    struct message *messages;
    size_t count, capacity;
    int64_t opens, closes; /* the first day, the last of the history */
    int64_t counted_at;    /* the instant of the final count; NEVER: the history was cut before */
    int64_t last_day;      /* on which something may still come */
    int64_t ends;          /* by then all that is closed is forgotten */
};

/* How late something may be; and how long after the first a copy may come: well within the 7 days
 * for which the engine remembers an id. */
enum { COPY_DAYS = 3, LATE_DAYS_MAX = 30 };

struct disorder; /* see disorder.h */

/* The stream up to the end of the day `until` (-1: all). In order, or as `disorder` says; either
 * way it ends at the same instant, since the final states are compared. */
void stream_make(struct stream *stream, const struct history *history, int64_t until,
                 const struct disorder *disorder, bool in_order);
void stream_free(struct stream *stream);

/* The beginning of the shift, and of the day, that an instant lies in. */
int64_t shift_of(int64_t instant);
int64_t day_of(int64_t instant);

#endif
