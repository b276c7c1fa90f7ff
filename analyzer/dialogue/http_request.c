/* SPDX-License-Identifier: GPL-2.0-or-later
 * http_request.c - what a request says: method, target, host; for mail what it does, with the
 * mail posted or the message asked for, each value citing its encoded bytes. */
#include "../base/fold.h"
#include "http.h"

#include <glib.h>

#include <string.h>

enum { MOST_RECIPIENTS = 64 /* fields of one role that are said */ };

const MsRanges *ms_http_in_head(MsDialogue *http, MsSpan span)
{
    MsBytes bytes = ms_http_text_bytes(&http->side[MS_TO_SERVER].head);
    return ms_http_where(http, &bytes, (size_t)(span.data - bytes.data), span.length);
}

static MsHttpPending *pending(MsDialogue *http, int32_t exchange)
{
    for (uint32_t i = http->n_queue; i-- > 0;)
        if (http->queue[i].exchange == exchange)
            return &http->queue[i];
    return NULL;
}

static void await(MsDialogue *http, const MsHttpPending *entry)
{
    if (http->n_queue > 0 &&
        http->n_queue >= http->talk->limits->value[MS_LIMIT_PENDING_COMMANDS]) {
        memmove(http->queue, http->queue + 1, (http->n_queue - 1) * sizeof *http->queue);
        http->n_queue--;
        http->doubt = true;
    }
    if (http->n_queue == http->queue_slots) {
        http->queue_slots = http->queue_slots ? http->queue_slots * 2 : 2;
        http->queue = g_renew(MsHttpPending, http->queue, http->queue_slots);
    }
    http->queue[http->n_queue++] = *entry;
}

void ms_http_request_head(MsDialogue *http, const MsHttpHead *head)
{
    MsHttpSide *side = &http->side[MS_TO_SERVER];
    MsSpan type = head->field[MS_HTTP_TYPE];
    MsHttpPending entry = {.exchange = http->exchanges++,
                           .attempt = -1,
                           .message = -1,
                           .head = ms_span_is(head->method, "HEAD"),
                           .connect = ms_span_is(head->method, "CONNECT")};
    await(http, &entry);
    ms_speak_text(&http->say, MS_FIELD_HTTP_METHOD, MS_TO_SERVER, -1, entry.exchange,
                  ms_http_in_head(http, head->method), head->method.data, head->method.length);
    ms_speak_text(&http->say, MS_FIELD_HTTP_URL, MS_TO_SERVER, -1, entry.exchange,
                  ms_http_in_head(http, head->target), head->target.data, head->target.length);
    MsSpan host = head->field[MS_HTTP_HOST];
    if (host.data)
        ms_speak_text(&http->say, MS_FIELD_HTTP_HOST, MS_TO_SERVER, -1, entry.exchange,
                      ms_http_in_head(http, host), host.data, host.length);
    side->collect = type.length == 0 || ms_form_kind(type, NULL, 0) != MS_FORM_NONE ||
                    ms_span_has(type, "text/plain");
}

/* --- fields --- */

MsBytes ms_http_field_bytes(const MsHttpRequest *request, const MsFormField *field, size_t *at)
{
    const MsHttpSide *side = &request->http->side[MS_TO_SERVER];
    *at = field->at;
    if (field->source != MS_HTTP_IN_TARGET)
        return ms_http_text_bytes(&side->body);
    MsBytes bytes = ms_http_text_bytes(&side->head);
    *at += (size_t)(request->head->target.data - bytes.data);
    return bytes;
}

static const MsRanges *in_form(const MsHttpRequest *request, const MsFormField *field)
{
    size_t at;
    MsBytes bytes = ms_http_field_bytes(request, field, &at);
    if (field->source == MS_HTTP_IN_PACKED)
        return ms_http_where(request->http, &bytes, 0, bytes.length);
    return ms_http_where(request->http, &bytes, at, field->length);
}

void ms_http_show_field(const MsHttpRequest *request, const MsFormField *field, MsLineKind kind,
                        const char *what)
{
    MsDialogue *http = request->http;
    size_t at;
    MsBytes bytes = ms_http_field_bytes(request, field, &at);
    if (field->source == MS_HTTP_IN_PACKED)
        return;
    http->note.length = 0;
    ms_buffer_text(&http->note, what);
    if (field->encoded) {
        MsSpan value = ms_form_value(request->form, field);
        ms_buffer_text(&http->note, ": ");
        ms_buffer_append(&http->note, value.data, MIN(value.length, MS_HTTP_LINE));
    }
    ms_http_say_line(http, kind, MS_TO_SERVER, 0, &bytes, at, MIN(field->length, MS_HTTP_LINE),
                     &http->note);
}

/* The character set of the form: its field `_charset_` (HTML 4.10.22), or what Content-Type says;
 * only of one octet a character and in use. */
static char *form_charset(const MsHttpRequest *request)
{
    static const char *const known[] = {"iso-8859-", "windows-125", "koi8-"};
    MsSpan name = ms_http_parameter(request->head->field[MS_HTTP_TYPE], "charset");
    for (uint32_t i = 0; i < request->form->n_fields; i++)
        if (ms_span_is(ms_form_name(request->form, &request->form->fields[i]), "_charset_"))
            name = ms_form_value(request->form, &request->form->fields[i]);
    for (size_t i = 0; name.length < 16 && i < G_N_ELEMENTS(known); i++)
        if (ms_fold_starts(name.data, name.length, known[i])) {
            for (size_t at = 0; at < name.length; at++)
                if (!g_ascii_isalnum((char)name.data[at]) && name.data[at] != '-')
                    return NULL;
            return g_strndup((const char *)name.data, name.length);
        }
    return NULL;
}

/* The value in UTF-8, when the form says in which other character set it is; else NULL. */
static char *to_utf8(const MsHttpRequest *request, MsSpan value, size_t *length)
{
    if (value.length == 0 || g_utf8_validate((const char *)value.data, (gssize)value.length, NULL))
        return NULL;
    g_autofree char *charset = form_charset(request);
    return charset ? g_convert((const char *)value.data, (gssize)value.length, "UTF-8", charset,
                               NULL, length, NULL)
                   : NULL;
}

void ms_http_say_field(const MsHttpRequest *request, MsFieldId id, const MsFormField *field,
                       int32_t message, int32_t item)
{
    MsSpan value = ms_form_value(request->form, field);
    g_autofree char *text = to_utf8(request, value, &value.length);
    if (text)
        value.data = (const uint8_t *)text;
    ms_speak_text(&request->http->say, id, MS_TO_SERVER, message, item, in_form(request, field),
                  value.data, value.length);
}

/* --- mail --- */

static void say_mail(const MsHttpRequest *request, MsHttpPending *entry)
{
    static const struct {
        MsWebmailRole role;
        MsFieldId id;
        const char *what;
    } parts[] = {{MS_WEBMAIL_FROM, MS_FIELD_WEBMAIL_FROM, "from"},
                 {MS_WEBMAIL_TO, MS_FIELD_WEBMAIL_TO, "to"},
                 {MS_WEBMAIL_CC, MS_FIELD_WEBMAIL_CC, "cc"},
                 {MS_WEBMAIL_BCC, MS_FIELD_WEBMAIL_BCC, "bcc"},
                 {MS_WEBMAIL_SUBJECT, MS_FIELD_WEBMAIL_SUBJECT, "subject"},
                 {MS_WEBMAIL_TEXT, MS_FIELD_WEBMAIL_TEXT, "text"}};
    entry->message = request->http->messages++;
    for (size_t i = 0; i < G_N_ELEMENTS(parts); i++) {
        for (unsigned nth = 0; nth < MOST_RECIPIENTS; nth++) {
            const MsFormField *field = ms_webmail_field(request->form, parts[i].role, nth);
            if (!field)
                break;
            if (field->value_length == 0)
                continue;
            ms_http_say_field(request, parts[i].id, field, entry->message, -1);
            ms_http_show_field(request, field, MS_LINE_COMMAND, parts[i].what);
        }
    }
}

/* Which message, in which folder. */
static void say_target(const MsHttpRequest *request, int32_t exchange)
{
    const MsFormField *uid = ms_webmail_field(request->form, MS_WEBMAIL_UID, 0);
    const MsFormField *folder = ms_webmail_field(request->form, MS_WEBMAIL_FOLDER, 0);
    if (uid && uid->value_length > 0)
        ms_http_say_field(request, MS_FIELD_WEBMAIL_UID, uid, -1, exchange);
    if (folder && folder->value_length > 0)
        ms_http_say_field(request, MS_FIELD_WEBMAIL_FOLDER, folder, -1, exchange);
}

static void say_files(const MsHttpRequest *request, int32_t exchange)
{
    for (uint32_t i = 0; i < request->form->n_fields; i++)
        if (request->form->fields[i].file && request->form->fields[i].value_length > 0)
            ms_http_say_field(request, MS_FIELD_WEBMAIL_FILE, &request->form->fields[i], -1,
                              exchange);
}

/* --- the request as a whole --- */

/* Reads query and body into the form; returns what the body is. */
static MsFormKind read_form(MsDialogue *http, const MsHttpHead *head, bool whole)
{
    const MsHttpText *body = &http->side[MS_TO_SERVER].body;
    MsSpan packed = {body->text.data, body->text.length};
    MsSpan plain = packed;
    MsSpan coding = head->field[MS_HTTP_CODING];
    bool is_packed = coding.length > 0 && !ms_span_is(coding, "identity") && packed.length > 0;
    bool cut = false;
    whole = whole && !body->lacking;
    ms_form_reset(&http->form);
    ms_form_query(&http->form, head->target, MS_HTTP_IN_TARGET);
    if (is_packed) {
        http->plain.length = 0;
        size_t cap = (size_t)http->talk->limits->value[MS_LIMIT_HTTP_BODY];
        if (!ms_http_inflate(coding, packed, cap, &http->plain, &cut))
            return MS_FORM_NONE;
        plain = (MsSpan){http->plain.data, http->plain.length};
    }
    if (cut ||
        (body->lacking && body->text.length >= http->talk->limits->value[MS_LIMIT_HTTP_BODY])) {
        MsBytes bytes = ms_http_text_bytes(body);
        ms_http_odd(http, MS_ODDITY_LIMIT, MS_TO_SERVER, ms_http_where(http, &bytes, 0, 1),
                    body->total, "http-body-bytes reached: the rest of a body is left out");
    }
    MsFormKind kind = ms_form_kind(head->field[MS_HTTP_TYPE], plain.data, plain.length);
    if (plain.length == 0)
        return MS_FORM_NONE;
    ms_form_read(&http->form, kind, ms_http_parameter(head->field[MS_HTTP_TYPE], "boundary"),
                 plain.data, plain.length, whole && !cut,
                 is_packed ? MS_HTTP_IN_PACKED : MS_HTTP_IN_BODY);
    return kind;
}

static void show_request(const MsHttpRequest *request, const MsWebmailVerdict *verdict)
{
    MsDialogue *http = request->http;
    MsBytes bytes = ms_http_text_bytes(&http->side[MS_TO_SERVER].head);
    MsSpan start = request->head->start;
    http->note.length = 0;
    ms_buffer_text(&http->note, ms_webmail_action_name(verdict->action));
    ms_http_say_line(http, MS_LINE_COMMAND, MS_TO_SERVER, 0, &bytes,
                     (size_t)(start.data - bytes.data), start.length, &http->note);
}

static void say_action(const MsHttpRequest *request, const MsWebmailVerdict *verdict)
{
    MsDialogue *http = request->http;
    const char *name = ms_webmail_action_name(verdict->action);
    if (verdict->action == MS_WEBMAIL_NONE)
        return;
    const MsRanges *where = ms_http_in_head(http, request->head->start);
    ms_speak_text(&http->say, MS_FIELD_HTTP_ACTION, MS_TO_SERVER, -1, request->exchange, where,
                  name, strlen(name));
    if (!verdict->system || http->system_said)
        return;
    http->system_said = true;
    ms_speak_text(&http->say, MS_FIELD_HTTP_SYSTEM, MS_TO_SERVER, -1, -1, where, verdict->system,
                  strlen(verdict->system));
}

void ms_http_request_end(MsDialogue *http, bool whole)
{
    const MsBuffer *text = &http->side[MS_TO_SERVER].head.text;
    int32_t exchange = http->exchanges - 1;
    MsHttpHead head;
    MsHttpPending gone = {.exchange = exchange, .attempt = -1, .message = -1};
    MsHttpPending *entry = pending(http, exchange);
    if (!ms_http_head_read(text->data, text->length, &head))
        return;
    if (!entry)
        entry = &gone; /* it was answered before it was whole */
    MsFormKind kind = read_form(http, &head, whole);
    const MsWebmailRequest web = {.method = head.method,
                                  .target = head.target,
                                  .host = head.field[MS_HTTP_HOST],
                                  .referer = head.field[MS_HTTP_REFERER],
                                  .cookie = head.field[MS_HTTP_COOKIE],
                                  .has_body_form = kind != MS_FORM_NONE,
                                  .form = &http->form};
    MsWebmailVerdict verdict = ms_webmail_judge(&web);
    const MsHttpRequest request = {http, &head, &http->form, exchange};
    entry->action = (uint8_t)verdict.action;
    entry->whole = whole;
    entry->json = kind == MS_FORM_JSON;
    ms_ranges_reset(&http->last);
    ms_ranges_join(&http->last, ms_http_in_head(http, head.start), 4);
    show_request(&request, &verdict);
    say_action(&request, &verdict);
    if (verdict.action == MS_WEBMAIL_LOGIN)
        ms_http_say_login(&request, entry);
    if (verdict.action == MS_WEBMAIL_SEND || verdict.action == MS_WEBMAIL_DRAFT)
        say_mail(&request, entry);
    else if (verdict.action != MS_WEBMAIL_NONE && verdict.action != MS_WEBMAIL_LOGIN)
        say_target(&request, exchange);
    say_files(&request, exchange);
    ms_http_say_authorization(&request, entry);
    ms_http_say_cookies(http, MS_TO_SERVER);
    if (entry == &gone && gone.attempt >= 0)
        ms_speak_text(&http->say, MS_FIELD_AUTH_OUTCOME, MS_TO_CLIENT, -1, gone.attempt, NULL,
                      "unknown", 7);
    if (entry == &gone && gone.message >= 0)
        ms_speak_text(&http->say, MS_FIELD_MESSAGE_OUTCOME, MS_TO_CLIENT, gone.message, -1, NULL,
                      "unknown", 7);
}
