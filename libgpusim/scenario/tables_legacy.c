/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The tables of the node models of other simulators: their constants are the defaults. */
#include "cluster/hardware.h"
#include "scenario/scenario_hardware.h"
#include "scenario/table_macros.h"

#define TICK(struct_, fallback_, doc_)                                                             \
    {                                                                                              \
        .name = "tick", .type = GPUSIM_TIME, .unit = GPUSIM_UNIT_SECOND, AT(struct_, tick),        \
        .fallback = (fallback_), .minimum = 1e-3, .maximum = 1e6, .doc = (doc_)                    \
    }
#define SECOND(name_, struct_, member, fallback_, doc_)                                            \
    QUANTITY(name_, GPUSIM_UNIT_SECOND, struct_, member, 0, fallback_, 0, 1e6, doc_)

static const gpusim_field ioguard_fields[] = {
    TICK(gs_ioguard, "0.5 s", "Between two steps of its loop."),
    SHARE("load_low", gs_ioguard, load_low, 0, "0.80",
          "Least utilisation while jobs run, drawn every tick."),
    SHARE("load_high", gs_ioguard, load_high, 0, "0.99", "Largest of it."),
    KELVIN("heat", gs_ioguard, heat, 0, "1.5 K", "A tick at full load."),
    NUMBER("heat_exponent", gs_ioguard, heat_exponent, 0, "1.2", 0, 10, "Of the load."),
    KELVIN("fault_heat", gs_ioguard, fault_heat, 0, "2 K",
           "A tick of a power supply that is entirely broken."),
    CELSIUS("fan_start", gs_ioguard, fan_start, "50 C", "Where fans begin to turn."),
    NUMBER("fan_slope", gs_ioguard, fan_slope, 0, "0.03", 0, 100,
           "Share of full speed for every kelvin above that."),
    KELVIN("cooling", gs_ioguard, cooling, 0, "4 K", "A tick of fans at full speed."),
    CELSIUS("ambient", gs_ioguard, ambient, "25 C", "It never falls below."),
    CELSIUS("start", gs_ioguard, start, "45 C", "At the beginning."),
    CELSIUS("throttle_at", gs_ioguard, throttle_at, "95 C", "Above it the clock falls."),
    SHARE("down", gs_ioguard, down, 0, "0.10", "By so much of the maximum a tick."),
    SHARE("up", gs_ioguard, up, 0, "0.02", "By so much a tick it rises again."),
    SHARE("lowest", gs_ioguard, lowest, 0, "0.10", "The clock never falls below."),
    {.name = "step",
     .type = GPUSIM_FLOAT64,
     .unit = GPUSIM_UNIT_SECOND,
     AT(gs_ioguard, step),
     .flags = GPUSIM_EXCLUSIVE,
     .fallback = "0.1 s",
     .maximum = 1e6,
     .doc = "Of a job on a healthy node: the reference of its rate."},
    SHARE("clock_least", gs_ioguard, clock_least, GPUSIM_EXCLUSIVE, "0.05",
          "A step is divided by no smaller clock."),
    SHARE("link_least", gs_ioguard, link_least, GPUSIM_EXCLUSIVE, "0.10",
          "A step is divided by no worse network."),
    SECOND("jitter", gs_ioguard, jitter, "0.05 s",
           "A broken network adds up to so much to a step, drawn every tick."),
    SHARE("power", gs_ioguard, power, 0, "1", "Health of the power supply."),
    SHARE("fans", gs_ioguard, fans, 0, "1", "Health of the cooling."),
    SHARE("network", gs_ioguard, network, 0, "1", "Health of the network."),
    SHARE("dust", gs_ioguard, dust, 0, "0", "Heats more and cools less."),
};
static const gpusim_record ioguard_record = {"io-Guard node", GPUSIM_FIELDS(ioguard_fields),
                                             sizeof(gs_ioguard),
                                             "Fans and clock by temperature; it has no power."};

#define RPM(name_, member, fallback_, doc_)                                                        \
    NUMBER(name_, gs_sage, member, GPUSIM_EXCLUSIVE, fallback_, 0, 1e6, doc_)

static const gpusim_field sage_fields[] = {
    TICK(gs_sage, "2 s", "Between two steps of its loop."),
    CELSIUS("temperature", gs_sage, temperature, "65 C", "Where it begins, and reverts to."),
    WATT("power", gs_sage, power, 0, "150 W", "Where it begins, and reverts to."),
    RPM("fan", fan, "2000", "rpm where they begin and revert to, and above which they cool."),
    KELVIN("temperature_noise", gs_sage, temperature_noise, 0, "0.2 K", "Uniform, every tick."),
    WATT("power_noise", gs_sage, power_noise, 0, "0.5 W", "Uniform, every tick."),
    NUMBER("fan_noise", gs_sage, fan_noise, 0, "5", 0, 1e6, "rpm, uniform, every tick."),
    SHARE("reversion", gs_sage, reversion, 0, "0.01", "Of the distance to the mean, a tick."),
    KELVIN("cooling", gs_sage, cooling, 0, "0.4 K", "A tick of fans at `fan_full`."),
    RPM("fan_full", fan_full, "5000", "rpm that cool by `cooling`."),
    RPM("fan_limit", fan_limit, "6000", "rpm that are reported as 100 %."),
};
static const gpusim_record sage_record = {
    "SAGE node", GPUSIM_FIELDS(sage_fields), sizeof(gs_sage),
    "Noise and reversion to a mean, whatever runs; jobs are never slowed."};

static const gpusim_field astera_fields[] = {
    TICK(gs_astera, "1 s", "Between two steps of its loop."),
    KELVIN("warm_low", gs_astera, warm_low, 0, "0.5 K", "A busy tick warms by this at least."),
    KELVIN("warm_high", gs_astera, warm_high, 0, "2 K", "And by this at most."),
    KELVIN("cool_low", gs_astera, cool_low, 0, "0.1 K", "An idle tick cools by this at least."),
    KELVIN("cool_high", gs_astera, cool_high, 0, "0.5 K", "And by this at most."),
    CELSIUS("most", gs_astera, most, "95 C", "It never gets hotter."),
    CELSIUS("least", gs_astera, least, "25 C", "It begins here and never gets colder."),
    WATT("busy_low", gs_astera, busy_low, 0, "200 W", "Least power while busy."),
    WATT("busy_high", gs_astera, busy_high, 0, "300 W", "Largest of it."),
    WATT("idle_low", gs_astera, idle_low, 0, "10 W", "Least power while idle or throttled."),
    WATT("idle_high", gs_astera, idle_high, 0, "30 W", "Largest of it."),
    SHARE("load_low", gs_astera, load_low, 0, "0.80", "Least utilisation while busy."),
    SHARE("load_high", gs_astera, load_high, 0, "0.99", "Largest of it."),
    CELSIUS("throttle_at", gs_astera, throttle_at, "85 C", "Above it the node is throttled."),
    CELSIUS("release_at", gs_astera, release_at, "80 C", "Until it is below this."),
    SHARE("throttled_speed", gs_astera, throttled_speed, GPUSIM_EXCLUSIVE, "1",
          "Of jobs on a throttled node; 1, as there: they go on as if nothing were the matter."),
};
static const gpusim_record astera_record = {
    "Astera node", GPUSIM_FIELDS(astera_fields), sizeof(gs_astera),
    "Busy nodes warm, idle ones cool, hot ones are throttled and draw what idle ones do."};

static const gpusim_field alternatives[] = {
    [GS_LEGACY_IOGUARD - 1] = {.name = "ioguard",
                               .type = GPUSIM_RECORD,
                               .detail = {&ioguard_record},
                               .doc = "The node of io-Guard."},
    [GS_LEGACY_SAGE - 1] = {.name = "sage",
                            .type = GPUSIM_RECORD,
                            .detail = {&sage_record},
                            .doc = "The node of the Self-Adaptive GPU Ecosystem."},
    [GS_LEGACY_ASTERA - 1] = {.name = "astera",
                              .type = GPUSIM_RECORD,
                              .detail = {&astera_record},
                              .doc = "The node of the AI GPU Cluster Orchestrator."},
};
const gpusim_record gs_legacy_record = {"node model of another simulator",
                                        GPUSIM_FIELDS(alternatives), sizeof(gpusim_one_of),
                                        "A node model of another simulator."};
