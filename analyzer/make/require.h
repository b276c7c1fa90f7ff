/* SPDX-License-Identifier: GPL-2.0-or-later
 * require.h - what an assignment requires of a capture, met by the one that is made. Opens no file.
 */
#pragma once

#include "../grade/match.h"
#include "story.h"

/* Texts that meet what is required; NULL: nothing is. Owned. */
typedef struct {
    char *helo, *username, *mail_from, *subject;
} MsGranted;

void ms_granted_clear(MsGranted *granted);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(MsGranted, ms_granted_clear)

/* Narrows the window to what is required of session.start. `given`: the window was asked for, and
 * is not to be left: fails (MS_ERROR_USAGE) when nothing of it fits. */
bool ms_require_window(const MsAssignment *assignment, bool given, int64_t *from_ns,
                       int64_t *until_ns, GError **error);

/* Finds texts that meet all requirements of EHLO name, user name, sender and subject for that
 * student. Fails when it finds none, or when something is required that no capture made here can
 * have. */
bool ms_require_grant(const MsAssignment *assignment, const MsStudent *student, MsGranted *granted,
                      GError **error);

/* Holds every requirement against the key of the story. What a fault takes away is not missed. */
bool ms_require_check(const MsAssignment *assignment, const MsStudent *student,
                      const MsStory *story, GError **error);
