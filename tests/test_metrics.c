/* SPDX-License-Identifier: Apache-2.0
 *
 * Metrics in the caller's buffer, of whatever size; and without memory. (What they say:
 * test_metrics.py.) */
#include "every_event.h"
#include "lender.h"

enum { MOST = 1 << 16, UNTOUCHED = 0x5a };

struct text {
    char bytes[MOST];
    uint64_t size;
};

static void metrics_at(struct sellable *engine, uint64_t capacity, struct text *text) {
    memset(text->bytes, UNTOUCHED, sizeof text->bytes);
    text->size = 77;
    expect(sellable_metrics(engine, text->bytes, capacity, &text->size), OK);
}

static void what_does_not_fit_is_cut_off_and_counted(void **state) {
    (void)state;
    static struct text whole, cut;
    struct sellable *engine = set_stage();
    metrics_at(engine, MOST, &whole);
    assert_true(whole.size > 1000 && whole.size < MOST);
    assert_memory_equal(whole.bytes + whole.size - 6, "# EOF\n", 6);
    equal(whole.bytes[whole.size], UNTOUCHED); /* no 0 at the end */
    const uint64_t capacities[] = {0, 1, 7, 100, whole.size - 1, whole.size, whole.size + 1};
    for (size_t i = 0; i < COUNT_OF(capacities); i++) {
        uint64_t written = capacities[i] < whole.size ? capacities[i] : whole.size;
        metrics_at(engine, capacities[i], &cut);
        equal(cut.size, whole.size);
        assert_memory_equal(cut.bytes, whole.bytes, (size_t)written);
        equal(cut.bytes[written], UNTOUCHED);
    }
    uint64_t size = 77;
    expect(sellable_metrics(engine, NULL, 0, &size), OK);
    equal(size, whole.size);
    sellable_close(engine);
}

static void the_text_is_the_same_until_something_changes(void **state) {
    (void)state;
    static struct text one, two;
    struct sellable *engine = set_stage();
    metrics_at(engine, MOST, &one);
    metrics_at(engine, MOST, &two);
    equal(two.size, one.size);
    assert_memory_equal(one.bytes, two.bytes, one.size);
    expect(release(engine, "O-1"), OK);
    metrics_at(engine, MOST, &two);
    assert_true(two.size != one.size || memcmp(one.bytes, two.bytes, one.size) != 0);
    sellable_close(engine);
}

static void without_channels_and_sources_it_takes_no_memory(void **state) {
    (void)state;
    static struct text text;
    lender_begin(0, 0);
    struct sellable *engine =
        open_with((struct sellable_options){.allocator = {&lender, lend, take_back}});
    lender.refuse_at = 1;
    lender.refuse_for = UINT32_MAX;
    metrics_at(engine, MOST, &text);
    equal(lender.refused, 0);
    assert_true(text.size > 1000);
    lender.refuse_at = 0;
    sellable_close(engine);
    all_is_back();
}

static void without_memory_nothing_is_said(void **state) {
    (void)state;
    lender_begin(0, 0);
    struct sellable *engine = stage_with(
        (struct sellable_options){.allocator = {&lender, lend, take_back}});
    char text[8] = "zzzzzzz";
    uint64_t size = 77;
    lender.refuse_at = 1;
    lender.refuse_for = UINT32_MAX;
    expect(sellable_metrics(engine, text, sizeof text, &size), NO_MEMORY);
    equal(size, 0);
    assert_string_equal(text, "zzzzzzz");
    assert_true(lender.refused > 0);
    lender.refuse_at = 0;
    expect(sellable_metrics(engine, text, sizeof text, &size), OK);
    assert_true(size > 1000);
    sellable_close(engine);
    all_is_back();
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_does_not_fit_is_cut_off_and_counted),
        cmocka_unit_test(the_text_is_the_same_until_something_changes),
        cmocka_unit_test(without_channels_and_sources_it_takes_no_memory),
        cmocka_unit_test(without_memory_nothing_is_said),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
