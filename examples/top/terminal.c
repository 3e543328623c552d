/* SPDX-License-Identifier: Apache-2.0
 *
 * Signals only leave a note; what they ask for is done where the program waits anyway. */
#include "terminal.h"

#include "support.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

enum { USUAL_ROWS = 24, USUAL_COLUMNS = 80, PRINTED_ROWS = 40, PRINTED_COLUMNS = 100 };

static const char enter_screen[] = "\033[?1049h\033[?25l\033[2J", wipe_screen[] = "\033[2J";
static const char leave_screen[] = "\033[?25h\033[?1049l";

static volatile sig_atomic_t ended_by, stopped, resized;
static struct termios found; /* as the terminal was */
static bool entered, changed, hears_keys;

bool terminal_is_one(void)
{
    const char *kind = getenv("TERM");
    return isatty(STDOUT_FILENO) && (kind == NULL || strcmp(kind, "dumb") != 0);
}

static size_t size_by(const char *variable, size_t usual)
{
    const char *value = getenv(variable);
    char *end = NULL;
    long size = value != NULL ? strtol(value, &end, 10) : 0;
    return size > 0 && size <= INT16_MAX && *end == '\0' ? (size_t)size : usual;
}

void terminal_size(size_t *rows, size_t *columns)
{
    struct winsize size;
    if (!isatty(STDOUT_FILENO)) {
        *rows = size_by("LINES", PRINTED_ROWS);
        *columns = size_by("COLUMNS", PRINTED_COLUMNS);
        return;
    }
    bool known = ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_row > 0 && size.ws_col > 0;
    *rows = known ? size.ws_row : USUAL_ROWS;
    *columns = known ? size.ws_col : USUAL_COLUMNS;
}

bool terminal_has_colours(void)
{
    const char *none = getenv("NO_COLOR");
    return terminal_is_one() && (none == NULL || *none == '\0');
}

/* ---- signals --------------------------------------------------------------------------------- */

static void note_signal(int signal)
{
    if (signal == SIGWINCH)
        resized = 1;
    else if (signal == SIGTSTP)
        stopped = 1;
    else
        ended_by = signal;
}

void terminal_watch(void)
{
    static const int watched[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGWINCH, SIGTSTP};
    struct sigaction action = {.sa_handler = note_signal};
    for (size_t i = 0; i < sizeof watched / sizeof *watched; i++)
        if (sigaction(watched[i], &action, NULL) != 0)
            fail("sigaction: %s", strerror(errno));
    /* A reader of the frames that went away is seen where they are written. */
    signal(SIGPIPE, SIG_IGN);
}

int terminal_ended_by(void)
{
    return ended_by;
}

/* ---- the screen ------------------------------------------------------------------------------ */

static void write_out(const char *text)
{
    fputs(text, stdout);
    fflush(stdout);
}

void terminal_enter(void)
{
    static bool registered;
    if (!registered && atexit(terminal_leave) != 0)
        fail("out of memory");
    registered = true;
    entered = true;
    changed = isatty(STDIN_FILENO) && tcgetattr(STDIN_FILENO, &found) == 0;
    if (changed) {
        struct termios at_once = found;
        at_once.c_lflag &= ~(tcflag_t)(ICANON | ECHO);
        at_once.c_cc[VMIN] = 0;
        at_once.c_cc[VTIME] = 0;
        changed = tcsetattr(STDIN_FILENO, TCSADRAIN, &at_once) == 0;
    }
    hears_keys = changed;
    write_out(enter_screen);
}

void terminal_leave(void)
{
    if (!entered)
        return;
    entered = false;
    write_out(leave_screen);
    if (changed)
        tcsetattr(STDIN_FILENO, TCSADRAIN, &found);
}

/* Ctrl-Z: the shell gets its terminal back, until the program goes on. */
static void stop(void)
{
    bool was_entered = entered;
    stopped = 0;
    terminal_leave();
    raise(SIGSTOP);
    if (was_entered)
        terminal_enter();
}

int terminal_wait(int milliseconds)
{
    char key = 0;
    struct pollfd keys = {.fd = STDIN_FILENO, .events = POLLIN};
    int ready = poll(&keys, entered && hears_keys ? 1 : 0, milliseconds);
    if (ready > 0 && read(STDIN_FILENO, &key, 1) != 1) {
        hears_keys = false; /* the terminal is gone */
        ended_by = SIGHUP;
    }
    if (stopped)
        stop();
    return key;
}

void terminal_wipe_if_resized(void)
{
    if (resized)
        write_out(wipe_screen);
    resized = 0;
}
