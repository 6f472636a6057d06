/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A module's parameters from a text of their own, as a command line gives them. */
#include <gpusim/spec.h>

#include "scenario/bind.h"
#include "scenario/spec.h"

struct gpusim_parameters {
    gpusim_spec *spec;
    gs_arena arena;
    void *value;
};

gpusim_status gpusim_parameters_read(const gpusim_record *record, const char *text, size_t length,
                                     const char *name, gpusim_parameters **result,
                                     gpusim_error *err)
{
    gpusim_status status;
    gpusim_parameters *parameters = NULL;
    *result = NULL;
    if (length == 0) {
        text = "{}";
        length = 2;
    }
    GPUSIM_TRY(gs_allocate(&parameters, 1, sizeof *parameters, err));
    GPUSIM_TRY(gs_spec_parse_as(record, text, length, name, NULL, &parameters->spec, err));
    parameters->value = gs_arena_get(&parameters->arena, record->size);
    if (!parameters->value) {
        GPUSIM_TRY(gpusim_fail(err, GPUSIM_MEMORY, "no memory for parameters"));
    }
    GPUSIM_TRY(gs_spec_bind(parameters->spec, &parameters->arena, parameters->value, err));
    *result = parameters;
    parameters = NULL;
cleanup:
    gpusim_parameters_destroy(parameters);
    return status;
}

void gpusim_parameters_destroy(gpusim_parameters *parameters)
{
    if (parameters) {
        gs_arena_release(&parameters->arena);
        gpusim_spec_destroy(parameters->spec);
        gs_release(&parameters);
    }
}

const void *gpusim_parameters_value(const gpusim_parameters *parameters)
{
    return parameters->value;
}
