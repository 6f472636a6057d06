/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What nodes, racks and whole systems draw at the ends of their range, against the worked values of
 * ExaDigiT RAPS: devices linear between idle and maximum, losses (P + c)/efficiency in two stages
 * (the reference, systems_power_and_logs.md section 4). */
#include <math.h>

#include "harness.h"
#include "physics/draw.h"
#include "physics/power.h"

// to the printed digits
static void printed(double found, double wanted, int decimals)
{
    double scale = pow(10, decimals);
    ck_assert_msg(fabs(round(found * scale) / scale - wanted) < 1e-9, "%.8f, not %.*f", found,
                  decimals, wanted);
}

// a GPU whose power is linear in utilisation, and no cap in the way
static gpusim_gpu_model linear(double idle, double maximum)
{
    return (gpusim_gpu_model){
        .power = {.tdp = maximum,
                  .idle = idle,
                  .fixed = idle,
                  .dynamic = maximum - idle,
                  .knee_clock = 1,
                  .knee_voltage = 1},
    };
}

START_TEST(frontier)
{
    const gs_cpu_state cpu = {90, 90, 280, 1};
    const gs_loss sivoc = {13, 0.98}, rectifiers = {8 * 4 * 17, 0.96};
    gs_node_hardware node = {
        .gpu = linear(88, 560),
        .cpu_states = &cpu,
        .cpu_state_count = 1,
        .sockets = 1,
        .memory = 74.26,
        .storage = 30,
        .nics = 4,
        .nic_idle = 20,
        .nic_max = 20,
        .losses = &sivoc,
        .loss_count = 1,
    };
    gs_rack_hardware rack = {.switches = 32 * 250, .losses = &rectifiers, .loss_count = 1};
    gs_draw idle = gs_draw_idle(&node, &rack, 4, 128);
    gs_draw peak = gs_draw_peak(&node, &rack, 4, 128);
    ck_assert(idle.gpu == 88 && peak.gpu == 560);
    printed(idle.input, 652.306, 3);
    printed(peak.input, 2772.714, 3);
    printed(idle.rack / 1000, 95.874, 3);
    printed(peak.rack / 1000, 378.595, 3);
    double pumps = 25 * 8473.47;
    printed((74 * idle.rack + pumps) / 1e6, 7.3065, 4);
    printed((74 * peak.rack + pumps) / 1e6, 28.2279, 4);
}
END_TEST

START_TEST(marconi100)
{
    const gs_cpu_state cpu = {47.25, 47.25, 252, 1};
    gs_node_hardware node = {
        .gpu = linear(75, 300),
        .cpu_states = &cpu,
        .cpu_state_count = 1,
        .sockets = 2,
        .memory = 74.26,
        .storage = 45,
        .nics = 2,
        .nic_idle = 21,
        .nic_max = 21,
    };
    gs_rack_hardware rack = {.switches = 5 * 250};
    printed(49 * gs_draw_idle(&node, &rack, 4, 20).rack / 1e6, 0.6059, 4);
    printed(49 * gs_draw_peak(&node, &rack, 4, 20).rack / 1e6, 1.8892, 4);
}
END_TEST

// fans by the cube law, power supplies that share, the lowest and the highest of CPU states
START_TEST(fans_supplies_and_states)
{
    const gs_cpu_state cpu[] = {{100, 93, 200, 1}, {90, 90, 250, 0.5}};
    gs_node_hardware node = {
        .cpu_states = cpu,
        .cpu_state_count = 2,
        .sockets = 2,
        .fan_max = 800,
        .fan_levels = 4,
        .fan_minimum = 0.5,
        .psus = 2,
        .psus_needed = 1,
        .psu_rating = 2000,
        .psu_efficiency = *gs_psu_curve("titanium"),
    };
    gs_rack_hardware rack = {0};
    gs_draw idle = gs_draw_idle(&node, &rack, 0, 1);
    ck_assert(idle.gpu == 0 && idle.output == 2 * 90 + 100);
    ck_assert(fabs(idle.input - 280 / 0.90) < 1e-9); // 7% of the rating: as at 10%
    gs_draw peak = gs_draw_peak(&node, &rack, 0, 1);
    ck_assert(peak.output == 2 * 250 + 800);
    double efficiency = 0.94 + (0.96 - 0.94) * (1300.0 / 4000 - 0.2) / 0.3;
    ck_assert(fabs(peak.input - 1300 / efficiency) < 1e-9);
    node.fan_levels = 0;
    ck_assert(gs_draw_idle(&node, &rack, 0, 1).output == 2 * 90 + 800);
}
END_TEST

// a GPU draws its cap, or what its figures come to
START_TEST(a_cap_is_drawn_only_by_who_can)
{
    const gs_cpu_state cpu = {.speed = 1};
    const gpusim_time at[] = {0, 100};
    const double caps[] = {300, 350};
    gs_node_hardware node = {
        .gpu = linear(50, 400),
        .clock_count = 4, // a quarter of the highest clock, and so on
        .cpu_states = &cpu,
        .cpu_state_count = 1,
        .gpu_cap = {.at = at, .value = caps, .repeat = GPUSIM_TIME_MAX, .count = 2},
    };
    gs_rack_hardware rack = {0};
    node.gpu.clocks = (gpusim_gpu_clocks){.minimum = 0.25, .maximum = 1, .step = 0.25};
    ck_assert(gs_draw_peak(&node, &rack, 8, 1).output == 8 * 350);
    node.gpu_cap.count = 0;
    node.gpu.power.tdp = 500;
    ck_assert(gs_draw_peak(&node, &rack, 8, 1).output == 8 * 400);

    // at a quarter of the clock 50 + 350/4 W are drawn all the same
    node.gpu_cap = (gs_steps){.at = at, .value = (const double[]){60}, .count = 1};
    ck_assert(gs_draw_peak(&node, &rack, 8, 1).gpu == 137.5);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("draw");
    TEST_CASE(suite, 20, frontier, marconi100, fans_supplies_and_states,
              a_cap_is_drawn_only_by_who_can);
    return test_run(suite);
}
