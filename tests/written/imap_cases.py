# SPDX-License-Identifier: GPL-2.0-or-later
"""Written cases of the IMAP family. Beside what every session has, `facts` names keys with the list of their values."""
import zlib

from cases import *
from smtp_cases import dialogue

GREETING = "S: * OK [CAPABILITY IMAP4rev1 LITERAL+ SASL-IR IDLE] ready"
WORDS = "[CAPABILITY IMAP4rev1 LITERAL+ SASL-IR IDLE] ready"
LOGIN = ("C: a1 LOGIN alice \"pa ss\"", "S: a1 OK in")
SELECT = ("C: a2 SELECT INBOX", "S: * 2 EXISTS", "S: * OK [UIDVALIDITY 7] ok", "S: a2 OK [READ-WRITE] done")
LOGOUT = ("C: a9 LOGOUT", "S: * BYE logging out", "S: a9 OK bye")


def got(body=BODY, complete=True):
    return {"from": None, "rcpt": None, "refused": None, "outcome": None, "complete": complete, "body": body}


def imap(**changes):
    base = session(protocol="imap", server="%s:143" % SERVER, greeting=WORDS, helo=None, end="quit",
                   auth=[("LOGIN", "alice", "pa ss", "success")], messages=[], facts={})
    base.update(changes)
    return base


def fetch(body=BODY, section="BODY[]", tag="a3", literal=None):
    size = len(body) if literal is None else literal
    return ("C: %s FETCH 1 (%s)" % (tag, section),
            (False, b"* 1 FETCH (%s {%d}\r\n" % (section.replace(".PEEK", "").encode(), size) + body + b")\r\n"),
            "S: %s OK done" % tag)


def talk(name, turns, expect, close=True, ports=(40001, 143), **more):
    conn = dialogue(*turns, **more)
    if close:
        conn.close(True)
    frames = [ethernet(packet4(s, ports=ports), s.up) for s in conn.segments]
    case("imap-" + name, pcap(frames), expect if isinstance(expect, list) else [expect])


def finding():
    whole = (GREETING,) + LOGIN + SELECT + fetch() + LOGOUT
    one = imap(messages=[got()])
    for port in (143, 1143, 25, 110, 80, 8080):
        talk("port-%d" % port, whole, dict(one, server="%s:%d" % (SERVER, port)), ports=(40001, port))
    talk("preauth", ("S: * PREAUTH welcome alice", "C: a2 SELECT INBOX", "S: * 1 EXISTS", "S: a2 OK done") + LOGOUT,
         imap(greeting="welcome alice", auth=[], facts={"imap.greeting_status": ["PREAUTH"], "imap.exists": [1]}))
    talk("refused", ("S: * BYE too many connections",), imap(greeting="too many connections", auth=[], end="fin"))
    conn = dialogue(*whole)
    for side, name in ((True, "client"), (False, "server")):
        frames = [ethernet(packet4(s, ports=(40001, 143)), s.up) for s in conn.segments if s.up == side]
        case("imap-%s-only" % name, pcap(frames), [
            imap(greeting=None, auth=[("LOGIN", "alice", "pa ss", "unknown")], messages=[], oddities=["one-sided"],
                 may=["gap", "midstream"], end=None) if side else
            imap(auth=[], messages=[got()], oddities=["one-sided"], may=["gap"], end=None)])
    late = [ethernet(packet4(s, ports=(40001, 143)), s.up) for s in conn.segments[8:]]
    case("imap-late", pcap(late), [imap(greeting=None, auth=None, messages=[got()], oddities=["midstream"], end=None)])


def logins():
    for name, turns, auth in (
            ("atoms", ("C: a1 login alice secret", "S: a1 OK in"), [("LOGIN", "alice", "secret", "success")]),
            ("quoted", ("C: a1 LOGIN \"ali\\\"ce\" \"a\\\\b\"", "S: a1 OK in"), [("LOGIN", 'ali"ce', "a\\b", "success")]),
            ("literals", ("C: a1 LOGIN {5}", "S: + go", (True, b"alice {5}\r\n"), "S: + go", (True, b"pa ss\r\n"), "S: a1 OK in"),
             [("LOGIN", "alice", "pa ss", "success")]),
            ("literals-plus", ((True, b"a1 LOGIN {5+}\r\nalice {5+}\r\npa ss\r\n"), "S: a1 OK in"),
             [("LOGIN", "alice", "pa ss", "success")]),
            ("refused", ("C: a1 LOGIN alice wrong", "S: a1 NO [AUTHENTICATIONFAILED] no"), [("LOGIN", "alice", "wrong", "failure")]),
            ("bad", ("C: a1 LOGIN alice wrong", "S: a1 BAD disabled"), [("LOGIN", "alice", "wrong", "failure")]),
            ("unanswered", ("C: a1 LOGIN alice wrong",), [("LOGIN", "alice", "wrong", "unknown")]),
            ("plain", ("C: a1 AUTHENTICATE PLAIN", "S: + ", "C: " + b64(b"\0alice\0pa ss").decode(), "S: a1 OK in"),
             [("PLAIN", "alice", "pa ss", "success")]),
            ("plain-initial", ("C: a1 AUTHENTICATE PLAIN " + b64(b"\0alice\0pa ss").decode(), "S: a1 OK in"),
             [("PLAIN", "alice", "pa ss", "success")]),
            ("cancelled", ("C: a1 AUTHENTICATE PLAIN", "S: + ", "C: *", "S: a1 BAD cancelled"), [("PLAIN", None, None, "cancelled")]),
            ("twice", ("C: a1 LOGIN alice wrong", "S: a1 NO no", "C: a2 LOGIN alice \"pa ss\"", "S: a2 OK in"),
             [("LOGIN", "alice", "wrong", "failure"), ("LOGIN", "alice", "pa ss", "success")]),
            # Replies are matched by tag, not by order.
            ("pipelined", ((True, b"a1 LOGIN alice \"pa ss\"\r\na2 NOOP\r\na3 NOOP\r\n"), "S: a2 OK x", "S: a1 NO y", "S: a3 OK z"),
             [("LOGIN", "alice", "pa ss", "failure")])):
        talk("login-" + name, (GREETING,) + turns + LOGOUT, imap(auth=auth))


def messages():
    whole = (GREETING,) + LOGIN + SELECT
    for name, body in (("empty", b""), ("dots", b"Subject: x\r\n\r\n.\r\n..\r\n"), ("nul", b"Subject: x\r\n\r\na\0b\r\n"),
                       ("no-end", b"Subject: x\r\n\r\nno line end"), ("like-a-reply", b"Subject: x\r\n\r\n)\r\na3 OK done\r\n* BYE\r\n"),
                       ("large", b"Subject: x\r\n\r\n" + b"0123456789abcdef\r\n" * 9000)):
        talk("body-" + name, whole + fetch(body) + LOGOUT, imap(messages=[got(body)]))
    talk("body-peek", whole + fetch(section="BODY.PEEK[]") + LOGOUT, imap(messages=[got()]))
    talk("body-rfc822", whole + fetch(section="RFC822") + LOGOUT, imap(messages=[got()]))
    parts = [b"* 1 FETCH (BODY[]<%d> {%d}\r\n" % (at, len(BODY[at:at + 40])) + BODY[at:at + 40] + b")\r\n"
             for at in range(0, len(BODY), 40)]
    turns = [((True, b"p%d FETCH 1 (BODY.PEEK[]<%d.40>)\r\n" % (i, i * 40)), (False, part), (False, b"p%d OK\r\n" % i))
             for i, part in enumerate(parts)]
    talk("body-parts", whole + tuple(turn for three in turns for turn in three) + LOGOUT, imap(messages=[got()]))
    talk("append", whole + ("C: a3 APPEND Sent (\\Seen) {%d}" % len(BODY), "S: + go", (True, BODY + b"\r\n"), "S: a3 OK done") +
         LOGOUT, imap(messages=[dict(got(), outcome="accepted")]))
    talk("append-refused", whole + ("C: a3 APPEND None {%d}" % len(BODY), "S: a3 NO [TRYCREATE] no such") + LOGOUT, imap(messages=[]))
    large = b"Subject: x\r\n\r\n" + b"0123456789abcdef\r\n" * 400
    holed = dialogue(*(whole + fetch(large) + LOGOUT)).close(True)
    frames = [ethernet(packet4(s, ports=(40001, 143)), s.up) for s in holed.segments]
    inside = [i for i, s in enumerate(holed.segments) if not s.up and len(s.data) >= 1000]
    del frames[inside[1]]
    case("imap-body-hole", pcap(frames), [imap(messages=[got(complete=False)], oddities=["gap"])])


def lies():
    whole = (GREETING,) + LOGIN + SELECT
    # A literal that is never finished: the session ends, the message is cut, nothing hangs.
    for name, size, odd in (("huge", 4294967295, ["limit"]), ("over-64-bit", 99999999999999999999999, ["limit"])):
        talk("lie-" + name, whole + fetch(literal=size)[:2], imap(messages=[], end="fin", oddities=odd))
    talk("lie-some", whole + fetch(literal=len(BODY) + 500)[:2], imap(messages=[got(complete=False)], end="fin"))
    talk("lie-client", (GREETING, "C: a1 LOGIN {4294967295+}", "C: alice", "S: a1 BAD too long") + LOGOUT,
         imap(auth=None, messages=[], oddities=["limit"], end=None))
    talk("endless-line", (GREETING, (True, b"a1 NOOP " + b"x" * 200000 + b"\r\n"), "S: a1 BAD what") + LOGOUT,
         imap(auth=[], oddities=["long-line"]))
    talk("endless-reply", (GREETING, "C: a1 NOOP", (False, b"* OK " + b"y" * 200000 + b"\r\n"), "S: a1 OK x") + LOGOUT,
         imap(auth=[], oddities=["long-line"]))
    bomb = zlib.compressobj(9, zlib.DEFLATED, -15)
    squeezed = bomb.compress(b"* OK " + b"z" * 5000000 + b"\r\n") + bomb.flush(zlib.Z_SYNC_FLUSH)
    talk("bomb", whole + ("C: a3 COMPRESS DEFLATE", "S: a3 OK on", (False, squeezed)), imap(messages=[], end="fin", oddities=["long-line"]))
    talk("starttls", (GREETING, "C: a0 STARTTLS", "S: a0 OK go", (True, b"\x16\3\1\0\x05\1\0\0\1\3"), (False, b"\x16\3\3\0\2\2\0"),
                      (True, b"\x17\3\3\0\x10" + b"a1 LOGIN a b\r\nxx")), imap(auth=[], end="fin", encrypted=True))


def state():
    talk("folders", (GREETING,) + LOGIN + ("C: a1 LIST \"\" \"\"", "S: * LIST (\\Noselect) \".\" \"\"", "S: a1 OK done",
         "C: a2 LIST \"\" *", "S: * LIST (\\HasNoChildren) \".\" INBOX",
         "S: * LIST (\\Sent) \".\" \"Sent Mail\"", (False, b"* LIST () \".\" {4}\r\na\"bc\r\n"), "S: a2 OK done") + LOGOUT,
         imap(facts={"imap.folder": ["INBOX", "Sent Mail", 'a"bc']}))
    talk("flags", (GREETING,) + LOGIN + SELECT + ("C: a3 STORE 1 +FLAGS (\\Seen)", "S: * 1 FETCH (FLAGS (\\Seen))", "S: a3 OK done",
         "C: a4 EXPUNGE", "S: * 2 EXPUNGE", "S: a4 OK done") + LOGOUT, imap(facts={"imap.expunged": [2]}))
    talk("idle", (GREETING,) + LOGIN + SELECT + ("C: a3 IDLE", "S: + idling", "S: * 3 EXISTS", "C: DONE", "S: a3 OK done") + LOGOUT,
         imap(facts={"imap.exists": [2, 3]}))


def load():
    finding()
    logins()
    messages()
    lies()
    state()
