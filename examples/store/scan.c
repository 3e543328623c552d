/* SPDX-License-Identifier: Apache-2.0
 *
 * A batch has a mark at its beginning and a checksum at its end: so it is found wherever it lies in
 * the file, though nothing that led to it can be followed. What was written more than once, given
 * up, or of a commit that never ended, is found, too. So what is found is not yet what was:
 *
 *   - what the file still leads to was committed;
 *   - each batch names the one before it by its checksum, which stands for all before that: so what
 *     comes before such a batch, one by one, is certain as well, wherever it was found;
 *   - of the rest a batch is taken if no other one is found that has some of its changes, and
 *     the one that it names was not left out. Where two tell it in two ways, both are left out.
 *
 * A batch that is damaged stays, if the file leads to it: who reads it is told what is wrong. */
#include "scan.h"

#include "checkpoint.h"
#include "journal.h"
#include "lmdb_check.h"
#include "search.h"
#include "text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- a batch --------------------------------------------------------------------------------- */

static bool is_of_checkpoint(uint32_t kind)
{
    return kind >= SBL_FRAME_CHECKPOINT && kind <= SBL_FRAME_CHECKPOINT_END;
}

/* Are these bytes a whole batch? Then the rest of what is known of it is filled in. */
static bool take_whole(struct batch *batch, const uint64_t *frame, uint64_t bytes)
{
    enum { LEAST = (SBL_FRAME_HEAD + SBL_FRAME_END) * sizeof(uint64_t) };
    uint32_t kind = frame != NULL && bytes >= LEAST ? sbl_high(frame[SBL_FRAME_FORM]) : 0;
    if ((kind != SBL_FRAME_FIRST && kind != SBL_FRAME_RECORDS && !is_of_checkpoint(kind)) ||
        sbl_frame_fault(frame, bytes, kind, frame[SBL_FRAME_FROM]) != NULL)
        return false;
    batch->whole = true;
    batch->kind = kind;
    batch->position = frame[SBL_FRAME_FROM];
    batch->last = kind == SBL_FRAME_RECORDS ? frame[SBL_FRAME_TO] : batch->position;
    batch->begin = frame[SBL_FRAME_TO];
    batch->before = (struct sbl_chain){{frame[SBL_FRAME_CHAIN], frame[SBL_FRAME_CHAIN + 1]}};
    batch->own = sbl_frame_chain(frame);
    return true;
}

static bool read_whole(struct file *file, size_t number)
{
    struct batch *batch = &file->batches[number];
    return take_whole(batch, read_bytes_of(file, batch), bytes_of(file, batch));
}

static void forget_last(struct file *file)
{
    file->piece_count -= file->batches[--file->count].pieces;
}

/* ---- looking --------------------------------------------------------------------------------- */

struct mark {
    uint64_t magic, form, bytes, from;
};

/* A large batch is in several records, each with pages of its own, and a head whose seal says of
 * which batch and which part of it: so the size of the first, in the pages that it has, .. */
static uint64_t size_of_first_part(const struct file *file, uint64_t offset,
                                   const struct mark *mark, uint64_t page)
{
    struct {
        uint64_t number;
        uint32_t flags, pages;
        uint64_t whole, seal;
    } head;
    static_assert(sizeof head == SBL_LMDB_PAGE_HEAD + SBL_LMDB_HEAD, "side by side");
    uint64_t key = sbl_lmdb_key(mark->from, 0);
    if (offset % page != sizeof head ||
        !read_at(file, &head, (struct piece){offset - sizeof head, sizeof head}) ||
        head.whole != mark->bytes || head.pages > mark->bytes / page + 1)
        return 0;
    for (uint64_t size = head.pages * page - SBL_LMDB_PAGE_HEAD, i = 0;
         i < page && size > SBL_LMDB_HEAD + i; i++)
        if (sbl_lmdb_seal(key, head.whole, size - i) == head.seal)
            return size - i - SBL_LMDB_HEAD;
    return 0;
}

/* .. and where the next one is. 0: nowhere. */
static uint64_t find_part(const struct file *file, uint64_t expected, const uint64_t *head)
{
    uint64_t there[SBL_LMDB_HEAD_WORDS], offset;
    struct search search;
    if (read_at(file, there, (struct piece){expected, sizeof there}) &&
        memcmp(there, head, sizeof there) == 0)
        return expected;
    begin_search(&search, file, head, SBL_LMDB_HEAD);
    bool found = find_next(&search, &offset);
    end_search(&search);
    return found ? offset : 0;
}

/* The batch of which the first part lies there is the last one of the list, if all are found. */
static bool add_parts(struct file *file, uint64_t offset, const struct mark *mark)
{
    uint64_t page = sbl_lmdb_page_size(), first = size_of_first_part(file, offset, mark, page);
    uint64_t done = first, part = 1, at = offset;
    if (first == 0 || first >= mark->bytes || mark->bytes / first >= SBL_LMDB_PARTS)
        return false;
    add_batch(file, mark->from, (struct piece){offset, first});
    for (; done < mark->bytes; part++) {
        uint64_t left = mark->bytes - done, now = left < first ? left : first;
        uint64_t key = sbl_lmdb_key(mark->from, part), size = now + SBL_LMDB_HEAD;
        const uint64_t head[] = {mark->bytes, sbl_lmdb_seal(key, mark->bytes, size)};
        uint64_t next = at - SBL_LMDB_HEAD + sbl_lmdb_own_pages(first + SBL_LMDB_HEAD, page) * page;
        uint64_t found = find_part(file, next, head);
        if (found == 0)
            break;
        at = found + SBL_LMDB_HEAD;
        add_piece(file, (struct piece){at, now});
        done += now;
    }
    if (done == mark->bytes && read_whole(file, file->count - 1))
        return true;
    forget_last(file);
    return false;
}

/* The batch that begins there. */
static bool add_what_begins(struct file *file, uint64_t offset, uint64_t end)
{
    enum { LEAST = (SBL_FRAME_HEAD + SBL_FRAME_END) * sizeof(uint64_t) };
    struct mark mark;
    if (!read_at(file, &mark, (struct piece){offset, sizeof mark}) || mark.bytes < LEAST ||
        mark.bytes % sizeof(uint64_t) != 0 || sbl_low(mark.form) != SBL_FRAME_VERSION)
        return false;
    if (mark.bytes <= end - offset) {
        add_batch(file, mark.from, (struct piece){offset, mark.bytes});
        if (read_whole(file, file->count - 1))
            return true;
        forget_last(file);
    }
    return add_parts(file, offset, &mark);
}

/* All there is, in the order of the file; behind what the file leads to. */
static void look_for_batches(struct file *file)
{
    const uint64_t magic = SBL_FRAME_MAGIC;
    struct search search;
    uint64_t offset;
    list_what_is_led_to(file);
    for (size_t i = 0; i < file->count; i++) {
        (void)read_whole(file, i);
        file->batches[i].led_to = true;
    }
    begin_search(&search, file, &magic, sizeof magic);
    while (find_next(&search, &offset))
        if (add_what_begins(file, offset, search.end))
            search.next = offset + file->pieces[file->batches[file->count - 1].piece].bytes;
    if (search.unreadable > 0)
        fprintf(stderr, "%s: %s: %llu bytes cannot be read\n", program_name, file->path,
                (unsigned long long)search.unreadable);
    end_search(&search);
}

/* ---- choosing -------------------------------------------------------------------------------- */

/* Whole ones first, by where they end; copies side by side, what is led to first. */
static int by_end(const void *left, const void *right)
{
    const struct batch *a = left, *b = right;
    if (a->whole != b->whole)
        return a->whole ? -1 : 1;
    if (a->last != b->last)
        return a->last < b->last ? -1 : 1;
    int order = memcmp(&a->own, &b->own, sizeof a->own);
    return order != 0 ? order : b->led_to - a->led_to;
}

static int by_position(const void *left, const void *right)
{
    const struct batch *a = left, *b = right;
    return (a->position > b->position) - (a->position < b->position);
}

/* What was found, once each; returns how many of it are whole: the first ones. */
static size_t sort_out(struct file *file)
{
    size_t whole = 0, kept = 0;
    if (file->count > 0)
        qsort(file->batches, file->count, sizeof *file->batches, by_end);
    for (size_t i = 0; i < file->count; i++) {
        struct batch *batch = &file->batches[i];
        if (batch->whole && whole > 0 &&
            sbl_chain_equal(&batch->own, &file->batches[whole - 1].own))
            continue;
        whole += batch->whole;
        file->batches[kept++] = *batch;
    }
    file->count = kept;
    return whole;
}

/* The one that a batch names; NULL: it was not found. */
static struct batch *batch_before(struct file *file, size_t whole, const struct batch *batch)
{
    size_t low = 0, high = whole;
    if (batch->position == 0)
        return NULL;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (file->batches[middle].last < batch->position - 1)
            low = middle + 1;
        else
            high = middle;
    }
    for (; low < whole && file->batches[low].last == batch->position - 1; low++)
        if (sbl_chain_equal(&file->batches[low].own, &batch->before))
            return &file->batches[low];
    return NULL;
}

static void mark_certain(struct file *file, size_t whole)
{
    for (size_t i = whole; i-- > 0;) {
        struct batch *batch = &file->batches[i];
        batch->certain = batch->certain || batch->led_to;
        struct batch *before = batch->certain ? batch_before(file, whole, batch) : NULL;
        if (before != NULL)
            before->certain = true;
    }
}

/* Of each, where the earliest of those behind it begins: for the caller to free. */
static uint64_t *earliest_behind(const struct file *file, size_t whole)
{
    uint64_t *earliest = malloc((whole + 1) * sizeof *earliest);
    if (earliest == NULL)
        fail("out of memory");
    earliest[whole] = UINT64_MAX;
    for (size_t i = whole; i-- > 0;) {
        uint64_t position = file->batches[i].position;
        earliest[i] = position < earliest[i + 1] ? position : earliest[i + 1];
    }
    return earliest;
}

/* The first position that the file leads to. */
static uint64_t first_led_to(const struct file *file)
{
    uint64_t first = UINT64_MAX;
    for (size_t i = 0; i < file->count; i++)
        if (file->batches[i].led_to && file->batches[i].position < first)
            first = file->batches[i].position;
    return first;
}

/* Which of the whole ones may stand in the journal. */
static void choose(struct file *file, size_t whole, bool follows)
{
    uint64_t *earliest = earliest_behind(file, whole), first = follows ? first_led_to(file) : 0;
    for (size_t i = 0; i < whole; i++) {
        struct batch *batch = &file->batches[i];
        const struct batch *before = batch_before(file, whole, batch);
        bool alone = earliest[i + 1] > batch->last &&
                     (i == 0 || file->batches[i - 1].last < batch->position);
        batch->chosen = batch->position >= first &&
                        (batch->certain ||
                         (!follows && alone && (before == NULL || before->chosen)));
    }
    free(earliest);
}

/* A damaged one is kept, if it can be read at all, where no other copy of it is. */
static void keep_damaged(struct file *file, size_t whole)
{
    for (size_t i = whole; i < file->count; i++) {
        struct batch *batch = &file->batches[i];
        bool copied = i > whole && batch[-1].position == batch->position;
        for (size_t j = 0; j < whole && !copied; j++)
            copied = file->batches[j].chosen && file->batches[j].position <= batch->position &&
                     file->batches[j].last >= batch->position;
        batch->chosen = !copied && read_bytes_of(file, batch) != NULL;
    }
}

static void keep_chosen(struct file *file)
{
    size_t kept = 0;
    for (size_t i = 0; i < file->count; i++)
        if (file->batches[i].chosen)
            file->batches[kept++] = file->batches[i];
    file->count = kept;
    if (kept > 0)
        qsort(file->batches, kept, sizeof *file->batches, by_position);
}

/* ---- what to say of it ----------------------------------------------------------------------- */

static void tell_range(const char *format, uint64_t from, uint64_t to)
{
    fprintf(stderr, "%s: changes from %llu to %llu %s\n", program_name, (unsigned long long)from,
            (unsigned long long)to, format);
}

/* By position; one line for those that touch. */
static void tell_left_out(const struct file *file, size_t whole)
{
    static const char why[] = "were found in versions that nothing confirms: left out";
    uint64_t from = 0, to = 0;
    for (size_t i = 0; i < whole; i++) {
        const struct batch *batch = &file->batches[i];
        if (batch->chosen || batch->kind != SBL_FRAME_RECORDS)
            continue;
        if (from != 0 && batch->position > to + 1) {
            tell_range(why, from, to);
            from = 0;
        }
        from = from == 0 || batch->position < from ? batch->position : from;
        to = batch->last;
    }
    if (from != 0)
        tell_range(why, from, to);
}

/* Of those that stand side by side each has to name the one before. */
static void tell_strange(const struct file *file)
{
    for (size_t i = 1; i < file->count; i++) {
        const struct batch *batch = &file->batches[i], *before = batch - 1;
        if (batch->whole && before->whole && before->last + 1 == batch->position &&
            !sbl_chain_equal(&batch->before, &before->own))
            fprintf(stderr,
                    "%s: what follows change %llu does not go on from there: one of the two is of "
                    "another journal\n",
                    program_name, (unsigned long long)before->last);
    }
}

/* ---- the two files --------------------------------------------------------------------------- */

void salvage_journal(struct file *file, bool follows)
{
    file->count = file->piece_count = 0;
    look_for_batches(file);
    size_t whole = sort_out(file);
    mark_certain(file, whole);
    choose(file, whole, follows);
    keep_damaged(file, whole);
    if (!follows)
        tell_left_out(file, whole);
    keep_chosen(file);
    if (!follows)
        fprintf(stderr, "%s: %s: looked through: %llu batches found\n", program_name, file->path,
                (unsigned long long)file->count);
    tell_strange(file);
}

/* Does the journal have the batch that a checkpoint stands behind, or the one after that? */
static bool belongs_to(const struct sbl_log_end *end, const struct file *journal)
{
    for (size_t i = 0; i < journal->count; i++)
        if (journal->batches[i].whole &&
            (sbl_chain_equal(&journal->batches[i].own, &end->chain) ||
             sbl_chain_equal(&journal->batches[i].before, &end->chain)))
            return true;
    return false;
}

/* All of the checkpoint that ends there is chosen, if it is there. */
static bool choose_checkpoint(struct file *file, size_t whole, struct batch *end,
                              const struct file *journal, uint64_t *newest)
{
    struct sbl_checkpoint_head head;
    struct sbl_log_end stands;
    struct batch *batch = end;
    while (batch != NULL && batch->position > end->begin)
        batch = batch_before(file, whole, batch);
    if (batch == NULL || batch->kind != SBL_FRAME_CHECKPOINT ||
        bytes_of(file, batch) != (SBL_FRAME_HEAD + SBL_FRAME_END) * sizeof(uint64_t) + sizeof head)
        return false;
    const uint64_t *frame = read_bytes_of(file, batch);
    if (frame == NULL)
        return false;
    memcpy(&head, frame + SBL_FRAME_HEAD, sizeof head);
    memcpy(&stands, head.journal, sizeof stands);
    if (!belongs_to(&stands, journal))
        return false;
    for (batch = end; batch != NULL; batch = batch_before(file, whole, batch))
        batch->chosen = true;
    *newest = stands.newest;
    return true;
}

enum salvaged salvage_checkpoint(struct file *file, const struct file *journal, uint64_t *newest)
{
    bool found = false;
    file->count = file->piece_count = 0;
    look_for_batches(file);
    size_t whole = sort_out(file);
    bool lost = whole < file->count;
    for (size_t i = whole; i-- > 0 && !found;) {
        bool ends = file->batches[i].kind == SBL_FRAME_CHECKPOINT_END;
        found = ends && choose_checkpoint(file, whole, &file->batches[i], journal, newest);
        lost = lost || ends;
    }
    keep_chosen(file);
    if (found || !lost)
        return found ? SALVAGED : SALVAGED_NONE;
    fprintf(stderr, "%s: %s: no checkpoint is whole, and of this journal: left out\n",
            program_name, file->path);
    return SALVAGED_NOTHING;
}
