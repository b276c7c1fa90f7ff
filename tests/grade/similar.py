#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Who copied, as `grade` reports it: copies planted in a class are found with their evidence, and students at one
machine, behind one address, at one server, with one model text are not. Usage: similar.py PROGRAM"""
import json
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

import packets

PROGRAM = pathlib.Path(sys.argv[1]).resolve()
CLASS = 48
ASSIGNMENT = "[assignment]\ntitle = Own\n[question quit]\nfact = smtp.quit_code\nexpect = 221\n"
# What is done to the capture of the first to make that of the second, and the traits that must show it.
DAY = 86400 * 1000000
PLANTED = {
    "identical": (lambda one, own: one, {"file", "flow", "segment", "clock", "timing", "queue-id", "message-id"}),
    "later": (lambda one, own: packets.restamp(one, 3 * DAY + 12345), {"flow", "segment", "clock", "timing"}),
    "hardware": (lambda one, own: packets.rehardware(one, b"\2abcde", b"\2fghij"), {"flow", "segment", "timing"}),
    "address": (lambda one, own: packets.readdress(packets.restamp(one, DAY), b"\x0a\1\2\3", b"\xcb\0\x71\1"),
                {"flow", "segment", "ids", "message-id"}),
    "swapped-order": (lambda one, own: packets.readdress(one, b"\xfe\1\2\3", b"\1\0\x71\1"), {"flow", "segment", "timing"}),
    "cut": (lambda one, own: one[6:24], {"segment", "clock", "timing"}),
    "cut-begin": (lambda one, own: one[:14], {"flow", "segment"}),
    "merged": (lambda one, own: packets.merge(own, packets.restamp(one, own[4].time_us + 7 - one[4].time_us)),
               {"flow", "segment", "timing"}),
    "numbers": (lambda one, own: packets.resequence(packets.restamp(one, DAY), 7654321, 1234567), {"clock", "timing"}),
    "all": (lambda one, own: packets.rehardware(packets.readdress(packets.resequence(
        packets.restamp(one, DAY), 99, 98765), b"\x0a\1\2\3", b"\xcb\0\x71\1"), b"\2abcde", b"\2fghij"), {"clock", "timing"}),
}


class Similar(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="mailscope-similar-"))
        self.addCleanup(shutil.rmtree, self.folder)
        self.work = self.folder / "work"
        (self.folder / "lab.ini").write_text(ASSIGNMENT)
        (self.folder / "class.csv").write_text("id\n" + "".join(f"s{n:03d}\n" for n in range(CLASS)))
        self.run_program("make", "--roster", self.folder / "class.csv", "-o", self.work, "--seed", "like")
        (self.work / "key.ndjson").unlink()
        (self.work / "nonces.csv").unlink()

    def run_program(self, *words):
        done = subprocess.run([PROGRAM, *map(str, words)], capture_output=True, text=True, timeout=120)
        self.assertEqual(done.returncode, 0, done.stderr)

    def report(self, *words):
        out = self.folder / "out"
        self.run_program("grade", self.folder / "lab.ini", self.work, "-o", out, "--overwrite", *words)
        self.markdown = (out / "similarity.md").read_text()
        self.assertNotIn("fingerprint", (out / "results.ndjson").read_text())
        return json.loads((out / "similarity.json").read_text())

    def frames(self, n):
        return packets.read((self.work / f"s{n:03d}.pcap").read_bytes())

    def write(self, n, frames, **metadata):
        path = self.work / f"s{n:03d}.pcap"
        path.write_bytes(packets.pcapng(frames, **metadata) if metadata else packets.pcap(frames))

    def test_planted(self):
        expected = {}
        for i, (name, (change, traits)) in enumerate(PLANTED.items()):
            own = self.frames(2 * i + 1)
            self.write(2 * i + 1, change(self.frames(2 * i), own))
            expected[f"s{2 * i:03d}", f"s{2 * i + 1:03d}"] = name, traits
        report = self.report("-j", "2")
        found = {tuple(cluster["students"]): cluster for cluster in report["clusters"]}
        self.assertEqual(sorted(found), sorted(expected))
        for pair, (name, traits) in expected.items():
            shown = {row["trait"]: row for row in found[pair]["traits"]}
            self.assertLessEqual(traits, set(shown), name)
            for row in shown.values():
                self.assertEqual(row["submissions"], 2, name)
                for example in row["examples"]:
                    self.assertEqual([place["student"] for place in example["where"]], list(pair), name)
            self.assertIn(f"`{pair[0]}`, `{pair[1]}`", self.markdown)
        self.assertEqual((report["submissions"], report["compared"]), (CLASS, CLASS))
        alone = self.folder / "out" / "similarity.json"
        before = alone.read_bytes()
        self.report("-j", "1")
        self.assertEqual(alone.read_bytes(), before)

    def test_evidence(self):
        """The frames that are named hold the numbers that are named."""
        self.write(1, packets.restamp(self.frames(0), DAY)[1:])
        cluster, = self.report()["clusters"]
        rows = {row["trait"]: row for row in cluster["traits"]}
        self.assertNotIn("flow", rows)
        for example in rows["segment"]["examples"]:
            numbers = {bytes(self.frames(int(place["student"][1:]))[place["frame"] - 1].data[38:46])
                       for place in example["where"]}
            self.assertEqual(len(numbers), 1)
            self.assertEqual(len({place["frame"] for place in example["where"]}), 2)

    def test_honest(self):
        """One machine after the other, one address for all (NAT), one program, one server; nothing random is shared."""
        for n in range(0, 24):
            frames = packets.rehardware(packets.readdress(self.frames(n), b"\xc0\xa8\1\x17", b"\xcb\0\x71\7"),
                                        b"\2lab07", b"\2route")
            self.write(n, frames, section=[(2, "Lab PC 7"), (3, "Linux 6.1"), (4, "Dumpcap 4.0.17")],
                       interface=[(2, "eth0"), (12, "Linux 6.1")])
        report = self.report()
        self.assertEqual(report["clusters"], [])
        shared = {row["trait"]: row["submissions"] for row in report["common"]}
        self.assertEqual({name: shared[name] for name in ("mac", "address", "machine")},
                         {"mac": 24, "address": 24, "machine": CLASS})  # all have one snapshot length
        self.assertEqual(report["edited"], [])

    def test_handed_out(self):
        """A capture that most of the class hand in is worth nothing; that of a few is."""
        for n in range(1, 30):
            self.write(n, self.frames(0))
        self.write(41, self.frames(40))
        report = self.report()
        self.assertEqual([cluster["students"] for cluster in report["clusters"]], [["s040", "s041"]])
        self.assertIn(("file", 30), [(row["trait"], row["submissions"]) for row in report["common"]])

    def test_group(self):
        """A copy of a copy: one cluster; the file of which all are parts has most."""
        whole = self.frames(0)
        for n, frames in ((3, whole[:20]), (9, whole[4:26]), (20, packets.restamp(whole, DAY))):
            self.write(n, frames)
        cluster, = self.report()["clusters"]
        self.assertEqual(cluster["students"], ["s000", "s003", "s009", "s020"])
        self.assertEqual(max(row["submissions"] for row in cluster["traits"]), 4)

    def test_edited(self):
        late = self.frames(4)
        late[5:8], late[9:12] = late[9:12], late[5:8]
        flipped = self.frames(5)
        for frame in flipped:
            if frame.data[-2:] == b"\r\n":
                frame.data[-4] ^= 1
        offloaded = self.frames(6)
        up = bytes(offloaded[0].data[26:30])
        for frame in offloaded:
            if bytes(frame.data[26:30]) == up:
                tcp, end = frame.tcp, 14 + int.from_bytes(frame.data[16:18], "big")
                sums = packets.checksum(frame.data[26:34] + bytes((0, 6)) + (end - tcp).to_bytes(2, "big"))
                frame.data[tcp + 16:tcp + 18] = bytes(0xff ^ byte for byte in sums)
                frame.data[24:26] = b"\0\0"
        taken = self.frames(7)
        del taken[9:13]
        snapped = self.frames(8)
        for frame in snapped:
            del frame.data[200:]
        bare = []
        for frame in self.frames(9):
            new = frame.copy()
            payload = bytes(new.data[new.tcp + (new.data[new.tcp + 12] >> 4) * 4:])
            new.data = new.data[:new.tcp + 20] + payload
            new.data[new.tcp + 12] = 5 << 4
            new.data[16:18] = (len(new.data) - 14).to_bytes(2, "big")
            new.data[18:20] = b"\0\1"
            bare.append(new.fix())
        expected = {
            "s001": ("program", lambda: self.write(1, self.frames(1), section=[(4, "Editcap (Wireshark) 4.0")])),
            "s002": ("ip-checksum", lambda: self.write(2, packets.readdress(self.frames(2), b"\x0a\1\2\3", b"\xcb\0\x71\1", False))),
            "s003": ("date", lambda: self.write(3, packets.restamp(self.frames(3), 40 * DAY))),
            "s004": ("time-backwards", lambda: self.write(4, late)),
            "s005": ("tcp-checksum", lambda: self.write(5, flipped)),
            "s006": (None, lambda: self.write(6, offloaded)),
            "s007": ("unseen-bytes", lambda: self.write(7, taken)),
            "s008": ("cut-frames", lambda: self.write(8, snapped)),
            "s009": ("bare", lambda: self.write(9, bare)),
        }
        for _, write in expected.values():
            write()
        report = self.report()
        found = {row["student"]: {sign["sign"]: sign for sign in row["signs"]} for row in report["edited"]}
        for student, (sign, _) in expected.items():
            if sign:
                self.assertIn(sign, found.get(student, {}), student)
        self.assertEqual(sorted(found), sorted(student for student, (sign, _) in expected.items() if sign))
        self.assertEqual(found["s003"]["date"]["detail"], "40 days")
        self.assertEqual(report["signs"]["program"], 1)
        self.assertEqual(report["clusters"], [])

    def test_answers_and_rubbish(self):
        for n in range(10):
            (self.work / f"s{n:03d}.pcap").write_bytes(b"" if n % 2 else b"\xd4\xc3\xb2\xa1" + bytes(range(256)))
        self.write(11, self.frames(10), section=[(1, "`code` <b>\x1b[31m| x"), (4, "A" * 60000)])
        report = self.report()
        self.assertEqual(len(report["clusters"]), 2)  # five times one bad file, and the copy; empty files are not alike
        self.assertNotIn("\x1b", self.markdown)
        (self.folder / "lab.ini").write_text("[assignment]\ntitle = x\nkind = answers\n[question a]\nexpect = 1\n")
        self.run_program("grade", self.folder / "lab.ini", self.work, "-o", self.folder / "answers")
        self.assertFalse((self.folder / "answers" / "similarity.json").exists())


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
