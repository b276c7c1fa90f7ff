/* SPDX-License-Identifier: GPL-2.0-or-later
 * options_table.c - see options_table.h. Every option is also in docs/mailscope.1; a test checks
 * that. */
#include "options_table.h"

#include <stddef.h>

static const struct {
    const char *name;
    const char *parameters;
    const char *summary;
} verbs[MS_N_VERBS] = {
    {"show", "FILE...",
     "Prints every mail session found in network captures: the dialogue line by line,\n"
     "or with --json every fact with the frames and bytes it was read from."},
    {"answer", "FILE...",
     "Answers for every mail session: who talks to whom, who says what first, user name\n"
     "and password, the message, and how the connection ends; each with its evidence.\n"
     "With --all or --question: the questions of the bank, which --questions lists."},
    {"path", "FILE...",
     "Shows the way of each mail over the sessions of a capture: user agent, servers,\n"
     "mailbox, user agent, with the time between the hops and the header lines that\n"
     "servers added; and what each session is for, with the reasons. Captures of several\n"
     "hosts are read as one with --joined."},
    {"report", "FILE... -o report.html",
     "Makes one page of all mail sessions in network captures, for people to read in a\n"
     "browser: the dialogue drawn as a ladder, the five answers, the login in Base64, the\n"
     "messages and what is attached to them, the way of each mail. It needs no network\n"
     "and no other file. With --redact secrets are masked on it."},
    {"live", "-i INTERFACE",
     "Captures on a network interface and prints each mail session when it ends, as show\n"
     "does, until Ctrl-C or as --count and --seconds say; then what was captured and what\n"
     "was lost. Privileges are given up as soon as the interface is open."},
    {"extract", "FILE... -o DIR",
     "Writes what is in the mail sessions to files: each message as .eml with the bytes it\n"
     "had, what is attached to it, the dialogue as text, and a manifest. A folder for each\n"
     "session in DIR; or one container when the name given ends in .tar or .mbox. With\n"
     "--redact secrets are masked in dialogues and manifests; messages and attachments\n"
     "stay as they are."},
    {"make", "[ASSIGNMENT]",
     "Makes a capture for each student of a roster: own addresses, names, password and mail,\n"
     "with a nonce that nobody else has, and DIR/key.ndjson, which says what is true of each;\n"
     "DIR/nonces.csv is the roster with the nonces, for `grade --roster`.\n"
     "With an assignment each capture meets what it requires: id or e-mail in a name, the\n"
     "time. The same seed and roster give the same bytes."},
    {"grade", "ASSIGNMENT SUBMISSIONS -o DIR",
     "Grades what a class handed in, captures or files of answers, by an assignment file:\n"
     "gradebooks, a page of feedback for each student and one about the class, JSON. With\n"
     "--init FILE.pcap it prints an assignment about that capture with the answers filled\n"
     "in; with --check ASSIGNMENT it says what an assignment asks, or what is wrong in it."},
    {"explain", "WORDS...",
     "Explains a reply code, a command, an extension or any other word of mail, or finds\n"
     "them by words: mailscope explain 220, explain 5.7.8, explain requested action done.\n"
     "With base64 and a text it draws how the text is encoded, with --decode what it\n"
     "stands for: mailscope explain base64 'Lev!'."},
    {"fields", "", "Lists every fact there can be: its key, type and meaning."},
    {"oddities", "",
     "Lists every oddity there can be: what a capture lacks, contradicts or does wrong."},
    {"limits", "", "Lists every limit that --limit can change, with its default."},
};

static const char files_help[] =
    "FILE is a pcap or pcapng capture (also compressed with gzip, zstd or xz), a folder\n"
    "whose captures are read, or - for standard input.\n\n"
    "Exit status: 0 everything was read (also when no mail was found); 2 wrong usage;\n"
    "3 an input is unreadable, cut short or no capture (the others are done all the\n"
    "same), or the output could not be written.";

static const char live_help[] =
    "Without -i the interfaces are listed. FILTER is as tcpdump takes it: 'tcp port 25'.\n"
    "Frame numbers count the frames that pass the filter, from 1 on. --redact masks a\n"
    "secret from the session on in which it is seen; what was printed before stays.\n\n"
    "Exit status: 0 it was stopped; 2 wrong usage or filter, no interface given; 3 the\n"
    "interface cannot be opened or failed, or the output could not be written.";

static const char make_help_text[] =
    "FILE.csv names its columns in the first row: id, and if you like name and email.\n"
    "A fault is loss (segments sent twice), wrong-password (first a wrong one), starttls\n"
    "(all is encrypted), out-of-order, duplicate (segments of the server), no-quit or rst (the\n"
    "client breaks off); with =PERCENT so much of the class gets it.\n\n"
    "Exit status: 0 all were made; 2 wrong usage, or a bad roster or assignment; 3 a file\n"
    "that cannot be read or written: what was made before it stays.";

static const char grade_help[] =
    "SUBMISSIONS is a folder, zip or tar with a file or folder for each student, as Moodle,\n"
    "Canvas and Blackboard name them, or a list (.ndjson). docs/GRADING.md describes them and\n"
    "the assignment file. Each submission is read in a process that can do no more than read\n"
    "it.\n\n"
    "Exit status: 0 the class was graded, also when single submissions could not be read;\n"
    "1 --check found something wrong; 2 wrong usage or assignment; 3 a file could not be\n"
    "read, the results not written, or the work was interrupted (--resume goes on).";

static const char explain_help[] =
    "Words that begin with - come after --, as in: mailscope explain base64 -- -n-.\n\n"
    "Exit status: 0 it was explained; 2 wrong usage, nothing is known about the words, or\n"
    "the base64 is bad; 3 the output could not be written.";

static const char top_help[] =
    "Mail sessions in network captures, with evidence for everything said about them.\n\n"
    "Verbs (the first word; `mailscope VERB --help` explains each):\n"
    "  show     prints the sessions; also meant when no verb is given\n"
    "  answer   answers the five questions of the lesson\n"
    "  path     shows the way of each mail over several sessions\n"
    "  report   makes a page with drawings, for a browser\n"
    "  live     prints sessions as they happen on a network interface\n"
    "  extract  writes messages, attachments and dialogues to files\n"
    "  make     makes a capture for each student of a class\n"
    "  grade    grades what a class handed in\n"
    "  explain  explains codes, commands and words of mail, and draws base64\n"
    "  fields   lists every fact there can be\n"
    "  oddities lists what can be wrong with a capture\n"
    "  limits   lists every limit that --limit can change\n\n"
    "A file with the name of a verb is given as ./show.";

#define FOR(verb) (1u << MS_VERB_##verb)
#define SESSIONS (FOR(SHOW) | FOR(ANSWER) | FOR(PATH) | FOR(REPORT) | FOR(EXTRACT))
#define LISTS (FOR(FIELDS) | FOR(ODDITIES) | FOR(LIMITS))
#define EVERY ((1u << MS_N_VERBS) - 1)
#define RAW(field) offsetof(MsRawOptions, field)
#define OPTION(field) offsetof(MsRawOptions, options.field)

/* One option; a verb has those whose `verbs` hold its bit, in this order. */
static const struct {
    unsigned verbs;
    const char *name;
    char letter; /* 0: none */
    GOptionArg kind;
    size_t offset; /* in MsRawOptions */
    const char *text, *word;
} table[] = {
    {FOR(ANSWER), "all", 0, G_OPTION_ARG_NONE, OPTION(all), "Answer every question of the bank",
     NULL},
    {FOR(ANSWER), "question", 0, G_OPTION_ARG_FILENAME_ARRAY, OPTION(asked),
     "Answer this question of the bank; may be given several times", "ID"},
    {FOR(ANSWER), "questions", 0, G_OPTION_ARG_NONE, OPTION(questions),
     "List the questions of the bank", NULL},
    {FOR(ANSWER), "json", 0, G_OPTION_ARG_NONE, OPTION(json),
     "Print the answers of the bank as one JSON object for each question and line", NULL},
    {FOR(REPORT), "output", 'o', G_OPTION_ARG_FILENAME, OPTION(output),
     "Write the page to FILE, - for standard output", "FILE"},
    {FOR(REPORT), "overwrite", 0, G_OPTION_ARG_NONE, OPTION(overwrite),
     "Replace FILE when it is there", NULL},
    {FOR(EXTRACT), "output", 'o', G_OPTION_ARG_FILENAME, OPTION(output),
     "Write to the folder DIR, or to one file: NAME.tar, NAME.mbox", "DIR"},
    {FOR(EXTRACT), "overwrite", 0, G_OPTION_ARG_NONE, OPTION(overwrite),
     "Replace files that are there", NULL},
    {FOR(EXTRACT), "only", 0, G_OPTION_ARG_FILENAME, OPTION(only),
     "Write nothing but attachments, messages or dialogues", "WHAT"},
    {FOR(LIVE), "interface", 'i', G_OPTION_ARG_FILENAME, OPTION(interface),
     "Capture on this interface; any: on all", "INTERFACE"},
    {FOR(LIVE), "filter", 'f', G_OPTION_ARG_FILENAME, OPTION(filter),
     "Capture only what passes this filter, as tcpdump takes it", "FILTER"},
    {FOR(LIVE), "count", 'c', G_OPTION_ARG_INT64, RAW(count), "Stop after N frames", "N"},
    {FOR(LIVE), "seconds", 0, G_OPTION_ARG_INT64, RAW(seconds), "Stop after N seconds", "N"},
    {FOR(LIVE), "no-promiscuous", 'p', G_OPTION_ARG_NONE, OPTION(own_only),
     "Capture only frames that are meant for this host", NULL},
    {FOR(LIVE) | FOR(SHOW), "json", 0, G_OPTION_ARG_NONE, OPTION(json),
     "Print one JSON object for each session and line", NULL},
    {FOR(LIVE) | FOR(SHOW), "mime", 0, G_OPTION_ARG_NONE, OPTION(mime),
     "Read the parts of messages too: texts, attachments and their hashes", NULL},
    {FOR(ANSWER) | FOR(EXTRACT) | FOR(SHOW), "filter", 0, G_OPTION_ARG_FILENAME, OPTION(filter),
     "Only sessions for which EXPRESSION holds: smtp.mail_from == \"a@example.org\"", "EXPRESSION"},
    {SESSIONS | FOR(LIVE), "no-hash", 0, G_OPTION_ARG_NONE, OPTION(no_hash),
     "Leave SHA-256 of messages out", NULL},
    {SESSIONS | FOR(LIVE), "redact", 0, G_OPTION_ARG_NONE, OPTION(redact),
     "Mask passwords, digests and tokens wherever they turn up", NULL},
    {SESSIONS, "joined", 0, G_OPTION_ARG_NONE, OPTION(joined),
     "Read all files as one capture, in order of time", NULL},
    {SESSIONS, "jobs", 'j', G_OPTION_ARG_INT, RAW(jobs),
     "Read N files at once (0: as many as there are processors)", "N"},
    {SESSIONS | FOR(LIVE), "full", 0, G_OPTION_ARG_NONE, OPTION(full),
     "Show whole messages, not only their start", NULL},
    {SESSIONS | FOR(LIVE) | FOR(EXPLAIN), "color", 0, G_OPTION_ARG_FILENAME, RAW(color),
     "Use colours: auto (on a terminal, unless NO_COLOR is set), always, never", "WHEN"},
    {SESSIONS | FOR(LIVE) | FOR(GRADE), "limit", 0, G_OPTION_ARG_FILENAME_ARRAY, RAW(limits),
     "Change a limit; `mailscope limits` lists them", "NAME=VALUE"},
    {FOR(GRADE), "init", 0, G_OPTION_ARG_NONE, OPTION(init),
     "Print an assignment about a capture, with the answers filled in", NULL},
    {FOR(GRADE), "check", 0, G_OPTION_ARG_NONE, OPTION(check),
     "Say what an assignment asks, or what is wrong in it", NULL},
    {FOR(GRADE), "output", 'o', G_OPTION_ARG_FILENAME, OPTION(output),
     "Write the results to folder DIR", "DIR"},
    {FOR(GRADE), "overwrite", 0, G_OPTION_ARG_NONE, OPTION(overwrite),
     "Write into DIR when it is there", NULL},
    {FOR(GRADE), "resume", 0, G_OPTION_ARG_NONE, OPTION(resume),
     "Go on where an earlier run into DIR was interrupted", NULL},
    {FOR(GRADE), "roster", 0, G_OPTION_ARG_FILENAME, OPTION(roster),
     "Students of the class: CSV with the columns id, name and email", "FILE"},
    {FOR(GRADE), "captures", 0, G_OPTION_ARG_FILENAME, OPTION(given),
     "With kind = own: the captures that students were given, each named ID.pcap", "FOLDER"},
    {FOR(GRADE), "worksheet", 0, G_OPTION_ARG_FILENAME, OPTION(worksheet),
     "Fill in Moodle's grading worksheet, as moodle.csv", "FILE"},
    {FOR(GRADE), "canvas", 0, G_OPTION_ARG_FILENAME, OPTION(canvas),
     "Fill in Canvas's exported gradebook, as canvas.csv", "FILE"},
    {FOR(GRADE), "sheet", 0, G_OPTION_ARG_NONE, OPTION(sheet),
     "Print a sheet for students to write their answers into, and no more", NULL},
    {FOR(GRADE), "gradescope", 0, G_OPTION_ARG_FILENAME, OPTION(gradescope),
     "SUBMISSIONS is one student's, named in this metadata; DIR becomes results.json", "FILE"},
    {FOR(GRADE), "autograder", 0, G_OPTION_ARG_FILENAME, OPTION(autograder),
     "Write ASSIGNMENT as an autograder for Gradescope, and no more", "ZIP"},
    {FOR(GRADE), "source", 0, G_OPTION_ARG_FILENAME, OPTION(source),
     "With --autograder: source to build there (if not the installed one)", "FILE"},
    {FOR(GRADE), "reveal", 0, G_OPTION_ARG_NONE, OPTION(reveal), "Tell students what was expected",
     NULL},
    {FOR(GRADE), "show-secrets", 0, G_OPTION_ARG_NONE, OPTION(secrets),
     "With --reveal: passwords and the like too", NULL},
    {FOR(GRADE), "unconfined", 0, G_OPTION_ARG_NONE, OPTION(unconfined),
     "Read submissions in processes that have all your rights", NULL},
    {FOR(GRADE), "jobs", 'j', G_OPTION_ARG_INT, RAW(jobs),
     "Grade N submissions at once (0: as many as there are processors)", "N"},
    {FOR(MAKE), "roster", 0, G_OPTION_ARG_FILENAME, OPTION(roster), "Who is in the class",
     "FILE.csv"},
    {FOR(MAKE), "output", 'o', G_OPTION_ARG_FILENAME, OPTION(output), "Write into this folder",
     "DIR"},
    {FOR(MAKE), "seed", 0, G_OPTION_ARG_FILENAME, OPTION(seed),
     "Choose your own, and keep it to yourself: it decides every name and nonce", "TEXT"},
    {FOR(MAKE), "fault", 0, G_OPTION_ARG_FILENAME_ARRAY, OPTION(faults),
     "What goes wrong; may be given several times", "NAME[=PERCENT]"},
    {FOR(MAKE), "from", 0, G_OPTION_ARG_FILENAME, OPTION(from), "Nothing happens before this time",
     "TIME"},
    {FOR(MAKE), "until", 0, G_OPTION_ARG_FILENAME, OPTION(until), "Nothing begins after it",
     "TIME"},
    {FOR(MAKE), "overwrite", 0, G_OPTION_ARG_NONE, OPTION(overwrite),
     "Also over files that are there", NULL},
    {FOR(PATH), "json", 0, G_OPTION_ARG_NONE, OPTION(json),
     "Print one JSON object for each mail and line", NULL},
    {FOR(EXPLAIN), "decode", 0, G_OPTION_ARG_NONE, OPTION(decode), "With base64: decode the text",
     NULL},
    {FOR(EXPLAIN), "json", 0, G_OPTION_ARG_NONE, OPTION(json),
     "Print one JSON object for each thing explained", NULL},
    {FOR(EXPLAIN), "full", 0, G_OPTION_ARG_NONE, OPTION(full),
     "Show all that fits, draw all of a long text", NULL},
    {LISTS, "json", 0, G_OPTION_ARG_NONE, OPTION(json), "Print the list as JSON", NULL},
    {LISTS, "markdown", 0, G_OPTION_ARG_NONE, OPTION(markdown), "Print the list as Markdown", NULL},
    {EVERY, G_OPTION_REMAINING, 0, G_OPTION_ARG_FILENAME_ARRAY, OPTION(names), NULL, NULL},
    {EVERY, "help", 'h', G_OPTION_ARG_NONE, RAW(help), "Show this help", NULL},
    {EVERY, "version", 0, G_OPTION_ARG_NONE, RAW(version), "Show the version", NULL},
};

const char *ms_verb_name(MsVerb verb)
{
    return verbs[verb].name;
}

/* What stands below the options; NULL for verbs that take nothing. */
static const char *description(MsVerb verb)
{
    switch (verb) {
    case MS_VERB_LIVE:
        return live_help;
    case MS_VERB_MAKE:
        return make_help_text;
    case MS_VERB_EXPLAIN:
        return explain_help;
    case MS_VERB_GRADE:
        return grade_help;
    default:
        return ms_verb_reads(verb) ? files_help : NULL;
    }
}

GOptionContext *ms_options_context(MsVerb verb, bool top, MsRawOptions *raw)
{
    GOptionEntry entries[G_N_ELEMENTS(table) + 1] = {0};
    size_t n = 0;
    for (size_t i = 0; i < G_N_ELEMENTS(table); i++) {
        if (!(table[i].verbs >> verb & 1))
            continue;
        entries[n++] = (GOptionEntry){.long_name = table[i].name,
                                      .short_name = table[i].letter,
                                      .arg = table[i].kind,
                                      .arg_data = (char *)raw + table[i].offset,
                                      .description = table[i].text,
                                      .arg_description = table[i].word};
    }
    GOptionContext *context = g_option_context_new(verbs[verb].parameters);
    GOptionGroup *group = g_option_group_new("mailscope", "", "", raw, NULL);
    g_option_group_add_entries(group, entries);
    g_option_context_set_main_group(context, group);
    g_option_context_set_help_enabled(context, FALSE);
    g_option_context_set_summary(context, top ? top_help : verbs[verb].summary);
    if (description(verb))
        g_option_context_set_description(context, description(verb));
    return context;
}
