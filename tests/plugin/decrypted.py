#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Captures with a key log: with the log, the plugin finds the facts that decrypted/NAME.json lists,
on the frames it names, in one pass and with -2, with the log as a file and inside a pcapng; and
what is highlighted in the decrypted bytes is what the fact quotes. Those lists were made from
Wireshark's own view of the records and the message the client was given. Without the log truth.py
holds the plugin to the program.

Usage: decrypted.py PLUGIN PROGRAM CAPTURES
"""
import json
import pathlib
import sys

import shark as harness

MINIMUM = 3  # captures
LISTS = pathlib.Path(__file__).resolve().parent / "decrypted"
MINIMUM_QUOTED = 60  # facts whose decrypted bytes are looked at
AT_THE_END = {"session.end"}  # known when the capture has ended
CLEAR = "mailscope.auth.cleartext"
FORBIDDEN = {"CRAM-MD5": "auth.password"}  # what such a login does not give away


def found_facts(shark, types, capture, two_pass, options):
    """(key, value, frame) of every fact shown, frames with something decrypted, and those said to
    hold credentials in clear text."""
    keys, decrypted, clear = {}, set(), set()
    for number, proto in harness.pdml(shark, capture, two_pass, options):
        names = {field.get("name") for field in proto.iter("field")}
        if "mailscope.decrypted" in names:
            decrypted.add(number)
        if CLEAR in names:
            clear.add(number)
        for fact, _ in harness.tree_facts(proto):
            value = harness.plain(types.get(fact.key, "string"), fact.value)
            keys.setdefault((fact.key, value), set()).add(number)
    return keys, decrypted, clear


def compare(where, types, found, wanted, two_pass):
    """In one pass a fact is on the frame with which it became known: that of its bytes or later."""
    bad = []
    for key, value, frame in wanted:
        if key in AT_THE_END and not two_pass:
            continue
        value = harness.plain(types.get(key, "string"), value)
        frames = found.get((key, value))
        if not frames:
            others = sorted(v for k, v in found if k == key)
            bad.append(f"{where}: no {key} {value!r}, but {others[:5]}")
        elif frame and (frame not in frames if two_pass else frame > max(frames)):
            bad.append(f"{where}: {key} {value!r} in frames {sorted(frames)}, not {frame}")
    for mechanism, key in FORBIDDEN.items():
        if ["auth.mechanism", mechanism] in [row[:2] for row in wanted]:
            bad += [f"{where}: {key} {v!r}" for k, v in found if k == key]
    return bad


def with_secrets(shark, capture, keys):
    """A pcapng that holds its key log."""
    target = shark.outbox / (capture.parent.name + ".pcapng")
    shark.run("--inject-secrets", f"tls,{shark.copy(keys)}", shark.copy(capture), target,
              program="editcap")
    return target


def quoted(shark, path):
    """How many facts quote the decrypted bytes that they highlight, and which do not."""
    count, bad = 0, []
    with harness.Sharkd(shark) as window:
        window.load(path)
        for number in range(1, window.ask("status")["frames"] + 1):
            trees, sources = window.frame(number)
            for node in harness.nodes(trees):
                if node.get("ds") and node["f"].startswith("mailscope."):
                    verdict = harness.is_quotation(node, sources)
                    count += verdict is not None
                    if verdict is False:
                        bad.append(f"{path.parent.name}, frame {number}: {node['f']} is not "
                                   f"{harness.highlighted(node, sources)!r}")
    return count, bad


def run(shark, arguments):
    program, root = arguments
    types = harness.field_types(program)
    bad, facts, captures, quotations = [], 0, 0, 0
    for path in sorted(LISTS.glob("*.json")):
        wanted = json.loads(path.read_text(encoding="utf-8"))
        folder = pathlib.Path(root) / path.stem
        capture = next(folder.glob("capture.pcap*"))
        log = ["-o", f"tls.keylog_file:{shark.copy(folder / 'keys.log')}"]
        inside = with_secrets(shark, capture, folder / "keys.log")
        captures += 1
        shark.prefer(tls__keylog_file=shark.copy(folder / "keys.log"))
        number, wrong = quoted(shark, capture)
        shark.prefer()
        quotations += number
        bad += wrong
        for name, file, options in (("key log", capture, log), ("secrets inside", inside, [])):
            for two_pass in (False, True):
                where = f"{path.stem}, {name}{' -2' if two_pass else ''}"
                found, decrypted, clear = found_facts(shark, types, file, two_pass, options)
                bad += compare(where, types, found, wanted, two_pass)
                facts += len(wanted)
                if not decrypted:
                    bad.append(f"{where}: nothing is marked as decrypted")
                if clear:
                    bad.append(f"{where}: said to be clear text: frames {clear}")
    print(*bad, sep="\n")
    print(f"Wireshark {shark.version}: {captures} captures, {facts} facts compared, {quotations} "
          f"looked up in the decrypted bytes, "
          f"{len(bad)} differ")
    enough = captures >= MINIMUM and quotations >= MINIMUM_QUOTED
    return 0 if enough and not bad else 1


if __name__ == "__main__":
    sys.exit(harness.main(run))
