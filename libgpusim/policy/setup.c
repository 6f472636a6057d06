/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From what the scenario says to a setup that runs can use. */
#include <stdio.h>

#include <gpusim/model.h>

#include "../schedulers/registry.h"
#include "policy/tables.h"

const gpusim_module *gpusim_module_builtin(gpusim_module_kind kind, uint32_t i)
{
    if (kind == GPUSIM_MODULE_ORDER && i < GS_ORDER_COUNT) {
        return gs_orders[i];
    }
    if (kind == GPUSIM_MODULE_PLACEMENT && i < GS_PLACEMENT_COUNT) {
        return gs_placements[i];
    }
    if (kind == GPUSIM_MODULE_SCHEDULER && i < GS_SCHEDULER_COUNT) {
        return gs_schedulers[i];
    }
    return NULL;
}

int gs_setup_reads(const gs_setup *setup, gpusim_module_flag flag)
{
    const gpusim_module *modules[] = {setup->order.module, setup->placement.module,
                                      setup->scheduler.module};
    if (flag == GPUSIM_MODULE_READS_HARDWARE && setup->evict) {
        return 1; // utilisation, whatever the modules look at
    }
    for (size_t i = 0; i < sizeof modules / sizeof modules[0]; i++) {
        if (modules[i] && (modules[i]->flags & (uint32_t)flag)) {
            return 1;
        }
    }
    return 0;
}

static const void *parameters_of(const gs_composition *said, const gpusim_module *module)
{
#define PLACE(identifier, name) &gs_parameters_##identifier,
    static const gpusim_record *const places[] = {GS_PARAMETERS_LIST(PLACE)};
#undef PLACE
    for (uint32_t i = 0; i < GS_PARAMETER_PLACES; i++) {
        if (module->parameters == places[i]) {
            return said->parameters[i];
        }
    }
    return NULL;
}

static void describe(gs_setup *setup)
{
    static const char *const backfills[] = {"", ", backfill easy", ", backfill conservative"};
    static const char *const preemptions[] = {"", ", preemption repack", ", preemption priority",
                                              ", preemption spot"};
    const char *skip = setup->blocking || setup->backfill != GS_BACKFILL_NONE ? "" : " (skip)";
    snprintf(setup->text, sizeof setup->text, "%s%s, %s%s%s%s%s%s", setup->order.module->name, skip,
             setup->placement.module->name, backfills[setup->backfill],
             preemptions[setup->preemption], setup->borrow ? ", borrow" : "",
             setup->evict ? ", evict random" : "", setup->period > 0 ? ", by period" : "");
}

// one module that decides everything
static gpusim_status make_module(const gpusim_one_of *chosen, gs_setup *setup, gpusim_error *err)
{
    if (chosen->which > GS_SCHEDULER_COUNT) {
        return gpusim_fail(err, GPUSIM_MODULE, "the scheduler has no alternative %u",
                           chosen->which);
    }
    const gpusim_module *module = gs_schedulers[chosen->which - 1];
    *setup = (gs_setup){.estimates = GS_ESTIMATE_REQUESTED,
                        .scheduler = {.module = module, .parameters = chosen->value},
                        .reads_estimates = (module->flags & GPUSIM_MODULE_READS_ESTIMATES) != 0};
    snprintf(setup->text, sizeof setup->text, "%s", module->name);
    return GPUSIM_OK;
}

gpusim_status gs_setup_make(const void *scheduler_record_value, gs_setup *setup, gpusim_error *err)
{
    // without a word about it: FIFO that blocks, on the first node that fits
    static const gs_composition plain = {
        .order = GS_MODULE_fifo, .placement = GS_MODULE_first_fit, .blocking = 1, .noise = 2};
    const gpusim_one_of *chosen = scheduler_record_value;
    const gs_composition *said = chosen && chosen->value ? chosen->value : &plain;
    if (chosen && chosen->value && chosen->which != 0) {
        return make_module(chosen, setup, err);
    }
    if (said->borrow && said->preemption == GS_PREEMPTION_REPACK) {
        gpusim_fail(err, GPUSIM_SCENARIO, "GPUs are not lent with preemption repack");
        gpusim_error_hint(err, "leave preemption at none, priority or spot");
        return GPUSIM_SCENARIO;
    }
    if (said->backfill != GS_BACKFILL_NONE && said->preemption == GS_PREEMPTION_REPACK) {
        gpusim_fail(err, GPUSIM_SCENARIO, "backfill and preemption repack cannot be combined");
        gpusim_error_hint(err, "repack fills the cluster in order whenever something changes, so "
                               "there is nothing left to backfill; leave one of them at none");
        return GPUSIM_SCENARIO;
    }

    if (said->evict != GS_EVICT_NONE && said->period > 0 && said->evict_every % said->period != 0) {
        gpusim_fail(err, GPUSIM_SCENARIO,
                    "evict_every is no multiple of period: nobody passes when it is time");
        gpusim_error_hint(err, "evict_every is one of %.9g s", gpusim_seconds(said->period));
        return GPUSIM_SCENARIO;
    }
    *setup = (gs_setup){.backfill = said->backfill,
                        .preemption = said->preemption,
                        .estimates = said->estimates,
                        .blocking = said->blocking,
                        .borrow = said->borrow,
                        .period = said->period,
                        .evict = (uint8_t)said->evict,
                        .evict_above = said->evict_above,
                        .evict_every = said->evict_every,
                        .noise = said->noise};
    setup->order.module = gs_orders[said->order];
    setup->order.parameters = parameters_of(said, setup->order.module);
    setup->placement.module = gs_placements[said->placement];
    setup->placement.parameters = parameters_of(said, setup->placement.module);
    setup->reads_estimates = (setup->order.module->flags & GPUSIM_MODULE_READS_ESTIMATES) != 0 ||
                             setup->backfill != GS_BACKFILL_NONE;
    describe(setup);
    return GPUSIM_OK;
}
