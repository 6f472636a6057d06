/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A model that is made up, and a run of it that nobody simulated: what a trace's writer hears. */
#ifndef TESTS_TRACE_FAKE_H
#define TESTS_TRACE_FAKE_H

#include <gpusim/trace.h>

/* The size of the cluster, and the texts a trace keeps. Set before the writer begins. */
typedef struct fake {
    uint32_t nodes, gpus_per_node, jobs;
    const char *text;      /* the scenario */
    const char *long_name; /* of a user, or NULL */
    int telemetry;         /* 0: none */
    int devices;           /* 1: also what a driver would say of GPUs, in all types of metrics */
} fake;

extern fake fake_model;

/* Tells the observer the rows and samples of steps first .. last - 1 (a job and a sample each), a
 * function of the step and `seed` alone. */
gpusim_status fake_steps(const gpusim_observer *observer, uint64_t seed, uint32_t first,
                         uint32_t last, gpusim_error *err);

/* The row of a job, and the value of a GPU's utilisation at a step, as told. */
gpusim_job_row fake_job(uint64_t seed, uint32_t step);
float fake_util(uint64_t seed, uint32_t step, uint32_t gpu);

/* The same of a device's metrics; what no type has is missing. */
float fake_temperature(uint32_t step, uint32_t gpu);
float fake_memory_temperature(uint32_t gpu); /* every other GPU has no such sensor */
float fake_power(uint32_t step, uint32_t gpu);
uint64_t fake_energy(uint32_t step, uint32_t gpu); /* beyond 32 bits */
uint32_t fake_reasons(uint32_t step);              /* missing in every seventh step */

/* A summary whose every number is another one. */
gpusim_summary fake_summary(uint64_t seed);

/* A whole trace: begin, `steps` steps, end. */
gpusim_status fake_trace(const char *path, const gpusim_trace_options *options, uint64_t seed,
                         uint32_t steps, gpusim_error *err);

/* An empty folder for this test, which ends in "/"; removed by fake_folder_remove. */
const char *fake_folder(void);
void fake_folder_remove(void);

#endif
