/* SPDX-License-Identifier: Apache-2.0
 *
 * Of the library: sellable_exception_counts, sellable_exceptions, sellable_exception_replay,
 * sellable_exception_discard. */
#include "operator.h"

#include "support.h"

#include <stdlib.h>

/* What is remembered of an exception. */
struct entry {
    uint64_t number;
    size_t reason; /* its index */
    enum sellable_status last;
    bool done;
};

struct list {
    struct entry *entries;
    size_t count, capacity;
    struct sellable *engine;
    const struct record *records; /* of the shift */
    size_t record_count;
    struct worked_off *worked_off;
};

static size_t find_or_add_reason(struct worked_off *worked_off, enum sellable_status status,
                                 enum sellable_event_type type)
{
    size_t i = 0;
    while (i < worked_off->reason_count &&
           (worked_off->reasons[i].status != status || worked_off->reasons[i].type != type))
        i++;
    if (i == worked_off->reason_count)
        worked_off->reasons[worked_off->reason_count++] =
            (struct reason){.status = status, .type = type};
    return i;
}

static int note(void *context, const struct sellable_exception *exception)
{
    struct list *list = context;
    size_t reason =
        find_or_add_reason(list->worked_off, (enum sellable_status)exception->status,
                           (enum sellable_event_type)exception->type);
    list->entries = grow(list->entries, list->count, &list->capacity, sizeof *list->entries);
    list->entries[list->count++] = (struct entry){.number = exception->number, .reason = reason};
    list->worked_off->reasons[reason].kept++;
    return 0;
}

static const struct message *message_of(const struct list *list, uint64_t exception)
{
    for (size_t i = 0; i < list->record_count; i++)
        if (list->records[i].exception == exception)
            return list->records[i].message;
    fail("exception %llu is of no event of its shift", (unsigned long long)exception);
}

/* Replay what is not done; whether any was. One may have waited for another behind it. */
static bool replay(struct list *list,
                   void (*applied)(void *context, const struct message *message), void *context)
{
    bool any = false;
    for (size_t i = 0; i < list->count; i++) {
        struct entry *entry = &list->entries[i];
        struct reason *reason = &list->worked_off->reasons[entry->reason];
        if (entry->done)
            continue;
        entry->last = sellable_exception_replay(list->engine, NULL, entry->number, NULL, NULL);
        entry->done = entry->last == SELLABLE_OK || entry->last == SELLABLE_DUPLICATE;
        any = any || entry->done;
        reason->replayed += entry->last == SELLABLE_OK;
        reason->known += entry->last == SELLABLE_DUPLICATE;
        if (entry->last == SELLABLE_OK) {
            list->worked_off->replayed++;
            applied(context, message_of(list, entry->number));
        }
    }
    return any;
}

static void discard(const struct list *list)
{
    for (size_t i = 0; i < list->count; i++) {
        const struct entry *entry = &list->entries[i];
        struct reason *reason = &list->worked_off->reasons[entry->reason];
        if (entry->done)
            continue;
        must(sellable_exception_discard(list->engine, NULL, entry->number, NULL),
             "sellable_exception_discard");
        reason->discarded++;
        reason->last = entry->last;
        list->worked_off->discarded++;
    }
}

void operate(struct sellable *engine, const struct record *records, size_t count,
             struct worked_off *worked_off,
             void (*applied)(void *context, const struct message *message), void *context)
{
    struct sellable_exception_counts counts;
    sellable_exception_counts(engine, &counts);
    if (counts.kept == 0)
        return;
    struct list list = {.engine = engine,
                        .records = records,
                        .record_count = count,
                        .worked_off = worked_off};
    must(sellable_exceptions(engine, NULL, NULL, note, &list), "sellable_exceptions");
    while (replay(&list, applied, context))
        continue;
    discard(&list);
    free(list.entries);
}
