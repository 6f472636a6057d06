/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a job's wait was like: how many GPUs were free meanwhile, and who started. */
#include "explain.h"

#include <stdlib.h>
#include <string.h>

/* Something of the cluster changes: what a node holds, or whether it is up. */
typedef struct change {
    gpusim_time time;
    uint32_t node;
    int32_t milli; /* more of it held */
    int32_t state; /* -1: as before */
    uint32_t order;
} change;

/* A cluster at one time. */
typedef struct cluster {
    const cli_story *story;
    int64_t *held; /* thousandths, by node */
    uint8_t *up;
    uint64_t free;  /* of all nodes that are up */
    uint64_t roomy; /* nodes with as much free as the job wants */
    uint64_t wanted;
    uint8_t *meant; /* 0: a node that the job may not use by its selector or its GPUs' model */
} cluster;

// 1 when a GPU model is one of those that a job may use, "A|B"
static int is_model_of(const char *models, const char *model)
{
    size_t length = strlen(model);
    while (*models) {
        size_t its = strcspn(models, "|");
        if (its == length && memcmp(models, model, length) == 0) {
            return 1;
        }
        models += its + (models[its] == '|');
    }
    return 0;
}

static int may_use(const cli_story *story, const gpusim_job_row *job, const gpusim_node_row *node)
{
    const char *models = cli_name_of(story, job->gpu_models);
    return gpusim_selector_means(cli_name_of(story, job->selector),
                                 cli_name_of(story, node->labels),
                                 cli_name_of(story, node->name)) &&
           (!models[0] || job->gpus == 0 ||
            is_model_of(models, cli_name_of(story, node->gpu_model)));
}

static int by_time(const void *a, const void *b)
{
    const change *x = a, *y = b;
    if (x->time != y->time) {
        return x->time < y->time ? -1 : 1;
    }
    return x->order < y->order ? -1 : x->order > y->order;
}

static uint64_t free_of(const cluster *now, uint32_t node)
{
    int64_t all = 1000 * (int64_t)now->story->nodes[node].gpus - now->held[node];
    return now->up[node] && now->meant[node] && all > 0 ? (uint64_t)all : 0;
}

// counts a node in (1) or out (-1)
static void count(cluster *now, uint32_t node, int sign)
{
    uint64_t its = free_of(now, node);
    now->free = sign > 0 ? now->free + its : now->free - its;
    if (its >= now->wanted) {
        now->roomy = sign > 0 ? now->roomy + 1 : now->roomy - 1;
    }
}

static void apply(cluster *now, const change *one)
{
    if (one->node >= now->story->node_count) {
        return;
    }
    count(now, one->node, -1);
    now->held[one->node] += one->milli;
    if (one->state >= 0) {
        now->up[one->node] = one->state == GPUSIM_NODE_UP;
    }
    count(now, one->node, 1);
}

// all changes up to a time, in order
static uint64_t gather(const cli_story *story, gpusim_time to, change *changes)
{
    uint64_t count = 0;
    for (uint64_t i = 0; i < story->allocation_count; i++) {
        const gpusim_allocation_row *row = &story->allocations[i];
        int32_t milli = (int32_t)(row->gpus * row->milli);
        if (row->start < to) {
            changes[count++] = (change){.time = row->start, row->node, milli, -1, 1};
            if (row->end < to) {
                changes[count++] = (change){.time = row->end, row->node, -milli, -1, 0};
            }
        }
    }
    for (uint64_t i = 0; i < story->event_count; i++) {
        const gpusim_event_row *row = &story->events[i];
        if (row->type == GPUSIM_EVENT_NODE && row->time < to) {
            changes[count++] =
                (change){row->time, (uint32_t)row->entity, 0, (int32_t)row->detail, 0};
        }
    }
    qsort(changes, count, sizeof *changes, by_time);
    return count;
}

// a span of the wait in which nothing changed
static void add_span(const cluster *now, const gpusim_job_row *job, uint32_t largest,
                     gpusim_time span, cli_wait *wait)
{
    double share = (double)span / (double)(wait->to - wait->from);
    if (now->free < now->wanted) {
        wait->too_few += share;
    } else if (job->gpus <= largest && now->roomy == 0) {
        wait->scattered += share;
    } else {
        wait->enough += share;
    }
}

static void walk(cluster *now, const gpusim_job_row *job, const change *changes, uint64_t count_,
                 cli_wait *wait)
{
    uint32_t largest = 0;
    for (uint32_t n = 0; n < now->story->node_count; n++) {
        const gpusim_node_row *node = &now->story->nodes[n];
        now->up[n] = 1;
        now->meant[n] = (uint8_t)may_use(now->story, job, node);
        wait->bound |= !now->meant[n];
        largest = now->meant[n] && node->gpus > largest ? node->gpus : largest;
        count(now, n, 1);
    }
    uint64_t i = 0;
    for (; i < count_ && changes[i].time <= wait->from; i++) {
        apply(now, &changes[i]);
    }
    wait->free_then = now->free;
    gpusim_time at = wait->from;
    while (at < wait->to) {
        gpusim_time next = i < count_ ? changes[i].time : wait->to;
        add_span(now, job, largest, next - at, wait);
        for (; i < count_ && changes[i].time == next; i++) {
            apply(now, &changes[i]);
        }
        at = next;
    }
}

// who started meanwhile: submission is in order of index
static void count_starts(const cli_story *story, const gpusim_job_row *job, cli_wait *wait)
{
    for (uint64_t i = 0; i < story->event_count; i++) {
        const gpusim_event_row *row = &story->events[i];
        if (row->type == GPUSIM_EVENT_START && row->time >= wait->from && row->time < wait->to &&
            row->entity != job->index) {
            wait->before += row->entity < job->index;
            wait->after += row->entity > job->index;
        }
    }
}

gpusim_status cli_wait_look(const cli_story *story, const gpusim_job_row *job, gpusim_time from,
                            gpusim_time to, cli_wait *wait, gpusim_error *err)
{
    *wait = (cli_wait){.from = from, .to = to};
    size_t most = (size_t)(2 * story->allocation_count + story->event_count + 1);
    cluster now = {.story = story, .wanted = (uint64_t)job->gpus * job->milli};
    now.held = calloc((size_t)story->node_count + 1, sizeof *now.held);
    now.up = calloc((size_t)story->node_count + 1, 1);
    now.meant = calloc((size_t)story->node_count + 1, 1);
    change *changes = calloc(most, sizeof *changes);
    gpusim_status status = GPUSIM_OK;
    if (now.held && now.up && now.meant && changes) {
        walk(&now, job, changes, gather(story, to, changes), wait);
        count_starts(story, job, wait);
    } else {
        status = gpusim_fail(err, GPUSIM_MEMORY, "no memory for the wait of a job");
    }
    free(now.held);
    free(now.up);
    free(now.meant);
    free(changes);
    return status;
}
