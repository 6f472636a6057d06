/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Sorting that is stable, the same on every machine, and allocates in our one place (qsort does
 * neither promise). */
#ifndef GS_BASE_SORT_H
#define GS_BASE_SORT_H

#include <stddef.h>
#include <stdint.h>

#include <gpusim/status.h>

/* As qsort; what compares equal stays in its order. Takes as much memory again as the rows. */
gpusim_status gs_sort(void *rows, size_t count, size_t size,
                      int (*compare)(const void *a, const void *b), gpusim_error *err);

/* Rising, in place, without memory. O(n log n). */
void gs_sort_numbers(uint32_t *numbers, size_t count);

#endif
