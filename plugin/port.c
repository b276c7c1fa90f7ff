/* SPDX-License-Identifier: GPL-2.0-or-later
 * port.c - a heuristic that knows a mail server by its first words. Wireshark's dissectors tell the
 * direction by the port they are registered for, so they are called with the server's port in its
 * place. The conversation's dissector is set for its whole life and on the first pass only: set
 * later, or again, it would hide the TLS dissector that STARTTLS puts there. */
#include "port.h"

#include "state.h"

#include <epan/conversation.h>

#include <string.h>

enum { N_PROTOCOLS = 3, MOST_WORDS = 512 };

static const char *const names[N_PROTOCOLS] = {"smtp", "pop", "imap"};

static struct {
    int protocol;
    dissector_handle_t known[N_PROTOCOLS]; /* Wireshark's */
    dissector_handle_t ours;
} port;

/* What is known of a conversation. */
typedef struct {
    unsigned index; /* of its protocol */
    uint32_t server_port;
} Mail;

static const Mail *mail_of(packet_info *pinfo)
{
    const conversation_t *conversation = find_conversation_pinfo(pinfo, 0);
    return conversation ? conversation_get_proto_data(conversation, port.protocol) : NULL;
}

static int call(const Mail *mail, tvbuff_t *tvb, packet_info *pinfo, proto_tree *tree)
{
    uint32_t matched = pinfo->match_uint;
    pinfo->match_uint = mail->server_port;
    int length = call_dissector(port.known[mail->index], tvb, pinfo, tree);
    pinfo->match_uint = matched;
    return length;
}

/* Called for conversations that are known as mail. */
static int dissect(tvbuff_t *tvb, packet_info *pinfo, proto_tree *tree, void *data)
{
    (void)data;
    const Mail *mail = mail_of(pinfo);
    return mail ? call(mail, tvb, pinfo, tree) : 0;
}

static bool contains(const char *text, size_t length, const char *word)
{
    return g_strstr_len(text, (gssize)length, word) != NULL;
}

/* A server's first words; N_PROTOCOLS: of no mail server. RFC 5321 4.3.1, 1939 4, 9051 7.1. */
static unsigned spoken(tvbuff_t *tvb)
{
    size_t length = MIN(tvb_captured_length(tvb), (guint)MOST_WORDS);
    if (length < 5)
        return N_PROTOCOLS;
    const char *text = (const char *)tvb_get_ptr(tvb, 0, (int)length);
    const char *end = memchr(text, '\n', length);
    if (end)
        length = (size_t)(end - text);
    bool reply = memcmp(text, "220 ", 4) == 0 || memcmp(text, "220-", 4) == 0;
    if (reply && (contains(text, length, "SMTP") || contains(text, length, "LMTP")))
        return 0;
    if (memcmp(text, "+OK ", 4) == 0 &&
        (contains(text, length, "POP") || contains(text, length, "ready")))
        return 1;
    if (memcmp(text, "* OK ", 5) == 0 &&
        (contains(text, length, "IMAP") || contains(text, length, "ready")))
        return 2;
    return N_PROTOCOLS;
}

static MsWsBool heuristic(tvbuff_t *tvb, packet_info *pinfo, proto_tree *tree, void *data)
{
    (void)data;
    if (!ms_state.preferences.odd_ports)
        return false;
    unsigned index = spoken(tvb);
    if (index == N_PROTOCOLS || !port.known[index])
        return false;
    conversation_t *conversation = find_or_create_conversation(pinfo);
    Mail *mail = wmem_new(wmem_file_scope(), Mail);
    *mail = (Mail){.index = index, .server_port = pinfo->srcport};
    conversation_add_proto_data(conversation, port.protocol, mail);
    if (!PINFO_FD_VISITED(pinfo))
        conversation_set_dissector(conversation, port.ours);
    return call(mail, tvb, pinfo, tree) > 0;
}

void ms_port_register(int protocol)
{
    port.protocol = protocol;
    for (unsigned i = 0; i < N_PROTOCOLS; i++)
        port.known[i] = find_dissector(names[i]);
    port.ours = create_dissector_handle(dissect, protocol);
    heur_dissector_add("tcp", heuristic, "Mail on other ports", "mailscope_tcp", protocol,
                       HEURISTIC_ENABLE);
}
