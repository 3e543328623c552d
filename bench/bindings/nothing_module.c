/* SPDX-License-Identifier: Apache-2.0
 *
 * A Python module `nothing` with a function `call`, which takes two arguments as Engine.available
 * does, calls the empty C function, and answers None. */
#define PY_SSIZE_T_CLEAN
#include <Python.h>

int nothing(const void *engine, const void *question, void *availability);

static PyObject *call(PyObject *self, PyObject *const *arguments, Py_ssize_t count, PyObject *names)
{
    if (count != 2 || names) {
        PyErr_SetString(PyExc_TypeError, "call(item, channel)");
        return NULL;
    }
    if (nothing(self, arguments[0], arguments[1]) != 0)
        return NULL;
    Py_RETURN_NONE;
}

static PyMethodDef methods[] = {
    {"call", (PyCFunction)(void (*)(void))call, METH_FASTCALL | METH_KEYWORDS,
     "Call a C function that does nothing."},
    {NULL, NULL, 0, NULL}};

static struct PyModuleDef definition = {PyModuleDef_HEAD_INIT, .m_name = "nothing",
                                        .m_methods = methods};

PyMODINIT_FUNC PyInit_nothing(void)
{
    return PyModule_Create(&definition);
}
