/* SPDX-License-Identifier: GPL-2.0-or-later
 * container.h - `mailscope extract`: opens what is written to, and gives a container its name when
 * it is whole. */
#pragma once

#include "run.h"

/* Reads the files and folders of `names` and extracts what is in them to `output`: a tar or an mbox
 * by its ending, else a folder, which is made. `run` has its plan but for `extract`. Returns the
 * exit status. */
int ms_container_run(MsRun *run, const char *const *names, const char *output, unsigned what,
                     bool overwrite);
