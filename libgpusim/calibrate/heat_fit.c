/* SPDX-License-Identifier: GPL-3.0-or-later */
/* T = inlet + fast + slow, each relaxing to its share of R P while P is held; and the memory's
 * Tm = inlet + y, y relaxing to coupling R P + rise. Between two lines of a log the power is what
 * the later one says: a reading is the mean of the time before it. */
#include <gsl/gsl_cdf.h>
#include <math.h>
#include <string.h>

#include "base/memory.h"
#include "calibrate/heat.h"
#include "physics/heat.h"

// Where a log begins, nobody knows how warm its parts are. These are pulled towards the steady
// state, so weakly that 10 K off count as much as a third of a degree in one reading.
#define PULL 0.03

const gs_parameter gs_heat_core[GS_HEAT_CORE] = {
    [GS_HEAT_RESISTANCE] = {"thermal.resistance", "junction to inlet", GPUSIM_UNIT_KELVIN_PER_WATT,
                            GS_SCALE_DECADES, 1e-4, 20},
    [GS_HEAT_FAST_SHARE] = {"thermal.fast_share", "of the resistance, in the package",
                            GPUSIM_UNIT_RATIO, GS_SCALE_SHARE, 0, 1},
    [GS_HEAT_FAST_TIME] = {"thermal.fast_time", "time constant of the package", GPUSIM_UNIT_SECOND,
                           GS_SCALE_DECADES, 1e-3, 1e4},
    [GS_HEAT_SLOW_TIME] = {"thermal.slow_time", "time constant of the heat sink or cold plate",
                           GPUSIM_UNIT_SECOND, GS_SCALE_DECADES, 1e-2, 1e5},
    [GS_HEAT_INLET] = {"inlet", "air or water that reaches the GPU", GPUSIM_UNIT_CELSIUS,
                       GS_SCALE_PLAIN, -100, 200},
    [GS_HEAT_FAST_BEGIN] = {"begin.fast", "above the steady state when the log begins",
                            GPUSIM_UNIT_KELVIN, GS_SCALE_PLAIN, -300, 300},
    [GS_HEAT_SLOW_BEGIN] = {"begin.slow", "above the steady state when the log begins",
                            GPUSIM_UNIT_KELVIN, GS_SCALE_PLAIN, -300, 300},
};

const gs_parameter gs_heat_memory[GS_HEAT_MEMORY] = {
    [GS_HEAT_COUPLING] = {"thermal.memory_coupling", "share of the GPU's rise that its memory has",
                          GPUSIM_UNIT_RATIO, GS_SCALE_SHARE, 0, 1},
    [GS_HEAT_MEMORY_TIME] = {"thermal.memory_time", "time constant of the memory",
                             GPUSIM_UNIT_SECOND, GS_SCALE_DECADES, 1e-2, 1e5},
    [GS_HEAT_MEMORY_RISE] = {"memory_rise", "own rise of the memory", GPUSIM_UNIT_KELVIN,
                             GS_SCALE_PLAIN, -100, 200},
    [GS_HEAT_MEMORY_BEGIN] = {"begin.memory", "above the steady state when the log begins",
                              GPUSIM_UNIT_KELVIN, GS_SCALE_PLAIN, -300, 300},
};

/* ---- the two models, by values ---- */

static void model_core(const gs_heat_log *log, const double *v, double *model)
{
    double fast_r = v[GS_HEAT_RESISTANCE] * v[GS_HEAT_FAST_SHARE];
    double slow_r = v[GS_HEAT_RESISTANCE] - fast_r;
    double fast = fast_r * log->power[0] + v[GS_HEAT_FAST_BEGIN];
    double slow = slow_r * log->power[0] + v[GS_HEAT_SLOW_BEGIN];
    model[0] = v[GS_HEAT_INLET] + fast + slow;
    for (uint32_t i = 1; i < log->points; i++) {
        double dt = log->time[i] - log->time[i - 1], power = log->power[i];
        fast = gs_relax(fast, fast_r * power, dt, v[GS_HEAT_FAST_TIME]);
        slow = gs_relax(slow, slow_r * power, dt, v[GS_HEAT_SLOW_TIME]);
        model[i] = v[GS_HEAT_INLET] + fast + slow;
    }
}

static void model_memory(const gs_heat_log *log, const double *core, const double *v, double *model)
{
    double coupled = v[GS_HEAT_COUPLING] * core[GS_HEAT_RESISTANCE];
    double y = 0;
    for (uint32_t i = 0; i < log->points; i++) {
        double use = log->memory_use ? log->memory_use[i] : 1;
        double target = coupled * log->power[i] + use * v[GS_HEAT_MEMORY_RISE];
        if (i == 0) {
            y = target + v[GS_HEAT_MEMORY_BEGIN];
        } else {
            y = gs_relax(y, target, log->time[i] - log->time[i - 1], v[GS_HEAT_MEMORY_TIME]);
        }
        model[i] = core[GS_HEAT_INLET] + y;
    }
}

/* ---- as least squares over the parameters that are not held ---- */

// coordinates of all parameters, from those of the fitted ones
static void spread(const gs_heat_fit *fit, const double *fitted, double *x)
{
    uint32_t from = 0;
    for (uint32_t j = 0; j < fit->parameters; j++) {
        x[j] = fit->held[j] ? fit->x[j] : fitted[from++];
    }
}

static void gather(const gs_heat_fit *fit, const double *x, double *fitted)
{
    uint32_t to = 0;
    for (uint32_t j = 0; j < fit->parameters; j++) {
        if (!fit->held[j]) {
            fitted[to++] = x[j];
        }
    }
}

static void run_model(const gs_heat_fit *fit, const double *x, double *model)
{
    double value[GS_HEAT_CORE];
    for (uint32_t j = 0; j < fit->parameters; j++) {
        value[j] = gs_parameter_value(&fit->table[j], x[j]);
    }
    if (fit->core) {
        model_memory(fit->log, fit->core, value, model);
    } else {
        model_core(fit->log, value, model);
    }
}

static int is_beginning(const gs_heat_fit *fit, uint32_t j)
{
    return fit->core ? j == GS_HEAT_MEMORY_BEGIN
                     : j == GS_HEAT_FAST_BEGIN || j == GS_HEAT_SLOW_BEGIN;
}

// readings, then pulls of what a log begins with
static void residuals(void *context, const double *fitted, double *residual)
{
    const gs_heat_fit *fit = context;
    const double *measured = fit->core ? fit->log->memory : fit->log->temperature;
    double x[GS_HEAT_CORE];
    uint32_t row = fit->points;
    spread(fit, fitted, x);
    run_model(fit, x, residual);
    for (uint32_t i = 0; i < fit->points; i++) {
        residual[i] -= measured[i];
    }
    for (uint32_t j = 0; j < fit->parameters; j++) {
        if (is_beginning(fit, j) && !fit->held[j]) {
            residual[row++] = PULL * x[j];
        }
    }
}

static gs_least_problem problem_of(gs_heat_fit *fit)
{
    uint32_t pulls = 0;
    for (uint32_t j = 0; j < fit->parameters; j++) {
        pulls += is_beginning(fit, j) && !fit->held[j];
    }
    return (gs_least_problem){
        .points = fit->points + pulls,
        .parameters = fit->fitted,
        .residuals = residuals,
        .context = fit,
    };
}

static const gs_least_limits limits = {.iterations = 200, .step = 1e-7};

// how residuals are spread and how alike neighbours are
static void judge(gs_heat_fit *fit)
{
    const double *measured = fit->core ? fit->log->memory : fit->log->temperature;
    double squares = 0, products = 0;
    run_model(fit, fit->x, fit->model);
    for (uint32_t i = 0; i < fit->points; i++) {
        double residual = fit->model[i] - measured[i];
        squares += residual * residual;
        products += i ? residual * (fit->model[i - 1] - measured[i - 1]) : 0;
    }
    fit->rms = sqrt(squares / fit->points);
    fit->correlation = squares > 0 ? products / squares : 0;
    double alike = fmin(fmax(fit->correlation, 0), 0.99);
    double freedom = fit->points > fit->fitted ? fit->points - fit->fitted : 1;
    fit->variance = squares / freedom * (1 + alike) / (1 - alike);
}

// to the minimum nearest to fit->x
static gpusim_status descend(gs_heat_fit *fit, gs_least *least, gpusim_error *err)
{
    gs_least_problem problem = problem_of(fit);
    double fitted[GS_HEAT_CORE];
    gather(fit, fit->x, fitted);
    gpusim_status status =
        gs_least_solve(least, &problem, &limits, fitted, &fit->sum, &fit->iterations, err);
    double x[GS_HEAT_CORE];
    spread(fit, fitted, x);
    memcpy(fit->x, x, fit->parameters * sizeof *x);
    return status;
}

static gpusim_status finish(gs_heat_fit *fit, gs_least *least, gpusim_error *err)
{
    gpusim_status status;
    double covariance[GS_HEAT_CORE * GS_HEAT_CORE];
    GPUSIM_TRY(descend(fit, least, err));
    judge(fit);
    GPUSIM_TRY(gs_least_covariance(least, covariance, err));
    for (uint32_t j = 0, a = 0; j < fit->parameters; j++) {
        for (uint32_t k = 0, b = 0; k < fit->parameters; k++) {
            int both = !fit->held[j] && !fit->held[k];
            fit->covariance[j][k] = both ? covariance[a * fit->fitted + b] * fit->variance : 0;
            b += !fit->held[k];
        }
        a += !fit->held[j];
    }
cleanup:
    return status;
}

// the modes are the same in either order: the fast one is the faster
static void order_modes(gs_heat_fit *fit)
{
    double fast = gs_parameter_value(&fit->table[GS_HEAT_FAST_TIME], fit->x[GS_HEAT_FAST_TIME]);
    double slow = gs_parameter_value(&fit->table[GS_HEAT_SLOW_TIME], fit->x[GS_HEAT_SLOW_TIME]);
    if (fast > slow) {
        double begin = fit->x[GS_HEAT_FAST_BEGIN];
        fit->x[GS_HEAT_FAST_TIME] = gs_parameter_at(&fit->table[GS_HEAT_FAST_TIME], slow);
        fit->x[GS_HEAT_SLOW_TIME] = gs_parameter_at(&fit->table[GS_HEAT_SLOW_TIME], fast);
        fit->x[GS_HEAT_FAST_SHARE] = -fit->x[GS_HEAT_FAST_SHARE];
        fit->x[GS_HEAT_FAST_BEGIN] = fit->x[GS_HEAT_SLOW_BEGIN];
        fit->x[GS_HEAT_SLOW_BEGIN] = begin;
    }
}

/* ---- beginnings ---- */

static void range(const double *values, uint32_t count, double *least, double *most)
{
    *least = *most = values[0];
    for (uint32_t i = 1; i < count; i++) {
        *least = fmin(*least, values[i]);
        *most = fmax(*most, values[i]);
    }
}

static gpusim_status check_log(const gs_heat_log *log, uint32_t fitted, gpusim_error *err)
{
    double least, most;
    if (log->points < fitted + 2) {
        gpusim_fail(err, GPUSIM_WORKLOAD,
                    "%u lines with power and temperature are too few for %u parameters",
                    log->points, fitted);
        gpusim_error_hint(err, "a known inlet (--inlet) and a log that begins in its steady state "
                               "(--steady) leave fewer");
        return GPUSIM_WORKLOAD;
    }
    range(log->power, log->points, &least, &most);
    if (most - least < 0.05 * most || most <= 0) {
        return gpusim_fail(err, GPUSIM_WORKLOAD,
                           "the power hardly changes (%.1f to %.1f W): nothing shows how the GPU "
                           "warms",
                           least, most);
    }
    range(log->temperature, log->points, &least, &most);
    if (most - least < 2) {
        return gpusim_fail(err, GPUSIM_WORKLOAD,
                           "the temperature hardly changes (%.1f to %.1f C): nothing shows how the "
                           "GPU warms",
                           least, most);
    }
    return GPUSIM_OK;
}

static gpusim_status allocate(const gs_heat_log *log, gs_heat_fit *fit, gs_least **least,
                              gpusim_error *err)
{
    gpusim_status status;
    fit->log = log;
    fit->points = log->points;
    for (uint32_t j = 0; j < fit->parameters; j++) {
        fit->fitted += !fit->held[j];
    }
    GPUSIM_TRY(check_log(log, fit->fitted, err));
    GPUSIM_TRY(gs_allocate(&fit->model, log->points, sizeof *fit->model, err));
    gs_least_problem problem = problem_of(fit);
    GPUSIM_TRY(gs_least_create(problem.points, problem.parameters, least, err));
cleanup:
    return status;
}

// the best of what is found from several pairs of time constants, s
static gpusim_status search_core(gs_heat_fit *fit, gs_least *least, gpusim_error *err)
{
    static const double pairs[][2] = {{0.3, 3}, {1, 10},   {2, 20},   {5, 50},
                                      {5, 300}, {20, 200}, {60, 600}, {200, 2000}};
    gpusim_status status = GPUSIM_OK;
    double begin[GS_HEAT_CORE], best[GS_HEAT_CORE], best_sum = (double)INFINITY;
    memcpy(begin, fit->x, sizeof begin);
    memcpy(best, fit->x, sizeof best);
    for (size_t k = 0; k < sizeof pairs / sizeof pairs[0]; k++) {
        memcpy(fit->x, begin, sizeof begin);
        fit->x[GS_HEAT_FAST_TIME] = gs_parameter_at(&fit->table[GS_HEAT_FAST_TIME], pairs[k][0]);
        fit->x[GS_HEAT_SLOW_TIME] = gs_parameter_at(&fit->table[GS_HEAT_SLOW_TIME], pairs[k][1]);
        GPUSIM_TRY(descend(fit, least, err));
        if (fit->sum < best_sum) {
            best_sum = fit->sum;
            memcpy(best, fit->x, sizeof best);
        }
    }
    memcpy(fit->x, best, sizeof best);
cleanup:
    return status;
}

gpusim_status gs_heat_fit_core(const gs_heat_log *log, double inlet, int steady, gs_heat_fit *fit,
                               gpusim_error *err)
{
    gpusim_status status;
    gs_least *least = NULL;
    double p0, p1, t0, t1;
    memset(fit, 0, sizeof *fit);
    fit->table = gs_heat_core;
    fit->parameters = GS_HEAT_CORE;
    if (!isnan(inlet)) {
        fit->held[GS_HEAT_INLET] = 1;
    }
    if (steady) {
        fit->held[GS_HEAT_FAST_BEGIN] = 1;
        fit->held[GS_HEAT_SLOW_BEGIN] = 1;
    }
    GPUSIM_TRY(allocate(log, fit, &least, err));

    // begin with the line from the coldest at least power to the hottest at most
    range(log->power, log->points, &p0, &p1);
    range(log->temperature, log->points, &t0, &t1);
    double resistance = fmax((t1 - t0) / (p1 - p0), 1e-3);
    fit->x[GS_HEAT_RESISTANCE] = gs_parameter_at(&fit->table[GS_HEAT_RESISTANCE], resistance);
    fit->x[GS_HEAT_INLET] = isnan(inlet) ? t0 - resistance * p0 : inlet;
    fit->x[GS_HEAT_FAST_SHARE] = 0.5;
    GPUSIM_TRY(search_core(fit, least, err));
    order_modes(fit);
    GPUSIM_TRY(finish(fit, least, err));
cleanup:
    gs_least_destroy(least);
    if (status != GPUSIM_OK) {
        gs_heat_fit_release(fit);
    }
    return status;
}

gpusim_status gs_heat_fit_memory(const gs_heat_log *log, const double *core, int steady,
                                 gs_heat_fit *fit, gpusim_error *err)
{
    gpusim_status status;
    gs_least *least = NULL;
    memset(fit, 0, sizeof *fit);
    fit->table = gs_heat_memory;
    fit->parameters = GS_HEAT_MEMORY;
    fit->core = core;
    if (steady) {
        fit->held[GS_HEAT_MEMORY_BEGIN] = 1;
    }
    GPUSIM_TRY(allocate(log, fit, &least, err));
    fit->x[GS_HEAT_MEMORY_TIME] = gs_parameter_at(&fit->table[GS_HEAT_MEMORY_TIME], 20);
    GPUSIM_TRY(finish(fit, least, err));
cleanup:
    gs_least_destroy(least);
    if (status != GPUSIM_OK) {
        gs_heat_fit_release(fit);
    }
    return status;
}

void gs_heat_fit_release(gs_heat_fit *fit)
{
    gs_release(&fit->model);
}

/* ---- intervals ---- */

// a walk counts the fitted parameters only
static uint32_t which_of(const gs_heat_fit *fit, uint32_t fitted)
{
    for (uint32_t j = 0;; j++) {
        if (!fit->held[j] && fitted-- == 0) {
            return j;
        }
    }
}

static int ended(const void *context, uint32_t fitted, double x, double direction)
{
    const gs_heat_fit *fit = context;
    return gs_parameter_ends(&fit->table[which_of(fit, fitted)], x, direction);
}

static gpusim_status move(gs_heat_fit *fit, const double *fitted, gpusim_error *err)
{
    gpusim_status status;
    gs_least *least = NULL;
    gs_least_problem problem = problem_of(fit);
    double x[GS_HEAT_CORE];
    spread(fit, fitted, x);
    memcpy(fit->x, x, fit->parameters * sizeof *x);
    if (!fit->core) {
        order_modes(fit);
    }
    GPUSIM_TRY(gs_least_create(problem.points, problem.parameters, &least, err));
    GPUSIM_TRY(finish(fit, least, err));
cleanup:
    gs_least_destroy(least);
    return status;
}

gpusim_status gs_heat_interval(gs_heat_fit *fit, uint32_t which, double level, double ends[2],
                               uint8_t open[2], int *better, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    gs_least_problem problem = problem_of(fit);
    double best[GS_HEAT_CORE], error = sqrt(fit->covariance[which][which]);
    double t = gsl_cdf_tdist_Pinv(0.5 + level / 2, fit->points - fit->fitted);
    uint32_t place = 0;
    for (uint32_t j = 0; j < which; j++) {
        place += !fit->held[j];
    }
    gather(fit, fit->x, best);
    gs_least_walk walk = {
        .problem = &problem,
        .limits = &limits,
        .best = best,
        .best_sum = fit->sum,
        .threshold = fit->sum + t * t * fit->variance,
        .which = place,
        .ended = ended,
        .end_context = fit,
    };
    *better = 0;
    for (int side = 0; side < 2; side++) {
        gs_least_end end;
        double step = isfinite(error) && error > 0 ? fmin(t * error, 2) : 0.3;
        walk.step = side ? step : -step;
        GPUSIM_TRY(gs_least_profile(&walk, &end, err));
        if (end.lower) {
            *better = 1;
            GPUSIM_TRY(move(fit, end.at, err));
            break;
        }
        ends[side] = gs_parameter_value(&fit->table[which], end.x);
        open[side] = end.open;
    }
cleanup:
    return status;
}
