/* SPDX-License-Identifier: Apache-2.0
 *
 * Figures over everything: audit, stats, metrics, memory. */
#include "manual.h"
#include "native.h"

/* ---- audit ----------------------------------------------------------------------------------- */

static PyObject *hash_of(const uint64_t hash[2])
{
    char digits[33];
    snprintf(digits, sizeof digits, "%016llx%016llx", (unsigned long long)hash[0],
             (unsigned long long)hash[1]);
    return PyUnicode_FromString(digits);
}

static PyObject *audit(PyObject *object, PyObject *unused)
{
    sbl_engine *self = (sbl_engine *)object;
    struct sellable_audit audit;
    struct sbl_call call;
    enum sellable_status status;
    (void)unused;
    struct sellable *engine = sbl_enter(self, &call);
    if (engine == NULL)
        return NULL;
    SBL_WAITING(true)
        status = sellable_audit(engine, NULL, &audit);
    SBL_WAITED
    PyObject *result =
        status == SELLABLE_OK
            ? sbl_record(self->state, SBL_Audit, "bOOOOuu", (int)audit.consistent,
                         sbl_from_item(engine, audit.item),
                         sbl_from_location(engine, audit.location), hash_of(audit.hash),
                         hash_of(audit.full), audit.items, audit.orders)
            : sbl_refuse(self->state, NULL, status, NULL, NULL, NULL);
    sbl_leave(&call);
    return result;
}

/* ---- stats ----------------------------------------------------------------------------------- */

struct inside {
    struct sbl_state *state;
    const struct sellable *engine;
};

static PyObject *memory_of(struct sbl_state *state, const struct sellable_memory *memory)
{
    return sbl_record(state, SBL_Memory, "uuuuuuu", memory->slab_bytes, memory->row_bytes,
                      memory->block_bytes, memory->items, memory->orders, memory->event_ids,
                      memory->transfers);
}

/* {status: how many}; those of 0 are left out. */
static PyObject *by_status(struct sbl_state *state, const uint64_t counts[SELLABLE_STATUS_COUNT])
{
    PyObject *dict = PyDict_New();
    for (int i = 0; dict != NULL && i < SELLABLE_STATUS_COUNT; i++) {
        PyObject *count = counts[i] == 0 ? NULL : PyLong_FromUnsignedLongLong(counts[i]);
        if (counts[i] != 0 &&
            (count == NULL || PyDict_SetItem(dict, state->statuses[i], count) < 0))
            Py_CLEAR(dict);
        Py_XDECREF(count);
    }
    return dict;
}

static PyObject *by_type(struct sbl_state *state, const struct sellable_stats *stats)
{
    PyObject *dict = PyDict_New();
    for (int type = 1; dict != NULL && type < SELLABLE_EVENT_TYPES_END; type++) {
        PyObject *counts = by_status(state, stats->calls[type]);
        if (counts == NULL || (PyDict_GET_SIZE(counts) > 0 &&
                               PyDict_SetItem(dict, state->types[type], counts) < 0))
            Py_CLEAR(dict);
        Py_XDECREF(counts);
    }
    return dict;
}

static PyObject *make_channel(const void *entry, void *context)
{
    const struct sellable_channel_stats *channel = entry;
    const struct inside *inside = context;
    return sbl_record(inside->state, SBL_ChannelStats, "ObuuiuO",
                      sbl_from_channel(inside->engine, channel->channel), (int)channel->listens,
                      channel->accepted, channel->refused, channel->units, channel->told,
                      sbl_from_integer_or(channel->untold_since, channel->has_untold));
}

static PyObject *make_source(const void *entry, void *context)
{
    const struct sellable_source_stats *source = entry;
    const struct inside *inside = context;
    return sbl_record(inside->state, SBL_SourceStats, "ObuuuuuOO",
                      sbl_from_source(inside->engine, source->source), (int)source->silent,
                      source->applied, source->duplicates, source->stale, source->refused,
                      source->gaps, sbl_from_integer_or(source->newest_at, source->has_newest),
                      sbl_from_integer_or(source->lag, source->has_newest));
}

static PyObject *stats_of(struct inside *inside, const struct sellable_stats *stats)
{
    const struct sellable_exception_counts *kept = &stats->exception_counts;
    struct sbl_state *state = inside->state;
    return sbl_record(
        state, SBL_Stats, "iOOuuuuOOuuiiuuuiiOOO", stats->now, by_type(state, stats),
        by_status(state, stats->calls[0]), stats->events, stats->events_applied,
        stats->events_duplicate, stats->replays_applied, by_status(state, stats->exceptions),
        sbl_record(state, SBL_ExceptionCounts, "uuu", kept->kept, kept->last, kept->lost),
        stats->balances, stats->variances, stats->variance_sum, stats->variance_absolute,
        stats->orders_open, stats->orders_expired, stats->cells_short, stats->units_short,
        stats->units_promised, memory_of(state, &stats->memory),
        sbl_tuple(stats->channels, stats->channel_count, sizeof *stats->channels, make_channel,
                  inside),
        sbl_tuple(stats->sources, stats->source_count, sizeof *stats->sources, make_source,
                  inside));
}

/* As often as it takes until there is room for all channels and sources. */
static PyObject *stats_in(struct inside *inside, struct sellable_stats *stats,
                          struct sbl_scratch *scratch)
{
    uint32_t channels = 8, sources = 8;
    do {
        stats->channel_capacity = channels;
        stats->source_capacity = sources;
        stats->channels = sbl_scratch_take(scratch, channels, sizeof *stats->channels);
        stats->sources = sbl_scratch_take(scratch, sources, sizeof *stats->sources);
        if (stats->channels == NULL || stats->sources == NULL)
            return NULL;
        enum sellable_status status;
        SBL_WAITING(true)
            status = sellable_stats(inside->engine, stats);
        SBL_WAITED
        if (status != SELLABLE_OK)
            return sbl_refuse(inside->state, NULL, status, NULL, NULL, NULL);
        channels = stats->channel_count;
        sources = stats->source_count;
    } while (channels > stats->channel_capacity || sources > stats->source_capacity);
    return stats_of(inside, stats);
}

static PyObject *stats(PyObject *object, PyObject *unused)
{
    sbl_engine *self = (sbl_engine *)object;
    struct sellable_stats stats = {0};
    struct sbl_scratch scratch;
    struct sbl_call call;
    (void)unused;
    struct inside inside = {self->state, sbl_enter(self, &call)};
    if (inside.engine == NULL)
        return NULL;
    sbl_scratch_open(&scratch);
    PyObject *result = stats_in(&inside, &stats, &scratch);
    sbl_scratch_close(&scratch);
    sbl_leave(&call);
    return result;
}

/* ---- text, memory ---------------------------------------------------------------------------- */

static PyObject *metrics_in(struct sbl_state *state, struct sellable *engine,
                            struct sbl_scratch *scratch)
{
    uint64_t size = 64 * 1024, capacity;
    char *text;
    do {
        enum sellable_status status;
        capacity = size;
        text = sbl_scratch_take(scratch, capacity, 1);
        if (text == NULL)
            return NULL;
        SBL_WAITING(true)
            status = sellable_metrics(engine, text, capacity, &size);
        SBL_WAITED
        if (status != SELLABLE_OK)
            return sbl_refuse(state, NULL, status, NULL, NULL, NULL);
    } while (size > capacity);
    return PyUnicode_DecodeUTF8(text, (Py_ssize_t)size, "replace");
}

static PyObject *metrics(PyObject *object, PyObject *unused)
{
    sbl_engine *self = (sbl_engine *)object;
    struct sbl_scratch scratch;
    struct sbl_call call;
    (void)unused;
    struct sellable *engine = sbl_enter(self, &call);
    if (engine == NULL)
        return NULL;
    sbl_scratch_open(&scratch);
    PyObject *result = metrics_in(self->state, engine, &scratch);
    sbl_scratch_close(&scratch);
    sbl_leave(&call);
    return result;
}

static PyObject *memory(PyObject *object, PyObject *unused)
{
    sbl_engine *self = (sbl_engine *)object;
    struct sellable_memory memory;
    struct sbl_call call;
    (void)unused;
    struct sellable *engine = sbl_enter(self, &call);
    if (engine == NULL)
        return NULL;
    sellable_memory(engine, &memory);
    sbl_leave(&call);
    return memory_of(self->state, &memory);
}

PyMethodDef sbl_figure_methods[] = {
    {"audit", audit, METH_NOARGS, MANUAL_audit},
    {"stats", stats, METH_NOARGS, MANUAL_stats},
    {"metrics", metrics, METH_NOARGS, MANUAL_metrics},
    {"memory", memory, METH_NOARGS, MANUAL_memory},
    {NULL, NULL, 0, NULL},
};
