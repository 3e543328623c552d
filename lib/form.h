/* SPDX-License-Identifier: Apache-2.0
 *
 * What the form of a row (row.h) tells questions and orders, so that they need not look behind its
 * line:
 *
 *   bits 8-15    of an item with settings of its own (SBL_ROW_OWN): bit 8 + N mod 8 for each
 *                channel N that they touch; a kit, or what is not tracked, touches all
 *   bits 16-31   how early what is dated begins to show: 65,535 less the number of steps of 2^26 ms
 *                (some 19 hours) from time 0 before which nothing of it shows in what is free now
 *
 * WHY NOTHING SHOWS. low(now) is the least P from now on. At a location whose entries are all
 * supply, P only rises: overdue supply is not counted, what comes is more. At one where something
 * takes away, too, as long as all entries are still to come: P is net plus the sum of the first
 * few of them, and where no such sum is below 0, the least of P is net. From the first due on, that
 * may be past: what is overdue stays demand, but is no supply. */
#ifndef SBL_FORM_H
#define SBL_FORM_H

#include "row.h"

#define SBL_FORM_TOUCHED (UINT64_C(0xff) << 8)
#define SBL_FORM_EARLY (UINT64_C(0xffff) << SBL_FORM_EARLY_SHIFT)
enum { SBL_FORM_EARLY_SHIFT = 16, SBL_FORM_STEP = 26, SBL_FORM_STEPS = 0xffff };

/* The bit of a channel. */
static inline uint64_t sbl_form_touched(uint32_t channel) {
    return UINT64_C(1) << (8 + channel % 8);
}

/* The form with dates that do not show before a time; INT64_MAX: never. */
static inline uint64_t sbl_form_until(uint64_t form, int64_t time) {
    int64_t steps = time == INT64_MAX
                        ? SBL_FORM_STEPS
                        : sbl_max(0, sbl_min(time >> SBL_FORM_STEP, SBL_FORM_STEPS - 1));
    return (form & ~SBL_FORM_EARLY) |
           (uint64_t)(SBL_FORM_STEPS - steps) << SBL_FORM_EARLY_SHIFT;
}

/* The steps that are begun by now: a number for sbl_form_shows. */
static inline uint32_t sbl_form_clock(int64_t now) {
    return (uint32_t)sbl_max(1, sbl_min((now >> SBL_FORM_STEP) + 1, SBL_FORM_STEPS));
}

/* Not 0: what is dated may show by now. */
static inline uint32_t sbl_form_shows(uint64_t form, uint32_t clock) {
    return ((sbl_low(form) >> SBL_FORM_EARLY_SHIFT) + clock) >> 16;
}

/* Is all that a channel sees of the row just now in the nets of its cells, under the channel's own
 * settings? `clock`: of now. */
static inline bool sbl_form_is_bare(uint64_t form, uint32_t channel, uint32_t clock) {
    uint64_t more = SBL_ROW_CLAIMS | sbl_form_touched(channel);
    return (form & (SBL_ROW_EXISTS | more)) == SBL_ROW_EXISTS && sbl_form_shows(form, clock) == 0;
}

#endif
