/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A spec is a scenario as its author wrote it: read from YAML, edited by key path, checked. */
#ifndef GPUSIM_SPEC_H
#define GPUSIM_SPEC_H

#include <stddef.h>

#include <gpusim/field.h>
#include <gpusim/types.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct gpusim_spec gpusim_spec;

/* Reads a scenario. A file that could be read always yields a spec, also when it is wrong: then the
 * call fails, *err is the first problem, and gpusim_spec_problems lists them all (at most 20). */
GPUSIM_API gpusim_status gpusim_spec_load(const char *path, gpusim_spec **spec, gpusim_error *err);

/* The same from memory; `name` stands for the file in messages, relative paths count from
 * `folder` (NULL: the working folder). */
GPUSIM_API gpusim_status gpusim_spec_parse(const char *text, size_t length, const char *name,
                                           const char *folder, gpusim_spec **spec,
                                           gpusim_error *err);
GPUSIM_API void gpusim_spec_destroy(gpusim_spec *spec);

/* Sets what stands at a key path ("cluster.nodes[0].count", "scheduler.order") to a value written
 * in YAML ("4", "30 min", "{order: sjf}"); makes missing maps on the way, and an index one beyond a
 * list's end appends. What aliases share is copied first. Fails, and changes nothing, when there is
 * no such key (GPUSIM_ARGUMENT) or the value is no YAML (GPUSIM_SCENARIO); whether the value is
 * possible is among the problems afterwards, under the file name "--set". */
GPUSIM_API gpusim_status gpusim_spec_set(gpusim_spec *spec, const char *key, const char *value,
                                         gpusim_error *err);

/* Sets `scheduler` from a few words: "fifo+best-fit+easy", "sjf:blocking=false",
 * "las:limits=[1 h, 4 h]+repack", "order=sjf,placement=spread". Words are values of order,
 * placement, backfill, preemption and estimates, in any order, or a module that decides everything;
 * KEY=VALUE is a parameter of the module named last, or a key of `scheduler`. What is not said is
 * the default, except estimates, their noise and parameters of modules, which stay the scenario's;
 * "scenario" is all of the scenario's own, and "scenario,order=sjf" changes one thing. A word that
 * is unknown is GPUSIM_ARGUMENT, and then the spec may be half changed; whether values are possible
 * is among the problems, under the file name "-S 'TEXT'". */
GPUSIM_API gpusim_status gpusim_spec_set_scheduler(gpusim_spec *spec, const char *text,
                                                   gpusim_error *err);

/* All problems of the spec as it now is, in order of appearance; valid until it is edited or
 * destroyed. */
GPUSIM_API const gpusim_error *gpusim_spec_problems(const gpusim_spec *spec, uint32_t *count);

/* The text as read, and the effective scenario: canonical YAML with every default spelled out.
 * Owned by the spec; the latter until it is edited. */
GPUSIM_API const char *gpusim_spec_text(const gpusim_spec *spec, size_t *length);
GPUSIM_API gpusim_status gpusim_spec_effective(gpusim_spec *spec, const char **text, size_t *length,
                                               gpusim_error *err);

/* The table of a whole scenario: what `gpusim schema` prints and `list -v` explains. */
GPUSIM_API const gpusim_record *gpusim_spec_record(void);

/* JSON Schema (draft-7) of that table, as text that the caller frees with gpusim_free. */
GPUSIM_API gpusim_status gpusim_spec_schema(char **text, gpusim_error *err);

/* A module's parameters from a text of their own ("{window: 20}", "" for the defaults), bound to
 * the module's table; `name` stands for the file in messages. */
typedef struct gpusim_parameters gpusim_parameters;
GPUSIM_API gpusim_status gpusim_parameters_read(const gpusim_record *record, const char *text,
                                                size_t length, const char *name,
                                                gpusim_parameters **parameters, gpusim_error *err);
GPUSIM_API void gpusim_parameters_destroy(gpusim_parameters *parameters);
/* The struct of the table. */
GPUSIM_API const void *gpusim_parameters_value(const gpusim_parameters *parameters);

/* Frees what a call of this library handed over. free(NULL)'s manners. */
GPUSIM_API void gpusim_free(void *memory);

#ifdef __cplusplus
}
#endif
#endif
