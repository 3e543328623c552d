/* SPDX-License-Identifier: Apache-2.0
 *
 * Deciding on an order; see plan.h. gather.c has settled its rows, fill.c says where from. */
#include "plan.h"

#include "sort.h"

/* ---- sums ---- */

/* The sum asked of an item at a location; made if it is not there. NULL: no memory. */
static struct sbl_located *located_of(struct sbl_plan *plan, struct sbl_need *need,
                                      uint32_t location) {
    struct sbl_buffer *scratch = &plan->worker->scratch[SBL_SCRATCH_LOCATED];
    struct sbl_facts facts;
    for (uint32_t i = need->located; i != 0; i = sbl_located_at(plan, i)->next)
        if (sbl_located_at(plan, i)->location == location)
            return sbl_located_at(plan, i);
    if (!sbl_buffer_reserve(&plan->engine->memory, scratch,
                            (plan->located_count + 1) * sizeof(struct sbl_located)))
        return NULL;
    struct sbl_located *located = sbl_located_at(plan, ++plan->located_count);
    *located = (struct sbl_located){.next = need->located, .location = location};
    need->located = plan->located_count;
    located->active = sbl_sight_rank(&need->sight, location) != 0;
    if (located->active) {
        sbl_sight_facts(&need->sight, location, plan->latest, &facts);
        located->seen = facts.term.seen;
    }
    return located;
}

/* So many more of an item, at a location or anywhere. false: no memory. */
static bool add(struct sbl_plan *plan, struct sbl_need *need, int64_t quantity,
                uint32_t location) {
    if (quantity == 0)
        return true;
    if (need->asked == 0)
        need->turn = ++plan->turns;
    need->asked = sbl_add(need->asked, quantity);
    if (location == 0)
        return true;
    struct sbl_located *located = located_of(plan, need, location);
    if (located == NULL)
        return false;
    if (located->asked == 0) {
        located->turn = ++plan->turns;
        located->line = plan->line;
    }
    located->asked = sbl_add(located->asked, quantity);
    return true;
}

/* What located lines ask beyond what is seen at a date; single: all of the item counts there.
 * INT64_MAX: at a location that the channel has not, or at several where it must be one. */
static int64_t beyond_seen(const struct sbl_plan *plan, const struct sbl_need *need, int64_t date) {
    bool single = need->sight.terms.sourcing == SELLABLE_SINGLE;
    int64_t beyond = 0;
    uint32_t locations = 0;
    for (uint32_t i = need->located; i != 0; i = sbl_located_at(plan, i)->next) {
        const struct sbl_located *located = sbl_located_at(plan, i);
        int64_t seen = located->seen;
        if (located->asked == 0)
            continue;
        if (!located->active || (single && ++locations > 1))
            return INT64_MAX;
        if (need->sight.own.untracked)
            continue;
        if (date != plan->latest) {
            struct sbl_facts facts;
            sbl_sight_facts(&need->sight, located->location, date, &facts);
            seen = facts.term.seen;
        }
        int64_t asked = single ? need->asked : located->asked;
        beyond = sbl_add(beyond, sbl_max(0, sbl_subtract(asked, seen)));
    }
    return beyond;
}

static bool fits(const struct sbl_plan *plan, const struct sbl_need *need) {
    return need->asked <= need->total.promisable &&
           (need->located == 0 || beyond_seen(plan, need, plan->latest) <= need->total.room);
}

/* ---- candidates of a line ---- */

/* What a line would take of a candidate. */
struct candidate {
    struct sbl_need *need; /* the item or kit */
    int64_t quantity;      /* in its smallest unit */
    int64_t step, units;   /* so many in the smallest are so many whole units of the line */
    int64_t at_least;      /* of those */
    uint32_t location;
};

/* The parts of a candidate: itself, or the components of a kit; NULL after the last. */
static struct sbl_need *part_of(const struct sbl_plan *plan, const struct sbl_need *need,
                                uint32_t i, int64_t *number) {
    const struct sbl_own *own = &need->sight.own;
    *number = 1;
    if (own->components == 0)
        return i == 0 ? sbl_plan_need(plan, need->item) : NULL;
    if (i >= own->components)
        return NULL;
    struct sbl_component component = sbl_component_at(&plan->engine->memory, own, i);
    *number = component.number;
    return sbl_plan_need(plan, component.item);
}

static bool is_closed_kit(const struct sbl_need *need) {
    return need->sight.own.components != 0 && need->sight.terms.closed;
}

/* So many of it are asked for; of a kit that is closed the kit itself, too, which nothing covers.
 * false: no memory. */
static bool add_candidate(struct sbl_plan *plan, const struct candidate *candidate,
                          int64_t quantity) {
    int64_t number;
    struct sbl_need *part;
    if (is_closed_kit(candidate->need) && !add(plan, candidate->need, quantity, 0))
        return false;
    for (uint32_t i = 0; (part = part_of(plan, candidate->need, i, &number)) != NULL; i++)
        if (!add(plan, part, sbl_multiply(quantity, number), candidate->location))
            return false;
    return true;
}

/* The sums as they were, to go back to. */
struct undo {
    struct sbl_need *part; /* a kit that changes right now may show others when asked again */
    int64_t asked, located;
    uint32_t turn, located_turn;
};

/* Would so many fit, on top of what was decided before? If so they stay; else nothing has changed.
 * *room: false if there was no memory. */
static bool try(struct sbl_plan *plan, const struct candidate *candidate, int64_t quantity,
                bool keep, bool *room) {
    struct undo undo[SELLABLE_COMPONENTS_MAX];
    struct sbl_need *part;
    int64_t number;
    uint32_t turns = plan->turns, count = 0;
    bool fit = true;
    if (is_closed_kit(candidate->need))
        return false;
    for (; count < SELLABLE_COMPONENTS_MAX &&
           (part = part_of(plan, candidate->need, count, &number)) != NULL;
         count++) {
        struct sbl_located *located =
            candidate->location == 0 ? NULL : located_of(plan, part, candidate->location);
        if (candidate->location != 0 && located == NULL) {
            *room = false;
            break;
        }
        undo[count] = (struct undo){part, part->asked, located == NULL ? 0 : located->asked,
                                    part->turn, located == NULL ? 0 : located->turn};
    }
    *room = *room && add_candidate(plan, candidate, quantity);
    for (uint32_t i = 0; fit && (part = part_of(plan, candidate->need, i, &number)) != NULL; i++)
        fit = fits(plan, part);
    if (fit && keep)
        return true;
    for (uint32_t i = 0; i < count; i++) {
        part = undo[i].part;
        part->asked = undo[i].asked;
        part->turn = undo[i].turn;
        if (candidate->location != 0) {
            struct sbl_located *located = located_of(plan, part, candidate->location);
            located->asked = undo[i].located;
            located->turn = undo[i].located_turn;
        }
    }
    plan->turns = turns;
    return fit;
}

/* As many whole units as fit, of a line that does not fit as a whole. */
static int64_t most_that_fits(struct sbl_plan *plan, const struct candidate *candidate,
                              bool *room) {
    int64_t low = 0, high = candidate->quantity / candidate->step;
    while (low < high && *room) {
        int64_t middle = high - (high - low) / 2;
        if (try(plan, candidate, middle * candidate->step, false, room))
            low = middle;
        else
            high = middle - 1;
    }
    return low * candidate->units >= candidate->at_least ? low * candidate->step : 0;
}

/* NULL, or what is wrong: the line's unit is none of the candidate's, or a quantity is not whole in
 * it, or beyond 10^15. */
static const char *candidate_of(const struct sbl_plan *plan, uint32_t line, uint32_t i,
                                struct candidate *candidate) {
    const struct sbl_wish *wish = &plan->request->wish[line];
    const struct sellable_line *asked = &plan->request->order->lines[line];
    struct sbl_unit unit;
    candidate->need = sbl_plan_need(plan, plan->request->item[wish->item + i]);
    candidate->location = wish->location;
    candidate->quantity = candidate->step = candidate->units = 1;
    candidate->at_least = plan->partial ? sbl_max(1, asked->at_least) : 1;
    if (wish->unit == SBL_ABSENT ||
        !sbl_unit_find(&plan->engine->memory, &candidate->need->sight.own, wish->unit, &unit))
        return "lines.unit";
    if (!sbl_in_smallest(&unit, asked->quantity, &candidate->quantity))
        return asked->quantity % unit.denominator == 0 ? "lines.quantity" : "lines.unit";
    candidate->step = unit.numerator;
    candidate->units = unit.denominator;
    return NULL;
}

/* May the channel take a new order with it? */
static bool is_paused(const struct sbl_plan *plan, const struct sbl_need *need) {
    const struct sbl_need *part;
    int64_t number;
    if (need->sight.terms.paused)
        return true;
    for (uint32_t i = 0; (part = part_of(plan, need, i, &number)) != NULL; i++)
        if (part->sight.terms.paused)
            return true;
    return false;
}

/* A kit that stands for a line is kept with its components, once. */
static bool note_kit(struct sbl_plan *plan, const struct sbl_need *need) {
    struct sbl_buffer *scratch = &plan->worker->scratch[SBL_SCRATCH_KITS];
    const struct sbl_own *own = &need->sight.own;
    if (own->components == 0)
        return true;
    uint64_t *word = scratch->bytes;
    for (uint32_t i = 0; i < plan->kit_words; i += 1 + 2 * sbl_low(word[i]))
        if (sbl_high(word[i]) == need->item)
            return true;
    if (!sbl_buffer_reserve(&plan->engine->memory, scratch,
                            (plan->kit_words + 1 + 2 * own->components) * sizeof *word))
        return false;
    word = scratch->bytes;
    word[plan->kit_words++] = sbl_pair(need->item, own->components);
    for (uint32_t i = 0; i < own->components; i++) {
        struct sbl_component component = sbl_component_at(&plan->engine->memory, own, i);
        word[plan->kit_words++] = component.item;
        word[plan->kit_words++] = (uint64_t)component.number;
    }
    plan->kits = word;
    return true;
}

/* Which candidate takes the line, and how many. *taken: 0 if none does. false: no memory. */
static bool judge(struct sbl_plan *plan, uint32_t line, int64_t *taken) {
    const struct sbl_wish *wish = &plan->request->wish[line];
    struct candidate candidate, itself;
    bool room = true;
    candidate_of(plan, line, 0, &itself);
    *taken = 0;
    if (itself.quantity / itself.step * itself.units < itself.at_least)
        return true;
    for (uint32_t i = 0; i < wish->items; i++) {
        candidate_of(plan, line, i, &candidate);
        if (i != 0 && !plan->amends && is_paused(plan, candidate.need))
            continue;
        if (try(plan, &candidate, candidate.quantity, true, &room) || !room) {
            *taken = candidate.quantity;
            return room && note_kit(plan, candidate.need);
        }
    }
    *taken = plan->partial ? most_that_fits(plan, &itself, &room) : itself.quantity;
    return room && (*taken == 0 || (add_candidate(plan, &itself, *taken) &&
                                    note_kit(plan, itself.need)));
}

/* ---- what stands against it ---- */

static void tell_misfit(struct sellable_answer *answer, uint32_t item, uint32_t location,
                        int64_t asked, int64_t promisable) {
    if (answer->misfits != NULL && answer->misfit_count < answer->misfit_capacity)
        answer->misfits[answer->misfit_count] = (struct sellable_misfit){
            {item}, {location}, sbl_min(asked, SELLABLE_QUANTITY_MAX), promisable};
    answer->misfit_count++;
}

static void tell_located(const struct sbl_plan *plan, const struct sbl_need *need,
                         struct sellable_answer *answer) {
    bool single = need->sight.terms.sourcing == SELLABLE_SINGLE;
    const struct sbl_located *located = NULL;
    while ((located = sbl_located_next(plan, need, located == NULL ? 0 : located->turn)) != NULL) {
        int64_t asked = single ? need->asked : located->asked;
        if (!located->active)
            tell_misfit(answer, need->item, located->location, asked, 0);
        else if (asked > located->seen && !need->sight.own.untracked)
            tell_misfit(answer, need->item, located->location, asked,
                        sbl_add(located->seen, need->total.room));
    }
}

/* What is asked for, by turn: numbers of needs + 1, with zeroes between. NULL: no memory. */
static uint32_t *needs_by_turn(const struct sbl_plan *plan) {
    struct sbl_buffer *scratch = &plan->worker->scratch[SBL_SCRATCH_NUMBERS];
    if (!sbl_buffer_reserve(&plan->engine->memory, scratch,
                            (plan->turns + 1) * sizeof(uint32_t)))
        return NULL;
    uint32_t *number = scratch->bytes;
    memset(number, 0, (plan->turns + 1) * sizeof *number);
    for (uint32_t i = 0; i < plan->needs; i++)
        if (plan->need[i].asked != 0)
            number[plan->need[i].turn - 1] = i + 1;
    return number;
}

/* false: no memory. */
static bool tell_misfits(const struct sbl_plan *plan, struct sellable_answer *answer) {
    const uint32_t *number = answer == NULL ? NULL : needs_by_turn(plan);
    for (uint32_t i = 0; number != NULL && i < plan->turns; i++) {
        if (number[i] == 0)
            continue;
        const struct sbl_need *need = &plan->need[number[i] - 1];
        if (need->asked > need->total.promisable)
            tell_misfit(answer, need->item, 0, need->asked, need->total.promisable);
        else if (!fits(plan, need))
            tell_located(plan, need, answer);
    }
    return answer == NULL || number != NULL;
}

/* All sums are of the items themselves, as if nothing could be taken instead or in part. */
static bool ask_for_all(struct sbl_plan *plan) {
    struct candidate candidate;
    plan->turns = plan->kit_words = 0;
    for (uint32_t i = 0; i < plan->needs; i++)
        plan->need[i].asked = plan->need[i].turn = 0;
    for (uint32_t i = 1; i <= plan->located_count; i++)
        sbl_located_at(plan, i)->asked = sbl_located_at(plan, i)->turn = 0;
    for (uint32_t line = 0; line < plan->request->order->line_count; line++) {
        candidate_of(plan, line, 0, &candidate);
        if (!add_candidate(plan, &candidate, candidate.quantity))
            return false;
    }
    return true;
}

static enum sellable_status invalid(struct sellable_answer *answer, const char *field,
                                    const char *reason, uint32_t line) {
    return sbl_fault(answer, SELLABLE_INVALID, field, reason, line);
}

/* Units that the items do not have; and how many items there are. */
static enum sellable_status units_fault(struct sbl_plan *plan, struct sellable_answer *answer) {
    struct candidate candidate;
    struct sbl_need *part;
    int64_t number;
    uint32_t items = 0;
    const char *field;
    for (uint32_t line = 0; line < plan->request->order->line_count; line++) {
        for (uint32_t i = 0; i < plan->request->wish[line].items; i++)
            if ((field = candidate_of(plan, line, i, &candidate)) != NULL)
                return invalid(answer, field,
                               "no unit of the item, not whole in the smallest, or beyond 10^15",
                               line);
        candidate_of(plan, line, 0, &candidate);
        for (uint32_t i = 0; (part = part_of(plan, candidate.need, i, &number)) != NULL; i++) {
            items += part->turn == 0;
            part->turn = 1;
        }
    }
    for (uint32_t i = 0; i < plan->needs; i++)
        plan->need[i].turn = 0;
    return items <= SELLABLE_ITEMS_OF_ORDER_MAX
               ? SELLABLE_OK
               : invalid(answer, "line_count", "more than 1,024 different items", 0);
}

static const char one_location[] = "sourcing is single: one location for an item";

/* Sourcing single: the lines of an item that name a location name the same. */
static enum sellable_status single_fault(struct sbl_plan *plan, struct sellable_answer *answer) {
    enum sellable_status status = SELLABLE_OK;
    struct candidate candidate;
    struct sbl_need *part;
    int64_t number;
    for (uint32_t line = 0; line < plan->request->order->line_count; line++) {
        candidate_of(plan, line, 0, &candidate);
        for (uint32_t i = 0; candidate.location != 0 &&
                             (part = part_of(plan, candidate.need, i, &number)) != NULL;
             i++) {
            if (part->sight.terms.sourcing != SELLABLE_SINGLE)
                continue;
            if (part->placed != 0 && part->placed != candidate.location &&
                status == SELLABLE_OK)
                status = invalid(answer, "lines.location", one_location, line);
            part->placed = candidate.location;
        }
    }
    for (uint32_t i = 0; i < plan->needs; i++)
        plan->need[i].placed = 0;
    return status;
}

/* Substitutes that may be taken count for the horizon as the items do, and kits do not. */
static void count_horizons(struct sbl_plan *plan, int64_t *least) {
    struct sbl_need *part;
    int64_t number;
    *least = INT64_MAX;
    for (uint32_t line = 0; line < plan->request->order->line_count; line++) {
        const struct sbl_wish *wish = &plan->request->wish[line];
        for (uint32_t i = 0; i < wish->items; i++) {
            struct sbl_need *need = sbl_plan_need(plan, plan->request->item[wish->item + i]);
            if (i != 0 && !plan->amends && is_paused(plan, need))
                continue;
            for (uint32_t k = 0; (part = part_of(plan, need, k, &number)) != NULL; k++)
                *least = sbl_min(*least, part->sight.terms.horizon);
        }
    }
}

static enum sellable_status paused_fault(const struct sbl_plan *plan,
                                         struct sellable_answer *answer) {
    for (uint32_t line = 0; line < plan->request->order->line_count && !plan->amends; line++) {
        uint32_t item = plan->request->item[plan->request->wish[line].item];
        if (is_paused(plan, sbl_plan_need(plan, item)))
            return sbl_fault(answer, SELLABLE_PAUSED, "lines.item",
                             "the channel takes no new order with it", line);
    }
    return SELLABLE_OK;
}

/* ---- for when ---- */

static int64_t room_needed(const struct sbl_plan *plan, const struct sbl_need *need, int64_t date) {
    struct sbl_total total = need->total;
    if (date != plan->latest)
        sbl_sight_total(&need->sight, date, &total);
    return sbl_max(sbl_room_needed(&need->sight.terms, total.pool, need->asked),
                   beyond_seen(plan, need, date));
}

static bool is_soon_enough(const struct sbl_plan *plan, int64_t date) {
    for (uint32_t i = 0; i < plan->needs; i++) {
        const struct sbl_need *need = &plan->need[i];
        if (need->asked != 0 && !need->sight.own.untracked &&
            sbl_row_has(&need->seen.image, SBL_ROW_DATES) &&
            room_needed(plan, need, date) > room_needed(plan, need, plan->latest))
            return false;
    }
    return true;
}

/* The dates at which a figure may rise, between now and the latest: when supply is due. */
static int64_t *times_of(struct sbl_plan *plan, uint32_t *count) {
    struct sbl_buffer *scratch = &plan->worker->scratch[SBL_SCRATCH_TIMES];
    struct sbl_memory *memory = &plan->engine->memory;
    struct sbl_dated dated;
    *count = 0;
    for (uint32_t i = 0; i < plan->needs; i++) {
        const struct sbl_need *need = &plan->need[i];
        if (need->asked == 0)
            continue;
        for (uint32_t k = 0; sbl_dated_at(memory, need->sight.tail.dates, k, &dated); k++) {
            if (dated.due <= plan->now || dated.due > plan->latest)
                continue;
            if (!sbl_buffer_reserve(memory, scratch, (*count + 1) * sizeof(int64_t)))
                return NULL;
            ((int64_t *)scratch->bytes)[(*count)++] = dated.due;
        }
    }
    return sbl_buffer_reserve(memory, scratch, sizeof(int64_t)) ? scratch->bytes : NULL;
}

static bool is_earlier(const void *context, const void *a, const void *b) {
    (void)context;
    return *(const int64_t *)a < *(const int64_t *)b;
}

/* The earliest date at which the sums need no more room than at the latest. What a channel sees
 * never falls with the date, so halving finds it. false: no memory. */
static bool find_date(struct sbl_plan *plan) {
    uint32_t count, low = 0, high;
    plan->date = plan->now;
    if (is_soon_enough(plan, plan->now))
        return true;
    int64_t *time = times_of(plan, &count);
    if (time == NULL)
        return false;
    sbl_sort(time, sizeof *time, count, is_earlier, NULL);
    high = count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (is_soon_enough(plan, time[middle]))
            high = middle;
        else
            low = middle + 1;
    }
    plan->date = low < count ? time[low] : plan->latest;
    return true;
}

/* ---- all together ---- */

static void begin_sights(struct sbl_plan *plan) {
    for (uint32_t i = 0; i < plan->needs; i++) {
        struct sbl_need *need = &plan->need[i];
        sbl_sight_begin(&need->sight, plan->engine, plan->world, plan->request->channel,
                        plan->channel, need->item, &need->seen.image);
        need->sight.credit = plan->credit;
        need->sight.credits = plan->credits;
        need->sight.credit_channel = plan->request->channel;
    }
}

/* Faults that need the items; and the latest date. */
static enum sellable_status faults(struct sbl_plan *plan, struct sellable_answer *answer) {
    const struct sellable_order *order = plan->request->order;
    int64_t horizon;
    enum sellable_status status = units_fault(plan, answer);
    if (status == SELLABLE_OK)
        status = single_fault(plan, answer);
    if (status != SELLABLE_OK)
        return status;
    count_horizons(plan, &horizon);
    plan->latest = sbl_add(plan->now, horizon);
    if (order->has_date != 0) {
        if (order->date < plan->now || order->date > plan->latest)
            return invalid(answer, "date", "before now, or beyond the horizon", 0);
        plan->latest = order->date;
    }
    return paused_fault(plan, answer);
}

/* Sourcing single: a substitute may have brought an item to a second location. */
static const struct sbl_located *second_location(const struct sbl_plan *plan) {
    for (uint32_t i = 0; i < plan->needs; i++) {
        const struct sbl_need *need = &plan->need[i];
        if (need->located == 0 || need->sight.terms.sourcing != SELLABLE_SINGLE)
            continue;
        const struct sbl_located *first = sbl_located_next(plan, need, 0);
        const struct sbl_located *second =
            first == NULL ? NULL : sbl_located_next(plan, need, first->turn);
        if (second != NULL)
            return second;
    }
    return NULL;
}

/* Every line in its order; *any: something is taken. false: no memory. */
static bool judge_all(struct sbl_plan *plan, bool *any) {
    *any = false;
    for (uint32_t line = 0; line < plan->request->order->line_count; line++) {
        int64_t taken;
        plan->line = line;
        if (!judge(plan, line, &taken))
            return false;
        *any |= taken != 0;
    }
    return true;
}

static bool all_fit(const struct sbl_plan *plan) {
    for (uint32_t i = 0; i < plan->needs; i++)
        if (plan->need[i].asked != 0 && !fits(plan, &plan->need[i]))
            return false;
    return true;
}

enum sellable_status sbl_plan_make(struct sbl_plan *plan, struct sellable_answer *answer,
                                   bool *room) {
    bool any;
    *room = true;
    plan->now = sbl_now_of(plan->world);
    plan->located_count = plan->turns = plan->kit_words = plan->placed = 0;
    begin_sights(plan);
    enum sellable_status status = faults(plan, answer);
    if (status != SELLABLE_OK)
        return status;
    for (uint32_t i = 0; i < plan->needs; i++) {
        struct sbl_need *need = &plan->need[i];
        need->total = (struct sbl_total){0, 0, 0}; /* of kits: there are none of their own */
        if (need->sight.own.components == 0)
            sbl_sight_total(&need->sight, plan->latest, &need->total);
    }
    if (!judge_all(plan, &any))
        return *room = false, SELLABLE_NO_MEMORY;
    const struct sbl_located *second = second_location(plan);
    if (second != NULL)
        return invalid(answer, "lines.location", one_location, second->line);
    for (uint32_t i = 0; i < plan->needs; i++)
        if (plan->need[i].asked > SELLABLE_QUANTITY_MAX)
            return SELLABLE_OVERFLOW;
    if (!any && !ask_for_all(plan))
        return *room = false, SELLABLE_NO_MEMORY;
    if (!any || !all_fit(plan)) {
        *room = tell_misfits(plan, answer);
        return SELLABLE_INSUFFICIENT;
    }
    plan->date = plan->latest;
    if (plan->request->order->has_date == 0 && !find_date(plan))
        return *room = false, SELLABLE_NO_MEMORY;
    const uint32_t *number = needs_by_turn(plan);
    *room = number != NULL;
    for (uint32_t i = 0; *room && i < plan->turns; i++)
        if (number[i] != 0)
            *room = sbl_plan_place(plan, &plan->need[number[i] - 1]);
    return SELLABLE_OK;
}
