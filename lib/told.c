/* SPDX-License-Identifier: Apache-2.0
 *
 * See told.h. */
#include "told.h"

enum {
    PRESENT = 0, /* words of a page */
    WAKES = 1,
    LEAST = 2,     /* and so many of each field: */
    FIELDS = 3,    /* published, number, at; */
    WAKE = FIELDS, /* and the wakes */
    MARK_BITS = 6, /* of a record: flags, level */
    FLAG_BITS = 4,
    RECORD_BITS_MAX = MARK_BITS + FIELDS * 64,
    PAGE_WORDS_MAX = SBL_TOLD_HEAD + (SBL_TOLD_PAGE * (RECORD_BITS_MAX + 64) + 63) / 64,
    CHILD_WORDS = 4,
    NODE_WORDS = SBL_TOLD_NODE * CHILD_WORDS
};

static const struct sbl_told_sum nothing = {0, SBL_TOLD_NO_WAKE, 0, INT64_MAX};

static void sum_add(struct sbl_told_sum *sum, const struct sbl_told_sum *more) {
    sum->flags |= more->flags;
    sum->wake = sbl_min(sum->wake, more->wake);
    sum->number = sum->number > more->number ? sum->number : more->number;
    sum->held = sbl_min(sum->held, more->held);
}

static struct sbl_told_sum sum_of_record(const struct sbl_told *record) {
    return (struct sbl_told_sum){record->flags, record->wake, record->number,
                                 (record->flags & SBL_TOLD_HELD) != 0 ? record->at : INT64_MAX};
}

/* ---- bits ---- */

/* The next `bits` (up to 64) from place *at on; what is behind them is read, too. */
static uint64_t take_bits(const uint64_t *word, uint64_t *at, uint32_t bits) {
    uint32_t shift = *at % 64;
    uint64_t value = bits == 0 ? 0 : word[*at / 64] >> shift;
    if (shift + bits > 64)
        value |= word[*at / 64 + 1] << (64 - shift);
    *at += bits;
    return bits < 64 ? value & ((UINT64_C(1) << bits) - 1) : value;
}

/* Put them there, in place of what is there. */
static void put_bits(uint64_t *word, uint64_t *at, uint32_t bits, uint64_t value) {
    uint32_t shift = *at % 64;
    uint64_t mask = bits < 64 ? (UINT64_C(1) << bits) - 1 : UINT64_MAX;
    word[*at / 64] = (word[*at / 64] & ~(mask << shift)) | value << shift;
    if (shift + bits > 64) {
        uint64_t *next = &word[*at / 64 + 1];
        *next = (*next & ~(mask >> (64 - shift))) | value >> (64 - shift);
    }
    *at += bits;
}

/* What a page has at least of each field: stock up to 65,535, tellings up to 16 million apart, and
 * 49 days. A record that is told anew then mostly has room where it is, and the page keeps its
 * size. */
static const uint32_t least_width[FIELDS + 1] = {16, 24, 32, 0};

static uint32_t bits_of(uint64_t value) {
    return value == 0 ? 0 : 64 - (uint32_t)__builtin_clzll(value);
}

/* ---- pages ---- */

/* A record's fields as they are kept, less the least of its page. */
static void fields_of(const struct sbl_told *told, const uint64_t *page, uint64_t field[FIELDS]) {
    field[0] = (uint64_t)told->published - page[LEAST + 0];
    field[1] = told->number - page[LEAST + 1];
    field[2] = (uint64_t)told->at - page[LEAST + 2];
}

static uint64_t wake_of(const struct sbl_told *told, const uint64_t *page) {
    return (uint64_t)told->wake - page[LEAST + WAKE];
}

/* Which records there are, which of them have a wake, and the least of all. */
static void page_least(const struct sbl_told *record, uint64_t *page) {
    uint64_t number = UINT64_MAX;
    int64_t published = INT64_MAX, at = INT64_MAX, wake = SBL_TOLD_NO_WAKE;
    for (int i = 0; i < SBL_TOLD_PAGE; i++) {
        if (!sbl_told_is(&record[i]))
            continue;
        page[PRESENT] |= UINT64_C(1) << i;
        if (record[i].wake != SBL_TOLD_NO_WAKE)
            page[WAKES] |= UINT64_C(1) << i;
        number = number < record[i].number ? number : record[i].number;
        published = sbl_min(published, record[i].published);
        at = sbl_min(at, record[i].at);
        wake = sbl_min(wake, record[i].wake);
    }
    page[LEAST + 0] = (uint64_t)published;
    page[LEAST + 1] = number;
    page[LEAST + 2] = (uint64_t)at;
    page[LEAST + WAKE] = (uint64_t)wake;
}

/* How the records of a page stand there. */
struct layout {
    uint32_t width[FIELDS + 1];
    uint32_t bits;  /* of a record */
    uint64_t wakes; /* the first bit of the wakes */
};

/* How many of the first i are there. */
static uint64_t count_before(uint64_t bits, uint32_t i) {
    return (uint64_t)__builtin_popcountll(bits & ((UINT64_C(1) << i) - 1));
}

/* The first bit of a record that is present; after the last: where they end. */
static uint64_t place_of(const uint64_t *page, const struct layout *layout, uint32_t i) {
    return 64 * SBL_TOLD_HEAD + count_before(page[PRESENT], i) * layout->bits;
}

static struct layout layout_of(const uint64_t *page) {
    struct layout layout = {.bits = MARK_BITS};
    for (int f = 0; f <= WAKE; f++) {
        uint32_t width = (uint32_t)(page[PRESENT] >> (32 + 8 * f)) & 0xff;
        layout.width[f] = width <= 64 ? width : 64; /* torn */
        layout.bits += f < FIELDS ? layout.width[f] : 0;
    }
    layout.wakes = place_of(page, &layout, SBL_TOLD_PAGE);
    return layout;
}

static bool is_present(const uint64_t *page, uint32_t i) { return (page[PRESENT] >> i & 1) != 0; }
static bool has_wake(const uint64_t *page, uint32_t i) {
    return (page[PRESENT] & page[WAKES]) >> i & 1;
}

/* The first bit of the wake of a record that has one; after the last: where they end. */
static uint64_t place_of_wake(const uint64_t *page, const struct layout *layout, uint32_t i) {
    return layout->wakes + count_before(page[PRESENT] & page[WAKES], i) * layout->width[WAKE];
}

/* But its wake. */
static struct sbl_told take_record(const uint64_t *page, const struct layout *layout,
                                   const uint64_t *word, uint64_t at) {
    uint32_t mark = (uint32_t)take_bits(word, &at, MARK_BITS);
    struct sbl_told told = {.flags = mark & ((1u << FLAG_BITS) - 1),
                            .level = mark >> FLAG_BITS,
                            .wake = SBL_TOLD_NO_WAKE};
    told.published = (int64_t)(take_bits(word, &at, layout->width[0]) + page[LEAST + 0]);
    told.number = take_bits(word, &at, layout->width[1]) + page[LEAST + 1];
    told.at = (int64_t)(take_bits(word, &at, layout->width[2]) + page[LEAST + 2]);
    return told;
}

static int64_t take_wake(const uint64_t *page, const struct layout *layout, const uint64_t *word,
                         uint64_t at) {
    return (int64_t)(take_bits(word, &at, layout->width[WAKE]) + page[LEAST + WAKE]);
}

static void put_record(uint64_t *page, const struct layout *layout, uint64_t at,
                       const struct sbl_told *told, const uint64_t field[FIELDS]) {
    put_bits(page, &at, MARK_BITS, told->flags | told->level << FLAG_BITS);
    for (int f = 0; f < FIELDS; f++)
        put_bits(page, &at, layout->width[f], field[f]);
}

/* How many words a page has. */
static uint32_t words_of(const uint64_t *page, const struct layout *layout) {
    return (uint32_t)((place_of_wake(page, layout, SBL_TOLD_PAGE) + 63) / 64);
}

/* How wide each field of a page is: as the widest, or more. */
static void set_widths(const struct sbl_told *record, uint64_t *page) {
    uint64_t field[FIELDS], all[FIELDS + 1] = {0};
    for (uint32_t i = 0; i < SBL_TOLD_PAGE; i++) {
        if (!is_present(page, i))
            continue;
        fields_of(&record[i], page, field);
        for (int f = 0; f < FIELDS; f++)
            all[f] |= field[f];
        if (has_wake(page, i))
            all[WAKE] |= wake_of(&record[i], page);
    }
    for (int f = 0; f <= WAKE; f++) {
        uint32_t width = bits_of(all[f]) > least_width[f] ? bits_of(all[f]) : least_width[f];
        page[PRESENT] |= (uint64_t)width << (32 + 8 * f);
    }
}

/* The words of a page; returns how many, 0: no record is there. */
static uint32_t pack(const struct sbl_told *record, uint64_t page[PAGE_WORDS_MAX]) {
    uint64_t field[FIELDS];
    memset(page, 0, PAGE_WORDS_MAX * sizeof *page);
    page_least(record, page);
    if (page[PRESENT] == 0)
        return 0;
    set_widths(record, page);
    const struct layout layout = layout_of(page);
    for (uint32_t i = 0; i < SBL_TOLD_PAGE; i++) {
        if (!is_present(page, i))
            continue;
        fields_of(&record[i], page, field);
        put_record(page, &layout, place_of(page, &layout, i), &record[i], field);
        uint64_t at = place_of_wake(page, &layout, i);
        if (has_wake(page, i))
            put_bits(page, &at, layout.width[WAKE], wake_of(&record[i], page));
    }
    return words_of(page, &layout);
}

/* A page's words, and zeroes behind them; what is torn gives any. */
static void read_page(const struct sbl_memory *memory, uint32_t blob,
                      uint64_t page[PAGE_WORDS_MAX + 1]) {
    uint32_t words = sbl_blob_copy(memory, blob, 0, page, PAGE_WORDS_MAX);
    memset(page + words, 0, (PAGE_WORDS_MAX + 1 - words) * sizeof *page);
}

static void unpack(const uint64_t page[PAGE_WORDS_MAX + 1], struct sbl_told *record) {
    const struct layout layout = layout_of(page);
    for (uint32_t i = 0; i < SBL_TOLD_PAGE; i++) {
        record[i] = is_present(page, i)
                        ? take_record(page, &layout, page, place_of(page, &layout, i))
                        : sbl_told_nothing();
        if (has_wake(page, i))
            record[i].wake = take_wake(page, &layout, page, place_of_wake(page, &layout, i));
    }
}

static void sum_of_page(const struct sbl_told *record, struct sbl_told_sum *sum) {
    *sum = nothing;
    for (int i = 0; i < SBL_TOLD_PAGE; i++) {
        const struct sbl_told_sum one = sum_of_record(&record[i]);
        sum_add(sum, &one);
    }
}

/* ---- nodes ---- */

/* How many pages a tree of this height has room for. */
static uint64_t pages_of(uint32_t height) { return UINT64_C(1) << (SBL_TOLD_NODE_BITS * height); }

static void child_set(uint64_t *child, uint32_t blob, const struct sbl_told_sum *sum) {
    child[0] = sbl_pair(blob == 0 ? 0 : sum->flags, blob);
    child[1] = (uint64_t)(blob == 0 ? SBL_TOLD_NO_WAKE : sum->wake);
    child[2] = blob == 0 ? 0 : sum->number;
    child[3] = (uint64_t)(blob == 0 ? INT64_MAX : sum->held);
}

static struct sbl_told_sum child_sum(const uint64_t *child) {
    return (struct sbl_told_sum){sbl_high(child[0]), (int64_t)child[1], child[2],
                                 (int64_t)child[3]};
}

static void node_read(const struct sbl_memory *memory, uint32_t blob, uint64_t node[NODE_WORDS]) {
    uint32_t words = blob == 0 ? 0 : sbl_blob_copy(memory, blob, 0, node, NODE_WORDS);
    memset(node + words, 0, (NODE_WORDS - words) * sizeof *node);
    for (uint32_t i = words / CHILD_WORDS; i < SBL_TOLD_NODE; i++)
        child_set(node + CHILD_WORDS * i, 0, &nothing);
}

static void sum_of_node(const uint64_t *node, struct sbl_told_sum *sum) {
    *sum = nothing;
    for (int i = 0; i < SBL_TOLD_NODE; i++) {
        const struct sbl_told_sum below = child_sum(node + CHILD_WORDS * i);
        sum_add(sum, &below);
    }
}

/* The sum of what a blob at this height leads to. */
static struct sbl_told_sum sum_of(const struct sbl_memory *memory, uint32_t blob, uint32_t height) {
    struct sbl_told_sum sum = nothing;
    struct sbl_told record[SBL_TOLD_PAGE];
    uint64_t node[NODE_WORDS], page[PAGE_WORDS_MAX + 1];
    if (blob == 0)
        return sum;
    if (height == 0) {
        read_page(memory, blob, page);
        unpack(page, record);
        sum_of_page(record, &sum);
    } else {
        node_read(memory, blob, node);
        sum_of_node(node, &sum);
    }
    return sum;
}

struct sbl_told_sum sbl_told_sum(const struct sbl_memory *memory, struct sbl_told_tree tree) {
    return sum_of(memory, tree.root, tree.height);
}

/* ---- walking ---- */

void sbl_told_walk_begin(struct sbl_told_walk *walk, const struct sbl_memory *memory,
                         struct sbl_told_tree tree, uint32_t flags, int64_t wake,
                         uint64_t number) {
    walk->memory = memory;
    walk->tree = tree;
    walk->flags = flags;
    walk->wake = wake;
    walk->number = number;
    walk->next = 0;
    walk->page = UINT64_MAX;
}

static bool is_wanted(const struct sbl_told_walk *walk, const struct sbl_told_sum *sum) {
    return (sum->flags & walk->flags) != 0 || sum->wake <= walk->wake ||
           sum->number > walk->number;
}

/* The blob of the page of `walk->next`, if something wanted may be there; else 0, and walk->next is
 * where the next one could be. */
static uint32_t find_page(struct sbl_told_walk *walk) {
    uint32_t blob = walk->tree.root;
    for (uint32_t height = walk->tree.height; height > 0 && blob != 0; height--) {
        uint32_t shift = SBL_TOLD_PAGE_BITS + SBL_TOLD_NODE_BITS * (height - 1);
        uint32_t place = (uint32_t)(walk->next >> shift) % SBL_TOLD_NODE;
        uint64_t child[CHILD_WORDS] = {0};
        sbl_blob_copy(walk->memory, blob, CHILD_WORDS * place, child, CHILD_WORDS);
        struct sbl_told_sum sum = child_sum(child);
        blob = sbl_low(child[0]);
        if (blob == 0 || !is_wanted(walk, &sum)) {
            walk->next = ((walk->next >> shift) + 1) << shift;
            return 0;
        }
    }
    if (blob == 0)
        walk->next = UINT64_MAX;
    return blob;
}

static bool is_beyond(const struct sbl_told_walk *walk) {
    return walk->next >> SBL_TOLD_PAGE_BITS >= pages_of(walk->tree.height);
}

bool sbl_told_walk_next(struct sbl_told_walk *walk, uint32_t *item, struct sbl_told *told) {
    while (walk->tree.root != 0 && !is_beyond(walk)) {
        if (walk->next >> SBL_TOLD_PAGE_BITS != walk->page) {
            uint64_t page[PAGE_WORDS_MAX + 1];
            uint32_t blob = find_page(walk);
            if (blob == 0)
                continue;
            read_page(walk->memory, blob, page);
            unpack(page, walk->record);
            walk->page = walk->next >> SBL_TOLD_PAGE_BITS;
        }
        const struct sbl_told *record = &walk->record[walk->next % SBL_TOLD_PAGE];
        const struct sbl_told_sum sum = sum_of_record(record);
        *item = (uint32_t)++walk->next;
        *told = *record;
        if (sbl_told_is(record) && is_wanted(walk, &sum))
            return true;
    }
    return false;
}

/* ---- reading single records ---- */

static void find_head(struct sbl_told_reader *reader, uint64_t number) {
    uint32_t blob = number < pages_of(reader->tree.height) ? reader->tree.root : 0;
    for (uint32_t height = reader->tree.height; height > 0 && blob != 0; height--) {
        uint64_t place = number >> (SBL_TOLD_NODE_BITS * (height - 1)), child = 0;
        sbl_blob_copy(reader->memory, blob, CHILD_WORDS * (uint32_t)(place % SBL_TOLD_NODE),
                      &child, 1);
        blob = sbl_low(child);
    }
    if (blob != 0 && sbl_blob_copy(reader->memory, blob, 0, reader->head, SBL_TOLD_HEAD) !=
                         SBL_TOLD_HEAD)
        blob = 0; /* torn */
    reader->page = number;
    reader->blob = blob;
}

/* The words that hold so many bits from a place on, which becomes the place in them. */
static void copy_bits(const struct sbl_told_reader *reader, uint64_t *at, uint32_t bits,
                      uint64_t *word) {
    uint32_t words = (uint32_t)((*at % 64 + bits + 63) / 64);
    sbl_blob_copy(reader->memory, reader->blob, (uint32_t)(*at / 64), word, words);
    *at %= 64;
}

struct sbl_told sbl_told_of(struct sbl_told_reader *reader, uint32_t item) {
    uint64_t number = (uint64_t)(item - 1) >> SBL_TOLD_PAGE_BITS;
    uint32_t i = (item - 1) % SBL_TOLD_PAGE;
    uint64_t word[RECORD_BITS_MAX / 64 + 3] = {0}, wake[3] = {0};
    if (reader->page != number)
        find_head(reader, number);
    if (reader->blob == 0 || !is_present(reader->head, i))
        return sbl_told_nothing();
    const struct layout layout = layout_of(reader->head);
    uint64_t at = place_of(reader->head, &layout, i);
    copy_bits(reader, &at, layout.bits, word);
    struct sbl_told told = take_record(reader->head, &layout, word, at);
    if (has_wake(reader->head, i)) {
        at = place_of_wake(reader->head, &layout, i);
        copy_bits(reader, &at, layout.width[WAKE], wake);
        told.wake = take_wake(reader->head, &layout, wake, at);
    }
    return told;
}

/* ---- a new tree ---- */

struct making {
    struct sbl_worker *worker;
    uint32_t stamp;
    const struct sbl_told_put *put;
    struct sbl_told_blobs *blobs;
    bool failed; /* there was no memory */
};

static bool note(struct making *making, int which, size_t *count, uint32_t reference) {
    struct sbl_buffer *list = &making->worker->scratch[which];
    if (!sbl_buffer_reserve(making->worker->commit->memory, list,
                            (*count + 1) * sizeof(uint32_t))) {
        making->failed = true;
        return false;
    }
    ((uint32_t *)list->bytes)[(*count)++] = reference;
    return true;
}

/* A blob in place of another; 0 words: none. */
static uint32_t replace(struct making *making, uint32_t old, const uint64_t *word, uint32_t words) {
    struct sbl_memory *memory = making->worker->commit->memory;
    uint32_t blob = 0;
    if (old != 0 && !note(making, SBL_SCRATCH_LEFT, &making->blobs->left, old))
        return 0;
    if (words != 0)
        blob = sbl_blob_take(memory, &making->worker->cache, making->stamp, word, words);
    if (words != 0 && blob == 0)
        making->failed = true;
    if (blob != 0 && !note(making, SBL_SCRATCH_MADE, &making->blobs->made, blob)) {
        sbl_blob_give(memory, &making->worker->cache, blob);
        return 0;
    }
    return blob;
}

/* One record in place of one that said no more than what was told, where its bits suffice, neither
 * with a wake. What the page says together then only grows. */
static bool replace_record(uint64_t *page, const struct sbl_told_put *put,
                           struct sbl_told_sum *sum) {
    const struct layout layout = layout_of(page);
    uint32_t i = (put->item - 1) % SBL_TOLD_PAGE;
    uint64_t field[FIELDS];
    if (!is_present(page, i) || has_wake(page, i) || put->told.wake != SBL_TOLD_NO_WAKE ||
        put->told.published < (int64_t)page[LEAST + 0] ||
        put->told.number < page[LEAST + 1] || put->told.at < (int64_t)page[LEAST + 2])
        return false;
    uint64_t at = place_of(page, &layout, i);
    const struct sbl_told old = take_record(page, &layout, page, at);
    if (old.flags != SBL_TOLD_EVER || !sbl_told_is(&put->told))
        return false;
    fields_of(&put->told, page, field);
    for (int f = 0; f < FIELDS; f++)
        if (bits_of(field[f]) > layout.width[f])
            return false;
    put_record(page, &layout, at, &put->told, field);
    const struct sbl_told_sum more = sum_of_record(&put->told);
    sum_add(sum, &more);
    return true;
}

/* *sum: of the old page, then of the new one. */
static uint32_t put_page(struct making *making, uint32_t old, size_t from, size_t to,
                         struct sbl_told_sum *sum) {
    struct sbl_told record[SBL_TOLD_PAGE];
    uint64_t page[PAGE_WORDS_MAX + 1];
    size_t at = from;
    read_page(making->worker->commit->memory, old, page);
    while (at < to && replace_record(page, &making->put[at], sum))
        at++;
    if (at == to) {
        const struct layout layout = layout_of(page);
        return replace(making, old, page, words_of(page, &layout));
    }
    unpack(page, record);
    for (size_t i = at; i < to; i++)
        record[(making->put[i].item - 1) % SBL_TOLD_PAGE] = making->put[i].told;
    sum_of_page(record, sum);
    return replace(making, old, page, pack(record, page));
}

/* What is put from one place to another, all below a blob at this height. */
static uint32_t put_below(struct making *making, uint32_t old, uint32_t height, size_t from,
                          size_t to, struct sbl_told_sum *sum) {
    uint64_t node[NODE_WORDS];
    if (height == 0)
        return put_page(making, old, from, to, sum);
    uint32_t shift = SBL_TOLD_PAGE_BITS + SBL_TOLD_NODE_BITS * (height - 1);
    node_read(making->worker->commit->memory, old, node);
    for (size_t next = from; next < to && !making->failed; from = next) {
        uint64_t part = (uint64_t)(making->put[from].item - 1) >> shift;
        while (next < to && (uint64_t)(making->put[next].item - 1) >> shift == part)
            next++;
        uint64_t *child = node + CHILD_WORDS * (part % SBL_TOLD_NODE);
        struct sbl_told_sum below = child_sum(child);
        uint32_t blob = put_below(making, sbl_low(child[0]), height - 1, from, next, &below);
        child_set(child, blob, &below);
    }
    sum_of_node(node, sum);
    return making->failed ? 0 : replace(making, old, node, NODE_WORDS);
}

/* Nodes above the root, until the last item has a place. */
static void grow(struct making *making, struct sbl_told_tree *tree, uint32_t last) {
    uint64_t page = (uint64_t)(last - 1) >> SBL_TOLD_PAGE_BITS;
    while (page >= pages_of(tree->height) && !making->failed) {
        uint64_t node[NODE_WORDS];
        if (tree->root != 0) {
            struct sbl_told_sum sum =
                sum_of(making->worker->commit->memory, tree->root, tree->height);
            node_read(making->worker->commit->memory, 0, node);
            child_set(node, tree->root, &sum);
            tree->root = replace(making, 0, node, NODE_WORDS);
        }
        tree->height++;
    }
}

bool sbl_told_put(struct sbl_worker *worker, uint32_t stamp, struct sbl_told_tree *tree,
                  const struct sbl_told_put *put, size_t count, struct sbl_told_blobs *blobs) {
    struct making making = {worker, stamp, put, blobs, false};
    struct sbl_told_tree made = *tree;
    *blobs = (struct sbl_told_blobs){0, 0};
    if (count == 0)
        return true;
    grow(&making, &made, put[count - 1].item);
    struct sbl_told_sum sum = sum_of(worker->commit->memory, made.root, made.height);
    if (!making.failed)
        made.root = put_below(&making, made.root, made.height, 0, count, &sum);
    if (making.failed)
        sbl_told_give_back(worker, blobs);
    else
        *tree = made;
    return !making.failed;
}

void sbl_told_give_back(struct sbl_worker *worker, const struct sbl_told_blobs *blobs) {
    const uint32_t *made = worker->scratch[SBL_SCRATCH_MADE].bytes;
    for (size_t i = 0; i < blobs->made; i++)
        sbl_blob_give(worker->commit->memory, &worker->cache, made[i]);
}
