/* SPDX-License-Identifier: Apache-2.0
 *
 * Where an event comes from: its id, its seq. (Its source: test_sources.c. That what is refused
 * changes nothing is part of `refuses`.) */
#include "rich_event.h"

/* ---- identity -------------------------------------------------------------------------------- */

static void an_event_of_any_type_with_an_id_that_was_applied_is_a_duplicate(void **state) {
    (void)state;
    for (EACH_TYPE(type)) {
        struct sellable *engine = set_stage();
        struct sellable_event event = every_event(type);
        event.id = key_of("e1");
        applies_event(engine, event);
        equal(memory_of(engine).event_ids, 1);
        refuses_event(engine, DUPLICATE, NULL, event);
        refuses_event(engine, DUPLICATE, NULL, event);
        equal(memory_of(engine).event_ids, 1);
        equal(counts_of(engine).last, 0);
        sellable_close(engine);
    }
}

static void an_id_is_that_of_its_source_and_of_none_another(void **state) {
    (void)state;
    struct sellable *engine = set_stage();
    applies(engine, ON_HAND_ADJUST, OF("A", "east"), .quantity = 1, ID("e1"), FROM("erp"));
    applies(engine, ON_HAND_ADJUST, OF("A", "east"), .quantity = 2, ID("e1"), FROM("wms"));
    applies(engine, ON_HAND_ADJUST, OF("A", "east"), .quantity = 3, ID("e1"));
    applies(engine, ON_HAND_ADJUST, OF("A", "east"), .quantity = 3, ID("e10"));
    equal(memory_of(engine).event_ids, 4);
    refuses(engine, DUPLICATE, NULL, ON_HAND_ADJUST, OF("A", "east"), .quantity = 2, ID("e1"),
            .source = source_of(engine, "wms"));
    refuses(engine, CONFLICT, "id", ON_HAND_ADJUST, OF("A", "east"), .quantity = 2, ID("e1"));
    equal(cell_of(engine, "A", "east").on_hand, 29);
    sellable_close(engine);
}

static void an_id_is_no_key_or_1_to_128_bytes_and_so_is_a_correlation(void **state) {
    (void)state;
    struct sellable *engine = set_stage();
    struct sellable_event event = EVENT(ON_HAND_ADJUST, OF("A", "east"), .quantity = 1);
    for (size_t i = 0; i < COUNT_OF(no_keys); i++) {
        if (no_keys[i].bytes == NULL) {
            continue; /* it is not given */
        }
        event.id = no_keys[i];
        refuses_event(engine, INVALID, "id", event);
        event.id = NO_KEY;
        event.correlation = no_keys[i];
        refuses_event(engine, INVALID, "correlation", event);
        event.correlation = NO_KEY;
    }
    char text[SELLABLE_KEY_MAX];
    memset(text, 'x', sizeof text);
    event.id = event.correlation = (struct sellable_key){text, sizeof text};
    applies_event(engine, event);
    refuses_event(engine, DUPLICATE, NULL, event);
    text[sizeof text - 1] = 'y'; /* it counts to its last byte */
    applies_event(engine, event);
    sellable_close(engine);
}

static void the_same_id_with_anything_else_is_a_conflict(void **state) {
    (void)state;
#define ONE(...) OF("A", "east"), .quantity = 1, ID("e1"), __VA_ARGS__
    const struct sellable_key west = key_of("west"), quality = key_of("quality");
    const struct {
        struct sellable_event one, other;
    } cases[] = {
        {EVENT(ON_HAND_SET, ONE()), EVENT(ON_HAND_ADJUST, ONE())},
        {EVENT(ON_HAND_SET, ONE()), EVENT(SAFETY_STOCK_SET, ONE())},
        {EVENT(ON_HAND_SET, ONE()), EVENT(ON_HAND_SET, OF("A", "east"), .quantity = 2, ID("e1"))},
        {EVENT(ON_HAND_SET, ONE()), EVENT(ON_HAND_SET, OF("B", "east"), .quantity = 1, ID("e1"))},
        {EVENT(ON_HAND_SET, ONE()), EVENT(ON_HAND_SET, OF("A", "west"), .quantity = 1, ID("e1"))},
        {EVENT(ON_HAND_SET, ONE()), EVENT(ON_HAND_SET, ONE(.unit = key_of("each")))},
        {EVENT(ON_HAND_SET, ONE()), EVENT(ON_HAND_SET, ONE(EXPECTED(20)))},
        {EVENT(ON_HAND_SET, ONE(EXPECTED(20))), EVENT(ON_HAND_SET, ONE(EXPECTED(1)))},
        {EVENT(ON_HAND_SET, ONE()), EVENT(ON_HAND_SET, ONE(AS_OF(STAGE_NOW)))},
        {EVENT(ON_HAND_SET, ONE(AS_OF(STAGE_NOW))),
         EVENT(ON_HAND_SET, ONE(AS_OF(STAGE_NOW + 1)))},
        {EVENT(ON_HAND_SET, ONE()), EVENT(ON_HAND_SET, ONE(AT(STAGE_NOW)))},
        {EVENT(ON_HAND_SET, ONE(AT(STAGE_NOW))), EVENT(ON_HAND_SET, ONE(AT(STAGE_NOW + 1)))},
        {EVENT(ON_HAND_ADJUST, ONE()), EVENT(ON_HAND_ADJUST, ONE(.reason = key_of("count")))},
        {EVENT(HOLD_PLACE, ONE(.reason = quality)),
         EVENT(HOLD_PLACE, ONE(.reason = key_of("damage")))},
        {EVENT(RING_FENCE_SET, ONE(.channel_key = key_of("web"))),
         EVENT(RING_FENCE_SET, ONE(.channel_key = key_of("shop")))},
        {EVENT(RING_FENCE_SET, ONE(.channel_key = key_of("web"))),
         EVENT(RING_FENCE_SET, ONE(.channel_key = key_of("web"), .until = STAGE_NOW + 1))},
        {EVENT(SCHEDULE_SET, ONE(.reference = west)),
         EVENT(SCHEDULE_SET, ONE(.reference = key_of("east")))},
        {EVENT(SCHEDULE_SET, ONE(.reference = west)),
         EVENT(SCHEDULE_SET, ONE(.reference = west, .due = 1))},
        {EVENT(RECEIPT, ONE()), EVENT(RECEIPT, ONE(.reference = key_of("PO-1")))},
        {EVENT(RECEIPT, ONE()), EVENT(RECEIPT, ONE(.held = quality))},
        {EVENT(TRANSFER_SHIP, ONE(.to_key = west, .reference = key_of("T-1"))),
         EVENT(TRANSFER_SHIP, ONE(.to_key = west, .reference = key_of("T-2")))},
        {EVENT(TRANSFER_SHIP, ONE(.to_key = west, .reference = key_of("T-1"))),
         EVENT(TRANSFER_SHIP, ONE(.to_key = west, .reference = key_of("T-1"), .due = 1))},
        {EVENT(TRANSFER_RECEIVE, .reference = key_of("T-0"), .quantity = 1, ID("e1")),
         EVENT(TRANSFER_RECEIVE, .reference = key_of("T-0"), .quantity = 2, ID("e1"))},
        {EVENT(RETURN_RECEIVE, ONE()), EVENT(RETURN_RECEIVE, ONE(.order_key = key_of("O-7")))},
        {EVENT(RETURN_DISPOSITION, ONE(.outcome = SELLABLE_SCRAP)),
         EVENT(RETURN_DISPOSITION, ONE(.outcome = SELLABLE_RESTOCK))},
        {EVENT(CONFIRM, .order_key = key_of("O-1"), ID("e1")),
         EVENT(CONFIRM, .order_key = key_of("O-2"), ID("e1"))},
        {EVENT(CONFIRM, .order_key = key_of("O-1"), ID("e1")),
         EVENT(RELEASE, .order_key = key_of("O-1"), ID("e1"))},
        {EVENT(CONFIRM, .order_key = key_of("O-1"), ID("e1")),
         EVENT(CONFIRM, .order_key = key_of("O-1"), ID("e1"), AT(5))},
        {EVENT(RELEASE, .order_key = key_of("O-1"), ID("e1")),
         EVENT(RELEASE, .order_key = key_of("O-1"), .reason = key_of("credit"), ID("e1"))},
        {EVENT(EXTEND, .order_key = key_of("O-1"), .expires_at = STAGE_NOW + 5, ID("e1")),
         EVENT(EXTEND, .order_key = key_of("O-1"), .expires_at = STAGE_NOW + 6, ID("e1"))},
        {EVENT(RESOURCE, ONE(.order_key = key_of("O-1"), .to_key = west)),
         EVENT(RESOURCE, .quantity = 2, OF("A", "east"), .order_key = key_of("O-1"),
               .to_key = west, ID("e1"))},
        {EVENT(HOLD, .reason = key_of("customs"), ID("e1")),
         EVENT(HOLD, .reason = key_of("strike"), ID("e1"))},
        {EVENT(SOURCE, .declares = key_of("3pl"), ID("e1")),
         EVENT(SOURCE, .declares = key_of("4pl"), ID("e1"))},
        {EVENT(SOURCE, .declares = key_of("3pl"), ID("e1")),
         EVENT(SOURCE, .declares = key_of("3pl"), .max_lag_given = 1, .max_lag = -1, ID("e1"))},
    };
#undef ONE
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct sellable *engine = set_stage();
        counted_in(engine, "A", "each", 1, 1); /* the same, but written otherwise */
        channel_of(engine, "shop");
        applies_event(engine, cases[i].one);
        struct sellable_answer answer = refuses_event(engine, CONFLICT, "id", cases[i].other);
        equal(answer.actual, 0);
        refuses_event(engine, DUPLICATE, NULL, cases[i].one);
        sellable_close(engine);
    }
}

static void the_words_of_a_reason_count_to_their_last_byte_however_many(void **state) {
    (void)state;
    const uint32_t types[] = {SELLABLE_ON_HAND_ADJUST, SELLABLE_RELEASE};
    char words[1000];
    memset(words, 'w', sizeof words);
    for (size_t i = 0; i < COUNT_OF(types); i++) {
        struct sellable *engine = set_stage();
        struct sellable_event event = every_event(types[i]);
        event.id = key_of("e1");
        event.reason = (struct sellable_key){words, sizeof words};
        applies_event(engine, event);
        refuses_event(engine, DUPLICATE, NULL, event);
        words[sizeof words - 1] ^= 1;
        refuses_event(engine, CONFLICT, "id", event);
        sellable_close(engine);
    }
}

/* One order, and one that differs in one thing. */
static void the_same_id_with_another_order_or_other_parts_is_a_conflict(void **state) {
    (void)state;
    const struct sellable_substitute substitute = {.item_key = key_of("B")};
    const struct sellable_line line = line_of("A", 1), two[] = {line_of("A", 1), line_of("A", 1)};
    struct sellable_line lines[] = {line_of("A", 2), line_of("B", 1), line_at("A", 1, "east"),
                                    line, line};
    lines[3].unit = key_of("each");
    lines[4].substitutes = &substitute;
    lines[4].substitute_count = 1;
    const struct sellable_order order = {.key = key_of("O-9"),
                                         .channel_key = key_of("web"),
                                         .lines = &line,
                                         .line_count = 1};
    struct sellable_order others[12];
    size_t count = 0;
    for (; count < COUNT_OF(lines); count++) {
        others[count] = order;
        others[count].lines = &lines[count];
    }
    for (size_t i = count; i < COUNT_OF(others); i++) {
        others[i] = order;
    }
    others[count++].key = key_of("O-8");
    others[count++].channel_key = key_of("shop");
    others[count++].expires_at = STAGE_NOW + 1;
    others[count].has_date = 1;
    others[count++].date = STAGE_NOW;
    others[count++].mode = SELLABLE_PARTIAL;
    others[count++].has_precedence = 1;
    others[count].lines = two;
    others[count++].line_count = 2;
    struct sellable *engine = set_stage();
    counted_in(engine, "A", "each", 1, 1);
    channel_of(engine, "shop");
    applies(engine, RESERVE, .order = &order, ID("e1"));
    for (size_t i = 0; i < count; i++) {
        refuses(engine, CONFLICT, "id", RESERVE, .order = &others[i], ID("e1"));
    }
    refuses(engine, DUPLICATE, NULL, RESERVE, .order = &order, ID("e1"));
    const struct sellable_part parts[] = {part_of("A", 1), part_at("A", 1, "east")};
    applies(engine, ALLOCATE, .order_key = key_of("O-9"), .parts = parts, .part_count = 1,
            ID("e2"));
    refuses(engine, CONFLICT, "id", ALLOCATE, .order_key = key_of("O-9"), .parts = parts,
            .part_count = 2, ID("e2"));
    refuses(engine, CONFLICT, "id", ALLOCATE, .order_key = key_of("O-9"), .parts = parts + 1,
            .part_count = 1, ID("e2"));
    refuses(engine, CONFLICT, "id", ALLOCATE, .order_key = key_of("O-9"), ID("e2"));
    sellable_close(engine);
}

/* A figure of 4 or 8 bytes becomes another. */
static void vary(char *at, size_t size, int64_t delta) {
    uint32_t word;
    uint64_t two = 0;
    memcpy(&word, at, sizeof word);
    memcpy(&two, at, size);
    word += (uint32_t)delta;
    two += (uint64_t)delta;
    memcpy(at, size == sizeof word ? (void *)&word : (void *)&two, size);
}

/* A figure of a rich event, and by how much it differs; of a key its size. */
#define WORD(type, field, delta) {SELLABLE_##type, offsetof(struct rich, field), 4, delta}
#define LONG(type, field, delta) {SELLABLE_##type, offsetof(struct rich, field), 8, delta}

static void the_same_id_with_anything_else_deep_in_its_record_is_a_conflict(void **state) {
    (void)state;
    static struct rich rich;
    const struct {
        uint32_t type;
        size_t offset, size;
        int64_t delta;
    } cases[] = {
        LONG(ITEM, item.unit.size, -1), LONG(ITEM, units[1].key.size, -1),
        LONG(ITEM, units[1].numerator, 1), LONG(ITEM, units[2].denominator, -1),
        WORD(ITEM, item.unit_count, -1), WORD(ITEM, item.component_count, -1),
        LONG(ITEM, components[0].number, 1), WORD(ITEM, components[1].item.id, 1),
        WORD(ITEM, item.unset, -SELLABLE_ITEM_TRACKED), LONG(ITEM, event.item_key.size, -1),
        LONG(LOCATION, location.region.size, -1), WORD(LOCATION, location.active, -1),
        WORD(LOCATION, location.set, -1), LONG(LOCATION, event.location_key.size, -1),
        WORD(CHANNEL, policy.location_count, -1), WORD(CHANNEL, locations[0].id, -1),
        WORD(CHANNEL, policy.sourcing, -1), LONG(CHANNEL, policy.buffer, 1),
        WORD(CHANNEL, policy.share, -1), WORD(CHANNEL, policy.precedence, 1),
        WORD(CHANNEL, policy.closed, -1), WORD(CHANNEL, policy.paused, -1),
        LONG(CHANNEL, policy.backorder, 1), LONG(CHANNEL, policy.horizon, 1),
        LONG(CHANNEL, policy.unit.size, -1), LONG(CHANNEL, policy.cap, -1),
        LONG(CHANNEL, policy.minimum, 1), LONG(CHANNEL, policy.low, 1),
        LONG(CHANNEL, policy.interval, 1), LONG(CHANNEL, policy.step, 1),
        LONG(CHANNEL, event.channel_key.size, -1), WORD(POLICY, policy.set, SELLABLE_SETTING_LOW),
        WORD(POLICY, policy.unset, -SELLABLE_SETTING_BUFFER), LONG(POLICY, policy.cap, -1),
        LONG(POLICY, event.channel_key.size, -1), WORD(OWNER, ownership.owner_count, -1),
        WORD(OWNER, owners[1].source.id, -1), WORD(OWNER, ownership.type, 1),
        LONG(OWNER, ownership.location_key.size, -1), WORD(OWNER, ownership.unset, 1),
        LONG(SOURCE, event.max_lag, 1), LONG(SOURCE, event.declares.size, -1),
        WORD(SOURCE, event.max_lag_given, -1), LONG(RESERVE, lines[0].quantity, 1),
        LONG(RESERVE, lines[0].unit.size, -1), LONG(RESERVE, lines[2].at_least, -1),
        WORD(RESERVE, lines[2].substitute_count, -1), WORD(RESERVE, lines[1].location.id, 1),
        WORD(RESERVE, substitutes[1].item.id, 1), LONG(RESERVE, order.expires_at, 1),
        LONG(RESERVE, order.date, 1), WORD(RESERVE, order.precedence, 1),
        WORD(RESERVE, order.mode, -1), WORD(RESERVE, order.has_date, -1),
        WORD(RESERVE, order.line_count, -1), LONG(AMEND, lines[0].quantity, 1),
        WORD(AMEND, order.line_count, -1), WORD(AMEND, order.has_date, 1),
        LONG(SHIP, parts[0].quantity, 1), LONG(SHIP, parts[0].unit.size, -1),
        WORD(SHIP, parts[1].location.id, 1), WORD(SHIP, event.part_count, -1),
        LONG(RELEASE, event.reason.size, -1), WORD(RESOURCE, event.item.id, 1),
        LONG(RECEIPT, event.held.size, -1), LONG(TRANSFER_SHIP, event.to_key.size, -1),
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct sellable *engine = set_stage();
        counted_in(engine, "A", "each", 1, 1);
        rich_make(&rich, engine, cases[i].type);
        applies_event(engine, rich.event);
        vary((char *)&rich + cases[i].offset, cases[i].size, cases[i].delta);
        refuses_event(engine, CONFLICT, "id", rich.event);
        sellable_close(engine);
    }
}

static void what_is_no_content_may_differ_and_handles_are_the_same_as_keys(void **state) {
    (void)state;
    struct sellable *engine = set_stage();
    const struct sellable_event event =
        EVENT(ON_HAND_ADJUST, OF("A", "east"), .quantity = 1, ID("e1"), SEQ(7), FROM("erp"));
    applies_event(engine, event);
    struct sellable_event again = event;
    again.seq = 8;
    again.correlation = key_of("c");
    again.content = "{}";
    again.content_size = 2;
    refuses_event(engine, DUPLICATE, NULL, again);
    again = event; /* fields of other types, and what is not given */
    again.expected = 9;
    again.at = again.as_of = 9;
    again.channel_key = again.reference = again.to_key = again.held = key_of("web");
    again.outcome = again.part_count = 9;
    again.until = again.due = again.max_lag = again.expires_at = 9;
    again.order_key = again.declares = key_of("O-1");
    refuses_event(engine, DUPLICATE, NULL, again);
    again = event; /* a handle that is given counts */
    again.item = item_of(engine, "A");
    again.location = location_of(engine, "east");
    again.source = source_of(engine, "erp");
    again.item_key = again.location_key = again.source_key = key_of("nothing");
    refuses_event(engine, DUPLICATE, NULL, again);
    again.item = item_of(engine, "B");
    refuses_event(engine, CONFLICT, "id", again);
    struct sellable_line line = line_at("A", 1, "east");
    struct sellable_order order = {
        .key = key_of("O-9"), .channel_key = key_of("web"), .lines = &line, .line_count = 1};
    applies(engine, RESERVE, .order = &order, ID("e2"));
    line = (struct sellable_line){
        .item = item_of(engine, "A"), .location = location_of(engine, "east"), .quantity = 1};
    order.channel = channel_of(engine, "web");
    refuses(engine, DUPLICATE, NULL, RESERVE, .order = &order, ID("e2"));
    line.location = location_of(engine, "west");
    refuses(engine, CONFLICT, "id", RESERVE, .order = &order, ID("e2"));
    sellable_close(engine);
}

static void only_what_is_applied_takes_its_id(void **state) {
    (void)state;
    struct sellable *engine = set_stage();
    refuses(engine, WRONG_STATE, NULL, HOLD_RELEASE, OF("A", "east"), .reason = key_of("damage"),
            .quantity = 1, ID("e1"));
    equal(memory_of(engine).event_ids, 0);
    applies(engine, ON_HAND_ADJUST, OF("A", "east"), .quantity = 1, ID("e1"));
    const struct sellable_event reserved = every_event(SELLABLE_RESERVE);
    struct sellable_event event = reserved;
    event.id = key_of("e2");
    applies_event(engine, event);
    event.id = key_of("e3"); /* a duplicate by the order's key is not applied */
    refuses_event(engine, DUPLICATE, NULL, event);
    applies(engine, ON_HAND_ADJUST, OF("A", "east"), .quantity = 1, ID("e3"));
    applies(engine, CONFIRM, .order_key = key_of("O-9"), ID("e4"));
    applies(engine, CONFIRM, .order_key = key_of("O-9"), ID("e5")); /* ok, and nothing changed */
    refuses(engine, DUPLICATE, NULL, CONFIRM, .order_key = key_of("O-9"), ID("e5"));
    equal(memory_of(engine).event_ids, 5);
    sellable_close(engine);
}

static void what_changes_nothing_takes_its_id_and_moves_its_seq_too(void **state) {
    (void)state;
    struct sellable *engine = set_stage();
    const struct sellable_event there[] = {
        EVENT(ITEM, .item_key = key_of("A")), EVENT(LOCATION, .location_key = key_of("east")),
        EVENT(CHANNEL, .channel_key = key_of("web")), EVENT(HOLD, .reason = key_of("quality")),
        EVENT(SAFETY_STOCK_SET, OF("A", "east")), EVENT(CONFIRM, .order_key = key_of("O-2"))};
    const char *const ids[] = {"e1", "e2", "e3", "e4", "e5", "e6"};
    for (size_t i = 0; i < COUNT_OF(there); i++) {
        struct sellable_event event = there[i];
        event.id = key_of(ids[i]);
        event.source_key = key_of("erp");
        event.has_seq = 1;
        event.seq = (int64_t)i;
        applies_event(engine, event);
        equal(memory_of(engine).event_ids, i + 1);
        equal(source_seen(engine, "erp").seq, i);
        refuses_event(engine, DUPLICATE, NULL, event);
    }
    sellable_close(engine);
}

static void of_events_with_an_id_so_many_are_remembered_as_the_option_says(void **state) {
    (void)state;
    enum { IDS = 3, RETENTION = 1000 };
    struct sellable *engine =
        stage_with((struct sellable_options){.event_ids = IDS, .retention = RETENTION});
    const char *const ids[] = {"e1", "e2", "e3"};
    for (int i = 0; i < IDS; i++) {
        applies(engine, ON_HAND_ADJUST, OF("A", "east"), .quantity = 1, ID(ids[i]));
    }
    refuses(engine, NO_MEMORY, NULL, ON_HAND_ADJUST, OF("A", "east"), .quantity = 1, ID("e4"));
    refuses(engine, NO_MEMORY, NULL, HOLD, .reason = key_of("customs"), ID("e4"));
    refuses(engine, DUPLICATE, NULL, ON_HAND_ADJUST, OF("A", "east"), .quantity = 1, ID("e1"));
    refuses(engine, CONFLICT, "id", ON_HAND_ADJUST, OF("A", "east"), .quantity = 2, ID("e3"));
    applies(engine, ON_HAND_ADJUST, OF("A", "east"), .quantity = 1); /* without one */
    now_is(engine, STAGE_NOW + RETENTION - 1);
    refuses(engine, NO_MEMORY, NULL, ON_HAND_ADJUST, OF("A", "east"), .quantity = 1, ID("e4"));
    equal(memory_of(engine).event_ids, IDS);
    now_is(engine, STAGE_NOW + RETENTION);
    equal(memory_of(engine).event_ids, 0);
    for (int i = 0; i < IDS; i++) {
        applies(engine, ON_HAND_ADJUST, OF("A", "east"), .quantity = 2, ID(ids[i]));
    }
    refuses(engine, NO_MEMORY, NULL, ON_HAND_ADJUST, OF("A", "east"), .quantity = 1, ID("e4"));
    equal(counts_of(engine).last, 1); /* the conflict */
    sellable_close(engine);
}

/* ---- sequence -------------------------------------------------------------------------------- */

static void numbered_is_at(struct sellable *engine, const char *source, int64_t seq,
                           uint64_t gaps, const char *file, int line) {
    struct sellable_source_view view = source_seen(engine, source);
    equal_at(view.has_seq, 1, "has_seq", file, line);
    equal_at(view.seq, seq, "seq", file, line);
    equal_at((int64_t)view.gaps, (int64_t)gaps, "gaps", file, line);
}
#define numbered_is(engine, source, seq, gaps)                                                     \
    numbered_is_at(engine, source, seq, gaps, __FILE__, __LINE__)

#define ADJUST OF("A", "east"), .quantity = 1

static void a_seq_at_or_below_the_last_applied_is_stale_and_a_gap_is_counted(void **state) {
    (void)state;
    struct sellable *engine = set_stage();
    equal(source_seen(engine, "erp").has_seq, 0);
    applies(engine, ON_HAND_ADJUST, ADJUST, FROM("erp"), SEQ(5)); /* the first is never a gap */
    numbered_is(engine, "erp", 5, 0);
    refuses(engine, STALE, "seq", ON_HAND_ADJUST, ADJUST, FROM("erp"), SEQ(5));
    refuses(engine, STALE, "seq", ON_HAND_ADJUST, ADJUST, FROM("erp"), SEQ(4));
    refuses(engine, STALE, "seq", ON_HAND_ADJUST, ADJUST, FROM("erp"), SEQ(INT64_MIN));
    applies(engine, ON_HAND_ADJUST, ADJUST, FROM("erp"), SEQ(6));
    numbered_is(engine, "erp", 6, 0);
    applies(engine, ON_HAND_ADJUST, ADJUST, FROM("erp"), SEQ(8));
    numbered_is(engine, "erp", 8, 1);
    applies(engine, CONFIRM, .order_key = key_of("O-1"), FROM("erp"), SEQ(100));
    numbered_is(engine, "erp", 100, 2); /* one gap, however wide */
    applies(engine, ON_HAND_ADJUST, ADJUST, FROM("erp"), SEQ(INT64_MAX));
    numbered_is(engine, "erp", INT64_MAX, 3);
    refuses(engine, STALE, "seq", ON_HAND_ADJUST, ADJUST, FROM("erp"), SEQ(INT64_MAX));
    applies(engine, ON_HAND_ADJUST, ADJUST, FROM("erp")); /* without one it is not looked at */
    equal(source_seen(engine, "wms").has_seq, 0);
    applies(engine, ON_HAND_ADJUST, ADJUST, FROM("wms"), SEQ(INT64_MIN)); /* each for itself */
    applies(engine, ON_HAND_ADJUST, ADJUST, FROM("wms"), SEQ(INT64_MAX));
    numbered_is(engine, "wms", INT64_MAX, 1);
    sellable_close(engine);
}

static void a_seq_of_no_source_is_not_looked_at(void **state) {
    (void)state;
    struct sellable *engine = set_stage();
    applies(engine, ON_HAND_ADJUST, ADJUST, SEQ(5));
    applies(engine, ON_HAND_ADJUST, ADJUST, SEQ(5));
    applies(engine, ON_HAND_ADJUST, ADJUST, SEQ(1));
    equal(source_seen(engine, "erp").has_seq, 0);
    sellable_close(engine);
}

static void only_what_is_applied_moves_the_last_seq(void **state) {
    (void)state;
    struct sellable *engine = set_stage();
    applies(engine, ON_HAND_ADJUST, ADJUST, FROM("erp"), SEQ(5), ID("e1"));
    refuses(engine, WRONG_STATE, NULL, ALLOCATION_ADJUST, OF("A", "west"), .quantity = -1,
            FROM("erp"), SEQ(9));
    refuses(engine, DUPLICATE, NULL, ON_HAND_ADJUST, ADJUST, FROM("erp"), SEQ(9), ID("e1"));
    refuses(engine, CONFLICT, "id", ON_HAND_SET, ADJUST, FROM("erp"), SEQ(9), ID("e1"));
    const struct sellable_line much = line_of("A", 1000);
    const struct sellable_order order = {
        .key = key_of("O-9"), .channel_key = key_of("web"), .lines = &much, .line_count = 1};
    refuses(engine, INSUFFICIENT, NULL, RESERVE, .order = &order, FROM("erp"), SEQ(9));
    numbered_is(engine, "erp", 5, 0);
    applies(engine, CONFIRM, .order_key = key_of("O-1"), FROM("erp"), SEQ(6));
    applies(engine, CONFIRM, .order_key = key_of("O-1"), FROM("erp"), SEQ(7));
    numbered_is(engine, "erp", 7, 0); /* ok with nothing changed is applied */
    struct sellable_event reserved = every_event(SELLABLE_RESERVE);
    applies_event(engine, reserved);
    reserved.source_key = key_of("erp");
    reserved.has_seq = 1;
    reserved.seq = 9;
    refuses_event(engine, DUPLICATE, NULL, reserved); /* by the order's key: not applied */
    numbered_is(engine, "erp", 7, 0);
    sellable_close(engine);
}

static void every_type_moves_the_seq_of_its_source(void **state) {
    (void)state;
    for (EACH_TYPE(type)) {
        struct sellable *engine = set_stage();
        struct sellable_event event = every_event(type);
        event.source_key = key_of("wms");
        event.has_seq = 1;
        event.seq = 3;
        if (has_sender(type)) {
            applies_event(engine, event);
            numbered_is(engine, "wms", 3, 0);
            refuses_event(engine, STALE, "seq", event);
        }
        sellable_close(engine);
    }
}

static void the_id_is_looked_at_before_the_seq(void **state) {
    (void)state;
    struct sellable *engine = set_stage();
    applies(engine, ON_HAND_ADJUST, ADJUST, FROM("erp"), SEQ(1), ID("e1"));
    applies(engine, ON_HAND_ADJUST, ADJUST, FROM("erp"), SEQ(2), ID("e2"));
    refuses(engine, DUPLICATE, NULL, ON_HAND_ADJUST, ADJUST, FROM("erp"), SEQ(1), ID("e1"));
    refuses(engine, CONFLICT, "id", ON_HAND_SET, ADJUST, FROM("erp"), SEQ(1), ID("e1"));
    refuses(engine, STALE, "seq", ON_HAND_ADJUST, ADJUST, FROM("erp"), SEQ(1), ID("e3"));
    sellable_close(engine);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_event_of_any_type_with_an_id_that_was_applied_is_a_duplicate),
        cmocka_unit_test(an_id_is_that_of_its_source_and_of_none_another),
        cmocka_unit_test(an_id_is_no_key_or_1_to_128_bytes_and_so_is_a_correlation),
        cmocka_unit_test(the_same_id_with_anything_else_is_a_conflict),
        cmocka_unit_test(the_words_of_a_reason_count_to_their_last_byte_however_many),
        cmocka_unit_test(the_same_id_with_another_order_or_other_parts_is_a_conflict),
        cmocka_unit_test(the_same_id_with_anything_else_deep_in_its_record_is_a_conflict),
        cmocka_unit_test(what_is_no_content_may_differ_and_handles_are_the_same_as_keys),
        cmocka_unit_test(only_what_is_applied_takes_its_id),
        cmocka_unit_test(what_changes_nothing_takes_its_id_and_moves_its_seq_too),
        cmocka_unit_test(of_events_with_an_id_so_many_are_remembered_as_the_option_says),
        cmocka_unit_test(a_seq_at_or_below_the_last_applied_is_stale_and_a_gap_is_counted),
        cmocka_unit_test(a_seq_of_no_source_is_not_looked_at),
        cmocka_unit_test(only_what_is_applied_moves_the_last_seq),
        cmocka_unit_test(every_type_moves_the_seq_of_its_source),
        cmocka_unit_test(the_id_is_looked_at_before_the_seq),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
