# SPDX-License-Identifier: GPL-2.0-or-later
"""The sessions with one server each: who says what to whom, and what is to be found in them."""
import base64
import hashlib
import random
import time

from lab import DIR, HERE, on
from record import login, message, session

MAIL, SMALL, MX = "mail.example.com", "small.example.com", "mx.example.net"
ALICE = ("alice", "correct horse battery staple")
BOB = ("bob", "Tr0ub4dor&3")
CAROL = ("carol", 'p%40ss=w/rd+"quoted" \\back')
DAVE = ("dave", "letmein-2026")
ERIN = ("erin@example.com", "Grüße aus Köln ☂")


def text(take, sender, to, subject="Lunch on Friday"):
    return take.mail(sender, to, subject,
                     "Hello,\n\nshall we meet at noon in front of the library?\n\nSee you!\n")


def swaks(server, path, sender, to, *options):
    """swaks takes the message with LF and makes CRLF of it."""
    plain = DIR / "swaks.eml"
    plain.write_bytes(path.read_bytes().replace(b"\r\n", b"\n").removesuffix(b"\n"))
    on("client", "swaks", "--server", server, "--from", sender, "--to", to, "--data", f"@{plain}",
       *options, check=False)


def curl(url, path, sender, to, *options, check=True):
    recipients = [part for one in to.split(",") for part in ("--mail-rcpt", one)]
    return on("client", "curl", "-sS", "--crlf", "--url", url, "--mail-from", sender, *recipients,
              "--upload-file", lf(path), *options, check=check)


def lf(path):
    plain = DIR / "lf.eml"
    plain.write_bytes(path.read_bytes().replace(b"\r\n", b"\n"))
    return plain


def msmtp(server, path, sender, to, *options):
    with open(lf(path), "rb") as source:
        return on("client", "msmtp", f"--host={server}", "--domain=laptop.example.org",
                  f"--from={sender}", *options, "--", to, stdin=source)


def smtplib(code, *files):
    """Runs lines of Python with smtplib imported; `files` are read as bytes into `mails`."""
    lines = ("import smtplib, ssl, sys, time\n"
             "mails = [open(n, 'rb').read() for n in sys.argv[1:]]\n" + code)
    return on("client", "/usr/bin/python3", "-c", lines, *files)


def bare(server, port, steps, *from_port):
    return on("client", "/usr/bin/python3", HERE / "bare.py", server, port, repr(steps), *from_port)


def hand(server, port, lines, *options):
    return on("client", "/usr/bin/python3", HERE / "hand.py", *options, server, port,
              input="\n".join(lines).encode() + b"\n")


@session("smtp-plain", "A login with AUTH PLAIN and one mail, then QUIT",
         "the base64 text after AUTH PLAIN: NUL, user name, NUL, password with spaces",
         ["Postfix", "Dovecot", "swaks"])
def plain(take):
    """swaks to the submission port 587"""
    path = text(take, "alice@example.org", "bob@example.com")
    with take.recorder():
        swaks(MAIL, path, "alice@example.org", "bob@example.com", "-p", "587", "--auth", "PLAIN",
              "--auth-user", ALICE[0], "--auth-password", ALICE[1])
    take.expect([login("PLAIN", *ALICE)], [message("alice@example.org", "bob@example.com", path)])


@session("smtp-login", "A login with AUTH LOGIN, user name and password in UTF-8",
         "the server's two base64 prompts; the user name is a mail address, the password has"
         " letters beyond ASCII", ["Postfix", "Dovecot", "msmtp"])
def login_utf8(take):
    """msmtp to port 587"""
    path = text(take, "erin@example.com", "carol@example.com")
    with take.recorder():
        msmtp(MAIL, path, "erin@example.com", "carol@example.com", "--port=587", "--auth=login",
              f"--user={ERIN[0]}", f"--passwordeval=printf '%s' '{ERIN[1]}'")
    take.expect([login("LOGIN", *ERIN)], [message("erin@example.com", "carol@example.com", path)])


@session("smtp-login-initial", "AUTH LOGIN with the user name in the same line",
         "only one prompt is left to be answered", ["Postfix", "Dovecot", "Python"])
def login_initial(take):
    """Python's smtplib to port 587"""
    path = text(take, "bob@example.com", "carol@example.com")
    with take.recorder():
        smtplib(f"""
with smtplib.SMTP('{MAIL}', 587) as s:
    s.ehlo()
    s.user, s.password = {BOB!r}
    s.auth('LOGIN', s.auth_login)
    s.sendmail('bob@example.com', ['carol@example.com'], mails[0])
""", path)
    take.expect([login("LOGIN", *BOB)], [message("bob@example.com", "carol@example.com", path)])


@session("smtp-cram-md5", "A login with CRAM-MD5: the password itself never crosses the network",
         "the challenge in the 334 reply and the digest in the answer; whoever knows the password"
         " can check it", ["Postfix", "Dovecot", "Python"])
def cram_md5(take):
    """Python's smtplib, which prefers CRAM-MD5, to port 587"""
    path = text(take, "carol@example.com", "dave@example.com")
    with take.recorder():
        smtplib(f"""
with smtplib.SMTP('{MAIL}', 587) as s:
    s.login(*{CAROL!r})
    s.sendmail('carol@example.com', ['dave@example.com'], mails[0])
""", path)
    take.expect([login("CRAM-MD5", "carol", None)],
                [message("carol@example.com", "dave@example.com", path)])


@session("smtp-digest-md5", "A login with DIGEST-MD5", "realm, nonce and response in base64",
         ["Postfix", "Dovecot", "msmtp"])
def digest_md5(take):
    """msmtp to port 587"""
    path = text(take, "dave@example.com", "alice@example.com")
    with take.recorder():
        msmtp(MAIL, path, "dave@example.com", "alice@example.com", "--port=587",
              "--auth=digest-md5", f"--user={DAVE[0]}", f"--passwordeval=printf '%s' '{DAVE[1]}'")
    take.expect([login("DIGEST-MD5", "dave", None)],
                [message("dave@example.com", "alice@example.com", path)])


@session("smtp-auth-cancelled", "A login that the client breaks off",
         "curl does not like the server's DIGEST-MD5 challenge, sends `*`, gets 501 and leaves"
         " without QUIT", ["Postfix", "Dovecot", "curl"])
def auth_cancelled(take):
    """curl to port 587"""
    with take.recorder():
        curl(f"smtp://{MAIL}:587/laptop.example.org", text(take, "a@example.org", "b@example.com"),
             "dave@example.com", "alice@example.com", "--user", ":".join(DAVE), "--login-options",
             "AUTH=DIGEST-MD5", check=False)
    take.mails.pop().unlink()
    take.expect([{"mechanism": "DIGEST-MD5", "outcome": "cancelled"}], end="fin")


@session("smtp-scram", "A login with SCRAM-SHA-256",
         "the user name stands in the first message, the proof in the second",
         ["Postfix", "Dovecot", "msmtp"])
def scram(take):
    """msmtp to port 587"""
    path = text(take, "bob@example.com", "alice@example.com")
    with take.recorder():
        msmtp(MAIL, path, "bob@example.com", "alice@example.com", "--port=587",
              "--auth=scram-sha-256", f"--user={BOB[0]}", f"--passwordeval=printf '%s' '{BOB[1]}'")
    take.expect([login("SCRAM-SHA-256", "bob", None)],
                [message("bob@example.com", "alice@example.com", path)])


@session("smtp-wrong-password", "A wrong password, refused with 535, then the right one",
         "two attempts in one connection; only the second is accepted",
         ["Postfix", "Dovecot", "Python"])
def wrong_password(take):
    """Python's smtplib to port 587"""
    path = text(take, "carol@example.com", "bob@example.com")
    with take.recorder():
        smtplib(f"""
with smtplib.SMTP('{MAIL}', 587) as s:
    s.ehlo()
    for password in ('password', {CAROL[1]!r}):
        s.user, s.password = 'carol', password
        try:
            s.auth('PLAIN', s.auth_plain)
        except smtplib.SMTPAuthenticationError as error:
            print(error)
    s.sendmail('carol@example.com', ['bob@example.com'], mails[0])
""", path)
    take.expect([login("PLAIN", "carol", "password", "failure"), login("PLAIN", *CAROL)],
                [message("carol@example.com", "bob@example.com", path)])


def starttls(take, version):
    path = text(take, "alice@example.org", "bob@example.com")
    with take.recorder():
        smtplib(f"""
context = ssl.create_default_context(cafile='{DIR}/cert.pem')
context.minimum_version = context.maximum_version = ssl.TLSVersion.{version}
context.keylog_filename = '{take.folder}/keys.log'
with smtplib.SMTP('{MAIL}', 587) as s:
    s.starttls(context=context)
    s.login(*{ALICE!r})
    s.sendmail('alice@example.org', ['bob@example.com'], mails[0])
""", path)
    take.expect(end="fin", tls={"offered": True, "requested": True, "accepted": True})


@session("smtp-starttls-tls13", "STARTTLS with TLS 1.3: login and mail are encrypted",
         "the last words in the clear are STARTTLS and its 220; keys.log lets Wireshark decrypt"
         " the rest: AUTH CRAM-MD5 of alice and message.eml", ["Postfix", "Dovecot", "Python"])
def starttls_13(take):
    """Python's smtplib to port 587, with a key log"""
    starttls(take, "TLSv1_3")


@session("smtp-starttls-tls12", "STARTTLS with TLS 1.2",
         "the server's certificate can be read here, unlike with TLS 1.3; keys.log decrypts the"
         " rest", ["Postfix", "Dovecot", "Python"])
def starttls_12(take):
    """Python's smtplib to port 587, with a key log"""
    starttls(take, "TLSv1_2")


def smtps(take, *more):
    path = text(take, "bob@example.com", "alice@example.com")
    with take.recorder():
        on("client", "env", f"SSLKEYLOGFILE={take.folder}/keys.log", "curl", "-sS", "--crlf", *more,
           "--cacert", f"{DIR}/cert.pem", "--url", f"smtps://{MAIL}:465/laptop.example.org",
           "--mail-from", "bob@example.com", "--mail-rcpt", "alice@example.com", "--user",
           ":".join(BOB), "--upload-file", lf(path))
    take.expect(end="rst", protocol="tls", tls={})


@session("smtp-implicit-tls", "Encrypted from the first byte, on port 465",
         "a TLS handshake instead of a greeting; keys.log decrypts it",
         ["Postfix", "Dovecot", "curl"])
def implicit_tls(take):
    """curl to port 465, with a key log"""
    smtps(take)


@session("smtp-implicit-tls12", "Encrypted from the first byte with TLS 1.2",
         "the server's certificate can be read; keys.log decrypts the rest",
         ["Postfix", "Dovecot", "curl"])
def implicit_tls_12(take):
    """curl --tls-max 1.2 to port 465, with a key log"""
    smtps(take, "--tls-max", "1.2")


@session("smtp-refused-recipient", "Three recipients, one of which the server does not know",
         "the 550 between two 250; the mail is accepted for the others",
         ["Postfix", "Python"])
def refused_recipient(take):
    """Python's smtplib to port 25, without a login"""
    path = text(take, "frank@example.net", "alice@example.com")
    rcpt = ["alice@example.com", "nobody@example.com", "bob@example.com"]
    with take.recorder():
        smtplib(f"""
with smtplib.SMTP('{MAIL}') as s:
    print(s.sendmail('frank@example.net', {rcpt!r}, mails[0]))
""", path)
    take.expect(messages=[message("frank@example.net", [rcpt[0], rcpt[2]], path, [rcpt[1]])])


@session("smtp-pipelining", "Commands sent together without waiting for the replies",
         "MAIL, RCPT, RCPT and DATA in one frame, their four replies in another",
         ["Postfix", "Dovecot", "swaks"])
def pipelining(take):
    """swaks --pipeline to port 587"""
    path = text(take, "dave@example.com", "alice@example.com")
    with take.recorder():
        swaks(MAIL, path, "dave@example.com", "alice@example.com,bob@example.com", "-p", "587",
              "--pipeline", "--auth", "PLAIN", "--auth-user", DAVE[0], "--auth-password", DAVE[1])
    take.expect([login("PLAIN", *DAVE)],
                [message("dave@example.com", ["alice@example.com", "bob@example.com"], path)])


@session("smtp-ipv6", "A login and a mail over IPv6",
         "the addresses; nothing else differs. curl counts SIZE before it makes CRLF of LF, so the"
         " message is larger than announced",
         ["Postfix", "Dovecot", "curl"])
def ipv6(take):
    """curl -6 to port 587"""
    path = text(take, "dave@example.com", "carol@example.com")
    with take.recorder():
        curl("smtp://mail6.example.com:587/laptop.example.org", path, "dave@example.com",
             "carol@example.com", "--user", ":".join(DAVE), "--login-options", "AUTH=PLAIN")
    take.expect([login("PLAIN", *DAVE)],
                [message("dave@example.com", "carol@example.com", path)],
                oddities=["size-mismatch"])


@session("smtp-port-2525", "SMTP on a port of its own, from a program as a student writes it",
         "Wireshark does not call this SMTP by itself; HELO instead of EHLO, a space after the"
         " colon of MAIL FROM", ["Postfix", "student.py"])
def port_2525(take):
    """student.py to port 2525"""
    path = text(take, "alice@example.org", "bob@example.com")
    given = DIR / "student.eml"
    given.write_bytes(path.read_bytes().removesuffix(b"\r\n"))
    with take.recorder():
        on("client", "/usr/bin/python3", HERE / "student.py", MAIL, 2525, "alice@example.org",
           "bob@example.com", given)
    take.expect(messages=[message("alice@example.org", "bob@example.com", path)])


@session("smtp-chunking", "A message in three BDAT chunks and an empty last one",
         "no end mark and no doubled dots: each BDAT says how many bytes follow; the second chunk"
         " ends in the middle of a line", ["Postfix", "bare.py"])
def chunking(take):
    """bare.py to port 25"""
    path = take.mail("frank@example.net", "alice@example.com", "In pieces",
                     "The first line.\n.\n..\nA dot at the start of a line needs no care here.\n")
    data = path.read_bytes()
    parts = data[:100], data[100:180], data[180:], b""
    steps = ["reply", b"EHLO laptop.example.org\r\n",
             b"MAIL FROM:<frank@example.net> BODY=8BITMIME\r\n", b"RCPT TO:<alice@example.com>\r\n"]
    for part in parts:
        steps.append(b"BDAT %d%s\r\n%s" % (len(part), b"" if part else b" LAST", part))
    with take.recorder():
        bare(MAIL, 25, steps + [b"QUIT\r\n"])
    take.expect(messages=[message("frank@example.net", "alice@example.com", path)])


@session("smtp-relay-bdat", "A mail on its way over two servers, both hops in one capture",
         "the client gives it to Exim with DATA; Exim adds a Received line and passes it on to"
         " Postfix with BDAT", ["Exim", "Postfix", "swaks"])
def relay_bdat(take):
    """swaks to Exim, which relays; recorded on Exim's host"""
    path = text(take, "frank@example.net", "alice@example.com", "Over two servers")
    with take.recorder(host="mx"):
        swaks(MX, path, "frank@example.net", "alice@example.com")
        time.sleep(1)
    take.expect(messages=[message("frank@example.net", "alice@example.com", path)])
    take.expect(messages=[message("frank@example.net", "alice@example.com")])


@session("smtp-relay", "A mail from the submission server to the server of another domain",
         "the first hop has a login, the second has none; Postfix pipelines on the second hop",
         ["Postfix", "Dovecot", "Exim", "msmtp"])
def relay(take):
    """msmtp to Postfix, which relays to Exim; recorded on Postfix's host"""
    path = text(take, "alice@example.com", "bob@example.net", "To the other domain")
    with take.recorder(host="mail"):
        msmtp(MAIL, path, "alice@example.com", "bob@example.net", "--port=587", "--auth=plain",
              f"--user={ALICE[0]}", f"--passwordeval=printf '%s' '{ALICE[1]}'")
        time.sleep(1)
    take.expect([login("PLAIN", *ALICE)], [message("alice@example.com", "bob@example.net", path)])
    take.expect(messages=[message("alice@example.com", "bob@example.net")])


@session("smtp-exim-login", "A login at Exim", "Exim's replies differ from Postfix's: no enhanced"
         " status codes, other words", ["Exim", "Python"])
def exim_login(take):
    """Python's smtplib to Exim's port 587"""
    path = text(take, "frank@example.net", "carol@example.net")
    with take.recorder():
        smtplib(f"""
with smtplib.SMTP('{MX}', 587) as s:
    s.login('frank', 'exim&owl')
    s.sendmail('frank@example.net', ['carol@example.net'], mails[0])
""", path)
    take.expect([login("PLAIN", "frank", "exim&owl")],
                [message("frank@example.net", "carol@example.net", path)])


@session("smtp-two-mails", "Two mails on one connection", "the second MAIL after the first 250",
         ["Postfix", "Dovecot", "Python"])
def two_mails(take):
    """Python's smtplib to port 587"""
    one = text(take, "bob@example.com", "alice@example.com", "The first")
    two = text(take, "bob@example.com", "carol@example.com", "The second")
    with take.recorder():
        smtplib(f"""
with smtplib.SMTP('{MAIL}', 587) as s:
    s.login(*{BOB!r})
    s.sendmail('bob@example.com', ['alice@example.com'], mails[0])
    s.sendmail('bob@example.com', ['carol@example.com'], mails[1])
""", one, two)
    take.expect([login("CRAM-MD5", "bob", None)],
                [message("bob@example.com", "alice@example.com", one),
                 message("bob@example.com", "carol@example.com", two)])


@session("smtp-dots-utf8", "Dots at the start of lines, and UTF-8 also in an address",
         "SMTPUTF8 and BODY=8BITMIME at MAIL; doubled dots on the wire, single ones in message.eml",
         ["Postfix", "Dovecot", "Python"])
def dots_utf8(take):
    """Python's smtplib to port 587"""
    path = take.mail("jörg@example.com", "alice@example.com", "Grüße",
                     "Liebe Alice,\n.\n..\n...three dots\n.one dot\nÄpfel, Öl, Überraschung ☃\n.\n",
                     "MIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\n"
                     "Content-Transfer-Encoding: 8bit\n")
    with take.recorder():
        smtplib("""
with smtplib.SMTP('mail.example.com', 587) as s:
    s.ehlo()
    s.user, s.password = 'jörg', 'ñandú€'
    token = ('\\0' + s.user + '\\0' + s.password).encode()
    import base64
    print(s.docmd('AUTH', 'PLAIN ' + base64.b64encode(token).decode()))
    s.command_encoding = 'utf-8'
    s.sendmail('jörg@example.com', ['alice@example.com'], mails[0], ['SMTPUTF8', 'BODY=8BITMIME'])
""", path)
    take.expect([login("PLAIN", "jörg", "ñandú€")],
                [message("jörg@example.com", "alice@example.com", path)])


def attachment(take, sender, to, size=20000):
    noise = random.Random(2).randbytes(size * 3 // 4)
    body = base64.encodebytes(noise).decode()
    return take.mail(sender, to, "The photograph", "--cut\n"
                     "Content-Type: text/plain\n\nHere it is.\n--cut\n"
                     "Content-Type: application/octet-stream; name=noise.bin\n"
                     "Content-Disposition: attachment; filename=noise.bin\n"
                     f"Content-Transfer-Encoding: base64\n\n{body}--cut--\n",
                     "MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=cut\n")


@session("smtp-attachment", "A mail with an attachment of 20 KB",
         "the message fills many frames; the file is pcapng", ["Postfix", "Dovecot", "curl"],
         suffix="pcapng")
def with_attachment(take):
    """curl to port 587; converted to pcapng with editcap"""
    path = attachment(take, "dave@example.com", "alice@example.com")
    with take.recorder():
        curl(f"smtp://{MAIL}:587/laptop.example.org", path, "dave@example.com",
             "alice@example.com", "--user", ":".join(DAVE), "--login-options", "AUTH=PLAIN")
    take.expect([login("PLAIN", *DAVE)], [message("dave@example.com", "alice@example.com", path)],
                oddities=["size-mismatch"])


@session("smtp-typed", "A session typed by hand, with mistakes",
         "a 502, a 501 and a 503 reply; long pauses; stamps in nanoseconds",
         ["Postfix", "netcat", "hand.py"])
def typed(take):
    """hand.py, which types into nc, to port 25"""
    path = take.keep(b"Subject: typed\r\n\r\nI typed this myself.\r\n")
    lines = ["EHLP laptop", "HELO", "HELO lap\b\b\blaptop", "RCPT TO:<alice@example.com>",
             "mail from:<me@example.org>", "rcpt to:<alicia\b\be@example.com>", "DATA",
             *path.read_bytes().decode().split("\r\n")[:-1], ".", "QUIT"]
    with take.recorder(nano=True):
        hand(MAIL, 25, lines)
    take.expect(messages=[message("me@example.org", "alice@example.com", path)])


@session("smtp-typed-keys", "A login typed by hand, each key in a frame of its own",
         "every command is spread over many frames; follow the stream to read it",
         ["Postfix", "Dovecot", "netcat", "hand.py"])
def typed_keys(take):
    """hand.py --raw, which types into nc, to port 587"""
    user, password = (base64.b64encode(part.encode()).decode() for part in DAVE)
    with take.recorder():
        hand(MAIL, 587, ["EHLO pc", "AUTH LOGIN", user, password, "NOOP", "QUIT"], "--raw")
    take.expect([login("LOGIN", *DAVE)])


@session("smtp-commands", "VRFY, EXPN, HELP, NOOP, RSET, and a command the server does not know",
         "replies of several lines; RSET takes the sender back, so no mail is sent",
         ["Exim", "bare.py"])
def commands(take):
    """bare.py to Exim's port 25"""
    with take.recorder():
        bare(MX, 25, ["reply", b"EHLO laptop.example.org\r\n", b"VRFY alice@example.net\r\n",
                      b"EXPN alice@example.net\r\n", b"HELP\r\n", b"NOOP\r\n",
                      b"MAIL FROM:<me@example.org>\r\n", b"RSET\r\n", b"NOSUCH command\r\n",
                      b"QUIT\r\n"])
    take.expect(messages=[message("me@example.org", [], outcome=None, complete=None)])


@session("lmtp", "LMTP to Dovecot: three recipients, and a reply for each after the message",
         "LHLO; after the dot one reply accepts, one fails", ["Dovecot", "Python"])
def lmtp(take):
    """Python's smtplib.LMTP to port 24"""
    path = text(take, "frank@example.net", "alice@example.com")
    rcpt = ["alice", "nobody", "dave"]
    with take.recorder():
        smtplib(f"""
s = smtplib.LMTP('{MAIL}', 24)
s.ehlo()
s.mail('frank@example.net')
for name in {rcpt!r}:
    print(s.rcpt(name))
print(s.data(mails[0]), s.getreply())
s.quit()
""", path)
    take.expect(protocol="lmtp", messages=[message(
        "frank@example.net", ["alice", "dave"], path, ["nobody"], "partial")])


@session("smtp-blocked", "A mail refused because of a block list",
         "554 after RCPT, though the reason is the name given with EHLO: the server waits until it"
         " knows whom the mail is for", ["Postfix", "swaks"])
def blocked(take):
    """swaks to port 25, with a name that Postfix is set to refuse as a block list would"""
    path = text(take, "offers@bulk.example.net", "alice@example.com", "Only today")
    path.unlink()
    with take.recorder():
        on("client", "swaks", "--server", MAIL, "--from", "offers@bulk.example.net", "--to",
           "alice@example.com", "--helo", "bulk.example.net", check=False)
    take.mails.clear()
    take.expect(messages=[message("offers@bulk.example.net", [], rejected=["alice@example.com"],
                                  outcome="rejected", complete=None)])


@session("whole-way", "The whole way of a mail: user agent, two servers, user agent",
         "three connections carry the same Message-ID; each server adds a Received line on top,"
         " and the last session fetches with POP3 what the first one handed over",
         ["Exim", "Postfix", "Dovecot", "swaks", "Python"])
def whole_way(take):
    """swaks to Exim with a login, Exim to Postfix, Postfix to Dovecot (not recorded), poplib"""
    path = take.mail("henry@example.net", "grace@example.com", "From hand to hand",
                     "Dear Grace,\n\nhow many hands does this letter go through?\n\nHenry\n",
                     "User-Agent: Postbag 1.2\nMIME-Version: 1.0\n"
                     "Content-Type: text/plain; charset=us-ascii\n")
    fetched = DIR / "fetched.eml"
    with take.recorder(host="router", device="servers", filter="tcp"):
        swaks(MX, path, "henry@example.net", "grace@example.com", "-p", "587", "--auth", "LOGIN",
              "--auth-user", "frank", "--auth-password", "exim&owl")
        time.sleep(3)
        on("client", "/usr/bin/python3", "-c", f"""
import poplib
box = poplib.POP3('{MAIL}')
box.user('grace@example.com')
box.pass_('owls&maps 4 Grace')
print(box.stat(), box.uidl())
lines = box.retr(1)[1]
open({str(fetched)!r}, 'wb').write(b'\\r\\n'.join(lines + [b'']))
box.dele(1)
box.quit()
""")
    take.keep(fetched.read_bytes())
    fetched.unlink()
    take.expect([login("LOGIN", "frank", "exim&owl")],
                [message("henry@example.net", "grace@example.com", path)])
    take.expect(messages=[message("henry@example.net", "grace@example.com")])
    data = take.mails[1].read_bytes()
    take.expect([login("USER/PASS", "grace@example.com", "owls&maps 4 Grace")],
                [{"rcpt": [], "complete": True, "size": len(data),
                  "sha256": hashlib.sha256(data).hexdigest()}], protocol="pop3", unseen=True)


@session("imap-two-devices", "Two IMAP clients at the same mailbox, as with a laptop and a telephone",
         "the first puts a mail into INBOX with APPEND and flags it; the second reads it, which sets"
         " \\Seen, and deletes it; the first is told of both",
         ["Dovecot", "Python"])
def two_devices(take):
    """Python's imaplib, two connections at once"""
    path = text(take, "grace@example.com", "grace@example.com", "A note to myself")
    with take.recorder():
        on("client", "/usr/bin/python3", "-c", f"""
import imaplib, sys
mail = open(sys.argv[1], 'rb').read()
one = imaplib.IMAP4('{MAIL}')
one.login('grace@example.com', 'owls&maps 4 Grace')
one.list()
one.append('INBOX', None, None, mail)
one.select('INBOX')
one.store('1', '+FLAGS', '(\\\\Flagged)')
two = imaplib.IMAP4('{MAIL}')
two.login('grace@example.com', 'owls&maps 4 Grace')
two.select('INBOX')
two.search(None, 'UNSEEN')
two.fetch('1', '(FLAGS RFC822.SIZE BODY.PEEK[HEADER.FIELDS (SUBJECT)])')
two.fetch('1', '(UID BODY[])')
one.noop()
two.store('1', '+FLAGS', '(\\\\Deleted)')
two.expunge()
two.logout()
one.noop()
one.logout()
""", path)
    data = path.read_bytes()
    whole = {"rcpt": [], "size": len(data), "sha256": hashlib.sha256(data).hexdigest()}
    who = login("LOGIN", "grace@example.com", "owls&maps 4 Grace")
    take.expect([who], [whole], protocol="imap", unseen=True)
    take.expect([who], [{"rcpt": []}, whole], protocol="imap", unseen=True)
