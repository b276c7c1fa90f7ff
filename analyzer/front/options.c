/* SPDX-License-Identifier: GPL-2.0-or-later
 * options.c - reads the command line with the tables of options_table.c, and checks it. */
#include "options.h"

#include "../base/error.h"
#include "options_table.h"

#include <errno.h>
#include <string.h>

#define MOST_JOBS 256

static bool usage_error(GError **error, const char *format, const char *text)
{
    g_autofree char *message = g_strdup_printf(format, text);
    g_set_error_literal(error, MS_ERROR, MS_ERROR_USAGE, message);
    return false;
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
        return usage_error(error, "--limit needs NAME=VALUE with a whole number, not '%s'", value);
    limits->value[id] = number;
    return true;
}

/* "Usage:\n  mailscope show [OPTION...] FILE..." whatever the program is called. */
static char *make_help(GOptionContext *context, MsVerb verb, bool top)
{
    g_autofree char *program = g_strdup(g_get_prgname());
    g_autofree char *name =
        top ? g_strdup("mailscope [VERB]") : g_strdup_printf("mailscope %s", ms_verb_name(verb));
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
    static const char *const others[] = {".gz", ".tgz", ".xz", ".zst", ".zip", ".7z"};
    g_autofree char *lower = g_ascii_strdown(options->output ? options->output : "", -1);
    if (!options->output || strcmp(options->output, "-") == 0 || options->output[0] == '\0')
        return usage_error(error, "extract needs -o and the name of a folder, .tar or .mbox%s", "");
    for (size_t i = 0; i < G_N_ELEMENTS(others); i++)
        if (g_str_has_suffix(lower, others[i]))
            return usage_error(error, "'%s': containers are .tar and .mbox, nothing packed",
                               options->output);
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
    const char *alone = options->check        ? "--check"
                        : options->init       ? "--init"
                        : options->sheet      ? "--sheet"
                        : options->autograder ? "--autograder"
                                              : NULL;
    if (options->check + options->init + options->sheet + (options->autograder != NULL) > 1)
        return usage_error(error, "--check, --init, --sheet and --autograder exclude each other%s",
                           "");
    if (alone && (names != 1 || options->output))
        return usage_error(error, "%s needs one file, and no -o", alone);
    if (options->source && !options->autograder)
        return usage_error(error, "--source goes with --autograder%s", "");
    if (options->gradescope && (alone || options->worksheet || options->canvas || options->resume))
        return usage_error(error, "--gradescope grades one submission, without other tables%s", "");
    if (!alone && names != 2)
        return usage_error(error, "grade needs an assignment and submissions%s", "");
    if (!alone && !options->output)
        return usage_error(error, "grade needs -o and the name of a folder for the results%s", "");
    if (options->resume && (alone || options->overwrite))
        return usage_error(error, "--resume goes on with a grading; --overwrite begins again%s",
                           "");
    if (options->secrets && !options->reveal)
        return usage_error(error, "--show-secrets goes with --reveal%s", "");
    return true;
}

static bool check(MsRawOptions *raw, GError **error)
{
    MsOptions *options = &raw->options;
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
    if (options->verb == MS_VERB_MAKE && options->names)
        return !options->names[1] ||
               usage_error(error, "make takes one assignment: not expected: '%s'",
                           options->names[1]);
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
        if (distance(word, ms_verb_name((MsVerb)i)) > 2)
            continue;
        g_autofree char *text = g_strdup_printf("'%s' is neither a verb nor a file; '%s'", word,
                                                ms_verb_name((MsVerb)i));
        return usage_error(error, "%s is a verb", text);
    }
    return true;
}

bool ms_options_parse(MsOptions *options, int argc, char *const *argv, GError **error)
{
    MsRawOptions raw = {.options = {.verb = MS_VERB_SHOW}, .jobs = 1};
    MsOptions *read = &raw.options;
    ms_limits_default(&read->limits);
    bool named = false;
    for (size_t i = 0; argc > 1 && i < MS_N_VERBS; i++) {
        if (strcmp(argv[1], ms_verb_name((MsVerb)i)) == 0) {
            read->verb = (MsVerb)i;
            named = true;
        }
    }
    g_auto(GStrv) arguments = copy_arguments(argc, argv, named);
    GOptionContext *context = ms_options_context(read->verb, !named, &raw);
    g_autoptr(GError) problem = NULL;
    bool good = g_option_context_parse_strv(context, &arguments, &problem);
    read->named = named;
    if (!good) { /* GLib begins its messages with a capital letter */
        problem->message[0] = g_ascii_tolower(problem->message[0]);
        usage_error(error, "%s", problem->message);
    } else if (raw.help)
        read->text = make_help(context, read->verb, !named);
    else if (raw.version)
        read->text = g_strdup("mailscope " MS_VERSION "\n");
    else
        good = (named || check_verb(argc > 1 ? argv[1] : NULL, error)) && check(&raw, error);
    g_option_context_free(context);
    g_free(raw.color);
    g_strfreev(raw.limits);
    *options = raw.options;
    return good;
}

void ms_options_clear(MsOptions *options)
{
    g_free(options->text);
    g_strfreev(options->names);
    g_strfreev(options->asked);
    g_free(options->output);
    g_free(options->roster);
    g_free(options->given);
    g_free(options->worksheet);
    g_free(options->canvas);
    g_free(options->gradescope);
    g_free(options->autograder);
    g_free(options->source);
    g_free(options->seed);
    g_free(options->from);
    g_free(options->until);
    g_strfreev(options->faults);
    g_free(options->interface);
    g_free(options->filter);
    g_free(options->only);
    *options = (MsOptions){0};
}
