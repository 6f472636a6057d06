/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The tables of who looks after nodes: heartbeats, actions that fail, maintenance, groups that
 * grow. */
#include "scenario/scenario.h"
#include "scenario/table_macros.h"

#define TIME(name_, struct_, member, flags_, fallback_, doc_)                                      \
    {                                                                                              \
        .name = (name_), .type = GPUSIM_TIME, .unit = GPUSIM_UNIT_SECOND, AT(struct_, member),     \
        .flags = (flags_), .fallback = (fallback_), .maximum = 9e9, .doc = (doc_)                  \
    }

// ---- heartbeats ----

static const gpusim_field heartbeat_fields[] = {
    TIME("every", gs_heartbeat_fields, every, GPUSIM_EXCLUSIVE, "1 s",
         "Each node sends one at every multiple of this."),
    TIME("offline_after", gs_heartbeat_fields, offline_after, GPUSIM_EXCLUSIVE, "5 s",
         "Who has not been heard for so long is seen offline; at least `every`."),
};

const gpusim_record gs_heartbeat_record = {
    .name = "heartbeat",
    GPUSIM_FIELDS(heartbeat_fields),
    .size = sizeof(gs_heartbeat_fields),
    .doc = "Who is heard.",
};

// ---- nodes that cannot be reached ----

static const gpusim_field control_fields[] = {
    COUNT("retries", gs_control_fields, retries, 0, "2", 0, 30,
          "How often an action is tried again when its node does not answer."),
    TIME("backoff", gs_control_fields, backoff, GPUSIM_EXCLUSIVE, "0.2 s",
         "Wait before the first of these; each is twice the one before."),
    COUNT("failures", gs_control_fields, failures, 0, "3", 1, 1e9,
          "After so many failures in a row the node's circuit breaker opens: nothing is tried."),
    TIME("open", gs_control_fields, open, 0, "30 s", "How long it stays open."),
};

const gpusim_record gs_control_record = {
    .name = "control",
    GPUSIM_FIELDS(control_fields),
    .size = sizeof(gs_control_fields),
    .doc = "What becomes of actions on nodes that cannot be reached.",
};

// ---- maintenance ----

static const gpusim_field name_element = {.name = "name", .type = GPUSIM_STRING, .doc = "A name."};

#define NAMES(name_, member, doc_)                                                                 \
    {                                                                                              \
        .name = (name_), .type = GPUSIM_LIST, AT(gs_window_fields, member),                        \
        .flags = GPUSIM_OPTIONAL | GPUSIM_PLAIN, .minimum = 1, .maximum = 1e6,                     \
        .detail = {&name_element}, .doc = (doc_)                                                   \
    }

static const gpusim_field window_fields[] = {
    {.name = "name",
     .type = GPUSIM_STRING,
     AT(gs_window_fields, name),
     .flags = GPUSIM_OPTIONAL,
     .doc = "What `/actions` calls it; else `maintenance-` and its place in the list."},
    NAMES("node", nodes, "Nodes by name."),
    NAMES("rack", racks, "All nodes of these racks."),
    NAMES("group", groups, "All nodes of these groups."),
    NAMES("cluster", clusters, "All nodes of these clusters; without any of the four: all nodes."),
    TIME("at", gs_window_fields, at, GPUSIM_REQUIRED, NULL, "When nodes go down."),
    TIME("for", gs_window_fields, span, GPUSIM_REQUIRED | GPUSIM_EXCLUSIVE, NULL,
         "How long they are down."),
    TIME("ahead", gs_window_fields, ahead, 0, "0 s",
         "How long before that they take no new jobs; who still runs then is queued again."),
    TIME("every", gs_window_fields, every, GPUSIM_OPTIONAL | GPUSIM_EXCLUSIVE, NULL,
         "All of it again, so much later, for ever; absent: once."),
};

static const gpusim_record window_record = {
    .name = "window",
    GPUSIM_FIELDS(window_fields),
    .size = sizeof(gs_window_fields),
    .doc = "Nodes that are looked after at given times.",
};

const gpusim_field gs_window_element = {
    .name = "window",
    .type = GPUSIM_RECORD,
    .detail.record = &window_record,
    .doc = "Nodes that are looked after at given times.",
};

// ---- groups that grow and shrink ----

static const gpusim_field autoscale_fields[] = {
    COUNT("queue", gs_autoscale_fields, queue, 0, "1", 1, 1e9,
          "Nodes join while as many jobs that may run in the group wait."),
    TIME("join", gs_autoscale_fields, join, 0, "2 min", "What it takes a node to join."),
    TIME("idle", gs_autoscale_fields, idle, 0, "10 min",
         "Who has had no job for so long, while fewer wait, leaves again, down to `count`."),
    COUNT("step", gs_autoscale_fields, step, 0, "1", 1, 1e6,
          "Nodes that join at a time; the next begin when they have."),
};

const gpusim_record gs_autoscale_record = {
    .name = "autoscale",
    GPUSIM_FIELDS(autoscale_fields),
    .size = sizeof(gs_autoscale_fields),
    .doc = "Nodes join on queue length and leave when idle.",
};
