/* SPDX-License-Identifier: Apache-2.0
 *
 * inbound.csv and transactions.csv: what was ordered, and what came in and went out. */
#include "history.h"

#include "support.h"

#include <string.h>

/* Channels look one day further ahead than that. */
enum { LEAD_DAYS_MAX = SELLABLE_HORIZON_MAX - 1 };

/* "ORDER/SKU": of a purchase order's line. */
enum { REFERENCE_SIZE = 2 * KEY_MAX + 2 };

static struct sellable_key make_reference(struct sellable_key po_id, const struct item *item,
                                          char buffer[REFERENCE_SIZE])
{
    int size = snprintf(buffer, REFERENCE_SIZE, "%.*s/%.*s", (int)po_id.size, po_id.bytes,
                        (int)item->key.size, item->key.bytes);
    return (struct sellable_key){buffer, (uint64_t)size};
}

static struct purchase *find_purchase(const struct history *history, struct sellable_key reference)
{
    struct purchase *purchase;
    HASH_FIND(hh, history->purchases, reference.bytes, reference.size, purchase);
    return purchase;
}

/* ---- purchase orders ------------------------------------------------------------------------- */

struct inbound_columns {
    size_t po_id, order_date, expected_date, sku, ordered_outers;
};

static void load_purchase(struct history *history, struct table *table,
                          const struct inbound_columns *columns)
{
    struct sellable_key po_id;
    struct purchase found = {.line = table->line};
    if (!read_key(table, columns->po_id, &po_id) ||
        !read_date(table, columns->order_date, &found.day) ||
        !read_date(table, columns->expected_date, &found.due) ||
        (found.item = read_item(table, columns->sku, history)) == NULL ||
        !table_number(table, columns->ordered_outers, 1,
                      SELLABLE_QUANTITY_MAX / found.item->per_outer, &found.outers))
        return;
    int64_t days = (found.due - found.day) / SELLABLE_DAY;
    if (days < 1 || days > LEAD_DAYS_MAX) {
        table_broken(table, columns->expected_date, "not 1 to %d days after order_date",
                     LEAD_DAYS_MAX);
        return;
    }
    char buffer[REFERENCE_SIZE];
    found.reference = make_reference(po_id, found.item, buffer);
    const struct purchase *earlier = find_purchase(history, found.reference);
    if (earlier != NULL) {
        table_broken(table, columns->sku, "the purchase order has this item in line %zu already",
                     earlier->line);
        return;
    }
    struct purchase *purchase = allocate(1, sizeof *purchase);
    *purchase = found;
    purchase->reference = copy_text(found.reference);
    HASH_ADD_KEYPTR(hh, history->purchases, purchase->reference.bytes, purchase->reference.size,
                    purchase);
    history->lead_days = days > history->lead_days ? days : history->lead_days;
    history_extend(history, purchase->day);
}

static void load_inbound(struct history *history)
{
    struct table table;
    table_open(&table, &history->files[FILE_INBOUND], history->folder, "inbound");
    const struct inbound_columns columns = {
        .po_id = table_column(&table, "po_id"),
        .order_date = table_column(&table, "order_date"),
        .expected_date = table_column(&table, "expected_date"),
        .sku = table_column(&table, "sku"),
        .ordered_outers = table_column(&table, "ordered_outers"),
    };
    for (enum table_row row; (row = table_next(&table)) != TABLE_END;)
        if (row == TABLE_ROW)
            load_purchase(history, &table, &columns);
    table_close(&table);
}

/* ---- transactions ---------------------------------------------------------------------------- */

struct ledger_columns {
    size_t transaction_id, at, type, sku, qty, po_id;
};

enum ledger_type { LEDGER_ISSUE, LEDGER_RECEIPT, LEDGER_STOCKTAKE, LEDGER_TYPES };
static const char *const ledger_types[LEDGER_TYPES] = {"issue", "receipt", "stocktake"};

/* "YYYY-MM-DD HH:MM". */
static bool read_instant(struct table *table, size_t column, int64_t *instant)
{
    enum { SIZE = sizeof "YYYY-MM-DD HH:MM" - 1, HOUR = 11, MINUTE = 14 };
    struct sellable_key text = table_text(table, column);
    const char *t = text.bytes;
    bool good = text.size == SIZE && t[MINUTE - 1] == ':';
    for (size_t i = HOUR; good && i < SIZE; i++)
        good = i == MINUTE - 1 || (t[i] >= '0' && t[i] <= '9');
    int hour = good ? 10 * (t[HOUR] - '0') + t[HOUR + 1] - '0' : 0;
    int minute = good ? 10 * (t[MINUTE] - '0') + t[MINUTE + 1] - '0' : 0;
    if (!good || hour > 23 || minute > 59)
        return table_broken(table, column, "\"%.*s\" is no time YYYY-MM-DD HH:MM",
                            text.size > 40 ? 40 : (int)text.size, text.bytes);
    if (!read_date(table, column, instant))
        return false;
    *instant += (int64_t)(60 * hour + minute) * 60000;
    return true;
}

static bool read_type(struct table *table, size_t column, enum ledger_type *type)
{
    struct sellable_key text = table_text(table, column);
    for (*type = 0; *type < LEDGER_TYPES; (*type)++)
        if (text.size == strlen(ledger_types[*type]) &&
            memcmp(text.bytes, ledger_types[*type], text.size) == 0)
            return true;
    return table_broken(table, column, "\"%.*s\" is neither issue, receipt nor stocktake",
                        text.size > 40 ? 40 : (int)text.size, text.bytes);
}

/* A receipt's purchase order: what it names has to be there, and to be older. */
static bool read_purchase(struct history *history, struct table *table,
                          const struct ledger_columns *columns, struct movement *movement)
{
    char buffer[REFERENCE_SIZE];
    struct sellable_key po_id = table_text(table, columns->po_id);
    if (po_id.size == 0)
        return true;
    if (!read_key(table, columns->po_id, &po_id))
        return false;
    struct purchase *purchase =
        find_purchase(history, make_reference(po_id, movement->item, buffer));
    if (purchase == NULL)
        return table_broken(table, columns->po_id, "no such purchase order of the item in "
                            "inbound.csv");
    if (movement->at < purchase->day + SELLABLE_DAY)
        return table_broken(table, columns->at, "not after the day of the purchase order");
    purchase->received = sum(purchase->received, movement->quantity);
    movement->purchase = purchase;
    return true;
}

bool is_expected(const struct movement *movement)
{
    const struct purchase *purchase = movement->purchase;
    return purchase != NULL && movement->at < purchase->due &&
           purchase->received <= purchase->outers * purchase->item->per_outer;
}

static void load_transaction(struct history *history, struct table *table,
                             const struct ledger_columns *columns)
{
    enum ledger_type type;
    struct movement found = {0};
    struct item *item;
    if (!read_key(table, columns->transaction_id, &found.key) ||
        !read_instant(table, columns->at, &found.at) ||
        !read_type(table, columns->type, &type) ||
        (item = read_item(table, columns->sku, history)) == NULL)
        return;
    found.item = item;
    found.is_receipt = type == LEDGER_RECEIPT;
    if (!table_number(table, columns->qty, found.is_receipt ? 1 : -SELLABLE_QUANTITY_MAX,
                      type == LEDGER_ISSUE ? -1 : SELLABLE_QUANTITY_MAX, &found.quantity) ||
        (found.is_receipt && !read_purchase(history, table, columns, &found)))
        return;
    item->moved = sum(item->moved, found.quantity);
    item->lowest = item->moved < item->lowest ? item->moved : item->lowest;
    history_extend(history, found.at - found.at % SELLABLE_DAY);
    if (type == LEDGER_ISSUE)
        return;
    history->movements = grow(history->movements, history->movement_count,
                              &history->movements_capacity, sizeof *history->movements);
    found.key = copy_text(found.key);
    history->movements[history->movement_count++] = found;
}

static void load_transactions(struct history *history)
{
    struct table table;
    table_open(&table, &history->files[FILE_TRANSACTIONS], history->folder, "transactions");
    const struct ledger_columns columns = {
        .transaction_id = table_column(&table, "transaction_id"),
        .at = table_column(&table, "at"),
        .type = table_column(&table, "type"),
        .sku = table_column(&table, "sku"),
        .qty = table_column(&table, "qty"),
        .po_id = table_column(&table, "po_id"),
    };
    for (enum table_row row; (row = table_next(&table)) != TABLE_END;)
        if (row == TABLE_ROW)
            load_transaction(history, &table, &columns);
    table_close(&table);
}

void load_movements(struct history *history)
{
    load_inbound(history);
    load_transactions(history);
}
