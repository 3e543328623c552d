/* SPDX-License-Identifier: Apache-2.0
 *
 * Runs scenes, as they are or with an edge weakened, each run in a process of its own: a broken
 * engine may crash.
 *
 *   hold [EXECUTIONS [SCENE]]     every scene holds
 *   weaken [EXECUTIONS [EDGE]]    every weakened edge is caught by some scene; prints the table.
 *                                 weaken-all: and by which other scenes
 *   search SCENE INTERRUPTIONS    all executions with no more interruptions than that
 *   show SCENE EXECUTIONS [EDGE acquire|release]   the history of the first execution that fails */
#ifndef SBL_MODEL_RUNNER_H
#define SBL_MODEL_RUNNER_H

#include "engine.h"

#include <initializer_list>
#include <ostream>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

namespace model {

struct scene {
    const char *name;
    bool (*simulate)(rl::test_params &);
};
#define SCENE(NAME) {#NAME, &rl::simulate<NAME>}

enum outcome { HELD = 0, CAUGHT = 1, CRASHED = 2 };

inline const char *edge_name(int label) {
#define MODEL_NAME(NAME) #NAME,
    static const char *const names[] = {MODEL_EDGES(MODEL_NAME)};
#undef MODEL_NAME
    return names[label];
}

inline double seconds() {
    timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) / 1e9;
}

/* In this process: so many executions by chance, or all with up to `bound` interruptions. */
inline outcome simulate(const scene &one, uint64_t executions, unsigned bound, bool show) {
    std::ostream nowhere(nullptr);
    rl::test_params params;
    params.iteration_count = executions;
    params.search_type = bound == 0 ? rl::sched_random : rl::sched_bound;
    params.context_bound = bound;
    params.execution_depth_limit = 50000;
    params.progress_stream = &nowhere;
    if (!show)
        params.output_stream = &nowhere;
    if (one.simulate(params)) {
        if (bound != 0)
            printf("%-28s all %llu executions with up to %u interruptions\n", one.name,
                   static_cast<unsigned long long>(params.stop_iteration), bound);
        return HELD;
    }
    printf("    %s, execution %llu: %s\n", one.name,
           static_cast<unsigned long long>(params.stop_iteration),
           rl::test_result_str(params.test_result));
    return CAUGHT;
}

/* In another; `quiet` about what it finds. */
inline outcome apart(const scene &one, uint64_t executions, unsigned bound, bool quiet) {
    fflush(stdout);
    pid_t child = fork();
    if (child == 0) {
        if (quiet && (freopen("/dev/null", "w", stdout) == nullptr ||
                      freopen("/dev/null", "w", stderr) == nullptr))
            _exit(CRASHED);
        alarm(1800);
        outcome found = simulate(one, executions, bound, false);
        fflush(stdout);
        _exit(found);
    }
    int status;
    if (child < 0 || waitpid(child, &status, 0) != child)
        broken("no process");
    return WIFEXITED(status) ? static_cast<outcome>(WEXITSTATUS(status)) : CRASHED;
}

template <size_t count>
int hold(const scene (&scenes)[count], uint64_t executions, const char *only) {
    int status = 0;
    for (const scene &one : scenes) {
        if (only != nullptr && strcmp(only, one.name) != 0)
            continue;
        double begun = seconds();
        outcome found = apart(one, executions, 0, false);
        printf("%-28s %s  %llu executions, %.1f s\n", one.name, found == HELD ? "holds" : "FAILS",
               static_cast<unsigned long long>(executions), seconds() - begun);
        status |= found != HELD;
    }
    return status;
}

/* The first scene that catches the edge as it is now; or all, printed one after another. A few
 * executions of each scene are tried first. */
template <size_t count>
bool caught(const scene (&scenes)[count], uint64_t executions, bool all) {
    bool any = false;
    for (uint64_t some : {executions / 20 + 1, executions}) {
        for (const scene &one : scenes) {
            if (all && some != executions)
                continue;
            outcome found = apart(one, some, 0, true);
            if (found == HELD)
                continue;
            printf("%s%s%s", any ? ", " : "", one.name, found == CRASHED ? " (crash)" : "");
            any = true;
            if (!all)
                return true;
        }
    }
    return any;
}

template <size_t count>
int weaken(const scene (&scenes)[count], uint64_t executions, const char *only, bool all) {
    int status = 0;
    printf("%-8s %-8s %s\n", "edge", "relaxed", "caught by");
    for (int label = 0; label < EDGES; label++)
        for (bool acquire : {true, false}) {
            if (only != nullptr && strcmp(only, edge_name(label)) != 0)
                continue;
            (acquire ? edges[label].acquire : edges[label].release) = false;
            printf("%-8s %-8s ", edge_name(label), acquire ? "acquire" : "release");
            bool found = caught(scenes, executions, all);
            printf("%s\n", found ? "" : "NOTHING");
            status |= !found;
            edges[label] = orders();
        }
    return status;
}

template <size_t count>
int show(const scene (&scenes)[count], int argument_count, char **argument) {
    for (int label = 0; label < EDGES && argument_count > 5; label++)
        if (strcmp(argument[4], edge_name(label)) == 0)
            (argument[5][0] == 'a' ? edges[label].acquire : edges[label].release) = false;
    for (const scene &one : scenes)
        if (strcmp(argument[2], one.name) == 0)
            return simulate(one, strtoull(argument[3], nullptr, 10), 0, true);
    return 2;
}

template <size_t count>
int search(const scene (&scenes)[count], const char *name, unsigned bound) {
    for (const scene &one : scenes)
        if (strcmp(name, one.name) == 0 && bound != 0) {
            outcome found = apart(one, 0, bound, false);
            if (found != HELD)
                printf("%-28s FAILS\n", one.name);
            return found;
        }
    return 2;
}

template <size_t count, size_t searched_count>
int run(const scene (&scenes)[count], const scene (&searched)[searched_count], int argument_count,
        char **argument) {
    const char *what = argument_count > 1 ? argument[1] : "hold";
    uint64_t executions = argument_count > 2 ? strtoull(argument[2], nullptr, 10) : 10000;
    const char *only = argument_count > 3 ? argument[3] : nullptr;
    if (strcmp(what, "hold") == 0)
        return hold(scenes, executions, only);
    if (strcmp(what, "weaken") == 0 || strcmp(what, "weaken-all") == 0)
        return weaken(scenes, executions, only, what[6] != 0);
    if (strcmp(what, "search") == 0 && argument_count > 3)
        return search(searched, argument[2], static_cast<unsigned>(atoi(argument[3])));
    if (strcmp(what, "show") == 0 && argument_count > 3)
        return show(scenes, argument_count, argument);
    fprintf(stderr, "usage: %s hold [EXECUTIONS [SCENE]] | weaken[-all] [EXECUTIONS [EDGE]] |\n"
                    "       search SCENE INTERRUPTIONS |\n"
                    "       show SCENE EXECUTIONS [EDGE acquire|release]\n", argument[0]);
    return 2;
}

} // namespace model

#endif
