/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The minutes of a run in which most GPU time was lost. */
#include <string.h>

#include "base/memory.h"
#include "base/sort.h"
#include "story/story.h"
#include "study/read.h"

#define MILLI      1000.0
#define APART_MOST GPUSIM_HOUR
#define RUN_SHARE  10 /* of the run, that minutes are apart at most */

/* A job on its way. */
typedef struct traveller {
    gpusim_time kept;    // what it did since is lost if it fails
    gpusim_time writing; // since when it writes a checkpoint
    uint64_t waits;
} traveller;

typedef struct walker {
    const gpusim_story *story;
    gs_floor floor;
    traveller *jobs;          // [known_jobs]
    uint64_t event;           // the next
    uint64_t waiting, queued; // jobs, and thousandths of GPUs that they want
    gpusim_minute at;         // the minute at hand
    gpusim_minute best;       // of the stretch at hand
    gpusim_time apart;
    gs_array found; // gpusim_minute: the best of each stretch
} walker;

/* ---- what is worse ---- */

static int by_loss(const void *a, const void *b)
{
    const gpusim_minute *x = a, *y = b;
    if (x->lost_gpu_s != y->lost_gpu_s) {
        return x->lost_gpu_s > y->lost_gpu_s ? -1 : 1;
    }
    if (x->queued_gpu_s != y->queued_gpu_s) {
        return x->queued_gpu_s > y->queued_gpu_s ? -1 : 1;
    }
    return (x->from > y->from) - (x->from < y->from);
}

static int is_bad(const gpusim_minute *minute)
{
    return minute->lost_gpu_s > 0 || minute->queued_gpu_s > 0;
}

/* ---- the walk ---- */

// a span in which nothing changed
static void add_span(walker *w, gpusim_time span)
{
    double seconds = gpusim_seconds(span);
    double free = (double)w->floor.free, queued = (double)w->queued;
    w->at.out_of_service_gpu_s += (double)w->floor.out / MILLI * seconds;
    w->at.unused_gpu_s += (free < queued ? free : queued) / MILLI * seconds;
    w->at.queued_gpu_s += queued / MILLI * seconds;
}

static void queue_job(walker *w, uint64_t index, int waits)
{
    const gpusim_job_row *job = gs_story_job(w->story, index);
    uint64_t wanted = job ? gs_story_wanted(job) : 0;
    if (w->jobs[index].waits == (uint64_t)waits) {
        return;
    }
    w->jobs[index].waits = (uint64_t)waits;
    w->waiting = waits ? w->waiting + 1 : w->waiting - 1;
    w->queued = waits ? w->queued + wanted : w->queued - wanted;
    w->at.waiting = w->waiting > w->at.waiting ? w->waiting : w->at.waiting;
}

static void take_event(walker *w, const gpusim_event_row *event)
{
    int waits = gs_waits_after(event);
    int checkpoints =
        event->type == GPUSIM_EVENT_CHECKPOINT || event->type == GPUSIM_EVENT_CHECKPOINTED;
    if ((waits < 0 && !checkpoints) || event->entity >= w->story->known_jobs) {
        return; // it is of no job
    }
    traveller *job = &w->jobs[event->entity];
    const gpusim_job_row *row = gs_story_job(w->story, event->entity);
    if (event->type == GPUSIM_EVENT_START) {
        job->kept = event->time;
        w->at.started++;
    } else if (event->type == GPUSIM_EVENT_CHECKPOINT) {
        job->writing = event->time;
    } else if (event->type == GPUSIM_EVENT_CHECKPOINTED) {
        job->kept = job->writing;
    } else if (event->type == GPUSIM_EVENT_FAIL) {
        double gpus = row ? (double)gs_story_wanted(row) / MILLI : 0;
        w->at.undone_gpu_s += gpus * gpusim_seconds(gpusim_time_between(job->kept, event->time));
        w->at.failed++;
    }
    if (waits >= 0) {
        queue_job(w, event->entity, waits);
    }
}

static gpusim_time next_event(const walker *w)
{
    const gpusim_story_tables *t = &w->story->tables;
    return w->event < t->event_count ? t->events[w->event].time : GPUSIM_TIME_MAX;
}

static void go_to(walker *w, gpusim_time time)
{
    gs_floor_go(&w->floor, time);
    while (w->event < w->story->tables.event_count && next_event(w) <= time) {
        take_event(w, &w->story->events[w->event++]);
    }
}

// the minute at hand is over; with it maybe the stretch
static gpusim_status close_minute(walker *w, gpusim_time end, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    gpusim_minute *at = &w->at;
    at->lost_gpu_s = at->out_of_service_gpu_s + at->undone_gpu_s + at->unused_gpu_s;
    if (is_bad(at) && (!is_bad(&w->best) || by_loss(at, &w->best) < 0)) {
        w->best = *at;
    }
    if (at->to / w->apart != at->from / w->apart || at->to == end) {
        GPUSIM_TRY(is_bad(&w->best) ? gs_array_push(&w->found, &w->best, err) : GPUSIM_OK);
        w->best = (gpusim_minute){0};
    }
    gpusim_time to = gpusim_time_add(at->to, GPUSIM_MINUTE);
    *at = (gpusim_minute){.from = at->to, .to = to < end ? to : end, .waiting = w->waiting};
cleanup:
    return status;
}

static gpusim_status walk(walker *w, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    gpusim_time now = 0, end = w->story->tables.end;
    w->at.to = GPUSIM_MINUTE < end ? GPUSIM_MINUTE : end;
    go_to(w, now);
    while (now < end) {
        gpusim_time turn = gs_floor_next(&w->floor), event = next_event(w), next = w->at.to;
        next = turn < next ? turn : next;
        next = event < next ? event : next;
        add_span(w, next - now);
        now = next;
        // what comes with a minute's end is of the next one, but the last has none behind it
        if (now == w->at.to && now < end) {
            GPUSIM_TRY(close_minute(w, end, err));
        }
        go_to(w, now);
    }
    GPUSIM_TRY(end > 0 ? close_minute(w, end, err) : GPUSIM_OK);
cleanup:
    return status;
}

/* ---- which are told ---- */

// the worst that are far enough from those before them
static uint32_t choose(const walker *w, uint32_t most, gpusim_minute *minutes)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < w->found.count && count < most; i++) {
        const gpusim_minute *minute = &GS_AT(w->found, gpusim_minute, i);
        uint32_t k = 0;
        while (k < count && (minute->from >= gpusim_time_add(minutes[k].from, w->apart) ||
                             minutes[k].from >= gpusim_time_add(minute->from, w->apart))) {
            k++;
        }
        if (k == count) {
            minutes[count++] = *minute;
        }
    }
    return count;
}

static int is_worse(const gpusim_fault_row *a, const gpusim_fault_row *b)
{
    return !b || a->jobs_hit > b->jobs_hit || (a->jobs_hit == b->jobs_hit && a->start >= b->start);
}

static void add_context(const gpusim_story *story, gpusim_minute *minute)
{
    for (uint64_t i = 0; i < story->fault_count; i++) {
        const gpusim_fault_row *fault = &story->faults[i];
        if (fault->start >= minute->to || fault->end < minute->from) {
            continue;
        }
        minute->faults += fault->start >= minute->from;
        minute->under_way++;
        if (is_worse(fault, minute->worst)) {
            minute->worst = fault;
        }
    }
    for (uint64_t i = 0; i < story->alert_count; i++) {
        gpusim_time time = story->alerts[i].time;
        minute->alerts += time >= minute->from && time < minute->to;
    }
}

gpusim_status gpusim_story_minutes(const gpusim_story *story, uint32_t most, gpusim_minute *minutes,
                                   uint32_t *count, gpusim_error *err)
{
    gpusim_status status;
    walker w = {.story = story, .found = GS_ARRAY(gpusim_minute)};
    gpusim_time share = story->tables.end / RUN_SHARE / GPUSIM_MINUTE * GPUSIM_MINUTE;
    *count = 0;
    w.apart = share < GPUSIM_MINUTE ? GPUSIM_MINUTE : share < APART_MOST ? share : APART_MOST;
    GPUSIM_TRY(gs_allocate(&w.jobs, story->known_jobs + 1, sizeof *w.jobs, err));
    GPUSIM_TRY(gs_floor_create(story, NULL, &w.floor, err));
    GPUSIM_TRY(walk(&w, err));
    GPUSIM_TRY(gs_sort(w.found.data, w.found.count, sizeof(gpusim_minute), by_loss, err));
    *count = choose(&w, most, minutes);
    for (uint32_t i = 0; i < *count; i++) {
        add_context(story, &minutes[i]);
    }
cleanup:
    gs_release(&w.jobs);
    gs_floor_release(&w.floor);
    gs_array_release(&w.found);
    return status;
}
