/* SPDX-License-Identifier: GPL-2.0-or-later
 * play.c - ms_story_play() of story.h: the SMTP dialogue of a story (RFC 5321, 4954, 3207), said
 * over a wire. What the server says is what a common server says. */
#include "../base/codec.h"
#include "story.h"
#include "wire.h"

#include <string.h>

typedef struct {
    const MsStory *story;
    MsWire *wire;
    GRand *random;
} Play;

static void say(Play *play, MsDirection direction, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

static void say(Play *play, MsDirection direction, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    g_autofree char *text = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    g_autofree char *line = g_strconcat(text, "\r\n", NULL);
    ms_wire_say(play->wire, direction, line, strlen(line));
}

static char *base64(const char *text, size_t length)
{
    return g_base64_encode((const guchar *)text, length);
}

/* Greeting and capabilities. */
static void greet(Play *play)
{
    const MsStory *story = play->story;
    ms_wire_open(play->wire);
    if (story->faults & MS_FAULT_DUPLICATE)
        ms_wire_repeat(play->wire);
    say(play, MS_TO_CLIENT, "220 %s ESMTP ready", story->server_name);
    say(play, MS_TO_SERVER, "EHLO %s", story->helo);
    if (story->faults & MS_FAULT_OUT_OF_ORDER)
        ms_wire_swap(play->wire);
    say(play, MS_TO_CLIENT,
        "250-%s\r\n250-SIZE 52428800\r\n%s250-AUTH PLAIN LOGIN\r\n250-8BITMIME\r\n"
        "250 ENHANCEDSTATUSCODES",
        story->server_name, story->faults & MS_FAULT_STARTTLS ? "250-STARTTLS\r\n" : "");
}

static void log_in(Play *play, const char *password, bool right)
{
    const MsStory *story = play->story;
    g_autofree char *name = base64(story->username, strlen(story->username));
    g_autofree char *secret = base64(password, strlen(password));
    if (strcmp(story->mechanism, "LOGIN") == 0) {
        say(play, MS_TO_SERVER, "AUTH LOGIN");
        say(play, MS_TO_CLIENT, "334 VXNlcm5hbWU6");
        say(play, MS_TO_SERVER, "%s", name);
        say(play, MS_TO_CLIENT, "334 UGFzc3dvcmQ6");
        say(play, MS_TO_SERVER, "%s", secret);
    } else {
        MsBuffer plain = {0};
        ms_buffer_byte(&plain, 0);
        ms_buffer_text(&plain, story->username);
        ms_buffer_byte(&plain, 0);
        ms_buffer_text(&plain, password);
        g_autofree char *both = base64((const char *)plain.data, plain.length);
        ms_buffer_clear(&plain);
        say(play, MS_TO_SERVER, "AUTH PLAIN %s", both);
    }
    if (right) {
        say(play, MS_TO_CLIENT, "235 2.7.0 Authentication successful");
    } else { /* servers let the client wait after a wrong one */
        ms_wire_wait(play->wire, g_rand_int_range(play->random, 1000, 2500) * (int64_t)1000000);
        say(play, MS_TO_CLIENT, "535 5.7.8 Authentication failed");
        ms_wire_wait(play->wire, g_rand_int_range(play->random, 2000, 6000) * (int64_t)1000000);
    }
}

/* DATA with the dots at the start of lines doubled (RFC 5321 4.5.2). */
static void send_message(Play *play)
{
    const MsBuffer *message = &play->story->message;
    MsBuffer stuffed = {0};
    for (size_t i = 0; i < message->length; i++) {
        if (message->data[i] == '.' && (i == 0 || message->data[i - 1] == '\n'))
            ms_buffer_byte(&stuffed, '.');
        ms_buffer_byte(&stuffed, message->data[i]);
    }
    ms_buffer_text(&stuffed, ".\r\n");
    say(play, MS_TO_SERVER, "DATA");
    say(play, MS_TO_CLIENT, "354 End data with <CR><LF>.<CR><LF>");
    ms_wire_say(play->wire, MS_TO_SERVER, stuffed.data, stuffed.length);
    ms_buffer_clear(&stuffed);
    say(play, MS_TO_CLIENT, "250 2.0.0 Ok: queued as %08X", g_rand_int(play->random));
}

static void mail(Play *play)
{
    const MsStory *story = play->story;
    bool loss = story->faults & MS_FAULT_LOSS;
    say(play, MS_TO_SERVER, "MAIL FROM:<%s> SIZE=%zu", story->mail_from, story->message.length);
    say(play, MS_TO_CLIENT, "250 2.1.0 Ok");
    for (guint i = 0; i < story->rcpt_to->len; i++) {
        if (loss && i == 0)
            ms_wire_lose(play->wire);
        say(play, MS_TO_SERVER, "RCPT TO:<%s>", (const char *)story->rcpt_to->pdata[i]);
        say(play, MS_TO_CLIENT, "250 2.1.5 Ok");
    }
    send_message(play);
}

static void put16(MsBuffer *out, size_t value)
{
    ms_buffer_byte(out, (uint8_t)(value >> 8));
    ms_buffer_byte(out, (uint8_t)value);
}

static void put_random(Play *play, MsBuffer *out, size_t length)
{
    while (length-- > 0)
        ms_buffer_byte(out, (uint8_t)g_rand_int_range(play->random, 0, 256));
}

/* Puts a length of `bytes` octets in front of what was written behind `start`. */
static void close_length(MsBuffer *out, size_t start, unsigned bytes)
{
    size_t length = out->length - start - bytes;
    for (unsigned i = 0; i < bytes; i++)
        out->data[start + i] = (uint8_t)(length >> 8 * (bytes - 1 - i));
}

static size_t open_length(MsBuffer *out, unsigned bytes)
{
    size_t start = out->length;
    for (unsigned i = 0; i < bytes; i++)
        ms_buffer_byte(out, 0);
    return start;
}

static void put_extension(MsBuffer *out, uint16_t type, const void *data, size_t length)
{
    put16(out, type);
    put16(out, length);
    ms_buffer_append(out, data, length);
}

/* Extension server_name (RFC 6066 3). */
static void put_server_name(MsBuffer *out, const char *name)
{
    put16(out, 0);
    put16(out, strlen(name) + 5);
    put16(out, strlen(name) + 3);
    ms_buffer_byte(out, 0);
    put16(out, strlen(name));
    ms_buffer_text(out, name);
}

/* Extension key_share with a key for x25519 (RFC 8446 4.2.8). */
static void put_key_share(Play *play, MsBuffer *out, bool client)
{
    put16(out, 51);
    put16(out, client ? 38 : 36);
    if (client)
        put16(out, 36);
    put16(out, 29);
    put16(out, 32);
    put_random(play, out, 32);
}

/* A ClientHello or ServerHello of TLS 1.3 as one record (RFC 8446 4.1, 5.1). */
static void say_hello(Play *play, MsDirection direction, const uint8_t session[32])
{
    static const uint8_t versions[] = {2, 3, 4};
    static const uint8_t groups[] = {0, 2, 0, 29};
    static const uint8_t signatures[] = {0, 4, 4, 3, 8, 4};
    static const uint8_t suites[] = {0, 6, 0x13, 1, 0x13, 2, 0x13, 3, 1, 0};
    static const uint8_t suite[] = {0x13, 1, 0};
    bool client = direction == MS_TO_SERVER;
    MsBuffer out = {0};
    put16(&out, 0x1603);
    ms_buffer_byte(&out, client ? 1 : 3);
    size_t record = open_length(&out, 2);
    ms_buffer_byte(&out, client ? 1 : 2);
    size_t hello = open_length(&out, 3);
    put16(&out, 0x0303);
    put_random(play, &out, 32);
    ms_buffer_byte(&out, 32);
    ms_buffer_append(&out, session, 32);
    ms_buffer_append(&out, client ? suites : suite, client ? sizeof(suites) : sizeof(suite));
    size_t extensions = open_length(&out, 2);
    if (client) {
        put_server_name(&out, play->story->server_name);
        put_extension(&out, 10, groups, sizeof(groups));
        put_extension(&out, 13, signatures, sizeof(signatures));
    }
    put_extension(&out, 43, client ? versions : versions + 1, client ? 3 : 2);
    put_key_share(play, &out, client);
    close_length(&out, extensions, 2);
    close_length(&out, hello, 3);
    close_length(&out, record, 2);
    ms_wire_say(play->wire, direction, out.data, out.length);
    ms_buffer_clear(&out);
}

static void say_encrypted(Play *play, MsDirection direction, size_t length)
{
    MsBuffer out = {0};
    put16(&out, 0x1703);
    ms_buffer_byte(&out, 3);
    put16(&out, length);
    put_random(play, &out, length);
    ms_wire_say(play->wire, direction, out.data, out.length);
    ms_buffer_clear(&out);
}

/* STARTTLS, then records whose inside nobody can read: they are random. */
static void encrypt(Play *play)
{
    uint8_t session[32];
    for (size_t i = 0; i < sizeof(session); i++)
        session[i] = (uint8_t)g_rand_int_range(play->random, 0, 256);
    say(play, MS_TO_SERVER, "STARTTLS");
    say(play, MS_TO_CLIENT, "220 2.0.0 Ready to start TLS");
    say_hello(play, MS_TO_SERVER, session);
    say_hello(play, MS_TO_CLIENT, session);
    static const uint8_t change[] = {0x14, 3, 3, 0, 1, 1};
    ms_wire_say(play->wire, MS_TO_CLIENT, change, sizeof(change));
    say_encrypted(play, MS_TO_CLIENT, 1200);
    ms_wire_say(play->wire, MS_TO_SERVER, change, sizeof(change));
    say_encrypted(play, MS_TO_SERVER, 53);
    for (int n = g_rand_int_range(play->random, 5, 9); n > 0; n--) {
        say_encrypted(play, MS_TO_SERVER, (size_t)g_rand_int_range(play->random, 24, 400));
        say_encrypted(play, MS_TO_CLIENT, (size_t)g_rand_int_range(play->random, 24, 90));
    }
}

void ms_story_play(const MsStory *story, const char *seed, MsBuffer *out)
{
    GRand *random = ms_story_random(seed, story->id, "wire");
    MsWireEnds ends = {.client_address = story->client_address,
                       .server_address = story->server_address,
                       .client_port = story->client_port,
                       .server_port = story->server_port,
                       .start_ns = story->start_ns,
                       .round_trip_ns = g_rand_int_range(random, 2000000, 60000000)};
    for (size_t i = 0; i < 6; i++) { /* locally administered (IEEE 802) */
        ends.client_mac[i] = i == 0 ? 2 : (uint8_t)g_rand_int_range(random, 0, 256);
        ends.server_mac[i] = i == 0 ? 2 : (uint8_t)g_rand_int_range(random, 0, 256);
    }
    g_autoptr(MsWire) wire = ms_wire_new(out, &ends, random);
    Play play = {story, wire, random};
    greet(&play);
    if (story->faults & MS_FAULT_STARTTLS) {
        encrypt(&play);
    } else {
        if (story->faults & MS_FAULT_WRONG_PASSWORD)
            log_in(&play, story->wrong_password, false);
        if (story->faults & MS_FAULT_LOSS)
            ms_wire_lose(wire);
        log_in(&play, story->password, true);
        mail(&play);
        if (!(story->faults & (MS_FAULT_NO_QUIT | MS_FAULT_RST))) {
            say(&play, MS_TO_SERVER, "QUIT");
            say(&play, MS_TO_CLIENT, "221 2.0.0 Bye");
        }
    }
    if (story->faults & MS_FAULT_RST)
        ms_wire_reset(wire);
    else
        ms_wire_close(wire, story->client_closes ? MS_TO_SERVER : MS_TO_CLIENT);
    g_rand_free(random);
}
