/* SPDX-License-Identifier: GPL-2.0-or-later
 * sniff_smtp.c - is it SMTP or LMTP, and who is the server? Each side is judged by its own words;
 * what one side leaves open the other decides; ports only tip the scales when both have said all
 * they will say. */
#include "sniff_protocol.h"

#include <glib.h>

#include <string.h>

/* What a side's words make it. */
typedef enum {
    ROLE_SILENT,       /* has said nothing */
    ROLE_OPEN,         /* too few bytes to tell */
    ROLE_TEXT,         /* text that may be part of anything (not seen from its start) */
    ROLE_CLIENT,       /* speaks commands of SMTP */
    ROLE_LMTP_CLIENT,  /* ... of LMTP */
    ROLE_MAYBE_CLIENT, /* commands that other protocols know too: QUIT, AUTH, HELP */
    ROLE_SERVER,       /* replies as only SMTP servers do */
    ROLE_LMTP_SERVER,  /* ... LMTP servers */
    ROLE_MAYBE_SERVER, /* three digits and text: SMTP, FTP and others */
    ROLE_OTHER         /* anything else */
} Role;

static const uint16_t mail_ports[] = {25, 465, 587, 2525, 24};

static bool is_mail_port(uint16_t port)
{
    return ms_sniff_port(mail_ports, G_N_ELEMENTS(mail_ports), port);
}

/* --- the client's words --- */

/* `MAIL FROM:` or `RCPT TO:`, also in the loose forms. */
static bool is_envelope(const MsSniffLine *line, const char *verb, const char *keyword)
{
    if (!ms_sniff_starts(line, verb) || line->length < 6)
        return false;
    MsSniffLine rest = {.text = line->text + 4, .length = line->length - 4};
    while (rest.length > 0 && (rest.text[0] == ' ' || rest.text[0] == '\t')) {
        rest.text++;
        rest.length--;
    }
    return ms_sniff_starts(&rest, keyword);
}

static Role client_line(const MsSniffLine *line)
{
    static const char *const helo[] = {"EHLO ", "HELO ", "XCLIENT "};
    static const char *const alone[] = {"EHLO", "HELO", "STARTTLS"};
    static const char *const shared[] = {"QUIT",  "AUTH ", "RSET",  "NOOP", "HELP", "DATA",
                                         "VRFY ", "EXPN ", "BDAT ", "MAIL", "RCPT"};
    if (ms_sniff_starts(line, "LHLO "))
        return ROLE_LMTP_CLIENT;
    for (size_t i = 0; i < G_N_ELEMENTS(helo); i++)
        if (ms_sniff_starts(line, helo[i]) && line->length > strlen(helo[i]))
            return ROLE_CLIENT;
    for (size_t i = 0; i < G_N_ELEMENTS(alone); i++)
        if (line->whole && line->length == strlen(alone[i]) && ms_sniff_starts(line, alone[i]))
            return ROLE_CLIENT;
    if (is_envelope(line, "MAIL", "FROM") || is_envelope(line, "RCPT", "TO"))
        return ROLE_CLIENT;
    for (size_t i = 0; i < G_N_ELEMENTS(shared); i++)
        if (ms_sniff_starts(line, shared[i]))
            return ROLE_MAYBE_CLIENT;
    return ROLE_OTHER;
}

/* Words no SMTP client says. */
static bool is_foreign_client(const MsSniffLine *line)
{
    static const char *const words[] = {"GET ",     "POST ",   "HEAD ",     "PUT ",     "OPTIONS ",
                                        "USER ",    "PASS ",   "CAPA",      "SYST",     "FEAT",
                                        "SSH-",     "NICK ",   "HTTP/1",    "CONNECT ", "AUTH TLS",
                                        "AUTH SSL", "DELETE ", "PROPFIND ", "ACCT "};
    for (size_t i = 0; i < G_N_ELEMENTS(words); i++)
        if (ms_sniff_starts(line, words[i]))
            return true;
    return ms_sniff_contains(line, " HTTP/1.");
}

/* --- the server's words --- */

static unsigned reply_code(const MsSniffLine *line)
{
    const uint8_t *text = line->text;
    if (line->length < 3 || text[0] < '2' || text[0] > '5' || !g_ascii_isdigit((char)text[1]) ||
        !g_ascii_isdigit((char)text[2]))
        return 0;
    if (line->length > 3 && text[3] != ' ' && text[3] != '-')
        return 0;
    return (unsigned)((text[0] - '0') * 100 + (text[1] - '0') * 10 + text[2] - '0');
}

/* What one reply says. `first`: nothing was said before it. */
static Role server_line(const MsSniffLine *line, bool first)
{
    static const char *const extensions[] = {
        "PIPELINING", "8BITMIME", "ENHANCEDSTATUSCODES", "STARTTLS",  "CHUNKING", "SMTPUTF8",
        "SIZE ",      "DSN",      "AUTH LOGIN",          "AUTH PLAIN"};
    unsigned code = reply_code(line);
    if (code == 0)
        return ROLE_OTHER;
    if (ms_sniff_contains(line, "LMTP"))
        return first ? ROLE_LMTP_SERVER : ROLE_SERVER;
    if (ms_sniff_contains(line, "SMTP"))
        return ROLE_SERVER;
    if (first && code == 220 && ms_sniff_contains(line, "FTP"))
        return ROLE_OTHER;
    if (first && (code < 220 || (code > 221 && code < 250) || code == 331))
        return ROLE_OTHER;
    if (code == 354 || code == 334 || code == 235)
        return ROLE_SERVER;
    static const uint16_t ftp[] = {150, 200, 215, 225, 226, 227, 229, 230, 257, 331};
    if (ms_sniff_port(ftp, G_N_ELEMENTS(ftp), (uint16_t)code))
        return ROLE_OTHER;
    MsSniffLine rest = {.text = line->text + MIN(line->length, 4),
                        .length = line->length - MIN(line->length, 4)};
    for (size_t i = 0; code == 250 && i < G_N_ELEMENTS(extensions); i++)
        if (ms_sniff_starts(&rest, extensions[i]))
            return ROLE_SERVER;
    /* An enhanced status code (RFC 3463): `250 2.1.0 `. */
    if (rest.length >= 6 && rest.text[0] == line->text[0] && rest.text[1] == '.' &&
        g_ascii_isdigit((char)rest.text[2]) && ms_sniff_contains(&rest, "."))
        for (size_t i = 3; i < 6; i++)
            if (rest.text[i] == '.' &&
                g_ascii_isdigit((char)rest.text[i + 1 < rest.length ? i + 1 : i]))
                return ROLE_SERVER;
    return ROLE_MAYBE_SERVER;
}

/* What the server answered to LHLO. */
typedef enum { LHLO_OPEN, LHLO_TAKEN, LHLO_UNKNOWN } Answer;

/* A server of SMTP does not know LHLO (RFC 5321 4.2.4: 500, 502): what follows is SMTP. The answer
 * is the first reply that is no greeting. */
static Answer answer_to_lhlo(const uint8_t *data, size_t length)
{
    for (size_t at = 0; at < length;) {
        MsSniffLine line = ms_sniff_line(data, length, at);
        unsigned code = reply_code(&line);
        at = line.next;
        if (!line.whole)
            break;
        if (code != 0 && code != 220)
            return code == 500 || code == 502 ? LHLO_UNKNOWN : LHLO_TAKEN;
    }
    return LHLO_OPEN;
}

/* --- a side --- */

/* What one line makes the side; `first`: it is the first the side ever said. */
static Role judge_line(const MsSniffLine *line, bool first)
{
    if (reply_code(line) != 0)
        return server_line(line, first);
    if (is_foreign_client(line))
        return ROLE_OTHER;
    return client_line(line);
}

/* Whether bytes that no text has may still be mail: what stands before them is an SMTP client or
 * server for sure, or a reply that goes on. */
static bool is_mail_anyway(const uint8_t *data, size_t length, bool first)
{
    MsSniffLine line = ms_sniff_line(data, length, 0);
    Role role = judge_line(&line, first);
    return role == ROLE_CLIENT || role == ROLE_LMTP_CLIENT || role == ROLE_SERVER ||
           role == ROLE_LMTP_SERVER || (role == ROLE_MAYBE_SERVER && !line.whole);
}

/* Looks at the side's lines until one decides. `lenient`: on a port of mail, where a first line
 * that is no command may be a slip of somebody who types. */
static Role judge(const MsSniffSide *side, const uint8_t *data, size_t length, bool from_start,
                  bool lenient, size_t most)
{
    if (length == 0)
        return ROLE_SILENT;
    if (!ms_sniff_is_text(data, MIN(length, 64)) && !is_mail_anyway(data, length, from_start))
        return ROLE_OTHER;
    Role best = ROLE_OPEN;
    bool first = from_start;
    int lines = 0;
    for (size_t at = 0; at < length;) {
        MsSniffLine line = ms_sniff_line(data, length, at);
        if (!line.whole && length < most && !side->ended && line.length < 512)
            break;
        Role role = judge_line(&line, first);
        at = line.next;
        if (role == ROLE_OTHER) {
            /* The first line from the start must be in place; later ones may be a message. */
            bool slip = lenient && line.length > 0 && g_ascii_isalpha((char)line.text[0]);
            if (lines == 0 && ((from_start && !slip) || is_foreign_client(&line)))
                return ROLE_OTHER;
            if (best == ROLE_MAYBE_SERVER && reply_code(&line) != 0)
                return ROLE_OTHER;
            if (best == ROLE_OPEN)
                best = ROLE_TEXT;
        } else if (role == ROLE_MAYBE_CLIENT || role == ROLE_MAYBE_SERVER) {
            if (best == ROLE_OPEN || best == ROLE_TEXT)
                best = role;
        } else {
            return role;
        }
        first = false;
        lines++;
    }
    return best;
}

static bool is_server(Role role)
{
    return role == ROLE_SERVER || role == ROLE_LMTP_SERVER || role == ROLE_MAYBE_SERVER;
}

static bool is_client(Role role)
{
    return role == ROLE_CLIENT || role == ROLE_LMTP_CLIENT || role == ROLE_MAYBE_CLIENT;
}

/* Both sides' roles are known as far as they can be: what is it? */
static void decide(const MsSniffSide side[2], const Role role[2], bool done, size_t most,
                   MsSniffResult *result)
{
    for (unsigned server = 0; server < 2; server++) {
        Role s = role[server];
        Role c = role[!server];
        if (is_server(c) || is_client(s))
            continue;
        bool lmtp = s == ROLE_LMTP_SERVER || c == ROLE_LMTP_CLIENT;
        bool sure = s == ROLE_SERVER || s == ROLE_LMTP_SERVER || c == ROLE_CLIENT ||
                    c == ROLE_LMTP_CLIENT || (is_server(s) && c == ROLE_MAYBE_CLIENT && done);
        if (s == ROLE_OTHER || (c == ROLE_OTHER && !is_server(s)))
            continue;
        /* A client of something else at a server that greets: FTP, or a browser gone astray. */
        if (c == ROLE_OTHER && s != ROLE_LMTP_SERVER && s != ROLE_SERVER)
            continue;
        if (c == ROLE_LMTP_CLIENT && (s == ROLE_SERVER || s == ROLE_MAYBE_SERVER)) {
            Answer answer = answer_to_lhlo(side[server].data, side[server].length);
            if (answer == LHLO_OPEN && !done && side[server].length < most && !side[server].ended)
                break;
            lmtp = answer != LHLO_UNKNOWN;
        }
        if (sure) {
            ms_sniff_found(result, lmtp ? &ms_lmtp : &ms_smtp, server);
            return;
        }
        /* Undecided to the end: the port tips the scales. */
        if (done && is_mail_port(side[server].port) &&
            (s == ROLE_MAYBE_SERVER || c == ROLE_MAYBE_CLIENT)) {
            ms_sniff_found(result, &ms_smtp, server);
            return;
        }
    }
    bool hopeless = (role[0] == ROLE_OTHER || role[1] == ROLE_OTHER) && !is_server(role[0]) &&
                    !is_server(role[1]);
    bool both_other = role[0] == ROLE_OTHER && role[1] == ROLE_OTHER;
    bool astray = (role[0] == ROLE_OTHER && role[1] == ROLE_MAYBE_SERVER) ||
                  (role[1] == ROLE_OTHER && role[0] == ROLE_MAYBE_SERVER);
    result->verdict = done || hopeless || both_other || astray ? MS_SNIFF_NOT_MAIL : MS_SNIFF_MORE;
}

MsSniffVerdict ms_sniff_smtp(const MsSniffTalk *talk, MsSniffResult *result)
{
    const MsSniffSide *side = talk->side;
    Role role[2];
    bool lenient = is_mail_port(side[0].port) || is_mail_port(side[1].port);
    for (unsigned i = 0; i < 2; i++)
        role[i] =
            judge(&side[i], side[i].data, side[i].length, side[i].from_start, lenient, talk->most);
    decide(side, role, talk->done, talk->most, result);
    return result->verdict;
}
