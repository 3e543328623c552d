/* SPDX-License-Identifier: Apache-2.0
 *
 * Which fault of an event is named first: an event that has them all is mended one by one. In this
 * order: kinds of fields, source, id, seq, things that are not known or not such that the event can
 * be, owner, expected, as_of and at, state. */
#include "every_event.h"

enum { AHEAD = 86400000 };

/* Events of erp, of which e1 and seq 5 are applied. Nobody may send the type. */
static struct sellable *faulty_stage(uint32_t type) {
    struct sellable *engine = set_stage();
    const struct sellable_ownership nobody = {.type = type};
    kit_of(engine, "KIT", "B", 1, NULL, 0);
    applies(engine, SAFETY_STOCK_SET, OF("A", "west"), .quantity = 1, FROM("erp"), ID("e1"),
            SEQ(5));
    expect(sellable_owner_put(engine, NULL, &nobody, NULL), OK);
    return engine;
}

static void everybody_may(struct sellable *engine, uint32_t type) {
    const struct sellable_ownership rule = {.type = type, .unset = 1};
    expect(sellable_owner_put(engine, NULL, &rule, NULL), OK);
}

/* What every event has: a fault of each kind in its origin. */
static struct sellable_event faulty(uint32_t type) {
    return (struct sellable_event){.type = type,
                                   FROM("3pl"),
                                   ID("e1"),
                                   SEQ(5),
                                   .has_at = 2,
                                   .at = STAGE_NOW + AHEAD + 1};
}

/* From the kinds to the seq. */
static void origin_is_mended(struct sellable *engine, struct sellable_event *event) {
    refuses_event(engine, INVALID, "has_at", *event);
    event->has_at = 1;
    refuses_event(engine, UNKNOWN_SOURCE, "source", *event);
    event->source_key = key_of("erp");
    refuses_event(engine, CONFLICT, "id", *event);
    event->id = key_of("e2");
    refuses_event(engine, STALE, "seq", *event);
    event->seq = 6;
}

static void owner_is_mended(struct sellable *engine, struct sellable_event *event) {
    refuses_event(engine, NOT_OWNER, NULL, *event);
    everybody_may(engine, event->type);
}

static void at_is_mended(struct sellable *engine, struct sellable_event *event) {
    refuses_event(engine, INVALID, "at", *event);
    event->at = STAGE_NOW + AHEAD;
}

static void item_and_location_are_mended(struct sellable *engine, struct sellable_event *event) {
    event->item_key = key_of("C");
    event->location_key = key_of("north");
    refuses_event(engine, UNKNOWN_ITEM, "item", *event);
    event->item_key = key_of("KIT");
    refuses_event(engine, UNKNOWN_LOCATION, "location", *event);
    event->location_key = key_of("east");
    refuses_event(engine, INVALID, "item", *event);
    event->item_key = key_of("A");
}

static void the_faults_of_an_adjustment_are_named_in_their_order(void **state) {
    (void)state;
    const uint32_t types[] = {SELLABLE_ON_HAND_ADJUST, SELLABLE_ALLOCATION_ADJUST};
    for (size_t i = 0; i < COUNT_OF(types); i++) {
        struct sellable *engine = faulty_stage(types[i]);
        struct sellable_event event = faulty(types[i]);
        event.quantity = LARGEST;
        event.has_expected = 1;
        event.expected = 77;
        event.item_key = key_of("C");
        event.location_key = key_of("north");
        origin_is_mended(engine, &event);
        item_and_location_are_mended(engine, &event);
        event.unit = key_of("case");
        refuses_event(engine, INVALID, "unit", event);
        event.unit = NO_KEY;
        owner_is_mended(engine, &event);
        event.expected = refuses_event(engine, CONFLICT, "expected", event).actual;
        at_is_mended(engine, &event);
        refuses_event(engine, OVERFLOW, NULL, event);
        event.quantity = 1;
        applies_event(engine, event);
        sellable_close(engine);
    }
}

static void the_faults_of_a_balance_are_named_in_their_order(void **state) {
    (void)state;
    struct sellable *engine = faulty_stage(SELLABLE_ON_HAND_SET);
    everybody_may(engine, SELLABLE_ON_HAND_SET);
    applies(engine, ON_HAND_SET, OF("A", "east"), .quantity = 20, AS_OF(STAGE_NOW - 10));
    applies(engine, ON_HAND_ADJUST, OF("A", "east"), .quantity = 5);
    const struct sellable_ownership nobody = {.type = SELLABLE_ON_HAND_SET};
    expect(sellable_owner_put(engine, NULL, &nobody, NULL), OK);
    struct sellable_event event = faulty(SELLABLE_ON_HAND_SET);
    event.quantity = LARGEST;
    event.has_expected = 1;
    event.expected = 77;
    event.has_as_of = 1;
    event.as_of = STAGE_NOW - 11;
    event.item_key = key_of("C");
    event.location_key = key_of("north");
    origin_is_mended(engine, &event);
    item_and_location_are_mended(engine, &event);
    owner_is_mended(engine, &event);
    event.expected = refuses_event(engine, CONFLICT, "expected", event).actual;
    refuses_event(engine, STALE, "as_of", event); /* and `at`, too */
    event.as_of = STAGE_NOW - 10;
    at_is_mended(engine, &event);
    event.as_of = STAGE_NOW + AHEAD + 1;
    refuses_event(engine, INVALID, "as_of", event);
    event.as_of = STAGE_NOW - 10;
    refuses_event(engine, OVERFLOW, NULL, event);
    event.quantity = 1;
    applies_event(engine, event);
    sellable_close(engine);
}

static void the_faults_of_holds_and_returns_are_named_in_their_order(void **state) {
    (void)state;
    const uint32_t types[] = {SELLABLE_HOLD_RELEASE, SELLABLE_HOLD_SCRAP,
                              SELLABLE_RETURN_DISPOSITION};
    for (size_t i = 0; i < COUNT_OF(types); i++) {
        struct sellable *engine = faulty_stage(types[i]);
        struct sellable_event event = faulty(types[i]);
        event.quantity = 5;
        event.item_key = key_of("C");
        event.location_key = key_of("north");
        event.reason = key_of("quality");
        event.outcome = SELLABLE_SCRAP;
        origin_is_mended(engine, &event);
        item_and_location_are_mended(engine, &event);
        event.reason = key_of("strike");
        if (types[i] != SELLABLE_RETURN_DISPOSITION) {
            refuses_event(engine, INVALID, "reason", event);
        }
        event.reason = key_of("quality");
        owner_is_mended(engine, &event);
        at_is_mended(engine, &event);
        refuses_event(engine, WRONG_STATE, NULL, event);
        event.quantity = 1;
        applies_event(engine, event);
        sellable_close(engine);
    }
}

static void the_faults_of_transfers_are_named_in_their_order(void **state) {
    (void)state;
    struct sellable *engine = faulty_stage(SELLABLE_TRANSFER_SHIP);
    struct sellable_event event = faulty(SELLABLE_TRANSFER_SHIP);
    event.item_key = key_of("C");
    event.location_key = key_of("north");
    event.to_key = key_of("south");
    event.reference = key_of("T-0");
    event.quantity = 1;
    origin_is_mended(engine, &event);
    event.item_key = key_of("KIT");
    refuses_event(engine, UNKNOWN_LOCATION, "location", event);
    event.location_key = key_of("east");
    refuses_event(engine, UNKNOWN_LOCATION, "to", event);
    event.to_key = key_of("west");
    refuses_event(engine, INVALID, "item", event);
    event.item_key = key_of("A");
    owner_is_mended(engine, &event);
    at_is_mended(engine, &event);
    equal(refuses_event(engine, CONFLICT, "transfer", event).actual, 0); /* T-0 is known */
    event.reference = key_of("T-1");
    applies_event(engine, event);
    sellable_close(engine);
    engine = faulty_stage(SELLABLE_TRANSFER_RECEIVE);
    event = faulty(SELLABLE_TRANSFER_RECEIVE);
    event.reference = key_of("T-9");
    event.quantity = 1;
    origin_is_mended(engine, &event);
    owner_is_mended(engine, &event);
    at_is_mended(engine, &event);
    refuses_event(engine, WRONG_STATE, NULL, event);
    event.reference = key_of("T-0");
    applies_event(engine, event);
    sellable_close(engine);
}

static void the_faults_of_an_action_on_an_order_are_named_in_their_order(void **state) {
    (void)state;
    const uint32_t types[] = {SELLABLE_CONFIRM,  SELLABLE_EXTEND,     SELLABLE_RELEASE,
                              SELLABLE_ALLOCATE, SELLABLE_DEALLOCATE, SELLABLE_SHIP};
    for (size_t i = 0; i < COUNT_OF(types); i++) {
        struct sellable *engine = faulty_stage(types[i]);
        expect(reserve(engine, "O-7", "web", "A", 1), OK);
        expect(release(engine, "O-7"), OK); /* closed: nothing can be done with it */
        struct sellable_event event = faulty(types[i]);
        struct sellable_part part = part_of("C", 1);
        bool in_parts = types[i] >= SELLABLE_RELEASE;
        event.order_key = key_of("O-8");
        event.expires_at = STAGE_NOW + 7;
        event.parts = in_parts ? &part : NULL;
        event.part_count = in_parts;
        origin_is_mended(engine, &event);
        refuses_event(engine, UNKNOWN_ORDER, "key", event);
        event.order_key = key_of("O-7");
        if (in_parts) {
            refuses_event(engine, UNKNOWN_ITEM, "parts.item", event);
            part = part_of("A", 1);
        }
        owner_is_mended(engine, &event);
        at_is_mended(engine, &event);
        refuses_event(engine, WRONG_STATE, NULL, event);
        event.order_key =
            types[i] == SELLABLE_DEALLOCATE ? key_of("O-2") : key_of("O-1");
        applies_event(engine, event);
        sellable_close(engine);
    }
}

static void the_faults_of_a_reservation_are_named_in_their_order(void **state) {
    (void)state;
    struct sellable *engine = faulty_stage(SELLABLE_RESERVE);
    struct sellable_line line = line_of("C", 1000);
    struct sellable_order order = {
        .key = key_of("O-9"), .channel_key = key_of("shop"), .lines = &line, .line_count = 1};
    struct sellable_event event = faulty(SELLABLE_RESERVE);
    event.order = &order;
    origin_is_mended(engine, &event);
    refuses_event(engine, UNKNOWN_CHANNEL, "channel", event);
    order.channel_key = key_of("web");
    refuses_event(engine, UNKNOWN_ITEM, "lines.item", event);
    line = line_at("A", 1000, "north");
    refuses_event(engine, UNKNOWN_LOCATION, "lines.location", event);
    line = line_of("A", 1000);
    line.unit = key_of("case");
    refuses_event(engine, INVALID, "lines.unit", event);
    line.unit = NO_KEY;
    order.has_date = 1;
    order.date = STAGE_NOW - 1;
    refuses_event(engine, INVALID, "date", event);
    order.has_date = 0;
    owner_is_mended(engine, &event);
    at_is_mended(engine, &event);
    refuses_event(engine, INSUFFICIENT, NULL, event);
    line.quantity = 1;
    order.key = key_of("O-1"); /* which is known with other content */
    refuses_event(engine, CONFLICT, NULL, event);
    order.key = key_of("O-9");
    applies_event(engine, event);
    sellable_close(engine);
}

static void an_owner_and_a_time_are_looked_at_before_the_key_of_an_order(void **state) {
    (void)state;
    struct sellable *engine = set_stage();
    const struct sellable_ownership nobody = {.type = SELLABLE_RESERVE};
    struct sellable_event event = every_event(SELLABLE_RESERVE);
    applies_event(engine, event);
    expect(sellable_owner_put(engine, NULL, &nobody, NULL), OK);
    event.has_at = 1;
    event.at = STAGE_NOW + AHEAD + 1;
    owner_is_mended(engine, &event);
    at_is_mended(engine, &event);
    refuses_event(engine, DUPLICATE, NULL, event);
    sellable_close(engine);
}

static void the_faults_of_masters_are_named_in_their_order(void **state) {
    (void)state;
    struct sellable *engine = faulty_stage(SELLABLE_ITEM);
    struct sellable_component component = {.item_key = key_of("C"), .number = 1};
    const struct sellable_item_settings settings = {
        .set = SELLABLE_ITEM_COMPONENTS, .components = &component, .component_count = 1};
    struct sellable_event event = faulty(SELLABLE_ITEM);
    event.item_key = key_of("A"); /* of which there is something */
    event.item_settings = &settings;
    origin_is_mended(engine, &event);
    refuses_event(engine, UNKNOWN_ITEM, "components.item", event);
    component.item_key = key_of("KIT");
    refuses_event(engine, INVALID, "components.item", event);
    component.item_key = key_of("B");
    owner_is_mended(engine, &event);
    at_is_mended(engine, &event);
    refuses_event(engine, WRONG_STATE, NULL, event);
    event.item_key = key_of("SET");
    applies_event(engine, event);
    sellable_close(engine);
}

static void of_every_type_the_origin_is_judged_in_its_order(void **state) {
    (void)state;
    for (EACH_TYPE(type)) {
        if (!has_sender(type)) {
            continue; /* what they name is no sender */
        }
        struct sellable *engine = faulty_stage(type);
        struct sellable_event origin = faulty(type), event = every_event(type);
        event.source_key = origin.source_key;
        event.id = origin.id;
        event.has_seq = origin.has_seq;
        event.seq = origin.seq;
        event.has_at = origin.has_at;
        event.at = origin.at;
        origin_is_mended(engine, &event);
        owner_is_mended(engine, &event);
        at_is_mended(engine, &event);
        applies_event(engine, event);
        sellable_close(engine);
    }
}

static void the_kinds_of_fields_are_looked_at_before_all_else(void **state) {
    (void)state;
    struct sellable *engine = set_stage();
    applies(engine, ON_HAND_SET, OF("A", "east"), .quantity = 20, FROM("erp"), ID("e1"));
    const struct sellable_event event =
        EVENT(ON_HAND_SET, OF("C", "north"), .quantity = 20, FROM("3pl"), ID("e1"), SEQ(0),
              AS_OF(0), AT(0), EXPECTED(1));
    const struct {
        const char *field;
        size_t offset;
    } flags[] = {{"has_seq", offsetof(struct sellable_event, has_seq)},
                 {"has_at", offsetof(struct sellable_event, has_at)},
                 {"has_as_of", offsetof(struct sellable_event, has_as_of)},
                 {"has_expected", offsetof(struct sellable_event, has_expected)}};
    for (size_t i = 0; i < COUNT_OF(flags); i++) {
        for (uint32_t wrong = 2; wrong != 0; wrong = wrong == 2 ? UINT32_MAX : 0) {
            struct sellable_event other = event;
            memcpy((char *)&other + flags[i].offset, &wrong, sizeof wrong);
            refuses_event(engine, INVALID, flags[i].field, other);
        }
    }
    const struct {
        const char *field;
        size_t offset;
        int64_t limit;
    } ranges[] = {{"at", offsetof(struct sellable_event, at), SELLABLE_TIME_MAX},
                  {"as_of", offsetof(struct sellable_event, as_of), SELLABLE_TIME_MAX},
                  {"quantity", offsetof(struct sellable_event, quantity), LARGEST},
                  {"expected", offsetof(struct sellable_event, expected), LARGEST}};
    for (size_t i = 0; i < COUNT_OF(ranges); i++) {
        const int64_t wrong[] = {ranges[i].limit + 1, -ranges[i].limit - 1, INT64_MAX, INT64_MIN};
        const int64_t right[] = {ranges[i].limit, -ranges[i].limit};
        struct sellable_event other = event;
        for (size_t j = 0; j < COUNT_OF(wrong); j++) {
            memcpy((char *)&other + ranges[i].offset, &wrong[j], sizeof wrong[j]);
            refuses_event(engine, INVALID, ranges[i].field, other);
        }
        for (size_t j = 0; j < COUNT_OF(right); j++) { /* then it is the source that is wrong */
            memcpy((char *)&other + ranges[i].offset, &right[j], sizeof right[j]);
            refuses_event(engine, UNKNOWN_SOURCE, "source", other);
        }
    }
    sellable_close(engine);
}

static void of_orders_and_masters_the_kinds_go_first_too(void **state) {
    (void)state;
    struct sellable *engine = set_stage();
    const struct sellable_order no_lines = {.key = key_of("O-9"), .channel_key = key_of("web")};
    const struct sellable_part part = part_of("A", 0);
    const struct sellable_item_settings item = {.set = SELLABLE_ITEM_UNITS, .unit_count = 33};
    const struct sellable_location_settings place = {.set = 77};
    const struct sellable_policy policy = {.set = SELLABLE_SETTING_SHARE, .share = -1};
    const struct sellable_key order = key_of("O-77");
#define STRANGER FROM("3pl"), ID("e1"), SEQ(1)
    const struct {
        const char *field;
        struct sellable_event event;
    } cases[] = {
        {"line_count", EVENT(RESERVE, .order = &no_lines, STRANGER)},
        {"line_count", EVENT(AMEND, .order = &no_lines, STRANGER)},
        {"key", EVENT(CONFIRM, STRANGER)},
        {"expires_at",
         EVENT(EXTEND, .order_key = order, .expires_at = SELLABLE_TIME_MAX + 1, STRANGER)},
        {"parts.quantity",
         EVENT(RELEASE, .order_key = order, .parts = &part, .part_count = 1, STRANGER)},
        {"parts", EVENT(ALLOCATE, .order_key = order, .part_count = 1, STRANGER)},
        {"key", EVENT(DEALLOCATE, STRANGER)},
        {"key", EVENT(SHIP, .order_key = key_of("\xff"), STRANGER)},
        {"order", EVENT(RESOURCE, STRANGER)},
        {"quantity", EVENT(RESOURCE, .order_key = order, .quantity = -1, STRANGER)},
        {"units", EVENT(ITEM, .item_key = key_of("A"), .item_settings = &item, STRANGER)},
        {"set",
         EVENT(LOCATION, .location_key = key_of("east"), .location_settings = &place, STRANGER)},
        {"share", EVENT(CHANNEL, .channel_key = key_of("web"), .policy = &policy, STRANGER)},
        {"share", EVENT(POLICY, .channel_key = key_of("shop"), .policy = &policy, STRANGER)},
        {"item", EVENT(POLICY, STRANGER)},
        {"key", EVENT(HOLD, STRANGER)},
    };
#undef STRANGER
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        refuses_event(engine, INVALID, cases[i].field, cases[i].event);
    }
    sellable_close(engine);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_faults_of_an_adjustment_are_named_in_their_order),
        cmocka_unit_test(the_faults_of_a_balance_are_named_in_their_order),
        cmocka_unit_test(the_faults_of_holds_and_returns_are_named_in_their_order),
        cmocka_unit_test(the_faults_of_transfers_are_named_in_their_order),
        cmocka_unit_test(the_faults_of_an_action_on_an_order_are_named_in_their_order),
        cmocka_unit_test(the_faults_of_a_reservation_are_named_in_their_order),
        cmocka_unit_test(an_owner_and_a_time_are_looked_at_before_the_key_of_an_order),
        cmocka_unit_test(the_faults_of_masters_are_named_in_their_order),
        cmocka_unit_test(of_every_type_the_origin_is_judged_in_its_order),
        cmocka_unit_test(the_kinds_of_fields_are_looked_at_before_all_else),
        cmocka_unit_test(of_orders_and_masters_the_kinds_go_first_too),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
