/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The public calls that know which table a scenario is read by. */
#include "scenario/scenario.h"
#include "scenario/spec.h"

const gpusim_record *gpusim_spec_record(void)
{
    return &gs_scenario_record;
}

gpusim_status gpusim_spec_parse(const char *text, size_t length, const char *name,
                                const char *folder, gpusim_spec **spec, gpusim_error *err)
{
    if (!text || !name || !spec) {
        return gpusim_fail(err, GPUSIM_ARGUMENT, "text, name and spec are needed");
    }
    return gs_spec_parse_as(&gs_scenario_record, text, length, name, folder, spec, err);
}

gpusim_status gpusim_spec_load(const char *path, gpusim_spec **spec, gpusim_error *err)
{
    if (!path || !spec) {
        return gpusim_fail(err, GPUSIM_ARGUMENT, "path and spec are needed");
    }
    return gs_spec_load_as(&gs_scenario_record, path, spec, err);
}

gpusim_status gpusim_spec_schema(char **text, gpusim_error *err)
{
    return gs_schema_write(&gs_scenario_record, text, err);
}
