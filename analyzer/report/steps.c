/* SPDX-License-Identifier: GPL-2.0-or-later
 * steps.c - the dialogue told step by step: bytes, evidence, and what fact/explain knows about it.
 */
#include "steps.h"

#include "../base/escape.h"
#include "../fact/explain.h"
#include "../front/heading.h"

/* Whose words are spoken: LMTP has those of SMTP, webmail those of HTTP. */
static const char *protocol_of(const MsIndex *index)
{
    static const char *const protocols[][2] = {
        {"smtp", "SMTP"}, {"lmtp", "SMTP"}, {"pop3", "POP3"}, {"imap", "IMAP"}, {"http", "HTTP"}};
    const MsFact *fact = ms_index_first(index, MS_FIELD_SESSION_PROTOCOL, -1, -1);
    for (size_t i = 0; i < G_N_ELEMENTS(protocols); i++) {
        if (ms_fact_is(fact, protocols[i][0]))
            return protocols[i][1];
    }
    return "";
}

void ms_steps_init(MsSteps *steps, const MsRecord *record, const MsIndex *index,
                   const MsLimits *limits)
{
    *steps = (MsSteps){.record = record,
                       .index = index,
                       .start_ns = ms_heading_start(record, index),
                       .protocol = protocol_of(index),
                       .sequence = ms_sequence_new(record)};
    size_t count = steps->sequence->len;
    size_t most = (size_t)MIN(limits->value[MS_LIMIT_REPORT_STEPS], (uint64_t)count);
    steps->last = most < count ? most / 4 : 0;
    steps->first = most - steps->last;
}

void ms_steps_clear(MsSteps *steps)
{
    g_array_unref(steps->sequence);
}

bool ms_steps_shown(const MsSteps *steps, size_t number, size_t *skipped)
{
    size_t count = steps->sequence->len;
    size_t rest = count - steps->last;
    *skipped = number == rest ? rest - steps->first : 0;
    return number < steps->first || number >= rest;
}

const char *ms_step_kind(const MsStep *step)
{
    static const char *const kinds[] = {
        [MS_LINE_COMMAND] = "command",      [MS_LINE_REPLY] = "reply", [MS_LINE_AUTH] = "login",
        [MS_LINE_MESSAGE] = "message",      [MS_LINE_TLS] = "tls",     [MS_LINE_TUNNEL] = "tunnel",
        [MS_LINE_CONNECTION] = "connection"};
    return step->line ? kinds[step->line->kind] : "oddity";
}

bool ms_step_goes_on(const MsSteps *steps, size_t number)
{
    size_t skipped;
    if (number + 1 >= steps->sequence->len || !ms_steps_shown(steps, number + 1, &skipped))
        return false;
    const MsLine *line = g_array_index(steps->sequence, MsStep, number).line;
    const MsLine *next = g_array_index(steps->sequence, MsStep, number + 1).line;
    return line && next && line->kind == MS_LINE_REPLY && next->kind == MS_LINE_REPLY &&
           line->code > 0 && line->code == next->code && line->text_length > 3 &&
           line->text[3] == '-';
}

int64_t ms_step_time(const MsStep *step)
{
    return step->line ? step->line->time_ns : step->oddity->time_ns;
}

const MsRange *ms_step_ranges(const MsStep *step, uint32_t *count, uint64_t *omitted)
{
    *count = step->line ? step->line->n_ranges : step->oddity->n_ranges;
    *omitted = step->line ? step->line->ranges_omitted : step->oddity->ranges_omitted;
    return step->line ? step->line->ranges : step->oddity->ranges;
}

/* "message 1: 228 bytes in 2 frames" */
static void message_text(const MsSteps *steps, int32_t number, MsBuffer *out)
{
    const MsMessage *message = ms_heading_message(steps->record, number);
    ms_buffer_printf(out, "message %d", number + 1);
    if (!message)
        return;
    const MsRanges *ranges = ms_message_ranges(message);
    MsFrameSet frames = {0};
    ms_frames_add(&frames, ranges->range, ranges->n_ranges, 0);
    ms_buffer_text(out, ": ");
    ms_html_count(out, ms_message_size(message), "byte");
    ms_buffer_text(out, " in ");
    ms_html_count(out, ms_frames_count(&frames) + ranges->omitted, "frame");
    ms_buffer_text(out, ms_message_complete(message) ? "" : ", incomplete");
    ms_frames_clear(&frames);
}

static void oddity_text(MsPage *page, const MsOddity *oddity, MsBuffer *out)
{
    ms_buffer_text(out, ms_oddity_words(oddity->kind));
    if (oddity->length > 0) {
        ms_buffer_text(out, " (");
        ms_html_count(out, oddity->length, oddity->kind == MS_ODDITY_LIMIT ? "finding" : "byte");
        ms_buffer_byte(out, ')');
    }
    if (oddity->detail_length == 0)
        return;
    ms_buffer_text(out, "; ");
    if (page->redactor)
        ms_redactor_apply(page->redactor, (const uint8_t *)oddity->detail, oddity->detail_length,
                          out);
    else
        ms_buffer_append(out, oddity->detail, oddity->detail_length);
}

void ms_step_text(MsPage *page, const MsSteps *steps, const MsStep *step, MsBuffer *out)
{
    const MsLine *line = step->line;
    if (!line)
        oddity_text(page, step->oddity, out);
    else if (line->kind == MS_LINE_MESSAGE)
        message_text(steps, line->message, out);
    else if (line->kind == MS_LINE_TLS)
        ms_buffer_text(out, "TLS: from here on everything is encrypted");
    else
        ms_redact_line(page->redactor, (const uint8_t *)line->text, line->text_length, line->secret,
                       out);
}

/* --- telling --- */

enum {
    MOST_EXPLAINED = 2,       /* a code and the word behind it */
    MOST_FOUND = 8,           /* words of that name in all protocols */
    WORDS = 3,                /* of a line that say what it is */
    LONGEST = 80,             /* bytes of them */
    MOST_REMEMBERED = 1 << 14 /* lines */
};

/* How many words of the line say what it is: in IMAP a reply's tag and status, or number and name.
 */
static unsigned telling_words(const MsLine *line)
{
    if (line->direction == MS_TO_SERVER || line->code > 0)
        return WORDS;
    return line->text_length > 2 && line->text[0] == '*' && g_ascii_isdigit(line->text[2]) ? 3 : 2;
}

/* The first words of the line, without what is in angle brackets: "MAIL FROM". */
static char *first_words(const MsLine *line)
{
    size_t end = 0;
    size_t most = MIN(line->text_length, LONGEST);
    unsigned wanted = telling_words(line);
    for (unsigned words = 0; end < most && line->text[end] != '<'; end++) {
        if (line->text[end] == ' ' && ++words == wanted)
            break;
    }
    if (end > 0 && line->text[end - 1] == ':')
        end--;
    return g_strndup(line->text, end);
}

/* Whether a kind of word belongs to the protocol: it names it, or none. */
static bool fits(const MsExplanation *found, const char *protocol)
{
    static const char *const names[] = {"SMTP", "POP3", "IMAP", "HTTP"};
    for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
        if (strstr(found->kind, names[i]))
            return strcmp(names[i], protocol) == 0;
    }
    return strcmp(found->kind, "term") != 0;
}

/* What is explained are these words, or in IMAP what stands behind the tag or number. */
static size_t explain(const char *words, const char *protocol, bool reply,
                      MsExplanation out[MOST_EXPLAINED])
{
    const char *at = words;
    for (unsigned i = 0; i < WORDS && *at; i++) {
        MsExplanation found[MOST_FOUND];
        size_t count, all;
        size_t n = 0;
        g_autofree char *word = g_strndup(at, strcspn(at, " "));
        if (ms_explain(at, found, MOST_FOUND, &count, &all) != MS_EXPLAINED &&
            ms_explain(word, found, MOST_FOUND, &count, &all) != MS_EXPLAINED)
            count = 0;
        for (size_t k = 0; k < count && n < (reply ? MOST_EXPLAINED : 1); k++) {
            if (fits(&found[k], protocol))
                out[n++] = found[k];
        }
        const char *blank = strchr(at, ' ');
        if (n > 0 || !blank || reply)
            return n;
        at = blank + 1;
    }
    return 0;
}

/* The same as elements, NUL-terminated. */
static char *explain_words(const char *words, const char *protocol, bool reply)
{
    MsExplanation found[MOST_EXPLAINED];
    MsBuffer out = {0};
    size_t count = explain(words, protocol, reply, found);
    bool inner = count > 1 && strlen(words) > 3 && words[3] == '-'; /* its code: at the last line */
    for (size_t i = inner ? 1 : 0; i < count; i++) {
        ms_buffer_text(&out, "<p class=\"e\"><b>");
        ms_html_say(&out, "%s", found[i].name);
        ms_buffer_text(&out, "</b> ");
        ms_html_say(&out, "%s%s%s.", found[i].kind, found[i].words ? ": " : "",
                    found[i].words ? found[i].words : "");
        if (found[i].text)
            ms_html_say(&out, " %s", found[i].text);
        if (found[i].rfc[0])
            ms_html_say(&out, " (RFC %s)", found[i].rfc);
        ms_buffer_text(&out, "</p>");
    }
    char *text = g_strndup(count > 0 ? (const char *)out.data : "", out.length);
    ms_buffer_clear(&out);
    return text;
}

/* Looking words up is slow beside all else, and most lines are said in many sessions. */
static void put_explanation(MsPage *page, const MsSteps *steps, const MsLine *line)
{
    bool talks = line->kind == MS_LINE_COMMAND || line->kind == MS_LINE_REPLY ||
                 (line->kind == MS_LINE_AUTH && line->direction == MS_TO_CLIENT);
    if (!talks || line->secret || line->text_length == 0)
        return;
    g_autofree char *words = first_words(line);
    g_autofree char *key = g_strconcat(steps->protocol, " ", words, NULL);
    const char *known = page->explained ? g_hash_table_lookup(page->explained, key) : NULL;
    g_autofree char *made = known ? NULL : explain_words(words, steps->protocol, line->code > 0);
    ms_buffer_text(page->out, known ? known : made);
    if (made && page->explained && g_hash_table_size(page->explained) < MOST_REMEMBERED)
        g_hash_table_insert(page->explained, g_steal_pointer(&key), g_steal_pointer(&made));
}

static void put_note(MsPage *page, const MsLine *line)
{
    if (line->note_length == 0)
        return;
    ms_buffer_text(page->out, "<p class=\"n\">");
    if (page->redactor && line->secret)
        ms_buffer_text(page->out, MS_MASK);
    else
        ms_page_captured(page, line->note, line->note_length);
    ms_buffer_text(page->out, "</p>");
}

/* Leads to the message of that number, when it is among those shown. */
static void put_link(MsPage *page, const MsSteps *steps, int32_t number)
{
    size_t count;
    MsMessage *const *messages = ms_record_messages(steps->record, &count);
    count = (size_t)MIN(page->limits->value[MS_LIMIT_REPORT_MESSAGES], (uint64_t)count);
    for (size_t i = 0; i < count; i++) {
        if (ms_message_number(messages[i]) != number)
            continue;
        ms_buffer_printf(page->out, "<p><a href=\"#%sm%d\">Read it below</a></p>", page->id,
                         number + 1);
        return;
    }
}

/* Bytes of a line, as text with what cannot be seen marked; those of a message stand elsewhere. */
static void put_bytes(MsPage *page, const MsSteps *steps, const MsStep *step)
{
    MsBuffer text = {0};
    ms_step_text(page, steps, step, &text);
    size_t most = (size_t)page->limits->value[MS_LIMIT_REPORT_LINE];
    size_t shown = MIN(text.length, most);
    bool own = !step->line || step->line->kind == MS_LINE_MESSAGE ||
               step->line->kind == MS_LINE_TLS || step->line->kind == MS_LINE_CONNECTION;
    ms_buffer_text(page->out, own ? "<p class=\"w\">" : "<pre class=\"w\">");
    if (text.length == 0)
        ms_buffer_text(page->out, "<span class=\"d\">(empty line)</span>");
    ms_html_line(page->out, text.data, shown);
    ms_buffer_text(page->out, own ? "</p>" : "</pre>");
    if (shown < text.length) {
        ms_buffer_text(page->out, "<p class=\"d\">\xe2\x80\xa6 ");
        ms_html_count(page->out, text.length - shown, "more byte");
        ms_buffer_text(page->out,
                       " of this line are not on this page (limit report-line-bytes)</p>");
    }
    if (step->line && step->line->kind == MS_LINE_MESSAGE)
        put_link(page, steps, step->line->message);
    ms_buffer_clear(&text);
}

static void put_place(MsPage *page, const MsSteps *steps, const MsStep *step)
{
    uint32_t count;
    uint64_t omitted;
    const MsRange *ranges = ms_step_ranges(step, &count, &omitted);
    MsBuffer text = {0};
    uint8_t direction = step->line ? step->line->direction : step->oddity->direction;
    ms_buffer_text(page->out, "<p class=\"h\"><b>");
    ms_buffer_text(page->out, !step->line ? "!" : direction == MS_TO_SERVER ? "Client" : "Server");
    ms_buffer_printf(page->out, "</b> %s, ",
                     step->line ? ms_step_kind(step) : ms_oddity_name(step->oddity->kind));
    if (count > 0) {
        ms_text_ranges(&text, ranges, count, omitted, page->origins);
        ms_buffer_text(&text, ", ");
        if (ms_step_time(step) >= steps->start_ns)
            ms_buffer_byte(&text, '+');
        ms_text_seconds(&text, ms_step_time(step) - steps->start_ns);
        ms_buffer_text(&text, " s");
    } else {
        ms_buffer_text(&text, "no frame");
    }
    ms_html_line(page->out, text.data, text.length);
    ms_buffer_text(page->out, "</p>");
    ms_buffer_clear(&text);
}

static void tell(MsPage *page, const MsSteps *steps, size_t number)
{
    const MsStep *step = &g_array_index(steps->sequence, MsStep, number);
    uint32_t count;
    uint64_t omitted;
    const MsRange *ranges = ms_step_ranges(step, &count, &omitted);
    ms_buffer_printf(page->out, "<li id=\"%sl%zu\" class=\"%s\">", page->id, number + 1,
                     !step->line                             ? "o"
                     : step->line->direction == MS_TO_SERVER ? "c"
                                                             : "s");
    put_place(page, steps, step);
    put_bytes(page, steps, step);
    if (step->line) {
        put_note(page, step->line);
        put_explanation(page, steps, step->line);
    }
    if (count > 0) {
        ms_buffer_text(page->out, "<p class=\"filters\">");
        ms_page_filter(page, ranges, count, omitted);
        ms_buffer_text(page->out, "</p>");
    }
    ms_buffer_text(page->out, "</li>\n");
}

void ms_steps_tell(MsPage *page, const MsSteps *steps)
{
    ms_buffer_text(page->out, "<ol class=\"steps\">\n");
    for (size_t i = 0; i < steps->sequence->len; i++) {
        size_t skipped;
        bool shown = ms_steps_shown(steps, i, &skipped);
        if (skipped > 0) {
            ms_buffer_text(page->out, "<li class=\"left\">");
            ms_html_count(page->out, skipped, "step");
            ms_buffer_text(page->out, " left out here (limit report-steps)</li>\n");
        }
        if (shown)
            tell(page, steps, i);
    }
    ms_buffer_text(page->out, "</ol>\n");
}
