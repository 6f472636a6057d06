/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The tables of the tests' own scenario. */
#include "toy.h"

#include <math.h>

#define AT(type, member) (uint32_t) offsetof(type, member)

static const gpusim_field group_fields[] = {
    {.name = "name",
     .type = GPUSIM_STRING,
     .offset = AT(toy_group, name),
     .flags = GPUSIM_REQUIRED,
     .minimum = 1,
     .maximum = 100,
     .doc = "Nodes are called NAME-0000."},
    {.name = "count",
     .type = GPUSIM_UINT32,
     .offset = AT(toy_group, count),
     .fallback = "1",
     .minimum = 1,
     .maximum = 1000,
     .doc = "Nodes in the group."},
    {.name = "memory",
     .type = GPUSIM_UINT64,
     .unit = GPUSIM_UNIT_BYTE,
     .offset = AT(toy_group, memory),
     .flags = GPUSIM_OPTIONAL,
     .doc = "Memory of a node."},
    {.name = "power",
     .type = GPUSIM_FLOAT64,
     .unit = GPUSIM_UNIT_WATT,
     .offset = AT(toy_group, power),
     .flags = GPUSIM_OPTIONAL | GPUSIM_EXCLUSIVE,
     .maximum = INFINITY,
     .doc = "Cap of a node."},
    {.name = "share",
     .type = GPUSIM_FLOAT32,
     .unit = GPUSIM_UNIT_RATIO,
     .offset = AT(toy_group, share),
     .fallback = "1",
     .maximum = 1,
     .doc = "How much of it may be used."},
};
static const gpusim_record group_record = {"node group", GPUSIM_FIELDS(group_fields),
                                           sizeof(toy_group), "Nodes that are alike."};
static const gpusim_field group_element = {
    .name = "group", .type = GPUSIM_RECORD, .detail = {&group_record}, .doc = "A group."};

static const gpusim_field tenant_fields[] = {
    {.name = "quota",
     .type = GPUSIM_UINT32,
     .offset = AT(toy_tenant, quota),
     .flags = GPUSIM_OPTIONAL,
     .doc = "GPUs it may hold."},
};
static const gpusim_record tenant_record = {"tenant", GPUSIM_FIELDS(tenant_fields),
                                            sizeof(toy_tenant), "Who pays."};
static const gpusim_field tenant_element = {
    .name = "tenant", .type = GPUSIM_RECORD, .detail = {&tenant_record}, .doc = "A tenant."};
static const gpusim_field label_element = {
    .name = "label", .type = GPUSIM_STRING, .offset = AT(toy_label, text), .doc = "A label."};

static const gpusim_field cluster_fields[] = {
    {.name = "nodes",
     .type = GPUSIM_LIST,
     .offset = AT(toy_cluster, nodes),
     .flags = GPUSIM_REQUIRED,
     .minimum = 1,
     .maximum = 100,
     .detail = {&group_element},
     .doc = "Groups of nodes."},
    {.name = "tenants",
     .type = GPUSIM_MAP,
     .offset = AT(toy_cluster, tenants),
     .detail = {&tenant_element},
     .doc = "Tenants by name."},
    {.name = "labels",
     .type = GPUSIM_MAP,
     .offset = AT(toy_cluster, labels),
     .flags = GPUSIM_OPTIONAL,
     .detail = {&label_element},
     .doc = "Anything."},
};
static const gpusim_record cluster_record = {"cluster", GPUSIM_FIELDS(cluster_fields),
                                             sizeof(toy_cluster), "What there is."};

static const gpusim_choice orders[] = {
    {"fifo", TOY_FIFO, "first come"},
    {"sjf", TOY_SJF, "shortest first"},
    {"las", TOY_LAS, "least attained"},
    {NULL, 0, NULL},
};
static const gpusim_field las_fields[] = {
    {.name = "quantum",
     .type = GPUSIM_TIME,
     .offset = 0,
     .fallback = "1 h",
     .maximum = INFINITY,
     .flags = GPUSIM_EXCLUSIVE,
     .doc = "Time slice."},
};
static const gpusim_record las_record = {"las", GPUSIM_FIELDS(las_fields), sizeof(gpusim_time),
                                         "Least attained service."};
static const gpusim_field composition_fields[] = {
    {.name = "order",
     .type = GPUSIM_ENUM,
     .offset = AT(toy_composition, order),
     .fallback = "fifo",
     .detail = {orders},
     .doc = "Who is next."},
    {.name = "blocking",
     .type = GPUSIM_BOOL,
     .offset = AT(toy_composition, blocking),
     .fallback = "true",
     .doc = "Whether the head holds back the rest."},
    {.name = "las",
     .type = GPUSIM_RECORD,
     .offset = AT(toy_composition, quantum),
     .detail = {&las_record},
     .doc = "Of the order las."},
};
static const gpusim_record composition_record = {"composition", GPUSIM_FIELDS(composition_fields),
                                                 sizeof(toy_composition), "Order and more."};
static const gpusim_field random_fields[] = {
    {.name = "salt",
     .type = GPUSIM_INT32,
     .offset = AT(toy_random, salt),
     .fallback = "-3",
     .doc = "Any number."},
};
static const gpusim_record random_record = {"random", GPUSIM_FIELDS(random_fields),
                                            sizeof(toy_random), "By chance."};
static const gpusim_field scheduler_fields[] = {
    {.name = "composition",
     .type = GPUSIM_RECORD,
     .detail = {&composition_record},
     .doc = "Put together."},
    {.name = "random", .type = GPUSIM_RECORD, .detail = {&random_record}, .doc = "By chance."},
    {.name = "nothing", .type = GPUSIM_RECORD, .doc = "Starts no job."},
};
static const gpusim_record scheduler_record = {"scheduler", GPUSIM_FIELDS(scheduler_fields),
                                               sizeof(gpusim_one_of), "Who runs where."};

static const gpusim_field uniform_fields[] = {
    {.name = "min",
     .type = GPUSIM_FLOAT64,
     .offset = AT(toy_uniform, min),
     .flags = GPUSIM_REQUIRED,
     .doc = "Smallest."},
    {.name = "max",
     .type = GPUSIM_FLOAT64,
     .offset = AT(toy_uniform, max),
     .flags = GPUSIM_REQUIRED,
     .doc = "Largest."},
};
static const gpusim_record uniform_record = {"uniform", GPUSIM_FIELDS(uniform_fields),
                                             sizeof(toy_uniform), "All alike."};
static const gpusim_field weight_element = {.name = "weight",
                                            .type = GPUSIM_FLOAT64,
                                            .unit = GPUSIM_UNIT_RATIO,
                                            .offset = AT(toy_weight, weight),
                                            .maximum = INFINITY,
                                            .doc = "Weight."};
static const gpusim_field value_element = {
    .name = "value", .type = GPUSIM_FLOAT64, .doc = "One of the values."};
static const gpusim_field size_fields[] = {
    {.name = "constant", .type = GPUSIM_FLOAT64, .doc = "Always this."},
    {.name = "uniform", .type = GPUSIM_RECORD, .detail = {&uniform_record}, .doc = "Uniform."},
    {.name = "choice", .type = GPUSIM_MAP, .detail = {&weight_element}, .doc = "One of several."},
    {.name = "empirical", .type = GPUSIM_LIST, .detail = {&value_element}, .doc = "One of many."},
};
static const gpusim_record size_record = {"distribution", GPUSIM_FIELDS(size_fields),
                                          sizeof(gpusim_one_of), "A distribution."};

static const gpusim_field metric_element = {
    .name = "metric", .type = GPUSIM_STRING, .doc = "A metric."};
static const gpusim_field telemetry_fields[] = {
    {.name = "every",
     .type = GPUSIM_TIME,
     .offset = AT(toy_telemetry, every),
     .flags = GPUSIM_REQUIRED | GPUSIM_EXCLUSIVE,
     .maximum = 86400,
     .doc = "Time between samples."},
    {.name = "metrics",
     .type = GPUSIM_LIST,
     .offset = AT(toy_telemetry, metrics),
     .fallback = "[gpu_util, 'node power']",
     .flags = GPUSIM_OPTIONAL,
     .detail = {&metric_element},
     .doc = "Which."},
};
static const gpusim_record telemetry_record = {"telemetry", GPUSIM_FIELDS(telemetry_fields),
                                               sizeof(toy_telemetry), "Sampling."};

static const gpusim_field cell_element = {.name = "cell", .type = GPUSIM_INT32, .doc = "A cell."};
static const gpusim_field row_element = {
    .name = "row", .type = GPUSIM_LIST, .detail = {&cell_element}, .doc = "A row."};

static const gpusim_field trace_fields[] = {
    {.name = "path", .type = GPUSIM_STRING, .flags = GPUSIM_REQUIRED, .doc = "Where it is."},
};
static const gpusim_record trace_record = {"trace", GPUSIM_FIELDS(trace_fields), sizeof(toy_trace),
                                           "A log."};
static const gpusim_field at_element = {.name = "at", .type = GPUSIM_TIME, .doc = "When."};
static const gpusim_field item_fields[] = {
    {.name = "trace", .type = GPUSIM_RECORD, .detail = {&trace_record}, .doc = "A log."},
    {.name = "jobs", .type = GPUSIM_LIST, .detail = {&at_element}, .doc = "Submissions."},
};
static const gpusim_record item_record = {"workload", GPUSIM_FIELDS(item_fields),
                                          sizeof(gpusim_one_of), "Where jobs come from."};
static const gpusim_field item_element = {
    .name = "item", .type = GPUSIM_ONE_OF, .detail = {&item_record}, .doc = "A source."};

// a plain power, or a map whose keys are those of the second alternative
static const gpusim_field daily_fields[] = {
    {.name = "day",
     .type = GPUSIM_FLOAT64,
     .unit = GPUSIM_UNIT_WATT,
     .offset = AT(toy_daily, day),
     .flags = GPUSIM_REQUIRED,
     .maximum = 1e6,
     .doc = "By day."},
    {.name = "night",
     .type = GPUSIM_FLOAT64,
     .unit = GPUSIM_UNIT_WATT,
     .offset = AT(toy_daily, night),
     .fallback = "50 W",
     .doc = "By night."},
    {.name = "repeat",
     .type = GPUSIM_TIME,
     .offset = AT(toy_daily, repeat),
     .flags = GPUSIM_OPTIONAL,
     .doc = "When it begins anew."},
};
static const gpusim_record daily_record = {"daily cap", GPUSIM_FIELDS(daily_fields),
                                           sizeof(toy_daily), "By day and by night."};
static const gpusim_field cap_fields[] = {
    {.name = "value", .type = GPUSIM_FLOAT64, .unit = GPUSIM_UNIT_WATT, .doc = "Always."},
    {.name = "daily", .type = GPUSIM_RECORD, .detail = {&daily_record}, .doc = "As the day goes."},
};
static const gpusim_record cap_record = {"cap", GPUSIM_FIELDS(cap_fields), sizeof(gpusim_one_of),
                                         "A cap."};

static const gpusim_choice words[] = {{"drained", TOY_DRAINED, "until no job is left"},
                                      {NULL, 0, NULL}};

static const gpusim_field fields[] = {
    {.name = "name",
     .type = GPUSIM_STRING,
     .offset = AT(toy, name),
     .flags = GPUSIM_OPTIONAL,
     .doc = "For people."},
    {.name = "seed",
     .type = GPUSIM_UINT64,
     .offset = AT(toy, seed),
     .fallback = "1",
     .doc = "Of all randomness."},
    {.name = "duration",
     .type = GPUSIM_TIME,
     .unit = GPUSIM_UNIT_SECOND,
     .offset = AT(toy, duration),
     .fallback = "7 d",
     .maximum = 1e9,
     .flags = GPUSIM_WORD | GPUSIM_EXCLUSIVE,
     .detail = {words},
     .doc = "How long."},
    {.name = "cluster",
     .type = GPUSIM_RECORD,
     .offset = AT(toy, cluster),
     .flags = GPUSIM_REQUIRED,
     .detail = {&cluster_record},
     .doc = "What there is."},
    {.name = "scheduler",
     .type = GPUSIM_ONE_OF,
     .offset = AT(toy, scheduler),
     .fallback = "{}",
     .flags = GPUSIM_TAGGED,
     .detail = {&scheduler_record},
     .tag = "module",
     .doc = "Who runs where."},
    {.name = "size",
     .type = GPUSIM_ONE_OF,
     .offset = AT(toy, size),
     .fallback = "1",
     .flags = GPUSIM_PLAIN,
     .detail = {&size_record},
     .doc = "How large."},
    {.name = "telemetry",
     .type = GPUSIM_RECORD,
     .offset = AT(toy, telemetry),
     .flags = GPUSIM_OPTIONAL,
     .detail = {&telemetry_record},
     .doc = "Sampling."},
    {.name = "matrix",
     .type = GPUSIM_LIST,
     .offset = AT(toy, matrix),
     .flags = GPUSIM_OPTIONAL,
     .detail = {&row_element},
     .doc = "Rows of numbers."},
    {.name = "work",
     .type = GPUSIM_LIST,
     .offset = AT(toy, work),
     .fallback = "[]",
     .detail = {&item_element},
     .doc = "Where jobs come from."},
    {.name = "cap",
     .type = GPUSIM_ONE_OF,
     .offset = AT(toy, cap),
     .flags = GPUSIM_OPTIONAL | GPUSIM_PLAIN | GPUSIM_EITHER,
     .detail = {&cap_record},
     .doc = "What it may draw."},
};
const gpusim_record toy_record = {"scenario", GPUSIM_FIELDS(fields), sizeof(toy),
                                  "A scenario of the tests."};
