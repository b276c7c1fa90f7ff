/* SPDX-License-Identifier: GPL-2.0-or-later
 * segment.c - the checksum of a TCP segment (RFC 9293 3.1), looked at only when it matters. */
#include "segment.h"

#include <string.h>

static uint32_t add_words(uint32_t sum, const uint8_t *data, size_t length)
{
    for (; length >= 2; data += 2, length -= 2)
        sum += (uint32_t)data[0] << 8 | data[1];
    if (length == 1)
        sum += (uint32_t)data[0] << 8;
    return sum;
}

MsChecksum ms_segment_checksum(const MsSegment *segment)
{
    static const uint8_t mapped[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
    if (segment->header == NULL)
        return MS_CHECKSUM_UNKNOWN;
    uint32_t header = (uint32_t)(segment->header[12] >> 4) * 4;
    if (segment->payload != segment->header + header || segment->payload_length > UINT16_MAX ||
        segment->payload_length != segment->wire_length)
        return MS_CHECKSUM_UNKNOWN; /* not all of it was captured */
    /* Addresses, protocol and length count too (RFC 8200 8.1); the prefix of mapped addresses is no
     * part of them. */
    size_t skip = memcmp(segment->src, mapped, sizeof mapped) == 0 ? sizeof mapped : 0;
    uint32_t length = header + segment->payload_length, sum = 6 + length;
    sum = add_words(sum, segment->src + skip, 16 - skip);
    sum = add_words(sum, segment->dst + skip, 16 - skip);
    sum = add_words(sum, segment->header, length);
    while (sum > 0xffff)
        sum = (sum >> 16) + (sum & 0xffff);
    return sum == 0xffff ? MS_CHECKSUM_RIGHT : MS_CHECKSUM_WRONG;
}
