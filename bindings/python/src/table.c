/* SPDX-License-Identifier: Apache-2.0
 *
 * What all tables share: making and counting them, their words, and the Arrow C stream interface.
 *
 * A stream is drawn with or without the interpreter's lock, as its consumer likes. One who holds it
 * would keep all other threads of Python from running meanwhile, so it is given up while a batch is
 * filled. */
#include <Python.h>

#include "table.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* ---- tables ---- */

struct table *table_open(const struct table_kind *kind, struct view *view,
                         const struct table_wish *wish, int *error)
{
    struct view_reader reader;
    const char *why;
    size_t asked = wish->channel_count * sizeof *wish->channels;
    struct table *table = calloc(1, sizeof *table + asked);
    *error = ENOMEM;
    if (table == NULL)
        return NULL;
    atomic_init(&table->references, 1);
    table->kind = kind;
    table->view = view_ref(view);
    table->wish = *wish;
    table->wish.channels = table->asked;
    if (asked != 0)
        memcpy(table->asked, wish->channels, asked);
    const struct sellable_view *columns = view_enter(view, false, &reader, &why);
    *error = EBADF;
    if (columns != NULL) {
        *error = kind->describe(table, columns);
        view_leave(&reader);
    }
    if (*error == 0)
        return table;
    table_unref(table);
    return NULL;
}

struct table *table_ref(struct table *table)
{
    atomic_fetch_add_explicit(&table->references, 1, memory_order_relaxed);
    return table;
}

void table_unref(struct table *table)
{
    if (table == NULL ||
        atomic_fetch_sub_explicit(&table->references, 1, memory_order_acq_rel) != 1)
        return;
    arrow_block_unref(table->channels.block);
    arrow_block_unref(table->locations.block);
    arrow_block_unref(table->words.block);
    view_unref(table->view);
    free(table);
}

void table_add(struct table *table, const char *name, const char *format,
               const struct arrow_text *words, bool nullable)
{
    table->fields[table->field_count++] = (struct arrow_field){name, format, words, nullable};
}

/* ---- text ---- */

int text_of_keys(struct arrow_text *text, const struct sellable_key *keys, size_t count)
{
    size_t head = (count + 1) * sizeof(int32_t), size = 0;
    for (size_t i = 0; i < count; i++)
        size += keys[i].size;
    if (size > INT32_MAX)
        return ENOMEM;
    struct arrow_block *block = arrow_block_new(head + size);
    if (block == NULL)
        return ENOMEM;
    int32_t *offsets = arrow_block_bytes(block);
    char *bytes = (char *)offsets + head;
    size_t used = 0;
    for (size_t i = 0; i < count; i++) {
        offsets[i] = (int32_t)used;
        memcpy(bytes + used, keys[i].bytes, keys[i].size);
        used += keys[i].size;
    }
    offsets[count] = (int32_t)used;
    *text = (struct arrow_text){block, offsets, bytes, (int64_t)count};
    return 0;
}

int text_of_names(struct arrow_text *text, const char *(*name)(int), int first, int count)
{
    struct sellable_key keys[SELLABLE_STATUS_COUNT];
    for (int i = 0; i < count; i++) {
        const char *word = name(first + i);
        keys[i] = (struct sellable_key){word, strlen(word)};
    }
    return text_of_keys(text, keys, (size_t)count);
}

int text_of_items(struct arrow_text *text, const struct sellable *engine, const uint32_t *items,
                  struct sellable_key *keys, size_t count)
{
    for (size_t i = 0; i < count; i++)
        keys[i] = i > 0 && items[i] == items[i - 1]
                      ? keys[i - 1]
                      : sellable_item_key(engine, (struct sellable_item){items[i]});
    return text_of_keys(text, keys, count);
}

int text_of_locations(struct arrow_text *text, const struct sellable_view *view)
{
    struct sellable_key *keys = calloc((size_t)view->locations + 1, sizeof *keys);
    if (keys == NULL)
        return ENOMEM;
    for (uint32_t i = 0; i < view->locations; i++)
        keys[i] = sellable_location_key(view->engine, (struct sellable_location){i + 1});
    int error = text_of_keys(text, keys, view->locations);
    free(keys);
    return error;
}

int text_of_channels(struct arrow_text *text, const struct sellable_view *view)
{
    struct sellable_key keys[SELLABLE_CHANNELS_MAX];
    for (uint32_t i = 0; i < view->channels; i++)
        keys[i] = sellable_channel_key(view->engine, (struct sellable_channel){i + 1});
    return text_of_keys(text, keys, view->channels);
}

/* ---- blocks of columns ---- */

size_t cut_size(size_t bytes)
{
    return (bytes + 63) / 64 * 64;
}

void *cut(struct cutter *cutter, size_t bytes)
{
    unsigned char *column = (unsigned char *)arrow_block_bytes(cutter->block) + cutter->used;
    cutter->used += cut_size(bytes);
    return column;
}

/* ---- streams ---- */

int stream_answer(struct stream *stream, enum sellable_status status)
{
    if (status == SELLABLE_OK)
        return 0;
    stream->why = sellable_status_text((int)status);
    return status == SELLABLE_NO_MEMORY ? ENOMEM : EIO;
}

static int get_schema(struct ArrowArrayStream *arrow, struct ArrowSchema *schema)
{
    struct stream *stream = arrow->private_data;
    const struct table *table = stream->table;
    return arrow_schema_make(schema, table->fields, table->field_count);
}

static int draw(struct stream *stream, struct ArrowArray *batch)
{
    struct view *view = stream->table->view;
    const struct table_kind *kind = stream->table->kind;
    struct view_reader reader;
    struct sellable_view *columns = view_enter(view, kind->alone, &reader, &stream->why);
    if (columns == NULL)
        return EBADF;
    stream->why = "there is no memory";
    int error = kind->next(stream, columns, batch);
    view_leave(&reader);
    return error;
}

/* Whether this thread holds the interpreter's lock. PyGILState_Check does not know once there are
 * several interpreters. */
static bool holds_lock(void)
{
#if PY_VERSION_HEX >= 0x030D0000
    const PyThreadState *current = PyThreadState_GetUnchecked();
#else
    const PyThreadState *current = _PyThreadState_UncheckedGet();
#endif
    return current != NULL && current == PyGILState_GetThisThreadState();
}

static int get_next(struct ArrowArrayStream *arrow, struct ArrowArray *batch)
{
    struct stream *stream = arrow->private_data;
    *batch = (struct ArrowArray){.release = NULL};
    if (stream->error == 0) {
        PyThreadState *thread = holds_lock() ? PyEval_SaveThread() : NULL;
        stream->error = draw(stream, batch);
        if (thread != NULL)
            PyEval_RestoreThread(thread);
    }
    return stream->error;
}

static const char *get_last_error(struct ArrowArrayStream *arrow)
{
    const struct stream *stream = arrow->private_data;
    return stream->error != 0 ? stream->why : NULL;
}

static void release(struct ArrowArrayStream *arrow)
{
    struct stream *stream = arrow->private_data;
    if (stream->table->kind->fini != NULL)
        stream->table->kind->fini(stream->walk);
    table_unref(stream->table);
    free(stream->walk);
    free(stream);
    arrow->release = NULL;
}

int stream_open(struct table *table, struct ArrowArrayStream *arrow)
{
    struct stream *stream = calloc(1, sizeof *stream);
    if (stream != NULL)
        stream->walk = calloc(1, table->kind->walk);
    if (stream == NULL || stream->walk == NULL) {
        free(stream);
        return ENOMEM;
    }
    stream->table = table_ref(table);
    *arrow = (struct ArrowArrayStream){.get_schema = get_schema,
                                       .get_next = get_next,
                                       .get_last_error = get_last_error,
                                       .release = release,
                                       .private_data = stream};
    return 0;
}
