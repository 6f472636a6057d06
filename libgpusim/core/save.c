/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A run as bytes, and back: the state table behind a header that says whose it is. */
#include <string.h>

#include "base/hash.h"
#include "core/sim.h"

// what stands before the arrays, so that a state is not restored into another run
typedef struct gs_save_header {
    char magic[8];
    char model[33];
    char reserved[7];
    uint64_t seed;
    gs_block digest; /* of what follows: bytes that have changed are no state */
} gs_save_header;

static gs_save_header header_of(const gpusim_sim *sim)
{
    gs_save_header header = {.magic = "gpusim1", .seed = sim->seed};
    memcpy(header.model, sim->model->info.hash, sizeof header.model);
    return header;
}

gpusim_status gpusim_sim_save(const gpusim_sim *sim, void **bytes, size_t *size, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    char *copy = NULL;
    gs_save_header header = header_of(sim);
    if (sim->failure != GPUSIM_OK) {
        return gpusim_fail(err, GPUSIM_ARGUMENT, "a run that has failed cannot be saved");
    }
    GPUSIM_TRY(gs_engine_before_save(sim->engine, err));
    GPUSIM_TRY(gs_detectors_before_save(sim, err));
    *size = sizeof header + gs_state_size(&sim->state);
    GPUSIM_TRY(gs_allocate(&copy, *size, 1, err));
    gs_state_write(&sim->state, copy + sizeof header);
    header.digest = gs_hash128(copy + sizeof header, *size - sizeof header, 0);
    memcpy(copy, &header, sizeof header);
    *bytes = copy;
cleanup:
    return status;
}

gpusim_status gpusim_sim_restore(gpusim_sim *sim, const void *bytes, size_t size, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    gpusim_error said = {0};
    gs_save_header header = header_of(sim);
    const char *state = (const char *)bytes + sizeof header;
    if (size < sizeof header || memcmp(bytes, &header, offsetof(gs_save_header, digest)) != 0) {
        return gpusim_fail(err, GPUSIM_FORMAT, "this is not a state of the same model and seed");
    }
    header.digest = gs_hash128(state, size - sizeof header, 0);
    if (memcmp(bytes, &header, sizeof header) != 0) {
        return gpusim_fail(err, GPUSIM_FORMAT, "this state is damaged");
    }

    // from here on the old state is gone, also when the new one cannot be had
    sim->finished = 0;
    sim->failure = GPUSIM_OK;
    GPUSIM_TRY(gs_state_read(&sim->state, state, size - sizeof header, &said));
    GPUSIM_TRY(gs_engine_after_restore(sim->engine, &said));
    gs_sim_refresh_view(sim);
    GPUSIM_TRY(gs_faults_restored(sim, &said));
    GPUSIM_TRY(gs_detectors_restored(sim, &said));
    gs_index_rebuild(sim->index, &sim->view);
    gs_fragments_restored(sim);
    if (sim->policy) {
        GPUSIM_TRY(gs_policy_restored(sim->policy, &said));
    }
cleanup:
    gs_sim_refresh_view(sim);
    return gs_sim_return(sim, status, &said, err);
}

gpusim_status gpusim_sim_hash(const gpusim_sim *sim, char hash[33], gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    void *bytes = NULL;
    size_t size = 0;
    gs_hasher *hasher = NULL;
    GPUSIM_TRY(gpusim_sim_save(sim, &bytes, &size, err));
    GPUSIM_TRY(gs_hasher_create(&hasher, err));
    gs_hasher_add(hasher, bytes, size);
    gs_hasher_hex(hasher, hash);
cleanup:
    gs_hasher_destroy(hasher);
    gpusim_free(bytes);
    return status;
}
