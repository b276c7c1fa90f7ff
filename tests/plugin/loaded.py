#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The plugin is loaded, by an unprivileged user, and every fact of `mailscope fields` is a display
filter field of a fitting type.

Usage: loaded.py PLUGIN PROGRAM
"""
import subprocess
import sys

import shark as harness

TYPES = {"string": ["FT_STRING", "FT_STRINGZ"], "uint": ["FT_UINT16", "FT_UINT32", "FT_UINT64"],
         "bool": ["FT_BOOLEAN"], "time": ["FT_ABSOLUTE_TIME"],
         "address": ["FT_IPv4"], "bytes": ["FT_BYTES", "FT_STRING"]}
MINIMUM = 50  # fields


def run(shark, arguments):
    listed = subprocess.run([arguments[0], "fields"], capture_output=True, text=True, check=True)
    wanted = dict(line.split()[:2] for line in listed.stdout.splitlines())
    there, protocols = {}, set()
    for line in shark.run("-G", "fields").split("\n"):
        row = line.split("\t")
        if row[0] == "F" and row[2].startswith("mailscope"):
            there.setdefault(row[2], set()).add(row[3])
        elif row[0] == "P":
            protocols.add(row[2])
    bad = []
    if "mailscope" not in protocols:
        bad.append("no protocol mailscope")
    for key, kind in wanted.items():
        types = there.get(f"mailscope.{key}")
        if not types:
            bad.append(f"no field mailscope.{key}")
        elif kind == "address" and there.get(f"mailscope.{key}6") != {"FT_IPv6"}:
            bad.append(f"no field mailscope.{key}6 for IPv6")
        elif not types <= set(TYPES[kind]):
            bad.append(f"mailscope.{key} is {sorted(types)}, a fact of type {kind}")
    print(*bad, sep="\n")
    print(f"Wireshark {shark.version}: {len(wanted)} facts, {len(there)} fields, {len(bad)} wrong")
    return 1 if bad or len(wanted) < MINIMUM else 0


if __name__ == "__main__":
    sys.exit(harness.main(run))
