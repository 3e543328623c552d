/* SPDX-License-Identifier: Apache-2.0
 *
 * Random streams of calls: engine and reference model agree call by call, however the engine is
 * opened and called.
 *
 *    test_model [long | STREAMS] [SEED]
 *
 * A stream on which they disagree is cut down to calls that are all needed for it, and printed. */
#include "versus.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "scene.h"

enum { CALLS = 300, STREAMS = 2000, STREAMS_LONG = 50000 };

static uint64_t first_seed = UINT64_C(20130501);
static uint32_t streams = STREAMS;

/* Every stream is played in the first way and in one of the others, in turn. */
static const struct variant variants[] = {
    {.name = "single calls"},
    {.name = "batches", .batches = true},
    {.name = "another seed, a held worker", .seed = UINT64_C(0xfeedfacecafe), .worker = true},
    {.name = "pre-sized, batches", .batches = true, .items = 3000, .orders = 5000},
    {.name = "slabs of the caller's", .own_allocator = true, .worker = true, .orders = 1},
};

static bool fails(const struct call *calls, uint32_t count, const struct variant *variant,
                  int64_t retention) {
    return !versus(calls, count, variant, retention, false, NULL);
}

/* Drop chunks of calls, ever smaller ones, as long as what is left still fails. */
static uint32_t shrink(struct call *calls, uint32_t count, const struct variant *variant,
                       int64_t retention) {
    struct call fewer[CALLS];
    for (uint32_t chunk = count / 2; chunk > 0;) {
        bool dropped = false;
        for (uint32_t start = 0; start < count;) {
            uint32_t end = start + chunk < count ? start + chunk : count;
            uint32_t left = count - (end - start);
            memcpy(fewer, calls, start * sizeof *calls);
            memcpy(fewer + start, calls + end, (count - end) * sizeof *calls);
            if (fails(fewer, left, variant, retention)) {
                memcpy(calls, fewer, left * sizeof *calls);
                count = left;
                dropped = true;
            } else {
                start = end;
            }
        }
        if (!dropped || chunk > 1) {
            chunk /= 2;
        }
    }
    return count;
}

static void explain_failure(struct call *calls, uint64_t seed, const struct variant *variant,
                            int64_t retention) {
    uint32_t count = shrink(calls, CALLS, variant, retention);
    fprintf(stderr, "\nseed %" PRIu64 ", %s, retention %" PRId64 ": these %u calls suffice:\n",
            seed, variant->name, retention, count);
    for (uint32_t i = 0; i < count; i++) {
        fprintf(stderr, "  %2u ", i + 1);
        stream_print(&calls[i]);
    }
    (void)versus(calls, count, variant, retention, true, NULL);
}

/* Statuses that each call can answer with; no_memory and ship's overflow cannot be reached here:
 * a net within the limit keeps on_hand within it, too. */
#define CAN(STATUS) (UINT32_C(1) << SELLABLE_##STATUS)
static const uint32_t possible[CALL_KIND_COUNT] = {
    [CALL_ITEM_PUT] = CAN(OK) | CAN(INVALID),
    [CALL_LOCATION_PUT] = CAN(OK) | CAN(INVALID),
    [CALL_CHANNEL_PUT] = CAN(OK) | CAN(INVALID) | CAN(UNKNOWN_LOCATION),
    [CALL_APPLY] = CAN(OK) | CAN(INVALID) | CAN(UNKNOWN_ITEM) | CAN(UNKNOWN_LOCATION) |
                   CAN(CONFLICT) | CAN(WRONG_STATE) | CAN(OVERFLOW),
    [CALL_RESERVE] = CAN(OK) | CAN(DUPLICATE) | CAN(CONFLICT) | CAN(INSUFFICIENT) | CAN(INVALID) |
                     CAN(UNKNOWN_CHANNEL) | CAN(UNKNOWN_ITEM) | CAN(OVERFLOW),
    [CALL_CONFIRM] = CAN(OK) | CAN(INVALID) | CAN(UNKNOWN_ORDER) | CAN(WRONG_STATE),
    [CALL_RELEASE] = CAN(OK) | CAN(INVALID) | CAN(UNKNOWN_ORDER) | CAN(WRONG_STATE),
    [CALL_SHIP] = CAN(OK) | CAN(INVALID) | CAN(UNKNOWN_ORDER) | CAN(WRONG_STATE),
    [CALL_ADVANCE] = CAN(OK) | CAN(INVALID),
    [CALL_AVAILABLE] = CAN(OK) | CAN(UNKNOWN_ITEM) | CAN(UNKNOWN_CHANNEL),
    [CALL_EXPLAIN] = CAN(OK) | CAN(UNKNOWN_ITEM) | CAN(UNKNOWN_CHANNEL),
    [CALL_CELL] = CAN(OK) | CAN(UNKNOWN_ITEM) | CAN(UNKNOWN_LOCATION),
    [CALL_ORDER] = CAN(OK) | CAN(INVALID) | CAN(UNKNOWN_ORDER),
    [CALL_ITEM_FIND] = CAN(OK) | CAN(UNKNOWN_ITEM),
    [CALL_LOCATION_FIND] = CAN(OK) | CAN(UNKNOWN_LOCATION),
    [CALL_CHANNEL_FIND] = CAN(OK) | CAN(UNKNOWN_CHANNEL),
};

static void every_status_was_answered(const struct tally *tally) {
    uint32_t missing = 0;
    for (int kind = 0; kind < CALL_KIND_COUNT; kind++) {
        printf("  %-14s", call_kind_name((enum call_kind)kind));
        for (int status = 0; status < SELLABLE_STATUS_COUNT; status++) {
            uint64_t count = tally->counts[kind][status];
            if (possible[kind] & (UINT32_C(1) << status)) {
                printf(" %s %" PRIu64, sellable_status_name(status), count);
                missing += count == 0;
            } else {
                equal(count, 0);
            }
        }
        printf("\n");
    }
    equal(missing, 0);
}

static void engine_and_reference_model_agree_on_random_streams(void **state) {
    (void)state;
    static struct call calls[CALLS];
    static struct tally tally;
    for (uint32_t stream = 0; stream < streams; stream++) {
        uint64_t seed = first_seed + stream;
        int64_t retention = stream % 4 == 3 ? 0 : 200;
        const struct variant *others[] = {&variants[0],
                                          &variants[1 + stream % (COUNT_OF(variants) - 1)]};
        stream_make(calls, CALLS, seed, retention ? retention : SELLABLE_RETENTION_DEFAULT);
        for (uint32_t way = 0; way < 2; way++) {
            if (!versus(calls, CALLS, others[way], retention, false, way ? NULL : &tally)) {
                explain_failure(calls, seed, others[way], retention);
                fail_msg("engine and model disagree: seed %" PRIu64, seed);
            }
        }
    }
    printf("%u streams of %d calls, from seed %" PRIu64 ":\n", streams, CALLS, first_seed);
    every_status_was_answered(&tally);
}

int main(int argc, char **argv) {
    if (argc > 1) {
        streams =
            strcmp(argv[1], "long") == 0 ? STREAMS_LONG : (uint32_t)strtoul(argv[1], NULL, 10);
    }
    if (argc > 2) {
        first_seed = strtoull(argv[2], NULL, 10);
    }
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(engine_and_reference_model_agree_on_random_streams),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
