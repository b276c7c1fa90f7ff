/* SPDX-License-Identifier: GPL-2.0-or-later
 * convfilter.h - "Conversation Filter > Mail session" in the menu of a frame. */
#pragma once

void ms_convfilter_register(void);
