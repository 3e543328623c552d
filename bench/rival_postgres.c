/* SPDX-License-Identifier: Apache-2.0
 *
 * PostgreSQL, with a data folder of its own and a Unix socket. Best: one function in PL/pgSQL
 * (rivals/postgres.sql), prepared, in a transaction that does not wait for the disk: for 1,024
 * orders in arrays with one statement, or with a pipeline of 64 statements. Plain: four prepared
 * statements for each reservation (begin, take, record, commit), each waiting for its answer, and
 * the commit for the disk. Of many callers at a time each has a connection of its own, and one
 * prepared statement takes and records (rivals/postgres_reserve.sql), a transaction by itself. */
#include "durable.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BEST "PostgreSQL: 1,024 in a statement"
#define PIPELINED "PostgreSQL: 64 in a pipeline"
#define PLAIN "PostgreSQL: one by one, 4 statements"

#ifdef HAVE_LIBPQ

#include <arpa/inet.h>
#include <glob.h>
#include <libpq-fe.h>
#include <unistd.h>

enum { PIPELINE = 64, MANY = 1024, WISH = 3, RECORD = 4, PATH_SIZE = 256 };

struct postgres {
    struct keeper keeper;
    PGconn *eager; /* does not wait for the disk */
    PGconn *careful;
    struct postgres_line *lines[CREW_MAX];
    char arrays[WISH][MANY * (KEY_SIZE + 3) + 2]; /* as text */
};

/* What one of many callers asks over. */
struct postgres_line {
    struct postgres *postgres;
    PGconn *connection;
};

/* More than there are callers, for the two. */
#define CONNECTIONS "max_connections=300"

/* ---- start ----------------------------------------------------------------------------------- */

/* Where a program of the server is: Debian keeps them out of the path, by version; the last. */
static void find_program(const char *name, char *path)
{
    char pattern[PATH_SIZE];
    glob_t found = {0};
    snprintf(path, PATH_SIZE, "%s", name);
    snprintf(pattern, sizeof pattern, "/usr/lib/postgresql/*/bin/%s", name);
    if (glob(pattern, 0, NULL, &found) == 0)
        snprintf(path, PATH_SIZE, "%s", found.gl_pathv[found.gl_pathc - 1]);
    globfree(&found);
}

static bool start_server(struct postgres *postgres, char *why)
{
    char initdb[PATH_SIZE], server[PATH_SIZE];
    find_program("initdb", initdb);
    find_program("postgres", server);
    const char *const first[] = {initdb, "--no-sync", "--auth=trust", "--username=bench",
                                 "--no-locale", "--encoding=UTF8", "--pgdata=data", NULL};
    const char *const second[] = {server, "-D", "data", "-k", postgres->keeper.folder,
                                  "-c", "listen_addresses=", "-c", "shared_buffers=256MB",
                                  "-c", "max_wal_size=4GB", "-c", CONNECTIONS, NULL};
    return keeper_run(&postgres->keeper, first, why) &&
           keeper_start(&postgres->keeper, second, why);
}

static PGconn *connect_to(struct postgres *postgres, char *why)
{
    char where[PATH_SIZE];
    double waited = 0;
    snprintf(where, sizeof where, "host=%s user=bench dbname=postgres", postgres->keeper.folder);
    for (;;) {
        PGconn *connection = PQconnectdb(where);
        if (PQstatus(connection) == CONNECTION_OK)
            return connection;
        PQfinish(connection);
        if (!keeper_waits(&postgres->keeper, &waited, why))
            return NULL;
    }
}

static void forget_notice(void *context, const char *message)
{
    (void)context;
    (void)message;
}

/* ---- load ------------------------------------------------------------------------------------ */

/* Run statements without parameters; what goes wrong is in `why`. */
static bool run_text(PGconn *connection, const char *text, char *why)
{
    PGresult *result = text ? PQexec(connection, text) : NULL;
    ExecStatusType status = PQresultStatus(result);
    bool good = status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK;
    if (!good)
        snprintf(why, WHY_SIZE, "%.150s", text ? PQerrorMessage(connection) : "a text is missing");
    PQclear(result);
    return good;
}

static bool load_tables(PGconn *connection, size_t items, char *why)
{
    char text[256], *schema = rival_text("postgres.sql");
    snprintf(text, sizeof text,
             "SET bench.items = '%zu'; SET bench.on_hand = '%lld'; SET bench.held = '%lld'; "
             "SET bench.safety_stock = '%lld'",
             items, (long long)CELL_ON_HAND, (long long)CELL_HELD, (long long)CELL_SAFETY_STOCK);
    bool good = run_text(connection, text, why) && run_text(connection, schema, why);
    free(schema);
    return good;
}

static bool load_channels(PGconn *connection, char *why)
{
    bool good = true;
    for (size_t i = 0; good && i < CHANNELS; i++) {
        const struct channel_settings *settings = &workload_channels[i];
        char text[512], list[LOCATIONS * 8] = "";
        for (uint32_t j = 0; j < settings->location_count; j++)
            snprintf(list + strlen(list), sizeof list - strlen(list), "%s%u", j ? "," : "",
                     settings->locations[j] + 1);
        int size = (int)settings->key.size;
        const char *key = settings->key.bytes;
        snprintf(text, sizeof text,
                 "INSERT INTO channel VALUES ('%.*s', '{%s}', %d, %lld); "
                 "INSERT INTO channel_location SELECT '%.*s', place, location "
                 "FROM unnest('{%s}'::int[]) WITH ORDINALITY AS list (location, place)",
                 size, key, list, settings->share, (long long)settings->buffer, size, key, list);
        good = run_text(connection, text, why);
    }
    return good;
}

static bool prepare(PGconn *connection, const char *name, const char *text, char *why)
{
    PGresult *result = text ? PQprepare(connection, name, text, 0, NULL) : NULL;
    bool good = PQresultStatus(result) == PGRES_COMMAND_OK;
    if (!good)
        snprintf(why, WHY_SIZE, "%s: %.130s", name,
                 text ? PQerrorMessage(connection) : "the text is missing");
    PQclear(result);
    return good;
}

static const char many_text[] =
    "SELECT reserve(wish, channel, item) "
    "FROM unnest($1::text[], $2::text[], $3::text[]) AS wishes (wish, channel, item)";
static const char find_text[] = "SELECT location FROM orders "
                                "WHERE key = $1 AND channel = $2 AND item = $3 AND quantity = 1";

static bool prepare_all(struct postgres *postgres, char *why)
{
    char *choose = rival_text("postgres_choose.sql");
    bool good =
        run_text(postgres->eager, "SET synchronous_commit = off", why) &&
        prepare(postgres->eager, "reserve", "SELECT reserve($1, $2, $3)", why) &&
        prepare(postgres->eager, "reserve_many", many_text, why) &&
        prepare(postgres->careful, "begin", "BEGIN", why) &&
        prepare(postgres->careful, "take", choose, why) &&
        prepare(postgres->careful, "record",
                "INSERT INTO orders VALUES ($1, $2, $3, $4, 1) ON CONFLICT DO NOTHING", why) &&
        prepare(postgres->careful, "commit", "COMMIT", why) &&
        prepare(postgres->careful, "find", find_text, why);
    free(choose);
    return good;
}

static void close_postgres(void *subject)
{
    struct postgres *postgres = subject;
    PQfinish(postgres->eager);
    PQfinish(postgres->careful);
    for (size_t i = 0; i < CREW_MAX; i++)
        if (postgres->lines[i]) {
            PQfinish(postgres->lines[i]->connection);
            free(postgres->lines[i]);
        }
    keeper_close(&postgres->keeper);
    free(postgres);
}

static void *open_in(const char *folder, size_t items, char *why)
{
    struct postgres *postgres = calloc(1, sizeof *postgres);
    if (keeper_open(&postgres->keeper, folder, true, why) && start_server(postgres, why) &&
        (postgres->eager = connect_to(postgres, why)) &&
        (postgres->careful = connect_to(postgres, why)) &&
        load_tables(postgres->eager, items, why) && load_channels(postgres->eager, why) &&
        run_text(postgres->eager, "VACUUM ANALYZE", why) &&
        run_text(postgres->eager, "CHECKPOINT", why) && prepare_all(postgres, why)) {
        PQsetNoticeProcessor(postgres->careful, forget_notice, NULL);
        return postgres;
    }
    close_postgres(postgres);
    return NULL;
}

static void *open_postgres(size_t items, char *why)
{
    return open_in(NULL, items, why);
}

static void *open_placed(const struct durable_place *place, size_t items, char *why)
{
    return open_in(place->folder, items, why);
}

static bool prepare_line(PGconn *connection, char *why)
{
    char *reserve = rival_text("postgres_reserve.sql");
    bool good = prepare(connection, "reserve", reserve, why) &&
                prepare(connection, "find", find_text, why) &&
                prepare(connection, "reserve_many", many_text, why);
    free(reserve);
    return good;
}

static void *line_of_postgres(void *subject, uint32_t caller, char *why)
{
    struct postgres *postgres = subject;
    struct postgres_line *line = postgres->lines[caller];
    if (line)
        return line;
    PGconn *connection = connect_to(postgres, why);
    if (!connection || !prepare_line(connection, why)) {
        PQfinish(connection);
        return NULL;
    }
    line = postgres->lines[caller] = calloc(1, sizeof *line);
    *line = (struct postgres_line){postgres, connection};
    return line;
}

/* ---- reserve --------------------------------------------------------------------------------- */

/* Parameters as bytes: keys that end with no zero, whole numbers of four bytes. */
struct parameters {
    const char *values[RECORD];
    int sizes[RECORD];
    int formats[RECORD];
    uint32_t location;
};

static void fill_wish(struct parameters *parameters, const struct share *share, size_t call)
{
    struct sellable_key channel = workload_channels[request_channel(&share->requests[call])].key;
    *parameters = (struct parameters){
        .values = {share->order_keys[call].bytes, channel.bytes, share->item_keys[call].bytes},
        .sizes = {KEY_SIZE, (int)channel.size, KEY_SIZE, sizeof parameters->location},
        .formats = {1, 1, 1, 1},
    };
}

/* The location in a row of the result, counted from 0, or what is no location. */
static int32_t location_of(const PGresult *result, int row)
{
    uint32_t number;
    if (PQresultStatus(result) != PGRES_TUPLES_OK || PQntuples(result) <= row ||
        PQgetlength(result, row, 0) != sizeof number)
        return -1;
    memcpy(&number, PQgetvalue(result, row, 0), sizeof number);
    return (int32_t)ntohl(number) - 1;
}

/* One more element: in quotes, which keys do not have. */
static size_t add_element(char *array, size_t size, const char *bytes, size_t count)
{
    array[size] = size > 0 ? ',' : '{';
    array[size + 1] = '"';
    memcpy(array + size + 2, bytes, count);
    array[size + 2 + count] = '"';
    return size + count + 3;
}

static void fill_arrays(struct postgres *postgres, const struct share *share, size_t first,
                        size_t count)
{
    size_t sizes[WISH] = {0};
    for (size_t i = 0; i < count; i++) {
        struct parameters wish;
        fill_wish(&wish, share, first + i);
        for (size_t j = 0; j < WISH; j++)
            sizes[j] = add_element(postgres->arrays[j], sizes[j], wish.values[j],
                                   (size_t)wish.sizes[j]);
    }
    for (size_t j = 0; j < WISH; j++)
        memcpy(postgres->arrays[j] + sizes[j], "}", 2);
}

static void reserve_arrays(struct postgres *postgres, PGconn *connection, struct share *share)
{
    const char *const arrays[] = {postgres->arrays[0], postgres->arrays[1], postgres->arrays[2]};
    for (size_t done = 0, count; done < share->count; done += count) {
        count = share->count - done < MANY ? share->count - done : MANY;
        fill_arrays(postgres, share, done, count);
        PGresult *result = PQexecPrepared(connection, "reserve_many", WISH, arrays, NULL, NULL, 1);
        share->wrong += PQntuples(result) != (int)count;
        for (int i = 0; i < PQntuples(result); i++)
            rival_note(share, done + (size_t)i, location_of(result, i));
        PQclear(result);
    }
}

static void reserve_many(void *subject, struct share *share)
{
    struct postgres *postgres = subject;
    reserve_arrays(postgres, postgres->eager, share);
}

static void send_calls(PGconn *connection, struct share *share, size_t first, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct parameters wish;
        fill_wish(&wish, share, first + i);
        share->wrong += !PQsendQueryPrepared(connection, "reserve", WISH, wish.values, wish.sizes,
                                             wish.formats, 1);
    }
    share->wrong += !PQpipelineSync(connection);
}

/* Each call has a result and a NULL after it; the pipeline one at its end. */
static void take_answers(PGconn *connection, struct share *share, size_t first, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        PGresult *result = PQgetResult(connection);
        rival_note(share, first + i, location_of(result, 0));
        PQclear(result);
        PQclear(PQgetResult(connection));
    }
    PGresult *end = PQgetResult(connection);
    share->wrong += PQresultStatus(end) != PGRES_PIPELINE_SYNC;
    PQclear(end);
}

static void reserve_pipelined(void *subject, struct share *share)
{
    PGconn *connection = ((struct postgres *)subject)->eager;
    share->wrong += !PQenterPipelineMode(connection);
    for (size_t done = 0, count; done < share->count; done += count) {
        count = share->count - done < PIPELINE ? share->count - done : PIPELINE;
        send_calls(connection, share, done, count);
        take_answers(connection, share, done, count);
    }
    share->wrong += !PQexitPipelineMode(connection);
}

/* Run one that answers with no row, or whose row nobody wants; how many rows it changed. */
static int change(PGconn *connection, const char *name, const struct parameters *parameters)
{
    PGresult *result =
        parameters ? PQexecPrepared(connection, name, RECORD, parameters->values,
                                    parameters->sizes, parameters->formats, 1)
                   : PQexecPrepared(connection, name, 0, NULL, NULL, NULL, 1);
    bool good = PQresultStatus(result) == PGRES_COMMAND_OK;
    int rows = good ? atoi(PQcmdTuples(result)) : -1;
    PQclear(result);
    return rows;
}

static int32_t ask_location(PGconn *connection, const char *name, int count,
                            const char *const *values, const int *sizes, const int *formats)
{
    PGresult *result = PQexecPrepared(connection, name, count, values, sizes, formats, 1);
    int32_t location = location_of(result, 0);
    PQclear(result);
    return location;
}

/* Take the unit, then record it; if the key is known, nothing was taken. */
static int32_t reserve_alone(PGconn *connection, struct parameters *wish)
{
    const char *const values[] = {wish->values[2], wish->values[1]};
    const int sizes[] = {wish->sizes[2], wish->sizes[1]};
    if (change(connection, "begin", NULL) < 0)
        return -1;
    int32_t location = ask_location(connection, "take", 2, values, sizes, wish->formats);
    wish->location = htonl((uint32_t)location + 1);
    wish->values[WISH] = (const char *)&wish->location;
    if (location >= 0 && change(connection, "record", wish) == 1)
        return change(connection, "commit", NULL) >= 0 ? location : -1;
    PQclear(PQexec(connection, "ROLLBACK"));
    return ask_location(connection, "find", WISH, wish->values, wish->sizes, wish->formats);
}

static void reserve_singly(void *subject, struct share *share)
{
    PGconn *connection = ((struct postgres *)subject)->careful;
    for (size_t i = 0; i < share->count; i++) {
        struct parameters wish;
        fill_wish(&wish, share, i);
        rival_note(share, i, reserve_alone(connection, &wish));
    }
}

/* One statement. A known key has taken nothing, or, if it became known meanwhile, the statement
 * has failed. */
static void reserve_on_line(void *subject, struct share *share)
{
    PGconn *connection = ((struct postgres_line *)subject)->connection;
    for (size_t i = 0; i < share->count; i++) {
        struct parameters wish;
        fill_wish(&wish, share, i);
        int32_t location =
            ask_location(connection, "reserve", WISH, wish.values, wish.sizes, wish.formats);
        if (location < 0)
            location =
                ask_location(connection, "find", WISH, wish.values, wish.sizes, wish.formats);
        rival_note(share, i, location);
    }
}

/* One caller's only: the arrays are shared. */
static void reserve_many_on_line(void *subject, struct share *share)
{
    struct postgres_line *line = subject;
    reserve_arrays(line->postgres, line->connection, share);
}

/* ---- what is in it --------------------------------------------------------------------------- */

static bool sums_of_postgres(void *subject, struct rival_sums *sums)
{
    PGresult *result = PQexec(
        ((struct postgres *)subject)->careful,
        "SELECT (SELECT sum(reserved) FROM cell) +"
        " (SELECT sum(reserved[1] + reserved[2] + reserved[3] + reserved[4]) FROM item),"
        " (SELECT count(*) FROM orders)");
    bool good = PQresultStatus(result) == PGRES_TUPLES_OK && PQntuples(result) == 1;
    if (good)
        *sums = (struct rival_sums){atoll(PQgetvalue(result, 0, 0)),
                                    atoll(PQgetvalue(result, 0, 1))};
    PQclear(result);
    return good;
}

#else

static void *open_postgres(size_t items, char *why)
{
    (void)items;
    snprintf(why, WHY_SIZE, "the bench was built without libpq-dev");
    return NULL;
}

static void *open_placed(const struct durable_place *place, size_t items, char *why)
{
    (void)place;
    return open_postgres(items, why);
}
#define line_of_postgres NULL
#define reserve_on_line NULL
#define reserve_many_on_line NULL
#define close_postgres NULL
#define sums_of_postgres NULL
#define reserve_many NULL
#define reserve_pipelined NULL
#define reserve_singly NULL

#endif

const struct rival_kind rival_postgres = {
    .open = open_postgres,
    .close = close_postgres,
    .sums = sums_of_postgres,
    .form_count = 3,
    .forms = {{BEST, "a process, a Unix socket, SQL; on the disk later", reserve_many, BATCH,
               .by_key = true},
              {PIPELINED, "the same", reserve_pipelined, BATCH, .by_key = true},
              {PLAIN, "four answers awaited, SQL, each on the disk", reserve_singly,
               INDEPENDENT, .by_key = true}},
};

#define DURABLE "PostgreSQL: prepared UPDATE"
#define CARRIES "a process and a Unix socket for each caller, SQL"

const struct durable_kind durable_postgres = {
    .name = "PostgreSQL",
    .other = true,
    .open = open_placed,
    .close = close_postgres,
    .line = line_of_postgres,
    .sums = sums_of_postgres,
    .form_count = 5,
    .forms = {{DURABLE, CARRIES, reserve_on_line, 1, 1},
              {DURABLE, CARRIES, reserve_on_line, FEW, 1},
              {DURABLE, CARRIES, reserve_on_line, SOME, 1},
              {DURABLE, CARRIES, reserve_on_line, MANY_CALLERS, 1},
              {"PostgreSQL: 128 in a statement", CARRIES, reserve_many_on_line, 1, CHUNK}},
};
