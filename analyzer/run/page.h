/* SPDX-License-Identifier: GPL-2.0-or-later
 * page.h - the page of `mailscope report`, put together from what the captures gave and written
 * under its name at once. */
#pragma once

#include "run.h"

/* Reads the files and folders of `names` and writes the page to `file`; "-": standard output. A
 * file that is there is replaced only with `overwrite`. While it is written it has another name in
 * the same folder, so nothing half-written ever bears `file`'s. Returns the exit status. */
int ms_page_run(MsRun *run, const char *const *names, const char *file, bool overwrite);
