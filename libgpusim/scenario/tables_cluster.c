/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The table of a cluster: groups of nodes, virtual clusters, what is beside them. */
#include <math.h>

#include <gpusim/record.h>

#include "cluster/gpu.h"
#include "core/model.h"
#include "policy/policy.h"
#include "scenario/scenario.h"
#include "workload/tables.h"

#define AT(type, member) (uint32_t) offsetof(gs_scenario_##type, member)

static const gpusim_choice class_choices[] = {
    {"none", GPUSIM_CLASS_NONE, "not said"},
    {"edge", GPUSIM_CLASS_EDGE, "near who asks"},
    {"cloud", GPUSIM_CLASS_CLOUD, "in a data centre"},
    {"gpu", GPUSIM_CLASS_GPU, "with accelerators"},
    {NULL, 0, NULL},
};

static const gpusim_field kind_element = {
    .name = "factor",
    .type = GPUSIM_FLOAT64,
    .unit = GPUSIM_UNIT_RATIO,
    .offset = (uint32_t)offsetof(gs_kind_fields, factor),
    .minimum = 1e-3,
    .maximum = 1e3,
    .doc = "Run time over the job's duration.",
};

static const gpusim_field rate_element = {
    .name = "rate",
    .type = GPUSIM_FLOAT64,
    .unit = GPUSIM_UNIT_RATIO,
    .offset = (uint32_t)offsetof(gs_rate_fields, rate),
    .minimum = 0,
    .maximum = 1e9,
    .doc = "Work in a time on GPUs of this model; 0: it cannot run on them.",
};

static const gpusim_field rates_element = {
    .name = "rates",
    .type = GPUSIM_MAP,
    .offset = (uint32_t)offsetof(gs_kind_rates_fields, rates),
    .detail.element = &rate_element,
    .doc = "Rates of a kind by GPU model; on one that is not here it is as fast as its duration "
           "says.",
};

static const gpusim_field throughput_fields[] = {
    {.name = "reference",
     .type = GPUSIM_STRING,
     .offset = (uint32_t)offsetof(gs_throughput_fields, reference),
     .flags = GPUSIM_OPTIONAL,
     .doc = "GPU model on which jobs run for their duration: rates are taken over its rate, so "
            "that they may be steps a second. Absent: a rate of 1 is that of the duration."},
    {.name = "rates",
     .type = GPUSIM_MAP,
     .offset = (uint32_t)offsetof(gs_throughput_fields, rates),
     .flags = GPUSIM_OPTIONAL,
     .detail.element = &rates_element,
     .doc = "By the kind of job: `{resnet: {V100-SXM2-16GB: 4.4, P100-PCIE-16GB: 2.6, T4: 0}}`."},
};

static const gpusim_record throughput_record = {
    .name = "throughput",
    GPUSIM_FIELDS(throughput_fields),
    .size = sizeof(gs_throughput_fields),
    .doc = "How fast jobs are by their `kind` and the model of their GPUs; a gang is as fast as "
           "its slowest GPU.",
};

static const gpusim_field label_element = {
    .name = "value",
    .type = GPUSIM_STRING,
    .offset = (uint32_t)offsetof(gs_label, value),
    .doc = "What the label is.",
};

static const gpusim_choice node_formats[] = {
    {"openb", 0, "sn,cpu_milli,memory_mib,gpu,model: nodes of the openb trace"}, {NULL, 0, NULL}};

static const gpusim_field file_model = {.name = "gpu",
                                        .type = GPUSIM_STRING,
                                        .offset = (uint32_t)offsetof(gs_node_file_model, gpu),
                                        .doc = "GPU model by its name in the catalogue."};

static const gpusim_field group_fields[] = {
    {.name = "name",
     .type = GPUSIM_STRING,
     .offset = AT(group, name),
     .flags = GPUSIM_REQUIRED,
     .doc = "Nodes are called NAME-0000, NAME-0001 and so on; unique among groups."},
    {.name = "cluster",
     .type = GPUSIM_STRING,
     .offset = AT(group, cluster),
     .flags = GPUSIM_OPTIONAL,
     .doc = "The cluster it is in: a job runs in one at a time. Absent: where other groups name "
            "theirs, `default`; where none does, all nodes are one cluster."},
    {.name = "count",
     .type = GPUSIM_UINT32,
     .offset = AT(group, count),
     .fallback = "1",
     .minimum = 1,
     .maximum = 10e6,
     .doc = "Nodes in the group."},
    {.name = "max",
     .type = GPUSIM_UINT32,
     .offset = AT(group, most),
     .flags = GPUSIM_OPTIONAL,
     .minimum = 1,
     .maximum = 10e6,
     .doc =
         "Nodes that it may have; those beyond `count` are not there at first, and join and leave "
         "by `autoscale`."},
    {.name = "autoscale",
     .type = GPUSIM_RECORD,
     .offset = AT(group, autoscale),
     .flags = GPUSIM_OPTIONAL,
     .detail.record = &gs_autoscale_record,
     .doc = "When nodes join and leave; of groups with `max`."},
    {.name = "spares",
     .type = GPUSIM_UINT32,
     .offset = AT(group, spares),
     .flags = GPUSIM_OPTIONAL,
     .minimum = 1,
     .maximum = 10e6,
     .doc = "Of its nodes, the last ones at first, that take no jobs until another takes none: one "
            "joins in its place, and it is a spare when it comes back."},
    {.name = "join",
     .type = GPUSIM_TIME,
     .unit = GPUSIM_UNIT_SECOND,
     .offset = AT(group, join),
     .flags = GPUSIM_OPTIONAL,
     .maximum = 9e9,
     .doc = "What it takes a spare to join; absent: nothing."},
    {.name = "per_rack",
     .type = GPUSIM_UINT32,
     .offset = AT(group, per_rack),
     .fallback = "0",
     .minimum = 0,
     .maximum = 10e6,
     .doc = "Nodes in a rack; 0 puts the whole group into one. Groups do not share racks."},
    {.name = "gpu",
     .type = GPUSIM_STRING,
     .offset = AT(group, gpu),
     .fallback = "generic",
     .doc = "GPU model by its name in the catalogue (`gpusim list gpus`); `generic` has neither "
            "physics nor a memory limit."},
    {.name = "gpu_model",
     .type = GPUSIM_RECORD,
     .offset = AT(group, gpu_model),
     .detail.record = &gs_gpu_override_record,
     .doc = "Figures of these GPUs that are other than in the catalogue."},
    {.name = "gpus",
     .type = GPUSIM_UINT32,
     .offset = AT(group, gpus),
     .flags = GPUSIM_OPTIONAL,
     .minimum = 0,
     .maximum = 1e6,
     .doc = "GPUs in each node; must be given unless a `file` says so."},
    {.name = "file",
     .type = GPUSIM_STRING,
     .offset = AT(group, file),
     .flags = GPUSIM_OPTIONAL,
     .doc = "A table of nodes, counted from the scenario's folder: nodes of the same size and GPU "
            "model become a group NAME-0, NAME-1 and so on with what else is said here. Nodes keep "
            "their names; where two are equally good, some placements take the one that stands "
            "first in the file."},
    {.name = "file_format",
     .type = GPUSIM_ENUM,
     .offset = AT(group, format),
     .fallback = "openb",
     .detail.choices = node_formats,
     .doc = "How that file is written."},
    {.name = "models",
     .type = GPUSIM_MAP,
     .offset = AT(group, models),
     .flags = GPUSIM_OPTIONAL,
     .detail.element = &file_model,
     .doc = "Of a file: GPU models as it calls them, and as the catalogue does. One that is not "
            "here is `gpu` under the file's name for it; jobs ask for it by the file's name."},
    {.name = "cpus",
     .type = GPUSIM_FLOAT64,
     .offset = AT(group, cpus),
     .flags = GPUSIM_OPTIONAL | GPUSIM_EXCLUSIVE,
     .minimum = 0,
     .maximum = 1e6,
     .doc = "CPU cores in each node, in thousandths; without it jobs' CPUs are not limited "
            "here."},
    {.name = "memory",
     .type = GPUSIM_UINT64,
     .unit = GPUSIM_UNIT_BYTE,
     .offset = AT(group, memory),
     .flags = GPUSIM_OPTIONAL,
     .minimum = 1,
     .maximum = 1e18,
     .doc = "Host memory of each node; without it jobs' memory is not limited here."},
    {.name = "storage",
     .type = GPUSIM_UINT64,
     .unit = GPUSIM_UNIT_BYTE,
     .offset = AT(group, storage),
     .flags = GPUSIM_OPTIONAL,
     .minimum = 1,
     .maximum = 1e18,
     .doc = "Storage of each node, a disk of its own; without it jobs' storage is not limited "
            "here."},
    {.name = "class",
     .type = GPUSIM_ENUM,
     .offset = AT(group, node_class),
     .fallback = "none",
     .detail.choices = class_choices,
     .doc = "Where the nodes stand, for schedulers that route by it (`route-rule`)."},
    {.name = "latency",
     .type = GPUSIM_TIME,
     .unit = GPUSIM_UNIT_SECOND,
     .offset = AT(group, latency),
     .fallback = "0 s",
     .minimum = 0,
     .maximum = 1e6,
     .doc = "Of a message to one of the nodes, as schedulers may weigh it; runs take no longer for "
            "it."},
    {.name = "cost",
     .type = GPUSIM_FLOAT64,
     .unit = GPUSIM_UNIT_PER_SECOND,
     .offset = AT(group, cost),
     .fallback = "0/h",
     .minimum = 0,
     .maximum = 1e9,
     .doc = "Of a node for a time, in the currency of prices, as schedulers may weigh it."},
    {.name = "labels",
     .type = GPUSIM_MAP,
     .offset = AT(group, labels),
     .flags = GPUSIM_OPTIONAL,
     .detail.element = &label_element,
     .doc = "What the nodes are labelled with, for jobs' `selector`: `{zone: a, disk: ssd}`."},
    {.name = "run_time",
     .type = GPUSIM_MAP,
     .offset = AT(group, run_time),
     .flags = GPUSIM_OPTIONAL,
     .detail.element = &kind_element,
     .doc = "How long jobs of a kind run here, over their duration: `{fraud: 0.8, image: 1.5}`; "
            "others run for their duration. It goes before `throughput` of the cluster."},
    {.name = "mig",
     .type = GPUSIM_BOOL,
     .offset = AT(group, mig),
     .fallback = "false",
     .doc = "Whether the GPUs are cut into MIG instances as jobs ask for them."},
    {.name = "legacy",
     .type = GPUSIM_ONE_OF,
     .offset = AT(group, legacy),
     .flags = GPUSIM_OPTIONAL | GPUSIM_NAMED,
     .detail.record = &gs_legacy_record,
     .doc = "The node model of another simulator in place of ours, for comparison, by name or with "
            "other constants; each GPU is one of its nodes."},
    {.name = "uplink",
     .type = GPUSIM_FLOAT64,
     .unit = GPUSIM_UNIT_BYTE_PER_SECOND,
     .offset = AT(group, uplink),
     .flags = GPUSIM_OPTIONAL,
     .minimum = 1e3,
     .maximum = 1e18,
     .doc = "From each of its racks to the spine, one way; absent: not limited."},
    {.name = "power",
     .type = GPUSIM_RECORD,
     .offset = AT(group, power),
     .flags = GPUSIM_OPTIONAL,
     .detail.record = &gs_power_record,
     .doc = "What a node draws besides its GPUs and may draw; absent: its GPUs alone."},
    {.name = "cooling",
     .type = GPUSIM_RECORD,
     .offset = AT(group, cooling),
     .flags = GPUSIM_OPTIONAL,
     .detail.record = &gs_cooling_record,
     .doc = "Cooling of a node; absent: air, with fans at full speed."},
    {.name = "spread",
     .type = GPUSIM_RECORD,
     .offset = AT(group, spread),
     .flags = GPUSIM_OPTIONAL,
     .detail.record = &gs_spread_record,
     .doc = "How the GPUs differ; absent: not at all."},
    {.name = "network",
     .type = GPUSIM_RECORD,
     .offset = AT(group, network),
     .detail.record = &gs_node_network_record,
     .doc = "Links of a node."},
    {.name = "rack",
     .type = GPUSIM_RECORD,
     .offset = AT(group, rack),
     .flags = GPUSIM_OPTIONAL,
     .detail.record = &gs_racks_record,
     .doc = "Its racks, where they are not as `cluster.racks` says."},
};

static const gpusim_record group_record = {
    .name = "node group",
    GPUSIM_FIELDS(group_fields),
    .size = sizeof(gs_scenario_group),
    .doc = "Nodes that are all alike.",
};

static const gpusim_field vc_fields[] = {
    {.name = "quota",
     .type = GPUSIM_UINT32,
     .offset = AT(vc, quota),
     .flags = GPUSIM_OPTIONAL,
     .minimum = 1,
     .maximum = 1e9,
     .doc = "GPUs its jobs may hold at a time; without it as many as there are."},
};

static const gpusim_record vc_record = {
    .name = "virtual cluster",
    GPUSIM_FIELDS(vc_fields),
    .size = sizeof(gs_scenario_vc),
    .doc = "A tenant with a queue and a quota of its own.",
};

static const gpusim_field group_element = {
    .name = "group", .type = GPUSIM_RECORD, .detail.record = &group_record, .doc = "A group."};
static const gpusim_field vc_element = {
    .name = "vc", .type = GPUSIM_RECORD, .detail.record = &vc_record, .doc = "A virtual cluster."};

static const gpusim_field cluster_fields[] = {
    {.name = "nodes",
     .type = GPUSIM_LIST,
     .offset = AT(cluster, nodes),
     .flags = GPUSIM_REQUIRED,
     .minimum = 1,
     .maximum = 10000,
     .detail.element = &group_element,
     .doc = "Groups of nodes."},
    {.name = "virtual_clusters",
     .type = GPUSIM_MAP,
     .offset = AT(cluster, virtual_clusters),
     .flags = GPUSIM_OPTIONAL,
     .detail.element = &vc_element,
     .doc = "Tenants by name. Each has one queue; a job of a tenant that is not listed has no "
            "quota and shares the common queue."},
    {.name = "throughput",
     .type = GPUSIM_RECORD,
     .offset = AT(cluster, throughput),
     .fallback = "{}",
     .detail.record = &throughput_record,
     .doc = "How fast kinds of jobs are on GPU models."},
    {.name = "physics",
     .type = GPUSIM_BOOL,
     .offset = AT(cluster, physics),
     .fallback = "true",
     .doc = "Whether nodes whose GPUs are not `generic` have power, heat and clocks; `false` for "
            "studies of scheduling alone."},
    {.name = "catalogue",
     .type = GPUSIM_STRING,
     .offset = AT(cluster, catalogue),
     .flags = GPUSIM_OPTIONAL,
     .doc = "A file of GPU models of one's own, laid over the built-in ones (`gpusim list gpus`); "
            "counted from the scenario's folder. Its bytes are in the model's hash."},
    {.name = "racks",
     .type = GPUSIM_RECORD,
     .offset = AT(cluster, racks),
     .fallback = "{}",
     .detail.record = &gs_racks_record,
     .doc = "What racks add to their nodes; all racks are alike where a group does not say "
            "otherwise."},
    {.name = "power",
     .type = GPUSIM_RECORD,
     .offset = AT(cluster, power),
     .fallback = "{}",
     .detail.record = &gs_facility_power_record,
     .doc = "Power of the facility."},
    {.name = "cooling",
     .type = GPUSIM_RECORD,
     .offset = AT(cluster, cooling),
     .fallback = "{}",
     .detail.record = &gs_facility_cooling_record,
     .doc = "Cooling of the facility."},
    {.name = "network",
     .type = GPUSIM_RECORD,
     .offset = AT(cluster, network),
     .fallback = "{}",
     .detail.record = &gs_facility_network_record,
     .doc = "What nodes and racks are connected by."},
    {.name = "sharing",
     .type = GPUSIM_RECORD,
     .offset = AT(cluster, sharing),
     .fallback = "{}",
     .detail.record = &gs_sharing_record,
     .doc = "What sharing a GPU costs."},
    {.name = "sensors",
     .type = GPUSIM_RECORD,
     .offset = AT(cluster, sensors),
     .fallback = "{}",
     .detail.record = &gs_sensors_record,
     .doc = "Readings of sensors."},
};

const gpusim_record gs_cluster_record = {
    .name = "cluster",
    GPUSIM_FIELDS(cluster_fields),
    .size = sizeof(gs_scenario_cluster),
    .doc = "What there is to run on.",
};
