/* SPDX-License-Identifier: GPL-2.0-or-later
 * input.c - read() in large blocks. What is not used up yet is moved to the start of the buffer
 * before the next block: a part of one record for each block. */
#include "input.h"

#include "../base/error.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* BLOCK was measured: smaller costs system calls, larger falls out of the second-level cache. */
enum { BLOCK = 256 << 10, PACKED_BLOCK = 64 << 10 };

static void start(MsInput *input, size_t room)
{
    input->allocated = room;
    input->buffer = g_malloc(input->allocated);
}

static void set_trouble(MsInput *input, const char *why)
{
    if (input->trouble == NULL)
        input->trouble = g_strdup(why);
    input->ended = true;
}

char *ms_input_name(const char *path)
{
    return strcmp(path, "-") == 0 ? g_strdup("standard input") : g_strdup_printf("'%s'", path);
}

bool ms_input_open(MsInput *input, const char *path, GError **error)
{
    memset(input, 0, sizeof *input);
    g_autofree char *name = ms_input_name(path);
    bool standard = strcmp(path, "-") == 0;
    int fd = standard ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC);
    struct stat info;
    if (fd < 0 || fstat(fd, &info) != 0) {
        g_set_error(error, MS_ERROR, MS_ERROR_OPEN, "cannot open %s: %s", name, g_strerror(errno));
        if (fd >= 0 && !standard)
            close(fd);
        return false;
    }
    if (S_ISDIR(info.st_mode)) {
        g_set_error(error, MS_ERROR, MS_ERROR_OPEN, "cannot open %s: it is a folder", name);
        if (!standard)
            close(fd);
        return false;
    }
    if (S_ISREG(info.st_mode)) {
        input->size = (uint64_t)info.st_size;
        posix_fadvise(fd, 0, 0, POSIX_FADV_SEQUENTIAL);
    }
    input->fd = fd;
    input->close_fd = !standard;
    start(input, BLOCK);
    return true;
}

void ms_input_open_memory(MsInput *input, const uint8_t *data, size_t length)
{
    memset(input, 0, sizeof *input);
    input->fd = -1;
    input->memory = data;
    input->memory_left = length;
    input->size = length;
    start(input, CLAMP(length, 64, BLOCK));
}

void ms_input_close(MsInput *input)
{
    if (input->close_fd)
        close(input->fd);
    ms_decompress_free(input->decompress);
    g_free(input->packed);
    g_free(input->buffer);
    g_free(input->trouble);
    memset(input, 0, sizeof *input);
    input->fd = -1;
}

/* Bytes of the file itself; 0 at its end. */
static size_t pull(MsInput *input, uint8_t *to, size_t room)
{
    if (input->fd < 0) {
        size_t length = MIN(room, input->memory_left);
        if (length > 0)
            memcpy(to, input->memory, length);
        input->memory += length;
        input->memory_left -= length;
        input->read += length;
        return length;
    }
    ssize_t length;
    do {
        length = read(input->fd, to, room);
    } while (length < 0 && errno == EINTR);
    if (length < 0) {
        set_trouble(input, g_strerror(errno));
        return 0;
    }
    input->read += (uint64_t)length;
    return (size_t)length;
}

/* True when nothing but zero bytes are left, as tapes and block devices pad with. */
static bool only_padding_left(MsInput *input)
{
    for (;;) {
        while (input->packed_start < input->packed_end) {
            if (input->packed[input->packed_start++] != 0)
                return false;
        }
        input->packed_start = 0;
        input->packed_end = pull(input, input->packed, PACKED_BLOCK);
        if (input->packed_end == 0)
            return true;
    }
}

/* A member ended: is there another one? */
static void next_member(MsInput *input)
{
    size_t left = input->packed_end - input->packed_start;
    memmove(input->packed, input->packed + input->packed_start, left);
    input->packed_start = 0;
    input->packed_end = left;
    while (input->packed_end < MS_DECOMPRESS_MAGIC && !input->ended) {
        size_t more =
            pull(input, input->packed + input->packed_end, PACKED_BLOCK - input->packed_end);
        if (more == 0)
            break;
        input->packed_end += more;
    }
    MsDecompress *next = ms_decompress_new(input->packed, input->packed_end);
    if (next != NULL) {
        ms_decompress_free(input->decompress);
        input->decompress = next;
        return;
    }
    if (!only_padding_left(input))
        set_trouble(input, "something else follows the compressed data");
    input->ended = true;
}

/* Decompressed bytes; 0 when there is nothing more. */
static size_t pull_unpacked(MsInput *input, uint8_t *to, size_t room)
{
    while (!input->ended) {
        if (input->packed_start == input->packed_end) {
            input->packed_start = 0;
            input->packed_end = pull(input, input->packed, PACKED_BLOCK);
        }
        size_t in_length = input->packed_end - input->packed_start, out_length = room;
        bool dry = in_length == 0;
        MsDecompressResult result = ms_decompress_run(
            input->decompress, input->packed + input->packed_start, &in_length, to, &out_length);
        input->packed_start += in_length;
        if (result == MS_DECOMPRESS_END) {
            next_member(input);
        } else if (result == MS_DECOMPRESS_DAMAGED) {
            g_autofree char *why =
                g_strdup_printf("the %s data are damaged", ms_decompress_name(input->decompress));
            set_trouble(input, why);
        } else if (dry && out_length == 0) {
            input->cut = input->trouble == NULL;
            input->ended = true;
        }
        if (out_length > 0)
            return out_length;
    }
    return 0;
}

const uint8_t *ms_input_fill(MsInput *input, size_t length)
{
    size_t left = ms_input_left(input);
    if (input->start > 0) {
        memmove(input->buffer, input->buffer + input->start, left);
        input->start = 0;
        input->end = left;
    }
    while (input->end < length && !input->ended) {
        if (input->end == input->allocated) {
            input->allocated *= 2;
            input->buffer = g_realloc(input->buffer, input->allocated);
        }
        uint8_t *to = input->buffer + input->end;
        size_t room = input->allocated - input->end;
        size_t more =
            input->decompress != NULL ? pull_unpacked(input, to, room) : pull(input, to, room);
        if (more == 0)
            input->ended = true;
        input->end += more;
    }
    return input->end >= length ? input->buffer : NULL;
}

bool ms_input_discard(MsInput *input, uint64_t length)
{
    while (length > ms_input_left(input)) {
        length -= ms_input_left(input);
        input->start = input->end = 0;
        if (ms_input_fill(input, 1) == NULL)
            return false;
    }
    input->start += (size_t)length;
    return true;
}

void ms_input_detect(MsInput *input)
{
    ms_input_peek(input, MS_DECOMPRESS_MAGIC);
    input->decompress = ms_decompress_new(input->buffer + input->start, ms_input_left(input));
    if (input->decompress == NULL)
        return;
    /* What was read belongs to the other side of the decompressor. */
    input->packed = g_malloc(MAX(PACKED_BLOCK, ms_input_left(input)));
    input->packed_end = ms_input_left(input);
    memcpy(input->packed, input->buffer + input->start, input->packed_end);
    input->start = input->end = 0;
    input->ended = false;
}
