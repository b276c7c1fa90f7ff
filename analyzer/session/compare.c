/* SPDX-License-Identifier: GPL-2.0-or-later
 * compare.c - see compare.h. Addresses are compared without regard to case, which can at most hide
 * that two are different. */
#include "compare.h"

#include "../base/fold.h"

#include <glib.h>

#include <string.h>

enum {
    MOST_SEEN = 5000, /* facts kept: more than any server takes recipients */
    MOST_CITED = 8    /* header addresses cited beside a recipient that they are not */
};

typedef struct {
    uint16_t field;
    uint8_t direction;
    bool rejected; /* a recipient that the server did not take */
    int32_t message, item;
    char *text; /* in lower case */
    MsRange place;
    int64_t time_ns;
} Seen;

struct MsCompare {
    GArray *seen; /* Seen */
    bool lost;    /* there were too many */
};

static void seen_clear(void *data)
{
    Seen *seen = data;
    g_free(seen->text);
}

MsCompare *ms_compare_new(void)
{
    MsCompare *compare = g_new0(MsCompare, 1);
    compare->seen = g_array_new(FALSE, FALSE, sizeof(Seen));
    g_array_set_clear_func(compare->seen, seen_clear);
    return compare;
}

void ms_compare_free(MsCompare *compare)
{
    if (!compare)
        return;
    g_array_unref(compare->seen);
    g_free(compare);
}

static Seen *at(const MsCompare *compare, guint i)
{
    return &g_array_index(compare->seen, Seen, i);
}

static void reject(MsCompare *compare, const MsFact *outcome)
{
    for (guint i = 0; i < compare->seen->len; i++) {
        Seen *seen = at(compare, i);
        if (seen->field == MS_FIELD_SMTP_RCPT_TO && seen->message == outcome->message &&
            seen->item == outcome->item)
            seen->rejected = true;
    }
}

void ms_compare_see(MsCompare *compare, const MsFact *fact)
{
    switch (fact->field) {
    case MS_FIELD_SMTP_RCPT_OUTCOME:
        if (ms_fold_is(fact->text, fact->text_length, "rejected"))
            reject(compare, fact);
        return;
    case MS_FIELD_SMTP_MAIL_FROM:
    case MS_FIELD_SMTP_RCPT_TO:
    case MS_FIELD_MESSAGE_FROM_ADDRESS:
    case MS_FIELD_MESSAGE_TO_ADDRESS:
    case MS_FIELD_MESSAGE_CC_ADDRESS:
        break;
    default:
        return;
    }
    if (compare->seen->len >= MOST_SEEN) {
        compare->lost = true;
        return;
    }
    if (fact->n_ranges == 0 || fact->text_length == 0)
        return;
    g_autofree char *text = g_strndup(fact->text, fact->text_length);
    const Seen seen = {.field = fact->field,
                       .direction = fact->direction,
                       .message = fact->message,
                       .item = fact->item,
                       .text = g_ascii_strdown(text, -1),
                       .place = fact->ranges[0],
                       .time_ns = fact->time_ns};
    g_array_append_val(compare->seen, seen);
}

/* One run over the facts of a mail. */
typedef struct {
    const MsCompare *compare;
    int32_t message;
    size_t most_ranges;
    MsCompareFunc func;
    void *user_data;
    MsRanges where;
} Say;

static void say(Say *s, MsFieldId field, const Seen *seen, const char *text)
{
    const MsFact fact = {.field = (uint16_t)field,
                         .direction = seen->direction,
                         .message = s->message,
                         .item = field == MS_FIELD_MESSAGE_BLIND ? seen->item : -1,
                         .text = text,
                         .text_length = (uint32_t)strlen(text),
                         .time_ns = seen->time_ns,
                         .ranges = s->where.range,
                         .n_ranges = s->where.n_ranges,
                         .ranges_omitted = s->where.omitted};
    s->func(&fact, s->user_data);
}

static void cite(Say *s, const Seen *seen)
{
    ms_ranges_add_one(&s->where, &seen->place, seen->time_ns, s->most_ranges);
}

static bool same_place(const Seen *a, const Seen *b)
{
    return a->place.frame == b->place.frame && a->place.offset == b->place.offset;
}

/* Recipients that neither To nor Cc names, each with the first of these fields beside it. */
static void say_blind(Say *s)
{
    g_autoptr(GHashTable) named = g_hash_table_new(g_str_hash, g_str_equal);
    const Seen *fields[MOST_CITED];
    size_t n_fields = 0;
    for (guint i = 0; i < s->compare->seen->len; i++) {
        const Seen *seen = at(s->compare, i);
        if (seen->message != s->message || (seen->field != MS_FIELD_MESSAGE_TO_ADDRESS &&
                                            seen->field != MS_FIELD_MESSAGE_CC_ADDRESS))
            continue;
        g_hash_table_add(named, seen->text);
        if (n_fields < MOST_CITED && (n_fields == 0 || !same_place(fields[n_fields - 1], seen)))
            fields[n_fields++] = seen; /* addresses of one field cite the same bytes */
    }
    for (guint i = 0; i < s->compare->seen->len; i++) {
        const Seen *seen = at(s->compare, i);
        if (seen->message != s->message || seen->field != MS_FIELD_SMTP_RCPT_TO || seen->rejected ||
            g_hash_table_contains(named, seen->text))
            continue;
        ms_ranges_reset(&s->where);
        cite(s, seen);
        for (size_t k = 0; k < n_fields; k++)
            cite(s, fields[k]);
        say(s, MS_FIELD_MESSAGE_BLIND, seen, seen->text);
    }
}

static const char *domain_of(const Seen *seen)
{
    const char *sign = strrchr(seen->text, '@');
    return sign && sign[1] ? sign + 1 : NULL;
}

/* The same, or one lies in the other: bounces.example.org belongs to example.org. */
static bool is_related(const char *a, const char *b)
{
    size_t n = strlen(a);
    size_t m = strlen(b);
    const char *longer = n > m ? a : b;
    const char *shorter = n > m ? b : a;
    size_t more = n > m ? n - m : m - n;
    return strcmp(longer + more, shorter) == 0 && (more == 0 || longer[more - 1] == '.');
}

static void say_sender(Say *s)
{
    const Seen *envelope = NULL;
    const Seen *header = NULL; /* the first author */
    for (guint i = 0; i < s->compare->seen->len; i++) {
        const Seen *seen = at(s->compare, i);
        if (seen->message == s->message && seen->field == MS_FIELD_SMTP_MAIL_FROM)
            envelope = seen;
    }
    const char *sender = envelope ? domain_of(envelope) : NULL;
    for (guint i = 0; sender && i < s->compare->seen->len; i++) {
        const Seen *seen = at(s->compare, i);
        if (seen->message != s->message || seen->field != MS_FIELD_MESSAGE_FROM_ADDRESS ||
            !domain_of(seen))
            continue;
        if (is_related(sender, domain_of(seen)))
            return;
        header = header ? header : seen;
    }
    if (!header)
        return;
    ms_ranges_reset(&s->where);
    cite(s, envelope);
    cite(s, header);
    g_autofree char *text =
        g_strdup_printf("%s in MAIL FROM, %s in From", sender, domain_of(header));
    say(s, MS_FIELD_MESSAGE_ENVELOPE_DIFFERS, envelope, text);
}

void ms_compare_mail(MsCompare *compare, int32_t message, bool whole, size_t most_ranges,
                     MsCompareFunc func, void *user_data)
{
    Say s = {.compare = compare,
             .message = message,
             .most_ranges = most_ranges,
             .func = func,
             .user_data = user_data};
    if (!compare->lost) {
        say_sender(&s);
        if (whole)
            say_blind(&s);
    }
    ms_ranges_clear(&s.where);
    guint kept = 0;
    for (guint i = 0; i < compare->seen->len; i++) {
        Seen *seen = at(compare, i);
        if (seen->message <= message)
            continue;
        Seen other = *at(compare, kept);
        *at(compare, kept++) = *seen;
        *seen = other;
    }
    g_array_set_size(compare->seen, kept);
    compare->lost = false;
}
