/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What faults do together. */
#include "chaos/chaos.h"

#include <math.h>

const gs_effect gs_effect_none = {
    .slowdown = 1,
    .memory = 1,
    .resistance = 1,
    .cap = (double)INFINITY,
    .nvlink = 1,
    .pcie = 1,
    .network = 1,
};

void gs_effect_add(gs_effect *sum, const gs_effect *one)
{
    sum->slowdown *= one->slowdown;
    sum->memory *= one->memory;
    sum->resistance *= one->resistance;
    sum->inlet += one->inlet;
    sum->cap = one->cap < sum->cap ? one->cap : sum->cap;
    sum->nvlink *= one->nvlink;
    sum->pcie *= one->pcie;
    sum->network *= one->network;
    sum->delay += one->delay;
    sum->noise = sqrt(sum->noise * sum->noise + one->noise * one->noise);
    sum->bias += one->bias;
    sum->skew += one->skew;
    sum->correctable += one->correctable;
    sum->leak += one->leak;
    sum->load += one->load;
    sum->held += one->held;
    sum->power += one->power;
    sum->warmth += one->warmth;
    sum->flags |= one->flags;
    sum->supplies += one->supplies;
}

gs_effect gs_fault_effect(uint32_t kind, const double *parameters, double severity)
{
    gs_effect effect = gs_effect_none;
    effect.flags = gs_fault_kinds[kind].flags;
    if (gs_fault_kinds[kind].effect) {
        gs_fault_kinds[kind].effect(parameters, severity, &effect);
    }
    return effect;
}
