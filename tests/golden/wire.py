# SPDX-License-Identifier: GPL-2.0-or-later
"""Writes small captures of TCP dialogues for tests of the program: Ethernet, IPv4, no options."""
import struct

CLIENT, SERVER = "192.0.2.10", "198.51.100.25"
START = 1795338000  # 2026-11-22 09:00:00 UTC
FIN, SYN, RST, PSH, ACK = 1, 2, 4, 8, 16


def checksum(data):
    if len(data) % 2:
        data += b"\0"
    total = sum(struct.unpack(f">{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def address(text):
    return bytes(int(part) for part in text.split("."))


def frame(src, dst, sport, dport, seq, ack, flags, payload):
    tcp = struct.pack(">HHIIBBHHH", sport, dport, seq, ack, 0x50, flags, 64240, 0, 0) + payload
    pseudo = address(src) + address(dst) + struct.pack(">BBH", 0, 6, len(tcp))
    tcp = tcp[:16] + struct.pack(">H", checksum(pseudo + tcp)) + tcp[18:]
    ip = struct.pack(">BBHHHBBH", 0x45, 0, 20 + len(tcp), 0, 0x4000, 64, 6, 0)
    ip += address(src) + address(dst)
    ip = ip[:10] + struct.pack(">H", checksum(ip)) + ip[12:]
    return bytes.fromhex("02000000001902000000000a0800") + ip + tcp


def dialogue(lines, port=41000, server_port=25, close=True):
    """Frames of a connection. A line is "C: text" or "S: text"; CRLF is added."""
    frames = []
    seq = {"C": 1000, "S": 5000}

    def send(side, flags, payload=b""):
        other = "S" if side == "C" else "C"
        ends = (CLIENT, SERVER, port, server_port) if side == "C" else (
            SERVER, CLIENT, server_port, port)
        ack = 0 if flags == SYN else seq[other]
        frames.append(frame(*ends, seq[side], ack, flags, payload))
        seq[side] = (seq[side] + len(payload) + bool(flags & (SYN | FIN))) & 0xFFFFFFFF

    send("C", SYN)
    send("S", SYN | ACK)
    send("C", ACK)
    for line in lines:
        data = line[3:].encode(errors="surrogateescape")
        send(line[0], PSH | ACK, data + b"\r\n")
    if close:
        send("C", FIN | ACK)
        send("S", FIN | ACK)
        send("C", ACK)
    return frames


def pcap(frames, step=1000, start=START):
    """A pcap file, microseconds; `step` of them between two frames."""
    out = [struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 262144, 1)]
    for number, data in enumerate(frames):
        at = number * step
        out += [struct.pack("<IIII", start + at // 1000000, at % 1000000, len(data), len(data)),
                data]
    return b"".join(out)


def login(user, password, body="Hello", **options):
    """A login with AUTH PLAIN and one message."""
    import base64
    token = base64.b64encode(f"\0{user}\0{password}".encode()).decode()
    return dialogue([
        "S: 220 mx.example.net ESMTP", "C: EHLO pc.example.org",
        "S: 250-mx.example.net", "S: 250 AUTH PLAIN LOGIN",
        f"C: AUTH PLAIN {token}", "S: 235 2.7.0 welcome",
        f"C: MAIL FROM:<{user}@example.org>", "S: 250 ok",
        "C: RCPT TO:<bob@example.net>", "S: 250 ok", "C: DATA", "S: 354 go on",
        "C: Subject: test", "C: ", f"C: {body}", "C: .", "S: 250 queued",
        "C: QUIT", "S: 221 bye"], **options)
