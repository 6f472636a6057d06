/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `speed:` and `load:` move submits: t' = t / speed, with speed = load wanted / load offered.
 * Offered load = sum of gpus x duration / (installed GPUs x (last submit - first submit)). */
#include <math.h>

#include "workload/list.h"
#include "workload/log.h"

// what is asked for, in GPU-seconds
static double work_of(const gs_job *jobs, uint32_t count)
{
    double sum = 0;
    for (uint32_t i = 0; i < count; i++) {
        if (jobs[i].duration > 0) {
            sum += (double)jobs[i].gpus * gpusim_seconds(jobs[i].duration);
        }
    }
    return sum;
}

gpusim_status gs_log_scale(gs_log *log, double gpus, gpusim_error *err)
{
    gs_job *jobs = log->jobs.data;
    uint32_t count = log->jobs.count;
    double speed = log->trace->speed;
    if (!isnan(log->trace->load)) {
        if (speed != 1) {
            gpusim_fail(err, GPUSIM_SCENARIO, "a trace has a speed or a load, not both");
            gs_error_key(err, "load");
            return GPUSIM_SCENARIO;
        }
        double span = count ? gpusim_seconds(jobs[count - 1].submit - jobs[0].submit) : 0;
        double work = work_of(jobs, count);
        if (!(span > 0 && work > 0 && gpus > 0)) {
            gpusim_fail(err, GPUSIM_SCENARIO,
                        "a load needs jobs with GPUs, submitted at two times at least, and "
                        "GPUs in the cluster");
            gs_error_key(err, "load");
            return GPUSIM_SCENARIO;
        }
        speed = log->trace->load * gpus * span / work;
    }
    if (speed == 1) {
        return GPUSIM_OK;
    }
    for (uint32_t i = 0; i < count; i++) {
        // a recorded wait stays as long as it was
        gpusim_time before = jobs[i].submit;
        double after = (double)before / speed + 0.5;
        if (!(after < 9.2e18)) {
            gpusim_fail(err, GPUSIM_SCENARIO,
                        "scaled like this, jobs would be submitted after 292 years");
            gs_error_key(err, isnan(log->trace->load) ? "speed" : "load");
            return GPUSIM_SCENARIO;
        }
        jobs[i].submit = (gpusim_time)after;
        if (jobs[i].extra != GPUSIM_NONE) {
            gs_job_extra *extra = &GS_AT(log->extras, gs_job_extra, jobs[i].extra);
            if (extra->start != GPUSIM_TIME_MAX) {
                extra->start = gpusim_time_add(jobs[i].submit, extra->start - before);
            }
        }
    }
    return GPUSIM_OK;
}
