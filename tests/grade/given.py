#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Each student gets a capture of his own from `make` and hands in answers about it; grading knows what is in it.
Usage: given.py PROGRAM"""
import csv
import json
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest
import zipfile

import jsonschema

PROGRAM = pathlib.Path(sys.argv[1]).resolve()
SCHEMA = pathlib.Path(__file__).resolve().parents[2] / "docs" / "results.schema.json"
LAB = """[assignment]
title = Your capture
kind = own
points = 4
[question user]
title = User
fact = auth.username
[question password]
title = Password
fact = auth.password
near = 0.5 base64
[question server]
title = Server
fact = session.server
near = 0.25 swapped client
[question client]
title = Client
fact = session.client
"""
FACTS = {"user": "auth.username", "password": "auth.password", "server": "session.server", "client": "session.client"}


class Given(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="mailscope-given-"))
        self.addCleanup(shutil.rmtree, self.folder)
        (self.folder / "class.csv").write_text("id,name,email\n" + "".join("s%02d,Student %d,s%d@x\n" % (i, i, i) for i in range(12)))
        self.run_program("make", "--roster", "class.csv", "--seed", "a test", "-o", "labs")
        (self.folder / "lab.ini").write_text(LAB)
        (self.folder / "work").mkdir()
        keys = [json.loads(line) for line in (self.folder / "labs" / "key.ndjson").read_text().splitlines()]
        self.key = {key["id"]: {question: key["facts"][fact][0] for question, fact in FACTS.items()} for key in keys}

    def run_program(self, *words, status=0):
        done = subprocess.run([PROGRAM, *words], cwd=self.folder, capture_output=True, text=True, timeout=120)
        self.assertEqual(done.returncode, status, done.stderr)
        return done.stderr

    def grades(self, *options):
        self.run_program("grade", "lab.ini", "work", "--roster", "class.csv", "--captures", "labs", "-o", "out", *options)
        with open(self.folder / "out" / "grades.csv", newline="") as file:
            return {row["id"]: row for row in csv.DictReader(file, strict=True)}

    def hand_in(self, student, answers):
        (self.folder / "work" / (student + ".json")).write_text(json.dumps(answers))

    def test_own_and_others(self):
        for student in self.key:
            self.hand_in(student, self.key[student])
        self.hand_in("s01", self.key["s02"])  # a neighbour's answers
        self.hand_in("s03", dict(self.key["s03"], client=self.key["s03"]["server"], server=self.key["s03"]["client"]))
        (self.folder / "work" / "s11.json").unlink()
        rows = self.grades()
        expected = {student: "4.00" for student in self.key}
        expected.update(s01="0.00", s03="2.25", s11="0.00")
        self.assertEqual({student: row["points"] for student, row in rows.items()}, expected)
        self.assertEqual(rows["s01"]["remark"], "")
        self.assertIn("no ", rows["s11"]["remark"])

    def test_nonce(self):
        """Nobody knows the nonce of another: a neighbour's capture is worth nothing."""
        lab = "[assignment]\ntitle = T\n[require own]\nfact = message.subject\nmatch = regex\nexpect = \\({nonce}\\)\n"
        (self.folder / "lab.ini").write_text(lab + "[question quit]\nfact = smtp.quit_code\nexpect = 221\n")
        self.run_program("make", "lab.ini", "--roster", "class.csv", "--seed", "a test", "-o", "own")
        for student in self.key:
            other = "s02" if student == "s01" else student
            shutil.copy(self.folder / "own" / (other + ".pcap"), self.folder / "work" / (student + ".pcap"))
        for roster, expected in ("own/nonces.csv", {"s01": "0.00"}), ("class.csv", dict.fromkeys(self.key, "0.00")):
            self.run_program("grade", "lab.ini", "work", "--roster", roster, "-o", "out", "--overwrite")
            with open(self.folder / "out" / "grades.csv", newline="") as file:
                points = {row["id"]: row["points"] for row in csv.DictReader(file, strict=True)}
            self.assertEqual(points, {**dict.fromkeys(self.key, "1.00"), **expected})

    def test_folder_of_make(self):
        """The folder that `make` wrote may be graded as it is: its key and nonces are nobody's work."""
        lab = "[assignment]\ntitle = T\n[question quit]\nfact = smtp.quit_code\nexpect = 221\n"
        (self.folder / "lab.ini").write_text(lab)
        self.run_program("make", "lab.ini", "--roster", "class.csv", "--seed", "a test", "-o", "own")
        for kind in "captures", "own", "answers":
            asked = lab.replace("title = T", "title = T\nkind = " + kind)
            (self.folder / "lab.ini").write_text(asked.replace("expect = 221\n", "") if kind == "own" else asked)
            self.run_program("grade", "lab.ini", "own", "-o", "out", "--overwrite")
            with open(self.folder / "out" / "grades.csv", newline="") as file:
                ids = [row["id"] for row in csv.DictReader(file, strict=True)]
            self.assertEqual(ids, sorted(self.key), kind)

    def test_reveal(self):
        """What is expected stands in the capture; it is shown with --reveal, a password only with --show-secrets."""
        self.hand_in("s00", {})
        user, password = self.key["s00"]["user"], self.key["s00"]["password"]
        for options, shown in ((), (False, False)), (("--reveal",), (True, False)), (("--reveal", "--show-secrets"), (True, True)):
            shutil.rmtree(self.folder / "out", ignore_errors=True)
            self.grades(*options)
            for name in "feedback/s00.md", "feedback/s00.html", "results.ndjson":
                text = (self.folder / "out" / name).read_text().replace("\\", "")
                self.assertEqual((user in text, password in text), shown, (name, options))
            for line in (self.folder / "out" / "results.ndjson").read_text().splitlines():
                jsonschema.validate(json.loads(line), json.loads(SCHEMA.read_text()))

    def test_captures_handed_in_do_not_count(self):
        other = (self.folder / "labs" / "s02.pcap").read_bytes()
        (self.folder / "work" / "s01").mkdir()
        (self.folder / "work" / "s01" / "mine.pcap").write_bytes(other)
        (self.folder / "work" / "s01" / "a.json").write_text(json.dumps(self.key["s02"]))
        with zipfile.ZipFile(self.folder / "work" / "s04.zip", "w") as packed:
            packed.writestr("mine.pcap", other)
            packed.writestr("a.json", json.dumps(self.key["s02"]))
        rows = self.grades()
        self.assertEqual((rows["s01"]["points"], rows["s04"]["points"]), ("0.00", "0.00"))

    def test_trouble(self):
        self.hand_in("s00", self.key["s00"])
        self.hand_in("s05", self.key["s05"])
        (self.folder / "labs" / "s05.pcap").unlink()
        rows = self.grades()
        self.assertEqual((rows["s00"]["points"], rows["s05"]["points"]), ("4.00", "0.00"))
        self.assertIn("the capture given to this student cannot be read", rows["s05"]["remark"])
        (self.folder / "other.ini").write_text(LAB.replace("kind = own", "kind = captures").replace("near", "# near").replace(
            "fact = ", "match = present\nfact = "))
        said = self.run_program("grade", "other.ini", "work", "--captures", "labs", "-o", "no", status=3)
        self.assertIn("--captures needs kind = own", said)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
