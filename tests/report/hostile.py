# SPDX-License-Identifier: GPL-2.0-or-later
"""A capture whose every text wants to be markup: names, commands, replies, header fields, bodies, names of files."""
import base64
import pathlib
import sys
import urllib.parse

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "golden"))
import wire  # noqa: E402

INLINE = "<script>window.owned = 1</script>"
IMAGE = '"><img src=x onerror="window.owned=2"><svg onload=window.owned=3>'
CLOSING = "</pre></noscript></title></style></script></textarea><h1 class=owned>owned</h1>"
TURNED = "\u202egpj.exe\u2066\u200b\u2028\u2029\u0085\ufeff\x07\x1b[31m"
LINK = "javascript:window.owned=7//http://192.0.2.1/fetched"
NOT_UTF8 = "\udcff\udcfe\udc80"
USER = INLINE + IMAGE
PASSWORD = "p'<b>&amp;\"w" + CLOSING


def lines():
    token = base64.b64encode(f"\0{USER}\0{PASSWORD}".encode()).decode()
    name = base64.b64encode(f"{INLINE}{TURNED}.html".encode()).decode()
    return [
        f"S: 220 {INLINE}{IMAGE}{CLOSING} ESMTP",
        f"C: EHLO {INLINE}", f"S: 250-{CLOSING}", f"S: 250-{INLINE}", "S: 250 AUTH PLAIN LOGIN",
        f"C: AUTH PLAIN {token}", f"S: 235 2.7.0 {IMAGE}",
        f"C: MAIL FROM:<{INLINE}@x>", f"S: 250 {TURNED}{NOT_UTF8}",
        f"C: RCPT TO:<a&lt;{CLOSING}@x>", "S: 250 ok", f"C: {INLINE}", f"S: 500 {NOT_UTF8}{INLINE}",
        "C: DATA", "S: 354 go on",
        f"C: From: {IMAGE} <a@example.org>", f"C: To: =?utf-8?b?{name}?= <b@example.org>",
        f"C: Subject: =?utf-8?b?{base64.b64encode((INLINE + CLOSING + TURNED).encode()).decode()}?=",
        f"C: Message-ID: <{INLINE}@x>", f"C: X-Link: {LINK}", "C: MIME-Version: 1.0",
        "C: Content-Type: multipart/mixed; boundary=cut", "C: ", "C: --cut",
        "C: Content-Type: text/plain; charset=utf-8", "C: ",
        f"C: {INLINE}{IMAGE}{CLOSING}{TURNED}", f"C: {NOT_UTF8} \\x41 \\r", "C: --cut", "C: Content-Type: text/html; charset=utf-8", "C: ",
        *(f"C: {line}" for line in HTML), f"C: <a href='{LINK}'>x</a><img alt='{INLINE}&lt;b&gt;{TURNED}'>", "C: --cut",
        f"C: Content-Type: text/html; name=\"=?utf-8?b?{name}?=\"",
        f"C: Content-Disposition: attachment; filename=\"=?utf-8?b?{name}?=\"", "C: ",
        f"C: {INLINE}", "C: --cut--", "C: .", f"S: 250 {INLINE}", "C: QUIT", f"S: 221 {CLOSING}"]


HTML = [f"<html><body onload=window.owned=4>{INLINE}{IMAGE}<a href='{LINK}'>x</a>",
        "<link rel=stylesheet href=http://192.0.2.1/fetched><style>*{display:none}</style>",
        "<meta http-equiv=refresh content='0;url=http://192.0.2.1/fetched'><iframe srcdoc='<script>top.owned=5</script>'>",
        f"<base href=http://192.0.2.1/>{CLOSING}{TURNED}</body></html>"]
MAIL = [f"From: {INLINE} <a@example.org>", f"To: {IMAGE}", f"Subject: {CLOSING}{LINK}{TURNED}", f"Message-ID: <{INLINE}>",
        "Content-Type: text/html; charset=utf-8", "", *HTML]


def pop3():
    return [f"S: +OK {INLINE}{TURNED}", f"C: USER {USER}", f"S: +OK {IMAGE}", f"C: PASS {PASSWORD}", f"S: +OK {CLOSING}",
            f"C: {INLINE}", f"S: -ERR {CLOSING}", "C: UIDL", "S: +OK", f"S: 1 {IMAGE}", "S: .", "C: RETR 1",
            f"S: +OK {INLINE}", *(f"S: {line}" for line in MAIL), "S: .", "C: QUIT", f"S: +OK {LINK}"]


def imap():
    mail = "\r\n".join(MAIL) + "\r\n"
    quoted = INLINE.replace('"', "")
    size = len(mail.encode("utf-8", "surrogateescape"))
    return [f"S: * OK {INLINE}{IMAGE}{TURNED}", f'C: a1 LOGIN "{quoted}" "{quoted}{CLOSING}"', f"S: a1 OK {CLOSING}",
            f'C: a2 LIST "" "{quoted}*"', f'S: * LIST (\\{quoted[1:7]}) "/" "{quoted}{CLOSING}{TURNED}"', "S: a2 OK done",
            f'C: a3 SELECT "{quoted}"', "S: * 1 EXISTS", f"S: a3 OK {IMAGE}", "C: a4 FETCH 1 BODY[]",
            f"S: * 1 FETCH (BODY[] {{{size}}}\r\n{mail})", f"S: a4 OK {CLOSING}", "C: a5 LOGOUT", f"S: * BYE {LINK}",
            "S: a5 OK"]


def webmail():
    def form(fields):
        return "&".join(f"{name}={urllib.parse.quote_plus(value.encode('utf-8', 'surrogateescape'))}"
                        for name, value in fields.items())

    def post(path, body):
        return [f"C: POST {path} HTTP/1.1", f"C: Host: {INLINE}", "C: Content-Type: application/x-www-form-urlencoded",
                f"C: Content-Length: {len(body) + 2}", "C: ", f"C: {body}"]
    done = [f"S: HTTP/1.1 302 {INLINE}", f"S: Location: {LINK}{CLOSING}", "S: Content-Length: 0", "S: "]
    return [*post("/roundcube/?_task=login", form({"_task": "login", "_action": "login", "_user": USER, "_pass": PASSWORD})),
            *done,
            *post("/roundcube/?_task=mail&_action=send", form({"_task": "mail", "_action": "send", "_from": INLINE,
                  "_to": f"{IMAGE} <b@example.org>", "_cc": CLOSING, "_subject": INLINE + CLOSING + TURNED,
                  "_message": "\n".join(HTML)})), *done]


def everything():
    """A session of each protocol."""
    ends = ((lines(), 25), (pop3(), 110), (imap(), 143), (webmail(), 80))
    return wire.pcap([frame for number, (said, port) in enumerate(ends)
                      for frame in wire.dialogue(said, port=42000 + number, server_port=port)])


def capture(sessions=1):
    frames = []
    for number in range(sessions):
        frames += wire.dialogue(lines(), port=41000 + number)
    return wire.pcap(frames)
