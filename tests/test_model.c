/* SPDX-License-Identifier: Apache-2.0
 *
 * Random streams of calls of several kinds: engine and reference model agree call by call, however
 * the engine is opened and called.
 *
 *    test_model [long | STREAMS [SEED [KIND [WAY]]]]
 *
 * STREAMS are those of each kind ("all": every KIND), WAY a word of the ways in which they are
 * played: "log", say. A stream on which they disagree is cut down to calls that are all needed for
 * it, and printed. In the end every status has been answered by every call that can, and every rule
 * of the model has come up. */
#include "versus.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "scene.h"

enum { CALLS = 300, STREAMS = 150, STREAMS_LONG = 10000, AGAIN_EVERY = 20 };

static uint64_t first_seed = UINT64_C(20130501);
static uint32_t streams = STREAMS;
static const char *only_kind, *only_way;

/* Streams are played in each of these ways, in turn. */
static const struct variant variants[] = {
    {.name = "single calls"},
    {.name = "batches", .batches = true},
    {.name = "another seed, a held worker", .seed = UINT64_C(0xfeedfacecafe), .worker = true},
    {.name = "pre-sized, batches", .batches = true, .items = 3000, .orders = 5000},
    {.name = "slabs of the caller's", .own_allocator = true, .worker = true, .orders = 1},
    {.name = "a log", .durable = true, .own_allocator = true},
    {.name = "a log, answered early, batches, a held worker",
     .durable = true,
     .answering = SELLABLE_ANSWER_DECIDED,
     .batches = true,
     .worker = true},
};

static bool fails(const struct call *calls, uint32_t count, const struct variant *variant,
                  const struct sellable_options *options) {
    return !versus(calls, count, variant, options, false, NULL, NULL);
}

/* Drop chunks of calls, ever smaller ones, as long as what is left still fails. */
static uint32_t shrink(struct call *calls, uint32_t count, const struct variant *variant,
                       const struct sellable_options *options) {
    static struct call fewer[CALLS];
    for (uint32_t chunk = count / 2; chunk > 0;) {
        bool dropped = false;
        for (uint32_t start = 0; start < count;) {
            uint32_t end = start + chunk < count ? start + chunk : count;
            uint32_t left = count - (end - start);
            memcpy(fewer, calls, start * sizeof *calls);
            memcpy(fewer + start, calls + end, (count - end) * sizeof *calls);
            if (fails(fewer, left, variant, options)) {
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

static void explain_failure(struct call *calls, enum stream_kind kind, uint64_t seed,
                            const struct variant *variant,
                            const struct sellable_options *options) {
    uint32_t count = shrink(calls, CALLS, variant, options);
    fprintf(stderr,
            "\n%s, seed %" PRIu64 ", %s, retention %" PRId64 ", ahead %" PRId64 ", %" PRIu64
            " ids, %" PRIu64 " exceptions, %u other items: these %u calls suffice:\n",
            stream_kind_name(kind), seed, variant->name, options->retention, options->ahead,
            options->event_ids, options->exceptions, variant->others, count);
    for (uint32_t i = 0; i < count; i++) {
        fprintf(stderr, "  %2u ", i + 1);
        stream_print(&calls[i]);
    }
    (void)versus(calls, count, variant, options, true, NULL, NULL);
}

/* ---- every status, and every rule ------------------------------------------------------------ */

/* Statuses that each call can answer with; no_memory only where there are too many ids. */
#define CAN(STATUS) (UINT32_C(1) << SELLABLE_##STATUS)
#define CAN_PUT (CAN(OK) | CAN(INVALID))
#define CAN_PROMISE                                                                                \
    (CAN(OK) | CAN(INSUFFICIENT) | CAN(INVALID) | CAN(UNKNOWN_ITEM) | CAN(UNKNOWN_LOCATION) |      \
     CAN(OVERFLOW))
#define CAN_ACT                                                                                    \
    (CAN(OK) | CAN(INVALID) | CAN(UNKNOWN_ORDER) | CAN(UNKNOWN_ITEM) | CAN(WRONG_STATE))
#define CAN_TELL                                                                                   \
    (CAN(OK) | CAN(UNKNOWN_ITEM) | CAN(UNKNOWN_CHANNEL) | CAN(UNKNOWN_ORDER) | CAN(INVALID))
#define CAN_APPLY                                                                                  \
    (((UINT32_C(1) << SELLABLE_STATUS_COUNT) - 1) & ~CAN(NOT_DURABLE))
#define CAN_READ (CAN(OK) | CAN(INVALID))
#define CAN_VISIT (CAN(OK) | CAN(INVALID) | CAN(UNKNOWN_ITEM) | CAN(UNKNOWN_LOCATION))
static const uint32_t possible[CALL_KIND_COUNT] = {
    [CALL_ITEM_PUT] = CAN_PUT | CAN(UNKNOWN_ITEM) | CAN(WRONG_STATE),
    [CALL_LOCATION_PUT] = CAN_PUT,
    [CALL_CHANNEL_PUT] = CAN_PUT | CAN(UNKNOWN_LOCATION),
    [CALL_POLICY_PUT] = CAN_PUT | CAN(UNKNOWN_LOCATION) | CAN(UNKNOWN_ITEM) | CAN(UNKNOWN_CHANNEL),
    [CALL_HOLD_PUT] = CAN_PUT,
    [CALL_SOURCE_PUT] = CAN_PUT,
    [CALL_OWNER_PUT] = CAN_PUT | CAN(UNKNOWN_SOURCE) | CAN(UNKNOWN_LOCATION),
    [CALL_APPLY] = CAN_APPLY,
    [CALL_REPLAY] = CAN_APPLY,
    [CALL_EXCEPTION_PUT] = CAN_PUT,
    [CALL_DISCARD] = CAN_PUT,
    [CALL_EXCEPTIONS] = CAN_PUT,
    [CALL_RESERVE] =
        CAN_PROMISE | CAN(DUPLICATE) | CAN(CONFLICT) | CAN(PAUSED) | CAN(UNKNOWN_CHANNEL),
    [CALL_AMEND] = CAN_PROMISE | CAN(UNKNOWN_ORDER) | CAN(WRONG_STATE),
    [CALL_CONFIRM] = CAN(OK) | CAN(INVALID) | CAN(UNKNOWN_ORDER) | CAN(WRONG_STATE),
    [CALL_EXTEND] = CAN(OK) | CAN(INVALID) | CAN(UNKNOWN_ORDER) | CAN(WRONG_STATE),
    [CALL_RELEASE] = CAN_ACT,
    [CALL_ALLOCATE] = CAN_ACT,
    [CALL_DEALLOCATE] = CAN_ACT,
    [CALL_SHIP] = CAN_ACT,
    [CALL_RESOURCE] = CAN_ACT | CAN(UNKNOWN_LOCATION) | CAN(INSUFFICIENT),
    [CALL_ADVANCE] = CAN(OK) | CAN(INVALID),
    [CALL_AVAILABLE] = CAN_TELL,
    [CALL_EXPLAIN] = CAN_TELL,
    [CALL_CELL] = CAN(OK) | CAN(UNKNOWN_ITEM) | CAN(UNKNOWN_LOCATION),
    [CALL_ORDER] = CAN(OK) | CAN(INVALID) | CAN(UNKNOWN_ORDER),
    [CALL_ORDERS] = CAN_VISIT,
    [CALL_WAITING] = CAN_VISIT,
    [CALL_POLICY_FIND] = CAN(OK) | CAN(UNKNOWN_ITEM) | CAN(UNKNOWN_CHANNEL),
    [CALL_ITEM_LOOK] = CAN(OK) | CAN(UNKNOWN_ITEM),
    [CALL_LOCATION_LOOK] = CAN(OK) | CAN(UNKNOWN_LOCATION),
    [CALL_ITEM_FIND] = CAN(OK) | CAN(UNKNOWN_ITEM),
    [CALL_LOCATION_FIND] = CAN(OK) | CAN(UNKNOWN_LOCATION),
    [CALL_CHANNEL_FIND] = CAN(OK) | CAN(UNKNOWN_CHANNEL),
    [CALL_REGION_FIND] = CAN(OK) | CAN(UNKNOWN_LOCATION),
    [CALL_SOURCE_FIND] = CAN(OK) | CAN(UNKNOWN_SOURCE),
    [CALL_SOURCE_LOOK] = CAN(OK) | CAN(UNKNOWN_SOURCE),
    [CALL_CHANGES] = CAN(OK) | CAN(INVALID) | CAN(UNKNOWN_CHANNEL),
    [CALL_SHORTAGES] = CAN(OK),
    [CALL_VIEW_OPEN] = CAN(OK),
    [CALL_VIEW_CLOSE] = CAN(OK),
    [CALL_VIEW_AVAILABILITY] = CAN_READ | CAN(UNKNOWN_CHANNEL),
    [CALL_VIEW_CELLS] = CAN_READ,
    [CALL_VIEW_ORDERS] = CAN_READ,
    [CALL_FORK] = CAN_READ,
    [CALL_SWAP] = CAN(OK),
    [CALL_STATS] = CAN(OK),
    [CALL_AUDIT] = CAN(OK),
};
/* Seldom enough to be missing in a fast run. */
static const uint32_t seldom[CALL_KIND_COUNT] = {
    [CALL_AMEND] = CAN(OVERFLOW),
    [CALL_RELEASE] = CAN(OVERFLOW) | CAN(UNKNOWN_LOCATION),
    [CALL_ALLOCATE] = CAN(OVERFLOW) | CAN(UNKNOWN_LOCATION),
    [CALL_DEALLOCATE] = CAN(OVERFLOW) | CAN(UNKNOWN_LOCATION),
    [CALL_SHIP] = CAN(OVERFLOW) | CAN(UNKNOWN_LOCATION),
    [CALL_RESOURCE] = CAN(OVERFLOW),
    [CALL_REPLAY] = CAN(OVERFLOW) | CAN(PAUSED) | CAN(NO_MEMORY) | CAN(INSUFFICIENT),
};

/* How many of those that can be are missing: so, too, below. */
static uint32_t statuses_that_are_missing(const struct tally *tally) {
    uint32_t missing = 0;
    for (int kind = 0; kind < CALL_KIND_COUNT; kind++) {
        printf("  %-14s", call_kind_name((enum call_kind)kind));
        for (int status = 0; status < SELLABLE_STATUS_COUNT; status++) {
            uint64_t count = tally->counts[kind][status];
            bool may = seldom[kind] & (UINT32_C(1) << status);
            bool can = !may && (possible[kind] & (UINT32_C(1) << status));
            if (can || (may && count > 0)) {
                printf(" %s %" PRIu64, sellable_status_name(status), count);
                missing += can && !may && count == 0;
            } else {
                equal(count, 0);
            }
        }
        printf("\n");
    }
    return missing;
}

/* Each type of event with ok, and with refusals; what is no order's, also as a duplicate. */
static uint32_t events_that_are_missing(const struct tally *tally) {
    uint32_t missing = 0;
    for (int type = SELLABLE_ON_HAND_SET; type < SELLABLE_EVENT_TYPES_END; type++) {
        uint64_t refused = 0;
        printf("  %-18s", sellable_event_name(type));
        for (int status = 0; status < SELLABLE_STATUS_COUNT; status++) {
            uint64_t count = tally->events[type][status];
            bool refusal = status != SELLABLE_OK && status != SELLABLE_DUPLICATE;
            refused += refusal ? count : 0;
            if (count > 0) {
                printf(" %s %" PRIu64, sellable_status_name(status), count);
            }
        }
        printf("\n");
        missing += tally->events[type][SELLABLE_OK] == 0;
        bool order = type >= SELLABLE_RESERVE && type <= SELLABLE_RESOURCE;
        missing += !order && tally->events[type][SELLABLE_DUPLICATE] == 0;
        missing += refused == 0;
    }
    return missing;
}

static uint32_t rules_that_are_missing(const struct tally *tally) {
    static const char *const texts[] = {
#define RULE_TEXT(NAME, TEXT) TEXT,
        MODEL_RULES(RULE_TEXT)
#undef RULE_TEXT
    };
    uint32_t missing = 0;
    for (int rule = 0; rule < MODEL_RULE_COUNT; rule++) {
        printf("  %10" PRIu64 "  %s\n", tally->rules[rule], texts[rule]);
        missing += tally->rules[rule] == 0;
    }
    return missing;
}

static void tell_of_lives(const struct tally_of_lives *lives) {
    printf("  %10" PRIu64 "  logs were opened again after the engine was closed\n", lives->closed);
    printf("  %10" PRIu64 "  after a crash\n", lives->crashed);
    printf("  %10" PRIu64 "  calls that were lost by it, and made again\n", lives->again);
}

/* ---- the streams ----------------------------------------------------------------------------- */

/* Retentions that are over soon, and the default one; few ids and exceptions, and many. */
static struct sellable_options some_options(enum stream_kind kind, uint64_t seed) {
    struct sellable_options options = {.retention = kind == STREAM_PLAIN    ? 200
                                                    : kind == STREAM_EVENTS ? 2 * SELLABLE_DAY
                                                                            : 5 * SELLABLE_DAY};
    if (seed % 4 == 3) {
        options.retention = 0;
    }
    options.event_ids = seed % 3 == 1 ? 12 : 0;
    options.exceptions = seed % 2 == 0 ? 9 : 0;
    options.ahead = seed % 5 == 2 ? SELLABLE_DAY / 2 : 0;
    return options;
}

/* So many that numbers of items begin near to a power of two. */
static uint32_t some_others(enum stream_kind kind, uint64_t seed) {
    static const uint32_t others[] = {0, 0, 61, 0, 0, 27, 0, 509, 0, 0, 125, 0, 4};
    bool goes_out = kind == STREAM_TOLD || kind == STREAM_VIEWS;
    return goes_out ? others[seed % COUNT_OF(others)] : 0;
}

static void play_again(const struct call *calls, const struct variant *variant,
                       const struct sellable_options *options, struct sellable_audit *audit) {
    assert_true(versus(calls, CALLS, variant, options, true, NULL, audit));
}

/* However an engine is opened and called, its state is the same in the end. */
static void same_in_another_way(const struct call *calls, uint32_t variant,
                                const struct sellable_options *options, uint32_t others,
                                const struct sellable_audit *audit) {
    struct variant another = variants[(variant + 1) % COUNT_OF(variants)];
    struct sellable_audit other;
    another.others = others;
    another.lives = others + 1;
    play_again(calls, &another, options, &other);
    equal(other.hash[0], audit->hash[0]);
    equal(other.hash[1], audit->hash[1]);
    equal(other.full[0], audit->full[0]);
    equal(other.full[1], audit->full[1]);
}

/* What was named by key is named by handle, and the reverse. An event stays among the exceptions as
 * it was written; as such it may be replayed once its key is known, but not its handle of then. */
static void same_by_other_names(struct call *calls, uint32_t variant,
                                const struct sellable_options *options) {
    struct sellable_audit audit, other;
    for (uint32_t i = 0; i < CALLS; i++) {
        bool replays = calls[i].kind == CALL_REPLAY && !calls[i].mended;
        calls[i].kind = replays ? CALL_DISCARD : calls[i].kind;
    }
    play_again(calls, &variants[variant], options, &audit);
    for (uint32_t i = 0; i < CALLS; i++) {
        calls[i].by_handle = !calls[i].by_handle;
        calls[i].source_by_handle = !calls[i].source_by_handle;
        for (uint32_t line = 0; line < CALL_LINES; line++) {
            calls[i].lines[line].by_handle = !calls[i].lines[line].by_handle;
        }
    }
    play_again(calls, &variants[variant], options, &other);
    equal(other.hash[0], audit.hash[0]);
    equal(other.hash[1], audit.hash[1]);
}

static void play_stream(enum stream_kind kind, uint32_t stream, struct tally *tally) {
    static struct call calls[CALLS];
    uint64_t seed = first_seed + stream;
    uint32_t number = stream % COUNT_OF(variants);
    struct variant variant = variants[number];
    struct sellable_options options = some_options(kind, seed);
    struct sellable_audit audit;
    variant.others = some_others(kind, seed);
    variant.lives = seed;
    if (only_way && !strstr(variant.name, only_way)) {
        return;
    }
    stream_make(calls, CALLS, kind, seed,
                options.retention ? options.retention : SELLABLE_RETENTION_DEFAULT);
    if (!versus(calls, CALLS, &variant, &options, false, tally, &audit)) {
        explain_failure(calls, kind, seed, &variant, &options);
        fail_msg("engine and model disagree: %s, seed %" PRIu64, stream_kind_name(kind), seed);
    }
    if (stream % AGAIN_EVERY == 0) {
        same_in_another_way(calls, number, &options, variant.others, &audit);
        same_by_other_names(calls, number, &options);
    }
}

static void engine_and_reference_model_agree_on_random_streams(void **state) {
    (void)state;
    static struct tally tally;
    for (int kind = 0; kind < STREAM_KIND_COUNT; kind++) {
        enum stream_kind about = (enum stream_kind)kind;
        if (only_kind && strcmp(only_kind, stream_kind_name(about)) != 0) {
            continue;
        }
        for (uint32_t stream = 0; stream < streams; stream++) {
            play_stream(about, stream, &tally);
        }
        printf("%s: %u streams of %d calls, from seed %" PRIu64 "\n", stream_kind_name(about),
               streams, CALLS, first_seed);
    }
    tell_of_lives(&tally.lives);
    if (!only_kind && !only_way && streams >= STREAMS) {
        uint32_t statuses = statuses_that_are_missing(&tally);
        uint32_t events = events_that_are_missing(&tally);
        uint32_t rules = rules_that_are_missing(&tally);
        equal(statuses, 0);
        equal(events, 0);
        equal(rules, 0);
        assert_true(tally.lives.closed > 0 && tally.lives.crashed > 0 && tally.lives.again > 0);
    }
}

int main(int argc, char **argv) {
    if (argc > 1) {
        streams =
            strcmp(argv[1], "long") == 0 ? STREAMS_LONG : (uint32_t)strtoul(argv[1], NULL, 10);
    }
    if (argc > 2) {
        first_seed = strtoull(argv[2], NULL, 10);
    }
    only_kind = argc > 3 && strcmp(argv[3], "all") != 0 ? argv[3] : NULL;
    only_way = argc > 4 ? argv[4] : NULL;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(engine_and_reference_model_agree_on_random_streams),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
