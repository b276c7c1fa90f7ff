# SPDX-License-Identifier: GPL-2.0-or-later
"""Writes the captures that cannot be recorded, byte by byte, with fixed times and numbers: the same
files each time. What is to be found in them goes to facts.json beside them."""
import hashlib
import json
import pathlib
import struct

OUT = pathlib.Path(__file__).resolve().parent.parent
CLIENT, SERVER = ("192.0.2.26", 49152), ("198.51.100.12", 25)
FIN, SYN, RST, PSH, ACK = 1, 2, 4, 8, 16


def checksum(data):
    total = sum(struct.unpack(f"!{len(data) // 2}H", data)) if len(data) % 2 == 0 else None
    if total is None:
        return checksum(data + b"\0")
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def address(text):
    return bytes(map(int, text.split(".")))


class Wire:
    """Two hosts and the frames between them; a frame takes a millisecond."""

    def __init__(self, client_start=1000, server_start=500000):
        self.next = {"C": client_start, "S": server_start}
        self.frames = []

    def frame(self, side, flags, data=b"", seq=None):
        """One segment; `seq` sends bytes at a place of their own and leaves the state alone."""
        source, target = (CLIENT, SERVER) if side == "C" else (SERVER, CLIENT)
        other = "S" if side == "C" else "C"
        number = self.next[side] if seq is None else seq
        head = struct.pack("!HHIIBBHHH", source[1], target[1], number & 0xFFFFFFFF,
                           self.next[other] & 0xFFFFFFFF if flags & ACK else 0, 5 << 4, flags,
                           64000, 0, 0)
        pseudo = address(source[0]) + address(target[0]) + struct.pack("!BBH", 0, 6,
                                                                       len(head) + len(data))
        head = head[:16] + struct.pack("!H", checksum(pseudo + head + data)) + head[18:]
        ip = struct.pack("!BBHHHBBH", 0x45, 0, 20 + len(head) + len(data), len(self.frames) + 1,
                         0x4000, 64, 6, 0) + address(source[0]) + address(target[0])
        ip = ip[:10] + struct.pack("!H", checksum(ip)) + ip[12:]
        hosts = b"\x02\0\0\0\0\x0c", b"\x02\0\0\0\0\x1a"
        ethernet = b"".join(hosts if side == "C" else hosts[::-1]) + b"\x08\0"
        self.frames.append(ethernet + ip + head + data)
        if seq is None:
            self.next[side] += len(data) + bool(flags & SYN) + bool(flags & FIN)

    def open(self):
        self.frame("C", SYN)
        self.frame("S", SYN | ACK)
        self.frame("C", ACK)

    def say(self, side, data):
        self.frame(side, PSH | ACK, data)

    def close(self):
        self.say("C", b"QUIT\r\n")
        self.say("S", b"221 2.0.0 mx.example.org closing\r\n")
        self.frame("S", FIN | ACK)
        self.frame("C", FIN | ACK)
        self.frame("S", ACK)

    def begin(self):
        """The dialogue up to the server's 354."""
        self.open()
        self.say("S", b"220 mx.example.org ESMTP\r\n")
        for line, reply in ((b"HELO pc.example.net\r\n", b"250 mx.example.org\r\n"),
                            (b"MAIL FROM:<grace@example.net>\r\n", b"250 2.1.0 sender ok\r\n"),
                            (b"RCPT TO:<heidi@example.org>\r\n", b"250 2.1.5 recipient ok\r\n"),
                            (b"DATA\r\n", b"354 go ahead\r\n")):
            self.say("C", line)
            self.say("S", reply)

    def write(self, name, shows, look, mail, oddities):
        folder = OUT / name
        folder.mkdir(exist_ok=True)
        data = struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 262144, 1)
        for number, frame in enumerate(self.frames):
            data += struct.pack("<IIII", 1767261600, number * 1000, len(frame), len(frame)) + frame
        (folder / "capture.pcap").write_bytes(data)
        (folder / "message.eml").write_bytes(mail)
        facts = {"protocol": "smtp", "client": CLIENT[0], "client_port": CLIENT[1],
                 "server": SERVER[0], "server_port": SERVER[1], "auth": [],
                 "messages": [{"from": "grace@example.net", "rcpt": ["heidi@example.org"],
                               "rcpt_rejected": [], "outcome": "accepted", "complete": True,
                               "size": len(mail), "sha256": hashlib.sha256(mail).hexdigest()}],
                 "end": "quit", "end_by": "server", "oddities": oddities}
        (folder / "facts.json").write_text(json.dumps({"sessions": [facts]}, indent=1) + "\n")
        (folder / "README.md").write_text(
            f"# {name}\n\n{shows}.\n\n- What to look at: {look}.\n- Written byte by byte by"
            " `captures/record/write_streams.py`.\n- Hosts, users and texts are made up; addresses"
            " are those for documentation.\n")


MAIL = (b"From: <grace@example.net>\r\nTo: <heidi@example.org>\r\nSubject: the sum\r\n\r\n"
        b"Please pay 100 euros to the usual account.\r\n")


def conflict():
    wire = Wire()
    wire.begin()
    start = wire.next["C"]
    wire.frame("C", PSH | ACK, MAIL)
    place = MAIL.index(b"100")
    wire.frame("C", PSH | ACK, b"999" + MAIL[place + 3:], seq=start + place)
    wire.say("C", b".\r\n")
    wire.say("S", b"250 2.0.0 taken\r\n")
    wire.close()
    wire.write("written-conflict", "The same bytes sent twice with different content",
               "two frames for the same sequence numbers: one says 100 euros, the other 999; which"
               " one the server read cannot be seen, the first copy is used", MAIL,
               ["conflict-overlap"])


def wrap():
    wire = Wire(client_start=0xFFFFFFFF - 150)
    wire.begin()
    wire.say("C", MAIL + b".\r\n")
    wire.say("S", b"250 2.0.0 taken\r\n")
    wire.close()
    wire.write("written-wrap", "Sequence numbers that pass 4,294,967,295 within the message",
               "the sequence number of the client's last frames is small again", MAIL, [])


if __name__ == "__main__":
    conflict()
    wrap()
