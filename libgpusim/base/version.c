/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which version of the library is linked. */
#include <gpusim/version.h>

const char *gpusim_version(void)
{
    return GPUSIM_VERSION;
}
