/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The catalogue as data, and what the parameters of a strike do. */
#include "chaos/kinds.h"

// a factor, `severity` of the way from 1
static double part(double factor, double severity)
{
    return 1 + severity * (factor - 1);
}

// effects that are graded by their severity: the fields they fill in
#define EFFECT(name, statements)                                                                   \
    static void effect_##name(const double *p, double severity, gs_effect *effect)                 \
    {                                                                                              \
        statements;                                                                                \
    }

EFFECT(resistance, effect->resistance = part(p[0], severity))
EFFECT(slowdown, effect->slowdown = part(p[0], severity))
EFFECT(memory, effect->memory = part(p[0], severity))
EFFECT(correctable, effect->correctable = severity * p[0])
EFFECT(rise, effect->inlet = severity * p[0])
EFFECT(nvlink, effect->nvlink = part(p[0], severity))
EFFECT(pcie, effect->pcie = part(p[0], severity))
EFFECT(delay, effect->delay = severity * p[0])
EFFECT(loss, effect->network = part((1 - p[0]) * p[1], severity))
EFFECT(noise, effect->noise = severity * p[0])
EFFECT(skew, effect->skew = severity * p[0])
EFFECT(bias, effect->bias = severity * p[0])

// a job gets what the other leaves of the GPU's time
static void effect_stray(const double *p, double severity, gs_effect *effect)
{
    effect->load = severity * p[0];
    effect->slowdown = 1 / (1 - effect->load);
    effect->held = severity * p[1];
    effect->power = severity * p[2];
    effect->warmth = severity * p[3];
}

static void effect_loop(const double *p, double severity, gs_effect *effect)
{
    effect->inlet = severity * p[0];
    effect->resistance = part(p[1], severity);
}

// what is there or not, whatever its severity
static void effect_cap(const double *p, double severity, gs_effect *effect)
{
    (void)severity;
    effect->cap = p[0];
}

static void effect_supplies(const double *p, double severity, gs_effect *effect)
{
    (void)severity;
    effect->supplies = (uint32_t)p[0];
}

static void effect_leak(const double *p, double severity, gs_effect *effect)
{
    (void)severity;
    effect->leak = p[0];
}

#define STRIKE(...)                                                                                \
    {                                                                                              \
        __VA_ARGS__                                                                                \
    }

#define GS_KIND(ID, id, ...) extern const gpusim_record gs_fault_##id;
#include "chaos/catalogue.h"
#undef GS_KIND

const gs_fault_kind gs_fault_kinds[] = {
#define GS_KIND(ID, id, name_, scope_, flags_, effect_, strike_, doc_, does_, signature_, jobs_,   \
                source_, ...)                                                                      \
    [GS_KIND_##ID] = {.name = name_,                                                               \
                      .scope = GS_FAULT_ON_##scope_,                                               \
                      .flags = flags_,                                                             \
                      .strike = strike_,                                                           \
                      .record = &gs_fault_##id,                                                    \
                      .effect = effect_},
#include "chaos/catalogue.h"
#undef GS_KIND
};
const uint32_t gs_fault_kind_count = GS_KINDS;
