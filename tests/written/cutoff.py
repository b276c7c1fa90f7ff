#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Every capture, told in single bytes, stops in the middle of something: what is said of the part must be said of the
whole. Usage: cutoff.py PROGRAM FOLDER [CUTS]      (every *.pcap below FOLDER; CUTS: for each capture, 25)"""
import collections
import pathlib
import sys
import tempfile

import retold

# Said of a session or message as far as it is there; more of it may say more.
SUMMARY = {"session.end", "session.end_by", "session.role", "session.role_reason", "session.protocol", "session.server_first",
           "session.client_first", "message.complete", "message.size", "message.sha256", "message.missing", "message.outcome",
           "message.sent", "auth.outcome", "auth.encoded", "pop3.fate", "pop3.mode", "smtp.rcpt_outcome", "imap.whole"}
PARTLY = {"imap-parts": {"message.header", "message.subject"}}  # its message is fetched in parts, cut in mid-line
LEAST = 3200  # facts compared over captures/ for each of the CUTS


def allowed(fact, whole, name):
    ends, key, value = fact
    if key == "imap.fetch":  # what a response holds: as much as there is of it
        return any(other[:2] == (ends, key) and other[2].startswith(value + " ") for other in whole)
    return key in SUMMARY or key in PARTLY.get(name, ())


def main():
    program, root = sys.argv[1], pathlib.Path(sys.argv[2])
    cuts = int(sys.argv[3]) if len(sys.argv) > 3 else 25
    compared, wrong = 0, collections.Counter()
    with tempfile.TemporaryDirectory(prefix="mailscope-cutoff-") as name:
        for path in sorted(root.rglob("*.pcap")):
            frames = retold.read(path)
            if not frames:
                continue
            frames = list(retold.pieces(frames, 1))
            step = max(1, len(frames) // cuts)
            ends = range(1 + len(path.parent.name) % step, len(frames), step)
            files = [pathlib.Path(name) / "whole.pcap"] + [pathlib.Path(name) / ("%d.pcap" % end) for end in ends]
            for end, file in zip([len(frames), *ends], files):
                retold.write(file, frames[:end])
            whole, *parts = retold.facts(program, files)
            for end, part in zip(ends, parts):
                compared += sum(part.values())
                for fact in part - whole:
                    if not allowed(fact, whole, path.parent.name):
                        wrong["%s, %d bytes or frames: %s" % (path.relative_to(root), end, fact[1:])] += 1
            for file in files:
                file.unlink()
    print("\n".join(wrong))
    print("%d facts compared, %d wrong" % (compared, len(wrong)))
    return 1 if wrong or compared < LEAST * cuts else 0


if __name__ == "__main__":
    sys.exit(main())
