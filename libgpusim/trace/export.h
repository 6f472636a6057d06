/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the exports share. */
#ifndef GS_TRACE_EXPORT_H
#define GS_TRACE_EXPORT_H

#include "trace/sheet.h"

/* One field of a row; times get "_s". */
void gs_export_field(gs_sheet *sheet, const gpusim_trace *trace, const gpusim_field *field,
                     const void *row);

/* The jobs, with the nodes and GPUs of their last attempt. */
gpusim_status gs_export_jobs(gs_sheet *sheet, gpusim_trace *trace,
                             const gpusim_export_filter *filter, gpusim_error *err);

#endif
