/* SPDX-License-Identifier: GPL-2.0-or-later
 * error.c - registers the GError domain. */
#include "error.h"

/* clang-format off: it would put blanks into the name */
G_DEFINE_QUARK(ms - error - quark, ms_error)
/* clang-format on */

bool ms_error_of_file(GError **error, MsError code, const char *what, const char *path)
{
    if (!error || !*error || (*error)->domain == MS_ERROR)
        return false;
    const char *colon = g_strrstr((*error)->message, ": "); /* what the system says is behind it */
    GError *own = g_error_new(MS_ERROR, (int)code, "cannot %s '%s': %s", what, path,
                              colon ? colon + 2 : (*error)->message);
    g_clear_error(error);
    *error = own;
    return false;
}
