/* SPDX-License-Identifier: Apache-2.0
 *
 * The search for an order of instants (linear.h): that of Wing and Gong, with a memory of what was
 * tried, so that a set of calls that are done, and the state that they left, are followed once.
 * Then histories as text. */
#include "linear.h"

#include <stdlib.h>
#include <string.h>

/* ---- the search ------------------------------------------------------------------------------ */

/* Where a search stands: what is kept for the calls that follow. Whole words only. */
struct point {
    struct linear_state state;
    uint64_t done; /* calls, as bits */
};

enum { TRIED = 1 << 18, TRIED_MOST = TRIED / 2 };

/* What was tried, by a hash of the point; of this search, if its number stands there. */
struct tried {
    uint64_t hash;
    uint64_t search;
};

struct search {
    const struct linear_history *history;
    struct linear_search *result;
    uint32_t order[LINEAR_CALLS];   /* calls by their ends: mostly instants come in that order */
    uint64_t earlier[LINEAR_CALLS]; /* of a call: those that ended before it began, as bits; */
    uint64_t later[LINEAR_CALLS];   /* of one that is unanswered: those that began after it ended */
    uint64_t advances;
    uint64_t keeps; /* calls whose event is kept, refused */
    uint64_t all;
    uint64_t number;
    uint32_t points;
    bool too_long;
};

static struct tried tried[TRIED];
static uint64_t searches;

static uint64_t hash_of(const struct point *point) {
    const unsigned char *bytes = (const unsigned char *)point;
    uint64_t hash = 0;
    for (size_t i = 0; i < sizeof *point; i += sizeof hash) {
        uint64_t word;
        memcpy(&word, bytes + i, sizeof word);
        hash = (hash ^ word) * UINT64_C(0x9e3779b97f4a7c15);
        hash ^= hash >> 29;
    }
    return hash;
}

/* Was the search here before? If not, it was now. */
static bool was_here(struct search *search, const struct point *point) {
    uint64_t hash = hash_of(point);
    size_t place = hash % TRIED;
    for (; tried[place].search == search->number; place = (place + 1) % TRIED) {
        if (tried[place].hash == hash) {
            return true;
        }
    }
    search->too_long |= ++search->points >= TRIED_MOST;
    search->result->visited++;
    tried[place] = (struct tried){hash, search->number};
    return false;
}

static int bits(uint64_t set) { return __builtin_popcountll(set); }

static bool is_done(const struct point *point, uint32_t call) {
    return (point->done >> call & 1) != 0;
}

/* May the call take effect now: are all that ended before it began done, and is what they owe? */
static bool may_be_next(const struct search *search, const struct point *point, uint32_t number) {
    uint64_t earlier = search->earlier[number];
    int64_t due;
    if ((earlier & ~point->done) != 0 || (search->later[number] & point->done) != 0) {
        return false;
    }
    for (uint64_t left = earlier & search->advances; left != 0; left &= left - 1) {
        const struct linear_call *advance = &search->history->call[__builtin_ctzll(left)];
        linear_due(&point->state, &due);
        if (due <= advance->at) {
            return false;
        }
    }
    for (uint64_t left = earlier & search->keeps; left != 0; left &= left - 1) {
        const struct linear_call *call = &search->history->call[__builtin_ctzll(left)];
        int64_t kept = linear_kept_under(&call->answer);
        if (kept != 0 && point->state.exception[kept].pending) {
            return false;
        }
    }
    return true;
}

static bool explain(struct search *search, const struct point *point) {
    struct point next;
    struct linear_answer answer;
    int64_t due_at;
    if ((search->all & ~point->done) == 0) {
        return true;
    }
    if (search->too_long || was_here(search, point)) {
        return false;
    }
    if (bits(point->done) >= bits(search->result->deepest)) {
        search->result->deepest = point->done;
        search->result->state = point->state;
    }
    for (uint32_t i = 0; i < search->history->count; i++) {
        uint32_t number = search->order[i];
        const struct linear_call *call = &search->history->call[number];
        if (call->fate == LINEAR_NEVER_MADE || is_done(point, number) ||
            !may_be_next(search, point, number)) {
            continue;
        }
        next = *point;
        linear_step(&next.state, call, &answer);
        if (memcmp(&answer, &call->answer, sizeof answer) != 0) {
            continue;
        }
        next.done |= UINT64_C(1) << number;
        if (explain(search, &next)) {
            return true;
        }
    }
    next = *point;
    if (linear_keep(&next.state) && explain(search, &next)) {
        return true;
    }
    for (uint64_t due = linear_due(&point->state, &due_at); due != 0; due &= due - 1) {
        next = *point;
        linear_fall_due(&next.state, (uint32_t)__builtin_ctzll(due));
        if (explain(search, &next)) {
            return true;
        }
    }
    return false;
}

/* Which calls ended before this one began; those of a batch come one after another, but the items
 * of a question for changes. */
static uint64_t earlier_than(const struct linear_history *history, uint32_t number) {
    const struct linear_call *call = &history->call[number];
    uint64_t earlier = 0;
    for (uint32_t i = 0; i < history->count; i++) {
        const struct linear_call *other = &history->call[i];
        bool in_batch = i < number && other->thread == call->thread &&
                        other->began == call->began && call->kind != LINEAR_CHANGES;
        if (other->fate == LINEAR_ANSWERED && (other->ended < call->began || in_batch)) {
            earlier |= UINT64_C(1) << i;
        }
    }
    return earlier;
}

static uint64_t later_than(const struct linear_history *history, const struct linear_call *call) {
    uint64_t later = 0;
    for (uint32_t i = 0; i < history->count && call->fate == LINEAR_UNANSWERED; i++) {
        if (history->call[i].began > call->ended) {
            later |= UINT64_C(1) << i;
        }
    }
    return later;
}

static void prepare(struct search *search) {
    const struct linear_history *history = search->history;
    for (uint32_t i = 0; i < history->count; i++) {
        const struct linear_call *call = &history->call[i];
        uint32_t place = i;
        for (; place > 0 && history->call[search->order[place - 1]].ended > call->ended; place--) {
            search->order[place] = search->order[place - 1];
        }
        search->order[place] = i;
        search->earlier[i] = earlier_than(history, i);
        search->later[i] = later_than(history, call);
        if (call->fate == LINEAR_ANSWERED) {
            search->all |= UINT64_C(1) << i;
        }
        if (call->kind == LINEAR_ADVANCE) {
            search->advances |= UINT64_C(1) << i;
        }
        if (call->kind == LINEAR_APPLY || call->as_event) {
            search->keeps |= UINT64_C(1) << i;
        }
    }
}

enum linear_verdict linear_check(const struct linear_history *history,
                                 struct linear_search *result) {
    struct search search = {.history = history, .result = result, .number = ++searches};
    struct point begin;
    memset(&begin, 0, sizeof begin);
    linear_begin(&begin.state, history);
    result->deepest = 0;
    result->state = begin.state;
    prepare(&search);
    if (explain(&search, &begin)) {
        return LINEAR_EXPLAINED;
    }
    return search.too_long ? LINEAR_TOO_LONG : LINEAR_UNEXPLAINED;
}

/* ---- text ------------------------------------------------------------------------------------ */

const char *linear_kind_name(enum linear_kind kind) {
    static const char *const names[] = {
#define LINEAR_KIND_NAME(NAME, WORD) WORD,
        LINEAR_KINDS(LINEAR_KIND_NAME)
#undef LINEAR_KIND_NAME
    };
    return kind < LINEAR_KIND_COUNT ? names[kind] : "unknown";
}

static void print_policy(FILE *file, const struct linear_call *call) {
    static const char *const names[] = {
#define LINEAR_SETTING_NAME(NAME, NUMBER, JSON, TEXT) JSON,
        SELLABLE_SETTINGS(LINEAR_SETTING_NAME)
#undef LINEAR_SETTING_NAME
    };
    for (uint32_t i = 0; i < LINEAR_SETTINGS; i++) {
        if ((call->unset >> i & 1) != 0) {
            fprintf(file, " no %s", names[i]);
        }
        if ((call->policy.set >> i & 1) != 0 && i != 0) {
            fprintf(file, " %s=%lld", names[i], (long long)call->policy.value[i]);
        }
    }
    if ((call->policy.set & SELLABLE_SETTING_LOCATIONS) != 0) {
        fprintf(file, " locations=[");
        for (int64_t i = 0; i < call->policy.location_count; i++) {
            fprintf(file, "%s%c", i == 0 ? "" : " ", (int)('a' + call->policy.location[i]));
        }
        fprintf(file, "]");
    }
}

static void print_origin(FILE *file, const struct linear_call *call) {
    if (call->event.id != 0) {
        fprintf(file, " id %lld", (long long)call->event.id);
    }
    if (call->event.source != 0) {
        fprintf(file, " of source %lld", (long long)call->event.source);
    }
    if (call->event.has_seq) {
        fprintf(file, " seq %lld", (long long)call->event.seq);
    }
}

static void print_event(FILE *file, const struct linear_call *call) {
    static const char *const names[] = {"",
#define LINEAR_EVENT_NAME(NAME, NUMBER, JSON, TEXT) JSON,
                                        SELLABLE_EVENTS(LINEAR_EVENT_NAME)
#undef LINEAR_EVENT_NAME
    };
    fprintf(file, " %s %c at %c %lld", names[call->event.type], (int)('A' + call->item),
            (int)('a' + call->location), (long long)call->event.quantity);
    if (call->event.type >= SELLABLE_HOLD_PLACE && call->event.type <= SELLABLE_HOLD_SCRAP) {
        fprintf(file, " reason %u", call->event.reason);
    }
    if (call->event.type == SELLABLE_RING_FENCE_SET) {
        fprintf(file, " for %c until %lld", (int)('x' + call->channel), (long long)call->at);
    }
    if (call->event.type == SELLABLE_SCHEDULE_SET) {
        fprintf(file, " reference %u due %lld", call->event.reference, (long long)call->at);
    }
    if (call->event.type >= SELLABLE_RECEIPT && call->event.type <= SELLABLE_TRANSFER_RECEIVE) {
        fprintf(file, " reference %u to %c due %lld", call->event.reference,
                (int)('a' + call->event.to), (long long)call->at);
    }
    if (call->event.type == SELLABLE_RECEIPT && call->event.held != 0) {
        fprintf(file, " into hold %u", call->event.held - 1);
    }
    if (call->event.type == SELLABLE_RETURN_DISPOSITION) {
        fprintf(file, " outcome %lld", (long long)call->event.outcome);
    }
    if (call->event.has_expected) {
        fprintf(file, " expected %lld", (long long)call->event.expected);
    }
    if (call->event.has_as_of) {
        fprintf(file, " as of %lld", (long long)call->event.as_of);
    }
    if (call->event.has_at) {
        fprintf(file, " at %lld", (long long)call->event.at);
    }
}

static void print_lines(FILE *file, const struct linear_call *call) {
    for (int64_t i = 0; i < call->line_count; i++) {
        fprintf(file, " %lld*%c", (long long)call->line[i].quantity,
                (int)('A' + call->line[i].item));
        if (call->line[i].at_least != 0) {
            fprintf(file, "(at least %lld)", (long long)call->line[i].at_least);
        }
    }
    if (call->mode == SELLABLE_PARTIAL) {
        fprintf(file, " partial");
    }
}

static void print_parts(FILE *file, const struct linear_call *call) {
    for (int64_t i = 0; i < call->part_count; i++) {
        fprintf(file, " %lld*%c", (long long)call->part[i].quantity,
                (int)('A' + call->part[i].item));
        if (call->part[i].location != LINEAR_LOCATIONS) {
            fprintf(file, " at %c", (int)('a' + call->part[i].location));
        }
    }
}

static void print_answer(FILE *file, const struct linear_answer *answer) {
    fprintf(file, "%s", sellable_status_name((int)answer->status));
    for (int64_t i = 0; i < answer->count && i < LINEAR_FIGURES; i++) {
        fprintf(file, "%s%lld", i == 0 ? ": " : " ", (long long)answer->figure[i]);
    }
    fprintf(file, "\n");
}

static void print_asked(FILE *file, const struct linear_call *call) {
    int key = (int)('1' + call->key), item = (int)('A' + call->item);
    int location = (int)('a' + call->location), channel = (int)('x' + call->channel);
    fprintf(file, "%s", linear_kind_name(call->kind));
    switch (call->kind) {
    case LINEAR_ITEM_PUT:
        fprintf(file, " %c", item);
        if (call->is_plain) {
            fprintf(file, " is no kit");
        }
        for (int64_t i = 0; i < LINEAR_COMPONENTS && call->component[0] != 0; i++) {
            fprintf(file, " %lld*%c", (long long)call->component[i], (int)('A' + i));
        }
        break;
    case LINEAR_LOCATION_PUT:
        fprintf(file, " %c", location);
        break;
    case LINEAR_CHANNEL_PUT:
        fprintf(file, " %c", channel);
        print_policy(file, call);
        break;
    case LINEAR_POLICY_PUT:
        fprintf(file, " %c in %c", call->of_item ? item : '*', call->of_channel ? channel : '*');
        print_policy(file, call);
        break;
    case LINEAR_SOURCE_PUT:
    case LINEAR_SOURCE:
        fprintf(file, " %lld", (long long)call->event.source);
        break;
    case LINEAR_OWNER_PUT:
        fprintf(file, " of %lld sources %llx%s", (long long)call->rule.owned,
                (unsigned long long)call->rule.owners, call->rule.unset ? ", no more" : "");
        break;
    case LINEAR_REPLAY:
    case LINEAR_DISCARD:
        fprintf(file, " %lld", (long long)call->exception);
        if (call->kind == LINEAR_REPLAY) {
            print_event(file, call);
        }
        break;
    case LINEAR_APPLY:
        print_event(file, call);
        break;
    case LINEAR_RESERVE:
        fprintf(file, " %c for %c", key, channel);
        print_lines(file, call);
        fprintf(file, " until %lld", (long long)call->at);
        break;
    case LINEAR_AMEND:
        fprintf(file, " %c", key);
        print_lines(file, call);
        break;
    case LINEAR_EXTEND:
        fprintf(file, " %c until %lld", key, (long long)call->at);
        break;
    case LINEAR_RELEASE:
    case LINEAR_ALLOCATE:
    case LINEAR_DEALLOCATE:
    case LINEAR_SHIP:
        fprintf(file, " %c", key);
        print_parts(file, call);
        break;
    case LINEAR_CONFIRM:
    case LINEAR_ORDER:
        fprintf(file, " %c", key);
        break;
    case LINEAR_ADVANCE:
        fprintf(file, " %lld", (long long)call->at);
        break;
    case LINEAR_AVAILABLE:
    case LINEAR_EXPLAIN:
        fprintf(file, " %c for %c", item, channel);
        if (call->for_order) {
            fprintf(file, " and order %c", key);
        }
        break;
    case LINEAR_CELL:
        fprintf(file, " %c at %c", item, location);
        break;
    case LINEAR_VIEW:
        fprintf(file, " for %c", channel);
        break;
    case LINEAR_CHANGES:
        fprintf(file, " of %c for %c, told last %lld %lld", item, channel,
                (long long)call->told.published, (long long)call->told.level);
        break;
    case LINEAR_NOW:
    case LINEAR_COUNTS:
    case LINEAR_EXCEPTIONS_ASKED:
    case LINEAR_KIND_COUNT:
        break;
    }
    if (call->as_event || call->kind == LINEAR_APPLY || call->kind == LINEAR_REPLAY) {
        print_origin(file, call);
    }
    if (call->has_date) {
        fprintf(file, " on %lld", (long long)call->date);
    }
    fprintf(file, "%s%s", call->by_key ? " (by key)" : "", call->goes_on ? " (batch goes on)" : "");
}

void linear_print_call(FILE *file, const struct linear_call *call) {
    if (call->thread == LINEAR_NOBODY) {
        fprintf(file, "       %4lld-%-4lld ", (long long)call->began, (long long)call->ended);
    } else {
        fprintf(file, "%*s%u%*s %4lld-%-4lld ", (int)call->thread + 1, "", call->thread,
                5 - (int)call->thread, "", (long long)call->began, (long long)call->ended);
    }
    print_asked(file, call);
    fprintf(file, " -> ");
    if (call->fate != LINEAR_ANSWERED) {
        fprintf(file, call->fate == LINEAR_UNANSWERED ? "(too late) " : "(left out) ");
    }
    print_answer(file, &call->answer);
}

void linear_print(FILE *file, const struct linear_history *history,
                  const struct linear_search *search) {
    uint64_t printed = 0;
    fprintf(file, "retention %lld; thread, began-ended, call -> answer: its figures\n",
            (long long)history->retention);
    for (uint32_t n = 0; n < history->count; n++) {
        uint32_t first = LINEAR_CALLS;
        for (uint32_t i = 0; i < history->count; i++) {
            if ((printed >> i & 1) == 0 &&
                (first == LINEAR_CALLS || history->call[i].began < history->call[first].began)) {
                first = i;
            }
        }
        printed |= UINT64_C(1) << first;
        bool left = search != NULL && (search->deepest >> first & 1) == 0;
        fprintf(file, left ? " ? " : "   ");
        linear_print_call(file, &history->call[first]);
    }
    if (search == NULL) {
        return;
    }
    fprintf(file, "no order explains those marked '?' after the others; there they would answer\n");
    for (uint32_t i = 0; i < history->count; i++) {
        if ((search->deepest >> i & 1) == 0 && history->call[i].fate == LINEAR_ANSWERED) {
            struct linear_state state = search->state;
            struct linear_answer answer;
            linear_step(&state, &history->call[i], &answer);
            fprintf(file, "   ");
            print_asked(file, &history->call[i]);
            fprintf(file, " -> ");
            print_answer(file, &answer);
        }
    }
}
