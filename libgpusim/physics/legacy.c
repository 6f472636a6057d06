/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Node models of other simulators. They are loops by nature, so these are ticks:
 *
 *   io-Guard  heat = (1.5 load^1.2 + 2 (1 - h_power)) (1 + dust), fan = 3% a kelvin above 50 degC,
 *             T <- max(25, T + heat - 4 fan h_fans (1 - dust)), every 0.5 s; above 95 degC the
 * clock falls by 10% a tick down to 10%, else it rises by 2%; step = 0.1 s / max(clock, 5%) /
 * max(h_network, 0.1) + U(0, 0.05 s (1 - h_network)) SAGE      x <- x + U(-a, a), then x <- x +
 * 0.01 (mean - x), for temperature, power and fan, every 2 s; T <- T - 0.4 max(0, fan - 2000) /
 * 3000 Astera    busy: T <- min(95, T + U(0.5, 2)), P = U(200, 300) W; else T <- max(25, T - U(0.1,
 * 0.5)), P = U(10, 30) W, every 1 s; above 85 degC it counts as idle, until below 80
 *
 * Read in their public repositories: aliozen0/sentinel-io, evenindividual04's Self-Adaptive GPU
 * Ecosystem, prathamc25/astera-zap-froup. Formulas and constants only.
 */
#include "physics/legacy.h"

#include <math.h>

/* Ordinals of a tick's draws. */
enum { GS_DRAW_FIRST, GS_DRAW_SECOND, GS_DRAW_THIRD, GS_DRAWS };

static double between(const gs_legacy_state *node, uint64_t draw, double low, double high)
{
    return low + (high - low) * gpusim_draw_uniform(node->stream, node->ticks * GS_DRAWS + draw);
}

static double clamp(double x, double low, double high)
{
    return fmin(fmax(x, low), high);
}

// ---- io-Guard ----

static void set_latency(const gs_ioguard *model, gs_legacy_state *node)
{
    double latency = model->step / fmax(node->clock, model->clock_least) /
                     fmax(model->network, model->link_least);
    latency += between(node, GS_DRAW_SECOND, 0, model->jitter * (1 - model->network));
    node->latency = latency;
    node->slowdown = latency / model->step;
}

void gs_ioguard_begin(const gs_ioguard *model, gs_legacy_state *node)
{
    node->temperature = model->start;
    node->clock = 1;
    set_latency(model, node);
}

void gs_ioguard_tick(const gs_ioguard *model, double busy, gs_legacy_state *node)
{
    node->ticks++;
    node->load = busy * between(node, GS_DRAW_FIRST, model->load_low, model->load_high);
    double heat = (model->heat * gpusim_pow(node->load, model->heat_exponent) +
                   model->fault_heat * (1 - model->power)) *
                  (1 + model->dust);
    double wanted = clamp(model->fan_slope * (node->temperature - model->fan_start), 0, 1);
    node->fan = node->held > 0 ? node->held : wanted;
    double cool = model->cooling * node->fan * model->fans * (1 - model->dust);
    node->temperature = fmax(model->ambient, node->temperature + heat - cool);

    node->throttled = node->temperature > model->throttle_at;
    node->clock = node->throttled ? fmax(model->lowest, node->clock - model->down)
                                  : fmin(1, node->clock + model->up);
    set_latency(model, node);
}

void gs_ioguard_hold(gs_legacy_state *node, double speed)
{
    node->held = speed;
}

// ---- SAGE ----

/* rpm: the least that a command can ask for. */
#define GS_SAGE_FAN_LEAST 1000

// a speed is where its loop goes on from: noise and reversion do not stop
void gs_sage_hold(const gs_sage *model, gs_legacy_state *node, double speed)
{
    node->fan = speed > 0 ? clamp(speed * model->fan_limit, GS_SAGE_FAN_LEAST, model->fan_limit)
                          : model->fan;
}

void gs_sage_begin(const gs_sage *model, gs_legacy_state *node)
{
    node->temperature = model->temperature;
    node->power = model->power;
    node->fan = model->fan;
    node->clock = 1;
    node->slowdown = 1;
}

void gs_sage_tick(const gs_sage *model, gs_legacy_state *node)
{
    node->ticks++;
    node->temperature +=
        between(node, GS_DRAW_FIRST, -model->temperature_noise, model->temperature_noise);
    node->power += between(node, GS_DRAW_SECOND, -model->power_noise, model->power_noise);
    node->fan += between(node, GS_DRAW_THIRD, -model->fan_noise, model->fan_noise);
    node->temperature += model->reversion * (model->temperature - node->temperature);
    node->power += model->reversion * (model->power - node->power);
    node->fan += model->reversion * (model->fan - node->fan);
    node->temperature -=
        model->cooling * fmax(0, node->fan - model->fan) / (model->fan_full - model->fan);
}

// ---- Astera ----

static void set_power(const gs_astera *model, int busy, gs_legacy_state *node)
{
    double low = busy ? model->busy_low : model->idle_low;
    node->power = between(node, GS_DRAW_SECOND, low, busy ? model->busy_high : model->idle_high);
}

void gs_astera_begin(const gs_astera *model, gs_legacy_state *node)
{
    node->temperature = model->least;
    node->clock = 1;
    node->slowdown = 1;
    set_power(model, 0, node);
}

void gs_astera_tick(const gs_astera *model, double busy, gs_legacy_state *node)
{
    node->ticks++;
    int works = busy > 0 && !node->throttled;
    if (works) {
        double warmer = between(node, GS_DRAW_FIRST, model->warm_low, model->warm_high);
        node->temperature = fmin(model->most, node->temperature + warmer);
        node->load = between(node, GS_DRAW_THIRD, model->load_low, model->load_high);
    } else {
        double cooler = between(node, GS_DRAW_FIRST, model->cool_low, model->cool_high);
        node->temperature = fmax(model->least, node->temperature - cooler);
        node->load = 0;
    }
    set_power(model, works, node);
    if (node->temperature > model->throttle_at) {
        node->throttled = 1;
    } else if (node->temperature < model->release_at) {
        node->throttled = 0;
    }
    node->slowdown = node->throttled ? 1 / model->throttled_speed : 1;
}
