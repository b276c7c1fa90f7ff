/* SPDX-License-Identifier: GPL-2.0-or-later
 * view.c - rows of the page, and what the capture lacks. */
#include "view.h"

#include <glib.h>

#include <stdarg.h>
#include <stdlib.h>

enum { MOST_CONTRADICTIONS = 5 }; /* in one answer, without --full */

static int compare_lines(const void *a, const void *b)
{
    const MsLine *first = *(const MsLine *const *)a;
    const MsLine *second = *(const MsLine *const *)b;
    if (first->ranges->file != second->ranges->file)
        return first->ranges->file < second->ranges->file ? -1 : 1;
    if (first->ranges->frame != second->ranges->frame)
        return first->ranges->frame < second->ranges->frame ? -1 : 1;
    if (first->ranges->offset != second->ranges->offset)
        return first->ranges->offset < second->ranges->offset ? -1 : 1;
    return 0;
}

static void look_at_lines(MsView *view)
{
    size_t count;
    const MsLine *lines = ms_record_lines(view->record, &count);
    view->lines = g_new(const MsLine *, count);
    for (size_t i = 0; i < count; i++) {
        const MsLine *line = &lines[i];
        if (line->kind == MS_LINE_CONNECTION)
            continue;
        view->spoke[line->direction] = true;
        if (line->n_ranges > 0 && line->kind != MS_LINE_MESSAGE)
            view->lines[view->n_lines++] = line;
    }
    if (view->n_lines > 0)
        qsort(view->lines, view->n_lines, sizeof *view->lines, compare_lines);
}

bool ms_view_is_gap(const MsOddity *oddity)
{
    return oddity->kind == MS_ODDITY_GAP || oddity->kind == MS_ODDITY_TRUNCATED;
}

const MsOddity *ms_view_gap_from(const MsView *view, MsDirection direction, const MsFact *fact)
{
    size_t count;
    const MsOddity *oddities = ms_record_oddities(view->record, &count);
    if (!view->gap[direction] || !fact || fact->n_ranges == 0)
        return view->gap[direction];
    for (size_t i = (size_t)(view->gap[direction] - oddities); i < count; i++) {
        if (ms_view_is_gap(&oddities[i]) && oddities[i].direction == direction &&
            oddities[i].time_ns >= fact->time_ns)
            return &oddities[i];
    }
    return NULL;
}

static void look_at_oddities(MsView *view)
{
    size_t count;
    const MsOddity *oddities = ms_record_oddities(view->record, &count);
    for (size_t i = 0; i < count; i++) {
        const MsOddity *oddity = &oddities[i];
        uint8_t side = oddity->direction;
        if (ms_view_is_gap(oddity)) {
            view->missing[side] += oddity->length;
            if (!view->gap[side])
                view->gap[side] = oddity;
        } else if (oddity->kind == MS_ODDITY_MIDSTREAM && !view->midstream) {
            view->midstream = oddity;
        } else if (oddity->kind == MS_ODDITY_LIMIT && !view->limit) {
            view->limit = oddity;
        }
    }
}

void ms_view_init(MsView *view, MsBuffer *out, const MsRecord *record, const MsOrigins *origins,
                  const MsStyle *style, const MsRedactor *redactor)
{
    *view = (MsView){.record = record, .index = ms_index_new(record)};
    ms_pen_init(&view->pen, out, origins, style, redactor);
    view->start_ns = ms_heading_start(record, view->index);
    view->encrypted = ms_fact_is(ms_view_fact(view, MS_FIELD_SESSION_PROTOCOL), "tls");
    view->tls = ms_view_fact(view, MS_FIELD_TLS_STARTED);
    view->spoke[MS_TO_SERVER] = ms_view_fact(view, MS_FIELD_SESSION_CLIENT_FIRST) != NULL;
    view->spoke[MS_TO_CLIENT] = ms_view_fact(view, MS_FIELD_SESSION_SERVER_FIRST) != NULL;
    look_at_lines(view);
    look_at_oddities(view);
}

void ms_view_clear(MsView *view)
{
    ms_index_free(view->index);
    ms_filter_clear(&view->filter);
    ms_pen_clear(&view->pen);
    g_free(view->lines);
}

bool ms_view_speaks(const MsView *view, const char *protocol)
{
    return ms_fact_is(ms_view_fact(view, MS_FIELD_SESSION_PROTOCOL), protocol);
}

const MsFact *ms_view_fact(const MsView *view, MsFieldId field)
{
    return ms_index_first(view->index, field, -1, -1);
}

const MsLine *ms_view_line(const MsView *view, const MsRange *ranges, uint32_t n_ranges)
{
    if (n_ranges == 0 || view->n_lines == 0)
        return NULL;
    const MsLine place = {.ranges = ranges, .n_ranges = 1};
    const MsLine *key = &place;
    const MsLine *const *found =
        bsearch(&key, view->lines, view->n_lines, sizeof *view->lines, compare_lines);
    return found ? *found : NULL;
}

/* --- rows --- */

void ms_view_question(MsView *view, unsigned number, const char *question)
{
    ms_pen_newline(&view->pen);
    ms_pen_ink(&view->pen, MS_INK_TITLE);
    ms_pen_say(&view->pen, "%u  %s", number, question);
    ms_pen_newline(&view->pen);
}

void ms_view_label(MsView *view, const char *label)
{
    if (view->pen.column > 0)
        ms_pen_newline(&view->pen);
    ms_pen_go(&view->pen, MS_VIEW_LABEL);
    ms_pen_say(&view->pen, "%s", label);
    if (view->pen.style->marks)
        ms_buffer_byte(view->pen.out, '\037');
    view->pen.indent = MS_VIEW_VALUE;
    ms_pen_go(&view->pen, MS_VIEW_VALUE);
}

void ms_view_cite(MsView *view, const MsFact *fact)
{
    if (!fact)
        return;
    ms_pen_cite(&view->pen, fact->ranges, fact->n_ranges, fact->ranges_omitted, fact->time_ns,
                view->start_ns);
    ms_filter_add(&view->filter, fact->ranges, fact->n_ranges, fact->ranges_omitted);
}

void ms_view_cite_two(MsView *view, const MsFact *fact, const MsFact *other)
{
    if (!fact || !other || fact->n_ranges == 0 || other->n_ranges == 0) {
        ms_view_cite(view, fact && fact->n_ranges > 0 ? fact : other);
        return;
    }
    if (other->time_ns < fact->time_ns) {
        ms_view_cite_two(view, other, fact);
        return;
    }
    size_t count = (size_t)fact->n_ranges + other->n_ranges;
    MsRange *ranges = g_new(MsRange, count);
    memcpy(ranges, fact->ranges, fact->n_ranges * sizeof *ranges);
    memcpy(ranges + fact->n_ranges, other->ranges, other->n_ranges * sizeof *ranges);
    const MsFact both = {.ranges = ranges,
                         .n_ranges = (uint32_t)count,
                         .ranges_omitted = fact->ranges_omitted + other->ranges_omitted,
                         .time_ns = fact->time_ns};
    ms_view_cite(view, &both);
    g_free(ranges);
}

void ms_view_cite_oddity(MsView *view, const MsOddity *oddity)
{
    ms_pen_cite(&view->pen, oddity->ranges, oddity->n_ranges, oddity->ranges_omitted,
                oddity->time_ns, view->start_ns);
    ms_filter_add(&view->filter, oddity->ranges, oddity->n_ranges, oddity->ranges_omitted);
}

void ms_view_row(MsView *view, const char *label, const MsFact *fact)
{
    if (!fact)
        return;
    ms_view_label(view, label);
    ms_pen_ink(&view->pen, MS_INK_VALUE);
    ms_pen_fact(&view->pen, fact);
    ms_pen_ink(&view->pen, MS_INK_PLAIN);
    ms_view_cite(view, fact);
    ms_pen_newline(&view->pen);
}

void ms_view_say(MsView *view, const char *label, const char *format, ...)
{
    va_list list;
    va_start(list, format);
    g_autofree char *text = g_strdup_vprintf(format, list);
    va_end(list);
    ms_view_label(view, label);
    ms_pen_words(&view->pen, (const uint8_t *)text, strlen(text));
    ms_pen_newline(&view->pen);
}

static bool is_contradiction(const MsOddity *oddity)
{
    return oddity->kind == MS_ODDITY_CONFLICT || oddity->kind == MS_ODDITY_BAD_CHECKSUM ||
           oddity->kind == MS_ODDITY_FRAGMENT_OVERLAP;
}

static bool is_cited(MsView *view, const MsOddity *oddity)
{
    for (uint32_t i = 0; i < oddity->n_ranges; i++) {
        if (ms_frames_has(&view->filter.frames, &oddity->ranges[i]) ||
            ms_frames_has(&view->filter.bulk, &oddity->ranges[i]))
            return true;
    }
    return false;
}

/* Other content that was captured for bytes of the frames cited in this answer. */
static void put_contradictions(MsView *view)
{
    size_t count;
    const MsOddity *oddities = ms_record_oddities(view->record, &count);
    g_autofree bool *shown = g_new0(bool, count);
    size_t n = 0;
    for (size_t i = 0; i < count; i++)
        shown[i] = is_contradiction(&oddities[i]) && is_cited(view, &oddities[i]);
    for (size_t i = 0; i < count; i++) {
        const MsOddity *oddity = &oddities[i];
        if (!shown[i] || (++n > MOST_CONTRADICTIONS && !view->pen.style->full))
            continue;
        ms_view_label(view, n == 1 ? "But" : "");
        ms_pen_ink(&view->pen, MS_INK_ODD);
        ms_pen_say(&view->pen, "%s", ms_oddity_words(oddity->kind));
        ms_pen_ink(&view->pen, MS_INK_PLAIN);
        if (oddity->length > 0) {
            ms_pen_say(&view->pen, " (");
            ms_pen_count(&view->pen, oddity->length, "byte");
            ms_pen_say(&view->pen, ")");
        }
        if (oddity->detail_length > 0) {
            ms_pen_say(&view->pen, "; ");
            ms_pen_own(&view->pen, oddity->detail, oddity->detail_length);
        }
        ms_view_cite_oddity(view, oddity);
        ms_pen_newline(&view->pen);
    }
    if (n > MOST_CONTRADICTIONS && !view->pen.style->full)
        ms_view_say(view, "", "... %zu more; --full shows all", n - MOST_CONTRADICTIONS);
}

void ms_view_filter(MsView *view)
{
    put_contradictions(view);
    MsPen *pen = &view->pen;
    const MsOrigins *origins = pen->origins;
    if (pen->column > 0)
        ms_pen_newline(pen);
    for (size_t file = 0; file < MAX(origins->n_files, 1); file++) {
        MsBuffer text = {0};
        if (ms_filter_write(&view->filter, (uint16_t)file, &text)) {
            ms_pen_go(pen, MS_VIEW_LABEL);
            pen->indent = MS_VIEW_LABEL;
            ms_pen_say(pen, "Filter");
            if (origins->n_files > 1) {
                ms_pen_say(pen, " for ");
                ms_pen_name(pen, origins->files[file]);
            }
            ms_pen_say(pen, ": ");
            ms_pen_ink(pen, MS_INK_NOTE);
            ms_buffer_append(pen->out, text.data, text.length); /* one line, to be copied */
            ms_pen_newline(pen);
        }
        ms_buffer_clear(&text);
    }
    ms_filter_clear(&view->filter);
}

/* --- what the capture lacks --- */

void ms_view_not_here(MsView *view, const char *label, const char *format, ...)
{
    va_list list;
    va_start(list, format);
    g_autofree char *text = g_strdup_vprintf(format, list);
    va_end(list);
    if (label[0] != '\0') {
        ms_view_label(view, label);
    } else {
        ms_pen_go(&view->pen, MS_VIEW_LABEL);
        view->pen.indent = MS_VIEW_LABEL;
    }
    ms_pen_ink(&view->pen, MS_INK_ODD);
    ms_pen_say(&view->pen, "Not in this capture");
    ms_pen_ink(&view->pen, MS_INK_PLAIN);
    ms_pen_say(&view->pen, ", because ");
    ms_pen_words(&view->pen, (const uint8_t *)text, strlen(text));
}

bool ms_view_reason(const MsView *view, MsDirection direction, const char *what, MsReason *reason)
{
    const char *side = direction == MS_TO_SERVER ? "client" : "server";
    const char *other = direction == MS_TO_SERVER ? "server" : "client";
    MsReason found = {0};
    if (view->encrypted) {
        found.text = g_strdup("the connection is encrypted with TLS from its first byte on.");
        found.fact = view->tls;
    } else if (view->tls) {
        found.text = g_strdup_printf("all is encrypted after %s: %s would be behind the "
                                     "first TLS record.",
                                     ms_view_speaks(view, "pop3") ? "STLS" : "STARTTLS", what);
        found.fact = view->tls;
    } else if (!view->spoke[direction]) {
        found.text = g_strdup_printf("nothing the %s said was captured, only what the %s said.",
                                     side, other);
    } else if (view->midstream) {
        found.text =
            g_strdup_printf("it began late: %s may have come before its first frame.", what);
        found.oddity = view->midstream;
    } else if (view->gap[direction]) {
        found.text =
            g_strdup_printf("bytes the %s sent are missing; %s may be among them.", side, what);
        found.oddity = view->gap[direction];
    } else if (view->limit) {
        found.text = g_strdup("a limit was reached: the rest of the session is left out (mailscope "
                              "limits lists them).");
        found.oddity = view->limit;
    } else {
        return false;
    }
    *reason = found;
    return true;
}

bool ms_view_absent(MsView *view, const char *label, MsDirection direction, const char *what)
{
    MsReason reason;
    if (!ms_view_reason(view, direction, what, &reason))
        return false;
    ms_view_not_here(view, label, "%s", reason.text);
    if (reason.fact)
        ms_view_cite(view, reason.fact);
    else if (reason.oddity)
        ms_view_cite_oddity(view, reason.oddity);
    ms_pen_newline(&view->pen);
    g_free(reason.text);
    return true;
}

bool ms_view_is_command(const MsView *view, const MsFact *mechanism)
{
    size_t count;
    const MsFact *const *commands = ms_index_field(view->index, MS_FIELD_IMAP_COMMAND, &count);
    for (size_t i = 0; mechanism->n_ranges > 0 && i < count; i++)
        if (commands[i]->n_ranges > 0 &&
            commands[i]->ranges[0].frame == mechanism->ranges[0].frame &&
            commands[i]->ranges[0].offset == mechanism->ranges[0].offset)
            return true;
    return false;
}

bool ms_view_in_base64(const MsView *view, const MsFact *encoded)
{
    if (!encoded)
        return false;
    const MsFact *mechanism =
        ms_index_first(view->index, MS_FIELD_AUTH_MECHANISM, -1, encoded->item);
    return !ms_fact_is(mechanism, "FORM") && !ms_fact_is(mechanism, "JSON") &&
           !(ms_fact_is(mechanism, "LOGIN") && ms_view_is_command(view, mechanism));
}
