/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a comparison is made of. */
#ifndef GS_STUDY_COMPARE_H
#define GS_STUDY_COMPARE_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>

#include <gpusim/compare.h>

#include "base/array.h"
#include "base/memory.h"
#include "base/whole.h"

/* The state of a run. */
enum { GS_RUN_OPEN, GS_RUN_TAKEN, GS_RUN_DONE };

typedef struct gs_compare_run {
    double wall_s;
    uint32_t state;
    uint32_t reserved;
} gs_compare_run;

/* A thread that runs simulations. */
typedef struct gs_compare_worker {
    gpusim_compare *compare;
    pthread_t thread;
    gpusim_sim *sim; /* at work; NULL: none */
} gs_compare_worker;

struct gpusim_compare {
    gs_arena arena;                     /* labels and names of metrics */
    gs_array metrics;                   /* gpusim_compare_metric */
    gs_array sources;                   /* gs_compare_source of each */
    gs_array scenarios, schedulers;     /* const char * */
    gs_array seeds;                     /* uint64_t */
    gs_array added;                     /* gs_compare_added */
    const gpusim_model **models;        /* [scenario][scheduler] */
    gs_compare_run *runs;               /* [scenario][replication][scheduler] */
    double *values;                     /* [run][metric] */
    gpusim_compare_estimate *estimates; /* of the last analysis */
    gs_compare_worker *workers;
    uint32_t run_count, worker_count;
    const char *path;     /* of the file of results; NULL: none */
    const char **folders; /* [scenario][scheduler], and then the scenario's own; NULL: none */
    FILE *file;

    /* shared with the workers, under the lock */
    pthread_mutex_t lock;
    pthread_cond_t ended; /* a run has, or a worker */
    gs_array finished;    /* uint32_t: runs in the order in which they ended */
    uint32_t next, told;  /* run to take; finished ones that were handed out */
    uint32_t at_work;     /* workers */
    uint32_t done;
    gpusim_status failure; /* of the first run that failed */
    gpusim_error failure_error;

    _Atomic int interrupted;
};

/* Where a metric comes from. */
typedef struct gs_compare_source {
    const char *vc;  /* of this virtual cluster, by name; NULL: of the summary */
    uint32_t offset; /* in gpusim_split, or in gpusim_summary */
    uint32_t type;   /* gpusim_field_type */
} gs_compare_source;

/* A model and where it belongs. */
typedef struct gs_compare_added {
    const gpusim_model *model;
    uint32_t scenario, scheduler;
} gs_compare_added;

/* compare_metrics.c: lists the numbers of the summary, and those of a model's virtual clusters;
 * reads one from a run that has ended. */
gpusim_status gs_compare_list_metrics(gpusim_compare *compare, gpusim_error *err);
gpusim_status gs_compare_list_vcs(gpusim_compare *compare, const gpusim_model *model,
                                  gpusim_error *err);
double gs_compare_value(const gpusim_compare *compare, uint32_t metric, gpusim_sim *sim);

/* compare_run.c: makes room for the runs, once; says which one it is; ends what runs. */
gpusim_status gs_compare_lay_out(gpusim_compare *compare, gpusim_error *err);
void gs_compare_describe(const gpusim_compare *compare, uint32_t index, gpusim_compare_run *run);
void gs_compare_stop(gpusim_compare *compare);

/* compare_file.c: adds a run to the file of results, if there is one. */
gpusim_status gs_compare_write(gpusim_compare *compare, uint32_t index, gpusim_error *err);

/* compare_folder.c: a path in the arena; folders of scenarios and schedulers. */
gpusim_status gs_compare_path(gpusim_compare *compare, const char **path, gpusim_error *err,
                              const char *format, ...) GPUSIM_PRINTF(4, 5);
gpusim_status gs_compare_make_folders(gpusim_compare *compare, const char *folder,
                                      gpusim_error *err);

/* compare_curves.c: hears a run before it begins, writes its curves when it has ended; their means
 * over seeds. */
typedef struct gs_compare_ear gs_compare_ear;
gpusim_status gs_compare_listen(gpusim_compare *compare, uint32_t index, gpusim_sim *sim,
                                gs_compare_ear **heard, gpusim_error *err);
gpusim_status gs_compare_heard(gpusim_compare *compare, uint32_t index, const gpusim_sim *sim,
                               gs_compare_ear *ear, gpusim_error *err);
void gs_compare_forget(gs_compare_ear *ear);
gpusim_status gs_compare_mean_curves(gpusim_compare *compare, uint32_t scenario, uint32_t scheduler,
                                     gpusim_error *err);

/* The script that draws figures: analysis/plots/compare.gp. */
extern const char gs_script_compare[];

/* The run of a scenario, a scheduler and a replication. */
static inline uint32_t gs_compare_index(const gpusim_compare *compare, uint32_t scenario,
                                        uint32_t scheduler, uint32_t replication)
{
    return (scenario * compare->seeds.count + replication) * compare->schedulers.count + scheduler;
}

/* The model of a run. */
static inline const gpusim_model *gs_compare_model(const gpusim_compare *compare, uint32_t run)
{
    uint32_t schedulers = compare->schedulers.count;
    uint32_t scenario = run / (schedulers * compare->seeds.count);
    return compare->models[scenario * schedulers + run % schedulers];
}

#endif
