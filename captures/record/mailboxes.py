# SPDX-License-Identifier: GPL-2.0-or-later
"""The sessions in which mail stays on the server: IMAP from Dovecot, with real clients and with a
few lines of Python where no client does it on request."""
import hashlib
import subprocess

from lab import HERE, on
from record import login, session
from retrieval import letters, mailbox

MAIL = "mail.example.com"
ALICE = ("alice", "correct horse battery staple")
BOB = ("bob", "Tr0ub4dor&3")
CAROL = ("carol", 'p%40ss=w/rd+"quoted" \\back')


def got(data, section="BODY[]", box="INBOX", whole=True, **more):
    """An expected message on its way to the client."""
    return {"transfer": "FETCH", "section": section, "mailbox": box, "whole": whole,
            "complete": True, "size": len(data), "sha256": hashlib.sha256(data).hexdigest(), **more}


def put(data, box, outcome="accepted"):
    """An expected message on its way to the server."""
    return {"transfer": "APPEND", "mailbox": box, "whole": True, "complete": True,
            "outcome": outcome, "size": len(data), "sha256": hashlib.sha256(data).hexdigest()}


def imaplib(code, *files):
    """Lines of Python with an IMAP connection m, as a student writes them."""
    on("client", "/usr/bin/python3", "-c",
       "import imaplib, sys\nmails = [open(n, 'rb').read() for n in sys.argv[1:]]\n"
       f"m = imaplib.IMAP4('{MAIL}')\n{code}", *files)


def talk(steps, *options):
    """A dialogue that no client holds on request, see talk_imap.py."""
    on("client", "/usr/bin/python3", HERE / "talk_imap.py", *options, MAIL, "143",
       input="\n".join(steps).encode() + b"\n")


def unused(take, *paths):
    """Messages that lie in the mailbox and never cross the wire whole."""
    for path in paths:
        take.mails.remove(path)
        path.unlink()


def head(data):
    return data[:data.index(b"\r\n\r\n") + 4]


@session("imap-read", "IMAP: a login, folders, one message read; it stays on the server",
         "LIST names the folders, SELECT tells how many messages there are, FETCH hands one over"
         " as a literal, and the flag \\Seen is set by reading it", ["Dovecot", "Python"])
def read(take):
    """Python's imaplib to port 143"""
    made = letters(take, "alice")
    with take.recorder():
        imaplib(f"""
m.login(*{ALICE!r})
m.list()
m.select()
m.fetch('1', '(FLAGS RFC822.SIZE INTERNALDATE BODY.PEEK[HEADER])')
m.fetch('1', '(BODY[])')
m.close()
m.logout()""")
    data = made[0].read_bytes()
    take.expect([login("LOGIN", *ALICE)],
                [got(head(data), "BODY[HEADER]", whole=False), got(data)], protocol="imap")
    unused(take, made[1])


@session("imap-idle", "IMAP: one device idles and is told what the other one does",
         "IDLE of the first connection: a flag, a new message, one that is removed, each told at"
         " once", ["Dovecot", "Python"])
def idle(take):
    """Python's imaplib, and a few lines of Python that idle, both to port 143"""
    made = letters(take, "bob")
    new = b"From: <bob@example.com>\r\nSubject: A note to myself\r\n\r\nMilk, bread.\r\n"
    with take.recorder():
        on("client", "/usr/bin/python3", HERE / "two_imap.py", MAIL, *BOB)
    take.expect([login("LOGIN", *BOB)], [], protocol="imap")
    take.expect([login("LOGIN", *BOB)], [got(made[1].read_bytes()), put(new, "INBOX")],
                protocol="imap")
    unused(take, made[0])


@session("imap-plain-initial", "IMAP: AUTHENTICATE PLAIN with its answer in the same line",
         "SASL-IR in the capabilities; the base64 text holds user name and password",
         ["Dovecot", "curl"])
def plain_initial(take):
    """curl to port 143"""
    made = letters(take, "carol")
    with take.recorder():
        on("client", "curl", "-sS", "-o", "/dev/null", "--user", ":".join(CAROL),
           "--login-options", "AUTH=PLAIN", f"imap://{MAIL}/INBOX;MAILINDEX=2")
    take.expect([login("PLAIN", *CAROL)], [got(made[1].read_bytes())], protocol="imap")
    unused(take, made[0])


@session("imap-cram-md5", "IMAP: AUTHENTICATE CRAM-MD5, which does not send the password",
         "the challenge behind `+`, and the digest in the answer", ["Dovecot", "Python"])
def cram_md5(take):
    """Python's imaplib to port 143"""
    unused(take, *letters(take, "alice"))
    with take.recorder():
        imaplib(f"""
m.login_cram_md5(*{ALICE!r})
m.select(readonly=True)
m.search(None, 'UNSEEN')
m.logout()""")
    take.expect([login("CRAM-MD5", "alice", None)], [], protocol="imap")


@session("imap-wrong-password", "IMAP: a wrong password, then the right one",
         "NO [AUTHENTICATIONFAILED], and the backslashes before the quotes in the password",
         ["Dovecot", "Python"])
def wrong_password(take):
    """Python's imaplib to port 143"""
    mailbox("carol")
    with take.recorder():
        imaplib(f"""
try:
    m.login('carol', 'guess')
except imaplib.IMAP4.error as error:
    print(error)
m.login(*{CAROL!r})
m.logout()""")
    take.expect([login("LOGIN", "carol", "guess", "failure"), login("LOGIN", *CAROL)], [],
                protocol="imap")


@session("imap-append", "IMAP: folders made, messages put into them, copied and moved",
         "the literal behind APPEND waits for the server's `+`; APPENDUID and COPYUID tell the new"
         " numbers", ["Dovecot", "Python"])
def append(take):
    """Python's imaplib to port 143"""
    made = letters(take, "alice")
    sent = take.mail("alice@example.com", "bob@example.com", "Sent, kept", "Hello Bob\n")
    with take.recorder():
        imaplib(f"""
m.login(*{ALICE!r})
m.create('Sent'); m.create('Archive')
m.append('Sent', r'(\\Seen)', '"01-Feb-2026 10:00:00 +0000"', mails[0])
m.select()
m.copy('1', 'Archive')
m.uid('MOVE', '2', 'Archive')
m.store('1', '+FLAGS', r'(\\Deleted)')
m.expunge()
m.status('Archive', '(MESSAGES UIDNEXT)')
m.logout()""", sent)
    take.expect([login("LOGIN", *ALICE)], [put(sent.read_bytes(), "Sent")], protocol="imap")
    unused(take, *made)


@session("imap-literals", "IMAP: user name and password as literals",
         "{5} waits for `+`, {11+} does not; the password stands on a line of its own",
         ["Dovecot", "Python"])
def literals(take):
    """a few lines of Python to port 143"""
    mailbox("bob")
    with take.recorder():
        talk(["a1 LOGIN {3}", "+", "bob {11+}", "Tr0ub4dor&3", "a1",
              "a2 SELECT {5+}", "INBOX", "a2", "a3 LOGOUT", "a3"])
    take.expect([login("LOGIN", *BOB)], [], protocol="imap")


@session("imap-parts", "IMAP: a message fetched in parts of 100 bytes",
         "BODY[]<0>, BODY[]<100>, ...: together they are the message; the last one is shorter",
         ["Dovecot", "Python"])
def parts(take):
    """a few lines of Python to port 143"""
    made = letters(take, "bob")
    data = made[1].read_bytes()
    steps = ["a LOGIN bob Tr0ub4dor&3", "a", "b EXAMINE INBOX", "b"]
    for number, at in enumerate(range(0, len(data) + 1, 100)):
        steps += [f"c{number} UID FETCH 2 (BODY.PEEK[]<{at}.100>)", f"c{number}"]
    with take.recorder():
        talk(steps + ["d LOGOUT", "d"])
    last = f"BODY[]<{len(data) // 100 * 100}>"
    take.expect([login("LOGIN", *BOB)], [got(data, last)], protocol="imap",
                unseen=True)
    unused(take, made[0])


@session("imap-compress", "IMAP with COMPRESS=DEFLATE: readable only when it is unpacked",
         "OK to COMPRESS is the last line in plain text", ["Dovecot", "Python"])
def compress(take):
    """a few lines of Python with zlib to port 143"""
    made = letters(take, "alice")
    with take.recorder():
        talk(['a LOGIN alice "correct horse battery staple"', "a", "b COMPRESS DEFLATE", "b",
              "c SELECT INBOX", "c", "d FETCH 1:2 (UID FLAGS BODY.PEEK[])", "d", "e LOGOUT", "e"],
             "--compress")
    take.expect([login("LOGIN", *ALICE)], [got(one.read_bytes()) for one in made],
                protocol="imap", unseen=True)


@session("imap-starttls", "IMAP: STARTTLS, after which nothing can be read",
         "the last words in the clear are STARTTLS and its OK", ["Dovecot", "Python"])
def starttls(take):
    """Python's imaplib to port 143"""
    unused(take, *letters(take, "alice"))
    with take.recorder():
        imaplib(f"""
import ssl
context = ssl.create_default_context()
context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
m.starttls(context)
m.login(*{ALICE!r})
m.logout()""")
    take.expect(protocol="imap", end="fin",
                tls={"offered": True, "requested": True, "accepted": True})


@session("imap-mbsync", "IMAP as mbsync speaks it, compressed: a mailbox copied to the disk",
         "three FETCH in a row, before the first is answered", ["Dovecot", "isync"])
def sync(take):
    """mbsync to port 143"""
    made = letters(take, "bob", 3)
    config = take.folder.parent / "mbsyncrc"
    box = take.folder.parent / "copy"
    box.mkdir(exist_ok=True)
    config.write_text(f"""IMAPAccount lab
Host {MAIL}
User {BOB[0]}
Pass "{BOB[1]}"
SSLType None
AuthMechs LOGIN

IMAPStore far
Account lab

MaildirStore near
Path {box}/
Inbox {box}/INBOX

Channel mail
Far :far:
Near :near:
Create Near
SyncState *
""")
    with take.recorder():
        on("client", "mbsync", "-c", config, "mail")
    take.expect([login("LOGIN", *BOB)], [got(one.read_bytes()) for one in made], protocol="imap",
                unseen=True)


@session("imap-mutt", "IMAP as mutt speaks it: the header of each message, one read and one flagged",
         "FETCH of chosen header fields for all messages at once, then one whole message; flags are"
         " changed when the mailbox is left", ["Dovecot", "mutt"])
def mutt(take):
    """mutt, its keys pressed by a script, to port 143"""
    made = letters(take, "alice")
    config = take.folder.parent / "muttrc"
    config.write_text(f"""set ssl_starttls=no ssl_force_tls=no imap_authenticators="login"
set imap_user="{ALICE[0]}" imap_pass="{ALICE[1]}" folder="imap://{MAIL}/" spoolfile="+INBOX"
set wait_key=no confirmappend=no delete=yes header_cache="" timeout=5
push "<first-entry><display-message><exit><flag-message><quit>"
""")
    with take.recorder():
        on("client", "env", f"HOME={take.folder.parent}", "TERM=xterm", "timeout", "30", "script",
           "-qec", f"mutt -n -F {config}", take.folder.parent / "typescript",
           stdin=subprocess.DEVNULL)
    fields = ("BODY[HEADER.FIELDS (DATE FROM SENDER SUBJECT TO CC MESSAGE-ID REFERENCES CONTENT-TYPE"
              " CONTENT-DESCRIPTION IN-REPLY-TO REPLY-TO LINES LIST-POST X-LABEL)]")
    take.expect([login("LOGIN", *ALICE)],
                [got(head(one.read_bytes()), fields, whole=False) for one in made] +
                [got(made[0].read_bytes())], protocol="imap")
    unused(take, made[1])
