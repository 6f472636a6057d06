/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SIGINT, SIGTERM and SIGHUP: the run at hand is interrupted, its trace closed. */
#include "signals.h"

#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "talk.h"

static gpusim_sim *volatile running;
static gpusim_compare *volatile comparing;
static void (*volatile leave)(void);
static volatile sig_atomic_t came;

static void on_signal(int signal_number)
{
    (void)signal_number;
    // two in a row are one hasty user; a third means that the program does not answer
    if (++came >= 3) {
        if (leave) {
            leave();
        }
        _exit(CLI_INTERRUPTED);
    }
    if (running) {
        gpusim_sim_interrupt(running);
    }
    if (comparing) {
        gpusim_compare_interrupt(comparing);
    }
}

void cli_signals_catch(void)
{
    struct sigaction action;
    memset(&action, 0, sizeof action);
    action.sa_handler = on_signal;
    action.sa_flags = SA_RESTART;
    sigemptyset(&action.sa_mask);
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);

    // a run under nohup outlives its terminal
    struct sigaction before;
    if (sigaction(SIGHUP, NULL, &before) == 0 && before.sa_handler != SIG_IGN) {
        sigaction(SIGHUP, &action, NULL);
    }
}

void cli_signals_interrupt(gpusim_sim *sim)
{
    running = sim;
    if (sim && came) {
        gpusim_sim_interrupt(sim);
    }
}

void cli_signals_interrupt_compare(gpusim_compare *compare)
{
    comparing = compare;
    if (compare && came) {
        gpusim_compare_interrupt(compare);
    }
}

void cli_signals_leave_by(void (*way)(void))
{
    leave = way;
}

int cli_signals_came(void)
{
    return came != 0;
}
