/* SPDX-License-Identifier: GPL-2.0-or-later
 * fuzz-capture.c - any bytes as a capture file: it ends, frames are numbered upwards and lie in
 * memory, and an error is said at most once. */
#include "base/error.h"
#include "capture/capture.h"
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    enum { ENOUGH = 1 << 16 };
    GError *error = NULL;
    MsCapture *capture = ms_capture_open_memory(data, size, "fuzz", &error);
    g_assert_true((capture == NULL) == (error != NULL));
    g_clear_error(&error);
    if (capture == NULL)
        return 0;
    MsFrame frame;
    uint32_t number = 0;
    uint64_t sum = 0;
    for (int i = 0; i < ENOUGH && ms_capture_next(capture, &frame, &error); i++) {
        g_assert_cmpuint(frame.number, >, number);
        g_assert_cmpuint(frame.length, <=, frame.wire_length);
        number = frame.number;
        for (uint32_t j = 0; j < frame.length; j++) /* every byte must be there */
            sum += frame.data[j];
    }
    if (error != NULL) {
        g_assert_true(error->domain == MS_ERROR);
        g_clear_error(&error);
        g_assert_false(ms_capture_next(capture, &frame, &error));
        g_assert_no_error(error);
    }
    uint64_t read, length;
    ms_capture_progress(capture, &read, &length);
    g_assert_cmpuint(read, <=, size);
    g_assert_cmpuint(length, ==, size);
    ms_capture_close(capture);
    return sum == UINT64_MAX; /* the sum is used, whatever the compiler thinks */
}
