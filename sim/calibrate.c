/* SPDX-License-Identifier: GPL-3.0-or-later */
/* gpusim calibrate: fits a GPU model to measurements, tells how sure it is, and writes an entry. */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "load.h"
#include "options.h"
#include "output.h"
#include "talk.h"

static const cli_option options[] = {
    {CLI_OUTPUT, 'o', "output", "FILE", "write the catalogue's entry (YAML)"},
    {CLI_PROFILES, 0, "profiles", "FILE", "write job profiles of the configurations (YAML)"},
    {CLI_RESIDUALS, 0, "residuals", "FILE", "write what was measured beside the model (CSV)"},
    {CLI_NAME, 'n', "name", "NAME", "of the entry; else the file's"},
    {CLI_BASE, 'b', "base", "GPU", "model that gives what was not measured"},
    {CLI_CATALOGUE, 0, "catalogue", "FILE", "where the base is, if it is not built in"},
    {CLI_INLET, 0, "inlet", "TEMPERATURE", "of the air or water, where it is known: '22 C'"},
    {CLI_STEADY, 0, "steady", NULL, "the log begins in the steady state of its first power"},
    {CLI_GPU, 0, "gpu", "INDEX", "the one to take of a log of several"},
    {CLI_STARTS, 0, "starts", "N", "points from which a cap table's search begins; 16"},
    {CLI_SPLITS, 0, "splits", "N", "halvings of a cap table; 3"},
    {CLI_SEED, 's', "seed", "N", "of starts and halves; 1"},
    {CLI_QUICK, 0, "quick", NULL, "no intervals and no halves"},
    {CLI_FORCE, 'f', "force", NULL, "overwrite files"},
    CLI_OPTION_JSON,
    CLI_OPTION_HELP,
};

/* The files that may be asked for. */
static const struct {
    cli_option_id option;
    gpusim_calibration_file file;
} outputs[] = {
    {CLI_OUTPUT, GPUSIM_CALIBRATION_ENTRY},
    {CLI_PROFILES, GPUSIM_CALIBRATION_PROFILES},
    {CLI_RESIDUALS, GPUSIM_CALIBRATION_RESIDUALS},
};
#define OUTPUTS (sizeof outputs / sizeof outputs[0])

/* ---- the command line ---- */

static int wrong(const cli_arguments *arguments, const char *option, const char *wants,
                 const char *value)
{
    char message[200];
    snprintf(message, sizeof message, "--%s wants %s, not '%.80s'", option, wants, value);
    return cli_fail_with(arguments->json, GPUSIM_ARGUMENT, message, NULL);
}

static int read_count(const cli_arguments *arguments, cli_option_id id, const char *name,
                      uint64_t least, uint64_t most, uint64_t *value)
{
    const char *text = arguments->values[id];
    if (text && (!cli_parse_number(text, value) || *value < least || *value > most)) {
        char wants[80];
        snprintf(wants, sizeof wants, "a whole number from %llu to %llu", (unsigned long long)least,
                 (unsigned long long)most);
        return wrong(arguments, name, wants, text);
    }
    return CLI_OK;
}

static int read_options(const cli_arguments *arguments, gpusim_calibrate_options *fit)
{
    const char *inlet = arguments->values[CLI_INLET];
    uint64_t gpu = 0, starts = fit->starts, splits = fit->splits;
    int code = read_count(arguments, CLI_SEED, "seed", 0, UINT64_MAX, &fit->seed);
    code = code ? code : read_count(arguments, CLI_GPU, "gpu", 0, 100000, &gpu);
    code = code ? code : read_count(arguments, CLI_STARTS, "starts", 1, 10000, &starts);
    code = code ? code : read_count(arguments, CLI_SPLITS, "splits", 0, 10000, &splits);
    if (code) {
        return code;
    }
    gpusim_error err = {0};
    if (inlet && gpusim_quantity_parse(inlet, GPUSIM_UNIT_CELSIUS, &fit->inlet, &err)) {
        return wrong(arguments, "inlet", "a temperature like '22 C'", inlet);
    }
    fit->gpu = arguments->values[CLI_GPU] ? (int32_t)gpu : -1;
    fit->starts = (uint32_t)starts;
    fit->splits = arguments->values[CLI_QUICK] ? 0 : (uint32_t)splits;
    fit->no_intervals = arguments->values[CLI_QUICK] != NULL;
    fit->steady = arguments->values[CLI_STEADY] != NULL;
    fit->name = arguments->values[CLI_NAME];
    fit->base = arguments->values[CLI_BASE];
    fit->base_in = arguments->values[CLI_CATALOGUE];
    return CLI_OK;
}

// before anything takes time: files that are there already are not overwritten unasked
static int check_outputs(const cli_arguments *arguments)
{
    for (size_t i = 0; i < OUTPUTS; i++) {
        const char *path = arguments->values[outputs[i].option];
        gpusim_error err = {0};
        if (path && cli_may_write(arguments, path, CLI_REPLACED, &err) != GPUSIM_OK) {
            return cli_fail(arguments->json, &err, 1);
        }
    }
    return CLI_OK;
}

static int write_outputs(const cli_arguments *arguments, const gpusim_calibration *calibration)
{
    for (size_t i = 0; i < OUTPUTS; i++) {
        const char *path = arguments->values[outputs[i].option];
        size_t length;
        const char *text = gpusim_calibration_text(calibration, outputs[i].file, &length);
        FILE *file = path ? fopen(path, "w") : NULL;
        if (!path) {
            continue;
        }
        int lost = !file || fwrite(text, 1, length, file) != length;
        lost |= file && fclose(file) != 0;
        if (lost) {
            char message[600];
            snprintf(message, sizeof message, "cannot write '%.400s': %s", path, strerror(errno));
            return cli_fail_with(arguments->json, GPUSIM_IO, message, NULL);
        }
    }
    return CLI_OK;
}

/* ---- for people ---- */

static void format_value(double value, int32_t unit, char *text, int size)
{
    if (isnan(value)) {
        snprintf(text, (size_t)size, "-");
    } else {
        const char *symbol = gpusim_unit_symbol((gpusim_unit)unit);
        snprintf(text, (size_t)size, "%.4g%s%s", value, symbol[0] ? " " : "", symbol);
    }
}

static void print_parameters(const gpusim_calibration *calibration)
{
    uint32_t count;
    const gpusim_calibration_parameter *p = gpusim_calibration_parameters(calibration, &count);
    printf("%-24s %12s %12s   %2.0f%% interval\n", "parameter", "value", "std. error",
           100 * gpusim_calibration_get_info(calibration)->level);
    for (uint32_t i = 0; i < count; i++) {
        char value[64], error[64], low[64], high[64];
        // a difference of temperatures is in kelvin
        int32_t difference =
            p[i].unit == GPUSIM_UNIT_CELSIUS ? (int32_t)GPUSIM_UNIT_KELVIN : p[i].unit;
        format_value(p[i].value, p[i].unit, value, sizeof value);
        format_value(p[i].standard_error, difference, error, sizeof error);
        format_value(p[i].low, p[i].unit, low, sizeof low);
        format_value(p[i].high, p[i].unit, high, sizeof high);
        printf("%-24s %12s %12s   ", p[i].key, value, p[i].given ? "given" : error);
        if (isnan(p[i].low)) {
            printf("-\n");
        } else {
            printf("%s%s .. %s%s\n", p[i].open_low ? "open " : "", low,
                   p[i].open_high ? "open " : "", high);
        }
    }
}

static void print_caps(const gpusim_calibration *calibration)
{
    uint32_t count;
    const gpusim_calibration_cap *caps = gpusim_calibration_caps(calibration, &count);
    printf("\n%-8s %-23s %-23s %s\n%-8s %8s %6s %7s %8s %6s %7s %8s %6s\n", "cap", "    throughput",
           "    mean power", "    energy", "W", "measured", "model", "points", "measured", "model",
           "points", "measured", "model");
    for (uint32_t k = 0; k < count; k++) {
        printf("%-8g %8.3f %6.3f %+7.1f %8.3f %6.3f %+7.1f %8.3f %6.3f\n", caps[k].cap,
               caps[k].throughput, caps[k].throughput_model,
               100 * (caps[k].throughput_model - caps[k].throughput), caps[k].power,
               caps[k].power_model, 100 * (caps[k].power_model - caps[k].power), caps[k].energy,
               caps[k].energy_model);
    }
    if (!isnan(caps[0].power_unseen)) {
        printf("\nfitted to one half, tested on the other: mean distance in points, beside the "
               "halves' own\n%-8s %10s %10s %10s %10s\n",
               "cap W", "throughput", "(halves)", "power", "(halves)");
        for (uint32_t k = 0; k < count; k++) {
            printf("%-8g %10.1f %10.1f %10.1f %10.1f\n", caps[k].cap,
                   100 * caps[k].throughput_unseen, 100 * caps[k].throughput_halves,
                   100 * caps[k].power_unseen, 100 * caps[k].power_halves);
        }
    }
    const gpusim_calibration_info *info = gpusim_calibration_get_info(calibration);
    printf("\nleast energy at %g W, by the model at %g W\n", info->optimum, info->optimum_model);
}

static void print_all(const cli_arguments *arguments, const gpusim_calibration *calibration)
{
    const gpusim_calibration_info *info = gpusim_calibration_get_info(calibration);
    const char *path = arguments->operands[0];
    if (info->kind == GPUSIM_CALIBRATION_CAPS) {
        printf("%s: %u of %u configurations are complete over all caps; %u values, %u "
               "parameters, %.3f rms, %u of the starts agree\n\n",
               path, info->used, info->measured, info->points, info->parameters, info->rms,
               info->starts_agreed);
    } else {
        printf("%s: %u of %u lines; %u parameters, %.2f K rms, correlation of neighbours %.2f\n\n",
               path, info->used, info->measured, info->parameters, info->rms, info->correlation);
    }
    print_parameters(calibration);
    if (info->kind == GPUSIM_CALIBRATION_CAPS) {
        print_caps(calibration);
    }
    if (info->clipped) {
        cli_say("%u configurations hardly show their dynamic power; their intensity is taken as 1",
                info->clipped);
    }
}

/* ---- for programs ---- */

static json_t *number(double value)
{
    return isfinite(value) ? json_real(value) : json_null();
}

static json_t *parameters_json(const gpusim_calibration *calibration)
{
    uint32_t count;
    const gpusim_calibration_parameter *p = gpusim_calibration_parameters(calibration, &count);
    json_t *list = json_array();
    for (uint32_t i = 0; i < count; i++) {
        json_t *object = json_object();
        json_object_set_new(object, "key", json_string(p[i].key));
        json_object_set_new(object, "doc", json_string(p[i].doc));
        json_object_set_new(object, "unit",
                            json_string(gpusim_unit_symbol((gpusim_unit)p[i].unit)));
        json_object_set_new(object, "given", json_boolean(p[i].given));
        json_object_set_new(object, "value", number(p[i].value));
        json_object_set_new(object, "standard_error", number(p[i].standard_error));
        json_object_set_new(object, "low", number(p[i].low));
        json_object_set_new(object, "high", number(p[i].high));
        json_object_set_new(object, "open_low", json_boolean(p[i].open_low));
        json_object_set_new(object, "open_high", json_boolean(p[i].open_high));
        json_array_append_new(list, object);
    }
    return list;
}

static json_t *caps_json(const gpusim_calibration *calibration)
{
    uint32_t count;
    const gpusim_calibration_cap *caps = gpusim_calibration_caps(calibration, &count);
    json_t *list = json_array();
    for (uint32_t k = 0; k < count; k++) {
        json_t *object = json_object();
        json_object_set_new(object, "cap_w", number(caps[k].cap));
        json_object_set_new(object, "throughput", number(caps[k].throughput));
        json_object_set_new(object, "throughput_model", number(caps[k].throughput_model));
        json_object_set_new(object, "throughput_unseen", number(caps[k].throughput_unseen));
        json_object_set_new(object, "throughput_halves", number(caps[k].throughput_halves));
        json_object_set_new(object, "power", number(caps[k].power));
        json_object_set_new(object, "power_model", number(caps[k].power_model));
        json_object_set_new(object, "power_unseen", number(caps[k].power_unseen));
        json_object_set_new(object, "power_halves", number(caps[k].power_halves));
        json_object_set_new(object, "energy", number(caps[k].energy));
        json_object_set_new(object, "energy_model", number(caps[k].energy_model));
        json_array_append_new(list, object);
    }
    return list;
}

static json_t *workloads_json(const gpusim_calibration *calibration)
{
    uint32_t count;
    const gpusim_calibration_workload *w = gpusim_calibration_workloads(calibration, &count);
    json_t *list = json_array();
    for (uint32_t i = 0; i < count; i++) {
        json_t *object = json_object();
        json_object_set_new(object, "name", json_string(w[i].name));
        json_object_set_new(object, "group", json_string(w[i].group));
        json_object_set_new(object, "intensity", number(w[i].intensity));
        json_object_set_new(object, "intensity_error", number(w[i].intensity_error));
        json_object_set_new(object, "memory_bound", number(w[i].memory_bound));
        json_object_set_new(object, "memory_bound_error", number(w[i].memory_bound_error));
        json_object_set_new(object, "host_bound", number(w[i].host_bound));
        json_object_set_new(object, "host_bound_error", number(w[i].host_bound_error));
        json_object_set_new(object, "power_w", number(w[i].power));
        json_object_set_new(object, "throughput_rms", number(w[i].throughput_rms));
        json_object_set_new(object, "power_rms", number(w[i].power_rms));
        json_array_append_new(list, object);
    }
    return list;
}

static int print_json(const cli_arguments *arguments, const gpusim_calibration *calibration)
{
    const gpusim_calibration_info *info = gpusim_calibration_get_info(calibration);
    json_t *object = cli_json_object();
    int caps = info->kind == GPUSIM_CALIBRATION_CAPS;
    json_object_set_new(object, "file", json_string(arguments->operands[0]));
    json_object_set_new(object, "kind", json_string(caps ? "caps" : "heat"));
    json_object_set_new(object, "name", json_string(info->name));
    json_object_set_new(object, "base", json_string(info->base));
    json_object_set_new(object, "measured", json_integer(info->measured));
    json_object_set_new(object, "used", json_integer(info->used));
    json_object_set_new(object, "points", json_integer(info->points));
    json_object_set_new(object, "fitted", json_integer(info->parameters));
    json_object_set_new(object, "iterations", json_integer(info->iterations));
    json_object_set_new(object, "rms", number(info->rms));
    json_object_set_new(object, "level", number(info->level));
    if (caps) {
        json_object_set_new(object, "starts_agreed", json_integer(info->starts_agreed));
        json_object_set_new(object, "clipped", json_integer(info->clipped));
        json_object_set_new(object, "optimum_w", number(info->optimum));
        json_object_set_new(object, "optimum_model_w", number(info->optimum_model));
    } else {
        json_object_set_new(object, "correlation", number(info->correlation));
    }
    json_object_set_new(object, "parameters", parameters_json(calibration));
    if (caps) {
        json_object_set_new(object, "caps", caps_json(calibration));
        json_object_set_new(object, "workloads", workloads_json(calibration));
    }
    return cli_json_print(object);
}

static int calibrate(const cli_arguments *arguments)
{
    gpusim_calibrate_options fit;
    gpusim_calibration *calibration;
    gpusim_error err = {0};
    gpusim_calibrate_options_default(&fit);
    int code = read_options(arguments, &fit);
    code = code ? code : check_outputs(arguments);
    if (code) {
        return code;
    }
    if (gpusim_calibrate(arguments->operands[0], &fit, &calibration, &err) != GPUSIM_OK) {
        return cli_fail(arguments->json, &err, 1);
    }
    code = write_outputs(arguments, calibration);
    if (code == CLI_OK && arguments->json) {
        code = print_json(arguments, calibration);
    } else if (code == CLI_OK) {
        print_all(arguments, calibration);
    }
    gpusim_calibration_destroy(calibration);
    return code;
}

const cli_command cli_calibrate = {
    .name = "calibrate",
    .operands = "TABLE|LOG",
    .doc = "fit a GPU model to measurements",
    .examples =
        "gpusim calibrate power_caps.csv --base V100-PCIE-16GB -o my-v100.yaml\truns under "
        "power caps\n"
        "gpusim calibrate power_caps.csv --profiles jobs.yaml --quick\twhat the jobs are "
        "like\n"
        "gpusim calibrate nvidia-smi.csv --inlet '24 C' --residuals fit.csv\ta log of power "
        "and temperature\n",
    .more = "A TABLE has the columns power_limit (W), time_per_epoch and average_power (W); all "
            "others\nname the configuration. Power, clocks and each configuration's profile are "
            "fitted.\nA LOG is what 'nvidia-smi "
            "--query-gpu=timestamp,power.draw,temperature.gpu,temperature.memory\n--format=csv -l "
            "1' writes, or has time_s, power_w, temperature_c and perhaps memory_c. The\nthermal "
            "resistance, its two time constants and the inlet are fitted. Either may be gzip.",
    .options = options,
    .option_count = (uint32_t)(sizeof options / sizeof options[0]),
    .least = 1,
    .most = 1,
    .run = calibrate,
};
