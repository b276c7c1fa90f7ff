/* SPDX-License-Identifier: GPL-2.0-or-later
 * http_response.c - what a response says: its status, where it leads, and whether the login or mail
 * it answers went well, as the rules of webmail.def tell it. */
#include "http.h"

#include <glib.h>

#include <string.h>

enum { ANSWER_CAP = 65536 /* bytes of a body, decompressed, that are looked at */ };

static MsBytes head_bytes(const MsDialogue *http)
{
    return ms_http_text_bytes(&http->side[MS_TO_CLIENT].head);
}

static const MsRanges *in_head(MsDialogue *http, MsSpan span)
{
    MsBytes bytes = head_bytes(http);
    return ms_http_where(http, &bytes, (size_t)(span.data - bytes.data), span.length);
}

/* Takes the request that the response answers out of the queue (RFC 9112 9.3.2: in order). */
static MsHttpPending take(MsDialogue *http, const MsHttpHead *head)
{
    if (http->n_queue == 0) {
        if (!http->doubt)
            ms_http_odd(http, MS_ODDITY_UNMATCHED_REPLY, MS_TO_CLIENT, in_head(http, head->start),
                        0, "no request that it answers is in the capture");
        return (MsHttpPending){.exchange = http->exchanges++, .attempt = -1, .message = -1};
    }
    /* Browsers do not pipeline: after a hole the last request is the one that is answered. */
    uint32_t index = http->doubt ? http->n_queue - 1 : 0;
    MsHttpPending entry = http->queue[index];
    http->n_queue -= index + 1;
    memmove(http->queue, http->queue + index + 1, http->n_queue * sizeof *http->queue);
    http->doubt = false;
    return entry;
}

static void show(MsDialogue *http, const MsHttpHead *head)
{
    MsBytes bytes = head_bytes(http);
    MsSpan place = head->field[MS_HTTP_LOCATION];
    http->note.length = 0;
    if (place.length > 0) {
        ms_buffer_text(&http->note, "to ");
        ms_buffer_append(&http->note, place.data, MIN(place.length, 256));
    }
    ms_http_say_line(http, MS_LINE_REPLY, MS_TO_CLIENT, 0, &bytes,
                     (size_t)(head->start.data - bytes.data), head->start.length, &http->note);
}

void ms_http_response_head(MsDialogue *http, const MsHttpHead *head)
{
    show(http, head);
    http->answered = head->status / 100 != 1 || head->status == 101;
    http->current = (MsHttpPending){.exchange = -1, .attempt = -1, .message = -1};
    if (!http->answered)
        return; /* RFC 9110 15.2: the final one comes behind it */
    http->current = take(http, head);
    http->status = head->status;
    MsSpan place = head->field[MS_HTTP_LOCATION];
    ms_ranges_reset(&http->status_at);
    ms_ranges_join(&http->status_at, in_head(http, head->status_at), 4);
    ms_http_say_number(http, MS_FIELD_HTTP_STATUS, MS_TO_CLIENT, http->current.exchange,
                       &http->status_at, head->status);
    if (place.length > 0)
        ms_speak_text(&http->say, MS_FIELD_HTTP_LOCATION, MS_TO_CLIENT, -1, http->current.exchange,
                      in_head(http, place), place.data, place.length);
    ms_http_say_cookies(http, MS_TO_CLIENT);
    http->side[MS_TO_CLIENT].collect =
        http->current.action == MS_WEBMAIL_LOGIN || http->current.message >= 0;
}

/* By the words of the body. */
static MsWebmailAnswer read_body(MsDialogue *http, MsWebmailAction asked, MsSpan coding)
{
    const MsBuffer *text = &http->side[MS_TO_CLIENT].body.text;
    bool cut;
    http->plain.length = 0;
    ms_http_inflate(coding, (MsSpan){text->data, text->length}, ANSWER_CAP, &http->plain, &cut);
    return ms_webmail_answer(asked, MS_WEBMAIL_BODY,
                             (MsSpan){http->plain.data, http->plain.length});
}

/* Whether what was asked for was granted (RFC 9110 15). */
static MsWebmailAnswer judge(MsDialogue *http, const MsHttpHead *head, bool whole)
{
    const MsHttpPending *entry = &http->current;
    MsWebmailAction asked = entry->message >= 0 ? MS_WEBMAIL_SEND : MS_WEBMAIL_LOGIN;
    MsSpan place = head->field[MS_HTTP_LOCATION];
    switch (http->status / 100) {
    case 2: {
        MsWebmailAnswer said = read_body(http, asked, head->field[MS_HTTP_CODING]);
        bool program = entry->json && whole;
        return said == MS_WEBMAIL_UNKNOWN && program ? MS_WEBMAIL_YES : said;
    }
    case 3:
        return place.length > 0 ? ms_webmail_answer(asked, MS_WEBMAIL_PLACE, place)
                                : MS_WEBMAIL_UNKNOWN;
    case 4:
        return MS_WEBMAIL_NO;
    default:
        return MS_WEBMAIL_UNKNOWN;
    }
}

static void say_login(MsDialogue *http, MsWebmailAnswer answer)
{
    const char *outcome = answer == MS_WEBMAIL_YES  ? "success"
                          : answer == MS_WEBMAIL_NO ? "failure"
                                                    : "unknown";
    int32_t attempt = http->current.attempt;
    ms_speak_text(&http->say, MS_FIELD_AUTH_OUTCOME, MS_TO_CLIENT, -1, attempt, &http->status_at,
                  outcome, strlen(outcome));
    ms_http_say_number(http, MS_FIELD_AUTH_REPLY_CODE, MS_TO_CLIENT, attempt, &http->status_at,
                       http->status);
}

void ms_http_response_end(MsDialogue *http, bool whole)
{
    const MsBuffer *text = &http->side[MS_TO_CLIENT].head.text;
    MsHttpHead head;
    if (!http->answered || !ms_http_head_read(text->data, text->length, &head))
        return;
    const MsHttpPending *entry = &http->current;
    if (entry->basic)
        say_login(http, http->status == 401 || http->status == 403 ? MS_WEBMAIL_NO
                        : http->status < 400                       ? MS_WEBMAIL_YES
                                                                   : MS_WEBMAIL_UNKNOWN);
    else if (entry->attempt >= 0)
        say_login(http, judge(http, &head, whole));
    if (entry->message >= 0) {
        MsWebmailAnswer answer = judge(http, &head, whole);
        const char *outcome = answer == MS_WEBMAIL_YES  ? "accepted"
                              : answer == MS_WEBMAIL_NO ? "rejected"
                                                        : "unknown";
        ms_speak_text(&http->say, MS_FIELD_MESSAGE_OUTCOME, MS_TO_CLIENT, entry->message, -1,
                      &http->status_at, outcome, strlen(outcome));
    }
    http->answered = false;
}

void ms_http_give_up(MsDialogue *http)
{
    for (uint32_t i = 0; i < http->n_queue; i++) {
        const MsHttpPending *entry = &http->queue[i];
        if (entry->attempt >= 0)
            ms_speak_text(&http->say, MS_FIELD_AUTH_OUTCOME, MS_TO_CLIENT, -1, entry->attempt, NULL,
                          "unknown", 7);
        if (entry->message >= 0)
            ms_speak_text(&http->say, MS_FIELD_MESSAGE_OUTCOME, MS_TO_CLIENT, entry->message, -1,
                          NULL, "unknown", 7);
    }
    if (http->n_queue > 0 && http->side[MS_TO_CLIENT].begun)
        ms_http_odd(http, MS_ODDITY_UNANSWERED, MS_TO_SERVER, &http->last, 0,
                    http->n_queue == 1 ? "the last request" : "the last requests");
    http->n_queue = 0;
}
