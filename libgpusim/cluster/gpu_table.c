/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The table of a GPU model: what a catalogue's entry may say. Every field may be left out. */
#include "cluster/gpu.h"

// a number with a unit and a range; LOW of an exclusive one is not allowed itself
#define FIGURE(section, key, dimension, low, high, flag, text)                                     \
    {                                                                                              \
        .name = #key, .type = GPUSIM_FLOAT64, .unit = GPUSIM_UNIT_##dimension,                     \
        .offset = (uint32_t)offsetof(gpusim_gpu_##section, key),                                   \
        .flags = GPUSIM_OPTIONAL | (flag), .minimum = (low), .maximum = (high), .doc = text        \
    }
#define ABOVE(section, key, dimension, low, high, text)                                            \
    FIGURE(section, key, dimension, low, high, GPUSIM_EXCLUSIVE, text)
#define FROM(section, key, dimension, low, high, text)                                             \
    FIGURE(section, key, dimension, low, high, 0, text)

#define TABLE(section, title, text)                                                                \
    static const gpusim_record section##_record = {                                                \
        .name = title,                                                                             \
        GPUSIM_FIELDS(section##_fields),                                                           \
        .size = sizeof(gpusim_gpu_##section),                                                      \
        .doc = text,                                                                               \
    }

static const gpusim_field clocks_fields[] = {
    ABOVE(clocks, maximum, HERTZ, 0, 1e10, "Highest clock of the SMs."),
    ABOVE(clocks, minimum, HERTZ, 0, 1e10, "The lowest clock that a power cap goes down to."),
    ABOVE(clocks, idle, HERTZ, 0, 1e10, "Clock of the SMs without a context."),
    FROM(clocks, step, HERTZ, 1e6, 1e9, "The driver's grid of clocks."),
    ABOVE(clocks, memory, HERTZ, 0, 1e11, "Clock of the memory, for telemetry."),
};
TABLE(clocks, "GPU clocks", "Clocks of a GPU model.");

static const gpusim_field power_fields[] = {
    ABOVE(power, tdp, WATT, 0, 1e5,
          "Power at which the driver caps by default. A model without it has neither power nor "
          "heat."),
    ABOVE(power, cap_min, WATT, 0, 1e5, "Least power cap that the driver takes."),
    ABOVE(power, cap_max, WATT, 0, 1e5, "Largest power cap that the driver takes."),
    FROM(power, idle, WATT, 0, 1e5, "Power without a context (P8)."),
    FROM(power, context, WATT, 0, 1e5, "Power while a context is resident and nothing runs (P0)."),
    FROM(power, fixed, WATT, 0, 1e5,
         "Static power while kernels run, at the leakage's reference temperature."),
    FROM(power, dynamic, WATT, 0, 1e5,
         "Dynamic power at the highest clock and intensity 1; at other clocks f, of the highest, "
         "it goes with f v(f)^2."),
    FROM(power, knee_clock, RATIO, 0, 0.999,
         "Clock, of the highest, below which the voltage is constant; above it v rises linearly to "
         "1."),
    ABOVE(power, knee_voltage, RATIO, 0, 1, "That voltage, of the one at the highest clock."),
    FROM(power, spin, RATIO, 0, 1, "Share of the dynamic power drawn while waiting for peers."),
    FROM(power, memory, WATT, 0, 1e5,
         "Power of the memory at its full bandwidth, which is part of `dynamic`; for its heat."),
    FROM(power, memory_idle, WATT, 0, 1e5,
         "Power of the memory at rest, which is part of `idle` and goes on under load; for its "
         "heat."),
};
TABLE(power, "GPU power", "P = fixed + leak(T) - leak(reference) + dynamic u f v(f)^2.");

static const gpusim_field leakage_fields[] = {
    FROM(leakage, power, WATT, 0, 1e5, "Leakage at the reference temperature, part of `fixed`."),
    FROM(leakage, reference, CELSIUS, -50, 200, "The temperature that `power.fixed` is stated at."),
    ABOVE(leakage, scale, KELVIN, 0, 1e6, "Rise of temperature that makes leakage e-fold."),
};
TABLE(leakage, "GPU leakage", "leak(T) = power exp((T - reference) / scale).");

static const gpusim_field limits_fields[] = {
    FROM(limits, operating, CELSIUS, -50, 300, "Above it the driver lowers the clock."),
    FROM(limits, slowdown, CELSIUS, -50, 300, "Above it the hardware halves the clock."),
    FROM(limits, shutdown, CELSIUS, -50, 300, "Above it the device turns itself off."),
    FROM(limits, memory, CELSIUS, -50, 300,
         "Temperature of the memory above which it is throttled; without it never."),
};
TABLE(limits, "GPU temperature limits", "Temperatures at which a GPU acts.");

static const gpusim_field thermal_fields[] = {
    ABOVE(thermal, resistance, KELVIN_PER_WATT, 0, 100,
          "From the junction to the inlet, at nominal flow."),
    ABOVE(thermal, fast_time, SECOND, 0, 1e6, "Time constant of the package."),
    FROM(thermal, fast_share, RATIO, 0, 1, "The package's share of the resistance."),
    ABOVE(thermal, slow_time, SECOND, 0, 1e6, "Time constant of the heat sink or cold plate."),
    FROM(thermal, memory_resistance, KELVIN_PER_WATT, 0, 100,
         "Of the memory, for its own power, at nominal flow."),
    FROM(thermal, memory_coupling, RATIO, 0, 1, "Share of the GPU's rise that its memory shares."),
    ABOVE(thermal, memory_time, SECOND, 0, 1e6, "Time constant of the memory."),
    FROM(thermal, flow_exponent, RATIO, 0, 3, "n of R(flow) = R (nominal / flow)^n in air."),
    FROM(thermal, hysteresis, KELVIN, 0, 100,
         "How far below a limit the GPU has to be before its clock rises again."),
};
TABLE(thermal, "GPU heat", "How a GPU warms above its inlet: two exponentials, and its memory.");

static const gpusim_field links_fields[] = {
    FROM(links, nvlink, BYTE_PER_SECOND, 0, 1e15,
         "To the other GPUs of the node, all links together, one way; 0: none."),
    FROM(links, pcie, BYTE_PER_SECOND, 0, 1e15, "To the host, one way."),
    ABOVE(links, pcie_generation, NONE, 0, 20, "As telemetry reports it."),
    ABOVE(links, pcie_width, NONE, 0, 64, "Lanes."),
};
TABLE(links, "GPU links", "Bandwidths in one direction.");

static const gpusim_choice sensors[] = {
    {"mean", GPUSIM_SENSOR_MEAN, "mean of the last second"},
    {"instant", GPUSIM_SENSOR_INSTANT, "what is drawn at this moment"},
    {"part-time", GPUSIM_SENSOR_PART_TIME, "mean of 25 of every 100 ms"},
    {NULL, 0, NULL},
};

static const gpusim_field sensor_fields[] = {
    {.name = "power",
     .type = GPUSIM_ENUM,
     .offset = (uint32_t)offsetof(gpusim_gpu_sensor, power),
     .flags = GPUSIM_OPTIONAL,
     .detail.choices = sensors,
     .doc = "How a reading of the power comes about."},
    FROM(sensor, power_noise, RATIO, 0, 1, "Relative standard deviation of a reading."),
    FROM(sensor, temperature_noise, KELVIN, 0, 50, "Standard deviation of a reading."),
    FROM(sensor, overshoot_probability, RATIO, 0, 1,
         "How often a reading under load lies above what is drawn."),
    FROM(sensor, overshoot, RATIO, 0, 10, "By how much of it, on average."),
};
TABLE(sensor, "GPU sensors", "What readings differ from the truth by; energy is never touched.");

static const gpusim_field start_element = {
    .name = "start",
    .type = GPUSIM_UINT32,
    .minimum = 0,
    .maximum = 7,
    .doc = "A memory slice.",
};

#define PROFILE(member) (uint32_t) offsetof(gpusim_mig_profile, member)
static const gpusim_field profile_fields[] = {
    {.name = "name",
     .type = GPUSIM_STRING,
     .offset = PROFILE(name),
     .flags = GPUSIM_REQUIRED,
     .minimum = 1,
     .maximum = 40,
     .doc = "As the driver writes it: `1g.10gb`."},
    {.name = "compute",
     .type = GPUSIM_UINT32,
     .offset = PROFILE(compute),
     .flags = GPUSIM_REQUIRED,
     .minimum = 1,
     .maximum = 7,
     .doc = "Compute slices, of 7."},
    {.name = "memory_slices",
     .type = GPUSIM_UINT32,
     .offset = PROFILE(memory_slices),
     .flags = GPUSIM_REQUIRED,
     .minimum = 1,
     .maximum = 8,
     .doc = "Memory slices, of 8."},
    {.name = "memory",
     .type = GPUSIM_UINT64,
     .unit = GPUSIM_UNIT_BYTE,
     .offset = PROFILE(memory),
     .flags = GPUSIM_REQUIRED,
     .minimum = 1,
     .maximum = 1e18,
     .doc = "As the driver reports it."},
    {.name = "starts",
     .type = GPUSIM_LIST,
     .offset = PROFILE(starts),
     .flags = GPUSIM_REQUIRED,
     .minimum = 1,
     .maximum = 8,
     .detail.element = &start_element,
     .doc = "Memory slices at which it may begin."},
};
static const gpusim_record profile_record = {
    .name = "MIG profile",
    GPUSIM_FIELDS(profile_fields),
    .size = sizeof(gpusim_mig_profile),
    .doc = "A way to cut a GPU.",
};
static const gpusim_field profile_element = {.name = "profile",
                                             .type = GPUSIM_RECORD,
                                             .detail.record = &profile_record,
                                             .doc = "A profile."};

static const gpusim_choice confidences[] = {
    {"read", GPUSIM_FIGURE_READ, "read in the source itself"},
    {"second_hand", GPUSIM_FIGURE_SECOND_HAND, "read in notes that quote the source"},
    {"derived", GPUSIM_FIGURE_DERIVED, "calculated from figures that were read"},
    {"memory", GPUSIM_FIGURE_MEMORY, "from memory, not verified: weak"},
    {"assumed", GPUSIM_FIGURE_ASSUMED, "a rule of thumb, or taken over from a relative: weak"},
    {NULL, 0, NULL},
};

static const gpusim_field figure_element = {.name = "figure",
                                            .type = GPUSIM_STRING,
                                            .minimum = 1,
                                            .maximum = 80,
                                            .doc = "A key path, or that of a section."};

#define SOURCE(member) (uint32_t) offsetof(gpusim_gpu_source, member)
static const gpusim_field source_fields[] = {
    {.name = "figures",
     .type = GPUSIM_LIST,
     .offset = SOURCE(figures),
     .flags = GPUSIM_REQUIRED,
     .minimum = 1,
     .maximum = 100,
     .detail.element = &figure_element,
     .doc = "Which figures of this entry: `power.tdp`, or all of a section: `power`."},
    {.name = "from",
     .type = GPUSIM_STRING,
     .offset = SOURCE(from),
     .flags = GPUSIM_REQUIRED,
     .minimum = 1,
     .maximum = 400,
     .doc = "Where they come from."},
    {.name = "sure",
     .type = GPUSIM_ENUM,
     .offset = SOURCE(sure),
     .flags = GPUSIM_REQUIRED,
     .detail.choices = confidences,
     .doc = "How sure they are."},
};
static const gpusim_record source_record = {
    .name = "source",
    GPUSIM_FIELDS(source_fields),
    .size = sizeof(gpusim_gpu_source),
    .doc = "Where figures come from.",
};
static const gpusim_field source_element = {
    .name = "source", .type = GPUSIM_RECORD, .detail.record = &source_record, .doc = "A source."};

#define MODEL(member) (uint32_t) offsetof(gpusim_gpu_model, member)
#define SECTION(member, text)                                                                      \
    {                                                                                              \
        .name = #member, .type = GPUSIM_RECORD, .offset = MODEL(member),                           \
        .detail.record = &member##_record, .doc = text                                             \
    }
#define ONLY_IN_CATALOGUES 3 // of the fields below, the first ones

static const gpusim_field model_fields[] = {
    {.name = "name",
     .type = GPUSIM_STRING,
     .offset = MODEL(name),
     .flags = GPUSIM_REQUIRED,
     .minimum = 1,
     .maximum = 100,
     .doc = "What scenarios call it."},
    {.name = "base",
     .type = GPUSIM_STRING,
     .offset = MODEL(base),
     .flags = GPUSIM_OPTIONAL,
     .minimum = 1,
     .maximum = 100,
     .doc = "Another entry, which gives what this one leaves out."},
    {.name = "sources",
     .type = GPUSIM_LIST,
     .offset = MODEL(sources),
     .flags = GPUSIM_OPTIONAL,
     .minimum = 0,
     .maximum = 100,
     .detail.element = &source_element,
     .doc = "Where the figures given here come from, and how sure they are."},
    {.name = "product",
     .type = GPUSIM_STRING,
     .offset = MODEL(product),
     .flags = GPUSIM_OPTIONAL,
     .minimum = 1,
     .maximum = 100,
     .doc = "The model as telemetry reports it; without it, the name."},
    {.name = "memory",
     .type = GPUSIM_UINT64,
     .unit = GPUSIM_UNIT_BYTE,
     .offset = MODEL(memory),
     .flags = GPUSIM_OPTIONAL,
     .minimum = 0,
     .maximum = 1e18,
     .doc = "As the driver reports it; 0 B: no limit."},
    {.name = "memory_reserved",
     .type = GPUSIM_UINT64,
     .unit = GPUSIM_UNIT_BYTE,
     .offset = MODEL(memory_reserved),
     .flags = GPUSIM_OPTIONAL,
     .minimum = 0,
     .maximum = 1e18,
     .doc = "What the driver keeps of it for itself."},
    ABOVE(model, memory_bandwidth, BYTE_PER_SECOND, 0, 1e15, "Peak bandwidth of the memory."),
    ABOVE(model, fp16, FLOP_PER_SECOND, 0, 1e20, "Peak rate in 16 bits (tensor, dense)."),
    ABOVE(model, fp32, FLOP_PER_SECOND, 0, 1e20, "Peak rate in 32 bits (no tensor cores)."),
    SECTION(clocks, "Clocks."),
    SECTION(power, "What it draws."),
    SECTION(leakage, "How that depends on its temperature."),
    SECTION(limits, "Temperatures at which it acts."),
    SECTION(thermal, "How it warms."),
    SECTION(links, "What it is connected with."),
    SECTION(sensor, "How it is read."),
    {.name = "mig",
     .type = GPUSIM_LIST,
     .offset = MODEL(mig),
     .flags = GPUSIM_OPTIONAL,
     .minimum = 0,
     .maximum = 40,
     .detail.element = &profile_element,
     .doc =
         "MIG profiles into which it can be cut. Whoever gives another `memory` gives these anew: "
         "those below are dropped."},
};

const gpusim_record gs_gpu_record = {
    .name = "GPU model",
    GPUSIM_FIELDS(model_fields),
    .size = sizeof(gpusim_gpu_model),
    .doc = "A product. What an entry leaves out comes from its base, else from rules that "
           "docs/gpus.md lists.",
};

const gpusim_record gs_gpu_override_record = {
    .name = "GPU figures",
    .fields = model_fields + ONLY_IN_CATALOGUES,
    .count = sizeof model_fields / sizeof model_fields[0] - ONLY_IN_CATALOGUES,
    .size = sizeof(gpusim_gpu_model),
    .doc = "Figures of a GPU model that are other than in the catalogue.",
};

const gpusim_record *gpusim_gpu_record(void)
{
    return &gs_gpu_record;
}
