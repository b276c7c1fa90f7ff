/* SPDX-License-Identifier: GPL-2.0-or-later
 * listed.c - see listed.h. Strict: a list is written by a program, and what it means by a word that
 * is not known here cannot be guessed. */
#include "listed.h"

#include "../base/error.h"

#include <jansson.h>

#include <string.h>

#define LONGEST_LINE (4U << 20) /* bytes */

static void listed_free(void *data)
{
    MsListed *listed = data;
    g_free(listed->student.id);
    g_free(listed->student.name);
    g_free(listed->student.email);
    g_ptr_array_unref(listed->files);
    if (listed->answers)
        g_bytes_unref(listed->answers);
    g_free(listed);
}

/* The value of a key in words why it cannot be, or NULL. Takes it into `listed`. */
static const char *take(MsListed *listed, const char *key, const json_t *value)
{
    const struct {
        const char *key;
        char **text;
    } texts[] = {{"id", &listed->student.id},
                 {"name", &listed->student.name},
                 {"email", &listed->student.email}};
    for (size_t i = 0; i < G_N_ELEMENTS(texts); i++) {
        if (strcmp(key, texts[i].key) != 0)
            continue;
        *texts[i].text = g_strdup(json_string_value(value));
        return *texts[i].text ? NULL : "is no text";
    }
    if (strcmp(key, "answers") == 0) {
        char *text = json_is_object(value) ? json_dumps(value, JSON_COMPACT) : NULL;
        if (!text)
            return "is no object";
        listed->answers = g_bytes_new(text, strlen(text));
        free(text);
        return NULL;
    }
    if (strcmp(key, "file") == 0 && json_is_string(value)) {
        g_ptr_array_add(listed->files, g_strdup(json_string_value(value)));
        return NULL;
    }
    if (strcmp(key, "file") == 0)
        return "is no text";
    if (strcmp(key, "files") != 0)
        return "is not known";
    for (size_t i = 0; i < json_array_size(value); i++) {
        const char *text = json_string_value(json_array_get(value, i));
        if (!text)
            return "is no list of texts";
        g_ptr_array_add(listed->files, g_strdup(text));
    }
    return json_is_array(value) ? NULL : "is no list of texts";
}

static MsListed *read_line(const char *line, size_t length, char **why)
{
    json_error_t problem;
    json_t *object = json_loadb(line, length, JSON_REJECT_DUPLICATES, &problem);
    const char *key;
    json_t *value;
    MsListed *listed = g_new0(MsListed, 1);
    listed->files = g_ptr_array_new_with_free_func(g_free);
    if (!object)
        *why = g_strdup_printf("no JSON: %s", problem.text);
    else if (!json_is_object(object))
        *why = g_strdup("no object");
    else
        json_object_foreach(object, key, value)
        {
            const char *wrong = *why ? NULL : take(listed, key, value);
            if (wrong)
                *why = g_strdup_printf("'%s' %s", key, wrong);
        }
    json_decref(object);
    if (!*why && (!listed->student.id || listed->student.id[0] == '\0'))
        *why = g_strdup("no 'id'");
    if (!listed->student.name)
        listed->student.name = g_strdup("");
    if (!listed->student.email)
        listed->student.email = g_strdup("");
    return listed;
}

GPtrArray *ms_listed_read(const char *text, size_t length, const char *name, GError **error)
{
    g_autoptr(GPtrArray) all = g_ptr_array_new_with_free_func(listed_free);
    unsigned number = 1;
    for (size_t at = 0; at < length; number++) {
        const char *end = memchr(text + at, '\n', length - at);
        size_t bytes = end ? (size_t)(end - text) - at : length - at;
        size_t blank = 0;
        while (blank < bytes && g_ascii_isspace(text[at + blank]))
            blank++;
        char *why = NULL;
        MsListed *listed = NULL;
        if (bytes > LONGEST_LINE)
            why = g_strdup("longer than 4 MiB");
        else if (blank < bytes)
            listed = read_line(text + at, bytes, &why);
        if (listed) {
            listed->student.line = number;
            g_ptr_array_add(all, listed);
        }
        if (why) {
            g_set_error(error, MS_ERROR, MS_ERROR_DAMAGED, "%s:%u: %s", name, number, why);
            g_free(why);
            return NULL;
        }
        at += bytes + 1;
    }
    return g_steal_pointer(&all);
}
