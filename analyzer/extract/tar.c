/* SPDX-License-Identifier: GPL-2.0-or-later
 * tar.c - the fields of a ustar header are octal digits with a NUL behind them. */
#include "tar.h"

#include <glib.h>

/* Offsets and lengths of the fields. */
enum {
    NAME = 0,
    NAME_LENGTH = 100,
    MODE = 100,
    USER = 108,
    GROUP = 116,
    SIZE = 124,
    TIME = 136,
    SUM = 148,
    TYPE = 156,
    MAGIC = 257,
    PREFIX = 345,
    PREFIX_LENGTH = 155,
};

static void put_octal(uint8_t *at, size_t digits, uint64_t number)
{
    for (size_t i = digits; i > 0; i--) {
        at[i - 1] = (uint8_t)('0' + number % 8);
        number /= 8;
    }
}

static void put_size(uint8_t *at, uint64_t length)
{
    if (length < (uint64_t)1 << 33) {
        put_octal(at, 11, length);
        return;
    }
    at[0] = 0x80; /* base 256 */
    for (size_t i = 11; i > 3; i--) {
        at[i] = (uint8_t)length;
        length >>= 8;
    }
}

void ms_tar_header(uint8_t *block, const char *folder, const char *name, uint64_t length,
                   int64_t time_ns)
{
    g_assert(strlen(name) <= NAME_LENGTH && strlen(folder) <= PREFIX_LENGTH);
    memset(block, 0, MS_TAR_BLOCK);
    memcpy(block + NAME, name, strlen(name));
    memcpy(block + PREFIX, folder, strlen(folder));
    put_octal(block + MODE, 7, 0644);
    put_octal(block + USER, 7, 0);
    put_octal(block + GROUP, 7, 0);
    put_size(block + SIZE, length);
    put_octal(block + TIME, 11, time_ns > 0 ? (uint64_t)(time_ns / 1000000000) : 0);
    block[TYPE] = '0';
    memcpy(block + MAGIC,
           "ustar\0"
           "00",
           8);
    memset(block + SUM, ' ', 8); /* as which it counts in itself */
    uint32_t sum = 0;
    for (size_t i = 0; i < MS_TAR_BLOCK; i++)
        sum += block[i];
    put_octal(block + SUM, 6, sum);
    block[SUM + 6] = '\0';
}

void ms_tar_pad(MsBuffer *out, uint64_t length)
{
    static const uint8_t zeros[MS_TAR_BLOCK];
    size_t over = (size_t)(length % MS_TAR_BLOCK);
    if (over > 0)
        ms_buffer_append(out, zeros, MS_TAR_BLOCK - over);
}

void ms_tar_end(MsBuffer *out)
{
    static const uint8_t zeros[2 * MS_TAR_BLOCK];
    ms_buffer_append(out, zeros, sizeof zeros);
}
