/* SPDX-License-Identifier: Apache-2.0
 *
 * The main program of a harness where no fuzzer brings the inputs:
 *
 *    fuzz_records [--changed COUNT] [--seed SEED] FILE|FOLDER...
 *
 * Each file (of a folder, each file in it, by name) is an input once; then COUNT inputs are files
 * changed by chance. The last line says how many there were. An input that fails is named: a file,
 * or the seed that makes it the first of --changed 1. */
#include "fuzz.h"

#include "../random.h"

#include <dirent.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { FILES_MAX = 4096, INPUT_MAX = 1 << 13, PATH_SIZE = 4096, CHANGES = 8 };

struct input {
    uint8_t *bytes;
    size_t size;
};

static struct input inputs[FILES_MAX];
static size_t input_count;
static char running[PATH_SIZE + 32]; /* which input */

_Noreturn static void give_up(const char *what, const char *name) {
    fprintf(stderr, "%s: %s\n", name, what);
    exit(2);
}

/* ---- files ----------------------------------------------------------------------------------- */

static void run(const struct input *input) {
    /* Of its own size, so that a sanitizer sees who reads beyond it. */
    uint8_t *bytes = malloc(input->size != 0 ? input->size : 1);
    if (bytes == NULL)
        give_up("no memory", running);
    memcpy(bytes, input->bytes, input->size);
    (void)LLVMFuzzerTestOneInput(bytes, input->size);
    free(bytes);
}

static void run_file(const char *path, size_t size) {
    FILE *file = fopen(path, "rb");
    struct input input = {malloc(size + 1), 0};
    if (file == NULL || input.bytes == NULL || input_count == FILES_MAX)
        give_up("cannot be read", path);
    input.size = fread(input.bytes, 1, size, file);
    fclose(file);
    snprintf(running, sizeof running, "%s", path);
    inputs[input_count++] = input;
    run(&input);
}

static int named(const struct dirent *entry) {
    return entry->d_name[0] != '.';
}

static void run_path(const char *path) {
    struct stat about;
    struct dirent **names;
    if (stat(path, &about) != 0)
        give_up("is not there", path);
    if (!S_ISDIR(about.st_mode)) {
        run_file(path, (size_t)about.st_size);
        return;
    }
    int count = scandir(path, &names, named, alphasort);
    if (count < 0)
        give_up("cannot be read", path);
    for (int i = 0; i < count; i++) {
        char inner[PATH_SIZE];
        if (snprintf(inner, sizeof inner, "%s/%s", path, names[i]->d_name) >= PATH_SIZE)
            give_up("is too long", path);
        run_path(inner);
        free(names[i]);
    }
    free(names);
}

/* ---- files changed by chance ----------------------------------------------------------------- */

/* Put a piece of a file over, or between, what is there. */
static void put_piece(struct input *input, const struct input *other, struct random *random) {
    if (other->size == 0)
        return;
    size_t at = random_below(random, (uint32_t)input->size + 1);
    size_t from = random_below(random, (uint32_t)other->size);
    size_t size = 1 + random_below(random, (uint32_t)(other->size - from));
    size_t room = INPUT_MAX - at, rest = random_percent(random, 50) ? input->size - at : 0;
    size = size < room ? size : room;
    rest = rest < room - size ? rest : room - size;
    memmove(input->bytes + at + size, input->bytes + at, rest);
    memcpy(input->bytes + at, other->bytes + from, size);
    input->size = at + size + rest;
}

static void cut(struct input *input, struct random *random) {
    size_t at = random_below(random, (uint32_t)input->size);
    size_t size = 1 + random_below(random, (uint32_t)(input->size - at));
    memmove(input->bytes + at, input->bytes + at + size, input->size - at - size);
    input->size -= size;
}

static void change(struct input *input, struct random *random) {
    if (input->size == 0 || random_percent(random, 30)) {
        put_piece(input, &inputs[random_below(random, (uint32_t)input_count)], random);
    } else if (random_percent(random, 20)) {
        cut(input, random);
    } else {
        uint8_t *byte = &input->bytes[random_below(random, (uint32_t)input->size)];
        *byte = random_percent(random, 50)
                    ? (uint8_t)random_next(random)
                    : (uint8_t)(*byte ^ 1u << random_below(random, 8));
    }
}

static void run_changed(uint64_t seed) {
    static uint8_t bytes[INPUT_MAX];
    struct random random = {seed};
    const struct input *first = &inputs[random_below(&random, (uint32_t)input_count)];
    struct input input = {bytes, first->size < INPUT_MAX ? first->size : INPUT_MAX};
    memcpy(bytes, first->bytes, input.size);
    for (uint32_t changes = 1 + random_below(&random, CHANGES); changes > 0; changes--)
        change(&input, &random);
    snprintf(running, sizeof running, "seed %llu", (unsigned long long)seed);
    run(&input);
}

/* ---- all of it ------------------------------------------------------------------------------- */

static struct sigaction before[2]; /* who looked at these signals, a sanitizer perhaps */

static void restore_signals(void) {
    sigaction(SIGABRT, &before[0], NULL);
    sigaction(SIGSEGV, &before[1], NULL);
}

/* Then the signal comes again, for whoever looked at it before. */
static void name_input(int signal_number) {
    static const char of[] = "the input that failed: ";
    (void)signal_number;
    restore_signals();
    if (write(STDERR_FILENO, of, sizeof of - 1) < 0 ||
        write(STDERR_FILENO, running, strlen(running)) < 0 || write(STDERR_FILENO, "\n", 1) < 0)
        _exit(2);
}

static void watch_signals(void) {
    const struct sigaction name = {.sa_handler = name_input};
    sigaction(SIGABRT, &name, &before[0]);
    sigaction(SIGSEGV, &name, &before[1]);
}

static uint64_t number_of(int count, char **arguments, int at) {
    char *end;
    if (at >= count)
        give_up("a number is missing", arguments[at - 1]);
    uint64_t number = strtoull(arguments[at], &end, 10);
    if (end == arguments[at] || *end != '\0')
        give_up("is no number", arguments[at]);
    return number;
}

int main(int count, char **arguments) {
    uint64_t changed = 0, seed = 1;
    watch_signals();
    for (int i = 1; i < count; i++) {
        if (strcmp(arguments[i], "--changed") == 0)
            changed = number_of(count, arguments, ++i);
        else if (strcmp(arguments[i], "--seed") == 0)
            seed = number_of(count, arguments, ++i);
        else
            run_path(arguments[i]);
    }
    if (input_count == 0)
        give_up("no input", arguments[0]);
    for (uint64_t i = 0; i < changed; i++)
        run_changed(seed + i);
    printf("%zu files, %llu changed ones from seed %llu on\n", input_count,
           (unsigned long long)changed, (unsigned long long)seed);
    for (size_t i = 0; i < input_count; i++)
        free(inputs[i].bytes);
    return 0;
}
