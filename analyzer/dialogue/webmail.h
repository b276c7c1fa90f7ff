/* SPDX-License-Identifier: GPL-2.0-or-later
 * webmail.h - which HTTP requests concern mail, and what they do: log in, list, read, write, send.
 * Judged by the rules of webmail.def alone; knows no connection. */
#pragma once

#include "http_form.h"

typedef enum {
    MS_WEBMAIL_NONE,
    MS_WEBMAIL_LOGIN,
    MS_WEBMAIL_LOGOUT,
    MS_WEBMAIL_LIST,    /* pulls a list of mails, or looks for new ones */
    MS_WEBMAIL_READ,    /* pulls one mail */
    MS_WEBMAIL_PART,    /* pulls a part of one: an attachment, say */
    MS_WEBMAIL_COMPOSE, /* opens a page to write one */
    MS_WEBMAIL_ATTACH,  /* pushes a file that is to go with one */
    MS_WEBMAIL_DRAFT,   /* pushes one that is not to be sent yet */
    MS_WEBMAIL_SEND,    /* pushes one */
    MS_WEBMAIL_CHANGE   /* marks, moves, deletes */
} MsWebmailAction;

typedef enum {
    MS_WEBMAIL_USER,
    MS_WEBMAIL_PASSWORD,
    MS_WEBMAIL_FROM,
    MS_WEBMAIL_TO,
    MS_WEBMAIL_CC,
    MS_WEBMAIL_BCC,
    MS_WEBMAIL_SUBJECT,
    MS_WEBMAIL_TEXT,
    MS_WEBMAIL_UID,
    MS_WEBMAIL_FOLDER
} MsWebmailRole;

typedef struct {
    MsSpan method, target, host, referer, cookie;
    bool basic;         /* it carries Authorization: Basic */
    bool has_body_form; /* `form` holds fields of its body too, not of the query alone */
    const MsForm *form;
} MsWebmailRequest;

typedef struct {
    MsWebmailAction action;
    const char *system; /* "Roundcube"; NULL when it is none of the table. Static storage */
    bool mail;          /* it makes its connection a webmail session */
} MsWebmailVerdict;

typedef enum { MS_WEBMAIL_UNKNOWN, MS_WEBMAIL_YES, MS_WEBMAIL_NO } MsWebmailAnswer;
typedef enum { MS_WEBMAIL_PLACE, MS_WEBMAIL_BODY } MsWebmailWhere;

/* Whether the query of a request without a body is worth reading: its target has a word of some
 * system, or of a password. Cheap. */
bool ms_webmail_wants_query(MsSpan target);

/* Whether the target is a file that only belongs to a page, by its ending: a style, a picture, a
 * script. No rule is about a GET of one. */
bool ms_webmail_is_part_of_page(MsSpan target);

/* What the request does. */
MsWebmailVerdict ms_webmail_judge(const MsWebmailRequest *request);

/* The fields with that role: all of the first name of the table that is there. `nth` from 0; NULL
 * when there are no more. */
const MsFormField *ms_webmail_field(const MsForm *form, MsWebmailRole role, unsigned nth);

/* Whether a login or a mail (MS_WEBMAIL_LOGIN, _SEND) went well, by the place its answer leads to,
 * or by its body. */
MsWebmailAnswer ms_webmail_answer(MsWebmailAction asked, MsWebmailWhere where, MsSpan text);

/* "login", "read", ... as in http.action; "" for MS_WEBMAIL_NONE. */
const char *ms_webmail_action_name(MsWebmailAction action);
