#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Drops each packet of a session in turn. Never may a wrong fact be presented as certain, and every fact whose bytes
survive must still be there with the same value and the same ranges. Usage: drop.py PROGRAM"""
import json
import pathlib
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).parent))
import cases  # noqa: E402
from cases import envelope, frames4, hello, plain, send_login  # noqa: E402
from wire import pcap  # noqa: E402

# Said of the whole session or message, so they change when any packet of it is lost: true all the same.
SUMMARY = {"session.start", "session.last", "session.client", "session.server", "session.client_port", "session.server_port",
           "session.client_first", "session.server_first", "session.end", "session.end_by", "message.complete",
           "message.size", "message.missing", "message.sha256", "tls.offered", "pop3.fate", "pop3.mode", "pop3.removed"}
# A fact that needs another frame to be understood, by the words of the frame that was dropped: all that may be missing then.
NEEDS = (
    (b"EHLO", {"smtp.extension"}),  # nobody asked for them, as far as the capture says
    (b"AUTH", {"auth.*"}),          # without its mechanism an answer cannot be read
    (b"334", {"auth.*"}),
    (b"MAIL", {"smtp.mail_reply"}),
    (b"RCPT", {"smtp.rcpt_reply", "smtp.rcpt_outcome"}),
    (b"QUIT", {"smtp.quit_code"}),
    (b"250-", {"smtp.extension"}),  # the next line may be the first of its reply, which names none
    (b"PASS", {"auth.*"}),  # without it nobody can say what was accepted
    (b"STAT", {"pop3.stat_*"}),
    (b"RETR", {"pop3.transfer", "pop3.uid"}),
    (b"DELE", {"pop3.deleted"}),
    (b"QUIT", {"pop3.quit_status"}),
    (b"+OK", {"pop3.uidl", "pop3.uid", "message.*"}),  # the next line may begin before what is left of it
    (b"1 aa", {"pop3.uidl", "pop3.uid"}),
    (b"a1 LOGIN", {"auth.*"}),
    (b"a2 SELECT", {"imap.read_only"}),
    (b"a2 OK", {"imap.selected", "imap.mailbox"}),  # nobody knows whether it was opened
    (b"* 1 FETCH", {"imap.mailbox"}),  # there is no message that could lie in it
    (b"p1 APPEND", {"message.*"}),
    (b"POST /login", {"auth.*"}),
    (b"POST /mail/send", {"message.outcome"}),
    (b"BDAT", {"message.*", "smtp.final_reply"}),  # chunks without their place, replies without their command
)


def run(program, path):
    done = subprocess.run([program, "show", "--json", str(path)], capture_output=True, timeout=20)
    sessions = [json.loads(line) for line in done.stdout.splitlines()]
    return [(f["key"], f["value"], tuple(map(tuple, f["ranges"]))) for s in sessions for f in s["facts"]], sessions


def shifted(fact, dropped):
    key, value, ranges = fact
    return key, value, tuple((frame - (frame > dropped), offset, length) for frame, offset, length in ranges)


def allowed(key, packet):
    return any(packet.startswith(words) and any(key == k or (k.endswith("*") and key.startswith(k[:-1])) for k in keys)
               for words, keys in NEEDS)


def check(program, name, conn, folder):
    """Returns (facts compared, list of what is wrong)."""
    path = folder / "whole.pcap"
    frames = frames4(conn)
    path.write_bytes(pcap(frames))
    whole, _ = run(program, path)
    values = {}
    for key, value, _ in whole:
        values.setdefault(key, set()).add(str(value))
    compared, wrong = 0, []
    for number in range(1, len(frames) + 1):
        packet = conn.segments[number - 1].data
        part = folder / "part.pcap"
        part.write_bytes(pcap(frames[:number - 1] + frames[number:]))
        got, sessions = run(program, part)
        if len(sessions) != 1:
            wrong.append("%s without frame %d: %d sessions" % (name, number, len(sessions)))
            continue
        for fact in whole:
            key, _, ranges = fact
            if key in SUMMARY or not ranges or any(frame == number for frame, _, _ in ranges):
                continue
            compared += 1
            if key.startswith("session.role") and ("session.role", "unknown") in {f[:2] for f in got}:
                continue  # concluded from all that was said; too little is left of it
            one_each = name == "lmtp" and key in ("smtp.final_reply", "smtp.reply", "message.outcome")  # which reply is whose?
            if shifted(fact, number) not in got and not allowed(key, packet) and not one_each:
                wrong.append("%s without frame %d (%r): lost %r" % (name, number, packet[:30], fact))
        for key, value, _ in got:
            doubtful = value in ("unknown", "open", "aborted", "fin", "rst", False) or key in SUMMARY
            if not doubtful and str(value) not in values.get(key, ()):
                wrong.append("%s without frame %d (%r): wrong %s %r" % (name, number, packet[:30], key, value))
    return compared, wrong


def main():
    program = sys.argv[1]
    folder = pathlib.Path(tempfile.mkdtemp(prefix="mailscope-drop-"))
    total, wrong = 0, []
    import http_cases
    import imap_cases
    import pop3_cases
    import smtp_cases as more
    bdat = more.dialogue(*more.HELLO, *more.MAIL, (True, b"BDAT 40\r\n" + cases.BODY[:40]), "S: 250 ok",
                         (True, b"BDAT %d LAST\r\n" % (len(cases.BODY) - 40) + cases.BODY[40:]), "S: 250 ok", *more.BYE).close(False)
    refused = more.dialogue(*more.HELLO, *more.MAIL, "C: RCPT TO:<c@dst.example>", "S: 550 5.1.1 no", *more.DATA, *more.BYE).close(False)
    lmtp = more.dialogue("S: 220 mx.dst.example LMTP ready", "C: LHLO c.src.example", "S: 250 mx.dst.example", *more.MAIL,
                         "C: RCPT TO:<c@dst.example>", "S: 250 ok", *more.DATA[:3], "S: 250 b ok", "S: 452 c full", *more.BYE).close(False)
    pop3 = more.dialogue(pop3_cases.GREETING, *pop3_cases.LOGIN, "C: STAT", "S: +OK 2 9", "C: UIDL", "S: +OK", "S: 1 aa", "S: 2 bb",
                         "S: .", *pop3_cases.retr(1), *pop3_cases.dele(1), *pop3_cases.retr(2), "C: AUTH", "S: -ERR",
                         *pop3_cases.QUIT).close(True)
    imap = more.dialogue(imap_cases.GREETING, *imap_cases.LOGIN, "C: l1 LIST \"\" *", "S: * LIST () \".\" INBOX",
                         "S: * LIST () \".\" Sent", "S: l1 OK done", *imap_cases.SELECT, *imap_cases.fetch(),
                         "C: s1 STORE 1 +FLAGS (\\Seen)", "S: * 1 FETCH (FLAGS (\\Seen))", "S: s1 OK done",
                         "C: p1 APPEND Sent {%d}" % len(cases.BODY), "S: + go", (True, cases.BODY + b"\r\n"), "S: p1 OK done",
                         "C: e1 EXPUNGE", "S: * 2 EXPUNGE", "S: e1 OK done", *imap_cases.LOGOUT).close(True)
    web = more.dialogue(*http_cases.LOGIN, http_cases.get(b"/mail/inbox?folder=INBOX"), (False, http_cases.OK),
                        *http_cases.SEND, http_cases.get(b"/logout"), (False, http_cases.FOUND)).close(True)
    for name, conn in (("pop3", pop3), ("imap", imap), ("webmail", web), ("plain", cases.standard()), ("bdat", bdat), ("refused", refused), ("lmtp", lmtp),
                       ("login", cases.bye(cases.data(envelope(send_login(hello()), rcpt=(b"<b@dst.example>", b"<c@dst.example>"))))),
                       ("two mails", cases.bye(cases.data(envelope(cases.data(envelope(plain(hello()))), b"<x@src.example>"))))):
        compared, found = check(program, name, conn, folder)
        total += compared
        wrong += found
    print("\n".join(wrong))
    print("%d facts compared, %d wrong or lost" % (total, len(wrong)))
    return 1 if wrong or total < 13000 else 0


if __name__ == "__main__":
    sys.exit(main())
