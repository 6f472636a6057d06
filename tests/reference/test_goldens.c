/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The slow twin alone against the schedules of other simulators, job by job: what is compared with
 * it later must itself be right. */
#include <dirent.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "reference/slow_scheduler.h"

#define SECOND   INT64_C(1000000000)
#define JOBS_MAX 2000

typedef struct golden_row {
    int64_t id, start, end;
    uint32_t preemptions;
} golden_row;

/* A policy's name in a golden's file name, and what it means. */
static const struct {
    const char *name;
    slow_policy policy;
} policies[] = {
    {"fifo-strict", {.order = SLOW_FIFO, .blocking = 1}},
    {"fifo-skip", {.order = SLOW_FIFO}},
    {"sjf-skip", {.order = SLOW_SJF}},
    {"srtf", {.order = SLOW_SRTF, .repack = 1}},
    {"srsf", {.order = SLOW_SRSF, .repack = 1}},
    {"smallest-first", {.order = SLOW_SMALLEST, .repack = 1}},
    {"las", {.order = SLOW_LAS, .repack = 1, .limits = {3250 * SECOND, 7200 * SECOND}}},
    {"fifo-easy", {.order = SLOW_FIFO, .blocking = 1, .backfill = SLOW_EASY}},
    {"fifo-conservative", {.order = SLOW_FIFO, .blocking = 1, .backfill = SLOW_CONSERVATIVE}},
};

/* Reads `id,submit_s,duration_s,gpus[,vc]`; returns the number of jobs. */
static uint32_t read_trace(const char *path, slow_job *jobs)
{
    FILE *file = fopen(path, "r");
    char line[256];
    uint32_t count = 0;

    if (file == NULL) {
        return 0;
    }
    while (count < JOBS_MAX && fgets(line, sizeof(line), file) != NULL) {
        int64_t id, submit, duration;
        uint32_t gpus;
        if (sscanf(line, "%" SCNd64 ",%" SCNd64 ",%" SCNd64 ",%" SCNu32, &id, &submit, &duration,
                   &gpus) == 4) {
            jobs[count++] = (slow_job){.submit = submit * SECOND,
                                       .duration = duration * SECOND,
                                       .estimate = duration * SECOND,
                                       .walltime = SLOW_NEVER,
                                       .gpus = gpus,
                                       .group = SLOW_ANY,
                                       .cluster = SLOW_ANY,
                                       .vc = SLOW_NO_VC};
        }
    }
    fclose(file);
    return count;
}

static uint32_t read_golden(const char *path, golden_row *rows)
{
    FILE *file = fopen(path, "r");
    char line[256];
    uint32_t count = 0;

    if (file == NULL) {
        return 0;
    }
    while (count < JOBS_MAX && fgets(line, sizeof(line), file) != NULL) {
        golden_row *row = &rows[count];
        count += sscanf(line, "%" SCNd64 ",%" SCNd64 ",%" SCNd64 ",%" SCNu32, &row->id, &row->start,
                        &row->end, &row->preemptions) == 4;
    }
    fclose(file);
    return count;
}

/* "pool", "pool128", "4x4", "8x8". */
static slow_group nodes_of(const char *trace, const char *cluster)
{
    if (strcmp(cluster, "4x4") == 0) {
        return (slow_group){.nodes = 4, .gpus = 4};
    }
    if (strcmp(cluster, "8x8") == 0) {
        return (slow_group){.nodes = 8, .gpus = 8};
    }
    if (strcmp(cluster, "pool") == 0) {
        return (slow_group){.nodes = 1, .gpus = strcmp(trace, "60_job") == 0 ? 16 : 64};
    }
    return (slow_group){.nodes = 1, .gpus = 128};
}

/* Number of rows that differ; -1 when the golden could not be tried. */
static int try_golden(const char *folder, const char *file)
{
    static slow_job jobs[JOBS_MAX];
    static golden_row rows[JOBS_MAX];
    char path[1024], trace[64], cluster[64], policy[64];
    const slow_policy *chosen = NULL;
    int wrong = 0;

    // names hold single underscores ("60_job"), the parts are separated by double ones
    const char *first = strstr(file, "__");
    const char *second = first != NULL ? strstr(first + 2, "__") : NULL;
    if (second == NULL) {
        return -1;
    }
    snprintf(trace, sizeof(trace), "%.*s", (int)(first - file), file);
    snprintf(cluster, sizeof(cluster), "%.*s", (int)(second - first - 2), first + 2);
    snprintf(policy, sizeof(policy), "%.*s", (int)strcspn(second + 2, "."), second + 2);
    for (size_t i = 0; i < sizeof(policies) / sizeof(policies[0]); i++) {
        if (strcmp(policies[i].name, policy) == 0) {
            chosen = &policies[i].policy;
        }
    }
    snprintf(path, sizeof(path), "%s/data/schedules/%s.csv", folder, trace);
    const uint32_t count = read_trace(path, jobs);
    snprintf(path, sizeof(path), "%s/data/schedules/golden/%s", folder, file);
    const uint32_t expected = read_golden(path, rows);
    if (chosen == NULL || count == 0 || count != expected) {
        printf("%s: unknown policy, or %u jobs and %u rows\n", file, count, expected);
        return -1;
    }

    const slow_group nodes = nodes_of(trace, cluster);
    const slow_cluster c = {.groups = 1, .group = &nodes};
    if (slow_schedule(&c, chosen, jobs, count) != 0) {
        printf("%s: the twin gave up\n", file);
        return -1;
    }
    for (uint32_t i = 0; i < count; i++) {
        const slow_job *job = &jobs[rows[i].id];
        if (job->start != rows[i].start * SECOND || job->end != rows[i].end * SECOND ||
            job->preemptions != rows[i].preemptions) {
            if (wrong++ < 3) {
                printf("%s: job %" PRId64 " ran %" PRId64 " to %" PRId64
                       " with %u preemptions, expected %" PRId64 " to %" PRId64 " with %u\n",
                       file, rows[i].id, job->start / SECOND, job->end / SECOND, job->preemptions,
                       rows[i].start, rows[i].end, rows[i].preemptions);
            }
        }
    }
    printf("%s: %u jobs, %d differ\n", file, count, wrong);
    return wrong;
}

int main(void)
{
    const char *folder = getenv("GPUSIM_SHARED");
    char path[1024];
    int files = 0, failed = 0;

    snprintf(path, sizeof(path), "%s/data/schedules/golden", folder != NULL ? folder : "");
    DIR *directory = folder != NULL ? opendir(path) : NULL;
    if (directory == NULL) {
        printf("skipped: no schedules of other simulators (GPUSIM_SHARED)\n");
        return 77;
    }
    for (struct dirent *entry = readdir(directory); entry != NULL; entry = readdir(directory)) {
        if (strstr(entry->d_name, ".csv") != NULL) {
            failed += try_golden(folder, entry->d_name) != 0;
            files++;
        }
    }
    closedir(directory);
    printf("%d of %d goldens failed\n", failed, files);
    return failed > 0 || files == 0;
}
