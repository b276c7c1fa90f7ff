#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""One truth: what `mailscope show --json` says of a capture is what the plugin shows in tshark,
fact by fact and oddity by oddity: session, key, value, frames and byte ranges.

* With -2 each frame shows exactly the facts that have bytes in it, the first of them highlighted;
  and each fact once, with all its ranges, on the frame with which it became known.
* In one pass a frame is drawn when it is read: there a fact is on the frame with which it became
  known, and on those of its frames that come later. What is known only when the capture has ended
  (marked so with -2) cannot be on any. All else must be there, and nothing that -2 does not show.

Usage: truth.py PLUGIN PROGRAM FOLDER...
"""
import collections
import sys

import shark as harness

MINIMUM = 15000  # facts that must be compared when captures/ and another folder are there
MINIMUM_OWN = 7500  # of captures/ alone
ONE_PASS = 0.9  # least share of the facts that one pass shows
MOST_REFUSED = 12  # captures that Wireshark does not open: of a kind or damage it does not know
# Captures that are read with the parts of messages too, and how many facts of parts they have.
PARTS = {"smtp-chunking": 7, "imap-parts": 7, "pop3-keep": 14, "whole-way": 24, "smtp-attachment": 19}
# What may differ, with its reason: (part of the capture's path, key, reason).
DIFFERENT = [
]


class Capture:
    """What program and plugin say of one capture; with `parts` also of the parts of messages, with
    -2 only."""

    def __init__(self, shark, program, types, path, parts=False):
        self.path, self.types, self.bad = path, types, []
        self.at_end = set()  # known for sure only when no more frames come
        self.facts = [self.even(fact) for session in harness.program_json(program, path, *["--mime"][:parts])
                      for fact in harness.program_facts(session)]
        options = ["-o", "mailscope.parts:TRUE"] if parts else []
        self.two = self.shown(shark, True, options)
        self.one = {} if parts else self.shown(shark, False, options)

    def even(self, fact):
        return fact._replace(value=harness.plain(self.types.get(fact.key, "string"), fact.value))

    def shown(self, shark, two_pass, options):
        """{frame: [(fact, highlighted bytes, whether it became known with another frame)]}"""
        frames = {}
        for number, tree in harness.pdml(shark, self.path, two_pass, options):
            for fact, element in harness.tree_facts(tree):
                elsewhere = element.find("field[@name='mailscope.known_in']") is not None
                if element.find("field[@name='mailscope.known_at_end']") is not None:
                    self.at_end.add(self.even(fact))
                frames.setdefault(number, []).append(
                    (self.even(fact), (int(element.get("pos")), int(element.get("size"))),
                     elsewhere))
        return frames

    def say(self, fact, words):
        for part, key, _ in DIFFERENT:
            if part in str(self.path) and key in (fact.key, "*"):
                return
        self.bad.append(f"{self.path}: {fact}: {words}")

    def compare(self):
        """With -2: all facts once at home with all their ranges, and in each frame with bytes of
        one those bytes."""
        home, here = collections.Counter(), collections.defaultdict(collections.Counter)
        for frame, rows in self.two.items():
            for fact, highlighted, elsewhere in rows:
                part = in_frame(fact, frame)
                if highlighted != (part.ranges[0][1:] if part.ranges else (0, 0)):
                    self.say(fact, f"highlighted in frame {frame}: {highlighted}")
                if not elsewhere:
                    home[fact] += 1
                if part.ranges:
                    here[frame][part] += 1
        expected = collections.defaultdict(collections.Counter)
        for fact in self.facts:
            for frame in {place[0] for place in fact.ranges}:
                expected[frame][in_frame(fact, frame)] += 1
        self.same(collections.Counter(self.facts), home, "the capture")
        for frame in expected.keys() | here.keys():
            self.same(expected[frame], here[frame], f"frame {frame}")
        return len(self.facts)

    def same(self, expected, found, where):
        for fact in expected - found:
            self.say(fact, f"not shown in {where}")
        for fact in found - expected:
            self.say(fact, f"shown in {where}, and not said by the program")

    def compare_one_pass(self):
        """In one pass: nothing that is not there with -2, and at home all that was known before the
        capture ended."""
        seen = collections.Counter()
        for frame, rows in self.one.items():
            there = collections.Counter(row[:2] for row in self.two.get(frame, []))
            for fact, _ in collections.Counter(row[:2] for row in rows) - there:
                self.say(fact, f"shown in frame {frame} in one pass only")
            seen.update(fact for fact, _, elsewhere in rows if not elsewhere)
        for fact in collections.Counter(self.facts) - seen:
            if fact not in self.at_end:
                self.say(fact, "not shown in one pass")
        return sum(min(count, seen[fact])
                   for fact, count in collections.Counter(self.facts).items())


def in_frame(fact, frame):
    """The fact with its ranges in one frame only."""
    return fact._replace(ranges=tuple(one for one in fact.ranges if one[0] == frame))


def run(shark, arguments):
    program, *folders = arguments
    types = harness.field_types(program)
    count, once, captures, bad, refused = 0, 0, 0, [], 0

    def one(job):
        path, captures = job
        try:
            capture = Capture(shark, program, types, path)
        except harness.Refused:
            try:
                shark.read(path, "-c", "1", plugin=False)
            except harness.Refused as why:
                print(f"Wireshark itself does not read {path.name}: {str(why).splitlines()[-1]}")
                return False
            raise
        return capture, capture.compare(), capture.compare_one_pass(), captures

    for name, least in PARTS.items():
        path = next((harness.pathlib.Path(folders[0]) / name).glob("capture.*"))
        capture = Capture(shark, program, types, path, parts=True)
        parts = sum(fact.key.startswith("part.") for fact in capture.facts)
        if parts < least:
            bad.append(f"{name}: only {parts} facts of parts")
        count += capture.compare()
        once += len(capture.facts)
        bad += capture.bad
    for folder in folders:
        for done in harness.in_turn(one, harness.together(shark, folder)):
            if not done:
                refused += 1
                continue
            captures += done[3]
            count += done[1]
            once += done[2]
            bad += done[0].bad
    print(*bad[:60], sep="\n")
    print(f"Wireshark {shark.version}: {captures} captures, {count} facts compared with -2, "
          f"{once} of them in one pass, {len(bad)} differ")
    several = sum(harness.pathlib.Path(folder).is_dir() for folder in folders) > 1
    if refused > MOST_REFUSED:
        print(f"too many captures that Wireshark does not read: {refused}")
        return 1
    enough = count >= (MINIMUM if several else MINIMUM_OWN) and once >= count * ONE_PASS
    return 0 if enough and not bad else 1


if __name__ == "__main__":
    sys.exit(harness.main(run))
