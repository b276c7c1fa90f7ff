/* SPDX-License-Identifier: GPL-2.0-or-later
 * smtp_line.c - what may be wrong with any line of SMTP, whatever it says (RFC 5321 2.3.8, 4.5.3).
 */
#include "../base/find.h"
#include "smtp.h"

#include <string.h>

void ms_smtp_check_line(MsDialogue *smtp, MsDirection direction, const MsBytes *bytes,
                        const MsLineSpan *span)
{
    if (span->bare_lf && !smtp->lf_said[direction]) {
        smtp->lf_said[direction] = true;
        ms_speak_odd(&smtp->say, MS_ODDITY_BARE_LF, direction, -1,
                     ms_speak_where(&smtp->say, bytes, span->offset + span->length, 1), 0,
                     direction == MS_TO_SERVER ? "a command ends with it" : "a reply ends with it");
    }
    if (span->cut && !smtp->long_said) {
        smtp->long_said = true;
        ms_speak_odd(&smtp->say, MS_ODDITY_LONG_LINE, direction, -1,
                     ms_speak_where(&smtp->say, bytes, span->offset, span->length), span->length,
                     "the rest of it is left out");
    }
    if (smtp->nul_said)
        return;
    const uint8_t *text = bytes->data + span->offset;
    const uint8_t *nul = ms_find_byte(text, 0, span->length);
    if (nul) {
        smtp->nul_said = true;
        ms_speak_odd(&smtp->say, MS_ODDITY_NUL, direction, -1,
                     ms_speak_where(&smtp->say, bytes, span->offset + (size_t)(nul - text), 1), 1,
                     direction == MS_TO_SERVER ? "in a command" : "in a reply");
    }
}
