/* SPDX-License-Identifier: Apache-2.0
 *
 * Stores that no lines of replay's lead to: with batches in several parts, as they are above 64 MiB
 * (here above 8 KiB), and with a unit that has U+0000 in its name.
 *
 *   odd_store DIRECTORY BATCHES CHANGES */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "log_lmdb.h"

static void must(bool holds, const char *what) {
    if (holds)
        return;
    fprintf(stderr, "odd_store: %s\n", what);
    exit(2);
}

static struct sellable_log open_log(const char *directory, const char *name) {
    static const struct sbl_lmdb_limits limits = {.part = 8192, .transaction = 1 << 20,
                                                  .drop = 64};
    struct sellable_log log;
    const char *reason;
    char path[4096];
    (void)snprintf(path, sizeof path, "%s/%s", directory, name);
    must(sbl_log_lmdb_open(path, 0, &limits, &log, &reason) == SELLABLE_OK, "no log");
    return log;
}

static struct sellable_key key_of(char *bytes, size_t size, const char *letter, int number) {
    return (struct sellable_key){bytes, (size_t)snprintf(bytes, size, "%s%d", letter, number)};
}

static void apply(struct sellable *engine, const struct sellable_event *event) {
    must(sellable_apply(engine, NULL, event, NULL) == SELLABLE_OK, "an event is refused");
}

static void receive(struct sellable *engine, int number) {
    char item[32];
    struct sellable_event event = {.type = SELLABLE_RECEIPT,
                                   .item_key = key_of(item, sizeof item, "I", number % 100),
                                   .location_key = {"east", 4},
                                   .quantity = number + 1};
    if (number < 100) {
        struct sellable_event master = {.type = SELLABLE_ITEM, .item_key = event.item_key};
        apply(engine, &master);
    }
    apply(engine, &event);
}

static void know_odd_unit(struct sellable *engine) {
    const struct sellable_unit box = {.key = {"b\0x", 3}, .numerator = 12, .denominator = 1};
    const struct sellable_item_settings settings = {
        .set = SELLABLE_ITEM_UNITS, .units = &box, .unit_count = 1};
    const struct sellable_event item = {
        .type = SELLABLE_ITEM, .item_key = {"odd", 3}, .item_settings = &settings};
    apply(engine, &item);
}

int main(int count, char **arguments) {
    must(count == 4, "DIRECTORY BATCHES CHANGES");
    const char *directory = arguments[1];
    must(mkdir(directory, 0777) == 0 || errno == EEXIST, "no directory");
    const struct sellable_durability durability = {.journal = open_log(directory, "journal"),
                                                   .checkpoints =
                                                       open_log(directory, "checkpoints"),
                                                   .answering = SELLABLE_ANSWER_DECIDED};
    struct sellable *engine;
    must(sellable_recover(NULL, &durability, &engine, NULL) == SELLABLE_OK, "no engine");
    const struct sellable_event east = {.type = SELLABLE_LOCATION, .location_key = {"east", 4}};
    apply(engine, &east);
    int changes = atoi(arguments[3]);
    for (int batch = 0; batch < atoi(arguments[2]); batch++) {
        for (int i = 0; i < changes; i++)
            receive(engine, batch * changes + i);
        must(sellable_durable_wait(engine, 0) == SELLABLE_OK, "not durable");
    }
    if (changes == 0)
        know_odd_unit(engine);
    sellable_close(engine);
    return 0;
}
