/* SPDX-License-Identifier: Apache-2.0
 *
 * Copies, delays, outages, overtaking. What may be put out of order, and how far, decides whether
 * the end can be the same; --help argues why it is. */
#include "disorder.h"

#include "support.h"

#include <stdlib.h>

#define HOUR INT64_C(3600000)

/* In an outage the order system is heard from 13:00 on, four times as fast as it spoke from 08:00
 * to 11:00: so after what was picked and shipped, and before the shift ends at 14:00. */
static const int64_t outage_spoken = 8 * HOUR, outage_heard = 13 * HOUR;
enum { OUTAGE_FASTER = 4 };

/* The steps draw from sequences of their own. */
enum { STEP_TIMES = 1, STEP_SEQUENCE = 2, STEP_ANSWERS = 3 };

struct chance {
    uint64_t state;
};

/* SplitMix64. */
static uint64_t draw(struct chance *chance)
{
    uint64_t z = chance->state += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return z ^ z >> 31;
}

static int64_t draw_below(struct chance *chance, int64_t end)
{
    return (int64_t)(draw(chance) % (uint64_t)end);
}

static bool happens(struct chance *chance, int64_t percent)
{
    return draw_below(chance, 100) < percent;
}

/* ---- when ------------------------------------------------------------------------------------ */

/* Only a receipt that was expected may be late; and it is told before its purchase order is due, as
 * it was in time: from then on the schedule would not count it. */
static int64_t latest(const struct message *message)
{
    if (message->kind == MESSAGE_SHIPMENT)
        return INT64_MAX;
    const struct movement *movement = message->subject;
    return is_expected(movement) ? movement->purchase->due - 1 : message->sent;
}

static void delay(struct message *message, const struct disorder *disorder, struct chance *chance)
{
    int64_t days = 1 + draw_below(chance, disorder->late_days);
    int64_t most = (latest(message) - message->sent) / SELLABLE_DAY;
    message->sent += (days < most ? days : most) * SELLABLE_DAY;
}

static void make_outages(struct stream *stream, const struct disorder *disorder,
                         struct chance *chance)
{
    size_t days = (size_t)((stream->closes - stream->opens) / SELLABLE_DAY) + 1;
    bool *out = allocate(days, sizeof *out);
    for (size_t day = 0; day < days; day++)
        out[day] = happens(chance, disorder->outages);
    for (size_t i = 0; i < stream->count; i++) {
        struct message *message = &stream->messages[i];
        int64_t day = day_of(message->sent);
        if (message_forms[message->kind].source == SOURCE_OMS &&
            out[(day - stream->opens) / SELLABLE_DAY])
            message->sent =
                day + outage_heard + (message->sent - day - outage_spoken) / OUTAGE_FASTER;
    }
    free(out);
}

static void add_copy(struct stream *stream, size_t of, struct chance *chance)
{
    stream->messages =
        grow(stream->messages, stream->count, &stream->capacity, sizeof *stream->messages);
    struct message *copy = &stream->messages[stream->count++];
    *copy = stream->messages[of];
    copy->is_copy = true;
    copy->sent += draw_below(chance, COPY_DAYS + 1) * SELLABLE_DAY;
}

void disorder_times(struct stream *stream, const struct disorder *disorder)
{
    struct chance chance = {disorder->seed * 4 + STEP_TIMES};
    make_outages(stream, disorder, &chance);
    for (size_t i = 0; i < stream->count; i++) {
        struct message *message = &stream->messages[i];
        if ((message->kind == MESSAGE_SHIPMENT || message->kind == MESSAGE_ARRIVAL) &&
            happens(&chance, disorder->late))
            delay(message, disorder, &chance);
    }
    for (size_t i = 0, originals = stream->count; i < originals; i++)
        if (happens(&chance, disorder->duplicates))
            add_copy(stream, i, &chance);
}

/* ---- answers --------------------------------------------------------------------------------- */

bool disorder_loses(const struct disorder *disorder, uint64_t question)
{
    struct chance chance = {disorder->seed * 4 + STEP_ANSWERS};
    chance.state = draw(&chance) + question;
    return happens(&chance, disorder->lost);
}

/* ---- in which order -------------------------------------------------------------------------- */

/* The next message of the same source in the same shift; count: there is none. */
static size_t next_of_source(const struct stream *stream, size_t at)
{
    const struct message *messages = stream->messages;
    int64_t shift = shift_of(messages[at].sent);
    enum source source = message_forms[messages[at].kind].source;
    for (size_t i = at + 1; i < stream->count && shift_of(messages[i].sent) == shift; i++)
        if (message_forms[messages[i].kind].source == source)
            return i;
    return stream->count;
}

void disorder_sequence(struct stream *stream, const struct disorder *disorder)
{
    struct chance chance = {disorder->seed * 4 + STEP_SEQUENCE};
    struct message *messages = stream->messages;
    for (size_t i = 0; i < stream->count; i++) {
        if (!message_forms[messages[i].kind].overtaken || !happens(&chance, disorder->swapped))
            continue;
        size_t next = next_of_source(stream, i);
        if (next == stream->count || !message_forms[messages[next].kind].overtaken)
            continue;
        struct message overtaken = messages[i];
        messages[i] = messages[next];
        messages[next] = overtaken;
    }
}
