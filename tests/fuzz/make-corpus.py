#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""make-corpus.py SOURCE FOLDER: seeds for the fuzz targets, made of the captures in SOURCE/captures.

FOLDER/fuzz-NAME/ gets files in the form that target reads (said on top of each fuzz-NAME.c). A
target that is not in TARGETS gets every form of raw bytes: frames, both directions, lines.
Knows just enough of pcap, pcapng, Ethernet, IP and TCP for our own captures; what it cannot read it
leaves out.
"""
import base64
import glob
import gzip
import hashlib
import os
import re
import struct
import sys

MAX_SEEDS = 150  # of one kind for one target, spread over all captures


def frames_of_pcap(data):
    order = {b"\xd4\xc3\xb2\xa1": "<", b"\xa1\xb2\xc3\xd4": ">",
             b"\x4d\x3c\xb2\xa1": "<", b"\xa1\xb2\x3c\x4d": ">"}[data[:4]]
    link = struct.unpack(order + "I", data[20:24])[0] & 0xFFFF
    at = 24
    while at + 16 <= len(data):
        length = struct.unpack(order + "I", data[at + 8:at + 12])[0]
        yield link, data[at + 16:at + 16 + length]
        at += 16 + length


def frames_of_pcapng(data):
    at, order, links = 0, "<", []
    while at + 12 <= len(data):
        kind = data[at:at + 4]
        if kind == b"\x0a\x0d\x0d\x0a":
            order = "<" if data[at + 8:at + 12] == b"\x4d\x3c\x2b\x1a" else ">"
            links = []
        kind, length = struct.unpack(order + "II", data[at:at + 8])
        if length < 12 or at + length > len(data):
            return
        if kind == 1:
            links.append(struct.unpack(order + "H", data[at + 8:at + 10])[0])
        if kind == 6:
            number, _, _, captured, _ = struct.unpack(order + "IIIII", data[at + 8:at + 28])
            yield links[number], data[at + 28:at + 28 + captured]
        at += length


def frames_of(path):
    with open(path, "rb") as file:
        data = file.read()
    if data[:2] == b"\x1f\x8b":
        data = gzip.decompress(data)
    try:
        if data[:4] == b"\x0a\x0d\x0d\x0a":
            return list(frames_of_pcapng(data))
        return list(frames_of_pcap(data))
    except (KeyError, IndexError, struct.error):
        return []


def segment_of(link, frame):
    """(src, sport, dst, dport, seq, ack, flags, payload) of a plain TCP frame, or None."""
    at = {1: 14, 113: 16, 276: 20, 101: 0, 228: 0, 229: 0, 0: 4, 108: 4}.get(link)
    if at is None or len(frame) < at + 40:
        return None
    if frame[at] >> 4 == 4:
        if frame[at + 9] != 6 or struct.unpack(">H", frame[at + 6:at + 8])[0] & 0x3FFF:
            return None
        total = struct.unpack(">H", frame[at + 2:at + 4])[0] or len(frame) - at
        tcp, end, src, dst = at + (frame[at] & 15) * 4, at + total, frame[at + 12:at + 16], \
            frame[at + 16:at + 20]
    elif frame[at] >> 4 == 6 and frame[at + 6] == 6:
        end = at + 40 + struct.unpack(">H", frame[at + 4:at + 6])[0]
        tcp, src, dst = at + 40, frame[at + 8:at + 24], frame[at + 24:at + 40]
    else:
        return None
    if len(frame) < tcp + 20:
        return None
    sport, dport, seq, ack, head, flags = struct.unpack(">HHIIBB", frame[tcp:tcp + 14])
    return src, sport, dst, dport, seq, ack, flags, frame[tcp + (head >> 4) * 4:end]


def conversations(frames):
    """[(direction, payload), ...] for each connection, 0 = towards the server; by port pairs."""
    talks = {}
    for link, frame in frames:
        segment = segment_of(link, frame)
        if not segment or not segment[7]:
            continue
        src, sport, dst, dport, seq, _, _, payload = segment
        key = tuple(sorted([(src, sport), (dst, dport)]))
        talk = talks.setdefault(key, {"chunks": [], "seen": set(), "first": (src, sport)})
        if (src, sport, seq, len(payload)) in talk["seen"]:
            continue
        talk["seen"].add((src, sport, seq, len(payload)))
        talk["chunks"].append(((src, sport), payload))
    for talk in talks.values():
        chunks = talk["chunks"]
        server = next((side for side, text in chunks if re.match(rb"\d\d\d[ -]", text)), None)
        yield [(1 if side == server else 0, payload) for side, payload in chunks]


def dialogue_seed(chunks):
    """Chunks as fuzz-smtp reads them: a byte (0 to server, 1 to client), length (2, little), bytes."""
    out = b""
    for direction, payload in chunks:
        for at in range(0, len(payload), 60000):
            part = payload[at:at + 60000]
            out += struct.pack("<BH", direction, len(part)) + part
    return out


def packet_seed(link, frames):
    """Frames as fuzz-packet reads them: link type (2, little), then length (2, little), bytes."""
    return struct.pack("<H", link) + b"".join(
        struct.pack("<H", len(frame)) + frame for frame in frames if len(frame) < 65536)


def pair_seed(chunks):
    """First bytes of both sides as fuzz-sniff reads them: length of the client's (2, little)."""
    sides = [b"".join(text for way, text in chunks if way == side)[:4096] for side in (0, 1)]
    return struct.pack("<H", len(sides[0])) + sides[0] + sides[1]


def message_seeds(chunks):
    client = b"".join(text for way, text in chunks if way == 0)
    for part in re.findall(rb"(?s)DATA\r\n(.*?\r\n)\.\r\n", client):
        yield part


def auth_seeds(chunks):
    """Login dialogues as fuzz-auth reads them: the mechanism, then lines with > or < in front."""
    seed = None
    for direction, payload in chunks:
        for line in payload.split(b"\r\n"):
            match = re.match(rb"(?i)AUTH +(\S+) ?(.*)", line) if direction == 0 else None
            if match:
                seed = match.group(1) + b"\n" + (b"!" + match.group(2) + b"\n"
                                                 if match.group(2) else b"")
            elif seed is not None and direction == 0 and line:
                seed += b">" + line + b"\n"
            elif seed is not None and line.startswith(b"334"):
                seed += b"<" + line[4:] + b"\n"
            elif seed is not None and direction == 1 and line:
                yield seed
                seed = None


WRITTEN_AUTH = [
    (b"PLAIN", [b"!" + base64.b64encode(b"\0alice\0secret")]),
    (b"PLAIN", [b"<", b">" + base64.b64encode(b"bob\0alice\0")]),
    (b"LOGIN", [b"<VXNlcm5hbWU6", b">YWxpY2U=", b"<UGFzc3dvcmQ6", b">c2VjcmV0"]),
    (b"LOGIN", [b"!YWxpY2U=", b"<UGFzc3dvcmQ6", b">*"]),
    (b"CRAM-MD5", [b"<" + base64.b64encode(b"<1.2@mx.example>"),
                   b">" + base64.b64encode(b"alice 0123456789abcdef0123456789abcdef")]),
    (b"DIGEST-MD5", [b"<" + base64.b64encode(b'realm="example",nonce="n",qop="auth"'),
                     b">" + base64.b64encode(b'username="al\\"ice",realm="example",response=00')]),
    (b"NTLM", [b"!" + base64.b64encode(b"NTLMSSP\0\1\0\0\0" + bytes(24)),
               b"<" + base64.b64encode(b"NTLMSSP\0\2\0\0\0" + bytes(40)),
               b">" + base64.b64encode(
                   b"NTLMSSP\0\3\0\0\0" + struct.pack("<HHI", 0, 0, 64) * 2 +
                   struct.pack("<HHI", 4, 4, 64) + struct.pack("<HHI", 10, 10, 68) +
                   struct.pack("<HHI", 2, 2, 78) + bytes(8) + struct.pack("<I", 1) +
                   "EXalice.W".encode("utf-16le"))]),
    (b"XOAUTH2", [b"!" + base64.b64encode(b"user=alice\1auth=Bearer t0ken\1\1")]),
    (b"OAUTHBEARER", [b"!" + base64.b64encode(
        b"n,a=alice,\1host=mx\1port=587\1auth=Bearer t0ken\1\1")]),
    (b"SCRAM-SHA-256", [b"!" + base64.b64encode(b"n,,n=al=2Cice,r=nonce"),
                        b"<" + base64.b64encode(b"r=nonce2,s=c2FsdA==,i=4096"),
                        b">" + base64.b64encode(b"c=biws,r=nonce2,p=cHJvb2Y=")]),
    (b"EXTERNAL", [b"!="]),
    (b"GSSAPI", [b"<", b">YIIB"]),
]

WRITTEN_TALKS = [
    [(1, b"220 mx.example LMTP\r\n"), (0, b"LHLO c.example\r\n"), (1, b"250-mx\r\n250 PIPELINING\r\n"),
     (0, b"MAIL FROM:<a@b.example>\r\nRCPT TO:<c@d.example>\r\nRCPT TO:<e@d.example>\r\nDATA\r\n"),
     (1, b"250 ok\r\n250 ok\r\n250 ok\r\n354 go\r\n"), (0, b"Subject: s\r\n\r\n..x\r\n.\r\n"),
     (1, b"250 2.0.0 ok\r\n452 4.2.2 full\r\n"), (0, b"QUIT\r\n"), (1, b"221 bye\r\n")],
    [(1, b"220 mx.example ESMTP\r\n"), (0, b"EHLO c\r\n"), (1, b"250-mx\r\n250-CHUNKING\r\n250 AUTH PLAIN\r\n"),
     (0, b"MAIL FROM:<> SIZE=9 BODY=BINARYMIME\r\n"), (1, b"250 2.1.0 ok\r\n"),
     (0, b"RCPT TO:<c@d.example> NOTIFY=NEVER\r\n"), (1, b"250 2.1.5 ok\r\n"),
     (0, b"BDAT 4\r\nA: b"), (1, b"250 ok\r\n"), (0, b"BDAT 5 LAST\r\n\r\n\r\nc"), (1, b"250 ok\r\n"),
     (0, b"BDAT 0 LAST\r\n"), (1, b"503 no\r\n"), (0, b"XCLIENT ADDR=192.0.2.1 NAME=x\r\n"),
     (1, b"220 again\r\n"), (0, b"RSET\r\nVRFY a\r\nNOOP\r\nHELP\r\nEXPN b\r\nFOO\r\n"),
     (1, b"250 ok\r\n252 a\r\n250 ok\r\n214 h\r\n502 no\r\n500 what\r\n"), (1, b"421 bye\r\n")],
    [(1, b"220 mx\r\n"), (0, b"EHLO c\r\n"), (1, b"250 STARTTLS\r\n"), (0, b"STARTTLS\r\n"),
     (1, b"220 go\r\n"), (0, b"\x16\x03\x01\x00\x05\x01\x00\x00\x01\x03"),
     (1, b"\x16\x03\x03\x00\x02\x02\x00")],
    [(1, b"220 mx\r\n"), (0, b"HELO c\r\nMAIL FROM a@b\r\nRCPT TO c@d\r\nDATA\r\n"),
     (1, b"250 a\n250 b\r\n250 c\r\n354 go\r\n"), (0, b"x\n.\ny\r\n.\nz\r.\r\n\0\r\n.\r\n"), (1, b"250\r\n")],
]


class Corpus:
    def __init__(self, folder):
        self.folder = folder

    def add(self, target, seed):
        folder = os.path.join(self.folder, target)
        os.makedirs(folder, exist_ok=True)
        if seed and len(seed) <= 1 << 20 and len(os.listdir(folder)) < MAX_SEEDS * 4:
            with open(os.path.join(folder, hashlib.sha1(seed).hexdigest()), "wb") as file:
                file.write(seed)


def main():
    source, folder = sys.argv[1:]
    corpus = Corpus(folder)
    known = {"fuzz-capture", "fuzz-engine", "fuzz-packet", "fuzz-smtp", "fuzz-sniff", "fuzz-message",
             "fuzz-auth", "fuzz-codec"}
    others = {os.path.basename(path)[:-2] for path in
              glob.glob(os.path.join(source, "tests/fuzz/fuzz-*.c"))} - known
    paths = sorted(glob.glob(os.path.join(source, "captures/**/*.pcap*"), recursive=True))
    talks = list(WRITTEN_TALKS)
    for path in paths:
        with open(path, "rb") as file:
            whole = file.read()
        if len(whole) <= 200000:
            corpus.add("fuzz-capture", whole)
            corpus.add("fuzz-engine", whole)
        frames = frames_of(path)
        for step, (link, frame) in enumerate(frames):
            if step % (len(frames) // 6 + 1) == 0:
                corpus.add("fuzz-packet", packet_seed(link, [frame]))
        if frames:
            corpus.add("fuzz-packet", packet_seed(frames[0][0], [f for _, f in frames[:12]]))
        talks += conversations(frames)
    for chunks in talks:
        corpus.add("fuzz-smtp", dialogue_seed(chunks))
        corpus.add("fuzz-sniff", pair_seed(chunks))
        for seed in message_seeds(chunks):
            corpus.add("fuzz-message", seed)
        for seed in auth_seeds(chunks):
            corpus.add("fuzz-auth", seed)
        for _, payload in chunks:
            corpus.add("fuzz-codec", payload[:512])
        for target in others:
            corpus.add(target, dialogue_seed(chunks))
            for _, payload in chunks[:8]:
                corpus.add(target, payload)
    for mechanism, lines in WRITTEN_AUTH:
        corpus.add("fuzz-auth", mechanism + b"\n" + b"".join(line + b"\n" for line in lines))
        for line in lines:
            corpus.add("fuzz-codec", line[1:])
    print("corpus: " + ", ".join(
        f"{name} {len(os.listdir(os.path.join(folder, name)))}" for name in sorted(os.listdir(folder))
        if os.path.isdir(os.path.join(folder, name))))


main()
