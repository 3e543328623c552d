/* SPDX-License-Identifier: Apache-2.0
 *
 * Days and months. */
#include "dates.h"

#include <stdio.h>

/* So many digits, as a number; -1 if one is none. */
static int digits(const char *text, size_t count)
{
    int number = 0;
    for (size_t i = 0; i < count; i++) {
        if (text[i] < '0' || text[i] > '9')
            return -1;
        number = 10 * number + (text[i] - '0');
    }
    return number;
}

static bool is_leap(int year)
{
    return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

static int days_in(int month)
{
    static const int days[12] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    return days[month % 12] + (month % 12 == 1 && is_leap(month / 12));
}

int month_of_month(struct sellable_key text)
{
    if (text.size != 7 || text.bytes[4] != '-')
        return MONTH_UNKNOWN;
    int year = digits(text.bytes, 4);
    int month = digits(text.bytes + 5, 2);
    return year < 0 || month < 1 || month > 12 ? MONTH_UNKNOWN : 12 * year + month - 1;
}

int month_of_date(struct sellable_key text)
{
    if (text.size < 10 || text.bytes[7] != '-' ||
        (text.size > 10 && text.bytes[10] != ' ' && text.bytes[10] != 'T'))
        return MONTH_UNKNOWN;
    int month = month_of_month((struct sellable_key){text.bytes, 7});
    int day = digits(text.bytes + 8, 2);
    return month == MONTH_UNKNOWN || day < 1 || day > days_in(month) ? MONTH_UNKNOWN : month;
}

/* From the first day of the year 0, which was a leap year, to that of this one. */
static int64_t days_before(int year)
{
    int leap_years = (year + 3) / 4 - (year + 99) / 100 + (year + 399) / 400;
    return (int64_t)365 * year + leap_years;
}

int64_t month_begins(int month)
{
    int64_t days = days_before(month / 12) - days_before(1970);
    for (int m = month - month % 12; m < month; m++)
        days += days_in(m);
    return days * SELLABLE_DAY;
}

bool day_begins(struct sellable_key text, int64_t *instant)
{
    int month = month_of_date(text);
    if (month == MONTH_UNKNOWN)
        return false;
    *instant = month_begins(month) + (digits(text.bytes + 8, 2) - 1) * SELLABLE_DAY;
    return true;
}

const char *date_of(int64_t instant, char buffer[DATE_SIZE])
{
    int64_t day = instant / SELLABLE_DAY;
    int month = 12 * 1970;
    for (; day >= days_in(month); month++)
        day -= days_in(month);
    /* The remainders tell the compiler that it fits. */
    snprintf(buffer, DATE_SIZE, "%04u-%02u-%02u", (unsigned)month / 12 % 10000,
             (unsigned)month % 12 + 1, (unsigned)day % 31 + 1);
    return buffer;
}
