"""How a session at a terminal ends, and what is left of it."""

import os

from harness import TMP, check, equal, test
from scripted import peer_to
from terminal import Terminal, end, repl


@test
def a_line_not_entered_stays_and_is_recalled():
    home = os.path.join(TMP, f"leaving-{os.getpid()}")
    os.mkdir(home)
    with repl(env={"HOME": home}) as (terminal, peer):
        terminal.type("half typed")
        terminal.wait_cursor("> half typed", 12)
        peer.close(1000)
        peer.expect_close(1000)
        peer.eof()
        equal(terminal.wait(), 0, "status")
        lines = terminal.lines()
        at = lines.index("> half typed")
        equal(lines[at + 1], 'Disconnected (code: 1000, reason: "")',
              "the line below")
    with repl(env={"HOME": home}) as (terminal, peer):
        terminal.type("\x1b[A")
        terminal.wait_cursor("> half typed", 12)
        terminal.type("\x03")
        terminal.wait_cursor(">", 2)
        end(terminal, peer)


@test
def an_empty_line_is_an_empty_message():
    with repl() as (terminal, peer):
        terminal.type("\r")
        peer.expect("text", "")
        end(terminal, peer)


@test
def a_close_code_of_ours_that_comes_back_is_no_error():
    with repl() as (terminal, peer):
        terminal.type("/close 4000 bye bye\r")
        peer.expect_close(4000, "bye bye")
        peer.close(4000)
        peer.eof()
        equal(terminal.wait(), 0, "status")


@test
def another_code_than_ours_is_one():
    with repl() as (terminal, peer):
        terminal.type("/close 4000\r")
        peer.expect_close(4000)
        peer.close(1011)
        peer.eof()
        equal(terminal.wait(), 111, "status")


@test
def a_command_in_capitals_is_near_its_name():
    with repl() as (terminal, peer):
        terminal.type("/PING\r")
        terminal.wait_for(lambda: "/PING: no such command; did you mean /ping?"
                          in terminal.text(), "the suggestion")
        end(terminal, peer)


@test
def a_listener_says_who_connected():
    with Terminal(["-l", "0"]) as terminal:
        terminal.wait_for(lambda: "listening on" in terminal.text(), "port")
        port = int(terminal.text().split(":")[-1].split()[0])
        peer = peer_to(port)
        terminal.wait_for(lambda: "Client connected from 127.0.0.1:"
                          in terminal.text(), "the greeting")
        check(f"Client connected from 127.0.0.1:{port}"
              not in terminal.text(), "the client's address, not ours")
        peer.close(1000)
        peer.expect_close(1000)
        peer.eof()
        terminal.wait_for(lambda: "Disconnected" in terminal.text(), "the end")
        terminal.type("\x03")
        equal(terminal.wait(), 0, "status")


@test
def what_is_not_utf_8_is_refused_and_the_session_goes_on():
    with repl() as (terminal, peer):
        os.write(terminal.master, b"a\xffb\r")
        terminal.wait_for(lambda: "is not UTF-8" in terminal.text(),
                          "the refusal")
        terminal.pump(1.2)
        terminal.type("next\r")
        peer.expect("text", "next")
        end(terminal, peer)
