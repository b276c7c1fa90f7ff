# SPDX-License-Identifier: GPL-2.0-or-later
"""Written cases of webmail over HTTP/1.x (RFC 9110, 9112), and of HTTP that is no mail."""
import gzip as gz
import json
import zlib

from cases import *
from smtp_cases import dialogue

FORM = b"username=alice&password=pa+ss%21"
MAIL_FORM = b"to=b%40dst.example&subject=Gr%C3%BC%C3%9Fe&body=Hello%0D%0AWorld&action=send"
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
FOUND = b"HTTP/1.1 302 Found\r\nLocation: /mail/\r\nContent-Length: 0\r\n\r\n"
SENT = {"webmail.to": ["b@dst.example"], "webmail.subject": ["Gr\u00fc\u00dfe"], "webmail.text": ["Hello\r\nWorld"]}


def post(target, body, fields=b"", kind=b"application/x-www-form-urlencoded"):
    return (True, b"POST " + target + b" HTTP/1.1\r\nHost: webmail.dst.example\r\nContent-Type: " + kind + b"\r\n" + fields +
            b"Content-Length: %d\r\n\r\n" % len(body) + body)


def get(target, version=b"1.1"):
    return (True, b"GET " + target + b" HTTP/" + version + b"\r\nHost: webmail.dst.example\r\n\r\n")


def chunks(body, size, end=b"0\r\n\r\n"):
    return b"".join(b"%x;x=y\r\n" % len(body[i:i + size]) + body[i:i + size] + b"\r\n" for i in range(0, len(body), size)) + end


def chunked(target, body, size=7):
    return (True, b"POST " + target + b" HTTP/1.1\r\nHost: webmail.dst.example\r\nTransfer-Encoding: chunked\r\n"
            b"Content-Type: application/x-www-form-urlencoded\r\n\r\n" + chunks(body, size))


def http(**changes):
    base = session(protocol="http", server="%s:80" % SERVER, greeting=None, helo=None, end="fin",
                   auth=[("FORM", "alice", "pa ss!", "success")], messages=None, facts={})
    base.update(changes)
    return base


def talk(name, turns, expect, close=True, ports=(40001, 80), **more):
    conn = dialogue(*turns, **more)
    if close:
        conn.close(True)
    frames = [ethernet(packet4(s, ports=ports), s.up) for s in conn.segments]
    case("http-" + name, pcap(frames), expect if isinstance(expect, list) else [expect])


LOGIN = (post(b"/login", FORM), (False, FOUND))
SEND = (post(b"/mail/send", MAIL_FORM), (False, OK))


def finding():
    for port in (80, 8080, 25, 110, 3000):
        talk("port-%d" % port, LOGIN + SEND, http(server="%s:%d" % (SERVER, port), facts=SENT), ports=(40001, port))
    talk("no-mail", (get(b"/"), (False, OK), get(b"/news/1"), (False, OK), post(b"/search", b"q=mail+server"), (False, OK)), [])
    talk("no-mail-api", (post(b"/api/v1/metrics", b'{"cpu": 3, "to": 5}', kind=b"application/json"), (False, OK)), [])
    connect = ("C: CONNECT webmail.dst.example:80 HTTP/1.1", "C: Host: webmail.dst.example", "C: ",
               "S: HTTP/1.1 200 Connection established", "S: ")
    tunnel = {"session.tunnel": ["HTTP CONNECT webmail.dst.example:80"]}
    talk("tunnel", connect + LOGIN + SEND, http(facts=dict(SENT, **tunnel)))
    talk("tunnel-after-other", connect + (get(b"/"), (False, OK)) * 3 + LOGIN + SEND, http(facts=dict(SENT, **tunnel)))
    talk("after-other", (get(b"/"), (False, OK)) * 5 + LOGIN + SEND, http(facts=SENT))
    conn = dialogue(*(LOGIN + SEND))
    for side, name in ((True, "client"), (False, "server")):
        frames = [ethernet(packet4(s, ports=(40001, 80)), s.up) for s in conn.segments if s.up == side]
        case("http-%s-only" % name, pcap(frames), [
            http(auth=[("FORM", "alice", "pa ss!", "unknown")], oddities=["one-sided"], may=["gap", "midstream"], end=None,
                 facts=SENT)] if side else [])


def bodies():
    head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    page = b"<html>" + b"message list " * 300 + b"</html>"
    talk("chunked-request", (chunked(b"/login", FORM), (False, FOUND)) + SEND, http(facts=SENT))
    talk("chunked-response", LOGIN + (get(b"/mail/inbox"), (False, head + chunks(page, 500))) + SEND, http(facts=SENT))
    talk("chunked-trailer", LOGIN + (get(b"/mail/inbox"), (False, head + chunks(page, 900, b"0\r\nX-Sum: 1\r\n\r\n"))) + SEND,
         http(facts=SENT))
    talk("gzip-response", LOGIN + (get(b"/mail/inbox"), (False, b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: %d\r\n\r\n"
         % len(gz.compress(page, mtime=0)) + gz.compress(page, mtime=0))) + SEND, http(facts=SENT))
    talk("gzip-request", LOGIN + (post(b"/mail/send", gz.compress(MAIL_FORM, mtime=0), b"Content-Encoding: gzip\r\n"), (False, OK)),
         http(facts=SENT))
    for coding in (b"gzip", b"GZIP,", b"deflate "):
        packed = zlib.compress(MAIL_FORM) if coding[:1] == b"d" else gz.compress(MAIL_FORM, mtime=0)
        ask = (b"POST /mail/send HTTP/1.1\r\nHost: webmail.dst.example\r\nContent-Type: application/x-www-form-urlencoded\r\n"
               b"Transfer-Encoding: " + coding + b", chunked\r\n\r\n" + chunks(packed, 9))
        talk("transfer-%s" % coding.decode().strip(" ,"), LOGIN + ((True, ask), (False, OK)), http(facts=SENT))
    talk("head-no-body", LOGIN + ((True, b"HEAD /mail/inbox HTTP/1.1\r\nHost: webmail.dst.example\r\n\r\n"),
         (False, b"HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n")) + SEND, http(facts=SENT))
    talk("not-modified", LOGIN + (get(b"/mail/inbox"), (False, b"HTTP/1.1 304 Not Modified\r\nContent-Length: 5000\r\n\r\n")) + SEND,
         http(facts=SENT))
    talk("continue", LOGIN + ((True, b"POST /mail/send HTTP/1.1\r\nHost: webmail.dst.example\r\nExpect: 100-continue\r\n"
         b"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: %d\r\n\r\n" % len(MAIL_FORM)),
         (False, b"HTTP/1.1 100 Continue\r\n\r\n"), (True, MAIL_FORM), (False, OK)), http(facts=SENT))
    talk("pipelined", LOGIN + ((True, get(b"/mail/inbox")[1] + SEND[0][1]), (False, OK + OK)), http(facts=SENT))
    talk("by-close", LOGIN + SEND + (get(b"/mail/inbox", b"1.0"), (False, b"HTTP/1.0 200 OK\r\n\r\n" + page)), http(facts=SENT))
    boundary = b"----x123"
    parts = [(b"_to", b"b@dst.example"), (b"_subject", "Gr\u00fc\u00dfe".encode()), (b"_message", b"Hello\r\nWorld")]
    multipart = b"".join(b"--" + boundary + b"\r\nContent-Disposition: form-data; name=\"" + name + b"\"\r\n\r\n" + value + b"\r\n"
                         for name, value in parts) + b"--" + boundary + b"--\r\n"
    talk("multipart", LOGIN + (post(b"/mail/?_task=mail&_action=send", multipart, kind=b"multipart/form-data; boundary=" + boundary),
                               (False, OK)), http(facts=SENT))
    text = json.dumps({"to": "b@dst.example", "subject": "Gr\u00fc\u00dfe", "body": "Hello\r\nWorld"}).encode()
    talk("json", LOGIN + (post(b"/mail/send", text, kind=b"application/json"), (False, OK)), http(facts=SENT))
    listed = json.dumps({"to": ["b@dst.example", "c@dst.example"], "subject": "s", "body": "t"}).encode()
    talk("json-list", LOGIN + (post(b"/mail/send", listed, kind=b"application/json"), (False, OK)),
         http(facts={"webmail.to": ["b@dst.example", "c@dst.example"]}))
    inner = json.dumps({"message": {"to": [{"name": "B", "email": "b@dst.example"}, {"email": "c@dst.example"}],
                                    "email": "no-recipient@dst.example", "subject": "s", "body": {"text": "t"}}}).encode()
    talk("json-objects", LOGIN + (post(b"/mail/send", inner, kind=b"application/json"), (False, OK)),
         http(facts={"webmail.to": ["b@dst.example", "c@dst.example"], "webmail.subject": ["s"], "webmail.text": ["t"]}))


def charsets():
    kind = b"application/x-www-form-urlencoded"
    for name, form, more in (("latin1", b"to=b%40dst.example&subject=Gr%FC%DFe&body=x", b"; charset=ISO-8859-1"),
                             ("cyrillic", b"to=b%40dst.example&subject=%F0%D2%C9&body=x", b"; charset=koi8-r"),
                             ("field", b"_charset_=windows-1252&to=b%40dst.example&subject=%80uro&body=x", b""),
                             ("utf8-all-the-same", b"to=b%40dst.example&subject=Gr%C3%BC&body=x", b"; charset=iso-8859-1")):
        text = {"latin1": "Gr\u00fc\u00dfe", "cyrillic": "\u041f\u0440\u0438", "field": "\u20acuro", "utf8-all-the-same": "Gr\u00fc"}
        talk("charset-" + name, LOGIN + (post(b"/mail/send", form, kind=kind + more), (False, OK)),
             http(facts={"webmail.subject": [text[name]]}))


def logins():
    basic = b64(b"alice:pa ss!")
    asked = (True, b"GET /mail/inbox HTTP/1.1\r\nHost: webmail.dst.example\r\nAuthorization: Basic " + basic + b"\r\n\r\n")
    no = b"HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Basic realm=\"mail\"\r\nContent-Length: 0\r\n\r\n"
    talk("basic", (asked, (False, OK)), http(auth=[("BASIC", "alice", "pa ss!", "success")]))
    talk("basic-refused", (asked, (False, no)), http(auth=[("BASIC", "alice", "pa ss!", "failure")]))
    talk("login-json", (post(b"/login", b'{"username": "alice", "password": "pa ss!"}', kind=b"application/json"), (False, OK)) + SEND,
         http(auth=None, facts={"auth.username": ["alice"], "auth.password": ["pa ss!"]}))
    talk("login-unanswered", (post(b"/login", FORM),), http(auth=[("FORM", "alice", "pa ss!", "unknown")]))
    talk("login-401", (post(b"/login", FORM), (False, no)), http(auth=[("FORM", "alice", "pa ss!", "failure")]))
    digest = (b'Digest username="alice", realm="mail", nonce="n1", uri="/mail/inbox", qop=auth, nc=00000001, cnonce="c1", '
              b'response="6629fae49393a05397450978507c4ef1"')
    talk("digest", ((True, b"GET /mail/inbox HTTP/1.1\r\nHost: webmail.dst.example\r\nAuthorization: " + digest + b"\r\n\r\n"),
                    (False, OK)), http(auth=[("DIGEST", "alice", None, "success")],
                                       facts={"auth.digest": ["6629fae49393a05397450978507c4ef1"], "auth.challenge": ["n1"]}))


def damage():
    large = b"to=b%40dst.example&subject=x&body=" + b"0123456789" * 600
    holed = dialogue(*(LOGIN + (post(b"/mail/send", large), (False, OK)) + SEND)).close(True)
    frames = [ethernet(packet4(s, ports=(40001, 80)), s.up) for s in holed.segments]
    inside = [i for i, s in enumerate(holed.segments) if s.up and len(s.data) >= 1000]
    del frames[inside[1]]
    case("http-hole-in-body", pcap(frames), [http(oddities=["gap"], facts={"webmail.subject": ["Gr\u00fc\u00dfe"]})])
    for name, size in (("huge", b"ffffffffffffffff"), ("over", b"fffffffffffffffffffffff"), ("minus", b"-5"), ("word", b"zz")):
        talk("chunk-" + name, LOGIN + ((True, b"POST /mail/send HTTP/1.1\r\nHost: w\r\nTransfer-Encoding: chunked\r\n"
             b"Content-Type: application/x-www-form-urlencoded\r\n\r\n" + size + b"\r\nto=b&subject=s"),), http(oddities=None))
    for name, value in (("huge", b"18446744073709551615"), ("over", b"99999999999999999999999"), ("two", b"5\r\nContent-Length: 7")):
        talk("length-" + name, LOGIN + ((True, b"POST /mail/send HTTP/1.1\r\nHost: w\r\nContent-Length: " + value +
             b"\r\nContent-Type: application/x-www-form-urlencoded\r\n\r\nto=b&subject=s"),), http(oddities=None))
    squeezed = gz.compress(b"to=b%40dst.example&subject=s&body=" + b"z" * 30000000, mtime=0)
    talk("bomb", LOGIN + (post(b"/mail/send", squeezed, b"Content-Encoding: gzip\r\n"), (False, OK)), http(oddities=None))
    talk("endless-head", LOGIN + ((True, b"GET /mail/inbox HTTP/1.1\r\nX: " + b"a" * 300000),), http(oddities=["long-line"]))
    talk("bad-percent", LOGIN + (post(b"/mail/send", b"to=b%4&subject=%zz+%&body=%00%0d&action=send"), (False, OK)),
         http(facts={"webmail.to": ["b%4"], "webmail.subject": ["%zz %"]}))
    talk("upgrade", LOGIN + (get(b"/mail/socket"), (False, b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n"),
                             (True, b"\x81\x05hello"), (False, b"\x81\x05HTTP/")), http())
    talk("many-fields", LOGIN + (post(b"/mail/send", b"&".join(b"f%d=v" % i for i in range(20000)) + b"&" + MAIL_FORM), (False, OK)),
         http(oddities=None))


def visits():
    """One visit on two connections: a cookie given with the login on the first is sent on the second."""
    def found(cookie):
        return (False, FOUND.replace(b"Content-Length", b"Set-Cookie: app_session=" + cookie + b"; path=/; HttpOnly\r\nContent-Length"))

    def cookie(value):
        return b"Cookie: lang=en; app_session=" + value + b"\r\n"

    def two(name, first, second, expect):
        frames = []
        for turns, port in ((first, 40001), (second, 40002)):
            frames += [ethernet(packet4(s, ports=(port, 80)), s.up) for s in dialogue(*turns).close(True).segments]
        case("http-visit-" + name, pcap(frames), expect)

    def session(port, **changes):
        return http(client="%s:%d" % (CLIENT, port), **changes)

    one, other, short = b"5f1c2a9e7b3d4c6a8e0f", b"00000000000000000000", b"12345"
    login = (post(b"/login", FORM), found(one))
    send = (post(b"/mail/send", MAIL_FORM, cookie(one)), (False, OK))
    known = {"http.cookie": ["app_session=" + one.decode()]}
    no_visit = {"http.visit": [], "http.visit_user": []}
    two("joined", login, send, [session(40001, facts=dict(known, **no_visit)),
                                session(40002, auth=[], facts=dict(SENT, **known, **{"http.visit": [1], "http.visit_user": ["alice"]}))])
    two("other-cookie", login, (post(b"/mail/send", MAIL_FORM, cookie(other)), (False, OK)),
        [session(40001, facts=no_visit), session(40002, auth=[], facts=dict(no_visit, **SENT))])
    two("short-cookie", (post(b"/login", FORM), found(short)), (post(b"/mail/send", MAIL_FORM, cookie(short)), (False, OK)),
        [session(40001, facts={"http.cookie": []}), session(40002, auth=[], facts=no_visit)])
    wrong = b"HTTP/1.1 401 Unauthorized\r\nSet-Cookie: app_session=" + one + b"\r\nContent-Length: 0\r\n\r\n"
    two("refused-login", (post(b"/login", FORM), (False, wrong)), send,
        [session(40001, auth=[("FORM", "alice", "pa ss!", "failure")], facts=no_visit),
         session(40002, auth=[], facts={"http.visit": [1], "http.visit_user": []})])
    two("login-later", send, (post(b"/login", FORM, cookie(one)), (False, FOUND)),
        [session(40001, auth=[], facts=no_visit), session(40002, facts={"http.visit": [1], "http.visit_user": []})])
    two("second-login", login, (post(b"/login", b"username=bob&password=x", cookie(one)), (False, FOUND)),
        [session(40001, facts=no_visit),
         session(40002, auth=[("FORM", "bob", "x", "success")], facts={"http.visit": [1], "http.visit_user": []})])


def load():
    finding()
    visits()
    bodies()
    charsets()
    logins()
    damage()
