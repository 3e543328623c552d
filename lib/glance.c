/* SPDX-License-Identifier: Apache-2.0
 *
 * See glance.h.
 *
 * Cache lines beside the row's first, the world's and the channel's: its root's (2; with fences 3);
 * what is dated (1 or 2), or its settings (1); of a channel that has a fence there, its line
 * (hot). */
#include "glance.h"

#include "form.h"

/* ---- blobs, where they are ---- */

struct words {
    const sbl_word *word;
    uint32_t count; /* that can be read */
};

/* Of a blob in one block; of a longer one nothing. */
static inline struct words words_of(const struct sbl_memory *memory, uint32_t reference) {
    uint32_t limit;
    const sbl_word *block = sbl_block(memory, reference, &limit);
    if (reference == 0 || block == NULL)
        return (struct words){NULL, 0};
    uint32_t count = sbl_head_words(sbl_load_acquire(BLOCK, block));
    if (count >= SBL_BLOCK_WORDS_MAX)
        count = 0;
    return (struct words){block + 1, count < limit ? count : limit - 1};
}
static inline uint64_t word_at(const struct words *words, uint32_t at) {
    return sbl_load_acquire(BLOCK, &words->word[at]);
}

/* ---- the root ---- */

struct tail {
    uint32_t dates, own, policies;
};

/* false: torn. */
static inline bool read_tail(const struct words *root, struct tail *tail) {
    *tail = (struct tail){0, 0, 0};
    if (root->count == 0)
        return false;
    uint64_t head = word_at(root, 0);
    uint32_t at = sbl_root_tail(head), there = sbl_head_tail(head);
    if (at > root->count || at + 2 > root->count + (there & 1 ? 0 : 1) + (there & 2 ? 0 : 1))
        return false;
    if ((there & 1) != 0)
        tail->dates = sbl_low(word_at(root, at++));
    uint64_t own = (there & 2) != 0 ? word_at(root, at) : 0;
    tail->own = sbl_low(own);
    tail->policies = sbl_high(own);
    return true;
}

/* What is claimed of the cells in the line. */
struct claims {
    int64_t backordered[SBL_ROW_CELLS];
    int64_t fenced[SBL_ROW_CELLS];
    int64_t fence[SBL_ROW_CELLS];  /* of the channel */
    int64_t before[SBL_ROW_CELLS]; /* of those that are served before */
    int64_t waiting;               /* all that is backordered */
};

/* Is another channel's fence served before this one's? */
static bool served_before(const struct sbl_glance *glance, uint32_t other) {
    const struct sellable *engine = glance->engine;
    const struct sbl_line *line = sbl_channel_line(engine, other);
    struct sbl_seen seen;
    if (line == NULL)
        return false;
    sbl_line_read(&engine->commit, line, &seen);
    int32_t precedence = (int32_t)sbl_high(seen.image.word[SBL_CHANNEL_FORM]);
    if (precedence != glance->terms.precedence)
        return precedence > glance->terms.precedence;
    uint32_t entry = sbl_channel_entry(&seen.image);
    return entry != 0 &&
           sbl_key_compare(
               sbl_entry_key(&engine->memory, entry),
               sbl_entry_key(&engine->memory, sbl_channel_entry(glance->channel_image))) < 0;
}

static void add_claim(const struct sbl_glance *glance, struct claims *claims, uint32_t cell,
                      enum sbl_kind_of_figure kind, uint32_t channel, int64_t value) {
    if (kind == SBL_BACKORDERED) {
        claims->backordered[cell] = value;
        claims->waiting |= value;
    }
    if (kind != SBL_FENCE || value <= 0)
        return;
    claims->fenced[cell] = sbl_add(claims->fenced[cell], value);
    if (channel == glance->channel)
        claims->fence[cell] = sbl_add(claims->fence[cell], value);
    else if (served_before(glance, channel))
        claims->before[cell] = sbl_add(claims->before[cell], value);
}

/* false: torn. */
static bool read_claims(const struct sbl_glance *glance, const struct words *root,
                        struct claims *claims) {
    uint64_t head = word_at(root, 0);
    uint32_t end = 1 + sbl_head_parts(head), wide = end - 2 * sbl_head_wide(head);
    if (end > root->count)
        return false;
    SBL_UNROLL
    for (int i = 0; i < SBL_ROW_CELLS; i++)
        claims->backordered[i] = claims->fenced[i] = claims->fence[i] = claims->before[i] = 0;
    claims->waiting = 0;
    for (uint32_t at = 1; at < 1 + sbl_head_figures(head); at++) {
        uint64_t word = word_at(root, at);
        if ((word >> SBL_FIGURE_KIND & SBL_UNTIL) == SBL_BACKORDERED)
            add_claim(glance, claims, word >> SBL_FIGURE_CELL & (SBL_ROW_CELLS - 1),
                      SBL_BACKORDERED, 0, sbl_figure_value(word));
    }
    for (uint32_t at = wide; at < end; at += 2) {
        uint64_t word = word_at(root, at);
        add_claim(glance, claims, word >> SBL_FIGURE_CELL & (SBL_ROW_CELLS - 1),
                  (enum sbl_kind_of_figure)(word >> SBL_FIGURE_KIND & SBL_UNTIL), word & 0xffff,
                  (int64_t)word_at(root, at + 1));
    }
    return true;
}

/* ---- terms ---- */

static void set_term(struct sbl_terms *terms, int setting, int64_t value) {
    switch ((enum sbl_setting)setting) {
    case SBL_SOURCING:
        terms->sourcing = (uint32_t)value;
        break;
    case SBL_SHARE:
        terms->share = sbl_max(0, sbl_min(value, SELLABLE_SHARE_ALL)); /* torn words, too */
        break;
    case SBL_BUFFER:
        terms->buffer = value;
        break;
    case SBL_BACKORDER:
        terms->backorder = value;
        break;
    case SBL_HORIZON:
        terms->horizon = sbl_multiply(value, SELLABLE_DAY);
        break;
    case SBL_CAP:
        terms->cap = value;
        break;
    case SBL_MINIMUM:
        terms->minimum = value;
        break;
    case SBL_LOW:
        terms->low = value;
        break;
    case SBL_PRECEDENCE:
        terms->precedence = (int32_t)value;
        break;
    case SBL_CLOSED:
        terms->closed = value != 0;
        break;
    case SBL_PAUSED:
        terms->paused = value != 0;
        break;
    default:
        break;
    }
}

/* Lay the layer from a word on over the terms. false: torn, or it sells in a unit, or it is an
 * item's and lists locations. */
static bool lay(const struct words *words, uint32_t at, bool is_item, struct sbl_terms *terms) {
    if (at >= words->count)
        return false;
    uint32_t set = sbl_low(word_at(words, at)) & SELLABLE_SETTINGS_ALL;
    uint32_t odd = SELLABLE_SETTING_UNIT | (is_item ? SELLABLE_SETTING_LOCATIONS : 0);
    uint32_t left = set & ~(uint32_t)SELLABLE_SETTING_LOCATIONS;
    if ((set & odd) != 0 || at + (uint32_t)__builtin_popcount(left) >= words->count)
        return false;
    for (; left != 0; left &= left - 1)
        set_term(terms, __builtin_ctz(left), (int64_t)word_at(words, ++at));
    return true;
}

/* The channel's own. */
static bool read_channel(struct sbl_glance *glance) {
    const struct sbl_image *channel = glance->channel_image;
    uint64_t form = channel->word[SBL_CHANNEL_FORM];
    glance->terms =
        (struct sbl_terms){.share = (int64_t)(form >> 16 & 0xffff),
                           .buffer = (int64_t)channel->word[SBL_CHANNEL_BUFFER],
                           .unit = 1,
                           .cap = SELLABLE_QUANTITY_MAX,
                           .precedence = (int32_t)sbl_high(form),
                           .sourcing = (uint32_t)(form >> 8) & 0xff,
                           .closed = (form & SBL_CHANNEL_CLOSED) != 0};
    if ((form & SBL_CHANNEL_UNIT) != 0)
        return false;
    if ((form & (SBL_CHANNEL_ASKS | SBL_CHANNEL_AHEAD | SBL_CHANNEL_TAKES)) == 0)
        return true;
    struct words layer =
        words_of(&glance->engine->memory, sbl_low(channel->word[SBL_CHANNEL_LAYER]));
    return lay(&layer, 0, false, &glance->terms);
}

/* The item's, for all channels and for this one, over it: they ascend by channel, from 0: all. */
static bool read_policies(struct sbl_glance *glance, uint32_t policies) {
    struct words words = words_of(&glance->engine->memory, policies);
    if (words.count == 0)
        return policies == 0;
    uint64_t count = word_at(&words, 0);
    uint32_t at = 1;
    for (uint64_t i = 0; i < count; i++) {
        if (at >= words.count)
            return false;
        uint64_t head = word_at(&words, at);
        if (sbl_low(head) > glance->channel)
            break;
        if ((sbl_low(head) == 0 || sbl_low(head) == glance->channel) &&
            !lay(&words, at + 1, true, &glance->terms))
            return false;
        if (sbl_high(head) >= words.count)
            return false;
        at += 1 + sbl_high(head);
    }
    return true;
}

/* Is it a plain thing, neither a kit nor untracked? */
static bool is_stock(const struct sbl_memory *memory, uint32_t own) {
    struct sbl_own said = sbl_own_of(memory, own);
    return !said.untracked && said.components == 0;
}

/* ---- what is dated ---- */

/* The least of P from the date on, of one cell: as struct sbl_projection has it. */
struct level {
    int64_t sum, low, due;
    bool passed;
};

static inline void settle(struct level *level, int64_t date, int64_t due) {
    if (due == level->due)
        return;
    level->due = due;
    if (level->passed) {
        level->low = sbl_min(level->low, level->sum);
    } else if (due > date) {
        level->passed = true;
        level->low = level->sum;
    }
}

/* `low` begins as net. false: torn. */
static bool read_dates(const struct sbl_glance *glance, uint32_t dates, int64_t now, int64_t date,
                       int64_t low[SBL_ROW_CELLS]) {
    struct words words = words_of(&glance->engine->memory, dates);
    struct level level = {0};
    uint32_t location = 0;
    int64_t nowhere, *of = &nowhere;
    if (words.count == 0)
        return false;
    uint64_t count = word_at(&words, 0);
    if (count > (words.count - 1) / SBL_DATED_WORDS)
        return false;
    for (uint32_t i = 0; i < count; i++) {
        uint64_t tag = word_at(&words, 1 + SBL_DATED_WORDS * i);
        int64_t due = (int64_t)word_at(&words, 2 + SBL_DATED_WORDS * i);
        int64_t quantity = (int64_t)word_at(&words, 3 + SBL_DATED_WORDS * i);
        bool promised = (tag >> 40 & 0xff) == SBL_PROMISED;
        if (tag >> 48 != location) {
            settle(&level, date, INT64_MAX);
            *of = level.low;
            location = (uint32_t)(tag >> 48);
            of = &nowhere;
            for (int cell = 0; cell < SBL_ROW_CELLS; cell++)
                if (sbl_row_location(glance->row, cell) == location)
                    of = &low[cell];
            int64_t net = of == &nowhere ? 0 : *of;
            level = (struct level){net, net, INT64_MIN, false};
        }
        settle(&level, date, due);
        int64_t change = promised ? sbl_subtract(0, quantity) : quantity;
        bool overdue = change > 0 && !promised && due <= now;
        level.sum = sbl_add(level.sum, overdue ? 0 : change);
    }
    settle(&level, date, INT64_MAX);
    *of = level.low;
    return true;
}

/* ---- all of it ---- */

/* Add the cells up. false: a location beyond those that a mask speaks of. */
static bool add_up(struct sbl_glance *glance, const struct claims *claims,
                   const int64_t low[SBL_ROW_CELLS]) {
    enum { MASKED = 64 };
    const struct sbl_terms *terms = &glance->terms;
    uint64_t mask = glance->channel_image->word[SBL_CHANNEL_MASK];
    int64_t pool = 0;
    bool anywhere = true;
    glance->fenced = false;
    for (int i = 0; i < SBL_ROW_CELLS; i++) {
        uint32_t location = sbl_row_location(glance->row, i);
        glance->seen[i] = 0;
        if (location > MASKED)
            return false;
        if (location == 0 || (mask >> (location - 1) & 1) == 0)
            continue;
        int64_t free = sbl_free(low[i]);
        int64_t shared = sbl_shared(free, claims->fenced[i], claims->backordered[i]);
        int64_t own = sbl_own(claims->fence[i], free, claims->before[i]);
        glance->seen[i] = sbl_add(sbl_part(shared, terms->share), own);
        glance->fenced |= own != 0;
        pool = sbl_pool_with(terms, pool, glance->seen[i]);
    }
    glance->pool = pool;
    if (terms->backorder != 0) /* else what is nowhere is nothing anyway */
        anywhere = sbl_ranks_of(&glance->engine->memory,
                                sbl_route_of(glance->world, glance->channel_image))
                       .first != 0;
    glance->promisable = sbl_promisable(terms, anywhere, pool, sbl_room(terms, 0));
    return true;
}

bool sbl_glance(struct sbl_glance *glance) {
    const struct sbl_memory *memory = &glance->engine->memory;
    const struct sbl_image *row = glance->row;
    uint64_t form = row->word[SBL_ROW_FORM];
    int64_t now = sbl_now_of(glance->world), low[SBL_ROW_CELLS];
    static const struct claims none;
    struct claims some;
    const struct claims *claims = &none;
    struct words root = {NULL, 0};
    struct tail tail = {0, 0, 0};
    if ((form & SBL_ROW_GROUPS) != 0 || !read_channel(glance))
        return false;
    if ((form & (SBL_ROW_OWN | SBL_ROW_CLAIMS | SBL_ROW_DATES)) != 0) {
        root = words_of(memory, sbl_high(form));
        if (!read_tail(&root, &tail))
            return false;
    }
    if ((form & SBL_ROW_OWN) != 0 &&
        ((tail.own != 0 && !is_stock(memory, tail.own)) || !read_policies(glance, tail.policies)))
        return false;
    int64_t latest = sbl_add(now, glance->terms.horizon);
    int64_t date = glance->has_date ? glance->date : latest;
    if (!sbl_is_time(date) || date < now || date > latest)
        return false;
    if ((form & SBL_ROW_CLAIMS) != 0) {
        if (tail.policies != 0 || !read_claims(glance, &root, &some) ||
            (some.waiting != 0 && glance->terms.backorder != 0))
            return false;
        claims = &some;
    }
    for (int i = 0; i < SBL_ROW_CELLS; i++)
        low[i] = sbl_row_net(row, i);
    if ((form & SBL_ROW_DATES) != 0 &&
        (date != now || sbl_form_shows(form, sbl_form_clock(now)) != 0) &&
        !read_dates(glance, tail.dates, now, date, low))
        return false;
    return add_up(glance, claims, low);
}

/* ---- fetching ahead ---- */

static inline void fetch(const struct sbl_memory *memory, uint32_t reference, uintptr_t lines) {
    uint32_t limit;
    const sbl_word *block = sbl_block(memory, reference, &limit);
    for (uintptr_t l = 0; l < lines; l++)
        sbl_prefetch_to_read((const void *)((uintptr_t)block + l * sizeof(struct sbl_line)));
}

void sbl_glance_fetch_root(const struct sbl_memory *memory, const struct sbl_line *row) {
    uint64_t form = sbl_load_acquire(WORD, &row->word[SBL_ROW_FORM]);
    fetch(memory, sbl_high(form), (form & SBL_ROW_CLAIMS) != 0 ? 3 : 2);
}

void sbl_glance_fetch(const struct sbl_memory *memory, const struct sbl_line *row) {
    uint64_t form = sbl_load_acquire(WORD, &row->word[SBL_ROW_FORM]);
    struct words root = words_of(memory, sbl_high(form));
    struct tail tail;
    if ((form & (SBL_ROW_OWN | SBL_ROW_DATES)) == 0 || !read_tail(&root, &tail))
        return;
    fetch(memory, tail.dates, 2);
    fetch(memory, tail.policies, 1);
}
