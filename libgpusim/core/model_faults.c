/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The rules of faults, as others may look at them. */
#include <gpusim/fault.h>

#include <math.h>

#include "core/model.h"

int gpusim_model_fault_rule(const gpusim_model *model, uint32_t i, gpusim_fault_rule *rule)
{
    if (i >= model->chaos.count) {
        return 0;
    }
    const gs_rule *of = &model->chaos.rules[i];
    int clocked = of->when == GS_WHEN_EVERY || of->when == GS_WHEN_POOL;
    double clocks = of->when == GS_WHEN_POOL ? 1 : of->target_count;
    *rule = (gpusim_fault_rule){
        .name = of->name,
        .kind = gs_fault_kinds[of->kind].name,
        .per_day = clocked ? clocks * gs_rule_rate(of) * 86400 : (double)NAN,
        .targets = of->target_count,
        .listed = of->when == GS_WHEN_TRACE ? of->list_count : 0,
    };
    return 1;
}
