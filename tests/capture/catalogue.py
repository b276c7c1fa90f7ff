#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Holds captures/README.md and the files beside each capture against the captures themselves:
every capture stands in the table with its SHA-256 and number of frames, is small, has its texts,
and its message.eml is what facts.json says was sent.

Usage: catalogue.py CAPTURES
"""
import hashlib
import json
import pathlib
import re
import struct
import sys

MINIMUM = 40  # captures; fewer would mean that this test looked in the wrong place
LARGEST = 100000  # bytes


def frames(data):
    """Frames in a pcap or pcapng file of this collection (little endian)."""
    count = 0
    if data[:4] == b"\x0a\x0d\x0d\x0a":
        offset = 0
        while offset < len(data):
            kind, length = struct.unpack_from("<II", data, offset)
            count += kind == 6
            offset += length
    else:
        offset = 24
        while offset < len(data):
            offset += 16 + struct.unpack_from("<I", data, offset + 8)[0]
            count += 1
    return count


def check(folder, row):
    """What is wrong with one folder, as a list of sentences."""
    found = sorted(folder.glob("capture.pcap*"))
    if len(found) != 1:
        return [f"{len(found)} captures"]
    data = found[0].read_bytes()
    wrong = []
    if row is None:
        wrong.append("not in the catalogue")
    elif (row[0], int(row[1]), row[2]) != (found[0].name, frames(data),
                                           hashlib.sha256(data).hexdigest()):
        wrong.append(f"the catalogue says {row}, there are {frames(data)} frames")
    if len(data) > LARGEST:
        wrong.append(f"{len(data)} bytes are too many")
    for name in ("README.md", "facts.json"):
        if not (folder / name).is_file():
            wrong.append(f"no {name}")
    sessions = json.loads((folder / "facts.json").read_text(encoding="utf-8"))["sessions"]
    hashes = {message.get("sha256") for one in sessions for message in one["messages"]}
    whole = all(message.get("complete") for one in sessions for message in one["messages"])
    for mail in folder.glob("message*.eml"):
        digest = hashlib.sha256(mail.read_bytes()).hexdigest()
        if whole and not any("tls" in one for one in sessions) and digest not in hashes:
            if not hashes <= {None}:
                wrong.append(f"{mail.name} is in no session")
    return wrong


def main():
    root = pathlib.Path(sys.argv[1])
    rows = {match[1]: match.groups()[1:] for match in re.finditer(
        r"^\| \[([\w-]+)/([\w.]+)\]\([^)]*\) \|.*\| (\d+) \| `(\w{64})` \|$",
        (root / "README.md").read_text(encoding="utf-8"), re.M)}
    folders = sorted(path.parent for path in root.glob("*/facts.json"))
    failed = 0
    for folder in folders:
        for sentence in check(folder, rows.get(folder.name)):
            print(f"{folder.name}: {sentence}")
            failed += 1
    for name in sorted(set(rows) - {folder.name for folder in folders}):
        print(f"{name}: in the catalogue only")
        failed += 1
    print(f"{len(folders)} captures checked, {failed} differences")
    return 1 if failed or len(folders) < MINIMUM else 0


if __name__ == "__main__":
    sys.exit(main())
