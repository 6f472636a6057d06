/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The metrics that a monitoring system would see, each declared once. */
#include "core/metrics.h"

#include <gpusim/record.h>

#define GAUGE(entity_, name_, unit_, doc_)                                                         \
    {                                                                                              \
        .name = (name_), .entity = GPUSIM_OF_##entity_, .type = GPUSIM_FLOAT32,                    \
        .unit = GPUSIM_UNIT_##unit_, .doc = (doc_)                                                 \
    }

static const gpusim_metric metrics[GS_METRIC_COUNT] = {
    [GS_METRIC_GPU_UTIL] = {.name = "gpu_util",
                            .dcgm = "DCGM_FI_DEV_GPU_UTIL",
                            .dcgm_id = 203,
                            .entity = GPUSIM_OF_GPU,
                            .type = GPUSIM_FLOAT32,
                            .unit = GPUSIM_UNIT_PERCENT,
                            .doc = "Share of the last second in which a kernel ran."},
    [GS_METRIC_GPU_ALLOCATED] = GAUGE(GPU, "gpu_allocated", NONE, "1 when a job holds it, else 0."),
    [GS_METRIC_NODE_GPUS_ALLOCATED] = GAUGE(NODE, "gpus_allocated", NONE, "GPUs that jobs hold."),
    [GS_METRIC_NODE_CPUS_ALLOCATED] =
        GAUGE(NODE, "cpus_allocated", NONE, "CPU cores that jobs hold."),
    [GS_METRIC_NODE_MEMORY_ALLOCATED] =
        GAUGE(NODE, "memory_allocated", BYTE, "Host memory that jobs hold."),
    [GS_METRIC_NODE_JOBS_RUNNING] =
        GAUGE(NODE, "jobs_running", NONE, "Jobs with at least one part on the node."),
    [GS_METRIC_RACK_GPUS_ALLOCATED] = GAUGE(RACK, "gpus_allocated", NONE, "GPUs that jobs hold."),
    [GS_METRIC_CLUSTER_QUEUE_LENGTH] =
        GAUGE(CLUSTER, "queue_length", NONE, "Jobs that wait for GPUs."),
    [GS_METRIC_CLUSTER_JOBS_RUNNING] = GAUGE(CLUSTER, "jobs_running", NONE, "Jobs that run."),
    [GS_METRIC_CLUSTER_GPUS_ALLOCATED] =
        GAUGE(CLUSTER, "gpus_allocated", NONE, "GPUs that jobs hold."),
    [GS_METRIC_CLUSTER_GPUS_UP] = GAUGE(CLUSTER, "gpus_up", NONE, "GPUs of nodes that are up."),
};

const gpusim_metric *gpusim_metrics(uint32_t *count)
{
    *count = GS_METRIC_COUNT;
    return metrics;
}
