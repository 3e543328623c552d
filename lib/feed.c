/* SPDX-License-Identifier: Apache-2.0
 *
 * A question for changes.
 *
 * A channel's feed (feed.h) is one line, and behind it a tree of all that the channel was told. A
 * question looks at what may have changed, decides what to tell, makes the tree that follows, and
 * puts it in place of the old in one commit of that one line: that is the instant at which it was
 * told. Until then it has told nothing, and may be stopped for ever.
 *
 * NOTHING IS MISSED. The line keeps a stamp: what was changed with an older one the channel's
 * earlier questions have looked at, after it was changed (recent.h). A question first raises the
 * world's stamp, if something was changed with the one that there is, and leaves the new one in the
 * line. Then it looks at every item under words of the old one and more. What it looked at and did
 * not tell, it will have to look at again only if something changes, or at a time that it notes
 * (wake: dated stock that comes within the horizon or falls overdue, an interval that ends), or for
 * want of room (pending).
 *
 * NOTHING IS TOLD TWICE. The commit holds only if the line is as it was read; so of two who ask for
 * one channel at the same time the second finds what the first has told, and works anew. That is
 * lock-free: the first has progressed. The work is done outside of the attempt, which is short: a
 * change of settings that sends the attempt back costs no work.
 *
 * Cost: see the header. Where there is room for all, items ascend, and each page is looked for
 * once. */
#include "feed.h"

#include "offer.h"
#include "sort.h"

enum {
    PREFIX = 2, /* words of a key that are kept beside an item to compare by */
    AHEAD = 12  /* so many items later what is fetched now is read */
};

/* An item that is looked at. */
struct looked {
    uint64_t prefix[PREFIX]; /* of its key, as numbers that compare as the bytes do */
    uint32_t item;
    bool known; /* its record was looked at: */
    bool owed;
    bool waits; /* its record says already that it waits, and is owed if it is */
};

/* An item that is told. */
struct telling {
    struct looked looked;
    struct sellable_change change;
    struct sbl_told told; /* but its number */
};

struct ask {
    struct sellable *engine;
    struct sbl_worker *worker;
    struct sellable_changes *changes;
    uint32_t channel;
    struct sbl_line *line;
    struct sbl_seen feed;      /* as the question begins */
    struct sbl_told_tree tree;
    uint64_t position;
    uint64_t last;             /* the highest number of an item */
    uint32_t stamp;            /* at which it stands */
    int64_t now;
    size_t looked, tellings, puts;
    struct sbl_told_reader records; /* as the question found them */
};

/* ---- what is looked at ---- */

static struct looked *looked_at(const struct ask *ask, size_t i) {
    return (struct looked *)ask->worker->scratch[SBL_SCRATCH_LOOKED].bytes + i;
}

static bool add_item(struct ask *ask, uint32_t item) {
    struct sbl_buffer *list = &ask->worker->scratch[SBL_SCRATCH_LOOKED];
    if (!sbl_buffer_reserve(&ask->engine->memory, list,
                            (ask->looked + 1) * sizeof(struct looked)))
        return false;
    *looked_at(ask, ask->looked++) = (struct looked){.item = item};
    return true;
}

/* What its record, or that it has none, says of an item. */
static void know(const struct ask *ask, struct looked *looked, const struct sbl_told *told) {
    bool owed = (told->flags & SBL_TOLD_OWED) != 0;
    looked->known = true;
    looked->owed = owed || (ask->changes->has_after != 0 && told->number > ask->changes->after);
    looked->waits = (told->flags & SBL_TOLD_PENDING) != 0 && owed == looked->owed;
}

/* The kits of a component. */
static bool add_kits(struct ask *ask, const struct sbl_line *line, struct sbl_seen *row) {
    const struct sellable *engine = ask->engine;
    size_t before = ask->looked;
    uint64_t kit;
    do {
        ask->looked = before;
        uint32_t kits = sbl_row_tail(&engine->memory, &row->image).kits;
        for (uint32_t i = 0; sbl_blob_copy(&engine->memory, kits, i, &kit, 1) == 1; i++)
            if (kit != 0 && kit <= ask->last && !add_item(ask, (uint32_t)kit))
                return false;
    } while (!sbl_line_still(&engine->commit, line, row) &&
             (sbl_line_read(&engine->commit, line, row), true));
    return true;
}

/* The items whose rows have changed since, and the kits made of them. */
static bool add_changed(struct ask *ask, uint32_t since) {
    enum { GROUP = 1 << SBL_RECENT_ROW_BITS };
    const struct sellable *engine = ask->engine;
    for (uint64_t item = 1; sbl_recent_next(&engine->commit.recent, since, ask->last, &item);
         item += GROUP)
        for (uint32_t i = 0; i < GROUP && item + i <= ask->last; i++) {
            const struct sbl_line *line = sbl_row_line(engine, (uint32_t)item + i);
            struct sbl_seen row;
            sbl_line_read(&engine->commit, line, &row);
            if (sbl_high(row.image.word[SBL_STAMP]) < since || !sbl_row_exists(&row.image))
                continue;
            if (!add_item(ask, (uint32_t)item + i) ||
                (sbl_row_has(&row.image, SBL_ROW_PART) && !add_kits(ask, line, &row)))
                return false;
        }
    return true;
}

/* Those that wait, whose time has come, and that were told since `after`. */
static bool add_known(struct ask *ask) {
    const struct sellable_changes *changes = ask->changes;
    uint64_t after = changes->has_after != 0 ? changes->after : UINT64_MAX;
    struct sbl_told_walk walk;
    struct sbl_told told;
    uint32_t item;
    sbl_told_walk_begin(&walk, &ask->engine->memory, ask->tree, SBL_TOLD_PENDING, ask->now,
                        after);
    while (sbl_told_walk_next(&walk, &item, &told)) {
        if (!add_item(ask, item))
            return false;
        know(ask, looked_at(ask, ask->looked - 1), &told);
    }
    return true;
}

static bool item_before(const void *context, const void *a, const void *b) {
    (void)context;
    return ((const struct looked *)a)->item < ((const struct looked *)b)->item;
}

/* Ascending, each once. */
static void put_in_order(struct ask *ask) {
    if (ask->looked < 2)
        return;
    struct looked *list = looked_at(ask, 0);
    size_t kept = 0;
    bool ordered = true;
    for (size_t i = 1; i < ask->looked && ordered; i++)
        ordered = list[i - 1].item < list[i].item;
    if (ordered)
        return;
    sbl_sort(list, sizeof *list, ask->looked, item_before, NULL);
    for (size_t i = 0; i < ask->looked; i++)
        if (kept == 0 || list[kept - 1].item != list[i].item)
            list[kept++] = list[i];
        else if (list[i].known)
            list[kept - 1] = list[i];
    ask->looked = kept;
}

/* Did its settings, or a location, or another's precedence change since? */
static bool settings_changed(const struct sellable *engine, uint32_t channel, uint32_t since) {
    const struct sbl_commit *commit = &engine->commit;
    struct sbl_seen seen;
    sbl_line_read(commit, sbl_channel_line(engine, channel), &seen);
    return sbl_recent_all(&commit->recent, since) ||
           sbl_high(seen.image.word[SBL_STAMP]) >= since;
}

/* Items alone: of a number that no item got there is no key. false: no memory. */
static bool collect(struct ask *ask) {
    uint32_t since = sbl_feed_since(&ask->feed.image);
    if (since != 0 && !settings_changed(ask->engine, ask->channel, since)) {
        if (!add_changed(ask, since) || !add_known(ask))
            return false;
        put_in_order(ask);
        return true;
    }
    for (uint64_t item = 1; item <= ask->last; item++)
        if (sbl_item_exists(ask->engine, (uint32_t)item) && !add_item(ask, (uint32_t)item))
            return false;
    return true;
}

/* ---- telling ---- */

static bool put_record(struct ask *ask, uint32_t item, const struct sbl_told *told) {
    struct sbl_buffer *list = &ask->worker->scratch[SBL_SCRATCH_TOLD];
    if (!sbl_buffer_reserve(&ask->engine->memory, list,
                            (ask->puts + 1) * sizeof(struct sbl_told_put)))
        return false;
    ((struct sbl_told_put *)list->bytes)[ask->puts++] = (struct sbl_told_put){item, *told};
    return true;
}

static bool same_record(const struct sbl_told *a, const struct sbl_told *b) {
    return a->flags == b->flags && a->wake == b->wake && a->published == b->published &&
           a->level == b->level && a->at == b->at && a->number == b->number;
}

/* The record of an item as the question found it, owed if it was told since `after`. */
static struct sbl_told record_of(struct ask *ask, uint32_t item) {
    struct sbl_told told = sbl_told_of(&ask->records, item);
    if (ask->changes->has_after != 0 && told.number > ask->changes->after)
        told.flags |= SBL_TOLD_OWED;
    return told;
}

/* Look at one item. *told: it is to be told, and there is room, or would have to be. false: no
 * memory. */
static bool consider(struct ask *ask, const struct looked *looked, bool *told) {
    struct sbl_told before = sbl_told_of(&ask->records, looked->item), after;
    struct sbl_buffer *list = &ask->worker->scratch[SBL_SCRATCH_TELLINGS];
    struct sbl_offer offer;
    *told = false;
    if (!sbl_offer(ask->engine, ask->channel, looked->item, &offer))
        return true;
    after = record_of(ask, looked->item);
    enum sbl_verdict verdict = sbl_judge(&after, &offer);
    after.flags &= ~(uint32_t)(SBL_TOLD_PENDING | SBL_TOLD_HELD);
    after.wake = offer.wake;
    if (verdict == SBL_HELD_BACK) {
        after.flags |= SBL_TOLD_HELD;
        after.wake = sbl_min(after.wake, sbl_add(after.at, offer.interval));
    }
    *told = verdict == SBL_TELL;
    if (verdict != SBL_TELL)
        return same_record(&before, &after) || put_record(ask, looked->item, &after);
    if (ask->tellings == ask->changes->capacity) { /* no room */
        after.flags |= SBL_TOLD_PENDING;
        after.wake = before.wake;
        return put_record(ask, looked->item, &after);
    }
    if (!sbl_buffer_reserve(&ask->engine->memory, list,
                            (ask->tellings + 1) * sizeof(struct telling)))
        return false;
    after.flags = SBL_TOLD_EVER;
    after.published = offer.change.published;
    after.level = offer.change.level;
    after.at = offer.now;
    ((struct telling *)list->bytes)[ask->tellings++] =
        (struct telling){*looked, offer.change, after};
    return true;
}

/* ---- in the order of keys ---- */

static uint64_t big(uint64_t word) {
    return __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__ ? __builtin_bswap64(word) : word;
}

/* Fetch a key that will be read some items later. */
static void fetch_key(const struct sellable *engine, uint32_t item) {
    const sbl_word *entry = sbl_array_at(&engine->item_entry, item - 1);
    uint32_t limit;
    if (entry != NULL)
        sbl_prefetch_to_read(sbl_block(&engine->memory, (uint32_t)sbl_load(entry), &limit));
}

static void set_prefix(const struct sellable *engine, struct looked *looked) {
    struct sellable_key key = sbl_item_key(engine, looked->item);
    uint64_t word[PREFIX] = {0};
    if (key.size != 0)
        memcpy(word, key.bytes, key.size < sizeof word ? key.size : sizeof word);
    for (int i = 0; i < PREFIX; i++)
        looked->prefix[i] = big(word[i]);
}

/* What is owed first, then by key. */
static bool told_before(const void *context, const void *a, const void *b) {
    const struct looked *first = a, *second = b;
    if (first->owed != second->owed)
        return first->owed > second->owed;
    for (int i = 0; i < PREFIX; i++)
        if (first->prefix[i] != second->prefix[i])
            return first->prefix[i] < second->prefix[i];
    return sbl_key_compare(sbl_item_key(context, first->item),
                           sbl_item_key(context, second->item)) < 0;
}
static bool told_after(const void *context, const void *a, const void *b) {
    return told_before(context, b, a);
}
static bool put_before(const void *context, const void *a, const void *b) {
    (void)context;
    return ((const struct sbl_told_put *)a)->item < ((const struct sbl_told_put *)b)->item;
}

static void make_known(struct ask *ask, struct looked *looked) {
    if (looked->known)
        return;
    const struct sbl_told told = sbl_told_of(&ask->records, looked->item);
    know(ask, looked, &told);
}

/* ---- with a limit ---- */

/* An item that was not looked at for want of room waits for the next question. false: no memory. */
static bool leave_pending(struct ask *ask, uint32_t item) {
    struct sbl_told before = sbl_told_of(&ask->records, item), after = record_of(ask, item);
    after.flags |= SBL_TOLD_PENDING;
    return same_record(&before, &after) || put_record(ask, item, &after);
}

/* There may be more to tell than there is room for: what is owed comes first, then the first by
 * key. All that is not looked at then waits. false: no memory. */
static bool tell_the_first(struct ask *ask) {
    struct looked *list = looked_at(ask, 0);
    size_t left = ask->looked;
    bool told = false;
    for (size_t i = 0; i < left; i++) {
        if (i + AHEAD < left)
            fetch_key(ask->engine, list[i + AHEAD].item);
        make_known(ask, &list[i]);
        set_prefix(ask->engine, &list[i]);
    }
    sbl_heap_make(list, sizeof *list, left, told_after, ask->engine);
    while (left != 0 && ask->changes->more == 0) {
        sbl_heap_pop(list, sizeof *list, left--, told_after, ask->engine);
        size_t before = ask->tellings;
        if (!consider(ask, &list[left], &told))
            return false;
        ask->changes->more = told && ask->tellings == before;
    }
    for (size_t i = 0; i < left; i++)
        if (!list[i].waits && !leave_pending(ask, list[i].item))
            return false;
    return true;
}

static void fetch_row(const struct sellable *engine, uint32_t item) {
    sbl_prefetch_to_read(sbl_row_line(engine, item));
}

/* There is room for all. */
static bool tell_all(struct ask *ask) {
    bool told;
    for (size_t i = 0; i < ask->looked; i++) {
        struct looked *looked = looked_at(ask, i);
        if (i + AHEAD < ask->looked)
            fetch_row(ask->engine, looked[AHEAD].item);
        make_known(ask, looked);
        if (!consider(ask, looked, &told))
            return false;
    }
    for (size_t i = 0; i < ask->tellings; i++) {
        struct telling *list = ask->worker->scratch[SBL_SCRATCH_TELLINGS].bytes;
        if (i + AHEAD < ask->tellings)
            fetch_key(ask->engine, list[i + AHEAD].looked.item);
        set_prefix(ask->engine, &list[i].looked);
    }
    return true;
}

/* Sort a list, unless it is in order. */
static void order(void *list, size_t size, size_t count, sbl_before *before,
                  const struct sellable *engine) {
    const unsigned char *bytes = list;
    for (size_t i = 1; i < count; i++)
        if (!before(engine, bytes + (i - 1) * size, bytes + i * size)) {
            sbl_sort(list, size, count, before, engine);
            return;
        }
}

/* Number what is told, and put it into the answer and among the records. false: no memory. */
static bool number_tellings(struct ask *ask) {
    struct telling *list = ask->worker->scratch[SBL_SCRATCH_TELLINGS].bytes;
    order(list, sizeof *list, ask->tellings, told_before, ask->engine);
    for (size_t i = 0; i < ask->tellings; i++) {
        list[i].told.number = ask->position + i + 1;
        ask->changes->changes[i] = list[i].change;
        if (!put_record(ask, list[i].looked.item, &list[i].told))
            return false;
    }
    order(ask->worker->scratch[SBL_SCRATCH_TOLD].bytes, sizeof(struct sbl_told_put), ask->puts,
          put_before, ask->engine);
    return true;
}

/* ---- one question ---- */

/* Where the question stands: the world's stamp, raised if something has changed with it. false: no
 * memory. */
static bool stand(struct ask *ask) {
    struct sellable *engine = ask->engine;
    const struct sbl_commit *commit = &engine->commit;
    struct sbl_seen world;
    sbl_line_read(commit, &commit->world, &world);
    uint32_t stamp = sbl_low(world.image.word[SBL_WORLD_STAMP]);
    if (sbl_recent_any(&commit->recent, stamp) || settings_changed(engine, ask->channel, stamp)) {
        if (sbl_stamp_raise(ask->worker) != SBL_ACCEPTED)
            return false;
        sbl_line_read(commit, &commit->world, &world);
    }
    ask->stamp = sbl_low(world.image.word[SBL_WORLD_STAMP]);
    ask->now = sbl_now_of(&world.image);
    ask->last = sbl_load_acquire(COUNT, &engine->item_numbers);
    return true;
}

/* The feed's line as it becomes. */
static struct sbl_image image_after(const struct ask *ask) {
    struct sbl_image image = ask->feed.image;
    const struct sbl_memory *memory = &ask->engine->memory;
    uint64_t waits = image.word[SBL_FEED_WAITS], asked = image.word[SBL_FEED_ASKED];
    image.word[SBL_FEED_SINCE] = sbl_pair(ask->tree.height, ask->stamp);
    image.word[SBL_FEED_POSITION] = ask->position + ask->tellings;
    image.word[SBL_FEED_TREE] = ask->tree.root;
    image.word[SBL_FEED_ASKED] = (uint64_t)ask->now;
    if ((sbl_told_sum(memory, ask->tree).flags & (SBL_TOLD_PENDING | SBL_TOLD_OWED)) == 0) {
        waits = 0;
    } else { /* it has changed since the last question, or was held back by then */
        int64_t held = sbl_told_sum(memory, sbl_feed_tree(&ask->feed.image)).held;
        int64_t since = waits != 0 ? (int64_t)waits - 1 : (int64_t)asked;
        waits = (uint64_t)sbl_min(since, held) + 1;
    }
    image.word[SBL_FEED_WAITS] = waits;
    return image;
}

/* Is the line, as it is by now, as the question found it? An attempt that was sent back has put its
 * mark there and taken it off again: two steps of the tag. If it was not that but another question,
 * the words are others: each changes at least one, and a tree's new root is never in the place of
 * its old one. */
static bool is_as_found(struct ask *ask, const struct sbl_seen *feed) {
    if (feed->header == ask->feed.header)
        return true;
    if (sbl_header_tag(feed->header) != sbl_header_tag(ask->feed.header) + 2 ||
        memcmp(&feed->image, &ask->feed.image, sizeof feed->image) != 0)
        return false;
    ask->feed = *feed;
    return true;
}

/* Put the line in place, if it is still the one that the question began with; else *spoiled. */
static enum sbl_outcome commit_feed(struct ask *ask, const struct sbl_image *image,
                                    const struct sbl_told_blobs *blobs, bool *spoiled) {
    struct sbl_worker *worker = ask->worker;
    const uint32_t *left = worker->scratch[SBL_SCRATCH_LEFT].bytes;
    struct sbl_seen world, feed;
    if (!sbl_transaction_begin(worker, &world))
        return SBL_NO_MEMORY;
    sbl_line_settle(worker, ask->line, &feed);
    *spoiled = !is_as_found(ask, &feed);
    if (*spoiled) {
        sbl_transaction_drop(worker);
        return SBL_ACCEPTED;
    }
    for (size_t i = 0; i < blobs->left; i++)
        if (!sbl_transaction_replaces(worker, left[i]))
            return SBL_NO_MEMORY;
    if (!sbl_transaction_add(worker, ask->line, (struct sbl_name){SBL_TOLD, ask->channel}, &feed,
                             image))
        return SBL_NO_MEMORY;
    worker->made_count = (uint32_t)blobs->made;
    return sbl_transaction_commit(worker, false);
}

/* From the line as it is by now to its new one. ABORTED: somebody else's question came first. */
static enum sbl_outcome attempt(struct ask *ask) {
    struct sellable_changes *changes = ask->changes;
    struct sbl_told_blobs blobs;
    enum sbl_outcome outcome;
    bool spoiled = false;
    ask->looked = ask->tellings = ask->puts = 0;
    changes->count = changes->more = 0;
    sbl_line_settle(ask->worker, ask->line, &ask->feed);
    ask->tree = sbl_feed_tree(&ask->feed.image);
    ask->position = ask->feed.image.word[SBL_FEED_POSITION];
    if (!stand(ask) || !collect(ask))
        return SBL_NO_MEMORY;
    if (!sbl_line_still(&ask->engine->commit, ask->line, &ask->feed))
        return SBL_ABORTED; /* what the tree named may be no items */
    sbl_told_reader_begin(&ask->records, &ask->engine->memory, ask->tree);
    if (!(ask->looked <= changes->capacity ? tell_all(ask) : tell_the_first(ask)) ||
        !number_tellings(ask))
        return SBL_NO_MEMORY;
    if (!sbl_told_put(ask->worker, ask->stamp, &ask->tree,
                      ask->worker->scratch[SBL_SCRATCH_TOLD].bytes, ask->puts, &blobs))
        return SBL_NO_MEMORY;
    const struct sbl_image image = image_after(ask);
    changes->count = ask->tellings;
    changes->position = ask->position + ask->tellings;
    if (memcmp(image.word + 1, ask->feed.image.word + 1, sizeof image - sizeof *image.word) == 0) {
        if (sbl_line_still(&ask->engine->commit, ask->line, &ask->feed))
            return SBL_ACCEPTED;
        sbl_told_give_back(ask->worker, &blobs); /* if any were made, out of torn words */
        return SBL_ABORTED;
    }
    SBL_UNTIL_DONE(outcome, ask->worker, commit_feed(ask, &image, &blobs, &spoiled));
    if (outcome == SBL_NO_MEMORY || spoiled)
        sbl_told_give_back(ask->worker, &blobs);
    return spoiled ? SBL_ABORTED : outcome;
}

/* Lists of a question that looked at very many items go back. */
static void give_large(struct sbl_worker *worker) {
    enum { LARGE = 1 << 20 };
    for (int i = SBL_SCRATCH_LOOKED; i <= SBL_SCRATCH_LEFT; i++)
        if (worker->scratch[i].capacity > LARGE)
            sbl_buffer_fini(worker->commit->memory, &worker->scratch[i]);
}

static bool channel_exists(const struct sellable *engine, uint32_t channel) {
    const struct sbl_line *line = sbl_channel_line(engine, channel);
    struct sbl_seen seen;
    if (line == NULL)
        return false;
    sbl_line_read(&engine->commit, line, &seen);
    return sbl_channel_exists(&seen.image);
}

enum sellable_status sellable_changes(struct sellable *engine, struct sellable_worker *held,
                                      struct sellable_changes *changes) {
    struct ask ask = {.engine = engine, .changes = changes};
    enum sbl_outcome outcome = SBL_NO_MEMORY;
    struct sbl_call call;
    changes->count = changes->position = 0;
    changes->more = changes->reserved = 0;
    if (changes->has_after > 1 || (changes->capacity != 0 && changes->changes == NULL))
        return SELLABLE_INVALID;
    ask.channel = sbl_channel_number(engine, changes->channel, changes->channel_key);
    if (!channel_exists(engine, ask.channel))
        return SELLABLE_UNKNOWN_CHANNEL;
    if (!sbl_call_begin(engine, held, &call))
        return sbl_call_refused(engine);
    ask.worker = call.worker;
    call.worker->did = SELLABLE_DID_TELL;
    if (sbl_array_grow(&engine->feed, ask.channel - 1)) {
        ask.line = sbl_feed_line(engine, ask.channel);
        do
            outcome = attempt(&ask);
        while (outcome == SBL_ABORTED);
    }
    give_large(call.worker);
    enum sellable_status status = sbl_call_done(
        &call, outcome == SBL_ACCEPTED ? SELLABLE_OK : SELLABLE_NO_MEMORY, NULL);
    if (status == SELLABLE_OK)
        return SELLABLE_OK;
    changes->count = changes->position = 0;
    changes->more = 0;
    return status;
}

/* ---- for operations ---- */

void sbl_feed_look(const struct sellable *engine, uint32_t channel,
                   struct sellable_channel_stats *stats) {
    const struct sbl_commit *commit = &engine->commit;
    const struct sbl_line *line = sbl_feed_line(engine, channel);
    struct sbl_told_sum sum;
    struct sbl_seen feed, world;
    stats->listens = stats->has_untold = 0;
    stats->told = 0;
    stats->untold_since = 0;
    if (line == NULL)
        return;
    do {
        sbl_line_read(commit, line, &feed);
        sum = sbl_told_sum(&engine->memory, sbl_feed_tree(&feed.image));
    } while (!sbl_line_still(commit, line, &feed));
    uint32_t since = sbl_feed_since(&feed.image);
    uint64_t waits = feed.image.word[SBL_FEED_WAITS];
    sbl_line_read(commit, &commit->world, &world);
    stats->told = feed.image.word[SBL_FEED_POSITION];
    stats->listens = since != 0;
    if (since == 0)
        return;
    stats->has_untold = waits != 0 || sum.held != INT64_MAX ||
                        sum.wake <= sbl_now_of(&world.image) ||
                        sbl_recent_any(&commit->recent, since) ||
                        settings_changed(engine, channel, since);
    if (stats->has_untold == 0)
        return;
    /* What is held back changed after it was told; what nobody has looked at, after the last
     * question. */
    stats->untold_since = sbl_min(sum.held, (int64_t)feed.image.word[SBL_FEED_ASKED]);
    if (waits != 0)
        stats->untold_since = sbl_min(stats->untold_since, (int64_t)waits - 1);
}
