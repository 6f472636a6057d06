/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Quantities: exact, the same in every locale, and clear about what is wrong. */
#include "harness.h"

#include <locale.h>
#include <string.h>

#include <gpusim/field.h>

#include "base/quantity.h"
#include "base/unit.h"

static double parse(const char *text, gpusim_unit unit)
{
    gpusim_error err;
    double value = -1.0;
    ASSERT_OK(gpusim_quantity_parse(text, unit, &value, &err), &err);
    return value;
}

START_TEST(values_are_those_of_the_units)
{
    static const struct {
        const char *text;
        gpusim_unit unit;
        double value;
    } cases[] = {
        {"7 d", GPUSIM_UNIT_SECOND, 604800.0},
        {"1w", GPUSIM_UNIT_SECOND, 604800.0},
        {"0.1 h", GPUSIM_UNIT_SECOND, 360.0},
        {"2.3 ms", GPUSIM_UNIT_SECOND, 0.0023},
        {"-5 s", GPUSIM_UNIT_SECOND, -5.0},
        {"40/h", GPUSIM_UNIT_PER_SECOND, 40.0 / 3600.0},
        {"40 1/h", GPUSIM_UNIT_PER_SECOND, 40.0 / 3600.0},
        {"80 GiB", GPUSIM_UNIT_BYTE, 85899345920.0},
        {"500GB", GPUSIM_UNIT_BYTE, 5e11},
        {"400 Gbit/s", GPUSIM_UNIT_BYTE_PER_SECOND, 5e10},
        {"4.35 kW", GPUSIM_UNIT_WATT, 4350.0},
        {"3 kWh", GPUSIM_UNIT_JOULE, 10800000.0},
        {"85 C", GPUSIM_UNIT_CELSIUS, 85.0},
        {"85 \xC2\xB0"
         "C",
         GPUSIM_UNIT_CELSIUS, 85.0},
        {"0.05 K/W", GPUSIM_UNIT_KELVIN_PER_WATT, 0.05},
        {"1410 MHz", GPUSIM_UNIT_HERTZ, 1.41e9},
        {"989 TFLOPS", GPUSIM_UNIT_FLOP_PER_SECOND, 989e12},
        {"2.5 PFLOP/s", GPUSIM_UNIT_FLOP_PER_SECOND, 2.5e15},
        {"0.25 m3/s", GPUSIM_UNIT_CUBIC_METRE_PER_SECOND, 0.25},
        {"900 m3/h", GPUSIM_UNIT_CUBIC_METRE_PER_SECOND, 0.25},
        {"1.2 L/min", GPUSIM_UNIT_CUBIC_METRE_PER_SECOND, 1.2e-3 / 60.0},
        {"530 CFM", GPUSIM_UNIT_CUBIC_METRE_PER_SECOND, 530.0 * 0.028316846592 / 60.0},
        {"2.5 t", GPUSIM_UNIT_KILOGRAM, 2500.0},
        {"385 g/kWh", GPUSIM_UNIT_KILOGRAM_PER_JOULE, 0.385 / 3.6e6},
        {"0.385 kg/kWh", GPUSIM_UNIT_KILOGRAM_PER_JOULE, 0.385 / 3.6e6},
        {"0.385 t/MWh", GPUSIM_UNIT_KILOGRAM_PER_JOULE, 0.385 / 3.6e6},
        {"852.3 lb/MWh", GPUSIM_UNIT_KILOGRAM_PER_JOULE, 852.3 * 0.45359237 / 3.6e9},
        {"0.094/kWh", GPUSIM_UNIT_PER_JOULE, 0.094 / 3.6e6},
        {"94/MWh", GPUSIM_UNIT_PER_JOULE, 0.094 / 3.6e6},
        {"12 %", GPUSIM_UNIT_RATIO, 0.12},
        {"1.1 %", GPUSIM_UNIT_RATIO, 0.011},
        {"0.8", GPUSIM_UNIT_RATIO, 0.8},
        {"1e-3", GPUSIM_UNIT_NONE, 0.001},
        {" .5 ", GPUSIM_UNIT_NONE, 0.5},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        double value = parse(cases[i].text, cases[i].unit);
        ck_assert_msg(value == cases[i].value, "%s is %.17g, not %.17g", cases[i].text, value,
                      cases[i].value);
    }
}
END_TEST

START_TEST(what_is_none_is_refused)
{
    static const struct {
        const char *text;
        gpusim_unit unit;
        const char *message;
    } cases[] = {
        {"30", GPUSIM_UNIT_SECOND, "'30' has no unit"},
        {"30 W", GPUSIM_UNIT_SECOND, "'30 W' is a power; expected a time such as '30 min'"},
        {"30 sec", GPUSIM_UNIT_SECOND, "'sec' is no unit of a time"},
        {"soon", GPUSIM_UNIT_SECOND, "expected a time such as '30 min', found 'soon'"},
        {"", GPUSIM_UNIT_WATT, "expected a power such as '250 W', found ''"},
        {"1.2.3 s", GPUSIM_UNIT_SECOND, "expected a time such as '30 min', found '1.2.3 s'"},
        {"1e999 W", GPUSIM_UNIT_WATT, "'1e999 W' is too large"},
        {"nan s", GPUSIM_UNIT_SECOND, "expected a time such as '30 min', found 'nan s'"},
        {"0x10", GPUSIM_UNIT_NONE, "expected a number such as '8', found '0x10'"},
        {"8 GiB", GPUSIM_UNIT_NONE, "'8 GiB' is a size; expected a number without a unit"},
        {"1,5 h", GPUSIM_UNIT_SECOND, "expected a time such as '30 min', found '1,5 h'"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        gpusim_error err = {0};
        double value = 42.0;
        ck_assert_int_eq(gpusim_quantity_parse(cases[i].text, cases[i].unit, &value, &err),
                         GPUSIM_ARGUMENT);
        ck_assert_str_eq(err.message, cases[i].message);
        ck_assert(value == 42.0);
    }
}
END_TEST

START_TEST(times_are_exact_integers)
{
    static const struct {
        const char *text;
        gpusim_time value;
    } cases[] = {
        {"90 min", INT64_C(5400000000000)},
        {"0.1 s", INT64_C(100000000)},
        {"0.123456789 s", INT64_C(123456789)},
        {"9007199254740993 ns", INT64_C(9007199254740993)}, // 2^53 + 1: no double holds it
        {"106751 d", INT64_C(106751) * GPUSIM_DAY},
        {"0.4 ns", 0},
        {"0.5 ns", 1},
        {"1e-30 s", 0},
        {"-2 h", -2 * GPUSIM_HOUR},
        {"never", GPUSIM_TIME_MAX},
        {"0.33333333333333333333333 h", INT64_C(1200000000000)},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        gpusim_error err;
        gpusim_time value = -1;
        ASSERT_OK(gpusim_time_parse(cases[i].text, &value, &err), &err);
        ck_assert_msg(value == cases[i].value, "%s is %lld", cases[i].text, (long long)value);
    }
    gpusim_time value = 7;
    ck_assert_int_eq(gpusim_time_parse("106752 d", &value, NULL), GPUSIM_ARGUMENT);
    ck_assert_int_eq(gpusim_time_parse("1e300 d", &value, NULL), GPUSIM_ARGUMENT);
    ck_assert_int_eq(value, 7);
}
END_TEST

START_TEST(times_are_written_and_read_back)
{
    static const struct {
        gpusim_time value;
        const char *text;
    } cases[] = {
        {0, "0 s"},
        {5400 * GPUSIM_SECOND, "90 min"},
        {7 * GPUSIM_DAY, "7 d"},
        {-GPUSIM_HOUR, "-1 h"},
        {1500 * GPUSIM_MILLISECOND, "1500 ms"},
        {INT64_C(1000000001), "1000000001 ns"},
        {GPUSIM_TIME_MAX, "never"},
        {GPUSIM_TIME_MAX - 1, "9223372036854775806 ns"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char text[64];
        gpusim_time back = -1;
        gpusim_time_format(cases[i].value, text, sizeof text);
        ck_assert_str_eq(text, cases[i].text);
        ck_assert_int_eq(gpusim_time_parse(text, &back, NULL), GPUSIM_OK);
        ck_assert_int_eq(back, cases[i].value);
    }
}
END_TEST

START_TEST(quantities_are_written_for_people)
{
    static const struct {
        double value;
        gpusim_unit unit;
        const char *exact, *shown;
    } cases[] = {
        {604800.0, GPUSIM_UNIT_SECOND, "7 d", "7 d"},
        {5400.0, GPUSIM_UNIT_SECOND, "1.5 h", "1.5 h"},
        {0.25, GPUSIM_UNIT_SECOND, "0.25 s", "250 ms"},
        {1.0 / 3.0, GPUSIM_UNIT_SECOND, "0.3333333333333333 s", "333.3 ms"},
        {40.0 / 3600.0, GPUSIM_UNIT_PER_SECOND, "40/h", "40/h"},
        {85899345920.0, GPUSIM_UNIT_BYTE, "80 GiB", "80 GiB"},
        {5e11, GPUSIM_UNIT_BYTE, "500 GB", "465.7 GiB"},
        {4350.0, GPUSIM_UNIT_WATT, "4350 W", "4.35 kW"},
        {0.0, GPUSIM_UNIT_WATT, "0 W", "0 W"},
        {0.12, GPUSIM_UNIT_RATIO, "0.12", "0.12"},
        {24.5, GPUSIM_UNIT_CELSIUS, "24.5 C", "24.5 C"},
        {989e12, GPUSIM_UNIT_FLOP_PER_SECOND, "989 TFLOP/s", "989 TFLOP/s"},
        {0.25, GPUSIM_UNIT_CUBIC_METRE_PER_SECOND, "250 L/s", "250 L/s"},
        {1e-3 / 60.0, GPUSIM_UNIT_CUBIC_METRE_PER_SECOND, "1 L/min", "1 L/min"},
        {3064.5, GPUSIM_UNIT_KILOGRAM, "3.0645 t", "3.065 t"},
        {385e-8 / 36.0, GPUSIM_UNIT_KILOGRAM_PER_JOULE, "385 g/kWh", "385 g/kWh"},
        {94e-3 / 3.6e6, GPUSIM_UNIT_PER_JOULE, "94/MWh", "94/MWh"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char text[64];
        int length = gpusim_quantity_format(cases[i].value, cases[i].unit, 1, text, sizeof text);
        ck_assert_str_eq(text, cases[i].exact);
        ck_assert_int_eq(length, (int)strlen(text));
        gpusim_quantity_format(cases[i].value, cases[i].unit, 0, text, sizeof text);
        ck_assert_str_eq(text, cases[i].shown);
    }
}
END_TEST

START_TEST(every_unit_reads_what_it_writes)
{
    // values of all sizes, from a small generator of its own
    uint64_t state = 1;
    for (int unit = 0; unit < GPUSIM_UNIT_COUNT; unit++) {
        for (int i = 0; i < 2000; i++) {
            state = state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
            double value = (double)(state >> 11);
            for (int k = (int)(state % 41) - 5; k > 0; k--) {
                value /= 10.0;
            }
            char text[64];
            gpusim_quantity_format(value, (gpusim_unit)unit, 1, text, sizeof text);
            double back = parse(text, (gpusim_unit)unit);
            ck_assert_msg(back == value, "%.17g became %s", value, text);
        }
    }
}
END_TEST

START_TEST(sizes_are_exact_integers)
{
    gs_quantity quantity;
    gpusim_error err;
    uint64_t value = 0;
    ASSERT_OK(gs_quantity_read("9007199254740993 B", GPUSIM_UNIT_BYTE, &quantity, &err), &err);
    ck_assert_int_eq(gs_quantity_integer(&quantity, 0, &value), GS_FIT_EXACT);
    ck_assert(value == UINT64_C(9007199254740993));
    ASSERT_OK(gs_quantity_read("0.3 KiB", GPUSIM_UNIT_BYTE, &quantity, &err), &err);
    ck_assert_int_eq(gs_quantity_integer(&quantity, 0, &value), GS_FIT_ROUNDED);
    ck_assert(value == 307); // 307.2
    ASSERT_OK(gs_quantity_read("16384 PiB", GPUSIM_UNIT_BYTE, &quantity, &err), &err);
    ck_assert_int_eq(gs_quantity_integer(&quantity, 0, &value), GS_FIT_TOO_LARGE);
    ASSERT_OK(gs_quantity_read("1e6", GPUSIM_UNIT_NONE, &quantity, &err), &err);
    ck_assert_int_eq(gs_quantity_integer(&quantity, 0, &value), GS_FIT_EXACT);
    ck_assert(value == 1000000);
    ASSERT_OK(gs_quantity_read("0.5", GPUSIM_UNIT_NONE, &quantity, &err), &err);
    ck_assert_int_eq(gs_quantity_integer(&quantity, 0, &value), GS_FIT_ROUNDED);
}
END_TEST

START_TEST(a_decimal_comma_changes_nothing)
{
    static const char *const names[] = {"de_DE.UTF-8", "de_DE.utf8", "de_DE", "fr_FR.UTF-8"};
    const char *found = NULL;
    for (size_t i = 0; i < sizeof names / sizeof names[0] && !found; i++) {
        found = setlocale(LC_ALL, names[i]);
    }
    if (!found) {
        printf("skipped: no locale with a decimal comma is installed\n");
        return;
    }
    char text[64];
    ck_assert(parse("1.5 h", GPUSIM_UNIT_SECOND) == 5400.0);
    gpusim_quantity_format(1.25, GPUSIM_UNIT_WATT, 1, text, sizeof text);
    ck_assert_str_eq(text, "1.25 W");
    setlocale(LC_ALL, "C");
}
END_TEST

START_TEST(the_nearest_name_is_found)
{
    static const char *const names[] = {"nodes", "count", "scheduler", "seed", "duration", "fan"};
    static const struct {
        const char *word, *nearest;
    } cases[] = {
        {"cuont", "count"},
        {"sched", "scheduler"},
        {"Seed", "seed"},
        {"node", "nodes"},
        {"durtion", "duration"},
        {"fna", "fan"},
        {"banana", NULL},
        {"", NULL},
        {"s", NULL},
        {"sedd", "seed"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const char *nearest = gpusim_nearest(cases[i].word, names, 6);
        ck_assert_msg(cases[i].nearest ? nearest && strcmp(nearest, cases[i].nearest) == 0
                                       : !nearest,
                      "%s: %s", cases[i].word, nearest ? nearest : "(none)");
    }
}
END_TEST

START_TEST(names_of_a_family_are_all_suggested)
{
    static const char *const names[] = {
        "generic", "A100-PCIE-80GB", "A100-SXM4-40GB", "A100-SXM4-80GB",   "A40",
        "B200",    "GB200",          "H200",           "GeForce RTX 4090", "V100-SXM2-16GB"};
    static const struct {
        const char *word, *text;
    } cases[] = {
        {"V100", "did you mean 'V100-SXM2-16GB'?"},
        {"A100", "did you mean 'A100-PCIE-80GB', 'A100-SXM4-40GB' or 'A100-SXM4-80GB'?"},
        {"a100-80gb", "did you mean 'A100-PCIE-80GB' or 'A100-SXM4-80GB'?"},
        {"A100 SXM", "did you mean 'A100-SXM4-40GB' or 'A100-SXM4-80GB'?"},
        {"RTX4090", "did you mean 'GeForce RTX 4090'?"},
        {"H200-141GB", "did you mean 'H200'?"},
        {"GB200-NVL72", "did you mean 'GB200'?"},
        {"A100-SXM3-80GB", "did you mean 'A100-SXM4-80GB'?"},
        {"h-2-0-0", "did you mean 'H200'?"},
        {"B20", "did you mean 'B200' or 'GB200'?"},
        {"banana", ""},
        {"", ""},
        {"-", ""},
        {"2", ""},
    };
    char text[120];
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        gpusim_suggest(cases[i].word, names, 10, text, sizeof text);
        ck_assert_str_eq(text, cases[i].text);
    }

    // no more than there is room for
    gpusim_suggest("A100", names, 10, text, 60);
    ck_assert_str_eq(text, "did you mean 'A100-PCIE-80GB' or 'A100-SXM4-40GB'?");
    gpusim_suggest("A100", names, 10, text, 10);
    ck_assert_str_eq(text, "");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("quantity");
    TEST_CASE(suite, 20, values_are_those_of_the_units, what_is_none_is_refused,
              times_are_exact_integers, times_are_written_and_read_back,
              quantities_are_written_for_people, every_unit_reads_what_it_writes,
              sizes_are_exact_integers, a_decimal_comma_changes_nothing, the_nearest_name_is_found,
              names_of_a_family_are_all_suggested);
    return test_run(suite);
}
