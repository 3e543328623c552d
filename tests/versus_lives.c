/* SPDX-License-Identifier: Apache-2.0
 *
 * An engine that lives several times: see versus_lives.h. */
#include "versus_lives.h"

#include "memory_disk.h"

/* ---- the last instant that a crash leaves ---------------------------------------------------- */

static void forget_durable(struct lives *lives) {
    if (lives->durable.is_known) {
        model_close(lives->durable.model.model);
    }
    lives->durable.is_known = false;
}

/* Views end with a life; who is kept beside does not. */
static struct side of_next_life(const struct side *side) {
    struct side next = *side;
    next.counted = 0;
    memset(next.views, 0, sizeof next.views);
    return next;
}

/* What a crash leaves from now on: all that was answered, or, answered early, waited for. */
static const char *make_durable(struct lives *lives, struct side *engine, struct side *model,
                                uint32_t call) {
    bool waits = lives->answering == SELLABLE_ANSWER_DECIDED;
    struct sellable_audit audit;
    forget_durable(lives);
    if (sellable_audit(engine->engine, engine->worker, &audit) != SELLABLE_OK ||
        (waits && sellable_durable_wait(engine->engine, 0) != SELLABLE_OK)) {
        return "nobody can wait for the log";
    }
    lives->durable.position = sellable_durable(engine->engine);
    if (waits && lives->durable.position != sellable_position(engine->engine)) {
        return "who has waited finds the log behind";
    }
    memcpy(lives->durable.full, audit.full, sizeof audit.full);
    lives->durable.engine = of_next_life(engine);
    lives->durable.model = of_next_life(model);
    lives->durable.model.model = model_fork(model->model);
    lives->durable.call = call;
    lives->durable.is_known = true;
    return NULL;
}

/* ---- lives ----------------------------------------------------------------------------------- */

static const char *open_again(struct lives *lives, struct side *engine) {
    struct sellable_durability durability = on(lives->disk);
    struct sellable_recovery recovery;
    struct sellable_audit audit;
    durability.answering = lives->answering;
    if (sellable_recover(&lives->options, &durability, &engine->engine, &recovery) !=
        SELLABLE_OK) {
        return recovery.reason;
    }
    engine->worker = NULL;
    if (lives->worker && sellable_worker_acquire(engine->engine, &engine->worker) != SELLABLE_OK) {
        return "there is no worker";
    }
    if (!lives->durable.is_known) {
        return NULL;
    }
    if (recovery.position != lives->durable.position) {
        return "another position was recovered than somebody has waited for";
    }
    if (sellable_audit(engine->engine, engine->worker, &audit) != SELLABLE_OK ||
        memcmp(audit.full, lives->durable.full, sizeof audit.full) != 0 || !audit.consistent) {
        return "another state was recovered than somebody has waited for";
    }
    return NULL;
}

static void end_life(struct side *side) {
    side->other = NULL; /* it goes on beside the next one */
    side_close(side);
}

/* Go on with what is durable. `crash`: the log keeps nothing else; else the engine, as it is
 * closed, writes what nobody had to wait for. */
static const char *next_life(struct lives *lives, struct side *engine, struct side *model,
                             bool crash, uint32_t *call) {
    struct disk *left = crash ? lives->disk : NULL;
    if (crash) {
        lives->disk = disk_after_crash(left);
    } else {
        lives->durable.position = sellable_position(engine->engine);
    }
    lives->durable.engine.other = engine->other;
    lives->durable.model.other = model->other;
    end_life(engine);
    end_life(model);
    *engine = lives->durable.engine;
    *model = lives->durable.model;
    lives->tally.crashed += crash;
    lives->tally.closed += !crash;
    lives->tally.again += *call - lives->durable.call;
    *call = lives->durable.call;
    if (crash) {
        disk_free(left);
    }
    const char *fault = open_again(lives, engine);
    lives->durable.is_known = false; /* it is what goes on */
    return fault;
}

const char *lives_begin(struct lives *lives, const struct variant *variant,
                        const struct sellable_options *options, struct side *engine) {
    memset(lives, 0, sizeof *lives);
    lives->disk = disk_new();
    lives->options = *options;
    lives->answering = variant->answering;
    lives->worker = variant->worker;
    lives->random.state = variant->lives;
    return open_again(lives, engine);
}

const char *lives_go_on(struct lives *lives, struct side *engine, struct side *model,
                        uint32_t *call) {
    enum { LONGEST = 40 };
    if (*call < lives->next) {
        return NULL;
    }
    lives->next = *call + 1 + random_below(&lives->random, LONGEST);
    if (sellable_position(engine->engine) == 0) {
        return NULL; /* it is a fork, which has no log; the original may be kept beside */
    }
    uint32_t chance = random_below(&lives->random, 10);
    bool checkpoints = chance == 0, crashes = chance > 2 && chance < 8;
    if (checkpoints && sellable_checkpoint(engine->engine, engine->worker, *call % 2) !=
                           SELLABLE_OK) {
        return "there is no checkpoint";
    }
    bool is_left = crashes && lives->durable.is_known &&
                   lives->answering == SELLABLE_ANSWER_DECIDED;
    const char *fault = is_left ? NULL : make_durable(lives, engine, model, *call);
    if (fault != NULL || chance <= 2) {
        return fault;
    }
    return next_life(lives, engine, model, crashes, call);
}

void lives_keep_what_was(struct lives *lives) { forget_durable(lives); }

void lives_end(struct lives *lives, struct tally *tally) {
    if (tally) {
        tally->lives.closed += lives->tally.closed;
        tally->lives.crashed += lives->tally.crashed;
        tally->lives.again += lives->tally.again;
    }
    forget_durable(lives);
    disk_free(lives->disk);
}
