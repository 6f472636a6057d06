/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Clocks that run at varying speeds. */
#include "chaos/chaos.h"

#include <math.h>

// AF = exp(Ea / k (1 / T1 - 1 / T2)), temperatures in K
double gs_arrhenius(double activation, double reference, double celsius)
{
    const double boltzmann = 8.617333262145e-5; // eV/K: CODATA 2018, cut off
    const double zero = 273.15;
    return gpusim_exp(activation / boltzmann * (1 / (reference + zero) - 1 / (celsius + zero)));
}

gpusim_time gs_clock_due(double left, double speed)
{
    double real = ceil(left / speed); // at speed 0 infinite, or no number
    return real < 9.2e18 ? (gpusim_time)real : GPUSIM_TIME_MAX;
}

double gs_clock_left(double left, double speed, gpusim_time elapsed)
{
    double rest = left - speed * (double)elapsed;
    return rest > 0 ? rest : 0;
}

double gs_rule_heat(const gs_rule *rule, double celsius)
{
    return rule->activation > 0 && !isnan(celsius)
               ? gs_arrhenius(rule->activation, rule->reference, celsius)
               : 1;
}

double gs_rule_lemon(const gs_rule *rule, uint64_t seed, const char *target)
{
    if (!(rule->lemon_share > 0)) {
        return 1;
    }
    gpusim_stream stream = gs_rule_stream(rule, seed, "lemon", target);
    return gpusim_draw_uniform(stream, 0) < rule->lemon_share ? rule->lemon_factor : 1;
}

double gs_rule_rate(const gs_rule *rule)
{
    double speed = 1 + rule->lemon_share * (rule->lemon_factor - 1);
    if (rule->burst > 0) {
        double calm = gs_distribution_mean(&rule->calm), storm = gs_distribution_mean(&rule->storm);
        speed *= (calm + storm * rule->burst) / (calm + storm);
    }
    return speed * rule->reaches / gs_distribution_mean(&rule->every);
}
