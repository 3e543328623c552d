/* SPDX-License-Identifier: Apache-2.0
 *
 * A replay of what was applied before, while time moves on beside it, at each of its steps in turn:
 * what is known is forgotten. Who sees the exception after that knows that it left later; then the
 * event is none that is known. */
#include "scene.h"

#include <stdbool.h>

static struct sellable *engine;
static long left = -1; /* steps of the replay before time moves on; below 0: it does not */
static bool still_there;

void sbl_step(const char *file, int line);
void sbl_step(const char *file, int line) {
    struct sellable_exception_counts counts;
    (void)file;
    (void)line;
    if (left < 0 || left-- > 0)
        return;
    expect(sellable_advance(engine, NULL, 2, NULL), OK);
    sellable_exception_counts(engine, &counts);
    still_there = counts.kept != 0;
}

static void open_with_an_exception(void) {
    const struct sellable_options options = {.retention = 1};
    const struct sellable_event of_nothing = {.type = SELLABLE_ON_HAND_ADJUST,
                                              .item_key = key_of("none"),
                                              .location_key = key_of("east"),
                                              .quantity = 1};
    expect(sellable_open(&options, &engine), OK);
    stock(engine, "A", "east", 5);
    channel_of(engine, "web");
    expect(sellable_apply(engine, NULL, &of_nothing, NULL), UNKNOWN_ITEM);
}

/* false: time did not move on during the replay, which has fewer steps. */
static bool replay_beside(const struct sellable_event *event, long step) {
    left = step;
    still_there = false;
    enum sellable_status status = sellable_exception_replay(engine, NULL, 1, event, NULL);
    bool moved = left < 0;
    left = -1;
    if (moved && still_there && status != SELLABLE_OK)
        fail_msg("step %ld: %s, of what was forgotten before the exception left", step,
                 sellable_status_name((int)status));
    sellable_close(engine);
    return moved;
}

static void a_replayed_event_is_known_at_the_instant_its_exception_leaves(void **state) {
    (void)state;
    long step = 0;
    bool moved = true;
    for (; moved; step++) {
        open_with_an_exception();
        const struct sellable_event event = {.type = SELLABLE_ON_HAND_ADJUST,
                                             .item_key = key_of("A"),
                                             .location_key = key_of("east"),
                                             .id = key_of("e1"),
                                             .quantity = 1};
        expect(sellable_apply(engine, NULL, &event, NULL), OK);
        moved = replay_beside(&event, step);
    }
    assert_true(step > 10);
}

static void a_replayed_order_is_known_at_the_instant_its_exception_leaves(void **state) {
    (void)state;
    long step = 0;
    bool moved = true;
    for (; moved; step++) {
        open_with_an_exception();
        struct sellable_line line = {.item_key = key_of("A"), .quantity = 1};
        const struct sellable_order order = {.key = key_of("o1"),
                                             .channel_key = key_of("web"),
                                             .lines = &line,
                                             .line_count = 1};
        const struct sellable_event event = {.type = SELLABLE_RESERVE, .order = &order};
        expect(sellable_apply(engine, NULL, &event, NULL), OK);
        expect(release(engine, "o1"), OK);
        moved = replay_beside(&event, step);
    }
    assert_true(step > 10);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_replayed_event_is_known_at_the_instant_its_exception_leaves),
        cmocka_unit_test(a_replayed_order_is_known_at_the_instant_its_exception_leaves),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
