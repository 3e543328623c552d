/* SPDX-License-Identifier: Apache-2.0 */
#include "lmdb_check.h"

#include "directory.h"
#include "keys.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

/* ---- the layout, of LMDB 0.9's mdb.c --------------------------------------------------------- */

#define MAGIC UINT32_C(0xBEEFC0DE)
#define NO_PAGE UINT64_MAX
#define SEAL_SEED UINT64_C(0x6c6d6462) /* "lmdb" */

enum {
    DATA_VERSION = 1,
    MAGIC_OF_32_BITS = 12, /* where a 32-bit program's magic lies in the file */

    PAGE_BRANCH = 1,
    PAGE_LEAF = 2,
    PAGE_OWN = 4, /* the first of a value's own */
    PAGE_META = 8,

    NODE_HAS_OWN_PAGES = 1,
    TREE_KEYS_ARE_NUMBERS = 8,  /* MDB_INTEGERKEY, in a tree's flags */
    FILE_HAS_NO_FOLDER = 0x4000 /* MDB_NOSUBDIR, kept beside it in the first tree's */
};

struct page_head {
    uint64_t number;
    uint16_t unused;
    uint16_t flags;
    union {
        struct {
            uint16_t lower, upper; /* where slots end, and where nodes begin */
        };
        uint32_t pages; /* of a value's own */
    };
};

/* On a branch page, size and flags together are the child's number. */
struct node_head {
    uint32_t size;
    uint16_t flags;
    uint16_t key_size;
};

struct tree {
    uint32_t page_size; /* in the first one only */
    uint16_t flags;
    uint16_t depth;
    uint64_t branches, leaves, own_pages;
    uint64_t entries;
    uint64_t root;
};

enum { FREE_PAGES, BATCHES, TREES };

struct meta {
    uint32_t magic;
    uint32_t version;
    uint64_t address, map_size; /* of no use here */
    struct tree tree[TREES];
    uint64_t last_page;
    uint64_t transaction;
};

static_assert(sizeof(struct page_head) == SBL_LMDB_PAGE_HEAD, "as mdb.c has it");
static_assert(sizeof(struct node_head) == SBL_LMDB_NODE_HEAD, "as mdb.c has it");
static_assert(sizeof(struct tree) == 48 && sizeof(struct meta) == 136, "as mdb.c has it");

uint64_t sbl_lmdb_page_size(void) {
    return (uint64_t)sbl_min(sysconf(_SC_PAGESIZE), SBL_LMDB_PAGE_SIZE_MAX);
}

uint64_t sbl_lmdb_seal(uint64_t key, uint64_t word, uint64_t size) {
    const uint64_t words[] = {key, word, size};
    uint64_t sum[2];
    sbl_fingerprint(words, sizeof words / sizeof *words, SEAL_SEED, sum);
    return sum[0];
}

/* ---- what is known so far -------------------------------------------------------------------- */

struct check {
    int descriptor;
    uint64_t page_size;
    uint64_t pages;       /* in the file */
    uint64_t used;        /* up to the last that is accounted for */
    uint64_t accounted;   /* pages, the meta pages among them */
    uint64_t transaction; /* of the state that is looked through */
    uint64_t *seen;       /* a bit for each page */
    unsigned char *page;  /* one for each level of a tree, and one more */
    struct meta meta[SBL_LMDB_METAS];
    uint64_t stamp[SBL_LMDB_METAS];
    const struct sbl_lmdb_listener *listener; /* NULL: nobody wants to know */
    bool writes;   /* a meta page may be brought right */
    bool salvages; /* what is damaged is passed over */
    enum sellable_status status; /* why it ended */
    const char *reason;
};

static bool end(struct check *check, enum sellable_status status, const char *reason) {
    check->status = status;
    check->reason = reason;
    return false;
}

static bool damaged(struct check *check, const char *reason) {
    return end(check, SELLABLE_INVALID, reason);
}

/* Something below could not be read: may its neighbours be? */
static bool pass_over(struct check *check) {
    if (!check->salvages || check->status == SELLABLE_NO_MEMORY)
        return false;
    check->status = SELLABLE_OK;
    return true;
}

static bool read_bytes(struct check *check, void *bytes, size_t size, uint64_t offset) {
    int error = sbl_read_at(check->descriptor, bytes, size, offset);
    if (error == ENODATA)
        return damaged(check, "the file is cut off");
    return error == 0 || end(check, SELLABLE_NOT_DURABLE, "the file could not be read");
}

static unsigned char *buffer_of(struct check *check, uint32_t level) {
    return check->page + level * check->page_size;
}

/* `count` pages from `first` on are accounted for, by this. */
static bool account(struct check *check, uint64_t first, uint64_t count) {
    if (first < SBL_LMDB_METAS || first >= check->pages || count > check->pages - first)
        return damaged(check, "a page number is not of this file");
    for (uint64_t page = first; page < first + count; page++) {
        uint64_t bit = UINT64_C(1) << page % 64;
        if ((check->seen[page / 64] & bit) != 0)
            return damaged(check, "a page is used twice");
        check->seen[page / 64] |= bit;
    }
    check->accounted += count;
    check->used = check->used > first + count ? check->used : first + count;
    return true;
}

/* ---- a page ---------------------------------------------------------------------------------- */

static struct page_head page_head(const unsigned char *page) {
    struct page_head head;
    memcpy(&head, page, sizeof head);
    return head;
}

static uint32_t node_count(const unsigned char *page) {
    return (page_head(page).lower - (uint32_t)SBL_LMDB_PAGE_HEAD) / SBL_LMDB_SLOT;
}

static uint64_t slot(const unsigned char *page, uint32_t number) {
    uint16_t offset;
    memcpy(&offset, page + SBL_LMDB_PAGE_HEAD + number * SBL_LMDB_SLOT, sizeof offset);
    return offset;
}

static struct node_head node_head(const unsigned char *page, uint64_t offset) {
    struct node_head head;
    memcpy(&head, page + offset, sizeof head);
    return head;
}

static uint64_t word_at(const unsigned char *page, uint64_t offset) {
    uint64_t word;
    memcpy(&word, page + offset, sizeof word);
    return word;
}

/* The bytes of a node within its page. Nodes begin at even bytes. */
static uint64_t node_size(struct node_head head, bool leaf) {
    uint64_t size = SBL_LMDB_NODE_HEAD + (uint64_t)head.key_size;
    if (leaf)
        size += (head.flags & NODE_HAS_OWN_PAGES) != 0 ? sizeof(uint64_t) : head.size;
    return (size + 1) & ~UINT64_C(1);
}

/* The nodes lie side by side from `upper` to the page's end, and each has one slot. */
static bool nodes_lie_side_by_side(const unsigned char *page, uint64_t page_size, bool leaf) {
    uint64_t begins[SBL_LMDB_PAGE_SIZE_MAX / 2 / 64] = {0};
    struct page_head head = page_head(page);
    if (head.lower % 2 != 0 || head.upper % 2 != 0 || head.lower < SBL_LMDB_PAGE_HEAD ||
        head.lower > head.upper || head.upper > page_size)
        return false;
    uint32_t count = node_count(page), found = 0;
    for (uint32_t i = 0; i < count; i++) {
        uint64_t offset = slot(page, i), bit = UINT64_C(1) << offset / 2 % 64;
        if (offset % 2 != 0 || offset < head.upper || offset + SBL_LMDB_NODE_HEAD > page_size ||
            (begins[offset / 128] & bit) != 0)
            return false;
        begins[offset / 128] |= bit;
    }
    uint64_t at = head.upper;
    for (; at < page_size; at += node_size(node_head(page, at), leaf), found++)
        if ((begins[at / 128] >> at / 2 % 64 & 1) == 0)
            return false;
    return at == page_size && found == count;
}

/* Read a page of a tree, and see that it is one. */
static bool read_page(struct check *check, uint64_t number, unsigned char *page, bool leaf) {
    if (number < SBL_LMDB_METAS || number >= check->pages)
        return damaged(check, "a page number is not of this file");
    if (!read_bytes(check, page, check->page_size, number * check->page_size))
        return false;
    struct page_head head = page_head(page);
    if (head.number != number)
        return damaged(check, "a page has another one's number");
    if (head.flags != (leaf ? PAGE_LEAF : PAGE_BRANCH))
        return damaged(check, "a page is not of the kind that its place wants");
    if (!nodes_lie_side_by_side(page, check->page_size, leaf))
        return damaged(check, "the nodes of a page are not side by side");
    return node_count(page) > 0 || damaged(check, "a page is empty");
}

/* ---- a value --------------------------------------------------------------------------------- */

struct walk {
    const struct tree *tree;
    bool batches; /* the tree of the batches, not of the free pages */
    uint64_t branches, leaves, own_pages, entries;
};

/* A value lies in the file, whole, at `offset`. */
struct value {
    uint64_t key;
    uint64_t size;
    uint64_t offset;
    bool own_pages;
};

/* Find the value of a node, and account for its own pages. LMDB writes a list of free pages that
 * became shorter into the pages that it had. */
static bool find_value(struct check *check, struct walk *walk, const unsigned char *page,
                       uint64_t offset, struct value *value) {
    struct node_head node = node_head(page, offset);
    uint64_t data = offset + SBL_LMDB_NODE_HEAD + SBL_LMDB_KEY;
    *value = (struct value){.key = word_at(page, offset + SBL_LMDB_NODE_HEAD),
                            .size = node.size,
                            .offset = page_head(page).number * check->page_size + data,
                            .own_pages = node.flags == NODE_HAS_OWN_PAGES};
    uint64_t whole = SBL_LMDB_NODE_HEAD + SBL_LMDB_KEY + value->size;
    bool too_large = whole > sbl_lmdb_node_max(check->page_size);
    if ((node.flags & ~NODE_HAS_OWN_PAGES) != 0 || (too_large && !value->own_pages) ||
        (walk->batches && !too_large && value->own_pages))
        return damaged(check, "a node is not as its size wants it to be");
    if (!value->own_pages)
        return true;
    uint64_t first = word_at(page, data), count = sbl_lmdb_own_pages(value->size, check->page_size);
    struct page_head head;
    if (first < SBL_LMDB_METAS || first >= check->pages)
        return damaged(check, "a page number is not of this file");
    if (!read_bytes(check, &head, sizeof head, first * check->page_size))
        return false;
    if (head.number != first || head.flags != PAGE_OWN || head.pages < count ||
        (walk->batches && head.pages != count))
        return damaged(check, "the pages of a value are not as its size wants them to be");
    walk->own_pages += head.pages;
    value->offset = first * check->page_size + SBL_LMDB_PAGE_HEAD;
    return account(check, first, head.pages);
}

/* The first words of a value. */
static bool first_words(struct check *check, const unsigned char *page, const struct value *value,
                        uint64_t *words, uint64_t count) {
    if (value->size < count * sizeof *words)
        return damaged(check, "a record is too short");
    if (value->own_pages)
        return read_bytes(check, words, count * sizeof *words, value->offset);
    memcpy(words, page + value->offset % check->page_size, count * sizeof *words);
    return true;
}

static bool batch_is_ours(struct check *check, const unsigned char *page,
                          const struct value *value) {
    uint64_t head[SBL_LMDB_HEAD_WORDS];
    if (!first_words(check, page, value, head, SBL_LMDB_HEAD_WORDS))
        return false;
    if (head[1] != sbl_lmdb_seal(value->key, head[0], value->size))
        return damaged(check, "a record's head is damaged, or none of ours");
    if (value->key == SBL_LMDB_STAMP_KEY)
        return (value->size == SBL_LMDB_STAMP && head[0] == check->transaction) ||
               damaged(check, "the stamp is not the transaction's");
    if (value->size <= SBL_LMDB_HEAD || value->key < SBL_LMDB_PARTS)
        return damaged(check, "a record is none of ours");
    if (check->listener != NULL)
        check->listener->record(check->listener->context, value->key, value->offset, value->size);
    return true;
}

/* A list of free pages: how many, then their numbers, which fall. The rest of the value is room. */
static bool list_falls(struct check *check, const unsigned char *page, const struct value *value) {
    uint64_t count, before = NO_PAGE;
    uint64_t *words = (uint64_t *)(void *)buffer_of(check, SBL_LMDB_DEPTH_MAX);
    uint64_t in_buffer = check->page_size / sizeof *words;
    if (!first_words(check, page, value, &count, 1))
        return false;
    if (value->size % sizeof count != 0 || count > value->size / sizeof count - 1)
        return damaged(check, "a list of free pages is longer than its record");
    for (uint64_t i = 0; i < count; i++) {
        if (i % in_buffer == 0) {
            uint64_t left = count - i < in_buffer ? count - i : in_buffer;
            if (!read_bytes(check, words, left * sizeof *words,
                            value->offset + (i + 1) * sizeof *words))
                return false;
        }
        if (words[i % in_buffer] >= before)
            return damaged(check, "a list of free pages is not in order");
        before = words[i % in_buffer];
        if (!account(check, before, 1))
            return false;
    }
    return true;
}

/* ---- a tree ---------------------------------------------------------------------------------- */

/* A node's key, which is above the one before and within what the parent says. */
static bool next_key(struct check *check, const unsigned char *page, uint32_t number,
                     const uint64_t *before, uint64_t low, uint64_t high, uint64_t *key) {
    uint64_t offset = slot(page, number);
    if (node_head(page, offset).key_size != SBL_LMDB_KEY)
        return damaged(check, "a key is not of 8 bytes");
    *key = word_at(page, offset + SBL_LMDB_NODE_HEAD);
    if (*key < low || *key > high || (before != NULL && *key <= *before))
        return damaged(check, "keys are not in order");
    return true;
}

static bool walk_leaf(struct check *check, struct walk *walk, const unsigned char *page,
                      uint64_t low, uint64_t high) {
    uint32_t count = node_count(page);
    uint64_t key = 0;
    walk->leaves++;
    walk->entries += count;
    for (uint32_t i = 0; i < count; i++) {
        struct value value;
        uint64_t before = key;
        if (!next_key(check, page, i, i > 0 ? &before : NULL, low, high, &key) ||
            !find_value(check, walk, page, slot(page, i), &value) ||
            !(walk->batches ? batch_is_ours(check, page, &value)
                            : list_falls(check, page, &value))) {
            key = before;
            if (!pass_over(check))
                return false;
        }
    }
    return true;
}

static bool walk_page(struct check *check, struct walk *walk, uint64_t number, uint32_t level,
                      uint64_t low, uint64_t high);

/* Each node but the first has the lowest key that its child may have; the first needs none. LMDB
 * wants two children where it looks for keys; a tree of free pages may have one for a while. */
static bool walk_branch(struct check *check, struct walk *walk, const unsigned char *page,
                        uint32_t level, uint64_t low, uint64_t high) {
    uint32_t count = node_count(page);
    walk->branches++;
    if (count < 2 && walk->batches && !check->salvages)
        return damaged(check, "a branch has one child only");
    struct node_head first = node_head(page, slot(page, 0));
    if (first.key_size != 0 && first.key_size != SBL_LMDB_KEY)
        return damaged(check, "a key is not of 8 bytes");
    for (uint32_t i = 0; i < count; i++) {
        struct node_head node = node_head(page, slot(page, i));
        uint64_t child = (uint64_t)node.flags << 32 | node.size, after = 0;
        bool ends = i + 1 < count && next_key(check, page, i + 1, &low, low, high, &after);
        if (i + 1 < count && !ends && !pass_over(check))
            return false;
        if (!walk_page(check, walk, child, level + 1, low, ends ? after - 1 : high) &&
            !pass_over(check))
            return false;
        low = ends ? after : low;
    }
    return true;
}

/* At most SBL_LMDB_DEPTH_MAX calls deep. */
static bool walk_page(struct check *check, struct walk *walk, uint64_t number, uint32_t level,
                      uint64_t low, uint64_t high) {
    unsigned char *page = buffer_of(check, level);
    bool leaf = level + 1U == walk->tree->depth;
    if (!read_page(check, number, page, leaf) || !account(check, number, 1))
        return false;
    return leaf ? walk_leaf(check, walk, page, low, high)
                : walk_branch(check, walk, page, level, low, high);
}

static bool tree_is_sound(struct check *check, const struct tree *tree, bool batches) {
    struct walk walk = {.tree = tree, .batches = batches};
    if ((tree->depth == 0) != (tree->root == NO_PAGE) || tree->depth > SBL_LMDB_DEPTH_MAX)
        return damaged(check, "the depth of a tree cannot be");
    uint64_t low = batches ? 0 : 1, high = batches ? UINT64_MAX : check->transaction;
    if (tree->depth > 0 && !walk_page(check, &walk, tree->root, 0, low, high))
        return false;
    return (walk.branches == tree->branches && walk.leaves == tree->leaves &&
            walk.own_pages == tree->own_pages && walk.entries == tree->entries) ||
           damaged(check, "what a tree holds is not what was counted");
}

/* ---- the meta pages -------------------------------------------------------------------------- */

static const char *foreign(const struct meta *meta, const unsigned char *bytes) {
    uint32_t early;
    memcpy(&early, bytes + MAGIC_OF_32_BITS, sizeof early);
    if (early == MAGIC)
        return "it was made by a 32-bit program";
    if (meta->magic == __builtin_bswap32(MAGIC))
        return "it was made on a machine of another byte order";
    return "it is no LMDB file, or its beginning is damaged";
}

static bool read_meta(struct check *check, uint32_t number) {
    struct meta *meta = &check->meta[number];
    unsigned char bytes[sizeof(struct page_head) + sizeof *meta];
    if (!read_bytes(check, bytes, sizeof bytes, number * check->page_size))
        return false;
    struct page_head head = page_head(bytes);
    memcpy(meta, bytes + sizeof head, sizeof *meta);
    if (meta->magic != MAGIC)
        return damaged(check, foreign(meta, bytes));
    if (meta->version != DATA_VERSION)
        return damaged(check, meta->version > DATA_VERSION ? "it is of a newer format of LMDB"
                                                           : "it is of an older format of LMDB");
    if (head.number != number || head.flags != PAGE_META)
        return damaged(check, "a meta page is damaged");
    if (meta->tree[FREE_PAGES].page_size != check->page_size)
        return damaged(check, "its pages are of another size than this machine's");
    if (meta->tree[FREE_PAGES].flags != (TREE_KEYS_ARE_NUMBERS | FILE_HAS_NO_FOLDER) ||
        meta->tree[BATCHES].flags != TREE_KEYS_ARE_NUMBERS)
        return damaged(check, "it is an LMDB file, but none of ours");
    return true;
}

/* The stamp of the state that a meta page leads to: in the first leaf of the batches. */
static bool read_stamp(struct check *check, uint32_t number) {
    const struct tree *tree = &check->meta[number].tree[BATCHES];
    unsigned char *page = buffer_of(check, 0);
    uint64_t next = tree->root, words[SBL_LMDB_STAMP_WORDS];
    if (tree->depth == 0 || tree->depth > SBL_LMDB_DEPTH_MAX)
        return damaged(check, "the depth of a tree cannot be");
    for (uint32_t level = 0; level < tree->depth; level++) {
        if (!read_page(check, next, page, level + 1U == tree->depth))
            return false;
        struct node_head node = node_head(page, slot(page, 0));
        next = (uint64_t)node.flags << 32 | node.size;
    }
    uint64_t offset = slot(page, 0), value = offset + SBL_LMDB_NODE_HEAD + SBL_LMDB_KEY;
    struct node_head node = node_head(page, offset);
    if (node.key_size != SBL_LMDB_KEY || node.flags != 0 || node.size != SBL_LMDB_STAMP ||
        word_at(page, offset + SBL_LMDB_NODE_HEAD) != SBL_LMDB_STAMP_KEY)
        return damaged(check, "there is no stamp");
    memcpy(words, page + value, sizeof words);
    check->stamp[number] = words[0];
    return words[1] == sbl_lmdb_seal(SBL_LMDB_STAMP_KEY, words[0], SBL_LMDB_STAMP) ||
           damaged(check, "the stamp is damaged");
}

/* Which meta page is the newest, by the stamps; and do the pages say the same? *put_back: the
 * newest one has the number of the state that it had before. */
static bool choose(struct check *check, uint32_t *newest, bool *put_back) {
    *newest = check->stamp[0] > check->stamp[1] ? 0 : 1;
    uint64_t stamp = check->stamp[*newest], older = check->stamp[1 - *newest];
    uint64_t number = check->meta[*newest].transaction;
    if (older + 1 != stamp || stamp % SBL_LMDB_METAS != *newest)
        return damaged(check, "the meta pages do not belong together");
    if (check->meta[1 - *newest].transaction != older)
        return damaged(check, "a meta page has a number that its state has not");
    *put_back = number + SBL_LMDB_METAS == stamp;
    return number == stamp || *put_back ||
           damaged(check, "a meta page has a number that its state has not");
}

/* Number and last page are next to each other, in one sector. */
static bool bring_right(struct check *check, uint32_t number) {
    uint64_t words[] = {check->used - 1, check->stamp[number]};
    uint64_t offset = number * check->page_size + sizeof(struct page_head) +
                      offsetof(struct meta, last_page);
    int error = sbl_write_at(check->descriptor, words, sizeof words, offset);
    if (error == 0 && fdatasync(check->descriptor) != 0)
        error = errno;
    return error == 0 || end(check, SELLABLE_NOT_DURABLE, sbl_disk_reason(error));
}

/* ---- all of it ------------------------------------------------------------------------------- */

static bool look(struct check *check, struct sbl_lmdb_state *state) {
    uint32_t newest;
    bool put_back;
    for (uint32_t i = 0; i < SBL_LMDB_METAS; i++)
        if (!read_meta(check, i) || (check->meta[i].last_page >= check->pages &&
                                     !damaged(check, "the file is cut off")))
            return false;
    for (uint32_t i = 0; i < SBL_LMDB_METAS; i++)
        if (!read_stamp(check, i))
            return false;
    if (!choose(check, &newest, &put_back))
        return false;
    const struct meta *meta = &check->meta[newest];
    check->transaction = check->stamp[newest];
    check->used = check->accounted = SBL_LMDB_METAS;
    if (!tree_is_sound(check, &meta->tree[FREE_PAGES], false) ||
        !tree_is_sound(check, &meta->tree[BATCHES], true))
        return false;
    if (check->accounted != check->used)
        return damaged(check, "a page is neither used nor free");
    if (meta->last_page + 1 != check->used && !put_back)
        return damaged(check, "the last page is not the last");
    if (put_back && check->writes && !bring_right(check, newest))
        return false;
    *state = (struct sbl_lmdb_state){check->transaction, check->used};
    return true;
}

/* What either state leads to. */
static bool look_for_what_is_left(struct check *check, struct sbl_lmdb_state *state) {
    (void)state;
    for (uint32_t i = 0; i < SBL_LMDB_METAS; i++) {
        const struct tree *tree = &check->meta[i].tree[BATCHES];
        struct walk walk = {.tree = tree, .batches = true};
        if (read_meta(check, i) && tree->depth > 0 && tree->depth <= SBL_LMDB_DEPTH_MAX) {
            check->transaction = check->meta[i].transaction;
            memset(check->seen, 0, (check->pages / 64 + 1) * sizeof *check->seen);
            (void)walk_page(check, &walk, tree->root, 0, 0, UINT64_MAX);
        }
        if (check->status != SELLABLE_OK && !pass_over(check))
            return false;
    }
    return true;
}

static enum sellable_status look_at(struct check *check, int descriptor,
                                    bool (*looks)(struct check *check,
                                                  struct sbl_lmdb_state *state),
                                    struct sbl_lmdb_state *state) {
    struct stat file;
    check->descriptor = descriptor;
    check->page_size = sbl_lmdb_page_size();
    if (fstat(descriptor, &file) != 0) {
        (void)end(check, SELLABLE_NOT_DURABLE, "the file could not be read");
    } else if (!S_ISREG(file.st_mode)) {
        (void)damaged(check, "it is no file");
    } else if (file.st_size == 0) {
        (void)damaged(check, "the file is empty");
    } else {
        check->pages = (uint64_t)file.st_size / check->page_size;
        check->seen = calloc(check->pages / 64 + 1, sizeof *check->seen);
        check->page = calloc(SBL_LMDB_DEPTH_MAX + 1, check->page_size);
        if (check->seen == NULL || check->page == NULL)
            (void)end(check, SELLABLE_NO_MEMORY, "no memory");
        else
            (void)looks(check, state);
    }
    free(check->seen);
    free(check->page);
    return check->status;
}

enum sellable_status sbl_lmdb_check(int descriptor, struct sbl_lmdb_state *state,
                                    const char **reason) {
    struct check check = {.writes = true};
    enum sellable_status status = look_at(&check, descriptor, look, state);
    *reason = check.reason == NULL ? "" : check.reason;
    return status;
}

enum sellable_status sbl_lmdb_look(int descriptor, const struct sbl_lmdb_listener *listener,
                                   const char **reason) {
    struct check check = {.listener = listener};
    struct sbl_lmdb_state state;
    enum sellable_status status = look_at(&check, descriptor, look, &state);
    *reason = check.reason == NULL ? "" : check.reason;
    return status;
}

enum sellable_status sbl_lmdb_salvage(int descriptor, const struct sbl_lmdb_listener *listener) {
    struct check check = {.listener = listener, .salvages = true};
    struct sbl_lmdb_state state;
    enum sellable_status status = look_at(&check, descriptor, look_for_what_is_left, &state);
    return status == SELLABLE_NO_MEMORY ? status : SELLABLE_OK;
}
