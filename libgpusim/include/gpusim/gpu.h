/* SPDX-License-Identifier: GPL-3.0-or-later */
/* GPU models: what a product is, as data. The catalogue that is compiled in can be read, and a
 * user's own file in the same format can be laid over it. */
#ifndef GPUSIM_GPU_H
#define GPUSIM_GPU_H

#include <stdint.h>

#include <gpusim/field.h>
#include <gpusim/types.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Power of one GPU: P(f) = fixed + leak(T) - leak(reference) + dynamic u f v(f)^2, with f the SM
 * clock over its maximum, u the job's intensity, v the voltage over that at the maximum clock:
 * v = max(knee_voltage, knee_voltage + (1 - knee_voltage)(f - knee_clock)/(1 - knee_clock)).
 * NaN: not given. */
typedef struct gpusim_gpu_power {
    double tdp;              /* W: the default cap */
    double cap_min, cap_max; /* W: what the driver accepts */
    double idle;             /* W: no context (P8) */
    double context;          /* W: a context is resident, nothing runs (P0) */
    double fixed;            /* W: Ps, static power while kernels run, at the leakage's reference */
    double dynamic;          /* W: Pd, at the maximum clock and intensity 1 */
    double knee_clock;       /* 0..1: below it voltage is constant */
    double knee_voltage;     /* 0..1 */
    double spin;             /* 0..1: share of `dynamic` drawn while waiting in a collective */
    double memory;           /* W: of the HBM at full bandwidth, within `dynamic`; for its heat */
    double memory_idle;      /* W: of the HBM at any time, within `idle`; for its heat */
} gpusim_gpu_power;

/* leak(T) = power exp((T - reference) / scale) */
typedef struct gpusim_gpu_leakage {
    double power;     /* W at the reference; 0: none */
    double reference; /* degC */
    double scale;     /* K */
} gpusim_gpu_leakage;

/* The GPU above its inlet: T = Tin + x1 + x2, each x relaxing to share R P with its time constant.
 * The memory: Tm = Tin + y, y relaxing to memory_resistance Pm + memory_coupling R P, with Pm =
 * memory_idle + memory x its activity (0 while the GPU is off). */
typedef struct gpusim_gpu_thermal {
    double resistance;        /* K/W, junction to inlet, at nominal flow */
    double fast_time;         /* s */
    double fast_share;        /* 0..1 of the resistance */
    double slow_time;         /* s */
    double memory_resistance; /* K/W at nominal flow */
    double memory_coupling;   /* 0..1 */
    double memory_time;       /* s */
    double flow_exponent;     /* R(flow) = R (nominal/flow)^n on air */
    double hysteresis;        /* K: below the limit before the clock rises again */
} gpusim_gpu_thermal;

typedef struct gpusim_gpu_limits {
    double operating; /* degC: software throttling begins (GPU_MAX) */
    double slowdown;  /* degC: hardware halves the clock */
    double shutdown;  /* degC: the device turns itself off */
    double memory;    /* degC: throttling for the memory's sake begins */
} gpusim_gpu_limits;

typedef struct gpusim_gpu_clocks {
    double maximum; /* Hz, SM */
    double minimum; /* Hz: the lowest that power capping goes to */
    double idle;    /* Hz in P8 */
    double step;    /* Hz: the driver's grid */
    double memory;  /* Hz */
} gpusim_gpu_clocks;

typedef struct gpusim_gpu_links {
    double nvlink;          /* B/s in one direction, all links; NaN or 0: none */
    double pcie;            /* B/s in one direction */
    double pcie_generation; /* 3, 4, 5 */
    double pcie_width;      /* lanes */
} gpusim_gpu_links;

/* How the driver's power reading is made (definitions 26). */
typedef enum gpusim_power_sensor {
    GPUSIM_SENSOR_MEAN,      /* mean of the last second */
    GPUSIM_SENSOR_INSTANT,   /* at this moment */
    GPUSIM_SENSOR_PART_TIME, /* mean of 25 of every 100 ms */
} gpusim_power_sensor;

typedef struct gpusim_gpu_sensor {
    int32_t power; /* gpusim_power_sensor */
    int32_t reserved;
    double power_noise;           /* relative standard deviation of a reading */
    double temperature_noise;     /* K */
    double overshoot_probability; /* a reading under load lies above what is drawn */
    double overshoot;             /* ... by this share of it on average */
} gpusim_gpu_sensor;

/* One MIG profile. */
typedef struct gpusim_mig_profile {
    const char *name;       /* "1g.10gb" */
    uint32_t compute;       /* of 7 compute slices */
    uint32_t memory_slices; /* of 8 */
    uint64_t memory;        /* B, as the driver reports it */
    gpusim_list starts;     /* uint32_t: memory slices at which it may begin */
} gpusim_mig_profile;

/* How sure a figure is. */
typedef enum gpusim_confidence {
    GPUSIM_FIGURE_READ,        /* read in the source itself */
    GPUSIM_FIGURE_SECOND_HAND, /* read in notes that quote the source */
    GPUSIM_FIGURE_DERIVED,     /* calculated from figures that were read */
    GPUSIM_FIGURE_MEMORY,      /* from memory, not verified: weak */
    GPUSIM_FIGURE_ASSUMED,     /* a rule of thumb, or taken over from a relative: weak */
} gpusim_confidence;

typedef struct gpusim_gpu_source {
    gpusim_list figures; /* const char *: key paths, "power.tdp", or in a file a whole section,
                          * "power" */
    const char *from;
    int32_t sure; /* gpusim_confidence */
    int32_t reserved;
} gpusim_gpu_source;

typedef struct gpusim_gpu_model {
    const char *name;         /* what scenarios call it: "H100-SXM5-80GB" */
    const char *product;      /* modelName of the driver: "NVIDIA H100 80GB HBM3" */
    const char *base;         /* another entry that gives what this one leaves out; NULL: none */
    uint64_t memory;          /* B, as the driver reports it; 0: no limit */
    uint64_t memory_reserved; /* B of it, by the driver itself */
    double memory_bandwidth;  /* B/s */
    double fp16, fp32;        /* FLOP/s, dense */
    gpusim_gpu_clocks clocks;
    gpusim_gpu_power power;
    gpusim_gpu_leakage leakage;
    gpusim_gpu_limits limits;
    gpusim_gpu_thermal thermal;
    gpusim_gpu_links links;
    gpusim_gpu_sensor sensor;
    gpusim_list mig;     /* gpusim_mig_profile */
    gpusim_list sources; /* gpusim_gpu_source */
} gpusim_gpu_model;

/* The table of an entry: what a catalogue file may say, `list gpus -v` explains and a scenario's
 * `gpu_model:` overrides. */
GPUSIM_API const gpusim_record *gpusim_gpu_record(void);

typedef struct gpusim_catalogue gpusim_catalogue;

/* The catalogue that is compiled in, or with `path` that one with a user's file laid over it (an
 * entry of the same name replaces what it gives). Errors name line and column of the file. */
GPUSIM_API gpusim_status gpusim_catalogue_load(const char *path, gpusim_catalogue **catalogue,
                                               gpusim_error *err);
GPUSIM_API void gpusim_catalogue_destroy(gpusim_catalogue *catalogue);

/* Its entries in order of name, `generic` first: resolved (bases followed, derived defaults filled
 * in); *count of them. Owned by the catalogue. */
GPUSIM_API const gpusim_gpu_model *gpusim_catalogue_models(const gpusim_catalogue *catalogue,
                                                           uint32_t *count);

/* Where a figure ("power.tdp") comes from and how sure it is; NULL when nobody says. */
GPUSIM_API const gpusim_gpu_source *gpusim_gpu_source_of(const gpusim_gpu_model *model,
                                                         const char *figure);

/* The text of the compiled-in catalogue, to begin a file of one's own with. */
GPUSIM_API const char *gpusim_catalogue_text(size_t *length);

#ifdef __cplusplus
}
#endif
#endif
