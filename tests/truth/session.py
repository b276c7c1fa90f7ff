# SPDX-License-Identifier: GPL-2.0-or-later
"""session.py - what `mailscope show --json` says of one session, put in the form the truth has."""
import json

# Names of oddities that the truth knows as flags; others are not compared.
FLAGS = {"gap", "conflict-overlap", "truncated", "midstream", "one-sided", "bare-newline",
         "injection", "urgent"}


class Session:
    """One session: values by key, grouped by message, recipient, attempt and exchange."""

    def __init__(self, line):
        self.json = json.loads(line)
        self.facts = self.json["facts"]
        self.oddities = self.json["oddities"]

    def find(self, key, **where):
        """Facts of that key and, say, message=2."""
        return [fact for fact in self.facts if fact["key"] == key
                and all(fact.get(name) == number for name, number in where.items())]

    def values(self, key, **where):
        return [fact["value"] for fact in self.find(key, **where)]

    def value(self, key, **where):
        values = self.values(key, **where)
        return values[0] if values else None

    def frames(self, key, value=None):
        """First cited frame of each such fact."""
        return [fact["ranges"][0][0] for fact in self.find(key)
                if fact["ranges"] and value in (None, fact["value"])]

    def numbers(self, name):
        """Numbers of the messages, attempts or exchanges there are, in order."""
        return sorted({fact[name] for fact in self.facts if name in fact})

    @property
    def endpoints(self):
        return (self.value("session.client"), self.value("session.client_port"),
                self.value("session.server"), self.value("session.server_port"))

    def attempts(self):
        for number in self.numbers("attempt"):
            yield {name: self.value("auth." + name, attempt=number)
                   for name in ("mechanism", "username", "password", "outcome", "reply_code",
                                "digest", "challenge")}

    def webmail(self):
        """Logins by form, JSON or HTTP Basic, mails posted, messages read, in the order of the
        requests."""
        for attempt in self.attempts():
            yield {"kind": "login", **attempt}
        for number in self.numbers("message"):
            yield {"kind": "send", **{name: self.value("webmail." + name, message=number)
                                      for name in ("from", "to", "cc", "bcc", "subject", "text")}}
        for number in self.numbers("exchange"):
            if self.value("http.action", exchange=number) == "read":
                yield {"kind": "read", "uid": self.value("webmail.uid", exchange=number)}

    def transactions(self):
        """Mail transactions: those with a MAIL command or message bytes."""
        for number in self.numbers("message"):
            def one(key, number=number):
                return self.value(key, message=number)
            recipients = []
            for item in sorted({fact["recipient"] for fact in self.facts
                                if fact.get("message") == number and "recipient" in fact}):
                where = {"message": number, "recipient": item}
                recipients.append((self.value("smtp.rcpt_to", **where),
                                   self.value("smtp.rcpt_outcome", **where),
                                   self.value("smtp.rcpt_reply", **where)))
            yield {"from": one("smtp.mail_from"), "mail_reply": one("smtp.mail_reply"),
                   "rcpt": [to for to, outcome, _ in recipients if outcome != "rejected"],
                   "rcpt_rejected": [(to, code) for to, outcome, code in recipients
                                     if outcome == "rejected"],
                   "outcome": one("message.outcome"), "size": one("message.size"),
                   "sha256": one("message.sha256"), "complete": one("message.complete"),
                   "via": one("smtp.transfer"), "subject": one("message.subject"),
                   "hdr_from": one("message.from"), "hdr_to": one("message.to"),
                   "hdr_message-id": one("message.id"),
                   "final_code": one("smtp.final_reply")}

    def commands(self):
        """[command, first reply code or None] of each exchange that has a command."""
        for number in self.numbers("exchange"):
            command = self.value("smtp.command", exchange=number)
            if command is not None:
                yield [command, self.value("smtp.reply_code", exchange=number)]

    def flags(self):
        flags = {oddity["oddity"] for oddity in self.oddities} & FLAGS
        if self.value("tls.started"):
            flags.add("encrypted")
        return flags

    def tcp_end(self):
        """Which came first: FIN, RST or the end of the capture."""
        keys = [fact["key"] for fact in self.facts if fact["key"] in ("session.fin", "session.rst")]
        return keys[0][len("session."):] if keys else "open"
