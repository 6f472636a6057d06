/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which samples, entities and metrics of a trace an export is about. */
#ifndef GS_TRACE_SELECT_H
#define GS_TRACE_SELECT_H

#include "trace/reader.h"

typedef struct gs_selection {
    gpusim_export_filter filter; /* whole, also when the caller's was shorter or NULL */
    uint64_t first, count;       /* samples */
} gs_selection;

/* The filter, whole. */
void gs_select_filter(const gpusim_export_filter *filter, gpusim_export_filter *whole);

/* The row of the node of that name. */
gpusim_status gs_select_node(gpusim_trace *trace, const char *name, gpusim_node_row *node,
                             gpusim_error *err);

/* Completes the filter and finds its samples. */
gpusim_status gs_select(gpusim_trace *trace, const gpusim_export_filter *filter,
                        gs_selection *selection, gpusim_error *err);

/* The adjacent entities of a kind that are of the filter's node, at most `most` of them. */
gpusim_status gs_select_entities(gpusim_trace *trace, const gs_selection *selection,
                                 gpusim_entity entity, uint32_t most, uint32_t *first,
                                 uint32_t *count, gpusim_error *err);

#endif
