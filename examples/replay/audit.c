/* SPDX-License-Identifier: Apache-2.0
 *
 * Is all of it consistent, and what figures are there for operations?
 *
 * Of the library: sellable_audit; sellable_source_next, sellable_source_look,
 * sellable_exception_counts, sellable_memory. */
#include "replay.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

/* ---- audit ----------------------------------------------------------------------------------- */

static void put_hash(struct text *out, const char *name, const uint64_t hash[2])
{
    char digits[2 * 16 + 1];
    snprintf(digits, sizeof digits, "%016" PRIx64 "%016" PRIx64, hash[0], hash[1]);
    put_string(out, name, digits);
}

void answer_audit(struct replay *replay, const struct fields *in)
{
    (void)in;
    struct sellable_audit audit;
    enum sellable_status status = sellable_audit(replay->engine, replay->worker, &audit);
    if (status != SELLABLE_OK) {
        answer_field(replay, status, NULL, sellable_status_text((int)status));
        return;
    }
    struct text *out = &replay->out;
    begin_answer(replay, status);
    put_flag(out, "consistent", audit.consistent != 0);
    if (!audit.consistent) {
        put_key(out, "item", sellable_item_key(replay->engine, audit.item));
        put_key(out, "location", sellable_location_key(replay->engine, audit.location));
    }
    put_hash(out, "hash", audit.hash);
    put_hash(out, "full", audit.full);
    put_number(out, "items", (int64_t)audit.items);
    put_number(out, "orders", (int64_t)audit.orders);
    put_close(out, '}');
}

/* ---- stats ----------------------------------------------------------------------------------- */

static int by_key(const void *left, const void *right)
{
    const struct known_source *a = left, *b = right;
    return compare_keys(a->key, b->key);
}

/* All sources there are, by key; how many. */
static size_t list_sources(struct replay *replay)
{
    struct room *room = &replay->room;
    size_t count = 0;
    struct sellable_source source = {0};
    while ((source = sellable_source_next(replay->engine, source)).id != 0) {
        room->sources =
            grow(room->sources, count + 1, &room->source_capacity, sizeof *room->sources);
        room->sources[count++] =
            (struct known_source){sellable_source_key(replay->engine, source), source};
    }
    if (count > 0)
        qsort(room->sources, count, sizeof *room->sources, by_key);
    return count;
}

static void put_sources(struct replay *replay)
{
    struct text *out = &replay->out;
    size_t count = list_sources(replay);
    put_open(out, "sources", '[');
    for (size_t i = 0; i < count; i++) {
        const struct known_source *known = &replay->room.sources[i];
        struct sellable_source_view view;
        if (sellable_source_look(replay->engine, known->source, &view) != SELLABLE_OK)
            fail("a source that was listed is not there");
        put_open(out, NULL, '{');
        put_key(out, "source", known->key);
        if (view.has_seq)
            put_number(out, "seq", view.seq);
        else
            put_null(out, "seq");
        put_number(out, "gaps", (int64_t)view.gaps);
        if (view.max_lag >= 0)
            put_number(out, "max_lag", view.max_lag);
        else
            put_null(out, "max_lag");
        put_close(out, '}');
    }
    put_close(out, ']');
}

static void put_exception_counts(struct replay *replay)
{
    struct text *out = &replay->out;
    struct sellable_exception_counts counts;
    sellable_exception_counts(replay->engine, &counts);
    put_open(out, "exceptions", '{');
    put_number(out, "kept", (int64_t)counts.kept);
    put_number(out, "last", (int64_t)counts.last);
    put_number(out, "lost", (int64_t)counts.lost);
    put_close(out, '}');
}

static void put_memory(struct replay *replay)
{
    struct text *out = &replay->out;
    struct sellable_memory memory;
    sellable_memory(replay->engine, &memory);
    put_open(out, "memory", '{');
    put_number(out, "slab_bytes", (int64_t)memory.slab_bytes);
    put_number(out, "row_bytes", (int64_t)memory.row_bytes);
    put_number(out, "block_bytes", (int64_t)memory.block_bytes);
    put_number(out, "items", (int64_t)memory.items);
    put_number(out, "orders", (int64_t)memory.orders);
    put_number(out, "event_ids", (int64_t)memory.event_ids);
    put_number(out, "transfers", (int64_t)memory.transfers);
    put_close(out, '}');
}

void answer_stats(struct replay *replay, const struct fields *in)
{
    (void)in;
    begin_answer(replay, SELLABLE_OK);
    put_sources(replay);
    put_exception_counts(replay);
    put_memory(replay);
    put_close(&replay->out, '}');
}
