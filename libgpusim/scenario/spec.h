/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a spec is made of. */
#ifndef GS_SCENARIO_SPEC_H
#define GS_SCENARIO_SPEC_H

#include <gpusim/spec.h>

#include "scenario/bind.h"
#include "scenario/yaml.h"

struct gpusim_spec {
    const gpusim_record *record; /* the table it is read by */
    gs_yaml yaml;
    uint32_t document;     /* the slot of the whole; 0: the text is no YAML */
    gs_problems *reading;  /* found while the text was read: no edit mends them */
    gs_problems *problems; /* all, as it is now */
    char *folder;          /* NULL: the working folder */
    char *effective;       /* NULL: not asked for since the last edit */
    size_t effective_length;
};

/* gpusim_spec_load and _parse by any table. */
gpusim_status gs_spec_load_as(const gpusim_record *record, const char *path, gpusim_spec **spec,
                              gpusim_error *err);
gpusim_status gs_spec_parse_as(const gpusim_record *record, const char *text, size_t length,
                               const char *name, const char *folder, gpusim_spec **spec,
                               gpusim_error *err);

/* gpusim_spec_set under another name than "--set" in messages. */
gpusim_status gs_spec_set_as(gpusim_spec *spec, const char *name, const char *key,
                             const char *value, gpusim_error *err);

/* Finds all problems of the spec as it now is. */
gpusim_status gs_spec_examine(gpusim_spec *spec, gpusim_error *err);

/* The canonical text of a bound struct; gs_release it. */
gpusim_status gs_effective_write(const gpusim_record *record, const void *values, char **text,
                                 size_t *length, gpusim_error *err);

/* The JSON Schema of a table; gpusim_free it. */
gpusim_status gs_schema_write(const gpusim_record *record, char **text, gpusim_error *err);

#endif
