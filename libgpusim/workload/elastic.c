/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Jobs that run on more or fewer GPUs than they ask for. */
#include <stddef.h>

#include "workload/tables.h"
#include "workload/workload.h"

#define AT(member) .offset = (uint32_t)offsetof(gs_elastic_fields, member)

static const gpusim_field fields[] = {
    {.name = "min",
     .type = GPUSIM_UINT32,
     AT(least),
     .flags = GPUSIM_OPTIONAL,
     .minimum = 1,
     .maximum = 1e6,
     .doc = "Fewest GPUs that it runs on; absent, or more than `gpus`: as many as these."},
    {.name = "max",
     .type = GPUSIM_UINT32,
     AT(most),
     .flags = GPUSIM_OPTIONAL,
     .minimum = 1,
     .maximum = 1e6,
     .doc = "Most GPUs that it runs on; absent, or fewer than `gpus`: as many as these."},
    {.name = "serial",
     .type = GPUSIM_FLOAT64,
     AT(serial),
     .fallback = "0",
     .maximum = 1,
     .doc = "Share of its computing on one GPU that further GPUs do not shorten (Amdahl): on n it "
            "is 1 / (serial + (1 - serial) / n) as fast. Communication comes on top."},
    {.name = "cost",
     .type = GPUSIM_TIME,
     .unit = GPUSIM_UNIT_SECOND,
     AT(cost),
     .flags = GPUSIM_OPTIONAL,
     .maximum = 9e9,
     .doc = "Time at rate 0 on its new GPUs when it is resized; absent: what starting again takes "
            "it."},
};

const gpusim_record gs_elastic_record = {
    "elastic job", GPUSIM_FIELDS(fields), sizeof(gs_elastic_fields),
    "On how many GPUs a job may run; `gpus` is what its duration is for. Jobs of whole GPUs alone, "
    "and schedulers that resize: others give each what it asks for."};

void gs_fail_elastic_parts(gpusim_error *err)
{
    gpusim_fail(err, GPUSIM_SCENARIO, "jobs of parts of GPUs are not elastic");
    gpusim_error_hint(err, "leave `elastic` out, or `gpu_share` and `mig`");
}

void gs_make_elastic(const gs_elastic_fields *said, gs_job *job)
{
    if (!said->present || job->gpus == 0 || job->milli != 1000 || job->mig != 0) {
        return;
    }
    uint32_t least = said->least, most = said->most;
    job->least_gpus = least < job->gpus ? least : job->gpus;
    job->most_gpus = most != UINT32_MAX && most > job->gpus ? most : job->gpus;
    job->serial = said->serial;
    job->resize = said->cost;
}
