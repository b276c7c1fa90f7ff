/* SPDX-License-Identifier: GPL-2.0-or-later
 * error.c - registers the GError domain. */
#include "error.h"

/* clang-format off: it would put blanks into the name */
G_DEFINE_QUARK(ms - error - quark, ms_error)
/* clang-format on */
