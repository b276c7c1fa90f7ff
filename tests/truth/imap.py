# SPDX-License-Identifier: GPL-2.0-or-later
"""imap.py - holds what the program says of an IMAP session against the truth."""
import compare

OUTCOMES = {"success": True, "failure": False, "cancelled": False}


def messages(session, way):
    """Messages that were fetched ("FETCH") or appended ("APPEND"), in the order they were said."""
    for number in session.numbers("message"):
        if session.value("imap.transfer", message=number) != way:
            continue
        yield {name: session.value(key, message=number) for name, key in (
            ("section", "imap.section"), ("size", "message.size"), ("sha256", "message.sha256"),
            ("uid", "imap.uid"), ("seq", "imap.sequence"), ("num", "imap.sequence"),
            ("subject", "message.subject"), ("mailbox", "imap.mailbox"),
            ("complete", "message.complete"), ("outcome", "message.outcome"),
            ("hdr_from", "message.from"), ("hdr_to", "message.to"),
            ("hdr_message-id", "message.id"), ("whole", "imap.whole"))}


def commands(session):
    """[tag and command, status] of each command."""
    for number in session.numbers("exchange"):
        command = session.value("imap.command", exchange=number)
        if command is not None:
            tag = session.value("imap.tag", exchange=number)
            yield [f"{tag} {command}" if tag else command,
                   session.value("imap.status", exchange=number)]


def selections(session):
    """Mailboxes the client asked to open."""
    for number in session.numbers("exchange"):
        verb = (session.value("imap.command", exchange=number) or "").split(" ")[0].upper()
        if verb in ("SELECT", "EXAMINE"):
            yield {"mailbox": session.value("imap.target", exchange=number),
                   "ok": session.value("imap.status", exchange=number) == "OK", "verb": verb}


def fetched(tally, truth, session):
    found = list(messages(session, "FETCH"))
    if not tally.check("number of bodies fetched", len(truth), len(found)):
        return
    for number, (expected, ours) in enumerate(zip(truth, found), 1):
        for name in ("section", "size", "sha256", "uid", "seq"):
            tally.check(f"body {number} {name}", expected[name], ours[name])
        if "subject" in expected:
            tally.check(f"body {number} subject", True, ours["subject"] is not None)
        if expected["section"].startswith("BODY[TEXT]"):
            tally.check(f"body {number} is no message", None, ours["subject"])
        tally.check(f"body {number} whole", expected["section"] in ("BODY[]", "RFC822"),
                    ours["whole"])


def appended(tally, truth, session):
    found = list(messages(session, "APPEND"))
    if not tally.check("number of messages appended", len(truth), len(found)):
        return
    for number, (expected, ours) in enumerate(zip(truth, found), 1):
        at = f"appended {number} "
        for name in ("size", "sha256", "mailbox", "complete"):
            tally.check(at + name, expected[name], ours[name])
        tally.check(at + "ok", expected["ok"], ours["outcome"] == "accepted")
        for name in ("subject", "hdr_from", "hdr_to", "hdr_message-id"):
            if name in expected:
                tally.check(at + name, compare.unfold(expected[name]), compare.unfold(ours[name]))


def compare_capture_session(tally, truth, session):
    check, value = tally.check, session.value
    check("proto", truth["proto"], value("session.protocol"))
    greeting = value("imap.greeting")
    check("greeting", truth["greeting"],
          None if greeting is None else f"* {value('imap.greeting_status')} {greeting}")
    attempts = list(session.attempts())
    if check("number of logins", len(truth["auth"]), len(attempts)):
        for number, (one, ours) in enumerate(zip(truth["auth"], attempts), 1):
            for name in ("mechanism", "username", "password"):
                check(f"login {number} {name}", one[name], ours[name])
            check(f"login {number} ok", one["ok"], OUTCOMES.get(ours["outcome"]))
    check("selected", truth["selected"], list(selections(session)))
    check("responses to FETCH", truth["fetched_responses"], len(session.values("imap.fetch")))
    check("FETCH commands", truth["fetch_commands"],
          sum(" FETCH " in f" {command.upper()} " for command in session.values("imap.command")))
    fetched(tally, truth["fetched_bodies"], session)
    appended(tally, truth["appended"], session)
    said = list(commands(session))
    if check("number of commands", len(truth["commands"]), len(said)):
        for number, (one, ours) in enumerate(zip(truth["commands"], said), 1):
            text = ours[0].rstrip()
            if len(one[0]) >= 150: # the truth's reader cut long commands
                text = text[:len(one[0].rstrip())]
            check(f"command {number}", one[0].rstrip(), text)
            check(f"completion {number}", one[1], ours[1])
    check("starttls", truth["starttls"], bool(value("tls.accepted")))
    check("logout", truth["logout"], any(command.upper() == "LOGOUT"
                                         for command in session.values("imap.command")))
    check("goodbye", truth["tagged_bye"], value("imap.bye") is not None)
    compare.compare_ends(tally, truth, session)
    compare.compare_flags(tally, session, *compare.capture_flags(dict(truth, transactions=[])))


def compare_case_session(tally, truth, session):
    check, value = tally.check, session.value
    check("proto", truth["proto"], value("session.protocol"))
    check("greeting", truth["greeting"], value("imap.greeting"))
    check("end", truth["end"], value("session.end"))
    attempts = list(session.attempts())
    if check("number of logins", len(truth["auth"]), len(attempts)):
        for number, (one, ours) in enumerate(zip(truth["auth"], attempts), 1):
            compare.case_auth(tally, f"login {number} ", one, ours)
    found = list(messages(session, "FETCH")) + list(messages(session, "APPEND"))
    if check("number of messages", len(truth["messages"]), len(found)):
        for number, (one, ours) in enumerate(zip(truth["messages"], found), 1):
            for name in ("num", "size", "sha256"):
                if name in one:
                    check(f"message {number} {name}", one[name], ours[name])
    compare.compare_flags(tally, session, truth["flags"], truth["flags_ok"])
