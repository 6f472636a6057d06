/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The catalogue as data, and what the parameters of a strike do. */
#include "chaos/kinds.h"

// a factor, `severity` of the way from 1
static double part(double factor, double severity)
{
    return 1 + severity * (factor - 1);
}

static void effect_resistance(const double *p, double severity, gs_effect *effect)
{
    effect->resistance = part(p[0], severity);
}

static void effect_cap(const double *p, double severity, gs_effect *effect)
{
    (void)severity;
    effect->cap = p[0];
}

static void effect_slowdown(const double *p, double severity, gs_effect *effect)
{
    effect->slowdown = part(p[0], severity);
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
                      .effect = effect_,                                                           \
                      .does = does_,                                                               \
                      .signature = signature_,                                                     \
                      .jobs = jobs_,                                                               \
                      .source = source_},
#include "chaos/catalogue.h"
#undef GS_KIND
};
const uint32_t gs_fault_kind_count = GS_KINDS;
