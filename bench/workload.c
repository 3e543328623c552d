/* SPDX-License-Identifier: Apache-2.0
 *
 * Masters, requests and keys. Everything is drawn from fixed starts: two runs work on the same. */
#include "workload.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#define WORD(literal) {(literal), sizeof(literal) - 1}

/* Lists of different length and order, shares that do not divide evenly, buffers, precedences. */
const struct channel_settings workload_channels[CHANNELS] = {
    {WORD("web"), 4, {0, 1, 2, 3}, 10000, 0, 0},
    {WORD("marketplace"), 4, {1, 0, 3, 2}, 9000, -10, 2},
    {WORD("edi"), 2, {2, 3, 0, 0}, 10000, 50, 5},
    {WORD("field sales"), 4, {3, 2, 1, 0}, 7500, 10, 10},
    {WORD("outlet"), 1, {0, 0, 0, 0}, 5000, -20, 0},
    {WORD("inside sales"), 2, {0, 2, 0, 0}, 10000, 20, 1},
    {WORD("export"), 3, {3, 1, 0, 0}, 8000, 0, 25},
    {WORD("stores"), 3, {2, 1, 3, 0}, 3333, 5, 3},
};

const struct sellable_key workload_locations[LOCATIONS] = {WORD("east"), WORD("north"),
                                                           WORD("south"), WORD("west")};
const char *const workload_distribution_names[DISTRIBUTIONS] = {"uniform", "Zipf 0.99",
                                                                "one hot item"};
const char *const workload_mode_names[MODES] = {"independent", "chained", "fenced", "batch"};

static const size_t huge_page = (size_t)2 << 20;

static size_t whole_pages(size_t size)
{
    return (size + huge_page - 1) & ~(huge_page - 1);
}

/* The mapping is one huge page longer than asked for, so that what is used starts at one; the rest
 * is given back at once. */
void *workload_untouched_memory(size_t size)
{
    size_t whole = whole_pages(size);
    char *mapped = mmap(NULL, whole + huge_page, PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (mapped == MAP_FAILED) {
        fprintf(stderr, "bench: no memory for %zu bytes\n", size);
        exit(1);
    }
    size_t before = (huge_page - (uintptr_t)mapped % huge_page) % huge_page;
    if (before)
        munmap(mapped, before);
    if (huge_page - before)
        munmap(mapped + before + whole, huge_page - before);
    char *memory = mapped + before;
    madvise(memory, whole, MADV_HUGEPAGE);
    return memory;
}

void *workload_memory(size_t size)
{
    return memset(workload_untouched_memory(size), 0, whole_pages(size));
}

void expect_ok(enum sellable_status status, const char *what)
{
    if (status == SELLABLE_OK)
        return;
    fprintf(stderr, "bench: %s answers %s\n", what, sellable_status_name((int)status));
    exit(1);
}

void workload_memory_release(void *memory, size_t size)
{
    if (memory)
        munmap(memory, whole_pages(size));
}

/* A Weyl sequence through a mixer (splitmix64). */
uint64_t workload_random(uint64_t *state)
{
    uint64_t mixed = *state += UINT64_C(0x9e3779b97f4a7c15);
    mixed = (mixed ^ mixed >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    mixed = (mixed ^ mixed >> 27) * UINT64_C(0x94d049bb133111eb);
    return mixed ^ mixed >> 31;
}

static uint32_t random_below(uint64_t *state, size_t bound)
{
    return (uint32_t)((workload_random(state) >> 32) * (uint64_t)bound >> 32);
}

void workload_text(struct text *text, const char *word, uint64_t number)
{
    size_t word_size = strlen(word);
    memcpy(text->bytes, word, word_size);
    for (size_t i = KEY_SIZE; i-- > word_size; number >>= 4)
        text->bytes[i] = "0123456789abcdef"[number & 15];
}

void workload_item_key(struct text *text, uint64_t row)
{
    workload_text(text, "item-", row);
}

void workload_order_key(struct workload *workload, struct text *text)
{
    workload_text(text, "order-", workload->keys_given++);
}

void workload_init(struct workload *workload)
{
    size_t keys = workload->threads * workload->calls;
    workload->request_count = workload->calls * 16;
    size_t requests = workload->request_count + AHEAD;
    workload->requests = workload_memory(requests * sizeof *workload->requests);
    workload->item_keys = workload_memory(requests * sizeof *workload->item_keys);
    workload->order_keys = workload_memory(keys * sizeof *workload->order_keys);
    workload->later_keys = workload_memory(keys * sizeof *workload->later_keys);
    workload->turns = workload_memory(workload->calls * sizeof *workload->turns);
}

void workload_fini(struct workload *workload)
{
    size_t keys = workload->threads * workload->calls;
    size_t requests = workload->request_count + AHEAD;
    workload_memory_release(workload->requests, requests * sizeof *workload->requests);
    workload_memory_release(workload->item_keys, requests * sizeof *workload->item_keys);
    workload_memory_release(workload->order_keys, keys * sizeof *workload->order_keys);
    workload_memory_release(workload->later_keys, keys * sizeof *workload->later_keys);
    workload_memory_release(workload->turns, workload->calls * sizeof *workload->turns);
}

/* Ranks by inversion: sums[i] is the weight of ranks 0 to i, where rank i weighs 1/(i+1)^0.99. */
static double *zipf_sums(size_t items)
{
    double *sums = workload_memory(items * sizeof *sums);
    double sum = 0;
    for (size_t i = 0; i < items; i++)
        sums[i] = sum += pow((double)(i + 1), -0.99);
    return sums;
}

static uint32_t zipf_row(const double *sums, size_t items, uint64_t *state)
{
    double wanted = (double)(workload_random(state) >> 11) * 0x1p-53 * sums[items - 1];
    size_t low = 0, high = items - 1;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (sums[middle] > wanted)
            high = middle;
        else
            low = middle + 1;
    }
    /* Wanted items do not lie side by side: a prime larger than any count spreads the ranks. */
    return (uint32_t)(low * UINT64_C(4294967291) % items);
}

static uint32_t draw_row(const struct workload *workload, enum distribution distribution,
                         const double *sums, uint64_t *state)
{
    switch (distribution) {
    case ZIPF:
        return zipf_row(sums, workload->items, state);
    case HOT:
        return (uint32_t)workload->hot;
    default:
        return random_below(state, workload->items);
    }
}

void workload_draw(struct workload *workload, enum distribution distribution,
                   const struct sellable_item *handles, const struct sellable_channel *channels)
{
    double *sums = distribution == ZIPF ? zipf_sums(workload->items) : NULL;
    uint64_t state = 1;
    for (size_t i = 0; i < workload->request_count; i++) {
        struct request *request = &workload->requests[i];
        request->row = draw_row(workload, distribution, sums, &state);
        request->slot = random_below(&state, workload->slots);
        request->item = handles[request->row];
        request->channel = channels[request_channel(request)];
        workload_item_key(&workload->item_keys[i], request->row);
    }
    memcpy(workload->requests + workload->request_count, workload->requests,
           AHEAD * sizeof *workload->requests);
    workload_memory_release(sums, workload->items * sizeof *sums);

    for (size_t i = 0; i < workload->calls; i++)
        workload->turns[i] = (uint32_t)i;
    for (size_t i = workload->calls; i-- > 1;) {
        size_t other = random_below(&state, i + 1);
        uint32_t turn = workload->turns[i];
        workload->turns[i] = workload->turns[other];
        workload->turns[other] = turn;
    }
}

void workload_fresh_keys(struct workload *workload, uint32_t threads, size_t count)
{
    for (uint32_t thread = 0; thread < threads; thread++) {
        struct text *keys = workload->order_keys + thread * workload->calls;
        struct text *later = workload->later_keys + thread * workload->calls;
        for (size_t i = 0; i < count; i++)
            workload_order_key(workload, &keys[i]);
        size_t filled = 0;
        for (size_t i = 0; i < workload->calls; i++)
            if (workload->turns[i] < count)
                later[filled++] = keys[workload->turns[i]];
    }
}
