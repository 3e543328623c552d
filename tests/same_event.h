/* SPDX-License-Identifier: Apache-2.0
 *
 * That a record of an event is another one, field by field, with all that it leads to. A difference
 * is told by its field. */
#ifndef SELLABLE_TESTS_SAME_EVENT_H
#define SELLABLE_TESTS_SAME_EVENT_H

#include "scene.h"

struct compared {
    const char *file;
    int line;
    uint32_t type;
};

static inline void same_figure(const struct compared *what, const char *field, int64_t got,
                               int64_t wanted) {
    if (got != wanted) {
        print_error("%s: %s is %lld, not %lld\n", sellable_event_name((int)what->type), field,
                    (long long)got, (long long)wanted);
        _fail(what->file, what->line);
    }
}

static inline void same_key(const struct compared *what, const char *field,
                            struct sellable_key got, struct sellable_key wanted) {
    same_figure(what, field, (int64_t)got.size, (int64_t)wanted.size);
    if (wanted.size > 0 && wanted.bytes != NULL &&
        (got.bytes == NULL || memcmp(got.bytes, wanted.bytes, wanted.size) != 0)) {
        print_error("%s: %s is '%.*s', not '%.*s'\n", sellable_event_name((int)what->type), field,
                    (int)got.size, got.bytes, (int)wanted.size, wanted.bytes);
        _fail(what->file, what->line);
    }
}

#define SAME(field) same_figure(what, #field, (int64_t)got->field, (int64_t)wanted->field)
#define SAME_KEY(field) same_key(what, #field, got->field, wanted->field)

/* Whether both have it; it is looked at no further if neither has. */
static inline int both_have(const struct compared *what, const char *field, const void *got,
                            const void *wanted) {
    same_figure(what, field, got != NULL, wanted != NULL);
    return wanted != NULL;
}
#define BOTH_HAVE(field) both_have(what, #field, got->field, wanted->field)

static inline void same_line(const struct compared *what, const struct sellable_line *got,
                             const struct sellable_line *wanted) {
    SAME_KEY(item_key);
    SAME(item.id);
    SAME(location.id);
    SAME(quantity);
    SAME_KEY(location_key);
    SAME_KEY(unit);
    SAME(substitute_count);
    SAME(at_least);
    for (uint32_t i = 0; BOTH_HAVE(substitutes) && i < wanted->substitute_count; i++) {
        SAME_KEY(substitutes[i].item_key);
        SAME(substitutes[i].item.id);
    }
}

static inline void same_order(const struct compared *what, const struct sellable_order *got,
                              const struct sellable_order *wanted) {
    SAME_KEY(key);
    if (what->type != SELLABLE_AMEND) { /* its channel is not looked at, nor kept */
        SAME_KEY(channel_key);
    }
    SAME(line_count);
    SAME(channel.id);
    SAME(expires_at);
    SAME(date);
    SAME(mode);
    SAME(has_date);
    SAME(precedence);
    SAME(has_precedence);
    for (uint32_t i = 0; BOTH_HAVE(lines) && i < wanted->line_count; i++) {
        same_line(what, &got->lines[i], &wanted->lines[i]);
    }
}

static inline void same_part(const struct compared *what, const struct sellable_part *got,
                             const struct sellable_part *wanted) {
    SAME_KEY(item_key);
    SAME_KEY(location_key);
    SAME(item.id);
    SAME(location.id);
    SAME_KEY(unit);
    SAME(quantity);
}

static inline void same_item(const struct compared *what,
                             const struct sellable_item_settings *got,
                             const struct sellable_item_settings *wanted) {
    SAME(set);
    SAME(unset);
    SAME_KEY(unit);
    SAME(unit_count);
    SAME(component_count);
    SAME(tracked);
    for (uint32_t i = 0; BOTH_HAVE(units) && i < wanted->unit_count; i++) {
        SAME_KEY(units[i].key);
        SAME(units[i].numerator);
        SAME(units[i].denominator);
    }
    for (uint32_t i = 0; BOTH_HAVE(components) && i < wanted->component_count; i++) {
        SAME_KEY(components[i].item_key);
        SAME(components[i].item.id);
        SAME(components[i].number);
    }
}

static inline void same_policy(const struct compared *what, const struct sellable_policy *got,
                               const struct sellable_policy *wanted) {
    SAME(set);
    SAME(unset);
    SAME(location_count);
    SAME(sourcing);
    SAME(buffer);
    SAME(share);
    SAME(precedence);
    SAME(closed);
    SAME(paused);
    SAME(backorder);
    SAME(horizon);
    SAME_KEY(unit);
    SAME(cap);
    SAME(minimum);
    SAME(low);
    SAME(interval);
    SAME(step);
    for (uint32_t i = 0; BOTH_HAVE(locations) && i < wanted->location_count; i++) {
        SAME(locations[i].id);
    }
}

static inline void same_ownership(const struct compared *what,
                                  const struct sellable_ownership *got,
                                  const struct sellable_ownership *wanted) {
    SAME(owned);
    SAME(type);
    SAME_KEY(location_key);
    SAME(location.id);
    SAME(owner_count);
    SAME(unset);
    for (uint32_t i = 0; BOTH_HAVE(owners) && i < wanted->owner_count; i++) {
        SAME_KEY(owners[i].source_key);
        SAME(owners[i].source.id);
    }
}

static inline void same_supply(const struct compared *what, const struct sellable_event *got,
                               const struct sellable_event *wanted) {
    SAME_KEY(item_key);
    SAME_KEY(location_key);
    SAME(item.id);
    SAME(location.id);
    SAME_KEY(reason);
    SAME(quantity);
    SAME(has_expected);
    SAME(expected);
    SAME_KEY(unit);
    SAME_KEY(channel_key);
    SAME(channel.id);
    SAME(outcome);
    SAME(until);
    SAME_KEY(reference);
    SAME(due);
    SAME_KEY(to_key);
    SAME(to.id);
    SAME(has_as_of);
    SAME(as_of);
    SAME_KEY(held);
}

static inline void same_origin(const struct compared *what, const struct sellable_event *got,
                               const struct sellable_event *wanted) {
    SAME_KEY(source_key);
    SAME(source.id);
    SAME(has_seq);
    SAME(seq);
    SAME(has_at);
    SAME(at);
    SAME_KEY(id);
    SAME_KEY(correlation);
}

static inline void same_event_at(const struct sellable_event *got,
                                 const struct sellable_event *wanted, const char *file, int line) {
    const struct compared compared = {file, line, wanted->type}, *what = &compared;
    SAME(type);
    same_supply(what, got, wanted);
    same_origin(what, got, wanted);
    SAME_KEY(order_key);
    SAME(part_count);
    SAME(expires_at);
    SAME_KEY(declares);
    SAME(max_lag_given);
    SAME(max_lag);
    if (BOTH_HAVE(order)) {
        same_order(what, got->order, wanted->order);
    }
    for (uint32_t i = 0; BOTH_HAVE(parts) && i < wanted->part_count; i++) {
        same_part(what, &got->parts[i], &wanted->parts[i]);
    }
    if (BOTH_HAVE(item_settings)) {
        same_item(what, got->item_settings, wanted->item_settings);
    }
    if (BOTH_HAVE(location_settings)) {
        SAME_KEY(location_settings->region);
        SAME(location_settings->set);
        SAME(location_settings->unset);
        SAME(location_settings->active);
    }
    if (BOTH_HAVE(policy)) {
        same_policy(what, got->policy, wanted->policy);
    }
    if (BOTH_HAVE(ownership)) {
        same_ownership(what, got->ownership, wanted->ownership);
    }
}
#define same_event(got, wanted) same_event_at(got, wanted, __FILE__, __LINE__)

#undef SAME
#undef SAME_KEY
#undef BOTH_HAVE

#endif
