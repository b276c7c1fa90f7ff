/* SPDX-License-Identifier: GPL-2.0-or-later
 * confine.h - takes from a process every right but to read what it has open, compute, and write to
 * what it has open. For workers that read what nobody trusts. */
#pragma once

#include <stdbool.h>

/* Whether this build confines: not when built with sanitizers, which need more of the kernel. */
bool ms_confine_built(void);

/* Confines the calling process for good (seccomp, kernel 3.17 or newer). Afterwards:
 * - reading, writing, seeking and mapping what is open, memory, clocks, signals to itself: allowed;
 * - opening a file to read, asking for a file's properties, and whatever else is not named here:
 *   refused with EACCES or EPERM, as libraries ask for things they can do without;
 * - opening a file to write, making, renaming or removing one, sockets, starting a program or a
 *   process, reading another process, signals to others: the process is killed with SIGSYS.
 * Returns 0, or a positive errno when it cannot be done. Nothing in a build with sanitizers. */
int ms_confine(void);

/* Tries it out in a process of its own: 0, or the errno with which it fails here. */
int ms_confine_try(void);
