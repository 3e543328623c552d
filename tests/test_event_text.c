/* SPDX-License-Identifier: Apache-2.0
 *
 * Events as lines: what examples/common/event_text.c writes is what replay reads. The argument is
 * the folder of the scenarios. */
#include "event_lines.h"
#include "rich_event.h"
#include "same_event.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>

static const char *folder;

/* What was written, read again. */
static struct sellable_event read_again(struct sellable_key written) {
    struct sellable_event again;
    if (!line_read(SECOND, written, &again)) {
        fail_msg("%s: %.*s", line_fault(SECOND), (int)written.size, written.bytes);
    }
    return again;
}

static void same_text(struct sellable_key got, struct sellable_key wanted) {
    if (got.size != wanted.size || memcmp(got.bytes, wanted.bytes, wanted.size) != 0) {
        fail_msg("%.*s\n  instead of %.*s", (int)got.size, got.bytes, (int)wanted.size,
                 wanted.bytes);
    }
}

/* ---- scenarios ------------------------------------------------------------------------------- */

static struct {
    unsigned files, written, of_type[SELLABLE_EVENT_TYPES_END], without_key;
} seen;

/* There and back, then into the engine, on which it depends what comes next. What names a location
 * that there is not cannot be written; but nothing comes of it, either. */
static void take_line(struct sellable_key line) {
    struct sellable_event event;
    struct sellable_key written, twice;
    if (line.size == 0) {
        return;
    }
    bool is_event = line_read(FIRST, line, &event);
    if (is_event && line_write(&event, &written)) {
        struct sellable_event again = read_again(written);
        same_event(&again, &event);
        assert_true(line_write(&again, &twice));
        same_text(twice, written);
        seen.written++;
        seen.of_type[event.type]++;
        line_answer(line);
    } else {
        enum sellable_status status = line_answer(line);
        assert_true(!is_event || status == SELLABLE_UNKNOWN_LOCATION);
        seen.without_key += is_event;
    }
}

static void take_file(const char *name) {
    char path[1024];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    struct sellable *engine = open_engine();
    lines_of(engine);
    char *bytes = NULL;
    size_t capacity = 0;
    for (ssize_t size; (size = getline(&bytes, &capacity, file)) > 0;) {
        size_t length = (size_t)size - (bytes[size - 1] == '\n');
        take_line(line_sent((struct sellable_key){bytes, length}));
    }
    free(bytes);
    fclose(file);
    sellable_close(engine);
    seen.files++;
}

static void every_event_of_the_scenarios_is_the_same_when_written_and_read_again(void **state) {
    (void)state;
    DIR *directory = opendir(folder);
    assert_non_null(directory);
    for (const struct dirent *entry; (entry = readdir(directory)) != NULL;) {
        if (strstr(entry->d_name, ".jsonl") != NULL) {
            take_file(entry->d_name);
        }
    }
    closedir(directory);
    printf("     %u files, %u events written, %u with a location that there is not\n", seen.files,
           seen.written, seen.without_key);
    for (EACH_TYPE(type)) {
        if (seen.of_type[type] == 0) {
            fail_msg("no scenario has %s", sellable_event_name((int)type));
        }
    }
}

/* ---- records --------------------------------------------------------------------------------- */

static struct sellable *rich_stage(void) {
    static const struct sellable_unit unit = {{"each", 4}, 1, 1};
    static const struct sellable_item_settings each = {
        .set = SELLABLE_ITEM_UNITS, .units = &unit, .unit_count = 1};
    struct sellable *engine = set_stage();
    expect(sellable_item_put(engine, NULL, key_of("A"), &each, NULL, NULL), OK);
    lines_of(engine);
    return engine;
}

/* With handles where it can have them; the engine itself compares what both say. */
static void a_record_with_handles_says_the_same_when_written_and_read_again(void **state) {
    (void)state;
    static struct rich rich;
    for (EACH_TYPE(type)) {
        struct sellable *engine = rich_stage();
        struct sellable_key written;
        rich_make(&rich, engine, type);
        assert_true(line_write(&rich.event, &written));
        const struct sellable_event again = read_again(written);
        expect_at((int)sellable_apply(engine, NULL, &rich.event, NULL), SELLABLE_OK,
                  sellable_event_name((int)type), __FILE__, __LINE__);
        expect_at((int)sellable_apply(engine, NULL, &again, NULL), SELLABLE_DUPLICATE,
                  sellable_event_name((int)type), __FILE__, __LINE__);
        sellable_close(engine);
    }
}

static void a_region_is_written_by_its_key(void **state) {
    (void)state;
    struct sellable *engine = open_engine();
    const struct sellable_location_settings settings = {.set = SELLABLE_LOCATION_REGION,
                                                        .region = key_of("us")};
    struct sellable_location locations[2];
    expect(sellable_location_put(engine, NULL, key_of("east"), &settings, NULL, NULL), OK);
    expect(sellable_location_put(engine, NULL, key_of("west"), NULL, &locations[0], NULL), OK);
    expect(sellable_region_find(engine, key_of("us"), &locations[1]), OK);
    const struct sellable_policy policy = {
        .set = SELLABLE_SETTING_LOCATIONS, .locations = locations, .location_count = 2};
    const struct sellable_event event = {
        .type = SELLABLE_CHANNEL, .channel_key = key_of("web"), .policy = &policy};
    struct sellable_key written;
    lines_of(engine);
    assert_true(line_write(&event, &written));
    same_text(written,
              key_of("{\"type\":\"channel\",\"channel\":\"web\",\"locations\":[\"west\",\"us\"]}"));
    sellable_close(engine);
}

static void a_handle_without_a_key_and_a_type_that_is_none_are_told(void **state) {
    (void)state;
    struct sellable *engine = open_engine();
    struct sellable_event event = {.type = SELLABLE_HOLD_PLACE, .item = {7}};
    struct sellable_key written;
    lines_of(engine);
    assert_false(line_write(&event, &written));
    same_text(written, key_of("{\"type\":\"hold.place\",\"item\":null,\"quantity\":0}"));
    for (uint32_t type = 0; type <= SELLABLE_EVENT_TYPES_END; type += SELLABLE_EVENT_TYPES_END) {
        event.type = type;
        assert_false(line_write(&event, &written));
        same_text(written, key_of("{\"type\":null}"));
    }
    sellable_close(engine);
}

int main(int argc, char **argv) {
    folder = argc > 1 ? argv[1] : "tests/scenarios";
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_event_of_the_scenarios_is_the_same_when_written_and_read_again),
        cmocka_unit_test(a_record_with_handles_says_the_same_when_written_and_read_again),
        cmocka_unit_test(a_region_is_written_by_its_key),
        cmocka_unit_test(a_handle_without_a_key_and_a_type_that_is_none_are_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
