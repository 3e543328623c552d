/* SPDX-License-Identifier: Apache-2.0
 *
 * Changes (change.h). The methods of Engine here are all one function, made for each type of event
 * by its line in METHODS: what a call takes is the type's form. */
#include "change.h"

#include "manual.h"

/* ---- in effect ------------------------------------------------------------------------------- */

static bool is_promise(uint32_t type)
{
    return type == SELLABLE_RESERVE || type == SELLABLE_AMEND;
}

/* So many entries of a plan an item of a line may have: one for each location, or for each
 * piece. How many pieces a kit or another unit has is not looked up. */
static uint64_t entries_of(const struct sellable *engine, const struct sellable_line *line,
                           struct sellable_key key, struct sellable_item item, uint64_t locations,
                           uint64_t *items)
{
    struct sellable_item_view view = {.unit_capacity = 0};
    bool kit = (item.id != 0 || sellable_item_find(engine, key, &item) == SELLABLE_OK) &&
               sellable_item_look(engine, item, &view) == SELLABLE_OK && view.component_count != 0;
    *items += kit ? view.component_count : 1;
    if (kit)
        return view.component_count * locations;
    return line->unit.bytes == NULL && line->quantity < (int64_t)locations
               ? (uint64_t)(line->quantity > 0 ? line->quantity : 0)
               : locations;
}

/* The same of all that an order names; *items: how many those are, and the parts of kits. */
static uint64_t entries_of_order(const struct sellable *engine, const struct sellable_order *order,
                                 uint64_t locations, uint64_t *items)
{
    uint64_t entries = 0;
    for (uint32_t i = 0; i < order->line_count; i++) {
        const struct sellable_line *line = &order->lines[i];
        entries += entries_of(engine, line, line->item_key, line->item, locations, items);
        for (uint32_t k = 0; k < line->substitute_count; k++)
            entries += entries_of(engine, line, line->substitutes[k].item_key,
                                  line->substitutes[k].item, locations, items);
    }
    return entries;
}

/* How many locations there are; those that came since the last time are counted. */
static uint64_t count_locations(sbl_engine *self, const struct sellable *engine)
{
    struct sellable_location next;
    while ((next = sellable_location_next(engine, self->last_location)).id != 0) {
        self->last_location = next;
        self->location_count++;
    }
    return self->location_count;
}

static int take_plan(struct sbl_scratch *scratch, uint32_t entries, struct sellable_answer *answer)
{
    answer->plan = sbl_scratch_take(scratch, entries, sizeof *answer->plan);
    answer->plan_capacity = entries;
    return answer->plan == NULL ? -1 : 0;
}

/* What does not fit: an item as a whole, what a line asks of a location, or the kit of a line or a
 * substitute. */
int sbl_answer_room(const struct sbl_change *change, struct sellable_answer *answer)
{
    const struct sellable_order *order = &change->draft->order;
    uint32_t type = change->draft->event.type;
    uint64_t items = is_promise(type) ? 0 : 1;
    *answer = (struct sellable_answer){.plan = NULL};
    if (!is_promise(type) && type != SELLABLE_RESOURCE)
        return 0;
    if (is_promise(type)) {
        uint64_t locations = count_locations(change->self, change->engine);
        uint64_t most = SELLABLE_ITEMS_OF_ORDER_MAX * locations;
        uint64_t entries = entries_of_order(change->engine, order, locations, &items);
        if (take_plan(change->scratch, (uint32_t)(entries < most ? entries : most), answer) < 0)
            return -1;
    }
    answer->misfit_capacity =
        (uint32_t)(2 * items + (SELLABLE_SUBSTITUTES_MAX + 1) * order->line_count);
    answer->misfits =
        sbl_scratch_take(change->scratch, answer->misfit_capacity, sizeof *answer->misfits);
    return answer->misfits == NULL ? -1 : 0;
}

/* What acts on parts of an order. */
static enum sellable_status act_on_parts(struct sellable *engine,
                                         const struct sellable_event *event,
                                         struct sellable_answer *answer)
{
    enum sellable_status (*const call)(struct sellable *, struct sellable_worker *,
                                       struct sellable_key, const struct sellable_part *, uint32_t,
                                       struct sellable_answer *) =
        event->type == SELLABLE_RELEASE      ? sellable_release
        : event->type == SELLABLE_ALLOCATE   ? sellable_allocate
        : event->type == SELLABLE_DEALLOCATE ? sellable_deallocate
                                             : sellable_ship;
    return call(engine, NULL, event->order_key, event->parts, event->part_count, answer);
}

static enum sellable_status move_promise(struct sellable *engine,
                                         const struct sellable_event *event,
                                         struct sellable_answer *answer)
{
    const struct sellable_move move = {.order = event->order_key,
                                       .item_key = event->item_key,
                                       .from_key = event->location_key,
                                       .to_key = event->to_key,
                                       .item = event->item,
                                       .from = event->location,
                                       .to = event->to,
                                       .quantity = event->quantity};
    return sellable_resource(engine, NULL, &move, answer);
}

static enum sellable_status put_policy(struct sellable *engine, const struct sellable_event *event,
                                       struct sellable_answer *answer)
{
    const struct sellable_scope scope = {event->item_key, event->channel_key, event->item,
                                         event->channel};
    return sellable_policy_put(engine, NULL, &scope, event->policy, answer);
}

static enum sellable_status act_directly(struct sbl_change *change, struct sellable_answer *answer)
{
    struct sellable *engine = change->engine;
    const struct sellable_event *event = &change->draft->event;
    struct sellable_item item = {0};
    struct sellable_location location = {0};
    struct sellable_channel channel = {0};
    struct sellable_source source = {0};
    enum sellable_status status;
    switch (event->type) {
    case SELLABLE_RESERVE:
        return sellable_reserve(engine, NULL, event->order, answer);
    case SELLABLE_AMEND:
        return sellable_amend(engine, NULL, event->order, answer);
    case SELLABLE_CONFIRM:
        return sellable_confirm(engine, NULL, event->order_key, answer);
    case SELLABLE_EXTEND:
        return sellable_extend(engine, NULL, event->order_key, event->expires_at, answer);
    case SELLABLE_RESOURCE:
        return move_promise(engine, event, answer);
    case SELLABLE_ITEM:
        status = sellable_item_put(engine, NULL, event->item_key, event->item_settings, &item,
                                   answer);
        change->handle = item.id;
        return status;
    case SELLABLE_LOCATION:
        status = sellable_location_put(engine, NULL, event->location_key, event->location_settings,
                                       &location, answer);
        change->handle = location.id;
        return status;
    case SELLABLE_CHANNEL:
        status = sellable_channel_put(engine, NULL, event->channel_key, event->policy, &channel,
                                      answer);
        change->handle = channel.id;
        return status;
    case SELLABLE_SOURCE:
        status = sellable_source_put(engine, NULL, event->declares,
                                     event->max_lag_given ? &event->max_lag : NULL, &source,
                                     answer);
        change->handle = source.id;
        return status;
    case SELLABLE_HOLD:
        return sellable_hold_put(engine, NULL, event->reason, &change->handle, answer);
    case SELLABLE_POLICY:
        return put_policy(engine, event, answer);
    case SELLABLE_OWNER:
        return sellable_owner_put(engine, NULL, event->ownership, answer);
    default:
        return act_on_parts(engine, event, answer);
    }
}

int sbl_change_make(struct sbl_change *change, struct sellable_answer *answer)
{
    const struct sellable_event *event = &change->draft->event;
    enum sellable_status status;
    SBL_WAITING(sbl_core_durable(change->self->core))
        status = change->how == SBL_EVENT ? sellable_apply(change->engine, NULL, event, answer)
                 : change->how == SBL_REPLAY
                     ? sellable_exception_replay(change->engine, NULL, change->exception, event,
                                                 answer)
                     : act_directly(change, answer);
    SBL_WAITED
    return (int)status;
}

/* The plan of an order as it stands. */
static int read_plan(const struct sbl_change *change, struct sellable_answer *answer)
{
    struct sellable_order_view view = {.lines = NULL};
    enum sellable_status status;
    for (;;) {
        status = sellable_order(change->engine, change->draft->order.key, &view);
        if (status != SELLABLE_OK || view.line_count <= view.line_capacity)
            break;
        view.line_capacity = view.line_count;
        view.lines = sbl_scratch_take(change->scratch, view.line_count, sizeof *view.lines);
        if (view.lines == NULL)
            return -1;
    }
    if (status != SELLABLE_OK) { /* it is gone already */
        answer->plan_count = answer->plan_capacity;
        return 0;
    }
    if (take_plan(change->scratch, view.line_count, answer) < 0)
        return -1;
    answer->plan_count = view.line_count;
    for (uint32_t i = 0; i < view.line_count; i++) {
        const struct sellable_order_line *line = &view.lines[i];
        answer->plan[i] = (struct sellable_placement){
            line->item, line->location,
            line->reserved + line->allocated + line->shipped + line->released, line->backordered};
    }
    return 0;
}

/* Locations or components came between the counting and the call, or a kit had more of them when
 * the order was accepted. What was done is not done again; a duplicate is: it changes nothing. */
int sbl_change_complete(struct sbl_change *change, int status, struct sellable_answer *answer)
{
    while (status == SELLABLE_DUPLICATE && answer->plan_count > answer->plan_capacity) {
        if (change->how == SBL_REPLAY)
            change->how = SBL_EVENT; /* the exception has left already */
        if (take_plan(change->scratch, answer->plan_count, answer) < 0)
            return -1;
        status = sbl_change_make(change, answer);
    }
    if (status == SELLABLE_OK && answer->plan_count > answer->plan_capacity &&
        read_plan(change, answer) < 0)
        return -1;
    return status;
}

/* ---- answers --------------------------------------------------------------------------------- */

struct placing {
    struct sbl_state *state;
    const struct sellable *engine;
};

static PyObject *make_placement(const void *entry, void *context)
{
    const struct sellable_placement *placement = entry;
    const struct placing *placing = context;
    return sbl_record(placing->state, SBL_Placement, "OOii",
                      sbl_from_item(placing->engine, placement->item),
                      sbl_from_location(placing->engine, placement->location), placement->quantity,
                      placement->backordered);
}

static PyObject *answer_of(const struct sbl_change *change, enum sellable_status status,
                           const struct sellable_answer *answer)
{
    struct placing placing = {change->state, change->engine};
    uint32_t type = change->draft->event.type;
    bool planned = is_promise(type) && answer->plan_count > 0;
    bool moved = status == SELLABLE_OK && type <= SELLABLE_RETURN_DISPOSITION;
    return sbl_record(
        change->state, SBL_Answer, "OOOOu", Py_NewRef(change->state->statuses[status]),
        planned ? sbl_tuple(answer->plan, answer->plan_count, sizeof *answer->plan, make_placement,
                            &placing)
                : Py_NewRef(change->state->nothing),
        sbl_from_integer_or(answer->date, planned), sbl_from_integer_or(answer->variance, moved),
        answer->position);
}

PyObject *sbl_plain_answer(struct sbl_state *state, const struct sellable_answer *answer)
{
    return sbl_record(state, SBL_Answer, "OOnnu", Py_NewRef(state->statuses[SELLABLE_OK]),
                      Py_NewRef(state->nothing), answer->position);
}

PyObject *sbl_change_result(const struct sbl_change *change, enum sellable_status status,
                            const struct sellable_answer *answer, bool *refused)
{
    *refused = status != SELLABLE_OK && status != SELLABLE_DUPLICATE;
    if (*refused)
        return sbl_draft_refusal(change->state, change->engine, change->draft, status, answer);
    if (change->how == SBL_DIRECT)
        switch (change->draft->event.type) {
        case SELLABLE_ITEM:
            return sbl_from_handle(change->state, SBL_ITEM, change->handle);
        case SELLABLE_LOCATION:
            return sbl_from_handle(change->state, SBL_LOCATION, change->handle);
        case SELLABLE_CHANNEL:
            return sbl_from_handle(change->state, SBL_CHANNEL, change->handle);
        case SELLABLE_SOURCE:
            return sbl_from_handle(change->state, SBL_SOURCE, change->handle);
        case SELLABLE_HOLD:
            return PyLong_FromUnsignedLong(change->handle);
        default:
            break;
        }
    return answer_of(change, status, answer);
}

PyObject *sbl_change(struct sbl_change *change)
{
    struct sellable_answer answer;
    bool refused;
    if (sbl_answer_room(change, &answer) < 0)
        return NULL;
    int status = sbl_change_complete(change, sbl_change_make(change, &answer), &answer);
    if (status < 0)
        return NULL;
    PyObject *result = sbl_change_result(change, (enum sellable_status)status, &answer, &refused);
    if (refused && result != NULL) {
        PyErr_SetObject((PyObject *)Py_TYPE(result), result);
        Py_CLEAR(result);
    }
    return result;
}

/* ---- methods --------------------------------------------------------------------------------- */

static PyObject *change_method(PyObject *object, PyObject *const *arguments, Py_ssize_t count,
                               PyObject *names, uint32_t type, enum sbl_how how)
{
    sbl_engine *self = (sbl_engine *)object;
    struct sbl_call call;
    struct sbl_scratch scratch;
    struct sbl_draft draft;
    PyObject *result = NULL;
    struct sellable *engine = sbl_enter(self, &call);
    if (engine == NULL)
        return NULL;
    sbl_scratch_open(&scratch);
    sbl_draft_open(&draft, type);
    draft.direct = how == SBL_DIRECT;
    const struct sbl_reading reading = {self->state, engine, &scratch};
    if (sbl_draft_of_arguments(&reading, &draft, arguments, count, names) == 0) {
        struct sbl_change change = {.self = self,
                                    .state = self->state,
                                    .engine = engine,
                                    .scratch = &scratch,
                                    .draft = &draft,
                                    .how = how};
        result = sbl_change(&change);
    }
    sbl_scratch_close(&scratch);
    sbl_leave(&call);
    return result;
}

/* Name, type of event, and whether it is sent as one or is the direct call. */
#define METHODS(X)                                                                                 \
    X(set_on_hand, ON_HAND_SET, EVENT)                                                             \
    X(adjust_on_hand, ON_HAND_ADJUST, EVENT)                                                       \
    X(place_hold, HOLD_PLACE, EVENT)                                                               \
    X(release_hold, HOLD_RELEASE, EVENT)                                                           \
    X(scrap_hold, HOLD_SCRAP, EVENT)                                                               \
    X(set_allocation, ALLOCATION_SET, EVENT)                                                       \
    X(adjust_allocation, ALLOCATION_ADJUST, EVENT)                                                 \
    X(set_safety_stock, SAFETY_STOCK_SET, EVENT)                                                   \
    X(set_ring_fence, RING_FENCE_SET, EVENT)                                                       \
    X(set_schedule, SCHEDULE_SET, EVENT)                                                           \
    X(receive, RECEIPT, EVENT)                                                                     \
    X(ship_transfer, TRANSFER_SHIP, EVENT)                                                         \
    X(receive_transfer, TRANSFER_RECEIVE, EVENT)                                                   \
    X(receive_return, RETURN_RECEIVE, EVENT)                                                       \
    X(dispose_return, RETURN_DISPOSITION, EVENT)                                                   \
    X(reserve, RESERVE, DIRECT)                                                                    \
    X(amend, AMEND, DIRECT)                                                                        \
    X(confirm, CONFIRM, DIRECT)                                                                    \
    X(extend, EXTEND, DIRECT)                                                                      \
    X(release, RELEASE, DIRECT)                                                                    \
    X(allocate, ALLOCATE, DIRECT)                                                                  \
    X(deallocate, DEALLOCATE, DIRECT)                                                              \
    X(ship, SHIP, DIRECT)                                                                          \
    X(resource, RESOURCE, DIRECT)                                                                  \
    X(item, ITEM, DIRECT)                                                                          \
    X(location, LOCATION, DIRECT)                                                                  \
    X(channel, CHANNEL, DIRECT)                                                                    \
    X(policy, POLICY, DIRECT)                                                                      \
    X(hold, HOLD, DIRECT)                                                                          \
    X(source, SOURCE, DIRECT)                                                                      \
    X(owner, OWNER, DIRECT)

#define METHOD(NAME, TYPE, HOW)                                                                    \
    static PyObject *method_##NAME(PyObject *self, PyObject *const *arguments, Py_ssize_t count,   \
                                   PyObject *names)                                                \
    {                                                                                              \
        return change_method(self, arguments, count, names, SELLABLE_##TYPE, SBL_##HOW);           \
    }
METHODS(METHOD)
#undef METHOD

#define METHOD(NAME, TYPE, HOW)                                                                    \
    {#NAME, (PyCFunction)(void (*)(void))method_##NAME, METH_FASTCALL | METH_KEYWORDS,             \
     MANUAL_##NAME},
PyMethodDef sbl_change_methods[] = {METHODS(METHOD){NULL, NULL, 0, NULL}};
#undef METHOD
