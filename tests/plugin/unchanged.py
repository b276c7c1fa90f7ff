#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""What Wireshark says by itself stays as it is: `tshark -V` with the plugin, its own tree taken
out, is `tshark -V` without it, in one pass and with -2. What the plugin offers outside its tree
(words in the Info column, help with odd ports) is switched off here, its expert notes are part of
its tree.

Usage: unchanged.py PLUGIN FOLDER...
"""
import difflib
import re
import sys

import shark as harness

MINIMUM = 5000  # trees of the plugin in all outputs
TREE = "Mailscope"
PROTOCOLS = re.compile(r"(\[Protocols in frame: .*?)(:mailscope)+\]")


def without_tree(text):
    """The output without the plugin's trees, and how many there were."""
    kept, inside, found = [], False, 0
    for line in text.split("\n"):
        if line.startswith(TREE):
            inside = True
            found += 1
        elif inside and not line.startswith(" "):
            inside = False
        if not inside:
            kept.append(PROTOCOLS.sub(r"\1]", line))
    return kept, found


def compare(shark, capture, two_pass):
    """How the outputs differ, and how many trees the plugin has in them."""
    try:
        plain = shark.read(capture, "-V", two_pass=two_pass, plugin=False).split("\n")
    except harness.Refused:
        return [], 0  # Wireshark itself does not read it
    ours, tree = without_tree(shark.read(capture, *harness.QUIET, "-V", two_pass=two_pass))
    if ours == plain:
        return [], tree
    return [f"{capture}{' -2' if two_pass else ''}:"] + list(difflib.unified_diff(
        plain, ours, "without", "with", n=1, lineterm=""))[:12], tree


def run(shark, folders):
    compared, trees, differ = 0, 0, 0
    for folder in folders:
        jobs = ((path, two) for path, _ in harness.together(shark, folder)
                for two in (False, True))
        for difference, found in harness.in_turn(lambda job: compare(shark, *job), jobs):
            compared += 1
            trees += found
            differ += bool(difference)
            if difference and differ <= 10:
                print(*difference, sep="\n")
    print(f"Wireshark {shark.version}: {compared} outputs compared, {trees} trees of ours in them, "
          f"{differ} differ")
    return 1 if differ or trees < MINIMUM else 0


if __name__ == "__main__":
    sys.exit(harness.main(run))
