/* SPDX-License-Identifier: Apache-2.0
 *
 * See availability.h. */
#include "availability.h"

/* By insertion: mostly they are four, and mostly in order. */
static void sort_few(struct sbl_source *source, uint32_t count) {
    for (uint32_t i = 1; i < count; i++) {
        struct sbl_source one = source[i];
        uint32_t place = i;
        for (; place > 0 && source[place - 1].rank > one.rank; place--)
            source[place] = source[place - 1];
        source[place] = one;
    }
}

/* Heap sort: no memory of its own, and no worst case. */
static void sift(struct sbl_source *source, uint32_t root, uint32_t count) {
    for (uint32_t child; (child = 2 * root + 1) < count; root = child) {
        if (child + 1 < count && source[child + 1].rank > source[child].rank)
            child++;
        if (source[root].rank >= source[child].rank)
            return;
        struct sbl_source swapped = source[root];
        source[root] = source[child];
        source[child] = swapped;
    }
}

static void sort_many(struct sbl_source *source, uint32_t count) {
    for (uint32_t root = count / 2; root > 0; root--)
        sift(source, root - 1, count);
    for (uint32_t last = count - 1; last > 0; last--) {
        struct sbl_source swapped = source[0];
        source[0] = source[last];
        source[last] = swapped;
        sift(source, 0, last);
    }
}

void sbl_order_sources(struct sbl_source *source, uint32_t count) {
    if (count <= 16)
        sort_few(source, count);
    else
        sort_many(source, count);
}

void sbl_place(struct sbl_source *source, uint32_t count, int64_t quantity) {
    for (uint32_t i = 0; i < count; i++) {
        source[i].taken = sbl_min(source[i].seen, quantity);
        quantity -= source[i].taken;
    }
}

/* ---- words ---- */

struct text {
    char *at;
    uint32_t capacity, size;
};

static void say(struct text *text, const char *words) {
    for (; *words != 0; words++, text->size++)
        if (text->size + 1 < text->capacity)
            text->at[text->size] = *words;
}

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

static void say_less(struct text *text, const char *what, int64_t amount) {
    if (amount == 0)
        return;
    say(text, ", less ");
    say_number(text, amount);
    say(text, what);
}

/* The sum, term by term, as a reader would check it by hand. */
static void say_sum(struct text *text, const struct sbl_reason *reason) {
    say_number(text, reason->on_hand);
    say(text, " on hand at the channel's locations");
    say_less(text, " held", reason->held);
    say_less(text, " allocated", reason->allocated);
    say_less(text, " reserved", reason->reserved);
    say_less(text, " of safety stock", reason->safety_stock);
    if (reason->shortfall != 0) {
        say(text, ", where locations that are ");
        say_number(text, reason->shortfall);
        say(text, " short take nothing from the others");
    }
    say(text, ", leaves ");
    say_number(text, reason->free);
    say(text, " free");
}

uint32_t sbl_because(const struct sbl_reason *reason, char *bytes, uint32_t capacity) {
    struct text text = {bytes, capacity, 0};
    const struct sbl_terms *terms = &reason->terms;
    if (terms->closed) {
        say(&text, "the channel is closed");
    } else if (reason->locations == 0) {
        say(&text, "the item was never seen at any of the channel's locations");
    } else {
        say_sum(&text, reason);
        if (terms->share != SELLABLE_SHARE_ALL) {
            say(&text, "; of each location's the channel sees ");
            say_number(&text, terms->share);
            say(&text, " of 10000, which makes ");
            say_number(&text, reason->seen);
        }
        if (reason->pool < reason->seen)
            say(&text, "; a pool ends at 1000000000000000");
        if (terms->buffer != 0) {
            say(&text, "; a buffer of ");
            say_number(&text, terms->buffer);
            say(&text, reason->pool > terms->buffer ? " is kept back" : " keeps all of it back");
        }
    }
    if (capacity != 0)
        bytes[text.size < capacity ? text.size : capacity - 1] = 0;
    return text.size;
}
