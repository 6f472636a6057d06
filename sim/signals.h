/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SIGINT, SIGTERM and SIGHUP end a run in good order. */
#ifndef CLI_SIGNALS_H
#define CLI_SIGNALS_H

#include <gpusim/compare.h>

/* From now on these signals are caught (SIGHUP unless it was ignored); the third one ends the
 * program at once. */
void cli_signals_catch(void);

/* The run to interrupt, or NULL when there is none (any more). One that was asked for before takes
 * effect now. */
void cli_signals_interrupt(gpusim_sim *sim);

/* The same of a comparison. */
void cli_signals_interrupt_compare(gpusim_compare *compare);

/* What is to be done before that third signal ends the program: only what may be in a signal
 * handler. NULL: nothing. */
void cli_signals_leave_by(void (*way)(void));

/* 1 when a signal has come. */
int cli_signals_came(void);

#endif
