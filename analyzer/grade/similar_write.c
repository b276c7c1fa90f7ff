/* SPDX-License-Identifier: GPL-2.0-or-later
 * similar_write.c - ms_similar_markdown() of similar.h. What comes out of captures stands in code
 * spans, in which Markdown and HTML mean nothing. */
#include "../base/escape.h"
#include "similar.h"

#include <string.h>

static const char *text_of(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));
    return text ? text : "";
}

static gint64 number_of(const json_t *object, const char *key)
{
    return json_integer_value(json_object_get(object, key));
}

static void add_code(GString *out, const char *text)
{
    MsBuffer safe = {0};
    ms_escape_terminal(&safe, (const uint8_t *)text, strlen(text));
    g_string_append_c(out, '`');
    for (size_t i = 0; i < safe.length; i++)
        g_string_append_c(out, safe.data[i] == '`' ? '\'' : (char)safe.data[i]);
    g_string_append_c(out, '`');
    ms_buffer_clear(&safe);
}

static void add_where(GString *out, const json_t *where)
{
    for (size_t i = 0; i < json_array_size(where); i++) {
        const json_t *place = json_array_get(where, i);
        g_string_append(out, i > 0 ? "; " : "");
        add_code(out, text_of(place, "student"));
        if (number_of(place, "file") > 1)
            g_string_append_printf(out, " file %" G_GINT64_FORMAT, number_of(place, "file"));
        if (number_of(place, "frame") > 0)
            g_string_append_printf(out, " frame %" G_GINT64_FORMAT, number_of(place, "frame"));
    }
}

static void add_kinds(GString *out, const json_t *kinds, gint64 class)
{
    for (size_t i = 0; i < json_array_size(kinds); i++) {
        const json_t *kind = json_array_get(kinds, i);
        g_string_append_printf(out,
                               "* %s: %" G_GINT64_FORMAT "; shared by up to %" G_GINT64_FORMAT
                               " of %" G_GINT64_FORMAT "\n",
                               text_of(kind, "words"), number_of(kind, "values"),
                               number_of(kind, "submissions"), class);
        const json_t *examples = json_object_get(kind, "examples");
        for (size_t k = 0; k < json_array_size(examples); k++) {
            const json_t *one = json_array_get(examples, k);
            g_string_append(out, "  * ");
            if (text_of(one, "value")[0])
                add_code(out, text_of(one, "value"));
            g_string_append(out, text_of(one, "value")[0] ? ": " : "");
            add_where(out, json_object_get(one, "where"));
            g_string_append_c(out, '\n');
        }
    }
}

static void add_cluster(GString *out, const json_t *cluster, size_t number, gint64 class)
{
    const json_t *students = json_object_get(cluster, "students");
    g_string_append_printf(out, "\n## Cluster %zu: %zu submissions\n\n", number,
                           json_array_size(students));
    for (size_t i = 0; i < json_array_size(students); i++) {
        g_string_append(out, i > 0 ? ", " : "");
        add_code(out, json_string_value(json_array_get(students, i)));
    }
    g_string_append(out, "\n\n");
    add_kinds(out, json_object_get(cluster, "traits"), class);
    if (json_array_size(json_object_get(cluster, "machine")) == 0)
        return;
    g_string_append(out, "\nFrom the same machine, which is honest in itself:\n\n");
    add_kinds(out, json_object_get(cluster, "machine"), class);
}

static void add_common(GString *out, const json_t *common, gint64 class)
{
    if (json_array_size(common) == 0)
        return;
    g_string_append(out, "\n## Shared, and worth nothing\n\nWhat most of the class share, as a "
                         "capture or model text that was handed out; and what machines of a lab "
                         "or behind one address have in common.\n\n");
    for (size_t i = 0; i < json_array_size(common); i++) {
        const json_t *row = json_array_get(common, i);
        g_string_append_printf(
            out,
            "* %s: %" G_GINT64_FORMAT "; one of them by %" G_GINT64_FORMAT " of %" G_GINT64_FORMAT,
            text_of(row, "words"), number_of(row, "values"), number_of(row, "submissions"), class);
        if (text_of(row, "value")[0]) {
            g_string_append(out, ": ");
            add_code(out, text_of(row, "value"));
        }
        g_string_append_c(out, '\n');
    }
}

static void add_sign(GString *out, const json_t *sign, gint64 share, gint64 class)
{
    const json_t *frames = json_object_get(sign, "frames");
    g_string_append_printf(out, "  * %s: %" G_GINT64_FORMAT, text_of(sign, "words"),
                           number_of(sign, "count"));
    if (text_of(sign, "detail")[0]) {
        g_string_append(out, ", ");
        add_code(out, text_of(sign, "detail"));
    }
    for (size_t i = 0; i < json_array_size(frames); i++)
        g_string_append_printf(
            out, "%s%" G_GINT64_FORMAT, i > 0 ? ", " : "; frames ",
            (gint64)json_integer_value(json_array_get(json_array_get(frames, i), 1)));
    g_string_append_printf(out, " (%" G_GINT64_FORMAT " of %" G_GINT64_FORMAT " show this)\n",
                           share, class);
}

static void add_edited(GString *out, const json_t *report, gint64 class)
{
    const json_t *edited = json_object_get(report, "edited");
    const json_t *counts = json_object_get(report, "signs");
    if (json_array_size(edited) == 0)
        return;
    g_string_append(out, "\n## Signs of editing inside one capture\n\n");
    for (size_t i = 0; i < json_array_size(edited); i++) {
        const json_t *row = json_array_get(edited, i);
        const json_t *signs = json_object_get(row, "signs");
        g_string_append(out, "* ");
        add_code(out, text_of(row, "student"));
        g_string_append_c(out, '\n');
        for (size_t k = 0; k < json_array_size(signs); k++) {
            const json_t *sign = json_array_get(signs, k);
            add_sign(out, sign, number_of(counts, text_of(sign, "sign")), class);
        }
    }
}

void ms_similar_markdown(GString *out, const json_t *report)
{
    const json_t *clusters = json_object_get(report, "clusters");
    gint64 class = number_of(report, "compared");
    g_string_append_printf(
        out,
        "# What submissions have in common\n\n%" G_GINT64_FORMAT " captures were compared, "
        "%zu clusters were found. This is evidence to be looked at, no verdict: two students may "
        "have recorded the same connection, each from a side of it.\n",
        class, json_array_size(clusters));
    for (size_t i = 0; i < json_array_size(clusters); i++)
        add_cluster(out, json_array_get(clusters, i), i + 1, class);
    add_common(out, json_object_get(report, "common"), class);
    add_edited(out, report, class);
}
