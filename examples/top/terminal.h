/* SPDX-License-Identifier: Apache-2.0
 *
 * The terminal: its size, its keys, and that it is left as it was found, however the program ends
 * (but by a signal that cannot be caught). */
#ifndef TOP_TERMINAL_H
#define TOP_TERMINAL_H

#include <stdbool.h>
#include <stddef.h>

/* Whether standard output is a terminal that can draw. */
bool terminal_is_one(void);

/* Of the terminal; of none, what the environment says in LINES and COLUMNS, else 40 and 100. */
void terminal_size(size_t *rows, size_t *columns);

/* Whether NO_COLOR (no-color.org) does not forbid them. */
bool terminal_has_colours(void);

/* Take over the signals that end the program, or change the size. */
void terminal_watch(void);

/* The signal that wants the program to end; 0: none. */
int terminal_ended_by(void);

/* Show a screen of the program's own, and take it away again. */
void terminal_enter(void);
void terminal_leave(void);

/* Wait for a key, at most so many milliseconds. Answers the key, or 0: none was pressed. Keys are
 * heard between terminal_enter and terminal_leave only. */
int terminal_wait(int milliseconds);

/* Before a frame is drawn: wipe the screen if its size was changed since the last one. */
void terminal_wipe_if_resized(void);

#endif
