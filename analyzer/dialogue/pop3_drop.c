/* SPDX-License-Identifier: GPL-2.0-or-later
 * pop3_drop.c - the maildrop as the session sees it: which message was fetched, which one is
 * marked, and what becomes of them. DELE only marks; the server removes what is marked when it has
 * answered QUIT, and without QUIT it removes nothing (RFC 1939 5 and 6). */
#include "pop3.h"

#include <string.h>

/* Lines of a body that no message has: who asks with TOP for as many wants all of it, and only does
 * not want the server to note the message as read. */
enum { ALL_LINES = 1000000 };

typedef enum { FATE_KEPT, FATE_DELETED, FATE_UNKNOWN } Fate;

uint32_t ms_pop3_number(const uint8_t *text, size_t length, size_t *rest)
{
    size_t at = 0;
    uint64_t value = 0;
    while (at < length && at < 10 && g_ascii_isdigit((char)text[at]))
        value = value * 10 + (uint64_t)(text[at++] - '0');
    *rest = length;
    if (at == 0 || value > UINT32_MAX || (at < length && text[at] != ' ' && text[at] != '\t'))
        return 0;
    while (at < length && (text[at] == ' ' || text[at] == '\t'))
        at++;
    *rest = at;
    return (uint32_t)value;
}

/* What is known of that message; NULL beyond the limit. */
static MsPop3Mail *mail_of(MsDialogue *pop3, uint32_t number)
{
    if (!pop3->drop)
        pop3->drop = g_hash_table_new_full(g_direct_hash, g_direct_equal, NULL, g_free);
    MsPop3Mail *mail = g_hash_table_lookup(pop3->drop, GUINT_TO_POINTER(number));
    if (mail || number == 0)
        return mail;
    if (g_hash_table_size(pop3->drop) >= pop3->say.talk->limits->value[MS_LIMIT_MAILDROP]) {
        if (!pop3->drop_full_said)
            ms_speak_odd(&pop3->say, MS_ODDITY_LIMIT, MS_TO_CLIENT, -1, &pop3->status_at, 0,
                         "maildrop-messages: what becomes of further messages is not followed");
        pop3->drop_full_said = true;
        return NULL;
    }
    mail = g_new0(MsPop3Mail, 1);
    g_hash_table_insert(pop3->drop, GUINT_TO_POINTER(number), mail);
    return mail;
}

static const MsPop3Mail *find(const MsDialogue *pop3, uint32_t number)
{
    return pop3->drop ? g_hash_table_lookup(pop3->drop, GUINT_TO_POINTER(number)) : NULL;
}

static void say_uid(MsDialogue *pop3, int32_t message, const MsPop3Mail *mail)
{
    MsRange place = mail->uid_at;
    const MsRanges where = {.range = &place, .n_ranges = 1, .time_ns = mail->uid_ns};
    ms_speak_text(&pop3->say, MS_FIELD_POP3_UID, MS_TO_CLIENT, message, -1, &where, mail->uid,
                  mail->uid_length);
}

void ms_pop3_fetch(MsDialogue *pop3, const MsPop3Pending *entry, const MsRanges *where)
{
    int32_t message = pop3->messages++;
    bool top = entry->kind == MS_POP3_TOP;
    bool seen = entry->exchange >= 0; /* the command is in the capture */
    if (!pop3->fetched)
        pop3->fetched = g_array_new(FALSE, FALSE, sizeof(MsPop3Fetched));
    const MsPop3Fetched one = {.number = entry->number,
                               .gaps = pop3->client_gaps,
                               .part = top && entry->lines < ALL_LINES};
    g_array_append_val(pop3->fetched, one);
    if (seen)
        ms_speak_text(&pop3->say, MS_FIELD_POP3_TRANSFER, MS_TO_CLIENT, message, -1, where,
                      top ? "TOP" : "RETR", top ? 3 : 4);
    MsRange place = entry->number_at;
    const MsRanges said = {
        .range = &place, .n_ranges = place.length > 0, .time_ns = entry->number_ns};
    if (entry->number > 0)
        ms_speak_number(&pop3->say, MS_FIELD_POP3_NUMBER, MS_TO_SERVER, message, -1, &said,
                        entry->number);
    if (top && entry->number > 0)
        ms_speak_number(&pop3->say, MS_FIELD_POP3_TOP_LINES, MS_TO_CLIENT, message, -1, where,
                        entry->lines);
    const MsPop3Mail *mail = find(pop3, entry->number);
    if (mail && mail->uid_length > 0)
        say_uid(pop3, message, mail);
}

void ms_pop3_ask(MsDialogue *pop3, uint32_t number)
{
    MsPop3Mail *mail = mail_of(pop3, number);
    if (mail)
        mail->asked = true;
}

void ms_pop3_refuse(MsDialogue *pop3, uint32_t number)
{
    MsPop3Mail *mail = mail_of(pop3, number);
    if (mail)
        mail->asked = false;
}

void ms_pop3_mark(MsDialogue *pop3, uint32_t number, int32_t exchange, const MsRanges *where)
{
    MsPop3Mail *mail = mail_of(pop3, number);
    if (number > 0)
        ms_speak_number(&pop3->say, MS_FIELD_POP3_DELETED, MS_TO_CLIENT, -1, exchange, where,
                        number);
    if (!mail)
        return;
    mail->marked = true;
    mail->asked = false;
    mail->gaps = pop3->client_gaps;
    if (where->n_ranges > 0)
        mail->marked_at = where->range[0];
    mail->marked_ns = where->time_ns;
}

void ms_pop3_unmark(MsDialogue *pop3, int32_t exchange, const MsRanges *where)
{
    int64_t count = 0;
    GHashTableIter iter;
    gpointer value;
    if (pop3->drop) {
        g_hash_table_iter_init(&iter, pop3->drop);
        while (g_hash_table_iter_next(&iter, NULL, &value)) {
            count += ((MsPop3Mail *)value)->marked;
            ((MsPop3Mail *)value)->marked = false;
        }
    }
    ms_speak_number(&pop3->say, MS_FIELD_POP3_RESET, MS_TO_CLIENT, -1, exchange, where, count);
}

void ms_pop3_uid(MsDialogue *pop3, uint32_t number, const MsBytes *bytes, size_t offset,
                 size_t length)
{
    MsPop3Mail *mail = mail_of(pop3, number);
    if (!mail || length > sizeof mail->uid)
        return;
    const MsRanges *where = ms_speak_where(&pop3->say, bytes, offset, length);
    if (where->n_ranges == 0)
        return;
    bool known = mail->uid_length > 0;
    memcpy(mail->uid, bytes->data + offset, length);
    mail->uid_length = (uint8_t)length;
    mail->uid_at = where->range[0];
    mail->uid_ns = where->time_ns;
    for (guint i = 0; !known && pop3->fetched && i < pop3->fetched->len; i++)
        if (g_array_index(pop3->fetched, MsPop3Fetched, i).number == number)
            say_uid(pop3, (int32_t)i, mail);
}

/* --- the end --- */

/* `gaps`: of the client before the message was fetched; a DELE of it, or a RSET, can only have come
 * later, as what is marked cannot be fetched (RFC 1939 5). */
static Fate fate_of(const MsDialogue *pop3, uint32_t number, uint32_t gaps)
{
    const MsPop3Mail *mail = find(pop3, number);
    bool marked = mail && mail->marked;
    if (marked && pop3->client_gaps > mail->gaps)
        return FATE_UNKNOWN;
    if (marked && pop3->quit_ok)
        return FATE_DELETED;
    if (marked && (pop3->quit || pop3->server_gap))
        return FATE_UNKNOWN; /* QUIT may have reached the server, or not */
    if (!pop3->quit && (pop3->say.talk->cut || pop3->tls.started))
        return FATE_UNKNOWN; /* what is not seen may delete it yet */
    bool unseen = number == 0 || pop3->client_gaps > gaps || !pop3->client_spoke ||
                  (mail && mail->asked) || pop3->drop_full_said;
    return !marked && unseen ? FATE_UNKNOWN : FATE_KEPT;
}

static void say_fate(MsDialogue *pop3, int32_t message, uint32_t number, Fate fate)
{
    static const char *const words[] = {"kept", "deleted", "unknown"};
    const MsPop3Mail *mail = find(pop3, number);
    MsRanges where = {0};
    if (fate == FATE_DELETED && mail && mail->marked_at.length > 0)
        ms_ranges_add_one(&where, &mail->marked_at, mail->marked_ns, 16);
    if (pop3->quit_ok && fate != FATE_UNKNOWN) {
        int64_t time_ns = where.n_ranges > 0 ? where.time_ns : pop3->quit_at.time_ns;
        ms_ranges_join(&where, &pop3->quit_at, 16);
        where.time_ns = time_ns;
    }
    if (message >= 0)
        ms_speak_text(&pop3->say, MS_FIELD_POP3_FATE, MS_TO_CLIENT, message, -1, &where,
                      words[fate], strlen(words[fate]));
    else
        ms_speak_number(&pop3->say, MS_FIELD_POP3_REMOVED, MS_TO_CLIENT, -1, -1, &where, number);
    ms_ranges_clear(&where);
}

static gint compare_numbers(gconstpointer a, gconstpointer b)
{
    guint first = GPOINTER_TO_UINT(a);
    guint second = GPOINTER_TO_UINT(b);
    return first < second ? -1 : first > second;
}

/* Says which messages the server removed. Returns how many. */
static uint32_t say_removed(MsDialogue *pop3)
{
    if (!pop3->drop || !pop3->quit_ok)
        return 0;
    uint32_t count = 0;
    GList *numbers = g_list_sort(g_hash_table_get_keys(pop3->drop), compare_numbers);
    for (const GList *item = numbers; item; item = item->next) {
        uint32_t number = GPOINTER_TO_UINT(item->data);
        if (fate_of(pop3, number, 0) != FATE_DELETED)
            continue;
        say_fate(pop3, -1, number, FATE_DELETED);
        count++;
    }
    g_list_free(numbers);
    return count;
}

void ms_pop3_verdict(MsDialogue *pop3)
{
    uint32_t often[3] = {0};
    for (guint i = 0; pop3->fetched && i < pop3->fetched->len; i++) {
        const MsPop3Fetched *one = &g_array_index(pop3->fetched, MsPop3Fetched, i);
        Fate fate = fate_of(pop3, one->number, one->gaps);
        say_fate(pop3, (int32_t)i, one->number, fate);
        often[fate] += !one->part;
    }
    uint32_t removed = say_removed(pop3);
    uint32_t fetched = often[FATE_KEPT] + often[FATE_DELETED] + often[FATE_UNKNOWN];
    const char *mode = NULL;
    if (often[FATE_UNKNOWN] > 0)
        mode = "unknown";
    else if (fetched > 0)
        mode = often[FATE_DELETED] == 0 ? "keep" : often[FATE_KEPT] == 0 ? "delete" : "mixed";
    else if (removed > 0)
        mode = "delete";
    if (mode)
        ms_speak_text(&pop3->say, MS_FIELD_POP3_MODE, MS_TO_CLIENT, -1, -1,
                      pop3->quit_ok ? &pop3->quit_at : NULL, mode, strlen(mode));
}
