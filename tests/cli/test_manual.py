"""The manual is true: its examples are run, as they stand, and do what they
say; what it shows of a format is what comes out, and goes in.

A configuration file sends what is for localhost:8080 and example.com to the
servers here; whatever wstap is told by an example, it is told nothing else.
"""

import contextlib
import json
import os
import re
import shutil
import ssl
import tempfile

from harness import (CA, CERTS, ROOT, TMP, Run, check, equal, test, wait_until,
                     wstap)
from scripted import Client, Server
from terminal import Terminal

PAGE = os.path.join(ROOT, "man", "wstap.1.in")
with open(PAGE, encoding="utf-8") as page:
    MANUAL = page.read()


def section(name):
    return re.search(rf"^\.Sh {name}\n(.*?)(?=^\.Sh |\Z)", MANUAL,
                     re.M | re.S)[1]


def plain(roff):
    """Literal text without its escapes."""
    for escape, char in (("\\(dq", '"'), ("\\(aq", "'"), ("\\&", ""),
                         ("\\-", "-"), ("\\e", "\\")):
        roff = roff.replace(escape, char)
    return roff


def displayed(text):
    """The lines of .Dl, and the blocks of .Bd -literal."""
    found = re.findall(r"^\.Dl (.*)$|^\.Bd -literal.*\n((?:.*\n)*?)\.Ed$",
                       text, re.M)
    return [plain(line or block.rstrip("\n")) for line, block in found]


def commands(text):
    return [shown[2:] for shown in displayed(text) if shown.startswith("$ ")]


# The servers, by what is asked of them


def echoing(n=1):
    def script(peer):
        peer.handshake()
        for _ in range(n):
            peer.frame(*peer.read_message())
        peer.finish()
    return script


def feeding(*prices, subscribed=False):
    def script(peer):
        peer.handshake()
        if subscribed:
            peer.expect("text", "subscribe")
        for price in prices:
            peer.frame("text", price)
        if subscribed:
            peer.close(1000)
        peer.finish()
    return script


def lockstep(peer):
    peer.handshake()
    for question in ("who?", "where?"):
        peer.expect("text", question)
        peer.expect_nothing(0.05)
        peer.frame("text", f"{question} nobody")
    peer.finish()


def ponging(peer):
    peer.handshake()
    peer.frame("pong", peer.expect("ping", "hi").payload)
    peer.finish()


def hearing(*fields):
    """Sees these fields in the request."""
    def script(peer):
        head = peer.read_head()
        for field in fields:
            name, _, value = field.partition(": ")
            equal(head.get(name), value, name)
        peer.answer()
        peer.finish()
    return script


def chat(peer):
    head = peer.read_head()
    equal(head.get("Authorization"), "Basic YWxpY2U6c2VjcmV0", "alice:secret")
    equal(head.get("Sec-WebSocket-Protocol"), "chat", "the subprotocol")
    peer.answer(fields=["Sec-WebSocket-Protocol: chat"])
    peer.finish()


def small_window(peer):
    head = peer.read_head()
    extension = head.get("Sec-WebSocket-Extensions")
    equal(extension, "permessage-deflate; server_max_window_bits=9",
          "the offer")
    peer.answer(fields=[f"Sec-WebSocket-Extensions: {extension}"])
    equal(peer.read_message()[1], b"hi", "the message")
    peer.deflated("text", b"hello")
    peer.finish()


def tunnel(peer):
    peer.handshake()
    name, first = peer.read_message()[:2]
    equal((name, first[:8]), ("binary", b"SSH-2.0-"), "ssh's first words")
    peer.frame("binary", b"SSH-1.0-old\r\n")
    peer.close(1000)
    peer.finish()


# How an example is run


@contextlib.contextmanager
def world(script, more="", used=1):
    """The script's server behind the names of the manual; more: of the
    configuration file; used: how many connections come. Gives back what to
    run in it with."""
    with contextlib.ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory(dir=TMP))
        for name, text in (("questions.txt", b"who?\nwhere?\n"),
                           ("token.txt", b"X-Token: abc\n"),
                           ("log", b"a line\n"),
                           ("photo.jpg", bytes(range(256)) * 1000)):
            with open(os.path.join(folder, name), "wb") as file:
                file.write(text)
        shutil.copy(CA, os.path.join(folder, "staging.pem"))
        for end in ("pem", "key"):
            shutil.copy(os.path.join(CERTS, f"good.{end}"),
                        os.path.join(folder, f"server.{end}"))
        plain_server = Server(script)
        tls_server = Server(script, "tls", folder=CERTS)
        server = [stack.enter_context(one) for one in
                  (plain_server, tls_server)]
        # A listener that trusts one demands its clients' certificates.
        trust = f"--ca {CA}\n--sni localhost\n" if script else ""
        os.mkdir(os.path.join(folder, "wstap"))
        with open(os.path.join(folder, "wstap", "config"), "w",
                  encoding="utf-8") as file:
            file.write(f"--connect-to :8080:127.0.0.1:{server[0].port}\n"
                       f"--connect-to :443:127.0.0.1:{server[1].port}\n"
                       f"{trust}{more}")
        yield {"cwd": folder, "env": {"XDG_CONFIG_HOME": folder,
                                      "HOME": folder}}
        equal(plain_server.connections + tls_server.connections, used,
              "connections")


def piped(script, out=b"", status=0, err=""):
    """Writes that to standard output, or to the file of its name."""
    def run(command):
        with world(script) as where, Run(f"set -o pipefail; {command}",
                                         **where) as process:
            equal(process.wait(), status, f"status; {process.text()}")
            name = re.search(r" >(\w+\.\w+)$", command)
            got = bytes(process.out)
            if name:
                equal(got, b"", "standard output")
                with open(os.path.join(where["cwd"], name[1]), "rb") as file:
                    got = file.read()
            if callable(out):
                out(got)
            else:
                equal(got, out, "what was written")
            check(re.search(err, process.text()), process.text())
    return run


def prompted(script, *steps, more=""):
    """On a terminal: waits for a text, types another."""
    def run(command):
        with world(script, more) as where:
            line = f"cd {where['cwd']} && exec {command}"
            with Terminal(command=["/bin/bash", "-c", line],
                          env=where["env"]) as terminal:
                for seen, typed in steps:
                    terminal.wait_for(seen)
                    if seen == "Connected":
                        terminal.wait_cursor(">", 2)
                    terminal.type(typed)
                equal(terminal.wait(), 0, terminal.text())
    return run


def types(wanted):
    def see(out):
        equal([json.loads(line)["type"] for line in out.splitlines()], wanted,
              "types")
    return see


TEN = [f"{n}" for n in range(10)]
LEAVE = ("Connected", "\x04")
EXAMPLES = {
    "wstap wss://example.com/chat":
        prompted(echoing(), ("Connected", "hello\r"), ("< hello", "\x04")),
    "echo hello | wstap -1 ws://localhost:8080":
        piped(echoing(), b"hello\n"),
    "wstap -x one -x two -w 0.5 ws://localhost:8080":
        piped(echoing(2), b"one\ntwo\n"),
    "printf 'one\\0two\\nlines\\0' | wstap -0 -m 2 ws://localhost:8080":
        piped(echoing(2), b"one\0two\nlines\0"),
    """echo '{"type":"ping","data":"hi"}' | """
    "wstap --format jsonl -w 0.2 :8080":
        piped(ponging, types(["open", "pong", "close"])),
    "wstap -q -x ping -1 --timeout 5 wss://example.com/ >/dev/null ||"
    " echo down":
        piped(echoing()),
    "wstap -w inf -m 10 wss://example.com/feed </dev/null >feed.txt":
        piped(feeding(*TEN), "".join(f"{n}\n" for n in TEN).encode()),
    "wstap --lockstep --timeout 10 ws://localhost:8080 <questions.txt":
        piped(lockstep, b"who? nobody\nwhere? nobody\n"),
    "wstap --reconnect -w inf -O jsonl -x subscribe wss://example.com/feed |\n"
    """\tjq -r 'select(.type == "text").data | fromjson.price'""":
        piped(feeding('{"price":1}', '{"price":2}', subscribed=True),
              b"1\n2\n"),
    "wstap --until '^ready' --timeout 60 -w inf :8080 </dev/null":
        piped(feeding("not ready", "ready at last"),
              b"not ready\nready at last\n"),
    "wstap -b -f photo.jpg -1 -O raw ws://localhost:8080 >answer.jpg":
        piped(echoing(), bytes(range(256)) * 1000),
    "ssh -o 'ProxyCommand wstap --format raw wss://example.com/' host":
        piped(tunnel, status=255, err="versions differ: 2 vs. 1"),
    "wstap -v -u alice -s chat wss://example.com/":
        prompted(chat, ("assword", "secret\r"), LEAVE),
    "wstap @staging":
        prompted(hearing("Authorization: Basic YWxpY2U6c2VjcmV0",
                         "Host: staging.example.com"),
                 ("assword", "secret\r"), LEAVE,
                 more=displayed(section("FILES"))[0] + "\n"),
    "wstap -H @token.txt wss://example.com/":
        prompted(hearing("X-Token: abc"), LEAVE),
    "wstap -v --deflate server_max_window_bits=9 -1 -x hi "
    "wss://example.com/":
        piped(small_window, b"hello\n", err="server_max_window_bits=9"),
}


def listens(command):
    """It listens, on a port that is free, and shakes hands; with -e it
    echoes."""
    command = re.sub(r"(-l )\d+", r"\g<1>0", command)
    with world(None, used=0) as where, Run(command, close_stdin=False,
                                           **where) as run:
        wait_until(lambda: b"\n" in run.err, f"{command}: says where")
        check(b"listening on" in run.err, f"{command}: {run.err}")
        port = int(re.search(r"listening on 127\.0\.0\.1:(\d+)",
                             run.text())[1])
        with contextlib.closing(Client(port)) as client:
            if "--cert" in command:
                context = ssl.create_default_context(cafile=CA)
                client.sock = context.wrap_socket(
                    client.sock, server_hostname="localhost")
            client.request()
            client.upgraded()
            if "-e" in command.split():
                client.frame("text", "hello")
                client.expect("text", "hello")


# The tests


@test(timeout=120)
def the_examples():
    examples = commands(section("EXAMPLES"))
    equal({e for e in examples if "wstap -l" not in e}, set(EXAMPLES),
          "the examples, and those of this test")
    for command in examples:
        EXAMPLES.get(command, listens)(command)


@test
def the_listeners_elsewhere():
    """In the text, and displayed without a prompt."""
    text = MANUAL.replace(section("EXAMPLES"), "")
    found = re.findall(r"^\.(?:Ic|Dl) ((?:\$ .*\| )?wstap -l .*)$", text, re.M)
    check("wstap -l 8080 -e" in found, found)
    for command in found:
        listens(plain(command).removeprefix("$ "))


@test
def objects_that_come_out():
    """What FORMATS shows of jsonl is what a server's messages become."""
    def script(peer):
        peer.handshake()
        peer.frame("text", "hello")
        peer.frame("binary", b"\0\xff")
        peer.frame("ping")
        peer.expect("pong", "")
        peer.close(1000, "bye")
        peer.finish()
    shown = [json.loads(block.replace("\n", ""))
             for block in displayed(section("FORMATS"))
             if block.startswith('{"time"') and '"dir":"out"' not in block]
    check(len(shown) >= 6, shown)
    with Server(script) as server:
        status, out, _ = wstap("-O", "jsonl", "-w", "inf", server.url)
    equal(status, 0, "status")
    objects = {one["type"]: one for one in map(json.loads, out.splitlines())}
    equal(sorted(objects), ["binary", "close", "open", "ping", "text"],
          "types")
    for one in shown:
        kind = one["type"]
        if kind in objects:
            equal(list(objects[kind]), list(one), f"{kind}: keys")
        if kind in objects and kind != "open":
            equal({**objects[kind], "time": "..."}, one, kind)
    status, out, err = wstap("-O", "jsonl", "ws://localhost:1/")
    error, = [one for one in shown if one["type"] == "error"]
    equal(list(json.loads(out)), list(error), "the keys of an error")
    equal(json.loads(out)["exit"], status, err)


@test
def objects_that_go_in():
    """Those that the manual displays alone are read, each of them."""
    def script(peer):
        peer.handshake()
        while peer.more():
            peer.buffer.clear()
    lines = [line for line in displayed(MANUAL) if re.match(r'\{"type"', line)]
    check(lines, "objects")
    for line in lines:
        with Server(script) as server:
            status, _, err = wstap("-I", "jsonl", "-w", "0", "--timeout",
                                   "0.3", server.url,
                                   stdin=line.encode() + b"\n")
        check(status not in (2, 26), f"{line}: {status}, {err}")


def leaves(value, name=""):
    """The paths of an object's keys, and what stands there; times do not."""
    if not isinstance(value, dict):
        return {name: value is None if name.endswith("_ms") else value}
    return {path: leaf for key, inner in value.items()
            for path, leaf in leaves(inner, f"{name}/{key}").items()}


@test
def the_statistics():
    """What STATISTICS shows is what comes out, in words and as JSON, and each
    row and each key is explained."""
    def script(peer):
        peer.handshake()
        peer.frame("pong", peer.expect("ping").payload)
        peer.expect("text", "hello")
        peer.frame("text", "hello")
        peer.finish()

    def words(text):
        text = re.sub(r"\d+\.\d{3}", "TIME", text)
        return re.sub("(open for.*) s$", r"\1 ms", text, flags=re.M) \
            .strip().splitlines()

    text = section("STATISTICS")
    command, in_words, as_json = displayed(text)
    said = []
    for stats in ("--stats", "--stats=json"):
        with world(script) as where, Run(
                f"set -o pipefail; {command[2:]}".replace("--stats", stats),
                **where) as process:
            equal((process.wait(), bytes(process.out)), (0, b"hello\n"),
                  f"status, output; {process.text()}")
            said.append(process.text())
    equal(words(said[0]), words(in_words), "in words")
    found = json.loads(said[1].splitlines()[-1])
    shown = json.loads(as_json.replace("\n", ""))
    equal(list(leaves(found)), list(leaves(shown)), "keys")
    equal(leaves(found), leaves(shown), "as JSON")
    rows = set(" , ".join(re.findall(r"^\.It Cm (.*)$", text, re.M))
               .split(" , "))
    for line in words(said[0])[1:]:
        check(line[:14].rstrip() in rows, f"{line!r} is not explained")
    keys = set(" , ".join(re.findall(r"^\.It Li (.*)$", text, re.M))
               .split(" , "))
    equal(keys, set(found), "the keys explained")
    for by in ("us", "peer", "lost", "never_open"):
        check(f"\n.Cm {by}" in text, f"{by} is not explained")


@test
def the_variables_it_is_asked_for():
    """Each one that the program looks at is in ENVIRONMENT."""
    named = set(" , ".join(re.findall(
        r"^\.It Ev (.*)$", section("ENVIRONMENT"), re.M)).split(" , "))
    asked = set()
    for folder, _, files in os.walk(os.path.join(ROOT, "src")):
        for name in files:
            with open(os.path.join(folder, name), encoding="utf-8") as file:
                asked |= set(re.findall(r'(?:getenv|chosen)\("(\w+)"\)',
                                        file.read()))
    check(len(asked) > 8, asked)
    equal(asked - named, set(), "not told of")


@test
def the_statuses_it_tells_of():
    """Those that the text names exist."""
    _, out, _ = wstap("--help", "exit")
    there = set(re.findall(r"^ +(\d+) ", out.decode(), re.M))
    told = set(re.findall(r"(?:exit|status) (\d+)", MANUAL))
    check(told, "statuses")
    equal(told - there - {"101", "408", "429", "500", "503"}, set(),
          "statuses")
