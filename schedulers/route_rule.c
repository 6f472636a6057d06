/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The scheduler `route-rule`: the rule by which AI Workload Orchestrator labels its tasks
 * (reference S4-09). A job is sent to one of the node classes edge, cloud and gpu when it is first
 * looked at, by its priority p, its wish to be near l and to be cheap c (1 to 10) and the loads e,
 * c, g of the classes in percent:
 *
 *   it needs a GPU:      gpu, unless g > 90 and p < 4: then cloud
 *   l >= 8:              edge if e < 80, else cloud if c < 70, else gpu
 *   c >= 8 and p <= 4:   cloud if c < 85, else edge
 *   p >= 7 and l >= 6:   edge if e < 75, else cloud
 *   p >= 6 and l < 5:    cloud if c < 70, else gpu if g < 60, else edge
 *   otherwise:           the least loaded class, the first of equals
 *
 * Within its class it takes the least loaded node with room, in order of submission, and waits for
 * one. A class without a node that could ever hold it is passed over for the least loaded one that
 * has such a node. Loads are shares of GPUs (of cores, where nodes have none) that jobs hold. */
#include <math.h>

#include <gpusim/placement.h>

typedef struct parameters {
    gpusim_time period;
    double gpu_full, edge_near, cloud_near, cloud_cheap, edge_urgent, cloud_important;
    double gpu_important;
    int32_t low, near, cheap, modest, urgent, urgent_near, important, important_far;
} parameters;

#define AT(member) (uint32_t) offsetof(parameters, member)
#define LOAD(its_name, default_, its_doc)                                                          \
    {                                                                                              \
        .name = #its_name, .type = GPUSIM_FLOAT64, .unit = GPUSIM_UNIT_RATIO,                      \
        .offset = AT(its_name), .fallback = (default_), .minimum = 0, .maximum = 10,               \
        .doc = (its_doc)                                                                           \
    }
#define WISH(its_name, default_, its_doc)                                                          \
    {                                                                                              \
        .name = #its_name, .type = GPUSIM_INT32, .offset = AT(its_name), .fallback = (default_),   \
        .minimum = -1e6, .maximum = 1e6, .doc = (its_doc)                                          \
    }

static const gpusim_field fields[] = {
    GPUSIM_PERIOD_FIELD(parameters, period, "0 s"),
    LOAD(gpu_full, "0.9", "Above this load of gpu a job that needs a GPU may go to cloud, ..."),
    WISH(low, "4", "... if its priority is below this."),
    WISH(near, "8", "From this wish to be near on a job goes to edge ..."),
    LOAD(edge_near, "0.8", "... below this load of edge, ..."),
    LOAD(cloud_near, "0.7", "... else to cloud below this load of it, else to gpu."),
    WISH(cheap, "8", "From this wish to be cheap on a job ..."),
    WISH(modest, "4", "... of at most this priority goes to cloud ..."),
    LOAD(cloud_cheap, "0.85", "... below this load of it, else to edge."),
    WISH(urgent, "7", "From this priority on a job ..."),
    WISH(urgent_near, "6", "... that wants so much to be near goes to edge ..."),
    LOAD(edge_urgent, "0.75", "... below this load of it, else to cloud."),
    WISH(important, "6", "From this priority on a job ..."),
    WISH(important_far, "5", "... that wants less than this to be near goes to cloud ..."),
    LOAD(cloud_important, "0.7", "... below this load of it, else to gpu ..."),
    LOAD(gpu_important, "0.6", "... below this load of it, else to edge."),
};

const gpusim_record gs_parameters_route_rule = {
    .name = "route-rule",
    GPUSIM_FIELDS(fields),
    .size = sizeof(parameters),
    .doc = "Each job is sent to a class of nodes by rule, and there to the least loaded node.",
};

/* Where a job was sent, and why. */
typedef struct route {
    uint32_t to; /* gpusim_node_class; 0: not yet */
    uint32_t why;
} route;

enum { BY_NEED, BY_NEED_FULL, BY_NEARNESS, BY_COST, BY_URGENCY, BY_IMPORTANCE, BY_LOAD, BY_ROOM };
static const char *const reasons[] = {"needs a GPU", "gpu is full", "near",       "cheap", "urgent",
                                      "important",   "least load",  "only there", NULL};

/* Mean loads of the classes, 0 .. 1; 1 where there are no nodes that are up. */
typedef struct loads {
    double of[GPUSIM_CLASS_COUNT];
    uint32_t nodes[GPUSIM_CLASS_COUNT];
    uint32_t reserved;
} loads;

static loads measure(const gpusim_view *view)
{
    loads all = {0};
    for (uint32_t node = 0; node < view->node_count; node++) {
        uint32_t class = view->groups[view->nodes[node].group].node_class;
        if (view->nodes[node].state == GPUSIM_NODE_UP) {
            all.of[class] += gpusim_view_load(view, node);
            all.nodes[class]++;
        }
    }
    for (int class = 0; class < GPUSIM_CLASS_COUNT; class ++) {
        all.of[class] = all.nodes[class] ? all.of[class] / all.nodes[class] : 1;
    }
    return all;
}

// 1 when an empty node of the class could hold the job, or a part of one that needs several
static int can_hold(const gpusim_view *view, const gpusim_job_info *job, uint32_t class)
{
    for (uint32_t g = 0; g < view->group_count; g++) {
        const gpusim_group_info *group = &view->groups[g];
        if (group->node_class == class && gpusim_view_may_use(view, job, g) &&
            (job->gpus == 0 || group->gpus > 0) && group->cpus >= job->cpus &&
            group->memory >= job->memory &&
            (group->gpu_memory == 0 || group->gpu_memory >= job->gpu_memory)) {
            return 1;
        }
    }
    return 0;
}

static uint32_t least_loaded(const gpusim_view *view, const gpusim_job_info *job, const loads *all,
                             int holding)
{
    uint32_t least = GPUSIM_CLASS_NONE;
    for (uint32_t class = GPUSIM_CLASS_EDGE; class < GPUSIM_CLASS_COUNT; class ++) {
        if ((!holding || can_hold(view, job, class)) &&
            (least == GPUSIM_CLASS_NONE || all->of[class] < all->of[least])) {
            least = class;
        }
    }
    return least;
}

static route rule(const parameters *p, const gpusim_view *view, const gpusim_job_info *job,
                  const loads *all)
{
    const uint32_t to_edge = GPUSIM_CLASS_EDGE, to_cloud = GPUSIM_CLASS_CLOUD;
    const uint32_t to_gpu = GPUSIM_CLASS_GPU;
    double edge = all->of[to_edge], cloud = all->of[to_cloud], gpu = all->of[to_gpu];
    int32_t priority = job->priority, near = (int32_t)job->latency, cheap = (int32_t)job->thrift;
    if (job->gpus > 0) {
        int full = gpu > p->gpu_full && priority < p->low;
        return (route){full ? to_cloud : to_gpu, full ? BY_NEED_FULL : BY_NEED};
    }
    if (near >= p->near) {
        uint32_t to = edge < p->edge_near ? to_edge : cloud < p->cloud_near ? to_cloud : to_gpu;
        return (route){to, BY_NEARNESS};
    }
    if (cheap >= p->cheap && priority <= p->modest) {
        return (route){cloud < p->cloud_cheap ? to_cloud : to_edge, BY_COST};
    }
    if (priority >= p->urgent && near >= p->urgent_near) {
        return (route){edge < p->edge_urgent ? to_edge : to_cloud, BY_URGENCY};
    }
    if (priority >= p->important && near < p->important_far) {
        uint32_t to = cloud < p->cloud_important ? to_cloud
                      : gpu < p->gpu_important   ? to_gpu
                                                 : to_edge;
        return (route){to, BY_IMPORTANCE};
    }
    return (route){least_loaded(view, job, all, 0), BY_LOAD};
}

// ---- within the class ----

/* The class at hand: state of one pass. */
typedef struct current {
    uint32_t class, reserved;
} current;

static double load_there(const gpusim_context *context, const gpusim_job_info *job, uint32_t node)
{
    (void)job;
    const gpusim_view *view = context->view;
    const current *now = context->state;
    int there = view->groups[view->nodes[node].group].node_class == now->class;
    return there ? gpusim_view_load(view, node) : (double)INFINITY;
}

static gpusim_status pass(const gpusim_context *context, const uint32_t *queue, uint32_t queued,
                          gpusim_decisions *decisions, gpusim_error *err)
{
    (void)err;
    const gpusim_view *view = context->view;
    const parameters *given = context->parameters;
    gpusim_tried tried[GPUSIM_CLASS_COUNT] = {{0}};
    if (!gpusim_is_due(context, given->period, queued, decisions)) {
        return GPUSIM_OK;
    }
    loads all = measure(view);
    for (uint32_t i = 0; i < queued; i++) {
        const gpusim_job_info *job = &view->jobs[queue[i]];
        route *its = gpusim_job_state_of(context, queue[i]);
        if (its->to == GPUSIM_CLASS_NONE) {
            *its = rule(given, view, job, &all);
            if (!can_hold(view, job, its->to)) {
                *its = (route){least_loaded(view, job, &all, 1), BY_ROOM};
            }
        }
        if (gpusim_was_tried(&tried[its->to], job->shape)) {
            continue;
        }
        ((current *)context->state)->class = its->to;
        if (!gpusim_place_by_figure(context, job, context->placement, load_there, 0)) {
            gpusim_note_tried(&tried[its->to], job->shape);
            continue;
        }
        if (gpusim_decide_start(decisions, job->id, context->placement, reasons[its->why]) ==
            GPUSIM_ACCEPTED) {
            *its = (route){0}; // should it come back, it is sent anew
            all = measure(view);
        }
    }
    return GPUSIM_OK;
}

static const gpusim_scheduler operations = {.pass = pass};

const gpusim_module gs_module_route_rule = {
    .magic = GPUSIM_MODULE_MAGIC,
    .size = sizeof(gpusim_module),
    .abi_major = GPUSIM_MODULE_ABI_MAJOR,
    .abi_minor = GPUSIM_MODULE_ABI_MINOR,
    .kind = GPUSIM_MODULE_SCHEDULER,
    .name = "route-rule",
    .version = "1.0.0",
    .doc = "Routes each job to edge, cloud or gpu nodes by priority, wishes and loads.",
    .parameters = &gs_parameters_route_rule,
    .operations = &operations,
    .state_bytes = sizeof(current),
    .job_bytes = sizeof(route),
    .reasons = reasons,
};
