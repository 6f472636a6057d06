/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A trace's file while it is written. It gets its name once everything that HDF5 needs to read it
 * is there, and never grows beyond what was reserved: a full disk is met before HDF5 meets it. */
#define _XOPEN_SOURCE 700 // realpath
#include "trace/file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/memory.h"
#include "trace/superblock.h"

/* What a flush or a close may add beyond the chunks: metadata that is still in HDF5's cache. */
#define SLACK_BYTES         (UINT64_C(1) << 20)
#define SLACK_DATASET_BYTES (UINT64_C(16) << 10)
#define STEP_BYTES          (UINT64_C(4) << 20)

/* HDF5 keeps what is smaller than a page within one page. A process that is killed while it writes
 * may leave a write half done, but only where one page of the system's ends and the next begins:
 * so what describes a dataset, written anew in its place at every flush, is old or new, not torn.
 */
#define PAGE_BYTES 4096

/* The first flush comes soon, so that a short run shows something; then ever more rarely. */
#define FIRST_FLUSH_BYTES (UINT64_C(64) << 10)
#define LAST_FLUSH_BYTES  (UINT64_C(16) << 20)

static gpusim_status fail_exists(const char *path, gpusim_error *err)
{
    gpusim_fail(err, GPUSIM_EXISTS, "'%s' exists", path);
    gpusim_error_hint(err, "choose another name, or overwrite it with --force");
    return GPUSIM_EXISTS;
}

// force is for traces: a scenario or a log named by mistake is worth more
static gpusim_status check_replaced(const char *path, gpusim_error *err)
{
    static const unsigned char signature[] = {0x89, 'H', 'D', 'F', '\r', '\n', 0x1a, '\n'};
    unsigned char begin[sizeof signature];
    int descriptor = open(path, O_RDONLY | O_CLOEXEC);
    if (descriptor < 0) {
        return gpusim_fail(err, GPUSIM_IO, "cannot overwrite '%s': %s", path, strerror(errno));
    }
    ssize_t length = read(descriptor, begin, sizeof begin);
    int problem = errno;
    (void)close(descriptor);
    if (length < 0) {
        return gpusim_fail(err, GPUSIM_IO, "cannot overwrite '%s': %s", path, strerror(problem));
    }
    if (length == 0 || (length == (ssize_t)sizeof begin && memcmp(begin, signature, 8) == 0)) {
        return GPUSIM_OK;
    }
    gpusim_fail(err, GPUSIM_EXISTS, "'%s' exists and is no trace", path);
    gpusim_error_hint(err, "choose another name, or remove it yourself");
    return GPUSIM_EXISTS;
}

gpusim_status gs_file_init(gs_file *file, const char *path, int force, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    struct stat about;
    char real[PATH_MAX];
    // what a link names is replaced, not the link
    if (force && lstat(path, &about) == 0 && S_ISLNK(about.st_mode) && realpath(path, real)) {
        path = real;
    }
    size_t length = strlen(path);
    *file = (gs_file){.descriptor = -1, .flush_at = FIRST_FLUSH_BYTES};
    GPUSIM_TRY(gs_allocate(&file->path, length + 1, 1, err));
    memcpy(file->path, path, length);
    GPUSIM_TRY(gs_allocate(&file->temporary, length + 48, 1, err));

    // what can be known to go wrong is said before anything is simulated
    if (length == 0) {
        status = gpusim_fail(err, GPUSIM_IO, "the trace's path is empty");
        goto cleanup;
    }
    if (stat(path, &about) == 0) {
        status = S_ISDIR(about.st_mode)    ? gpusim_fail(err, GPUSIM_IO, "'%s' is a folder", path)
                 : !S_ISREG(about.st_mode) ? gpusim_fail(err, GPUSIM_IO, "'%s' is no file", path)
                 : force                   ? check_replaced(path, err)
                                           : fail_exists(path, err);
        goto cleanup;
    }
    const char *slash = strrchr(path, '/');
    memcpy(file->temporary, slash ? path : ".", slash ? (size_t)(slash - path) + 1 : 1);
    if (stat(file->temporary, &about) != 0) {
        status = errno == ENOENT
                     ? gpusim_fail(err, GPUSIM_IO, "cannot write '%s': there is no folder '%s'",
                                   path, file->temporary)
                     : gpusim_fail(err, GPUSIM_IO, "cannot write '%s': the folder '%s': %s", path,
                                   file->temporary, strerror(errno));
    }

cleanup:
    return status;
}

static hid_t access_list(void)
{
    hid_t list = gs_h5_access();
    if (list >= 0 && H5Pset_libver_bounds(list, H5F_LIBVER_V110, H5F_LIBVER_V110) < 0) {
        (void)H5Pclose(list);
        return -1;
    }
    return list;
}

// a name beside the final one that nothing has yet, taken by creating it
static gpusim_status take_temporary(gs_file *file, gpusim_error *err)
{
    size_t room = strlen(file->path) + 48;
    for (unsigned i = 0; i < 1000; i++) {
        snprintf(file->temporary, room, "%s.%ld-%u.part", file->path, (long)getpid(), i);
        file->descriptor = open(file->temporary, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
        if (file->descriptor >= 0 || errno != EEXIST) {
            break;
        }
    }
    if (file->descriptor < 0) {
        return gpusim_fail(err, GPUSIM_IO, "cannot write '%s': %s", file->path, strerror(errno));
    }
    (void)gs_writer_lock(file->descriptor); // where locks do not work, nobody else asks for them
    return GPUSIM_OK;
}

// makes sure that the file can grow to `size`; 0, or what is in the way
static int grow(int descriptor, uint64_t size)
{
    struct rlimit limit;
    if (size > INT64_MAX || (getrlimit(RLIMIT_FSIZE, &limit) == 0 &&
                             limit.rlim_cur != RLIM_INFINITY && size > limit.rlim_cur)) {
        return EFBIG; // asked here, since trying would end the process with SIGXFSZ
    }
    // what is there has been reserved before; where the system knows no reserving, the C library
    // writes to every block, and must not begin at the first each time
    struct stat about;
    if (fstat(descriptor, &about) != 0) {
        return errno;
    }
    if (about.st_size >= (off_t)size) {
        return 0;
    }
    int result = 0;
    do {
        result = posix_fallocate(descriptor, about.st_size, (off_t)size - about.st_size);
    } while (result == EINTR);
    return result == EOPNOTSUPP || result == EINVAL ? 0 : result;
}

static gpusim_status fail_full(const gs_file *file, int problem, gpusim_error *err)
{
    gpusim_fail(err, GPUSIM_IO, "cannot write '%s': %s", file->path, strerror(problem));
    if (file->published) {
        gpusim_error_hint(err, "what was written before can be read");
    }
    return GPUSIM_IO;
}

gpusim_status gs_file_reserve(gs_file *file, uint64_t bytes, gpusim_error *err)
{
    hsize_t size = 0;
    if (H5Fget_filesize(file->id, &size) < 0) {
        return gs_h5_fail(err, GPUSIM_IO, "cannot tell the size of", file->path);
    }
    uint64_t need = size + bytes + SLACK_BYTES + file->datasets * SLACK_DATASET_BYTES;
    if (need <= file->reserved) {
        return GPUSIM_OK;
    }
    uint64_t want = need + STEP_BYTES;
    int problem = grow(file->descriptor, want);
    if (problem) {
        want = need;
        problem = grow(file->descriptor, want);
    }
    if (problem) {
        return fail_full(file, problem, err);
    }
    file->reserved = want;
    return GPUSIM_OK;
}

gpusim_status gs_file_create(gs_file *file, size_t chunk_bytes, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    hid_t list = 0, root = 0;
    GPUSIM_TRY(gs_packer_create(&file->packer, chunk_bytes, err));
    GPUSIM_TRY(take_temporary(file, err));
    int problem = grow(file->descriptor, SLACK_BYTES); // HDF5 writes as soon as it creates
    if (problem) {
        status = fail_full(file, problem, err);
        goto cleanup;
    }
    list = access_list();
    GS_H5(list, "cannot set up", file->path);
    root = H5Pcreate(H5P_FILE_CREATE);
    GS_H5(root, "cannot set up", file->path);
    GS_H5(H5Pset_file_space_page_size(root, PAGE_BYTES), "cannot set up", file->path);
    GS_H5(H5Pset_obj_track_times(root, 0), "cannot set up", file->path); // of the root group
    GS_H5(H5Pset_file_space_strategy(root, H5F_FSPACE_STRATEGY_PAGE, 0, 1), "cannot set up",
          file->path);
    file->id = H5Fcreate(file->temporary, H5F_ACC_TRUNC, root, list);
    GS_H5(file->id, "cannot create", file->path);
    GPUSIM_TRY(gs_file_reserve(file, 0, err));

cleanup:
    gs_h5_close(&root);
    gs_h5_close(&list);
    return status;
}

// gives the file its own name
static gpusim_status publish(gs_file *file, int force, gpusim_error *err)
{
    struct stat about;
    int result = 0;
    if (force) {
        result = rename(file->temporary, file->path);
    } else if (link(file->temporary, file->path) == 0) {
        (void)unlink(file->temporary);
    } else if (errno == EEXIST || stat(file->path, &about) == 0) {
        return fail_exists(file->path, err);
    } else {
        result = rename(file->temporary, file->path); // a file system without links
    }
    if (result != 0) {
        return gpusim_fail(err, GPUSIM_IO, "cannot write '%s': %s", file->path, strerror(errno));
    }
    file->published = 1;
    return GPUSIM_OK;
}

gpusim_status gs_file_publish(gs_file *file, int force, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    GPUSIM_TRY(gs_file_reserve(file, 0, err));
    GS_H5(H5Fstart_swmr_write(file->id), "cannot start writing", file->path);
    file->reserved = 0; // it has flushed, and so cut the file
    GPUSIM_TRY(gs_file_reserve(file, 0, err));
    GPUSIM_TRY(publish(file, force, err));

cleanup:
    return status;
}

gpusim_status gs_file_chunk(gs_file *file, hid_t set, const hsize_t *extent, const hsize_t *offset,
                            const void *chunk, size_t bytes, size_t element, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    const unsigned char *packed = NULL;
    size_t size = 0;
    uint32_t mask = 0;
    gs_h5_quiet quiet;
    gs_h5_enter(&quiet);
    GPUSIM_TRY(gs_packer_pack(&file->packer, chunk, bytes, element, &packed, &size, &mask, err));
    GPUSIM_TRY(gs_file_reserve(file, size, err));

    // the extent and its chunk reach the file together
    GS_H5(H5Odisable_mdc_flushes(set), "cannot write", file->path);
    if (extent) {
        GS_H5(H5Dset_extent(set, extent), "cannot write", file->path);
    }
    GS_H5(H5Dwrite_chunk(set, H5P_DEFAULT, mask, offset, size, packed), "cannot write", file->path);
    GS_H5(H5Oenable_mdc_flushes(set), "cannot write", file->path);

cleanup:
    gs_h5_leave(&quiet);
    return status;
}

gpusim_status gs_file_flush(gs_file *file, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    gs_h5_quiet quiet;
    gs_h5_enter(&quiet);
    GPUSIM_TRY(gs_file_reserve(file, 0, err));
    GS_H5(H5Fflush(file->id, H5F_SCOPE_LOCAL), "cannot write", file->path);

    // HDF5 has cut the file to what it uses: reserve again while all is safe
    file->reserved = 0;
    GPUSIM_TRY(gs_file_reserve(file, 0, err));
    file->unflushed = 0;
    file->flush_at = file->flush_at < LAST_FLUSH_BYTES ? 2 * file->flush_at : LAST_FLUSH_BYTES;

cleanup:
    gs_h5_leave(&quiet);
    return status;
}

gpusim_status gs_file_close(gs_file *file, gpusim_error *err)
{
    if (file->id <= 0) {
        return GPUSIM_OK;
    }
    hid_t id = file->id;
    file->id = 0;
    file->reserved = 0;
    if (H5Fclose(id) < 0) {
        return gs_h5_fail(err, GPUSIM_IO, "cannot close", file->path);
    }

    // a file without an extension has no times to forget
    (void)gs_superblock_forget_times(file->descriptor);

    // gives back what was reserved and not used
    uint64_t end = gs_superblock_end(file->descriptor);
    struct stat about;
    if (end > 0 && fstat(file->descriptor, &about) == 0 && (uint64_t)about.st_size > end) {
        (void)ftruncate(file->descriptor, (off_t)end);
    }
    return GPUSIM_OK;
}

gpusim_status gs_file_reopen(gs_file *file, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    struct stat ours, theirs;
    hid_t list = 0;
    if (fstat(file->descriptor, &ours) != 0 || stat(file->path, &theirs) != 0 ||
        ours.st_ino != theirs.st_ino || ours.st_dev != theirs.st_dev) {
        return gpusim_fail(err, GPUSIM_IO, "'%s' was moved or replaced while it was written",
                           file->path);
    }
    list = access_list();
    GS_H5(list, "cannot set up", file->path);
    file->id = H5Fopen(file->path, H5F_ACC_RDWR, list);
    GS_H5(file->id, "cannot open again", file->path);

cleanup:
    gs_h5_close(&list);
    return status;
}

void gs_file_release(gs_file *file)
{
    if (file->id > 0) {
        (void)H5Fclose(file->id);
        file->id = 0;
    }
    if (file->descriptor >= 0) {
        (void)close(file->descriptor);
        if (!file->published) {
            (void)unlink(file->temporary);
        }
    }
    gs_packer_release(&file->packer);
    gs_release(&file->path);
    gs_release(&file->temporary);
    file->descriptor = -1;
}
