/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The field table of `profile:`, what a job does to the hardware while it runs. */
#include <stddef.h>

#include "workload/profile.h"
#include "workload/tables.h"

#define RATIO(member, fallback_, doc_)                                                             \
    GS_DISTRIBUTION_FIELD(#member, ratio, gs_profile_fields, member, 0, fallback_, doc_)

static const gpusim_field communication_fields[] = {
    GS_DISTRIBUTION_FIELD("step", second, gs_communication_fields, step, 0, "1 s",
                          "Length of a step on nominal GPUs at full clock, without communication; "
                          "1 us at least."),
    GS_DISTRIBUTION_FIELD("volume", byte, gs_communication_fields, volume, GPUSIM_REQUIRED, NULL,
                          "What the job's GPUs all-reduce every step."),
    GS_DISTRIBUTION_FIELD("overlap", ratio, gs_communication_fields, overlap, 0, "0",
                          "Share of the communication that is hidden behind computing."),
};
static const gpusim_record communication = {"communication", GPUSIM_FIELDS(communication_fields),
                                            (uint32_t)sizeof(gs_communication_fields),
                                            "What the GPUs of a job tell each other every step."};

static const gpusim_field checkpoint_fields[] = {
    GS_DISTRIBUTION_FIELD(
        "every", interval, gs_checkpoint_fields, every, GPUSIM_REQUIRED, NULL,
        "Work between the end of one checkpoint and the begin of the next, in run "
        "time at full speed, 1 s at least; or `young` or `daly`: what suits the cost of a "
        "checkpoint and the time between failures of the job."),
    GS_DISTRIBUTION_FIELD("size", byte, gs_checkpoint_fields, size, 0, "0 B",
                          "What the whole job writes to the storage."),
    GS_DISTRIBUTION_FIELD("cost", second, gs_checkpoint_fields, cost, 0, "0 s",
                          "The job stands still at least so long, also with a faster storage."),
    {.name = "mttf",
     .type = GPUSIM_TIME,
     .unit = GPUSIM_UNIT_SECOND,
     .offset = (uint32_t)offsetof(gs_checkpoint_fields, mttf),
     .flags = GPUSIM_OPTIONAL | GPUSIM_EXCLUSIVE,
     .minimum = 0,
     .maximum = 9e9,
     .doc = "Mean time between failures of the whole job, for `young` and `daly`; absent: what the "
            "scenario's rules make of the nodes and GPUs that it has."},
};
static const gpusim_choice preempted[] = {
    {"keep", GS_PREEMPTED_KEEPS, "it goes on where it was; that is no checkpoint"},
    {"checkpoint", GS_PREEMPTED_SAVES, "it goes on where it was, from a checkpoint at its cost"},
    {"lose", GS_PREEMPTED_LOSES, "it goes back to its last checkpoint"},
    {NULL, 0, NULL},
};

const gpusim_record gs_checkpoint_record = {
    "checkpoint", GPUSIM_FIELDS(checkpoint_fields), (uint32_t)sizeof(gs_checkpoint_fields),
    "When a job saves what it has done, and what that costs."};

static const gpusim_field fields[] = {
    // Frontier's HPL draws 0.79 of it (RAPS); of the jobs that Zeus measured the median draws 0.94
    // on a V100, 0.87 on a Quadro RTX 6000, 0.81 on an A40, 0.63 on a P100 (docs/physics.md)
    RATIO(intensity, "0.8", "Share of the GPU's dynamic power that is drawn while it is busy."),
    RATIO(memory_bound, "0", "Share of the busy time that the GPU's clock does not change."),
    RATIO(host_bound, "0", "Share of a step in which the GPU waits for its host."),
    RATIO(memory_activity, "0.5", "Share of the memory's bandwidth that is used while busy."),
    RATIO(tensor_activity, "0.5", "Share of the tensor pipes that is used while busy."),
    RATIO(cpu_activity, "1", "Share of the time in which its CPU cores are busy."),
    GS_DISTRIBUTION_FIELD("host_io", byte_per_second, gs_profile_fields, host_io, 0, "0 B/s",
                          "What flows over PCIe into each GPU while it is busy."),
    GS_DISTRIBUTION_FIELD("memory_used", byte, gs_profile_fields, memory_used, GPUSIM_OPTIONAL,
                          NULL,
                          "Memory held on each GPU from the start; absent: what the job asks for, "
                          "`gpu_memory`."),
    GS_DISTRIBUTION_FIELD("memory_growth", byte_per_second, gs_profile_fields, memory_growth, 0,
                          "0 B/s", "How fast that grows, on each GPU: a leak."),
    {.name = "communication",
     .type = GPUSIM_RECORD,
     .offset = (uint32_t)offsetof(gs_profile_fields, communication),
     .flags = GPUSIM_OPTIONAL,
     .detail = {&communication},
     .doc = "What its GPUs tell each other; absent: nothing."},
    {.name = "checkpoint",
     .type = GPUSIM_RECORD,
     .offset = (uint32_t)offsetof(gs_profile_fields, checkpoint),
     .flags = GPUSIM_OPTIONAL,
     .detail = {&gs_checkpoint_record},
     .doc = "When it saves its work; absent: never."},
    GS_DISTRIBUTION_FIELD("restart", second, gs_profile_fields, restart, 0, "0 s",
                          "How long it takes to start again: every attempt but the first begins "
                          "with that, drawn anew."),
    {.name = "preempted",
     .type = GPUSIM_ENUM,
     .offset = (uint32_t)offsetof(gs_profile_fields, preempted),
     .fallback = "keep",
     .detail = {preempted},
     .doc = "What becomes of its work when the scheduler takes its GPUs."},
    {.name = "retries",
     .type = GPUSIM_UINT32,
     .offset = (uint32_t)offsetof(gs_profile_fields, retries),
     .flags = GPUSIM_OPTIONAL,
     .doc = "How many times it starts again after nodes or GPUs failed under it; one failure more "
            "is its end. Absent: any number of times."},
};

const gpusim_record gs_profile_record = {
    "profile", GPUSIM_FIELDS(fields), (uint32_t)sizeof(gs_profile_fields),
    "What a job does to the hardware; each job of a source draws its own."};
