/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Who looks after the nodes of a model, as others may look at it. */
#include <gpusim/fleet.h>

#include <string.h>

#include "core/model.h"
#include "telemetry/metrics.h"

void gpusim_model_fleet_fill(const gpusim_model *model, gpusim_fleet_info *info, uint32_t size)
{
    gpusim_fleet_info all = {
        .size = size,
        .crews = model->chaos.crews,
        .heartbeat_every = model->heartbeat.every,
        .offline_after = model->heartbeat.offline_after,
        .control = model->control.present,
        .retries = model->control.retries,
        .failures = model->control.failures,
        .timed_actions = model->actions.count,
        .backoff = model->control.backoff,
        .open = model->control.open,
        .delay = model->delayed ? gs_distribution_mean(&model->delay) : 0,
        .delay_varies = model->delayed && model->delay.kind != GS_CONSTANT,
    };
    memcpy(info, &all, size < sizeof all ? size : sizeof all);
}

int gpusim_model_window(const gpusim_model *model, uint32_t i, gpusim_fleet_window *window)
{
    if (i >= model->windows.count) {
        return 0;
    }
    const gs_maintenance *of = &GS_AT(model->windows, gs_maintenance, i);
    *window = (gpusim_fleet_window){
        .name = gs_names_text(model->names, of->who),
        .at = of->at,
        .span = of->span,
        .ahead = of->ahead,
        .every = of->every,
        .nodes = of->count,
    };
    return 1;
}

int gpusim_model_pool(const gpusim_model *model, uint32_t group, gpusim_fleet_pool *pool)
{
    if (!model->pools || group >= model->cluster.group_count) {
        return 0;
    }
    const gs_pool *of = &model->pools[group];
    *pool = (gpusim_fleet_pool){
        .nodes = of->count,
        .most = model->cluster.groups[group].nodes,
        .spares = of->spares,
        .queue = of->queue,
        .step = of->step,
        .join = of->join,
        .idle = of->idle,
    };
    return of->spares > 0 || of->queue > 0;
}

int gpusim_model_response(const gpusim_model *model, uint32_t i, gpusim_fleet_rule *rule)
{
    if (i >= model->responses.count) {
        return 0;
    }
    const gs_response *of = &GS_AT(model->responses, gs_response, i);
    const gpusim_metric *metrics = gpusim_metrics(&(uint32_t){0});
    *rule = (gpusim_fleet_rule){
        .name = gs_names_text(model->names, of->who),
        .metric = of->metric == GPUSIM_NONE ? NULL : metrics[model->metrics[of->metric]].name,
        .detector = of->detector == GPUSIM_NONE
                        ? NULL
                        : gs_names_text(model->names,
                                        GS_AT(model->detectors, gs_detector, of->detector).name),
        .group = of->group == GPUSIM_NONE
                     ? NULL
                     : gs_names_text(model->names, model->cluster.groups[of->group].name),
        .action = of->what,
        .state = of->state,
        .hold = of->hold,
        .delay = of->delay,
        .keep = of->keep,
        .threshold = of->threshold,
        .below = (uint8_t)of->below,
        .cheapest = (uint8_t)of->remedy,
        .undo = of->undo != GPUSIM_NONE,
    };
    return 1;
}

int gpusim_model_detector(const gpusim_model *model, uint32_t i, gpusim_fleet_detector *detector)
{
    if (i >= model->detectors.count) {
        return 0;
    }
    const gs_detector *of = &GS_AT(model->detectors, gs_detector, i);
    *detector = (gpusim_fleet_detector){
        .name = gs_names_text(model->names, of->name),
        .module = of->module->name,
        .metrics = of->scene.signal_count,
        .class_ = of->class_,
        .threshold = of->threshold,
        .quantile = of->quantile,
        .learn = of->learn,
        .hold = of->hold,
        .learnt = of->learnt != NULL,
    };
    return 1;
}
