/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Where each placement puts a job, on clusters small enough to see; and the index of nodes by free
 * GPUs against a search of all nodes. */
#include "hardware.h"

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

/* What `thermal` goes by. */
static int32_t choice;

/* Places a job and writes it as "node:gpus node:gpus", or "-". */
static const char *place(world *w, const char *name, gpusim_job_info job, int scatter,
                         uint32_t *state)
{
    static char text[256];
    gs_setup setup = world_setup("fifo", 1, name, 0, 0);
    _Alignas(16) uint8_t parameters[GS_PARAMETER_BYTES] = {(uint8_t)scatter};
    memcpy(parameters + 4, &choice, sizeof choice); // of `thermal`
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

/* ---- by what is known of the hardware ---- */

START_TEST(thermal)
{
    static const uint32_t free[] = {8, 8, 3, 8, 8};
    static const double inlets[] = {24, 22, 20, 26, 22}, dies[] = {50, 60, 40, 30, 45};
    static const double back[] = {0.001, 0.004, 0.002, 0.0005, 0.003};
    known_hardware known;
    world *w = cluster(&five_of_8, 1, free);
    known_begin(&known, &w->view);
    EXPECT(w, "thermal", 2, "0:2"); // nothing is known: the first
    for (uint32_t i = 0; i < 5; i++) {
        known.nodes[i].inlet = inlets[i];
        known.nodes[i].temperature = dies[i];
        known.nodes[i].recirculation = back[i];
    }
    EXPECT(w, "thermal", 2, "2:2");
    EXPECT(w, "thermal", 4, "1:4");          // 22 degC, as node 4, which comes later
    EXPECT(w, "thermal", 16, "1:8 4:8");     // the two coolest that are idle
    EXPECT(w, "thermal", 19, "1:8 4:8 2:3"); // and the coolest for the rest
    choice = 1;
    EXPECT(w, "thermal", 4, "3:4");
    EXPECT(w, "thermal", 11, "3:8 2:3");
    choice = 2;
    EXPECT(w, "thermal", 1, "3:1");
    known.nodes[3].recirculation = NAN; // unknown comes last
    EXPECT(w, "thermal", 1, "0:1");
    choice = 0;
    world_free(w);
}
END_TEST

/* Racks {0, 1}, {2, 3} with caps of 10 and 20 kW, and {4} without one. The GPUs of a node draw 0.4
 * of 3.2 kW, so that 2 of 8 idle ones may add 0.7 kW. */
START_TEST(power)
{
    static const uint32_t free[] = {8, 8, 8, 8, 8};
    known_hardware known;
    world *w = cluster(&five_of_8, 1, free);
    known_begin(&known, &w->view);
    for (uint32_t i = 0; i < 5; i++) {
        w->nodes[i].rack = i / 2;
        known.nodes[i].gpu_power = 400;
        known.nodes[i].gpu_power_limit = 3200;
        known.nodes[i].rack_power = i < 2 ? 5000 : i < 4 ? 11000 : 90000;
        known.nodes[i].rack_power_cap = i < 2 ? 10000 : i < 4 ? 20000 : INFINITY;
    }
    EXPECT(w, "power", 2, "4:2");
    w->nodes[4].free_gpus = 0;
    gs_index_rebuild(w->index, &w->view);
    EXPECT(w, "power", 2, "0:2"); // (5 + 0.7) / 10 = 0.57 against (11 + 0.7) / 20 = 0.585
    EXPECT(w, "power", 4, "2:4"); // (5 + 1.4) / 10 = 0.64 against 0.62
    EXPECT(w, "power", 16, "2:8 3:8");
    world_free(w);
}
END_TEST

START_TEST(reliable)
{
    static const uint32_t free[] = {8, 8, 8, 8, 8};
    known_hardware known;
    world *w = cluster(&five_of_8, 1, free);
    known_begin(&known, &w->view);
    w->view.now = 100 * GPUSIM_DAY;
    EXPECT(w, "reliable", 2, "0:2");
    known.nodes[0].failed[0] = 99 * GPUSIM_DAY; // 1 - 1/30
    known.nodes[1].failed[0] = 80 * GPUSIM_DAY; // 2 x (1 - 20/30)
    known.nodes[1].failed[1] = 80 * GPUSIM_DAY;
    known.nodes[2].failed[0] = 60 * GPUSIM_DAY; // too long ago
    known.nodes[3].failed[0] = 95 * GPUSIM_DAY;
    known.nodes[4].failed[0] = 71 * GPUSIM_DAY; // 1 - 29/30
    EXPECT(w, "reliable", 2, "2:2");
    EXPECT(w, "reliable", 16, "2:8 4:8");
    EXPECT(w, "reliable", 32, "2:8 4:8 1:8 3:8");
    world_free(w);
}
END_TEST

/* Racks of three nodes: {0 1 2} {3 4 5} {6 7 8}. */
START_TEST(topology)
{
    static const world_group nine_of_8 = {.nodes = 9, .gpus = 8};
    static const uint32_t free[] = {8, 2, 8, 4, 8, 7, 8, 8, 6};
    world *w = cluster(&nine_of_8, 1, free);
    for (uint32_t i = 0; i < 9; i++) {
        w->nodes[i].rack = i / 3;
    }
    EXPECT(w, "topology", 2, "1:2"); // the tightest node
    EXPECT(w, "topology", 5, "8:5");
    EXPECT(w, "topology", 16, "0:8 2:8");         // two nodes; the rack with less room to spare
    EXPECT(w, "topology", 12, "0:8 2:4");         // two nodes in any rack: the tightest one
    EXPECT(w, "topology", 18, "0:8 2:8 1:2");     // three nodes in any rack: the tightest fit
    EXPECT(w, "topology", 20, "6:8 7:8 8:4");     // 19 in the middle, 22 in the last: one rack
    EXPECT(w, "topology", 23, "6:8 7:8 8:6 1:1"); // the roomiest whole, and one GPU more
    EXPECT(w, "topology", 59, "6:8 7:8 8:6 4:8 5:7 3:4 0:8 2:8 1:2");
    EXPECT(w, "topology", 60, "-");

    // what a node could hold waits for one, unless it may be scattered
    uint32_t cursor = 0;
    for (uint32_t i = 0; i < 9; i++) {
        w->nodes[i].free_gpus = free[i] < 4 ? free[i] : 4;
    }
    gs_index_rebuild(w->index, &w->view);
    EXPECT(w, "topology", 8, "-");
    ck_assert_str_eq(place(w, "topology", wants(8), 1, &cursor), "0:4 2:4");
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
              thermal, power, reliable, topology, index_against_search);
    return test_run(suite);
}
