/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The table of detectors that watch a run. */
#include "detect/tables.h"
#include "scenario/scenario.h"
#include "scenario/table_macros.h"

#define OF(member) AT(gs_detector_fields, member)

static const gpusim_field metric_element = {
    .name = "metric", .type = GPUSIM_STRING, .doc = "A metric of GPUs (`gpusim list metrics`)."};

static const gpusim_choice class_choices[] = {
    {"by-metric", -1, "that of the metric that speaks most for the alert"},
    {"cooling", GPUSIM_ANOMALY_COOLING, "heat is not carried away"},
    {"power", GPUSIM_ANOMALY_POWER, "power is short, or capped"},
    {"memory", GPUSIM_ANOMALY_MEMORY, "GPU memory: errors, leaks, slowness"},
    {"network", GPUSIM_ANOMALY_NETWORK, "links: NVLink, PCIe, between nodes"},
    {"straggler", GPUSIM_ANOMALY_STRAGGLER, "a GPU is slow for no other reason"},
    {"job", GPUSIM_ANOMALY_JOB, "what runs there"},
    {"sensor", GPUSIM_ANOMALY_SENSOR, "what is read is wrong, or missing"},
    {"node", GPUSIM_ANOMALY_NODE, "a node or a GPU is gone"},
    {NULL, 0, NULL},
};

static const gpusim_field detector_fields[] = {
    {.name = "name",
     .type = GPUSIM_STRING,
     OF(name),
     .flags = GPUSIM_OPTIONAL,
     .doc = "What `/alerts` and `response:` call it; else as the detector is called."},
    {.name = "detector",
     .type = GPUSIM_ONE_OF,
     OF(detector),
     .flags = GPUSIM_OPTIONAL | GPUSIM_NAMED,
     .detail.record = &gs_detector_record,
     .doc = "Which one (`gpusim list detectors -v`), by name or with other parameters: `job-peer`, "
            "`{job-peer: {window: 30}}`. This or `model`."},
    {.name = "model",
     .type = GPUSIM_STRING,
     OF(model),
     .flags = GPUSIM_OPTIONAL,
     .doc = "A file with a detector that has learnt (`gpusim train`), counted from the scenario's "
            "folder. What it knows has to be what is sampled here. It says which detector that is, "
            "and the threshold where none is given."},
    {.name = "metrics",
     .type = GPUSIM_LIST,
     OF(metrics),
     .flags = GPUSIM_OPTIONAL,
     .detail.element = &metric_element,
     .doc = "What it looks at, of what `telemetry` samples: a metric's name, or a signal's "
            "(gpu_temp, node/fan_speed, ecc_sbe_vol_total_rate, "
            "clock_throttle_reasons.hw_slowdown); a counter is its rate, a mask its bits. "
            "`gauges`: every gauge of GPUs, as where it is absent; `all`."},
    NUMBER("threshold", gs_detector_fields, threshold, GPUSIM_OPTIONAL, NULL, -1e18, 1e18,
           "A score as high as this is anomalous; absent: the `quantile`."),
    SHARE("quantile", gs_detector_fields, quantile, 0, "99.9 %",
          "Without a `threshold`: the share of the scores of what was learnt that lie below it."),
    {.name = "learn",
     .type = GPUSIM_TIME,
     .unit = GPUSIM_UNIT_SECOND,
     OF(learn),
     .fallback = "0 s",
     .maximum = 9e9,
     .doc = "It learns from the samples up to then, which should be normal ones, and raises no "
            "alerts before; 0: from the first sample alone, which does for a detector that only "
            "looks up what its rules name."},
    {.name = "for",
     .type = GPUSIM_TIME,
     .unit = GPUSIM_UNIT_SECOND,
     OF(hold),
     .fallback = "0 s",
     .maximum = 9e9,
     .doc = "For how long every score must have been as high before an alert is raised."},
    {.name = "clear",
     .type = GPUSIM_TIME,
     .unit = GPUSIM_UNIT_SECOND,
     OF(clear),
     .flags = GPUSIM_OPTIONAL,
     .maximum = 9e9,
     .doc = "An alert is over once all scores have been lower for longer than this; absent: five "
            "samples."},
    {.name = "class",
     .type = GPUSIM_ENUM,
     OF(class_),
     .fallback = "by-metric",
     .detail.choices = class_choices,
     .doc = "Where the cause of its alerts lies."},
};

static const gpusim_record detector_record = {
    .name = "live detector",
    GPUSIM_FIELDS(detector_fields),
    .size = sizeof(gs_detector_fields),
    .doc = "A detector that watches the GPUs of the run, sample by sample.",
};

const gpusim_field gs_detector_element = {
    .name = "detector",
    .type = GPUSIM_RECORD,
    .detail.record = &detector_record,
    .doc = "A detector at work.",
};
