/* SPDX-License-Identifier: Apache-2.0
 *
 * Orders, and what is found by looking at all of them: orders, waiting, shortages, exceptions. All
 * of one answer is of one instant. The library works without the interpreter's lock, which is taken
 * for each record that it shows. */
#include "draft.h"
#include "manual.h"
#include "tables.h"

/* ---- visiting -------------------------------------------------------------------------------- */

struct visit {
    struct sbl_state *state;
    const struct sellable *engine;
    PyObject *list;
    PyThreadState *saved;
    PyObject *(*make)(struct visit *visit, const void *record);
};

static int show(void *context, const void *record)
{
    struct visit *visit = context;
    PyEval_RestoreThread(visit->saved);
    PyObject *made = visit->make(visit, record);
    int result = made == NULL ? -1 : PyList_Append(visit->list, made);
    Py_XDECREF(made);
    visit->saved = PyEval_SaveThread();
    return result;
}

/* What is visited: how, what becomes of a record, and what is wrong with a
 * selection that is refused. */
struct walk {
    enum sellable_status (*run)(struct sellable *engine, const void *selection,
                                struct visit *visit);
    PyObject *(*make)(struct visit *visit, const void *record);
    const char *field, *reason;
};

/* The list; or NULL, if a record could not be made or the visit was refused. */
static PyObject *visited(struct visit *visit, enum sellable_status status)
{
    PyEval_RestoreThread(visit->saved);
    if (PyErr_Occurred())
        Py_CLEAR(visit->list);
    else if (status == SELLABLE_INVALID)
        Py_CLEAR(visit->list);
    else if (status != SELLABLE_OK) {
        Py_CLEAR(visit->list);
        sbl_refuse_question(visit->state, status);
    }
    return visit->list;
}

static bool begin(struct visit *visit)
{
    visit->list = PyList_New(0);
    if (visit->list == NULL)
        return false;
    visit->saved = PyEval_SaveThread();
    return true;
}

/* The records of a selection. */
static PyObject *visit_all(sbl_engine *self, const struct walk *walk, const void *selection)
{
    struct visit visit = {.state = self->state, .make = walk->make};
    struct sbl_call call;
    PyObject *result = NULL;
    struct sellable *engine = sbl_enter(self, &call);
    if (engine == NULL)
        return NULL;
    visit.engine = engine;
    if (begin(&visit)) {
        enum sellable_status status = walk->run(engine, selection, &visit);
        result = visited(&visit, status);
        if (status == SELLABLE_INVALID)
            sbl_refuse_value(self->state, walk->field, walk->reason);
    }
    sbl_leave(&call);
    return result;
}

/* ---- orders ---------------------------------------------------------------------------------- */

static PyObject *make_line(const void *entry, void *context)
{
    const struct sellable_order_line *line = entry;
    const struct visit *visit = context;
    return sbl_record(visit->state, SBL_OrderLine, "OOiiiiii",
                      sbl_from_item(visit->engine, line->item),
                      sbl_from_location(visit->engine, line->location), line->reserved,
                      line->allocated, line->shipped, line->released, line->dated,
                      line->backordered);
}

static PyObject *make_order(struct visit *visit, const void *record)
{
    const struct sellable_order_view *order = record;
    return sbl_record(visit->state, SBL_Order, "ksOOiOO", order->key,
                      sellable_order_state_name((int)order->state),
                      sbl_from_channel(visit->engine, order->channel),
                      sbl_from_integer_or(order->expires_at, order->expires_at != 0), order->date,
                      sbl_from_integer_or(order->precedence, order->has_precedence),
                      sbl_tuple(order->lines, order->line_count, sizeof *order->lines, make_line,
                                visit));
}

static PyObject *order_in(struct visit *visit, struct sellable_key key,
                          struct sbl_scratch *scratch)
{
    struct sellable_order_view view;
    uint32_t room = 8;
    for (;;) {
        view = (struct sellable_order_view){.line_capacity = room};
        view.lines = sbl_scratch_take(scratch, room, sizeof *view.lines);
        if (view.lines == NULL)
            return NULL;
        enum sellable_status status = sellable_order(visit->engine, key, &view);
        if (status == SELLABLE_INVALID)
            return sbl_refuse(visit->state, NULL, status, "order", "no key", NULL);
        if (status != SELLABLE_OK)
            return sbl_refuse_question(visit->state, status);
        if (view.line_count <= room)
            break;
        room = view.line_count;
    }
    view.key = key;
    return make_order(visit, &view);
}

static PyObject *order(PyObject *object, PyObject *const *arguments, Py_ssize_t count,
                       PyObject *keywords)
{
    static const struct sbl_signature signature = {"order", 1, 1, {"order"}};
    sbl_engine *self = (sbl_engine *)object;
    struct sbl_scratch scratch;
    struct sellable_key key;
    struct sbl_call call;
    PyObject *value;
    if (sbl_arguments(&signature, arguments, count, keywords, &value) < 0 ||
        sbl_to_key(self->state, value, "order", &key) < 0)
        return NULL;
    struct visit visit = {.state = self->state, .engine = sbl_enter(self, &call)};
    if (visit.engine == NULL)
        return NULL;
    sbl_scratch_open(&scratch);
    PyObject *result = order_in(&visit, key, &scratch);
    sbl_scratch_close(&scratch);
    sbl_leave(&call);
    return result;
}

/* ---- lists ----------------------------------------------------------------------------------- */

static int to_selection(struct sbl_state *state, PyObject *const *values,
                        struct sellable_selection *selection)
{
    return sbl_to_optional(state, values[0], "item", SBL_ITEM, &selection->item_key,
                           &selection->item.id) < 0
               ? -1
               : sbl_to_optional(state, values[1], "location", SBL_LOCATION,
                                 &selection->location_key, &selection->location.id);
}

static int show_order(void *context, const struct sellable_order_view *order)
{
    return show(context, order);
}

static enum sellable_status run_orders(struct sellable *engine, const void *selection,
                                       struct visit *visit)
{
    return sellable_orders(engine, NULL, selection, show_order, visit);
}

static PyObject *orders(PyObject *object, PyObject *const *arguments, Py_ssize_t count,
                        PyObject *keywords)
{
    static const struct walk walk = {run_orders, make_order, "closed",
                                      "only without item and location"};
    static const struct sbl_signature signature = {"orders", 2, 0, {"item", "location", "closed"}};
    sbl_engine *self = (sbl_engine *)object;
    struct sellable_selection selection = {0};
    PyObject *values[3];
    if (sbl_arguments(&signature, arguments, count, keywords, values) < 0 ||
        to_selection(self->state, values, &selection) < 0 ||
        (values[2] != NULL && sbl_to_flag(self->state, values[2], "closed", &selection.closed) < 0))
        return NULL;
    return visit_all(self, &walk, &selection);
}

static PyObject *make_waiting(struct visit *visit, const void *record)
{
    const struct sellable_waiting *waiting = record;
    return sbl_record(visit->state, SBL_Waiting, "kOOi", waiting->order,
                      sbl_from_item(visit->engine, waiting->item),
                      sbl_from_location(visit->engine, waiting->location), waiting->quantity);
}

static int show_waiting(void *context, const struct sellable_waiting *waiting)
{
    return show(context, waiting);
}

static enum sellable_status run_waiting(struct sellable *engine, const void *selection,
                                        struct visit *visit)
{
    return sellable_waiting(engine, NULL, selection, show_waiting, visit);
}

static PyObject *waiting(PyObject *object, PyObject *const *arguments, Py_ssize_t count,
                         PyObject *keywords)
{
    static const struct walk walk = {run_waiting, make_waiting, "item", "it is not given"};
    static const struct sbl_signature signature = {"waiting", 2, 1, {"item", "location"}};
    sbl_engine *self = (sbl_engine *)object;
    struct sellable_selection selection = {0};
    PyObject *values[2];
    if (sbl_arguments(&signature, arguments, count, keywords, values) < 0 ||
        to_selection(self->state, values, &selection) < 0)
        return NULL;
    return visit_all(self, &walk, &selection);
}

static PyObject *make_at_risk(const void *entry, void *context)
{
    const struct sellable_at_risk *at_risk = entry;
    const struct visit *visit = context;
    return sbl_record(visit->state, SBL_AtRisk, "ki", at_risk->order, at_risk->quantity);
}

static PyObject *make_shortage(struct visit *visit, const void *record)
{
    const struct sellable_shortage *shortage = record;
    return sbl_record(visit->state, SBL_Shortage, "OOiO",
                      sbl_from_item(visit->engine, shortage->item),
                      sbl_from_location(visit->engine, shortage->location), shortage->short_,
                      sbl_tuple(shortage->orders, shortage->order_count, sizeof *shortage->orders,
                                make_at_risk, visit));
}

static int show_shortage(void *context, const struct sellable_shortage *shortage)
{
    return show(context, shortage);
}

static enum sellable_status run_shortages(struct sellable *engine, const void *selection,
                                          struct visit *visit)
{
    (void)selection;
    return sellable_shortages(engine, NULL, show_shortage, visit);
}

static PyObject *shortages(PyObject *object, PyObject *unused)
{
    static const struct walk walk = {run_shortages, make_shortage, NULL, NULL};
    sbl_engine *self = (sbl_engine *)object;
    (void)unused;
    return visit_all(self, &walk, NULL);
}

/* ---- exceptions ------------------------------------------------------------------------------ */

static PyObject *content_of(const struct sellable_exception *exception)
{
    if (exception->content == NULL)
        Py_RETURN_NONE;
    return PyBytes_FromStringAndSize(exception->content, (Py_ssize_t)exception->content_size);
}

static PyObject *make_exception(struct visit *visit, const void *record)
{
    const struct sellable_exception *exception = record;
    bool whole = exception->event != NULL && exception->event->type != 0 &&
                 exception->event->type < SELLABLE_EVENT_TYPES_END;
    return sbl_record(
        visit->state, SBL_Refused, "usOsskkkOOiu", exception->number,
        sellable_status_name((int)exception->status),
        exception->type != 0 ? Py_NewRef(visit->state->types[exception->type]) : Py_NewRef(Py_None),
        exception->field, exception->reason, exception->source, exception->id,
        exception->correlation, content_of(exception),
        whole ? sbl_event_dict(visit->state, visit->engine, exception->event) : Py_NewRef(Py_None),
        exception->kept_at, exception->orders);
}

static int show_exception(void *context, const struct sellable_exception *exception)
{
    return show(context, exception);
}

static enum sellable_status run_exceptions(struct sellable *engine, const void *selection,
                                           struct visit *visit)
{
    return sellable_exceptions(engine, NULL, selection, show_exception, visit);
}

static PyObject *exceptions(PyObject *object, PyObject *const *arguments, Py_ssize_t count,
                            PyObject *keywords)
{
    static const struct walk walk = {run_exceptions, make_exception, "number",
                                      "there is none of this number"};
    static const struct sbl_signature signature = {"exceptions", 1, 0, {"number", "by_impact"}};
    sbl_engine *self = (sbl_engine *)object;
    struct sellable_exception_selection selection = {0};
    PyObject *values[2];
    int64_t number = 0;
    if (sbl_arguments(&signature, arguments, count, keywords, values) < 0 ||
        (values[0] != NULL && values[0] != Py_None &&
         sbl_to_integer(self->state, values[0], "number", 1, INT64_MAX, &number) < 0) ||
        (values[1] != NULL &&
         sbl_to_flag(self->state, values[1], "by_impact", &selection.by_impact) < 0))
        return NULL;
    selection.number = (uint64_t)number;
    return visit_all(self, &walk, &selection);
}

PyMethodDef sbl_visit_methods[] = {
    {"order", SBL_FAST(order), MANUAL_order},
    {"orders", SBL_FAST(orders), MANUAL_orders},
    {"waiting", SBL_FAST(waiting), MANUAL_waiting},
    {"shortages", shortages, METH_NOARGS, MANUAL_shortages},
    {"exceptions", SBL_FAST(exceptions), MANUAL_exceptions},
    {NULL, NULL, 0, NULL},
};
