# SPDX-License-Identifier: GPL-2.0-or-later
"""Types a session into nc on a terminal as a person does: key by key, with pauses; what is wiped
out with the backspace key before Enter never leaves the terminal. With --raw each key is sent at
once, as some terminal programs do.   hand.py [--raw] SERVER PORT, the lines on standard input:
the character U+0008 in a line is the backspace key."""
import os
import pty
import random
import select
import sys
import termios
import time

raw = sys.argv[1] == "--raw"
server, port = sys.argv[-2:]
lines = sys.stdin.read().splitlines()
pid, terminal = pty.fork()
if pid == 0:
    os.execvp("nc", ["nc", "-C", server, port])
mode = termios.tcgetattr(terminal)
mode[3] &= ~termios.ECHO
if raw:
    mode[3] &= ~termios.ICANON
termios.tcsetattr(terminal, termios.TCSANOW, mode)
pause = random.Random(5)


def watch(seconds):
    """Shows what the server says meanwhile."""
    end = time.monotonic() + seconds
    while (left := end - time.monotonic()) > 0:
        if select.select([terminal], [], [], left)[0]:
            try:
                if not (text := os.read(terminal, 4096)):
                    return False
            except OSError:
                return False
            sys.stdout.write(text.decode(errors="replace"))
    return True


watch(1.0)
for line in lines:
    for key in line:
        os.write(terminal, b"\x7f" if key == "\b" else key.encode())
        watch(pause.uniform(0.02, 0.09))
    os.write(terminal, b"\n")
    if not watch(pause.uniform(0.3, 0.8)):
        break
watch(1.5)
os.close(terminal)
