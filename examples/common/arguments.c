/* SPDX-License-Identifier: Apache-2.0
 *
 * Numbers, words and days of the command line. */
#include "arguments.h"

#include "dates.h"
#include "support.h"

#include <stdbool.h>
#include <string.h>

int64_t read_number(const char *name, const char *text, int64_t least, int64_t most)
{
    const char *digit = *text == '-' && least < 0 ? text + 1 : text;
    int64_t number = 0;
    bool good = *digit != '\0';
    for (; *digit != '\0' && good; digit++) {
        good = *digit >= '0' && *digit <= '9' && number <= SELLABLE_QUANTITY_MAX;
        number = good ? 10 * number + (*digit - '0') : 0;
    }
    number = *text == '-' ? -number : number;
    if (!good || number < least || number > most)
        fail("--%s: \"%s\" is not from %lld to %lld", name, text, (long long)least,
             (long long)most);
    return number;
}

unsigned read_word(const char *name, const char *text, const char *const *words, unsigned count)
{
    for (unsigned i = 0; i < count; i++)
        if (strcmp(text, words[i]) == 0)
            return i;
    if (count == 2)
        fail("--%s: \"%s\" is neither %s nor %s", name, text, words[0], words[1]);
    fail("--%s: \"%s\" is neither %s, %s nor %s", name, text, words[0], words[1], words[2]);
}

int64_t read_day(const char *name, const char *text)
{
    int64_t instant;
    if (strlen(text) != DATE_SIZE - 1 || !day_begins(key_of(text), &instant) || instant < 0)
        fail("--%s: \"%s\" is no day YYYY-MM-DD from 1970 on", name, text);
    return instant;
}
