/* SPDX-License-Identifier: Apache-2.0
 *
 * For tests of refusals: a small scene, that it is as it was, and which field an answer names. */
#ifndef SELLABLE_TESTS_REFUSED_H
#define SELLABLE_TESTS_REFUSED_H

#include "scene.h"

/* A and B; east and west; web sells from east, then west. 5 of A in east, 3 in west; an open order
 * O-1 of 2 of A for web until 100; a closed one, O-2. The time is 10. */
struct scene {
    struct sellable *engine;
    struct sellable_item a, b;
    struct sellable_location east, west;
    struct sellable_channel web;
};

static inline struct scene set_scene(void) {
    struct sellable *engine = open_engine();
    struct scene scene = {.engine = engine,
                          .a = item_of(engine, "A"),
                          .b = item_of(engine, "B"),
                          .east = location_of(engine, "east"),
                          .west = location_of(engine, "west"),
                          .web = channel_of(engine, "web")};
    stock(engine, "A", "east", 5);
    stock(engine, "A", "west", 3);
    now_is(engine, 10);
    expect(reserve_until(engine, "O-1", "web", "A", 2, 100, NULL), OK);
    expect(reserve(engine, "O-2", "web", "A", 1), OK);
    expect(release(engine, "O-2"), OK);
    return scene;
}

/* After a refusal everything is as set_scene left it. */
static inline void unchanged_at(const struct scene *scene, const char *file, int line) {
    struct sellable_memory memory;
    struct sellable_cell east = cell_of(scene->engine, "A", "east");
    struct sellable_cell west = cell_of(scene->engine, "A", "west");
    struct sellable_order_view order = order_of(scene->engine, "O-1");
    sellable_memory(scene->engine, &memory);
    const int64_t figures[][2] = {{east.on_hand, 5},
                                  {east.reserved, 2},
                                  {east.allocated, 0},
                                  {east.safety_stock, 0},
                                  {east.held[0], 0},
                                  {east.backordered, 0},
                                  {east.fence_count, 0},
                                  {east.schedule_count, 0},
                                  {east.promised_count, 0},
                                  {east.net, 3},
                                  {west.on_hand, 3},
                                  {west.net, 3},
                                  {promisable(scene->engine, "web", "A"), 6},
                                  {promisable(scene->engine, "web", "B"), 0},
                                  {order.state, SELLABLE_RESERVED},
                                  {order.expires_at, 100},
                                  {sellable_now(scene->engine), 10},
                                  {(int64_t)memory.items, 2},
                                  {(int64_t)memory.orders, 2}};
    for (size_t i = 0; i < COUNT_OF(figures); i++) {
        equal_at(figures[i][0], figures[i][1], "a figure after a refusal", file, line);
    }
}
#define unchanged(scene) unchanged_at(scene, __FILE__, __LINE__)

/* The answer names this field (and index), with a reason; a field NULL: no field at all. */
static inline void names_at(const struct sellable_answer *answer, const char *field, uint32_t index,
                            const char *file, int line) {
    if (field) {
        if (!answer->field || strcmp(answer->field, field) != 0) {
            print_error("the field is %s, not %s\n", answer->field ? answer->field : "none", field);
            _fail(file, line);
        }
        equal_at(answer->reason && answer->reason[0], 1, "a reason is given", file, line);
    } else {
        equal_at(answer->field == NULL, 1, "no field is named", file, line);
    }
    equal_at(answer->line, index, "the answer's line", file, line);
}
#define names(answer, field, index) names_at(answer, field, index, __FILE__, __LINE__)

/* Keys that are none. */
static const struct sellable_key no_keys[] = {
    {NULL, 0},
    {"", 0},
    {NULL, 3},
    {"\xff", 1},
    {"a\x80", 2},                /* a continuation without a beginning */
    {"\xc3", 1},                 /* cut off */
    {"\xe2\x82", 2},             /* cut off */
    {"\xc0\x80", 2},             /* overlong */
    {"\xe0\x80\x80", 3},         /* overlong */
    {"\xf0\x80\x80\x80", 4},     /* overlong */
    {"\xed\xa0\x80", 3},         /* a surrogate */
    {"\xf4\x90\x80\x80", 4},     /* beyond U+10FFFF */
    {"\xf8\x88\x80\x80\x80", 5}, /* five bytes */
    {"0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
     "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef0",
     129},
};

#endif
