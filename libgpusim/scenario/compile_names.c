/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Names in a scheduler's parameters that no job has: a typo there would be silent. */
#include <stdio.h>
#include <string.h>

#include <gpusim/order.h>

#include "base/suggest.h"
#include "scenario/compile.h"

/* What a name may be of. */
static const struct {
    uint32_t flag;
    gs_job_name which;
    const char *word;
} kinds[] = {{GPUSIM_OF_USERS, GS_JOB_USER, "user"},
             {GPUSIM_OF_VCS, GS_JOB_VC, "virtual cluster"},
             {GPUSIM_OF_QOS, GS_JOB_QOS, "quality of service"}};

#define KINDS (sizeof kinds / sizeof kinds[0])

// Looks for a name among those that jobs have, and for one like it.
static int is_there(const gs_compilation *at, uint32_t flags, const char *name,
                    gs_suggestion *suggestion)
{
    const gpusim_model *model = at->model;
    uint32_t number = gs_names_find(model->names, name, strlen(name));
    for (uint32_t i = 0; i < model->vcs.count && (flags & GPUSIM_OF_VCS); i++) {
        uint32_t vc = GS_AT(model->vcs, gpusim_vc_info, i).name;
        if (vc == number) {
            return 1;
        }
        gs_suggest(suggestion, gs_names_text(model->names, vc));
    }
    for (size_t kind = 0; kind < KINDS; kind++) {
        uint32_t before = 0;
        gs_job_names all = {.workload = &model->workload, .which = kinds[kind].which};
        for (uint32_t one; (flags & kinds[kind].flag) && (one = gs_job_names_next(&all)) != 0;) {
            if (one == number) {
                return 1;
            }
            if (one != before) {
                gs_suggest(suggestion, gs_names_text(model->names, one));
            }
            before = one;
        }
    }
    return 0;
}

static gpusim_status warn_of(const gs_compilation *at, const char *place, uint32_t flags,
                             const char *name, gpusim_error *err)
{
    gs_suggestion suggestion = {.word = name};
    if (is_there(at, flags, name, &suggestion)) {
        return GPUSIM_OK;
    }

    // "user or virtual cluster"
    char words[80] = "", hint[160] = "";
    for (size_t kind = 0; kind < KINDS; kind++) {
        if (flags & kinds[kind].flag) {
            size_t length = strlen(words);
            snprintf(words + length, sizeof words - length, "%s%s", length ? " or " : "",
                     kinds[kind].word);
        }
    }
    if (gs_suggested(&suggestion)) {
        snprintf(hint, sizeof hint, "; did you mean '%s'?", gs_suggested(&suggestion));
    }
    gpusim_error where = {0};
    char key[sizeof where.key];
    snprintf(key, sizeof key, "%.70s.%.50s", place, name);
    gs_spec_locate(at->spec, key, &where);
    return gs_model_warn(at->model, err, "%s:%d:%d: %s: no job has the %s '%s'%s",
                         where.file[0] ? where.file : "scenario", where.line, where.column, key,
                         words, name, hint);
}

gpusim_status gs_compile_names(const gs_compilation *at, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    const gs_chosen_module *order = &at->model->setup.order;
    const gpusim_record *record = order->module ? order->module->parameters : NULL;
    for (uint32_t i = 0; record && order->parameters && i < record->count; i++) {
        const gpusim_field *field = &record->fields[i];
        uint32_t of = field->flags & (GPUSIM_OF_USERS | GPUSIM_OF_VCS | GPUSIM_OF_QOS);
        if (field->type != GPUSIM_MAP || of == 0) {
            continue;
        }
        char place[128];
        snprintf(place, sizeof place, "scheduler.%.40s.%.40s", order->module->name, field->name);
        const gpusim_list *map =
            (const gpusim_list *)(const void *)((const char *)order->parameters + field->offset);
        for (uint32_t k = 0; k < map->count; k++) {
            const gpusim_weight *weight = (const gpusim_weight *)map->items + k;
            GPUSIM_TRY(warn_of(at, place, of, weight->key, err));
        }
    }
cleanup:
    return status;
}
