/* SPDX-License-Identifier: GPL-2.0-or-later
 * error.c - registers the GError domain. */
#include "error.h"

G_DEFINE_QUARK(ms-error-quark, ms_error)
