/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Prints the JSON Schema of a scenario; with files, the effective scenario of each. */
#include <stdio.h>

#include <gpusim/spec.h>

int main(int count, char **arguments)
{
    gpusim_error err = {0};
    if (count < 2) {
        char *text = NULL;
        if (gpusim_spec_schema(&text, &err) == GPUSIM_OK) {
            puts(text);
        }
        gpusim_free(text);
    }
    for (int i = 1; i < count && err.status == GPUSIM_OK; i++) {
        gpusim_spec *spec = NULL;
        const char *text = NULL;
        size_t length = 0;
        if (gpusim_spec_load(arguments[i], &spec, &err) == GPUSIM_OK &&
            gpusim_spec_effective(spec, &text, &length, &err) == GPUSIM_OK) {
            puts(text);
        }
        gpusim_spec_destroy(spec);
    }
    if (err.status != GPUSIM_OK) {
        fprintf(stderr, "%s\n", err.message);
    }
    return err.status != GPUSIM_OK;
}
