/* SPDX-License-Identifier: GPL-2.0-or-later
 * trace.h - reads a file for its fingerprint. */
#pragma once

#include "../grade/fingerprint.h"

/* Each file of a submission by itself, its bytes as handed in; what cannot be read is left out. */
void ms_trace_file(MsFingerprint *fingerprint, const void *data, size_t length,
                   const MsLimits *limits);
