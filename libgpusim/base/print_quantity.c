/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Quantities and times as a person would write them. */
#include <stdio.h>
#include <string.h>

#include "base/number.h"
#include "base/quantity.h"
#include "base/unit.h"

// 10^exponent for the few that units use, exactly
static double power_of_ten(int exponent)
{
    double power = 1.0;
    for (int i = 0; i < (exponent < 0 ? -exponent : exponent); i++) {
        power *= 10.0;
    }
    return power;
}

// a value in a unit; one rounding or two
static double in_unit(double value, const gs_unit_word *word)
{
    double number = value * (double)word->divisor / (double)word->factor;
    double power = power_of_ten(word->exponent);
    return word->exponent < 0 ? number * power : number / power;
}

// three or four digits that say enough
static double shorten(double number)
{
    double size = number < 0.0 ? -number : number;
    double steps = size < 10.0 ? 1000.0 : size < 100.0 ? 100.0 : size < 1000.0 ? 10.0 : 1.0;
    if (!(size < 1e15) || size < 0.01) {
        return number;
    }
    double rounded = (double)(int64_t)(size * steps + 0.5) / steps;
    return number < 0.0 ? -rounded : rounded;
}

static int print_in(double number, const gs_unit_word *word, char *buffer, int size)
{
    char digits[GS_NUMBER_SIZE];
    gs_print_double(number, digits, sizeof digits);
    const char *space = word && word->text[0] != '/' ? " " : "";
    return snprintf(buffer, (size_t)size, "%s%s%s", digits, space, word ? word->text : "");
}

// the number a person would have written (at most six decimals) when it reads back as the value:
// the way into a unit may have moved the last bit
static double tidy(double number, double value, const gs_unit_word *word)
{
    char text[64];
    double back = 0.0, size = number < 0.0 ? -number : number;
    if (!(size < 1e9)) {
        return number;
    }
    double rounded = (double)(int64_t)(size * 1e6 + 0.5) / 1e6;
    rounded = number < 0.0 ? -rounded : rounded;
    print_in(rounded, word, text, sizeof text);
    int same = gpusim_quantity_parse(text, word->unit, &back, NULL) == GPUSIM_OK && back == value;
    return same ? rounded : number;
}

// binary and decimal multiples do not mix when a value is shortened
static int is_decimal_size(const gs_unit_word *word)
{
    int bytes = word->unit == GPUSIM_UNIT_BYTE || word->unit == GPUSIM_UNIT_BYTE_PER_SECOND;
    return bytes && word->exponent > 0;
}

int gpusim_quantity_format(double value, gpusim_unit unit, int exact, char *buffer, int size)
{
    if ((unsigned)unit >= GPUSIM_UNIT_COUNT || gs_unit_is_bare(unit) || !(value - value == 0.0)) {
        return print_in(exact ? value : shorten(value), NULL, buffer, size);
    }

    // the base unit always serves; others when they show at least 1 and, if exact, no less text
    uint32_t count;
    const gs_unit_word *words = gs_unit_words(&count);
    char best[64] = "";
    for (uint32_t i = 0; i < count; i++) {
        const gs_unit_word *word = &words[i];
        if (word->unit != unit || !word->printed || (!exact && is_decimal_size(word))) {
            continue;
        }
        int base = word->factor == 1 && word->exponent == 0 && word->divisor == 1;
        double number = in_unit(value, word);
        char text[64];
        if (!base && !(number >= 1.0 || number <= -1.0)) {
            continue;
        }
        if (!exact) {
            int large = number >= 1.0 || number <= -1.0;
            print_in(shorten(number), word, text, sizeof text);
            if (best[0] && !large) {
                continue;
            }
            memcpy(best, text, sizeof best);
            // units of a kind go from large to small, so the first one that shows 1 is the one;
            // rates go the other way round and end likewise
            if (large) {
                break;
            }
            continue;
        }
        double back = 0.0;
        print_in(tidy(number, value, word), word, text, sizeof text);
        if (!base && strchr(text, 'e')) {
            continue; // 1e9 s is more than enough
        }
        if (gpusim_quantity_parse(text, unit, &back, NULL) == GPUSIM_OK && back == value &&
            (!best[0] || strlen(text) < strlen(best))) {
            memcpy(best, text, sizeof best);
        }
    }
    return snprintf(buffer, (size_t)size, "%s", best);
}

int gpusim_time_format(gpusim_time value, char *buffer, int size)
{
    static const struct {
        uint64_t length;
        const char *text;
    } units[] = {
        {GPUSIM_DAY, "d"},    {GPUSIM_HOUR, "h"},         {GPUSIM_MINUTE, "min"},
        {GPUSIM_SECOND, "s"}, {GPUSIM_MILLISECOND, "ms"}, {GPUSIM_MICROSECOND, "us"},
        {UINT64_C(1), "ns"},
    };
    if (value == GPUSIM_TIME_MAX) {
        return snprintf(buffer, (size_t)size, "never");
    }
    if (value == 0) {
        return snprintf(buffer, (size_t)size, "0 s");
    }
    uint64_t magnitude = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
    size_t i = 0;
    while (magnitude % units[i].length != 0) {
        i++;
    }
    return snprintf(buffer, (size_t)size, "%s%llu %s", value < 0 ? "-" : "",
                    (unsigned long long)(magnitude / units[i].length), units[i].text);
}
