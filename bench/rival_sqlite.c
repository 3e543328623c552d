/* SPDX-License-Identifier: Apache-2.0
 *
 * SQLite, in the process of the bench, by prepared statements. Best: in memory, an item is one row
 * with the figures of all locations, 1,024 reservations in one transaction; the location is chosen
 * here between two statements, as one does inside a transaction that has no network in it. Plain:
 * on disk (write-ahead log, synchronous FULL), a row for each cell and tables of channels, one
 * transaction for each reservation; the location is chosen by the statement. The plain one is also
 * asked by many callers at a time, who take turns: SQLite has one writer, and who waits outside of
 * it waits shorter. */
#include "durable.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BEST "SQLite: in memory, 1,024 a transaction"
#define PLAIN "SQLite: on disk, one a transaction"

#ifdef HAVE_SQLITE3

#include <pthread.h>
#include <sqlite3.h>

enum { TRANSACTION = 1024, NUMBERS = 5 };

struct sqlite {
    struct keeper keeper;
    sqlite3 *database;
    sqlite3_stmt *begin, *commit, *roll_back;
    sqlite3_stmt *look;            /* an item's figures; best */
    sqlite3_stmt *take[LOCATIONS]; /* one unit there; best */
    sqlite3_stmt *choose;          /* and take it from the first location that has it; plain */
    sqlite3_stmt *record, *find;
    pthread_mutex_t turn; /* of several callers */
};

/* ---- open ------------------------------------------------------------------------------------ */

static sqlite3_stmt *prepare(struct sqlite *sqlite, const char *text)
{
    sqlite3_stmt *statement = NULL;
    sqlite3_prepare_v3(sqlite->database, text, -1, SQLITE_PREPARE_PERSISTENT, &statement, NULL);
    return statement;
}

static bool run_once(struct sqlite *sqlite, const char *text)
{
    return sqlite3_exec(sqlite->database, text, NULL, NULL, NULL) == SQLITE_OK;
}

static bool step(sqlite3_stmt *statement)
{
    int status = sqlite3_step(statement);
    sqlite3_reset(statement);
    return status == SQLITE_DONE || status == SQLITE_ROW;
}

static void bind_text(sqlite3_stmt *statement, int at, const char *bytes, size_t size)
{
    sqlite3_bind_text(statement, at, bytes, (int)size, SQLITE_STATIC);
}

/* Best: an item's key, then five figures for each location. */
static bool load_rows(struct sqlite *sqlite, size_t items)
{
    static const int64_t cell[NUMBERS] = {CELL_ON_HAND, CELL_HELD, 0, 0, CELL_SAFETY_STOCK};
    char text[256] = "INSERT INTO item VALUES (?";
    for (size_t i = 0; i < LOCATIONS * NUMBERS; i++)
        snprintf(text + strlen(text), sizeof text - strlen(text), ",%lld",
                 (long long)cell[i % NUMBERS]);
    snprintf(text + strlen(text), sizeof text - strlen(text), ")");
    sqlite3_stmt *insert = prepare(sqlite, text);
    bool good = insert != NULL;
    for (size_t i = 0; good && i < items; i++) {
        struct text key;
        workload_item_key(&key, i);
        bind_text(insert, 1, key.bytes, KEY_SIZE);
        good = step(insert);
    }
    sqlite3_finalize(insert);
    return good;
}

/* Plain: a row for each cell. */
static bool load_cells(struct sqlite *sqlite, size_t items)
{
    sqlite3_stmt *insert = prepare(sqlite, "INSERT INTO cell VALUES (?, ?, ?, ?, 0, 0, ?)");
    bool good = insert != NULL;
    for (size_t i = 0; good && i < items * LOCATIONS; i++) {
        struct text key;
        workload_item_key(&key, i / LOCATIONS);
        bind_text(insert, 1, key.bytes, KEY_SIZE);
        sqlite3_bind_int64(insert, 2, (int64_t)(i % LOCATIONS));
        sqlite3_bind_int64(insert, 3, CELL_ON_HAND);
        sqlite3_bind_int64(insert, 4, CELL_HELD);
        sqlite3_bind_int64(insert, 5, CELL_SAFETY_STOCK);
        good = step(insert);
    }
    sqlite3_finalize(insert);
    return good;
}

static bool load_channels(struct sqlite *sqlite)
{
    sqlite3_stmt *channel = prepare(sqlite, "INSERT INTO channel VALUES (?, ?, ?)");
    sqlite3_stmt *place = prepare(sqlite, "INSERT INTO channel_location VALUES (?, ?, ?)");
    bool good = channel && place;
    for (size_t i = 0; good && i < CHANNELS; i++) {
        const struct channel_settings *settings = &workload_channels[i];
        bind_text(channel, 1, settings->key.bytes, settings->key.size);
        sqlite3_bind_int(channel, 2, settings->share);
        sqlite3_bind_int64(channel, 3, settings->buffer);
        good = step(channel);
        for (uint32_t j = 0; good && j < settings->location_count; j++) {
            bind_text(place, 1, settings->key.bytes, settings->key.size);
            sqlite3_bind_int64(place, 2, j);
            sqlite3_bind_int64(place, 3, settings->locations[j]);
            good = step(place);
        }
    }
    sqlite3_finalize(channel);
    sqlite3_finalize(place);
    return good;
}

static void prepare_common(struct sqlite *sqlite)
{
    sqlite->begin = prepare(sqlite, "BEGIN IMMEDIATE");
    sqlite->commit = prepare(sqlite, "COMMIT");
    sqlite->roll_back = prepare(sqlite, "ROLLBACK");
    sqlite->record = prepare(sqlite, "INSERT OR IGNORE INTO orders VALUES (?, ?, ?, ?, 1)");
    sqlite->find = prepare(sqlite, "SELECT location FROM orders "
                                   "WHERE key = ? AND channel = ? AND item = ? AND quantity = 1");
}

static bool prepare_best(struct sqlite *sqlite)
{
    prepare_common(sqlite);
    sqlite->look = prepare(sqlite, "SELECT * FROM item WHERE key = ?");
    bool good = sqlite->record && sqlite->find && sqlite->look;
    for (size_t i = 0; i < LOCATIONS; i++) {
        char text[96];
        snprintf(text, sizeof text, "UPDATE item SET reserved%zu = reserved%zu + 1 WHERE key = ?",
                 i, i);
        sqlite->take[i] = prepare(sqlite, text);
        good = good && sqlite->take[i];
    }
    return good;
}

static bool prepare_plain(struct sqlite *sqlite, const char *choose)
{
    prepare_common(sqlite);
    sqlite->choose = prepare(sqlite, choose);
    return sqlite->record && sqlite->find && sqlite->choose;
}

static void close_sqlite(void *subject)
{
    struct sqlite *sqlite = subject;
    sqlite3_stmt *statement;
    while (sqlite->database && (statement = sqlite3_next_stmt(sqlite->database, NULL)))
        sqlite3_finalize(statement);
    sqlite3_close(sqlite->database);
    keeper_close(&sqlite->keeper);
    free(sqlite);
}

/* NULL, with the reason, unless all is well. */
static void *opened(struct sqlite *sqlite, bool good, char *why)
{
    if (good)
        return sqlite;
    if (!*why)
        snprintf(why, WHY_SIZE, "%.150s",
                 sqlite->database ? sqlite3_errmsg(sqlite->database) : "no database");
    close_sqlite(sqlite);
    return NULL;
}

static void *open_memory(size_t items, char *why)
{
    struct sqlite *sqlite = calloc(1, sizeof *sqlite);
    char *schema = rival_text("sqlite_best.sql");
    bool good = schema &&
                sqlite3_open_v2(":memory:", &sqlite->database,
                                SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX,
                                NULL) == SQLITE_OK &&
                run_once(sqlite, schema) && run_once(sqlite, "BEGIN") &&
                load_rows(sqlite, items) && run_once(sqlite, "COMMIT; ANALYZE") &&
                prepare_best(sqlite);
    free(schema);
    return opened(sqlite, good, why);
}

static void *open_file_in(const char *folder, size_t items, char *why)
{
    struct sqlite *sqlite = calloc(1, sizeof *sqlite);
    pthread_mutex_init(&sqlite->turn, NULL);
    char *schema = rival_text("sqlite_plain.sql"), *choose = rival_text("sqlite_choose.sql");
    char path[sizeof sqlite->keeper.folder + 16];
    bool good = schema && choose && keeper_open(&sqlite->keeper, folder, false, why);
    snprintf(path, sizeof path, "%s/database", sqlite->keeper.folder);
    good = good &&
           sqlite3_open_v2(path, &sqlite->database,
                           SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX,
                           NULL) == SQLITE_OK &&
           run_once(sqlite, schema) && run_once(sqlite, "BEGIN") && load_cells(sqlite, items) &&
           load_channels(sqlite) && run_once(sqlite, "COMMIT; ANALYZE") &&
           prepare_plain(sqlite, choose);
    free(schema);
    free(choose);
    return opened(sqlite, good, why);
}

static void *open_file(size_t items, char *why)
{
    return open_file_in(NULL, items, why);
}

static void *open_durable(const struct durable_place *place, size_t items, char *why)
{
    return open_file_in(place->folder, items, why);
}

static void *line_of_sqlite(void *subject, uint32_t caller, char *why)
{
    (void)caller;
    (void)why;
    return subject;
}

/* ---- reserve --------------------------------------------------------------------------------- */

struct wish {
    const struct text *order, *item;
    const struct channel_settings *channel;
};

static struct wish wish_of(const struct share *share, size_t call)
{
    return (struct wish){&share->order_keys[call], &share->item_keys[call],
                         &workload_channels[request_channel(&share->requests[call])]};
}

static void bind_wish(sqlite3_stmt *statement, const struct wish *wish)
{
    bind_text(statement, 1, wish->order->bytes, KEY_SIZE);
    bind_text(statement, 2, wish->channel->key.bytes, wish->channel->key.size);
    bind_text(statement, 3, wish->item->bytes, KEY_SIZE);
}

/* The location of the order that has the key and is the same wish; -1 if there is none. */
static int known_location(struct sqlite *sqlite, const struct wish *wish)
{
    bind_wish(sqlite->find, wish);
    int location = sqlite3_step(sqlite->find) == SQLITE_ROW ? sqlite3_column_int(sqlite->find, 0)
                                                            : -1;
    sqlite3_reset(sqlite->find);
    return location;
}

/* True if the key is new. */
static bool record_order(struct sqlite *sqlite, const struct wish *wish, int location)
{
    bind_wish(sqlite->record, wish);
    sqlite3_bind_int(sqlite->record, 4, location);
    return step(sqlite->record) && sqlite3_changes(sqlite->database) == 1;
}

static bool read_cells(struct sqlite *sqlite, const struct text *item, struct rival_cell *cells)
{
    bind_text(sqlite->look, 1, item->bytes, KEY_SIZE);
    bool there = sqlite3_step(sqlite->look) == SQLITE_ROW;
    for (int i = 0; there && i < LOCATIONS; i++) {
        int at = 1 + i * NUMBERS;
        cells[i] = (struct rival_cell){sqlite3_column_int64(sqlite->look, at),
                                       sqlite3_column_int64(sqlite->look, at + 1),
                                       sqlite3_column_int64(sqlite->look, at + 2),
                                       sqlite3_column_int64(sqlite->look, at + 3),
                                       sqlite3_column_int64(sqlite->look, at + 4)};
    }
    sqlite3_reset(sqlite->look);
    return there;
}

/* The location, or -1. */
static int reserve_inside(struct sqlite *sqlite, const struct wish *wish)
{
    struct rival_cell cells[LOCATIONS];
    if (!read_cells(sqlite, wish->item, cells))
        return -1;
    int location = rival_choose(cells, wish->channel);
    if (location < 0 || !record_order(sqlite, wish, location))
        return known_location(sqlite, wish);
    bind_text(sqlite->take[location], 1, wish->item->bytes, KEY_SIZE);
    return step(sqlite->take[location]) ? location : -1;
}

static void reserve_many(void *subject, struct share *share)
{
    struct sqlite *sqlite = subject;
    for (size_t done = 0, count; done < share->count; done += count) {
        count = share->count - done < TRANSACTION ? share->count - done : TRANSACTION;
        share->wrong += !step(sqlite->begin);
        for (size_t i = 0; i < count; i++) {
            struct wish wish = wish_of(share, done + i);
            rival_note(share, done + i, reserve_inside(sqlite, &wish));
        }
        share->wrong += !step(sqlite->commit);
    }
}

/* Take one unit from wherever the statement chooses; the location, or -1. */
static int choose_cell(struct sqlite *sqlite, const struct wish *wish)
{
    bind_text(sqlite->choose, 1, wish->item->bytes, KEY_SIZE);
    bind_text(sqlite->choose, 2, wish->channel->key.bytes, wish->channel->key.size);
    int location = -1, status;
    while ((status = sqlite3_step(sqlite->choose)) == SQLITE_ROW)
        location = sqlite3_column_int(sqlite->choose, 0);
    sqlite3_reset(sqlite->choose);
    return status == SQLITE_DONE ? location : -1;
}

/* Take the unit, then record it; if the key is known, nothing was taken. */
static int reserve_alone(struct sqlite *sqlite, const struct wish *wish)
{
    if (!step(sqlite->begin))
        return -1;
    int location = choose_cell(sqlite, wish);
    if (location >= 0 && record_order(sqlite, wish, location))
        return step(sqlite->commit) ? location : -1;
    return step(sqlite->roll_back) ? known_location(sqlite, wish) : -1;
}

static void reserve_singly(void *subject, struct share *share)
{
    for (size_t i = 0; i < share->count; i++) {
        struct wish wish = wish_of(share, i);
        rival_note(share, i, reserve_alone(subject, &wish));
    }
}

/* In their turn. */
static void reserve_in_turn(void *subject, struct share *share)
{
    struct sqlite *sqlite = subject;
    pthread_mutex_lock(&sqlite->turn);
    reserve_singly(sqlite, share);
    pthread_mutex_unlock(&sqlite->turn);
}

/* All in one transaction, which is not given up for one whose key is known: so that is asked
 * first. */
static void reserve_together(void *subject, struct share *share)
{
    struct sqlite *sqlite = subject;
    share->wrong += !step(sqlite->begin);
    for (size_t i = 0; i < share->count; i++) {
        struct wish wish = wish_of(share, i);
        int location = known_location(sqlite, &wish);
        if (location < 0) {
            location = choose_cell(sqlite, &wish);
            share->wrong += !record_order(sqlite, &wish, location);
        }
        rival_note(share, i, location);
    }
    share->wrong += !step(sqlite->commit);
}

/* ---- what is in it --------------------------------------------------------------------------- */

static bool ask(struct sqlite *sqlite, const char *question, int64_t *number)
{
    sqlite3_stmt *statement = prepare(sqlite, question);
    bool good = statement && sqlite3_step(statement) == SQLITE_ROW;
    *number = good ? sqlite3_column_int64(statement, 0) : 0;
    sqlite3_finalize(statement);
    return good;
}

static bool sums_of_sqlite(void *subject, struct rival_sums *sums)
{
    struct sqlite *sqlite = subject;
    return ask(sqlite,
               sqlite->look
                   ? "SELECT sum(reserved0 + reserved1 + reserved2 + reserved3) FROM item"
                   : "SELECT sum(reserved) FROM cell",
               &sums->reserved) &&
           ask(sqlite, "SELECT count(*) FROM orders", &sums->orders);
}

#else

static void *open_memory(size_t items, char *why)
{
    (void)items;
    snprintf(why, WHY_SIZE, "the bench was built without libsqlite3-dev");
    return NULL;
}
#define open_file open_memory

static void *open_durable(const struct durable_place *place, size_t items, char *why)
{
    (void)place;
    return open_memory(items, why);
}
#define line_of_sqlite NULL
#define close_sqlite NULL
#define sums_of_sqlite NULL
#define reserve_many NULL
#define reserve_singly NULL
#define reserve_in_turn NULL
#define reserve_together NULL

#endif

const struct rival_kind rival_sqlite_memory = {
    .open = open_memory,
    .close = close_sqlite,
    .sums = sums_of_sqlite,
    .form_count = 1,
    .forms = {{BEST, "SQL, a transaction; no network, no durability", reserve_many, BATCH,
               .by_key = true}},
};

const struct rival_kind rival_sqlite_disk = {
    .open = open_file,
    .close = close_sqlite,
    .sums = sums_of_sqlite,
    .form_count = 1,
    .forms = {{PLAIN, "SQL, each call on the disk (WAL, FULL)", reserve_singly, INDEPENDENT,
               .by_key = true}},
};

#define DURABLE "SQLite: UPDATE ... WHERE"
#define CARRIES "SQL, in the process (WAL, FULL); callers in turn"

const struct durable_kind durable_sqlite = {
    .name = "SQLite",
    .other = true,
    .open = open_durable,
    .close = close_sqlite,
    .line = line_of_sqlite,
    .sums = sums_of_sqlite,
    .form_count = 5,
    .forms = {{DURABLE, CARRIES, reserve_in_turn, 1, 1},
              {DURABLE, CARRIES, reserve_in_turn, FEW, 1},
              {DURABLE, CARRIES, reserve_in_turn, SOME, 1},
              {DURABLE, CARRIES, reserve_in_turn, MANY_CALLERS, 1},
              {"SQLite: 128 in a transaction", CARRIES, reserve_together, 1, CHUNK}},
};
