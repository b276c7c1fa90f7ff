#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Runs the program on every capture and compares its JSON with facts.json beside the capture. Those
facts come from the clients' own side and from tshark, not from this program. A key that facts.json
leaves out is not compared; what it says must all be there, and no more sessions, logins, messages,
recipients or oddities than it says; `oddities_ok` may be there or not.

Usage: facts.py PROGRAM CAPTURES [NAME...]
"""
import json
import pathlib
import subprocess
import sys

MINIMUM = 1000  # comparisons when all captures are looked at
SESSION = {"protocol": "session.protocol", "client": "session.client",
           "client_port": "session.client_port", "server": "session.server",
           "server_port": "session.server_port", "end": "session.end", "end_by": "session.end_by",
           "mode": "pop3.mode"}
AUTH = {key: f"auth.{key}" for key in ("mechanism", "username", "password", "outcome")}
MESSAGE = {"from": "smtp.mail_from", "size": "message.size", "sha256": "message.sha256",
           "complete": "message.complete", "outcome": "message.outcome", "number": "pop3.number",
           "fetched": "pop3.transfer", "fate": "pop3.fate",
           "transfer": "imap.transfer", "section": "imap.section", "mailbox": "imap.mailbox",
           "whole": "imap.whole"}
TLS = {key: f"tls.{key}" for key in ("offered", "requested", "accepted")}


class Comparison:
    def __init__(self):
        self.count = 0
        self.differences = []

    def same(self, where, found, expected):
        self.count += 1
        if found != expected:
            self.differences.append(f"{where}: found {found!r}, expected {expected!r}")

    def keys(self, where, names, found, expected):
        """Compares the keys of `names` that are expected; `found` gives a fact's value by key."""
        for key, fact in names.items():
            if key in expected:
                self.same(f"{where} {fact}", found.get(fact), expected[key])


def grouped(facts, scope):
    """The facts of each attempt or message in order: [{key: value}]."""
    groups = {}
    for fact in facts:
        if scope in fact:
            groups.setdefault(fact[scope], {})[fact["key"]] = fact["value"]
    return [groups[number] for number in sorted(groups)]


def recipients(facts, number):
    """The recipients of a message by outcome."""
    found = {}
    outcomes = {}
    for fact in facts:
        if fact.get("message") == number and "recipient" in fact:
            if fact["key"] == "smtp.rcpt_to":
                found[fact["recipient"]] = fact["value"]
            elif fact["key"] == "smtp.rcpt_outcome":
                outcomes[fact["recipient"]] = fact["value"]
    refused = [found[one] for one in sorted(found) if outcomes.get(one) == "rejected"]
    return [found[one] for one in sorted(found) if outcomes.get(one) != "rejected"], refused


POSTED = {**{name: "webmail." + name for name in ("to", "cc", "bcc", "subject", "text")},
          "outcome": "message.outcome"}


def compare_webmail(result, where, facts, expected):
    """What the requests did, the message read, the mails posted."""
    def values(key):
        return [fact["value"] for fact in facts if fact["key"] == key]
    result.same(f"{where} system", values("http.system"), [expected["system"]])
    result.same(f"{where} actions", values("http.action"), expected["actions"])
    result.same(f"{where} read", values("webmail.uid"),
                [expected["read"]] if "read" in expected else [])
    posted = grouped(facts, "message")
    result.same(f"{where} mails posted", len(posted), len(expected.get("posted", [])))
    for number, (one, want) in enumerate(zip(posted, expected.get("posted", [])), 1):
        result.keys(f"{where} mail {number}", POSTED, one, want)


def compare_session(result, where, found, expected):
    facts = found["facts"]
    session = {fact["key"]: fact["value"] for fact in facts
               if fact["key"].startswith(("session.", "tls.", "pop3."))}
    result.keys(where, SESSION, session, expected)
    result.keys(where, TLS, session, expected.get("tls", {}))
    attempts = grouped([fact for fact in facts if fact["key"].startswith("auth.")], "attempt")
    result.same(f"{where} logins", len(attempts), len(expected["auth"]))
    for number, (one, want) in enumerate(zip(attempts, expected["auth"]), 1):
        result.keys(f"{where} login {number}", AUTH, one, want)
        if want.get("mechanism") in ("CRAM-MD5", "DIGEST-MD5", "SCRAM-SHA-256", "APOP"):
            result.same(f"{where} login {number} password", one.get("auth.password"), None)
    oddities = sorted({oddity["oddity"] for oddity in found["oddities"]} -
                      set(expected.get("oddities_ok", [])))
    result.same(f"{where} oddities", oddities, sorted(expected["oddities"]))
    if expected["protocol"] == "http":
        compare_webmail(result, where, facts, expected)
        return
    messages = sorted({fact["message"] for fact in facts if "message" in fact})
    result.same(f"{where} messages", len(messages), len(expected["messages"]))
    for number, want in zip(messages, expected["messages"]):
        one = {fact["key"]: fact["value"] for fact in facts if fact.get("message") == number}
        result.keys(f"{where} message {number}", MESSAGE, one, want)
        accepted, refused = recipients(facts, number)
        result.same(f"{where} message {number} recipients", accepted, want.get("rcpt", []))
        result.same(f"{where} message {number} refused", refused, want.get("rcpt_rejected", []))
        if want.get("complete") is False:
            result.same(f"{where} message {number} hash", one.get("message.sha256"), None)


def compare(result, program, folder):
    capture = next(folder.glob("capture.pcap*"))
    done = subprocess.run([program, "show", "--json", capture], stdin=subprocess.DEVNULL,
                          capture_output=True, timeout=60)
    result.same(f"{folder.name} exit status", done.returncode, 0)
    result.same(f"{folder.name} standard error", done.stderr.decode(errors="replace"), "")
    found = [json.loads(line) for line in done.stdout.decode("utf-8").splitlines()]
    expected = json.loads((folder / "facts.json").read_text(encoding="utf-8"))["sessions"]
    result.same(f"{folder.name} sessions", len(found), len(expected))
    for number, (one, want) in enumerate(zip(found, expected), 1):
        compare_session(result, f"{folder.name} session {number}", one, want)


def main():
    program, root, names = sys.argv[1], pathlib.Path(sys.argv[2]), sys.argv[3:]
    result = Comparison()
    folders = sorted(path.parent for path in root.glob("*/facts.json"))
    for folder in folders:
        if not names or folder.name in names:
            compare(result, program, folder)
    for difference in result.differences:
        print(difference)
    print(f"{len(folders)} captures, {result.count} facts compared, "
          f"{len(result.differences)} differ")
    return 1 if result.differences or (not names and result.count < MINIMUM) else 0


if __name__ == "__main__":
    sys.exit(main())
