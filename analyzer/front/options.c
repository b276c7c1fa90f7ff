/* SPDX-License-Identifier: GPL-2.0-or-later
 * options.c - GOption tables of the verbs. Every option is also in docs/mailscope.1; a test checks
 * that. */
#include "options.h"

#include "../base/error.h"

#include <errno.h>
#include <string.h>

#define MOST_JOBS 256

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
    {"make", "",
     "Makes a capture for each student of a roster: own addresses, names, password and mail,\n"
     "with a nonce that nobody else has, and DIR/key.ndjson, which says what is true of each.\n"
     "The same seed and roster give the same bytes."},
    {"grade", "ASSIGNMENT SUBMISSIONS -o DIR",
     "Grades what a class handed in, captures or files of answers, by an assignment file:\n"
     "a gradebook, one line of JSON and one page of feedback for each student. With\n"
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
    "A fault is loss (segments sent twice), wrong-password (first a wrong one) or starttls\n"
    "(all is encrypted); with =PERCENT so much of the class gets it.\n\n"
    "Exit status: 0 all were made; 2 wrong usage, a bad roster, or a file that cannot be\n"
    "written: what was made before it stays.";

static const char grade_help[] =
    "SUBMISSIONS is a folder with a file or folder for each student, as Moodle, Canvas and\n"
    "Blackboard name them. docs/GRADING.md describes the assignment file.\n\n"
    "Exit status: 0 the class was graded, also when single submissions could not be read;\n"
    "1 --check found something wrong; 2 wrong usage or assignment; 3 a file could not be\n"
    "read, or the results not written.";

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

/* What the callbacks of GOption fill. */
typedef struct {
    MsOptions *options;
    gboolean help;
    gboolean version;
    gint jobs;
    gint64 count, seconds;
    char *color;
    char **limits;
} Raw;

static bool usage_error(GError **error, const char *format, const char *text)
{
    g_autofree char *message = g_strdup_printf(format, text);
    g_set_error_literal(error, MS_ERROR, MS_ERROR_USAGE, message);
    return false;
}

const char *ms_verb_name(MsVerb verb)
{
    return verbs[verb].name;
}

bool ms_verb_reads(MsVerb verb)
{
    return verb == MS_VERB_SHOW || verb == MS_VERB_ANSWER || verb == MS_VERB_PATH ||
           verb == MS_VERB_REPORT || verb == MS_VERB_EXTRACT;
}

bool ms_options_base64(const MsOptions *options)
{
    return options->verb == MS_VERB_EXPLAIN && options->names && options->names[1] &&
           g_ascii_strcasecmp(options->names[0], "base64") == 0;
}

static bool parse_number(const char *text, uint64_t *number)
{
    if (!g_ascii_isdigit(text[0]))
        return false; /* no sign, no space: g_ascii_strtoull() would take them */
    char *end = NULL;
    errno = 0;
    *number = g_ascii_strtoull(text, &end, 10);
    return errno == 0 && *end == '\0';
}

/* --limit NAME=VALUE */
static bool set_limit(MsLimits *limits, const char *value, GError **error)
{
    const char *equals = strchr(value, '=');
    g_autofree char *name = equals ? g_strndup(value, (gsize)(equals - value)) : NULL;
    MsLimitId id;
    uint64_t number;
    if (!equals)
        return usage_error(error, "--limit needs NAME=VALUE, not '%s'", value);
    if (!ms_limit_find(name, &id))
        return usage_error(error, "no limit is called '%s'; `mailscope limits` lists them", name);
    if (!parse_number(equals + 1, &number))
        return usage_error(error, "not a number: '%s'", value);
    limits->value[id] = number;
    return true;
}

static GOptionContext *make_context(MsVerb verb, bool top, Raw *raw)
{
    MsOptions *o = raw->options;
    const GOptionEntry common[] = {
        {"help", 'h', 0, G_OPTION_ARG_NONE, &raw->help, "Show this help", NULL},
        {"version", 0, 0, G_OPTION_ARG_NONE, &raw->version, "Show the version", NULL},
        G_OPTION_ENTRY_NULL};
    const GOptionEntry show[] = {
        {"json", 0, 0, G_OPTION_ARG_NONE, &o->json,
         "Print one JSON object for each session and line", NULL},
        {"mime", 0, 0, G_OPTION_ARG_NONE, &o->mime,
         "Read the parts of messages too: texts, attachments and their hashes", NULL},
        {"filter", 0, 0, G_OPTION_ARG_FILENAME, &o->filter,
         "Only sessions for which EXPRESSION holds: smtp.mail_from == \"a@example.org\"",
         "EXPRESSION"},
        G_OPTION_ENTRY_NULL};
    const GOptionEntry answer[] = {
        {"all", 0, 0, G_OPTION_ARG_NONE, &o->all, "Answer every question of the bank", NULL},
        {"question", 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &o->asked,
         "Answer this question of the bank; may be given several times", "ID"},
        {"questions", 0, 0, G_OPTION_ARG_NONE, &o->questions, "List the questions of the bank",
         NULL},
        {"json", 0, 0, G_OPTION_ARG_NONE, &o->json,
         "Print the answers of the bank as one JSON object for each question and line", NULL},
        {"filter", 0, 0, G_OPTION_ARG_FILENAME, &o->filter,
         "Only sessions for which EXPRESSION holds: smtp.mail_from == \"a@example.org\"",
         "EXPRESSION"},
        G_OPTION_ENTRY_NULL};
    const GOptionEntry path[] = {{"json", 0, 0, G_OPTION_ARG_NONE, &o->json,
                                  "Print one JSON object for each mail and line", NULL},
                                 G_OPTION_ENTRY_NULL};
    const GOptionEntry report[] = {{"output", 'o', 0, G_OPTION_ARG_FILENAME, &o->output,
                                    "Write the page to FILE, - for standard output", "FILE"},
                                   {"overwrite", 0, 0, G_OPTION_ARG_NONE, &o->overwrite,
                                    "Replace FILE when it is there", NULL},
                                   G_OPTION_ENTRY_NULL};
    const GOptionEntry extract[] = {
        {"output", 'o', 0, G_OPTION_ARG_FILENAME, &o->output,
         "Write to the folder DIR, or to one file: NAME.tar, NAME.mbox", "DIR"},
        {"overwrite", 0, 0, G_OPTION_ARG_NONE, &o->overwrite, "Replace files that are there", NULL},
        {"only", 0, 0, G_OPTION_ARG_FILENAME, &o->only,
         "Write nothing but attachments, messages or dialogues", "WHAT"},
        {"filter", 0, 0, G_OPTION_ARG_FILENAME, &o->filter,
         "Only sessions for which EXPRESSION holds: smtp.mail_from == \"a@example.org\"",
         "EXPRESSION"},
        G_OPTION_ENTRY_NULL};
    const GOptionEntry sessions[] = {
        {"no-hash", 0, 0, G_OPTION_ARG_NONE, &o->no_hash, "Leave SHA-256 of messages out", NULL},
        {"redact", 0, 0, G_OPTION_ARG_NONE, &o->redact,
         "Mask passwords, digests and tokens wherever they turn up", NULL},
        {"joined", 0, 0, G_OPTION_ARG_NONE, &o->joined,
         "Read all files as one capture, in order of time", NULL},
        {"jobs", 'j', 0, G_OPTION_ARG_INT, &raw->jobs,
         "Read N files at once (0: as many as there are processors)", "N"},
        {"full", 0, 0, G_OPTION_ARG_NONE, &o->full, "Show whole messages, not only their start",
         NULL},
        {"color", 0, 0, G_OPTION_ARG_FILENAME, &raw->color,
         "Use colours: auto (on a terminal, unless NO_COLOR is set), always, never", "WHEN"},
        {"limit", 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &raw->limits,
         "Change a limit; `mailscope limits` lists them", "NAME=VALUE"},
        {G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &o->names, NULL, NULL},
        G_OPTION_ENTRY_NULL};
    const GOptionEntry live[] = {
        {"interface", 'i', 0, G_OPTION_ARG_FILENAME, &o->interface,
         "Capture on this interface; any: on all", "INTERFACE"},
        {"filter", 'f', 0, G_OPTION_ARG_FILENAME, &o->filter,
         "Capture only what passes this filter, as tcpdump takes it", "FILTER"},
        {"count", 'c', 0, G_OPTION_ARG_INT64, &raw->count, "Stop after N frames", "N"},
        {"seconds", 0, 0, G_OPTION_ARG_INT64, &raw->seconds, "Stop after N seconds", "N"},
        {"no-promiscuous", 'p', 0, G_OPTION_ARG_NONE, &o->own_only,
         "Capture only frames that are meant for this host", NULL},
        {"json", 0, 0, G_OPTION_ARG_NONE, &o->json,
         "Print one JSON object for each session and line", NULL},
        {"mime", 0, 0, G_OPTION_ARG_NONE, &o->mime,
         "Read the parts of messages too: texts, attachments and their hashes", NULL},
        {"no-hash", 0, 0, G_OPTION_ARG_NONE, &o->no_hash, "Leave SHA-256 of messages out", NULL},
        {"redact", 0, 0, G_OPTION_ARG_NONE, &o->redact,
         "Mask passwords, digests and tokens wherever they turn up", NULL},
        {"full", 0, 0, G_OPTION_ARG_NONE, &o->full, "Show whole messages, not only their start",
         NULL},
        {"color", 0, 0, G_OPTION_ARG_FILENAME, &raw->color,
         "Use colours: auto (on a terminal, unless NO_COLOR is set), always, never", "WHEN"},
        {"limit", 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &raw->limits,
         "Change a limit; `mailscope limits` lists them", "NAME=VALUE"},
        {G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &o->names, NULL, NULL},
        G_OPTION_ENTRY_NULL};
    const GOptionEntry grade[] = {
        {"init", 0, 0, G_OPTION_ARG_NONE, &o->init,
         "Print an assignment about a capture, with the answers filled in", NULL},
        {"check", 0, 0, G_OPTION_ARG_NONE, &o->check,
         "Say what an assignment asks, or what is wrong in it", NULL},
        {"output", 'o', 0, G_OPTION_ARG_FILENAME, &o->output, "Write the results to folder DIR",
         "DIR"},
        {"overwrite", 0, 0, G_OPTION_ARG_NONE, &o->overwrite, "Write into DIR when it is there",
         NULL},
        {"roster", 0, 0, G_OPTION_ARG_FILENAME, &o->roster,
         "Students of the class: CSV with the columns id, name and email", "FILE"},
        {"reveal", 0, 0, G_OPTION_ARG_NONE, &o->reveal, "Tell students what was expected", NULL},
        {"show-secrets", 0, 0, G_OPTION_ARG_NONE, &o->secrets,
         "With --reveal: passwords and the like too", NULL},
        {"jobs", 'j', 0, G_OPTION_ARG_INT, &raw->jobs,
         "Grade N submissions at once (0: as many as there are processors)", "N"},
        {"limit", 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &raw->limits,
         "Change a limit; `mailscope limits` lists them", "NAME=VALUE"},
        {G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &o->names, NULL, NULL},
        G_OPTION_ENTRY_NULL};
    const GOptionEntry explain[] = {
        {"decode", 0, 0, G_OPTION_ARG_NONE, &o->decode, "With base64: decode the text", NULL},
        {"json", 0, 0, G_OPTION_ARG_NONE, &o->json,
         "Print one JSON object for each thing explained", NULL},
        {"full", 0, 0, G_OPTION_ARG_NONE, &o->full, "Show all that fits, draw all of a long text",
         NULL},
        {"color", 0, 0, G_OPTION_ARG_FILENAME, &raw->color,
         "Use colours: auto (on a terminal, unless NO_COLOR is set), always, never", "WHEN"},
        {G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &o->names, NULL, NULL},
        G_OPTION_ENTRY_NULL};
    const GOptionEntry make[] = {
        {"roster", 0, 0, G_OPTION_ARG_FILENAME, &o->roster, "Who is in the class", "FILE.csv"},
        {"output", 'o', 0, G_OPTION_ARG_FILENAME, &o->output, "Write into this folder", "DIR"},
        {"seed", 0, 0, G_OPTION_ARG_FILENAME, &o->seed,
         "Choose your own, and keep it to yourself: it decides every name and nonce", "TEXT"},
        {"fault", 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &o->faults,
         "What goes wrong; may be given several times", "NAME[=PERCENT]"},
        {"from", 0, 0, G_OPTION_ARG_FILENAME, &o->from, "Nothing happens before this time", "TIME"},
        {"until", 0, 0, G_OPTION_ARG_FILENAME, &o->until, "Nothing begins after it", "TIME"},
        {"overwrite", 0, 0, G_OPTION_ARG_NONE, &o->overwrite, "Also over files that are there",
         NULL},
        {G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &o->names, NULL, NULL},
        G_OPTION_ENTRY_NULL};
    const GOptionEntry lists[] = {
        {"json", 0, 0, G_OPTION_ARG_NONE, &o->json, "Print the list as JSON", NULL},
        {"markdown", 0, 0, G_OPTION_ARG_NONE, &o->markdown, "Print the list as Markdown", NULL},
        {G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &o->names, NULL, NULL},
        G_OPTION_ENTRY_NULL};
    GOptionContext *context = g_option_context_new(verbs[verb].parameters);
    GOptionGroup *group = g_option_group_new("mailscope", "", "", raw, NULL);
    if (verb == MS_VERB_SHOW)
        g_option_group_add_entries(group, show);
    if (verb == MS_VERB_ANSWER)
        g_option_group_add_entries(group, answer);
    if (verb == MS_VERB_PATH)
        g_option_group_add_entries(group, path);
    if (verb == MS_VERB_REPORT)
        g_option_group_add_entries(group, report);
    if (verb == MS_VERB_EXTRACT)
        g_option_group_add_entries(group, extract);
    g_option_group_add_entries(group, ms_verb_reads(verb)       ? sessions
                                      : verb == MS_VERB_LIVE    ? live
                                      : verb == MS_VERB_MAKE    ? make
                                      : verb == MS_VERB_EXPLAIN ? explain
                                      : verb == MS_VERB_GRADE   ? grade
                                                                : lists);
    g_option_group_add_entries(group, common);
    g_option_context_set_main_group(context, group);
    g_option_context_set_help_enabled(context, FALSE);
    g_option_context_set_summary(context, top ? top_help : verbs[verb].summary);
    if (ms_verb_reads(verb))
        g_option_context_set_description(context, files_help);
    else if (verb == MS_VERB_LIVE)
        g_option_context_set_description(context, live_help);
    else if (verb == MS_VERB_MAKE)
        g_option_context_set_description(context, make_help_text);
    else if (verb == MS_VERB_EXPLAIN)
        g_option_context_set_description(context, explain_help);
    else if (verb == MS_VERB_GRADE)
        g_option_context_set_description(context, grade_help);
    return context;
}

/* "Usage:\n  mailscope show [OPTION...] FILE..." whatever the program is called. */
static char *make_help(GOptionContext *context, MsVerb verb, bool top)
{
    g_autofree char *program = g_strdup(g_get_prgname());
    g_autofree char *name =
        top ? g_strdup("mailscope [VERB]") : g_strdup_printf("mailscope %s", verbs[verb].name);
    g_set_prgname(name);
    char *help = g_option_context_get_help(context, TRUE, NULL);
    g_set_prgname(program ? program : "mailscope");
    return help;
}

static bool check_explain(const MsOptions *options, GError **error)
{
    bool base64 = ms_options_base64(options);
    if (!options->names)
        return usage_error(error, "nothing to explain given%s", "");
    if (options->decode && !base64)
        return usage_error(error, "--decode goes with base64 and a text%s", "");
    if (options->json && base64)
        return usage_error(error, "--json does not go with base64 and a text%s", "");
    return true;
}

static bool check_extract(const MsOptions *options, GError **error)
{
    static const char *const words[] = {"attachments", "messages", "dialogues", NULL};
    if (!options->output || strcmp(options->output, "-") == 0 || options->output[0] == '\0')
        return usage_error(error, "extract needs -o and the name of a folder, .tar or .mbox%s", "");
    if (options->only && !g_strv_contains(words, options->only))
        return usage_error(error, "--only is attachments, messages or dialogues, not '%s'",
                           options->only);
    if (options->only && g_str_has_suffix(options->output, ".mbox") &&
        strcmp(options->only, "messages") != 0)
        return usage_error(error, "an mbox holds messages only, not %s", options->only);
    return true;
}

static bool check_grade(const MsOptions *options, GError **error)
{
    guint names = options->names ? g_strv_length(options->names) : 0;
    bool alone = options->check || options->init;
    if (options->check && options->init)
        return usage_error(error, "--check and --init exclude each other%s", "");
    if (alone && (names != 1 || options->output))
        return usage_error(error, "%s needs one file, and no -o",
                           options->check ? "--check" : "--init");
    if (!alone && names != 2)
        return usage_error(error, "grade needs an assignment and a folder of submissions%s", "");
    if (!alone && !options->output)
        return usage_error(error, "grade needs -o and the name of a folder for the results%s", "");
    if (options->secrets && !options->reveal)
        return usage_error(error, "--show-secrets goes with --reveal%s", "");
    return true;
}

static bool check(Raw *raw, GError **error)
{
    MsOptions *options = raw->options;
    if (raw->jobs < 0 || raw->jobs > MOST_JOBS)
        return usage_error(error, "-j needs a number from 0 to %s", G_STRINGIFY(MOST_JOBS));
    options->jobs = raw->jobs > 0 ? (unsigned)raw->jobs : g_get_num_processors();
    if (!raw->color || strcmp(raw->color, "auto") == 0)
        options->color = MS_COLOR_AUTO;
    else if (strcmp(raw->color, "always") == 0)
        options->color = MS_COLOR_ALWAYS;
    else if (strcmp(raw->color, "never") == 0)
        options->color = MS_COLOR_NEVER;
    else
        return usage_error(error, "--color is auto, always or never, not '%s'", raw->color);
    for (size_t i = 0; raw->limits && raw->limits[i]; i++) {
        if (!set_limit(&options->limits, raw->limits[i], error))
            return false;
    }
    bool reads = ms_verb_reads(options->verb) && !options->questions;
    if (options->all && options->asked)
        return usage_error(error, "--all and --question exclude each other%s", "");
    if (reads && !options->names)
        return usage_error(error, "no file given%s", "");
    if (options->verb == MS_VERB_REPORT && !options->output)
        return usage_error(error, "report needs -o and the name of the page to write%s", "");
    if (options->verb == MS_VERB_EXTRACT && !check_extract(options, error))
        return false;
    if (options->verb == MS_VERB_MAKE && (!options->roster || !options->output))
        return usage_error(error, "make needs --roster and -o with the folder to write%s", "");
    if (options->verb == MS_VERB_EXPLAIN)
        return check_explain(options, error);
    if (options->verb == MS_VERB_LIVE && (raw->count < 0 || raw->seconds < 0))
        return usage_error(error, "--count and --seconds need a number from 0 on%s", "");
    options->count = (uint64_t)raw->count;
    options->seconds = (uint64_t)raw->seconds;
    if (options->verb == MS_VERB_GRADE)
        return check_grade(options, error);
    if (!reads && options->names)
        return usage_error(error, "not expected: '%s'", options->names[0]);
    if (options->json && options->markdown)
        return usage_error(error, "--json and --markdown exclude each other%s", "");
    unsigned from_stdin = 0;
    for (size_t i = 0; options->names && options->names[i]; i++)
        from_stdin += strcmp(options->names[i], "-") == 0;
    if (from_stdin > 1)
        return usage_error(error, "standard input can be read only once%s", "");
    return true;
}

/* A copy without the verb, with `-j4` made `-j 4` as GOption wants a word of its own, and with
 * POP3's `-ERR`, which may be asked for, made `ERR`. */
static char **copy_arguments(int argc, char *const *argv, bool named)
{
    GPtrArray *copy = g_ptr_array_new();
    bool options_end = false;
    for (int i = 0; i < argc; i++) {
        if (i == 1 && named)
            continue;
        options_end = options_end || strcmp(argv[i], "--") == 0;
        bool glued = !options_end && strncmp(argv[i], "-j", 2) == 0 && argv[i][2];
        if (glued)
            g_ptr_array_add(copy, g_strdup("-j"));
        bool err = strcmp(argv[i], "-ERR") == 0;
        g_ptr_array_add(copy, g_strdup(argv[i] + (glued ? 2 : err ? 1 : 0)));
    }
    g_ptr_array_add(copy, NULL);
    return (char **)g_ptr_array_free(copy, FALSE);
}

/* How many letters must be changed, left out, added or swapped with the next one, to make one word
 * of the other; for short words. */
static size_t distance(const char *a, const char *b)
{
    enum { LONGEST = 12 };
    size_t cost[LONGEST + 1][LONGEST + 1];
    size_t n = strlen(a);
    size_t m = strlen(b);
    if (n > LONGEST || m > LONGEST)
        return MAX(n, m);
    for (size_t i = 0; i <= n; i++) {
        for (size_t k = 0; k <= m; k++) {
            if (i == 0 || k == 0) {
                cost[i][k] = i + k;
                continue;
            }
            size_t best = cost[i - 1][k - 1] + (a[i - 1] != b[k - 1]);
            best = MIN(best, MIN(cost[i - 1][k], cost[i][k - 1]) + 1);
            if (i > 1 && k > 1 && a[i - 1] == b[k - 2] && a[i - 2] == b[k - 1])
                best = MIN(best, cost[i - 2][k - 2] + 1);
            cost[i][k] = best;
        }
    }
    return cost[n][m];
}

/* Refuses a first word that is no file, but nearly a verb. */
static bool check_verb(const char *word, GError **error)
{
    size_t letters = word ? strspn(word, "abcdefghijklmnopqrstuvwxyz") : 0;
    if (letters == 0 || word[letters] != '\0' || g_file_test(word, G_FILE_TEST_EXISTS))
        return true;
    for (size_t i = 0; i < MS_N_VERBS; i++) {
        if (distance(word, verbs[i].name) > 2)
            continue;
        g_autofree char *text =
            g_strdup_printf("'%s' is neither a verb nor a file; '%s'", word, verbs[i].name);
        return usage_error(error, "%s is a verb", text);
    }
    return true;
}

bool ms_options_parse(MsOptions *options, int argc, char *const *argv, GError **error)
{
    *options = (MsOptions){.verb = MS_VERB_SHOW};
    ms_limits_default(&options->limits);
    Raw raw = {.options = options, .jobs = 1};
    bool named = false;
    for (size_t i = 0; argc > 1 && i < MS_N_VERBS; i++) {
        if (strcmp(argv[1], verbs[i].name) == 0) {
            options->verb = (MsVerb)i;
            named = true;
        }
    }
    g_auto(GStrv) arguments = copy_arguments(argc, argv, named);
    GOptionContext *context = make_context(options->verb, !named, &raw);
    g_autoptr(GError) problem = NULL;
    bool good = g_option_context_parse_strv(context, &arguments, &problem);
    options->named = named;
    if (!good) { /* GLib begins its messages with a capital letter */
        problem->message[0] = g_ascii_tolower(problem->message[0]);
        usage_error(error, "%s", problem->message);
    } else if (raw.help)
        options->text = make_help(context, options->verb, !named);
    else if (raw.version)
        options->text = g_strdup("mailscope " MS_VERSION "\n");
    else
        good = (named || check_verb(argc > 1 ? argv[1] : NULL, error)) && check(&raw, error);
    g_option_context_free(context);
    g_free(raw.color);
    g_strfreev(raw.limits);
    return good;
}

void ms_options_clear(MsOptions *options)
{
    g_free(options->text);
    g_strfreev(options->names);
    g_strfreev(options->asked);
    g_free(options->output);
    g_free(options->roster);
    g_free(options->seed);
    g_free(options->from);
    g_free(options->until);
    g_strfreev(options->faults);
    g_free(options->interface);
    g_free(options->filter);
    g_free(options->only);
    *options = (MsOptions){0};
}
