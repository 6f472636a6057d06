/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The catalogue in words. */
#include <gpusim/fault.h>

#include "chaos/kinds.h"
#include "chaos/mixes.h"

const char *const gs_fault_scope_names[GS_FAULT_SCOPES] = {"GPU", "node", "rack", "cluster"};

// what ends a strike when its rule has no `for:`
static const char *const ends[] = {
    [GS_NEEDS_NOTHING] = "nothing",
    [GS_NEEDS_RESET] = "a reboot of the node",
    [GS_NEEDS_REPAIR] = "a repair of the node",
};

typedef struct fault_words {
    const char *doc, *does, *shows, *jobs, *source;
} fault_words;

static const fault_words words[GS_KINDS] = {
#define GS_KIND(ID, id, name_, scope_, flags_, effect_, strike_, doc_, does_, shows_, jobs_,       \
                source_, ...)                                                                      \
    [GS_KIND_##ID] = {doc_, does_, shows_, jobs_, source_},
#include "chaos/catalogue.h"
#undef GS_KIND
};

int gpusim_fault_kind_at(uint32_t number, gpusim_fault_kind *kind)
{
    if (number >= GS_KINDS) {
        return 0;
    }
    const gs_fault_kind *of = &gs_fault_kinds[number];
    const fault_words *in = &words[number];
    // what is over at once has no end to speak of
    int lasts = of->flags || of->effect;
    *kind = (gpusim_fault_kind){.name = of->name,
                                .strikes = gs_fault_scope_names[of->scope],
                                .doc = in->doc,
                                .does = in->does,
                                .shows = in->shows,
                                .jobs = in->jobs,
                                .ends = lasts ? ends[of->strike.needs] : NULL,
                                .source = in->source,
                                .record = of->record};
    return 1;
}

const gpusim_fault_mix *gpusim_fault_mixes(uint32_t *count)
{
    *count = GS_MIX_COUNT;
    return gs_fault_mixes;
}
