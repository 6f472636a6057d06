/* SPDX-License-Identifier: GPL-3.0-or-later */
/* P = Ps + leak(T) - leak(Tref) + Pd u f v(f)^2 and its inverse; what else in a node draws power,
 * and what conversion loses: P_in = (P_out + c) / eta. */
#include "physics/power.h"

#include <math.h>

#include <gpusim/random.h>

double gs_voltage(const gpusim_gpu_power *power, double clock)
{
    if (clock <= power->knee_clock) {
        return power->knee_voltage;
    }
    if (clock >= 1) {
        return 1;
    }
    return power->knee_voltage +
           (1 - power->knee_voltage) * (clock - power->knee_clock) / (1 - power->knee_clock);
}

double gs_dynamic_power(const gpusim_gpu_power *power, double clock)
{
    double voltage = gs_voltage(power, clock);
    return power->dynamic * clock * voltage * voltage;
}

double gs_busy_power(const gpusim_gpu_power *power, double intensity, double clock, double leak)
{
    return power->fixed + leak + intensity * gs_dynamic_power(power, clock);
}

double gs_leakage(const gpusim_gpu_leakage *leakage, double temperature)
{
    if (leakage->power == 0) {
        return 0;
    }
    return leakage->power * (gpusim_exp((temperature - leakage->reference) / leakage->scale) - 1);
}

double gs_leakage_slope(const gpusim_gpu_leakage *leakage, double temperature)
{
    if (leakage->power == 0) {
        return 0;
    }
    return leakage->power / leakage->scale *
           gpusim_exp((temperature - leakage->reference) / leakage->scale);
}

double gs_clock_at_power(const gpusim_gpu_power *power, double intensity, double leak, double cap)
{
    if (gs_busy_power(power, intensity, 1, leak) <= cap) {
        return 1;
    }
    // power rises with the clock; 2^-64 is finer than a double near 1
    double low = 0, high = 1;
    for (int i = 0; i < 64; i++) {
        double middle = low + (high - low) / 2;
        if (gs_busy_power(power, intensity, middle, leak) <= cap) {
            low = middle;
        } else {
            high = middle;
        }
    }
    return low;
}

double gs_clock_of_step(const gs_node_hardware *node, uint32_t k)
{
    if (k + 1 >= node->clock_count) {
        return 1;
    }
    return (node->gpu.clocks.minimum + k * node->gpu.clocks.step) / node->gpu.clocks.maximum;
}

uint32_t gs_clock_step_at_power(const gs_node_hardware *node, double intensity, double leak,
                                double cap)
{
    // `low` draws no more than the cap, or is 0; `high` draws more
    uint32_t low = 0, high = node->clock_count;
    while (high - low > 1) {
        uint32_t middle = low + (high - low) / 2;
        double clock = gs_clock_of_step(node, middle);
        if (gs_busy_power(&node->gpu.power, intensity, clock, leak) <= cap) {
            low = middle;
        } else {
            high = middle;
        }
    }
    return low;
}

double gs_clock_slowdown(double memory_bound, double clock)
{
    return clock > 0 ? (1 - memory_bound) / clock + memory_bound : (double)INFINITY;
}

double gs_cpu_power(const gs_cpu_state *state, uint32_t sockets, double load)
{
    if (load <= 0) {
        return sockets * state->idle;
    }
    return sockets * (state->epsilon + load * (state->maximum - state->epsilon));
}

double gs_fan_power(double at_full_speed, double speed)
{
    return at_full_speed * speed * speed * speed;
}

double gs_losses_input(const gs_loss *losses, uint32_t count, double output)
{
    for (uint32_t i = 0; i < count; i++) {
        output = (output + losses[i].constant) / losses[i].efficiency;
    }
    return output;
}

double gs_losses_output(const gs_loss *losses, uint32_t count, double input)
{
    for (uint32_t i = count; i > 0; i--) {
        input = input * losses[i - 1].efficiency - losses[i - 1].constant;
    }
    return input;
}

double gs_psu_input(const gs_curve *efficiency, uint32_t psus, double rating, double output)
{
    if (output <= 0) {
        return 0;
    }
    return output / gs_curve_at(efficiency, output / (psus * rating));
}

double gs_facility_overhead(double fixed, double linear, double it)
{
    return fixed + linear * it;
}
