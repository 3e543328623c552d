/* SPDX-License-Identifier: Apache-2.0
 *
 * offer: runs a business on this machine, step by step, as ./dev plan asks for it. One JSON object a
 * line in, one a line out, until the input ends:
 *
 *    {"do":"open", ...}      a business (business.h), described; in place of one that is open
 *    {"do":"stream", "file"} a recorded stream (stream.h), in its place
 *    {"do":"step", ...}      calls at a rate (step.h)
 *    {"do":"memory"}         what the engine takes
 *    {"do":"checkpoint"}     of a store
 *    {"do":"recover"}        a store closed, and opened again
 *    {"do":"close"}
 *
 * An answer has "ok":false and "reason" if it could not be done. Descriptions come from the planner,
 * which has looked at each field; what is missing here is 0. */
#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "measure.h"
#include "step.h"

struct session {
    bool open;     /* a business is; */
    bool streams;  /* or a stream */
    struct stream stream;
    struct business business;
    struct business_thread states[BUSINESS_THREADS];
    char *store; /* the directory's name */
};

static double number_of(const json_t *from, const char *name)
{
    return json_number_value(json_object_get(from, name));
}

static uint64_t count_of(const json_t *from, const char *name)
{
    return (uint64_t)json_integer_value(json_object_get(from, name));
}

static json_t *failed(const char *reason)
{
    return json_pack("{s:b, s:s}", "ok", 0, "reason", reason ? reason : "unknown");
}

static json_t *memory_of(const struct sellable *engine)
{
    struct sellable_memory memory;
    sellable_memory(engine, &memory);
    return json_pack("{s:I, s:I, s:I, s:I, s:I}", "slab_bytes", (json_int_t)memory.slab_bytes,
                     "row_bytes", (json_int_t)memory.row_bytes, "block_bytes",
                     (json_int_t)memory.block_bytes, "items", (json_int_t)memory.items, "orders",
                     (json_int_t)memory.orders);
}

/* ---- open, close ----------------------------------------------------------------------------- */

static void read_terms(struct business_terms *terms, const json_t *from)
{
    *terms = (struct business_terms){
        .items = count_of(from, "items"),
        .locations = (uint32_t)count_of(from, "locations"),
        .channels = (uint32_t)count_of(from, "channels"),
        .skew = number_of(from, "skew"),
        .questions = number_of(from, "questions"),
        .reservations = number_of(from, "reservations"),
        .cancelled = number_of(from, "cancelled"),
        .open_orders = count_of(from, "open_orders"),
        .threads = (uint32_t)count_of(from, "threads"),
        .by_key = json_is_true(json_object_get(from, "by_key")),
        .answering = json_is_true(json_object_get(from, "decided")) ? SELLABLE_ANSWER_DECIDED
                                                                    : SELLABLE_ANSWER_DURABLE,
        .linger = (int64_t)count_of(from, "linger"),
    };
    const json_t *lines = json_object_get(from, "lines");
    for (size_t i = 0; i < BUSINESS_LINES; i++)
        terms->lines[i] = json_number_value(json_array_get(lines, i));
}

static void close_session(struct session *session)
{
    if (session->open)
        business_close(&session->business);
    if (session->streams)
        stream_close(&session->stream);
    session->open = session->streams = false;
    free(session->store);
    session->store = NULL;
}

static bool makes_sense(const struct business_terms *terms)
{
    return terms->items > 0 && terms->items <= UINT32_MAX && terms->locations > 0 &&
           terms->channels > 0 && terms->threads > 0 && terms->threads <= BUSINESS_THREADS;
}

static json_t *do_open(struct session *session, const json_t *line)
{
    struct business_terms terms;
    const char *reason, *store = json_string_value(json_object_get(line, "store"));
    close_session(session);
    read_terms(&terms, line);
    if (!makes_sense(&terms))
        return failed("items, locations, channels or threads make no sense");
    session->store = store ? strdup(store) : NULL;
    terms.store = session->store;
    if (!business_open(&session->business, &terms, &reason))
        return failed(reason);
    session->open = true;
    for (uint32_t i = 0; i < terms.threads; i++)
        business_thread_begin(&session->business, &session->states[i], i);
    return json_pack("{s:b, s:f, s:o}", "ok", 1, "filled", session->business.filled, "memory",
                     memory_of(session->business.engine));
}

static json_t *do_stream(struct session *session, const json_t *line)
{
    const char *file = json_string_value(json_object_get(line, "file")), *reason;
    uint64_t at;
    char words[256];
    close_session(session);
    if (!file)
        return failed("file is missing");
    if (!stream_open(&session->stream, file, &reason, &at)) {
        if (at > 0)
            snprintf(words, sizeof words, "line %" PRIu64 ": %s", at, reason);
        else
            snprintf(words, sizeof words, "%s", reason);
        return failed(words);
    }
    session->streams = true;
    return json_pack("{s:b, s:I, s:I, s:f, s:o}", "ok", 1, "count",
                     (json_int_t)session->stream.count, "passed_over",
                     (json_int_t)session->stream.passed_over, "span", session->stream.span,
                     "memory", memory_of(session->stream.base));
}

/* ---- steps ----------------------------------------------------------------------------------- */

/* [[least ns, count], ...] of the buckets that have something. */
static json_t *buckets(const struct histogram *histogram)
{
    json_t *list = json_array();
    for (size_t i = 0; i < HISTOGRAM_BUCKETS; i++)
        if (histogram->counts[i])
            json_array_append_new(list, json_pack("[I, I]", (json_int_t)histogram_least(i),
                                                  (json_int_t)histogram->counts[i]));
    return list;
}

static json_t *told(const struct step *step)
{
    json_t *took = json_object();
    for (uint32_t kind = 0; kind < BUSINESS_CALLS; kind++)
        json_object_set_new(took, business_call_names[kind], buckets(&step->took[kind]));
    return json_pack("{s:b, s:f, s:I, s:I, s:I, s:I, s:I, s:s, s:o, s:o}", "ok", 1, "wall",
                     step->wall, "offered", (json_int_t)step->offered, "sent",
                     (json_int_t)step->sent, "unsent", (json_int_t)step->unsent, "refused",
                     (json_int_t)step->refused, "faults", (json_int_t)step->faults, "fault",
                     sellable_status_text((int)step->fault), "took", took, "waited",
                     buckets(&step->waited));
}

static json_t *call(struct session *session, struct step *step)
{
    step->business = &session->business;
    step->engine = session->business.engine;
    step->workers = session->business.workers;
    if (!step_run(step, session->states))
        return failed("no thread or no memory could be had");
    return told(step);
}

/* From the beginning, in a fork that has nothing but the masters. */
static json_t *play(struct session *session, struct step *step)
{
    struct sellable_worker *workers[BUSINESS_THREADS] = {NULL}; /* NULL: each call claims one */
    step->stream = &session->stream;
    step->workers = workers;
    if (sellable_fork(session->stream.base, NULL, NULL, &step->engine) != SELLABLE_OK)
        return failed("no memory for a fork");
    json_t *reply = step_run(step, session->states) ? told(step) : failed("no thread could be had");
    json_object_set_new(reply, "memory", memory_of(step->engine));
    sellable_close(step->engine);
    return reply;
}

static json_t *do_step(struct session *session, const json_t *line)
{
    static struct step step; /* large */
    step = (struct step){
        .rate = number_of(line, "rate"),
        .seconds = number_of(line, "seconds"),
        .threads = (uint32_t)count_of(line, "threads"),
        .burst = number_of(line, "burst"),
        .part = number_of(line, "part"),
        .period = number_of(line, "period"),
        .stop = number_of(line, "stop"),
        .idle = json_is_true(json_object_get(line, "idle")),
        .even = json_is_true(json_object_get(line, "even")),
    };
    uint32_t most = session->streams ? BUSINESS_THREADS : session->business.terms.threads;
    if (!(step.seconds > 0) || step.threads == 0 || step.threads > most)
        return failed("seconds or threads make no sense");
    if (step.rate > 0 && !(step.burst >= 1 && step.part > 0 && step.part < 1 &&
                           step.burst * step.part <= 1 && step.period > 0))
        return failed("burst, part and period make no sense together");
    return session->streams ? play(session, &step) : call(session, &step);
}

/* ---- the rest -------------------------------------------------------------------------------- */

static json_t *do_memory(struct session *session, const json_t *line)
{
    (void)line;
    return json_pack("{s:b, s:o}", "ok", 1, "memory", memory_of(session->business.engine));
}

static json_t *do_checkpoint(struct session *session, const json_t *line)
{
    (void)line;
    double started = measure_wall();
    enum sellable_status status = sellable_checkpoint(session->business.engine, NULL, 0);
    if (status != SELLABLE_OK)
        return failed(sellable_status_text((int)status));
    return json_pack("{s:b, s:f}", "ok", 1, "seconds", (measure_wall() - started) / 1e9);
}

static json_t *do_recover(struct session *session, const json_t *line)
{
    (void)line;
    const char *reason;
    double seconds = business_recover(&session->business, &reason);
    if (seconds < 0) {
        close_session(session);
        return failed(reason);
    }
    return json_pack("{s:b, s:f, s:I, s:I}", "ok", 1, "seconds", seconds, "replayed",
                     (json_int_t)session->business.recovery.replayed, "position",
                     (json_int_t)session->business.recovery.position);
}

static json_t *do_close(struct session *session, const json_t *line)
{
    (void)line;
    close_session(session);
    return json_pack("{s:b}", "ok", 1);
}

/* Is what an order needs there? */
static bool may(const struct session *session, bool business, bool stream)
{
    return (!business && !stream) || (business && session->open) || (stream && session->streams);
}

static json_t *answer(struct session *session, const json_t *line)
{
    static const struct {
        const char *name;
        json_t *(*run)(struct session *session, const json_t *line);
        bool business; /* needs one */
        bool stream;   /* or a stream */
    } orders[] = {
        {"open", do_open, false, false},      {"stream", do_stream, false, false},
        {"step", do_step, true, true},        {"memory", do_memory, true, false},
        {"checkpoint", do_checkpoint, true, false}, {"recover", do_recover, true, false},
        {"close", do_close, false, false},
    };
    const char *name = json_string_value(json_object_get(line, "do"));
    for (size_t i = 0; name && i < sizeof orders / sizeof *orders; i++)
        if (strcmp(orders[i].name, name) == 0)
            return may(session, orders[i].business, orders[i].stream)
                       ? orders[i].run(session, line)
                       : failed("nothing is open");
    return failed("no such order");
}

int main(void)
{
    static struct session session;
    char *text = NULL;
    size_t room = 0;
    ssize_t size;
    while ((size = getline(&text, &room, stdin)) > 0) {
        json_t *line = json_loadb(text, (size_t)size, 0, NULL);
        json_t *reply = line ? answer(&session, line) : failed("the line is no JSON");
        json_dumpf(reply, stdout, JSON_COMPACT);
        putchar('\n');
        fflush(stdout);
        json_decref(reply);
        json_decref(line);
    }
    close_session(&session);
    free(text);
    return 0;
}
