/* SPDX-License-Identifier: GPL-2.0-or-later
 * generate.c - writes the workloads of the benchmark, the same bytes for the same seed, and what is
 * true of them. Usage: bench-generate WORKLOAD SCALE SEED FILE
 *   w1 mail only, with attachments            w2 campus mix, 2 % of the flows mail
 *   w3 many tiny sessions                     w4 SYN flood, half-open sessions, gaps
 *   w6 one attachment of 1 GB                 small one tiny session
 *   w8 web pages on connections kept alive, 1 % of the flows mail
 *   w9 mail fetched with POP3                 w10 mail fetched with IMAP
 *   open=N  N mail sessions open at once      idle=N  N connections that say nothing
 *   reorder=P  w1 with P of 1000 full segments late
 * FILE.truth gets "SHA-256 size" for each mail; stdout says how many sessions and mails there are.
 */
#include "mail.h"

#include <stdlib.h>
#include <string.h>

typedef struct {
    Wire wire;
    FILE *truth;
    double scale;
    uint64_t sessions, mails;
} Bench;

/* Client i has an address of its own in 10.0.0.0/8 and a port. */
static uint32_t client_ip(uint64_t i)
{
    return 0x0a000001 + (uint32_t)(i % 0xfffff0);
}

static uint16_t client_port(uint64_t i)
{
    return (uint16_t)(32768 + i % 28000);
}

static uint64_t scaled(const Bench *bench, double count)
{
    double number = count * bench->scale;
    return number < 1 ? 1 : (uint64_t)number;
}

/* One mail in eight has a large attachment, the others a small one or none. */
static uint64_t attachment(Random *random)
{
    switch (random_below(random, 8)) {
    case 0:
        return 200000 + random_below(random, 2000000);
    case 1:
    case 2:
        return 0;
    default:
        return 2000 + random_below(random, 60000);
    }
}

/* A flow that is no mail: a web page, something encrypted, or a question to a name server. */
typedef struct {
    Connection connection;
    uint32_t left;     /* full segments of the answer still to come */
    unsigned requests; /* kind 3: requests still to come */
    unsigned kind;     /* 0 plain HTTP, 1 TLS, 2 DNS, 3 HTTP kept alive */
    unsigned stage;
} Flow;

static void flow_begin(Flow *flow, Bench *bench, uint64_t i)
{
    Random *random = &bench->wire.random;
    unsigned dice = random_below(random, 10);
    flow->kind = dice < 5 ? 1 : dice < 7 ? 0 : 2;
    flow->left =
        random_below(random, 20) == 0 ? random_below(random, 800) : random_below(random, 30);
    flow->stage = 0;
    wire_connection(&bench->wire, &flow->connection, client_ip(i), client_port(i),
                    0xc6336400 + random_below(random, 250), flow->kind == 1 ? 443 : 80);
}

static void web_begin(Flow *flow, Bench *bench, uint64_t i)
{
    Random *random = &bench->wire.random;
    *flow = (Flow){.kind = 3, .requests = 1 + random_below(random, 12)};
    wire_connection(&bench->wire, &flow->connection, client_ip(i), client_port(i),
                    0xc6336400 + random_below(random, 250), 80);
}

static void handshake(Connection *connection, Wire *wire)
{
    wire_send(wire, connection, WIRE_CLIENT, WIRE_SYN, NULL, 0);
    wire_received(connection, WIRE_SERVER);
    wire_send(wire, connection, WIRE_SERVER, WIRE_SYN | WIRE_ACK, NULL, 0);
    wire_received(connection, WIRE_CLIENT);
    wire_send(wire, connection, WIRE_CLIENT, WIRE_ACK, NULL, 0);
}

/* A request as browsers send them; one in ten is a form that is no login, four are
 * pages, the others pictures. */
static void web_request(Flow *flow, Wire *wire)
{
    static const char more[] =
        "Host: www.shop.example\r\n"
        "User-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:115.0) Gecko/20100101 Firefox/115.0\r\n"
        "Accept: text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8\r\n"
        "Accept-Language: en-US,en;q=0.5\r\nAccept-Encoding: gzip, deflate\r\n"
        "Referer: http://www.shop.example/items/list?page=3\r\nConnection: keep-alive\r\n"
        "Cookie: session=5f2c9d01aa37; theme=dark; visited=1-22-333-4444\r\n";
    static const char form[] = "name=lamp&colour=green&amount=2&note=by+the+door";
    Random *random = &wire->random;
    char text[1024];
    unsigned dice = random_below(random, 10);
    bool post = dice == 0;
    int length =
        post ? snprintf(text, sizeof text,
                        "POST /basket/add HTTP/1.1\r\n%sContent-Type: "
                        "application/x-www-form-urlencoded\r\nContent-Length: %zu\r\n\r\n%s",
                        more, sizeof form - 1, form)
             : snprintf(text, sizeof text,
                        dice < 5 ? "GET /items/%u/view?id=%u&page=%u HTTP/1.1\r\n%s\r\n"
                                 : "GET /static/%u/item-%u.png?v=%u HTTP/1.1\r\n%s\r\n",
                        random_below(random, 100), random_below(random, 10000),
                        random_below(random, 10), more);
    wire_send(wire, &flow->connection, WIRE_CLIENT, WIRE_ACK | WIRE_PSH, text, (size_t)length);
    wire_received(&flow->connection, WIRE_SERVER);
    flow->left = 1 + random_below(random, random_below(random, 10) == 0 ? 200 : 12);
    flow->stage = 1;
}

/* Requests one after the other, a few segments of an answer at a time. */
static bool web_step(Flow *flow, Wire *wire)
{
    Connection *connection = &flow->connection;
    if (flow->stage == 0)
        handshake(connection, wire);
    if (flow->left == 0 && flow->requests > 0) {
        flow->requests--;
        web_request(flow, wire);
        return true;
    }
    for (int i = 0; i < 4 && flow->left > 0; i++, flow->left--) {
        char bytes[WIRE_MSS];
        memset(bytes, 'x', sizeof bytes);
        if (flow->stage == 1)
            snprintf(bytes, sizeof bytes,
                     "HTTP/1.1 200 OK\r\nContent-Type: image/png\r\nContent-Length: %u\r\n\r\n",
                     flow->left * WIRE_MSS);
        flow->stage = 2;
        wire_send(wire, connection, WIRE_SERVER, WIRE_ACK, bytes, sizeof bytes);
        wire_received(connection, WIRE_CLIENT);
    }
    wire_send(wire, connection, WIRE_CLIENT, WIRE_ACK, NULL, 0);
    if (flow->left > 0 || flow->requests > 0)
        return true;
    wire_send(wire, connection, WIRE_CLIENT, WIRE_FIN | WIRE_ACK, NULL, 0);
    wire_received(connection, WIRE_SERVER);
    wire_send(wire, connection, WIRE_SERVER, WIRE_FIN | WIRE_ACK, NULL, 0);
    wire_received(connection, WIRE_CLIENT);
    wire_send(wire, connection, WIRE_CLIENT, WIRE_ACK, NULL, 0);
    return false;
}

static void flow_open(Flow *flow, Wire *wire)
{
    static const char request[] = "GET /index.html HTTP/1.1\r\nHost: www.example\r\n\r\n";
    static const uint8_t hello[] = {0x16, 3, 1, 0, 120, 1, 0, 0, 116, 3, 3};
    Connection *connection = &flow->connection;
    uint8_t bytes[125] = {0};
    handshake(connection, wire);
    memcpy(bytes, hello, sizeof hello);
    if (flow->kind == 0)
        wire_send(wire, connection, WIRE_CLIENT, WIRE_ACK | WIRE_PSH, request, sizeof request - 1);
    else
        wire_send(wire, connection, WIRE_CLIENT, WIRE_ACK | WIRE_PSH, bytes, sizeof bytes);
    wire_received(connection, WIRE_SERVER);
}

static bool flow_step(Flow *flow, Wire *wire)
{
    Connection *connection = &flow->connection;
    if (flow->kind == 3)
        return web_step(flow, wire);
    if (flow->kind == 2) {
        uint8_t question[40] = {0x12, 0x34, 1, 0, 0, 1};
        wire_udp(wire, connection->ip[0], connection->port[0], 0xc0000235, 53, question,
                 sizeof question);
        wire_udp(wire, 0xc0000235, 53, connection->ip[0], connection->port[0], question,
                 sizeof question);
        return false;
    }
    if (flow->stage++ == 0) {
        flow_open(flow, wire);
        return true;
    }
    for (int i = 0; i < 4 && flow->left > 0; i++, flow->left--) {
        uint8_t bytes[WIRE_MSS];
        for (size_t at = 0; at < sizeof bytes; at += 4) {
            uint32_t word = random_next(&wire->random);
            memcpy(bytes + at, &word, 4);
        }
        if (flow->stage == 2)
            memcpy(bytes, flow->kind == 0 ? "HTTP/1.1 200 OK\r\n\r\n" : "\x16\x03\x03\x05\x00\x02",
                   flow->kind == 0 ? 19 : 6);
        wire_send(wire, connection, WIRE_SERVER, WIRE_ACK, bytes, sizeof bytes);
        wire_received(connection, WIRE_CLIENT);
    }
    wire_send(wire, connection, WIRE_CLIENT, WIRE_ACK, NULL, 0);
    if (flow->left > 0)
        return true;
    wire_send(wire, connection, WIRE_CLIENT, WIRE_FIN | WIRE_ACK, NULL, 0);
    wire_received(connection, WIRE_SERVER);
    wire_send(wire, connection, WIRE_SERVER, WIRE_FIN | WIRE_ACK, NULL, 0);
    wire_received(connection, WIRE_CLIENT);
    wire_send(wire, connection, WIRE_CLIENT, WIRE_ACK, NULL, 0);
    return false;
}

typedef struct {
    uint64_t total;   /* flows, mail and other */
    unsigned at_once; /* running side by side */
    unsigned mail_of; /* of 1000 flows so many are mail */
    bool attachments;
    unsigned reorder;
    bool web; /* the others are HTTP kept alive */
    Speak speak;
} Mix;

typedef struct {
    bool mail;
    Session session;
    Flow flow;
} Slot;

static void slot_begin(Slot *slot, Bench *bench, const Mix *mix, uint64_t i)
{
    Random *random = &bench->wire.random;
    /* Evenly spread, so that the share is exact. */
    slot->mail = i * mix->mail_of / 1000 != (i + 1) * mix->mail_of / 1000;
    if (!slot->mail && mix->web) {
        web_begin(&slot->flow, bench, i);
        return;
    }
    if (!slot->mail) {
        flow_begin(&slot->flow, bench, i);
        return;
    }
    unsigned mails = mix->attachments && random_below(random, 5) == 0 ? 2 : 1;
    slot->session.reorder = mix->reorder;
    slot->session.speak = mix->speak;
    session_begin(&slot->session, &bench->wire, client_ip(i), client_port(i), mails,
                  mix->attachments ? attachment(random) : 0, bench->truth);
    bench->sessions++;
    bench->mails += mails;
}

/* Runs flows side by side, a few packets of one after a few of another. */
static void run_mix(Bench *bench, const Mix *mix)
{
    Slot *slots = calloc(mix->at_once, sizeof *slots);
    unsigned running = 0;
    uint64_t next = 0;
    if (!slots)
        abort();
    while (running < mix->at_once && next < mix->total)
        slot_begin(&slots[running++], bench, mix, next++);
    while (running > 0) {
        unsigned at = random_below(&bench->wire.random, running);
        Slot *slot = &slots[at];
        bool more = slot->mail ? session_step(&slot->session, &bench->wire)
                               : flow_step(&slot->flow, &bench->wire);
        if (more)
            continue;
        if (next < mix->total)
            slot_begin(slot, bench, mix, next++);
        else
            *slot = slots[--running];
    }
    free(slots);
}

/* Half-open: greeting and a partial line, in every second one a segment beyond a gap. */
static void half_open(Bench *bench, uint64_t i)
{
    static const char beyond[] = "beyond the gap\r\n";
    Wire *wire = &bench->wire;
    Connection connection;
    wire_connection(wire, &connection, client_ip(i), client_port(i), 0xc0000219, 25);
    wire_send(wire, &connection, WIRE_CLIENT, WIRE_SYN, NULL, 0);
    wire_received(&connection, WIRE_SERVER);
    wire_send(wire, &connection, WIRE_SERVER, WIRE_SYN | WIRE_ACK, NULL, 0);
    wire_received(&connection, WIRE_CLIENT);
    wire_send(wire, &connection, WIRE_CLIENT, WIRE_ACK, NULL, 0);
    wire_send(wire, &connection, WIRE_SERVER, WIRE_ACK | WIRE_PSH, "220 mx ESMTP\r\n", 14);
    wire_received(&connection, WIRE_CLIENT);
    wire_send(wire, &connection, WIRE_CLIENT, WIRE_ACK | WIRE_PSH, "MAIL FROM:<a", 12);
    if (i % 2 == 0)
        wire_send_at(wire, &connection, WIRE_CLIENT, WIRE_ACK | WIRE_PSH, connection.seq[0] + 10000,
                     beyond, sizeof beyond - 1);
    bench->sessions++;
}

static void hostile(Bench *bench)
{
    uint64_t floods = scaled(bench, 5e6), halves = scaled(bench, 1e5);
    for (uint64_t i = 0; i < floods; i++) {
        Connection connection;
        uint32_t from = random_next(&bench->wire.random);
        wire_connection(&bench->wire, &connection, 0x0b000000 | (from & 0x00ffffff),
                        (uint16_t)(1024 + random_below(&bench->wire.random, 64000)), 0xc0000219,
                        25);
        connection.timestamps = false;
        wire_send(&bench->wire, &connection, WIRE_CLIENT, WIRE_SYN, NULL, 0);
        if (i * halves / floods != (i + 1) * halves / floods)
            half_open(bench, i * halves / floods);
    }
}

/* N sessions that all stand open before the first goes on. */
static void concurrent(Bench *bench, uint64_t count, bool idle)
{
    Session *session = calloc(1, sizeof *session);
    Connection *connections = calloc(count, sizeof *connections);
    if (!session || !connections)
        abort();
    for (uint64_t i = 0; i < count; i++) {
        session_begin(session, &bench->wire, client_ip(i), client_port(i), 1, 0, bench->truth);
        session_step(session, &bench->wire); /* handshake and greeting */
        connections[i] = session->connection;
    }
    for (uint64_t i = 0; i < count; i++) {
        session->connection = connections[i];
        session->stage = 1;
        session->mails_left = 1;
        while (!idle && session_step(session, &bench->wire)) {
        }
    }
    bench->sessions = count;
    bench->mails = idle ? 0 : count;
    free(connections);
    free(session);
}

/* N connections of which nobody says anything. */
static void silent(Bench *bench, uint64_t count)
{
    for (uint64_t i = 0; i < count; i++) {
        Connection connection;
        Wire *wire = &bench->wire;
        wire_connection(wire, &connection, client_ip(i), client_port(i), 0xc0000219, 25);
        wire_send(wire, &connection, WIRE_CLIENT, WIRE_SYN, NULL, 0);
        wire_received(&connection, WIRE_SERVER);
        wire_send(wire, &connection, WIRE_SERVER, WIRE_SYN | WIRE_ACK, NULL, 0);
        wire_received(&connection, WIRE_CLIENT);
        wire_send(wire, &connection, WIRE_CLIENT, WIRE_ACK, NULL, 0);
    }
}

/* Runs the workload of that name; false when there is none. */
static bool generate(Bench *bench, const char *name)
{
    const char *equals = strchr(name, '=');
    uint64_t number = equals ? strtoull(equals + 1, NULL, 10) : 0;
    if (strcmp(name, "w1") == 0)
        run_mix(bench, &(Mix){scaled(bench, 3000), 40, 1000, true, 0, false, SPEAK_SMTP});
    else if (strcmp(name, "w2") == 0)
        run_mix(bench, &(Mix){scaled(bench, 25000), 400, 20, true, 0, false, SPEAK_SMTP});
    else if (strcmp(name, "w8") == 0)
        run_mix(bench, &(Mix){scaled(bench, 20000), 400, 10, false, 0, true, SPEAK_SMTP});
    else if (strcmp(name, "w9") == 0 || strcmp(name, "w10") == 0)
        run_mix(bench, &(Mix){.total = scaled(bench, 3000),
                              .at_once = 40,
                              .mail_of = 1000,
                              .attachments = true,
                              .speak = name[2] ? SPEAK_IMAP : SPEAK_POP3});
    else if (strcmp(name, "w3") == 0)
        run_mix(bench, &(Mix){scaled(bench, 200000), 100, 1000, false, 0, false, SPEAK_SMTP});
    else if (strcmp(name, "w4") == 0)
        hostile(bench);
    else if (strcmp(name, "small") == 0)
        run_mix(bench, &(Mix){1, 1, 1000, false, 0, false, SPEAK_SMTP});
    else if (strncmp(name, "reorder=", 8) == 0)
        run_mix(bench,
                &(Mix){scaled(bench, 3000), 40, 1000, true, (unsigned)number, false, SPEAK_SMTP});
    else if (strncmp(name, "open=", 5) == 0)
        concurrent(bench, number, false);
    else if (strncmp(name, "greeted=", 8) == 0)
        concurrent(bench, number, true);
    else if (strncmp(name, "idle=", 5) == 0)
        silent(bench, number);
    else if (strcmp(name, "w6") == 0) {
        Session *session = calloc(1, sizeof *session);
        if (!session)
            abort();
        session_begin(session, &bench->wire, client_ip(0), client_port(0), 1, scaled(bench, 1e9),
                      bench->truth);
        while (session_step(session, &bench->wire)) {
        }
        free(session);
        bench->sessions = bench->mails = 1;
    } else
        return false;
    return true;
}

int main(int argc, char **argv)
{
    static Bench bench;
    if (argc != 5) {
        fprintf(stderr, "usage: bench-generate WORKLOAD SCALE SEED FILE\n");
        return 2;
    }
    gcry_check_version(NULL);
    gcry_control(GCRYCTL_INITIALIZATION_FINISHED, 0);
    bench.scale = strtod(argv[2], NULL);
    wire_open(&bench.wire, argv[4], strtoull(argv[3], NULL, 10));
    char truth[4096];
    snprintf(truth, sizeof truth, "%s.truth", argv[4]);
    bench.truth = fopen(truth, "w");
    if (!bench.truth || !generate(&bench, argv[1])) {
        fprintf(stderr, "bench-generate: no workload '%s', or cannot write '%s'\n", argv[1], truth);
        return 2;
    }
    fclose(bench.truth);
    wire_close(&bench.wire);
    printf("{\"sessions\": %llu, \"mails\": %llu, \"packets\": %llu, \"bytes\": %llu}\n",
           (unsigned long long)bench.sessions, (unsigned long long)bench.mails,
           (unsigned long long)bench.wire.packets, (unsigned long long)bench.wire.bytes);
    return 0;
}
