/* SPDX-License-Identifier: GPL-3.0-or-later */
/* gpusim doctor: is this machine and this folder fit to run, and if not, what to do. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "options.h"
#include "talk.h"

#define LITTLE_SPACE (UINT64_C(1) << 30)

static const cli_option options[] = {
    CLI_OPTION_JSON,
    CLI_OPTION_HELP,
};

/* One finding. */
typedef struct finding {
    const char *subject;
    char found[160];
    const char *advice; /* NULL: all is well */
    int fatal;          /* 1: runs cannot succeed like this */
} finding;

#define FINDINGS_MAX 16

typedef struct findings {
    finding list[FINDINGS_MAX];
    uint32_t count;
} findings;

static finding *add(findings *all, const char *subject, const char *advice)
{
    finding *f = &all->list[all->count++];
    memset(f, 0, sizeof *f);
    f->subject = subject;
    f->advice = advice;
    return f;
}

// the library that is linked must be the one this program was made for
static void check_library(findings *all)
{
    int same = strcmp(gpusim_version(), GPUSIM_VERSION) == 0;
    finding *f = add(all, "libgpusim",
                     same ? NULL : "this program was built for another version: reinstall gpusim");
    snprintf(f->found, sizeof f->found, "%s (headers %s)", gpusim_version(), GPUSIM_VERSION);
    f->fatal = !same;
    f = add(all, "formats", NULL);
    snprintf(f->found, sizeof f->found, "scenario %d, trace %d, module ABI %d.%d, jansson %s",
             GPUSIM_SCENARIO_FORMAT, GPUSIM_TRACE_FORMAT, GPUSIM_MODULE_ABI_MAJOR,
             GPUSIM_MODULE_ABI_MINOR, jansson_version_str());
}

static void check_machine(findings *all)
{
    long cores = sysconf(_SC_NPROCESSORS_ONLN);
    long pages = sysconf(_SC_PHYS_PAGES), page = sysconf(_SC_PAGESIZE);
    char memory[32];
    gpusim_quantity_format((double)pages * (double)page, GPUSIM_UNIT_BYTE, 0, memory,
                           sizeof memory);
    finding *f = add(all, "machine", NULL);
    snprintf(f->found, sizeof f->found, "%ld cores, %s of memory", cores, memory);
}

static void check_space(findings *all)
{
    struct statvfs disk;
    if (statvfs(".", &disk) != 0) {
        finding *f = add(all, "disk space", "traces go elsewhere with -o");
        snprintf(f->found, sizeof f->found, "unknown: %s", strerror(errno));
        return;
    }
    uint64_t space = (uint64_t)disk.f_bavail * disk.f_frsize;
    char text[32];
    gpusim_quantity_format((double)space, GPUSIM_UNIT_BYTE, 0, text, sizeof text);
    finding *f =
        add(all, "disk space",
            space < LITTLE_SPACE ? "long runs with telemetry want more; use -o elsewhere" : NULL);
    snprintf(f->found, sizeof f->found, "%s free in this folder", text);
}

// can files be made here, and does locking them work (other readers of HDF5 take a lock)
static void check_folder(findings *all)
{
    char name[] = "gpusim-doctor-XXXXXX";
    int file = mkstemp(name);
    if (file < 0) {
        finding *f = add(all, "this folder", "write traces elsewhere with -o");
        snprintf(f->found, sizeof f->found, "cannot be written to: %s", strerror(errno));
        return;
    }
    int written = write(file, "gpusim", 6) == 6 && fsync(file) == 0;
    finding *f = add(all, "this folder", written ? NULL : "write traces elsewhere with -o");
    snprintf(f->found, sizeof f->found, "%s", written ? "can be written to" : strerror(errno));

    int locked = flock(file, LOCK_EX | LOCK_NB) == 0;
    const char *asked = getenv("HDF5_USE_FILE_LOCKING");
    f = add(all, "file locks",
            locked ? NULL
                   : "gpusim needs none; for h5py and others set HDF5_USE_FILE_LOCKING=FALSE");
    snprintf(f->found, sizeof f->found, "%s%s%s%s", locked ? "work" : strerror(errno),
             asked ? " (HDF5_USE_FILE_LOCKING=" : "", asked ? asked : "", asked ? ")" : "");
    close(file);
    unlink(name);
}

static void check_xgboost(findings *all)
{
    uint32_t version = gpusim_xgboost_version();
    finding *f = add(all, "XGBoost",
                     version ? NULL
                             : "for the detector xgboost to learn, apt-get install libxgboost-dev, "
                               "and build anew if need be");
    snprintf(f->found, sizeof f->found, version ? "%u.%u.%u" : "not found", version / 10000,
             version / 100 % 100, version % 100);
}

static void check_gnuplot(findings *all)
{
    const char *path = getenv("PATH");
    char candidate[512];
    while (path && *path) {
        size_t length = strcspn(path, ":");
        snprintf(candidate, sizeof candidate, "%.*s/gnuplot", (int)length, path);
        if (access(candidate, X_OK) == 0) {
            finding *f = add(all, "gnuplot", NULL);
            snprintf(f->found, sizeof f->found, "%.150s", candidate);
            return;
        }
        path += length + (path[length] == ':');
    }
    finding *f = add(all, "gnuplot", "apt-get install gnuplot-nox, to draw pictures of traces");
    snprintf(f->found, sizeof f->found, "not found");
}

static int print_json(const findings *all, int code)
{
    json_t *object = cli_json_object(), *list = json_array();
    for (uint32_t i = 0; i < all->count; i++) {
        const finding *f = &all->list[i];
        json_t *entry = json_object();
        json_object_set_new(entry, "subject", json_string(f->subject));
        json_object_set_new(entry, "found", json_string(f->found));
        json_object_set_new(entry, "ok", json_boolean(!f->advice));
        json_object_set_new(entry, "advice", f->advice ? json_string(f->advice) : json_null());
        json_array_append_new(list, entry);
    }
    json_object_set_new(object, "findings", list);
    cli_json_print(object);
    return code;
}

static int doctor(const cli_arguments *arguments)
{
    findings all = {0};
    check_library(&all);
    check_machine(&all);
    check_space(&all);
    check_folder(&all);
    check_gnuplot(&all);
    check_xgboost(&all);
    int code = CLI_OK;
    for (uint32_t i = 0; i < all.count; i++) {
        code = all.list[i].fatal ? CLI_FAILED : code;
    }
    if (arguments->json) {
        return print_json(&all, code);
    }
    for (uint32_t i = 0; i < all.count; i++) {
        const finding *f = &all.list[i];
        printf("%-4s  %-12s  %s\n", f->advice ? "look" : "ok", f->subject, f->found);
        if (f->advice) {
            printf("%20s-> %s\n", "", f->advice);
        }
    }
    return code;
}

const cli_command cli_doctor = {
    .name = "doctor",
    .operands = "",
    .doc = "check this machine and this folder, and say what to do",
    .examples = "gpusim doctor\n",
    .options = options,
    .option_count = (uint32_t)(sizeof options / sizeof options[0]),
    .run = doctor,
};
