# SPDX-License-Identifier: GPL-2.0-or-later
"""A capture whose every text wants to be markup: names, commands, replies, header fields, bodies, names of files."""
import base64
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "golden"))
import wire  # noqa: E402

INLINE = "<script>window.owned = 1</script>"
IMAGE = '"><img src=x onerror="window.owned=2"><svg onload=window.owned=3>'
CLOSING = "</pre></noscript></title></style></script></textarea><h1 class=owned>owned</h1>"
TURNED = "\u202egpj.exe\u2066\u200b\x07\x1b[31m"
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
        f"C: From: {IMAGE} <a@example.org>", "C: To: b@example.org",
        f"C: Subject: =?utf-8?b?{base64.b64encode((INLINE + CLOSING + TURNED).encode()).decode()}?=",
        f"C: Message-ID: <{INLINE}@x>", "C: MIME-Version: 1.0",
        "C: Content-Type: multipart/mixed; boundary=cut", "C: ", "C: --cut",
        "C: Content-Type: text/plain; charset=utf-8", "C: ",
        f"C: {INLINE}{IMAGE}{CLOSING}{TURNED}", f"C: {NOT_UTF8} \\x41 \\r", "C: --cut",
        f"C: Content-Type: text/html; name=\"=?utf-8?b?{name}?=\"",
        f"C: Content-Disposition: attachment; filename=\"=?utf-8?b?{name}?=\"", "C: ",
        f"C: {INLINE}", "C: --cut--", "C: .", f"S: 250 {INLINE}", "C: QUIT", f"S: 221 {CLOSING}"]


def capture(sessions=1):
    frames = []
    for number in range(sessions):
        frames += wire.dialogue(lines(), port=41000 + number)
    return wire.pcap(frames)
