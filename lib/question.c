/* SPDX-License-Identifier: Apache-2.0
 *
 * Questions: they read, and write nothing that another thread reads.
 *
 * Each reads the lines it needs, works out the answer, and gives it if those lines are still the
 * same: then there is an instant at which all of them were so. Blobs are copied before that is
 * looked at.
 *
 * Cache lines of `available` by handle: the world's and the channel's (hot), the row's first. */
#include "ask.h"
#include "asker.h"
#include "glance.h"
#include "seek.h"

static inline void tell(const struct sbl_asked *asked, struct sellable_availability *availability) {
    static_assert(SELLABLE_LEVEL_LOW == 1 && SELLABLE_LEVEL_OK == 2, "as an asker counts them");
    *availability =
        (struct sellable_availability){asked->promisable, asked->published, asked->level, 0};
}

static SBL_NOINLINE enum sellable_status available_in_general(
    const struct sellable *engine, uint32_t item, uint32_t channel,
    const struct sellable_question *question, struct sellable_availability *availability) {
    struct sbl_ask ask;
    int64_t published = 0;
    enum sellable_level level = SELLABLE_LEVEL_NONE;
    enum sellable_status status;
    do {
        *availability = (struct sellable_availability){0};
        status = sbl_ask_begin(&ask, engine, item, channel, question);
        if (status == SELLABLE_OK)
            availability->promisable = sbl_ask_promisable(&ask, NULL);
        published = sbl_published(&ask.sight.terms, availability->promisable);
        level = sbl_level(&ask.sight.terms, published);
    } while (!sbl_ask_still(&ask));
    if (status != SELLABLE_OK)
        return status;
    availability->published = published;
    availability->level = level;
    return SELLABLE_OK;
}

/* Of a row that is hardly more than plain. false: it is more, or something was in the way. */
static bool available_at_a_glance(const struct sellable *engine, const struct sbl_line *row,
                                  const struct sbl_line *line, uint32_t channel,
                                  const struct sellable_question *question,
                                  struct sellable_availability *availability) {
    const struct sbl_commit *commit = &engine->commit;
    struct sbl_seen world, settings, seen;
    sbl_glance_fetch_root(&engine->memory, row);
    if (question->order.bytes != NULL || question->has_date > 1 ||
        !sbl_line_clean(&commit->world, &world) || !sbl_line_clean(line, &settings) ||
        !sbl_line_clean(row, &seen) || !sbl_row_exists(&seen.image) ||
        !sbl_channel_exists(&settings.image))
        return false;
    struct sbl_glance glance = {.engine = engine,
                                .world = &world.image,
                                .channel_image = &settings.image,
                                .row = &seen.image,
                                .channel = channel,
                                .has_date = question->has_date != 0,
                                .date = question->date};
    if (!sbl_glance(&glance) || !sbl_line_still(commit, row, &seen) ||
        !sbl_line_still(commit, &commit->world, &world))
        return false;
    int64_t published = sbl_published(&glance.terms, glance.promisable);
    *availability = (struct sellable_availability){
        glance.promisable, published, sbl_level(&glance.terms, published), 0};
    return true;
}

static inline bool is_for_now(const struct sellable_question *question) {
    return ((uintptr_t)question->order.bytes | question->has_date) == 0;
}

/* What is behind the row's line, too. */
static SBL_NOINLINE enum sellable_status available_behind(
    const struct sellable *engine, uint32_t item, uint32_t channel,
    const struct sellable_question *question, struct sellable_availability *availability) {
    const struct sbl_line *row = sbl_row_line(engine, item);
    const struct sbl_line *line = sbl_channel_line(engine, channel);
    if (row != NULL && line != NULL &&
        available_at_a_glance(engine, row, line, channel, question, availability))
        return SELLABLE_OK;
    return available_in_general(engine, item, channel, question, availability);
}

/* Of an item and a channel by number, which may be none. */
static inline enum sellable_status available(const struct sellable *engine, uint32_t item,
                                             uint32_t channel,
                                             const struct sellable_question *question,
                                             struct sellable_availability *availability) {
    const struct sbl_line *row = sbl_row_line(engine, item);
    const struct sbl_line *line = sbl_channel_line(engine, channel);
    struct sbl_asker asker;
    struct sbl_asked asked;
    if (SBL_LIKELY(row != NULL) && SBL_LIKELY(line != NULL) && SBL_LIKELY(is_for_now(question))) {
        sbl_asker_read(&engine->commit, line, channel, &asker);
        if (SBL_LIKELY(sbl_asker_ask(&asker, &engine->commit, line, row, &asked))) {
            tell(&asked, availability);
            return SELLABLE_OK;
        }
    }
    return available_behind(engine, item, channel, question, availability);
}

static SBL_NOINLINE enum sellable_status available_by_key(
    const struct sellable *engine, const struct sellable_question *question,
    struct sellable_availability *availability) {
    uint32_t item = sbl_item_number(engine, question->item, question->item_key);
    uint32_t channel = sbl_channel_number(engine, question->channel, question->channel_key);
    return available(engine, item, channel, question, availability);
}

enum sellable_status sellable_available(const struct sellable *engine,
                                        const struct sellable_question *question,
                                        struct sellable_availability *availability) {
    if (sbl_is_away(engine))
        return SELLABLE_NOT_DURABLE;
    if (SBL_UNLIKELY(question->item.id == 0 || question->channel.id == 0))
        return available_by_key(engine, question, availability);
    return available(engine, question->item.id, question->channel.id, question, availability);
}

/* ---- a batch ---- */

/* Questions are answered in order, each at an instant behind that of the one before. Rows are
 * fetched some questions ahead; where it seems that a row's line will not do, its root is fetched
 * some questions later, and then what that leads to. A channel is made ready once a run of some
 * hundred, in a place by its number; that it is still the same is looked at with each row
 * (asker.h).
 *
 * By key: a question goes through three steps before, each a few questions behind the one before;
 * between two steps the line that the second reads is fetched (seek.h).
 *
 * Cache lines of a question by handle: its row's. By key: its bucket's, its entry's (1 or 2), its
 * row's. */
enum {
    RUN = 256,
    ROW_AHEAD = 24, /* so many questions before: the row, */
    ROOT_AHEAD = 12, /* its root, */
    BLOB_AHEAD = 6,  /* and what that leads to */
    ASKERS = 16,
    NAMED = 64,
    STEP = 8,
    SOUGHT = 4 * STEP
};

/* A channel at work. */
struct asking {
    struct sbl_asker asker;
    const struct sbl_line *line;
    uint32_t channel; /* 0: nobody is here */
};

/* A channel's number by where its key stands: the caller's keys stay during the call, and so do
 * numbers. */
struct named {
    const char *bytes;
    uint64_t size;
    uint32_t channel;
};

struct batch {
    const struct sellable *engine;
    const struct sellable_question *questions; /* of the run, and so the rest */
    enum sellable_status *statuses;
    struct sellable_availability *availabilities;
    uint32_t count;
    bool behind[RUN]; /* something behind the row's line seems to matter */
    uint32_t item[RUN];
    const struct sbl_line *row[RUN];
    struct asking asking[ASKERS];
    struct named named[NAMED];
    struct sbl_sought sought[SOUGHT];
};

static const struct sbl_line no_line;

static SBL_NOINLINE void read_asking(const struct sellable *engine, uint32_t channel,
                                     struct asking *asking) {
    const struct sbl_line *line = sbl_channel_line(engine, channel);
    asking->line = line != NULL ? line : &no_line;
    asking->channel = channel;
    sbl_asker_read(&engine->commit, asking->line, channel, &asking->asker);
}

static uint32_t channel_of(struct batch *batch, const struct sellable_question *question) {
    const struct sellable_key key = question->channel_key;
    const uint64_t golden = UINT64_C(0x9e3779b97f4a7c15);
    struct named *named = &batch->named[(uint64_t)(uintptr_t)key.bytes * golden >> 58];
    if (SBL_LIKELY(question->channel.id != 0))
        return question->channel.id;
    if (SBL_UNLIKELY(named->bytes != key.bytes || named->size != key.size ||
                     named->channel == 0))
        *named = (struct named){key.bytes, key.size,
                                sbl_number_of(batch->engine, &batch->engine->channels, key)};
    return named->channel;
}

static inline struct asking *asking_of(struct batch *batch, uint32_t channel) {
    struct asking *asking = &batch->asking[channel % ASKERS];
    if (SBL_UNLIKELY(asking->channel != channel || channel == 0))
        read_asking(batch->engine, channel, asking);
    return asking;
}

static inline void fetch_row(struct batch *batch, uint32_t i, uint32_t item) {
    const struct sbl_line *row = sbl_row_line(batch->engine, item);
    batch->item[i] = item;
    batch->row[i] = row != NULL ? row : &no_line;
    sbl_prefetch_to_read(batch->row[i]);
}

/* With the row's line here. */
static inline void fetch_root(struct batch *batch, uint32_t i) {
    const struct sbl_line *row = batch->row[i];
    const struct asking *asking = asking_of(batch, channel_of(batch, &batch->questions[i]));
    uint64_t form = sbl_load_acquire(WORD, &row->word[SBL_ROW_FORM]);
    batch->behind[i] = sbl_asker_looks_behind(&asking->asker, form);
    if (batch->behind[i])
        sbl_glance_fetch_root(&batch->engine->memory, row);
}

/* Answer question i. */
static inline void answer(struct batch *batch, uint32_t i) {
    const struct sellable_question *question = &batch->questions[i];
    uint32_t channel = channel_of(batch, question);
    struct asking *asking = asking_of(batch, channel);
    struct sbl_asked asked;
    bool told = sbl_asker_ask(&asking->asker, &batch->engine->commit, asking->line, batch->row[i],
                              &asked);
    tell(&asked, &batch->availabilities[i]);
    batch->statuses[i] = SELLABLE_OK;
    if (SBL_UNLIKELY(!(told & is_for_now(question)))) {
        if (batch->item[i] == 0) /* not there then: perhaps it is by now */
            batch->item[i] = sbl_item_number(batch->engine, question->item, question->item_key);
        batch->statuses[i] = available_behind(batch->engine, batch->item[i], channel, question,
                                              &batch->availabilities[i]);
    }
}

/* The steps of a run whose rows are fetched: i is the next one whose row was. */
static inline void go_on(struct batch *batch, uint32_t i) {
    enum { TO_ROOT = ROW_AHEAD - ROOT_AHEAD, TO_BLOB = ROW_AHEAD - BLOB_AHEAD };
    uint32_t root = i - TO_ROOT, blob = i - TO_BLOB, now = i - ROW_AHEAD;
    if (root < batch->count)
        fetch_root(batch, root);
    if (blob < batch->count && batch->behind[blob])
        sbl_glance_fetch(&batch->engine->memory, batch->row[blob]);
    if (now < batch->count)
        answer(batch, now);
}

/* A run by handle; one that comes by key is looked up at once. */
static void answer_handles(struct batch *batch) {
    for (uint32_t i = 0; i < batch->count + ROW_AHEAD; i++) {
        if (i < batch->count) {
            const struct sellable_question *question = &batch->questions[i];
            fetch_row(batch, i,
                      sbl_item_number(batch->engine, question->item, question->item_key));
        }
        go_on(batch, i);
    }
}

static void seek(struct batch *batch, uint32_t i) {
    const struct sellable_question *question = &batch->questions[i];
    struct sbl_sought *sought = &batch->sought[i % SOUGHT];
    batch->item[i] = question->item.id;
    sought->bucket = NULL;
    if (batch->item[i] == 0)
        sbl_seek(&batch->engine->items, question->item_key, batch->engine->seed, sought);
}

static void find(struct batch *batch, uint32_t i) {
    struct sbl_sought *sought = &batch->sought[i % SOUGHT];
    uint32_t item = batch->item[i];
    if (sought->bucket != NULL) {
        item = sbl_seek_number(sought);
        if (SBL_UNLIKELY(item == 0))
            item = sbl_number_for(batch->engine, &batch->engine->items, &sought->key);
    }
    fetch_row(batch, i, item);
}

/* A run by key. */
static void answer_keys(struct batch *batch) {
    for (uint32_t i = 0; i < batch->count + 2 * STEP + ROW_AHEAD; i++) {
        uint32_t entry = i - STEP, number = i - 2 * STEP;
        if (i < batch->count)
            seek(batch, i);
        if (entry < batch->count && batch->sought[entry % SOUGHT].bucket != NULL)
            sbl_seek_entry(&batch->engine->memory, &batch->sought[entry % SOUGHT]);
        if (number < batch->count)
            find(batch, number);
        go_on(batch, number);
    }
}

void sellable_available_batch(const struct sellable *engine,
                              const struct sellable_question *questions, size_t count,
                              enum sellable_status *statuses,
                              struct sellable_availability *availabilities) {
    struct batch batch;
    batch.engine = engine;
    memset(batch.named, 0, sizeof batch.named);
    if (sbl_is_away(engine)) {
        for (size_t i = 0; i < count; i++)
            statuses[i] = SELLABLE_NOT_DURABLE;
        return;
    }
    for (size_t done = 0; done < count; done += batch.count) {
        bool by_key = questions[done].item.id == 0; /* the others are hardly different */
        batch.questions = questions + done;
        batch.statuses = statuses + done;
        batch.availabilities = availabilities + done;
        batch.count = count - done < RUN ? (uint32_t)(count - done) : RUN;
        for (uint32_t i = 0; i < ASKERS; i++)
            batch.asking[i].channel = 0;
        if (by_key)
            answer_keys(&batch);
        else
            answer_handles(&batch);
    }
}
