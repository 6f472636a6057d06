/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Quantities with units to numbers, exactly, and what is wrong with those that are none. */
#include "base/quantity.h"

#include <stdio.h>
#include <string.h>

#include "base/number.h"
#include "base/unit.h"

__extension__ typedef unsigned __int128 wide;

#define LARGEST_EXPONENT 400 // of a power of ten; more is 0 or infinite anyway

static int is_digit(char c)
{
    return c >= '0' && c <= '9';
}

const char *gs_quote(const char *text, size_t length, char buffer[72])
{
    // cut at a character, not within one
    size_t kept = length;
    if (length > 60) {
        kept = 57;
        while (kept > 0 && ((unsigned char)text[kept] & 0xC0) == 0x80) {
            kept--;
        }
    }
    for (size_t i = 0; i < kept; i++) {
        unsigned char byte = (unsigned char)text[i];
        buffer[i] = byte < 0x20 || byte == 0x7F ? '?' : text[i];
    }
    snprintf(buffer + kept, 72 - kept, "%s", kept < length ? "..." : "");
    return buffer;
}

// the number at the beginning of a text; returns its length, 0 when there is none
static size_t read_number(const char *text, gs_quantity *q)
{
    size_t at = 0, seen = 0;
    int point = 0, full = 0;
    if (text[at] == '+' || text[at] == '-') {
        q->negative = text[at++] == '-';
    }

    // digits, with at most one point among them; what does not fit in 64 bits is cut
    for (; is_digit(text[at]) || (text[at] == '.' && !point); at++) {
        if (text[at] == '.') {
            point = 1;
            continue;
        }
        seen++;
        unsigned digit = (unsigned)(text[at] - '0');
        full = full || q->digits > (UINT64_MAX - digit) / 10;
        if (!full) {
            q->digits = q->digits * 10 + digit;
            q->exponent -= point;
        } else {
            q->cut |= digit != 0;
            q->exponent += !point;
        }
    }
    if (seen == 0) {
        return 0;
    }

    // an exponent only if it has digits: '1 e' is a number and a unit
    if (text[at] == 'e' || text[at] == 'E') {
        size_t next = at + 1;
        int minus = text[next] == '-', exponent = 0;
        next += text[next] == '+' || text[next] == '-';
        if (is_digit(text[next])) {
            for (; is_digit(text[next]); next++) {
                exponent = exponent < 100000 ? exponent * 10 + (text[next] - '0') : exponent;
            }
            q->exponent += minus ? -exponent : exponent;
            at = next;
        }
    }
    return at;
}

// "write '30 s', '30 min', '30 h' or '30 d'"
static void hint_units(gpusim_error *err, const char *number, size_t length, gpusim_unit unit)
{
    char list[200] = "";
    const char *const *usual = gs_unit_usual(unit);
    for (int i = 0; usual[i]; i++) {
        size_t used = strlen(list);
        const char *separator = i == 0 ? "" : usual[i + 1] ? ", " : " or ";
        snprintf(list + used, sizeof list - used, "%s'%.*s%s%s'", separator,
                 (int)(length < 20 ? length : 20), number, usual[i][0] == '/' ? "" : " ", usual[i]);
    }
    gpusim_error_hint(err, "write %s", list);
}

static gpusim_status fail_unit(const char *text, size_t number, const char *word, size_t length,
                               gpusim_unit unit, gpusim_error *err)
{
    char quoted[72], unknown[72];
    gs_quote(text, strlen(text), quoted);
    gs_quote(word, length, unknown);
    const gs_unit_word *other = gs_unit_find(word, length, GPUSIM_UNIT_COUNT);
    if (length == 0) {
        gpusim_fail(err, GPUSIM_ARGUMENT, "'%s' has no unit", quoted);
        hint_units(err, text, number, unit);
    } else if (other && gs_unit_is_bare(unit)) {
        gpusim_fail(err, GPUSIM_ARGUMENT, "'%s' is %s; expected a number without a unit", quoted,
                    gs_unit_noun(other->unit));
        gpusim_error_hint(err, "write '%.*s'", (int)number, text);
    } else if (other) {
        gpusim_fail(err, GPUSIM_ARGUMENT, "'%s' is %s; expected %s such as '%s'", quoted,
                    gs_unit_noun(other->unit), gs_unit_noun(unit), gs_unit_example(unit));
        hint_units(err, text, number, unit);
    } else if (gs_unit_is_bare(unit) || strchr(".,:-+_0123456789", word[0])) {
        gpusim_fail(err, GPUSIM_ARGUMENT, "expected %s such as '%s', found '%s'",
                    gs_unit_noun(unit), gs_unit_example(unit), quoted);
    } else {
        gpusim_fail(err, GPUSIM_ARGUMENT, "'%s' is no unit of %s", unknown, gs_unit_noun(unit));
        hint_units(err, text, number, unit);
        if (unit == GPUSIM_UNIT_PER_JOULE && word[0] != '/') {
            gpusim_error_hint(err,
                              "write '%.*s/kWh'; what that is in stands apart, `currency: EUR`",
                              (int)(number < 20 ? number : 20), text);
        }
    }
    return GPUSIM_ARGUMENT;
}

gpusim_status gs_quantity_read(const char *text, gpusim_unit unit, gs_quantity *q,
                               gpusim_error *err)
{
    *q = (gs_quantity){.factor = 1, .divisor = 1};
    while (*text == ' ') {
        text++;
    }
    size_t number = read_number(text, q);
    if (number == 0) {
        char quoted[72];
        return gpusim_fail(err, GPUSIM_ARGUMENT, "expected %s such as '%s', found '%s'",
                           gs_unit_noun(unit), gs_unit_example(unit),
                           gs_quote(text, strlen(text), quoted));
    }

    // what follows is the unit; "1/h" may stand for "/h"
    const char *word = text + number;
    while (*word == ' ') {
        word++;
    }
    if (word[0] == '1' && word[1] == '/' && word > text + number) {
        word++;
    }
    size_t length = strlen(word);
    while (length > 0 && word[length - 1] == ' ') {
        length--;
    }
    if (length == 0 && gs_unit_is_bare(unit)) {
        return GPUSIM_OK;
    }
    const gs_unit_word *found = gs_unit_find(word, length, unit);
    if (!found) {
        return fail_unit(text, number, word, length, unit, err);
    }
    q->factor = found->factor;
    q->divisor = found->divisor;
    q->exponent += found->exponent;
    return GPUSIM_OK;
}

// a whole number in decimal digits; the longest has 39
static char *print_wide(wide value, char buffer[64])
{
    char *at = buffer + 63;
    *at = '\0';
    do {
        *--at = (char)('0' + (int)(value % 10));
        value /= 10;
    } while (value);
    return at;
}

double gs_quantity_double(const gs_quantity *q)
{
    // digits and factor multiply exactly, and the text of that rounds once
    char digits[64], text[96];
    int exponent = q->exponent;
    if (exponent > LARGEST_EXPONENT || exponent < -LARGEST_EXPONENT) {
        exponent = exponent > 0 ? LARGEST_EXPONENT : -LARGEST_EXPONENT;
    }
    int length = snprintf(text, sizeof text, "%se%d",
                          print_wide((wide)q->digits * q->factor, digits), exponent);
    double value = 0.0;
    if (!gs_parse_double(text, (size_t)length, &value)) {
        value = q->digits ? __builtin_inf() : 0.0;
    }
    value /= (double)q->divisor;
    return q->negative ? -value : value;
}

gs_integer_fit gs_quantity_integer(const gs_quantity *q, int places, uint64_t *magnitude)
{
    wide value = (wide)q->digits * q->factor;
    int exponent = q->exponent + places;
    int exact = !q->cut && q->divisor == 1;
    if (value == 0) {
        *magnitude = 0;
        return exact ? GS_FIT_EXACT : GS_FIT_ROUNDED;
    }
    for (; exponent > 0; exponent--) {
        if (value > UINT64_MAX) {
            return GS_FIT_TOO_LARGE;
        }
        value *= 10;
    }

    // to nearest: the last digit cut off decides, the ones below it only tell whether it was exact
    unsigned last = 0;
    int rest = 0;
    exponent = exponent < -60 ? -60 : exponent;
    for (; exponent < 0; exponent++) {
        rest |= last != 0;
        last = (unsigned)(value % 10);
        value /= 10;
    }
    exact = exact && last == 0 && !rest;
    value += last >= 5;
    if (value > UINT64_MAX) {
        return GS_FIT_TOO_LARGE;
    }
    *magnitude = (uint64_t)value;
    return exact ? GS_FIT_EXACT : GS_FIT_ROUNDED;
}

gpusim_status gpusim_quantity_parse(const char *text, gpusim_unit unit, double *value,
                                    gpusim_error *err)
{
    if (!text || (unsigned)unit >= GPUSIM_UNIT_COUNT) {
        return gpusim_fail(err, GPUSIM_ARGUMENT, "no text or no such unit");
    }
    gs_quantity q;
    gpusim_status status = gs_quantity_read(text, unit, &q, err);
    if (status != GPUSIM_OK) {
        return status;
    }
    double result = gs_quantity_double(&q);
    if (!(result - result == 0.0)) {
        char quoted[72];
        return gpusim_fail(err, GPUSIM_ARGUMENT, "'%s' is too large",
                           gs_quote(text, strlen(text), quoted));
    }
    *value = result;
    return GPUSIM_OK;
}

gpusim_status gpusim_time_parse(const char *text, gpusim_time *value, gpusim_error *err)
{
    if (!text) {
        return gpusim_fail(err, GPUSIM_ARGUMENT, "no text");
    }
    if (strcmp(text, "never") == 0) {
        *value = GPUSIM_TIME_MAX;
        return GPUSIM_OK;
    }
    gs_quantity q;
    gpusim_status status = gs_quantity_read(text, GPUSIM_UNIT_SECOND, &q, err);
    if (status != GPUSIM_OK) {
        return status;
    }
    uint64_t magnitude = 0;
    if (gs_quantity_integer(&q, 9, &magnitude) == GS_FIT_TOO_LARGE ||
        magnitude >= (uint64_t)GPUSIM_TIME_MAX) {
        char quoted[72];
        gpusim_fail(err, GPUSIM_ARGUMENT, "'%s' is too long a time",
                    gs_quote(text, strlen(text), quoted));
        gpusim_error_hint(err, "the longest is 106751 d; 'never' has no end");
        return GPUSIM_ARGUMENT;
    }
    *value = q.negative ? -(gpusim_time)magnitude : (gpusim_time)magnitude;
    return GPUSIM_OK;
}
