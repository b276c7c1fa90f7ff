#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""make-corpus.py SOURCE FOLDER: seeds for the fuzz targets, made of the captures in SOURCE/captures.

FOLDER/fuzz-NAME/ gets files in the form that target reads (said on top of each fuzz-NAME.c). A
target that is not in TARGETS gets every form of raw bytes: frames, both directions, lines.
Knows just enough of pcap, pcapng, Ethernet, IP and TCP for our own captures; what it cannot read it
leaves out.
"""
import base64
import bz2
import glob
import gzip
import hashlib
import io
import lzma
import os
import re
import shutil
import struct
import sys
import tarfile
import zipfile

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
        server = next((side for side, text in chunks if re.match(rb"\d\d\d[ -]|\+OK|-ERR|\* ", text)), None)
        yield [(1 if side == server else 0, payload) for side, payload in chunks]


def dialogue_seed(chunks):
    """Chunks as fuzz-smtp reads them: a byte (0 to server, 1 to client), length (2, little), bytes."""
    out = b""
    for direction, payload in chunks:
        for at in range(0, len(payload), 60000):
            part = payload[at:at + 60000]
            out += struct.pack("<BH", direction, len(part)) + part
    return out


def unescaped(text):
    """Bytes of a transcript's line: \\r, \\n, \\t, \\xNN."""
    return re.sub(rb"\\(x..|.)", lambda one: {b"r": b"\r", b"n": b"\n", b"t": b"\t"}.get(
        one[1], bytes([int(one[1][1:], 16)]) if len(one[1]) == 3 else one[1]), text)


def transcripts(source, protocol):
    """The dialogues of tests/talk of that class, as dialogue_seed() writes them, gaps and a late
    start with them."""
    for path in sorted(glob.glob(os.path.join(source, "tests/talk", protocol + "-*.talk"))):
        out, flags = b"", 0
        with open(path, "rb") as file:
            lines = file.read().split(b"\n")
        for line in lines:
            said = re.match(rb"([CS])(?:\*(\d+))?: ?(.*)", line)
            gap = re.match(rb"gap ([CS]) (\d+)", line)
            if said:
                text = unescaped(said[3]) * int(said[2] or 1)
                out += struct.pack("<BH", said[1] == b"S", len(text)) + text
            elif gap:
                out += struct.pack("<BH", 2 | (gap[1] == b"S"), int(gap[2]))
            elif line.startswith((b"midstream", b"limit", b"cut")):
                flags |= {b"m": 4, b"l": 8, b"c": 16}[line[:1]]
            elif line == b"class lmtp":
                flags |= 32
        if out:
            yield bytes([out[0] | flags]) + out[1:]


def packet_seed(link, frames):
    """Frames as fuzz-packet reads them: link type (2, little), then length (2, little), bytes."""
    return struct.pack("<H", link) + b"".join(
        struct.pack("<H", len(frame)) + frame for frame in frames if len(frame) < 65536)


def client_hello(name, protocol):
    """A TLS record with a ClientHello that names server and ALPN protocol (RFC 6066 3, RFC 7301)."""
    vector = lambda size, body: len(body).to_bytes(size, "big") + body
    extensions = b"\0\0" + vector(2, vector(2, b"\0" + vector(2, name))) + \
        b"\0\x10" + vector(2, vector(2, vector(1, protocol)))
    hello = b"\3\3" + bytes(32) + b"\0" + vector(2, b"\x13\1") + b"\1\0" + vector(2, extensions)
    return b"\x16\3\1" + vector(2, b"\1" + vector(3, hello))


def pair_seed(chunks):
    """First bytes of both sides as fuzz-sniff reads them: length of the client's (2, little)."""
    sides = [b"".join(text for way, text in chunks if way == side)[:4096] for side in (0, 1)]
    return struct.pack("<H", len(sides[0])) + sides[0] + sides[1]


# Mails with what captures lack: every encoding, names in every form, attached mails, depths.
MAILS = [
    b"Date: Sun, 22 Nov 4052 22:59:11 +0000\r\n\r\nx",
    b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nt\r\n--b\r\nContent-Type: image/png; name=a\r\n"
    b"Content-Transfer-Encoding: base64\r\nContent-Disposition: attachment; filename*0*=utf-8''%C3%A9;\r\n"
    b" filename*1=\"b.c\"\r\n\r\niVBORw0KGgo=\r\n--b--\r\n",
    b"From: =?utf-8?B?w4k=?= <a@b>\r\nTo: g: c@d, \"e f\" <g@h>;\r\nSubject: =?iso-8859-1?Q?=E9?=\r\n"
    b"Date: Sun, 22 Nov 2026 10:00:00 +0100\r\nContent-Type: text/plain; charset=utf-16\r\n"
    b"Content-Transfer-Encoding: quoted-printable\r\n\r\na=3D=\r\nb",
    b"Content-Type: multipart/digest; boundary=b\n\n--b\n\nSubject: x\n\nContent\n--b\n"
    b"Content-Type: message/rfc822\n\nContent-Type: multipart/alternative; boundary=c\n\n--c\n\nh\n--c--\n--b--\n",
    b"Content-Transfer-Encoding: x-uuencode\r\n\r\nbegin 644 a\n#86)C\n`\nend\n",
    b"Content-Type: message/partial; id=x; number=1\r\n\r\nSubject: y\r\n\r\nz",
]


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


def tcp_over(version, payload, flags=0x18):
    tcp = struct.pack(">HHIIBBHHH", 40000, 25, 1000, 2000, 0x80, flags, 502, 0, 0) + \
        b"\1\1\x08\x0a" + bytes(8) + payload
    if version == 4:
        return struct.pack(">BBHHHBBH4s4s", 0x45, 0, 20 + len(tcp), 1, 0x4000, 64, 6, 0,
                           bytes([192, 0, 2, 1]), bytes([192, 0, 2, 25])) + tcp
    side = bytes.fromhex("20010db8") + bytes(11)
    return struct.pack(">IHBB", 0x60000000, len(tcp), 6, 64) + side + b"\1" + side + b"\2" + tcp


def fragments(packet):
    """The IPv4 packet in two fragments, the later one first."""
    body = packet[20:]
    for at, end, more in ((32, len(body), 0), (0, 32, 0x2000)):
        yield packet[:2] + struct.pack(">HHH", 20 + end - at, 7, more | at // 8) + packet[8:20] + \
            body[at:end]


def encapsulated(packet):
    """The IP packet behind every link and tunnel header there is: (link type, frame)."""
    kind = b"\x08\x00" if packet[0] >> 4 == 4 else b"\x86\xdd"
    family = b"\2\0\0\0" if packet[0] >> 4 == 4 else b"\x1e\0\0\0"
    ppp = b"\0\x21" if packet[0] >> 4 == 4 else b"\0\x57"
    mac = bytes(12)
    ethernet = mac + kind + packet
    llc = b"\xaa\xaa\3\0\0\0" + kind + packet

    def ip4(protocol, body):
        return struct.pack(">BBHHHBBH4s4s", 0x45, 0, 20 + len(body), 1, 0, 64, protocol, 0,
                           bytes([198, 51, 100, 1]), bytes([198, 51, 100, 2])) + body

    def udp(port, body):
        return ip4(17, struct.pack(">HHHH", 5555, port, 8 + len(body), 0) + body)

    options = bytearray(packet)
    if packet[0] >> 4 == 4:
        options = bytearray(packet[:20] + b"\1\1\1\1" + packet[20:])
        options[0] = 0x46
        options[2:4] = struct.pack(">H", len(options))
    else:
        options = bytearray(packet[:6] + b"\0" + packet[7:40] + b"\x3c\0\1\4\0\0\0\0" +
                            b"\x2b\0\1\4\0\0\0\0" + b"\x06\0\1\4\0\0\0\0" + packet[40:])
        options[4:6] = struct.pack(">H", len(options) - 40)
    wlan = b"\x08\x01" + bytes(22) + llc
    prism = b"\0\0\0\x44" + b"\0\0\0\x90" + bytes(136) + wlan
    avs = b"\x80\x21\x10\x01" + b"\0\0\0\x40" + bytes(56) + wlan
    yield from [
        (1, ethernet), (1, mac + kind + bytes(options)), (1, ethernet + bytes(8)),
        (1, mac + b"\x81\0\0\5" + kind + packet),
        (1, mac + b"\x88\xa8\0\5\x81\0\0\6" + kind + packet),
        (1, mac + b"\x88\x47\0\1\1\x40" + packet), (1, mac + b"\x88\x64\x11\0\0\1" +
                                                 struct.pack(">H", len(packet) + 2) + ppp + packet),
        (113, bytes(14) + kind + packet), (276, kind + bytes(18) + packet),
        (0, family + packet), (0, family[::-1] + packet), (108, family[::-1] + packet),
        (101, packet), (228, packet), (229, packet), (12, packet),
        (9, b"\xff\3" + ppp + packet), (9, ppp + packet), (50, b"\xff\3" + ppp + packet),
        (51, b"\x11\0\0\1" + struct.pack(">H", len(packet) + 2) + ppp + packet),
        (104, b"\x0f\0" + kind + packet), (105, wlan),
        (105, b"\x88\x01" + bytes(24) + llc), (127, b"\0\0\x08\0\0\0\0\0" + wlan),
        (192, b"\0\0\x08\0\x69\0\0\0" + wlan),
        (192, b"\0\0\x08\0\1\0\0\0" + ethernet),
        (239, kind[:0] + b"\2\0\0\0" + struct.pack("<HH", len(packet) + 4, 9) + packet),
        (1, mac + b"\x08\0" + ip4(4 if packet[0] >> 4 == 4 else 41, packet)),
        (1, mac + b"\x08\0" + ip4(47, b"\0\0" + kind + packet)),
        (1, mac + b"\x08\0" + ip4(47, b"\xb0\0\x65\x58" + bytes(12) + ethernet)),
        (1, mac + b"\x08\0" + ip4(47, b"\x10\0\x88\xbe\0\0\0\1" + bytes(8) + ethernet)),
        (1, mac + b"\x08\0" + udp(4789, b"\x08" + bytes(7) + ethernet)),
        (1, mac + b"\x08\0" + udp(6081, b"\1\0\x65\x58\0\0\1\0" + bytes(4) + ethernet)),
        (1, mac + b"\x08\0" + udp(37008, b"\1\0\0\1\1" + ethernet)),
        (1, mac + b"\x08\0" + udp(37008, b"\1\0\0\x12\0\x0a\2ab\1" + wlan)),
        (1, mac + b"\x08\0" + udp(37008, b"\1\0\0\x77\1" + prism)), (119, prism), (163, avs),
        (1, mac + b"\x08\0" + ip4(47, b"\x10\0\x22\xeb\0\0\0\1" + bytes(12) + ethernet)),
        (1, mac + b"\x08\0" + ip4(47, b"\x10\0\x22\xeb\0\0\0\1" + bytes(10) + b"\x08\1" + bytes(8) + packet)),
        (1, mac + b"\x08\0" + ip4(47, b"\0\0\x88\x3e" + packet)),
        (1, mac + b"\x08\0" + ip4(47, b"\0\0\x88\x3e" + bytes(4) + packet)),
        (1, mac + b"\x08\0" + ip4(47, b"\x30\x81\x88\x0b" + bytes(12) + b"\xff\3" + ppp + packet)),
        (1, mac + b"\x08\0" + ip4(97, b"\x30\0" + ethernet)),
        (1, mac + b"\x08\0" + udp(4790, b"\x0c\0\0" + (b"\1" if packet[0] >> 4 == 4 else b"\2") + bytes(4) + packet)),
        (1, mac + b"\x08\0" + udp(4790, b"\x0c\0\0\3" + bytes(4) + ethernet)),
        (1, mac + b"\x08\0" + udp(4790, b"\x0c\0\0\5" + bytes(4) + b"\0\1\1\x40" + packet)),
        (1, mac + b"\x08\0" + udp(6635, b"\0\1\1\x40" + packet)),
        (1, mac + b"\x08\0" + udp(1701, b"\0\2\0\1\0\1\xff\3" + ppp + packet)),
        (1, mac + b"\x08\0" + udp(1701, b"\x4a\2\0\x40\0\1\0\1\0\1\0\1\0\2ab" + ppp + packet)),
        (1, mac + b"\x08\0" + udp(2152, b"\x30\xff\0\x40\0\0\0\1" + packet)),
        (1, mac + b"\x08\0" + udp(2152, b"\x36\xff\0\x40\0\0\0\1\0\1\0\x85\1\0\0\0" + packet)),
        (1, mac + b"\x08\0" + udp(3544, b"\0\1\2\2abcd" + bytes(9) + bytes(8) + packet)),
    ]


def pcap_file(order, magic, link, frames, ng=False):
    """The frames as one pcap or pcapng file."""
    def block(kind, body):
        body += bytes(-len(body) % 4)
        return struct.pack(order + "II", kind, len(body) + 12) + body + \
            struct.pack(order + "I", len(body) + 12)
    if not ng:
        return struct.pack(order + "IHHIIII", magic, 2, 4, 0, 0, 65535, link) + b"".join(
            struct.pack(order + "IIII", 1767225600, at, len(frame), len(frame)) + frame
            for at, frame in enumerate(frames))
    name = struct.pack(order + "HH", 2, 4) + b"eth0"
    precision = struct.pack(order + "HH", 9, 1) + b"\x09\0\0\0" + struct.pack(order + "HH", 0, 0)
    section = block(0x0A0D0D0A, struct.pack(order + "IHHq", 0x1A2B3C4D, 1, 0, -1))
    interface = block(1, struct.pack(order + "HHI", link, 0, 0) + name + precision)
    out = section + interface + block(3, struct.pack(order + "I", len(frames[0])) + frames[0])
    out += block(10, struct.pack(order + "II", 0x544C534B, 4) + b"key\n")
    out += block(2, struct.pack(order + "HHIIII", 0, 0, 0, 1, len(frames[0]), len(frames[0])) +
                 frames[0])
    for at, frame in enumerate(frames):
        out += block(6, struct.pack(order + "IIIII", 0, 0, at, len(frame), len(frame)) + frame)
    return out


def stream_seeds(frames):
    """Connections as fuzz-table reads them, with the sequence numbers made small."""
    base, out = {}, b""
    for link, frame in frames:
        segment = segment_of(link, frame)
        if not segment:
            continue
        src, sport, dst, dport, seq, ack, flags, payload = segment
        side = int(sport < dport)
        for which, number in ((side, seq), (1 - side, ack)):
            base.setdefault(which, number)
        payload = payload[:255]
        out += struct.pack("<BBHHBBI", side, flags, (seq - base[side] + 0x7000) & 0xFFFF,
                           (ack - base[1 - side] + 0x7000) & 0xFFFF, len(payload), len(payload),
                           0) + payload
        if len(out) > 20000:
            break
    yield out
    # Sent twice, cut, out of order, beyond a gap, with the ports used again.
    record = lambda side, flags, seq, ack, text, sent=0: struct.pack(
        "<BBHHBBI", side, flags, seq, ack, len(text), sent or len(text), 0) + text
    begin = record(0, 2, 100, 0, b"") + record(1, 0x12, 500, 101, b"") + record(0, 0x10, 101, 501, b"")
    end = record(0, 0x11, 121, 501, b"") + record(1, 0x11, 501, 122, b"")
    yield begin + record(0, 0x18, 101, 501, b"0123456789") + record(0, 0x18, 106, 501, b"56789abcde") + \
        record(0, 0x18, 111, 501, b"ABCDEFGHIJ") + end + begin + end
    yield begin + record(0, 0x18, 111, 501, b"ABCDEFGHIJ") + record(0, 0x18, 101, 501, b"0123456789") + end
    yield begin + record(0, 0x18, 111, 501, b"ABCDEFGHIJ") + record(1, 0x18, 501, 121, b"ok") + end
    yield begin + record(0, 0x18, 101, 501, b"01234", 10) + record(0, 0x38, 111, 501, b"ABC") + \
        record(0, 0x14, 114, 501, b"")
    yield record(1, 0x18, 501, 121, b"220 ok") + record(0, 0x18, 121, 507, b"QUIT") + \
        record(0, 0x04, 900, 0, b"") + record(1, 0x04, 507, 0, b"")


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
    # MAIL refused, yet the server goes on to 354: the mail is over before its body begins.
    [(1, b"220 mx.example LMTP\r\n"), (0, b"LHLO c\r\n"), (1, b"250-mx\r\n500 PIPELINING\r\n"),
     (0, b"MAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\nRCPT TO:<e@d>\r\nDATA\r\n"),
     (1, b"500 ok\r\n250 ok\r\n250 ok\r\n354 go\r\n"), (0, b"Subject: s\r\n\r\n..x\r\n.\r\n"),
     (1, b"\r\n.\r\n"), (1, b"250 2.0.0 ok\r\n452 4.2.2 full\r\n"), (0, b"QUIT\r\n"), (1, b"221 bye\r\n")],
    [(1, b"220 mx\r\n"), (0, b"EHLO c\r\n"), (1, b"250 STARTTLS\r\n"), (0, b"STARTTLS\r\n"),
     (1, b"220 go\r\n"), (0, b"\x16\x03\x01\x00\x05\x01\x00\x00\x01\x03"),
     (1, b"\x16\x03\x03\x00\x02\x02\x00")],
    [(1, b"220 mx\r\n"), (0, b"HELO c\r\nMAIL FROM a@b\r\nRCPT TO c@d\r\nDATA\r\n"),
     (1, b"250 a\n250 b\r\n250 c\r\n354 go\r\n"), (0, b"x\n.\ny\r\n.\nz\r.\r\n\0\r\n.\r\n"), (1, b"250\r\n")],
]


class Corpus:
    def __init__(self, folder):
        self.folder = folder
        shutil.rmtree(folder, ignore_errors=True)

    def add(self, target, seed):
        folder = os.path.join(self.folder, target)
        os.makedirs(folder, exist_ok=True)
        if seed and len(seed) <= 1 << 20 and len(os.listdir(folder)) < MAX_SEEDS * 4:
            with open(os.path.join(folder, hashlib.sha1(seed).hexdigest()), "wb") as file:
                file.write(seed)


WRITTEN_EXPRESSIONS = [  # filters, and names that are none
    b'smtp.mail_from == "a@b" and not (message.size > 1000)', b'smtp.mail_from matches "^a.*org$" || part.filename',
    b"session.client == 192.0.2.1 && message.complete == true", b'session.start > "2023-11-14 22:13:20"',
    b'!!!((smtp.rcpt_to contains "\\x00\\"") or message.size le 5)', b"../../etc/passwd", b"CON .txt", b"a\xe2\x80\xaegpj.exe",
]


WRITTEN_ASSIGNMENTS = [  # an assignment, a NUL, answers
    b"[assignment]\ntitle = T\nkind = answers\npoints = 10\n[question a]\nexpect = 192.0.2.1\n[question b]\nexpect = x \\| y\n"
    b"near = 0.5 base64 | 0.25 swapped a\nneeds = a\n[question c]\nmatch = set\nexpect = 4 | 5 | 6\n\0" + answers
    for answers in (b"1: 192.0.2.1\nb: eCB8IHk=\n3: 4-6\n", b"question,answer\na,192.0.2.1\nc,\"4,5\"\n", b'{"a": "<192.0.2.1>", "c": [4, 5, 6]}')
] + [
    b"[assignment]\ntitle = T\n[require own]\nfact = smtp.helo\nmatch = regex\nexpect = ^{id}\\.\n[question odd]\noddity = gap\nmatch = absent\n"
    b"[question when]\nfact = session.start\nmatch = between\nexpect = 2026-11-01T00:00:00Z | 2026-11-02T00:00:00Z\n"
    b"[question n]\nbank = subject\nmatch = number\nexpect = 2.5\ntolerance = 0.1\nmessage = 2\nsession = any\n\0" b"odd: none\nn: 2.6\n",
]

WRITTEN_HANDED = [  # a name, a NUL, a list of submissions
    name + b"\0" + text
    for name, text in (
        (b"Ada King_4711_assignsubmission_file/x.pcap", b'{"id":"1","name":"Ada","email":"a@x","file":"a.pcap"}\n'),
        (b"kingada_LATE_55_66_mine.pcap", b'{"id":"2","files":["a.pcap","b.zip"]}\n\n{"id":"3"}'),
        (b"Lab 1_bob7_attempt_2026-11-01-10-00-00_x.pcap", b'{"id":"4","answers":{"a":"1","2":["x","y"],"c":true}}\n'),
        (b"../../etc\\..\\./x//y.pcap", b"[1]\n"), (b"__MACOSX/._x", b'{"id":"1","id":"2"}'),
        ("Zo\u00eb O'Neil_7_assignsubmission_file_z.pcap".encode(), b'{"fil":"x"}'), (b".hidden", b"{"))
]


def written_archives():
    """Small ones of each kind that is read, and some that want to do harm."""
    files = [("lab/x.pcap", b"abc" * 50), ("../../up.pcap", b"x"), ("empty", b""), ("zeros", bytes(300000)), ("no.txt", b"n")]
    for compression in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA):
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", compression) as archive:
            for name, data in files[:3 if compression == zipfile.ZIP_STORED else 5]:
                archive.writestr(zipfile.ZipInfo(name), data, compression)
        yield out.getvalue()
        yield out.getvalue()[:-30]
    for form in (tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT):
        out = io.BytesIO()
        with tarfile.open(fileobj=out, mode="w:", format=form) as archive:
            for name, data in files[:3] + [("d" * 70 + "/" + "l" * 70 + "\u00eb", b"long")]:
                entry = tarfile.TarInfo(name)
                entry.size = len(data)
                archive.addfile(entry, io.BytesIO(data))
            link = tarfile.TarInfo("link")
            link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
            archive.addfile(link)
        yield out.getvalue()
        for packed in (gzip.compress(out.getvalue(), mtime=0), bz2.compress(out.getvalue()), lzma.compress(out.getvalue())):
            yield packed


def main():
    source, folder = sys.argv[1:]
    corpus = Corpus(folder)
    known = {"fuzz-capture", "fuzz-engine", "fuzz-packet", "fuzz-smtp", "fuzz-sniff", "fuzz-message",
             "fuzz-mime", "fuzz-auth", "fuzz-codec", "fuzz-table", "fuzz-pop3", "fuzz-imap", "fuzz-http",
             "fuzz-expression", "fuzz-assignment", "fuzz-handed", "fuzz-unpack", "fuzz-report"}
    others = {os.path.basename(path)[:-2] for path in
              glob.glob(os.path.join(source, "tests/fuzz/fuzz-*.c"))} - known
    paths = sorted(glob.glob(os.path.join(source, "captures/**/*.pcap*"), recursive=True))
    talks = list(WRITTEN_TALKS)
    packets = [tcp_over(version, text) for version in (4, 6)
               for text in (b"220 mx.example ESMTP\r\n", b"EHLO c\r\n" * 9)]
    for packet in packets:
        for link, frame in encapsulated(packet):
            corpus.add("fuzz-packet", packet_seed(link, [frame]))
    late, early = fragments(packets[1])
    for order in ([late, early], [early, late], [late, late, early, late], [early, early, late, early, late],
                  [early, late[:-30], late], [early[:4] + b"\0\x08" + early[6:], late]):
        corpus.add("fuzz-packet", packet_seed(101, order))
    frames = [frame for link, frame in map(lambda one: next(encapsulated(one)), packets)]
    for whole in (pcap_file("<", 0xA1B2C3D4, 1, frames), pcap_file(">", 0xA1B2C3D4, 1, frames),
                  pcap_file("<", 0xA1B23C4D, 1, frames), pcap_file("<", 0, 1, frames, True),
                  pcap_file("<", 0, 1, frames, True) + pcap_file(">", 0, 101, packets, True)):
        for seed in (whole, gzip.compress(whole, mtime=0), lzma.compress(whole), whole[:-9]):
            corpus.add("fuzz-capture", seed)
            corpus.add("fuzz-engine", seed)
    for seed in MAILS:
        corpus.add("fuzz-mime", seed)
    for protocol in ("smtp", "pop3", "imap", "http"):
        for seed in transcripts(source, protocol):
            corpus.add("fuzz-" + protocol, seed)
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
        for seed in stream_seeds(frames):
            corpus.add("fuzz-table", seed)
    for name, protocol in ((b"webmail.example", b"http/1.1"), (b"mail", b"h2"), (b"x.example", b"imap")):
        corpus.add("fuzz-sniff", pair_seed([(0, client_hello(name, protocol))]))
    for chunks in talks:
        pop3 = any(re.match(rb"\+OK|-ERR", text) for way, text in chunks if way == 1)
        http = any(b" HTTP/1." in text[:2000] for _, text in chunks)
        imap = any(text.startswith((b"* OK", b"* PREAUTH")) for way, text in chunks if way == 1)
        corpus.add("fuzz-http" if http else "fuzz-imap" if imap else "fuzz-pop3" if pop3 else "fuzz-smtp",
                   dialogue_seed(chunks))
        corpus.add("fuzz-sniff", pair_seed(chunks))
        for seed in message_seeds(chunks):
            corpus.add("fuzz-message", seed)
            corpus.add("fuzz-mime", seed)
        for seed in auth_seeds(chunks):
            corpus.add("fuzz-auth", seed)
        for _, payload in chunks[:6]:
            corpus.add("fuzz-codec", payload[:200])
        port = 48 if http else 32 if imap else 16 if pop3 else 0
        for flags in (64, 64 | 4, 8):  # as fuzz-report.c says
            seed = dialogue_seed(chunks)
            corpus.add("fuzz-report", bytes([seed[0] | flags | port]) + seed[1:] if seed else b"")
        for target in others:
            corpus.add(target, dialogue_seed(chunks))
            for _, payload in chunks[:8]:
                corpus.add(target, payload)
    corpus.add("fuzz-http", dialogue_seed([  # small limits, and a chunk's size that never ends
        (8, b"POST /?_task=login HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n"), (0, b"\xff" * 120)]))
    for text in WRITTEN_EXPRESSIONS:
        corpus.add("fuzz-expression", text)
    for text in WRITTEN_ASSIGNMENTS:
        corpus.add("fuzz-assignment", text)
    for text in WRITTEN_HANDED:
        corpus.add("fuzz-handed", text)
    for text in written_archives():
        corpus.add("fuzz-unpack", text)
    for mechanism, lines in WRITTEN_AUTH:
        corpus.add("fuzz-auth", mechanism + b"\n" + b"".join(line + b"\n" for line in lines))
        for line in lines:
            corpus.add("fuzz-codec", line[1:])
    print("corpus: " + ", ".join(
        f"{name} {len(os.listdir(os.path.join(folder, name)))}" for name in sorted(os.listdir(folder))
        if os.path.isdir(os.path.join(folder, name))))


main()
