#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""TLS in segments out of order: one segment with encrypted bytes is cut in two, the second half is
captured first. With the preference that puts segments in order everything is found as before;
without it what follows is lost to decryption, an expert item says so, on that very frame, and each
record that is lost is a gap in the dialogue, said with the next frame that tells of it. The same
with that segment left out: there the preference does not help, and is not named.

Usage: reordered.py PLUGIN CAPTURES
"""
import pathlib
import struct
import sys

import shark as harness

NAMES = ("smtp-starttls-tls12", "smtp-starttls-tls13", "smtp-implicit-tls")
ORDER = "tcp.reassemble_out_of_order"
MESSAGE, USER, LATE, GAP, WORDS = FIELDS = ("mailscope.message.sha256", "mailscope.auth.username",
                                            "mailscope.tls.lost", "mailscope.gap",
                                            "_ws.expert.message")
CUT_FRAME = 23  # behind the login; its second half is frame 23 then, the first 24


def cut(data, number, dropped=False):
    """The capture with frame `number` cut in two segments, in the wrong order; or left out."""
    made, at, frame = data[:24], 24, 0
    while at < len(data):
        head, length = data[at:at + 8], struct.unpack_from("<I", data, at + 8)[0]
        packet = data[at + 16:at + 16 + length]
        at, frame = at + 16 + length, frame + 1
        parts = [packet]
        if frame == number and dropped:
            parts = []
        elif frame == number:
            tcp = 14 + (packet[14] & 15) * 4
            body = tcp + (packet[tcp + 12] >> 4) * 4
            middle = (body + length) // 2
            assert middle > body, f"frame {number} carries nothing"
            sequence = struct.unpack_from(">I", packet, tcp + 4)[0] + middle - body
            later = bytearray(packet[:body] + packet[middle:])
            struct.pack_into(">I", later, tcp + 4, sequence & 0xFFFFFFFF)
            parts = [later, bytearray(packet[:middle])]
            for part in parts:
                struct.pack_into(">H", part, 16, len(part) - 14)
        for part in parts:
            made += head + struct.pack("<II", len(part), len(part)) + part
    return made


class Seen:
    """What one run of tshark shows of a capture: frames and texts by field."""

    def __init__(self, shark, path, two_pass, options):
        self.frames, self.values = {}, {}
        for frame, *cells in shark.fields(path, "frame.number", *FIELDS, two_pass=two_pass,
                                          options=options, filter="mailscope"):
            for name, cell in zip(FIELDS, cells):
                if cell:
                    self.frames.setdefault(name, []).append(int(frame))
                    self.values.setdefault(name, set()).add(cell)


def judge(before, seen, order, dropped, two_pass):
    """What is wrong with what is seen of a capture that was changed, `before` of it as it was."""
    whole = order and not dropped
    wanted, found = before.values.get(MESSAGE, set()), seen.values.get(MESSAGE, set())
    if len(wanted) != 1 or found != (wanted if whole else set()):
        yield f"message {found}, not {wanted}"
    if USER not in seen.values:
        yield "what came before is lost"
    late = seen.frames.get(LATE, [])
    if late != ([] if order or dropped else [CUT_FRAME + 1]):
        yield f"out of order, said in frames {late}"
    gaps = seen.frames.get(GAP, [])
    helps = any("not decrypted" in text and ORDER in text for text in seen.values.get(WORDS, ()))
    if whole and gaps:
        yield f"gaps in frames {gaps}, though nothing is lost"
    if not order and (not gaps or gaps[0] != CUT_FRAME + 2):
        yield f"gaps in frames {gaps}, not from {CUT_FRAME + 2} on"
    if dropped and two_pass and len(gaps) < 2:  # known when the capture has ended
        yield f"gaps in frames {gaps}: not in the connection and in the dialogue"
    if helps != (not order):
        yield f"{ORDER} is named wrongly: {seen.values.get(WORDS)}"
    if GAP in before.frames or LATE in before.frames:
        yield "something is called lost in the capture as it was"


def run(shark, arguments):
    root = pathlib.Path(arguments[0])
    bad, compared = [], 0
    for name in NAMES:
        capture = root / name / "capture.pcap"
        log = ["-o", f"tls.keylog_file:{shark.copy(root / name / 'keys.log')}"]
        for two_pass in (False, True):
            before = Seen(shark, capture, two_pass, log)
            for dropped, order in ((False, True), (False, False), (True, True)):
                path = shark.outbox / f"{name}-{'dropped' if dropped else 'reordered'}.pcap"
                path.write_bytes(cut(capture.read_bytes(), CUT_FRAME, dropped))
                shark.give(path)
                seen = Seen(shark, path, two_pass, [*log, "-o", f"{ORDER}:{str(order).upper()}"])
                bad += [f"{path.name}, {ORDER} {order}{' -2' if two_pass else ''}: {one}"
                        for one in judge(before, seen, order, dropped, two_pass)]
                compared += 1
    print(*bad, sep="\n")
    print(f"Wireshark {shark.version}: {compared} runs, {len(bad)} wrong")
    return 1 if bad or compared != 18 else 0


if __name__ == "__main__":
    sys.exit(harness.main(run))
