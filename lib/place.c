/* SPDX-License-Identifier: Apache-2.0
 *
 * Locations: making and finding them, their regions, and whether they are active. */
#include "names.h"
#include "route.h"
#include "kinds.h"
#include "origin.h"
#include "tally.h"

struct asked {
    const struct sbl_key *key;
    const struct sellable_location_settings *settings;
    uint32_t region;
    uint32_t number; /* the location's; 0: there are too many already */
};

/* The word of a location's line that its settings make of what it was. */
static uint64_t place_with(uint64_t place, const struct asked *asked) {
    const struct sellable_location_settings *settings = asked->settings;
    uint32_t both = settings->set | settings->unset;
    uint32_t region = sbl_high(place), inactive = sbl_low(place) & 1;
    if ((both & SELLABLE_LOCATION_REGION) != 0)
        region = (settings->set & SELLABLE_LOCATION_REGION) != 0 ? asked->region : 0;
    if ((both & SELLABLE_LOCATION_ACTIVE) != 0)
        inactive = (settings->set & SELLABLE_LOCATION_ACTIVE) != 0 && settings->active == 0;
    return sbl_pair(region, inactive);
}

/* Channels whose route changes with this location. false: no memory. */
static bool put_channels(struct sbl_places *places, uint32_t channels) {
    struct sellable *engine = places->engine;
    struct sbl_worker *worker = places->worker;
    uint64_t everywhere = sbl_places_mask(places);
    for (uint32_t channel = 1; channel <= channels; channel++) {
        struct sbl_line *line = sbl_channel_line(engine, channel);
        struct sbl_seen seen;
        struct sbl_layer layer = {0};
        uint32_t route = 0;
        uint64_t mask = everywhere;
        sbl_line_settle(worker, line, &seen);
        uint32_t blob = sbl_low(seen.image.word[SBL_CHANNEL_LAYER]);
        if (blob != 0)
            sbl_layer_read(&engine->memory, blob, 0, &layer);
        bool names = (layer.set & SELLABLE_SETTING_LOCATIONS) != 0;
        if (names && !sbl_route_of_list(places, &layer, NULL, &route, &mask))
            return false;
        if (!names && mask == seen.image.word[SBL_CHANNEL_MASK])
            continue;
        struct sbl_image image = seen.image;
        image.word[SBL_CHANNEL_ROUTE] = route;
        image.word[SBL_CHANNEL_MASK] = mask;
        if ((names &&
             !sbl_transaction_replaces(worker, sbl_low(seen.image.word[SBL_CHANNEL_ROUTE]))) ||
            !sbl_transaction_add(worker, line, (struct sbl_name){SBL_CHANNEL, channel}, &seen,
                                 &image))
            return false;
    }
    return true;
}

/* A region is one from when a location is in it. */
static bool put_region(struct sellable *engine, struct sbl_worker *worker, uint32_t region) {
    struct sbl_line *line = sbl_name_line(engine, region);
    struct sbl_seen seen;
    sbl_line_settle(worker, line, &seen);
    struct sbl_image image = seen.image;
    image.word[SBL_NAME_USE] |= SBL_NAME_IS_REGION;
    return sbl_transaction_add(worker, line, (struct sbl_name){SBL_NAME, region}, &seen, &image);
}

static enum sbl_outcome attempt(struct sellable *engine, struct sbl_worker *worker,
                                struct asked *asked) {
    struct sbl_seen world, seen;
    struct sbl_found found;
    if (!sbl_transaction_begin(worker, &world))
        return SBL_NO_MEMORY;
    sbl_index_settle(&engine->locations, worker, asked->key, &found);
    bool is_new = found.reference == 0;
    uint32_t count = sbl_location_count(&world.image), channels = sbl_channel_count(&world.image);
    uint32_t number =
        is_new ? count + 1 : sbl_entry_number(engine, asked->key, found.reference);
    asked->number = number <= SELLABLE_LOCATIONS_MAX ? number : 0;
    if (asked->number == 0)
        return sbl_leave(engine, worker, &world);
    uint32_t blob = is_new ? sbl_entry_blob(worker, asked->key, number) : 0;
    if ((is_new && blob == 0) || !sbl_array_grow(&engine->location, number - 1))
        return SBL_NO_MEMORY;
    struct sbl_line *line = sbl_location_line(engine, number);
    sbl_line_settle(worker, line, &seen);
    struct sbl_image image = world.image, made = seen.image;
    uint64_t before = seen.image.word[SBL_LOCATION_PLACE], after = place_with(before, asked);
    made.word[SBL_LOCATION_PLACE] = after;
    if (is_new)
        made.word[SBL_LOCATION_ENTRY] = blob;
    else if (before == after)
        return sbl_leave(engine, worker, &world);
    uint64_t *all = NULL;
    uint32_t all_blob = sbl_low(world.image.word[SBL_WORLD_ROUTE]);
    bool active = (after & SBL_LOCATION_INACTIVE) == 0;
    if (is_new ? active : ((before ^ after) & SBL_LOCATION_INACTIVE) != 0) {
        all = sbl_route_with(engine, worker, &world.image, number, active,
                             (struct sellable_key){(const char *)asked->key->word,
                                                   asked->key->size});
        all_blob = all == NULL ? 0
                               : sbl_transaction_blob(worker, all,
                                                      sbl_route_words(sbl_low(all[0])));
        if (all_blob == 0 ||
            !sbl_transaction_replaces(worker, sbl_low(world.image.word[SBL_WORLD_ROUTE])))
            return SBL_NO_MEMORY;
    }
    image.word[SBL_WORLD_ROUTE] = sbl_pair(is_new ? number : count, all_blob);
    struct sbl_places places = {.engine = engine, .worker = worker};
    bool room =
        sbl_transaction_add(worker, &engine->commit.world, (struct sbl_name){SBL_WORLD, 0}, &world,
                            &image) &&
        sbl_transaction_add(worker, line, (struct sbl_name){SBL_LOCATION, number}, &seen, &made);
    if (room && before != after) /* a new one with neither is on no channel's list */
        room = sbl_places_read(&places, &world.image, all, number, sbl_high(after)) &&
               put_channels(&places, channels);
    room = room &&
           (!is_new || sbl_index_put(&engine->locations, worker, &found, asked->key->hash, blob));
    if (room && sbl_high(after) != 0 && sbl_high(after) != sbl_high(before))
        room = put_region(engine, worker, sbl_high(after));
    if (!room)
        return SBL_NO_MEMORY;
    if (!sbl_is_in_vain(worker))
        sbl_recent_mark_all(&engine->commit.recent, worker->stamp);
    enum sbl_outcome outcome = sbl_origin_commit(engine, worker, true);
    if (outcome == SBL_ACCEPTED && is_new) {
        sbl_count(&engine->locations.entries, 1);
        sbl_index_grow(&engine->locations, worker);
    }
    return outcome;
}

/* ---- the calls ---- */

static enum sellable_status settings_fault(const struct sellable_location_settings *settings,
                                           struct sbl_key *region,
                                           struct sellable_answer *answer) {
    const char *field = NULL, *reason = "a bit is no setting";
    uint32_t set = settings->set;
    if ((set & ~(uint32_t)SELLABLE_LOCATION_SETTINGS_ALL) != 0) {
        field = "set";
    } else if ((settings->unset & (~(uint32_t)SELLABLE_LOCATION_SETTINGS_ALL | set)) != 0) {
        field = "unset";
        reason = "a bit is no setting, or is set as well";
    } else if ((set & SELLABLE_LOCATION_REGION) != 0 &&
               !sbl_key_make(region, settings->region, 0)) {
        field = "region";
        reason = SBL_NOT_A_KEY;
    } else if ((set & SELLABLE_LOCATION_ACTIVE) != 0 && settings->active > 1) {
        field = "active";
        reason = "0 or 1";
    }
    return field == NULL ? SELLABLE_OK : sbl_fault(answer, SELLABLE_INVALID, field, reason, 0);
}

enum sellable_status sbl_location_kinds(struct sellable_key key,
                                        const struct sellable_location_settings *settings,
                                        struct sellable_answer *answer) {
    struct sbl_key region;
    enum sellable_status status = sbl_key_kinds(key, answer);
    if (status != SELLABLE_OK || settings == NULL)
        return status;
    return settings_fault(settings, &region, answer);
}

enum sellable_status sellable_location_put(struct sellable *engine, struct sellable_worker *held,
                                           struct sellable_key from,
                                           const struct sellable_location_settings *settings,
                                           struct sellable_location *location,
                                           struct sellable_answer *answer) {
    static const struct sellable_location_settings none;
    struct asked asked = {.settings = settings == NULL ? &none : settings};
    struct sbl_call call;
    struct sbl_key key, region;
    enum sbl_outcome outcome = SBL_NO_MEMORY;
    sbl_answer_clear(answer);
    if (location != NULL)
        location->id = 0;
    enum sellable_status status = sbl_location_kinds(from, asked.settings, answer);
    if (status != SELLABLE_OK)
        return sbl_tally_fault(engine, held, SELLABLE_LOCATION, status);
    sbl_key_make(&key, from, engine->seed);
    if (!sbl_call_begin(engine, held, &call))
        return sbl_call_refused(engine);
    struct sellable_event *said = sbl_say(engine, call.worker, SELLABLE_LOCATION);
    if (said != NULL) {
        said->location_key = from;
        said->location_settings = asked.settings;
    }
    asked.key = &key;
    bool in_region = (asked.settings->set & SELLABLE_LOCATION_REGION) != 0;
    if (in_region)
        sbl_key_make(&region, asked.settings->region, engine->seed);
    if (!in_region || sbl_name_make(engine, call.worker, &region, &asked.region))
        SBL_UNTIL_DONE(outcome, call.worker, attempt(engine, call.worker, &asked));
    if (outcome == SBL_NO_MEMORY)
        status = SELLABLE_NO_MEMORY;
    else if (asked.number == 0)
        status =
            sbl_fault(answer, SELLABLE_INVALID, "key", "there are 65,535 locations already", 0);
    else if (location != NULL)
        location->id = asked.number;
    sbl_tally_call(engine, call.worker, SELLABLE_LOCATION, status);
    return sbl_call_done(&call, status, answer);
}

enum sellable_status sellable_location_find(const struct sellable *engine, struct sellable_key key,
                                            struct sellable_location *location) {
    if (sbl_is_away(engine))
        return SELLABLE_NOT_DURABLE;
    location->id = sbl_number_of(engine, &engine->locations, key);
    return location->id != 0 ? SELLABLE_OK : SELLABLE_UNKNOWN_LOCATION;
}

enum sellable_status sellable_region_find(const struct sellable *engine, struct sellable_key key,
                                          struct sellable_location *region) {
    uint32_t name = sbl_name_find(engine, key);
    if (sbl_is_away(engine))
        return SELLABLE_NOT_DURABLE;
    region->id = sbl_is_region(engine, name) ? name | SBL_REGION : 0;
    return region->id != 0 ? SELLABLE_OK : SELLABLE_UNKNOWN_LOCATION;
}

static bool read_location(const struct sellable *engine, uint32_t location,
                          struct sbl_seen *seen) {
    const struct sbl_line *line = sbl_location_line(engine, location);
    if (line == NULL)
        return false;
    sbl_line_read(&engine->commit, line, seen);
    return sbl_low(seen->image.word[SBL_LOCATION_ENTRY]) != 0;
}

struct sellable_key sellable_location_key(const struct sellable *engine,
                                          struct sellable_location location) {
    struct sbl_seen seen;
    uint32_t name = location.id & ~SBL_REGION;
    if (name != location.id && sbl_is_region(engine, name))
        return sbl_name_key(engine, name);
    if (!read_location(engine, location.id, &seen))
        return (struct sellable_key){NULL, 0};
    return sbl_entry_key(&engine->memory, sbl_low(seen.image.word[SBL_LOCATION_ENTRY]));
}

enum sellable_status sellable_location_look(const struct sellable *engine,
                                            struct sellable_location location,
                                            struct sellable_location_view *view) {
    struct sbl_seen seen;
    if (sbl_is_away(engine))
        return SELLABLE_NOT_DURABLE;
    *view = (struct sellable_location_view){{NULL, 0}, 0, 0};
    if (!read_location(engine, location.id, &seen))
        return SELLABLE_UNKNOWN_LOCATION;
    uint64_t place = seen.image.word[SBL_LOCATION_PLACE];
    view->region = sbl_name_key(engine, sbl_high(place));
    view->active = (place & SBL_LOCATION_INACTIVE) == 0;
    return SELLABLE_OK;
}

struct sellable_location sellable_location_next(const struct sellable *engine,
                                                struct sellable_location after) {
    struct sbl_seen seen;
    uint32_t next = after.id < SELLABLE_LOCATIONS_MAX ? after.id + 1 : 0;
    return (struct sellable_location){read_location(engine, next, &seen) ? next : 0};
}
