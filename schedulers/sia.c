/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The scheduler `sia`: jobs get numbers of GPUs of one model each, by goodput (Jayaram Subramanya
 * et al., Sia, SOSP'23, section 3), as far as the model of jobs here goes: goodput is throughput.
 * Each round it chooses for each job j at most one configuration c = (type, number):
 *
 *   minimise   sum_j [ sum_c A_jc N_jc^p + lambda (1 - sum_c A_jc) ] + penalty of changes,  p < 0
 *   N_jc     = least_j G_jc r_jc / min_c G_jc,  G_jc = rate of j on the type x S_j(number)
 *   r_jc     = 1 where j has c already, or waits, else (age - restarts x delay) / (age + delay)
 *
 * with the GPUs of each type (a node group) as limits; for p > 0 it maximises, and lambda is taken
 * off. Jobs that wait and are alike share a row of the program, which schedulers/choice_ip.c
 * solves. */
#include <math.h>

#include <gpusim/order.h>
#include <gpusim/placement.h>
#include <gpusim/random.h>

#include "schedulers/choice_ip.h"
#include "schedulers/resizing.h"
#include "schedulers/share_lp.h"

enum { TYPES = 16, SORTS = 512 };
enum { EACH_NODE = 8 };                           /* whole nodes beyond which they double */
enum { NUMBERS = GS_CHOICE_OPTIONS / TYPES - 1 }; /* most of a type, and the one it has */

static const double GAP = 1e-3; /* to which the program is solved */

typedef struct parameters {
    gpusim_time round, delay;
    double p, lambda, change;
} parameters;

static const gpusim_field fields[] = {
    {.name = "round",
     .type = GPUSIM_TIME,
     .unit = GPUSIM_UNIT_SECOND,
     .offset = offsetof(parameters, round),
     .fallback = "60 s",
     .minimum = 1,
     .maximum = 1e9,
     .doc = "It decides at multiples of this time alone."},
    {.name = "delay",
     .type = GPUSIM_TIME,
     .unit = GPUSIM_UNIT_SECOND,
     .offset = offsetof(parameters, delay),
     .fallback = "30 s",
     .maximum = 1e9,
     .doc = "What it takes a change of GPUs to cost a job, in the choice of whether to."},
    {.name = "p",
     .type = GPUSIM_FLOAT64,
     .offset = offsetof(parameters, p),
     .fallback = "-0.5",
     .minimum = -10,
     .maximum = 1,
     .doc = "Power of goodputs that are added up: the smaller, the fairer; not 0."},
    {.name = "lambda",
     .type = GPUSIM_FLOAT64,
     .offset = offsetof(parameters, lambda),
     .fallback = "1.1",
     .minimum = 0,
     .maximum = 1e6,
     .doc = "What it costs to leave a job without GPUs."},
    {.name = "change",
     .type = GPUSIM_FLOAT64,
     .offset = offsetof(parameters, change),
     .fallback = "0.01",
     .minimum = 0,
     .maximum = 1e6,
     .doc = "What each configuration that a job leaves or takes up costs on top."},
};

const gpusim_record gs_parameters_sia = {
    "sia", GPUSIM_FIELDS(fields), sizeof(parameters),
    "Numbers and models of GPUs by goodput, chosen by an integer program in rounds. Needs GLPK."};

/* What waiting jobs of a sort have in common. */
typedef struct sort_key {
    double serial;
    uint32_t shape, kind;
} sort_key;

/* Of the module. */
typedef struct ledger {
    sort_key keys[SORTS];
    uint32_t row[SORTS], last[SORTS]; /* of each sort: where it is, and its last job */
    uint32_t buckets[2 * SORTS];      /* sort + 1; 0: none */
    double capacity[TYPES];
    uint32_t group[TYPES]; /* of each type */
    uint32_t types, rows, sorts, reserved;
} ledger;

/* Of each job; `row` is entry i of the list of rows for record i: the slot of its first job. */
typedef struct place {
    uint32_t row;
    uint32_t next, alike; /* next of its sort, slot + 1; of the first, how many they are */
    uint32_t given;       /* of the first: how many of them have their GPUs */
    uint32_t gpus, type;  /* what it is to have; 0 GPUs: none */
} place;

static place *place_of(const gpusim_context *context, uint32_t slot)
{
    return gpusim_job_state_of(context, slot);
}

static const parameters *given(const gpusim_context *context)
{
    return context->parameters;
}

static const gpusim_job_info *job_at(const gpusim_context *context, uint32_t slot)
{
    return &context->view->jobs[slot];
}

static int is_whole(const gpusim_job_info *job)
{
    return job->gpus > 0 && job->milli == 1000;
}

// ---- what there is ----

// the type that a running job is on; TYPES: it is left alone, on nodes of several or not all up
static uint32_t type_of(const gpusim_context *context, const ledger *all,
                        const gpusim_job_info *job)
{
    const gpusim_view *view = context->view;
    uint32_t count = 0, type = 0;
    const gpusim_part *parts = gpusim_view_parts(view, job, &count);
    uint32_t group = view->nodes[parts[0].node].group;
    for (uint32_t i = 0; i < count; i++) {
        const gpusim_node_info *node = &view->nodes[parts[i].node];
        if (node->group != group || node->state != GPUSIM_NODE_UP) {
            return TYPES;
        }
    }
    while (type < all->types && all->group[type] != group) {
        type++;
    }
    return is_whole(job) && type < all->types ? type : TYPES;
}

static void find_types(const gpusim_context *context, ledger *all)
{
    const gpusim_view *view = context->view;
    all->types = 0;
    for (uint32_t g = 0; g < view->group_count; g++) {
        const gpusim_group_info *group = &view->groups[g];
        if (group->gpus == 0 || all->types == TYPES) {
            continue;
        }
        all->group[all->types] = g;
        all->capacity[all->types] = 0;
        for (uint32_t n = group->first_node; n < group->first_node + group->nodes; n++) {
            const gpusim_node_info *node = &view->nodes[n];
            all->capacity[all->types] += node->state == GPUSIM_NODE_UP ? node->free_gpus : 0;
        }
        all->types++;
    }
}

// ---- rows ----

static void add_row(const gpusim_context *context, ledger *all, uint32_t slot)
{
    place_of(context, all->rows++)->row = slot;
    place_of(context, slot)->alike = 1;
}

static uint32_t hash_of(const sort_key *key)
{
    uint64_t bits;
    memcpy(&bits, &key->serial, sizeof bits);
    bits = (bits ^ key->shape) * UINT64_C(0x9e3779b97f4a7c15);
    bits = (bits ^ bits >> 29 ^ key->kind) * UINT64_C(0x9e3779b97f4a7c15);
    return (uint32_t)(bits >> 32);
}

// jobs that wait and are alike are of one row; those beyond SORTS sorts wait for another round
static void add_waiting(const gpusim_context *context, ledger *all, uint32_t slot)
{
    const gpusim_job_info *job = job_at(context, slot);
    sort_key key = {.serial = job->serial, .shape = job->shape, .kind = job->kind};
    for (uint32_t at = hash_of(&key);; at++) {
        uint32_t *bucket = &all->buckets[at % (2 * SORTS)];
        if (*bucket == 0 && all->sorts == SORTS) {
            return;
        }
        if (*bucket == 0) {
            all->keys[all->sorts] = key;
            all->row[all->sorts] = all->last[all->sorts] = slot;
            *bucket = ++all->sorts;
            add_row(context, all, slot);
            return;
        }
        uint32_t sort = *bucket - 1;
        if (memcmp(&all->keys[sort], &key, sizeof key) == 0) {
            place_of(context, all->row[sort])->alike++;
            place_of(context, all->last[sort])->next = slot + 1;
            all->last[sort] = slot;
            return;
        }
    }
}

static void make_rows(const gpusim_context *context, ledger *all, const uint32_t *queue,
                      uint32_t queued)
{
    const gpusim_view *view = context->view;
    all->rows = all->sorts = 0;
    memset(all->buckets, 0, sizeof all->buckets);
    for (uint32_t i = 0; i < view->running_count; i++) {
        uint32_t slot = view->running[i], type = type_of(context, all, job_at(context, slot));
        place *it = place_of(context, slot);
        it->next = it->given = it->gpus = 0;
        it->type = type;
        if (type < TYPES) {
            all->capacity[type] += job_at(context, slot)->gpus;
            add_row(context, all, slot);
        }
    }
    for (uint32_t i = 0; i < queued; i++) {
        place *it = place_of(context, queue[i]);
        it->next = it->given = it->gpus = 0;
        it->type = TYPES;
        if (is_whole(job_at(context, queue[i]))) {
            add_waiting(context, all, queue[i]);
        }
    }
}

// ---- what a job may have ----

// numbers of GPUs: the least, then powers of 2 on one node, then whole nodes
static uint32_t next_number(uint32_t gpus, uint32_t node)
{
    if (gpus >= node) {
        uint32_t nodes = gpus / node;
        return node * (nodes < EACH_NODE ? nodes + 1 : 2 * nodes);
    }
    uint32_t power = 1;
    while (power <= gpus) {
        power *= 2;
    }
    return power < node ? power : node;
}

static uint32_t list_of_type(const gpusim_context *context, const ledger *all,
                             const gpusim_job_info *job, uint32_t type, gs_option *options)
{
    const gpusim_view *view = context->view;
    uint32_t count = 0, group = all->group[type], node = view->groups[group].gpus;
    if (!gpusim_view_may_use(view, job, group)) {
        return 0;
    }
    double rate = 1 / gpusim_view_run_time(view, job, group);
    int stays = job->state == GPUSIM_JOB_RUNNING && type_of(context, all, job) == type;
    for (uint32_t gpus = job->least_gpus;
         gpus <= job->most_gpus && gpus <= all->capacity[type] && count < NUMBERS;
         gpus = next_number(gpus, node)) {
        options[count++] =
            (gs_option){.value = rate * gpusim_job_speed(job, gpus), .type = type, .gpus = gpus};
        stays = stays && gpus != job->gpus;
    }
    if (stays) { // on a number that is not of these
        options[count++] = (gs_option){
            .value = rate * gpusim_job_speed(job, job->gpus), .type = type, .gpus = job->gpus};
    }
    return count;
}

// what changing its GPUs leaves of what a running job gains
static double kept(const gpusim_context *context, const gpusim_job_info *job)
{
    double age = gpusim_seconds(context->view->now - job->submit);
    double delay = gpusim_seconds(given(context)->delay);
    double restarts = (double)job->attempts - 1 + job->resizes;
    return age + delay > 0 ? fmax(0, age - restarts * delay) / (age + delay) : 0;
}

static double value_of(const gpusim_context *context, double goodput)
{
    const parameters *by = given(context);
    double power = gpusim_pow(goodput, by->p);
    return by->lambda + (by->p < 0 ? -power : power);
}

// options in order of type and number, with what they are worth
static uint32_t options_of(void *self, uint32_t row, gs_option *options, uint32_t *jobs)
{
    const gpusim_context *context = self;
    const ledger *all = context->state;
    uint32_t slot = place_of(context, row)->row, count = 0, good = 0;
    const gpusim_job_info *job = job_at(context, slot);
    const double change = given(context)->change;
    int runs = job->state == GPUSIM_JOB_RUNNING;
    for (uint32_t type = 0; type < all->types; type++) {
        count += list_of_type(context, all, job, type, options + count);
    }
    double least = INFINITY, factor = runs ? kept(context, job) : 1;
    for (uint32_t i = 0; i < count; i++) {
        least = fmin(least, options[i].value);
    }
    uint32_t type = runs ? type_of(context, all, job) : TYPES;
    for (uint32_t i = 0; i < count; i++) {
        gs_option *option = &options[i];
        option->held = option->type == type && option->gpus == job->gpus;
        double goodput = job->least_gpus * option->value / least * (option->held ? 1 : factor);
        option->value = goodput > 0 ? value_of(context, goodput) + (option->held ? change : -change)
                                    : -INFINITY;
        if (option->value > 0) {
            options[good++] = *option;
        }
    }
    *jobs = place_of(context, slot)->alike;
    return good;
}

// the next so many of a row, in order of submission
static void chosen(void *self, uint32_t row, const gs_option *option, uint32_t jobs)
{
    const gpusim_context *context = self;
    uint32_t first = place_of(context, row)->row, slot = first;
    place *leader = place_of(context, first);
    for (uint32_t i = 0; i < leader->given; i++) {
        slot = place_of(context, slot)->next - 1;
    }
    for (uint32_t i = 0; i < jobs; i++) {
        place_of(context, slot)->gpus = option->gpus;
        place_of(context, slot)->type = option->type;
        slot = place_of(context, slot)->next - 1;
    }
    leader->given += jobs;
}

// ---- making it so ----

static uint32_t tightest(const gpusim_context *context, const gpusim_search *search)
{
    (void)context;
    return gpusim_search_tightest(search);
}

// whoever has no GPUs now, or goes to those of another type, leaves
static void stop_others(const gpusim_context *context, const ledger *all,
                        gpusim_decisions *decisions)
{
    for (uint32_t r = 0; r < all->rows; r++) {
        uint32_t slot = place_of(context, r)->row;
        const gpusim_job_info *job = job_at(context, slot);
        const place *it = place_of(context, slot);
        if (job->state == GPUSIM_JOB_RUNNING &&
            (it->gpus == 0 || it->type != type_of(context, all, job))) {
            gpusim_decide_preempt(decisions, job->id, it->gpus ? "faster" : "turn");
        }
    }
}

static void resize(const gpusim_context *context, const ledger *all, gpusim_decisions *decisions,
                   int grow)
{
    for (uint32_t r = 0; r < all->rows; r++) {
        uint32_t slot = place_of(context, r)->row;
        const gpusim_job_info *job = job_at(context, slot);
        uint32_t gpus = place_of(context, slot)->gpus;
        if (job->state != GPUSIM_JOB_RUNNING || gpus == 0) {
            continue;
        }
        context->placement->score = gpus;
        if (!grow && gpus < job->gpus) {
            gs_keep_some(context, job, gpus);
            gpusim_decide_resize(decisions, job->id, context->placement, "shrink");
        } else if (grow && gpus > job->gpus) {
            gpusim_job_info wish = *job;
            wish.group = all->group[place_of(context, slot)->type];
            if (gs_keep_and_add(context, &wish, gpus) == gpus) {
                gpusim_decide_resize(decisions, job->id, context->placement, "grow");
            }
        }
    }
}

static int start(const gpusim_context *context, const gpusim_job_info *wish, const char *reason,
                 gpusim_decisions *decisions)
{
    context->placement->score = wish->gpus;
    return (gpusim_place_job(context, wish, context->placement, tightest, 0) ||
            gpusim_place_job(context, wish, context->placement, tightest, 1)) &&
           gpusim_decide_start(decisions, wish->id, context->placement, reason) == GPUSIM_ACCEPTED;
}

// on what it is to have, or on half of it where that finds no place
static void start_one(const gpusim_context *context, const ledger *all, uint32_t slot,
                      gpusim_decisions *decisions)
{
    const place *it = place_of(context, slot);
    gpusim_job_info wish = *job_at(context, slot);
    if (wish.state != GPUSIM_JOB_QUEUED || it->gpus == 0) {
        return;
    }
    wish.group = all->group[it->type];
    wish.gpus = it->gpus;
    while (!start(context, &wish, "goodput", decisions) && wish.gpus > wish.least_gpus) {
        wish.gpus = wish.gpus / 2 > wish.least_gpus ? wish.gpus / 2 : wish.least_gpus;
    }
}

static void start_chosen(const gpusim_context *context, const ledger *all,
                         gpusim_decisions *decisions)
{
    for (uint32_t r = 0; r < all->rows; r++) {
        uint32_t first = place_of(context, r)->row;
        for (uint32_t next = first + 1; next > 0; next = place_of(context, next - 1)->next) {
            start_one(context, all, next - 1, decisions);
        }
    }
}

// what is free all the same goes to who waits: parts of GPUs, gangs over several types, none
static void start_others(const gpusim_context *context, const uint32_t *queue, uint32_t queued,
                         gpusim_decisions *decisions)
{
    gpusim_tried tried = {0};
    for (uint32_t i = 0; i < queued; i++) {
        gpusim_job_info wish = *job_at(context, queue[i]);
        if (wish.state != GPUSIM_JOB_QUEUED || gpusim_was_tried(&tried, wish.shape)) {
            continue;
        }
        wish.gpus = is_whole(&wish) ? wish.least_gpus : wish.gpus;
        if (!start(context, &wish, "room", decisions)) {
            gpusim_note_tried(&tried, wish.shape);
        }
    }
}

static gpusim_status pass(const gpusim_context *context, const uint32_t *queue, uint32_t queued,
                          gpusim_decisions *decisions, gpusim_error *err)
{
    const gpusim_view *view = context->view;
    ledger *all = context->state;
    gpusim_time round = given(context)->round;
    if (view->running_count + queued == 0 ||
        !gpusim_is_due(context, round, view->running_count + queued, decisions)) {
        return GPUSIM_OK;
    }
    find_types(context, all);
    make_rows(context, all, queue, queued);
    gs_choice choice = {.self = (void *)(uintptr_t)context,
                        .rows = all->rows,
                        .types = all->types,
                        .capacity = all->capacity,
                        .gap = GAP,
                        .options = options_of,
                        .chosen = chosen};
    gs_choice_result result;
    gpusim_status status = gs_choice_solve(&choice, &result, err);
    if (status != GPUSIM_OK) {
        return status;
    }
    stop_others(context, all, decisions);
    resize(context, all, decisions, 0);
    start_chosen(context, all, decisions);
    resize(context, all, decisions, 1);
    start_others(context, queue, queued, decisions);
    gpusim_decide_wait(decisions, gpusim_time_add(view->now, round));
    return GPUSIM_OK;
}

static gpusim_status check(const gpusim_view *view, const void *record, gpusim_error *err)
{
    uint32_t types = 0;
    for (uint32_t g = 0; g < view->group_count; g++) {
        types += view->groups[g].gpus > 0;
    }
    gpusim_status status = GPUSIM_OK;
    if (!gs_share_solver()) {
        status = gpusim_fail(err, GPUSIM_SCENARIO,
                             "gpusim was built without GLPK, which chooses the GPUs");
        gpusim_error_hint(err, "install libglpk-dev and build anew");
    } else if (((const parameters *)record)->p == 0) {
        status = gpusim_fail(err, GPUSIM_SCENARIO, "p is 0: all goodputs would be worth the same");
        snprintf(err->key, sizeof err->key, "p");
    } else if (types > TYPES) {
        status = gpusim_fail(err, GPUSIM_SCENARIO,
                             "%u node groups have GPUs; sia chooses of %d at most", types, TYPES);
    }
    return status;
}

static const char *const reasons[] = {"goodput", "shrink", "grow", "turn", "faster", "room", NULL};
static const gpusim_scheduler operations = {.pass = pass, .check = check};

const gpusim_module gs_module_sia = {
    .magic = GPUSIM_MODULE_MAGIC,
    .size = sizeof(gpusim_module),
    .abi_major = GPUSIM_MODULE_ABI_MAJOR,
    .abi_minor = GPUSIM_MODULE_ABI_MINOR,
    .kind = GPUSIM_MODULE_SCHEDULER,
    .name = "sia",
    .version = "1.0.0",
    .doc = "Elastic and other jobs get numbers of GPUs of one model each, by goodput, chosen by an "
           "integer program in rounds.",
    .parameters = &gs_parameters_sia,
    .operations = &operations,
    .state_bytes = sizeof(ledger),
    .job_bytes = sizeof(place),
    .reasons = reasons,
};
