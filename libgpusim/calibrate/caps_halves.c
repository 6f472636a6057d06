/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Median curves of runs under power caps, and how far they are apart on halves of the table. */
#include <math.h>
#include <string.h>

#include <gpusim/random.h>

#include "base/memory.h"
#include "calibrate/caps.h"
#include "stats/stats.h"

/* One configuration's curves are columns of these: [caps][count]. */
typedef struct cells {
    double *throughput, *power, *energy;
} cells;

static gpusim_status make_cells(uint32_t caps, uint32_t count, cells *to, gpusim_error *err)
{
    gpusim_status status;
    size_t n = (size_t)caps * count;
    GPUSIM_TRY(gs_allocate(&to->throughput, n, sizeof(double), err));
    GPUSIM_TRY(gs_allocate(&to->power, n, sizeof(double), err));
    GPUSIM_TRY(gs_allocate(&to->energy, n, sizeof(double), err));
cleanup:
    return status;
}

static void release_cells(cells *to)
{
    gs_release(&to->throughput);
    gs_release(&to->power);
    gs_release(&to->energy);
}

static void put(const cells *to, uint32_t count, uint32_t i, uint32_t k, double throughput,
                double power)
{
    size_t at = (size_t)k * count + i;
    to->throughput[at] = throughput;
    to->power[at] = power;
    to->energy[at] = power / throughput;
}

static void take_medians(const cells *from, uint32_t caps, uint32_t count,
                         const gs_caps_medians *medians)
{
    for (uint32_t k = 0; k < caps; k++) {
        size_t at = (size_t)k * count;
        medians->throughput[k] = gs_quantile(from->throughput + at, count, 0.5);
        medians->power[k] = gs_quantile(from->power + at, count, 0.5);
        medians->energy[k] = gs_quantile(from->energy + at, count, 0.5);
    }
}

gpusim_status gs_caps_medians_measured(const gs_cap_table *table, const uint32_t *chosen,
                                       uint32_t count, gs_caps_medians *medians, gpusim_error *err)
{
    gpusim_status status;
    cells all = {0};
    GPUSIM_TRY(make_cells(table->caps, count, &all, err));
    for (uint32_t i = 0; i < count; i++) {
        size_t row = (size_t)chosen[i] * table->caps;
        for (uint32_t k = 0; k < table->caps; k++) {
            put(&all, count, i, k, table->throughput[row + k], table->power[row + k]);
        }
    }
    take_medians(&all, table->caps, count, medians);
cleanup:
    release_cells(&all);
    return status;
}

gpusim_status gs_caps_medians_model(const gs_caps_fit *fit, gs_caps_medians *medians,
                                    gpusim_error *err)
{
    gpusim_status status;
    cells all = {0};
    uint32_t caps = fit->table->caps;
    GPUSIM_TRY(make_cells(caps, fit->count, &all, err));
    for (uint32_t i = 0; i < fit->count; i++) {
        double throughput[GS_CAPS_MAX], power[GS_CAPS_MAX];
        gs_caps_curve(fit->whole, fit->own[i], fit->table, fit->chosen[i], throughput, power, NULL,
                      NULL);
        for (uint32_t k = 0; k < caps; k++) {
            put(&all, fit->count, i, k, throughput[k], power[k] / power[caps - 1]);
        }
    }
    take_medians(&all, caps, fit->count, medians);
cleanup:
    release_cells(&all);
    return status;
}

/* ---- halves ---- */

/* One split of the table. */
typedef struct halves {
    uint32_t *order;   // [configurations]: those of the first half, then the others
    uint32_t count[2]; // of each half
} halves;

// deals each group's configurations, shuffled, out to the two halves in turn; odd groups begin
// with either, so that the halves are of one size
static void split(const gs_cap_table *table, uint64_t seed, uint32_t number, uint32_t *pile,
                  halves *to)
{
    gpusim_stream stream =
        gpusim_stream_indexed(gpusim_stream_make(seed, "calibrate", "halves"), number);
    uint64_t draw = 0;
    uint32_t turn = 0, *second = pile + table->configurations;
    to->count[0] = to->count[1] = 0;
    for (uint32_t g = 0; g < table->groups; g++) {
        uint32_t size = 0;
        for (uint32_t c = 0; c < table->configurations; c++) {
            if (table->group[c] == g) {
                pile[size++] = c;
            }
        }
        for (uint32_t left = size; left > 0; left--) {
            uint32_t k = (uint32_t)gpusim_draw_index(stream, draw++, left);
            if (turn++ % 2 == 0) {
                to->order[to->count[0]++] = pile[k];
            } else {
                second[to->count[1]++] = pile[k];
            }
            pile[k] = pile[left - 1];
        }
    }
    memcpy(to->order + to->count[0], second, to->count[1] * sizeof *second);
}

/* Medians of one side. */
typedef struct side {
    double values[2][3][GS_CAPS_MAX]; // measured, model; throughput, power, energy
} side;

static gs_caps_medians medians_in(side *s, int model)
{
    return (gs_caps_medians){s->values[model][0], s->values[model][1], s->values[model][2]};
}

static gpusim_status fit_side(const gs_cap_table *table, const uint32_t *chosen, uint32_t count,
                              uint32_t starts, uint64_t seed, side *s, gpusim_error *err)
{
    gpusim_status status;
    gs_caps_fit fit;
    gs_caps_medians measured = medians_in(s, 0), model = medians_in(s, 1);
    GPUSIM_TRY(gs_caps_fit_make(table, chosen, count, starts, seed, &fit, err));
    status = gs_caps_medians_measured(table, chosen, count, &measured, err);
    if (status == GPUSIM_OK) {
        status = gs_caps_medians_model(&fit, &model, err);
    }
    gs_caps_fit_release(&fit);
cleanup:
    return status;
}

// adds the distances of one split to the caps' members
static void add_distances(const side sides[2], uint32_t count, gpusim_calibration_cap *caps)
{
    for (uint32_t k = 0; k < count; k++) {
        for (int other = 0; other < 2; other++) {
            const side *fitted = &sides[!other], *unseen = &sides[other];
            caps[k].throughput_unseen +=
                fabs(fitted->values[1][0][k] - unseen->values[0][0][k]) / 2;
            caps[k].power_unseen += fabs(fitted->values[1][1][k] - unseen->values[0][1][k]) / 2;
        }
        caps[k].throughput_halves += fabs(sides[0].values[0][0][k] - sides[1].values[0][0][k]);
        caps[k].power_halves += fabs(sides[0].values[0][1][k] - sides[1].values[0][1][k]);
    }
}

static void scale_distances(uint32_t count, double factor, gpusim_calibration_cap *caps)
{
    for (uint32_t k = 0; k < count; k++) {
        caps[k].throughput_unseen *= factor;
        caps[k].power_unseen *= factor;
        caps[k].throughput_halves *= factor;
        caps[k].power_halves *= factor;
    }
}

gpusim_status gs_caps_halves(const gs_cap_table *table, uint32_t splits, uint32_t starts,
                             uint64_t seed, gpusim_calibration_cap *caps, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    uint32_t *pile = NULL;
    side *sides = NULL;
    halves split_in = {0};
    starts = (starts + 1) / 2; // there are many halves
    for (uint32_t k = 0; k < table->caps; k++) {
        caps[k].throughput_unseen = caps[k].power_unseen = 0;
        caps[k].throughput_halves = caps[k].power_halves = 0;
    }
    GPUSIM_TRY(gs_allocate(&pile, (size_t)table->configurations * 2, sizeof *pile, err));
    GPUSIM_TRY(gs_allocate(&split_in.order, table->configurations, sizeof *split_in.order, err));
    GPUSIM_TRY(gs_allocate(&sides, 2, sizeof *sides, err));
    for (uint32_t s = 0; s < splits; s++) {
        split(table, seed, s, pile, &split_in);
        GPUSIM_TRY(
            fit_side(table, split_in.order, split_in.count[0], starts, seed, &sides[0], err));
        GPUSIM_TRY(fit_side(table, split_in.order + split_in.count[0], split_in.count[1], starts,
                            seed, &sides[1], err));
        add_distances(sides, table->caps, caps);
    }
    scale_distances(table->caps, splits ? 1.0 / splits : (double)NAN, caps);
cleanup:
    gs_release(&pile);
    gs_release(&split_in.order);
    gs_release(&sides);
    return status;
}
