/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The numbers of the kinds, which are their places in gs_fault_kinds. */
#ifndef GS_CHAOS_KINDS_H
#define GS_CHAOS_KINDS_H

#include "chaos/chaos.h"

enum {
#define GS_KIND(ID, ...) GS_KIND_##ID,
#include "chaos/catalogue.h"
#undef GS_KIND
    GS_KINDS
};

#endif
