/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The hardware of a model in words and as JSON: the ends of its range, worked out. */
#include "hardware.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* A line under construction: pieces are separated by commas. */
typedef struct line {
    char text[512];
} line;

static void add(line *to, const char *format, ...) __attribute__((format(printf, 2, 3)));
static void add(line *to, const char *format, ...)
{
    size_t used = strlen(to->text);
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(to->text + used, sizeof to->text - used, format, arguments);
    va_end(arguments);
}

static const char *comma(const line *to)
{
    return to->text[0] ? ", " : "";
}

typedef char quantity[40];

// bandwidths as they were written: in powers of ten, not of two
static const char *show(double value, gpusim_unit unit, quantity text)
{
    int exact = unit == GPUSIM_UNIT_BYTE_PER_SECOND;
    gpusim_quantity_format(value, unit, exact, text, sizeof(quantity));
    return text;
}

// "60 W to 400 W", or one value where both are the same
static void add_range(line *to, double low, double high, gpusim_unit unit)
{
    quantity first, last;
    show(low, unit, first);
    show(high, unit, last);
    if (strcmp(first, last) == 0) {
        add(to, "%s", last);
    } else {
        add(to, "%s to %s", first, last);
    }
}

// a cap, and how it changes with time
static void add_cap(line *to, double low, double high)
{
    quantity text;
    add(to, " capped at ");
    if (isfinite(high)) {
        add_range(to, low, high, GPUSIM_UNIT_WATT);
        add(to, low < high ? " over time" : "");
    } else {
        add(to, "%s at times", show(low, GPUSIM_UNIT_WATT, text));
    }
}

// the section's title before its first line, the line's own before each
static void print_line(const char *section, int *lines, const char *title, const line *text)
{
    if (text->text[0]) {
        printf("  %-12s%s%s%s\n", *lines ? "" : section, title, title[0] ? ": " : "", text->text);
        ++*lines;
    }
}

// ---- power ----

static void group_power(const gpusim_group_hardware *h, line *to)
{
    quantity text;
    if (h->gpus) {
        add(to, "GPUs ");
        add_range(to, h->gpu_idle, h->gpu_peak, GPUSIM_UNIT_WATT);
        add(to, " each");
        if (h->gpu_peak < h->tdp) {
            add(to, " (TDP %s)", show(h->tdp, GPUSIM_UNIT_WATT, text));
        }
    }
    add(to, "%snodes ", comma(to));
    add_range(to, h->node_idle, h->node_peak, GPUSIM_UNIT_WATT);
    if (!isnan(h->node_cap)) {
        add_cap(to, h->node_cap, h->node_cap_high);
    }
    add(to, ", racks ");
    add_range(to, h->rack_idle, h->rack_peak, GPUSIM_UNIT_WATT);
}

static void facility_power(const gpusim_facility_hardware *h, line *to)
{
    quantity text;
    if (h->tdp > 0) {
        add(to, "installed TDP %s, ", show(h->tdp, GPUSIM_UNIT_WATT, text));
    }
    add(to, "IT ");
    add_range(to, h->it_idle, h->it_peak, GPUSIM_UNIT_WATT);
    add(to, ", facility ");
    add_range(to, h->facility_idle, h->facility_peak, GPUSIM_UNIT_WATT);
    if (!isnan(h->rack_cap)) {
        add(to, ", racks");
        add_cap(to, h->rack_cap, h->rack_cap_high);
    }
}

static void facility_prices(const gpusim_facility_hardware *h, line *to)
{
    if (!isnan(h->carbon_low)) {
        add(to, "CO2 ");
        add_range(to, h->carbon_low, h->carbon_high, GPUSIM_UNIT_KILOGRAM_PER_JOULE);
    }
    if (!isnan(h->price_low)) {
        add(to, "%sprice in %s ", comma(to), h->currency);
        add_range(to, h->price_low, h->price_high, GPUSIM_UNIT_PER_JOULE);
    }
}

// ---- cooling and network ----

static void group_cooling(const gpusim_group_hardware *h, line *to)
{
    quantity text;
    double flow = h->liquid ? h->flow : h->airflow;
    add(to, "%s of ", h->liquid ? "water" : "air");
    add_range(to, h->supply_low, h->supply_high, GPUSIM_UNIT_CELSIUS);
    if (!isnan(flow)) {
        show(flow, GPUSIM_UNIT_CUBIC_METRE_PER_SECOND, text);
        add(to, ", %s %s", text, h->liquid ? "a GPU" : "a node");
    }
    if (!h->gpus) {
        return;
    }
    add(to, "; at full power GPUs come to ");
    if (isinf(h->hottest)) {
        add(to, "no rest");
    } else {
        add(to, "%s", show(h->hottest, GPUSIM_UNIT_CELSIUS, text));
    }
    add(to, " (throttled from %s)", show(h->operating, GPUSIM_UNIT_CELSIUS, text));
    if (h->feedback > 0) {
        add(to, "; leakage returns %.2g %% of each watt there", 100 * h->feedback);
    }
}

static void group_network(const gpusim_group_hardware *h, line *to)
{
    quantity text;
    if (!isnan(h->nvlink)) {
        add(to, "%s between GPUs", show(h->nvlink, GPUSIM_UNIT_BYTE_PER_SECOND, text));
    }
    if (!isnan(h->nic)) {
        show(h->nic, GPUSIM_UNIT_BYTE_PER_SECOND, text);
        add(to, "%s%s a node", comma(to), text);
    }
    if (!isnan(h->uplink)) {
        show(h->uplink, GPUSIM_UNIT_BYTE_PER_SECOND, text);
        add(to, "%s%s a rack", comma(to), text);
    }
}

static void facility_network(const gpusim_facility_hardware *h, line *to)
{
    quantity text;
    if (!isnan(h->spine)) {
        add(to, "spine %s", show(h->spine, GPUSIM_UNIT_BYTE_PER_SECOND, text));
    }
    if (!isnan(h->storage)) {
        show(h->storage, GPUSIM_UNIT_BYTE_PER_SECOND, text);
        add(to, "%sstorage %s", comma(to), text);
    }
}

// one section: a line for each group that has something to say, then those of all together
static int print_groups(const gpusim_model *model, uint32_t groups, cli_group_name name,
                        const char *section, int physical,
                        void (*say)(const gpusim_group_hardware *, line *))
{
    int lines = 0;
    for (uint32_t g = 0; g < groups; g++) {
        gpusim_group_hardware h;
        line text = {""};
        gpusim_model_group_hardware(model, g, &h);
        if (h.physical || !physical) {
            say(&h, &text);
        }
        print_line(section, &lines, name(model, g), &text);
    }
    return lines;
}

void cli_hardware_print(const gpusim_model *model, uint32_t groups, cli_group_name name)
{
    gpusim_facility_hardware all;
    line power = {""}, prices = {""}, network = {""};
    gpusim_model_facility_hardware(model, &all);
    int lines = print_groups(model, groups, name, "power", 1, group_power);
    if (all.physical) {
        facility_power(&all, &power);
        facility_prices(&all, &prices);
        print_line("power", &lines, "all", &power);
        print_line("power", &lines, "", &prices);
    }
    print_groups(model, groups, name, "cooling", 1, group_cooling);
    lines = print_groups(model, groups, name, "network", 0, group_network);
    facility_network(&all, &network);
    print_line("network", &lines, "all", &network);
}

// ---- JSON ----

static void put(json_t *object, const char *key, double value)
{
    json_object_set_new(object, key, isfinite(value) ? json_real(value) : json_null());
}

json_t *cli_group_hardware_json(const gpusim_model *model, uint32_t group)
{
    gpusim_group_hardware h;
    json_t *object = json_object();
    gpusim_model_group_hardware(model, group, &h);
    json_object_set_new(object, "physical", json_boolean(h.physical));
    put(object, "gpu_tdp_w", h.tdp);
    put(object, "gpu_idle_w", h.gpu_idle);
    put(object, "gpu_peak_w", h.gpu_peak);
    put(object, "gpu_cap_w", h.gpu_cap);
    put(object, "node_idle_w", h.node_idle);
    put(object, "node_peak_w", h.node_peak);
    put(object, "node_cap_w", h.node_cap);
    put(object, "psu_w", h.psu);
    put(object, "rack_idle_w", h.rack_idle);
    put(object, "rack_peak_w", h.rack_peak);
    json_object_set_new(object, "cooling",
                        h.physical ? json_string(h.liquid ? "liquid" : "air") : json_null());
    put(object, "supply_low_c", h.supply_low);
    put(object, "supply_high_c", h.supply_high);
    put(object, "airflow_m3_per_s", h.airflow);
    put(object, "flow_m3_per_s", h.flow);
    put(object, "hottest_c", h.hottest);
    put(object, "operating_c", h.operating);
    put(object, "shutdown_c", h.shutdown);
    put(object, "leakage_feedback", h.feedback);
    put(object, "nvlink_b_per_s", h.nvlink);
    put(object, "nic_b_per_s", h.nic);
    put(object, "uplink_b_per_s", h.uplink);
    return object;
}

json_t *cli_facility_hardware_json(const gpusim_model *model)
{
    gpusim_facility_hardware h;
    json_t *object = json_object();
    gpusim_model_facility_hardware(model, &h);
    json_object_set_new(object, "physical", json_boolean(h.physical));
    put(object, "tdp_w", h.physical ? h.tdp : (double)NAN);
    put(object, "it_idle_w", h.physical ? h.it_idle : (double)NAN);
    put(object, "it_peak_w", h.physical ? h.it_peak : (double)NAN);
    put(object, "facility_idle_w", h.physical ? h.facility_idle : (double)NAN);
    put(object, "facility_peak_w", h.physical ? h.facility_peak : (double)NAN);
    put(object, "rack_cap_w", h.rack_cap);
    put(object, "rack_cap_high_w", h.rack_cap_high);
    put(object, "spine_b_per_s", h.spine);
    put(object, "storage_b_per_s", h.storage);
    return object;
}
