/* SPDX-License-Identifier: GPL-2.0-or-later
 * key.c - ms_story_key() of story.h: what is true of a capture, from the story and not from reading
 * the capture back, so that it can judge whoever reads it. */
#include "../base/escape.h"
#include "story.h"

#include <gcrypt.h>
#include <jansson.h>

#include <stdlib.h>

static void add(json_t *facts, const char *key, const char *value)
{
    json_t *list = json_object_get(facts, key);
    if (!list) {
        list = json_array();
        json_object_set_new(facts, key, list);
    }
    if (value)
        json_array_append_new(list, json_string(value));
}

static void add_number(json_t *facts, const char *key, int64_t value)
{
    json_t *list = json_array();
    json_array_append_new(list, json_integer(value));
    json_object_set_new(facts, key, list);
}

static void add_hash(json_t *facts, const MsBuffer *message)
{
    uint8_t digest[32];
    MsBuffer text = {0};
    gcry_md_hash_buffer(GCRY_MD_SHA256, digest, message->data, message->length);
    ms_escape_hex(&text, digest, sizeof(digest));
    ms_buffer_byte(&text, 0);
    add(facts, "message.sha256", (const char *)text.data);
    ms_buffer_clear(&text);
}

static void add_session(json_t *facts, const MsStory *story)
{
    bool no_quit = story->faults & (MS_FAULT_STARTTLS | MS_FAULT_NO_QUIT);
    g_autofree char *greeting = g_strdup_printf("220 %s ESMTP ready", story->server_name);
    g_autofree char *hello = g_strdup_printf("EHLO %s", story->helo);
    add(facts, "session.client", story->client);
    add(facts, "session.server", story->server);
    add_number(facts, "session.client_port", story->client_port);
    add_number(facts, "session.server_port", story->server_port);
    add(facts, "session.server_first", greeting);
    add(facts, "session.client_first", hello);
    add(facts, "session.end", story->faults & MS_FAULT_RST ? "rst" : no_quit ? "fin" : "quit");
    add(facts, "session.end_by", story->client_closes ? "client" : "server");
    add(facts, "smtp.helo", story->helo);
}

static void add_login(json_t *facts, const MsStory *story)
{
    bool twice = story->faults & MS_FAULT_WRONG_PASSWORD;
    if (twice) {
        add(facts, "auth.mechanism", story->mechanism);
        add(facts, "auth.username", story->username);
        add(facts, "auth.password", story->wrong_password);
        add(facts, "auth.outcome", "failure");
    }
    add(facts, "auth.mechanism", story->mechanism);
    add(facts, "auth.username", story->username);
    add(facts, "auth.password", story->password);
    add(facts, "auth.outcome", "success");
}

static void add_mail(json_t *facts, const MsStory *story)
{
    add(facts, "smtp.mail_from", story->mail_from);
    for (guint i = 0; i < story->rcpt_to->len; i++)
        add(facts, "smtp.rcpt_to", story->rcpt_to->pdata[i]);
    add(facts, "message.subject", story->subject);
    add(facts, "message.id", story->message_id);
    add_number(facts, "message.size", (int64_t)story->message.length);
    add_hash(facts, &story->message);
    if (story->faults & (MS_FAULT_NO_QUIT | MS_FAULT_RST))
        add(facts, "smtp.quit_code", NULL);
    else
        add_number(facts, "smtp.quit_code", 221);
}

/* The facts that encryption hides. */
static void add_hidden(json_t *facts)
{
    static const char *const keys[] = {"auth.mechanism",  "auth.username",  "auth.password",
                                       "auth.outcome",    "smtp.mail_from", "smtp.rcpt_to",
                                       "message.subject", "message.id",     "message.size",
                                       "message.sha256",  "smtp.quit_code"};
    for (size_t i = 0; i < G_N_ELEMENTS(keys); i++)
        add(facts, keys[i], NULL);
}

json_t *ms_story_facts(const MsStory *story)
{
    json_t *facts = json_object();
    add_session(facts, story);
    if (story->faults & MS_FAULT_STARTTLS) {
        add_hidden(facts);
    } else {
        add_login(facts, story);
        add_mail(facts, story);
    }
    return facts;
}

void ms_story_key(const MsStory *story, const char *file, MsBuffer *out)
{
    json_t *facts = ms_story_facts(story);
    json_t *names = json_array();
    for (unsigned fault = 1; ms_fault_name(fault); fault <<= 1)
        if (story->faults & fault)
            json_array_append_new(names, json_string(ms_fault_name(fault)));
    json_t *key = json_pack("{s:s, s:s, s:s, s:o, s:o}", "id", story->id, "file", file, "nonce",
                            story->nonce, "faults", names, "facts", facts);
    char *line = json_dumps(key, JSON_COMPACT);
    ms_buffer_text(out, line);
    ms_buffer_byte(out, '\n');
    free(line);
    json_decref(key);
}
