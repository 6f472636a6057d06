/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Schedules worked by hand: jobs of a list, in order of submission, and what they are expected to
 * do, {start, end, preemptions} in seconds. Every invariant is checked on the way. */
#ifndef TESTS_POLICY_WORKED_H
#define TESTS_POLICY_WORKED_H

#include "core/collect.h"

#define ONE_GPU   "{nodes: [{name: n, gpus: 1}]}"
#define TWO_GPUS  "{nodes: [{name: n, gpus: 2}]}"
#define FOUR_GPUS "{nodes: [{name: n, gpus: 4}]}"

typedef struct worked {
    const char *name, *cluster, *jobs, *scheduler;
    int count;
    int rows[8][3];
} worked;

static inline void check_worked(const worked *w)
{
    char text[4096];
    collected rows = {0};
    snprintf(text, sizeof text,
             "gpusim: 1\nuntil: drained\ncluster: %s\nworkload: [{jobs: [%s]}]\nscheduler: %s\n",
             w->cluster, w->jobs, w->scheduler);
    gpusim_model *model = compile_text(text);
    gpusim_sim *sim = run_model(model, 1, &rows);
    for (int i = 0; i < w->count; i++) {
        const gpusim_job_row *row = job_row(&rows, (uint64_t)i);
        ck_assert_msg(row->start == w->rows[i][0] * GPUSIM_SECOND &&
                          row->end == w->rows[i][1] * GPUSIM_SECOND &&
                          row->preemptions == (uint32_t)w->rows[i][2],
                      "%s: job %d ran %.9g to %.9g with %u preemptions, not %d to %d with %d",
                      w->name, i, gpusim_seconds(row->start), gpusim_seconds(row->end),
                      row->preemptions, w->rows[i][0], w->rows[i][1], w->rows[i][2]);
    }
    gpusim_sim_destroy(sim);
    gpusim_model_destroy(model);
    collect_release(&rows);
}

#endif
