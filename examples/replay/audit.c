/* SPDX-License-Identifier: Apache-2.0
 *
 * Is all of it consistent? And a hash of what there is.
 *
 * Of the library: sellable_audit. */
#include "replay.h"

void answer_audit(struct replay *replay, const struct fields *in)
{
    (void)in;
    struct sellable_audit audit;
    enum sellable_status status = sellable_audit(replay->engine, replay->worker, &audit);
    if (status != SELLABLE_OK) {
        answer_field(replay, status, NULL, sellable_status_text((int)status));
        return;
    }
    struct text *out = &replay->out;
    begin_answer(replay, status);
    put_flag(out, "consistent", audit.consistent != 0);
    if (!audit.consistent) {
        put_key(out, "item", sellable_item_key(replay->engine, audit.item));
        put_key(out, "location", sellable_location_key(replay->engine, audit.location));
    }
    put_hash(out, "hash", audit.hash);
    put_hash(out, "full", audit.full);
    put_number(out, "items", (int64_t)audit.items);
    put_number(out, "orders", (int64_t)audit.orders);
    put_close(out, '}');
}
