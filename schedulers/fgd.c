/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The placement `fgd`: fragmentation gradient descent (Weng et al., USENIX ATC 2023). */
#include <gpusim/placement.h>
#include <gpusim/random.h>

static const gpusim_field fields[] = {GPUSIM_SCATTER_FIELD};

const gpusim_record gs_parameters_fgd = {
    .name = "fgd",
    .fields = fields,
    .count = 1,
    .size = sizeof(gpusim_scatter),
    .doc = "Parameters of the placement fgd.",
};

/* GPUs of a node that are looked at; of a larger one the first. */
enum { MOST_GPUS = 1024 };

/* A node as it is, to be changed by a job. */
typedef struct idle {
    uint32_t left[MOST_GPUS]; /* thousandths of each GPU */
    uint32_t gpus, group;
    uint32_t cpus; /* thousandths of a core; UINT32_MAX: no limit */
} idle;

static void read_node(const gpusim_view *view, uint32_t node, idle *it)
{
    uint32_t first = view->node_first_gpu[node];
    uint32_t gpus = view->nodes[node].gpus;
    it->gpus = gpus < MOST_GPUS ? gpus : MOST_GPUS;
    it->group = view->nodes[node].group;
    it->cpus = view->nodes[node].cpus == UINT32_MAX ? UINT32_MAX : view->nodes[node].free_cpus;
    for (uint32_t i = 0; i < it->gpus; i++) {
        it->left[i] = view->gpus[first + i].free_milli;
    }
}

static double fragments(const gpusim_view *view, const idle *it)
{
    return gpusim_view_fragmentation(view, it->group, it->cpus, it->left, it->gpus);
}

// 100 / (1 + e^-x) for what becomes useless, or useful again, of GPUs: 50 is no change
static int32_t grade(double before, double after)
{
    return (int32_t)(100 * (1 / (1 + gpusim_exp(-((before - after) / 1000)))));
}

// the GPU with least left of those with room
static uint32_t fullest(const idle *it, uint32_t milli)
{
    uint32_t best = GPUSIM_NONE;
    for (uint32_t i = 0; i < it->gpus; i++) {
        if (it->left[i] >= milli && (best == GPUSIM_NONE || it->left[i] < it->left[best])) {
            best = i;
        }
    }
    return best;
}

// a part of one GPU goes where that grades best: of GPUs with as much left one speaks for all
static int32_t grade_part(const gpusim_view *view, const gpusim_job_info *job, idle *it,
                          double before, uint32_t *gpu)
{
    int32_t best = -1;
    for (uint32_t i = 0; i < it->gpus; i++) {
        uint32_t left = it->left[i], k = 0;
        while (it->left[k] != left) {
            k++;
        }
        if (k < i || left < job->milli) {
            continue;
        }
        it->left[i] = left - job->milli;
        int32_t one = grade(before, fragments(view, it));
        it->left[i] = left;
        if (one > best) {
            best = one;
            *gpu = i;
        }
    }
    return best;
}

static int32_t score(const gpusim_context *context, const gpusim_job_info *job, uint32_t gpus,
                     uint32_t node, uint32_t *gpu)
{
    const gpusim_view *view = context->view;
    idle it;
    read_node(view, node, &it);
    double before = fragments(view, &it);
    uint64_t cpus = (uint64_t)job->cpus * (gpus ? gpus : 1);
    if (it.cpus != UINT32_MAX) {
        it.cpus -= cpus < it.cpus ? (uint32_t)cpus : it.cpus;
    }
    if (job->gpus == 1 && job->milli < 1000) {
        return grade_part(view, job, &it, before, gpu);
    }
    for (uint32_t i = 0; i < gpus; i++) {
        uint32_t one = fullest(&it, job->milli);
        if (one == GPUSIM_NONE) {
            break;
        }
        it.left[one] -= job->milli;
    }
    return grade(before, fragments(view, &it));
}

static int place(const gpusim_context *context, const gpusim_job_info *job,
                 gpusim_placement *placement)
{
    const gpusim_scatter *given = context->parameters;
    return gpusim_place_by_grade(context, job, placement, score, given && given->scatter);
}

static const gpusim_placer operations = {.place = place, .cache = gpusim_grade_cache};

const gpusim_module gs_module_fgd = {
    .magic = GPUSIM_MODULE_MAGIC,
    .size = sizeof(gpusim_module),
    .abi_major = GPUSIM_MODULE_ABI_MAJOR,
    .abi_minor = GPUSIM_MODULE_ABI_MINOR,
    .kind = GPUSIM_MODULE_PLACEMENT,
    .name = "fgd",
    .version = "1.0.0",
    .doc = "Fragmentation gradient descent: where what is left becomes least useless to the jobs "
           "that the "
           "workload has (see `fragmentation`), node and GPU.",
    .parameters = &gs_parameters_fgd,
    .operations = &operations,
    .flags = GPUSIM_MODULE_SHARES,
};
