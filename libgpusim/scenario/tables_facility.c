/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The tables of racks and of what the whole cluster shares: power, cooling, network, sensors. */
#include <math.h>

#include "scenario/scenario_hardware.h"
#include "scenario/series.h"
#include "scenario/table_macros.h"

// ---- racks ----

static const gpusim_field racks_fields[] = {
    WATT("switches", gs_racks_fields, switches, 0, "0 W", "Of all switches of a rack."),
    {.name = "losses",
     .type = GPUSIM_LIST,
     AT(gs_racks_fields, losses),
     .fallback = "[]",
     .minimum = 0,
     .maximum = 32,
     .detail = {&gs_loss_element},
     .doc = "Stages of conversion of a whole rack, from the inside out."},
};
const gpusim_record gs_racks_record = {"racks", GPUSIM_FIELDS(racks_fields),
                                       sizeof(gs_racks_fields), "What a rack adds to its nodes."};

// ---- power of the facility ----

static const gpusim_field overhead_fields[] = {
    WATT("fixed", gs_overhead_fields, fixed, 0, "0 W", "Whatever the load is."),
    NUMBER("linear", gs_overhead_fields, linear, 0, "0", 0, 100,
           "For each watt of the racks' inputs."),
};
static const gpusim_record overhead_record = {"overhead", GPUSIM_FIELDS(overhead_fields),
                                              sizeof(gs_overhead_fields),
                                              "Cooling and supply of the facility."};

static const gpusim_field power_fields[] = {
    QUANTITY("pue", GPUSIM_UNIT_RATIO, gs_facility_power_fields, pue, GPUSIM_OPTIONAL, NULL, 1, 100,
             "Overhead of the facility in proportion: the same as `overhead: {linear: PUE - 1}`; "
             "the pumps of `cdu` come on top."),
    {.name = "overhead",
     .type = GPUSIM_RECORD,
     AT(gs_facility_power_fields, overhead),
     .flags = GPUSIM_OPTIONAL,
     .detail = {&overhead_record},
     .doc = "Overhead of the facility, a fixed part and one in proportion; in place of `pue`."},
    WATT("cdu", gs_facility_power_fields, cdu, 0, "0 W", "Pumps of all cooling units together."),
    GS_SERIES_FIELD("rack_cap", watt, gs_facility_power_fields, rack_cap, GPUSIM_OPTIONAL, NULL,
                    "What each rack may draw at its input."),
    GS_SERIES_FIELD("carbon", carbon, gs_facility_power_fields, carbon, GPUSIM_OPTIONAL, NULL,
                    "CO2 of a unit of energy."),
    GS_SERIES_FIELD("price", price, gs_facility_power_fields, price, GPUSIM_OPTIONAL, NULL,
                    "Price of a unit of energy, in `currency`."),
    {.name = "currency",
     .type = GPUSIM_STRING,
     AT(gs_facility_power_fields, currency),
     .fallback = "USD",
     .minimum = 1,
     .maximum = 16,
     .doc = "What prices are in; a word for people."},
    {.name = "reaction",
     .type = GPUSIM_TIME,
     .unit = GPUSIM_UNIT_SECOND,
     AT(gs_facility_power_fields, reaction),
     .fallback = "1 s",
     .minimum = 0.001,
     .maximum = 86400,
     .doc = "After which caps of nodes and racks, fans and inlets react to what has changed."},
};
const gpusim_record gs_facility_power_record = {
    "facility power", GPUSIM_FIELDS(power_fields), sizeof(gs_facility_power_fields),
    "Overhead, caps of racks, carbon and price of energy."};

// ---- cooling of the facility ----

static const gpusim_field cell = {.name = "share",
                                  .type = GPUSIM_FLOAT64,
                                  .unit = GPUSIM_UNIT_RATIO,
                                  .minimum = 0,
                                  .maximum = 1,
                                  .doc = "Share of the air that leaves the row's node and enters "
                                         "the column's."};
static const gpusim_field row = {.name = "row",
                                 .type = GPUSIM_LIST,
                                 .minimum = 1,
                                 .maximum = 512,
                                 .detail = {&cell},
                                 .doc = "Where the exhaust of a node goes."};

static const gpusim_field recirculation_fields[] = {
    SHARE("self", gs_recirculation_fields, self, 0, "0",
          "Of a node's exhaust that it breathes again."),
    SHARE("neighbour", gs_recirculation_fields, neighbour, 0, "0",
          "Of a node's exhaust that each of the nodes next to it breathes."),
    SHARE("all", gs_recirculation_fields, all, 0, "0",
          "Of a node's exhaust that is spread evenly over all nodes of its rack."),
    {.name = "matrix",
     .type = GPUSIM_LIST,
     AT(gs_recirculation_fields, matrix),
     .flags = GPUSIM_OPTIONAL,
     .minimum = 1,
     .maximum = 512,
     .detail = {&row},
     .doc = "The same node by node, a row for each node of a full rack; in place of the others."},
};
static const gpusim_record recirculation_record = {
    "recirculation", GPUSIM_FIELDS(recirculation_fields), sizeof(gs_recirculation_fields),
    "How much of the exhaust of a node is breathed again within its rack."};

static const gpusim_field loop_fields[] = {
    {.name = "delay",
     .type = GPUSIM_TIME,
     .unit = GPUSIM_UNIT_SECOND,
     AT(gs_loop_fields, delay),
     .fallback = "20 s",
     .maximum = 86400,
     .doc = "Until a change of the water's temperature reaches the nodes, which then react to it "
            "after `power.reaction`; 20 s were seen at Summit."},
    QUANTITY("time", GPUSIM_UNIT_SECOND, gs_loop_fields, time, 0, "35 s", 0, 86400,
             "Time constant with which it then arrives; 30 to 40 s were seen at Summit."),
};
static const gpusim_record loop_record = {"water loop", GPUSIM_FIELDS(loop_fields),
                                          sizeof(gs_loop_fields),
                                          "How fast water follows its supply."};

static const gpusim_field cooling_fields[] = {
    GS_SERIES_FIELD("supply", celsius, gs_facility_cooling_fields, supply, 0, "22 C",
                    "Temperature of the air that is supplied to nodes."),
    GS_SERIES_FIELD("water", celsius, gs_facility_cooling_fields, water, GPUSIM_OPTIONAL, NULL,
                    "Temperature of the water that liquid-cooled nodes are supplied with; absent: "
                    "as `supply`."),
    {.name = "recirculation",
     .type = GPUSIM_RECORD,
     AT(gs_facility_cooling_fields, recirculation),
     .flags = GPUSIM_OPTIONAL,
     .detail = {&recirculation_record},
     .doc = "Air that is breathed again; absent: none."},
    QUANTUM("epsilon", gs_facility_cooling_fields, epsilon, "0.1 K", 0.001,
            "An inlet is held until its target has moved by so much."),
    QUANTUM("leak_step", gs_facility_cooling_fields, leak_step, "2 K", 0.01,
            "Leakage is held until its GPU's temperature has moved by so much."),
    QUANTUM(
        "settled", gs_facility_cooling_fields, settled, "0.1 K", 0.001,
        "A GPU so near to its steady state has reached it: leakage is then at its fixed point."),
    {.name = "loop",
     .type = GPUSIM_RECORD,
     AT(gs_facility_cooling_fields, loop),
     .fallback = "{}",
     .detail = {&loop_record},
     .doc = "Liquid cooling."},
};
const gpusim_record gs_facility_cooling_record = {
    "facility cooling", GPUSIM_FIELDS(cooling_fields), sizeof(gs_facility_cooling_fields),
    "Supply temperatures, recirculation, and the quanta of heat."};

// ---- network, sharing, sensors ----

static const gpusim_field measured_fields[] = {
    QUANTITY("size", GPUSIM_UNIT_BYTE, gs_measured_point, size, GPUSIM_REQUIRED, NULL, 1, 1e18,
             "Of the message."),
    QUANTITY("bandwidth", GPUSIM_UNIT_BYTE_PER_SECOND, gs_measured_point, bandwidth,
             GPUSIM_REQUIRED, NULL, 1e3, 1e18,
             "Bus bandwidth that an all-reduce of this size reaches."),
};
static const gpusim_record measured_record = {"measured point", GPUSIM_FIELDS(measured_fields),
                                              sizeof(gs_measured_point),
                                              "A measured bus bandwidth."};
static const gpusim_field measured_point = {
    .name = "point", .type = GPUSIM_RECORD, .detail = {&measured_record}, .doc = "A point."};

static const gpusim_field tier_fields[] = {
    QUANTITY("alpha", GPUSIM_UNIT_SECOND, gs_tier_fields, alpha, GPUSIM_OPTIONAL, NULL, 0, 1,
             "Latency of a step of the ring; absent: 6.7 us within a node, 7.6 us within a rack, "
             "15 us beyond."),
    QUANTITY("efficiency", GPUSIM_UNIT_RATIO, gs_tier_fields, efficiency, GPUSIM_OPTIONAL, NULL,
             0.001, 1,
             "Of the links' bandwidth that a collective reaches; absent: 0.806 within a node, else "
             "0.846."),
    {.name = "measured",
     .type = GPUSIM_LIST,
     AT(gs_tier_fields, measured),
     .flags = GPUSIM_OPTIONAL,
     .minimum = 2,
     .maximum = 1000,
     .detail = {&measured_point},
     .doc = "Bus bandwidth over message size, used below `measured_below`, where latency and "
            "bandwidth alone describe collectives badly; absent: of nodes of eight B200."},
    COUNT("measured_ranks", gs_tier_fields, measured_ranks, GPUSIM_OPTIONAL, NULL, 2, 1e6,
          "GPUs that `measured` was measured with."),
    QUANTITY("measured_below", GPUSIM_UNIT_BYTE, gs_tier_fields, measured_below, GPUSIM_OPTIONAL,
             NULL, 0, INFINITY,
             "Message size from which on alpha and bandwidth count; absent: 4 MiB where something "
             "is measured, 0 B: always."),
};
static const gpusim_record tier_record = {"tier", GPUSIM_FIELDS(tier_fields),
                                          sizeof(gs_tier_fields),
                                          "Cost of collectives that reach so far."};

#define TIER(name_, doc_)                                                                          \
    {                                                                                              \
        .name = #name_, .type = GPUSIM_RECORD, AT(gs_tiers_fields, name_), .fallback = "{}",       \
        .detail = {&tier_record}, .doc = (doc_)                                                    \
    }
static const gpusim_field tiers_fields[] = {
    TIER(gpu, "Within a GPU."),
    TIER(node, "Between GPUs of a node."),
    TIER(rack, "Between nodes of a rack."),
    TIER(spine, "Between racks."),
};
static const gpusim_record tiers_record = {"tiers", GPUSIM_FIELDS(tiers_fields),
                                           sizeof(gs_tiers_fields),
                                           "Cost of collectives by how far they reach."};

static const gpusim_field network_fields[] = {
    {.name = "tiers",
     .type = GPUSIM_RECORD,
     AT(gs_facility_network_fields, tiers),
     .fallback = "{}",
     .detail = {&tiers_record},
     .doc = "Latency and efficiency of collectives."},
    BANDWIDTH("spine", gs_facility_network_fields, spine,
              "Through the spine, all racks together, one way; absent: not limited."),
    BANDWIDTH("storage", gs_facility_network_fields, storage,
              "Of the storage that takes the checkpoints of all jobs; absent: not limited."),
};
const gpusim_record gs_facility_network_record = {"facility network", GPUSIM_FIELDS(network_fields),
                                                  sizeof(gs_facility_network_fields),
                                                  "What collectives and checkpoints cross."};

static const gpusim_field sharing_fields[] = {
    SHARE("interference", gs_sharing_fields, interference, 0, "0",
          "A job's speed on a GPU is cut by this times what others hold of the GPU."),
};
const gpusim_record gs_sharing_record = {"sharing", GPUSIM_FIELDS(sharing_fields),
                                         sizeof(gs_sharing_fields), "Jobs that share a GPU."};

static const gpusim_field sensors_fields[] = {
    {.name = "noise",
     .type = GPUSIM_BOOL,
     AT(gs_sensors_fields, noise),
     .fallback = "true",
     .doc = "Whether readings scatter as those of real sensors do. Never changes the physics."},
    {.name = "quantised",
     .type = GPUSIM_BOOL,
     AT(gs_sensors_fields, quantised),
     .fallback = "true",
     .doc = "Whether readings come in the sensor's steps: whole degrees, milliwatts."},
};
const gpusim_record gs_sensors_record = {"sensors", GPUSIM_FIELDS(sensors_fields),
                                         sizeof(gs_sensors_fields),
                                         "What telemetry shows of the truth."};
