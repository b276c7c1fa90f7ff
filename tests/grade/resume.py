#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""A grading that is killed, or interrupted, and gone on with leaves the same bytes as one that was not; and the progress
bar is seen on a terminal only. Usage: resume.py PROGRAM plain|sanitized"""
import gzip
import json
import os
import pathlib
import pty
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest
import zipfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
LOGIN = (ROOT / "captures" / "smtp-login" / "capture.pcap").read_bytes()
POP = (ROOT / "captures" / "pop3-delete" / "capture.pcap").read_bytes()
PROGRAM = pathlib.Path(sys.argv[1]).resolve()

LAB = """[assignment]
title = Mail
[question user]
title = User
fact = auth.username
expect = erin@example.com
[question lines]
oddity = bare-newline
match = absent
"""
PLAIN = sys.argv[2] == "plain"
STUDENTS = 24
KINDS = ("work", "class.zip") if PLAIN else ("work",)


def tree(folder):
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def children(process):
    with open("/proc/%d/task/%d/children" % (process, process)) as file:
        return [int(word) for word in file.read().split()]


def is_there(process):
    try:
        with open("/proc/%d/stat" % process) as file:
            return file.read().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


class Resume(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        """A class each of whom takes some hundredths of a second, as a folder and as an archive."""
        cls.folder = pathlib.Path(tempfile.mkdtemp(prefix="mailscope-resume-"))
        (cls.folder / "lab.ini").write_text(LAB)
        work = cls.folder / "work"
        work.mkdir()
        slow = gzip.compress(LOGIN + bytes(8 << 20 if PLAIN else 1 << 20), 1)
        for i in range(STUDENTS):
            path = work / ("s%02d.pcap.gz" % i)
            path.write_bytes(gzip.compress(POP) if i % 7 == 6 else slow)
        (work / "broken.pcap").write_bytes(b"no capture")
        with zipfile.ZipFile(cls.folder / "class.zip", "w") as archive:
            for path in sorted(work.iterdir()):
                archive.write(path, path.name)
        cls.whole = {}
        for name in KINDS:
            cls.run_grade(name, "whole-" + name)
            cls.whole[name] = tree(cls.folder / ("whole-" + name))

    @classmethod
    def tearDownClass(cls):
        shutil.rmtree(cls.folder)

    @classmethod
    def words(cls, submissions, out, *options):
        return [PROGRAM, "grade", cls.folder / "lab.ini", cls.folder / submissions, "-o", cls.folder / out, *options]

    @classmethod
    def run_grade(cls, submissions, out, *options, status=0):
        done = subprocess.run(cls.words(submissions, out, *options), capture_output=True, text=True, timeout=120)
        assert done.returncode == status, (done.returncode, done.stderr)
        return re.sub(r"^mailscope: '[^']*': \d+ students?(; [^\n]*)?\n\Z", "", done.stderr, flags=re.M)

    def begin(self, submissions, out, lines, *options):
        """Grades until so many lines are in the journal."""
        process = subprocess.Popen(self.words(submissions, out, "-j2", *options), stderr=subprocess.PIPE)
        journal = self.folder / out / "unfinished.ndjson"
        until = time.monotonic() + 60
        while not (journal.exists() and journal.read_bytes().count(b"\n") > lines):
            self.assertIsNone(process.poll(), "too fast to be killed")
            self.assertLess(time.monotonic(), until)
            time.sleep(0.002)
        return process

    def test_killed(self):
        for submissions in KINDS:
            out = "killed-" + submissions
            for lines in (3, 12):
                process = self.begin(submissions, out, lines, "--resume")
                workers = children(process.pid)
                process.kill()
                process.communicate()
                until = time.monotonic() + 10
                while any(map(is_there, workers)) and time.monotonic() < until:
                    time.sleep(0.01)
                self.assertFalse(any(map(is_there, workers)), "workers outlive the program")
                left = tree(self.folder / out)
                self.assertEqual(list(left), ["unfinished.ndjson"])
                self.assertLess(left["unfinished.ndjson"].count(b"\n"), STUDENTS)
            with open(self.folder / out / "unfinished.ndjson", "ab") as journal:
                journal.write(b'{"key":"s23","result":"{\\"points\\":9')  # cut by a full disk, say
            self.assertEqual(self.run_grade(submissions, out, "--resume", "-j3"), "")
            self.assertEqual(tree(self.folder / out), self.whole[submissions])
            self.assertIn("nothing is left to be done", self.run_grade(submissions, out, "--resume"))
            self.assertEqual(tree(self.folder / out), self.whole[submissions])

    def test_interrupted(self):
        for number in (signal.SIGINT, signal.SIGTERM):
            out = "interrupted-%d" % number
            process = self.begin("work", out, 5)
            process.send_signal(number)
            _, stderr = process.communicate(timeout=30)
            self.assertEqual(process.returncode, 3)
            self.assertIn(b"interrupted: --resume goes on", stderr)
            self.assertNotIn(b"problem", (self.folder / out / "unfinished.ndjson").read_bytes().replace(b'\\"problem', b""))
            self.assertIn("is there already; --resume goes on", self.run_grade("work", out, status=3))
            self.run_grade("work", out, "--resume")
            self.assertEqual(tree(self.folder / out), self.whole["work"])

    def test_journal_counts(self):
        """What the journal says is believed: so it was not graded again."""
        process = self.begin("work", "planted", 3)
        process.kill()
        process.communicate()
        path = self.folder / "planted" / "unfinished.ndjson"
        lines = path.read_bytes().splitlines(keepends=True)
        planted = json.dumps({"key": "s23", "problem": "planted"}).encode() + b"\n"
        path.write_bytes(lines[0] + planted)
        self.run_grade("work", "planted", "--resume")
        self.assertIn(b"not graded: planted", (self.folder / "planted" / "grades.csv").read_bytes())

    def test_other_grading(self):
        process = self.begin("work", "other", 3)
        process.kill()
        process.communicate()
        before = tree(self.folder / "other")
        said = "graded from other files"
        self.assertIn(said, self.run_grade("class.zip", "other", "--resume", status=3))
        self.assertIn(said, self.run_grade("work", "other", "--resume", "--limit", "grade-seconds=5", status=3))
        (self.folder / "lab.ini").write_text(LAB + "points = 3\n")
        self.assertIn(said, self.run_grade("work", "other", "--resume", status=3))
        (self.folder / "lab.ini").write_text(LAB)
        self.assertEqual(tree(self.folder / "other"), before)
        (self.folder / "empty").mkdir()
        self.assertIn("nothing to go on with", self.run_grade("work", "empty", "--resume", status=3))
        self.run_grade("work", "other", "--resume", "--overwrite", status=2)
        self.run_grade("work", "other", "--overwrite")
        self.assertEqual(tree(self.folder / "other"), self.whole["work"])

    def test_progress(self):
        """Two of four take a second each, and are stopped then."""
        work = self.folder / "slow"
        work.mkdir()
        endless = gzip.compress(LOGIN[:24]) + gzip.compress(bytes(1 << 26), 9) * 64
        for i in range(4):
            (work / ("s%d.pcap.gz" % i)).write_bytes(endless if i > 1 else gzip.compress(LOGIN))
        try:
            main, side = pty.openpty()
        except OSError as error:
            self.skipTest(str(error))
        process = subprocess.Popen(self.words("slow", "progress", "-j1", "--limit", "grade-seconds=1"), stderr=side,
                                   stdout=subprocess.PIPE, env={**os.environ, "TERM": "xterm"})
        os.close(side)
        drawn = b""
        try:
            while True:
                read = os.read(main, 65536)
                if not read:
                    break
                drawn += read
        except OSError:
            pass
        self.assertEqual(process.communicate()[0], b"")
        self.assertEqual(process.returncode, 0)
        rows = re.findall(rb"\r\x1b\[K\[([#.]{20})\] (\d+) of 4, (\d+:\d\d:\d\d) left", drawn)
        self.assertGreater(len(rows), 0, drawn)
        counts = [int(row[1]) for row in rows]
        self.assertEqual(counts, sorted(counts))
        drawn, _, summary = drawn.rpartition(b"\r\x1b[K")  # the bar is gone before the last line
        self.assertRegex(summary, rb"^mailscope: '[^']*': 4 students; 2 with a problem, see class.html\r\n$")
        for data in tree(self.folder / "progress").values():
            self.assertNotIn(b"\x1b", data)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
