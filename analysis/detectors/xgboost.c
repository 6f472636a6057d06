/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The detector `xgboost`: boosted trees (Chen and Guestrin, KDD 2016) over the signals of an
 * entity, over the mean of these on the others of its job, and over how long it has had that job.
 * residual: trees foretell each signal from all the rest, and the score is how far off they are,
 * the root mean square over signals, each in what is usual for it. supervised: trees learn from
 * samples that are known to have been anomalous, and the score is the log-odds of that. */
#include <math.h>
#include <stddef.h>
#include <string.h>

#include <gpusim/detect.h>

#include "boosting.h"

typedef enum form { FORM_RESIDUAL, FORM_SUPERVISED } form;

typedef struct parameters {
    double rate;
    int32_t form;
    uint32_t rounds, depth, bins, rows, reserved;
} parameters;

static const gpusim_choice forms[] = {
    {"residual", FORM_RESIDUAL, "foretell each signal from the others"},
    {"supervised", FORM_SUPERVISED, "learn what is marked: traces with faults, logs with labels"},
    {NULL, 0, NULL},
};

static const gpusim_field fields[] = {
    {.name = "form",
     .type = GPUSIM_ENUM,
     .offset = offsetof(parameters, form),
     .fallback = "residual",
     .detail.choices = forms,
     .doc = "What trees learn."},
    {.name = "rounds",
     .type = GPUSIM_UINT32,
     .offset = offsetof(parameters, rounds),
     .fallback = "40",
     .minimum = 1,
     .maximum = 1000,
     .doc = "Trees, each of which corrects those before it."},
    {.name = "depth",
     .type = GPUSIM_UINT32,
     .offset = offsetof(parameters, depth),
     .fallback = "4",
     .minimum = 1,
     .maximum = GS_TREE_DEPTH,
     .doc = "Cuts from a tree's root to its leaves, at most."},
    {.name = "rate",
     .type = GPUSIM_FLOAT64,
     .unit = GPUSIM_UNIT_RATIO,
     .offset = offsetof(parameters, rate),
     .fallback = "0.2",
     .minimum = 0.001,
     .maximum = 1,
     .doc = "How much of what it could correct a tree does."},
    {.name = "bins",
     .type = GPUSIM_UINT32,
     .offset = offsetof(parameters, bins),
     .fallback = "64",
     .minimum = 2,
     .maximum = 65536,
     .doc = "Places at which a signal may be cut."},
    {.name = "rows",
     .type = GPUSIM_UINT32,
     .offset = offsetof(parameters, rows),
     .fallback = "100000",
     .minimum = 100,
     .maximum = 10000000,
     .doc = "Samples of one entity to learn from, at most; of more it takes every n-th."},
};

const gpusim_record gs_detector_record_xgboost = {
    .name = "xgboost",
    .fields = fields,
    .count = sizeof fields / sizeof fields[0],
    .size = sizeof(parameters),
    .doc = "Parameters of the detector xgboost.",
};

#define FLOOR     0.1 // of how far off is usual, in standard deviations
#define MOST      20.0
#define OLDEST    100.f // a job's age in samples, from which on it does not matter
#define NOT_THERE NAN

/* The model: `outputs` times `rounds` trees of `room` nodes each; before them, how far off is usual
 * for each output. */
typedef struct forest {
    int32_t form;
    uint32_t outputs, rounds, room;
} forest;

static double *usual_of(forest *f)
{
    return (double *)(f + 1);
}

static uint64_t model_bytes(const forest *f)
{
    uint64_t nodes = (uint64_t)f->rounds * f->room;
    return sizeof *f + f->outputs * (sizeof(double) + nodes * sizeof(gs_tree_node));
}

// What there is to learn.
static forest forest_of(const gpusim_detector_context *context)
{
    const parameters *p = context->parameters;
    return (forest){
        .form = p->form,
        .outputs = p->form == FORM_SUPERVISED ? 1 : context->scene->signal_count,
        .rounds = p->rounds,
        .room = gs_tree_room(p->depth),
    };
}

static gs_tree_node *trees_of(forest *f, uint32_t output)
{
    gs_tree_node *all = (gs_tree_node *)(usual_of(f) + f->outputs);
    return all + (size_t)output * f->rounds * f->room;
}

/* ---- what trees see of an entity ---- */

/* Columns: its signals, the mean of each over its job's other entities, whether it has a job, and
 * since how many samples. */
static uint32_t columns_of(const gpusim_scene *scene)
{
    return 2 * scene->signal_count + 2;
}

/* Room to see one frame, in one block. */
typedef struct sight {
    float *rows;     // [entities][columns]
    double *sums;    // [entities][signals]: by job, in the place of its first entity
    double *counts;  // the same
    double *shares;  // [columns]
    uint32_t *first; // [entities]: of its job
    uint32_t *table; // [slots]: first entities, by job
    uint32_t slots;
} sight;

static uint32_t slots_for(uint32_t entities)
{
    uint32_t slots = 4;
    while (slots < 2 * entities) {
        slots *= 2;
    }
    return slots;
}

// Lays it out in a block; with NULL it only says how long that is.
static uint64_t lay_out(const gpusim_scene *scene, char *block, sight *to)
{
    uint64_t entities = scene->entity_count, values = entities * scene->signal_count, at = 0;
    to->slots = slots_for(scene->entity_count);
    const struct {
        void *part;
        uint64_t bytes;
    } parts[] = {
        {&to->sums, values * sizeof(double)},
        {&to->counts, values * sizeof(double)},
        {&to->shares, columns_of(scene) * sizeof(double)},
        {&to->rows, entities * columns_of(scene) * sizeof(float)},
        {&to->first, entities * sizeof(uint32_t)},
        {&to->table, to->slots * sizeof(uint32_t)},
    };
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        char *part = block ? block + at : NULL;
        memcpy(parts[i].part, &part, sizeof part);
        at += (parts[i].bytes + 7) / 8 * 8;
    }
    return at;
}

// The first entity that has the same job.
static uint32_t first_with(const sight *s, const uint32_t *jobs, uint32_t entity)
{
    uint32_t slot = jobs[entity] * UINT32_C(2654435769) & (s->slots - 1);
    while (s->table[slot] != GPUSIM_NONE && jobs[s->table[slot]] != jobs[entity]) {
        slot = (slot + 1) & (s->slots - 1);
    }
    if (s->table[slot] == GPUSIM_NONE) {
        s->table[slot] = entity;
    }
    return s->table[slot];
}

static float value_at(const gpusim_frame *frame, size_t i)
{
    return isnan(frame->raw[i]) ? NOT_THERE : (float)frame->values[i];
}

static void add_up_jobs(const gpusim_scene *scene, const gpusim_frame *frame, const sight *s)
{
    uint32_t signals = scene->signal_count;
    size_t values = (size_t)scene->entity_count * signals;
    memset(s->sums, 0, values * sizeof *s->sums);
    memset(s->counts, 0, values * sizeof *s->counts);
    memset(s->table, 0xff, s->slots * sizeof *s->table);
    for (uint32_t e = 0; e < scene->entity_count; e++) {
        s->first[e] =
            frame->job && frame->job[e] != GPUSIM_NONE ? first_with(s, frame->job, e) : GPUSIM_NONE;
        for (uint32_t k = 0; k < signals && s->first[e] != GPUSIM_NONE; k++) {
            float x = value_at(frame, (size_t)e * signals + k);
            size_t to = (size_t)s->first[e] * signals + k;
            s->sums[to] += isnan(x) ? 0 : (double)x;
            s->counts[to] += isnan(x) ? 0 : 1;
        }
    }
}

// The mean of a signal over the others of an entity's job.
static float peers_mean(const sight *s, uint32_t signals, uint32_t entity, uint32_t signal, float x)
{
    if (s->first[entity] == GPUSIM_NONE) {
        return NOT_THERE;
    }
    size_t of = (size_t)s->first[entity] * signals + signal;
    double own = isnan(x) ? 0 : (double)x, others = s->counts[of] - (isnan(x) ? 0 : 1);
    return others > 0 ? (float)((s->sums[of] - own) / others) : NOT_THERE;
}

static void see(const gpusim_scene *scene, const gpusim_frame *frame, const sight *s)
{
    uint32_t signals = scene->signal_count, columns = columns_of(scene);
    add_up_jobs(scene, frame, s);
    for (uint32_t e = 0; e < scene->entity_count; e++) {
        float *row = s->rows + (size_t)e * columns;
        for (uint32_t k = 0; k < signals; k++) {
            row[k] = value_at(frame, (size_t)e * signals + k);
            row[signals + k] = peers_mean(s, signals, e, k, row[k]);
        }
        int has = s->first[e] != GPUSIM_NONE;
        row[2 * signals] = frame->job ? (float)has : NOT_THERE;
        row[2 * signals + 1] = NOT_THERE;
        if (has && frame->job_start) {
            double age = gpusim_seconds(frame->time - frame->job_start[e]) / scene->interval;
            row[2 * signals + 1] = fminf((float)age, OLDEST);
        }
    }
}

/* ---- learning ---- */

/* Rows: those to learn from, and behind them, from the end down, those that are held back to see
 * how far off trees are, which are of the frames with odd numbers. */
typedef struct lesson {
    float *rows;              // [room][columns]
    float *values;            // [room]: of the signal that is being learnt
    float *targets, *weights; // [learnt]
    uint8_t *labels;          // [room]
    uint64_t room, learnt, held, marked;
    int unlabelled; // some frame said nothing
} lesson;

static int make_room(const gpusim_scene *scene, gpusim_learning *learning, lesson *l, sight *s)
{
    uint64_t bytes = lay_out(scene, NULL, s);
    char *block = gpusim_learning_work(learning, bytes);
    l->rows = gpusim_learning_work(learning, l->room * columns_of(scene) * sizeof(float));
    l->values = gpusim_learning_work(learning, l->room * sizeof(float));
    l->targets = gpusim_learning_work(learning, l->room * sizeof(float));
    l->weights = gpusim_learning_work(learning, l->room * sizeof(float));
    l->labels = gpusim_learning_work(learning, l->room);
    lay_out(scene, block, s);
    return block && l->rows && l->values && l->targets && l->weights && l->labels;
}

// Every n-th row, beginning one later in each frame so that it is not always the same entity's.
static void collect(const gpusim_scene *scene, gpusim_frames *frames, int hold, const sight *s,
                    lesson *l)
{
    uint32_t columns = columns_of(scene), entities = scene->entity_count;
    uint64_t all = gpusim_frames_count(frames) * entities, every = (all + l->room - 1) / l->room;
    gpusim_frame frame;
    for (uint64_t f = 0; gpusim_frames_next(frames, &frame); f++) {
        const uint8_t *labels = gpusim_frames_labels(frames);
        see(scene, &frame, s);
        l->unlabelled |= !labels;
        for (uint32_t e = 0; e < entities; e++) {
            if ((f * entities + e + f) % every != 0 || l->learnt + l->held == l->room) {
                continue;
            }
            uint64_t to = hold && f % 2 ? l->room - ++l->held : l->learnt++;
            memcpy(l->rows + to * columns, s->rows + (size_t)e * columns, columns * sizeof(float));
            l->labels[to] = labels ? labels[e] : 0;
            l->marked += l->labels[to];
        }
    }
}

static gs_boosting_options options_of(const parameters *p)
{
    return (gs_boosting_options){.rate = p->rate,
                                 .rounds = p->rounds,
                                 .depth = p->depth,
                                 .bins = p->bins,
                                 .logistic = p->form == FORM_SUPERVISED};
}

// How far off trees are where they did not learn.
static double usual_error(const forest *f, const gs_tree_node *trees, uint32_t columns,
                          const lesson *l)
{
    double sum = 0, count = 0;
    for (uint64_t r = l->room - l->held; r < l->room; r++) {
        if (!isnan(l->values[r])) {
            double foretold =
                gs_boosting_sum(trees, f->rounds, f->room, l->rows + r * columns, NULL);
            double off = (double)l->values[r] - foretold;
            sum += off * off;
            count++;
        }
    }
    return fmax(count > 0 ? sqrt(sum / count) : 0, FLOOR);
}

// One signal, which trees may not see meanwhile.
static gpusim_status learn_signal(const parameters *p, const gpusim_scene *scene, uint32_t signal,
                                  lesson *l, forest *f, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    gs_boosting_options options = options_of(p);
    uint32_t columns = columns_of(scene);
    gs_tree_node *trees = trees_of(f, signal);
    uint64_t there = 0;
    for (uint64_t r = 0; r < l->room; r++) {
        l->values[r] = l->rows[r * columns + signal];
        l->rows[r * columns + signal] = NOT_THERE;
    }
    for (uint64_t r = 0; r < l->learnt; r++) {
        int missing = isnan(l->values[r]);
        l->targets[r] = missing ? 0 : l->values[r];
        l->weights[r] = (float)!missing;
        there += !missing;
    }
    if (there > 0) {
        status = gs_boosting_learn(l->rows, l->learnt, columns, l->targets, l->weights, &options,
                                   trees, err);
    }
    // what never was there is foretold as the mean
    for (size_t i = 0; there == 0 && i < (size_t)f->rounds * f->room; i++) {
        trees[i] = (gs_tree_node){.what = GS_TREE_LEAF};
    }
    usual_of(f)[signal] = status == GPUSIM_OK ? usual_error(f, trees, columns, l) : FLOOR;
    for (uint64_t r = 0; r < l->room; r++) {
        l->rows[r * columns + signal] = l->values[r];
    }
    return status;
}

static gpusim_status learn_labels(const parameters *p, const gpusim_scene *scene, lesson *l,
                                  forest *f, gpusim_error *err)
{
    gs_boosting_options options = options_of(p);
    if (l->unlabelled || l->marked == 0 || l->marked == l->learnt) {
        gpusim_fail(err, GPUSIM_ARGUMENT, "xgboost learns from samples that are marked, and %s",
                    l->unlabelled    ? "nobody has marked these"
                    : l->marked == 0 ? "none of these is"
                                     : "all of these are");
        gpusim_error_hint(err, "a trace with faults, or a log with a column `label`");
        return GPUSIM_ARGUMENT;
    }
    for (uint64_t r = 0; r < l->learnt; r++) {
        l->targets[r] = l->labels[r];
        l->weights[r] = 1;
    }
    usual_of(f)[0] = 1;
    return gs_boosting_learn(l->rows, l->learnt, columns_of(scene), l->targets, l->weights,
                             &options, trees_of(f, 0), err);
}

static gpusim_status train(const gpusim_detector_context *context, gpusim_frames *frames,
                           gpusim_learning *learning, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    const parameters *p = context->parameters;
    const gpusim_scene *scene = context->scene;
    uint64_t all = gpusim_frames_count(frames) * scene->entity_count;
    const forest about = forest_of(context);
    lesson l = {.room = all < p->rows ? all : p->rows};
    sight s;
    if (!gpusim_xgboost_version()) {
        gpusim_fail(err, GPUSIM_MODULE, "xgboost cannot learn: the library XGBoost is not there");
        gpusim_error_hint(err, "install libxgboost-dev and build anew; what was learnt elsewhere "
                               "can be used as it is");
        return GPUSIM_MODULE;
    }
    forest *f = gpusim_learning_model(learning, model_bytes(&about));
    if (!f || !make_room(scene, learning, &l, &s)) {
        return gpusim_fail(err, GPUSIM_MEMORY, "no memory for %u trees", p->rounds * about.outputs);
    }
    *f = about;
    collect(scene, frames, p->form == FORM_RESIDUAL, &s, &l);
    if (p->form == FORM_SUPERVISED) {
        return learn_labels(p, scene, &l, f, err);
    }
    for (uint32_t k = 0; k < f->outputs && status == GPUSIM_OK; k++) {
        status = learn_signal(p, scene, k, &l, f, err);
    }
    return status;
}

/* ---- scores ---- */

// The state is room to see a frame.
static uint64_t state_bytes(const gpusim_detector_context *context)
{
    sight s;
    return lay_out(context->scene, NULL, &s);
}

// What is not as foretold; a signal that is not there says nothing.
static double score_residual(forest *f, float *row, uint32_t *cause)
{
    double sum = 0, most = 0;
    for (uint32_t k = 0; k < f->outputs; k++) {
        float x = row[k];
        if (isnan(x)) {
            continue;
        }
        row[k] = NOT_THERE;
        double foretold = gs_boosting_sum(trees_of(f, k), f->rounds, f->room, row, NULL);
        row[k] = x;
        double off = fmin(fabs((double)x - foretold) / usual_of(f)[k], MOST);
        sum += off * off;
        if (off > most) {
            most = off;
            *cause = k;
        }
    }
    return sqrt(sum / f->outputs);
}

// Log-odds; the cause is the signal whose cuts, its own and its peers', raised them most.
static double score_supervised(forest *f, uint32_t signals, const float *row, double *shares,
                               uint32_t *cause)
{
    double most = 0;
    memset(shares, 0, (2 * (size_t)signals + 2) * sizeof *shares);
    double sum = gs_boosting_sum(trees_of(f, 0), f->rounds, f->room, row, shares);
    for (uint32_t k = 0; k < signals; k++) {
        double share = shares[k] + shares[signals + k];
        if (share > most) {
            most = share;
            *cause = k;
        }
    }
    return sum;
}

static gpusim_status observe(const gpusim_detector_context *context, const gpusim_frame *frame,
                             double *scores, uint32_t *causes, gpusim_error *err)
{
    (void)err;
    const gpusim_scene *scene = context->scene;
    forest *f = (forest *)(uintptr_t)context->model; // which is only read
    sight s;
    lay_out(scene, context->state, &s);
    see(scene, frame, &s);
    for (uint32_t e = 0; e < scene->entity_count; e++) {
        float *row = s.rows + (size_t)e * columns_of(scene);
        scores[e] = f->form == FORM_SUPERVISED
                        ? score_supervised(f, scene->signal_count, row, s.shares, &causes[e])
                        : score_residual(f, row, &causes[e]);
    }
    return GPUSIM_OK;
}

static int check(const gpusim_detector_context *context)
{
    const forest about = forest_of(context);
    forest *f = (forest *)(uintptr_t)context->model; // which is only read
    return context->model_bytes == model_bytes(&about) && memcmp(f, &about, sizeof about) == 0 &&
           gs_trees_check(trees_of(f, 0), (uint64_t)f->outputs * f->rounds, f->room,
                          columns_of(context->scene));
}

static int reads_labels(const void *of)
{
    return ((const parameters *)of)->form == FORM_SUPERVISED;
}

static const gpusim_detector operations = {.state_bytes = state_bytes,
                                           .train = train,
                                           .observe = observe,
                                           .reads_labels = reads_labels,
                                           .check = check};

const gpusim_module gs_detector_xgboost = {
    .magic = GPUSIM_MODULE_MAGIC,
    .size = sizeof(gpusim_module),
    .abi_major = GPUSIM_MODULE_ABI_MAJOR,
    .abi_minor = GPUSIM_MODULE_ABI_MINOR,
    .kind = GPUSIM_MODULE_DETECTOR,
    .name = "xgboost",
    .version = "1",
    .doc = "Boosted trees that foretell each signal, or that learnt from labels. Needs XGBoost.",
    .parameters = &gs_detector_record_xgboost,
    .operations = &operations,
    .flags = GPUSIM_MODULE_STANDARDISED | GPUSIM_MODULE_READS_LABELS,
};
