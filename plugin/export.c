/* SPDX-License-Identifier: GPL-2.0-or-later
 * export.c - mails are collected while tshark reads the capture for the first time, or while
 * Wireshark reads it again for the dialogue: then an engine of its own is fed. What is not whole
 * says so in its name. */
#include "export.h"

#include "feed.h"
#include "state.h"
#include "words.h"

#include <epan/export_object.h>
#include <epan/tap.h>
#include <glib/gstdio.h>

static struct {
    int tap;
    MsFeed *again;    /* of the reading that collects, or NULL */
    GPtrArray *ended; /* MsMail that ended with the frame being read */
    GPtrArray *going; /* MsMail that Wireshark was told of with the last frame that ended one */
} export;

/* A mail on its way out. */
typedef struct {
    uint32_t session; /* 0-based */
    MsMessage *message;
} MsMail;

static void free_mail(gpointer data)
{
    MsMail *mail = data;
    ms_message_unref(mail->message);
    g_free(mail);
}

bool ms_export_wanted(void)
{
    return have_tap_listener(export.tap);
}

int ms_export_spool(void *user_data)
{
    (void)user_data;
    g_autofree char *name = NULL;
    int file = g_file_open_tmp("mailscope-XXXXXX", &name, NULL);
    if (file >= 0)
        g_unlink(name);
    return file;
}

void ms_export_message(uint32_t session, MsMessage *message, void *user_data)
{
    (void)user_data;
    MsMail *mail = g_new(MsMail, 1);
    *mail = (MsMail){.session = session, .message = ms_message_ref(message)};
    if (!export.ended)
        export.ended = g_ptr_array_new_with_free_func(free_mail);
    g_ptr_array_add(export.ended, mail);
}

static void begin_again(void)
{
    static const MsSink sink = {.message = ms_export_message};
    MsEngineOptions options;
    ms_engine_options_default(&options);
    options.records = options.lines = options.hash = false;
    options.keep = MS_KEEP_ALL;
    options.open_spool = ms_export_spool;
    ms_feed_free(export.again);
    export.again = ms_feed_new(&options, &sink, NULL);
}

void ms_export_again(tvbuff_t *tvb, packet_info *pinfo)
{
    if (!ms_export_wanted())
        return;
    if (!export.again || pinfo->num <= ms_feed_last(export.again))
        begin_again();
    ms_feed_frame(export.again, tvb, pinfo);
    if (pinfo->num >= ms_feed_last(ms_state.feed))
        ms_feed_end(export.again);
}

void ms_export_reset(void)
{
    ms_feed_free(export.again);
    export.again = NULL;
    g_clear_pointer(&export.ended, g_ptr_array_unref);
    g_clear_pointer(&export.going, g_ptr_array_unref);
}

/* The name says what is missing, so that nobody takes a part for the whole. */
static char *name_of(const MsMail *mail)
{
    const MsMessage *message = mail->message;
    uint64_t size = ms_message_size(message);
    const char *part = "";
    if (ms_message_kept(message) < size)
        part = "-TOO-LARGE-CUT";
    else if (!ms_message_complete(message))
        part = "-INCOMPLETE";
    uint64_t missing = ms_message_missing(message);
    g_autofree char *holes = missing > 0
                                 ? g_strdup_printf("-%" G_GUINT64_FORMAT "-bytes-missing", missing)
                                 : g_strdup("");
    return g_strdup_printf("session-%u-message-%d%s%s.eml", mail->session + 1,
                           ms_message_number(message) + 1, part, holes);
}

/* The tap's handler: one mail becomes one object; Wireshark frees it. */
static tap_packet_status take_mail(void *tapdata, packet_info *pinfo, epan_dissect_t *edt,
                                   const void *data, tap_flags_t flags)
{
    (void)edt;
    (void)flags;
    export_object_list_t *list = tapdata;
    const MsMail *mail = data;
    const MsStoreSession *session = ms_store_session(ms_state.store, mail->session);
    export_object_entry_t *entry = g_new0(export_object_entry_t, 1);
    size_t length = (size_t)ms_message_kept(mail->message);
    entry->pkt_num = pinfo->num;
    entry->hostname = g_strdup(session ? ms_words_session(pinfo->pool, session) : "");
    entry->content_type = g_strdup("message/rfc822");
    entry->filename = name_of(mail);
    entry->payload_data = g_malloc(length + 1);
    entry->payload_len = ms_message_read(mail->message, 0, entry->payload_data, length);
    list->add_entry(list->gui_data, entry);
    return TAP_PACKET_REDRAW;
}

void ms_export_flush(packet_info *pinfo)
{
    if (!export.ended || export.ended->len == 0)
        return;
    /* Wireshark runs its taps after this frame was dissected: until the next one all must stay. */
    GPtrArray *going = export.going;
    export.going = export.ended;
    export.ended = going;
    if (export.ended)
        g_ptr_array_set_size(export.ended, 0);
    for (guint i = 0; i < export.going->len; i++)
        tap_queue_packet(export.tap, pinfo, export.going->pdata[i]);
}

void ms_export_register(int protocol)
{
    export.tap = register_export_object(protocol, take_mail, ms_export_reset);
}
