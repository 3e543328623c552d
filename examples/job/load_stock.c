/* SPDX-License-Identifier: Apache-2.0
 *
 * Masters and balances: items.csv, locations.csv, on_hand.csv.
 *
 * What a store has already is put once more, as it is.
 *
 * Of the library: sellable_item_put, sellable_location_put, sellable_item_find,
 * sellable_location_find, sellable_apply_batch, sellable_policy_put, sellable_apply. */
#include "load.h"

#include "store.h"
#include "support.h"

#include <stdlib.h>
#include <string.h>

/* ---- masters --------------------------------------------------------------------------------- */

static const struct item *loaded_item(const struct folder *folder, struct sellable_item item)
{
    bool is_there = item.id < folder->items_end && folder->items[item.id].handle.id != 0;
    return is_there ? &folder->items[item.id] : NULL;
}

static bool is_loaded_location(const struct folder *folder, struct sellable_location location)
{
    return location.id < folder->locations_end && folder->locations[location.id].handle.id != 0;
}

bool find_item(const struct sellable *engine, const struct folder *folder,
               struct sellable_key key, struct sellable_item *item)
{
    return sellable_item_find(engine, key, item) == SELLABLE_OK &&
           loaded_item(folder, *item) != NULL;
}

bool find_location(const struct sellable *engine, const struct folder *folder,
                   struct sellable_key key, struct sellable_location *location)
{
    return sellable_location_find(engine, key, location) == SELLABLE_OK &&
           is_loaded_location(folder, *location);
}

static void load_items(struct sellable *engine, struct folder *folder)
{
    struct table table;
    table_open(&table, &folder->files[FILE_ITEMS], folder->path, "items");
    size_t sku = table_column(&table, "sku");
    size_t safety_stock = table_column(&table, "safety_stock");
    size_t name = table_column_if_any(&table, "name");
    size_t capacity = 0;

    for (enum table_row row; (row = table_next(&table)) != TABLE_END;) {
        struct item item = {.line = table.line};
        if (row == TABLE_BROKEN || !table_number(&table, safety_stock, 0, SELLABLE_QUANTITY_MAX,
                                                 &item.safety_stock))
            continue;
        struct sellable_key key = table_text(&table, sku);
        if (find_item(engine, folder, key, &item.handle)) {
            table_broken(&table, sku, "the item stands in line %zu already",
                         loaded_item(folder, item.handle)->line);
            continue;
        }
        /* The engine itself says what is wrong with a key, and why. */
        struct sellable_answer answer = {0};
        enum sellable_status status =
            sellable_item_put(engine, NULL, key, NULL, &item.handle, &answer);
        if (status == SELLABLE_INVALID) {
            table_broken(&table, sku, "%s", answer.reason);
            continue;
        }
        must(status, "sellable_item_put");
        keep_up(engine);

        item.name = copy_text(table_text(&table, name));
        for (; folder->items_end <= item.handle.id; folder->items_end++) {
            folder->items =
                grow(folder->items, folder->items_end, &capacity, sizeof *folder->items);
            folder->items[folder->items_end] = (struct item){0};
        }
        folder->items[item.handle.id] = item;
        folder->item_count++;
    }
    table_close(&table);
}

static void load_locations(struct sellable *engine, struct folder *folder)
{
    struct table table;
    table_open(&table, &folder->files[FILE_LOCATIONS], folder->path, "locations");
    size_t location_id = table_column(&table, "location_id");
    size_t name = table_column_if_any(&table, "name");
    size_t capacity = 0;

    for (enum table_row row; (row = table_next(&table)) != TABLE_END;) {
        if (row == TABLE_BROKEN)
            continue;
        struct location location = {0};
        struct sellable_key key = table_text(&table, location_id);
        if (find_location(engine, folder, key, &location.handle)) {
            table_broken(&table, location_id, "the location stands in an earlier line already");
            continue;
        }
        struct sellable_answer answer = {0};
        enum sellable_status status =
            sellable_location_put(engine, NULL, key, NULL, &location.handle, &answer);
        if (status == SELLABLE_INVALID) {
            table_broken(&table, location_id, "%s", answer.reason);
            continue;
        }
        must(status, "sellable_location_put");

        location.name = copy_text(table_text(&table, name));
        for (; folder->locations_end <= location.handle.id; folder->locations_end++) {
            folder->locations = grow(folder->locations, folder->locations_end, &capacity,
                                     sizeof *folder->locations);
            folder->locations[folder->locations_end] = (struct location){0};
        }
        folder->locations[location.handle.id] = location;
        if (folder->location_count++ == 0)
            folder->first = location.handle;
    }
    table_close(&table);
}

/* ---- balances -------------------------------------------------------------------------------- */

static uint64_t cell_key(struct sellable_item item, struct sellable_location location)
{
    return (uint64_t)item.id << 32 | location.id;
}

struct cell *find_cell(const struct folder *folder, struct sellable_item item,
                       struct sellable_location location)
{
    uint64_t key = cell_key(item, location);
    struct cell *cell;
    HASH_FIND(hh, folder->cells, &key, sizeof key, cell);
    return cell;
}

struct cell *add_cell(struct folder *folder, struct sellable_item item,
                      struct sellable_location location)
{
    struct cell *cell = allocate(1, sizeof *cell);
    cell->key = cell_key(item, location);
    cell->item = item;
    cell->location = location;
    HASH_ADD(hh, folder->cells, key, sizeof cell->key, cell);
    return cell;
}

static bool read_on_hand(struct sellable *engine, struct folder *folder, struct table *table,
                         const size_t columns[3], struct sellable_event *event)
{
    struct sellable_key item_key = table_text(table, columns[0]);
    if (!find_item(engine, folder, item_key, &event->item))
        return table_broken(table, columns[0], "no item \"%.*s\" in items.csv",
                            (int)item_key.size, item_key.bytes);
    struct sellable_key location_key = table_text(table, columns[1]);
    if (!find_location(engine, folder, location_key, &event->location))
        return table_broken(table, columns[1], "no location \"%.*s\" in locations.csv",
                            (int)location_key.size, location_key.bytes);
    if (!table_number(table, columns[2], -SELLABLE_QUANTITY_MAX, SELLABLE_QUANTITY_MAX,
                      &event->quantity))
        return false;
    struct cell *earlier = find_cell(folder, event->item, event->location);
    if (earlier != NULL)
        return table_broken(table, columns[0], "this item at this location stands in line %zu "
                            "already", earlier->line);
    return true;
}

/* Many cells in one call, with a status for each. */
static void apply_all(struct sellable *engine, const struct sellable_event *events, size_t count)
{
    enum { AT_ONCE = 10000 };
    static enum sellable_status statuses[AT_ONCE];
    for (size_t first = 0; first < count; first += AT_ONCE) {
        size_t size = count - first < AT_ONCE ? count - first : AT_ONCE;
        must(sellable_apply_batch(engine, NULL, events + first, size, statuses, NULL),
             "sellable_apply_batch");
        for (size_t i = 0; i < size; i++)
            must(statuses[i], "sellable_apply_batch");
        keep_up(engine);
    }
}

static void load_on_hand(struct sellable *engine, struct folder *folder)
{
    struct table table;
    table_open(&table, &folder->files[FILE_ON_HAND], folder->path, "on_hand");
    const size_t columns[3] = {table_column(&table, "sku"), table_column(&table, "location_id"),
                               table_column(&table, "qty")};
    struct sellable_event *events = NULL;
    size_t count = 0, capacity = 0;

    for (enum table_row row; (row = table_next(&table)) != TABLE_END;) {
        struct sellable_event event = {.type = SELLABLE_ON_HAND_SET};
        if (row == TABLE_BROKEN || !read_on_hand(engine, folder, &table, columns, &event))
            continue;
        events = grow(events, count, &capacity, sizeof *events);
        events[count++] = event;

        struct cell *cell = add_cell(folder, event.item, event.location);
        cell->line = table.line;
        cell->on_hand = event.quantity;
        struct item *item = &folder->items[event.item.id];
        if (item->fullest == NULL || cell->on_hand > item->fullest->on_hand)
            item->fullest = cell;
    }
    apply_all(engine, events, count);
    table_close(&table);
    free(events);
}

/* ---- safety stock ---------------------------------------------------------------------------- */

/* Planning keeps a quantity back of an item, the export does not say where: so from every channel,
 * over all locations. */
static void keep_back_everywhere(struct sellable *engine, const struct item *item)
{
    const struct sellable_scope scope = {.item = item->handle}; /* in all channels */
    const struct sellable_policy policy = {.set = SELLABLE_SETTING_BUFFER,
                                           .buffer = item->safety_stock};
    must(sellable_policy_put(engine, NULL, &scope, &policy, NULL), "sellable_policy_put");
}

/* Or where most of it is. */
static void keep_back_in_a_cell(struct sellable *engine, const struct folder *folder,
                                const struct item *item)
{
    if (item->fullest == NULL)
        return;
    const struct sellable_event event = {.type = SELLABLE_SAFETY_STOCK_SET,
                                         .item = item->handle,
                                         .location = item->fullest->location,
                                         .quantity = item->safety_stock};
    enum sellable_status status = sellable_apply(engine, NULL, &event, NULL);
    if (status == SELLABLE_OVERFLOW)
        fail("%s:%zu: column safety_stock: with what is on hand, %s",
             folder->files[FILE_ITEMS].path, item->line, sellable_status_text((int)status));
    must(status, "sellable_apply");
    item->fullest->safety_stock = item->safety_stock;
}

void load_stock(struct sellable *engine, struct folder *folder, enum safety safety)
{
    load_items(engine, folder);
    load_locations(engine, folder);
    load_on_hand(engine, folder);
    for (size_t id = 0; id < folder->items_end; id++) {
        const struct item *item = &folder->items[id];
        if (item->safety_stock > 0 && safety == SAFETY_BUFFER)
            keep_back_everywhere(engine, item);
        else if (item->safety_stock > 0 && safety == SAFETY_CELL)
            keep_back_in_a_cell(engine, folder, item);
        keep_up(engine);
    }
}
