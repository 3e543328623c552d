/* SPDX-License-Identifier: Apache-2.0
 *
 * The tables of a frame: channels, sources, exceptions, shortages.
 *
 * Of the library: sellable_channel_key, sellable_source_key, sellable_status_name. */
#include "blocks.h"

#include "dates.h"
#include "support.h"

/* ---- a table --------------------------------------------------------------------------------- */

/* A row of a table, filled from left to right. */
struct line {
    struct frame *frame;
    size_t row, column, end;
};

static struct line line_at(struct frame *frame, struct area area, size_t row)
{
    return (struct line){frame, area.row + row, area.column, area.column + area.columns};
}

static struct place take(struct line *line, size_t width)
{
    size_t left = line->end - line->column;
    struct place place = {line->row, line->column, width < left ? width : left};
    line->column += place.width;
    return place;
}

static void put(struct line *line, size_t width, enum style style, const char *text)
{
    frame_put(line->frame, take(line, width), style, "%s", text);
}

static void put_right(struct line *line, size_t width, enum style style, const char *text)
{
    frame_put_right(line->frame, take(line, width), style, "%s", text);
}

/* The last column of a name is left free. */
static void put_name(struct line *line, size_t width, struct sellable_key name)
{
    struct place place = take(line, width);
    place.width -= place.width > 0;
    frame_put_key(line->frame, place, STYLE_PLAIN, name);
}

struct column {
    const char *title;
    size_t width; /* 0: what the others leave; it stands first, and is on the left side */
};

static const size_t name_least = 8, name_most = 56;

/* The width of the first column; the titles are drawn. */
static size_t draw_titles(struct frame *frame, struct area area, const struct column *columns,
                          size_t count)
{
    size_t others = 0;
    for (size_t i = 0; i < count; i++)
        others += columns[i].width;
    size_t name = area.columns > others + name_least ? area.columns - others : name_least;
    name = name < name_most ? name : name_most;
    struct line line = line_at(frame, area, 0);
    for (size_t i = 0; i < count; i++)
        if (columns[i].width == 0)
            put(&line, name, STYLE_STRONG, columns[i].title);
        else
            put_right(&line, columns[i].width, STYLE_STRONG, columns[i].title);
    return name;
}

/* How many of `count` are shown below the titles. If those are not all, the last row says so. */
static size_t rows_shown(struct frame *frame, struct area area, uint64_t count)
{
    if (area.rows == 0 || count < area.rows)
        return area.rows == 0 ? 0 : (size_t)count;
    size_t shown = area.rows > 2 ? area.rows - 2 : 0;
    if (area.rows > 1) {
        struct line line = line_at(frame, area, area.rows - 1);
        struct place place = take(&line, area.columns);
        frame_put(frame, place, STYLE_QUIET, "and %s more", GROUPED(count - shown));
    }
    return shown;
}

static size_t rows_used(struct area area, uint64_t count)
{
    return count < area.rows ? (size_t)count + 1 : area.rows;
}

/* ---- channels -------------------------------------------------------------------------------- */

enum { FIGURE_WIDTH = 11, UNITS_WIDTH = 14, SINCE_WIDTH = 18, SMALL_WIDTH = 9 };

static void draw_channel(const struct view *view, struct line line, size_t name,
                         const struct sellable_channel_stats *channel)
{
    static const int64_t minute = 60000, hour = 3600000;
    put_name(&line, name, sellable_channel_key(view->figures->engine, channel->channel));
    put_right(&line, FIGURE_WIDTH, STYLE_PLAIN, GROUPED(channel->accepted));
    put_right(&line, SMALL_WIDTH, STYLE_PLAIN, GROUPED(channel->refused));
    put_right(&line, UNITS_WIDTH, STYLE_PLAIN, GROUPED(channel->units));
    put_right(&line, FIGURE_WIDTH, STYLE_PLAIN, GROUPED(channel->told));
    if (channel->has_untold == 0) {
        put_right(&line, SINCE_WIDTH, STYLE_QUIET, "all told");
        return;
    }
    int64_t since = channel->untold_since, time = since % SELLABLE_DAY;
    frame_put_right(line.frame, take(&line, SINCE_WIDTH), STYLE_PLAIN, "%s %02d:%02d",
                    DATE(since), (int)(time / hour), (int)(time % hour / minute));
}

size_t draw_channels(struct frame *frame, const struct view *view, struct area area)
{
    static const struct column columns[] = {
        {"CHANNEL", 0},         {"ACCEPTED", FIGURE_WIDTH}, {"REFUSED", SMALL_WIDTH},
        {"UNITS", UNITS_WIDTH}, {"TOLD", FIGURE_WIDTH},     {"UNTOLD SINCE", SINCE_WIDTH}};
    const struct sellable_stats *stats = &view->figures->stats;
    if (area.rows == 0)
        return 0;
    size_t name = draw_titles(frame, area, columns, sizeof columns / sizeof *columns);
    uint32_t count = stats->channel_count < stats->channel_capacity ? stats->channel_count
                                                                    : stats->channel_capacity;
    for (size_t i = 0, shown = rows_shown(frame, area, count); i < shown; i++)
        draw_channel(view, line_at(frame, area, i + 1), name, &stats->channels[i]);
    return rows_used(area, count);
}

/* ---- sources --------------------------------------------------------------------------------- */

enum { LAG_WIDTH = 16, SILENT_WIDTH = 8 };

static const char *duration(int64_t milliseconds, char buffer[GROUPED_SIZE])
{
    int64_t minutes = milliseconds / 60000;
    char days[GROUPED_SIZE];
    if (minutes < 60)
        snprintf(buffer, GROUPED_SIZE, "%d min", (int)minutes);
    else if (minutes < 24 * 60)
        snprintf(buffer, GROUPED_SIZE, "%d h %d min", (int)(minutes / 60), (int)(minutes % 60));
    else
        snprintf(buffer, GROUPED_SIZE, "%.12s d %d h", grouped(minutes / (24 * 60), days),
                 (int)(minutes / 60 % 24));
    return buffer;
}

static void draw_source(const struct view *view, struct line line, size_t name,
                        const struct sellable_source_stats *source)
{
    put_name(&line, name, sellable_source_key(view->figures->engine, source->source));
    put_right(&line, FIGURE_WIDTH, STYLE_PLAIN, GROUPED(source->applied));
    put_right(&line, SMALL_WIDTH, STYLE_PLAIN, GROUPED(source->duplicates));
    put_right(&line, SMALL_WIDTH, STYLE_PLAIN, GROUPED(source->stale));
    put_right(&line, SMALL_WIDTH, STYLE_PLAIN, GROUPED(source->refused));
    put_right(&line, SMALL_WIDTH, STYLE_PLAIN, GROUPED(source->gaps));
    put_right(&line, LAG_WIDTH, STYLE_PLAIN,
              source->has_newest ? duration(source->lag, (char[GROUPED_SIZE]){0})
                                 : "nothing yet");
    put_right(&line, SILENT_WIDTH, STYLE_WARNING, source->silent ? "SILENT" : "");
}

size_t draw_sources(struct frame *frame, const struct view *view, struct area area)
{
    static const struct column columns[] = {
        {"SOURCE", 0},            {"APPLIED", FIGURE_WIDTH}, {"KNOWN", SMALL_WIDTH},
        {"STALE", SMALL_WIDTH},   {"REFUSED", SMALL_WIDTH},  {"GAPS", SMALL_WIDTH},
        {"LAG", LAG_WIDTH},       {"", SILENT_WIDTH}};
    const struct sellable_stats *stats = &view->figures->stats;
    if (area.rows == 0)
        return 0;
    size_t name = draw_titles(frame, area, columns, sizeof columns / sizeof *columns);
    uint32_t count = stats->source_count < stats->source_capacity ? stats->source_count
                                                                  : stats->source_capacity;
    for (size_t i = 0, shown = rows_shown(frame, area, count); i < shown; i++)
        draw_source(view, line_at(frame, area, i + 1), name, &stats->sources[i]);
    return rows_used(area, count);
}

/* ---- exceptions ------------------------------------------------------------------------------ */

size_t draw_exceptions(struct frame *frame, const struct view *view, struct area area)
{
    static const struct column columns[] = {{"EXCEPTIONS", 0}, {"KEPT IN ALL", FIGURE_WIDTH + 1}};
    const uint64_t *kept = view->figures->stats.exceptions;
    if (area.rows == 0)
        return 0;
    size_t name = draw_titles(frame, area, columns, sizeof columns / sizeof *columns), count = 0;
    for (int status = 0; status < SELLABLE_STATUS_COUNT; status++)
        count += kept[status] > 0;
    size_t shown = rows_shown(frame, area, count), row = 1;
    for (int status = 0; status < SELLABLE_STATUS_COUNT && row <= shown; status++) {
        if (kept[status] == 0)
            continue;
        struct line line = line_at(frame, area, row++);
        put(&line, name, STYLE_PLAIN, sellable_status_name(status));
        put_right(&line, FIGURE_WIDTH + 1, STYLE_PLAIN, GROUPED(kept[status]));
    }
    if (count == 0 && area.rows > 1)
        frame_put(frame, (struct place){area.row + 1, area.column, area.columns}, STYLE_QUIET,
                  "none");
    return rows_used(area, count > 0 ? count : 1);
}

/* ---- shortages ------------------------------------------------------------------------------- */

enum { KEY_WIDTH = 7, RISK_WIDTH = 16 };

size_t draw_shortages(struct frame *frame, const struct view *view, struct area area)
{
    static const struct column columns[] = {
        {"SHORT", 0}, {"UNITS", FIGURE_WIDTH}, {"ORDERS AT RISK", RISK_WIDTH}};
    const struct figures *figures = view->figures;
    if (area.rows == 0)
        return 0;
    size_t name = draw_titles(frame, area, columns, sizeof columns / sizeof *columns);
    size_t shown = rows_shown(frame, area, figures->short_cells);
    shown = shown < figures->shortage_count ? shown : figures->shortage_count;
    for (size_t i = 0; i < shown; i++) {
        const struct short_cell *cell = &figures->shortages[i];
        struct line line = line_at(frame, area, i + 1);
        put_name(&line, KEY_WIDTH, cell->item->key);
        put_name(&line, name > KEY_WIDTH ? name - KEY_WIDTH : 0, cell->item->name);
        put_right(&line, FIGURE_WIDTH, STYLE_PLAIN, GROUPED(cell->units));
        put_right(&line, RISK_WIDTH, STYLE_PLAIN, GROUPED(cell->orders));
    }
    if (figures->short_cells == 0 && area.rows > 1)
        frame_put(frame, (struct place){area.row + 1, area.column, area.columns}, STYLE_QUIET,
                  "none");
    return rows_used(area, figures->short_cells > 0 ? figures->short_cells : 1);
}
