/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A cluster that goes through its changes: what is free, what is out of service. */
#include <string.h>

#include "base/memory.h"
#include "story/story.h"

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

static int may_use(const gpusim_story *story, const gpusim_job_row *job,
                   const gpusim_node_row *node)
{
    const char *models = gs_story_name(story, job->gpu_models);
    return gpusim_selector_means(gs_story_name(story, job->selector),
                                 gs_story_name(story, node->labels),
                                 gs_story_name(story, node->name)) &&
           (!models[0] || job->gpus == 0 ||
            is_model_of(models, gs_story_name(story, node->gpu_model)));
}

// counts a node in (1) or out (-1)
static void count(gs_floor *floor, uint32_t node, int sign)
{
    int64_t rest = 1000 * (int64_t)floor->story->nodes[node].gpus - floor->held[node];
    uint64_t its = floor->meant[node] && rest > 0 ? (uint64_t)rest : 0;
    if (floor->state[node] == GPUSIM_NODE_REMOVED) {
        return;
    }
    if (floor->state[node] != GPUSIM_NODE_UP) {
        floor->out = sign > 0 ? floor->out + its : floor->out - its;
        its = 0;
    }
    floor->free = sign > 0 ? floor->free + its : floor->free - its;
    if (its >= floor->wanted) {
        floor->roomy = sign > 0 ? floor->roomy + 1 : floor->roomy - 1;
    }
}

gpusim_status gs_floor_create(const gpusim_story *story, const gpusim_job_row *job, gs_floor *floor,
                              gpusim_error *err)
{
    gpusim_status status;
    uint64_t nodes = story->tables.node_count;
    *floor = (gs_floor){.story = story, .wanted = job ? gs_story_wanted(job) : 0};
    GPUSIM_TRY(gs_allocate(&floor->held, nodes + 1, sizeof *floor->held, err));
    GPUSIM_TRY(gs_allocate(&floor->state, nodes + 1, 1, err));
    GPUSIM_TRY(gs_allocate(&floor->meant, nodes + 1, 1, err));
    for (uint32_t n = 0; n < nodes; n++) {
        floor->state[n] = GPUSIM_NODE_UP;
        floor->meant[n] = !job || may_use(story, job, &story->nodes[n]);
        count(floor, n, 1);
    }
cleanup:
    return status;
}

void gs_floor_release(gs_floor *floor)
{
    gs_release(&floor->held);
    gs_release(&floor->state);
    gs_release(&floor->meant);
}

gpusim_time gs_floor_next(const gs_floor *floor)
{
    const gpusim_story *story = floor->story;
    return floor->next < story->turn_count ? story->turns[floor->next].time : GPUSIM_TIME_MAX;
}

void gs_floor_go(gs_floor *floor, gpusim_time time)
{
    const gpusim_story *story = floor->story;
    for (; floor->next < story->turn_count && story->turns[floor->next].time <= time;
         floor->next++) {
        const gs_turn *turn = &story->turns[floor->next];
        count(floor, turn->node, -1);
        floor->held[turn->node] += turn->milli;
        if (turn->state >= 0) {
            floor->state[turn->node] = (uint8_t)turn->state;
        }
        count(floor, turn->node, 1);
    }
}
