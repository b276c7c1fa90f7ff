/* SPDX-License-Identifier: GPL-2.0-or-later
 * Tests of engine.c and session/: from segments to sessions. Most of what is found is the business
 * of other tests; here it counts what the engine itself says, when a session begins and ends, and
 * that nothing is said of what is no mail. */
#include "engine.h"
#include "wire.h"

#include <string.h>

typedef struct {
    Wire *wire;
    MsEngine *engine;
    MsEngineOptions options;
    GString *facts;    /* "key=value" lines of all sessions */
    GString *oddities; /* "name" lines */
    GString *lines;    /* "0 text" lines: direction and text */
    unsigned sessions, live;
    uint32_t last_number;
    uint64_t bytes[2], gaps;
} Run;

static void add_fact(Run *run, const MsFact *fact)
{
    const MsField *field = ms_field((MsFieldId)fact->field);
    g_string_append_printf(run->facts, "%s=", field->key);
    if (field->type != MS_UINT && field->type != MS_BOOL && field->type != MS_TIME)
        g_string_append_len(run->facts, fact->text, fact->text_length);
    else
        g_string_append_printf(run->facts, "%" G_GINT64_FORMAT, fact->number);
    g_string_append_c(run->facts, '\n');
    if (fact->field == MS_FIELD_SESSION_CLIENT_FIRST || fact->field == MS_FIELD_SMTP_COMMAND)
        g_assert_true(
            wire_covers(run->wire, fact->ranges, fact->n_ranges, fact->text, fact->text_length));
}

static void on_session(const MsRecord *record, void *user_data)
{
    Run *run = user_data;
    size_t count;
    const MsFact *facts = ms_record_facts(record, &count);
    for (size_t i = 0; i < count; i++)
        add_fact(run, &facts[i]);
    const MsOddity *oddities = ms_record_oddities(record, &count);
    for (size_t i = 0; i < count; i++)
        g_string_append_printf(run->oddities, "%s\n", ms_oddity_name(oddities[i].kind));
    const MsLine *lines = ms_record_lines(record, &count);
    for (size_t i = 0; i < count; i++)
        g_string_append_printf(run->lines, "%u %.*s\n", lines[i].direction,
                               (int)lines[i].text_length, lines[i].text);
    run->last_number = ms_record_number(record);
    run->sessions++;
}

static void on_fact(uint32_t session, const MsFact *fact, void *user_data)
{
    Run *run = user_data;
    (void)session;
    (void)fact;
    run->live++;
}

static void on_stream(uint32_t stream, unsigned side, const uint8_t *data, size_t length,
                      uint64_t gap, void *user_data)
{
    Run *run = user_data;
    (void)stream;
    (void)data;
    run->bytes[side] += length;
    run->gaps += gap;
}

static Run *run_new(bool streams)
{
    Run *run = g_new0(Run, 1);
    run->wire = wire_new(40000, 2525, 7000, 8000);
    run->facts = g_string_new("\n");
    run->oddities = g_string_new("\n");
    run->lines = g_string_new("\n");
    ms_engine_options_default(&run->options);
    const MsSink sink = {
        .fact = on_fact, .session = on_session, .stream = streams ? on_stream : NULL};
    run->engine = ms_engine_new(&run->options, &sink, run);
    return run;
}

static void run_free(Run *run)
{
    if (!run)
        return;
    ms_engine_free(run->engine);
    wire_free(run->wire);
    g_string_free(run->facts, TRUE);
    g_string_free(run->oddities, TRUE);
    g_string_free(run->lines, TRUE);
    g_free(run);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Run, run_free)

static void run_push(Run *run, const GPtrArray *packets, guint from)
{
    for (guint i = from; i < packets->len; i++) {
        MsSegment segment;
        MsRange place;
        wire_capture(run->wire, packets->pdata[i], &segment, &place);
        ms_engine_push(run->engine, &segment);
    }
}

static GPtrArray *mail(Wire *wire)
{
    GPtrArray *packets = wire_packets();
    wire_handshake(wire, packets);
    wire_text(wire, packets, 1, "220 mx.example ready\r\n");
    wire_text(wire, packets, 0, "HELO client.example\r\n");
    wire_text(wire, packets, 1, "250 mx.example\r\n");
    wire_text(wire, packets, 0, "QUIT\r\n");
    wire_text(wire, packets, 1, "221 bye\r\n");
    return packets;
}

static void has(const GString *where, const char *line)
{
    g_autofree char *wanted = g_strdup_printf("\n%s\n", line);
    if (!strstr(where->str, wanted))
        g_test_message("%s is not in:%s", line, where->str);
    g_assert_nonnull(strstr(where->str, wanted));
}

static void has_not(const GString *where, const char *line)
{
    g_autofree char *wanted = g_strdup_printf("\n%s\n", line);
    g_assert_null(strstr(where->str, wanted));
}

static void test_session(void)
{
    g_autoptr(Run) run = run_new(false);
    g_autoptr(GPtrArray) packets = mail(run->wire);
    wire_fin(run->wire, packets, 1);
    wire_fin(run->wire, packets, 0);
    run_push(run, packets, 0);
    g_assert_cmpuint(run->sessions, ==, 1); /* before the capture ends */
    g_assert_cmpuint(run->live, >, 10);
    static const char *const facts[] = {"session.client=192.0.2.1",
                                        "session.client_port=40000",
                                        "session.server=198.51.100.2",
                                        "session.server_port=2525",
                                        "session.protocol=smtp",
                                        "session.handshake=SYN",
                                        "session.handshake=SYN-ACK",
                                        "session.handshake=ACK",
                                        "session.fin=server",
                                        "session.fin=client",
                                        "session.end=quit",
                                        "session.end_by=server",
                                        "session.server_first=220 mx.example ready",
                                        "session.client_first=HELO client.example"};
    for (size_t i = 0; i < G_N_ELEMENTS(facts); i++)
        has(run->facts, facts[i]);
    g_assert_cmpstr(run->oddities->str, ==, "\n");
    g_assert_true(g_str_has_prefix(run->lines->str, "\n0 SYN\n1 SYN-ACK\n1 220 mx.example ready\n"
                                                    "0 HELO client.example\n"));
    g_assert_true(g_str_has_suffix(run->lines->str, "\n1 FIN\n0 FIN\n"));
    ms_engine_end(run->engine, false);
    g_assert_cmpuint(run->sessions, ==, 1);
}

/* A session ends as its connection does, or not at all. */
static void test_ends(void)
{
    static const struct {
        guint packets; /* of the mail that are captured */
        uint8_t flags; /* of the client's last segment; 0: none */
        const char *end, *oddity;
    } rows[] = {{8, MS_TCP_RST, "session.end=quit", NULL},
                {6, MS_TCP_RST, "session.end=rst", NULL},
                {6, MS_TCP_FIN | MS_TCP_ACK, "session.end=fin", "unfinished"},
                {6, 0, "session.end=open", "unfinished"}};
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(Run) run = run_new(false);
        g_autoptr(GPtrArray) packets = mail(run->wire);
        uint32_t seq = rows[i].packets == 8 ? run->wire->next[0] : run->wire->next[0] - 6;
        g_ptr_array_set_size(packets, (gint)rows[i].packets);
        if (rows[i].flags)
            g_ptr_array_add(packets,
                            wire_packet(0, rows[i].flags, seq, run->wire->next[1] - 9, NULL, 0));
        run_push(run, packets, 0);
        ms_engine_end(run->engine, true);
        g_assert_cmpuint(run->sessions, ==, 1);
        has(run->facts, rows[i].end);
        if (rows[i].oddity)
            has(run->oddities, rows[i].oddity);
        else
            has_not(run->oddities, "unfinished");
    }
}

static void test_late_start_and_one_side(void)
{
    g_autoptr(Run) late = run_new(false);
    g_autoptr(GPtrArray) packets = mail(late->wire);
    run_push(late, packets, 3);
    ms_engine_end(late->engine, false);
    has(late->oddities, "midstream");
    has(late->facts, "session.client_first=HELO client.example");
    has_not(late->facts, "session.handshake=ACK");
    for (unsigned side = 0; side < 2; side++) {
        g_autoptr(Run) one = run_new(false);
        g_autoptr(GPtrArray) all = mail(one->wire);
        for (guint i = all->len; i-- > 0;) {
            if (((WirePacket *)all->pdata[i])->side != side)
                g_ptr_array_remove_index(all, i);
        }
        run_push(one, all, 0);
        ms_engine_end(one->engine, false);
        g_assert_cmpuint(one->sessions, ==, 1);
        has(one->oddities, "one-sided");
        has_not(one->oddities, "gap");
    }
}

/* What is no mail is no session, whatever its port; its bytes still go to the stream sink. */
static void test_not_mail(void)
{
    for (unsigned streams = 0; streams < 2; streams++) {
        g_autoptr(Run) run = run_new(streams);
        g_autoptr(GPtrArray) packets = wire_packets();
        wire_handshake(run->wire, packets);
        wire_text(run->wire, packets, 0, "GET / HTTP/1.1\r\nHost: a.example\r\n\r\n");
        wire_text(run->wire, packets, 1, "HTTP/1.1 200 OK\r\n\r\n220 mx.example ESMTP\r\n");
        wire_text(run->wire, packets, 0, "EHLO client.example\r\n");
        run_push(run, packets, 0);
        ms_engine_end(run->engine, false);
        g_assert_cmpuint(run->sessions + run->live, ==, 0);
        g_assert_cmpuint(run->bytes[0], ==, streams ? run->wire->said[0]->len : 0);
        g_assert_cmpuint(run->bytes[1], ==, streams ? run->wire->said[1]->len : 0);
        MsEngineCounts counts;
        ms_engine_counts(run->engine, &counts);
        g_assert_cmpuint(counts.segments, ==, 6);
        g_assert_cmpuint(counts.streams, ==, 1);
        g_assert_cmpuint(counts.sessions, ==, 0);
    }
}

/* A gap is said with its length and the bytes around it; what follows is still understood. */
static void test_gap(void)
{
    g_autoptr(Run) run = run_new(true);
    g_autoptr(GPtrArray) packets = mail(run->wire);
    g_ptr_array_remove_index(packets, 4); /* HELO */
    run_push(run, packets, 0);
    ms_engine_end(run->engine, false);
    has(run->oddities, "gap");
    has(run->facts, "session.end=quit");
    has(run->facts, "session.server_first=220 mx.example ready");
    g_assert_null(strstr(run->facts->str, "session.client_first"));
    g_assert_cmpuint(run->gaps, ==, strlen("HELO client.example\r\n"));
}

/* Many sessions at once and little memory for them: the oldest are reported early, and it is said.
 */
static void test_total_text(void)
{
    g_autoptr(Run) run = run_new(false);
    ms_engine_free(run->engine);
    run->options.limits.value[MS_LIMIT_TOTAL_TEXT] = 50000;
    const MsSink sink = {.session = on_session};
    run->engine = ms_engine_new(&run->options, &sink, run);
    for (uint16_t i = 0; i < 100; i++) {
        g_autoptr(Wire) wire = wire_new((uint16_t)(50000 + i), 25, i, i);
        g_autoptr(GPtrArray) packets = mail(wire);
        run->wire->port[0] = (uint16_t)(50000 + i);
        run_push(run, packets, 0);
    }
    g_assert_cmpuint(run->sessions, >, 50);
    has(run->oddities, "limit");
    ms_engine_end(run->engine, false);
    g_assert_cmpuint(run->sessions, ==, 100);
}

/* The start of a mail that has not ended is memory too. */
static void test_total_open_mail(void)
{
    g_autoptr(Run) run = run_new(false);
    ms_engine_free(run->engine);
    run->options.limits.value[MS_LIMIT_TOTAL_TEXT] = 400000;
    const MsSink sink = {.session = on_session};
    run->engine = ms_engine_new(&run->options, &sink, run);
    g_autofree char *body = g_strnfill(1200, 'x');
    memcpy(body, "\r\n", 2);
    memcpy(body + 1198, "\r\n", 2);
    for (uint16_t i = 0; i < 20; i++) {
        g_autoptr(Wire) wire = wire_new((uint16_t)(50000 + i), 25, i, i);
        g_autoptr(GPtrArray) packets = wire_packets();
        wire_handshake(wire, packets);
        wire_text(wire, packets, 1, "220 mx.example ready\r\n");
        wire_text(wire, packets, 0, "MAIL FROM:<a@client.example>\r\n");
        wire_text(wire, packets, 1, "250 ok\r\n");
        wire_text(wire, packets, 0, "DATA\r\n");
        wire_text(wire, packets, 1, "354 go on\r\n");
        for (unsigned k = 0; k < 40; k++)
            wire_text(wire, packets, 0, body);
        run->wire->port[0] = (uint16_t)(50000 + i);
        run_push(run, packets, 0);
    }
    g_assert_cmpuint(run->sessions, >, 10);
    has(run->oddities, "limit");
    ms_engine_end(run->engine, false);
    g_assert_cmpuint(run->sessions, ==, 20);
}

/* Nobody ends the engine: nothing leaks (LeakSanitizer looks). */
static void test_abandoned(void)
{
    g_autoptr(Run) run = run_new(false);
    g_autoptr(GPtrArray) packets = mail(run->wire);
    g_ptr_array_set_size(packets, 7);
    run_push(run, packets, 0);
    g_assert_cmpuint(run->sessions, ==, 0);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/engine/session", test_session);
    g_test_add_func("/engine/ends", test_ends);
    g_test_add_func("/engine/late-start-and-one-side", test_late_start_and_one_side);
    g_test_add_func("/engine/not-mail", test_not_mail);
    g_test_add_func("/engine/gap", test_gap);
    g_test_add_func("/engine/total-text", test_total_text);
    g_test_add_func("/engine/total-open-mail", test_total_open_mail);
    g_test_add_func("/engine/abandoned", test_abandoned);
    return g_test_run();
}
