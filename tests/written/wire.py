# SPDX-License-Identifier: GPL-2.0-or-later
"""Packets and capture files made byte by byte, with fixed times: what the written cases are built from."""
import struct

CLIENT, SERVER = "192.0.2.10", "198.51.100.25"
CLIENT6, SERVER6 = "2001:db8::10", "2001:db8:1::25"
START = 1_700_000_000_000_000_000  # nanoseconds since 1970


def ip4(text):
    return bytes(int(part) for part in text.split("."))


def ip6(text):
    head, _, tail = text.partition("::")
    first = [int(p, 16) for p in head.split(":") if p]
    last = [int(p, 16) for p in tail.split(":") if p]
    groups = first + [0] * (8 - len(first) - len(last)) + last
    return b"".join(struct.pack(">H", g) for g in groups)


def checksum(data):
    if len(data) % 2:
        data += b"\0"
    total = sum(struct.unpack(">%dH" % (len(data) // 2), data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


class Segment:
    """One TCP segment; `up` is True from client to server."""

    def __init__(self, up, seq, ack, flags, data=b"", options=b"", urgent=0, ports=None, window=65535):
        self.up, self.seq, self.ack, self.flags, self.data = up, seq & 0xFFFFFFFF, ack & 0xFFFFFFFF, flags, data
        self.options, self.urgent, self.ports, self.window = options, urgent, ports, window

    def copy(self, **changes):
        other = Segment(self.up, self.seq, self.ack, self.flags, self.data, self.options, self.urgent, self.ports,
                        self.window)
        for key, value in changes.items():
            setattr(other, key, value)
        return other

    def tcp(self, source, target, ports, bad_checksum=False):
        client, server = self.ports or ports
        sport, dport = (client, server) if self.up else (server, client)
        length = 20 + len(self.options)
        head = struct.pack(">HHIIBBHHH", sport, dport, self.seq, self.ack, length // 4 << 4, self.flags, self.window, 0,
                           self.urgent) + self.options
        pseudo = source + target + struct.pack(">HH", 6, length + len(self.data))
        if len(source) == 16:
            pseudo = source + target + struct.pack(">IHBB", length + len(self.data), 0, 0, 6)
        value = checksum(pseudo + head + self.data) ^ (0x5555 if bad_checksum else 0)
        return head[:16] + struct.pack(">H", value) + head[18:] + self.data


FIN, SYN, RST, PSH, ACK, URG = 1, 2, 4, 8, 16, 32


def ipv4(payload, up=True, protocol=6, ident=1, options=b"", fragment=0, more=False, length=None, ends=(CLIENT, SERVER)):
    source, target = (ip4(e) for e in (ends if up else ends[::-1]))
    size = 20 + len(options)
    total = size + len(payload) if length is None else length
    head = struct.pack(">BBHHHBBH", 0x40 | size // 4, 0, total, ident & 0xFFFF, fragment | (0x2000 if more else 0), 64,
                       protocol, 0) + source + target + options
    return head[:10] + struct.pack(">H", checksum(head)) + head[12:] + payload


def ipv6(payload, up=True, following=6, ends=(CLIENT6, SERVER6), length=None):
    source, target = (ip6(e) for e in (ends if up else ends[::-1]))
    total = len(payload) if length is None else length
    return struct.pack(">IHBB", 6 << 28, total, following, 64) + source + target + payload


def ethernet(packet, up=True, kind=None, tags=()):
    if kind is None:
        kind = 0x0800 if packet[0] >> 4 == 4 else 0x86DD
    macs = b"\x02\0\0\0\0\x02\x02\0\0\0\0\x01" if up else b"\x02\0\0\0\0\x01\x02\0\0\0\0\x02"
    return macs + b"".join(struct.pack(">HH", t, 100 + i) for i, t in enumerate(tags)) + struct.pack(">H", kind) + packet


def packet4(segment, ports=(40001, 25), ends=(CLIENT, SERVER), **more):
    source, target = (ip4(e) for e in (ends if segment.up else ends[::-1]))
    bad = more.pop("bad_checksum", False)
    return ipv4(segment.tcp(source, target, ports, bad), segment.up, ends=ends, **more)


def packet6(segment, ports=(40001, 25), ends=(CLIENT6, SERVER6)):
    source, target = (ip6(e) for e in (ends if segment.up else ends[::-1]))
    return ipv6(segment.tcp(source, target, ports), segment.up, ends=ends)


def udp(payload, port, source_port=50000):
    return struct.pack(">HHHH", source_port, port, 8 + len(payload), 0) + payload


# ---- capture files -------------------------------------------------------------------------------

def pcap(frames, link=1, order="<", nano=False, snaplen=262144, version=(2, 4)):
    """frames: bytes, or (bytes, wire length)."""
    out = struct.pack(order + "IHHiIII", 0xA1B23C4D if nano else 0xA1B2C3D4, *version, 0, 0, snaplen, link)
    for i, frame in enumerate(frames):
        data, wire = frame if isinstance(frame, tuple) else (frame, len(frame))
        time = START + i * 1_000_000
        out += struct.pack(order + "IIII", time // 10**9, time % 10**9 // (1 if nano else 1000), len(data), wire) + data
    return out


def block(kind, body, order="<"):
    body += b"\0" * (-len(body) % 4)
    size = len(body) + 12
    return struct.pack(order + "II", kind, size) + body + struct.pack(order + "I", size)


def option(code, value, order="<"):
    return struct.pack(order + "HH", code, len(value)) + value + b"\0" * (-len(value) % 4)


def section(order="<", options=b""):
    return block(0x0A0D0D0A, struct.pack(order + "IHHq", 0x1A2B3C4D, 1, 0, -1) + options, order)


def interface(link=1, order="<", snaplen=0, resolution=None, offset=None):
    options = b""
    if resolution is not None:
        options += option(9, bytes([resolution]), order)
    if offset is not None:
        options += option(14, struct.pack(order + "q", offset), order)
    if options:
        options += option(0, b"", order)
    return block(1, struct.pack(order + "HHI", link, 0, snaplen) + options, order)


def enhanced(frame, index, number=0, order="<", resolution=6, options=b"", offset=0):
    data, wire = frame if isinstance(frame, tuple) else (frame, len(frame))
    time = START + index * 1_000_000 - offset * 10**9
    ticks = (time << (resolution & 127)) // 10**9 if resolution & 128 else time * 10**resolution // 10**9
    body = struct.pack(order + "IIIII", number, ticks >> 32, ticks & 0xFFFFFFFF, len(data), wire)
    return block(6, body + data + b"\0" * (-len(data) % 4) + options, order)


def simple(frame, order="<"):
    return block(3, struct.pack(order + "I", len(frame)) + frame, order)


def pcapng(frames, link=1, order="<"):
    return section(order) + interface(link, order) + b"".join(enhanced(f, i, 0, order) for i, f in enumerate(frames))


# ---- connections ---------------------------------------------------------------------------------

class Connection:
    """A TCP connection said turn by turn: c(b"...") and s(b"...") are one segment each (cut at mss)."""

    def __init__(self, handshake=True, client_isn=1000, server_isn=5_000_000, mss=1400):
        self.segments = []
        self.next = {True: client_isn, False: server_isn}
        self.sent = {True: b"", False: b""}
        self.mss = mss
        if handshake:
            self.add(True, SYN, ack=0)
            self.next[True] += 1
            self.add(False, SYN | ACK)
            self.next[False] += 1
            self.add(True, ACK)

    def add(self, up, flags, data=b"", ack=None, **more):
        segment = Segment(up, self.next[up], self.next[not up] if ack is None else ack, flags, data, **more)
        self.segments.append(segment)
        return segment

    def say(self, up, data, flags=PSH | ACK):
        for at in range(0, len(data), self.mss):
            part = data[at:at + self.mss]
            self.add(up, flags, part)
            self.next[up] += len(part)
        self.sent[up] += data
        return self

    def c(self, data):
        return self.say(True, data)

    def s(self, data):
        return self.say(False, data)

    def fin(self, up):
        self.add(up, FIN | ACK)
        self.next[up] += 1
        return self

    def ack(self, up):
        self.add(up, ACK)
        return self

    def close(self, first=True):
        return self.fin(first).fin(not first).ack(first)

    def rst(self, up, offset=0):
        self.segments.append(Segment(up, self.next[up] + offset, self.next[not up], RST | ACK))
        return self
