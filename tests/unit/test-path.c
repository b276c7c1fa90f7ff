/* SPDX-License-Identifier: GPL-2.0-or-later
 * test-path.c - mails joined over sessions: by Message-ID, by body, in order of time, with what was
 * added; the limit. */
#include "lab/path_rows.h"
#include "recordmaker.h"

#include <glib.h>

#include <string.h>

/* A session of one mail, given in the frame `frame`. */
static void add(MsPaths *paths, const MsLimits *limits, uint32_t number, const char *role,
                uint32_t frame, const char *text, const char *id, const char *line)
{
    g_autoptr(MsRecord) record = ms_record_new(number, limits);
    rm_text(record, MS_FIELD_SESSION_PROTOCOL, MS_TO_SERVER, -1, -1, 1, "smtp");
    rm_text(record, MS_FIELD_SESSION_CLIENT, MS_TO_SERVER, -1, -1, 1,
            number ? "10.0.0.2" : "10.0.0.1");
    rm_text(record, MS_FIELD_SESSION_SERVER, MS_TO_SERVER, -1, -1, 1,
            number ? "10.0.0.3" : "10.0.0.2");
    rm_text(record, MS_FIELD_SESSION_ROLE, MS_TO_SERVER, -1, -1, 1, role);
    rm_text(record, MS_FIELD_SESSION_ROLE_REASON, MS_TO_SERVER, -1, -1, 1, "a reason");
    if (id)
        rm_text(record, MS_FIELD_MESSAGE_ID, MS_TO_SERVER, 0, -1, frame, id);
    if (line)
        rm_text(record, MS_FIELD_MESSAGE_HEADER, MS_TO_SERVER, 0, -1, frame, line);
    rm_text(record, MS_FIELD_MESSAGE_HEADER, MS_TO_SERVER, 0, -1, frame, "Subject: x");
    if (text)
        rm_message(record, limits, 0, frame, text, -1);
    ms_paths_add(paths, record);
}

static char *print(MsPaths *paths)
{
    const char *name = "x.pcap";
    const MsOrigins origins = {&name, 1};
    const MsStyle style = {0};
    MsBuffer out = {0};
    ms_paths_text(&out, paths, &origins, &style, NULL);
    char *text = g_strndup((const char *)out.data, out.length);
    ms_buffer_clear(&out);
    return text;
}

static void test_by_id(void)
{
    MsLimits limits;
    ms_limits_default(&limits);
    g_autoptr(MsPaths) paths = ms_paths_new(&limits);
    /* the later hop ends first */
    add(paths, &limits, 1, "relay", 20, "Received: y\r\nSubject: x\r\n\r\nhi\r\n", "<1@x>",
        "Received: y");
    add(paths, &limits, 0, "submission", 10, "Subject: x\r\n\r\nhi\r\n", "<1@x>", NULL);
    add(paths, &limits, 2, "relay", 5, "Subject: x\r\n\r\nhi\r\n", "<2@x>", NULL);
    g_autofree char *text = print(paths);
    g_assert_cmpuint(paths->hops->len, ==, 3);
    g_assert_nonnull(strstr(text, "Way         user agent 10.0.0.1 -> server 10.0.0.2 -> server "
                                  "10.0.0.3\n"));
    g_assert_nonnull(strstr(text,
                            "Hop 2       relay, session 2, mail 1, 31 bytes, 0.010000 s after "
                            "hop 1"));
    g_assert_nonnull(strstr(text, "Added       Received: y"));
    g_assert_nonnull(strstr(text, "because a reason"));
    g_assert_nonnull(strstr(text, "Not in this capture: its other hops"));
    /* the mail seen first comes first */
    g_assert_true(strstr(text, "Mail <2@x>") < strstr(text, "Mail <1@x>"));
    MsPathHop *first = paths->hops->pdata[1];
    MsPathHop *second = paths->hops->pdata[2];
    g_assert_false(ms_path_added(first, &g_array_index(second->lines, MsPathText, 1)));
    g_assert_true(ms_path_added(first, &g_array_index(second->lines, MsPathText, 0)));
    g_assert_cmpuint(ms_paths_end(paths, 1), ==, 3);
}

/* Without a Message-ID the body tells; another body, or an incomplete one, does not. */
static void test_by_body(void)
{
    MsLimits limits;
    ms_limits_default(&limits);
    g_autoptr(MsPaths) paths = ms_paths_new(&limits);
    add(paths, &limits, 0, "submission", 10, "Subject: x\r\n\r\nhi\r\n", NULL, NULL);
    add(paths, &limits, 1, "relay", 20, "Received: y\r\nSubject: x\r\n\r\nhi\r\n", NULL,
        "Received: y");
    add(paths, &limits, 2, "relay", 30, "Subject: x\r\n\r\nho\r\n", NULL, NULL);
    add(paths, &limits, 3, "relay", 40, "Subject: x\r\n\r\n", NULL, NULL);
    add(paths, &limits, 4, "relay", 50, NULL, NULL, NULL);
    g_autofree char *text = print(paths);
    g_assert_cmpuint(paths->hops->len, ==, 3); /* of an empty body nothing is known */
    g_assert_cmpuint(ms_paths_end(paths, 0), ==, 2);
    const MsPathHop *hop = paths->hops->pdata[0];
    g_autofree char *hash = g_compute_checksum_for_string(G_CHECKSUM_SHA256, "hi\r\n", -1);
    g_assert_cmpstr(hop->key.text, ==, hash);
    g_assert_nonnull(strstr(text, "The body is the same in each"));
}

static void test_limit(void)
{
    MsLimits limits;
    ms_limits_default(&limits);
    limits.value[MS_LIMIT_PATH] = 1;
    g_autoptr(MsPaths) paths = ms_paths_new(&limits);
    add(paths, &limits, 0, "submission", 10, "Subject: x\r\n\r\nhi\r\n", "<1@x>", NULL);
    add(paths, &limits, 1, "relay", 20, "Subject: x\r\n\r\nhi\r\n", "<1@x>", NULL);
    g_assert_cmpuint(paths->sessions->len, ==, 1);
    g_autofree char *text = print(paths);
    g_assert_nonnull(strstr(text, "1 session left out"));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/path/by-id", test_by_id);
    g_test_add_func("/path/by-body", test_by_body);
    g_test_add_func("/path/limit", test_limit);
    return g_test_run();
}
