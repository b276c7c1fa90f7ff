#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Runs every display filter of `mailscope answer` through Wireshark: it must show exactly the frames
that the answer cites. A Wireshark without a window, sharkd, opens each capture once for all its
filters; the first filter of some captures goes through tshark too, which must show the same, and
those of cut captures, on which sharkd never ends.

Usage: filters.py PROGRAM FOLDER...
Messages in very many frames are written for this test. The first folder is read wholly, of the
others as many files as a share of the time allows. Exit status 77: there is no sharkd or tshark.
"""
import functools
import json
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
RUNS = ("plain", "repeated", "reordered", "icmp", "chunks", "keep-alive", "beyond-ranges")
SECONDS = 60  # for all folders but the first
TSHARK = 8  # one capture in so many is also shown to tshark
CITED = re.compile(r"@ (frames? .+?), [+-][0-9.]+ s\b")
FILTER = re.compile(r"^   Filter: (.*)$")
COUNT = re.compile(r"\((\d+) in all;")
HEADING = re.compile(r"^([1-5]  [A-Z]|Session [0-9]+ of )")


def frames_of(evidence, longer=()):
    """The frames an evidence names, and whether these are all. `longer`: sets of frames as in JSON, for evidence that is
    too long to be worded."""
    if evidence.startswith("frame "):
        return {int(number) for number in re.findall(r"\bframe (\d+)", evidence)}, True
    names = evidence[len("frames "):].split(" (")[0]
    frames = set()
    for run in names.replace("...", "").split(","):
        ends = [int(end) for end in run.split("-") if end.strip()]
        if ends:
            frames.update(range(ends[0], ends[-1] + 1))
    count = COUNT.search(evidence)
    for whole in longer if count else ():
        if len(whole) == int(count[1]) and frames <= whole:
            return whole, "more ranges" not in evidence
    return frames, not count and "more ranges" not in evidence


def longer_of(program, capture):
    """The sets of frames of all evidence in many frames."""
    done = subprocess.run([program, "show", "--json", capture], capture_output=True, timeout=120)
    for line in done.stdout.splitlines():
        for fact in json.loads(line)["facts"]:
            if len(fact["ranges"]) > 10:
                yield {place[0] for place in fact["ranges"]}


def filters_of(text, longer=()):
    """Each filter with the frames cited before it: (filter, frames, exact)."""
    since = []
    for line in text.split("\n"):
        found = FILTER.match(line)
        if not found and HEADING.match(line):
            left = CITED.findall(" ".join(" ".join(since).split()))
            assert not left, f"cited, but in no filter: {left}"
            since = []
        if not found:
            since.append(line)
            continue
        frames, exact = set(), True
        for evidence in CITED.findall(" ".join(" ".join(since).split())):
            some, whole = frames_of(evidence, longer)
            frames |= some
            exact = exact and whole
        since = []
        yield found[1], frames, exact


class Sharkd:
    """One Wireshark that stays open."""

    def __init__(self):
        self.process = subprocess.Popen(["sharkd", "-"], stdin=subprocess.PIPE, text=True,
                                        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        self.id = self.loaded = 0

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.communicate()

    def ask(self, method, **parameters):
        self.id += 1
        request = {"jsonrpc": "2.0", "id": self.id, "method": method, "params": parameters}
        self.process.stdin.write(json.dumps(request) + "\n")
        self.process.stdin.flush()
        answer = json.loads(self.process.stdout.readline())
        assert "result" in answer, f"sharkd: {answer['error']['message']}"
        return answer["result"]

    def load(self, path):
        self.ask("load", file=str(path))
        self.loaded += 1

    def shown(self, display_filter):
        # It remembers what a filter showed, even in another capture: no text must come twice.
        once = f"({display_filter}) && frame.number <= {0xffffffff - self.loaded}"
        return {frame["num"] for frame in self.ask("frames", filter=once)}


def shown_by_tshark(capture, display_filter):
    done = subprocess.run(["tshark", "-n", "-r", capture, "-Y", display_filter, "-T", "fields",
                           "-e", "frame.number"], capture_output=True, text=True, timeout=120)
    # 2: tshark refuses the filter, or the capture is cut: then it says so behind the frames.
    if done.returncode != 0 and "cut short" not in done.stderr:
        raise AssertionError(f"tshark: {done.stderr.strip()}")
    return {int(number) for number in done.stdout.split()}


def check(capture, job, show):
    """None, or what is wrong with one filter; `show`: gives the frames it shows."""
    display_filter, frames, exact = job
    assert "tcp.stream" not in display_filter
    try:
        got = show(display_filter)
    except AssertionError as trouble:
        return f"{capture}: {display_filter}: {trouble}"
    if got == frames or (not exact and got >= frames):
        return None
    return (f"{capture}: {display_filter}: not shown {sorted(frames - got)[:9]}, "
            f"not cited {sorted(got - frames)[:9]}")


def jobs_of(program, capture):
    """Each filter of a capture's answers, and last whether the capture is cut."""
    done = subprocess.run([program, "answer", "--color=never", capture], capture_output=True,
                          timeout=120)
    text = done.stdout.decode("utf-8")
    longer = list(longer_of(program, capture)) if COUNT.search(text) else []
    for display_filter, frames, exact in filters_of(text, longer):
        assert frames, f"a filter without evidence: {display_filter}"
        assert len(display_filter) < 1200, f"a filter of {len(display_filter)} characters"
        yield display_filter, frames, exact
    yield done.returncode != 0


def self_test():
    """A wrong citation must be noticed."""
    page = ("1  Who\n   A  @ frame 4, bytes 66-77; frame 6, byte 1, +0.1 s\n"
            "   B  @ frames 8-9, 12 (bytes 1-2,\n      3-4, 5-6), +0.2 s\n   Filter: x\n")
    assert list(filters_of(page)) == [("x", {4, 6, 8, 9, 12}, True)], list(filters_of(page))
    many = "frames 1, 3-4, ..., 9 (12 in all; bytes 1-2)"
    assert frames_of(many) == ({1, 3, 4, 9}, False)
    assert frames_of(many, [{1, 3}, set(range(1, 13))]) == (set(range(1, 13)), True)
    assert frames_of(many + " and 7 more ranges", [set(range(1, 13))]) == (set(range(1, 13)), False)


def write_cases(program, folder):
    """Messages in very many runs of frames, with all that a filter must tell apart."""
    written = ROOT / "tests" / "written" / "run.py"
    names = ["runs-" + name for name in RUNS]
    subprocess.run([sys.executable, written, program, "--write", folder, *names], check=True, stdout=subprocess.DEVNULL)


def check_capture(sharkd, program, path, also_tshark):
    """(filters tried, what is wrong) of one capture."""
    try:
        *jobs, cut = jobs_of(program, str(path))
        if jobs and not cut:
            sharkd.load(path)
    except AssertionError as trouble:
        return 1, [f"{path}: {trouble}"]
    by_tshark = functools.partial(shown_by_tshark, path)
    bad = [check(path, job, by_tshark if cut else sharkd.shown) for job in jobs]
    if jobs and also_tshark and not cut:
        bad.append(check(path, jobs[0], by_tshark))
    return len(jobs), [problem for problem in bad if problem]


def main():
    self_test()
    program, *names = sys.argv[1:]
    folders = [pathlib.Path(name) for name in names]
    for tool in ("tshark", "sharkd"):
        if not shutil.which(tool):
            print(f"skipped: there is no {tool}")
            return 77
    checked, bad, captures = 0, [], 0
    stop = None
    with tempfile.TemporaryDirectory() as cases, Sharkd() as sharkd:
        write_cases(program, cases)
        for folder in [pathlib.Path(cases), *folders]:
            if not folder.is_dir():
                print(f"skipped: {folder} is not there")
                continue
            files = sorted(path for path in folder.rglob("*") if path.suffix in
                           (".pcap", ".pcapng", ".cap"))
            for path in files:
                if stop and time.monotonic() > stop:
                    print(f"time is up: {folder} from {path.name} on is left out")
                    break
                tried, wrong = check_capture(sharkd, program, path, captures % TSHARK == 0)
                checked += tried
                captures += tried > 0
                bad += wrong
            if folder in folders:
                stop = stop or time.monotonic() + SECONDS
    for problem in bad:
        print(problem)
    print(f"{checked} filters of {captures} captures, {len(bad)} wrong")
    return 1 if bad or checked == 0 else 0


if __name__ == "__main__":
    sys.exit(main())
