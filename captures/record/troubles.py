# SPDX-License-Identifier: GPL-2.0-or-later
"""The sessions where something goes wrong: on the way, at the server, or with the recording."""
import subprocess
import time

from lab import DIR, HERE, inside, on
from record import login, message, session
from sessions import (BOB, CAROL, DAVE, MAIL, SMALL, attachment, bare, curl, smtplib,
                      swaks, text)

HELLO = ["reply", b"EHLO laptop.example.org\r\n"]
ENVELOPE = [b"MAIL FROM:<me@example.org>\r\n", b"RCPT TO:<alice@example.com>\r\n"]


def plain(take, path, **options):
    """A login and a mail with smtplib, recorded as asked."""
    with take.recorder(**options):
        smtplib(f"""
with smtplib.SMTP('{MAIL}', 587) as s:
    s.ehlo()
    s.user, s.password = {BOB!r}
    s.auth('PLAIN', s.auth_plain)
    s.sendmail('bob@example.com', ['alice@example.com'], mails[0])
""", path)


SENT = ("bob@example.com", "alice@example.com")


@session("smtp-loss", "Packets lost on the way, and sent again",
         "segments seen twice from the client (the first copy was lost behind the place of"
         " recording) and holes filled late from the server", ["Postfix", "Dovecot", "Python"],
         again=8)
def loss(take):
    """smtplib to port 587 through a router that drops 15 % of the packets; recorded on it"""
    path = attachment(take, *SENT, size=12000)
    on("router", "nft", "add table inet loss; add chain inet loss way { type filter hook forward"
       " priority 0; }; add rule inet loss way meta l4proto tcp numgen random mod 100 < 15 drop")
    try:
        plain(take, path, host="router", device="near", filter="tcp")
    finally:
        on("router", "nft", "delete", "table", "inet", "loss")
    take.at_least("tcp.analysis.retransmission", 4)
    take.expect([login("PLAIN", *BOB)], [message(*SENT, path)])


@session("smtp-reorder", "Packets that overtake each other",
         "segments out of order in both directions; nothing is lost",
         ["Postfix", "Dovecot", "Python", "shuffle.py"], shuffle=True)
def reorder(take):
    """smtplib to port 587 through shuffle.py; recorded behind it, on the router"""
    path = attachment(take, *SENT)
    plain(take, path, host="router", device="near", filter="tcp")
    take.at_least("tcp.analysis.out_of_order || tcp.analysis.lost_segment ||"
                  " tcp.analysis.retransmission", 2)
    take.expect([login("PLAIN", *BOB)], [message(*SENT, path)])


@session("smtp-reset", "The client breaks the connection off in the middle of the message",
         "RST instead of the end of data; the message is not whole and was not accepted",
         ["Postfix", "bare.py"])
def reset(take):
    """bare.py to port 25, closing with SO_LINGER 0"""
    with take.recorder():
        bare(MAIL, 25, [*HELLO, *ENVELOPE, b"DATA\r\n", "silent",
                        b"From: <me@example.org>\r\nSubject: half a mail\r\n\r\nThis will not",
                        0.3, "reset"])
    take.expect(messages=[message("me@example.org", "alice@example.com", outcome="aborted",
                                  complete=False)], end="rst")


@session("smtp-relay-denied", "A server that does not relay for strangers",
         "554 to RCPT; without a recipient there is no message", ["Postfix", "swaks"])
def relay_denied(take):
    """swaks to port 25, without a login"""
    path = text(take, "me@example.org", "you@example.org")
    with take.recorder():
        swaks(MAIL, path, "me@example.org", "you@example.org")
    take.mails.pop().unlink()
    take.expect(messages=[message("me@example.org", [], rejected=["you@example.org"],
                                  outcome=None, complete=None)])


@session("smtp-no-login", "No login: port 25 takes mail for its own domain from anyone",
         "there is no AUTH, though the server offers it", ["Postfix", "swaks"])
def no_login(take):
    """swaks to port 25"""
    path = text(take, "frank@example.net", "carol@example.com")
    with take.recorder():
        swaks(MAIL, path, "frank@example.net", "carol@example.com")
    take.expect(messages=[message("frank@example.net", "carol@example.com", path)])


@session("smtp-no-quit", "A client that leaves without QUIT",
         "the client's FIN comes right after the 250 for the message", ["Postfix", "student.py"])
def no_quit(take):
    """student.py --no-quit to port 25"""
    path = text(take, "alice@example.org", "bob@example.com")
    given = DIR / "student.eml"
    given.write_bytes(path.read_bytes().removesuffix(b"\r\n"))
    with take.recorder():
        on("client", "/usr/bin/python3", HERE / "student.py", MAIL, 25, "alice@example.org",
           "bob@example.com", given, "--no-quit")
    take.expect(messages=[message("alice@example.org", "bob@example.com", path)], end="fin")


def in_background(code, path):
    """Starts smtplib lines that pause for a second after the login and in the message."""
    return subprocess.Popen(inside("client", "/usr/bin/python3", "-c", "import smtplib, sys, time\n"
                                   "mail = open(sys.argv[1], 'rb').read()\n" + code, path))


SLOW = f"""
with smtplib.SMTP('{MAIL}', 587) as s:
    s.ehlo()
    s.user, s.password = {CAROL!r}
    s.auth('PLAIN', s.auth_plain)
    time.sleep(2)
    s.mail('carol@example.com')
    s.rcpt('bob@example.com')
    s.docmd('DATA')
    s.send(mail[:120])
    time.sleep(2)
    s.send(mail[120:] + b'.\\r\\n')
    print(s.getreply())
"""


@session("smtp-late-start", "The recording began after the login",
         "no handshake, no greeting, no login in the file: who logged in cannot be known",
         ["Postfix", "Dovecot", "Python"])
def late_start(take):
    """smtplib to port 587; tcpdump started a second after it"""
    path = text(take, "carol@example.com", "bob@example.com")
    client = in_background(SLOW, path)
    time.sleep(1)
    with take.recorder():
        client.wait()
    take.expect(messages=[message("carol@example.com", "bob@example.com", path)],
                oddities=["midstream"])


@session("smtp-early-stop", "The recording stopped in the middle of the message",
         "the login is there, the rest of the message and its reply are not",
         ["Postfix", "Dovecot", "Python"])
def early_stop(take):
    """smtplib to port 587; tcpdump stopped while the message was sent"""
    path = text(take, "carol@example.com", "bob@example.com")
    recorder = take.recorder()
    with recorder:
        client = in_background(SLOW, path)
        time.sleep(2.7)
        recorder.stop()
    client.wait()
    take.expect([login("PLAIN", *CAROL)],
                [message("carol@example.com", "bob@example.com", outcome="unknown",
                         complete=False)], end="open", oddities=["unfinished"])


@session("smtp-snaplen-96", "Frames cut after 96 bytes while recording",
         "Wireshark says `Packet size limited during capture`; commands are whole, the server's"
         " list of extensions and the message are not", ["Postfix", "Dovecot", "Python"])
def snaplen(take):
    """smtplib to port 587; tcpdump -s 96"""
    path = text(take, *SENT)
    plain(take, path, snaplen=96)
    take.expect([{"mechanism": "PLAIN"}], [{"rcpt": ["alice@example.com"], "complete": False}],
                oddities=["truncated"], oddities_ok=["unmatched-reply"], unseen=True)


@session("smtp-one-side", "Only the client's side of the conversation",
         "no replies: whether login and mail were accepted cannot be known",
         ["Postfix", "Dovecot", "Python"])
def one_side(take):
    """smtplib to port 587; tcpdump with the filter `src host 192.0.2.25`"""
    path = text(take, *SENT)
    plain(take, path, filter="tcp and src host 192.0.2.25")
    take.expect([login("PLAIN", *BOB, "unknown")], [message(*SENT, path, outcome="unknown")],
                oddities=["one-sided"], oddities_ok=["unfinished"])


@session("smtp-timeout", "The server gives up on a silent client with 421",
         "a reply that no command asked for; the server sends the first FIN",
         ["Postfix", "bare.py"])
def timeout(take):
    """bare.py to port 25 of a server with a timeout of 6 seconds"""
    with take.recorder():
        bare(SMALL, 25, [*HELLO, ENVELOPE[0], "reply"])
    take.expect(messages=[message("me@example.org", [], outcome=None, complete=None)], end="fin",
                unseen=True)


@session("smtp-too-big", "Two messages that are too big for the server",
         "one client announces SIZE and is refused at MAIL; the other does not and is refused"
         " after the message: 552 both times", ["Postfix", "Python", "bare.py"])
def too_big(take):
    """smtplib and bare.py to port 25 of a server that takes 4,000 bytes"""
    path = attachment(take, "me@example.org", "alice@example.com", size=6000)
    with take.recorder():
        smtplib(f"""
with smtplib.SMTP('{SMALL}') as s:
    try:
        s.sendmail('me@example.org', ['alice@example.com'], mails[0])
    except smtplib.SMTPSenderRefused as error:
        print(error)
""", path)
        bare(SMALL, 25, [*HELLO, *ENVELOPE, b"DATA\r\n", path.read_bytes() + b".\r\n",
                         b"QUIT\r\n"])
    take.expect(messages=[message("me@example.org", [], outcome=None, complete=None)])
    take.expect(messages=[message("me@example.org", "alice@example.com", path,
                                  outcome="rejected")])


@session("smtp-smuggling", "A second mail hidden in the first: SMTP smuggling",
         "`\\n.\\r\\n` in the message, which is no end of data by RFC 5321; this server takes it"
         " for one, runs the commands behind it and answers more often than it should",
         ["Postfix", "bare.py"])
def smuggling(take):
    """bare.py to port 25"""
    hidden = (b"MAIL FROM:<boss@example.com>\r\nRCPT TO:<bob@example.com>\r\nDATA\r\n"
              b"From: <boss@example.com>\r\nSubject: smuggled\r\n\r\nPay at once.\r\n")
    path = take.keep(b"From: <me@example.org>\r\nSubject: harmless\r\n\r\nHello.\n.\r\n" + hidden)
    with take.recorder():
        bare(MAIL, 25, [*HELLO, *ENVELOPE, b"DATA\r\n", "silent", path.read_bytes() + b".\r\n", 0.5,
                        "polite", "reply", "reply", "reply", "reply", "reply", b"QUIT\r\n"])
    take.expect(messages=[message("me@example.org", "alice@example.com", path)],
                oddities=["bare-newline", "smuggling", "unmatched-reply"], unseen=True)


@session("smtp-port-reuse", "Two connections with the same addresses and ports",
         "the first ends with RST, a second later the same client port is used again: two"
         " sessions, not one", ["Postfix", "bare.py"])
def port_reuse(take):
    """bare.py twice to port 25, from port 45025"""
    path = text(take, "me@example.org", "alice@example.com")
    with take.recorder():
        bare(MAIL, 25, [*HELLO, ENVELOPE[0], "reset"], 45025)
        time.sleep(1)
        bare(MAIL, 25, [*HELLO, *ENVELOPE, b"DATA\r\n", path.read_bytes() + b".\r\n",
                        b"QUIT\r\n"], 45025)
    take.expect(messages=[message("me@example.org", [], outcome=None, complete=None)], end="rst")
    take.expect(messages=[message("me@example.org", "alice@example.com", path)])


@session("smtp-proxy-line",
         "A proxy in front of the server names the real client with a PROXY line",
         "the first line: the addresses in it are not those of the packets", ["Postfix", "bare.py"])
def proxy_line(take):
    """bare.py to a port of Postfix that expects the line"""
    path = text(take, "me@example.org", "alice@example.com")
    with take.recorder():
        bare(SMALL, 26, ["silent", b"PROXY TCP4 203.0.113.77 198.51.100.11 50123 25\r\n", "polite",
                         *HELLO, *ENVELOPE, b"DATA\r\n", path.read_bytes() + b".\r\n",
                         b"QUIT\r\n"])
    take.expect(messages=[message("me@example.org", "alice@example.com", path)])


def through_proxy(take, *options):
    path = text(take, "dave@example.com", "alice@example.com")
    with take.recorder():
        curl(f"smtp://{MAIL}:587/laptop.example.org", path, "dave@example.com",
             "alice@example.com", "--user", ":".join(DAVE), "--login-options", "AUTH=PLAIN",
             *options)
    take.expect([login("PLAIN", *DAVE)], [message("dave@example.com", "alice@example.com", path)],
                oddities=["size-mismatch"])


@session("smtp-http-connect", "SMTP through an HTTP proxy",
         "CONNECT and its 200 reply, then an ordinary session; the packets go to the proxy",
         ["Postfix", "Dovecot", "curl", "proxy.py"])
def http_connect(take):
    """curl --proxytunnel to a proxy on the router"""
    through_proxy(take, "--proxytunnel", "--proxy", "http://192.0.2.1:3128")


@session("smtp-socks", "SMTP through a SOCKS5 proxy",
         "a few bytes of SOCKS with the server's name, then an ordinary session",
         ["Postfix", "Dovecot", "curl", "proxy.py"])
def socks(take):
    """curl --socks5-hostname to a proxy on the router"""
    through_proxy(take, "--socks5-hostname", "192.0.2.1:1080")


@session("smtp-fragments", "Packets too big for a link on the way, sent on as IP fragments",
         "Wireshark puts the fragments together in the last one of each packet",
         ["Postfix", "Dovecot", "Python"])
def fragments(take):
    """smtplib to port 587 with an MTU of 600 behind the router; recorded on the server"""
    path = attachment(take, *SENT, size=6000)
    on("client", "sysctl", "-qw", "net.ipv4.ip_no_pmtu_disc=1")
    on("router", "ip", "route", "add", "198.51.100.10/32", "dev", "servers", "mtu", "lock", "600")
    try:
        plain(take, path, host="mail", filter="ip")
    finally:
        on("router", "ip", "route", "del", "198.51.100.10/32")
        on("client", "sysctl", "-qw", "net.ipv4.ip_no_pmtu_disc=0")
    take.at_least("ip.frag_offset > 0", 4)
    take.expect([login("PLAIN", *BOB)], [message(*SENT, path)])


@session("smtp-offload", "Recorded on the sending host itself, as most students do",
         "frames larger than the network takes and wrong TCP checksums: the network card cuts and"
         " sums later, nothing is broken", ["Postfix", "Dovecot", "Python"])
def offload(take):
    """smtplib to port 587 with offloading switched on; recorded on the client"""
    path = attachment(take, *SENT, size=12000)
    words = ("tso", "gso", "tx")
    for host, device in (("client", "eth0"), ("router", "near")):
        on(host, "ethtool", "-K", device, *(part for word in words for part in (word, "on")))
    try:
        plain(take, path)
    finally:
        for host, device in (("client", "eth0"), ("router", "near")):
            on(host, "ethtool", "-K", device, *(part for word in words for part in (word, "off")))
    take.at_least("frame.len > 1514", 1)
    take.expect([login("PLAIN", *BOB)], [message(*SENT, path)])


@session("smtp-any",
         "Recorded on all interfaces of the router at once: every packet three times",
         "Linux cooked headers (SLL2) instead of Ethernet; each packet on its way in, through the"
         " bridge, and out: that is no retransmission", ["Postfix", "Dovecot", "Python"])
def any_interface(take):
    """smtplib to port 587; tcpdump -i any on the router"""
    path = text(take, *SENT)
    plain(take, path, host="router", device="any", filter="tcp")
    take.expect([login("PLAIN", *BOB)], [message(*SENT, path)])
