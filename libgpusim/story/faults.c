/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Faults of a run with what they brought along, which alerts met them, and what was done. */
#include "base/memory.h"
#include "base/sort.h"
#include "story/story.h"
#include "study/truth.h"

/* ---- alerts ---- */

// where the windows of each GPU begin among all, which stand in its order: [gpus + 1]
static void find_windows(const gs_truth *truth, uint32_t *first)
{
    uint32_t w = 0;
    for (uint32_t g = 0; g <= truth->gpus; g++) {
        while (w < truth->windows.count && GS_AT(truth->windows, gs_window, w).gpu < g) {
            w++;
        }
        first[g] = w;
    }
}

// an alert meets each fault once, whose windows it touches on its GPU
static void meet(const gs_truth *truth, const uint32_t *first, const gpusim_alert_row *alert,
                 gpusim_fault_story **told_of)
{
    uint64_t last = GS_NO_ROW;
    for (uint32_t w = first[alert->entity]; w < first[alert->entity + 1]; w++) {
        const gs_window *window = &GS_AT(truth->windows, gs_window, w);
        uint64_t root = GS_AT(truth->events, gs_event, window->event).root;
        gpusim_fault_story *told = root < truth->fault_count ? told_of[root] : NULL;
        if (!told || root == last || window->from > alert->end || window->to < alert->begin) {
            continue;
        }
        last = root;
        told->alerts++;
        if (!told->first || alert->time < told->first->time) {
            told->first = alert;
        }
    }
}

// told_of[fault_count]: the story of a fault by its index
static gpusim_status add_alerts(gpusim_story *story, gpusim_fault_story **told_of,
                                gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    const gpusim_trace_info *info = gpusim_trace_get_info(story->trace);
    gs_truth truth = {0};
    uint32_t *first = NULL;
    if (info->samples == 0 || story->alert_count == 0) {
        return GPUSIM_OK;
    }
    GPUSIM_TRY(gs_truth_read(story->trace, 0, info->samples,
                             (uint32_t)info->rows[GPUSIM_TABLE_GPUS], GS_TRUTH_GRACE, &truth, err));
    GPUSIM_TRY(gs_allocate(&first, (size_t)truth.gpus + 1, sizeof *first, err));
    find_windows(&truth, first);
    for (uint64_t i = 0; i < story->alert_count; i++) {
        if (story->alerts[i].entity < truth.gpus) {
            meet(&truth, first, &story->alerts[i], told_of);
        }
    }
cleanup:
    gs_release(&first);
    gs_truth_release(&truth);
    return status;
}

/* ---- actions ---- */

/* Adjacent GPUs of adjacent nodes of a rack. */
typedef struct place {
    uint32_t first_gpu, gpus, first_node, nodes, rack;
} place;

static place place_of(const gpusim_story *story, uint32_t scope, uint32_t entity)
{
    const gpusim_story_tables *t = &story->tables;
    place at = {0, 0, 0, 0, GPUSIM_NONE};
    for (uint32_t n = 0; n < t->node_count; n++) {
        const gpusim_node_row *node = &t->nodes[n];
        int its = scope == GPUSIM_OF_GPU
                      ? entity >= node->first_gpu && entity - node->first_gpu < node->gpus
                  : scope == GPUSIM_OF_NODE ? entity == n
                  : scope == GPUSIM_OF_RACK ? entity == node->rack
                                            : 1;
        if (its && at.nodes == 0) {
            at = (place){node->first_gpu, node->gpus, n, 1, node->rack};
        } else if (its) {
            at.gpus = node->first_gpu + node->gpus - at.first_gpu;
            at.nodes = n + 1 - at.first_node;
        }
    }
    return at;
}

static int is_on(const place *at, const gpusim_action_row *action)
{
    switch ((gpusim_action)action->what) {
    case GPUSIM_ACTION_CANCEL_JOB:
        return 0;
    case GPUSIM_ACTION_CAP_GPU:
    case GPUSIM_ACTION_RESET:
        return action->entity >= at->first_gpu && action->entity - at->first_gpu < at->gpus;
    case GPUSIM_ACTION_CAP_RACK:
        return action->entity == at->rack;
    default:
        return action->entity >= at->first_node && action->entity - at->first_node < at->nodes;
    }
}

// actions come in order of time
static uint64_t first_action(const gpusim_story *story, gpusim_time from)
{
    uint64_t low = 0, high = story->action_count;
    while (low < high) {
        uint64_t middle = low + (high - low) / 2;
        if (story->actions[middle].time < from) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

static void add_actions(const gpusim_story *story, gpusim_fault_story *told)
{
    const gpusim_fault_row *fault = told->fault;
    uint64_t i = first_action(story, fault->start);
    if (i == story->action_count || story->actions[i].time > fault->end) {
        return;
    }
    place at = place_of(story, fault->scope, fault->entity);
    for (; i < story->action_count && story->actions[i].time <= fault->end; i++) {
        if (is_on(&at, &story->actions[i])) {
            told->action = told->action ? told->action : &story->actions[i];
            told->actions++;
        }
    }
}

/* ---- all ---- */

static gpusim_time length_of(const gpusim_fault_row *fault)
{
    return fault->end == GPUSIM_TIME_MAX ? GPUSIM_TIME_MAX
                                         : gpusim_time_between(fault->start, fault->end);
}

static int by_harm(const void *a, const void *b)
{
    const gpusim_fault_story *x = a, *y = b;
    gpusim_time p = length_of(x->fault), q = length_of(y->fault);
    if (x->jobs_hit != y->jobs_hit) {
        return x->jobs_hit > y->jobs_hit ? -1 : 1;
    }
    return p != q ? (p < q) - (p > q)
                  : (x->fault->index > y->fault->index) - (x->fault->index < y->fault->index);
}

// those that stand alone, and those that they brought along under them
static void gather(gpusim_story *story, gpusim_fault_story **told_of)
{
    for (uint64_t i = 0; i < story->fault_count; i++) {
        const gpusim_fault_row *fault = &story->faults[i];
        if (fault->root == fault->index && fault->index < story->fault_count) {
            gpusim_fault_story *told = &story->told[story->told_count++];
            told->fault = fault;
            told_of[fault->index] = told;
        }
    }
    for (uint64_t i = 0; i < story->fault_count; i++) {
        const gpusim_fault_row *fault = &story->faults[i];
        gpusim_fault_story *told = fault->root < story->fault_count ? told_of[fault->root] : NULL;
        if (told) {
            told->jobs_hit += fault->jobs_hit;
            told->brought += fault->root != fault->index;
        }
    }
}

static gpusim_status tell_faults(gpusim_story *story, gpusim_error *err)
{
    gpusim_status status;
    gpusim_fault_story **told_of = NULL;
    size_t room = (size_t)story->fault_count + 1;
    GPUSIM_TRY(gs_allocate(&story->told, room, sizeof *story->told, err));
    GPUSIM_TRY(gs_allocate(&told_of, room, sizeof *told_of, err));
    gather(story, told_of);
    GPUSIM_TRY(add_alerts(story, told_of, err));
    for (uint64_t i = 0; i < story->told_count; i++) {
        add_actions(story, &story->told[i]);
    }
    GPUSIM_TRY(gs_sort(story->told, story->told_count, sizeof *story->told, by_harm, err));
cleanup:
    gs_release(&told_of);
    if (status != GPUSIM_OK) {
        gs_release(&story->told);
        story->told_count = 0;
    }
    return status;
}

gpusim_status gpusim_story_faults(gpusim_story *story, const gpusim_fault_story **faults,
                                  uint64_t *count, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    GPUSIM_TRY(story->told ? GPUSIM_OK : tell_faults(story, err));
    *faults = story->told;
    *count = story->told_count;
cleanup:
    return status;
}
