/* SPDX-License-Identifier: Apache-2.0
 *
 * See offer.h. */
#include "offer.h"

#include "ask.h"

/* The next time later than now at which dated stock of a row changes what is seen of it: when it
 * comes within the horizon, and when supply falls overdue. */
static int64_t next_change(const struct sbl_memory *memory, const struct sbl_image *row,
                           int64_t now, int64_t horizon) {
    int64_t next = SBL_TOLD_NO_WAKE;
    struct sbl_dated dated;
    if (!sbl_row_has(row, SBL_ROW_DATES))
        return next;
    uint32_t blob = sbl_row_tail(memory, row).dates;
    for (uint32_t i = 0; sbl_dated_at(memory, blob, i, &dated); i++) {
        int64_t comes = sbl_subtract(dated.due, horizon);
        if (comes > now)
            next = sbl_min(next, comes);
        if (dated.due > now)
            next = sbl_min(next, dated.due);
    }
    return next;
}

static int64_t setting(const struct sbl_layer *layer, enum sbl_setting which, int64_t otherwise) {
    return (layer->set >> which & 1) != 0 ? layer->value[which] : otherwise;
}

bool sbl_offer(const struct sellable *engine, uint32_t channel, uint32_t item,
               struct sbl_offer *offer) {
    static const struct sellable_question now_and_on;
    struct sbl_ask ask;
    enum sellable_status status;
    do {
        *offer = (struct sbl_offer){.wake = SBL_TOLD_NO_WAKE};
        status = sbl_ask_begin(&ask, engine, item, channel, &now_and_on);
        if (status != SELLABLE_OK)
            continue;
        const struct sbl_terms *terms = &ask.sight.terms;
        int64_t horizon = sbl_subtract(ask.latest, ask.sight.now);
        int64_t promisable = sbl_ask_promisable(&ask, NULL);
        int64_t published = sbl_published(terms, promisable);
        offer->change = (struct sellable_change){
            {item}, (uint32_t)sbl_level(terms, published), published, promisable};
        offer->paused = terms->paused;
        offer->interval = setting(&ask.sight.layer, SBL_INTERVAL, 0);
        offer->step = setting(&ask.sight.layer, SBL_STEP, 1);
        offer->now = ask.sight.now;
        offer->wake = next_change(&engine->memory, &ask.row.image, offer->now, horizon);
        for (uint32_t i = 0; i < ask.parts; i++)
            offer->wake = sbl_min(offer->wake, next_change(&engine->memory, &ask.part[i].image,
                                                           offer->now, horizon));
    } while (!sbl_ask_still(&ask));
    return status == SELLABLE_OK;
}

enum sbl_verdict sbl_judge(const struct sbl_told *last, const struct sbl_offer *offer) {
    int64_t before = last->published, after = offer->change.published;
    if (offer->paused)
        return SBL_NOT_TOLD;
    if ((last->flags & SBL_TOLD_OWED) != 0)
        return SBL_TELL;
    if (before == after && last->level == offer->change.level)
        return SBL_NOT_TOLD;
    if (after == 0)
        return SBL_TELL;
    if ((last->flags & SBL_TOLD_EVER) != 0 &&
        sbl_subtract(offer->now, last->at) < offer->interval)
        return SBL_HELD_BACK;
    if (before == 0 || last->level != offer->change.level)
        return SBL_TELL;
    int64_t far = sbl_subtract(sbl_max(before, after), sbl_min(before, after));
    return far >= offer->step ? SBL_TELL : SBL_NOT_TOLD;
}
