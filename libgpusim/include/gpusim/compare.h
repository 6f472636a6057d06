/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Comparisons: schedulers x scenarios x seeds, run in parallel, paired on common random numbers
 * (the same seed gives every scheduler the same jobs and faults), and what can be said of the
 * difference. *Uses GSL:* yes, in gpusim_compare_analyse. */
#ifndef GPUSIM_COMPARE_H
#define GPUSIM_COMPARE_H

#include <gpusim/sim.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct gpusim_compare gpusim_compare;

/* ---- metrics ---- */

/* A number of the summary, or of a virtual cluster ("vc.NAME.jct_s"). */
typedef struct gpusim_compare_metric {
    const char *name;  /* its path: "jct_s.mean" */
    const char *label; /* in short: "jct" */
    const char *doc;
    uint32_t unit;  /* gpusim_unit */
    int32_t better; /* 1: larger is better, -1: smaller; 0: neither */
} gpusim_compare_metric;

/* All there are; *count of them. Those of virtual clusters are known once a model of theirs was
 * added. The array is valid until the next is. */
GPUSIM_API const gpusim_compare_metric *gpusim_compare_metrics(const gpusim_compare *compare,
                                                               uint32_t *count);

/* The number of a metric by its name or label ("jct_s.mean", "jct", "wait.p95"). GPUSIM_ARGUMENT,
 * with the nearest one as the hint. */
GPUSIM_API gpusim_status gpusim_compare_find(const gpusim_compare *compare, const char *name,
                                             uint32_t *metric, gpusim_error *err);

/* ---- what is run ---- */

GPUSIM_API gpusim_status gpusim_compare_create(gpusim_compare **compare, gpusim_error *err);
/* Ends what still runs. */
GPUSIM_API void gpusim_compare_destroy(gpusim_compare *compare);

/* Adds the model of a scheduler in a scenario, which must outlive the comparison. Scenarios and
 * schedulers are counted from 0 as their labels first come. The first scheduler is the baseline
 * unless gpusim_compare_options says otherwise. */
GPUSIM_API gpusim_status gpusim_compare_add(gpusim_compare *compare, const char *scenario,
                                            const char *scheduler, const gpusim_model *model,
                                            gpusim_error *err);

/* The seeds of the replications; each is run with every model. */
GPUSIM_API gpusim_status gpusim_compare_seeds(gpusim_compare *compare, const uint64_t *seeds,
                                              uint32_t count, gpusim_error *err);

/* How many of each there are, and their labels; NULL when there is no such one. */
GPUSIM_API uint32_t gpusim_compare_scenarios(const gpusim_compare *compare);
GPUSIM_API uint32_t gpusim_compare_schedulers(const gpusim_compare *compare);
GPUSIM_API uint32_t gpusim_compare_replications(const gpusim_compare *compare);
GPUSIM_API uint64_t gpusim_compare_seed(const gpusim_compare *compare, uint32_t i);
GPUSIM_API const char *gpusim_compare_scenario(const gpusim_compare *compare, uint32_t i);
GPUSIM_API const char *gpusim_compare_scheduler(const gpusim_compare *compare, uint32_t i);

/* One run. */
typedef struct gpusim_compare_run {
    uint32_t size;
    uint32_t scenario, scheduler, replication;
    uint64_t seed;
    uint32_t done, runs;  /* so far, and in all */
    double wall_s;        /* that it took */
    const double *values; /* of each metric; NaN: none */
} gpusim_compare_run;

/* Keeps results in a folder, which is made if need be: results.csv gets a line for each run as it
 * ends; a folder for each scenario and, in it, each scheduler holds curves of each run
 * (seed-N.csv) and where the jobs of the first seed ran (assignments-seed-N.csv). With `resume`,
 * runs that are there already are taken from there, and a line that was cut off is dropped; results
 * of other models, of other metrics, or changed ones are GPUSIM_FORMAT. Without it, results that
 * are there are GPUSIM_EXISTS. After everything was added, before the start. */
GPUSIM_API gpusim_status gpusim_compare_keep(gpusim_compare *compare, const char *folder,
                                             int resume, gpusim_error *err);

/* The folder of a scheduler in a scenario, or, with GPUSIM_NONE, of the scenario; NULL: there is
 * none. */
GPUSIM_API const char *gpusim_compare_folder(const gpusim_compare *compare, uint32_t scenario,
                                             uint32_t scheduler);

/* Begins on so many threads. Results do not depend on their number. */
GPUSIM_API gpusim_status gpusim_compare_start(gpusim_compare *compare, uint32_t threads,
                                              gpusim_error *err);

/* Waits for the next run to end and describes it; *more is 0 when all have. A run that fails ends
 * the comparison with its error. Called by one thread; *run is valid until the next call. */
GPUSIM_API gpusim_status gpusim_compare_next(gpusim_compare *compare, gpusim_compare_run *run,
                                             int *more, gpusim_error *err);

/* Asks all runs to stop; gpusim_compare_next then returns GPUSIM_INTERRUPTED. Safe in a signal
 * handler and from another thread. */
GPUSIM_API void gpusim_compare_interrupt(gpusim_compare *compare);

/* ---- what came out ---- */

/* Values of each metric of a run; NULL when it has not ended. */
GPUSIM_API const double *gpusim_compare_values(const gpusim_compare *compare, uint32_t scenario,
                                               uint32_t scheduler, uint32_t replication);

/* Writes what figures are made of into the folder: curves.csv of each scheduler, the means of those
 * of its runs; of each scenario boxes.csv, a column for each metric, and figures.gp, which gnuplot
 * turns into pictures. After all runs. */
GPUSIM_API gpusim_status gpusim_compare_figures(gpusim_compare *compare, const uint32_t *metrics,
                                                uint32_t count, gpusim_error *err);

typedef struct gpusim_compare_options {
    uint32_t size; /* filled by gpusim_compare_options_default */
    uint32_t baseline;
    uint32_t resamples; /* of the bootstrap; 10,000 */
    uint32_t reserved;
    double level;            /* of intervals; 0.95 */
    uint64_t seed;           /* of the bootstrap's draws; 1 */
    const uint32_t *metrics; /* that are asked for */
    const uint32_t *primary; /* of those: Holm's family, times the candidates; declared before the
                              * results are seen */
    uint32_t metric_count, primary_count;
} gpusim_compare_options;

#define gpusim_compare_options_default(options)                                                    \
    gpusim_compare_options_init((options), (uint32_t)sizeof(gpusim_compare_options))
GPUSIM_API void gpusim_compare_options_init(gpusim_compare_options *options, uint32_t size);

typedef enum gpusim_compare_verdict {
    GPUSIM_VERDICT_NONE, /* not tested: no primary metric, the baseline, or fewer than two pairs */
    GPUSIM_VERDICT_OPEN, /* no difference that is sure */
    GPUSIM_VERDICT_BETTER, /* than the baseline */
    GPUSIM_VERDICT_WORSE,
    GPUSIM_VERDICT_DIFFERENT /* where neither direction is better */
} gpusim_compare_verdict;

/* A scheduler in a scenario, by one metric. NaN: unknown; intervals of fewer than two values are
 * infinite by Student and NaN by the bootstrap. */
typedef struct gpusim_compare_estimate {
    uint32_t scenario, scheduler, metric;
    uint32_t count;             /* replications that have a value */
    double mean, deviation;     /* over replications */
    double low, high;           /* Student's interval */
    double boot_low, boot_high; /* BCa bootstrap's */
    uint32_t pairs;             /* replications in which baseline and this have a value */
    uint32_t verdict;           /* gpusim_compare_verdict */
    double baseline;            /* the baseline's mean over those pairs */
    double difference;          /* mean of this - baseline, paired */
    double difference_low, difference_high;           /* Student's */
    double difference_boot_low, difference_boot_high; /* BCa's */
    double t, df, p; /* the paired t test; p is for this difference alone */
    double p_holm;   /* corrected for the family; NaN: not in it */
} gpusim_compare_estimate;

/* Its numbers; scenario, scheduler and metric are among them as numbers. */
GPUSIM_API const gpusim_record *gpusim_compare_estimate_record(void);

/* Estimates for all runs that are there, [scenario][metric asked for][scheduler]; the array lasts
 * until the next call. The family of tests is that of one scenario: candidates x primary metrics.
 * Where all replications of a scenario came out the same, whatever was measured, they are one, and
 * so is `count`. */
GPUSIM_API gpusim_status gpusim_compare_analyse(gpusim_compare *compare,
                                                const gpusim_compare_options *options,
                                                const gpusim_compare_estimate **estimates,
                                                uint32_t *count, gpusim_error *err);

#ifdef __cplusplus
}
#endif
#endif
