/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The detector `gnn`: how far each signal of a node has moved from what its other signals and its
 * peers, of the same job and of the same rack, let expect, and how far from the other members of
 * its job. It learns from normal samples; the last fifth of them, on which it is not trained, says
 * how far is usual, for nodes with peers, alone in their job, and without one. Without relations it
 * is its own ablation. */
#include <gsl/gsl_sort_float.h>
#include <math.h>
#include <stddef.h>
#include <string.h>

#include <gpusim/detector.h>

#include "gnn_look.h"

enum { RELATION_JOB = 1 << GS_GNN_BY_JOB, RELATION_RACK = 1 << GS_GNN_BY_RACK };

typedef struct parameters {
    double leak;
    int32_t relations;
    uint32_t steps, settle;
    uint8_t levels, reserved[7];
} parameters;

static const gpusim_choice relation_choices[] = {
    {"job", RELATION_JOB, "who runs the same job"},
    {"rack", RELATION_RACK, "who is in the same rack"},
    {"both", RELATION_JOB | RELATION_RACK, "both"},
    {"none", 0, "nobody: the same network without a graph, for comparison"},
    {NULL, 0, NULL},
};

static const gpusim_field fields[] = {
    {.name = "relations",
     .type = GPUSIM_ENUM,
     .offset = offsetof(parameters, relations),
     .fallback = "job",
     .detail.choices = relation_choices,
     .doc = "Who are peers. Edges within racks hide what befalls a whole rack."},
    {.name = "steps",
     .type = GPUSIM_UINT32,
     .offset = offsetof(parameters, steps),
     .fallback = "2000",
     .minimum = 1,
     .maximum = 1e7,
     .doc = "Of training; each looks at all nodes at one sample."},
    {.name = "settle",
     .type = GPUSIM_UINT32,
     .offset = offsetof(parameters, settle),
     .fallback = "10",
     .minimum = 0,
     .maximum = 1e6,
     .doc = "Samples after a change of its job in which nothing is said of a node."},
    {.name = "levels",
     .type = GPUSIM_BOOL,
     .offset = offsetof(parameters, levels),
     .fallback = "false",
     .doc = "Say, too, how far off a signal is at all, not only how far it has moved in its job: "
            "more is found among jobs like those learnt from, and any others raise alarms."},
    {.name = "leak",
     .type = GPUSIM_FLOAT64,
     .offset = offsetof(parameters, leak),
     .fallback = "0.2",
     .minimum = 0.001,
     .maximum = 1,
     .doc = "Weight of the newest sample in what a score is the mean of."},
};

const gpusim_record gs_detector_record_gnn = {
    .name = "gnn",
    .fields = fields,
    .count = sizeof fields / sizeof fields[0],
    .size = sizeof(parameters),
    .doc = "Parameters of the detector gnn.",
};

#define KEPT_BYTES (UINT64_C(192) << 20) /* of samples to learn from */
#define TRAINED    0.8                   /* share of them that is trained on */
#define WEIGHED    400000u               /* samples of nodes that say how far off is usual */
#define REACH      0.998 /* quantile of how far off signals were that is their reach */
#define FLOOR      0.05
#define LIMIT      10.0
#define MOST_RESTS 20000u /* that a quantile is of */
#define DROP_JOB   0.15   /* of steps a relation is left out of, so that each view works */
#define DROP_RACK  0.4

/* How far off is usual of a signal: the middle, and the .99 quantile around it. */
typedef struct usual {
    double middle, reach;
} usual;

#define USUALS (GS_GNN_VIEWS * GS_GNN_KINDS * GS_GNN_STATES) /* of each signal */

static gs_gnn_way way_of(const parameters *p)
{
    return (gs_gnn_way){.relations = (unsigned)p->relations, .settle = p->settle};
}

// Where in the model the usual of a signal is.
static size_t usual_at(uint32_t signals, uint32_t view, uint32_t kind, uint32_t state)
{
    return (((size_t)view * GS_GNN_KINDS + kind) * GS_GNN_STATES + state) * signals;
}

/* ---- learning ---- */

// Samples to learn from, evenly spaced over all.
typedef struct kept {
    uint64_t count;
    float *values;    // [count][3][nodes][signals]
    float *jobs;      // [count][2][nodes]
    uint32_t *groups; // [count][nodes]
    uint32_t *group_counts;
} kept;

typedef struct course {
    const gpusim_detector_context *context;
    gs_gnn_memory m;
    kept k;
    double *network, *gradient, *mean, *square; // the last two are Adam's
    uint32_t *of;
    usual *usuals; // [USUALS][signals]
    float *rests;  // [USUALS][signals][MOST_RESTS]
    uint64_t counts[USUALS];
    size_t size;
} course;

static void keep(course *c, uint64_t at)
{
    const gpusim_scene *scene = c->context->scene;
    size_t nodes = scene->entity_count, values = nodes * scene->signal_count;
    float *to = c->k.values + at * 3 * values;
    memcpy(to, c->m.now, values * sizeof *to);
    memcpy(to + values, c->m.fast, values * sizeof *to);
    memcpy(to + 2 * values, c->m.slow, values * sizeof *to);
    memcpy(c->k.jobs + at * 2 * nodes, c->m.has_job, nodes * sizeof(float));
    memcpy(c->k.jobs + at * 2 * nodes + nodes, c->m.young, nodes * sizeof(float));
    memcpy(c->k.groups + at * nodes, c->m.group[GS_GNN_BY_JOB], nodes * sizeof(uint32_t));
    c->k.group_counts[at] = c->m.groups[GS_GNN_BY_JOB];
}

static gs_gnn_tick kept_tick(const course *c, uint64_t at)
{
    const gpusim_scene *scene = c->context->scene;
    size_t nodes = scene->entity_count, values = nodes * scene->signal_count;
    const parameters *p = c->context->parameters;
    gs_gnn_tick tick = gs_gnn_tick_of(scene, (unsigned)p->relations, &c->m);
    tick.now = c->k.values + at * 3 * values;
    tick.fast = tick.now + values;
    tick.slow = tick.fast + values;
    tick.has_job = c->k.jobs + at * 2 * nodes;
    tick.young = tick.has_job + nodes;
    tick.group[0] = tick.group[0] ? c->k.groups + at * nodes : NULL;
    tick.groups[0] = c->k.group_counts[at];
    return tick;
}

static gpusim_status make_room(course *c, gpusim_frames *frames, gpusim_learning *learning,
                               gpusim_error *err)
{
    const gpusim_scene *scene = c->context->scene;
    uint64_t nodes = scene->entity_count, signals = scene->signal_count;
    uint64_t one = nodes * (3 * signals + 3) * sizeof(float), count = gpusim_frames_count(frames);
    if (count <= GS_GNN_WARM + 5) {
        return gpusim_fail(err, GPUSIM_ARGUMENT, "gnn learns from more than %d samples",
                           GS_GNN_WARM + 5);
    }
    c->k.count = KEPT_BYTES / one < count - GS_GNN_WARM ? KEPT_BYTES / one : count - GS_GNN_WARM;
    c->k.count = c->k.count > 5 ? c->k.count : 5;
    c->size = gs_gnn_parameters(scene->signal_count);
    char *block = gpusim_learning_work(learning, gs_gnn_lay_out(scene, NULL, &c->m));
    c->k.values = gpusim_learning_work(learning, c->k.count * 3 * nodes * signals * sizeof(float));
    c->k.jobs = gpusim_learning_work(learning, c->k.count * 2 * nodes * sizeof(float));
    c->k.groups = gpusim_learning_work(learning, c->k.count * nodes * sizeof(uint32_t));
    c->k.group_counts = gpusim_learning_work(learning, c->k.count * sizeof(uint32_t));
    c->gradient = gpusim_learning_work(learning, 3 * c->size * sizeof(double));
    c->of = gpusim_learning_work(learning, nodes * sizeof(uint32_t));
    c->rests = gpusim_learning_work(learning, USUALS * signals * MOST_RESTS * sizeof(float));
    usual *model = gpusim_learning_model(learning, USUALS * signals * sizeof *model +
                                                       c->size * sizeof(double));
    if (!block || !c->k.values || !c->k.jobs || !c->k.groups || !c->k.group_counts ||
        !c->gradient || !c->of || !c->rests || !model) {
        return gpusim_fail(err, GPUSIM_MEMORY, "no memory for gnn to learn");
    }
    gs_gnn_lay_out(scene, block, &c->m);
    c->mean = c->gradient + c->size;
    c->square = c->mean + c->size;
    c->usuals = model;
    c->network = (double *)(model + USUALS * signals);
    return GPUSIM_OK;
}

static void gather(course *c, gpusim_frames *frames)
{
    uint64_t all = gpusim_frames_count(frames) - GS_GNN_WARM, at = 0, sample = 0;
    gpusim_frame frame;
    while (gpusim_frames_next(frames, &frame)) {
        gs_gnn_note(c->context->scene, &frame, &c->m);
        if (c->m.seen <= GS_GNN_WARM) {
            continue;
        }
        uint64_t next = at * (all - 1) / (c->k.count - 1);
        if (at < c->k.count && sample == next) {
            keep(c, at++);
        }
        sample++;
    }
    c->k.count = at;
}

// Small weights that depend on the stream alone (He et al. 2015 for what is rectified).
static void begin(course *c)
{
    uint32_t signals = c->context->scene->signal_count;
    double scale = sqrt(2.0 / (6.0 * signals + 34));
    gpusim_stream stream = gpusim_stream_indexed(c->context->stream, 0);
    for (size_t i = 0; i < c->size; i++) {
        c->network[i] = scale * gpusim_draw_normal(stream, i);
    }
}

// One step of Adam (Kingma and Ba 2015) with the gradient's length cut at 1.
static void step(course *c, uint32_t number, double rate)
{
    double length = 0;
    for (size_t i = 0; i < c->size; i++) {
        length += c->gradient[i] * c->gradient[i];
    }
    double cut = length > 1 ? 1 / sqrt(length) : 1;
    double mean_left = 1 - gpusim_pow(0.9, number + 1.0);
    double square_left = 1 - gpusim_pow(0.999, number + 1.0);
    for (size_t i = 0; i < c->size; i++) {
        double g = cut * c->gradient[i];
        c->mean[i] = 0.9 * c->mean[i] + 0.1 * g;
        c->square[i] = 0.999 * c->square[i] + 0.001 * g * g;
        c->network[i] -=
            rate * (c->mean[i] / mean_left) / (sqrt(c->square[i] / square_left) + 1e-8);
    }
}

static void learn(course *c)
{
    const parameters *p = c->context->parameters;
    const gpusim_scene *scene = c->context->scene;
    uint64_t trained = (uint64_t)(TRAINED * (double)c->k.count);
    gpusim_stream which = gpusim_stream_indexed(c->context->stream, 1);
    gpusim_stream signal = gpusim_stream_indexed(c->context->stream, 2);
    gpusim_stream drop = gpusim_stream_indexed(c->context->stream, 3);
    for (uint32_t s = 0; s < p->steps; s++) {
        gs_gnn_tick tick = kept_tick(c, gpusim_draw_index(which, s, trained));
        for (uint32_t i = 0; i < scene->entity_count; i++) {
            uint64_t ordinal = (uint64_t)s * scene->entity_count + i;
            c->of[i] = (uint32_t)gpusim_draw_index(signal, ordinal, scene->signal_count);
        }
        if (gpusim_draw_uniform(drop, 2 * (uint64_t)s) < DROP_JOB) {
            tick.group[0] = NULL;
        }
        if (gpusim_draw_uniform(drop, 2 * (uint64_t)s + 1) < DROP_RACK) {
            tick.group[1] = NULL;
        }
        gs_gnn_gradient(c->network, &tick, c->of, c->m.work, c->gradient);
        step(c, s, s < 3 * (uint64_t)p->steps / 5 ? 2e-3 : 4e-4);
    }
}

/* ---- what is usual ---- */

// Of more than MOST_RESTS each is kept with the same chance (Vitter's algorithm R).
static void collect(course *c, size_t at, const double *off)
{
    uint32_t signals = c->context->scene->signal_count;
    uint64_t set = at / signals, seen = c->counts[set]++, slot = seen;
    if (seen >= MOST_RESTS) {
        slot =
            gpusim_draw_index(gpusim_stream_indexed(c->context->stream, 4 + set), seen, seen + 1);
    }
    for (uint32_t s = 0; slot < MOST_RESTS && s < signals; s++) {
        c->rests[(at + s) * MOST_RESTS + slot] = (float)off[s];
    }
}

static void weigh_sample(course *c, uint32_t every)
{
    const parameters *p = c->context->parameters;
    const gpusim_scene *scene = c->context->scene;
    gs_gnn_way way = way_of(p);
    unsigned relations[GS_GNN_VIEWS];
    uint32_t views = gs_gnn_views(&way, relations), signals = scene->signal_count;
    double *kinds = c->m.kinds;
    gs_gnn_foretell_views(scene, &way, c->network, &c->m);
    for (uint32_t i = 0; i < scene->entity_count; i += every) {
        for (uint32_t v = 0; v < views; v++) {
            uint32_t state = gs_gnn_look(scene, &way, v, i, &c->m, kinds);
            for (uint32_t k = 0; state < GS_GNN_STATES && k < GS_GNN_KINDS; k++) {
                // of one signal nothing can be said when of none
                if (!isnan(kinds[(size_t)k * signals])) {
                    collect(c, usual_at(signals, v, k, state), kinds + (size_t)k * signals);
                }
            }
        }
        gs_gnn_looked(&way, i, &c->m);
    }
}

static usual usual_of(float *rests, uint64_t count)
{
    usual u;
    if (count == 0) {
        return (usual){.reach = INFINITY}; // nothing is unusual
    }
    gsl_sort_float(rests, 1, count);
    u.middle = (double)rests[count / 2];
    for (uint64_t i = 0; i < count; i++) {
        rests[i] = fabsf(rests[i] - (float)u.middle);
    }
    gsl_sort_float(rests, 1, count);
    u.reach = (double)rests[(uint64_t)(REACH * (double)count)] + FLOOR;
    return u;
}

// What is off on samples that were not trained on.
static void weigh(course *c, gpusim_frames *frames)
{
    const gpusim_scene *scene = c->context->scene;
    uint64_t count = gpusim_frames_count(frames), first = (uint64_t)(TRAINED * (double)count);
    uint64_t samples = (count - first) * scene->entity_count;
    uint32_t every = (uint32_t)(samples / WEIGHED + 1), signals = scene->signal_count;
    gpusim_frame frame;
    c->m.seen = 0;
    gpusim_frames_rewind(frames);
    for (uint64_t t = 0; gpusim_frames_next(frames, &frame); t++) {
        gs_gnn_note(scene, &frame, &c->m);
        if (t >= first) {
            weigh_sample(c, every);
        }
    }
    for (size_t i = 0; i < (size_t)USUALS * signals; i++) {
        uint64_t seen = c->counts[i / signals];
        c->usuals[i] = usual_of(c->rests + i * MOST_RESTS, seen < MOST_RESTS ? seen : MOST_RESTS);
    }
}

static gpusim_status train(const gpusim_detector_context *context, gpusim_frames *frames,
                           gpusim_learning *learning, gpusim_error *err)
{
    course c = {.context = context};
    gpusim_status status = make_room(&c, frames, learning, err);
    if (status != GPUSIM_OK) {
        return status;
    }
    gather(&c, frames);
    begin(&c);
    learn(&c);
    weigh(&c, frames);
    return GPUSIM_OK;
}

/* ---- scores ---- */

static uint64_t state_bytes(const gpusim_detector_context *context)
{
    gs_gnn_memory m = {0};
    return 16 + gs_gnn_lay_out(context->scene, NULL, &m);
}

// Counters lie in front, so that the block needs no pointers.
static gs_gnn_memory memory_of(const gpusim_detector_context *context)
{
    gs_gnn_memory m = {0};
    const uint64_t *head = context->state;
    gs_gnn_lay_out(context->scene, (char *)context->state + 16, &m);
    m.seen = head[0];
    m.groups[GS_GNN_BY_RACK] = (uint32_t)head[1];
    return m;
}

// The furthest off of a node's signals, as a moving mean; of which it is goes into *cause.
static double score_node(const gpusim_detector_context *context, uint32_t node, gs_gnn_memory *m,
                         uint32_t *cause)
{
    const parameters *p = context->parameters;
    const gpusim_scene *scene = context->scene;
    uint32_t signals = scene->signal_count;
    gs_gnn_way way = way_of(p);
    unsigned relations[GS_GNN_VIEWS];
    uint32_t views = gs_gnn_views(&way, relations);
    double most = 0;
    for (uint32_t v = 0; v < views; v++) {
        uint32_t state = gs_gnn_look(scene, &way, v, node, m, m->kinds);
        for (uint32_t k = 0; k < GS_GNN_KINDS; k++) {
            size_t at = ((size_t)v * GS_GNN_KINDS + k) * scene->entity_count + node;
            float *mean = m->score + at * signals;
            if (state == GS_GNN_STATES) {
                memset(mean, 0, signals * sizeof *mean);
                continue;
            }
            if (!p->levels && (k == GS_GNN_OFF || k == GS_GNN_APART)) {
                continue;
            }
            const usual *u = (const usual *)context->model + usual_at(signals, v, k, state);
            for (uint32_t s = 0; s < signals; s++) {
                double off = m->kinds[(size_t)k * signals + s];
                double part = isnan(off) ? 0 : fmin(fabs(off - u[s].middle) / u[s].reach, LIMIT);
                mean[s] += (float)p->leak * ((float)part - mean[s]);
                if ((double)mean[s] > most) {
                    most = (double)mean[s];
                    *cause = s;
                }
            }
        }
    }
    gs_gnn_looked(&way, node, m);
    return most;
}

static gpusim_status observe(const gpusim_detector_context *context, const gpusim_frame *frame,
                             double *scores, uint32_t *causes, gpusim_error *err)
{
    (void)err;
    const gpusim_scene *scene = context->scene;
    gs_gnn_way way = way_of(context->parameters);
    const double *network =
        (const double *)((const usual *)context->model + USUALS * scene->signal_count);
    gs_gnn_memory m = memory_of(context);
    gs_gnn_note(scene, frame, &m);
    gs_gnn_foretell_views(scene, &way, network, &m);
    for (uint32_t i = 0; i < scene->entity_count; i++) {
        scores[i] = score_node(context, i, &m, &causes[i]);
    }
    uint64_t *head = context->state;
    head[0] = m.seen;
    head[1] = m.groups[GS_GNN_BY_RACK];
    return GPUSIM_OK;
}

static const gpusim_detector operations = {
    .state_bytes = state_bytes, .train = train, .observe = observe};

const gpusim_module gs_detector_gnn = {
    .magic = GPUSIM_MODULE_MAGIC,
    .size = sizeof(gpusim_module),
    .abi_major = GPUSIM_MODULE_ABI_MAJOR,
    .abi_minor = GPUSIM_MODULE_ABI_MINOR,
    .kind = GPUSIM_MODULE_DETECTOR,
    .name = "gnn",
    .version = "2",
    .doc = "How far each signal is off what a node's other signals and its peers let a network "
           "expect.",
    .parameters = &gs_detector_record_gnn,
    .operations = &operations,
    .flags = GPUSIM_MODULE_STANDARDISED,
};
