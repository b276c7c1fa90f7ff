#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""TLS in segments out of order: one segment with encrypted bytes is cut in two, the second half is
captured first. With the preference that puts segments in order everything is found as before;
without it what follows is lost to decryption, and an expert item says so, on that very frame.

Usage: reordered.py PLUGIN CAPTURES
"""
import pathlib
import struct
import sys

import shark as harness

NAMES = ("smtp-starttls-tls12", "smtp-starttls-tls13", "smtp-implicit-tls")
ORDER = "tcp.reassemble_out_of_order"
CUT_FRAME = 23  # behind the login; its second half is frame 23 then, the first 24


def cut(data, number):
    """The capture with frame `number` cut in two segments, in the wrong order."""
    made, at, frame = data[:24], 24, 0
    while at < len(data):
        head, length = data[at:at + 8], struct.unpack_from("<I", data, at + 8)[0]
        packet = data[at + 16:at + 16 + length]
        at, frame = at + 16 + length, frame + 1
        parts = [packet]
        if frame == number:
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


def run(shark, arguments):
    root = pathlib.Path(arguments[0])
    bad, compared = [], 0
    for name in NAMES:
        capture = root / name / "capture.pcap"
        path = shark.outbox / f"{name}-reordered.pcap"
        path.write_bytes(cut(capture.read_bytes(), CUT_FRAME))
        shark.give(path)
        log = ["-o", f"tls.keylog_file:{shark.copy(root / name / 'keys.log')}"]
        for two_pass in (False, True):
            for order in ("TRUE", "FALSE"):
                where = f"{name}, {ORDER} {order}{' -2' if two_pass else ''}"
                options = [*log, "-o", f"{ORDER}:{order}"]

                def values(file, key):
                    rows = shark.fields(file, key, filter=key, two_pass=two_pass, options=options)
                    return {row[0] for row in rows}
                wanted = values(capture, "mailscope.message.sha256")
                found = values(path, "mailscope.message.sha256")
                if len(wanted) != 1 or found != (wanted if order == "TRUE" else set()):
                    bad.append(f"{where}: message {found}, not {wanted}")
                if not values(path, "mailscope.auth.username"):
                    bad.append(f"{where}: what came before is lost")
                late = shark.frames(path, "mailscope.tls.lost", two_pass, options)
                if late != ([] if order == "TRUE" else [CUT_FRAME + 1]):
                    bad.append(f"{where}: said in frames {late}")
                compared += 1
    print(*bad, sep="\n")
    print(f"Wireshark {shark.version}: {compared} runs, {len(bad)} wrong")
    return 1 if bad or compared != 12 else 0


if __name__ == "__main__":
    sys.exit(harness.main(run))
