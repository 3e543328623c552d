/* SPDX-License-Identifier: Apache-2.0
 *
 * The head of a frame (what is played, how far and how fast), and the figures as a whole. */
#include "blocks.h"

#include "dates.h"
#include "operations.h"
#include "support.h"

#include <inttypes.h>

static const int64_t minute = 60000, hour = 3600000;

/* ---- the head -------------------------------------------------------------------------------- */

enum { TIME_WIDTH = 18, DONE_WIDTH = 32, KEYS_WIDTH = 24 };

static void draw_title(struct frame *frame, const struct view *view, struct area area)
{
    int64_t now = view->figures->stats.now, time = now % SELLABLE_DAY;
    size_t left = area.columns > TIME_WIDTH ? area.columns - TIME_WIDTH : 0;
    struct place place = {area.row, area.column, left};
    frame_put(frame, place, STYLE_STRONG, "sellable %s  %s", sellable_version(),
              view->figures->history->folder);
    if (now == 0)
        return; /* it was not told the time yet */
    place = (struct place){area.row, area.column + left, area.columns - left};
    frame_put_right(frame, place, STYLE_STRONG, "%s %02d:%02d", DATE(now), (int)(time / hour),
                    (int)(time % hour / minute));
}

static void draw_bar(struct frame *frame, const struct view *view, struct area area)
{
    const struct position *position = &view->position;
    size_t width = area.columns > DONE_WIDTH + 2 ? area.columns - DONE_WIDTH - 2 : 0;
    size_t all = position->all > 0 ? position->all : 1;
    size_t full = width * position->sent / all;
    struct place place = {area.row, area.column, 1};
    frame_put(frame, place, STYLE_QUIET, "[");
    for (size_t i = 0; i < width; i++) {
        place.column++;
        frame_put(frame, place, i < full ? STYLE_GOOD : STYLE_QUIET, i < full ? "#" : "-");
    }
    place.column++;
    place.width = area.columns - (place.column - area.column);
    frame_put(frame, place, STYLE_PLAIN, "] %3zu %%  day %s of %s", 100 * position->sent / all,
              GROUPED(position->day), GROUPED(position->days));
}

static void draw_state(struct frame *frame, const struct view *view, struct area area)
{
    static const char *const states[] = {[FEEDER_PLAYS] = "PLAYING",
                                         [FEEDER_PAUSES] = "PAUSED",
                                         [FEEDER_ENDED] = "ENDED",
                                         [FEEDER_STOPPED] = "STOPPED"};
    const struct position *position = &view->position;
    bool over = position->state == FEEDER_ENDED || position->state == FEEDER_STOPPED;
    char wanted[GROUPED_SIZE] = "";
    if (!over && position->speed > 0)
        snprintf(wanted, sizeof wanted, " of %.4g", position->speed);
    size_t keys = view->hears_keys && area.columns > 3 * KEYS_WIDTH ? KEYS_WIDTH : 0;
    struct place place = {area.row, area.column, area.columns - keys};
    frame_put(frame, place, STYLE_PLAIN, "%s  %s events/s  %.1f%s days/s%s",
              states[position->state], GROUPED(view->events_a_second), view->days_a_second, wanted,
              over ? "  on average" : "");
    place = (struct place){area.row, area.column + area.columns - keys, keys};
    frame_put_right(frame, place, STYLE_QUIET, "q end  p pause  +- speed");
}

size_t draw_head(struct frame *frame, const struct view *view, struct area area)
{
    draw_title(frame, view, area);
    area.row++;
    draw_bar(frame, view, area);
    area.row++;
    draw_state(frame, view, area);
    return 3;
}

/* ---- the whole ------------------------------------------------------------------------------- */

/* A figure with its name; as many side by side as there is room for. */
struct total {
    const char *name;
    const char *figure;
    enum style style;
};

enum { TOTAL_WIDTH = 26, TOTAL_GAP = 3 };

static void draw_total(struct frame *frame, struct place place, const struct total *total)
{
    frame_put(frame, place, STYLE_QUIET, "%s", total->name);
    frame_put_right(frame, place, total->style, "%s", total->figure);
}

static enum style warn_if(bool bad)
{
    return bad ? STYLE_WARNING : STYLE_PLAIN;
}

static const char *mebibytes(uint64_t bytes, char buffer[GROUPED_SIZE])
{
    snprintf(buffer, GROUPED_SIZE, "%.1f MiB", (double)bytes / (1024 * 1024));
    return buffer;
}
#define MEBIBYTES(bytes) mebibytes(bytes, (char[GROUPED_SIZE]){0})

size_t draw_totals(struct frame *frame, const struct view *view, struct area area)
{
    const struct figures *figures = view->figures;
    const struct sellable_stats *stats = &figures->stats;
    uint64_t refused = stats->events - stats->events_applied - stats->events_duplicate;
    bool consistent = figures->audited && figures->audit.consistent == 1;
    const struct total totals[] = {
        {"came", GROUPED(stats->events), STYLE_PLAIN},
        {"applied", GROUPED(stats->events_applied), STYLE_PLAIN},
        {"known already", GROUPED(stats->events_duplicate), STYLE_PLAIN},
        {"refused", GROUPED(refused), STYLE_PLAIN},
        {"applied by hand", GROUPED(stats->replays_applied), STYLE_PLAIN},
        {"without a hand", PERCENT(share_without_a_hand(stats)), STYLE_PLAIN},
        {"exceptions open", GROUPED(stats->exception_counts.kept),
         warn_if(stats->exception_counts.kept > 0)},
        {"orders open", GROUPED(stats->orders_open), STYLE_PLAIN},
        {"orders expired", GROUPED(stats->orders_expired), STYLE_PLAIN},
        {"units promised", GROUPED(stats->units_promised), STYLE_PLAIN},
        {"units short", GROUPED(stats->units_short), warn_if(stats->units_short > 0)},
        {"units covered", PERCENT(reservation_accuracy(stats)), warn_if(stats->units_short > 0)},
        {"cells short", GROUPED(stats->cells_short), warn_if(stats->cells_short > 0)},
        {"memory", MEBIBYTES(stats->memory.slab_bytes), STYLE_PLAIN},
        {"audit", consistent         ? "consistent"
                  : figures->audited ? "WRONG"
                                     : "not yet",
         consistent         ? STYLE_GOOD
         : figures->audited ? STYLE_BAD
                            : STYLE_QUIET},
    };
    size_t count = sizeof totals / sizeof *totals;
    size_t across = area.columns / TOTAL_WIDTH > 0 ? area.columns / TOTAL_WIDTH : 1;
    size_t width = area.columns / across, rows = (count + across - 1) / across;
    for (size_t i = 0; i < count && i / across < area.rows; i++)
        draw_total(frame,
                   (struct place){area.row + i / across, area.column + i % across * width,
                                  width > TOTAL_GAP ? width - TOTAL_GAP : width},
                   &totals[i]);
    return rows < area.rows ? rows : area.rows;
}
