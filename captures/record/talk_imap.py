#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""talk_imap.py [--compress] HOST PORT: holds an IMAP dialogue from lines on standard input. A line
with one word only waits: for `+`, or for the completion with that tag; others are sent. With
--compress both sides compress from the completion of `b` on (RFC 4978)."""
import socket
import sys
import zlib


class Link:
    def __init__(self, host, port):
        self.socket = socket.create_connection((host, int(port)), timeout=15)
        self.rest = b""
        self.pack = self.unpack = None

    def send(self, text):
        if self.pack:
            text = self.pack.compress(text) + self.pack.flush(zlib.Z_SYNC_FLUSH)
        self.socket.sendall(text)

    def until(self, word):
        """Reads lines up to one that begins with the word."""
        while True:
            while b"\n" not in self.rest:
                data = self.socket.recv(65536)
                if not data:
                    sys.exit(f"closed before {word}")
                self.rest += self.unpack.decompress(data) if self.unpack else data
            line, self.rest = self.rest.split(b"\n", 1)
            if line.startswith(word.encode() + b" "):
                return

    def compress(self):
        self.pack = zlib.compressobj(9, zlib.DEFLATED, -15)
        self.unpack = zlib.decompressobj(-15)


def main():
    compress = sys.argv[1] == "--compress"
    link = Link(*sys.argv[-2:])
    link.until("*")
    for line in sys.stdin.read().splitlines():
        if " " in line or line in ("INBOX", "Tr0ub4dor&3"):
            link.send(line.encode() + b"\r\n")
            continue
        link.until(line)
        if compress and line == "b":
            link.compress()


main()
