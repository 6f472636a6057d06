/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Any bytes as a catalogue of GPU models: what is wrong is said with its place; what is taken gives
 * whole and consistent models. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cluster/gpu.h"
#include "fuzz.h"
#include "scenario/catalogue.h"

static void insist(int holds, const char *what)
{
    if (!holds) {
        fprintf(stderr, "broken: %s\n", what);
        abort();
    }
}

// the names that a text gives to entries, as far as lines tell
static void try_names(gpusim_catalogue *catalogue, const char *text, size_t size)
{
    for (size_t at = 0; at + 6 < size; at++) {
        char name[128];
        size_t length = 0;
        if (memcmp(text + at, "name: ", 6) != 0) {
            continue;
        }
        const char *word = text + at + 6, *end = text + size;
        while (word + length < end && length < sizeof name - 1 && !strchr("\n,}", word[length])) {
            length++;
        }
        memcpy(name, word, length);
        name[length] = '\0';
        gpusim_gpu_model model;
        gpusim_error err = {0};
        gpusim_status status = gs_catalogue_resolve(catalogue, name, NULL, &model, &err);
        if (status != GPUSIM_OK) {
            insist(strncmp(err.message, "no GPU model is called", 22) == 0,
                   "an entry was taken that cannot be resolved");
            continue;
        }
        insist(model.name && model.product, "a model without a name");
        insist(gs_gpu_check(&model, &err) == GPUSIM_OK, "a model that is not consistent");
        insist(!gs_gpu_is_physical(&model) ||
                   (!isnan(model.power.dynamic) && !isnan(model.limits.shutdown) &&
                    !isnan(model.thermal.memory_resistance)),
               "a physical model lacks a figure");
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    gpusim_error err = {0};
    gs_arena arena = {0};
    gpusim_catalogue *catalogue = NULL;
    gs_problems *problems = calloc(1, sizeof *problems);
    insist(problems != NULL, "memory");
    gpusim_status status =
        gs_catalogue_parse((const char *)data, size, &arena, problems, &catalogue, &err);
    insist(status == GPUSIM_OK, "a failure that is no problem of the text");
    insist((catalogue == NULL) == (problems->count > 0), "problems and a catalogue");
    for (uint32_t i = 0; i < problems->count; i++) {
        insist(problems->items[i].line > 0 && problems->items[i].column > 0,
               "a problem without a place");
    }
    if (catalogue) {
        try_names(catalogue, (const char *)data, size);
    }
    gpusim_catalogue_destroy(catalogue);
    gs_arena_release(&arena);
    free(problems);
    return 0;
}
