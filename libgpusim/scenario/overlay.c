/* SPDX-License-Identifier: GPL-3.0-or-later */
/* GPU models laid over each other, figure by figure. */
#include "scenario/overlay.h"

#include <stdio.h>
#include <string.h>

#include "base/field.h"
#include "scenario/scalar.h"

static gpusim_status no_memory(gpusim_error *err)
{
    return gpusim_fail(err, GPUSIM_MEMORY, "no memory for a GPU model");
}

// ---- figures ----

static gpusim_status collect(gs_gpu_figures *figures, const gpusim_record *record,
                             const char *section, uint32_t offset, gpusim_error *err)
{
    static const char *const not_figures[] = {"name", "base", "sources"};
    gpusim_status status = GPUSIM_OK;
    for (uint32_t i = 0; i < record->count && status == GPUSIM_OK; i++) {
        const gpusim_field *field = &record->fields[i];
        int figure = 1;
        for (size_t k = 0; k < sizeof not_figures / sizeof not_figures[0] && !section; k++) {
            figure = figure && strcmp(field->name, not_figures[k]) != 0;
        }
        if (field->type == GPUSIM_RECORD) {
            status =
                collect(figures, field->detail.record, field->name, offset + field->offset, err);
        } else if (figure && figures->count == GS_GPU_FIGURES) {
            status = gpusim_fail(err, GPUSIM_INTERNAL, "a GPU model has more than %d figures",
                                 GS_GPU_FIGURES);
        } else if (figure) {
            uint32_t at = figures->count++;
            figures->items[at].field = field;
            figures->items[at].offset = offset + field->offset;
            snprintf(figures->items[at].name, sizeof figures->items[at].name, "%s%s%s",
                     section ? section : "", section ? "." : "", field->name);
        }
    }
    return status;
}

gpusim_status gs_gpu_figures_make(gs_gpu_figures *figures, gpusim_error *err)
{
    figures->count = 0;
    return collect(figures, gpusim_gpu_record(), NULL, 0, err);
}

uint64_t gs_gpu_given(const gs_gpu_figures *figures, const gpusim_gpu_model *model)
{
    uint64_t given = 0;
    for (uint32_t i = 0; i < figures->count; i++) {
        const void *value = (const char *)model + figures->items[i].offset;
        given |= (uint64_t)!gs_field_is_absent(figures->items[i].field, value) << i;
    }
    return given;
}

uint64_t gs_gpu_named(const gs_gpu_figures *figures, const char *path)
{
    uint64_t named = 0;
    size_t length = strlen(path);
    for (uint32_t i = 0; i < figures->count; i++) {
        const char *name = figures->items[i].name;
        int same =
            strncmp(name, path, length) == 0 && (name[length] == '\0' || name[length] == '.');
        named |= (uint64_t)same << i;
    }
    return named;
}

// ---- layers ----

void gs_overlay_begin(gs_overlay *overlay, const gs_gpu_figures *figures, gs_arena *arena,
                      gpusim_gpu_model *model)
{
    *overlay = (gs_overlay){.figures = figures, .arena = arena, .model = model};
    memset(model, 0, sizeof *model);
    for (uint32_t i = 0; i < figures->count; i++) {
        gs_field_absent(figures->items[i].field, (char *)model + figures->items[i].offset);
    }
}

// room for `more` sources; the old ones stay in the arena
static gpusim_status reserve(gs_overlay *overlay, uint32_t more, gpusim_error *err)
{
    if (overlay->count + more <= overlay->capacity) {
        return GPUSIM_OK;
    }
    uint32_t capacity = 2 * overlay->capacity + more;
    void *sources = gs_arena_get(overlay->arena, capacity * sizeof *overlay->sources);
    if (!sources) {
        return no_memory(err);
    }
    if (overlay->count) {
        memcpy(sources, overlay->sources, overlay->count * sizeof *overlay->sources);
    }
    overlay->sources = sources;
    overlay->capacity = capacity;
    return GPUSIM_OK;
}

gpusim_status gs_overlay_add(gs_overlay *overlay, const gpusim_gpu_model *layer, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    const gs_gpu_figures *figures = overlay->figures;
    uint64_t given = gs_gpu_given(figures, layer);
    overlay->model->name = layer->name ? layer->name : overlay->model->name;
    for (uint32_t i = 0; i < figures->count; i++) {
        if (given >> i & 1) {
            uint32_t at = figures->items[i].offset;
            memcpy((char *)overlay->model + at, (const char *)layer + at,
                   gs_field_size(figures->items[i].field));
        }
    }

    // MIG profiles are of the memory they were given with
    uint64_t replaced = given;
    if ((given & gs_gpu_named(figures, "memory")) && !(given & gs_gpu_named(figures, "mig"))) {
        overlay->model->mig = (gpusim_list){0};
        replaced |= gs_gpu_named(figures, "mig");
    }

    // who spoke of a figure that is replaced speaks of it no more
    for (uint32_t i = 0; i < overlay->count; i++) {
        overlay->sources[i].figures &= ~replaced;
    }
    const gpusim_gpu_source *source = layer->sources.items;
    GPUSIM_TRY(reserve(overlay, layer->sources.count, err));
    for (uint32_t i = 0; i < layer->sources.count; i++) {
        const char *const *paths = source[i].figures.items;
        uint64_t named = 0;
        for (uint32_t k = 0; k < source[i].figures.count; k++) {
            named |= gs_gpu_named(figures, paths[k]);
        }
        uint32_t at = overlay->count++;
        overlay->sources[at].figures = named & given;
        overlay->sources[at].from = source[i].from;
        overlay->sources[at].sure = source[i].sure;
    }
cleanup:
    return status;
}

// the names of some figures, as a list
static gpusim_status list_figures(const gs_overlay *overlay, uint64_t some, gpusim_list *list,
                                  gpusim_error *err)
{
    const gs_gpu_figures *figures = overlay->figures;
    uint32_t count = 0;
    for (uint64_t rest = some; rest; rest &= rest - 1) {
        count++;
    }
    const char **names = gs_arena_get(overlay->arena, count * sizeof *names);
    if (!names) {
        return no_memory(err);
    }
    *list = (gpusim_list){.items = names};
    for (uint32_t i = 0; i < figures->count; i++) {
        if (some >> i & 1) {
            const char *name = figures->items[i].name;
            names[list->count] = gs_arena_text(overlay->arena, name, strlen(name));
            if (!names[list->count++]) {
                return no_memory(err);
            }
        }
    }
    return GPUSIM_OK;
}

gpusim_status gs_overlay_end(gs_overlay *overlay, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    gpusim_gpu_source *sources =
        gs_arena_get(overlay->arena, (overlay->count + 1) * sizeof *sources);
    uint32_t count = 0;
    uint64_t seen = 0;
    if (!sources) {
        return no_memory(err);
    }
    for (uint32_t i = 0; i < overlay->count; i++) {
        // of two that speak of a figure the first one counts
        uint64_t figures = overlay->sources[i].figures & ~seen;
        seen |= figures;
        if (figures) {
            gpusim_gpu_source *source = &sources[count++];
            source->from = overlay->sources[i].from;
            source->sure = overlay->sources[i].sure;
            GPUSIM_TRY(list_figures(overlay, figures, &source->figures, err));
        }
    }
    overlay->model->sources = (gpusim_list){.items = sources, .count = count};
cleanup:
    return status;
}
