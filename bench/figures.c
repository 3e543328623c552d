/* SPDX-License-Identifier: Apache-2.0
 *
 * The figures of a run by name. */
#include "figures.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "print.h"

struct figures figures_measured;

static struct figure *place_of(const char *name)
{
    struct figure *figure = figures_measured.figure;
    while (figure < figures_measured.figure + figures_measured.count &&
           strcmp(figure->name, name) != 0)
        figure++;
    if (figure == figures_measured.figure + FIGURES_MAX || strlen(name) >= FIGURE_NAME) {
        fprintf(stderr, "bench: a figure too many, or its name is too long: %s\n", name);
        exit(1);
    }
    if (figure == figures_measured.figure + figures_measured.count)
        figures_measured.count++;
    *figure = (struct figure){.bytes = false};
    snprintf(figure->name, sizeof figure->name, "%s", name);
    return figure;
}

void figures_put(const char *name, const char *reference, const double *values, size_t rounds)
{
    struct figure *figure = place_of(name);
    snprintf(figure->reference, sizeof figure->reference, "%s", reference ? reference : "");
    figure->rounds = rounds;
    memcpy(figure->values, values, rounds * sizeof *values);
}

void figures_put_bytes(const char *name, double bytes)
{
    struct figure *figure = place_of(name);
    figure->bytes = true;
    figure->rounds = 1;
    figure->values[0] = bytes;
}

const struct figure *figures_find(const struct figures *figures, const char *name)
{
    for (size_t i = 0; i < figures->count; i++)
        if (strcmp(figures->figure[i].name, name) == 0)
            return &figures->figure[i];
    return NULL;
}

void figures_json(const struct figures *figures)
{
    printf("\"figures\":[");
    for (size_t i = 0; i < figures->count; i++) {
        const struct figure *figure = &figures->figure[i];
        printf("%s{\"name\":\"%s\",", i ? ",\n" : "\n", figure->name);
        if (figure->reference[0])
            printf("\"reference\":\"%s\",", figure->reference);
        json_figures(figure->bytes ? "bytes" : "ns", figure->values, figure->rounds);
        printf("}");
    }
    printf("]");
}
