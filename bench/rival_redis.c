/* SPDX-License-Identifier: Apache-2.0
 *
 * Redis: a script by its hash (EVALSHA), see rivals/reserve.lua. Best: over a Unix socket, a
 * pipeline of 64. Plain: over TCP, each call waiting for its answer. Without persistence; a second
 * server appends each change to a file and has it on the disk before it answers. Of that one many
 * callers ask at a time, too, each over a Unix socket of its own. */
#include "durable.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BEST "Redis: Lua script, 64 in a pipeline"
#define PLAIN "Redis: Lua script, one by one, TCP"
#define DURABLE_BEST "Redis: 64 in a pipeline, fsync always"
#define DURABLE_PLAIN "Redis: one by one, TCP, fsync always"

#ifdef HAVE_HIREDIS

#include <arpa/inet.h>
#include <hiredis/hiredis.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

enum { PIPELINE = 64, SHA_SIZE = 40, NUMBERS = 5, LOAD_PIPELINE = 512 };

struct redis {
    struct keeper keeper;
    redisContext *socket, *tcp;
    struct redis_line *lines[CREW_MAX];
    size_t items;
    char hash[CHANNELS][SHA_SIZE + 1];
};

/* What one of many callers asks over. */
struct redis_line {
    struct redis *redis;
    redisContext *socket;
};

/* ---- start, load ----------------------------------------------------------------------------- */

/* The settings of a channel as the script's first line. */
static int write_settings(char *text, size_t size, const struct channel_settings *settings)
{
    char list[LOCATIONS * 8] = "";
    for (uint32_t i = 0; i < settings->location_count; i++)
        snprintf(list + strlen(list), sizeof list - strlen(list), "%s%u", i ? ", " : "",
                 settings->locations[i]);
    return snprintf(text, size, "local channel, list, share, buffer = '%.*s', {%s}, %d, %lld\n",
                    (int)settings->key.size, settings->key.bytes, list, settings->share,
                    (long long)settings->buffer);
}

static bool load_scripts(struct redis *redis, char *why)
{
    char *body = rival_text("reserve.lua"), text[8192];
    bool good = body != NULL;
    if (!good)
        snprintf(why, WHY_SIZE, "rivals/reserve.lua cannot be read");
    for (size_t i = 0; good && i < CHANNELS; i++) {
        int size = write_settings(text, sizeof text, &workload_channels[i]);
        snprintf(text + size, sizeof text - (size_t)size, "%s", body);
        redisReply *reply = redisCommand(redis->socket, "SCRIPT LOAD %s", text);
        good = reply && reply->type == REDIS_REPLY_STRING && reply->len == SHA_SIZE;
        if (good)
            memcpy(redis->hash[i], reply->str, SHA_SIZE + 1);
        else
            snprintf(why, WHY_SIZE, "SCRIPT LOAD: %.120s",
                     reply && reply->str ? reply->str : redis->socket->errstr);
        freeReplyObject(reply);
    }
    free(body);
    return good;
}

static bool take_answers(redisContext *context, size_t count)
{
    bool good = true;
    for (size_t i = 0; i < count; i++) {
        redisReply *reply = NULL;
        good = redisGetReply(context, (void **)&reply) == REDIS_OK && reply &&
               reply->type != REDIS_REPLY_ERROR && good;
        freeReplyObject(reply);
    }
    return good;
}

static bool load_items(struct redis *redis, char *why)
{
    double numbers[LOCATIONS][NUMBERS];
    bool good = true;
    for (size_t i = 0; i < LOCATIONS; i++) {
        const double cell[NUMBERS] = {(double)CELL_ON_HAND, (double)CELL_HELD, 0, 0,
                                      (double)CELL_SAFETY_STOCK};
        memcpy(numbers[i], cell, sizeof cell);
    }
    for (size_t done = 0, count; good && done < redis->items; done += count) {
        count = redis->items - done < LOAD_PIPELINE ? redis->items - done : LOAD_PIPELINE;
        for (size_t i = 0; i < count; i++) {
            struct text key;
            workload_item_key(&key, done + i);
            redisAppendCommand(redis->socket, "SET %b %b", key.bytes, (size_t)KEY_SIZE, numbers,
                               sizeof numbers);
        }
        good = take_answers(redis->socket, count);
    }
    if (!good)
        snprintf(why, WHY_SIZE, "loading: %.120s", redis->socket->errstr);
    return good;
}

/* A port that is free now; the server asks for it a moment later. */
static int find_port(void)
{
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof address;
    int probe = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (probe < 0 || bind(probe, (struct sockaddr *)&address, size) != 0 ||
        getsockname(probe, (struct sockaddr *)&address, &size) != 0)
        address.sin_port = 0;
    close(probe);
    return ntohs(address.sin_port);
}

static redisContext *connect_socket(const struct redis *redis)
{
    char path[sizeof redis->keeper.folder + 8];
    snprintf(path, sizeof path, "%s/socket", redis->keeper.folder);
    return redisConnectUnix(path);
}

static bool connect_both(struct redis *redis, int port, char *why)
{
    double waited = 0;
    for (;;) {
        redis->socket = connect_socket(redis);
        if (redis->socket && !redis->socket->err)
            break;
        if (redis->socket)
            redisFree(redis->socket);
        redis->socket = NULL;
        if (!keeper_waits(&redis->keeper, &waited, why))
            return false;
    }
    redis->tcp = redisConnect("127.0.0.1", port);
    if (redis->tcp && !redis->tcp->err)
        return true;
    snprintf(why, WHY_SIZE, "TCP: %.120s", redis->tcp ? redis->tcp->errstr : "no memory");
    return false;
}

/* From now on each change is on the disk before its answer; what was loaded is written first. */
static bool become_durable(struct redis *redis, char *why)
{
    double waited = 0;
    freeReplyObject(redisCommand(redis->socket, "CONFIG SET appendonly yes"));
    for (;;) {
        redisReply *reply = redisCommand(redis->socket, "INFO persistence");
        bool told = reply && reply->type == REDIS_REPLY_STRING;
        bool done = told && strstr(reply->str, "aof_enabled:1") &&
                    strstr(reply->str, "aof_rewrite_in_progress:0") &&
                    strstr(reply->str, "aof_rewrite_scheduled:0");
        freeReplyObject(reply);
        if (done)
            return true;
        if (!told)
            snprintf(why, WHY_SIZE, "INFO: %.120s", redis->socket->errstr);
        if (!told || !keeper_waits(&redis->keeper, &waited, why))
            return false;
    }
}

static void close_redis(void *subject)
{
    struct redis *redis = subject;
    if (redis->socket)
        redisFree(redis->socket);
    if (redis->tcp)
        redisFree(redis->tcp);
    for (size_t i = 0; i < CREW_MAX; i++)
        if (redis->lines[i]) {
            redisFree(redis->lines[i]->socket);
            free(redis->lines[i]);
        }
    keeper_close(&redis->keeper);
    free(redis);
}

static void *open_redis(const char *folder, size_t items, bool durable, char *why)
{
    struct redis *redis = calloc(1, sizeof *redis);
    int port = find_port();
    char digits[16];
    snprintf(digits, sizeof digits, "%d", port);
    const char *const arguments[] = {
        "redis-server", "--port", digits, "--bind", "127.0.0.1", "--unixsocket", "socket",
        "--save", "", "--appendonly", "no", "--appendfsync", "always", "--daemonize", "no", NULL};
    redis->items = items;
    if (keeper_open(&redis->keeper, folder, false, why) &&
        keeper_start(&redis->keeper, arguments, why) &&
        connect_both(redis, port, why) && load_scripts(redis, why) && load_items(redis, why) &&
        (!durable || become_durable(redis, why)))
        return redis;
    close_redis(redis);
    return NULL;
}

static void *open_volatile(size_t items, char *why)
{
    return open_redis(NULL, items, false, why);
}

static void *open_durable(size_t items, char *why)
{
    return open_redis(NULL, items, true, why);
}

static void *open_placed(const struct durable_place *place, size_t items, char *why)
{
    return open_redis(place->folder, items, true, why);
}

static void *line_of_redis(void *subject, uint32_t caller, char *why)
{
    struct redis *redis = subject;
    struct redis_line *line = redis->lines[caller];
    if (line)
        return line;
    redisContext *socket = connect_socket(redis);
    if (!socket || socket->err) {
        snprintf(why, WHY_SIZE, "a connection: %.120s", socket ? socket->errstr : "no memory");
        if (socket)
            redisFree(socket);
        return NULL;
    }
    line = redis->lines[caller] = calloc(1, sizeof *line);
    *line = (struct redis_line){redis, socket};
    return line;
}

/* ---- reserve --------------------------------------------------------------------------------- */

static void append_call(const struct redis *redis, redisContext *context, const struct share *share,
                        size_t call)
{
    const char *arguments[] = {"EVALSHA", redis->hash[request_channel(&share->requests[call])], "2",
                               share->order_keys[call].bytes, share->item_keys[call].bytes};
    const size_t sizes[] = {7, SHA_SIZE, 1, KEY_SIZE, KEY_SIZE};
    redisAppendCommandArgv(context, sizeof sizes / sizeof *sizes, arguments, sizes);
}

static void take_answer(redisContext *context, struct share *share, size_t call)
{
    redisReply *reply = NULL;
    bool answered = redisGetReply(context, (void **)&reply) == REDIS_OK && reply &&
                    reply->type == REDIS_REPLY_INTEGER;
    rival_note(share, call, answered ? reply->integer : -1);
    freeReplyObject(reply);
}

/* So many calls at a time, then their answers. */
static void reserve_over(struct redis *redis, redisContext *context, struct share *share,
                         size_t pipeline)
{
    for (size_t done = 0, count; done < share->count; done += count) {
        count = share->count - done < pipeline ? share->count - done : pipeline;
        for (size_t i = 0; i < count; i++)
            append_call(redis, context, share, done + i);
        for (size_t i = 0; i < count; i++)
            take_answer(context, share, done + i);
    }
}

static void reserve_pipelined(void *subject, struct share *share)
{
    struct redis *redis = subject;
    reserve_over(redis, redis->socket, share, PIPELINE);
}

static void reserve_singly(void *subject, struct share *share)
{
    struct redis *redis = subject;
    reserve_over(redis, redis->tcp, share, 1);
}

/* All of a share at once: one, or a batch. */
static void reserve_on_line(void *subject, struct share *share)
{
    struct redis_line *line = subject;
    reserve_over(line->redis, line->socket, share, share->count);
}

/* ---- what is in it --------------------------------------------------------------------------- */

/* What the cells of the next `count` items say, whose strings were asked for. */
static bool add_items(struct redis *redis, size_t count, int64_t *reserved)
{
    bool good = true;
    for (size_t i = 0; i < count; i++) {
        double numbers[LOCATIONS][NUMBERS];
        redisReply *reply = NULL;
        bool whole = redisGetReply(redis->socket, (void **)&reply) == REDIS_OK && reply &&
                     reply->type == REDIS_REPLY_STRING && reply->len == sizeof numbers;
        if (whole) {
            memcpy(numbers, reply->str, sizeof numbers);
            for (size_t j = 0; j < LOCATIONS; j++)
                *reserved += (int64_t)numbers[j][3];
        }
        good = good && whole;
        freeReplyObject(reply);
    }
    return good;
}

static bool sums_of_redis(void *subject, struct rival_sums *sums)
{
    struct redis *redis = subject;
    bool good = true;
    *sums = (struct rival_sums){0, 0};
    for (size_t done = 0, count; good && done < redis->items; done += count) {
        count = redis->items - done < LOAD_PIPELINE ? redis->items - done : LOAD_PIPELINE;
        for (size_t i = 0; i < count; i++) {
            struct text key;
            workload_item_key(&key, done + i);
            redisAppendCommand(redis->socket, "GET %b", key.bytes, (size_t)KEY_SIZE);
        }
        good = add_items(redis, count, &sums->reserved);
    }
    redisReply *reply = good ? redisCommand(redis->socket, "DBSIZE") : NULL;
    good = reply && reply->type == REDIS_REPLY_INTEGER;
    sums->orders = good ? reply->integer - (int64_t)redis->items : 0;
    freeReplyObject(reply);
    return good;
}

#else

static void *open_volatile(size_t items, char *why)
{
    (void)items;
    snprintf(why, WHY_SIZE, "the bench was built without libhiredis-dev");
    return NULL;
}
#define open_durable open_volatile

static void *open_placed(const struct durable_place *place, size_t items, char *why)
{
    (void)place;
    return open_volatile(items, why);
}
#define line_of_redis NULL
#define reserve_on_line NULL
#define close_redis NULL
#define sums_of_redis NULL
#define reserve_pipelined NULL
#define reserve_singly NULL

#endif

const struct rival_kind rival_redis = {
    .open = open_volatile,
    .close = close_redis,
    .sums = sums_of_redis,
    .form_count = 2,
    .forms = {{BEST, "a process, a Unix socket, Lua; no durability", reserve_pipelined, BATCH,
               .by_key = true},
              {PLAIN, "a process, TCP for each call, Lua; no durability", reserve_singly,
               INDEPENDENT, .by_key = true}},
};

const struct rival_kind rival_redis_durable = {
    .open = open_durable,
    .close = close_redis,
    .sums = sums_of_redis,
    .form_count = 2,
    .forms = {{DURABLE_BEST, "the same, and each pipeline on the disk", reserve_pipelined, BATCH,
               .by_key = true},
              {DURABLE_PLAIN, "the same, and each call on the disk", reserve_singly, INDEPENDENT,
               .by_key = true}},
};

#define ALWAYS "Redis: Lua script, fsync always"
#define CARRIES "a process, a Unix socket for each caller, Lua"

const struct durable_kind durable_redis = {
    .name = "Redis",
    .other = true,
    .open = open_placed,
    .close = close_redis,
    .line = line_of_redis,
    .sums = sums_of_redis,
    .form_count = 5,
    .forms = {{ALWAYS, CARRIES, reserve_on_line, 1, 1},
              {ALWAYS, CARRIES, reserve_on_line, FEW, 1},
              {ALWAYS, CARRIES, reserve_on_line, SOME, 1},
              {ALWAYS, CARRIES, reserve_on_line, MANY_CALLERS, 1},
              {"Redis: 128 in a pipeline", CARRIES, reserve_on_line, 1, CHUNK}},
};
