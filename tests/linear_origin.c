/* SPDX-License-Identifier: Apache-2.0
 *
 * The specification (linear.h): where events come from. Ids, seqs, owners; refused events. */
#include "linear_spec.h"

#include <string.h>

/* ---- what an event says ---------------------------------------------------------------------- */

static int64_t mix(int64_t content, int64_t word) {
    uint64_t mixed = ((uint64_t)content ^ (uint64_t)word) * UINT64_C(0x9e3779b97f4a7c15);
    return (int64_t)(mixed ^ (mixed >> 29));
}

/* A number for it, by which it is the same or not. */
static int64_t content_of(const struct linear_call *call) {
    enum linear_kind kind = call->kind == LINEAR_REPLAY ? LINEAR_APPLY : call->kind;
    const int64_t words[] = {(int64_t)kind,
                             call->event.type,
                             call->item,
                             call->location,
                             call->channel,
                             call->key,
                             call->at,
                             call->has_date,
                             call->date,
                             call->mode,
                             call->event.reason,
                             call->event.reference,
                             call->event.held,
                             call->event.to,
                             call->event.outcome,
                             call->event.quantity,
                             call->event.has_expected,
                             call->event.expected,
                             call->event.has_at,
                             call->event.at,
                             call->event.has_as_of,
                             call->event.as_of};
    int64_t content = 0;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        content = mix(content, words[i]);
    }
    for (int64_t i = 0; i < call->line_count; i++) {
        content = mix(content, call->line[i].item);
        content = mix(content, call->line[i].quantity);
        content = mix(content, call->line[i].at_least);
    }
    for (int64_t i = 0; i < call->part_count; i++) {
        content = mix(content, call->part[i].item);
        content = mix(content, call->part[i].location);
        content = mix(content, call->part[i].quantity);
    }
    return content;
}

static bool rule_allows(const struct linear_state *state, uint32_t owned,
                        const struct linear_call *call) {
    return !state->has_rule[owned] ||
           (call->event.source != 0 && (state->rule[owned] >> call->event.source & 1) != 0);
}

bool linear_may_write(const struct linear_state *state, const struct linear_call *call) {
    uint32_t type = call->event.type, owned = SELLABLE_OWNED_ON_HAND;
    if ((type >= SELLABLE_HOLD_PLACE && type <= SELLABLE_HOLD_SCRAP) ||
        type == SELLABLE_RETURN_DISPOSITION) {
        owned = SELLABLE_OWNED_HELD;
    } else if (type == SELLABLE_ALLOCATION_SET || type == SELLABLE_ALLOCATION_ADJUST) {
        owned = SELLABLE_OWNED_ALLOCATED;
    } else if (type == SELLABLE_SAFETY_STOCK_SET) {
        owned = SELLABLE_OWNED_SAFETY_STOCK;
    } else if (type == SELLABLE_RING_FENCE_SET) {
        owned = SELLABLE_OWNED_RING_FENCE;
    } else if (type == SELLABLE_SCHEDULE_SET) {
        owned = SELLABLE_OWNED_SCHEDULE;
    }
    return rule_allows(state, owned, call);
}

/* ---- exceptions ------------------------------------------------------------------------------ */

bool linear_is_kept(int64_t status) {
    return status != SELLABLE_OK && status != SELLABLE_DUPLICATE &&
           status != SELLABLE_INSUFFICIENT && status != SELLABLE_PAUSED &&
           status != SELLABLE_NO_MEMORY && status != SELLABLE_NOT_DURABLE;
}

int64_t linear_kept_under(const struct linear_answer *answer) {
    if (!linear_is_kept(answer->status) || answer->count < 1 || answer->count > LINEAR_FIGURES) {
        return 0;
    }
    int64_t number = answer->figure[answer->count - 1];
    return number >= 1 && number <= LINEAR_EXCEPTIONS ? number : 0;
}

/* It is about to be kept under the number that was answered, if that has not been before. */
static void will_be_kept(struct linear_state *state, const struct linear_call *call,
                         struct linear_answer *answer) {
    int64_t number = linear_kept_under(&call->answer);
    if (number == 0 || number <= state->last || state->exception[number].pending) {
        put(answer, INT64_MIN); /* which is no number */
        return;
    }
    state->exception[number].pending = 1;
    state->exception[number].status = answer->status;
    put(answer, number);
}

static void leave(struct linear_state *state, int64_t number) {
    memset(&state->exception[number], 0, sizeof state->exception[number]);
    state->kept--;
}

bool linear_keep(struct linear_state *state) {
    int64_t number = state->last + 1;
    if (number > LINEAR_EXCEPTIONS || !state->exception[number].pending) {
        return false;
    }
    if (state->kept >= state->most) {
        int64_t oldest = 1;
        while (!state->exception[oldest].there) {
            oldest++;
        }
        leave(state, oldest);
        state->lost++;
    }
    state->exception[number].pending = 0;
    state->exception[number].there = 1;
    state->last = number;
    state->kept++;
    return true;
}

/* ---- an event -------------------------------------------------------------------------------- */

static bool is_supply(const struct linear_call *call) {
    return call->kind == LINEAR_APPLY || call->kind == LINEAR_REPLAY;
}

/* Beside the status, what this kind of call says then. */
static void refuse_event(const struct linear_call *call, struct linear_answer *answer,
                         enum sellable_status status) {
    refuse(answer, status);
    if (is_supply(call) == (status == SELLABLE_CONFLICT)) {
        put(answer, 0); /* of supply what is there now, of others a line */
    }
}

/* Not for the first time, or too late. */
static bool is_origin_refused(const struct linear_state *state, const struct linear_call *call,
                              struct linear_answer *answer) {
    const struct linear_source *source = &state->source[call->event.source];
    if (call->event.source != 0 && !source->exists) {
        refuse_event(call, answer, SELLABLE_UNKNOWN_SOURCE);
        return true;
    }
    if (call->event.id != 0) {
        const struct linear_id *id = &state->id[call->event.source][call->event.id - 1];
        if (id->known && id->content == content_of(call)) {
            refuse(answer, SELLABLE_DUPLICATE);
            put(answer, 0); /* no date */
            return true;
        }
        if (id->known) {
            refuse_event(call, answer, SELLABLE_CONFLICT);
            return true;
        }
    }
    if (call->event.source != 0 && call->event.has_seq && call->kind != LINEAR_REPLAY &&
        source->has_seq && call->event.seq <= source->seq) {
        refuse_event(call, answer, SELLABLE_STALE);
        return true;
    }
    return false;
}

static void remember(struct linear_state *state, const struct linear_call *call) {
    struct linear_source *source = &state->source[call->event.source];
    if (call->event.id != 0) {
        state->id[call->event.source][call->event.id - 1] =
            (struct linear_id){1, content_of(call), state->now};
    }
    if (call->event.source != 0 && call->event.has_seq && call->kind != LINEAR_REPLAY) {
        source->gaps += source->has_seq && call->event.seq > source->seq + 1;
        source->has_seq = 1;
        source->seq = call->event.seq;
    }
}

/* What is named before who may send it. */
static bool goes_before_owner(int64_t status) {
    return status == SELLABLE_INVALID || status == SELLABLE_UNKNOWN_ITEM ||
           status == SELLABLE_UNKNOWN_CHANNEL;
}

enum { RESERVE_RULE = 0 }; /* the rest by enum sellable_owned */

static void apply(struct linear_state *state, const struct linear_call *call, linear_plain *plain,
                  struct linear_answer *answer) {
    if (is_supply(call) && linear_has_bad_field(call)) {
        refuse(answer, SELLABLE_INVALID);
        return;
    }
    if (is_origin_refused(state, call, answer)) {
        return;
    }
    struct linear_state with = *state;
    plain(&with, call, answer);
    if (call->kind == LINEAR_RESERVE && !rule_allows(state, RESERVE_RULE, call) &&
        !goes_before_owner(answer->status)) {
        memset(answer, 0, sizeof *answer);
        refuse_event(call, answer, SELLABLE_NOT_OWNER);
        return;
    }
    if (answer->status == SELLABLE_OK) {
        *state = with;
        remember(state, call);
    }
}

void linear_event(struct linear_state *state, const struct linear_call *call, linear_plain *plain,
                  struct linear_answer *answer) {
    apply(state, call, plain, answer);
    if (linear_is_kept(answer->status)) {
        will_be_kept(state, call, answer);
    }
}

void linear_replay(struct linear_state *state, const struct linear_call *call, linear_plain *plain,
                   struct linear_answer *answer) {
    if (!state->exception[call->exception].there) {
        refuse(answer, SELLABLE_INVALID);
        return;
    }
    apply(state, call, plain, answer);
    if (answer->status == SELLABLE_OK || answer->status == SELLABLE_DUPLICATE) {
        leave(state, call->exception);
    }
}

void linear_discard(struct linear_state *state, const struct linear_call *call,
                    struct linear_answer *answer) {
    if (!state->exception[call->exception].there) {
        refuse(answer, SELLABLE_INVALID);
        return;
    }
    leave(state, call->exception);
}

/* ---- time ------------------------------------------------------------------------------------ */

enum { FIRST_TRANSFER = (1 + LINEAR_SOURCES) * LINEAR_IDS };

int64_t linear_origin_due_at(const struct linear_state *state, uint32_t thing) {
    if (thing >= FIRST_TRANSFER) {
        const struct linear_transfer *transfer = &state->transfer[thing - FIRST_TRANSFER];
        return transfer->known ? transfer->check : INT64_MAX;
    }
    const struct linear_id *id = &state->id[thing / LINEAR_IDS][thing % LINEAR_IDS];
    return id->known ? id->at + state->retention : INT64_MAX;
}

/* An id is forgotten; a transfer, if nothing of it is on its way, else it is looked at again. */
void linear_origin_falls_due(struct linear_state *state, uint32_t thing) {
    if (thing >= FIRST_TRANSFER) {
        uint32_t key = thing - FIRST_TRANSFER;
        struct linear_transfer *transfer = &state->transfer[key];
        if (state->cell[transfer->item][transfer->to].entry[key].quantity > 0) {
            transfer->check += state->retention;
        } else {
            memset(transfer, 0, sizeof *transfer);
        }
        return;
    }
    memset(&state->id[thing / LINEAR_IDS][thing % LINEAR_IDS], 0, sizeof(struct linear_id));
}
