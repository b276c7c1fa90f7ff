#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Runs mailscope on every written case and compares what it says. Usage: run.py PROGRAM [--write DIR] [NAME...]"""
import hashlib
import json
import pathlib
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).parent))
import cases  # noqa: E402


def facts(session, key, **scope):
    return [f for f in session["facts"] if f["key"] == key and all(f.get(k) == v for k, v in scope.items())]


def one(session, key, **scope):
    found = facts(session, key, **scope)
    return found[0]["value"] if found else None


def endpoint(session, side):
    address, port = one(session, "session." + side), one(session, "session.%s_port" % side)
    return "%s:%s" % ("[%s]" % address if ":" in str(address) else address, port)


class Check:
    def __init__(self, name):
        self.name, self.wrong, self.compared = name, [], 0

    def equal(self, what, want, got):
        self.compared += 1
        if want != got:
            self.wrong.append("%s: expected %r, got %r" % (what, want, got))


def check_message(check, session, number, want):
    where = "message %d " % number
    scope = {"message": number}
    check.equal(where + "from", want["from"], one(session, "smtp.mail_from", **scope)) if want["from"] is not None else None
    if want["rcpt"] is not None:
        rows = {f["recipient"]: f["value"] for f in facts(session, "smtp.rcpt_to", **scope)}
        outcome = {f["recipient"]: f["value"] for f in facts(session, "smtp.rcpt_outcome", **scope)}
        check.equal(where + "accepted", want["rcpt"], [v for k, v in rows.items() if outcome.get(k) == "accepted"])
        check.equal(where + "refused", want["refused"], [v for k, v in rows.items() if outcome.get(k) == "rejected"])
    check.equal(where + "outcome", want["outcome"], one(session, "message.outcome", **scope))
    for key, field in (("number", "pop3.number"), ("how", "pop3.transfer"), ("fate", "pop3.fate")):
        if key in want:
            check.equal(where + key, want[key], one(session, field, **scope))
    if want["complete"] is not None:
        check.equal(where + "complete", want["complete"], one(session, "message.complete", **scope))
    if want["complete"] is not True:
        check.equal(where + "hash", None, one(session, "message.sha256", **scope))
    elif want["body"] is not None:
        check.equal(where + "size", len(want["body"]), one(session, "message.size", **scope))
        check.equal(where + "sha256", hashlib.sha256(want["body"]).hexdigest(), one(session, "message.sha256", **scope))


def check_session(check, session, want):
    dialect = want["protocol"] if want["protocol"] in ("pop3", "imap") else "smtp"
    simple = {"protocol": "session.protocol", "greeting": dialect + ".greeting", "end": "session.end"}
    if dialect == "pop3":
        check.equal("mode", want["mode"], one(session, "pop3.mode"))
    for key, field in simple.items():
        if want[key] is not None:
            check.equal(key, want[key], one(session, field))
    for side in ("client", "server"):
        check.equal(side, want[side], endpoint(session, side))
    if want["helo"] is not None:
        check.equal("helo", want["helo"], (facts(session, "smtp.helo") or [{"value": None}])[-1]["value"])
    if want["auth"] is not None:
        numbers = sorted({f["attempt"] for f in session["facts"] if "attempt" in f})
        got = [tuple(one(session, "auth." + k, attempt=n) for k in ("mechanism", "username", "password", "outcome")) for n in numbers]
        check.equal("auth", want["auth"], got)
    if want["messages"] is not None:
        numbers = sorted({f["message"] for f in session["facts"] if "message" in f})
        check.equal("messages", len(want["messages"]), len(numbers))
        for number, message in zip(numbers, want["messages"]):
            check_message(check, session, number, message)
    for key, values in want.get("facts", {}).items():
        check.equal(key, values, [fact["value"] for fact in facts(session, key)])
    odd = {o["oddity"] for o in session["oddities"]} & cases.WATCHED
    if want["oddities"] is not None:
        check.equal("oddities", set(want["oddities"]), odd - (set(want["may"]) - set(want["oddities"])))
    check.equal("encrypted", want["encrypted"], bool(facts(session, "tls.started")))


def run(program, path, case):
    command = [program, "show", "--json", "-" if case["stdin"] else str(path)]
    done = subprocess.run(command, input=case["data"] if case["stdin"] else b"", capture_output=True, timeout=20)
    return done.returncode, [json.loads(line) for line in done.stdout.splitlines()], done.stderr


def main():
    arguments = sys.argv[1:]
    program = arguments.pop(0)
    if arguments[:1] == ["--write"]:
        folder = pathlib.Path(arguments[1])
        names = arguments[2:]
        folder.mkdir(parents=True, exist_ok=True)
    else:
        folder, names = pathlib.Path(tempfile.mkdtemp(prefix="mailscope-written-")), arguments
    all_cases = cases.load()
    compared = failed = 0
    for name, case in all_cases.items():
        if names and name not in names:
            continue
        path = folder / (name + case["suffix"])
        path.write_bytes(case["data"])
        check = Check(name)
        status, sessions, errors = run(program, path, case)
        check.equal("exit status", case["status"], status)
        check.equal("one clear line on stderr", case["status"] != 0, b"mailscope: " in errors and bool(case["status"]))
        check.equal("sessions", len(case["expect"]), len(sessions))
        for session, want in zip(sessions, case["expect"]):
            check_session(check, session, want)
        compared += check.compared
        failed += bool(check.wrong)
        for line in check.wrong:
            print("%s: %s" % (name, line))
    print("%d cases, %d comparisons, %d cases failed" % (len(names or all_cases), compared, failed))
    if not names and compared < 6500:
        print("fewer comparisons than there must be")
        failed += 1
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
