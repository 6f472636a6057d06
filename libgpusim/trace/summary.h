/* SPDX-License-Identifier: GPL-3.0-or-later */
/* /summary and the attributes of the root. */
#ifndef GS_TRACE_SUMMARY_H
#define GS_TRACE_SUMMARY_H

#include <gpusim/trace.h>

#include "trace/file.h"

/* Creates the root's attributes, complete = 0 among them. */
gpusim_status gs_root_write(const gpusim_model *model, uint64_t seed, int reproducible,
                            gs_file *file, gpusim_error *err);

/* Creates /summary with all its attributes, still without values. */
gpusim_status gs_summary_create(gs_file *file, gpusim_error *err);

/* Fills them, and `complete`. */
gpusim_status gs_summary_write(const gpusim_summary *summary, int complete, int reproducible,
                               gs_file *file, gpusim_error *err);

/* Reads them; fields that the file lacks are "no value". */
gpusim_status gs_summary_read(hid_t file, gpusim_summary *summary, gpusim_error *err);

/* Sets a field to "no value": NaN, never, the type's maximum, or 0 where it is not optional. */
void gs_missing(const gpusim_field *field, void *struct_);

#endif
