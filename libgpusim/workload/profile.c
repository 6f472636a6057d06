/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Profiles of jobs: from what the scenario says to what one job does, a function of the seed, its
 * source's name and its number. */
#include "workload/profile.h"

#include <stddef.h>

#include "workload/list.h"
#include "workload/variate.h"

// what a draw is for, within the profile's stream; none may change its place
enum {
    INTENSITY,
    MEMORY_BOUND,
    HOST_BOUND,
    MEMORY_ACTIVITY,
    TENSOR_ACTIVITY,
    CPU_ACTIVITY,
    HOST_IO,
    MEMORY_USED,
    MEMORY_GROWTH,
    COMMUNICATION_STEP,
    COMMUNICATION_VOLUME,
    COMMUNICATION_OVERLAP,
    CHECKPOINT_EVERY,
    CHECKPOINT_SIZE,
    CHECKPOINT_COST,
    RESTART,
    ENTRIES
};

struct gs_profile {
    gs_distribution of[ENTRIES];
    uint8_t given[ENTRIES]; // else the default holds
    uint32_t retries, preempted;
    gpusim_time mttf, word; // the word for the time between checkpoints; 0: it is drawn
};

// where an entry is written, its unit, and the least that it can be
static const struct {
    const char *key;
    size_t offset;
    gpusim_unit unit;
    double least;
} entries[ENTRIES] = {
#define ENTRY(number, key, member, unit, least)                                                    \
    [number] = {key, offsetof(gs_profile_fields, member), GPUSIM_UNIT_##unit, least}
    ENTRY(INTENSITY, "intensity", intensity, RATIO, 0),
    ENTRY(MEMORY_BOUND, "memory_bound", memory_bound, RATIO, 0),
    ENTRY(HOST_BOUND, "host_bound", host_bound, RATIO, 0),
    ENTRY(MEMORY_ACTIVITY, "memory_activity", memory_activity, RATIO, 0),
    ENTRY(TENSOR_ACTIVITY, "tensor_activity", tensor_activity, RATIO, 0),
    ENTRY(CPU_ACTIVITY, "cpu_activity", cpu_activity, RATIO, 0),
    ENTRY(HOST_IO, "host_io", host_io, BYTE_PER_SECOND, 0),
    ENTRY(MEMORY_USED, "memory_used", memory_used, BYTE, 0),
    ENTRY(MEMORY_GROWTH, "memory_growth", memory_growth, BYTE_PER_SECOND, 0),
    ENTRY(COMMUNICATION_STEP, "communication.step", communication.step, SECOND, 1e-6),
    ENTRY(COMMUNICATION_VOLUME, "communication.volume", communication.volume, BYTE, 0),
    ENTRY(COMMUNICATION_OVERLAP, "communication.overlap", communication.overlap, RATIO, 0),
    ENTRY(CHECKPOINT_EVERY, "checkpoint.every", checkpoint.every, SECOND, 1),
    ENTRY(CHECKPOINT_SIZE, "checkpoint.size", checkpoint.size, BYTE, 0),
    ENTRY(CHECKPOINT_COST, "checkpoint.cost", checkpoint.cost, SECOND, 0),
    ENTRY(RESTART, "restart", restart, SECOND, 0),
#undef ENTRY
};

// the table's defaults say the same (a test holds them to it)
const gs_job_profile gs_profile_defaults = {.intensity = 0.8,
                                            .memory_activity = 0.5,
                                            .tensor_activity = 0.5,
                                            .cpu_activity = 1,
                                            .step = 1,
                                            .memory_used = UINT64_MAX,
                                            .checkpoint_every = GPUSIM_TIME_MAX,
                                            .mttf = GPUSIM_TIME_MAX,
                                            .retries = GPUSIM_NONE};

static gpusim_status make_entry(const gs_profile_fields *fields, uint32_t entry, gs_arena *arena,
                                gs_profile *profile, gpusim_error *err)
{
    const gpusim_one_of *written =
        (const gpusim_one_of *)(const void *)((const char *)fields + entries[entry].offset);
    if (!written->value) {
        return GPUSIM_OK;
    }
    gs_distribution *d = &profile->of[entry];
    gpusim_status status = gs_distribution_make(written, entries[entry].unit, arena, d, err);
    if (status == GPUSIM_OK && gs_distribution_least(d) < entries[entry].least) {
        char least[32];
        gpusim_quantity_format(entries[entry].least, entries[entry].unit, 1, least, sizeof least);
        status = gpusim_fail(err, GPUSIM_SCENARIO, "it must be %s at least", least);
    }
    if (status != GPUSIM_OK) {
        gs_error_key(err, "%s", entries[entry].key);
    }
    profile->given[entry] = 1;
    return status;
}

// which word stands in place of a time; 0: none
static gpusim_time is_word(const gpusim_one_of *every)
{
    double value = every->which == 0 ? *(const double *)every->value : 0;
    return value < 0 ? (gpusim_time)value : 0;
}

gpusim_status gs_profile_make(const void *fields, gs_arena *arena, const gs_profile **profile,
                              gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    const gs_profile_fields *written = fields;
    gs_profile *made = gs_arena_get(arena, sizeof *made);
    if (!made) {
        return gpusim_fail(err, GPUSIM_MEMORY, "no memory for a profile of jobs");
    }
    for (uint32_t i = 0; i < ENTRIES; i++) {
        int part = i == RESTART              ? 1
                   : i >= CHECKPOINT_EVERY   ? written->checkpoint.present
                   : i >= COMMUNICATION_STEP ? written->communication.present
                                             : 1;
        if (part && (i != CHECKPOINT_EVERY || !is_word(&written->checkpoint.every))) {
            GPUSIM_TRY(make_entry(written, i, arena, made, err));
        }
    }
    made->mttf = GPUSIM_TIME_MAX;
    if (written->checkpoint.present) {
        made->mttf = written->checkpoint.mttf;
        made->word = is_word(&written->checkpoint.every);
    }
    made->retries = written->retries;
    made->preempted = (uint32_t)written->preempted;
    *profile = made;
cleanup:
    return status;
}

typedef struct drawing {
    const gs_profile *profile;
    gpusim_stream source;
    uint64_t number;
} drawing;

// an entry's variate, not below its least and a ratio not above 1; or the default
static double draw(const drawing *at, uint32_t entry, double fallback)
{
    if (!at->profile->given[entry]) {
        return fallback;
    }
    double value = gs_variate(&at->profile->of[entry], at->source, entry, at->number);
    value = value >= entries[entry].least ? value : entries[entry].least;
    return entries[entry].unit == GPUSIM_UNIT_RATIO && value > 1 ? 1 : value;
}

void gs_profile_draw(const gs_profile *profile, uint64_t seed, const char *source, int64_t id,
                     gs_job_profile *drawn)
{
    *drawn = gs_profile_defaults;
    if (!profile) {
        return;
    }
    drawing at = {profile, gpusim_stream_make(seed, "profile", source), (uint64_t)id};
    drawn->intensity = draw(&at, INTENSITY, gs_profile_defaults.intensity);
    drawn->memory_bound = draw(&at, MEMORY_BOUND, gs_profile_defaults.memory_bound);
    drawn->host_bound = draw(&at, HOST_BOUND, gs_profile_defaults.host_bound);
    drawn->memory_activity = draw(&at, MEMORY_ACTIVITY, gs_profile_defaults.memory_activity);
    drawn->tensor_activity = draw(&at, TENSOR_ACTIVITY, gs_profile_defaults.tensor_activity);
    drawn->cpu_activity = draw(&at, CPU_ACTIVITY, gs_profile_defaults.cpu_activity);
    drawn->step = draw(&at, COMMUNICATION_STEP, gs_profile_defaults.step);
    drawn->volume = draw(&at, COMMUNICATION_VOLUME, gs_profile_defaults.volume);
    drawn->overlap = draw(&at, COMMUNICATION_OVERLAP, gs_profile_defaults.overlap);
    drawn->host_io = draw(&at, HOST_IO, gs_profile_defaults.host_io);
    drawn->memory_growth = draw(&at, MEMORY_GROWTH, gs_profile_defaults.memory_growth);
    drawn->retries = profile->retries;
    drawn->preempted = profile->preempted;
    drawn->mttf = profile->mttf;
    if (profile->given[MEMORY_USED]) {
        drawn->memory_used = gs_variate_bytes(draw(&at, MEMORY_USED, 0));
    }
    if (profile->given[CHECKPOINT_EVERY] || profile->word) {
        drawn->checkpoint_every = profile->word
                                      ? profile->word
                                      : gpusim_time_from_seconds(draw(&at, CHECKPOINT_EVERY, 1));
        drawn->checkpoint_bytes = draw(&at, CHECKPOINT_SIZE, 0);
        drawn->checkpoint_cost = gpusim_time_from_seconds(draw(&at, CHECKPOINT_COST, 0));
    }
}

gpusim_time gs_profile_restart(const gs_profile *profile, uint64_t seed, const char *source,
                               int64_t id, uint32_t attempt)
{
    if (!profile || !profile->given[RESTART]) {
        return 0;
    }
    gpusim_stream stream = gpusim_stream_make(seed, "profile", source);
    return gpusim_time_from_seconds(gs_variate(
        &profile->of[RESTART], gpusim_stream_indexed(stream, RESTART), (uint64_t)id, attempt));
}
