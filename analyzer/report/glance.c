/* SPDX-License-Identifier: GPL-2.0-or-later
 * glance.c - the five answers in a few words each, above everything else of a session; each leads
 * to its card, where the evidence is. */
#include "../front/heading.h"
#include "parts.h"

enum { WORDS = 48 /* most characters of a line or subject */ };

static void begin(MsPage *page, unsigned number, const char *title)
{
    ms_buffer_printf(page->out, "<a href=\"#%sq%u\"><b>%s</b> ", page->id, number, title);
}

/* Value of a fact as it may be shown, cut for a tile. */
static void put_value(MsPage *page, const char *class, const MsFact *fact)
{
    MsBuffer text = {0};
    ms_redact_fact(page->redactor, fact, &text);
    ms_buffer_printf(page->out, "<span class=\"%s\">", class);
    ms_page_label(page, (const char *)text.data, text.length, WORDS);
    ms_buffer_text(page->out, "</span>");
    ms_buffer_clear(&text);
}

static void put_ends(MsPage *page, const MsIndex *index)
{
    static const MsFieldId ends[][2] = {{MS_FIELD_SESSION_CLIENT, MS_FIELD_SESSION_CLIENT_PORT},
                                        {MS_FIELD_SESSION_SERVER, MS_FIELD_SESSION_SERVER_PORT}};
    begin(page, 1, "Client and server");
    for (size_t side = 0; side < 2; side++) {
        const MsFact *address = ms_index_first(index, ends[side][0], -1, -1);
        const MsFact *port = ms_index_first(index, ends[side][1], -1, -1);
        ms_buffer_printf(page->out, "<span class=\"%s\">", side == 0 ? "c" : "s");
        ms_page_fact(page, address);
        if (port)
            ms_buffer_printf(page->out, " <span class=\"d\">port %u</span>",
                             (unsigned)port->number);
        ms_buffer_text(page->out, "</span>");
    }
    ms_buffer_text(page->out, "</a>\n");
}

static bool talks(const MsLine *line)
{
    return line->kind == MS_LINE_COMMAND || line->kind == MS_LINE_REPLY ||
           line->kind == MS_LINE_AUTH; /* POP3's first command may be USER */
}

static void put_first(MsPage *page, const MsRecord *record)
{
    size_t count;
    const MsLine *lines = ms_record_lines(record, &count);
    bool said[2] = {false, false};
    begin(page, 2, "First words");
    for (size_t i = 0; i < count && !(said[0] && said[1]); i++) {
        const MsLine *line = &lines[i];
        bool server = line->direction != MS_TO_SERVER;
        if (!talks(line) || said[server])
            continue;
        said[server] = true;
        MsBuffer text = {0};
        ms_redact_line(page->redactor, (const uint8_t *)line->text, line->text_length, line->secret,
                       &text);
        ms_buffer_printf(page->out, "<span class=\"%s\">", server ? "s" : "c");
        ms_page_label(page, (const char *)text.data, text.length, WORDS);
        ms_buffer_text(page->out, "</span>");
        ms_buffer_clear(&text);
    }
    if (!said[0] && !said[1])
        ms_buffer_text(page->out, "<span class=\"d\">none to be read</span>");
    ms_buffer_text(page->out, "</a>\n");
}

/* The first attempt that succeeded; 0 when none did. */
static int32_t best_attempt(const MsIndex *index)
{
    int32_t count = ms_heading_attempts(index);
    for (int32_t i = 0; i < count; i++) {
        if (ms_fact_is(ms_index_first(index, MS_FIELD_AUTH_OUTCOME, -1, i), "success"))
            return i;
    }
    return 0;
}

/* Why something is not there: because it is hidden, or because it was not said. */
static void put_none(MsPage *page, const MsIndex *index)
{
    bool hidden = ms_index_first(index, MS_FIELD_TLS_STARTED, -1, -1) != NULL;
    ms_buffer_printf(page->out, "<span class=\"d\">%s</span>",
                     hidden ? "none outside TLS" : "none in the capture");
}

static void put_login(MsPage *page, const MsIndex *index)
{
    int32_t attempt = best_attempt(index);
    const MsFact *user = ms_index_first(index, MS_FIELD_AUTH_USERNAME, -1, attempt);
    const MsFact *password = ms_index_first(index, MS_FIELD_AUTH_PASSWORD, -1, attempt);
    const MsFact *mechanism = ms_index_first(index, MS_FIELD_AUTH_MECHANISM, -1, attempt);
    const MsFact *outcome = ms_index_first(index, MS_FIELD_AUTH_OUTCOME, -1, attempt);
    begin(page, 3, "User and password");
    if (user)
        put_value(page, "u", user);
    if (password)
        put_value(page, "n", password);
    if (!password && mechanism) { /* it was proved, hidden, or is cut */
        ms_buffer_text(page->out, "<span class=\"d\">");
        ms_page_fact(page, mechanism);
        ms_buffer_text(page->out, user ? "</span>" : ", name and password not readable</span>");
    }
    if (!mechanism && !user && !password)
        put_none(page, index);
    else if (outcome && !ms_fact_is(outcome, "success")) {
        ms_buffer_text(page->out, "<span class=\"d\">");
        ms_page_fact(page, outcome);
        ms_buffer_text(page->out, "</span>");
    }
    ms_buffer_text(page->out, "</a>\n");
}

static void put_mail(MsPage *page, const MsRecord *record, const MsIndex *index)
{
    int32_t mails = ms_heading_mails(record, index);
    const MsFact *subject = NULL;
    begin(page, 4, "Message");
    for (int32_t i = 0; i < mails && !subject; i++) {
        subject = ms_index_first(index, MS_FIELD_MESSAGE_SUBJECT_DECODED, i, -1);
        if (!subject)
            subject = ms_index_first(index, MS_FIELD_WEBMAIL_SUBJECT, i, -1);
    }
    if (subject) {
        ms_buffer_text(page->out, "<span>");
        ms_page_label(page, subject->text, subject->text_length, WORDS);
        ms_buffer_text(page->out, "</span>");
    }
    if (mails == 0) {
        put_none(page, index);
    } else {
        ms_buffer_text(page->out, "<span class=\"d\">");
        ms_html_count(page->out, (uint64_t)mails, "mail");
        ms_buffer_text(page->out, "</span>");
    }
    ms_buffer_text(page->out, "</a>\n");
}

/* QUIT, POP3's too, or "a7 LOGOUT": the word, or NULL. */
static const char *goodbye(const MsLine *line)
{
    const char *blank = memchr(line->text, ' ', line->text_length);
    size_t left = blank ? line->text_length - (size_t)(blank + 1 - line->text) : 0;
    if (line->text_length == 4 && g_ascii_strncasecmp(line->text, "QUIT", 4) == 0)
        return "QUIT";
    return left == 6 && g_ascii_strncasecmp(blank + 1, "LOGOUT", 6) == 0 ? "LOGOUT" : NULL;
}

static void put_ending(MsPage *page, const MsRecord *record)
{
    size_t count;
    const MsLine *lines = ms_record_lines(record, &count);
    bool any = false;
    begin(page, 5, "Disconnection");
    ms_buffer_text(page->out, "<span>");
    for (size_t i = 0; i < count; i++) {
        const MsLine *line = &lines[i];
        const char *word = NULL;
        if (line->kind == MS_LINE_COMMAND && line->text_length > 0)
            word = goodbye(line);
        else if (line->kind == MS_LINE_CONNECTION && line->text_length == 3 &&
                 (memcmp(line->text, "FIN", 3) == 0 || memcmp(line->text, "RST", 3) == 0))
            word = line->text[0] == 'F' ? "FIN" : "RST";
        if (!word)
            continue;
        ms_buffer_printf(page->out, "%s<span class=\"%s\">%s</span>", any ? ", " : "",
                         line->direction == MS_TO_SERVER ? "c" : "s", word);
        any = true;
    }
    ms_buffer_text(page->out, any ? "</span></a>\n"
                                  : "<span class=\"d\">not in the capture</span></span></a>\n");
}

void ms_glance(MsPage *page, const MsRecord *record, const MsIndex *index)
{
    ms_buffer_text(page->out, "<nav class=\"glance\" aria-label=\"The five answers in short\">\n");
    put_ends(page, index);
    put_first(page, record);
    put_login(page, index);
    put_mail(page, record, index);
    put_ending(page, record);
    ms_buffer_text(page->out, "</nav>\n");
}
