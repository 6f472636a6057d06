/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Every allocation of a calibration failing in turn. This file's gs_resize takes the place of the
 * library's. */
#include "base/memory.h"

#include <stdint.h>

#include "support.h"

static uint64_t calls;
static uint64_t fails_at = UINT64_MAX;

void *gs_resize(void *memory, size_t size)
{
    if (size == 0) {
        free(memory);
        return NULL;
    }
    return calls++ >= fails_at ? NULL : realloc(memory, size);
}

static const char caps[] = "network,power_limit,time_per_epoch,average_power\n"
                           "a,100,1.8,99\na,150,1.2,148\na,200,1.0,190\n"
                           "b,100,1.7,98\nb,150,1.1,145\nb,200,1.0,180\n"
                           "c,100,1.4,95\nc,150,1.05,139\nc,200,1.0,160\n"
                           "d,100,1.9,99\nd,150,1.3,149\nd,200,1.0,196\n"
                           "e,100,1.5,96\ne,150,1.15,143\ne,200,1.0,170\n";

static const char heat[] = "time_s,power_w,temperature_c,memory_c\n"
                           "0,50,30,40\n1,300,36,42\n2,300,41,44\n4,300,46,48\n8,300,51,54\n"
                           "16,300,54,60\n32,300,56,64\n64,300,58,66\n128,300,60,66\n"
                           "130,50,52,63\n140,50,37,50\n200,50,32,41\n300,50,30,40\n";

// calibrates with ever later allocations failing, every `stride`-th of them, until it succeeds
static void sweep(const char *path, const gpusim_calibrate_options *options, uint64_t stride)
{
    gpusim_status status = GPUSIM_MEMORY;
    gpusim_calibration *c = NULL;
    for (uint64_t at = 0; status != GPUSIM_OK; at += stride) {
        gpusim_error err = {0};
        calls = 0;
        fails_at = at;
        status = gpusim_calibrate(path, options, &c, &err);
        if (status != GPUSIM_OK) {
            ck_assert_int_eq(status, GPUSIM_MEMORY);
            ck_assert_int_eq(err.status, GPUSIM_MEMORY);
            ck_assert_ptr_null(c);
        }
    }
    fails_at = UINT64_MAX;
    ck_assert_uint_gt(calls, 20);
    gpusim_calibration_destroy(c);
}

START_TEST(each_in_turn)
{
    gpusim_calibrate_options options;
    gpusim_calibrate_options_default(&options);
    options.starts = 1;
    options.splits = 1;
    options.no_intervals = 1;
    sweep(make_file("memory_caps.csv", caps), &options, 1);
    sweep(make_file("memory_heat.csv", heat), &options, 1);

    // with intervals and a base there are many more
    options.no_intervals = 0;
    options.base = "V100-PCIE-16GB";
    sweep("memory_heat.csv", &options, 17);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("calibrate/memory");
    TEST_CASE(suite, 100, each_in_turn);
    return test_run(suite);
}
