/* SPDX-License-Identifier: Apache-2.0
 *
 * Questions of one side: see versus_side.h. */
#include "versus_side.h"

#include <string.h>

enum { ENTRIES = 64, WORDS = 400 };

/* ---- available, explain ---------------------------------------------------------------------- */

void side_add_availability(struct outcome *outcome,
                           const struct sellable_availability *availability) {
    outcome_add(outcome, "promisable", availability->promisable);
    outcome_add(outcome, "published", availability->published);
    outcome_add(outcome, "level", availability->level);
}

static void ask_available(struct side *side, const struct input *input, struct outcome *outcome) {
    struct sellable_availability availability = {-7, -7, 7, 0};
    outcome->status = (int)ASK_SIDE(side, available, &input->question, &availability);
    side_add_availability(outcome, &availability);
}

#define TERM_FIGURES(X)                                                                            \
    X(on_hand) X(held) X(allocated) X(reserved) X(safety_stock) X(net) X(supply) X(demand)         \
    X(promised) X(projected) X(low) X(free) X(fenced) X(backordered) X(shared) X(fence) X(own)     \
    X(seen) X(waiting)

/* A cell that says nothing may be there or not: its term is left out. */
static void add_term(struct side *side, const struct sellable_term *term,
                     struct outcome *outcome) {
#define OR_FIGURE(NAME) || term->NAME != 0
    bool says_something = false TERM_FIGURES(OR_FIGURE);
#undef OR_FIGURE
    if (!says_something) {
        return;
    }
    outcome_add(outcome, "term: location", outcome_location(&side->handles, term->location));
#define ADD_FIGURE(NAME) outcome_add(outcome, "term: " #NAME, term->NAME);
    TERM_FIGURES(ADD_FIGURE)
#undef ADD_FIGURE
}

/* There are words, and they end where they should; the model has none. */
static void add_words(struct side *side, const struct sellable_explanation *head,
                      struct outcome *outcome) {
    bool right = true;
    if (side->engine) {
        right = head->because_size > 0 && head->binds <= SELLABLE_BINDS_COMPONENT;
        if (head->because_capacity > 0) {
            right = right && strlen(head->because) ==
                                 outcome_at_most(head->because_size, head->because_capacity - 1);
        }
    }
    outcome_add(outcome, "because is told", right);
}

static void ask_explanation(struct side *side, const struct call *call, const struct input *input,
                            struct outcome *outcome) {
    struct sellable_term terms[LOCATIONS];
    char words[WORDS];
    struct sellable_explanation head;
    memset(words, 'x', sizeof words);
    memset(&head, RUBBISH, sizeof head);
    head.terms = terms;
    head.because = words;
    head.term_capacity = LOCATIONS;
    head.because_capacity = outcome_at_most(call->capacity, WORDS);
    outcome->status = (int)ASK_SIDE(side, explain, &input->question, &head);
#define ADD_FIGURE(NAME) outcome_add(outcome, "explain: " #NAME, (int64_t)head.NAME);
#define FIGURES_OF_HEAD(X)                                                                         \
    X(share) X(closed) X(paused) X(sourcing) X(pool) X(buffer) X(backorder) X(room) X(unit)        \
    X(promisable) X(minimum) X(cap) X(published) X(level)
    FIGURES_OF_HEAD(ADD_FIGURE)
#undef ADD_FIGURE
    if (outcome->status != SELLABLE_OK) {
        return;
    }
    outcome_add(outcome, "explain: item", outcome_item(&side->handles, head.item));
    outcome_add(outcome, "explain: channel", outcome_channel(&side->handles, head.channel));
    outcome_add(outcome, "explain: now", head.now);
    outcome_add(outcome, "explain: date", head.date);
    for (uint32_t i = 0; i < outcome_at_most(head.term_count, LOCATIONS); i++) {
        add_term(side, &terms[i], outcome);
    }
    add_words(side, &head, outcome);
}

struct bound side_ask_bound(struct side *engine, const struct call *call) {
    static struct input input;
    struct sellable_explanation head = {.term_capacity = 0};
    outcome_fill(call, &engine->handles, &input);
    bool told = sellable_explain(engine->engine, &input.question, &head) == SELLABLE_OK;
    return (struct bound){.told = told,
                          .binds = head.binds,
                          .location = outcome_location(&engine->handles, head.location),
                          .missing = head.missing,
                          .published = head.published};
}

/* ---- cells ----------------------------------------------------------------------------------- */

/* Fences in the order of the stream's numbers: the order of handles may differ. */
static void add_fences(struct side *side, const struct sellable_cell *cell,
                       struct outcome *outcome) {
    for (int64_t channel = OTHER_HANDLE; channel < CHANNELS; channel++) {
        for (uint32_t i = 0; i < outcome_at_most(cell->fence_count, cell->fence_capacity); i++) {
            if (outcome_channel(&side->handles, cell->fences[i].channel) == channel) {
                outcome_add(outcome, "fence: channel", channel);
                outcome_add(outcome, "fence: quantity", cell->fences[i].quantity);
                outcome_add(outcome, "fence: until", cell->fences[i].until);
            }
        }
    }
}

/* Promises of one time may be told together or one by one. */
static void add_promised(const struct sellable_cell *cell, struct outcome *outcome) {
    uint32_t count = outcome_at_most(cell->promised_count, cell->promised_capacity);
    for (uint32_t i = 0; i < count;) {
        int64_t due = cell->promised[i].due, quantity = 0;
        for (; i < count && cell->promised[i].due == due; i++) {
            quantity += cell->promised[i].quantity;
        }
        outcome_add(outcome, "promised: due", due);
        outcome_add(outcome, "promised: quantity", quantity);
    }
}

static void ask_cell(struct side *side, const struct input *input, struct outcome *outcome) {
    struct sellable_fence fences[CHANNELS];
    struct sellable_scheduled schedule[REFERENCES];
    struct sellable_promised promised[ENTRIES];
    struct sellable_cell cell;
    memset(&cell, RUBBISH, sizeof cell);
    cell.fences = fences;
    cell.schedule = schedule;
    cell.promised = promised;
    cell.fence_capacity = CHANNELS;
    cell.schedule_capacity = REFERENCES;
    cell.promised_capacity = ENTRIES;
    outcome->status = (int)ASK_SIDE(side, cell, &input->place, &cell);
    if (outcome->status != SELLABLE_OK) {
        return;
    }
    for (uint32_t reason = 0; reason < SELLABLE_HOLD_REASONS_MAX; reason++) {
        outcome_add(outcome, "cell: held", cell.held[reason]);
    }
#define ADD_FIGURE(NAME) outcome_add(outcome, "cell: " #NAME, (int64_t)cell.NAME);
#define FIGURES_OF_CELL(X)                                                                         \
    X(on_hand) X(allocated) X(reserved) X(backordered) X(safety_stock) X(net) X(free) X(shared)    \
    X(short_) X(fence_count) X(schedule_count)
    FIGURES_OF_CELL(ADD_FIGURE)
#undef ADD_FIGURE
    add_fences(side, &cell, outcome);
    for (uint32_t i = 0; i < outcome_at_most(cell.schedule_count, REFERENCES); i++) {
        struct sellable_key reference = {schedule[i].reference, schedule[i].reference_size};
        outcome_add(outcome, "schedule: due", schedule[i].due);
        outcome_add(outcome, "schedule: quantity", schedule[i].quantity);
        outcome_add_text(outcome, "schedule: reference", reference);
    }
    add_promised(&cell, outcome);
}

/* ---- orders ---------------------------------------------------------------------------------- */

static void add_order(struct side *side, const struct sellable_order_view *view,
                      struct outcome *outcome) {
    outcome_add_text(outcome, "order: key", view->key);
    outcome_add(outcome, "order: line_count", view->line_count);
    outcome_add(outcome, "order: state", view->state);
    outcome_add(outcome, "order: channel", outcome_channel(&side->handles, view->channel));
    outcome_add(outcome, "order: expires_at", view->expires_at);
    outcome_add(outcome, "order: date", view->date);
    outcome_add(outcome, "order: has_precedence", view->has_precedence);
    outcome_add(outcome, "order: precedence", view->has_precedence ? view->precedence : 0);
    for (uint32_t i = 0; i < outcome_at_most(view->line_count, view->line_capacity); i++) {
        const struct sellable_order_line *line = &view->lines[i];
        outcome_add(outcome, "line: item", outcome_item(&side->handles, line->item));
        outcome_add(outcome, "line: location", outcome_location(&side->handles, line->location));
        outcome_add(outcome, "line: reserved", line->reserved);
        outcome_add(outcome, "line: allocated", line->allocated);
        outcome_add(outcome, "line: shipped", line->shipped);
        outcome_add(outcome, "line: released", line->released);
        outcome_add(outcome, "line: dated", line->dated);
        outcome_add(outcome, "line: backordered", line->backordered);
    }
}

static void ask_order(struct side *side, const struct call *call, struct outcome *outcome) {
    struct sellable_order_line lines[PLACES];
    struct sellable_order_view view;
    struct sellable_key key = stream_order_key(outcome_at_most(call->order, BAD_ORDER_KEY));
    memset(lines, RUBBISH, sizeof lines);
    memset(&view, RUBBISH, sizeof view);
    view.lines = lines;
    view.line_capacity = outcome_at_most(call->capacity, PLACES);
    outcome->status = (int)ASK_SIDE(side, order, key, &view);
    if (outcome->status == SELLABLE_OK) {
        uint32_t told = outcome_at_most(view.line_count, view.line_capacity);
        add_order(side, &view, outcome);
        outcome_add_untouched(outcome, lines + told, (PLACES - told) * sizeof *lines);
    }
}

/* A visit that ends once it has seen so many. */
struct visitor {
    struct side *side;
    struct outcome *outcome;
    uint32_t left;
};

static int visit_order(void *context, const struct sellable_order_view *order) {
    struct visitor *visitor = context;
    add_order(visitor->side, order, visitor->outcome);
    return visitor->left-- == 0;
}

static int visit_waiting(void *context, const struct sellable_waiting *waiting) {
    struct visitor *visitor = context;
    struct handles *handles = &visitor->side->handles;
    outcome_add_text(visitor->outcome, "waiting: order", waiting->order);
    outcome_add(visitor->outcome, "waiting: item", outcome_item(handles, waiting->item));
    outcome_add(visitor->outcome, "waiting: location",
                outcome_location(handles, waiting->location));
    outcome_add(visitor->outcome, "waiting: quantity", waiting->quantity);
    return visitor->left-- == 0;
}

/* ---- masters --------------------------------------------------------------------------------- */

static void ask_policy(struct side *side, const struct input *input, struct outcome *outcome) {
    struct sellable_location locations[CALL_LOCATIONS + 1];
    struct sellable_policy policy;
    memset(&policy, RUBBISH, sizeof policy);
    outcome->status =
        (int)ASK_SIDE(side, policy_find, &input->scope, &policy, locations, CALL_LOCATIONS + 1);
    if (outcome->status != SELLABLE_OK) {
        return;
    }
#define ADD_FIGURE(NAME) outcome_add(outcome, "policy: " #NAME, (int64_t)policy.NAME);
#define FIGURES_OF_POLICY(X)                                                                       \
    X(set) X(unset) X(location_count) X(sourcing) X(share) X(buffer) X(precedence) X(closed)       \
    X(backorder) X(horizon) X(cap) X(minimum) X(low) X(paused) X(interval) X(step)
    FIGURES_OF_POLICY(ADD_FIGURE)
#undef ADD_FIGURE
    outcome_add_text(outcome, "policy: unit", policy.unit);
    for (uint32_t i = 0; i < outcome_at_most(policy.location_count, CALL_LOCATIONS + 1); i++) {
        outcome_add(outcome, "policy: location",
                    outcome_location(&side->handles, locations[i]));
    }
}

static int64_t common_divisor(int64_t a, int64_t b) {
    return b == 0 ? a : common_divisor(b, a % b);
}

/* Factors may be told as they were given, or in lowest terms. */
static void look_at_item(struct side *side, const struct call *call, struct outcome *outcome) {
    struct sellable_unit units[SELLABLE_UNITS_MAX];
    struct sellable_component components[SELLABLE_COMPONENTS_MAX];
    struct sellable_item_view view;
    struct sellable_item item = {0};
    if (call->item < THINGS) {
        item = outcome_item_handle(&side->handles, call->item);
    }
    memset(&view, RUBBISH, sizeof view);
    view.units = units;
    view.components = components;
    view.unit_capacity = SELLABLE_UNITS_MAX;
    view.component_capacity = SELLABLE_COMPONENTS_MAX;
    outcome->status = (int)ASK_SIDE(side, item_look, item, &view);
    if (outcome->status != SELLABLE_OK) {
        return;
    }
    outcome_add_text(outcome, "item: unit", view.unit);
    outcome_add(outcome, "item: tracked", view.tracked);
    outcome_add(outcome, "item: unit_count", view.unit_count);
    outcome_add(outcome, "item: component_count", view.component_count);
    for (uint32_t i = 0; i < outcome_at_most(view.unit_count, SELLABLE_UNITS_MAX); i++) {
        int64_t divisor = common_divisor(units[i].numerator, units[i].denominator);
        outcome_add_text(outcome, "unit: key", units[i].key);
        outcome_add(outcome, "unit: numerator", units[i].numerator / divisor);
        outcome_add(outcome, "unit: denominator", units[i].denominator / divisor);
    }
    for (uint32_t i = 0; i < outcome_at_most(view.component_count, SELLABLE_COMPONENTS_MAX); i++) {
        outcome_add_text(outcome, "component: key", components[i].item_key);
        outcome_add(outcome, "component: item", outcome_item(&side->handles, components[i].item));
        outcome_add(outcome, "component: number", components[i].number);
    }
}

static void look_at_source(struct side *side, const struct call *call, struct outcome *outcome) {
    struct sellable_source_view view;
    struct sellable_source source = outcome_source_handle(&side->handles, call->declares);
    memset(&view, RUBBISH, sizeof view);
    outcome->status = (int)ASK_SIDE(side, source_look, source, &view);
    if (outcome->status == SELLABLE_OK) {
        outcome_add(outcome, "source: max_lag", view.max_lag);
        outcome_add(outcome, "source: has_seq", view.has_seq);
        outcome_add(outcome, "source: seq", view.has_seq ? view.seq : 0);
        outcome_add(outcome, "source: gaps", (int64_t)view.gaps);
        outcome_add_text(outcome, "source: key", ASK_SIDE(side, source_key, source));
    }
}

static void look_at_location(struct side *side, const struct call *call, struct outcome *outcome) {
    struct sellable_location_view view;
    struct sellable_location location = {0};
    if (call->location < THINGS) {
        location = outcome_location_handle(&side->handles, call->location);
    }
    memset(&view, RUBBISH, sizeof view);
    outcome->status = (int)ASK_SIDE(side, location_look, location, &view);
    if (outcome->status == SELLABLE_OK) {
        outcome_add_text(outcome, "location: region", view.region);
        outcome_add(outcome, "location: active", view.active);
    }
}

/* The handle of a key; false: the call is no such question. */
static bool find_by_key(struct side *side, const struct call *call, struct outcome *outcome) {
    const struct handles *handles = &side->handles;
    struct sellable_item item = {77};
    struct sellable_location location = {77};
    struct sellable_channel channel = {77};
    struct sellable_source source = {77};
    switch (call->kind) {
    case CALL_ITEM_FIND:
        outcome->status = (int)ASK_SIDE(side, item_find, stream_item_key(call->item), &item);
        outcome_add(outcome, "handle", outcome_item(handles, item));
        return true;
    case CALL_LOCATION_FIND:
        outcome->status =
            (int)ASK_SIDE(side, location_find, stream_location_key(call->location), &location);
        outcome_add(outcome, "handle", outcome_location(handles, location));
        return true;
    case CALL_CHANNEL_FIND:
        outcome->status =
            (int)ASK_SIDE(side, channel_find, stream_channel_key(call->channel), &channel);
        outcome_add(outcome, "handle", outcome_channel(handles, channel));
        return true;
    case CALL_SOURCE_FIND:
        outcome->status =
            (int)ASK_SIDE(side, source_find, stream_source_key(call->declares), &source);
        outcome_add(outcome, "handle", outcome_source(handles, source));
        return true;
    case CALL_REGION_FIND:
        outcome->status =
            (int)ASK_SIDE(side, region_find, stream_region_key(call->region), &location);
        outcome_add(outcome, "handle", outcome_location(handles, location));
        return true;
    default:
        return false;
    }
}

/* ---- all of them ----------------------------------------------------------------------------- */

bool side_ask(struct side *side, const struct call *call, struct outcome *outcome) {
    static struct input input;
    struct visitor visitor = {side, outcome, call->capacity};
    outcome_fill(call, &side->handles, &input);
    switch (call->kind) {
    case CALL_AVAILABLE:
        ask_available(side, &input, outcome);
        return true;
    case CALL_EXPLAIN:
        ask_explanation(side, call, &input, outcome);
        return true;
    case CALL_CELL:
        ask_cell(side, &input, outcome);
        return true;
    case CALL_ORDER:
        ask_order(side, call, outcome);
        return true;
    case CALL_ORDERS:
        outcome->status = (int)CALL_SIDE(side, orders, &input.selection, visit_order, &visitor);
        return true;
    case CALL_WAITING:
        outcome->status = (int)CALL_SIDE(side, waiting, &input.selection, visit_waiting, &visitor);
        return true;
    case CALL_EXCEPTIONS:
        side_ask_exceptions(side, call, outcome);
        return true;
    case CALL_POLICY_FIND:
        ask_policy(side, &input, outcome);
        return true;
    case CALL_ITEM_LOOK:
        look_at_item(side, call, outcome);
        return true;
    case CALL_LOCATION_LOOK:
        look_at_location(side, call, outcome);
        return true;
    case CALL_SOURCE_LOOK:
        look_at_source(side, call, outcome);
        return true;
    default:
        return find_by_key(side, call, outcome);
    }
}
