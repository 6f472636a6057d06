/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Numbers to text and back, against the C library's strtod and in a locale with a comma. */
#include <locale.h>
#include <math.h>
#include <stdint.h>
#include <string.h>

#include "base/number.h"
#include "harness.h"

static int parse(const char *text, double *value)
{
    return gs_parse_double(text, strlen(text), value);
}

START_TEST(doubles_that_are_numbers)
{
    static const char *const texts[] = {"0",
                                        "-0",
                                        "1",
                                        "+1",
                                        "1.",
                                        ".5",
                                        "-.5e1",
                                        "1e3",
                                        "1E+3",
                                        "1e-3",
                                        "0.1",
                                        "123456789012345",
                                        "123456789012345678901234567890",
                                        "1e22",
                                        "1e23",
                                        "9007199254740993",
                                        "2.5e-324",
                                        "2.4703282292062327e-324",
                                        "2.4703282292062328e-324",
                                        "4.9406564584124654e-324",
                                        "2.2250738585072011e-308",
                                        "2.2250738585072014e-308",
                                        "1.7976931348623157e308",
                                        "1.7976931348623158e308",
                                        "0.000000000000000000000000000000000001e36",
                                        "100000000000000000000000000000000000000000e-40",
                                        "1e-400",
                                        "0e999999999999999999999",
                                        "7.2057594037927933e16",
                                        "0.500000000000000166533453693773481063544750213623046875",
                                        "1.00000000000000011102230246251565404236316680908203125",
                                        "1.00000000000000011102230246251565404236316680908203124",
                                        "1.00000000000000011102230246251565404236316680908203126",
                                        "8.98846567431158e307",
                                        "6.9294956446009195e15",
                                        "3.4e-5",
                                        "1e-23",
                                        "43.5e-12"};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        double value = NAN;
        ck_assert_msg(parse(texts[i], &value) == 1, "%s", texts[i]);
        double expected = strtod(texts[i], NULL);
        ck_assert_msg(memcmp(&value, &expected, sizeof value) == 0, "%s: %.17g, not %.17g",
                      texts[i], value, expected);
    }
}
END_TEST

START_TEST(doubles_that_are_none)
{
    static const char *const texts[] = {"",     " ",   "1 ",  " 1",    ".",     "-",    "+",
                                        "e3",   ".e3", "1e",  "1e+",   "1e3.",  "1.2.", "0x10",
                                        "nan",  "inf", "NaN", "1,5",   "1_0",   "--1",  "+-1",
                                        "1e3x", "1f",  "Inf", "1e+-3", "1e999", "1e309"};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        double value = 42;
        ck_assert_msg(parse(texts[i], &value) == 0, "'%s' was read", texts[i]);
        ck_assert_double_eq(value, 42);
    }
    double value = 0;
    ck_assert_int_eq(gs_parse_double("12345", 2, &value), 1);
    ck_assert_double_eq(value, 12);
    ck_assert_int_eq(gs_parse_double("1\0", 2, &value), 0);
}
END_TEST

START_TEST(long_halfway_cases)
{
    // 2^-1074 x 1.5 in all its digits lies halfway; one more digit far behind decides
    char text[1200];
    snprintf(text, sizeof text, "%.1100f", 1.5 * 4.9406564584124654e-324 * 0 + 0x1p-1074);
    double value = 0;
    ck_assert_int_eq(parse(text, &value), 1);
    ck_assert_double_eq(value, 0x1p-1074);

    // 1 + 2^-53 is a tie that goes to even; a digit behind 1,000 zeros sends it up
    snprintf(text, sizeof text, "1.00000000000000011102230246251565404236316680908203125%01000d",
             0);
    ck_assert_int_eq(parse(text, &value), 1);
    ck_assert_double_eq(value, 1);
    strcat(text, "1");
    ck_assert_int_eq(parse(text, &value), 1);
    ck_assert_double_eq(value, 1 + 0x1p-52);
}
END_TEST

// a plain xorshift: this test must not lean on the library's own streams
static uint64_t next_bits(uint64_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 7;
    return *state ^= *state << 17;
}

START_TEST(random_doubles_come_back)
{
    uint64_t state = 88172645463325252u;
    for (int i = 0; i < 200000; i++) {
        uint64_t bits = next_bits(&state);
        double value;
        memcpy(&value, &bits, sizeof value);
        if (!isfinite(value)) {
            continue;
        }
        if (i % 4 == 1) {
            value = (double)(int64_t)bits / 1e6; // the kind of number that people write
        } else if (i % 4 == 2) {
            value = floor(ldexp((double)(bits >> 11), -33)) / 100;
        }
        char text[GS_NUMBER_SIZE];
        int length = gs_print_double(value, text, sizeof text);
        ck_assert_int_lt(length, GS_NUMBER_SIZE);
        double back = 0;
        ck_assert_msg(gs_parse_double(text, (size_t)length, &back) == 1, "%s", text);
        ck_assert_msg(memcmp(&back, &value, sizeof back) == 0, "%a became %s", value, text);
        double libc = strtod(text, NULL);
        ck_assert_msg(libc == back, "%s: %a, but libc %a", text, back, libc);

        // the same digits in another spelling take other paths to the same double
        snprintf(text, sizeof text, "%.16e", value);
        ck_assert_int_eq(parse(text, &back), 1);
        ck_assert(back == value);
    }
}
END_TEST

START_TEST(doubles_read_well)
{
    static const struct {
        double value;
        const char *text;
    } cases[] = {{0, "0"},
                 {-0.0, "-0"},
                 {1, "1"},
                 {-17, "-17"},
                 {0.1, "0.1"},
                 {1.5, "1.5"},
                 {-2.25, "-2.25"},
                 {1e15, "1000000000000000"},
                 {1e21, "1e21"},
                 {1.25e22, "1.25e22"},
                 {0.00001, "0.00001"},
                 {0.000123, "0.000123"},
                 {1e-6, "1e-6"},
                 {1.5e-7, "1.5e-7"},
                 {1.0 / 3, "0.3333333333333333"},
                 {123456.789, "123456.789"},
                 {5e-324, "5e-324"},
                 {1.7976931348623157e308, "1.7976931348623157e308"},
                 {0.30000000000000004, "0.30000000000000004"},
                 {-1e100, "-1e100"},
                 {NAN, "nan"},
                 {INFINITY, "inf"},
                 {-INFINITY, "-inf"}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char text[GS_NUMBER_SIZE];
        ck_assert_int_eq(gs_print_double(cases[i].value, text, sizeof text), strlen(text));
        ck_assert_str_eq(text, cases[i].text);
    }
    char small[4];
    ck_assert_int_eq(gs_print_double(123456.789, small, sizeof small), 10);
    ck_assert_str_eq(small, "123");
}
END_TEST

START_TEST(a_locale_with_a_comma_changes_nothing)
{
    static const char *const locales[] = {"de_DE.UTF-8", "fr_FR.UTF-8", "de_DE", "fr_FR"};
    size_t i = 0;
    while (i < 4 && !setlocale(LC_ALL, locales[i])) {
        i++;
    }
    if (i == 4) {
        printf("skipped: no locale with a decimal comma is installed\n");
        return;
    }
    char text[GS_NUMBER_SIZE];
    gs_print_double(0.3, text, sizeof text);
    ck_assert_str_eq(text, "0.3");
    double value = 0;
    ck_assert_int_eq(parse("2.2250738585072011e-308", &value), 1);
    ck_assert_double_eq(value, 2.2250738585072011e-308);
    ck_assert_int_eq(parse("1,5", &value), 0);
}
END_TEST

START_TEST(integers)
{
    int64_t value = 0;
    ck_assert_int_eq(gs_parse_int64("-9223372036854775808", 20, &value), 1);
    ck_assert(value == INT64_MIN);
    ck_assert_int_eq(gs_parse_int64("9223372036854775807", 19, &value), 1);
    ck_assert(value == INT64_MAX);
    ck_assert_int_eq(gs_parse_int64("+12", 3, &value), 1);
    ck_assert(value == 12);
    static const char *const bad[] = {"9223372036854775808",
                                      "-9223372036854775809",
                                      "",
                                      "-",
                                      "+",
                                      "-+1",
                                      "1.0",
                                      "1e3",
                                      " 1",
                                      "1 ",
                                      "0x1",
                                      "--1"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        ck_assert_msg(gs_parse_int64(bad[i], strlen(bad[i]), &value) == 0, "%s", bad[i]);
    }
    ck_assert(value == 12);

    uint64_t large = 0;
    ck_assert_int_eq(gs_parse_uint64("18446744073709551615", 20, &large), 1);
    ck_assert(large == UINT64_MAX);
    ck_assert_int_eq(gs_parse_uint64("18446744073709551616", 20, &large), 0);
    ck_assert_int_eq(gs_parse_uint64("99999999999999999999", 20, &large), 0);
    ck_assert_int_eq(gs_parse_uint64("-1", 2, &large), 0);
    ck_assert_int_eq(gs_parse_uint64("", 0, &large), 0);
    ck_assert(large == UINT64_MAX);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("number");
    TEST_CASE(suite, 60, doubles_that_are_numbers, doubles_that_are_none, long_halfway_cases,
              random_doubles_come_back, doubles_read_well, a_locale_with_a_comma_changes_nothing,
              integers);
    return test_run(suite);
}
