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
            self.hold(not session["oddities"] or "loss" in one["faults"], f"{out} {one['id']}: {session['oddities']}")
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

    def check_refusals(self):
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
        self.hold("File exists" in self.make("plain", status=2), "an old class is overwritten")
        (self.folder / "planted").mkdir()
        (self.folder / "planted" / "s000.pcap").symlink_to(self.folder / "elsewhere")
        self.make("planted", "--overwrite", status=2)
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
        made.check_refusals()
    print("\n".join(made.bad))
    print(f"{made.compared} comparisons, {len(made.bad)} wrong")
    return 1 if made.bad or made.compared < 2000 else 0


if __name__ == "__main__":
    sys.exit(main())
