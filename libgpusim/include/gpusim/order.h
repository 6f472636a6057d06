/* SPDX-License-Identifier: 0BSD */
/* For authors of orders: weights by name as a parameter, classes by length, and how to announce an
 * order. */
#ifndef GPUSIM_ORDER_H
#define GPUSIM_ORDER_H

#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <gpusim/module.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Of a map like `{ann: 2, bob: 1}`: what a parameter with gpusim_weight_field is a list of. */
typedef struct gpusim_weight {
    const char *key;
    double value;
} gpusim_weight;

/* The weight of a name in the map; `fallback` where it is not there. */
static inline double gpusim_weight_of(const gpusim_list *map, const gpusim_view *view,
                                      uint32_t name, double fallback)
{
    const gpusim_weight *weights = (const gpusim_weight *)map->items;
    const char *text = map->count ? gpusim_view_name(view, name) : "";
    for (uint32_t i = 0; i < map->count; i++) {
        if (strcmp(weights[i].key, text) == 0) {
            return weights[i].value;
        }
    }
    return fallback;
}

/* GPUSIM_SCENARIO at the first of a list of times under `key` that is below 0 or the one before. */
static inline gpusim_status gpusim_check_rising(const char *key, const gpusim_list *times,
                                                gpusim_error *err)
{
    const gpusim_time *items = (const gpusim_time *)times->items;
    gpusim_time least = 0;
    for (uint32_t i = 0; i < times->count; i++) {
        if (items[i] < least) {
            gpusim_status status = gpusim_fail(err, GPUSIM_SCENARIO, "the times of `%s` %s", key,
                                               least ? "do not rise" : "are below 0");
            if (err) {
                snprintf(err->key, sizeof err->key, "%s[%u]", key, i);
            }
            return status;
        }
        least = items[i];
    }
    return GPUSIM_OK;
}

/* Jobs whose estimates differ by less than 1/32 are of one class: the sign, the exponent and five
 * bits of the mantissa. */
static inline uint64_t gpusim_class_of_length(gpusim_time length)
{
    double seconds = (double)length;
    uint64_t bits;
    memcpy(&bits, &seconds, sizeof bits);
    return bits >> 47;
}

/* Sorts slots so that none precedes the one before it; `precedes` must tell any two apart. A heap
 * sort in place, but nothing is done where nothing is to be done. */
typedef int (*gpusim_precedes)(const gpusim_context *context, uint32_t slot, uint32_t other);

static inline void gpusim_sift_slots(const gpusim_context *context, uint32_t *slots, uint32_t at,
                                     uint32_t count, gpusim_precedes precedes)
{
    uint32_t slot = slots[at];
    for (uint32_t child; (child = 2 * at + 1) < count; at = child) {
        if (child + 1 < count && precedes(context, slots[child], slots[child + 1])) {
            child++;
        }
        if (!precedes(context, slot, slots[child])) {
            break;
        }
        slots[at] = slots[child];
    }
    slots[at] = slot;
}

static inline void gpusim_sort_slots(const gpusim_context *context, uint32_t *slots, uint32_t count,
                                     gpusim_precedes precedes)
{
    uint32_t sorted = 1;
    while (sorted < count && precedes(context, slots[sorted - 1], slots[sorted])) {
        sorted++;
    }
    if (sorted >= count) {
        return;
    }
    for (uint32_t i = count / 2; i-- > 0;) {
        gpusim_sift_slots(context, slots, i, count, precedes);
    }
    for (uint32_t last = count; last-- > 1;) {
        uint32_t slot = slots[0];
        slots[0] = slots[last];
        slots[last] = slot;
        gpusim_sift_slots(context, slots, 0, last, precedes);
    }
}

/* What every order says of itself. */
#define GPUSIM_ORDER_MODULE(name_, doc_)                                                           \
    .magic = GPUSIM_MODULE_MAGIC, .size = sizeof(gpusim_module),                                   \
    .abi_major = GPUSIM_MODULE_ABI_MAJOR, .abi_minor = GPUSIM_MODULE_ABI_MINOR,                    \
    .kind = GPUSIM_MODULE_ORDER, .name = (name_), .version = "1.0.0", .doc = (doc_)

#ifdef __cplusplus
}
#endif
#endif
