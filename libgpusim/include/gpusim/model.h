/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A model is a scenario compiled: validated, immutable, shared by any number of simulations on any
 * number of threads. */
#ifndef GPUSIM_MODEL_H
#define GPUSIM_MODEL_H

#include <gpusim/gpu.h>
#include <gpusim/module.h>
#include <gpusim/observer.h>
#include <gpusim/spec.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Compiles a spec: reads the logs it names, checks them, lays out the cluster. The spec may be
 * destroyed afterwards. */
GPUSIM_API gpusim_status gpusim_model_compile(const gpusim_spec *spec, gpusim_model **model,
                                              gpusim_error *err);
/* The same, with all that is wrong as far as one error does not hide another: *count of them, at
 * most `room`, in order of appearance. */
GPUSIM_API gpusim_status gpusim_model_compile_all(const gpusim_spec *spec, gpusim_model **model,
                                                  gpusim_error *errors, uint32_t room,
                                                  uint32_t *count);
GPUSIM_API void gpusim_model_destroy(gpusim_model *model);

typedef struct gpusim_model_info {
    uint32_t size;
    uint32_t nodes, gpus, racks, groups, vcs, names;
    uint32_t warnings;        /* see gpusim_model_warning */
    uint64_t jobs;            /* known before the run: of logs and lists */
    uint64_t bad_lines;       /* of logs, skipped with on_error: skip */
    uint64_t never_fit;       /* jobs that will be rejected, by what the cluster has in all; those
                               * that only the placement refuses are found in the run */
    uint64_t seed;            /* the scenario's */
    gpusim_time duration;     /* GPUSIM_TIME_MAX: until drained */
    gpusim_time sample_every; /* GPUSIM_TIME_MAX: no telemetry */
    const char *name;         /* of the scenario */
    const char *scheduler;    /* in short: "fifo, best-fit, backfill easy" */
    const char *trace_path;   /* resolved; NULL: the scenario names none */
    const char *text;         /* the scenario as read */
    const char *effective;    /* with every default spelled out */
    const char *file;         /* the path it was read from */
    char hash[33];            /* what can change results, hexadecimal */
    uint8_t resampled;        /* its log is drawn anew for each seed */
    uint8_t reserved[2];
    uint32_t generators;                /* sources whose jobs are drawn */
    gpusim_time cohort_from, cohort_to; /* jobs that are measured, by submission: 0 and
                                         * GPUSIM_TIME_MAX where it says nothing of that */
    uint64_t cohort_first, cohort_last; /* the same by number: 0 and UINT64_MAX */
} gpusim_model_info;

#define gpusim_model_info_get(model, info)                                                         \
    gpusim_model_info_fill((model), (info), (uint32_t)sizeof(gpusim_model_info))
GPUSIM_API void gpusim_model_info_fill(const gpusim_model *model, gpusim_model_info *info,
                                       uint32_t size);

/* Name number i; 0 is "". NULL when there is no such name. */
GPUSIM_API const char *gpusim_model_name(const gpusim_model *model, uint32_t i);

/* Things worth saying that are no errors ("3 jobs can never fit ..."). */
GPUSIM_API const char *gpusim_model_warning(const gpusim_model *model, uint32_t i);

/* Row i of a constant table (nodes, gpus, racks) into *row; 0 when there is none. */
GPUSIM_API int gpusim_model_row(const gpusim_model *model, gpusim_table table, uint32_t i,
                                void *row);

/* Metrics that this scenario samples: their numbers; *count of them. */
GPUSIM_API const uint32_t *gpusim_model_metrics(const gpusim_model *model, uint32_t *count);

/* How many entities a metric has in this model. */
GPUSIM_API uint32_t gpusim_model_entities(const gpusim_model *model, gpusim_entity entity);

/* Name of an entity ("train-0003/gpu2", "train-0003", "rack-00", "cluster"), like snprintf. */
GPUSIM_API int gpusim_model_entity_name(const gpusim_model *model, gpusim_entity entity, uint32_t i,
                                        char *buffer, int size);

/* Offered load of each GPU model: what jobs ask for over what is there. */
typedef struct gpusim_load {
    const char *gpu; /* product name, or "generic", or "any" for jobs that do not care */
    uint32_t gpus;   /* installed */
    uint32_t reserved;
    double gpu_seconds; /* asked for by jobs known before the run */
    double load;        /* gpu_seconds / (gpus x span of submits), plus what generators offer; jobs
                         * submitted within less than their mean run time are a batch and have no
                         * rate. NaN: unknown */
} gpusim_load;
GPUSIM_API const gpusim_load *gpusim_model_load(const gpusim_model *model, uint32_t *count);

/* What the nodes of a group are physically, worked out for people. NaN where there is no such thing
 * or no limit. */
typedef struct gpusim_group_hardware {
    uint32_t size;
    uint32_t gpus; /* of a node */
    uint8_t physical;
    uint8_t liquid; /* cooled by water */
    uint8_t mig;    /* GPUs are cut into instances */
    uint8_t reserved[5];
    double tdp;                  /* W of a GPU */
    double gpu_idle, gpu_peak;   /* W of a GPU; the peak is within its cap */
    double node_idle, node_peak; /* W at the input of a node */
    double rack_idle, rack_peak; /* W at the input of a full rack */
    double gpu_cap, node_cap;    /* W: the lowest over time */
    double psu;                  /* W that its power supplies deliver without the redundant ones */
    double supply_low, supply_high; /* degC of its air or water, over time */
    double airflow;                 /* m3/s of a node at full fan speed */
    double flow;                    /* m3/s of coolant for each GPU */
    double hottest;                 /* degC that GPUs at full power would come to rest at without
                                     * throttling, with the warmest supply and a full rack at full
                                     * power; INFINITY: never */
    double operating, shutdown;     /* degC: limits of the GPU */
    double nvlink, nic, uplink;     /* B/s one way: of a GPU, of a node, of a rack */
    double node_cap_high;           /* W: the highest over time, infinite where there is none */
    double feedback;                /* of a watt more, what leakage makes of it by warming the rack,
                                     * at `hottest`, or at `shutdown` if that is less; a rack runs
                                     * away at 1 */
} gpusim_group_hardware;

typedef struct gpusim_facility_hardware {
    uint32_t size;
    uint8_t physical;
    uint8_t reserved[3];
    double tdp;                          /* W of all GPUs */
    double it_idle, it_peak;             /* W at the inputs of all racks */
    double facility_idle, facility_peak; /* W, with pumps and overhead */
    double rack_cap;                     /* W: the lowest over time */
    double carbon_low, carbon_high;      /* kg/J */
    double price_low, price_high;        /* currency/J */
    double spine, storage;               /* B/s */
    const char *currency;
    double rack_cap_high; /* W: the highest over time, infinite where there is none at times */
} gpusim_facility_hardware;

#define gpusim_model_group_hardware(model, group, hardware)                                        \
    gpusim_model_group_hardware_fill((model), (group), (hardware),                                 \
                                     (uint32_t)sizeof(gpusim_group_hardware))
GPUSIM_API void gpusim_model_group_hardware_fill(const gpusim_model *model, uint32_t group,
                                                 gpusim_group_hardware *hardware, uint32_t size);
#define gpusim_model_facility_hardware(model, hardware)                                            \
    gpusim_model_facility_hardware_fill((model), (hardware),                                       \
                                        (uint32_t)sizeof(gpusim_facility_hardware))
GPUSIM_API void gpusim_model_facility_hardware_fill(const gpusim_model *model,
                                                    gpusim_facility_hardware *hardware,
                                                    uint32_t size);

/* Built-in modules of a kind, in order of name: i counts from 0; NULL when there is none. */
GPUSIM_API const gpusim_module *gpusim_module_builtin(gpusim_module_kind kind, uint32_t i);

#ifdef __cplusplus
}
#endif
#endif
