/* SPDX-License-Identifier: Apache-2.0
 *
 * Events as JSON, the way back from a record to a line: all that belongs to its type, in the form
 * that replay reads. Things are named by their keys, so that the line means the same to another
 * engine. */
#ifndef COMMON_EVENT_TEXT_H
#define COMMON_EVENT_TEXT_H

#include "text.h"

/* Who knows the keys of handles. Each may answer {NULL, 0}: it does not. The handle of a location
 * may be that of a region (of a policy's locations). */
struct names {
    const void *context;
    struct sellable_key (*item)(const void *context, struct sellable_item item);
    struct sellable_key (*location)(const void *context, struct sellable_location location);
    struct sellable_key (*channel)(const void *context, struct sellable_channel channel);
    struct sellable_key (*source)(const void *context, struct sellable_source source);
};

/* An engine knows its own. */
struct names names_of(const struct sellable *engine);

/* The members of an event, in an object that is open. Of whom it comes from, too, but for its seq
 * if `with_seq` is not set: who applies it by hand says so without one. False: the key of a handle
 * is not known, or there is no such type; null stands in its place. */
bool put_event(struct text *text, const struct names *names, const struct sellable_event *event,
               bool with_seq);

#endif
