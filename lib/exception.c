/* SPDX-License-Identifier: Apache-2.0
 *
 * Keeping exceptions, and parting with them. See exception.h. */
#include "exception.h"

#include "content.h"
#include "origin.h"
#include "tally.h"

bool sbl_is_kept(enum sellable_status status) {
    switch (status) {
    case SELLABLE_CONFLICT:
    case SELLABLE_UNKNOWN_ITEM:
    case SELLABLE_UNKNOWN_LOCATION:
    case SELLABLE_UNKNOWN_CHANNEL:
    case SELLABLE_UNKNOWN_SOURCE:
    case SELLABLE_UNKNOWN_ORDER:
    case SELLABLE_NOT_OWNER:
    case SELLABLE_STALE:
    case SELLABLE_INVALID:
    case SELLABLE_WRONG_STATE:
    case SELLABLE_OVERFLOW:
        return true;
    case SELLABLE_OK:
    case SELLABLE_DUPLICATE:
    case SELLABLE_INSUFFICIENT:
    case SELLABLE_PAUSED:
    case SELLABLE_NO_MEMORY:
    case SELLABLE_NOT_DURABLE:
    case SELLABLE_STATUS_COUNT:
        break;
    }
    return false;
}

/* ---- what is kept of an event ---- */

/* A part ends with at least one zero, so that texts do. */
static size_t room_for(size_t bytes) { return (bytes + 8) & ~(size_t)7; }

/* Keys that are none are kept as they are, up to as long as one may be. */
static struct sellable_key at_most(struct sellable_key key) {
    if (key.bytes == NULL)
        key.size = 0;
    if (key.size > SELLABLE_KEY_MAX)
        key.size = SELLABLE_KEY_MAX;
    return key;
}

static struct sellable_key text_of(const char *text) {
    return at_most((struct sellable_key){text, text == NULL ? 0 : strlen(text)});
}

/* The order that it is about. */
static struct sellable_key order_of(const struct sellable_event *event, uint32_t says) {
    if ((says & SBL_SAYS_ORDER) != 0)
        return event->order == NULL ? (struct sellable_key){NULL, 0} : event->order->key;
    return (says & SBL_SAYS_ORDER_KEY) != 0 ? event->order_key : (struct sellable_key){NULL, 0};
}

/* A thing that it is about, by the key of its handle or by its key. */
static struct sellable_key thing_of(uint32_t says, uint32_t handle, struct sellable_key known,
                                    struct sellable_key key) {
    if (says == 0)
        return (struct sellable_key){NULL, 0};
    return at_most(handle != 0 ? known : key);
}

/* Write all of it into the scratch; `says`: which fields count; *bytes: how many. false: no
 * memory. */
static bool write_kept(struct sellable *engine, struct sbl_worker *worker,
                       const struct sellable_event *event, uint32_t says, bool is_record,
                       enum sellable_status status, const char *field, const char *reason,
                       size_t *bytes) {
    struct sbl_buffer *scratch = &worker->scratch[SBL_SCRATCH_KEPT];
    const struct sellable_key source =
        event->source.id != 0 ? sellable_source_key(engine, event->source) : event->source_key;
    uint64_t content_size =
        event->content_size < SELLABLE_CONTENT_MAX ? event->content_size : SELLABLE_CONTENT_MAX;
    struct sbl_kept kept = {
        .status = (uint32_t)status,
        .type = event->type,
        .is_record = is_record && event->content == NULL};
    const struct sellable_key parts[SBL_KEPT_PARTS] = {
        text_of(field),
        text_of(reason),
        at_most(source),
        at_most(event->id),
        at_most(event->correlation),
        at_most(order_of(event, says)),
        thing_of(says & SBL_SAYS_ITEM, event->item.id, sellable_item_key(engine, event->item),
                 event->item_key),
        thing_of(says & SBL_SAYS_LOCATION, event->location.id,
                 sellable_location_key(engine, event->location), event->location_key),
        thing_of(says & SBL_SAYS_TO, event->to.id, sellable_location_key(engine, event->to),
                 event->to_key),
        {event->content, event->content == NULL ? 0 : content_size}};
    size_t used = sizeof kept, packed = 0;
    for (int i = 0; i < SBL_KEPT_CONTENT; i++)
        used += room_for((size_t)parts[i].size);
    size_t content = used;
    if (kept.is_record == 0)
        used += room_for((size_t)parts[SBL_KEPT_CONTENT].size);
    if (!sbl_buffer_reserve(&engine->memory, scratch, used))
        return false;
    memset(scratch->bytes, 0, used);
    if (kept.is_record != 0 && !sbl_pack(&engine->memory, scratch, content, event, &packed))
        return false;
    if (packed > SELLABLE_RECORD_MAX) { /* the words in which it is refused are all that is kept */
        kept.is_record = 0;
        packed = 0;
    }
    char *at = (char *)scratch->bytes + sizeof kept;
    for (int i = 0; i < SBL_KEPT_PARTS; i++) {
        kept.size[i] = (uint32_t)parts[i].size;
        if (parts[i].size != 0)
            memcpy(at, parts[i].bytes, (size_t)parts[i].size);
        at += room_for((size_t)parts[i].size);
    }
    if (kept.is_record != 0)
        kept.size[SBL_KEPT_CONTENT] = (uint32_t)packed;
    memcpy(scratch->bytes, &kept, sizeof kept);
    *bytes = used + packed;
    return true;
}

bool sbl_kept_read(struct sellable *engine, struct sbl_buffer *buffer, uint32_t blob,
                   uint32_t words, const struct sbl_kept **kept, char *part[SBL_KEPT_PARTS]) {
    size_t bytes = words * sizeof(uint64_t), at = sizeof **kept;
    if (bytes < sizeof **kept || !sbl_buffer_reserve(&engine->memory, buffer, bytes) ||
        sbl_blob_copy(&engine->memory, blob, 0, buffer->bytes, words) != words)
        return false;
    const struct sbl_kept *read = *kept = buffer->bytes;
    for (int i = 0; i < SBL_KEPT_PARTS; i++) {
        part[i] = (char *)buffer->bytes + at;
        if (at + read->size[i] > bytes)
            return false;
        at += room_for(read->size[i]);
    }
    return true;
}

/* ---- the chain ---- */

/* The lines that a change touches, each read once, written at the end in their order. Six are
 * enough: the head, the slot, those beside it, the newest, and the one after the oldest. */
enum { TOUCHED = 6 };
struct chain {
    struct sellable *engine;
    struct sbl_worker *worker;
    uint32_t count;
    struct touched {
        uint32_t slot;
        struct sbl_seen seen;
        struct sbl_image image;
    } touched[TOUCHED];
};

static struct sbl_line *slot_line(const struct sellable *engine, uint32_t slot) {
    return sbl_array_at(&engine->exception, slot);
}

/* The words of a slot as they are to become; 0: the head. NULL: it is torn, there is no such
 * slot. */
static uint64_t *touch(struct chain *chain, uint32_t slot) {
    for (uint32_t i = 0; i < chain->count; i++)
        if (chain->touched[i].slot == slot)
            return chain->touched[i].image.word;
    struct sbl_line *line = slot_line(chain->engine, slot);
    if (line == NULL || chain->count == TOUCHED)
        return NULL;
    struct touched *touched = &chain->touched[chain->count++];
    touched->slot = slot;
    sbl_line_settle(chain->worker, line, &touched->seen);
    touched->image = touched->seen.image;
    return touched->image.word;
}

/* Plan all that was touched, the lowest slot first. false: no memory. */
static bool write_chain(struct chain *chain) {
    for (uint32_t done = 0; done < chain->count; done++) {
        uint32_t least = done;
        for (uint32_t i = done; i < chain->count; i++)
            if (chain->touched[i].slot < chain->touched[least].slot)
                least = i;
        const struct touched next = chain->touched[least];
        chain->touched[least] = chain->touched[done];
        chain->touched[done] = next;
        uint32_t old = sbl_low(next.seen.image.word[SBL_EXCEPTION_BLOB]);
        if (next.slot != 0 && old != sbl_low(next.image.word[SBL_EXCEPTION_BLOB]) &&
            !sbl_transaction_replaces(chain->worker, old))
            return false;
        if (!sbl_transaction_add(chain->worker, slot_line(chain->engine, next.slot),
                                 (struct sbl_name){SBL_EXCEPTION, next.slot}, &next.seen,
                                 &next.image))
            return false;
    }
    return true;
}

static void set_low(uint64_t *word, uint32_t low) { *word = sbl_pair(sbl_high(*word), low); }
static void set_high(uint64_t *word, uint32_t high) { *word = sbl_pair(high, sbl_low(*word)); }

/* Take a slot out of the chain, and put it among the free ones. false: what was read is torn. */
static bool take_out(struct chain *chain, uint32_t slot) {
    uint64_t *head = touch(chain, 0), *gone = touch(chain, slot);
    if (gone == NULL)
        return false;
    uint32_t older = sbl_low(gone[SBL_EXCEPTION_BESIDE]);
    uint32_t newer = sbl_high(gone[SBL_EXCEPTION_BESIDE]);
    uint64_t *before = older == 0 ? NULL : touch(chain, older);
    uint64_t *after = newer == 0 ? NULL : touch(chain, newer);
    if ((older != 0 && before == NULL) || (newer != 0 && after == NULL))
        return false;
    if (older == 0)
        set_low(&head[SBL_EXCEPTION_ENDS], newer);
    else
        set_high(&before[SBL_EXCEPTION_BESIDE], newer);
    if (newer == 0)
        set_high(&head[SBL_EXCEPTION_ENDS], older);
    else
        set_low(&after[SBL_EXCEPTION_BESIDE], older);
    gone[SBL_EXCEPTION_NUMBER] = gone[SBL_EXCEPTION_BLOB] = 0;
    gone[SBL_EXCEPTION_BESIDE] = sbl_pair(sbl_low(head[SBL_EXCEPTION_FREE]), 0);
    head[SBL_EXCEPTION_FREE] = slot;
    head[SBL_EXCEPTION_COUNT]--;
    return true;
}

/* A free slot, out of its chain or never used. 0: no memory, or torn. */
static uint32_t free_slot(struct chain *chain) {
    uint64_t *head = touch(chain, 0);
    uint32_t slot = sbl_low(head[SBL_EXCEPTION_FREE]);
    if (slot != 0) {
        uint64_t *word = touch(chain, slot);
        if (word == NULL)
            return 0;
        head[SBL_EXCEPTION_FREE] = sbl_high(word[SBL_EXCEPTION_BESIDE]);
        return slot;
    }
    slot = sbl_high(head[SBL_EXCEPTION_COUNT]) + 1;
    if (!sbl_array_grow(&chain->engine->exception, slot))
        return 0;
    set_high(&head[SBL_EXCEPTION_COUNT], slot);
    return slot;
}

/* ---- one more ---- */

static enum sbl_outcome attempt_keep(struct sellable *engine, struct sbl_worker *worker,
                                     size_t bytes, uint64_t *number) {
    struct chain chain = {.engine = engine, .worker = worker};
    struct sbl_kept *kept = worker->scratch[SBL_SCRATCH_KEPT].bytes;
    struct sbl_seen world;
    if (!sbl_transaction_begin(worker, &world))
        return SBL_NO_MEMORY;
    uint64_t *head = touch(&chain, 0);
    uint64_t most = engine->exceptions_most;
    *number = head[SBL_EXCEPTION_LAST] + 1;
    if (sbl_low(head[SBL_EXCEPTION_COUNT]) >= most) {
        head[SBL_EXCEPTION_LOST]++;
        if (!take_out(&chain, sbl_low(head[SBL_EXCEPTION_ENDS])))
            goto torn;
    }
    uint32_t slot = free_slot(&chain), newest = sbl_high(head[SBL_EXCEPTION_ENDS]);
    if (slot == 0)
        goto torn;
    uint64_t *new = touch(&chain, slot), *last = newest == 0 ? NULL : touch(&chain, newest);
    if (new == NULL || (newest != 0 && last == NULL))
        goto torn;
    kept->number = *number;
    kept->kept_at = sbl_now_of(&world.image);
    uint32_t blob = sbl_transaction_blob(worker, (const uint64_t *)(const void *)kept,
                                         (uint32_t)(bytes / sizeof(uint64_t)));
    if (blob == 0)
        return SBL_NO_MEMORY;
    new[SBL_EXCEPTION_NUMBER] = *number;
    new[SBL_EXCEPTION_BLOB] = blob;
    new[SBL_EXCEPTION_BESIDE] = sbl_pair(0, newest);
    if (last != NULL)
        set_high(&last[SBL_EXCEPTION_BESIDE], slot);
    else
        set_low(&head[SBL_EXCEPTION_ENDS], slot);
    set_high(&head[SBL_EXCEPTION_ENDS], slot);
    head[SBL_EXCEPTION_LAST]++;
    head[SBL_EXCEPTION_COUNT]++;
    return write_chain(&chain) ? sbl_transaction_commit(worker, false) : SBL_NO_MEMORY;

torn: /* somebody else has changed the chain meanwhile; or there is no memory */
    if (sbl_line_still(&engine->commit, slot_line(engine, 0), &chain.touched[0].seen))
        return SBL_NO_MEMORY;
    sbl_transaction_drop(worker);
    return SBL_ABORTED;
}

enum sellable_status sbl_exception_keep(struct sellable *engine, struct sbl_worker *worker,
                                        const struct sellable_event *event, uint32_t says,
                                        bool is_record, enum sellable_status status,
                                        const char *field, const char *reason, uint64_t *number) {
    enum sbl_outcome outcome = SBL_NO_MEMORY;
    size_t bytes;
    if (reason == NULL || *reason == 0)
        reason = sellable_status_text((int)status);
    struct sbl_said said = sbl_say_nothing(worker, SELLABLE_DID_REFUSE);
    if (write_kept(engine, worker, event, says, is_record, status, field, reason, &bytes))
        SBL_UNTIL_DONE(outcome, worker, attempt_keep(engine, worker, bytes, number));
    sbl_say_on(worker, said);
    if (outcome == SBL_ACCEPTED) {
        sbl_tally_exception(engine, worker, status);
        return SELLABLE_OK;
    }
    *number = 0;
    return SELLABLE_NO_MEMORY;
}

/* ---- one less ---- */

/* The slot of a number; 0: there is none now. Looks at each, so what is found is looked at again
 * where it matters. */
static uint32_t find_slot(const struct sellable *engine, uint64_t number, struct sbl_seen *seen) {
    struct sbl_seen head;
    for (;;) {
        sbl_line_read(&engine->commit, slot_line(engine, 0), &head);
        uint32_t used = sbl_high(head.image.word[SBL_EXCEPTION_COUNT]);
        for (uint32_t slot = 1; slot <= used && number != 0; slot++) {
            const struct sbl_line *line = slot_line(engine, slot);
            if (line == NULL)
                continue;
            sbl_line_read(&engine->commit, line, seen);
            if (seen->image.word[SBL_EXCEPTION_NUMBER] == number)
                return slot;
        }
        if (sbl_line_still(&engine->commit, slot_line(engine, 0), &head))
            return 0;
    }
}

bool sbl_exception_take_out(struct sellable *engine, struct sbl_worker *worker, uint64_t number,
                            bool *there) {
    struct chain chain = {.engine = engine, .worker = worker};
    struct sbl_seen seen;
    uint32_t slot = find_slot(engine, number, &seen);
    const uint64_t *head = touch(&chain, 0), *word = slot == 0 ? NULL : touch(&chain, slot);
    *there = head != NULL && word != NULL && word[SBL_EXCEPTION_NUMBER] == number &&
             take_out(&chain, slot);
    return !*there || write_chain(&chain);
}

static enum sbl_outcome attempt_discard(struct sellable *engine, struct sbl_worker *worker,
                                        uint64_t number, bool *there) {
    struct sbl_seen world, seen;
    if (!sbl_transaction_begin(worker, &world) ||
        !sbl_exception_take_out(engine, worker, number, there))
        return SBL_NO_MEMORY;
    if (*there)
        return sbl_transaction_commit(worker, false);
    sbl_transaction_drop(worker);
    return find_slot(engine, number, &seen) == 0 ? SBL_ACCEPTED : SBL_ABORTED;
}

enum sellable_status sbl_exception_drop(struct sellable *engine, struct sbl_worker *worker,
                                        uint64_t number) {
    enum sbl_outcome outcome;
    bool there = false;
    SBL_UNTIL_DONE(outcome, worker, attempt_discard(engine, worker, number, &there));
    if (outcome == SBL_NO_MEMORY)
        return SELLABLE_NO_MEMORY;
    return there ? SELLABLE_OK : SELLABLE_INVALID;
}

bool sbl_exception_is_there(const struct sellable *engine, uint64_t number) {
    struct sbl_seen seen;
    return find_slot(engine, number, &seen) != 0;
}

const struct sellable_event *sbl_exception_record(struct sellable *engine,
                                                  struct sbl_worker *worker, uint64_t number,
                                                  bool *there, bool *room) {
    const struct sbl_kept *kept;
    char *part[SBL_KEPT_PARTS];
    struct sbl_seen seen;
    uint32_t slot;
    *room = true;
    for (;;) {
        slot = find_slot(engine, number, &seen);
        *there = slot != 0;
        if (slot == 0)
            return NULL;
        uint32_t blob = sbl_low(seen.image.word[SBL_EXCEPTION_BLOB]);
        uint32_t words = sbl_blob_words(&engine->memory, blob);
        if (!sbl_line_still(&engine->commit, slot_line(engine, slot), &seen))
            continue; /* it was no count of its words */
        bool read = sbl_kept_read(engine, &worker->scratch[SBL_SCRATCH_KEPT], blob, words, &kept,
                                  part);
        if (!sbl_line_still(&engine->commit, slot_line(engine, slot), &seen))
            continue;
        *room = read;
        break;
    }
    return *room && kept->is_record != 0 ? sbl_unpack(part[SBL_KEPT_CONTENT]) : NULL;
}
