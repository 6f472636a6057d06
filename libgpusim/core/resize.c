/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Elastic jobs: on more GPUs or fewer than they asked for they compute as gpusim_job_speed says,
 * and each change of the number holds them at rate 0 for a while (definitions 25). */
#include "core/elastic.h"

void gs_job_resized(gpusim_sim *sim, uint32_t slot)
{
    gs_live *live = GS_LIVE(sim, slot);

    // what its processes were in the middle of is over: they start anew on the GPUs that it has now
    live->writes = 0;
    live->writing = 0;
    if (live->hangs) {
        (void)gpusim_engine_cancel(sim->engine, &live->timeout);
    }
    live->hangs = live->full = live->spoiled = 0;
    live->loading = live->resize != GPUSIM_TIME_MAX ? live->resize : gs_restart_span(sim, slot);
    live->begins = live->owed > 0 || live->loading > 0;
    GS_JOB(sim, slot)->resizes++;
    GS_TOTALS(sim)->resizes++;
}
