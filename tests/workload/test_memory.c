/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Every allocation of building a workload failing in turn. This file's gs_resize takes the place of
 * the library's. */
#include "base/memory.h"

#include <stdint.h>

#include "support.h"

static uint64_t calls;
static uint64_t fails_at = UINT64_MAX;

void *gs_resize(void *memory, size_t size)
{
    if (size == 0) {
        free(memory);
        return NULL;
    }
    return calls++ >= fails_at ? NULL : realloc(memory, size);
}

#define SWF(id, after) id " 5 1 10 4 -1 -1 4 100 -1 1 2 1 -1 1 -1 " after " 1 {1,2,3}\n"

// one source of each kind
static gpusim_status build_everything(built *b)
{
    static const char *const vcs[] = {"x"};
    gs_trace swf = a_trace(GS_TRACE_SWF, "memory.swf.gz");
    swf.dependencies = 1;
    swf.speed = 2;
    gs_trace philly = a_trace(GS_TRACE_PHILLY, "memory.philly");
    philly.select.present = 1;
    philly.select.vc = (gpusim_list){.items = (void *)(uintptr_t)vcs, .count = 1};
    gs_trace csv = a_trace(GS_TRACE_CSV, "memory.csv");
    csv.on_error = GS_ON_ERROR_SKIP;
    csv.group = csv.vc = csv.name = "g";
    gs_listed_job jobs[] = {a_job("a", 7), a_job("b", 8)};
    jobs[1].after = "a";
    jobs[0].name = "x";
    jobs[0].profile.present = 1;
    jobs[0].mig = "1g.5gb";
    gpusim_list list = {.items = jobs, .count = 2};
    double profile[] = {1, 2};
    gs_diurnal_fields diurnal = {
        .rate = 1, .weekend = 1, .profile = {.items = profile, .count = 2}};
    gs_tenant_fields tenants[] = {{"v", 1}};
    gs_synthetic_fields synthetic = a_source();
    synthetic.arrivals = (gpusim_one_of){.value = &diurnal, .which = GS_ARRIVALS_DIURNAL};
    synthetic.users = 2000;
    synthetic.group = "h";
    synthetic.profile.present = 1;
    synthetic.mig = "2g.10gb";
    synthetic.vc = (gpusim_list){.items = tenants, .count = 1};
    gpusim_one_of items[] = {{.value = &swf, .which = GS_WORKLOAD_TRACE},
                             {.value = &philly, .which = GS_WORKLOAD_TRACE},
                             {.value = &csv, .which = GS_WORKLOAD_TRACE},
                             {.value = &list, .which = GS_WORKLOAD_JOBS},
                             {.value = &synthetic, .which = GS_WORKLOAD_SYNTHETIC}};
    return build_all(b, items, 5, 8);
}

START_TEST(each_in_turn)
{
    static const char swf[] = SWF("1", "-1") SWF("2", "1");
    make_gzip("memory.swf.gz", swf, sizeof swf - 1);
    make_file("memory.philly", "timestamp,duration,num_gpus,cluster\n2017-10-09 07:01:55,1,1,x\n"
                               "2017-10-08 07:01:55,1,1,y\n");
    // a quoted text with quotes in it, ids that are texts, and a line longer than the buffer
    size_t size = 300000;
    char *csv = malloc(size);
    size_t used = (size_t)sprintf(csv, "id,submit_s,duration_s,gpus,name,after,nodes\n"
                                       "a,1,1,1,\"x \"\"y\"\"\",,1 2\nbad\nb,1,1,1,z,a,\n");
    memset(csv + used, 'x', size - used - 1);
    csv[size - 1] = '\0';
    make_file("memory.csv", csv);
    free(csv);

    gpusim_status status = GPUSIM_MEMORY;
    for (fails_at = 0; status != GPUSIM_OK; fails_at++) {
        calls = 0;
        built b;
        status = build_everything(&b);
        ck_assert_msg(status == GPUSIM_OK || status == GPUSIM_MEMORY, "at %u: %s",
                      (unsigned)fails_at, b.err.message);
        ck_assert_int_eq(b.err.status, status);
        if (status == GPUSIM_OK) {
            ck_assert_uint_eq(b.workload.jobs.count, 2 + 1 + 2 + 2);
            ck_assert_uint_eq(b.workload.bad_lines, 2);
        }
        release(&b);
    }
    ck_assert_uint_gt(fails_at, 60);
    fails_at = UINT64_MAX;
    unlink("memory.swf.gz");
    unlink("memory.philly");
    unlink("memory.csv");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("memory");
    TEST_CASE(suite, 60, each_in_turn);
    return test_run(suite);
}
