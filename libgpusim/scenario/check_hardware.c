/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Nonsense of nodes, racks and the facility is refused where it is written. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "physics/draw.h"
#include "scenario/compile.h"

/* A group under examination. */
typedef struct group_check {
    const gs_compilation *at;
    const gs_scenario_group *group;
    const gs_node_hardware *node;
    const gs_rack_hardware *rack;
    uint32_t number;
    uint32_t per_rack; // nodes of a full rack
} group_check;

typedef char watts[32];

static const char *show(double value, gpusim_unit unit, watts text)
{
    gpusim_quantity_format(value, unit, 0, text, sizeof(watts));
    return text;
}

static const char *key_of(const group_check *c, const char *inner, char key[96])
{
    snprintf(key, 96, "cluster.nodes[%u].%.60s", c->number, inner);
    return key;
}

// ---- what has no meaning here ----

// physics on GPUs that have none: whoever wrote it expects joules and would get none
static gpusim_status check_generic(const group_check *c, gpusim_error *err)
{
    const gs_scenario_group *group = c->group;
    const struct {
        const char *name;
        int given;
    } sections[] = {
        {"power", group->power.present},
        {"cooling", group->cooling.present},
        {"spread", group->spread.present},
    };
    char key[96];
    if (!c->at->scenario->cluster.physics || c->node->physical) {
        return GPUSIM_OK;
    }
    for (size_t i = 0; i < sizeof sections / sizeof sections[0]; i++) {
        if (sections[i].given) {
            gpusim_status status =
                gs_compile_fail(c->at, err, key_of(c, sections[i].name, key),
                                "'%s' says nothing of %s", sections[i].name,
                                c->node->legacy ? "nodes with the model of another simulator"
                                : group->gpus   ? "GPUs without physics"
                                                : "nodes without GPUs and power");
            gpusim_error_hint(err, "%s",
                              c->node->legacy ? "that model has its own: leave one of both out"
                              : group->gpus
                                  ? "`gpusim list gpus` shows models that have power and heat"
                                  : "give `power:` for what such a node draws");
            return status;
        }
    }
    return GPUSIM_OK;
}

static gpusim_status check_mig(const group_check *c, gpusim_error *err)
{
    char key[96];
    if (!c->group->mig || c->node->gpu.mig.count) {
        return GPUSIM_OK;
    }
    gpusim_status status =
        gs_compile_fail(c->at, err, key_of(c, "mig", key),
                        "GPU model '%s' cannot be cut into MIG instances", c->group->gpu);
    gpusim_error_hint(err, "models that can have MIG profiles: `gpusim list gpus -v`");
    return status;
}

// ---- power ----

static gpusim_status check_cpu(const group_check *c, gpusim_error *err)
{
    const gs_power_fields *power = &c->group->power;
    char key[96], inner[64];
    if (power->cpu.present && power->cpu_states.count) {
        gpusim_status status = gs_compile_fail(c->at, err, key_of(c, "power.cpu", key),
                                               "'cpu' and 'cpu_states' say the same twice");
        gpusim_error_hint(err, "with states, what was `cpu` is the first of them");
        return status;
    }
    for (uint32_t i = 0; i < c->node->cpu_state_count; i++) {
        const gs_cpu_state *state = &c->node->cpu_states[i];
        if (state->maximum < state->idle || state->maximum < state->epsilon) {
            watts low, high;
            snprintf(inner, sizeof inner,
                     power->cpu.present ? "power.cpu.max" : "power.cpu_states[%u].max", i);
            return gs_compile_fail(c->at, err, key_of(c, inner, key),
                                   "a busy CPU draws less (%s) than an idle one (%s)",
                                   show(state->maximum, GPUSIM_UNIT_WATT, high),
                                   show(fmax(state->idle, state->epsilon), GPUSIM_UNIT_WATT, low));
        }
    }
    if (c->node->nic_max < c->node->nic_idle) {
        return gs_compile_fail(c->at, err, key_of(c, "power.nic.max", key),
                               "a busy NIC draws less than an idle one");
    }
    return GPUSIM_OK;
}

static gpusim_status check_psu(const group_check *c, const gs_draw *peak, gpusim_error *err)
{
    const gs_node_hardware *node = c->node;
    char key[96];
    watts need, have;
    if (node->psus == 0) {
        return GPUSIM_OK;
    }
    if (node->psus_needed > node->psus) {
        return gs_compile_fail(c->at, err, key_of(c, "power.psu.needed", key),
                               "%u power supplies are needed, but there are %u", node->psus_needed,
                               node->psus);
    }
    // more output takes more input: of straight pieces of efficiency, if it does so from end to end
    const gs_curve *curve = &node->psu_efficiency;
    for (uint32_t i = 1; i < curve->count; i++) {
        if (curve->x[i] * curve->y[i - 1] <= curve->x[i - 1] * curve->y[i]) {
            char inner[64];
            snprintf(inner, sizeof inner, "power.psu.efficiency.points[%u]", i);
            return gs_compile_fail(c->at, err, key_of(c, inner, key),
                                   "with this efficiency the input falls as the output rises");
        }
    }
    double carried = node->psus_needed * node->psu_rating;
    if (carried >= peak->output) {
        return GPUSIM_OK;
    }
    gpusim_status status = gs_compile_fail(
        c->at, err, key_of(c, "power.psu", key),
        "the power supplies cannot carry the node: the %u that are needed deliver %s, it draws up "
        "to %s",
        node->psus_needed, show(carried, GPUSIM_UNIT_WATT, have),
        show(peak->output, GPUSIM_UNIT_WATT, need));
    gpusim_error_hint(err, "%s",
                      node->psus_needed < node->psus
                          ? "`needed:` of them carry it, the others are redundant"
                          : "more of them, or a higher `rating:`");
    return status;
}

static gpusim_status check_caps(const group_check *c, const gs_draw *idle, gpusim_error *err)
{
    const gpusim_gpu_power *power = &c->node->gpu.power;
    double least, largest;
    char key[96];
    watts written, limit;
    gs_steps_extremes(&c->node->gpu_cap, &least, &largest);
    if (c->group->gpus && c->node->gpu_cap.count &&
        (least < power->cap_min || largest > power->cap_max)) {
        int low = least < power->cap_min;
        gpusim_status status = gs_compile_fail(
            c->at, err, key_of(c, "power.gpu_cap", key), "the driver of '%s' accepts no cap of %s",
            c->group->gpu, show(low ? least : largest, GPUSIM_UNIT_WATT, written));
        gpusim_error_hint(err, "%s %s", low ? "at least" : "at most",
                          show(low ? power->cap_min : power->cap_max, GPUSIM_UNIT_WATT, limit));
        return status;
    }
    gs_steps_extremes(&c->node->cap, &least, &largest);
    if (c->node->cap.count && least < idle->input) {
        return gs_compile_fail(c->at, err, key_of(c, "power.cap", key),
                               "a cap of %s is less than what an idle node draws (%s)",
                               show(least, GPUSIM_UNIT_WATT, written),
                               show(idle->input, GPUSIM_UNIT_WATT, limit));
    }
    gs_steps_extremes(&c->at->model->hardware.rack_cap, &least, &largest);
    if (c->at->model->hardware.rack_cap.count && least < idle->rack) {
        return gs_compile_fail(c->at, err, "cluster.power.rack_cap",
                               "a cap of %s is less than what an idle rack of '%s' draws (%s)",
                               show(least, GPUSIM_UNIT_WATT, written), c->group->name,
                               show(idle->rack, GPUSIM_UNIT_WATT, limit));
    }
    return GPUSIM_OK;
}

// a cap that the driver accepts, though not even the lowest clock draws so little
static gpusim_status warn_floor(const group_check *c, gpusim_error *err)
{
    double least, largest, floor = gs_draw_floor(c->node, 0);
    watts cap, drawn;
    gs_steps_extremes(&c->node->gpu_cap, &least, &largest);
    if (c->group->gpus == 0 || c->node->gpu_cap.count == 0 || least >= floor) {
        return GPUSIM_OK;
    }
    return gs_model_warn(c->at->model, err,
                         "GPUs of '%s' cannot hold a cap of %s: a %s draws up to %s at its lowest "
                         "clock",
                         c->group->name, show(least, GPUSIM_UNIT_WATT, cap), c->group->gpu,
                         show(floor, GPUSIM_UNIT_WATT, drawn));
}

// ---- heat ----

static gpusim_status check_air(const group_check *c, gpusim_error *err)
{
    const gs_node_hardware *node = c->node;
    int recirculates = c->at->scenario->cluster.cooling.recirculation.present;
    char key[96];
    if (c->group->gpus == 0) {
        return GPUSIM_OK; // nothing there has a temperature
    }
    if (node->cooling == GS_COOLING_LIQUID) {
        if (node->lane > 1) {
            return gs_compile_fail(c->at, err, key_of(c, "cooling.lane", key),
                                   "liquid-cooled GPUs do not stand in each other's air");
        }
        return GPUSIM_OK;
    }
    if (c->group->cooling.cold_plate.value) {
        gpusim_status status = gs_compile_fail(c->at, err, key_of(c, "cooling.cold_plate", key),
                                               "air-cooled GPUs have no cold plates");
        gpusim_error_hint(err, "`kind: liquid` has");
        return status;
    }
    if (c->group->gpus % node->lane != 0) {
        return gs_compile_fail(c->at, err, key_of(c, "cooling.lane", key),
                               "%u GPUs do not stand in lanes of %u", c->group->gpus, node->lane);
    }
    if (node->airflow > 0 && node->airflow < 1e-4) {
        return gs_compile_fail(c->at, err, key_of(c, "cooling.airflow", key),
                               "less than 0.1 L/s carries no heat away; 0 m3/s: air is of no "
                               "concern");
    }
    if (node->airflow <= 0 && (node->lane > 1 || recirculates)) {
        gpusim_status status =
            gs_compile_fail(c->at, err, key_of(c, "cooling.airflow", key),
                            "%s wants to know how much air a node takes",
                            node->lane > 1 ? "a lane of GPUs" : "`cluster.cooling.recirculation`");
        gpusim_error_hint(err, "`airflow: 0.25 m3/s` at full fan speed, for example");
        return status;
    }
    return GPUSIM_OK;
}

static gpusim_status check_cooling(const group_check *c, gpusim_error *err)
{
    const gs_node_hardware *node = c->node;
    char key[96];
    if (node->fan_levels && node->fan_full <= node->fan_start) {
        return gs_compile_fail(c->at, err, key_of(c, "cooling.fans.full", key),
                               "fans are at full speed before they begin to rise");
    }
    if (c->group->gpus && node->cold_plate.count &&
        node->cold_plate_nominal >= node->gpu.thermal.resistance) {
        watts plate, whole;
        gpusim_status status =
            gs_compile_fail(c->at, err, key_of(c, "cooling.cold_plate", key),
                            "the cold plate alone has %s, the whole GPU only %s",
                            show(node->cold_plate_nominal, GPUSIM_UNIT_KELVIN_PER_WATT, plate),
                            show(node->gpu.thermal.resistance, GPUSIM_UNIT_KELVIN_PER_WATT, whole));
        gpusim_error_hint(err, "give `gpu_model: {thermal: {resistance: ...}}` from die to water, "
                               "and `nominal_flow:` for which it is stated");
        return status;
    }
    return GPUSIM_OK;
}

// the warmest supply lets GPUs run at all, and idle ones stay on
static gpusim_status check_supply(const group_check *c, gpusim_error *err)
{
    const gs_hardware *hardware = &c->at->model->hardware;
    const gpusim_gpu_limits *limits = &c->node->gpu.limits;
    int water = c->node->cooling == GS_COOLING_LIQUID && hardware->water.count;
    const char *key = water ? "cluster.cooling.water" : "cluster.cooling.supply";
    double least, largest;
    watts given, limit;
    if (c->group->gpus == 0) {
        return GPUSIM_OK;
    }
    gs_steps_extremes(water ? &hardware->water : &hardware->supply, &least, &largest);
    double idle = largest + c->node->gpu.thermal.resistance * c->node->gpu.power.idle;
    if (largest >= limits->operating) {
        int off = largest >= limits->shutdown;
        return gs_compile_fail(
            c->at, err, key, "a supply of %s is not below %s, where GPUs of '%s' %s",
            show(largest, GPUSIM_UNIT_CELSIUS, given),
            show(off ? limits->shutdown : limits->operating, GPUSIM_UNIT_CELSIUS, limit),
            c->group->name, off ? "turn themselves off" : "are throttled");
    }
    if (idle >= limits->shutdown) {
        return gs_compile_fail(
            c->at, err, key,
            "idle GPUs of '%s' would come to %s, and they turn themselves off at %s",
            c->group->name, show(idle, GPUSIM_UNIT_CELSIUS, given),
            show(limits->shutdown, GPUSIM_UNIT_CELSIUS, limit));
    }
    return GPUSIM_OK;
}

static gpusim_status check_spread(const group_check *c, gpusim_error *err)
{
    char key[96];
    if (c->node->slow_share + c->node->tail_share > 1) {
        return gs_compile_fail(c->at, err, key_of(c, "spread.tail.share", key),
                               "slow GPUs and outliers together are more than all");
    }
    return GPUSIM_OK;
}

// ---- groups and facility ----

static gpusim_status check_group(const group_check *c, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    GPUSIM_TRY(gs_compile_note(c->at, check_generic(c, err), err));
    GPUSIM_TRY(gs_compile_note(c->at, check_mig(c, err), err));
    if (!c->node->physical) {
        return GPUSIM_OK;
    }
    gs_draw idle = gs_draw_idle(c->node, c->rack, c->group->gpus, c->per_rack);
    gs_draw peak = gs_draw_peak(c->node, c->rack, c->group->gpus, c->per_rack);
    GPUSIM_TRY(gs_compile_note(c->at, check_cpu(c, err), err));
    GPUSIM_TRY(gs_compile_note(c->at, check_psu(c, &peak, err), err));
    GPUSIM_TRY(gs_compile_note(c->at, check_caps(c, &idle, err), err));
    GPUSIM_TRY(warn_floor(c, err));
    GPUSIM_TRY(gs_compile_note(c->at, check_air(c, err), err));
    GPUSIM_TRY(gs_compile_note(c->at, check_cooling(c, err), err));
    GPUSIM_TRY(gs_compile_note(c->at, check_supply(c, err), err));
    GPUSIM_TRY(gs_compile_note(c->at, check_spread(c, err), err));
cleanup:
    return status;
}

static gpusim_status check_recirculation(const gs_compilation *at, gpusim_error *err)
{
    const gs_recirculation_fields *written = &at->scenario->cluster.cooling.recirculation;
    if (written->present && written->matrix.count &&
        (written->self > 0 || written->neighbour > 0 || written->all > 0)) {
        return gs_compile_fail(at, err, "cluster.cooling.recirculation.matrix",
                               "a matrix and shares say the same twice");
    }
    return GPUSIM_OK;
}

// power is counted in whole nanowatts, of which a signed 64-bit number holds 9.2 GW
static gpusim_status check_sum(const gs_compilation *at, gpusim_error *err)
{
    gpusim_facility_hardware facility;
    gpusim_model_facility_hardware(at->model, &facility);
    if (facility.facility_peak <= 4e9) {
        return GPUSIM_OK;
    }
    return gs_compile_fail(at, err, "cluster", "the facility would draw more than 4 GW");
}

// what is said of the whole cluster where nothing in it has power: a comparison with a plain model
// may keep it, so it is no error, but joules are missing then and their reader is told why
static gpusim_status check_plain(const gs_compilation *at, gpusim_error *err)
{
    const gs_scenario_cluster *cluster = &at->scenario->cluster;
    const gs_hardware *hardware = &at->model->hardware;
    const gs_steps *supply = &hardware->supply;
    const struct {
        const char *name;
        int given;
    } all[] = {
        {"power.pue", !isnan(cluster->power.pue)},
        {"power.overhead", cluster->power.overhead.present},
        {"power.cdu", cluster->power.cdu > 0},
        {"power.rack_cap", hardware->rack_cap.count > 0},
        {"power.carbon", hardware->carbon.count > 0},
        {"power.price", hardware->price.count > 0},
        {"cooling.supply", supply->count > 1 || (supply->count == 1 && supply->value[0] != 22)},
        {"cooling.water", hardware->water.count > 0},
        {"cooling.recirculation", cluster->cooling.recirculation.present},
    };
    char list[256] = "";
    int silent = !cluster->physics || hardware->physical;
    for (uint32_t g = 0; g < at->model->cluster.group_count; g++) {
        silent |=
            hardware->groups[g].legacy != 0; // another simulator's nodes have heat of their own
    }
    if (silent) {
        return GPUSIM_OK;
    }
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        if (all[i].given) {
            size_t used = strlen(list);
            snprintf(list + used, sizeof list - used, "%s%s", used ? ", " : "", all[i].name);
        }
    }
    return list[0] ? gs_model_warn(at->model, err,
                                   "nothing in this cluster has power and heat, so %s say nothing: "
                                   "GPU model 'generic' has none, `gpusim list gpus` shows those "
                                   "that do",
                                   list)
                   : GPUSIM_OK;
}

gpusim_status gs_check_hardware(const gs_compilation *at, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    const gpusim_list *groups = &at->scenario->cluster.nodes;
    const gs_scenario_group *group = groups->items;
    for (uint32_t i = 0; i < groups->count; i++) {
        group_check c = {
            .at = at,
            .group = &group[i],
            .node = &at->model->hardware.groups[i],
            .rack = &at->model->hardware.racks[i],
            .number = i,
            .per_rack = gs_rack_size(&group[i]),
        };
        GPUSIM_TRY(check_group(&c, err));
    }
    GPUSIM_TRY(gs_compile_note(at, check_recirculation(at, err), err));
    GPUSIM_TRY(gs_compile_note(at, check_sum(at, err), err));
    GPUSIM_TRY(check_plain(at, err));
cleanup:
    return status;
}
