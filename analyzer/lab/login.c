/* SPDX-License-Identifier: GPL-2.0-or-later
 * login.c - answer 3: each login attempt with what it gives away, or why there is none. */
#include "../fact/replies.h"
#include "view.h"

#include <glib.h>

enum { MOST_ATTEMPTS = 20, MOST_LINES = 12 }; /* shown without --full */

/* What a mechanism does with the password. */
typedef struct {
    const char *name;    /* mechanism, or its start when it ends with '*' */
    const char *absence; /* why no password can be in the capture; NULL: it is sent */
    const char *why;     /* one line, with its RFC */
} Mechanism;

static const Mechanism mechanisms[] = {
    {"FORM", NULL,
     "A form sends its fields as they are, some characters as % and two digits (RFC 3986 2.1); it "
     "hides nothing."},
    {"JSON", NULL, "A JSON object names user and password in clear text (RFC 8259)."},
    {"BASIC", NULL,
     "HTTP Basic sends user name, colon and password in base64 with every request (RFC 7617 2)."},
    {"USER/PASS", NULL,
     "USER and PASS send user name and password as they are, not even encoded: anyone on the way "
     "can read them (RFC 1939 7, 13)."},
    {"APOP", "APOP sends only a digest (MD5) of the greeting's timestamp and the password",
     "A known password can be checked against timestamp and digest; it cannot be read from them "
     "(RFC 1939 7)."},
    {"PLAIN", NULL,
     "PLAIN sends identity, user name and password, with NUL between them, in base64 (RFC 4616 "
     "2)."},
    {"LOGIN", NULL,
     "LOGIN sends user name and password one after the other, each in base64 (no RFC; "
     "draft-murchison-sasl-login)."},
    {"CRAM-MD5", "CRAM-MD5 sends only a digest (HMAC) of the server's challenge under the password",
     "A known password can be checked against challenge and digest; it cannot be read from them "
     "(RFC 2195 2)."},
    {"DIGEST-MD5", "DIGEST-MD5 sends only a hash of the password, the challenge and more",
     "The response depends on nonce, realm and user name (RFC 2831 2.1.2)."},
    {"SCRAM-*", "SCRAM sends only a proof computed from the salted password",
     "The proof shows knowledge of the password without giving it away (RFC 5802 3)."},
    {"NTLM", "NTLM sends only a response computed from the server's challenge and the password",
     "User name, domain and host are readable, the password is not."},
    {"XOAUTH2", "XOAUTH2 sends an access token in place of a password",
     "Who has the token may log in until it expires: treat it like a password."},
    {"OAUTHBEARER", "OAUTHBEARER sends an access token in place of a password",
     "Who has the token may log in until it expires (RFC 7628 3.1)."},
    {"EXTERNAL", "EXTERNAL relies on what is known already, such as a TLS certificate",
     "Only an identity is named, if any (RFC 4422 A)."},
    {"GSSAPI", "GSSAPI (Kerberos) sends tickets, never the password",
     "The dialogue carries opaque tokens (RFC 4752 3)."},
};

/* IMAP's command of the same name as the mechanism; nothing is in base64 then. */
static const Mechanism login_command = {"LOGIN", NULL,
                                        "IMAP's command LOGIN sends user name and password as they "
                                        "are, not even encoded: anyone on the "
                                        "way can read them (RFC 9051 6.2.3, 11.3)."};

static const Mechanism *find_mechanism(const MsView *view, const MsFact *fact)
{
    if (ms_fact_is(fact, "LOGIN") && ms_view_is_command(view, fact))
        return &login_command;

    for (size_t i = 0; fact && i < G_N_ELEMENTS(mechanisms); i++) {
        size_t length = strlen(mechanisms[i].name);
        if (mechanisms[i].name[length - 1] == '*') {
            if (fact->text_length >= length - 1 &&
                memcmp(fact->text, mechanisms[i].name, length - 1) == 0)
                return &mechanisms[i];
        } else if (ms_fact_is(fact, mechanisms[i].name)) {
            return &mechanisms[i];
        }
    }
    return NULL;
}

static void put_all(MsView *view, const char *label, MsFieldId field, int32_t attempt)
{
    size_t count;
    const MsFact *const *facts = ms_index_all(view->index, field, -1, attempt, &count);
    for (size_t i = 0; i < count; i++)
        ms_view_row(view, i == 0 ? label : "", facts[i]);
}

/* "Attempt 1   PLAIN, accepted (235: authentication succeeded)" */
static void put_head(MsView *view, int32_t attempt, int32_t attempts)
{
    MsPen *pen = &view->pen;
    const MsFact *mechanism = ms_index_first(view->index, MS_FIELD_AUTH_MECHANISM, -1, attempt);
    const MsFact *outcome = ms_index_first(view->index, MS_FIELD_AUTH_OUTCOME, -1, attempt);
    const MsFact *code = ms_index_first(view->index, MS_FIELD_AUTH_REPLY_CODE, -1, attempt);
    g_autofree char *label =
        attempts > 1 ? g_strdup_printf("Attempt %d", attempt + 1) : g_strdup("Login");
    ms_view_label(view, label);
    ms_pen_ink(pen, MS_INK_TITLE);
    if (mechanism)
        ms_pen_fact(pen, mechanism);
    else
        ms_pen_say(pen, "mechanism not seen");
    ms_pen_say(pen, ", ");
    ms_heading_login(pen, view->index, attempt);
    ms_pen_ink(pen, MS_INK_PLAIN);
    const char *words =
        code && !ms_view_speaks(view, "http") ? ms_reply_words((unsigned)code->number, NULL) : NULL;
    if (words)
        ms_pen_say(pen, ": %s", words);
    ms_view_cite_two(view, mechanism, code ? code : outcome);
    ms_pen_newline(pen);
}

/* Why an attempt lacks what its mechanism would send. */
static void put_missing(MsView *view, const char *label, int32_t attempt)
{
    const MsFact *outcome = ms_index_first(view->index, MS_FIELD_AUTH_OUTCOME, -1, attempt);
    const MsFact *problem = ms_index_first(view->index, MS_FIELD_AUTH_PROBLEM, -1, attempt);
    const MsFact *encoded = ms_index_first(view->index, MS_FIELD_AUTH_ENCODED, -1, attempt);
    const MsFact *mechanism = ms_index_first(view->index, MS_FIELD_AUTH_MECHANISM, -1, attempt);
    const MsOddity *gap = ms_view_gap_from(view, MS_TO_SERVER, mechanism);
    if (problem)
        ms_view_not_here(view, label, "what was sent cannot be decoded: see below.");
    else if (!view->spoke[MS_TO_SERVER])
        ms_view_not_here(view, label, "only what the server said was captured.");
    else if (ms_fact_is(outcome, "cancelled"))
        ms_view_not_here(view, label, "the client broke the login off before sending it.");
    else if (ms_fact_is(outcome, "failure") && !encoded && !gap)
        ms_view_not_here(view, label, "the server refused AUTH before the client sent it.");
    else if (gap)
        ms_view_not_here(view, label, "bytes the client sent are missing.");
    else if (ms_fact_is(outcome, "unknown"))
        ms_view_not_here(view, label, "the login stops before it is sent.");
    else
        ms_view_not_here(view, label, "the client did not send it.");
    if (gap && !problem && view->spoke[MS_TO_SERVER])
        ms_view_cite_oddity(view, gap);
    ms_pen_newline(&view->pen);
}

static void put_attempt(MsView *view, int32_t attempt, int32_t attempts)
{
    const MsFact *mechanism = ms_index_first(view->index, MS_FIELD_AUTH_MECHANISM, -1, attempt);
    const Mechanism *kind = find_mechanism(view, mechanism);
    put_head(view, attempt, attempts);
    const MsFact *user = ms_index_first(view->index, MS_FIELD_AUTH_USERNAME, -1, attempt);
    const MsFact *password = ms_index_first(view->index, MS_FIELD_AUTH_PASSWORD, -1, attempt);
    put_all(view, "Acts as", MS_FIELD_AUTH_AUTHZID, attempt);
    ms_view_row(view, "User name", user);
    if (!user)
        put_missing(view, "User name", attempt);
    ms_view_row(view, "Password", password);
    if (!password && kind && kind->absence) {
        ms_view_not_here(view, "Password", "%s.", kind->absence);
        ms_pen_newline(&view->pen);
    } else if (!password) {
        put_missing(view, "Password", attempt);
    }
    put_all(view, "Domain", MS_FIELD_AUTH_DOMAIN, attempt);
    put_all(view, "Host", MS_FIELD_AUTH_HOST, attempt);
    put_all(view, "Token", MS_FIELD_AUTH_TOKEN, attempt);
    put_all(view, "Challenge", MS_FIELD_AUTH_CHALLENGE, attempt);
    put_all(view, "Digest", MS_FIELD_AUTH_DIGEST, attempt);
    put_all(view, "Prompt", MS_FIELD_AUTH_PROMPT, attempt);
    put_all(view, "As sent", MS_FIELD_AUTH_ENCODED, attempt);
    put_all(view, "Problem", MS_FIELD_AUTH_PROBLEM, attempt);
    const MsFact *next = ms_index_first(view->index, MS_FIELD_AUTH_MECHANISM, -1, attempt + 1);
    if (kind && find_mechanism(view, next) != kind) /* said once for attempts of one kind */
        ms_view_say(view, "Why", "%s", kind->why);
}

/* --- no attempt --- */

static bool starts_with(const MsFact *fact, const char *word)
{
    size_t length = strlen(word);
    return fact->text_length >= length && g_ascii_strncasecmp(fact->text, word, length) == 0;
}

static void put_offer(MsView *view)
{
    size_t count;
    size_t n_capabilities;
    const MsFact *const *offers =
        ms_index_all(view->index, MS_FIELD_SMTP_EXTENSION, -1, -1, &count);
    const MsFact *const *capabilities =
        ms_index_all(view->index, MS_FIELD_POP3_CAPABILITY, -1, -1, &n_capabilities);
    bool begun = false;
    for (size_t i = 0; i < n_capabilities; i++) {
        if (!starts_with(capabilities[i], "SASL") && !starts_with(capabilities[i], "USER"))
            continue;
        ms_view_row(view, begun ? "" : "Offered", capabilities[i]);
        begun = true;
    }
    for (size_t i = 0; i < count; i++) {
        if (!starts_with(offers[i], "AUTH"))
            continue;
        ms_view_row(view, "Offered", offers[i]);
        return;
    }
    if (count > 0)
        ms_view_say(view, "Offered", "The server's list of extensions has no AUTH.");
}

/* Replies about a login whose commands are not in the capture. Returns how many there are. */
static size_t put_replies(MsView *view)
{
    size_t n = 0;
    size_t count;
    const MsLine *lines = ms_record_lines(view->record, &count);
    for (size_t i = 0; i < count; i++) {
        const MsLine *line = &lines[i];
        if (line->direction != MS_TO_CLIENT ||
            (line->code != 235 && line->code != 334 && line->code != 535))
            continue;
        if (++n > MOST_LINES && !view->pen.style->full)
            continue;
        ms_view_label(view, n == 1 ? "Seen" : "");
        ms_pen_line(&view->pen, line, SIZE_MAX);
        if (line->note_length > 0) {
            ms_pen_say(&view->pen, "   <- ");
            ms_pen_captured(&view->pen, line->note, line->note_length);
        }
        ms_pen_cite(&view->pen, line->ranges, line->n_ranges, line->ranges_omitted, line->time_ns,
                    view->start_ns);
        ms_filter_add(&view->filter, line->ranges, line->n_ranges, line->ranges_omitted);
        ms_pen_newline(&view->pen);
    }
    if (n > MOST_LINES && !view->pen.style->full)
        ms_view_say(view, "", "... %zu more; --full shows all", n - MOST_LINES);
    return n;
}

/* The login of another session of the same visit. Returns false when there is none. */
static bool put_visit(MsView *view)
{
    const MsFact *visit = ms_view_fact(view, MS_FIELD_HTTP_VISIT);
    const MsFact *user = ms_view_fact(view, MS_FIELD_HTTP_VISIT_USER);
    if (!visit)
        return false;
    ms_view_label(view, user ? "Login" : "Visit");
    ms_heading_visit(&view->pen, view->index);
    ms_view_cite(view, visit);
    ms_pen_newline(&view->pen);
    ms_view_row(view, "User name", user);
    ms_view_say(view, "Why",
                "The server gives a cookie with the login, and the browser sends it with each "
                "request, on every connection: who has it needs no password (RFC 6265 8.2).");
    return true;
}

static void put_none(MsView *view)
{
    if (put_visit(view))
        return;
    if (!ms_view_absent(view, "", MS_TO_SERVER, "a login")) {
        ms_view_not_here(view, "", "there is no login: the client never sends %s.",
                         ms_view_speaks(view, "pop3")   ? "USER, APOP or AUTH"
                         : ms_view_speaks(view, "http") ? "a form with user name and password"
                                                        : "AUTH");
        ms_pen_newline(&view->pen);
    }
    put_replies(view);
    if (!view->encrypted)
        put_offer(view);
    const MsFact *port = ms_view_fact(view, MS_FIELD_SESSION_SERVER_PORT);
    if (view->encrypted || view->tls)
        ms_view_say(view, "Why",
                    "TLS hides user and password; only a key log of client or server would show "
                    "them (RFC 8446 1).");
    else if (port && port->number == 25)
        ms_view_say(view, "Why",
                    "On port 25 a server takes mail for its own users from anyone, without a "
                    "login; AUTH is for submission (RFC 4954 3, RFC 6409 4.3).");
    else if (ms_view_speaks(view, "pop3"))
        ms_view_say(view, "Why",
                    "A login in POP3 is USER and PASS, APOP, or AUTH (RFC 1939 7, RFC 5034 4).");
    else if (ms_view_speaks(view, "http"))
        ms_view_say(view, "Why",
                    "A visit goes on over several connections: the login may be on another one; a "
                    "cookie stands for it afterwards (RFC 6265 1).");
    else
        ms_view_say(view, "Why", "A login in SMTP is the command AUTH (RFC 4954 4).");
}

void ms_answer_login(MsView *view)
{
    int32_t attempts = ms_heading_attempts(view->index);
    int32_t shown = view->pen.style->full ? attempts : MIN(attempts, MOST_ATTEMPTS);
    ms_view_question(view, 3, "User name and password");
    if (attempts == 0)
        put_none(view);
    bool password = false;
    for (int32_t i = 0; i < shown; i++) {
        put_attempt(view, i, attempts);
        const MsFact *encoded = ms_index_first(view->index, MS_FIELD_AUTH_ENCODED, -1, i);
        password = password || (ms_index_first(view->index, MS_FIELD_AUTH_PASSWORD, -1, i) &&
                                ms_view_in_base64(view, encoded));
    }
    if (shown < attempts)
        ms_view_say(view, "", "... %d more attempts; --full shows all", attempts - shown);
    if (password)
        ms_view_say(view, "Note",
                    "base64 is an encoding, not encryption: anyone who sees it can decode it "
                    "(RFC 4648 12).");
    if (attempts > 0 && view->tls)
        ms_view_say(view, "Note",
                    "Later parts of the session are encrypted; further logins would not be seen.");
    ms_view_filter(view);
}
