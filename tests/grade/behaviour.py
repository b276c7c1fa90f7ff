#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The ready-made checks of what a student's client or server does: a dialogue written for each way to pass and to fail,
with the frame that the feedback has to name. Usage: behaviour.py PROGRAM"""
import json
import pathlib
import re
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "written"))
import wire

PROGRAM = pathlib.Path(sys.argv[1]).resolve()
CHECKS = ["greeting", "hello", "crlf", "order", "waits", "dots", "line-length", "quit", "server-greeting", "server-crlf",
          "server-replies", "server-line-length"]
GREET = ("S: 220 mx.example ready",)
HELLO = ("C: EHLO c.example", "S: 250-mx.example\r\n250 SIZE 9999999")
PIPED = ("C: EHLO c.example", "S: 250-mx.example\r\n250 PIPELINING")
MAIL = ("C: MAIL FROM:<a@c.example>", "S: 250 ok", "C: RCPT TO:<b@d.example>", "S: 250 ok")
DATA = ("C: DATA", "S: 354 go")
BODY = ("C: Subject: x\r\n\r\none\r\n..two dots\r\nthree\r\n.", "S: 250 queued")
PLAIN = ("C: Subject: x\r\n\r\none\r\n.", "S: 250 queued")
QUIT = ("C: QUIT", "S: 221 bye")
ALL = GREET + HELLO + MAIL + DATA + BODY + QUIT
LONG = "x" * 998

# name: (turns, {check: (verdict, words that are said)}); every check that is not named is right, but for `dots`, which is
# right only where a line with a dot shows it. Frames: the handshake is 1 to 3, each turn one more.
CASES = {
    "good": (ALL, {"greeting": ("right", r"frame 5\) follows the greeting \(frame 4"), "hello": ("right", "EHLO comes first"),
                   "dots": ("right", r": 1, all doubled; the first in frame 13"), "quit": ("right", r"frame 15\).*221 \(frame 16"),
                   "order": ("right", "5 commands"), "waits": ("right", "awaited")}),
    "helo": (GREET + ("C: HELO c.example", "S: 250 mx.example") + ALL[3:], {"hello": ("right", "HELO")}),
    "rset": (GREET + HELLO + MAIL + ("C: RSET", "S: 250 ok") + MAIL + DATA + BODY + MAIL + DATA + BODY + QUIT, {}),
    "refused": (GREET + HELLO + MAIL[:3] + ("S: 550 no", "C: RCPT TO:<c@d.example>", "S: 250 ok") + DATA + BODY + QUIT, {}),
    "login": (GREET + HELLO + ("C: AUTH LOGIN", "S: 334 VXNlcm5hbWU6", "C: YQ==", "S: 334 UGFzc3dvcmQ6", "C: YQ==", "S: 235 ok")
              + MAIL + DATA + BODY + QUIT, {}),
    "pipelined": (GREET + PIPED + ("C: MAIL FROM:<a@c.example>\r\nRCPT TO:<b@d.example>\r\nDATA",
                                   "S: 250 ok\r\n250 ok\r\n354 go") + BODY + QUIT, {}),
    "parameters": (GREET + HELLO + ("C: MAIL FROM:<a@c.example> SIZE=" + "0" * 500, "S: 250 ok") + MAIL[2:] + DATA + BODY + QUIT, {}),
    "no-dots": (GREET + HELLO + MAIL + DATA + PLAIN + QUIT, {"dots": ("missing", "nothing shows it")}),
    "impatient": (("C: EHLO c.example", "S: 220 mx.example ready", "S: 250-mx.example\r\n250 SIZE 9") + ALL[3:],
                  {"greeting": ("wrong", r"frame 4\).*before the greeting.*frame 5")}),
    "no-hello": (GREET + MAIL + DATA + BODY + QUIT, {"hello": ("wrong", r"first command is MAIL \(frame 5"),
                                                     "order": ("wrong", "MAIL in frame 5.*EHLO or HELO was to come")}),
    "bare-lf": (GREET + ((True, b"EHLO c.example\n"),) + ALL[2:], {"crlf": ("wrong", "line feed without carriage return in frame 5")}),
    "bare-lf-body": (GREET + HELLO + MAIL + DATA + ((True, b"Subject: x\r\n\r\none\n..two\r\n.\r\n"), "S: 250 ok") + QUIT,
                     {"crlf": ("wrong", "line feed without carriage return in frame 13: in the message"),
                      "dots": ("missing", "")}),
    "bare-cr": (GREET + HELLO + MAIL + DATA + ((True, b"Subject: x\r\n\r\none\rtwo\r\n..x\r\n.\r\n"), "S: 250 ok") + QUIT,
                {"crlf": ("wrong", "carriage return without line feed in frame 13")}),
    "single-dot": (GREET + HELLO + MAIL + DATA + ("C: Subject: x\r\n\r\n..one\r\n.two\r\n.", "S: 250 queued") + QUIT,
                   {"dots": ("wrong", r"single dot \(frame 13\)")}),
    "early-end": (GREET + HELLO + MAIL + DATA + ("C: Subject: x\r\n\r\none\r\n.\r\ntwo\r\n.", "S: 250 queued\r\n500 what\r\n500 what") + QUIT,
                  {"dots": ("wrong", r"dot alone.*\(frame 13\)"), "waits": ("wrong", "")}),
    "rcpt-first": (GREET + HELLO + ("C: RCPT TO:<b@d.example>", "S: 503 no") + MAIL + DATA + BODY + QUIT,
                   {"order": ("wrong", "RCPT in frame 7.*no MAIL was accepted")}),
    "data-early": (GREET + HELLO + MAIL[:2] + ("C: DATA", "S: 503 no") + MAIL[2:] + DATA + BODY + QUIT,
                   {"order": ("wrong", "DATA in frame 9.*no RCPT was accepted")}),
    "mail-twice": (GREET + HELLO + MAIL[:2] + MAIL + DATA + BODY + QUIT, {"order": ("wrong", "MAIL in frame 9.*a mail is being sent")}),
    "after-quit": (ALL + ("C: NOOP", "S: 250 ok"), {"order": ("wrong", "NOOP in frame 17.*follows QUIT")}),
    "server-503": (GREET + HELLO + ("C: VRFY a", "S: 503 no") + MAIL + DATA + BODY + QUIT, {"order": ("wrong", "the server says so")}),
    "blind": (GREET + HELLO + ("C: MAIL FROM:<a@c.example>\r\nRCPT TO:<b@d.example>\r\nDATA", "S: 250 ok\r\n250 ok\r\n354 go") + BODY + QUIT,
              {"waits": ("wrong", r"frame 7\) before the reply to MAIL.*frame 8.*no PIPELINING")}),
    "blind-ehlo": (GREET + ("C: EHLO c.example\r\nMAIL FROM:<a@c.example>", "S: 250-mx.example\r\n250 PIPELINING", "S: 250 ok") + MAIL[2:]
                   + DATA + BODY + QUIT, {"waits": ("wrong", "before the reply to EHLO")}),
    "blind-data": (GREET + HELLO + MAIL + ("C: DATA", "C: Subject: x\r\n\r\none\r\n..two\r\n.", "S: 354 go\r\n250 queued") + QUIT,
                   {"waits": ("wrong", r"message \(frame 12\).*reply to DATA \(frame 13")}),
    "long-command": (GREET + ("C: EHLO " + "c" * 506,) + ALL[2:], {"line-length": ("wrong", r"513 bytes.*frame 5.*512")}),
    "long-text": (GREET + HELLO + MAIL + DATA + ("C: Subject: x\r\n\r\n..\r\n" + LONG + "x\r\n.", "S: 250 ok") + QUIT,
                  {"line-length": ("wrong", r"1001 bytes.*frame 13.*1000")}),
    "full-text": (GREET + HELLO + MAIL + DATA + ("C: Subject: x\r\n\r\n..\r\n" + LONG + "\r\n..." + LONG[2:] + "\r\n.", "S: 250 ok") + QUIT, {}),
    "no-quit": (ALL[:-2], {"quit": ("wrong", r"no QUIT was sent; the last command is in frame 11")}),
    "quit-alone": (ALL[:-1], {"quit": ("wrong", r"QUIT \(frame 15\) was not answered"), "server-replies": ("wrong", "no reply: frame 15")}),
    "quit-500": (ALL[:-1] + ("S: 500 what",), {"quit": ("wrong", "answered with 500")}),
    "odd-greeting": (("S: 250 mx.example",) + ALL[1:], {"greeting": ("missing", "no greeting"), "server-greeting": ("wrong", "frame 4.*is no greeting")}),
    "nameless": (("S: 220 ",) + ALL[1:], {"server-greeting": ("wrong", "does not name")}),
    "server-lf": (((False, b"220 mx.example\n"),) + ALL[1:], {"server-crlf": ("wrong", "line feed.*frame 4")}),
    "server-long": (ALL[:-1] + ("S: 221 " + "x" * 507,), {"server-line-length": ("wrong", r"513 bytes.*frame 16")}),
    "server-twice": (ALL[:2] + ("S: 250 mx.example", "S: 250 again") + ALL[3:], {"server-replies": ("wrong", "belongs to no command"),
                                                                              "waits": (None, ""), "order": (None, "")}),
    "tls": (GREET + ("C: EHLO c.example", "S: 250-mx.example\r\n250 STARTTLS", "C: STARTTLS", "S: 220 go"),
            {"quit": ("missing", "cannot be read"), "dots": ("missing", "")}),
    "web": (("C: GET / HTTP/1.1\r\nHost: x\r\n", "S: HTTP/1.1 200 ok\r\n"), dict.fromkeys(CHECKS, ("missing", ""))),
    "pop": (("S: +OK ready", "C: USER a", "S: +OK", "C: PASS b", "S: +OK", "C: QUIT", "S: +OK"),
            dict.fromkeys(CHECKS, ("missing", "no session of SMTP"))),
}


def capture(turns):
    connection = wire.Connection()
    for turn in turns:
        if isinstance(turn, tuple):
            connection.say(*turn)
        else:
            connection.say(turn[0] == "C", turn[3:].encode() + b"\r\n")
    connection.close(False)
    return wire.pcap([wire.ethernet(wire.packet4(segment), segment.up) for segment in connection.segments])


def main():
    bad, compared, seen = [], 0, set()
    with tempfile.TemporaryDirectory(prefix="mailscope-behaviour-") as name:
        folder = pathlib.Path(name)
        (folder / "work").mkdir()
        (folder / "lab.ini").write_text("[assignment]\ntitle = T\n" + "".join(
            f"[question {check}]\ncheck = {check}\n" for check in CHECKS))
        for case, (turns, _) in CASES.items():
            (folder / "work" / f"{case}.pcap").write_bytes(capture(turns))
        subprocess.run([PROGRAM, "grade", folder / "lab.ini", folder / "work", "-o", folder / "out"], check=True, timeout=100)
        results = {row["key"]: row for row in map(json.loads, (folder / "out" / "results.ndjson").read_text().splitlines())}
        if set(results) != set(CASES):
            bad.append(f"results of {sorted(results)}")
        for case, (turns, expected) in CASES.items():
            rows = {row["id"]: row for row in results[case]["questions"]}
            for check in CHECKS:
                verdict, words = expected.get(check, ("right", ""))
                row, compared = rows[check], compared + 1
                seen.add((check, row["verdict"]))
                if verdict and row["verdict"] != verdict or not re.search(words, row.get("words", "")):
                    bad.append(f"{case}: {check} is {row['verdict']}: {row.get('words')}")
                if row["verdict"] == "wrong" and "frame.number" not in row.get("filter", ""):
                    bad.append(f"{case}: {check} is wrong without a filter")
        page = (folder / "out" / "feedback" / "bare-lf.md").read_text().replace("\\", "")
        if "a line feed without carriage return in frame 5" not in page or "Do all lines of the client end in CRLF?" not in page:
            bad.append("the feedback does not say what is wrong")
        if "<dt>Seen</dt><dd>a line feed without carriage return in frame 5" not in (
                folder / "out" / "feedback" / "bare-lf.html").read_text():
            bad.append("nor does the page")
    for check in CHECKS:
        for verdict in ("right", "wrong", "missing"):
            if (check, verdict) not in seen:
                bad.append(f"no case shows {check} as {verdict}")
    print("\n".join(bad))
    print(f"{compared} verdicts, {len(bad)} wrong")
    return 1 if bad or compared < 440 else 0


if __name__ == "__main__":
    sys.exit(main())
