/* SPDX-License-Identifier: GPL-3.0-or-later */
/* HDF5's superblock version 3 (HDF5 File Format Specification 3.0, II.A) and the lock by which we
 * know whether the writer of a file is alive. */
#define _GNU_SOURCE // locks that belong to an open file, not to a process
#include "trace/superblock.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define SUPERBLOCK_BYTES 48
#define FLAGS_AT         11
#define EXTENSION_AT     20
#define END_AT           28
#define CHECKSUM_AT      44

/* A byte that no file reaches: it is locked in place of the file, so that HDF5's own locks, and
 * readers that know nothing of ours, are not in the way. */
#define LOCKED_BYTE (INT64_C(1) << 62)

static const unsigned char signature[8] = {0x89, 'H', 'D', 'F', '\r', '\n', 0x1a, '\n'};

int gs_writer_lock(int descriptor)
{
    struct flock lock = {
        .l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = LOCKED_BYTE, .l_len = 1};
    return fcntl(descriptor, F_OFD_SETLK, &lock);
}

// 1 when a program that is not ours has opened the file with HDF5, which locks it whole
static int is_open_elsewhere(int descriptor)
{
    return flock(descriptor, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK;
}

// 1 when somebody else holds it
static int is_locked(int descriptor)
{
    struct flock lock = {
        .l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = LOCKED_BYTE, .l_len = 1};
    return fcntl(descriptor, F_OFD_GETLK, &lock) == 0 && lock.l_type != F_UNLCK;
}

static uint32_t rotate(uint32_t x, unsigned k)
{
    return x << k | x >> (32 - k);
}

static uint32_t word(const unsigned char *bytes, size_t size)
{
    uint32_t value = 0;
    for (size_t i = 0; i < size && i < 4; i++) {
        value |= (uint32_t)bytes[i] << (8 * i);
    }
    return value;
}

uint32_t gs_lookup3(const unsigned char *bytes, size_t size)
{
    uint32_t a = UINT32_C(0xdeadbeef) + (uint32_t)size, b = a, c = a;

    // all but the last 1 to 12 bytes are mixed in
    for (; size > 12; bytes += 12, size -= 12) {
        a += word(bytes, 4);
        b += word(bytes + 4, 4);
        c += word(bytes + 8, 4);
        a = (a - c) ^ rotate(c, 4), c += b;
        b = (b - a) ^ rotate(a, 6), a += c;
        c = (c - b) ^ rotate(b, 8), b += a;
        a = (a - c) ^ rotate(c, 16), c += b;
        b = (b - a) ^ rotate(a, 19), a += c;
        c = (c - b) ^ rotate(b, 4), b += a;
    }
    if (size == 0) {
        return c;
    }
    a += word(bytes, size);
    b += size > 4 ? word(bytes + 4, size - 4) : 0;
    c += size > 8 ? word(bytes + 8, size - 8) : 0;
    c = (c ^ b) - rotate(b, 14);
    a = (a ^ c) - rotate(c, 11);
    b = (b ^ a) - rotate(a, 25);
    c = (c ^ b) - rotate(b, 16);
    a = (a ^ c) - rotate(c, 4);
    b = (b ^ a) - rotate(a, 14);
    c = (c ^ b) - rotate(b, 24);
    return c;
}

static uint64_t long_word(const unsigned char *bytes)
{
    return word(bytes, 4) | (uint64_t)word(bytes + 4, 4) << 32;
}

static uint64_t end_in(const unsigned char *block)
{
    return long_word(block + END_AT);
}

// 1 when it is one that our writer makes: version 3, offsets and lengths of 8 bytes, whole
static int is_whole(const unsigned char *block)
{
    return memcmp(block, signature, sizeof signature) == 0 && block[8] == 3 && block[9] == 8 &&
           block[10] == 8 && gs_lookup3(block, CHECKSUM_AT) == word(block + CHECKSUM_AT, 4);
}

uint64_t gs_superblock_end(int descriptor)
{
    unsigned char block[SUPERBLOCK_BYTES];
    return pread(descriptor, block, sizeof block, 0) == sizeof block && is_whole(block)
               ? end_in(block)
               : 0;
}

static void put(unsigned char *bytes, uint64_t value, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        bytes[i] = (unsigned char)(value >> (8 * i));
    }
}

// an object header of version 2 (the specification's IV.A.1.b): flags, four times, a size in one
// byte, so many bytes of messages, and the checksum of all that
int gs_superblock_forget_times(int descriptor)
{
    enum { TIMES = 6, SIZE = 22, MESSAGES = 23, MOST = MESSAGES + 255 + 4 };
    unsigned char block[SUPERBLOCK_BYTES], header[MOST];
    if (pread(descriptor, block, sizeof block, 0) != sizeof block || !is_whole(block)) {
        return -1;
    }
    uint64_t at = long_word(block + EXTENSION_AT);
    ssize_t got = at <= INT64_MAX ? pread(descriptor, header, sizeof header, (off_t)at) : -1;
    if (got < MESSAGES || memcmp(header, "OHDR\2\x20", 6) != 0 ||
        got < MESSAGES + header[SIZE] + 4) {
        return -1;
    }
    size_t end = MESSAGES + (size_t)header[SIZE];
    if (gs_lookup3(header, end) != word(header + end, 4)) {
        return -1;
    }
    memset(header + TIMES, 0, SIZE - TIMES);
    put(header + end, gs_lookup3(header, end), 4);
    return pwrite(descriptor, header, end + 4, (off_t)at) == (ssize_t)end + 4 ? 0 : -1;
}

// clears the flags, and takes for the end whichever is further: the mark, or the file's length
static int mend(int descriptor, unsigned char *block)
{
    struct stat about;
    if (fstat(descriptor, &about) != 0) {
        return -1;
    }
    uint64_t end = end_in(block), length = (uint64_t)about.st_size;
    if (end > length &&
        (end - length > length + (UINT64_C(1) << 26) || ftruncate(descriptor, (off_t)end) != 0)) {
        return -1; // a mark so far out is not our writer's
    }
    block[FLAGS_AT] = 0;
    put(block + END_AT, end > length ? end : length, 8);
    put(block + CHECKSUM_AT, gs_lookup3(block, CHECKSUM_AT), 4);
    return pwrite(descriptor, block, SUPERBLOCK_BYTES, 0) == SUPERBLOCK_BYTES ? 0 : -1;
}

gpusim_status gs_superblock_mend(const char *path, gs_trace_found *found, gpusim_error *err)
{
    gpusim_status status = GPUSIM_OK;
    unsigned char block[SUPERBLOCK_BYTES] = {0};
    struct stat about;

    // who may not write can still read
    int writable = 1, descriptor = open(path, O_RDWR | O_CLOEXEC);
    if (descriptor < 0 && (errno == EACCES || errno == EROFS || errno == EPERM)) {
        writable = 0;
        descriptor = open(path, O_RDONLY | O_CLOEXEC);
    }
    if (descriptor < 0) {
        return gpusim_fail(err, GPUSIM_IO, "cannot open '%s': %s", path, strerror(errno));
    }
    if (fstat(descriptor, &about) != 0 || !S_ISREG(about.st_mode)) {
        status = gpusim_fail(err, GPUSIM_FORMAT, "'%s' is no file", path);
        goto cleanup;
    }
    ssize_t got = pread(descriptor, block, sizeof block, 0);
    if (got < (ssize_t)sizeof signature || memcmp(block, signature, sizeof signature) != 0) {
        status = gpusim_fail(err, GPUSIM_FORMAT, "'%s' is no trace: it is not an HDF5 file", path);
        goto cleanup;
    }
    if (got >= SUPERBLOCK_BYTES && block[8] < 3) {
        *found = GS_FOUND_CLEAN; // rewritten by another program: nothing of ours to mend
        goto cleanup;
    }
    if (got < SUPERBLOCK_BYTES || !is_whole(block)) {
        status = gpusim_fail(err, GPUSIM_FORMAT,
                             "'%s' is no trace of gpusim, or its first bytes are damaged", path);
        goto cleanup;
    }

    if (is_locked(descriptor)) {
        *found = GS_FOUND_LIVE;
    } else if (block[FLAGS_AT] == 0) {
        *found = GS_FOUND_CLEAN;
    } else if (!writable || is_open_elsewhere(descriptor) || gs_writer_lock(descriptor) != 0) {
        *found = GS_FOUND_READONLY;
    } else if (mend(descriptor, block) == 0) {
        *found = GS_FOUND_REPAIRED;
    } else {
        status = gpusim_fail(err, GPUSIM_IO, "'%s' was not closed and cannot be put right", path);
    }

cleanup:
    (void)close(descriptor);
    return status;
}
