/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Names, numbers and addresses of GPUs, from the constant tables of a trace. */
#include "trace/devices.h"

#include <stdio.h>
#include <string.h>

#include "base/hash.h"

static const char *or_empty(const char *text)
{
    return text ? text : "";
}

// "GPU-" and 128 bits
static void make_uuid(const gpusim_trace *trace, uint32_t gpu, char uuid[GS_UUID_BYTES])
{
    const char *hash = or_empty(trace->info.model_hash);
    const char *name = or_empty(gpusim_trace_entity(trace, GPUSIM_OF_GPU, gpu));
    gs_block bits = gs_hash128(name, strlen(name), gs_hash64(hash, strlen(hash), 0));
    snprintf(uuid, GS_UUID_BYTES, "GPU-%08x-%04x-%04x-%04x-%012llx",
             (unsigned)(bits.words[0] >> 32), (unsigned)(bits.words[0] >> 16 & 0xffff),
             (unsigned)(bits.words[0] & 0xffff), (unsigned)(bits.words[1] >> 48),
             (unsigned long long)(bits.words[1] & UINT64_C(0xffffffffffff)));
}

static gpusim_status read_node(gpusim_trace *trace, uint32_t node, gpusim_node_row *row,
                               gpusim_error *err)
{
    if (node >= trace->info.rows[GPUSIM_TABLE_NODES]) {
        return gpusim_fail(err, GPUSIM_FORMAT, "a GPU of the trace is in no node");
    }
    return gs_read_rows(trace, GPUSIM_TABLE_NODES, node, 1, row, err);
}

static void fill(const gpusim_trace *trace, const gpusim_gpu_row *gpu, const gpusim_node_row *node,
                 uint32_t number, gs_device *device)
{
    const char *product = gpusim_trace_name(trace, gpu->product);
    device->host = or_empty(gpusim_trace_name(trace, node->name));
    device->product = product ? product : or_empty(gpusim_trace_name(trace, gpu->model));
    device->slot = gpu->slot;
    make_uuid(trace, number, device->uuid);
    snprintf(device->bus, sizeof device->bus, "%08X:%02X:00.0", gpu->slot / 255,
             gpu->slot % 255 + 1);
}

gpusim_status gs_devices_read(gpusim_trace *trace, uint32_t first, uint32_t count,
                              gs_device **devices, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    gpusim_gpu_row gpus[64];
    gpusim_node_row node = {0};
    uint32_t known = GPUSIM_NONE; // the node whose row is at hand
    gs_device *made = NULL;
    uint64_t rows = trace->info.rows[GPUSIM_TABLE_GPUS];
    if (first > rows || count > rows - first) {
        return gpusim_fail(err, GPUSIM_FORMAT, "the trace has telemetry of GPUs it does not list");
    }
    GPUSIM_TRY(gs_allocate(&made, (size_t)count + 1, sizeof *made, err));
    for (uint32_t at = 0; at < count; at += 64) {
        uint32_t some = count - at < 64 ? count - at : 64;
        GPUSIM_TRY(gs_read_rows(trace, GPUSIM_TABLE_GPUS, first + at, some, gpus, err));
        for (uint32_t i = 0; i < some; i++) {
            if (gpus[i].node != known) {
                GPUSIM_TRY(read_node(trace, gpus[i].node, &node, err));
                known = gpus[i].node;
            }
            fill(trace, &gpus[i], &node, first + at + i, &made[at + i]);
        }
    }
    *devices = made;
    return GPUSIM_OK;

cleanup:
    gs_release(&made);
    return status;
}
