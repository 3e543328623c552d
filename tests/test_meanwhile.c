/* SPDX-License-Identifier: Apache-2.0
 *
 * Orders from many threads while everything around them changes: settings, time, how much there is
 * of everything; and while questions are asked.
 *
 *    test_meanwhile [long]      long: each race takes half a minute */
#include "crew.h"

enum { THREADS = 8, EACH = 10000000 };

static int64_t duration = 900; /* ms of each race */

static enum sellable_status reserve_one(struct member *member, uint64_t number, uint32_t item,
                                        int64_t quantity, int64_t expires_at) {
    struct crew_key key;
    const struct sellable_line line = {.item = {item}, .quantity = quantity};
    return reserve_lines(member, numbered(&key, "O", number), &line, 1, expires_at, NULL);
}

/* For others to do something meanwhile. */
static void a_moment(void) {
    const struct timespec moment = {0, 50000};
    nanosleep(&moment, NULL);
}

static struct sellable_cell cell_at(struct member *member, uint32_t item, uint32_t location) {
    struct sellable_place place = {.item = {item}, .location = {location}};
    struct sellable_cell cell = {0};
    require_status(member, sellable_cell(member->engine, &place, &cell), OK);
    return cell;
}

static uint64_t audit_all(struct audit *audit, const struct sellable *engine,
                          const uint32_t *made) {
    struct crew_key key;
    uint64_t known = 0;
    for (uint64_t m = 0; m < THREADS; m++)
        for (uint64_t i = 0; i < made[m]; i++)
            known += audit_order(audit, engine, numbered(&key, "O", m * EACH + i)) != 0;
    return known;
}

/* ---- settings -------------------------------------------------------------------------------- */

struct closing {
    atomic_uint phase; /* even: open, odd: closed since the call that closed it has returned */
    uint32_t made[CREW_MOST];
    atomic_ullong accepted, refused;
};

/* Each way to let nothing be promised, and the way back. */
static const struct sellable_policy closed_ways[] = {
    {.set = SELLABLE_SETTING_CLOSED, .closed = 1},
    {.set = SELLABLE_SETTING_SHARE, .share = 0},
    {.set = SELLABLE_SETTING_BUFFER, .buffer = LARGEST},
    {.set = SELLABLE_SETTING_LOCATIONS, .location_count = 0},
};

static int64_t reserved_in_all(struct member *member, uint32_t items) {
    int64_t reserved = 0;
    for (uint32_t i = 1; i <= items; i++)
        reserved += cell_at(member, i, 1).reserved;
    return reserved;
}

static void close_and_open(struct member *member) {
    struct closing *closing = member->shared;
    for (uint32_t turn = 0; crew_goes_on(member); turn++) {
        const struct sellable_policy *way = &closed_ways[turn % COUNT_OF(closed_ways)];
        const struct sellable_policy back = {.unset = way->set};
        require_status(member,
                       sellable_channel_put(member->engine, member->worker, key_of("web"), way,
                                            NULL, NULL),
                       OK);
        int64_t before = reserved_in_all(member, 2);
        atomic_fetch_add(&closing->phase, 1);
        a_moment();
        require_that(member, reserved_in_all(member, 2), ==, before);
        atomic_fetch_add(&closing->phase, 1);
        require_status(member,
                       sellable_channel_put(member->engine, member->worker, key_of("web"), &back,
                                            NULL, NULL),
                       OK);
        atomic_fetch_add(&closing->phase, 2);
        a_moment();
    }
}

/* phase mod 4: 0 open, 1 closed, 2 neither is sure, 3 does not come. */
static void order_while_it_closes(struct member *member) {
    struct closing *closing = member->shared;
    uint32_t number = 0;
    for (; number < EACH && crew_goes_on(member); number++) {
        uint32_t before = atomic_load(&closing->phase);
        enum sellable_status status =
            reserve_one(member, (uint64_t)member->number * EACH + number,
                        1 + random_below(&member->random, 2), 1, 0);
        uint32_t after = atomic_load(&closing->phase);
        require(member, status == SELLABLE_OK || status == SELLABLE_INSUFFICIENT);
        if (before == after && before % 4 == 1)
            require_status(member, status, INSUFFICIENT);
        atomic_fetch_add(status == SELLABLE_OK ? &closing->accepted : &closing->refused, 1);
    }
    closing->made[member->number] = number;
}

static void no_order_is_accepted_once_a_channel_is_closed(void **state) {
    (void)state;
    enum { STOCK = 100000000 };
    struct sellable *engine = open_stocked(2, 1, STOCK, 0);
    struct closing closing = {0};
    crew_run_with(engine, THREADS, duration, close_and_open, order_while_it_closes, &closing);
    struct audit audit = audit_begin(2, 1);
    equal(audit_all(&audit, engine, closing.made), closing.accepted);
    audit_end(&audit, engine, STOCK, NULL);
    print_message("           closed %u times; %llu accepted, %llu refused\n", closing.phase / 4,
                  (unsigned long long)closing.accepted, (unsigned long long)closing.refused);
    assert_true(closing.phase > 0 && closing.accepted > 0 && closing.refused > 0);
    sellable_close(engine);
}

/* Two settings and a list of locations that change together, always to one of these. */
static const struct {
    int32_t share;
    int64_t buffer, promisable; /* of 1,000 at each of two locations */
    uint32_t location_count;
} together[] = {{10000, 0, 2000, 2}, {5000, 300, 700, 2}, {2500, 100, 150, 1}, {1000, 7, 93, 1}};

static void change_together(struct member *member) {
    const struct sellable_location locations[] = {{2}, {1}};
    for (uint32_t turn = 0; crew_goes_on(member); turn++) {
        const struct sellable_policy policy = {
            .set = SELLABLE_SETTING_SHARE | SELLABLE_SETTING_BUFFER | SELLABLE_SETTING_LOCATIONS,
            .share = together[turn % COUNT_OF(together)].share,
            .buffer = together[turn % COUNT_OF(together)].buffer,
            .locations = locations,
            .location_count = together[turn % COUNT_OF(together)].location_count};
        require_status(member,
                       sellable_channel_put(member->engine, member->worker, key_of("web"), &policy,
                                            NULL, NULL),
                       OK);
    }
}

static void ask_what_changes_together(struct member *member) {
    while (crew_goes_on(member)) {
        struct sellable_question question = {.item = {1}, .channel = web};
        struct sellable_availability availability;
        struct sellable_term terms[4];
        struct sellable_explanation why = {.terms = terms, .term_capacity = 4};
        struct sellable_misfit misfit = {.promisable = -1};
        struct sellable_answer answer = {.misfits = &misfit, .misfit_capacity = 1};
        const struct sellable_line line = {.item = {1}, .quantity = 2001};
        require_status(member, sellable_available(member->engine, &question, &availability), OK);
        require_status(member, sellable_explain(member->engine, &question, &why), OK);
        require_status(member,
                       reserve_lines(member, key_of("X"), &line, 1, 0, &answer), INSUFFICIENT);
        int found = 0;
        for (size_t i = 0; i < COUNT_OF(together); i++) {
            found |= availability.promisable == together[i].promisable ? 1 : 0;
            found |= misfit.promisable == together[i].promisable ? 2 : 0;
            if (why.promisable == together[i].promisable && why.share == together[i].share &&
                why.buffer == together[i].buffer && why.term_count == together[i].location_count)
                found |= 4;
        }
        require_that(member, found, ==, 7);
    }
}

static void settings_change_together(void **state) {
    (void)state;
    struct sellable *engine = open_stocked(1, 2, 1000, 0);
    crew_run_with(engine, THREADS, 10, change_together, change_together, NULL);
    crew_run_with(engine, THREADS, duration, change_together, ask_what_changes_together, NULL);
    sellable_close(engine);
}

/* ---- time ------------------------------------------------------------------------------------ */

enum { RETENTION = 200, LIFE = 25 };

struct timed {
    atomic_uchar *fate; /* by member and order: what was answered ok */
    atomic_ullong confirmed, ended, late;
};
enum { MADE = 1, CONFIRMED = 2, ENDED = 4, TIMED_EACH = 60000 };

static void tick(struct member *member) {
    int64_t now = sellable_now(member->engine);
    while (crew_goes_on(member)) {
        struct crew_key key;
        require_status(member, sellable_advance(member->engine, member->worker, ++now, NULL), OK);
        require_that(member, sellable_now(member->engine), ==, now);
        /* All that was due is done: look at a few of the orders. */
        for (int i = 0; i < 8; i++) {
            uint64_t m = 1 + random_below(&member->random, THREADS - 1);
            uint64_t o = m * TIMED_EACH + random_below(&member->random, TIMED_EACH);
            struct sellable_order_view view = {0};
            if (sellable_order(member->engine, numbered(&key, "T", o), &view) == SELLABLE_OK &&
                view.state == SELLABLE_RESERVED && view.expires_at != 0)
                require_that(member, view.expires_at, >, now);
        }
        a_moment();
    }
}

/* Orders that expire soon; some are confirmed in time, by this member or the next. */
static void order_for_a_while(struct member *member) {
    struct timed *timed = member->shared;
    struct crew_key key;
    uint32_t number = 0;
    for (; number < TIMED_EACH && crew_goes_on(member); number++) {
        uint64_t o = (uint64_t)member->number * TIMED_EACH + number;
        const struct sellable_line lines[] = {{.item = {1}, .quantity = 1},
                                              {.item = {2}, .quantity = 2}};
        int64_t expires_at =
            sellable_now(member->engine) + random_between(&member->random, 1, LIFE);
        enum sellable_status status =
            reserve_lines(member, numbered(&key, "T", o), lines, 2, expires_at, NULL);
        require(member, status == SELLABLE_OK ||
                            (status == SELLABLE_INVALID &&
                             sellable_now(member->engine) >= expires_at));
        if (status == SELLABLE_OK)
            atomic_fetch_or(&timed->fate[o], MADE);
        /* Any order of any member, mostly young: confirm, release or ship it. */
        uint64_t m = 1 + random_below(&member->random, THREADS - 1);
        uint32_t back = random_below(&member->random, 30);
        uint64_t other = m * TIMED_EACH + (number > back ? number - back : 0);
        uint32_t way = random_below(&member->random, 6);
        struct sellable_key order = numbered(&key, "T", other);
        int64_t before = sellable_now(member->engine);
        if (way < 3) {
            struct sellable_order_view view = {0};
            bool known = sellable_order(member->engine, order, &view) == SELLABLE_OK;
            status = sellable_confirm(member->engine, member->worker, order, NULL);
            if (status == SELLABLE_OK) {
                atomic_fetch_or(&timed->fate[other], CONFIRMED);
                atomic_fetch_add(&timed->confirmed, 1);
                if (known && view.expires_at != 0) /* it was confirmed in time */
                    require_that(member, before, <, view.expires_at);
            } else if (status == SELLABLE_WRONG_STATE) {
                atomic_fetch_add(&timed->late, 1);
            } else {
                require_status(member, status, UNKNOWN_ORDER);
            }
        } else if (way < 5) {
            status =
                way == 3 ? sellable_release(member->engine, member->worker, order, NULL, 0, NULL)
                         : sellable_ship(member->engine, member->worker, order, NULL, 0, NULL);
            if (status == SELLABLE_OK) {
                require(member, (atomic_fetch_or(&timed->fate[other], ENDED) & ENDED) == 0);
                atomic_fetch_add(&timed->ended, 1);
            } else {
                require(member, status == SELLABLE_WRONG_STATE || status == SELLABLE_UNKNOWN_ORDER);
            }
        }
    }
}

static void an_order_is_confirmed_or_expires_and_never_both(void **state) {
    (void)state;
    enum { STOCK = 10000000 };
    uint32_t expired = 0, kept = 0, forgotten = 0;
    struct timed timed = {.fate = calloc((size_t)THREADS * TIMED_EACH, 1)};
    struct sellable *engine = open_stocked(2, 1, STOCK, 0);
    struct crew_key key;
    now_is(engine, 1000);
    crew_run_with(engine, THREADS, duration, tick, order_for_a_while, &timed);
    int64_t end = sellable_now(engine) + LIFE;
    now_is(engine, end);
    struct audit audit = audit_begin(2, 1);
    for (uint64_t o = 0; o < (uint64_t)THREADS * TIMED_EACH; o++) {
        uint32_t now = audit_order(&audit, engine, numbered(&key, "T", o));
        unsigned char fate = timed.fate[o];
        if ((fate & MADE) == 0) {
            equal(now, 0);
            equal(fate, 0);
        } else if ((fate & ENDED) != 0) {
            assert_true(now == SELLABLE_SHIPPED || now == SELLABLE_RELEASED);
        } else if ((fate & CONFIRMED) != 0) {
            equal(now, SELLABLE_RESERVED);
            kept++;
        } else {
            equal(now, SELLABLE_EXPIRED);
            expired++;
        }
    }
    equal(audit.states[SELLABLE_EXPIRED], expired);
    audit_end(&audit, engine, STOCK, NULL);
    assert_true(expired > 0 && kept > 0 && timed.ended > 0);
    print_message("           %u expired, %u confirmed and kept, %llu ended, %llu too late\n",
                  expired, kept, (unsigned long long)timed.ended, (unsigned long long)timed.late);
    /* What is closed is forgotten after its retention, all of it, and what is open is not. */
    now_is(engine, end + SELLABLE_RETENTION_DEFAULT);
    for (uint64_t o = 0; o < (uint64_t)THREADS * TIMED_EACH; o++) {
        struct sellable_order_view view = {0};
        if (sellable_order(engine, numbered(&key, "T", o), &view) == SELLABLE_OK) {
            equal(view.state, SELLABLE_RESERVED);
            kept--;
        } else {
            forgotten++;
        }
    }
    equal(kept, 0);
    struct sellable_memory memory;
    sellable_memory(engine, &memory);
    equal(memory.orders, (uint64_t)THREADS * TIMED_EACH - forgotten);
    free(timed.fate);
    sellable_close(engine);
}

/* Time passes by leaps from several threads at once. */
static void leap(struct member *member) {
    while (crew_goes_on(member)) {
        int64_t now = sellable_now(member->engine) + random_between(&member->random, 0, RETENTION);
        require_status(member, sellable_advance(member->engine, member->worker, now, NULL), OK);
        require_that(member, sellable_now(member->engine), >=, now);
        a_moment();
    }
}

/* Keys are used again once their orders are forgotten. */
static void use_keys_again(struct member *member) {
    atomic_ullong *again = member->shared;
    struct crew_key key;
    if (member->number == 1) {
        leap(member);
        return;
    }
    const struct sellable_line line = {.item = {1}, .quantity = 1};
    for (uint32_t number = 0; crew_goes_on(member); number++) {
        struct sellable_key order =
            numbered(&key, "F", (uint64_t)member->number * 100 + number % 100);
        int64_t soon = sellable_now(member->engine) + random_between(&member->random, 1, 50);
        enum sellable_status status = reserve_lines(member, order, &line, 1, soon, NULL);
        if (status == SELLABLE_OK && number >= 100)
            atomic_fetch_add(again, 1);
        require(member, status == SELLABLE_OK || status == SELLABLE_DUPLICATE ||
                            status == SELLABLE_CONFLICT || status == SELLABLE_INVALID);
        status = random_percent(&member->random, 50)
                     ? sellable_release(member->engine, member->worker, order, NULL, 0, NULL)
                     : sellable_ship(member->engine, member->worker, order, NULL, 0, NULL);
        require(member, status == SELLABLE_OK || status == SELLABLE_WRONG_STATE ||
                            status == SELLABLE_UNKNOWN_ORDER);
    }
}

static void keys_are_free_again_after_the_retention(void **state) {
    (void)state;
    struct sellable *engine = open_stocked(1, 1, 1000000000, RETENTION);
    atomic_ullong again = 0;
    struct sellable_memory middle, after;
    crew_run_with(engine, THREADS, duration / 2, leap, use_keys_again, &again);
    sellable_memory(engine, &middle);
    crew_run_with(engine, THREADS, duration / 2, leap, use_keys_again, &again);
    now_is(engine, sellable_now(engine) + 50);
    now_is(engine, sellable_now(engine) + RETENTION);
    sellable_memory(engine, &after);
    equal(after.orders, 0);
    equal(cell_of(engine, "I-0", "L-0").reserved, 0);
    assert_true(again > 0);
    /* What is forgotten gives its memory back. How much is held between two leaps (what moved is
     * remembered, too) depends on who sleeps when; a leak would be ten times that. */
    assert_true(after.slab_bytes <= middle.slab_bytes + ((uint64_t)32 << 20));
    print_message("           %llu keys used again\n", (unsigned long long)again);
    sellable_close(engine);
}

/* ---- growth ---------------------------------------------------------------------------------- */

enum { GROWN_EACH = 20000, GROWN_SETTINGS = 300 };

/* Members make the same items, locations and channels all at once, and promise what is there. */
static void grow(struct member *member) {
    uint32_t *made = member->shared;
    struct crew_key key;
    uint32_t number = 0, settings = 0;
    for (; number < GROWN_EACH && crew_goes_on(member); number++) {
        struct sellable_item item, found;
        struct sellable_location location;
        struct sellable_channel channel;
        uint64_t n = number / 2 * 2 + member->number % 2; /* each by four members */
        require_status(member,
                       sellable_item_put(member->engine, member->worker, numbered(&key, "N", n),
                                         NULL, &item, NULL),
                       OK);
        require_status(member, sellable_item_find(member->engine, numbered(&key, "N", n), &found),
                       OK);
        require_that(member, found.id, ==, item.id);
        require(member,
                sellable_item_key(member->engine, item).size == numbered(&key, "N", n).size);
        if (number % 16 == 0 && settings < GROWN_SETTINGS) {
            require_status(member,
                           sellable_location_put(member->engine, member->worker,
                                                 numbered(&key, "M", settings), NULL, &location,
                                                 NULL),
                           OK);
            require(member,
                    sellable_location_key(member->engine, location).size ==
                        numbered(&key, "M", settings).size);
            require_status(member,
                           sellable_channel_put(member->engine, member->worker,
                                                numbered(&key, "C", settings++), NULL, &channel,
                                                NULL),
                           OK);
            require_that(member, channel.id, <=, GROWN_SETTINGS + 1);
        }
        struct sellable_event event = {.type = SELLABLE_ON_HAND_ADJUST,
                                       .item = item,
                                       .location = {1},
                                       .quantity = 1};
        require_status(member, sellable_apply(member->engine, member->worker, &event, NULL), OK);
        enum sellable_status status = reserve_one(
            member, (uint64_t)member->number * EACH + number,
            random_percent(&member->random, 50) ? item.id
                                                : 1 + random_below(&member->random, 4),
            1, 0);
        require(member, status == SELLABLE_OK || status == SELLABLE_INSUFFICIENT);
    }
    made[member->number] = number;
}

static void everything_grows_while_orders_come(void **state) {
    (void)state;
    enum { STOCK = 10000 };
    struct sellable *engine = open_stocked(4, 1, STOCK, 0);
    uint32_t made[CREW_MOST] = {0};
    struct sellable_memory memory;
    struct crew_key key;
    crew_run(engine, THREADS, 2 * duration, grow, made);
    sellable_memory(engine, &memory);
    uint32_t items = 4, added = 0;
    int64_t total = 0;
    /* Each handle is given once, and each thread skips at most one number. */
    uint32_t handles = (uint32_t)memory.items + THREADS;
    unsigned char *given = calloc(handles + 1, 1);
    for (uint32_t n = 0; n < GROWN_EACH + 2; n++) {
        struct sellable_item item;
        if (sellable_item_find(engine, numbered(&key, "N", n), &item) != SELLABLE_OK)
            continue;
        assert_in_range(item.id, 5, handles);
        assert_int_equal(given[item.id]++, 0);
        items++;
    }
    equal(items, memory.items);
    free(given);
    for (uint32_t m = 0; m < THREADS; m++)
        added += made[m];
    struct audit audit = audit_begin(handles, 1);
    uint64_t known = audit_all(&audit, engine, made);
    equal(known, memory.orders);
    for (uint32_t i = 0; i < handles; i++) {
        struct sellable_place place = {.item = {i + 1}, .location = {1}};
        struct sellable_cell cell;
        if (sellable_cell(engine, &place, &cell) == SELLABLE_OK)
            total += cell.on_hand;
    }
    equal(total, 4 * STOCK + (int64_t)added);
    audit_end(&audit, engine, -1, NULL);
    print_message("           %u items, %llu orders\n", items, (unsigned long long)known);
    sellable_close(engine);
}

/* ---- questions ------------------------------------------------------------------------------- */

enum { ASKED_ITEMS = 3, ASKED_LOCATIONS = 6, ASKED_STOCK = 100 };

static void trade_while_asked(struct member *member) {
    uint32_t *made = member->shared;
    struct crew_key key;
    uint64_t first = (uint64_t)member->number * EACH;
    uint32_t number = 0;
    for (; number < EACH && crew_goes_on(member); number++) {
        struct sellable_line lines[] = {
            {.item = {1 + random_below(&member->random, ASKED_ITEMS)},
             .quantity = random_between(&member->random, 1, 150)},
            {.item = {1 + random_below(&member->random, ASKED_ITEMS)}, .quantity = 1}};
        enum sellable_status status =
            reserve_lines(member, numbered(&key, "O", first + number), lines, 2, 0, NULL);
        require(member, status == SELLABLE_OK || status == SELLABLE_INSUFFICIENT);
        if (number > 2)
            status = sellable_release(member->engine, member->worker,
                                      numbered(&key, "O", first + number - 2), NULL, 0, NULL);
        struct sellable_event hold = {.type = SELLABLE_HOLD_PLACE,
                                      .item = {1 + random_below(&member->random, ASKED_ITEMS)},
                                      .location = {1 + random_below(&member->random, 6)},
                                      .reason = key_of("quality"),
                                      .quantity = 1};
        require_status(member, sellable_apply(member->engine, member->worker, &hold, NULL), OK);
        hold.type = SELLABLE_HOLD_RELEASE;
        require_status(member, sellable_apply(member->engine, member->worker, &hold, NULL), OK);
    }
    made[member->number] = number;
}

/* Every figure follows from the others of the same answer, whenever it is asked for. */
static void ask(struct member *member) {
    if (member->number >= 4) {
        trade_while_asked(member);
        return;
    }
    while (crew_goes_on(member)) {
        struct sellable_term terms[ASKED_LOCATIONS];
        char because[200];
        struct sellable_question question = {
            .item = {1 + random_below(&member->random, ASKED_ITEMS)}, .channel = web};
        struct sellable_explanation why = {.terms = terms,
                                           .term_capacity = ASKED_LOCATIONS,
                                           .because = because,
                                           .because_capacity = sizeof because};
        struct sellable_availability availability;
        int64_t pool = 0;
        require_status(member, sellable_available(member->engine, &question, &availability), OK);
        require_that(member, availability.promisable, >=, 0);
        require_that(member, availability.promisable, <=, ASKED_LOCATIONS * ASKED_STOCK);
        require_status(member, sellable_explain(member->engine, &question, &why), OK);
        require_that(member, why.term_count, ==, ASKED_LOCATIONS);
        for (uint32_t i = 0; i < ASKED_LOCATIONS; i++) {
            const struct sellable_term *term = &terms[i];
            require_that(member, term->location.id, ==, i + 1);
            require_that(member, term->on_hand, ==, ASKED_STOCK);
            require_that(member, term->reserved, >=, 0);
            require_that(member, term->held, >=, 0);
            require_that(member, term->net, ==, term->on_hand - term->held - term->reserved);
            require_that(member, term->free, ==, term->net > 0 ? term->net : 0);
            pool += term->seen;
        }
        require_that(member, why.pool, ==, pool);
        require_that(member, why.promisable, ==, pool);
        struct sellable_cell cell =
            cell_at(member, question.item.id, 1 + random_below(&member->random, ASKED_LOCATIONS));
        require_that(member, cell.on_hand, ==, ASKED_STOCK);
        require_that(member, cell.reserved, >=, 0);
        require_that(member, cell.net, ==, ASKED_STOCK - cell.reserved - cell.held[0]);
        struct sellable_question questions[40];
        struct sellable_availability availabilities[40];
        enum sellable_status statuses[40];
        for (uint32_t i = 0; i < 40; i++)
            questions[i] = (struct sellable_question){.item = {1 + i % ASKED_ITEMS},
                                                      .channel_key = key_of("web")};
        sellable_available_batch(member->engine, questions, 40, statuses, availabilities);
        for (uint32_t i = 0; i < 40; i++) {
            require_status(member, statuses[i], OK);
            require_that(member, availabilities[i].promisable, >=, 0);
            require_that(member, availabilities[i].promisable, <=, ASKED_LOCATIONS * ASKED_STOCK);
        }
    }
}

static void questions_see_a_whole_row_meanwhile(void **state) {
    (void)state;
    uint32_t made[CREW_MOST] = {0};
    struct sellable *engine = open_stocked(ASKED_ITEMS, ASKED_LOCATIONS, ASKED_STOCK, 0);
    struct crew_key key;
    crew_run(engine, THREADS, duration, ask, made);
    struct audit audit = audit_begin(ASKED_ITEMS, ASKED_LOCATIONS);
    uint64_t known = 0;
    for (uint64_t m = 4; m < THREADS; m++)
        for (uint64_t i = 0; i < made[m]; i++)
            known += audit_order(&audit, engine, numbered(&key, "O", m * EACH + i)) != 0;
    assert_true(known > 0);
    for (uint32_t i = 0; i < ASKED_ITEMS; i++) {
        for (uint32_t l = 0; l < ASKED_LOCATIONS; l++) {
            struct sellable_place place = {.item = {i + 1}, .location = {l + 1}};
            struct sellable_cell cell;
            expect(sellable_cell(engine, &place, &cell), OK);
            equal(cell.reserved, audit.reserved[i][l]);
            equal(cell.held[0], 0);
        }
    }
    free(audit.reserved);
    free(audit.shipped);
    sellable_close(engine);
}

int main(int count, char **arguments) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_order_is_accepted_once_a_channel_is_closed),
        cmocka_unit_test(settings_change_together),
        cmocka_unit_test(an_order_is_confirmed_or_expires_and_never_both),
        cmocka_unit_test(keys_are_free_again_after_the_retention),
        cmocka_unit_test(everything_grows_while_orders_come),
        cmocka_unit_test(questions_see_a_whole_row_meanwhile),
    };
    if (count > 1 && strcmp(arguments[1], "long") == 0)
        duration = 30000;
    return cmocka_run_group_tests_name("meanwhile", tests, NULL, NULL);
}
