/* SPDX-License-Identifier: Apache-2.0
 *
 * A keeper is a process beside the bench that has a temporary folder and at most one server in it.
 * However the bench ends (done, failed, interrupted, killed), the keeper stops the server and
 * removes the folder. */
#ifndef BENCH_RIVAL_KEEPER_H
#define BENCH_RIVAL_KEEPER_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

enum { WHY_SIZE = 160, FOLDER_SIZE = 96 };

struct keeper {
    pid_t process; /* 0: none */
    int line;      /* to the keeper; closed, it ends */
    bool lowered;  /* its programs run as somebody who is not root */
    char folder[FOLDER_SIZE];
};

/* Make the folder, in `parent` or, if that is NULL, where temporary ones are, and the keeper.
 * `lowered`: some programs refuse root; if we are root, they and the folder belong to another user.
 * Says in `why` what failed. */
bool keeper_open(struct keeper *keeper, const char *parent, bool lowered, char *why);

/* Run a program to its end, in the folder; its output goes to `log` there. `arguments` end with
 * NULL. False, with the last line of the log in `why`, unless it exits with 0. */
bool keeper_run(struct keeper *keeper, const char *const *arguments, char *why);

/* Start the server. False if that is seen to fail at once; see keeper_waits. */
bool keeper_start(struct keeper *keeper, const char *const *arguments, char *why);

/* While a server is started: a short sleep; false, with the reason in `why`, if the server has
 * ended, or if `*waited` has come to its bound. */
bool keeper_waits(const struct keeper *keeper, double *waited, char *why);

/* A line to a server that listens on the Unix socket `socket` in the folder, or soon will: -1, with
 * the reason in `why`, if it does not. */
int keeper_connect(const struct keeper *keeper, char *why);

/* Stop the server, remove the folder. */
void keeper_close(struct keeper *keeper);

#endif
