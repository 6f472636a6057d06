/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A comparison as JSON and CSV. */
#include <math.h>
#include <string.h>

#include "compare.h"
#include "report.h"
#include "talk.h"

/* ---- JSON ---- */

static json_t *estimate_json(const cli_comparison *comparison, uint32_t scenario, uint32_t metric,
                             uint32_t scheduler)
{
    const gpusim_compare_estimate *e = cli_compared(comparison, scenario, metric, scheduler);
    json_t *object = json_object();
    json_object_set_new(object, "scheduler",
                        json_string(gpusim_compare_scheduler(comparison->compare, scheduler)));
    cli_report_json(object, gpusim_compare_estimate_record(), e);
    const char *verdict = cli_compared_verdict(e);
    json_object_set_new(object, "verdict", verdict[0] ? json_string(verdict) : json_null());
    if (metric == comparison->jct) {
        double room = cli_compared_room(comparison, scenario, scheduler);
        json_object_set_new(object, "above_lower_bound",
                            isfinite(room) ? json_real(room) : json_null());
    }
    return object;
}

static json_t *metric_json(const cli_comparison *comparison, uint32_t scenario, uint32_t metric)
{
    const gpusim_compare_metric *known = cli_compared_metric(comparison, metric);
    json_t *object = json_object(), *list = json_array();
    json_object_set_new(object, "name", json_string(known->name));
    json_object_set_new(object, "unit", json_string(gpusim_unit_symbol((gpusim_unit)known->unit)));
    json_object_set_new(object, "better",
                        known->better > 0   ? json_string("more")
                        : known->better < 0 ? json_string("less")
                                            : json_null());
    json_object_set_new(object, "primary", json_boolean(cli_compared_primary(comparison, metric)));
    for (uint32_t k = 0; k < gpusim_compare_schedulers(comparison->compare); k++) {
        json_array_append_new(list, estimate_json(comparison, scenario, metric, k));
    }
    json_object_set_new(object, "schedulers", list);
    return object;
}

static json_t *scenario_json(const cli_comparison *comparison, uint32_t scenario)
{
    const cli_compared_scenario *said = &comparison->scenarios[scenario];
    uint32_t schedulers = gpusim_compare_schedulers(comparison->compare);
    json_t *object = json_object(), *list = json_array(), *notes = json_array();
    json_object_set_new(object, "name", json_string(said->name));
    json_object_set_new(object, "cohort", json_string(said->cohort));
    for (uint32_t k = 0; k < schedulers; k++) {
        json_t *one = json_object();
        json_object_set_new(one, "scheduler",
                            json_string(gpusim_compare_scheduler(comparison->compare, k)));
        json_object_set_new(one, "composition",
                            json_string(comparison->described[scenario * schedulers + k]));
        json_object_set_new(one, "model_hash",
                            json_string(comparison->hashes[scenario * schedulers + k]));
        json_array_append_new(list, one);
    }
    json_object_set_new(object, "schedulers", list);
    for (uint32_t i = 0; i < said->note_count; i++) {
        json_array_append_new(notes, json_string(said->notes[i]));
    }
    json_object_set_new(object, "notes", notes);
    json_t *metrics = json_array();
    for (uint32_t metric = 0; metric < comparison->shown; metric++) {
        if (!cli_compared_nothing(comparison, scenario, metric)) {
            json_array_append_new(metrics, metric_json(comparison, scenario, metric));
        }
    }
    json_object_set_new(object, "metrics", metrics);
    return object;
}

json_t *cli_compare_object(const cli_comparison *comparison)
{
    json_t *object = cli_json_object(), *seeds = json_array(), *scenarios = json_array();
    const gpusim_compare_options *options = comparison->options;
    json_object_set_new(object, "gpusim", json_string(gpusim_version()));
    json_object_set_new(
        object, "baseline",
        json_string(gpusim_compare_scheduler(comparison->compare, options->baseline)));
    json_object_set_new(object, "level", json_real(options->level));
    json_object_set_new(object, "bootstrap_resamples", json_integer(options->resamples));
    for (uint32_t i = 0; i < gpusim_compare_replications(comparison->compare); i++) {
        json_array_append_new(seeds, cli_json_whole(gpusim_compare_seed(comparison->compare, i)));
    }
    json_object_set_new(object, "seeds", seeds);
    for (uint32_t i = 0; i < gpusim_compare_scenarios(comparison->compare); i++) {
        json_array_append_new(scenarios, scenario_json(comparison, i));
    }
    json_object_set_new(object, "scenarios", scenarios);
    return object;
}

/* ---- CSV ---- */

static void csv_values(FILE *to, const gpusim_compare_estimate *e)
{
    const gpusim_record *record = gpusim_compare_estimate_record();
    for (uint32_t i = 0; i < record->count; i++) {
        const gpusim_field *field = &record->fields[i];
        const char *at = (const char *)e + field->offset;
        fputc(',', to);
        if (field->type == GPUSIM_UINT32) {
            uint32_t whole;
            memcpy(&whole, at, sizeof whole);
            fprintf(to, "%u", whole);
        } else {
            double value;
            memcpy(&value, at, sizeof value);
            if (isfinite(value)) {
                fprintf(to, "%.17g", value);
            }
        }
    }
    fprintf(to, ",%s\n", cli_compared_verdict(e));
}

static void csv_row(FILE *to, const cli_comparison *comparison, uint32_t scenario, uint32_t metric,
                    uint32_t scheduler)
{
    const gpusim_compare_metric *known = cli_compared_metric(comparison, metric);
    cli_csv_text(to, comparison->scenarios[scenario].name);
    fputc(',', to);
    cli_csv_text(to, gpusim_compare_scheduler(comparison->compare, scheduler));
    fprintf(to, ",%s,%s,%s,%d", known->name, gpusim_unit_symbol((gpusim_unit)known->unit),
            known->better > 0   ? "more"
            : known->better < 0 ? "less"
                                : "",
            cli_compared_primary(comparison, metric));
    csv_values(to, cli_compared(comparison, scenario, metric, scheduler));
}

void cli_compare_csv(FILE *to, const cli_comparison *comparison, uint32_t scenario,
                     uint32_t scheduler)
{
    const gpusim_record *record = gpusim_compare_estimate_record();
    fputs("scenario,scheduler,metric,unit,better,primary", to);
    for (uint32_t i = 0; i < record->count; i++) {
        fprintf(to, ",%s", record->fields[i].name);
    }
    fputs(",verdict\n", to);
    for (uint32_t s = 0; s < gpusim_compare_scenarios(comparison->compare); s++) {
        for (uint32_t m = 0; m < comparison->options->metric_count; m++) {
            for (uint32_t k = 0; k < gpusim_compare_schedulers(comparison->compare); k++) {
                if (scenario == GPUSIM_NONE || (scenario == s && scheduler == k)) {
                    csv_row(to, comparison, s, m, k);
                }
            }
        }
    }
}
