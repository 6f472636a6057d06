/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reads what a story is told from: the tables of a trace, and the changes of its cluster. */
#include "story/story.h"

#include "base/memory.h"
#include "base/sort.h"
#include "study/read.h"

const char *gs_story_name(const gpusim_story *story, uint32_t name)
{
    const char *text = gpusim_trace_name(story->trace, name);
    return text ? text : "";
}

const gpusim_job_row *gs_story_job(const gpusim_story *story, uint64_t index)
{
    uint64_t row = index < story->known_jobs ? story->row_of[index] : GS_NO_ROW;
    return row == GS_NO_ROW ? NULL : &story->jobs[row];
}

uint64_t gs_story_wanted(const gpusim_job_row *job)
{
    return (uint64_t)job->gpus * job->milli;
}

/* ---- reading ---- */

static gpusim_status read_tables(gpusim_story *story, gpusim_error *err)
{
    gpusim_status status;
    gpusim_trace *trace = story->trace;
    gpusim_story_tables *t = &story->tables;
    GPUSIM_TRY(gs_whole_table(trace, GPUSIM_TABLE_JOBS, &story->jobs, &t->job_count, err));
    GPUSIM_TRY(gs_whole_table(trace, GPUSIM_TABLE_EVENTS, &story->events, &t->event_count, err));
    GPUSIM_TRY(gs_whole_table(trace, GPUSIM_TABLE_ALLOCATIONS, &story->allocations,
                              &t->allocation_count, err));
    GPUSIM_TRY(gs_whole_table(trace, GPUSIM_TABLE_NODES, &story->nodes, &t->node_count, err));
    GPUSIM_TRY(
        gs_whole_table(trace, GPUSIM_TABLE_FAULTS, &story->faults, &story->fault_count, err));
    GPUSIM_TRY(
        gs_whole_table(trace, GPUSIM_TABLE_ALERTS, &story->alerts, &story->alert_count, err));
    GPUSIM_TRY(
        gs_whole_table(trace, GPUSIM_TABLE_ACTIONS, &story->actions, &story->action_count, err));
    GPUSIM_TRY(gs_trace_end(trace, &t->end, err));
    t->jobs = story->jobs;
    t->events = story->events;
    t->allocations = story->allocations;
    t->nodes = story->nodes;
cleanup:
    return status;
}

// rows come as jobs end; of a run that was killed some are missing
static gpusim_status find_jobs(gpusim_story *story, gpusim_error *err)
{
    gpusim_status status;
    const gpusim_story_tables *t = &story->tables;
    // no more jobs than were submitted: a file may say anything
    uint64_t most = t->job_count > t->event_count ? t->job_count : t->event_count;
    for (uint64_t i = 0; i < t->job_count; i++) {
        uint64_t index = story->jobs[i].index;
        story->known_jobs =
            index >= story->known_jobs && index < most ? index + 1 : story->known_jobs;
    }
    for (uint64_t i = 0; i < t->event_count; i++) {
        uint64_t index = story->events[i].entity;
        if (story->events[i].type == GPUSIM_EVENT_SUBMIT && index >= story->known_jobs &&
            index < most) {
            story->known_jobs = index + 1;
        }
    }
    GPUSIM_TRY(gs_allocate(&story->row_of, story->known_jobs + 1, sizeof *story->row_of, err));
    for (uint64_t i = 0; i < story->known_jobs; i++) {
        story->row_of[i] = GS_NO_ROW;
    }
    for (uint64_t i = 0; i < t->job_count; i++) {
        if (story->jobs[i].index < story->known_jobs) {
            story->row_of[story->jobs[i].index] = i;
        }
    }
cleanup:
    return status;
}

/* ---- the cluster ---- */

static int by_time(const void *a, const void *b)
{
    const gs_turn *x = a, *y = b;
    if (x->time != y->time) {
        return x->time < y->time ? -1 : 1;
    }
    return x->order < y->order ? -1 : x->order > y->order;
}

// no node has more than fits, whatever a file says
static int32_t milli_of(const gpusim_allocation_row *part)
{
    uint64_t milli = (uint64_t)part->gpus * part->milli;
    return milli < INT32_MAX ? (int32_t)milli : INT32_MAX;
}

// what ends at an instant comes before what begins
static gpusim_status make_turns(gpusim_story *story, gpusim_error *err)
{
    gpusim_status status;
    const gpusim_story_tables *t = &story->tables;
    uint64_t count = 0, most = 2 * t->allocation_count + 1;
    for (uint64_t i = 0; i < t->event_count; i++) {
        most += t->events[i].type == GPUSIM_EVENT_NODE;
    }
    GPUSIM_TRY(gs_allocate(&story->turns, most, sizeof *story->turns, err));
    for (uint64_t i = 0; i < t->allocation_count; i++) {
        const gpusim_allocation_row *part = &t->allocations[i];
        int32_t milli = milli_of(part);
        if (part->node < t->node_count) {
            story->turns[count++] = (gs_turn){part->start, part->node, milli, -1, 1};
            story->turns[count++] = (gs_turn){part->end, part->node, -milli, -1, 0};
        }
    }
    for (uint64_t i = 0; i < t->event_count; i++) {
        const gpusim_event_row *event = &t->events[i];
        if (event->type == GPUSIM_EVENT_NODE && event->entity < t->node_count) {
            story->turns[count++] =
                (gs_turn){event->time, (uint32_t)event->entity, 0, (int32_t)event->detail, 0};
        }
    }
    story->turn_count = count;
    GPUSIM_TRY(gs_sort(story->turns, count, sizeof *story->turns, by_time, err));
cleanup:
    return status;
}

gpusim_status gpusim_story_create(gpusim_trace *trace, gpusim_story **story, gpusim_error *err)
{
    gpusim_status status;
    gpusim_story *made = NULL;
    *story = NULL;
    GPUSIM_TRY(gs_allocate(&made, 1, sizeof *made, err));
    made->trace = trace;
    GPUSIM_TRY(read_tables(made, err));
    GPUSIM_TRY(find_jobs(made, err));
    GPUSIM_TRY(make_turns(made, err));
    *story = made;
    made = NULL;
cleanup:
    gpusim_story_destroy(made);
    return status;
}

void gpusim_story_destroy(gpusim_story *story)
{
    if (!story) {
        return;
    }
    gs_release(&story->jobs);
    gs_release(&story->events);
    gs_release(&story->allocations);
    gs_release(&story->nodes);
    gs_release(&story->faults);
    gs_release(&story->alerts);
    gs_release(&story->actions);
    gs_release(&story->row_of);
    gs_release(&story->turns);
    gs_release(&story->told);
    gs_release(&story);
}

const gpusim_story_tables *gpusim_story_get_tables(const gpusim_story *story)
{
    return &story->tables;
}
