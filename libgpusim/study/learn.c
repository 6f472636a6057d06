/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Learns the parameters of the scheduler `rts` from a trace: what jobs met when they started, how
 * long they ran, and what of that belongs to nodes. */
#include "study/learn.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "base/sort.h"
#include "study/read.h"

void gpusim_rts_options_init(gpusim_rts_options *options, uint32_t size)
{
    gpusim_rts_options all = {
        .size = size, .least = 10, .window = 24 * GPUSIM_HOUR, .k = 2, .busy = 0.8};
    memcpy(options, &all, size < sizeof all ? size : sizeof all);
}

static const char *const type_names[GPUSIM_RTS_TYPES] = {
    "cpu-light", "cpu-heavy", "memory-heavy", "gpu-inference", "gpu-training", "mixed"};

/* The defaults of the scheduler (reference S5-04, S5-06). */
static const double default_tau[GPUSIM_RTS_TYPES] = {5, 15, 20, 10, 60, 10};
static const double default_theta[4] = {0.1, 0.1, 0.3, 0.2};

/* Tables of a trace, and what was made of them. */
typedef struct learner {
    gpusim_trace *trace;
    gpusim_rts_options options;
    gpusim_job_row *jobs;
    gpusim_allocation_row *allocations;
    gpusim_node_row *nodes;
    uint64_t job_count, allocation_count, node_count;
    gs_start *starts;
    uint32_t start_count;
} learner;

/* What a node has in use. */
typedef struct in_use {
    double gpus, cores, bytes;
} in_use;

/* An allocation begins or ends. */
typedef struct change {
    gpusim_time time;
    uint64_t allocation;
    uint32_t begins, reserved;
} change;

// ---- reading ----

static double gpus_of(const gpusim_job_row *job)
{
    return (double)job->gpus * job->milli / 1000;
}

static double cores_of(const gpusim_job_row *job)
{
    return job->cpus / 1000.0 * (job->gpus ? job->gpus : 1);
}

static double bytes_of(const gpusim_job_row *job)
{
    return (double)job->memory * (job->gpus ? job->gpus : 1);
}

static uint32_t type_of(const gpusim_job_row *job)
{
    double gpus = gpus_of(job), cores = cores_of(job);
    return gpus > 2 && cores > 4 ? 4
           : gpus > 0            ? 3
           : bytes_of(job) > 8e9 ? 2
           : cores > 4           ? 1
           : cores > 0           ? 0
                                 : 5;
}

// ---- what jobs met ----

static double over(double wanted, double free)
{
    return wanted > 0 && free > 0 ? wanted / free : 0;
}

static double load_of(const gpusim_node_row *node, const in_use *used)
{
    double sum = 0, weights = 0;
    if (node->gpus > 0) {
        sum += 2 * used->gpus;
        weights += 2.0 * node->gpus;
    }
    if (node->cpus > 0 && node->cpus != UINT32_MAX) {
        sum += used->cores;
        weights += node->cpus / 1000.0;
    }
    if (node->memory > 0 && node->memory != UINT64_MAX) {
        sum += used->bytes / 1e10;
        weights += (double)node->memory / 1e10;
    }
    return weights > 0 ? sum / weights : 0;
}

// a job that one allocation was enough for, and that completed in it, within the window
static void note_start(learner *all, const gpusim_job_row *job, const gpusim_allocation_row *row,
                       const in_use *used, gpusim_time last)
{
    const gpusim_node_row *node = &all->nodes[row->node];
    gpusim_time begin = last > all->options.window ? last - all->options.window : 0;
    if (job->state != GPUSIM_JOB_COMPLETED || job->restarts > 0 || row->end != job->end ||
        row->gpus != job->gpus || row->start < begin) {
        return;
    }
    double load = load_of(node, used);
    double cores = node->cpus != UINT32_MAX ? node->cpus / 1000.0 - used->cores : 0;
    double bytes = node->memory != UINT64_MAX ? (double)node->memory - used->bytes : 0;
    all->starts[all->start_count++] =
        (gs_start){.x = {over(cores_of(job), cores), over(bytes_of(job), bytes),
                         over(gpus_of(job), node->gpus - used->gpus), load},
                   .seconds = gpusim_seconds(gpusim_time_between(row->start, row->end)),
                   .energy = job->energy_j,
                   .type = type_of(job),
                   .node = row->node,
                   .busy = load > all->options.busy,
                   .waited = gpusim_seconds(gpusim_time_between(job->submit, row->start))};
}

static int by_time(const void *a, const void *b)
{
    const change *x = a, *y = b;
    if (x->time != y->time) {
        return x->time < y->time ? -1 : 1;
    }
    if (x->begins != y->begins) {
        return x->begins < y->begins ? -1 : 1; // who leaves makes room for who comes
    }
    return x->allocation < y->allocation ? -1 : x->allocation > y->allocation;
}

static void use(in_use *used, const gpusim_job_row *job, const gpusim_allocation_row *row, int sign)
{
    double part = job->gpus ? (double)row->gpus / job->gpus : 1;
    used->gpus += sign * part * gpus_of(job);
    used->cores += sign * part * cores_of(job);
    used->bytes += sign * part * bytes_of(job);
}

// rows of jobs come as they end: by number, so that allocations find theirs
static gpusim_status index_jobs(const learner *all, uint64_t *place, gpusim_error *err)
{
    for (uint64_t i = 0; i < all->job_count; i++) {
        if (all->jobs[i].index >= all->job_count) {
            return gpusim_fail(err, GPUSIM_FORMAT, "the trace's jobs are not numbered in a row");
        }
        place[all->jobs[i].index] = i;
    }
    return GPUSIM_OK;
}

static gpusim_status look_at_starts(learner *all, gpusim_error *err)
{
    gpusim_status status;
    in_use *nodes = NULL;
    change *changes = NULL;
    uint64_t *place = NULL, count = 0;
    gpusim_time last = 0;
    GPUSIM_TRY(gs_allocate(&nodes, all->node_count + 1, sizeof *nodes, err));
    GPUSIM_TRY(gs_allocate(&changes, 2 * all->allocation_count + 1, sizeof *changes, err));
    GPUSIM_TRY(gs_allocate(&place, all->job_count + 1, sizeof *place, err));
    GPUSIM_TRY(gs_allocate(&all->starts, all->allocation_count + 1, sizeof *all->starts, err));
    GPUSIM_TRY(index_jobs(all, place, err));
    for (uint64_t i = 0; i < all->allocation_count; i++) {
        const gpusim_allocation_row *row = &all->allocations[i];
        if (row->job >= all->job_count || row->node >= all->node_count) {
            status = gpusim_fail(err, GPUSIM_FORMAT, "an allocation of the trace is of nobody");
            goto cleanup;
        }
        changes[count++] = (change){.time = row->start, .allocation = i, .begins = 1};
        changes[count++] = (change){.time = row->end, .allocation = i};
        last = row->end > last ? row->end : last;
    }
    GPUSIM_TRY(gs_sort(changes, count, sizeof *changes, by_time, err));
    for (uint64_t i = 0; i < count; i++) {
        const gpusim_allocation_row *row = &all->allocations[changes[i].allocation];
        const gpusim_job_row *job = &all->jobs[place[row->job]];
        if (changes[i].begins) {
            note_start(all, job, row, &nodes[row->node], last);
        }
        use(&nodes[row->node], job, row, changes[i].begins ? 1 : -1);
    }
cleanup:
    gs_release(&nodes);
    gs_release(&changes);
    gs_release(&place);
    return status;
}

// ---- weights and run times ----

static gpusim_status fit(const learner *all, gpusim_rts_learned *learned, gpusim_error *err)
{
    memcpy(learned->theta, default_theta, sizeof default_theta);
    memcpy(learned->tau_s, default_tau, sizeof default_tau);
    learned->jobs = all->start_count;
    for (uint32_t i = 0; i < all->start_count; i++) {
        learned->of_type[all->starts[i].type]++;
    }
    if (all->start_count < all->options.least || all->start_count == 0) {
        return GPUSIM_OK;
    }
    learned->fitted = 1;
    return gs_learn_fit(all->starts, all->start_count, learned->theta, learned->tau_s,
                        &learned->ridge, err);
}

// ---- writing ----

typedef struct out {
    gpusim_write_fn write;
    void *context;
    gpusim_status status;
} out;

static void put(out *to, const char *format, ...) GPUSIM_PRINTF(2, 3);

static void put(out *to, const char *format, ...)
{
    char text[400];
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    if (to->status == GPUSIM_OK && length > 0) {
        size_t size = (size_t)length < sizeof text ? (size_t)length : sizeof text - 1;
        to->status = to->write(to->context, text, size);
    }
}

/* Sums of a type on a node, or of all types there. */
typedef struct sums {
    double seconds, energy;
    uint32_t jobs, late, busy, reserved;
} sums;

static void add(sums *to, const gs_start *one, int late)
{
    to->seconds += one->seconds;
    to->energy += isnan(one->energy) ? 0 : one->energy;
    to->jobs++;
    to->late += (uint32_t)late;
    to->busy += one->busy;
}

static double clip(double value, double low, double high)
{
    return value < low ? low : value > high ? high : value;
}

static const char *node_name(const learner *all, uint64_t node)
{
    const char *name = gpusim_trace_name(all->trace, all->nodes[node].name);
    return name ? name : "";
}

static void put_affinity(const learner *all, const gpusim_rts_learned *learned, const sums *of,
                         out *to)
{
    put(to, "affinity:\n");
    for (uint32_t type = 0; type < GPUSIM_RTS_TYPES; type++) {
        if (learned->of_type[type] == 0) {
            continue;
        }
        put(to, "  %s:\n", type_names[type]);
        for (uint64_t n = 0; n < all->node_count; n++) {
            const sums *its = &of[n * (GPUSIM_RTS_TYPES + 1) + type];
            double value = 1;
            if (its->jobs >= 2 && its->seconds > 0) {
                double mean = its->seconds / its->jobs;
                double in_time = 1 - (double)its->late / its->jobs;
                value = clip(learned->tau_s[type] / mean + in_time, -5, 5);
            }
            put(to, "    \"%s\": %.9g\n", node_name(all, n), value);
        }
    }
}

static void put_penalty(const learner *all, const sums *of, out *to)
{
    double most = 0;
    for (uint64_t n = 0; n < all->node_count; n++) {
        most = fmax(most, of[n * (GPUSIM_RTS_TYPES + 1) + GPUSIM_RTS_TYPES].energy);
    }
    put(to, "penalty:\n");
    for (uint64_t n = 0; n < all->node_count; n++) {
        const sums *its = &of[n * (GPUSIM_RTS_TYPES + 1) + GPUSIM_RTS_TYPES];
        double value = 0;
        if (its->jobs > 0) {
            value = (double)its->late / its->jobs + (double)its->busy / its->jobs +
                    (most > 0 ? its->energy / most : 0);
        }
        put(to, "  \"%s\": %.9g\n", node_name(all, n), clip(value, 0, 5));
    }
}

static gpusim_status write_file(const learner *all, const gpusim_rts_learned *learned, out *to,
                                gpusim_error *err)
{
    sums *of = NULL; // [node][type], and all types together behind them
    gpusim_status status =
        gs_allocate(&of, all->node_count * (GPUSIM_RTS_TYPES + 1) + 1, sizeof *of, err);
    if (status != GPUSIM_OK) {
        return status;
    }
    for (uint32_t i = 0; i < all->start_count; i++) {
        const gs_start *one = &all->starts[i];
        int late = one->waited + one->seconds > all->options.k * learned->tau_s[one->type];
        sums *there = &of[(uint64_t)one->node * (GPUSIM_RTS_TYPES + 1)];
        add(&there[one->type], one, late);
        add(&there[GPUSIM_RTS_TYPES], one, late);
    }
    put(to, "# Parameters of the scheduler rts, learned from %u jobs%s%s.\n", learned->jobs,
        learned->fitted ? "" : ": too few for weights, which are the defaults",
        learned->ridge ? "; the fit was singular and is regularised" : "");
    put(to, "theta: {cpu: %.9g, memory: %.9g, gpu: %.9g, load: %.9g}\n", learned->theta[0],
        learned->theta[1], learned->theta[2], learned->theta[3]);
    put(to, "tau:\n");
    for (int type = 0; type < GPUSIM_RTS_TYPES; type++) {
        put(to, "  %s: %.9g s\n", type_names[type], learned->tau_s[type]);
    }
    put_affinity(all, learned, of, to);
    put_penalty(all, of, to);
    gs_release(&of);
    return to->status;
}

gpusim_status gpusim_learn_rts(gpusim_trace *trace, const gpusim_rts_options *options,
                               gpusim_rts_learned *learned, gpusim_write_fn write, void *context,
                               gpusim_error *err)
{
    gpusim_status status;
    learner all = {.trace = trace};
    gpusim_rts_learned result = {.size = sizeof result};
    out to = {.write = write, .context = context};
    gpusim_rts_options_default(&all.options);
    if (options) {
        memcpy(&all.options, options,
               options->size < sizeof all.options ? options->size : sizeof all.options);
    }
    GPUSIM_TRY(gs_whole_table(trace, GPUSIM_TABLE_JOBS, &all.jobs, &all.job_count, err));
    GPUSIM_TRY(gs_whole_table(trace, GPUSIM_TABLE_ALLOCATIONS, &all.allocations,
                              &all.allocation_count, err));
    GPUSIM_TRY(gs_whole_table(trace, GPUSIM_TABLE_NODES, &all.nodes, &all.node_count, err));
    GPUSIM_TRY(look_at_starts(&all, err));
    GPUSIM_TRY(fit(&all, &result, err));
    GPUSIM_TRY(write_file(&all, &result, &to, err));
    if (learned) {
        uint32_t size = learned->size < result.size ? learned->size : result.size;
        memcpy(learned, &result, size);
        learned->size = size;
    }
cleanup:
    gs_release(&all.jobs);
    gs_release(&all.allocations);
    gs_release(&all.nodes);
    gs_release(&all.starts);
    return status;
}
