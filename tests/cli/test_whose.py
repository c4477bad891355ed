"""Whose credentials are whose, from one connection to the next."""

import base64
import os

from harness import TMP, check, equal, test
from several import bye, close, closed, command, left, prompt, stage

STATE = os.path.join(TMP, f"state-{os.getpid()}")


def basic(user):
    return "Basic " + base64.b64encode(user.encode()).decode()


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
def a_password_is_asked_for_once():
    with stage("-u", "me", servers=2) as (terminal, [home, other]):
        terminal.wait_for("Password for me:")
        command(terminal, "pass")
        peer = None
        for to, wanted in ((home, basic("me:pass")), (other, None),
                           (home, basic("me:pass"))):
            if peer:
                command(terminal, f"/connect {to.url}")
                closed(peer)
            peer = to.next()
            equal(peer.head.get("Authorization"), wanted, "credentials")
            prompt(terminal)
        equal(terminal.text().count("Password"), 1, "questions")
        bye(terminal, peer)


@test
def a_url_s_userinfo_is_not_in_the_history():
    with stage(env={"XDG_STATE_HOME": STATE}) as (terminal, [server]):
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
        # With a name mistyped it is no less of a secret.
        for line in ("/conect ws://u:secret5@h", "/reconnect u:secret6@h",
                     "/info Authorization: secret7"):
            command(terminal, line)
        terminal.type("\x0c\x1b[A")
        terminal.wait_for("> /connect " + url)
        terminal.type("\x15/connect ws://u:secret4@h")
        terminal.wait_for("secret4@h")
        close(peer)
        left(terminal)
    with open(os.path.join(STATE, "wstap", "history")) as file:
        kept = file.read()
    check("secret" not in kept, kept)
    check(f"/connect {url}\n" in kept, kept)
