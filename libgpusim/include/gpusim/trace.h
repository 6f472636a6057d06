/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Traces: an observer that writes a run to an HDF5 file, and a reader for what it wrote. *Uses
 * GSL:* no. Of HDF5 only this room's calls reach the library. */
#ifndef GPUSIM_TRACE_H
#define GPUSIM_TRACE_H

#include <gpusim/sim.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct gpusim_trace_options {
    uint32_t size;
    uint8_t force;        /* overwrite an existing file */
    uint8_t reproducible; /* leave out stamps and wall times: equal bytes for equal histories */
    uint8_t reserved[2];
    uint64_t buffer_bytes; /* for telemetry; 256 MiB */
} gpusim_trace_options;

#define gpusim_trace_options_default(options)                                                      \
    gpusim_trace_options_init((options), (uint32_t)sizeof(gpusim_trace_options))
GPUSIM_API void gpusim_trace_options_init(gpusim_trace_options *options, uint32_t size);

typedef struct gpusim_trace_writer gpusim_trace_writer;

/* Prepares a writer and the observer that feeds it. The file appears at the observer's `begin` and
 * stays readable whatever happens after. GPUSIM_EXISTS without force. destroy after the sim. */
GPUSIM_API gpusim_status gpusim_trace_writer_create(const char *path,
                                                    const gpusim_trace_options *options,
                                                    gpusim_trace_writer **writer,
                                                    gpusim_observer *observer, gpusim_error *err);
GPUSIM_API void gpusim_trace_writer_destroy(gpusim_trace_writer *writer);

#ifdef __cplusplus
}
#endif
#endif
