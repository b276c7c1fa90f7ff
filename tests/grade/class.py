#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Grades classes made from captures/, with perturbed answers, planted bad files and hostile names, and holds every
grade against what was planted. Usage: class.py PROGRAM plain|sanitized"""
import csv
import gzip
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tarfile
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
LOGIN = ROOT / "captures" / "smtp-login" / "capture.pcap"
PROGRAM = pathlib.Path(sys.argv[1]).resolve()
PLAIN = sys.argv[2] == "plain"

ANSWERS = """[assignment]
title = Answers about a login
kind = answers
[question client]
title = Client
fact = session.client
expect = 192.0.2.25
near = 0.25 swapped server
[question server]
title = Server
fact = session.server
expect = 198.51.100.10
[question user]
title = User
fact = auth.username
expect = erin@example.com
near = 0.5 base64
hint = Look behind AUTH
points = 2
[question code]
title = Password
fact = auth.password
match = any-of
expect = swordfish-4711 | other
needs = user
"""

CAPTURES = """[assignment]
title = Your own client
points = 10
[require own]
title = A session of your own
fact = smtp.helo
match = regex
expect = ^{id}\\.
[question quit]
title = QUIT
fact = smtp.quit_code
expect = 221
points = 3
[question lines]
title = CRLF
oddity = bare-newline
match = absent
[question mails]
title = One mail
fact = message.subject
match = count
expect = 1
"""

# Answers in order, and what they are worth of 5 points (of 4 when the last one is skipped: then scaled to 5).
ROWS = [
    (["192.0.2.25", "198.51.100.10", "erin@example.com", "swordfish-4711"], 5.0),
    (["<192.0.2.25>", "198.51.100.10 ", "ERIN@EXAMPLE.COM", "OTHER"], 5.0),
    (["198.51.100.10", "192.0.2.25", "erin@example.com", "swordfish-4711"], 3.25),
    (["192.0.2.25", "198.51.100.10", "ZXJpbkBleGFtcGxlLmNvbQ==", "swordfish-4711"], 3.75),
    (["192.0.2.25", "198.51.100.10", "bob", "swordfish-4711"], 2.5),
    (["192.0.2.25", "", "", ""], 1.25),
    (["1", "2", "erin@example.com", "4"], 2.0),
]


def run(*words, status=0):
    done = subprocess.run([PROGRAM, "grade", *map(str, words)], capture_output=True, text=True, timeout=120)
    assert done.returncode == status, (done.returncode, done.stderr)
    return done


def tree(folder):
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


class Class(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="mailscope-class-"))
        self.addCleanup(shutil.rmtree, self.folder)
        self.work = self.folder / "work"
        self.work.mkdir()

    def grade(self, assignment, *options, name="out"):
        (self.folder / "lab.ini").write_text(assignment)
        run(self.folder / "lab.ini", self.work, "-o", self.folder / name, *options)
        text = (self.folder / name / "grades.csv").read_bytes().decode()
        return {row["id"]: row for row in csv.DictReader(text.splitlines(), strict=True)}

    def test_answers(self):
        expected = {}
        for i in range(28):
            answers, points = ROWS[i % len(ROWS)]
            student = "s%02d" % i
            form = i % 3
            if form == 0:
                (self.work / (student + ".txt")).write_text(
                    "".join("%d: %s\n" % (n + 1, answer) for n, answer in enumerate(answers)))
            elif form == 1:
                with open(self.work / (student + ".csv"), "w", newline="") as file:
                    csv.writer(file).writerows(zip(["client", "server", "user", "code"], answers))
            else:
                (self.work / student).mkdir()
                (self.work / student / "a.json").write_text(
                    json.dumps(dict(zip(["client", "server", "user", "code"], answers))))
            expected[student] = points
        (self.work / "bad.json").write_text("{" * 100000)
        (self.work / "binary.txt").write_bytes(bytes(range(256)))
        (self.work / "other.docx").write_bytes(b"x")
        os.symlink("/etc/passwd", self.work / "link.txt")
        (self.folder / "roster.csv").write_text("id;name;email\ns00;Ada =King;ada@x\ns99;Never Seen;n@x\n")
        rows = self.grade(ANSWERS, "--roster", self.folder / "roster.csv", "-j", "1")
        self.assertEqual(len(rows), 28 + 5)
        for student, points in expected.items():
            self.assertEqual(float(rows[student]["points"]), points, student)
            self.assertEqual(rows[student]["remark"], "", student)
        for student, remark in (("bad", "not a JSON object"), ("binary", "not UTF-8"), ("other", "no file of answers"),
                                ("link", "no file of answers"), ("s99", "no file of answers")):
            self.assertEqual(rows[student]["points"], "0.00", student)
            self.assertIn(remark, rows[student]["remark"])
        self.assertEqual(rows["s99"]["name"], "Never Seen")
        self.grade(ANSWERS, "--roster", self.folder / "roster.csv", "-j", "4", name="again")
        self.assertEqual(tree(self.folder / "out"), tree(self.folder / "again"))
        page = (self.folder / "out" / "feedback" / "s03.md").read_text()
        self.assertIn("**near**, 1.00 of 2.00 points: not decoded from base64", page)
        self.assertIn("Hint: Look behind AUTH", page)
        self.assertNotIn("erin", page)
        self.grade(ANSWERS, "--reveal", name="reveal")
        page = (self.folder / "reveal" / "feedback" / "s03.md").read_text()
        self.assertIn("erin", page)
        self.assertNotIn("swordfish", page)
        self.grade(ANSWERS, "--reveal", "--show-secrets", name="secrets")
        self.assertIn("swordfish", (self.folder / "secrets" / "feedback" / "s03.md").read_text())

    def test_captures(self):
        good = LOGIN.read_bytes()
        students = ["laptop"] + ["s%02d" % i for i in range(1, 4)]
        for student in students:
            (self.work / (student + ".pcap")).write_bytes(good)
        (self.work / "cut.pcap").write_bytes(good[:-7])
        (self.work / "noise.pcap").write_bytes(b"\xd4\xc3\xb2\xa1" + os.urandom(2000))
        (self.work / "empty.pcap").write_bytes(b"")
        (self.work / "zip.zip").write_bytes(b"PK\5\6" + bytes(18))
        rows = self.grade(CAPTURES)
        self.assertEqual({id: row["points"] for id, row in rows.items() if row["points"] != "0.00"}, {"laptop": "10.00"})
        self.assertEqual(len(rows), 8)
        self.assertEqual(rows["s01"]["remark"], "required, but not so: A session of your own")
        self.assertEqual((rows["s01"]["quit"], rows["s01"]["lines"]), ("3.00", "1.00"))
        for student in ("noise", "empty", "zip"): # nothing is absent from a capture that cannot be read
            self.assertEqual(rows[student]["lines"], "0.00", student)
            self.assertNotEqual(rows[student]["remark"], "", student)
        page = (self.folder / "out" / "feedback" / "laptop.md").read_text()
        self.assertRegex(page, r"\nWhere to look: frame (\d+); display filter: `frame\.number == \1`\n")

    def test_elsewhere(self):
        (self.work / "a.pcap").write_bytes(LOGIN.read_bytes())
        rows = self.grade(CAPTURES.replace("^{id}", "") + "[question second]\nfact = auth.username\nsession = 2\n"
                          "expect = erin@example.com\nnear = 0.5 elsewhere\n[question third]\nfact = auth.username\nsession = 2\n"
                          "expect = nobody\nnear = 0.5 elsewhere\n")
        self.assertEqual((rows["a"]["second"], rows["a"]["third"]), ("0.50", "0.00"))
        self.assertIn("right, but in another session or message", (self.folder / "out" / "feedback" / "a.md").read_text())

    def test_facts_of_messages(self):
        """What is said of a message only when it is taken apart is found without a question about parts too."""
        facts = {"from": "message.from_address", "title": "message.subject_decoded", "text": "message.text", "zone": "message.zone"}
        (self.work / "a.pcap").write_bytes(LOGIN.read_bytes())
        for name, fact in facts.items():
            lab = f"[assignment]\ntitle = T\n[question {name}]\nfact = {fact}\nmatch = present\n"
            self.assertEqual(self.grade(lab, name=name)["a"][name], "1.00", fact)

    def test_own_session(self):
        """What a neighbour's session in the same capture shows counts only where any session may show it."""
        data = [(ROOT / "captures" / name / "capture.pcap").read_bytes() for name in ("smtp-login", "smtp-pipelining")]
        for name, kept in ("laptop", data), ("other", data[1:]):
            for i, one in enumerate(kept):
                (self.work / f"{name}.{i}.pcap").write_bytes(one)
        question = "[question %s]\nfact = message.subject\nmatch = count\nexpect = %d\n%s"
        tls = "[question tls]\nfact = tls.started\nmatch = absent\nsession = own\n"
        lab = "[assignment]\ntitle = T\n[require own]\nfact = auth.username\nexpect = erin@example.com\n"
        rows = self.grade(lab + question % ("mine", 1, "session = own\n") + question % ("all", 2, "") + tls)
        self.assertEqual([rows["laptop"][key] for key in ("mine", "all", "tls")], ["1.00"] * 3)
        self.assertEqual([rows["other"][key] for key in ("mine", "all", "tls")], ["0.00"] * 3)
        self.assertIn("in a session of your own", (self.folder / "out" / "feedback" / "laptop.html").read_text())
        (self.folder / "lab.ini").write_text("[assignment]\ntitle = T\n" + tls)
        self.assertIn("session = own is for questions", run("--check", self.folder / "lab.ini", status=1).stderr)

    def test_platform_names(self):
        good = LOGIN.read_bytes()
        (self.work / "Laptop User_4711_assignsubmission_file").mkdir()
        (self.work / "Laptop User_4711_assignsubmission_file" / "x.pcap").write_bytes(good)
        (self.work / "kingada_LATE_55_66_mine.pcap").write_bytes(good)
        (self.work / "Lab_bob7_attempt_2026-11-01-10-00-00_x.pcap").write_bytes(good)
        (self.folder / "roster.csv").write_text("id,name,email\nlaptop,Laptop User,l@x\na1,Ada King,ada@x\nbob7,Bob,b@x\n")
        rows = self.grade(CAPTURES, "--roster", self.folder / "roster.csv")
        self.assertEqual(sorted(rows), ["a1", "bob7", "laptop"])
        self.assertEqual(rows["laptop"]["points"], "10.00")

    def test_hostile_names(self):
        names = ["=cmd()", "@x", "<script>alert(1)</script>", "..", "\x1b[31mred", "a\nb", "-rf", "x" * 200]
        for i, name in enumerate(names):
            if name != "..":
                (self.work / (name.replace("/", "\u2215") + ".txt")).write_text("1: 192.0.2.25\n")
        self.grade(ANSWERS)
        text = (self.folder / "out" / "grades.csv").read_bytes().decode()
        self.assertNotIn("\x1b", text)
        rows = list(csv.reader(text.splitlines(keepends=True), strict=True))
        self.assertEqual(len(rows), 8)
        for row in rows:
            for cell in row:
                self.assertFalse(cell[:1] and cell[0] in "=+-@\t\r", cell)
        for name, data in tree(self.folder / "out" / "feedback").items():
            self.assertRegex(name, r"^[A-Za-z0-9_.-]+\.(md|html)$")
            self.assertNotIn(b"<script", data)
            self.assertNotIn(b"\x1b", data)
        self.assertEqual(len(list((self.folder / "out" / "feedback").iterdir())), 14)

    def test_limits(self):
        for i in range(3):
            shutil.copy(LOGIN, self.work / ("laptop.%d.pcap" % i))
        zeros = gzip.compress(bytes(1 << 26), 9) # a bomb: after the header, 4 GB of empty frames
        (self.work / "long.pcap.gz").write_bytes(gzip.compress(LOGIN.read_bytes()[:24]) + zeros * 64)
        rows = self.grade(CAPTURES, "--limit", "grade-seconds=1")
        self.assertIn("not graded: took longer than 1 seconds", rows["long"]["remark"])
        self.assertEqual(rows["laptop"]["points"], "10.00")
        if PLAIN:
            rows = self.grade(CAPTURES, "--limit", "grade-memory-bytes=1000000", name="small")
            self.assertIn("not graded", rows["laptop"]["remark"])

    def test_where_to_look(self):
        """Of answers it is not known where their values are, unless the assignment says so."""
        (self.work / "a.txt").write_text("client: 192.0.2.9\nserver: 198.51.100.10\n")
        lab = ANSWERS.replace("expect = 192.0.2.25\n", "expect = 192.0.2.25\nwhere = 4, 6-9, 0, 8-7\n")
        self.grade(lab)
        page = (self.folder / "out" / "feedback" / "a.md").read_text()
        self.assertEqual(page.count("Where to look: frames 4, 6-9; display filter: `frame.number in {4, 6..9}`"), 1)
        self.assertIn("frames 4, 6-9<br>", (self.folder / "out" / "feedback" / "a.html").read_text())
        (self.folder / "lab.ini").write_text(CAPTURES.replace("points = 3\n", "where = 4\n"))
        self.assertIn("where goes with kind = answers", run("--check", self.folder / "lab.ini", status=1).stderr)

    def test_summary(self):
        """A line for the teacher, also when all went well."""
        folder = self.folder / "summary"
        (folder / "work").mkdir(parents=True)
        (folder / "work" / "ann.pcap").write_bytes(LOGIN.read_bytes())
        (folder / "work" / "bob.pcap").write_bytes(b"no capture")
        (folder / "roster.csv").write_text("id\nann\nbob\ncid\n")
        (folder / "lab.ini").write_text("[assignment]\ntitle = x\n[question q]\nfact = smtp.quit_code\nexpect = 221\n")
        for options, said in (([], "2 students; 1 with a problem, see class.html"),
                              (["--roster", folder / "roster.csv"],
                               "3 students; 1 with a problem, see class.html; 1 handed in nothing")):
            out = folder / f"out{len(options)}"
            done = run(folder / "lab.ini", folder / "work", "-o", out, *options)
            self.assertEqual(done.stderr, f"mailscope: '{out}': {said}\n")

    def test_lavish_limits(self):
        """As many seconds and bytes as can be written are no reason not to grade."""
        (self.folder / "lavish.ini").write_text("[assignment]\ntitle = x\n[question q]\nfact = smtp.quit_code\nexpect = 221\n")
        work = self.folder / "lavish-work"
        work.mkdir()
        (work / "ann.pcap").write_bytes(LOGIN.read_bytes())
        with tarfile.open(self.folder / "lavish.tar", "w") as archive:
            archive.add(work / "ann.pcap", "ann.pcap")
        most = [word for name in ("grade-seconds", "grade-memory-bytes", "grade-unpack-seconds", "grade-output-bytes")
                for word in ("--limit", f"{name}={2**64 - 1}")]
        for number, given in enumerate((work, self.folder / "lavish.tar")):
            out = self.folder / f"lavish{number}"
            run(self.folder / "lavish.ini", given, "-o", out, *most)
            self.assertIn("\nann,ann,,1.00,1.00,,", (out / "grades.csv").read_text())

    def test_init_and_check(self):
        asked = run("--init", LOGIN).stdout
        (self.folder / "lab.ini").write_text(asked)
        self.assertIn("expect = erin@example.com\n", asked)
        self.assertIn("near = 0.5 header s1-from | 0.75 line\nwhere = ", asked)
        self.assertIn("client and server swapped: s1-server-ip", run("--check", self.folder / "lab.ini").stdout)
        (self.folder / "bad.ini").write_text(asked.replace("kind", "kint"))
        self.assertIn("bad.ini:4: unknown key 'kint'; is 'kind' meant?", run("--check", self.folder / "bad.ini", status=1).stderr)
        run(self.folder / "bad.ini", self.work, "-o", self.folder / "out", status=2)
        run("--init", ROOT / "README.md", status=3)
        tried = run("--init", ROOT / "captures" / "smtp-wrong-password" / "capture.pcap").stdout
        self.assertIn('\nexpect = p%40ss=w/rd+"quoted" \\\\back\n', tried)  # not the one refused before it
        refused = run("--init", ROOT / "captures" / "pop3-wrong-password" / "capture.pcap").stdout
        self.assertIn("\nexpect = correct horse battery staple\n", refused)
        run(self.folder / "lab.ini", self.work, "-o", self.work, status=3)
        run(self.folder / "lab.ini", self.folder / "nonsuch", "-o", self.folder / "out", status=3)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
