/* SPDX-License-Identifier: Apache-2.0
 *
 * Linked into a program, before the library of C: the sync whose number FAIL_SYNC gives, counted
 * from 1, fails with EIO, and so do all after it. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/types.h>
#include <unistd.h>

static int failing(void) {
    static atomic_long count;
    const char *first = getenv("FAIL_SYNC");
    return first != NULL && atomic_fetch_add(&count, 1) + 1 >= atol(first);
}

static int call(const char *name, int descriptor) {
    int (*real)(int) = NULL;
    void *found = dlsym(RTLD_NEXT, name);
    *(void **)&real = found;
    if (failing()) {
        errno = EIO;
        return -1;
    }
    return real(descriptor);
}

int fdatasync(int descriptor) { return call("fdatasync", descriptor); }
int fsync(int descriptor) { return call("fsync", descriptor); }
