/* SPDX-License-Identifier: Apache-2.0
 *
 * A whole call takes place between any two atomic steps of another: first where this has gone
 * wrong once, or a limit was not kept, then of every pair out of a list of calls.
 *
 *    test_between [long]       long: at all steps of every pair, not at some */
#include "between_feeds.h"

static bool is_long;

/* ---- what has gone wrong once ---------------------------------------------------------------- */

static void put(struct sellable *engine, const char *item,
                const struct sellable_item_settings *settings, struct text *said) {
    struct sellable_answer answer = {0};
    enum sellable_status status =
        sellable_item_put(engine, NULL, key_of(item), settings, NULL, &answer);
    tell_answer(engine, said, status, &answer);
}

static void take(struct sellable *engine, const char *order, const char *item, int64_t quantity,
                 int64_t expires_at, struct text *said) {
    struct roomy roomy;
    enum sellable_status status =
        reserve_until(engine, order, "web", item, quantity, expires_at, with_room(&roomy));
    tell_answer(engine, said, status, &roomy.answer);
}

static void move_to_west(struct sellable *engine, uint32_t which, struct text *said) {
    const struct sellable_move move = {.order = KEY("O-1"),
                                       .item_key = KEY("A"),
                                       .from_key = KEY("east"),
                                       .to_key = KEY("west"),
                                       .quantity = 5};
    struct roomy roomy;
    (void)which;
    tell_answer(engine, said, sellable_resource(engine, NULL, &move, with_room(&roomy)),
                &roomy.answer);
}

static void take_five(struct sellable *engine, uint32_t which, struct text *said) {
    (void)which;
    take(engine, "O-2", "A", 5, 0, said);
}

static void resource_rests_on_the_row_that_it_changes(void **state) {
    (void)state;
    struct sellable *engine = open_guarded();
    channel_of(engine, "web");
    stock(engine, "A", "east", 5);
    location_of(engine, "west");
    expect(reserve(engine, "O-1", "web", "A", 5), OK);
    stock(engine, "A", "west", 5);
    between_any_two(engine, "resource, and a reservation", move_to_west, take_five);
}

/* A kit of one each of three items, whose keys are the letters. */
static void put_kit(struct sellable *engine, const char *kit, const char *letters, int64_t number,
                    struct text *said) {
    struct sellable_component components[3] = {{.number = number}};
    for (uint32_t i = 0; i < 3; i++)
        components[i] = (struct sellable_component){.item_key = {&letters[i], 1}, .number = number};
    const struct sellable_item_settings settings = {
        .set = SELLABLE_ITEM_COMPONENTS, .components = components, .component_count = 3};
    put(engine, kit, &settings, said);
}

static void take_kits(struct sellable *engine, uint32_t which, struct text *said) {
    (void)which;
    take(engine, "O-1", "kit", 5, 0, said);
}

/* The other's words are where the kit's were. */
static void change_kit(struct sellable *engine, uint32_t which, struct text *said) {
    (void)which;
    put_kit(engine, "kit", "xyz", 1, said);
    put_kit(engine, "other kit", "xyz", 2, said);
}

static void a_kit_that_changes_while_it_is_planned_harms_nobody(void **state) {
    (void)state;
    struct sellable *engine = open_guarded();
    struct text said;
    channel_of(engine, "web");
    location_of(engine, "east");
    static const char *const items[] = {"a", "b", "c", "x", "y", "z"};
    for (size_t i = 0; i < COUNT_OF(items); i++)
        item_of(engine, items[i]);
    text_clear(&said);
    put_kit(engine, "kit", "abc", 1, &said);
    assert_memory_equal(said.bytes, "ok", 2);
    between_any_two(engine, "a kit, and another kit", take_kits, change_kit);
}

static void set_buffer(struct sellable *engine, int64_t buffer, struct text *said) {
    const struct sellable_policy policy = {.set = SELLABLE_SETTING_BUFFER, .buffer = buffer};
    tell_status(said, sellable_channel_put(engine, NULL, key_of("web"), &policy, NULL, NULL));
}

static void set_buffer_to_2(struct sellable *engine, uint32_t which, struct text *said) {
    (void)which;
    set_buffer(engine, 2, said);
}

static void set_buffer_and_make_items(struct sellable *engine, uint32_t which, struct text *said) {
    (void)which;
    set_buffer(engine, 5, said);
    for (const char *item = "xyz"; *item != 0; item++)
        tell_status(said, sellable_item_put(engine, NULL, (struct sellable_key){item, 1}, NULL,
                                            NULL, NULL));
}

static void settings_that_are_replaced_while_they_are_read_ask_for_no_memory(void **state) {
    (void)state;
    struct sellable *engine = open_guarded();
    item_of(engine, "A");
    location_of(engine, "east");
    channel_with(engine, "web",
                 (struct sellable_policy){.set = SELLABLE_SETTING_BUFFER | SELLABLE_SETTING_CAP |
                                                 SELLABLE_SETTING_LOW | SELLABLE_SETTING_MINIMUM,
                                          .buffer = 1,
                                          .cap = 100,
                                          .low = 3,
                                          .minimum = 1});
    between_any_two(engine, "settings, and others", set_buffer_to_2, set_buffer_and_make_items);
}

static void make_location(struct sellable *engine, uint32_t which, struct text *said) {
    const struct sellable_location_settings inactive = {.set = SELLABLE_LOCATION_ACTIVE};
    (void)which;
    tell_status(said, sellable_location_put(engine, NULL, key_of("later"), NULL, NULL, NULL));
    tell_status(said, sellable_location_put(engine, NULL, key_of("b"), &inactive, NULL, NULL));
}

/* The old route's words become hints of what falls due. */
static void make_location_and_take(struct sellable *engine, uint32_t which, struct text *said) {
    (void)which;
    tell_status(said, sellable_location_put(engine, NULL, key_of("new"), NULL, NULL, NULL));
    static const char *const orders[] = {"O-1", "O-2", "O-3", "O-4"};
    for (size_t i = 0; i < COUNT_OF(orders); i++)
        take(engine, orders[i], "A", 1, 1000, said);
}

static void a_route_that_is_replaced_while_it_is_read_is_no_longer_than_locations(void **state) {
    (void)state;
    struct sellable *engine = open_guarded();
    channel_of(engine, "web");
    static const char *const locations[] = {"a", "b", "c", "d", "e"};
    for (size_t i = 0; i < COUNT_OF(locations); i++)
        location_of(engine, locations[i]);
    stock(engine, "A", "a", 1000);
    for (uint32_t i = 0; i < 30000; i++) { /* so that references are large numbers */
        char key[40];
        (void)snprintf(key, sizeof key, "one of very many items %u", i);
        item_of(engine, key);
    }
    expect(reserve_until(engine, "O-0", "web", "A", 1, 1000, NULL), OK);
    between_any_two(engine, "a location, and another", make_location, make_location_and_take);
}

static void set_entry(struct sellable *engine, const char *reference, int64_t due, int64_t quantity,
                      struct text *said) {
    const struct sellable_event event = {.type = SELLABLE_SCHEDULE_SET,
                                         .item_key = KEY("A"),
                                         .location_key = KEY("east"),
                                         .reference = key_of(reference),
                                         .due = due,
                                         .quantity = quantity};
    tell_status(said, sellable_apply(engine, NULL, &event, NULL));
}

static void set_third_entry(struct sellable *engine, uint32_t which, struct text *said) {
    (void)which;
    set_entry(engine, "c", 300, 1, said);
}

static void set_entries(struct sellable *engine, uint32_t which, struct text *said) {
    (void)which;
    set_entry(engine, "a", 100, 0, said);
    set_entry(engine, "m", 50, 1, said);
    set_entry(engine, "m", 50, 0, said);
    set_entry(engine, "longlonglong", 50, 1, said);
}

static void a_schedule_that_changes_while_another_entry_is_set_harms_nobody(void **state) {
    (void)state;
    struct sellable *engine = open_guarded();
    item_of(engine, "A");
    location_of(engine, "east");
    schedule(engine, "A", "east", "a", 100, 1);
    schedule(engine, "A", "east", "b", 200, 1);
    between_any_two(engine, "an entry, and others", set_third_entry, set_entries);
}

static void name_smallest_unit(struct sellable *engine, uint32_t which, struct text *said) {
    const struct sellable_item_settings settings = {.set = SELLABLE_ITEM_UNIT, .unit = KEY("each")};
    (void)which;
    put(engine, "A", &settings, said);
}

static void count(struct sellable *engine, const char *item, int64_t quantity, struct text *said) {
    const struct sellable_event event = {.type = SELLABLE_ON_HAND_SET,
                                         .item_key = key_of(item),
                                         .location_key = KEY("east"),
                                         .quantity = quantity};
    tell_status(said, sellable_apply(engine, NULL, &event, NULL));
}

/* The other item's words are where those of A were. */
static void count_both(struct sellable *engine, uint32_t which, struct text *said) {
    (void)which;
    count(engine, "A", 6, said);
    count(engine, "B", 7, said);
    count(engine, "B", 8, said);
}

static void an_item_is_refused_for_its_own_units_and_for_no_others(void **state) {
    (void)state;
    struct sellable *engine = open_guarded();
    channel_of(engine, "web");
    location_of(engine, "east");
    location_of(engine, "west");
    counted_in(engine, "A", "case", 12, 1);
    counted_in(engine, "B", "each", 12, 1);
    stock(engine, "A", "east", 5);
    stock(engine, "B", "east", 5);
    between_any_two(engine, "a unit's name, and counts", name_smallest_unit, count_both);
}

static void allocate_the_rest(struct sellable *engine, uint32_t which, struct text *said) {
    struct sellable_answer answer = {0};
    (void)which;
    tell_answer(engine, said, sellable_allocate(engine, NULL, key_of("O-1"), NULL, 0, &answer),
                &answer);
}

static void an_allocation_is_refused_for_its_own_sums_and_for_no_others(void **state) {
    (void)state;
    struct sellable *engine = open_guarded();
    channel_of(engine, "web");
    stock(engine, "A", "east", 5);
    hold(engine, "A", "east", "quality", 1);
    expect(reserve(engine, "O-1", "web", "A", 2), OK);
    expect(say(engine, SELLABLE_ALLOCATION_SET, "A", "east", NULL, 1), OK);
    stock(engine, "B", "east", LARGEST);
    hold(engine, "B", "east", "quality", 1);
    expect(say(engine, SELLABLE_ALLOCATION_SET, "B", "east", NULL, LARGEST), OK);
    between_any_two(engine, "an allocation, and counts", allocate_the_rest, count_both);
}

/* ---- limits ---------------------------------------------------------------------------------- */

/* Each line has as many of the largest kits for substitutes as there may be. */
static void an_order_of_more_rows_than_a_transaction_holds_is_invalid(void **state) {
    (void)state;
    enum { LINED_UP = 9, EACH = SELLABLE_SUBSTITUTES_MAX, OF_ONE = SELLABLE_COMPONENTS_MAX };
    static struct sellable_substitute substitutes[LINED_UP * EACH];
    static struct sellable_line lines[LINED_UP];
    struct sellable *engine = open_guarded();
    channel_of(engine, "web");
    stock(engine, "A", "east", 100);
    for (uint32_t kit = 0; kit < LINED_UP * EACH; kit++) {
        struct sellable_component components[OF_ONE];
        char key[40];
        memset(components, 0, sizeof components);
        for (uint32_t i = 0; i < OF_ONE; i++) {
            (void)snprintf(key, sizeof key, "part %u of %u", i, kit);
            components[i] = (struct sellable_component){.item = item_of(engine, key), .number = 1};
        }
        const struct sellable_item_settings settings = {.set = SELLABLE_ITEM_COMPONENTS,
                                                        .components = components,
                                                        .component_count = OF_ONE};
        (void)snprintf(key, sizeof key, "kit %u", kit);
        expect(sellable_item_put(engine, NULL, key_of(key), &settings, &substitutes[kit].item,
                                 NULL),
               OK);
    }
    for (uint32_t i = 0; i < LINED_UP; i++) {
        lines[i] = line_of("A", 1);
        lines[i].substitutes = substitutes + (size_t)i * EACH;
        lines[i].substitute_count = EACH;
    }
    for (uint32_t count = 1; count <= LINED_UP; count++) {
        char key[16];
        struct sellable_answer answer = {0};
        (void)snprintf(key, sizeof key, "O-%u", count);
        struct sellable_order order = ORDER(key, "web", lines);
        order.line_count = count;
        bool too_many = count * EACH * (1 + OF_ONE) + 1 > 8000;
        enum sellable_status status = sellable_reserve(engine, NULL, &order, &answer);
        if (too_many) {
            expect(status, INVALID);
            assert_string_equal(answer.field, "line_count");
        } else {
            expect(status, OK);
        }
    }
    equal(cell_of(engine, "A", "east").reserved, 7 * 8 / 2);
    sellable_close(engine);
}

static void what_a_buffer_hides_of_a_large_stock_is_missing_to_the_piece(void **state) {
    (void)state;
    const int64_t buffer = LARGEST / 100 * 93; /* times 10,000 it is more than 64 bits hold */
    struct sellable *engine = open_guarded();
    item_of(engine, "A");
    location_of(engine, "east");
    channel_with(engine, "web",
                 (struct sellable_policy){.set = SELLABLE_SETTING_BUFFER, .buffer = buffer});
    const struct sellable_question question = {.item_key = KEY("A"), .channel_key = KEY("web")};
    struct sellable_explanation why = {.term_capacity = 0};
    expect(sellable_explain(engine, &question, &why), OK);
    equal(why.published, 0);
    equal(why.binds, SELLABLE_BINDS_STOCK);
    equal(why.missing, buffer + 1);
    stock(engine, "A", "east", why.missing);
    equal(promisable(engine, "web", "A"), 1);
    sellable_close(engine);
}

/* ---- an event is one instant ----------------------------------------------------------------- */

static void confirm_as_event(struct sellable *engine, uint32_t which, struct text *said) {
    (void)which;
    send_fed(engine, CONFIRMED, said);
}

/* The order leaves, and somebody else sends the same event. */
static void ship_and_confirm_as_event(struct sellable *engine, uint32_t which, struct text *said) {
    (void)which;
    tell_status(said, sellable_ship(engine, NULL, key_of("open"), NULL, 0, NULL));
    text_add(said, " ");
    send_fed(engine, CONFIRMED, said);
}

static void an_event_that_changes_nothing_is_applied_at_one_instant(void **state) {
    (void)state;
    struct sellable *engine = open_fed_scene();
    expect(sellable_confirm(engine, NULL, key_of("open"), NULL), OK);
    between_any_two(engine, "confirm twice, and the end of the order", confirm_as_event,
                    ship_and_confirm_as_event);
}

/* And if it is applied, once more; both statuses as one word. A refused event is kept at an instant
 * of its own, when there may be more of what it is about: so the state is that of neither order. */
static void adjust_what_comes(struct sellable *engine, uint32_t which, struct text *said) {
    const struct sellable_event event = {.type = SELLABLE_ON_HAND_ADJUST,
                                         .item_key = KEY("comes"),
                                         .location_key = KEY("comes, too"),
                                         .quantity = 1,
                                         .id = KEY("f-16")};
    enum sellable_status status = sellable_apply(engine, NULL, &event, NULL);
    (void)which;
    tell_status(said, status);
    if (status == SELLABLE_OK)
        tell_status(said, sellable_apply(engine, NULL, &event, NULL));
}

static void make_what_comes(struct sellable *engine, uint32_t which, struct text *said) {
    (void)which;
    tell_status(said, sellable_item_put(engine, NULL, key_of("comes"), NULL, NULL, NULL));
    tell_status(said, sellable_location_put(engine, NULL, key_of("comes, too"), NULL, NULL, NULL));
}

static void an_event_is_the_same_before_and_after_its_things_come_into_being(void **state) {
    (void)state;
    between_all(&(struct pair){.name = "an event, and what it is about",
                               .engine = open_fed_scene(),
                               .call = adjust_what_comes,
                               .other = make_what_comes,
                               .parts = true});
}

/* The last id that there is room for. */
static void send_one_id(struct sellable *engine, uint32_t which, struct text *said) {
    const struct sellable_event event = {.type = SELLABLE_ON_HAND_ADJUST,
                                         .item_key = KEY("A"),
                                         .location_key = KEY("east"),
                                         .quantity = 1,
                                         .id = which == 0 ? key_of("one id") : key_of("another")};
    tell_status(said, sellable_apply(engine, NULL, &event, NULL));
}

static void send_another_id(struct sellable *engine, uint32_t which, struct text *said) {
    (void)which;
    send_one_id(engine, 1, said);
}

static void of_two_ids_the_last_that_there_is_room_for_is_one(void **state) {
    (void)state;
    const struct sellable_options options = {
        .allocator = {NULL, guarded_slab, guarded_back}, .event_ids = 1};
    struct sellable *engine = NULL;
    expect(sellable_open(&options, &engine), OK);
    stock(engine, "A", "east", 5);
    between_any_two(engine, "the last id, and another", send_one_id, send_another_id);
}

static void reserve_of_nobody(struct sellable *engine, uint32_t which, struct text *said) {
    const struct sellable_event event = {.type = SELLABLE_RESERVE, .order = &asked[PLAIN]};
    (void)which;
    tell_status(said, sellable_apply(engine, NULL, &event, NULL));
}

static void own_reserve_and_look(struct sellable *engine, uint32_t which, struct text *said) {
    static const struct sellable_owner owners[] = {{.source_key = KEY("erp")}};
    const struct sellable_ownership rule = {
        .type = SELLABLE_RESERVE, .owners = owners, .owner_count = 1};
    struct sellable_order_view view = {.line_capacity = 0};
    (void)which;
    tell_status(said, sellable_owner_put(engine, NULL, &rule, NULL));
    text_add(said, " ");
    tell_status(said, sellable_order(engine, asked[PLAIN].key, &view));
}

static void a_rule_holds_for_events_that_began_before_it(void **state) {
    (void)state;
    struct sellable *engine = open_fed_scene();
    between_any_two(engine, "an event of nobody, and a rule", reserve_of_nobody,
                    own_reserve_and_look);
}

/* The id is known, the exception is there: who takes it out? */
static void replay_what_is_known(struct sellable *engine, uint32_t which, struct text *said) {
    struct roomy roomy;
    (void)which;
    tell_status(said, sellable_exception_replay(engine, NULL, 1, &fed[OLD_ID],
                                                with_room(&roomy)));
}

static void an_exception_leaves_once(void **state) {
    (void)state;
    struct sellable *engine = open_fed_scene();
    between_any_two(engine, "replay of what is known, twice", replay_what_is_known,
                    replay_what_is_known);
}

/* Others, of all sizes, are kept where its words were. */
static void discard_and_keep(struct sellable *engine, uint32_t which, struct text *said) {
    enum { LEAST = 400, MOST = 1000, STEP = 40 };
    static char content[MOST];
    struct sellable_event event = fed[UNKNOWN];
    memset(content, 'x', sizeof content);
    (void)which;
    tell_status(said, sellable_exception_discard(engine, NULL, 1, NULL));
    for (uint64_t size = LEAST; size <= MOST; size += STEP) {
        event.content = content;
        event.content_size = size;
        tell_status(said, sellable_apply(engine, NULL, &event, NULL));
    }
}

static void replay_as_it_was(struct sellable *engine, uint32_t which, struct text *said) {
    (void)which;
    call_replay(engine, UNKNOWN, said);
}

static void an_exception_that_leaves_while_it_is_read_harms_nobody(void **state) {
    (void)state;
    struct sellable *engine = open_fed_scene();
    between_any_two(engine, "replay, and others are kept", replay_as_it_was, discard_and_keep);
}

/* ---- what was told --------------------------------------------------------------------------- */

/* Two items are told, and they are told in a fork, or in neither. */
static void ask_for_two(struct sellable *engine, uint32_t which, struct text *said) {
    struct sellable_change changes[2];
    struct sellable_changes asked = {
        .channel_key = KEY("web"), .changes = changes, .capacity = COUNT_OF(changes)};
    (void)which;
    tell_status(said, sellable_changes(engine, NULL, &asked));
    text_add(said, " %" PRIu64 " %" PRIu64 " %u", asked.count, asked.position, asked.more);
    for (uint64_t i = 0; i < asked.count; i++)
        text_add(said, " %u %" PRId64, changes[i].item.id, changes[i].published);
}

static void a_fork_was_told_what_was_told_before_its_instant(void **state) {
    (void)state;
    enum { FIRST_STEPS = 4000, EVERY = 13 };
    struct text said = {.size = 0};
    struct sellable *engine = open_scene();
    const struct pair pair = {
        .name = "a fork, and changes", .engine = engine, .call = call_fork, .other = ask_for_two};
    uint64_t runs = 0;
    ask_for_two(engine, 0, &said);
    assert_int_equal(between_steps(&pair, 0, FIRST_STEPS, EVERY, &runs), 0);
    assert_in_range(runs, FIRST_STEPS / EVERY / 2, FIRST_STEPS);
    sellable_close(engine);
}

/* ---- every pair ------------------------------------------------------------------------------ */

/* At so many steps of each; the call of most steps here has some thousand. */
enum { SOME = 5, A_FEW = 2, ALL = 1000000, FAULTY_MOST = 10 };

/* Of a list, each that changes something within each. */
static void every_pair(struct sellable *engine, const struct listed *list, size_t count,
                       uint32_t some) {
    struct random random = {1};
    uint64_t runs = 0;
    uint32_t pairs = 0, faulty = 0;
    for (size_t a = 0; a < count; a++) {
        for (size_t b = 0; b < count; b++) {
            char name[80];
            if (list[b].asks || faulty >= FAULTY_MOST)
                continue;
            (void)snprintf(name, sizeof name, "%s, and %s", list[a].name, list[b].name);
            const struct pair pair = {.name = name,
                                      .engine = engine,
                                      .call = list[a].make,
                                      .other = list[b].make,
                                      .call_which = list[a].which,
                                      .other_which = list[b].which,
                                      .audited = true,
                                      .parts = list[a].make == call_advance ||
                                               list[a].make == call_far_advance};
            faulty += between(&pair, is_long ? ALL : some, &random, &runs) != 0;
            pairs++;
        }
    }
    print_message("%u pairs of calls, %" PRIu64 " times one within the other\n", pairs, runs);
    assert_int_equal(faulty, 0);
    assert_true(runs >= some * (uint64_t)pairs);
    sellable_close(engine);
}

static void every_call_may_take_place_between_two_steps_of_every_other(void **state) {
    (void)state;
    every_pair(open_scene(), listed, COUNT_OF(listed), SOME);
}

static void every_event_may_take_place_between_two_steps_of_every_other(void **state) {
    (void)state;
    every_pair(open_fed_scene(), fed_listed, COUNT_OF(fed_listed), A_FEW);
}

int main(int count, char **arguments) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(resource_rests_on_the_row_that_it_changes),
        cmocka_unit_test(a_kit_that_changes_while_it_is_planned_harms_nobody),
        cmocka_unit_test(settings_that_are_replaced_while_they_are_read_ask_for_no_memory),
        cmocka_unit_test(a_route_that_is_replaced_while_it_is_read_is_no_longer_than_locations),
        cmocka_unit_test(a_schedule_that_changes_while_another_entry_is_set_harms_nobody),
        cmocka_unit_test(an_item_is_refused_for_its_own_units_and_for_no_others),
        cmocka_unit_test(an_allocation_is_refused_for_its_own_sums_and_for_no_others),
        cmocka_unit_test(an_order_of_more_rows_than_a_transaction_holds_is_invalid),
        cmocka_unit_test(what_a_buffer_hides_of_a_large_stock_is_missing_to_the_piece),
        cmocka_unit_test(an_event_that_changes_nothing_is_applied_at_one_instant),
        cmocka_unit_test(an_event_is_the_same_before_and_after_its_things_come_into_being),
        cmocka_unit_test(of_two_ids_the_last_that_there_is_room_for_is_one),
        cmocka_unit_test(a_rule_holds_for_events_that_began_before_it),
        cmocka_unit_test(an_exception_leaves_once),
        cmocka_unit_test(an_exception_that_leaves_while_it_is_read_harms_nobody),
        cmocka_unit_test(a_fork_was_told_what_was_told_before_its_instant),
        cmocka_unit_test(every_call_may_take_place_between_two_steps_of_every_other),
        cmocka_unit_test(every_event_may_take_place_between_two_steps_of_every_other),
    };
    is_long = count > 1 && strcmp(arguments[1], "long") == 0;
    return cmocka_run_group_tests_name("between", tests, NULL, NULL);
}
