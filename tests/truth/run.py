#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""run.py captures|cases --program MAILSCOPE --streams MS-STREAMS --shared FOLDER

Holds the program against captures whose truth is known: FOLDER/captures or FOLDER/cases, with a
truth.json each. They are no part of the project; the test says 'skipped' (exit status 77) when the
folder is absent. Every difference is printed; what is argued below is the truth's mistake, or a
question with two answers, and says why.
"""
import argparse
import collections
import json
import os
import subprocess
import sys

import compare
import imap
import pop3
from session import Session

SKIPPED = 77

# (file, field): why the program's answer is the right one, with frames and bytes. At most three
# captures; never a hash, a user name, a password or a recipient.
ARGUED = {
    # Frame 3 is the 334 to the AUTH LOGIN of frame 2: it acknowledges exactly its 12 bytes and says
    # VXNlcm5hbWU6, "Username:". The truth's reader drops the server's bytes behind the hole of 137
    # before it, and so takes the answers to the prompts, frames 4 and 5, for commands.
    ("seladb+PcapPlusPlus/Tests__Packet++Test__PacketExamples__Smtp.pcap", "number of commands"):
        "frames 4 and 5 answer prompts",
    ("seladb+PcapPlusPlus/Tests__Packet++Test__PacketExamples__Smtp.pcap", "reply 1"):
        "frame 3 is it",
    # The server answers LIST with GARBAGE (frame 8), which the client takes for the reply. So it
    # reads what follows, sent in frames 10 to 14 before RETR, as the reply to RETR (frame 16), and
    # the message begins with "1 120" CRLF "2 200" CRLF "+OK message follows" CRLF: its hash agrees.
    # Its first line is no header field, so it has no header (RFC 5322 2.2); the truth's reader
    # searched for the fields further down.
    ("zeek+zeek/testing__btest__Traces__pop3__bad-list-retr-crafted.pcap", "retrieved 1 subject"):
        "the message begins with frame 12",
    ("zeek+zeek/testing__btest__Traces__pop3__bad-list-retr-crafted.pcap", "retrieved 1 hdr_from"):
        "the message begins with frame 12",
    ("zeek+zeek/testing__btest__Traces__pop3__bad-list-retr-crafted.pcap", "retrieved 1 hdr_to"):
        "the message begins with frame 12",
}

# Protocols whose truth is binding: how a session of each is compared.
CAPTURES = {"smtp": compare.compare_capture_session, "pop3": pop3.compare_capture_session,
            "imap": imap.compare_capture_session}
CASES = {"smtp": compare.compare_case_session, "http": compare.compare_case_session,
         "pop3": pop3.compare_case_session, "imap": imap.compare_case_session}

# Least number of facts to be compared; less means that the test does not look.
LEAST = {"captures": 7000, "cases": 1000}
# Least number of sessions of a protocol among them.
SESSIONS = {"captures": {"smtp": 60, "pop3": 24, "imap": 12, "tls": 3},
            "cases": {"pop3": 1, "imap": 1}}


def run(*command):
    return subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, timeout=60,
                          check=False)


def show(tally, program, path):
    """Sessions of a capture and the exit status. Also looks at the text output for control bytes."""
    result = run(program, "show", "--json", path)
    tally.check("exit status", True, result.returncode in (0, 3))
    if result.returncode == 3:
        tally.check("reason on stderr", True, os.path.basename(path).encode() in result.stderr)
    sessions = [Session(line) for line in result.stdout.splitlines()]
    text = run(program, "show", path)
    tally.check("exit status of text", result.returncode, text.returncode)
    raw = [byte for byte in text.stdout if (byte < 32 and byte != 10) or byte == 127]
    tally.check("control bytes", [], raw[:8])
    return sessions, result.returncode


def streams_of(program, path):
    """{(stream address, port, peer address, port): [(bytes, sha256), ...]} as ms-streams says."""
    found = collections.defaultdict(list)
    for line in run(program, path).stdout.decode().splitlines():
        row = json.loads(line)
        key = (row["src"], row["sport"], row["dst"], row["dport"])
        found[key].append((row["bytes"], row["sha256"]))
    return found


def check_streams(tally, words, truth, found):
    """Each direction's bytes, up to its first gap."""
    for (src, sport, dst, dport), size, digest in truth:
        key = (compare.address(src), sport, compare.address(dst), dport)
        choices = found.get(key, [(0, compare.NOTHING)])
        ours = next((one for one in choices if one == (size, digest)), choices[0])
        tally.check(f"{words} {src}:{sport} bytes", size, ours[0])
        tally.check(f"{words} {src}:{sport} sha256", digest, ours[1])


def captures(tally, options, folder):
    skipped = collections.Counter()
    with open(os.path.join(folder, "truth.json"), encoding="utf-8") as file:
        truth = json.load(file)["captures"]
    for name, capture in sorted(truth.items()):
        tally.file = name
        path = os.path.join(folder, name)
        found, _ = show(tally, options.program, path)
        expected, others, rows = [], set(), []
        for session in capture.get("sessions", []):
            ends = (compare.address(session["client"]), session["client_port"],
                    compare.address(session["server"]), session["server_port"])
            if session["proto"] in CAPTURES:
                expected.append((ends, session))
            elif session["proto"].startswith("tls"):
                expected.append((ends, session))
            else:
                skipped[session["proto"].split("-")[0]] += 1
                if session["proto"].startswith("unclassified"):
                    others |= {ends}
            for side, way in (("client", ends), ("server", ends[2:] + ends[:2])):
                if not session.get("tcp", {}).get(side, {}).get("snapped_segments"):
                    rows.append((way, session[f"{side}_bytes"], session[f"{side}_sha256"]))
        found = [one for one in found if one.endpoints not in others]
        tally.sessions.update(session["proto"].split("-")[0] for _, session in expected)
        for session, ours in compare.pair_sessions(tally, expected, found, False):
            CAPTURES.get(session["proto"], compare.compare_tls_session)(tally, session, ours)
        rows += [((row["src"], row["sport"], row["dst"], row["dport"]), row["bytes"], row["sha256"])
                 for row in capture.get("tcp_streams", [])]
        if rows:
            check_streams(tally, "stream", rows, streams_of(options.streams, path))
    return len(truth), skipped


def cases(tally, options, folder):
    skipped = collections.Counter()
    with open(os.path.join(folder, "truth.json"), encoding="utf-8") as file:
        truth = json.load(file)["cases"]
    for case in truth:
        tally.file = case["name"]
        if case["special"] not in (None, "missing"):
            skipped[f"special {case['special']}"] += 1
            continue
        path = os.path.join(folder, case["file"] or case["name"] + ".pcap")
        found, status = show(tally, options.program, path)
        if case["expect"] != "any":
            tally.check("expected exit status", case["expect"] == "ok", status == 0)
        expected, mine = [], []
        for session in case["sessions"]:
            if session["proto"] not in CASES:
                skipped[session["proto"]] += 1
                continue
            ends = compare.split_endpoint(session["client"]) + \
                compare.split_endpoint(session["server"])
            expected.append((ends, session))
        tally.sessions.update(session["proto"] for _, session in expected)
        for session, ours in compare.pair_sessions(tally, expected, found,
                                                   case["extra_sessions_ok"]):
            CASES[session["proto"]](tally, session, ours)
            mine.append(ours)
        words = " ".join(str(fact["value"]) for session in found for fact in session.facts)
        for value in case["forbid"]:
            tally.check(f"forbidden {value}", False, value in words)
        whole = [(ends, one) for ends, one in expected if not one["flags"] and not one["flags_ok"]]
        rows = []
        for ends, one in whole:
            for side, way in (("client", ends), ("server", ends[2:] + ends[:2])):
                rows.append((way, one["stream_len"][side], one["stream_sha256"][side]))
        if rows:
            check_streams(tally, "stream", rows, streams_of(options.streams, path))
    return len(truth), skipped


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("which", choices=["captures", "cases"])
    parser.add_argument("--program", required=True)
    parser.add_argument("--streams", required=True)
    parser.add_argument("--shared", required=True)
    options = parser.parse_args()
    folder = os.path.join(os.environ.get("MS_SHARED") or options.shared, options.which)
    if not os.path.exists(os.path.join(folder, "truth.json")):
        print(f"skipped: no truth.json in {folder}")
        return SKIPPED
    tally = compare.Tally(ARGUED)
    count, skipped = {"captures": captures, "cases": cases}[options.which](tally, options, folder)
    for name, field, truth, ours in tally.differences:
        print(f"{name}: {field}: should be {truth!r}, is {ours!r}")
    wrong_files = len({name for name, _, _, _ in tally.differences})
    print(f"{count} files, {tally.compared} facts compared, {len(tally.differences)} differences in "
          f"{wrong_files} files, {len(tally.used)} argued; families of later issues skipped: "
          + (", ".join(f"{name} {number}" for name, number in sorted(skipped.items())) or "none"))
    if tally.compared < LEAST[options.which]:
        print(f"too few facts compared, at least {LEAST[options.which]} should be")
        return 1
    for name, least in SESSIONS[options.which].items():
        if tally.sessions[name] < least:
            print(f"{tally.sessions[name]} sessions of {name}, at least {least} should be")
            return 1
    idle = set(ARGUED) - tally.used if options.which == "captures" else set()
    for name, field in sorted(idle):
        print(f"{name}: {field}: argued, but there is no difference")
    return 1 if tally.differences or idle else 0


sys.exit(main())
