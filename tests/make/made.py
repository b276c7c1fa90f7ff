#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""`mailscope make`: a class with each fault. What `show` finds in each capture is what the key, written from the story and
not from the capture, says; Wireshark finds nothing wrong that nobody asked for. Usage: made.py PROGRAM"""
import json
import pathlib
import shutil
import subprocess
import sys
import tempfile

STUDENTS = 48
# Wireshark gives these to every capture: a note to each FIN, and a warning to AUTH PLAIN, whose credentials it decodes only
# when its preference says so.
USUAL = ("This frame initiates the connection closing", "This frame undergoes the connection closing",
         "base64 decode failed or is not enabled")
CHAT = 0x00200000


class Made:
    def __init__(self, program, folder):
        self.program, self.folder, self.bad, self.compared = program, folder, [], 0
        self.roster = folder / "roster.csv"
        self.roster.write_text("id,name\n" + "".join(f"s{n:03d},Student {n}\n" for n in range(STUDENTS)))

    def make(self, out, *words, roster=None, status=0):
        command = [self.program, "make", "--roster", roster or self.roster, "-o", self.folder / out, *words]
        done = subprocess.run(command, capture_output=True, text=True, timeout=60)
        self.hold(done.returncode == status, f"{out}: exit status {done.returncode}: {done.stderr}")
        return done.stderr

    def hold(self, good, words):
        self.compared += 1
        if not good:
            self.bad.append(words)

    def key(self, out):
        return [json.loads(line) for line in (self.folder / out / "key.ndjson").read_text().splitlines()]

    def check_facts(self, out):
        """Each capture of the class against its line of the key."""
        done = subprocess.run([self.program, "show", "--json", *(self.folder / out / one["file"] for one in self.key(out))],
                              capture_output=True, timeout=60)
        sessions = [json.loads(line) for line in done.stdout.splitlines()]
        self.hold(len(sessions) == STUDENTS, f"{out}: {len(sessions)} sessions")
        for one, session in zip(self.key(out), sessions):
            self.hold(pathlib.Path(session["file"]).name == one["file"], f"{out}: {session['file']}")
            for name, values in one["facts"].items():
                found = [fact["value"] for fact in session["facts"] if fact["key"] == name]
                self.hold(found == values, f"{out} {one['id']}: {name} is {found}, not {values}")
            self.hold(not session["oddities"], f"{out} {one['id']}: {session['oddities']}")
            text = json.dumps(session)
            self.hold("starttls" in one["faults"] or one["nonce"] in text, f"{out} {one['id']}: no nonce")

    def check_wireshark(self, out, faulty):
        """All captures of a class in one file: expert items above Chat."""
        if not shutil.which("tshark"):
            print("skipped: there is no tshark")
            return
        merged = self.folder / f"{out}.pcap"
        subprocess.run(["mergecap", "-a", "-F", "pcap", "-w", merged,
                        *(self.folder / out / one["file"] for one in self.key(out))], check=True)
        said = subprocess.run(["tshark", "-r", merged, "-Y", "_ws.expert", "-T", "fields", "-E", "aggregator=|", "-e",
                               "_ws.expert.severity", "-e", "_ws.expert.message"], capture_output=True, text=True, check=True)
        items = [pair for line in said.stdout.splitlines() for pair in zip(*(part.split("|") for part in line.split("\t")))]
        self.hold(len(items) > STUDENTS * 4, f"{out}: Wireshark says little: {len(items)}")
        above = {text for level, text in items if int(level) > CHAT and not text.startswith(USUAL)}
        self.hold(bool(above) == faulty, f"{out}: Wireshark says {above}")

    def check_each_fault(self):
        """Each by itself, and all at once: what the program finds is what the key says, and Wireshark sees the fault."""
        seen = {"loss": "retransmission", "wrong-password": None, "starttls": None, "out-of-order": "out-of-order",
                "duplicate": "spurious", "no-quit": None, "rst": "Connection reset (RST)"}
        for fault, words in seen.items():
            self.make(fault, "--seed", "f", "--fault", fault)
            self.hold(all(one["faults"] == [fault] for one in self.key(fault)), f"{fault}: not everybody got it")
            self.check_facts(fault)
            if shutil.which("tshark"):
                said = subprocess.run(["tshark", "-r", self.folder / fault / "s000.pcap", "-Y", "_ws.expert", "-T", "fields", "-e",
                                       "_ws.expert.message"], capture_output=True, text=True, check=True).stdout
                self.hold(words is None or words in said, f"{fault}: Wireshark says {said!r}")
        self.make("all", "--seed", "f", *(f"--fault={fault}" for fault in seen if fault != "starttls"))
        self.check_facts("all")

    def check_required(self):
        """What an assignment requires is so, for each student; what cannot be is refused."""
        lab = self.folder / "lab.ini"
        head = "[assignment]\ntitle = T\n[question a]\nfact = smtp.helo\nmatch = present\n"
        lab.write_text(head + """[require own]
fact = smtp.helo
match = regex
expect = ^{id}\\.
[require subject]
fact = message.subject
match = regex
expect = ^Lab 3 \\({id}\\)
[require user]
fact = auth.username
expect = {id}
[require sender]
fact = smtp.mail_from
match = any-of
expect = {id}@uni.example | {email}
[require bye]
check = quit
[require clear]
fact = tls.started
match = absent
[require when]
fact = session.start
match = between
expect = 2026-03-02T08:00:00Z | 2026-03-02T10:00:00Z
""")
        self.make("required", lab, "--seed", "a")
        self.check_facts("required")
        for one in self.key("required"):
            facts, student = one["facts"], one["id"]
            self.hold(facts["smtp.helo"][0].startswith(student + ".") and one["nonce"] in facts["smtp.helo"][0], facts["smtp.helo"])
            self.hold(facts["message.subject"][0].startswith(f"Lab 3 ({student})"), facts["message.subject"])
            self.hold(facts["auth.username"] == [student] and facts["smtp.mail_from"] == [f"{student}@uni.example"], facts)
        done = subprocess.run([self.program, "grade", lab, self.folder / "required", "--roster", self.roster, "-o",
                               self.folder / "graded"], capture_output=True, text=True, timeout=60)
        rows = [json.loads(line) for line in (self.folder / "graded" / "results.ndjson").read_text().splitlines()]
        graded = {row["student"]: row["points"] for row in rows if row["student"] not in ("key", "nonces")}
        self.hold(list(graded.values()) == [1.0] * STUDENTS, f"graded: {graded} {done.stderr}")
        for section, why in (("fact = smtp.rcpt_to\nexpect = {id}@x", "the capture would hold something else"),
                             ("fact = pop3.command\nmatch = present", "captures that are made have nothing of it"),
                             ("fact = smtp.helo\nmatch = regex\nexpect = ^(?!)$", "no value that fits was found"),
                             ("fact = smtp.helo\nexpect = two words", "no value that fits was found"),
                             ("fact = smtp.mail_from\nexpect = {email}", "no value that fits was found")):
            lab.write_text(f"{head}[require x]\n{section}\n")
            said = self.make("refused", lab, status=2)
            self.hold(f"[require x] cannot be met for s000: {why}" in said, f"{section}: {said}")
        lab.write_text(head + "[require x]\nfact = session.start\nmatch = between\n"
                       "expect = 2026-03-02T08:00:00Z | 2026-03-02T10:00:00Z\n")
        self.hold("less than two minutes" in self.make("refused", lab, "--from", "2026-04-01T00:00:00Z", status=2), "the window")
        lab.write_text("nonsense\n")
        self.hold("lab.ini:1:" in self.make("refused", lab, status=2), "a bad assignment is taken")
        self.hold("not expected" in self.make("refused", lab, lab, status=2), "two assignments are taken")

    def check_refusals(self):
        words = [self.program, "make", "--roster", self.roster, "-o", self.folder / "unseeded"]
        done = subprocess.run(words, capture_output=True, text=True, timeout=60)
        self.hold(done.returncode == 0 and "choose a seed of your own" in done.stderr, f"no seed: {done.stderr}")
        self.hold(self.make("seeded", "--seed", "x") == "", "something is said though there is a seed")
        for text, why in (("id\na/b\n", "line 2: the id is to be a file name"), ("id\n..\n", "line 2: the id is to be"),
                          ("id\na\na\n", "line 3: the id is there twice"), ("name\nx\n", "names no column 'id'")):
            roster = self.folder / "bad.csv"
            roster.write_text(text)
            self.hold(why in self.make("refused", roster=roster, status=2), f"{text!r} is not refused for {why}")
        for words, why in ((["--fault", "fire"], "no fault is called 'fire'"), (["--fault", "loss=101"], "from 0 to 100"),
                           (["--from", "noon"], "--from needs a time"),
                           (["--from", "9999-01-01T00:00:00Z"], "--from needs a time"), (["--fault", "loss", "--fault", "loss"], "twice"),
                           (["--until", "2020-01-01T00:00:00Z"], "--until must be later")):
            self.hold(why in self.make("refused", *words, status=2), f"{words} is not refused for {why}")
        self.hold("File exists" in self.make("plain", status=3), "an old class is overwritten")
        (self.folder / "planted").mkdir()
        (self.folder / "planted" / "s000.pcap").symlink_to(self.folder / "elsewhere")
        self.make("planted", "--overwrite", status=3)
        self.hold(not (self.folder / "elsewhere").exists(), "a link leads out of the folder")


def main():
    with tempfile.TemporaryDirectory(prefix="mailscope-made-") as name:
        made = Made(sys.argv[1], pathlib.Path(name))
        made.make("plain", "--seed", "a")
        made.make("again", "--seed", "a")
        made.make("other", "--seed", "b")
        made.make("faults", "--seed", "a", "--fault", "loss=60", "--fault", "wrong-password=50", "--fault=starttls=30",
                  "--from", "2026-03-01T10:00:00+01:00", "--until", "2026-03-01T12:00:00+01:00")
        for out in ("plain", "faults"):
            made.check_facts(out)
        made.check_wireshark("plain", False)
        made.check_wireshark("faults", True)
        files = {out: {path.name: path.read_bytes() for path in (made.folder / out).iterdir()}
                 for out in ("plain", "again", "other")}
        made.hold(files["plain"] == files["again"], "the same seed gives other bytes")
        made.hold(not set(files["plain"].values()) & set(files["other"].values()), "another seed gives the same bytes")
        nonces = {one["nonce"] for out in ("plain", "other") for one in made.key(out)}
        made.hold(len(nonces) == 2 * STUDENTS, "a nonce comes twice")
        given = [fault for one in made.key("faults") for fault in one["faults"]]
        made.hold(0 < given.count("loss") < STUDENTS and 0 < given.count("starttls") < STUDENTS, f"faults: {given}")
        starts = [line for one in made.key("faults") for line in subprocess.run(
            [made.program, "show", "--json", made.folder / "faults" / one["file"]], capture_output=True,
            text=True).stdout.splitlines()[:1]][:5]
        for line in starts:
            start = next(fact["value"] for fact in json.loads(line)["facts"] if fact["key"] == "session.start")
            made.hold("2026-03-01T09:" <= start < "2026-03-01T11:", f"it begins at {start}")
        made.check_each_fault()
        made.check_required()
        made.check_refusals()
    print("\n".join(made.bad))
    print(f"{made.compared} comparisons, {len(made.bad)} wrong")
    return 1 if made.bad or made.compared < 2000 else 0


if __name__ == "__main__":
    sys.exit(main())
