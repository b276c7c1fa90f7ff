/* SPDX-License-Identifier: GPL-2.0-or-later
 * behaviour_text.c - lines of messages, commands and replies: dots (RFC 5321 4.5.2) and lengths
 * (4.5.3.1). */
#include "behaviour_private.h"

#include <string.h>

enum {
    COMMAND = 512,     /* RFC 5321 4.5.3.1.4, with CRLF */
    PARAMETERS = 1024, /* ... extensions make MAIL and RCPT longer (RFC 3461 4, 1870 3) */
    AUTH = 12288,      /* RFC 4954 4.3 */
    REPLY = 512,       /* RFC 5321 4.5.3.1.5 */
    TEXT = 1000,       /* RFC 5321 4.5.3.1.6, without a doubled dot */
    BLOCK = 65536,
    MOST_RANGES = 64
};

/* What is told of each line of a message, which ends in CRLF: where it begins, its first byte, its
 * length with its line end. False stops. */
typedef bool (*LineFunc)(const MsMessage *message, uint64_t start, uint8_t first, uint64_t length,
                         void *user_data);

static void for_lines(const MsMessage *message, LineFunc func, void *user_data)
{
    g_autofree uint8_t *block = g_malloc(BLOCK);
    uint64_t kept = ms_message_kept(message);
    uint64_t start = 0;
    uint8_t first = 0, before = 0;
    for (uint64_t at = 0; at < kept;) {
        size_t got = ms_message_read(message, at, block, (size_t)MIN(BLOCK, kept - at));
        if (got == 0)
            return;
        for (size_t i = 0; i < got; i++) {
            if (at + i == start)
                first = block[i];
            bool end = block[i] == '\n' && before == '\r';
            before = block[i];
            if (!end)
                continue;
            if (!func(message, start, first, at + i + 1 - start, user_data))
                return;
            start = at + i + 1;
        }
        at += got;
    }
}

static void cite(MsBehaviourResult *result, const MsMessage *message, uint64_t start,
                 uint64_t length)
{
    MsRanges ranges = {0};
    ms_message_where(message, start, length, &ranges);
    for (uint32_t i = 0; i < ranges.n_ranges; i++)
        ms_ranges_add_one(&result->ranges, &ranges.range[i], ranges.time_ns, MOST_RANGES);
    ms_ranges_clear(&ranges);
}

static uint32_t first_frame(const MsBehaviourResult *result)
{
    return result->ranges.n_ranges > 0 ? result->ranges.range[0].frame : 0;
}

/* --- dots --- */

typedef struct {
    MsBehaviourResult *result;
    unsigned lines;
} Dots;

static bool count_dot(const MsMessage *message, uint64_t start, uint8_t first, uint64_t length,
                      void *user_data)
{
    Dots *dots = user_data;
    if (first == '.') {
        if (dots->lines == 0)
            cite(dots->result, message, start, length);
        dots->lines++;
    }
    return true;
}

/* A dot alone in a line of the text: the mail ends there, and the rest is taken for commands. */
static const MsExchange *find_spill(const GArray *exchanges)
{
    static const char *const known[] = {"EHLO", "HELO", "LHLO", "MAIL",     "RCPT", "DATA",
                                        "BDAT", "RSET", "VRFY", "EXPN",     "HELP", "NOOP",
                                        "QUIT", "AUTH", "ETRN", "STARTTLS", "TURN", NULL};
    bool mailed = false;
    for (guint i = 0; i < exchanges->len; i++) {
        const MsExchange *exchange = &g_array_index(exchanges, MsExchange, i);
        if (mailed && !g_strv_contains(known, exchange->verb))
            return exchange;
        mailed = mailed || strcmp(exchange->verb, "DATA") == 0;
    }
    return NULL;
}

void ms_behaviour_dots(const MsRecord *record, const GArray *exchanges, MsBehaviourResult *result)
{
    size_t count;
    const MsOddity *oddities = ms_record_oddities(record, &count);
    for (size_t i = 0; i < count; i++) {
        if (oddities[i].kind != MS_ODDITY_SINGLE_DOT || oddities[i].n_ranges == 0)
            continue;
        ms_behaviour_say(result, MS_BEHAVIOUR_BAD, NULL,
                         "a line of the message begins with a single dot (frame %u), which the "
                         "server takes away",
                         oddities[i].ranges[0].frame);
        ms_ranges_add_one(&result->ranges, &oddities[i].ranges[0], oddities[i].time_ns,
                          MOST_RANGES);
        return;
    }
    const MsExchange *spill = find_spill(exchanges);
    if (spill) {
        ms_behaviour_say(result, MS_BEHAVIOUR_BAD, spill->command,
                         "the message ended at a line with a dot alone; what follows was taken "
                         "for commands (frame %u)",
                         ms_fact_first(spill->command));
        return;
    }
    MsMessage *const *messages = ms_record_messages(record, &count);
    Dots dots = {result, 0};
    for (size_t i = 0; i < count; i++) {
        if (ms_message_direction(messages[i]) == MS_TO_SERVER)
            for_lines(messages[i], count_dot, &dots);
    }
    if (dots.lines == 0)
        ms_behaviour_say(result, MS_BEHAVIOUR_UNSHOWN, NULL,
                         "no line of a message begins with a dot: nothing shows it");
    else
        ms_behaviour_say(result, MS_BEHAVIOUR_GOOD, NULL,
                         "lines that begin with a dot: %u, all doubled; the first in frame %u",
                         dots.lines, first_frame(result));
}

/* --- lengths --- */

static bool check_text(const MsMessage *message, uint64_t start, uint8_t first, uint64_t length,
                       void *user_data)
{
    MsBehaviourResult *result = user_data;
    (void)first;
    if (length <= TEXT)
        return true;
    cite(result, message, start, length);
    ms_behaviour_say(result, MS_BEHAVIOUR_BAD, NULL,
                     "a line of the message has %" G_GUINT64_FORMAT " bytes with its end (frame "
                     "%u); %d are allowed",
                     (guint64)length, first_frame(result), TEXT);
    return false;
}

static unsigned most_of(const MsExchange *exchange)
{
    if (strcmp(exchange->verb, "AUTH") == 0)
        return AUTH;
    bool address = strcmp(exchange->verb, "MAIL") == 0 || strcmp(exchange->verb, "RCPT") == 0;
    const MsFact *command = exchange->command;
    return address && g_strstr_len(command->text, command->text_length, "> ") ? PARAMETERS
                                                                              : COMMAND;
}

void ms_behaviour_lines(const MsRecord *record, const GArray *exchanges, MsBehaviourResult *result)
{
    for (guint i = 0; i < exchanges->len; i++) {
        const MsExchange *exchange = &g_array_index(exchanges, MsExchange, i);
        if (exchange->command->text_length + 2 <= most_of(exchange))
            continue;
        ms_behaviour_say(result, MS_BEHAVIOUR_BAD, exchange->command,
                         "a command has %u bytes with its end (frame %u); %u are allowed",
                         exchange->command->text_length + 2, ms_fact_first(exchange->command),
                         most_of(exchange));
        return;
    }
    size_t count;
    MsMessage *const *messages = ms_record_messages(record, &count);
    for (size_t i = 0; i < count && result->outcome != MS_BEHAVIOUR_BAD; i++) {
        if (ms_message_direction(messages[i]) == MS_TO_SERVER)
            for_lines(messages[i], check_text, result);
    }
    if (result->outcome == MS_BEHAVIOUR_BAD)
        return;
    if (exchanges->len == 0)
        ms_behaviour_say(result, MS_BEHAVIOUR_UNSHOWN, NULL, "no command is in the capture");
    else
        ms_behaviour_say(result, MS_BEHAVIOUR_GOOD, NULL, "no line is too long");
}

/* The longest line of a reply: its text has no codes, and a line feed between lines. */
static size_t longest_line(const MsFact *reply)
{
    size_t longest = 0, length = 0;
    for (uint32_t i = 0; i < reply->text_length; i++) {
        length = reply->text[i] == '\n' ? 0 : length + 1;
        longest = MAX(longest, length);
    }
    return longest + 6; /* "250 " and CRLF */
}

void ms_behaviour_reply_lines(const MsRecord *record, const GArray *exchanges,
                              MsBehaviourResult *result)
{
    size_t count;
    unsigned replies = 0;
    (void)exchanges;
    const MsFact *facts = ms_record_facts(record, &count);
    for (size_t i = 0; i < count; i++) {
        if (facts[i].field != MS_FIELD_SMTP_REPLY && facts[i].field != MS_FIELD_SMTP_GREETING)
            continue;
        replies++;
        size_t length = longest_line(&facts[i]);
        if (length <= REPLY)
            continue;
        ms_behaviour_say(result, MS_BEHAVIOUR_BAD, &facts[i],
                         "a line of a reply has %zu bytes with its end (frame %u); %d are allowed",
                         length, ms_fact_first(&facts[i]), REPLY);
        return;
    }
    ms_behaviour_say(result, replies > 0 ? MS_BEHAVIOUR_GOOD : MS_BEHAVIOUR_UNSHOWN, NULL,
                     replies > 0 ? "no line is too long" : "no reply is in the capture");
}
