/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Scores and labels of several logs as one. */
#include "tune.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

// room for so many scores of so many series more
static gpusim_status grow(cli_pool *pool, uint64_t scores, uint32_t series, gpusim_error *err)
{
    size_t all = pool->count + scores + 1, lengths = (size_t)pool->series + series + 1;
    double *more_scores = realloc(pool->scores, all * sizeof *more_scores);
    if (more_scores) {
        pool->scores = more_scores;
    }
    uint8_t *more_labels = realloc(pool->labels, all * sizeof *more_labels);
    if (more_labels) {
        pool->labels = more_labels;
    }
    uint64_t *more_lengths = realloc(pool->lengths, lengths * sizeof *more_lengths);
    if (more_lengths) {
        pool->lengths = more_lengths;
    }
    if (!more_scores || !more_labels || !more_lengths) {
        return gpusim_fail(err, GPUSIM_MEMORY, "no memory for %llu scores",
                           (unsigned long long)(pool->count + scores));
    }
    return GPUSIM_OK;
}

// What the log knows of the samples that were scored, and how long they were watched.
static gpusim_status add_truth(cli_pool *pool, const cli_log *log, const cli_scored *scored,
                               gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    uint8_t *labels = pool->labels + pool->count;
    uint64_t all = scored->count * scored->entities;
    memset(labels, 0, all);
    if (log->trace) {
        gpusim_fault_scores *faults = NULL;
        GPUSIM_TRY(gpusim_fault_labels(log->trace, scored->first, scored->count, scored->entities,
                                       labels, err));
        GPUSIM_TRY(gpusim_fault_scores_create(log->trace, scored->scores, scored->first,
                                              scored->count, scored->entities, INFINITY, 0, &faults,
                                              err));
        pool->node_days += faults->node_days;
        gpusim_fault_scores_destroy(faults);
    } else {
        const uint8_t *known = gpusim_samples_labels(log->samples);
        if (known) {
            memcpy(labels, known + scored->first, scored->count);
        }
        pool->node_days += (double)all * cli_log_scene(log)->interval / 86400;
    }
    for (uint64_t i = 0; i < all; i++) {
        pool->anomalous += labels[i];
    }
cleanup:
    return status;
}

gpusim_status cli_pool_add(cli_pool *pool, gpusim_watcher *watcher, const cli_log *log,
                           uint64_t first, gpusim_error *err)
{
    gpusim_status status;
    cli_scored scored = {0};
    GPUSIM_TRY(cli_score(watcher, log, first, 1, &scored, err));
    GPUSIM_TRY(grow(pool, scored.count * scored.entities, scored.entities, err));
    GPUSIM_TRY(add_truth(pool, log, &scored, err));
    for (uint32_t e = 0; e < scored.entities; e++) {
        cli_scored_series(&scored, e, pool->scores + pool->count);
        pool->lengths[pool->series++] = scored.count;
        pool->count += scored.count;
    }
cleanup:
    cli_scored_release(&scored);
    return status;
}

void cli_pool_release(cli_pool *pool)
{
    free(pool->scores);
    free(pool->labels);
    free(pool->lengths);
    *pool = (cli_pool){0};
}

gpusim_status cli_pool_alarms(const cli_pool *pool, double threshold, uint32_t gap,
                              uint64_t *alarms, gpusim_error *err)
{
    uint64_t at = 0;
    gpusim_alarm *room = calloc(pool->count / 2 + 2, sizeof *room);
    if (!room) {
        return gpusim_fail(err, GPUSIM_MEMORY, "no memory for alarms");
    }
    *alarms = 0;
    for (uint32_t i = 0; i < pool->series; i++) {
        *alarms += gpusim_alarms_of(pool->scores + at, pool->lengths[i], threshold, gap, room);
        at += pool->lengths[i];
    }
    free(room);
    return GPUSIM_OK;
}
