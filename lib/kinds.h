/* SPDX-License-Identifier: Apache-2.0
 *
 * The kinds of fields: what can be wrong with what is asked without looking at anything that is
 * kept. Each function stands with the call that it belongs to. ok, or invalid with the field. */
#ifndef SBL_KINDS_H
#define SBL_KINDS_H

#include "engine.h"

/* supply.c */
enum sellable_status sbl_supply_kinds(const struct sellable_event *event,
                                      struct sellable_answer *answer);
/* reserve.c; amends: only what an amendment reads. */
enum sellable_status sbl_order_kinds(const struct sellable_order *order, bool amends,
                                     struct sellable_answer *answer);
/* change.c */
enum sellable_status sbl_parts_kinds(struct sellable_key order, const struct sellable_part *parts,
                                     uint32_t count, struct sellable_answer *answer);
enum sellable_status sbl_extend_kinds(struct sellable_key order, int64_t expires_at,
                                      struct sellable_answer *answer);
enum sellable_status sbl_move_kinds(const struct sellable_move *move,
                                    struct sellable_answer *answer);
/* master.c, place.c, channel.c, names.c, source.c, owner.c; settings and policies may be NULL. */
enum sellable_status sbl_item_kinds(struct sellable_key key,
                                    const struct sellable_item_settings *settings,
                                    struct sellable_answer *answer);
enum sellable_status sbl_location_kinds(struct sellable_key key,
                                        const struct sellable_location_settings *settings,
                                        struct sellable_answer *answer);
enum sellable_status sbl_channel_kinds(struct sellable_key key,
                                       const struct sellable_policy *policy,
                                       struct sellable_answer *answer);
enum sellable_status sbl_policy_kinds(const struct sellable_scope *scope,
                                      const struct sellable_policy *policy,
                                      struct sellable_answer *answer);
enum sellable_status sbl_key_kinds(struct sellable_key key, struct sellable_answer *answer);
enum sellable_status sbl_source_kinds(struct sellable_key key, const int64_t *max_lag,
                                      struct sellable_answer *answer);
enum sellable_status sbl_owner_kinds(const struct sellable_ownership *ownership,
                                     struct sellable_answer *answer);

#endif
