/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The schedulers `gavel-max-min` and `gavel-makespan`: shares of GPUs of several models by linear
 * programs, realised in rounds (Narayanan et al., Gavel, OSDI'20, sections 4 and 5).
 *
 *   max-min:   max min_m  throughput(m, X) / throughput(m, X_equal) x gpus_m
 *   makespan:  max min_m  throughput(m, X) / work left of m
 *
 * throughput(m, X) = sum_j T_mj X_mj with X_mj the share of time that job m has on GPUs of type j
 * (a node group), X_equal that of GPUs of each type in all. Each round, pairs (job, type) get GPUs
 * by X_mj / rounds received there, the largest first; then whoever is left, while there is room. */
#include <gpusim/order.h>
#include <gpusim/placement.h>

#include "schedulers/share_lp.h"

#define NO_TYPE UINT32_MAX

typedef struct parameters {
    gpusim_time round;
    double memory;
    uint8_t aware, reserved[7];
} parameters;

#define FIELDS                                                                                     \
    {.name = "round",                                                                              \
     .type = GPUSIM_TIME,                                                                          \
     .unit = GPUSIM_UNIT_SECOND,                                                                   \
     .offset = offsetof(parameters, round),                                                        \
     .fallback = "6 min",                                                                          \
     .minimum = 1,                                                                                 \
     .maximum = 1e9,                                                                               \
     .doc = "It decides at multiples of this time alone."},                                        \
        {.name = "memory",                                                                         \
         .type = GPUSIM_FLOAT64,                                                                   \
         .offset = offsetof(parameters, memory),                                                   \
         .fallback = "20",                                                                         \
         .minimum = 1,                                                                             \
         .maximum = 1e6,                                                                           \
         .doc = "Rounds after which one that was received counts 1/e."},                           \
    {                                                                                              \
        .name = "aware", .type = GPUSIM_BOOL, .offset = offsetof(parameters, aware),               \
        .fallback = "true",                                                                        \
        .doc = "Whether it knows how fast jobs are on which GPUs; false: all GPUs are alike to "   \
               "it, as to policies that it is compared with."                                      \
    }

static const gpusim_field fields[] = {FIELDS};

const gpusim_record gs_parameters_gavel_max_min = {
    "gavel-max-min", GPUSIM_FIELDS(fields), sizeof(parameters),
    "Max-min fair shares of GPUs of several models, in rounds. Needs GLPK."};
const gpusim_record gs_parameters_gavel_makespan = {
    "gavel-makespan", GPUSIM_FIELDS(fields), sizeof(parameters),
    "Shares of GPUs of several models by which all jobs end soonest, in rounds. Needs GLPK."};

/* What jobs of a sort have in common. */
typedef struct sort_key {
    uint64_t gpu_models, length;
    uint32_t kind, gpus, milli, group, cluster, selector;
} sort_key;

/* Of the module. */
typedef struct ledger {
    sort_key keys[GS_SHARE_SORTS];
    gs_share_sort sorts[GS_SHARE_SORTS];
    uint32_t buckets[2 * GS_SHARE_SORTS]; /* sort + 1; 0: none */
    uint32_t group[GS_SHARE_TYPES];       /* of each type; GPUSIM_NONE: all */
    double capacity[GS_SHARE_TYPES];
    double room[GS_SHARE_TYPES]; /* what is left of it in this round */
    uint32_t types, count;
    uint32_t entries, reserved; /* of the heap */
} ledger;

/* Of each job. Pairs of jobs and types stand in a heap that is spread over the records of all jobs:
 * entry i is number i % GS_SHARE_TYPES of record i / GS_SHARE_TYPES. */
typedef struct place {
    double received[GS_SHARE_TYPES];
    uint32_t heap[GS_SHARE_TYPES]; /* slot x GS_SHARE_TYPES + type */
    uint32_t sort;                 /* NO_TYPE: it can run nowhere, or wants no GPU */
    uint32_t chosen, on;           /* type + 1; 0: none */
    uint32_t reserved;
} place;

static place *place_of(const gpusim_context *context, uint32_t slot)
{
    return gpusim_job_state_of(context, slot);
}

static const parameters *given(const gpusim_context *context)
{
    return context->parameters;
}

static int is_alive(const gpusim_job_info *job)
{
    return job->id.generation != 0;
}

// ---- what there is ----

static void find_types(const gpusim_context *context, ledger *all)
{
    const gpusim_view *view = context->view;
    int aware = given(context)->aware;
    all->types = 0;
    memset(all->capacity, 0, sizeof all->capacity);
    for (uint32_t g = 0; g < view->group_count; g++) {
        const gpusim_group_info *group = &view->groups[g];
        if (group->gpus == 0 || (aware && all->types == GS_SHARE_TYPES)) {
            continue;
        }
        uint32_t type = aware ? all->types : 0;
        all->group[type] = aware ? g : GPUSIM_NONE;
        all->types = type + 1;
        for (uint32_t n = group->first_node; n < group->first_node + group->nodes; n++) {
            all->capacity[type] += view->nodes[n].state == GPUSIM_NODE_UP ? group->gpus : 0;
        }
    }
    memcpy(all->room, all->capacity, sizeof all->room);
}

static double gpus_of(const gpusim_job_info *job)
{
    return job->gpus * (double)job->milli / 1000;
}

static double rate_on(const gpusim_context *context, const ledger *all, const gpusim_job_info *job,
                      uint32_t type)
{
    const gpusim_view *view = context->view;
    if (gpus_of(job) > all->capacity[type]) {
        return 0;
    }
    if (all->group[type] == GPUSIM_NONE) {
        return 1;
    }
    return gpusim_view_may_use(view, job, all->group[type])
               ? 1 / gpusim_view_run_time(view, job, all->group[type])
               : 0;
}

// ---- sorts of jobs ----

static uint64_t mix(uint64_t hash, uint64_t value)
{
    hash = (hash ^ value) * UINT64_C(0x9e3779b97f4a7c15);
    return hash ^ hash >> 29;
}

// the sort of a job, a new one if need be; NO_TYPE: there are too many
static uint32_t find_sort(ledger *all, const sort_key *key)
{
    uint64_t hash = mix(mix(mix(0, key->gpu_models), key->length), key->kind);
    hash = mix(mix(mix(hash, key->gpus), key->milli), key->group);
    hash = mix(mix(hash, key->cluster), key->selector);
    for (uint32_t at = (uint32_t)hash;; at++) {
        uint32_t *bucket = &all->buckets[at % (2 * GS_SHARE_SORTS)];
        if (*bucket == 0 && all->count == GS_SHARE_SORTS) {
            return NO_TYPE;
        }
        if (*bucket == 0) {
            all->keys[all->count] = *key;
            all->sorts[all->count] = (gs_share_sort){.jobs = 0};
            *bucket = ++all->count;
        }
        if (memcmp(&all->keys[*bucket - 1], key, sizeof *key) == 0) {
            return *bucket - 1;
        }
    }
}

// work left in seconds at rate 1
static double work_left(const gpusim_view *view, const gpusim_job_info *job)
{
    gpusim_time done = job->done;
    if (job->state == GPUSIM_JOB_RUNNING) {
        done += (gpusim_time)(job->rate * (double)(view->now - job->settled));
    }
    return job->estimate > done ? gpusim_seconds(job->estimate - done) : 1;
}

// GPUs of each type count by how many there are: what everybody would get of them
static double equal_rate(const ledger *all, const gs_share_sort *sort)
{
    double rate = 0, gpus = 0;
    for (uint32_t j = 0; j < all->types; j++) {
        rate += sort->rate[j] * all->capacity[j];
        gpus += all->capacity[j];
    }
    return rate / gpus;
}

static int add_job(const gpusim_context *context, ledger *all, uint32_t slot, uint32_t shift,
                   int by_work)
{
    const gpusim_job_info *job = &context->view->jobs[slot];
    place *it = place_of(context, slot);
    double rates[GS_SHARE_TYPES], best = 0;
    it->sort = NO_TYPE;
    for (uint32_t j = 0; j < all->types; j++) {
        rates[j] = job->gpus > 0 ? rate_on(context, all, job, j) : 0;
        best = rates[j] > best ? rates[j] : best;
    }
    if (best == 0) {
        return 1;
    }
    double work = by_work ? work_left(context->view, job) : 0;
    sort_key key = {.gpu_models = job->gpu_models,
                    .length = gpusim_class_of_length((gpusim_time)(work * 1e9)) >> shift,
                    .kind = job->kind,
                    .gpus = job->gpus,
                    .milli = job->milli,
                    .group = job->group,
                    .cluster = job->cluster,
                    .selector = job->selector};
    it->sort = find_sort(all, &key);
    if (it->sort == NO_TYPE) {
        return 0;
    }
    gs_share_sort *sort = &all->sorts[it->sort];
    memcpy(sort->rate, rates, all->types * sizeof rates[0]);
    sort->gpus = gpus_of(job);
    sort->jobs++;
    sort->target += by_work ? work : equal_rate(all, sort) / sort->gpus;
    return 1;
}

// Jobs of one sort share alike; work left is of one sort within 1/32, and twice as much again as
// long as there are too many sorts.
static int sort_jobs(const gpusim_context *context, ledger *all, int by_work)
{
    for (uint32_t shift = 0; shift < 12; shift++) {
        int fits = 1;
        all->count = 0;
        memset(all->buckets, 0, sizeof all->buckets);
        for (uint32_t slot = 0; slot < context->view->job_capacity && fits; slot++) {
            if (is_alive(&context->view->jobs[slot])) {
                fits = add_job(context, all, slot, shift, by_work);
            }
        }
        if (fits) {
            break;
        }
        all->count = 0;
    }
    for (uint32_t c = 0; c < all->count; c++) {
        all->sorts[c].target /= all->sorts[c].jobs;
    }
    return all->count > 0;
}

// ---- who runs in this round ----

static uint32_t *entry(const gpusim_context *context, uint32_t i)
{
    return &place_of(context, i / GS_SHARE_TYPES)->heap[i % GS_SHARE_TYPES];
}

// the larger X / rounds received; without any the larger X; then the earlier job
static int precedes(const gpusim_context *context, const ledger *all, uint32_t a, uint32_t b)
{
    const place *of[] = {place_of(context, a / GS_SHARE_TYPES),
                         place_of(context, b / GS_SHARE_TYPES)};
    uint32_t type[] = {a % GS_SHARE_TYPES, b % GS_SHARE_TYPES};
    double share[2], received[2];
    for (int i = 0; i < 2; i++) {
        share[i] = all->sorts[of[i]->sort].share[type[i]];
        received[i] = of[i]->received[type[i]];
    }
    double left = share[0] * received[1], right = share[1] * received[0];
    if (left != right) {
        return left > right;
    }
    if (share[0] != share[1]) {
        return share[0] > share[1];
    }
    const gpusim_job_info *jobs = context->view->jobs;
    uint64_t order[] = {jobs[a / GS_SHARE_TYPES].order, jobs[b / GS_SHARE_TYPES].order};
    return order[0] != order[1] ? order[0] < order[1] : type[0] < type[1];
}

static void sift(const gpusim_context *context, const ledger *all, uint32_t at)
{
    uint32_t moved = *entry(context, at);
    for (uint32_t child; (child = 2 * at + 1) < all->entries; at = child) {
        if (child + 1 < all->entries &&
            precedes(context, all, *entry(context, child + 1), *entry(context, child))) {
            child++;
        }
        if (!precedes(context, all, *entry(context, child), moved)) {
            break;
        }
        *entry(context, at) = *entry(context, child);
    }
    *entry(context, at) = moved;
}

static void make_heap(const gpusim_context *context, ledger *all)
{
    all->entries = 0;
    for (uint32_t slot = 0; slot < context->view->job_capacity; slot++) {
        if (!is_alive(&context->view->jobs[slot])) {
            continue; // it may be a slot that no job of ours ever had, which has no record
        }
        place *it = place_of(context, slot);
        it->chosen = 0;
        if (it->sort == NO_TYPE) {
            continue;
        }
        for (uint32_t j = 0; j < all->types; j++) {
            it->received[j] *= 1 - 1 / given(context)->memory;
            if (all->sorts[it->sort].share[j] > 0) {
                *entry(context, all->entries++) = slot * GS_SHARE_TYPES + j;
            }
        }
    }
    for (uint32_t i = all->entries / 2; i-- > 0;) {
        sift(context, all, i);
    }
}

static int choose(const gpusim_context *context, ledger *all, uint32_t slot, uint32_t type)
{
    place *it = place_of(context, slot);
    double gpus = gpus_of(&context->view->jobs[slot]);
    if (it->chosen != 0 || gpus > all->room[type]) {
        return 0;
    }
    all->room[type] -= gpus;
    it->chosen = type + 1;
    return 1;
}

static double room_left(const ledger *all)
{
    double room = 0;
    for (uint32_t j = 0; j < all->types; j++) {
        room += all->room[j];
    }
    return room;
}

// what shares leave free: to who is there already, then to who waits, where it is fastest
static void choose_rest(const gpusim_context *context, ledger *all, const uint32_t *queue,
                        uint32_t queued)
{
    const gpusim_view *view = context->view;
    for (uint32_t i = 0; i < view->running_count; i++) {
        const place *it = place_of(context, view->running[i]);
        if (it->sort != NO_TYPE && it->on > 0) {
            choose(context, all, view->running[i], it->on - 1);
        }
    }
    for (uint32_t i = 0; i < queued && room_left(all) > 0; i++) {
        const place *it = place_of(context, queue[i]);
        double best = 0;
        uint32_t type = NO_TYPE;
        for (uint32_t j = 0; j < all->types && it->sort != NO_TYPE; j++) {
            const gs_share_sort *sort = &all->sorts[it->sort];
            if (sort->gpus <= all->room[j] && sort->rate[j] > best) {
                best = sort->rate[j];
                type = j;
            }
        }
        if (type != NO_TYPE) {
            choose(context, all, queue[i], type);
        }
    }
}

// ---- making it so ----

static uint32_t tightest(const gpusim_context *context, const gpusim_search *search)
{
    (void)context;
    return gpusim_search_tightest(search);
}

// whoever is not to run here leaves: from the last on, since the last one takes its place
static void stop_others(const gpusim_context *context, gpusim_decisions *decisions)
{
    const gpusim_view *view = context->view;
    for (uint32_t i = view->running_count; i-- > 0;) {
        const gpusim_job_info *job = &view->jobs[view->running[i]];
        place *it = place_of(context, view->running[i]);
        if (it->sort != NO_TYPE && it->chosen != it->on) {
            gpusim_decide_preempt(decisions, job->id, it->chosen ? "faster" : "turn");
            it->on = 0;
        }
    }
}

static void start_chosen(const gpusim_context *context, const ledger *all,
                         gpusim_decisions *decisions)
{
    const gpusim_view *view = context->view;
    for (uint32_t slot = 0; slot < view->job_capacity; slot++) {
        const gpusim_job_info *job = &view->jobs[slot];
        place *it = place_of(context, slot);
        if (!is_alive(job) || it->sort == NO_TYPE || it->chosen == 0) {
            continue;
        }
        uint32_t type = it->chosen - 1;
        if (job->state == GPUSIM_JOB_QUEUED) {
            gpusim_job_info wish = *job;
            wish.group = all->group[type] != GPUSIM_NONE ? all->group[type] : job->group;
            int fits = gpusim_place_job(context, &wish, context->placement, tightest, 0) ||
                       gpusim_place_job(context, &wish, context->placement, tightest, 1);
            context->placement->score = all->sorts[it->sort].share[type];
            int starts = fits && gpusim_decide_start(decisions, job->id, context->placement,
                                                     "share") == GPUSIM_ACCEPTED;
            it->on = starts ? it->chosen : 0;
        }
        it->received[type] += it->on == it->chosen;
    }
}

// who wants no GPU, or what no share knows of, starts where there is room
static void start_others(const gpusim_context *context, const uint32_t *queue, uint32_t queued,
                         gpusim_decisions *decisions)
{
    gpusim_tried tried = {0};
    for (uint32_t i = 0; i < queued; i++) {
        const gpusim_job_info *job = &context->view->jobs[queue[i]];
        if (place_of(context, queue[i])->sort != NO_TYPE || gpusim_was_tried(&tried, job->shape)) {
            continue;
        }
        if (!gpusim_place_job(context, job, context->placement, tightest, 0)) {
            gpusim_note_tried(&tried, job->shape);
            continue;
        }
        gpusim_decide_start(decisions, job->id, context->placement, "no share");
    }
}

static gpusim_status decide(const gpusim_context *context, const uint32_t *queue, uint32_t queued,
                            gpusim_decisions *decisions, int by_work, gpusim_error *err)
{
    const gpusim_view *view = context->view;
    ledger *all = context->state;
    gpusim_time round = given(context)->round;
    double least = 0;
    if (view->now % round != 0) {
        if (view->running_count + queued > 0) {
            gpusim_decide_wait(decisions, gpusim_time_add(view->now, round - view->now % round));
        }
        return GPUSIM_OK;
    }
    find_types(context, all);
    if (all->types > 0 && sort_jobs(context, all, by_work)) {
        gpusim_status status =
            gs_share_solve(all->sorts, all->count, all->capacity, all->types, &least, err);
        if (status != GPUSIM_OK) {
            return status;
        }
        make_heap(context, all);
        while (all->entries > 0 && room_left(all) > 0) {
            uint32_t pair = *entry(context, 0);
            choose(context, all, pair / GS_SHARE_TYPES, pair % GS_SHARE_TYPES);
            *entry(context, 0) = *entry(context, --all->entries);
            sift(context, all, 0);
        }
        choose_rest(context, all, queue, queued);
        stop_others(context, decisions);
        start_chosen(context, all, decisions);
    }
    start_others(context, queue, queued, decisions);
    if (view->running_count + queued > 0) {
        gpusim_decide_wait(decisions, gpusim_time_add(view->now, round));
    }
    return GPUSIM_OK;
}

static gpusim_status pass_max_min(const gpusim_context *context, const uint32_t *queue,
                                  uint32_t queued, gpusim_decisions *decisions, gpusim_error *err)
{
    return decide(context, queue, queued, decisions, 0, err);
}

static gpusim_status pass_makespan(const gpusim_context *context, const uint32_t *queue,
                                   uint32_t queued, gpusim_decisions *decisions, gpusim_error *err)
{
    return decide(context, queue, queued, decisions, 1, err);
}

static gpusim_status check(const gpusim_view *view, const void *record, gpusim_error *err)
{
    uint32_t types = 0;
    for (uint32_t g = 0; g < view->group_count; g++) {
        types += view->groups[g].gpus > 0;
    }
    if (!gs_share_solver()) {
        gpusim_fail(err, GPUSIM_SCENARIO, "gpusim was built without GLPK, which finds the shares");
        gpusim_error_hint(err, "install libglpk-dev and build anew");
        return GPUSIM_SCENARIO;
    }
    if (((const parameters *)record)->aware && types > GS_SHARE_TYPES) {
        gpusim_fail(err, GPUSIM_SCENARIO, "%u node groups have GPUs; shares are of %d at most",
                    types, GS_SHARE_TYPES);
        return GPUSIM_SCENARIO;
    }
    return GPUSIM_OK;
}

static const char *const reasons[] = {"share", "turn", "faster", "no share", NULL};
static const gpusim_scheduler max_min_operations = {.pass = pass_max_min, .check = check};
static const gpusim_scheduler makespan_operations = {.pass = pass_makespan, .check = check};

#define MODULE(name_, doc_, parameters_, operations_, flags_)                                      \
    {                                                                                              \
        .magic = GPUSIM_MODULE_MAGIC, .size = sizeof(gpusim_module),                               \
        .abi_major = GPUSIM_MODULE_ABI_MAJOR, .abi_minor = GPUSIM_MODULE_ABI_MINOR,                \
        .kind = GPUSIM_MODULE_SCHEDULER, .name = (name_), .version = "1.0.0", .doc = (doc_),       \
        .parameters = (parameters_), .operations = (operations_), .state_bytes = sizeof(ledger),   \
        .job_bytes = sizeof(place), .flags = (flags_), .reasons = reasons                          \
    }

const gpusim_module gs_module_gavel_max_min =
    MODULE("gavel-max-min",
           "Heterogeneity-aware max-min fairness: shares of GPU models by a linear program, in "
           "rounds.",
           &gs_parameters_gavel_max_min, &max_min_operations, 0);
const gpusim_module gs_module_gavel_makespan =
    MODULE("gavel-makespan",
           "Heterogeneity-aware makespan: shares of GPU models by which the work left of all ends "
           "soonest, by a linear program, in rounds.",
           &gs_parameters_gavel_makespan, &makespan_operations, GPUSIM_MODULE_READS_ESTIMATES);
