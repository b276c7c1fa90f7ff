/* SPDX-License-Identifier: GPL-2.0-or-later
 * notes.c - what the options of pcapng blocks say about machine, program and people. Read only when
 * somebody asks: ms_capture_watch(). */
#include "bytes.h"
#include "reader.h"

enum { SECTION = 0x0a0d0d0a, INTERFACE = 1, ANY = 0 };

/* Option codes of draft-ietf-opsawg-pcapng. */
static const struct {
    uint32_t type;
    uint16_t code;
    const char *name;
} options[] = {{ANY, 1, "comment"},
               {SECTION, 2, "hardware"},
               {SECTION, 3, "system"},
               {SECTION, 4, "application"},
               {INTERFACE, 2, "interface-name"},
               {INTERFACE, 3, "interface-description"},
               {INTERFACE, 11, "interface-filter"},
               {INTERFACE, 12, "system"},
               {INTERFACE, 15, "interface-hardware"}};

void ms_pcapng_tell(const MsCapture *capture, uint32_t type, const uint8_t *bytes, uint32_t length,
                    uint32_t frame)
{
    while (length >= 4) {
        uint16_t code = get_u16(bytes, capture->swapped);
        uint32_t size = get_u16(bytes + 2, capture->swapped);
        uint32_t padded = (size + 3) & ~3u;
        if (code == 0 || size > length - 4)
            return;
        for (size_t i = 0; i < G_N_ELEMENTS(options); i++) {
            bool meant = options[i].type == ANY || options[i].type == type;
            if (meant && options[i].code == code && size > 0)
                capture->noted(options[i].name, bytes + 4, size, frame, capture->noted_data);
        }
        if (padded > length - 4)
            return;
        bytes += 4 + padded;
        length -= 4 + padded;
    }
}
