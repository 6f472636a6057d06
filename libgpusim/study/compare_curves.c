/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What figures need beyond the summary: of each run the quantiles of completion and waiting times
 * and the GPUs allocated over time, in a small file; of each scheduler their means over seeds. And
 * where the jobs of the first seed ran. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/number.h"
#include "core/measure.h"
#include "stats/stats.h"
#include "study/compare.h"

#define QUANTILES 201 /* 0, 0.5 %, ... 100 % */
#define PARTS     200 /* of the time of a run */
#define POINTS    (2 * QUANTILES + PARTS)

/* A point of a curve: its value and how much of it. */
typedef struct point {
    double x, y;
} point;

/* GPUs held for a while. */
typedef struct span {
    gpusim_time start, end;
    double gpus;
} span;

/* ---- hearing a run ---- */

struct gs_compare_ear {
    const gpusim_model *model;
    gs_array jct, wait; /* double */
    gs_array spans;     /* span */
    gs_whole assignments;
};

static gpusim_status hear_job(gs_compare_ear *ear, const gpusim_job_row *job, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    double wait = gpusim_seconds(job->wait), jct;
    if (job->end == GPUSIM_TIME_MAX || !gs_measured(ear->model, job->submit, job->index)) {
        return GPUSIM_OK;
    }
    if (job->start != GPUSIM_TIME_MAX) {
        GPUSIM_TRY(gs_array_push(&ear->wait, &wait, err));
    }
    if (job->state == GPUSIM_JOB_COMPLETED) {
        jct = gpusim_seconds(gpusim_time_between(job->submit, job->end));
        GPUSIM_TRY(gs_array_push(&ear->jct, &jct, err));
    }
cleanup:
    return status;
}

static void print_time(FILE *to, gpusim_time time)
{
    char text[GS_NUMBER_SIZE];
    (void)gs_print_double(gpusim_seconds(time), text, (int)sizeof text);
    fprintf(to, ",%s", text);
}

static gpusim_status hear_allocation(gs_compare_ear *ear, const gpusim_allocation_row *row,
                                     gpusim_error *err)
{
    span held = {row->start, row->end, (double)row->gpus * row->milli / 1000};
    FILE *to = ear->assignments.file;
    if (to) {
        char node[128];
        (void)gpusim_model_entity_name(ear->model, GPUSIM_OF_NODE, row->node, node,
                                       (int)sizeof node);
        fprintf(to, "%llu,%u,%s,", (unsigned long long)row->job, row->attempt, node);
        if (row->first_gpu != GPUSIM_NONE) {
            fprintf(to, "%u", row->first_gpu);
        }
        fprintf(to, ",%u,%u", row->gpus, row->milli);
        print_time(to, row->start);
        print_time(to, row->end);
        fputc('\n', to);
    }
    return held.gpus > 0 ? gs_array_push(&ear->spans, &held, err) : GPUSIM_OK;
}

static gpusim_status hear(void *context, gpusim_table table, const void *row, gpusim_error *err)
{
    if (table == GPUSIM_TABLE_JOBS) {
        return hear_job(context, row, err);
    }
    return table == GPUSIM_TABLE_ALLOCATIONS ? hear_allocation(context, row, err) : GPUSIM_OK;
}

gpusim_status gs_compare_listen(gpusim_compare *compare, uint32_t index, gpusim_sim *sim,
                                gs_compare_ear **heard, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    gs_compare_ear *ear = NULL;
    gpusim_observer observer;
    gpusim_compare_run run;
    gs_compare_describe(compare, index, &run);
    GPUSIM_TRY(gs_allocate(&ear, 1, sizeof *ear, err));
    *heard = ear;
    ear->model = gs_compare_model(compare, index);
    ear->jct = ear->wait = GS_ARRAY(double);
    ear->spans = GS_ARRAY(span);
    if (run.replication == 0) {
        GPUSIM_TRY(gs_whole_open(&ear->assignments, err, "%s/assignments-seed-%llu.csv",
                                 gpusim_compare_folder(compare, run.scenario, run.scheduler),
                                 (unsigned long long)run.seed));
        fputs("job,attempt,node,first_gpu,gpus,milli,start_s,end_s\n", ear->assignments.file);
    }
    gpusim_observer_default(&observer);
    observer.context = ear;
    observer.row = hear;
    GPUSIM_TRY(gpusim_sim_observe(sim, &observer, err));
cleanup:
    return status;
}

void gs_compare_forget(gs_compare_ear *ear)
{
    if (ear) {
        (void)gs_whole_close(&ear->assignments, GPUSIM_INTERRUPTED, NULL);
        gs_array_release(&ear->jct);
        gs_array_release(&ear->wait);
        gs_array_release(&ear->spans);
        gs_release(&ear);
    }
}

/* ---- the curves of a run ---- */

static void fill_quantiles(gs_array *values, point *curve)
{
    for (int i = 0; i < QUANTILES; i++) {
        curve[i].y = i / (double)(QUANTILES - 1);
        curve[i].x = gs_quantile(values->data, values->count, curve[i].y);
    }
}

// the share of GPUs that was held in each part of the run
static void fill_allocated(const gs_compare_ear *ear, gpusim_time end, point *curve)
{
    double width = gpusim_seconds(end) / PARTS;
    double installed = width * ear->model->cluster.gpu_count;
    for (int i = 0; i < PARTS; i++) {
        curve[i] = (point){(i + 0.5) * width, 0};
    }
    for (uint32_t i = 0; i < ear->spans.count && width > 0; i++) {
        const span *held = &GS_AT(ear->spans, span, i);
        double from = gpusim_seconds(held->start), to = gpusim_seconds(held->end);
        for (int k = (int)(from / width); k < PARTS && k * width < to; k++) {
            double part = fmin(to, (k + 1) * width) - fmax(from, k * width);
            curve[k].y += fmax(part, 0) * held->gpus / installed;
        }
    }
}

static const char *curve_of(int i)
{
    return i < QUANTILES ? "jct" : i < 2 * QUANTILES ? "wait" : "allocated";
}

static void print_points(FILE *to, const point *points)
{
    fputs("curve,x,y\n", to);
    for (int i = 0; i < POINTS; i++) {
        char x[GS_NUMBER_SIZE] = "", y[GS_NUMBER_SIZE] = "";
        if (!isnan(points[i].x)) {
            (void)gs_print_double(points[i].x, x, (int)sizeof x);
        }
        (void)gs_print_double(points[i].y, y, (int)sizeof y);
        fprintf(to, "%s,%s,%s\n", curve_of(i), x, y);
    }
}

gpusim_status gs_compare_heard(gpusim_compare *compare, uint32_t index, const gpusim_sim *sim,
                               gs_compare_ear *ear, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    gpusim_compare_run run;
    gs_whole whole = {0};
    point points[POINTS];
    gs_compare_describe(compare, index, &run);
    fill_quantiles(&ear->jct, points);
    fill_quantiles(&ear->wait, points + QUANTILES);
    fill_allocated(ear, gpusim_sim_now(sim), points + 2 * QUANTILES);
    GPUSIM_TRY(gs_whole_close(&ear->assignments, GPUSIM_OK, err));
    GPUSIM_TRY(gs_whole_open(&whole, err, "%s/seed-%llu.csv",
                             gpusim_compare_folder(compare, run.scenario, run.scheduler),
                             (unsigned long long)run.seed));
    print_points(whole.file, points);
cleanup:
    return gs_whole_close(&whole, status, err);
}

/* ---- their means ---- */

// adds the curves of a file; *count of each point
static gpusim_status add_file(const char *path, point *sums, uint32_t *counts, gpusim_error *err)
{
    char line[128];
    FILE *file = fopen(path, "rb");
    int i = -1; // the header
    if (!file) {
        return gpusim_fail(err, GPUSIM_IO, "cannot open '%.400s'", path);
    }
    for (; i < POINTS && fgets(line, (int)sizeof line, file); i++) {
        point p = {0, 0};
        const char *x = strchr(line, ','), *y = x ? strchr(x + 1, ',') : NULL;
        if (i < 0 || !y) {
            continue;
        }
        size_t length = strcspn(y + 1, "\n");
        if (gs_parse_double(x + 1, (size_t)(y - x - 1), &p.x) &&
            gs_parse_double(y + 1, length, &p.y)) {
            sums[i].x += p.x;
            sums[i].y += p.y;
            counts[i]++;
        }
    }
    fclose(file);
    return i == POINTS ? GPUSIM_OK
                       : gpusim_fail(err, GPUSIM_FORMAT, "'%.400s' holds no curves", path);
}

gpusim_status gs_compare_mean_curves(gpusim_compare *compare, uint32_t scenario, uint32_t scheduler,
                                     gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    gs_whole whole = {0};
    point sums[POINTS] = {{0, 0}};
    uint32_t counts[POINTS] = {0};
    const char *folder = gpusim_compare_folder(compare, scenario, scheduler), *path;
    for (uint32_t r = 0; r < compare->seeds.count; r++) {
        GPUSIM_TRY(gs_compare_path(compare, &path, err, "%s/seed-%llu.csv", folder,
                                   (unsigned long long)GS_AT(compare->seeds, uint64_t, r)));
        GPUSIM_TRY(add_file(path, sums, counts, err));
    }
    for (int i = 0; i < POINTS; i++) {
        sums[i].x /= counts[i]; // 0 / 0: none
        sums[i].y = counts[i] ? sums[i].y / counts[i] : 0;
    }
    GPUSIM_TRY(gs_whole_open(&whole, err, "%s/curves.csv", folder));
    print_points(whole.file, sums);
cleanup:
    return gs_whole_close(&whole, status, err);
}
