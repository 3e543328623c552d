/* SPDX-License-Identifier: Apache-2.0
 *
 * What a run was measured on, as the system says it; "unknown" where it does not. */
#include "machine.h"

#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>
#include <time.h>

#include "measure.h"
#include "print.h"

enum { WORDS = 160 };

#if defined(__clang__)
#define COMPILER "clang " __clang_version__
#elif defined(__GNUC__)
#define COMPILER "gcc " __VERSION__
#else
#define COMPILER "unknown"
#endif

static const char unknown[] = "unknown";

/* The first line of a file that begins so, from behind the ": " on; or its first line. */
static void read_line_of(const char *path, const char *beginning, char words[WORDS])
{
    char line[512];
    FILE *file = fopen(path, "r");
    snprintf(words, WORDS, "%s", unknown);
    while (file && fgets(line, sizeof line, file)) {
        if (strncmp(line, beginning, strlen(beginning)) != 0)
            continue;
        const char *value = *beginning ? strstr(line, ": ") : line;
        if (value) {
            value += *beginning ? 2 : 0;
            snprintf(words, WORDS, "%.*s", (int)strcspn(value, "\n"), value);
        }
        break;
    }
    if (file)
        fclose(file);
}

struct machine {
    char processor[WORDS];
    char kernel[WORDS];
    char huge_pages[WORDS];
    char date[WORDS];
};

static void look(struct machine *machine)
{
    struct utsname name;
    time_t now = time(NULL);
    struct tm day;
    read_line_of("/proc/cpuinfo", "model name", machine->processor);
    read_line_of("/sys/kernel/mm/transparent_hugepage/enabled", "", machine->huge_pages);
    snprintf(machine->kernel, WORDS, "%s", unknown);
    if (uname(&name) == 0)
        snprintf(machine->kernel, WORDS, "%.40s %.*s %.40s", name.sysname,
                 (int)strcspn(name.release, "-"), name.release, name.machine);
    if (!gmtime_r(&now, &day) || strftime(machine->date, WORDS, "%Y-%m-%d", &day) == 0)
        snprintf(machine->date, WORDS, "%s", unknown);
}

void machine_json(void)
{
    struct machine machine;
    look(&machine);
    printf("\"machine\":{\"processor\":");
    json_quoted(machine.processor);
    printf(",\"processors\":%u,\"kernel\":", measure_processors());
    json_quoted(machine.kernel);
    printf(",\"huge_pages\":");
    json_quoted(machine.huge_pages);
    printf(",\"compiler\":");
    json_quoted(COMPILER);
    printf(",\"date\":");
    json_quoted(machine.date);
    printf("}");
}

void machine_print(void)
{
    struct machine machine;
    look(&machine);
    printf("%s, %s, %s\n", machine.processor, machine.kernel, COMPILER);
}
