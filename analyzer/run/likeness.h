/* SPDX-License-Identifier: GPL-2.0-or-later
 * likeness.h - similarity.json and similarity.md in the folder of results. */
#pragma once

#include <glib.h>
#include <jansson.h>

#include <stdbool.h>

/* Takes "fingerprint" out of every result (with its "key"), compares them, and writes both files
 * into the folder, which is there. Nothing is written when no result has one: answers were handed
 * in. */
bool ms_likeness(const char *folder, json_t *const *results, guint count, GError **error);
