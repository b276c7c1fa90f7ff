#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The plugin in a Wireshark that stays open (sharkd): captures are opened one after another,
their frames looked at in any order, as in the window. Each frame must always show the same tree,
what is highlighted must be the bytes that the fact quotes, nothing of an earlier capture may be
left, and memory must not grow with each opening.

Usage: clicks.py PLUGIN CAPTURES
"""
import pathlib
import random
import sys

import shark as harness

MINIMUM = 1000  # facts whose bytes are looked at
OPENED = 24  # times that one capture is opened to see memory grow
PACKED = "mailscope.imap.compressed"
GROWTH = 200_000  # bytes for each opening; the facts of that capture take over 1 MB


def shown(window, frames):
    """{frame: text of the plugin's tree}, and the quotations in it: (count, wrong ones). Behind
    COMPRESS a fact cites the compressed bytes, which are no quotation."""
    trees, count, wrong, packed = {}, 0, [], None
    for number in frames:
        tree, sources = window.frame(number)
        if any(node.get("f", "").startswith(PACKED) for node in harness.nodes(tree)):
            packed = min(packed or number, number)
        trees[number] = [(node["l"], node.get("f"), node.get("h"), node.get("ds"))
                         for node in harness.nodes(tree)]
        for node in harness.nodes(tree):
            if "h" in node:
                harness.highlighted(node, sources)
            verdict = harness.is_quotation(node, sources)
            count += verdict is not None
            if verdict is False:
                wrong.append((number, f"frame {number}: {node['f']} is not "
                                      f"{harness.highlighted(node, sources)!r}"))
    return trees, count, [text for number, text in wrong if not packed or number <= packed]


def growth(shark, capture):
    """Bytes by which each opening of a capture grows memory, beyond what it does without the
    plugin: sharkd itself keeps several MB each time."""
    rates = {}
    for plugin in (False, True):
        with harness.Sharkd(shark, plugin) as window:
            sizes = []
            for _ in range(OPENED):
                window.load(capture)
                window.frame(8)
                sizes.append(window.memory())
        rates[plugin] = (sizes[-1] - sizes[OPENED // 3]) / (OPENED - 1 - OPENED // 3)
    return rates[True] - rates[False]


def merged(shark, captures):
    """All captures in one file, one after another."""
    target = shark.outbox / "merged.pcapng"
    shark.run("-a", "-w", target, *[shark.copy(path) for path in captures], program="mergecap")
    return target


def run(shark, arguments):
    captures = list(harness.captures_in(arguments[0]))
    order = random.Random(3)
    total, bad, first = 0, [], {}
    with harness.Sharkd(shark) as window:
        for turn in (1, 2):
            for path in order.sample(captures, len(captures)):
                window.load(path)
                frames = list(range(1, window.ask("status")["frames"] + 1))
                order.shuffle(frames)
                trees, count, wrong = shown(window, frames)
                total += count
                bad += [f"{path}: {one}" for one in wrong]
                if first.setdefault(path, trees) != trees:
                    bad.append(f"{path}: another tree when it is opened again")
    grown, tries = GROWTH + 1, 0
    while grown > GROWTH and tries < 3:  # what leaks does so every time, sharkd's own noise does not
        grown, tries = growth(shark, merged(shark, captures)), tries + 1
    if grown > GROWTH:
        bad.append(f"opening a capture costs {grown:.0f} bytes each time")
    print(*bad[:40], sep="\n")
    print(f"Wireshark {shark.version}: {len(captures)} captures opened twice, {total} facts looked "
          f"up in their bytes; memory grows by {grown:.0f} bytes an opening, {len(bad)} wrong")
    return 1 if bad or total < MINIMUM else 0


if __name__ == "__main__":
    sys.exit(harness.main(run))
