/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Every schedule of another simulator, job by job: scenarios/validation/NAME.yaml against
 * golden/NAME.csv, starts, ends and preemptions. */
#include <dirent.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "property/collect.h"

/* The row of a job by the log's own id. */
static const gpusim_job_row *find(const collected *all, int64_t id)
{
    for (size_t i = 0; i < all->job_count; i++) {
        if (all->jobs[i].id == id) {
            return &all->jobs[i];
        }
    }
    return NULL;
}

/* Number of rows that differ; the first few are printed. */
static int compare(const char *name, FILE *golden, const collected *all)
{
    char line[256];
    size_t rows = 0;
    int wrong = 0;

    while (fgets(line, sizeof(line), golden) != NULL) {
        int64_t id, start, end;
        uint32_t preemptions;
        if (sscanf(line, "%" SCNd64 ",%" SCNd64 ",%" SCNd64 ",%" SCNu32, &id, &start, &end,
                   &preemptions) != 4) {
            continue; // the header
        }
        rows++;
        const gpusim_job_row *job = find(all, id);
        if (job != NULL && job->start == start * GPUSIM_SECOND && job->end == end * GPUSIM_SECOND &&
            job->preemptions == preemptions && job->state == GPUSIM_JOB_COMPLETED) {
            continue;
        }
        if (wrong++ < 3 && job != NULL) {
            printf("%s: job %" PRId64 " ran %" PRId64 " to %" PRId64
                   " with %u preemptions, expected "
                   "%" PRId64 " to %" PRId64 " with %u\n",
                   name, id, job->start / GPUSIM_SECOND, job->end / GPUSIM_SECOND, job->preemptions,
                   start, end, preemptions);
        }
    }
    if (rows != all->job_count || rows == 0) {
        printf("%s: %zu jobs, but %zu expected\n", name, all->job_count, rows);
        wrong++;
    }
    return wrong;
}

static int try_golden(const char *shared, const char *source, const char *name)
{
    char path[1024];
    collected all = {0};
    int wrong = 1;

    snprintf(path, sizeof(path), "%s/data/schedules/golden/%s.csv", shared, name);
    FILE *golden = fopen(path, "r");
    snprintf(path, sizeof(path), "%s/scenarios/validation/%s.yaml", source, name);
    gpusim_model *model = load_model(path);
    if (golden != NULL && model != NULL && run_model(model, 1, 0, &all)) {
        wrong = compare(name, golden, &all);
        if (all.summary.jct_s.mean < all.summary.lower_bound_jct_s * (1 - 1e-12)) {
            printf("%s: mean JCT %.3f s is below the lower bound %.3f s\n", name,
                   all.summary.jct_s.mean, all.summary.lower_bound_jct_s);
            wrong++;
        }
    }
    printf("%s: %zu jobs, %s\n", name, all.job_count, wrong ? "DIFFER" : "equal");
    if (golden != NULL) {
        fclose(golden);
    }
    gpusim_model_destroy(model);
    collect_release(&all);
    return wrong;
}

int main(void)
{
    const char *shared = getenv("GPUSIM_SHARED");
    const char *source = getenv("GPUSIM_SOURCE");
    char path[1024];
    int files = 0, failed = 0;

    snprintf(path, sizeof(path), "%s/data/schedules/golden", shared != NULL ? shared : "");
    DIR *directory = shared != NULL && source != NULL ? opendir(path) : NULL;
    if (directory == NULL) {
        printf("skipped: no schedules of other simulators (GPUSIM_SHARED)\n");
        return 77;
    }
    for (struct dirent *entry = readdir(directory); entry != NULL; entry = readdir(directory)) {
        char name[256];
        const char *end = strstr(entry->d_name, ".csv");
        if (end != NULL) {
            snprintf(name, sizeof(name), "%.*s", (int)(end - entry->d_name), entry->d_name);
            failed += try_golden(shared, source, name) != 0;
            files++;
        }
    }
    closedir(directory);
    printf("%d of %d schedules differ\n", failed, files);
    return failed > 0 || files == 0;
}
