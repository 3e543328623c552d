/* SPDX-License-Identifier: Apache-2.0
 *
 * The thread that plays the stream, at a chosen speed. It and the display share this and the
 * engine; the engine needs no lock. */
#ifndef TOP_FEEDER_H
#define TOP_FEEDER_H

#include "play.h"

enum feeder_state { FEEDER_PLAYS, FEEDER_PAUSES, FEEDER_ENDED, FEEDER_STOPPED };

/* How far it is. */
struct position {
    enum feeder_state state;
    double speed;   /* days a second that are wanted; 0: as fast as it goes */
    size_t sent;    /* messages, of */
    size_t all;
    size_t day;     /* that is played, from 1, of */
    size_t days;
    int64_t nanoseconds; /* since it began, without pauses; then until it ended */
};

struct feeder;

/* Begin to play, in a thread of its own. `play` has begun, and is the feeder's until it is
 * stopped. */
struct feeder *feeder_start(struct play *play, double speed);

struct position feeder_look(struct feeder *feeder);
void feeder_pause(struct feeder *feeder, bool pauses);
void feeder_set_speed(struct feeder *feeder, double speed);

/* End it after its shift, if it has not ended. Waits until the thread is gone. */
void feeder_stop(struct feeder *feeder);
void feeder_free(struct feeder *feeder);

#endif
