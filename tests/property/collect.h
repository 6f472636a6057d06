/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An observer that keeps everything a run tells it, and helpers to run a scenario through the
 * public API. */
#ifndef TESTS_COLLECT_H
#define TESTS_COLLECT_H

#include <gpusim/gpusim.h>

/* All rows but those of constant tables. Zero it before use; collect_release afterwards. */
typedef struct collected {
    gpusim_job_row *jobs; /* sorted by index when the run has ended */
    size_t job_count, job_room;
    gpusim_allocation_row *allocations;
    size_t allocation_count, allocation_room;
    unsigned char *bytes; /* every row in order: its table, then itself */
    size_t size, room;
    gpusim_time last;  /* of the rows so far */
    uint64_t backward; /* rows that were told after a later one */
    uint64_t begins, ends;
    int complete;
    gpusim_vc_info *vcs; /* as they were when the run ended */
    uint32_t vc_count;
    gpusim_summary summary;
    void *user; /* of whoever adds functions to the observer */
} collected;

void collect_into(collected *all, gpusim_observer *observer);
void collect_release(collected *all);

/* Loads a scenario file or parses a text, compiles it. On failure prints the problem and returns
 * NULL. */
gpusim_model *load_model(const char *path);
gpusim_model *parse_model(const char *text, const char *folder);

/* Keeps the virtual clusters of a sim that is about to go. */
void collect_vcs(collected *all, const gpusim_sim *sim);

/* Runs a model to its end. Returns 1; 0 after printing what went wrong. */
int run_model(const gpusim_model *model, uint64_t seed, int paranoid, collected *all);

/* Prints an error as people read it. */
void print_error(const char *what, const gpusim_error *err);

/* The hash at the end of a run that goes on from a saved state; its seed was 1. */
gpusim_status collect_resumed(const gpusim_model *model, const void *saved, size_t size,
                              char hash[33], gpusim_error *err);

#endif
