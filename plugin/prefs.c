/* SPDX-License-Identifier: GPL-2.0-or-later
 * prefs.c - Edit > Preferences > Protocols > Mailscope. A change reads the capture again. */
#include "state.h"

#include <epan/prefs.h>

#include <string.h>

static void add_bool(module_t *module, const char *name, const char *title, const char *words,
                     MsWsBool *value, bool initial)
{
    *value = initial;
    prefs_register_bool_preference(module, name, title, words, value);
}

void ms_preferences_register(int protocol)
{
    MsPreferences *chosen = &ms_state.preferences;
    module_t *module = prefs_register_protocol(protocol, NULL);
    add_bool(module, "show_secrets", "Show passwords and other secrets",
             "Passwords, tokens and what was computed from them are shown as they were sent; "
             "otherwise they are masked wherever Mailscope shows them. The bytes and the trees of "
             "other protocols stay as they are.",
             &chosen->show_secrets, true);
    add_bool(module, "info_column", "Add to the Info column",
             "User names, outcomes of logins and subjects stand at the end of the Info column.",
             &chosen->info_column, true);
    add_bool(module, "odd_ports", "Find mail on other ports",
             "Wireshark's own SMTP, POP and IMAP dissectors read connections on other ports too, "
             "when the first words of the server are those of mail. Needed to decrypt STARTTLS "
             "there. Mailscope itself finds mail on any port.",
             &chosen->odd_ports, true);
    add_bool(module, "parts", "Read the parts of messages",
             "Texts, attachments, their kinds and hashes, and what headers say when they are "
             "decoded. Every message is then kept whole while it is read, which takes time and "
             "memory.",
             &chosen->parts, false);
    add_bool(module, "smtp", "Show SMTP and LMTP", "Sessions of SMTP and LMTP are shown.",
             &chosen->smtp, true);
    add_bool(module, "pop", "Show POP3", "Sessions of POP3 are shown.", &chosen->pop, true);
    add_bool(module, "imap", "Show IMAP", "Sessions of IMAP are shown.", &chosen->imap, true);
    add_bool(module, "http", "Show webmail", "Logins and mails over HTTP are shown.", &chosen->http,
             true);
    add_bool(module, "tls", "Show encrypted mail", "Mail encrypted from the first byte is shown.",
             &chosen->tls, true);
    chosen->store_megabytes = 1024;
    prefs_register_uint_preference(
        module, "store_megabytes", "Most memory for facts (MB)",
        "What is found beyond it is left out; an expert item says so. In units of 1,048,576 bytes.",
        10, &chosen->store_megabytes);
}

bool ms_state_wants(uint32_t number)
{
    const MsPreferences *chosen = &ms_state.preferences;
    const MsStoreSession *session = ms_store_session(ms_state.store, number);
    const MsFact *protocol = session ? ms_store_value(session, MS_FIELD_SESSION_PROTOCOL) : NULL;
    if (!protocol)
        return true;
    const struct {
        const char *name;
        MsWsBool wanted;
    } known[] = {{"smtp", chosen->smtp}, {"lmtp", chosen->smtp}, {"pop", chosen->pop},
                 {"pop3", chosen->pop},  {"imap", chosen->imap}, {"http", chosen->http},
                 {"tls", chosen->tls}};
    for (size_t i = 0; i < G_N_ELEMENTS(known); i++)
        if (protocol->text_length == strlen(known[i].name) &&
            memcmp(protocol->text, known[i].name, protocol->text_length) == 0)
            return known[i].wanted;
    return true;
}
