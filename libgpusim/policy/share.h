/* SPDX-License-Identifier: GPL-3.0-or-later */
/* GPUs that several jobs share: who has room for a part, and which one it takes.
 *
 * A *partly used* GPU is one that somebody holds a part of and that is not held whole. A job that
 * shares goes to the partly used GPU whose room is least among those that suffice (in thousandths,
 * or in memory slices where GPUs are cut), ties to the lowest number; only when there is none does
 * the placement module place it as if it wanted whole GPUs. A job with several GPUs goes to one
 * node that has them partly used or free, of such nodes to that on which it takes the fewest free
 * ones; across nodes it takes free GPUs only.
 *
 * GPUs of a group that is cut hold MIG instances alone. Among the starts that its profile allows,
 * an instance takes the one after which most instances could still begin, ties to the lowest: so
 * does the driver in all examples of NVIDIA's MIG user guide (seven of 1g.5gb on an A100 begin at
 * slices 6, 4, 5, 0, 1, 2, 3). */
#ifndef GS_POLICY_SHARE_H
#define GS_POLICY_SHARE_H

#include <gpusim/module.h>

#define GS_MIG_SLICES 8u /* memory slices of a GPU */
#define GS_MIG_ALL    0xffu

/* A MIG profile of a group's GPU model. */
typedef struct gs_mig_profile {
    uint64_t memory;  /* B of an instance */
    uint32_t name;    /* as in gpusim_job_info.mig */
    uint32_t compute; /* compute slices, of 7 */
    uint32_t width;   /* memory slices */
    uint32_t starts;  /* bits: the memory slices at which one may begin */
} gs_mig_profile;

/* How a group's GPUs may be shared. */
typedef struct gs_cut {
    const gs_mig_profile *profiles;
    uint32_t count;
    uint32_t cut; /* 1: into MIG instances and in no other way */
} gs_cut;

/* 1 when a job takes less than whole GPUs, or instances. Jobs without GPUs do not. */
static inline int gs_job_shares(const gpusim_job_info *job)
{
    return job->gpus > 0 && (job->milli < 1000 || job->mig != 0);
}

/* Thousandths of GPUs that a job takes. */
static inline uint64_t gs_job_milli(const gpusim_job_info *job)
{
    return (uint64_t)job->gpus * job->milli;
}

/* Thousandths of a GPU that an instance has. */
static inline uint32_t gs_mig_milli(uint32_t compute)
{
    return compute * 1000 / 7;
}

/* How fast it runs on that, over a whole GPU: an instance of k compute slices at exactly k/7, of
 * which its thousandths are rounded down. */
static inline double gs_job_share(const gpusim_job_info *job)
{
    return job->mig ? (job->milli * 7 + 999) / 1000 / 7.0 : job->milli / 1000.0;
}

/* Kinds of GPU that a job may ask for by name, and the bit of a name that no kind has. */
#define GS_MODEL_KINDS   63u
#define GS_MODEL_UNKNOWN (UINT64_C(1) << GS_MODEL_KINDS)

/* 1 when a job may use GPUs of this kind. */
static inline int gs_models_take(const gpusim_job_info *job, uint32_t kind)
{
    return job->gpu_models == 0 || (kind < GS_MODEL_KINDS && (job->gpu_models >> kind & 1));
}

/* 1 when a job may use nodes of this cluster. */
static inline int gs_cluster_takes(const gpusim_job_info *job, uint32_t cluster)
{
    return job->cluster == GPUSIM_NONE || job->cluster == cluster;
}

/* The profile a job wants on this group; NULL: none, or no such there. */
const gs_mig_profile *gs_mig_find(const gs_cut *cut, uint32_t name);
/* 1 when a group takes such jobs at all: cut ones instances and jobs without GPUs, others the rest.
 */
int gs_cut_takes(const gs_cut *cut, const gpusim_job_info *job);
/* The slices that an instance takes of those that are free; 0: it has no place. */
uint32_t gs_mig_place(const gs_cut *cut, const gs_mig_profile *profile, uint32_t free);

/* The same of a view's groups; where nobody shares, every group takes every job that may
 * use its cluster and its GPUs. */
int gs_group_takes(const gpusim_view *view, const gpusim_job_info *job, uint32_t group);

/* 1 when a GPU has room for a job, whoever is on it: for these slices if they are given. */
int gs_share_fits(const gs_cut *cut, const gpusim_gpu_info *gpu, const gpusim_job_info *job,
                  uint32_t slices);
/* GPUs of a node with room for a part of this job, free ones included. For jobs that share. */
uint32_t gs_share_room(const gpusim_view *view, const gpusim_job_info *job, uint32_t node);
/* 1 when this very GPU of the node has room, with these slices if they are given. */
int gs_share_admits(const gpusim_view *view, const gpusim_job_info *job, const gpusim_part *part);
/* A GPU of the node for one part, as above (for a job that wants whole ones, the free one with the
 * lowest number); none of those that chosen[count] name already. 0: there is none. */
int gs_share_choose(const gpusim_view *view, const gpusim_job_info *job, uint32_t node,
                    const gpusim_part *chosen, uint32_t count, gpusim_part *part);

/* 1 when chosen[count] name this GPU of the node. */
int gs_share_is_among(const gpusim_part *chosen, uint32_t count, uint32_t node, uint32_t gpu);
/* The part of a job on this very GPU, with slices if there are any. */
gpusim_part gs_share_part(const gpusim_view *view, const gpusim_job_info *job, uint32_t node,
                          uint32_t gpu);

/* Places a job on partly used GPUs as told above; 0: there is no such place. */
int gs_share_place(const gpusim_view *view, const gpusim_job_info *job,
                   gpusim_placement *placement);
/* Says of a placement whose parts leave the GPUs to the host which ones they are, each a part. */
void gs_share_name(const gpusim_view *view, const gpusim_job_info *job,
                   gpusim_placement *placement);

/* What a GPU has when nobody holds anything of it. */
gpusim_gpu_info gs_share_empty(const gpusim_group_info *group);
/* A job takes its part of a GPU, or gives it back; where not enough is left, nothing remains. */
void gs_share_take(gpusim_gpu_info *gpu, const gpusim_job_info *job, uint32_t slices);
void gs_share_give(gpusim_gpu_info *gpu, const gpusim_group_info *group, const gpusim_job_info *job,
                   uint32_t slices);
/* How much room a partly used GPU has, to compare it with others of its group. */
uint32_t gs_share_left(const gs_cut *cut, const gpusim_gpu_info *gpu);

#endif
