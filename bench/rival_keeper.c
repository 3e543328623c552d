/* SPDX-License-Identifier: Apache-2.0
 *
 * The keeper is forked from the bench and does one thing after another: it reads a message, runs
 * what it says, answers. At the end of file, which also comes when the bench is no more, it stops
 * its server and removes its folder. It is in a session of its own, so Ctrl-C does not reach it or
 * its server; and should the keeper itself be killed, the system interrupts the server. */
#include "rival_keeper.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <grp.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { MESSAGE_SIZE = 2048, ARGUMENTS_MAX = 48, FILES_OPEN = 16, KEEPER_LINE = 3 };
enum { POLL_MS = 20, STOP_MS = 8000 };
static const double start_s = 60;

/* The first byte of a message; the arguments follow, each ended by a zero. */
enum { RUN = 'r', START = 's', ALIVE = 'a' };

static void rest_ms(long ms)
{
    struct timespec time = {ms / 1000, ms % 1000 * 1000000};
    nanosleep(&time, NULL);
}

/* ---- in the keeper --------------------------------------------------------------------------- */

/* The user that a program runs as which refuses root. */
static const struct passwd *lowered_user(void)
{
    const struct passwd *user = getpwnam("postgres");
    return user ? user : getpwnam("nobody");
}

static void become_lowered(void)
{
    const struct passwd *user = lowered_user();
    if (!user || setgroups(0, NULL) != 0 || setgid(user->pw_gid) != 0 || setuid(user->pw_uid) != 0)
        _exit(126);
}

static void become_program(const struct keeper *keeper, char **arguments)
{
    if (!arguments[0] || chdir(keeper->folder) != 0)
        _exit(126);
    if (keeper->lowered && geteuid() == 0)
        become_lowered();
    signal(SIGINT, SIG_DFL);
    signal(SIGPIPE, SIG_DFL);
    prctl(PR_SET_PDEATHSIG, SIGINT);
    int log = open("log", O_WRONLY | O_CREAT | O_APPEND, 0600), nothing = open("/dev/null", O_RDWR);
    dup2(nothing, 0);
    dup2(log, 1);
    dup2(log, 2);
    close_range(KEEPER_LINE, ~0U, 0);
    execvp(arguments[0], arguments);
    fprintf(stderr, "%s: %s\n", arguments[0], strerror(errno));
    _exit(127);
}

static pid_t start_program(const struct keeper *keeper, char *message, ssize_t size)
{
    char *arguments[ARGUMENTS_MAX];
    size_t count = 0;
    for (ssize_t at = 1; at < size && count + 1 < ARGUMENTS_MAX;
         at += (ssize_t)strlen(message + at) + 1)
        arguments[count++] = message + at;
    arguments[count] = NULL;
    pid_t child = fork();
    if (child == 0)
        become_program(keeper, arguments);
    return child;
}

static void stop_program(pid_t child)
{
    kill(child, SIGINT);
    for (long ms = 0; ms < STOP_MS; ms += POLL_MS) {
        if (waitpid(child, NULL, WNOHANG) != 0)
            return;
        rest_ms(POLL_MS);
    }
    kill(child, SIGKILL);
    waitpid(child, NULL, 0);
}

static int remove_entry(const char *path, const struct stat *status, int kind, struct FTW *where)
{
    (void)status;
    (void)kind;
    (void)where;
    (void)remove(path);
    return 0;
}

/* Answers: of a run its status, else whether the server is there. */
static int obey(const struct keeper *keeper, char *message, ssize_t size, pid_t *server)
{
    int status = -1;
    if (message[0] == RUN) {
        pid_t child = start_program(keeper, message, size);
        return child > 0 && waitpid(child, &status, 0) == child ? status : -1;
    }
    if (message[0] == START)
        *server = start_program(keeper, message, size);
    else if (*server > 0 && waitpid(*server, NULL, WNOHANG) != 0)
        *server = 0;
    return *server > 0;
}

static void keep(const struct keeper *keeper, int line)
{
    char message[MESSAGE_SIZE];
    ssize_t size;
    pid_t server = 0;
    setsid();
    signal(SIGPIPE, SIG_IGN);
    dup2(line, KEEPER_LINE);
    close_range(KEEPER_LINE + 1, ~0U, 0);
    while ((size = read(KEEPER_LINE, message, sizeof message)) > 0) {
        int answer = obey(keeper, message, size, &server);
        if (write(KEEPER_LINE, &answer, sizeof answer) != sizeof answer)
            break;
    }
    if (server > 0)
        stop_program(server);
    nftw(keeper->folder, remove_entry, FILES_OPEN, FTW_DEPTH | FTW_PHYS);
    _exit(0);
}

/* ---- in the bench ---------------------------------------------------------------------------- */

/* /var/tmp and not /tmp, which may be memory: some of what is measured has to be on a disk. */
static const char *temporary_folder(void)
{
    const char *folder = getenv("TMPDIR");
    return folder && strlen(folder) < FOLDER_SIZE / 2 ? folder : "/var/tmp";
}

static bool make_folder(struct keeper *keeper, const char *parent)
{
    int size = snprintf(keeper->folder, sizeof keeper->folder, "%s/sellable-bench-XXXXXX",
                        parent ? parent : temporary_folder());
    if (size >= (int)sizeof keeper->folder) {
        errno = ENAMETOOLONG;
        return false;
    }
    if (!mkdtemp(keeper->folder))
        return false;
    const struct passwd *user = lowered_user();
    if (keeper->lowered && geteuid() == 0 &&
        (!user || chown(keeper->folder, user->pw_uid, user->pw_gid) != 0)) {
        rmdir(keeper->folder);
        return false;
    }
    return true;
}

bool keeper_open(struct keeper *keeper, const char *parent, bool lowered, char *why)
{
    int lines[2];
    *keeper = (struct keeper){.lowered = lowered};
    if (!make_folder(keeper, parent)) {
        snprintf(why, WHY_SIZE, "no temporary folder: %s", strerror(errno));
        return false;
    }
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, lines) == 0) {
        keeper->process = fork();
        if (keeper->process == 0)
            keep(keeper, lines[1]);
        close(lines[1]);
        keeper->line = lines[0];
        if (keeper->process > 0)
            return true;
        close(lines[0]);
    }
    rmdir(keeper->folder);
    *keeper = (struct keeper){.process = 0};
    snprintf(why, WHY_SIZE, "no process could be made");
    return false;
}

void keeper_close(struct keeper *keeper)
{
    if (keeper->process <= 0)
        return;
    close(keeper->line);
    waitpid(keeper->process, NULL, 0);
    keeper->process = 0;
}

static int ask(const struct keeper *keeper, char kind, const char *const *arguments)
{
    char message[MESSAGE_SIZE] = {kind};
    size_t size = 1;
    for (; arguments && *arguments; arguments++) {
        size_t more = strlen(*arguments) + 1;
        if (size + more > sizeof message)
            return -1;
        memcpy(message + size, *arguments, more);
        size += more;
    }
    int answer;
    if (send(keeper->line, message, size, MSG_NOSIGNAL) != (ssize_t)size ||
        recv(keeper->line, &answer, sizeof answer, 0) != sizeof answer)
        return -1;
    return answer;
}

/* The last line of the log that says something. */
static void last_words(const struct keeper *keeper, const char *what, char *why)
{
    char path[sizeof keeper->folder + 8], line[WHY_SIZE], last[WHY_SIZE / 2] = "no word why";
    snprintf(path, sizeof path, "%s/log", keeper->folder);
    FILE *log = fopen(path, "r");
    while (log && fgets(line, sizeof line, log)) {
        line[strcspn(line, "\n")] = '\0';
        if (line[strspn(line, " \t")] != '\0')
            snprintf(last, sizeof last, "%.*s", (int)sizeof last - 1, line);
    }
    if (log)
        fclose(log);
    snprintf(why, WHY_SIZE, "%.60s: %s", what, last);
}

bool keeper_run(struct keeper *keeper, const char *const *arguments, char *why)
{
    if (ask(keeper, RUN, arguments) == 0)
        return true;
    last_words(keeper, arguments[0], why);
    return false;
}

bool keeper_start(struct keeper *keeper, const char *const *arguments, char *why)
{
    if (ask(keeper, START, arguments) == 1)
        return true;
    last_words(keeper, arguments[0], why);
    return false;
}

bool keeper_waits(const struct keeper *keeper, double *waited, char *why)
{
    rest_ms(POLL_MS);
    *waited += POLL_MS / 1e3;
    if (*waited < start_s && ask(keeper, ALIVE, NULL) == 1)
        return true;
    last_words(keeper, *waited < start_s ? "it ended" : "it does not answer", why);
    return false;
}

int keeper_connect(const struct keeper *keeper, char *why)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    double waited = 0;
    snprintf(address.sun_path, sizeof address.sun_path, "%.90s/socket", keeper->folder);
    for (;;) {
        int end = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
        if (end >= 0 && connect(end, (struct sockaddr *)&address, sizeof address) == 0)
            return end;
        if (end >= 0)
            close(end);
        if (!keeper_waits(keeper, &waited, why))
            return -1;
    }
}
