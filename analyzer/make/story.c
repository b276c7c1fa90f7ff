/* SPDX-License-Identifier: GPL-2.0-or-later
 * story.c - see story.h: thinks out who writes what to whom. */
#include "story.h"

#include <gcrypt.h>

#include <string.h>

static const char *const things[] = {
    "acorn",  "amber",   "anchor", "apple",  "aspen",   "badger", "basil",   "beacon",
    "birch",  "bridge",  "candle", "cedar",  "cherry",  "clover", "cobalt",  "copper",
    "coral",  "crane",   "dahlia", "delta",  "ember",   "falcon", "fennel",  "ferry",
    "garnet", "ginger",  "harbor", "hazel",  "heron",   "indigo", "island",  "ivory",
    "jasper", "juniper", "kettle", "lagoon", "lantern", "laurel", "lemon",   "linden",
    "maple",  "marble",  "meadow", "nutmeg", "olive",   "orchid", "otter",   "pebble",
    "pepper", "plover",  "quartz", "quince", "raven",   "ribbon", "saffron", "sparrow",
    "spruce", "tulip",   "umber",  "velvet", "violet",  "walnut", "willow",  "zephyr"};
static const char *const topics[] = {"the lab",          "the timetable", "the excursion",
                                     "the reading list", "the project",   "the library",
                                     "the meeting",      "the poster"};
static const char *const lines[] = {"I have put the notes on the shelf beside the window.",
                                    "The room has changed: we meet in the small hall now.",
                                    "Please bring the printed pages; there is no projector.",
                                    "The second exercise took longer than I had thought.",
                                    ". This line begins with a dot, and so it should arrive.",
                                    "Has anybody seen the blue cable?",
                                    "My train comes at ten past nine.",
                                    "Let us speak about the third question tomorrow."};

static const struct {
    const char *name;
    MsFault fault;
} faults[] = {{"loss", MS_FAULT_LOSS},
              {"wrong-password", MS_FAULT_WRONG_PASSWORD},
              {"starttls", MS_FAULT_STARTTLS},
              {"out-of-order", MS_FAULT_OUT_OF_ORDER},
              {"duplicate", MS_FAULT_DUPLICATE},
              {"no-quit", MS_FAULT_NO_QUIT},
              {"rst", MS_FAULT_RST}};
G_STATIC_ASSERT(G_N_ELEMENTS(faults) == MS_N_FAULTS);

bool ms_fault_find(const char *name, MsFault *fault)
{
    for (size_t i = 0; i < G_N_ELEMENTS(faults); i++) {
        if (strcmp(faults[i].name, name) == 0) {
            *fault = faults[i].fault;
            return true;
        }
    }
    return false;
}

const char *ms_fault_name(unsigned fault)
{
    for (size_t i = 0; i < G_N_ELEMENTS(faults); i++)
        if (faults[i].fault == fault)
            return faults[i].name;
    return NULL;
}

static const char *pick(GRand *random, const char *const *words, size_t n)
{
    return words[g_rand_int_range(random, 0, (gint32)n)];
}

/* Numbers that only seed, id and purpose decide. */
static void derive(const char *seed, const char *id, const char *purpose, uint8_t digest[32])
{
    g_autofree char *text = g_strdup_printf("mailscope make|%s|%s", purpose, id);
    gcry_md_hd_t md = NULL;
    if (gcry_md_open(&md, GCRY_MD_SHA256, GCRY_MD_FLAG_HMAC) != 0)
        g_error("libgcrypt has no HMAC-SHA256");
    gcry_md_setkey(md, seed, strlen(seed));
    gcry_md_write(md, text, strlen(text));
    memcpy(digest, gcry_md_read(md, GCRY_MD_SHA256), 32);
    gcry_md_close(md);
}

GRand *ms_story_random(const char *seed, const char *id, const char *purpose)
{
    uint8_t digest[32];
    guint32 words[8];
    derive(seed, id, purpose, digest);
    for (size_t i = 0; i < 8; i++)
        words[i] = (guint32)digest[4 * i] << 24 | (guint32)digest[4 * i + 1] << 16 |
                   (guint32)digest[4 * i + 2] << 8 | digest[4 * i + 3];
    return g_rand_new_with_seed_array(words, 8);
}

char *ms_story_nonce(const char *seed, const char *id)
{
    static const char letters[] = "abcdefghjkmnpqrstuvwxyz23456789"; /* none that look alike */
    uint8_t digest[32];
    derive(seed, id, "nonce", digest);
    char *nonce = g_malloc0(11);
    for (size_t i = 0; i < 10; i++)
        nonce[i] = letters[digest[i] % (sizeof(letters) - 1)];
    return nonce;
}

static char *address_text(uint32_t address)
{
    return g_strdup_printf("%u.%u.%u.%u", address >> 24, address >> 16 & 255, address >> 8 & 255,
                           address & 255);
}

static char *make_password(GRand *random)
{
    return g_strdup_printf("%s-%s-%d", pick(random, things, G_N_ELEMENTS(things)),
                           pick(random, things, G_N_ELEMENTS(things)),
                           g_rand_int_range(random, 10, 1000));
}

static void think_ends(MsStory *story, GRand *random)
{
    static const uint16_t ports[] = {25, 587};
    story->client_address = 0x0a000000 | (uint32_t)g_rand_int_range(random, 256, 0xffff00);
    story->server_address = 0xcb007100 | (uint32_t)g_rand_int_range(random, 2, 250); /* RFC 5737 */
    story->client = address_text(story->client_address);
    story->server = address_text(story->server_address);
    story->client_port = (uint16_t)g_rand_int_range(random, 32768, 61000);
    story->server_port = ports[g_rand_int_range(random, 0, G_N_ELEMENTS(ports))];
    story->server_name =
        g_strdup_printf("mail.%s.example.com", pick(random, things, G_N_ELEMENTS(things)));
    story->client_closes = g_rand_boolean(random);
}

/* Takes what is wished for in place of what was drawn. */
static void prefer(char **text, const char *wished)
{
    if (!wished)
        return;
    g_free(*text);
    *text = g_strdup(wished);
}

static void think_people(MsStory *story, GRand *random, const MsWishes *wishes)
{
    story->username = g_strdup_printf("%s%d", pick(random, things, G_N_ELEMENTS(things)),
                                      g_rand_int_range(random, 100, 10000));
    prefer(&story->username, wishes->username);
    story->password = make_password(random);
    story->wrong_password = make_password(random);
    story->mechanism = g_strdup(g_rand_boolean(random) ? "PLAIN" : "LOGIN");
    story->mail_from = g_strdup_printf("%s@example.org", story->username);
    prefer(&story->mail_from, wishes->mail_from);
    story->helo = g_strdup_printf("%s.example.org", story->nonce);
    prefer(&story->helo, wishes->helo);
    story->rcpt_to = g_ptr_array_new_with_free_func(g_free);
    for (int n = g_rand_int_range(random, 1, 4); n > 0; n--)
        g_ptr_array_add(story->rcpt_to, g_strdup_printf("%s%d@example.com",
                                                        pick(random, things, G_N_ELEMENTS(things)),
                                                        g_rand_int_range(random, 10, 1000)));
}

static void think_message(MsStory *story, GRand *random, const MsWishes *wishes)
{
    MsBuffer *out = &story->message;
    g_autoptr(GDateTime) date = g_date_time_new_from_unix_utc(story->start_ns / 1000000000);
    g_autofree char *stamp = g_date_time_format(date, "%a, %d %b %Y %H:%M:%S +0000");
    story->subject =
        g_strdup_printf("About %s (%s)", pick(random, topics, G_N_ELEMENTS(topics)), story->nonce);
    prefer(&story->subject, wishes->subject);
    story->message_id = g_strdup_printf("<%s.%u@example.org>", story->nonce, g_rand_int(random));
    ms_buffer_printf(out, "Date: %s\r\nFrom: <%s>\r\nTo: ", stamp, story->mail_from);
    for (guint i = 0; i < story->rcpt_to->len; i++)
        ms_buffer_printf(out, "%s<%s>", i > 0 ? ",\r\n " : "",
                         (const char *)story->rcpt_to->pdata[i]);
    ms_buffer_printf(out, "\r\nSubject: %s\r\nMessage-ID: %s\r\n\r\nHello,\r\n\r\n", story->subject,
                     story->message_id);
    for (int n = g_rand_int_range(random, 2, 7); n > 0; n--)
        ms_buffer_printf(out, "%s\r\n", pick(random, lines, G_N_ELEMENTS(lines)));
    ms_buffer_printf(out, "\r\nYours,\r\n%s\r\n", story->username);
}

MsStory *ms_story_new(const char *seed, const char *id, unsigned faults_wanted,
                      const MsWishes *wishes)
{
    GRand *random = ms_story_random(seed, id, "story");
    MsStory *story = g_new0(MsStory, 1);
    story->id = g_strdup(id);
    story->nonce = ms_story_nonce(seed, id);
    story->faults = faults_wanted;
    int64_t second = 1000000000;
    double room_ns = (double)MAX(wishes->until_ns - wishes->from_ns - 60 * second, second);
    story->start_ns = wishes->from_ns + (int64_t)(g_rand_double(random) * room_ns) / 1000 * 1000;
    think_ends(story, random);
    if (story->faults & (MS_FAULT_NO_QUIT | MS_FAULT_RST))
        story->client_closes = true;
    think_people(story, random, wishes);
    think_message(story, random, wishes);
    g_rand_free(random);
    return story;
}

void ms_story_free(MsStory *story)
{
    if (!story)
        return;
    char **const owned[] = {&story->id,        &story->nonce,          &story->client,
                            &story->server,    &story->server_name,    &story->helo,
                            &story->mechanism, &story->username,       &story->password,
                            &story->mail_from, &story->wrong_password, &story->subject,
                            &story->message_id};
    for (size_t i = 0; i < G_N_ELEMENTS(owned); i++)
        g_free(*owned[i]);
    g_ptr_array_unref(story->rcpt_to);
    ms_buffer_clear(&story->message);
    g_free(story);
}
