/* SPDX-License-Identifier: Apache-2.0
 *
 * See capture.h. */
#include "capture.h"

#include "exception.h"
#include "names.h"

/* ---- a line ---- */

static bool is_nothing(const struct sbl_image *image) {
    uint64_t any = 0;
    for (int i = 0; i < SBL_WORDS; i++)
        any |= image->word[i];
    return any == 0;
}

/* Hand a line on, and what it leads to. */
static bool give(struct sbl_capture *capture, struct sbl_name name, const struct sbl_line *line,
                 const struct sbl_image *image) {
    if (!capture->sink.line(capture->sink.context, name, sbl_load(&line->header), image))
        return false;
    for (int i = SBL_STAMP + 1; i < SBL_WORDS; i++)
        if (!sbl_reach_word(&capture->reach, image->word[i]))
            return false;
    return true;
}

static void read_line(const struct sbl_capture *capture, struct sbl_line *line,
                      struct sbl_image *image) {
    if (capture->settle != NULL)
        capture->settle(capture->worker, line);
    sbl_snapshot_read(&capture->engine->commit, capture->snapshot, line, image);
}

static bool take_line(struct sbl_capture *capture, struct sbl_name name, struct sbl_line *line,
                      struct sbl_image *image) {
    read_line(capture, line, image);
    return is_nothing(image) || give(capture, name, line, image);
}

/* A line of an array, where there is one. */
static bool take_element(struct sbl_capture *capture, struct sbl_name name,
                         const struct sbl_array *array, uint64_t index, struct sbl_image *image) {
    struct sbl_line *line = sbl_array_at_bits(array, index, SBL_LINE_BITS);
    memset(image, 0, sizeof *image);
    return line == NULL || take_line(capture, name, line, image);
}

/* So many lines of an array, whose first has the number `first`. */
static bool take_lines(struct sbl_capture *capture, uint32_t kind, uint32_t first,
                       const struct sbl_array *array, uint64_t count) {
    struct sbl_image image;
    for (uint64_t i = 0; i < count; i++)
        if (!take_element(capture, (struct sbl_name){kind, first + (uint32_t)i}, array, i, &image))
            return false;
    return true;
}

/* ---- all there is ---- */

/* No snapshot is open in what becomes of it. */
static bool take_world(struct sbl_capture *capture, struct sbl_image *world) {
    struct sbl_line *line = &capture->engine->commit.world;
    read_line(capture, line, world);
    world->word[SBL_WORLD_SNAPSHOT] = 0;
    world->word[SBL_WORLD_OPEN] = 0;
    return give(capture, (struct sbl_name){SBL_WORLD, 0}, line, world);
}

static bool take_masters(struct sbl_capture *capture, const struct sbl_image *world) {
    struct sellable *engine = capture->engine;
    struct sbl_image catalog;
    uint32_t channels = sbl_channel_count(world);
    return take_lines(capture, SBL_LOCATION, 1, &engine->location, sbl_location_count(world)) &&
           take_lines(capture, SBL_CHANNEL, 1, &engine->channel, channels) &&
           take_lines(capture, SBL_TOLD, 1, &engine->feed, channels) &&
           take_lines(capture, SBL_SOURCE, 1, &engine->source, sbl_source_count(world)) &&
           take_line(capture, (struct sbl_name){SBL_CATALOG, 0}, &engine->catalog, &catalog) &&
           take_lines(capture, SBL_NAME, 1, &engine->name, catalog.word[SBL_CATALOG_NAMES]);
}

static bool take_index(struct sbl_capture *capture, const struct sbl_index *index) {
    return take_lines(capture, SBL_BUCKET + index->number, 0, &index->bucket,
                      sbl_load_acquire(COUNT, &index->buckets) + 1);
}

static bool take_indexes(struct sbl_capture *capture) {
    const struct sellable *engine = capture->engine;
    return take_index(capture, &engine->items) && take_index(capture, &engine->locations) &&
           take_index(capture, &engine->channels) && take_index(capture, &engine->orders) &&
           take_index(capture, &engine->names) && take_index(capture, &engine->sources) &&
           take_index(capture, &engine->transfers) && take_index(capture, &engine->ids);
}

static bool take_exceptions(struct sbl_capture *capture) {
    const struct sbl_array *array = &capture->engine->exception;
    struct sbl_image head;
    read_line(capture, sbl_array_at(array, 0), &head);
    return take_lines(capture, SBL_EXCEPTION, 0, array,
                      sbl_high(head.word[SBL_EXCEPTION_COUNT]) + UINT64_C(1));
}

bool sbl_capture_all(struct sbl_capture *capture, struct sbl_memory *lender) {
    struct sellable *engine = capture->engine;
    struct sbl_image world;
    capture->reach = (struct sbl_reach){.memory = &engine->memory,
                                        .lender = lender,
                                        .below = capture->snapshot,
                                        .end = sbl_load(&engine->memory.cursor),
                                        .met = capture->sink.block,
                                        .context = capture->sink.context};
    return sbl_reach_begin(&capture->reach) && take_world(capture, &world) &&
           take_masters(capture, &world) && take_indexes(capture) &&
           take_lines(capture, SBL_ROW, 1, &engine->row,
                      sbl_load_acquire(COUNT, &engine->item_numbers)) &&
           take_exceptions(capture) &&
           (capture->sink.gap == NULL ||
            sbl_reach_gaps(&capture->reach, &engine->memory, capture->sink.context,
                           capture->sink.gap));
}

void sbl_capture_end(struct sbl_capture *capture) { sbl_reach_end(&capture->reach); }
