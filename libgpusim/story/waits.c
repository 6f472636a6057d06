/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a job's wait was like: how many GPUs were free meanwhile, and who started; and which jobs
 * waited longest. */
#include "base/memory.h"
#include "base/sort.h"
#include "story/story.h"
#include "study/read.h"

/* ---- one wait ---- */

// a span of the wait in which nothing changed
static void add_span(const gs_floor *floor, const gpusim_job_row *job, uint32_t largest,
                     gpusim_time span, gpusim_wait *wait)
{
    double share = (double)span / (double)gpusim_time_between(wait->from, wait->to);
    if (floor->free < floor->wanted) {
        wait->too_few += share;
    } else if (job->gpus <= largest && floor->roomy == 0) {
        wait->scattered += share;
    } else {
        wait->enough += share;
    }
}

static void walk(gs_floor *floor, const gpusim_job_row *job, gpusim_wait *wait)
{
    uint32_t largest = 0;
    for (uint32_t n = 0; n < floor->story->tables.node_count; n++) {
        uint32_t gpus = floor->story->nodes[n].gpus;
        wait->bound |= !floor->meant[n];
        largest = floor->meant[n] && gpus > largest ? gpus : largest;
    }
    gs_floor_go(floor, wait->from);
    wait->free_then = floor->free;
    for (gpusim_time at = wait->from; at < wait->to;) {
        gpusim_time next = gs_floor_next(floor);
        next = next < wait->to ? next : wait->to;
        add_span(floor, job, largest, gpusim_time_between(at, next), wait);
        gs_floor_go(floor, next);
        at = next;
    }
}

// who started meanwhile: submission is in order of index
static void count_starts(const gpusim_story *story, const gpusim_job_row *job, gpusim_wait *wait)
{
    for (uint64_t i = 0; i < story->tables.event_count; i++) {
        const gpusim_event_row *row = &story->events[i];
        if (row->type == GPUSIM_EVENT_START && row->time >= wait->from && row->time < wait->to &&
            row->entity != job->index) {
            wait->before += row->entity < job->index;
            wait->after += row->entity > job->index;
        }
    }
}

gpusim_status gpusim_story_wait(const gpusim_story *story, const gpusim_job_row *job,
                                gpusim_time from, gpusim_time to, gpusim_wait *wait,
                                gpusim_error *err)
{
    gpusim_status status;
    gs_floor floor;
    *wait = (gpusim_wait){.from = from, .to = to};
    GPUSIM_TRY(gs_floor_create(story, job, &floor, err));
    walk(&floor, job, wait);
    count_starts(story, job, wait);
cleanup:
    gs_floor_release(&floor);
    return status;
}

/* ---- the longest ---- */

/* The longest wait of a job. */
typedef struct span {
    gpusim_time from, to;
    uint64_t job; // its index
    uint64_t unended;
} span;

static int by_length(const void *a, const void *b)
{
    const span *x = a, *y = b;
    gpusim_time p = x->to - x->from, q = y->to - y->from;
    return p != q ? (p < q) - (p > q) : (x->job > y->job) - (x->job < y->job);
}

static void end_wait(span *longest, gpusim_time since, gpusim_time to, uint64_t unended)
{
    if (since >= 0 && gpusim_time_between(since, to) > longest->to - longest->from) {
        *longest = (span){since, to, longest->job, unended};
    }
}

// the longest wait of each job, `since` being when the one at hand began; -1: it does not wait
static void find_spans(const gpusim_story *story, span *spans, gpusim_time *since)
{
    for (uint64_t j = 0; j < story->known_jobs; j++) {
        spans[j].job = j;
        since[j] = -1;
    }
    for (uint64_t i = 0; i < story->tables.event_count; i++) {
        const gpusim_event_row *event = &story->events[i];
        int waits = gs_waits_after(event);
        uint64_t j = event->entity;
        if (waits < 0 || j >= story->known_jobs) {
            continue;
        }
        if (waits && since[j] < 0) {
            since[j] = event->time;
        } else if (!waits) {
            end_wait(&spans[j], since[j], event->time, 0);
            since[j] = -1;
        }
    }
    for (uint64_t j = 0; j < story->known_jobs; j++) {
        end_wait(&spans[j], since[j], story->tables.end, 1);
    }
}

gpusim_status gpusim_story_waits(const gpusim_story *story, uint32_t most, gpusim_waited *waits,
                                 uint32_t *count, gpusim_error *err)
{
    gpusim_status status;
    span *spans = NULL;
    gpusim_time *since = NULL;
    *count = 0;
    GPUSIM_TRY(gs_allocate(&spans, story->known_jobs + 1, sizeof *spans, err));
    GPUSIM_TRY(gs_allocate(&since, story->known_jobs + 1, sizeof *since, err));
    find_spans(story, spans, since);
    GPUSIM_TRY(gs_sort(spans, story->known_jobs, sizeof *spans, by_length, err));
    for (uint64_t i = 0; i < story->known_jobs && *count < most; i++) {
        const gpusim_job_row *job = gs_story_job(story, spans[i].job);
        if (spans[i].to == spans[i].from) {
            break; // nor did those behind it wait
        }
        if (job) {
            gpusim_waited *waited = &waits[(*count)++];
            waited->job = job;
            GPUSIM_TRY(
                gpusim_story_wait(story, job, spans[i].from, spans[i].to, &waited->wait, err));
            waited->wait.unended = (uint32_t)spans[i].unended;
        }
    }
cleanup:
    gs_release(&spans);
    gs_release(&since);
    return status;
}
