/* SPDX-License-Identifier: GPL-2.0-or-later
 * ws_compat.h - what differs between Wireshark 4.0, 4.4 and 4.6, in one place: no other file asks
 * for a version. To be included instead of Wireshark's headers. */
#pragma once

#include <epan/packet.h>
#include <epan/proto_data.h>
#include <glib.h>

#include <ws_symbol_export.h>
#include <ws_version.h>

#define MS_WS_AT_LEAST(major, minor)                                                               \
    (WIRESHARK_VERSION_MAJOR > (major) ||                                                          \
     (WIRESHARK_VERSION_MAJOR == (major) && WIRESHARK_VERSION_MINOR >= (minor)))

/* Variables of preferences, results of heuristics and filters: gboolean became bool. */
#if MS_WS_AT_LEAST(4, 4)
typedef bool MsWsBool;
#else
typedef gboolean MsWsBool;
#endif

/* Conversation filters got user data. */
#if MS_WS_AT_LEAST(4, 4)
#define MS_WS_FILTER_ARGS packet_info *pinfo, void *user_data
#define MS_WS_FILTER_UNUSED (void)user_data
#define MS_WS_FILTER_REGISTER(name, words, valid, build)                                           \
    register_conversation_filter(name, words, valid, build, NULL)
#else
#define MS_WS_FILTER_ARGS packet_info *pinfo
#define MS_WS_FILTER_UNUSED (void)0
#define MS_WS_FILTER_REGISTER(name, words, valid, build)                                           \
    register_conversation_filter(name, words, valid, build)
#endif

/* The TLS dissector keeps its data under 0, later under the number of its layer in the frame. */
#if MS_WS_AT_LEAST(4, 4)
enum { MS_WS_TLS_KEYS = 8 };
#else
enum { MS_WS_TLS_KEYS = 1 };
#endif

/* The name of a data source with its length; the caller owns it (wmem_free() of scope NULL). */
#if MS_WS_AT_LEAST(4, 6)
#define MS_WS_SOURCE_NAME(source) get_data_source_description(source)
#else
#define MS_WS_SOURCE_NAME(source) get_data_source_name(source)
#endif

/* From 4.4 on a plugin says what it brings; 1 is a dissector there. */
enum { MS_WS_PLUGIN_DISSECTOR = 1 };
