/* SPDX-License-Identifier: Apache-2.0
 *
 * See event_lines.h. */
#include "event_lines.h"

/* replay itself, without its way in and out. */
#define main replay_main
#include "../examples/replay/main.c" // NOLINT(bugprone-suspicious-include)
#undef main

#include "event_text.h"

static struct replay readers[2];
static json_t *objects[2]; /* in which the events lie that they read last */

void lines_of(struct sellable *engine) {
    for (int i = FIRST; i <= SECOND; i++) {
        readers[i].engine = engine;
        readers[i].worker = NULL;
        readers[i].line = 0;
    }
}

bool line_read(enum reader reader, struct sellable_key line, struct sellable_event *event) {
    struct replay *replay = &readers[reader];
    json_decref(objects[reader]);
    replay->fault.reason = NULL;
    objects[reader] = parse_line(line.bytes, line.size, &replay->scratch, &replay->fault);
    const struct fields in = {.object = objects[reader], .fault = &replay->fault};
    if (objects[reader] == NULL) {
        return false;
    }
    uint32_t type = sellable_event_of(required_key(&in, "type"));
    if (type == 0) {
        blame(&in, "type", "it is no event");
        return false;
    }
    read_event(replay, &in, type, event);
    return replay->fault.reason == NULL;
}

const char *line_fault(enum reader reader) {
    return readers[reader].fault.reason;
}

bool line_write(const struct sellable_event *event, struct sellable_key *line) {
    static struct text texts[2];
    static int turn;
    const struct names names = names_of(readers[FIRST].engine);
    struct text *text = &texts[turn = 1 - turn];
    text->size = 0;
    put_open(text, NULL, '{');
    bool whole = put_event(text, &names, event, true);
    put_close(text, '}');
    *line = (struct sellable_key){text->bytes, text->size};
    return whole;
}

enum sellable_status line_answer(struct sellable_key line) {
    struct replay *replay = &readers[FIRST];
    struct line input = {malloc(line.size + 1), line.size};
    if (input.bytes == NULL) {
        fail("out of memory");
    }
    memcpy(input.bytes, line.bytes, line.size);
    replay->out.size = 0;
    answer_line(replay, &input);
    free(input.bytes);
    return replay->status;
}

struct sellable_key line_sent(struct sellable_key line) {
    static json_t *object;
    struct fault fault = {.reason = NULL};
    json_decref(object);
    object = parse_line(line.bytes, line.size, &readers[FIRST].scratch, &fault);
    const json_t *sent = json_object_get(object, "send");
    if (json_is_string(sent)) {
        return (struct sellable_key){json_string_value(sent), json_string_length(sent)};
    }
    bool is_line = json_object_get(object, "type") != NULL;
    return is_line ? line : (struct sellable_key){NULL, 0};
}
