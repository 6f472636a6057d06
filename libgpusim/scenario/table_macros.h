/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Entries of the hardware's field tables: one macro for each kind of quantity. */
#ifndef GS_SCENARIO_TABLE_MACROS_H
#define GS_SCENARIO_TABLE_MACROS_H

#include <math.h>
#include <stddef.h>

#define AT(struct_, member) .offset = (uint32_t)offsetof(struct_, member)

#define QUANTITY(name_, unit_, struct_, member, flags_, fallback_, low, high, doc_)                \
    {                                                                                              \
        .name = (name_), .type = GPUSIM_FLOAT64, .unit = (unit_), AT(struct_, member),             \
        .flags = (flags_), .fallback = (fallback_), .minimum = (low), .maximum = (high),           \
        .doc = (doc_)                                                                              \
    }
#define WATT(name_, struct_, member, flags_, fallback_, doc_)                                      \
    QUANTITY(name_, GPUSIM_UNIT_WATT, struct_, member, flags_, fallback_, 0, 1e9, doc_)
#define NUMBER(name_, struct_, member, flags_, fallback_, low, high, doc_)                         \
    QUANTITY(name_, GPUSIM_UNIT_NONE, struct_, member, flags_, fallback_, low, high, doc_)
#define SHARE(name_, struct_, member, flags_, fallback_, doc_)                                     \
    QUANTITY(name_, GPUSIM_UNIT_RATIO, struct_, member, flags_, fallback_, 0, 1, doc_)
#define CELSIUS(name_, struct_, member, fallback_, doc_)                                           \
    QUANTITY(name_, GPUSIM_UNIT_CELSIUS, struct_, member, 0, fallback_, -50, 150, doc_)
#define KELVIN(name_, struct_, member, flags_, fallback_, doc_)                                    \
    QUANTITY(name_, GPUSIM_UNIT_KELVIN, struct_, member, flags_, fallback_, 0, 100, doc_)
#define QUANTUM(name_, struct_, member, fallback_, low, doc_)                                      \
    QUANTITY(name_, GPUSIM_UNIT_KELVIN, struct_, member, 0, fallback_, low, 100, doc_)
#define FLOW(name_, struct_, member, flags_, fallback_, doc_)                                      \
    QUANTITY(name_, GPUSIM_UNIT_CUBIC_METRE_PER_SECOND, struct_, member, flags_, fallback_, 0,     \
             1e4, doc_)
#define RESISTANCE(name_, struct_, member, doc_)                                                   \
    QUANTITY(name_, GPUSIM_UNIT_KELVIN_PER_WATT, struct_, member,                                  \
             GPUSIM_REQUIRED | GPUSIM_EXCLUSIVE, NULL, 0, 100, doc_)
#define BANDWIDTH(name_, struct_, member, doc_)                                                    \
    QUANTITY(name_, GPUSIM_UNIT_BYTE_PER_SECOND, struct_, member, GPUSIM_OPTIONAL, NULL, 1e3,      \
             1e18, doc_)
#define COUNT(name_, struct_, member, flags_, fallback_, low, high, doc_)                          \
    {                                                                                              \
        .name = (name_), .type = GPUSIM_UINT32, AT(struct_, member), .flags = (flags_),            \
        .fallback = (fallback_), .minimum = (low), .maximum = (high), .doc = (doc_)                \
    }

#endif
