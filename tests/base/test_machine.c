/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Another machine, as far as libm is concerned: with its FMA variants masked, libm's own exp
 * changes in the last bit, and what the library draws does not. */
#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "base/hash.h"
#include "base/random.h"
#include "harness.h"

#define MASK "GLIBC_TUNABLES=glibc.cpu.hwcaps=-AVX2,-FMA,-FMA4,-AVX2_Usable,-FMA_Usable"

// hashes of libm's exp, log and pow, and of ours with variates on top
static void compute(uint64_t hashes[2])
{
    gpusim_stream stream = gpusim_stream_make(1, "test", "machine");
    hashes[0] = hashes[1] = 0;
    for (uint64_t i = 0; i < 200000; i++) {
        double x = 20 * gpusim_draw_uniform(stream, i);
        const double theirs[] = {exp(x), log(x), pow(x, 1.7)};
        const double ours[] = {gpusim_exp(x),
                               gpusim_log(x),
                               gpusim_pow(x, 1.7),
                               gpusim_draw_normal(stream, i),
                               gpusim_draw_exponential(stream, i),
                               gpusim_draw_gamma(stream, i, 0.7)};
        hashes[0] = gs_hash64(theirs, sizeof theirs, hashes[0]);
        hashes[1] = gs_hash64(ours, sizeof ours, hashes[1]);
    }
}

int main(int count, char **arguments)
{
    uint64_t here[2], there[2];
    compute(here);
    if (count > 1) {
        printf("%" PRIx64 " %" PRIx64 "\n", here[0], here[1]);
        return EXIT_SUCCESS;
    }

    // the same program on the other machine
    char command[4096];
    snprintf(command, sizeof command, "%s '%s' print", MASK, arguments[0]);
    FILE *other = popen(command, "r");
    if (!other || fscanf(other, "%" SCNx64 " %" SCNx64, &there[0], &there[1]) != 2 ||
        pclose(other) != 0) {
        printf("the masked run failed\n");
        return EXIT_FAILURE;
    }
    if (here[1] != there[1]) {
        printf("what the library computes depends on the machine\n");
        return EXIT_FAILURE;
    }
    if (here[0] == there[0]) {
        printf("skipped: libm computes alike with and without FMA here\n");
        return TEST_SKIPPED;
    }
    printf("libm changed, the library did not\n");
    return EXIT_SUCCESS;
}
