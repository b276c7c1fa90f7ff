# SPDX-License-Identifier: GPL-2.0-or-later
"""The sessions with one server each: who says what to whom, and what is to be found in them."""
import json
import subprocess
import sys

from lab import DIR, HERE, inside, on
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
        return on("client", "msmtp", f"--host={server}", "--domain=laptop.example.org", f"--from={sender}", *options, "--", to,
                  stdin=source)


def smtplib(code, *files):
    """Runs lines of Python with smtplib imported; `files` are read as bytes into `mails`."""
    lines = ("import smtplib, ssl, sys, time\nmails = [open(n, 'rb').read() for n in sys.argv[1:]]\n"
             + code)
    return on("client", "/usr/bin/python3", "-c", lines, *files)


def bare(server, port, steps):
    return on("client", "/usr/bin/python3", HERE / "bare.py", server, port, repr(steps))


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
         ["Postfix", "Dovecot", "swaks"])
def digest_md5(take):
    """swaks to port 587"""
    path = text(take, "dave@example.com", "alice@example.com")
    with take.recorder():
        swaks(MAIL, path, "dave@example.com", "alice@example.com", "-p", "587", "--auth",
              "DIGEST-MD5", "--auth-user", DAVE[0], "--auth-password", DAVE[1])
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


@session("smtp-implicit-tls", "Encrypted from the first byte, on port 465",
         "a TLS handshake instead of a greeting; keys.log decrypts it",
         ["Postfix", "Dovecot", "curl"])
def implicit_tls(take):
    """curl to port 465, with a key log"""
    path = text(take, "bob@example.com", "alice@example.com")
    with take.recorder():
        on("client", "env", f"SSLKEYLOGFILE={take.folder}/keys.log", "curl", "-sS", "--crlf",
           "--cacert", f"{DIR}/cert.pem", "--url", f"smtps://{MAIL}:465/laptop.example.org", "--mail-from",
           "bob@example.com", "--mail-rcpt", "alice@example.com", "--user", ":".join(BOB),
           "--upload-file", lf(path))
    take.expect(end="fin", protocol="tls", tls={"offered": False, "requested": False})


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


@session("smtp-ipv6", "A login and a mail over IPv6", "the addresses; nothing else differs",
         ["Postfix", "Dovecot", "curl"])
def ipv6(take):
    """curl -6 to port 587"""
    path = text(take, "dave@example.com", "carol@example.com")
    with take.recorder():
        curl("smtp://mail6.example.com:587/laptop.example.org", path, "dave@example.com", "carol@example.com", "--user",
             ":".join(DAVE), "--login-options", "AUTH=PLAIN")
    take.expect([login("PLAIN", *DAVE)],
                [message("dave@example.com", "carol@example.com", path)])


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
