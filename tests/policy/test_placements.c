/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Where each placement puts a job, on clusters small enough to see; and the index of nodes by free
 * GPUs against a search of all nodes. */
#include "harness.h"

#include <gpusim/placement.h>
#include <string.h>

/* A cluster of nodes with so many free GPUs each. */
static world *cluster(const world_group *groups, uint32_t group_count, const uint32_t *free)
{
    gpusim_error err = {0};
    world *w = world_make(groups, group_count, NULL, 0);
    for (uint32_t node = 0; node < w->view.node_count; node++) {
        w->nodes[node].free_gpus = free[node];
    }
    gs_index_rebuild(w->index, &w->view);
    ASSERT_OK(gs_index_check(w->index, &w->view, &err), &err);
    return w;
}

/* Places a job and writes it as "node:gpus node:gpus", or "-". */
static const char *place(world *w, const char *name, gpusim_job_info job, int scatter,
                         uint32_t *state)
{
    static char text[256];
    gs_setup setup = world_setup("fifo", 1, name, 0, 0);
    uint8_t parameters[16] = {(uint8_t)scatter};
    gpusim_part parts[64];
    gpusim_placement placement = {.parts = parts, .capacity = 64};
    gpusim_context context = {.parameters = parameters,
                              .state = state,
                              .view = &w->view,
                              .stream = gpusim_stream_make(1, "scheduler", name)};
    const gpusim_placer *placer = setup.placement.module->operations;
    ck_assert_uint_le(setup.placement.module->state_bytes, sizeof *state);
    if (!placer->place(&context, &job, &placement)) {
        return "-";
    }
    size_t at = 0;
    for (uint32_t i = 0; i < placement.count; i++) {
        at += (size_t)snprintf(text + at, sizeof text - at, "%s%u:%u", i ? " " : "", parts[i].node,
                               parts[i].gpus);
        ck_assert_uint_eq(parts[i].first_gpu, GPUSIM_NONE);
        ck_assert_uint_eq(parts[i].milli, 1000);
    }
    return text;
}

static gpusim_job_info wants(uint32_t gpus)
{
    return (gpusim_job_info){.id = {0, 1}, .gpus = gpus, .milli = 1000, .group = GPUSIM_NONE};
}

#define EXPECT(w, name, gpus, expected)                                                            \
    do {                                                                                           \
        uint32_t cursor_ = 0;                                                                      \
        ck_assert_str_eq(place((w), (name), wants(gpus), 0, &cursor_), (expected));                \
    } while (0)

static const world_group five_of_8 = {.nodes = 5, .gpus = 8};

START_TEST(one_node)
{
    static const uint32_t free[] = {3, 8, 2, 5, 2};
    world *w = cluster(&five_of_8, 1, free);
    EXPECT(w, "first-fit", 2, "0:2");
    EXPECT(w, "first-fit", 4, "1:4");
    EXPECT(w, "best-fit", 2, "2:2");
    EXPECT(w, "best-fit", 4, "3:4");
    EXPECT(w, "best-fit", 1, "2:1");
    EXPECT(w, "consolidate", 2, "2:2");
    EXPECT(w, "consolidate", 4, "3:4");
    EXPECT(w, "spread", 1, "1:1");
    EXPECT(w, "round-robin", 2, "0:2");
    world_free(w);
}
END_TEST

/* 12 = one idle node of 8, and 4. */
START_TEST(more_than_a_node)
{
    static const uint32_t free[] = {4, 8, 5, 8, 8};
    world *w = cluster(&five_of_8, 1, free);
    EXPECT(w, "first-fit", 12, "1:8 0:4");
    EXPECT(w, "best-fit", 12, "1:8 0:4");
    EXPECT(w, "consolidate", 12, "1:8 3:4");
    EXPECT(w, "spread", 12, "1:8 3:4");
    EXPECT(w, "first-fit", 24, "1:8 3:8 4:8");
    EXPECT(w, "first-fit", 29, "1:8 3:8 4:8 2:5");
    EXPECT(w, "best-fit", 30, "-");
    EXPECT(w, "consolidate", 29, "1:8 3:8 4:8 2:5");
    world_free(w);
}
END_TEST

START_TEST(scattered_only_where_asked)
{
    static const uint32_t free[] = {3, 7, 2, 5, 2};
    world *w = cluster(&five_of_8, 1, free);
    uint32_t cursor = 0;
    EXPECT(w, "first-fit", 8, "-");
    ck_assert_str_eq(place(w, "first-fit", wants(8), 1, &cursor), "1:7 0:1");
    ck_assert_str_eq(place(w, "best-fit", wants(8), 1, &cursor), "1:7 2:1");
    ck_assert_str_eq(place(w, "first-fit", wants(19), 1, &cursor), "1:7 3:5 0:3 2:2 4:2");
    ck_assert_str_eq(place(w, "first-fit", wants(20), 1, &cursor), "-");
    world_free(w);
}
END_TEST

/* Nodes 0-1 have 2 GPUs, 2-3 have 4, 4 has 8. */
START_TEST(groups_of_different_nodes)
{
    static const world_group groups[] = {{2, 2, 0, 0}, {2, 4, 0, 0}, {1, 8, 0, 0}};
    static const uint32_t idle[] = {2, 2, 4, 4, 8};
    world *w = cluster(groups, 3, idle);
    EXPECT(w, "first-fit", 3, "2:3"); // one node where one can hold it, not two small ones
    EXPECT(w, "first-fit", 5, "4:5");
    EXPECT(w, "first-fit", 8, "4:8");
    EXPECT(w, "first-fit", 9, "0:2 1:2 2:4 3:1"); // no group is large enough
    EXPECT(w, "first-fit", 20, "0:2 1:2 2:4 3:4 4:8");
    EXPECT(w, "first-fit", 21, "-");

    // within its own group only
    gpusim_job_info job = wants(8);
    uint32_t cursor = 0;
    job.group = 1;
    ck_assert_str_eq(place(w, "first-fit", job, 0, &cursor), "2:4 3:4");
    job.gpus = 9;
    ck_assert_str_eq(place(w, "first-fit", job, 0, &cursor), "-");
    world_free(w);

    // where the large node is taken, a group of small ones serves
    static const uint32_t busy[] = {2, 2, 4, 4, 7};
    w = cluster(groups, 3, busy);
    EXPECT(w, "first-fit", 8, "2:4 3:4");
    world_free(w);
}
END_TEST

/* Nodes of 8 GPUs with 16 cores: 4 cores a GPU leave room for 4 GPUs on each. */
START_TEST(cores_and_memory)
{
    static const world_group group = {.nodes = 3, .gpus = 8, .cpus = 16, .memory = 100};
    static const uint32_t free[] = {8, 8, 8};
    world *w = cluster(&group, 1, free);
    gpusim_job_info job = wants(4);
    uint32_t cursor = 0;
    job.cpus = 4;
    ck_assert_str_eq(place(w, "first-fit", job, 0, &cursor), "0:4");
    ck_assert_uint_eq(gpusim_view_room(&w->view, &job, 0), 4);
    w->nodes[0].free_cpus = 15;
    ck_assert_uint_eq(gpusim_view_room(&w->view, &job, 0), 3);
    ck_assert_str_eq(place(w, "best-fit", job, 0, &cursor), "1:4");
    job.gpus = 6; // more than a node can hold: one full, and the rest
    ck_assert_str_eq(place(w, "first-fit", job, 0, &cursor), "1:4 0:2");
    job = wants(2);
    job.memory = 40;
    w->nodes[0].free_memory = 79;
    ck_assert_str_eq(place(w, "first-fit", job, 0, &cursor), "1:2");

    // without GPUs: cores and memory of the job as a whole
    job = wants(0);
    job.cpus = 16;
    ck_assert_str_eq(place(w, "first-fit", job, 0, &cursor), "1:0");
    ck_assert_uint_eq(gpusim_view_room(&w->view, &job, 0), 0);
    ck_assert_uint_eq(gpusim_view_room(&w->view, &job, 1), 1);
    w->nodes[1].free_gpus = w->nodes[2].free_gpus = 0;
    gs_index_rebuild(w->index, &w->view);
    ck_assert_str_eq(place(w, "first-fit", job, 0, &cursor), "1:0");
    ck_assert_str_eq(place(w, "spread", job, 0, &cursor), "1:0");
    world_free(w);
}
END_TEST

START_TEST(round_robin_goes_on)
{
    static const uint32_t free[] = {2, 2, 0, 2, 2};
    world *w = cluster(&five_of_8, 1, free);
    uint32_t cursor = 0;
    ck_assert_str_eq(place(w, "round-robin", wants(1), 0, &cursor), "0:1");
    ck_assert_str_eq(place(w, "round-robin", wants(1), 0, &cursor), "1:1");
    ck_assert_str_eq(place(w, "round-robin", wants(1), 0, &cursor), "3:1");
    ck_assert_str_eq(place(w, "round-robin", wants(3), 0, &cursor), "-");
    ck_assert_str_eq(place(w, "round-robin", wants(1), 0, &cursor), "4:1");
    ck_assert_str_eq(place(w, "round-robin", wants(1), 0, &cursor), "0:1");
    world_free(w);
}
END_TEST

/* 40 jobs a node expected on the 100 nodes of 400 that have room: a chi-square of 99 degrees of
 * freedom is below 149 with probability 0.999. */
START_TEST(random_is_even)
{
    static const world_group group = {.nodes = 400, .gpus = 8};
    uint32_t free[400], seen[400] = {0}, cursor = 0;
    for (uint32_t i = 0; i < 400; i++) {
        free[i] = i % 4 == 1 ? 4 : 1;
    }
    world *w = cluster(&group, 1, free);
    for (uint32_t order = 0; order < 4000; order++) {
        gpusim_job_info job = wants(4);
        job.order = order;
        seen[atoi(place(w, "random", job, 0, &cursor))]++;
    }
    double chi = 0;
    for (uint32_t i = 0; i < 400; i++) {
        ck_assert(free[i] == 4 || seen[i] == 0);
        chi += free[i] == 4 ? (seen[i] - 40.0) * (seen[i] - 40.0) / 40 : 0;
    }
    ck_assert_double_lt(chi, 149);
    ck_assert_double_gt(chi, 55); // nor more even than chance is

    // few with room, so that they are counted
    for (uint32_t i = 0; i < 400; i++) {
        w->nodes[i].free_gpus = i == 7 || i == 300 ? 4 : 1;
    }
    gs_index_rebuild(w->index, &w->view);
    uint32_t low = 0;
    for (uint32_t order = 0; order < 1000; order++) {
        gpusim_job_info job = wants(4);
        job.order = order;
        int node = atoi(place(w, "random", job, 0, &cursor));
        ck_assert(node == 7 || node == 300);
        low += node == 7;
    }
    ck_assert_uint_gt(low, 440); // 4 standard deviations of 16
    ck_assert_uint_lt(low, 560);
    world_free(w);
}
END_TEST

/* ---- the index ---- */

static uint32_t slow_first(const world *w, uint32_t group, uint32_t gpus, int exactly,
                           uint32_t from)
{
    for (uint32_t node = from; node < w->view.node_count; node++) {
        const gpusim_node_info *info = &w->nodes[node];
        if (info->group == group && info->state == GPUSIM_NODE_UP &&
            (exactly ? info->free_gpus == gpus : info->free_gpus >= gpus)) {
            return node;
        }
    }
    return GPUSIM_NONE;
}

START_TEST(index_against_search)
{
    gpusim_error err = {0};
    static const world_group groups[] = {{5000, 8, 0, 0}, {1, 300, 0, 0}, {70, 1, 0, 0}};
    static const uint32_t sizes[] = {8, 300, 1};
    world *w = world_make(groups, 3, NULL, 0);
    gpusim_stream stream = gpusim_stream_make(7, "test", "index");
    uint64_t draw = 0;
    for (uint32_t step = 0; step < 20000; step++) {
        uint32_t node = (uint32_t)gpusim_draw_index(stream, draw++, w->view.node_count);
        gpusim_node_info *info = &w->nodes[node];
        // most nodes are nearly full, so that searches go far
        uint32_t most = gpusim_draw_index(stream, draw++, 50) ? 1 : info->gpus;
        info->free_gpus = (uint32_t)gpusim_draw_index(stream, draw++, most + 1);
        info->state = gpusim_draw_index(stream, draw++, 9) ? GPUSIM_NODE_UP : GPUSIM_NODE_DRAINING;
        gs_index_update(w->index, &w->view, node);
        uint32_t group = (uint32_t)gpusim_draw_index(stream, draw++, 3);
        uint32_t gpus = (uint32_t)gpusim_draw_index(stream, draw++, sizes[group] + 2);
        uint32_t from = (uint32_t)gpusim_draw_index(stream, draw++, w->view.node_count + 2);
        ck_assert_uint_eq(gpusim_view_first(&w->view, group, gpus, from),
                          slow_first(w, group, gpus, 0, from));
        ck_assert_uint_eq(gpusim_view_with(&w->view, group, gpus, from),
                          slow_first(w, group, gpus, 1, from));
    }
    ASSERT_OK(gs_index_check(w->index, &w->view, &err), &err);
    uint32_t node = slow_first(w, 0, 0, 0, 4000);
    w->nodes[node].free_gpus ^= 1;
    ck_assert_int_eq(gs_index_check(w->index, &w->view, &err), GPUSIM_INTERNAL);
    w->nodes[node].free_gpus ^= 1;
    gs_index_rebuild(w->index, &w->view);
    ASSERT_OK(gs_index_check(w->index, &w->view, &err), &err);
    world_free(w);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("placements");
    TEST_CASE(suite, 30, one_node, more_than_a_node, scattered_only_where_asked,
              groups_of_different_nodes, cores_and_memory, round_robin_goes_on, random_is_even,
              index_against_search);
    return test_run(suite);
}
