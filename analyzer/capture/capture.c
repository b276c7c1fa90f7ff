/* SPDX-License-Identifier: GPL-2.0-or-later
 * capture.c - the door: what kind of file is it, and what is said when it ends before its time.
 *
 * Why not libpcap: it is one read and one copy of each record away from the data. Over its default
 * stdio buffer a do-nothing loop costs twice as much as parsing the same records in place in a
 * large read() buffer, over a large stdio buffer still a third more; it opens no compressed file;
 * of pcapng it refuses a second link type or byte order, and hides what it skips. The pcap format
 * itself is two small headers. libpcap stays for what it does best: filters and live capture. */
#include "../base/error.h"
#include "reader.h"

static MsCapture *begin(const char *name)
{
    MsCapture *capture = g_new0(MsCapture, 1);
    capture->name = ms_input_name(name);
    return capture;
}

/* Says why the file is no capture. */
static void refuse(MsCapture *capture, GError **error)
{
    const MsInput *input = &capture->input;
    const char *packing = input->decompress != NULL ? ms_decompress_name(input->decompress) : NULL;
    if (input->trouble != NULL)
        g_set_error(error, MS_ERROR, packing != NULL ? MS_ERROR_DAMAGED : MS_ERROR_OPEN,
                    "cannot read %s: %s", capture->name, input->trouble);
    else if (input->read == 0)
        g_set_error(error, MS_ERROR, MS_ERROR_EMPTY, "%s is empty", capture->name);
    else if (packing == NULL)
        g_set_error(error, MS_ERROR, MS_ERROR_NOT_CAPTURE,
                    "%s is no capture: neither pcap nor pcapng", capture->name);
    else if (input->cut)
        g_set_error(error, MS_ERROR, MS_ERROR_CUT, "%s is cut: its %s data stop in the middle",
                    capture->name, packing);
    else if (ms_input_left(input) == 0)
        g_set_error(error, MS_ERROR, MS_ERROR_EMPTY, "%s is empty: its %s data hold nothing",
                    capture->name, packing);
    else
        g_set_error(error, MS_ERROR, MS_ERROR_NOT_CAPTURE,
                    "%s is no capture: its %s data are neither pcap nor pcapng", capture->name,
                    packing);
}

static MsCapture *detect(MsCapture *capture, GError **error)
{
    GError *problem = NULL;
    ms_input_detect(&capture->input);
    if (ms_pcap_open(capture, &problem) || (problem == NULL && ms_pcapng_open(capture, &problem)))
        return capture;
    if (problem != NULL)
        g_propagate_error(error, problem);
    else
        refuse(capture, error);
    ms_capture_close(capture);
    return NULL;
}

MsCapture *ms_capture_open(const char *path, GError **error)
{
    MsCapture *capture = begin(path);
    if (!ms_input_open(&capture->input, path, error)) {
        capture->input.close_fd = false;
        ms_capture_close(capture);
        return NULL;
    }
    return detect(capture, error);
}

MsCapture *ms_capture_open_memory(const void *data, size_t length, const char *name, GError **error)
{
    MsCapture *capture = begin(name);
    ms_input_open_memory(&capture->input, data, length);
    return detect(capture, error);
}

bool ms_capture_next(MsCapture *capture, MsFrame *frame, GError **error)
{
    return !capture->ended && capture->next(capture, frame, error);
}

void ms_capture_watch(MsCapture *capture, MsCaptureNoted noted, void *user_data)
{
    capture->noted = noted;
    capture->noted_data = user_data;
    if (capture->snap_length == 0)
        return;
    char text[16];
    int length = g_snprintf(text, sizeof text, "%u", capture->snap_length);
    noted("snap-length", (const uint8_t *)text, (uint32_t)length, 0, user_data);
}

void ms_capture_progress(const MsCapture *capture, uint64_t *read, uint64_t *size)
{
    const MsInput *input = &capture->input;
    *read = input->decompress == NULL ? input->read - ms_input_left(input) : input->read;
    *size = input->size;
}

void ms_capture_close(MsCapture *capture)
{
    if (capture == NULL)
        return;
    ms_input_close(&capture->input);
    g_free(capture->interfaces);
    g_free(capture->name);
    g_free(capture);
}

bool ms_capture_dry(MsCapture *capture, bool inside, GError **error)
{
    const MsInput *input = &capture->input;
    capture->ended = true;
    if (input->trouble != NULL)
        g_set_error(error, MS_ERROR, MS_ERROR_DAMAGED, "cannot read %s behind frame %u: %s",
                    capture->name, capture->number, input->trouble);
    else if (input->cut)
        g_set_error(error, MS_ERROR, MS_ERROR_CUT,
                    "%s is cut: its %s data stop in the middle, behind frame %u", capture->name,
                    ms_decompress_name(input->decompress), capture->number);
    else if (inside || ms_input_left(input) > 0)
        g_set_error(error, MS_ERROR, MS_ERROR_CUT, "%s is cut in the middle of frame %u",
                    capture->name, capture->number + 1);
    return false;
}

bool ms_capture_damaged(MsCapture *capture, GError **error, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    g_autofree char *what = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    capture->ended = true;
    g_set_error(error, MS_ERROR, MS_ERROR_DAMAGED, "%s is damaged behind frame %u: %s",
                capture->name, capture->number, what);
    return false;
}
