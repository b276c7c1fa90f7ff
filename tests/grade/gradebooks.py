#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Tables of learning platforms, filled in and read again as their importers read them.
Usage: gradebooks.py PROGRAM"""
import csv
import html
import io
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

PROGRAM = sys.argv[1]

LAB = """[assignment]
title = Mail lab
kind = answers
points = 10
[question client]
title = Client's <address>
fact = session.client
expect = 192.0.2.25
[question code]
title = Password
fact = auth.password
expect = swordfish
"""
RIGHT, HALF = "1: 192.0.2.25\n2: swordfish\n", "1: 192.0.2.25\n2: cod\n"
ENGLISH = ["Identifier", "Full name", "ID number", "Email address", "Status", "Grade", "Maximum grade", "Grade can be changed",
           "Last modified (submission)", "Last modified (grade)", "Feedback comments"]
GERMAN = ["ID", "Vollst\u00e4ndiger Name", "E-Mail-Adresse", "Status", "Bewertung", "Bestwertung", "Bewertung kann ge\u00e4ndert werden",
          "Zuletzt ge\u00e4ndert (Abgabe)", "Zuletzt ge\u00e4ndert (Bewertung)", "Feedback als Kommentar"]


def table(rows, mark="", separator=",", end="\r\n"):
    out = io.StringIO()
    csv.writer(out, delimiter=separator, lineterminator=end).writerows(rows)
    return (mark + out.getvalue()).encode()


def moodle(name, number, **cells):
    row = dict(zip(ENGLISH, ["Participant %d" % number, name, "", "", "Submitted for grading", "", "10.00", "Yes",
                             "Sunday, 22 November 2026, 9:00 AM", "-", ""]))
    row.update({key.replace("_", " "): value for key, value in cells.items()})
    return list(row.values())


def import_worksheet(data):
    """What Moodle's importer takes from it: grade and comment by participant. It skips rows without both."""
    rows = list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline=""), strict=True))
    return {int(row["Identifier"].split()[-1]): (float(row["Grade"]), row["Feedback comments"]) for row in rows if row["Grade"]}


class Gradebooks(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="mailscope-gradebooks-"))
        self.addCleanup(shutil.rmtree, self.folder)
        (self.folder / "work").mkdir()
        (self.folder / "lab.ini").write_text(LAB)

    def hand_in(self, **work):
        for name, text in work.items():
            (self.folder / "work" / name.replace("__", ".").replace("ZZ", " ")).write_text(text)

    def grade(self, *options, status=0):
        shutil.rmtree(self.folder / "out", ignore_errors=True)
        done = subprocess.run([PROGRAM, "grade", self.folder / "lab.ini", self.folder / "work", "-o", self.folder / "out",
                               *options], capture_output=True, text=True, timeout=60)
        self.assertEqual(done.returncode, status, done.stderr)
        return done.stderr

    def fill(self, kind, data, name="sheet.csv", status=0):
        (self.folder / name).write_bytes(data)
        said = self.grade("--worksheet" if kind == "moodle" else "--canvas", self.folder / name, status=status)
        return said if status else ((self.folder / "out" / (kind + ".csv")).read_bytes(), said)

    def test_worksheet(self):
        self.hand_in(AdaZZKing_11_assignsubmission_file_a__txt=RIGHT, BenZZOak_12_assignsubmission_file_b__txt=HALF)
        rows = [ENGLISH, moodle("Ada King", 11), moodle("Cy, \"the\" Elm", 13, Status="No submission"),
                moodle("Ben Oak", 12, Feedback_comments="old", Grade="1.00")]
        data, said = self.fill("moodle", table(rows, "\ufeff"))
        self.assertIn("moodle.csv: 2 grades for Moodle\n", said)
        self.assertTrue(data.startswith(b"\xef\xbb\xbf"))
        got = import_worksheet(data)
        self.assertEqual({who: grade for who, (grade, _) in got.items()}, {11: 10, 12: 5})
        self.assertEqual(html.unescape(got[12][1]), "5.00 of 10.00 points<br>Client's <address>: right<br>Password: wrong")
        self.assertNotRegex(got[12][1], "<(?!br>)")
        self.assertNotIn("swordfish", data.decode())
        filled = list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))
        for before, after in zip(rows, filled):
            self.assertEqual(len(before), len(after))
            for i, title in enumerate(ENGLISH):
                if title not in ("Grade", "Feedback comments") or before[0] == "Participant 13":
                    self.assertEqual(before[i], after[i])
        self.assertEqual(filled[0], ENGLISH)

    def test_other_language(self):
        self.hand_in(AdaZZKing_11_assignsubmission_file_a__txt=RIGHT)
        rows = [GERMAN, ["Teilnehmer/in11", "Ada King", "ada@x.example", "", "", "10,00", "Ja", "-", "-", ""],
                ["Teilnehmer/in12", "Ben Oak", "ben@x.example", "", "3,00", "10,00", "Ja", "-", "-", ""]]
        data, _ = self.fill("moodle", table(rows, separator=";"))
        filled = list(csv.reader(io.StringIO(data.decode()), delimiter=";"))
        self.assertEqual(filled[0], GERMAN)
        self.assertEqual(filled[1][4], "10.00")
        self.assertEqual(filled[2], rows[2])

    def test_by_roster(self):
        self.hand_in(s1__txt=RIGHT, s2__txt=HALF, s3__txt=RIGHT, s9__txt=RIGHT)
        (self.folder / "roster.csv").write_text("id,name,email\ns1,Ada King,ada@x\ns2,Ben Oak,ben@x\ns3,Cy Elm,cy@x\ns4,Di Fir,di@x\n")
        rows = [ENGLISH, moodle("A. K.", 21, ID_number="s1"), moodle("B. O.", 22, Email_address="BEN@x"), moodle("Cy Elm", 23),
                moodle("Di Fir", 24)]
        (self.folder / "sheet.csv").write_bytes(table(rows))
        said = self.grade("--worksheet", self.folder / "sheet.csv", "--roster", self.folder / "roster.csv")
        self.assertIn("moodle.csv: 3 grades for Moodle; graded, but in no row of it: s9\n", said)
        got = import_worksheet((self.folder / "out" / "moodle.csv").read_bytes())
        self.assertEqual({who: grade for who, (grade, _) in got.items()}, {21: 10, 22: 5, 23: 10})

    def test_two_of_a_name(self):
        self.hand_in(s1__txt=RIGHT, s2__txt=HALF)
        (self.folder / "roster.csv").write_text("id,name,email\ns1,Ada King,a@x\ns2,Ada King,b@x\n")
        (self.folder / "sheet.csv").write_bytes(table([ENGLISH, moodle("Ada King", 1), moodle("Ada King", 2)]))
        said = self.grade("--worksheet", self.folder / "sheet.csv", "--roster", self.folder / "roster.csv")
        self.assertIn("0 grades for Moodle; graded, but in no row of it: s1, s2\n", said)

    def test_canvas(self):
        self.hand_in(kingada_55_900_lab__txt=RIGHT, oakben_LATE_56_901_lab__txt=HALF)
        head = ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", "Quiz (70)", "Mail lab (71)", "Final Score"]
        rows = [head, ["    Points Possible", "", "", "", "", "5", "10", "(read only)"],
                ["King, Ada", "55", "", "ada@x", "one", "4", "", "80"], ["Oak, Ben", "56", "", "ben@x", "one", "EX", "", "0"],
                ["Student, Test", "99", "", "t@x", "one", "", "", ""]]
        data, said = self.fill("canvas", table(rows))
        self.assertIn("canvas.csv: 2 grades for Canvas\n", said)
        filled = list(csv.reader(io.StringIO(data.decode(), newline=""), strict=True))
        self.assertEqual([row[6] for row in filled], ["Mail lab (71)", "10", "10.00", "5.00", ""])
        for before, after in zip(rows, filled):
            self.assertEqual(before[:6] + before[7:], after[:6] + after[7:])

    def test_canvas_by_login(self):
        self.hand_in(ada__txt=RIGHT)
        (self.folder / "roster.csv").write_text("id,name,email\nada,Ada King,ada@x.example\n")
        rows = [["Student", "ID", "SIS Login ID", "Section", "Other title (71)"], ["Points Possible", "", "", "", "10.00"],
                ["Somebody", "1", "ada@x.example", "one", ""]]
        (self.folder / "sheet.csv").write_bytes(table(rows))
        self.grade("--canvas", self.folder / "sheet.csv", "--roster", self.folder / "roster.csv")
        self.assertIn("Somebody,1,ada@x.example,one,10.00", (self.folder / "out" / "canvas.csv").read_text())

    def test_refused(self):
        self.hand_in(s1__txt=RIGHT)
        good = [ENGLISH, moodle("Ada King", 11)]
        cases = [("moodle", table([["Name", "Grade"], ["Ada", "1"]]), "no column 'Identifier'"),
                 ("moodle", table([ENGLISH]), "no student stands in it"),
                 ("moodle", table([ENGLISH, moodle("Ada", 1, Maximum_grade="100.00")]), "set points = 100.00 in [assignment]"),
                 ("moodle", table([["Identifier", "Name"], ["Participant 1", "Ada"]]), "no column 'Grade'"),
                 ("moodle", b"\xff\xfe" + table(good), "not a text in UTF-8"),
                 ("canvas", table(good), "no columns 'Student' and 'ID'"),
                 ("canvas", table([["Student", "ID", "Section", "One (1)", "Two (2)"], ["Ada", "1", "s", "", ""]]),
                  "make the title in [assignment] that of the column")]
        for kind, data, why in cases:
            said = self.fill(kind, data, status=3)
            self.assertIn("sheet.csv'", said)
            self.assertIn(why, said)
            self.assertEqual(said.count("\n"), 1)
            self.assertFalse((self.folder / "out").exists(), "graded before the table was looked at")
        self.assertEqual(len(cases), 7)

    def test_same_student_twice(self):
        self.hand_in(AdaZZKing_11_assignsubmission_file_a__txt=RIGHT)
        said = self.fill("moodle", table([ENGLISH, moodle("Ada King", 11), moodle("Ada King", 11)]), status=3)
        self.assertIn("lines 2 and 3 are of the same student", said)

    def test_hostile(self):
        self.hand_in(**{"=cmd()|x_11_assignsubmission_file_a__txt": RIGHT})
        (self.folder / "lab.ini").write_text(LAB.replace("Client's <address>", "<img src=x onerror=alert(1)>"))
        rows = [ENGLISH, moodle("=cmd()|x", 11, Feedback_comments="=1+1"), moodle("@b", 12, Feedback_comments="=1+1")]
        data, _ = self.fill("moodle", table(rows))
        filled = list(csv.reader(io.StringIO(data.decode(), newline="")))
        self.assertNotIn("<img", filled[1][10])
        self.assertEqual((filled[1][1], filled[2][1]), ("'=cmd()|x", "'@b"))  # Moodle knows them by their numbers
        self.assertEqual(filled[2][9], rows[2][9])  # a lone dash for a time
        self.assertEqual(filled[2][10], "=1+1")  # the teacher's


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
