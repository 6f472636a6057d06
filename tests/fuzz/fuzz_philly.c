/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Any bytes as a log in the format `philly`. */
#include "fuzz_log.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    return read_log(GS_TRACE_PHILLY, bytes, size);
}
