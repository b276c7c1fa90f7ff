/* SPDX-License-Identifier: GPL-2.0-or-later
 * pcapng.c - blocks of draft-ietf-opsawg-pcapng: sections in either byte order, interfaces of any
 * link type and clock; packets as enhanced, simple and obsolete blocks; the rest is passed over. */
#include "../base/error.h"
#include "bytes.h"
#include "reader.h"

enum {
    BLOCK_INTERFACE = 1,
    BLOCK_OBSOLETE_PACKET = 2,
    BLOCK_SIMPLE_PACKET = 3,
    BLOCK_NAMES = 4,
    BLOCK_ENHANCED_PACKET = 6,
    BLOCK_SECRETS = 10
};
#define BLOCK_SECTION 0x0a0d0d0au
#define BYTE_ORDER_MAGIC 0x1a2b3c4du

enum { OPTION_END = 0, OPTION_TSRESOL = 9, OPTION_TSOFFSET = 14 };
enum { BLOCK_EDGES = 12 };          /* type and length before, length behind the body */
enum { MOST_INTERFACES = 1 << 16 }; /* in one section */
enum { MOST_TOLD = 1 << 16 };       /* bytes of a block of names or secrets that is told */

static uint64_t get_u64(const uint8_t *p, int swapped)
{
    uint64_t value;
    memcpy(&value, p, sizeof value);
    return swapped ? __builtin_bswap64(value) : value;
}

static uint64_t power_of_ten(unsigned exponent)
{
    uint64_t power = 1;
    while (exponent-- > 0)
        power *= 10;
    return power;
}

/* Nanoseconds of `units` of 10^-n or 2^-n seconds (if_tsresol), without the offset. */
static int64_t units_to_ns(uint64_t units, uint8_t resolution)
{
    unsigned n = resolution & 0x7f;
    uint64_t seconds, rest_ns;
    if (resolution & 0x80) {
        seconds = n < 64 ? units >> n : 0;
        uint64_t rest = n < 64 ? units & ((UINT64_C(1) << n) - 1) : units;
        /* 10^9 needs 30 bits: 34 are left for the fraction. */
        if (n <= 34)
            rest_ns = (rest * 1000000000) >> n;
        else
            rest_ns = n - 34 < 64 ? ((rest >> (n - 34)) * 1000000000) >> 34 : 0;
    } else {
        uint64_t unit = n <= 19 ? power_of_ten(n) : 0;
        seconds = unit > 0 ? units / unit : 0;
        uint64_t rest = unit > 0 ? units % unit : units;
        if (n <= 9)
            rest_ns = rest * power_of_ten(9 - n);
        else
            rest_ns = n - 9 <= 19 ? rest / power_of_ten(n - 9) : 0;
    }
    if (seconds > INT64_MAX / 1000000000 - 1)
        return INT64_MAX; /* no clock says that */
    return (int64_t)(seconds * 1000000000 + rest_ns);
}

static int64_t block_time(const MsInterface *interface, uint32_t high, uint32_t low)
{
    uint64_t units = (uint64_t)high << 32 | low;
    int64_t time_ns;
    if (interface->factor > 0 && units <= INT64_MAX / 1000)
        time_ns = (int64_t)(units * interface->factor);
    else
        time_ns = units_to_ns(units, interface->resolution);
    int64_t offset_ns;
    if (__builtin_mul_overflow(interface->offset, INT64_C(1000000000), &offset_ns) ||
        __builtin_add_overflow(time_ns, offset_ns, &time_ns))
        return 0;
    return time_ns;
}

static void read_interface_options(MsCapture *capture, MsInterface *interface,
                                   const uint8_t *options, uint32_t length)
{
    while (length >= 4) {
        uint16_t code = get_u16(options, capture->swapped);
        uint32_t size = get_u16(options + 2, capture->swapped);
        uint32_t padded = (size + 3) & ~3u;
        if (code == OPTION_END || size > length - 4)
            return;
        if (code == OPTION_TSRESOL && size >= 1)
            interface->resolution = options[4];
        else if (code == OPTION_TSOFFSET && size >= 8)
            interface->offset = (int64_t)get_u64(options + 4, capture->swapped);
        if (padded > length - 4)
            return;
        options += 4 + padded;
        length -= 4 + padded;
    }
}

static bool read_interface(MsCapture *capture, const uint8_t *body, uint32_t length, GError **error)
{
    if (length < 8)
        return ms_capture_damaged(capture, error, "an interface block of %u bytes", length);
    if (capture->n_interfaces == MOST_INTERFACES)
        return ms_capture_damaged(capture, error, "more than %d interfaces", MOST_INTERFACES);
    if (capture->n_interfaces == capture->interfaces_allocated) {
        capture->interfaces_allocated = MAX(4, capture->interfaces_allocated * 2);
        capture->interfaces =
            g_renew(MsInterface, capture->interfaces, capture->interfaces_allocated);
    }
    MsInterface *interface = &capture->interfaces[capture->n_interfaces++];
    *interface = (MsInterface){.link_type = get_u16(body, capture->swapped),
                               .snap_length = get_u32(body + 4, capture->swapped),
                               .resolution = 6};
    read_interface_options(capture, interface, body + 8, length - 8);
    if (interface->resolution == 6)
        interface->factor = 1000;
    else if (interface->resolution == 9)
        interface->factor = 1;
    return true;
}

/* What the three packet blocks have in common once their heads are read. */
static bool give(MsCapture *capture, uint32_t number, const uint8_t *data, uint32_t room,
                 uint32_t length, uint32_t wire_length, MsFrame *frame, GError **error)
{
    if (number >= capture->n_interfaces)
        return ms_capture_damaged(capture, error,
                                  "a packet of interface %u, which is not described", number);
    if (length > room)
        return ms_capture_damaged(capture, error, "a packet of %u bytes in a block of %u", length,
                                  room);
    frame->number = ++capture->number;
    frame->link_type = capture->interfaces[number].link_type;
    frame->interface = number;
    frame->data = data;
    frame->length = length;
    frame->wire_length = MAX(length, wire_length);
    return true;
}

static bool read_enhanced(MsCapture *capture, const uint8_t *body, uint32_t length, MsFrame *frame,
                          GError **error)
{
    bool swapped = capture->swapped;
    if (length < 20)
        return ms_capture_damaged(capture, error, "a packet block of %u bytes", length);
    if (!give(capture, get_u32(body, swapped), body + 20, length - 20, get_u32(body + 12, swapped),
              get_u32(body + 16, swapped), frame, error))
        return false;
    frame->time_ns = block_time(&capture->interfaces[frame->interface], get_u32(body + 4, swapped),
                                get_u32(body + 8, swapped));
    uint32_t padded = (frame->length + 3) & ~3u;
    if (capture->noted && length - 20 > padded)
        ms_pcapng_tell(capture, BLOCK_ENHANCED_PACKET, body + 20 + padded, length - 20 - padded,
                       frame->number);
    return true;
}

static bool read_obsolete(MsCapture *capture, const uint8_t *body, uint32_t length, MsFrame *frame,
                          GError **error)
{
    bool swapped = capture->swapped;
    if (length < 20)
        return ms_capture_damaged(capture, error, "a packet block of %u bytes", length);
    if (!give(capture, get_u16(body, swapped), body + 20, length - 20, get_u32(body + 12, swapped),
              get_u32(body + 16, swapped), frame, error))
        return false;
    frame->time_ns = block_time(&capture->interfaces[frame->interface], get_u32(body + 4, swapped),
                                get_u32(body + 8, swapped));
    return true;
}

static bool read_simple(MsCapture *capture, const uint8_t *body, uint32_t length, MsFrame *frame,
                        GError **error)
{
    if (length < 4)
        return ms_capture_damaged(capture, error, "a packet block of %u bytes", length);
    uint32_t wire_length = get_u32(body, capture->swapped), captured = wire_length;
    uint32_t snap_length = capture->n_interfaces > 0 ? capture->interfaces[0].snap_length : 0;
    if (snap_length > 0)
        captured = MIN(captured, snap_length);
    captured = MIN(captured, length - 4); /* the draft: the block's length bounds it too */
    frame->time_ns = 0;
    return give(capture, 0, body + 4, length - 4, captured, wire_length, frame, error);
}

/* Forgets the interfaces and finds the byte order of the section at the start of the input. */
static bool begin_section(MsCapture *capture, GError **error)
{
    const uint8_t *head = ms_input_peek(&capture->input, 12);
    if (head == NULL)
        return ms_capture_dry(capture, true, error);
    if (get_u32(head + 8, 0) != BYTE_ORDER_MAGIC && get_u32(head + 8, 1) != BYTE_ORDER_MAGIC)
        return ms_capture_damaged(capture, error, "a section without its byte order");
    capture->swapped = get_u32(head + 8, 1) == BYTE_ORDER_MAGIC;
    capture->n_interfaces = 0;
    return true;
}

static bool read_section(MsCapture *capture, const uint8_t *body, uint32_t length, GError **error)
{
    if (length < 16)
        return ms_capture_damaged(capture, error, "a section block of %u bytes", length);
    uint16_t major = get_u16(body + 4, capture->swapped);
    uint16_t minor = get_u16(body + 6, capture->swapped);
    if (major != 1 || (minor != 0 && minor != 2))
        return ms_capture_damaged(capture, error, "a section of version %u.%u, which is unknown",
                                  major, minor);
    return true;
}

/* Blocks that are no packets but have a number in Wireshark's list: journal entries, system calls,
 * custom blocks. */
static bool has_number(uint32_t type)
{
    static const uint32_t types[] = {9,     0x0bad, 0x40000bad, 0x204, 0x208,
                                     0x216, 0x217,  0x221,      0x222};
    for (size_t i = 0; i < G_N_ELEMENTS(types); i++) {
        if (types[i] == type)
            return true;
    }
    return false;
}

/* Passes over a block whose content does not matter; its two lengths must agree all the same. */
static bool pass_over(MsCapture *capture, uint32_t type, uint32_t length, GError **error)
{
    if (!ms_input_discard(&capture->input, ((uint64_t)length + 3) / 4 * 4 - 4))
        return ms_capture_dry(capture, true, error);
    const uint8_t *behind = ms_input_peek(&capture->input, 4);
    if (behind == NULL)
        return ms_capture_dry(capture, true, error);
    if (get_u32(behind, capture->swapped) != length)
        return ms_capture_damaged(capture, error, "a block of %u bytes ends with length %u", length,
                                  get_u32(behind, capture->swapped));
    ms_input_skip(&capture->input, 4);
    capture->number += has_number(type);
    return true;
}

/* What a block that is no packet says to who watches. */
static void tell_block(const MsCapture *capture, uint32_t type, const uint8_t *body,
                       uint32_t length)
{
    uint32_t head = type == BLOCK_SECTION ? 16 : 8;
    if (type == BLOCK_NAMES || type == BLOCK_SECRETS)
        capture->noted(type == BLOCK_NAMES ? "names" : "secrets", body, length, 0,
                       capture->noted_data);
    else if (length >= head)
        ms_pcapng_tell(capture, type, body + head, length - head, 0);
    if (type != BLOCK_INTERFACE || length < head)
        return;
    char text[16];
    int digits = g_snprintf(text, sizeof text, "%u", get_u32(body + 4, capture->swapped));
    capture->noted("snap-length", (const uint8_t *)text, (uint32_t)digits, 0, capture->noted_data);
}

/* One block: `given` says whether it was a frame. */
static bool read_block(MsCapture *capture, MsFrame *frame, bool *given, GError **error)
{
    MsInput *input = &capture->input;
    const uint8_t *block = ms_input_peek(input, 8);
    if (block == NULL)
        return ms_capture_dry(capture, false, error);
    uint32_t type = get_u32(block, capture->swapped);
    if (type == BLOCK_SECTION) { /* the same in both byte orders */
        if (!begin_section(capture, error))
            return false;
        block = ms_input_peek(input, 8);
    }
    uint32_t length = get_u32(block + 4, capture->swapped);
    if (length < BLOCK_EDGES)
        return ms_capture_damaged(capture, error, "a block of %u bytes", length);
    bool packet = type == BLOCK_ENHANCED_PACKET || type == BLOCK_SIMPLE_PACKET ||
                  type == BLOCK_OBSOLETE_PACKET;
    bool told =
        capture->noted && (type == BLOCK_NAMES || type == BLOCK_SECRETS) && length <= MOST_TOLD;
    if (!packet && type != BLOCK_SECTION && type != BLOCK_INTERFACE && !told)
        return pass_over(capture, type, length, error);
    if (length > MS_FRAME_MOST)
        return ms_capture_damaged(capture, error, "a block of %u bytes", length);
    uint32_t padded = (length + 3) & ~3u; /* some writers leave the padding out of the length */
    block = ms_input_peek(input, padded);
    if (block == NULL)
        return ms_capture_dry(capture, true, error);
    uint32_t behind = get_u32(block + padded - 4, capture->swapped);
    if (behind != length)
        return ms_capture_damaged(capture, error, "a block of %u bytes ends with length %u", length,
                                  behind);
    ms_input_skip(input, padded);

    const uint8_t *body = block + 8;
    length -= BLOCK_EDGES;
    *given = packet;
    if (capture->noted && !packet)
        tell_block(capture, type, body, length);
    switch (type) {
    case BLOCK_ENHANCED_PACKET:
        return read_enhanced(capture, body, length, frame, error);
    case BLOCK_SIMPLE_PACKET:
        return read_simple(capture, body, length, frame, error);
    case BLOCK_OBSOLETE_PACKET:
        return read_obsolete(capture, body, length, frame, error);
    case BLOCK_INTERFACE:
        return read_interface(capture, body, length, error);
    case BLOCK_NAMES:
    case BLOCK_SECRETS:
        return true;
    default:
        return read_section(capture, body, length, error);
    }
}

static bool next_packet(MsCapture *capture, MsFrame *frame, GError **error)
{
    bool given = false;
    while (!given) {
        if (!read_block(capture, frame, &given, error))
            return false;
    }
    return true;
}

bool ms_pcapng_open(MsCapture *capture, GError **error)
{
    (void)error;
    const uint8_t *head = ms_input_peek(&capture->input, 12);
    if (head == NULL || get_u32(head, 0) != BLOCK_SECTION ||
        (get_u32(head + 8, 0) != BYTE_ORDER_MAGIC && get_u32(head + 8, 1) != BYTE_ORDER_MAGIC))
        return false;
    capture->next = next_packet;
    return true;
}
