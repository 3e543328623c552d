/* SPDX-License-Identifier: Apache-2.0
 *
 * See entry.h, which has the argument. */
#include "entry.h"

enum { FIRST_SEGMENT_BITS = 9 }; /* of the entries */

#define UNBORN_BIT (UINT64_C(1) << 63)
#define NUMBER_MASK ((UINT64_C(1) << SBL_QUEUE_NUMBER_BITS) - 1)
#define COUNT_MASK (UINT64_MAX >> SBL_QUEUE_NUMBER_BITS)

/* A link is how often its entry was used, and a number; a tail is a position, and a number. */
static inline uint32_t number_of(uint64_t word) { return (uint32_t)(word & NUMBER_MASK); }
static inline uint64_t count_of(uint64_t word) { return word >> SBL_QUEUE_NUMBER_BITS; }
static inline uint64_t joined(uint64_t count, uint32_t number) {
    return count << SBL_QUEUE_NUMBER_BITS | number;
}

/* The descriptor, and all of the sequence number but its highest bit. */
static inline uint64_t unborn(uint64_t transaction) {
    return UNBORN_BIT | transaction >> 48 << 47 | (transaction & (UINT64_MAX >> 17));
}

/* ---- life ---- */

bool sbl_queue_init(struct sbl_queue *queue, struct sbl_memory *memory, uint64_t last) {
    assert(last < UNBORN_BIT);
    sbl_array_init(&queue->entry, memory, SBL_QUEUE_ENTRY_BITS, FIRST_SEGMENT_BITS);
    if (!sbl_array_grow(&queue->entry, 0))
        return false;
    sbl_store(&sbl_queue_entry(queue, 0)->position, last);
    sbl_store(&queue->entries, 1);
    sbl_store(&queue->tail, joined(last, 0));
    sbl_store(&queue->consumed, last);
    sbl_store(&queue->head, 0);
    sbl_store(&queue->known, last);
    return true;
}

void sbl_queue_fini(struct sbl_queue *queue) { sbl_array_fini(&queue->entry); }

/* ---- putting ---- */

/* What is linked behind the tail gets its position, and the tail moves to it. That position; 0: the
 * tail has moved. */
static uint64_t follow(struct sbl_queue *queue, uint64_t tail, const struct sbl_entry *last,
                       uint64_t link) {
    struct sbl_entry *entry = sbl_queue_entry(queue, number_of(link));
    uint64_t position = sbl_load_acquire(ENTRY, &last->position) + 1;
    uint64_t found = sbl_load_acquire(ENTRY, &entry->position);
    if (SBL_UNLIKELY(sbl_load(&queue->tail) != tail))
        return 0;
    if (SBL_LIKELY((found & UNBORN_BIT) != 0))
        sbl_cas(ENTRY, &entry->position, &found, position); /* if it fails: somebody else has */
    sbl_cas(TAIL, &queue->tail, &tail, joined(position, number_of(link)));
    return position;
}

uint64_t sbl_queue_put(struct sbl_queue *queue, uint32_t number, uint64_t transaction) {
    const struct sbl_entry *entry = sbl_queue_entry(queue, number);
    for (;;) {
        uint64_t tail = sbl_load_acquire(TAIL, &queue->tail);
        uint64_t position = sbl_load_acquire(ENTRY, &entry->position);
        if (SBL_UNLIKELY(position != unborn(transaction)))
            return (position & UNBORN_BIT) == 0 ? position : sbl_queue_last(queue);
        struct sbl_entry *last = sbl_queue_entry(queue, number_of(tail));
        uint64_t link = sbl_load_acquire(ENTRY, &last->link);
        if (SBL_UNLIKELY(sbl_load(&queue->tail) != tail))
            continue;
        if (SBL_LIKELY(number_of(link) == 0)) {
            if (SBL_UNLIKELY(!sbl_cas(ENTRY, &last->link, &link, link | number)))
                continue;
            link |= number;
        }
        position = follow(queue, tail, last, link);
        if (SBL_LIKELY(position != 0 && number_of(link) == number))
            return position;
    }
}

/* How far the tail has come, and not less than all that was put before this call. `known`: a
 * position that it has come to. */
static uint64_t look_behind(struct sbl_queue *queue, uint64_t known) {
    uint64_t tail = sbl_load_acquire(TAIL, &queue->tail);
    const struct sbl_entry *last = sbl_queue_entry(queue, number_of(tail));
    uint64_t link = sbl_load_acquire(ENTRY, &last->link);
    bool moved = sbl_load(&queue->tail) != tail;
    if (!moved && number_of(link) != 0) {
        follow(queue, tail, last, link);
        moved = true;
    }
    if (moved) /* that is enough: behind the tail was at most one */
        tail = sbl_load_acquire(TAIL, &queue->tail);
    return known + ((count_of(tail) - known) & COUNT_MASK);
}

uint64_t sbl_queue_last(struct sbl_queue *queue) {
    return look_behind(queue, sbl_load_acquire(CONSUMED, &queue->consumed));
}

/* ---- the owner's ---- */

/* A number that nobody had; 0: there is no memory, or none left. */
static uint32_t new_number(struct sbl_queue *queue) {
    uint64_t number = sbl_load_acquire(COUNT, &queue->entries);
    do {
        if (number >= SBL_QUEUE_ENTRIES_MAX || !sbl_array_grow(&queue->entry, number))
            return 0;
    } while (!sbl_cas(COUNT, &queue->entries, &number, number + 1));
    return (uint32_t)number;
}

/* The oldest of those that were put, if it is let go; 0: it is not. */
static uint32_t let_go(const struct sbl_queue *queue, struct sbl_entry_owner *owner) {
    uint32_t number = owner->oldest;
    if (number == 0)
        return 0;
    const struct sbl_entry *entry = sbl_queue_entry(queue, number);
    uint64_t position = sbl_load(&entry->position);
    if (position >= owner->consumed)
        owner->consumed = sbl_load_acquire(CONSUMED, &queue->consumed);
    if (position >= owner->consumed)
        return 0;
    owner->oldest = number == owner->newest ? 0 : entry->after;
    return number;
}

uint32_t sbl_queue_take(struct sbl_queue *queue, struct sbl_entry_owner *owner,
                        uint64_t transaction) {
    uint32_t number = owner->dropped;
    if (number != 0)
        owner->dropped = sbl_queue_entry(queue, number)->after;
    else if ((number = let_go(queue, owner)) == 0 && (number = new_number(queue)) == 0)
        return 0;
    struct sbl_entry *entry = sbl_queue_entry(queue, number);
    uint64_t used = count_of(sbl_load(&entry->link)) + 1;
    sbl_store_release(ENTRY, &entry->position, unborn(transaction));
    sbl_store_release(ENTRY, &entry->link, joined(used, 0));
    return number;
}

void sbl_queue_drop(struct sbl_queue *queue, struct sbl_entry_owner *owner, uint32_t number) {
    sbl_queue_entry(queue, number)->after = owner->dropped;
    owner->dropped = number;
}

uint64_t sbl_queue_put_own(struct sbl_queue *queue, struct sbl_entry_owner *owner, uint32_t number,
                           uint64_t transaction) {
    if (owner->oldest == 0)
        owner->oldest = number;
    else
        sbl_queue_entry(queue, owner->newest)->after = number;
    owner->newest = number;
    return sbl_queue_put(queue, number, transaction);
}

/* ---- the committer's ---- */

const struct sbl_entry *sbl_queue_next(struct sbl_queue *queue) {
    const struct sbl_entry *head = sbl_queue_entry(queue, (uint32_t)sbl_load(&queue->head));
    uint64_t position = sbl_load(&head->position);
    if (position == sbl_load(&queue->known)) {
        uint64_t known = look_behind(queue, position);
        if (known == position)
            return NULL;
        sbl_store(&queue->known, known);
    }
    uint32_t number = number_of(sbl_load_acquire(ENTRY, &head->link));
    sbl_store(&queue->head, number);
    return sbl_queue_entry(queue, number);
}

uint64_t sbl_queue_read(const struct sbl_queue *queue) {
    return sbl_load(&sbl_queue_entry(queue, (uint32_t)sbl_load(&queue->head))->position);
}

void sbl_queue_let_go(struct sbl_queue *queue) {
    sbl_store_release(CONSUMED, &queue->consumed, sbl_queue_read(queue));
}
