#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The same mail, told by other packets: each capture is rewritten so that the same bytes arrive in another way (cut
small, twice, in another order, in fragments, in tunnels, with other times), and every fact must come out with the same
value. Usage: retold.py PROGRAM FOLDER [NAME...]      (every *.pcap below FOLDER)"""
import collections
import json
import pathlib
import random
import struct
import subprocess
import sys
import tempfile

# Said of the packets, not of what they carry.
OF_PACKETS = {"session.link", "session.client_mac", "session.server_mac", "session.start", "session.last", "session.tunnel", "session.fin", "session.rst", "session.handshake", "session.end", "session.end_by"}


class Frame:
    """A frame of Ethernet with IPv4 or IPv6 and TCP, taken apart; anything else only has its bytes."""

    def __init__(self, when, data, length):
        self.when, self.data, self.length = when, data, length
        self.tcp = None
        if length != len(data) or len(data) < 54:
            return
        kind = struct.unpack_from(">H", data, 12)[0]
        if kind == 0x0800 and data[23] == 6 and not struct.unpack_from(">H", data, 20)[0] & 0x3FFF:
            self.ip, self.tcp = 14, 14 + (data[14] & 15) * 4
            self.end = 14 + struct.unpack_from(">H", data, 16)[0]
        elif kind == 0x86DD and data[20] == 6:
            self.ip, self.tcp = 14, 54
            self.end = 54 + struct.unpack_from(">H", data, 18)[0]
        if self.tcp is None:
            return
        self.body = self.tcp + (data[self.tcp + 12] >> 4) * 4
        if self.end > len(data) or self.body > self.end:
            self.tcp = None
            return
        self.sequence = struct.unpack_from(">I", data, self.tcp + 4)[0]
        self.flags = data[self.tcp + 13]

    def payload(self):
        return self.data[self.body:self.end] if self.tcp is not None else b""

    def with_payload(self, payload, ahead=0, flags=None):
        """The same segment with other bytes, `ahead` of its own place in the stream."""
        data = bytearray(self.data[:self.body] + payload)
        struct.pack_into(">I", data, self.tcp + 4, (self.sequence + ahead) & 0xFFFFFFFF)
        data[self.tcp + 13] = self.flags if flags is None else flags
        ip = self.ip
        if data[ip] >> 4 == 4:
            struct.pack_into(">H", data, ip + 2, len(data) - ip)
            struct.pack_into(">H", data, ip + 10, 0)
            struct.pack_into(">H", data, ip + 10, checksum(data[ip:self.tcp]))
            ends = data[ip + 12:ip + 20]
        else:
            struct.pack_into(">H", data, ip + 4, len(data) - self.tcp)
            ends = data[ip + 8:ip + 40]
        size = len(data) - self.tcp
        struct.pack_into(">H", data, self.tcp + 16, 0)
        struct.pack_into(">H", data, self.tcp + 16, checksum(bytes(ends) + struct.pack(">HH", 6, size) + data[self.tcp:]))
        return Frame(self.when, bytes(data), len(data))


def checksum(data):
    if len(data) % 2:
        data = bytes(data) + b"\0"
    total = sum(struct.unpack(">%dH" % (len(data) // 2), data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def read(path):
    """Frames of a little-endian microsecond pcap of Ethernet, or None."""
    data = path.read_bytes()
    if data[:4] != b"\xd4\xc3\xb2\xa1" or struct.unpack_from("<I", data, 20)[0] != 1:
        return None
    frames, at = [], 24
    while at + 16 <= len(data):
        seconds, micro, size, length = struct.unpack_from("<IIII", data, at)
        frames.append(Frame(seconds * 1000000 + micro, data[at + 16:at + 16 + size], length))
        at += 16 + size
    return frames


def write(path, frames):
    with path.open("wb") as file:
        file.write(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 262144, 1))
        for frame in frames:
            file.write(struct.pack("<IIII", *divmod(frame.when, 1000000), len(frame.data), frame.length) + frame.data)


# Ways of telling it. Each gives a new list of frames.

def pieces(frames, size):
    for frame in frames:
        payload = frame.payload()
        if len(payload) <= size or frame.flags & 2:
            yield frame
            continue
        for at in range(0, len(payload), size):
            last = at + size >= len(payload)
            yield frame.with_payload(payload[at:at + size], at, frame.flags if last else frame.flags & ~9)


def twice(frames):
    for frame in frames:
        yield frame
        yield frame


def again_later(frames):
    """Each segment comes again, whole, after the next one of any side."""
    held = None
    for frame in frames:
        yield frame
        if held:
            yield held
        held = frame if frame.payload() else None


def halves_swapped(frames):
    for frame in frames:
        payload = frame.payload()
        if len(payload) < 2 or frame.flags & 7:
            yield frame
            continue
        middle = len(payload) // 2
        yield frame.with_payload(payload[middle:], middle)
        yield frame.with_payload(payload[:middle])


def overlapping(frames):
    """Segments cut in three, the middle one reaching into both others."""
    for frame in frames:
        payload = frame.payload()
        if len(payload) < 4 or frame.flags & 7:
            yield frame
            continue
        third = len(payload) // 3
        yield frame.with_payload(payload[:2 * third])
        yield frame.with_payload(payload[third:], third)


def no_bare_acks(frames):
    for frame in frames:
        if frame.tcp is None or frame.payload() or frame.flags & 7:
            yield frame


def fragments(frames, backwards):
    number = 0
    for frame in frames:
        number += 1
        data = frame.data
        if frame.tcp is None or data[14] >> 4 != 4 or len(frame.payload()) < 16:
            yield frame
            continue
        header, rest = bytearray(data[14:frame.tcp]), data[frame.tcp:frame.end]
        made = []
        for at in range(0, len(rest), 24):
            part = rest[at:at + 24]
            more = at + 24 < len(rest)
            struct.pack_into(">HHH", header, 2, len(header) + len(part), number & 0xFFFF, at // 8 | (0x2000 if more else 0))
            struct.pack_into(">H", header, 10, 0)
            struct.pack_into(">H", header, 10, checksum(header))
            whole = data[:14] + bytes(header) + part
            made.append(Frame(frame.when, whole, len(whole)))
        yield from reversed(made) if backwards else made


def tagged(frames):
    for frame in frames:
        data = frame.data[:12] + bytes.fromhex("88a800c881000064") + frame.data[12:]
        yield Frame(frame.when, data, frame.length + 8)


def padded(frames):
    """With a trailer, as short frames of Ethernet have it."""
    for frame in frames:
        yield Frame(frame.when, frame.data + b"250 pad\r\n", frame.length + 9) if frame.tcp is not None else frame


def later(frames):
    for frame in frames:
        yield Frame(frame.when + 86400 * 1000000, frame.data, frame.length)


def backwards_in_time(frames):
    for number, frame in enumerate(frames):
        yield Frame(max(0, frame.when - (number % 3) * 700), frame.data, frame.length)


def keep_alive(frames):
    """Before each segment with bytes the one byte before it is sent again, as a probe does."""
    known = {}
    for frame in frames:
        payload = frame.payload()
        if payload and not frame.flags & 7:
            side = frame.data[frame.ip:frame.tcp + 4]
            side = side[12:] if side[0] >> 4 == 4 else side[8:]
            before = known.get((side, frame.sequence))
            if before:
                yield frame.with_payload(before, -1, 16)
            known[side, (frame.sequence + len(payload)) & 0xFFFFFFFF] = payload[-1:]
        yield frame


def wrapped(frames):
    """Sequence numbers of both sides run over the end of 32 bits within the first hundred bytes."""
    first = {}
    for frame in frames:
        if frame.tcp is None:
            yield frame
            continue
        ports = struct.unpack_from(">HH", frame.data, frame.tcp)
        first.setdefault(ports, frame.sequence)
        acked = struct.unpack_from(">I", frame.data, frame.tcp + 8)[0]
        if frame.flags & 16:
            first.setdefault(ports[::-1], acked - 1)
        data = bytearray(frame.data)
        struct.pack_into(">II", data, frame.tcp + 4, (frame.sequence - first[ports] - 60) & 0xFFFFFFFF,
                         (acked - first[ports[::-1]] - 60) & 0xFFFFFFFF if frame.flags & 16 else 0)
        moved = Frame(frame.when, bytes(data), frame.length)
        yield moved.with_payload(moved.payload())


def vxlan(frames):
    for frame in frames:
        inner = frame.data
        udp = struct.pack(">HHHH", 50000, 4789, 16 + len(inner), 0) + bytes.fromhex("0800000000002a00") + inner
        header = bytearray(struct.pack(">BBHHHBBH", 0x45, 0, 20 + len(udp), 1, 0x4000, 64, 17, 0) + bytes([192, 0, 2, 1, 192, 0, 2, 2]))
        struct.pack_into(">H", header, 10, checksum(header))
        data = bytes.fromhex("0200000000010200000000020800") + bytes(header) + udp
        yield Frame(frame.when, data, frame.length + len(data) - len(inner))


WAYS = {
    "in ones": lambda f: pieces(f, 1), "in threes": lambda f: pieces(f, 3), "in hundreds": lambda f: pieces(f, 100),
    "twice": twice, "again later": again_later, "halves swapped": halves_swapped, "overlapping": overlapping,
    "without bare ACKs": no_bare_acks, "fragments": lambda f: fragments(f, False), "fragments backwards": lambda f: fragments(f, True),
    "tagged": tagged, "padded": padded, "a day later": later, "times mixed": backwards_in_time, "keep-alive": keep_alive, "wrapped": wrapped, "VXLAN": vxlan,
}

LEAST = 100000  # facts compared over captures/; fewer would mean that the test tests nothing
WHOLE = {"wrapped", "keep-alive"}  # told only if every frame can be


def facts(program, paths):
    """What is said of each file: counts of (ends, key, value)."""
    done = subprocess.run([program, "show", "--json", *map(str, paths)], capture_output=True, timeout=300)
    found = {str(path): collections.Counter() for path in paths}
    for line in done.stdout.splitlines():
        session = json.loads(line)
        ends = tuple(f["value"] for f in session["facts"] if f["key"] in ("session.client", "session.client_port", "session.server"))
        for fact in session["facts"]:
            if fact["key"] not in OF_PACKETS:
                found[session["file"]][ends, fact["key"], str(fact["value"])] += 1
    return [found[str(path)] for path in paths]


def main():
    program, root, only = sys.argv[1], pathlib.Path(sys.argv[2]), sys.argv[3:]
    compared, wrong = 0, []
    with tempfile.TemporaryDirectory(prefix="mailscope-retold-") as name:
        folder = pathlib.Path(name)
        for path in sorted(root.rglob("*.pcap")):
            frames = read(path)
            if not frames:
                continue
            whole = all(frame.tcp is not None for frame in frames)
            ways = [way for way in WAYS if (not only or way in only) and (whole or way not in WHOLE)]
            files = [folder / "plain.pcap"] + [folder / ("%d.pcap" % i) for i in range(len(ways))]
            write(files[0], frames)
            for way, file in zip(ways, files[1:]):
                write(file, WAYS[way](frames))
            want, *told = facts(program, files)
            for way, got in zip(ways, told):
                compared += sum(want.values())
                for fact in sorted((want - got).keys() | (got - want).keys(), key=str):
                    wrong.append("%s, %s: %s %d times, not %d" % (path.relative_to(root), way, fact, got[fact], want[fact]))
    print("\n".join(wrong))
    print("%d facts compared, %d differ" % (compared, len(wrong)))
    return 1 if wrong or compared < LEAST and not only else 0


if __name__ == "__main__":
    sys.exit(main())
