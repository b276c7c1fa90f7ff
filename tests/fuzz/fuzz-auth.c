/* SPDX-License-Identifier: GPL-2.0-or-later
 * fuzz-auth.c - one login. Input: the mechanism, then lines that begin with `!` (initial response),
 * `>` (client), `<` (server) or `?` (a line is missing), and a last byte for the outcome. Holds:
 * exactly one auth.outcome, every fact has the attempt's number and its evidence, a field that
 * cannot repeat comes once, and no value is longer than what was sent. */
#include "dialogue/auth.h"
#include "fuzz.h"

#include <glib.h>

#include <string.h>

typedef struct {
    MsTalk talk; /* first: the callbacks are handed its address */
    unsigned seen[MS_N_FIELDS];
    size_t size; /* of the input */
} Listener;

static void on_fact(MsTalk *talk, const MsFact *fact)
{
    const MsField *field = ms_field((MsFieldId)fact->field);
    g_assert_true(strncmp(field->key, "auth.", 5) == 0);
    g_assert_cmpint(fact->item, ==, 4);
    g_assert_true(fact->text_length == 0 || fact->text != NULL);
    Listener *listener = (Listener *)(void *)talk;
    listener->seen[fact->field]++;
    if (!(field->flags & MS_MANY))
        g_assert_cmpuint(listener->seen[fact->field], ==, 1);
    g_assert_cmpuint(fact->n_ranges, ==, 1);
    /* Hex doubles, UTF-16 to UTF-8 adds a half; problem and outcome are our own words. */
    if (fact->field != MS_FIELD_AUTH_PROBLEM && fact->field != MS_FIELD_AUTH_OUTCOME)
        g_assert_cmpuint(fact->text_length, <=, 2 * listener->size);
}

static void on_oddity(MsTalk *talk, const MsOddity *oddity)
{
    (void)talk;
    g_assert_nonnull(ms_oddity_words(oddity->kind));
}

static const MsTalkClass listener_class = {.fact = on_fact, .oddity = on_oddity};

static void play(MsAuth *auth, const uint8_t *line, size_t length, const MsRanges *where)
{
    MsBuffer note = {0};
    /* A copy of exactly its size, so that reading beyond it is seen. */
    g_autofree uint8_t *text = length > 1 ? g_memdup2(line + 1, length - 1) : NULL;
    if (length == 0)
        return;
    switch (line[0]) {
    case '!':
    case '>':
        ms_auth_client(auth, text, length - 1, line[0] == '!', where, &note);
        break;
    case '<':
        ms_auth_server(auth, text, length - 1, where, &note);
        break;
    default:
        ms_auth_gap(auth);
    }
    ms_buffer_clear(&note);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    MsLimits limits;
    if (size == 0)
        return 0;
    ms_limits_default(&limits);
    Listener listener = {.talk = {.class = &listener_class, .limits = &limits}, .size = size};
    MsRanges where = {0};
    MsRange range = {.frame = 1, .offset = 54, .length = 10};
    ms_ranges_add_one(&where, &range, 1, 16);
    const uint8_t *end = memchr(data, '\n', size);
    size_t length = end ? (size_t)(end - data) : size;
    MsAuth *auth = ms_auth_new(&listener.talk, 4, data, length, &where);
    for (size_t at = length + 1; at < size;) {
        end = memchr(data + at, '\n', size - at);
        length = end ? (size_t)(end - data) - at : size - at;
        play(auth, data + at, length, &where);
        at += length + 1;
    }
    MsAuthOutcome outcome =
        ms_auth_cancelled(auth) ? MS_AUTH_CANCELLED : (MsAuthOutcome)(data[size - 1] % 4);
    ms_auth_end(auth, outcome, outcome == MS_AUTH_SUCCESS ? 235 : 535, &where);
    ms_auth_free(auth);
    g_assert_cmpuint(listener.seen[MS_FIELD_AUTH_OUTCOME], ==, 1);
    ms_ranges_clear(&where);
    return 0;
}
