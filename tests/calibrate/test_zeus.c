/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Power caps of the Zeus measurements (reference physics.md 2.2, targets V8 and V9): the model
 * fitted jointly on throughput and mean power, against the median curves. */
#include "support.h"

typedef struct target {
    const char *file, *base;
    uint32_t measured, complete, caps;
    double throughput, power; /* points */
    double optimum;           /* W, of the measured medians; 0: no target */
} target;

// figures of the last two GPUs are not in the targets; theirs keep what is reached
static const target targets[] = {
    {"data/zeus/power_cap_v100.csv", "V100-PCIE-16GB", 68, 68, 7, 3, 4, 125},
    {"data/zeus/power_cap_a40.csv", "A40", 53, 47, 9, 3, 4, 175},
    {"data/zeus/power_cap_rtx6000.csv", "Quadro RTX 6000", 52, 51, 8, 3, 4, 150},
    {"data/zeus/power_cap_p100.csv", "P100-PCIE-16GB", 45, 45, 6, 3, 4, 125},
};

static gpusim_calibration *fit(const target *t, uint32_t starts, uint32_t splits, int intervals)
{
    const char *path = test_shared(t->file);
    gpusim_calibrate_options options;
    gpusim_calibration *c = NULL;
    gpusim_error err = {0};
    if (path) {
        gpusim_calibrate_options_default(&options);
        options.base = t->base;
        options.starts = starts;
        options.splits = splits;
        options.no_intervals = !intervals;
        ASSERT_OK(gpusim_calibrate(path, &options, &c, &err), &err);
    }
    return c;
}

START_TEST(median_curves_are_reproduced)
{
    const target *t = &targets[_i];
    gpusim_calibration *c = fit(t, 16, 0, 0);
    if (!c) {
        return;
    }
    const gpusim_calibration_info *info = gpusim_calibration_get_info(c);
    ck_assert_uint_eq(info->measured, t->measured);
    ck_assert_uint_eq(info->used, t->complete);
    uint32_t count;
    const gpusim_calibration_cap *caps = gpusim_calibration_caps(c, &count);
    ck_assert_uint_eq(count, t->caps);
    for (uint32_t k = 0; k < count; k++) {
        double throughput = 100 * (caps[k].throughput_model - caps[k].throughput);
        double power = 100 * (caps[k].power_model - caps[k].power);
        printf("%s %3g W: throughput %+.2f, power %+.2f points\n", t->base, caps[k].cap, throughput,
               power);
        ck_assert_double_lt(fabs(throughput), t->throughput);
        ck_assert_double_lt(fabs(power), t->power);
    }
    // within one cap's step, which is 25 W
    ck_assert_double_eq(info->optimum, t->optimum);
    ck_assert_double_le(fabs(info->optimum_model - t->optimum), 25);
    gpusim_calibration_destroy(c);
}
END_TEST

// what the model fitted to one half says of the other is hardly worse than what the half itself
// says: two points more at any cap, on average over splits
START_TEST(halves_that_were_not_seen)
{
    gpusim_calibration *c = fit(&targets[_i], 8, 2, 0);
    if (!c) {
        return;
    }
    uint32_t count;
    const gpusim_calibration_cap *caps = gpusim_calibration_caps(c, &count);
    for (uint32_t k = 0; k < count; k++) {
        printf("%s %3g W: unseen %.2f (halves %.2f), power %.2f (%.2f)\n", targets[_i].base,
               caps[k].cap, 100 * caps[k].throughput_unseen, 100 * caps[k].throughput_halves,
               100 * caps[k].power_unseen, 100 * caps[k].power_halves);
        ck_assert_double_lt(caps[k].throughput_unseen, caps[k].throughput_halves + 0.025);
        ck_assert_double_lt(caps[k].power_unseen, caps[k].power_halves + 0.025);
        ck_assert_double_gt(caps[k].throughput_unseen, k + 1 < count ? 0 : -1);
    }
    gpusim_calibration_destroy(c);
}
END_TEST

// intervals hold the value; the A40's lowest clock shows
START_TEST(intervals_tell_what_is_not_known)
{
    gpusim_calibration *c = fit(&targets[_i], 6, 0, 1);
    if (!c) {
        return;
    }
    static const char *const keys[] = {"power.fixed", "power.context", "power.knee_clock",
                                       "power.knee_voltage", "clocks.minimum"};
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
        const gpusim_calibration_parameter *p = parameter_of(c, keys[i]);
        printf("%s %s %.4g, %.4g to %.4g%s%s\n", targets[_i].base, p->key, p->value, p->low,
               p->high, p->open_low ? ", open below" : "", p->open_high ? ", open above" : "");
        ck_assert_double_le(p->low, p->value);
        ck_assert_double_ge(p->high, p->value);
        ck_assert_double_lt(p->low, p->high);
    }
    ck_assert_int_eq(parameter_of(c, "clocks.minimum")->open_low && _i == 1, 0);
    gpusim_calibration_destroy(c);
}
END_TEST

int main(void)
{
    if (!test_shared("data/zeus")) {
        return TEST_SKIPPED;
    }
    Suite *suite = suite_create("calibrate/zeus");
    TCase *case_ = tcase_create("all");
    tcase_set_timeout(case_, 200);
    tcase_add_loop_test(case_, median_curves_are_reproduced, 0, 4);
    tcase_add_loop_test(case_, halves_that_were_not_seen, 0, 2);
    tcase_add_loop_test(case_, intervals_tell_what_is_not_known, 0, 2);
    suite_add_tcase(suite, case_);
    return test_run(suite);
}
