/* SPDX-License-Identifier: Apache-2.0
 *
 * What was answered outlives the program: an engine on a directory.
 *
 * Lines are decided one after another, and their answers kept back until all of their effects are
 * durable: one wait, and one sync, for all lines that came in one piece. Nothing is kept back while
 * more input is waited for.
 *
 * If the log fails, what it has taken stays answered as it was; what it has not is answered
 * not_durable, and so are all further changes. Questions go on.
 *
 * Of the library: sellable_store_open (and sellable_open), sellable_durable_wait,
 * sellable_position, sellable_durable, sellable_checkpoint. */
#include "opening.h"
#include "replay.h"

#include <stdio.h>
#include <string.h>

/* How much output, and how much input, is answered at most before it is given out. The library
 * holds what is decided and not durable in a queue of limited size. */
enum { GIVE_OUT_AT = 1 << 16, LINES_AT = 1 << 20 };

static const char no_store[] = "there is no store; see --help";

void open_engine(struct replay *replay, const char *directory)
{
    if (directory == NULL) {
        if (sellable_open(NULL, &replay->engine) != SELLABLE_OK)
            fail("out of memory");
    } else {
        const struct sellable_durability durability = {.answering = SELLABLE_ANSWER_DECIDED};
        struct sellable_recovery recovery = {0};
        enum sellable_status status =
            sellable_store_open(directory, NULL, &durability, &replay->engine, &recovery);
        if (status != SELLABLE_OK)
            fail("%s", WHY_NOT_OPEN(directory, status, &recovery));
        replay->has_store = true;
    }
    if (sellable_worker_acquire(replay->engine, &replay->worker) != SELLABLE_OK)
        fail("out of memory");
}

/* ---- what an answer rests on ----------------------------------------------------------------- */

uint64_t begin_effect(struct replay *replay)
{
    replay->position = 0;
    return sellable_position(replay->engine);
}

void note_effect(struct replay *replay, uint64_t begin)
{
    if (!replay->has_store)
        return;
    uint64_t end = sellable_position(replay->engine);
    replay->answered =
        grow(replay->answered, replay->answered_count + 1, &replay->answered_capacity,
             sizeof *replay->answered);
    replay->answered[replay->answered_count++] = (struct answered){
        .line = replay->line,
        .end = replay->out.size,
        .position = end > begin ? end : replay->position,
    };
    replay->answered_bytes += replay->input.size;
}

bool wait_for_space(struct replay *replay)
{
    uint64_t position = sellable_position(replay->engine);
    return replay->has_store && sellable_durable(replay->engine) < position &&
           sellable_durable_wait(replay->engine, position) == SELLABLE_OK;
}

/* ---- giving out ------------------------------------------------------------------------------ */

/* The log has failed: answer not_durable to what it has not taken. */
static void take_back(struct replay *replay)
{
    uint64_t durable = sellable_durable(replay->engine);
    int64_t line = replay->line;
    struct text *out = &replay->out, given = *out;
    *out = replay->scratch;
    out->size = 0;
    size_t begin = 0;
    for (size_t i = 0; i < replay->answered_count; i++) {
        const struct answered *answered = &replay->answered[i];
        replay->line = answered->line;
        if (answered->position <= durable) {
            put_bytes(out, given.bytes + begin, answered->end - begin);
        } else {
            answer_field(replay, SELLABLE_NOT_DURABLE, NULL, NULL);
            put_bytes(out, "\n", 1);
        }
        begin = answered->end;
    }
    replay->scratch = given;
    replay->line = line;
}

static void settle(struct replay *replay)
{
    if (sellable_durable_wait(replay->engine, 0) != SELLABLE_OK) {
        if (!replay->log_failed)
            fprintf(stderr, "%s: the log has failed; changes are not_durable from here on\n",
                    program_name);
        replay->log_failed = true;
        take_back(replay);
    }
    replay->answered_count = replay->answered_bytes = 0;
}

void give_out(struct replay *replay)
{
    if (replay->answered_count > 0)
        settle(replay);
    write_out(&replay->out);
}

bool is_time_to_give_out(const struct replay *replay)
{
    return replay->out.size >= GIVE_OUT_AT || replay->answered_bytes >= LINES_AT;
}

/* ---- checkpoints ----------------------------------------------------------------------------- */

void answer_checkpoint(struct replay *replay, const struct fields *in)
{
    uint32_t keeps = as_flag(in, "keep_journal", optional(in, "keep_journal"));
    if (refused(replay))
        return;
    if (!replay->has_store) {
        answer_field(replay, SELLABLE_INVALID, NULL, no_store);
        return;
    }
    enum sellable_status status = sellable_checkpoint(replay->engine, replay->worker, keeps);
    answer_field(replay, status, NULL,
                 status == SELLABLE_OK ? NULL : sellable_status_text((int)status));
}

void write_checkpoint(struct replay *replay)
{
    enum sellable_status status = sellable_checkpoint(replay->engine, replay->worker, 0);
    if (status != SELLABLE_OK)
        fail("the checkpoint: %s", sellable_status_text((int)status));
}
