# SPDX-License-Identifier: GPL-2.0-or-later
"""Sessions that no mail program holds on request: a dialogue given as Python, told to a socket.
A step is bytes to send, a number of seconds to wait, or one of the words in main().
  bare.py SERVER PORT STEPS [FROM-PORT]
The reply to each step is read before the next, unless a word says otherwise."""
import ast
import socket
import struct
import sys
import time


def reply(connection, lines):
    """Reads one reply, also of several lines; returns False at the end of the stream."""
    while True:
        line = lines.readline()
        sys.stdout.write(line.decode(errors="replace"))
        if not line:
            return False
        if line[3:4] != b"-":
            return True


def main(server, port, steps, from_port="0"):
    connection = socket.create_connection((server, int(port)), source_address=("", int(from_port)))
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    lines = connection.makefile("rb")
    wait = True
    for step in ast.literal_eval(steps):
        if isinstance(step, bytes):
            connection.sendall(step)
            if wait and not reply(connection, lines):
                break
        elif isinstance(step, (int, float)):
            time.sleep(step)
        elif step == "reply":
            reply(connection, lines)
        elif step == "silent":  # do not read replies from here on
            wait = False
        elif step == "polite":  # read them again
            wait = True
        elif step == "reset":  # close() sends RST instead of FIN
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        else:
            sys.exit(f"unknown step {step!r}")
    lines.close()
    connection.close()


main(*sys.argv[1:])
