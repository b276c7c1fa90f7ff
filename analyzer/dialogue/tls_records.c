/* SPDX-License-Identifier: GPL-2.0-or-later
 * tls_records.c - where TLS records begin and end (RFC 8446 5.1), without a look inside: so that
 * one which was not decrypted is missed. After a gap records are found again when it lies within
 * one, or when another begins right behind it. */
#include "tls.h"

#include <glib.h>

enum { APPLICATION_DATA = 23 };

/* Where the byte at `offset` was captured; and the last frame of `length` bytes from there on. */
static MsRange place_at(const MsBytes *bytes, size_t offset, size_t length, uint32_t *last)
{
    MsRange place = {0};
    uint64_t begin = bytes->at + offset;
    for (size_t i = 0; i < bytes->n_pieces; i++) {
        const MsPiece *piece = &bytes->pieces[i];
        if (piece->at + piece->place.length <= begin || piece->at >= begin + length)
            continue;
        *last = MAX(*last, piece->place.frame);
        if (piece->at > begin || place.frame != 0)
            continue;
        uint32_t skip = (uint32_t)(begin - piece->at);
        place = piece->place;
        if (place.source != MS_SOURCE_PACKED)
            place.offset += skip;
        place.length = MIN(place.length - skip, (uint32_t)length);
    }
    return place;
}

static void end_record(MsTlsRecords *records, MsTalk *talk, MsDirection direction)
{
    bool whole = !records->holed;
    records->n_header = 0;
    records->holed = false;
    if (records->header[0] == APPLICATION_DATA)
        talk->class->tls_record(talk, direction, &records->place, records->frame, whole);
}

/* Bytes are missing before bytes[offset]. Returns whether it is known where the next record begins.
 */
static bool pass_gap(MsTlsRecords *records, MsTalk *talk, MsDirection direction,
                     const MsBytes *bytes, size_t offset)
{
    uint64_t missing = bytes->at + offset - records->next;
    records->holed = true;
    if (records->n_header == MS_TLS_HEADER && missing <= records->left) {
        records->left -= (uint32_t)missing;
        return true;
    }
    records->header[0] = APPLICATION_DATA; /* whatever was lost, some of it may have been that */
    MsRange behind = place_at(bytes, offset, 1, &records->frame);
    if (records->n_header == 0)
        records->place = behind;
    end_record(records, talk, direction);
    return ms_tls_is_record(bytes->data + offset, bytes->length - offset, MS_TLS_HEADER);
}

/* Takes bytes of the header, then of the body, of one record; returns how many. */
static size_t take(MsTlsRecords *records, const MsBytes *bytes, size_t offset, size_t length)
{
    const uint8_t *data = bytes->data + offset;
    size_t taken = 0;
    if (records->n_header == 0)
        records->place =
            place_at(bytes, offset, MIN(length, (size_t)MS_TLS_HEADER), &records->frame);
    while (records->n_header < MS_TLS_HEADER && taken < length)
        records->header[records->n_header++] = data[taken++];
    if (taken > 0 && records->n_header == MS_TLS_HEADER)
        records->left = (uint32_t)records->header[3] << 8 | records->header[4];
    size_t body = records->n_header == MS_TLS_HEADER ? MIN(length - taken, records->left) : 0;
    records->left -= (uint32_t)body;
    taken += body;
    place_at(bytes, offset, taken, &records->frame);
    return taken;
}

void ms_tls_records_take(MsTlsRecords *records, MsTalk *talk, MsDirection direction,
                         const MsBytes *bytes, size_t offset)
{
    uint64_t at = bytes->at + offset;
    if (offset >= bytes->length || records->lost)
        return;
    if (records->begun && at > records->next)
        records->lost = !pass_gap(records, talk, direction, bytes, offset);
    records->begun = true;
    records->next = bytes->at + bytes->length;
    while (offset < bytes->length && !records->lost) {
        if (records->n_header == 0 &&
            !ms_tls_is_record(bytes->data + offset, bytes->length - offset, 1)) {
            records->lost = true; /* no TLS any more */
            return;
        }
        offset += take(records, bytes, offset, bytes->length - offset);
        if (records->n_header == MS_TLS_HEADER && records->left == 0)
            end_record(records, talk, direction);
    }
}
