/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is said about a wrong catalogue file, as goldens: catalogues/NAME.yaml gives
 * catalogues/NAME.txt. With GPUSIM_UPDATE_GOLDENS=1 in the environment the texts are written anew.
 */
#include "harness.h"

#include <dirent.h>
#include <string.h>
#include <unistd.h>

#include "scenario/catalogue.h"

static const char *folder;

static void check_case(const char *name)
{
    static char out[1 << 17], expected[1 << 17];
    char golden[256];
    gpusim_error err = {0};
    gpusim_catalogue *catalogue = NULL;
    gs_arena arena = {0};
    gs_problems *problems = calloc(1, sizeof *problems);
    ASSERT_OK(gs_catalogue_open(name, &arena, problems, &catalogue, &err), &err);
    ck_assert_msg(!catalogue && problems->count > 0, "%s is no mistake", name);
    out[0] = '\0';
    for (uint32_t i = 0; i < problems->count; i++) {
        char text[4096];
        ck_assert_int_eq(problems->items[i].status, GPUSIM_SCENARIO);
        gpusim_error_format(&problems->items[i], text, sizeof text);
        size_t used = strlen(out);
        snprintf(out + used, sizeof out - used, "%s\n\n", text);
    }

    // the public call has the first of them
    ck_assert_int_eq(gpusim_catalogue_load(name, &catalogue, &err), GPUSIM_SCENARIO);
    ck_assert_str_eq(err.message, problems->items[0].message);
    free(problems);
    gs_arena_release(&arena);

    snprintf(golden, sizeof golden, "%.*s.txt", (int)(strlen(name) - strlen(".yaml")), name);
    if (getenv("GPUSIM_UPDATE_GOLDENS")) {
        FILE *file = fopen(golden, "wb");
        ck_assert(file && fputs(out, file) >= 0 && fclose(file) == 0);
        return;
    }
    FILE *file = fopen(golden, "rb");
    ck_assert_msg(file != NULL, "%s is not there", golden);
    expected[fread(expected, 1, sizeof expected - 1, file)] = '\0';
    fclose(file);
    ck_assert_msg(strcmp(expected, out) == 0, "%s gives\n%s\nand not\n%s", name, out, expected);
}

START_TEST(messages_are_those_of_the_goldens)
{
    struct dirent **entries = NULL;
    ck_assert_int_eq(chdir(folder), 0); // so that messages name the file alone
    int count = scandir(".", &entries, NULL, alphasort), cases = 0;
    for (int i = 0; i < count; i++) {
        size_t length = strlen(entries[i]->d_name);
        if (length > 5 && strcmp(entries[i]->d_name + length - 5, ".yaml") == 0) {
            check_case(entries[i]->d_name);
            cases++;
        }
        free(entries[i]);
    }
    free(entries);
    ck_assert_int_ge(cases, 12);
}
END_TEST

START_TEST(files_that_cannot_be_read)
{
    gpusim_error err = {0};
    gpusim_catalogue *catalogue = NULL;
    ck_assert_int_eq(gpusim_catalogue_load("/nowhere/x.yaml", &catalogue, &err), GPUSIM_IO);
    ck_assert_str_eq(err.message, "cannot open '/nowhere/x.yaml': no such file");
    ck_assert_ptr_null(catalogue);
    ck_assert_int_eq(gpusim_catalogue_load("/", &catalogue, NULL), GPUSIM_IO);
    ck_assert_int_eq(gpusim_catalogue_load(NULL, NULL, &err), GPUSIM_ARGUMENT);
}
END_TEST

int main(int count, char **arguments)
{
    folder = count > 1 ? arguments[1] : "tests/scenario/catalogues";
    Suite *suite = suite_create("catalogue messages");
    TEST_CASE(suite, 20, messages_are_those_of_the_goldens, files_that_cannot_be_read);
    return test_run(suite);
}
