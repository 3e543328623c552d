/* SPDX-License-Identifier: Apache-2.0
 *
 * Python and Go: programs in bindings/, each in a process of its own that is asked over a Unix
 * socket, a line for a line. bindings/build.sh builds them into BINDINGS_BUILT. */
#include "bindings.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

enum { TEXT_SIZE = 256 };

struct program {
    struct keeper keeper;
    FILE *line;
};

static void close_program(void *side)
{
    struct program *program = side;
    if (program->line)
        fclose(program->line);
    keeper_close(&program->keeper);
    free(program);
}

/* `arguments` begin with what has to be there, and end with NULL. */
static void *start(const char *const *arguments, const char *built, char *why)
{
    int line;
    if (access(built, X_OK) != 0) {
        snprintf(why, WHY_SIZE, "it is not built; ./dev bench does it");
        return NULL;
    }
    struct program *program = calloc(1, sizeof *program);
    if (program && keeper_open(&program->keeper, NULL, false, why) &&
        keeper_start(&program->keeper, arguments, why) &&
        (line = keeper_connect(&program->keeper, why)) >= 0) {
        program->line = fdopen(line, "r");
        return program;
    }
    if (program)
        close_program(program);
    return NULL;
}

static void *open_python(size_t items, char *why)
{
    char count[24];
    const char *arguments[] = {BINDINGS_BUILT "/python/bin/python", BINDINGS_FOLDER "/calls.py",
                               BINDINGS_BUILT, count, NULL};
    snprintf(count, sizeof count, "%zu", items);
    return start(arguments, BINDINGS_BUILT "/python/bin/python", why);
}

static void *open_go(size_t items, char *why)
{
    char count[24];
    const char *arguments[] = {BINDINGS_BUILT "/calls", count, NULL};
    snprintf(count, sizeof count, "%zu", items);
    return start(arguments, BINDINGS_BUILT "/calls", why);
}

static bool ask(const struct program *program, size_t count, const char *what,
                char answer[TEXT_SIZE])
{
    char text[TEXT_SIZE];
    int size = snprintf(text, sizeof text, "%zu %s\n", count, what);
    return send(fileno(program->line), text, (size_t)size, MSG_NOSIGNAL) == size &&
           fgets(answer, TEXT_SIZE, program->line) != NULL;
}

static bool run(void *side, const char *call, size_t count, struct bindings_answer *answer)
{
    char text[TEXT_SIZE];
    unsigned long long wrong;
    if (!ask(side, count, call, text) || sscanf(text, "%lf %llu", &answer->ns, &wrong) != 2)
        return false;
    answer->wrong = wrong;
    return true;
}

static bool sums_of(void *side, struct bindings_sums *sums)
{
    char text[TEXT_SIZE];
    long long on_hand, reserved, consistent;
    if (!ask(side, 0, "sums", text) ||
        sscanf(text, "%lld %lld %lld", &on_hand, &reserved, &consistent) != 3)
        return false;
    *sums = (struct bindings_sums){on_hand, reserved, consistent};
    return true;
}

const struct bindings_side bindings_in_python = {"Python", open_python, close_program, run,
                                                 sums_of};
const struct bindings_side bindings_in_go = {"Go", open_go, close_program, run, sums_of};
