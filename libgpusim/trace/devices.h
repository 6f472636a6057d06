/* SPDX-License-Identifier: GPL-3.0-or-later */
/* GPUs of a trace as a driver would call them. */
#ifndef GS_TRACE_DEVICES_H
#define GS_TRACE_DEVICES_H

#include "trace/reader.h"

#define GS_UUID_BYTES 41
#define GS_BUS_BYTES  18

typedef struct gs_device {
    const char *host;         /* its node's name */
    const char *product;      /* "NVIDIA H100 80GB HBM3" */
    uint32_t slot;            /* within its node: the driver's index */
    char uuid[GS_UUID_BYTES]; /* of the model's hash and the GPU's name: the same in every run */
    char bus[GS_BUS_BYTES];   /* "00000000:01:00.0": one bus for each slot */
} gs_device;

/* Devices of adjacent GPUs, [count]; release *devices. */
gpusim_status gs_devices_read(gpusim_trace *trace, uint32_t first, uint32_t count,
                              gs_device **devices, gpusim_error *err);

#endif
