/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A detector as a command line names it: "knn:neighbours=7,rows=500", "threshold:@rules.yaml". */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <gpusim/detect.h>
#include <gpusim/spec.h>

#include "base/array.h"
#include "base/memory.h"
#include "base/suggest.h"

static gpusim_status find(const char *name, size_t length, const gpusim_module **module,
                          gpusim_error *err)
{
    char word[64];
    const gpusim_module *const *all = gpusim_detectors();
    snprintf(word, sizeof word, "%.*s", (int)length, name);
    gs_suggestion suggestion = {.word = word};
    for (; *all; all++) {
        if (strcmp((*all)->name, word) == 0) {
            *module = *all;
            return GPUSIM_OK;
        }
        gs_suggest(&suggestion, (*all)->name);
    }
    gpusim_status status = gpusim_fail(err, GPUSIM_ARGUMENT, "there is no detector '%s'", word);
    const char *near = gs_suggested(&suggestion);
    gpusim_error_hint(err, near ? "did you mean '%s'?" : "see 'gpusim list detectors'",
                      near ? near : "");
    return status;
}

// "a=1,b=2" as YAML: "{a: 1,b: 2}"; commas within brackets are the value's
static gpusim_status to_yaml(const char *words, gs_arena *arena, char **yaml, gpusim_error *err)
{
    size_t length = strlen(words), out = 0;
    int key = 1, depth = 0;
    char *text = gs_arena_get(arena, 2 * length + 3);
    if (!text) {
        return gpusim_fail(err, GPUSIM_MEMORY, "no memory for a detector's parameters");
    }
    text[out++] = '{';
    for (size_t i = 0; i < length; i++) {
        depth += (words[i] == '[') - (words[i] == ']');
        if (words[i] == '=' && key) {
            text[out++] = ':';
            text[out++] = ' ';
            key = 0;
        } else {
            key = key || (words[i] == ',' && depth == 0);
            text[out++] = words[i];
        }
    }
    text[out++] = '}';
    *yaml = text;
    return GPUSIM_OK;
}

// A file that holds parameters as YAML.
static gpusim_status read_file(const char *path, gs_array *bytes, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    FILE *file = fopen(path, "rb");
    size_t got = 0;
    char block[4096];
    if (!file) {
        return gpusim_fail(err, GPUSIM_IO, "cannot open '%s': %s", path, strerror(errno));
    }
    do {
        got = fread(block, 1, sizeof block, file);
        for (size_t i = 0; i < got; i++) {
            GPUSIM_TRY(gs_array_push(bytes, &block[i], err));
        }
    } while (got == sizeof block);
    if (ferror(file)) {
        GPUSIM_TRY(gpusim_fail(err, GPUSIM_IO, "cannot read '%s'", path));
    }
cleanup:
    fclose(file);
    return status;
}

gpusim_status gpusim_detector_read(const char *words, const gpusim_module **module,
                                   gpusim_parameters **parameters, gpusim_error *err)
{
    gpusim_status status;
    gs_arena arena = {0};
    gs_array file = GS_ARRAY(char);
    char *yaml = NULL;
    size_t length = strcspn(words, ":");
    const char *said = words[length] ? words + length + 1 : "";
    *parameters = NULL;
    GPUSIM_TRY(find(words, length, module, err));
    if (!(*module)->parameters) {
        if (*said) {
            GPUSIM_TRY(gpusim_fail(err, GPUSIM_ARGUMENT, "detector '%s' has no parameters",
                                   (*module)->name));
        }
        goto cleanup;
    }
    if (*said == '@') {
        GPUSIM_TRY(read_file(said + 1, &file, err));
        GPUSIM_TRY(gpusim_parameters_read((*module)->parameters, file.data ? file.data : "",
                                          file.count, said + 1, parameters, err));
        goto cleanup;
    }
    GPUSIM_TRY(to_yaml(said, &arena, &yaml, err));
    GPUSIM_TRY(
        gpusim_parameters_read((*module)->parameters, yaml, strlen(yaml), words, parameters, err));
cleanup:
    gs_array_release(&file);
    gs_arena_release(&arena);
    return status;
}
