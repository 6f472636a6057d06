/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A detector at work as bytes, for whoever saves what it is part of. */
#ifndef GS_DETECT_PACK_H
#define GS_DETECT_PACK_H

#include <gpusim/detect.h>

#include "base/array.h"

/* Appends what a detector and those under it have learnt and seen; `to` is an array of char. */
gpusim_status gs_watcher_pack(const gpusim_watcher *watcher, gs_array *to, gpusim_error *err);

/* Makes a detector of the same module, parameters and scene go on from there; *used bytes were its
 * own. GPUSIM_FORMAT: they are not of such a one. */
gpusim_status gs_watcher_unpack(gpusim_watcher *watcher, const void *bytes, size_t count,
                                size_t *used, gpusim_error *err);

#endif
