# SPDX-License-Identifier: GPL-2.0-or-later
"""Written cases of the POP3 family."""
from cases import *
from smtp_cases import dialogue

GREETING = "S: +OK POP3 ready <1.2@mx.dst.example>"
LOGIN = ("C: USER alice", "S: +OK", "C: PASS pa ss", "S: +OK in")
QUIT = ("C: QUIT", "S: +OK bye")
STAMP = "POP3 ready <1.2@mx.dst.example>"


def fetched(number, body=BODY, complete=True, how="RETR", fate="kept"):
    return {"from": None, "rcpt": None, "refused": None, "outcome": None, "complete": complete, "body": body,
            "number": number, "how": how, "fate": fate}


def pop3(**changes):
    base = session(protocol="pop3", server="%s:110" % SERVER, greeting=STAMP, helo=None,
                   auth=[("USER/PASS", "alice", "pa ss", "success")], messages=[], mode=None)
    base.update(changes)
    return base


def retr(number, body=BODY, command="RETR %d"):
    return ("C: " + command % number, "S: +OK %d octets" % len(body), (False, stuffed(body) + b".\r\n"))


def dele(number):
    return ("C: DELE %d" % number, "S: +OK marked")


def talk(name, turns, expect, close=True, ports=(40001, 110), **more):
    conn = dialogue(*turns, **more)
    if close:
        conn.close(True)
    frames = [ethernet(packet4(s, ports=ports), s.up) for s in conn.segments]
    case("pop3-" + name, pcap(frames), expect if isinstance(expect, list) else [expect])


def finding():
    whole = (GREETING,) + LOGIN + retr(1) + QUIT
    kept = pop3(messages=[fetched(1)], mode="keep")
    for port in (110, 8110, 25, 143, 21, 80, 6379):
        talk("port-%d" % port, whole, dict(kept, server="%s:%d" % (SERVER, port)), ports=(40001, port))
    talk("no-word", ("S: +OK",) + LOGIN + retr(1) + QUIT, dict(kept, greeting=""))
    talk("refused", ("S: -ERR [SYS/TEMP] come back later",),
         pop3(greeting="[SYS/TEMP] come back later", auth=[], end="fin"))
    talk("not-redis", ((True, b"*1\r\n$4\r\nPING\r\n"), "S: +PONG", (True, b"*3\r\n$3\r\nSET\r\n$1\r\na\r\n$1\r\nb\r\n"),
                       "S: +OK"), [], ports=(40001, 6379))
    talk("not-redis-inline", ("C: PING", "S: +PONG", "C: SET a b", "S: +OK", "C: QUIT", "S: +OK"), [], ports=(40001, 6379))
    talk("not-ftp", ("S: 220 ready", "C: USER alice", "S: 331 go", "C: PASS x", "S: 230 in", "C: PASV",
                     "S: 227 ok (192,0,2,1,4,1)", "C: RETR 1", "S: 150 here", "S: 226 done"), [])
    conn = dialogue(*whole)
    for side, name in ((True, "client"), (False, "server")):
        frames = [ethernet(packet4(s, ports=(40001, 110)), s.up) for s in conn.segments if s.up == side]
        one = fetched(None, how=None, fate="unknown")
        case("pop3-%s-only" % name, pcap(frames), [
            pop3(greeting=None, auth=[("USER/PASS", "alice", "pa ss", "unknown")], end="quit", oddities=["one-sided"],
                 may=["gap", "midstream"], messages=[]) if side else
            pop3(auth=[], messages=[one], mode="unknown", end="open", oddities=["one-sided"], may=["gap"])])
    late = conn.segments[3 + 5:]
    frames = [ethernet(packet4(s, ports=(40001, 8110)), s.up) for s in late]
    case("pop3-late", pcap(frames), [pop3(server="%s:8110" % SERVER, greeting=None, auth=None, messages=[fetched(1)],
                                          mode="keep", oddities=["midstream"], end="quit")])


def modes():
    two = (GREETING,) + LOGIN + retr(1) + dele(1) + retr(2) + dele(2)
    gone = [fetched(1, fate="deleted"), fetched(2, fate="deleted")]
    talk("delete", two + QUIT, pop3(messages=gone, mode="delete"))
    talk("delete-no-quit", two, pop3(messages=[fetched(1), fetched(2)], mode="keep", end="fin"))
    talk("delete-capture-stops", two, pop3(messages=[fetched(1, fate="unknown"), fetched(2, fate="unknown")],
                                           mode="unknown", end="open"), close=False)
    talk("delete-quit-unanswered", two + ("C: QUIT",), pop3(messages=[fetched(1, fate="unknown"), fetched(2, fate="unknown")],
                                                            mode="unknown"))
    talk("delete-rset", two + ("C: RSET", "S: +OK") + QUIT, pop3(messages=[fetched(1), fetched(2)], mode="keep"))
    talk("delete-one", (GREETING,) + LOGIN + retr(1) + retr(2) + dele(2) + QUIT,
         pop3(messages=[fetched(1), fetched(2, fate="deleted")], mode="mixed"))
    talk("delete-refused", (GREETING,) + LOGIN + retr(1) + ("C: DELE 1", "S: -ERR read only") + QUIT,
         pop3(messages=[fetched(1)], mode="keep"))
    talk("delete-unread", (GREETING,) + LOGIN + dele(1) + QUIT, pop3(mode="delete"))
    head = BODY[:BODY.index(b"\r\n\r\n") + 4]
    talk("top", (GREETING,) + LOGIN + retr(1, head, "TOP %d 0") + QUIT,
         pop3(messages=[fetched(1, head, how="TOP")]))
    talk("top-whole", (GREETING,) + LOGIN + retr(1, BODY, "TOP %d 99999999") + QUIT,
         pop3(messages=[fetched(1, how="TOP")], mode="keep"))


def logins():
    def login(name, turns, auth):
        talk("login-" + name, (GREETING,) + turns + QUIT, pop3(auth=auth))
    login("apop", ("C: APOP alice c4c9334bac560ecc979e58001b3e22fb", "S: +OK"), [("APOP", "alice", None, "success")])
    login("plain", ("C: AUTH PLAIN", "S: + ", "C: " + b64(b"\0alice\0pa ss").decode(), "S: +OK"),
          [("PLAIN", "alice", "pa ss", "success")])
    login("plain-initial", ("C: AUTH PLAIN " + b64(b"\0alice\0pa ss").decode(), "S: +OK"),
          [("PLAIN", "alice", "pa ss", "success")])
    login("plain-initial-empty", ("C: AUTH PLAIN =", "S: + ", "C: " + b64(b"\0alice\0pa ss").decode(), "S: +OK"),
          [("PLAIN", "alice", "pa ss", "success")])
    login("login", ("C: AUTH LOGIN", "S: + VXNlcm5hbWU6", "C: " + b64(b"alice").decode(), "S: + UGFzc3dvcmQ6",
                    "C: " + b64(b"pa ss").decode(), "S: +OK"), [("LOGIN", "alice", "pa ss", "success")])
    login("cancelled", ("C: AUTH LOGIN", "S: + VXNlcm5hbWU6", "C: *", "S: -ERR"), [("LOGIN", None, None, "cancelled")])
    login("wrong-then-right", ("C: USER alice", "S: +OK", "C: PASS no", "S: -ERR [AUTH] no") + LOGIN,
          [("USER/PASS", "alice", "no", "failure"), ("USER/PASS", "alice", "pa ss", "success")])
    login("list", ("C: AUTH", "S: +OK", "S: PLAIN", "S: .", "C: CAPA", "S: +OK", "S: SASL PLAIN", "S: .") + LOGIN,
          [("USER/PASS", "alice", "pa ss", "success")])
    login("lower-case", ("C: user alice", "S: +OK", "C: pass pa ss", "S: +OK"),
          [("USER/PASS", "alice", "pa ss", "success")])
    hello_tls = b"\x16\3\1\0\x2f\1\0\0\x2b\3\3" + b"\7" * 32 + b"\0\0\2\x13\1\1\0\0\0"
    talk("stls", (GREETING, "C: STLS", "S: +OK go", (True, hello_tls), (False, b"\x16\3\3\0\x20" + b"\1" * 32),
                  (True, b"\x17\3\3\0\x10" + b"QUIT\r\nRETR 1\r\nxx")), pop3(auth=[], end="fin", encrypted=True))
    talk("stls-refused", (GREETING, "C: STLS", "S: -ERR no") + LOGIN + QUIT, pop3())
    talk("stls-injection", (GREETING, (True, b"STLS\r\nUSER eve\r\n"), "S: +OK go", (True, hello_tls)),
         pop3(auth=None, end="fin", encrypted=True, oddities=["injection"]))


def bodies():
    for name, body in (("empty", b""), ("no-header", b"\r\ntext\r\n"), ("dots", b"..\r\n...\r\n.x\r\n. \r\n.\r\n"),
                       ("long", b"A: b\r\n\r\n" + b"x" * 70000 + b"\r\n"), ("nul", b"A: b\r\n\r\n\0\0\r\n"),
                       ("status", b"+OK\r\n-ERR\r\n+OK 1\r\n")):
        talk("body-" + name, (GREETING,) + LOGIN + retr(1, body) + QUIT, pop3(messages=[fetched(1, body)], mode="keep"))
    body = b"A: b\r\n\r\none\ntwo\r\n"
    talk("body-line-feed", (GREETING,) + LOGIN + retr(1, body) + QUIT,
         pop3(messages=[fetched(1, body)], mode="keep", oddities=["bare-newline"]))
    conn = Connection()
    for turn in ((GREETING,) + LOGIN + ("C: RETR 1", "S: +OK")):
        conn.say(turn[0] == "C", turn[3:].encode() + b"\r\n")
    for byte in stuffed(BODY) + b".\r\n":
        conn.s(bytes([byte]))
    talk("bytes", QUIT, pop3(messages=[fetched(1)], mode="keep"), conn=conn)
    talk("pipelined", (GREETING, (True, b"USER alice\r\nPASS pa ss\r\nSTAT\r\nLIST\r\nLIST 1\r\nRETR 1\r\nRETR 9\r\nDELE 1\r\nQUIT\r\n"),
                       "S: +OK", "S: +OK", "S: +OK 1 9", "S: +OK", "S: 1 9", "S: .", "S: +OK 1 9", "S: +OK",
                       (False, stuffed(BODY) + b".\r\n"), "S: -ERR", "S: +OK", "S: +OK"),
         pop3(messages=[fetched(1, fate="deleted")], mode="delete"))
    lies = (GREETING,) + LOGIN + ("C: STAT", "S: +OK 4294967295 18446744073709551615", "C: LIST", "S: +OK",
                                  "S: 4294967295 99999999999999999999", "S: .", "C: RETR 1", "S: +OK 4294967295 octets",
                                  (False, stuffed(BODY) + b".\r\n")) + QUIT
    talk("sizes-lie", lies, pop3(messages=[fetched(1)], mode="keep"))
    talk("endless-line", (GREETING, (True, b"A" * 300000), (False, b"+OK " + b"B" * 300000)),
         pop3(auth=[], end="fin", oddities=["long-line"]))
    whole = (GREETING,) + LOGIN + ("C: RETR 1", "S: +OK", (False, BODY[:40]), (False, BODY[40:80]),
                                   (False, stuffed(BODY)[80:] + b".\r\n")) + QUIT
    conn = dialogue(*whole).close(True)
    hole = next(i for i, s in enumerate(conn.segments) if s.data == BODY[40:80])
    frames = [ethernet(packet4(s, ports=(40001, 110)), s.up) for i, s in enumerate(conn.segments) if i != hole]
    case("pop3-hole", pcap(frames), [pop3(messages=[fetched(1, None, False)], mode="keep", oddities=["gap"])])


def load():
    finding()
    modes()
    logins()
    bodies()
