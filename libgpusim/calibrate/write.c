/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a calibration writes: a catalogue's entry, job profiles, and residuals to draw. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "calibrate/fitted.h"

#define DIGITS 5 /* of figures: more than any is known to, few enough to read */

/* ---- an entry ---- */

// a text between quotes as YAML and our own reader take it
static void add_quoted(gs_text *text, const char *word)
{
    gs_text_add(text, "\"");
    for (const char *c = word; *c; c++) {
        int plain = (unsigned char)*c >= ' ' && *c != 0x7f;
        gs_text_add(text, *c == '"' || *c == '\\' ? "\\%c" : "%c", plain ? *c : '?');
    }
    gs_text_add(text, "\"");
}

static const gpusim_calibration_parameter *find(const gpusim_calibration *calibration,
                                                const char *key)
{
    for (uint32_t i = 0; i < calibration->parameter_count; i++) {
        if (strcmp(calibration->parameters[i].key, key) == 0) {
            return &calibration->parameters[i];
        }
    }
    return NULL;
}

/* The figures of one section that an entry gives; `given` collects their key paths. */
typedef struct section {
    gs_text *text, *given;
    const char *name;
    uint32_t count, reserved;
} section;

static void add_figure(section *s, const char *key, double value, gpusim_unit unit)
{
    if (isnan(value)) {
        return;
    }
    if (s->count++ == 0) {
        gs_text_add(s->text, "    %s: {", s->name);
    } else {
        gs_text_add(s->text, ", ");
    }
    gs_text_add(s->text, "%s: ", key);
    gs_text_quantity(s->text, value, unit, DIGITS);
    gs_text_add(s->given, "%s%s.%s", s->given->bytes.count ? ", " : "", s->name, key);
}

static void end_section(const section *s)
{
    if (s->count) {
        gs_text_add(s->text, "}\n");
    }
}

// a fitted parameter of this section
static void add_fitted(section *s, const gpusim_calibration *calibration, const char *path)
{
    const gpusim_calibration_parameter *parameter = find(calibration, path);
    if (parameter) {
        add_figure(s, strchr(path, '.') + 1, parameter->value, (gpusim_unit)parameter->unit);
    }
}

// the figures `given`, made from what the path holds: "fit to 68 configurations under power caps"
static void add_source(gs_text *text, const gs_text *given, const char *sure, const char *from,
                       uint32_t count, const char *of, const char *path)
{
    if (given->bytes.count == 0) {
        return;
    }
    char words[256];
    snprintf(words, sizeof words, "%s %u %s, %.160s", from, count, of, path);
    gs_text_add(text, "      - figures: [%.*s]\n        from: ", (int)given->bytes.count,
                (const char *)given->bytes.data);
    add_quoted(text, words);
    gs_text_add(text, "\n        sure: %s\n", sure);
}

static void write_caps_entry(const gpusim_calibration *calibration, gs_text *text, gs_text *fitted,
                             gs_text *assumed)
{
    const gs_cap_table *table = &calibration->measured.caps;
    const gpusim_calibration_parameter *floor_clock = find(calibration, "clocks.minimum");
    section clocks = {.text = text, .given = fitted, .name = "clocks"};
    if (calibration->base && !floor_clock->open_low) {
        add_figure(&clocks, "minimum", floor_clock->value * calibration->base->clocks.maximum,
                   GPUSIM_UNIT_HERTZ);
    }
    end_section(&clocks);
    section power = {.text = text, .given = assumed, .name = "power"};
    if (!calibration->base) {
        add_figure(&power, "tdp", table->cap[table->caps - 1], GPUSIM_UNIT_WATT);
        add_figure(&power, "cap_min", table->cap[0], GPUSIM_UNIT_WATT);
    }
    power.given = fitted;
    add_fitted(&power, calibration, "power.context");
    add_fitted(&power, calibration, "power.fixed");
    add_fitted(&power, calibration, "power.dynamic");
    add_fitted(&power, calibration, "power.knee_clock");
    add_fitted(&power, calibration, "power.knee_voltage");
    end_section(&power);
}

static void write_heat_entry(const gpusim_calibration *calibration, gs_text *text, gs_text *fitted)
{
    section thermal = {.text = text, .given = fitted, .name = "thermal"};
    const gpusim_calibration_parameter *rise = find(calibration, "memory_rise");
    const gpusim_gpu_model *base = calibration->base;
    add_fitted(&thermal, calibration, "thermal.resistance");
    add_fitted(&thermal, calibration, "thermal.fast_share");
    add_fitted(&thermal, calibration, "thermal.fast_time");
    add_fitted(&thermal, calibration, "thermal.slow_time");
    add_fitted(&thermal, calibration, "thermal.memory_coupling");
    add_fitted(&thermal, calibration, "thermal.memory_time");
    if (rise && !calibration->measured.heat.memory_use) {
        // all of the memory's warming went into the coupling
        add_figure(&thermal, "memory_resistance", 0, GPUSIM_UNIT_KELVIN_PER_WATT);
    } else if (rise && base && base->power.memory > 0) {
        add_figure(&thermal, "memory_resistance", fmax(rise->value, 0) / base->power.memory,
                   GPUSIM_UNIT_KELVIN_PER_WATT);
    }
    end_section(&thermal);
}

static gpusim_status write_entry(const gpusim_calibration *calibration, gs_text *text,
                                 gpusim_error *err)
{
    gs_text fitted = {0}, assumed = {0};
    int caps = calibration->info.kind == GPUSIM_CALIBRATION_CAPS;
    gs_text_add(text, "# Made by gpusim calibrate. Single figures of a fit are less sure than what "
                      "they\n# say together: see the intervals.\ngpus:\n  - name: ");
    add_quoted(text, calibration->info.name);
    gs_text_add(text, "\n");
    if (calibration->base) {
        gs_text_add(text, "    base: ");
        add_quoted(text, calibration->base->name);
        gs_text_add(text, "\n");
    }
    if (caps) {
        write_caps_entry(calibration, text, &fitted, &assumed);
    } else {
        write_heat_entry(calibration, text, &fitted);
    }
    gs_text_add(text, "    sources:\n");
    const gpusim_calibration_info *info = &calibration->info;
    add_source(text, &fitted, "derived", "fit to", info->used,
               caps ? "configurations under power caps" : "lines of power and temperature",
               calibration->path);
    add_source(text, &assumed, "assumed", "the highest and lowest cap of", info->used,
               "configurations", calibration->path);
    text->status = fitted.status != GPUSIM_OK ? fitted.status : text->status;
    text->status = assumed.status != GPUSIM_OK ? assumed.status : text->status;
    gs_text_release(&fitted);
    gs_text_release(&assumed);
    return gs_text_end(text, err);
}

/* ---- profiles ---- */

static gpusim_status write_profiles(const gpusim_calibration *calibration, gs_text *text,
                                    gpusim_error *err)
{
    uint32_t count = calibration->caps.count;
    if (count) {
        gs_text_add(text,
                    "# Made by gpusim calibrate: a job's `profile:` for each configuration of"
                    "\n# %s, for the GPU model ",
                    calibration->path);
        add_quoted(text, calibration->info.name);
        gs_text_add(text, ".\n");
    }
    for (uint32_t i = 0; i < count; i++) {
        const gpusim_calibration_workload *workload = &calibration->workloads[i];
        add_quoted(text, workload->name);
        gs_text_add(text, ": {intensity: ");
        gs_text_number(text, workload->intensity, 4);
        gs_text_add(text, ", memory_bound: ");
        gs_text_number(text, workload->memory_bound, 4);
        gs_text_add(text, ", host_bound: ");
        gs_text_number(text, workload->host_bound, 4);
        gs_text_add(text, "}\n");
    }
    return gs_text_end(text, err);
}

/* ---- residuals ---- */

// a cell of CSV: quoted where it must be
static void add_cell(gs_text *text, const char *word)
{
    if (!strpbrk(word, ",\"")) {
        gs_text_add(text, "%s", word);
        return;
    }
    gs_text_add(text, "\"");
    for (const char *c = word; *c; c++) {
        gs_text_add(text, *c == '"' ? "\"\"" : "%c", *c);
    }
    gs_text_add(text, "\"");
}

static void add_numbers(gs_text *text, const double *values, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        gs_text_add(text, i ? "," : "");
        gs_text_number(text, values[i], 7);
    }
    gs_text_add(text, "\n");
}

static void write_caps_residuals(const gpusim_calibration *calibration, gs_text *text)
{
    const gs_caps_fit *fit = &calibration->caps;
    const gs_cap_table *table = fit->table;
    gs_text_add(text, "configuration,cap_w,throughput,throughput_model,power_w,power_model_w\n");
    for (uint32_t i = 0; i < fit->count; i++) {
        double throughput[GS_CAPS_MAX], power[GS_CAPS_MAX], top = table->top_power[i];
        gs_caps_curve(fit->whole, fit->own[i], table, i, throughput, power, NULL, NULL);
        for (uint32_t k = 0; k < table->caps; k++) {
            size_t at = (size_t)i * table->caps + k;
            double row[] = {table->cap[k], table->throughput[at], throughput[k],
                            table->power[at] * top, power[k] * top};
            add_cell(text, table->name[i]);
            gs_text_add(text, ",");
            add_numbers(text, row, 5);
        }
    }
}

static void write_heat_residuals(const gpusim_calibration *calibration, gs_text *text)
{
    const gs_heat_log *log = &calibration->measured.heat;
    gs_text_add(text, "time_s,power_w,temperature_c,temperature_model_c%s\n",
                log->memory ? ",memory_c,memory_model_c" : "");
    for (uint32_t i = 0; i < log->points; i++) {
        double row[6] = {log->time[i], log->power[i], log->temperature[i],
                         calibration->heat.model[i]};
        if (log->memory) {
            row[4] = log->memory[i];
            row[5] = calibration->memory.model[i];
        }
        add_numbers(text, row, log->memory ? 6 : 4);
    }
}

gpusim_status gs_fitted_write(gpusim_calibration *calibration, gpusim_error *err)
{
    gpusim_status status;
    gs_text *residuals = &calibration->files[GPUSIM_CALIBRATION_RESIDUALS];
    GPUSIM_TRY(write_entry(calibration, &calibration->files[GPUSIM_CALIBRATION_ENTRY], err));
    GPUSIM_TRY(write_profiles(calibration, &calibration->files[GPUSIM_CALIBRATION_PROFILES], err));
    if (calibration->info.kind == GPUSIM_CALIBRATION_CAPS) {
        write_caps_residuals(calibration, residuals);
    } else {
        write_heat_residuals(calibration, residuals);
    }
    GPUSIM_TRY(gs_text_end(residuals, err));
cleanup:
    return status;
}
