/* SPDX-License-Identifier: Apache-2.0
 *
 * Records that are kept as exceptions: each of all 31 types comes back field by field, with all it
 * leads to, when its sender's memory has long been something else; and so do records that make no
 * sense, and none of them does any harm. */
#include "rich_event.h"
#include "random.h"
#include "same_event.h"

/* ---- words ----------------------------------------------------------------------------------- */

struct wanted {
    uint64_t seen;
    const struct sellable_event *event;
    const char *content;
    uint64_t content_size;
};

static int compare_one(void *context, const struct sellable_exception *exception) {
    struct wanted *wanted = context;
    wanted->seen++;
    if (wanted->event != NULL) {
        assert_non_null(exception->event);
        assert_null(exception->content);
        same_event(exception->event, wanted->event);
    }
    if (wanted->content != NULL) {
        assert_null(exception->event);
        equal(exception->content_size, wanted->content_size);
        equal(memcmp(exception->content, wanted->content, wanted->content_size), 0);
    }
    return 0;
}

static void is_kept_as(struct sellable *engine, uint64_t number, struct wanted wanted) {
    const struct sellable_exception_selection one = {.number = number};
    wanted.seen = 0;
    expect(sellable_exceptions(engine, NULL, &one, compare_one, &wanted), OK);
    equal(wanted.seen, 1);
}

static struct sellable *rich_stage(void) {
    struct sellable *engine = set_stage();
    counted_in(engine, "A", "each", 1, 1);
    return engine;
}

static void rule_for(struct sellable *engine, uint32_t type, uint32_t unset) {
    const struct sellable_ownership rule = {.type = type, .unset = unset};
    expect(sellable_owner_put(engine, NULL, &rule, NULL), OK);
}

/* ---- records that make sense ----------------------------------------------------------------- */

static void a_record_of_every_type_comes_back_field_by_field_and_can_be_applied(void **state) {
    (void)state;
    static struct rich sent, wanted;
    for (EACH_TYPE(type)) {
        struct sellable *engine = rich_stage(), *other = rich_stage();
        rich_make(&wanted, engine, type);
        rich_make(&sent, engine, type);
        rule_for(engine, type, 0);
        equal(refuses_event(engine, NOT_OWNER, NULL, sent.event).exception, 1);
        memset(&sent, 0x5a, sizeof sent); /* what is kept is the library's own */
        for (int i = 0; i < 40; i++) {    /* and stays, whatever comes after it */
            assert_true(say(engine, SELLABLE_HOLD_RELEASE, "B", "west", "damage", 1) !=
                        SELLABLE_OK);
        }
        is_kept_as(engine, 1, (struct wanted){.event = &wanted.event});
        rule_for(engine, type, 1);
        struct reply reply;
        expect_at((int)sellable_exception_replay(engine, NULL, 1, NULL, empty(&reply)),
                  SELLABLE_OK, sellable_event_name((int)type), __FILE__, __LINE__);
        applies_event(other, wanted.event);
        same_hash(engine, other);
        sellable_close(engine);
        sellable_close(other);
    }
}

/* What each type was sent with. */
static struct rich sent_with[SELLABLE_EVENT_TYPES_END];

static int replay_one(void *context, const struct sellable_exception *exception) {
    struct sellable *engine = context;
    rule_for(engine, exception->type, 1);
    enum sellable_status status =
        sellable_exception_replay(engine, NULL, exception->number, exception->event, NULL);
    bool left = status == SELLABLE_OK || status == SELLABLE_DUPLICATE;
    assert_true(left || sellable_exception_discard(engine, NULL, exception->number, NULL) ==
                            SELLABLE_OK);
    same_event(exception->event, &sent_with[exception->type].event); /* it is still there */
    return 0;
}

static void a_record_can_be_replayed_while_it_is_visited(void **state) {
    (void)state;
    struct sellable *engine = rich_stage();
    const struct sellable_exception_selection by_impact = {.by_impact = 1};
    for (EACH_TYPE(type)) {
        rule_for(engine, type, 0);
        rich_make(&sent_with[type], engine, type);
        sent_with[type].event.id = NO_KEY;
        refuses_event(engine, NOT_OWNER, NULL, sent_with[type].event);
    }
    expect(sellable_exceptions(engine, NULL, &by_impact, replay_one, engine), OK);
    equal(counts_of(engine).kept, 0);
    equal(counts_of(engine).last, SELLABLE_EVENT_TYPES_END - 1);
    (void)sums_of(engine);
    sellable_close(engine);
}

static void arrays_at_their_limits_come_back_whole(void **state) {
    (void)state;
    static struct sellable_line lines[SELLABLE_LINES_MAX];
    static struct sellable_part parts[SELLABLE_LINES_MAX];
    static struct sellable_substitute substitutes[SELLABLE_SUBSTITUTES_MAX];
    static struct sellable_owner owners[2000];
    static struct sellable_location locations[2000];
    char key[SELLABLE_KEY_MAX];
    struct sellable *engine = rich_stage();
    memset(key, 'k', sizeof key);
    for (uint32_t i = 0; i < SELLABLE_SUBSTITUTES_MAX; i++) {
        substitutes[i].item_key = (struct sellable_key){key, sizeof key - i};
    }
    for (uint32_t i = 0; i < SELLABLE_LINES_MAX; i++) {
        lines[i] = (struct sellable_line){.item_key = {key, 1 + i % sizeof key},
                                          .location_key = {key, sizeof key},
                                          .unit = {key, 2},
                                          .quantity = 1 + i,
                                          .substitutes = substitutes,
                                          .substitute_count = i % SELLABLE_SUBSTITUTES_MAX};
        parts[i] = (struct sellable_part){.item_key = {key, 1 + i % sizeof key}, .quantity = 7};
    }
    for (uint32_t i = 0; i < COUNT_OF(owners); i++) {
        owners[i].source_key = (struct sellable_key){key, 1 + i % sizeof key};
        locations[i].id = 1000 + i;
    }
    const struct sellable_order order = {.key = key_of("O-9"),
                                         .channel_key = key_of("shop"),
                                         .lines = lines,
                                         .line_count = SELLABLE_LINES_MAX};
    const struct sellable_ownership ownership = {
        .type = SELLABLE_SHIP, .owners = owners, .owner_count = COUNT_OF(owners)};
    const struct sellable_policy policy = {.set = SELLABLE_SETTING_LOCATIONS,
                                           .locations = locations,
                                           .location_count = COUNT_OF(locations)};
    const struct sellable_event events[] = {
        EVENT(RESERVE, .order = &order), EVENT(AMEND, .order = &order),
        EVENT(SHIP, .order_key = key_of("O-1"), .parts = parts, .part_count = SELLABLE_LINES_MAX),
        EVENT(OWNER, .ownership = &ownership),
        EVENT(CHANNEL, .channel_key = key_of("web"), .policy = &policy)};
    for (size_t i = 0; i < COUNT_OF(events); i++) {
        struct sellable_answer answer = {.exception = 0};
        assert_true(sellable_apply(engine, NULL, &events[i], &answer) != SELLABLE_OK);
        equal(answer.exception, i + 1);
    }
    for (size_t i = 0; i < COUNT_OF(events); i++) {
        is_kept_as(engine, i + 1, (struct wanted){.event = &events[i]});
    }
    sellable_close(engine);
}

static void content_is_kept_byte_by_byte_and_cut_off_at_65536(void **state) {
    (void)state;
    static char content[SELLABLE_CONTENT_MAX + 1], copy[SELLABLE_CONTENT_MAX + 1];
    const uint64_t sizes[] = {1, 63, 64, 65, 4096, SELLABLE_CONTENT_MAX - 1, SELLABLE_CONTENT_MAX,
                              SELLABLE_CONTENT_MAX + 1};
    struct sellable *engine = rich_stage();
    for (uint64_t i = 0; i < sizeof content; i++) {
        copy[i] = content[i] = (char)(i * 7 + i / 256); /* zeros among them, and no UTF-8 */
    }
    for (size_t i = 0; i < COUNT_OF(sizes); i++) {
        struct sellable_event event = every_event(SELLABLE_HOLD_SCRAP);
        event.quantity = LARGEST;
        event.content = content;
        event.content_size = sizes[i];
        refuses_event(engine, WRONG_STATE, NULL, event);
    }
    memset(content, 0x5a, sizeof content);
    for (size_t i = 0; i < COUNT_OF(sizes); i++) {
        uint64_t size = sizes[i] < SELLABLE_CONTENT_MAX ? sizes[i] : SELLABLE_CONTENT_MAX;
        is_kept_as(engine, i + 1, (struct wanted){.content = copy, .content_size = size});
    }
    sellable_close(engine);
}

static void an_array_that_an_event_does_not_say_is_kept_without_its_count(void **state) {
    (void)state;
    struct sellable *engine = rich_stage();
    const struct sellable_part part = part_of("A", 1);
    const struct sellable_location east = {.id = 1};
    const struct sellable_policy unset = {.locations = &east, .location_count = 1}, none = {0};
    const struct sellable_item_settings also = {.unit_count = 5, .component_count = 5}, no = {0};
    struct sellable_event sent[] = {
        EVENT(ON_HAND_SET, .item_key = key_of("none"), .parts = &part, .part_count = 1),
        EVENT(CHANNEL, .channel_key = key_of(""), .policy = &unset),
        EVENT(ITEM, .item_key = key_of(""), .item_settings = &also)};
    for (uint64_t i = 0; i < COUNT_OF(sent); i++) {
        assert_true(sellable_apply(engine, NULL, &sent[i], NULL) != SELLABLE_OK);
    }
    sent[0].parts = NULL;
    sent[0].part_count = 0;
    sent[1].policy = &none;
    sent[2].item_settings = &no;
    for (uint64_t i = 0; i < COUNT_OF(sent); i++) {
        is_kept_as(engine, i + 1, (struct wanted){.event = &sent[i]});
    }
    sellable_close(engine);
}

/* ---- records that make none ------------------------------------------------------------------ */

/* It is refused, nothing changes, it is kept, and replayed it is refused for the same. */
static void does_no_harm_at(struct sellable *engine, struct sellable_event event,
                            const char *file, int line) {
    struct whole *before = whole_of(engine);
    struct sellable_answer answer = {.exception = 0}, again = {.exception = 0};
    enum sellable_status status = sellable_apply(engine, NULL, &event, &answer);
    const char *name = sellable_event_name((int)event.type);
    if (status == SELLABLE_OK) {
        print_error("%s is applied\n", name);
        _fail(file, line);
    }
    same_whole_at(whole_of(engine), before, name, file, line);
    equal_at(answer.exception != 0, 1, "it is kept", file, line);
    is_kept_as(engine, answer.exception, (struct wanted){.seen = 0});
    expect_at((int)sellable_exception_replay(engine, NULL, answer.exception, NULL, &again),
              (int)status, name, file, line);
    if (answer.field != NULL) {
        same_text_at(again.field != NULL ? again.field : "none", answer.field, file, line);
    }
    expect_at((int)sellable_exception_discard(engine, NULL, answer.exception, NULL), SELLABLE_OK,
              name, file, line);
}
#define does_no_harm(engine, event) does_no_harm_at(engine, event, __FILE__, __LINE__)

static void a_record_that_leads_nowhere_is_refused_kept_and_does_no_harm(void **state) {
    (void)state;
    const uint32_t counts[] = {1, 7, 300, 70000, UINT32_MAX};
    struct sellable *engine = rich_stage();
    does_no_harm(engine, EVENT(RESERVE, .order = NULL));
    does_no_harm(engine, EVENT(AMEND, .order = NULL));
    does_no_harm(engine, EVENT(OWNER, .ownership = NULL));
    for (size_t i = 0; i < COUNT_OF(counts); i++) {
        uint32_t count = counts[i];
        const struct sellable_line line = {
            .item_key = key_of("A"), .quantity = 1, .substitute_count = count};
        const struct sellable_order none = {.key = key_of("O-9"),
                                            .channel_key = key_of("web"),
                                            .line_count = count},
                                    some = {.key = key_of("O-1"),
                                            .channel_key = key_of("web"),
                                            .lines = &line,
                                            .line_count = 1};
        does_no_harm(engine, EVENT(RESERVE, .order = &none));
        does_no_harm(engine, EVENT(AMEND, .order = &none));
        does_no_harm(engine, EVENT(RESERVE, .order = &some));
        does_no_harm(engine, EVENT(AMEND, .order = &some));
        for (uint32_t type = SELLABLE_RELEASE; type <= SELLABLE_SHIP; type++) {
            does_no_harm(engine, ((struct sellable_event){.type = type,
                                                          .order_key = key_of("O-1"),
                                                          .part_count = count}));
        }
        const struct sellable_item_settings units = {.set = SELLABLE_ITEM_UNITS,
                                                     .unit_count = count},
                                            kit = {.set = SELLABLE_ITEM_COMPONENTS,
                                                   .component_count = count};
        does_no_harm(engine, EVENT(ITEM, .item_key = key_of("B"), .item_settings = &units));
        does_no_harm(engine, EVENT(ITEM, .item_key = key_of("B"), .item_settings = &kit));
        const struct sellable_policy policy = {.set = SELLABLE_SETTING_LOCATIONS,
                                               .location_count = count};
        does_no_harm(engine, EVENT(CHANNEL, .channel_key = key_of("web"), .policy = &policy));
        does_no_harm(engine, EVENT(POLICY, .channel_key = key_of("web"), .policy = &policy));
        const struct sellable_ownership ownership = {.type = SELLABLE_SHIP, .owner_count = count};
        does_no_harm(engine, EVENT(OWNER, .ownership = &ownership));
    }
    sellable_close(engine);
}

static void a_record_with_more_than_the_limit_is_refused_kept_and_does_no_harm(void **state) {
    (void)state;
    enum { MANY = 1500 };
    static struct sellable_line lines[MANY];
    static struct sellable_part parts[MANY];
    static struct sellable_substitute substitutes[MANY];
    static struct sellable_unit units[MANY];
    static struct sellable_component components[MANY];
    struct sellable *engine = rich_stage();
    for (int i = 0; i < MANY; i++) {
        lines[i] = line_of("A", 1);
        parts[i] = part_of("A", 1);
        substitutes[i].item_key = key_of("B");
        units[i] = (struct sellable_unit){key_of("box"), 1, 1};
        components[i] = (struct sellable_component){.item_key = key_of("A"), .number = 1};
    }
    struct sellable_order order = {.key = key_of("O-9"),
                                   .channel_key = key_of("web"),
                                   .lines = lines,
                                   .line_count = SELLABLE_LINES_MAX + 1};
    does_no_harm(engine, EVENT(RESERVE, .order = &order));
    order.line_count = MANY;
    does_no_harm(engine, EVENT(RESERVE, .order = &order));
    order.line_count = 1;
    lines[0].substitutes = substitutes;
    lines[0].substitute_count = SELLABLE_SUBSTITUTES_MAX + 1;
    does_no_harm(engine, EVENT(RESERVE, .order = &order));
    lines[0].substitute_count = MANY;
    does_no_harm(engine, EVENT(RESERVE, .order = &order));
    const uint32_t parts_counts[] = {SELLABLE_LINES_MAX + 1, MANY};
    const uint32_t unit_counts[] = {SELLABLE_UNITS_MAX + 1, MANY};
    const uint32_t component_counts[] = {SELLABLE_COMPONENTS_MAX + 1, MANY};
    for (int i = 0; i < 2; i++) {
        does_no_harm(engine, EVENT(RELEASE, .order_key = key_of("O-1"), .parts = parts,
                                   .part_count = parts_counts[i]));
        const struct sellable_item_settings settings[] = {
            {.set = SELLABLE_ITEM_UNITS, .units = units, .unit_count = unit_counts[i]},
            {.set = SELLABLE_ITEM_COMPONENTS,
             .components = components,
             .component_count = component_counts[i]},
            {.set = UINT32_MAX, .unset = UINT32_MAX, .unit_count = 5, .component_count = 5}};
        for (size_t j = 0; j < COUNT_OF(settings); j++) {
            does_no_harm(engine,
                         EVENT(ITEM, .item_key = key_of("B"), .item_settings = &settings[j]));
        }
    }
    sellable_close(engine);
}

/* Where the keys of an event are. */
static const size_t event_keys[] = {
    offsetof(struct sellable_event, item_key),    offsetof(struct sellable_event, location_key),
    offsetof(struct sellable_event, reason),      offsetof(struct sellable_event, unit),
    offsetof(struct sellable_event, channel_key), offsetof(struct sellable_event, reference),
    offsetof(struct sellable_event, to_key),      offsetof(struct sellable_event, held),
    offsetof(struct sellable_event, order_key),   offsetof(struct sellable_event, declares),
    offsetof(struct sellable_event, source_key),  offsetof(struct sellable_event, id),
    offsetof(struct sellable_event, correlation),
};

enum { LONG_KEY = 10000 };
static char long_text[LONG_KEY];

static void a_key_of_10000_bytes_is_refused_and_kept_wherever_it_stands(void **state) {
    (void)state;
    memset(long_text, 'k', sizeof long_text);
    const struct sellable_key keys[] = {
        {long_text, LONG_KEY}, {long_text, SELLABLE_KEY_MAX + 1}, {"\xff\xfe", 2}};
    for (EACH_TYPE(type)) {
        struct sellable *engine = set_stage();
        for (size_t i = 0; i < COUNT_OF(event_keys); i++) {
            const struct sellable_event every = every_event(type);
            struct sellable_key old;
            memcpy(&old, (const char *)&every + event_keys[i], sizeof old);
            bool origin = event_keys[i] >= offsetof(struct sellable_event, source_key);
            bool sender = event_keys[i] == offsetof(struct sellable_event, source_key);
            if ((old.size == 0 && !origin) || (sender && !has_sender(type)) ||
                (event_keys[i] == offsetof(struct sellable_event, reason) &&
                 type != SELLABLE_HOLD && (type < SELLABLE_HOLD_PLACE ||
                                           type > SELLABLE_HOLD_SCRAP))) {
                continue; /* it is not of the type, or may be any words */
            }
            for (size_t j = 0; j < COUNT_OF(keys); j++) {
                struct sellable_event event = every;
                memcpy((char *)&event + event_keys[i], &keys[j], sizeof keys[j]);
                does_no_harm(engine, event);
            }
        }
        sellable_close(engine);
    }
}

/* What a rich event does not have is not of its type: there whatever it was stands. */
static struct sellable_event with_wild_pointers(struct sellable_event event) {
    const uintptr_t nowhere = UINT64_C(0x5a5a5a5a5a5a5a5a);
    const size_t pointers[] = {offsetof(struct sellable_event, order),
                               offsetof(struct sellable_event, parts),
                               offsetof(struct sellable_event, item_settings),
                               offsetof(struct sellable_event, location_settings),
                               offsetof(struct sellable_event, policy),
                               offsetof(struct sellable_event, ownership)};
    for (size_t i = 0; i < COUNT_OF(pointers); i++) {
        char *at = (char *)&event + pointers[i];
        uintptr_t pointer;
        memcpy(&pointer, at, sizeof pointer);
        memcpy(at, pointer == 0 ? &nowhere : &pointer, sizeof pointer);
    }
    for (size_t i = 0; i < COUNT_OF(event_keys); i++) {
        char *at = (char *)&event + event_keys[i];
        struct sellable_key key;
        memcpy(&key, at, sizeof key);
        bool read = (at == (char *)&event.item_key && event.item.id != 0) ||
                    at == (char *)&event.source_key;
        if (key.bytes == NULL && !read) {
            memcpy(at, &nowhere, sizeof nowhere);
            memset(at + offsetof(struct sellable_key, size), 0x5a, sizeof key.size);
        }
    }
    return event;
}

static void what_is_not_of_the_type_is_not_even_read_when_a_record_is_kept(void **state) {
    (void)state;
    static struct rich rich;
    for (EACH_TYPE(type)) {
        struct sellable *engine = rich_stage();
        rich_make(&rich, engine, type);
        rule_for(engine, type, 0);
        struct sellable_event wild = with_wild_pointers(rich.event);
        refuses_event(engine, NOT_OWNER, NULL, wild);
        is_kept_as(engine, 1, (struct wanted){.event = &rich.event});
        rule_for(engine, type, 1);
        applies_event(engine, wild);
        refuses_event(engine, DUPLICATE, NULL, wild);
        expect(sellable_exception_replay(engine, NULL, 1, &wild, NULL), DUPLICATE);
        sellable_close(engine);
    }
}

/* The words of a reason that is not looked at may be any, of any length, of no UTF-8. */
static void words_that_are_not_looked_at_come_back_as_they_are(void **state) {
    (void)state;
    struct sellable *engine = set_stage();
    memset(long_text, 'w', sizeof long_text);
    const struct sellable_key words[] = {
        {long_text, LONG_KEY}, {long_text, SELLABLE_KEY_MAX}, {"\xff\x00\xfe", 3}};
    for (size_t i = 0; i < COUNT_OF(words); i++) {
        const struct sellable_event event =
            EVENT(ON_HAND_ADJUST, OF("A", "east"), .quantity = LARGEST, .reason = words[i]);
        uint64_t number = refuses_event(engine, OVERFLOW, NULL, event).exception;
        is_kept_as(engine, number, (struct wanted){.event = &event});
    }
    sellable_close(engine);
}

static void a_long_key_deep_in_a_record_is_refused_and_kept(void **state) {
    (void)state;
    static struct rich rich;
    memset(long_text, 'k', sizeof long_text);
    const struct sellable_key long_key = {long_text, LONG_KEY};
    const struct {
        uint32_t type;
        size_t offset;
    } places[] = {
        {SELLABLE_RESERVE, offsetof(struct rich, order.key)},
        {SELLABLE_RESERVE, offsetof(struct rich, order.channel_key)},
        {SELLABLE_RESERVE, offsetof(struct rich, lines[0].item_key)},
        {SELLABLE_RESERVE, offsetof(struct rich, lines[0].location_key)},
        {SELLABLE_RESERVE, offsetof(struct rich, lines[0].unit)},
        {SELLABLE_RESERVE, offsetof(struct rich, substitutes[0].item_key)},
        {SELLABLE_AMEND, offsetof(struct rich, order.key)},
        {SELLABLE_AMEND, offsetof(struct rich, lines[2].item_key)},
        {SELLABLE_SHIP, offsetof(struct rich, parts[0].item_key)},
        {SELLABLE_SHIP, offsetof(struct rich, parts[0].unit)},
        {SELLABLE_SHIP, offsetof(struct rich, parts[0].location_key)},
        {SELLABLE_ITEM, offsetof(struct rich, item.unit)},
        {SELLABLE_ITEM, offsetof(struct rich, units[1].key)},
        {SELLABLE_ITEM, offsetof(struct rich, components[0].item_key)},
        {SELLABLE_LOCATION, offsetof(struct rich, location.region)},
        {SELLABLE_CHANNEL, offsetof(struct rich, policy.unit)},
        {SELLABLE_OWNER, offsetof(struct rich, ownership.location_key)},
        {SELLABLE_OWNER, offsetof(struct rich, owners[0].source_key)},
    };
    for (size_t i = 0; i < COUNT_OF(places); i++) {
        struct sellable *engine = rich_stage();
        rich_make(&rich, engine, places[i].type);
        memcpy((char *)&rich + places[i].offset, &long_key, sizeof long_key);
        does_no_harm(engine, rich.event);
        sellable_close(engine);
    }
}

struct keys {
    struct sellable_key source, id, correlation;
};

static int compare_keys(void *context, const struct sellable_exception *exception) {
    const struct keys *wanted = context;
    const struct sellable_key got[] = {exception->source, exception->id, exception->correlation};
    const struct sellable_key want[] = {wanted->source, wanted->id, wanted->correlation};
    for (size_t i = 0; i < COUNT_OF(got); i++) {
        equal(got[i].size, want[i].size);
        equal(memcmp(got[i].bytes, want[i].bytes, want[i].size), 0);
    }
    return 0;
}

static void origins_that_are_no_keys_are_kept_as_they_are_up_to_128_bytes(void **state) {
    (void)state;
    struct sellable *engine = set_stage();
    memset(long_text, 'k', sizeof long_text);
    const struct sellable_key cut = {long_text, SELLABLE_KEY_MAX};
    const struct sellable_event event = {.type = SELLABLE_CONFIRM,
                                         .order_key = key_of("O-1"),
                                         .source_key = {long_text, LONG_KEY},
                                         .id = {"\xff\x00\xfe", 3},
                                         .correlation = {long_text, SELLABLE_KEY_MAX + 1}};
    struct keys wanted = {cut, event.id, cut};
    expect(sellable_exception_put(engine, NULL, &event, SELLABLE_INVALID, "id", "no key", NULL),
           OK);
    expect(sellable_exceptions(engine, NULL, NULL, compare_keys, &wanted), OK);
    refuses_event(engine, INVALID, "id", event);
    expect(sellable_exceptions(engine, NULL, NULL, compare_keys, &wanted), OK);
    sellable_close(engine);
}

/* ---- records of random figures --------------------------------------------------------------- */

static int64_t random_figure(struct random *random) {
    switch (random_below(random, 6)) {
    case 0: return 0;
    case 1: return (int64_t)random_below(random, 4);
    case 2: return -(int64_t)random_below(random, 4);
    case 3: return (int64_t)(random_next(random) >> 1);
    case 4: return LARGEST + (int64_t)random_below(random, 3) - 1;
    default: return (int64_t)STAGE_NOW + (int64_t)random_below(random, 100) - 50;
    }
}

static struct sellable_key random_key(struct random *random) {
    static const char *const texts[] = {"A",   "B",   "east", "west", "web",     "O-1", "O-2",
                                        "T-0", "erp", "PO-1", "each", "quality", "e1",  "\xff"};
    uint32_t n = random_below(random, COUNT_OF(texts) + 3);
    return n < COUNT_OF(texts) ? key_of(texts[n])
                               : (struct sellable_key){NULL, n % 2 ? 0 : random_next(random)};
}

/* Figures and keys of the event itself; it leads to nothing. */
static struct sellable_event random_event(struct random *random) {
    struct sellable_event event = {.type = 1 + random_below(random, 31)};
    uint32_t *const counts[] = {&event.has_expected,  &event.has_as_of, &event.has_seq,
                                &event.has_at,        &event.outcome,   &event.part_count,
                                &event.max_lag_given, &event.item.id,   &event.location.id,
                                &event.channel.id,    &event.to.id,     &event.source.id};
    int64_t *const figures[] = {&event.quantity, &event.expected,   &event.until,
                                &event.due,      &event.as_of,      &event.expires_at,
                                &event.max_lag,  &event.seq,        &event.at};
    for (size_t i = 0; i < COUNT_OF(counts); i++) {
        *counts[i] = random_below(random, 3) ? 0 : (uint32_t)random_figure(random);
    }
    for (size_t i = 0; i < COUNT_OF(figures); i++) {
        *figures[i] = random_figure(random);
    }
    for (size_t i = 0; i < COUNT_OF(event_keys); i++) {
        struct sellable_key key = random_key(random);
        if (random_below(random, 2)) {
            memcpy((char *)&event + event_keys[i], &key, sizeof key);
        }
    }
    return event;
}

static void records_of_random_figures_are_applied_whole_or_not_at_all(void **state) {
    (void)state;
    enum { SEEDS = 20, EVENTS = 500 };
    for (uint64_t seed = 1; seed <= SEEDS; seed++) {
        struct random random = {seed};
        struct sellable *engine = stage_with((struct sellable_options){.exceptions = 50});
        uint64_t refused = 0;
        struct sums after = sums_of(engine), before;
        for (int i = 0; i < EVENTS; i++) {
            const struct sellable_event event = random_event(&random);
            before = after;
            enum sellable_status status = sellable_apply(engine, NULL, &event, NULL);
            after = sums_of(engine);
            refused += kept_for(status);
            if (status != SELLABLE_OK && memcmp(before.hash, after.hash, sizeof after.hash) != 0) {
                fail_msg("seed %llu, event %d: %s, and half applied", (unsigned long long)seed, i,
                         sellable_status_name((int)status));
            }
        }
        struct sellable_exception_counts counts = counts_of(engine);
        equal(counts.last, refused);
        struct wanted wanted = {.seen = 0};
        expect(sellable_exceptions(engine, NULL, NULL, compare_one, &wanted), OK);
        equal(wanted.seen, counts.kept);
        for (uint64_t i = counts.lost + 1; i <= counts.last; i++) {
            enum sellable_status status = sellable_exception_replay(engine, NULL, i, NULL, NULL);
            (void)status; /* whatever it is now */
        }
        (void)sums_of(engine);
        sellable_close(engine);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_record_of_every_type_comes_back_field_by_field_and_can_be_applied),
        cmocka_unit_test(a_record_can_be_replayed_while_it_is_visited),
        cmocka_unit_test(arrays_at_their_limits_come_back_whole),
        cmocka_unit_test(an_array_that_an_event_does_not_say_is_kept_without_its_count),
        cmocka_unit_test(content_is_kept_byte_by_byte_and_cut_off_at_65536),
        cmocka_unit_test(a_record_that_leads_nowhere_is_refused_kept_and_does_no_harm),
        cmocka_unit_test(a_record_with_more_than_the_limit_is_refused_kept_and_does_no_harm),
        cmocka_unit_test(a_key_of_10000_bytes_is_refused_and_kept_wherever_it_stands),
        cmocka_unit_test(what_is_not_of_the_type_is_not_even_read_when_a_record_is_kept),
        cmocka_unit_test(words_that_are_not_looked_at_come_back_as_they_are),
        cmocka_unit_test(a_long_key_deep_in_a_record_is_refused_and_kept),
        cmocka_unit_test(origins_that_are_no_keys_are_kept_as_they_are_up_to_128_bytes),
        cmocka_unit_test(records_of_random_figures_are_applied_whole_or_not_at_all),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
