/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Specs: read, looked at, bound. Editing is in edit.c. */
#include "scenario/spec.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "scenario/binder.h"

gpusim_status gs_spec_examine(gpusim_spec *spec, gpusim_error *err)
{
    gpusim_status status;
    gs_arena arena = {0};
    gs_problems *problems = NULL;
    GPUSIM_TRY(gs_allocate(&problems, 1, sizeof *problems, err));
    *problems = *spec->reading;
    if (spec->document) {
        void *scratch = gs_arena_get(&arena, spec->record->size);
        if (!scratch) {
            status = gpusim_fail(err, GPUSIM_MEMORY, "no memory for a scenario");
            goto cleanup;
        }
        GPUSIM_TRY(gs_bind_tree(&spec->yaml, spec->document, spec->record, &arena, scratch,
                                problems, err));
    }
    *spec->problems = *problems;
cleanup:
    gs_release(&problems);
    gs_arena_release(&arena);
    return status;
}

// the first problem, as a call's own error
static gpusim_status first_problem(const gpusim_spec *spec, gpusim_error *err)
{
    if (spec->problems->count == 0) {
        return GPUSIM_OK;
    }
    if (err) {
        *err = spec->problems->items[0];
    }
    return (gpusim_status)spec->problems->items[0].status;
}

static gpusim_status copy_text(const char *text, size_t length, char **copy, gpusim_error *err)
{
    gpusim_status status = gs_allocate(copy, length + 1, 1, err);
    if (status == GPUSIM_OK && length) {
        memcpy(*copy, text, length);
    }
    return status;
}

gpusim_status gs_spec_parse_as(const gpusim_record *record, const char *text, size_t length,
                               const char *name, const char *folder, gpusim_spec **result,
                               gpusim_error *err)
{
    gpusim_status status;
    gpusim_spec *spec = NULL;
    uint32_t source = 0;
    *result = NULL;
    GPUSIM_TRY(gs_allocate(&spec, 1, sizeof *spec, err));
    spec->record = record;
    GPUSIM_TRY(gs_yaml_create(&spec->yaml, err));
    GPUSIM_TRY(gs_allocate(&spec->reading, 1, sizeof *spec->reading, err));
    GPUSIM_TRY(gs_allocate(&spec->problems, 1, sizeof *spec->problems, err));
    if (folder) {
        GPUSIM_TRY(copy_text(folder, strlen(folder), &spec->folder, err));
    }
    GPUSIM_TRY(gs_yaml_add_source(&spec->yaml, name, text, length, &source, err));
    GPUSIM_TRY(gs_yaml_read(&spec->yaml, source, 0, &spec->document, spec->reading, err));
    GPUSIM_TRY(gs_spec_examine(spec, err));
    *result = spec;
    return first_problem(spec, err);

cleanup:
    gpusim_spec_destroy(spec);
    return status;
}

// the file of that folder whose name is nearest to one that is not there, in the hint
static void hint_file(gpusim_error *err, const char *path)
{
    char folder[512] = ".", best[256] = "";
    const char *slash = strrchr(path, '/');
    const char *word = slash ? slash + 1 : path;
    int length = slash ? (int)(slash - path) + 1 : 0;
    if (length >= (int)sizeof folder) {
        return;
    }
    if (slash) {
        snprintf(folder, sizeof folder, "%.*s", length, path);
    }
    DIR *open = opendir(folder);
    struct dirent *entry;
    while (open && (entry = readdir(open)) != NULL) {
        // of names that are as near as each other the first in order, whatever order these come in
        int first = best[0] && strcmp(best, entry->d_name) < 0;
        const char *names[] = {first ? best : entry->d_name, first ? entry->d_name : best};
        const char *nearest = gpusim_nearest(word, names, 2);
        if (nearest == entry->d_name && entry->d_name[0] != '.') {
            snprintf(best, sizeof best, "%s", entry->d_name);
        }
    }
    if (open) {
        closedir(open);
    }
    if (best[0]) {
        gpusim_error_hint(err, "did you mean '%.*s%s'?", length, path, best);
    }
}

static gpusim_status fail_file(gpusim_error *err, const char *path, const char *what)
{
    int reason = errno;
    gpusim_fail(err, GPUSIM_IO, "cannot %s '%.400s': %s", what, path,
                reason == ENOENT   ? "no such file"
                : reason == EISDIR ? "it is a folder"
                : reason == EACCES ? "no permission"
                                   : "input or output failed");
    if (reason == ENOENT) {
        hint_file(err, path);
    }
    return GPUSIM_IO;
}

// the whole file, or as much as shows that it is too large
static gpusim_status read_file(const char *path, gs_array *bytes, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    FILE *file = fopen(path, "rb");
    if (!file) {
        return fail_file(err, path, "open");
    }
    for (size_t got = 1; got && bytes->count <= GS_YAML_BYTES;) {
        GPUSIM_TRY(gs_array_reserve(bytes, bytes->count + 65536, err));
        got = fread((char *)bytes->data + bytes->count, 1, 65536, file);
        bytes->count += (uint32_t)got;
    }
    if (ferror(file)) {
        status = fail_file(err, path, "read");
    }
cleanup:
    fclose(file); // nothing was written
    return status;
}

gpusim_status gs_spec_load_as(const gpusim_record *record, const char *path, gpusim_spec **spec,
                              gpusim_error *err)
{
    gpusim_status status;
    gs_array bytes = GS_ARRAY(char);
    char *folder = NULL;
    *spec = NULL;
    GPUSIM_TRY(read_file(path, &bytes, err));
    const char *slash = strrchr(path, '/');
    if (slash) {
        GPUSIM_TRY(copy_text(path, slash == path ? 1 : (size_t)(slash - path), &folder, err));
    }
    GPUSIM_TRY(gs_spec_parse_as(record, bytes.data, bytes.count, path, folder, spec, err));
cleanup:
    gs_release(&folder);
    gs_array_release(&bytes);
    return status;
}

void gpusim_spec_destroy(gpusim_spec *spec)
{
    if (spec) {
        gs_yaml_release(&spec->yaml);
        gs_release(&spec->reading);
        gs_release(&spec->problems);
        gs_release(&spec->folder);
        gs_release(&spec->effective);
        gs_release(&spec);
    }
}

const gpusim_error *gpusim_spec_problems(const gpusim_spec *spec, uint32_t *count)
{
    *count = spec->problems->count;
    return spec->problems->items;
}

const char *gpusim_spec_text(const gpusim_spec *spec, size_t *length)
{
    const gs_yaml_source *source = &GS_AT(spec->yaml.sources, gs_yaml_source, 0);
    *length = source->length;
    return source->text;
}

const char *gs_spec_folder(const gpusim_spec *spec)
{
    return spec->folder;
}

const char *gs_spec_file(const gpusim_spec *spec)
{
    return GS_AT(spec->yaml.sources, gs_yaml_source, 0).name;
}

gpusim_status gs_spec_bind(const gpusim_spec *spec, gs_arena *arena, void *scenario,
                           gpusim_error *err)
{
    gpusim_status status = first_problem(spec, err);
    if (status != GPUSIM_OK) {
        return status;
    }
    gs_problems *problems = NULL;
    memset(scenario, 0, spec->record->size);
    GPUSIM_TRY(gs_allocate(&problems, 1, sizeof *problems, err));
    GPUSIM_TRY(
        gs_bind_tree(&spec->yaml, spec->document, spec->record, arena, scenario, problems, err));
cleanup:
    gs_release(&problems);
    return status;
}

gpusim_status gpusim_spec_effective(gpusim_spec *spec, const char **text, size_t *length,
                                    gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    gs_arena arena = {0};
    if (!spec->effective) {
        void *scenario = gs_arena_get(&arena, spec->record->size);
        if (!scenario) {
            return gpusim_fail(err, GPUSIM_MEMORY, "no memory for a scenario");
        }
        GPUSIM_TRY(gs_spec_bind(spec, &arena, scenario, err));
        GPUSIM_TRY(gs_effective_write(spec->record, scenario, &spec->effective,
                                      &spec->effective_length, err));
    }
    *text = spec->effective;
    *length = spec->effective_length;
cleanup:
    gs_arena_release(&arena);
    return status;
}

void gs_spec_locate(const gpusim_spec *spec, const char *key, gpusim_error *err)
{
    if (!err || !spec->document) {
        return;
    }
    // as far along the path as the tree goes
    const gs_yaml *yaml = &spec->yaml;
    const char *rest = key;
    uint32_t slot = spec->document, steps = GS_TREE_STEPS;
    gs_tree_step step;
    int more = gs_tree_next(&rest, &step);
    while (more > 0) {
        uint32_t value = gs_yaml_resolve(yaml, gs_yaml_at(yaml, slot)->first);
        uint8_t kind = gs_yaml_at(yaml, value)->kind;
        uint32_t next = 0;
        if (value && kind == GS_YAML_MAP && step.name) {
            next = gs_tree_find(yaml, value, step.name, step.length, &steps);
        } else if (value && kind == GS_YAML_LIST && !step.name) {
            next = gs_tree_element(yaml, value, step.index);
        }
        if (!next) {
            break;
        }
        slot = next;
        more = gs_tree_next(&rest, &step);
    }

    // the value at its end, or the key of the map that lacks the rest
    const gs_yaml_node *place = gs_yaml_at(yaml, slot);
    uint32_t value = gs_yaml_resolve(yaml, place->first);
    if (value && (more == 0 || !place->text)) {
        place = gs_yaml_at(yaml, value);
    }
    gs_yaml_locate(yaml, place->source, place->line, place->column, err);
    snprintf(err->key, sizeof err->key, "%s", key);
}
