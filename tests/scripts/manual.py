#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Runs every command of the manual page's EXAMPLES in a folder that has the files they name: each must succeed, say
nothing on stderr, and print what it is there for. Usage: manual.py PROGRAM"""
import gzip
import json
import os
import pathlib
import re
import shutil
import struct
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
CAPTURES = ROOT / "captures"
EXAMPLES = re.compile(r'^\.SH EXAMPLES\n(.*?)^\.SH ', re.M | re.S)
COMMAND = re.compile(r"^\.TP\n\.B (.*)$", re.M)

# What the output of an example must hold: the first pattern that the command matches counts.
PRINTS = [
    (r"answer", r"\n5  How the disconnection is done\n"),
    (r"--redact", r"\*{8}"),
    (r"--json", r'^{"schema":'),
    (r"--joined", r"^Session 1 of ring_0001\.pcap and 1 more joined with it(?s:.*)227 bytes(?s:.*)frames of ring_0002\.pcap(?s:.*)221"),
    (r"\| mailscope -$", r"221"),
    (r"", r"."),
]


def split(data, first, second):
    """A capture (little-endian pcap) in two, as a capture with a ring of files writes it."""
    assert data[:4] == b"\xd4\xc3\xb2\xa1"
    at, records = 24, []
    while at < len(data):
        length = 16 + struct.unpack_from("<I", data, at + 8)[0]
        records.append(data[at:at + length])
        at += length
    half = len(records) // 2
    first.write_bytes(data[:24] + b"".join(records[:half]))
    second.write_bytes(data[:24] + b"".join(records[half:]))


def furnish(folder):
    """Makes the files that the examples name, and a tcpdump that captures at once."""
    plain = (CAPTURES / "smtp-plain" / "capture.pcap").read_bytes()
    (folder / "lab.pcap").write_bytes(plain)
    login = (CAPTURES / "smtp-login" / "capture.pcap").read_bytes()
    (folder / "lab.pcapng.gz").write_bytes(gzip.compress(login))
    (folder / "captures").mkdir()
    for name in ("smtp-two-mails", "lmtp"):
        shutil.copy(CAPTURES / name / "capture.pcap", folder / "captures" / (name + ".pcap"))
    split(plain, folder / "ring_0001.pcap", folder / "ring_0002.pcap")
    tcpdump = folder / "bin" / "tcpdump"
    tcpdump.parent.mkdir()
    tcpdump.write_text("#!/bin/sh\nexec cat lab.pcap\n")
    tcpdump.chmod(0o755)


def run(command, program, folder):
    env = dict(os.environ, PATH="%s:%s:%s" % (folder / "bin", program.parent, os.environ["PATH"]), LC_ALL="C.UTF-8")
    done = subprocess.run(["bash", "-o", "pipefail", "-c", command], cwd=folder, env=env, capture_output=True, text=True,
                          timeout=60)
    redirected = re.search(r"> (\S+)$", command)
    printed = (folder / redirected[1]).read_text() if redirected else done.stdout
    expected = next(pattern for words, pattern in PRINTS if re.search(words, command))
    if done.returncode or done.stderr:
        return "exit status %d, stderr: %s" % (done.returncode, done.stderr)
    if not re.search(expected, printed, re.M):
        return "prints nothing like %s:\n%s" % (expected, printed[:2000])
    if "--json" in command:
        for line in printed.splitlines():
            json.loads(line)
    return None


def main():
    program = pathlib.Path(sys.argv[1]).resolve()
    page = (ROOT / "docs" / "mailscope.1").read_text()
    commands = [text.replace("\\-", "-") for text in COMMAND.findall(EXAMPLES.search(page)[1])]
    wrong = 0
    with tempfile.TemporaryDirectory(prefix="mailscope-manual-") as name:
        folder = pathlib.Path(name)
        furnish(folder)
        for command in commands:
            problem = run(command, program, folder)
            if problem:
                wrong += 1
                print("%s: %s" % (command, problem))
    print("%d examples of the manual, %d wrong" % (len(commands), wrong))
    return 1 if wrong or len(commands) < 5 else 0


if __name__ == "__main__":
    sys.exit(main())
