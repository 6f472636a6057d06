/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How the parameters of each distribution lie in memory once a scenario is bound. */
#ifndef GS_BASE_DISTRIBUTION_FIELDS_H
#define GS_BASE_DISTRIBUTION_FIELDS_H

/* Optional parameters that are absent are NaN. `constant` is a double, `choice` a gpusim_list of
 * gs_choice_fields, `empirical` one of double. */
typedef struct gs_uniform_fields {
    double min, max;
} gs_uniform_fields;

typedef struct gs_exponential_fields {
    double mean;
} gs_exponential_fields;

typedef struct gs_lognormal_fields {
    double median, mean, sigma;
} gs_lognormal_fields;

typedef struct gs_weibull_fields {
    double scale, shape;
} gs_weibull_fields;

typedef struct gs_pareto_fields {
    double minimum, shape, maximum;
} gs_pareto_fields;

typedef struct gs_gamma_fields {
    double mean, shape;
} gs_gamma_fields;

typedef struct gs_normal_fields {
    double mean, sd, min, max;
} gs_normal_fields;

typedef struct gs_bathtub_fields {
    double early_scale, early_shape, mean, wear_scale, wear_shape;
} gs_bathtub_fields;

typedef struct gs_choice_fields {
    const char *key; /* the value, as written */
    double weight;
} gs_choice_fields;

#endif
