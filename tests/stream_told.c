/* SPDX-License-Identifier: Apache-2.0
 *
 * Random questions for changes, views and forks: see stream.h. */
#include "stream_kinds.h"

/* One channel asks often, one seldom, one never; or two often. */
void make_askers(struct maker *maker) {
    static const uint8_t often[] = {12, 3, 0};
    if (maker->flavour->weights[CALL_CHANGES] == 0) {
        return;
    }
    uint32_t first = below(maker, CHANNELS);
    for (uint32_t i = 0; i < CHANNELS; i++) {
        maker->askers[(first + i) % CHANNELS] = often[i];
    }
    if (percent(maker, 20)) {
        maker->askers[(first + 2) % CHANNELS] = often[0];
    }
}

static void make_changes(struct maker *maker, struct call *call) {
    static const uint32_t rooms[] = {0, 1, 1, 2, 2, 5, 5, 5};
    static const uint64_t positions[] = {0, 0, 1, 7, 20, 1000000, UINT64_MAX};
    call->channel = percent(maker, 2) ? some_thing(maker, CHANNELS, 50)
                                      : some_weighted(maker, maker->askers, CHANNELS);
    call->capacity = percent(maker, 45) ? UINT32_MAX : CHOOSE(maker, rooms);
    call->has_after = percent(maker, 25);
    call->newest = percent(maker, 80);
    call->number = call->newest ? below(maker, percent(maker, 70) ? 4 : 30)
                                : CHOOSE(maker, positions);
    if (percent(maker, 2)) {
        call->bare = percent(maker, 60);
        call->has_after = call->bare ? call->has_after : 2;
    }
}

static void make_view(struct maker *maker, struct call *call) {
    static const uint32_t rooms[] = {1, 2, 3, 7};
    bool opens = call->kind == CALL_VIEW_OPEN;
    bool any = opens || percent(maker, 10);
    call->view = any ? below(maker, VIEWS) : some_weighted(maker, maker->viewed, VIEWS);
    if (opens || call->kind == CALL_VIEW_CLOSE) {
        maker->viewed[call->view] = opens;
    }
    call->capacity = percent(maker, 60) ? UINT32_MAX : CHOOSE(maker, rooms);
    call->number = percent(maker, 80) ? 0 : below(maker, ITEMS + 2);
    call->closed = percent(maker, 50);
    call->left_out = percent(maker, 70) ? 0 : below(maker, UINT32_MAX);
    call->channel_count = below(maker, CALL_CHANNELS + 1);
    for (uint32_t i = 0; i < CALL_CHANNELS; i++) {
        call->channels[i] = some_thing(maker, CHANNELS, 1);
    }
    if (percent(maker, 3)) {
        call->capacity = percent(maker, 50) ? 0 : call->capacity;
        call->closed = call->capacity ? 2 : call->closed;
    }
}

static void make_fork(struct maker *maker, struct call *call) {
    call->use = (enum fork_use)below(maker, FORK_USES);
    call->allocator = (enum fork_allocator)below(maker, percent(maker, 80) ? FORK_HALF
                                                                          : FORK_ALLOCATORS);
}

void make_outgoing(struct maker *maker, struct call *call) {
    switch (call->kind) {
    case CALL_CHANGES:
        make_changes(maker, call);
        break;
    case CALL_VIEW_OPEN:
    case CALL_VIEW_CLOSE:
    case CALL_VIEW_AVAILABILITY:
    case CALL_VIEW_CELLS:
    case CALL_VIEW_ORDERS:
        make_view(maker, call);
        break;
    case CALL_FORK:
        make_fork(maker, call);
        break;
    default:
        break;
    }
}
