/* SPDX-License-Identifier: GPL-2.0-or-later
 * journal.c - a line of JSON for each student that is finished; the first one holds the mark. */
#include "journal.h"

#include "../base/error.h"

#include <jansson.h>

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define NAME "unfinished.ndjson"

typedef struct {
    GString *text;
    char *problem;
} Known;

struct MsJournal {
    char *path;
    int file;          /* open to append */
    GHashTable *known; /* keys to Known */
};

static void known_free(void *data)
{
    Known *known = data;
    if (known->text)
        g_string_free(known->text, TRUE);
    g_free(known->problem);
    g_free(known);
}

static bool write_line(int file, const json_t *line)
{
    char *text = json_dumps(line, JSON_COMPACT);
    if (!text)
        return false;
    g_autofree char *whole = g_strconcat(text, "\n", NULL);
    free(text);
    size_t length = strlen(whole);
    for (size_t at = 0; at < length;) {
        ssize_t written = write(file, whole + at, length - at);
        if (written < 0 && errno != EINTR)
            return false;
        at += written > 0 ? (size_t)written : 0;
    }
    return true;
}

/* One line; what makes no sense is passed over: its student is graded again. */
static void learn(MsJournal *journal, const char *line, size_t length)
{
    json_t *object = json_loadb(line, length, 0, NULL);
    const char *key = json_string_value(json_object_get(object, "key"));
    const json_t *result = json_object_get(object, "result");
    const char *problem = json_string_value(json_object_get(object, "problem"));
    if (key && (json_is_string(result) || problem)) {
        Known *known = g_new0(Known, 1);
        if (json_is_string(result))
            known->text =
                g_string_new_len(json_string_value(result), (gssize)json_string_length(result));
        else
            known->problem = g_strdup(problem);
        g_hash_table_replace(journal->known, g_strdup(key), known);
    }
    json_decref(object);
}

/* Reads the journal that is there; false when it is that of another grading. `whole`: bytes of the
 * lines that were written to their end. */
static bool read_all(MsJournal *journal, const char *mark, off_t *whole)
{
    g_autofree char *text = NULL;
    gsize length = 0;
    bool same = false;
    if (!g_file_get_contents(journal->path, &text, &length, NULL))
        return false;
    for (size_t at = 0; at < length;) {
        const char *end = memchr(text + at, '\n', length - at);
        if (!end)
            break;
        size_t bytes = (size_t)(end - text) - at;
        if (at == 0) {
            json_t *head = json_loadb(text, bytes, 0, NULL);
            same = g_strcmp0(json_string_value(json_object_get(head, "mark")), mark) == 0;
            json_decref(head);
        } else if (same) {
            learn(journal, text + at, bytes);
        }
        at += bytes + 1;
        *whole = (off_t)at;
    }
    return same || *whole == 0;
}

static bool begin(MsJournal *journal, const char *mark)
{
    json_t *head = json_pack("{ss ss}", "mailscope", MS_VERSION, "mark", mark);
    bool good = write_line(journal->file, head);
    json_decref(head);
    return good;
}

bool ms_journal_allows(const char *folder, MsJournalMode mode, GError **error)
{
    struct stat status;
    bool there = lstat(folder, &status) == 0;
    g_autofree char *journal = g_build_filename(folder, NAME, NULL);
    bool unfinished = lstat(journal, &status) == 0;
    if (there && mode == MS_JOURNAL_NEW) {
        g_set_error(error, MS_ERROR, MS_ERROR_WRITE, "'%s' is there already%s", folder,
                    unfinished ? "; --resume goes on with what is unfinished in it"
                               : "; --overwrite writes into it");
        return false;
    }
    if (there && mode == MS_JOURNAL_RESUME && !unfinished) {
        g_set_error(error, MS_ERROR, MS_ERROR_USAGE, "there is nothing to go on with in '%s'",
                    folder);
        return false;
    }
    return true;
}

static bool make_folder(const char *folder, MsJournalMode mode, GError **error)
{
    if (!ms_journal_allows(folder, mode, error))
        return false;
    if (g_mkdir_with_parents(folder, 0777) == 0)
        return true;
    g_set_error(error, MS_ERROR, MS_ERROR_WRITE, "cannot make '%s': %s", folder, g_strerror(errno));
    return false;
}

bool ms_journal_is_done(const char *folder)
{
    struct stat status;
    g_autofree char *journal = g_build_filename(folder, NAME, NULL);
    g_autofree char *results = g_build_filename(folder, "results.ndjson", NULL);
    return lstat(journal, &status) != 0 && lstat(results, &status) == 0;
}

MsJournal *ms_journal_new(const char *folder, MsJournalMode mode, const char *mark, GError **error)
{
    if (!make_folder(folder, mode, error))
        return NULL;
    MsJournal *journal = g_new0(MsJournal, 1);
    journal->path = g_build_filename(folder, NAME, NULL);
    journal->known = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, known_free);
    off_t whole = 0;
    bool same = mode != MS_JOURNAL_RESUME || read_all(journal, mark, &whole);
    struct stat status;
    if (mode == MS_JOURNAL_RESUME && lstat(journal->path, &status) != 0)
        same = true; /* a folder that was just made */
    journal->file =
        same ? open(journal->path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0666)
             : -1;
    if (!same)
        g_set_error(error, MS_ERROR, MS_ERROR_USAGE,
                    "what is unfinished in '%s' was graded from other files, or with other limits: "
                    "--overwrite begins again",
                    folder);
    else if (journal->file < 0 || ftruncate(journal->file, whole) != 0 ||
             (whole == 0 && !begin(journal, mark)))
        g_set_error(error, MS_ERROR, MS_ERROR_WRITE, "cannot write '%s': %s", journal->path,
                    g_strerror(errno));
    else
        return journal;
    ms_journal_free(journal);
    return NULL;
}

bool ms_journal_take(MsJournal *journal, const char *key, GString **text, char **problem)
{
    Known *known = g_hash_table_lookup(journal->known, key);
    if (!known || !(known->text || known->problem))
        return false;
    *text = g_steal_pointer(&known->text);
    *problem = g_steal_pointer(&known->problem);
    return true;
}

void ms_journal_add(MsJournal *journal, const char *key, const GString *text, const char *problem)
{
    json_t *line = json_pack("{ss}", "key", key);
    if (text)
        json_object_set_new(line, "result", json_stringn(text->str, text->len));
    else
        json_object_set_new(line, "problem", json_string(problem));
    write_line(journal->file, line);
    json_decref(line);
}

void ms_journal_finish(MsJournal *journal)
{
    unlink(journal->path);
}

void ms_journal_free(MsJournal *journal)
{
    if (!journal)
        return;
    if (journal->file >= 0)
        close(journal->file);
    g_hash_table_unref(journal->known);
    g_free(journal->path);
    g_free(journal);
}
