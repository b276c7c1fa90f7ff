# SPDX-License-Identifier: GPL-2.0-or-later
"""A second witness for what is in a capture: tshark puts the streams together, and a few lines of
Python, sharing nothing with mailscope, take the messages out.   witness.py CAPTURE..."""
import hashlib
import re
import subprocess
import sys

SERVER_PORTS = {24, 25, 26, 80, 110, 143, 465, 587, 995, 2525, 1080, 3128, 8110}


def tshark(path, *options):
    return subprocess.run(["tshark", "-n", "-r", str(path), *options], check=True,
                          stdout=subprocess.PIPE, stderr=subprocess.DEVNULL).stdout.decode()


def streams(path):
    """The TCP streams in order: [(client, client port, server, server port)]."""
    found = {}
    fields = ("tcp.stream", "ip.src", "ipv6.src", "tcp.srcport", "ip.dst", "ipv6.dst",
              "tcp.dstport", "tcp.flags.syn", "tcp.flags.ack")
    options = [part for field in fields for part in ("-e", field)]
    for line in tshark(path, "-Y", "tcp", "-T", "fields", *options).splitlines():
        stream, s4, s6, sport, d4, d6, dport, _, _ = line.split("\t")
        source, target = (s4 or s6, int(sport)), (d4 or d6, int(dport))
        if int(stream) not in found:
            found[int(stream)] = (source + target if target[1] in SERVER_PORTS
                                  else target + source)
    return [found[number] for number in sorted(found)]


def ended_by(path, stream, client):
    """Who sent the first FIN or RST of that stream, and which of the two; None, None: nobody."""
    lines = tshark(path, "-Y", f"tcp.stream=={stream} && (tcp.flags.fin==1 || tcp.flags.reset==1)",
                   "-T", "fields", "-e", "tcp.srcport", "-e", "tcp.flags.reset").splitlines()
    if not lines:
        return None, None
    port, reset = lines[0].split("\t")
    return "client" if int(port) == client[1] else "server", \
        "rst" if reset in ("1", "True") else "fin"


def holes(path, stream):
    """Whether tshark misses bytes of either side of that stream."""
    return "missing in capture file" in tshark(path, "-q", "-z", f"follow,tcp,ascii,{stream}")


def client_bytes(path, stream, client):
    """What the client sent in that stream, as tshark puts it together; None with a hole."""
    return side_bytes(path, stream, client, True)


def side_bytes(path, stream, client, of_client):
    """What one side sent in that stream."""
    text = tshark(path, "-q", "-z", f"follow,tcp,raw,{stream}")
    first = re.search(r"Node 0: \[?(.*?)\]?:(\d+)\n", text)
    client_is_first = (first[1], int(first[2])) == client
    body = text.split("\n", 6)[6]
    data = bytearray()
    for line in body.splitlines():
        if line.startswith("="):
            break
        if not line.strip():
            continue
        if (line.startswith("\t") != client_is_first) == of_client:
            part = bytes.fromhex(line.strip())
            if b"bytes missing in capture file" in part:
                return None
            data += part
    return bytes(data)


def messages(data):
    """The messages in a client's bytes: DATA with its doubled dots undone, BDAT chunks joined."""
    found, chunks, offset = [], b"", 0
    while (end := data.find(b"\r\n", offset)) >= 0:
        line, offset = data[offset:end], end + 2
        if line.upper() == b"DATA":
            stop = data.find(b"\r\n.\r\n", offset - 2)
            if stop < 0:
                break
            found.append(re.sub(rb"(^|\r\n)\.", rb"\1", data[offset:stop + 2]))
            offset = stop + 5
        elif chunk := re.fullmatch(rb"BDAT (\d+)( LAST)?", line, re.I):
            chunks += data[offset:offset + int(chunk[1])]
            offset += int(chunk[1])
            if chunk[2]:
                found.append(chunks)
                chunks = b""
    return found


def fetched(client, server):
    """The messages in a POP3 server's bytes: what answers RETR and TOP, the doubled dots undone. One
    line answers each command, or one and a list, as the command says."""
    found = []
    lines = server.split(b"\r\n")
    at = 1  # behind the greeting
    login = False
    for command in client.split(b"\r\n")[:-1]:
        word = command.upper().split(b" ")
        if at >= len(lines):
            break
        status = lines[at]
        at += 1
        if login and not word[0] in (b"QUIT", b"CAPA"):
            login = status.startswith(b"+ ")
            continue
        login = word[0] == b"AUTH" and status.startswith(b"+ ")
        many = word[0] in (b"RETR", b"TOP", b"CAPA") or \
            word[0] in (b"LIST", b"UIDL", b"AUTH") and len(word) == 1
        if not many or not status.startswith(b"+OK"):
            continue
        end = lines.index(b".", at)
        if word[0] in (b"RETR", b"TOP"):
            found.append(b"".join((line[1:] if line[:1] == b"." else line) + b"\r\n"
                                  for line in lines[at:end]))
        at = end + 1
    return found


def sections(client, server):
    """The literals of an IMAP session that are messages: those behind BODY[...] in what the server
    says, then those of APPEND in what the client says."""
    found = []
    for data, word in ((server, rb"(?i)BODY\[[^\]]*\](?:<\d+>)? "), (client, rb"APPEND [^\r\n]*")):
        at = 0
        while match := re.compile(word + rb"\{(\d+)\+?\}\r\n").search(data, at):
            at = match.end() + int(match[1])
            found.append(data[match.end():at])
    return found


def main(paths):
    for path in paths:
        for number, (client, client_port, server, server_port) in enumerate(streams(path)):
            print(f"{path}: [{client}]:{client_port} -> [{server}]:{server_port}")
            data = client_bytes(path, number, (client, client_port))
            if data is None:
                print("  a hole in the client's bytes")
            for message in messages(data or b""):
                print(f"  message {len(message)} bytes {hashlib.sha256(message).hexdigest()}")


if __name__ == "__main__":
    main(sys.argv[1:])
