#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""parts.py - holds the parts of messages (types, names, sizes, SHA-256 of decoded contents) against the
truth about the shared captures. Usage: parts.py PROGRAM FOLDER. Exit status 77: no folder."""
import json
import pathlib
import subprocess
import sys

# Captures whose truth is argued: (capture, part from 0) and why.
ARGUED = {
    # The header goes on in a line without the blank it needs (`charset="utf-8"` alone). The truth ends the
    # header there, we pass the line over, as mail readers do: then the base64 below it is decoded.
    ("OISF+suricata-verify/tests__smtp-url-base64__smtp-url-b64.pcap", 0),
}
LEAST = 70  # parts compared; fewer means that something was left out


def messages(program, capture):
    """{sha256 of message: [facts of a part, ...]} of leaves, in order."""
    run = subprocess.run([program, "show", "--json", "--mime", capture], capture_output=True, check=False)
    found = {}
    for line in run.stdout.splitlines():
        facts = json.loads(line)["facts"]
        digests = {f["message"]: f["value"] for f in facts if f["key"] == "message.sha256"}
        for number, digest in digests.items():
            parts = {}
            for fact in facts:
                if fact["key"].startswith("part.") and fact["message"] == number:
                    parts.setdefault(fact["part"], {})[fact["key"][5:]] = fact["value"]
            found[digest] = [p for _, p in sorted(parts.items()) if "size" in p and p["type"] != "message/rfc822"]
    return found


def differences(capture, expected, found):
    if len(expected) != len(found):
        yield f"{capture}: {len(found)} parts, expected {len(expected)}"
        return
    for number, (want, part) in enumerate(zip(expected, found)):
        for key in ("type", "filename", "disposition", "size", "sha256"):
            if want.get(key) != part.get(key) and (capture, number) not in ARGUED:
                yield f"{capture}: part {number}: {key} is {part.get(key)!r}, expected {want.get(key)!r}"


def main():
    program, folder = sys.argv[1], pathlib.Path(sys.argv[2])
    truth = folder / "captures" / "truth.json"
    if not truth.exists():
        print(f"parts: skipped: no {truth}")
        return 77
    compared = wrong = 0
    for name, capture in sorted(json.loads(truth.read_text())["captures"].items()):
        wanted = [m for s in capture.get("sessions", [])
                  for m in s.get("transactions", []) + s.get("retrieved", []) + s.get("fetched_bodies", [])
                  if isinstance(m, dict) and m.get("parts") and m.get("sha256")]
        if not wanted:
            continue
        found = messages(program, str(folder / "captures" / name))
        for message in wanted:
            if message["sha256"] not in found:
                continue  # whether the message is there is asked by run.py
            compared += len(message["parts"])
            for text in differences(name, message["parts"], found[message["sha256"]]):
                print(text)
                wrong += 1
    print(f"parts: {compared} parts compared, {wrong} differences")
    return 1 if wrong or compared < LEAST else 0


sys.exit(main())
