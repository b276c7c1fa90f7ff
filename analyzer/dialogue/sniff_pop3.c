/* SPDX-License-Identifier: GPL-2.0-or-later
 * sniff_pop3.c - is it POP3, and who is the server? The server says +OK and -ERR, which Redis does
 * too; the client says USER and PASS, which FTP does too. So one side needs a word that only POP3
 * has, or both must fit; ports only tip the scales when both have said all they will say. */
#include "sniff_protocol.h"

#include <glib.h>

#include <string.h>

/* What a side's words make it. */
typedef enum {
    ROLE_SILENT,
    ROLE_OPEN,         /* nothing that tells so far */
    ROLE_CLIENT,       /* says what only clients of POP3 say */
    ROLE_MAYBE_CLIENT, /* commands that FTP or SMTP know too */
    ROLE_SERVER,       /* says what only servers of POP3 say */
    ROLE_MAYBE_SERVER, /* +OK or -ERR */
    ROLE_OTHER
} Role;

static const uint16_t pop3_ports[] = {110, 995, 1110};

/* One or more decimal numbers, `least` to `most` of them, and nothing else. */
static bool is_numbers(const uint8_t *text, size_t length, unsigned least, unsigned most)
{
    unsigned count = 0;
    for (size_t at = 0; at < length;) {
        size_t start = at;
        while (at < length && g_ascii_isdigit((char)text[at]))
            at++;
        if (at == start || at - start > 9 || (at < length && text[at] != ' '))
            return false;
        count++;
        while (at < length && text[at] == ' ')
            at++;
    }
    return count >= least && count <= most;
}

static bool is_apop(const uint8_t *text, size_t length)
{
    enum { DIGEST = 32 };
    if (length < DIGEST + 2 || text[length - DIGEST - 1] != ' ')
        return false;
    for (size_t i = length - DIGEST; i < length; i++)
        if (!g_ascii_isxdigit((char)text[i]))
            return false;
    return true;
}

static Role client_line(const MsSniffLine *line)
{
    static const struct {
        const char *verb;
        int least, most; /* numbers behind it; -1: anything else */
        Role role;
    } words[] = {
        {"STLS", 0, 0, ROLE_CLIENT},        {"CAPA", 0, 0, ROLE_CLIENT},
        {"UIDL", 0, 1, ROLE_CLIENT},        {"TOP", 2, 2, ROLE_CLIENT},
        {"RETR", 1, 1, ROLE_CLIENT},        {"DELE", 1, 1, ROLE_CLIENT},
        {"LIST", 1, 1, ROLE_CLIENT},        {"AUTH", 0, 0, ROLE_MAYBE_CLIENT},
        {"STAT", 0, 0, ROLE_MAYBE_CLIENT},  {"LIST", 0, 0, ROLE_MAYBE_CLIENT},
        {"NOOP", 0, 0, ROLE_MAYBE_CLIENT},  {"RSET", 0, 0, ROLE_MAYBE_CLIENT},
        {"QUIT", 0, 0, ROLE_MAYBE_CLIENT},  {"USER", -1, 0, ROLE_MAYBE_CLIENT},
        {"PASS", -1, 0, ROLE_MAYBE_CLIENT}, {"AUTH", -1, 0, ROLE_MAYBE_CLIENT},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(words) && line->whole; i++) {
        size_t size = strlen(words[i].verb);
        if (!ms_sniff_starts(line, words[i].verb) ||
            (line->length > size && line->text[size] != ' '))
            continue;
        size_t skip = MIN(size + 1, line->length);
        const uint8_t *rest = line->text + skip;
        size_t left = line->length - skip;
        if (words[i].least < 0 ||
            is_numbers(rest, left, (unsigned)words[i].least, (unsigned)words[i].most))
            return words[i].role;
    }
    if (line->whole && ms_sniff_starts(line, "APOP ") && is_apop(line->text + 5, line->length - 5))
        return ROLE_CLIENT;
    return ROLE_OTHER;
}

/* Words no client of POP3 says: FTP, SMTP, Redis and others. */
static bool is_foreign_client(const MsSniffLine *line)
{
    static const char *const words[] = {
        "SYST",  "FEAT",  "PORT ", "EPRT ", "PASV",  "EPSV",     "TYPE ",   "CWD ",      "PWD",
        "STOR ", "OPTS ", "ACCT ", "MDTM ", "SIZE ", "EHLO",     "HELO",    "MAIL FROM", "RCPT TO",
        "LHLO",  "GET ",  "POST ", "NICK ", "SSH-",  "AUTH TLS", "AUTH SSL"};
    for (size_t i = 0; i < G_N_ELEMENTS(words); i++)
        if (ms_sniff_starts(line, words[i]))
            return true;
    return (line->length > 0 && line->text[0] == '*' && line->whole) ||
           ms_sniff_contains(line, " HTTP/1.");
}

static Role server_line(const MsSniffLine *line, bool first)
{
    static const char *const words[] = {"POP",        "maildrop", "mailbox",    "octets",
                                        "capability", "messages", "inbox",      "UIDL",
                                        "Dovecot",    "CAPA",     "signing off"};
    bool ok = ms_sniff_starts(line, "+OK");
    if (!ok && !ms_sniff_starts(line, "-ERR"))
        return ROLE_OTHER;
    size_t end = ok ? 3 : 4;
    if (line->length > end && line->text[end] != ' ' && line->text[end] != '\t')
        return ROLE_OTHER;
    for (size_t i = 0; i < G_N_ELEMENTS(words); i++)
        if (ms_sniff_contains(line, words[i]))
            return ROLE_SERVER;
    /* RFC 1939 7: the timestamp for APOP */
    if (first && ok && ms_sniff_contains(line, "<") && ms_sniff_contains(line, "@"))
        return ROLE_SERVER;
    return ROLE_MAYBE_SERVER;
}

/* Looks at the side's lines until one decides. */
static Role judge(const MsSniffSide *side, bool lenient, size_t most)
{
    if (side->length == 0)
        return ROLE_SILENT;
    uint8_t letter = side->data[0];
    if (side->from_start && letter != '+' && letter != '-' && !g_ascii_isalpha((char)letter))
        return ROLE_OTHER;
    MsSniffLine head = ms_sniff_line(side->data, side->length, 0);
    if (!ms_sniff_is_text(side->data, MIN(side->length, 64)) &&
        server_line(&head, false) == ROLE_OTHER && client_line(&head) == ROLE_OTHER)
        return ROLE_OTHER;
    Role best = ROLE_OPEN;
    for (size_t at = 0, lines = 0; at < side->length; lines++) {
        MsSniffLine line = ms_sniff_line(side->data, side->length, at);
        if (!line.whole && side->length < most && !side->ended && line.length < 512)
            break;
        at = line.next;
        if (is_foreign_client(&line))
            return best == ROLE_MAYBE_SERVER || best == ROLE_SERVER ? best : ROLE_OTHER;
        Role role = server_line(&line, lines == 0 && side->from_start);
        if (role == ROLE_OTHER && best != ROLE_MAYBE_SERVER)
            role = client_line(&line);
        if (role == ROLE_CLIENT || role == ROLE_SERVER)
            return role;
        if (role != ROLE_OTHER && best == ROLE_OPEN)
            best = role;
        /* The first line from the start must be in place; later ones may be a message. */
        bool slip = lenient && line.length > 0 && g_ascii_isalpha((char)line.text[0]);
        if (role == ROLE_OTHER && lines == 0 && side->from_start && !slip)
            return ROLE_OTHER;
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

/* Whether these roles make it POP3 with that server. */
static bool fits(const MsSniffTalk *talk, Role server, Role client, unsigned side)
{
    const MsSniffSide *one = &talk->side[side];
    if (is_client(server) || is_server(client) || server == ROLE_OTHER)
        return false;
    if (client == ROLE_OTHER)
        return server == ROLE_SERVER && one->from_start;
    if (server == ROLE_SERVER || (client == ROLE_CLIENT && server != ROLE_OPEN))
        return true;
    if (is_server(server) && is_client(client))
        return true;
    /* A server that speaks first (RFC 1939 4): Redis and its like wait for their clients. */
    if (server == ROLE_MAYBE_SERVER && client == ROLE_SILENT && one->from_start && talk->done)
        return true;
    bool port = ms_sniff_port(pop3_ports, G_N_ELEMENTS(pop3_ports), one->port);
    return talk->done && port && (is_server(server) || is_client(client));
}

MsSniffVerdict ms_sniff_pop3(const MsSniffTalk *talk, MsSniffResult *result)
{
    Role role[2];
    bool lenient = false;
    for (unsigned i = 0; i < 2; i++)
        lenient |= ms_sniff_port(pop3_ports, G_N_ELEMENTS(pop3_ports), talk->side[i].port);
    for (unsigned i = 0; i < 2; i++)
        role[i] = judge(&talk->side[i], lenient, talk->most);
    for (unsigned server = 0; server < 2; server++)
        if (fits(talk, role[server], role[!server], server)) {
            ms_sniff_found(result, &ms_pop3, server);
            return result->verdict;
        }
    bool astray = role[0] == ROLE_OTHER || role[1] == ROLE_OTHER;
    return talk->done || astray ? MS_SNIFF_NOT_MAIL : MS_SNIFF_MORE;
}
