/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Jobs and allocations brought into the order of submission. */
#include "trace/job_list.h"

#include <string.h>

#include "base/sort.h"

#define ROWS_AT_ONCE 1024u

static int compare(uint64_t a, uint64_t b)
{
    return (a > b) - (a < b);
}

static int by_index(const void *a, const void *b)
{
    return compare(((const gpusim_job_row *)a)->index, ((const gpusim_job_row *)b)->index);
}

static int by_job(const void *a, const void *b)
{
    const gpusim_allocation_row *x = a, *y = b;
    int order = compare(x->job, y->job);
    order = order ? order : compare(y->attempt, x->attempt);
    // a job that moved has several places in one attempt: the last ones count
    order = order ? order : compare((uint64_t)y->end, (uint64_t)x->end);
    order = order ? order : compare(x->node, y->node);
    return order ? order : compare(x->first_gpu, y->first_gpu);
}

// 1 when a row of jobs, or of allocations of such a job, is wanted
static int is_wanted(const gs_rows *rows, gpusim_table table, const unsigned char *row)
{
    return table == GPUSIM_TABLE_JOBS
               ? gs_rows_take(rows, row)
               : gs_rows_take_job(rows, ((const gpusim_allocation_row *)(const void *)row)->job);
}

// the wanted rows of a table, counted before there is memory for them; one more so that it is never
// nothing
static gpusim_status read_wanted(const gs_rows *rows, gpusim_table table, void *into,
                                 uint64_t *count, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    size_t size = gpusim_table_record(table)->size;
    uint64_t all = rows->trace->info.rows[table];
    unsigned char *block = NULL, *kept = NULL;
    GPUSIM_TRY(gs_allocate(&block, ROWS_AT_ONCE, size, err));
    for (int counting = 1; counting >= 0; counting--) {
        *count = 0;
        for (uint64_t first = 0; first < all; first += ROWS_AT_ONCE) {
            uint64_t some = all - first < ROWS_AT_ONCE ? all - first : ROWS_AT_ONCE;
            GPUSIM_TRY(gs_read_rows(rows->trace, table, first, some, block, err));
            for (uint64_t i = 0; i < some; i++) {
                int wanted = is_wanted(rows, table, block + i * size);
                if (wanted && !counting) {
                    memcpy(kept + *count * size, block + i * size, size);
                }
                *count += (uint64_t)wanted;
            }
        }
        if (counting) {
            GPUSIM_TRY(gs_allocate(&kept, *count + 1, size, err));
        }
    }

cleanup:
    memcpy(into, &kept, sizeof kept);
    gs_release(&block);
    return status;
}

gpusim_status gs_job_list_read(gs_job_list *list, gpusim_trace *trace,
                               const gpusim_export_filter *filter, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    gs_rows rows = {0};
    uint64_t nodes = trace->info.rows[GPUSIM_TABLE_NODES];
    *list = (gs_job_list){.trace = trace};
    GPUSIM_TRY(gs_rows_begin(&rows, trace, GPUSIM_TABLE_JOBS, filter, err));
    GPUSIM_TRY(gs_allocate(&list->nodes, nodes + 1, sizeof *list->nodes, err));
    GPUSIM_TRY(gs_read_rows(trace, GPUSIM_TABLE_NODES, 0, nodes, list->nodes, err));
    GPUSIM_TRY(read_wanted(&rows, GPUSIM_TABLE_JOBS, &list->jobs, &list->count, err));
    GPUSIM_TRY(read_wanted(&rows, GPUSIM_TABLE_ALLOCATIONS, &list->parts, &list->part_count, err));
    GPUSIM_TRY(gs_sort(list->jobs, list->count, sizeof *list->jobs, by_index, err));
    GPUSIM_TRY(gs_sort(list->parts, list->part_count, sizeof *list->parts, by_job, err));

cleanup:
    gs_rows_end(&rows);
    return status;
}

static int is_of_attempt(const gpusim_allocation_row *part, const gpusim_allocation_row *last)
{
    return part->job == last->job && part->attempt == last->attempt;
}

int gs_job_list_next(gs_job_list *list, gs_listed_job *job)
{
    if (list->next == list->count) {
        return 0;
    }
    job->row = &list->jobs[list->next++];
    while (list->next_part < list->part_count &&
           list->parts[list->next_part].job < job->row->index) {
        list->next_part++;
    }

    // how many from there on belong to its last placement, and when its attempt began
    const gpusim_allocation_row *parts = list->parts + list->next_part;
    uint64_t left = list->part_count - list->next_part, count = 0;
    left = left > 0 && parts[0].job == job->row->index ? left : 0;
    while (count < left && is_of_attempt(&parts[count], parts) && parts[count].end == parts->end) {
        count++;
    }
    job->parts = parts;
    job->parts_count = count;
    job->start = job->end = count > 0 ? parts->end : GPUSIM_TIME_MAX;
    for (uint64_t i = 0; i < left && is_of_attempt(&parts[i], parts); i++) {
        job->start = parts[i].start < job->start ? parts[i].start : job->start;
    }
    return 1;
}

void gs_job_list_rewind(gs_job_list *list)
{
    list->next = list->next_part = 0;
}

void gs_job_list_release(gs_job_list *list)
{
    gs_release(&list->nodes);
    gs_release(&list->jobs);
    gs_release(&list->parts);
}

uint32_t gs_job_list_gpus(const gs_job_list *list, const gpusim_allocation_row *part,
                          uint32_t *first)
{
    if (part->node >= list->trace->info.rows[GPUSIM_TABLE_NODES]) {
        return 0;
    }
    const gpusim_node_row *node = &list->nodes[part->node];
    *first = node->first_gpu + part->first_gpu;
    return part->gpus < node->gpus ? part->gpus : node->gpus;
}
