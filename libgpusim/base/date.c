/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Dates to seconds and back. */
#include "base/date.h"

#include <string.h>

#include <gpusim/field.h>

// two digits, or -1
static int two_digits(const char *text)
{
    int high = text[0] - '0';
    int low = text[1] - '0';
    return high >= 0 && high <= 9 && low >= 0 && low <= 9 ? high * 10 + low : -1;
}

static int is_leap(int year)
{
    return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

static int days_of_month(int year, int month)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    return days[month - 1] + (month == 2 && is_leap(year));
}

// days from 1970-01-01, by counting leap years
static int64_t days_before(int year, int month, int day)
{
    int64_t y = year - 1;
    int64_t days = (int64_t)(year - 1970) * 365 + (y / 4 - y / 100 + y / 400) - 477;
    for (int m = 1; m < month; m++) {
        days += days_of_month(year, m);
    }
    return days + day - 1;
}

// a whole day; 0: none
static int read_day(const char *text, int64_t *days)
{
    int century = two_digits(text), year = two_digits(text + 2);
    int month = two_digits(text + 5), day = two_digits(text + 8);
    if (text[4] != '-' || text[7] != '-' || century < 0 || year < 0 || month < 1 || month > 12) {
        return 0;
    }
    year += century * 100;
    if (year < 1970 || year > 2261 || day < 1 || day > days_of_month(year, month)) {
        return 0;
    }
    *days = days_before(year, month, day);
    return 1;
}

int gs_date_read(const char *text, size_t length, gpusim_time *since_1970)
{
    int64_t days = 0;
    if ((length != 10 && length != 19) || !read_day(text, &days)) {
        return 0;
    }
    int64_t seconds = days * 86400;
    if (length == 19) {
        int hour = two_digits(text + 11), minute = two_digits(text + 14);
        int second = two_digits(text + 17);
        if ((text[10] != ' ' && text[10] != 'T') || text[13] != ':' || text[16] != ':' ||
            hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 60) {
            return 0;
        }
        seconds += hour * 3600 + minute * 60 + second;
    }
    *since_1970 = seconds * GPUSIM_SECOND;
    return 1;
}

gpusim_status gpusim_date_parse(const char *text, gpusim_time *since_1970, gpusim_error *err)
{
    size_t length = text ? strlen(text) : 0;
    size_t used = length == 20 && text[19] == 'Z' ? 19 : length;
    if (text && gs_date_read(text, used, since_1970)) {
        return GPUSIM_OK;
    }
    gpusim_status status =
        gpusim_fail(err, GPUSIM_ARGUMENT, "'%s' is no date from 1970 to 2261", text ? text : "");
    gpusim_error_hint(err, "write '2026-01-01' or '2026-01-01T12:00:00', UTC");
    return status;
}

// from the days of an era of 400 years that begins with March
gs_date gs_date_of(int64_t second)
{
    int64_t rest = second % 86400;
    rest += rest < 0 ? 86400 : 0;
    int64_t day = (second - rest) / 86400 + 719468;
    int64_t era = (day >= 0 ? day : day - 146096) / 146097, of_era = day - era * 146097;
    int64_t year = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
    int64_t of_year = of_era - (365 * year + year / 4 - year / 100);
    int64_t march = (5 * of_year + 2) / 153; // months from March
    int64_t month = march < 10 ? march + 3 : march - 9;
    return (gs_date){
        .year = (int)(year + era * 400 + (month <= 2)),
        .month = (int)month,
        .day = (int)(of_year - (153 * march + 2) / 5 + 1),
        .hour = (int)(rest / 3600),
        .minute = (int)(rest / 60 % 60),
        .second = (int)(rest % 60),
    };
}
