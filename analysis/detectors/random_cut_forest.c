/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The detector `random-cut-forest`: how likely random cuts set a new sample apart from those that
 * were seen, near the root (Guha, Mishra, Roy and Schrijvers, ICML 2016). It goes on learning: each
 * tree keeps a few samples, drawn from the last ones, and follows as they change; memory is
 * bounded. */
#include <math.h>
#include <stddef.h>
#include <string.h>

#include <gpusim/detector.h>

typedef struct parameters {
    uint32_t trees, samples;
    uint32_t memory;
    uint32_t reserved;
} parameters;

static const gpusim_field fields[] = {
    {.name = "trees",
     .type = GPUSIM_UINT32,
     .offset = offsetof(parameters, trees),
     .fallback = "50",
     .minimum = 1,
     .maximum = 1000,
     .doc = "How many there are."},
    {.name = "samples",
     .type = GPUSIM_UINT32,
     .offset = offsetof(parameters, samples),
     .fallback = "256",
     .minimum = 2,
     .maximum = 65536,
     .doc = "That each tree keeps."},
    {.name = "memory",
     .type = GPUSIM_UINT32,
     .offset = offsetof(parameters, memory),
     .fallback = "10000",
     .minimum = 1,
     .maximum = 1e9,
     .doc = "Frames that samples are kept for, in the mean."},
};

const gpusim_record gs_detector_record_random_cut_forest = {
    .name = "random-cut-forest",
    .fields = fields,
    .count = sizeof fields / sizeof fields[0],
    .size = sizeof(parameters),
    .doc = "Parameters of the detector random-cut-forest.",
};

#define NONE UINT32_MAX

/* A leaf is a sample, and all that are the same. */
typedef struct node {
    double cut;      // what has no more goes left, else right
    uint32_t signal; // NONE: a leaf
    uint32_t parent; // NONE: the root
    uint32_t child[2];
    uint64_t samples; // below it
    double width;     // of its box, all signals together
} node;

/* Before each tree's arrays. */
typedef struct trunk {
    uint32_t root; // NONE: no sample yet
    uint32_t kept; // samples
    uint32_t free; // the first of the nodes not in use, a list by child[0]
    uint32_t reserved;
} trunk;

/* Model and state: this, then the trees. */
typedef struct forest {
    uint64_t seen;  // samples offered; 0 in a state that has not begun
    uint64_t drawn; // draws made
    char trees[];
} forest;

/* One tree of a forest, as pointers into it. */
typedef struct tree {
    trunk *trunk;
    node *nodes;   // [2 samples]
    double *boxes; // [2 samples][2][signals]: the least and the most of what is below
    uint64_t *at;  // [samples]: the leaf of each sample kept
    uint32_t signals, samples;
} tree;

static uint64_t tree_bytes(const gpusim_detector_context *context)
{
    const parameters *p = context->parameters;
    uint64_t box = 2 * context->scene->signal_count * sizeof(double);
    return sizeof(trunk) + p->samples * (2 * (sizeof(node) + box) + sizeof(uint64_t));
}

static tree tree_of(const gpusim_detector_context *context, const forest *all, uint32_t number)
{
    const parameters *p = context->parameters;
    tree t = {.signals = context->scene->signal_count, .samples = p->samples};
    t.trunk = (trunk *)((char *)(uintptr_t)all->trees + number * tree_bytes(context));
    t.nodes = (node *)(t.trunk + 1);
    t.boxes = (double *)(t.nodes + (size_t)2 * t.samples);
    t.at = (uint64_t *)(t.boxes + (size_t)4 * t.samples * t.signals);
    return t;
}

static double *least_of(const tree *t, uint32_t at)
{
    return t->boxes + (size_t)2 * at * t->signals;
}

static double *most_of(const tree *t, uint32_t at)
{
    return least_of(t, at) + t->signals;
}

/* ---- the tree as samples come and go ---- */

static void plant(const tree *t)
{
    t->trunk->root = NONE;
    for (uint32_t i = 0; i < 2 * t->samples; i++) {
        t->nodes[i].child[0] = i + 1 < 2 * t->samples ? i + 1 : NONE;
    }
}

static uint32_t take_node(const tree *t, uint32_t parent, uint64_t samples)
{
    uint32_t taken = t->trunk->free;
    t->trunk->free = t->nodes[taken].child[0];
    t->nodes[taken] =
        (node){.signal = NONE, .parent = parent, .child = {NONE, NONE}, .samples = samples};
    return taken;
}

static void give_node(const tree *t, uint32_t given)
{
    t->nodes[given].child[0] = t->trunk->free;
    t->trunk->free = given;
}

static uint32_t take_leaf(const tree *t, const double *x)
{
    uint32_t leaf = take_node(t, NONE, 1);
    memcpy(least_of(t, leaf), x, t->signals * sizeof *x);
    memcpy(most_of(t, leaf), x, t->signals * sizeof *x);
    return leaf;
}

// Puts `by` where `old` was.
static void replace(const tree *t, uint32_t old, uint32_t by)
{
    uint32_t parent = t->nodes[old].parent;
    t->nodes[by].parent = parent;
    if (parent == NONE) {
        t->trunk->root = by;
    } else {
        t->nodes[parent].child[t->nodes[parent].child[1] == old] = by;
    }
}

// Boxes and counts from this cut up to the root.
static void refresh(const tree *t, uint32_t cut)
{
    for (; cut != NONE; cut = t->nodes[cut].parent) {
        const uint32_t *child = t->nodes[cut].child;
        t->nodes[cut].samples = t->nodes[child[0]].samples + t->nodes[child[1]].samples;
        const double *low[2] = {least_of(t, child[0]), least_of(t, child[1])};
        const double *high[2] = {most_of(t, child[0]), most_of(t, child[1])};
        double *least = least_of(t, cut), *most = most_of(t, cut), width = 0;
        for (uint32_t s = 0; s < t->signals; s++) {
            least[s] = low[0][s] < low[1][s] ? low[0][s] : low[1][s];
            most[s] = high[0][s] > high[1][s] ? high[0][s] : high[1][s];
            width += most[s] - least[s];
        }
        t->nodes[cut].width = width;
    }
}

// How far x is outside the box, all signals together.
static double outside(const tree *t, uint32_t at, const double *x)
{
    const double *least = least_of(t, at), *most = most_of(t, at);
    double sum = 0;
    for (uint32_t s = 0; s < t->signals; s++) {
        double below = least[s] - x[s], above = x[s] - most[s];
        double off = below > above ? below : above;
        sum += off > 0 ? off : 0;
    }
    return sum;
}

// Where along the box with x in it a random cut falls. 1: it sets x apart from all in the box.
static int draw_cut(const tree *t, uint32_t at, const double *x, double left, uint32_t *signal,
                    double *cut)
{
    for (uint32_t s = 0; s < t->signals; s++) {
        double low = fmin(least_of(t, at)[s], x[s]), high = fmax(most_of(t, at)[s], x[s]);
        if (low < high) {
            *signal = s;
            *cut = left < high - low ? low + left : low;
            *cut = *cut < high ? *cut : low;
        }
        if (low < high && left < high - low) {
            break;
        }
        left -= high - low;
    }
    return *cut < least_of(t, at)[*signal] || *cut >= most_of(t, at)[*signal];
}

// A new cut above `at`, with a leaf for x beside it. Returns the leaf.
static uint32_t set_apart(const tree *t, uint32_t at, const double *x, uint32_t signal, double cut)
{
    uint32_t leaf = take_leaf(t, x), made = take_node(t, NONE, 0);
    int right = x[signal] > cut;
    replace(t, at, made);
    t->nodes[made].cut = cut;
    t->nodes[made].signal = signal;
    t->nodes[made].child[right] = leaf;
    t->nodes[made].child[!right] = at;
    t->nodes[leaf].parent = t->nodes[at].parent = made;
    return leaf;
}

// Puts x into the tree, as the number `kept` of its samples.
static void insert(const tree *t, const double *x, uint32_t kept, gpusim_stream stream,
                   uint64_t *drawn)
{
    uint32_t at = t->trunk->root, leaf = NONE;
    if (at == NONE) {
        t->trunk->root = leaf = take_leaf(t, x);
    }
    while (leaf == NONE) {
        uint32_t signal = 0;
        double cut = 0, width = t->nodes[at].width + outside(t, at, x);
        if (!(width > 0)) {
            // only a leaf has no width: one of the same values
            t->nodes[at].samples++;
            leaf = at;
        } else if (draw_cut(t, at, x, width * gpusim_draw_uniform(stream, (*drawn)++), &signal,
                            &cut)) {
            leaf = set_apart(t, at, x, signal, cut);
        } else {
            at = t->nodes[at].child[x[t->nodes[at].signal] > t->nodes[at].cut];
        }
    }
    refresh(t, t->nodes[leaf].parent);
    t->at[kept] = leaf;
}

static void forget(const tree *t, uint32_t kept)
{
    uint32_t leaf = (uint32_t)t->at[kept], parent = t->nodes[leaf].parent;
    if (--t->nodes[leaf].samples > 0) {
        refresh(t, parent);
        return;
    }
    if (parent == NONE) {
        t->trunk->root = NONE;
    } else {
        uint32_t sibling = t->nodes[parent].child[t->nodes[parent].child[0] == leaf];
        replace(t, parent, sibling);
        refresh(t, t->nodes[sibling].parent);
        give_node(t, parent);
    }
    give_node(t, leaf);
}

// Offers one sample to all trees: each takes it with the same chance, for one of those it has.
static void offer(const gpusim_detector_context *context, forest *all, const double *x)
{
    const parameters *p = context->parameters;
    double longest = (double)p->memory * context->scene->entity_count;
    all->seen++;
    double chance = p->samples / fmax(fmin((double)all->seen, longest), p->samples);
    for (uint32_t n = 0; n < p->trees; n++) {
        tree t = tree_of(context, all, n);
        if (t.trunk->kept < t.samples) {
            insert(&t, x, t.trunk->kept++, context->stream, &all->drawn);
        } else if (gpusim_draw_uniform(context->stream, all->drawn++) < chance) {
            uint32_t given_up =
                (uint32_t)gpusim_draw_index(context->stream, all->drawn++, t.samples);
            forget(&t, given_up);
            insert(&t, x, given_up, context->stream, &all->drawn);
        }
    }
}

/* ---- learning ---- */

static uint64_t forest_bytes(const gpusim_detector_context *context)
{
    const parameters *p = context->parameters;
    return sizeof(forest) + p->trees * tree_bytes(context);
}

static gpusim_status train(const gpusim_detector_context *context, gpusim_frames *frames,
                           gpusim_learning *learning, gpusim_error *err)
{
    const parameters *p = context->parameters;
    uint32_t signals = context->scene->signal_count;
    forest *model = gpusim_learning_model(learning, forest_bytes(context));
    if (!model) {
        return gpusim_fail(err, GPUSIM_MEMORY, "no memory for %u trees", p->trees);
    }
    for (uint32_t n = 0; n < p->trees; n++) {
        tree t = tree_of(context, model, n);
        plant(&t);
    }
    gpusim_frame frame;
    while (gpusim_frames_next(frames, &frame)) {
        for (uint32_t e = 0; e < context->scene->entity_count; e++) {
            offer(context, model, frame.values + (size_t)e * signals);
        }
    }
    return GPUSIM_OK;
}

/* ---- scores ---- */

// The state: the forest, then how much each signal has to do with one score.
static uint64_t state_bytes(const gpusim_detector_context *context)
{
    return forest_bytes(context) + context->scene->signal_count * sizeof(double);
}

// Adds a chance, divided among the signals by how far x is outside the box in each.
static void blame(const tree *t, uint32_t at, const double *x, double share, double *shares)
{
    for (uint32_t s = 0; s < t->signals; s++) {
        shares[s] +=
            share * (fmax(least_of(t, at)[s] - x[s], 0) + fmax(x[s] - most_of(t, at)[s], 0));
    }
}

/* The mean, over where a random cut could set x apart, of 1 / (1 + depth there); of samples that
 * are in the tree already the more there are the less. What nothing was seen to differ from is
 * worth 1 / log2(samples + 1). */
static double score_in(const tree *t, const double *x, double *shares)
{
    double score = 0, left = 1, depth = 0;
    uint32_t at = t->trunk->root;
    for (; t->nodes[at].signal != NONE; depth++) {
        double out = outside(t, at, x);
        if (out > 0) {
            double width = t->nodes[at].width + out;
            blame(t, at, x, left / width / (depth + 1), shares);
            score += left * out / width / (depth + 1);
            left *= t->nodes[at].width / width;
        }
        at = t->nodes[at].child[x[t->nodes[at].signal] > t->nodes[at].cut];
    }
    double out = outside(t, at, x);
    if (out > 0) {
        blame(t, at, x, left / out / (depth + 1), shares);
        return score + left / (depth + 1);
    }
    double alike = gpusim_log((double)t->nodes[at].samples + 1) / gpusim_log(2);
    return score + left / (depth + alike);
}

static double score_of(const gpusim_detector_context *context, const forest *all, const double *x,
                       double *shares, uint32_t *cause)
{
    const parameters *p = context->parameters;
    double sum = 0, most = 0;
    memset(shares, 0, context->scene->signal_count * sizeof *shares);
    for (uint32_t n = 0; n < p->trees; n++) {
        tree t = tree_of(context, all, n);
        sum += score_in(&t, x, shares);
    }
    for (uint32_t s = 0; s < context->scene->signal_count; s++) {
        if (shares[s] > most) {
            most = shares[s];
            *cause = s;
        }
    }
    return sum / p->trees * gpusim_log(p->samples + 1.0) / gpusim_log(2);
}

static gpusim_status observe(const gpusim_detector_context *context, const gpusim_frame *frame,
                             double *scores, uint32_t *causes, gpusim_error *err)
{
    (void)err;
    uint32_t signals = context->scene->signal_count;
    forest *all = context->state;
    double *shares = (double *)((char *)context->state + forest_bytes(context));
    if (all->seen == 0) {
        memcpy(all, context->model, forest_bytes(context));
    }
    for (uint32_t e = 0; e < context->scene->entity_count; e++) {
        scores[e] = score_of(context, all, frame->values + (size_t)e * signals, shares, &causes[e]);
    }
    for (uint32_t e = 0; e < context->scene->entity_count; e++) {
        offer(context, all, frame->values + (size_t)e * signals);
    }
    return GPUSIM_OK;
}

static const gpusim_detector operations = {
    .state_bytes = state_bytes, .train = train, .observe = observe};

const gpusim_module gs_detector_random_cut_forest = {
    .magic = GPUSIM_MODULE_MAGIC,
    .size = sizeof(gpusim_module),
    .abi_major = GPUSIM_MODULE_ABI_MAJOR,
    .abi_minor = GPUSIM_MODULE_ABI_MINOR,
    .kind = GPUSIM_MODULE_DETECTOR,
    .name = "random-cut-forest",
    .version = "1",
    .doc = "How likely random cuts set a sample apart near the root (Guha et al. 2016); goes on "
           "learning, in bounded memory.",
    .parameters = &gs_detector_record_random_cut_forest,
    .operations = &operations,
    .flags = GPUSIM_MODULE_STANDARDISED,
};
