/* SPDX-License-Identifier: Apache-2.0
 *
 * What a promise does to its cell: the difference between what it holds before and after, so that
 * every unit is taken once and given back once, whatever became of it in between.
 *
 *   on_hand      falls by what is shipped, unless that is in the cell's last balance already
 *   allocated    moves with what is allocated; what it falls by stops at 0
 *   net          on_hand - allocated - firm, where firm is in reserved
 *   promised     firm, while the order is dated
 *   backordered  waiting
 *   fence        falls by what is drawn; what goes back to it stops at 10^15, and goes to everybody
 *                if no fence is in force there */
#ifndef SBL_CLAIM_H
#define SBL_CLAIM_H

#include "movement.h"
#include "order.h"

enum sbl_claimed { SBL_CLAIMED, SBL_CLAIM_OVERFLOW, SBL_CLAIM_NO_MEMORY };

/* A placement as it was (or NULL: there was none) becomes another (or NULL); `dated` tells whether
 * the order is, with its date, before and after. `checked`: sums beyond 10^15 are refused.
 * `moment`: of what is shipped. */
struct sbl_stand {
    const struct sbl_placement *placement;
    bool dated;
    int64_t date;
};
enum sbl_claimed sbl_claim(struct sbl_edit *edit, uint32_t channel, const struct sbl_stand *before,
                           const struct sbl_stand *after, bool checked,
                           const struct sbl_moment *moment);

#endif
