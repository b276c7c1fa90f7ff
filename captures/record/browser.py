# SPDX-License-Identifier: GPL-2.0-or-later
"""A browser's part of a visit to Roundcube: pages, their styles and scripts, and forms, on one
connection kept alive.   browser.py USER PASSWORD [read] [send]"""
import gzip
import http.client
import re
import sys
import urllib.parse

HOST, PLACE = "mail.example.com", "/roundcube/"


class Browser:
    def __init__(self):
        self.connection = http.client.HTTPConnection(HOST, 80, timeout=20)
        self.cookies = {}
        self.token = ""

    def ask(self, target, form=None, script=False):
        """One request; returns status, place it leads to and text."""
        headers = {"User-Agent": "Mozilla/5.0 (X11; Linux x86_64; rv:115.0) Gecko/20100101",
                   "Accept": "text/html,*/*;q=0.8", "Accept-Language": "en-US,en;q=0.5",
                   "Accept-Encoding": "gzip, deflate", "Connection": "keep-alive"}
        if self.cookies:
            headers["Cookie"] = "; ".join(f"{k}={v}" for k, v in self.cookies.items())
        if script:
            headers.update({"X-Requested-With": "XMLHttpRequest",
                            "X-Roundcube-Request": self.token})
        body = None
        if form is not None:
            body = urllib.parse.urlencode(form)
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        self.connection.request("POST" if body else "GET", PLACE + target, body, headers)
        answer = self.connection.getresponse()
        data = answer.read()
        for line in answer.headers.get_all("Set-Cookie", []):
            name, value = line.split(";")[0].split("=", 1)
            self.cookies[name] = value
        if answer.headers.get("Content-Encoding") == "gzip":
            data = gzip.decompress(data)
        text = data.decode("utf-8", "replace")
        for pattern in (r'"request_token":"(\w+)"', r'name="_token" value="(\w+)"'):
            found = re.search(pattern, text)
            if found:
                self.token = found[1]
        return answer.status, answer.headers.get("Location", ""), text

    def follow(self, place):
        return self.ask(place.removeprefix("./").removeprefix(PLACE))


def main(user, password, *steps):
    browser = Browser()
    _, _, page = browser.ask("")
    for part in re.findall(r'(?:href|src)="((?:skins|program)/[^"]+\.(?:css|js)[^"]*)"', page)[:2]:
        browser.ask(part)
    status, place, _ = browser.ask("?_task=login", {
        "_token": browser.token, "_task": "login", "_action": "login", "_timezone": "Europe/Berlin",
        "_url": "", "_user": user, "_pass": password})
    print("login", status, place)
    if status != 302:
        return
    browser.follow(place)
    browser.ask("?_task=mail&_action=list&_mbox=INBOX&_refresh=1&_remote=1&_unlock=loading1",
                script=True)
    if "read" in steps:
        print("read", browser.ask("?_task=mail&_mbox=INBOX&_uid=1&_action=show")[0])
    if "send" in steps:
        _, place, text = browser.ask("?_task=mail&_action=compose")
        if place:
            _, _, text = browser.follow(place)
        number = re.search(r'"compose_id":"(\w+)"', text)[1]
        sender = re.search(r'name="_from".*?<option value="(\d+)"', text, re.S)
        status, _, text = browser.ask(
            "?_task=mail&_unlock=loading2&_framed=1&_lang=en", {
                "_token": browser.token, "_task": "mail", "_action": "send", "_id": number,
                "_attachments": "", "_from": sender[1] if sender else "1",
                "_to": "Bob <bob@example.com>", "_cc": "carol@example.com", "_bcc": "",
                "_subject": "Grüße & 100 % Käse", "_draft_saveid": "", "_draft": "",
                "_is_html": "0", "_framed": "1",
                "_message": "Hello Bob,\r\n\r\nis 5 + 5 = 10 & ä = ä?\r\n\r\nAlice\r\n"})
        print("send", status, re.findall(r"sent_successfully|display_message\([^)]*", text)[:2])
    browser.ask(f"?_task=logout&_token={browser.token}")
    browser.connection.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
