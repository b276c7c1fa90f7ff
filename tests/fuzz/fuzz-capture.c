/* SPDX-License-Identifier: GPL-2.0-or-later
 * fuzz-capture.c - whole files: pcap and pcapng, plain or compressed. Holds: frames are numbered
 * from 1 on, no frame is longer captured than sent, and a file is refused only with a reason. */
#include "base/error.h"
#include "capture/capture.h"
#include "fuzz.h"

#include <glib.h>

#include <sys/mman.h>
#include <unistd.h>

static void read_all(const char *path)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(MsCapture) capture = ms_capture_open(path, &error);
    g_assert_true((capture == NULL) == (error != NULL));
    MsFrame frame;
    uint32_t number = 0;
    while (capture && ms_capture_next(capture, &frame, &error)) {
        uint8_t all = 0;
        g_assert_no_error(error);
        g_assert_cmpuint(frame.number, ==, ++number);
        g_assert_cmpuint(frame.length, <=, frame.wire_length);
        for (uint32_t i = 0; i < frame.length; i++)
            all |= frame.data[i];
        g_assert_cmpuint(all, <=, 255);
    }
    if (error) {
        g_assert_true(error->domain == MS_ERROR);
        g_assert_cmpstr(error->message, !=, "");
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    int file = memfd_create("capture", 0);
    g_assert_cmpint(file, >=, 0);
    g_assert_cmpint(write(file, data, size), ==, (gssize)size);
    g_autofree char *path = g_strdup_printf("/proc/self/fd/%d", file);
    g_assert_cmpint(lseek(file, 0, SEEK_SET), ==, 0);
    read_all(path);
    close(file);
    return 0;
}
