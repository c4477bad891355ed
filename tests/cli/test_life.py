"""/connect, /reconnect and --reconnect at the prompt: one connection after
another, and what each is told. Without any: test_stay.py."""

import base64
import os
import re
import signal
import threading
import time

import frames
from harness import TMP, check, equal, test
from scripted import Server, free_port
from sequence import Sequence, says
from several import close, closed, left, prompt, stage
from terminal import Terminal

HINT = "/reconnect connects again, /connect URL elsewhere, Ctrl-C ends."
HISTORY = os.path.join(TMP, "home", ".local", "state", "wstap", "history")


def basic(user):
    return "Basic " + base64.b64encode(user.encode()).decode()


def command(terminal, line):
    terminal.type(line + "\r")


def bye(terminal, peer):
    terminal.type("\x04")
    closed(peer)
    left(terminal)


def descriptors(terminal):
    return sorted(os.listdir(f"/proc/{terminal.pid}/fd"))


# --- where to


@test
def elsewhere_and_back_and_again():
    with stage(servers=2) as (terminal, [one, other]):
        peer = one.next()
        prompt(terminal)
        shown = terminal.lines()[:2]
        for where, to in ((other.url, other), ("", other), (one.url, one),
                          (None, one)):
            line = f"/connect {where}" if where is not None else "/reconnect"
            command(terminal, line)
            closed(peer)
            peer = to.next()
            prompt(terminal)
            shown += ["> " + line.rstrip(),
                      'Disconnected (code: 1000, reason: "")',
                      f"Connected to {to.url}"]
        equal(terminal.text().splitlines(), shown + [">"], "the screen")
        command(terminal, "here")
        peer.expect("text", "here")
        peer.frame("text", "there")
        terminal.wait_line("< there")
        bye(terminal, peer)
        equal((one.connections, other.connections), (3, 2), "connections")


@test
def a_url_that_is_none_keeps_the_connection():
    with stage() as (terminal, [server]):
        peer = server.next()
        prompt(terminal)
        for url, says_ in (("ws://[", 'URL "ws://[": the ]'),
                           ("ftp://x/", "ftp"), ("ws://x/#y", "#"),
                           ("ws://u:secret@[", 'URL "ws://***@['),
                           ("a b", "without blanks")):
            command(terminal, "\x0c/connect " + url)
            terminal.wait_for(lambda u=url, s=says_: any(
                s in line for line in terminal.lines()
                if not line.endswith(u)), says_)
            prompt(terminal)
        command(terminal, "still here")
        peer.expect("text", "still here")
        bye(terminal, peer)


@test
def one_that_fails_leaves_the_prompt():
    with stage(servers=2) as (terminal, [one, other]):
        port = free_port()
        peer = one.next()
        prompt(terminal)
        command(terminal, f"/connect :{port}/x")
        closed(peer)
        terminal.wait_for(HINT)
        prompt(terminal)
        equal(terminal.text().count("Connection refused"), 1, "told once")
        command(terminal, "hello")
        terminal.wait_for("not sent: not connected: cannot connect to")
        terminal.wait_cursor("> hello", 7)
        command(terminal, "\x15\x0c/reconnect")
        terminal.wait_for(f"port {port}")
        prompt(terminal)
        command(terminal, f"/connect {other.url}")
        peer = other.next()
        prompt(terminal)
        # Without --stay the next close is the end again.
        close(peer, 1011)
        left(terminal, 111)


@test
def several_asked_for_at_once():
    with stage(servers=2) as (terminal, [one, other]):
        peer = one.next()
        prompt(terminal)
        command(terminal, f"/connect ws://127.0.0.1:{free_port()}/\r"
                f"/connect {other.url}\rtoo soon")
        terminal.wait_line("not sent: the connection is closing")
        closed(peer)
        peer = other.next()
        terminal.wait_cursor("> too soon", 10)
        command(terminal, "")
        peer.expect("text", "too soon")
        equal(one.connections, 1, "connections")
        bye(terminal, peer)


@test
def asked_for_while_the_server_closes():
    with stage(servers=2) as (terminal, [one, other]):
        peer = one.next()
        prompt(terminal)
        peer.close(1011, "no more")
        peer.expect_close(1011)
        command(terminal, f"/connect {other.url}")
        terminal.pump(0.1)
        peer.eof()
        peer = other.next()
        terminal.wait_line('Disconnected (code: 1011, reason: "no more")')
        terminal.wait_line(f"Connected to {other.url}")
        bye(terminal, peer)


@test
def a_server_that_does_not_answer_the_close():
    with stage(servers=2) as (terminal, [one, other]):
        peer = one.next()
        prompt(terminal)
        peer.frame("text", "half", fin=0)
        terminal.wait_for("half")
        began = time.monotonic()
        command(terminal, f"/connect {other.url}")
        peer.expect_close(1000)
        peer = other.next()
        check(4 < time.monotonic() - began < 7, "the closing handshake's 5 s")
        peer.frame("text", "whole")
        terminal.wait_line("< half")
        terminal.wait_line("< whole")
        bye(terminal, peer)


@test
def a_flood_that_does_not_end():
    flooding = threading.Event()

    def flood(peer):
        peer.handshake()
        data = b"".join(frames.frame("text", f"flood {i}")
                        for i in range(1000))
        try:
            while True:
                peer.send(data)
                flooding.set()
        except OSError:
            pass
    with Server(flood) as server, stage() as (terminal, [quiet]):
        peer = quiet.next()
        prompt(terminal)
        command(terminal, f"/connect {server.url}")
        closed(peer)
        terminal.wait_for(flooding.is_set, "the flood")
        began = time.monotonic()
        command(terminal, f"/connect {quiet.url}")
        terminal.wait_for(lambda: not quiet.peers.empty(), "a connection", 9)
        check(time.monotonic() - began < 8, "in time")
        peer = quiet.next()
        terminal.wait_line(f"Connected to {quiet.url}")
        prompt(terminal)
        check(re.match(r"< flood \d+$", terminal.lines()[-4]),
              terminal.text())
        command(terminal, "hello")
        peer.expect("text", "hello")
        bye(terminal, peer)


# --- what is whose


@test
def credentials_are_for_the_command_line_s_origin():
    with stage("-u", "me:pass", "-H", "cookie: a=b", "-H", "X-Open: c",
               "-H", "Proxy-Authorization: d", "--host", "inner.test",
               servers=2) as (terminal, [home, other]):
        def told(head):
            return [head.get(name) for name in
                    ("Authorization", "Cookie", "Proxy-Authorization",
                     "X-Open", "Host")]

        ours = [basic("me:pass"), "a=b", "d", "c", "inner.test"]
        theirs = [None, None, None, "c", f"127.0.0.1:{other.port}"]
        typed = [basic("you:word")] + theirs[1:]
        there = f"127.0.0.1:{other.port}/"
        peer = home.next()
        equal(told(peer.head), ours, "first")
        prompt(terminal)
        for line, to, wanted in (
                (f"/connect {there}", other, theirs),
                ("/reconnect", other, theirs),
                (f"/connect ws://127.0.0.1:{home.port}/x?y", home, ours),
                ("/connect", home, ours),
                (f"/connect ws://you:word@{there}", other, typed),
                ("/reconnect", other, typed),
                (f"/connect {there}", other, theirs),
                # Another name is another origin.
                (f"/connect localhost:{home.port}", home,
                 theirs[:4] + [f"localhost:{home.port}"]),
                (f"/connect http://you:word@127.0.0.1:{home.port}", home,
                 typed[:1] + ours[1:]),
                (f"/connect 127.0.0.1:{home.port}", home, ours)):
            command(terminal, line)
            closed(peer)
            peer = to.next()
            equal(told(peer.head), wanted, line)
            prompt(terminal)
        bye(terminal, peer)


@test
def a_header_of_authorization_and_of_host_stays_at_home():
    with stage("-H", "Authorization: Bearer t", "-H", "Host: inner.test",
               servers=2) as (terminal, [home, other]):
        peer = home.next()
        for to, told in ((home, ("Bearer t", "inner.test")),
                         (other, (None, f"127.0.0.1:{other.port}")),
                         (home, ("Bearer t", "inner.test"))):
            prompt(terminal)
            command(terminal, f"/connect {to.url}")
            closed(peer)
            peer = to.next()
            equal((peer.head.get("Authorization"), peer.head.get("Host")),
                  told, "told")
        prompt(terminal)
        bye(terminal, peer)


@test
def credentials_in_the_command_line_s_url():
    with stage(servers=2, where="ws://u:p@{}/") as (terminal, [home, other]):
        peer = home.next()
        equal(peer.head.get("Authorization"), basic("u:p"), "at home")
        prompt(terminal)
        check("u:p" not in terminal.text(), terminal.text())
        command(terminal, "/reconnect")
        closed(peer)
        peer = home.next()
        equal(peer.head.get("Authorization"), basic("u:p"), "again")
        prompt(terminal)
        command(terminal, f"/connect {other.url}")
        closed(peer)
        peer = other.next()
        equal(peer.head.get("Authorization"), None, "elsewhere")
        prompt(terminal)
        bye(terminal, peer)


@test
def a_url_s_userinfo_is_not_in_the_history():
    with stage() as (terminal, [server]):
        peer = server.next()
        prompt(terminal)
        url = f"ws://127.0.0.1:{server.port}/open"
        for line in (f"/connect {url}",
                     f"/connect ws://u:secret1@127.0.0.1:{server.port}/",
                     f"/connect  ws://secret2@127.0.0.1:{server.port}/"):
            command(terminal, line)
            closed(peer)
            peer = server.next()
            prompt(terminal)
        command(terminal, "/connect ws://u:secret3@[")
        terminal.wait_for("***@")
        terminal.type("\x0c\x1b[A")
        terminal.wait_for("> /connect " + url)
        terminal.type("\x15/connect ws://u:secret4@h")
        terminal.wait_for("secret4@h")
        peer.close(1000)
        left(terminal)
    with open(HISTORY) as file:
        kept = file.read()
    check("secret" not in kept, kept)
    check(f"/connect {url}\n" in kept, kept)


# --- what is kept


@test
def settings_history_and_the_type_are_kept():
    with stage(servers=2) as (terminal, [one, other]):
        peer = one.next()
        prompt(terminal)
        command(terminal, "/set hex on\r/set ping-pong on\r/binary")
        command(terminal, "remember me")
        peer.expect("binary", "remember me")
        command(terminal, f"/connect {other.url}")
        closed(peer)
        peer = other.next()
        terminal.wait_for(f"Connected to {other.url}")
        terminal.type("\x0c\x1b[A\x1b[A")
        terminal.wait_cursor("> remember me", 13)
        command(terminal, "")
        peer.expect("binary", "remember me")
        command(terminal, "/set")
        terminal.wait_for("hex on  json off  time off  ping-pong on")
        peer.frame("text", "hi")
        terminal.wait_for("68 69 ")
        bye(terminal, peer)


@test
def what_the_command_line_sends_goes_to_each():
    path = os.path.join(TMP, f"each-{os.getpid()}")
    with open(path, "w") as file:
        file.write("of a file")
    with stage("-i", "-x", "one", "-f", path, "-x", "two",
               servers=2) as (terminal, [one, other]):
        peer = one.next()
        for to in (other, one, one):
            for message in ("one", "of a file", "two"):
                peer.expect("text", message)
            prompt(terminal)
            command(terminal, "typed")
            peer.expect("text", "typed")
            command(terminal, f"/connect {to.url}")
            closed(peer)
            peer = to.next()
        for message in ("one", "of a file", "two"):
            peer.expect("text", message)
        peer.expect_nothing(0.1)
        prompt(terminal)
        bye(terminal, peer)


@test
def fifty_in_a_row_leave_nothing_behind():
    with stage("--stay", rows=10) as (terminal, [server]):
        peer = server.next()
        prompt(terminal)
        before = descriptors(terminal)
        for i in range(50):
            if i % 3 == 0:
                peer.rst()
            elif i % 3 == 1:
                close(peer, 1011)
            if i % 3 < 2:
                terminal.wait_for(HINT)
                prompt(terminal)
            command(terminal, "\x0c/reconnect")
            if i % 3 == 2:
                closed(peer)
            peer = server.next()
            terminal.wait_for("Connected to")
            prompt(terminal)
        equal(descriptors(terminal), before, "descriptors")
        bye(terminal, peer)


@test
def failures_leave_nothing_behind():
    def refuse(peer):
        peer.read_head()
        peer.send(b"HTTP/1.1 403 No\r\nContent-Length: 0\r\n\r\n")
        peer.drain()
    with Server(refuse) as server, Terminal(
            ["--stay", server.url], rows=10) as terminal:
        terminal.wait_for(HINT)
        prompt(terminal)
        before = descriptors(terminal)
        for i in range(20):
            port = free_port() if i % 2 else server.port
            command(terminal, f"\x0c/connect 127.0.0.1:{port}")
            terminal.wait_for(HINT)
            prompt(terminal)
        equal(descriptors(terminal), before, "descriptors")
        terminal.type("\x03")
        left(terminal)
