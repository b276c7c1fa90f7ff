# SPDX-License-Identifier: GPL-2.0-or-later
"""The sessions in which mail is fetched: POP3 from Dovecot, both ways of using it, its logins, and
what happens when QUIT is missing."""
import hashlib
import shutil

from lab import DIR, on
from record import login, session

MAIL = "mail.example.com"
ALICE = ("alice", "correct horse battery staple")
BOB = ("bob", "Tr0ub4dor&3")
CAROL = ("carol", 'p%40ss=w/rd+"quoted" \\back')
LUNCH = "Hello,\n\nshall we meet at noon in front of the library?\n\nSee you!\n"
DOTS = "A list:\n.\n..\n...and a line that begins with three dots.\n"


def mailbox(user, *paths):
    """Empties the mailbox of a user and puts these messages into it, as a delivery would."""
    box = DIR / "mail" / user
    shutil.rmtree(box, ignore_errors=True)
    for part in ("new", "cur", "tmp"):
        (box / part).mkdir(parents=True)
    for number, path in enumerate(paths, 1):
        name = f"{1700000000 + number}.M{number}P1.mail.example.com"
        (box / "new" / name).write_bytes(path.read_bytes().replace(b"\r\n", b"\n"))
    for one in (box, *box.rglob("*")):
        shutil.chown(one, 8, 8)


def letters(take, user, count=2):
    """Messages for the user's mailbox; the second one has lines that begin with dots."""
    made = [take.mail("frank@example.net", f"{user}@example.com",
                      "Lunch on Friday" if number == 0 else f"Notes {number}",
                      LUNCH if number == 0 else DOTS) for number in range(count)]
    mailbox(user, *made)
    return made


def fetched(number, path, fate, transfer="RETR", data=None, complete=True):
    """An expected message on its way to the client."""
    data = path.read_bytes() if data is None else data
    return {"number": number, "fetched": transfer, "fate": fate, "complete": complete,
            "size": len(data), "sha256": hashlib.sha256(data).hexdigest()}


def poplib(code, server=MAIL, port=110):
    """Lines of Python with a POP3 connection p, as a student writes them."""
    on("client", "/usr/bin/python3", "-c",
       f"import poplib, ssl, sys\np = poplib.POP3('{server}', {port})\n{code}")


@session("pop3-keep", "POP3: download and keep - what is fetched stays on the server",
         "no DELE before QUIT; the doubled dots of the second message; the unique-ids of UIDL",
         ["Dovecot", "Python"])
def keep(take):
    """Python's poplib to port 110"""
    made = letters(take, "alice")
    with take.recorder():
        poplib(f"""
p.user('{ALICE[0]}'); p.pass_('{ALICE[1]}')
count, size = p.stat()
p.list(); p.uidl()
for number in range(1, count + 1): p.retr(number)
p.quit()""")
    take.expect([login("USER/PASS", *ALICE)], [fetched(1, made[0], "kept"),
                                               fetched(2, made[1], "kept")],
                protocol="pop3", mode="keep")


@session("pop3-delete", "POP3: download and delete, with pipelining",
         "each RETR has its DELE, QUIT is answered; commands are sent before the replies to those "
         "before came", ["Dovecot", "mpop"])
def delete(take):
    """mpop to port 110"""
    made = letters(take, "bob", 3)
    with take.recorder():
        on("client", "mpop", f"--host={MAIL}", "--port=110", "--auth=user", f"--user={BOB[0]}",
           f"--passwordeval=printf '%s' '{BOB[1]}'", "--tls=off", "--keep=off", "--only-new=off",
           "--uidls-file=/dev/null", "--received-header=off", "--delivery=mda,cat >/dev/null")
    take.expect([login("USER/PASS", *BOB)],
                [fetched(n, path, "deleted") for n, path in enumerate(made, 1)],
                protocol="pop3", mode="delete")


@session("pop3-fetchmail", "POP3 as fetchmail speaks it: only the newer of two messages is deleted",
         "fetchmail asks with TOP for more lines than any message has, so that the server does not "
         "note it as read; the larger message is left alone", ["Dovecot", "fetchmail"])
def fetchmail(take):
    """fetchmail with --limit to port 110"""
    large = take.mail("frank@example.net", "alice@example.com", "A long one", LUNCH * 40)
    small = take.mail("frank@example.net", "alice@example.com", "A short one", LUNCH)
    mailbox("alice", large, small)
    large.unlink()  # never fetched
    run_control = DIR / "fetchmailrc"
    run_control.write_text(f"poll {MAIL} protocol pop3 username {ALICE[0]} password "
                           f"\"{ALICE[1]}\" options sslproto '' no keep mda /bin/true\n")
    run_control.chmod(0o600)
    with take.recorder():
        on("client", "env", f"FETCHMAILHOME={DIR}", "fetchmail", "-f", run_control, "--limit",
           "1000", "--bad-header", "accept", "--auth", "password", check=False)
    take.expect([login("USER/PASS", *ALICE)], [fetched(2, small, "deleted", "TOP")],
                protocol="pop3", mode="delete")


@session("pop3-no-quit", "POP3: DELE, but the connection ends without QUIT: nothing is deleted",
         "DELE is answered with +OK, but no QUIT follows; on the server the message is still there",
         ["Dovecot", "Python"])
def no_quit(take):
    """Python's poplib, which closes without quit(), to port 110"""
    made = letters(take, "alice", 1)
    with take.recorder():
        poplib(f"p.user('{ALICE[0]}'); p.pass_('{ALICE[1]}'); p.retr(1); p.dele(1); p.close()")
    left = len(list((DIR / "mail/alice").glob("*/1*")))
    if left != 1:
        raise SystemExit(f"{left} messages are left, not 1")
    take.expect([login("USER/PASS", *ALICE)], [fetched(1, made[0], "kept")], protocol="pop3",
                mode="keep", end="fin", oddities_ok=["unanswered", "unmatched-reply"])


@session("pop3-rset", "POP3: RSET takes the marks back, then one message is marked again",
         "two DELE, one RSET, one DELE: at QUIT only one message is marked", ["Dovecot", "Python"])
def rset(take):
    """Python's poplib to port 110"""
    made = letters(take, "carol")
    with take.recorder():
        poplib(f"""
p.user({CAROL[0]!r}); p.pass_({CAROL[1]!r})
p.retr(1); p.dele(1); p.retr(2); p.dele(2)
p.rset()
p.dele(2); p.noop()
p.quit()""")
    take.expect([login("USER/PASS", *CAROL)], [fetched(1, made[0], "kept"),
                                               fetched(2, made[1], "deleted")],
                protocol="pop3", mode="mixed")


@session("pop3-top", "POP3: only the start of a message is looked at, with TOP",
         "TOP 2 1: the header and one line of the body; LIST and UIDL with a number answer in one "
         "line", ["Dovecot", "Python"])
def top(take):
    """Python's poplib to port 110"""
    made = letters(take, "bob")
    with take.recorder():
        poplib(f"""
p.user('{BOB[0]}'); p.pass_('{BOB[1]}')
p.capa(); p.list(2); p.uidl(2); p.top(2, 1); p.top(1, 0)
p.quit()""")
    data = [path.read_bytes() for path in made]
    first = data[0][:data[0].index(b"\r\n\r\n") + 4]
    second = data[1][:data[1].index(b"A list:\r\n") + 9]
    take.expect([login("USER/PASS", *BOB)],
                [fetched(2, made[1], "kept", "TOP", second),
                 fetched(1, made[0], "kept", "TOP", first)], protocol="pop3")
    for path in made:
        path.unlink()  # never fetched as a whole


@session("pop3-apop", "POP3: a login with APOP, which does not send the password",
         "the timestamp in angle brackets in the greeting is the challenge; the digest is its MD5 "
         "with the password", ["Dovecot", "Python"])
def apop(take):
    """Python's poplib to port 110"""
    letters(take, "alice", 1)
    with take.recorder():
        poplib(f"p.apop('{ALICE[0]}', '{ALICE[1]}'); p.stat(); p.quit()")
    take.expect([login("APOP", ALICE[0], None)], protocol="pop3")


@session("pop3-cram-md5", "POP3: a login with AUTH CRAM-MD5, and one message",
         "the + of the server with its challenge in base64, the answer with the digest",
         ["Dovecot", "curl"])
def cram_md5(take):
    """curl to port 110"""
    made = letters(take, "bob", 1)
    with take.recorder():
        on("client", "curl", "-sS", "--user", ":".join(BOB), "--login-options", "AUTH=CRAM-MD5",
           f"pop3://{MAIL}/1")
    take.expect([login("CRAM-MD5", BOB[0], None)], [fetched(1, made[0], "kept")], protocol="pop3",
                mode="keep")


@session("pop3-plain-initial", "POP3: AUTH PLAIN with its answer in the same line",
         "no + of the server: one line is the whole login", ["Dovecot", "curl"])
def plain_initial(take):
    """curl with --sasl-ir to port 110; it only lists the messages"""
    letters(take, "bob")
    with take.recorder():
        on("client", "curl", "-sS", "--user", ":".join(BOB), "--login-options", "AUTH=PLAIN",
           "--sasl-ir", f"pop3://{MAIL}/")
    take.expect([login("PLAIN", *BOB)], protocol="pop3")


@session("pop3-wrong-password", "POP3: a wrong password, then the right one",
         "-ERR with the response code AUTH, some seconds later", ["Dovecot", "Python"])
def wrong_password(take):
    """Python's poplib to port 110"""
    letters(take, "alice", 1)
    with take.recorder():
        poplib(f"""
try:
    p.user('{ALICE[0]}'); p.pass_('hunter2')
except poplib.error_proto:
    pass
p.user('{ALICE[0]}'); p.pass_('{ALICE[1]}')
p.quit()""")
    take.expect([login("USER/PASS", ALICE[0], "hunter2", "failure"),
                 login("USER/PASS", *ALICE)], protocol="pop3")


@session("pop3-stls", "POP3: STLS, after which nothing can be read",
         "CAPA lists STLS; behind its +OK the ClientHello names the server in the clear",
         ["Dovecot", "Python"])
def stls(take):
    """Python's poplib to port 110"""
    letters(take, "alice", 1)
    with take.recorder():
        poplib(f"""
c = ssl.create_default_context(cafile='{DIR}/cert.pem')
p.capa()
p.stls(c)
p.user('{ALICE[0]}'); p.pass_('{ALICE[1]}'); p.retr(1); p.dele(1); p.quit()""")
    take.expect(protocol="pop3", end="fin",
                tls={"offered": True, "requested": True, "accepted": True})


@session("pop3-tls", "POP3 over TLS from the first byte, on port 995",
         "the server's name and the versions in ClientHello and ServerHello; nothing else",
         ["Dovecot", "curl"])
def tls(take):
    """curl to port 995"""
    letters(take, "alice", 1)
    with take.recorder():
        on("client", "curl", "-sS", "--cacert", DIR / "cert.pem", "--user", ":".join(ALICE),
           f"pop3s://{MAIL}/1")
    take.expect(protocol="tls", end="fin", unseen=True)


@session("pop3-port-8110", "POP3 on a port that nobody expects",
         "the session is found by what is said, not by its port", ["Dovecot", "curl"])
def elsewhere(take):
    """curl to port 8110"""
    made = letters(take, "bob", 1)
    with take.recorder():
        on("client", "curl", "-sS", "--user", ":".join(BOB),
           "--login-options", "AUTH=LOGIN", f"pop3://{MAIL}:8110/1", check=False)
    take.expect([login("LOGIN", *BOB)], [fetched(1, made[0], "kept")], protocol="pop3",
                mode="keep")
