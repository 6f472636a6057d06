/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The table of units. */
#include "base/unit.h"

#include <string.h>

static const struct {
    const char *symbol, *noun, *example;
    const char *usual[5]; // units that a hint names
} kinds[GPUSIM_UNIT_COUNT] = {
    [GPUSIM_UNIT_NONE] = {"", "a number", "8", {NULL}},
    [GPUSIM_UNIT_RATIO] = {"", "a ratio", "0.8", {NULL}},
    [GPUSIM_UNIT_SECOND] = {"s", "a time", "30 min", {"s", "min", "h", "d"}},
    [GPUSIM_UNIT_PER_SECOND] = {"1/s", "a rate", "40/h", {"/s", "/min", "/h", "/d"}},
    [GPUSIM_UNIT_BYTE] = {"B", "a size", "80 GiB", {"MiB", "GiB", "TiB", "GB"}},
    [GPUSIM_UNIT_BYTE_PER_SECOND] = {"B/s", "a bandwidth", "50 GB/s", {"GB/s", "GiB/s", "Gbit/s"}},
    [GPUSIM_UNIT_WATT] = {"W", "a power", "250 W", {"W", "kW", "MW"}},
    [GPUSIM_UNIT_JOULE] = {"J", "an energy", "3 kWh", {"J", "kWh", "MWh"}},
    [GPUSIM_UNIT_CELSIUS] = {"degC", "a temperature", "85 C", {"C"}},
    [GPUSIM_UNIT_KELVIN] = {"K", "a difference of temperature", "2 K", {"K"}},
    [GPUSIM_UNIT_KELVIN_PER_WATT] = {"K/W", "a thermal resistance", "0.05 K/W", {"K/W"}},
    [GPUSIM_UNIT_HERTZ] = {"Hz", "a frequency", "1410 MHz", {"MHz", "GHz"}},
    [GPUSIM_UNIT_PERCENT] = {"%", "a percentage", "12 %", {"%"}},
    [GPUSIM_UNIT_FLOP_PER_SECOND] = {"FLOP/s",
                                     "a rate of arithmetic",
                                     "989 TFLOPS",
                                     {"TFLOPS", "PFLOPS"}},
    [GPUSIM_UNIT_CUBIC_METRE_PER_SECOND] = {"m3/s",
                                            "a flow",
                                            "0.25 m3/s",
                                            {"m3/s", "L/s", "L/min", "CFM"}},
    [GPUSIM_UNIT_KILOGRAM] = {"kg", "a mass", "12 kg", {"kg", "t"}},
    [GPUSIM_UNIT_KILOGRAM_PER_JOULE] = {"kg/J",
                                        "a carbon intensity",
                                        "385 g/kWh",
                                        {"g/kWh", "kg/MWh"}},
    [GPUSIM_UNIT_PER_JOULE] = {"1/J", "a price of energy", "0.094/kWh", {"/kWh", "/MWh"}},
    [GPUSIM_UNIT_MEGAHERTZ] = {"MHz", "a clock", "1410 MHz", {"MHz"}},
    [GPUSIM_UNIT_MEBIBYTE] = {"MiB", "a memory", "81559 MiB", {"MiB"}},
    [GPUSIM_UNIT_MEGABYTE] = {"MB", "an amount of data", "12 MB", {"MB"}},
    [GPUSIM_UNIT_MILLIJOULE] = {"mJ", "an energy", "12 mJ", {"mJ"}},
    [GPUSIM_UNIT_NANOSECOND] = {"ns", "a time", "12 ns", {"ns"}},
    [GPUSIM_UNIT_KILOGRAM_PER_SECOND] = {"kg/s", "a rate of emission", "0.1 kg/s", {"kg/s"}},
    [GPUSIM_UNIT_ELECTRONVOLT] = {"eV", "an energy of activation", "0.7 eV", {"eV"}},
};

#define BYTES(suffix, kind)                                                                        \
    {"PiB" suffix, kind, UINT64_C(1) << 50, 0, 1, 1}, {"PB" suffix, kind, 1, 15, 1, 1},            \
        {"TiB" suffix, kind, UINT64_C(1) << 40, 0, 1, 1}, {"TB" suffix, kind, 1, 12, 1, 1},        \
        {"GiB" suffix, kind, UINT64_C(1) << 30, 0, 1, 1}, {"GB" suffix, kind, 1, 9, 1, 1},         \
        {"MiB" suffix, kind, UINT64_C(1) << 20, 0, 1, 1}, {"MB" suffix, kind, 1, 6, 1, 1},         \
        {"KiB" suffix, kind, UINT64_C(1) << 10, 0, 1, 1}, {"kB" suffix, kind, 1, 3, 1, 1},         \
    {                                                                                              \
        "B" suffix, kind, 1, 0, 1, 1                                                               \
    }

// written as a rate; peak figures are mostly quoted as "TFLOPS"
#define FLOPS(prefix, exponent)                                                                    \
    {prefix "FLOP/s", GPUSIM_UNIT_FLOP_PER_SECOND, 1, exponent, 1, 1},                             \
    {                                                                                              \
        prefix "FLOPS", GPUSIM_UNIT_FLOP_PER_SECOND, 1, exponent, 1, 0                             \
    }

static const gs_unit_word words[] = {
    {"%", GPUSIM_UNIT_RATIO, 1, -2, 1, 0},
    {"w", GPUSIM_UNIT_SECOND, 604800, 0, 1, 0},
    {"d", GPUSIM_UNIT_SECOND, 86400, 0, 1, 1},
    {"h", GPUSIM_UNIT_SECOND, 3600, 0, 1, 1},
    {"min", GPUSIM_UNIT_SECOND, 60, 0, 1, 1},
    {"s", GPUSIM_UNIT_SECOND, 1, 0, 1, 1},
    {"ms", GPUSIM_UNIT_SECOND, 1, -3, 1, 1},
    {"us", GPUSIM_UNIT_SECOND, 1, -6, 1, 1},
    {"ns", GPUSIM_UNIT_SECOND, 1, -9, 1, 1},
    {"/s", GPUSIM_UNIT_PER_SECOND, 1, 0, 1, 1},
    {"/min", GPUSIM_UNIT_PER_SECOND, 1, 0, 60, 1},
    {"/h", GPUSIM_UNIT_PER_SECOND, 1, 0, 3600, 1},
    {"/d", GPUSIM_UNIT_PER_SECOND, 1, 0, 86400, 1},
    BYTES("", GPUSIM_UNIT_BYTE),
    BYTES("/s", GPUSIM_UNIT_BYTE_PER_SECOND),
    {"Tbit/s", GPUSIM_UNIT_BYTE_PER_SECOND, 125, 9, 1, 0},
    {"Gbit/s", GPUSIM_UNIT_BYTE_PER_SECOND, 125, 6, 1, 0},
    {"Mbit/s", GPUSIM_UNIT_BYTE_PER_SECOND, 125, 3, 1, 0},
    {"GW", GPUSIM_UNIT_WATT, 1, 9, 1, 1},
    {"MW", GPUSIM_UNIT_WATT, 1, 6, 1, 1},
    {"kW", GPUSIM_UNIT_WATT, 1, 3, 1, 1},
    {"W", GPUSIM_UNIT_WATT, 1, 0, 1, 1},
    {"mW", GPUSIM_UNIT_WATT, 1, -3, 1, 1},
    {"GWh", GPUSIM_UNIT_JOULE, 3600, 9, 1, 1},
    {"MWh", GPUSIM_UNIT_JOULE, 3600, 6, 1, 1},
    {"kWh", GPUSIM_UNIT_JOULE, 3600, 3, 1, 1},
    {"Wh", GPUSIM_UNIT_JOULE, 3600, 0, 1, 0},
    {"GJ", GPUSIM_UNIT_JOULE, 1, 9, 1, 0},
    {"MJ", GPUSIM_UNIT_JOULE, 1, 6, 1, 0},
    {"kJ", GPUSIM_UNIT_JOULE, 1, 3, 1, 1},
    {"J", GPUSIM_UNIT_JOULE, 1, 0, 1, 1},
    {"C", GPUSIM_UNIT_CELSIUS, 1, 0, 1, 1},
    {"degC", GPUSIM_UNIT_CELSIUS, 1, 0, 1, 0},
    {"\xC2\xB0"
     "C",
     GPUSIM_UNIT_CELSIUS, 1, 0, 1, 0},
    {"K", GPUSIM_UNIT_KELVIN, 1, 0, 1, 1},
    {"K/W", GPUSIM_UNIT_KELVIN_PER_WATT, 1, 0, 1, 1},
    {"GHz", GPUSIM_UNIT_HERTZ, 1, 9, 1, 1},
    {"MHz", GPUSIM_UNIT_HERTZ, 1, 6, 1, 1},
    {"kHz", GPUSIM_UNIT_HERTZ, 1, 3, 1, 1},
    {"Hz", GPUSIM_UNIT_HERTZ, 1, 0, 1, 1},
    {"%", GPUSIM_UNIT_PERCENT, 1, 0, 1, 1},
    FLOPS("E", 18),
    FLOPS("P", 15),
    FLOPS("T", 12),
    FLOPS("G", 9),
    FLOPS("", 0),
    {"m3/s", GPUSIM_UNIT_CUBIC_METRE_PER_SECOND, 1, 0, 1, 1},
    {"m3/min", GPUSIM_UNIT_CUBIC_METRE_PER_SECOND, 1, 0, 60, 0},
    {"m3/h", GPUSIM_UNIT_CUBIC_METRE_PER_SECOND, 1, 0, 3600, 0},
    {"L/s", GPUSIM_UNIT_CUBIC_METRE_PER_SECOND, 1, -3, 1, 1},
    {"L/min", GPUSIM_UNIT_CUBIC_METRE_PER_SECOND, 1, -3, 60, 1},
    {"CFM", GPUSIM_UNIT_CUBIC_METRE_PER_SECOND, UINT64_C(28316846592), -12, 60, 0}, // ft3/min
    {"t", GPUSIM_UNIT_KILOGRAM, 1, 3, 1, 1},
    {"kg", GPUSIM_UNIT_KILOGRAM, 1, 0, 1, 1},
    {"g", GPUSIM_UNIT_KILOGRAM, 1, -3, 1, 1},
    {"kg/J", GPUSIM_UNIT_KILOGRAM_PER_JOULE, 1, 0, 1, 1},
    {"kg/kWh", GPUSIM_UNIT_KILOGRAM_PER_JOULE, 1, -5, 36, 0},
    {"t/MWh", GPUSIM_UNIT_KILOGRAM_PER_JOULE, 1, -5, 36, 0},
    {"lb/MWh", GPUSIM_UNIT_KILOGRAM_PER_JOULE, 45359237, -16, 36, 0},
    {"g/kWh", GPUSIM_UNIT_KILOGRAM_PER_JOULE, 1, -8, 36, 1},
    {"kg/MWh", GPUSIM_UNIT_KILOGRAM_PER_JOULE, 1, -8, 36, 0},
    {"/J", GPUSIM_UNIT_PER_JOULE, 1, 0, 1, 1},
    {"/kWh", GPUSIM_UNIT_PER_JOULE, 1, 0, 3600000, 1},
    {"/MWh", GPUSIM_UNIT_PER_JOULE, 1, -3, 3600000, 1},
    {"MHz", GPUSIM_UNIT_MEGAHERTZ, 1, 0, 1, 1},
    {"MiB", GPUSIM_UNIT_MEBIBYTE, 1, 0, 1, 1},
    {"MB", GPUSIM_UNIT_MEGABYTE, 1, 0, 1, 1},
    {"mJ", GPUSIM_UNIT_MILLIJOULE, 1, 0, 1, 1},
    {"ns", GPUSIM_UNIT_NANOSECOND, 1, 0, 1, 1},
    {"kg/s", GPUSIM_UNIT_KILOGRAM_PER_SECOND, 1, 0, 1, 1},
    {"eV", GPUSIM_UNIT_ELECTRONVOLT, 1, 0, 1, 1},
};

const gs_unit_word *gs_unit_words(uint32_t *count)
{
    *count = sizeof words / sizeof words[0];
    return words;
}

const gs_unit_word *gs_unit_find(const char *text, size_t length, gpusim_unit unit)
{
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        if ((unit == GPUSIM_UNIT_COUNT || words[i].unit == unit) &&
            strlen(words[i].text) == length && memcmp(words[i].text, text, length) == 0) {
            return &words[i];
        }
    }
    return NULL;
}

const char *gpusim_unit_symbol(gpusim_unit unit)
{
    return (unsigned)unit < GPUSIM_UNIT_COUNT ? kinds[unit].symbol : "";
}

const char *gs_unit_noun(gpusim_unit unit)
{
    return kinds[unit].noun;
}

const char *gs_unit_example(gpusim_unit unit)
{
    return kinds[unit].example;
}

const char *const *gs_unit_usual(gpusim_unit unit)
{
    return kinds[unit].usual;
}

int gs_unit_is_bare(gpusim_unit unit)
{
    return unit == GPUSIM_UNIT_NONE || unit == GPUSIM_UNIT_RATIO;
}
