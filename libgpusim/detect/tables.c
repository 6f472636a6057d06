/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The table behind `detector:`: each built-in detector with the parameters that it has. */
#include "detect/tables.h"

#include "../analysis/detectors/registry.h"

// of a detector without parameters
static const gpusim_record none = {
    .name = "parameters",
    .size = 8,
    .doc = "This detector has no parameters.",
};

#define WITH(identifier, its_name)                                                                 \
    {.name = its_name,                                                                             \
     .type = GPUSIM_RECORD,                                                                        \
     .detail.any = &gs_detector_record_##identifier,                                               \
     .doc = "The detector " its_name "."},

#define WITHOUT(identifier, its_name)                                                              \
    {.name = its_name,                                                                             \
     .type = GPUSIM_RECORD,                                                                        \
     .detail.any = &none,                                                                          \
     .doc = "The detector " its_name ", which has no parameters."},

static const gpusim_field alternatives[] = {GS_DETECTOR_PARAMETERS_LIST(WITH)
                                                GS_DETECTOR_PLAIN_LIST(WITHOUT)};

const gpusim_record gs_detector_record = {
    .name = "detector",
    .fields = alternatives,
    .count = sizeof alternatives / sizeof alternatives[0],
    .size = 0,
    .doc = "A detector by its name, with its parameters where they are not the defaults.",
};

#define ADDRESS(identifier, its_name) &gs_detector_##identifier,

const gpusim_module *gs_detector_of(uint32_t which)
{
    static const gpusim_module *const modules[] = {GS_DETECTOR_PARAMETERS_LIST(ADDRESS)
                                                       GS_DETECTOR_PLAIN_LIST(ADDRESS)};
    return modules[which];
}
