/* SPDX-License-Identifier: Apache-2.0
 *
 * Hostile JSON: an input is lines for the functions behind examples/replay, each answered by the
 * same function as there. After each line the answer is one line of JSON with a status, and the
 * state is consistent and, unless the line was accepted, as it was. */
#include "heard.h"

/* replay itself, without its way in and out. */
#define main replay_main
#include "../../examples/replay/main.c" // NOLINT(bugprone-suspicious-include)
#undef main

/* Its room is kept from input to input, as from line to line. */
static struct replay replay;

static struct heard heard; /* of one input */

static bool is_one_of(const char *name, const char *const *names) {
    while (*names != NULL && (name == NULL || strcmp(name, *names) != 0))
        names++;
    return *names != NULL;
}

/* As replay reads it, with numbers of any length; NULL: it is no object. */
static json_t *parsed(const char *bytes, size_t size) {
    static struct text scratch;
    static struct fault fault;
    fault.reason = NULL;
    return parse_line(bytes, size, &scratch, &fault);
}

/* The type of a line; not given, if it has none. Its text is in `object`. */
static struct sellable_key type_of_line(json_t **object, const char *bytes, size_t size) {
    *object = parsed(bytes, size);
    const json_t *type = json_object_get(*object, "type");
    return (struct sellable_key){json_string_value(type), json_string_length(type)};
}

static enum sellable_status status_of(const char *name) {
    int status = 0;
    must(name != NULL);
    while (status < SELLABLE_STATUS_COUNT && strcmp(name, sellable_status_name(status)) != 0)
        status++;
    must(status < SELLABLE_STATUS_COUNT);
    return (enum sellable_status)status;
}

/* One object in one line, with the line's number and a status, and what belongs to it. */
static enum sellable_status judge_answer(const struct text *out) {
    must(out->size > 1 && out->bytes[out->size - 1] == '\n');
    must(memchr(out->bytes, '\n', out->size - 1) == NULL);
    json_t *answer = parsed(out->bytes, out->size);
    must(answer != NULL);
    must_be(json_integer_value(json_object_get(answer, "line")), ==, replay.line);
    enum sellable_status status =
        status_of(json_string_value(json_object_get(answer, "status")));
    const json_t *field = json_object_get(answer, "field"); /* of the whole line there is none */
    must(field == NULL || json_is_null(field) || json_is_string(field));
    if (status == SELLABLE_INVALID)
        must(json_string_length(json_object_get(answer, "reason")) > 0);
    json_decref(answer);
    return status;
}

/* What a line may have changed, by its type and status. */
static enum change change_of(struct sellable_key type, enum sellable_status status) {
    static const char *const questions[] = {"available", "explain", "cell",       "order",
                                            "orders",    "waiting", "exceptions", "audit",
                                            "stats",     "shortages", NULL};
    static const char *const telling[] = {"changes", NULL};
    static const char *const of_exceptions[] = {"replay", "discard", NULL};
    bool is_event = sellable_event_of(type) != 0;
    if (is_one_of(type.bytes, questions))
        return NOTHING;
    if (is_one_of(type.bytes, telling))
        return status == SELLABLE_OK ? EXCEPTIONS : NOTHING;
    if (is_one_of(type.bytes, of_exceptions) && status == SELLABLE_DUPLICATE)
        return EXCEPTIONS;
    if (status == SELLABLE_OK)
        return ANYTHING;
    bool is_kept = is_event && status != SELLABLE_DUPLICATE && status != SELLABLE_INSUFFICIENT &&
                   status != SELLABLE_PAUSED;
    return is_kept ? EXCEPTIONS : NOTHING;
}

/* ---- what was told --------------------------------------------------------------------------- */

static struct sellable_key key_in(const json_t *object, const char *name) {
    const json_t *key = json_object_get(object, name);
    return (struct sellable_key){json_string_value(key), json_string_length(key)};
}

static uint64_t number_in(const json_t *object, const char *name, uint64_t otherwise) {
    const json_t *number = json_object_get(object, name);
    return json_is_integer(number) ? (uint64_t)json_integer_value(number) : otherwise;
}

static uint32_t level_named(const char *name) {
    uint32_t level = SELLABLE_LEVEL_NONE;
    must(name != NULL);
    while (level <= SELLABLE_LEVEL_OK && strcmp(sellable_level_name((int)level), name) != 0)
        level++;
    must_be(level, <=, SELLABLE_LEVEL_OK);
    return level;
}

static struct sellable_change read_change(const struct guard *guard, const json_t *object) {
    struct sellable_change change = {
        .published = (int64_t)number_in(object, "published", UINT64_MAX),
        .promisable = (int64_t)number_in(object, "promisable", UINT64_MAX)};
    change.level = level_named(json_string_value(json_object_get(object, "level")));
    must_be(sellable_item_find(guard->engine, key_in(object, "item"), &change.item), ==,
            SELLABLE_OK);
    return change;
}

/* The answer to a line that asked for changes, as the record that it stands for. */
static void hear(const struct guard *guard, const json_t *line, const struct text *out) {
    json_t *answer = parsed(out->bytes, out->size);
    const json_t *told = json_object_get(answer, "changes");
    size_t count = json_array_size(told);
    struct sellable_change *changes = calloc(count + 1, sizeof *changes);
    must(changes != NULL && json_is_array(told));
    for (size_t i = 0; i < count; i++)
        changes[i] = read_change(guard, json_array_get(told, i));
    const struct sellable_changes heard_now = {
        .channel_key = key_in(line, "channel"),
        .has_after = json_object_get(line, "after") != NULL,
        .after = number_in(line, "after", 0),
        .changes = changes,
        .capacity = number_in(line, "limit", INT64_MAX), /* no limit */
        .count = count,
        .position = number_in(answer, "position", UINT64_MAX),
        .more = json_is_true(json_object_get(answer, "more")),
    };
    heard_answer(&heard, guard->engine, &heard_now);
    free(changes);
    json_decref(answer);
}

/* ---- lines ----------------------------------------------------------------------------------- */

/* The answer's function may write to the line, so the type is read before. */
static void judge_line(struct guard *guard, const uint8_t *bytes, size_t size) {
    struct line line = {malloc(size != 0 ? size : 1), size};
    json_t *object;
    must(line.bytes != NULL);
    memcpy(line.bytes, bytes, size);
    struct sellable_key type = type_of_line(&object, line.bytes, size);
    bool blank = is_blank(&line);
    replay.out.size = 0;
    answer_line(&replay, &line);
    if (blank)
        must_be(replay.out.size, ==, 0);
    enum sellable_status status = blank ? SELLABLE_INVALID : judge_answer(&replay.out);
    if (status == SELLABLE_OK && strcmp(type.bytes, "changes") == 0)
        hear(guard, object, &replay.out);
    guard_judge(guard, blank ? NOTHING : change_of(type, status));
    json_decref(object);
    free(line.bytes);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size) {
    enum { LINES_JUDGED = 1000 }; /* an input of empty lines is no use */
    const struct sellable_options options = {.items = 0};
    struct guard guard;
    guard_open(&guard, &options);
    heard = (struct heard){.position = {0}};
    replay.engine = guard.engine;
    replay.line = 0;
    must_be(sellable_worker_acquire(guard.engine, &replay.worker), ==, SELLABLE_OK);
    while (size > 0 && replay.line < LINES_JUDGED) {
        const uint8_t *end = memchr(bytes, '\n', size);
        size_t length = end != NULL ? (size_t)(end - bytes) : size;
        judge_line(&guard, bytes, length);
        length += end != NULL;
        bytes += length;
        size -= length;
    }
    guard_count(&guard);
    heard_all(&heard, guard.engine);
    guard_judge(&guard, EXCEPTIONS); /* telling changes nothing else */
    sellable_worker_release(replay.worker);
    guard_close(&guard);
    return 0;
}
