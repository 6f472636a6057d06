/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Telemetry as CSV and JSON lines. */
#include "trace/export.h"
#include "trace/frames.h"

static void put_time(gs_sheet *sheet, double seconds)
{
    char text[GS_CELL_BYTES];
    gs_cell_seconds(gpusim_time_from_seconds(seconds), text);
    gs_sheet_cell(sheet, "time_s", GS_CELL_NUMBER, text);
}

static void put_value(gs_sheet *sheet, const char *name, const gpusim_trace_metric *about,
                      const void *value)
{
    char text[GS_CELL_BYTES] = "";
    gs_cell_kind kind =
        sheet->header ? GS_CELL_NONE : gs_cell_value((gpusim_field_type)about->type, value, text);
    gs_sheet_cell(sheet, name, kind, text);
}

static const char *entity_name(const gs_frames *frames, gpusim_entity entity, uint32_t i)
{
    const char *name = gpusim_trace_entity(frames->trace, entity, frames->first_entity + i);
    return name ? name : "";
}

// a line a sample, a column an entity; a line about several nodes has the time of who joined them
static void put_wide(gs_sheet *sheet, const gs_frames *frames, uint64_t sample)
{
    const gpusim_trace_metric *about = &frames->trace->series[frames->metrics[0]].metric;
    int alone = frames->clocks.nodes == 1;
    put_time(sheet, sheet->header ? 0
                    : alone       ? gs_frames_time(frames, 0, sample)
                                  : frames->times[sample]);
    for (uint32_t i = 0; i < frames->entities; i++) {
        put_value(sheet, entity_name(frames, (gpusim_entity)about->entity, i), about,
                  gs_frames_value(frames, 0, i, sample));
    }
    gs_sheet_row_end(sheet);
}

// a line a sample and entity, a column a metric
static void put_long(gs_sheet *sheet, const gs_frames *frames, uint64_t sample, uint32_t entity)
{
    gpusim_entity kind = (gpusim_entity)frames->trace->series[frames->metrics[0]].metric.entity;
    put_time(sheet, sheet->header ? 0 : gs_frames_time(frames, entity, sample));
    gs_sheet_cell(sheet, gs_entity_groups[kind], GS_CELL_TEXT, entity_name(frames, kind, entity));
    for (uint32_t i = 0; i < frames->metric_count; i++) {
        const gpusim_trace_metric *about = &frames->trace->series[frames->metrics[i]].metric;
        put_value(sheet, about->name, about, gs_frames_value(frames, i, entity, sample));
    }
    gs_sheet_row_end(sheet);
}

static gpusim_status put_all(gs_sheet *sheet, gs_frames *frames, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    int wide = frames->metric_count == 1;
    if (sheet->format == GPUSIM_EXPORT_CSV) {
        sheet->header = 1;
        wide ? put_wide(sheet, frames, 0) : put_long(sheet, frames, 0, 0);
    }
    do {
        GPUSIM_TRY(gs_frames_next(frames, err));
        for (uint64_t s = 0; s < frames->count && sheet->status == GPUSIM_OK; s++) {
            for (uint32_t i = 0; !wide && i < frames->entities; i++) {
                put_long(sheet, frames, s, i);
            }
            if (wide) {
                put_wide(sheet, frames, s);
            }
        }
    } while (frames->count > 0 && sheet->status == GPUSIM_OK);

cleanup:
    return status;
}

// all metrics of one export are of one kind of entity
static gpusim_status check_metrics(const gpusim_trace *trace, const gs_selection *selection,
                                   gpusim_error *err)
{
    const gpusim_export_filter *filter = &selection->filter;
    if (filter->metric_count == 0) {
        return gpusim_fail(err, GPUSIM_ARGUMENT, "no metric to export");
    }
    const gpusim_trace_metric *first = &trace->series[filter->metrics[0]].metric;
    for (uint32_t i = 1; i < filter->metric_count; i++) {
        const gpusim_trace_metric *other = &trace->series[filter->metrics[i]].metric;
        if (other->entity != first->entity || other->entities != first->entities) {
            return gpusim_fail(err, GPUSIM_ARGUMENT,
                               "'%s' is of a %s and '%s' of a %s: export them apart", first->name,
                               gs_entity_groups[first->entity], other->name,
                               gs_entity_groups[other->entity]);
        }
    }
    return GPUSIM_OK;
}

gpusim_status gpusim_trace_export_metrics(gpusim_trace *trace, const gpusim_export_filter *filter,
                                          gpusim_export_format format, gpusim_write_fn write,
                                          void *context, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    gs_sheet sheet = {0};
    gs_frames frames = {0};
    gs_selection selection;
    uint32_t first = 0, count = 0;
    gs_h5_quiet quiet;
    gs_h5_enter(&quiet);
    GPUSIM_TRY(gs_select(trace, filter, &selection, err));
    GPUSIM_TRY(check_metrics(trace, &selection, err));
    const gpusim_trace_metric *about = &trace->series[selection.filter.metrics[0]].metric;
    GPUSIM_TRY(gs_select_entities(trace, &selection, (gpusim_entity)about->entity, about->entities,
                                  &first, &count, err));
    GPUSIM_TRY(gs_frames_begin(&frames, trace, &selection, selection.filter.metrics,
                               selection.filter.metric_count, first, count, err));
    GPUSIM_TRY(gs_sheet_begin(&sheet, format, write, context, err));
    GPUSIM_TRY(put_all(&sheet, &frames, err));

cleanup:
    status = status == GPUSIM_OK ? gs_sheet_end(&sheet, err) : (gs_sheet_end(&sheet, NULL), status);
    gs_frames_end(&frames);
    gs_h5_leave(&quiet);
    return status;
}
