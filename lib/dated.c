/* SPDX-License-Identifier: Apache-2.0
 *
 * What is dated at the cells of a row, in the making: schedules with their references, and dated
 * promises. See row.h for how it is kept. */
#include "edit.h"
#include "form.h"

static uint32_t tag_location(uint64_t tag) { return (uint32_t)(tag >> 48); }

/* ---- entries ---- */

/* The dated entries into the scratch, with room for one more. NULL: no memory. */
static uint64_t *dates_of(struct sbl_edit *edit) {
    struct sbl_memory *memory = edit->worker->commit->memory;
    struct sbl_buffer *scratch = &edit->worker->scratch[SBL_SCRATCH_DATES];
    uint32_t blob = sbl_edit_tail(edit)->dates;
    if (!edit->dates_loaded) {
        uint64_t count = 0;
        sbl_blob_copy(memory, blob, 0, &count, 1);
        if (count > UINT32_MAX / 4 ||
            sbl_words_in(memory, blob, 1 + SBL_DATED_WORDS * (size_t)count) == 0)
            count = 0;
        edit->dated = (uint32_t)count;
    }
    size_t words = 1 + SBL_DATED_WORDS * ((size_t)edit->dated + 1);
    if (!sbl_buffer_reserve(memory, scratch, words * sizeof(uint64_t)))
        return NULL;
    if (!edit->dates_loaded)
        sbl_blob_copy(memory, blob, 0, scratch->bytes, 1 + SBL_DATED_WORDS * edit->dated);
    edit->dates_loaded = true;
    return scratch->bytes;
}

static uint64_t *dated_word(uint64_t *dates, uint32_t i) {
    return dates + 1 + SBL_DATED_WORDS * (size_t)i;
}

static uint64_t dated_tag(uint32_t location, enum sbl_kind_of_date kind) {
    return (uint64_t)location << 48 | (uint64_t)kind << 40;
}

/* Is that entry before one of this location, due and kind? */
static bool is_before(const uint64_t *word, uint32_t location, int64_t due,
                      enum sbl_kind_of_date kind) {
    uint32_t other = tag_location(word[0]);
    if (other != location)
        return other < location;
    if ((int64_t)word[1] != due)
        return (int64_t)word[1] < due;
    return word[0] < dated_tag(location, kind);
}

static uint32_t dated_place(uint64_t *dates, uint32_t count, uint32_t location, int64_t due,
                            enum sbl_kind_of_date kind) {
    uint32_t low = 0, high = count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (is_before(dated_word(dates, middle), location, due, kind))
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static void insert_dated(struct sbl_edit *edit, uint64_t *dates, uint32_t at, uint64_t tag,
                         int64_t due, int64_t quantity) {
    uint64_t *word = dated_word(dates, at);
    memmove(word + SBL_DATED_WORDS, word,
            (edit->dated - at) * SBL_DATED_WORDS * sizeof *word);
    word[0] = tag;
    word[1] = (uint64_t)due;
    word[2] = (uint64_t)quantity;
    edit->dated++;
    edit->dates_changed = true;
}

static void remove_dated(struct sbl_edit *edit, uint64_t *dates, uint32_t at) {
    uint64_t *word = dated_word(dates, at);
    edit->dated--;
    memmove(word, word + SBL_DATED_WORDS, (edit->dated - at) * SBL_DATED_WORDS * sizeof *word);
    edit->dates_changed = true;
}

bool sbl_edit_promised(struct sbl_edit *edit, uint32_t location, int64_t due, int64_t amount) {
    uint64_t *dates = dates_of(edit);
    if (dates == NULL)
        return false;
    uint64_t tag = dated_tag(location, SBL_PROMISED);
    uint32_t at = dated_place(dates, edit->dated, location, due, SBL_PROMISED);
    uint64_t *word = dated_word(dates, at);
    if (at == edit->dated || word[0] != tag || (int64_t)word[1] != due) {
        if (amount != 0)
            insert_dated(edit, dates, at, tag, due, amount);
        return true;
    }
    word[2] = (uint64_t)sbl_add((int64_t)word[2], amount);
    edit->dates_changed = true;
    if (word[2] == 0)
        remove_dated(edit, dates, at);
    return true;
}

int64_t sbl_edit_promised_sum(struct sbl_edit *edit, uint32_t location) {
    uint64_t *dates = dates_of(edit);
    int64_t sum = 0;
    edit->failed |= dates == NULL;
    for (uint32_t i = 0; dates != NULL && i < edit->dated; i++)
        if (dated_word(dates, i)[0] == dated_tag(location, SBL_PROMISED))
            sum = sbl_add(sum, (int64_t)dated_word(dates, i)[2]);
    return sum;
}

/* ---- references ---- */

enum { REFERENCE_WORDS = 1 + SELLABLE_KEY_MAX / 8 };

/* All references into the scratch, with room for one more. */
static uint64_t *references_of(struct sbl_edit *edit) {
    struct sbl_memory *memory = edit->worker->commit->memory;
    struct sbl_buffer *scratch = &edit->worker->scratch[SBL_SCRATCH_REFERENCES];
    if (!edit->references_loaded) {
        uint64_t words = 0; /* word 0 of the blob */
        sbl_blob_copy(memory, sbl_edit_tail(edit)->references, 0, &words, 1);
        if (sbl_words_in(memory, sbl_edit_tail(edit)->references, (size_t)words) == 0)
            words = 1;
        edit->reference_words = (uint32_t)words;
    }
    size_t words = (size_t)edit->reference_words + REFERENCE_WORDS;
    if (!sbl_buffer_reserve(memory, scratch, words * sizeof(uint64_t)))
        return NULL;
    uint64_t *word = scratch->bytes;
    if (!edit->references_loaded) {
        word[0] = 1;
        sbl_blob_copy(memory, sbl_edit_tail(edit)->references, 0, word, edit->reference_words);
    }
    edit->references_loaded = true;
    return word;
}

static uint32_t reference_size(const uint64_t *references, uint32_t words, uint32_t at) {
    uint32_t left = at < words ? words - at : 0;
    uint32_t size = left != 0 && references[at] <= SELLABLE_KEY_MAX
                        ? 1 + ((uint32_t)references[at] + 7) / 8
                        : left;
    return size < left ? size : left; /* torn words have no more than there is */
}

static int compare_keys(const uint64_t *reference, struct sellable_key key) {
    size_t size = reference[0] < key.size ? (size_t)reference[0] : (size_t)key.size;
    int order = memcmp(reference + 1, key.bytes, size < SELLABLE_KEY_MAX ? size : SELLABLE_KEY_MAX);
    return order != 0 ? order : (reference[0] > key.size) - (reference[0] < key.size);
}

/* Where an entry stands: among the dated ones, and its reference. */
struct spot {
    uint32_t dated, word;
    bool found;
    uint32_t entries; /* of the location, scheduled */
};

/* Look for a reference of a location. */
static struct spot find_reference(struct sbl_edit *edit, uint64_t *dates,
                                  const uint64_t *references, uint32_t location,
                                  struct sellable_key key) {
    struct spot spot = {0, 0, false, 0};
    uint32_t at = 1;
    for (uint32_t i = 0; i < edit->dated && at < edit->reference_words; i++) {
        const uint64_t *word = dated_word(dates, i);
        if ((word[0] >> 40 & 0xff) != SBL_SCHEDULED)
            continue;
        if (tag_location(word[0]) == location) {
            spot.entries++;
            if (!spot.found && compare_keys(references + at, key) == 0)
                spot = (struct spot){i, at, true, spot.entries};
        }
        at += reference_size(references, edit->reference_words, at);
    }
    return spot;
}

bool sbl_edit_find_scheduled(struct sbl_edit *edit, uint32_t location,
                             struct sellable_key reference, int64_t *quantity, int64_t *due,
                             uint32_t *entries) {
    uint64_t *dates = dates_of(edit), *references = references_of(edit);
    if (dates == NULL || references == NULL)
        return false;
    struct spot spot = find_reference(edit, dates, references, location, reference);
    *quantity = spot.found ? (int64_t)dated_word(dates, spot.dated)[2] : 0;
    *due = spot.found ? (int64_t)dated_word(dates, spot.dated)[1] : 0;
    *entries = spot.entries;
    return true;
}

/* Where a new entry goes: by location, due, and among those by its reference. */
static struct spot spot_for(struct sbl_edit *edit, uint64_t *dates, const uint64_t *references,
                            uint32_t location, int64_t due, struct sellable_key key) {
    struct spot spot = {0, 1, false, 0};
    for (; spot.dated < edit->dated; spot.dated++) {
        const uint64_t *word = dated_word(dates, spot.dated);
        bool scheduled = (word[0] >> 40 & 0xff) == SBL_SCHEDULED;
        bool before = is_before(word, location, due, SBL_SCHEDULED);
        if (!before && scheduled && tag_location(word[0]) == location && (int64_t)word[1] == due)
            before = compare_keys(references + spot.word, key) < 0;
        if (!before)
            break;
        if (scheduled)
            spot.word += reference_size(references, edit->reference_words, spot.word);
    }
    return spot;
}

bool sbl_edit_scheduled(struct sbl_edit *edit, uint32_t location, struct sellable_key reference,
                        int64_t due, int64_t quantity) {
    uint64_t *dates = dates_of(edit), *references = references_of(edit);
    if (dates == NULL || references == NULL)
        return false;
    struct spot old = find_reference(edit, dates, references, location, reference);
    if (old.found) {
        uint32_t size = reference_size(references, edit->reference_words, old.word);
        edit->reference_words -= size;
        memmove(references + old.word, references + old.word + size,
                (edit->reference_words - old.word) * sizeof *references);
        remove_dated(edit, dates, old.dated);
    }
    if (quantity == 0)
        return true;
    struct spot spot = spot_for(edit, dates, references, location, due, reference);
    uint32_t size = 1 + ((uint32_t)reference.size + 7) / 8;
    memmove(references + spot.word + size, references + spot.word,
            (edit->reference_words - spot.word) * sizeof *references);
    references[spot.word] = reference.size;
    references[spot.word + size - 1] = 0;
    references[spot.word] = reference.size;
    memcpy(references + spot.word + 1, reference.bytes, (size_t)reference.size);
    edit->reference_words += size;
    insert_dated(edit, dates, spot.dated, dated_tag(location, SBL_SCHEDULED), due, quantity);
    return true;
}

/* ---- the end ---- */

/* Until when nothing of it shows in what is free now (form.h); INT64_MAX: for ever. */
static int64_t hidden_until(uint64_t *dates, uint32_t count) {
    int64_t until = INT64_MAX, first = 0, sum = 0;
    for (uint32_t i = 0; i < count; i++) {
        const uint64_t *word = dated_word(dates, i);
        if (i == 0 || tag_location(word[0]) != tag_location(dated_word(dates, i - 1)[0])) {
            first = (int64_t)word[1];
            sum = 0;
        }
        bool scheduled = (word[0] >> 40 & 0xff) == SBL_SCHEDULED;
        int64_t change = (int64_t)word[2];
        change = scheduled ? change : sbl_subtract(0, change);
        sum = sbl_add(sum, change);
        if (change < 0 || !scheduled)
            until = sbl_min(until, first);
        if (sum < 0)
            return INT64_MIN;
    }
    return until;
}

bool sbl_edit_put_dates(struct sbl_edit *edit) {
    uint64_t *dates = edit->worker->scratch[SBL_SCRATCH_DATES].bytes;
    uint64_t *form = &edit->image.word[SBL_ROW_FORM];
    dates[0] = edit->dated;
    *form = sbl_form_until(*form, hidden_until(dates, edit->dated));
    if (!sbl_edit_blob(edit, &sbl_edit_tail(edit)->dates, dates,
                  edit->dated == 0 ? 0 : 1 + SBL_DATED_WORDS * edit->dated))
        return false;
    if (!edit->references_loaded)
        return true;
    uint64_t *references = edit->worker->scratch[SBL_SCRATCH_REFERENCES].bytes;
    references[0] = edit->reference_words;
    return sbl_edit_blob(edit, &sbl_edit_tail(edit)->references, references,
                    edit->reference_words == 1 ? 0 : edit->reference_words);
}
