/* SPDX-License-Identifier: GPL-3.0-or-later */
/* /names of a trace: what its NAME columns index. */
#ifndef GS_TRACE_NAMES_H
#define GS_TRACE_NAMES_H

#include <gpusim/model.h>

#include "trace/file.h"

/* Writes all names of a model, cut to GS_NAME_BYTES. */
gpusim_status gs_trace_names_write(const gpusim_model *model, gs_file *file, gpusim_error *err);

#endif
