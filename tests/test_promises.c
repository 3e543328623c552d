/* SPDX-License-Identifier: Apache-2.0
 *
 * Many threads on fences, dates, kits and parts of orders, while settings change and time passes.
 * Whoever wins, nothing is lost and nothing is there twice: at the end every cell holds what the
 * records of the orders say, and a fence is what was set less what was drawn.
 *
 *    test_promises [long]      long: each race takes half a minute */
#include "promise_audit.h"

enum { THREADS = 8, EACH = 10000000 };

static int64_t duration = 1500; /* ms of each race */

/* ---- the scene ------------------------------------------------------------------------------- */

/* Items 1 to 5 are plain, 6 to 8 are kits that share them; locations 1 to 3. "own" sees its fences
 * only: of every plain item at location 2, and, until a time, of item 1 at location 1. */
enum { PLAIN = 5, KITS = 3, LOCATIONS = 3, STOCK = 4000, FENCE = 600, BEGIN = 1000 };
enum { WEB = 1, OWN, AHEAD, FEW, CHANNELS = FEW };
enum { FENCE_END = BEGIN + 60, LIFE = 60 };

static void put_event(struct sellable *engine, const struct sellable_event *event) {
    expect(sellable_apply(engine, NULL, event, NULL), OK);
}

static struct sellable *open_promises(int64_t stock_of_each) {
    struct sellable *engine = open_stocked(PLAIN, LOCATIONS, stock_of_each, 0);
    struct crew_key key;
    equal(channel_with(engine, "own", (struct sellable_policy){.set = SELLABLE_SETTING_SHARE}).id,
          OWN);
    equal(channel_with(engine, "ahead", (struct sellable_policy){.set = SELLABLE_SETTING_HORIZON,
                                                                 .horizon = 30})
              .id,
          AHEAD);
    equal(channel_with(engine, "few",
                       (struct sellable_policy){.set = SELLABLE_SETTING_BACKORDER |
                                                       SELLABLE_SETTING_SHARE,
                                                .share = 5000,
                                                .backorder = 300})
              .id,
          FEW);
    for (uint32_t i = 0; i < KITS; i++) {
        const struct sellable_component parts[] = {{.item = {1 + i}, .number = 1},
                                                   {.item = {2 + i}, .number = 2 - i % 2}};
        const struct sellable_item_settings kit = {
            .set = SELLABLE_ITEM_COMPONENTS, .components = parts, .component_count = 2};
        struct sellable_item item;
        expect(sellable_item_put(engine, NULL, numbered(&key, "K", i), &kit, &item, NULL), OK);
        equal(item.id, PLAIN + 1 + i);
    }
    now_is(engine, BEGIN);
    for (uint32_t i = 1; i <= PLAIN; i++) {
        put_event(engine, &(struct sellable_event){.type = SELLABLE_RING_FENCE_SET,
                                                   .item = {i},
                                                   .location = {2},
                                                   .channel = {OWN},
                                                   .quantity = FENCE});
        put_event(engine, &(struct sellable_event){.type = SELLABLE_SCHEDULE_SET,
                                                   .item = {i},
                                                   .location = {3},
                                                   .reference = key_of("PO-1"),
                                                   .due = 10 * SELLABLE_DAY,
                                                   .quantity = 300});
    }
    put_event(engine, &(struct sellable_event){.type = SELLABLE_RING_FENCE_SET,
                                               .item = {1},
                                               .location = {1},
                                               .channel = {OWN},
                                               .quantity = FENCE,
                                               .until = FENCE_END});
    return engine;
}

/* ---- everything ------------------------------------------------------------------------------ */

/* What was done, and how often it was ok. */
enum deed {
    RESERVE, PARTIAL, DATED, AMEND, RESOURCE, EXTEND, CONFIRM, ALLOCATE, DEALLOCATE, SHIP, RELEASE,
    DEEDS
};
static const char *const deed_names[DEEDS] = {"reserve", "partial",  "dated",      "amend",
                                              "resource", "extend",  "confirm",    "allocate",
                                              "deallocate", "ship",  "release"};

struct bustle {
    uint32_t made[CREW_MOST];
    atomic_ullong ok[DEEDS], refused[DEEDS];
};

static void note(struct member *member, enum deed deed, enum sellable_status status) {
    struct bustle *bustle = member->shared;
    bool right = status == SELLABLE_OK || status == SELLABLE_INSUFFICIENT ||
                 status == SELLABLE_WRONG_STATE || status == SELLABLE_UNKNOWN_ORDER ||
                 status == SELLABLE_INVALID || status == SELLABLE_PAUSED;
    if (!right)
        crew_trouble(member, __FILE__, __LINE__, "%s answers %s", deed_names[deed],
                     sellable_status_name((int)status));
    atomic_fetch_add(status == SELLABLE_OK ? &bustle->ok[deed] : &bustle->refused[deed], 1);
}

/* In place of anything one of these. */
static const struct sellable_substitute substitute[PLAIN] = {
    {.item = {1}}, {.item = {2}}, {.item = {3}}, {.item = {4}}, {.item = {5}}};

static uint32_t draw_lines(struct member *member, struct sellable_line *lines) {
    uint32_t count = 1 + random_below(&member->random, 3);
    for (uint32_t i = 0; i < count; i++) {
        bool located = random_percent(&member->random, 10);
        bool replaced = random_percent(&member->random, 20);
        lines[i] = (struct sellable_line){
            .item = {1 + random_below(&member->random, PLAIN + KITS)},
            .location = {located ? 1 + random_below(&member->random, LOCATIONS) : 0},
            .quantity = random_between(&member->random, 1, 5),
            .substitutes = replaced ? &substitute[random_below(&member->random, PLAIN)] : NULL,
            .substitute_count = replaced};
    }
    return count;
}

static void ask_for(struct member *member, struct sellable_key key) {
    struct sellable_line lines[3];
    struct sellable_placement plan[32];
    struct sellable_answer answer = {.plan = plan, .plan_capacity = COUNT_OF(plan)};
    uint32_t channel = 1 + random_below(&member->random, CHANNELS);
    int64_t now = sellable_now(member->engine);
    struct sellable_order order = {.key = key,
                                   .channel = {channel},
                                   .lines = lines,
                                   .line_count = draw_lines(member, lines)};
    enum deed deed = RESERVE;
    if (random_percent(&member->random, 40))
        order.expires_at = now + random_between(&member->random, 5, 200);
    if (random_percent(&member->random, 20)) {
        order.mode = SELLABLE_PARTIAL;
        deed = PARTIAL;
    }
    if (channel == AHEAD && random_percent(&member->random, 70)) {
        order.has_date = 1;
        order.date = now + random_between(&member->random, 3, 100);
        deed = DATED;
    }
    enum sellable_status status =
        sellable_reserve(member->engine, member->worker, &order, &answer);
    if (status == SELLABLE_OK && order.has_date)
        require_that(member, answer.date, ==, order.date);
    for (uint32_t i = 0; status == SELLABLE_OK && i < answer.plan_count; i++) {
        require_that(member, plan[i].item.id, <=, PLAIN);
        require_that(member, plan[i].quantity, >, 0);
        require_that(member, plan[i].backordered, <=, channel == FEW ? plan[i].quantity : 0);
    }
    note(member, deed, status);
}

static void move_some(struct member *member, struct sellable_key key) {
    uint32_t from = 1 + random_below(&member->random, LOCATIONS);
    const struct sellable_move move = {
        .order = key,
        .item = {1 + random_below(&member->random, PLAIN)},
        .from = {from},
        .to = {1 + from % LOCATIONS},
        .quantity = random_between(&member->random, 0, 2)};
    note(member, RESOURCE, sellable_resource(member->engine, member->worker, &move, NULL));
}

static void amend_one(struct member *member, struct sellable_key key) {
    struct sellable_line lines[3];
    const struct sellable_order order = {
        .key = key, .lines = lines, .line_count = draw_lines(member, lines)};
    note(member, AMEND, sellable_amend(member->engine, member->worker, &order, NULL));
}

/* A part or two, or all of it. */
static void act_on(struct member *member, struct sellable_key key, enum deed deed) {
    struct sellable_part parts[2];
    uint32_t count = random_below(&member->random, 3);
    for (uint32_t i = 0; i < count; i++) {
        bool located = random_percent(&member->random, 30);
        parts[i] = (struct sellable_part){
            .item = {1 + random_below(&member->random, PLAIN + KITS)},
            .location = {located ? 1 + random_below(&member->random, LOCATIONS) : 0},
            .quantity = random_between(&member->random, 1, 2)};
    }
    struct sellable *engine = member->engine;
    struct sellable_worker *worker = member->worker;
    enum sellable_status status =
        deed == ALLOCATE     ? sellable_allocate(engine, worker, key, parts, count, NULL)
        : deed == DEALLOCATE ? sellable_deallocate(engine, worker, key, parts, count, NULL)
        : deed == SHIP       ? sellable_ship(engine, worker, key, parts, count, NULL)
                             : sellable_release(engine, worker, key, parts, count, NULL);
    note(member, deed, status);
}

static void bustle_about(struct member *member) {
    struct bustle *bustle = member->shared;
    uint32_t number = 0;
    for (; number < EACH && crew_goes_on(member); number++) {
        struct crew_key key;
        uint64_t o = (uint64_t)member->number * EACH + number;
        ask_for(member, numbered(&key, "O", o));
        if (number >= LIFE && random_percent(&member->random, 90)) /* so that stock is short */
            note(member, RELEASE,
                 sellable_release(member->engine, member->worker, numbered(&key, "O", o - LIFE),
                                  NULL, 0, NULL));
        for (uint32_t i = 0; i < 3; i++) { /* to the latest of anybody's orders, about */
            uint64_t m = 1 + random_below(&member->random, THREADS - 1);
            uint32_t back = random_below(&member->random, 12);
            struct sellable_key other =
                numbered(&key, "O", m * EACH + (number > back ? number - back : 0));
            enum deed deed = AMEND + random_below(&member->random, DEEDS - AMEND);
            if (random_percent(&member->random, 35))
                deed = RELEASE;
            if (deed == AMEND)
                amend_one(member, other);
            else if (deed == RESOURCE)
                move_some(member, other);
            else if (deed == CONFIRM)
                note(member, deed,
                     sellable_confirm(member->engine, member->worker, other, NULL));
            else if (deed == EXTEND)
                note(member, deed,
                     sellable_extend(member->engine, member->worker, other,
                                     sellable_now(member->engine) + 100, NULL));
            else
                act_on(member, other, deed);
        }
    }
    bustle->made[member->number] = number;
}

/* Meanwhile time passes, and masters change: settings of items and channels, regions, units. */
static void change_masters(struct member *member) {
    struct sellable *engine = member->engine;
    struct crew_key key;
    for (uint32_t turn = 0; crew_goes_on(member); turn++) {
        struct sellable_item item = {1 + turn % PLAIN};
        const struct sellable_unit units[] = {
            {.key = key_of("case"), .numerator = 2 + turn % 7, .denominator = 1}};
        const struct sellable_item_settings counted = {
            .set = SELLABLE_ITEM_UNITS, .units = units, .unit_count = 1};
        const struct sellable_location_settings place = {.set = SELLABLE_LOCATION_REGION |
                                                                SELLABLE_LOCATION_ACTIVE,
                                                         .region = key_of("north"),
                                                         .active = turn % 4 != 0};
        const struct sellable_scope scope = {.item = item, .channel = {WEB + turn % CHANNELS}};
        const struct sellable_policy policy = {.set = SELLABLE_SETTING_BUFFER |
                                                      SELLABLE_SETTING_PAUSED |
                                                      SELLABLE_SETTING_PRECEDENCE,
                                               .buffer = turn % 5,
                                               .paused = turn % 9 == 0,
                                               .precedence = (int32_t)(turn % 3)};
        const struct sellable_policy ways = {.set = SELLABLE_SETTING_SOURCING,
                                             .sourcing = turn % 3};
        const struct sellable_event events[] = {{.type = SELLABLE_SCHEDULE_SET,
                                                 .item = item,
                                                 .location = {1},
                                                 .reference = key_of("PO-2"),
                                                 .due = 5 * SELLABLE_DAY + turn,
                                                 .quantity = turn % 6},
                                                {.type = SELLABLE_RING_FENCE_SET,
                                                 .item = item,
                                                 .location = {3},
                                                 .channel = {WEB},
                                                 .quantity = turn % 7,
                                                 .until = sellable_now(engine) + 5}};
        require_status(member,
                       sellable_item_put(engine, member->worker, numbered(&key, "I", item.id - 1),
                                         &counted, NULL, NULL),
                       OK);
        require_status(member,
                       sellable_location_put(engine, member->worker, numbered(&key, "L", 2),
                                             &place, NULL, NULL),
                       OK);
        require_status(member, sellable_policy_put(engine, member->worker, &scope, &policy, NULL),
                       OK);
        for (uint32_t i = 0; i < COUNT_OF(events); i++)
            require_status(member, sellable_apply(engine, member->worker, &events[i], NULL), OK);
        require_status(member,
                       sellable_channel_put(engine, member->worker, key_of("web"), &ways, NULL,
                                            NULL),
                       OK);
        require_status(member,
                       sellable_advance(engine, member->worker, sellable_now(engine) + 1, NULL),
                       OK);
        const struct timespec moment = {0, 500000};
        nanosleep(&moment, NULL);
    }
}

static void audit_all(struct sellable *engine, const uint32_t *made,
                      struct promise_audit *audit) {
    struct crew_key key;
    memset(audit, 0, sizeof *audit);
    for (uint64_t m = 0; m < THREADS; m++)
        for (uint64_t i = 0; i < made[m]; i++)
            (void)keep_key(audit, engine, numbered(&key, "O", m * EACH + i));
    visit_agrees(engine, audit);
}

/* The fence of "own": of what "own" took there all came from it. */
static void fences_hold(const struct promise_audit *audit, const struct sellable_fence *fences,
                        uint32_t count, uint32_t item, uint32_t location, int64_t now) {
    bool here = location == 2 || (item == 1 && location == 1 && now < FENCE_END);
    int64_t left = FENCE - audit->kept[item - 1][location - 1].taken[OWN], own = 0;
    for (uint32_t i = 0; i < count; i++) {
        assert_true(fences[i].channel.id == OWN || (fences[i].channel.id == WEB && location == 3));
        assert_true(fences[i].quantity > 0);
        assert_true(fences[i].until == 0 || fences[i].until > now);
        own += fences[i].channel.id == OWN ? fences[i].quantity : 0;
    }
    equal(own, here ? left : 0);
}

static void all_cells_hold(struct sellable *engine, const struct promise_audit *audit) {
    for (uint32_t item = 1; item <= PLAIN; item++)
        for (uint32_t location = 1; location <= LOCATIONS; location++) {
            struct sellable_fence fences[AUDITED_CHANNELS];
            uint32_t count = cell_holds(engine, audit, item, location, STOCK, fences);
            fences_hold(audit, fences, count, item, location, sellable_now(engine));
        }
}

static void of_all_that_happens_at_once_nothing_is_lost(void **state) {
    (void)state;
    static struct promise_audit audit;
    struct bustle bustle = {.made = {0}};
    struct sellable *engine = open_promises(STOCK);
    struct crew_key key;
    crew_run_with(engine, THREADS, duration, change_masters, bustle_about, &bustle);
    audit_all(engine, bustle.made, &audit);
    all_cells_hold(engine, &audit);
    struct sellable_memory memory;
    sellable_memory(engine, &memory);
    equal(memory.orders, audit.open + audit.closed);
    equal(bustle.ok[RESERVE] + bustle.ok[PARTIAL] + bustle.ok[DATED], memory.orders);
    for (enum deed deed = RESERVE; deed < DEEDS; deed++) {
        print_message("           %-10s %8llu ok %8llu refused\n", deed_names[deed],
                      (unsigned long long)bustle.ok[deed],
                      (unsigned long long)bustle.refused[deed]);
        assert_true(bustle.ok[deed] > 0);
    }
    /* Later what was not confirmed has expired. */
    now_is(engine, sellable_now(engine) + 1000);
    audit_all(engine, bustle.made, &audit);
    all_cells_hold(engine, &audit);
    print_message("           %llu open, %u shipped, %u expired, %u released\n",
                  (unsigned long long)audit.open, audit.states[SELLABLE_SHIPPED],
                  audit.states[SELLABLE_EXPIRED], audit.states[SELLABLE_RELEASED]);
    assert_true(audit.states[SELLABLE_EXPIRED] > 0);
    /* And when all is given back, but for what was shipped, the fences are what they were. */
    for (uint64_t m = 0; m < THREADS; m++)
        for (uint64_t i = 0; i < bustle.made[m]; i++) {
            (void)!sellable_deallocate(engine, NULL, numbered(&key, "O", m * EACH + i), NULL, 0,
                                       NULL);
            (void)!sellable_release(engine, NULL, numbered(&key, "O", m * EACH + i), NULL, 0,
                                    NULL);
        }
    audit_all(engine, bustle.made, &audit);
    equal(audit.open, 0);
    all_cells_hold(engine, &audit);
    sellable_close(engine);
}

/* ---- nothing is promised that is not there --------------------------------------------------- */

/* No time passes, nothing waits: at every date at least 0 is left of every cell, always. */
static void promise_for_dates(struct member *member) {
    uint32_t *made = member->shared;
    uint32_t number = 0;
    for (; number < EACH && crew_goes_on(member); number++) {
        struct crew_key key;
        uint64_t o = (uint64_t)member->number * EACH + number;
        struct sellable_line lines[3];
        struct sellable_order order = {.key = numbered(&key, "O", o),
                                       .channel = {random_percent(&member->random, 30) ? WEB
                                                                                       : AHEAD},
                                       .lines = lines,
                                       .line_count = draw_lines(member, lines)};
        if (order.channel.id == AHEAD && random_percent(&member->random, 60)) {
            order.has_date = 1;
            order.date = BEGIN + random_between(&member->random, 0, 29) * SELLABLE_DAY;
        }
        enum sellable_status status =
            sellable_reserve(member->engine, member->worker, &order, NULL);
        require(member, status == SELLABLE_OK || status == SELLABLE_INSUFFICIENT);
        for (uint32_t i = 0; i < 2 && number > 20; i++) {
            struct sellable_key old = numbered(&key, "O", o - random_below(&member->random, 20));
            if (i == 0)
                status = sellable_release(member->engine, member->worker, old, NULL, 0, NULL);
            else
                status = sellable_amend(member->engine, member->worker,
                                        &(struct sellable_order){.key = old,
                                                                 .lines = lines,
                                                                 .line_count = order.line_count},
                                        NULL);
            require(member, status == SELLABLE_OK || status == SELLABLE_WRONG_STATE ||
                                status == SELLABLE_UNKNOWN_ORDER ||
                                status == SELLABLE_INSUFFICIENT || status == SELLABLE_INVALID);
        }
        struct sellable_term terms[LOCATIONS];
        struct sellable_explanation why = {.terms = terms, .term_capacity = LOCATIONS};
        struct sellable_question question = {
            .item = {1 + random_below(&member->random, PLAIN)},
            .channel = {AHEAD},
            .has_date = 1,
            .date = BEGIN + random_between(&member->random, 0, 30) * SELLABLE_DAY};
        require_status(member, sellable_explain(member->engine, &question, &why), OK);
        require_that(member, why.term_count, ==, LOCATIONS);
        for (uint32_t i = 0; i < LOCATIONS; i++) {
            const struct sellable_term *term = &terms[i];
            require_that(member, term->low, >=, 0);
            require_that(member, term->low, >=, term->fenced);
            require_that(member, term->low, <=, term->projected);
            require_that(member, term->projected, ==,
                         term->net + term->supply - term->demand - term->promised);
        }
    }
    made[member->number] = number;
}

static void no_promise_for_a_date_takes_what_another_needs(void **state) {
    (void)state;
    static struct promise_audit audit;
    uint32_t made[CREW_MOST] = {0};
    struct sellable *engine = open_promises(STOCK / 4);
    crew_run(engine, THREADS, duration, promise_for_dates, made);
    audit_all(engine, made, &audit);
    for (uint32_t item = 1; item <= PLAIN; item++)
        for (uint32_t location = 1; location <= LOCATIONS; location++) {
            struct sellable_fence fences[AUDITED_CHANNELS];
            (void)cell_holds(engine, &audit, item, location, STOCK / 4, fences);
        }
    assert_true(audit.open > 0 && audit.states[SELLABLE_RELEASED] > 0);
    print_message("           %llu open, %u released\n", (unsigned long long)audit.open,
                  audit.states[SELLABLE_RELEASED]);
    sellable_close(engine);
}

/* ---- kits ------------------------------------------------------------------------------------ */

/* Items 3 and 4 are taken by the third kit only, one and two of them: whoever looks at both at one
 * instant sees twice as much taken of the second. */
static void trade_in_kits(struct member *member) {
    struct crew_key key;
    uint64_t first = (uint64_t)member->number * EACH, number = 0;
    for (; number < EACH && crew_goes_on(member); number++) {
        struct sellable_line line = {.item = {PLAIN + KITS},
                                     .quantity = random_between(&member->random, 1, 9)};
        struct sellable_order order = {.key = numbered(&key, "O", first + number),
                                       .channel = web,
                                       .lines = &line,
                                       .line_count = 1};
        enum sellable_status status =
            sellable_reserve(member->engine, member->worker, &order, NULL);
        require(member, status == SELLABLE_OK || status == SELLABLE_INSUFFICIENT);
        line.quantity = random_between(&member->random, 1, 9);
        status = sellable_amend(member->engine, member->worker, &order, NULL);
        require(member, status == SELLABLE_OK || status == SELLABLE_INSUFFICIENT ||
                            status == SELLABLE_UNKNOWN_ORDER);
        if (number > 5) {
            const struct sellable_part part = {.item = line.item, .quantity = 1};
            struct sellable_key old = numbered(&key, "O", first + number - 5);
            status = sellable_release(member->engine, member->worker, old, &part, 1, NULL);
            require(member, status == SELLABLE_OK || status == SELLABLE_UNKNOWN_ORDER);
            (void)!sellable_release(member->engine, member->worker, old, NULL, 0, NULL);
        }
        const struct sellable_line both[] = {{.item = {3}, .quantity = 4 * STOCK},
                                             {.item = {4}, .quantity = 4 * STOCK}};
        struct sellable_misfit misfits[2];
        struct sellable_answer answer = {.misfits = misfits, .misfit_capacity = 2};
        require_status(member,
                       reserve_lines(member, numbered(&key, "X", 0), both, 2, 0, &answer),
                       INSUFFICIENT);
        require_that(member, answer.misfit_count, ==, 2);
        require_that(member, LOCATIONS * STOCK - misfits[1].promisable, ==,
                     2 * (LOCATIONS * STOCK - misfits[0].promisable));
    }
}

static void nobody_sees_a_part_of_a_kit(void **state) {
    (void)state;
    struct sellable *engine = open_promises(STOCK);
    for (uint32_t i = 1; i <= PLAIN; i++) /* no fences here */
        put_event(engine, &(struct sellable_event){.type = SELLABLE_RING_FENCE_SET,
                                                   .item = {i},
                                                   .location = {2},
                                                   .channel = {OWN}});
    crew_run(engine, THREADS, duration, trade_in_kits, NULL);
    sellable_close(engine);
}

int main(int count, char **arguments) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(of_all_that_happens_at_once_nothing_is_lost),
        cmocka_unit_test(no_promise_for_a_date_takes_what_another_needs),
        cmocka_unit_test(nobody_sees_a_part_of_a_kit),
    };
    if (count > 1 && strcmp(arguments[1], "long") == 0)
        duration = 30000;
    return cmocka_run_group_tests_name("promises", tests, NULL, NULL);
}
