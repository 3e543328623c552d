/* SPDX-License-Identifier: Apache-2.0
 *
 * Lines of cells, numbers, figures by round. */
#include "print.h"

#include <stdio.h>
#include <string.h>

void add_text(struct text_line *line, const char *text, size_t width)
{
    size_t size = strlen(text);
    for (size_t i = 0; i < (size > width ? size : width) && line->size + 1 < sizeof line->text; i++)
        line->text[line->size++] = (char)(i < size ? text[i] : ' ');
}

void print_line(struct text_line *line)
{
    while (line->size > 0 && line->text[line->size - 1] == ' ')
        line->size--;
    line->text[line->size] = '\0';
    printf("%s\n", line->text);
}

void add_cell(struct text_line *line, double figure, double ratio, const char *format)
{
    char number[24], text[48];
    snprintf(number, sizeof number, figure < 100 ? "%.1f" : "%.0f", figure);
    int size = snprintf(text, sizeof text, "%*s", CELL_WIDTH - 9, number);
    if (ratio > 0)
        snprintf(text + size, sizeof text - (size_t)size, format, ratio);
    add_text(line, text, CELL_WIDTH);
}

void print_rule(size_t width)
{
    for (size_t i = 0; i < width; i++)
        putchar('-');
    putchar('\n');
}

void print_number(size_t number)
{
    if (number >= 1000) {
        print_number(number / 1000);
        printf(",%03zu", number % 1000);
    } else {
        printf("%zu", number);
    }
}

void print_latency_table(const struct latency *latencies, size_t count)
{
    printf("%-*s%12s%12s%12s%14s%14s\n", NAME_WIDTH, "", "p50", "p99", "p99.9", "longest",
           "million/s");
    print_rule(NAME_WIDTH + 64);
    for (size_t i = 0; i < count; i++) {
        const struct latency *latency = &latencies[i];
        printf("%-*s%12.0f%12.0f%12.0f%14.0f%14.2f\n", NAME_WIDTH, latency->name, latency->half,
               latency->hundredth, latency->thousandth, latency->most, latency->rate / 1e6);
    }
}

void json_separate(void)
{
    static bool later;
    printf("%s", later ? ",\n" : "");
    later = true;
}

void json_quoted(const char *text)
{
    putchar('"');
    for (; *text; text++)
        if (*text == '"' || *text == '\\')
            printf("\\%c", *text);
        else if ((unsigned char)*text < ' ')
            printf("\\u%04x", (unsigned)*text);
        else
            putchar(*text);
    putchar('"');
}

void json_figures(const char *name, const double *figures, size_t count)
{
    printf("\"%s\":[", name);
    for (size_t i = 0; i < count; i++)
        printf("%s%.3f", i ? "," : "", figures[i]);
    printf("]");
}

void json_latencies(const struct latency *latencies, size_t count)
{
    printf("\"latencies\":[");
    for (size_t i = 0; i < count; i++) {
        const struct latency *latency = &latencies[i];
        printf("%s{\"call\":\"%s\",\"p50\":%.0f,\"p99\":%.0f,\"p99.9\":%.0f,\"longest\":%.0f,"
               "\"calls_per_second\":%.0f}",
               i ? ",\n" : "", latency->name, latency->half, latency->hundredth,
               latency->thousandth, latency->most, latency->rate);
    }
    printf("]");
}
