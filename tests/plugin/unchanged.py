#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""What Wireshark says by itself stays as it is: `tshark -V` with the plugin, its own tree taken
out, is `tshark -V` without it, in one pass and with -2. What the plugin offers outside its tree
(words in the Info column, help with odd ports) is switched off here, its expert notes are part of
its tree.

Usage: unchanged.py PLUGIN FOLDER...
"""
import difflib
import os
import re
import sys

import shark as harness

SECONDS = int(os.environ.get("MS_SECONDS", 15))  # for all folders but the first; the matrix takes all
EVERY = 1 if "MS_SECONDS" in os.environ else 3  # one capture in so many is also read with -2
MINIMUM = 80  # outputs that hold a tree of the plugin
TREE = "Mailscope"
PROTOCOLS = re.compile(r"(\[Protocols in frame: .*?)(:mailscope)+\]")


def without_tree(text):
    """The output without the plugin's tree, and whether there was one."""
    kept, inside, found = [], False, False
    for line in text.split("\n"):
        if line.startswith(TREE):
            inside = found = True
        elif inside and not line.startswith(" "):
            inside = False
        if not inside:
            kept.append(PROTOCOLS.sub(r"\1]", line))
    return kept, found


def compare(shark, capture, two_pass):
    """How the outputs differ, and whether the plugin had a tree."""
    plain = shark.read(capture, "-V", two_pass=two_pass, plugin=False).split("\n")
    ours, tree = without_tree(shark.read(capture, *harness.QUIET, "-V", two_pass=two_pass))
    if ours == plain:
        return [], tree
    return [f"{capture}{' -2' if two_pass else ''}:"] + list(difflib.unified_diff(
        plain, ours, "without", "with", n=1, lineterm=""))[:12], tree


def run(shark, folders):
    compared, trees, differ, left_out = 0, 0, 0, 0
    for folder in folders:
        jobs = [(path, two) for number, path in enumerate(harness.captures_in(folder))
                for two in (False, True) if not two or number % EVERY == 0]
        for done in harness.in_turn(lambda job: compare(shark, *job), jobs,
                                    None if folder == folders[0] else SECONDS):
            if done is None:
                left_out += 1
                continue
            compared += 1
            trees += done[1]
            differ += bool(done[0])
            if done[0] and differ <= 10:
                print(*done[0], sep="\n")
    if left_out:
        print(f"time is up: {left_out} outputs are left out")
    print(f"Wireshark {shark.version}: {compared} outputs compared, {trees} with a tree of ours, "
          f"{differ} differ")
    return 1 if differ or trees < MINIMUM else 0


if __name__ == "__main__":
    sys.exit(harness.main(run))
