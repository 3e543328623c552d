/* SPDX-License-Identifier: Apache-2.0
 *
 * What every row of the bench works on: the masters (4 locations, 8 channels with settings of their
 * own), what stands in the cells, the requests, and the keys of orders. All of it is made before a
 * clock runs. The engine, the floor and the peers get the same. */
#ifndef BENCH_WORKLOAD_H
#define BENCH_WORKLOAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <sellable.h>

enum {
    LOCATIONS = 4,
    CHANNELS = 8,
    LINES = 4,       /* of the order of several lines */
    CHUNK = 128,    /* calls of one batch */
    AHEAD = 16,      /* requests that a prefetching row of the floor looks ahead */
    KEY_SIZE = 16,   /* bytes of an item's and an order's key */
    THREADS_MAX = 64 /* of one row */
};

/* What is in each cell at first: enough that nothing sells out, with a hold and a safety stock. */
#define CELL_ON_HAND INT64_C(100000000)
#define CELL_HELD INT64_C(5)
#define CELL_SAFETY_STOCK INT64_C(10)

struct text {
    char bytes[KEY_SIZE];
};

static inline struct sellable_key text_key(const struct text *text)
{
    return (struct sellable_key){.bytes = text->bytes, .size = KEY_SIZE};
}

/* A channel's settings, for the engine and for the peers alike. */
struct channel_settings {
    struct sellable_key key;
    uint32_t location_count;
    uint32_t locations[LOCATIONS];
    int32_t share;
    int32_t precedence;
    int64_t buffer;
};
extern const struct channel_settings workload_channels[CHANNELS];
extern const struct sellable_key workload_locations[LOCATIONS];

/* One request: for the engine an item and a channel by handle; for the peers their indexes; for the
 * floor the line of a row and of an order's slot. */
struct request {
    uint32_t row;  /* 0 to items - 1 */
    uint32_t slot; /* 0 to slots - 1 */
    struct sellable_item item;
    struct sellable_channel channel;
};

/* The channel of a request, as an index: slots and channels are drawn in one. */
static inline uint32_t request_channel(const struct request *request)
{
    return request->slot % CHANNELS;
}

enum distribution { UNIFORM, ZIPF, HOT, DISTRIBUTIONS };
extern const char *const workload_distribution_names[DISTRIBUTIONS];

struct workload {
    size_t items;
    size_t hot;           /* the row of the one hot item */
    size_t slots;         /* a power of two: as many as orders stand open throughout */
    size_t calls;         /* requests of one thread in one row of one round */
    uint32_t threads;     /* the most of any row */
    size_t request_count; /* drawn in all; a power of two, and AHEAD more that repeat the first */
    struct request *requests;
    struct text *item_keys;  /* of the requests, in their order */
    struct text *order_keys; /* threads * calls, fresh for each row that takes orders */
    struct text *later_keys; /* each thread's keys again, in another order: for what follows */
    uint32_t *turns;         /* that other order */
    uint64_t keys_given;     /* no order's key is given twice in a run */
};

/* How a call depends on the one before. */
enum mode {
    INDEPENDENT, /* nothing of the next call hangs on the last answer */
    CHAINED,     /* the next item (or order) is computed from the last answer */
    FENCED,      /* the same, and nothing of the next call starts before the last one has ended */
    BATCH,       /* the batch call; of the floor: prefetched AHEAD requests before */
    MODES
};
extern const char *const workload_mode_names[MODES];

/* What one thread has to do in one row of one round, and what came of it. Shares of several threads
 * lie in an array, each on lines of its own. */
struct share {
    _Alignas(128) uint32_t thread;
    enum mode mode;
    bool by_key;
    int64_t expires_at;            /* of the orders */
    size_t count;                  /* requests; calls are count / lines */
    const struct request *requests;
    const struct text *item_keys;
    const struct text *order_keys; /* by call */
    uint32_t *latencies;           /* ns by call, or NULL */
    uint64_t wrong;                /* out: answers that were not what they had to be */
    int64_t units;                 /* out: what the answers add up to */
};

/* A zero that the compiler does not know to be one and the processor has to compute from `value`,
 * which must not have the highest bit set. */
static inline uint64_t workload_zero_of(uint64_t value)
{
    __asm__ volatile("" : "+r"(value));
    return value >> 63;
}

/* Nothing that follows starts before all that went before has ended, so a well predicted branch on
 * an answer gains nothing. */
static inline void workload_fence(void)
{
#if defined(__x86_64__)
    __asm__ volatile("lfence" : : : "memory");
#elif defined(__aarch64__)
    __asm__ volatile("dsb ld\n\tisb" : : : "memory");
#else
#error "no instruction fence is known for this machine"
#endif
}

/* What the next call adds to its item: always 0; see enum mode. */
static inline uint64_t workload_carry(enum mode mode, uint64_t answer)
{
    if (mode == INDEPENDENT)
        return 0;
    uint64_t zero = workload_zero_of(answer);
    if (mode == FENCED)
        workload_fence();
    return zero;
}

/* Memory with huge pages advised, each page touched; ends the program if there is none. */
void *workload_memory(size_t size);
void workload_memory_release(void *memory, size_t size);

/* The same, of which no page was touched yet. */
void *workload_untouched_memory(size_t size);

/* What has to be ok for the bench to go on; else the program ends. */
void expect_ok(enum sellable_status status, const char *what);

/* A number of a sequence that depends on nothing but its start. */
uint64_t workload_random(uint64_t *state);

/* A word and a number in hexadecimal digits: KEY_SIZE bytes in all, not terminated. */
void workload_text(struct text *text, const char *word, uint64_t number);

void workload_item_key(struct text *text, uint64_t row);

/* Its arrays, and back again. `items`, `slots`, `calls` and `threads` are set before. */
void workload_init(struct workload *workload);
void workload_fini(struct workload *workload);

/* Draw the requests anew. `handles` are the engine's, by row. */
void workload_draw(struct workload *workload, enum distribution distribution,
                   const struct sellable_item *handles, const struct sellable_channel *channels);

/* Keys never seen before, for the first `threads` threads and `count` calls of each. */
void workload_fresh_keys(struct workload *workload, uint32_t threads, size_t count);
void workload_order_key(struct workload *workload, struct text *text);

/* Of the keys of all threads, `count` each, the one with number `i`. */
static inline struct text *workload_key(const struct workload *workload, struct text *keys,
                                        size_t i, size_t count)
{
    return &keys[i / count * workload->calls + i % count];
}

#endif
