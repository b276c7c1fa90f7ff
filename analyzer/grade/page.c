/* SPDX-License-Identifier: GPL-2.0-or-later
 * page.c - frame of the pages of grading. The policy names style sheets and script by their hashes
 * (CSP level 3, 2.3.1): nothing is loaded, no other script runs. */
#include "page.h"

#include "../base/escape.h"

#include <glib.h>

#include <string.h>

/* Made from the files of these names. */
extern const uint8_t ms_feedback_css[], ms_class_css[], ms_class_js[];
extern const size_t ms_feedback_css_length, ms_class_css_length, ms_class_js_length;

static void put_style(MsBuffer *out, const uint8_t *text, size_t length)
{
    ms_buffer_text(out, "<style>");
    ms_buffer_append(out, text, length);
    ms_buffer_text(out, "</style>\n");
}

void ms_grade_page_begin(MsBuffer *out, const char *title, bool whole_class)
{
    ms_buffer_text(out, "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
                        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src "
                        "'none'; style-src ");
    ms_html_hash(out, ms_feedback_css, ms_feedback_css_length);
    if (whole_class) {
        ms_buffer_byte(out, ' ');
        ms_html_hash(out, ms_class_css, ms_class_css_length);
        ms_buffer_text(out, "; script-src ");
        ms_html_hash(out, ms_class_js, ms_class_js_length);
    }
    ms_buffer_text(out, "; base-uri 'none'; form-action 'none'; require-trusted-types-for "
                        "'script'; trusted-types 'none'\">\n<meta name=\"viewport\" "
                        "content=\"width=device-width, initial-scale=1\">\n<meta "
                        "name=\"referrer\" content=\"no-referrer\">\n<meta name=\"color-scheme\" "
                        "content=\"light dark\">\n<title>");
    ms_grade_attribute(out, title);
    ms_buffer_text(out, "</title>\n");
    put_style(out, ms_feedback_css, ms_feedback_css_length);
    if (whole_class)
        put_style(out, ms_class_css, ms_class_css_length);
    ms_buffer_text(out, "</head>\n<body>\n");
}

void ms_grade_page_end(MsBuffer *out, bool whole_class)
{
    if (whole_class) {
        ms_buffer_text(out, "<script>");
        ms_buffer_append(out, ms_class_js, ms_class_js_length);
        ms_buffer_text(out, "</script>\n");
    }
    ms_buffer_text(out, "</body>\n</html>\n");
}

void ms_grade_text(MsBuffer *out, const char *text)
{
    ms_html_line(out, (const uint8_t *)text, strlen(text));
}

void ms_grade_attribute(MsBuffer *out, const char *text)
{
    MsBuffer safe = {0};
    ms_escape_terminal(&safe, (const uint8_t *)text, strlen(text));
    ms_html_plain(out, safe.data, safe.length);
    ms_buffer_clear(&safe);
}

void ms_grade_points(MsBuffer *out, double points)
{
    char number[G_ASCII_DTOSTR_BUF_SIZE];
    g_ascii_formatd(number, sizeof number, "%.2f", points);
    size_t length = strlen(number);
    while (number[length - 1] == '0')
        length--;
    if (number[length - 1] == '.')
        length--;
    ms_buffer_append(out, number, length);
}
