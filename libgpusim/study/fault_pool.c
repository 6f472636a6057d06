/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Scores against faults of several runs as one, and how sure they are. */
#include <gsl/gsl_cdf.h>
#include <math.h>
#include <string.h>

#include "base/gsl.h"
#include "base/memory.h"
#include "base/sort.h"
#include "stats/stats.h"
#include "study/fault_scores.h"

#define LEVEL     0.95
#define RESAMPLES 2000u

void gs_fault_score_delays(gpusim_fault_score *score, double *delays)
{
    score->delay_p50_s = gs_quantile(delays, score->delay_count, 0.5);
    score->delay_p95_s = gs_quantile(delays, score->delay_count, 0.95);
}

// Garwood's interval of a count, over the node-days.
void gs_fault_scores_rate(gpusim_fault_scores *result)
{
    double count = (double)result->false_alarms, tail = (1 - LEVEL) / 2;
    gs_gsl_prepare();
    result->false_alarms_per_node_day = count / result->node_days;
    result->rate_low = count > 0 ? gsl_cdf_chisq_Pinv(tail, 2 * count) / 2 / result->node_days : 0;
    result->rate_high = gsl_cdf_chisq_Pinv(1 - tail, 2 * count + 2) / 2 / result->node_days;
}

void gpusim_fault_scores_destroy(gpusim_fault_scores *scores)
{
    if (scores) {
        gs_release(&scores->kinds);
        gs_release(&scores->room);
        gs_release(&scores->texts);
        gs_release(&scores);
    }
}

gpusim_status gs_fault_scores_own(gpusim_fault_scores *scores, gpusim_error *err)
{
    gpusim_status status;
    size_t bytes = 0, at = 0;
    for (uint32_t k = 0; k < scores->kind_count; k++) {
        bytes += strlen(scores->kinds[k].kind) + 1;
    }
    GPUSIM_TRY(gs_allocate(&scores->texts, bytes + 1, 1, err));
    for (uint32_t k = 0; k < scores->kind_count; k++) {
        size_t length = strlen(scores->kinds[k].kind) + 1;
        memcpy(scores->texts + at, scores->kinds[k].kind, length);
        scores->kinds[k].kind = scores->texts + at;
        at += length;
    }
cleanup:
    return status;
}

// What a run says of a kind (NULL: of all); NULL: nothing.
static const gpusim_fault_score *score_in(const gpusim_fault_scores *run, const char *kind)
{
    if (!kind) {
        return &run->all;
    }
    for (uint32_t k = 0; k < run->kind_count; k++) {
        if (strcmp(run->kinds[k].kind, kind) == 0) {
            return &run->kinds[k];
        }
    }
    return NULL;
}

// Shares found in resamples of the runs; one without events says nothing.
static gpusim_status bootstrap(const gpusim_fault_scores *const *of, uint32_t count, uint64_t seed,
                               gpusim_fault_score *score, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    double *shares = NULL;
    uint64_t known = 0, ordinal = 0;
    gpusim_stream stream = gpusim_stream_make(seed, "bootstrap", score->kind ? score->kind : "");
    if (count < 2 || score->events == 0) {
        return GPUSIM_OK;
    }
    GPUSIM_TRY(gs_allocate(&shares, RESAMPLES, sizeof *shares, err));
    for (uint32_t r = 0; r < RESAMPLES; r++) {
        uint64_t events = 0, found = 0;
        for (uint32_t i = 0; i < count; i++) {
            uint64_t run = gpusim_draw_index(stream, ordinal++, count);
            const gpusim_fault_score *one = score_in(of[run], score->kind);
            events += one ? one->events : 0;
            found += one ? one->found : 0;
        }
        if (events > 0) {
            shares[known++] = (double)found / (double)events;
        }
    }
    score->found_low = gs_quantile(shares, known, (1 - LEVEL) / 2);
    score->found_high = gs_quantile(shares, known, (1 + LEVEL) / 2);
cleanup:
    gs_release(&shares);
    return status;
}

static gpusim_status pool_score(const gpusim_fault_scores *const *of, uint32_t count, uint64_t seed,
                                double *delays, gpusim_fault_score *score, gpusim_error *err)
{
    score->delays = delays;
    score->found_low = score->found_high = NAN;
    for (uint32_t i = 0; i < count; i++) {
        const gpusim_fault_score *one = score_in(of[i], score->kind);
        if (one) {
            score->events += one->events;
            score->found += one->found;
            score->already += one->already;
            memcpy(delays + score->delay_count, one->delays, one->delay_count * sizeof *delays);
            score->delay_count += one->delay_count;
        }
    }
    gs_fault_score_delays(score, delays);
    return bootstrap(of, count, seed, score, err);
}

static int by_kind(const void *a, const void *b)
{
    return strcmp(((const gpusim_fault_score *)a)->kind, ((const gpusim_fault_score *)b)->kind);
}

// Each kind that a run has, once; and room for all delays.
static gpusim_status gather_kinds(const gpusim_fault_scores *const *of, uint32_t count,
                                  gpusim_fault_scores *pooled, gpusim_error *err)
{
    gpusim_status status;
    size_t kinds = 0, delays = 0;
    for (uint32_t i = 0; i < count; i++) {
        kinds += of[i]->kind_count;
        delays += of[i]->all.delay_count;
    }
    GPUSIM_TRY(gs_allocate(&pooled->kinds, kinds + 1, sizeof *pooled->kinds, err));
    GPUSIM_TRY(gs_allocate(&pooled->room, 2 * delays + 1, sizeof *pooled->room, err));
    for (uint32_t i = 0; i < count; i++) {
        for (uint32_t k = 0; k < of[i]->kind_count; k++) {
            if (!score_in(pooled, of[i]->kinds[k].kind)) {
                pooled->kinds[pooled->kind_count++].kind = of[i]->kinds[k].kind;
            }
        }
    }
    GPUSIM_TRY(gs_sort(pooled->kinds, pooled->kind_count, sizeof *pooled->kinds, by_kind, err));
cleanup:
    return status;
}

gpusim_status gpusim_fault_scores_pool(const gpusim_fault_scores *const *of, uint32_t count,
                                       uint64_t seed, gpusim_fault_scores **result,
                                       gpusim_error *err)
{
    gpusim_status status;
    gpusim_fault_scores *pooled = NULL;
    double outside = 0; // samples of nodes, in days
    *result = NULL;
    GPUSIM_TRY(gs_allocate(&pooled, 1, sizeof *pooled, err));
    GPUSIM_TRY(gather_kinds(of, count, pooled, err));
    GPUSIM_TRY(pool_score(of, count, seed, pooled->room, &pooled->all, err));
    double *delays = pooled->room + pooled->all.delay_count;
    for (uint32_t k = 0; k < pooled->kind_count; k++) {
        GPUSIM_TRY(pool_score(of, count, seed, delays, &pooled->kinds[k], err));
        delays += pooled->kinds[k].delay_count;
    }
    for (uint32_t i = 0; i < count; i++) {
        pooled->false_alarms += of[i]->false_alarms;
        pooled->node_days += of[i]->node_days;
        outside += of[i]->alarmed_share * of[i]->node_days;
    }
    pooled->alarmed_share = pooled->node_days > 0 ? outside / pooled->node_days : 0;
    gs_fault_scores_rate(pooled);
    GPUSIM_TRY(gs_fault_scores_own(pooled, err));
    *result = pooled;
    pooled = NULL;
cleanup:
    gpusim_fault_scores_destroy(pooled);
    return status;
}
