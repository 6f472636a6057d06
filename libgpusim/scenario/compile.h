/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The steps from a scenario's structs to a model; scenario/compile.c calls them in order. */
#ifndef GS_SCENARIO_COMPILE_H
#define GS_SCENARIO_COMPILE_H

#include "base/hash.h"
#include "core/model.h"
#include "scenario/bind.h"
#include "scenario/problems.h"
#include "scenario/scenario.h"

/* What all steps share. */
typedef struct gs_compilation {
    const gpusim_spec *spec;
    const gs_scenario *scenario; /* with the nodes of files */
    const gs_scenario *written;  /* as it was bound */
    gpusim_model *model;
    gpusim_gpu_model *gpus; /* [groups], resolved by gs_compile_cluster, in the model's arena */
    gs_problems *problems;  /* found so far: one is no reason not to look for others */
    gs_hasher *inputs;      /* of the bytes of files that are no logs */
} gs_compilation;

/* Files what is wrong with the scenario or its logs among the problems, clears *err and returns
 * GPUSIM_OK; any other status is handed on. */
gpusim_status gs_compile_note(const gs_compilation *at, gpusim_status status, gpusim_error *err);

/* Fails with `message` at what stands at a key path. */
gpusim_status gs_compile_fail(const gs_compilation *at, gpusim_error *err, const char *key,
                              const char *format, ...) GPUSIM_PRINTF(4, 5);

/* The same at `inner` ("" for all of it) of an entry of a list: "actions[3].node". */
gpusim_status gs_compile_fail_at(const gs_compilation *at, gpusim_error *err, const char *list,
                                 uint32_t number, const char *inner, const char *format, ...)
    GPUSIM_PRINTF(6, 7);

/* node_file.c: the groups that there are, files of nodes read. */
gpusim_status gs_compile_node_files(const gs_compilation *at, gpusim_list *groups,
                                    gpusim_error *err);
/* compile_target.c: what fragmentation is measured against. */
gpusim_status gs_compile_target(const gs_compilation *at, gpusim_error *err);
/* compile_cluster.c: groups, racks, virtual clusters. */
gpusim_status gs_compile_cluster(const gs_compilation *at, gpusim_error *err);
/* compile_kinds.c: how fast kinds of jobs are where. */
gpusim_status gs_compile_kinds(const gs_compilation *at, gpusim_catalogue *catalogue,
                               gpusim_error *err);
/* The cluster of that name, or GPUSIM_NONE; and what may help where there is none such: the status
 * is handed through. */
uint32_t gs_compile_find_cluster(const gpusim_model *model, const char *name);
gpusim_status gs_compile_no_cluster(const gpusim_model *model, gpusim_status status,
                                    const char *name, gpusim_error *err);
/* compile_hardware.c, compile_facility.c: what groups, racks and the facility are physically. */
gpusim_status gs_compile_hardware(const gs_compilation *at, gpusim_error *err);
/* The node model of another simulator in place of ours, if the group asks for one. */
gpusim_status gs_compile_legacy(const gs_compilation *at, uint32_t group,
                                const gpusim_one_of *written, gs_node_hardware *node,
                                gpusim_error *err);
gpusim_status gs_compile_facility(const gs_compilation *at, gpusim_error *err);
/* check_hardware.c: nonsense in them. */
gpusim_status gs_check_hardware(const gs_compilation *at, gpusim_error *err);
/* Nodes of a full rack of a group. */
uint32_t gs_rack_size(const gs_scenario_group *group);
/* compile_run.c: how the run ends; and what the two below do. */
gpusim_status gs_compile_run(const gs_compilation *at, gpusim_error *err);
/* compile_actions.c: timed actions. */
gpusim_status gs_compile_actions(const gs_compilation *at, gpusim_error *err);
/* compile_fleet.c: heartbeats, control, maintenance, spares, groups that grow; and how many nodes a
 * group may have, first of all. */
gpusim_status gs_compile_fleet(const gs_compilation *at, gpusim_error *err);
void gs_compile_sizes(gs_scenario *scenario);
/* compile_detectors.c: who watches. */
gpusim_status gs_compile_detectors(const gs_compilation *at, gpusim_error *err);
gpusim_status gs_compile_responses(const gs_compilation *at, gpusim_error *err);
/* Whether a metric has this name, alone, after its entity, or at DCGM: several may. */
int gs_compile_is_called(const gpusim_metric *metric, const char *name);
/* The first metric of a name, as its place in the model's list; GPUSIM_NONE: none is sampled. */
uint32_t gs_compile_sampled(const gpusim_model *model, const char *name);
/* compile_chaos.c: rules of faults, repairs. */
gpusim_status gs_compile_chaos(const gs_compilation *at, gpusim_error *err);
/* compile_scheduler.c: modules and their parameters. */
gpusim_status gs_compile_scheduler(const gs_compilation *at, gpusim_error *err);
/* compile_names.c: warns of names in the order's parameters that no job has. */
gpusim_status gs_compile_names(const gs_compilation *at, gpusim_error *err);
/* compile_telemetry.c: metrics. */
gpusim_status gs_compile_telemetry(const gs_compilation *at, gpusim_error *err);
/* After the faults: where clocks may go wrong, what they say is sampled with all else. */
/* What is sampled, where it arrives later and somebody sees it, has to have room until then. */
gpusim_status gs_compile_transit(const gs_compilation *at, gpusim_error *err);
void gs_compile_clocks(const gs_compilation *at);
/* compile_load.c: checks of the jobs known before the run, offered load, warnings. */
gpusim_status gs_compile_load(const gs_compilation *at, gpusim_error *err);
/* compile_info.c: texts, names and the hash. */
gpusim_status gs_compile_info(const gs_compilation *at, gpusim_error *err);

#endif
