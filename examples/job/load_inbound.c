/* SPDX-License-Identifier: Apache-2.0
 *
 * inbound.csv: of the purchase orders, those that are under way as scheduled supply.
 *
 * Under way is what was ordered before the engine's now and is due after it: an export also tells
 * what has come long ago, and what will be ordered. The file does not say where a purchase order
 * comes in: where most of the item is on hand, else at the first location.
 *
 * Of the library: sellable_apply, sellable_now. */
#include "load.h"

#include "dates.h"
#include "store.h"
#include "support.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

struct columns {
    size_t po_id, po_line_id, order_date, due_date, sku, order_qty;
};

/* "ORDER/LINE": names the row in the file, and the entry in its cell's schedule. A line's number
 * has no slash, so no two rows share one. */
struct reference {
    char text[SELLABLE_KEY_MAX + 1];
    size_t line; /* of inbound.csv */
    UT_hash_handle hh;
};
enum { NUMBER_MAX = sizeof "/9223372036854775807" - 1 };

struct inbound {
    struct sellable *engine;
    struct folder *folder;
    struct table table;
    struct columns columns;
    struct reference *references; /* a hash by text, of all good rows */
    int64_t now;
};

struct purchase {
    struct sellable_item item;
    int64_t number, ordered, due, quantity;
};

static bool read_day(struct table *table, size_t column, int64_t *instant)
{
    struct sellable_key date = table_text(table, column);
    if (!day_begins(date, instant))
        return table_broken(table, column, "\"%.*s\" is no date YYYY-MM-DD", (int)date.size,
                            date.bytes);
    return true;
}

static bool read_row(struct inbound *inbound, struct purchase *purchase)
{
    struct table *table = &inbound->table;
    const struct columns *columns = &inbound->columns;
    struct sellable_key po_id = table_text(table, columns->po_id);
    struct sellable_key sku = table_text(table, columns->sku);
    if (po_id.size == 0 || po_id.size > SELLABLE_KEY_MAX - NUMBER_MAX)
        return table_broken(table, columns->po_id, "not of 1 to %d bytes",
                            SELLABLE_KEY_MAX - NUMBER_MAX);
    if (!table_number(table, columns->po_line_id, 0, INT64_MAX, &purchase->number) ||
        !read_day(table, columns->order_date, &purchase->ordered) ||
        !read_day(table, columns->due_date, &purchase->due))
        return false;
    if (!find_item(inbound->engine, inbound->folder, sku, &purchase->item))
        return table_broken(table, columns->sku, "no item \"%.*s\" in items.csv", (int)sku.size,
                            sku.bytes);
    return table_number(table, columns->order_qty, 1, SELLABLE_QUANTITY_MAX,
                        &purchase->quantity);
}

/* The reference of a row; NULL: an earlier one has it. */
static struct reference *add_reference(struct inbound *inbound, int64_t number)
{
    struct table *table = &inbound->table;
    struct sellable_key po_id = table_text(table, inbound->columns.po_id);
    struct reference *reference = allocate(1, sizeof *reference), *earlier;
    int size = snprintf(reference->text, sizeof reference->text, "%.*s/%" PRId64,
                        (int)po_id.size, po_id.bytes, number);
    HASH_FIND(hh, inbound->references, reference->text, (size_t)size, earlier);
    if (earlier != NULL) {
        table_broken(table, inbound->columns.po_line_id,
                     "this line of the purchase order stands in line %zu already", earlier->line);
        free(reference);
        return NULL;
    }
    reference->line = table->line;
    HASH_ADD_KEYPTR(hh, inbound->references, reference->text, (size_t)size, reference);
    return reference;
}

static void schedule(struct inbound *inbound, const struct purchase *purchase,
                     const struct reference *reference)
{
    struct folder *folder = inbound->folder;
    const struct cell *fullest = folder->items[purchase->item.id].fullest;
    const struct sellable_event event = {
        .type = SELLABLE_SCHEDULE_SET,
        .item = purchase->item,
        .location = fullest != NULL ? fullest->location : folder->first,
        .reference = {reference->text, strlen(reference->text)},
        .due = purchase->due,
        .quantity = purchase->quantity,
    };
    if (event.location.id == 0) {
        table_broken(&inbound->table, inbound->columns.sku, "there is no location to come in at");
        return;
    }
    struct sellable_answer answer = {0};
    enum sellable_status status = sellable_apply(inbound->engine, NULL, &event, &answer);
    if (status == SELLABLE_INVALID || status == SELLABLE_OVERFLOW) {
        table_broken(&inbound->table,
                     status == SELLABLE_INVALID ? inbound->columns.po_line_id
                                                : inbound->columns.order_qty,
                     "%s", status == SELLABLE_INVALID ? answer.reason
                                                      : sellable_status_text((int)status));
        return;
    }
    must(status, "sellable_apply");
    keep_up(inbound->engine);

    struct cell *cell = find_cell(folder, event.item, event.location);
    if (cell == NULL)
        cell = add_cell(folder, event.item, event.location);
    folder->supplies = grow(folder->supplies, folder->supply_count, &folder->supplies_capacity,
                            sizeof *folder->supplies);
    folder->supplies[folder->supply_count++] =
        (struct supply){cell, purchase->due, purchase->quantity};
}

void load_inbound(struct sellable *engine, struct folder *folder)
{
    struct inbound inbound = {.engine = engine, .folder = folder, .now = sellable_now(engine)};
    struct table *table = &inbound.table;
    if (!table_open_if_any(table, &folder->files[FILE_INBOUND], folder->path, "inbound"))
        return;
    inbound.columns = (struct columns){
        .po_id = table_column(table, "po_id"),
        .po_line_id = table_column(table, "po_line_id"),
        .order_date = table_column(table, "order_date"),
        .due_date = table_column(table, "due_date"),
        .sku = table_column(table, "sku"),
        .order_qty = table_column(table, "order_qty"),
    };
    for (enum table_row row; (row = table_next(table)) != TABLE_END;) {
        struct purchase purchase = {0};
        if (row == TABLE_BROKEN || !read_row(&inbound, &purchase))
            continue;
        const struct reference *reference = add_reference(&inbound, purchase.number);
        if (reference != NULL && purchase.ordered < inbound.now && purchase.due > inbound.now)
            schedule(&inbound, &purchase, reference);
    }
    table_close(table);

    struct reference *reference = inbound.references, *next;
    HASH_CLEAR(hh, inbound.references);
    for (; reference != NULL; reference = next) {
        next = reference->hh.next;
        free(reference);
    }
}
