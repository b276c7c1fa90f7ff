/* SPDX-License-Identifier: GPL-2.0-or-later
 * device.h - a network interface to capture from, by libpcap; and giving up the privileges that
 * opening it needed. */
#pragma once

#include <glib.h>
#include <pcap/pcap.h>

#include <stdbool.h>

enum { MS_DEVICE_MILLISECONDS = 50 }; /* most that a frame waits in the kernel for more */

/* How an interface is opened. */
typedef struct {
    const char *name;   /* "eth0", "lo", "any" */
    const char *filter; /* as pcap-filter(7) has it; NULL: everything */
    bool promiscuous;   /* also frames that are meant for other hosts */
} MsDevice;

/* Opens and starts capturing; what comes is read with pcap_dispatch(), which does not block. NULL
 * with MS_ERROR_OPEN (no such interface, not allowed) or MS_ERROR_USAGE (filter). `warning`: what
 * libpcap has to say all the same, or NULL; to be freed. The caller closes with pcap_close(). */
pcap_t *ms_device_open(const MsDevice *device, char **warning, GError **error);

/* The interfaces there are, one a line with its description; NULL when that cannot be told. The
 * caller frees it. */
char *ms_device_list(void);

/* Gives up for good what only opening the interface needed: root becomes the user who called sudo,
 * or else nobody; capabilities of the file go; no program started later gains any. Returns false
 * with errno set when that fails: then nothing of the network must be parsed. */
bool ms_device_drop_privileges(void);
