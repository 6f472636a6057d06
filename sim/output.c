/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Files that commands write. */
#include "output.h"

#include <sys/stat.h>

static int is_same(const struct stat *there, const char *path)
{
    struct stat other;
    return path && stat(path, &other) == 0 && there->st_dev == other.st_dev &&
           there->st_ino == other.st_ino;
}

// one of the files that this command reads
static int is_read(const cli_arguments *arguments, const struct stat *there)
{
    for (uint32_t i = 0; i < arguments->operand_count; i++) {
        if (is_same(there, arguments->operands[i])) {
            return 1;
        }
    }
    return is_same(there, arguments->values[CLI_TRAIN]);
}

gpusim_status cli_may_write(const cli_arguments *arguments, const char *path, cli_output how,
                            gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    struct stat there;
    if (stat(path, &there) != 0) {
        return GPUSIM_OK;
    }
    if (is_read(arguments, &there)) {
        status = gpusim_fail(err, GPUSIM_EXISTS, "'%.200s' is what is read", path);
        gpusim_error_hint(err, "choose another name");
    } else if (!S_ISREG(there.st_mode)) {
        if (how == CLI_REPLACED || S_ISDIR(there.st_mode)) {
            status = gpusim_fail(err, GPUSIM_IO, "'%.200s' is no file", path);
        }
    } else if (!arguments->values[CLI_FORCE]) {
        status = gpusim_fail(err, GPUSIM_EXISTS, "'%.200s' exists", path);
        gpusim_error_hint(err, "overwrite it with --force");
    }
    return status;
}
