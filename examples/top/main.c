/* SPDX-License-Identifier: Apache-2.0
 *
 * top: how a firm's operation goes, while its years are played. Begin to read here, at main()
 * below. Two threads: the feeder plays, this one shows; they meet in the engine, which takes both.
 *
 *    feeder.c             the thread that plays the stream at a chosen speed
 *    gather.c             what the engine is asked, with a worker of this thread's own
 *    rate.c               how fast it goes
 *    layout.c, head.c, blocks.c   a frame out of that, to fit the terminal
 *    frame.c, terminal.c  onto the screen, and keys
 *    ../feed/             the stream, and playing it
 *    ../common/           what the examples share
 *
 * Of the library: sellable_metrics. */
#include "clock.h"
#include "dates.h"
#include "layout.h"
#include "options.h"
#include "support.h"
#include "terminal.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

const char program_name[] = "top";

/* All is played in about so many seconds, unless another speed is asked for. */
static const double usual_seconds = 60;

/* Between two frames on the screen; before it is seen that the feed is over; between two audits. */
enum { FRAME_MILLISECONDS = 200, LOOK_MILLISECONDS = 20 };
static const int64_t audit_every = NANOSECONDS_A_SECOND;

/* Beyond this many days a second it is as fast as it goes. */
static const double fastest = 4096;

struct top {
    const struct options *options;
    const struct stream *stream;
    struct feeder *feeder;
    struct figures figures;
    struct rates rates;
    struct frame frame;
    int64_t audited_at;
    bool on_screen, wants_end;
};

/* ---- a frame --------------------------------------------------------------------------------- */

static bool is_over(enum feeder_state state)
{
    return state == FEEDER_ENDED || state == FEEDER_STOPPED;
}

static void take(struct top *top, bool with_audit)
{
    int64_t now = nanoseconds_now();
    with_audit = with_audit || top->audited_at == 0 || now - top->audited_at >= audit_every;
    figures_take(&top->figures, with_audit);
    if (with_audit)
        top->audited_at = now;
}

static void make_frame(struct top *top, size_t rows, size_t columns)
{
    struct view view = {.stream = top->stream,
                        .figures = &top->figures,
                        .position = feeder_look(top->feeder),
                        .hears_keys = top->on_screen};
    const struct sellable_stats *stats = &top->figures.stats;
    double days = (double)(stats->now - top->stream->opens) / (double)SELLABLE_DAY;
    rates_add(&top->rates, nanoseconds_now(), (double)stats->events, days > 0 ? days : 0);
    view.events_a_second = top->rates.events;
    view.days_a_second = top->rates.days;
    double seconds = (double)view.position.nanoseconds / (double)NANOSECONDS_A_SECOND;
    if (is_over(view.position.state) && seconds > 0) {
        view.events_a_second = (double)stats->events / seconds;
        view.days_a_second = (double)view.position.day / seconds;
    }
    layout(&top->frame, &view, rows, columns);
}

static void draw(struct top *top)
{
    size_t rows, columns;
    take(top, false);
    terminal_wipe_if_resized();
    terminal_size(&rows, &columns);
    make_frame(top, rows, columns);
    frame_draw(&top->frame, terminal_has_colours(), stdout);
}

/* As plain text; on a terminal one row is left to what comes after it. */
static void print(struct top *top)
{
    size_t rows, columns;
    terminal_size(&rows, &columns);
    make_frame(top, rows - (terminal_is_one() && rows > 1), columns);
    frame_print(&top->frame, terminal_has_colours(), stdout);
}

/* ---- while it plays -------------------------------------------------------------------------- */

static void change_speed(struct top *top, bool faster)
{
    double speed = feeder_look(top->feeder).speed;
    if (speed <= 0) /* as fast as it goes: slower than that is slower than it went */
        speed = faster ? 0 : top->rates.days / 2;
    else
        speed = faster ? 2 * speed : speed / 2;
    feeder_set_speed(top->feeder, speed > fastest ? 0 : speed);
}

static void obey(struct top *top, int key)
{
    switch (key) {
    case 'q':
    case 'Q': top->wants_end = true; break;
    case 'p':
    case 'P':
    case ' ': feeder_pause(top->feeder, feeder_look(top->feeder).state == FEEDER_PLAYS); break;
    case '+':
    case '=': change_speed(top, true); break;
    case '-': change_speed(top, false); break;
    default: break;
    }
}

static bool goes_on(const struct top *top)
{
    return !is_over(feeder_look(top->feeder).state) && terminal_ended_by() == 0 &&
           !top->wants_end && ferror(stdout) == 0;
}

static void watch_on_screen(struct top *top)
{
    top->on_screen = true;
    terminal_enter();
    while (goes_on(top)) {
        draw(top);
        for (int key; !top->wants_end && (key = terminal_wait(FRAME_MILLISECONDS)) != 0;) {
            obey(top, key);
            draw(top);
        }
    }
    terminal_leave();
    top->on_screen = false;
}

/* Wait until then, or until it is over. */
static void wait_until(const struct top *top, int64_t nanoseconds)
{
    while (goes_on(top) && nanoseconds_now() < nanoseconds)
        terminal_wait(LOOK_MILLISECONDS);
}

static void watch_as_text(struct top *top)
{
    const int64_t every = (int64_t)(top->options->every * (double)NANOSECONDS_A_SECOND);
    for (int64_t next = nanoseconds_now() + every; goes_on(top); next += every) {
        wait_until(top, top->options->once ? INT64_MAX : next);
        if (!goes_on(top) || top->options->once)
            continue;
        take(top, false);
        print(top);
        putchar('\n');
    }
}

/* ---- the end --------------------------------------------------------------------------------- */

static FILE *open_metrics(const char *path)
{
    FILE *out = path != NULL ? fopen(path, "w") : NULL;
    if (path != NULL && out == NULL)
        fail("--openmetrics: %s: %s", path, strerror(errno));
    return out;
}

static void write_metrics(struct sellable *engine, FILE *out, const char *path)
{
    uint64_t size = 0;
    must(sellable_metrics(engine, NULL, 0, &size), "sellable_metrics");
    char *text = allocate(size, 1);
    /* Nothing changes any more, so it is as long as it was. */
    must(sellable_metrics(engine, text, size, &size), "sellable_metrics");
    bool written = fwrite(text, 1, size, out) == size;
    if (fclose(out) != 0 || !written)
        fail("--openmetrics: %s cannot be written", path);
    free(text);
}

/* Whether all is as it should be; what is not is said. */
static bool all_is_well(const struct top *top, const struct play *play)
{
    int64_t wrong = 0;
    for (size_t c = 0; c < play->listeners.count; c++)
        wrong += play->listeners.listeners[c].wrong;
    if (wrong > 0)
        fprintf(stderr, "top: %s figures that channels were told are not what there is\n",
                GROUPED(wrong));
    if (top->figures.audit.consistent != 1)
        fputs("top: the audit found a cell that is not what the orders make of it\n", stderr);
    return wrong == 0 && top->figures.audit.consistent == 1;
}

/* ---- all of it ------------------------------------------------------------------------------- */

static double speed_of(const struct options *options, const struct stream *stream)
{
    double days = (double)(stream->last_day - stream->opens) / (double)SELLABLE_DAY + 1;
    if (options->speed_given)
        return options->speed;
    return options->once ? 0 : days / usual_seconds;
}

/* Play it and show it; whether all is well in the end. */
static bool watch(struct top *top, struct play *play, FILE *metrics)
{
    figures_begin(&top->figures, play->engine, play->history);
    terminal_watch();
    top->feeder = feeder_start(play, speed_of(top->options, top->stream));
    if (terminal_is_one() && !top->options->once)
        watch_on_screen(top);
    else
        watch_as_text(top);
    feeder_stop(top->feeder);
    take(top, true);
    if (terminal_ended_by() == 0)
        print(top);
    if (metrics != NULL)
        write_metrics(play->engine, metrics, top->options->openmetrics);
    bool well = all_is_well(top, play);
    feeder_free(top->feeder);
    figures_free(&top->figures);
    frame_free(&top->frame);
    return well;
}

int main(int count, char **arguments)
{
    const struct options options = read_options(count, arguments);
    FILE *metrics = open_metrics(options.openmetrics);

    struct history history;
    struct stream stream;
    struct play play;
    history_read(&history, options.folder);
    if (options.until != NEVER && options.until < history.opens)
        fail("--until: %s begins on %s", options.folder, DATE(history.opens));
    stream_make(&stream, &history, options.until, &options.disorder, options.in_order);
    play_begin(&play, &history, &stream, options.in_order ? NULL : &options.disorder, 1);

    struct top top = {.options = &options, .stream = &stream};
    bool well = watch(&top, &play, metrics);
    bool shown = fflush(stdout) == 0 && ferror(stdout) == 0;
    play_free(&play);
    stream_free(&stream);
    history_free(&history);
    if (terminal_ended_by() != 0) { /* as if it had not been caught */
        signal(terminal_ended_by(), SIG_DFL);
        raise(terminal_ended_by());
    }
    if (!shown)
        fail("the frames cannot be written");
    return well ? EXIT_ALL_WELL : EXIT_AUDIT_FAILED;
}
