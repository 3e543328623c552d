/* SPDX-License-Identifier: Apache-2.0
 *
 * The progress bar. */
#include "progress.h"

#include <stdio.h>
#include <unistd.h>

enum { BAR_WIDTH = 30 };

void progress_show(struct progress *progress, const char *label, size_t done, size_t all)
{
    int percent = all > 0 ? (int)(100 * done / all) : 100;
    if (percent + 1 == progress->drawn || !isatty(STDERR_FILENO))
        return;
    progress->drawn = percent + 1;
    int full = percent * BAR_WIDTH / 100;
    fprintf(stderr, "\r%s [%.*s%*s] %3d %%", label, full, "##############################",
            BAR_WIDTH - full, "", percent);
    fflush(stderr);
}

void progress_clear(void)
{
    if (isatty(STDERR_FILENO))
        fputs("\r\033[K", stderr);
}
