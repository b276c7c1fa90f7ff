#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Every file that `mailscope grade` writes, read as its importer reads it, of a class whose names, titles and answers
want to be formulas, markup and commands for a terminal; the same bytes whatever -j; and an autograder of Gradescope.
Usage: outputs.py PROGRAM [whole]     whole: setup.sh builds mailscope too (minutes)"""
import csv
import io
import json
import os
import pathlib
import re
import shutil
import stat
import subprocess
import sys
import tempfile
import unittest
import xml.etree.ElementTree as tree
import zipfile

import jsonschema

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "written"))
import wire  # noqa: E402

ROOT = pathlib.Path(__file__).resolve().parents[2]
PROGRAM = str(pathlib.Path(sys.argv[1]).resolve())
WHOLE = sys.argv[-1] == "whole"
LOGIN = ROOT / "captures" / "smtp-login" / "capture.pcap"
BAD = "<b>\x1b[31m\x07\x9b2J</b> ]]> & \"'\ufffe\U0001f600\u202e"
NAMES = ["=1+2", "+cmd", "-3+4", "@SUM(1)", "\t=5", "Ada, \"King\"", BAD, "<script>alert(1)</script>"]
LAB = f"""[assignment]
title = Lab {BAD}
points = 10
[require own]
title = Own {BAD}
fact = auth.username
expect = erin@example.com
[question quit]
title = =QUIT {BAD}
fact = smtp.quit_code
expect = 221
[question password]
title = Password
fact = auth.password
expect = other
hint = Look {BAD}
[question mail]
title = Subject
fact = message.subject
expect = x
needs = password
""".replace("\x1b", "").replace("\x07", "")  # an assignment holds no control characters
CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
# What the common schemas of JUnit XML allow: attributes, children in order.
JUNIT = {
    "testsuites": ({"name", "tests", "failures", "errors", "skipped", "time"}, ["testsuite"]),
    "testsuite": ({"name", "tests", "failures", "errors", "skipped", "time"}, ["properties", "testcase"]),
    "properties": (set(), ["property"]),
    "property": ({"name", "value"}, []),
    "testcase": ({"name", "classname", "time"}, ["skipped", "error", "failure"]),
    "failure": ({"message", "type"}, []), "error": ({"message", "type"}, []), "skipped": (set(), []),
}
TEXT_FORMAT = {"enum": ["text"]}
VISIBILITY = {"enum": ["hidden", "after_due_date", "after_published", "visible"]}
GRADESCOPE = {  # of its autograder specification
    "type": "object", "required": ["score", "tests"], "additionalProperties": False,
    "properties": {
        "score": {"type": "number"}, "execution_time": {"type": "number"}, "output": {"type": "string"},
        "output_format": TEXT_FORMAT, "visibility": VISIBILITY, "stdout_visibility": VISIBILITY,
        "tests": {"type": "array", "items": {
            "type": "object", "required": ["name", "output", "status"], "additionalProperties": False,
            "properties": {
                "score": {"type": "number", "minimum": 0}, "max_score": {"type": "number", "minimum": 0},
                "status": {"enum": ["passed", "failed"]}, "name": {"type": "string"}, "name_format": TEXT_FORMAT,
                "number": {"type": "string"}, "output": {"type": "string"}, "output_format": TEXT_FORMAT,
                "visibility": VISIBILITY}}}}}


def run(*words, status=0, **more):
    done = subprocess.run([PROGRAM, "grade", *map(str, words)], capture_output=True, text=True, timeout=100, **more)
    assert done.returncode == status, (done.returncode, done.stderr)
    return done


def files(folder):
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


class Folder(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="mailscope-outputs-"))
        self.addCleanup(shutil.rmtree, self.folder)
        (self.folder / "lab.ini").write_text(LAB)


class Outputs(Folder):
    def setUp(self):
        super().setUp()
        (self.folder / "work").mkdir()
        with open(self.folder / "class.csv", "w", newline="") as file:
            roster = csv.writer(file)
            roster.writerow(["id", "name", "email"])
            for i, name in enumerate(NAMES):
                roster.writerow(["%ss%d" % ("=" if i == 1 else "", i), name, "@s%d" % i])
        for i in range(6):
            (self.folder / "work" / ("s%d" % i)).mkdir()
            (self.folder / "work" / ("s%d" % i) / "=a.pcap").write_bytes(LOGIN.read_bytes()[:None if i != 2 else 3000])
        (self.folder / "work" / "s3" / "=a.pcap").write_bytes(b"no capture \x1b[31m<b>")
        (self.folder / "work" / "x\x1b[31m<b>\x9b.pcap").write_bytes(LOGIN.read_bytes())
        sheet = [["Identifier", "Full name", "Email address", "Grade", "Maximum grade", "Feedback comments"]]
        sheet += [["Participant 1%d" % i, name, "@s%d" % i, "", "10.00", ""] for i, name in enumerate(NAMES)]
        with open(self.folder / "moodle.csv", "w", newline="") as file:
            csv.writer(file).writerows(sheet)
        canvas = [["Student", "ID", "SIS Login ID", "Section", "Lab (1)"], ["    Points Possible", "", "", "", "10.00"]]
        canvas += [[name, str(i), "s%d" % i, "A", ""] for i, name in enumerate(NAMES)]
        with open(self.folder / "canvas.csv", "w", newline="") as file:
            csv.writer(file).writerows(canvas)

    def grade(self, *options, name="out"):
        return run(self.folder / "lab.ini", self.folder / "work", "-o", self.folder / name, "--roster",
                   self.folder / "class.csv", "--worksheet", self.folder / "moodle.csv", "--canvas",
                   self.folder / "canvas.csv", *options).stderr

    def test_harmless(self):
        """No file, nor what is said, holds a control character; none is missing here."""
        said = self.grade("--reveal")
        self.assertIsNone(CONTROL.search(said.replace("\r", "")))
        found = files(self.folder / "out")
        kinds = {re.sub(r"feedback/.*\.", "feedback/*.", name) for name in found}
        self.assertLessEqual({"class.html", "feedback/*.html", "feedback/*.md", "grades.csv", "moodle.csv", "canvas.csv",
                              "junit.xml", "results.ndjson", "similarity.md", "similarity.json"}, kinds)
        for name, data in found.items():
            self.assertRegex(name, r"^(feedback/)?[A-Za-z0-9_.-]+$")
            self.assertIsNone(CONTROL.search(data.decode()), name)
            self.assertNotIn(b"<script>alert", data if not name.endswith((".csv", ".json", ".ndjson")) else b"", name)
            if not name.startswith("similarity"):
                self.assertNotIn("swordfish", data.decode())

    def test_formulas(self):
        self.grade()
        rows = list(csv.reader(io.StringIO((self.folder / "out" / "grades.csv").read_text(), newline=""), strict=True))
        self.assertEqual(len({len(row) for row in rows}), 1)
        for row in rows:
            for cell in row:
                self.assertNotRegex(cell, r"^[=+@\t\r]|^-[^0-9]")
        names = {row[0]: row[1] for row in rows}
        self.assertEqual(names["s0"], "'=1+2")
        self.assertEqual(names["'=s1"], "'+cmd")
        self.assertEqual(names["s5"], 'Ada, "King"')
        sheet = list(csv.DictReader(io.StringIO((self.folder / "out" / "moodle.csv").read_text(), newline=""), strict=True))
        self.assertEqual([row["Full name"].lstrip("'").strip() for row in sheet][:6], [name.strip() for name in NAMES[:6]])
        for table in "moodle.csv", "canvas.csv":
            for row in csv.reader(io.StringIO((self.folder / "out" / table).read_text(), newline="")):
                self.assertNotRegex(row[0] if table == "canvas.csv" else row[1], r"^[=+@\t\r-]")
        for row in sheet:
            self.assertNotRegex(row["Feedback comments"], r"^[=+@\t\r-]|<(?!br>)")

    def test_junit(self):
        self.grade()
        data = (self.folder / "out" / "junit.xml").read_bytes()
        root = tree.fromstring(data)  # expat: refuses what is not well-formed
        self.assertEqual(root.tag, "testsuites")
        for element in root.iter():
            attributes, children = JUNIT[element.tag]
            self.assertLessEqual(set(element.attrib), attributes)
            order = [children.index(child.tag) for child in element]
            self.assertEqual(order, sorted(order), element.tag)
            if element.tag in ("testsuite", "testcase", "property"):
                self.assertIn("name", element.attrib)
            if element.tag.startswith("testsuite"):
                cases = list(element.iter("testcase"))
                self.assertEqual(int(element.get("tests")), len(cases))
                for kind in "failure", "error", "skipped":
                    count = sum(case.find(kind) is not None for case in cases)
                    self.assertEqual(int(element.get(kind + ("" if kind == "skipped" else "s"))), count)
        results = {row["key"]: row for row in map(json.loads, (self.folder / "out" / "results.ndjson").read_text().splitlines())}
        self.assertEqual({suite.get("name") for suite in root}, set(results))
        for suite in root:
            values = {node.get("name"): node.get("value") for node in suite.iter("property")}
            self.assertEqual(float(values["points"]), results[suite.get("name")]["points"])
        suites = {suite.get("name"): suite for suite in root}
        kinds = [[child.tag for child in case] for case in suites["s0"].iter("testcase")]
        self.assertEqual(kinds, [[], [], ["failure"], ["skipped"]])
        self.assertIsNotNone(suites["s3"].find("testcase/error"))
        self.assertEqual(suites["s7"].find("testcase/failure").get("type"), "missing")

    def test_results(self):
        self.grade()
        schema = json.loads((ROOT / "docs" / "results.schema.json").read_text())
        lines = (self.folder / "out" / "results.ndjson").read_text().splitlines()
        self.assertEqual(len(lines), len(NAMES) + 2)  # the one with = in its id handed in under another, and a stranger
        for line in lines:
            self.assertTrue(line.isascii())
            jsonschema.validate(json.loads(line), schema)
        names = {row["student"]: row["name"] for row in map(json.loads, lines)}
        self.assertEqual(names["s6"], BAD)

    def test_same_bytes(self):
        self.grade("-j1", name="one")
        self.grade("-j4", name="four")
        self.assertEqual(files(self.folder / "one"), files(self.folder / "four"))


class Shown(Folder):
    def test_hostile_capture(self):
        """What a capture says is shown with --reveal: commands for a terminal, markup, bytes that are no text."""
        subject = b"=1+2 <script>alert(1)</script> \x1b[31m\x9b2J \xff | `x` ]]> \xe2\x80\xae"
        turns = [(False, b"220 mx.example\r\n"), (True, b"EHLO c.example\r\n"), (False, b"250 mx.example\r\n"),
                 (True, b"MAIL FROM:<a@c.example>\r\n"), (False, b"250 ok\r\n"), (True, b"RCPT TO:<b@d.example>\r\n"),
                 (False, b"250 ok\r\n"), (True, b"DATA\r\n"), (False, b"354 go\r\n"),
                 (True, b"Subject: " + subject + b"\r\n\r\nx\r\n.\r\n"), (False, b"250 ok\r\n")]
        (self.folder / "work").mkdir()
        connection = wire.Connection()
        for up, data in turns:
            connection.say(up, data)
        (self.folder / "work" / "s1.pcap").write_bytes(
            wire.pcap([wire.ethernet(wire.packet4(segment), segment.up) for segment in connection.segments]))
        (self.folder / "work" / "s1.txt").write_text("subject: x\n")
        (self.folder / "lab.ini").write_text("[assignment]\ntitle = T\nkind = own\n[question subject]\nfact = message.subject\n")
        run(self.folder / "lab.ini", self.folder / "work", "-o", self.folder / "out", "--reveal")
        found = files(self.folder / "out")
        self.assertIn("=1+2", json.loads(found["results.ndjson"])["questions"][0]["expected"])
        for name, data in found.items():
            self.assertIsNone(CONTROL.search(data.decode()), name)
            self.assertNotRegex(data.decode(), "[\u202a-\u202e]", name)
            if name.endswith((".md", ".html")):
                self.assertNotIn(b"<script>alert", data, name)
        self.assertIn("1+2", found["feedback/s1.html"].decode())


class Sheet(Folder):
    def test_never_over_what_is_read(self):
        """--overwrite is for results, not for the files that the command names itself."""
        with tempfile.TemporaryDirectory() as folder:
            folder = pathlib.Path(folder)
            out = folder / "out"
            (out / "ada").mkdir(parents=True)
            (folder / "lab.ini").write_text(LAB)
            (out / "moodle.csv").write_text("Identifier,Grade\n")
            (out / "grades.csv").write_text("id,name\nada,Ada\n")
            before = {path: path.read_bytes() for path in folder.rglob("*.*")}
            for words in (["lab.ini", "out", "-o", "out"],
                          ["lab.ini", "out/ada", "-o", "out", "--worksheet", "out/moodle.csv"],
                          ["lab.ini", "out/ada", "-o", "out", "--roster", "out/grades.csv"],
                          ["lab.ini", "--autograder", "lab.ini", "--source", "lab.ini"]):
                done = subprocess.run([PROGRAM, "grade", "--overwrite", *words], cwd=folder, capture_output=True,
                                      text=True, timeout=60)
                self.assertEqual(done.returncode, 2, (words, done.stderr))
                self.assertIn("is read here, so it is not replaced", done.stderr)
                self.assertEqual({path: path.read_bytes() for path in folder.rglob("*.*")}, before)

    def test_sheet(self):
        """The sheet says no answer; filled in, it is graded; left empty, nothing is there."""
        lab = self.folder / "answers.ini"
        lab.write_text(run("--init", LOGIN).stdout)
        sheet = run("--sheet", lab).stdout
        expected = re.findall("^expect = (.*)$", lab.read_text(), re.M)
        ids = re.findall(r"^\[question (.*)\]$", lab.read_text(), re.M)
        self.assertEqual(re.findall("^([^#\n:]+):$", sheet, re.M), ids)
        self.assertGreater(len(ids), 8)
        self.assertNotIn("swordfish", sheet)
        self.assertNotIn(expected[0], sheet)
        (self.folder / "work").mkdir()
        (self.folder / "work" / "empty.txt").write_text(sheet)
        for name, value in zip(ids, expected):
            sheet = sheet.replace("\n%s:\n" % name, "\n%s: %s\n" % (name, value))
        (self.folder / "work" / "full.txt").write_text(sheet)
        run(lab, self.folder / "work", "-o", self.folder / "out")
        with open(self.folder / "out" / "grades.csv", newline="") as file:
            rows = {row["id"]: row for row in csv.DictReader(file)}
        self.assertEqual(rows["full"]["points"], rows["full"]["of"])
        self.assertEqual(rows["empty"]["points"], "0.00")
        self.assertIn("no answers are handed in", run("--sheet", self.folder / "lab.ini", status=2).stderr)


class Gradescope(Folder):
    """The zip, unpacked and run where Gradescope would, but for the folder's name."""
    def setUp(self):
        super().setUp()
        self.root = self.folder / "autograder"
        (self.root / "submission").mkdir(parents=True)
        shutil.copy(LOGIN, self.root / "submission" / "my capture.pcap")
        self.metadata({"email": "Erin@example.com", "id": 12, "name": BAD})

    def metadata(self, user):
        (self.root / "submission_metadata.json").write_text(json.dumps(
            {"id": 1, "created_at": "2026-11-22T09:00:00.0Z", "assignment": {"title": "Lab"}, "users": [user]}))

    def zip(self, *options, name="lab.zip", status=0):
        source = self.folder / "source.tar.gz"
        if WHOLE:
            subprocess.run([ROOT / "scripts" / "source-archive", source], check=True)
        else:
            source.write_bytes(b"source")
        return run("--autograder", self.folder / name, self.folder / "lab.ini", "--source", source, *options, status=status)

    def unpack(self):
        with zipfile.ZipFile(self.folder / "lab.zip") as archive:
            self.assertIsNone(archive.testzip())
            archive.extractall(self.root / "source")
            modes = {info.filename: info.external_attr >> 16 for info in archive.infolist()}
        for name in "setup.sh", "run_autograder":
            self.assertTrue(modes[name] & stat.S_IXUSR)
        shutil.copy(self.root / "source" / "run_autograder", self.root / "run_autograder")
        if WHOLE:
            self.script(self.root / "source" / "setup.sh")
        else:
            shutil.copy(PROGRAM, self.root / "mailscope")
        return sorted(modes)

    def script(self, path):
        subprocess.run(["bash", path], check=True, timeout=1800, cwd=self.root, stdout=subprocess.DEVNULL if not WHOLE else None,
                       env={**os.environ, "AUTOGRADER_ROOT": str(self.root)})

    def results(self):
        self.script(self.root / "run_autograder")
        data = (self.root / "results" / "results.json").read_bytes()
        results = json.loads(data)
        jsonschema.validate(results, GRADESCOPE)
        for text in re.findall(r'"((?:[^"\\]|\\.)*)"', data.decode()):
            self.assertIsNone(CONTROL.search(json.loads('"%s"' % text).replace("\n", "")))
        return results

    def test_whole_way(self):
        self.zip()
        self.assertEqual(self.unpack(), ["assignment.ini", "mailscope-source.tar.gz", "run_autograder", "setup.sh"])
        results = self.results()
        self.assertEqual(results["score"], 5)  # one of two right, the third not counted
        tests = results["tests"]
        self.assertEqual([test["status"] for test in tests], ["passed", "passed", "failed", "failed"])
        self.assertEqual([(test.get("score"), test.get("max_score")) for test in tests],
                         [(None, None), (1, 1), (0, 1), (0, 0)])
        self.assertIn("frame.number", tests[1]["output"])
        self.assertIn("Hint: Look <b>", tests[2]["output"])
        self.assertNotIn("other", json.dumps(results))
        if WHOLE:
            return
        (self.root / "submission" / "my capture.pcap").write_bytes(b"none")
        results = self.results()
        self.assertEqual(results["score"], 0)
        self.assertIn("my capture.pcap", results["output"])
        (self.root / "submission" / "my capture.pcap").unlink()
        self.assertIn("no capture was handed in", self.results()["output"])
        (self.root / "submission_metadata.json").write_text("[]")
        self.script(self.root / "run_autograder")
        self.assertEqual(json.loads((self.root / "results" / "results.json").read_text())["score"], 0)

    @unittest.skipIf(WHOLE, "built once is enough")
    def test_roster_and_reveal(self):
        (self.folder / "lab.ini").write_text(LAB.replace("expect = erin@example.com", "expect = {id}@example.com"))
        (self.folder / "class.csv").write_text("id,name,email\nerin,Erin,erin@example.com\nbob,Bob,b@x\n")
        self.zip("--roster", self.folder / "class.csv", "--reveal", "--show-secrets")
        self.assertIn("roster.csv", self.unpack())
        results = self.results()
        self.assertEqual(results["score"], 5)
        self.assertIn("Expected: other", results["tests"][2]["output"])
        self.metadata({"email": "b@x", "name": "Bob"})
        results = self.results()
        self.assertEqual(results["score"], 0)
        self.assertIn("required, but not so", results["output"])

    @unittest.skipIf(WHOLE, "built once is enough")
    def test_zip(self):
        self.zip()
        self.assertIn("is there already", self.zip(status=3).stderr)
        self.zip(name="again.zip")
        self.assertEqual((self.folder / "lab.zip").read_bytes(), (self.folder / "again.zip").read_bytes())
        said = run("--autograder", self.folder / "new.zip", self.folder / "lab.ini", "--source", self.folder / "none",
                   status=3).stderr
        self.assertIn("--source", said)
        self.assertFalse((self.folder / "new.zip").exists())
        (self.folder / "lab.ini").write_text("[assignment]\nwhat = 1\n")
        run("--autograder", self.folder / "new.zip", self.folder / "lab.ini", status=2)


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0], *(["Gradescope"] if WHOLE else [])])
