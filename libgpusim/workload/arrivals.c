/* SPDX-License-Identifier: GPL-3.0-or-later */
/* When synthetic jobs come. Each arrival is a function of the stream, the job's ordinal and the
 * arrival before it. A rate that varies is inverted: the next arrival is where the integral of the
 * rate since the last has grown by a unit exponential variate. */
#include <math.h>

#include "workload/list.h"
#include "workload/synthetic.h"

// what a draw is for, within the source's stream of arrivals
enum { DRAW_GAP, DRAW_SIZE };

// Which place in its burst a job has must follow from its ordinal alone. So jobs are cut into
// blocks, bursts are drawn from the beginning of a block on, and the last of a block ends with it:
// one burst in this many is cut short, none when all have one size.
#define GS_BURSTS_PER_BLOCK 64
#define GS_BLOCK_LIMIT      1048576

static gpusim_status make_bursts(const gs_bursts_fields *fields, gs_arena *arena, gs_arrivals *a,
                                 gpusim_error *err)
{
    gpusim_status status;
    a->rate = fields->rate;
    status = gs_distribution_make(&fields->size, GPUSIM_UNIT_NONE, arena, &a->size, err);
    if (status != GPUSIM_OK) {
        gs_error_key(err, "size");
        return status;
    }
    a->spacing = gs_distribution_constant(0);
    if (fields->spacing.value) {
        status =
            gs_distribution_make(&fields->spacing, GPUSIM_UNIT_SECOND, arena, &a->spacing, err);
        if (status != GPUSIM_OK) {
            gs_error_key(err, "spacing");
            return status;
        }
    }
    double jobs = gs_distribution_mean(&a->size);
    jobs = jobs >= 1 ? jobs + 0.5 : 1;
    a->block = jobs < (double)GS_BLOCK_LIMIT / GS_BURSTS_PER_BLOCK
                   ? (uint64_t)jobs * GS_BURSTS_PER_BLOCK
                   : GS_BLOCK_LIMIT;
    return GPUSIM_OK;
}

static gpusim_status make_diurnal(const gs_diurnal_fields *fields, gs_arena *arena, gs_arrivals *a,
                                  gpusim_error *err)
{
    uint32_t parts = fields->profile.count;
    const double *weights = fields->profile.items;
    double sum = 0;
    for (uint32_t i = 0; i < parts; i++) {
        sum += weights[i];
    }
    if (!(sum > 0 && sum < (double)INFINITY) || parts > 86400) {
        gpusim_fail(err, GPUSIM_SCENARIO,
                    "a profile needs 1 to 86400 weights, and not all of them zero");
        gs_error_key(err, "profile");
        return GPUSIM_SCENARIO;
    }
    double *rates = gs_arena_get(arena, parts * sizeof *rates);
    if (!rates) {
        return gpusim_fail(err, GPUSIM_MEMORY, "no memory for a profile");
    }
    for (uint32_t i = 0; i < parts; i++) {
        rates[i] = fields->rate * weights[i] * parts / sum;
    }
    a->rates = rates;
    a->parts = parts;
    a->rate = fields->rate;
    a->weekend = fields->weekend;
    a->week = fields->rate * 86400 * (5 + 2 * fields->weekend);
    a->first_day = fields->first_day;
    return GPUSIM_OK;
}

gpusim_status gs_arrivals_make(const gpusim_one_of *written, gpusim_time from, gs_arena *arena,
                               gs_arrivals *arrivals, gpusim_error *err)
{
    *arrivals = (gs_arrivals){.process = (int32_t)written->which, .from = from};
    gpusim_status status = GPUSIM_OK;
    switch (arrivals->process) {
    case GS_ARRIVALS_POISSON:
        arrivals->rate = ((const gs_poisson_fields *)written->value)->rate;
        break;
    case GS_ARRIVALS_PERIODIC:
        arrivals->every = ((const gs_periodic_fields *)written->value)->every;
        break;
    case GS_ARRIVALS_RENEWAL:
        status = gs_distribution_make(&((const gs_renewal_fields *)written->value)->interarrival,
                                      GPUSIM_UNIT_SECOND, arena, &arrivals->interarrival, err);
        if (status != GPUSIM_OK) {
            gs_error_key(err, "interarrival");
        }
        break;
    case GS_ARRIVALS_BURSTS:
        status = make_bursts(written->value, arena, arrivals, err);
        break;
    default:
        status = make_diurnal(written->value, arena, arrivals, err);
    }
    return status;
}

static gpusim_time after_gap(gpusim_time base, double seconds)
{
    gpusim_time gap = gpusim_time_from_seconds(seconds > 0 ? seconds : 0);
    return gpusim_time_add(base, gap);
}

static gpusim_time next_periodic(const gs_arrivals *a, uint64_t ordinal)
{
    int64_t time = 0;
    if (ordinal > INT64_MAX || __builtin_mul_overflow((int64_t)ordinal, a->every, &time)) {
        return GPUSIM_TIME_MAX;
    }
    return gpusim_time_add(a->from, time);
}

// 1 when the job is the first of its burst
static int begins_burst(const gs_arrivals *a, gpusim_stream stream, uint64_t ordinal)
{
    gpusim_stream sizes = gpusim_stream_indexed(stream, DRAW_SIZE);
    uint64_t begin = ordinal - ordinal % a->block;
    uint64_t at = begin;
    for (uint64_t burst = 0; at < ordinal; burst++) {
        double size = gs_distribution_draw(&a->size, sizes, begin + burst) + 0.5;
        at += size >= (double)a->block ? a->block : size >= 2 ? (uint64_t)size : 1;
    }
    return at == ordinal;
}

static gpusim_time next_burst(const gs_arrivals *a, gpusim_stream stream, gpusim_stream gaps,
                              uint64_t ordinal, gpusim_time base)
{
    if (begins_burst(a, stream, ordinal)) {
        return after_gap(base, gpusim_draw_exponential(gaps, ordinal) / a->rate);
    }
    return after_gap(base, gs_distribution_draw(&a->spacing, gaps, ordinal));
}

// where the integral of the rate from `time` on reaches `want`
static gpusim_time invert_rate(const gs_arrivals *a, gpusim_time time, double want)
{
    // whole weeks first
    double weeks = (double)(int64_t)(want / a->week < 1e6 ? want / a->week : 1e6);
    time = gpusim_time_add(time, gpusim_time_from_seconds(weeks * 7 * 86400));
    want -= weeks * a->week;

    while (time < GPUSIM_TIME_MAX - 8 * GPUSIM_DAY) {
        // the part of the day that holds `time`, and where it ends
        gpusim_time midnight = time - time % GPUSIM_DAY;
        uint64_t part = (uint64_t)(time - midnight) * a->parts / (uint64_t)GPUSIM_DAY;
        uint64_t end = ((part + 1) * (uint64_t)GPUSIM_DAY + a->parts - 1) / a->parts;
        int64_t day = (time / GPUSIM_DAY + a->first_day) % 7;
        double rate = a->rates[part] * (day >= 5 ? a->weekend : 1);
        double there = rate * gpusim_seconds(midnight + (gpusim_time)end - time);
        if (want < there) {
            return gpusim_time_add(time, gpusim_time_ceil(want / rate));
        }
        want -= there;
        time = midnight + (gpusim_time)end;
    }
    return GPUSIM_TIME_MAX;
}

gpusim_time gs_arrivals_next(const gs_arrivals *a, gpusim_stream stream, uint64_t ordinal,
                             gpusim_time previous)
{
    gpusim_stream gaps = gpusim_stream_indexed(stream, DRAW_GAP);
    gpusim_time base = ordinal == 0 ? a->from : previous;
    switch (a->process) {
    case GS_ARRIVALS_POISSON:
        return after_gap(base, gpusim_draw_exponential(gaps, ordinal) / a->rate);
    case GS_ARRIVALS_PERIODIC:
        return next_periodic(a, ordinal);
    case GS_ARRIVALS_RENEWAL:
        return after_gap(base, gs_distribution_draw(&a->interarrival, gaps, ordinal));
    case GS_ARRIVALS_BURSTS:
        return next_burst(a, stream, gaps, ordinal, base);
    default:
        return invert_rate(a, base, gpusim_draw_exponential(gaps, ordinal));
    }
}

double gs_arrivals_rate(const gs_arrivals *a)
{
    switch (a->process) {
    case GS_ARRIVALS_POISSON:
        return a->rate;
    case GS_ARRIVALS_PERIODIC:
        return 1 / gpusim_seconds(a->every);
    case GS_ARRIVALS_RENEWAL:
        return 1 / gs_distribution_mean(&a->interarrival);
    case GS_ARRIVALS_BURSTS: {
        double size = gs_distribution_mean(&a->size);
        size = size < 1 ? 1 : size;
        return size / (1 / a->rate + (size - 1) * gs_distribution_mean(&a->spacing));
    }
    default:
        return a->week / (7 * 86400);
    }
}
