# SPDX-License-Identifier: GPL-2.0-or-later
"""Written cases of the SMTP and AUTH families."""
import hashlib
import hmac

from cases import *
from cases import data as send_data


def dialogue(*turns, conn=None):
    """Turns are "C: ..." and "S: ..." (CRLF added) or (True/False, bytes)."""
    conn = conn or Connection()
    for turn in turns:
        if isinstance(turn, tuple):
            conn.say(*turn)
        else:
            conn.say(turn[0] == "C", turn[3:].encode() + b"\r\n")
    return conn


HELLO = ("S: 220 mx.dst.example ESMTP ready", "C: EHLO c.src.example", "S: 250-mx.dst.example", "S: 250-SIZE 1000000",
         "S: 250 AUTH PLAIN LOGIN")
MAIL = ("C: MAIL FROM:<a@src.example>", "S: 250 2.1.0 ok", "C: RCPT TO:<b@dst.example>", "S: 250 2.1.5 ok")
DATA = ("C: DATA", "S: 354 go ahead", (True, BODY.replace(b"\r\n..", b"\r\n...") + b".\r\n"), "S: 250 2.0.0 queued")
BYE = ("C: QUIT", "S: 221 2.0.0 bye")
WHOLE = session(auth=[])


def talk(name, turns, expect, close=True, **more):
    conn = dialogue(*turns, **more)
    if close:
        conn.close(False)
    written("smtp-" + name, conn, expect if isinstance(expect, list) else [expect])


def finding():
    talk("plain", HELLO + MAIL + DATA + BYE, WHOLE)
    conn = dialogue(*(HELLO + MAIL + DATA + BYE)).close(False)
    for port in (2525, 12345, 80, 443, 21):
        frames = [ethernet(packet4(s, ports=(40001, port)), s.up) for s in conn.segments]
        case("smtp-port-%d" % port, pcap(frames), [dict(WHOLE, server="%s:%d" % (SERVER, port))])
    frames = [ethernet(packet4(s, ports=(25, 25025)), s.up) for s in conn.segments]
    case("smtp-client-port-25", pcap(frames), [dict(WHOLE, client="%s:25" % CLIENT, server="%s:25025" % SERVER)])
    frames = [ethernet(packet4(s, ports=(25, 25025)), s.up) for s in conn.segments[3:]]
    case("smtp-client-port-25-late", pcap(frames), [dict(WHOLE, client="%s:25" % CLIENT, server="%s:25025" % SERVER,
                                                         oddities=["midstream"])])
    talk("not-http", ("C: GET / HTTP/1.1", "C: Host: x.example", "C: ", "S: HTTP/1.1 200 OK", "S: Content-Length: 0", "S: "), [])
    talk("not-ftp", ("S: 220 FTP server ready", "C: USER alice", "S: 331 Password required", "C: PASS hunter2", "S: 230 ok",
                     "C: QUIT", "S: 221 Goodbye"), [])
    talk("not-ftp-plain-greeting", ("S: 220 host.example ready", "C: USER alice", "S: 331 Password", "C: PASS x", "S: 230 ok"), [])
    talk("not-ssh", ("S: SSH-2.0-OpenSSH_9.2", "C: SSH-2.0-client"), [])
    talk("not-nntp", ("S: 200 news.example ready", "C: MODE READER", "S: 200 ok", "C: QUIT", "S: 205 bye"), [])
    talk("no-esmtp-word", ("S: 220 mx.dst.example", "C: HELO c.src.example", "S: 250 hi") + MAIL + DATA + BYE,
         dict(WHOLE, greeting="mx.dst.example"))
    talk("greeting-three-lines", ("S: 220-mx.dst.example ESMTP", "S: 220-no spam", "S: 220 please") + HELLO[1:] + BYE,
         dict(WHOLE, greeting="mx.dst.example ESMTP\nno spam\nplease", messages=[]))
    talk("greeting-554", ("S: 554 mx.dst.example no SMTP service here", "C: QUIT", "S: 221 bye"),
         dict(WHOLE, greeting="mx.dst.example no SMTP service here", helo=None, messages=[]))
    talk("greeting-421", ("S: 421 mx.dst.example too busy",), dict(WHOLE, greeting="mx.dst.example too busy", helo=None,
                                                                  messages=[], end="fin"))
    talk("greeting-only", ("S: 220 mx.dst.example ESMTP ready",), dict(WHOLE, helo=None, messages=[], end="fin"))
    talk("client-first", HELLO[1:2] + HELLO[:1] + HELLO[2:] + MAIL + DATA + BYE, WHOLE)
    talk("all-in-one", ((True, b"EHLO c.src.example\r\nMAIL FROM:<a@src.example>\r\nRCPT TO:<b@dst.example>\r\nDATA\r\n"),
                        "S: 220 mx.dst.example ESMTP ready", "S: 250 mx.dst.example", "S: 250 ok", "S: 250 ok", "S: 354 go",
                        (True, stuffed(BODY) + b".\r\nQUIT\r\n"), "S: 250 queued", "S: 221 bye"), WHOLE)
    connect = ("C: CONNECT mx.dst.example:25 HTTP/1.1", "C: Host: mx.dst.example:25", "C: ", "S: HTTP/1.1 200 Connection established", "S: ")
    talk("http-connect", connect + HELLO + MAIL + DATA + BYE, WHOLE)
    socks5 = ((True, b"\5\1\0"), (False, b"\5\0"), (True, b"\5\1\0\3\x0emx.dst.example\0\x19"), (False, b"\5\0\0\1\xc6\x33\x64\x19\0\x19"))
    talk("socks5", socks5 + HELLO + MAIL + DATA + BYE, WHOLE)
    socks4 = ((True, b"\4\1\0\x19\xc6\x33\x64\x19me\0"), (False, b"\0\x5a\0\x19\xc6\x33\x64\x19"))
    talk("socks4", socks4 + HELLO + MAIL + DATA + BYE, WHOLE)
    talk("proxy-v1", ((True, b"PROXY TCP4 203.0.113.9 198.51.100.25 50000 25\r\n"),) + HELLO + MAIL + DATA + BYE, WHOLE)
    v2 = b"\r\n\r\n\0\r\nQUIT\n" + b"\x21\x11\0\x0c" + bytes([203, 0, 113, 9, 198, 51, 100, 25]) + b"\xc3\x50\0\x19"
    talk("proxy-v2", ((True, v2),) + HELLO + MAIL + DATA + BYE, WHOLE)
    hello_tls = b"\x16\3\1\0\x2f\1\0\0\x2b\3\3" + b"\7" * 32 + b"\0\0\2\x13\1\1\0\0\0"
    talk("starttls", HELLO + ("C: STARTTLS", "S: 220 2.0.0 go", (True, hello_tls), (False, b"\x16\3\3\0\x20" + b"\1" * 32),
                              (True, b"\x17\3\3\0\x10" + b"QUIT\r\nMAIL FROM:<"), (False, b"\x17\3\3\0\x10" + b"\2" * 16)),
         dict(WHOLE, messages=[], end="fin", encrypted=True))
    talk("starttls-refused", HELLO + ("C: STARTTLS", "S: 454 4.7.0 not now") + MAIL + DATA + BYE, WHOLE)
    talk("starttls-cleartext", HELLO + ("C: STARTTLS", "S: 220 go") + HELLO[1:] + MAIL + DATA + BYE,
         dict(WHOLE, oddities=["cleartext-after-starttls"]))
    talk("starttls-injection", HELLO + ((True, b"STARTTLS\r\nRSET\r\n"), "S: 220 go", (True, hello_tls), (False, b"\x16\3\3\0\x20" + b"\1" * 32)),
         dict(WHOLE, messages=[], end="fin", encrypted=True, oddities=["injection"]))


def transactions():
    talk("rset", HELLO + MAIL + ("C: RSET", "S: 250 ok", "C: MAIL FROM:<x@src.example>", "S: 250 ok", "C: RCPT TO:<y@dst.example>",
                                 "S: 250 ok") + DATA + BYE,
         dict(WHOLE, messages=[message(body=None, outcome="aborted", complete=None),
                               message(sender="x@src.example", rcpt=("y@dst.example",))]))
    talk("ehlo-again", HELLO + MAIL + HELLO[1:] + ("C: MAIL FROM:<x@src.example>", "S: 250 ok", "C: RCPT TO:<y@dst.example>",
                                                   "S: 250 ok") + DATA + BYE,
         dict(WHOLE, messages=[message(body=None, outcome="aborted", complete=None),
                               message(sender="x@src.example", rcpt=("y@dst.example",))]))
    talk("two-mails", HELLO + MAIL + DATA + MAIL + DATA + BYE, dict(WHOLE, messages=[message(), message()]))
    talk("rcpt-partly", HELLO + MAIL + ("C: RCPT TO:<c@dst.example>", "S: 550 5.1.1 unknown", "C: RCPT TO:<d@dst.example>",
                                        "S: 450 4.2.1 later") + DATA + BYE,
         dict(WHOLE, messages=[message(refused=("c@dst.example", "d@dst.example"))]))
    talk("rcpt-all-refused", HELLO + MAIL[:2] + ("C: RCPT TO:<b@dst.example>", "S: 550 5.1.1 no", "C: DATA", "S: 554 no valid recipients") + BYE,
         dict(WHOLE, messages=[message(body=None, rcpt=(), refused=("b@dst.example",), outcome="rejected", complete=None)]))
    talk("mail-refused", HELLO + ("C: MAIL FROM:<a@src.example>", "S: 553 5.1.7 no") + BYE,
         dict(WHOLE, messages=[message(body=None, rcpt=(), outcome="rejected", complete=None)]))
    talk("data-refused", HELLO + MAIL + ("C: DATA", "S: 451 4.3.0 later") + BYE,
         dict(WHOLE, messages=[message(body=None, outcome="rejected", complete=None)]))
    talk("message-refused", HELLO + MAIL + DATA[:3] + ("S: 552 5.3.4 too big",) + BYE, dict(WHOLE, messages=[message(outcome="rejected")]))
    talk("message-421", HELLO + MAIL + DATA[:3] + ("S: 421 4.3.2 shutting down",), dict(WHOLE, end="fin", messages=[message(outcome="rejected")]))
    talk("no-final-reply", HELLO + MAIL + DATA[:3], dict(WHOLE, end="fin", messages=[message(outcome="unknown")]))
    talk("quit-in-transaction", HELLO + MAIL + BYE, dict(WHOLE, messages=[message(body=None, outcome="aborted", complete=None)]))
    talk("quit-no-reply", HELLO + MAIL + DATA + ("C: QUIT",), WHOLE)
    talk("221-without-quit", HELLO + MAIL + DATA + ("S: 221 2.0.0 idle too long",), dict(WHOLE, end="fin"))
    talk("421-idle", HELLO + ("S: 421 4.4.2 timeout",), dict(WHOLE, messages=[], end="fin"))
    talk("other-commands", HELLO + ("C: NOOP", "S: 250 ok", "C: VRFY alice", "S: 252 maybe", "C: EXPN list", "S: 550 no", "C: HELP",
                                    "S: 214-see", "S: 214 RFC 5321", "C: FROB x", "S: 500 5.5.1 what", "C: noop again", "S: 250 ok") + MAIL + DATA + BYE, WHOLE)
    talk("lower-case", HELLO[:1] + ("C: ehlo c.src.example",) + HELLO[2:] + ("C: mail from:<a@src.example>", "S: 250 ok", "C: rcpt to:<b@dst.example>",
                                                                            "S: 250 ok", "C: data", "S: 354 go") + DATA[2:] + ("C: quit", "S: 221 bye"), WHOLE)
    for name, sender, shown in (("space", " <a@src.example>", "a@src.example"), ("no-brackets", "a@src.example", "a@src.example"),
                                ("space-no-brackets", " a@src.example", "a@src.example"), ("null", "<>", ""),
                                ("params", "<a@src.example> SIZE=500 BODY=8BITMIME", "a@src.example"),
                                ("quoted", '<"a b>c"@src.example>', '"a b>c"@src.example'), ("utf8", "<ä@src.example> SMTPUTF8", "ä@src.example"),
                                ("trailing-space", "<a@src.example> ", "a@src.example"),
                                ("no-brackets-params", "a@src.example SIZE=500", "a@src.example")):
        talk("mail-" + name, HELLO + ("C: MAIL FROM:" + sender,) + MAIL[1:] + DATA + BYE, dict(WHOLE, messages=[message(sender=shown)]))
    talk("pipelining", HELLO + ((True, b"MAIL FROM:<a@src.example>\r\nRCPT TO:<b@dst.example>\r\nRCPT TO:<c@dst.example>\r\nDATA\r\n"),
                                (False, b"250 ok\r\n250 ok\r\n550 no\r\n354 go\r\n"), (True, stuffed(BODY) + b".\r\nQUIT\r\n"),
                                (False, b"250 queued\r\n221 bye\r\n")), dict(WHOLE, messages=[message(refused=("c@dst.example",))]))
    talk("pipelining-data-refused", HELLO + ((True, b"MAIL FROM:<a@src.example>\r\nRCPT TO:<b@dst.example>\r\nDATA\r\n"),
                                             (False, b"250 ok\r\n550 no\r\n554 no\r\n"), (True, b"RSET\r\nQUIT\r\n"), (False, b"250 ok\r\n221 bye\r\n")),
         dict(WHOLE, messages=[message(body=None, rcpt=(), refused=("b@dst.example",), outcome="rejected", complete=None)]))
    lhlo = ("S: 220 mx.dst.example LMTP ready", "C: LHLO c.src.example", "S: 250 mx.dst.example")
    two = ("C: MAIL FROM:<a@src.example>", "S: 250 ok", "C: RCPT TO:<b@dst.example>", "S: 250 ok", "C: RCPT TO:<c@dst.example>", "S: 250 ok",
           "C: RCPT TO:<d@dst.example>", "S: 550 no")
    lmtp = dict(WHOLE, protocol="lmtp", greeting="mx.dst.example LMTP ready")
    talk("lmtp", lhlo + two + DATA[:3] + ("S: 250 b ok", "S: 452 c full") + BYE,
         dict(lmtp, messages=[message(rcpt=("b@dst.example", "c@dst.example"), refused=("d@dst.example",), outcome="partial")]))
    talk("lhlo-unknown", HELLO[:1] + ("C: LHLO c.src.example", "S: 502 5.5.2 what") + HELLO[1:] + MAIL + DATA + BYE, WHOLE)
    talk("xclient", HELLO + ("C: XCLIENT ADDR=203.0.113.9 NAME=c.other.example", "S: 220 mx.dst.example ESMTP ready") + HELLO[1:] + MAIL + DATA + BYE, WHOLE)


def bodies():
    for name, body in (("empty", b""), ("one-line", b"x\r\n"), ("only-dots", b".\r\n..\r\n...\r\n"), ("no-header", b"\r\nno header at all\r\n"),
                       ("dot-space", b"S: x\r\n\r\n. \r\n.\t\r\n.x\r\n"), ("nul", b"S: x\r\n\r\na\0b\r\n"), ("8bit", b"S: x\r\n\r\n\xff\xfe\x80\r\n"),
                       ("long-line", b"S: x\r\n\r\n" + b"y" * 100_000 + b"\r\n"), ("looks-like-smtp", b"S: x\r\n\r\nQUIT\r\nMAIL FROM:<z@z.example>\r\n250 ok\r\n")):
        talk("body-" + name, HELLO + MAIL + DATA[:2] + ((True, stuffed(body) + b".\r\n"), "S: 250 ok") + BYE, dict(WHOLE, messages=[message(body)]))
    for name, body, odd in (("bare-lf", b"S: x\r\n\r\none\ntwo\r\n", ["bare-newline"]), ("bare-cr", b"S: x\r\n\r\none\rtwo\r\n", ["bare-return"]),
                            ("smuggled-lf", b"S: x\r\n\r\none\n.\nMAIL FROM:<evil@x.example>\r\n", ["smuggling", "bare-newline"]),
                            ("smuggled-lf-crlf", b"S: x\r\n\r\none\n.\r\nMAIL FROM:<evil@x.example>\r\n", ["smuggling", "bare-newline"])):
        talk("body-" + name, HELLO + MAIL + DATA[:2] + ((True, body + b".\r\n"), "S: 250 ok") + BYE, dict(WHOLE, messages=[message(body)], oddities=odd))
    talk("body-smuggled-crlf-lf", HELLO + MAIL + DATA[:2] + ((True, b"S: x\r\n\r\none\r\n.\nMAIL FROM:<evil@x.example>\r\n.\r\n"), "S: 250 ok") + BYE,
         dict(WHOLE, messages=[message(b"S: x\r\n\r\none\r\n\nMAIL FROM:<evil@x.example>\r\n")], oddities=["smuggling", "bare-newline"]))
    for cut in (1, 2, 3, 4, 5):  # the end of data over two segments, cut at each place
        end = stuffed(BODY) + b".\r\n"
        talk("end-cut-%d" % cut, HELLO + MAIL + DATA[:2] + ((True, end[:-cut]), (True, end[-cut:]), "S: 250 ok") + BYE, WHOLE)

    def bdat(name, turns, expect):
        talk("bdat-" + name, HELLO + MAIL + turns + BYE, dict(WHOLE, messages=[expect] if isinstance(expect, dict) else expect))
    half = len(BODY) // 2
    bdat("one", ((True, b"BDAT %d LAST\r\n" % len(BODY) + BODY), "S: 250 ok"), message())
    bdat("two", ((True, b"BDAT %d\r\n" % half + BODY[:half]), "S: 250 ok", (True, b"BDAT %d LAST\r\n" % (len(BODY) - half) + BODY[half:]), "S: 250 ok"), message())
    bdat("zero-last", ((True, b"BDAT %d\r\n" % len(BODY) + BODY), "S: 250 ok", "C: BDAT 0 LAST", "S: 250 ok"), message())
    bdat("pipelined", ((True, b"BDAT %d\r\n" % half + BODY[:half] + b"BDAT %d LAST\r\n" % (len(BODY) - half) + BODY[half:]), "S: 250 ok", "S: 250 ok"), message())
    binary = bytes(range(256)) + b"\r\n.\r\nno end"
    bdat("binary", ((True, b"BDAT %d LAST\r\n" % len(binary) + binary), "S: 250 ok"), message(binary))
    bdat("lower-case", ((True, b"bdat %d last\r\n" % len(BODY) + BODY), "S: 250 ok"), message())
    bdat("refused", ((True, b"BDAT %d LAST\r\n" % len(BODY) + BODY), "S: 554 5.6.0 no"), message(outcome="rejected"))
    bdat("then-mail", ((True, b"BDAT %d LAST\r\n" % len(BODY) + BODY), "S: 250 ok") + MAIL + ((True, b"BDAT 5 LAST\r\nhello"), "S: 250 ok"),
         [message(), message(b"hello")])
    bdat("rset", ((True, b"BDAT %d\r\n" % half + BODY[:half]), "S: 250 ok", "C: RSET", "S: 250 ok"), message(body=None, outcome="aborted", complete=False))


def logins():
    def auth(name, turns, expect, **more):
        talk("auth-" + name, HELLO + turns + BYE, session(messages=[], auth=expect, **more))

    def line(text):
        return b64(text if isinstance(text, bytes) else text.encode()).decode()
    ok, no = "S: 235 2.7.0 ok", "S: 535 5.7.8 no"
    auth("plain-ir", ("C: AUTH PLAIN " + line("\0alice\0secret"), ok), [("PLAIN", "alice", "secret", "success")])
    auth("plain", ("C: AUTH PLAIN", "S: 334 ", "C: " + line("\0alice\0secret"), ok), [("PLAIN", "alice", "secret", "success")])
    auth("plain-authzid", ("C: AUTH PLAIN " + line("root\0alice\0secret"), ok), [("PLAIN", "alice", "secret", "success")])
    auth("plain-empty-password", ("C: AUTH PLAIN " + line("\0alice\0"), no), [("PLAIN", "alice", "", "failure")])
    auth("plain-utf8", ("C: AUTH PLAIN " + line("\0ålice\0pässwörd €"), ok), [("PLAIN", "ålice", "pässwörd €", "success")])
    auth("plain-lower", ("C: auth plain " + line("\0alice\0secret"), ok), [("PLAIN", "alice", "secret", "success")])
    auth("plain-bad-base64", ("C: AUTH PLAIN !!!not*base64", "S: 501 5.5.2 bad"), [("PLAIN", None, None, "failure")], oddities=["bad-base64"])
    auth("login", ("C: AUTH LOGIN", "S: 334 VXNlcm5hbWU6", "C: " + line("alice"), "S: 334 UGFzc3dvcmQ6", "C: " + line("secret"), ok),
         [("LOGIN", "alice", "secret", "success")])
    auth("login-ir", ("C: AUTH LOGIN " + line("alice"), "S: 334 UGFzc3dvcmQ6", "C: " + line("secret"), no), [("LOGIN", "alice", "secret", "failure")])
    auth("login-other-language", ("C: AUTH LOGIN", "S: 334 " + line("Benutzername:"), "C: " + line("alice"), "S: 334 " + line("Kennwort:"),
                                  "C: " + line("secret"), ok), [("LOGIN", "alice", "secret", "success")])
    auth("login-empty-prompts", ("C: AUTH LOGIN", "S: 334 ", "C: " + line("alice"), "S: 334 ", "C: " + line("secret"), ok),
         [("LOGIN", "alice", "secret", "success")])
    auth("login-empty-password", ("C: AUTH LOGIN", "S: 334 VXNlcm5hbWU6", "C: " + line("alice"), "S: 334 UGFzc3dvcmQ6", "C: ", no),
         [("LOGIN", "alice", "", "failure")])
    auth("login-cancelled", ("C: AUTH LOGIN", "S: 334 VXNlcm5hbWU6", "C: " + line("alice"), "S: 334 UGFzc3dvcmQ6", "C: *", "S: 501 5.7.0 cancelled"),
         [("LOGIN", "alice", None, "cancelled")])
    auth("login-user-refused", ("C: AUTH LOGIN", "S: 334 VXNlcm5hbWU6", "C: " + line("alice"), "S: 535 5.7.8 unknown"), [("LOGIN", "alice", None, "failure")])
    auth("refused-mechanism", ("C: AUTH FROB", "S: 504 5.5.4 what"), [("FROB", None, None, "failure")])
    auth("three-attempts", ("C: AUTH PLAIN " + line("\0bob\0one"), no, "C: AUTH LOGIN", "S: 334 VXNlcm5hbWU6", "C: " + line("bob"), "S: 334 UGFzc3dvcmQ6",
                            "C: " + line("two"), no, "C: AUTH PLAIN " + line("\0bob\0three"), ok),
         [("PLAIN", "bob", "one", "failure"), ("LOGIN", "bob", "two", "failure"), ("PLAIN", "bob", "three", "success")])
    challenge = "<1896.697170952@mx.dst.example>"
    digest = hmac.new(b"secret", challenge.encode(), hashlib.md5).hexdigest()
    auth("cram-md5", ("C: AUTH CRAM-MD5", "S: 334 " + line(challenge), "C: " + line("alice " + digest), ok), [("CRAM-MD5", "alice", None, "success")])
    auth("cram-md5-user-with-space", ("C: AUTH CRAM-MD5", "S: 334 " + line(challenge), "C: " + line("alice b " + digest), ok),
         [("CRAM-MD5", "alice b", None, "success")])
    auth("xoauth2", ("C: AUTH XOAUTH2 " + line("user=alice@src.example\1auth=Bearer tok.en\1\1"), ok), [("XOAUTH2", "alice@src.example", None, "success")])
    auth("oauthbearer", ("C: AUTH OAUTHBEARER " + line("n,a=alice@src.example,\1host=mx.dst.example\1port=587\1auth=Bearer tok.en\1\1"), ok),
         [("OAUTHBEARER", "alice@src.example", None, "success")])
    auth("scram", ("C: AUTH SCRAM-SHA-256 " + line("n,,n=al=2Cice,r=nonce"), "S: 334 " + line("r=nonceserver,s=c2FsdA==,i=4096"),
                   "C: " + line("c=biws,r=nonceserver,p=cHJvb2Y="), "S: 334 " + line("v=dmVyaWZ5"), "C: ", ok), [("SCRAM-SHA-256", "al,ice", None, "success")])
    md5 = 'username="alice",realm="dst.example",nonce="n",cnonce="c",nc=00000001,qop=auth,digest-uri="smtp/dst.example",response=0123456789abcdef0123456789abcdef'
    auth("digest-md5", ("C: AUTH DIGEST-MD5", "S: 334 " + line('realm="dst.example",nonce="n",qop="auth",algorithm=md5-sess'), "C: " + line(md5),
                        "S: 334 " + line("rspauth=00"), "C: ", ok), [("DIGEST-MD5", "alice", None, "success")])
    auth("external", ("C: AUTH EXTERNAL =", ok), [("EXTERNAL", None, None, "success")])
    wide = [t.encode("utf-16-le") for t in ("DOM", "alice", "PC")]
    offset, fields = 64, b""
    for part in (b"\0" * 24, b"\0" * 24, *wide):
        fields += struct.pack("<HHI", len(part), len(part), offset)
        offset += len(part)
    type3 = b"NTLMSSP\0\3\0\0\0" + fields + b"\0" * 8 + struct.pack("<I", 0x8201)
    type3 = type3[:64].ljust(64, b"\0") + b"\0" * 48 + b"".join(wide)
    type2 = b"NTLMSSP\0\2\0\0\0" + b"\0" * 8 + struct.pack("<I", 0x8201) + b"CHALLENG" + b"\0" * 16
    auth("ntlm", ("C: AUTH NTLM", "S: 334 ", "C: " + line(b"NTLMSSP\0\1\0\0\0" + struct.pack("<I", 0x8207) + b"\0" * 16), "S: 334 " + line(type2),
                  "C: " + line(type3), ok), [("NTLM", "alice", None, "success")])
    talk("auth-no-reply", HELLO + ("C: AUTH PLAIN " + line("\0alice\0secret"),), session(messages=[], auth=[("PLAIN", "alice", "secret", "unknown")], end="fin"))


def load():
    finding()
    transactions()
    bodies()
    logins()
