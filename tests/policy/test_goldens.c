/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Schedules of other simulators, job by job: starts, ends and preemptions to the second. */
#include "harness.h"

#include <string.h>

typedef struct golden {
    const char *file, *trace;
    uint32_t nodes, gpus;
    const char *order;
    int blocking, backfill, preemption;
} golden;

#define EASY         GS_BACKFILL_EASY
#define CONSERVATIVE GS_BACKFILL_CONSERVATIVE
#define REPACK       GS_PREEMPTION_REPACK

static const golden goldens[] = {
    {"60_job__pool__fifo-strict", "60_job", 1, 16, "fifo", 1, 0, 0},
    {"60_job__4x4__fifo-strict", "60_job", 4, 4, "fifo", 1, 0, 0},
    {"trace3__pool__fifo-strict", "trace3", 1, 64, "fifo", 1, 0, 0},
    {"trace3__8x8__fifo-strict", "trace3", 8, 8, "fifo", 1, 0, 0},
    {"60_job__pool__fifo-skip", "60_job", 1, 16, "fifo", 0, 0, 0},
    {"60_job__4x4__fifo-skip", "60_job", 4, 4, "fifo", 0, 0, 0},
    {"trace3__pool__fifo-skip", "trace3", 1, 64, "fifo", 0, 0, 0},
    {"trace3__8x8__fifo-skip", "trace3", 8, 8, "fifo", 0, 0, 0},
    {"phillyvc4__pool128__fifo-skip", "phillyvc4", 1, 128, "fifo", 0, 0, 0},
    {"phillyvc4__pool128__sjf-skip", "phillyvc4", 1, 128, "sjf", 0, 0, 0},
    {"phillyvc4__pool128__fifo-easy", "phillyvc4", 1, 128, "fifo", 1, EASY, 0},
    {"phillyvc4__pool128__fifo-conservative", "phillyvc4", 1, 128, "fifo", 1, CONSERVATIVE, 0},
    {"60_job__pool__srtf", "60_job", 1, 16, "srtf", 0, 0, REPACK},
    {"60_job__pool__srsf", "60_job", 1, 16, "srsf", 0, 0, REPACK},
    {"60_job__pool__smallest-first", "60_job", 1, 16, "smallest", 0, 0, REPACK},
    {"60_job__pool__las", "60_job", 1, 16, "las", 0, 0, REPACK},
    {"trace3__pool__srtf", "trace3", 1, 64, "srtf", 0, 0, REPACK},
    {"trace3__pool__srsf", "trace3", 1, 64, "srsf", 0, 0, REPACK},
    {"trace3__pool__smallest-first", "trace3", 1, 64, "smallest", 0, 0, REPACK},
    {"trace3__pool__las", "trace3", 1, 64, "las", 0, 0, REPACK},
};
#define GOLDENS ((int)(sizeof goldens / sizeof goldens[0]))

static FILE *open_shared(const char *folder, const char *name)
{
    char file[256];
    snprintf(file, sizeof file, "data/schedules/%s%s.csv", folder, name);
    const char *path = test_shared(file);
    FILE *stream = path ? fopen(path, "r") : NULL;
    ck_assert_ptr_nonnull(stream);
    char line[256];
    ck_assert_ptr_nonnull(fgets(line, sizeof line, stream));
    return stream;
}

static uint32_t read_trace(const char *name, world_job *jobs, uint32_t room)
{
    FILE *stream = open_shared("", name);
    long id, submit, duration, gpus;
    uint32_t count = 0;
    while (fscanf(stream, "%ld,%ld,%ld,%ld%*[^\n]", &id, &submit, &duration, &gpus) == 4) {
        ck_assert_uint_lt(count, room);
        jobs[count++] = (world_job){.submit = SECONDS(submit),
                                    .duration = SECONDS(duration),
                                    .estimate = SECONDS(duration),
                                    .gpus = (uint32_t)gpus,
                                    .vc = GPUSIM_NONE,
                                    .group = GPUSIM_NONE};
    }
    fclose(stream);
    return count;
}

START_TEST(every_job_as_there)
{
    const golden *it = &goldens[_i];
    static world_job jobs[2000];
    uint32_t count = read_trace(it->trace, jobs, 2000);
    world_group group = {.nodes = it->nodes, .gpus = it->gpus};
    world *w = world_make(&group, 1, NULL, 0);
    w->setup = world_setup(it->order, it->blocking, "first-fit", it->backfill, it->preemption);
    w->check = 1;
    world_jobs(w, jobs, count);
    world_run(w);
    ck_assert_uint_eq(w->refusals, 0);

    FILE *stream = open_shared("golden/", it->file);
    long id, start, end, preemptions;
    uint32_t rows = 0, wrong = 0;
    while (fscanf(stream, "%ld,%ld,%ld,%ld", &id, &start, &end, &preemptions) == 4) {
        const world_job *job = &w->jobs[id];
        if (job->start != SECONDS(start) || job->end != SECONDS(end) ||
            job->preemptions != preemptions) {
            if (wrong++ < 5) {
                printf("%s: job %ld: %.0f %.0f %u, not %ld %ld %ld\n", it->file, id,
                       gpusim_seconds(job->start), gpusim_seconds(job->end), job->preemptions,
                       start, end, preemptions);
            }
        }
        rows++;
    }
    fclose(stream);
    ck_assert_uint_eq(rows, count);
    ck_assert_msg(wrong == 0, "%s: %u of %u jobs differ", it->file, wrong, rows);
    world_free(w);
}
END_TEST

int main(void)
{
    if (!test_shared("data/schedules/60_job.csv")) {
        return TEST_SKIPPED;
    }
    Suite *suite = suite_create("goldens");
    TCase *all = tcase_create("all");
    tcase_set_timeout(all, 60);
    tcase_add_loop_test(all, every_job_as_there, 0, GOLDENS);
    suite_add_tcase(suite, all);
    return test_run(suite);
}
