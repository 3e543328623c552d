/* SPDX-License-Identifier: Apache-2.0
 *
 * Work in a child process: see child.h. */
#include "child.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

void child_does(struct child *child, unsigned seconds, const char *format, ...) {
    va_list rest;
    va_start(rest, format);
    vsnprintf(child->doing, sizeof child->doing, format, rest);
    va_end(rest);
    alarm(seconds);
}

void child_is_wrong(struct child *child, const char *format, ...) {
    if (child->wrong[0] != 0) {
        return;
    }
    va_list rest;
    va_start(rest, format);
    vsnprintf(child->wrong, sizeof child->wrong, format, rest);
    va_end(rest);
}

static struct child *shared_with_children(void) {
    void *shared = mmap(NULL, sizeof(struct child), PROT_READ | PROT_WRITE,
                        MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (shared == MAP_FAILED) {
        abort();
    }
    return shared;
}

/* Not as the test's framework does, which would go on with the next test. */
static void die_of_signals(void) {
    static const int signals[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGALRM};
    for (size_t i = 0; i < sizeof signals / sizeof signals[0]; i++) {
        signal(signals[i], SIG_DFL);
    }
}

bool child_run(struct child **child, void (*work)(struct child *, void *), void *context) {
    *child = shared_with_children();
    fflush(stdout);
    fflush(stderr);
    pid_t pid = fork();
    if (pid < 0) {
        abort();
    }
    if (pid == 0) {
        die_of_signals();
        work(*child, context);
        _exit(0);
    }
    int status = 0;
    if (waitpid(pid, &status, 0) != pid || !WIFEXITED(status) || WEXITSTATUS(status) != 0) {
        child_is_wrong(*child, "died of signal %d, status %d, at: %s",
                       WIFSIGNALED(status) ? WTERMSIG(status) : 0,
                       WIFEXITED(status) ? WEXITSTATUS(status) : 0, (*child)->doing);
    }
    return (*child)->wrong[0] == 0;
}

void child_free(struct child *child) {
    munmap(child, sizeof *child);
}
