/* SPDX-License-Identifier: GPL-2.0-or-later
 * talk.c - runs transcripts (*.talk) through a dialogue parser: whole, byte by byte and cut at
 * random; what the parser says must be what the transcript expects, and the same each time.
 *
 *   # comment                     class pop3          (smtp unless said)
 *   C: bytes, S: bytes            with \r \n \t \\ \xNN; C*9: nine times
 *   gap C 20                      20 bytes of the client are missing; 0: not known how many
 *   end C                         that side says no more; at the end of the file both end
 *   cut                           the capture stops, the connection did not end
 *   midstream                     the capture began after the connection did
 *   limit line-bytes 100
 *   = C 11+11 smtp.mail_from "x" m0     an expected event; all of them, in this order
 *
 * Facts and lines that every dialogue is full of (smtp.command, smtp.reply, ...) count only in a
 * transcript that asks for them: `show smtp.command line`. `talk --print FILE` prints what is said.
 */
#include "listener.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
    enum { STEP_BYTES, STEP_GAP, STEP_END } kind;
    MsDirection direction;
    GByteArray *bytes;
    uint64_t length;
} Step;

typedef struct {
    const MsDialogueClass *class;
    GArray *steps;
    GString *expected;
    GString *show; /* " smtp.command line " */
    MsLimits limits;
    bool cut, midstream;
} Talk;

static const char *const quiet[] = {"smtp.command",
                                    "smtp.reply_code",
                                    "smtp.reply",
                                    "smtp.enhanced_code",
                                    "session.client_first",
                                    "session.server_first",
                                    "line",
                                    "pop3.command",
                                    "pop3.status",
                                    "pop3.reply",
                                    "imap.tag",
                                    "imap.command",
                                    "imap.status",
                                    "imap.reply"};

static void clear_step(gpointer data)
{
    Step *step = data;
    if (step->bytes)
        g_byte_array_free(step->bytes, TRUE);
}

static GByteArray *unescape(const char *text)
{
    GByteArray *bytes = g_byte_array_new();
    for (; *text; text++) {
        guint8 byte = (guint8)*text;
        if (byte == '\\' && text[1]) {
            text++;
            switch (*text) {
            case 'r':
                byte = '\r';
                break;
            case 'n':
                byte = '\n';
                break;
            case 't':
                byte = '\t';
                break;
            case 'x':
                byte = (guint8)(g_ascii_xdigit_value(text[1]) << 4 | g_ascii_xdigit_value(text[2]));
                text += 2;
                break;
            default:
                byte = (guint8)*text;
            }
        }
        g_byte_array_append(bytes, &byte, 1);
    }
    return bytes;
}

static MsDirection side(char letter)
{
    g_assert_true(letter == 'C' || letter == 'S');
    return letter == 'C' ? MS_TO_SERVER : MS_TO_CLIENT;
}

static void add_bytes(Talk *talk, const char *line)
{
    char *rest = NULL;
    guint64 times = line[1] == '*' ? g_ascii_strtoull(line + 2, &rest, 10) : 1;
    if (!rest)
        rest = (char *)(uintptr_t)line + 1;
    g_assert_true(*rest == ':');
    rest += rest[1] == ' ' ? 2 : 1;
    GByteArray *once = unescape(rest);
    GByteArray *bytes = g_byte_array_new();
    for (guint64 i = 0; i < times; i++)
        g_byte_array_append(bytes, once->data, once->len);
    g_byte_array_free(once, TRUE);
    Step step = {.kind = STEP_BYTES, .direction = side(line[0]), .bytes = bytes};
    g_array_append_val(talk->steps, step);
}

static const MsDialogueClass *class_of(const char *name)
{
    static const MsDialogueClass *const classes[] = {&ms_smtp, &ms_lmtp, &ms_pop3,
                                                     &ms_imap, &ms_http, &ms_tls};
    for (size_t i = 0; i < G_N_ELEMENTS(classes); i++)
        if (strcmp(name, classes[i]->name) == 0)
            return classes[i];
    g_error("no class '%s'", name);
}

static void parse_line(Talk *talk, const char *path, const char *line)
{
    if (line[0] == '#' || line[0] == 0)
        return;
    if ((line[0] == 'C' || line[0] == 'S') && (line[1] == ':' || line[1] == '*')) {
        add_bytes(talk, line);
    } else if (g_str_has_prefix(line, "gap ")) {
        Step step = {.kind = STEP_GAP,
                     .direction = side(line[4]),
                     .length = g_ascii_strtoull(line + 5, NULL, 10)};
        g_array_append_val(talk->steps, step);
    } else if (g_str_has_prefix(line, "end ")) {
        Step step = {.kind = STEP_END, .direction = side(line[4])};
        g_array_append_val(talk->steps, step);
    } else if (strcmp(line, "cut") == 0) {
        talk->cut = true;
    } else if (strcmp(line, "midstream") == 0) {
        talk->midstream = true;
    } else if (g_str_has_prefix(line, "show ")) {
        g_string_append_printf(talk->show, "%s ", line + 5);
    } else if (g_str_has_prefix(line, "class ")) {
        talk->class = class_of(line + 6);
    } else if (g_str_has_prefix(line, "limit ")) {
        char **words = g_strsplit(line, " ", 3);
        MsLimitId id;
        g_assert_true(ms_limit_find(words[1], &id));
        talk->limits.value[id] = g_ascii_strtoull(words[2], NULL, 10);
        g_strfreev(words);
    } else if (g_str_has_prefix(line, "= ")) {
        g_string_append(talk->expected, line + 2);
        g_string_append_c(talk->expected, '\n');
    } else {
        g_error("%s: cannot read '%s'", path, line);
    }
}

static Talk *load(const char *path)
{
    Talk *talk = g_new0(Talk, 1);
    talk->class = &ms_smtp;
    talk->steps = g_array_new(FALSE, FALSE, sizeof(Step));
    g_array_set_clear_func(talk->steps, clear_step);
    talk->expected = g_string_new("");
    talk->show = g_string_new(" ");
    ms_limits_default(&talk->limits);
    char *text = NULL;
    GError *error = NULL;
    if (!g_file_get_contents(path, &text, NULL, &error))
        g_error("%s", error->message);
    char **lines = g_strsplit(text, "\n", -1);
    for (size_t i = 0; lines[i]; i++)
        parse_line(talk, path, lines[i]);
    g_strfreev(lines);
    g_free(text);
    return talk;
}

static void free_talk(Talk *talk)
{
    g_array_free(talk->steps, TRUE);
    g_string_free(talk->expected, TRUE);
    g_string_free(talk->show, TRUE);
    g_free(talk);
}

/* Lengths of the cuts: 0 whole, 1 each byte, else random up to that many. */
static char *run(const Talk *talk, unsigned longest, GRand *random)
{
    Listener *listener = listener_new(talk->class);
    listener->limits = talk->limits;
    listener->talk.cut = talk->cut;
    listener->talk.midstream = talk->midstream;
    for (guint i = 0; i < talk->steps->len; i++) {
        const Step *step = &g_array_index(talk->steps, Step, i);
        if (step->kind == STEP_GAP)
            listener_gap(listener, step->direction, step->length);
        if (step->kind == STEP_END)
            listener_end(listener, step->direction);
        if (step->kind != STEP_BYTES)
            continue;
        for (guint at = 0; at < step->bytes->len;) {
            guint left = step->bytes->len - at;
            guint count = longest == 0   ? left
                          : longest == 1 ? 1
                                         : (guint)g_rand_int_range(random, 1, (gint32)longest);
            count = MIN(count, left);
            listener_push(listener, step->direction, step->bytes->data + at, count);
            at += count;
        }
    }
    return listener_finish(listener);
}

/* Whether the event is of a kind that counts only when it is named. */
static bool is_quiet(const char *line, const char *show)
{
    char **words = g_strsplit(line, " ", 4);
    bool none = strcmp(words[0], "-") == 0;
    const char *key = none ? words[1] : words[2];
    bool result = false;
    for (size_t i = 0; key && i < G_N_ELEMENTS(quiet); i++) {
        char *named = g_strdup_printf(" %s ", quiet[i]);
        if (strcmp(key, quiet[i]) == 0 && !strstr(show, named))
            result = true;
        g_free(named);
    }
    g_strfreev(words);
    return result;
}

static char *filter(const char *log, const char *show)
{
    GString *out = g_string_new("");
    char **lines = g_strsplit(log, "\n", -1);
    for (size_t i = 0; lines[i]; i++)
        if (lines[i][0] && !is_quiet(lines[i], show))
            g_string_append_printf(out, "%s\n", lines[i]);
    g_strfreev(lines);
    return g_string_free(out, FALSE);
}

static int complain(const char *path, const char *how, const char *expected, const char *said)
{
    printf("%s (%s): said and expected differ\n--- expected\n%s--- said\n%s", path, how, expected,
           said);
    return 1;
}

static int check(const char *path, guint32 seed)
{
    enum { ROUNDS = 20 };
    Talk *talk = load(path);
    GRand *random = g_rand_new_with_seed(seed);
    char *whole = run(talk, 0, random);
    char *said = filter(whole, talk->show->str);
    int failed = 0;
    if (strcmp(said, talk->expected->str) != 0)
        failed = complain(path, "whole", talk->expected->str, said);
    for (int i = 0; i <= ROUNDS && !failed; i++) {
        char *again = run(talk, i == 0 ? 1 : (unsigned)g_rand_int_range(random, 2, 200), random);
        char how[64];
        g_snprintf(how, sizeof how, i == 0 ? "byte by byte" : "cut at random, seed %u", seed);
        if (strcmp(again, whole) != 0)
            failed = complain(path, how, whole, again);
        g_free(again);
    }
    g_free(said);
    g_free(whole);
    g_rand_free(random);
    free_talk(talk);
    return failed;
}

static int print(const char *path)
{
    Talk *talk = load(path);
    GRand *random = g_rand_new_with_seed(1);
    char *log = run(talk, 0, random);
    char *said = filter(log, talk->show->str);
    char **lines = g_strsplit(said, "\n", -1);
    for (size_t i = 0; lines[i] && lines[i][0]; i++)
        printf("= %s\n", lines[i]);
    g_strfreev(lines);
    g_free(said);
    g_free(log);
    g_rand_free(random);
    free_talk(talk);
    return 0;
}

int main(int argc, char **argv)
{
    if (argc == 3 && strcmp(argv[1], "--print") == 0)
        return print(argv[2]);
    const char *given = getenv("TALK_SEED");
    guint32 seed = given ? (guint32)g_ascii_strtoull(given, NULL, 10) : (guint32)g_random_int();
    int failed = 0;
    int count = 0;
    for (int i = 1; i < argc; i++, count++)
        failed += check(argv[i], seed);
    printf("%d transcripts, %d failed, seed %u\n", count, failed, seed);
    return failed > 0 || count == 0;
}
