/* SPDX-License-Identifier: Apache-2.0
 *
 * The lines are read by what reads them in examples/replay. The parsed JSON is kept, since the keys
 * of the records are in it; what a record leads to is copied, since the next line is read into the
 * same room. */
#include "stream.h"

#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../examples/replay/replay.h"

const char program_name[] = "offer"; /* what examples/common says when memory ends */

enum record_kind { RECORD_QUESTION, RECORD_EVENT, RECORD_ADVANCE };

struct record {
    enum record_kind kind;
    uint32_t part_hash; /* what it stays together with */
    double at;          /* ms since the first */
    int64_t now;        /* ADVANCE */
    struct sellable_question question;
    struct sellable_event event;
};

/* Memory that is given back all at once. */
struct arena {
    struct arena *before;
    size_t used, size;
    _Alignas(16) char bytes[];
};
enum { ARENA_SIZE = 1 << 20 };

static void *keep(struct stream *stream, const void *from, size_t size)
{
    struct arena *arena = stream->arena;
    size_t wanted = (size + 15) & ~(size_t)15;
    if (arena == NULL || arena->size - arena->used < wanted) {
        size_t room = wanted > ARENA_SIZE ? wanted : ARENA_SIZE;
        struct arena *more = malloc(sizeof *more + room);
        if (more == NULL)
            return NULL;
        *more = (struct arena){.before = arena, .size = room};
        stream->arena = arena = more;
    }
    void *kept = memcpy(arena->bytes + arena->used, from, size);
    arena->used += wanted;
    return kept;
}

/* ---- reading --------------------------------------------------------------------------------- */

struct reading {
    struct stream *stream;
    struct replay *replay;
    json_t *lines;
    uint64_t line, room;
    int64_t first, last;
    bool timed;
    const char *reason;
};

static bool is_master(uint32_t type)
{
    return type >= SELLABLE_ITEM;
}

/* Copies of the arrays; false: there is no memory. */
static bool keep_arrays(struct stream *stream, struct sellable_event *event)
{
    if (event->part_count != 0)
        event->parts = keep(stream, event->parts, event->part_count * sizeof *event->parts);
    if (event->part_count != 0 && event->parts == NULL)
        return false;
    if (event->order == NULL)
        return true;
    struct sellable_order order = *event->order;
    struct sellable_line *lines =
        keep(stream, order.lines, order.line_count * sizeof *order.lines);
    if (lines == NULL)
        return false;
    for (uint32_t i = 0; i < order.line_count; i++) {
        struct sellable_line *line = &lines[i];
        if (line->substitute_count == 0)
            continue;
        line->substitutes =
            keep(stream, line->substitutes, line->substitute_count * sizeof *line->substitutes);
        if (line->substitutes == NULL)
            return false;
    }
    order.lines = lines;
    event->order = keep(stream, &order, sizeof order);
    return event->order != NULL;
}

static uint32_t hash_key(struct sellable_key key)
{
    uint32_t hash = 2166136261u; /* FNV-1a */
    for (uint64_t i = 0; i < key.size; i++)
        hash = (hash ^ (unsigned char)key.bytes[i]) * 16777619u;
    return hash;
}

/* One numbered source is one sender; else an order's events follow each other, else an item's. */
static struct sellable_key togetherness(const struct sellable_event *event)
{
    if (event->has_seq)
        return event->source_key;
    if (event->order != NULL)
        return event->order->key;
    return event->order_key.size != 0 ? event->order_key : event->item_key;
}

static struct record *add(struct reading *reading)
{
    struct stream *stream = reading->stream;
    if (stream->count == reading->room) {
        reading->room = reading->room ? 2 * reading->room : 1024;
        struct record *more = realloc(stream->records, reading->room * sizeof *more);
        if (more == NULL) {
            reading->reason = "no memory";
            return NULL;
        }
        stream->records = more;
    }
    struct record *record = &stream->records[stream->count++];
    *record = (struct record){.at = (double)reading->last - (double)reading->first};
    return record;
}

static void note_time(struct reading *reading, int64_t at)
{
    if (!reading->timed)
        reading->first = reading->last = at;
    reading->timed = true;
    if (at > reading->last)
        reading->last = at;
}

static void read_one(struct reading *reading, const struct fields *in, uint32_t type)
{
    struct stream *stream = reading->stream;
    struct sellable_event event;
    read_event(reading->replay, in, type, &event);
    if (in->fault->reason != NULL)
        return;
    if (is_master(type)) {
        enum sellable_status status = sellable_apply(stream->base, NULL, &event, NULL);
        if (status != SELLABLE_OK && status != SELLABLE_DUPLICATE)
            reading->reason = sellable_status_text((int)status);
        return;
    }
    if (event.has_at)
        note_time(reading, event.at);
    if (!keep_arrays(stream, &event)) {
        reading->reason = "no memory";
        return;
    }
    struct record *record = add(reading);
    if (record == NULL)
        return;
    record->kind = RECORD_EVENT;
    record->event = event;
    record->part_hash = hash_key(togetherness(&event));
}

static void read_other(struct reading *reading, const struct fields *in, const char *type)
{
    bool asks = strcmp(type, "available") == 0, advances = strcmp(type, "advance") == 0;
    if (!asks && !advances) {
        reading->stream->passed_over++;
        return;
    }
    int64_t now = advances ? required_number(in, "at") : 0;
    struct sellable_question question = {.has_date = 0};
    if (asks)
        question = read_question(in);
    if (in->fault->reason != NULL)
        return;
    if (advances)
        note_time(reading, now);
    struct record *record = add(reading);
    if (record == NULL)
        return;
    record->kind = asks ? RECORD_QUESTION : RECORD_ADVANCE;
    record->now = now;
    record->question = question;
    record->part_hash = asks ? hash_key(question.item_key) : 0;
}

/* false: it is no line that can be played, or was passed over. */
static void read_line(struct reading *reading, char *bytes, size_t size)
{
    struct replay *replay = reading->replay;
    replay->fault.reason = NULL;
    replay->input = (struct line){bytes, size};
    const struct fields in = {
        .object = parse_line(bytes, size, &replay->scratch, &replay->fault),
        .fault = &replay->fault,
    };
    if (in.object == NULL) {
        reading->reason = replay->fault.reason;
        return;
    }
    json_array_append_new(reading->lines, in.object);
    struct sellable_key type = required_key(&in, "type");
    if (replay->fault.reason == NULL) {
        uint32_t event = sellable_event_of(type);
        if (event != 0)
            read_one(reading, &in, event);
        else
            read_other(reading, &in, json_string_value(json_object_get(in.object, "type")));
    }
    if (reading->reason == NULL)
        reading->reason = replay->fault.reason;
}

static void read_lines(struct reading *reading, FILE *file)
{
    char *text = NULL;
    size_t room = 0;
    for (ssize_t size; reading->reason == NULL && (size = getline(&text, &room, file)) >= 0;) {
        reading->line++;
        size_t length = strcspn(text, "\r\n");
        if (length > 0)
            read_line(reading, text, length < (size_t)size ? length : (size_t)size);
    }
    free(text);
}

bool stream_open(struct stream *stream, const char *path, const char **reason, uint64_t *line)
{
    struct reading reading = {.stream = stream, .lines = json_array()};
    FILE *file = fopen(path, "r");
    *stream = (struct stream){.lines = reading.lines};
    reading.replay = calloc(1, sizeof *reading.replay);
    if (file == NULL)
        reading.reason = "the file cannot be read";
    else if (reading.replay == NULL || sellable_open(NULL, &stream->base) != SELLABLE_OK)
        reading.reason = "no memory";
    else {
        reading.replay->engine = stream->base;
        read_lines(&reading, file);
    }
    if (file != NULL)
        fclose(file);
    if (reading.replay != NULL) {
        free(reading.replay->scratch.bytes);
        free(reading.replay->fault.field.bytes);
    }
    free(reading.replay);
    if (reading.reason == NULL && stream->count == 0) {
        reading.reason = "nothing arrives in it";
        reading.line = 0;
    }
    stream->span = (double)reading.last - (double)reading.first;
    *reason = reading.reason;
    *line = reading.line;
    if (reading.reason != NULL)
        stream_close(stream);
    return reading.reason == NULL;
}

void stream_close(struct stream *stream)
{
    sellable_close(stream->base);
    free(stream->records);
    json_decref(stream->lines);
    for (struct arena *arena = stream->arena, *before; arena != NULL; arena = before) {
        before = arena->before;
        free(arena);
    }
    *stream = (struct stream){.count = 0};
}

/* ---- playing --------------------------------------------------------------------------------- */

void stream_part_begin(struct stream_part *part, const struct stream *stream, uint32_t number,
                       uint32_t parts, double rate, bool even)
{
    double each = rate > 0 ? 1e9 / rate : 0;
    bool spread = even || stream->span == 0;
    *part = (struct stream_part){
        .stream = stream,
        .number = number,
        .parts = parts,
        .scale = spread ? 0 : each * (double)stream->count / stream->span,
        .each = spread ? each : 0,
    };
}

double stream_part_next(struct stream_part *part, const struct record **record)
{
    const struct stream *stream = part->stream;
    while (part->next < stream->count) {
        uint64_t i = part->next++;
        *record = &stream->records[i];
        if ((*record)->part_hash % part->parts == part->number)
            return (*record)->at * part->scale + (double)i * part->each;
    }
    return INFINITY;
}

enum business_call stream_kind(const struct record *record)
{
    if (record->kind == RECORD_QUESTION)
        return QUESTION;
    bool promises = record->kind == RECORD_EVENT &&
                    (record->event.type == SELLABLE_RESERVE || record->event.type == SELLABLE_AMEND);
    return promises ? RESERVATION : CHANGE;
}

enum sellable_status stream_do(const struct record *record, struct sellable *engine,
                               struct sellable_worker *worker)
{
    struct sellable_availability availability;
    switch (record->kind) {
    case RECORD_QUESTION:
        return sellable_available(engine, &record->question, &availability);
    case RECORD_ADVANCE:
        return sellable_advance(engine, worker, record->now, NULL);
    default:
        return sellable_apply(engine, worker, &record->event, NULL);
    }
}
