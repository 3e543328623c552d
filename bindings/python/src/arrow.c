/* SPDX-License-Identifier: Apache-2.0
 *
 * Columns handed out: blocks of memory that are counted, and the records of the Arrow C data
 * interface that refer to them.
 *
 * Who takes a batch may move a column out of it and release the two apart. So each record that is
 * handed out owns one allocation of its own, which its release gives back: of a column the leaf,
 * with its reference to the block; of a table or batch the array of its columns. */
#include "arrow.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

/* ---- blocks ---- */

#define ALIGNMENT 64

struct arrow_block {
    _Alignas(ALIGNMENT) atomic_size_t references;
    unsigned char bytes[];
};

struct arrow_block *arrow_block_new(size_t bytes)
{
    size_t head = sizeof(struct arrow_block);
    if (bytes > SIZE_MAX - head - ALIGNMENT)
        return NULL;
    size_t size = (head + bytes + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    struct arrow_block *block = aligned_alloc(ALIGNMENT, size);
    if (block != NULL)
        atomic_init(&block->references, 1);
    return block;
}

void *arrow_block_bytes(struct arrow_block *block)
{
    return (unsigned char *)block + sizeof *block;
}

struct arrow_block *arrow_block_ref(struct arrow_block *block)
{
    atomic_fetch_add_explicit(&block->references, 1, memory_order_relaxed);
    return block;
}

void arrow_block_unref(struct arrow_block *block)
{
    if (block != NULL &&
        atomic_fetch_sub_explicit(&block->references, 1, memory_order_acq_rel) == 1)
        free(block);
}

/* ---- schemas ---- */

struct schema_leaf {
    struct ArrowSchema words;
    char name[];
};

static void schema_leaf_release(struct ArrowSchema *schema)
{
    if (schema->dictionary != NULL && schema->dictionary->release != NULL)
        schema->dictionary->release(schema->dictionary);
    free(schema->private_data);
    schema->release = NULL;
}

/* A schema of text without an allocation of its own: the words of a column. */
static void schema_words_release(struct ArrowSchema *schema)
{
    schema->release = NULL;
}

static int schema_leaf_make(struct ArrowSchema *schema, const struct arrow_field *field)
{
    size_t size = strlen(field->name) + 1;
    struct schema_leaf *leaf = malloc(sizeof *leaf + size);
    if (leaf == NULL)
        return ENOMEM;
    memcpy(leaf->name, field->name, size);
    *schema = (struct ArrowSchema){.format = field->format,
                                   .name = leaf->name,
                                   .flags = field->nullable ? ARROW_FLAG_NULLABLE : 0,
                                   .release = schema_leaf_release,
                                   .private_data = leaf};
    if (field->words != NULL) {
        leaf->words = (struct ArrowSchema){
            .format = "u", .name = "", .release = schema_words_release};
        schema->dictionary = &leaf->words;
    }
    return 0;
}

static void schema_root_release(struct ArrowSchema *schema)
{
    for (int64_t i = 0; i < schema->n_children; i++)
        if (schema->children[i]->release != NULL)
            schema->children[i]->release(schema->children[i]);
    free(schema->private_data);
    schema->release = NULL;
}

int arrow_schema_make(struct ArrowSchema *schema, const struct arrow_field *fields, size_t count)
{
    struct ArrowSchema **children = malloc(count * (sizeof *children + sizeof **children));
    if (children == NULL)
        return ENOMEM;
    struct ArrowSchema *bodies = (struct ArrowSchema *)(void *)(children + count);
    *schema = (struct ArrowSchema){.format = "+s",
                                   .name = "",
                                   .children = children,
                                   .release = schema_root_release,
                                   .private_data = children};
    for (size_t i = 0; i < count; i++) {
        if (schema_leaf_make(&bodies[i], &fields[i]) != 0) {
            schema->release(schema);
            return ENOMEM;
        }
        children[i] = &bodies[i];
        schema->n_children++;
    }
    return 0;
}

/* ---- batches ---- */

struct batch_leaf {
    struct arrow_block *block;
    const void *buffers[3];
    struct ArrowArray words;
};

static void batch_leaf_release(struct ArrowArray *array)
{
    struct batch_leaf *leaf = array->private_data;
    if (array->dictionary != NULL && array->dictionary->release != NULL)
        array->dictionary->release(array->dictionary);
    arrow_block_unref(leaf->block);
    free(leaf);
    array->release = NULL;
}

static int batch_leaf_make(struct ArrowArray *array, const struct arrow_column *column,
                           const struct arrow_text *words, int64_t rows)
{
    struct batch_leaf *leaf = malloc(sizeof *leaf);
    if (leaf == NULL)
        return ENOMEM;
    const struct arrow_text *text = column->text;
    leaf->block = column->block;
    leaf->buffers[0] = column->valid;
    leaf->buffers[1] = text != NULL ? text->offsets : column->values;
    leaf->buffers[2] = text != NULL ? text->bytes : NULL;
    *array = (struct ArrowArray){.length = rows,
                                 .null_count = column->nothing,
                                 .n_buffers = text != NULL ? 3 : 2,
                                 .buffers = leaf->buffers};
    if (words != NULL) {
        const struct arrow_column column_of_words = {.block = words->block, .text = words};
        if (batch_leaf_make(&leaf->words, &column_of_words, NULL, words->rows) != 0) {
            free(leaf);
            return ENOMEM;
        }
        array->dictionary = &leaf->words;
    }
    arrow_block_ref(leaf->block);
    array->release = batch_leaf_release;
    array->private_data = leaf;
    return 0;
}

struct batch_root {
    const void *valid; /* of the rows themselves: there is none, all of them are there */
    struct ArrowArray *children[];
};

static void batch_root_release(struct ArrowArray *array)
{
    for (int64_t i = 0; i < array->n_children; i++)
        if (array->children[i]->release != NULL)
            array->children[i]->release(array->children[i]);
    free(array->private_data);
    array->release = NULL;
}

int arrow_batch_make(struct ArrowArray *batch, const struct arrow_field *fields,
                     const struct arrow_column *columns, size_t count, int64_t rows)
{
    struct batch_root *root =
        malloc(sizeof *root + count * (sizeof *root->children + sizeof **root->children));
    if (root == NULL)
        return ENOMEM;
    struct ArrowArray *bodies = (struct ArrowArray *)(void *)(root->children + count);
    root->valid = NULL;
    *batch = (struct ArrowArray){.length = rows,
                                 .n_buffers = 1,
                                 .buffers = &root->valid,
                                 .children = root->children,
                                 .release = batch_root_release,
                                 .private_data = root};
    for (size_t i = 0; i < count; i++) {
        if (batch_leaf_make(&bodies[i], &columns[i], fields[i].words, rows) != 0) {
            batch->release(batch);
            return ENOMEM;
        }
        root->children[i] = &bodies[i];
        batch->n_children++;
    }
    return 0;
}
