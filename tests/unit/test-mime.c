/* SPDX-License-Identifier: GPL-2.0-or-later
 * test-mime.c - mails of many shapes: their parts, decoded contents and header, and where each
 * lies; holes and caps. */
#include "mime/mime.h"
#include "mime/plain.h"

#include <glib.h>

#include <string.h>

/* A mail of which a part is in each frame: frame n holds bytes n*100.., its first is at offset 54.
 * `hole`: offset at which a byte is missing, or -1. */
static MsMessage *make(const char *text, size_t length, gssize hole)
{
    MsLimits limits;
    ms_limits_default(&limits);
    MsMessage *message = ms_message_new(2, MS_TO_SERVER, &limits, MS_KEEP_ALL, true, NULL, NULL);
    for (size_t at = 0; at < length;) {
        size_t end = MIN((at / 100 + 1) * 100, length);
        if (hole >= 0 && (size_t)hole >= at && (size_t)hole < end && (size_t)hole != at)
            end = (size_t)hole;
        MsPiece piece = {.at = at,
                         .time_ns = (int64_t)at,
                         .place = {.frame = (uint32_t)(at / 100),
                                   .offset = (uint32_t)(54 + at % 100),
                                   .length = (uint32_t)(end - at)}};
        MsBytes bytes = {.data = (const uint8_t *)text + at,
                         .length = end - at,
                         .at = at,
                         .pieces = &piece,
                         .n_pieces = 1};
        if (hole >= 0 && (size_t)hole == at)
            ms_message_gap(message, 5);
        ms_message_push(message, &bytes, 0, end - at);
        at = end;
    }
    ms_message_end(message, hole < 0);
    return message;
}

static bool collect(const uint8_t *data, size_t length, void *user_data)
{
    g_string_append_len(user_data, (const char *)data, (gssize)length);
    return true;
}

/* One line a part: path type encoding name = content, with `?` when incomplete, `+` when attached.
 */
static char *describe(const MsMime *mime)
{
    GString *out = g_string_new("");
    size_t count;
    const MsPart *parts = ms_mime_parts(mime, &count);
    for (size_t i = 0; i < count; i++) {
        const MsPart *part = &parts[i];
        g_string_append_printf(out, "%s %s", part->path, part->type);
        if (part->leaf) {
            g_string_append_printf(out, " %s%s%s", part->encoding, part->attached ? "+" : "",
                                   part->complete ? "" : "?");
            if (part->filename)
                g_string_append_printf(out, " <%s>", part->filename);
            g_string_append(out, " =");
            ms_mime_decode(mime, part, collect, out);
        }
        g_string_append_c(out, '|');
    }
    return g_string_free(out, FALSE);
}

#define TOP "MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n"

static void test_parts(void)
{
    static const struct {
        const char *mail, *parts;
    } rows[] = {
        {"", "1 text/plain 7bit =|"},
        {"no header at all\r\n", "1 text/plain 7bit =no header at all\r\n|"},
        {"Subject: x\r\n\r\nbody\r\n", "1 text/plain 7bit =body\r\n|"},
        {"Content-Type: TEXT/HTML\r\nContent-Transfer-Encoding: "
         "Quoted-Printable\r\n\r\na=3Db=\r\nc",
         "1 text/html quoted-printable =a=bc|"},
        /* The CRLF before a boundary does not belong to the part (RFC 2046 5.1.1). */
        {TOP "preamble\r\n--b\r\n\r\none\r\n--b\r\nContent-Type: "
             "text/html\r\n\r\ntwo\r\n\r\n--b--\r\nend",
         "0 multipart/mixed|1 text/plain 7bit =one|2 text/html 7bit =two\r\n|"},
        {TOP "--b\r\nContent-Type: image/png; name=a.png\r\nContent-Transfer-Encoding: base64\r\n"
             "\r\nQUJD\r\nREVG\r\n--b--",
         "0 multipart/mixed|1 image/png base64+ <a.png> =ABCDEF|"},
        /* Padding that is missing, and a lone sextet, which says nothing. */
        {"Content-Transfer-Encoding: base64\r\n\r\nQUJDRA", "1 text/plain base64 =ABCD|"},
        {"Content-Transfer-Encoding: base64\r\n\r\nQUJDRE", "1 text/plain base64 =ABCD|"},
        {"Content-Transfer-Encoding: base64\r\n\r\nQUJDREU", "1 text/plain base64 =ABCDE|"},
        {"Content-Transfer-Encoding: base64\r\n\r\nQUJDR", "1 text/plain base64 =ABC|"},
        {"Content-Transfer-Encoding: x-uuencode\r\n\r\nbegin 644 a\n#86)C\n`\nend\n",
         "1 text/plain x-uuencode =abc|"},
        /* Names: RFC 2231 with charset and continuation, RFC 2047 as many send it. */
        {TOP
         "--b\r\nContent-Disposition: attachment; filename*=utf-8''%C3%A9%20.txt\r\n\r\nx\r\n--b--",
         "0 multipart/mixed|1 text/plain 7bit+ <\xc3\xa9 .txt> =x|"},
        {TOP
         "--b\r\nContent-Disposition: attachment; filename*0=\"a\"; filename*1=\"b.c\"\r\n\r\nx\r\n"
         "--b--",
         "0 multipart/mixed|1 text/plain 7bit+ <ab.c> =x|"},
        {TOP
         "--b\r\nContent-Disposition: attachment;\r\n filename=\"=?iso-8859-1?Q?=E9.c?=\"\r\n\r\nx"
         "\r\n--b--",
         "0 multipart/mixed|1 text/plain 7bit+ <\xc3\xa9.c> =x|"},
        /* No end: the last part is still there, and whole, as the message is. */
        {TOP "--b\r\n\r\none", "0 multipart/mixed|1 text/plain 7bit =one|"},
        /* Multiparts in multiparts. */
        {TOP "--b\r\nContent-Type: multipart/alternative; boundary=c\r\n\r\n--c\r\n\r\nt\r\n--c\r\n"
             "Content-Type: text/html\r\n\r\nh\r\n--c--\r\n--b\r\n\r\nlast\r\n--b--",
         "0 multipart/mixed|1 multipart/alternative|1.1 text/plain 7bit =t|1.2 text/html 7bit =h|"
         "2 text/plain 7bit =last|"},
        /* An attached mail is a part, and what is in it lies below. */
        {TOP "--b\r\nContent-Type: message/rfc822\r\n\r\nSubject: inner\r\n\r\nhello\r\n--b--",
         "0 multipart/mixed|1 message/rfc822 7bit =Subject: inner\r\n\r\nhello|"
         "1.1 text/plain 7bit =hello|"},
        {TOP
         "--b\r\nContent-Type: message/rfc822\r\n\r\nContent-Type: multipart/mixed; boundary=d\r\n"
         "\r\n--d\r\n\r\nx\r\n--d--\r\n--b\r\n\r\ny\r\n--b--",
         "0 multipart/mixed|1 message/rfc822 7bit =Content-Type: multipart/mixed; "
         "boundary=d\r\n\r\n"
         "--d\r\n\r\nx\r\n--d--|1.1 text/plain 7bit =x|2 text/plain 7bit =y|"},
        /* An inner multipart that the outer boundary ends. */
        {TOP
         "--b\r\nContent-Type: multipart/mixed; boundary=c\r\n\r\n--c\r\n\r\nt\r\n--b\r\n\r\nlast"
         "\r\n--b--",
         "0 multipart/mixed|1 multipart/mixed|1.1 text/plain 7bit =t|2 text/plain 7bit =last|"},
        /* Line ends of both kinds, nothing, and a boundary that ends the mail. */
        {TOP "--b\r\n\r\none\n--b\r\n\r\n--b\n\r\nthree\r\n--b\r\n\r\nfour\r\n--b--",
         "0 multipart/mixed|1 text/plain 7bit =one|2 text/plain 7bit =|3 text/plain 7bit =three|"
         "4 text/plain 7bit =four|"},
        /* An empty part, and a boundary line behind the one that ends it. */
        {TOP "--b\r\nContent-Type: text/x; name=e\r\n\r\n--b\r\n--b--\r\n",
         "0 multipart/mixed|1 text/x 7bit+ <e> =|"},
        /* An attached mail whose own boundary begins like the one that ends it, and a like line. */
        {TOP "--b\r\nContent-Type: message/rfc822\r\n\r\nContent-Type: multipart/mixed; "
             "boundary=bb\r\n\r\n--bb\r\n\r\nx\r\n--bb--\r\n--b!\r\n--b-- \t\r\n",
         "0 multipart/mixed|1 message/rfc822 7bit =Content-Type: multipart/mixed; "
         "boundary=bb\r\n\r\n--bb\r\n\r\nx\r\n--bb--\r\n--b!|1.1 text/plain 7bit =x|"},
        /* A name for those who know RFC 2231 beside one for those who do not. */
        {TOP "--b\r\nContent-Disposition: attachment; filename=old.c; filename*=utf-8''%C3%A9.c\r\n"
             "\r\nx\r\n--b--",
         "0 multipart/mixed|1 text/plain 7bit+ <\xc3\xa9.c> =x|"},
        /* Files in a text, uuencoded; what only begins like one; one in another encoding. */
        {"\r\nbegin 644 a b.c\r\n#86)C\r\n`\r\nend\r\nx\nbegin 0755 ../z\n!>``` \n \nend\n",
         "1 text/plain 7bit =begin 644 a b.c\r\n#86)C\r\n`\r\nend\r\nx\nbegin 0755 ../z\n!>``` \n "
         "\nend\n|"
         "1+1 application/octet-stream x-uuencode+ <a b.c> =abc|"
         "1+2 application/octet-stream x-uuencode+ <../z> =x|"},
        {"\r\nbegin 644 the day\r\nwith tea\r\nend\r\n",
         "1 text/plain 7bit =begin 644 the day\r\nwith tea\r\nend\r\n|"},
        {"\r\nbegin 644 a\r\n#86)C\r\nbegin 644 b\r\n#9&5F\r\nend\r\nbegin 644 c\r\n#86)C",
         "1 text/plain 7bit =begin 644 a\r\n#86)C\r\nbegin 644 b\r\n#9&5F\r\nend\r\nbegin 644 "
         "c\r\n#86)C|1+1 application/octet-stream x-uuencode+ <b> =def|"},
        {"Content-Transfer-Encoding: quoted-printable\r\n\r\nbegin 644 a\r\n#86)C\r\nend\r\n",
         "1 text/plain quoted-printable =begin 644 a\r\n#86)C\r\nend\r\n|"},
        {TOP "--b\r\n\r\nx\r\n--b\r\n\r\nbegin 644 a\r\n#86)C\r\nend\r\n--b--\r\n",
         "0 multipart/mixed|1 text/plain 7bit =x|2 text/plain 7bit =begin 644 a\r\n#86)C\r\nend|"
         "2+1 application/octet-stream x-uuencode+ <a> =abc|"},
        /* Bare line feeds. */
        {"Content-Type: multipart/mixed; boundary=b\n\n--b\n\none\n--b\n\ntwo\n--b--\n",
         "0 multipart/mixed|1 text/plain 7bit =one|2 text/plain 7bit =two|"},
    };
    MsLimits limits;
    ms_limits_default(&limits);
    size_t checked = 0;
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(MsMessage) message = make(rows[i].mail, strlen(rows[i].mail), -1);
        g_autoptr(MsMime) mime = ms_mime_new(message, &limits);
        g_autofree char *parts = describe(mime);
        g_assert_cmpstr(parts, ==, rows[i].parts);
        g_assert_false(ms_mime_limited(mime));
        checked++;
    }
    g_assert_cmpuint(checked, ==, 29);
}

/* A hole spoils the part it lies in or touches, and no other. */
/* What may hold a file is read; what certainly holds none need not be. */
static void test_plain(void)
{
    static const struct {
        const char *mail;
        bool plain;
    } rows[] = {
        {"Subject: x\r\n\r\nContent-Type: image/png\r\n", true},
        {"Subject: x\r\n folded\r\nContent-Type: text/html\n\nbody", true},
        {"Content-type: text/plain; charset=UTF-8\r\nContent-Transfer-Encoding: "
         "quoted-printable\r\n\r\n",
         true},
        {"MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=\"b\"\r\n\r\n--b\r\n"
         "Content-Type: text/plain\r\n\r\nx\r\n--b--\r\n",
         true},
        {"Subject: x\r\n\r\nx\r\nbegin 644 a\r\n", false}, /* perhaps a file */
        {"Subject: x\r\n\r\nbegin 644 a\r\n", false},
        {"MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=\"b\"\r\n\r\n--b\r\n"
         "Content-Type: text/plain\r\n\r\nbegin 644 a\r\n--b--\r\n",
         false},
        {"", false},
        {"Subject: x\r\n", false}, /* no end of the header */
        {"\r\n\r\nContent-Type: image/png\r\n", false},
        {"no header at all\r\n\r\n", false},
        {" Subject: x\r\n\r\n", false},
        {"Content-Type: image/png\r\n\r\n", false},
        {"Content-Type: text/plain; name=a\r\n\r\n", false},
        {"Content-Type: text/plain\r\n ; name=a\r\n\r\n", false},
        {"Content-Type : image/png\r\n\r\n", false},
        {"Content-Type:\r\n image/png\r\n\r\n", false},
        {"Content-Disposition: attachment\r\n\r\n", false},
        {"Content-Type: multipart/digest; boundary=\"b\"\r\n\r\n--b\r\n\r\nx\r\n--b--", false},
        {"Content-Type: multipart/mixed; boundary=\"b\"\r\n\r\n--b\r\n"
         "Content-Disposition: attachment\r\n\r\nx\r\n--b--\r\n",
         false},
        {"Content-Type: multipart/mixed; boundary=\"b\"\r\n\r\n--b\n"
         "CONTENT-TYPE: message/rfc822\n\nx",
         false},
    };
    size_t checked = 0;
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++, checked++) {
        g_autoptr(MsMessage) message = make(rows[i].mail, strlen(rows[i].mail), -1);
        g_test_message("%s", rows[i].mail);
        g_assert_cmpint(ms_mime_is_plain(message), ==, rows[i].plain);
    }
    g_assert_cmpuint(checked, ==, 21);
}

static void test_holes(void)
{
    static const char mail[] =
        TOP "--b\r\n\r\nfirst\r\n--b\r\n\r\nsecond\r\n--b\r\n\r\nthird\r\n--b--";
    static const struct {
        const char *before, *parts;
    } rows[] = {
        {"irst", "1 text/plain 7bit? =first|2 text/plain 7bit =second|3 text/plain 7bit =third|"},
        {"first", "1 text/plain 7bit? =first|2 text/plain 7bit =second|3 text/plain 7bit =third|"},
        {"cond", "1 text/plain 7bit =first|2 text/plain 7bit? =second|3 text/plain 7bit =third|"},
        {"MIME", "1 text/plain 7bit =first|2 text/plain 7bit =second|3 text/plain 7bit =third|"},
    };
    MsLimits limits;
    ms_limits_default(&limits);
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        const char *at = strstr(mail, rows[i].before);
        g_autoptr(MsMessage) message = make(mail, sizeof mail - 1, at - mail);
        g_autoptr(MsMime) mime = ms_mime_new(message, &limits);
        g_autofree char *parts = describe(mime);
        g_autofree char *wanted = g_strconcat("0 multipart/mixed|", rows[i].parts, NULL);
        g_assert_cmpstr(parts, ==, wanted);
    }
}

static void on_fact(const MsFact *fact, void *user_data)
{
    GString *out = user_data;
    const MsField *field = ms_field((MsFieldId)fact->field);
    g_assert_cmpint(fact->message, ==, 2);
    g_assert_cmpint(fact->item >= 0, ==, field->scope == MS_PART || field->scope == MS_HOP);
    g_string_append_printf(out, "%s", field->key);
    if (field->type == MS_UINT || field->type == MS_BOOL || field->type == MS_TIME)
        g_string_append_printf(out, "=%" G_GINT64_FORMAT, fact->number);
    else
        g_string_append_printf(out, "=%.*s", (int)fact->text_length, fact->text);
    for (uint32_t i = 0; i < fact->n_ranges; i++)
        g_string_append_printf(out, " %u:%u+%u", fact->ranges[i].frame, fact->ranges[i].offset,
                               fact->ranges[i].length);
    g_string_append_c(out, '\n');
}

static void test_facts(void)
{
    static const char mail[] = "From: =?utf-8?B?w4lyaWM=?= <eric@example.org>\r\n"
                               "To: Team: ann@example.org, bob@example.org;\r\n"
                               "Subject: =?iso-8859-1?Q?caf=E9?=\r\n"
                               "Date: Sun, 22 Nov 2026 10:00:00 +0100\r\n"
                               "Content-Type: text/plain; charset=iso-8859-1\r\n"
                               "Content-Transfer-Encoding: quoted-printable\r\n\r\nna=EFve";
    static const char wanted[] = "message.subject_decoded=caf\xc3\xa9 1:55+23\n"
                                 "message.from_address=eric@example.org 0:60+39\n"
                                 "message.from_name=\xc3\x89ric 0:60+39\n"
                                 "message.to_address=ann@example.org 0:105+39\n"
                                 "message.to_address=bob@example.org 0:105+39\n"
                                 "message.sent=1795338000000000000 1:86+31\n"
                                 "message.zone=+0100 1:86+31\n"
                                 "message.text=na\xc3\xafve 2:112+7\n"
                                 "part.path=1 1:133+21 2:54+9\n"
                                 "part.type=text/plain 1:133+21 2:54+9\n"
                                 "part.charset=iso-8859-1 1:133+21 2:54+9\n"
                                 "part.encoding=quoted-printable 1:133+21 2:54+9\n"
                                 "part.size=5 2:112+7\n"
                                 "part.complete=1 2:112+7\n"
                                 "part.sha256=x 2:112+7\n"
                                 "part.md5=x 2:112+7\n";
    MsLimits limits;
    ms_limits_default(&limits);
    g_autoptr(MsMessage) message = make(mail, sizeof mail - 1, -1);
    g_autoptr(MsMime) mime = ms_mime_new(message, &limits);
    GString *out = g_string_new("");
    ms_mime_facts(mime, true, NULL, on_fact, out);
    g_autofree char *sha256 = g_compute_checksum_for_string(G_CHECKSUM_SHA256, "na\xefve", -1);
    g_autofree char *md5 = g_compute_checksum_for_string(G_CHECKSUM_MD5, "na\xefve", -1);
    g_string_replace(out, sha256, "x", 0);
    g_string_replace(out, md5, "x", 0);
    g_assert_cmpstr(out->str, ==, wanted);
    g_string_free(out, TRUE);
}

/* Fields that stand there twice: each value cites the field it was read from. */
static void test_twice(void)
{
    static const char mail[] = "Subject: one\r\nSubject: two\r\n"
                               "From: a@example.org\r\nFrom: B <b@example.org>\r\n"
                               "Date: Sun, 22 Nov 2026 10:00:00 -0000\r\nDate: never\r\n"
                               "Content-Type: text/plain\r\n"
                               "Content-Type: text/html; name=n\r\n\r\n";
    static const char wanted[] = "message.subject_decoded=one 0:63+3\n"
                                 "message.from_address=a@example.org 0:88+13\n"
                                 "message.from_address=b@example.org 0:109+17\n"
                                 "message.from_name=B 0:109+17\n"
                                 "message.sent=1795341600000000000 0:134+20 1:54+11\n"
                                 "message.zone=-0000 0:134+20 1:54+11\n"
                                 "part.path=1 1:120+17\n"
                                 "part.type=text/html 1:120+17\n"
                                 "part.encoding=7bit 1:120+17\n"
                                 "part.filename=n 1:120+17\n"
                                 "part.size=0\npart.complete=1\n";
    MsLimits limits;
    ms_limits_default(&limits);
    g_autoptr(MsMessage) message = make(mail, sizeof mail - 1, -1);
    g_autoptr(MsMime) mime = ms_mime_new(message, &limits);
    g_autoptr(GString) out = g_string_new("");
    ms_mime_facts(mime, false, NULL, on_fact, out);
    g_assert_cmpstr(out->str, ==, wanted);
}

/* The line that begins a mail in a mailbox, sent along. */
static void test_from_line(void)
{
    static const char mail[] = "From alice Mon Jan 1 2024\r\nFrom: a@example.org\r\n\r\n";
    MsLimits limits;
    ms_limits_default(&limits);
    g_autoptr(MsMessage) message = make(mail, sizeof mail - 1, -1);
    g_autoptr(MsMime) mime = ms_mime_new(message, &limits);
    g_autoptr(GString) out = g_string_new("");
    ms_mime_facts(mime, false, NULL, on_fact, out);
    g_assert_true(g_str_has_prefix(out->str, "message.from_address=a@example.org 0:87+13\n"));
}

/* Fields that programs write: value and place of each piece. */
static void test_trace(void)
{
    static const char mail[] =
        "Return-Path: <ann@example.org>\r\n"
        "Received: from pc.example.org (pc (a;b) [192.0.2.1])\r\n by mx.example.org (Mx \\)x) "
        "with "
        "ESMTPSA (TLS) id A1\r\n for <bob@example.org>; Sun, 22 Nov 2026 10:00:00 +0100\r\n"
        "Received: by by (for) id for; 1 Jan 9999999999 00:00 +0000\r\n"
        "Received:\r\nReceived: nonsense ( ;\r\n"
        "Message-ID: (c) <a@b@host.example>\r\nX-Mailer: Pen\r\n Two\r\nUser-Agent: \r\n"
        "DKIM-Signature: v=1; D = example.org; x; s=\r\n 2026;bh=ab=\r\n"
        "Authentication-Results: mx.example.org 1; spf=pass (ok; yes)\r\n"
        " smtp.mailfrom=a@b ;dkim=fail\r\n"
        "Content-Type: text/x\r\n\r\nReceived: from body by body\r\n";
    static const char wanted[] = "message.return_path=ann@example.org\n"
                                 "received.from=pc.example.org (pc (a;b) [192.0.2.1])\n"
                                 "received.by=mx.example.org (Mx \\)x)\n"
                                 "received.with=ESMTPSA\nreceived.id=A1\n"
                                 "received.for=bob@example.org\n"
                                 "received.time=1795338000000000000\n"
                                 "received.by=by (for)\nreceived.id=for\n"
                                 "message.id_left=a@b\nmessage.id_right=host.example\n"
                                 "message.user_agent=Pen Two\n"
                                 "message.dkim_domain=example.org\nmessage.dkim_selector=2026\n"
                                 "message.checked_by=mx.example.org\n"
                                 "message.check_result=spf=pass (ok; yes) smtp.mailfrom=a@b\n"
                                 "message.check_result=dkim=fail\n";
    MsLimits limits;
    ms_limits_default(&limits);
    g_autoptr(MsMessage) message = make(mail, sizeof mail - 1, -1);
    g_autoptr(MsMime) mime = ms_mime_new(message, &limits);
    g_autoptr(GString) out = g_string_new("");
    ms_mime_facts(mime, false, NULL, on_fact, out);
    g_autoptr(GRegex) place = g_regex_new("( \\d+:\\d+\\+\\d+)+$", G_REGEX_MULTILINE, 0, NULL);
    g_assert_nonnull(strstr(out->str, "message.return_path=ann@example.org 0:68+15\n"));
    g_autofree char *bare = g_regex_replace_literal(place, out->str, -1, 0, "", 0, NULL);
    char *parts = strstr(bare, "message.text");
    g_assert_nonnull(parts);
    *parts = '\0';
    g_assert_cmpstr(bare, ==, wanted);
}

/* What a text says, whatever its charset claims; and files inside of it. */
static void test_texts(void)
{
    static const struct {
        const char *type, *body, *text, *embedded;
    } rows[] = {
        {"text/plain; charset=iso-8859-1", "a\xe9", "a\xc3\xa9", NULL},
        {"text/plain; charset=us-ascii", "a\xe9 \xc3\xa9", "a\xef\xbf\xbd \xc3\xa9", NULL},
        {"text/plain; charset=utf-8", "a\xe9 b", "a\xef\xbf\xbd b", NULL},
        {"text/plain; charset=x-nope", "a\xe9 b", "a\xef\xbf\xbd b", NULL},
        {"text/plain", "\xc3\xa9", "\xc3\xa9", NULL},
        {"text/plain; charset=iso-2022-jp", "\x1b$BF|\x1b(B", "\xe6\x97\xa5", NULL},
        {"text/plain; charset=gb18030", "\xd6\xd0\xff!", "\xe4\xb8\xad\xef\xbf\xbd!", NULL},
        {"text/plain; charset=utf-7", "Hi +AOk-", "Hi \xc3\xa9", NULL},
        {"text/html", "<p>x</p>", "<p>x</p>", NULL},
        {"text/plain", "x\r\nbegin 644 a b.txt\r\nend", "x\r\nbegin 644 a b.txt\r\nend",
         "uuencode: a b.txt"},
        {"text/plain", "=ybegin size=1 name=a.bin\r\n", "=ybegin size=1 name=a.bin\r\n",
         "yEnc: a.bin"},
        {"text/plain", "begin 64x a\nbegin 644\n=ybegin", "begin 64x a\nbegin 644\n=ybegin", NULL},
    };
    MsLimits limits;
    ms_limits_default(&limits);
    unsigned checked = 0;
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++, checked++) {
        g_autofree char *mail =
            g_strdup_printf("Content-Type: %s\r\n\r\n%s", rows[i].type, rows[i].body);
        g_autoptr(MsMessage) message = make(mail, strlen(mail), -1);
        g_autoptr(MsMime) mime = ms_mime_new(message, &limits);
        g_autoptr(GString) out = g_string_new("");
        ms_mime_facts(mime, false, NULL, on_fact, out);
        g_autofree char *text = g_strconcat("message.text=", rows[i].text, " ", NULL);
        g_assert_nonnull(strstr(out->str, text));
        g_autofree char *embedded =
            g_strconcat("part.embedded=", rows[i].embedded ? rows[i].embedded : "", NULL);
        g_assert_cmpint(strstr(out->str, embedded) != NULL, ==, rows[i].embedded != NULL);
        for (size_t most = 0; most < 8; most++) { /* never half a character */
            size_t count;
            MsBuffer cut = {0};
            ms_mime_text(mime, ms_mime_parts(mime, &count), most, &cut);
            g_assert_cmpuint(cut.length, <=, most);
            g_assert_true(g_utf8_validate((const char *)cut.data, (gssize)cut.length, NULL));
            ms_buffer_clear(&cut);
        }
    }
    g_assert_cmpuint(checked, ==, 12);
}

/* A date that nanoseconds cannot count is no moment; the field itself is said all the same. */
static void test_far_date(void)
{
    static const char mail[] = "Date: Sun, 22 Nov 4052 10:00:00 +0100\r\n\r\nx";
    MsLimits limits;
    ms_limits_default(&limits);
    g_autoptr(MsMessage) message = make(mail, sizeof mail - 1, -1);
    g_autoptr(MsMime) mime = ms_mime_new(message, &limits);
    GString *out = g_string_new("");
    ms_mime_facts(mime, true, NULL, on_fact, out);
    g_assert_null(strstr(out->str, "message.sent"));
    g_assert_nonnull(strstr(out->str, "part.path=1"));
    g_string_free(out, TRUE);
}

/* Endless parts, fields and depths end at their caps, and that is said. */
static void test_caps(void)
{
    MsLimits limits;
    ms_limits_default(&limits);
    limits.value[MS_LIMIT_MIME_PARTS] = 100;
    limits.value[MS_LIMIT_MIME_LINES] = 1000;
    GString *many = g_string_new(TOP);
    for (int i = 0; i < 200; i++)
        g_string_append(many, "--b\r\n\r\nx\r\n");
    GString *lines = g_string_new("");
    for (int i = 0; i < 5000; i++)
        g_string_append(lines, "a: b\r\n");
    GString *deep = g_string_new("");
    for (int i = 0; i < 5000; i++)
        g_string_append_printf(deep, "Content-Type: multipart/mixed; boundary=%d\r\n\r\n--%d\r\n",
                               i, i);
    GString *inner = g_string_new("");
    GString *groups = g_string_new("To: ");
    GString *folded = g_string_new("Subject: x\r\n");
    GString *header = g_string_new(TOP);
    for (int i = 0; i < 1000; i++)
        g_string_append(inner, "Content-Type: message/rfc822\r\n\r\n");
    for (int i = 0; i < 200000; i++) /* each is a call deeper in GMime */
        g_string_append(groups, i % 20 ? "a:" : "a:\r\n ");
    for (int i = 0; i < 2000; i++)
        g_string_append(folded, " 0123456789 0123456789 0123456789 0123456789 0123456789\r\n");
    for (int i = 0; i < 90; i++) /* names so long that they cross all blocks */
        g_string_append_printf(header, "--b\r\n%01000d: x\r\n\r\n", i);
    limits.value[MS_LIMIT_MIME_HEADER] = 65536;
    GString *mails[] = {many, lines, deep, inner, groups, folded, header};
    for (size_t i = 0; i < G_N_ELEMENTS(mails); i++) {
        g_autoptr(MsMessage) message = make(mails[i]->str, mails[i]->len, -1);
        g_autoptr(MsMime) mime = ms_mime_new(message, &limits);
        size_t count;
        ms_mime_parts(mime, &count);
        g_assert_cmpuint(count, <=, 100);
        g_test_message("mail %zu", i);
        g_assert_true(ms_mime_limited(mime));
        g_string_free(mails[i], TRUE);
    }
    GString *harmless = g_string_new("Subject: x\r\n\r\n"); /* a text is no header */
    for (int i = 0; i < 2000; i++)
        g_string_append(harmless, i % 2 ? " 012:456789 0123456789 0123456789 0123456789\r\n"
                                        : "text:\r\n\r\n");
    g_autoptr(MsMessage) message = make(harmless->str, harmless->len, -1);
    limits.value[MS_LIMIT_MIME_LINES] = 100000;
    g_autoptr(MsMime) mime = ms_mime_new(message, &limits);
    g_assert_false(ms_mime_limited(mime));
    g_string_free(harmless, TRUE);
}

/* The real type comes from the content, not from what is declared. */
static void test_kind(void)
{
    static const uint8_t png[] = "\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\1\0\0\0\1\x08\2\0\0\0";
    MsKind *kind = ms_kind_new();
    g_assert_cmpstr(ms_kind_of(kind, png, sizeof png - 1), ==, "image/png");
    g_assert_cmpstr(ms_kind_of(kind, (const uint8_t *)"hello\n", 6), ==, "text/plain");
    ms_kind_free(kind);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/mime/parts", test_parts);
    g_test_add_func("/mime/plain", test_plain);
    g_test_add_func("/mime/holes", test_holes);
    g_test_add_func("/mime/facts", test_facts);
    g_test_add_func("/mime/twice", test_twice);
    g_test_add_func("/mime/from-line", test_from_line);
    g_test_add_func("/mime/trace", test_trace);
    g_test_add_func("/mime/texts", test_texts);
    g_test_add_func("/mime/far-date", test_far_date);
    g_test_add_func("/mime/caps", test_caps);
    g_test_add_func("/mime/kind", test_kind);
    return g_test_run();
}
