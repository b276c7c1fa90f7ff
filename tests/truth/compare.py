# SPDX-License-Identifier: GPL-2.0-or-later
"""compare.py - holds what the program says against the truth, and counts what was compared."""
import collections
import ipaddress
import re


def same(truth, ours):
    """Whether `ours` is what the truth allows: a value, any_of, prefix_ok, hex or skip."""
    if isinstance(truth, dict):
        if "skip" in truth:
            return True
        if "any_of" in truth:
            return any(same(choice, ours) for choice in truth["any_of"])
        if "hex" in truth:
            return ours is not None and ours.encode("utf-8", "surrogateescape").hex() == truth["hex"]
        if "prefix_ok" in truth:
            whole = truth["prefix_ok"]
            return ours is None or (isinstance(ours, str) and whole.startswith(ours))
    if isinstance(truth, list) and isinstance(ours, (list, tuple)):
        return len(truth) == len(ours) and all(map(same, truth, ours))
    return truth == ours


def address(text):
    return str(ipaddress.ip_address(text))


def split_endpoint(text):
    """"192.0.2.1:25" or "[2001:db8::1]:25"."""
    host, port = text.rsplit(":", 1)
    return address(host.strip("[]")), int(port)


def unfold(text):
    return None if text is None else re.sub(r"\s+", " ", text).strip()


# SHA-256 of no bytes.
NOTHING = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


class Tally:
    """Counts comparisons; keeps differences as (file, field, truth, ours)."""

    def __init__(self, argued):
        self.argued = argued  # {(file, field): reason}
        self.compared = 0
        self.sessions = collections.Counter()  # expected ones, by protocol
        self.differences = []
        self.used = set()
        self.file = None

    def check(self, field, truth, ours):
        self.compared += 1
        if same(truth, ours):
            return True
        if (self.file, field) in self.argued:
            self.used.add((self.file, field))
            return True
        self.differences.append((self.file, field, truth, ours))
        return False


def pair_sessions(tally, expected, found, extra_ok):
    """Pairs sessions by endpoints, in order. expected: [(endpoints, truth)]. Says what is missing
    and what is there too much."""
    left = list(found)
    pairs = []
    for endpoints, truth in expected:
        session = next((one for one in left if one.endpoints == endpoints), None)
        if tally.check("session", list(endpoints), list(session.endpoints) if session else None):
            if session:
                left.remove(session)
                pairs.append((truth, session))
    if not extra_ok:
        tally.check("extra sessions", [], [list(one.endpoints) + [one.value("session.protocol")]
                                           for one in left])
    return pairs


def compare_flags(tally, session, must, may):
    flags = session.flags()
    tally.check("flags raised", sorted(must), sorted(flags & set(must)))
    tally.check("flags without cause", [], sorted(flags - set(must) - set(may)))


def compare_transactions(tally, truth, session, one):
    """Pairs transactions in order; a refused MAIL counts only where the truth has it."""
    ours = list(session.transactions())
    if len(ours) > len(truth):
        ours = [mail for mail in ours if not (mail["mail_reply"] or 0) >= 400]
    if tally.check("number of transactions", len(truth), len(ours)):
        for number, (expected, mail) in enumerate(zip(truth, ours), 1):
            one(tally, f"mail {number} ", expected, mail)


# The public captures ------------------------------------------------------------------------------

OUTCOMES = {"success": True, "failure": False, "cancelled": False}


def capture_mail(tally, at, truth, mail):
    tally.check(at + "from", truth["from"], mail["from"])
    tally.check(at + "rcpt", truth["rcpt"], mail["rcpt"])
    tally.check(at + "rcpt_rejected", [to for to, _ in truth["rcpt_rejected"]],
                [to for to, _ in mail["rcpt_rejected"]])
    tally.check(at + "rcpt_rejected codes", [code for _, code in truth["rcpt_rejected"]],
                [code for _, code in mail["rcpt_rejected"]])
    tally.check(at + "accepted", truth["accepted"], mail["outcome"] == "accepted")
    if truth["outcome"] == "rejected":
        tally.check(at + "outcome", "rejected", mail["outcome"])
    if "final_code" in truth:
        tally.check(at + "final_code", truth["final_code"], mail["final_code"])
    if truth["size"] is None:
        tally.check(at + "sha256", None, mail["sha256"])
        return
    tally.check(at + "complete", truth["complete"], mail["complete"])
    tally.check(at + "size", truth["size"], mail["size"])
    tally.check(at + "sha256", truth["sha256"] if truth["complete"] else None, mail["sha256"])
    tally.check(at + "via", truth["via"], mail["via"])
    if "subject_raw" in truth:
        tally.check(at + "subject", unfold(truth["subject_raw"]), unfold(mail["subject"]))
    for name in ("hdr_from", "hdr_to", "hdr_message-id"):
        if name in truth:
            ours = unfold(mail[name])
            if len(truth[name]) == 300 and ours: # where the truth's own reader cut it
                ours = ours[:300]
            tally.check(at + name, unfold(truth[name]), ours)


def capture_auth(tally, at, truth, attempt):
    tally.check(at + "mechanism", truth["mechanism"], attempt["mechanism"])
    for name in ("username", "password"):
        # A login cut short by a gap: the truth does not know what the program may still decode.
        if truth[name] is not None or truth["ok"] is not None or not attempt[name]:
            tally.check(at + name, truth[name], attempt[name])
    tally.check(at + "ok", truth["ok"], OUTCOMES.get(attempt["outcome"]))
    tally.check(at + "reply", truth.get("final_code"), attempt["reply_code"])
    if "challenge" in truth:
        tally.check(at + "challenge", truth["challenge"], attempt["challenge"])
    if "response" in truth and attempt["digest"]:
        tally.check(at + "digest", True, attempt["digest"] in truth["response"])


def capture_flags(truth):
    """Which flags the truth calls for, and which it leaves open."""
    must, may = set(), {"bare-newline", "injection", "urgent"}
    for side in truth.get("tcp", {}).values():
        if "gaps" in side:
            must.add("gap")
        if "conflicting_overlaps" in side:
            must.add("conflict-overlap")
        if "snapped_segments" in side:
            must.add("truncated")
            may.add("gap")
        if "missing_tail" in side:
            may.add("gap")
    if not truth["syn_seen"] and not truth["synack_seen"]:
        must.add("midstream")
    elif not truth["syn_seen"] or not truth["synack_seen"]:
        may |= {"midstream", "one-sided"}
    if truth.get("tls_follows"):
        must.add("encrypted")
    if any(mail.get("bare_lf") for mail in truth["transactions"]):
        must.add("bare-newline")
        may.discard("bare-newline")
    if not truth["client_bytes"] or not truth["server_bytes"]:
        may |= {"one-sided", "gap"}
    return must, may


def compare_ends(tally, truth, session):
    """How the connection ends, and where each side first speaks, whatever the protocol."""
    check = tally.check
    check("end", truth["end"], session.value("session.end"))
    check("tcp end", truth["tcp_end"], session.tcp_end())
    for side in ("client", "server"):
        if f"fin_{side}" in truth:
            check(f"{side} FIN", truth[f"fin_{side}"],
                  (session.frames("session.fin", side) or [None])[0])
        if f"rst_{side}" in truth:
            check(f"{side} RST", truth[f"rst_{side}"],
                  (session.frames("session.rst", side) or [None])[0])
        if f"first_{side}_payload_frame" in truth and not truth.get("tunnelled_by"):
            check(f"{side}'s first frame", truth[f"first_{side}_payload_frame"],
                  (session.frames(f"session.{side}_first") or [None])[0])


def compare_capture_session(tally, truth, session):
    check, value = tally.check, session.value
    check("proto", truth["proto"], value("session.protocol"))
    check("greeting code", truth.get("greeting_code"), value("smtp.greeting_code"))
    if truth["greeting"] is not None:
        check("greeting", truth["greeting"][4:],
              (value("smtp.greeting") or "").split("\n")[0])
        check("greeting lines", truth["greeting_lines"],
              (value("smtp.greeting") or "").count("\n") + 1)
    helo = session.values("smtp.helo")
    check("helo", truth["helo"], helo[-1] if helo else None)
    if truth["helo_verb"]:
        check("helo verb", truth["helo_verb"], (session.values("smtp.helo_verb") or [None])[-1])
    if "extensions" in truth:
        check("extensions", truth["extensions"], session.values("smtp.extension"))
    attempts = list(session.attempts())
    if check("number of logins", len(truth["auth"]), len(attempts)):
        for number, (expected, attempt) in enumerate(zip(truth["auth"], attempts), 1):
            capture_auth(tally, f"login {number} ", expected, attempt)
    compare_transactions(tally, truth["transactions"], session, capture_mail)
    commands = list(session.commands())
    if check("number of commands", len(truth["commands"]), len(commands)):
        for number, (expected, command) in enumerate(zip(truth["commands"], commands), 1):
            check(f"command {number}", expected[0].rstrip(), command[0].rstrip())
            check(f"reply {number}", expected[1], command[1])
    check("starttls", truth["starttls"], bool(value("tls.accepted")))
    check("quit code", truth.get("quit_code"), value("smtp.quit_code"))
    compare_ends(tally, truth, session)
    compare_flags(tally, session, *capture_flags(truth))


def compare_tls_session(tally, truth, session):
    """A connection that is encrypted from its first byte on."""
    tally.check("proto", "tls", session.value("session.protocol"))
    tally.check("encrypted since", truth["first_client_payload_frame"],
                (session.frames("tls.started") or [None])[0])
    tally.check("version", True, (session.value("tls.version") or "").startswith("TLS 1."))
    tally.check("end", truth["end"], session.value("session.end"))
    tally.check("tcp end", truth["tcp_end"], session.tcp_end())


# The written cases --------------------------------------------------------------------------------

ACCEPTED = {"accepted": True, "rejected": False, "aborted": False, "partial": True, "unknown": None}


def case_mail(tally, at, truth, mail):
    ours = dict(mail, accepted=ACCEPTED.get(mail["outcome"]))
    ours["rcpt_rejected"] = [to for to, _ in mail["rcpt_rejected"]]
    for name in ("from", "rcpt", "rcpt_rejected", "accepted", "complete", "size", "sha256"):
        if name in truth and not (name == "size" and truth["size"] is None):
            expected = truth[name]
            if name == "rcpt_rejected":
                expected = [one[0] if isinstance(one, list) else one for one in expected]
            tally.check(at + name, expected, ours[name])


def case_auth(tally, at, truth, attempt):
    for name in ("mechanism", "username", "password", "outcome", "digest", "challenge"):
        if name in truth:
            tally.check(at + name, truth[name], attempt[name])


def compare_webmail(tally, truth, session):
    """A session over HTTP: what was done, each with what the truth knows of it."""
    tally.check("proto", truth["proto"], session.value("session.protocol"))
    tally.check("end", truth["end"], session.value("session.end"))
    ours = list(session.webmail())
    if tally.check("webmail kinds", [one["kind"] for one in truth["webmail"]],
                   [one["kind"] for one in ours]):
        for number, (expected, one) in enumerate(zip(truth["webmail"], ours), 1):
            for name, value in expected.items():
                tally.check(f"webmail {number} {name}", value,
                            one.get("text" if name in ("body", "message") else name))
    compare_flags(tally, session, truth["flags"], truth["flags_ok"])


def compare_case_session(tally, truth, session):
    if truth["proto"] == "http":
        compare_webmail(tally, truth, session)
        return
    check, value = tally.check, session.value
    check("proto", truth["proto"], value("session.protocol"))
    check("greeting", truth["greeting"], value("smtp.greeting"))
    helo = session.values("smtp.helo")
    check("helo", truth["helo"], helo[-1] if helo else None)
    check("end", truth["end"], value("session.end"))
    attempts = list(session.attempts())
    expected = truth["auth"]
    if len(attempts) < len(expected):
        expected = [one for one in expected if not one.get("optional")]
    elif attempts and expected and all(one.get("optional") for one in expected):
        # Optional: may be absent in part, but not wrong.
        for one, attempt in zip(expected, attempts):
            for name, known in attempt.items():
                if one.get(name) is not None and known not in (None, "unknown"):
                    check("optional login " + name, one[name], known)
        expected = attempts = []
    if check("number of logins", len(expected), len(attempts)):
        for number, (one, attempt) in enumerate(zip(expected, attempts), 1):
            case_auth(tally, f"login {number} ", one, attempt)
    compare_transactions(tally, truth["transactions"], session, case_mail)
    compare_flags(tally, session, truth["flags"], truth["flags_ok"])
