#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Looks every cited byte up in the capture file itself: a fact that quotes the wire (a command, an
address, a header line, the encoded login) must be exactly the bytes its ranges name, a decoded
login must come out of them, and a message's hash must be that of its ranges. IP fragments are left
out, since a range names a frame.

Usage: evidence.py PROGRAM CAPTURES
"""
import base64
import hashlib
import json
import pathlib
import quopri
import re
import struct
import subprocess
import sys
import urllib.parse

PARTS = {"DATA", "BDAT", "RETR", "FETCH", "APPEND", "dots"}  # dots: a doubled one is not cited
MINIMUM = 2000  # facts looked up when all captures are looked at
QUOTED = {"smtp.command", "smtp.mail_from", "smtp.rcpt_to", "smtp.helo", "smtp.mail_parameter",
          "smtp.rcpt_parameter", "auth.encoded", "message.header", "message.subject",
          "message.from", "message.to", "message.date", "message.id", "session.client_first",
          "session.server_first", "smtp.extension", "pop3.command", "pop3.reply", "pop3.status",
          "pop3.capability", "pop3.list", "pop3.uidl", "pop3.uid", "pop3.timestamp",
          "pop3.greeting", "pop3.quit_status", "pop3.response_code", "tls.server_name",
          "tls.alpn", "imap.command", "imap.tag", "imap.status", "imap.reply", "imap.section",
          "imap.mailbox", "imap.capability", "imap.folder", "imap.code", "imap.greeting",
          "imap.store", "imap.bye",
          "http.method", "http.url", "http.host", "http.location"}
NUMBERS = {"http.status", "smtp.reply_code", "smtp.greeting_code", "smtp.rcpt_reply", "smtp.mail_reply",
           "smtp.final_reply", "smtp.quit_code", "auth.reply_code", "smtp.bdat", "pop3.number",
           "pop3.stat_messages", "pop3.stat_octets", "imap.uid", "imap.sequence", "imap.size",
           "imap.exists", "imap.uidvalidity", "imap.expunged"}


def frames(data):
    """The frames of a pcap or pcapng file of this collection (little endian)."""
    found = []
    if data[:4] == b"\x0a\x0d\x0d\x0a":
        offset = 0
        while offset < len(data):
            kind, length = struct.unpack_from("<II", data, offset)
            if kind == 6:
                size = struct.unpack_from("<I", data, offset + 20)[0]
                found.append(data[offset + 28:offset + 28 + size])
            offset += length
    else:
        offset = 24
        while offset < len(data):
            size = struct.unpack_from("<I", data, offset + 8)[0]
            found.append(data[offset + 16:offset + 16 + size])
            offset += 16 + size
    return found


def decoded(content, encoding):
    """The content of a part of a message."""
    if encoding == "base64":
        return base64.b64decode(content)
    return quopri.decodestring(content) if encoding == "quoted-printable" else content


def quoted(fact, cited, encoding):
    """Whether the fact is what was cited; None for a fact that is no quotation. `encoding`: of the
    part of a message that it speaks of."""
    key, value = fact["key"], fact["value"]
    text = bytes.fromhex(fact["hex"]) if "hex" in fact else str(value).encode()
    if key in QUOTED:
        return cited == text or b"\r\n" in cited  # a folded header line is shown unfolded
    if key.startswith("webmail."):
        return urllib.parse.unquote_to_bytes(cited.replace(b"+", b" ")) == text
    if key in NUMBERS:
        return cited == str(value).encode()
    if key == "message.sha256":
        return hashlib.sha256(cited).hexdigest() == value
    if key == "message.size":
        return len(cited) == value
    if key in ("part.sha256", "part.md5"):
        return hashlib.new(key[5:], decoded(cited, encoding)).hexdigest() == value
    if key in ("auth.username", "auth.password"):
        if cited == text:
            return True  # sent as it is, as with USER and PASS of POP3
        if urllib.parse.unquote_to_bytes(cited.replace(b"+", b" ")) == text:
            return True  # a form
        if re.sub(rb"\\(.)", rb"\1", cited) == text:
            return True  # a quoted string of IMAP
        try:
            return text in base64.b64decode(cited, validate=True)
        except ValueError:
            return False
    return None


def main():
    program, root = sys.argv[1], pathlib.Path(sys.argv[2])
    count, wrong, parts = 0, 0, set()
    for capture in sorted(root.glob("*/capture.pcap*")):
        if capture.parent.name == "smtp-fragments":
            continue
        data = frames(capture.read_bytes())
        done = subprocess.run([program, "show", "--json", "--mime", capture], stdin=subprocess.DEVNULL,
                              capture_output=True, timeout=60, check=True)
        for line in done.stdout.decode("utf-8").splitlines():
            packed = False  # behind COMPRESS a fact cites the compressed bytes
            session = json.loads(line)
            transfer = {one["value"] for one in session["facts"] if one["key"].endswith(".transfer")}
            encodings = {(one["message"], one["part"]): one["value"] for one in session["facts"]
                         if one["key"] == "part.encoding"}
            for fact in session["facts"]:
                packed = packed or fact["key"] == "imap.compressed"
                if not fact["ranges"]:
                    continue
                cited = b"".join(data[number - 1][offset:offset + length]
                                 for number, offset, length in fact["ranges"])
                if len(cited) != sum(one[2] for one in fact["ranges"]):
                    verdict = False
                else:
                    verdict = None if packed else quoted(
                        fact, cited, encodings.get((fact.get("message"), fact.get("part"))))
                if verdict is not None:
                    count += 1
                    if fact["key"] == "part.sha256":
                        parts |= transfer
                        split = [two[1] - one[1] - one[2] for one, two in
                                 zip(fact["ranges"], fact["ranges"][1:]) if one[0] == two[0]]
                        parts |= {"dots"} if 1 in split else set()
                if verdict is False:
                    wrong += 1
                    print(f"{capture.parent.name}: {fact['key']} {fact['value']!r} is not "
                          f"{cited!r}")
    print(f"{count} facts looked up, {wrong} wrong; parts of messages by {sorted(parts)}")
    if not parts >= PARTS:
        print(f"no part of a message was looked up that came by {sorted(PARTS - parts)}")
        return 1
    return 1 if wrong or count < MINIMUM else 0


if __name__ == "__main__":
    sys.exit(main())
