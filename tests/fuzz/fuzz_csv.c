/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Any bytes as a log in the format `csv`. */
#include "fuzz_log.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    return read_log(GS_TRACE_CSV, bytes, size);
}
