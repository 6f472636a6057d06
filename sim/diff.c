/* SPDX-License-Identifier: GPL-3.0-or-later */
/* gpusim diff: where two traces begin to differ. */
#include <stdio.h>

#include "options.h"
#include "talk.h"

#define DIFFERENCES_MAX 64

static const cli_option options[] = {
    CLI_OPTION_JSON,
    CLI_OPTION_HELP,
};

static void print_text(const gpusim_trace_difference *d)
{
    char time[32] = "";
    if (d->time != GPUSIM_TIME_MAX) {
        gpusim_quantity_format(gpusim_seconds(d->time), GPUSIM_UNIT_SECOND, 1, time, sizeof time);
        printf("at %s, %s row %llu, ", d->time ? time : "0 s", d->where,
               (unsigned long long)d->row);
    } else {
        printf("%s, ", d->where);
    }
    printf("%s: %s | %s\n", d->field, d->a, d->b);
}

static json_t *difference_json(const gpusim_trace_difference *d)
{
    json_t *object = json_object();
    int timed = d->time != GPUSIM_TIME_MAX;
    json_object_set_new(object, "time_s", timed ? json_real(gpusim_seconds(d->time)) : json_null());
    json_object_set_new(object, "where", json_string(d->where));
    json_object_set_new(object, "row", json_integer((json_int_t)d->row));
    json_object_set_new(object, "field", json_string(d->field));
    json_object_set_new(object, "a", json_string(d->a));
    json_object_set_new(object, "b", json_string(d->b));
    return object;
}

static int print_differences(const cli_arguments *arguments, const gpusim_trace_difference *list,
                             uint32_t count)
{
    uint32_t shown = count < DIFFERENCES_MAX ? count : DIFFERENCES_MAX;
    if (arguments->json) {
        json_t *object = cli_json_object(), *array = json_array();
        for (uint32_t i = 0; i < shown; i++) {
            json_array_append_new(array, difference_json(&list[i]));
        }
        json_object_set_new(object, "same", json_boolean(count == 0));
        json_object_set_new(object, "differences", array);
        cli_json_print(object);
    } else {
        for (uint32_t i = 0; i < shown; i++) {
            print_text(&list[i]);
        }
    }
    return count ? CLI_FAILED : CLI_OK;
}

static int diff(const cli_arguments *arguments)
{
    gpusim_status status;
    gpusim_error err = {0};
    gpusim_trace *a = NULL, *b = NULL;
    gpusim_trace_difference list[DIFFERENCES_MAX];
    uint32_t count = 0;
    int code;
    GPUSIM_TRY(gpusim_trace_open(arguments->operands[0], &a, &err));
    GPUSIM_TRY(gpusim_trace_open(arguments->operands[1], &b, &err));
    GPUSIM_TRY(gpusim_trace_diff(a, b, list, DIFFERENCES_MAX, &count, &err));
cleanup:
    code = status == GPUSIM_OK ? print_differences(arguments, list, count)
                               : cli_fail(arguments->json, &err, 1);
    gpusim_trace_close(a);
    gpusim_trace_close(b);
    return code;
}

const cli_command cli_diff = {
    .name = "diff",
    .operands = "TRACE TRACE",
    .doc = "say where two traces begin to differ",
    .examples = "gpusim diff before.h5 after.h5\tsilent, exit code 0: they tell the same run\n",
    .more = "The first difference of each table, each metric, the attributes and the summary, in\n"
            "order of time. What is not simulated (stamps, wall times, memory) is not compared.",
    .options = options,
    .option_count = (uint32_t)(sizeof options / sizeof options[0]),
    .least = 2,
    .most = 2,
    .run = diff,
};
