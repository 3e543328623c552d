/* SPDX-License-Identifier: Apache-2.0
 *
 * Stopping threads at the library's atomic steps. In a build with SBL_STEPS every atomic operation
 * tells sbl_step where it stands, before it is done: here that is counted, and a thread that is an
 * actor may be stopped there, until it is let go.
 *
 * The places are found twice: as they are reached, and in the sources, so that one which is never
 * reached is seen. For one program of one file. */
#ifndef SELLABLE_TESTS_STEPS_H
#define SELLABLE_TESTS_STEPS_H

#include "scene.h"

#include "random.h"

#include <ctype.h>
#include <dirent.h>
#include <pthread.h>
#include <sched.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

/* ---- places ---------------------------------------------------------------------------------- */

enum { SITES = 1 << 12, TRACE = 1 << 17 };

struct site {
    _Atomic(const char *) file; /* as the compiler named it; a header has one for each file */
    int line;
    atomic_bool set_up;  /* while an engine was opened or closed */
    atomic_bool alone;   /* while no other call was under way */
    atomic_ullong hits;  /* in all other calls */
    atomic_ullong stops;
};

static struct site sites[SITES];
static pthread_mutex_t sites_lock = PTHREAD_MUTEX_INITIALIZER;

static struct site *site_of(const char *file, int line) {
    uint64_t place = ((uint64_t)(uintptr_t)file >> 3) * 31 + (uint64_t)line * 2654435761u;
    for (;; place++) {
        struct site *site = &sites[place % SITES];
        const char *there = atomic_load_explicit(&site->file, memory_order_acquire);
        if (there == NULL) {
            pthread_mutex_lock(&sites_lock);
            if (atomic_load(&site->file) == NULL) {
                site->line = line;
                atomic_store_explicit(&site->file, file, memory_order_release);
            }
            pthread_mutex_unlock(&sites_lock);
            there = atomic_load(&site->file);
        }
        if (there == file && site->line == line)
            return site;
    }
}

static const char *base_name(const char *path) {
    const char *slash = strrchr(path, '/');
    return slash == NULL ? path : slash + 1;
}

/* ---- actors ---------------------------------------------------------------------------------- */

/* A thread that can be stopped. Who waits for it is told, by `halted`, that it is stopped or done.
 * */
struct actor {
    const char *name;
    uint64_t steps;        /* done so far */
    uint64_t stop_before;  /* the step at which to stop, from 1; 0: none */
    struct site **trace;   /* if given: where each step was */
    uint32_t hesitates;    /* in so many of 1,000 steps it lets others go first */
    struct random random;
    _Atomic(struct site *) at;
    atomic_bool stopped, done;
    sem_t halted, go;
    pthread_t thread;
    void (*act)(void *);
    void *context;
};

static _Thread_local struct actor *this_actor;
static bool alone;      /* calls come one after another */
static _Thread_local bool setting_up; /* this thread opens or closes an engine */

void sbl_step(const char *file, int line);
void sbl_step(const char *file, int line) {
    static _Thread_local const char *last_file; /* closing looks at the same place very often */
    static _Thread_local int last_line;
    if (setting_up && file == last_file && line == last_line)
        return;
    struct site *site = site_of(file, line);
    struct actor *actor = this_actor;
    if (setting_up) {
        atomic_store_explicit(&site->set_up, true, memory_order_relaxed);
        last_file = file;
        last_line = line;
        return;
    }
    atomic_fetch_add_explicit(&site->hits, 1, memory_order_relaxed);
    if (alone)
        atomic_store_explicit(&site->alone, true, memory_order_relaxed);
    if (actor == NULL)
        return;
    atomic_store_explicit(&actor->at, site, memory_order_relaxed);
    if (actor->trace != NULL && actor->steps < TRACE)
        actor->trace[actor->steps] = site;
    if (++actor->steps == actor->stop_before) {
        atomic_fetch_add(&site->stops, 1);
        atomic_store(&actor->stopped, true);
        sem_post(&actor->halted);
        while (sem_wait(&actor->go) != 0)
            ;
        atomic_store(&actor->stopped, false);
    }
    if (actor->hesitates != 0 && random_below(&actor->random, 1000) < actor->hesitates)
        sched_yield();
}

/* ---- the watchdog ---------------------------------------------------------------------------- */

enum { PATIENCE = 60 }; /* seconds in which something has to be finished */

static atomic_ullong finished; /* rises with everything that is */
static _Atomic(struct actor *) watched[4];
static const char *_Atomic watched_what;

static void *watchdog(void *context) {
    (void)context;
    uint64_t before = 0;
    for (int seconds = 0; seconds < PATIENCE; seconds++) {
        struct timespec second = {1, 0};
        nanosleep(&second, NULL);
        uint64_t now = atomic_load(&finished);
        if (now != before)
            seconds = 0;
        before = now;
    }
    fprintf(stderr, "nothing was finished for %d s: %s\n", PATIENCE,
            watched_what != NULL ? watched_what : "");
    for (int i = 0; i < 4; i++) {
        struct actor *actor = watched[i];
        struct site *at = actor == NULL ? NULL : actor->at;
        if (at != NULL)
            fprintf(stderr, "  %s %s %s:%d, step %llu\n", actor->name,
                    actor->stopped ? "is stopped at" : "was last at", base_name(at->file),
                    at->line, (unsigned long long)actor->steps);
    }
    abort();
}

static void *actor_main(void *context) {
    struct actor *actor = context;
    this_actor = actor;
    actor->act(actor->context);
    this_actor = NULL;
    atomic_store(&actor->done, true);
    sem_post(&actor->halted);
    return NULL;
}

static void actor_begin(struct actor *actor, const char *name, int number, uint64_t stop_before,
                        void (*act)(void *), void *context) {
    actor->name = name;
    actor->steps = 0;
    actor->stop_before = stop_before;
    actor->act = act;
    actor->context = context;
    actor->stopped = actor->done = false;
    sem_init(&actor->halted, 0, 0);
    sem_init(&actor->go, 0, 0);
    watched[number] = actor;
    assert_int_equal(pthread_create(&actor->thread, NULL, actor_main, actor), 0);
}

/* Wait until it is stopped or done. */
static void actor_await(struct actor *actor) {
    while (sem_wait(&actor->halted) != 0)
        ;
    atomic_fetch_add(&finished, 1);
}

/* Let it go, until it stops before that step (0: none) or is done. */
static void actor_go_on(struct actor *actor, uint64_t stop_before) {
    if (!atomic_load(&actor->done)) {
        actor->stop_before = stop_before;
        sem_post(&actor->go);
        actor_await(actor);
    }
}

/* Let it go, and wait until it is done. */
static void actor_end(struct actor *actor) {
    actor_go_on(actor, 0);
    pthread_join(actor->thread, NULL);
    for (int i = 0; i < 4; i++)
        if (watched[i] == actor)
            watched[i] = NULL;
    sem_destroy(&actor->halted);
    sem_destroy(&actor->go);
}

/* ---- the steps in the sources ---------------------------------------------------------------- */

static const char *const step_names[] = {"sbl_load_acquire", "sbl_load",  "sbl_store_release",
                                         "sbl_store",        "sbl_count", "sbl_cas"};

/* Comments and literals become blanks, lines stay. */
static void blank_out(char *text) {
    for (char *at = text; *at != 0; at++) {
        char *end = at;
        if (at[0] == '/' && at[1] == '*') {
            end = strstr(at + 2, "*/");
            end = end == NULL ? at + strlen(at) : end + 2;
        } else if (at[0] == '"' || at[0] == '\'') {
            for (end = at + 1; *end != 0 && *end != at[0]; end++)
                end += *end == '\\';
            end++;
        }
        for (; at < end && *at != 0; at++)
            *at = *at == '\n' ? '\n' : ' ';
        if (*at == 0)
            return;
    }
}

/* Hits and stops of a step that stands in these lines. */
static void sum_of(const char *file, int first, int last, uint64_t *hits, uint64_t *stops,
                   bool *set_up, bool *by_itself) {
    *hits = *stops = 0;
    *set_up = *by_itself = false;
    for (int i = 0; i < SITES; i++) {
        if (sites[i].file == NULL || sites[i].line < first || sites[i].line > last ||
            strcmp(base_name(sites[i].file), file) != 0)
            continue;
        *hits += sites[i].hits;
        *stops += sites[i].stops;
        *set_up |= sites[i].set_up;
        *by_itself |= sites[i].alone;
    }
}

/* Places that a call has reached, and at which nobody was stopped yet, in any file that has them.
 */
static inline uint32_t places_left(void) {
    uint32_t left = 0;
    for (int i = 0; i < SITES; i++) {
        if (sites[i].hits == 0 || sites[i].stops != 0)
            continue;
        uint64_t hits, stops;
        bool set_up, by_itself;
        sum_of(base_name(sites[i].file), sites[i].line, sites[i].line, &hits, &stops, &set_up,
               &by_itself);
        left += stops == 0;
    }
    return left;
}

struct steps_total {
    uint32_t steps, not_reached, not_stopped;
    uint32_t met_by_chance; /* not stopped at, and reached only where calls meet */
};

static void report_file(const char *folder, const char *name, struct steps_total *total) {
    char path[2048];
    (void)snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    char *text = calloc(1, 1 << 18);
    assert_true(fread(text, 1, (1 << 18) - 1, file) < (1 << 18) - 1);
    fclose(file);
    blank_out(text);
    int line = 1, before = 0;
    for (const char *at = text; *at != 0; at++) {
        line += *at == '\n';
        if (at != text && (isalnum((unsigned char)at[-1]) || at[-1] == '_'))
            continue;
        for (size_t n = 0; n < COUNT_OF(step_names); n++) {
            size_t length = strlen(step_names[n]);
            if (strncmp(at, step_names[n], length) != 0 || at[length] != '(')
                continue;
            int last = line, depth = 0;
            for (const char *end = at + length; *end != 0; end++) {
                depth += *end == '(';
                depth -= *end == ')';
                last += *end == '\n';
                if (depth == 0)
                    break;
            }
            if (line <= before) /* two in one line are one place */
                break;
            uint64_t hits, stops;
            bool set_up, by_itself;
            sum_of(name, line, last, &hits, &stops, &set_up, &by_itself);
            print_message("    %-14s %4d  %-18s %12llu hits %8llu stops%s\n", name, line,
                          step_names[n], (unsigned long long)hits, (unsigned long long)stops,
                          hits == 0 ? (set_up ? "  (in open and close)" : "  <- never")
                          : by_itself ? ""
                                      : "  (only where calls meet)");
            total->steps++;
            total->not_reached += hits == 0 && !set_up;
            total->not_stopped += hits != 0 && stops == 0 && by_itself;
            total->met_by_chance += hits != 0 && stops == 0 && !by_itself;
            before = last;
            break;
        }
    }
    free(text);
}

static bool is_among(const char *name, const char *const *names, size_t count) {
    for (size_t i = 0; i < count; i++)
        if (strcmp(name, names[i]) == 0)
            return true;
    return false;
}

/* What changes go through on their way into a log. */
static inline bool is_of_the_log(const char *name) {
    static const char *const files[] = {"entry.c", "journal.c", "journal.h", "log_record.c"};
    return is_among(name, files, COUNT_OF(files));
}

/* Neither that, nor what is read back, which is nobody else's. */
static inline bool is_not_of_the_log(const char *name) {
    static const char *const files[] = {"reach.c",   "capture.c", "checkpoint.c", "builder.c",
                                        "recover.c", "trail.c",   "store.c",      "directory.c"};
    return !is_of_the_log(name) && !is_among(name, files, COUNT_OF(files));
}

/* Every step in some of the sources, in the order of files and lines. */
static struct steps_total report_steps(const char *folder, bool (*is_wanted)(const char *name)) {
    struct steps_total total = {0};
    struct dirent **entries;
    int count = scandir(folder, &entries, NULL, alphasort);
    if (count < 0)
        fail_msg("no folder %s: start this program where it was built", folder);
    for (int i = 0; i < count; i++) {
        const char *name = entries[i]->d_name, *dot = strrchr(name, '.');
        if (!is_wanted(name)) {
            free(entries[i]);
            continue;
        }
        if (dot != NULL && (strcmp(dot, ".c") == 0 || strcmp(dot, ".h") == 0) &&
            strcmp(name, "atomic.h") != 0)
            report_file(folder, name, &total);
        free(entries[i]);
    }
    free(entries);
    return total;
}

#endif
