/* SPDX-License-Identifier: Apache-2.0
 *
 * The store as it is opened: checkpoint and journal are read and compared; then the state that
 * comes out of it is looked at.
 *
 * Of the library: sellable_store_open, sellable_audit, sellable_now, sellable_close. */
#include "opening.h"
#include "store.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Is it the store that is at fault, not the disk, the memory or another process? */
static bool is_damaged(enum sellable_status status, const struct sellable_recovery *recovery)
{
    const char *field = recovery->field != NULL ? recovery->field : "";
    return status == SELLABLE_INVALID &&
           (strcmp(field, "journal") == 0 || strcmp(field, "checkpoint") == 0);
}

int tell_why_not(const char *directory, enum sellable_status status,
                 const struct sellable_recovery *recovery)
{
    fprintf(stderr, "%s: %s\n", program_name, WHY_NOT_OPEN(directory, status, recovery));
    return is_damaged(status, recovery) ? EXIT_DAMAGED : EXIT_UNREADABLE;
}

static void put_figures(struct text *out, const struct sellable *engine,
                        const struct sellable_recovery *recovery,
                        const struct sellable_audit *audit)
{
    put_open(out, NULL, '{');
    put_number(out, "position", (int64_t)recovery->position);
    put_number(out, "checkpoint", (int64_t)recovery->checkpoint);
    put_number(out, "replayed", (int64_t)recovery->replayed);
    put_number(out, "now", sellable_now(engine));
    put_flag(out, "consistent", audit->consistent != 0);
    put_hash(out, "hash", audit->hash);
    put_hash(out, "full", audit->full);
    put_number(out, "items", (int64_t)audit->items);
    put_number(out, "orders", (int64_t)audit->orders);
    put_close(out, '}');
    put_bytes(out, "\n", 1);
}

int check_store(const char *directory)
{
    const struct sellable_durability durability = {.answering = SELLABLE_ANSWER_DECIDED};
    struct sellable_recovery recovery = {0};
    struct sellable *engine;
    struct sellable_audit audit;
    struct text out = {NULL, 0, 0};
    enum sellable_status status =
        sellable_store_open(directory, NULL, &durability, &engine, &recovery);
    if (status != SELLABLE_OK)
        return tell_why_not(directory, status, &recovery);
    if (sellable_audit(engine, NULL, &audit) != SELLABLE_OK)
        fail("out of memory");
    put_figures(&out, engine, &recovery, &audit);
    write_out(&out);
    free(out.bytes);
    sellable_close(engine);
    return audit.consistent ? EXIT_WHOLE : EXIT_DAMAGED;
}
