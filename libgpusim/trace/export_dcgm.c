/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Telemetry of GPUs as dcgm-exporter writes it: Prometheus' text format 0.0.4. */
#include <stdio.h>
#include <string.h>

#include "trace/clocks.h"
#include "trace/devices.h"
#include "trace/export.h"
#include "trace/select.h"

#define GPUS_AT_ONCE    16u /* what a chunk holds */
#define SAMPLES_AT_ONCE 4096u
#define LABEL_BYTES     1024

/* What DCGM says for "not supported". */
#define BLANK "9223372036854775794"

typedef struct gs_dcgm {
    gs_sheet sheet;
    gpusim_trace *trace;
    gs_selection selection;
    gs_device *devices; /* [gpus] */
    uint32_t first, gpus;
    unsigned char *values; /* [GPUS_AT_ONCE][samples of the block] */
    double *times;
    gs_clocks clocks;
    char (*labels)[LABEL_BYTES]; /* [GPUS_AT_ONCE] */
} gs_dcgm;

static void put_text(gs_dcgm *dcgm, const char *text)
{
    gs_sheet_put(&dcgm->sheet, text, strlen(text));
}

// a label's value: backslash, quote and end of line are escaped
static size_t escape(const char *text, char *to, size_t size)
{
    size_t used = 0;
    for (; *text && used + 3 < size; text++) {
        if (*text == '\\' || *text == '"' || *text == '\n') {
            to[used++] = '\\';
        }
        to[used++] = *text;
        if (*text == '\n') {
            to[used - 1] = 'n';
        }
    }
    to[used] = 0;
    return used;
}

static void make_labels(const gs_device *device, const char *field, char labels[LABEL_BYTES])
{
    char product[256], host[512];
    escape(device->product, product, sizeof product);
    escape(device->host, host, sizeof host);
    snprintf(labels, LABEL_BYTES,
             "%.63s{gpu=\"%u\",UUID=\"%s\",pci_bus_id=\"%s\",device=\"nvidia%u\",modelName=\"%s\","
             "hostname=\"%s\"} ",
             field, device->slot, device->uuid, device->bus, device->slot, product, host);
}

// HELP and TYPE
static void put_head(gs_dcgm *dcgm, const gpusim_trace_metric *metric)
{
    put_text(dcgm, "# HELP ");
    put_text(dcgm, metric->dcgm);
    put_text(dcgm, " ");
    for (const char *c = metric->doc; *c; c++) {
        if (*c == '\\' || *c == '\n') {
            put_text(dcgm, *c == '\n' ? "\\n" : "\\\\");
        } else {
            gs_sheet_put(&dcgm->sheet, c, 1);
        }
    }
    put_text(dcgm, "\n# TYPE ");
    put_text(dcgm, metric->dcgm);
    put_text(dcgm, metric->type == GPUSIM_UINT64 ? " counter\n" : " gauge\n");
}

// DCGM's doubles (power, ratios) have six decimals, its integers none
static gs_cell_kind value_text(const gpusim_trace_metric *metric, const void *value,
                               char text[GS_CELL_BYTES])
{
    int is_double = strcmp(metric->unit, "W") == 0 ||
                    (strncmp(metric->dcgm, "DCGM_FI_PROF_", 13) == 0 && !metric->unit[0]);
    float number = 0;
    if (metric->type == GPUSIM_FLOAT32) {
        memcpy(&number, value, sizeof number);
    }
    if (is_double && metric->type == GPUSIM_FLOAT32 && gs_cell_fixed32(number, 6, text)) {
        return GS_CELL_NUMBER;
    }
    return gs_cell_value((gpusim_field_type)metric->type, value, text);
}

static void put_sample(gs_dcgm *dcgm, const gpusim_trace_metric *metric, const char *labels,
                       const void *value, gpusim_time at)
{
    char text[GS_CELL_BYTES];
    if (value_text(metric, value, text) != GS_CELL_NUMBER) {
        if (!dcgm->selection.filter.blank) {
            return;
        }
        snprintf(text, sizeof text, BLANK);
    }
    put_text(dcgm, labels);
    put_text(dcgm, text);
    snprintf(text, sizeof text, " %lld\n", (long long)(at / 1000000));
    put_text(dcgm, text);
}

// one block of samples of at most 16 GPUs
static gpusim_status put_block(gs_dcgm *dcgm, uint32_t index, uint32_t gpu, uint32_t gpus,
                               uint64_t first, uint64_t samples, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    const gpusim_trace_metric *metric = &dcgm->trace->series[index].metric;
    size_t bytes = gs_h5_bytes((gpusim_field_type)metric->type);
    GPUSIM_TRY(gs_read_times(dcgm->trace, first, samples, dcgm->times, err));
    GPUSIM_TRY(gs_clocks_load(&dcgm->clocks, first, samples, err));
    GPUSIM_TRY(gs_read_values(dcgm->trace, index, dcgm->first + gpu, gpus, first, samples,
                              dcgm->values, err));
    for (uint32_t g = 0; g < gpus; g++) {
        for (uint64_t s = 0; s < samples; s++) {
            double seconds = gs_clocks_time(&dcgm->clocks, g, s, dcgm->times[s]);
            gpusim_time at =
                gpusim_time_add(dcgm->selection.filter.start, gpusim_time_from_seconds(seconds));
            put_sample(dcgm, metric, dcgm->labels[g], dcgm->values + (g * samples + s) * bytes, at);
        }
    }

cleanup:
    return status;
}

static gpusim_status put_metric(gs_dcgm *dcgm, uint32_t index, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    const gpusim_trace_metric *metric = &dcgm->trace->series[index].metric;
    uint64_t end = dcgm->selection.first + dcgm->selection.count;
    put_head(dcgm, metric);
    for (uint32_t gpu = 0; gpu < dcgm->gpus; gpu += GPUS_AT_ONCE) {
        uint32_t gpus = dcgm->gpus - gpu < GPUS_AT_ONCE ? dcgm->gpus - gpu : GPUS_AT_ONCE;
        GPUSIM_TRY(gs_clocks_begin(&dcgm->clocks, dcgm->trace, GPUSIM_OF_GPU, dcgm->first + gpu,
                                   gpus, SAMPLES_AT_ONCE, err));
        for (uint32_t g = 0; g < gpus; g++) {
            make_labels(&dcgm->devices[gpu + g], metric->dcgm, dcgm->labels[g]);
        }
        for (uint64_t s = dcgm->selection.first; s < end && dcgm->sheet.status == GPUSIM_OK;) {
            uint64_t some = end - s < SAMPLES_AT_ONCE ? end - s : SAMPLES_AT_ONCE;
            GPUSIM_TRY(put_block(dcgm, index, gpu, gpus, s, some, err));
            s += some;
        }
        gs_clocks_end(&dcgm->clocks);
    }

cleanup:
    return status;
}

static int is_field(const gpusim_trace_metric *metric)
{
    return metric->entity == GPUSIM_OF_GPU && metric->dcgm[0];
}

static gpusim_status begin(gs_dcgm *dcgm, const gpusim_export_filter *filter, gpusim_write_fn write,
                           void *context, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    uint32_t gpus = 0;
    GPUSIM_TRY(gs_select(dcgm->trace, filter, &dcgm->selection, err));
    for (uint32_t i = 0; i < dcgm->selection.filter.metric_count; i++) {
        const gpusim_trace_metric *metric =
            &dcgm->trace->series[dcgm->selection.filter.metrics[i]].metric;
        if (!is_field(metric)) {
            return gpusim_fail(err, GPUSIM_ARGUMENT, "'%s/%s' is no field of DCGM",
                               gs_entity_groups[metric->entity], metric->name);
        }
    }
    for (uint32_t i = 0; i < dcgm->trace->series_count; i++) {
        if (is_field(&dcgm->trace->series[i].metric)) {
            gpus = dcgm->trace->series[i].metric.entities;
        }
    }
    GPUSIM_TRY(gs_select_entities(dcgm->trace, &dcgm->selection, GPUSIM_OF_GPU, gpus, &dcgm->first,
                                  &dcgm->gpus, err));
    GPUSIM_TRY(gs_devices_read(dcgm->trace, dcgm->first, dcgm->gpus, &dcgm->devices, err));
    GPUSIM_TRY(gs_allocate(&dcgm->values, (size_t)GPUS_AT_ONCE * SAMPLES_AT_ONCE, 8, err));
    GPUSIM_TRY(gs_allocate(&dcgm->times, SAMPLES_AT_ONCE, sizeof(double), err));
    GPUSIM_TRY(gs_allocate(&dcgm->labels, GPUS_AT_ONCE, LABEL_BYTES, err));
    GPUSIM_TRY(gs_sheet_begin(&dcgm->sheet, GPUSIM_EXPORT_CSV, write, context, err));

cleanup:
    return status;
}

static gpusim_status put_all(gs_dcgm *dcgm, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    const gpusim_export_filter *filter = &dcgm->selection.filter;
    uint32_t count = filter->metric_count ? filter->metric_count : dcgm->trace->series_count;
    for (uint32_t i = 0; i < count && dcgm->selection.count > 0; i++) { // no sample, no head
        uint32_t metric = filter->metric_count ? filter->metrics[i] : i;
        if (is_field(&dcgm->trace->series[metric].metric)) {
            GPUSIM_TRY(put_metric(dcgm, metric, err));
        }
    }

cleanup:
    return status;
}

gpusim_status gpusim_trace_export_dcgm(gpusim_trace *trace, const gpusim_export_filter *filter,
                                       gpusim_write_fn write, void *context, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    gs_dcgm dcgm = {.trace = trace};
    gs_h5_quiet quiet;
    gs_h5_enter(&quiet);
    GPUSIM_TRY(begin(&dcgm, filter, write, context, err));
    GPUSIM_TRY(put_all(&dcgm, err));

cleanup:
    status = status == GPUSIM_OK ? gs_sheet_end(&dcgm.sheet, err)
                                 : (gs_sheet_end(&dcgm.sheet, NULL), status);
    gs_release(&dcgm.devices);
    gs_release(&dcgm.values);
    gs_release(&dcgm.times);
    gs_clocks_end(&dcgm.clocks); // of a block that failed
    gs_release(&dcgm.labels);
    gs_h5_leave(&quiet);
    return status;
}
