/* SPDX-License-Identifier: Apache-2.0
 *
 * Words for tests of events: one in a line each, with its origin; that it is applied; that it is
 * refused, with the field, changes nothing, and is kept among the exceptions if it has to be. */
#ifndef SELLABLE_TESTS_EVENTS_H
#define SELLABLE_TESTS_EVENTS_H

#include "refused.h"
#include "told.h"
#include "whole.h"

/* Fields of an event. */
#define OF(item_, location_) .item_key = key_of(item_), .location_key = key_of(location_)
#define FROM(source) .source_key = key_of(source)
#define ID(text) .id = key_of(text)
#define SEQ(number) .has_seq = 1, .seq = (number)
#define AT(time) .has_at = 1, .at = (time)
#define AS_OF(time) .has_as_of = 1, .as_of = (time)
#define EXPECTED(quantity_) .has_expected = 1, .expected = (quantity_)
#define NO_KEY ((struct sellable_key){NULL, 0})
#define EVENT(TYPE, ...) ((struct sellable_event){.type = SELLABLE_##TYPE, __VA_ARGS__})

static inline struct sellable *open_with(struct sellable_options options) {
    struct sellable *engine = NULL;
    expect(sellable_open(&options, &engine), OK);
    assert_non_null(engine);
    return engine;
}

static inline struct sellable_source source_of(struct sellable *engine, const char *key) {
    struct sellable_source source = {0};
    expect(sellable_source_put(engine, NULL, key_of(key), NULL, &source, NULL), OK);
    return source;
}

static inline struct sellable_source_view source_seen(const struct sellable *engine,
                                                      const char *key) {
    struct sellable_source source = {0};
    struct sellable_source_view view = {.max_lag = 77};
    expect(sellable_source_find(engine, key_of(key), &source), OK);
    expect(sellable_source_look(engine, source, &view), OK);
    return view;
}

static inline struct sellable_exception_counts counts_of(const struct sellable *engine) {
    struct sellable_exception_counts counts = {77, 77, 77};
    sellable_exception_counts(engine, &counts);
    return counts;
}

static inline struct sellable_memory memory_of(const struct sellable *engine) {
    struct sellable_memory memory;
    memset(&memory, 0xa5, sizeof memory);
    sellable_memory(engine, &memory);
    return memory;
}

/* An event that is applied: the variance. */
static inline int64_t applies_at(struct sellable *engine, struct sellable_event event,
                                 const char *file, int line) {
    struct reply reply;
    enum sellable_status status = sellable_apply(engine, NULL, &event, empty(&reply));
    expect_at((int)status, SELLABLE_OK, sellable_event_name((int)event.type), file, line);
    names_at(&reply.answer, NULL, 0, file, line);
    equal_at((int64_t)reply.answer.exception, 0, "the exception of what is applied", file, line);
    return reply.answer.variance;
}
#define applies(engine, TYPE, ...)                                                                 \
    applies_at(engine, EVENT(TYPE, __VA_ARGS__), __FILE__, __LINE__)

/* Whether an event that is refused so is kept among the exceptions. */
static inline bool kept_for(enum sellable_status status) {
    switch (status) {
    case SELLABLE_OK:
    case SELLABLE_DUPLICATE:
    case SELLABLE_INSUFFICIENT:
    case SELLABLE_PAUSED:
    case SELLABLE_NO_MEMORY:
    case SELLABLE_NOT_DURABLE: return false;
    default: return true;
    }
}

/* An event that is refused (or a duplicate): with this status and field (NULL: none), and nothing
 * changes but that it is kept, if it has to be. The answer. */
static inline struct sellable_answer refuses_at(struct sellable *engine,
                                                enum sellable_status status, const char *field,
                                                struct sellable_event event, const char *file,
                                                int line) {
    struct whole *before = whole_of(engine);
    struct sellable_exception_counts had = counts_of(engine), has;
    struct reply reply;
    enum sellable_status got = sellable_apply(engine, NULL, &event, empty(&reply));
    expect_at((int)got, (int)status, sellable_event_name((int)event.type), file, line);
    if (field != NULL) {
        names_at(&reply.answer, field, reply.answer.line, file, line);
    }
    equal_at(reply.answer.field != NULL, field != NULL, "a field is named", file, line);
    same_whole_at(whole_of(engine), before, "after a refusal", file, line);
    has = counts_of(engine);
    int64_t more = kept_for(status) && event.type > 0 && event.type < SELLABLE_EVENT_TYPES_END;
    equal_at((int64_t)(has.last - had.last), more, "exceptions more", file, line);
    equal_at((int64_t)(has.kept + has.lost - had.kept - had.lost), more, "kept more", file, line);
    equal_at((int64_t)reply.answer.exception, more ? (int64_t)has.last : 0, "answer.exception",
             file, line);
    return reply.answer;
}
#define refuses(engine, STATUS, field, TYPE, ...)                                                  \
    refuses_at(engine, SELLABLE_##STATUS, field, EVENT(TYPE, __VA_ARGS__), __FILE__, __LINE__)
#define refuses_event(engine, STATUS, field, event)                                                \
    refuses_at(engine, SELLABLE_##STATUS, field, event, __FILE__, __LINE__)
#define applies_event(engine, event) applies_at(engine, event, __FILE__, __LINE__)

#endif
