/* SPDX-License-Identifier: GPL-3.0-or-later */
/* GPU models by name. An entry is read when it is asked for: a scenario needs few of them. */
#include "scenario/catalogue.h"

#include <stdio.h>
#include <string.h>

#include "base/field.h"
#include "base/suggest.h"
#include "cluster/gpu.h"
#include "scenario/binder.h"
#include "scenario/overlay.h"
#include "scenario/spec.h"

#define DEEPEST 16 /* bases on top of each other */

/* What a catalogue file is bound to. */
typedef struct catalogue_file {
    gpusim_list gpus; /* gpusim_gpu_model */
} catalogue_file;

struct gpusim_catalogue {
    gs_arena *arena; /* what all models point to */
    gs_arena own_arena;
    gs_gpu_figures figures;
    const gpusim_gpu_model **builtin; /* [gs_gpu_entry_count]; NULL: not read yet */
    gpusim_spec *file;                /* the user's; NULL: none */
    catalogue_file own;
    gpusim_gpu_model *models; /* all, resolved; only gpusim_catalogue_load fills them */
    uint32_t count;
};

static const gpusim_field model_element = {
    .name = "GPU", .type = GPUSIM_RECORD, .detail.record = &gs_gpu_record, .doc = "A GPU model."};
static const gpusim_field file_fields[] = {
    {.name = "gpus",
     .type = GPUSIM_LIST,
     .offset = (uint32_t)offsetof(catalogue_file, gpus),
     .flags = GPUSIM_REQUIRED,
     .minimum = 0,
     .maximum = 10000,
     .detail.element = &model_element,
     .doc = "GPU models."},
};
static const gpusim_record file_record = {
    .name = "catalogue",
    GPUSIM_FIELDS(file_fields),
    .size = sizeof(catalogue_file),
    .doc = "A catalogue of GPU models, laid over the one that is built in.",
};

// ---- entries ----

static const gs_gpu_entry *find_builtin(const char *name)
{
    for (uint32_t i = 0; i < gs_gpu_entry_count; i++) {
        if (strcmp(gs_gpu_entries[i].name, name) == 0) {
            return &gs_gpu_entries[i];
        }
    }
    return NULL;
}

static const gpusim_gpu_model *find_own(const gpusim_catalogue *catalogue, const char *name)
{
    const gpusim_gpu_model *own = catalogue->own.gpus.items;
    for (uint32_t i = 0; i < catalogue->own.gpus.count; i++) {
        if (strcmp(own[i].name, name) == 0) {
            return &own[i];
        }
    }
    return NULL;
}

static int before(const char *a, const char *b)
{
    int generic = strcmp(b, "generic") == 0 ? 0 : strcmp(a, "generic") == 0 ? 1 : -1;
    return generic >= 0 ? generic : strcmp(a, b) < 0;
}

// every name once, in order; `generic` first
static uint32_t list_names(const gpusim_catalogue *catalogue, const char **names)
{
    const gpusim_gpu_model *own = catalogue->own.gpus.items;
    uint32_t owned = catalogue->own.gpus.count, count = 0;
    for (uint32_t i = 0; i < owned + gs_gpu_entry_count; i++) {
        const char *name = i < owned ? own[i].name : gs_gpu_entries[i - owned].name;
        if (i >= owned && find_own(catalogue, name)) {
            continue;
        }
        uint32_t at = count++;
        for (; at > 0 && before(name, names[at - 1]); at--) {
            names[at] = names[at - 1];
        }
        names[at] = name;
    }
    return count;
}

static gpusim_status fail_name(const gpusim_catalogue *catalogue, const char *name,
                               gpusim_error *err)
{
    gpusim_status status;
    char hint[200];
    const char **names = NULL;
    uint32_t count = 0;
    GPUSIM_TRY(
        gs_allocate(&names, catalogue->own.gpus.count + gs_gpu_entry_count, sizeof *names, err));
    count = list_names(catalogue, names);
    gpusim_suggest(name, names, count, hint, sizeof hint);
    status = gpusim_fail(err, GPUSIM_SCENARIO, "no GPU model is called '%.100s'", name);
    gpusim_error_hint(err, "%s", hint[0] ? hint : "`gpusim list gpus` shows the names");
cleanup:
    gs_release(&names);
    return status;
}

// an entry that is compiled in: a list of one item, bound into the arena
static gpusim_status read_builtin(const gs_gpu_entry *entry, gs_arena *arena,
                                  const gpusim_gpu_model **read, gpusim_error *err)
{
    gpusim_status status;
    gs_yaml yaml;
    gs_problems *problems = NULL;
    uint32_t source = 0, slot = 0;
    gpusim_gpu_model *model = gs_arena_get(arena, sizeof *model);
    if (!model) {
        return gpusim_fail(err, GPUSIM_MEMORY, "no memory for a GPU model");
    }
    GPUSIM_TRY(gs_yaml_create(&yaml, err));
    GPUSIM_TRY(gs_allocate(&problems, 1, sizeof *problems, err));
    GPUSIM_TRY(gs_yaml_add_source(&yaml, "gpus.yaml", gs_gpu_text + entry->begin, entry->length,
                                  &source, err));
    GPUSIM_TRY(gs_yaml_read(&yaml, source, 0, &slot, problems, err));
    uint32_t list = slot ? gs_yaml_resolve(&yaml, gs_yaml_at(&yaml, slot)->first) : 0;
    if (list) {
        uint32_t item = gs_yaml_at(&yaml, list)->first;
        GPUSIM_TRY(gs_bind_tree(&yaml, item, &gs_gpu_record, arena, model, problems, err));
    }
    if (problems->count || !list) {
        status = gpusim_fail(err, GPUSIM_INTERNAL, "the entry '%s' that is compiled in: %s",
                             entry->name, problems->items[0].message);
        goto cleanup;
    }
    *read = model;
cleanup:
    gs_release(&problems);
    gs_yaml_release(&yaml);
    return status;
}

// ---- bases ----

/* An entry and those below it, topmost first. */
typedef struct chain {
    const gpusim_gpu_model *layers[DEEPEST];
    uint32_t count;
} chain;

static gpusim_status push(chain *c, const gpusim_gpu_model *layer, gpusim_error *err)
{
    if (c->count == DEEPEST) {
        return gpusim_fail(err, GPUSIM_SCENARIO, "more than %d GPU models build on each other",
                           DEEPEST);
    }
    c->layers[c->count++] = layer;
    return GPUSIM_OK;
}

static gpusim_status push_builtin(gpusim_catalogue *catalogue, chain *c, const gs_gpu_entry *entry,
                                  gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    // bases of what is compiled in are compiled in: a user's file does not reach below it
    while (entry) {
        const gpusim_gpu_model **known = &catalogue->builtin[entry - gs_gpu_entries];
        if (!*known) {
            GPUSIM_TRY(read_builtin(entry, catalogue->arena, known, err));
        }
        GPUSIM_TRY(push(c, *known, err));
        entry = (*known)->base ? find_builtin((*known)->base) : NULL;
    }
cleanup:
    return status;
}

// "a builds on b builds on a"
static gpusim_status fail_cycle(const chain *c, uint32_t first, gpusim_error *err)
{
    char text[200] = "";
    for (uint32_t i = first; i < c->count; i++) {
        size_t used = strlen(text);
        snprintf(text + used, sizeof text - used, "'%.40s' builds on ", c->layers[i]->name);
    }
    return gpusim_fail(err, GPUSIM_SCENARIO, "%s'%.40s'", text, c->layers[first]->name);
}

static gpusim_status make_chain(gpusim_catalogue *catalogue, const char *name, chain *c,
                                gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    const gpusim_gpu_model *own = find_own(catalogue, name);
    while (own) {
        for (uint32_t i = 0; i < c->count; i++) {
            if (c->layers[i] == own) {
                return fail_cycle(c, i, err);
            }
        }
        GPUSIM_TRY(push(c, own, err));

        // without a base, what it is laid over is the built-in entry of its name, if there is one
        int replaces = !own->base || (strcmp(own->base, own->name) == 0 && find_builtin(own->name));
        name = replaces ? own->name : own->base;
        if (replaces && !find_builtin(name)) {
            return GPUSIM_OK;
        }
        own = replaces ? NULL : find_own(catalogue, name);
    }
    const gs_gpu_entry *entry = find_builtin(name);
    status = entry ? push_builtin(catalogue, c, entry, err) : fail_name(catalogue, name, err);
cleanup:
    return status;
}

gpusim_status gs_catalogue_resolve(gpusim_catalogue *catalogue, const char *name,
                                   const gpusim_gpu_model *figures, gpusim_gpu_model *model,
                                   gpusim_error *err)
{
    gpusim_status status;
    gs_overlay overlay;
    chain c = {.count = 0};
    GPUSIM_TRY(make_chain(catalogue, name, &c, err));
    gs_overlay_begin(&overlay, &catalogue->figures, catalogue->arena, model);
    for (uint32_t i = c.count; i-- > 0;) {
        GPUSIM_TRY(gs_overlay_add(&overlay, c.layers[i], err));
    }
    if (figures) {
        GPUSIM_TRY(gs_overlay_add(&overlay, figures, err));
    }
    GPUSIM_TRY(gs_overlay_end(&overlay, err));
    GPUSIM_TRY(gs_gpu_fill(model, catalogue->arena, err));
    GPUSIM_TRY(gs_gpu_check(model, err));
cleanup:
    return status;
}

// ---- a user's file ----

// files a problem at a key of the file; anything but a mistake of its author is handed on
static gpusim_status note(const gpusim_catalogue *catalogue, const char *key, gpusim_status status,
                          gs_problems *problems, gpusim_error *err)
{
    if (status != GPUSIM_SCENARIO) {
        return status;
    }
    gs_spec_locate(catalogue->file, key, err);
    gs_problems_add(problems, 0, err);
    *err = (gpusim_error){0};
    return GPUSIM_OK;
}

static gpusim_status check_source(const gpusim_catalogue *catalogue, const gpusim_gpu_model *model,
                                  const char *figure, gpusim_error *err)
{
    uint64_t named = gs_gpu_named(&catalogue->figures, figure);
    if (named & gs_gpu_given(&catalogue->figures, model)) {
        return GPUSIM_OK;
    }
    gpusim_fail(err, GPUSIM_SCENARIO,
                named ? "'%.40s' is not given in this entry" : "no figure is called '%.40s'",
                figure);
    gs_suggestion suggestion = {.word = figure};
    for (uint32_t i = 0; i < catalogue->figures.count && !named; i++) {
        gs_suggest(&suggestion, catalogue->figures.items[i].name);
    }
    if (gs_suggested(&suggestion)) {
        gpusim_error_hint(err, "did you mean '%s'?", gs_suggested(&suggestion));
    }
    return GPUSIM_SCENARIO;
}

static gpusim_status check_sources(const gpusim_catalogue *catalogue, uint32_t i,
                                   gs_problems *problems, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    const gpusim_gpu_model *model = &((const gpusim_gpu_model *)catalogue->own.gpus.items)[i];
    const gpusim_gpu_source *sources = model->sources.items;
    for (uint32_t s = 0; s < model->sources.count; s++) {
        const char *const *figures = sources[s].figures.items;
        for (uint32_t k = 0; k < sources[s].figures.count; k++) {
            char key[80];
            snprintf(key, sizeof key, "gpus[%u].sources[%u].figures[%u]", i, s, k);
            GPUSIM_TRY(note(catalogue, key, check_source(catalogue, model, figures[k], err),
                            problems, err));
        }
    }
cleanup:
    return status;
}

// an entry resolved as if it were used
static gpusim_status check_entry(gpusim_catalogue *catalogue, uint32_t i, gs_problems *problems,
                                 gpusim_error *err)
{
    const gpusim_gpu_model *own = catalogue->own.gpus.items;
    gpusim_gpu_model model;
    char key[160];
    snprintf(key, sizeof key, "gpus[%u].name", i);
    gpusim_status status = GPUSIM_OK;
    for (uint32_t k = 0; k < i && status == GPUSIM_OK; k++) {
        if (strcmp(own[k].name, own[i].name) == 0) {
            status = gpusim_fail(err, GPUSIM_SCENARIO, "two entries are called '%s'", own[i].name);
        }
    }
    if (status == GPUSIM_OK) {
        status = gs_catalogue_resolve(catalogue, own[i].name, NULL, &model, err);
        snprintf(key, sizeof key, "gpus[%u].%s", i,
                 status == GPUSIM_SCENARIO && err->key[0] ? err->key : "base");
    }
    return note(catalogue, key, status, problems, err);
}

// all that is wrong with a file that was read with this status
static gpusim_status check_file(gpusim_catalogue *catalogue, gpusim_status status,
                                gs_problems *problems, gpusim_error *err)
{
    if (status != GPUSIM_OK && catalogue->file) {
        uint32_t count = 0;
        const gpusim_error *found = gpusim_spec_problems(catalogue->file, &count);
        for (uint32_t i = 0; i < count; i++) {
            gs_problems_add(problems, 0, &found[i]);
        }
        return GPUSIM_OK;
    }
    GPUSIM_TRY(status);
    GPUSIM_TRY(gs_spec_bind(catalogue->file, catalogue->arena, &catalogue->own, err));
    for (uint32_t i = 0; i < catalogue->own.gpus.count; i++) {
        GPUSIM_TRY(check_sources(catalogue, i, problems, err));
        GPUSIM_TRY(check_entry(catalogue, i, problems, err));
    }
cleanup:
    return status;
}

/* Where a user's entries come from: a file, a text, or neither. */
typedef struct entries_from {
    const char *path, *text;
    size_t length;
} entries_from;

static gpusim_status open_from(const entries_from *from, gs_arena *arena, gs_problems *problems,
                               gpusim_catalogue **result, gpusim_error *err)
{
    gpusim_status status;
    gpusim_catalogue *catalogue = NULL;
    gpusim_error unused = {0};
    err = err ? err : &unused;
    uint32_t before = problems->count + problems->dropped;
    *result = NULL;
    GPUSIM_TRY(gs_allocate(&catalogue, 1, sizeof *catalogue, err));
    catalogue->arena = arena ? arena : &catalogue->own_arena;
    GPUSIM_TRY(
        gs_allocate(&catalogue->builtin, gs_gpu_entry_count, sizeof *catalogue->builtin, err));
    GPUSIM_TRY(gs_gpu_figures_make(&catalogue->figures, err));
    if (from->path) {
        status = gs_spec_load_as(&file_record, from->path, &catalogue->file, err);
        GPUSIM_TRY(check_file(catalogue, status, problems, err));
    } else if (from->text) {
        status = gs_spec_parse_as(&file_record, from->text, from->length, "catalogue", NULL,
                                  &catalogue->file, err);
        GPUSIM_TRY(check_file(catalogue, status, problems, err));
    }
    if (problems->count + problems->dropped == before) {
        *result = catalogue;
        return GPUSIM_OK;
    }
cleanup:
    gpusim_catalogue_destroy(catalogue);
    return status;
}

gpusim_status gs_catalogue_open(const char *path, gs_arena *arena, gs_problems *problems,
                                gpusim_catalogue **catalogue, gpusim_error *err)
{
    return open_from(&(entries_from){.path = path}, arena, problems, catalogue, err);
}

gpusim_status gs_catalogue_parse(const char *text, size_t length, gs_arena *arena,
                                 gs_problems *problems, gpusim_catalogue **catalogue,
                                 gpusim_error *err)
{
    entries_from from = {.text = text, .length = length};
    return open_from(&from, arena, problems, catalogue, err);
}

const char *gs_catalogue_file_text(const gpusim_catalogue *catalogue)
{
    size_t length;
    return catalogue->file ? gpusim_spec_text(catalogue->file, &length) : NULL;
}

// ---- the whole of it ----

gpusim_status gpusim_catalogue_load(const char *path, gpusim_catalogue **result, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    gpusim_catalogue *catalogue = NULL;
    gs_problems *problems = NULL;
    const char **names = NULL;
    uint32_t count = 0;
    if (!result) {
        return gpusim_fail(err, GPUSIM_ARGUMENT, "a place for the catalogue is needed");
    }
    *result = NULL;
    GPUSIM_TRY(gs_allocate(&problems, 1, sizeof *problems, err));
    GPUSIM_TRY(gs_catalogue_open(path, NULL, problems, &catalogue, err));
    if (!catalogue) {
        status = (gpusim_status)problems->items[0].status;
        if (err) {
            *err = problems->items[0];
        }
        goto cleanup;
    }
    GPUSIM_TRY(
        gs_allocate(&names, catalogue->own.gpus.count + gs_gpu_entry_count, sizeof *names, err));
    count = list_names(catalogue, names);
    catalogue->models = gs_arena_get(catalogue->arena, count * sizeof *catalogue->models);
    if (!catalogue->models) {
        status = gpusim_fail(err, GPUSIM_MEMORY, "no memory for a catalogue");
        goto cleanup;
    }
    for (; catalogue->count < count; catalogue->count++) {
        GPUSIM_TRY(gs_catalogue_resolve(catalogue, names[catalogue->count], NULL,
                                        &catalogue->models[catalogue->count], err));
    }
    *result = catalogue;
    catalogue = NULL;
cleanup:
    gpusim_catalogue_destroy(catalogue);
    gs_release(&problems);
    gs_release(&names);
    return status;
}

void gpusim_catalogue_destroy(gpusim_catalogue *catalogue)
{
    if (catalogue) {
        gpusim_spec_destroy(catalogue->file);
        gs_release(&catalogue->builtin);
        gs_arena_release(&catalogue->own_arena);
        gs_release(&catalogue);
    }
}

const gpusim_gpu_model *gpusim_catalogue_models(const gpusim_catalogue *catalogue, uint32_t *count)
{
    *count = catalogue->count;
    return catalogue->models;
}

const char *gpusim_catalogue_text(size_t *length)
{
    *length = gs_gpu_text_length;
    return gs_gpu_text;
}
