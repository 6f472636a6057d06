/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Writes a made-up trace: write_trace PATH STEPS [devices]. For tests that read it in other
 * languages. */
#include <stdio.h>
#include <stdlib.h>

#include "fake.h"

int main(int count, char **arguments)
{
    gpusim_error err = {0};
    if (count != 3 && count != 4) {
        return EXIT_FAILURE;
    }
    fake_model.devices = count == 4;
    uint32_t steps = (uint32_t)strtoul(arguments[2], NULL, 10);
    if (fake_trace(arguments[1], NULL, 5, steps, &err) != GPUSIM_OK) {
        fprintf(stderr, "%s\n", err.message);
        return EXIT_FAILURE;
    }
    return EXIT_SUCCESS;
}
