/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What no GPU model may be, and where its figures come from. */
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/field.h"
#include "cluster/gpu.h"

static gpusim_status refuse(gpusim_error *err, const char *figure, const char *format, ...)
    GPUSIM_PRINTF(3, 4);
static gpusim_status refuse(gpusim_error *err, const char *figure, const char *format, ...)
{
    char message[200];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(message, sizeof message, format, arguments);
    va_end(arguments);
    gpusim_fail(err, GPUSIM_SCENARIO, "%s", message);
    if (err) {
        snprintf(err->key, sizeof err->key, "%s", figure);
    }
    return GPUSIM_SCENARIO;
}

// ---- figure by figure ----

static gpusim_status check_range(const gpusim_field *field, const char *figure, double value,
                                 gpusim_error *err)
{
    int low = field->flags & GPUSIM_EXCLUSIVE ? value > field->minimum : value >= field->minimum;
    if (isnan(value) || !gs_field_has_range(field) || (low && value <= field->maximum)) {
        return GPUSIM_OK;
    }
    char shown[64];
    gpusim_quantity_format(value, field->unit, 0, shown, sizeof shown);
    return refuse(err, figure, "'%s' would be %s, which is not possible", figure, shown);
}

static gpusim_status check_ranges(const gpusim_record *record, const char *prefix, const char *at,
                                  gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    for (uint32_t i = 0; i < record->count && status == GPUSIM_OK; i++) {
        const gpusim_field *field = &record->fields[i];
        char figure[96];
        snprintf(figure, sizeof figure, "%s%s%s", prefix, prefix[0] ? "." : "", field->name);
        if (field->type == GPUSIM_RECORD) {
            status = check_ranges(field->detail.record, figure, at + field->offset, err);
        } else if (field->type == GPUSIM_FLOAT64) {
            double value;
            memcpy(&value, at + field->offset, sizeof value);
            status = check_range(field, figure, value, err);
        }
    }
    return status;
}

// ---- figures together ----

#define OF(section, key)                                                                           \
#section "." #key,                                                                             \
        (uint32_t)(offsetof(gpusim_gpu_model, section) + offsetof(gpusim_gpu_##section, key))

static double figure_at(const gpusim_gpu_model *model, uint32_t offset)
{
    double value;
    memcpy(&value, (const char *)model + offset, sizeof value);
    return value;
}

// what no rule can make up
static gpusim_status check_needed(const gpusim_gpu_model *model, gpusim_error *err)
{
    static const struct {
        const char *figure;
        uint32_t offset;
    } needed[] = {
        {OF(power, idle)},
        {OF(clocks, maximum)},
        {OF(limits, operating)},
        {OF(thermal, resistance)},
    };
    for (size_t i = 0; i < sizeof needed / sizeof needed[0]; i++) {
        if (isnan(figure_at(model, needed[i].offset))) {
            gpusim_status status =
                refuse(err, needed[i].figure, "'%s' is missing in GPU model '%s', which has a TDP",
                       needed[i].figure, model->name);
            gpusim_error_hint(err, "`base:` names another model that gives what is left out");
            return status;
        }
    }
    return GPUSIM_OK;
}

static gpusim_status check_order(const gpusim_gpu_model *model, gpusim_error *err)
{
    static const struct {
        const char *low;
        uint32_t low_offset;
        const char *high;
        uint32_t high_offset;
        gpusim_unit unit;
        int equal; // may be
    } order[] = {
        {OF(power, cap_min), OF(power, tdp), GPUSIM_UNIT_WATT, 1},
        {OF(power, tdp), OF(power, cap_max), GPUSIM_UNIT_WATT, 1},
        {OF(power, idle), OF(power, context), GPUSIM_UNIT_WATT, 1},
        {OF(leakage, power), OF(power, fixed), GPUSIM_UNIT_WATT, 1},
        {OF(power, memory), OF(power, dynamic), GPUSIM_UNIT_WATT, 1},
        {OF(power, memory_idle), OF(power, idle), GPUSIM_UNIT_WATT, 1},
        {OF(clocks, minimum), OF(clocks, maximum), GPUSIM_UNIT_HERTZ, 1},
        {OF(clocks, idle), OF(clocks, maximum), GPUSIM_UNIT_HERTZ, 1},
        {OF(clocks, step), OF(clocks, maximum), GPUSIM_UNIT_HERTZ, 1},
        {OF(limits, operating), OF(limits, slowdown), GPUSIM_UNIT_CELSIUS, 0},
        {OF(limits, slowdown), OF(limits, shutdown), GPUSIM_UNIT_CELSIUS, 0},
    };
    for (size_t i = 0; i < sizeof order / sizeof order[0]; i++) {
        double low = figure_at(model, order[i].low_offset);
        double high = figure_at(model, order[i].high_offset);
        if (low < high || (order[i].equal && low <= high)) {
            continue;
        }
        char low_text[48], high_text[48];
        gpusim_quantity_format(low, order[i].unit, 0, low_text, sizeof low_text);
        gpusim_quantity_format(high, order[i].unit, 0, high_text, sizeof high_text);
        return refuse(err, order[i].low, "'%s' (%s) has to be %s '%s' (%s)", order[i].low, low_text,
                      order[i].equal ? "at most" : "below", order[i].high, high_text);
    }
    double busy = model->power.fixed + model->power.dynamic;
    if (model->power.context > busy) {
        char shown[48], sum[48];
        gpusim_quantity_format(model->power.context, GPUSIM_UNIT_WATT, 0, shown, sizeof shown);
        gpusim_quantity_format(busy, GPUSIM_UNIT_WATT, 0, sum, sizeof sum);
        return refuse(err, "power.context",
                      "'power.context' (%s) has to be at most 'fixed' and 'dynamic' together (%s)",
                      shown, sum);
    }
    return GPUSIM_OK;
}

// ---- MIG ----

static gpusim_status check_profile(const gpusim_gpu_model *model, uint32_t i, gpusim_error *err)
{
    const gpusim_mig_profile *profiles = model->mig.items;
    const gpusim_mig_profile *profile = &profiles[i];
    const uint32_t *start = profile->starts.items;
    char figure[32];
    snprintf(figure, sizeof figure, "mig[%u]", i);
    for (uint32_t k = 0; k < i; k++) {
        if (strcmp(profiles[k].name, profile->name) == 0) {
            return refuse(err, figure, "two MIG profiles are called '%s'", profile->name);
        }
    }
    if (model->memory && profile->memory > model->memory) {
        return refuse(err, figure, "MIG profile '%s' has more memory than the GPU", profile->name);
    }
    for (uint32_t k = 0; k < profile->starts.count; k++) {
        if (start[k] + profile->memory_slices > 8 || (k > 0 && start[k] <= start[k - 1])) {
            return refuse(err, figure,
                          "MIG profile '%s' cannot begin at slice %u: starts rise, and its %u "
                          "slices have to end within 8",
                          profile->name, start[k], profile->memory_slices);
        }
    }
    return GPUSIM_OK;
}

// figures of power and heat that nobody would look at
static gpusim_status check_unphysical(const gpusim_gpu_model *model, gpusim_error *err)
{
    static const char *const sections[] = {"clocks", "power", "leakage", "limits", "thermal"};
    const gpusim_record *record = gpusim_gpu_record();
    for (size_t s = 0; s < sizeof sections / sizeof sections[0]; s++) {
        const gpusim_field *section = gpusim_record_find(record, sections[s]);
        for (uint32_t i = 0; i < section->detail.record->count; i++) {
            const gpusim_field *field = &section->detail.record->fields[i];
            if (!isnan(figure_at(model, section->offset + field->offset))) {
                char figure[64];
                snprintf(figure, sizeof figure, "%s.%s", sections[s], field->name);
                refuse(err, figure, "GPU model '%s' has no TDP, so '%s' says nothing", model->name,
                       figure);
                gpusim_error_hint(err, "give power.tdp too: then it has power and heat");
                return GPUSIM_SCENARIO;
            }
        }
    }
    return GPUSIM_OK;
}

gpusim_status gs_gpu_check(const gpusim_gpu_model *model, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    if (gs_gpu_is_physical(model)) {
        GPUSIM_TRY(check_needed(model, err));
        GPUSIM_TRY(check_ranges(gpusim_gpu_record(), "", (const char *)model, err));
        GPUSIM_TRY(check_order(model, err));
    } else {
        GPUSIM_TRY(check_unphysical(model, err));
    }
    if (model->memory && model->memory_reserved >= model->memory) {
        return refuse(err, "memory_reserved", "the driver cannot reserve all of the memory");
    }
    for (uint32_t i = 0; i < model->mig.count; i++) {
        GPUSIM_TRY(check_profile(model, i, err));
    }
cleanup:
    return status;
}

const gpusim_gpu_source *gpusim_gpu_source_of(const gpusim_gpu_model *model, const char *figure)
{
    const gpusim_gpu_source *sources = model->sources.items;
    for (uint32_t i = 0; i < model->sources.count; i++) {
        const char *const *named = sources[i].figures.items;
        for (uint32_t k = 0; k < sources[i].figures.count; k++) {
            if (strcmp(named[k], figure) == 0) {
                return &sources[i];
            }
        }
    }
    return NULL;
}
