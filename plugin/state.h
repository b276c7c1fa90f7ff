/* SPDX-License-Identifier: GPL-2.0-or-later
 * state.h - the plugin's only state that changes: preferences, and what belongs to the open
 * capture. Wireshark hands its callbacks no user data, so it cannot be passed along. */
#pragma once

#include "feed.h"
#include "front/redact.h"
#include "store.h"
#include "ws_compat.h"

typedef struct {
    MsWsBool show_secrets;
    MsWsBool info_column; /* add to the Info column */
    MsWsBool odd_ports;   /* let Wireshark's own dissectors read mail on other ports */
    MsWsBool parts;       /* read the parts of messages */
    MsWsBool smtp, pop, imap, http, tls;
    guint store_megabytes;
} MsPreferences;

typedef struct {
    int protocol; /* Wireshark's number of it */
    MsPreferences preferences;
    /* Of the open capture; NULL when none is open. */
    MsLimits limits;
    MsStore *store;
    MsFeed *feed;
    MsRedactor *redactor; /* used when secrets are not to be shown */
} MsState;

extern MsState ms_state; /* plugin.c */

/* Whether the user wants to see that session, by its protocol. */
bool ms_state_wants(uint32_t session);

/* --- prefs.c --- */
void ms_preferences_register(int protocol);
