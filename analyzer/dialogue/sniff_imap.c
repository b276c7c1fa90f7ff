/* SPDX-License-Identifier: GPL-2.0-or-later
 * sniff_imap.c - are these the words of IMAP? A server begins untagged responses with a star, a
 * client puts a tag before a command (RFC 9051 2.2). Few other protocols look like that. */
#include "../base/fold.h"
#include "imap_words.h"
#include "sniff_protocol.h"

#include <glib.h>

#include <string.h>

/* What a side's words make it. */
typedef enum {
    ROLE_SILENT, /* has said nothing */
    ROLE_OPEN,   /* too few bytes to tell */
    ROLE_TEXT,   /* text that may be part of anything (not seen from its start) */
    ROLE_CLIENT,
    ROLE_MAYBE_CLIENT, /* tag and a word that others might say too */
    ROLE_SERVER,
    ROLE_MAYBE_SERVER,
    ROLE_OTHER
} Role;

static const uint16_t ports[] = {143, 1143, 220};

/* Whether the tag is a word with which clients of other protocols begin a line. */
static bool is_foreign_tag(const uint8_t *text, size_t length)
{
    static const char *const words[] = {"AUTH", "USER", "PASS", "HELP", "EHLO", "HELO",    "LHLO",
                                        "MAIL", "RCPT", "VRFY", "EXPN", "GET",  "POST",    "PUT",
                                        "HEAD", "LIST", "RETR", "STOR", "NICK", "OPTIONS", "SITE"};
    for (size_t i = 0; i < G_N_ELEMENTS(words); i++)
        if (ms_fold_is(text, length, words[i]))
            return true;
    return false;
}

static unsigned count_arguments(const MsSniffLine *line, size_t at)
{
    unsigned count = 0;
    MsImapToken token;
    while (count < 3 && ms_imap_token(line->text, line->length, &at, &token))
        count++;
    return count;
}

static Role client_line(const MsSniffLine *line)
{
    MsImapCommand command;
    if (!ms_imap_command(line->text, line->length, &command) ||
        is_foreign_tag(line->text, command.tag))
        return ROLE_OTHER;
    MsSniffLine rest = {.text = line->text + command.word, .length = line->length - command.word};
    unsigned count = count_arguments(line, command.arguments);
    switch (command.verb) {
    case MS_IMAP_LOGIN:
        return count == 2 ? ROLE_CLIENT : ROLE_MAYBE_CLIENT;
    case MS_IMAP_AUTHENTICATE:
    case MS_IMAP_SELECT:
    case MS_IMAP_EXAMINE:
    case MS_IMAP_APPEND:
    case MS_IMAP_FETCH:
    case MS_IMAP_STORE:
        return count > 0 ? ROLE_CLIENT : ROLE_MAYBE_CLIENT;
    case MS_IMAP_STARTTLS:
        return count == 0 && line->whole ? ROLE_CLIENT : ROLE_MAYBE_CLIENT;
    case MS_IMAP_ID:
        return ms_sniff_starts(&rest, "ID (") || ms_sniff_starts(&rest, "ID NIL")
                   ? ROLE_CLIENT
                   : ROLE_MAYBE_CLIENT;
    default:
        break;
    }
    if ((ms_sniff_starts(&rest, "CAPABILITY") && count == 0 && line->whole) ||
        ms_sniff_starts(&rest, "UID ") || ms_sniff_starts(&rest, "LIST \"") ||
        ms_sniff_starts(&rest, "LSUB \""))
        return ROLE_CLIENT;
    return ROLE_MAYBE_CLIENT;
}

/* Whether the word at `at` is OK, NO or BAD in capital letters. */
static bool is_capital(const MsSniffLine *line, size_t at)
{
    const char *word = (const char *)line->text + at;
    size_t left = line->length - at;
    return (left >= 2 && (memcmp(word, "OK", 2) == 0 || memcmp(word, "NO", 2) == 0)) ||
           (left >= 3 && memcmp(word, "BAD", 3) == 0);
}

static Role server_line(const MsSniffLine *line)
{
    MsImapResponse response;
    ms_imap_response(line->text, line->length, &response);
    switch (response.kind) {
    case MS_IMAP_STATUS:
        return response.rest < line->length || line->whole ? ROLE_SERVER : ROLE_MAYBE_SERVER;
    case MS_IMAP_DATA:
        return response.data != MS_IMAP_UNKNOWN_DATA ? ROLE_SERVER : ROLE_OTHER;
    case MS_IMAP_TAGGED: /* words of people are seldom in capital letters */
        return is_capital(line, response.word) ? ROLE_MAYBE_SERVER : ROLE_OTHER;
    case MS_IMAP_GO_ON:
        return ROLE_MAYBE_SERVER;
    default:
        return ROLE_OTHER;
    }
}

/* What one line makes the side. */
static Role judge_line(const MsSniffLine *line)
{
    if (ms_fold_is(line->text, line->length, "DONE")) /* RFC 2177 3 */
        return ROLE_MAYBE_CLIENT;
    Role role = server_line(line);
    return role == ROLE_OTHER ? client_line(line) : role;
}

/* Looks at the side's lines until one decides. `lenient`: on a port of IMAP, where the first line
 * may be a slip of somebody who types. */
static Role judge(const MsSniffSide *side, bool lenient, size_t most)
{
    if (side->length == 0)
        return ROLE_SILENT;
    MsSniffLine start = ms_sniff_line(side->data, side->length, 0);
    if (!ms_sniff_is_text(side->data, MIN(side->length, 64)) && judge_line(&start) == ROLE_OTHER)
        return ROLE_OTHER;
    Role best = ROLE_OPEN;
    for (size_t at = 0; at < side->length;) {
        MsSniffLine line = ms_sniff_line(side->data, side->length, at);
        if (!line.whole && side->length < most && !side->ended && line.length < 512)
            break;
        Role role = judge_line(&line);
        bool slip = lenient && line.length > 0 && g_ascii_isalpha((char)line.text[0]);
        if (role == ROLE_OTHER && at == 0 && side->from_start && !slip)
            return ROLE_OTHER;
        at = line.next;
        if (role == ROLE_CLIENT || role == ROLE_SERVER)
            return role;
        if (role == ROLE_OTHER)
            best = best == ROLE_OPEN ? ROLE_TEXT : best;
        else if (best == ROLE_OPEN || best == ROLE_TEXT)
            best = role;
    }
    return best;
}

static bool is_server(Role role)
{
    return role == ROLE_SERVER || role == ROLE_MAYBE_SERVER;
}

static bool is_client(Role role)
{
    return role == ROLE_CLIENT || role == ROLE_MAYBE_CLIENT;
}

MsSniffVerdict ms_sniff_imap(const MsSniffTalk *talk, MsSniffResult *result)
{
    const MsSniffSide *side = talk->side;
    Role role[2];
    bool lenient = ms_sniff_port(ports, G_N_ELEMENTS(ports), side[0].port) ||
                   ms_sniff_port(ports, G_N_ELEMENTS(ports), side[1].port);
    for (unsigned i = 0; i < 2; i++)
        role[i] = judge(&side[i], lenient, talk->most);
    for (unsigned server = 0; server < 2; server++) {
        Role s = role[server];
        Role c = role[!server];
        if (is_server(c) || is_client(s) || s == ROLE_OTHER ||
            (c == ROLE_OTHER && s != ROLE_SERVER))
            continue;
        bool own = ms_sniff_port(ports, G_N_ELEMENTS(ports), side[server].port);
        bool sure = s == ROLE_SERVER || c == ROLE_CLIENT || (is_server(s) && is_client(c)) ||
                    (talk->done && own && (is_server(s) || is_client(c)));
        if (!sure)
            continue;
        ms_sniff_found(result, &ms_imap, server);
        return MS_SNIFF_FOUND;
    }
    bool hopeless = (role[0] == ROLE_OTHER && !is_server(role[1])) ||
                    (role[1] == ROLE_OTHER && !is_server(role[0]));
    return talk->done || hopeless ? MS_SNIFF_NOT_MAIL : MS_SNIFF_MORE;
}
