/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Every diagnostic as a golden text: cases/NAME.yaml gives cases/NAME.txt. With
 * GPUSIM_UPDATE_GOLDENS=1 in the environment the texts are written anew, to be reviewed as a diff.
 * Lines "# set: KEY=VALUE" at the top of a case are edits made after it was read. */
#include "harness.h"

#include <dirent.h>
#include <string.h>

#include "scenario/spec.h"
#include "toy.h"

static const char *folder;

static char *read_text(const char *path, size_t *length)
{
    FILE *file = fopen(path, "rb");
    if (!file) {
        return NULL;
    }
    char *text = calloc(1, 1 << 20);
    *length = fread(text, 1, (1 << 20) - 1, file);
    fclose(file);
    return text;
}

static void append_error(char *out, size_t size, const char *title, const gpusim_error *err)
{
    char text[4096];
    gpusim_error_format(err, text, sizeof text);
    size_t used = strlen(out);
    snprintf(out + used, size - used, "%s%s\n\n", title, text);
}

// the edits a case asks for; those that fail are part of its messages
static void edit(gpusim_spec *spec, const char *text, char *out, size_t size)
{
    while (strncmp(text, "# set: ", 7) == 0) {
        char line[256] = "", title[300];
        const char *end = strchr(text, '\n');
        memcpy(line, text + 7, (size_t)(end - text - 7));
        text = end + 1;
        snprintf(title, sizeof title, "refused: ");
        gpusim_error err = {0};
        char *equals = strchr(line, '=');
        *equals = '\0';
        if (gpusim_spec_set(spec, line, equals + 1, &err) != GPUSIM_OK) {
            append_error(out, size, title, &err);
        }
    }
}

static void check_case(const char *name)
{
    char path[4096], golden[4096];
    static char out[1 << 18];
    size_t length = 0, expected_length = 0;
    snprintf(path, sizeof path, "%s/%s", folder, name);
    char *text = read_text(path, &length);
    ck_assert_msg(text != NULL, "%s cannot be read", path);

    gpusim_error err = {0};
    gpusim_spec *spec = NULL;
    gpusim_status status = gs_spec_parse_as(&toy_record, text, length, name, NULL, &spec, &err);
    ck_assert_msg(spec != NULL, "%s gives no spec", name);
    uint32_t count = 0;
    const gpusim_error *problems = gpusim_spec_problems(spec, &count);
    ck_assert(count > 0 ? status == GPUSIM_SCENARIO && memcmp(problems, &err, sizeof err) == 0
                        : status == GPUSIM_OK);
    out[0] = '\0';
    edit(spec, text, out, sizeof out);
    problems = gpusim_spec_problems(spec, &count);
    for (uint32_t i = 0; i < count; i++) {
        append_error(out, sizeof out, "", &problems[i]);
    }
    gpusim_spec_destroy(spec);
    free(text);

    snprintf(golden, sizeof golden, "%.*s.txt", (int)(strlen(path) - strlen(".yaml")), path);
    if (getenv("GPUSIM_UPDATE_GOLDENS")) {
        FILE *file = fopen(golden, "wb");
        ck_assert(file && fputs(out, file) >= 0 && fclose(file) == 0);
        return;
    }
    char *expected = read_text(golden, &expected_length);
    ck_assert_msg(expected && strcmp(expected, out) == 0, "%s gives\n%s\nand not\n%s", name, out,
                  expected ? expected : "(no golden)");
    free(expected);
}

START_TEST(messages_are_those_of_the_goldens)
{
    struct dirent **entries = NULL;
    int count = scandir(folder, &entries, NULL, alphasort), cases = 0;
    ck_assert_int_gt(count, 0);
    for (int i = 0; i < count; i++) {
        size_t length = strlen(entries[i]->d_name);
        if (length > 5 && strcmp(entries[i]->d_name + length - 5, ".yaml") == 0) {
            check_case(entries[i]->d_name);
            cases++;
        }
        free(entries[i]);
    }
    free(entries);
    ck_assert_int_ge(cases, 30);
}
END_TEST

START_TEST(files_that_cannot_be_read_give_no_spec)
{
    gpusim_spec *spec = (gpusim_spec *)folder;
    gpusim_error err = {0};
    ck_assert_int_eq(gs_spec_load_as(&toy_record, "/nowhere/x.yaml", &spec, &err), GPUSIM_IO);
    ck_assert_ptr_null(spec);
    ck_assert_str_eq(err.message, "cannot open '/nowhere/x.yaml': no such file");
    ck_assert_int_eq(gs_spec_load_as(&toy_record, folder, &spec, &err), GPUSIM_IO);
    ck_assert_ptr_null(spec);
}
END_TEST

int main(int count, char **arguments)
{
    folder = count > 1 ? arguments[1] : "tests/scenario/cases";
    Suite *suite = suite_create("messages");
    TEST_CASE(suite, 20, messages_are_those_of_the_goldens, files_that_cannot_be_read_give_no_spec);
    return test_run(suite);
}
