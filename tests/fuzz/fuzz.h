/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a fuzz target is: one function, by libFuzzer's name. */
#ifndef TESTS_FUZZ_H
#define TESTS_FUZZ_H

#include <stddef.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#endif
