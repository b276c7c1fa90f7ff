/* SPDX-License-Identifier: GPL-2.0-or-later
 * fuzz-codec.c - base64 and escaping, on any bytes. Holds: encode(decode(x)) == x for what is
 * called good base64; escaped text is printable and valid; drawings hold no control characters, and
 * any words can be asked for. */
#include "base/codec.h"
#include "base/escape.h"
#include "fact/explain.h"
#include "front/drawing.h"
#include "fuzz.h"

#include <glib.h>

#include <string.h>

static bool same(const MsBuffer *buffer, const uint8_t *data, size_t size)
{
    return buffer->length == size && (size == 0 || memcmp(buffer->data, data, size) == 0);
}

static void check_base64(const uint8_t *data, size_t size)
{
    MsBuffer plain = {0}, again = {0};
    size_t bad_at = SIZE_MAX;
    MsBase64Result result = ms_base64_decode(data, size, &plain, &bad_at);
    g_assert_cmpuint(plain.length, <=, size);
    g_assert_true((ms_base64_error(result) == NULL) == (result == MS_BASE64_OK));
    if (result == MS_BASE64_OK) {
        ms_base64_encode(plain.data, plain.length, &again);
        g_assert_true(same(&again, data, size));
    }
    if (result == MS_BASE64_BAD_CHARACTER)
        g_assert_cmpuint(bad_at, <, size);
    ms_buffer_clear(&again);
    ms_base64_encode(data, size, &again);
    ms_buffer_clear(&plain);
    g_assert_cmpint(ms_base64_decode(again.data, again.length, &plain, NULL), ==, MS_BASE64_OK);
    g_assert_true(same(&plain, data, size));
    ms_buffer_clear(&plain);
    ms_buffer_clear(&again);
}

static void check_escapes(const uint8_t *data, size_t size)
{
    MsBuffer out = {0};
    ms_escape_terminal(&out, data, size);
    for (size_t i = 0; i < out.length; i++)
        g_assert_true(out.data[i] >= 0x20 && out.data[i] != 0x7f);
    if (out.length > 0)
        g_assert_true(g_utf8_validate((const char *)out.data, (gssize)out.length, NULL));
    ms_buffer_clear(&out);
    bool clean = ms_escape_json(&out, data, size);
    for (size_t i = 0; i < out.length; i++)
        g_assert_true(out.data[i] >= 0x20);
    if (out.length > 0)
        g_assert_true(g_utf8_validate((const char *)out.data, (gssize)out.length, NULL));
    if (size > 0 && memchr(data, 0, size) == NULL)
        g_assert_true(clean == g_utf8_validate((const char *)data, (gssize)size, NULL));
    ms_buffer_clear(&out);
    ms_escape_hex(&out, data, size);
    g_assert_cmpuint(out.length, ==, 2 * size);
    ms_buffer_clear(&out);
}

static void check_page(MsBuffer *out)
{
    for (size_t i = 0; i < out->length; i++)
        g_assert_true(out->data[i] == '\n' || (out->data[i] >= 0x20 && out->data[i] != 0x7f));
    g_assert_true(g_utf8_validate((const char *)out->data, (gssize)out->length, NULL));
    ms_buffer_clear(out);
}

static void check_drawing(const uint8_t *data, size_t size)
{
    const MsStyle style = {.full = size % 2};
    MsBuffer out = {0};
    MsBuffer plain = {0};
    bool good = ms_base64_decode(data, size, &plain, NULL) == MS_BASE64_OK;
    g_assert_true(ms_draw_base64_decode(&out, data, size, &style) == good);
    check_page(&out);
    ms_draw_base64(&out, data, size, &style);
    check_page(&out);
    ms_buffer_clear(&plain);
}

static void check_explain(const uint8_t *data, size_t size)
{
    MsExplanation explanations[4];
    size_t count;
    size_t found;
    g_autofree char *query = g_strndup((const char *)data, size);
    MsExplained result = ms_explain(query, explanations, 4, &count, &found);
    g_assert_true((result == MS_EXPLAINED_NOT) == (count == 0));
    g_assert_true(count <= 4 && found >= count);
    for (size_t i = 0; i < count; i++)
        g_assert_true(explanations[i].words || explanations[i].text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    check_base64(data, size);
    check_escapes(data, size);
    check_drawing(data, size);
    if (size <= 256) /* a search looks at every row */
        check_explain(data, size);
    return 0;
}
