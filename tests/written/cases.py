# SPDX-License-Identifier: GPL-2.0-or-later
"""The written cases: each tries one thing. A case is a capture (bytes of a file) and what must be said of it.

expect: list of sessions; every key that is given is compared, what is not given is not.
  protocol client server greeting helo end        text
  auth      [(mechanism, user, password, outcome)]   None: no such fact
  messages  [{from, rcpt (accepted), refused, outcome, complete, body (bytes: size and SHA-256)}]
  oddities  the names that must be there, of those in WATCHED, and no others; `may` are tolerated
  encrypted whether tls.started is said
  facts     {key: [values]}: all facts of that key, in order
"""
import base64
import gzip
import lzma
import random
import struct

from wire import *

WATCHED = {"gap", "truncated", "conflict-overlap", "midstream", "one-sided", "bare-newline", "bare-return", "smuggling",
           "injection", "urgent", "bad-checksum", "cleartext-after-starttls", "rst-ignored", "fragment-overlap", "bad-base64",
           "limit", "long-line"}
BODY = b"From: <a@src.example>\r\nTo: <b@dst.example>\r\nSubject: written case\r\n\r\nFirst line\r\n..dots stay\r\nlast line\r\n"
CASES = {}


def b64(data):
    return base64.b64encode(data)


def stuffed(body):
    return (b"." + body if body.startswith(b".") else body).replace(b"\r\n.", b"\r\n..")


def message(body=BODY, sender="a@src.example", rcpt=("b@dst.example",), refused=(), outcome="accepted", complete=True):
    return {"from": sender, "rcpt": list(rcpt), "refused": list(refused), "outcome": outcome, "complete": complete,
            "body": body}


def session(**changes):
    base = {"protocol": "smtp", "client": "%s:40001" % CLIENT, "server": "%s:25" % SERVER,
            "greeting": "mx.dst.example ESMTP ready", "helo": "c.src.example", "end": "quit",
            "auth": [("PLAIN", "alice", "pa ss", "success")], "messages": [message()], "oddities": [], "may": [],
            "encrypted": False}
    base.update(changes)
    return base


def case(name, data, expect, suffix=".pcap", status=0, stdin=False):
    assert name not in CASES, name
    CASES[name] = {"data": data, "expect": expect, "suffix": suffix, "status": status, "stdin": stdin}


# ---- dialogues -----------------------------------------------------------------------------------

def hello(conn=None, greeting=b"220 mx.dst.example ESMTP ready\r\n", ehlo=b"EHLO c.src.example\r\n",
          extensions=(b"PIPELINING", b"AUTH PLAIN LOGIN CRAM-MD5", b"CHUNKING", b"STARTTLS", b"8BITMIME")):
    conn = conn or Connection()
    conn.s(greeting).c(ehlo)
    lines = [b"mx.dst.example"] + list(extensions)
    conn.s(b"".join(b"250%s%s\r\n" % (b" " if i == len(lines) - 1 else b"-", l) for i, l in enumerate(lines)))
    return conn


def plain(conn, user=b"alice", password=b"pa ss"):
    return conn.c(b"AUTH PLAIN " + b64(b"\0" + user + b"\0" + password) + b"\r\n").s(b"235 2.7.0 ok\r\n")


def send_login(conn, user=b"alice", password=b"pa ss"):
    conn.c(b"AUTH LOGIN\r\n").s(b"334 VXNlcm5hbWU6\r\n").c(b64(user) + b"\r\n").s(b"334 UGFzc3dvcmQ6\r\n")
    return conn.c(b64(password) + b"\r\n").s(b"235 2.7.0 ok\r\n")


def envelope(conn, sender=b"<a@src.example>", rcpt=(b"<b@dst.example>",)):
    conn.c(b"MAIL FROM:" + sender + b"\r\n").s(b"250 2.1.0 ok\r\n")
    for one in rcpt:
        conn.c(b"RCPT TO:" + one + b"\r\n").s(b"250 2.1.5 ok\r\n")
    return conn


def data(conn, body=BODY, reply=b"250 2.0.0 queued as 4ABC\r\n"):
    conn.c(b"DATA\r\n").s(b"354 go ahead\r\n").c(stuffed(body) + b".\r\n")
    return conn.s(reply) if reply else conn


def bye(conn):
    return conn.c(b"QUIT\r\n").s(b"221 2.0.0 bye\r\n").close(False)


def standard(conn=None):
    return bye(data(envelope(plain(hello(conn)))))


def frames4(conn, **more):
    return [ethernet(packet4(s, ident=i + 1, **more), s.up) for i, s in enumerate(conn.segments)]


def written(name, conn, expect, status=0):
    case(name, pcap(frames4(conn)), expect, status=status)


# ---- links and tunnels ---------------------------------------------------------------------------

LINKS = {1: "Ethernet", 113: "Linux cooked, which keeps the sender's MAC address only", 105: "IEEE 802.11",
         0: "BSD loopback, which has no MAC addresses", 101: "raw IP, which has no MAC addresses",
         9: "PPP, which has no MAC addresses"}
for same, link in ((276, 113), (127, 105), (192, 105), (108, 0), (12, 101), (14, 101), (228, 101), (229, 101), (50, 9)):
    LINKS[same] = LINKS[link]
# Addresses of client and server; Ethernet's are taken from the frame.
HARDWARE = {113: (["02:00:00:00:00:01"], []), 276: (["02:00:00:00:00:01"], [])}
HARDWARE.update((link, (["02:00:00:00:00:02"], ["02:00:00:00:00:03"])) for link in (105, 127, 192))


def links():
    segments = standard().segments
    v4 = [(packet4(s, ident=i + 1), s.up) for i, s in enumerate(segments)]
    v6 = [(packet6(s), s.up) for s in segments]
    one6 = session(client="[%s]:40001" % CLIENT6, server="[%s]:25" % SERVER6)

    def each(name, wrap, link=1, six=False):
        frames = [wrap(p, up) for p, up in (v6 if six else v4)]
        macs = {"session.link": [LINKS.get(link, "link type %d" % link)]}
        macs.update(zip(("session.client_mac", "session.server_mac"), HARDWARE.get(link, ([], []))))
        if name == "wifi-wds":
            macs["session.client_mac"] = ["02:00:00:00:00:01"]
        if link == 1:
            macs["session.server_mac"], macs["session.client_mac"] = [frames[0][:6].hex(":")], [frames[0][6:12].hex(":")]
        case("link-" + name, pcap(frames, link), [dict(one6 if six else session(), facts=macs)])

    llc = b"\xaa\xaa\x03\0\0\0\x08\0"
    macs = b"\x02\0\0\0\0\x01" b"\x02\0\0\0\0\x02" b"\x02\0\0\0\0\x03"
    each("ethernet", lambda p, up: ethernet(p, up))
    each("ethernet-ipv6", lambda p, up: ethernet(p, up), six=True)
    each("vlan", lambda p, up: ethernet(p, up, tags=(0x8100,)))
    each("qinq", lambda p, up: ethernet(p, up, tags=(0x88A8, 0x8100)))
    each("vlan-9100", lambda p, up: ethernet(p, up, tags=(0x9100, 0x8100)))
    each("three-tags", lambda p, up: ethernet(p, up, tags=(0x88A8, 0x8100, 0x8100)))
    each("snap", lambda p, up: b"\x02\0\0\0\0\x02\x02\0\0\0\0\x01" + struct.pack(">H", len(p) + 8) + llc + p)
    each("sll", lambda p, up: struct.pack(">HHH", 0 if up else 4, 1, 6) + macs[:6] + b"\0\0\x08\0" + p, 113)
    each("sll2", lambda p, up: struct.pack(">HHIHBB", 0x800, 0, 1, 1, 0, 6) + macs[:6] + b"\0\0" + p, 276)
    each("null-le", lambda p, up: struct.pack("<I", 2) + p, 0)
    each("null-be", lambda p, up: struct.pack(">I", 2) + p, 0)
    for family in (10, 24, 28, 30):
        each("null-v6-%d" % family, lambda p, up, f=family: struct.pack("<I", f) + p, 0, six=True)
    each("loop", lambda p, up: struct.pack(">I", 2) + p, 108)
    for number in (12, 14, 101, 228):
        each("raw-%d" % number, lambda p, up: p, number)
    each("raw-229", lambda p, up: p, 229, six=True)
    each("raw-101-ipv6", lambda p, up: p, 101, six=True)
    each("ppp", lambda p, up: b"\xff\x03\0\x21" + p, 9)
    each("ppp-no-hdlc", lambda p, up: b"\0\x21" + p, 9)
    each("ppp-compressed", lambda p, up: b"\x21" + p, 9)
    each("ppp-hdlc", lambda p, up: b"\xff\x03\0\x21" + p, 50)
    each("pppoe", lambda p, up: ethernet(b"\x11\0\0\1" + struct.pack(">H", len(p) + 2) + b"\0\x21" + p, up, kind=0x8864))
    each("pppoe-ipv6", lambda p, up: ethernet(b"\x11\0\0\1" + struct.pack(">H", len(p) + 2) + b"\0\x57" + p, up, kind=0x8864),
         six=True)
    wifi = b"\x08\x01\0\0" + macs + b"\0\0" + llc
    each("wifi", lambda p, up: wifi + p, 105)
    each("wifi-qos", lambda p, up: b"\x88\x01\0\0" + macs + b"\0\0" + b"\0\0" + llc + p, 105)
    each("wifi-wds", lambda p, up: b"\x08\x03\0\0" + macs + b"\0\0" + macs[:6] + llc + p, 105)
    each("radiotap", lambda p, up: b"\0\0\x08\0\0\0\0\0" + wifi + p, 127)
    each("ppi", lambda p, up: b"\0\0\x08\0\x69\0\0\0" + wifi + p, 192)
    each("mpls", lambda p, up: ethernet(struct.pack(">I", 16 << 12 | 0x1FF) + p, up, kind=0x8847))
    each("mpls-2", lambda p, up: ethernet(struct.pack(">II", 16 << 12 | 0xFF, 17 << 12 | 0x1FF) + p, up, kind=0x8847))
    each("chdlc", lambda p, up: b"\x0f\0\x08\0" + p, 104)
    each("nflog", lambda p, up: b"\x02\0\0\0" + struct.pack("<HH", 4 + len(p), 9) + p + b"\0" * (-len(p) % 4), 239)
    each("vxlan", lambda p, up: ethernet(ipv4(udp(b"\x08\0\0\0\0\0\x2a\0" + ethernet(p, up), 4789), up, 17,
                                              ends=("198.51.100.1", "198.51.100.2")), up))
    each("geneve", lambda p, up: ethernet(ipv4(udp(b"\0\0\x65\x58\0\0\x2a\0" + ethernet(p, up), 6081), up, 17,
                                               ends=("198.51.100.1", "198.51.100.2")), up))
    each("gre", lambda p, up: ethernet(ipv4(b"\0\0\x08\0" + p, up, 47, ends=("198.51.100.1", "198.51.100.2")), up))
    each("gre-key-seq", lambda p, up: ethernet(ipv4(b"\x30\0\x08\0\0\0\0\7\0\0\0\1" + p, up, 47,
                                                    ends=("198.51.100.1", "198.51.100.2")), up))
    each("gretap", lambda p, up: ethernet(ipv4(b"\0\0\x65\x58" + ethernet(p, up), up, 47,
                                               ends=("198.51.100.1", "198.51.100.2")), up))
    each("ipip", lambda p, up: ethernet(ipv4(p, up, 4, ends=("198.51.100.1", "198.51.100.2")), up))
    each("6in4", lambda p, up: ethernet(ipv4(p, up, 41, ends=("198.51.100.1", "198.51.100.2")), up), six=True)
    each("4in6", lambda p, up: ethernet(ipv6(p, up, 4, ends=("2001:db8:9::1", "2001:db8:9::2")), up))
    case("link-unsupported", pcap([p for p, _ in v4], 147), [])
    case("link-fcs", pcap([ethernet(p, up) + b"\xde\xad\xbe\xef" for p, up in v4], 1 | 0x24000000), [session()])


# ---- files ---------------------------------------------------------------------------------------

def files():
    frames = frames4(standard())
    good = pcap(frames)
    for name, order, nano in (("be", ">", False), ("nano", "<", True), ("be-nano", ">", True)):
        case("file-" + name, pcap(frames, order=order, nano=nano), [session()])
    case("file-gz", gzip.compress(good, mtime=0), [session()], ".pcap.gz")
    case("file-gz-two-members", gzip.compress(good[:3000], mtime=0) + gzip.compress(good[3000:], mtime=0), [session()], ".pcap.gz")
    case("file-xz", lzma.compress(good), [session()], ".pcap.xz")
    case("file-gz-cut", gzip.compress(good, mtime=0)[:-20], [session(messages=None, end=None, auth=None, greeting=None,
                                                                        helo=None, may=list(WATCHED))], ".pcap.gz", status=3)
    case("file-gz-pcapng", gzip.compress(pcapng(frames), mtime=0), [session()], ".pcapng.gz")
    case("file-no-suffix", good, [session()], "")
    case("file-stdin", good, [session()], stdin=True)
    case("file-stdin-pcapng", pcapng(frames), [session()], ".pcapng", stdin=True)
    case("file-stdin-gz", gzip.compress(good, mtime=0), [session()], ".gz", stdin=True)
    case("file-empty", b"", [], status=3)
    case("file-only-header", good[:24], [])
    case("file-cut-header", good[:20], [], status=3)
    case("file-cut-record-header", good[:24] + good[24:24 + 7], [], status=3)
    case("file-cut-last", good[:-5], [session(end="quit", may=["truncated"])], status=3)
    case("file-garbage-after", good + b"\xff" * 64, [session()], status=3)
    case("file-text", b"This is no capture, only text.\r\n" * 30, [], ".txt", status=3)
    case("file-small-snaplen-header", pcap(frames, snaplen=10), [session()])
    case("file-zero-record", pcap(frames[:5] + [b""] + frames[5:]), [session()])
    case("file-pcapng", pcapng(frames), [session()], ".pcapng")
    case("file-pcapng-be", pcapng(frames, order=">"), [session()], ".pcapng")
    half = len(frames) // 2
    two = section() + interface() + b"".join(enhanced(f, i) for i, f in enumerate(frames[:half]))
    two += section(">") + interface(order=">") + b"".join(enhanced(f, i + half, order=">") for i, f in enumerate(frames[half:]))
    case("file-pcapng-two-sections", two, [session()], ".pcapng")
    mixed = section() + interface(1) + interface(101)
    segments = standard().segments
    for i, s in enumerate(segments):
        packet = packet4(s, ident=i + 1)
        mixed += enhanced(packet if s.up else ethernet(packet, s.up), i, 1 if s.up else 0)
    case("file-pcapng-two-links", mixed, [session()], ".pcapng")
    for name, resolution in (("nano", 9), ("milli", 3), ("binary", 128 + 20)):
        body = section() + interface(resolution=resolution)
        body += b"".join(enhanced(f, i, resolution=resolution) for i, f in enumerate(frames))
        case("file-pcapng-" + name, body, [session()], ".pcapng")
    body = section() + interface(offset=3600) + b"".join(enhanced(f, i, offset=3600) for i, f in enumerate(frames))
    case("file-pcapng-offset", body, [session()], ".pcapng")
    body = section() + interface() + b"".join(simple(f) for f in frames)
    case("file-pcapng-simple", body, [session()], ".pcapng")
    extra = block(0x0BAD0001, b"what is this") + block(4, b"\0\0\0\0") + block(5, b"\0" * 12) + block(10, struct.pack("<II", 0x544C534B, 4) + b"keys")
    body = section() + extra + interface() + extra + b"".join(enhanced(f, i, options=option(1, b"a comment") + option(0, b""))
                                                              + extra for i, f in enumerate(frames))
    case("file-pcapng-unknown-blocks", body, [session()], ".pcapng")
    body = section() + interface() + b"".join(enhanced(f, i) for i, f in enumerate(frames))
    case("file-pcapng-cut", body[:-9], [session(may=["truncated"])], ".pcapng", status=3)
    case("file-pcapng-damaged", body + b"\x06\0\0\0\xff\xff\xff\x7f" + b"\0" * 40, [session()], ".pcapng", status=3)
    case("file-pcapng-no-interface", section() + enhanced(frames[0], 0), [], ".pcapng", status=3)
    case("file-snaplen-68", pcap([(f[:68], len(f)) for f in frames]),
         [session(oddities=["truncated"], may=["gap", "bare-newline"], auth=None, messages=None, greeting=None, helo=None, end="quit")])


# ---- IP ------------------------------------------------------------------------------------------

def fragments4(packet, sizes, ident):
    """Cuts an IPv4 packet without options at the given payload offsets (multiples of 8)."""
    head, payload = packet[:20], packet[20:]
    marks = [0] + [s for s in sizes if s < len(payload)] + [len(payload)]
    out = []
    for begin, end in zip(marks, marks[1:]):
        more = end < len(payload)
        h = bytearray(head)
        h[2:8] = struct.pack(">HHH", 20 + end - begin, ident, begin // 8 | (0x2000 if more else 0))
        h[10:12] = b"\0\0"
        h[10:12] = struct.pack(">H", checksum(bytes(h)))
        out.append(bytes(h) + payload[begin:end])
    return out


def internet():
    segments = standard().segments
    base = [(packet4(s, ident=i + 1), s.up) for i, s in enumerate(segments)]

    def each(name, change, expect=None):
        frames = []
        for i, (p, up) in enumerate(base):
            frames += [ethernet(f, up) for f in change(i, p)]
        case("ip-" + name, pcap(frames), [expect or session()])

    rng = random.Random(7)
    each("options", lambda i, p: [ipv4(p[20:], segments[i].up, options=b"\x94\4\0\0\1\1\1\0")])
    each("fragments", lambda i, p: fragments4(p, (24, 48), i + 1))
    each("fragments-reverse", lambda i, p: fragments4(p, (24, 48), i + 1)[::-1])
    each("fragments-shuffled", lambda i, p: rng.sample(fragments4(p, (24, 40, 64), i + 1), len(fragments4(p, (24, 40, 64), i + 1))))
    each("fragments-twice", lambda i, p: fragments4(p, (24, 48), i + 1) * 2)

    def overlap(i, p):
        parts = fragments4(p, (24, 48), i + 1)
        if len(parts) < 3:
            return parts
        again = fragments4(p, (16,), i + 1)[1]  # overlaps with the same bytes
        return [parts[0], again]
    each("fragments-overlap-same", overlap)
    large = data(envelope(hello()), BODY + b"x" * 70 + b"\r\n")
    frames = []
    for i, s in enumerate(bye(large).segments):
        parts = fragments4(packet4(s, ident=i + 1), (64,), i + 1)
        if b"First line" in s.data:
            parts = parts[:1]  # the rest is lost
        frames += [ethernet(p, s.up) for p in parts]
    case("ip-fragment-missing", pcap(frames), [session(auth=[], oddities=["gap"], messages=[
        message(complete=False, body=None)])])
    each("length-zero", lambda i, p: [p[:2] + b"\0\0" + p[4:]])
    each("bad-ip-checksum", lambda i, p: [p[:10] + b"\x12\x34" + p[12:]])
    case("ip-padding", pcap([f + b"\r\nQUIT\r\n"[:max(0, 60 - len(f))] + b"\0" * max(0, 52 - len(f)) for f in frames4(standard())]), [session()])
    one6 = session(client="[%s]:40001" % CLIENT6, server="[%s]:25" % SERVER6)

    def six(name, wrap):
        out = []
        for i, s in enumerate(segments):
            tcp = packet6(s)[40:]
            out += [ethernet(f, s.up) for f in wrap(i, tcp, s.up)]
        case("ip6-" + name, pcap(out), [one6])
    six("hop-by-hop", lambda i, t, up: [ipv6(b"\6\0\1\4\0\0\0\0" + t, up, 0)])
    six("destination", lambda i, t, up: [ipv6(b"\6\1\1\x0c" + b"\0" * 12 + t, up, 60)])
    six("routing", lambda i, t, up: [ipv6(b"\6\0\0\0\0\0\0\0" + t, up, 43)])
    six("chain", lambda i, t, up: [ipv6(b"\x3c\0\1\4\0\0\0\0" + b"\x2b\0\1\4\0\0\0\0" + b"\6\0\0\0\0\0\0\0" + t, up, 0)])

    def fragments6(i, t, up, marks=(24, 48)):
        cuts = [0] + [m for m in marks if m < len(t)] + [len(t)]
        return [ipv6(struct.pack(">BBHI", 6, 0, b | (1 if e < len(t) else 0), i + 1) + t[b:e], up, 44) for b, e in zip(cuts, cuts[1:])]
    six("fragments", fragments6)
    six("fragments-reverse", lambda i, t, up: fragments6(i, t, up)[::-1])
    six("atomic-fragment", lambda i, t, up: [ipv6(struct.pack(">BBHI", 6, 0, 0, i + 1) + t, up, 44)])
    quoted = []
    for i, (p, up) in enumerate(base):
        quoted.append(ethernet(p, up))
        if i % 3 == 0:  # an ICMP error that quotes the packet is no mail
            quoted.append(ethernet(ipv4(b"\3\1\0\0\0\0\0\0" + p[:60], not up, 1), not up))
    case("ip-icmp-quotes", pcap(quoted), [session()])


# ---- TCP -----------------------------------------------------------------------------------------

def tcp():
    long_body = BODY + b"".join(b"line %04d of a long message\r\n" % i for i in range(300))

    def long(conn=None):
        return bye(data(envelope(plain(hello(conn or Connection(mss=500)))), long_body))
    whole = session(messages=[message(long_body)])

    def each(name, change, expect=None, conn=None):
        segments = (conn or long()).segments
        frames = [ethernet(packet4(s, ident=i + 1), s.up) for i, s in enumerate(change(list(segments)))]
        case("tcp-" + name, pcap(frames), [expect or whole] if expect != [] else [])

    rng = random.Random(11)

    def body_at(segments):
        return [i for i, s in enumerate(segments) if b"of a long message" in s.data]

    def swap(segments):
        at = body_at(segments)
        for i in range(0, len(at) - 1, 2):
            segments[at[i]], segments[at[i + 1]] = segments[at[i + 1]], segments[at[i]]
        return segments

    def reverse(segments):
        at = body_at(segments)
        return segments[:at[0]] + segments[at[0]:at[-1] + 1][::-1] + segments[at[-1] + 1:]

    def shuffle(segments):
        at = body_at(segments)
        middle = segments[at[0]:at[-1] + 1]
        rng.shuffle(middle)
        return segments[:at[0]] + middle + segments[at[-1] + 1:]

    each("in-order", lambda s: s)
    each("swapped", swap)
    each("reversed", reverse)
    each("shuffled", shuffle)
    each("twice", lambda s: [x for one in s for x in (one, one)])
    each("mirror-late", lambda s: s[:1] + [x for a, b in zip(s[1:], s) for x in (a, b)])
    each("crossed", lambda s: [x for i in range(0, len(s) - 1, 2) for x in (s[i + 1], s[i])] + s[len(s) // 2 * 2:])

    def split(segments):
        return [p for s in segments for p in ([s] if not s.data else [
            s.copy(seq=(s.seq + i) & 0xFFFFFFFF, data=s.data[i:i + 1]) for i in range(len(s.data))])]
    each("byte-by-byte", split, session(), standard())

    def overlapping(segments):
        out = []
        for s in segments:
            out.append(s)
            if len(s.data) > 20:  # a copy that begins in the middle and ends there
                out.append(s.copy(seq=s.seq + 5, data=s.data[5:-5]))
        return out
    each("overlap-same", overlapping)

    def conflicting(segments):
        out = []
        for s in segments:
            out.append(s)
            if b"First line" in s.data:
                out.append(s.copy(data=s.data.replace(b"First line", b"Fakes line")))
        return out
    each("conflict", conflicting, session(messages=[message(long_body)], oddities=["conflict-overlap"]))

    def conflict_behind_hole(segments):
        at = body_at(segments)
        a, b, c = segments[at[2]], segments[at[3]], segments[at[4]]
        fake = b.copy(data=b.data.replace(b"long", b"LONG"))
        return segments[:at[2]] + [b, fake, c, a] + segments[at[5]:]
    each("conflict-behind-hole", conflict_behind_hole, session(messages=[message(long_body)], oddities=["conflict-overlap"]))
    for name, isn in (("client", 0xFFFFFF00), ("client-exact", 0xFFFFFFFF), ("both", 0xFFFFF000)):
        each("wrap-" + name, lambda s: s, conn=long(Connection(client_isn=isn, server_isn=0xFFFFFFE0 if name == "both" else 9, mss=500)))

    def keepalive(segments):
        out = []
        for i, s in enumerate(segments):
            out.append(s)
            if s.data and i > 6:
                out.append(Segment(s.up, s.seq + len(s.data) - 1, s.ack, ACK, b"\0"))
                out.append(Segment(not s.up, s.ack, s.seq + len(s.data), ACK))
        return out
    each("keepalive", keepalive)
    conn = Connection(handshake=False)
    conn.add(True, SYN, b"")
    conn.next[True] += 1
    conn.add(False, SYN | ACK)
    conn.next[False] += 1
    each("no-third-ack", lambda s: s, session(), standard(conn))
    fast = Connection(handshake=False)
    fast.add(True, SYN, b"EHLO c.src.example\r\n", ack=0)
    fast.next[True] += 1 + 20
    fast.add(False, SYN | ACK)
    fast.next[False] += 1
    fast.s(b"220 mx.dst.example ESMTP ready\r\n").s(b"250 mx.dst.example\r\n")
    each("syn-data", lambda s: s, session(auth=[]), bye(data(envelope(fast))))
    # simultaneous open: both send SYN, then SYN-ACK
    both = Connection(handshake=False)
    both.add(True, SYN, ack=0)
    both.add(False, SYN, ack=0)
    both.next[True] += 1
    both.next[False] += 1
    both.segments += [Segment(True, both.next[True] - 1, both.next[False], SYN | ACK),
                      Segment(False, both.next[False] - 1, both.next[True], SYN | ACK)]
    each("simultaneous-open", lambda s: s, session(), standard(both))
    fins = plain(hello()).c(b"QUIT\r\n").s(b"221 bye\r\n")
    fins.segments += [Segment(True, fins.next[True], fins.next[False], FIN | ACK), Segment(False, fins.next[False], fins.next[True], FIN | ACK),
                      Segment(True, fins.next[True] + 1, fins.next[False] + 1, ACK), Segment(False, fins.next[False] + 1, fins.next[True] + 1, ACK)]
    each("simultaneous-fin", lambda s: s, session(messages=[]), fins)
    conn = plain(hello()).c(b"QUIT\r\n")
    conn.say(False, b"221 bye\r\n", FIN | PSH | ACK)
    conn.next[False] += 1
    conn.ack(True).fin(True)
    each("fin-with-data", lambda s: s, session(messages=[]), conn)
    each("end-fin", lambda s: s, session(messages=[], end="fin"), plain(hello()).close())
    each("end-rst", lambda s: s, session(messages=[], end="rst"), plain(hello()).rst(True))
    each("end-open", lambda s: s, session(messages=[], end="open"), plain(hello()))
    each("rst-in-body", lambda s: s, session(messages=[message(body=None, outcome="aborted", complete=False)], end="rst"),
         envelope(plain(hello())).c(b"DATA\r\n").s(b"354 go\r\n").c(b"Subject: half\r\n\r\nnever ends\r\n").rst(False))
    wild = plain(hello())
    wild.segments.append(Segment(False, wild.next[False] + 3_000_000, wild.next[True], RST))
    each("rst-outside-window", lambda s: s, session(oddities=["rst-ignored"]), bye(data(envelope(wild))))

    first = standard()
    second = bye(data(envelope(plain(hello(Connection(client_isn=90_000_000, server_isn=77_000_000)), b"bob", b"other")), BODY + b"second\r\n"))
    other = session(auth=[("PLAIN", "bob", "other", "success")], messages=[message(BODY + b"second\r\n")])
    case("tcp-reuse", pcap(frames4(type("C", (), {"segments": first.segments + second.segments}))), [session(), other])
    cut = plain(hello()).rst(True)
    case("tcp-reuse-after-rst", pcap(frames4(type("C", (), {"segments": cut.segments + second.segments}))),
         [session(messages=[], end="rst"), other])
    lost = plain(hello())
    case("tcp-reuse-without-end", pcap(frames4(type("C", (), {"segments": lost.segments + second.segments}))),
         [session(messages=[], end="open", may=["gap"]), other])

    each("no-handshake", lambda s: s[3:], session(messages=[message(long_body)], oddities=["midstream"]))
    late = session(greeting=None, helo=None, auth=[], oddities=["midstream"], may=["gap", "one-sided"])
    segs = standard().segments
    mail = next(i for i, s in enumerate(segs) if s.data.startswith(b"MAIL"))
    each("late-mail", lambda s: s[mail:], late, standard())
    rcpt = next(i for i, s in enumerate(segs) if s.data.startswith(b"RCPT"))
    each("late-rcpt", lambda s: s[rcpt:], dict(late, messages=[dict(message(), **{"from": None})]), standard())
    each("late-data", lambda s: s[next(i for i, x in enumerate(s) if x.data.startswith(b"DATA")):],
         dict(late, messages=None), standard())
    up = session(greeting=None, oddities=["one-sided"], may=["gap", "midstream"], auth=[("PLAIN", "alice", "pa ss", "unknown")],
                 messages=[message(outcome="unknown", rcpt=(), refused=())])
    up["messages"][0]["rcpt"] = None
    each("client-only", lambda s: [x for x in s if x.up], up, standard())
    each("client-only-no-syn", lambda s: [x for x in s if x.up][1:], dict(up, oddities=["one-sided", "midstream"]), standard())
    each("server-only", lambda s: [x for x in s if not x.up],
         session(helo=None, oddities=["one-sided"], may=["gap", "midstream"], auth=None, messages=None, end=None), standard())

    def without(predicate):
        return lambda s: [x for x in s if not predicate(x)]
    holed = message(long_body, complete=False)
    holed["body"] = None
    each("gap-body", without(lambda s: b"line 0100" in s.data), session(messages=[holed], oddities=["gap"]))
    each("gap-last-of-body", without(lambda s: b"line 0299" in s.data and s.up), session(messages=[holed], oddities=["gap"]))
    each("gap-reply", without(lambda s: s.data.startswith(b"235")), session(
        auth=[("PLAIN", "alice", "pa ss", "unknown")], oddities=["gap"]), standard())
    each("gap-auth", without(lambda s: s.data.startswith(b"AUTH")), session(auth=None, oddities=["gap"]), standard())
    each("gap-mail", without(lambda s: s.data.startswith(b"MAIL")), session(messages=None, oddities=["gap"]), standard())
    each("gap-quit", without(lambda s: s.data.startswith(b"QUIT")), session(oddities=["gap"], end=None), standard())
    each("gap-greeting", without(lambda s: s.data.startswith(b"220")), session(greeting=None, oddities=["gap"]), standard())
    each("gap-filled-late", lambda s: [x for x in s if b"line 0100" not in x.data][:-6] + [x for x in s if b"line 0100" in x.data] +
         [x for x in s if b"line 0100" not in x.data][-6:], session(messages=None, may=["gap"]))
    urgent = standard().segments
    each("urgent", lambda s: [x.copy(flags=x.flags | URG, urgent=1) if x.data.startswith(b"MAIL") else x for x in s],
         session(oddities=["urgent"]), standard())
    frames = [ethernet(packet4(s, ident=i + 1, bad_checksum=s.up), s.up) for i, s in enumerate(urgent)]
    case("tcp-bad-checksum", pcap(frames), [session()])
    secret = next(i for i, s in enumerate(urgent) if s.data.startswith(b"AUTH"))
    for name, bad, bad_again, odd in (("first", True, False, []), ("second", False, True, ["bad-checksum"])):
        # of two copies that differ one is damaged: the first is used all the same
        later = urgent[secret].copy(data=urgent[secret].data.replace(b"PLAIN", b"PLAIM"))
        copies = [ethernet(packet4(urgent[secret], bad_checksum=bad)), ethernet(packet4(later, bad_checksum=bad_again))]
        case("tcp-damaged-" + name, pcap([ethernet(packet4(s), s.up) for s in urgent[:secret]] + copies +
                                         [ethernet(packet4(s), s.up) for s in urgent[secret + 1:]]),
             [session(oddities=["conflict-overlap"] + odd)])
    each("options", lambda s: [x.copy(options=b"\1\1\x08\x0a" + b"\0" * 8) for x in s])
    runs()
    interleaved = []
    one, two = standard().segments, second.segments
    for i in range(max(len(one), len(two))):
        interleaved += one[i:i + 1] + [s.copy(ports=(40002, 25)) for s in two[i:i + 1]]
    case("tcp-interleaved", pcap([ethernet(packet4(s), s.up) for s in interleaved]),
         [session(), dict(other, client="%s:40002" % CLIENT)])


def acked(segments, every=2):
    """An ACK of the server behind so many segments of the client with data."""
    out, count = [], 0
    for s in segments:
        out.append(s)
        count += s.up and len(s.data) > 0
        if s.up and s.data and count % every == 0:
            out.append(Segment(False, s.ack, s.seq + len(s.data), ACK))
    return out


def runs():
    """Messages in very many runs of frames: what their display filters must tell apart."""
    body = BODY + b"".join(b"line %04d of a long message\r\n" % i for i in range(2000))
    conn = bye(data(envelope(plain(hello(Connection(mss=500)))), body))
    many = acked(conn.segments)
    whole = session(messages=[message(body)])

    def put(name, segments, expect, **more):
        frames = [s if isinstance(s, bytes) else ethernet(packet4(s, ident=i + 1, **more), s.up) for i, s in enumerate(segments)]
        case("runs-" + name, pcap(frames), expect)

    def lines(segments):
        return [i for i, s in enumerate(segments) if b"of a long message" in s.data]
    put("plain", many, [whole])
    again = [copy for i, s in enumerate(many) for copy in [s] * (2 if i in lines(many)[::7] else 1)]
    put("repeated", again, [whole])
    late = list(many)
    for i in lines(many)[3::9]:
        late[i], late[i + 4] = late[i + 4], late[i]
    put("reordered", late, [dict(whole, may=["gap"])])
    at = lines(many)[40]
    quoted = packet4(many[at])[:540]  # ICMP: destination unreachable, with what could not be sent
    icmp = ethernet(ipv4(b"\x03\x01\0\0\0\0\0\0" + quoted, False, 1), False)
    other = many[at].copy(ports=(40001, 2525), data=b"to another port of the same host")
    put("icmp", many[:at + 5] + [icmp, other] + many[at + 5:], [whole])
    chunks = [b"".join(b"BDAT %d\r\n" % 600 + body[i:i + 600] for i in range(n, n + 6000, 600)) for n in range(0, 48000, 6000)]
    conn = envelope(plain(hello(Connection(mss=200))))
    for chunk in chunks:
        conn.c(chunk)
        for _ in range(10):
            conn.s(b"250 chunk\r\n")
    conn.c(b"BDAT %d LAST\r\n" % len(body[48000:])).c(body[48000:]).s(b"250 ok\r\n")
    put("chunks", acked(bye(conn).segments, 1), [whole])
    garbage = [copy for i, s in enumerate(many) for copy in
               ([s, s.copy(seq=s.seq + len(s.data) - 1, data=b"?", flags=ACK)] if i in lines(many)[::11] else [s])]
    put("keep-alive", garbage, [whole])
    bigger = body + b"".join(b"line %06d of a larger message, with more text in it\r\n" % i for i in range(3000))
    conn = bye(data(envelope(plain(hello(Connection(mss=24)))), bigger))
    put("beyond-ranges", acked(conn.segments, 1), [session(messages=[message(bigger)])])


def load():
    import http_cases
    import imap_cases
    import pop3_cases
    import smtp_cases
    links()
    files()
    internet()
    tcp()
    smtp_cases.load()
    pop3_cases.load()
    imap_cases.load()
    http_cases.load()
    return CASES
