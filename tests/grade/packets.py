# SPDX-License-Identifier: GPL-2.0-or-later
"""What somebody does to a capture that is not his: frames of a pcap file (Ethernet, IPv4, TCP) with other times,
addresses, hardware or numbers, some of them only, or together with others; and the same frames as pcapng."""
import struct


class Frame:
    def __init__(self, time_us, data, length=None):
        self.time_us, self.data, self.length = time_us, bytearray(data), length or len(data)

    def copy(self):
        return Frame(self.time_us, self.data, self.length)

    @property
    def tcp(self):
        return 14 + (self.data[14] & 15) * 4

    def fix(self):
        """Both checksums, as they should be."""
        data, tcp = self.data, self.tcp
        data[24:26] = b"\0\0"
        data[24:26] = checksum(data[14:tcp])
        end = 14 + int.from_bytes(data[16:18], "big")
        data[tcp + 16:tcp + 18] = b"\0\0"
        data[tcp + 16:tcp + 18] = checksum(data[26:34] + struct.pack(">HH", 6, end - tcp) + data[tcp:end])
        return self


def checksum(data):
    total = sum(struct.unpack(f">{(len(data) + 1) // 2}H", bytes(data) + b"\0" * (len(data) % 2)))
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    return struct.pack(">H", 0xffff ^ total)


def read(data):
    """The frames of a pcap file as `mailscope make` writes it."""
    assert data[:4] == b"\xd4\xc3\xb2\xa1", data[:4]
    frames, at = [], 24
    while at < len(data):
        seconds, micro, length, wire = struct.unpack("<IIII", data[at:at + 16])
        frames.append(Frame(seconds * 1000000 + micro, data[at + 16:at + 16 + length], wire))
        at += 16 + length
    return frames


def pcap(frames):
    return struct.pack("<IHHiIII", 0xa1b2c3d4, 2, 4, 0, 0, 262144, 1) + b"".join(
        struct.pack("<IIII", frame.time_us // 1000000, frame.time_us % 1000000, len(frame.data), frame.length) + frame.data
        for frame in frames)


def block(kind, body):
    body += b"\0" * (-len(body) % 4)
    return struct.pack("<II", kind, len(body) + 12) + body + struct.pack("<I", len(body) + 12)


def options(*pairs):
    out = b""
    for code, text in pairs:
        data = text.encode()
        out += struct.pack("<HH", code, len(data)) + data + b"\0" * (-len(data) % 4)
    return out + bytes(4) if pairs else b""


def pcapng(frames, section=(), interface=()):
    out = block(0x0a0d0d0a, struct.pack("<IHHq", 0x1a2b3c4d, 1, 0, -1) + options(*section))
    out += block(1, struct.pack("<HHI", 1, 0, 262144) + options(*interface))
    for frame in frames:
        head = struct.pack("<IIIII", 0, frame.time_us >> 32, frame.time_us & 0xffffffff, len(frame.data), frame.length)
        out += block(6, head + bytes(frame.data))
    return out


def restamp(frames, shift_us):
    return [Frame(frame.time_us + shift_us, frame.data, frame.length) for frame in frames]


def readdress(frames, client, server, fix=True):
    """Other IPv4 addresses, four bytes each; the client is who sent the first frame."""
    old = bytes(frames[0].data[26:30])
    out = []
    for frame in frames:
        new = frame.copy()
        up = bytes(new.data[26:30]) == old
        new.data[26:30], new.data[30:34] = (client, server) if up else (server, client)
        out.append(new.fix() if fix else new)
    return out


def rehardware(frames, client, server):
    old = bytes(frames[0].data[6:12])
    out = []
    for frame in frames:
        new = frame.copy()
        up = bytes(new.data[6:12]) == old
        new.data[0:6], new.data[6:12] = (server, client) if up else (client, server)
        out.append(new)
    return out


def resequence(frames, client, server):
    """Adds to the sequence numbers of either side, and to what the other acknowledges."""
    old = bytes(frames[0].data[26:30])
    out = []
    for frame in frames:
        new = frame.copy()
        up, tcp = bytes(new.data[26:30]) == old, new.tcp
        seq, ack = struct.unpack(">II", new.data[tcp + 4:tcp + 12])
        seq += client if up else server
        ack += (server if up else client) if new.data[tcp + 13] & 16 else 0
        new.data[tcp + 4:tcp + 12] = struct.pack(">II", seq & 0xffffffff, ack & 0xffffffff)
        out.append(new.fix())
    return out


def merge(*captures):
    return sorted((frame for frames in captures for frame in frames), key=lambda frame: frame.time_us)
