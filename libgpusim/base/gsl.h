/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The library's own use of GSL begins here. */
#ifndef GS_BASE_GSL_H
#define GS_BASE_GSL_H

/* Turns GSL's aborting error handler off for the process, the first time it is called; every
 * function marked *uses GSL* calls it first. */
void gs_gsl_prepare(void);

#endif
