#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""A whole class: captures by `mailscope make` from an assignment, answers written from its key, both perturbed in every
way that teachers know; each grade has to be exact, each planted copy found, no honest student flagged.
Usage: lab.py PROGRAM plain|sanitized [STUDENTS]   (60 when not said; scripts/class makes 300)"""
import base64
import csv
import functools
import gzip
import io
import json
import pathlib
import subprocess
import sys
import tempfile
import zipfile

import packets

ASSIGNMENT = """[assignment]
title = Your own capture
points = 12
kind = own
[require own]
title = A session of your own
fact = smtp.helo
match = regex
expect = ^{id}\\.
[require when]
title = Recorded in the week of the lab
fact = session.start
match = between
expect = 2026-03-02T08:00:00Z | 2026-03-06T18:00:00Z
[question client]
fact = session.client
near = 0.25 swapped server | 0.75 with-port
[question server]
fact = session.server
near = 0.25 swapped client
[question port]
fact = session.server_port
near = 0.25 address server
[question user]
fact = auth.username
near = 0.5 base64
points = 2
[question rcpt]
fact = smtp.rcpt_to
match = set
points = 2
[question recipients]
fact = smtp.rcpt_to
match = count
[question subject]
fact = message.subject
near = 0.5 ends
[question end]
check = order
[question lines]
check = crlf
[question greeting]
check = greeting
"""
TOTAL = 12.0
ASKED = ("client", "server", "port", "user", "rcpt", "recipients", "subject")


def right(facts):
    return {"client": facts["session.client"][0], "server": facts["session.server"][0],
            "port": str(facts["session.server_port"][0]), "user": facts["auth.username"][0],
            "rcpt": ", ".join(facts["smtp.rcpt_to"]), "recipients": str(len(facts["smtp.rcpt_to"])),
            "subject": facts["message.subject"][0]}


def swap(answers):
    return dict(answers, client=answers["server"], server=answers["client"])


def less(n_rcpt):
    """What a list of recipients with a wrong one more is worth."""
    return 2 * (1 - round(n_rcpt / (n_rcpt + 1), 10))


# What a student does to right answers, and the points that it costs, of 12. `n`: number of recipients.
PERTURBED = {
    "right": (lambda a: a, lambda n: 0),
    "untidy": (lambda a: dict(a, client=f" <{a['client']}> ", user=a["user"].upper(), subject=f'"{a["subject"]}"'), lambda n: 0),
    "swapped": (swap, lambda n: 1.5),
    "encoded": (lambda a: dict(a, user=base64.b64encode(a["user"].encode()).decode()), lambda n: 1),
    "wrong": (lambda a: dict(a, client="192.0.2.250", user="nobody"), lambda n: 3),
    "with-port": (lambda a: dict(a, client=a["client"] + ":25"), lambda n: 0.25),
    "address": (lambda a: dict(a, port=a["server"]), lambda n: 0.75),
    "one-more": (lambda a: dict(a, rcpt=a["rcpt"] + ", eve@example.net", recipients="9"), lambda n: less(n) + 1),
    "ends": (lambda a: dict(a, subject=a["subject"].rstrip(")") + "]."), lambda n: 0.5),
    "silent": (lambda a: {key: a[key] for key in ("client", "server")}, lambda n: 7),
    "hostile": (lambda a: dict(a, subject="=cmd()\x1b[31m<script>"), lambda n: 1),
}
# What is done to the capture itself. All answers are right then; `None`: the work is worth nothing, for that reason.
BROKEN = ["copied", "copied-later", "copied-readdressed", "copied-part", "copied-merged", "cut", "noise", "empty-capture", "bomb",
          "zip-bomb", "empty-zip", "wrong-name", "nothing", "no-answers", "late", "packed"]
BOMB = 300 << 20  # bytes unpacked; a thousandth of it packed


@functools.cache
def zip_bomb():
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        with packed.open("capture.pcap", "w", force_zip64=True) as member:
            for _ in range(BOMB >> 20):
                member.write(bytes(1 << 20))
    return out.getvalue()


class Lab:
    def __init__(self, program, folder, count):
        self.program, self.folder, self.count, self.bad, self.compared = program, folder, count, [], 0
        self.work, self.ids = folder / "work", [f"s{n:04d}" for n in range(count)]
        self.work.mkdir()
        (folder / "lab.ini").write_text(ASSIGNMENT)
        (folder / "class.csv").write_text("id,name\n" + "".join(f"{one},Student {one}\n" for one in self.ids))
        self.run("make", folder / "lab.ini", "--roster", folder / "class.csv", "-o", folder / "made", "--seed", "lab",
                 "--fault", "loss=20", "--fault", "wrong-password=20", "--fault", "out-of-order=20", "--fault", "duplicate=20")
        self.key = {one["id"]: one for one in map(json.loads, (folder / "made" / "key.ndjson").read_text().splitlines())}
        self.points, self.remarks, self.clusters = {}, {}, set()

    def run(self, *words):
        done = subprocess.run([self.program, *map(str, words)], capture_output=True, text=True, timeout=500)
        if done.returncode != 0:
            raise SystemExit(f"{words}: {done.returncode}: {done.stderr}")

    def hold(self, good, words):
        self.compared += 1
        if not good:
            self.bad.append(words)

    def capture(self, one):
        return (self.folder / "made" / f"{one}.pcap").read_bytes()

    def answers(self, one, form, answers):
        if form == 0:
            return "answers.txt", "".join(f"{key}: {value}\n" for key, value in answers.items())
        if form == 1:
            out = io.StringIO()
            csv.writer(out).writerows(answers.items())
            return "answers.csv", out.getvalue()
        return "answers.json", json.dumps(answers)

    def hand_in(self, one, capture, answers, form=0, folder=None, name="capture.pcap"):
        place = self.work / (folder or one)
        place.mkdir()
        if capture is not None:
            (place / name).write_bytes(capture)
        if answers is not None:
            file, text = self.answers(one, form, answers)
            (place / file).write_text(text)

    def perturb(self, n, one):
        name = list(PERTURBED)[n % len(PERTURBED)]
        change, cost = PERTURBED[name]
        facts = self.key[one]["facts"]
        self.hand_in(one, self.capture(one), change(right(facts)), n % 3)
        self.points[one] = TOTAL - cost(len(facts["smtp.rcpt_to"]))
        self.remarks[one] = ""

    def broken(self, how, one, other):
        """`other` hands in honestly; where something is copied it is his capture."""
        frames = packets.read(self.capture(other))
        answers = right(self.key[one]["facts"])
        self.points[one], self.remarks[one] = 0, ""
        if how.startswith("copied"):
            if how == "copied-later":
                frames = packets.restamp(frames, 3600 * 1000000)
            elif how == "copied-readdressed":
                frames = packets.readdress(packets.restamp(frames, 60 * 1000000), b"\x0a\x09\x08\x07", b"\xcb\0\x71\7")
            elif how == "copied-part":
                frames = packets.restamp(frames[:-6], 1)
            elif how == "copied-merged":  # beside his own session: that is his own, but more is there than he answers
                frames = packets.merge(packets.read(self.capture(one)), packets.restamp(frames, 1))
            self.hand_in(one, self.capture(other) if how == "copied" else packets.pcap(frames), answers)
            self.clusters.add(tuple(sorted((one, other))))
            self.remarks[one] = "required, but not so: A session of your own"
            if how == "copied-merged":
                own, both = (len(self.key[key]["facts"]["smtp.rcpt_to"]) for key in (one, other))
                self.points[one] = TOTAL - 1 - 2 * (1 - own / (own + both))
                self.remarks[one] = ""
        elif how == "late":
            self.hand_in(one, packets.pcap(packets.restamp(packets.read(self.capture(one)), 30 * 86400 * 1000000)), answers)
            self.remarks[one] = "required, but not so: Recorded in the week of the lab"
        elif how == "cut":
            self.hand_in(one, self.capture(one)[:-9], answers)
            self.points[one], self.remarks[one] = TOTAL, "is cut"
        elif how == "noise":
            self.hand_in(one, b"\xd4\xc3\xb2\xa1" + bytes(range(256)) * 4 + one.encode(), answers)
            self.remarks[one] = "capture"
        elif how == "empty-capture":
            self.hand_in(one, b"", answers)
            self.remarks[one] = "empty"
        elif how == "bomb":
            self.hand_in(one, gzip.compress(self.capture(one)[:24] + bytes(16 << 20) + one.encode(), 9), answers, name="capture.pcap.gz")
            self.remarks[one] = "is cut"
        elif how == "zip-bomb":
            self.hand_in(one, zip_bomb(), answers, name="mine.zip")
            self.remarks[one] = "unpacks to very much more"
        elif how in ("empty-zip", "packed"):
            out = io.BytesIO()
            with zipfile.ZipFile(out, "w") as packed:
                if how == "packed":
                    packed.writestr("work/mine.pcap", self.capture(one))
                    packed.writestr("work/answers.txt", self.answers(one, 0, answers)[1])
            (self.work / f"{one}.zip").write_bytes(out.getvalue())
            self.points[one], self.remarks[one] = (TOTAL, "") if how == "packed" else (0, "no ")
        elif how == "wrong-name":
            self.hand_in(one, self.capture(one), answers, folder=f"laptop{one[1:]}")
            self.points[f"laptop{one[1:]}"], self.remarks[f"laptop{one[1:]}"] = 0, "required, but not so"
            self.remarks[one] = "no "
        elif how == "nothing":
            self.remarks[one] = "no "
        else:
            self.hand_in(one, self.capture(one), None)
            self.points[one], self.remarks[one] = TOTAL - 9, "no file of answers"

    def check(self, out):
        text = (self.folder / out / "grades.csv").read_bytes().decode()
        rows = {row["id"]: row for row in csv.DictReader(io.StringIO(text), strict=True)}
        self.hold(set(rows) == set(self.points), f"graded are {sorted(set(rows) ^ set(self.points))}")
        for one, points in self.points.items():
            row = rows.get(one, {"points": "-1", "remark": ""})
            self.hold(abs(float(row["points"]) - points) < 0.006, f"{one}: {row['points']} points, not {points}: {row}")
            good = self.remarks[one] in row["remark"] if self.remarks[one] else not row["remark"]
            self.hold(good, f"{one}: the remark is {row['remark']!r}, not {self.remarks[one]!r}")
        report = json.loads((self.folder / out / "similarity.json").read_text())
        found = {tuple(cluster["students"]) for cluster in report["clusters"]}
        self.hold(found == self.clusters, f"clusters: missed {self.clusters - found}, not planted {found - self.clusters}")


def main():
    program, count = pathlib.Path(sys.argv[1]).resolve(), int(sys.argv[3]) if len(sys.argv) > 3 else 60
    with tempfile.TemporaryDirectory(prefix="mailscope-lab-") as name:
        lab = Lab(program, pathlib.Path(name), count)
        copies = max(1, count // 60)
        planted = [(how, lab.ids[n]) for n, how in enumerate(BROKEN * copies)]
        honest = lab.ids[len(planted):]
        for n, (how, one) in enumerate(planted):
            lab.broken(how, one, honest[n])
        for n, one in enumerate(honest):
            lab.perturb(n, one)
        options = ["--roster", lab.folder / "class.csv"]
        lab.run("grade", lab.folder / "lab.ini", lab.work, "-o", lab.folder / "out", "-j", "2", *options)
        lab.check("out")
        lab.run("grade", lab.folder / "lab.ini", lab.work, "-o", lab.folder / "again", "-j", "1", *options)
        trees = [{str(path.relative_to(lab.folder / out)): path.read_bytes()
                  for path in (lab.folder / out).rglob("*") if path.is_file()} for out in ("out", "again")]
        lab.hold(trees[0] == trees[1], "-j changes what is written")
    print("\n".join(lab.bad))
    print(f"{count} students, {len(lab.clusters)} copies planted, {lab.compared} comparisons, {len(lab.bad)} wrong")
    return 1 if lab.bad or lab.compared < 2 * count else 0


if __name__ == "__main__":
    sys.exit(main())
