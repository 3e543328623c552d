/* SPDX-License-Identifier: Apache-2.0
 *
 * The audit: is every cell what the orders make of it? And the hash of the state; audit.h.
 *
 * Engine-made are three figures of a cell: reserved, promised for a date, backordered. What every
 * placement of every order holds is added up by item, location, figure and date; what the rows keep
 * is taken off again; what is not 0 then is a difference. Sums are modulo 2^64: as many units as it
 * takes for two wrong ones to be alike there are not. An item that is not tracked has no cells:
 * all of its rows' figures are differences, and its orders' are none.
 *
 * Guarantees: all of it is of one instant, that of a snapshot that is open meanwhile; nothing is
 * left behind, whatever the allocator refuses. Progress: a loop ends with what there is to look at.
 */
#include "audit.h"

/* ---- the hash ---- */

enum { HASH_SEED = 0 }; /* not the engine's: two engines are to have one hash */

static void add(struct sbl_digest *digest, uint64_t low, uint64_t high) {
    digest->low += low;
    digest->high += high + (digest->low < low ? 1 : 0);
}

void sbl_digest_add(struct sbl_digest *digest, const struct sbl_thing *thing) {
    uint64_t hash[2];
    sbl_fingerprint(thing->word, thing->words, HASH_SEED, hash);
    add(digest, hash[0], hash[1]);
}

void sbl_thing_fold(struct sbl_thing *thing) {
    uint64_t hash[2];
    sbl_fingerprint(thing->word, thing->words, HASH_SEED, hash);
    thing->words = 0;
    sbl_thing_number(thing, hash[0]);
    sbl_thing_number(thing, hash[1]);
}

void sbl_thing_bytes(struct sbl_thing *thing, const void *bytes, uint32_t size) {
    uint64_t hash[2];
    sbl_fingerprint(bytes, (size + 7) / 8, HASH_SEED, hash);
    sbl_thing_number(thing, size);
    sbl_thing_number(thing, hash[0]);
    sbl_thing_number(thing, hash[1]);
}

/* A sum as a hash: that of no things is not 0, and one bit more changes half of it. */
static void tell_digest(const struct sbl_digest *digest, uint64_t hash[2]) {
    const uint64_t sum[] = {sbl_little(digest->low), sbl_little(digest->high)};
    sbl_fingerprint(sum, sizeof sum / sizeof *sum, HASH_SEED, hash);
}

/* ---- the tally ---- */

enum figure { RESERVED = 1, BACKORDERED = 2, PROMISED = 3 };

/* What is counted of one figure; `what` 0: a free place. */
struct sbl_counted {
    uint64_t what; /* item, location (16 bits), figure */
    int64_t date;  /* of PROMISED */
    uint64_t sum;
};

static uint64_t what_of(uint32_t item, uint32_t location, enum figure figure) {
    return (uint64_t)item << 24 | (uint64_t)location << 8 | figure;
}
static uint32_t item_in(uint64_t what) { return (uint32_t)(what >> 24); }
static uint32_t location_in(uint64_t what) { return (uint32_t)(what >> 8) & 0xffff; }

/* Its place in a table, or the free one where it belongs; NULL: there is no table. */
static struct sbl_counted *place_of(const struct sbl_audit *audit, const struct sbl_tally *tally,
                                    uint64_t what, int64_t date) {
    const uint64_t word[] = {what, (uint64_t)date};
    uint64_t hash[2];
    if (tally->room == 0)
        return NULL;
    sbl_fingerprint(word, 2, audit->engine->seed, hash);
    for (uint64_t at = hash[0];; at++) {
        struct sbl_counted *counted = &tally->counted[at & (tally->room - 1)];
        if (counted->what == 0 || (counted->what == what && counted->date == date))
            return counted;
    }
}

static void give_tally(struct sbl_audit *audit) {
    sbl_slab_give(&audit->engine->memory, audit->tally.counted,
                  audit->tally.room * sizeof(struct sbl_counted));
    audit->tally = (struct sbl_tally){NULL, 0, 0};
}

/* Room for one more, at most half of it used. false: no memory, and nothing has changed. */
static bool make_room(struct sbl_audit *audit) {
    enum { FIRST_ROOM = 2048 };
    const struct sbl_tally old = audit->tally;
    struct sbl_tally new = {NULL, old.room == 0 ? FIRST_ROOM : 2 * old.room, old.used};
    if (2 * (old.used + 1) <= old.room)
        return true;
    new.counted = sbl_slab_take(&audit->engine->memory, new.room * sizeof(struct sbl_counted));
    if (new.counted == NULL)
        return false;
    for (uint64_t i = 0; i < old.room; i++)
        if (old.counted[i].what != 0)
            *place_of(audit, &new, old.counted[i].what, old.counted[i].date) = old.counted[i];
    give_tally(audit);
    audit->tally = new;
    return true;
}

/* An order has so many there. false: no memory. */
static bool count(struct sbl_audit *audit, uint64_t what, int64_t date, int64_t quantity) {
    if (quantity == 0)
        return true;
    if (!make_room(audit))
        return false;
    struct sbl_counted *counted = place_of(audit, &audit->tally, what, date);
    audit->tally.used += counted->what == 0;
    counted->what = what;
    counted->date = date;
    counted->sum += (uint64_t)quantity;
    return true;
}

/* ---- differences ---- */

/* A cell is not what the orders make of it: told is the first by item key, then location key. */
static void differs(struct sbl_audit *audit, uint32_t item, uint32_t location) {
    struct sellable_audit *told = &audit->told;
    int order = -1;
    if (told->consistent == 0)
        order = sbl_key_compare(sbl_audit_item_key(audit, item),
                                sbl_audit_item_key(audit, told->item.id));
    if (order == 0)
        order = sbl_key_compare(sbl_audit_location_key(audit, location),
                                sbl_audit_location_key(audit, told->location.id));
    if (order >= 0)
        return;
    told->consistent = 0;
    told->item.id = item;
    told->location.id = location;
}

/* A row keeps so many there. */
static void take_off(struct sbl_audit *audit, bool tracked, uint64_t what, int64_t date,
                     int64_t quantity) {
    struct sbl_counted *counted = NULL;
    if (quantity == 0)
        return;
    if (tracked)
        counted = place_of(audit, &audit->tally, what, date);
    if (counted != NULL && counted->what != 0)
        counted->sum -= (uint64_t)quantity;
    else
        differs(audit, item_in(what), location_in(what));
}

static bool is_tracked(const struct sbl_audit *audit, const struct sbl_image *row) {
    const struct sbl_memory *memory = &audit->engine->memory;
    return !sbl_own_of(memory, sbl_row_tail(memory, row).own).untracked;
}

static void check_row(struct sbl_audit *audit, uint32_t item, const struct sbl_image *row) {
    const struct sbl_memory *memory = &audit->engine->memory;
    uint32_t dates = sbl_row_tail(memory, row).dates, location;
    bool tracked = is_tracked(audit, row);
    struct sbl_walk walk;
    struct sbl_cell cell;
    struct sbl_dated dated;
    int64_t net;
    sbl_walk_begin(&walk, memory, row);
    while (sbl_walk_next(&walk, &location, &net)) {
        sbl_row_cell(memory, row, location, &cell);
        take_off(audit, tracked, what_of(item, location, RESERVED), 0, sbl_reserved(&cell));
        take_off(audit, tracked, what_of(item, location, BACKORDERED), 0, cell.backordered);
    }
    for (uint32_t i = 0; sbl_dated_at(memory, dates, i, &dated); i++)
        if (dated.kind == SBL_PROMISED)
            take_off(audit, tracked, what_of(item, dated.location, PROMISED), dated.due,
                     dated.quantity);
}

/* What orders have that no row keeps, or a row has too little or too much of. */
static void check_tally(struct sbl_audit *audit) {
    for (uint64_t i = 0; i < audit->tally.room; i++) {
        const struct sbl_counted *counted = &audit->tally.counted[i];
        uint32_t item = item_in(counted->what);
        if (counted->what == 0 || counted->sum == 0)
            continue;
        const struct sbl_image row = sbl_audit_image(audit, sbl_row_line(audit->engine, item));
        if (is_tracked(audit, &row))
            differs(audit, item, location_in(counted->what));
    }
}

/* ---- all there is ---- */

/* A record of the snapshot, into the worker's scratch. false: no memory. */
static bool read_order(const struct sbl_audit *audit, uint32_t reference,
                       struct sbl_order *order) {
    struct sbl_memory *memory = &audit->engine->memory;
    struct sbl_buffer *words = &audit->worker->scratch[SBL_SCRATCH_ORDER];
    struct sbl_buffer *placements = &audit->worker->scratch[SBL_SCRATCH_HAND];
    uint32_t count = sbl_blob_words(memory, reference);
    if (!sbl_buffer_reserve(memory, words, count * sizeof(uint64_t)))
        return false;
    uint64_t *word = words->bytes;
    sbl_blob_copy(memory, reference, 0, word, count);
    if (!sbl_buffer_reserve(memory, placements, (sbl_order_count(word[SBL_ENTRY_SIZE]) + 1) *
                                                    sizeof(struct sbl_placement)))
        return false;
    sbl_order_read(word, count, order, placements->bytes);
    return true;
}

static bool visit_orders(struct sbl_audit *audit) {
    struct sbl_index_walk walk = {0};
    struct sbl_found found;
    struct sbl_order order;
    while (sbl_index_walk(&audit->engine->orders, audit->snapshot, &walk, &found)) {
        if (!read_order(audit, found.reference, &order))
            return false;
        bool dated = (order.flags & SBL_ORDER_DATED) != 0;
        for (uint32_t i = 0; i < order.placement_count; i++) {
            const struct sbl_placement *placement = &order.placement[i];
            uint32_t item = placement->item, location = placement->location;
            if (!count(audit, what_of(item, location, dated ? PROMISED : RESERVED),
                       dated ? order.date : 0, sbl_placement_firm(placement)) ||
                !count(audit, what_of(item, location, BACKORDERED), 0,
                       sbl_placement_waiting(placement)))
                return false;
        }
        audit->told.orders +=
            order.state == SELLABLE_RESERVED || order.state == SELLABLE_ALLOCATED;
        sbl_audit_order(audit, &order);
    }
    return true;
}

static bool visit_items(struct sbl_audit *audit) {
    uint64_t last = sbl_load_acquire(COUNT, &audit->engine->item_numbers);
    for (uint64_t i = 1; i <= last; i++) {
        uint32_t item = (uint32_t)i;
        const struct sbl_image row = sbl_audit_image(audit, sbl_row_line(audit->engine, item));
        if (!sbl_row_exists(&row))
            continue;
        audit->told.items++;
        check_row(audit, item, &row);
        sbl_audit_item(audit, item, &row);
        sbl_audit_cells(audit, item, &row);
        if (!sbl_audit_remembered(audit, item, &row))
            return false;
    }
    return true;
}

/* Everything, as the snapshot has it. false: no memory. */
static bool look_at_all(struct sbl_audit *audit) {
    audit->world = sbl_audit_image(audit, &audit->engine->commit.world);
    audit->told.consistent = 1;
    if (!visit_orders(audit) || !visit_items(audit) || !sbl_audit_rest(audit))
        return false;
    check_tally(audit);
    sbl_audit_masters(audit);
    struct sbl_digest full = audit->state;
    add(&full, audit->rest.low, audit->rest.high);
    tell_digest(&audit->state, audit->told.hash);
    tell_digest(&full, audit->told.full);
    return true;
}

enum sellable_status sellable_audit(struct sellable *engine, struct sellable_worker *worker,
                                    struct sellable_audit *audit) {
    struct sbl_audit work = {.engine = engine};
    struct sbl_call call;
    bool done = false;
    if (!sbl_call_begin(engine, worker, &call))
        return SELLABLE_NO_MEMORY;
    work.worker = call.worker;
    if (sbl_snapshot_open(call.worker, &work.snapshot) == SBL_ACCEPTED) {
        done = look_at_all(&work);
        give_tally(&work);
        /* If others hold snapshots it may still fail: what it leaves is a snapshot too many, which
         * costs, and is right. */
        enum sbl_outcome outcome = sbl_snapshot_close(call.worker, work.snapshot);
        (void)outcome;
    }
    sbl_call_end(&call);
    if (done)
        *audit = work.told;
    return done ? SELLABLE_OK : SELLABLE_NO_MEMORY;
}
