/* SPDX-License-Identifier: GPL-2.0-or-later
 * http_request.c - what a request says: method, target, host; for mail what it does, with the
 * login, the mail posted or the message asked for, each value citing its encoded bytes. */
#include "../base/codec.h"
#include "../base/find.h"
#include "http.h"

#include <glib.h>

#include <string.h>

enum {
    IN_TARGET,           /* sources of form fields: the target ... */
    IN_BODY,             /* ... the body as sent */
    IN_PACKED,           /* ... a body that was compressed: all of it is cited */
    LINE_BYTES = 512,    /* of a value that becomes a dialogue line */
    MOST_RECIPIENTS = 64 /* fields of one role that are said */
};

static MsBytes head_bytes(const MsDialogue *http)
{
    return ms_http_text_bytes(&http->side[MS_TO_SERVER].head);
}

/* Where a span of the head stands. */
static const MsRanges *in_head(MsDialogue *http, MsSpan span)
{
    MsBytes bytes = head_bytes(http);
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
    if (http->n_queue >= http->talk->limits->value[MS_LIMIT_PENDING_COMMANDS]) {
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
    ms_http_say_text(http, MS_FIELD_HTTP_METHOD, MS_TO_SERVER, -1, entry.exchange,
                     in_head(http, head->method), head->method.data, head->method.length);
    ms_http_say_text(http, MS_FIELD_HTTP_URL, MS_TO_SERVER, -1, entry.exchange,
                     in_head(http, head->target), head->target.data, head->target.length);
    MsSpan host = head->field[MS_HTTP_HOST];
    if (host.data)
        ms_http_say_text(http, MS_FIELD_HTTP_HOST, MS_TO_SERVER, -1, entry.exchange,
                         in_head(http, host), host.data, host.length);
    side->collect = type.length == 0 || ms_form_kind(type, NULL, 0) != MS_FORM_NONE ||
                    ms_span_has(type, "text/plain");
}

/* --- fields --- */

typedef struct {
    MsDialogue *http;
    const MsHttpHead *head;
    const MsForm *form;
    int32_t exchange;
} Request;

static const MsRanges *in_form(const Request *request, const MsFormField *field)
{
    MsDialogue *http = request->http;
    if (field->source == IN_TARGET) {
        MsBytes bytes = head_bytes(http);
        size_t target = (size_t)(request->head->target.data - bytes.data);
        return ms_http_where(http, &bytes, target + field->at, field->length);
    }
    MsBytes body = ms_http_text_bytes(&http->side[MS_TO_SERVER].body);
    if (field->source == IN_PACKED)
        return ms_http_where(http, &body, 0, body.length);
    return ms_http_where(http, &body, field->at, field->length);
}

/* A dialogue line that shows the value as sent, and in words what it is. */
static void show_field(const Request *request, const MsFormField *field, MsLineKind kind,
                       const char *what)
{
    MsDialogue *http = request->http;
    MsBytes bytes = field->source == IN_TARGET ? head_bytes(http)
                                               : ms_http_text_bytes(&http->side[MS_TO_SERVER].body);
    size_t at = field->at;
    if (field->source == IN_TARGET)
        at += (size_t)(request->head->target.data - bytes.data);
    if (field->source == IN_PACKED)
        return;
    http->note.length = 0;
    ms_buffer_text(&http->note, what);
    if (field->encoded) {
        MsSpan value = ms_form_value(request->form, field);
        ms_buffer_text(&http->note, ": ");
        ms_buffer_append(&http->note, value.data, MIN(value.length, LINE_BYTES));
    }
    ms_http_say_line(http, kind, MS_TO_SERVER, 0, &bytes, at, MIN(field->length, LINE_BYTES),
                     &http->note);
}

static void say_field(const Request *request, MsFieldId id, const MsFormField *field,
                      int32_t message, int32_t item)
{
    MsSpan value = ms_form_value(request->form, field);
    ms_http_say_text(request->http, id, MS_TO_SERVER, message, item, in_form(request, field),
                     value.data, value.length);
}

/* --- logins --- */

static void say_login(const Request *request, MsHttpPending *entry)
{
    MsDialogue *http = request->http;
    const MsFormField *user = ms_webmail_field(request->form, MS_WEBMAIL_USER, 0);
    const MsFormField *password = ms_webmail_field(request->form, MS_WEBMAIL_PASSWORD, 0);
    const char *mechanism = entry->json ? "JSON" : "FORM";
    int32_t attempt = http->attempts++;
    if (!entry->basic)
        entry->attempt = attempt;
    ms_http_say_text(http, MS_FIELD_AUTH_MECHANISM, MS_TO_SERVER, -1, attempt,
                     in_head(http, request->head->start), mechanism, strlen(mechanism));
    const MsFormField *fields[] = {user, password};
    for (size_t i = 0; i < G_N_ELEMENTS(fields); i++) {
        if (!fields[i])
            continue;
        if (fields[i]->encoded && fields[i]->source != IN_PACKED) {
            MsBytes bytes = fields[i]->source == IN_TARGET
                                ? head_bytes(http)
                                : ms_http_text_bytes(&http->side[MS_TO_SERVER].body);
            size_t at = fields[i]->at;
            if (fields[i]->source == IN_TARGET)
                at += (size_t)(request->head->target.data - bytes.data);
            ms_http_say_text(http, MS_FIELD_AUTH_ENCODED, MS_TO_SERVER, -1, attempt,
                             in_form(request, fields[i]), bytes.data + at, fields[i]->length);
        }
        say_field(request, i ? MS_FIELD_AUTH_PASSWORD : MS_FIELD_AUTH_USERNAME, fields[i], -1,
                  attempt);
        show_field(request, fields[i], MS_LINE_AUTH, i ? "password" : "user name");
    }
}

static uint64_t hash(MsSpan text)
{
    uint64_t sum = 14695981039346656037u; /* FNV-1a: repeats are recognised, nothing is secured */
    for (size_t i = 0; i < text.length; i++)
        sum = (sum ^ text.data[i]) * 1099511628211u;
    return sum | 1;
}

/* Authorization: Basic (RFC 7617 2); sent with every request, said when it is new. */
static void say_basic(const Request *request, MsHttpPending *entry)
{
    MsDialogue *http = request->http;
    MsSpan value = request->head->field[MS_HTTP_AUTHORIZATION];
    if (value.length <= 6 || !ms_span_is((MsSpan){value.data, 6}, "Basic ") ||
        hash(value) == http->basic || entry->attempt >= 0)
        return;
    http->basic = hash(value);
    MsSpan token = {value.data + 6, value.length - 6};
    int32_t attempt = http->attempts++;
    entry->attempt = attempt;
    entry->basic = true;
    ms_http_say_text(http, MS_FIELD_AUTH_MECHANISM, MS_TO_SERVER, -1, attempt,
                     in_head(http, (MsSpan){value.data, 5}), "BASIC", 5);
    ms_http_say_text(http, MS_FIELD_AUTH_ENCODED, MS_TO_SERVER, -1, attempt, in_head(http, token),
                     token.data, token.length);
    http->plain.length = 0;
    size_t bad;
    MsBase64Result result = ms_base64_decode(token.data, token.length, &http->plain, &bad);
    const uint8_t *colon = ms_find_byte(http->plain.data, ':', http->plain.length);
    http->note.length = 0;
    if (result != MS_BASE64_OK || !colon) {
        const char *problem = result != MS_BASE64_OK ? ms_base64_error(result) : "no colon in it";
        ms_http_say_text(http, MS_FIELD_AUTH_PROBLEM, MS_TO_SERVER, -1, attempt,
                         in_head(http, token), problem, strlen(problem));
    } else {
        size_t user = (size_t)(colon - http->plain.data);
        ms_http_say_text(http, MS_FIELD_AUTH_USERNAME, MS_TO_SERVER, -1, attempt,
                         in_head(http, token), http->plain.data, user);
        ms_http_say_text(http, MS_FIELD_AUTH_PASSWORD, MS_TO_SERVER, -1, attempt,
                         in_head(http, token), colon + 1, http->plain.length - user - 1);
        ms_buffer_text(&http->note, "user name and password: ");
        ms_buffer_append(&http->note, http->plain.data, MIN(http->plain.length, LINE_BYTES));
    }
    MsBytes bytes = head_bytes(http);
    ms_http_say_line(http, MS_LINE_AUTH, MS_TO_SERVER, 0, &bytes, (size_t)(value.data - bytes.data),
                     MIN(value.length, LINE_BYTES), &http->note);
}

/* --- mail --- */

static void say_mail(const Request *request, MsHttpPending *entry)
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
            say_field(request, parts[i].id, field, entry->message, -1);
            show_field(request, field, MS_LINE_COMMAND, parts[i].what);
        }
    }
}

/* Which message, in which folder. */
static void say_target(const Request *request, int32_t exchange)
{
    const MsFormField *uid = ms_webmail_field(request->form, MS_WEBMAIL_UID, 0);
    const MsFormField *folder = ms_webmail_field(request->form, MS_WEBMAIL_FOLDER, 0);
    if (uid && uid->value_length > 0)
        say_field(request, MS_FIELD_WEBMAIL_UID, uid, -1, exchange);
    if (folder && folder->value_length > 0)
        say_field(request, MS_FIELD_WEBMAIL_FOLDER, folder, -1, exchange);
}

static void say_files(const Request *request, int32_t exchange)
{
    for (uint32_t i = 0; i < request->form->n_fields; i++)
        if (request->form->fields[i].file && request->form->fields[i].value_length > 0)
            say_field(request, MS_FIELD_WEBMAIL_FILE, &request->form->fields[i], -1, exchange);
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
    ms_form_query(&http->form, head->target, IN_TARGET);
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
                 plain.data, plain.length, whole && !cut, is_packed ? IN_PACKED : IN_BODY);
    return kind;
}

static void show_request(const Request *request, const MsWebmailVerdict *verdict)
{
    MsDialogue *http = request->http;
    MsBytes bytes = head_bytes(http);
    MsSpan start = request->head->start;
    http->note.length = 0;
    ms_buffer_text(&http->note, ms_webmail_action_name(verdict->action));
    ms_http_say_line(http, MS_LINE_COMMAND, MS_TO_SERVER, 0, &bytes,
                     (size_t)(start.data - bytes.data), start.length, &http->note);
}

static void say_action(const Request *request, const MsWebmailVerdict *verdict)
{
    MsDialogue *http = request->http;
    const char *name = ms_webmail_action_name(verdict->action);
    if (verdict->action == MS_WEBMAIL_NONE)
        return;
    const MsRanges *where = in_head(http, request->head->start);
    ms_http_say_text(http, MS_FIELD_HTTP_ACTION, MS_TO_SERVER, -1, request->exchange, where, name,
                     strlen(name));
    if (!verdict->system || http->system_said)
        return;
    http->system_said = true;
    ms_http_say_text(http, MS_FIELD_HTTP_SYSTEM, MS_TO_SERVER, -1, -1, where, verdict->system,
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
    const Request request = {http, &head, &http->form, exchange};
    entry->action = (uint8_t)verdict.action;
    entry->whole = whole;
    entry->json = kind == MS_FORM_JSON;
    ms_ranges_reset(&http->last);
    ms_ranges_join(&http->last, in_head(http, head.start), 4);
    show_request(&request, &verdict);
    say_action(&request, &verdict);
    if (verdict.action == MS_WEBMAIL_LOGIN)
        say_login(&request, entry);
    if (verdict.action == MS_WEBMAIL_SEND || verdict.action == MS_WEBMAIL_DRAFT)
        say_mail(&request, entry);
    else if (verdict.action != MS_WEBMAIL_NONE && verdict.action != MS_WEBMAIL_LOGIN)
        say_target(&request, exchange);
    say_files(&request, exchange);
    say_basic(&request, entry);
    if (entry == &gone && gone.attempt >= 0)
        ms_http_say_text(http, MS_FIELD_AUTH_OUTCOME, MS_TO_CLIENT, -1, gone.attempt, NULL,
                         "unknown", 7);
    if (entry == &gone && gone.message >= 0)
        ms_http_say_text(http, MS_FIELD_MESSAGE_OUTCOME, MS_TO_CLIENT, gone.message, -1, NULL,
                         "unknown", 7);
}
