/* SPDX-License-Identifier: Apache-2.0
 *
 * What is read while others give it back and use it again: the reader finds out, and looks again.
 * The other's calls are made from within the reader's, between two of its atomic steps. */
#include "engine.h"

#include "scene.h"

#include <stdio.h>

enum { ITEMS = 33, PATIENCE = 2000000 };

static struct sellable *engine;
static struct sellable_item item[ITEMS + 1];
static struct sellable_channel web;
static void (*meanwhile)(void); /* what another does at the reader's next step */
static const char *where;       /* in a file called so; */
static bool inside;             /* it does */
static long steps;              /* of the reader since */

void sbl_step(const char *file, int line);
void sbl_step(const char *file, int line) {
    (void)line;
    if (inside)
        return;
    if (meanwhile != NULL && strstr(file, where) != NULL) {
        void (*other)(void) = meanwhile;
        meanwhile = NULL;
        inside = true;
        other();
        inside = false;
        steps = 0;
    }
    if (++steps == PATIENCE)
        fail_msg("the reader goes round for ever");
}

static void count(uint32_t number, int64_t quantity) {
    char key[8];
    snprintf(key, sizeof key, "I-%u", number);
    stock(engine, key, "east", quantity);
}

static void set_up(void) {
    char key[8];
    meanwhile = NULL;
    steps = 0;
    engine = open_engine();
    location_of(engine, "east");
    web = channel_of(engine, "web");
    for (uint32_t i = 1; i <= ITEMS; i++) {
        snprintf(key, sizeof key, "I-%u", i);
        item[i] = item_of(engine, key);
    }
}

/* ---- the chain of older values --------------------------------------------------------------- */

static uint32_t kept; /* the newest older value of the last item's row: a blob */

static struct sellable_view opened(void) {
    struct sellable_view view;
    expect(sellable_view_open(engine, NULL, &view), OK);
    return view;
}

static void closed(struct sellable_view *view) {
    expect(sellable_view_close(NULL, view), OK);
}

/* The older value goes, since no open view sees it; then its block becomes a page of what a channel
 * was told, of the items whose numbers are the bits of the block's own: so its first word leads to
 * itself. */
static void use_the_chain_again(void) {
    struct sellable_change told[ITEMS];
    struct sellable_changes changes = {.channel = web, .changes = told, .capacity = ITEMS};
    for (uint32_t bit = 0; bit < 32; bit++)
        if ((kept >> bit & 1) != 0)
            count(bit + 1, 5);
    count(ITEMS, -9);
    expect(sellable_changes(engine, NULL, &changes), OK);
}

static void a_view_finds_its_value_though_the_chain_is_used_again_meanwhile(void **state) {
    struct sellable_cursor cursor = {.next = ITEMS - 1};
    int64_t on_hand = 0;
    struct sellable_cell_columns columns = {.capacity = 1, .on_hand = &on_hand};
    (void)state;
    set_up();
    count(ITEMS, -1);
    struct sellable_view first = opened();
    count(ITEMS, -2);
    struct sellable_view second = opened();
    count(ITEMS, -3);
    closed(&second);
    struct sellable_view third = opened();
    now_is(engine, 10);
    kept = sbl_low(sbl_load(&sbl_row_line(engine, item[ITEMS].id)->word[SBL_STAMP]));
    assert_int_not_equal(kept, 0);
    where = "memory.c"; /* it looks at the chain */
    meanwhile = use_the_chain_again;
    expect(sellable_view_cells(&first, &cursor, &columns), OK);
    assert_null(meanwhile);
    equal(columns.count, 1);
    equal(on_hand, -1);
    closed(&first);
    closed(&third);
    sellable_close(engine);
}

/* ---- what a channel was told ----------------------------------------------------------------- */

static struct sellable_change change[ITEMS];

static struct sellable_changes ask(struct sellable_channel channel, uint64_t after) {
    struct sellable_changes changes = {.channel = channel,
                                       .has_after = 1,
                                       .after = after,
                                       .changes = change,
                                       .capacity = ITEMS};
    expect(sellable_changes(engine, NULL, &changes), OK);
    return changes;
}

/* Another has lost the same answer; so there is a new page for that channel. In the old one's place
 * comes that of a channel which was told the same, as its first. */
static void ask_too(void) {
    equal(ask(web, 1).count, 1);
    equal(ask(channel_of(engine, "shop"), 0).count, 1);
}

static void a_lost_answer_is_told_again_though_another_asks_for_it_meanwhile(void **state) {
    struct sellable_changes answer;
    (void)state;
    set_up();
    channel_of(engine, "shop");
    count(1, 7);
    equal(ask(web, 0).position, 1);
    count(1, 8);
    equal(ask(web, 1).position, 2);
    where = "recent"; /* it has read where the tree is, and not the tree yet */
    meanwhile = ask_too;
    answer = ask(web, 1);
    assert_null(meanwhile);
    equal(answer.count, 1);
    equal(change[0].item.id, item[1].id);
    equal(change[0].published, 8);
    equal(answer.position, 4);
    sellable_close(engine);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_view_finds_its_value_though_the_chain_is_used_again_meanwhile),
        cmocka_unit_test(a_lost_answer_is_told_again_though_another_asks_for_it_meanwhile),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
