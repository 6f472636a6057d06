/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Piecewise-linear curves, and the ones that others measured: efficiency of power supplies over
 * load, resistance of cold plates over flow. */
#include <string.h>

#include "physics/heat.h"
#include "physics/power.h"

double gs_curve_at(const gs_curve *curve, double x)
{
    const double *at = curve->x, *y = curve->y;
    uint32_t last = curve->count - 1;
    if (x <= at[0]) {
        return y[0];
    }
    if (x >= at[last]) {
        return y[last];
    }

    // x lies within [at[low], at[high]); a point of the table is met exactly
    uint32_t low = 0, high = last;
    while (high - low > 1) {
        uint32_t middle = low + (high - low) / 2;
        if (at[middle] <= x) {
            low = middle;
        } else {
            high = middle;
        }
    }
    return y[low] + (y[high] - y[low]) * ((x - at[low]) / (at[high] - at[low]));
}

typedef struct gs_named_curve {
    const char *name;
    gs_curve curve;
} gs_named_curve;

#define GS_CURVE(x_, y_)                                                                           \
    {                                                                                              \
        .x = (x_), .y = (y_), .count = (uint32_t)(sizeof(x_) / sizeof *(x_))                       \
    }

static const gs_curve *find(const gs_named_curve *curves, const char *name)
{
    for (; curves->name; curves++) {
        if (strcmp(curves->name, name) == 0) {
            return &curves->curve;
        }
    }
    return NULL;
}

/* 80 PLUS, the certified points (read in a table of the programme's levels): Titanium of the 230 V
 * internal redundant class, of the 230 V EU class for supplies without redundancy, and of 115 V;
 * Platinum and Gold of the 230 V redundant class, which have no point at 10%. */
static const double four_loads[] = {0.1, 0.2, 0.5, 1};
static const double three_loads[] = {0.2, 0.5, 1};
static const double titanium[] = {0.90, 0.94, 0.96, 0.91};
static const double titanium_eu[] = {0.90, 0.94, 0.96, 0.94};
static const double titanium_115[] = {0.90, 0.92, 0.94, 0.90};
static const double platinum[] = {0.90, 0.94, 0.91};
static const double gold[] = {0.88, 0.92, 0.88};

static const gs_named_curve psus[] = {
    {"titanium", GS_CURVE(four_loads, titanium)},
    {"titanium-eu", GS_CURVE(four_loads, titanium_eu)},
    {"titanium-115v", GS_CURVE(four_loads, titanium_115)},
    {"platinum", GS_CURVE(three_loads, platinum)},
    {"gold", GS_CURVE(three_loads, gold)},
    {0},
};
static const char *const psu_names[] = {"titanium", "titanium-eu", "titanium-115v",
                                        "platinum", "gold",        NULL};

const gs_curve *gs_psu_curve(const char *name)
{
    return find(psus, name);
}

const char *const *gs_psu_curve_names(void)
{
    return psu_names;
}

/* OCP OAI 1 kW cold plate, K/W over the flow of one plate (read in the data of the liquid-cooled
 * racks of the Modelica Buildings library): deionised water, and a quarter propylene glycol. */
#define LITRES(minute) ((minute) / 60000.0)
static const double water_flow[] = {LITRES(2), LITRES(3), LITRES(4), LITRES(5)};
static const double water[] = {0.0172, 0.0160, 0.0154, 0.0151};
static const double glycol_flow[] = {
    LITRES(0.4), LITRES(0.5), LITRES(0.6), LITRES(0.7), LITRES(0.8), LITRES(0.9), LITRES(1.0),
    LITRES(1.2), LITRES(1.4), LITRES(1.6), LITRES(1.8), LITRES(2.0), LITRES(2.2), LITRES(2.4)};
static const double glycol[] = {0.0389, 0.0325, 0.0300, 0.0280, 0.0265, 0.0255, 0.0245,
                                0.0230, 0.0220, 0.0214, 0.0209, 0.0204, 0.0200, 0.0197};

static const gs_named_curve plates[] = {
    {"oai-water", GS_CURVE(water_flow, water)},
    {"oai-pg25", GS_CURVE(glycol_flow, glycol)},
    {0},
};
static const char *const plate_names[] = {"oai-water", "oai-pg25", NULL};

const gs_curve *gs_cold_plate(const char *name)
{
    return find(plates, name);
}

const char *const *gs_cold_plate_names(void)
{
    return plate_names;
}
