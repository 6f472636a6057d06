/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the library itself may do with an engine beyond <gpusim/engine.h>: keep it in a state table.
 */
#ifndef GS_ENGINE_ENGINE_H
#define GS_ENGINE_ENGINE_H

#include <gpusim/engine.h>

#include "base/array.h"

/* Registers what the engine must remember in a state table. Pending events are written in the order
 * they would come, with their handles, so two engines with the same future have the same bytes:
 * gs_engine_before_save brings them into the table's arrays, gs_engine_after_restore back. */
gpusim_status gs_engine_register(gpusim_engine *engine, gs_state *state, gpusim_error *err);
gpusim_status gs_engine_before_save(gpusim_engine *engine, gpusim_error *err);
gpusim_status gs_engine_after_restore(gpusim_engine *engine, gpusim_error *err);

uint64_t gs_engine_memory(const gpusim_engine *engine);
gpusim_status gs_engine_check(const gpusim_engine *engine, gpusim_error *err);

/* How many batches this engine has run. */
uint64_t gs_engine_batches(const gpusim_engine *engine);

#endif
