/* SPDX-License-Identifier: Apache-2.0
 *
 * Which sources may write what: the rules of sellable_owner_put, and of the event, by quantity,
 * type and location. */
#include "every_event.h"

/* Whom a rule names; `EVERYBODY`: there is no rule. */
enum { NOBODY = 0, ERP = 1, WMS = 2, BOTH = 3, EVERYBODY = 4 };

/* A rule: an event type or a quantity; at a location (NULL: everywhere); for whom. */
struct rule {
    uint32_t owned, type;
    const char *location;
    int whom;
};

static enum sellable_status put_rule(struct sellable *engine, struct rule rule, uint32_t unset) {
    const struct sellable_owner owners[] = {{.source_key = key_of("erp")},
                                            {.source_key = key_of("wms")}};
    const struct sellable_ownership ownership = {
        .owned = rule.owned,
        .type = rule.type,
        .location_key = rule.location ? key_of(rule.location) : NO_KEY,
        .owners = rule.whom == WMS ? owners + 1 : owners,
        .owner_count = rule.whom == BOTH ? 2 : rule.whom != NOBODY,
        .unset = unset};
    return sellable_owner_put(engine, NULL, &ownership, NULL);
}

static void rule_is_at(struct sellable *engine, struct rule rule, const char *file, int line) {
    expect_at((int)put_rule(engine, rule, 0), SELLABLE_OK, "sellable_owner_put", file, line);
}
#define rule_is(engine, ...) rule_is_at(engine, (struct rule){__VA_ARGS__}, __FILE__, __LINE__)
#define no_rule(engine, ...) expect(put_rule(engine, (struct rule){__VA_ARGS__}, 1), OK)

static struct sellable_event from(struct sellable_event event, const char *source) {
    event.source_key = source != NULL ? key_of(source) : NO_KEY;
    return event;
}

/* Exactly these may send the event; without a source, if there is no rule. */
static void may_at(struct sellable *engine, struct sellable_event event, int whom,
                   const char *file, int line) {
    const char *const sources[] = {NULL, "erp", "wms"};
    for (int who = 0; who <= WMS; who++) {
        struct sellable_event sent = from(event, sources[who]);
        struct sellable_answer answer = {.plan_capacity = 0};
        bool may = whom == EVERYBODY || (whom & who) != 0;
        enum sellable_status status = sellable_apply(engine, NULL, &sent, &answer);
        expect_at((int)status, may ? SELLABLE_OK : SELLABLE_NOT_OWNER,
                  who ? sources[who] : "no source", file, line);
    }
}
#define may(engine, event, whom) may_at(engine, event, whom, __FILE__, __LINE__)

/* What may be said again and again. */
static const struct sellable_event safety_in_east = {.type = SELLABLE_SAFETY_STOCK_SET,
                                                     .item_key = {"A", 1},
                                                     .location_key = {"east", 4},
                                                     .quantity = 1},
                                   safety_in_west = {.type = SELLABLE_SAFETY_STOCK_SET,
                                                     .item_key = {"A", 1},
                                                     .location_key = {"west", 4},
                                                     .quantity = 1};

/* What each type of supply writes. */
static uint32_t written_by(uint32_t type) {
    switch (type) {
    case SELLABLE_ON_HAND_SET:
    case SELLABLE_ON_HAND_ADJUST:
    case SELLABLE_RECEIPT:
    case SELLABLE_TRANSFER_SHIP:
    case SELLABLE_TRANSFER_RECEIVE:
    case SELLABLE_RETURN_RECEIVE: return SELLABLE_OWNED_ON_HAND;
    case SELLABLE_HOLD_PLACE:
    case SELLABLE_HOLD_RELEASE:
    case SELLABLE_HOLD_SCRAP:
    case SELLABLE_RETURN_DISPOSITION: return SELLABLE_OWNED_HELD;
    case SELLABLE_ALLOCATION_SET:
    case SELLABLE_ALLOCATION_ADJUST: return SELLABLE_OWNED_ALLOCATED;
    case SELLABLE_SAFETY_STOCK_SET: return SELLABLE_OWNED_SAFETY_STOCK;
    case SELLABLE_RING_FENCE_SET: return SELLABLE_OWNED_RING_FENCE;
    case SELLABLE_SCHEDULE_SET: return SELLABLE_OWNED_SCHEDULE;
    default: return 0;
    }
}

static void without_a_rule_everybody_may(void **state) {
    (void)state;
    for (EACH_TYPE(type)) {
        const char *const sources[] = {NULL, "erp", "wms"};
        for (size_t i = 0; i < COUNT_OF(sources); i++) {
            struct sellable *engine = set_stage();
            applies_event(engine, from(every_event(type), sources[i]));
            sellable_close(engine);
        }
    }
}

static void a_quantity_is_written_by_the_events_that_the_list_names_and_by_no_other(void **state) {
    (void)state;
    for (uint32_t owned = 1; owned < SELLABLE_OWNED_END; owned++) {
        for (EACH_TYPE(type)) {
            struct sellable *engine = set_stage();
            const struct sellable_event event = every_event(type);
            rule_is(engine, .owned = owned, .whom = WMS);
            if (written_by(type) == owned) {
                refuses_event(engine, NOT_OWNER, NULL, event);
                refuses_event(engine, NOT_OWNER, NULL, from(event, "erp"));
                applies_event(engine, from(event, "wms"));
            } else {
                applies_event(engine, event);
            }
            sellable_close(engine);
        }
    }
}

static void every_event_type_can_have_its_owner_everywhere(void **state) {
    (void)state;
    for (EACH_TYPE(type)) {
        struct sellable *engine = set_stage();
        const struct sellable_event event = every_event(type);
        rule_is(engine, .type = type, .whom = NOBODY);
        refuses_event(engine, NOT_OWNER, NULL, event);
        if (!has_sender(type)) {
            no_rule(engine, .type = type); /* what they name is no sender */
            applies_event(engine, event);
        } else {
            refuses_event(engine, NOT_OWNER, NULL, from(event, "erp"));
            rule_is(engine, .type = type, .whom = ERP);
            refuses_event(engine, NOT_OWNER, NULL, from(event, "wms"));
            applies_event(engine, from(event, "erp"));
        }
        sellable_close(engine);
    }
}

static void of_the_rules_that_speak_of_an_event_the_first_counts(void **state) {
    (void)state;
    const struct rule rules[] = {{.type = SELLABLE_SAFETY_STOCK_SET, .location = "east"},
                                 {.type = SELLABLE_SAFETY_STOCK_SET},
                                 {.owned = SELLABLE_OWNED_SAFETY_STOCK, .location = "east"},
                                 {.owned = SELLABLE_OWNED_SAFETY_STOCK}};
    enum { RULES = COUNT_OF(rules), SETS = 1 << RULES };
    for (int set = 0; set < SETS; set++) {
        for (int whom = ERP; whom <= WMS; whom++) { /* the first is for them, all others not */
            struct sellable *engine = set_stage();
            bool first = true;
            for (int i = 0; i < RULES; i++) {
                if (set & 1 << i) {
                    struct rule rule = rules[i];
                    rule.whom = first ? whom : ERP + WMS - whom;
                    rule_is_at(engine, rule, __FILE__, __LINE__);
                    first = false;
                }
            }
            may(engine, safety_in_east, set == 0 ? EVERYBODY : whom);
            sellable_close(engine);
        }
    }
}

static void a_rule_at_a_location_speaks_of_no_other(void **state) {
    (void)state;
    struct sellable *engine = set_stage();
    rule_is(engine, .owned = SELLABLE_OWNED_SAFETY_STOCK, .location = "east", .whom = WMS);
    may(engine, safety_in_east, WMS);
    applies_event(engine, safety_in_west);
    rule_is(engine, .type = SELLABLE_SAFETY_STOCK_SET, .location = "west", .whom = ERP);
    may(engine, safety_in_east, WMS);
    may(engine, safety_in_west, ERP);
    rule_is(engine, .owned = SELLABLE_OWNED_SAFETY_STOCK, .whom = NOBODY);
    may(engine, safety_in_east, WMS);
    may(engine, safety_in_west, ERP);
    location_of(engine, "north");
    struct sellable_event event = safety_in_east;
    event.location_key = key_of("north");
    may(engine, event, NOBODY);
    sellable_close(engine);
}

static void a_transfer_is_judged_where_it_leaves_and_where_it_comes_to(void **state) {
    (void)state;
    struct sellable *engine = set_stage();
    const struct sellable_event left = every_event(SELLABLE_TRANSFER_SHIP); /* east to west */
    const struct sellable_event came = every_event(SELLABLE_TRANSFER_RECEIVE);
    rule_is(engine, .owned = SELLABLE_OWNED_ON_HAND, .location = "east", .whom = ERP);
    rule_is(engine, .owned = SELLABLE_OWNED_ON_HAND, .location = "west", .whom = WMS);
    refuses_event(engine, NOT_OWNER, NULL, left);
    refuses_event(engine, NOT_OWNER, NULL, from(left, "wms"));
    applies_event(engine, from(left, "erp"));
    refuses_event(engine, NOT_OWNER, NULL, came);
    refuses_event(engine, NOT_OWNER, NULL, from(came, "erp"));
    applies_event(engine, from(came, "wms"));
    rule_is(engine, .type = SELLABLE_TRANSFER_RECEIVE, .location = "west", .whom = ERP);
    refuses_event(engine, NOT_OWNER, NULL, from(came, "wms"));
    applies_event(engine, from(came, "erp"));
    sellable_close(engine);
}

static void of_a_transfer_that_is_not_known_only_rules_everywhere_speak(void **state) {
    (void)state;
    struct sellable *engine = set_stage();
    struct sellable_event came = every_event(SELLABLE_TRANSFER_RECEIVE);
    came.reference = key_of("T-9");
    rule_is(engine, .owned = SELLABLE_OWNED_ON_HAND, .location = "east", .whom = ERP);
    rule_is(engine, .owned = SELLABLE_OWNED_ON_HAND, .location = "west", .whom = ERP);
    refuses_event(engine, WRONG_STATE, NULL, from(came, "wms"));
    rule_is(engine, .owned = SELLABLE_OWNED_ON_HAND, .whom = ERP);
    refuses_event(engine, NOT_OWNER, NULL, from(came, "wms"));
    refuses_event(engine, WRONG_STATE, NULL, from(came, "erp"));
    rule_is(engine, .type = SELLABLE_TRANSFER_RECEIVE, .whom = WMS);
    refuses_event(engine, NOT_OWNER, NULL, from(came, "erp"));
    refuses_event(engine, WRONG_STATE, NULL, from(came, "wms"));
    sellable_close(engine);
}

static void orders_move_quantities_whoever_owns_them(void **state) {
    (void)state;
    struct sellable *engine = set_stage();
    for (uint32_t owned = 1; owned < SELLABLE_OWNED_END; owned++) {
        rule_is(engine, .owned = owned, .whom = NOBODY);
    }
    applies(engine, ALLOCATE, .order_key = key_of("O-1"), FROM("wms"));
    applies(engine, SHIP, .order_key = key_of("O-1"));
    cell_is(engine, "A", "east", "on_hand 18, held 7, allocated 2, PO-1 5 on day 11");
    sellable_close(engine);
}

static void only_events_have_owners(void **state) {
    (void)state;
    struct sellable *engine = set_stage();
    for (uint32_t type = SELLABLE_RESERVE; type < SELLABLE_EVENT_TYPES_END; type++) {
        rule_is(engine, .type = type, .whom = NOBODY);
    }
    expect(reserve(engine, "O-3", "web", "A", 1), OK);
    expect(confirm(engine, "O-1"), OK);
    expect(ship(engine, "O-2"), OK);
    item_of(engine, "C");
    location_of(engine, "north");
    channel_of(engine, "shop");
    source_of(engine, "3pl");
    expect(sellable_hold_put(engine, NULL, key_of("customs"), NULL, NULL), OK);
    rule_is(engine, .type = SELLABLE_SHIP, .whom = ERP);
    equal(counts_of(engine).last, 0);
    sellable_close(engine);
}

static void a_rule_that_is_set_again_is_replaced_and_taken_back_it_is_gone(void **state) {
    (void)state;
    struct sellable *engine = set_stage();
    const struct rule rule = {.owned = SELLABLE_OWNED_SAFETY_STOCK};
    expect(put_rule(engine, rule, 1), OK); /* there is none */
    may(engine, safety_in_east, EVERYBODY);
    for (int whom = NOBODY; whom <= BOTH; whom++) {
        rule_is(engine, .owned = rule.owned, .whom = whom);
        may(engine, safety_in_east, whom);
    }
    for (int whom = BOTH; whom >= NOBODY; whom--) {
        rule_is(engine, .owned = rule.owned, .whom = whom);
        may(engine, safety_in_east, whom);
    }
    applies(engine, ON_HAND_ADJUST, OF("A", "east"), .quantity = 1);
    const struct sellable_ownership unset = {
        .owned = rule.owned, .owners = NULL, .owner_count = 5, .unset = 1};
    expect(sellable_owner_put(engine, NULL, &unset, NULL), OK); /* whatever the owners */
    may(engine, safety_in_east, EVERYBODY);
    sellable_close(engine);
}

static void rules_that_are_taken_back_leave_the_same_as_if_they_had_never_been(void **state) {
    (void)state;
    struct sellable *one = set_stage(), *other = set_stage();
    same_full(one, other);
    rule_is(one, .owned = SELLABLE_OWNED_HELD, .location = "east", .whom = ERP);
    rule_is(one, .type = SELLABLE_SHIP, .whom = WMS);
    equal(memcmp(sums_of(one).hash, sums_of(other).hash, sizeof sums_of(one).hash) == 0, 0);
    rule_is(other, .type = SELLABLE_SHIP, .whom = ERP);
    rule_is(other, .type = SELLABLE_SHIP, .whom = WMS);
    rule_is(other, .owned = SELLABLE_OWNED_HELD, .location = "east", .whom = ERP);
    same_full(one, other);
    no_rule(one, .owned = SELLABLE_OWNED_HELD, .location = "east");
    no_rule(other, .owned = SELLABLE_OWNED_HELD, .location = "east");
    no_rule(one, .type = SELLABLE_SHIP);
    no_rule(other, .type = SELLABLE_SHIP);
    struct sellable *fresh = set_stage();
    same_full(one, other);
    same_full(one, fresh);
    sellable_close(one);
    sellable_close(other);
    sellable_close(fresh);
}

static void an_owner_named_twice_counts_once_and_by_handle_as_by_key(void **state) {
    (void)state;
    struct sellable *engine = set_stage(), *other = set_stage();
    const struct sellable_owner twice[] = {{.source_key = key_of("wms")},
                                           {.source_key = key_of("nobody"),
                                            .source = source_of(engine, "erp")},
                                           {.source = source_of(engine, "wms")}};
    const struct sellable_ownership ownership = {.owned = SELLABLE_OWNED_SAFETY_STOCK,
                                                 .location = location_of(engine, "east"),
                                                 .location_key = key_of("nowhere"),
                                                 .owners = twice,
                                                 .owner_count = COUNT_OF(twice)};
    expect(sellable_owner_put(engine, NULL, &ownership, NULL), OK);
    rule_is(other, .owned = SELLABLE_OWNED_SAFETY_STOCK, .location = "east", .whom = BOTH);
    same_full(engine, other);
    may(engine, safety_in_east, BOTH);
    applies_event(engine, safety_in_west); /* from none: no rule speaks of it */
    sellable_close(engine);
    sellable_close(other);
}

static void the_event_owner_sets_the_same_rule(void **state) {
    (void)state;
    struct sellable *engine = set_stage(), *other = set_stage();
    const struct sellable_owner erp = {.source_key = key_of("erp")};
    struct sellable_ownership ownership = {.type = SELLABLE_SAFETY_STOCK_SET,
                                           .location_key = key_of("east"),
                                           .owners = &erp,
                                           .owner_count = 1};
    applies(engine, OWNER, .ownership = &ownership);
    rule_is(other, .type = SELLABLE_SAFETY_STOCK_SET, .location = "east", .whom = ERP);
    same_full(engine, other);
    may(engine, safety_in_east, ERP);
    ownership.unset = 1;
    applies(engine, OWNER, .ownership = &ownership);
    may(engine, safety_in_east, EVERYBODY);
    refuses(engine, INVALID, "ownership", OWNER, .ownership = NULL);
    sellable_close(engine);
    sellable_close(other);
}

/* By the call and by the event; nothing changes. */
static void wrong_rule(struct sellable *engine, enum sellable_status status, const char *field,
                       uint32_t index, struct sellable_ownership ownership) {
    struct sellable_answer answer = {.plan_capacity = 0};
    struct whole *before = whole_of(engine);
    expect_at((int)sellable_owner_put(engine, NULL, &ownership, &answer), (int)status, field,
              __FILE__, __LINE__);
    names(&answer, field, index);
    expect_at((int)sellable_owner_put(engine, NULL, &ownership, NULL), (int)status, field,
              __FILE__, __LINE__);
    same_whole(whole_of(engine), before);
    answer = refuses_at(engine, status, field, EVENT(OWNER, .ownership = &ownership), __FILE__,
                        __LINE__);
    equal(answer.line, index);
}

static void a_wrong_rule_is_refused_with_its_field_and_the_old_one_stays(void **state) {
    (void)state;
    enum { MANY = 65536 };
    static struct sellable_owner many[MANY];
    struct sellable *engine = set_stage();
    const struct sellable_owner owners[] = {{.source_key = key_of("erp")},
                                            {.source_key = key_of("3pl")},
                                            {.source = {3}}};
    const struct sellable_ownership right = {
        .owned = SELLABLE_OWNED_HELD, .owners = owners, .owner_count = 1};
    struct sellable_location region;
    location_with(engine, "east",
                  (struct sellable_location_settings){.set = SELLABLE_LOCATION_REGION,
                                                      .region = key_of("us")});
    expect(sellable_region_find(engine, key_of("us"), &region), OK);
    for (int i = 0; i < MANY; i++) {
        many[i] = owners[0];
    }
    rule_is(engine, .owned = SELLABLE_OWNED_HELD, .whom = ERP);
#define WRONG(STATUS, field, index, ...)                                                           \
    do {                                                                                           \
        struct sellable_ownership wrong = right;                                                   \
        __VA_ARGS__;                                                                               \
        wrong_rule(engine, SELLABLE_##STATUS, field, index, wrong);                                \
    } while (0)
    WRONG(INVALID, "owned", 0, wrong.owned = SELLABLE_OWNED_END);
    WRONG(INVALID, "owned", 0, wrong.owned = UINT32_MAX);
    WRONG(INVALID, "type", 0, wrong.owned = 0; wrong.type = SELLABLE_EVENT_TYPES_END);
    WRONG(INVALID, "type", 0, wrong.owned = 0; wrong.type = UINT32_MAX);
    WRONG(INVALID, "type", 0, wrong.owned = 0);
    WRONG(INVALID, "owned", 0, wrong.type = SELLABLE_SHIP);
    for (uint32_t type = SELLABLE_RESERVE; type < SELLABLE_EVENT_TYPES_END; type++) {
        WRONG(INVALID, "location", 0, wrong.owned = 0; wrong.type = type;
              wrong.location_key = key_of("east"));
    }
    WRONG(INVALID, "owners", 0, wrong.owners = NULL);
    WRONG(INVALID, "owners", 0, wrong.owners = many; wrong.owner_count = MANY);
    WRONG(INVALID, "unset", 0, wrong.unset = 2);
    WRONG(UNKNOWN_SOURCE, "owners", 1, wrong.owner_count = 2);
    WRONG(UNKNOWN_SOURCE, "owners", 0, wrong.owners = owners + 2);
    WRONG(UNKNOWN_LOCATION, "location", 0, wrong.location_key = key_of("north"));
    WRONG(UNKNOWN_LOCATION, "location", 0, wrong.location.id = 3);
    WRONG(UNKNOWN_LOCATION, "location", 0, wrong.location = region);
#undef WRONG
    const struct sellable_ownership most = {
        .owned = SELLABLE_OWNED_HELD, .owners = many, .owner_count = MANY - 1};
    expect(sellable_owner_put(engine, NULL, &most, NULL), OK);
    const struct sellable_event held = every_event(SELLABLE_HOLD_PLACE);
    may(engine, held, ERP);
    sellable_close(engine);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(without_a_rule_everybody_may),
        cmocka_unit_test(a_quantity_is_written_by_the_events_that_the_list_names_and_by_no_other),
        cmocka_unit_test(every_event_type_can_have_its_owner_everywhere),
        cmocka_unit_test(of_the_rules_that_speak_of_an_event_the_first_counts),
        cmocka_unit_test(a_rule_at_a_location_speaks_of_no_other),
        cmocka_unit_test(a_transfer_is_judged_where_it_leaves_and_where_it_comes_to),
        cmocka_unit_test(of_a_transfer_that_is_not_known_only_rules_everywhere_speak),
        cmocka_unit_test(orders_move_quantities_whoever_owns_them),
        cmocka_unit_test(only_events_have_owners),
        cmocka_unit_test(a_rule_that_is_set_again_is_replaced_and_taken_back_it_is_gone),
        cmocka_unit_test(rules_that_are_taken_back_leave_the_same_as_if_they_had_never_been),
        cmocka_unit_test(an_owner_named_twice_counts_once_and_by_handle_as_by_key),
        cmocka_unit_test(the_event_owner_sets_the_same_rule),
        cmocka_unit_test(a_wrong_rule_is_refused_with_its_field_and_the_old_one_stays),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
