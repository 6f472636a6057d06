/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Any bytes as a scenario: read, edited (lines "# set: KEY=VALUE" at the top), bound, written back.
 * What is valid has an effective scenario, and that reads back to itself. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"
#include "scenario/scenario.h"
#include "scenario/spec.h"
#include "scenario/toy.h"

static void insist(int holds, const char *what)
{
    if (!holds) {
        fprintf(stderr, "broken: %s\n", what);
        abort();
    }
}

static void look_at_problems(const gpusim_spec *spec)
{
    char text[4096];
    uint32_t count = 0;
    const gpusim_error *problems = gpusim_spec_problems(spec, &count);
    insist(count <= 20, "more than 20 problems");
    for (uint32_t i = 0; i < count; i++) {
        insist(problems[i].status == GPUSIM_SCENARIO, "a problem of another status");
        insist(problems[i].line > 0 && problems[i].column > 0, "a problem without a place");
        gpusim_error_format(&problems[i], text, sizeof text);
    }
}

static void edit(gpusim_spec *spec, const char *text, size_t size)
{
    char line[512];
    gpusim_error err;
    for (int i = 0; i < 8 && size > 7 && memcmp(text, "# set: ", 7) == 0; i++) {
        const char *end = memchr(text, '\n', size);
        size_t length = end ? (size_t)(end - text) - 7 : size - 7;
        size_t kept = length < sizeof line - 1 ? length : sizeof line - 1;
        memcpy(line, text + 7, kept);
        line[kept] = '\0';
        char *equals = strchr(line, '=');
        if (equals) {
            *equals = '\0';
            gpusim_spec_set(spec, line, equals + 1, &err);
            look_at_problems(spec);
        }
        if (!end) {
            return;
        }
        size -= (size_t)(end + 1 - text);
        text = end + 1;
    }
}

static void try_record(const gpusim_record *record, const uint8_t *data, size_t size)
{
    gpusim_error err = {0};
    gpusim_spec *spec = NULL, *again = NULL;
    const char *text = NULL, *second = NULL;
    size_t length = 0, second_length = 0;
    gs_spec_parse_as(record, (const char *)data, size, "input", NULL, &spec, &err);
    insist(spec != NULL, "a text without a spec");
    look_at_problems(spec);
    edit(spec, (const char *)data, size);
    uint32_t count = 0;
    gpusim_spec_problems(spec, &count);
    gpusim_status status = gpusim_spec_effective(spec, &text, &length, &err);
    insist((status == GPUSIM_OK) == (count == 0), "problems and an effective scenario");
    gs_spec_locate(spec, "cluster.nodes[1].count", &err);
    if (status == GPUSIM_OK && length < GS_YAML_BYTES) {
        gs_spec_parse_as(record, text, length, "effective", NULL, &again, &err);
        status = gpusim_spec_effective(again, &second, &second_length, &err);
        insist(status == GPUSIM_OK && second_length == length && memcmp(text, second, length) == 0,
               "the effective scenario does not read back to itself");
        gpusim_spec_destroy(again);
    }
    gpusim_spec_destroy(spec);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    try_record(&toy_record, data, size);
    try_record(&gs_scenario_record, data, size);
    return 0;
}
