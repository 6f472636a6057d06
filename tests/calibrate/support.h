/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Files of measurements made by the tests themselves. */
#ifndef TESTS_CALIBRATE_SUPPORT_H
#define TESTS_CALIBRATE_SUPPORT_H

#include <math.h>
#include <string.h>

#include <gpusim/calibrate.h>
#include <gpusim/gpu.h>
#include <gpusim/random.h>

#include "harness.h"

/* Writes a file in the working folder. */
static inline const char *make_file(const char *name, const char *text)
{
    FILE *file = fopen(name, "w");
    ck_assert_ptr_nonnull(file);
    ck_assert_int_ge(fputs(text, file), 0);
    ck_assert_int_eq(fclose(file), 0);
    return name;
}

/* The parameter of that key, which is there. */
static inline const gpusim_calibration_parameter *parameter_of(const gpusim_calibration *c,
                                                               const char *key)
{
    uint32_t count;
    const gpusim_calibration_parameter *all = gpusim_calibration_parameters(c, &count);
    for (uint32_t i = 0; i < count; i++) {
        if (strcmp(all[i].key, key) == 0) {
            return &all[i];
        }
    }
    ck_abort_msg("no parameter '%s'", key);
    return NULL;
}

#endif
