/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Node models of other simulators, from the scenario to the model: what cannot be is refused. */
#include <stdio.h>

#include "scenario/compile.h"

/* Two keys of which the first must lie below the second. */
typedef struct gs_pair {
    const char *low, *high;
    double least, most;
    int equal; /* they may be the same */
} gs_pair;

static gpusim_status check_pairs(const gs_compilation *at, uint32_t group, const char *model,
                                 const gs_pair *pairs, uint32_t count, gpusim_error *err)
{
    for (uint32_t i = 0; i < count; i++) {
        const gs_pair *pair = &pairs[i];
        if (pair->equal ? pair->least <= pair->most : pair->least < pair->most) {
            continue;
        }
        char key[128];
        snprintf(key, sizeof key, "cluster.nodes[%u].legacy.%s.%s", group, model, pair->low);
        return gs_compile_fail(at, err, key, "'%s' must be %s '%s'", pair->low,
                               pair->equal ? "no more than" : "below", pair->high);
    }
    return GPUSIM_OK;
}

static gpusim_status check_ioguard(const gs_compilation *at, uint32_t group, const gs_ioguard *m,
                                   gpusim_error *err)
{
    const gs_pair pairs[] = {{"load_low", "load_high", m->load_low, m->load_high, 1},
                             {"ambient", "start", m->ambient, m->start, 1},
                             {"ambient", "throttle_at", m->ambient, m->throttle_at, 0}};
    return check_pairs(at, group, "ioguard", pairs, sizeof pairs / sizeof *pairs, err);
}

static gpusim_status check_sage(const gs_compilation *at, uint32_t group, const gs_sage *m,
                                gpusim_error *err)
{
    const gs_pair pairs[] = {{"fan", "fan_full", m->fan, m->fan_full, 0}};
    return check_pairs(at, group, "sage", pairs, sizeof pairs / sizeof *pairs, err);
}

static gpusim_status check_astera(const gs_compilation *at, uint32_t group, const gs_astera *m,
                                  gpusim_error *err)
{
    const gs_pair pairs[] = {{"warm_low", "warm_high", m->warm_low, m->warm_high, 1},
                             {"cool_low", "cool_high", m->cool_low, m->cool_high, 1},
                             {"least", "most", m->least, m->most, 0},
                             {"busy_low", "busy_high", m->busy_low, m->busy_high, 1},
                             {"idle_low", "idle_high", m->idle_low, m->idle_high, 1},
                             {"load_low", "load_high", m->load_low, m->load_high, 1},
                             {"release_at", "throttle_at", m->release_at, m->throttle_at, 1}};
    return check_pairs(at, group, "astera", pairs, sizeof pairs / sizeof *pairs, err);
}

gpusim_status gs_compile_legacy(const gs_compilation *at, uint32_t group,
                                const gpusim_one_of *written, gs_node_hardware *node,
                                gpusim_error *err)
{
    if (!written->value || !at->scenario->cluster.physics) {
        return GPUSIM_OK;
    }
    node->physical = 0;
    node->legacy = (uint8_t)(written->which + 1);
    node->legacy_model = written->value; // in the model's arena, as all of the scenario
    switch (node->legacy) {
    case GS_LEGACY_IOGUARD:
        return check_ioguard(at, group, written->value, err);
    case GS_LEGACY_SAGE:
        return check_sage(at, group, written->value, err);
    default:
        return check_astera(at, group, written->value, err);
    }
}
