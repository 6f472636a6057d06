/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The detector `gnn`: how far each signal of a node is off what its other signals and its peers, of
 * the same job and of the same rack, let expect. It learns from normal samples; the last fifth of
 * them, on which it is not trained, says how far off is usual. Without relations it is its own
 * ablation. */
#include <gsl/gsl_sort_float.h>
#include <math.h>
#include <stddef.h>
#include <string.h>

#include <gpusim/detector.h>

#include "gnn_net.h"

enum { RELATION_JOB = 1, RELATION_RACK = 2 };

typedef struct parameters {
    double leak;
    int32_t relations;
    uint32_t steps, settle, reserved;
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

#define FAST       0.2f /* weights of the newest sample in the moving means */
#define SLOW       0.03f
#define YOUTH      10.0                  /* samples in which a job's youth falls to 1/e */
#define WARM       20                    /* samples before the moving means are used */
#define KEPT_BYTES (UINT64_C(192) << 20) /* of samples to learn from */
#define TRAINED    0.8                   /* share of them that is trained on */
#define FLOOR      0.05
#define LIMIT      10.0
#define MOST_RESTS 20000u /* that a quantile is of */
#define DROP_JOB   0.15   /* of steps a relation is left out of, so that each serves alone */
#define DROP_RACK  0.4

/* ---- moving means, jobs and groups ---- */

// What is known of all nodes from sample to sample, in one block.
typedef struct memory {
    uint64_t seen;
    float *now, *fast, *slow, *usual; // [nodes][signals]; `usual` is the score of each
    float *has_job, *young;           // [nodes]
    uint32_t *job, *age;              // [nodes]
    uint32_t *by_job, *by_rack;       // [nodes]: groups
    uint32_t *table;                  // [2 x nodes, rounded up]: who is first of a group
    double *work, *foretold;
    uint32_t slots, racks, jobs, reserved;
} memory;

static uint32_t slots_for(uint32_t nodes)
{
    uint32_t slots = 4;
    while (slots < 2 * nodes) {
        slots *= 2;
    }
    return slots;
}

// Lays the parts out in a block; with NULL it only says how long it is.
static uint64_t lay_out(const gpusim_scene *scene, char *block, memory *m)
{
    uint64_t nodes = scene->entity_count, values = nodes * scene->signal_count, at = 0;
    uint32_t slots = slots_for(scene->entity_count);
    uint64_t work = gs_gnn_work(scene->entity_count, scene->signal_count, scene->entity_count);
    const struct {
        void *part;
        uint64_t bytes;
    } parts[] = {
        {&m->work, work * sizeof(double)},
        {&m->foretold, scene->signal_count * sizeof(double)},
        {&m->now, values * sizeof(float)},
        {&m->fast, values * sizeof(float)},
        {&m->slow, values * sizeof(float)},
        {&m->usual, values * sizeof(float)},
        {&m->has_job, nodes * sizeof(float)},
        {&m->young, nodes * sizeof(float)},
        {&m->job, nodes * 4},
        {&m->age, nodes * 4},
        {&m->by_job, nodes * 4},
        {&m->by_rack, nodes * 4},
        {&m->table, slots * 4},
    };
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        char *part = block ? block + at : NULL;
        memcpy(parts[i].part, &part, sizeof part);
        at += (parts[i].bytes + 7) / 8 * 8;
    }
    m->slots = slots;
    return at;
}

// Dense groups of equal labels, in order of their first node; GPUSIM_NONE has none.
static uint32_t group_by(const uint32_t *labels, uint32_t nodes, memory *m, uint32_t *groups)
{
    uint32_t count = 0;
    memset(m->table, 0xff, m->slots * sizeof *m->table);
    for (uint32_t i = 0; i < nodes; i++) {
        if (labels[i] == GPUSIM_NONE) {
            groups[i] = GPUSIM_NONE;
            continue;
        }
        uint32_t slot = labels[i] * UINT32_C(2654435769) & (m->slots - 1);
        while (m->table[slot] != GPUSIM_NONE && labels[m->table[slot]] != labels[i]) {
            slot = (slot + 1) & (m->slots - 1);
        }
        if (m->table[slot] == GPUSIM_NONE) {
            m->table[slot] = i;
            groups[i] = count++;
        } else {
            groups[i] = groups[m->table[slot]];
        }
    }
    return count;
}

static void note_job(const gpusim_frame *frame, uint32_t node, memory *m)
{
    uint32_t job = frame->job ? frame->job[node] : GPUSIM_NONE;
    if (m->seen == 0) {
        m->age[node] = UINT32_MAX; // nobody knows since when
    } else if (job != m->job[node]) {
        m->age[node] = 0;
    } else {
        m->age[node] += m->age[node] < UINT32_MAX;
    }
    m->job[node] = job;
    m->has_job[node] = job != GPUSIM_NONE;
    m->young[node] = job == GPUSIM_NONE || m->age[node] == UINT32_MAX
                         ? 0
                         : (float)gpusim_exp(-(double)m->age[node] / YOUTH);
}

static void note(const gpusim_scene *scene, const gpusim_frame *frame, memory *m)
{
    uint32_t nodes = scene->entity_count;
    for (size_t i = 0; i < (size_t)nodes * scene->signal_count; i++) {
        float z = (float)frame->values[i];
        m->now[i] = z;
        m->fast[i] = m->seen == 0 ? z : m->fast[i] + FAST * (z - m->fast[i]);
        m->slow[i] = m->seen == 0 ? z : m->slow[i] + SLOW * (z - m->slow[i]);
    }
    for (uint32_t i = 0; i < nodes; i++) {
        note_job(frame, i, m);
    }
    m->jobs = group_by(m->job, nodes, m, m->by_job);
    if (m->seen == 0 && scene->rack) {
        m->racks = group_by(scene->rack, nodes, m, m->by_rack);
    }
    m->seen++;
}

static gs_gnn_tick tick_of(const gpusim_scene *scene, const parameters *p, const memory *m)
{
    return (gs_gnn_tick){
        .nodes = scene->entity_count,
        .signals = scene->signal_count,
        .now = m->now,
        .fast = m->fast,
        .slow = m->slow,
        .has_job = m->has_job,
        .young = m->young,
        .group = {p->relations & RELATION_JOB ? m->by_job : NULL,
                  p->relations & RELATION_RACK && scene->rack ? m->by_rack : NULL},
        .groups = {m->jobs, m->racks},
    };
}

/* ---- learning ---- */

// The model: of each signal the middle and the reach of what is off, then the network.
typedef struct usual {
    double middle, reach;
} usual;

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
    memory m;
    kept k;
    double *network, *gradient, *mean, *square; // the last two are Adam's
    uint32_t *of;
    float *rests; // [signals][MOST_RESTS]
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
    memcpy(c->k.groups + at * nodes, c->m.by_job, nodes * sizeof(uint32_t));
    c->k.group_counts[at] = c->m.jobs;
}

static gs_gnn_tick kept_tick(const course *c, uint64_t at)
{
    const gpusim_scene *scene = c->context->scene;
    size_t nodes = scene->entity_count, values = nodes * scene->signal_count;
    gs_gnn_tick tick = tick_of(scene, c->context->parameters, &c->m);
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
    if (count <= WARM + 5) {
        return gpusim_fail(err, GPUSIM_ARGUMENT, "gnn learns from more than %d samples", WARM + 5);
    }
    c->k.count = KEPT_BYTES / one < count - WARM ? KEPT_BYTES / one : count - WARM;
    c->k.count = c->k.count > 5 ? c->k.count : 5;
    c->size = gs_gnn_parameters(scene->signal_count);
    char *block = gpusim_learning_work(learning, lay_out(scene, NULL, &c->m));
    c->k.values = gpusim_learning_work(learning, c->k.count * 3 * nodes * signals * sizeof(float));
    c->k.jobs = gpusim_learning_work(learning, c->k.count * 2 * nodes * sizeof(float));
    c->k.groups = gpusim_learning_work(learning, c->k.count * nodes * sizeof(uint32_t));
    c->k.group_counts = gpusim_learning_work(learning, c->k.count * sizeof(uint32_t));
    c->gradient = gpusim_learning_work(learning, 3 * c->size * sizeof(double));
    c->of = gpusim_learning_work(learning, nodes * sizeof(uint32_t));
    c->rests = gpusim_learning_work(learning, signals * MOST_RESTS * sizeof(float));
    usual *model =
        gpusim_learning_model(learning, signals * sizeof *model + c->size * sizeof(double));
    if (!block || !c->k.values || !c->k.jobs || !c->k.groups || !c->k.group_counts ||
        !c->gradient || !c->of || !c->rests || !model) {
        return gpusim_fail(err, GPUSIM_MEMORY, "no memory for gnn to learn");
    }
    lay_out(scene, block, &c->m);
    c->mean = c->gradient + c->size;
    c->square = c->mean + c->size;
    c->network = (double *)(model + signals);
    return GPUSIM_OK;
}

static void gather(course *c, gpusim_frames *frames)
{
    uint64_t all = gpusim_frames_count(frames) - WARM, at = 0, sample = 0;
    gpusim_frame frame;
    while (gpusim_frames_next(frames, &frame)) {
        note(c->context->scene, &frame, &c->m);
        if (c->m.seen <= WARM) {
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

// What is off on samples that were not trained on: its middle, and the .99 quantile around it.
static void weigh(course *c)
{
    const gpusim_scene *scene = c->context->scene;
    uint32_t signals = scene->signal_count;
    usual *model = (usual *)(c->network) - signals;
    uint64_t first = (uint64_t)(TRAINED * (double)c->k.count), seen = 0, count = 0;
    uint64_t every = ((c->k.count - first) * scene->entity_count) / MOST_RESTS + 1;
    for (uint64_t t = first; t < c->k.count; t++) {
        gs_gnn_tick tick = kept_tick(c, t);
        gs_gnn_exchange(c->network, &tick, c->m.work);
        for (uint32_t i = 0; i < scene->entity_count; i++) {
            if (seen++ % every != 0 || count == MOST_RESTS) {
                continue;
            }
            gs_gnn_foretell_all(c->network, &tick, i, c->m.work, c->m.foretold);
            for (uint32_t s = 0; s < signals; s++) {
                c->rests[(size_t)s * MOST_RESTS + count] =
                    tick.now[(size_t)i * signals + s] - (float)c->m.foretold[s];
            }
            count++;
        }
    }
    for (uint32_t s = 0; s < signals; s++) {
        float *rests = c->rests + (size_t)s * MOST_RESTS;
        gsl_sort_float(rests, 1, count);
        model[s].middle = (double)rests[count / 2];
        for (uint64_t i = 0; i < count; i++) {
            rests[i] = fabsf(rests[i] - (float)model[s].middle);
        }
        gsl_sort_float(rests, 1, count);
        model[s].reach = (double)rests[count * 99 / 100] + FLOOR;
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
    weigh(&c);
    return GPUSIM_OK;
}

/* ---- scores ---- */

static uint64_t state_bytes(const gpusim_detector_context *context)
{
    memory m = {0};
    return 16 + lay_out(context->scene, NULL, &m);
}

// Counters lie in front, so that the block needs no pointers.
static memory memory_of(const gpusim_detector_context *context)
{
    memory m = {0};
    const uint64_t *head = context->state;
    lay_out(context->scene, (char *)context->state + 16, &m);
    m.seen = head[0];
    m.racks = (uint32_t)head[1];
    return m;
}

static gpusim_status observe(const gpusim_detector_context *context, const gpusim_frame *frame,
                             double *scores, uint32_t *causes, gpusim_error *err)
{
    (void)err;
    const parameters *p = context->parameters;
    const usual *model = context->model;
    uint32_t signals = context->scene->signal_count;
    const double *network = (const double *)(model + signals);
    memory m = memory_of(context);
    note(context->scene, frame, &m);
    gs_gnn_tick tick = tick_of(context->scene, p, &m);
    gs_gnn_exchange(network, &tick, m.work);
    for (uint32_t i = 0; i < context->scene->entity_count; i++) {
        int quiet = m.seen <= WARM || m.age[i] < p->settle;
        float *mean = m.usual + (size_t)i * signals;
        gs_gnn_foretell_all(network, &tick, i, m.work, m.foretold);
        scores[i] = 0;
        for (uint32_t s = 0; s < signals; s++) {
            double off = (double)tick.now[(size_t)i * signals + s] - m.foretold[s];
            double part = fmin(fabs(off - model[s].middle) / model[s].reach, LIMIT);
            mean[s] = quiet ? 0 : mean[s] + (float)p->leak * ((float)part - mean[s]);
            if ((double)mean[s] > scores[i]) {
                scores[i] = (double)mean[s];
                causes[i] = s;
            }
        }
    }
    uint64_t *head = context->state;
    head[0] = m.seen;
    head[1] = m.racks;
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
    .version = "1",
    .doc = "How far each signal is off what a node's other signals and its peers let a network "
           "expect.",
    .parameters = &gs_detector_record_gnn,
    .operations = &operations,
    .flags = GPUSIM_MODULE_STANDARDISED,
};
