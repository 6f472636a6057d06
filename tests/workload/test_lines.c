/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Lines of files: ends of lines, long lines, gzip in all its forms, damaged files. */
#include "support.h"
#include "workload/lines.h"

// all lines of a text, each in brackets
static const char *lines_of(const void *bytes, size_t size, gpusim_error *err)
{
    static char all[1024];
    gs_lines *lines = NULL;
    *err = (gpusim_error){0};
    ASSERT_OK(gs_lines_over("text", bytes, size, NULL, &lines, err), err);
    size_t used = 0;
    all[0] = '\0';
    for (;;) {
        const char *text = NULL;
        size_t length = 0;
        int more = 0;
        if (gs_lines_next(lines, &text, &length, &more, err) != GPUSIM_OK || !more) {
            break;
        }
        ck_assert_uint_eq(text[length], 0);
        used += (size_t)snprintf(all + used, sizeof all - used, "[%s]", text);
    }
    gs_lines_close(lines);
    return all;
}

START_TEST(ends)
{
    static const char *const cases[][2] = {
        {"", ""},
        {"a", "[a]"},
        {"a\n", "[a]"},
        {"a\r\n", "[a]"},
        {"a\r", "[a]"},
        {"\n\na\nb", "[][][a][b]"},
        {"a\r\n\r\nb\r\n", "[a][][b]"},
    };
    gpusim_error err;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        ck_assert_str_eq(lines_of(cases[i][0], strlen(cases[i][0]), &err), cases[i][1]);
        ck_assert_int_eq(err.status, GPUSIM_OK);
    }
}
END_TEST

// every length around the buffers' sizes, plain and gzip
START_TEST(long_lines)
{
    size_t size = 1000000;
    char *text = malloc(size + 1);
    memset(text, 'x', size);
    text[size] = '\0';
    size_t at = 0;
    size_t expected = 0;
    for (size_t step = 1; at + step < size; step = step * 7 / 4 + 1) {
        at += step;
        text[at] = '\n';
        expected++;
    }
    gpusim_error err = {0};
    const char *names[] = {make_file("long.txt", text), make_gzip("long.txt.gz", text, size)};
    for (int i = 0; i < 2; i++) {
        gs_lines *lines = NULL;
        ASSERT_OK(gs_lines_open(names[i], NULL, &lines, &err), &err);
        size_t seen = 0;
        const char *line = NULL;
        size_t length = 0;
        int more = 1;
        for (uint32_t count = 0; more; count++) {
            ck_assert_uint_eq(gs_lines_number(lines), count);
            ASSERT_OK(gs_lines_next(lines, &line, &length, &more, &err), &err);
            if (more) {
                ck_assert_mem_eq(line, text + seen, length);
                seen += length + 1;
            }
        }
        ck_assert_uint_eq(seen, size + 1);
        ck_assert_uint_eq(gs_lines_number(lines), expected + 1);
        gs_lines_close(lines);
        unlink(names[i]);
    }
    free(text);
}
END_TEST

START_TEST(too_long)
{
    size_t size = (17u << 20) + 5;
    char *text = malloc(size);
    memset(text, 'x', size);
    memcpy(text, "one\n", 4);
    make_gzip("bomb.gz", text, size);
    free(text);
    gpusim_error err = {0};
    gs_lines *lines = NULL;
    ASSERT_OK(gs_lines_open("bomb.gz", NULL, &lines, &err), &err);
    const char *line = NULL;
    size_t length = 0;
    int more = 0;
    ASSERT_OK(gs_lines_next(lines, &line, &length, &more, &err), &err);
    ck_assert_int_eq(gs_lines_next(lines, &line, &length, &more, &err), GPUSIM_WORKLOAD);
    ck_assert_str_eq(err.message, "the line is longer than 16 MiB");
    ck_assert_int_eq(err.line, 2);
    gs_lines_close(lines);
    unlink("bomb.gz");
}
END_TEST

START_TEST(gzip_forms)
{
    gpusim_error err;
    size_t one = 0;
    size_t two = 0;
    char *first = read_all(make_gzip("a.gz", "a\nb", 3), &one);
    char *second = read_all(make_gzip("b.gz", "c\n", 2), &two);

    // two members are one text
    char both[512];
    memcpy(both, first, one);
    memcpy(both + one, second, two);
    ck_assert_str_eq(lines_of(both, one + two, &err), "[a][bc]");
    ck_assert_int_eq(err.status, GPUSIM_OK);

    // cut anywhere it is an error, but for where one member ends
    for (size_t cut = 2; cut < one + two; cut++) {
        lines_of(both, cut, &err);
        ck_assert_int_eq(err.status, cut == one ? GPUSIM_OK : GPUSIM_WORKLOAD);
        if (cut != one) {
            ck_assert_ptr_nonnull(strstr(err.message, "the compressed data ends too early"));
            ck_assert_str_eq(err.file, "text");
        }
    }

    // a flipped bit, and what is not gzip behind the end
    both[one - 6] ^= 1;
    lines_of(both, one + two, &err);
    ck_assert_str_eq(err.message, "the compressed data is damaged after line 0");
    memcpy(both, first, one);
    memcpy(both + one, "rest", 4);
    lines_of(both, one + 4, &err);
    ck_assert_int_eq(err.status, GPUSIM_WORKLOAD);
    free(first);
    free(second);
    unlink("a.gz");
    unlink("b.gz");
}
END_TEST

// a log reads the same, compressed or not; the hash is that of the file's bytes
START_TEST(gzip_is_plain)
{
    const char *text = "id,submit_s,duration_s,gpus\n1,0,60,1\n2,5,60,2";
    make_file("same.csv", text);
    make_gzip("same.csv.gz", text, strlen(text));
    gs_trace plain_trace = a_trace(GS_TRACE_CSV, "same.csv");
    gs_trace gzip_trace = a_trace(GS_TRACE_CSV, "same.csv.gz");
    built plain;
    built gzip;
    ASSERT_OK(build_trace(&plain, &plain_trace, 8), &plain.err);
    ASSERT_OK(build_trace(&gzip, &gzip_trace, 8), &gzip.err);
    ck_assert_uint_eq(plain.workload.jobs.count, 2);
    ck_assert_uint_eq(gzip.workload.jobs.count, 2);
    ck_assert_mem_eq(plain.workload.jobs.data, gzip.workload.jobs.data, 2 * sizeof(gs_job));
    ck_assert_str_ne(plain.workload.input_hash, gzip.workload.input_hash);

    gpusim_error err = {0};
    gs_hasher *hasher = NULL;
    char hex[33];
    ASSERT_OK(gs_hasher_create(&hasher, &err), &err);
    gs_hasher_add(hasher, text, strlen(text));
    gs_hasher_hex(hasher, hex);
    gs_hasher_destroy(hasher);
    ck_assert_str_eq(plain.workload.input_hash, hex);
    release(&plain);
    release(&gzip);
    unlink("same.csv");
    unlink("same.csv.gz");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("lines");
    TEST_CASE(suite, 60, ends, long_lines, too_long, gzip_forms, gzip_is_plain);
    return test_run(suite);
}
