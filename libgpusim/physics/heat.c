/* SPDX-License-Identifier: GPL-3.0-or-later */
/* T(t) = end + sum of a_k exp(-t / tau_k): its value, and the first time at which it goes through a
 * level.
 *
 * c + sum of n modes changes its sign at most n times. Its derivative, multiplied by the slowest
 * mode's e^(t/tau), is again a constant and n - 1 modes; the sign changes of that, found by the
 * same rule, part the time into intervals on which T is monotone, and within these a change of sign
 * is certain or impossible. */
#include "physics/heat.h"

#include <math.h>

#include <gpusim/random.h>

#include "physics/power.h"

double gs_decay_at(const gs_decay *decay, double t)
{
    double sum = 0;
    for (uint32_t k = 0; k < decay->count; k++) {
        if (decay->time[k] > 0 && decay->amplitude[k] != 0) {
            sum += decay->amplitude[k] * gpusim_exp(-t / decay->time[k]);
        }
    }
    return decay->end + sum;
}

/* Time constants after which nothing is left of a difference: exp(-46) = 1e-20 of it. */
#define LONG_OVER 46

double gs_relax(double x, double target, double dt, double time)
{
    if (time <= 0) {
        return target;
    }
    if (dt <= 0 || x == target) {
        return x;
    }
    return dt > LONG_OVER * time ? target : target + (x - target) * gpusim_exp(-dt / time);
}

double gs_resistance_air(double resistance, double exponent, double speed)
{
    return speed == 1 ? resistance : resistance * gpusim_pow(speed, -exponent);
}

double gs_resistance_liquid(double resistance, const gs_curve *cold_plate, double nominal,
                            double flow)
{
    if (!cold_plate || cold_plate->count == 0) {
        return resistance;
    }
    return resistance - nominal + gs_curve_at(cold_plate, flow);
}

/* level + sum of amplitude_k exp(-rate_k t), rates rising from the slowest and all different. */
typedef struct gs_modes {
    double level;
    double amplitude[GS_MODES_MAX], rate[GS_MODES_MAX];
    uint32_t count;
} gs_modes;

// a decay less `level`, without modes that are over and with equal ones added up
static gs_modes modes_of(const gs_decay *decay, double level)
{
    gs_modes modes = {.level = decay->end - level};
    for (uint32_t k = 0; k < decay->count; k++) {
        if (!(decay->time[k] > 0) || decay->amplitude[k] == 0) {
            continue;
        }
        double rate = 1 / decay->time[k];
        uint32_t at = 0;
        while (at < modes.count && modes.rate[at] < rate) {
            at++;
        }
        if (at < modes.count && modes.rate[at] == rate) {
            modes.amplitude[at] += decay->amplitude[k];
            continue;
        }
        for (uint32_t i = modes.count; i > at; i--) {
            modes.rate[i] = modes.rate[i - 1];
            modes.amplitude[i] = modes.amplitude[i - 1];
        }
        modes.rate[at] = rate;
        modes.amplitude[at] = decay->amplitude[k];
        modes.count++;
    }
    return modes;
}

static double value(const gs_modes *modes, double t, double *slope)
{
    double sum = 0;
    *slope = 0;
    for (uint32_t k = 0; k < modes->count; k++) {
        double term = modes->amplitude[k] * gpusim_exp(-modes->rate[k] * t);
        sum += term;
        *slope -= modes->rate[k] * term;
    }
    return modes->level + sum;
}

static int sign(double x)
{
    return (x > 0) - (x < 0);
}

// a time within [low, high] at which the sign has not changed yet: where modes of one sign are
// concerned, none of them alone makes up for the level later than all of them together
static double begin(const gs_modes *modes, double low, double high)
{
    double t = low;
    for (uint32_t k = 0; k < modes->count; k++) {
        if (sign(modes->amplitude[k]) != -sign(modes->level)) {
            return low;
        }
        double over = modes->amplitude[k] / -modes->level;
        if (over > 1) {
            t = fmax(t, gpusim_log(over) / modes->rate[k]);
        }
    }
    return t < high ? t : low;
}

// the one change of sign within [low, high], to `after`: Newton's steps while they stay within what
// is left, with a bisection among them now and then in case they creep
static double solve(const gs_modes *modes, double low, double high, int after)
{
    double t = begin(modes, low, high);
    for (int i = 1; i <= 1200; i++) {
        double slope;
        double above = value(modes, t, &slope);
        if (above == 0) {
            break;
        }
        if (sign(above) == after) {
            high = t;
        } else {
            low = t;
        }
        double next = t - above / slope;
        if (!(next > low && next < high) || i % 16 == 0) {
            next = low + (high - low) / 2;
        }
        double step = next - t;
        t = next;
        if (fabs(step) <= 1e-13 * t) {
            break;
        }
    }
    return t;
}

/* Where the sign changes, and to what. */
typedef struct gs_changes {
    double at[GS_MODES_MAX];
    int after[GS_MODES_MAX];
    uint32_t count;
} gs_changes;

static void change(gs_changes *changes, double t, int after)
{
    if (changes->count < GS_MODES_MAX) {
        changes->at[changes->count] = t;
        changes->after[changes->count] = after;
        changes->count++;
    }
}

static void sign_changes(const gs_modes *modes, gs_changes *changes);

// the derivative, times e^(slowest rate t)
static void turning_points(const gs_modes *modes, gs_changes *turns)
{
    gs_modes slope = {.level = -modes->amplitude[0] * modes->rate[0], .count = modes->count - 1};
    for (uint32_t k = 1; k < modes->count; k++) {
        slope.amplitude[k - 1] = -modes->amplitude[k] * modes->rate[k];
        slope.rate[k - 1] = modes->rate[k] - modes->rate[0];
    }
    sign_changes(&slope, turns);
}

// all changes of sign at t >= 0, in order; a value that is 0 at 0 changes when it leaves it
static void sign_changes(const gs_modes *modes, gs_changes *changes)
{
    // nothing to do where the terms together cannot reach zero
    double most = modes->level, least = modes->level, all = 0;
    for (uint32_t k = 0; k < modes->count; k++) {
        most += fmax(modes->amplitude[k], 0);
        least += fmin(modes->amplitude[k], 0);
        all += fabs(modes->amplitude[k]);
    }
    changes->count = 0;
    if (modes->count == 0 || most < 0 || least > 0) {
        return;
    }

    // from one turning point to the next; beyond the last one towards the level, if it has a sign
    gs_changes turns;
    turning_points(modes, &turns);
    double unused, from = 0;
    int before = 0, here = sign(value(modes, 0, &unused));
    for (uint32_t i = 0; i <= turns.count; i++) {
        double to;
        int there;
        if (i < turns.count) {
            to = turns.at[i];
            there = sign(value(modes, to, &unused));
        } else {
            if (modes->level == 0) {
                break; // it only approaches zero
            }
            to = fmax(from, gpusim_log(all / fabs(modes->level)) / modes->rate[0]);
            there = sign(modes->level);
        }
        if (here != 0 && there == -here) {
            change(changes, solve(modes, from, to, there), there);
        } else if (here == 0 && there != 0 && there != before) {
            change(changes, from, there);
        }
        before = here != 0 ? here : before;
        here = there;
        from = to;
    }
}

double gs_decay_crossing(const gs_decay *decay, double level, int upward)
{
    gs_modes modes = modes_of(decay, level);
    gs_changes changes;
    sign_changes(&modes, &changes);
    for (uint32_t i = 0; i < changes.count; i++) {
        if (changes.after[i] == (upward ? 1 : -1)) {
            return changes.at[i];
        }
    }
    return INFINITY;
}

double gs_decay_settled(const gs_decay *decay, double distance)
{
    // the last time at which it comes within the distance, from above or from below
    double last = 0;
    for (int side = -1; side <= 1; side += 2) {
        gs_modes modes = modes_of(decay, decay->end);
        modes.level = -side * distance;
        if (modes.count > 0 && !(distance > 0)) {
            return INFINITY;
        }
        gs_changes changes;
        sign_changes(&modes, &changes);
        if (changes.count > 0) {
            last = fmax(last, changes.at[changes.count - 1]);
        }
    }
    return last;
}
