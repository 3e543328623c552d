/* SPDX-License-Identifier: Apache-2.0
 *
 * What the files of the extension module share: its state, its objects, and the helpers between
 * values of Python and records of the library.
 *
 *   core      who is inside an engine, and when it is closed (no Python)
 *   convert   keys, handles, quantities, times, names: from Python, and back
 *   record    the named tuples of _records.py, filled in
 *   refusal   a status as an exception, its fields named as Python's caller named them
 *   draft     one event, with all that it leads to, out of keywords or a mapping
 *   engine, change, master, question, visit, figures, store: methods of Engine
 *   trail     the audit trail of a directory
 *
 * Conventions of Python's own C API: NULL or -1 is "an exception is set". */
#ifndef SELLABLE_PYTHON_NATIVE_H
#define SELLABLE_PYTHON_NATIVE_H

#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <sellable.h>
#include <stdbool.h>

#include "core.h"

/* ---- state ----------------------------------------------------------------------------------- */

/* The records of _records.py that C fills in. */
#define SBL_RECORDS(X)                                                                             \
    X(Placement, 4) X(Misfit, 4) X(Answer, 5) X(Availability, 3) X(Term, 20) X(Explanation, 24)    \
    X(Fence, 3) X(Scheduled, 3) X(Promised, 2) X(Cell, 15) X(OrderLine, 8) X(Order, 7)             \
    X(Waiting, 4) X(AtRisk, 2) X(Shortage, 4) X(Refused, 12) X(ExceptionCounts, 3) X(Change, 4)    \
    X(Changes, 3) X(Audit, 7) X(ItemView, 5) X(LocationView, 3) X(SourceView, 4) X(Policy, 16)     \
    X(ChannelStats, 7) X(SourceStats, 9) X(Memory, 7) X(Stats, 21) X(Recovery, 3) X(Figures, 8)    \
    X(TrailCell, 4) X(TrailEntry, 9)

enum sbl_record {
#define SBL_RECORD(NAME, COUNT) SBL_##NAME,
    SBL_RECORDS(SBL_RECORD)
#undef SBL_RECORD
        SBL_RECORD_COUNT
};

/* The kinds of things that have keys and handles. */
enum sbl_thing { SBL_ITEM, SBL_LOCATION, SBL_CHANNEL, SBL_SOURCE, SBL_THINGS };

#define SBL_FIELDS_MAX 72

/* Of a module; nothing in it changes once the module is made. */
struct sbl_state {
    PyObject *error, *closed;                    /* Error, ClosedError */
    PyObject *errors[SELLABLE_STATUS_COUNT];     /* one for each status; NULL: of none */
    PyTypeObject *records[SBL_RECORD_COUNT];
    PyTypeObject *handles[SBL_THINGS];
    PyTypeObject *engine, *trail;
    PyObject *fraction;                          /* fractions.Fraction */
    PyObject *statuses[SELLABLE_STATUS_COUNT];   /* their names, as all that follows */
    PyObject *types[SELLABLE_EVENT_TYPES_END];
    PyObject *fields[SBL_FIELDS_MAX];            /* draft.c */
    PyObject *levels[3];
    PyObject *nothing;                           /* () */
    PyObject *columns;                           /* what the columns keep: theirs */
};

extern struct PyModuleDef sbl_module;
struct sbl_state *sbl_state_of(PyTypeObject *type); /* of a type of this module */

/* ---- objects --------------------------------------------------------------------------------- */

typedef struct {
    PyObject_HEAD
    struct sbl_core *core; /* never NULL */
    struct sbl_state *state;
    PyObject *directory; /* str, or NULL */
    PyObject *recovery;  /* a Recovery, or NULL */
    PyObject *weak;
    struct sellable_location last_location; /* change.c: of those that it has counted */
    uint32_t location_count;
} sbl_engine;

/* Inside an engine, from a method: NULL with ClosedError set. To be left in any case. The brackets
 * SBL_WAITING ... SBL_WAITED stand around what may take long or wait: the interpreter goes on
 * meanwhile. If `when` is false they do nothing. */
struct sellable *sbl_enter(sbl_engine *self, struct sbl_call *call);
void sbl_leave(struct sbl_call *call);

#define SBL_WAITING(when)                                                                          \
    {                                                                                              \
        PyThreadState *sbl_saved = (when) ? PyEval_SaveThread() : NULL;
#define SBL_WAITED                                                                                 \
    if (sbl_saved != NULL)                                                                         \
        PyEval_RestoreThread(sbl_saved);                                                           \
    }

/* An Engine around `engine`, which it takes over in any case. */
PyObject *sbl_engine_wrap(struct sbl_state *state, PyTypeObject *type, struct sellable *engine,
                          bool durable);

/* ---- scratch: memory and references for the length of a call --------------------------------- */

struct sbl_block;
struct sbl_scratch {
    struct sbl_block *blocks; /* larger than the room here */
    size_t used;
    _Alignas(16) char room[2048];
};

void sbl_scratch_open(struct sbl_scratch *scratch);
void sbl_scratch_close(struct sbl_scratch *scratch);
void *sbl_scratch_take(struct sbl_scratch *scratch, size_t count, size_t size); /* zeroed */
/* Keeps a reference until the end: the caller's own is given up, or taken anew. Returns the object;
 * NULL if it was, or could not be kept. */
PyObject *sbl_scratch_keep(struct sbl_scratch *scratch, PyObject *stolen);
PyObject *sbl_scratch_share(struct sbl_scratch *scratch, PyObject *borrowed);

/* ---- convert --------------------------------------------------------------------------------- */

/* From Python. `field` is what an exception calls it ("quantity", "lines[2].item"). 0, or -1. The
 * bytes of a key are the str's own: it must outlive the record. */
int sbl_to_key(struct sbl_state *state, PyObject *value, const char *field,
               struct sellable_key *key);
/* A key, or a handle (whose id is never 0). */
int sbl_to_thing(struct sbl_state *state, PyObject *value, const char *field, enum sbl_thing kind,
                 struct sellable_key *key, uint32_t *id);
/* The same of what may be left out: NULL and None are "not given". */
int sbl_to_optional(struct sbl_state *state, PyObject *value, const char *field,
                    enum sbl_thing kind, struct sellable_key *key, uint32_t *id);
int sbl_to_integer(struct sbl_state *state, PyObject *value, const char *field, int64_t least,
                   int64_t most, int64_t *number);
int sbl_to_flag(struct sbl_state *state, PyObject *value, const char *field, uint32_t *flag);
/* ms since the epoch: an int, or a datetime that knows its time zone. */
int sbl_to_time(struct sbl_state *state, PyObject *value, const char *field, int64_t *time);
/* ms: an int, or a timedelta. */
int sbl_to_duration(struct sbl_state *state, PyObject *value, const char *field, int64_t *duration);
/* microseconds: an int, or a timedelta. */
int sbl_to_linger(struct sbl_state *state, PyObject *value, const char *field, int64_t *linger);
/* A whole number, or as numerator / denominator in lowest terms. */
int sbl_to_ratio(struct sbl_state *state, PyObject *value, const char *field, int64_t *numerator,
                 int64_t *denominator);
/* One of the names; *number is its place. */
int sbl_to_choice(struct sbl_state *state, PyObject *value, const char *field,
                  const char *const *names, int count, uint32_t *place);

/* To Python: a new reference. {NULL, 0} and id 0 are None. */
PyObject *sbl_from_key(struct sellable_key key);
PyObject *sbl_from_item(const struct sellable *engine, struct sellable_item item);
PyObject *sbl_from_location(const struct sellable *engine, struct sellable_location location);
PyObject *sbl_from_channel(const struct sellable *engine, struct sellable_channel channel);
PyObject *sbl_from_source(const struct sellable *engine, struct sellable_source source);
PyObject *sbl_from_handle(struct sbl_state *state, enum sbl_thing kind, uint32_t id);
PyObject *sbl_from_words(const char *words); /* NULL and "" are None */
PyObject *sbl_from_integer_or(int64_t number, bool given); /* else None */

/* ---- record ---------------------------------------------------------------------------------- */

int sbl_records_load(struct sbl_state *state);

/* A record of its fields in order, each by its letter:
 *   i int64_t   u uint64_t   b int (a bool)   O reference that is given up   s const char *
 *   k key   n none (no argument)
 * A NULL for O is an exception that is set: then so is the result. */
PyObject *sbl_record(struct sbl_state *state, enum sbl_record record, const char *letters, ...);

/* A tuple of `count` entries of an array, each made by `make`. */
typedef PyObject *sbl_make(const void *entry, void *context);
PyObject *sbl_tuple(const void *entries, size_t count, size_t size, sbl_make *make, void *context);

/* ---- refusal --------------------------------------------------------------------------------- */

/* A value that cannot be: InvalidError with its field and reason; or a wrong type: TypeError
 * "field: ...". Both return -1. */
int sbl_refuse_value(struct sbl_state *state, const char *field, const char *reason);
int sbl_refuse_type(const char *field, const char *wanted, PyObject *value);

/* The exception for a status, not raised. `field`, `reason`: NULL: none. `key`: what the caller
 * calls the library's field "key"; `answer` may be NULL. */
PyObject *sbl_refusal(struct sbl_state *state, const struct sellable *engine,
                      enum sellable_status status, const char *field, const char *reason,
                      const struct sellable_answer *answer);
/* The same, raised; returns NULL. */
PyObject *sbl_refuse(struct sbl_state *state, const struct sellable *engine,
                     enum sellable_status status, const char *field, const char *reason,
                     const struct sellable_answer *answer);
/* Of a question, which has no answer to say more: by its status alone. */
PyObject *sbl_refuse_question(struct sbl_state *state, enum sellable_status status);


/* ---- methods of Engine, each file's table; {NULL} ends one ----------------------------------- */

extern PyMethodDef sbl_change_methods[], sbl_batch_methods[], sbl_master_methods[],
    sbl_question_methods[], sbl_visit_methods[], sbl_exception_methods[], sbl_figure_methods[],
    sbl_store_methods[];
extern PyGetSetDef sbl_store_members[];

/* Methods that take keywords. */
#define SBL_FAST(FUNCTION) (PyCFunction)(void (*)(void))FUNCTION, METH_FASTCALL | METH_KEYWORDS

/* What a method takes: the names of its arguments in order; the first `positional` may go without,
 * the first `required` must be there. */
struct sbl_signature {
    const char *method;
    int positional, required;
    const char *names[8]; /* until NULL */
};
/* The arguments of a vectorcall in that order; NULL: not given. 0, or -1. */
int sbl_arguments(const struct sbl_signature *signature, PyObject *const *arguments,
                  Py_ssize_t count, PyObject *keywords, PyObject **values);

/* Types, made from these; open and trail, of the module. */
extern PyType_Spec sbl_engine_spec, sbl_trail_spec;
int sbl_engine_complete(PyTypeObject *type); /* its methods, out of all files */
PyObject *sbl_store_open(PyObject *module, PyObject *args, PyObject *kwargs);
PyObject *sbl_trail_open(PyObject *module, PyObject *args, PyObject *kwargs);

#endif
