/* SPDX-License-Identifier: GPL-2.0-or-later
 * port.h - mail on other ports: Wireshark's own dissectors are called for it, so that its trees are
 * there and STARTTLS is handed on to its TLS dissector. Mailscope's facts do not depend on it. */
#pragma once

/* To be called once, when all protocols are registered. */
void ms_port_register(int protocol);
