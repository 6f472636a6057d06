/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The metrics of a comparison: every number of the summary, from the table that declares them. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "core/sim.h"
#include "study/compare.h"

#define NAME_SIZE 96

/* Which way is better, by the beginning of the name; what is not here is neither. */
static const struct {
    const char *beginning;
    int better;
} directions[] = {
    {"jobs.completed", 1},
    {"jobs.failed", -1},
    {"jobs.timeout", -1},
    {"jobs.oom", -1},
    {"jobs.rejected", -1},
    {"jobs.unfinished", -1},
    {"jobs.restarts", -1},
    {"jobs.preemptions", -1},
    {"wait_s.", -1},
    {"first_wait_s.", -1},
    {"jct_s.", -1},
    {"bounded_slowdown.", -1},
    {"makespan_s", -1},
    {"gpu_allocated_fraction", 1},
    {"gpu_utilization", 1},
    {"goodput", 1},
    {"ettr", 1},
    {"slowdown_lost", -1},
    {"checkpoint_lost", -1},
    {"redone_lost", -1},
    {"restart_lost", -1},
    {"hang_lost", -1},
    {"abandoned_lost", -1},
    {"throughput", 1},
    {"longest_wait", -1},
    {"queue_", -1},
    {"energy_j.", -1},
    {"power_w.", -1},
    {"carbon_kg", -1},
    {"cost", -1},
    {"hottest_c", -1},
    {"throttled", -1},
    {"capped", -1},
    {"cap_not_held", -1},
    {"shutdowns", -1},
    {"response_cost", -1},
    {"cohort.unfinished", -1},
    {"waste_cost", -1},
    {"prediction_error", -1},
    {"deadlines_met", 1},
    {"starved", -1},
    {"ftf_themis.", -1},
    {"ftf_isolated.", -1},
    {"jain_", 1},
    {"load_variance", -1},
    {"size_", -1},
    {"vc.", -1},
};

static int32_t better_of(const char *name)
{
    const char *dot = strrchr(name, '.');
    if (dot && strcmp(dot, ".count") == 0) {
        return 0;
    }
    for (size_t i = 0; i < sizeof directions / sizeof directions[0]; i++) {
        const char *beginning = directions[i].beginning;
        size_t length = strlen(beginning);
        if (strncmp(name, beginning, length) == 0) {
            return directions[i].better;
        }
    }
    return 0;
}

// "jct_s.mean" -> "jct", "energy_j.facility" -> "energy.facility", "wait_s.p95" -> "wait.p95"
static void shorten(const char *name, char *label, size_t size)
{
    static const char *const units[] = {"_gpu_s", "_gpu_h", "_per_h", "_s",
                                        "_j",     "_w",     "_c",     "_kg"};
    char part[NAME_SIZE];
    size_t used = 0;
    label[0] = '\0';
    while (*name) {
        size_t length = strcspn(name, ".");
        snprintf(part, sizeof part, "%.*s", (int)length, name);
        name += length + (name[length] == '.');
        for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
            size_t tail = strlen(units[i]);
            if (length > tail && strcmp(part + length - tail, units[i]) == 0) {
                part[length - tail] = '\0';
                break;
            }
        }
        if (used == 0 || strcmp(part, "mean") != 0) {
            used += (size_t)snprintf(label + used, size - used, "%s%s", used ? "." : "", part);
        }
    }
}

static int is_number(const gpusim_field *field)
{
    return field->type == GPUSIM_FLOAT64 || field->type == GPUSIM_UINT64 ||
           field->type == GPUSIM_UINT32;
}

static gpusim_status add_metric(gpusim_compare *compare, const gpusim_field *field,
                                const char *name, uint32_t offset, const char *vc,
                                gpusim_error *err)
{
    char label[NAME_SIZE];
    shorten(name, label, sizeof label);
    gs_compare_source source = {
        .offset = offset + field->offset, .type = (uint32_t)field->type, .vc = vc};
    gpusim_compare_metric metric = {
        .name = gs_arena_text(&compare->arena, name, strlen(name)),
        .label = gs_arena_text(&compare->arena, label, strlen(label)),
        .doc = field->doc,
        .unit = field->unit,
        .better = better_of(name),
    };
    if (!metric.name || !metric.label) {
        return gpusim_fail(err, GPUSIM_MEMORY, "no memory for names of metrics");
    }
    gpusim_status status = gs_array_push(&compare->sources, &source, err);
    return status == GPUSIM_OK ? gs_array_push(&compare->metrics, &metric, err) : status;
}

static gpusim_status list_record(gpusim_compare *compare, const gpusim_record *record,
                                 const char *before, uint32_t offset, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    for (uint32_t i = 0; i < record->count; i++) {
        const gpusim_field *field = &record->fields[i];
        char name[NAME_SIZE];
        snprintf(name, sizeof name, "%s%s%s", before, before[0] ? "." : "", field->name);
        if (field->type == GPUSIM_RECORD) {
            GPUSIM_TRY(
                list_record(compare, field->detail.record, name, offset + field->offset, err));
        }
        // what is not simulated differs from machine to machine; the seed is known
        if (!is_number(field) || (field->flags & GPUSIM_UNMEASURED) || strcmp(name, "seed") == 0) {
            continue;
        }
        GPUSIM_TRY(add_metric(compare, field, name, offset, NULL, err));
    }
cleanup:
    return status;
}

gpusim_status gs_compare_list_metrics(gpusim_compare *compare, gpusim_error *err)
{
    return list_record(compare, gpusim_summary_record(), "", 0, err);
}

// the record of a kind of jobs
static const gpusim_record *split_record(void)
{
    return gpusim_record_find(gpusim_summary_record(), "size_1")->detail.record;
}

gpusim_status gs_compare_list_vcs(gpusim_compare *compare, const gpusim_model *model,
                                  gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    const gpusim_record *split = split_record();
    for (uint32_t v = 0; v < model->vcs.count; v++) {
        char name[NAME_SIZE];
        int known = 0;
        const char *vc = gpusim_model_name(model, GS_AT(model->vcs, gpusim_vc_info, v).name);
        for (uint32_t i = 0; i < compare->sources.count && !known; i++) {
            const char *other = GS_AT(compare->sources, gs_compare_source, i).vc;
            known = other && strcmp(other, vc) == 0;
        }
        for (uint32_t i = 0; i < split->count && !known; i++) {
            snprintf(name, sizeof name, "vc.%.60s.%s", vc, split->fields[i].name);
            GPUSIM_TRY(add_metric(compare, &split->fields[i], name, 0, vc, err));
        }
    }
cleanup:
    return status;
}

static double number_at(const char *at, uint32_t type)
{
    if (type == GPUSIM_FLOAT64) {
        double value;
        memcpy(&value, at, sizeof value);
        return isfinite(value) ? value : (double)NAN;
    }
    if (type == GPUSIM_UINT64) {
        uint64_t value;
        memcpy(&value, at, sizeof value);
        return (double)value;
    }
    uint32_t value;
    memcpy(&value, at, sizeof value);
    return (double)value;
}

double gs_compare_value(const gpusim_compare *compare, uint32_t metric, gpusim_sim *sim)
{
    const gs_compare_source *source = &GS_AT(compare->sources, gs_compare_source, metric);
    if (!source->vc) {
        return number_at((const char *)gpusim_sim_summary(sim) + source->offset, source->type);
    }
    const gpusim_view *view = gpusim_sim_view(sim);
    for (uint32_t v = 0; v < view->vc_count; v++) {
        gpusim_split split;
        const char *name = gpusim_model_name(sim->model, view->vcs[v].name);
        if (strcmp(name, source->vc) == 0 && gpusim_sim_vc_split(sim, v, &split)) {
            return number_at((const char *)&split + source->offset, source->type);
        }
    }
    return (double)NAN;
}

const gpusim_compare_metric *gpusim_compare_metrics(const gpusim_compare *compare, uint32_t *count)
{
    *count = compare->metrics.count;
    return compare->metrics.data;
}

gpusim_status gpusim_compare_find(const gpusim_compare *compare, const char *name, uint32_t *metric,
                                  gpusim_error *err)
{
    const char *names[512];
    uint32_t count = 0;
    for (uint32_t i = 0; i < compare->metrics.count; i++) {
        const gpusim_compare_metric *known = &GS_AT(compare->metrics, gpusim_compare_metric, i);
        if (strcmp(known->name, name) == 0 || strcmp(known->label, name) == 0) {
            *metric = i;
            return GPUSIM_OK;
        }
        if (count < sizeof names / sizeof names[0]) {
            names[count++] = known->label;
        }
    }
    char hint[256];
    gpusim_suggest(name, names, count, hint, sizeof hint);
    gpusim_fail(err, GPUSIM_ARGUMENT, "there is no metric '%.80s'", name);
    gpusim_error_hint(
        err, "%s", hint[0] ? hint : "the names are those of the summary: jct, wait.p95, goodput");
    return GPUSIM_ARGUMENT;
}
