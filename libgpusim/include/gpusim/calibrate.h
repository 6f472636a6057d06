/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Measurements to models: fits power, clocks and heat of a GPU to tables of runs under power caps
 * or to logs of its power and temperature, and writes a catalogue's entry. *Uses GSL.* */
#ifndef GPUSIM_CALIBRATE_H
#define GPUSIM_CALIBRATE_H

#include <stddef.h>
#include <stdint.h>

#include <gpusim/field.h>
#include <gpusim/status.h>
#include <gpusim/types.h>

#ifdef __cplusplus
extern "C" {
#endif

/* What a file holds is seen by its header:
 * - a table of runs under power caps, a line for each configuration and cap: power_limit (W),
 *   time_per_epoch (any unit) and average_power (W); all other columns name the configuration,
 *   and `network`, or else the first of them, is what halves are stratified by;
 * - a log in time: timestamp, power.draw, temperature.gpu and perhaps temperature.memory and
 *   utilization.memory as `nvidia-smi --query-gpu=... --format=csv` writes them, or time_s,
 *   power_w, temperature_c and perhaps memory_c and memory_util.
 * Plain or gzip. */
typedef enum gpusim_calibration_kind {
    GPUSIM_CALIBRATION_CAPS, /* of the model of physics/power.h */
    GPUSIM_CALIBRATION_HEAT, /* of the model of physics/heat.h */
} gpusim_calibration_kind;

typedef struct gpusim_calibrate_options {
    uint32_t size;
    uint32_t starts;      /* points from which the search of a cap table begins; 16 */
    uint32_t splits;      /* halvings of a cap table; 3; 0: none */
    int32_t gpu;          /* the `index` to take of a log of several GPUs; -1: there is one */
    uint64_t seed;        /* of starts and halves; 1 */
    double level;         /* of intervals; 0.95 */
    double inlet;         /* degC, where it is known; NaN: fitted */
    const char *name;     /* of the entry; NULL: the file's name without its ending */
    const char *base;     /* entry of the catalogue that gives what was not measured; NULL: none */
    const char *base_in;  /* a catalogue's path, where `base` is not built in; NULL: it is */
    uint8_t steady;       /* a log begins in the steady state of its first power */
    uint8_t no_intervals; /* leave out profile intervals, which take most of the time */
    uint8_t reserved[6];
} gpusim_calibrate_options;

#define gpusim_calibrate_options_default(options)                                                  \
    gpusim_calibrate_options_init((options), (uint32_t)sizeof(gpusim_calibrate_options))
GPUSIM_API void gpusim_calibrate_options_init(gpusim_calibrate_options *options, uint32_t size);

typedef struct gpusim_calibration gpusim_calibration;

/* Reads a file and fits. NULL options: the defaults. GPUSIM_WORKLOAD, with the line, when the file
 * does not say what it should; or
 * when it says too little to fit to; GPUSIM_SCENARIO when the base is not in the catalogue. */
GPUSIM_API gpusim_status gpusim_calibrate(const char *path, const gpusim_calibrate_options *options,
                                          gpusim_calibration **calibration, gpusim_error *err);
GPUSIM_API void gpusim_calibration_destroy(gpusim_calibration *calibration);

/* What follows is owned by the calibration. Numbers that there are not are NaN. */

typedef struct gpusim_calibration_info {
    uint32_t size;
    int32_t kind;           /* gpusim_calibration_kind */
    uint32_t measured;      /* caps: configurations in the file; heat: lines */
    uint32_t used;          /* of them: complete over all caps; of the GPU chosen */
    uint32_t points;        /* residuals that the fit is over */
    uint32_t parameters;    /* fitted, those of workloads too */
    uint32_t iterations;    /* of the search that was best */
    uint32_t starts_agreed; /* starts that ended within 1% of the least sum of squares */
    uint32_t clipped;       /* caps: configurations whose intensity would be above 1 */
    uint32_t reserved;
    double rms;              /* of a residual; caps: of the value under the highest cap; heat: K */
    double correlation;      /* heat: of neighbouring residuals; widens the standard errors */
    double optimum;          /* caps: W with the least energy, measured (median curve) */
    double optimum_model;    /* ... and by the model */
    double level;            /* of the intervals */
    const char *name, *base; /* of the entry; base "" where there is none */
} gpusim_calibration_info;

GPUSIM_API const gpusim_calibration_info *
gpusim_calibration_get_info(const gpusim_calibration *calibration);

/* A parameter of the whole GPU. */
typedef struct gpusim_calibration_parameter {
    const char *key; /* in a catalogue's entry ("power.fixed"), or a name of its own ("inlet") */
    const char *doc;
    int32_t unit;     /* gpusim_unit */
    uint8_t given;    /* was not fitted */
    uint8_t open_low; /* the data do not bound it: the end is that of its range */
    uint8_t open_high;
    uint8_t reserved;
    double value;
    double standard_error; /* linearised; says little where the interval is lopsided or open */
    double low, high;      /* profile-likelihood interval */
} gpusim_calibration_parameter;

GPUSIM_API const gpusim_calibration_parameter *
gpusim_calibration_parameters(const gpusim_calibration *calibration, uint32_t *count);

/* Medians over configurations under one cap, relative to the highest cap, and their distances on
 * split halves: means over splits and both directions of |what the model fitted to one half says -
 * what the other half measured| and |what one half measured - what the other did|. */
typedef struct gpusim_calibration_cap {
    double cap; /* W */
    double throughput, throughput_model;
    double power, power_model;
    double energy, energy_model;
    double throughput_unseen, throughput_halves;
    double power_unseen, power_halves;
} gpusim_calibration_cap;

/* In rising order of caps; none for a log. */
GPUSIM_API const gpusim_calibration_cap *
gpusim_calibration_caps(const gpusim_calibration *calibration, uint32_t *count);

/* A configuration and the profile of its jobs. */
typedef struct gpusim_calibration_workload {
    const char *name; /* its columns: "squad/bert_base_uncased/32/adamw" */
    const char *group;
    double intensity, memory_bound, host_bound;
    double intensity_error, memory_bound_error, host_bound_error; /* standard errors */
    double power; /* W on average under the highest cap, measured */
    double throughput_rms, power_rms;
} gpusim_calibration_workload;

GPUSIM_API const gpusim_calibration_workload *
gpusim_calibration_workloads(const gpusim_calibration *calibration, uint32_t *count);

typedef enum gpusim_calibration_file {
    GPUSIM_CALIBRATION_ENTRY,     /* YAML: a catalogue with one entry */
    GPUSIM_CALIBRATION_PROFILES,  /* YAML: job profiles by configuration; "" for a log */
    GPUSIM_CALIBRATION_RESIDUALS, /* CSV: measured and modelled, to draw */
} gpusim_calibration_file;

/* A text to be written to a file, terminated. */
GPUSIM_API const char *gpusim_calibration_text(const gpusim_calibration *calibration,
                                               gpusim_calibration_file file, size_t *length);

#ifdef __cplusplus
}
#endif
#endif
