/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What jobs ask for against what there is: offered load per GPU model, and jobs that can never fit.
 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "scenario/compile.h"
#include "workload/tables.h"

static gpusim_job_info request_of(const gpusim_model *model, const gs_job *job)
{
    return (gpusim_job_info){
        .memory = job->memory,
        .storage = job->storage,
        .gpu_memory = job->gpu_memory,
        .gpus = job->gpus,
        .cpus = job->cpus,
        .milli = gs_model_milli(model, job),
        .mig = job->mig,
        .gpu_models = gs_model_find_models(model, job),
        .selector = gs_model_find_selector(model, job),
        .group = gs_model_find_group(model, job->group),
        .cluster = gs_model_find_cluster(model, job->cluster),
        .vc = gs_model_find_vc(model, job->vc),
    };
}

// a group that is named in the scenario exists: a job of one that does not would run anywhere
static gpusim_status check_group(const gs_compilation *at, const char *key, const char *name,
                                 gpusim_error *err)
{
    const gpusim_list *groups = &at->scenario->cluster.nodes;
    const gs_scenario_group *group = groups->items;
    const char *names[64];
    uint32_t known = 0;
    for (uint32_t i = 0; i < groups->count; i++) {
        if (!name || !name[0] || strcmp(group[i].name, name) == 0) {
            return GPUSIM_OK;
        }
        if (known < 64) {
            names[known++] = group[i].name;
        }
    }
    gpusim_status status = gs_compile_fail(at, err, key, "no node group is called '%s'", name);
    const char *nearest = gpusim_nearest(name, names, known);
    if (nearest) {
        gpusim_error_hint(err, "did you mean '%s'?", nearest);
    }
    return status;
}

// ... and so does a cluster; a job that names both wants a group that is in it
static gpusim_status check_cluster(const gs_compilation *at, const char *key, const char *name,
                                   const char *group, gpusim_error *err)
{
    const gpusim_model *model = at->model;
    if (!name) {
        return GPUSIM_OK;
    }
    uint32_t found = gs_compile_find_cluster(model, name);
    if (found == GPUSIM_NONE) {
        return gs_compile_no_cluster(
            model, gs_compile_fail(at, err, key, "no cluster is called '%s'", name), name, err);
    }
    uint32_t number =
        group ? gs_model_find_group(model, gs_names_find(model->names, group, strlen(group)))
              : GPUSIM_NONE;
    if (number != GPUSIM_NONE && model->cluster.groups[number].cluster != found) {
        return gs_compile_fail(at, err, key, "node group '%s' is not in cluster '%s'", group, name);
    }
    return GPUSIM_OK;
}

// a MIG profile that is named in the scenario is one into which some GPUs are cut
static gpusim_status check_mig(const gs_compilation *at, const char *key, const char *name,
                               gpusim_error *err)
{
    const gpusim_model *model = at->model;
    const char *names[64];
    uint32_t known = 0;
    if (!name) {
        return GPUSIM_OK;
    }
    for (uint32_t g = 0; model->cuts && g < model->cluster.group_count; g++) {
        for (uint32_t i = 0; i < model->cuts[g].count; i++) {
            const char *profile = gs_names_text(model->names, model->cuts[g].profiles[i].name);
            if (strcmp(profile, name) == 0) {
                return GPUSIM_OK;
            }
            if (known < 64) {
                names[known++] = profile;
            }
        }
    }
    gpusim_status status =
        gs_compile_fail(at, err, key, "no GPU is cut into MIG instances '%s'", name);
    const char *nearest = gpusim_nearest(name, names, known);
    if (nearest) {
        gpusim_error_hint(err, "did you mean '%s'?", nearest);
    } else if (known == 0) {
        gpusim_error_hint(err, "a node group whose GPUs are cut says `mig: true`");
    }
    return status;
}

// a GPU model that is named in the scenario is one of this cluster
static gpusim_status check_models(const gs_compilation *at, const char *key,
                                  const gpusim_list *models, gpusim_error *err)
{
    const gpusim_model *model = at->model;
    const char *names[64];
    for (uint32_t i = 0; i < models->count; i++) {
        const char *name = ((const char *const *)models->items)[i];
        uint32_t known = 0, found = 0;
        for (uint32_t g = 0; g < model->cluster.group_count && !found; g++) {
            const char *gpu = gs_names_text(model->names, model->cluster.group_gpu[g]);
            found = strcmp(gpu, name) == 0;
            if (known < 64) {
                names[known++] = gpu;
            }
        }
        if (!found) {
            gpusim_status status =
                gs_compile_fail_at(at, err, key, i, "", "no node has GPUs of model '%s'", name);
            const char *nearest = gpusim_nearest(name, names, known);
            if (nearest) {
                gpusim_error_hint(err, "did you mean '%s'?", nearest);
            }
            return status;
        }
    }
    return GPUSIM_OK;
}

// what there is of a label: values of groups that have it, or names of nodes; the first few
typedef struct known_words {
    const char *keys[64], *values[64];
    uint32_t key_count, value_count;
    int found;
} known_words;

static void look_for(const gs_compilation *at, const gs_label *wish, const char *value,
                     size_t length, known_words *known)
{
    const gs_scenario_group *group = at->scenario->cluster.nodes.items;
    known->keys[known->key_count++] = "node";
    for (uint32_t g = 0; g < at->scenario->cluster.nodes.count; g++) {
        const gs_label *label = group[g].labels.items;
        for (uint32_t i = 0; i < group[g].labels.count; i++) {
            if (known->key_count < 64) {
                known->keys[known->key_count++] = label[i].key;
            }
            if (strcmp(label[i].key, wish->key) != 0) {
                continue;
            }
            if (known->value_count < 64) {
                known->values[known->value_count++] = label[i].value;
            }
            known->found |=
                strlen(label[i].value) == length && memcmp(label[i].value, value, length) == 0;
        }
    }
}

static gpusim_status check_value(const gs_compilation *at, const char *key, const gs_label *wish,
                                 const char *value, size_t length, gpusim_error *err)
{
    known_words known = {.key_count = 0};
    char text[128];
    snprintf(text, sizeof text, "%.*s", (int)length, value);
    look_for(at, wish, value, length, &known);
    gpusim_status status;
    const char *nearest = NULL;
    if (strcmp(wish->key, "node") == 0) {
        if (gs_model_find_node(at->model, text) != GPUSIM_NONE) {
            return GPUSIM_OK;
        }
        status = gs_compile_fail(at, err, key, "no node is called '%s'", text);
    } else if (known.value_count == 0) {
        status = gs_compile_fail(at, err, key, "no node group has the label '%s'", wish->key);
        nearest = gpusim_nearest(wish->key, known.keys, known.key_count);
    } else if (known.found) {
        return GPUSIM_OK;
    } else {
        status = gs_compile_fail(at, err, key, "no node group has '%s' for '%s'", text, wish->key);
        nearest = gpusim_nearest(text, known.values, known.value_count);
    }
    if (nearest) {
        gpusim_error_hint(err, "did you mean '%s'?", nearest);
    }
    return status;
}

// what a selector of the scenario asks for is there: each label, and each of its values
static gpusim_status check_selector(const gs_compilation *at, const char *key,
                                    const gpusim_list *selector, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    const gs_label *wish = selector->items;
    for (uint32_t i = 0; i < selector->count; i++) {
        char its[160];
        snprintf(its, sizeof its, "%s.%.60s", key, wish[i].key);
        for (const char *value = wish[i].value; *value;) {
            size_t length = strcspn(value, "|");
            GPUSIM_TRY(check_value(at, its, &wish[i], value, length, err));
            value += length + (value[length] == '|');
        }
    }
cleanup:
    return status;
}

static gpusim_status check_groups(const gs_compilation *at, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    const gpusim_list *workload = &at->scenario->workload;
    char key[96];
    for (uint32_t i = 0; i < workload->count; i++) {
        const gpusim_one_of *item = (const gpusim_one_of *)workload->items + i;
        if (item->which == GS_WORKLOAD_TRACE) {
            snprintf(key, sizeof key, "workload[%u].trace.group", i);
            const gs_trace *trace = item->value;
            GPUSIM_TRY(check_group(at, key, trace->group, err));
            snprintf(key, sizeof key, "workload[%u].trace.cluster", i);
            GPUSIM_TRY(check_cluster(at, key, trace->cluster, trace->group, err));
            snprintf(key, sizeof key, "workload[%u].trace.gpu_models", i);
            GPUSIM_TRY(check_models(at, key, &trace->gpu_models, err));
            snprintf(key, sizeof key, "workload[%u].trace.selector", i);
            GPUSIM_TRY(check_selector(at, key, &trace->selector, err));
        } else if (item->which == GS_WORKLOAD_SYNTHETIC) {
            snprintf(key, sizeof key, "workload[%u].synthetic.group", i);
            const gs_synthetic_fields *source = item->value;
            GPUSIM_TRY(check_group(at, key, source->group, err));
            snprintf(key, sizeof key, "workload[%u].synthetic.cluster", i);
            GPUSIM_TRY(check_cluster(at, key, source->cluster, source->group, err));
            snprintf(key, sizeof key, "workload[%u].synthetic.mig", i);
            GPUSIM_TRY(check_mig(at, key, source->mig, err));
            snprintf(key, sizeof key, "workload[%u].synthetic.gpu_models", i);
            GPUSIM_TRY(check_models(at, key, &source->gpu_models, err));
            snprintf(key, sizeof key, "workload[%u].synthetic.selector", i);
            GPUSIM_TRY(check_selector(at, key, &source->selector, err));
        } else {
            const gpusim_list *jobs = item->value;
            const gs_listed_job *job = jobs->items;
            for (uint32_t k = 0; k < jobs->count; k++) {
                snprintf(key, sizeof key, "workload[%u].jobs[%u].group", i, k);
                GPUSIM_TRY(check_group(at, key, job[k].group, err));
                snprintf(key, sizeof key, "workload[%u].jobs[%u].cluster", i, k);
                GPUSIM_TRY(check_cluster(at, key, job[k].cluster, job[k].group, err));
                snprintf(key, sizeof key, "workload[%u].jobs[%u].mig", i, k);
                GPUSIM_TRY(check_mig(at, key, job[k].mig, err));
                snprintf(key, sizeof key, "workload[%u].jobs[%u].gpu_models", i, k);
                GPUSIM_TRY(check_models(at, key, &job[k].gpu_models, err));
                snprintf(key, sizeof key, "workload[%u].jobs[%u].selector", i, k);
                GPUSIM_TRY(check_selector(at, key, &job[k].selector, err));
            }
        }
    }
cleanup:
    return status;
}

// jobs name groups of this cluster; those that can never fit, or whose tenant the cluster does not
// list although it lists some, are counted in a warning
static gpusim_status check_jobs(const gs_compilation *at, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    gpusim_model *model = at->model;
    const gs_array *jobs = &model->workload.jobs;
    uint32_t strangers = 0;
    for (uint32_t i = 0; i < jobs->count; i++) {
        const gs_job *job = &GS_AT(*jobs, gs_job, i);
        if (job->group != 0 && gs_model_find_group(model, job->group) == GPUSIM_NONE) {
            return gs_compile_fail(at, err, "workload",
                                   "job %lld of '%s' asks for group '%s', which does not exist",
                                   (long long)job->id, gs_names_text(model->names, job->source),
                                   gs_names_text(model->names, job->group));
        }
        if (job->cluster != 0 && gs_model_find_cluster(model, job->cluster) == GPUSIM_NONE) {
            return gs_compile_fail(at, err, "workload",
                                   "job %lld of '%s' asks for cluster '%s', which does not exist",
                                   (long long)job->id, gs_names_text(model->names, job->source),
                                   gs_names_text(model->names, job->cluster));
        }
        gpusim_job_info request = request_of(model, job);
        model->info.never_fit += gs_model_misfit(model, &request) != 0;
        strangers += job->vc != 0 && request.vc == GPUSIM_NONE;
    }
    if (model->info.never_fit > 0) {
        GPUSIM_TRY(gs_model_warn(model, err, "%llu of %u jobs can never fit and will be rejected",
                                 (unsigned long long)model->info.never_fit, jobs->count));
    }
    if (strangers > 0 && model->vcs.count > 0) {
        GPUSIM_TRY(gs_model_warn(model, err,
                                 "%u of %u jobs name a virtual cluster that is not listed: they "
                                 "have no quota",
                                 strangers, jobs->count));
    }
cleanup:
    return status;
}

// GPU-seconds of logs that only this GPU model can serve (GPUSIM_NONE: that any can)
static double asked_for(const gpusim_model *model, uint32_t gpu_model)
{
    double sum = 0;
    for (uint32_t i = 0; i < model->workload.jobs.count; i++) {
        const gs_job *job = &GS_AT(model->workload.jobs, gs_job, i);
        uint32_t group = gs_model_find_group(model, job->group);
        uint32_t wants =
            group == GPUSIM_NONE ? GPUSIM_NONE : model->cluster.groups[group].gpu_model;
        if (wants == gpu_model && job->duration > 0) {
            sum += gpusim_seconds(job->duration) * job->gpus;
        }
    }
    return sum;
}

// seconds from the first submit to the last; 0 where the jobs that are known are no stream with a
// rate but a batch: all there before a GPU that serves them would be free again
static double span_of(const gpusim_model *model)
{
    const gs_array *jobs = &model->workload.jobs;
    double work = 0, gpus = 0;
    for (uint32_t i = 0; i < jobs->count; i++) {
        const gs_job *job = &GS_AT(*jobs, gs_job, i);
        if (job->duration > 0) {
            work += gpusim_seconds(job->duration) * job->gpus;
            gpus += job->gpus;
        }
    }
    if (jobs->count == 0) {
        return 0;
    }
    gpusim_time last = GS_AT(*jobs, gs_job, jobs->count - 1).submit;
    double span = gpusim_seconds(last - GS_AT(*jobs, gs_job, 0).submit);
    return span * gpus < work ? 0 : span;
}

// of the GPUs of group `first` and all like it; GPUSIM_NONE: of any
static gpusim_status add_load(const gs_compilation *at, uint32_t first, int only, gpusim_error *err)
{
    gpusim_model *model = at->model;
    uint32_t gpu_model = first == GPUSIM_NONE ? first : model->cluster.groups[first].gpu_model;
    const gs_scenario_group *groups = at->scenario->cluster.nodes.items;
    gpusim_load load = {.gpu = first == GPUSIM_NONE  ? "any"
                               : groups[first].label ? groups[first].label
                                                     : at->gpus[first].name};
    for (uint32_t g = 0; g < model->cluster.group_count; g++) {
        const gpusim_group_info *group = &model->cluster.groups[g];
        load.gpus += gpu_model == GPUSIM_NONE || group->gpu_model == gpu_model
                         ? group->gpus * group->nodes
                         : 0;
    }

    // with one model of GPU, what any could serve is its own; generators ask for any
    load.gpu_seconds = asked_for(model, gpu_model);
    if (only && gpu_model != GPUSIM_NONE) {
        load.gpu_seconds += asked_for(model, GPUSIM_NONE);
    }
    double span = span_of(model);
    double rate = span > 0 ? load.gpu_seconds / span : 0;
    int known = span > 0 || load.gpu_seconds <= 0;
    for (uint32_t i = 0; (only || gpu_model == GPUSIM_NONE) && i < model->workload.synthetic_count;
         i++) {
        rate += gs_synthetic_load(model->workload.synthetic[i]);
        known = 1;
    }
    load.load = known && load.gpus > 0 ? rate / load.gpus : (double)NAN;
    if (load.load > 1) {
        gpusim_status status = gs_model_warn(
            model, err,
            "offered load of GPUs '%s' is %.2f: jobs come faster than they can be served", load.gpu,
            load.load);
        if (status != GPUSIM_OK) {
            return status;
        }
    }
    return gs_array_push(&model->loads, &load, err);
}

gpusim_status gs_compile_load(const gs_compilation *at, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    const gs_cluster *cluster = &at->model->cluster;
    GPUSIM_TRY(check_groups(at, err));
    GPUSIM_TRY(check_jobs(at, err));

    // each model once, in order of groups
    uint32_t distinct = 0;
    for (int pass = 0; pass < 2; pass++) {
        for (uint32_t g = 0; g < cluster->group_count; g++) {
            uint32_t earlier = 0;
            while (cluster->groups[earlier].gpu_model != cluster->groups[g].gpu_model) {
                earlier++;
            }
            if (earlier == g && pass == 0) {
                distinct++;
            } else if (earlier == g) {
                GPUSIM_TRY(add_load(at, g, distinct == 1, err));
            }
        }
    }
    if (distinct > 1) {
        GPUSIM_TRY(add_load(at, GPUSIM_NONE, 0, err));
    }
cleanup:
    return status;
}
