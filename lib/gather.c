/* SPDX-License-Identifier: Apache-2.0
 *
 * The rows that an order depends on, settled; see plan.h. */
#include "plan.h"

/* Numbers of items, ascending, each once, in the worker's scratch. */
struct numbers {
    struct sbl_plan *plan;
    uint32_t count;
};

static bool add_number(struct numbers *numbers, uint32_t item) {
    struct sbl_buffer *scratch = &numbers->plan->worker->scratch[SBL_SCRATCH_NUMBERS];
    uint32_t low = 0, high = numbers->count;
    if (sbl_row_line(numbers->plan->engine, item) == NULL)
        return true;
    if (numbers->count > SBL_PLAN_ROWS)
        return true;
    if (!sbl_buffer_reserve(&numbers->plan->engine->memory, scratch,
                            (numbers->count + 1) * sizeof(uint32_t)))
        return false;
    uint32_t *number = scratch->bytes;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (number[middle] < item)
            low = middle + 1;
        else
            high = middle;
    }
    if (low < numbers->count && number[low] == item)
        return true;
    memmove(number + low + 1, number + low, (numbers->count - low) * sizeof *number);
    number[low] = item;
    numbers->count++;
    return true;
}

/* An item, and if it is a kit its components. A kit that changes right now may show others: then
 * the world has changed, too, and the attempt is lost. */
static bool add_item(struct numbers *numbers, uint32_t item) {
    const struct sellable *engine = numbers->plan->engine;
    const struct sbl_line *row = sbl_row_line(engine, item);
    struct sbl_seen seen;
    if (!add_number(numbers, item))
        return false;
    if (row == NULL)
        return true;
    struct sbl_own own;
    do {
        sbl_line_read(&engine->commit, row, &seen);
        if (!sbl_row_has(&seen.image, SBL_ROW_OWN))
            return true;
        own = sbl_own_of(&engine->memory, sbl_row_tail(&engine->memory, &seen.image).own);
    } while (!sbl_line_still(&engine->commit, row, &seen));
    for (uint32_t i = 0; i < own.components && i < SELLABLE_COMPONENTS_MAX; i++)
        if (!add_number(numbers, sbl_component_at(&engine->memory, &own, i).item))
            return false;
    return true;
}

bool sbl_plan_rows(struct sbl_plan *plan, const uint32_t *more, uint32_t count) {
    const struct sbl_request *request = plan->request;
    const struct sbl_wish *last = &request->wish[request->order->line_count - 1];
    struct sbl_buffer *scratch = &plan->worker->scratch[SBL_SCRATCH_NEEDS];
    struct numbers numbers = {plan, 0};
    for (uint32_t i = 0; i < last->item + last->items; i++)
        if (!add_item(&numbers, request->item[i]))
            return false;
    for (uint32_t i = 0; i < count; i++)
        if (!add_number(&numbers, more[i]))
            return false;
    plan->too_many = numbers.count > SBL_PLAN_ROWS;
    if (plan->too_many)
        numbers.count = 0;
    if (!sbl_buffer_reserve(&plan->engine->memory, scratch,
                            (numbers.count + 1) * sizeof(struct sbl_need)))
        return false;
    plan->need = scratch->bytes;
    plan->needs = numbers.count;
    const uint32_t *number = plan->worker->scratch[SBL_SCRATCH_NUMBERS].bytes;
    for (uint32_t i = 0; i < plan->needs; i++) {
        struct sbl_need *need = &plan->need[i];
        need->item = number[i];
        need->row = sbl_row_line(plan->engine, number[i]);
        need->asked = 0;
        need->turn = need->located = need->placed = need->placements = 0;
        sbl_line_settle(plan->worker, need->row, &need->seen);
    }
    return true;
}

struct sbl_need *sbl_plan_need(const struct sbl_plan *plan, uint32_t item) {
    uint32_t low = 0, high = plan->needs;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (plan->need[middle].item < item)
            low = middle + 1;
        else
            high = middle;
    }
    return low < plan->needs && plan->need[low].item == item ? &plan->need[low] : NULL;
}

bool sbl_plan_still(const struct sbl_plan *plan) {
    for (uint32_t i = 0; i < plan->needs; i++)
        if (!sbl_line_still(&plan->engine->commit, plan->need[i].row, &plan->need[i].seen))
            return false;
    return true;
}
