/* SPDX-License-Identifier: GPL-2.0-or-later
 * test-webmail.c - which requests make a connection webmail, as the watch and the rules tell. */
#include "dialogue/http_watch.h"

#include <glib.h>

#include <string.h>

#define FORM "Content-Type: application/x-www-form-urlencoded\r\n"

typedef struct {
    const char *name;
    const char *text; /* all a client says */
    MsWatchVerdict verdict;
    unsigned passed;
} Row;

static const Row rows[] = {
    {"a page", "GET /index.html HTTP/1.1\r\nHost: www.example.org\r\n\r\n", MS_WATCH_ON, 1},
    {"a page at a webmail's host", "GET /x HTTP/1.1\r\nHost: webmail.example.org\r\n\r\n",
     MS_WATCH_ON, 1},
    {"a picture named like an action", "GET /webmail/inbox/a.png HTTP/1.1\r\n\r\n", MS_WATCH_ON, 1},
    {"any site's login",
     "POST /login.php HTTP/1.1\r\nHost: 10.0.0.1\r\n" FORM
     "Content-Length: 24\r\n\r\nusername=a&password=b%20",
     MS_WATCH_ON, 1},
    {"the same at a webmail's host",
     "POST /login.php HTTP/1.1\r\nHost: mail2.example.org\r\n" FORM
     "Content-Length: 21\r\n\r\nusername=a&password=b",
     MS_WATCH_MAIL, 0},
    {"by its path",
     "POST /webmail/login.php HTTP/1.1\r\n" FORM "Content-Length: 21\r\n\r\nusername=a&password=b",
     MS_WATCH_MAIL, 0},
    {"by its referrer",
     "POST /l HTTP/1.1\r\nReferer: http://h/squirrelmail/src/login.php\r\n" FORM
     "Content-Length: 21\r\n\r\nusername=a&password=b",
     MS_WATCH_MAIL, 0},
    {"by its cookie",
     "POST /l HTTP/1.1\r\nCookie: a=b; roundcube_sessid=1\r\n" FORM
     "Content-Length: 21\r\n\r\nusername=a&password=b",
     MS_WATCH_MAIL, 0},
    {"Roundcube's own names at any host",
     "POST /?_task=login HTTP/1.1\r\nHost: h\r\n" FORM "Content-Length: 15\r\n\r\n_user=a&_pass=b",
     MS_WATCH_MAIL, 0},
    {"after other requests",
     "GET /a.css HTTP/1.1\r\n\r\nPOST /b HTTP/1.1\r\nContent-Type: image/png\r\n"
     "Content-Length: 4\r\n\r\n\r\n\r\nGET /?_task=mail HTTP/1.1\r\n\r\n",
     MS_WATCH_MAIL, 2},
    {"in chunks, as JSON",
     "POST /api HTTP/1.1\r\nHost: webmail.h\r\nContent-Type: application/json\r\n"
     "Transfer-Encoding: "
     "chunked\r\n\r\n10\r\n{\"user\":\"a\",\"pas\r\n9\r\nsword\":0}\r\n0\r\n\r\n",
     MS_WATCH_MAIL, 0},
    {"chunks of something else, then mail",
     "POST /up HTTP/1.1\r\nContent-Type: image/png\r\nTransfer-Encoding: chunked\r\n\r\n"
     "3\r\nabc\r\n0\r\nX: y\r\n\r\nGET /src/read_body.php?mailbox=INBOX&passed_id=3 "
     "HTTP/1.1\r\n\r\n",
     MS_WATCH_MAIL, 1},
    {"a mail posted to anywhere",
     "POST /send HTTP/1.1\r\n" FORM "Content-Length: 28\r\n\r\nto=a%40b.c&subject=x&body=yyy",
     MS_WATCH_MAIL, 0},
    {"a note to a name",
     "POST /send HTTP/1.1\r\n" FORM "Content-Length: 24\r\n\r\nto=bob&subject=x&body=yy",
     MS_WATCH_ON, 1},
    {"HTTP Basic for a webmail",
     "GET /x HTTP/1.1\r\nHost: webmail.h\r\nAuthorization: Basic YTpi\r\n\r\n", MS_WATCH_MAIL, 0},
    {"HTTP Basic for anything else",
     "GET /x HTTP/1.1\r\nHost: h\r\nAuthorization: Basic YTpi\r\n\r\n", MS_WATCH_ON, 1},
    {"no HTTP any more", "GET /x HTTP/1.1\r\n\r\n\x01\x02\x03", MS_WATCH_OVER, 1},
};

/* Shows the text in parts, as a stream would. */
static MsWatchVerdict run(const Row *row, size_t part, unsigned *passed)
{
    MsLimits limits;
    ms_limits_default(&limits);
    MsHttpWatch *watch = ms_http_watch_new();
    const uint8_t *data = (const uint8_t *)row->text;
    size_t length = strlen(row->text);
    size_t begin = 0;
    MsWatchVerdict verdict = MS_WATCH_ON;
    for (size_t end = MIN(part, length); verdict == MS_WATCH_ON; end = MIN(end + part, length)) {
        size_t eaten;
        verdict = ms_http_watch(watch, data + begin, end - begin, end == length, &limits, &eaten);
        g_assert_cmpuint(eaten, <=, end - begin);
        begin += eaten;
        if (end == length)
            break;
    }
    *passed = ms_http_watch_passed(watch);
    ms_http_watch_free(watch);
    return verdict;
}

static void test_rows(void)
{
    unsigned checked = 0;
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        static const size_t parts[] = {100000, 1, 7};
        for (size_t k = 0; k < G_N_ELEMENTS(parts); k++, checked++) {
            unsigned passed;
            MsWatchVerdict verdict = run(&rows[i], parts[k], &passed);
            if (verdict != rows[i].verdict || passed != rows[i].passed)
                g_error("%s, %zu bytes at once: verdict %d, %u passed", rows[i].name, parts[k],
                        (int)verdict, passed);
        }
    }
    g_assert_cmpuint(checked, ==, 51);
}

/* The limit of requests, and what a gap does. */
static void test_limits(void)
{
    static const char request[] = "GET / HTTP/1.1\r\n\r\n";
    MsLimits limits;
    ms_limits_default(&limits);
    limits.value[MS_LIMIT_HTTP_REQUESTS] = 3;
    MsHttpWatch *watch = ms_http_watch_new();
    size_t eaten;
    const uint8_t *data = (const uint8_t *)request;
    for (int i = 0; i < 2; i++)
        g_assert_cmpint(ms_http_watch(watch, data, sizeof request - 1, false, &limits, &eaten), ==,
                        MS_WATCH_ON);
    ms_http_watch_gap(watch, 10);
    static const char rest[] = "of a body\r\nGET /?_task=logout HTTP/1.1\r\n\r\n";
    g_assert_cmpint(
        ms_http_watch(watch, (const uint8_t *)rest, sizeof rest - 1, false, &limits, &eaten), ==,
        MS_WATCH_MAIL);
    g_assert_cmpuint(eaten, ==, 11);
    g_assert_cmpint(ms_http_watch(watch, data, sizeof request - 1, false, &limits, &eaten), ==,
                    MS_WATCH_OVER);
    ms_http_watch_free(watch);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/webmail/rows", test_rows);
    g_test_add_func("/webmail/limits", test_limits);
    return g_test_run();
}
