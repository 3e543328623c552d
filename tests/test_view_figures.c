/* SPDX-License-Identifier: Apache-2.0
 *
 * What a view shows of rows of every kind, in any mixture: the same as a question for each item in
 * each channel. All is drawn: many locations and few, channels with settings of every kind, rows
 * with dated stock, fences, orders that wait, settings of their own, units, kits, large numbers.
 * So rows that are worked out side by side stand beside those that are worked out one by one. */
#include "motley.h"
#include "random.h"

enum { RUNS = 24, ITEMS_MOST = 700, LOCATIONS_MOST = 24, CHANNELS_MOST = 40 };

/* An engine in the making. */
struct draw {
    struct random random;
    struct sellable *engine;
    uint32_t items, locations, channels;
    uint32_t general; /* rows that are not plain, in a hundred */
    struct sellable_location location[LOCATIONS_MOST];
};

static const char *named(const char *what, uint32_t number) {
    static char names[4][24];
    static uint32_t next;
    char *name = names[next++ % COUNT_OF(names)];
    (void)snprintf(name, sizeof *names, "%s-%u", what, (unsigned)number);
    return name;
}

static uint32_t below(struct draw *draw, uint32_t count) {
    return random_below(&draw->random, count);
}
static bool percent(struct draw *draw, uint32_t percent) {
    return random_percent(&draw->random, percent);
}
static const char *any_channel(struct draw *draw) {
    return named("C", below(draw, draw->channels));
}

/* Some are near where 28, 30 and 31 bits end, some near 10^15. */
static int64_t quantity(struct draw *draw) {
    static const int64_t near[] = {INT64_C(1) << 28, INT64_C(1) << 30, INT64_C(1) << 31, LARGEST};
    if (percent(draw, 2)) {
        return near[below(draw, COUNT_OF(near))] - random_between(&draw->random, 0, 3);
    }
    return random_between(&draw->random, -5, percent(draw, 10) ? 100000000 : 60);
}

/* ---- settings -------------------------------------------------------------------------------- */

/* Some settings, each of a value that matters; `locations`: perhaps a list, too. */
static struct sellable_policy settings(struct draw *draw, uint32_t often, bool locations) {
    struct sellable_policy policy = {.set = 0};
    const uint32_t all[] = {SET(SOURCING), SET(SHARE),  SET(BUFFER), SET(BACKORDER),
                            SET(HORIZON),  SET(UNIT),   SET(CAP),    SET(MINIMUM),
                            SET(LOW),      SET(CLOSED), SET(PRECEDENCE)};
    for (size_t i = 0; i < COUNT_OF(all); i++) {
        if (percent(draw, all[i] == SET(CLOSED) || all[i] == SET(UNIT) ? often / 4 : often)) {
            policy.set |= all[i];
        }
    }
    policy.sourcing = below(draw, 3);
    policy.share =
        below(draw, 4) == 0 ? SELLABLE_SHARE_ALL : (int32_t)below(draw, SELLABLE_SHARE_ALL + 1);
    policy.buffer = llabs(quantity(draw));
    policy.backorder = percent(draw, 15) ? LARGEST - below(draw, 9) : llabs(quantity(draw));
    policy.horizon = below(draw, 5) == 0 ? below(draw, 30) : 3 * below(draw, 3);
    policy.unit = key_of("case");
    policy.cap = below(draw, 3) == 0 ? LARGEST - 1 : below(draw, 80);
    policy.minimum = below(draw, 8) == 0 ? LARGEST : below(draw, 30);
    policy.low = below(draw, 8) == 0 ? LARGEST : below(draw, 40);
    policy.closed = 1;
    policy.precedence = (int32_t)below(draw, 3);
    if (locations && percent(draw, often)) {
        policy.set |= SET(LOCATIONS);
        policy.locations = draw->location + below(draw, draw->locations);
        policy.location_count =
            below(draw, (uint32_t)(draw->location + draw->locations - policy.locations) + 1);
    }
    return policy;
}

static void draw_masters(struct draw *draw) {
    for (uint32_t i = 0; i < draw->locations; i++) {
        draw->location[i] = location_of(draw->engine, named("L", i));
    }
    for (uint32_t i = 0; i < draw->channels; i++) {
        policy_for(draw->engine, named("C", i), NULL, settings(draw, 30, true));
    }
    active(draw->engine, "L-0", below(draw, 2));
}

/* ---- rows ------------------------------------------------------------------------------------ */

static void draw_dates(struct draw *draw, const char *item, const char *location) {
    for (uint32_t i = below(draw, 6); i > 0; i--) { /* some fall together, some are overdue */
        schedule(draw->engine, item, location, named("PO", i),
                 MOTLEY_NOW + ((int64_t)below(draw, 12) - 2) * SELLABLE_DAY,
                 random_between(&draw->random, -30, 40));
    }
}

static void draw_claims(struct draw *draw, const char *item, const char *location) {
    static uint32_t orders;
    for (uint32_t i = below(draw, percent(draw, 5) ? 14 : 4); i > 0; i--) {
        fence(draw->engine, item, location, any_channel(draw), below(draw, 25), 0);
    }
    for (uint32_t i = below(draw, 3); i > 0; i--) { /* what is refused does no harm */
        (void)reserve(draw->engine, named("O", orders++), any_channel(draw), item,
                      1 + below(draw, 90));
    }
}

static void draw_own(struct draw *draw, const char *item, uint32_t number) {
    if (percent(draw, 30)) {
        counted_in(draw->engine, item, "case", 2 + below(draw, 11), 1);
    }
    for (uint32_t i = below(draw, 4); i > 0; i--) {
        policy_for(draw->engine, percent(draw, 15) ? NULL : any_channel(draw), item,
                   settings(draw, 20, percent(draw, 20)));
    }
    if (number != 0 && percent(draw, 6)) {
        kit_of(draw->engine, named("kit", number), item, 1 + below(draw, 3), "I-0", 1);
    }
    if (percent(draw, 3)) {
        untracked(draw->engine, named("service", number));
    }
}

/* Mostly the same locations in the same order; sometimes others, and more than a line has. */
static void draw_item(struct draw *draw, uint32_t number) {
    const char *item = named("I", number);
    char key[24];
    (void)snprintf(key, sizeof key, "%s", item);
    uint32_t cells = percent(draw, 5) ? 7 : percent(draw, 15) ? below(draw, 5) : 4;
    bool others = percent(draw, 20), general = percent(draw, draw->general);
    item_of(draw->engine, key);
    for (uint32_t i = 0; i < cells; i++) {
        uint32_t at = others ? below(draw, draw->locations) : i % draw->locations;
        char location[24];
        (void)snprintf(location, sizeof location, "%s", named("L", at));
        stock(draw->engine, key, location, quantity(draw));
        if (general && percent(draw, 30)) {
            draw_dates(draw, key, location);
        }
        if (general && percent(draw, 30)) {
            draw_claims(draw, key, location);
        }
    }
    if (general && percent(draw, 40)) {
        draw_own(draw, key, number);
    }
}

static void figures_of_rows_of_every_kind_are_those_of_questions(void **state) {
    (void)state;
    for (uint32_t run = 0; run < RUNS; run++) {
        struct draw draw = {.random = {run}, .engine = open_engine()};
        now_is(draw.engine, MOTLEY_NOW);
        draw.locations = percent(&draw, 60) ? 4 : 1 + below(&draw, LOCATIONS_MOST);
        draw.channels = percent(&draw, 60) ? 8 : 1 + below(&draw, CHANNELS_MOST);
        draw.general = (uint32_t[]){0, 20, 20, 100}[below(&draw, 4)];
        draw_masters(&draw);
        for (uint32_t i = 0; i < ITEMS_MOST; i++) {
            draw_item(&draw, i);
        }
        struct picture picture = picture_of(draw.engine);
        struct sellable_view view = view_of(draw.engine);
        same_availability_at(&view, &picture, 1000, __FILE__, __LINE__);
        for (uint32_t i = 0; i < ITEMS_MOST; i += 3) { /* some change, and become of other kinds */
            draw_item(&draw, i);
        }
        same_availability_at(&view, &picture, 1 + below(&draw, 300), __FILE__, __LINE__);
        expect(sellable_view_close(NULL, &view), OK);
        picture_free(&picture);
        sellable_close(draw.engine);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(figures_of_rows_of_every_kind_are_those_of_questions),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
