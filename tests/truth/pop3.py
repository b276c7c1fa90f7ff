# SPDX-License-Identifier: GPL-2.0-or-later
"""pop3.py - holds what the program says of POP3 sessions against the truth."""
import compare

MECHANISMS = {"USER": "USER/PASS"}
OUTCOMES = {"success": True, "failure": False, "cancelled": False}


def line_of(status, text):
    """A status line as it was sent."""
    return " ".join(part for part in (status, text) if part) or None


def exchanges(session):
    """[command, first status line or None, last status line or None] in order."""
    for number in session.numbers("exchange"):
        command = session.value("pop3.command", exchange=number)
        if command is None:
            continue
        statuses = session.find("pop3.status", exchange=number)
        texts = session.find("pop3.reply", exchange=number)
        lines = []
        for status in statuses:
            behind = [text for text in texts if text["ranges"] and status["ranges"]
                      and text["ranges"][0][0] == status["ranges"][0][0]
                      and 0 < text["ranges"][0][1] - status["ranges"][0][1] < 6]
            lines.append(line_of(status["value"], behind[0]["value"] if behind else None))
        if not lines:
            lines = [text["value"] for text in texts]
        yield [command, lines[0] if lines else None, lines[-1] if lines else None]


def messages(session):
    for number in session.numbers("message"):
        def one(key, number=number):
            return session.value(key, message=number)
        yield {"op": one("pop3.transfer"), "num": one("pop3.number"), "uid": one("pop3.uid"),
               "fate": one("pop3.fate"), "size": one("message.size"),
               "sha256": one("message.sha256"), "complete": one("message.complete"),
               "lines": one("pop3.top_lines"), "subject": one("message.subject"),
               "hdr_from": one("message.from"), "hdr_to": one("message.to"),
               "hdr_message-id": one("message.id")}


def compare_message(tally, at, truth, mail):
    tally.check(at + "number", str(truth["num"]), str(mail["num"]))
    tally.check(at + "size", truth["size"], mail["size"])
    complete = truth.get("complete", True)
    tally.check(at + "complete", complete, mail["complete"])
    tally.check(at + "sha256", truth["sha256"] if complete else None, mail["sha256"])
    if "subject_raw" in truth:
        tally.check(at + "subject", compare.unfold(truth["subject_raw"]),
                    compare.unfold(mail["subject"]))
    for name in ("hdr_from", "hdr_to", "hdr_message-id"):
        if name in truth:
            tally.check(at + name, compare.unfold(truth[name]), compare.unfold(mail[name]))


def compare_messages(tally, words, truth, ours):
    if tally.check(f"number {words}", len(truth), len(ours)):
        for number, (expected, mail) in enumerate(zip(truth, ours), 1):
            compare_message(tally, f"{words} {number} ", expected, mail)


def compare_logins(tally, truth, session, finals):
    attempts = list(session.attempts())
    if not tally.check("number of logins", len(truth["auth"]), len(attempts)):
        return
    for number, (expected, attempt) in enumerate(zip(truth["auth"], attempts), 1):
        at = f"login {number} "
        mechanism = expected["mechanism"]
        tally.check(at + "mechanism", MECHANISMS.get(mechanism, mechanism), attempt["mechanism"])
        tally.check(at + "username", expected["username"], attempt["username"])
        tally.check(at + "password", expected["password"], attempt["password"])
        tally.check(at + "ok", expected["ok"], OUTCOMES.get(attempt["outcome"]))
        if "token" in expected:
            tally.check(at + "token", expected["token"],
                        session.value("auth.token", attempt=number))
        if "final" in expected:
            tally.check(at + "final", True, expected["final"] in finals)
    last = attempts[-1] if attempts else {}
    tally.check("user", truth["user"], last.get("username"))
    plain = last.get("mechanism") == "USER/PASS"
    tally.check("pass", truth["pass"], last.get("password") if plain else None)
    apop = [one for one in attempts if one["mechanism"] == "APOP"]
    tally.check("apop", bool(truth["apop"]), bool(apop))


def capture_flags(truth):
    must, may = set(), {"bare-newline", "injection", "urgent"}
    for side in truth.get("tcp", {}).values():
        for key, flag in (("gaps", "gap"), ("conflicting_overlaps", "conflict-overlap"),
                          ("snapped_segments", "truncated")):
            if key in side:
                must.add(flag)
        if "snapped_segments" in side or "missing_tail" in side:
            may.add("gap")
    if not truth["syn_seen"] and not truth["synack_seen"]:
        must.add("midstream")
    elif not truth["syn_seen"] or not truth["synack_seen"]:
        may |= {"midstream", "one-sided"}
    if truth.get("tls_follows"):
        must.add("encrypted")
    if not truth["client_bytes"] or not truth["server_bytes"]:
        may |= {"one-sided", "gap"}
    return must, may


def compare_capture_session(tally, truth, session):
    check, value = tally.check, session.value
    check("proto", "pop3", value("session.protocol"))
    greeting = line_of(value("pop3.greeting_status"), value("pop3.greeting"))
    check("greeting", truth["greeting"], greeting)
    if "apop_challenge" in truth:
        check("timestamp", truth["apop_challenge"], value("pop3.timestamp"))
    ours = list(exchanges(session))
    if check("number of commands", len(truth["commands"]), len(ours)):
        for number, (expected, one) in enumerate(zip(truth["commands"], ours), 1):
            check(f"command {number}", expected[0], one[0])
            check(f"reply {number}", expected[1], one[1])
    compare_logins(tally, truth, session, [one[2] for one in ours])
    mails = list(messages(session))
    compare_messages(tally, "retrieved", truth["retrieved"],
                     [one for one in mails if one["op"] == "RETR"])
    compare_messages(tally, "top", truth["top"], [one for one in mails if one["op"] == "TOP"])
    check("retrieved_count", truth["retrieved_count"],
          sum(one["op"] == "RETR" for one in mails))
    check("deleted", [str(number) for number in truth["deleted"]],
          [str(number) for number in session.values("pop3.deleted")])
    check("deleted_count", truth["deleted_count"], len(session.values("pop3.deleted")))
    check("starttls", truth["starttls"], bool(value("tls.accepted")))
    check("quit", truth["quit"], any(one[0].upper() == "QUIT" for one in ours))
    if truth["quit"]:
        status = value("pop3.quit_status")
        check("quit_ok", truth["quit_ok"], None if status is None else status == "+OK")
    compare.compare_ends(tally, truth, session)
    compare.compare_flags(tally, session, *capture_flags(truth))


# The written cases --------------------------------------------------------------------------------

FATES = {"deleted": True, "kept": False, "unknown": None}


def compare_case_session(tally, truth, session):
    check, value = tally.check, session.value
    check("proto", "pop3", value("session.protocol"))
    check("greeting", truth["greeting"], value("pop3.greeting"))
    check("end", truth["end"], value("session.end"))
    attempts = list(session.attempts())
    if check("number of logins", len(truth["auth"]), len(attempts)):
        for number, (one, attempt) in enumerate(zip(truth["auth"], attempts), 1):
            for name in ("mechanism", "username", "password", "outcome", "digest", "challenge"):
                if name in one:
                    check(f"login {number} {name}", one[name], attempt[name])
    mails = list(messages(session))
    if check("number of messages", len(truth["messages"]), len(mails)):
        for number, (one, mail) in enumerate(zip(truth["messages"], mails), 1):
            at = f"message {number} "
            for name in ("num", "op", "size", "sha256", "complete"):
                if name in one:
                    check(at + name, one[name], mail[name])
            if "deleted" in one:
                check(at + "deleted", one["deleted"], FATES[mail["fate"]])
    compare.compare_flags(tally, session, truth["flags"], truth["flags_ok"])
