/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Parts of GPUs: where MIG instances begin, against what NVIDIA's driver does in its user guide;
 * which GPU a part takes; and hypothetical clusters in which parts end and begin. */
#include "../harness.h"
#include "policy/shadow.h"

enum { ONE = 1, ONE_WIDE, TWO, THREE, FOUR, SEVEN };

static const gs_mig_profile a100[] = {
    {.name = ONE, .compute = 1, .width = 1, .starts = 0x7f, .memory = 5},
    {.name = TWO, .compute = 2, .width = 2, .starts = 0x15, .memory = 10},
    {.name = THREE, .compute = 3, .width = 4, .starts = 0x11, .memory = 20},
    {.name = FOUR, .compute = 4, .width = 4, .starts = 0x01, .memory = 20},
    {.name = SEVEN, .compute = 7, .width = 8, .starts = 0x01, .memory = 40},
    {.name = ONE_WIDE, .compute = 1, .width = 2, .starts = 0x55, .memory = 10},
};
static const gs_cut older = {.profiles = a100, .count = 5, .cut = 1}; // without 1g.10gb
static const gs_cut newer = {.profiles = a100, .count = 6, .cut = 1};

// `nvidia-smi mig -cgi` of the guide and of people who show what it said; -1: no place
START_TEST(as_the_driver_does)
{
    static const struct {
        uint32_t profiles[8];
        int starts[8];
    } cases[] = {
        {{ONE, ONE, ONE, ONE, ONE, ONE, ONE}, {6, 4, 5, 0, 1, 2, 3}},
        {{ONE, TWO, FOUR}, {6, 4, 0}},
        {{THREE, THREE}, {4, 0}},
        {{TWO, ONE, ONE, ONE, ONE, ONE}, {4, 6, 0, 1, 2, 3}},
        {{TWO, TWO, TWO, ONE}, {4, 0, 2, 6}},
        {{THREE, ONE, TWO, ONE}, {4, 0, 2, 1}},
        {{ONE, ONE, TWO, THREE}, {6, 4, 0, -1}}, // "Insufficient Resources"
        {{ONE, THREE}, {6, 0}},
        {{FOUR, THREE}, {0, 4}},
        {{SEVEN, ONE}, {0, -1}},
    };
    const gs_cut *cut = _i ? &newer : &older;
    for (size_t c = 0; c < sizeof cases / sizeof cases[0]; c++) {
        uint32_t free = GS_MIG_ALL;
        for (uint32_t i = 0; i < 8 && cases[c].profiles[i]; i++) {
            const gs_mig_profile *profile = gs_mig_find(cut, cases[c].profiles[i]);
            uint32_t slices = gs_mig_place(cut, profile, free);
            int start = slices ? __builtin_ctz(slices) : -1;
            ck_assert_msg(start == cases[c].starts[i], "case %zu, instance %u begins at %d", c, i,
                          start);
            ck_assert_uint_eq(slices & ~free, 0);
            free &= ~slices;
        }
    }
}
END_TEST

// however they come and go, seven compute slices are enough for what the memory slices hold
START_TEST(never_more_than_seven_compute_slices)
{
    gpusim_stream stream = gpusim_stream_make(5, "test", "slices");
    for (uint64_t run = 0; run < 2000; run++) {
        uint32_t free = GS_MIG_ALL, held[8] = {0}, compute[8] = {0}, sum = 0;
        for (uint64_t step = 0; step < 30; step++) {
            uint64_t drawn = gpusim_draw_bits(stream, run * 64 + step);
            uint32_t at = drawn % 8;
            if (held[at]) {
                free |= held[at];
                sum -= compute[at];
                held[at] = compute[at] = 0;
                continue;
            }
            const gs_mig_profile *profile = &a100[drawn / 8 % 6];
            held[at] = gs_mig_place(&newer, profile, free);
            compute[at] = held[at] ? profile->compute : 0;
            free &= ~held[at];
            sum += compute[at];
            ck_assert_uint_le(sum, 7);
        }
    }
}
END_TEST

// ---- a small cluster: group 0 of three nodes with two GPUs, group 1 of two that are cut ----

#define NODES 5
#define GPUS  10

typedef struct cluster {
    gpusim_view view;
    gpusim_node_info nodes[NODES];
    gpusim_group_info groups[2];
    gpusim_gpu_info gpus[GPUS];
    uint32_t first_gpu[NODES + 1];
    gs_cut cuts[2];
    gs_index *index;
} cluster;

static void make_cluster(cluster *c)
{
    *c = (cluster){.first_gpu = {0, 2, 4, 6, 8, 10}, .cuts = {{0}, newer}};
    for (uint32_t g = 0; g < 2; g++) {
        c->groups[g] = (gpusim_group_info){.memory = UINT64_MAX,
                                           .gpu_memory = 80,
                                           .first_node = g * 3,
                                           .nodes = g ? 2 : 3,
                                           .gpus = 2,
                                           .cpus = 8,
                                           .cut = g};
    }
    for (uint32_t n = 0; n < NODES; n++) {
        c->nodes[n] = (gpusim_node_info){.memory = UINT64_MAX,
                                         .free_memory = UINT64_MAX,
                                         .gpus = 2,
                                         .free_gpus = 2,
                                         .cpus = 8,
                                         .free_cpus = 8,
                                         .group = n >= 3};
    }
    for (uint32_t g = 0; g < GPUS; g++) {
        c->gpus[g] = gs_share_empty(&c->groups[g >= 6]);
    }
    c->view = (gpusim_view){.size = sizeof c->view,
                            .node_count = NODES,
                            .group_count = 2,
                            .nodes = c->nodes,
                            .groups = c->groups,
                            .node_first_gpu = c->first_gpu,
                            .gpus = c->gpus};
    gpusim_error err = {0};
    ASSERT_OK(gs_index_create(&c->view, c->cuts, &c->index, &err), &err);
    c->view.index = c->index;
}

static gpusim_job_info sharer(uint32_t gpus, uint32_t milli)
{
    return (gpusim_job_info){.gpus = gpus, .milli = milli, .group = GPUSIM_NONE};
}

static gpusim_job_info instance(uint32_t name)
{
    gpusim_job_info job = sharer(1, gs_mig_milli(gs_mig_find(&newer, name)->compute));
    job.mig = name;
    return job;
}

// a part is taken of a GPU by hand
static void hold(cluster *c, uint32_t gpu, uint32_t milli)
{
    gpusim_job_info job = sharer(1, milli);
    c->nodes[gpu / 2].free_gpus -= c->gpus[gpu].free_milli == 1000;
    gs_share_take(&c->gpus[gpu], &job, 0);
    gs_index_update(c->index, &c->view, gpu / 2);
}

// where a job goes, as its GPUs over the whole cluster; "-" when it has no place on partly used
// ones
static const char *placed(const cluster *c, const gpusim_job_info *job)
{
    static char text[64];
    gpusim_part parts[8];
    gpusim_placement placement = {.parts = parts, .capacity = 8};
    int length = 0;
    if (!gs_share_place(&c->view, job, &placement)) {
        return "-";
    }
    ck_assert_uint_eq(placement.count, job->gpus);
    for (uint32_t i = 0; i < placement.count; i++) {
        ck_assert_uint_eq(parts[i].gpus, 1);
        ck_assert_uint_eq(parts[i].milli, job->milli);
        length += snprintf(text + length, sizeof text - (size_t)length, "%s%u", i ? " " : "",
                           c->first_gpu[parts[i].node] + parts[i].first_gpu);
    }
    return text;
}

START_TEST(least_room_that_is_enough)
{
    cluster c;
    make_cluster(&c);
    gpusim_job_info job = sharer(1, 300);
    ck_assert_str_eq(placed(&c, &job), "-"); // all are free: the placement decides
    hold(&c, 5, 500);
    hold(&c, 2, 600);
    hold(&c, 1, 800);
    ck_assert_str_eq(placed(&c, &job), "2"); // 400 are left there, 500 and 200 elsewhere
    hold(&c, 0, 600);
    ck_assert_str_eq(placed(&c, &job), "0"); // a tie goes to the lowest number
    job.milli = 401;
    ck_assert_str_eq(placed(&c, &job), "5");
    job.milli = 501;
    ck_assert_str_eq(placed(&c, &job), "-");

    // cores, memory of the GPU, state of the node, and the group count too
    job.milli = 300;
    c.nodes[0].free_cpus = 1;
    job.cpus = 2;
    ck_assert_str_eq(placed(&c, &job), "2");
    c.gpus[2].free_memory = 9;
    job.gpu_memory = 10;
    ck_assert_str_eq(placed(&c, &job), "5");
    c.nodes[2].state = GPUSIM_NODE_DRAINING;
    ck_assert_str_eq(placed(&c, &job), "-");
    job = sharer(1, 100);
    job.group = 1;
    ck_assert_str_eq(placed(&c, &job), "-");
    gs_index_destroy(c.index);
}
END_TEST

START_TEST(several_parts_of_one_node)
{
    cluster c;
    make_cluster(&c);
    gpusim_job_info job = sharer(2, 300);
    hold(&c, 0, 500);
    ck_assert_str_eq(placed(&c, &job), "0 1"); // one partly used, one free
    hold(&c, 2, 900);
    ck_assert_str_eq(placed(&c, &job), "0 1"); // of GPU 2 too little is left
    hold(&c, 4, 500);
    hold(&c, 5, 600);
    ck_assert_str_eq(placed(&c, &job), "5 4"); // no free one is begun
    job.gpus = 3;
    ck_assert_str_eq(placed(&c, &job), "-"); // nobody has three
    gs_index_destroy(c.index);
}
END_TEST

START_TEST(instances_go_where_least_is_left)
{
    cluster c;
    make_cluster(&c);
    gpusim_job_info one = instance(ONE), three = instance(THREE), four = instance(FOUR);
    ck_assert_str_eq(placed(&c, &one), "-");

    // 6: all but slices 4 .. 7; 7: all but 0; 8: only slices 0 and 1
    static const uint32_t free[] = {0x0f, 0xfe, 0x03};
    for (uint32_t i = 0; i < 3; i++) {
        c.gpus[6 + i].free_slices = free[i];
        c.gpus[6 + i].free_milli = 858 - 200 * i;
        c.nodes[(6 + i) / 2].free_gpus--;
    }
    gs_index_rebuild(c.index, &c.view);
    ck_assert_str_eq(placed(&c, &one), "8");
    ck_assert_str_eq(placed(&c, &three), "6"); // 4 slices are left there, 7 of GPU 7
    ck_assert_str_eq(placed(&c, &four), "6");
    c.gpus[6].free_slices = 0x07;
    gs_index_rebuild(c.index, &c.view);
    ck_assert_str_eq(placed(&c, &three), "7");
    ck_assert_str_eq(placed(&c, &four), "-"); // nowhere from slice 0 on
    one.gpu_memory = 6;
    ck_assert_str_eq(placed(&c, &one), "-"); // the instance has 5

    // instances go nowhere else, and nobody else comes to where GPUs are cut
    gpusim_job_info whole = sharer(1, 1000), part = sharer(1, 10);
    ck_assert_int_eq(gs_group_takes(&c.view, &three, 0), 0);
    ck_assert_int_eq(gs_group_takes(&c.view, &whole, 1), 0);
    ck_assert_int_eq(gs_group_takes(&c.view, &part, 1), 0);
    whole.gpus = 0;
    ck_assert_int_eq(gs_group_takes(&c.view, &whole, 1), 1); // but jobs without GPUs
    gs_index_destroy(c.index);
}
END_TEST

START_TEST(room_of_a_node)
{
    cluster c;
    make_cluster(&c);
    gpusim_job_info job = sharer(1, 400);
    job.cpus = 3;
    ck_assert_uint_eq(gpusim_view_room(&c.view, &job, 0), 2);
    hold(&c, 0, 700);
    ck_assert_uint_eq(gpusim_view_room(&c.view, &job, 0), 1);
    job.milli = 300;
    ck_assert_uint_eq(gpusim_view_room(&c.view, &job, 0), 2);
    c.nodes[0].free_cpus = 5;
    ck_assert_uint_eq(gpusim_view_room(&c.view, &job, 0), 1);
    job.milli = 1000;
    ck_assert_uint_eq(gpusim_view_room(&c.view, &job, 3), 0); // cut
    gpusim_job_info one = instance(ONE);
    ck_assert_uint_eq(gpusim_view_room(&c.view, &one, 3), 2);
    ck_assert_uint_eq(gpusim_view_room(&c.view, &one, 0), 0);
    gs_index_destroy(c.index);
}
END_TEST

// ---- hypothetical clusters ----

static gs_shadow *shadow_of(const cluster *c)
{
    gpusim_error err = {0};
    gs_shadow *shadow = NULL;
    ASSERT_OK(gs_shadow_create(&c->view, &shadow, &err), &err);
    return shadow;
}

static gpusim_part part_of(uint32_t gpu, uint32_t milli)
{
    return (gpusim_part){.node = gpu / 2, .first_gpu = gpu % 2, .gpus = 1, .milli = milli};
}

START_TEST(a_gpu_is_free_when_the_last_has_left)
{
    cluster c;
    make_cluster(&c);
    hold(&c, 0, 300);
    hold(&c, 0, 500);
    gs_shadow *shadow = shadow_of(&c);
    gpusim_job_info small = sharer(1, 300), large = sharer(1, 500), whole = sharer(2, 1000);
    gpusim_part first = part_of(0, 300), second = part_of(0, 500);
    gpusim_part both = {.node = 0, .first_gpu = GPUSIM_NONE, .gpus = 2, .milli = 1000};
    gs_shadow_release(shadow, &small, &first, 1);
    ck_assert_uint_eq(shadow->nodes[0].free_gpus, 1);
    ck_assert_int_eq(gs_parts_are_free(&shadow->view, &whole, &both, 1, NULL, 0), 0);
    gs_shadow_release(shadow, &large, &second, 1);
    ck_assert_uint_eq(shadow->nodes[0].free_gpus, 2);
    ck_assert_int_eq(gs_parts_are_free(&shadow->view, &whole, &both, 1, NULL, 0), 1);

    // and back again
    gs_shadow_take(shadow, &large, &second, 1);
    ck_assert_uint_eq(shadow->nodes[0].free_gpus, 1);
    gs_shadow_take(shadow, &small, &first, 1);
    ck_assert_uint_eq(shadow->nodes[0].free_gpus, 1);
    ck_assert_mem_eq(shadow->gpus, c.gpus, sizeof c.gpus);
    gs_shadow_destroy(shadow);
    gs_index_destroy(c.index);
}
END_TEST

// a whole GPU is promised without saying which; nobody may count on the one that will be it
START_TEST(what_is_promised_is_not_shared)
{
    cluster c;
    make_cluster(&c);
    hold(&c, 0, 300);
    gs_shadow *now = shadow_of(&c), *then = shadow_of(&c);
    gpusim_job_info small = sharer(1, 300), whole = sharer(1, 1000), both = sharer(2, 1000);
    gpusim_part held = part_of(0, 300);
    gpusim_part any = {.node = 0, .first_gpu = GPUSIM_NONE, .gpus = 2, .milli = 1000};

    // then the tenant of GPU 0 has left, and somebody has been promised both
    gs_shadow_release(then, &small, &held, 1);
    gs_shadow_take(then, &both, &any, 1);
    ck_assert_uint_eq(then->nodes[0].free_gpus, 0);
    ck_assert_uint_eq(gs_share_room(&then->view, &small, 0), 0);
    ck_assert_int_eq(gs_share_admits(&then->view, &small, &held), 0);
    gs_shadow_limit(now, &then->view, 0);
    ck_assert_uint_eq(gs_share_room(&now->view, &small, 0), 0);

    // were it promised one, the other could be shared
    gs_shadow_sync(now, &c.view);
    any.gpus = 1;
    gs_shadow_release(then, &whole, &any, 1);
    ck_assert_uint_eq(gs_share_room(&then->view, &small, 0), 1);
    gs_shadow_limit(now, &then->view, 0);
    ck_assert_uint_eq(gs_share_room(&now->view, &small, 0), 1);
    ck_assert_uint_eq(now->nodes[0].free_gpus, 1); // GPU 1 may be had whole all the time
    gs_shadow_sync(now, &c.view);
    ck_assert_uint_eq(gs_share_room(&now->view, &small, 0), 2);
    gs_shadow_destroy(now);
    gs_shadow_destroy(then);
    gs_index_destroy(c.index);
}
END_TEST

// parts come and go at random; the index is followed, and agrees with one made anew
START_TEST(the_index_follows)
{
    cluster c;
    make_cluster(&c);
    gpusim_stream stream = gpusim_stream_make(11, "test", "index");
    gs_shadow *shadow = shadow_of(&c);
    uint32_t milli[GPUS][4] = {{0}};
    gpusim_error err = {0};
    for (uint64_t i = 0; i < 4000; i++) {
        uint64_t drawn = gpusim_draw_bits(stream, i);
        uint32_t gpu = (uint32_t)(drawn % 6), at = drawn / 8 % 4;
        uint32_t want = 1 + (uint32_t)(drawn / 64 % 999);
        gpusim_job_info job = sharer(1, milli[gpu][at] ? milli[gpu][at] : want);
        gpusim_part part = part_of(gpu, job.milli);
        if (milli[gpu][at]) {
            gs_shadow_release(shadow, &job, &part, 1);
            milli[gpu][at] = 0;
        } else if (gs_share_admits(&shadow->view, &job, &part)) {
            gs_shadow_take(shadow, &job, &part, 1);
            milli[gpu][at] = want;
        }
        gs_shadow_settle_parts(shadow, &part, 1);
        ASSERT_OK(gs_index_check(shadow->index, &shadow->view, &err), &err);
        uint64_t left = 4000; // of the cut ones
        for (uint32_t g = 0; g < 6; g++) {
            left += 1000 - milli[g][0] - milli[g][1] - milli[g][2] - milli[g][3];
        }
        ck_assert_uint_eq(gs_index_free_milli(shadow->index), left);
    }
    gs_shadow_clear(shadow);
    ASSERT_OK(gs_index_check(shadow->index, &shadow->view, &err), &err);
    ck_assert_uint_eq(gs_index_free_milli(shadow->index), GPUS * 1000);
    gs_shadow_destroy(shadow);
    gs_index_destroy(c.index);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("share");
    TCase *driver = tcase_create("driver");
    tcase_add_loop_test(driver, as_the_driver_does, 0, 2);
    suite_add_tcase(suite, driver);
    TEST_CASE(suite, 60, never_more_than_seven_compute_slices, least_room_that_is_enough,
              several_parts_of_one_node, instances_go_where_least_is_left, room_of_a_node,
              a_gpu_is_free_when_the_last_has_left, what_is_promised_is_not_shared,
              the_index_follows);
    return test_run(suite);
}
