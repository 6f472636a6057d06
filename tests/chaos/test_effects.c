/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What faults do together is a function of their set. */
#include <math.h>
#include <string.h>

#include "chaos/kinds.h"
#include "harness.h"

enum { FAULTS = 12, ROUNDS = 2000 };

typedef struct active {
    uint32_t kind;
    double parameters[GS_FAULT_PARAMETERS], severity;
} active;

static active faults[FAULTS];

static void make_faults(void)
{
    static const uint32_t kinds[FAULTS] = {
        GS_KIND_STRAGGLER,       GS_KIND_STRAGGLER,       GS_KIND_FAN_FAILURE,  GS_KIND_POWER_CAP,
        GS_KIND_POWER_CAP,       GS_KIND_HEAT_WAVE,       GS_KIND_HBM_THROTTLE, GS_KIND_NVLINK_DOWN,
        GS_KIND_TELEMETRY_NOISE, GS_KIND_TELEMETRY_NOISE, GS_KIND_XID79,        GS_KIND_NODE_HANG};
    gpusim_stream stream = gpusim_stream_make(1, "faults", "");
    for (uint32_t i = 0; i < FAULTS; i++) {
        faults[i] = (active){.kind = kinds[i], .severity = gpusim_draw_uniform(stream, 2 * i)};
        faults[i].parameters[0] = 1 + gpusim_draw_uniform(stream, 2 * i + 1);
    }
}

// the list of those that are active is kept in the order of rules, and summed anew
static gs_effect sum(const uint8_t *is_active)
{
    gs_effect all = gs_effect_none;
    for (uint32_t i = 0; i < FAULTS; i++) {
        if (is_active[i]) {
            gs_effect one =
                gs_fault_effect(faults[i].kind, faults[i].parameters, faults[i].severity);
            gs_effect_add(&all, &one);
        }
    }
    return all;
}

// equal in every bit that means something
static int is_same(const gs_effect *a, const gs_effect *b)
{
    const double *x = &a->slowdown, *y = &b->slowdown;
    return memcmp(x, y, offsetof(gs_effect, flags)) == 0 && a->flags == b->flags &&
           a->supplies == b->supplies;
}

START_TEST(any_order_of_coming_and_going_gives_equal_bits)
{
    make_faults();
    gpusim_stream stream = gpusim_stream_make(2, "orders", "");
    for (uint64_t round = 0; round < ROUNDS; round++) {
        uint8_t wanted[FAULTS], now[FAULTS] = {0};
        for (uint32_t i = 0; i < FAULTS; i++) {
            wanted[i] = gpusim_draw_uniform(stream, round * 1000 + i) < 0.5;
        }
        // come and go at random; then those end, and those begin, that are to be there
        for (uint32_t k = 0; k < 60; k++) {
            uint32_t i = (uint32_t)gpusim_draw_index(stream, round * 1000 + 100 + k, FAULTS);
            now[i] = !now[i];
            (void)sum(now);
        }
        for (uint32_t k = 0; k < FAULTS; k++) {
            uint32_t i = (k * 5 + (uint32_t)round) % FAULTS;
            now[i] = wanted[i];
        }
        gs_effect found = sum(now), expected = sum(wanted);
        ck_assert(is_same(&found, &expected));
    }

    // when all are over, nothing is left
    uint8_t nobody[FAULTS] = {0};
    gs_effect none = sum(nobody);
    ck_assert(is_same(&none, &gs_effect_none));
}
END_TEST

// two at a time commute exactly, whatever their order in the list
START_TEST(two_commute)
{
    make_faults();
    for (uint32_t i = 0; i < FAULTS; i++) {
        for (uint32_t k = 0; k < FAULTS; k++) {
            gs_effect a = gs_fault_effect(faults[i].kind, faults[i].parameters, faults[i].severity);
            gs_effect b = gs_fault_effect(faults[k].kind, faults[k].parameters, faults[k].severity);
            gs_effect ab = gs_effect_none, ba = gs_effect_none;
            gs_effect_add(&ab, &a);
            gs_effect_add(&ab, &b);
            gs_effect_add(&ba, &b);
            gs_effect_add(&ba, &a);
            ck_assert_msg(is_same(&ab, &ba), "%u and %u", i, k);
        }
    }
}
END_TEST

START_TEST(effects_add_up_as_they_should)
{
    const double two[] = {2, 0, 0, 0}, three[] = {3, 0, 0, 0}, share[] = {0.3, 0.5, 0, 0};
    gs_effect all = gs_effect_none;
    gs_effect a = gs_fault_effect(GS_KIND_STRAGGLER, two, 1);
    gs_effect b = gs_fault_effect(GS_KIND_STRAGGLER, three, 0.5);
    gs_effect_add(&all, &a);
    gs_effect_add(&all, &b);
    ck_assert(all.slowdown == 4 && all.memory == 1 && isinf(all.cap) && all.flags == 0);
    gs_effect caps = gs_effect_none, low = gs_fault_effect(GS_KIND_POWER_CAP, two, 1);
    gs_effect high = gs_fault_effect(GS_KIND_POWER_CAP, three, 0.1);
    gs_effect_add(&caps, &low);
    gs_effect_add(&caps, &high);
    ck_assert(low.cap == 2 && high.cap == 3 && caps.cap == 2);
    gs_effect loss = gs_fault_effect(GS_KIND_PACKET_LOSS, share, 1);
    ck_assert(fabs(loss.network - 0.35) < 1e-15);
    gs_effect nothing = gs_fault_effect(GS_KIND_PACKET_LOSS, share, 0);
    ck_assert(is_same(&nothing, &gs_effect_none));
    gs_effect noise = gs_effect_none, half = gs_fault_effect(GS_KIND_TELEMETRY_NOISE, three, 1);
    gs_effect other = half;
    other.noise = 4;
    gs_effect_add(&noise, &half);
    gs_effect_add(&noise, &other);
    ck_assert(noise.noise == 5);
    gs_effect hang = gs_fault_effect(GS_KIND_NODE_HANG, two, 1);
    gs_effect off = gs_fault_effect(GS_KIND_XID79, two, 1);
    gs_effect_add(&hang, &off);
    ck_assert_uint_eq(hang.flags, GS_FAULT_HANG | GS_FAULT_STUCK | GS_FAULT_MUTE | GS_FAULT_OFF);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("effects");
    TEST_CASE(suite, 60, any_order_of_coming_and_going_gives_equal_bits, two_commute,
              effects_add_up_as_they_should);
    return test_run(suite);
}
