/* SPDX-License-Identifier: GPL-2.0-or-later
 * likeness.c - see likeness.h. */
#include "likeness.h"

#include "../base/error.h"
#include "../grade/similar.h"

#include <stdlib.h>
#include <string.h>

static bool write_file(const char *folder, const char *name, const char *text, size_t length,
                       GError **error)
{
    g_autofree char *path = g_build_filename(folder, name, NULL);
    return g_file_set_contents(path, text, (gssize)length, error) ||
           ms_error_of_file(error, MS_ERROR_WRITE, "write", path);
}

bool ms_likeness(const char *folder, json_t *const *results, guint count, GError **error)
{
    g_autoptr(MsSimilar) similar = ms_similar_new();
    bool any = false;
    for (guint i = 0; i < count; i++) {
        const json_t *fingerprint = json_object_get(results[i], "fingerprint");
        ms_similar_add(similar, json_string_value(json_object_get(results[i], "key")), fingerprint);
        any = any || fingerprint;
        json_object_del(results[i], "fingerprint");
    }
    if (!any)
        return true;
    json_t *report = ms_similar_report(similar);
    char *text = json_dumps(report, JSON_INDENT(1));
    g_autoptr(GString) page = g_string_new(NULL);
    ms_similar_markdown(page, report);
    json_decref(report);
    bool good = write_file(folder, "similarity.json", text, strlen(text), error) &&
                write_file(folder, "similarity.md", page->str, page->len, error);
    free(text);
    return good;
}
