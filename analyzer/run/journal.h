/* SPDX-License-Identifier: GPL-2.0-or-later
 * journal.h - what is finished of a class, kept while the rest is graded, so that --resume need not
 * begin again: unfinished.ndjson in the folder of results, gone when all is written. */
#pragma once

#include <glib.h>

#include <stdbool.h>

typedef struct MsJournal MsJournal;

typedef enum {
    MS_JOURNAL_NEW,   /* the folder must not be there */
    MS_JOURNAL_OVER,  /* it may; what is unfinished in it is given up */
    MS_JOURNAL_RESUME /* what is unfinished in it is gone on with; it need not be there */
} MsJournalMode;

/* Whether ms_journal_new() could take that folder, by what is there now: false with `error`. */
bool ms_journal_allows(const char *folder, MsJournalMode mode, GError **error);

/* Makes `folder` when it is not there, and begins the journal in it. `mark` tells this grading from
 * others: what was graded from other files, or with other limits, is not gone on with. Fails with
 * MS_ERROR_WRITE; with MS_ERROR_USAGE when there is something else to go on with. */
MsJournal *ms_journal_new(const char *folder, MsJournalMode mode, const char *mark, GError **error);

/* Whether the folder holds results, and no journal: nothing is left to be done. */
bool ms_journal_is_done(const char *folder);

/* Gives back what is known of the student of that key: true, and one of both set; the caller frees
 * it. A line that was not written to its end is not known. */
bool ms_journal_take(MsJournal *journal, const char *key, GString **text, char **problem);

/* Adds a student: `text` or `problem`. Written at once, so a process that is killed loses at most
 * what runs. That it cannot be written (a full disk) costs only the resuming. */
void ms_journal_add(MsJournal *journal, const char *key, const GString *text, const char *problem);

/* Everything is written: takes the journal away. */
void ms_journal_finish(MsJournal *journal);

/* Closes it and leaves it where it is; accepts NULL. */
void ms_journal_free(MsJournal *journal);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(MsJournal, ms_journal_free)
