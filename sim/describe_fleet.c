/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Who looks after nodes, in words and as JSON, for `describe`. */
#include "describe_fleet.h"

#include <math.h>
#include <stdio.h>

#include "talk.h"

#define TEXT 48

static const char *time_text(gpusim_time time, char text[TEXT])
{
    gpusim_time_format(time, text, TEXT);
    return text;
}

// the word of a key of `response:` that stands for a value
static const char *word_of(const char *key, uint32_t value)
{
    const gpusim_field *rules = gpusim_record_find(gpusim_spec_record(), "response");
    const gpusim_field *field = gpusim_record_find(rules->detail.element->detail.record, key);
    for (const gpusim_choice *c = field->detail.choices; c->name; c++) {
        if (c->value == (int32_t)value) {
            return c->name;
        }
    }
    return "?";
}

static const char *action_of(const gpusim_fleet_rule *rule)
{
    return rule->cheapest ? "cheapest" : word_of("do", rule->action);
}

static void print_listeners(const gpusim_fleet_info *info)
{
    char a[TEXT], b[TEXT];
    if (info->crews != GPUSIM_NONE) {
        printf("  repairs     %u crew%s\n", info->crews, info->crews == 1 ? "" : "s");
    }
    if (info->heartbeat_every > 0) {
        printf("  heartbeat   every %s, offline after %s of silence\n",
               time_text(info->heartbeat_every, a), time_text(info->offline_after, b));
    }
    if (info->control) {
        printf("  control     %u more tr%s after %s and longer; %u failure%s open the breaker for "
               "%s\n",
               info->retries, info->retries == 1 ? "y" : "ies", time_text(info->backoff, a),
               info->failures, info->failures == 1 ? "" : "s", time_text(info->open, b));
    }
}

static void print_windows(const gpusim_model *model)
{
    gpusim_fleet_window w;
    char at[TEXT], span[TEXT], other[TEXT];
    for (uint32_t i = 0; gpusim_model_window(model, i, &w); i++) {
        printf("  %-11s %s: %u node%s at %s for %s", i ? "" : "maintenance", w.name, w.nodes,
               w.nodes == 1 ? "" : "s", time_text(w.at, at), time_text(w.span, span));
        if (w.every != GPUSIM_TIME_MAX) {
            printf(", every %s", time_text(w.every, other));
        }
        if (w.ahead > 0) {
            printf(", closed %s ahead", time_text(w.ahead, other));
        }
        putchar('\n');
    }
}

static void print_pools(const gpusim_model *model, uint32_t groups, cli_group_name name)
{
    char join[TEXT], idle[TEXT];
    gpusim_fleet_pool p;
    for (uint32_t g = 0; g < groups; g++) {
        if (!gpusim_model_pool(model, g, &p)) {
            continue;
        }
        time_text(p.join, join);
        if (p.spares) {
            printf("  spares      %s: %u of %u nodes stand by, %s to join\n", name(model, g),
                   p.spares, p.nodes, join);
        } else {
            printf("  autoscale   %s: %u to %u nodes; %u at a time while %u job%s wait%s, %s to "
                   "join; leave when idle for %s\n",
                   name(model, g), p.nodes, p.most, p.step, p.queue, p.queue == 1 ? "" : "s",
                   p.queue == 1 ? "s" : "", join, time_text(p.idle, idle));
        }
    }
}

static void print_rules(const gpusim_model *model)
{
    char text[TEXT];
    gpusim_fleet_rule r;
    for (uint32_t i = 0; gpusim_model_response(model, i, &r); i++) {
        printf("  %-11s %s: ", i ? "" : "response", r.name);
        if (r.metric) {
            printf("%s %s %.10g", r.metric, r.below ? "below" : "above", r.threshold);
        } else if (r.detector) {
            printf("alert of %s", r.detector);
        } else {
            printf("state %s", word_of("state", r.state));
        }
        if (r.group) {
            printf(" in %s", r.group);
        }
        if (r.hold > 0) {
            printf(" for %s", time_text(r.hold, text));
        }
        printf(": %s", action_of(&r));
        if (r.delay > 0) {
            printf(" %s later", time_text(r.delay, text));
        }
        fputs(r.undo ? ", undone when it is over" : "", stdout);
        if (r.undo && r.keep > 0) {
            printf(" and %s have passed", time_text(r.keep, text));
        }
        putchar('\n');
    }
}

// the word for the class of a detector's alerts
static const char *class_of(const gpusim_fleet_detector *detector)
{
    for (const gpusim_choice *c = gpusim_anomaly_classes(); c->name; c++) {
        if (c->value == detector->class_) {
            return c->name;
        }
    }
    return "by-metric";
}

static void print_detectors(const gpusim_model *model)
{
    char text[TEXT];
    gpusim_fleet_detector d;
    for (uint32_t i = 0; gpusim_model_detector(model, i, &d); i++) {
        printf("  %-11s %s: %s of %u metric%s", i ? "" : "detectors", d.name, d.module, d.metrics,
               d.metrics == 1 ? "" : "s");
        if (d.learnt) {
            fputs(", learnt elsewhere", stdout);
        } else if (d.learn > 0) {
            printf(", learns for %s", time_text(d.learn, text));
        }
        if (isnan(d.threshold)) {
            printf("; alert above %.10g %% of what it scored then", d.quantile * 100);
        } else {
            printf("; alert from a score of %.10g", d.threshold);
        }
        if (d.hold > 0) {
            printf(" for %s", time_text(d.hold, text));
        }
        printf(", class %s\n", class_of(&d));
    }
}

// that rules and detectors do not see samples at once
static void print_delay(const gpusim_fleet_info *info)
{
    char text[TEXT];
    if (info->delay > 0) {
        gpusim_quantity_format(info->delay, GPUSIM_UNIT_SECOND, 0, text, sizeof text);
        printf("  delay       samples are seen %s later%s\n", text,
               info->delay_varies ? " in the mean" : "");
    }
}

void cli_fleet_print(const gpusim_model *model, uint32_t groups, cli_group_name name)
{
    gpusim_fleet_info info;
    gpusim_model_fleet_get(model, &info);
    if (info.timed_actions) {
        printf("  actions     %u at given times\n", info.timed_actions);
    }
    print_listeners(&info);
    print_windows(model);
    print_pools(model, groups, name);
    print_delay(&info);
    print_detectors(model);
    print_rules(model);
}

// ---- JSON ----

static json_t *seconds(gpusim_time time)
{
    return time == GPUSIM_TIME_MAX ? json_null() : json_real(gpusim_seconds(time));
}

static json_t *windows_json(const gpusim_model *model)
{
    json_t *list = json_array();
    gpusim_fleet_window w;
    for (uint32_t i = 0; gpusim_model_window(model, i, &w); i++) {
        json_t *entry = json_object();
        json_object_set_new(entry, "name", json_string(w.name));
        json_object_set_new(entry, "nodes", json_integer(w.nodes));
        json_object_set_new(entry, "at_s", seconds(w.at));
        json_object_set_new(entry, "for_s", seconds(w.span));
        json_object_set_new(entry, "ahead_s", seconds(w.ahead));
        json_object_set_new(entry, "every_s", seconds(w.every));
        json_array_append_new(list, entry);
    }
    return list;
}

static json_t *pools_json(const gpusim_model *model, uint32_t groups, cli_group_name name)
{
    json_t *list = json_array();
    gpusim_fleet_pool p;
    for (uint32_t g = 0; g < groups; g++) {
        if (!gpusim_model_pool(model, g, &p)) {
            continue;
        }
        json_t *entry = json_object();
        json_object_set_new(entry, "group", json_string(name(model, g)));
        json_object_set_new(entry, "nodes", json_integer(p.nodes));
        json_object_set_new(entry, "max", json_integer(p.most));
        json_object_set_new(entry, "spares", json_integer(p.spares));
        json_object_set_new(entry, "queue", json_integer(p.queue));
        json_object_set_new(entry, "step", json_integer(p.step));
        json_object_set_new(entry, "join_s", seconds(p.join));
        json_object_set_new(entry, "idle_s", seconds(p.idle));
        json_array_append_new(list, entry);
    }
    return list;
}

static json_t *rules_json(const gpusim_model *model)
{
    json_t *list = json_array();
    gpusim_fleet_rule r;
    for (uint32_t i = 0; gpusim_model_response(model, i, &r); i++) {
        json_t *entry = json_object();
        json_object_set_new(entry, "name", json_string(r.name));
        json_object_set_new(entry, "metric", r.metric ? json_string(r.metric) : json_null());
        json_object_set_new(entry, r.below ? "below" : "above",
                            r.metric ? json_real(r.threshold) : json_null());
        json_object_set_new(entry, "alert_of", r.detector ? json_string(r.detector) : json_null());
        json_object_set_new(entry, "state",
                            r.metric || r.detector ? json_null()
                                                   : json_string(word_of("state", r.state)));
        json_object_set_new(entry, "group", r.group ? json_string(r.group) : json_null());
        json_object_set_new(entry, "do", json_string(action_of(&r)));
        json_object_set_new(entry, "for_s", seconds(r.hold));
        json_object_set_new(entry, "delay_s", seconds(r.delay));
        json_object_set_new(entry, "undo", json_boolean(r.undo));
        json_object_set_new(entry, "keep_s", seconds(r.keep));
        json_array_append_new(list, entry);
    }
    return list;
}

static json_t *detectors_json(const gpusim_model *model)
{
    json_t *list = json_array();
    gpusim_fleet_detector d;
    for (uint32_t i = 0; gpusim_model_detector(model, i, &d); i++) {
        int fixed = !isnan(d.threshold);
        json_t *entry = json_object();
        json_object_set_new(entry, "name", json_string(d.name));
        json_object_set_new(entry, "detector", json_string(d.module));
        json_object_set_new(entry, "metrics", json_integer(d.metrics));
        json_object_set_new(entry, "learnt_elsewhere", json_boolean(d.learnt));
        json_object_set_new(entry, "learn_s", seconds(d.learn));
        json_object_set_new(entry, "threshold", fixed ? json_real(d.threshold) : json_null());
        json_object_set_new(entry, "quantile", fixed ? json_null() : json_real(d.quantile));
        json_object_set_new(entry, "for_s", seconds(d.hold));
        json_object_set_new(entry, "class", json_string(class_of(&d)));
        json_array_append_new(list, entry);
    }
    return list;
}

json_t *cli_fleet_json(const gpusim_model *model, uint32_t groups, cli_group_name name)
{
    json_t *object = json_object();
    gpusim_fleet_info info;
    gpusim_model_fleet_get(model, &info);
    json_object_set_new(object, "crews",
                        info.crews == GPUSIM_NONE ? json_null() : json_integer(info.crews));
    json_object_set_new(object, "heartbeat_s",
                        info.heartbeat_every ? seconds(info.heartbeat_every) : json_null());
    json_object_set_new(object, "offline_after_s",
                        info.heartbeat_every ? seconds(info.offline_after) : json_null());
    json_object_set_new(object, "retries", info.control ? json_integer(info.retries) : json_null());
    json_object_set_new(object, "actions", json_integer(info.timed_actions));
    json_object_set_new(object, "maintenance", windows_json(model));
    json_object_set_new(object, "pools", pools_json(model, groups, name));
    json_object_set_new(object, "delay_s",
                        isfinite(info.delay) ? json_real(info.delay) : json_null());
    json_object_set_new(object, "detectors", detectors_json(model));
    json_object_set_new(object, "response", rules_json(model));
    return object;
}
