/* SPDX-License-Identifier: Apache-2.0
 *
 * Random orders, and what happens to them: see stream.h. */
#include "stream_kinds.h"

/* ---- lines ----------------------------------------------------------------------------------- */

static void make_line(struct maker *maker, struct call_line *line, uint32_t most) {
    *line = (struct call_line){.item = some_thing(maker, ITEMS, 1), .location = NOT_GIVEN};
    line->by_handle = percent(maker, 50);
    if (percent(maker, maker->flavour->focus)) {
        line->item = below(maker, 2);
    }
    line->quantity = 1 + some_quantity(maker, most);
    if (line->quantity > SELLABLE_QUANTITY_MAX) {
        line->quantity = SELLABLE_QUANTITY_MAX;
    }
    line->unit = some_unit(maker);
    if (percent(maker, maker->flavour->located)) {
        line->location = some_thing(maker, LOCATIONS, 1);
    }
    if (percent(maker, maker->flavour->substitutes)) {
        line->substitute_count = 1 + below(maker, CALL_SUBSTITUTES);
        for (uint32_t i = 0; i < CALL_SUBSTITUTES; i++) {
            line->substitutes[i] =
                percent(maker, 1) ? some_thing(maker, ITEMS, 50) : below(maker, ITEMS);
        }
    }
    if (percent(maker, maker->flavour->partial / 2)) {
        line->at_least = percent(maker, 5) ? some_quantity(maker, 9) : 1 + below(maker, 6);
    }
}

static void make_lines(struct maker *maker, struct call *call) {
    uint32_t most = percent(maker, 70) ? 3 : CALL_LINES;
    call->line_count = percent(maker, 55) ? 1 : 1 + below(maker, most);
    for (uint32_t i = 0; i < CALL_LINES; i++) {
        make_line(maker, &call->lines[i], call->line_count == 1 ? 8 : 3);
    }
}

static void make_lines_wrong(struct maker *maker, struct call *call) {
    static const uint32_t counts[] = {0, SELLABLE_LINES_MAX + 1, UINT32_MAX, SELLABLE_LINES_MAX};
    static const int64_t quantities[] = {0, -1, SELLABLE_QUANTITY_MAX + 1, INT64_MIN};
    struct call_line *line = &call->lines[below(maker, call->line_count)];
    switch (below(maker, 6)) {
    case 0:
    case 1:
        call->line_count = CHOOSE(maker, counts);
        break;
    case 2:
    case 3:
        line->quantity = CHOOSE(maker, quantities);
        break;
    case 4:
        line->substitute_count = SELLABLE_SUBSTITUTES_MAX + below(maker, 2);
        break;
    default:
        line->at_least = percent(maker, 50) ? -1 : SELLABLE_QUANTITY_MAX + 1;
    }
}

/* ---- reserve --------------------------------------------------------------------------------- */

/* An earlier order once more, as it was written or nearly so. */
static void repeat_order(struct maker *maker, struct call *call) {
    *call = *some_reserve(maker);
    call->by_handle = percent(maker, 50);
    for (uint32_t i = 0; i < CALL_LINES; i++) {
        call->lines[i].by_handle = percent(maker, 50);
    }
    if (!percent(maker, 35)) {
        return;
    }
    struct call_line first = call->lines[0];
    switch (below(maker, 11)) {
    case 0:
        call->lines[0].quantity = first.quantity == 1 ? 2 : 1;
        break;
    case 1:
        call->channel = (call->channel + 1) % CHANNELS;
        break;
    case 2:
        call->time = call->time ? 0 : maker->clock + 5;
        break;
    case 3:
        call->line_count = call->line_count == 1 ? 2 : 1;
        break;
    case 4:
        call->lines[0].unit = first.unit ? 0 : 1; /* 1 may be the smallest: the same then */
        break;
    case 5:
        call->lines[0].location = first.location == NOT_GIVEN ? 0 : NOT_GIVEN;
        break;
    case 6:
        call->lines[0].at_least = first.at_least <= 1 ? 1 - first.at_least : 1;
        break;
    case 7:
        call->lines[0].substitute_count = (first.substitute_count + 1) % CALL_SUBSTITUTES;
        break;
    case 8:
        call->mode = 1 - call->mode % 2;
        break;
    case 9:
        call->has_precedence = 1 - call->has_precedence % 2;
        break;
    default:
        call->lines[0] = call->lines[1];
        call->lines[1] = first;
    }
}

static void make_order_wrong(struct maker *maker, struct call *call) {
    static const int64_t times[] = {SELLABLE_TIME_MAX,      SELLABLE_TIME_MAX + 1, -1,
                                    -SELLABLE_TIME_MAX - 1, INT64_MAX,             INT64_MIN};
    switch (below(maker, 7)) {
    case 0:
        call->mode = 2;
        break;
    case 1:
        call->has_date = 2;
        break;
    case 2:
        call->has_date = 1;
        call->date = CHOOSE(maker, times);
        break;
    case 3:
        call->has_precedence = 2;
        break;
    case 4:
        call->has_precedence = 1;
        call->precedence = percent(maker, 50) ? -1000001 : 1000001;
        break;
    default:
        call->time = percent(maker, 40) ? maker->clock : CHOOSE(maker, times);
    }
}

static void make_date(struct maker *maker, struct call *call) {
    if (percent(maker, maker->flavour->dates)) {
        call->has_date = 1;
        call->date = some_date(maker);
    }
}

void make_order(struct maker *maker, struct call *call) {
    if (maker->reserve_count > 0 && percent(maker, 15)) {
        repeat_order(maker, call);
        return;
    }
    if (!percent(maker, 10)) { /* so that most keys are taken in the end, and then stay alone */
        call->order = (maker->reserve_count / 2 + below(maker, 3)) % ORDERS;
    }
    make_lines(maker, call);
    make_date(maker, call);
    call->time = percent(maker, 45) ? some_time(maker) : 0;
    call->mode = percent(maker, maker->flavour->partial);
    if (percent(maker, maker->flavour->ranks)) {
        call->has_precedence = 1;
        call->precedence = (int32_t)below(maker, 5) - 2;
    }
    if (percent(maker, 4)) {
        make_lines_wrong(maker, call);
    } else if (percent(maker, 3)) {
        make_order_wrong(maker, call);
    }
    maker->reserves[maker->reserve_count++ % LATEST] = *call;
}

/* ---- the life of an order -------------------------------------------------------------------- */

/* Lines of its own, or those of the order itself with other quantities. */
void make_amendment(struct maker *maker, struct call *call) {
    const struct call *known = some_reserve(maker);
    make_lines(maker, call);
    if (known && percent(maker, 60)) {
        call->order = known->order;
        call->line_count = known->line_count;
        for (uint32_t i = 0; i < CALL_LINES; i++) {
            call->lines[i] = known->lines[i];
            call->lines[i].quantity = 1 + below(maker, 14);
        }
    }
    make_date(maker, call);
    if (percent(maker, 4) && call->line_count > 0 && call->line_count <= CALL_LINES) {
        make_lines_wrong(maker, call);
    }
}

/* Of an order that was asked for, or of any, all or parts of it. */
void make_parts(struct maker *maker, struct call *call) {
    const struct call *known = some_reserve(maker);
    if (call->kind == CALL_ALLOCATE) {
        maker->allocated = call->order;
    } else if (call->kind == CALL_DEALLOCATE && percent(maker, 50)) {
        call->order = maker->allocated;
    }
    if (!percent(maker, maker->flavour->parts)) {
        return;
    }
    make_lines(maker, call);
    if (known && percent(maker, 85)) {
        call->order = known->order;
        for (uint32_t i = 0; i < CALL_LINES; i++) {
            struct call_line *line = &call->lines[i];
            const struct call_line *asked = &known->lines[i % (1 + known->line_count % CALL_LINES)];
            bool other = asked->substitute_count > 0 && percent(maker, 40);
            line->item = other ? asked->substitutes[0] : asked->item;
            line->unit = percent(maker, 70) ? asked->unit : line->unit;
            line->quantity = 1 + below(maker, 4);
            line->location = percent(maker, 25) ? below(maker, LOCATIONS) : NOT_GIVEN;
        }
        call->line_count = 1 + below(maker, 2);
    }
    if (percent(maker, 5)) {
        make_lines_wrong(maker, call);
    }
}

void make_move(struct maker *maker, struct call *call) {
    const struct call *known = some_reserve(maker);
    call->quantity = percent(maker, 50) ? 0 : 1 + below(maker, 3);
    if (known && percent(maker, 90)) {
        const struct call_line *line = &known->lines[0];
        call->order = known->order;
        call->item = line->item;
        call->location = line->location < LOCATIONS                    ? line->location
                         : percent(maker, maker->flavour->focus) ? below(maker, 2)
                                                                 : call->location;
    }
    if (call->to == call->location && percent(maker, 80)) {
        call->to = (call->to + 1) % LOCATIONS;
    }
    if (percent(maker, 3)) {
        call->quantity = percent(maker, 50) ? -1 : SELLABLE_QUANTITY_MAX + 1;
    }
}
