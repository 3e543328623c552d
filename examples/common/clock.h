/* SPDX-License-Identifier: Apache-2.0
 *
 * The real clock, which the engine never reads: for speeds, and for how fast a feed is played. */
#ifndef COMMON_CLOCK_H
#define COMMON_CLOCK_H

#include <stdint.h>

#define NANOSECONDS_A_SECOND INT64_C(1000000000)

/* Of a clock that never goes back; only differences mean something. */
int64_t nanoseconds_now(void);

#endif
