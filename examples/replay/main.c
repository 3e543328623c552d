/* SPDX-License-Identifier: Apache-2.0
 *
 * replay: events and questions from standard input, one JSON object a line; for each an answer on
 * standard output, one JSON object a line. What can be said and what is answered is in --help.
 *
 * It is the shortest way to try an engine out, to feed it from any language through a pipe, and to
 * play what happened once more: the same lines give the same answers. Answers are written before
 * more input is waited for, so a program that says one line can wait for its answer.
 *
 * To read it as a tutorial: each file shows one part of the library, and says at its top which.
 *
 *    events.c      a line becomes an event, is applied, and answered
 *    masters.c     items, kits, units; locations, channels, settings; sources and what they own
 *    supply.c      what is there, comes, goes, and will be
 *    orders.c      promises, and what becomes of them
 *    exceptions.c  events that were refused: listed, mended, discarded
 *    questions.c   what can be promised, orders, what waits
 *    cells.c       what is kept of an item at a location
 *    explain.c     why is it this figure?
 *    changes.c     what has changed for a channel; what is short
 *    audit.c       is it consistent?
 *    stats.c       figures for operations
 *    answers.c     statuses, and what is wrong with a field
 *
 * fields.c takes lines apart (jansson), lines.c reads them, text.c writes JSON.
 *
 * Of the library here: sellable_open, sellable_worker_acquire, sellable_worker_release,
 * sellable_close. */
#include "lines.h"
#include "replay.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char usage[] =
    "usage: replay <INPUT >OUTPUT\n"
    "\n"
    "Reads events and questions, one JSON object a line, and prints an answer for each, one JSON\n"
    "object a line: {'line':8,'status':'ok',...}. Blank lines are counted and left out. (Quotes\n"
    "are single ones on this page only.)\n"
    "\n"
    "  time        {'type':'advance','at':1767225600000}\n"
    "  masters     {'type':'item','item':'A','unit':'each','units':{'case':[12,1]}}\n"
    "              {'type':'item','item':'SET','components':{'A':2,'B':1}}\n"
    "              {'type':'location','location':'east','region':'us','active':true}\n"
    "              {'type':'channel','channel':'web','locations':['east'],'buffer':2}\n"
    "              {'type':'policy','channel':'web','item':'A','cap':50}\n"
    "              {'type':'hold','reason':'customs'}\n"
    "              {'type':'source','source':'wms','max_lag':60000}\n"
    "              {'type':'owner','quantity':'on_hand','source':['erp'],'location':'east'}\n"
    "              ('quantity': one of a cell, or a type of events; 'source': one, several, null)\n"
    "  supply      {'type':'on_hand.set','item':'A','location':'east','quantity':10}\n"
    "              on_hand.adjust; hold.place, hold.release, hold.scrap ('reason');\n"
    "              allocation.set, allocation.adjust, safety_stock.set, ring_fence.set\n"
    "              ('channel', 'until'), schedule.set ('reference', 'due');\n"
    "              receipt ('reference', 'held'); transfer.ship ('transfer', 'from', 'to',\n"
    "              'due'), transfer.receive; return.receive ('order'), return.disposition\n"
    "              ('outcome': restock, scrap, damage)\n"
    "  orders      {'type':'reserve','order':'O-1','channel':'web',\n"
    "               'lines':[{'item':'A','quantity':2}]}\n"
    "              a line also: 'unit', 'location', 'substitutes', 'at_least';\n"
    "              the order also: 'mode', 'expires_at', 'date', 'precedence'\n"
    "              extend, confirm, amend, resource, allocate, deallocate, ship, release\n"
    "  every event may also have 'source', 'id', 'seq', 'at', 'correlation'; sets and adjusts\n"
    "              'expected'; on_hand.set 'as_of'\n"
    "  exceptions  {'type':'exceptions','by':'impact'}, discard ('exception'),\n"
    "              {'type':'replay','exception':1,'event':{...}}\n"
    "  questions   {'type':'available','item':'A','channel':'web'}   ('date', 'order')\n"
    "              explain, cell, order, orders, waiting, shortages, audit\n"
    "              {'type':'changes','channel':'web','after':41,'limit':1000}\n"
    "              {'type':'stats','format':'openmetrics'}   (not given: as members)\n"
    "\n"
    "Settings that a line does not name stay, null takes one back. Exit code: 0 at the end of the\n"
    "input, whatever was answered; 2 if it cannot go on.\n";

/* ---- types ----------------------------------------------------------------------------------- */

static const struct type {
    const char *name;
    answer_function *answer;
} types[] = {
    {"available", answer_available}, {"advance", answer_advance},
    {"cell", answer_cell},           {"explain", answer_explain},
    {"order", answer_order},         {"orders", answer_orders},
    {"waiting", answer_waiting},     {"exceptions", answer_exceptions},
    {"replay", answer_replay},       {"discard", answer_discard},
    {"changes", answer_changes},     {"shortages", answer_shortages},
    {"audit", answer_audit},         {"stats", answer_stats},
};

/* Events, and what is none. */
static void answer_object(struct replay *replay, const struct fields *in)
{
    struct sellable_key name = required_key(in, "type");
    if (refused(replay))
        return;
    uint32_t event = sellable_event_of(name);
    if (event != 0) {
        answer_event(replay, in, event);
        return;
    }
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++)
        if (name.size == strlen(types[i].name) &&
            memcmp(name.bytes, types[i].name, name.size) == 0) {
            types[i].answer(replay, in);
            return;
        }
    blame(in, "type", "there is no such type here");
    refused(replay);
}

/* ---- lines in, lines out --------------------------------------------------------------------- */

static bool is_blank(const struct line *line)
{
    for (size_t i = 0; i < line->size; i++)
        if (line->bytes[i] != ' ' && line->bytes[i] != '\t' && line->bytes[i] != '\r')
            return false;
    return true;
}

static void answer_line(struct replay *replay, const struct line *line)
{
    replay->line++;
    if (is_blank(line))
        return;
    replay->input = *line;
    replay->fault.reason = NULL;
    const struct fields in = {
        .object = parse_line(line->bytes, line->size, &replay->scratch, &replay->fault),
        .fault = &replay->fault};
    if (!refused(replay))
        answer_object(replay, &in);
    put_bytes(&replay->out, "\n", 1);
    json_decref(in.object);
}

static void flush(struct text *out)
{
    for (size_t written = 0; written < out->size;) {
        ssize_t count = write(STDOUT_FILENO, out->bytes + written, out->size - written);
        if (count < 0 && errno != EINTR)
            fail(strerror(errno));
        written += count > 0 ? (size_t)count : 0;
    }
    out->size = 0;
}

int main(int argc, char **argv)
{
    if (argc > 1) {
        bool help = strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0;
        fputs(usage, help ? stdout : stderr);
        return help ? 0 : 2;
    }
    struct replay *replay = calloc(1, sizeof *replay);
    if (replay == NULL || sellable_open(NULL, &replay->engine) != SELLABLE_OK ||
        sellable_worker_acquire(replay->engine, &replay->worker) != SELLABLE_OK)
        fail("out of memory");

    enum { FLUSH_AT = 1 << 16 };
    struct lines input = {.descriptor = STDIN_FILENO};
    struct line line;
    errno = 0;
    do {
        while (lines_next(&input, &line)) {
            answer_line(replay, &line);
            if (replay->out.size >= FLUSH_AT)
                flush(&replay->out);
        }
        flush(&replay->out);
    } while (lines_wait(&input));
    if (!input.ended)
        fail(strerror(errno));

    sellable_worker_release(replay->worker);
    sellable_close(replay->engine);
    struct room *room = &replay->room;
    void *owned[] = {room->plan,
                     room->misfits,
                     room->order_lines,
                     room->fences,
                     room->schedule,
                     room->terms,
                     room->dated,
                     room->changes,
                     room->channels,
                     room->sources,
                     room->named,
                     room->because,
                     room->metrics,
                     input.bytes,
                     replay->out.bytes,
                     replay->scratch.bytes,
                     replay->content.bytes,
                     replay->fault.field.bytes,
                     replay};
    for (size_t i = 0; i < sizeof owned / sizeof owned[0]; i++)
        free(owned[i]);
    return 0;
}
