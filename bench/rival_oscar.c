/* SPDX-License-Identifier: Apache-2.0
 *
 * django-oscar, a shop in Python, in a process of its own that is asked over a Unix socket for many
 * reservations at once (rivals/oscar_shop.py). Best: its allocation of a stock record, without an
 * order and so without a key, 64 in a transaction. Plain: a basket, and its placing of an order.
 * One message is for all calls of a row, so asking costs next to nothing of it. */
#include "rival.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define BEST "django-oscar: StockRecord.allocate"
#define PLAIN "django-oscar: OrderCreator.place_order"

/* With more it takes longer to load than all else together. */
enum { ITEMS_MOST = 10000, TEXT_SIZE = 1024, SETTINGS_SIZE = 96 };

struct oscar {
    struct keeper keeper;
    size_t items;
    FILE *to, *from;
};

/* KEY:SHARE:BUFFER:LOCATION,LOCATION... */
static void write_settings(char *text, const struct channel_settings *settings)
{
    int size = snprintf(text, SETTINGS_SIZE, "%.*s:%d:%lld:", (int)settings->key.size,
                        settings->key.bytes, settings->share, (long long)settings->buffer);
    for (uint32_t i = 0; i < settings->location_count; i++)
        size += snprintf(text + size, SETTINGS_SIZE - (size_t)size, "%s%u", i ? "," : "",
                         settings->locations[i]);
}

static void close_oscar(void *subject)
{
    struct oscar *oscar = subject;
    if (oscar->to)
        fclose(oscar->to);
    if (oscar->from)
        fclose(oscar->from);
    keeper_close(&oscar->keeper);
    free(oscar);
}

static void *open_oscar(size_t items, char *why)
{
    char count[24], in_stock[24], settings[CHANNELS][SETTINGS_SIZE];
    const char *arguments[5 + CHANNELS] = {RIVALS_PYTHON, RIVALS_FOLDER "/oscar_shop.py", count,
                                           in_stock};
    if (access(RIVALS_PYTHON, X_OK) != 0) {
        snprintf(why, WHY_SIZE, "not installed from PyPI; ./dev bench does it");
        return NULL;
    }
    int line;
    struct oscar *oscar = calloc(1, sizeof *oscar);
    oscar->items = items;
    snprintf(count, sizeof count, "%zu", items);
    snprintf(in_stock, sizeof in_stock, "%lld",
             (long long)(CELL_ON_HAND - CELL_HELD - CELL_SAFETY_STOCK));
    for (size_t i = 0; i < CHANNELS; i++) {
        write_settings(settings[i], &workload_channels[i]);
        arguments[4 + i] = settings[i];
    }
    if (keeper_open(&oscar->keeper, NULL, false, why) &&
        keeper_start(&oscar->keeper, arguments, why) &&
        (line = keeper_connect(&oscar->keeper, why)) >= 0) {
        oscar->to = fdopen(line, "w");
        oscar->from = fdopen(dup(line), "r");
        return oscar;
    }
    close_oscar(oscar);
    return NULL;
}

/* Ask for all of them: how many were taken; -1 if there was no answer. */
static long ask(const struct oscar *oscar, const char *form, const struct share *share)
{
    char answer[TEXT_SIZE], *end;
    fprintf(oscar->to, "%s %zu\n", form, share->count);
    for (size_t i = 0; i < share->count; i++) {
        struct text item;
        workload_item_key(&item, share->requests[i].row % oscar->items);
        fprintf(oscar->to, "%.*s %.*s %u\n", KEY_SIZE, share->order_keys[i].bytes, KEY_SIZE,
                item.bytes, request_channel(&share->requests[i]));
    }
    fflush(oscar->to);
    if (!fgets(answer, sizeof answer, oscar->from))
        return -1;
    long taken = strtol(answer, &end, 10);
    return end > answer ? taken : -1;
}

static void note(struct share *share, long taken)
{
    share->units += taken > 0 ? taken : 0;
    share->wrong += taken != (long)share->count;
}

static void allocate(void *oscar, struct share *share)
{
    note(share, ask(oscar, "allocate", share));
}

static void place_orders(void *oscar, struct share *share)
{
    note(share, ask(oscar, "order", share));
}

static bool sums_of_oscar(void *subject, struct rival_sums *sums)
{
    const struct oscar *oscar = subject;
    long long reserved, orders;
    char answer[TEXT_SIZE];
    fprintf(oscar->to, "sums 0\n");
    fflush(oscar->to);
    if (!fgets(answer, sizeof answer, oscar->from) ||
        sscanf(answer, "%lld %lld", &reserved, &orders) != 2)
        return false;
    *sums = (struct rival_sums){reserved, orders};
    return true;
}

const struct rival_kind rival_oscar = {
    .open = open_oscar,
    .close = close_oscar,
    .sums = sums_of_oscar,
    .items_most = ITEMS_MOST,
    .form_count = 2,
    .forms = {{BEST, "Python, SQL, SQLite; no order, no key, may oversell", allocate, BATCH,
               .by_key = true, .keyless = true},
              {PLAIN, "Python, SQL, SQLite on disk; a whole shop order", place_orders,
               INDEPENDENT, .by_key = true}},
};
