/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The figure `faults`: what was wrong when, a line for each kind, and what detectors said. */
#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "base/sort.h"
#include "plot/figures.h"
#include "study/read.h"

#define LINES_MOST 40 /* kinds and detectors */

/* Something that lasts, on the line of its name. */
typedef struct span {
    gpusim_time from, to;
    uint32_t name;
    uint32_t alert; // 1: a detector's
} span;

static int by_line(const void *a, const void *b)
{
    const span *x = a, *y = b;
    if (x->alert != y->alert) {
        return x->alert < y->alert ? -1 : 1;
    }
    if (x->name != y->name) {
        return x->name < y->name ? -1 : 1;
    }
    return (x->from > y->from) - (x->from < y->from);
}

// what is shown of it, if any
static gpusim_status add(const gs_plot *plot, gs_array *spans, gpusim_time from, gpusim_time to,
                         uint32_t name, uint32_t alert, gpusim_error *err)
{
    to = to < plot->to ? to : plot->to;
    if (from > plot->to || to < plot->from) {
        return GPUSIM_OK;
    }
    span one = {from > plot->from ? from : plot->from, to, name, alert};
    return gs_array_push(spans, &one, err);
}

static gpusim_status read_spans(gs_plot *plot, gs_array *spans, gpusim_error *err)
{
    gpusim_status status;
    gpusim_fault_row *faults = NULL;
    gpusim_alert_row *alerts = NULL;
    uint64_t count;
    GPUSIM_TRY(gs_whole_table(plot->traces[0], GPUSIM_TABLE_FAULTS, &faults, &count, err));
    for (uint64_t i = 0; i < count; i++) {
        GPUSIM_TRY(add(plot, spans, faults[i].start, faults[i].end, faults[i].kind, 0, err));
    }
    GPUSIM_TRY(gs_whole_table(plot->traces[0], GPUSIM_TABLE_ALERTS, &alerts, &count, err));
    for (uint64_t i = 0; i < count; i++) {
        GPUSIM_TRY(add(plot, spans, alerts[i].time, alerts[i].end, alerts[i].detector, 1, err));
    }
    GPUSIM_TRY(gs_sort(spans->data, spans->count, sizeof(span), by_line, err));
cleanup:
    gs_release(&faults);
    gs_release(&alerts);
    return status;
}

gpusim_status gs_plot_faults(gs_plot *plot, gpusim_error *err)
{
    gpusim_status status;
    gs_array spans = GS_ARRAY(span);
    uint32_t line = 0, shown = 0;
    GPUSIM_TRY(read_spans(plot, &spans, err));
    gs_plot_block(plot, "spans");
    fputs("set ytics ()\n", plot->script);
    for (uint32_t i = 0; i < spans.count && line <= LINES_MOST; i++) {
        const span *one = &GS_AT(spans, span, i);
        if (i == 0 || one->name != one[-1].name || one->alert != one[-1].alert) {
            if (++line > LINES_MOST) {
                break;
            }
            const char *name = gpusim_trace_name(plot->traces[0], one->name);
            char tic[32];
            snprintf(tic, sizeof tic, "line_%u", line);
            gs_plot_say_text(plot, tic, "%s%s", one->alert ? "alerts of " : "", name ? name : "");
            fprintf(plot->script, "set ytics add (line_%u %u)\n", line, line);
        }
        const double row[] = {gs_plot_time(plot, one->from), gs_plot_time(plot, one->to), line,
                              one->alert ? 1 : 2};
        gs_plot_row(plot, 4, row);
        shown++;
    }
    gs_plot_say_number(plot, "shown", shown);
    gs_plot_say_number(plot, "lines", line < LINES_MOST ? line : LINES_MOST);
cleanup:
    gs_array_release(&spans);
    return status;
}
