/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The catalogue of faults is whole: words, tables, parameters, effects. */
#include <string.h>

#include <gpusim/fault.h>

#include "chaos/kinds.h"
#include "chaos/mixes.h"
#include "chaos/tables.h"
#include "harness.h"

static int is_text(const char *text)
{
    return text && strlen(text) > 3;
}

START_TEST(every_kind_is_whole)
{
    gpusim_fault_kind kind;
    uint32_t count = 0;
    for (; gpusim_fault_kind_at(count, &kind); count++) {
        const gs_fault_kind *of = &gs_fault_kinds[count];
        ck_assert_str_eq(kind.name, of->name);
        ck_assert_str_eq(of->record->name, of->name);
        ck_assert_str_eq(gs_fault_record.fields[count].name, of->name);
        ck_assert_ptr_eq(gs_fault_record.fields[count].detail.record, of->record);
        ck_assert_msg(is_text(kind.doc) && is_text(kind.does) && is_text(kind.shows) &&
                          is_text(kind.jobs) && is_text(kind.source),
                      "%s", kind.name);
        ck_assert_uint_eq(of->record->size, sizeof(gs_rule_fields));

        // what needs a repair says how long it takes, and nobody else does
        int repaired = gpusim_record_find(of->record, "repair") != NULL;
        ck_assert_msg(repaired == (of->strike.needs == GS_NEEDS_REPAIR), "%s", kind.name);
        // who has an effect or lasts has an end; what only strikes is over at once
        ck_assert_msg((kind.ends != NULL) == (of->flags || of->effect), "%s", kind.name);
        ck_assert_msg(of->flags || of->effect || of->strike.kills || of->strike.corrupts ||
                          of->strike.remapped,
                      "%s does nothing", kind.name);
        for (uint32_t i = 0; i < count; i++) {
            ck_assert_str_ne(gs_fault_kinds[i].name, of->name);
        }
    }
    ck_assert_uint_eq(count, gs_fault_kind_count);
    ck_assert_uint_ge(count, 40);
}
END_TEST

/* What NVIDIA's XID catalogue and the table of signatures say of kinds. */
static const struct {
    const char *name;
    uint32_t scope, flags, xid;
    uint8_t kills, needs;
} signatures[] = {
    {"node-crash", GS_FAULT_ON_NODE, GS_FAULT_DOWN, 0, GS_KILLS_JOBS, GS_NEEDS_REPAIR},
    {"driver-crash", GS_FAULT_ON_NODE, GS_FAULT_DOWN, 0, GS_KILLS_JOBS, GS_NEEDS_REPAIR},
    {"maintenance", GS_FAULT_ON_NODE, GS_FAULT_CLOSED, 0, GS_KILLS_NOBODY, GS_NEEDS_NOTHING},
    {"psu-brownout", GS_FAULT_ON_NODE, GS_FAULT_BRAKE, 0, GS_KILLS_NOBODY, GS_NEEDS_NOTHING},
    {"disk-full", GS_FAULT_ON_NODE, GS_FAULT_NO_DISK, 0, GS_KILLS_NOBODY, GS_NEEDS_NOTHING},
    {"rack-pdu-failure", GS_FAULT_ON_RACK, GS_FAULT_DOWN, 0, GS_KILLS_JOBS, GS_NEEDS_REPAIR},
    {"switch-failure", GS_FAULT_ON_RACK, GS_FAULT_CUT_OFF, 0, GS_KILLS_NOBODY, GS_NEEDS_NOTHING},
    {"heat-wave", GS_FAULT_ON_CLUSTER, 0, 0, GS_KILLS_NOBODY, GS_NEEDS_NOTHING},
    {"xid79", GS_FAULT_ON_GPU, GS_FAULT_OFF, 79, GS_KILLS_JOBS, GS_NEEDS_RESET},
    {"ecc-sbe-storm", GS_FAULT_ON_GPU, 0, 92, GS_KILLS_NOBODY, GS_NEEDS_NOTHING},
    {"ecc-dbe", GS_FAULT_ON_GPU, 0, 48, GS_KILLS_JOBS, GS_NEEDS_NOTHING},
    {"row-remap", GS_FAULT_ON_GPU, 0, 63, GS_KILLS_NOBODY, GS_NEEDS_NOTHING},
    {"row-remap-failure", GS_FAULT_ON_GPU, GS_FAULT_OFF, 64, GS_KILLS_JOBS, GS_NEEDS_REPAIR},
    {"gsp-timeout", GS_FAULT_ON_GPU, GS_FAULT_HANG, 119, GS_KILLS_NOBODY, GS_NEEDS_RESET},
    {"pmu-error", GS_FAULT_ON_GPU, 0, 122, GS_KILLS_JOBS, GS_NEEDS_NOTHING},
    {"mmu-fault", GS_FAULT_ON_GPU, 0, 31, GS_KILLS_JOBS, GS_NEEDS_NOTHING},
    {"sdc", GS_FAULT_ON_GPU, 0, 0, GS_KILLS_NOBODY, GS_NEEDS_NOTHING},
    {"nvlink-down", GS_FAULT_ON_GPU, 0, 74, GS_KILLS_NOBODY, GS_NEEDS_RESET},
    {"nvlink-error", GS_FAULT_ON_GPU, 0, 74, GS_KILLS_JOBS, GS_NEEDS_NOTHING},
    {"job-oom", GS_FAULT_ON_GPU, 0, 0, GS_KILLS_BY_MEMORY, GS_NEEDS_NOTHING},
    {"telemetry-dropout", GS_FAULT_ON_NODE, GS_FAULT_SILENT, 0, GS_KILLS_NOBODY, GS_NEEDS_NOTHING},
    {"telemetry-stuck", GS_FAULT_ON_NODE, GS_FAULT_STUCK, 0, GS_KILLS_NOBODY, GS_NEEDS_NOTHING},
};

START_TEST(kinds_strike_as_their_signature_says)
{
    for (size_t i = 0; i < sizeof signatures / sizeof signatures[0]; i++) {
        uint32_t k = 0;
        while (k < gs_fault_kind_count && strcmp(gs_fault_kinds[k].name, signatures[i].name) != 0) {
            k++;
        }
        ck_assert_msg(k < gs_fault_kind_count, "%s", signatures[i].name);
        const gs_fault_kind *kind = &gs_fault_kinds[k];
        ck_assert_msg(kind->scope == signatures[i].scope && kind->flags == signatures[i].flags &&
                          kind->strike.xid == signatures[i].xid &&
                          kind->strike.kills == signatures[i].kills &&
                          kind->strike.needs == signatures[i].needs,
                      "%s", kind->name);
        ck_assert_uint_eq(kind->strike.corrupts, k == GS_KIND_SDC);
    }
}
END_TEST

// parameters are those that the effect reads: each of them changes it
START_TEST(every_parameter_matters)
{
    for (uint32_t k = 0; k < gs_fault_kind_count; k++) {
        uint32_t parameters = 0;
        for (uint32_t i = 0; i < GS_FAULT_PARAMETERS; i++) {
            const gpusim_field *field = gs_fault_parameter(k, i);
            if (!field || gs_fault_kinds[k].strike.corrupts) {
                continue; // those of corruption say whether and when somebody finds it
            }
            parameters++;
            double p[GS_FAULT_PARAMETERS] = {0.25, 0.25, 0.25, 0.25};
            gs_effect before = gs_fault_effect(k, p, 1);
            p[i] = 3;
            gs_effect after = gs_fault_effect(k, p, 1);
            ck_assert_msg(memcmp(&before, &after, sizeof before) != 0, "%s of %s", field->name,
                          gs_fault_kinds[k].name);
            ck_assert_msg(field->minimum < field->maximum, "%s", field->name);
        }
        ck_assert_msg((parameters > 0) == (gs_fault_kinds[k].effect != NULL), "%s",
                      gs_fault_kinds[k].name);
    }
}
END_TEST

// with `ramp` nothing happens at first, and more and more then
START_TEST(ramps_begin_at_nothing)
{
    const double p[GS_FAULT_PARAMETERS] = {0.5, 0.5, 0.5, 0.5};
    for (uint32_t k = 0; k < gs_fault_kind_count; k++) {
        if (!gpusim_record_find(gs_fault_kinds[k].record, "ramp") || gs_fault_kinds[k].flags) {
            continue;
        }
        gs_effect none = gs_fault_effect(k, p, 0), some = gs_fault_effect(k, p, 0.5);
        ck_assert_msg(memcmp(&none, &gs_effect_none, sizeof none) == 0, "%s",
                      gs_fault_kinds[k].name);
        ck_assert_msg(memcmp(&some, &none, sizeof none) != 0, "%s", gs_fault_kinds[k].name);
    }
}
END_TEST

START_TEST(every_cause_has_a_kind)
{
    uint32_t count;
    const gpusim_fault_mix *mixes = gpusim_fault_mixes(&count);
    ck_assert_uint_eq(count, 7);
    for (uint32_t m = 0; m < count; m++) {
        ck_assert(is_text(mixes[m].doc) && is_text(mixes[m].source));
        ck_assert_str_eq(gs_fault_record.fields[gs_fault_kind_count + m].name, mixes[m].name);
        for (uint32_t c = 0; c < mixes[m].count; c++) {
            const gpusim_fault_cause *cause = &mixes[m].causes[c];
            uint32_t k = 0;
            while (k < gs_fault_kind_count && strcmp(gs_fault_kinds[k].name, cause->kind) != 0) {
                k++;
            }
            ck_assert_msg(k < gs_fault_kind_count, "%s", cause->kind);
            // a cause gives its kind's only parameter, or the kind has none
            ck_assert_msg(!gs_fault_kinds[k].effect == !(cause->least > 0), "%s", cause->kind);
            ck_assert(!gs_fault_parameter(k, 1) || !gs_fault_kinds[k].effect);
            double hours = gs_fault_kinds[k].scope == GS_FAULT_ON_GPU ? mixes[m].gpu_hours
                                                                      : mixes[m].node_hours;
            double expected = hours / cause->count;
            ck_assert_msg(cause->hours > expected * (1 - 1e-12) &&
                              cause->hours < expected * (1 + 1e-12),
                          "%s/%s", mixes[m].name, cause->name);
        }
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("catalogue");
    TEST_CASE(suite, 60, every_kind_is_whole, kinds_strike_as_their_signature_says,
              every_parameter_matters, ramps_begin_at_nothing, every_cause_has_a_kind);
    return test_run(suite);
}
