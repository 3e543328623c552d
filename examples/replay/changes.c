/* SPDX-License-Identifier: Apache-2.0
 *
 * What goes out: what has changed for a channel, and which cells are short, with the orders at
 * risk.
 *
 * Of the library: sellable_changes, sellable_shortages; sellable_memory for how many items there
 * are. */
#include "replay.h"

/* ---- changes --------------------------------------------------------------------------------- */

/* What is asked, but for the room. */
static struct sellable_changes read_changes(const struct fields *in)
{
    struct sellable_changes changes = {0};
    bool given;
    changes.channel_key = required_key(in, "channel");
    int64_t after = optional_number(in, "after", &given);
    if (after < 0)
        blame(in, "after", "it is less than 0");
    changes.has_after = given;
    changes.after = (uint64_t)after;
    int64_t limit = optional_number(in, "limit", &given);
    if (limit < 0)
        blame(in, "limit", "it is less than 0");
    changes.capacity = given ? (uint64_t)limit : UINT64_MAX;
    return changes;
}

/* Room for what was asked for. No item is told twice in one answer. */
static void make_room_for_changes(struct replay *replay, struct sellable_changes *changes)
{
    struct room *room = &replay->room;
    struct sellable_memory memory;
    sellable_memory(replay->engine, &memory);
    if (changes->capacity > memory.items)
        changes->capacity = memory.items;
    room->changes =
        grow(room->changes, changes->capacity, &room->change_capacity, sizeof *room->changes);
    changes->changes = room->changes;
}

static void put_change(struct replay *replay, const struct sellable_change *change)
{
    struct text *out = &replay->out;
    put_open(out, NULL, '{');
    put_key(out, "item", sellable_item_key(replay->engine, change->item));
    put_number(out, "published", change->published);
    put_number(out, "promisable", change->promisable);
    put_string(out, "level", sellable_level_name((int)change->level));
    put_close(out, '}');
}

void answer_changes(struct replay *replay, const struct fields *in)
{
    struct sellable_changes changes = read_changes(in);
    if (refused(replay))
        return;
    make_room_for_changes(replay, &changes);
    enum sellable_status status = sellable_changes(replay->engine, replay->worker, &changes);
    if (status != SELLABLE_OK) {
        answer_question_refusal(replay, status);
        return;
    }
    struct text *out = &replay->out;
    begin_answer(replay, status);
    put_open(out, "changes", '[');
    for (uint64_t i = 0; i < changes.count; i++)
        put_change(replay, &changes.changes[i]);
    put_close(out, ']');
    put_number(out, "position", (int64_t)changes.position);
    if (changes.more)
        put_flag(out, "more", true);
    put_close(out, '}');
}

/* ---- shortages ------------------------------------------------------------------------------- */

static int visit_shortage(void *context, const struct sellable_shortage *shortage)
{
    struct replay *replay = context;
    struct text *out = &replay->out;
    put_open(out, NULL, '{');
    put_key(out, "item", sellable_item_key(replay->engine, shortage->item));
    put_key(out, "location", sellable_location_key(replay->engine, shortage->location));
    put_number(out, "short", shortage->short_);
    put_open(out, "orders", '[');
    for (uint64_t i = 0; i < shortage->order_count; i++)
        put_key(out, NULL, shortage->orders[i].order);
    put_close(out, ']');
    put_close(out, '}');
    return 0;
}

void answer_shortages(struct replay *replay, const struct fields *in)
{
    (void)in;
    /* Written as if it went well; if it did not, what was written is taken back. */
    size_t begin = replay->out.size;
    begin_answer(replay, SELLABLE_OK);
    put_open(&replay->out, "shortages", '[');
    enum sellable_status status =
        sellable_shortages(replay->engine, replay->worker, visit_shortage, replay);
    if (status != SELLABLE_OK) {
        replay->out.size = begin;
        answer_field(replay, status, NULL, sellable_status_text((int)status));
        return;
    }
    put_close(&replay->out, ']');
    put_close(&replay->out, '}');
}
