/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Alarms over a trace by the class of the fault that they met and by their own. */
#include <gpusim/detect.h>
#include <gpusim/study.h>

#include "base/memory.h"
#include "study/truth.h"

// Room for what one GPU's alarms are made of.
typedef struct series {
    double *scores;
    gpusim_alarm *alarms;
} series;

static gpusim_anomaly_class class_of(const gpusim_scene *scene, uint32_t cause)
{
    return cause < scene->signal_count ? gpusim_class_of_metric(scene->signals[cause].name)
                                       : GPUSIM_ANOMALY_NONE;
}

gpusim_status gpusim_fault_confusion(gpusim_trace *trace, const gpusim_scene *scene,
                                     const double *scores, const uint32_t *causes, uint64_t first,
                                     uint64_t count, double threshold, uint32_t gap,
                                     gpusim_confusion *confusion, gpusim_error *err)
{
    gpusim_status status;
    gs_truth t = {0};
    series one = {0};
    uint32_t gpus = scene->entity_count, begin = 0;
    GPUSIM_TRY(gs_truth_read(trace, first, count, gpus, GS_TRUTH_GRACE, &t, err));
    GPUSIM_TRY(gs_allocate(&one.scores, count + 1, sizeof *one.scores, err));
    GPUSIM_TRY(gs_allocate(&one.alarms, count / 2 + 1, sizeof *one.alarms, err));
    for (uint32_t g = 0; g < gpus; g++) {
        uint32_t end = begin;
        while (end < t.windows.count && GS_AT(t.windows, gs_window, end).gpu == g) {
            end++;
        }
        for (uint64_t i = 0; i < count; i++) {
            one.scores[i] = scores[i * gpus + g];
        }
        uint64_t alarms = gpusim_alarms_of(one.scores, count, threshold, gap, one.alarms);
        for (uint64_t a = 0; a < alarms; a++) {
            const gpusim_alarm *alarm = &one.alarms[a];
            gpusim_anomaly_class own = class_of(scene, causes[alarm->peak * gpus + g]);
            int of = gs_truth_class(&t, begin, end, gpusim_time_from_seconds(t.times[alarm->first]),
                                    gpusim_time_from_seconds(t.times[alarm->last]));
            ++*(of >= 0 ? &confusion->met[of][own] : &confusion->met_none[own]);
        }
        begin = end;
    }
cleanup:
    gs_release(&one.scores);
    gs_release(&one.alarms);
    gs_truth_release(&t);
    return status;
}
