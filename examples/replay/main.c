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
 *    store.c       what was answered outlives the program
 *    answers.c     statuses, and what is wrong with a field
 *
 * fields.c takes lines apart (jansson), lines.c reads them, ../common/text.c writes JSON.
 *
 * Of the library here: sellable_worker_release, sellable_close. */
#include "lines.h"
#include "replay.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

const char program_name[] = "replay";

static const char usage[] =
    "usage: replay [--store DIRECTORY [--checkpoint]] <INPUT >OUTPUT\n"
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
    "  the store   {'type':'checkpoint','keep_journal':true}\n"
    "\n"
    "Settings that a line does not name stay, null takes one back.\n"
    "\n"
    "  --store DIRECTORY   keep it all there: an answer is printed once its effect would survive\n"
    "                      a crash of the machine, and the next run with the same directory\n"
    "                      (which is made if it is not there) goes on from what was answered\n"
    "  --checkpoint        write a checkpoint at the end: the next run reads that instead of each\n"
    "                      change\n"
    "\n"
    "Exit code: 0 at the end of the input, whatever was answered; 2 if it cannot go on, or the\n"
    "store's log has failed.\n";

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
    {"checkpoint", answer_checkpoint},
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

/* Once more, and as often as it helps, if there was no space for the change: then nothing of it
 * has happened, or (of what falls due) a part that does not happen again. */
static void answer_parsed(struct replay *replay, const struct fields *in)
{
    size_t begin = replay->out.size;
    uint64_t position = begin_effect(replay);
    if (!refused(replay)) {
        do {
            replay->out.size = begin;
            replay->fault.reason = NULL;
            answer_object(replay, in);
        } while (replay->status == SELLABLE_NOT_DURABLE && wait_for_space(replay));
    }
    put_bytes(&replay->out, "\n", 1);
    note_effect(replay, position);
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
    answer_parsed(replay, &in);
    json_decref(in.object);
}

/* All lines that there are are answered, and the answers given out, before more is waited for. */
static void answer_input(struct replay *replay)
{
    struct lines input = {.descriptor = STDIN_FILENO};
    struct line line;
    errno = 0;
    do {
        while (lines_next(&input, &line)) {
            answer_line(replay, &line);
            if (is_time_to_give_out(replay))
                give_out(replay);
        }
        give_out(replay);
    } while (lines_wait(&input));
    if (!input.ended)
        fail("standard input: %s", strerror(errno));
    free(input.bytes);
}

/* ---- the program ----------------------------------------------------------------------------- */

struct options {
    const char *store; /* NULL: in memory alone */
    bool checkpoint;
};

static struct options read_options(int count, char **arguments)
{
    static const struct option known[] = {{"store", required_argument, NULL, 's'},
                                          {"checkpoint", no_argument, NULL, 'c'},
                                          {"help", no_argument, NULL, 'h'},
                                          {NULL, 0, NULL, 0}};
    struct options options = {NULL, false};
    bool wrong = false;
    for (int letter; (letter = getopt_long(count, arguments, "h", known, NULL)) != -1;) {
        switch (letter) {
        case 's': options.store = optarg; break;
        case 'c': options.checkpoint = true; break;
        case 'h': fputs(usage, stdout); exit(0);
        default: wrong = true;
        }
    }
    if (wrong || optind < count || (options.checkpoint && options.store == NULL)) {
        fputs(usage, stderr);
        exit(2);
    }
    return options;
}

static void free_replay(struct replay *replay)
{
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
                     replay->out.bytes,
                     replay->answered,
                     replay->scratch.bytes,
                     replay->content.bytes,
                     replay->fault.field.bytes,
                     replay};
    for (size_t i = 0; i < sizeof owned / sizeof owned[0]; i++)
        free(owned[i]);
}

int main(int argc, char **argv)
{
    const struct options options = read_options(argc, argv);
    struct replay *replay = calloc(1, sizeof *replay);
    if (replay == NULL)
        fail("out of memory");
    open_engine(replay, options.store);
    answer_input(replay);
    if (options.checkpoint && !replay->log_failed)
        write_checkpoint(replay);
    sellable_worker_release(replay->worker);
    sellable_close(replay->engine);
    bool failed = replay->log_failed;
    free_replay(replay);
    return failed ? 2 : 0;
}
