/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Learning the parameters of schedulers from traces. *Uses GSL:* gpusim_learn_rts. */
#ifndef GPUSIM_LEARN_H
#define GPUSIM_LEARN_H

#include <gpusim/trace.h>

#ifdef __cplusplus
extern "C" {
#endif

#define GPUSIM_RTS_TYPES 6

typedef struct gpusim_rts_options {
    uint32_t size;      /* filled by gpusim_rts_options_default */
    uint32_t least;     /* jobs from which weights are fitted; fewer leave the defaults: 10 */
    gpusim_time window; /* only jobs that started so long before the last end; 24 h */
    double k;           /* a job is in time within so many of its type's run times: 2 */
    double busy;        /* a load above this is too high: 0.8 */
} gpusim_rts_options;

#define gpusim_rts_options_default(options)                                                        \
    gpusim_rts_options_init((options), (uint32_t)sizeof(gpusim_rts_options))
GPUSIM_API void gpusim_rts_options_init(gpusim_rts_options *options, uint32_t size);

/* What was learned. */
typedef struct gpusim_rts_learned {
    uint32_t size;
    uint32_t jobs;   /* that completed on one node, in the window */
    double theta[4]; /* cores, memory, GPUs, load: clipped to 0 .. 2 */
    double tau_s[GPUSIM_RTS_TYPES];
    uint32_t of_type[GPUSIM_RTS_TYPES]; /* jobs; of none, tau is the default */
    uint8_t fitted;                     /* 0: too few jobs, theta are the defaults */
    uint8_t ridge; /* 1: the fit was singular, so that it was regularised by 0.01 */
    uint8_t reserved[6];
} gpusim_rts_learned;

/* Learns the parameters of the scheduler `rts` and writes them as the file that its `parameters:`
 * reads (reference S5-08). The weights theta and the run times tau are those of
 *   run time = tau (1 + t1 C/Ca + t2 M/Ma + t3 G/Ga + t4 L)
 * by least squares, in turns; affinity of a type and a node is tau over its mean run time there
 * plus the share of jobs in time, within -5 .. 5, from two jobs on, else 1; the penalty of a node
 * is its share of jobs out of time, plus that of starts at a load that is too high, plus its jobs'
 * energy over the largest of any node, within 0 .. 5. Types are inferred from what jobs asked for.
 */
GPUSIM_API gpusim_status gpusim_learn_rts(gpusim_trace *trace, const gpusim_rts_options *options,
                                          gpusim_rts_learned *learned, gpusim_write_fn write,
                                          void *context, gpusim_error *err);

#ifdef __cplusplus
}
#endif
#endif
