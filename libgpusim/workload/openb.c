/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The tables of the openb trace (Alibaba, 2023): pods as jobs, and nodes. A pod's cores and memory
 * are those of all of it. */
#include <string.h>

#include "base/number.h"
#include "workload/cells.h"
#include "workload/nodes.h"

// the required ones first
enum { NAME, CPU, MEMORY, GPUS, MILLI, REQUIRED, SPEC = REQUIRED, CREATED, DELETED, COLUMNS };

static const char *const names[COLUMNS] = {"name",          "cpu_milli",    "memory_mib",
                                           "num_gpu",       "gpu_milli",    "gpu_spec",
                                           "creation_time", "deletion_time"};

static gpusim_status need(const gs_log *log, const gs_cells *cells, const char *const *columns,
                          uint32_t column, uint32_t *cell, gpusim_error *err)
{
    if (!gs_cell_find(log, cells, column, cell)) {
        return gs_lines_fail(log->lines, NULL, err, "the line has no %s", columns[column]);
    }
    return GPUSIM_OK;
}

static gpusim_status count_of(const gs_log *log, const gs_cells *cells, const char *const *columns,
                              uint32_t column, uint32_t *value, gpusim_error *err)
{
    uint32_t cell = 0;
    gpusim_status status = need(log, cells, columns, column, &cell, err);
    return status == GPUSIM_OK ? gs_cell_count(log, cells, cell, columns[column], value, err)
                               : status;
}

// ---- pods ----

// what it asks for, from all of it to each GPU: rounded up where that does not go evenly
static gpusim_status read_request(gs_log *log, const gs_cells *cells, gs_job *job,
                                  gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    uint32_t cpus = 0, mebibytes = 0, cell = 0;
    GPUSIM_TRY(count_of(log, cells, names, GPUS, &job->gpus, err));
    GPUSIM_TRY(count_of(log, cells, names, MILLI, &job->milli, err));
    GPUSIM_TRY(count_of(log, cells, names, CPU, &cpus, err));
    GPUSIM_TRY(count_of(log, cells, names, MEMORY, &mebibytes, err));
    if (job->milli > 1000 || (job->milli == 0) != (job->gpus == 0)) {
        GPUSIM_TRY(need(log, cells, names, MILLI, &cell, err));
        return gs_cell_fail(log, cells, cell, names[MILLI],
                            "not within 1 and 1000, or 0 without GPUs", err);
    }
    uint32_t share = job->gpus ? job->gpus : 1;
    job->cpus = (cpus + share - 1) / share;
    job->memory = (((uint64_t)mebibytes << 20) + share - 1) / share;
    job->milli = job->gpus ? job->milli : 1000;
    if (gs_cell_find(log, cells, SPEC, &cell)) {
        GPUSIM_TRY(gs_cell_name(log, cells, cell, &job->models, err));
    }
cleanup:
    return status;
}

// when, where the scenario does not say
static gpusim_status read_times(gs_log *log, const gs_cells *cells, gs_job *job, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    uint32_t cell = 0;
    gpusim_time deleted = 0;
    if (log->trace->spacing != GPUSIM_TIME_MAX && log->trace->duration != GPUSIM_TIME_MAX) {
        return GPUSIM_OK;
    }
    GPUSIM_TRY(need(log, cells, names, CREATED, &cell, err));
    GPUSIM_TRY(gs_cell_time(log, cells, cell, names[CREATED], &job->submit, err));
    if (log->trace->duration == GPUSIM_TIME_MAX) {
        GPUSIM_TRY(need(log, cells, names, DELETED, &cell, err));
        GPUSIM_TRY(gs_cell_time(log, cells, cell, names[DELETED], &deleted, err));
        if (deleted < job->submit) {
            return gs_cell_fail(log, cells, cell, names[DELETED], "before its creation", err);
        }
        job->duration = deleted - job->submit;
    }
cleanup:
    return status;
}

gpusim_status gs_openb_line(gs_log *log, const char *text, size_t length, gpusim_error *err)
{
    gpusim_status status;
    gs_cells cells;
    GPUSIM_TRY(gs_cells_split(log, text, length, &cells, err));
    if (cells.count == 1 && cells.length[0] == 0) {
        return GPUSIM_OK;
    }
    if (!log->header) {
        return gs_cells_header(log, &cells, names, COLUMNS, REQUIRED, 0, err);
    }
    gs_log_entry entry;
    gs_log_entry_begin(log, &entry);
    uint32_t cell = 0;
    entry.job.id = log->jobs.count;
    GPUSIM_TRY(need(log, &cells, names, NAME, &cell, err));
    GPUSIM_TRY(gs_cell_name(log, &cells, cell, &entry.job.name, err));
    GPUSIM_TRY(read_request(log, &cells, &entry.job, err));
    GPUSIM_TRY(read_times(log, &cells, &entry.job, err));
    GPUSIM_TRY(gs_log_add(log, &entry, err));
cleanup:
    return status;
}

// ---- nodes ----

enum { SN, NODE_CPU, NODE_MEMORY, NODE_GPUS, NODE_REQUIRED, MODEL = NODE_REQUIRED, NODE_COLUMNS };

static const char *const node_names[NODE_COLUMNS] = {"sn", "cpu_milli", "memory_mib", "gpu",
                                                     "model"};

static gpusim_status read_node(gs_log *log, const gs_cells *cells, gs_array *nodes,
                               gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    gs_listed_node node = {0};
    uint32_t cell = 0, mebibytes = 0;
    GPUSIM_TRY(need(log, cells, node_names, SN, &cell, err));
    GPUSIM_TRY(gs_cell_name(log, cells, cell, &node.name, err));
    gs_id id = {.text = node.name};
    uint32_t first = gs_ids_find(&log->ids, id);
    if (first != GPUSIM_NONE) {
        return gs_cell_fail(log, cells, cell, node_names[SN], "the name of an earlier node", err);
    }
    GPUSIM_TRY(gs_ids_add(&log->ids, id, nodes->count, err));
    GPUSIM_TRY(count_of(log, cells, node_names, NODE_CPU, &node.cpus, err));
    GPUSIM_TRY(count_of(log, cells, node_names, NODE_MEMORY, &mebibytes, err));
    GPUSIM_TRY(count_of(log, cells, node_names, NODE_GPUS, &node.gpus, err));
    if (node.cpus > 1000000000u || node.gpus > 1000000u) {
        return gs_lines_fail(log->lines, NULL, err, "more cores or GPUs than a node can have");
    }
    node.memory = (uint64_t)mebibytes << 20;
    if (node.gpus > 0 && gs_cell_find(log, cells, MODEL, &cell)) {
        GPUSIM_TRY(gs_cell_name(log, cells, cell, &node.model, err));
    }
    GPUSIM_TRY(gs_array_push(nodes, &node, err));
cleanup:
    return status;
}

// ---- kinds of jobs ----

enum {
    KIND_CPU,
    KIND_MILLI,
    KIND_GPUS,
    KIND_SHARE,
    KIND_REQUIRED,
    KIND_SPEC = KIND_REQUIRED,
    KIND_COLUMNS
};

static const char *const kind_names[KIND_COLUMNS] = {"cpu_milli", "gpu_milli", "num_gpu", "freq",
                                                     "gpu_spec"};

static gpusim_status read_kind(gs_log *log, const gs_cells *cells, gs_array *kinds,
                               gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    gs_listed_kind kind = {0};
    uint32_t cell = 0;
    GPUSIM_TRY(count_of(log, cells, kind_names, KIND_CPU, &kind.cpus, err));
    GPUSIM_TRY(count_of(log, cells, kind_names, KIND_MILLI, &kind.milli, err));
    GPUSIM_TRY(count_of(log, cells, kind_names, KIND_GPUS, &kind.gpus, err));
    if (kind.milli > 1000 || (kind.milli == 0) != (kind.gpus == 0)) {
        GPUSIM_TRY(need(log, cells, kind_names, KIND_MILLI, &cell, err));
        return gs_cell_fail(log, cells, cell, kind_names[KIND_MILLI],
                            "not within 1 and 1000, or 0 without GPUs", err);
    }
    GPUSIM_TRY(need(log, cells, kind_names, KIND_SHARE, &cell, err));
    if (!gs_parse_double(cells->at[cell], cells->length[cell], &kind.share) || kind.share < 0 ||
        kind.share > 1) {
        return gs_cell_fail(log, cells, cell, kind_names[KIND_SHARE], "not within 0 and 1", err);
    }
    if (gs_cell_find(log, cells, KIND_SPEC, &cell)) {
        GPUSIM_TRY(gs_cell_name(log, cells, cell, &kind.models, err));
    }
    GPUSIM_TRY(gs_array_push(kinds, &kind, err));
cleanup:
    return status;
}

// ---- tables that are no logs ----

/* What a table's lines are, and what becomes of one. */
typedef struct table {
    const char *const *names;
    uint32_t columns, required;
    gpusim_status (*read)(gs_log *log, const gs_cells *cells, gs_array *rows, gpusim_error *err);
    const char *empty;
} table;

static gpusim_status read_table(const table *form, gs_lines *lines, gs_names *texts, gs_array *rows,
                                gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    gs_log log; // for its columns and names: no job comes of it
    gs_log_begin(&log);
    log.lines = lines;
    log.names = texts;
    for (;;) {
        const char *text = NULL;
        size_t length = 0;
        int more = 0;
        gs_cells cells;
        GPUSIM_TRY(gs_lines_next(lines, &text, &length, &more, err));
        if (!more) {
            break;
        }
        GPUSIM_TRY(gs_cells_split(&log, text, length, &cells, err));
        if (cells.count == 1 && cells.length[0] == 0) {
            continue;
        }
        if (!log.header) {
            GPUSIM_TRY(
                gs_cells_header(&log, &cells, form->names, form->columns, form->required, 0, err));
            continue;
        }
        GPUSIM_TRY(form->read(&log, &cells, rows, err));
    }
    if (rows->count == 0) {
        status = gs_lines_fail(lines, NULL, err, "%s", form->empty);
    }
cleanup:
    log.lines = NULL; // the caller's
    gs_log_release(&log);
    return status;
}

gpusim_status gs_nodes_read(gs_lines *lines, gs_names *texts, gs_array *nodes, gpusim_error *err)
{
    static const table nodes_table = {node_names, NODE_COLUMNS, NODE_REQUIRED, read_node,
                                      "the file has no nodes"};
    return read_table(&nodes_table, lines, texts, nodes, err);
}

gpusim_status gs_kinds_read(gs_lines *lines, gs_names *texts, gs_array *kinds, gpusim_error *err)
{
    static const table kinds_table = {kind_names, KIND_COLUMNS, KIND_REQUIRED, read_kind,
                                      "the file has no kinds of jobs"};
    return read_table(&kinds_table, lines, texts, kinds, err);
}
