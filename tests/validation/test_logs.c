/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Real logs, whole: no job is lost, none appears from nowhere, and the rows add up. What a log
 * holds is counted here by a few lines of our own, not by the library's readers. And with
 * `replay: recorded` every job starts and ends when the log says. */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <zlib.h>

#include "property/audit.h"

/* One line of an SWF log: what matters here. */
typedef struct swf_job {
    int64_t id;
    double submit, wait, run;
    int status;
} swf_job;

#define JOBS_MAX 100000

/* Reads an SWF log, or counts the lines of a table but its header (jobs NULL). */
static size_t read_log(const char *path, swf_job *jobs)
{
    gzFile file = gzopen(path, "rb");
    static char line[65536];
    size_t count = 0;

    if (file == NULL) {
        return 0;
    }
    while (gzgets(file, line, (int)sizeof(line)) != NULL && count < JOBS_MAX) {
        const char *text = line + strspn(line, " \t\r\n");
        if (*text == '\0' || *text == ';') {
            continue;
        }
        if (jobs != NULL) {
            double f[11] = {0};
            sscanf(text, "%lf %lf %lf %lf %lf %lf %lf %lf %lf %lf %lf", &f[0], &f[1], &f[2], &f[3],
                   &f[4], &f[5], &f[6], &f[7], &f[8], &f[9], &f[10]);
            jobs[count] = (swf_job){(int64_t)f[0], f[1], f[2], f[3], (int)f[10]};
        }
        count++;
    }
    gzclose(file);
    return jobs != NULL ? count : count - 1;
}

static double seconds_of_cpu(void)
{
    struct timespec now;

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

/* Runs a shipped scenario; with `recorded` as the log has it. */
static gpusim_model *model_of(const char *source, const char *name, int recorded)
{
    char path[1024];
    gpusim_error err = {0};
    gpusim_spec *spec = NULL;
    gpusim_model *model = NULL;
    gpusim_status status;

    snprintf(path, sizeof(path), "%s/scenarios/validation/%s.yaml", source, name);
    GPUSIM_TRY(gpusim_spec_load(path, &spec, &err));
    if (recorded) {
        GPUSIM_TRY(gpusim_spec_set(spec, "replay", "recorded", &err));
    }
    GPUSIM_TRY(gpusim_model_compile(spec, &model, &err));
cleanup:
    if (status != GPUSIM_OK) {
        print_error(name, &err);
    }
    gpusim_spec_destroy(spec);
    return model;
}

/* Every job of a log is accounted for. */
static int try_log(const char *shared, const char *source, const char *name, const char *log,
                   int is_swf)
{
    static swf_job jobs[JOBS_MAX];
    char path[1024];
    collected all = {0};
    uint64_t failed = 0, cancelled = 0;
    int wrong = 1;

    snprintf(path, sizeof(path), "%s/data/%s", shared, log);
    const size_t count = read_log(path, is_swf ? jobs : NULL);
    for (size_t i = 0; is_swf && i < count; i++) {
        const int gone = jobs[i].run < 0 || jobs[i].status == 5;
        cancelled += gone != 0;
        failed += !gone && jobs[i].status == 0;
    }
    const double began = seconds_of_cpu();
    gpusim_model *model = model_of(source, name, 0);
    if (model != NULL && run_model(model, 1, 0, &all)) {
        const gpusim_summary *s = &all.summary;
        wrong = audit(name, model, &all);
        printf("%s: %" PRIu64 " jobs, %" PRIu64 " completed, %" PRIu64 " failed, %" PRIu64
               " cancelled; queue %.1f on average, %u at most; %.2f s\n",
               name, s->submitted, s->completed, s->failed, s->cancelled, s->queue_mean,
               s->queue_peak, seconds_of_cpu() - began);
        if (s->submitted != count || s->failed != failed || s->cancelled != cancelled ||
            s->completed != count - failed - cancelled || s->stalled || s->unfinished) {
            printf("%s: but the log has %zu jobs, %" PRIu64 " failed, %" PRIu64 " cancelled\n",
                   name, count, failed, cancelled);
            wrong++;
        }
        if (s->jct_s.mean < s->lower_bound_jct_s * (1 - 1e-12)) {
            printf("%s: mean JCT %.6f s is below the bound %.6f s\n", name, s->jct_s.mean,
                   s->lower_bound_jct_s);
            wrong++;
        }
    }
    gpusim_model_destroy(model);
    collect_release(&all);
    return wrong;
}

static int by_id(const void *a, const void *b)
{
    const int64_t x = ((const swf_job *)a)->id, y = ((const swf_job *)b)->id;

    return (x > y) - (x < y);
}

/* Starts and ends are those of the log, to the nanosecond or two that adding decimals costs. */
static int compare_recorded(const char *name, const collected *all, const swf_job *jobs,
                            size_t count, double origin)
{
    int wrong = 0;

    for (size_t i = 0; i < all->job_count; i++) {
        const gpusim_job_row *row = &all->jobs[i];
        const swf_job key = {.id = row->id};
        const swf_job *job = bsearch(&key, jobs, count, sizeof(jobs[0]), by_id);
        if (job == NULL || job->run < 0) {
            wrong += job == NULL || row->state != GPUSIM_JOB_CANCELLED;
            continue;
        }
        const double start = job->submit - origin + (job->wait > 0 ? job->wait : 0);
        const double off_start = (double)row->start - 1e9 * start;
        const double off_end = (double)row->end - 1e9 * (start + job->run);
        if ((fabs(off_start) > 4 || fabs(off_end) > 4) && wrong++ < 3) {
            printf("%s: job %" PRId64 " ran %.9f to %.9f s, the log says %.9f to %.9f\n", name,
                   row->id, gpusim_seconds(row->start), gpusim_seconds(row->end), start,
                   start + job->run);
        }
    }
    return wrong + (all->job_count != count);
}

static int try_recorded(const char *shared, gpusim_model *model, const char *name, const char *log)
{
    static swf_job jobs[JOBS_MAX];
    char path[1024];
    collected all = {0};
    double origin = INFINITY;
    int wrong = 1;

    snprintf(path, sizeof(path), "%s/data/%s", shared, log);
    const size_t count = read_log(path, jobs);
    for (size_t i = 0; i < count; i++) {
        origin = fmin(origin, jobs[i].submit);
    }
    if (count > 0) {
        qsort(jobs, count, sizeof(jobs[0]), by_id);
    }
    if (model != NULL && count > 0 && run_model(model, 1, 0, &all)) {
        wrong = audit(name, model, &all) + compare_recorded(name, &all, jobs, count, origin);
    }
    printf("%s as recorded: %zu jobs, %d differ\n", name, all.job_count, wrong);
    gpusim_model_destroy(model);
    collect_release(&all);
    return wrong;
}

int main(void)
{
    const char *shared = getenv("GPUSIM_SHARED");
    const char *source = getenv("GPUSIM_SOURCE");
    char path[1024], text[2048];
    int wrong = 0;

    snprintf(path, sizeof(path), "%s/data/swf/HPC2N-2002-head.swf.gz", shared ? shared : "");
    gzFile there = shared != NULL && source != NULL ? gzopen(path, "rb") : NULL;
    if (there == NULL) {
        printf("skipped: no job logs (GPUSIM_SHARED)\n");
        return 77;
    }
    gzclose(there);
    wrong += try_log(shared, source, "nasa-ipsc", "swf/NASA-iPSC-1993-3.1-cln.swf.gz", 1);
    wrong += try_log(shared, source, "hpc2n", "swf/HPC2N-2002-head.swf.gz", 1);
    wrong += try_log(shared, source, "metacentrum", "swf/metacentrum-2013.swf.gz", 1);
    wrong += try_log(shared, source, "philly", "philly/philly.csv.gz", 0);
    wrong += try_log(shared, source, "philly-busy", "philly/philly.csv.gz", 0);

    wrong +=
        try_recorded(shared, model_of(source, "hpc2n", 1), "hpc2n", "swf/HPC2N-2002-head.swf.gz");
    snprintf(text, sizeof(text),
             "gpusim: 1\nuntil: drained\nreplay: recorded\n"
             "cluster: {nodes: [{name: n, gpus: 64}]}\n"
             "workload: [{trace: {format: swf, path: "
             "%s/data/swf/evalys_easy_mediumWL_smallPF.swf}}]\n",
             shared);
    wrong += try_recorded(shared, parse_model(text, NULL), "evalys",
                          "swf/evalys_easy_mediumWL_smallPF.swf");
    return wrong > 0;
}
