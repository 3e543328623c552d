/* SPDX-License-Identifier: Apache-2.0
 *
 * Days and months of the calendar, UTC, as exports write them. */
#ifndef COMMON_DATES_H
#define COMMON_DATES_H

#include <sellable.h>
#include <stdbool.h>

/* Months are counted from January of the year 0. */
enum { MONTH_UNKNOWN = -1, DATE_SIZE = sizeof "YYYY-MM-DD" };

/* The month of "YYYY-MM", or of "YYYY-MM-DD" and whatever time follows a space or a T;
 * MONTH_UNKNOWN if it is none. */
int month_of_month(struct sellable_key text);
int month_of_date(struct sellable_key text);

/* The first instant of a month, of the day in "YYYY-MM-DD" (a time may follow), in ms since the
 * Unix epoch. False: it is no date. */
int64_t month_begins(int month);
bool day_begins(struct sellable_key text, int64_t *instant);

/* The day of an instant from 1970 on, as "YYYY-MM-DD". */
const char *date_of(int64_t instant, char buffer[DATE_SIZE]);
#define DATE(instant) date_of(instant, (char[DATE_SIZE]){0})

#endif
