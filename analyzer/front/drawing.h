/* SPDX-License-Identifier: GPL-2.0-or-later
 * drawing.h - base64 drawn as a table, octet by octet and bit by bit, both ways (RFC 4648 4). */
#pragma once

#include "style.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Appends how `data` becomes base64: characters, octets, bits, sextets, index, encoded characters,
 * with the zero bits and the padding of the last group explained. Long data are drawn for their
 * first group and listed for the others; `style->full`: all drawn. Data are taken for UTF-8 where
 * they are; no control character comes through. */
void ms_draw_base64(MsBuffer *out, const uint8_t *data, size_t length, const MsStyle *style);

/* The other way: what `text` stands for. What is wrong is shown where it is wrong, with as much as
 * can be decoded before it; false then. */
bool ms_draw_base64_decode(MsBuffer *out, const uint8_t *text, size_t length, const MsStyle *style);
