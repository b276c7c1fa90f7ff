#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The ways in which a class hands in: archives as learning platforms name them, archives in them, lists, and answers
together with the capture they are about. Hostile archives cost whoever handed them in.
Usage: handed.py PROGRAM plain|sanitized"""
import csv
import gzip
import io
import json
import os
import pathlib
import re
import shutil
import struct
import subprocess
import sys
import tarfile
import tempfile
import unittest
import zipfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
LOGIN = (ROOT / "captures" / "smtp-login" / "capture.pcap").read_bytes()
POP = (ROOT / "captures" / "pop3-delete" / "capture.pcap").read_bytes()
PROGRAM = pathlib.Path(sys.argv[1]).resolve()
PLAIN = sys.argv[2] == "plain"

CAPTURES = """[assignment]
title = Mail
[question user]
title = User
fact = auth.username
expect = erin@example.com
points = 2
"""

OWN = """[assignment]
title = What does your capture show?
kind = own
[require quit]
title = You say QUIT
fact = smtp.quit_code
expect = 221
[question user]
title = User
fact = auth.username
near = 0.5 base64
points = 2
[question client]
title = Client
fact = session.client
near = 0.25 swapped server
[question server]
title = Server
fact = session.server
[question mails]
title = How many mails
fact = message.subject
match = count
[question recipients]
title = Recipients
fact = smtp.rcpt_to
match = set
[question reset]
title = Is there a bare newline?
oddity = bare-newline
match = absent
"""


def packed(files, compression=zipfile.ZIP_DEFLATED):
    """A zip of names and bytes."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", compression) as archive:
        for name, data in files:
            archive.writestr(zipfile.ZipInfo(name) if isinstance(name, str) else name, data, compression)
    return out.getvalue()


def tarred(files, mode):
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode=mode) as archive:
        for name, data in files:
            entry = name if isinstance(name, tarfile.TarInfo) else tarfile.TarInfo(name)
            entry.size = len(data)
            archive.addfile(entry, io.BytesIO(data))
    return out.getvalue()


def encrypted(name, data):
    """A zip that says of itself that it is encrypted."""
    raw = bytearray(packed([(name, data)], zipfile.ZIP_STORED))
    raw[6] |= 1
    central = raw.rindex(b"PK\1\2")
    raw[central + 8] |= 1
    return bytes(raw)


class Handed(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="mailscope-handed-"))
        self.addCleanup(shutil.rmtree, self.folder)
        self.temporary = self.folder / "tmp"
        self.temporary.mkdir()
        self.runs = 0

    def run_grade(self, assignment, submissions, *options, status=0):
        (self.folder / "lab.ini").write_text(assignment)
        self.runs += 1
        out = self.folder / ("out%d" % self.runs)
        done = subprocess.run([PROGRAM, "grade", self.folder / "lab.ini", submissions, "-o", out, *map(str, options)],
                              capture_output=True, text=True, timeout=120, cwd=self.folder,
                              env={**os.environ, "TMPDIR": str(self.temporary)})
        self.assertEqual(done.returncode, status, done.stderr)
        self.assertEqual(list(self.temporary.iterdir()), [])
        summary = re.compile(rf"^mailscope: '{re.escape(str(out))}': \d+ students?(; [^\n]*)?\n\Z", re.M)
        self.assertEqual(len(summary.findall(done.stderr)), 1 if status == 0 else 0, done.stderr)
        return out, summary.sub("", done.stderr)

    def grade(self, assignment, submissions, *options):
        out, said = self.run_grade(assignment, submissions, *options)
        self.assertEqual(said, "")
        text = (out / "grades.csv").read_bytes().decode()
        return {row["id"]: row for row in csv.DictReader(text.splitlines(), strict=True)}

    def put(self, name, data):
        path = self.folder / name
        path.write_bytes(data)
        return path

    def roster(self):
        return self.put("roster.csv", "id,name,email\n1001,Ada King,ada@x\n4711,Bob Weir,bob7@x\n55,Zoë O'Neil,z@x\n"
                        .encode())

    def points(self, rows):
        return {id: float(row["points"]) for id, row in rows.items()}

    def test_platforms(self):
        moodle = [("Ada King_4711_assignsubmission_file/x.pcap", LOGIN),
                  ("Bob Weir_1001_assignsubmission_file/deep/y.pcap", POP),
                  ("Zoë O'Neil_7_assignsubmission_file_z.pcap", LOGIN)]
        canvas = [("kingada_LATE_1001_66_x.pcap", LOGIN), ("weirbob_9_67_y.pcap", POP), ("oneilzoë_55_68_z.pcap", LOGIN)]
        blackboard = [("Lab 1_1001_attempt_2026-11-01-10-00-00_x.pcap", LOGIN),
                      ("Lab 1_1001_attempt_2026-11-01-10-00-00.txt", b"Name: Ada"),
                      ("Lab 1_bob7_attempt_2026-11-01-10-00-00_y.pcap", POP),
                      ("Lab 1_55_attempt_2026-11-02-10-00-00_z.pcap", LOGIN)]
        expected = {"1001": 2.0, "4711": 0.0, "55": 2.0}
        ways = 0
        for files in (moodle, canvas, blackboard):
            folder = self.folder / ("folder%d" % ways)
            for name, data in files:
                (folder / name).parent.mkdir(parents=True, exist_ok=True)
                (folder / name).write_bytes(data)
            within = [("class 7/" + name, data) for name, data in files]
            for submissions in (folder, self.put("a.zip", packed(files)), self.put("b.zip", packed(within)),
                                self.put("c.tar", tarred(files, "w:")), self.put("d.tar.gz", tarred(files, "w:gz")),
                                self.put("e.tar.xz", tarred(within, "w:xz")), self.put("f.tar.bz2", tarred(files, "w:bz2"))):
                rows = self.grade(CAPTURES, submissions, "--roster", self.roster())
                self.assertEqual(self.points(rows), expected, submissions)
                self.assertEqual({row["name"] for row in rows.values()}, {"Ada King", "Bob Weir", "Zoë O'Neil"})
                ways += 1
        self.assertEqual(ways, 21)

    def test_same_bytes(self):
        files = [("s%02d.pcap" % i, LOGIN if i % 3 else POP) for i in range(30)]
        archive = self.put("class.zip", packed(files))
        trees = []
        for jobs in ("1", "7"):
            out, _ = self.run_grade(CAPTURES, archive, "-j", jobs)
            trees.append({path.name: path.read_bytes() for path in out.rglob("*") if path.is_file()})
        self.assertGreaterEqual(len(trees[0]), 32)
        self.assertEqual(trees[0], trees[1])

    def test_students_archives(self):
        """Whatever a student packs, the others are graded; what is wrong is said."""
        bomb = packed([("x.pcap", LOGIN[:24] + bytes(300 << 20))])
        link = tarfile.TarInfo("x.pcap")
        link.type = tarfile.SYMTYPE
        link.linkname = "/etc/passwd"
        damaged = bytearray(packed([("x.pcap", LOGIN)]))
        damaged[60:90] = bytes(30)
        rows = [
            ("good", "zip", packed([("lab/x.pcap", LOGIN), ("notes.txt", b"hello")]), 2, None),
            ("packed", "tar.gz", tarred([("x.pcap", LOGIN)], "w:gz"), 2, None),
            ("two", "zip", packed([("a.pcap", POP), ("b.pcap", LOGIN)]), 2, None),
            ("compressed", "zip", packed([("a.pcap.gz", gzip.compress(LOGIN))]), 2, None),
            ("up", "zip", packed([("../../../up.pcap", LOGIN)]), 2, None),
            ("root", "zip", packed([("/etc/root.pcap", LOGIN)]), 2, None),
            ("mac", "zip", packed([("__MACOSX/._x.pcap", b"junk"), ("x.pcap", LOGIN)]), 2, None),
            ("bad", "zip", bytes(damaged), 0, "damaged"),
            ("cut", "zip", packed([("x.pcap", LOGIN)])[:100], 0, "damaged"),
            ("none", "zip", packed([]), 0, "no capture was handed in"),
            ("empty", "zip", b"", 0, "empty"),
            ("noise", "zip", bytes(range(256)) * 9, 0, "damaged"),
            ("locked", "zip", encrypted("x.pcap", LOGIN), 0, "encrypted"),
            ("links", "tar", tarred([(link, b"")], "w:"), 0, "no capture was handed in"),
            ("deep", "zip", packed([("in.zip", packed([("x.pcap", LOGIN)]))]), 0, "no capture was handed in"),
            ("many", "zip", packed([("%d.c" % i, b"") for i in range(10001)]), 0, "more than 10000 files"),
            ("bomb", "zip", bomb, 0, "very much more"),
        ]
        work = self.folder / "work"
        work.mkdir()
        for name, ending, data, _, _ in rows:
            (work / (name + "." + ending)).write_bytes(data)
        (work / "fifo.pcap").touch()
        os.unlink(work / "fifo.pcap")
        os.mkfifo(work / "fifo.pcap")
        whole = self.put("class.zip", packed([(name + "." + ending, data) for name, ending, data, _, _ in rows]))
        for submissions, extra in ((work, 1), (whole, 0)):
            found = self.grade(CAPTURES, submissions)
            self.assertEqual(len(found), len(rows) + extra)
            for name, _, _, points, remark in rows:
                self.assertEqual(float(found[name]["points"]), points, (name, found[name]["remark"]))
                self.assertIn(remark or "", found[name]["remark"], name)
                self.assertEqual(found[name]["remark"] == "", remark is None, name)
        self.assertFalse((self.folder / "up.pcap").exists() or (self.folder.parent / "up.pcap").exists())
        self.assertEqual(len(rows), 17)

    def test_bombs_in_the_class(self):
        bomb = LOGIN[:24] + bytes(64 << 20)
        whole = self.put("class.zip", packed([("bomb.pcap", bomb), ("good.pcap", LOGIN)]))
        rows = self.grade(CAPTURES, whole)
        self.assertEqual(self.points(rows), {"bomb": 0, "good": 2})
        self.assertIn("unpacks to very much more", rows["bomb"]["remark"])
        rows = self.grade(CAPTURES, self.put("class.tar.xz", tarred([("bomb.pcap", bomb), ("good.pcap", LOGIN)], "w:xz")))
        self.assertEqual(self.points(rows), {"bomb": 0, "good": 2})
        rows = self.grade(CAPTURES, whole, "--limit", "grade-file-bytes=100000")
        self.assertIn("more than 100000 bytes unpacked", rows["bomb"]["remark"])
        for limit, said in (("grade-archive-entries=1", "more than 1 files are in it"),
                            ("grade-unpacked-bytes=3000000", "more than 3000000 bytes are in it")):
            out, stderr = self.run_grade(CAPTURES, whole, "--limit", limit, status=3)
            self.assertIn(said, stderr)
            self.assertEqual(stderr.count("\n"), 1)
            self.assertFalse(out.exists())

    def test_damaged_class(self):
        good = packed([("a.pcap", LOGIN), ("b.pcap", POP)])
        for name, data in (("cut.zip", good[:-30]), ("noise.zip", os.urandom(5000)), ("empty.zip", b""),
                           ("cut.tar.gz", tarred([("a.pcap", LOGIN)], "w:gz")[:300]), ("x.pcap", LOGIN),
                           ("half.tar.gz", tarred([("a.pcap", LOGIN)], "w:gz")[:-40])):
            out, stderr = self.run_grade(CAPTURES, self.put(name, data), status=3)
            self.assertIn("cannot read the submissions", stderr)
            self.assertEqual(stderr.count("\n"), 1, stderr)
            self.assertFalse(out.exists())

    def test_lists(self):
        (self.folder / "files").mkdir()
        (self.folder / "files" / "a.pcap").write_bytes(LOGIN)
        (self.folder / "files" / "b.zip").write_bytes(packed([("x.pcap", LOGIN)]))
        os.symlink(self.folder / "files" / "a.pcap", self.folder / "files" / "link.pcap")
        lines = [{"id": "ada", "name": "Ada King", "email": "ada@x", "file": "files/a.pcap"},
                 {"id": "bob", "files": ["files/b.zip"]}, {"id": "cy", "file": str(self.folder / "files" / "a.pcap")},
                 {"id": "dee"}, {"id": "eve", "file": "files/link.pcap"}, {"id": "fay", "file": "nonsuch.pcap"}]
        path = self.put("list.ndjson", "\n\n".join(map(json.dumps, lines)).encode())
        rows = self.grade(CAPTURES, path)
        self.assertEqual(self.points(rows), {"ada": 2, "bob": 2, "cy": 2, "dee": 0, "eve": 0, "fay": 0})
        self.assertEqual(rows["ada"]["email"], "ada@x")
        for id, remark in (("dee", "no capture"), ("eve", "it is a link"), ("fay", "No such file")):
            self.assertIn(remark, rows[id]["remark"])
        answers = CAPTURES.replace("title = Mail", "title = Mail\nkind = answers")
        lines = [{"id": "ada", "answers": {"user": "Erin@Example.com"}}, {"id": "bob", "answers": {"1": "bob"}}]
        rows = self.grade(answers, self.put("list.jsonl", "\n".join(map(json.dumps, lines)).encode()))
        self.assertEqual(self.points(rows), {"ada": 2, "bob": 0})
        for text, said in ((b'{"id":"a"}\n{"id":""}\n', ":2: no 'id'"), (b'{"id":"a","fil":"x"}', ":1: 'fil' is not known"),
                           (b"[1]\n", ":1: no object"), (b"\n\n{", ":3: no JSON"), (b'{"id":1}', ":1: 'id' is no text"),
                           (b'{"id":"a","files":[1]}', ":1: 'files' is no list"),
                           (b'{"id":"a","answers":[]}', ":1: 'answers' is no object"),
                           (b'{"id":"a","id":"b"}', ":1: no JSON: duplicate")):
            out, stderr = self.run_grade(answers, self.put("bad.ndjson", text), status=3)
            self.assertIn(said, stderr)
            self.assertFalse(out.exists())

    def test_own(self):
        right = {"user": "erin@example.com", "client": "192.0.2.25", "server": "198.51.100.10", "mails": "1",
                 "recipients": "frank@example.net", "reset": "no"}
        facts = json.loads(subprocess.run([PROGRAM, "show", "--json", ROOT / "captures" / "smtp-login" / "capture.pcap"],
                                          capture_output=True, check=True).stdout.splitlines()[0])
        text = json.dumps(facts)
        for value in (right["user"], right["client"], right["server"]):
            self.assertIn(value, text)
        recipients = [fact["value"] for fact in facts["facts"] if fact["key"] == "smtp.rcpt_to"]
        right["recipients"] = ", ".join(recipients)
        right["mails"] = str(sum(fact["key"] == "message.subject" for fact in facts["facts"]))

        def answers(**changed):
            return json.dumps({**right, **changed}).encode()
        files = [("right/a.pcap", LOGIN), ("right/a.json", answers()),
                 ("coded/a.pcap", LOGIN), ("coded/a.json", answers(user="ZXJpbkBleGFtcGxlLmNvbQ==")),
                 ("turned/a.pcap", LOGIN), ("turned/a.json", answers(client=right["server"], server=right["client"])),
                 ("count/a.pcap", LOGIN), ("count/a.json", answers(mails="5")),
                 ("sees/a.pcap", LOGIN), ("sees/a.json", answers(reset="yes")),
                 ("alone/a.pcap", LOGIN), ("silent/a.json", answers()),
                 ("pop/a.pcap", POP), ("pop/a.json", answers()),
                 ("zipped.zip", packed([("a.pcap", LOGIN), ("a.json", answers())]))]
        rows = self.grade(OWN, self.put("class.zip", packed(files)))
        self.assertEqual(self.points(rows), {"right": 7, "coded": 6, "turned": 5.25, "count": 6, "sees": 6, "alone": 0,
                                             "silent": 0, "pop": 0, "zipped": 7})
        self.assertIn("no file of answers", rows["alone"]["remark"])
        self.assertIn("no capture was handed in", rows["silent"]["remark"])
        self.assertIn("required, but not so", rows["pop"]["remark"])
        for wrong, said in (("fact = auth.username", "expect = x"), ("fact = session.client", "match = regex")):
            text = OWN.replace(wrong, wrong + "\n" + said)
            _, stderr = self.run_grade(text, self.folder / "class.zip", status=2)
            self.assertIn("with kind = own", stderr)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
