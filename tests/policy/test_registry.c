/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The built-in modules and the table behind `scheduler:` say the same. */
#include "harness.h"

#include <gpusim/model.h>
#include <string.h>

#include "../schedulers/registry.h"

static const gpusim_field *field_of(const char *name)
{
    const gpusim_record *composition = gs_scheduler_record.fields[0].detail.record;
    const gpusim_field *field = gpusim_record_find(composition, name);
    ck_assert_msg(field != NULL, "no field '%s'", name);
    return field;
}

static void same_names(gpusim_module_kind kind, const char *field_name)
{
    const gpusim_choice *choices = field_of(field_name)->detail.choices;
    const gpusim_module *module, *before = NULL;
    uint32_t i = 0;
    for (; (module = gpusim_module_builtin(kind, i)); i++) {
        ck_assert_str_eq(choices[i].name, module->name);
        ck_assert_int_eq(choices[i].value, (int)i);
        ck_assert(!before || strcmp(before->name, module->name) < 0);
        ck_assert_uint_eq(module->magic, GPUSIM_MODULE_MAGIC);
        ck_assert_uint_eq(module->size, sizeof *module);
        ck_assert_uint_eq(module->abi_major, GPUSIM_MODULE_ABI_MAJOR);
        ck_assert_uint_eq(module->kind, (uint32_t)kind);
        ck_assert_ptr_nonnull(module->version);
        ck_assert_uint_gt(strlen(module->doc), 10);
        ck_assert_ptr_nonnull(module->operations);
        before = module;

        // its parameters stand under its name, in a place large enough
        const gpusim_record *composition = gs_scheduler_record.fields[0].detail.record;
        const gpusim_field *place = gpusim_record_find(composition, module->name);
        ck_assert_ptr_eq(place ? place->detail.record : NULL, module->parameters);
        ck_assert(!place || module->parameters->size <= GS_PARAMETER_BYTES);
        for (uint32_t k = 0; place && k < module->parameters->count; k++) {
            ck_assert_ptr_nonnull(module->parameters->fields[k].doc);
        }
    }
    ck_assert_uint_gt(i, 5);
    ck_assert_ptr_null(choices[i].name);
}

START_TEST(tables_agree)
{
    same_names(GPUSIM_MODULE_ORDER, "order");
    same_names(GPUSIM_MODULE_PLACEMENT, "placement");
    ck_assert_ptr_null(gpusim_module_builtin(GPUSIM_MODULE_DETECTOR, 0));
}
END_TEST

// each alternative of `scheduler:` after the composition is a module, with its own table
START_TEST(schedulers)
{
    gpusim_error err = {0};
    gs_setup setup;
    const gpusim_module *module;
    uint32_t i = 0;
    for (; (module = gpusim_module_builtin(GPUSIM_MODULE_SCHEDULER, i)); i++) {
        ck_assert_uint_lt(i + 1, gs_scheduler_record.count);
        const gpusim_field *field = &gs_scheduler_record.fields[i + 1];
        ck_assert_str_eq(field->name, module->name);
        ck_assert_ptr_eq(field->detail.record, module->parameters);
        ck_assert_uint_eq(module->kind, GPUSIM_MODULE_SCHEDULER);
        ck_assert_uint_gt(strlen(module->doc), 10);
        ck_assert_ptr_nonnull(module->operations);
        gpusim_one_of chosen = {.value = &err, .which = i + 1}; // not looked at
        ASSERT_OK(gs_setup_make(&chosen, &setup, &err), &err);
        ck_assert_str_eq(setup.text, module->name);
        ck_assert_ptr_eq(setup.scheduler.parameters, &err);
    }
    ck_assert_uint_eq(i + 1, gs_scheduler_record.count);
    gpusim_one_of wrong = {.value = &err, .which = i + 1};
    ck_assert_int_eq(gs_setup_make(&wrong, &setup, &err), GPUSIM_MODULE);
}
END_TEST

START_TEST(setups)
{
    gpusim_error err = {0};
    gs_setup setup;
    ASSERT_OK(gs_setup_make(NULL, &setup, &err), &err);
    ck_assert_str_eq(setup.text, "fifo, first-fit");
    ck_assert_uint_eq(setup.blocking, 1);
    ck_assert_uint_eq(setup.reads_estimates, 0);

    // each module finds its own parameters
    gs_composition said = {.order = GS_MODULE_fifo, .blocking = 0, .estimates = GS_ESTIMATE_EXACT};
    gpusim_one_of chosen = {.value = &said};
    const gpusim_module *module;
    for (uint32_t i = 0; (module = gpusim_module_builtin(GPUSIM_MODULE_PLACEMENT, i)); i++) {
        said.placement = (int32_t)i;
        ASSERT_OK(gs_setup_make(&chosen, &setup, &err), &err);
        const char *place = (const char *)&said + field_of(module->name)->offset;
        ck_assert_ptr_eq(setup.placement.parameters, place);
        ck_assert_ptr_eq(setup.placement.module, module);
        ck_assert_uint_eq(setup.reads_estimates, 0);
    }
    ck_assert_str_eq(setup.text, "fifo (skip), topology");
    said.backfill = GS_BACKFILL_EASY;
    ASSERT_OK(gs_setup_make(&chosen, &setup, &err), &err);
    ck_assert_str_eq(setup.text, "fifo, topology, backfill easy");
    ck_assert_uint_eq(setup.reads_estimates, 1);
    said.preemption = GS_PREEMPTION_REPACK;
    ck_assert_int_eq(gs_setup_make(&chosen, &setup, &err), GPUSIM_SCENARIO);
    ck_assert_str_eq(err.message, "backfill and preemption repack cannot be combined");
    ck_assert_str_ne(err.hint, "");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("registry");
    TEST_CASE(suite, 10, tables_agree, schedulers, setups);
    return test_run(suite);
}
