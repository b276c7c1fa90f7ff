/* SPDX-License-Identifier: GPL-2.0-or-later
 * signs.c - see signs.h. */
#include "signs.h"

#include "../capture/bytes.h"

#include <string.h>

#define BACKWARDS_NS INT64_C(1000000) /* interfaces may be read a little out of order */
#define MOST_DAYS 3                   /* no time zone explains so many */

static const struct {
    const char *name, *words;
} rows[MS_N_SIGNS] = {
    [MS_SIGN_TCP_CHECKSUM] = {"tcp-checksum",
                              "TCP checksums are wrong, and not as offloading leaves them: bytes "
                              "or addresses may have been changed afterwards, or were damaged"},
    [MS_SIGN_IP_CHECKSUM] = {"ip-checksum", "IP header checksums are wrong and not zero: addresses "
                                            "may have been changed afterwards"},
    [MS_SIGN_BACKWARDS] = {"time-backwards",
                           "time goes backwards: files may have been joined, or a clock was set"},
    [MS_SIGN_UNSEEN] = {"unseen-bytes", "bytes were acknowledged that are not in the capture: "
                                        "frames may have been taken away, or were missed"},
    [MS_SIGN_DATE] = {"date", "the Date field of a mail that was sent is days away from its "
                              "frames: times may have been shifted, or a clock is wrong"},
    [MS_SIGN_PROGRAM] = {"program", "a program that edits or makes captures wrote the file"},
    [MS_SIGN_BARE] = {"bare", "a connection without TCP options and with constant IP "
                              "identifications: packets may have been made by a program"},
    [MS_SIGN_CUT] = {"cut-frames", "frames were cut by a snapshot length"},
};

static MsSign *note(MsSigns *signs, MsSignKind kind, uint16_t file, uint32_t frame)
{
    MsSign *sign = &signs->sign[kind];
    sign->count++;
    if (frame > 0 && sign->n_frames < MS_SIGN_FRAMES) {
        sign->files[sign->n_frames] = file;
        sign->frames[sign->n_frames++] = frame;
    }
    return sign;
}

static uint32_t add_words(uint32_t sum, const uint8_t *data, size_t length)
{
    for (size_t i = 0; i + 1 < length; i += 2)
        sum += (uint32_t)data[i] << 8 | data[i + 1];
    return sum;
}

static uint16_t fold(uint32_t sum)
{
    while (sum >> 16)
        sum = (sum & 0xffff) + (sum >> 16);
    return (uint16_t)sum;
}

/* What a system that leaves the checksum to the card writes there: nothing, or the sum of the
 * pseudo header, with or without its length. */
static bool is_offloaded(const MsSegment *segment)
{
    static const uint8_t mapped[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
    size_t skip = memcmp(segment->src, mapped, sizeof mapped) == 0 ? sizeof mapped : 0;
    uint16_t found = get_be16(segment->header + 16);
    uint32_t length = (uint32_t)(segment->header[12] >> 4) * 4 + segment->payload_length;
    uint32_t sum = add_words(6, segment->src + skip, 16 - skip);
    sum = add_words(sum, segment->dst + skip, 16 - skip);
    return found == 0 || found == fold(sum) || found == fold(sum + length);
}

static void check_ip(MsSigns *signs, uint16_t file, const MsFrame *frame, const MsSegment *segment)
{
    if (segment->header_frame != frame->number || segment->ip_offset >= frame->length)
        return;
    const uint8_t *ip = frame->data + segment->ip_offset;
    size_t room = frame->length - segment->ip_offset;
    size_t length = (size_t)(ip[0] & 15) * 4;
    if (ip[0] >> 4 != 4 || length < 20 || length > room || get_be16(ip + 10) == 0)
        return;
    if (fold(add_words(0, ip, length)) != 0xffff)
        note(signs, MS_SIGN_IP_CHECKSUM, file, frame->number);
}

void ms_signs_file(MsSigns *signs)
{
    signs->last_ns = 0;
}

void ms_signs_frame(MsSigns *signs, uint16_t file, const MsFrame *frame, const MsSegment *segment)
{
    if (frame->wire_length > frame->length)
        note(signs, MS_SIGN_CUT, file, frame->number);
    int64_t back_ns = signs->last_ns - frame->time_ns;
    if (signs->last_ns > 0 && frame->time_ns > 0 && back_ns >= BACKWARDS_NS) {
        MsSign *sign = note(signs, MS_SIGN_BACKWARDS, file, frame->number);
        if (back_ns > signs->worst_ns) {
            signs->worst_ns = back_ns;
            g_free(sign->detail);
            sign->detail =
                g_strdup_printf("by up to %" G_GINT64_FORMAT " ms", (gint64)(back_ns / 1000000));
        }
    }
    signs->last_ns = frame->time_ns;
    if (!segment)
        return;
    check_ip(signs, file, frame, segment);
    if (segment->header && ms_segment_checksum(segment) == MS_CHECKSUM_WRONG &&
        !is_offloaded(segment))
        note(signs, MS_SIGN_TCP_CHECKSUM, file, frame->number);
}

void ms_signs_note(MsSigns *signs, uint16_t file, const char *name, const uint8_t *text,
                   uint32_t length)
{
    static const char *const programs[] = {"editcap",  "mergecap",   "reordercap", "text2pcap",
                                           "scapy",    "tcprewrite", "randpkt",    "tracewrangler",
                                           "bittwist", "pcapfix"};
    if (strcmp(name, "application") != 0)
        return;
    g_autofree char *part = g_strndup((const char *)text, MIN(length, 200));
    g_autofree char *valid = g_utf8_make_valid(part, -1);
    g_autofree char *lower = g_ascii_strdown(valid, -1);
    for (size_t i = 0; i < G_N_ELEMENTS(programs); i++) {
        if (!strstr(lower, programs[i]))
            continue;
        MsSign *sign = note(signs, MS_SIGN_PROGRAM, file, 0);
        if (!sign->detail)
            sign->detail = g_strdup(valid);
        return;
    }
}

/* The day of a Date field (RFC 5322 3.3), days since 1970; false when it names none. */
static bool read_day(const char *text, size_t length, int64_t *day)
{
    static const char months[] = "janfebmaraprmayjunjulaugsepoctnovdec";
    g_autofree char *copy = g_ascii_strdown(text, (gssize)MIN(length, 100));
    g_auto(GStrv) words = g_strsplit_set(copy, " ,\t\r\n", -1);
    for (guint i = 1; words[i] && words[i + 1]; i++) {
        const char *month = strlen(words[i]) == 3 ? strstr(months, words[i]) : NULL;
        guint64 number = g_ascii_strtoull(words[i - 1], NULL, 10);
        guint64 year = g_ascii_strtoull(words[i + 1], NULL, 10);
        if (!month || (month - months) % 3 != 0 || number < 1 || number > 31 || year < 1970 ||
            year > 9999)
            continue;
        GDate date;
        g_date_clear(&date, 1);
        GDateMonth which = (GDateMonth)((month - months) / 3 + 1);
        if (!g_date_valid_dmy((GDateDay)number, which, (GDateYear)year))
            return false;
        g_date_set_dmy(&date, (GDateDay)number, which, (GDateYear)year);
        *day = (int64_t)g_date_get_julian(&date) - 719163;
        return true;
    }
    return false;
}

static void check_date(MsSigns *signs, const MsFact *date)
{
    int64_t day;
    if (date->n_ranges == 0 || date->time_ns == 0 || date->direction != MS_TO_SERVER ||
        date->text_length == 0 || !read_day(date->text, date->text_length, &day))
        return;
    int64_t apart = ABS(day - date->time_ns / (INT64_C(86400) * 1000000000));
    if (apart < MOST_DAYS)
        return;
    MsSign *sign = note(signs, MS_SIGN_DATE, date->ranges[0].file, date->ranges[0].frame);
    if (!sign->detail)
        sign->detail = g_strdup_printf("%" G_GINT64_FORMAT " days", (gint64)apart);
}

void ms_signs_session(MsSigns *signs, const MsRecord *record)
{
    size_t count;
    const MsOddity *oddities = ms_record_oddities(record, &count);
    for (size_t i = 0; i < count; i++) {
        if (oddities[i].kind == MS_ODDITY_GAP && oddities[i].n_ranges > 0)
            note(signs, MS_SIGN_UNSEEN, oddities[i].ranges[0].file, oddities[i].ranges[0].frame);
    }
    const MsFact *facts = ms_record_facts(record, &count);
    for (size_t i = 0; i < count; i++) {
        if (facts[i].field == MS_FIELD_MESSAGE_DATE)
            check_date(signs, &facts[i]);
    }
}

void ms_signs_bare(MsSigns *signs, uint16_t file, uint32_t frame)
{
    note(signs, MS_SIGN_BARE, file, frame);
}

json_t *ms_signs_json(const MsSigns *signs)
{
    json_t *out = json_array();
    for (size_t k = 0; k < MS_N_SIGNS; k++) {
        const MsSign *sign = &signs->sign[k];
        if (sign->count == 0)
            continue;
        json_t *frames = json_array();
        for (uint32_t i = 0; i < sign->n_frames; i++)
            json_array_append_new(
                frames, json_pack("[i, I]", (int)sign->files[i], (json_int_t)sign->frames[i]));
        json_t *row = json_pack("{ss ss sI so}", "sign", rows[k].name, "words", rows[k].words,
                                "count", (json_int_t)sign->count, "frames", frames);
        if (sign->detail)
            json_object_set_new(row, "detail", json_string(sign->detail));
        json_array_append_new(out, row);
    }
    return out;
}

void ms_signs_clear(MsSigns *signs)
{
    for (size_t k = 0; k < MS_N_SIGNS; k++)
        g_clear_pointer(&signs->sign[k].detail, g_free);
}
