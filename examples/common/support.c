/* SPDX-License-Identifier: Apache-2.0
 *
 * Giving up, memory, texts and numbers. */
#include "support.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

void fail(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    fflush(stdout);
    fprintf(stderr, "%s: ", program_name);
    vfprintf(stderr, format, arguments);
    fputc('\n', stderr);
    va_end(arguments);
    exit(EXIT_BAD_INPUT);
}

void must(enum sellable_status status, const char *tried)
{
    if (status != SELLABLE_OK)
        fail("%s: %s: %s", tried, sellable_status_name((int)status),
             sellable_status_text((int)status));
}

void *allocate(size_t count, size_t size)
{
    void *memory = calloc(count > 0 ? count : 1, size);
    if (memory == NULL)
        fail("out of memory");
    return memory;
}

void *grow(void *array, size_t count, size_t *capacity, size_t size)
{
    if (count < *capacity)
        return array;
    size_t wanted = count < 8 ? 16 : 2 * count;
    void *memory = wanted > SIZE_MAX / size ? NULL : realloc(array, wanted * size);
    if (memory == NULL)
        fail("out of memory");
    *capacity = wanted;
    return memory;
}

struct sellable_key key_of(const char *text)
{
    return (struct sellable_key){text, strlen(text)};
}

struct sellable_key copy_text(struct sellable_key text)
{
    char *bytes = allocate(text.size + 1, 1);
    if (text.size > 0)
        memcpy(bytes, text.bytes, text.size);
    return (struct sellable_key){bytes, text.size};
}

int64_t sum(int64_t a, int64_t b)
{
    int64_t result;
    if (__builtin_add_overflow(a, b, &result))
        return a < 0 ? INT64_MIN : INT64_MAX;
    return result;
}

size_t utf8_character(const char *bytes, size_t size)
{
    const unsigned char *b = (const unsigned char *)bytes;
    if (size == 0)
        return 0;
    if (b[0] < 0x80)
        return 1;
    size_t length = b[0] >= 0xf0 ? 4 : b[0] >= 0xe0 ? 3 : 2;
    if (b[0] < 0xc2 || b[0] > 0xf4 || length > size)
        return 0;
    for (size_t i = 1; i < length; i++)
        if ((b[i] & 0xc0) != 0x80)
            return 0;
    /* Longer than need be, half of a surrogate pair, beyond U+10FFFF. */
    if ((b[0] == 0xe0 && b[1] < 0xa0) || (b[0] == 0xed && b[1] > 0x9f) ||
        (b[0] == 0xf0 && b[1] < 0x90) || (b[0] == 0xf4 && b[1] > 0x8f))
        return 0;
    return length;
}

void print_text(FILE *out, struct sellable_key text, size_t width)
{
    size_t shown = 0;
    for (size_t at = 0; at < text.size && (width == 0 || shown < width); shown++) {
        const char *bytes = text.bytes + at;
        size_t length = utf8_character(bytes, text.size - at);
        int control = (unsigned char)bytes[0] < 0x20 || bytes[0] == 0x7f ||
                      (length == 2 && bytes[0] == '\xc2' && (unsigned char)bytes[1] < 0xa0);
        if (length == 0 || control)
            fputc('?', out);
        else
            fwrite(bytes, 1, length, out);
        at += length > 0 ? length : 1;
    }
    for (; shown < width; shown++)
        fputc(' ', out);
}

const char *grouped(int64_t number, char buffer[GROUPED_SIZE])
{
    char digits[24];
    int size = snprintf(digits, sizeof digits, "%" PRId64, number);
    char *out = buffer;
    for (int i = 0; i < size; i++) {
        *out++ = digits[i];
        int left = size - 1 - i;
        if (left > 0 && left % 3 == 0 && digits[i] != '-')
            *out++ = ',';
    }
    *out = '\0';
    return buffer;
}
