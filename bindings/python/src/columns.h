/* SPDX-License-Identifier: Apache-2.0
 *
 * What the rest of the module needs of columns: the methods of Engine, and the types that they
 * answer with. */
#ifndef SELLABLE_PYTHON_COLUMNS_H
#define SELLABLE_PYTHON_COLUMNS_H

#include "native.h"

/* Makes View and Table, puts them into the module, and keeps them in its state. */
int sbl_columns_exec(PyObject *module);

/* Engine.available of several items. */
PyObject *sbl_available_columns(sbl_engine *self, PyObject *items, PyObject *channel,
                                PyObject *date, PyObject *order);

PyObject *sbl_engine_view(PyObject *self, PyObject *unused);
PyObject *sbl_engine_availability(PyObject *self, PyObject *args, PyObject *kwargs);
PyObject *sbl_engine_cells(PyObject *self, PyObject *unused);
PyObject *sbl_engine_order_lines(PyObject *self, PyObject *args, PyObject *kwargs);
PyObject *sbl_engine_apply_columns(PyObject *self, PyObject *args, PyObject *kwargs);

/* Short names for apply_columns of one type: method, type, what a row says. */
#define SBL_LOADS(X)                                                                               \
    X(load_on_hand, "on_hand.set", "on_hand was `quantity` at `as_of`")                            \
    X(load_allocations, "allocation.set", "allocated is `quantity`")                               \
    X(load_safety_stock, "safety_stock.set", "safety_stock is `quantity`")                         \
    X(load_ring_fences, "ring_fence.set", "what is left for a `channel` is `quantity`")            \
    X(load_schedule, "schedule.set", "the entry `reference` is `quantity`, `due` then")

#define SBL_LOAD(NAME, TYPE, TEXT)                                                                 \
    PyObject *sbl_engine_##NAME(PyObject *self, PyObject *args, PyObject *kwargs);                 \
    extern const char sbl_##NAME##_doc[];
SBL_LOADS(SBL_LOAD)
#undef SBL_LOAD

/* columns_doc.c */
extern const char sbl_view_doc[], sbl_availability_doc[], sbl_cells_doc[], sbl_order_lines_doc[],
    sbl_apply_columns_doc[];

/* Entries of Engine's table of methods. */
#define SBL_KEYWORDS(FUNCTION)                                                                     \
    (PyCFunction)(void (*)(void))FUNCTION, METH_VARARGS | METH_KEYWORDS
#define SBL_LOAD_METHOD(NAME, TYPE, TEXT)                                                          \
    {#NAME, SBL_KEYWORDS(sbl_engine_##NAME), sbl_##NAME##_doc},
#define SBL_COLUMN_METHODS                                                                         \
    {"view", sbl_engine_view, METH_NOARGS, sbl_view_doc},                                          \
    {"availability", SBL_KEYWORDS(sbl_engine_availability), sbl_availability_doc},                 \
    {"cells", sbl_engine_cells, METH_NOARGS, sbl_cells_doc},                                       \
    {"order_lines", SBL_KEYWORDS(sbl_engine_order_lines), sbl_order_lines_doc},                    \
    SBL_LOADS(SBL_LOAD_METHOD)                                                                     \
    {"apply_columns", SBL_KEYWORDS(sbl_engine_apply_columns), sbl_apply_columns_doc}

#endif
