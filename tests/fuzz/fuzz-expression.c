/* SPDX-License-Identifier: GPL-2.0-or-later
 * fuzz-expression.c - filters and names for files, of any bytes. Holds: an expression is read or an
 * error says where; `not` turns what it says of a session round; a safe name stays as it is when it
 * is made safe again. */
#include "base/error.h"
#include "extract/name.h"
#include "fuzz.h"
#include "lab/expression.h"

static MsRecord *make_record(const MsLimits *limits)
{
    static const MsFact facts[] = {
        {.field = MS_FIELD_SMTP_MAIL_FROM, .text = "alice@example.org", .text_length = 17},
        {.field = MS_FIELD_SESSION_CLIENT, .text = "192.0.2.1", .text_length = 9},
        {.field = MS_FIELD_MESSAGE_SIZE, .number = 1000},
        {.field = MS_FIELD_MESSAGE_COMPLETE, .number = 1},
        {.field = MS_FIELD_SESSION_START, .number = 1700000000000000000},
    };
    MsRecord *record = ms_record_new(0, limits);
    for (size_t i = 0; i < G_N_ELEMENTS(facts); i++)
        ms_record_add_fact(record, &facts[i]);
    return record;
}

static void check_expression(const char *text)
{
    MsLimits limits;
    ms_limits_default(&limits);
    g_autoptr(GError) error = NULL;
    g_autoptr(MsExpression) expression = ms_expression_new(text, &error);
    g_assert_true((expression == NULL) == (error != NULL));
    if (!expression)
        return;
    g_autoptr(MsRecord) record = make_record(&limits);
    g_autofree char *other = g_strconcat("!(", text, ")", NULL);
    g_autoptr(MsExpression) negated = ms_expression_new(other, NULL);
    if (negated) /* else it is too deep now, or too long */
        g_assert_true(ms_expression_holds(negated, record) !=
                      ms_expression_holds(expression, record));
}

static void check_name(const uint8_t *data, size_t size)
{
    enum { MOST = 40 };
    MsBuffer once = {0}, twice = {0};
    ms_name_safe(&once, (const char *)data, size, MOST);
    ms_name_safe(&twice, (const char *)once.data, once.length, MOST + 1);
    g_assert_true(once.length > 0 && once.length <= MOST);
    g_assert_true(once.length == twice.length && memcmp(once.data, twice.data, once.length) == 0);
    g_assert_true(g_utf8_validate((const char *)once.data, (gssize)once.length, NULL));
    for (size_t i = 0; i < once.length; i++)
        g_assert_true(once.data[i] >= ' ' && !strchr("/\\:\x7f", once.data[i]));
    ms_buffer_clear(&once);
    ms_buffer_clear(&twice);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size > 8192)
        return 0;
    g_autofree char *text = g_strndup((const char *)data, size);
    check_expression(text);
    check_name(data, size);
    return 0;
}
