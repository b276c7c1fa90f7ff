# SPDX-License-Identifier: GPL-2.0-or-later
"""Copies frames between two interfaces and swaps some: each third TCP segment with data is held
back until the next frame of its direction has passed, or 20 ms have."""
import select
import socket
import sys
import time


def has_data(frame):
    if frame[12:14] != b"\x08\x00" or frame[23] != 6:
        return False
    header = (frame[14] & 15) * 4
    return int.from_bytes(frame[16:18], "big") > header + (frame[14 + header + 12] >> 4) * 4


def main(near, far):
    sockets = []
    for name in (near, far):
        opened = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3))
        opened.bind((name, 0))
        sockets.append(opened)
    held = {}
    counts = {sockets[0]: 0, sockets[1]: 0}
    while True:
        ready = select.select(sockets, [], [], 0.005)[0]
        for source in ready:
            frame, address = source.recvfrom(65535)
            if address[2] == socket.PACKET_OUTGOING:
                continue
            target = sockets[1 - sockets.index(source)]
            if has_data(frame):
                counts[source] += 1
                if counts[source] % 3 == 0 and source not in held:
                    held[source] = (time.monotonic(), frame)
                    continue
            target.send(frame)
            if source in held:
                target.send(held.pop(source)[1])
        for source in [s for s in held if time.monotonic() - held[s][0] > 0.02]:
            sockets[1 - sockets.index(source)].send(held.pop(source)[1])


main(sys.argv[1], sys.argv[2])
