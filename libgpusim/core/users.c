/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Who submits jobs: users in order of their first, and the GPU time that they and virtual clusters
 * have held, exactly. */
#include "core/sim.h"

#define REST UINT64_C(1000000000000) /* thousandths of GPU-nanoseconds in a GPU-second */

gpusim_status gs_user_of(gpusim_sim *sim, uint32_t name, uint32_t *owner, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    if (name >= sim->user_by_name.count) {
        GPUSIM_TRY(gs_array_resize(&sim->user_by_name, name + 1, err));
    }
    uint32_t *known = &GS_AT(sim->user_by_name, uint32_t, name); // + 1; 0: not yet
    if (*known == 0) {
        gpusim_user_info user = {.name = name};
        GPUSIM_TRY(gs_array_push(&sim->users, &user, err));
        *known = sim->users.count;
        gs_sim_refresh_view(sim);
    }
    *owner = *known - 1;
cleanup:
    return status;
}

static void settle(gpusim_usage *usage, gpusim_time now)
{
    if (usage->milli > 0 && now > usage->settled) {
        gs_wide rest = (gs_wide)(uint64_t)(now - usage->settled) * usage->milli + usage->gpu_rest;
        usage->gpu_seconds += (uint64_t)(rest / REST);
        usage->gpu_rest = (uint64_t)(rest % REST);
    }
    usage->settled = now;
}

void gs_usage_add(gpusim_usage *usage, gpusim_time now, uint64_t milli, int sign)
{
    settle(usage, now);
    usage->milli = sign > 0 ? usage->milli + milli : usage->milli - milli;
}

gs_wide gs_usage_now(const gpusim_usage *usage, gpusim_time now)
{
    gpusim_usage copy = *usage;
    settle(&copy, now);
    return (gs_wide)copy.gpu_seconds * REST + copy.gpu_rest;
}
