/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How fast kinds of jobs are: by GPU model (`throughput:` of the cluster) and by node group
 * (`run_time:`), which goes before. */
#include <stdio.h>
#include <string.h>

#include "policy/share.h"
#include "scenario/catalogue.h"
#include "scenario/compile.h"

// of a kind, where it stands in the scenario
typedef struct kind_at {
    const gs_kind_rates_fields *fields;
    const char *reference; /* NULL: none */
    double unit;           /* the rate of the duration */
    uint32_t row;
} kind_at;

static const gs_rate_fields *rate_on(const gs_kind_rates_fields *kind, const char *model)
{
    const gs_rate_fields *rates = kind->rates.items;
    for (uint32_t i = 0; i < kind->rates.count; i++) {
        if (strcmp(rates[i].key, model) == 0) {
            return &rates[i];
        }
    }
    return NULL;
}

static const char *model_of(const gpusim_model *model, uint32_t group)
{
    return gs_names_text(model->names, model->cluster.group_gpu[group]);
}

// a name that neither the cluster nor the catalogue knows is a slip
static gpusim_status check_model(const gs_compilation *at, gpusim_catalogue *catalogue,
                                 const char *kind, const char *name, gpusim_error *err)
{
    for (uint32_t g = 0; g < at->model->cluster.group_count; g++) {
        if (strcmp(model_of(at->model, g), name) == 0) {
            return GPUSIM_OK;
        }
    }
    gpusim_gpu_model found;
    gpusim_status status = gs_catalogue_resolve(catalogue, name, NULL, &found, err);
    if (status == GPUSIM_SCENARIO) {
        char key[300];
        snprintf(key, sizeof key, "cluster.throughput.rates.%.120s.%.120s", kind, name);
        gs_spec_locate(at->spec, key, err);
    }
    return status;
}

static gpusim_status check_kind(const gs_compilation *at, gpusim_catalogue *catalogue,
                                kind_at *kind, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    const gs_rate_fields *rates = kind->fields->rates.items;
    for (uint32_t i = 0; i < kind->fields->rates.count; i++) {
        GPUSIM_TRY(check_model(at, catalogue, kind->fields->key, rates[i].key, err));
    }
    kind->unit = 1;
    if (kind->reference) {
        const gs_rate_fields *rate = rate_on(kind->fields, kind->reference);
        if (!rate || rate->rate == 0) {
            char key[200];
            snprintf(key, sizeof key, "cluster.throughput.rates.%.120s", kind->fields->key);
            return gs_compile_fail(at, err, key,
                                   "jobs of kind '%s' have no rate on %s, for which "
                                   "their durations are",
                                   kind->fields->key, kind->reference);
        }
        kind->unit = rate->rate;
    }
cleanup:
    return status;
}

// 0 forbids a model: then all the others that there are are named
static void set_rates(gpusim_model *model, const kind_at *kind)
{
    uint64_t *may = &GS_AT(model->kind_models, uint64_t, kind->row);
    uint64_t all = 0, none = 0;
    for (uint32_t g = 0; g < model->cluster.group_count; g++) {
        const gs_rate_fields *rate = rate_on(kind->fields, model_of(model, g));
        uint32_t number = model->cluster.groups[g].gpu_model;
        uint64_t bit = number < GS_MODEL_KINDS ? UINT64_C(1) << number : 0;
        all |= bit;
        if (rate && rate->rate == 0) {
            none |= bit;
        } else if (rate) {
            GS_AT(model->run_times, double, kind->row * model->cluster.group_count + g) =
                kind->unit / rate->rate;
        }
    }
    if (none) {
        *may = all & ~none ? all & ~none : GS_MODEL_UNKNOWN;
    }
}

static gpusim_status row_of(const gs_compilation *at, const char *name, uint32_t *row,
                            gpusim_error *err)
{
    uint32_t kind = 0;
    gpusim_status status = gs_names_add(at->model->names, name, strlen(name), &kind, err);
    return status == GPUSIM_OK ? gs_model_kind_row(at->model, kind, row, err) : status;
}

gpusim_status gs_compile_kinds(const gs_compilation *at, gpusim_catalogue *catalogue,
                               gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    const gs_scenario_cluster *cluster = &at->scenario->cluster;
    const gs_kind_rates_fields *kinds = cluster->throughput.rates.items;
    for (uint32_t i = 0; i < cluster->throughput.rates.count; i++) {
        kind_at kind = {.fields = &kinds[i], .reference = cluster->throughput.reference};
        GPUSIM_TRY(gs_compile_note(at, check_kind(at, catalogue, &kind, err), err));
        if (at->problems->count == 0) {
            GPUSIM_TRY(row_of(at, kinds[i].key, &kind.row, err));
            set_rates(at->model, &kind);
        }
    }

    // a group knows better
    const gs_scenario_group *groups = cluster->nodes.items;
    for (uint32_t g = 0; g < cluster->nodes.count; g++) {
        const gs_kind_fields *kind = groups[g].run_time.items;
        for (uint32_t i = 0; i < groups[g].run_time.count; i++) {
            uint32_t row = 0;
            GPUSIM_TRY(row_of(at, kind[i].key, &row, err));
            GS_AT(at->model->run_times, double, row * at->model->cluster.group_count + g) =
                kind[i].factor;
        }
    }
cleanup:
    return status;
}
