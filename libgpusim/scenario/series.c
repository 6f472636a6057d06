/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Series to steps: plain values, lists of steps, CSV files and waves. */
#include "scenario/series.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/number.h"
#include "scenario/compile.h"
#include "scenario/files.h"

#define MOST_STEPS 1000000u
#define PI         3.14159265358979323846

typedef gs_series_step step;

// what steps are made from, and where they come from for messages
typedef struct maker {
    const gs_compilation *at;
    const char *key;
    gpusim_unit unit;
    double low, high; // equal: anywhere
    gpusim_time repeat;
    gs_array steps; // step
} maker;

// the limits that the table of this unit sets
static void set_limits(maker *m)
{
    m->low = m->unit == GPUSIM_UNIT_CELSIUS ? -50 : 0;
    m->high = m->unit == GPUSIM_UNIT_CELSIUS ? 150
              : m->unit == GPUSIM_UNIT_WATT  ? 1e9
                                             : (double)INFINITY;
    if (m->unit == GPUSIM_UNIT_PER_JOULE) {
        m->low = m->high = 0;
    }
}

static gpusim_status fail_at(const maker *m, const char *inner, gpusim_error *err,
                             const char *message)
{
    char key[160];
    snprintf(key, sizeof key, "%.100s.%.50s", m->key, inner);
    return gs_compile_fail(m->at, err, key, "%s", message);
}

static gpusim_status keep(const maker *m, gs_steps *steps, gpusim_error *err)
{
    uint32_t count = m->steps.count;
    gs_arena *arena = &m->at->model->arena;
    gpusim_time *times = gs_arena_get(arena, count * sizeof *times);
    double *values = gs_arena_get(arena, count * sizeof *values);
    if (!times || !values) {
        return gpusim_fail(err, GPUSIM_MEMORY, "no memory for a series of %u steps", count);
    }
    for (uint32_t i = 0; i < count; i++) {
        times[i] = GS_AT(m->steps, step, i).at;
        values[i] = GS_AT(m->steps, step, i).value;
    }
    *steps = (gs_steps){.at = times, .value = values, .repeat = m->repeat, .count = count};
    return GPUSIM_OK;
}

// ---- steps as written ----

static gpusim_status add_written(maker *m, const gpusim_list *list, gpusim_error *err)
{
    const step *written = list->items;
    char inner[64];
    for (uint32_t i = 0; i < list->count; i++) {
        snprintf(inner, sizeof inner, "steps[%u].at", i);
        gpusim_status status = GPUSIM_OK;
        if (i == 0 && written[i].at != 0) {
            status = fail_at(m, inner, err, "the first step must be at 0 s");
            gpusim_error_hint(err, "a value must hold from the beginning on");
        } else if (i > 0 && written[i].at <= written[i - 1].at) {
            status = fail_at(m, inner, err, "steps must be in order of time");
        } else {
            status = gs_array_push(&m->steps, &written[i], err);
        }
        if (status != GPUSIM_OK) {
            return status;
        }
    }
    return GPUSIM_OK;
}

// ---- files ----

// of a number without one
static const char *usual_unit(gpusim_unit unit)
{
    return unit == GPUSIM_UNIT_CELSIUS              ? "C"
           : unit == GPUSIM_UNIT_WATT               ? "W"
           : unit == GPUSIM_UNIT_KILOGRAM_PER_JOULE ? "g/kWh"
                                                    : "/kWh";
}

// a number in the unit that people write (C, W, g/kWh, /kWh), or a quantity with its own
static int read_value(const maker *m, const char *text, size_t length, double *value)
{
    char quantity[96];
    const char *usual = usual_unit(m->unit);
    int bare = gs_parse_double(text, length, value);
    if (length > 64) {
        return 0;
    }
    snprintf(quantity, sizeof quantity, "%.*s%s%s", (int)length, text, bare ? " " : "",
             bare ? usual : "");
    return gpusim_quantity_parse(quantity, m->unit, value, NULL) == GPUSIM_OK &&
           (m->low >= m->high || (*value >= m->low && *value <= m->high));
}

static gpusim_status fail_value(const maker *m, const gs_lines *lines, const char *text,
                                size_t length, gpusim_error *err)
{
    char low[48], high[48];
    gpusim_status status = gs_lines_fail(lines, text, err, "'%.*s' is no possible value",
                                         (int)(length < 40 ? length : 40), text);
    if (m->low < m->high && isfinite(m->high)) {
        gpusim_quantity_format(m->low, m->unit, 0, low, sizeof low);
        gpusim_quantity_format(m->high, m->unit, 0, high, sizeof high);
        gpusim_error_hint(err, "a number of %s, or one with its unit, from %s to %s",
                          usual_unit(m->unit), low, high);
    } else {
        gpusim_error_hint(err, "a number of %s, or one with its unit%s", usual_unit(m->unit),
                          m->low < m->high ? ", not below 0" : "");
    }
    return status;
}

static int read_time(const char *text, size_t length, gpusim_time *time)
{
    char quantity[96];
    double seconds;
    if (length > 64 || !gs_parse_double(text, length, &seconds)) {
        return 0;
    }
    snprintf(quantity, sizeof quantity, "%.*s s", (int)length, text);
    return gpusim_time_parse(quantity, time, NULL) == GPUSIM_OK && *time >= 0 && seconds <= 9e9;
}

static gpusim_status add_line(maker *m, const gs_lines *lines, const char *text, size_t length,
                              gpusim_error *err)
{
    step next;
    const char *comma = memchr(text, ',', length);
    size_t time = comma ? (size_t)(comma - text) : length;
    if (!comma) {
        gpusim_status status =
            gs_lines_fail(lines, text, err, "expected 'time_s,value', found '%.*s'",
                          (int)(length < 40 ? length : 40), text);
        gpusim_error_hint(err, "a line has two columns, such as '3600,21.5'");
        return status;
    }
    if (!read_time(text, time, &next.at)) {
        gpusim_status status =
            gs_lines_fail(lines, text, err, "expected a time in seconds, found '%.*s'",
                          (int)(time < 40 ? time : 40), text);
        gpusim_error_hint(err,
                          "times are counted from the start of the run: 3600, not 01:00 or a date");
        return status;
    }
    size_t rest = length - time - 1;
    if (!read_value(m, comma + 1, rest, &next.value)) {
        return fail_value(m, lines, comma + 1, rest, err);
    }
    if (m->steps.count == 0 && next.at != 0) {
        gpusim_status status =
            gs_lines_fail(lines, text, err, "the first value must be at 0 s, found '%.*s'",
                          (int)(time < 40 ? time : 40), text);
        gpusim_error_hint(err, "a value must hold from the beginning on");
        return status;
    }
    if (m->steps.count > 0 && next.at <= GS_AT(m->steps, step, m->steps.count - 1).at) {
        gpusim_status status =
            gs_lines_fail(lines, text, err,
                          "values must be in order of time: '%.*s' s is not after the line before",
                          (int)(time < 40 ? time : 40), text);
        gpusim_error_hint(err, "sort the file by its first column, each time once");
        return status;
    }
    if (m->steps.count == MOST_STEPS) {
        return gs_lines_fail(lines, text, err, "a series has at most %u values", MOST_STEPS);
    }
    return gs_array_push(&m->steps, &next, err);
}

static gpusim_status add_file(maker *m, const char *path, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    char key[160];
    char *full = NULL;
    gs_lines *lines = NULL;
    const char *text;
    size_t length;
    int more = 0;
    snprintf(key, sizeof key, "%.100s.file", m->key);
    GPUSIM_TRY(gs_open_input(m->at, key, path, &full, &lines, err));
    GPUSIM_TRY(gs_lines_next(lines, &text, &length, &more, err));
    if (!more || length != 12 || memcmp(text, "time_s,value", 12) != 0) {
        status = more ? gs_lines_fail(lines, text, err,
                                      "a series begins with the line 'time_s,value', found '%.*s'",
                                      (int)(length < 40 ? length : 40), text)
                      : gs_lines_fail(lines, NULL, err,
                                      "a series begins with the line 'time_s,value', the file is "
                                      "empty");
        gpusim_error_hint(err, "its lines are then such as '0,20', '3600,21.5'");
        goto cleanup;
    }
    for (;;) {
        GPUSIM_TRY(gs_lines_next(lines, &text, &length, &more, err));
        if (!more) {
            break;
        }
        if (length > 0) {
            GPUSIM_TRY(add_line(m, lines, text, length, err));
        }
    }
    if (m->steps.count == 0) {
        status = gs_lines_fail(lines, NULL, err, "the series has no values");
        gpusim_error_hint(err, "after 'time_s,value' there are lines such as '0,20', '3600,21.5'");
    }
cleanup:
    gs_lines_close(lines);
    gs_release(&full);
    return status;
}

// ---- waves ----

// cos(2 pi turns) with the same bits everywhere: one eighth of a turn by its series
static double cosine(double turns)
{
    double x = turns - floor(turns);
    x = x > 0.5 ? 1 - x : x;
    double sign = x > 0.25 ? -1 : 1;
    x = x > 0.25 ? 0.5 - x : x;
    int sine = x > 0.125;
    double angle = 2 * PI * (sine ? 0.25 - x : x), square = angle * angle;
    double term = sine ? angle : 1, sum = term;
    for (int k = sine ? 2 : 1; k < 20; k += 2) {
        term *= -square / (double)(k * (k + 1));
        sum += term;
    }
    return sign * sum;
}

static gpusim_status add_wave(maker *m, const gs_wave_fields *wave, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    if (wave->period % wave->step != 0 || wave->period / wave->step > MOST_STEPS) {
        status = fail_at(m, "wave.step", err, "a period must be a whole number of steps");
        gpusim_error_hint(err, "at most %u of them: a day in steps of 1 h has 24", MOST_STEPS);
        return status;
    }
    double largest = wave->mean + wave->amplitude, least = wave->mean - wave->amplitude;
    if (m->low < m->high && (least < m->low || largest > m->high)) {
        return fail_at(m, "wave.amplitude", err, "the wave reaches impossible values");
    }
    for (gpusim_time t = 0; t < wave->period; t += wave->step) {
        double middle = (double)(t - wave->peak) + (double)wave->step / 2;
        step next = {t, wave->mean + wave->amplitude * cosine(middle / (double)wave->period)};
        GPUSIM_TRY(gs_array_push(&m->steps, &next, err));
    }
    m->repeat = wave->period;
cleanup:
    return status;
}

// ---- all of them ----

static gpusim_status add_series(maker *m, const gs_series_fields *series, gpusim_error *err)
{
    int kinds = (series->steps.count > 0) + (series->file != NULL) + series->wave.present;
    if (kinds != 1) {
        gpusim_status status =
            gs_compile_fail(m->at, err, m->key, "a series has one of steps, file and wave");
        gpusim_error_hint(err, "or write a plain value that always holds");
        return status;
    }
    if (series->wave.present && series->repeat != GPUSIM_TIME_MAX) {
        return fail_at(m, "repeat", err, "a wave repeats by itself, every period");
    }
    m->repeat = series->repeat;
    gpusim_status status = series->wave.present ? add_wave(m, &series->wave, err)
                           : series->file       ? add_file(m, series->file, err)
                                                : add_written(m, &series->steps, err);
    if (status == GPUSIM_OK && GS_AT(m->steps, step, m->steps.count - 1).at >= m->repeat) {
        status = fail_at(m, "repeat", err, "the last step comes after the series has begun anew");
        gpusim_error_hint(err, "`repeat:` is longer than the time of the last step");
    }
    return status;
}

gpusim_status gs_series_compile(const struct gs_compilation *at, const char *key,
                                const gpusim_one_of *written, gpusim_unit unit, gs_steps *steps,
                                gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    maker m = {
        .at = at, .key = key, .unit = unit, .repeat = GPUSIM_TIME_MAX, .steps = GS_ARRAY(step)};
    *steps = (gs_steps){.repeat = GPUSIM_TIME_MAX};
    if (!written->value) {
        return GPUSIM_OK;
    }
    set_limits(&m);
    if (written->which == 0) {
        step always = {0, *(const double *)written->value};
        GPUSIM_TRY(gs_array_push(&m.steps, &always, err));
    } else {
        GPUSIM_TRY(add_series(&m, written->value, err));
    }
    GPUSIM_TRY(keep(&m, steps, err));
cleanup:
    gs_array_release(&m.steps);
    return status;
}
