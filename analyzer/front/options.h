/* SPDX-License-Identifier: GPL-2.0-or-later
 * options.h - the command line: a verb, its options, and names of files. */
#pragma once

#include "../base/limits.h"

#include <glib.h>

#include <stdbool.h>

typedef enum {
    MS_VERB_SHOW,
    MS_VERB_ANSWER,
    MS_VERB_PATH,
    MS_VERB_REPORT,
    MS_VERB_LIVE,
    MS_VERB_EXTRACT,
    MS_VERB_MAKE,
    MS_VERB_GRADE,
    MS_VERB_EXPLAIN,
    MS_VERB_FIELDS,
    MS_VERB_ODDITIES,
    MS_VERB_LIMITS,
    MS_N_VERBS
} MsVerb;

typedef enum { MS_COLOR_AUTO, MS_COLOR_ALWAYS, MS_COLOR_NEVER } MsColor;

typedef struct {
    MsVerb verb;
    bool named; /* the verb was given */
    char *text; /* --help or --version: to be printed, nothing else is to be done */
    gboolean json;
    gboolean markdown;
    gboolean no_hash;
    gboolean redact;
    gboolean joined;
    gboolean full;
    gboolean mime;       /* show: parts of messages too */
    gboolean all;        /* answer: every question of the bank */
    gboolean questions;  /* answer: list the bank */
    char **asked;        /* answer: ids of questions, NULL-terminated; NULL: none */
    char *output;        /* report: name of the file to write, "-": standard output; extract: of a
                            folder, a .tar or an .mbox; make, grade: of a
                            folder */
    gboolean overwrite;  /* report, extract, make, grade: also over files that are there */
    char *only;          /* extract: "attachments", "messages", "dialogues", or NULL */
    char *roster;        /* make, grade: who is in the class */
    char *given;         /* grade: folder of captures that the answers are about */
    char *worksheet;     /* grade: Moodle's table to be filled in */
    char *gradescope;    /* grade: metadata of the one submission there */
    gboolean sheet;      /* grade: print a sheet for the students' answers */
    char *autograder;    /* grade: zip to be written */
    char *source;        /* grade: source to go into it; NULL: the installed one */
    char *canvas;        /* grade: Canvas's */
    char *seed;          /* make: what all randomness comes from; NULL: the default */
    char **faults;       /* make: NAME or NAME=PERCENT; NULL: none */
    char *from, *until;  /* make: when it all happens; NULL: the default */
    gboolean check;      /* grade: only read the assignment, and say what it asks */
    gboolean init;       /* grade: write an assignment about the capture that is named */
    gboolean resume;     /* grade: go on with what is unfinished */
    gboolean unconfined; /* grade: leave workers all rights */
    gboolean reveal;     /* grade: tell students what was expected */
    gboolean secrets;    /* grade: also where that is a secret */
    gboolean decode;     /* explain base64: the other way */
    char *interface;     /* live: where to capture; NULL: not said */
    char *filter; /* live: as pcap-filter(7) has it; show, answer, extract: an expression; NULL: all
                   */
    uint64_t count;    /* live: frames; 0: no end */
    uint64_t seconds;  /* live; 0: no end */
    gboolean own_only; /* live: only frames meant for this host */
    unsigned jobs;     /* at least 1 */
    MsColor color;
    MsLimits limits;
    char **names; /* files and folders, or what to explain; NULL-terminated */
} MsOptions;

/* Reads the command line; `argv` is left alone. Fails with MS_ERROR_USAGE and the verb set, so that
 * its help can be named. The caller frees with ms_options_clear() in either case. */
bool ms_options_parse(MsOptions *options, int argc, char *const *argv, GError **error);
void ms_options_clear(MsOptions *options);

/* "show", "answer", ... */
const char *ms_verb_name(MsVerb verb);

/* True when the verb reads captures, false when it prints from tables of our own. */
bool ms_verb_reads(MsVerb verb);

/* Whether a text is to be drawn in base64: explain, "base64" and a text. */
bool ms_options_base64(const MsOptions *options);
