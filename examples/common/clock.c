/* SPDX-License-Identifier: Apache-2.0
 *
 * The real clock. */
#include "clock.h"

#include <time.h>

int64_t nanoseconds_now(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * NANOSECONDS_A_SECOND + now.tv_nsec;
}
