/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Fragmentation of what stands idle on a node, against a workload (Weng et al., USENIX ATC 2023).
 */
#include <gpusim/module.h>

/* What is idle, by how a demand misses it; in the order in which classes are added up, so that
 * results are the same to the last bit wherever they are computed. */
typedef struct gs_fragments {
    double both_short, gpus_short, cpus_short; // of GPUs and cores
    double without_fits, without_short;        // demands without GPUs
    double other_model;
} gs_fragments;

// GPUs with room for `milli`, and what is left in all of those without
static uint32_t count_room(const uint32_t *left, uint32_t gpus, uint32_t milli, uint64_t *fragment)
{
    uint32_t count = 0;
    uint64_t useless = 0;
    for (uint32_t i = 0; i < gpus; i++) {
        int fits = left[i] >= milli;
        count += (uint32_t)fits;
        useless += fits ? 0 : left[i];
    }
    *fragment = useless;
    return count;
}

static int takes_model(const gpusim_demand *demand, uint32_t kind)
{
    return demand->gpu_models == 0 || (kind < 63 && (demand->gpu_models >> kind & 1));
}

double gpusim_view_fragmentation(const gpusim_view *view, uint32_t group, uint32_t cpus,
                                 const uint32_t *left, uint32_t gpus)
{
    gs_fragments f = {0};
    uint64_t total = 0;
    uint32_t kind = view->groups[group].gpu_model;
    for (uint32_t i = 0; i < gpus; i++) {
        total += left[i];
    }
    if (total == 0) {
        return 0;
    }
    double idle = (double)total;
    for (uint32_t i = 0; i < view->demand_count; i++) {
        const gpusim_demand *demand = &view->demands[i];
        int enough = cpus == UINT32_MAX || cpus >= demand->cpus;
        double all = demand->share * idle;
        uint64_t useless = 0;
        if (demand->gpus == 0) {
            *(enough ? &f.without_fits : &f.without_short) += all;
        } else if (!takes_model(demand, kind)) {
            f.other_model += all;
        } else if (count_room(left, gpus, demand->milli, &useless) < demand->gpus) {
            *(enough ? &f.gpus_short : &f.both_short) += all;
        } else if (!enough) {
            f.cpus_short += all;
        } else {
            f.gpus_short += demand->share * (double)useless;
        }
    }
    return f.both_short + f.gpus_short + f.cpus_short + f.without_fits + f.without_short +
           f.other_model;
}
