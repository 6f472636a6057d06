/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Schedules worked by hand, one for each policy: six jobs (hand/queue.csv) or four
 * (hand/preempt.csv) on one node of 4 GPUs. The slow twin must agree with the hand, too.
 *
 *   queue.csv                              preempt.csv
 *   id  submit  duration  GPUs  priority   id  submit  duration  GPUs
 *    0     0       10      2       0        0     0       10      3
 *    1     1       10      3       0        1     1        4      2
 *    2     2        3      2       0        2     2       14      1
 *    3     3       12      4       5        3     6        3      4
 *    4     4       20      1       0
 *    5     5        1      2       0
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "property/collect.h"
#include "reference/slow_scheduler.h"

#define S GPUSIM_SECOND

typedef struct hand {
    const char *name, *trace, *scheduler;
    slow_policy slow;
    int jobs;
    int rows[6][3]; /* start, end, preemptions */
} hand;

static const hand hands[] = {
    /* 0 runs at once and 1 blocks the line until 10. Then 1 (3 GPUs) blocks 2 until 20; 3 wants
     * all four and waits for 2 until 23; 4 and 5 follow it at 35. */
    {"fifo, strict",
     "queue",
     "{order: fifo, blocking: true}",
     {.order = SLOW_FIFO, .blocking = 1},
     6,
     {{0, 10, 0}, {10, 20, 0}, {20, 23, 0}, {23, 35, 0}, {35, 55, 0}, {35, 36, 0}}},
    /* 2 slips past 1 at 2. At 5 two GPUs are free: too few for 1 and 3; 4 takes one, none is left
     * for 5. At 10 three are free: 1. At 20 three: not enough for 3, so 5. At 25 job 4 ends: 3. */
    {"fifo, skip",
     "queue",
     "{order: fifo, blocking: false}",
     {.order = SLOW_FIFO},
     6,
     {{0, 10, 0}, {10, 20, 0}, {2, 5, 0}, {25, 37, 0}, {5, 25, 0}, {20, 21, 0}}},
    /* 2 at 2. At 5 the line is 5 (1 s), 1, 3, 4: 5 takes both free GPUs. At 6 neither 1 nor 3 fits,
     * 4 does. At 10 three are free: 1. At 20 three: not for 3, which gets all four at 26. */
    {"sjf, skip",
     "queue",
     "{order: sjf, blocking: false, estimates: exact}",
     {.order = SLOW_SJF},
     6,
     {{0, 10, 0}, {10, 20, 0}, {2, 5, 0}, {26, 38, 0}, {6, 26, 0}, {5, 6, 0}}},
    /* The same until 6: then 1 is first and blocks. At 10 it starts, 3 blocks until 20, 4 until
     * 32. */
    {"sjf, strict",
     "queue",
     "{order: sjf, blocking: true, estimates: exact}",
     {.order = SLOW_SJF, .blocking = 1},
     6,
     {{0, 10, 0}, {10, 20, 0}, {2, 5, 0}, {20, 32, 0}, {32, 52, 0}, {5, 6, 0}}},
    /* 2 at 2. At 5 the line is 4 (1 GPU), 5 (2), 1 (3), 3 (4): 4 takes one, the other is too little
     * for 5. At 10 three are free: 5, and one is too little for 1. At 11 three: 1. At 21 three: not
     * for 3. At 25: 3. */
    {"smallest, skip",
     "queue",
     "{order: smallest, blocking: false}",
     {.order = SLOW_SMALLEST},
     6,
     {{0, 10, 0}, {11, 21, 0}, {2, 5, 0}, {25, 37, 0}, {5, 25, 0}, {10, 11, 0}}},
    /* 1 blocks 2 at 2. From 3 on job 3 (priority 5) is first and blocks until 10. At 22 job 1
     * starts, and the one GPU left is too little for 2, which blocks. At 32: 2 and 4, and one GPU
     * is too little for 5, which starts at 35. */
    {"priority, strict",
     "queue",
     "{order: priority, blocking: true}",
     {.order = SLOW_PRIORITY, .blocking = 1},
     6,
     {{0, 10, 0}, {22, 32, 0}, {32, 35, 0}, {10, 22, 0}, {32, 52, 0}, {35, 36, 0}}},
    /* 1 is promised three GPUs in [10, 20). 2 ends at 5, before that: it starts at 2. At 5 job 4
     * needs one GPU until 25, which is not promised to anybody: it starts, and delays 3, which has
     * no promise. 5 finds only one GPU free, until 20. 3 is promised 25. */
    {"fifo, easy",
     "queue",
     "{order: fifo, backfill: easy, estimates: exact}",
     {.order = SLOW_FIFO, .blocking = 1, .backfill = SLOW_EASY},
     6,
     {{0, 10, 0}, {10, 20, 0}, {2, 5, 0}, {25, 37, 0}, {5, 25, 0}, {20, 21, 0}}},
    /* Everybody is promised a hole on arrival: 1 has [10, 20), 2 [2, 5), 3 [20, 32). 4 needs one
     * GPU for 20 s: the first such hole begins at 32. 5 needs two for 1 s: there are two at 5. */
    {"fifo, conservative",
     "queue",
     "{order: fifo, backfill: conservative, estimates: exact}",
     {.order = SLOW_FIFO, .blocking = 1, .backfill = SLOW_CONSERVATIVE},
     6,
     {{0, 10, 0}, {10, 20, 0}, {2, 5, 0}, {20, 32, 0}, {32, 52, 0}, {5, 6, 0}}},
    /* 0 and 2 fill the node at 2. At 4 job 4 (1 GPU) goes first, then 0; one GPU is left, too
     * little for 2, which is preempted with 1 s to go. At 10 it resumes and ends at 11; then 5; at
     * 12 job 1; 3 waits for 4 until 24. */
    {"smallest, repack",
     "queue",
     "{order: smallest, blocking: false, preemption: repack}",
     {.order = SLOW_SMALLEST, .repack = 1},
     6,
     {{0, 10, 0}, {12, 22, 0}, {2, 11, 1}, {24, 36, 0}, {4, 24, 0}, {11, 12, 0}}},
    /* At 1 job 1 has 4 s left and 0 has 9: 1 goes first, the two GPUs left are too few for 0, which
     * is preempted. 2 takes one at 2. At 5 job 0 resumes with 9 s left. At 6 job 3 (3 s) goes
     * before 0 (8) and 2 (10) and takes all; at 9 both resume. */
    {"srtf, repack",
     "preempt",
     "{order: srtf, blocking: false, preemption: repack, estimates: exact}",
     {.order = SLOW_SRTF, .repack = 1},
     4,
     {{0, 17, 2}, {1, 5, 0}, {2, 19, 1}, {6, 9, 0}}},
    /* The same until 6: there 2 has 10 GPU-seconds left, 3 has 12, 0 has 24. 2 stays, 3 does not
     * fit beside it, 0 does. 0 ends at 14, 2 at 16, then 3. */
    {"srsf, repack",
     "preempt",
     "{order: srsf, blocking: false, preemption: repack, estimates: exact}",
     {.order = SLOW_SRSF, .repack = 1},
     4,
     {{0, 14, 1}, {1, 5, 0}, {2, 16, 0}, {16, 19, 0}}},
    /* Limits 4 s and 10 s. 0 runs, 1 does not fit beside it, 2 does. At 4 job 0 has had 4 s and
     * falls into the second queue: 2 stays, 1 starts, 0 does not fit: preempted. At 6 job 2 falls,
     * too; 1 stays, 3 (new, all four GPUs) does not fit, 0 neither, 2 stays. At 8 job 1 ends, 3
     * takes all: 2 is preempted. At 11 2 and 0 resume: 0 has 6 s left, 2 has 8. */
    {"las, repack",
     "preempt",
     "{order: las, blocking: false, preemption: repack, las: {limits: [4 s, 10 s]}}",
     {.order = SLOW_LAS, .repack = 1, .limits = {4 * S, 10 * S}},
     4,
     {{0, 17, 1}, {4, 8, 0}, {2, 19, 1}, {8, 11, 0}}},
};

static int check_row(const hand *h, const char *who, int i, int64_t start, int64_t end,
                     uint32_t preemptions)
{
    const int *row = h->rows[i];

    if (start == row[0] * S && end == row[1] * S && preemptions == (uint32_t)row[2]) {
        return 0;
    }
    printf("%s: by %s job %d ran %.3f to %.3f with %u preemptions, expected %d to %d with %d\n",
           h->name, who, i, gpusim_seconds(start), gpusim_seconds(end), preemptions, row[0], row[1],
           row[2]);
    return 1;
}

/* The CSV once more, for the twin. */
static int try_twin(const hand *h)
{
    static const int queue[6][4] = {{0, 10, 2, 0}, {1, 10, 3, 0}, {2, 3, 2, 0},
                                    {3, 12, 4, 5}, {4, 20, 1, 0}, {5, 1, 2, 0}};
    static const int preempt[4][4] = {{0, 10, 3, 0}, {1, 4, 2, 0}, {2, 14, 1, 0}, {6, 3, 4, 0}};
    const slow_group node = {.nodes = 1, .gpus = 4};
    const slow_cluster cluster = {.groups = 1, .group = &node};
    slow_job jobs[6];
    int wrong = 0;

    for (int i = 0; i < h->jobs; i++) {
        const int *job = strcmp(h->trace, "queue") == 0 ? queue[i] : preempt[i];
        jobs[i] = (slow_job){.submit = job[0] * S,
                             .duration = job[1] * S,
                             .estimate = job[1] * S,
                             .walltime = SLOW_NEVER,
                             .gpus = (uint32_t)job[2],
                             .priority = job[3],
                             .group = SLOW_ANY,
                             .cluster = SLOW_ANY,
                             .vc = SLOW_NO_VC};
    }
    if (slow_schedule(&cluster, &h->slow, jobs, (uint32_t)h->jobs) != 0) {
        return 1;
    }
    for (int i = 0; i < h->jobs; i++) {
        wrong += check_row(h, "the slow twin", i, jobs[i].start, jobs[i].end, jobs[i].preemptions);
    }
    return wrong;
}

static int try_simulator(const hand *h, const char *source)
{
    char text[1024], folder[1024];
    collected all = {0};
    int wrong = 1;

    snprintf(folder, sizeof(folder), "%s/tests/validation/hand", source);
    snprintf(text, sizeof(text),
             "gpusim: 1\nuntil: drained\ncluster: {nodes: [{name: n, gpus: 4}]}\n"
             "workload: [{trace: {format: csv, path: %s.csv}}]\nscheduler: %s\n",
             h->trace, h->scheduler);
    gpusim_model *model = parse_model(text, folder);
    if (model != NULL && run_model(model, 1, 1, &all)) {
        wrong = all.job_count != (size_t)h->jobs;
        for (size_t i = 0; i < all.job_count && !wrong; i++) {
            wrong = check_row(h, "the simulator", (int)all.jobs[i].id, all.jobs[i].start,
                              all.jobs[i].end, all.jobs[i].preemptions);
        }
    }
    gpusim_model_destroy(model);
    collect_release(&all);
    return wrong;
}

int main(void)
{
    const char *source = getenv("GPUSIM_SOURCE");
    int wrong = 0;

    for (size_t i = 0; i < sizeof(hands) / sizeof(hands[0]); i++) {
        const int twin = try_twin(&hands[i]);
        const int ours = try_simulator(&hands[i], source != NULL ? source : ".");
        printf("%-20s twin %s, simulator %s\n", hands[i].name, twin ? "WRONG" : "right",
               ours ? "WRONG" : "right");
        wrong += twin + ours;
    }
    return wrong > 0;
}
