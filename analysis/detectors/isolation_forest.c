/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The detector `isolation-forest`: how few random cuts it takes to set a sample apart (Liu, Ting
 * and Zhou, ICDM 2008): 2^(-d / c), d the mean depth over trees that each cut up a few samples at
 * random, c the mean depth of a search that fails in a tree of that size. */
#include <math.h>
#include <stddef.h>
#include <string.h>

#include <gpusim/detector.h>

typedef struct parameters {
    uint32_t trees, samples;
} parameters;

static const gpusim_field fields[] = {
    {.name = "trees",
     .type = GPUSIM_UINT32,
     .offset = offsetof(parameters, trees),
     .fallback = "100",
     .minimum = 1,
     .maximum = 10000,
     .doc = "How many there are."},
    {.name = "samples",
     .type = GPUSIM_UINT32,
     .offset = offsetof(parameters, samples),
     .fallback = "256",
     .minimum = 2,
     .maximum = 65536,
     .doc = "That each tree cuts up, drawn from those learnt from."},
};

const gpusim_record gs_detector_record_isolation_forest = {
    .name = "isolation-forest",
    .fields = fields,
    .count = sizeof fields / sizeof fields[0],
    .size = sizeof(parameters),
    .doc = "Parameters of the detector isolation-forest.",
};

#define LEAF UINT32_MAX

// Of a leaf `cut` is its depth, with what a search among its samples adds.
typedef struct node {
    double cut;      // a sample with less goes left, else right
    uint32_t signal; // LEAF: none
    uint32_t left;   // the right one comes next
} node;

// The model: trees of `room` nodes each, the first is the root.
typedef struct forest {
    double depth; // of a search that fails
    uint32_t trees, room;
    node nodes[];
} forest;

// The mean depth of a search that fails in a tree of n.
static double search_depth(uint64_t n)
{
    const double euler = 0.57721566490153286;
    double most = (double)n - 1;
    return n < 2 ? 0 : n == 2 ? 1 : 2 * (gpusim_log(most) + euler) - 2 * most / (double)n;
}

/* ---- learning ---- */

// One tree in the making.
typedef struct growth {
    node *nodes;
    double *rows; // [count][signals]: what it cuts up, put in order as it goes
    gpusim_stream stream;
    uint64_t ordinal; // of the next draw
    uint32_t count, signals, used, deepest;
} growth;

// A part of the samples that still is to become a node.
typedef struct part {
    uint32_t node, first, count, depth;
} part;

static void range_of(const growth *g, const part *p, uint32_t signal, double *low, double *high)
{
    *low = INFINITY;
    *high = -INFINITY;
    for (uint32_t r = p->first; r < p->first + p->count; r++) {
        double x = g->rows[(size_t)r * g->signals + signal];
        *low = fmin(*low, x);
        *high = fmax(*high, x);
    }
}

// A signal that varies within the part, each as likely; LEAF: none does.
static uint32_t draw_signal(growth *g, const part *p, double *low, double *high)
{
    uint32_t varying = 0, chosen = LEAF;
    for (uint32_t s = 0; s < g->signals; s++) {
        double least, most;
        range_of(g, p, s, &least, &most);
        if (least < most && gpusim_draw_index(g->stream, g->ordinal++, ++varying) == 0) {
            chosen = s;
            *low = least;
            *high = most;
        }
    }
    return chosen;
}

// Brings the rows below the cut to the front; how many there are.
static uint32_t split(growth *g, const part *p, uint32_t signal, double cut)
{
    uint32_t below = 0;
    for (uint32_t r = 0; r < p->count; r++) {
        double *row = g->rows + (size_t)(p->first + r) * g->signals;
        double *to = g->rows + (size_t)(p->first + below) * g->signals;
        if (row[signal] >= cut) {
            continue;
        }
        for (uint32_t s = 0; s < g->signals && row != to; s++) {
            double kept = to[s];
            to[s] = row[s];
            row[s] = kept;
        }
        below++;
    }
    return below;
}

// Cuts a part in two, or leaves it as a leaf; how many parts that made.
static uint32_t cut_up(growth *g, const part *p, part made[2])
{
    double low = 0, high = 0;
    node *n = &g->nodes[p->node];
    n->signal = p->count < 2 || p->depth == g->deepest ? LEAF : draw_signal(g, p, &low, &high);
    if (n->signal == LEAF) {
        n->cut = p->depth + search_depth(p->count);
        return 0;
    }
    // above `low` and not above `high`: both sides get something, however close the two are
    double uniform = gpusim_draw_uniform(g->stream, g->ordinal++);
    n->cut = fmin(low + uniform * (high - low), high);
    n->cut = n->cut > low ? n->cut : high;
    n->left = g->used;
    uint32_t below = split(g, p, n->signal, n->cut);
    made[0] = (part){g->used, p->first, below, p->depth + 1};
    made[1] = (part){g->used + 1, p->first + below, p->count - below, p->depth + 1};
    g->used += 2;
    return 2;
}

// No part is deeper than `deepest`, so that many and one wait at most.
static void grow(growth *g, part *waiting)
{
    uint32_t parts = 1;
    g->used = 1;
    waiting[0] = (part){0, 0, g->count, 0};
    while (parts > 0) {
        part p = waiting[--parts];
        parts += cut_up(g, &p, waiting + parts);
    }
}

// What each tree is to cut up: numbers of rows, rising, and how many of them are copied.
typedef struct sample {
    uint64_t *picked; // [trees][count]
    double *rows;     // [trees][count][signals]
    uint32_t *copied; // [trees]
} sample;

// Of a sorted list: where `number` is or would be.
static uint32_t place_of(const uint64_t *sorted, uint32_t count, uint64_t number)
{
    uint32_t low = 0, high = count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (sorted[middle] < number) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

// `count` of `all` numbers, each set as likely (Floyd): a number that is there already gives way to
// the largest that could be drawn.
static void pick(gpusim_stream stream, uint64_t all, uint32_t count, uint64_t *picked)
{
    for (uint32_t got = 0; got < count; got++) {
        uint64_t largest = all - count + got;
        uint64_t drawn = gpusim_draw_index(stream, got, largest + 1);
        uint32_t place = place_of(picked, got, drawn);
        if (place < got && picked[place] == drawn) {
            drawn = largest;
            place = got;
        }
        memmove(picked + place + 1, picked + place, (got - place) * sizeof *picked);
        picked[place] = drawn;
    }
}

static void copy_rows(const gpusim_scene *scene, gpusim_frames *frames, uint32_t trees,
                      uint32_t count, const sample *drawn)
{
    uint32_t signals = scene->signal_count, entities = scene->entity_count;
    gpusim_frame frame;
    for (uint64_t row = 0; gpusim_frames_next(frames, &frame); row += entities) {
        for (uint32_t t = 0; t < trees; t++) {
            const uint64_t *picked = drawn->picked + (size_t)t * count;
            double *rows = drawn->rows + (size_t)t * count * signals;
            uint32_t *next = &drawn->copied[t];
            for (; *next < count && picked[*next] < row + entities; ++*next) {
                memcpy(rows + (size_t)*next * signals,
                       frame.values + (picked[*next] - row) * signals, signals * sizeof *rows);
            }
        }
    }
}

static uint32_t levels_of(uint32_t samples)
{
    uint32_t levels = 0;
    while ((UINT64_C(1) << levels) < samples) {
        levels++;
    }
    return levels;
}

static gpusim_status train(const gpusim_detector_context *context, gpusim_frames *frames,
                           gpusim_learning *learning, gpusim_error *err)
{
    const parameters *p = context->parameters;
    uint32_t signals = context->scene->signal_count;
    uint64_t all = gpusim_frames_count(frames) * context->scene->entity_count;
    uint32_t count = all < p->samples ? (uint32_t)all : p->samples, room = 2 * count - 1;
    growth g = {.count = count, .signals = signals, .deepest = levels_of(count)};
    sample drawn = {
        .picked = gpusim_learning_work(learning, (uint64_t)p->trees * count * sizeof(uint64_t)),
        .rows = gpusim_learning_work(learning, (uint64_t)p->trees * count * signals * 8),
        .copied = gpusim_learning_work(learning, p->trees * sizeof(uint32_t)),
    };
    part *waiting = gpusim_learning_work(learning, (g.deepest + 2) * sizeof *waiting);
    forest *model =
        gpusim_learning_model(learning, sizeof *model + (uint64_t)p->trees * room * sizeof(node));
    if (!drawn.picked || !drawn.rows || !drawn.copied || !waiting || !model) {
        return gpusim_fail(err, GPUSIM_MEMORY, "no memory for %u trees", p->trees);
    }
    model->depth = search_depth(count);
    model->trees = p->trees;
    model->room = room;
    for (uint32_t t = 0; t < p->trees; t++) {
        pick(gpusim_stream_indexed(context->stream, t), all, count,
             drawn.picked + (size_t)t * count);
    }
    copy_rows(context->scene, frames, p->trees, count, &drawn);
    for (uint32_t t = 0; t < p->trees; t++) {
        g.nodes = model->nodes + (size_t)t * room;
        g.rows = drawn.rows + (size_t)t * count * signals;
        g.stream = gpusim_stream_indexed(context->stream, t);
        g.ordinal = count;
        grow(&g, waiting);
    }
    return GPUSIM_OK;
}

/* ---- scores ---- */

// The state: how much each signal's cuts have had to do with setting one sample apart.
static uint64_t state_bytes(const gpusim_detector_context *context)
{
    return context->scene->signal_count * sizeof(double);
}

// Down one tree: the depth. The cut above the leaf set the sample apart, the earlier the better.
static double depth_of(const node *nodes, const double *x, double *shares)
{
    uint32_t at = 0, last = LEAF;
    while (nodes[at].signal != LEAF) {
        last = nodes[at].signal;
        at = nodes[at].left + (x[last] >= nodes[at].cut);
    }
    if (last != LEAF) {
        shares[last] += 1 / (nodes[at].cut * nodes[at].cut);
    }
    return nodes[at].cut;
}

static double score_of(const forest *model, const double *x, uint32_t signals, double *shares,
                       uint32_t *cause)
{
    double sum = 0, most = 0;
    memset(shares, 0, signals * sizeof *shares);
    for (uint32_t t = 0; t < model->trees; t++) {
        sum += depth_of(model->nodes + (size_t)t * model->room, x, shares);
    }
    for (uint32_t s = 0; s < signals; s++) {
        if (shares[s] > most) {
            most = shares[s];
            *cause = s;
        }
    }
    // of samples that were one and the same there is nothing to tell apart
    double depth = model->depth > 0 ? sum / model->trees / model->depth : 1;
    return gpusim_pow(2, -depth);
}

static gpusim_status observe(const gpusim_detector_context *context, const gpusim_frame *frame,
                             double *scores, uint32_t *causes, gpusim_error *err)
{
    (void)err;
    uint32_t signals = context->scene->signal_count;
    for (uint32_t e = 0; e < context->scene->entity_count; e++) {
        scores[e] = score_of(context->model, frame->values + (size_t)e * signals, signals,
                             context->state, &causes[e]);
    }
    return GPUSIM_OK;
}

static const gpusim_detector operations = {
    .state_bytes = state_bytes, .train = train, .observe = observe};

const gpusim_module gs_detector_isolation_forest = {
    .magic = GPUSIM_MODULE_MAGIC,
    .size = sizeof(gpusim_module),
    .abi_major = GPUSIM_MODULE_ABI_MAJOR,
    .abi_minor = GPUSIM_MODULE_ABI_MINOR,
    .kind = GPUSIM_MODULE_DETECTOR,
    .name = "isolation-forest",
    .version = "1",
    .doc = "How few random cuts it takes to set a sample apart (Liu et al. 2008).",
    .parameters = &gs_detector_record_isolation_forest,
    .operations = &operations,
    .flags = GPUSIM_MODULE_STANDARDISED,
};
