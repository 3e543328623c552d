/* SPDX-License-Identifier: Apache-2.0
 *
 * Random origins of events, sources and owners, and what is done with exceptions: see stream.h. */
#include "stream_kinds.h"

/* ---- who sends it, and when ------------------------------------------------------------------ */

static void make_origin_wrong(struct maker *maker, struct call *call) {
    switch (below(maker, 5)) {
    case 0:
        call->has_seq = 2;
        break;
    case 1:
        call->has_at = 2;
        break;
    case 2:
        call->has_at = 1;
        call->at = percent(maker, 50) ? SELLABLE_TIME_MAX + 1 : INT64_MIN;
        break;
    case 3:
        call->id = percent(maker, 50) ? BAD_ID : LONG_ID;
        break;
    default:
        call->correlation = CORRELATIONS + 1;
    }
}

/* Mostly the next of its source. */
static void make_seq(struct maker *maker, struct call *call) {
    int64_t *last = &maker->seqs[call->source];
    call->has_seq = 1;
    call->seq = percent(maker, 85)   ? *last + 1
                : percent(maker, 45) ? *last + 2 + below(maker, 3)
                                     : *last - below(maker, 3);
    *last = call->seq > *last ? call->seq : *last;
    if (percent(maker, 1) && percent(maker, 10)) {
        call->seq = percent(maker, 50) ? INT64_MIN : INT64_MAX;
    }
}

void make_origin(struct maker *maker, struct call *call) {
    bool declares = call->event_type == SELLABLE_OWNER || call->event_type == SELLABLE_SOURCE;
    bool others = declares && maker->flavour->late > 0; /* it is not looked at */
    if ((!declares && percent(maker, 80)) || (others && percent(maker, 15))) {
        call->source = some_thing(maker, SOURCES, 2);
        call->source_by_handle = percent(maker, 40);
    }
    if (call->source < SOURCES && percent(maker, 50)) {
        make_seq(maker, call);
    } else if (percent(maker, 3)) { /* it is not looked at */
        call->has_seq = call->source == NOT_GIVEN;
        call->seq = below(maker, 3);
    }
    if (percent(maker, 55)) {
        call->id = percent(maker, 92) ? maker->ids++ % IDS : below(maker, IDS);
    }
    if (percent(maker, 55)) {
        call->has_at = 1;
        call->at = some_past(maker);
    }
    call->correlation = percent(maker, 40) ? 1 + below(maker, CORRELATIONS) : 0;
    call->content = percent(maker, 15) ? 1 + below(maker, CONTENTS) : 0;
    if (percent(maker, 2)) {
        make_origin_wrong(maker, call);
    }
}

/* ---- sources and owners ---------------------------------------------------------------------- */

void make_source(struct maker *maker, struct call *call) {
    bool puts = call->kind == CALL_SOURCE_PUT;
    call->declares = puts ? below(maker, SOURCES) : some_thing(maker, SOURCES, 10);
    call->has_max_lag = percent(maker, 40);
    call->max_lag = percent(maker, 30) ? -1 : (int64_t)below(maker, 100000);
    if (maker->flavour->interval > 0) {
        call->max_lag -= call->max_lag % maker->flavour->tick;
        call->max_lag += call->max_lag < 0 ? 0 : below(maker, 4) * maker->flavour->tick;
    }
    if (puts && percent(maker, 10)) {
        call->has_max_lag = 1;
        call->max_lag = percent(maker, 50) ? -2 : SELLABLE_TIME_MAX + 1;
    } else if (puts && percent(maker, 6)) {
        call->declares = EMPTY_KEY + below(maker, THINGS - EMPTY_KEY);
    }
}

static void make_ownership_wrong(struct maker *maker, struct call *call) {
    switch (below(maker, 7)) {
    case 0:
        call->owned = call->owned_type = 0;
        break;
    case 1:
        call->owned = call->owned_type = 1;
        break;
    case 2:
        call->owned = SELLABLE_OWNED_END;
        call->owned_type = 0;
        break;
    case 3:
        call->owned = 0;
        call->owned_type = SELLABLE_EVENT_TYPES_END;
        break;
    case 4:
        call->owned = 0;
        call->owned_type = SELLABLE_RESERVE + below(maker, 16);
        call->location = 0;
        break;
    case 5:
        call->unset_rule = 2;
        break;
    default:
        call->owner_count = SELLABLE_LOCATIONS_MAX + 1;
    }
}

/* Mostly all sources but one, so that most events are still their owner's. */
void make_ownership(struct maker *maker, struct call *call) {
    uint32_t start = below(maker, SOURCES);
    bool quantity = percent(maker, 50);
    call->owned = quantity ? 1 + below(maker, SELLABLE_OWNED_END - 1) : 0;
    call->owned_type =
        quantity ? 0 : 1 + below(maker, percent(maker, 70) ? SELLABLE_RETURN_DISPOSITION
                                                           : SELLABLE_EVENT_TYPES_END - 1);
    bool again = maker->ruled.owner_count > 0 && percent(maker, 50); /* the same, or beside it */
    if (again) {
        call->owned = maker->ruled.owned;
        call->owned_type = maker->ruled.owned_type;
    }
    bool everywhere = call->owned_type > SELLABLE_RETURN_DISPOSITION || percent(maker, 50);
    call->location = everywhere                      ? NOT_GIVEN
                     : again && percent(maker, 50) ? maker->ruled.location
                                                   : some_thing(maker, LOCATIONS, 5);
    call->unset_rule = percent(maker, 35);
    call->owner_count = percent(maker, 8) ? 0 : percent(maker, 15) ? 1 : CALL_OWNERS;
    for (uint32_t i = 0; i < CALL_OWNERS; i++) {
        call->owners[i] = (start + i) % SOURCES;
    }
    if (call->unset_rule == 0) {
        maker->ruled = *call;
    }
    if (percent(maker, 4)) {
        call->owners[below(maker, CALL_OWNERS)] = UNMADE;
    } else if (percent(maker, 8)) {
        make_ownership_wrong(maker, call);
    }
}

/* ---- exceptions ------------------------------------------------------------------------------ */

void make_exception_number(struct maker *maker, struct call *call) {
    call->newest = percent(maker, 80);
    call->number = below(maker, call->newest ? 8 : 30);
    call->by_impact = percent(maker, 50);
    if (call->kind == CALL_EXCEPTIONS) {
        if (percent(maker, 70)) {
            call->newest = false;
            call->number = 0;
        }
        call->by_impact = percent(maker, 3) ? 2 : call->by_impact;
    }
    call->mended = call->kind == CALL_REPLAY && percent(maker, 45);
    if (call->mended) {
        struct call number = *call;
        make_event(maker, call);
        call->kind = number.kind;
        call->newest = number.newest;
        call->number = number.number;
        call->mended = true;
    }
}

void make_exception(struct maker *maker, struct call *call) {
    call->event_type = percent(maker, 40) ? 0 : 1 + below(maker, SELLABLE_EVENT_TYPES_END - 1);
    make_origin(maker, call);
    call->source_by_handle = call->source_by_handle && call->source < SOURCES;
    call->id = call->id >= IDS ? NO_ID : call->id;
    call->content = percent(maker, 4) ? LONG_CONTENT : 1 + below(maker, CONTENTS);
    call->order = percent(maker, 50) ? NO_ORDER : call->order;
    call->to = percent(maker, 50) ? NOT_GIVEN : call->to;
    call->status = percent(maker, 80) ? SELLABLE_INVALID : below(maker, SELLABLE_STATUS_COUNT + 1);
}
