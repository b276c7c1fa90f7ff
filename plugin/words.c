/* SPDX-License-Identifier: GPL-2.0-or-later
 * words.c - texts for the tree, the columns and the tables. */
#include "words.h"

#include "base/escape.h"
#include "fact/explain.h"
#include "fact/replies.h"
#include "state.h"

#include <string.h>

const char *ms_words_text(wmem_allocator_t *pool, const char *text, size_t length)
{
    const uint8_t *data = (const uint8_t *)text;
    wmem_strbuf_t *out = wmem_strbuf_new(pool, "");
    for (size_t at = 0; at < length;) {
        size_t run = ms_utf8_length(data + at, length - at);
        if (data[at] == 0)
            wmem_strbuf_append(out, "\xe2\x90\x80"); /* U+2400 */
        else if (run == 0)
            wmem_strbuf_append(out, "\xef\xbf\xbd"); /* U+FFFD */
        else
            wmem_strbuf_append_len(out, text + at, run);
        at += MAX(run, (size_t)1);
    }
    return wmem_strbuf_get_str(out);
}

const char *ms_words_fact(wmem_allocator_t *pool, const MsFact *fact)
{
    if (ms_state.preferences.show_secrets)
        return ms_words_text(pool, fact->text, fact->text_length);
    MsBuffer out = {0};
    ms_redact_fact(ms_state.redactor, fact, &out);
    const char *text = ms_words_text(pool, (const char *)out.data, out.length);
    ms_buffer_clear(&out);
    return text;
}

const char *ms_words_value(wmem_allocator_t *pool, const MsStoreSession *session, MsFieldId field)
{
    const MsFact *fact = ms_store_value(session, field);
    return fact ? ms_words_fact(pool, fact) : "";
}

bool ms_words_is_ipv6(const MsFact *fact)
{
    return fact->text_length > 0 && memchr(fact->text, ':', fact->text_length);
}

const char *ms_words_end(wmem_allocator_t *pool, const MsStoreSession *session,
                         MsDirection direction)
{
    bool client = direction == MS_TO_SERVER;
    const MsFact *address =
        ms_store_value(session, client ? MS_FIELD_SESSION_CLIENT : MS_FIELD_SESSION_SERVER);
    const MsFact *port = ms_store_value(session, client ? MS_FIELD_SESSION_CLIENT_PORT
                                                        : MS_FIELD_SESSION_SERVER_PORT);
    const char *text = address ? ms_words_text(pool, address->text, address->text_length) : "?";
    bool bracket = address && ms_words_is_ipv6(address);
    return wmem_strdup_printf(pool, bracket ? "[%s]:%d" : "%s:%d", text,
                              port ? (int)port->number : 0);
}

const char *ms_words_session(wmem_allocator_t *pool, const MsStoreSession *session)
{
    wmem_strbuf_t *out = wmem_strbuf_new(pool, ms_words_end(pool, session, MS_TO_SERVER));
    wmem_strbuf_append(out, " \xe2\x86\x92 "); /* an arrow */
    wmem_strbuf_append(out, ms_words_end(pool, session, MS_TO_CLIENT));
    const struct {
        const char *before;
        MsFieldId field;
    } parts[] = {{", ", MS_FIELD_SESSION_PROTOCOL},
                 {", user ", MS_FIELD_AUTH_USERNAME},
                 {", login: ", MS_FIELD_AUTH_OUTCOME},
                 {", end: ", MS_FIELD_SESSION_END}};
    for (size_t i = 0; i < G_N_ELEMENTS(parts); i++) {
        const char *text = ms_words_value(pool, session, parts[i].field);
        if (parts[i].field == MS_FIELD_SESSION_END && session->messages > 0)
            wmem_strbuf_append_printf(out, ", %u message%s of %" G_GUINT64_FORMAT " bytes",
                                      session->messages, session->messages > 1 ? "s" : "",
                                      session->message_bytes);
        if (*text)
            wmem_strbuf_append_printf(out, "%s%s", parts[i].before, text);
        if (i == 0 && session->decrypted)
            wmem_strbuf_append(out, " (decrypted)");
    }
    return wmem_strbuf_get_str(out);
}

static bool is_reply_code(unsigned field)
{
    switch (field) {
    case MS_FIELD_AUTH_REPLY_CODE:
    case MS_FIELD_SMTP_FINAL_REPLY:
    case MS_FIELD_SMTP_GREETING_CODE:
    case MS_FIELD_SMTP_MAIL_REPLY:
    case MS_FIELD_SMTP_QUIT_CODE:
    case MS_FIELD_SMTP_RCPT_REPLY:
    case MS_FIELD_SMTP_REPLY_CODE:
        return true;
    default:
        return false;
    }
}

static bool is_http(wmem_allocator_t *pool, const MsStoreSession *session, const MsFact *fact)
{
    return fact->field == MS_FIELD_HTTP_STATUS ||
           (fact->field == MS_FIELD_AUTH_REPLY_CODE &&
            strcmp(ms_words_value(pool, session, MS_FIELD_SESSION_PROTOCOL), "http") == 0);
}

/* What is said of a word, or of an HTTP status, in the tables of words. */
static const MsTerm *term_of(wmem_allocator_t *pool, const MsStoreSession *session,
                             const MsFact *fact)
{
    if (is_http(pool, session, fact)) {
        const char *name = wmem_strdup_printf(pool, "%u", (unsigned)fact->number);
        return ms_term_find(MS_TERM_HTTP, name, strlen(name));
    }
    switch (fact->field) {
    case MS_FIELD_POP3_STATUS:
    case MS_FIELD_POP3_GREETING_STATUS:
        return ms_term_find(MS_TERM_POP3_REPLY, fact->text, fact->text_length);
    case MS_FIELD_IMAP_STATUS:
    case MS_FIELD_IMAP_GREETING_STATUS:
        return ms_term_find(MS_TERM_IMAP_RESPONSE, fact->text, fact->text_length);
    default:
        return NULL;
    }
}

const char *ms_words_meaning(wmem_allocator_t *pool, const MsStoreSession *session,
                             const MsFact *fact)
{
    const char *rfc = NULL;
    const char *words = NULL;
    const MsTerm *term = term_of(pool, session, fact);
    if (term)
        return wmem_strdup_printf(pool, "%s (RFC %s)", term->text, term->rfc);
    if (is_reply_code(fact->field) && !is_http(pool, session, fact))
        words = ms_reply_words((unsigned)fact->number, &rfc);
    else if (fact->field == MS_FIELD_SMTP_ENHANCED_CODE)
        words = ms_enhanced_words(fact->text, fact->text_length, &rfc);
    if (!words)
        return NULL;
    return rfc && *rfc ? wmem_strdup_printf(pool, "%s (RFC %s)", words, rfc) : words;
}
