/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is compared: models by scenario and scheduler, and the seeds. */
#include "study/compare.h"

#include <string.h>

gpusim_status gpusim_compare_create(gpusim_compare **result, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    gpusim_compare *compare = NULL;
    *result = NULL;
    GPUSIM_TRY(gs_allocate(&compare, 1, sizeof *compare, err));
    compare->metrics = GS_ARRAY(gpusim_compare_metric);
    compare->sources = GS_ARRAY(gs_compare_source);
    compare->scenarios = compare->schedulers = GS_ARRAY(const char *);
    compare->seeds = GS_ARRAY(uint64_t);
    compare->added = GS_ARRAY(gs_compare_added);
    compare->finished = GS_ARRAY(uint32_t);
    if (pthread_mutex_init(&compare->lock, NULL) != 0) {
        gs_release(&compare);
        return gpusim_fail(err, GPUSIM_MEMORY, "no memory for a lock");
    }
    if (pthread_cond_init(&compare->ended, NULL) != 0) {
        pthread_mutex_destroy(&compare->lock);
        gs_release(&compare);
        return gpusim_fail(err, GPUSIM_MEMORY, "no memory for a lock");
    }
    GPUSIM_TRY(gs_compare_list_metrics(compare, err));
    *result = compare;
    compare = NULL;
cleanup:
    gpusim_compare_destroy(compare);
    return status;
}

void gpusim_compare_destroy(gpusim_compare *compare)
{
    if (!compare) {
        return;
    }
    gs_compare_stop(compare);
    pthread_cond_destroy(&compare->ended);
    pthread_mutex_destroy(&compare->lock);
    gs_array_release(&compare->metrics);
    gs_array_release(&compare->sources);
    gs_array_release(&compare->scenarios);
    gs_array_release(&compare->schedulers);
    gs_array_release(&compare->seeds);
    gs_array_release(&compare->added);
    gs_array_release(&compare->finished);
    if (compare->file) {
        fclose(compare->file); // each line was flushed
    }
    gs_release(&compare->folders);
    gs_release(&compare->models);
    gs_release(&compare->runs);
    gs_release(&compare->values);
    gs_release(&compare->estimates);
    gs_arena_release(&compare->arena);
    gs_release(&compare);
}

// the number of a label, which is added when it is new
static gpusim_status label_number(gpusim_compare *compare, gs_array *labels, const char *label,
                                  uint32_t *number, gpusim_error *err)
{
    for (uint32_t i = 0; i < labels->count; i++) {
        if (strcmp(GS_AT(*labels, const char *, i), label) == 0) {
            *number = i;
            return GPUSIM_OK;
        }
    }
    const char *copy = gs_arena_text(&compare->arena, label, strlen(label));
    if (!copy) {
        return gpusim_fail(err, GPUSIM_MEMORY, "no memory for a label");
    }
    *number = labels->count;
    return gs_array_push(labels, &copy, err);
}

gpusim_status gpusim_compare_add(gpusim_compare *compare, const char *scenario,
                                 const char *scheduler, const gpusim_model *model,
                                 gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    gs_compare_added added = {.model = model};
    if (!scenario || !scheduler || !model || compare->runs) {
        return gpusim_fail(err, GPUSIM_ARGUMENT, "%s",
                           compare->runs ? "the comparison has begun"
                                         : "scenario, scheduler and model are needed");
    }
    GPUSIM_TRY(label_number(compare, &compare->scenarios, scenario, &added.scenario, err));
    GPUSIM_TRY(label_number(compare, &compare->schedulers, scheduler, &added.scheduler, err));
    for (uint32_t i = 0; i < compare->added.count; i++) {
        const gs_compare_added *before = &GS_AT(compare->added, gs_compare_added, i);
        if (before->scenario == added.scenario && before->scheduler == added.scheduler) {
            return gpusim_fail(err, GPUSIM_ARGUMENT, "scheduler '%.80s' comes twice in '%.80s'",
                               scheduler, scenario);
        }
    }
    GPUSIM_TRY(gs_compare_list_vcs(compare, model, err));
    GPUSIM_TRY(gs_array_push(&compare->added, &added, err));
cleanup:
    return status;
}

gpusim_status gpusim_compare_seeds(gpusim_compare *compare, const uint64_t *seeds, uint32_t count,
                                   gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    if (compare->runs) {
        return gpusim_fail(err, GPUSIM_ARGUMENT, "the comparison has begun");
    }
    for (uint32_t i = 0; i < count; i++) {
        for (uint32_t k = 0; k < compare->seeds.count; k++) {
            if (GS_AT(compare->seeds, uint64_t, k) == seeds[i]) {
                return gpusim_fail(err, GPUSIM_ARGUMENT, "seed %llu comes twice",
                                   (unsigned long long)seeds[i]);
            }
        }
        GPUSIM_TRY(gs_array_push(&compare->seeds, &seeds[i], err));
    }
cleanup:
    return status;
}

uint32_t gpusim_compare_scenarios(const gpusim_compare *compare)
{
    return compare->scenarios.count;
}

uint32_t gpusim_compare_schedulers(const gpusim_compare *compare)
{
    return compare->schedulers.count;
}

uint32_t gpusim_compare_replications(const gpusim_compare *compare)
{
    return compare->seeds.count;
}

const char *gpusim_compare_scenario(const gpusim_compare *compare, uint32_t i)
{
    return i < compare->scenarios.count ? GS_AT(compare->scenarios, const char *, i) : NULL;
}

const char *gpusim_compare_scheduler(const gpusim_compare *compare, uint32_t i)
{
    return i < compare->schedulers.count ? GS_AT(compare->schedulers, const char *, i) : NULL;
}

const double *gpusim_compare_values(const gpusim_compare *compare, uint32_t scenario,
                                    uint32_t scheduler, uint32_t replication)
{
    if (!compare->runs || scenario >= compare->scenarios.count ||
        scheduler >= compare->schedulers.count || replication >= compare->seeds.count) {
        return NULL;
    }
    uint32_t run = gs_compare_index(compare, scenario, scheduler, replication);
    return compare->runs[run].state == GS_RUN_DONE
               ? compare->values + (size_t)run * compare->metrics.count
               : NULL;
}

uint64_t gpusim_compare_seed(const gpusim_compare *compare, uint32_t i)
{
    return i < compare->seeds.count ? GS_AT(compare->seeds, uint64_t, i) : 0;
}
