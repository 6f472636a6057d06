/* SPDX-License-Identifier: GPL-3.0-or-later */
/* gpusim describe: what a scenario comes to once compiled, in words. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "describe_fleet.h"
#include "hardware.h"
#include "load.h"
#include "options.h"
#include "report.h"
#include "talk.h"

static const cli_option options[] = {
    CLI_OPTION_SET,
    {CLI_EFFECTIVE, 'e', "effective", NULL, "print the scenario with every default spelled out"},
    CLI_OPTION_JSON,
    CLI_OPTION_HELP,
};

/* A run of nodes that are alike: a group. */
typedef struct group {
    gpusim_node_row node; /* the first */
    uint32_t nodes;
} group;

// the group that begins at node `first`; 0 when there is none
static int group_at(const gpusim_model *model, uint32_t first, group *found)
{
    gpusim_node_row row;
    if (!gpusim_model_row(model, GPUSIM_TABLE_NODES, first, &found->node)) {
        return 0;
    }
    found->nodes = 1;
    while (gpusim_model_row(model, GPUSIM_TABLE_NODES, first + found->nodes, &row) &&
           row.group == found->node.group) {
        found->nodes++;
    }
    return 1;
}

// a name of the model; `instead` when there is none
static const char *name_or(const gpusim_model *model, uint32_t i, const char *instead)
{
    const char *name = gpusim_model_name(model, i);
    return name && name[0] ? name : instead;
}

static const char *plural(uint64_t count)
{
    return count == 1 ? "" : "s";
}

// the name of a group by its number
static const char *group_name(const gpusim_model *model, uint32_t number)
{
    group g;
    uint32_t first = 0;
    for (uint32_t i = 0; group_at(model, first, &g) && i < number; i++) {
        first += g.nodes;
    }
    return name_or(model, g.node.group, "?");
}

// what each cluster has in all, where they have names
static void print_clusters(const gpusim_model *model)
{
    group g, other;
    for (uint32_t first = 0; group_at(model, first, &g); first += g.nodes) {
        uint64_t nodes = 0, gpus = 0, before = 0;
        for (uint32_t at = 0; group_at(model, at, &other); at += other.nodes) {
            int same = other.node.cluster == g.node.cluster;
            before += same && at < first;
            nodes += same ? other.nodes : 0;
            gpus += same ? (uint64_t)other.nodes * other.node.gpus : 0;
        }
        if (g.node.cluster && before == 0) {
            printf("              cluster %s: %llu node%s, %llu GPU%s\n",
                   name_or(model, g.node.cluster, "?"), (unsigned long long)nodes, plural(nodes),
                   (unsigned long long)gpus, plural(gpus));
        }
    }
}

static void print_cluster(const gpusim_model *model, const gpusim_model_info *info)
{
    char nodes[32], gpus[32];
    cli_count_text(info->nodes, nodes, sizeof nodes);
    cli_count_text(info->gpus, gpus, sizeof gpus);
    printf("  cluster     %s node%s in %u rack%s, %s GPU%s\n", nodes, plural(info->nodes),
           info->racks, plural(info->racks), gpus, plural(info->gpus));
    print_clusters(model);
    group g;
    for (uint32_t first = 0; group_at(model, first, &g); first += g.nodes) {
        printf("              %s: %u node%s", name_or(model, g.node.group, "?"), g.nodes,
               plural(g.nodes));
        if (g.node.gpus) {
            printf(" with %u x %s", g.node.gpus, name_or(model, g.node.gpu_model, "generic"));
        }
        if (g.node.cpus != GPUSIM_NONE && g.node.cpus + g.node.cpu_milli > 0) {
            printf(", %.10g cores", g.node.cpus + g.node.cpu_milli / 1000.0);
        }
        if (g.node.memory && g.node.memory != UINT64_MAX) {
            char memory[32];
            gpusim_quantity_format((double)g.node.memory, GPUSIM_UNIT_BYTE, 0, memory,
                                   sizeof memory);
            printf(", %s of memory", memory);
        }
        if (g.node.storage) {
            char storage[32];
            gpusim_quantity_format((double)g.node.storage, GPUSIM_UNIT_BYTE, 0, storage,
                                   sizeof storage);
            printf(", %s of storage", storage);
        }
        if (g.node.cluster) {
            printf(", in cluster %s", name_or(model, g.node.cluster, "?"));
        }
        if (g.node.labels) {
            printf(", labels %s", name_or(model, g.node.labels, ""));
        }
        putchar('\n');
    }
}

static void print_workload(const gpusim_model *model, const gpusim_model_info *info)
{
    char jobs[32];
    cli_count_text(info->jobs, jobs, sizeof jobs);
    if (info->jobs) {
        printf("  jobs        %s known before the run\n", jobs);
    }
    if (info->never_fit) {
        printf("              %llu of them can never fit and will be rejected\n",
               (unsigned long long)info->never_fit);
    }
    if (info->bad_lines) {
        printf("              %llu bad line%s of logs skipped\n",
               (unsigned long long)info->bad_lines, plural(info->bad_lines));
    }
    if (info->vcs) {
        printf("              charged to %u virtual cluster%s\n", info->vcs, plural(info->vcs));
    }
    uint32_t count;
    const gpusim_load *loads = gpusim_model_load(model, &count);
    for (uint32_t i = 0; i < count; i++) {
        char load[32] = "unknown";
        if (!isnan(loads[i].load)) {
            snprintf(load, sizeof load, "%.3g", loads[i].load);
        }
        printf("  load        %s of %u x %s\n", load, loads[i].gpus, loads[i].gpu);
    }
}

// rules of one kind or mix after the other would be long: their sum, and the most frequent
static void print_faults(const gpusim_model *model)
{
    gpusim_fault_rule rule, most = {.per_day = 0};
    double per_day = 0;
    uint32_t count = 0, clocked = 0;
    for (; gpusim_model_fault_rule(model, count, &rule); count++) {
        if (isnan(rule.per_day)) {
            continue;
        }
        clocked++;
        per_day += rule.per_day;
        most = rule.per_day > most.per_day ? rule : most;
    }
    if (count == 0) {
        return;
    }
    printf("  faults      %u rule%s", count, plural(count));
    if (per_day > 0) {
        printf(", %.3g strikes a day in the mean", per_day);
    }
    putchar('\n');
    if (clocked > 1 && per_day > 0) {
        printf("              %.3g of them by '%s' (%s)\n", most.per_day, most.name, most.kind);
    }
}

static void print_text(const gpusim_model *model, const gpusim_model_info *info)
{
    char duration[32];
    uint32_t metrics;
    printf("%s (%s)\n", info->name, info->file);
    if (info->duration == GPUSIM_TIME_MAX) {
        snprintf(duration, sizeof duration, "until drained");
    } else {
        gpusim_time_format(info->duration, duration, sizeof duration);
    }
    printf("  duration    %s, seed %llu\n", duration, (unsigned long long)info->seed);
    print_cluster(model, info);
    cli_hardware_print(model, info->groups, group_name);
    print_workload(model, info);
    print_faults(model);
    cli_fleet_print(model, info->groups, group_name);
    printf("  scheduler   %s\n", info->scheduler);
    gpusim_model_metrics(model, &metrics);
    if (info->sample_every == GPUSIM_TIME_MAX || metrics == 0) {
        puts("  telemetry   none");
    } else {
        gpusim_time_format(info->sample_every, duration, sizeof duration);
        printf("  telemetry   %u metric%s every %s\n", metrics, plural(metrics), duration);
    }
    printf("  trace       %s\n", info->trace_path ? info->trace_path : "none");
    printf("  model hash  %s\n", info->hash);
}

static json_t *groups_json(const gpusim_model *model)
{
    json_t *list = json_array();
    group g;
    uint32_t number = 0;
    for (uint32_t first = 0; group_at(model, first, &g); first += g.nodes) {
        json_t *entry = json_object();
        json_object_set_new(entry, "name", json_string(name_or(model, g.node.group, "")));
        json_object_set_new(entry, "nodes", json_integer(g.nodes));
        if (g.node.cluster) {
            json_object_set_new(entry, "cluster", json_string(name_or(model, g.node.cluster, "")));
        }
        json_object_set_new(entry, "gpu", json_string(name_or(model, g.node.gpu_model, "generic")));
        json_object_set_new(entry, "gpus_per_node", json_integer(g.node.gpus));
        json_object_set_new(entry, "labels", json_string(name_or(model, g.node.labels, "")));
        json_object_set_new(entry, "hardware", cli_group_hardware_json(model, number++));
        json_array_append_new(list, entry);
    }
    return list;
}

static json_t *faults_json(const gpusim_model *model)
{
    json_t *list = json_array();
    gpusim_fault_rule rule;
    for (uint32_t i = 0; gpusim_model_fault_rule(model, i, &rule); i++) {
        json_t *entry = json_object();
        json_object_set_new(entry, "name", json_string(rule.name));
        json_object_set_new(entry, "fault", json_string(rule.kind));
        json_object_set_new(entry, "targets", json_integer(rule.targets));
        json_object_set_new(entry, "listed", json_integer(rule.listed));
        json_object_set_new(entry, "per_day",
                            isnan(rule.per_day) ? json_null() : json_real(rule.per_day));
        json_array_append_new(list, entry);
    }
    return list;
}

static int print_json(const gpusim_model *model, const gpusim_model_info *info)
{
    json_t *object = cli_json_object();
    json_object_set_new(object, "scenario", json_string(info->name));
    json_object_set_new(object, "file", json_string(info->file));
    json_object_set_new(object, "seed", json_integer((json_int_t)info->seed));
    json_object_set_new(object, "duration_s",
                        info->duration == GPUSIM_TIME_MAX
                            ? json_null()
                            : json_real(gpusim_seconds(info->duration)));
    json_object_set_new(object, "nodes", json_integer(info->nodes));
    json_object_set_new(object, "gpus", json_integer(info->gpus));
    json_object_set_new(object, "racks", json_integer(info->racks));
    json_object_set_new(object, "virtual_clusters", json_integer(info->vcs));
    json_object_set_new(object, "groups", groups_json(model));
    json_object_set_new(object, "facility", cli_facility_hardware_json(model));
    json_object_set_new(object, "jobs", json_integer((json_int_t)info->jobs));
    json_object_set_new(object, "never_fit", json_integer((json_int_t)info->never_fit));
    json_object_set_new(object, "bad_lines", json_integer((json_int_t)info->bad_lines));
    json_object_set_new(object, "offered_load", cli_load_json(model));
    json_object_set_new(object, "faults", faults_json(model));
    json_object_set_new(object, "fleet", cli_fleet_json(model, info->groups, group_name));
    json_object_set_new(object, "scheduler", json_string(info->scheduler));
    json_object_set_new(object, "trace",
                        info->trace_path ? json_string(info->trace_path) : json_null());
    json_object_set_new(object, "model_hash", json_string(info->hash));
    json_object_set_new(object, "effective", json_string(info->effective));
    return cli_json_print(object);
}

static int describe(const cli_arguments *arguments)
{
    gpusim_model *model;
    int code = cli_load_model(arguments, arguments->operands[0], &model);
    if (code) {
        return code;
    }
    gpusim_model_info info = {0};
    gpusim_model_info_get(model, &info);
    for (uint32_t i = 0; i < info.warnings; i++) {
        cli_warn("%s", gpusim_model_warning(model, i));
    }
    if (arguments->json) {
        code = print_json(model, &info);
    } else if (arguments->values[CLI_EFFECTIVE]) {
        fputs(info.effective, stdout);
    } else {
        print_text(model, &info);
    }
    gpusim_model_destroy(model);
    return code;
}

const cli_command cli_describe = {
    .name = "describe",
    .operands = "SCENARIO",
    .doc = "say in words what a scenario comes to",
    .examples =
        "gpusim describe scenarios/quickstart.yaml\n"
        "gpusim describe scenarios/quickstart.yaml --effective\tevery default spelled out\n",
    .options = options,
    .option_count = (uint32_t)(sizeof options / sizeof options[0]),
    .least = 1,
    .most = 1,
    .run = describe,
};
