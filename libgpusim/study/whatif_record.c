/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The numbers of what stragglers cost, declared once for `--json` and for people. */
#include <gpusim/study.h>

#define FIELD(owner, member_, type_, unit_, doc_)                                                  \
    {                                                                                              \
        .name = #member_, .type = GPUSIM_##type_, .unit = GPUSIM_UNIT_##unit_,                     \
        .offset = (uint32_t)offsetof(owner, member_), .flags = GPUSIM_OPTIONAL, .doc = (doc_)      \
    }
#define JOB(member, type, unit, doc)   FIELD(gpusim_whatif_job, member, type, unit, doc)
#define FLEET(member, type, unit, doc) FIELD(gpusim_whatif_fleet, member, type, unit, doc)

static const gpusim_field job_fields[] = {
    JOB(index, UINT64, NONE, "Order of submission."),
    JOB(id, INT64, NONE, "Number in its log."),
    JOB(gpus, UINT32, NONE, "GPUs."),
    JOB(observed_s, FLOAT64, SECOND, "Time seen at work."),
    JOB(slowdown, FLOAT64, NONE, "That over what it would have been without stragglers."),
    JOB(step_s, FLOAT64, SECOND, "Mean step."),
    JOB(ideal_step_s, FLOAT64, SECOND, "Mean step without stragglers."),
    JOB(gpu_hours, FLOAT64, NONE, "GPU-hours observed."),
    JOB(wasted_gpu_hours, FLOAT64, NONE, "GPU-hours that stragglers cost."),
    JOB(blamed_share, FLOAT64, RATIO, "Share of the waste by whom is blamed."),
    JOB(blamed_clock, FLOAT64, NONE, "Its clock over that of the median GPU."),
};
static const gpusim_record job_record = {"job", GPUSIM_FIELDS(job_fields),
                                         sizeof(gpusim_whatif_job), "What stragglers cost a job."};

static const gpusim_field fleet_fields[] = {
    FLEET(jobs, UINT64, NONE, "Jobs that ran."),
    FLEET(judged, UINT64, NONE, "Jobs with a slowdown."),
    FLEET(straggling, UINT64, NONE, "Jobs with a slowdown above 1.1."),
    FLEET(straggling_share, FLOAT64, RATIO, "Their share."),
    FLEET(gpu_hours, FLOAT64, NONE, "GPU-hours observed."),
    FLEET(wasted_gpu_hours, FLOAT64, NONE, "GPU-hours that stragglers cost."),
    FLEET(wasted_share, FLOAT64, RATIO, "Their share."),
};
static const gpusim_record fleet_record = {"fleet", GPUSIM_FIELDS(fleet_fields),
                                           sizeof(gpusim_whatif_fleet),
                                           "What stragglers cost all jobs."};

const gpusim_record *gpusim_whatif_job_record(void)
{
    return &job_record;
}

const gpusim_record *gpusim_whatif_fleet_record(void)
{
    return &fleet_record;
}
