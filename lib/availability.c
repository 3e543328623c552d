/* SPDX-License-Identifier: Apache-2.0
 *
 * See availability.h. */
#include "availability.h"

#include "sort.h"

/* ---- in which order ---- */

/* Sources by turn, if they have one; else by what is seen, for `most`; then by rank. */
enum order { BY_RANK, BY_SEEN, BY_TURN };

static bool before(const void *by, const void *first, const void *second) {
    const struct sbl_source *a = first, *b = second;
    enum order order = *(const enum order *)by;
    if (order == BY_TURN && a->turn != b->turn)
        return a->turn - UINT32_C(1) < b->turn - UINT32_C(1); /* none, 0, comes last */
    if (order == BY_SEEN && a->seen != b->seen)
        return a->seen > b->seen;
    return a->rank < b->rank;
}

/* A few by insertion: mostly they are four, and mostly in order. */
static void sort(enum order order, struct sbl_source *source, uint32_t count) {
    if (count > 16) {
        sbl_sort(source, sizeof *source, count, before, &order);
        return;
    }
    for (uint32_t i = 1; i < count; i++) {
        struct sbl_source one = source[i];
        uint32_t place = i;
        for (; place > 0 && before(&order, &one, &source[place - 1]); place--)
            source[place] = source[place - 1];
        source[place] = one;
    }
}

/* ---- placing ---- */

static struct sbl_source *source_at(struct sbl_source *source, uint32_t count, uint32_t location) {
    for (uint32_t i = 0; i < count; i++)
        if (source[i].location == location)
            return &source[i];
    return NULL;
}

/* Take `quantity` there; `fenced` of it from the fence, `beyond` of it beyond what is seen. */
static void take(struct sbl_source *source, int64_t quantity, int64_t fenced, int64_t beyond,
                 uint32_t *turn) {
    if (quantity == 0)
        return;
    if (source->turn == 0)
        source->turn = ++*turn;
    source->taken += quantity;
    source->fenced += fenced;
    source->beyond += beyond;
}

/* All of it there: first the channel's own, then what is shared, then beyond. */
static void take_all(struct sbl_source *source, int64_t quantity, uint32_t *turn) {
    int64_t fenced = sbl_min(quantity, source->own);
    take(source, quantity, fenced, sbl_max(0, quantity - source->seen), turn);
}

/* The one location that takes all: the named one, else the first that covers it, else the
 * largest. */
static struct sbl_source *single_source(struct sbl_source *source, uint32_t count,
                                        const uint32_t *order, uint32_t named, int64_t asked) {
    struct sbl_source *largest = NULL;
    if (named != 0)
        return source_at(source, count, order[0]);
    for (uint32_t i = 0; i < count; i++) {
        if (source[i].seen >= asked)
            return &source[i];
        if (largest == NULL || source[i].seen > largest->seen)
            largest = &source[i];
    }
    return largest;
}

void sbl_place(const struct sbl_terms *terms, struct sbl_source *source, uint32_t count,
               const uint32_t *order, uint32_t named, uint32_t first, int64_t asked) {
    uint32_t turn = 0;
    int64_t left = asked;
    sort(terms->sourcing == SELLABLE_MOST ? BY_SEEN : BY_RANK, source, count);
    if (terms->sourcing == SELLABLE_SINGLE) {
        struct sbl_source *one = single_source(source, count, order, named, asked);
        if (one != NULL)
            take_all(one, asked, &turn);
        sort(BY_TURN, source, count);
        return;
    }
    for (uint32_t i = 0; i < named; i++) {
        struct sbl_source *one = source_at(source, count, order[i]);
        if (one == NULL)
            continue;
        take_all(one, one->asked, &turn);
        left -= one->asked;
    }
    for (uint32_t i = 0; i < count && left > 0; i++) {
        int64_t own = sbl_min(left, source[i].own - source[i].fenced);
        take(&source[i], own, own, 0, &turn);
        left -= own;
    }
    for (uint32_t i = 0; i < count && left > 0; i++) {
        int64_t own_left = source[i].own - source[i].fenced;
        int64_t rest = source[i].seen - (source[i].taken - source[i].beyond) - own_left;
        int64_t shared = sbl_max(0, sbl_min(left, rest));
        take(&source[i], shared, 0, 0, &turn);
        left -= shared;
    }
    struct sbl_source *last = source_at(source, count, first);
    if (left > 0 && last != NULL)
        take(last, left, 0, left, &turn);
    sort(BY_TURN, source, count);
}

/* ---- words ---- */

struct text {
    char *at;
    uint32_t capacity, size;
};

static void say_bytes(struct text *text, const char *bytes, uint64_t size) {
    for (uint64_t i = 0; i < size; i++, text->size++)
        if (text->size + 1 < text->capacity)
            text->at[text->size] = bytes[i];
}

static void say(struct text *text, const char *words) { say_bytes(text, words, strlen(words)); }

static void say_number(struct text *text, int64_t number) {
    char digits[24];
    int place = (int)sizeof digits;
    uint64_t rest = number < 0 ? 0 - (uint64_t)number : (uint64_t)number;
    digits[--place] = 0;
    do
        digits[--place] = (char)('0' + rest % 10);
    while ((rest /= 10) != 0);
    if (number < 0)
        digits[--place] = '-';
    say(text, digits + place);
}

static void say_term(struct text *text, const char *before, int64_t amount, const char *after) {
    if (amount == 0)
        return;
    say(text, before);
    say_number(text, amount);
    say(text, after);
}

/* The sum, term by term, as a reader would check it by hand. */
static void say_sum(struct text *text, const struct sellable_explanation *explanation,
                    const struct sellable_term *sum) {
    say_number(text, sum->on_hand);
    say(text, " on hand at the channel's locations");
    say_term(text, ", less ", sum->held, " held");
    say_term(text, ", less ", sum->allocated, " allocated");
    say_term(text, ", less ", sum->reserved, " reserved");
    say_term(text, ", less ", sum->safety_stock, " of safety stock");
    say_term(text, ", and ", sum->supply, " to come by the date");
    say_term(text, ", less ", sum->demand, " of dated demand");
    say_term(text, ", less ", sum->promised, " promised by the date");
    int64_t later = sbl_subtract(sum->projected, sum->low);
    say_term(text, ", of which ", later, " are needed later");
    say_term(text, ", where locations that are short of ", sbl_subtract(sum->free, sum->low),
             " take nothing from the others");
    say(text, ", leaves ");
    say_number(text, sum->free);
    say(text, " free");
    say_term(text, "; ", sum->fenced, " are set aside for single channels");
    say_term(text, "; ", sum->backordered, " are owed to orders that wait");
    if (explanation->share != SELLABLE_SHARE_ALL) {
        say(text, "; of what is shared the channel sees ");
        say_number(text, explanation->share);
        say(text, " of 10000");
    }
    say_term(text, "; its own fences give ", sum->own, "");
    say(text, "; so it sees ");
    say_number(text, explanation->pool);
    if (explanation->sourcing == SELLABLE_SINGLE)
        say(text, " at the one location that has most");
    say_term(text, "; a buffer of ", explanation->buffer, " is kept back");
    say_term(text, "; it may promise ", explanation->room, " beyond stock");
    if (explanation->unit != 1) {
        say(text, "; sold in multiples of ");
        say_number(text, explanation->unit);
    }
}

static void say_binding(struct text *text, const struct sellable_explanation *explanation,
                        const char *const names[2], const uint64_t sizes[2]) {
    switch ((enum sellable_binding)explanation->binds) {
    case SELLABLE_BINDS_NOTHING:
        say(text, ": nothing keeps it from being more");
        break;
    case SELLABLE_BINDS_CLOSED:
        say(text, ": the channel is closed for it");
        break;
    case SELLABLE_BINDS_LOCATIONS:
        say(text, ": the channel has no active location for it");
        break;
    case SELLABLE_BINDS_CAP:
        say(text, ": its cap keeps it from being more");
        break;
    case SELLABLE_BINDS_MINIMUM:
        say(text, ": its minimum is ");
        say_number(text, explanation->minimum);
        break;
    case SELLABLE_BINDS_BUFFER:
        say(text, ": the buffer keeps it from being more");
        break;
    case SELLABLE_BINDS_STOCK:
        say(text, ": stock at ");
        say_bytes(text, names[0], sizes[0]);
        say(text, " keeps it from being more");
        break;
    case SELLABLE_BINDS_FENCES:
        say(text, ": fences of others at ");
        say_bytes(text, names[0], sizes[0]);
        say(text, " keep it from being more");
        break;
    case SELLABLE_BINDS_SHARE:
        say(text, ": the share keeps it from being more");
        break;
    case SELLABLE_BINDS_UNIT:
        say(text, ": ");
        say_number(text, explanation->missing);
        say(text, " more would make another unit");
        break;
    case SELLABLE_BINDS_COMPONENT:
        say(text, ": the kit is short of ");
        say_bytes(text, names[1], sizes[1]);
        break;
    }
}

uint32_t sbl_because(const struct sellable_explanation *explanation,
                     const struct sellable_term *sum, const char *const names[2],
                     const uint64_t sizes[2], char *bytes, uint32_t capacity) {
    struct text text = {bytes, capacity, 0};
    say_number(&text, explanation->published);
    say_binding(&text, explanation, names, sizes);
    if (sum != NULL) {
        say(&text, ". ");
        say_sum(&text, explanation, sum);
        if (explanation->published != explanation->promisable) {
            say(&text, "; that makes ");
            say_number(&text, explanation->promisable);
        }
    }
    if (capacity != 0)
        bytes[text.size < capacity ? text.size : capacity - 1] = 0;
    return text.size;
}
