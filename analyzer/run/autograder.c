/* SPDX-License-Identifier: GPL-2.0-or-later
 * autograder.c - Gradescope unpacks the zip as /autograder/source, runs setup.sh once as root while
 * it makes an image, and run_autograder for each submission. Both scripts take another folder from
 * AUTOGRADER_ROOT, so that they can be tried at home. */
#include "autograder.h"

#include "../base/error.h"
#include "../grade/gradescope.h"

#include <archive.h>
#include <archive_entry.h>
#include <sys/stat.h>
#include <unistd.h>

#define SAME_TIME 946684800 /* 2000-01-01: of all members, so that bytes are the same */

static const char setup[] =
    "#!/bin/bash\n"
    "# Builds mailscope from the source beside this script. Gradescope runs it once.\n"
    "set -eu\n"
    "root=${AUTOGRADER_ROOT:-/autograder}\n"
    "cd \"$root/source\"\n"
    "rm -rf mailscope && mkdir mailscope\n"
    "tar -xzf mailscope-source.tar.gz -C mailscope --strip-components=1\n"
    "mailscope/scripts/deps build\n"
    "cmake -S mailscope -B mailscope/build -G Ninja -DCMAKE_BUILD_TYPE=Release -DMS_WERROR=OFF\n"
    "cmake --build mailscope/build --target mailscope\n"
    "cp mailscope/build/mailscope \"$root/mailscope\"\n"
    "rm -rf mailscope\n"
    "\"$root/mailscope\" grade --check assignment.ini\n";

/* A container's own rules may forbid confinement; it holds one submission only, and is thrown away.
 */
static const char run_one[] =
    "#!/bin/bash\n"
    "# Grades one submission. Gradescope runs it for each, in a container of its own.\n"
    "set -u\n"
    "root=${AUTOGRADER_ROOT:-/autograder}\n"
    "mkdir -p \"$root/results\"\n"
    "roster=()\n"
    "[ ! -f \"$root/source/roster.csv\" ] || roster=(--roster \"$root/source/roster.csv\")\n"
    "grade() {\n"
    "    \"$root/mailscope\" grade \"$root/source/assignment.ini\" \"$root/submission\" \\\n"
    "        --gradescope \"$root/submission_metadata.json\" --overwrite \\\n"
    "        -o \"$root/results/results.json\" \"${roster[@]}\" \"$@\"\n"
    "}\n"
    "rm -f \"$root/results/results.json\"\n"
    "grade %s|| grade %s--unconfined || printf '%%s\\n' \\\n"
    "    '{\"score\": 0, \"output\": \"The autograder failed: please tell your teacher.\"}' \\\n"
    "    > \"$root/results/results.json\"\n";

bool ms_autograder_student(const MsGrading *grading, const MsRoster *roster, MsStudent *student,
                           GError **error)
{
    g_autofree char *text = NULL;
    gsize length;
    if (!g_file_get_contents(grading->gradescope, &text, &length, error))
        return ms_error_of_file(error, MS_ERROR_OPEN, "open", grading->gradescope);
    return ms_gradescope_student(text, length, grading->gradescope, roster, student, error);
}

bool ms_autograder_write(const MsGrading *grading, const MsAssignment *assignment,
                         const json_t *result, GError **error)
{
    json_t *object = ms_gradescope_result(assignment, result, &grading->style);
    char *text = json_dumps(object, JSON_INDENT(2) | JSON_SORT_KEYS | JSON_ENSURE_ASCII);
    bool good = g_file_set_contents(grading->output, text, -1, error) ||
                ms_error_of_file(error, MS_ERROR_WRITE, "write", grading->output);
    free(text);
    json_decref(object);
    return good;
}

/* --- the zip --- */

static bool add(struct archive *zip, const char *name, bool program, const char *text,
                size_t length, GError **error)
{
    struct archive_entry *entry = archive_entry_new();
    archive_entry_set_pathname(entry, name);
    archive_entry_set_filetype(entry, S_IFREG);
    archive_entry_set_perm(entry, program ? 0755 : 0644);
    archive_entry_set_size(entry, (la_int64_t)length);
    archive_entry_set_mtime(entry, SAME_TIME, 0);
    bool good = archive_write_header(zip, entry) == ARCHIVE_OK &&
                (length == 0 || archive_write_data(zip, text, length) == (la_ssize_t)length);
    archive_entry_free(entry);
    if (!good)
        g_set_error(error, MS_ERROR, MS_ERROR_WRITE, "cannot write '%s' into the zip: %s", name,
                    archive_error_string(zip) ? archive_error_string(zip) : "disk full?");
    return good;
}

static bool add_file(struct archive *zip, const char *name, const char *path, GError **error)
{
    g_autofree char *text = NULL;
    gsize length;
    if (!g_file_get_contents(path, &text, &length, error))
        return ms_error_of_file(error, MS_ERROR_OPEN, "open", path);
    return add(zip, name, false, text, length, error);
}

static bool add_all(struct archive *zip, const MsGrading *grading, GError **error)
{
    const char *style = grading->style.secrets  ? "--reveal --show-secrets "
                        : grading->style.reveal ? "--reveal "
                                                : "";
    g_autofree char *one = g_strdup_printf(run_one, style, style);
    return add(zip, "setup.sh", true, setup, sizeof setup - 1, error) &&
           add(zip, "run_autograder", true, one, strlen(one), error) &&
           add_file(zip, "assignment.ini", grading->assignment, error) &&
           (!grading->roster || add_file(zip, "roster.csv", grading->roster, error)) &&
           add_file(zip, "mailscope-source.tar.gz", grading->source, error);
}

static bool check_places(const MsGrading *grading, GError **error)
{
    if (access(grading->source, R_OK) != 0) {
        g_set_error(error, MS_ERROR, MS_ERROR_OPEN,
                    "there is no source to build from at '%s': name it with --source, as "
                    "scripts/source-archive of mailscope writes it",
                    grading->source);
        return false;
    }
    struct stat status;
    if (grading->overwrite || lstat(grading->autograder, &status) != 0)
        return true;
    g_set_error(error, MS_ERROR, MS_ERROR_WRITE, "'%s' is there already; --overwrite replaces it",
                grading->autograder);
    return false;
}

bool ms_autograder_zip(const MsGrading *grading, GError **error)
{
    if (!check_places(grading, error))
        return false;
    struct archive *zip = archive_write_new();
    bool good = archive_write_set_format_zip(zip) == ARCHIVE_OK &&
                archive_write_open_filename(zip, grading->autograder) == ARCHIVE_OK;
    if (!good)
        g_set_error(error, MS_ERROR, MS_ERROR_WRITE, "cannot write '%s': %s", grading->autograder,
                    archive_error_string(zip));
    bool opened = good;
    good = good && add_all(zip, grading, error);
    if (archive_write_close(zip) != ARCHIVE_OK && good) {
        g_set_error(error, MS_ERROR, MS_ERROR_WRITE, "cannot write '%s': %s", grading->autograder,
                    archive_error_string(zip));
        good = false;
    }
    archive_write_free(zip);
    if (opened && !good)
        unlink(grading->autograder);
    return good;
}
