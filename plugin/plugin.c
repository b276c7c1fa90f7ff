/* SPDX-License-Identifier: GPL-2.0-or-later
 * plugin.c - the plugin as Wireshark sees it: a post-dissector that feeds the engine while frames
 * are read for the first time, and draws what is known of a frame whenever it is shown. */
#include "answers.h"
#include "column.h"
#include "convfilter.h"
#include "expert.h"
#include "export.h"
#include "fields.h"
#include "port.h"
#include "stat.h"
#include "state.h"
#include "tree.h"

#include <epan/prefs.h>

enum { SHOWN_OF_A_MESSAGE = 4096 }; /* bytes kept of each for the lab answers */

MsState ms_state;

WS_DLL_PUBLIC_DEF const char plugin_version[] = MS_VERSION;
WS_DLL_PUBLIC_DEF const int plugin_want_major = WIRESHARK_VERSION_MAJOR;
WS_DLL_PUBLIC_DEF const int plugin_want_minor = WIRESHARK_VERSION_MINOR;
WS_DLL_PUBLIC void plugin_register(void);
WS_DLL_PUBLIC uint32_t plugin_describe(void);

static void on_fact(uint32_t session, const MsFact *fact, void *user_data)
{
    MsState *state = user_data;
    ms_store_add_fact(state->store, session, fact);
    if (fact->field == MS_FIELD_TLS_STARTED)
        ms_feed_watch(state->feed);
    if (!state->preferences.show_secrets && (ms_field((MsFieldId)fact->field)->flags & MS_SECRET))
        ms_redactor_learn_secret(state->redactor, (const uint8_t *)fact->text, fact->text_length);
}

static void on_line(uint32_t session, const MsLine *line, void *user_data)
{
    MsState *state = user_data;
    ms_store_add_line(state->store, session, line);
}

static void on_oddity(uint32_t session, const MsOddity *oddity, void *user_data)
{
    MsState *state = user_data;
    ms_store_add_oddity(state->store, session, oddity);
}

static void on_message(uint32_t session, MsMessage *message, void *user_data)
{
    MsState *state = user_data;
    if (ms_export_wanted()) /* all of it is kept: not for longer than needed */
        ms_export_message(session, message, NULL);
    else
        ms_store_add_message(state->store, session, message);
}

/* A capture is opened, or read again after a preference changed. */
static void capture_begins(void)
{
    ms_limits_default(&ms_state.limits);
    ms_state.limits.value[MS_LIMIT_MESSAGE_HEAD] = SHOWN_OF_A_MESSAGE;
    ms_state.store = ms_store_new((uint64_t)ms_state.preferences.store_megabytes << 20);
    ms_state.redactor = ms_redactor_new(&ms_state.limits);
}

/* The engine is made with the first frame: only then Wireshark knows what its taps want. */
static MsFeed *feed_new(void)
{
    static const MsSink sink = {
        .fact = on_fact, .line = on_line, .oddity = on_oddity, .message = on_message};
    MsEngineOptions options;
    ms_engine_options_default(&options);
    options.limits = ms_state.limits;
    options.records = false;
    options.mime = ms_state.preferences.parts;
    if (ms_export_wanted() || options.mime)
        options.keep = MS_KEEP_ALL;
    options.open_spool = ms_export_spool;
    return ms_feed_new(&options, &sink, &ms_state);
}

static void capture_ends(void)
{
    ms_answers_reset();
    ms_export_reset();
    ms_feed_free(ms_state.feed);
    ms_redactor_free(ms_state.redactor);
    ms_store_free(ms_state.store);
    ms_state.feed = NULL;
    ms_state.redactor = NULL;
    ms_state.store = NULL;
}

/* All frames were read once: in the window, and with `tshark -2`. */
static void all_read(void)
{
    if (!ms_state.feed)
        return;
    ms_store_at(ms_state.store, 0);
    ms_feed_end(ms_state.feed);
    ms_export_reset(); /* mails of this pass went out, or will with the next */
}

static int dissect(tvbuff_t *tvb, packet_info *pinfo, proto_tree *tree, void *data)
{
    (void)data;
    if (!ms_state.store)
        return 0;
    if (!ms_state.feed)
        ms_state.feed = feed_new();
    if (!PINFO_FD_VISITED(pinfo)) {
        ms_store_at(ms_state.store, pinfo->num);
        ms_feed_frame(ms_state.feed, tvb, pinfo);
    } else {
        ms_export_again(tvb, pinfo);
    }
    ms_export_flush(pinfo);
    ms_stat_frame(pinfo);
    ms_column_add(pinfo);
    ms_tree_draw(tvb, pinfo, tree);
    return (int)tvb_captured_length(tvb);
}

static void register_protocol(void)
{
    ms_state.protocol = ms_fields_register();
    ms_expert_register(ms_state.protocol);
    ms_preferences_register(ms_state.protocol);
    ms_export_register(ms_state.protocol);
    ms_stat_register();
    ms_convfilter_register();
    register_init_routine(capture_begins);
    register_cleanup_routine(capture_ends);
    register_postseq_cleanup_routine(all_read);
}

/* Wireshark may call this again when a preference changes. */
static void register_handoff(void)
{
    static bool done = false;
    if (done)
        return;
    done = true;
    register_postdissector(create_dissector_handle(dissect, ms_state.protocol));
    ms_port_register(ms_state.protocol);
}

void plugin_register(void)
{
    static const proto_plugin plugin = {.register_protoinfo = register_protocol,
                                        .register_handoff = register_handoff};
    proto_register_plugin(&plugin);
}

uint32_t plugin_describe(void)
{
    return MS_WS_PLUGIN_DISSECTOR;
}
